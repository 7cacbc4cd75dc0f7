//! # DID registry
//!
//! Anchors decentralised identifiers, `did:etrid:<kind>:<id>`, and says who controls them. The
//! kind `ai` is refused: those names belong to the AIDID pallet.
//!
//! ## Life of a DID
//!
//! 1. **Registered** by its *owner* with [`register_did`](Call::register_did). The owner pays the
//!    held deposit, takes a place in its own bounded list and names a *controller*, itself or
//!    another account. Being named costs a controller nothing and puts it in no list: it only gains
//!    the right to act under the DID, so nobody's consent is needed for it.
//! 2. **Active** while neither revoked nor expired. Only an active DID authorises anything: its
//!    controller may act under it ([`DidAuthority`](ai_compute_primitives::DidAuthority)), its
//!    document may change, access may be granted and it may change hands.
//! 3. **Expired** once `now >= expires_at`. The owner may renew it with
//!    [`set_expiration`](Call::set_expiration), revoke it, and take access entries away. Nobody
//!    else can take the name.
//! 4. **Revoked** for good. The record stays as a tombstone, so that the name can never come back
//!    under another owner; the place in the owner's list and the deposit come back, except for
//!    [`Config::TombstoneDeposit`], which stays on hold for the storage that stays in use.
//!
//! Ownership changes in two steps, because the new owner pays a deposit and gives a place in its
//! list: [`transfer_ownership`](Call::transfer_ownership) offers, and
//! [`accept_ownership`](Call::accept_ownership) takes. The new owner becomes the controller too,
//! and the access list must be empty by then, so that nothing the old owner granted survives.
//!
//! ## Who may do what
//!
//! | call | owner | controller | agent: Admin | agent: Writer | anyone |
//! |---|---|---|---|---|---|
//! | `update_did` | active | active | active | active | |
//! | `set_expiration` | active, expired | active | active | | |
//! | `revoke_did` | active, expired | | | | |
//! | `transfer_ownership`, `set_controller`, `grant_access` | active | | | | |
//! | `revoke_access` | any state | | | | revoked |
//! | `accept_ownership` | | | | | active, the account it was offered to |
//!
//! `Reader` means nothing to the chain; services that hold the document read it.
//!
//! ## Money
//!
//! Everything is held from the owner under [`HoldReason::Deposit`]. An owner's balance on hold
//! equals the sum of `deposit` over its records (tombstones included) and over their access
//! entries.
//!
//! ## Names are public when they are submitted
//!
//! A pending registration can be seen and overtaken by somebody who pays a higher tip. What such
//! a person gains is a name at the price of a deposit; no money and no identity of the original
//! sender is at stake. Choose another name, or one that only the holder of a key can use, such as
//! the hash of a public key.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;
pub use types::{AccessControl, AccessLevel, DidRegistration, DidStatus, MAX_DOCUMENT_HASH_LEN};
pub use weights::WeightInfo;

mod access;
mod ownership;
mod registration;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

use frame_support::traits::fungible;

/// Balance of the currency that deposits are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A stored registration.
pub type DidRegistrationOf<T> = DidRegistration<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	frame_system::pallet_prelude::BlockNumberFor<T>,
>;

