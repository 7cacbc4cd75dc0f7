mod fixtures;
mod keys;
mod poseidon;
mod proofs;
mod statement;

use crate::{simulator::Trapdoor, *};
use sp_crypto_hashing::blake2_256;

const CURVES: [Curve; 2] = [Curve::Bn254, Curve::Bls12_381];

/// A statement over `curve`, about `output`.
fn statement(curve: Curve, output: &[u8]) -> Statement<[u8; 32]> {
	let (output, result_hash) = Delivered::Bytes(output).resolve(curve).unwrap();
	Statement {
		genesis: [0x11; 32],
		job: 7,
		attempt: 1,
		node: blake2_256(b"did:etrid:gpu:vector"),
		owner: [0x22; 32],
		output,
		result_hash,
		tokens_used: 8,
		input: commit(curve, b"input").unwrap(),
		weights: commit(curve, b"weights").unwrap(),
	}
}

/// A valid key, a statement, and a proof of it.
fn proven(curve: Curve) -> (Trapdoor, StoredKey, Statement<[u8; 32]>, Vec<u8>) {
	let trapdoor = Trapdoor { curve, seed: 1 };
	let key = check_key(curve, &trapdoor.key()).unwrap();
	let statement = statement(curve, b"output");
	let proof = trapdoor.prove(&statement, 0);
	(trapdoor, key, statement, proof)
}

/// Every statement that differs from `statement` in one field.
fn variations(
	curve: Curve,
	statement: &Statement<[u8; 32]>,
) -> Vec<(&'static str, Statement<[u8; 32]>)> {
	let mut all = Vec::new();
	let mut vary = |name, change: &dyn Fn(&mut Statement<[u8; 32]>)| {
		let mut other = statement.clone();
		change(&mut other);
		all.push((name, other));
	};
	let other = commit(curve, b"other").unwrap();
	vary("genesis", &|s| s.genesis[31] ^= 1);
	vary("job", &|s| s.job += 1);
	vary("attempt", &|s| s.attempt += 1);
	vary("node", &|s| s.node[0] ^= 1);
	vary("owner", &|s| s.owner[0] ^= 1);
	vary("output", &|s| s.output = other);
	vary("result hash, low", &|s| s.result_hash[0] ^= 1);
	vary("result hash, high", &|s| s.result_hash[31] ^= 1);
	vary("tokens, more", &|s| s.tokens_used += 1);
	vary("tokens, less", &|s| s.tokens_used -= 1);
	vary("input", &|s| s.input = other);
	vary("weights", &|s| s.weights = other);
	vary("input and output swapped", &|s| core::mem::swap(&mut s.input, &mut s.output));
	all
}
