#!/usr/bin/env bash
# Benchmarks the project's own pallets, and what serves messages between chains, whose weights depend on
# the runtime's configuration, and writes their weight files anew.
#
#   scripts/bench-weights.sh [--steps N] [--repeat N] [--help] [PALLET...]
#
#   PALLET...    crate names, such as pallet-job-marketplace, and xcm-instructions; default: all of them
#   --steps N    points along each parameter (default 10)
#   --repeat N   repetitions of each point (default 10)
#
# It also writes the table of docs/performance.md anew.
#
# It builds the runtime's wasm with its benchmarks and runs it in the collator's `benchmark pallet`,
# compiled, against a state made by the development preset. Nothing else should run on the machine.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

steps=10 repeat=10 pallets=()
while [ $# -gt 0 ]; do
	case "$1" in
	--steps) steps=${2:?}; shift ;;
	--repeat) repeat=${2:?}; shift ;;
	-h | --help) usage; exit 0 ;;
	pallet-* | cumulus-pallet-* | xcm-instructions) pallets+=("$1") ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
if [ ${#pallets[@]} = 0 ]; then
	for folder in "$ROOT"/pallets/*/; do pallets+=("pallet-$(basename "$folder")"); done
	pallets+=(pallet-xcm pallet-message-queue cumulus-pallet-xcmp-queue xcm-instructions)
fi

"$ROOT/scripts/setup.sh"
use_build_environment
cd "$ROOT"

step "Building the runtime with its benchmarks"
wasm=$("$ROOT/scripts/build-runtime.sh" --variant benchmarks --features runtime-benchmarks)
step "Building the collator with its benchmark command"
cargo build --release --locked --workspace --features ai-compute-pbc-collator/runtime-benchmarks
collator=$CARGO_TARGET_DIR/release/ai-compute-pbc-collator

written=$(mktemp -d)
trap 'rm -rf "$written"' EXIT

extrinsics='*'
# benchmark OUTPUT-OPTION... -- PALLET...: all of them in one run, since compiling the runtime is
# most of a short one. Files are named as the pallets.
benchmark() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	[ $# -gt 0 ] || return 0
	local list="${*//-/_}"
	step "Benchmarking $*"
	"$collator" benchmark pallet --runtime "$wasm" --genesis-builder runtime --genesis-builder-preset development \
		--pallets "${list// /,}" --extrinsic "$extrinsics" --steps "$steps" --repeat "$repeat" --min-duration 2 --wasm-execution compiled \
		--heap-pages 4096 --no-storage-info --no-min-squares --no-median-slopes --output "$written" "${options[@]}"
}

own=() foreign=() instructions=()
for pallet in "${pallets[@]}"; do
	if [ -d "$ROOT/pallets/${pallet#pallet-}" ]; then
		own+=("$pallet")
	elif [ "$pallet" = xcm-instructions ]; then
		instructions=(pallet-xcm-benchmarks::fungible pallet-xcm-benchmarks::generic)
	else
		foreign+=("$pallet")
	fi
done
benchmark --template "$ROOT/scripts/templates/pallet-weights.hbs" -- "${own[@]}"
benchmark -- "${foreign[@]}"
benchmark --template "$ROOT/scripts/templates/xcm-weights.hbs" -- "${instructions[@]}"
# A plain transfer is the yardstick for machines of other speeds.
extrinsics=transfer_keep_alive
benchmark --template "$ROOT/scripts/templates/pallet-weights.hbs" -- pallet-balances

transfer=$written/pallet_balances.rs
for measured in "$written"/*.rs; do
	[ "$measured" != "$transfer" ] || continue
	name=$(basename "$measured" .rs)
	folder=${name#pallet_}
	file=$ROOT/pallets/${folder//_/-}/src/weights.rs
	[ -f "$file" ] || file=$ROOT/runtime/src/weights/$name.rs
	mv "$measured" "$file"
	# The tool notes its command line, which names paths of this machine.
	sed -i '/^\/\/ Executed Command:/,/^$/d' "$file"
	step "Wrote ${file#"$ROOT"/}"
done
python3 "$ROOT/scripts/performance-table.py" "$transfer"
