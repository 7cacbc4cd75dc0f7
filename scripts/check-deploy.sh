#!/usr/bin/env bash
# Checks what operators install: everything in deploy/.
#
#   scripts/check-deploy.sh                            check
#   scripts/check-deploy.sh --record                   write the lists of metrics anew, from a dev node, a
#                                                      sovereign network of three and node_exporter
#   scripts/check-deploy.sh --record-parachain URL URL the same for parachain mode: the exporters of a running
#                                                      collator and of the relay chain node inside it, for
#                                                      example of `scripts/zombienet.sh small --keep`
#   --no-node                                          leave out what needs the collator
#
# Checked are: the Prometheus configuration; each alert, with data on which it fires and data on which it
# does not; that alerts and dashboard read only metrics that real nodes have; the systemd units; that the
# collator knows the arguments of the environment file; the configuration of nginx; the script that
# measures memory and disk. promtool, nginx and node_exporter are fetched by apt if they are missing, and
# unpacked without being installed.
#
# PORT (10900) is the first of the ports that the nodes of --record listen on.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

deploy=$ROOT/deploy
mode=check node=yes urls=()
while [ $# -gt 0 ]; do
	case "$1" in
	--record) mode=record ;;
	--record-parachain)
		[ $# -ge 3 ] || die "--record-parachain needs two URLs (see --help)"
		mode=record-parachain urls=("$2" "$3")
		shift 2
		;;
	--no-node) node=no ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done

target=${CARGO_TARGET_DIR:-$HOME/.cache/ai-compute-pbc/target}
collator=${AI_COMPUTE_COLLATOR:-$target/release/ai-compute-pbc-collator}
tools=$HOME/.cache/ai-compute-pbc/tools
work=$(mktemp -d "${TMPDIR:-/tmp}/ai-compute-deploy-XXXXXX")
started=()
finish() {
	local pid
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
	rm -rf "$work"
}
trap finish EXIT

# Prints the path of program $1: the installed one, or that in the Debian package $2 at $3.
tool() {
	if have "$1"; then
		command -v "$1"
		return
	fi
	if [ ! -x "$tools/$2/$3" ]; then
		have apt-get && have dpkg-deb || die "$1 is missing (on Debian and Ubuntu: package $2)"
		mkdir -p "$tools/$2"
		chmod 755 "$work"
		(cd "$work" && { apt-get download -q "$2" || { apt-get update -q && apt-get download -q "$2"; }; }) >"$work/apt.log" 2>&1 ||
			{ cat "$work/apt.log" >&2; die "could not download the package $2"; }
		dpkg-deb -x "$work"/"$2"_*.deb "$tools/$2"
	fi
	printf '%s\n' "$tools/$2/$3"
}

needs_collator() { [ -x "$collator" ] || die "there is no $collator: cargo build --release --workspace, or set AI_COMPUTE_COLLATOR"; }

# Starts a node in the background: name, then its arguments.
start_node() {
	local name=$1
	shift
	"$collator" "$@" >"$work/$name.log" 2>&1 &
	started+=($!)
}

