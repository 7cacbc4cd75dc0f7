//! Registering, changing, renewing and revoking a DID.

use crate::{
	AccessLevel, BalanceOf, Config, DidRegistration, DidRegistrationOf, DidStatus, Error, Event,
	HoldReason, Nonce, OwnerDids, Pallet, Registrations, TotalDids,
};
use ai_compute_primitives::{Did, DidAuthority, DidError, DidHash, DidKind};
use alloc::vec::Vec;
use frame_support::{
	defensive,
	pallet_prelude::*,
	traits::{fungible::MutateHold, tokens::Precision},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{BlockNumberProvider, Saturating, Zero};

type DocumentHash = BoundedVec<u8, ConstU32<{ crate::MAX_DOCUMENT_HASH_LEN }>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		owner: T::AccountId,
		did: Vec<u8>,
		controller: T::AccountId,
		document_hash: Vec<u8>,
	) -> DispatchResult {
		let did = Self::parse(&did)?;
		let document_hash = Self::document_hash(document_hash)?;
		let did_hash = did.hash();
		ensure!(!Registrations::<T>::contains_key(did_hash), Error::<T>::DidAlreadyExists);

		Self::list_for(&owner, did_hash)?;
		let deposit = T::RegistrationDeposit::get();
		Self::hold(&owner, deposit)?;

		let now = Self::now();
		Registrations::<T>::insert(
			did_hash,
			DidRegistration {
				did: did.clone(),
				owner: owner.clone(),
				controller: controller.clone(),
				document_hash,
				registered_at: now,
				updated_at: now,
				expires_at: None,
				revoked: false,
				pending_owner: None,
				access_entries: 0,
				deposit,
			},
		);
		TotalDids::<T>::mutate(|n| n.saturating_inc());
		Nonce::<T>::mutate(|n| n.saturating_inc());
		Self::deposit_event(Event::DidRegistered { did_hash, owner, controller, did });
		Ok(())
	}

	pub(crate) fn do_update(
		who: T::AccountId,
		did_hash: DidHash,
		document_hash: Vec<u8>,
	) -> DispatchResult {
		let document_hash = Self::document_hash(document_hash)?;
		let mut record = Self::active(&did_hash)?;
		Self::ensure_may(&record, &did_hash, &who, AccessLevel::Writer)?;

		record.document_hash = document_hash;
		record.updated_at = Self::now();
		Registrations::<T>::insert(did_hash, record);
		Self::deposit_event(Event::DidUpdated { did_hash, updated_by: who });
		Ok(())
	}

	pub(crate) fn do_set_expiration(
		who: T::AccountId,
		did_hash: DidHash,
		expires_at: BlockNumberFor<T>,
	) -> DispatchResult {
		let mut record = Self::unrevoked(&did_hash)?;
		let now = Self::now();
		if who != record.owner {
			Self::ensure_may(&record, &did_hash, &who, AccessLevel::Admin)?;
			ensure!(!record.is_expired(now), Error::<T>::DidExpired);
		}
		ensure!(expires_at > now, Error::<T>::InvalidExpiration);

		record.expires_at = Some(expires_at);
		record.updated_at = now;
		Registrations::<T>::insert(did_hash, record);
		Self::deposit_event(Event::ExpirationSet { did_hash, expires_at });
		Ok(())
	}

	pub(crate) fn do_revoke(who: T::AccountId, did_hash: DidHash) -> DispatchResult {
		let mut record = Self::unrevoked(&did_hash)?;
		ensure!(record.owner == who, Error::<T>::NotAuthorized);

		let kept = record.deposit.min(T::TombstoneDeposit::get());
		let released = record.deposit.saturating_sub(kept);
		Self::release(&record.owner, released)?;

		Self::unlist_for(&record.owner, &did_hash);
		record.deposit = kept;
		record.document_hash = BoundedVec::new();
		record.pending_owner = None;
		record.revoked = true;
		record.updated_at = Self::now();
		Registrations::<T>::insert(did_hash, record);
		TotalDids::<T>::mutate(|n| n.saturating_dec());
		Self::deposit_event(Event::DidRevoked { did_hash, revoked_by: who, released });
		Ok(())
	}

	/// The present tick.
	pub(crate) fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// A registration that was not revoked.
	pub(crate) fn unrevoked(did_hash: &DidHash) -> Result<DidRegistrationOf<T>, Error<T>> {
		let record = Registrations::<T>::get(did_hash).ok_or(Error::<T>::DidNotFound)?;
		ensure!(!record.revoked, Error::<T>::DidRevoked);
		Ok(record)
	}

	/// A registration that is neither revoked nor expired.
	pub(crate) fn active(did_hash: &DidHash) -> Result<DidRegistrationOf<T>, Error<T>> {
		let record = Self::unrevoked(did_hash)?;
		ensure!(!record.is_expired(Self::now()), Error::<T>::DidExpired);
		Ok(record)
	}

	pub(crate) fn status(did_hash: &DidHash) -> DidStatus<T::AccountId> {
		match Registrations::<T>::get(did_hash) {
			None => DidStatus::Unregistered,
			Some(record) if record.revoked => DidStatus::Revoked,
			Some(record) if record.is_expired(Self::now()) => {
				DidStatus::Expired { owner: record.owner }
			}
			Some(record) => {
				DidStatus::Active { owner: record.owner, controller: record.controller }
			}
		}
	}

	/// Gives `owner` a place for `did_hash` in its list.
	pub(crate) fn list_for(owner: &T::AccountId, did_hash: DidHash) -> Result<(), Error<T>> {
		OwnerDids::<T>::try_mutate(owner, |dids| {
			dids.try_push(did_hash).map_err(|_| Error::<T>::MaxDidsExceeded)
		})
	}

	/// Frees the place of `did_hash` in `owner`'s list.
	pub(crate) fn unlist_for(owner: &T::AccountId, did_hash: &DidHash) {
		OwnerDids::<T>::mutate_exists(owner, |maybe_dids| {
			let mut dids = maybe_dids.take().unwrap_or_default();
			match dids.iter().position(|listed| listed == did_hash) {
				Some(position) => {
					dids.swap_remove(position);
				}
				None => {
					defensive!("an owned DID is in its owner's list");
				}
			}
			*maybe_dids = (!dids.is_empty()).then_some(dids);
		})
	}

	pub(crate) fn hold(owner: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		T::Currency::hold(&HoldReason::Deposit.into(), owner, amount)
			.map_err(|_| Error::<T>::InsufficientDeposit.into())
	}

	pub(crate) fn release(owner: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		T::Currency::release(&HoldReason::Deposit.into(), owner, amount, Precision::Exact)
			.map(|_| ())
	}

	fn parse(bytes: &[u8]) -> Result<Did, Error<T>> {
		let did = Did::parse(bytes).map_err(|error| match error {
			DidError::TooLong => Error::<T>::DidIdentifierTooLong,
			DidError::Malformed => Error::<T>::InvalidDID,
		})?;
		match did.kind() {
			DidKind::Ai => Err(Error::<T>::ReservedKind),
			DidKind::Other => Ok(did),
		}
	}

	fn document_hash(bytes: Vec<u8>) -> Result<DocumentHash, Error<T>> {
		ensure!(!bytes.is_empty(), Error::<T>::DocumentHashEmpty);
		bytes.try_into().map_err(|_| Error::<T>::DocumentHashTooLong)
	}
}

impl<T: Config> DidAuthority<T::AccountId> for Pallet<T> {
	fn controller(did: &Did) -> Option<T::AccountId> {
		Self::active(&did.hash()).ok().map(|record| record.controller)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn anchor(did: &Did, controller: &T::AccountId) {
		use frame_support::traits::fungible::{Inspect, Mutate};
		let needed = T::RegistrationDeposit::get().saturating_add(T::Currency::minimum_balance());
		T::Currency::mint_into(controller, needed).expect("benchmarks stay below the issuance");
		Self::do_register(
			controller.clone(),
			did.as_bytes().to_vec(),
			controller.clone(),
			alloc::vec![0; 32],
		)
		.expect("benchmarks anchor fresh, well-formed DIDs");
	}
}
