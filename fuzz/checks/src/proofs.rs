//! Proofs of inference and what they state: [`verify`], [`public_inputs`], [`commit`].

use crate::{
	input::{choice, flipped, seed, Input},
	keys::{curve, fixture, fixture_bytes},
	meter::within,
};
use ark_ff::PrimeField;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use inference_proofs::{
	check_key, commit, public_inputs, simulator::Trapdoor, verify, Curve, Delivered, ProofError,
	Statement, StoredKey, MAX_COMMITTED_LEN,
};
use sp_io::hashing::blake2_256;
use std::sync::OnceLock;

/// Memory for verifying a proof.
const MEMORY: usize = 160 * 1024;

const RAW: u8 = 0;
const EDITED: u8 = 1;
const STATEMENT: u8 = 2;
const DELIVERED: u8 = 3;
const MODES: u8 = 4;

type Claim = Statement<[u8; 32]>;

/// A statement over `curve`.
pub fn statement(curve: Curve) -> Claim {
	let (output, result_hash) = Delivered::Bytes(b"output").resolve(curve).expect("short");
	Statement {
		genesis: [0x11; 32],
		job: 7,
		attempt: 1,
		node: blake2_256(b"did:etrid:gpu:vector"),
		owner: [0x22; 32],
		output,
		result_hash,
		tokens_used: 8,
		input: commit(curve, b"input").expect("short"),
		weights: commit(curve, b"weights").expect("short"),
	}
}

/// A key whose secrets are known.
fn trapdoor(curve: Curve) -> (Trapdoor, &'static StoredKey) {
	static KEYS: OnceLock<[StoredKey; 2]> = OnceLock::new();
	let trapdoor = |curve| Trapdoor { curve, seed: 1 };
	let [bn254, bls12_381] = KEYS.get_or_init(|| {
		[Curve::Bn254, Curve::Bls12_381]
			.map(|curve| check_key(curve, &trapdoor(curve).key()).expect("a sound key"))
	});
	let key = match curve {
		Curve::Bn254 => bn254,
		Curve::Bls12_381 => bls12_381,
	};
	(trapdoor(curve), key)
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let mode = input.u8() % MODES;
	let curve = curve(input.u8());
	match mode {
		RAW => judge(curve, input.rest()),
		EDITED => {
			let (trapdoor, _) = trapdoor(curve);
			let mut proof = trapdoor.prove(&statement(curve), 0);
			input.edit(&mut proof, 4);
			judge(curve, &proof);
		}
		STATEMENT => stated(curve, &mut input),
		_ => delivered(curve, input.rest()),
	}
}

/// Proofs of one statement: whatever holds is one of the two that the fuzzer was given, point by point.
/// It knows no way of changing one into a third.
fn judge(curve: Curve, proof: &[u8]) {
	let (trapdoor, key) = trapdoor(curve);
	let statement = statement(curve);
	let result = within(MEMORY, || verify(proof, key, &statement));
	if proof.len() != curve.proof_len() {
		assert_eq!(within(0, || verify(proof, key, &statement)), Err(ProofError::ProofLength));
	}
	if result.is_ok() {
		let known = [0, 1].map(|nonce| trapdoor.prove(&statement, nonce));
		let written = match curve {
			Curve::Bn254 => rewritten::<ark_bn254::Bn254>(proof),
			Curve::Bls12_381 => rewritten::<ark_bls12_381::Bls12_381>(proof),
		};
		assert!(known.contains(&written), "a proof that nobody has made holds");
		// It has one encoding.
		assert_eq!(proof, written);
	}
}

fn rewritten<E: ark_ec::pairing::Pairing>(proof: &[u8]) -> Vec<u8> {
	let points = <(E::G1Affine, E::G2Affine, E::G1Affine)>::deserialize_compressed(proof)
		.expect("held before");
	let mut bytes = Vec::new();
	points.serialize_compressed(&mut bytes).expect("to memory");
	bytes
}

/// A statement that the input makes, proven: it holds, and a statement that differs does not.
fn stated(curve: Curve, input: &mut Input) {
	let (trapdoor, key) = trapdoor(curve);
	let mut claim = Statement {
		genesis: input.array(),
		job: input.u64(),
		attempt: input.u32(),
		node: input.array(),
		owner: input.array(),
		output: input.array(),
		result_hash: input.array(),
		tokens_used: input.u32(),
		input: input.array(),
		weights: input.array(),
	};
	let in_range = [claim.output, claim.input, claim.weights].iter().all(|c| is_element(curve, c));
	let proof = trapdoor.prove(&claim, input.u64());
	let expected = if in_range { Ok(()) } else { Err(ProofError::CommitmentOutOfRange) };
	assert_eq!(within(MEMORY, || verify(&proof, key, &claim)), expected);

	let before = public_inputs(&claim);
	let bit = input.u16();
	alter(&mut claim, bit);
	assert_ne!(public_inputs(&claim), before, "two statements with the same inputs");
	assert_ne!(verify(&proof, key, &claim), Ok(()), "holds for another statement");
}

