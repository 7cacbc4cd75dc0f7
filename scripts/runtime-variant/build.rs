//! Builds the wasm of the crate `runtime` in the workspace that `RUNTIME_VARIANT` names, with the
//! features in `RUNTIME_VARIANT_FEATURES`. Without a name it does nothing.
//!
//! It is a member of the workspace so that the wasm builder it uses is the one already compiled.

use std::{env, path::Path};

fn main() {
	println!("cargo:rerun-if-changed=build.rs");
	println!("cargo:rerun-if-env-changed=RUNTIME_VARIANT");
	println!("cargo:rerun-if-env-changed=RUNTIME_VARIANT_FEATURES");
	let Ok(workspace) = env::var("RUNTIME_VARIANT") else { return };
	// The builder looks here for the lock file, not in the workspace that this crate belongs to.
	env::set_var("WASM_BUILD_WORKSPACE_HINT", &workspace);
	let features = env::var("RUNTIME_VARIANT_FEATURES").unwrap_or_default();
	let builder = substrate_wasm_builder::WasmBuilder::new()
		.with_project(Path::new(&workspace).join("runtime/Cargo.toml"))
		.expect("scripts/build-runtime.sh has put it there")
		.import_memory()
		.export_heap_base()
		.append_to_rust_flags(include_str!("../../runtime/wasm-flags").trim());
	features
		.split(',')
		.filter(|feature| !feature.is_empty())
		.fold(builder, |builder, feature| builder.enable_feature(feature))
		.build();
}
