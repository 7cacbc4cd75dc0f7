//! Verifying keys of proofs: [`check_key`].

use crate::{
	input::{choice, flipped, seed, Input},
	meter::within,
};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use codec::{Decode, Encode};
use inference_proofs::{
	check_key, key_hash, simulator::Trapdoor, verify, Curve, ProofError, StoredKey, PUBLIC_INPUTS,
};

/// Memory for checking a key: its points, and a pairing.
const MEMORY: usize = 128 * 1024;

const RAW: u8 = 0;
const EDITED: u8 = 1;
const STORED: u8 = 2;
const MODES: u8 = 3;

const FIXTURES: [&str; 2] = [
	include_str!("../../../primitives/inference-proofs/fixtures/layer-bn254.json"),
	include_str!("../../../primitives/inference-proofs/fixtures/layer-bls12381.json"),
];

pub fn curve(byte: u8) -> Curve {
	if byte.is_multiple_of(2) {
		Curve::Bn254
	} else {
		Curve::Bls12_381
	}
}

/// A file that `e2e/circuits/build.ts` wrote.
pub fn fixture(curve: Curve) -> serde_json::Value {
	let text = match curve {
		Curve::Bn254 => FIXTURES[0],
		Curve::Bls12_381 => FIXTURES[1],
	};
	serde_json::from_str(text).expect("a fixture")
}

/// Bytes in a fixture.
pub fn fixture_bytes(file: &serde_json::Value, pointer: &str) -> Vec<u8> {
	let text = file.pointer(pointer).and_then(|value| value.as_str()).expect("a text");
	hex::decode(text.trim_start_matches("0x")).expect("hex")
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let mode = input.u8() % MODES;
	let curve = curve(input.u8());
	match mode {
		RAW => judge(curve, input.rest()),
		EDITED => {
			let mut key = Trapdoor { curve, seed: u64::from(input.u8()) }.key();
			input.edit(&mut key, 4);
			judge(curve, &key);
		}
		_ => stored(input.rest()),
	}
}

fn judge(curve: Curve, key: &[u8]) {
	let result = within(MEMORY, || check_key(curve, key));
	if key.len() != curve.key_len() {
		assert_eq!(within(0, || check_key(curve, key)), Err(ProofError::KeyLength));
	}
	let Ok(checked) = result else { return };
	assert_eq!(checked.curve(), curve);
	assert_eq!(StoredKey::decode(&mut &checked.encode()[..]).as_ref(), Ok(&checked));

	// Written again from its points, it is the same bytes: a key has one name.
	let (points, count) = match curve {
		Curve::Bn254 => rewritten::<ark_bn254::Bn254>(key),
		Curve::Bls12_381 => rewritten::<ark_bls12_381::Bls12_381>(key),
	};
	assert_eq!((points.as_slice(), count), (key, PUBLIC_INPUTS as u64 + 1));

	// One bit makes another key, or none.
	let other = flipped(key, choice(key));
	assert_ne!(key_hash(curve, key), key_hash(curve, &other));
	if let Ok(other) = check_key(curve, &other) {
		assert_ne!(other, checked);
	}
}

/// A key's points read and written by the library alone, and how many there are for inputs.
fn rewritten<E: ark_ec::pairing::Pairing>(key: &[u8]) -> (Vec<u8>, u64) {
	type Parts<E> = (
		<E as ark_ec::pairing::Pairing>::G1Affine,
		[<E as ark_ec::pairing::Pairing>::G2Affine; 3],
		Vec<<E as ark_ec::pairing::Pairing>::G1Affine>,
	);
	let parts = Parts::<E>::deserialize_compressed(key).expect("checked before");
	let mut bytes = Vec::new();
	parts.serialize_compressed(&mut bytes).expect("to memory");
	(bytes, parts.2.len() as u64)
}

/// What is read of the storage is never from outside, and still no bytes of it panic.
fn stored(mut bytes: &[u8]) {
	let Ok(key) = within(MEMORY, || StoredKey::decode(&mut bytes)) else { return };
	let statement = crate::proofs::statement(key.curve());
	let proof = vec![0x11; key.curve().proof_len()];
	let _ = within(MEMORY, || verify(&proof, &key, &statement));
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, curve) in [(0u8, Curve::Bn254), (1, Curve::Bls12_381)] {
		let key = fixture_bytes(&fixture(curve), "/key");
		seeds.push(seed(&[&[RAW, at], &key]));
		let len = curve.proof_len() / 4;
		// Delta like gamma, a point at infinity, a point twice, one input less.
		let mut forgeable = key.clone();
		forgeable.copy_within(3 * len..5 * len, 5 * len);
		let mut zero = key.clone();
		zero[..len].fill(0);
		zero[if at == 0 { len - 1 } else { 0 }] = if at == 0 { 0x40 } else { 0xc0 };
		let mut twice = key.clone();
		twice.copy_within(7 * len + 8..8 * len + 8, 8 * len + 8);
		let mut fewer = key.clone();
		fewer[7 * len] -= 1;
		for bad in [&forgeable, &zero, &twice, &fewer] {
			seeds.push(seed(&[&[RAW, at], bad]));
		}
		seeds.push(vec![EDITED, at, 7]);
		seeds.push(vec![EDITED, at, 9, 0xe0, 0, 1]);
		let stored = check_key(curve, &key).expect("a fixture");
		seeds.push(seed(&[&[STORED, at], &stored.encode()]));
	}
	seeds
}