/// Flips one bit of a statement.
fn alter(claim: &mut Claim, bit: u16) {
	let (field, bit) = (bit % 10, usize::from(bit / 10) % 256);
	let bytes = match field {
		0 => &mut claim.genesis,
		1 => &mut claim.node,
		2 => &mut claim.owner,
		3 => &mut claim.output,
		4 => &mut claim.result_hash,
		5 => &mut claim.input,
		6 => &mut claim.weights,
		7 => return claim.job ^= 1 << (bit % 64),
		8 => return claim.attempt ^= 1 << (bit % 32),
		_ => return claim.tokens_used ^= 1 << (bit % 32),
	};
	bytes[bit / 8] ^= 1 << (bit % 8);
}

/// Whether 32 bytes, the least significant first, are below the order of the curve.
fn is_element(curve: Curve, bytes: &[u8; 32]) -> bool {
	use ark_ff::BigInteger;
	let order = match curve {
		Curve::Bn254 => ark_bn254::Fr::MODULUS.to_bytes_be(),
		Curve::Bls12_381 => ark_bls12_381::Fr::MODULUS.to_bytes_be(),
	};
	bytes.iter().rev().copied().lt(order)
}

/// What is delivered is committed to, and nothing else is.
fn delivered(curve: Curve, bytes: &[u8]) {
	let result = within(MEMORY, || Delivered::Bytes(bytes).resolve(curve));
	if bytes.len() > MAX_COMMITTED_LEN as usize {
		assert_eq!(result, Err(ProofError::TooLong));
		return;
	}
	let (output, hash) = result.expect("short enough");
	assert_eq!((commit(curve, bytes), blake2_256(bytes)), (Ok(output), hash));
	assert!(is_element(curve, &output));
	let longer = [bytes, &[0]].concat();
	if longer.len() <= MAX_COMMITTED_LEN as usize {
		assert_ne!(commit(curve, &longer), Ok(output));
	}
	if !bytes.is_empty() {
		assert_ne!(commit(curve, &flipped(bytes, choice(bytes))), Ok(output));
		assert_ne!(commit(curve, &bytes[1..]), Ok(output));
	}
	let committed = Delivered::Committed { result_hash: hash, output };
	assert_eq!(committed.resolve(curve), Ok((output, hash)));
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, curve) in [(0u8, Curve::Bn254), (1, Curve::Bls12_381)] {
		let file = fixture(curve);
		let (trapdoor, _) = trapdoor(curve);
		seeds.push(seed(&[&[RAW, at], &fixture_bytes(&file, "/proof")]));
		seeds.push(seed(&[&[RAW, at], &trapdoor.prove(&statement(curve), 0)]));
		seeds.push(seed(&[&[RAW, at], &trapdoor.prove(&statement(curve), 1)]));
		seeds.push(vec![EDITED, at]);
		seeds.push(vec![EDITED, at, 0x1f, 0, 0x80]);
		let claim = statement(curve);
		for bit in [0u16, 3, 1_003, 9] {
			seeds.push(seed(&[
				&[STATEMENT, at],
				&claim.genesis,
				&claim.job.to_le_bytes(),
				&claim.attempt.to_le_bytes(),
				&claim.node,
				&claim.owner,
				&claim.output,
				&claim.result_hash,
				&claim.tokens_used.to_le_bytes(),
				&claim.input,
				&claim.weights,
				&1u64.to_le_bytes(),
				&bit.to_le_bytes(),
			]));
		}
		seeds.push(vec![STATEMENT, at]);
		seeds.push(seed(&[&[STATEMENT, at], &[0xff; 300]]));
		for pointer in ["/bytes/input", "/bytes/output"] {
			seeds.push(seed(&[&[DELIVERED, at], &fixture_bytes(&file, pointer)]));
		}
		seeds.push(vec![DELIVERED, at]);
		seeds.push(seed(&[&[DELIVERED, at], &[0; 62]]));
	}
	seeds
}
