//! Messages and records.

use crate::{Error, PairProof, PointBytes, Proof, ScalarBytes};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most members of a committee.
pub const MAX_MEMBERS: u32 = 32;

/// A list with at most one entry for each member.
pub type PerMember<T> = BoundedVec<T, ConstU32<MAX_MEMBERS>>;

/// The place that a message belongs to. It is worth nothing in another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Domain {
	/// Hash of the chain's genesis block.
	pub genesis: [u8; 32],
	/// Number of the committee, never reused.
	pub committee: u32,
	/// Number of the committee's epoch: each generation or resharing, tried again or not, is one.
	pub epoch: u32,
}

/// Size and threshold of a committee.
///
/// Holding a value of this type means that 0 < t <= n <= [`MAX_MEMBERS`] and t > n / 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, MaxEncodedLen, TypeInfo)]
pub struct Params {
	members: u8,
	threshold: u8,
}

impl Params {
	/// `threshold` of `members` open a key. It is more than half of them, so that two halves of a
	/// committee cannot open different things and fewer than half learn nothing; and no more than
	/// are left when `faulty` members say nothing.
	pub fn new(members: u8, threshold: u8, faulty: u8) -> Result<Self, Error> {
		let awake = members.checked_sub(faulty).ok_or(Error::BadParameters)?;
		if threshold > awake {
			return Err(Error::BadParameters);
		}
		Self::checked(members, threshold).ok_or(Error::BadParameters)
	}

	fn checked(members: u8, threshold: u8) -> Option<Self> {
		let size_ok = u32::from(members) <= MAX_MEMBERS && threshold <= members;
		let majority = u16::from(threshold) * 2 > u16::from(members);
		(size_ok && majority).then_some(Self { members, threshold })
	}

	/// n.
	pub fn members(&self) -> u8 {
		self.members
	}

	/// t.
	pub fn threshold(&self) -> u8 {
		self.threshold
	}

	/// Refuses an index that no member has.
	pub(crate) fn check_index(&self, index: u8) -> Result<(), Error> {
		if index == 0 || index > self.members {
			return Err(Error::UnknownMember);
		}
		Ok(())
	}
}

impl Decode for Params {
	/// Refuses what is not allowed, so that every decoded value is.
	fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
		let (members, threshold) = Decode::decode(input)?;
		Self::checked(members, threshold).ok_or_else(|| "committee not allowed".into())
	}
}

impl DecodeWithMemTracking for Params {}

/// What an account joins a committee with: a key of its own for this epoch, and a proof that it
/// knows the key's secret.
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
pub struct Seat {
	/// Key that shares are encrypted to.
	pub key: PointBytes,
	/// Proof of knowledge of its secret, bound to account and place.
	pub proof: Proof,
}

/// One member's contribution: a secret shared among the committee.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Dealing {
	/// Commitments to the polynomial's coefficients, the constant term first: t of them.
	pub commitments: PerMember<PointBytes>,
	/// Key that the dealer made for this dealing, to agree on a mask with each member.
	pub ephemeral: PointBytes,
	/// For each member its masked share: n of them.
	pub shares: PerMember<ScalarBytes>,
	/// Proof of knowledge of the constant term and of the ephemeral key's secret, bound to all of
	/// the dealing and its place.
	pub proof: PairProof,
}

/// A member's claim that its share is not the one committed to.
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
pub struct Complaint {
	/// The key that dealer and member share, revealed: it unmasks this one share.
	pub key: PointBytes,
	/// Proof that it is the one.
	pub proof: Proof,
}

/// Who is at fault when a complaint is well-formed.
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
pub enum Verdict {
	/// The share is wrong.
	#[codec(index = 0)]
	Dealer,
	/// The share is right.
	#[codec(index = 1)]
	Accuser,
}

/// What a committee's dealings add up to.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Group {
	/// The group's key, to encrypt to.
	pub key: PointBytes,
	/// Public share of each member, the first member's first.
	pub shares: PerMember<PointBytes>,
}

