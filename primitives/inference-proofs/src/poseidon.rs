//! Commitments to bytes: Poseidon, which is cheap in a circuit.
//!
//! The permutation is the Poseidon paper's for a state of three elements (8 full and 57 partial rounds,
//! fifth powers), over the scalar field of the curve; for BN254 it is circomlib's. Bytes are cut into
//! chunks of 31, each read as a number, least significant byte first. A sponge takes in two chunks at a
//! time: the state starts as (number of bytes, 0, 0), chunks are added to its second and third element,
//! and after the last permutation the second element is the commitment. Because the number of bytes is
//! in the state from the start, zeros at the end are no other way of writing a shorter string.

pub(crate) mod bls12_381;
pub(crate) mod bn254;

use crate::{Commitment, Curve, ProofError};
use ark_ff::{BigInt, BigInteger, Field, PrimeField};

/// Most bytes that are committed to on chain.
pub const MAX_COMMITTED_LEN: u32 = 2_048;

pub(crate) const WIDTH: usize = 3;
const ROUNDS: usize = 65;
/// Full rounds at each end.
const FULL_ROUNDS: usize = 4;
const CHUNK: usize = 31;
const BLOCK: usize = 2 * CHUNK;

pub(crate) struct Constants<F: 'static> {
	pub(crate) rounds: [[F; WIDTH]; ROUNDS],
	pub(crate) matrix: [[F; WIDTH]; WIDTH],
}

/// Reads the tables of a field at compile time.
macro_rules! constants {
	($field:ty, $tables:ident) => {{
		const fn element(limbs: [u64; 4]) -> $field {
			<$field>::new(BigInt::new(limbs))
		}
		const fn row(row: [[u64; 4]; WIDTH]) -> [$field; WIDTH] {
			[element(row[0]), element(row[1]), element(row[2])]
		}
		const fn rounds() -> [[$field; WIDTH]; ROUNDS] {
			let mut rounds = [[<$field>::ZERO; WIDTH]; ROUNDS];
			let mut index = 0;
			while index < ROUNDS {
				rounds[index] = row($tables::ROUNDS[index]);
				index += 1;
			}
			rounds
		}
		Constants {
			rounds: rounds(),
			matrix: [row($tables::MATRIX[0]), row($tables::MATRIX[1]), row($tables::MATRIX[2])],
		}
	}};
}

pub(crate) static BN254: Constants<ark_bn254::Fr> = {
	use ark_ff::AdditiveGroup;
	constants!(ark_bn254::Fr, bn254)
};
pub(crate) static BLS12_381: Constants<ark_bls12_381::Fr> = {
	use ark_ff::AdditiveGroup;
	constants!(ark_bls12_381::Fr, bls12_381)
};

/// Commitment to `bytes` in the scalar field of `curve`.
pub fn commit(curve: Curve, bytes: &[u8]) -> Result<Commitment, ProofError> {
	if bytes.len() > MAX_COMMITTED_LEN as usize {
		return Err(ProofError::TooLong);
	}
	Ok(match curve {
		Curve::Bn254 => sponge(&BN254, bytes),
		Curve::Bls12_381 => sponge(&BLS12_381, bytes),
	})
}

/// Permutations that [`commit`] needs for that many bytes: what its time grows with.
pub const fn permutations(len: u32) -> u32 {
	let blocks = len.div_ceil(BLOCK as u32);
	if blocks == 0 {
		1
	} else {
		blocks
	}
}

fn sponge<F: PrimeField>(constants: &Constants<F>, bytes: &[u8]) -> Commitment {
	let mut state = [F::from(bytes.len() as u64), F::ZERO, F::ZERO];
	if bytes.is_empty() {
		permute(constants, &mut state);
	}
	for block in bytes.chunks(BLOCK) {
		for (element, chunk) in state.iter_mut().skip(1).zip(block.chunks(CHUNK)) {
			*element += F::from_le_bytes_mod_order(chunk);
		}
		permute(constants, &mut state);
	}
	to_bytes(state[1])
}

pub(crate) fn permute<F: Field>(constants: &Constants<F>, state: &mut [F; WIDTH]) {
	for (index, round) in constants.rounds.iter().enumerate() {
		for (element, constant) in state.iter_mut().zip(round) {
			*element += constant;
		}
		let full = !(FULL_ROUNDS..ROUNDS - FULL_ROUNDS).contains(&index);
		let changed = if full { WIDTH } else { 1 };
		for element in state.iter_mut().take(changed) {
			let fourth = element.square().square();
			*element *= fourth;
		}
		*state = constants.matrix.map(|row| F::sum_of_products(&row, state));
	}
}

/// A field element as 32 bytes, least significant first.
pub(crate) fn to_bytes(element: impl PrimeField) -> Commitment {
	let mut bytes = Commitment::default();
	for (byte, value) in bytes.iter_mut().zip(element.into_bigint().to_bytes_le()) {
		*byte = value;
	}
	bytes
}

/// Whether 32 bytes are an element of the scalar field of `curve`.
pub(crate) fn is_canonical(curve: Curve, bytes: &Commitment) -> bool {
	match curve {
		Curve::Bn254 => to_bytes(ark_bn254::Fr::from_le_bytes_mod_order(bytes)) == *bytes,
		Curve::Bls12_381 => to_bytes(ark_bls12_381::Fr::from_le_bytes_mod_order(bytes)) == *bytes,
	}
}
