//! A set-up whose secrets are known, and with them proofs of anything.
//!
//! This is what the holder of a real set-up's secrets can do, and why a key counts only for those who
//! named it. Tests and benchmarks use it to have a valid proof for any statement, without a circuit and
//! in microseconds. The proofs are verified like all others.

use crate::{curve::INPUT_POINTS, public_inputs, Curve, Statement};
use alloc::vec::Vec;
use ark_ec::{pairing::Pairing, CurveGroup, PrimeGroup};
use ark_ff::{Field, PrimeField};
use ark_serialize::CanonicalSerialize;
use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// The secrets of one set-up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trapdoor {
	/// Curve of its key.
	pub curve: Curve,
	/// What all its numbers are made from.
	pub seed: u64,
}

impl Trapdoor {
	/// The set-up's verifying key.
	pub fn key(&self) -> Vec<u8> {
		match self.curve {
			Curve::Bn254 => self.key_over::<ark_bn254::Bn254>(),
			Curve::Bls12_381 => self.key_over::<ark_bls12_381::Bls12_381>(),
		}
	}

	/// A proof of `statement`. Each `nonce` gives another one.
	pub fn prove<AccountId: Encode>(
		&self,
		statement: &Statement<AccountId>,
		nonce: u64,
	) -> Vec<u8> {
		let inputs = public_inputs(statement);
		match self.curve {
			Curve::Bn254 => self.prove_over::<ark_bn254::Bn254>(&inputs, nonce),
			Curve::Bls12_381 => self.prove_over::<ark_bls12_381::Bls12_381>(&inputs, nonce),
		}
	}

	fn number<F: PrimeField>(&self, label: &str, index: u64) -> F {
		F::from_le_bytes_mod_order(&blake2_256(&(self.seed, label, index).encode()))
	}

	fn key_over<E: Pairing>(&self) -> Vec<u8> {
		let second = ["beta", "gamma", "delta"].map(|label| {
			(E::G2::generator() * self.number::<E::ScalarField>(label, 0)).into_affine()
		});
		let inputs: Vec<_> = (0..INPUT_POINTS as u64)
			.map(|index| {
				(E::G1::generator() * self.number::<E::ScalarField>("input", index)).into_affine()
			})
			.collect();
		let alpha = E::G1::generator() * self.number::<E::ScalarField>("alpha", 0);
		compressed(&(alpha.into_affine(), second, inputs))
	}

	fn prove_over<E: Pairing>(&self, inputs: &[u128], nonce: u64) -> Vec<u8> {
		let secret = |label| self.number::<E::ScalarField>(label, 0);
		let a: E::ScalarField = self.number("a", nonce);
		let b: E::ScalarField = self.number("b", nonce);
		let mut combined: E::ScalarField = self.number("input", 0);
		for (index, input) in (1..).zip(inputs) {
			combined +=
				self.number::<E::ScalarField>("input", index) * E::ScalarField::from(*input);
		}
		// The exponents of the equation that a verifier checks. A hash is never zero in practice.
		let rest = a * b - secret("alpha") * secret("beta") - combined * secret("gamma");
		let c = rest * secret("delta").inverse().unwrap_or_default();
		compressed(&(
			(E::G1::generator() * a).into_affine(),
			(E::G2::generator() * b).into_affine(),
			(E::G1::generator() * c).into_affine(),
		))
	}
}

fn compressed(value: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	// Writing to memory does not fail.
	let _ = value.serialize_compressed(&mut bytes);
	bytes
}
