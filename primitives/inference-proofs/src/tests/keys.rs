//! What a verifying key must be.

use super::CURVES;
use crate::{simulator::Trapdoor, *};
use codec::{Decode, Encode, MaxEncodedLen};
use proptest::prelude::*;

/// Bytes of a compressed point of the first group.
fn point_len(curve: Curve) -> usize {
	curve.proof_len() / 4
}

/// Where a key's points begin: alpha, beta, gamma, delta, and the twelve input points.
fn starts(curve: Curve) -> Vec<usize> {
	let len = point_len(curve);
	let inputs = 7 * len + 8;
	[0, len, 3 * len, 5 * len].into_iter().chain((0..12).map(|n| inputs + n * len)).collect()
}

/// Length of the point that begins at `start`.
fn len_at(curve: Curve, start: usize) -> usize {
	let len = point_len(curve);
	if (len..7 * len).contains(&start) {
		2 * len
	} else {
		len
	}
}

fn good(curve: Curve) -> Vec<u8> {
	Trapdoor { curve, seed: 3 }.key()
}

/// The point at infinity, compressed.
fn infinity(curve: Curve, len: usize) -> Vec<u8> {
	let mut bytes = vec![0; len];
	match curve {
		Curve::Bn254 => bytes[len - 1] = 0x40,
		Curve::Bls12_381 => bytes[0] = 0xc0,
	}
	bytes
}

/// Turns a compressed point into its negative.
fn negate(curve: Curve, point: &mut [u8]) {
	match curve {
		Curve::Bn254 => *point.last_mut().unwrap() ^= 0x80,
		Curve::Bls12_381 => point[0] ^= 0x20,
	}
}

#[test]
fn good_keys_are_accepted() {
	for curve in CURVES {
		let key = good(curve);
		assert_eq!(key.len(), curve.key_len());
		let stored = check_key(curve, &key).unwrap();
		assert_eq!(stored.curve(), curve);
		let encoded = stored.encode();
		assert_eq!(encoded.len(), 1 + curve.stored_key_len());
		assert_eq!(StoredKey::decode(&mut &encoded[..]).unwrap(), stored);
		assert!(encoded.len() <= StoredKey::max_encoded_len());
	}
	let lengths = CURVES.map(|curve| (curve.proof_len(), curve.key_len(), curve.stored_key_len()));
	assert_eq!(lengths, [(128, 616, 1_408), (192, 920, 2_112)]);
	assert_eq!(StoredKey::max_encoded_len(), 2_113);
}

#[test]
fn wrong_lengths_are_refused() {
	for curve in CURVES {
		let key = good(curve);
		for len in (0..key.len()).step_by(7) {
			assert_eq!(check_key(curve, &key[..len]), Err(ProofError::KeyLength));
		}
		for more in [1, 32, 10_000] {
			let longer = [key.clone(), vec![0; more]].concat();
			assert_eq!(check_key(curve, &longer), Err(ProofError::KeyLength));
		}
	}
	assert_eq!(check_key(Curve::Bn254, &good(Curve::Bls12_381)), Err(ProofError::KeyLength));
}

#[test]
fn other_numbers_of_inputs_are_refused() {
	for curve in CURVES {
		let at = 7 * point_len(curve);
		for count in [0, 1, 11, 13, 12 << 8, u64::MAX] {
			let mut key = good(curve);
			key[at..at + 8].copy_from_slice(&u64::to_le_bytes(count));
			assert_eq!(check_key(curve, &key), Err(ProofError::KeyInputs), "{count}");
		}
	}
}

#[test]
fn infinity_is_refused_everywhere() {
	for curve in CURVES {
		for start in starts(curve) {
			let mut key = good(curve);
			let len = len_at(curve, start);
			key[start..start + len].copy_from_slice(&infinity(curve, len));
			assert_eq!(check_key(curve, &key), Err(ProofError::KeyIdentity), "{curve:?} {start}");
		}
	}
}

/// Infinity with other bytes beside its flag must not be a second way to write something.
#[test]
fn every_point_has_one_encoding() {
	for curve in CURVES {
		let good = good(curve);
		for start in starts(curve) {
			let len = len_at(curve, start);
			for position in [0, 1, len / 2 - 1, len / 2, len - 1] {
				let mut key = good.clone();
				key[start..start + len].copy_from_slice(&infinity(curve, len));
				key[start + position] ^= 1;
				assert!(check_key(curve, &key).is_err());
			}
		}
		// An x that is not reduced.
		let mut key = good.clone();
		key[..point_len(curve)].fill(0xff);
		let flagged = if curve == Curve::Bn254 { point_len(curve) - 1 } else { 0 };
		key[flagged] = if curve == Curve::Bn254 { 0xbf } else { 0x9f };
		assert_eq!(check_key(curve, &key), Err(ProofError::KeyMalformed));
	}
}

