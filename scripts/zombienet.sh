#!/usr/bin/env bash
# Test networks of a real relay chain and this chain, on this machine: see docs/flarechain.md.
#
#   scripts/zombienet.sh build                               everything that the others need
#   scripts/zombienet.sh small [--keep] [--no-build]         2 validators, 1 collator
#   scripts/zombienet.sh full [--keep] [--no-build]          4 validators, 3 collators
#   scripts/zombienet.sh test [--network small|full] [--keep] [--no-build]
#   scripts/zombienet.sh register [--keep] [--no-build]
#
#   small, full   start the network, wait for final parachain blocks on every node, end it
#   test          the same, and then: governance from the relay chain, two checkpoints registered there
#                 with this chain's state roots, a job from prompt to payout meanwhile, a collator killed
#                 and back, a runtime upgrade on the relay chain's go-ahead
#   register      a relay chain without parachains, on which this one is registered while it runs
#
#   --keep        leave the network running until Ctrl-C and print where its nodes listen
#   --no-build    take the binaries as they are
#   --network     the network of `test`: small if not given
#
# Prints a table of what was seen, the time, and the memory that was used. Exit code 1 if anything is
# not as it must be; the logs are left then, and their folder is printed.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

command=${1:-}
[ $# -eq 0 ] || shift
keep=no build=yes network=small
while [ $# -gt 0 ]; do
	case "$1" in
	--keep) keep=yes ;;
	--no-build) build=no ;;
	--network) network=${2:-}; shift ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
case "$command" in
build | small | full | test | register) ;;
-h | --help) usage; exit 0 ;;
*) die "the first argument is build, small, full, test or register (see --help)" ;;
esac
case "$network" in small | full) ;; *) die "--network is small or full" ;; esac

use_build_environment
release=$CARGO_TARGET_DIR/release
if [ $build = yes ]; then
	"$ROOT/scripts/setup.sh"
	step "Building the collator"
	(cd "$ROOT" && cargo build --release --locked --workspace)
	step "Building the relay chain: node, workers, runtime"
	build_relay_chain
	if [ "$command" = test ]; then
		step "Testing the relay chain's runtime by itself"
		(cd "$ROOT/zombienet/flarechain" && WASM_BUILD_WORKSPACE_HINT=$PWD cargo test --release --locked --workspace)
	fi
	if [ "$command" = test ] || [ "$command" = build ]; then
		step "Building a runtime with a higher spec_version for the upgrade"
		build_next_runtime
	fi
fi

# Installs the packages of a folder unless that was done since its lock file changed.
packages() {
	[ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] || (cd "$1" && npm ci --silent "${@:2}")
}
have node && have npm || die "Node.js 20 or later with npm is needed (nodejs.org)"
step "Installing zombienet and the tests' packages"
packages "$ROOT/e2e"
packages "$ROOT/zombienet" --ignore-scripts
[ "$command" != build ] || { step "Built; scripts/zombienet.sh test --no-build runs the test"; exit 0; }

export AI_COMPUTE_COLLATOR=${AI_COMPUTE_COLLATOR:-$release/ai-compute-pbc-collator}
export AI_COMPUTE_CHAIN_SPEC_GENERATOR=${AI_COMPUTE_CHAIN_SPEC_GENERATOR:-$release/chain-spec-generator}
export RELAY_NODE=${RELAY_NODE:-$release/flarechain}
for binary in "$AI_COMPUTE_COLLATOR" "$AI_COMPUTE_CHAIN_SPEC_GENERATOR" "$RELAY_NODE" \
	"$release/flarechain-spec" "$(dirname "$RELAY_NODE")"/polkadot-{prepare,execute}-worker; do
	[ -x "$binary" ] || die "there is no $binary: run scripts/zombienet.sh build"
done
if [ "$command" = test ]; then
	export NEXT_RUNTIME_WASM=${NEXT_RUNTIME_WASM:-$(next_runtime_path)}
	[ -f "$NEXT_RUNTIME_WASM" ] || die "there is no $NEXT_RUNTIME_WASM: run scripts/zombienet.sh build"
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/ai-compute-zombienet-XXXXXX")
export RELAY_SPEC=$folder/relay.json PARACHAIN_SPEC=$folder/parachain.json
step "Writing chain specs to $folder"
"$release/flarechain-spec" >"$RELAY_SPEC"
"$AI_COMPUTE_CHAIN_SPEC_GENERATOR" local_testnet --relay-chain flarechain-dev --output "$PARACHAIN_SPEC"

step "Running $command"
options=(--folder "$folder")
[ $keep = no ] || options+=(--keep)
[ "$command" != test ] || options+=(--network "$network")
cd "$ROOT/e2e"
if node --import tsx test/zombienet/main.ts "$command" "${options[@]}"; then
	rm -rf "$folder"
	step "Done"
else
	die "$command has failed; specs and logs are in $folder"
fi
