#!/usr/bin/env bash
# Sets up, builds and starts a dev node on ws://127.0.0.1:9944, then runs one compute job on it.
#
#   scripts/dev.sh [--no-demo] [--sealing MODE] [--fresh] [--help]
#
#   --no-demo        only start the node
#   --sealing MODE   instant (default): a block for every transaction; manual: only when asked over
#                    engine_createBlock; a number: one block every so many milliseconds
#   --fresh          forget the chain of an earlier run
#
# The demo anchors a DID, stakes and registers a GPU, submits a prompt for a model that pays its owner
# a royalty, bids, matches, computes, completes, accepts and settles, and prints every step with its
# events and balances. The node goes on running until Ctrl-C; its log is in
# <target directory>/dev-node.log.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

demo=yes sealing=instant fresh=no
while [ $# -gt 0 ]; do
	case "$1" in
	--no-demo) demo=no ;;
	--sealing) sealing=${2:-}; shift ;;
	--sealing=*) sealing=${1#*=} ;;
	--fresh) fresh=yes ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
case "$sealing" in
instant | manual) ;;
'' | *[!0-9]*) die "--sealing takes instant, manual or a number of milliseconds" ;;
esac

port=${RPC_PORT:-9944}
! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || die "port $port is in use; stop what listens there or set RPC_PORT"

"$ROOT/scripts/setup.sh"
use_build_environment

step "Building the node (about an hour the first time, minutes afterwards)"
cd "$ROOT"
cargo build --release --locked --workspace

data=$CARGO_TARGET_DIR/dev-node
[ $fresh = no ] || rm -rf "$data"
log=$CARGO_TARGET_DIR/dev-node.log
step "Starting the dev node, log in $log"
"$CARGO_TARGET_DIR/release/ai-compute-pbc-collator" --dev --sealing "$sealing" --base-path "$data" \
	--rpc-port "$port" --port "${P2P_PORT:-30333}" >"$log" 2>&1 &
node=$!
trap 'kill $node 2>/dev/null; wait $node 2>/dev/null || true' EXIT

for _ in $(seq 240); do
	kill -0 $node 2>/dev/null || { tail -n 20 "$log" >&2; die "the node stopped"; }
	ready=$(curl -s -m 2 -H 'Content-Type: application/json' \
		-d '{"id":1,"jsonrpc":"2.0","method":"system_health"}' "http://127.0.0.1:$port" || true)
	case "$ready" in *'"result"'*) break ;; esac
	sleep 0.5
done
case "$ready" in *'"result"'*) ;; *) tail -n 20 "$log" >&2; die "the node did not answer on port $port" ;; esac

if [ $demo = yes ]; then
	step "Running one job, from submission to payout"
	cd "$ROOT/e2e"
	npm ci --silent
	npm run --silent journey -- --url "ws://127.0.0.1:$port"
fi

step "The node runs on ws://127.0.0.1:$port (polkadot.js Apps or any client); Ctrl-C stops it"
wait $node
