//! Builds the wasm runtime beside the native one.

#[cfg(feature = "std")]
fn main() {
	// Big numbers of 32-bit limbs: wasm has no product of 64 bits by 64, so they verify P-384 in two thirds
	// of the time. Crates in one piece: smaller code.
	let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults()
		.append_to_rust_flags(include_str!("wasm-flags").trim());
	#[cfg(feature = "metadata-hash")]
	let builder = builder.enable_metadata_hash("EDSC", 12);
	builder.build();
}

#[cfg(not(feature = "std"))]
fn main() {}
