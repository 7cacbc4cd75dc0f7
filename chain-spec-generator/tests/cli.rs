//! The generator as an operator runs it.

use serde_json::Value;
use std::{
	fs,
	path::PathBuf,
	process::{Command, Output},
};

const EVE: &str = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";

fn run(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_chain-spec-generator"))
		.args(arguments)
		.output()
		.expect("the generator starts")
}

fn json(arguments: &[&str]) -> Value {
	let output = run(arguments);
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	serde_json::from_slice(&output.stdout).expect("the generator writes JSON")
}

fn refusal(arguments: &[&str]) -> String {
	let output = run(arguments);
	assert_eq!(output.status.code(), Some(1), "{arguments:?}");
	assert!(output.stdout.is_empty());
	let text = String::from_utf8(output.stderr).unwrap();
	assert_eq!(text.lines().count(), 1, "{text}");
	text
}

fn file(name: &str, content: &str) -> PathBuf {
	let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
	fs::write(&path, content).unwrap();
	path
}

fn patch(spec: &Value) -> &Value {
	&spec["genesis"]["runtimeGenesis"]["patch"]
}

#[test]
fn lists_the_presets_of_the_runtime() {
	let output = run(&["--list"]);
	let text = String::from_utf8(output.stdout).unwrap();
	let names: Vec<_> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
	let expected = ai_compute_pbc_runtime::genesis_config_presets::preset_names();
	assert_eq!(names, expected.iter().map(|name| name.to_string()).collect::<Vec<_>>());
	assert!(text.contains("ai-compute-dev"), "{text}");
}

#[test]
fn every_preset_becomes_a_raw_spec_with_the_token_of_the_chain() {
	let collators = file("any.json", r#"["//Alice"]"#);
	let collators = ["--collators", collators.to_str().unwrap(), "--chain-type", "local"];
	for preset in ai_compute_pbc_runtime::genesis_config_presets::preset_names() {
		let spec = json(&[&[preset.as_ref(), "--raw"], &collators[..]].concat());
		assert_eq!(spec["properties"]["tokenSymbol"], "EDSC");
		assert_eq!(spec["properties"]["tokenDecimals"], 12);
		assert_eq!(spec["properties"]["ss58Format"], 42);
		assert_eq!(spec["para_id"], 2015);
		assert_eq!(spec["relay_chain"], Value::Null);
		let code = spec["genesis"]["raw"]["top"]["0x3a636f6465"].as_str().unwrap();
		assert!(code.len() > 1_000_000, "the genesis holds the runtime");
	}
}

#[test]
fn para_id_and_relay_chain_stand_in_spec_and_genesis() {
	let spec = json(&["development", "--para-id", "2099", "--relay-chain", "flarechain-local"]);
	assert_eq!(spec["para_id"], 2099);
	assert_eq!(spec["relay_chain"], "flarechain-local");
	assert_eq!(patch(&spec)["parachainInfo"]["parachainId"], 2099);
}

#[test]
fn collators_and_owners_come_from_files_and_the_runtime_accepts_them() {
	let collators = file("collators.json", r#"["//Dave", "//Eve"]"#);
	let endowed = file(
		"endowed.json",
		&format!(r#"[{{"account": "{EVE}", "amount": "36893488147419103232"}}]"#),
	);
	let arguments = [
		"local_testnet",
		"--collators",
		collators.to_str().unwrap(),
		"--endowed",
		endowed.to_str().unwrap(),
		"--sudo",
		"//Ferdie",
	];
	let spec = json(&arguments);
	assert_eq!(patch(&spec)["collatorSelection"]["invulnerables"].as_array().unwrap().len(), 2);
	assert_eq!(patch(&spec)["session"]["keys"][1][0], EVE);
	assert!(patch(&spec)["balances"].to_string().contains("36893488147419103232"));
	let raw = json(&[&arguments[..], &["--raw"]].concat());
	assert!(raw["genesis"]["raw"]["top"].as_object().unwrap().len() > 10);
}

#[test]
fn output_goes_to_a_file() {
	let path = file("spec.json", "");
	let output = run(&["development", "--output", path.to_str().unwrap()]);
	assert!(output.status.success() && output.stdout.is_empty());
	let spec: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
	assert_eq!(spec["id"], "ai-compute-dev");
}

#[test]
fn a_live_chain_refuses_development_keys() {
	let error = refusal(&["development", "--chain-type", "live", "--sudo", "none"]);
	assert!(error.contains("a live chain may not hold development keys"), "{error}");
	assert!(error.contains("collatorSelection.invulnerables"), "{error}");
}

#[test]
fn refusals_are_one_line() {
	let empty = file("empty.json", "[]");
	let missing = "/nonexistent/collators.json";
	for (arguments, reason) in [
		(vec!["sovereign"], "preset `sovereign` has no collators"),
		(vec!["nonsense"], "the runtime has no preset `nonsense`; it has development"),
		(vec!["development", "--collators", missing], "No such file"),
		(vec!["development", "--collators", empty.to_str().unwrap()], "at least one"),
		(vec!["development", "--sudo", "nobody"], "`nobody` is no account"),
		(vec!["development", "--id", "a/b"], "`a/b` is no chain id"),
		(vec!["development", "--bootnode", "here"], "`here` is no bootnode address"),
		(vec!["development", "--output", "/nonexistent/spec.json"], "No such file"),
	] {
		let error = refusal(&arguments);
		assert!(error.contains(reason), "{arguments:?}: {error}");
	}
}
