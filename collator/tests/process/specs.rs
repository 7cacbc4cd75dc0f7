//! Chain specs and what the relay chain wants to know of the genesis.

use crate::node::{output_of, run, unhex, Folder};
use ai_compute_pbc_runtime::{Header, PARA_ID, WASM_BINARY};
use codec::Decode;
use serde_json::Value;

fn spec(arguments: &[&str]) -> Value {
	serde_json::from_slice(&output_of(arguments)).expect("the spec is JSON")
}

#[test]
fn every_named_chain_has_a_spec() {
	for (name, id, chain_type) in [
		("dev", "ai-compute-dev", "Development"),
		("ai-compute-dev", "ai-compute-dev", "Development"),
		("local", "ai-compute-local", "Local"),
		("ai-compute-local", "ai-compute-local", "Local"),
	] {
		let spec = spec(&["build-spec", "--chain", name]);
		assert_eq!(spec["id"], id);
		assert_eq!(spec["chainType"], chain_type);
		assert_eq!(spec["properties"]["tokenSymbol"], "EDSC");
		assert_eq!(spec["properties"]["tokenDecimals"], 12);
		assert_eq!(spec["properties"]["ss58Format"], 42);
		assert_eq!(spec["para_id"], PARA_ID);
		assert_eq!(spec["relay_chain"], Value::Null);
		assert_eq!(spec["bootNodes"], Value::Array(vec![]), "a made up bootnode helps nobody");
	}
}

#[test]
fn the_development_chain_has_the_three_collators_of_the_local_network() {
	let spec = spec(&["build-spec", "--chain", "ai-compute-dev"]);
	let genesis = &spec["genesis"]["runtimeGenesis"]["patch"];
	assert_eq!(genesis["session"]["keys"].as_array().unwrap().len(), 3);
	assert_eq!(genesis["collatorSelection"]["invulnerables"].as_array().unwrap().len(), 3);
}

#[test]
fn raw_spec_and_name_have_the_same_genesis() {
	let folder = Folder::new("same-genesis");
	let raw =
		folder.file("raw.json", output_of(&["build-spec", "--chain", "ai-compute-dev", "--raw"]));
	let head = output_of(&["export-genesis-state", "--chain", "ai-compute-dev"]);
	assert_eq!(head, output_of(&["export-genesis-head", "--chain", &raw]));

	let header = Header::decode(&mut &unhex(std::str::from_utf8(&head).unwrap())[..]).unwrap();
	assert_eq!(header.number, 0);
}

#[test]
fn the_validation_code_is_the_runtime() {
	let folder = Folder::new("validation-code");
	let raw =
		folder.file("raw.json", output_of(&["build-spec", "--chain", "ai-compute-local", "--raw"]));
	let code = output_of(&["export-genesis-wasm", "--chain", &raw]);
	let code = unhex(std::str::from_utf8(&code).unwrap());
	assert!(code == WASM_BINARY.expect("the runtime was built"));
}

#[test]
fn a_bootnode_is_added_when_its_key_is_given() {
	let key = "11".repeat(32);
	let spec = spec(&["build-spec", "--chain", "dev", "--node-key", &key]);
	let bootnode = spec["bootNodes"][0].as_str().unwrap();
	assert!(bootnode.starts_with("/ip4/127.0.0.1/tcp/30333/p2p/12D3KooW"), "{bootnode}");
}

#[test]
fn help_names_modes_and_subcommands() {
	let help = String::from_utf8(output_of(&["--help"])).unwrap();
	for word in
		["--sealing", "--para-id", "export-genesis-state", "purge-chain", "--prometheus-port"]
	{
		assert!(help.contains(word), "{word} is missing in {help}");
	}
	assert!(run(&["--version"]).status.success());
}
