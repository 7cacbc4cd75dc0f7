//! Which proofs hold.

use super::{proven, statement, variations, CURVES};
use crate::{simulator::Trapdoor, *};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::Field;
use ark_groth16::{Groth16, Proof, VerifyingKey};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use codec::{Decode, Encode};
use proptest::prelude::*;

#[test]
fn proofs_of_the_statement_hold() {
	for curve in CURVES {
		let (trapdoor, key, statement, _) = proven(curve);
		for nonce in 0..4 {
			let proof = trapdoor.prove(&statement, nonce);
			assert_eq!(proof.len(), curve.proof_len());
			assert_eq!(verify(&proof, &key, &statement), Ok(()));
		}
	}
}

#[test]
fn proofs_of_other_statements_do_not_hold() {
	for curve in CURVES {
		let (trapdoor, key, statement, proof) = proven(curve);
		for (name, other) in variations(curve, &statement) {
			assert_eq!(verify(&proof, &key, &other), Err(ProofError::Invalid), "{name}");
			assert_eq!(verify(&trapdoor.prove(&other, 0), &key, &other), Ok(()), "{name}");
		}
	}
}

#[test]
fn proofs_under_other_keys_do_not_hold() {
	for curve in CURVES {
		let (_, _, statement, proof) = proven(curve);
		let other = check_key(curve, &Trapdoor { curve, seed: 2 }.key()).unwrap();
		assert_eq!(verify(&proof, &other, &statement), Err(ProofError::Invalid));
	}
	let (_, _, statement, proof) = proven(Curve::Bn254);
	let (_, other_curve, ..) = proven(Curve::Bls12_381);
	assert_eq!(verify(&proof, &other_curve, &statement), Err(ProofError::ProofLength));
}

#[test]
fn wrong_lengths_are_refused() {
	for curve in CURVES {
		let (_, key, statement, proof) = proven(curve);
		for len in 0..proof.len() {
			assert_eq!(verify(&proof[..len], &key, &statement), Err(ProofError::ProofLength));
		}
		let longer = [&proof[..], &[0]].concat();
		assert_eq!(verify(&longer, &key, &statement), Err(ProofError::ProofLength));
	}
}

#[test]
fn every_flipped_bit_is_refused() {
	for curve in CURVES {
		let (_, key, statement, proof) = proven(curve);
		for position in 0..proof.len() {
			let mut changed = proof.clone();
			changed[position] ^= 1 << (position % 8);
			let refusal = verify(&changed, &key, &statement).unwrap_err();
			assert!(
				matches!(refusal, ProofError::ProofMalformed | ProofError::Invalid),
				"{curve:?} {position} {refusal:?}"
			);
		}
	}
}

#[test]
fn infinity_is_refused() {
	for curve in CURVES {
		let (_, key, statement, proof) = proven(curve);
		let len = curve.proof_len() / 4;
		for (start, len) in [(0, len), (len, 2 * len), (3 * len, len)] {
			let mut changed = proof.clone();
			let point = &mut changed[start..start + len];
			point.fill(0);
			match curve {
				Curve::Bn254 => point[len - 1] = 0x40,
				Curve::Bls12_381 => point[0] = 0xc0,
			}
			assert_eq!(verify(&changed, &key, &statement), Err(ProofError::ProofMalformed));
		}
	}
}

/// The number of the field's modulus is no other way of writing zero.
#[test]
fn commitments_outside_the_field_are_refused() {
	use ark_ff::{BigInteger, PrimeField};
	for curve in CURVES {
		let (trapdoor, key, good, _) = proven(curve);
		let modulus: Commitment = match curve {
			Curve::Bn254 => ark_bn254::Fr::MODULUS.to_bytes_le(),
			Curve::Bls12_381 => ark_bls12_381::Fr::MODULUS.to_bytes_le(),
		}
		.try_into()
		.unwrap();
		for outside in [modulus, [0xff; 32]] {
			for field in 0..3 {
				let mut statement = good.clone();
				*[&mut statement.output, &mut statement.input, &mut statement.weights][field] =
					outside;
				let proof = trapdoor.prove(&statement, 0);
				assert_eq!(verify(&proof, &key, &statement), Err(ProofError::CommitmentOutOfRange));
			}
		}
		let mut largest = modulus;
		largest[0] -= 1;
		let statement = Statement { input: largest, ..good };
		assert_eq!(verify(&trapdoor.prove(&statement, 0), &key, &statement), Ok(()));
	}
}