#[test]
fn repeated_points_are_refused_with_either_sign() {
	for curve in CURVES {
		let (good, starts) = (good(curve), starts(curve));
		let firsts: Vec<_> = core::iter::once(0).chain(4..16).collect();
		let neighbours = firsts.windows(2).map(|pair| (pair[0], pair[1]));
		let with_alpha = firsts[2..].iter().map(|to| (firsts[0], *to));
		for (from, to) in neighbours.chain(with_alpha).chain([(4, 15)]) {
			for sign in [1, -1] {
				let mut key = good.clone();
				let len = point_len(curve);
				let mut point = key[starts[from]..starts[from] + len].to_vec();
				if sign < 0 {
					negate(curve, &mut point);
				}
				key[starts[to]..starts[to] + len].copy_from_slice(&point);
				assert_eq!(check_key(curve, &key), Err(ProofError::KeyRepeated), "{from} {to}");
			}
		}
		for (from, to, error) in [
			(1, 2, ProofError::KeyRepeated),
			(1, 3, ProofError::KeyRepeated),
			(2, 3, ProofError::KeyForgeable),
			(3, 2, ProofError::KeyForgeable),
		] {
			for sign in [1, -1] {
				let mut key = good.clone();
				let len = 2 * point_len(curve);
				let mut point = key[starts[from]..starts[from] + len].to_vec();
				if sign < 0 {
					negate(curve, &mut point);
				}
				key[starts[to]..starts[to] + len].copy_from_slice(&point);
				assert_eq!(check_key(curve, &key), Err(error), "{from} {to}");
			}
		}
	}
}

/// Points that are on the curve but in none of the pairing's groups.
#[test]
fn points_outside_the_groups_are_refused() {
	use ark_ec::{short_weierstrass::SWCurveConfig, AffineRepr};
	use ark_serialize::CanonicalSerialize;

	fn outside<C: SWCurveConfig>() -> Vec<u8> {
		let point = (1u64..)
			.filter_map(|x| {
				ark_ec::short_weierstrass::Affine::<C>::get_point_from_x_unchecked(x.into(), false)
			})
			.find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
			.unwrap();
		assert!(point.is_on_curve() && !point.is_zero());
		let mut bytes = Vec::new();
		point.serialize_compressed(&mut bytes).unwrap();
		bytes
	}

	let second = [
		(Curve::Bn254, outside::<ark_bn254::g2::Config>()),
		(Curve::Bls12_381, outside::<ark_bls12_381::g2::Config>()),
	];
	for (curve, point) in second {
		for start in &starts(curve)[1..4] {
			let mut key = good(curve);
			key[*start..*start + point.len()].copy_from_slice(&point);
			assert_eq!(check_key(curve, &key), Err(ProofError::KeyMalformed));
		}
		let (_, key, statement, mut proof) = super::proven(curve);
		let start = point_len(curve);
		proof[start..start + point.len()].copy_from_slice(&point);
		assert_eq!(verify(&proof, &key, &statement), Err(ProofError::ProofMalformed));
	}
	// Every point of the first curve of BN254 is in its group.
	let curve = Curve::Bls12_381;
	let point = outside::<ark_bls12_381::g1::Config>();
	for start in starts(curve).into_iter().filter(|start| len_at(curve, *start) == point.len()) {
		let mut key = good(curve);
		key[start..start + point.len()].copy_from_slice(&point);
		assert_eq!(check_key(curve, &key), Err(ProofError::KeyMalformed));
	}
	let (_, key, statement, good_proof) = super::proven(curve);
	for start in [0, 3 * point_len(curve)] {
		let mut proof = good_proof.clone();
		proof[start..start + point.len()].copy_from_slice(&point);
		assert_eq!(verify(&proof, &key, &statement), Err(ProofError::ProofMalformed));
	}
}

#[test]
fn names_tell_keys_and_curves_apart() {
	let key = good(Curve::Bn254);
	let mut other = key.clone();
	other[0] ^= 1;
	let names = [
		key_hash(Curve::Bn254, &key),
		key_hash(Curve::Bls12_381, &key),
		key_hash(Curve::Bn254, &other),
	];
	assert_ne!(names[0], names[1]);
	assert_ne!(names[0], names[2]);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn no_bytes_make_the_check_panic(bytes in prop::collection::vec(any::<u8>(), 0..1_000)) {
		for curve in CURVES {
			let _ = check_key(curve, &bytes);
			let mut exact = bytes.clone();
			exact.resize(curve.key_len(), 0x80);
			prop_assert!(check_key(curve, &exact).is_err());
		}
	}

	/// A key with one byte changed is refused or another key, never the same.
	#[test]
	fn changed_keys_are_refused_or_other_keys(position in 0..616usize, bit in 0..8u32) {
		let curve = Curve::Bn254;
		let key = good(curve);
		let mut changed = key.clone();
		changed[position] ^= 1 << bit;
		if let Ok(stored) = check_key(curve, &changed) {
			prop_assert_ne!(stored, check_key(curve, &key).unwrap());
		}
	}
}