# Waits until the node with RPC port $1 has a final block, then asks it things, one of which is an error.
warm_up() {
	local port=$1 answer _
	for _ in $(seq 180); do
		answer=$(curl -s -m 2 -H 'Content-Type: application/json' \
			-d '{"id":1,"jsonrpc":"2.0","method":"chain_getFinalizedHead"}' "http://127.0.0.1:$port" || true)
		answer=$(curl -s -m 2 -H 'Content-Type: application/json' -d \
			"{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"chain_getHeader\",\"params\":[$(sed -n 's/.*"result":\("0x[0-9a-f]*"\).*/\1/p' <<<"$answer")]}" \
			"http://127.0.0.1:$port" || true)
		case "$answer" in
		*'"number":"0x0"'* | '') ;;
		*'"number"'*)
			curl -s -m 2 -o /dev/null -H 'Content-Type: application/json' \
				-d '{"id":1,"jsonrpc":"2.0","method":"author_submitExtrinsic","params":["0x00"]}' "http://127.0.0.1:$port"
			return
			;;
		esac
		sleep 1
	done
	tail -n 5 "$work"/*.log >&2
	die "the node on port $port has no final block after three minutes"
}

if [ $mode = record ]; then
	needs_collator
	exporter=$(tool prometheus-node-exporter prometheus-node-exporter usr/bin/prometheus-node-exporter)
	port=${PORT:-10900}

	step "A dev node"
	start_node dev --dev --sealing 2000 --port "$port" --rpc-port $((port + 1)) --prometheus-port $((port + 2))
	dev=${started[-1]}
	warm_up $((port + 1))
	"$deploy/check_metrics.py" record dev "http://127.0.0.1:$((port + 2))/metrics"

	step "Memory and disk of that node"
	mkdir "$work/textfile"
	"$deploy/systemd/ai-compute-pbc-resources" "$work/textfile/ai-compute-pbc.prom" "$dev" "$work" 1073741824
	"$exporter" --web.listen-address="127.0.0.1:$((port + 3))" --collector.textfile.directory="$work/textfile" >"$work/exporter.log" 2>&1 &
	started+=($!)
	sleep 2
	"$deploy/check_metrics.py" record host "http://127.0.0.1:$((port + 3))/metrics"
	kill "$dev" "${started[-1]}"

	step "A sovereign network of three"
	"$collator" build-spec --chain ai-compute-dev --raw >"$work/spec.json" 2>/dev/null
	bootnodes=()
	for name in alice bob charlie; do
		port=$((port + 4))
		key=$(printf '%064x' "$port")
		start_node "$name" "--$name" --collator --force-authoring --chain "$work/spec.json" --base-path "$work/$name" \
			--port "$port" --rpc-port $((port + 1)) --prometheus-port $((port + 2)) --node-key "$key" --no-mdns "${bootnodes[@]}"
		if [ ${#bootnodes[@]} -eq 0 ]; then
			printf '%s' "$key" >"$work/key"
			bootnodes=(--bootnodes "/ip4/127.0.0.1/tcp/$port/p2p/$("$collator" key inspect-node-key --file "$work/key")")
		fi
	done
	warm_up $((port + 1))
	"$deploy/check_metrics.py" record sovereign "http://127.0.0.1:$((port + 2))/metrics"
	exit 0
fi

if [ $mode = record-parachain ]; then
	"$deploy/check_metrics.py" record parachain "${urls[0]}"
	"$deploy/check_metrics.py" record relay "${urls[1]}"
	exit 0
fi

have python3 || die "python3 is missing"
promtool=$(tool promtool prometheus usr/bin/promtool)
nginx=$(PATH=$PATH:/usr/sbin tool nginx nginx usr/sbin/nginx)

step "Prometheus: rules, configuration, tests of the alerts"
(
	cd "$deploy/prometheus"
	"$promtool" check rules alerts.yml
	"$promtool" check config prometheus.yml
	"$promtool" test rules alerts.test.yml
)

step "Metrics of alerts and dashboard"
"$deploy/check_metrics.py"

step "systemd units"
have systemd-analyze || die "systemd-analyze is missing (package systemd)"
# The programs are not installed here, so others stand in their places.
mkdir -p "$work/units" "$work/bin"
cp "$deploy"/systemd/*.service "$deploy"/systemd/*.timer "$work/units"
for program in ai-compute-pbc-collator ai-compute-pbc-resources; do
	printf '#!/bin/sh\n' >"$work/bin/$program"
	chmod +x "$work/bin/$program"
	grep -q "/usr/local/bin/$program" "$work/units"/*.service || die "no unit starts /usr/local/bin/$program"
done
sed -i "s#/usr/local/bin/#$work/bin/#" "$work/units"/*.service
# It only warns of some mistakes.
systemd-analyze verify "$work/units"/*.service "$work/units"/*.timer 2>&1 | tee "$work/units.log"
[ ! -s "$work/units.log" ] || die "systemd does not take the units as they are"

step "Environment file"
env=$deploy/systemd/collator.env
grep -vE '^(#.*|[A-Z_]+=[^"'\''$]*|)$' "$env" && die "$env has lines that systemd does not understand"
if [ $node = yes ]; then
	needs_collator
	"$collator" --help >"$work/collator.help"
	"$collator" --chain ai-compute-dev -- --help >"$work/relay.help"
	known() { # name of the variable, file with the help
		local flag
		for flag in $(grep -E "^#?$1=" "$env" | grep -oE -- '--[a-z][a-z-]+' | sort -u); do
			grep -qE -- "(^|[[:space:]])$flag([[:space:],.=]|\$)" "$work/$2.help" || die "$env: the $2 node has no option $flag"
		done
	}
	known NODE_ARGS collator
	known RELAY_ARGS relay
fi

step "nginx"
have openssl || die "openssl is missing"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 1 -subj /CN=rpc.example.org 2>/dev/null
sed -e "s#/etc/letsencrypt/live/rpc.example.org/fullchain.pem#$work/cert.pem#" \
	-e "s#/etc/letsencrypt/live/rpc.example.org/privkey.pem#$work/key.pem#" "$deploy/nginx/rpc.conf" >"$work/rpc.conf"
cat >"$work/nginx.conf" <<-END
	pid $work/nginx.pid;
	error_log stderr;
	events {}
	http {
		access_log off;
		client_body_temp_path $work/body;
		proxy_temp_path $work/proxy;
		fastcgi_temp_path $work/fastcgi;
		uwsgi_temp_path $work/uwsgi;
		scgi_temp_path $work/scgi;
		include $work/rpc.conf;
	}
END
"$nginx" -t -q -p "$work" -c "$work/nginx.conf"

step "Memory and disk of a process"
"$deploy/systemd/ai-compute-pbc-resources" "$work/resources.prom" $$ "$work" 1073741824
for metric in ai_compute_process_resident_bytes ai_compute_process_limit_bytes ai_compute_data_bytes; do
	grep -qE "^$metric [1-9][0-9]*\$" "$work/resources.prom" || die "ai-compute-pbc-resources does not write $metric"
done
"$promtool" check metrics <"$work/resources.prom"

step "All checks of deploy/ passed"
