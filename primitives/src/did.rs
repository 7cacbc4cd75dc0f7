//! Decentralised identifiers: `did:etrid:<kind>:<id>`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, PalletError};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// Longest DID in bytes.
pub const MAX_DID_LEN: u32 = 128;

/// `blake2_256` of a DID's bytes: the key under which the chain's records of it are found.
pub type DidHash = H256;

const PREFIX: &[u8] = b"did:etrid:";
const AI_TYPES: [&[u8]; 6] = [b"llm", b"vision", b"audio", b"multimodal", b"agent", b"ensemble"];

/// A well-formed DID.
///
/// Holding a value of this type means that the syntax has been checked: ASCII,
/// `did:etrid:<kind>:<id>`, a kind of 1 to 32 lower-case letters or digits, an id of one or more
/// colon-separated parts of letters, digits, `.`, `_` and `-`. For the kind `ai` the id is
/// `<type>:<identifier>` with one of AIDID's six types and at most 64 bytes of identifier.
///
/// Encoded and described in the metadata as plain bytes, so that clients pass a string.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, MaxEncodedLen)]
pub struct Did(BoundedVec<u8, ConstU32<MAX_DID_LEN>>);

/// What a DID names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DidKind {
	/// An AI identity: `did:etrid:ai:<type>:<identifier>`.
	Ai,
	/// Anything else: a person, an organisation, a GPU node.
	Other,
}

/// Why bytes are not a DID.
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
	PalletError,
)]
pub enum DidError {
	/// More than 128 bytes.
	TooLong,
	/// Not of the form `did:etrid:<kind>:<id>`.
	Malformed,
}

impl Did {
	/// Checks the syntax of `bytes`.
	pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, DidError> {
		let bytes = bytes.as_ref();
		// Before anything is copied.
		if bytes.len() > MAX_DID_LEN as usize {
			return Err(DidError::TooLong);
		}
		check_syntax(bytes).ok_or(DidError::Malformed)?;
		BoundedVec::try_from(bytes.to_vec()).map(Self).map_err(|_| DidError::TooLong)
	}

	/// The DID's bytes.
	pub fn as_bytes(&self) -> &[u8] {
		&self.0
	}

	/// Key of this DID's records.
	pub fn hash(&self) -> DidHash {
		blake2_256(&self.0).into()
	}

	/// What the DID names.
	pub fn kind(&self) -> DidKind {
		if self.0.starts_with(b"did:etrid:ai:") {
			DidKind::Ai
		} else {
			DidKind::Other
		}
	}
}

impl Decode for Did {
	/// Refuses bytes that are not a DID, so that every decoded value is well-formed.
	fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
		let bytes = BoundedVec::<u8, ConstU32<MAX_DID_LEN>>::decode(input)?;
		check_syntax(&bytes).ok_or("malformed DID")?;
		Ok(Self(bytes))
	}
}

impl DecodeWithMemTracking for Did {}

impl TypeInfo for Did {
	type Identity = <BoundedVec<u8, ConstU32<MAX_DID_LEN>> as TypeInfo>::Identity;
	fn type_info() -> scale_info::Type {
		Self::Identity::type_info()
	}
}

fn check_syntax(bytes: &[u8]) -> Option<()> {
	let rest = bytes.strip_prefix(PREFIX)?;
	let colon = rest.iter().position(|b| *b == b':')?;
	let (kind, id) = (&rest[..colon], &rest[colon + 1..]);

	let kind_ok = matches!(kind.len(), 1..=32)
		&& kind.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
	let part_ok = |part: &[u8]| {
		!part.is_empty()
			&& part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
	};
	let id_ok = if kind == b"ai" {
		let colon = id.iter().position(|b| *b == b':')?;
		let (ai_type, identifier) = (&id[..colon], &id[colon + 1..]);
		AI_TYPES.contains(&ai_type) && identifier.len() <= 64 && part_ok(identifier)
	} else {
		id.split(|b| *b == b':').all(part_ok)
	};
	(kind_ok && id_ok).then_some(())
}

/// Who controls a DID.
pub trait DidAuthority<AccountId> {
	/// The account that controls `did` now: registered, neither revoked nor expired.
	fn controller(did: &Did) -> Option<AccountId>;

	/// Anchors `did` for `controller`, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn anchor(did: &Did, controller: &AccountId);
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn accepts_each_form() {
		for good in [
			"did:etrid:gpu:node-1",
			"did:etrid:gpu:a",
			"did:etrid:user:alice.home_1:device2",
			"did:etrid:ai:llm:llama-3-70b",
			"did:etrid:ai:ensemble:x",
		] {
			let did = Did::parse(good).expect(good);
			assert_eq!(did.as_bytes(), good.as_bytes());
			assert_eq!(Did::decode(&mut &did.encode()[..]), Ok(did));
		}
	}

	#[test]
	fn refuses_malformed() {
		for bad in [
			"",
			"did",
			"did:etrid",
			"did:etrid:",
			"did:etrid:gpu",
			"did:etrid:gpu:",
			"did:etrid::x",
			"did:etrid:GPU:x",
			"did:etrid:gpu:x:",
			"did:etrid:gpu::x",
			"did:etrid:gpu:x y",
			"did:etrid:gpu:é",
			"did:other:gpu:x",
			" did:etrid:gpu:x",
			"did:etrid:ai:llama",
			"did:etrid:ai:cat:llama",
			"did:etrid:ai:llm:",
			"did:etrid:ai:llm:a:b",
		] {
			assert_eq!(Did::parse(bad), Err(DidError::Malformed), "{bad}");
			assert!(Did::decode(&mut &bad.as_bytes().to_vec().encode()[..]).is_err(), "{bad}");
		}
	}

	#[test]
	fn bounds_are_exact() {
		let of_len = |n: usize| format!("did:etrid:gpu:{}", "x".repeat(n - 14));
		assert!(Did::parse(of_len(128)).is_ok());
		assert_eq!(Did::parse(of_len(129)), Err(DidError::TooLong));
		let ai = |n: usize| format!("did:etrid:ai:llm:{}", "x".repeat(n));
		assert!(Did::parse(ai(64)).is_ok());
		assert_eq!(Did::parse(ai(65)), Err(DidError::Malformed));
	}

	#[test]
	fn encodes_as_plain_bytes_and_knows_its_kind() {
		let did = Did::parse("did:etrid:ai:llm:m").unwrap();
		assert_eq!(did.encode(), b"did:etrid:ai:llm:m".to_vec().encode());
		assert_eq!(did.kind(), DidKind::Ai);
		assert_eq!(Did::parse("did:etrid:aid:m").unwrap().kind(), DidKind::Other);
		assert_eq!(did.hash(), DidHash::from(blake2_256(b"did:etrid:ai:llm:m")));
	}
}
