//! What is signed off chain, and by whom.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Verify, AccountId32, MultiSignature};

/// The bytes of every payload that is signed off chain: `<Bytes>`, `tag`, SCALE of `fields`, which
/// begin with the genesis hash, `</Bytes>`.
pub fn signed_payload(tag: &[u8], fields: &impl Encode) -> Vec<u8> {
	[b"<Bytes>", tag, &fields.encode(), b"</Bytes>"].concat()
}

/// A public key of one fixed kind. Stored: grows at the end only.
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
pub enum SigningKey {
	/// Ed25519.
	#[codec(index = 0)]
	Ed25519([u8; 32]),
	/// Sr25519.
	#[codec(index = 1)]
	Sr25519([u8; 32]),
	/// ECDSA on secp256k1, compressed. The signed hash is `blake2_256`.
	#[codec(index = 2)]
	Ecdsa([u8; 33]),
}

impl SigningKey {
	/// The account that this key signs for.
	pub fn account(&self) -> AccountId32 {
		match self {
			Self::Ed25519(key) | Self::Sr25519(key) => (*key).into(),
			Self::Ecdsa(key) => blake2_256(key).into(),
		}
	}

	/// Whether `signature` is one of this key, of its kind, for `payload`.
	pub fn has_signed(&self, signature: &MultiSignature, payload: &[u8]) -> bool {
		match (self, signature) {
			(Self::Ed25519(_), MultiSignature::Ed25519(_))
			| (Self::Sr25519(_), MultiSignature::Sr25519(_))
			| (Self::Ecdsa(_), MultiSignature::Ecdsa(_)) => signature.verify(payload, &self.account()),
			_ => false,
		}
	}
}

/// Whether `signature` is one of `account` for `payload`, by the rule that transactions have: the
/// account is the key, or for ECDSA its `blake2_256`. Keys with Ethereum addresses sign nothing here.
pub fn account_has_signed(
	account: &AccountId32,
	signature: &MultiSignature,
	payload: &[u8],
) -> bool {
	match signature {
		MultiSignature::Ed25519(_) | MultiSignature::Sr25519(_) | MultiSignature::Ecdsa(_) => {
			signature.verify(payload, account)
		}
		MultiSignature::Eth(_) => false,
	}
}
