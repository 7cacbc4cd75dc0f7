//! The constants, the permutation and commitments.

use crate::{
	permutations,
	poseidon::{bls12_381, bn254, permute, Constants, BLS12_381, BN254, WIDTH},
	*,
};
use ark_ff::{BigInt, PrimeField};

/// The generator of constants of the Poseidon paper, appendix F: a shift register of 80 bits.
struct Grain {
	register: [bool; 80],
	bits: usize,
}

impl Grain {
	fn new(field_bits: usize) -> Self {
		let mut register = Vec::new();
		let fields =
			[(1, 2), (0, 4), (field_bits, 12), (WIDTH, 12), (8, 10), (57, 10), ((1 << 30) - 1, 30)];
		for (value, width) in fields {
			register.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
		}
		let mut grain = Self { register: register.try_into().unwrap(), bits: field_bits };
		(0..160).for_each(|_| {
			grain.step();
		});
		grain
	}

	fn step(&mut self) -> bool {
		let bit =
			[62, 51, 38, 23, 13, 0].into_iter().fold(false, |bit, tap| bit ^ self.register[tap]);
		self.register.rotate_left(1);
		self.register[79] = bit;
		bit
	}

	fn bit(&mut self) -> bool {
		while !self.step() {
			self.step();
		}
		self.step()
	}

	fn number(&mut self) -> [u64; 4] {
		let mut number = [0; 4];
		for bit in (0..self.bits).rev() {
			number[bit / 64] |= u64::from(self.bit()) << (bit % 64);
		}
		number
	}

	/// A number below the modulus, thrown anew until it is.
	fn element<F: PrimeField<BigInt = BigInt<4>>>(&mut self) -> F {
		loop {
			if let Some(element) = F::from_bigint(BigInt::new(self.number())) {
				return element;
			}
		}
	}

	/// A number, reduced by the modulus.
	fn reduced<F: PrimeField>(&mut self) -> F {
		let bytes: Vec<u8> = self.number().into_iter().flat_map(u64::to_le_bytes).collect();
		F::from_le_bytes_mod_order(&bytes)
	}
}

fn check_constants<F: PrimeField<BigInt = BigInt<4>>>(constants: &Constants<F>) {
	let mut grain = Grain::new(F::MODULUS_BIT_SIZE as usize);
	for round in constants.rounds {
		assert_eq!(round, [(); WIDTH].map(|()| grain.element::<F>()));
	}
	let x = [(); WIDTH].map(|()| grain.reduced::<F>());
	let y = [(); WIDTH].map(|()| grain.reduced::<F>());
	for (x, row) in x.into_iter().zip(constants.matrix) {
		assert_eq!(row, y.map(|y| (x + y).inverse().unwrap()));
	}
}

#[test]
fn constants_are_those_of_the_papers_generator() {
	check_constants(&BN254);
	check_constants(&BLS12_381);
}

#[test]
fn tables_hold_reduced_numbers() {
	let bn254 = bn254::ROUNDS.iter().chain(&bn254::MATRIX).flatten();
	assert!(bn254.copied().all(|limbs| BigInt::new(limbs) < ark_bn254::Fr::MODULUS));
	let bls12_381 = bls12_381::ROUNDS.iter().chain(&bls12_381::MATRIX).flatten();
	assert!(bls12_381.copied().all(|limbs| BigInt::new(limbs) < ark_bls12_381::Fr::MODULUS));
}

fn permuted<F: PrimeField>(constants: &Constants<F>) -> [String; WIDTH] {
	let mut state = [0u64, 1, 2].map(F::from);
	permute(constants, &mut state);
	state.map(|element| {
		let mut bytes = crate::poseidon::to_bytes(element);
		bytes.reverse();
		hex::encode(bytes)
	})
}

/// `test_vectors.txt` of the paper's reference implementation, poseidonperm_x5_254_3 and _255_3.
#[test]
fn permutation_agrees_with_the_published_vectors() {
	assert_eq!(
		permuted(&BN254),
		[
			"115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a",
			"0fca49b798923ab0239de1c9e7a4a9a2210312b6a2f616d18b5a87f9b628ae29",
			"0e7ae82e40091e63cbd4f16a6d16310b3729d4b6e138fcf54110e2867045a30c",
		]
	);
	assert_eq!(
		permuted(&BLS12_381),
		[
			"28ce19420fc246a05553ad1e8c98f5c9d67166be2c18e9e4cb4b4e317dd2a78a",
			"51f3e312c95343a896cfd8945ea82ba956c1118ce9b9859b6ea56637b4b1ddc4",
			"3b2b69139b235626a0bfb56c9527ae66a7bf486ad8c11c14d1da0c69bbe0f79a",
		]
	);
}

#[test]
fn permutation_agrees_with_another_implementation() {
	use light_poseidon::{Poseidon, PoseidonHasher};
	let mut other = Poseidon::<ark_bn254::Fr>::new_circom(2).unwrap();
	for seed in 0..50u64 {
		let inputs = [seed, seed + 1].map(|n| {
			ark_bn254::Fr::from_le_bytes_mod_order(&sp_crypto_hashing::blake2_256(&n.to_le_bytes()))
		});
		let mut state = [ark_bn254::Fr::from(0), inputs[0], inputs[1]];
		permute(&BN254, &mut state);
		assert_eq!(state[0], other.hash(&inputs).unwrap());
	}
}

#[test]
fn commitments_tell_lengths_and_every_byte() {
	for curve in [Curve::Bn254, Curve::Bls12_381] {
		let mut seen = std::collections::BTreeSet::new();
		for len in 0..200 {
			assert!(seen.insert(commit(curve, &vec![0; len]).unwrap()), "{len} zeros");
		}
		for position in 0..100 {
			let mut bytes = [0; 100];
			bytes[position] = 1;
			assert!(seen.insert(commit(curve, &bytes).unwrap()), "byte {position}");
		}
	}
	assert_ne!(commit(Curve::Bn254, b"x"), commit(Curve::Bls12_381, b"x"));
}

#[test]
fn boundary_longest_commitment() {
	let longest = vec![255; MAX_COMMITTED_LEN as usize];
	let longer = vec![255; MAX_COMMITTED_LEN as usize + 1];
	for curve in [Curve::Bn254, Curve::Bls12_381] {
		assert!(commit(curve, &longest).is_ok());
		assert_eq!(commit(curve, &longer), Err(ProofError::TooLong));
	}
}

#[test]
fn permutations_are_counted() {
	let counts = [0, 1, 62, 63, 124, 125, 2_048].map(permutations);
	assert_eq!(counts, [1, 1, 1, 2, 2, 3, 34]);
}
