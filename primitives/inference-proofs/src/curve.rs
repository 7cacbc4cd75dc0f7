//! The curves, and the lengths that follow from them.

use crate::statement::PUBLIC_INPUTS;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Points of a key that belong to the public inputs: one for each, and one for the constant.
pub(crate) const INPUT_POINTS: usize = PUBLIC_INPUTS + 1;

/// A pairing-friendly curve. Stored: grows at the end only.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Curve {
	/// BN254, which Ethereum and circom call bn128: about 100 bits of security, the cheaper one.
	#[codec(index = 0)]
	Bn254,
	/// BLS12-381: about 120 bits of security.
	#[codec(index = 1)]
	Bls12_381,
}

impl Curve {
	/// Bytes of a compressed point of the first group. One of the second has twice as many.
	pub(crate) const fn point_len(self) -> usize {
		match self {
			Self::Bn254 => 32,
			Self::Bls12_381 => 48,
		}
	}

	/// Bytes of a proof: A, B and C, compressed.
	pub const fn proof_len(self) -> usize {
		4 * self.point_len()
	}

	/// Bytes of a verifying key: alpha, beta, gamma, delta, the number of input points as eight bytes,
	/// and the input points, compressed.
	pub const fn key_len(self) -> usize {
		7 * self.point_len() + 8 + INPUT_POINTS * self.point_len()
	}

	/// Bytes of a checked key: an element of the target group, two uncompressed points of the second
	/// group, and the uncompressed input points.
	pub const fn stored_key_len(self) -> usize {
		12 * self.point_len() + 2 * 4 * self.point_len() + INPUT_POINTS * 2 * self.point_len()
	}
}
