//! Verifying keys and proofs.
//!
//! A proof (A, B, C) holds under a key if e(A, B) = e(alpha, beta) · e(L, gamma) · e(C, delta), where L is
//! the first input point plus each further one times its public input.
//!
//! A key is checked once and kept as what verification needs of it: e(alpha, beta), and the other points
//! uncompressed, so that no square roots, subgroup checks or pairing of constants are left to do. The
//! lines of gamma and delta, which other libraries precompute too, would save a third of the time and
//! make the key 25 times as long.

use crate::{curve::INPUT_POINTS, poseidon::is_canonical, *};
use alloc::{boxed::Box, vec::Vec};
use ark_bls12_381::Bls12_381;
use ark_bn254::Bn254;
use ark_ec::{
	pairing::{Pairing, PairingOutput},
	AffineRepr, CurveGroup,
};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_crypto_hashing::blake2_256;

const KEY_TAG: &[u8] = b"ai-compute-pbc/proof-key/v1";

/// Number of pieces of a stored key.
const PIECES: usize = 6 + 4 + INPUT_POINTS;

/// The bytes of a stored key, in pieces of one uncompressed point of the first group: clients of the
/// chain read no arrays of more than 2 048 elements.
type Pieces<const LEN: usize> = Box<[[u8; LEN]; PIECES]>;

/// A key that [`check_key`] has accepted, in the form that [`verify`] reads. To be stored as it is, and
/// to be taken from nobody.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum StoredKey {
	/// Over BN254.
	#[codec(index = 0)]
	Bn254(Pieces<{ 2 * Curve::Bn254.point_len() }>),
	/// Over BLS12-381.
	#[codec(index = 1)]
	Bls12_381(Pieces<{ 2 * Curve::Bls12_381.point_len() }>),
}

impl StoredKey {
	/// The curve that the key is over.
	pub fn curve(&self) -> Curve {
		match self {
			Self::Bn254(_) => Curve::Bn254,
			Self::Bls12_381(_) => Curve::Bls12_381,
		}
	}
}

/// Name of a key: `blake2_256` of a tag, the curve's index and the key's bytes. A key has one encoding,
/// so it has one name.
pub fn key_hash(curve: Curve, key: &[u8]) -> [u8; 32] {
	let mut bytes = KEY_TAG.to_vec();
	curve.encode_to(&mut bytes);
	bytes.extend_from_slice(key);
	blake2_256(&bytes)
}

/// Checks a verifying key: length, number of inputs, every point in its group and not the point at
/// infinity, no two alike up to their sign. What comes back is what [`verify`] takes.
pub fn check_key(curve: Curve, key: &[u8]) -> Result<StoredKey, ProofError> {
	if key.len() != curve.key_len() {
		return Err(ProofError::KeyLength);
	}
	Ok(match curve {
		Curve::Bn254 => StoredKey::Bn254(Key::<Bn254>::parse(key)?.store()?),
		Curve::Bls12_381 => StoredKey::Bls12_381(Key::<Bls12_381>::parse(key)?.store()?),
	})
}

/// Verifies `proof` of `statement` under `key`. The commitments of the statement must be over the key's
/// curve.
pub fn verify<AccountId: Encode>(
	proof: &[u8],
	key: &StoredKey,
	statement: &Statement<AccountId>,
) -> Result<(), ProofError> {
	let curve = key.curve();
	if proof.len() != curve.proof_len() {
		return Err(ProofError::ProofLength);
	}
	for commitment in [&statement.output, &statement.input, &statement.weights] {
		if !is_canonical(curve, commitment) {
			return Err(ProofError::CommitmentOutOfRange);
		}
	}
	let inputs = public_inputs(statement);
	match key {
		StoredKey::Bn254(key) => verify_over::<Bn254>(proof, key.as_flattened(), &inputs),
		StoredKey::Bls12_381(key) => verify_over::<Bls12_381>(proof, key.as_flattened(), &inputs),
	}
}

/// A key as somebody registers it.
struct Key<E: Pairing> {
	alpha: E::G1Affine,
	beta: E::G2Affine,
	gamma: E::G2Affine,
	delta: E::G2Affine,
	inputs: Vec<E::G1Affine>,
}

