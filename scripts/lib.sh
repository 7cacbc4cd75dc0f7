# Shared by the scripts of this folder: source it, do not run it.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export ROOT

STARTED=$SECONDS

# One line of progress with the time since the script started.
step() { printf '\033[1m[%3dm%02ds] %s\033[0m\n' $(((SECONDS - STARTED) / 60)) $(((SECONDS - STARTED) % 60)) "$*" >&2; }

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Prints the comment block at the top of the calling script as its help text.
usage() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"; }

# A wasm32v1-none `core` in the toolchain $1 (empty: the default one).
has_wasm_target() {
	local libdir
	libdir=$(rustc ${1:++$1} --print target-libdir --target wasm32v1-none 2>/dev/null) || return 1
	compgen -G "$libdir/libcore-*.rlib" >/dev/null
}

# Where everything is built: outside the checkout, so that checkouts share what they compile.
use_build_environment() {
	export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/ai-compute-pbc/target}
	export WASM_BUILD_WORKSPACE_HINT=$ROOT
	if [ -z "${WASM_BUILD_TOOLCHAIN:-}" ] && ! has_wasm_target && has_wasm_target debian; then
		export WASM_BUILD_TOOLCHAIN=debian
	fi
	mkdir -p "$CARGO_TARGET_DIR"
	# Cargo tells one checkout's files from another's by their dates alone: a checkout that takes the
	# directory over must look changed.
	if [ "$(cat "$CARGO_TARGET_DIR/checkout" 2>/dev/null)" != "$ROOT" ]; then
		(cd "$ROOT" && git ls-files -z -- '*.rs' '*.toml' Cargo.lock | xargs -0r touch -c) || true
		printf '%s\n' "$ROOT" >"$CARGO_TARGET_DIR/checkout"
	fi
	# `./target/release/...` works as in a plain cargo checkout.
	if [ ! -e "$ROOT/target" ]; then ln -sfn "$CARGO_TARGET_DIR" "$ROOT/target"; fi
}

# Where build_next_runtime puts its runtime.
next_runtime_path() {
	echo "$CARGO_TARGET_DIR/release/wbuild/ai-compute-pbc-runtime-next/ai_compute_pbc_runtime_next.compact.compressed.wasm"
}

# Builds this runtime with a spec_version higher by one, for tests of upgrades.
build_next_runtime() {
	local version built
	version=$(sed -n 's/^\s*spec_version: \([0-9_]*\),.*/\1/p' "$ROOT/runtime/src/lib.rs" | tr -d _)
	[ -n "$version" ] || die "found no spec_version in runtime/src/lib.rs"
	built=$("$ROOT/scripts/build-runtime.sh" --variant next --spec-version $((version + 1)))
	[ "$built" = "$(next_runtime_path)" ] || die "the new runtime is in $built, not in $(next_runtime_path)"
}

# Builds the relay chain of the tests: a workspace of its own, with the same versions, so that most of
# it is there already.
build_relay_chain() {
	(cd "$ROOT/zombienet/flarechain" && WASM_BUILD_WORKSPACE_HINT=$PWD cargo build --release --locked)
}
