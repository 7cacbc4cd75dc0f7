#!/usr/bin/env bash
# Builds a variant of the runtime's wasm beside the normal one and prints its path.
#
#   scripts/build-runtime.sh --variant NAME [--features LIST] [--spec-version N] [--help]
#
#   --variant NAME     names the variant; its wasm stays apart from the node's own runtime
#   --features LIST    cargo features of the runtime crate, such as runtime-benchmarks
#   --spec-version N   the spec_version to build with instead of the one in the source
#
# The variant is a workspace of its own in the target directory: a copy of the runtime crate under
# another name, on the same pallets. So it never disturbs what the node embeds. Only its wasm is built,
# by the workspace's crate `runtime-variant`.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

variant= features= spec_version=
while [ $# -gt 0 ]; do
	case "$1" in
	--variant) variant=${2:?}; shift ;;
	--features) features=${2:?}; shift ;;
	--spec-version) spec_version=${2:?}; shift ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown option $1 (see --help)" ;;
	esac
	shift
done
case "$variant" in '' | *[!a-z0-9-]*) die "--variant takes a name of lower-case letters, digits and dashes" ;; esac
use_build_environment

name=ai-compute-pbc-runtime-$variant
workspace=$CARGO_TARGET_DIR/variants/$variant
mkdir -p "$workspace/runtime"
# Only changed files are written, so that an unchanged variant is not built again.
put() { if ! cmp -s - "$1" <<<"$2"; then printf '%s\n' "$2" >"$1"; fi; }

sed_paths="s#path = \"\(primitives\|pallets\)\([a-z/-]*\)\"#path = \"$ROOT/\1\2\"#"
put "$workspace/Cargo.toml" "$(sed -e "$sed_paths" -e '/^members = \[/,/\]/c members = ["runtime"]' \
	-e '/^ai-compute-pbc-runtime = /d' "$ROOT/Cargo.toml")"
cp "$ROOT/Cargo.lock" "$workspace/Cargo.lock"
(cd "$ROOT/runtime" && find . -type f -not -path './tests/*') | while read -r file; do
	mkdir -p "$(dirname "$workspace/runtime/$file")"
	put "$workspace/runtime/$file" "$(cat "$ROOT/runtime/$file")"
done
put "$workspace/runtime/Cargo.toml" "$(sed "s/^name = \"ai-compute-pbc-runtime\"/name = \"$name\"/" "$ROOT/runtime/Cargo.toml")"
if [ -n "$spec_version" ]; then
	grep -q '^\s*spec_version: [0-9_]*,' "$ROOT/runtime/src/lib.rs" || die "found no spec_version in runtime/src/lib.rs"
	put "$workspace/runtime/src/lib.rs" "$(sed "s/^\(\s*\)spec_version: [0-9_]*,/\1spec_version: $spec_version,/" "$ROOT/runtime/src/lib.rs")"
fi

# What both have in common is compiled once.
wbuild=$CARGO_TARGET_DIR/release/wbuild
if [ ! -L "$wbuild/$name/target" ]; then
	rm -rf "$wbuild/$name/target"
	mkdir -p "$wbuild/$name" "$wbuild/ai-compute-pbc-runtime/target"
	ln -s "$wbuild/ai-compute-pbc-runtime/target" "$wbuild/$name/target"
fi

cd "$ROOT"
RUNTIME_VARIANT=$workspace RUNTIME_VARIANT_FEATURES=$features cargo build --release --locked --workspace >&2
wasm=$wbuild/$name/${name//-/_}.compact.compressed.wasm
[ -f "$wasm" ] || die "the build left no $wasm"
printf '%s\n' "$wasm"
