//! Prints the chain spec of the test relay chain: its runtime and the genesis to which zombienet adds
//! the validators and the parachain.

use flarechain_runtime::{genesis, WASM_BINARY};
use polkadot_cli::service::GenericChainSpec;
use sc_chain_spec::ChainType;
use serde_json::{json, Value};
use std::process::ExitCode;

fn main() -> ExitCode {
	match spec() {
		Ok(json) => {
			println!("{json}");
			ExitCode::SUCCESS
		}
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		}
	}
}

fn spec() -> Result<String, String> {
	let wasm = WASM_BINARY.ok_or("this binary was built without the runtime's wasm")?;
	let patch: Value =
		serde_json::from_slice(&genesis::local_testnet()).map_err(|error| error.to_string())?;
	let Value::Object(properties) =
		json!({ "tokenSymbol": "ETR", "tokenDecimals": 12, "ss58Format": 42 })
	else {
		return Err("the properties are an object".into());
	};
	GenericChainSpec::builder(wasm, Default::default())
		.with_name("FlareChain for tests")
		// The ending keeps the client from slowing down when finality lags.
		.with_id("flarechain-dev")
		.with_protocol_id("flare")
		.with_chain_type(ChainType::Local)
		.with_properties(properties)
		.with_genesis_config_patch(patch)
		.build()
		.as_json(false)
}
