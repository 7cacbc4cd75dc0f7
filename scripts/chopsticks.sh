#!/usr/bin/env bash
# The cross-chain checks on the real runtimes of both chains, without validators and without a network:
# see docs/flarechain.md.
#
#   scripts/chopsticks.sh [--no-build] [--help]
#
#   --no-build   take the chain specs' programs and the second runtime as they are
#
# Chopsticks runs the wasm of FlareChain and of this chain from the genesis of their chain specs and
# carries messages between them. Prints a table of what was seen and the time. Exit code 1 if anything is
# not as it must be.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

build=yes
while [ $# -gt 0 ]; do
	case "$1" in
	--no-build) build=no ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
have node && have npm || die "Node.js 20 or later with npm is needed (nodejs.org)"

use_build_environment
release=$CARGO_TARGET_DIR/release

if [ $build = yes ]; then
	"$ROOT/scripts/setup.sh"
	step "Building the generator of chain specs"
	# All of the workspace: a choice of crates would compile the middle of the SDK once more.
	(cd "$ROOT" && cargo build --release --locked --workspace)
	step "Building the relay chain"
	build_relay_chain
	step "Building a runtime with a higher spec_version for the upgrade"
	build_next_runtime
fi

export AI_COMPUTE_CHAIN_SPEC_GENERATOR=${AI_COMPUTE_CHAIN_SPEC_GENERATOR:-$release/chain-spec-generator}
next_runtime=${NEXT_RUNTIME_WASM:-$(next_runtime_path)}
for needed in "$AI_COMPUTE_CHAIN_SPEC_GENERATOR" "$release/flarechain-spec" "$next_runtime"; do
	[ -f "$needed" ] || die "there is no $needed: run scripts/chopsticks.sh without --no-build"
done

folder=$ROOT/e2e/chopsticks
if ! [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
	step "Installing Chopsticks"
	# No install scripts: nothing here needs one. The newest Chopsticks asks for Node.js 22 and works with 20.
	(cd "$folder" && npm ci --silent --ignore-scripts)
fi

inputs=$(mktemp -d "${TMPDIR:-/tmp}/ai-compute-chopsticks-XXXXXX")
trap 'rm -rf "$inputs"' EXIT
export RELAY_SPEC=$inputs/relay.json PARACHAIN_SPEC=$inputs/parachain.json NEXT_RUNTIME_WASM=$inputs/next.wasm
step "Writing chain specs"
"$release/flarechain-spec" >"$RELAY_SPEC"
"$AI_COMPUTE_CHAIN_SPEC_GENERATOR" local_testnet --relay-chain flarechain-dev --output "$PARACHAIN_SPEC"
cp "$next_runtime" "$NEXT_RUNTIME_WASM"

step "Running the checks"
# Chopsticks tells each block that it makes unless told not to.
export LOG_LEVEL=${LOG_LEVEL:-error}
cd "$folder"
node --import tsx main.ts || die "the checks have failed"
step "Done"
