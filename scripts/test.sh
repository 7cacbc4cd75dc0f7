#!/usr/bin/env bash
# Everything that CI checks: set-up, formatting, lints, unit and runtime tests, end-to-end tests on a
# dev node and on sovereign networks.
#
#   scripts/test.sh [--fast] [--help]
#
#   --fast   leave out the end-to-end tests
#
# On two cores a run takes half an hour where the dependencies are built, an hour more where they are not.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

e2e=yes
case "${1:-}" in
"") ;;
--fast) e2e=no ;;
-h | --help) usage; exit 0 ;;
*) die "unknown option $1 (see --help)" ;;
esac

"$ROOT/scripts/setup.sh"
use_build_environment
cd "$ROOT"

step "Formatting"
cargo fmt --all --check
(cd zombienet/flarechain && cargo fmt --all --check)
(cd e2e && npm ci --silent)
# The compiler and the prover of circuits, in a package of their own.
(cd e2e/circuits && npm ci --silent)
e2e/node_modules/.bin/taplo fmt --check

# With the tests, which fill the time in which the runtime's wasm keeps one core only.
step "Building the workspace and its tests, with lints"
export PATH=$ROOT/scripts:$PATH RUSTC_WORKSPACE_WRAPPER=rustc-with-lints
cargo build --release --locked --workspace --all-targets

step "What operators install"
"$ROOT/scripts/check-deploy.sh"

step "Unit, property and runtime tests"
if have cargo-nextest; then
	cargo nextest run --release --locked --workspace --no-fail-fast
else
	cargo test --release --locked --workspace --no-fail-fast
fi

step "The plot of the scores is what the code gives"
python3 scripts/plot-scoring.py --check

step "Type check of the end-to-end tests"
(cd e2e && npm run --silent check)

if [ $e2e = yes ]; then
	NEXT_RUNTIME_WASM=$(next_runtime_path)
	export NEXT_RUNTIME_WASM
	export AI_COMPUTE_COLLATOR=$CARGO_TARGET_DIR/release/ai-compute-pbc-collator
	export AI_COMPUTE_CHAIN_SPEC_GENERATOR=$CARGO_TARGET_DIR/release/chain-spec-generator
	# The tests were built with it.
	export AI_COMPUTE_COMMITTEE_CLIENT=$CARGO_TARGET_DIR/release/examples/committee
	# Networks wait for their slots most of the time; the build keeps one core only.
	step "End-to-end tests on sovereign networks; a runtime with a higher spec_version for the upgrade test"
	build_next_runtime &
	networks=passed
	(cd e2e && npm run --silent test:network) || networks=failed
	wait $!
	[ $networks = passed ] || die "the tests on sovereign networks failed"
	step "End-to-end tests on dev nodes"
	(cd e2e && npm test --silent)
fi
step "All checks passed"
