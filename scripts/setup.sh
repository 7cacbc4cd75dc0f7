#!/usr/bin/env bash
# Checks and installs everything that the build and the tests need.
#
#   scripts/setup.sh [--check] [--help]
#
#   --check   only say what is missing, install nothing; exit code 1 if anything is
#
# On Debian and Ubuntu it installs packages with apt-get (as root or through sudo). Elsewhere it says
# what to install. The wasm32v1-none target of the Rust compiler comes from rustup where rustup can
# download, else it is compiled once from Debian's source package of the compiler. A second run takes
# seconds.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

install=yes
case "${1:-}" in
"") ;;
--check) install=no ;;
-h | --help) usage; exit 0 ;;
*) die "unknown option $1 (see --help)" ;;
esac

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else die "need root for: $*"; fi; }
missing=()
need() { missing+=("$1"); printf 'missing: %s\n' "$1" >&2; }

apt_updated=no
apt_install() {
	if [ $apt_updated = no ]; then
		as_root apt-get update -qq
		apt_updated=yes
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# --- System packages -------------------------------------------------------------------------

PACKAGES=(build-essential clang libclang-dev pkg-config libssl-dev protobuf-compiler curl git jq)

system_packages() {
	if have dpkg-query && have apt-get; then
		local absent=() package
		for package in "${PACKAGES[@]}"; do
			dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || absent+=("$package")
		done
		[ ${#absent[@]} = 0 ] && return
		if [ $install = no ]; then need "Debian packages: ${absent[*]}"; return; fi
		step "Installing ${absent[*]}"
		apt_install "${absent[@]}"
	else
		local tool
		for tool in cc c++ make clang pkg-config protoc curl git jq; do
			have "$tool" || need "$tool (install it with your system's package manager)"
		done
		pkg-config --exists openssl 2>/dev/null || need "OpenSSL's headers (libssl-dev, openssl-devel)"
	fi
}

# --- Node.js, for the end-to-end tests and the demo --------------------------------------------

node_js() {
	have node && have npm || { need "Node.js 20 or later with npm (nodejs.org)"; return; }
	local major
	major=$(node -p 'process.versions.node.split(".")[0]')
	[ "$major" -ge 20 ] || need "Node.js 20 or later (found $major)"
}

# --- Rust ----------------------------------------------------------------------------------------

MIN_RUST=1.93

rust() {
	have rustup && have cargo || { need "Rust with rustup (rustup.rs)"; return; }
	local version
	version=$(cd "$ROOT" && rustc --version | cut -d' ' -f2)
	[ "$(printf '%s\n%s\n' "$MIN_RUST" "$version" | sort -V | head -n1)" = "$MIN_RUST" ] ||
		need "Rust $MIN_RUST or later (found $version): rustup update stable"
	local component
	for component in rustfmt clippy; do
		(cd "$ROOT" && cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1) ||
			{ [ $install = yes ] && rustup component add "$component" >/dev/null 2>&1; } || need "$component"
	done
}

# Builds `core` and `alloc` for wasm32v1-none with Debian's compiler and installs them beside it.
# Nothing is put in place before all of it has been built.
debian_wasm_target() {
	have apt-get || return 1
	step "Installing Debian's Rust compiler and its sources"
	apt_install rustc-web cargo-web rust-web-src lld || return 1
	local host=/usr/lib/rustlib/x86_64-unknown-linux-gnu lib=/usr/lib/rustlib/wasm32v1-none/lib work
	as_root mkdir -p "$host/bin"
	as_root ln -sfn /usr/bin/lld "$host/bin/rust-lld"
	rustup toolchain list | grep -q '^debian' || rustup toolchain link debian /usr

	step "Compiling core and alloc for wasm32v1-none (half a minute)"
	work=$(mktemp -d)
	mkdir "$work/src"
	cat >"$work/Cargo.toml" <<-'TOML'
		[package]
		name = "wasm-core"
		version = "0.0.0"
		edition = "2021"
		[lib]
		crate-type = ["cdylib"]
		[profile.release]
		panic = "abort"
	TOML
	cat >"$work/src/lib.rs" <<-'RUST'
		#![no_std]
		extern crate alloc;
		#[panic_handler]
		fn panic(_: &core::panic::PanicInfo) -> ! {
			loop {}
		}
		struct NoMemory;
		unsafe impl core::alloc::GlobalAlloc for NoMemory {
			unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {
				core::ptr::null_mut()
			}
			unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
		}
		#[global_allocator]
		static NO_MEMORY: NoMemory = NoMemory;
	RUST
	# With its bitcode, or the link-time optimisation of a runtime finds none.
	(cd "$work" && env -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 \
		CARGO_TARGET_DIR="$work/target" /usr/bin/cargo build --quiet --release \
		--target wasm32v1-none -Zbuild-std=core,alloc) || { rm -rf "$work"; return 1; }
	mkdir "$work/lib"
	cp "$work"/target/wasm32v1-none/release/deps/lib{core,alloc,compiler_builtins}-*.rlib "$work/lib/"
	as_root mkdir -p "$(dirname "$lib")"
	as_root rm -rf "$lib.old" "$lib.new"
	as_root cp -r "$work/lib" "$lib.new"
	[ ! -e "$lib" ] || as_root mv "$lib" "$lib.old"
	as_root mv "$lib.new" "$lib"
	as_root rm -rf "$lib.old"
	rm -rf "$work"
	# Crates compiled against an earlier `core` cannot be used with this one.
	rm -rf "${CARGO_TARGET_DIR:-$HOME/.cache/ai-compute-pbc/target}"/*/wbuild
}

# Debian's libraries must be of the compiler that is installed now.
debian_target_is_current() {
	has_wasm_target debian || return 1
	local probe
	probe=$(mktemp -d)
	echo '#![no_std] pub fn one() -> u8 { 1 }' >"$probe/lib.rs"
	rustc +debian --crate-type rlib --target wasm32v1-none --emit metadata -o "$probe/lib.rmeta" "$probe/lib.rs" 2>/dev/null
	local ok=$?
	rm -rf "$probe"
	return $ok
}

wasm_target() {
	have rustup || return 0
	cd "$ROOT"
	has_wasm_target && return
	debian_target_is_current && return
	if [ $install = no ]; then need "the compiler target wasm32v1-none"; return; fi
	step "Adding the compiler target wasm32v1-none"
	timeout 120 rustup target add wasm32v1-none >/dev/null 2>&1 && has_wasm_target && return
	step "rustup cannot download it here; taking Debian's compiler"
	debian_wasm_target && debian_target_is_current ||
		need "the compiler target wasm32v1-none (rustup target add wasm32v1-none, on a machine that can download it)"
}

system_packages
node_js
rust
wasm_target

[ ${#missing[@]} = 0 ] || die "${#missing[@]} requirement(s) missing, listed above"
step "Set-up complete"
