#!/usr/bin/env bash
# Fuzzes everything that parses bytes from outside: see docs/fuzzing.md.
#
#   scripts/fuzz.sh [--seconds N] [--sanitizer address|none] [TARGET...]
#   scripts/fuzz.sh --smoke [--seconds N] [TARGET...]
#   scripts/fuzz.sh --list
#
#   --seconds N      how long each target runs (600; with --smoke: 1)
#   --sanitizer S    address: also looks for wrong uses of memory, at about half the speed (none)
#   --smoke          no nightly compiler and no instrumentation: replays the seeds and the inputs of
#                    fuzz/regressions as a test of the workspace, with some random changes to them
#   --list           print the targets
#
# Without TARGETs all of them run, one after the other. An input that breaks a property is left in
# fuzz/artifacts/TARGET; the script then goes on with the next target and ends with an error.
# FUZZ_TOOLCHAIN names the nightly toolchain, CARGO_TARGET_DIR the folder to build in, FUZZ_CORPUS the
# folder in which what was found worth keeping grows.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

TARGETS=(quote collateral certificates gpu_evidence proof_key proof dealing committee envelope voucher
	receipt did)
# No input may take longer, or more memory.
SLOWEST_SECONDS=20
MOST_MEGABYTES=1024

smoke=no sanitizer=none seconds='' chosen=()
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) seconds=${2:-}; shift ;;
	--sanitizer) sanitizer=${2:-}; shift ;;
	--smoke) smoke=yes ;;
	--list) printf '%s\n' "${TARGETS[@]}"; exit 0 ;;
	-h | --help) usage; exit 0 ;;
	-*) die "unknown option $1 (see --help)" ;;
	*)
		[[ " ${TARGETS[*]} " == *" $1 "* ]] || die "no target is named $1 (see --list)"
		chosen+=("$1")
		;;
	esac
	shift
done
[[ $seconds =~ ^[0-9]*$ ]] || die "--seconds wants a number"
case $sanitizer in address | none) ;; *) die "--sanitizer is address or none" ;; esac
[ ${#chosen[@]} -gt 0 ] || chosen=("${TARGETS[@]}")

have cargo || die "cargo is missing: scripts/setup.sh says how to get it"
use_build_environment
cd "$ROOT"

if [ $smoke = yes ]; then
	step "Replaying seeds and regressions, then ${seconds:-1} s of random changes each"
	FUZZ_SECONDS=${seconds:-1} cargo test --release --locked --package fuzz-checks --test replay -- \
		--exact memory_is_measured every_target_is_replayed_and_has_a_program "${chosen[@]}"
	step "No input broke a property"
	exit 0
fi

toolchain=${FUZZ_TOOLCHAIN:-}
if [ -z "$toolchain" ]; then
	have rustup || die "rustup is missing, and FUZZ_TOOLCHAIN names no nightly toolchain"
	toolchain=$(rustup toolchain list | sed -n 's/^\(nightly[^ ]*\).*/\1/p' | head -n 1)
	[ -n "$toolchain" ] || die "no nightly toolchain: rustup toolchain install nightly --profile minimal"
fi
have c++ || die "a C++ compiler is missing, for libFuzzer: apt-get install g++"
host=$(rustc "+$toolchain" -vV | sed -n 's/^host: //p')

# What `cargo fuzz` passes too: counters at each edge, and comparisons that the fuzzer sees.
flags=(--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
	-Cllvm-args=-sanitizer-coverage-trace-compares)
if [ "$sanitizer" = address ]; then flags+=(-Zsanitizer=address); fi
corpus=${FUZZ_CORPUS:-$CARGO_TARGET_DIR/fuzz-corpus}

step "Building with $toolchain, sanitizer: $sanitizer"
bins=()
for target in "${chosen[@]}"; do bins+=(--bin "$target"); done
RUSTFLAGS="${flags[*]}" cargo "+$toolchain" build --release --locked --target "$host" \
	--manifest-path fuzz/Cargo.toml "${bins[@]}"
programs=$CARGO_TARGET_DIR/$host/release

failed=()
for target in "${chosen[@]}"; do
	step "$target for ${seconds:-600} s"
	export FUZZ_SEEDS=$CARGO_TARGET_DIR/fuzz-seeds/$target
	rm -rf "$FUZZ_SEEDS"
	mkdir -p "$corpus/$target" "$FUZZ_SEEDS" "fuzz/artifacts/$target"
	# Writes the seeds, and how long an input may be.
	"$programs/$target" -runs=1 -artifact_prefix="fuzz/artifacts/$target/" 2>/dev/null ||
		die "$target does not start: run $programs/$target"
	arguments=(-max_len="$(cat "$FUZZ_SEEDS.max_len")" -max_total_time="${seconds:-600}"
		-timeout="$SLOWEST_SECONDS" -rss_limit_mb="$MOST_MEGABYTES" -print_final_stats=1
		-artifact_prefix="fuzz/artifacts/$target/")
	if [ -e "fuzz/dictionaries/$target.dict" ]; then
		arguments+=(-dict="fuzz/dictionaries/$target.dict")
	fi
	# What is found worth keeping goes to the first folder; the others are only read.
	folders=("$corpus/$target" "$FUZZ_SEEDS")
	if [ -d "fuzz/regressions/$target" ]; then folders+=("fuzz/regressions/$target"); fi
	"$programs/$target" "${arguments[@]}" "${folders[@]}" || failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || die "an input broke a property of ${failed[*]}: see fuzz/artifacts"
step "No input broke a property"
