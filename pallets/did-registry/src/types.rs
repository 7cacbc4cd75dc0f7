//! Stored records of the DID registry.

use ai_compute_primitives::Did;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Longest hash of a DID document in bytes.
pub const MAX_DOCUMENT_HASH_LEN: u32 = 64;

/// A DID that was registered once.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DidRegistration<AccountId, Balance, BlockNumber> {
	/// The DID.
	pub did: Did,
	/// Who owns it and paid the deposit.
	pub owner: AccountId,
	/// Who acts under it.
	pub controller: AccountId,
	/// Hash of the document, which is kept elsewhere. Empty in a tombstone.
	pub document_hash: BoundedVec<u8, ConstU32<MAX_DOCUMENT_HASH_LEN>>,
	/// Tick of registration.
	pub registered_at: BlockNumber,
	/// Tick of the last change.
	pub updated_at: BlockNumber,
	/// First tick at which it is no longer active.
	pub expires_at: Option<BlockNumber>,
	/// Whether it was revoked for good.
	pub revoked: bool,
	/// Account that the owner offered it to.
	pub pending_owner: Option<AccountId>,
	/// Number of its access entries.
	pub access_entries: u32,
	/// Amount on hold for the record itself, in the smallest unit.
	pub deposit: Balance,
}

impl<AccountId, Balance, BlockNumber: PartialOrd> DidRegistration<AccountId, Balance, BlockNumber> {
	/// Whether the DID has run out at `now`.
	pub fn is_expired(&self, now: BlockNumber) -> bool {
		self.expires_at.as_ref().is_some_and(|at| now >= *at)
	}

	/// Whether the DID authorises anything at `now`.
	pub fn is_active(&self, now: BlockNumber) -> bool {
		!self.revoked && !self.is_expired(now)
	}
}

/// What an agent may do with a DID.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum AccessLevel {
	/// Nothing. Never stored.
	None,
	/// Read the document, where the service that holds it asks.
	Reader,
	/// Replace the document hash.
	Writer,
	/// Replace the document hash and set the expiration.
	Admin,
}

/// Access of one agent to one DID.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AccessControl<Balance, BlockNumber> {
	/// What the agent may do.
	pub level: AccessLevel,
	/// Tick of the last grant.
	pub granted_at: BlockNumber,
	/// Amount on hold from the DID's owner for this entry, in the smallest unit.
	pub deposit: Balance,
}

/// Where a DID stands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum DidStatus<AccountId> {
	/// The name was never registered.
	Unregistered,
	/// Registered, neither revoked nor expired.
	Active {
		/// Who owns it.
		owner: AccountId,
		/// Who may act under it.
		controller: AccountId,
	},
	/// Run out. Its owner may renew it.
	Expired {
		/// Who owns it.
		owner: AccountId,
	},
	/// Revoked for good. The name cannot be registered again.
	Revoked,
}
