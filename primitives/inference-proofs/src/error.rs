//! What can be wrong with a key or a proof.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Why a key or a proof is refused.
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
pub enum ProofError {
	/// The key has not the one length that keys of its curve have.
	#[codec(index = 0)]
	KeyLength,
	/// The key is for another number of public inputs than a statement has.
	#[codec(index = 1)]
	KeyInputs,
	/// A point of the key is no encoding of a point of its group.
	#[codec(index = 2)]
	KeyMalformed,
	/// A point of the key is the point at infinity: that part of the circuit binds nothing.
	#[codec(index = 3)]
	KeyIdentity,
	/// Two points of the key are the same, or each other's negatives.
	#[codec(index = 4)]
	KeyRepeated,
	/// Gamma is delta or its negative: nobody contributed to the set-up, and everybody can forge.
	#[codec(index = 5)]
	KeyForgeable,
	/// The proof has not the one length that proofs of the key's curve have.
	#[codec(index = 6)]
	ProofLength,
	/// A point of the proof is no encoding of a point of its group, or the point at infinity.
	#[codec(index = 7)]
	ProofMalformed,
	/// A commitment is no element of the curve's scalar field.
	#[codec(index = 8)]
	CommitmentOutOfRange,
	/// More bytes than are committed to on chain.
	#[codec(index = 9)]
	TooLong,
	/// The proof does not prove the statement under the key.
	#[codec(index = 10)]
	Invalid,
	/// The stored key is not what a check of a key made.
	#[codec(index = 11)]
	StoredKeyCorrupt,
}
