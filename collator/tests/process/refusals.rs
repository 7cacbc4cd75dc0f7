//! What the binary does not do, and how it says so: one line, exit code 1.

use crate::node::{output_of, run, Folder};

fn refusal(arguments: &[&str]) -> String {
	let output = run(arguments);
	let errors = String::from_utf8(output.stderr).unwrap();
	assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
	assert_eq!(errors.lines().count(), 1, "{arguments:?}: {errors}");
	assert!(errors.starts_with("Error: "), "{errors}");
	errors
}

fn assert_refused(arguments: &[&str], reason: &str) {
	let error = refusal(arguments);
	assert!(error.contains(reason), "{arguments:?}: {error}");
}

#[test]
fn chains_that_do_not_exist() {
	assert_refused(&["--chain", "nonsense"], "neither a known chain (ai-compute-dev");
	assert_refused(&["--chain", "/no/such/spec.json"], "No such file");
	assert_refused(&["--alice"], "name a chain");
	assert_refused(&["build-spec", "--chain", "nonsense"], "neither a known chain");
}

#[test]
fn specs_that_are_none() {
	let folder = Folder::new("bad-specs");
	let garbage = folder.file("garbage.json", "{ not json");
	let other = folder.file("other.json", r#"{"name": "x"}"#);
	assert_refused(&["--chain", &garbage], "Error parsing spec file");
	assert_refused(&["--chain", &other, "--dev"], "missing field");
}

#[test]
fn specs_without_a_runtime() {
	let folder = Folder::new("no-runtime");
	let mut spec: serde_json::Value =
		serde_json::from_slice(&output_of(&["build-spec", "--chain", "dev", "--raw"])).unwrap();
	spec["genesis"]["raw"]["top"].as_object_mut().unwrap().remove("0x3a636f6465").unwrap();
	let spec = folder.file("spec.json", spec.to_string());
	let output = run(&["export-genesis-state", "--chain", &spec]);
	let errors = String::from_utf8(output.stderr).unwrap();
	assert_eq!(output.status.code(), Some(1), "{errors}");
	assert!(!errors.contains("backtrace"), "{errors}");
}

#[test]
fn flags_that_make_no_sense() {
	assert_refused(&["--dev", "--sealing", "sometimes"], "expected `instant`, `manual`");
	assert_refused(&["--dev", "--sealing", "0"], "expected `instant`, `manual`");
	assert_refused(&["--dev", "--no-such-flag"], "unexpected argument '--no-such-flag'");
	assert_refused(&["no-such-command"], "no-such-command");
}

#[test]
fn a_parachain_id_of_another_chain() {
	assert_refused(
		&["--dev", "--para-id", "2016"],
		"--para-id is 2016, but the spec of `ai-compute-dev` is for parachain 2015",
	);
}

#[test]
fn relay_chains_that_are_not_named_or_do_not_exist() {
	let parachain = ["--collator", "--chain", "ai-compute-dev", "--tmp", "--"];
	let with = |arguments: &[&'static str]| [&parachain[..], arguments].concat();
	assert_refused(&with(&["--execution", "wasm"]), "name the relay chain");
	assert_refused(&with(&["--chain", "/no/such/relay.json"]), "No such file");
	assert_refused(&with(&["--no-such-flag"]), "relay chain arguments: unexpected argument");
}

#[test]
fn a_chain_of_one_under_a_relay_chain() {
	assert_refused(
		&["--dev", "--sealing", "manual", "--", "--chain", "rococo"],
		"leave out the relay chain arguments",
	);
}
