//! The public inputs of a statement, against the page that documents them.

use crate::*;
use sp_crypto_hashing::blake2_256;

const PAGE: &str = include_str!("../../../../docs/inference-proofs.md");

/// The value of a row `| name | `value` |` of the page.
fn row(name: &str) -> &'static str {
	PAGE.lines()
		.find_map(|line| line.strip_prefix(&format!("| {name} | `"))?.strip_suffix("` |"))
		.unwrap_or_else(|| panic!("no row {name}"))
}

fn bytes(name: &str) -> Vec<u8> {
	hex::decode(row(name).strip_prefix("0x").unwrap()).unwrap()
}

fn vector() -> Statement<[u8; 32]> {
	let fixed = |name| bytes(name).try_into().unwrap();
	Statement {
		genesis: fixed("genesis"),
		job: row("job").parse().unwrap(),
		attempt: row("attempt").parse().unwrap(),
		node: blake2_256(row("node").as_bytes()),
		owner: fixed("owner"),
		output: fixed("output commitment"),
		result_hash: fixed("result hash"),
		tokens_used: row("tokens used").parse().unwrap(),
		input: fixed("input commitment"),
		weights: fixed("weights commitment"),
	}
}

#[test]
fn public_inputs_are_those_of_the_page() {
	let statement = vector();
	assert_eq!(statement.occasion().to_vec(), bytes("occasion"));
	for (index, input) in public_inputs(&statement).into_iter().enumerate() {
		assert_eq!(input.to_string(), row(&format!("public input {index}")));
	}
}

#[test]
fn commitments_are_those_of_the_page() {
	let mut rows = 0;
	for (name, curve) in [("BN254", Curve::Bn254), ("BLS12-381", Curve::Bls12_381)] {
		for len in [0u32, 1, 31, 32, 62, 63, 200] {
			let string: Vec<u8> = (0..len).map(|byte| byte as u8).collect();
			assert_eq!(
				commit(curve, &string).unwrap().to_vec(),
				bytes(&format!("{name}, {len} bytes"))
			);
			rows += 1;
		}
	}
	assert_eq!(rows, 14);
	let delivered = bytes("delivered");
	let resolved = Delivered::Bytes(&delivered).resolve(Curve::Bn254).unwrap();
	assert_eq!(resolved, (vector().output, vector().result_hash));
}

#[test]
fn every_field_is_bound() {
	let statement = vector();
	let inputs = public_inputs(&statement);
	for (name, other) in super::variations(Curve::Bn254, &statement) {
		assert_ne!(public_inputs(&other), inputs, "{name}");
	}
}