/// A stored access entry.
pub type AccessControlOf<T> =
	AccessControl<BalanceOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use ai_compute_primitives::{Did, DidHash};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
		StorageHasher,
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of deposits.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Clock that expirations are measured with, in ticks of six seconds.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// Held from the owner while a DID is registered, in the smallest unit. Pays for the
		/// record (at most about 360 bytes) and for the place in the owner's list, and is what a
		/// squatter binds per name. A change applies to later registrations and transfers; each
		/// record keeps the amount that it was taken with.
		#[pallet::constant]
		type RegistrationDeposit: Get<BalanceOf<Self>>;

		/// Part of the deposit that stays on hold after revocation, because the tombstone stays in
		/// storage. At most [`Config::RegistrationDeposit`].
		#[pallet::constant]
		type TombstoneDeposit: Get<BalanceOf<Self>>;

		/// Held from the owner for each access entry, in the smallest unit.
		#[pallet::constant]
		type AccessDeposit: Get<BalanceOf<Self>>;

		/// Most DIDs that one account can own at a time. The list is read as a whole by
		/// registration, transfer and revocation: 32 bytes of proof each. Can be raised on a live
		/// chain, never lowered.
		#[pallet::constant]
		type MaxDidsPerOwner: Get<u32>;

		/// Most access entries of one DID. Can be raised or lowered on a live chain; entries above
		/// a lowered limit stay until they are revoked.
		#[pallet::constant]
		type MaxAccessControlEntries: Get<u32>;

		/// Measured weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits for registrations, tombstones and access entries.
		#[codec(index = 0)]
		Deposit,
	}

	/// Every DID ever registered, revoked ones included, under the hash of its bytes.
	#[pallet::storage]
	pub type Registrations<T: Config> = StorageMap<_, Identity, DidHash, DidRegistrationOf<T>>;

	/// DIDs that an account owns and has not revoked.
	#[pallet::storage]
	pub type OwnerDids<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<DidHash, T::MaxDidsPerOwner>,
		ValueQuery,
	>;

	/// What a DID's owner allows to other accounts. Without meaning while the DID is not active.
	#[pallet::storage]
	pub type AccessControlList<T: Config> =
		StorageDoubleMap<_, Identity, DidHash, Blake2_128Concat, T::AccountId, AccessControlOf<T>>;

	/// Number of DIDs registered and not revoked.
	#[pallet::storage]
	pub type TotalDids<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Number of registrations ever made.
	#[pallet::storage]
	pub type Nonce<T: Config> = StorageValue<_, u64, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A DID was registered.
		DidRegistered {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who registered it and pays the deposit.
			owner: T::AccountId,
			/// Who may act under it.
			controller: T::AccountId,
			/// The DID.
			did: Did,
		},
		/// The document of a DID changed.
		DidUpdated {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who changed it.
			updated_by: T::AccountId,
		},
		/// A DID was revoked for good.
		DidRevoked {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who revoked it.
			revoked_by: T::AccountId,
			/// Deposit that came back to the owner, in the smallest unit.
			released: BalanceOf<T>,
		},
		/// A DID changed hands.
		OwnershipTransferred {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who owned it.
			old_owner: T::AccountId,
			/// Who owns and controls it now.
			new_owner: T::AccountId,
		},
		/// A DID expires at a new time.
		ExpirationSet {
			/// Key of the registration.
			did_hash: DidHash,
			/// First tick at which it no longer counts as active.
			expires_at: BlockNumberFor<T>,
		},
		/// An account was given access.
		AccessGranted {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who may do more now.
			agent: T::AccountId,
			/// What it may do.
			level: AccessLevel,
		},
		/// Access was taken away.
		AccessRevoked {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who lost it.
			agent: T::AccountId,
		},
		/// The owner offered a DID to another account.
		OwnershipOffered {
			/// Key of the registration.
			did_hash: DidHash,
			/// Present owner.
			owner: T::AccountId,
			/// Who may accept it.
			new_owner: T::AccountId,
		},
		/// The owner took its offer back.
		OwnershipOfferWithdrawn {
			/// Key of the registration.
			did_hash: DidHash,
			/// Present owner.
			owner: T::AccountId,
		},
		/// Another account controls a DID now.
		ControllerSet {
			/// Key of the registration.
			did_hash: DidHash,
			/// Who controlled it.
			old_controller: T::AccountId,
			/// Who controls it now.
			new_controller: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The name is registered, or was and is revoked for good.
		DidAlreadyExists,
		/// No DID is registered under this hash.
		DidNotFound,
		/// The caller may not do this to the DID.
		NotAuthorized,
		/// More than 128 bytes.
		DidIdentifierTooLong,
		/// Not of the form `did:etrid:<kind>:<id>`.
		InvalidDID,
		/// Names of this kind belong to another pallet: `ai` to AIDID.
		ReservedKind,
		/// The document hash is longer than 64 bytes.
		DocumentHashTooLong,
		/// The document hash is empty.
		DocumentHashEmpty,
		/// The DID was revoked.
		DidRevoked,
		/// The DID has expired.
		DidExpired,
		/// The new expiration is not in the future.
		InvalidExpiration,
		/// The DID has as many access entries as are allowed.
		TooManyAccessEntries,
		/// The account owns as many DIDs as are allowed.
		MaxDidsExceeded,
		/// The account is the owner already, and no offer is open.
		SameOwner,
		/// The account is the controller already.
		SameController,
		/// The DID was not offered to the caller.
		NoOffer,
		/// The access list must be empty before a DID changes hands.
		AccessEntriesRemain,
		/// The agent has this access already.
		AccessAlreadyGranted,
		/// The agent has no access entry.
		AccessNotFound,
		/// `None` cannot be granted; revoke the entry instead.
		InvalidAccessLevel,
		/// The caller's free balance does not cover the deposit.
		InsufficientDeposit,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			assert!(
				T::TombstoneDeposit::get() <= T::RegistrationDeposit::get(),
				"a tombstone cannot keep more than the registration deposit",
			);
			assert!(T::MaxDidsPerOwner::get() > 0, "an account must be able to own a DID");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers a DID that the caller owns and `controller` controls.
		///
		/// Origin: signed. Holds [`Config::RegistrationDeposit`] from the caller. Emits
		/// `DidRegistered`. Refused for names that exist or were revoked, for the kind `ai`, for a
		/// document hash that is empty or longer than 64 bytes, and for a full list of the caller.
		#[pallet::call_index(0)]
		pub fn register_did(
			origin: OriginFor<T>,
			did: Vec<u8>,
			controller: T::AccountId,
			document_hash: Vec<u8>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, did, controller, document_hash)
		}

		/// Replaces the hash of an active DID's document.
		///
		/// Origin: owner, controller, or an agent with `Writer` or `Admin` access. Emits
		/// `DidUpdated`.
		#[pallet::call_index(1)]
		pub fn update_did(
			origin: OriginFor<T>,
			did_hash: DidHash,
			new_document_hash: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update(who, did_hash, new_document_hash)
		}

		/// Revokes a DID for good.
		///
		/// Origin: owner, whether the DID has expired or not. Leaves a tombstone, empties the
		/// document hash, drops an open offer and frees the place in the owner's list. Releases the
		/// deposit except [`Config::TombstoneDeposit`]; deposits of access entries come back with
		/// `revoke_access`, which anyone may call from then on. Emits `DidRevoked`.
		#[pallet::call_index(2)]
		pub fn revoke_did(origin: OriginFor<T>, did_hash: DidHash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke(who, did_hash)
		}

		/// Offers an active DID to `new_owner`, in place of any earlier offer.
		///
		/// Origin: owner. Nothing changes until `new_owner` calls `accept_ownership`. Naming the
		/// present owner takes an open offer back. Emits `OwnershipOffered` or
		/// `OwnershipOfferWithdrawn`.
		#[pallet::call_index(3)]
		pub fn transfer_ownership(
			origin: OriginFor<T>,
			did_hash: DidHash,
			new_owner: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer(who, did_hash, new_owner)
		}

		/// Sets the first tick at which the DID counts as expired.
		///
		/// Origin: owner, or while the DID is active its controller or an agent with `Admin`
		/// access. An expired DID becomes active again. `expires_at` is a tick of the clock pallet
		/// and must lie in the future; the largest number means never. Emits `ExpirationSet`.
		#[pallet::call_index(4)]
		pub fn set_expiration(
			origin: OriginFor<T>,
			did_hash: DidHash,
			expires_at: BlockNumberFor<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_expiration(who, did_hash, expires_at)
		}

		/// Gives `agent` access to an active DID, or changes the access it has.
		///
		/// Origin: owner. A new entry holds [`Config::AccessDeposit`] from the owner. Emits
		/// `AccessGranted`.
		#[pallet::call_index(5)]
		pub fn grant_access(
			origin: OriginFor<T>,
			did_hash: DidHash,
			agent: T::AccountId,
			level: AccessLevel,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_grant(who, did_hash, agent, level)
		}

		/// Takes `agent`'s access away and releases the entry's deposit to the owner.
		///
		/// Origin: owner, in every state of the DID; anyone once it is revoked. Emits
		/// `AccessRevoked`.
		#[pallet::call_index(6)]
		pub fn revoke_access(
			origin: OriginFor<T>,
			did_hash: DidHash,
			agent: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke_access(who, did_hash, agent)
		}

		/// Takes over an active DID that was offered to the caller.
		///
		/// Origin: the account named in the offer. Holds [`Config::RegistrationDeposit`] from it
		/// and releases the old owner's deposit. The caller becomes owner and controller. Refused
		/// while access entries remain. Emits `OwnershipTransferred`.
		#[pallet::call_index(7)]
		pub fn accept_ownership(origin: OriginFor<T>, did_hash: DidHash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_accept(who, did_hash)
		}

		/// Puts an active DID under another controller.
		///
		/// Origin: owner. Emits `ControllerSet`.
		#[pallet::call_index(8)]
		pub fn set_controller(
			origin: OriginFor<T>,
			did_hash: DidHash,
			controller: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_controller(who, did_hash, controller)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Key under which a DID's records are found.
		pub fn did_hash(did: Vec<u8>) -> DidHash {
			Blake2_256::hash(&did).into()
		}

		/// Where a DID stands now, and who controls it if it is active.
		pub fn did_status(did_hash: DidHash) -> DidStatus<T::AccountId> {
			Self::status(&did_hash)
		}

		/// What `agent` may do with a DID now. `None` for every DID that is not active.
		pub fn access_level(did_hash: DidHash, agent: T::AccountId) -> AccessLevel {
			Self::access(&did_hash, &agent)
		}
	}
}