impl Group {
	/// The public share of a member.
	pub fn share(&self, member: u8) -> Result<&PointBytes, Error> {
		let place = usize::from(member).checked_sub(1).ok_or(Error::UnknownMember)?;
		self.shares.get(place).ok_or(Error::UnknownMember)
	}
}

/// Where the secrets of a round of dealings come from.
#[derive(Clone, Copy, Debug)]
pub enum Round<'a> {
	/// From each member's own randomness: a new group key.
	Generation,
	/// From the shares of the members of a former epoch: the same group key in other hands.
	Resharing {
		/// Size and threshold of the former epoch, whose members deal.
		former: Params,
		/// What the former epoch holds.
		group: &'a Group,
	},
}

impl Round<'_> {
	/// Size and threshold of those who deal, when `params` are those who receive.
	pub(crate) fn dealers(&self, params: &Params) -> Params {
		match self {
			Self::Generation => *params,
			Self::Resharing { former, .. } => *former,
		}
	}
}

/// What a data key is encrypted for. It opens for nobody else's job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyContext {
	/// Hash of the chain's genesis block.
	pub genesis: [u8; 32],
	/// Number of the committee.
	pub committee: u32,
	/// Account that submits the job.
	pub requester: [u8; 32],
	/// The salt of the job's prompt.
	pub salt: [u8; 32],
}

/// A data key encrypted to a group key.
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
pub struct Ciphertext {
	/// The ephemeral key, on the group's base point.
	pub ephemeral: PointBytes,
	/// The same secret on the second base point.
	pub twin: PointBytes,
	/// The data key, masked.
	pub masked: [u8; 32],
	/// Proof of knowledge of the ephemeral key's secret, bound to all of this and its context.
	pub proof: Proof,
}

/// What a partial decryption is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Release {
	/// Committee and epoch of the members who release.
	pub domain: Domain,
	/// Number of the job.
	pub job: u64,
	/// Number of the attempt at the job.
	pub attempt: u8,
	/// Ristretto key that the provider's enclave proved in the pinned attestation.
	pub enclave: PointBytes,
}

/// A member's partial decryption, encrypted to the enclave.
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
pub struct Partial {
	/// What the enclave needs to unseal.
	pub hint: PointBytes,
	/// The partial decryption, sealed.
	pub sealed: PointBytes,
	/// Proof that what is sealed is the partial decryption by this member's share.
	pub proof: PairProof,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn parameters_keep_to_their_bounds() {
		for (n, t, f) in [(1, 1, 0), (2, 2, 0), (3, 2, 1), (5, 3, 2), (32, 17, 15), (32, 32, 0)] {
			let params = Params::new(n, t, f).unwrap();
			assert_eq!((params.members(), params.threshold()), (n, t));
			assert_eq!(Params::decode(&mut &params.encode()[..]), Ok(params));
			for (index, known) in [(0, false), (1, true), (n, true), (n + 1, false)] {
				assert_eq!(params.check_index(index).is_ok(), known);
			}
		}
		for (n, t, f) in [
			(0, 0, 0),
			(1, 0, 0),
			(4, 2, 0),
			(5, 3, 3),
			(5, 6, 0),
			(33, 17, 0),
			(255, 255, 0),
			(3, 2, 4),
		] {
			assert_eq!(Params::new(n, t, f), Err(Error::BadParameters), "{n} {t} {f}");
		}
		for bad in [[0, 0], [4, 2], [5, 6], [33, 17], [255, 128]] {
			assert!(Params::decode(&mut &bad[..]).is_err(), "{bad:?}");
		}
	}

	#[test]
	fn records_are_as_large_as_the_documentation_says() {
		assert_eq!(Seat::max_encoded_len(), 96);
		assert_eq!(Dealing::max_encoded_len(), 2 * (1 + 32 * 32) + 32 + 96);
		assert_eq!(Complaint::max_encoded_len(), 96);
		assert_eq!(Group::max_encoded_len(), 32 + 1 + 32 * 32);
		assert_eq!(Ciphertext::max_encoded_len(), 160);
		assert_eq!(Partial::max_encoded_len(), 160);
	}
}
