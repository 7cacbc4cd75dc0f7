//! Builds the wasm runtime beside the native one.

#[cfg(feature = "std")]
fn main() {
	let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults();
	#[cfg(feature = "metadata-hash")]
	let builder = builder.enable_metadata_hash("EDSC", 12);
	builder.build();
}

#[cfg(not(feature = "std"))]
fn main() {}
