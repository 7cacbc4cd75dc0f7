//! Keys and proofs that snarkjs made for the circuit in `e2e/circuits`.

use super::variations;
use crate::{simulator::Trapdoor, *};
use serde_json::Value;
use sp_crypto_hashing::blake2_256;

const FILES: [(Curve, &str); 2] = [
	(Curve::Bn254, include_str!("../../fixtures/layer-bn254.json")),
	(Curve::Bls12_381, include_str!("../../fixtures/layer-bls12381.json")),
];

/// What `e2e/circuits/build.ts` writes.
struct Fixture {
	curve: Curve,
	file: Value,
}

impl Fixture {
	fn all() -> impl Iterator<Item = Self> {
		FILES
			.into_iter()
			.map(|(curve, file)| Self { curve, file: serde_json::from_str(file).unwrap() })
	}

	fn text(&self, pointer: &str) -> &str {
		self.file.pointer(pointer).and_then(Value::as_str).unwrap()
	}

	fn number(&self, pointer: &str) -> u64 {
		self.file.pointer(pointer).and_then(Value::as_u64).unwrap()
	}

	fn bytes(&self, pointer: &str) -> Vec<u8> {
		hex::decode(self.text(pointer).strip_prefix("0x").unwrap()).unwrap()
	}

	fn fixed(&self, pointer: &str) -> [u8; 32] {
		self.bytes(pointer).try_into().unwrap()
	}

	fn key(&self) -> StoredKey {
		check_key(self.curve, &self.bytes("/key")).unwrap()
	}

	fn statement(&self) -> Statement<[u8; 32]> {
		Statement {
			genesis: self.fixed("/statement/genesis"),
			job: self.number("/statement/job"),
			attempt: self.number("/statement/attempt").try_into().unwrap(),
			node: blake2_256(self.text("/statement/node").as_bytes()),
			owner: self.fixed("/statement/owner"),
			output: self.fixed("/statement/output"),
			result_hash: self.fixed("/statement/resultHash"),
			tokens_used: self.number("/statement/tokensUsed").try_into().unwrap(),
			input: self.fixed("/statement/input"),
			weights: self.fixed("/statement/weights"),
		}
	}
}

#[test]
fn proofs_of_the_circuit_hold() {
	for fixture in Fixture::all() {
		assert_eq!(verify(&fixture.bytes("/proof"), &fixture.key(), &fixture.statement()), Ok(()));
	}
}

/// What the chain computes is what the circuit was given.
#[test]
fn chain_and_circuit_have_the_same_public_inputs() {
	for fixture in Fixture::all() {
		let curve = fixture.curve;
		let given: Vec<u128> = fixture.file["publicInputs"]
			.as_array()
			.unwrap()
			.iter()
			.map(|input| input.as_str().unwrap().parse().unwrap())
			.collect();
		assert_eq!(public_inputs(&fixture.statement()).to_vec(), given);

		let statement = fixture.statement();
		let output = fixture.bytes("/bytes/output");
		assert_eq!(
			Delivered::Bytes(&output).resolve(curve),
			Ok((statement.output, statement.result_hash))
		);
		assert_eq!(commit(curve, &fixture.bytes("/bytes/input")), Ok(statement.input));
		assert_eq!(commit(curve, &fixture.bytes("/bytes/weights")), Ok(statement.weights));
		assert_eq!(statement.tokens_used as usize, output.len());
		assert_eq!(key_hash(curve, &fixture.bytes("/key")), fixture.fixed("/keyHash"));
	}
}

#[test]
fn proofs_of_the_circuit_hold_for_nothing_else() {
	for fixture in Fixture::all() {
		let curve = fixture.curve;
		let proof = fixture.bytes("/proof");
		for (name, other) in variations(curve, &fixture.statement()) {
			assert_eq!(verify(&proof, &fixture.key(), &other), Err(ProofError::Invalid), "{name}");
		}
		let mut output = fixture.bytes("/bytes/output");
		output[0] ^= 1;
		let (output, result_hash) = Delivered::Bytes(&output).resolve(curve).unwrap();
		let other = Statement { output, result_hash, ..fixture.statement() };
		assert_eq!(verify(&proof, &fixture.key(), &other), Err(ProofError::Invalid));

		let other_key = check_key(curve, &Trapdoor { curve, seed: 9 }.key()).unwrap();
		assert_eq!(verify(&proof, &other_key, &fixture.statement()), Err(ProofError::Invalid));
	}
}

/// snarkjs leaves delta equal to gamma until somebody contributes to a circuit's set-up.
#[test]
fn a_set_up_without_contribution_is_refused() {
	for fixture in Fixture::all() {
		let mut key = fixture.bytes("/key");
		let len = fixture.curve.proof_len() / 4;
		let gamma = key[3 * len..5 * len].to_vec();
		key[5 * len..7 * len].copy_from_slice(&gamma);
		assert_eq!(check_key(fixture.curve, &key), Err(ProofError::KeyForgeable));
	}
}