impl<E: Pairing> Key<E> {
	fn parse(key: &[u8]) -> Result<Self, ProofError> {
		let mut rest = key;
		let alpha = checked_point(&mut rest)?;
		let beta = checked_point(&mut rest)?;
		let gamma = checked_point(&mut rest)?;
		let delta = checked_point(&mut rest)?;
		let (count, mut rest) = rest.split_first_chunk().ok_or(ProofError::KeyLength)?;
		if u64::from_le_bytes(*count) != INPUT_POINTS as u64 {
			return Err(ProofError::KeyInputs);
		}
		let inputs = (0..INPUT_POINTS)
			.map(|_| checked_point(&mut rest))
			.collect::<Result<Vec<E::G1Affine>, _>>()?;
		if !rest.is_empty() {
			return Err(ProofError::KeyLength);
		}
		let key = Self { alpha, beta, gamma, delta, inputs };
		key.check_points()?;
		Ok(key)
	}

	fn check_points(&self) -> Result<(), ProofError> {
		if same_up_to_sign(&self.gamma, &self.delta) {
			return Err(ProofError::KeyForgeable);
		}
		let mut first = self.inputs.clone();
		first.push(self.alpha);
		if any_same_up_to_sign(&first) || any_same_up_to_sign(&[self.beta, self.gamma, self.delta])
		{
			return Err(ProofError::KeyRepeated);
		}
		Ok(())
	}

	fn store<const LEN: usize>(&self) -> Result<Pieces<LEN>, ProofError> {
		let mut bytes = Vec::with_capacity(LEN.saturating_mul(PIECES));
		let mut write = || {
			E::pairing(self.alpha, self.beta).0.serialize_uncompressed(&mut bytes)?;
			self.gamma.serialize_uncompressed(&mut bytes)?;
			self.delta.serialize_uncompressed(&mut bytes)?;
			self.inputs.iter().try_for_each(|point| point.serialize_uncompressed(&mut bytes))
		};
		write().map_err(|_| ProofError::StoredKeyCorrupt)?;
		let (pieces, []) = bytes.as_chunks() else { return Err(ProofError::StoredKeyCorrupt) };
		let pieces = Box::<[[u8; LEN]]>::from(pieces);
		pieces.try_into().map_err(|_| ProofError::StoredKeyCorrupt)
	}
}

/// Reads a compressed point of a key: in its group, not at infinity, and written the one right way.
fn checked_point<P: AffineRepr>(bytes: &mut &[u8]) -> Result<P, ProofError> {
	let whole = *bytes;
	let point = P::deserialize_compressed(&mut *bytes).map_err(|_| ProofError::KeyMalformed)?;
	if point.is_zero() {
		return Err(ProofError::KeyIdentity);
	}
	let mut canonical = Vec::new();
	point.serialize_compressed(&mut canonical).map_err(|_| ProofError::KeyMalformed)?;
	if !whole.starts_with(&canonical) {
		return Err(ProofError::KeyMalformed);
	}
	Ok(point)
}

/// Two points are each other or each other's negative if and only if they share their x.
fn same_up_to_sign<P: AffineRepr>(a: &P, b: &P) -> bool {
	a.x() == b.x()
}

fn any_same_up_to_sign<P: AffineRepr>(points: &[P]) -> bool {
	points
		.iter()
		.enumerate()
		.any(|(index, a)| points.iter().skip(index + 1).any(|b| same_up_to_sign(a, b)))
}

fn verify_over<E: Pairing>(
	proof: &[u8],
	key: &[u8],
	inputs: &[u128; PUBLIC_INPUTS],
) -> Result<(), ProofError> {
	let mut rest = proof;
	let a: E::G1Affine = proof_point(&mut rest)?;
	let b: E::G2Affine = proof_point(&mut rest)?;
	let c: E::G1Affine = proof_point(&mut rest)?;

	let mut rest = key;
	let alpha_beta: E::TargetField = stored(&mut rest)?;
	let gamma: E::G2Affine = stored(&mut rest)?;
	let delta: E::G2Affine = stored(&mut rest)?;
	let first: E::G1Affine = stored(&mut rest)?;
	let mut points = Vec::with_capacity(PUBLIC_INPUTS);
	for _ in 0..PUBLIC_INPUTS {
		points.push(stored::<E::G1Affine>(&mut rest)?);
	}

	let combined = (weighted_sum::<E::G1>(&points, inputs) + first).into_affine();
	let product = E::multi_miller_loop(
		[a, (-combined.into_group()).into_affine(), (-c.into_group()).into_affine()],
		[b, gamma, delta],
	);
	match E::final_exponentiation(product) {
		Some(PairingOutput(value)) if value == alpha_beta => Ok(()),
		_ => Err(ProofError::Invalid),
	}
}