/// Anybody can change a proof into another of the same statement, and of no other.
#[test]
fn changed_proofs_hold_for_the_same_statement_only() {
	fn change<E: Pairing>(proof: &[u8]) -> [Vec<u8>; 2] {
		let Proof::<E> { a, b, c } = Proof::deserialize_compressed(proof).unwrap();
		let factor = E::ScalarField::from(5u64);
		let scaled = Proof::<E> {
			a: (a * factor).into_affine(),
			b: (b * factor.inverse().unwrap()).into_affine(),
			c,
		};
		let negated = Proof::<E> {
			a: (-a.into_group()).into_affine(),
			b: (-b.into_group()).into_affine(),
			c,
		};
		[scaled, negated].map(|proof| {
			let mut bytes = Vec::new();
			proof.serialize_compressed(&mut bytes).unwrap();
			bytes
		})
	}

	for curve in CURVES {
		let (_, key, statement, proof) = proven(curve);
		let changed = match curve {
			Curve::Bn254 => change::<ark_bn254::Bn254>(&proof),
			Curve::Bls12_381 => change::<ark_bls12_381::Bls12_381>(&proof),
		};
		for changed in changed {
			assert_ne!(changed, proof);
			assert_eq!(verify(&changed, &key, &statement), Ok(()));
			for (name, other) in variations(curve, &statement) {
				assert_eq!(verify(&changed, &key, &other), Err(ProofError::Invalid), "{name}");
			}
		}
	}
}

/// Our verification and that of `ark-groth16` say the same, of good and of bad proofs.
#[test]
fn verification_agrees_with_ark_groth16() {
	fn theirs<E: Pairing>(key: &[u8], proof: &[u8], statement: &Statement<[u8; 32]>) -> bool {
		let key = VerifyingKey::<E>::deserialize_compressed(key).unwrap();
		let proof = Proof::<E>::deserialize_compressed(proof).unwrap();
		let inputs = public_inputs(statement).map(E::ScalarField::from);
		let prepared = ark_groth16::prepare_verifying_key(&key);
		Groth16::<E>::verify_proof(&prepared, &proof, &inputs).unwrap()
	}

	for curve in CURVES {
		let (trapdoor, key, good, proof) = proven(curve);
		for (name, statement) in variations(curve, &good).into_iter().chain([("none", good)]) {
			let theirs = match curve {
				Curve::Bn254 => theirs::<ark_bn254::Bn254>(&trapdoor.key(), &proof, &statement),
				Curve::Bls12_381 => {
					theirs::<ark_bls12_381::Bls12_381>(&trapdoor.key(), &proof, &statement)
				}
			};
			assert_eq!(theirs, verify(&proof, &key, &statement).is_ok(), "{name}");
			assert_eq!(theirs, name == "none");
		}
	}
}

#[test]
fn corrupt_stored_keys_are_errors() {
	for curve in CURVES {
		let (_, key, statement, proof) = proven(curve);
		let mut encoded = key.encode();
		encoded[1..].fill(0xff);
		let corrupt = StoredKey::decode(&mut &encoded[..]).unwrap();
		assert_eq!(verify(&proof, &corrupt, &statement), Err(ProofError::StoredKeyCorrupt));
		encoded[1..].fill(0);
		let empty = StoredKey::decode(&mut &encoded[..]).unwrap();
		assert!(verify(&proof, &empty, &statement).is_err());
	}
}

#[test]
fn committed_results_are_taken_as_given() {
	let curve = Curve::Bn254;
	let delivered = Delivered::Committed { result_hash: [9; 32], output: [1; 32] };
	assert_eq!(delivered.resolve(curve), Ok(([1; 32], [9; 32])));
	let long = vec![0; MAX_COMMITTED_LEN as usize + 1];
	assert_eq!(Delivered::Bytes(&long).resolve(curve), Err(ProofError::TooLong));
	assert_ne!(statement(curve, b"a").output, statement(curve, b"b").output);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn no_bytes_make_verification_panic(bytes in prop::collection::vec(any::<u8>(), 192), stored: u64) {
		for curve in CURVES {
			let (_, key, statement, _) = proven(curve);
			prop_assert!(verify(&bytes[..curve.proof_len()], &key, &statement).is_err());
			// A stored key of arbitrary bytes is nothing that verification sees, but if it did.
			let mut encoded = key.encode();
			let position = 1 + stored as usize % curve.stored_key_len();
			encoded[position] ^= 1 + (stored >> 60) as u8;
			let corrupt = StoredKey::decode(&mut &encoded[..]).unwrap();
			let _ = verify(&bytes[..curve.proof_len()], &corrupt, &statement);
		}
	}

	#[test]
	fn proofs_of_any_statement_hold(
		job: u64, attempt: u32, tokens_used: u32, output in prop::collection::vec(any::<u8>(), 0..300)
	) {
		for curve in CURVES {
			let (trapdoor, key, ..) = proven(curve);
			let statement = Statement { job, attempt, tokens_used, ..statement(curve, &output) };
			prop_assert_eq!(verify(&trapdoor.prove(&statement, 1), &key, &statement), Ok(()));
		}
	}
}
