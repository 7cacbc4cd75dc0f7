//! Committees of attested enclaves that keep data keys for requesters who are not online.
//!
//! The mathematics, and what it is safe against, is the crate `committee-keys`; its page
//! `docs/committee-keys.md` also says what the chain does. Here are accounts, deadlines and money.
//!
//! ## Life of a committee
//!
//! Governance [creates](crate::Call::create_committee) a committee: how many members and how many of
//! them open a key, what each posts as a bond, what a share of a key costs, and which enclaves may
//! take a seat. Everything from there on is anybody's to push on.
//!
//! An *epoch* [opens](crate::Call::open_epoch): at once while the committee has no key, near the end
//! of the epoch that has it, or whenever governance says so. Then
//!
//! | phase | calls | until | ends by |
//! |---|---|---|---|
//! | joining | `join_committee`, enclaves' owners | all seats are taken | `close_joining` from the deadline on: failed |
//! | dealing | `deal`, the members; in a resharing those of the former epoch | all have dealt | `close_dealing` from the deadline on: the silent pay |
//! | complaining | `complain`, the members | the deadline | `finalise_epoch`: the key, or failed |
//! | active | keys are entrusted and released | another epoch has the key | or `end_epoch`, if nobody takes it over and no key is left |
//!
//! An epoch that ended or failed gives back its bonds, one at a time, and is pruned.
//!
//! ## Life of a data key
//!
//! The requester [entrusts](crate::Call::entrust_key) it, and prepays the shares. When the job is
//! assigned, anybody [opens](crate::Call::open_release) its release, or the first member does who
//! [releases](crate::Call::release_share) a share. The epoch that has the committee's key in that
//! moment owes the release to its end. With the share that completes it, the job goes on. A release
//! that is missed costs its silent members part of their bonds, the provider's compensation first.

mod bonds;
mod committees;
mod epochs;
mod releases;
pub(crate) mod storage;
mod types;

#[cfg(feature = "runtime-benchmarks")]
pub(crate) mod benchmarking;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

pub(crate) use epochs::Opener;
pub use types::*;

use crate::{BalanceOf, BlockOf, Committees, Config, Epochs, Error, Pallet};
use ai_compute_primitives::signed_payload;
use alloc::vec::Vec;
use codec::Encode;
use committee_keys::{Domain, Error as MessageError, PointBytes, Round};
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchError;

/// A stored committee.
pub type CommitteeOf<T> = Committee<BalanceOf<T>>;
/// A stored epoch.
pub type EpochOf<T> = Epoch<BalanceOf<T>, BlockOf<T>>;
/// A stored seat.
pub type MemberSeatOf<T> = MemberSeat<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// A stored data key.
pub type EntrustedKeyOf<T> =
	EntrustedKey<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockOf<T>>;
/// A stored release.
pub type KeyReleaseOf<T> =
	KeyRelease<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockOf<T>>;

/// Tag of the payload in which an enclave takes a seat.
pub const SEAT_TAG: &[u8] = b"ai-compute-pbc/committee-seat/v1";

impl Former {
	/// The round of dealings that starts from this, or from nothing.
	pub(crate) fn round(former: &Option<Self>) -> Round<'_> {
		match former {
			None => Round::Generation,
			Some(Self { params, group }) => Round::Resharing { former: *params, group },
		}
	}
}

/// The index of the seat that `who` has.
pub(crate) fn member_of<AccountId: PartialEq, Balance>(
	seats: &[MemberSeat<AccountId, Balance>],
	who: &AccountId,
) -> Option<u8> {
	let place = seats.iter().position(|seat| seat.owner == *who)?;
	u8::try_from(place.saturating_add(1)).ok()
}

/// The place of a member in a list.
pub(crate) fn place_of(member: u8) -> usize {
	// No list is as long that nobody would have this place.
	usize::from(member).checked_sub(1).unwrap_or(usize::MAX)
}

fn bytes32(bytes: &[u8]) -> [u8; 32] {
	bytes.try_into().unwrap_or_else(|_| blake2_256(bytes))
}

impl<T: Config> Pallet<T> {
	/// An account as messages name it: its 32 bytes, or their hash if it has another length.
	pub fn account_bytes(account: &T::AccountId) -> [u8; 32] {
		account.using_encoded(bytes32)
	}

	/// The genesis hash as messages name it.
	pub(crate) fn genesis_bytes() -> [u8; 32] {
		bytes32(Self::genesis().as_ref())
	}

	/// The place of an epoch's messages.
	pub(crate) fn domain(committee: CommitteeId, epoch: EpochId) -> Domain {
		Domain { genesis: Self::genesis_bytes(), committee, epoch }
	}

	/// The bytes that an enclave signs with its session key so that `owner` takes a seat for it in
	/// an epoch, with a key that the enclave made for that.
	pub fn seat_payload(
		committee: CommitteeId,
		epoch: EpochId,
		owner: &T::AccountId,
		key: &PointBytes,
	) -> Vec<u8> {
		signed_payload(SEAT_TAG, &(Self::genesis(), committee, epoch, owner, key))
	}

	/// What is wrong with a message; or with the state, which no message can cause.
	pub(crate) fn message_fault(error: MessageError) -> DispatchError {
		match MessageFault::try_from(error) {
			Ok(fault) => Error::<T>::Committee(CommitteeFault::Message(fault)).into(),
			Err(error) => {
				log::error!(target: "runtime::confidential-compute", "committee keys: {error}");
				DispatchError::Corruption
			}
		}
	}

	/// A record that others name is not there.
	pub(crate) fn corrupt(what: &'static str) -> DispatchError {
		log::error!(target: "runtime::confidential-compute", "committee keys: {what} is not stored");
		DispatchError::Corruption
	}

	pub(crate) fn stored_committee(id: CommitteeId) -> Result<CommitteeOf<T>, Error<T>> {
		Committees::<T>::get(id).ok_or(Error::<T>::Committee(CommitteeFault::NoCommittee))
	}

	/// An epoch that its committee names.
	pub(crate) fn stored_epoch(
		id: CommitteeId,
		epoch: EpochId,
	) -> Result<EpochOf<T>, DispatchError> {
		Epochs::<T>::get((id, epoch)).ok_or_else(|| Self::corrupt("an epoch"))
	}
}