fn proof_point<P: AffineRepr>(bytes: &mut &[u8]) -> Result<P, ProofError> {
	let point = P::deserialize_compressed(bytes).map_err(|_| ProofError::ProofMalformed)?;
	if point.is_zero() {
		return Err(ProofError::ProofMalformed);
	}
	Ok(point)
}

/// Reads what [`Key::store`] wrote, without the checks that were made before it was stored.
fn stored<T: CanonicalDeserialize>(bytes: &mut &[u8]) -> Result<T, ProofError> {
	T::deserialize_with_mode(bytes, Compress::No, Validate::No)
		.map_err(|_| ProofError::StoredKeyCorrupt)
}

/// Digits of a number are odd and at most this in size, or zero.
const MAX_DIGIT: usize = 7;
/// Odd multiples of a point that digits select.
const MULTIPLES: usize = MAX_DIGIT.div_ceil(2);
/// Digits of a number below 2^128.
const DIGITS: usize = 129;

/// The sum of the points, each times its number. The doublings are shared by all, and the numbers are
/// written with few digits other than zero. Takes no care of secrets: there are none.
fn weighted_sum<G: CurveGroup>(points: &[G::Affine], numbers: &[u128; PUBLIC_INPUTS]) -> G {
	let mut multiples = Vec::with_capacity(points.len() * MULTIPLES);
	for point in points {
		let mut multiple = point.into_group();
		let twice = multiple.double();
		for _ in 0..MULTIPLES {
			multiples.push(multiple);
			multiple += twice;
		}
	}
	let multiples = G::normalize_batch(&multiples);
	let digits = numbers.map(signed_digits);

	let mut sum = G::zero();
	for position in (0..DIGITS).rev() {
		sum.double_in_place();
		for (digits, multiples) in digits.iter().zip(multiples.chunks(MULTIPLES)) {
			let digit = digits[position];
			if let Some(multiple) = multiples.get(usize::from(digit.unsigned_abs() / 2)) {
				match digit.signum() {
					1 => sum += *multiple,
					-1 => sum -= *multiple,
					_ => {}
				}
			}
		}
	}
	sum
}

/// Writes a number in digits that are zero or odd and between -7 and 7, the least significant first:
/// at most every fourth is not zero.
fn signed_digits(mut number: u128) -> [i8; DIGITS] {
	let mut digits = [0; DIGITS];
	for digit in &mut digits {
		let low = (number % 16) as i8;
		let odd = low % 2 == 1;
		number /= 2;
		if odd && low < 8 {
			*digit = low;
			number -= (low / 2) as u128;
		} else if odd {
			*digit = low - 16;
			number += (16 - low).unsigned_abs().div_ceil(2) as u128;
		}
	}
	digits
}

#[cfg(test)]
mod tests {
	use super::*;
	use ark_ec::PrimeGroup;
	use proptest::prelude::*;

	fn value(digits: &[i8; DIGITS]) -> ark_bn254::Fr {
		digits
			.iter()
			.rev()
			.fold(ark_bn254::Fr::from(0), |sum, digit| sum + sum + ark_bn254::Fr::from(*digit))
	}

	#[test]
	fn digits_are_the_number_and_sparse() {
		let edges = [0, 1, 2, 7, 8, 9, 15, 16, u128::MAX, u128::MAX - 7, u128::MAX - 8, 1 << 127];
		for number in edges {
			assert_eq!(value(&signed_digits(number)), ark_bn254::Fr::from(number), "{number}");
		}
	}

	proptest! {
		#[test]
		fn weighted_sums_are_right(numbers: [u128; PUBLIC_INPUTS], digit_of: u128) {
			let digits = signed_digits(digit_of);
			prop_assert_eq!(value(&digits), ark_bn254::Fr::from(digit_of));
			for window in digits.windows(4) {
				prop_assert!(window.iter().filter(|digit| **digit != 0).count() <= 1);
			}

			let generator = ark_bn254::G1Projective::generator();
			let points: Vec<_> =
				(1..=PUBLIC_INPUTS as u64).map(|n| (generator * ark_bn254::Fr::from(n * n)).into_affine()).collect();
			let expected: ark_bn254::G1Projective =
				points.iter().zip(numbers).map(|(point, number)| *point * ark_bn254::Fr::from(number)).sum();
			prop_assert_eq!(weighted_sum::<ark_bn254::G1Projective>(&points, &numbers), expected);
		}
	}
}
