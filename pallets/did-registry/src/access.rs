//! Access entries: what an owner allows to other accounts.

use crate::{
	AccessControl, AccessControlList, AccessLevel, Config, DidRegistrationOf, Error, Event, Pallet,
	Registrations,
};
use ai_compute_primitives::DidHash;
use frame_support::pallet_prelude::*;
use sp_runtime::traits::Saturating;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_grant(
		who: T::AccountId,
		did_hash: DidHash,
		agent: T::AccountId,
		level: AccessLevel,
	) -> DispatchResult {
		ensure!(level != AccessLevel::None, Error::<T>::InvalidAccessLevel);
		let mut record = Self::active(&did_hash)?;
		ensure!(record.owner == who, Error::<T>::NotAuthorized);

		let granted_at = Self::now();
		let deposit = match AccessControlList::<T>::get(did_hash, &agent) {
			Some(entry) => {
				ensure!(entry.level != level, Error::<T>::AccessAlreadyGranted);
				entry.deposit
			}
			None => {
				ensure!(
					record.access_entries < T::MaxAccessControlEntries::get(),
					Error::<T>::TooManyAccessEntries
				);
				let deposit = T::AccessDeposit::get();
				Self::hold(&who, deposit)?;
				record.access_entries.saturating_inc();
				Registrations::<T>::insert(did_hash, record);
				deposit
			}
		};
		AccessControlList::<T>::insert(
			did_hash,
			&agent,
			AccessControl { level, granted_at, deposit },
		);
		Self::deposit_event(Event::AccessGranted { did_hash, agent, level });
		Ok(())
	}

	pub(crate) fn do_revoke_access(
		who: T::AccountId,
		did_hash: DidHash,
		agent: T::AccountId,
	) -> DispatchResult {
		let mut record = Registrations::<T>::get(did_hash).ok_or(Error::<T>::DidNotFound)?;
		ensure!(record.owner == who || record.revoked, Error::<T>::NotAuthorized);
		let entry =
			AccessControlList::<T>::take(did_hash, &agent).ok_or(Error::<T>::AccessNotFound)?;

		Self::release(&record.owner, entry.deposit)?;
		record.access_entries.saturating_dec();
		Registrations::<T>::insert(did_hash, record);
		Self::deposit_event(Event::AccessRevoked { did_hash, agent });
		Ok(())
	}

	/// What `agent` may do with a DID now.
	pub(crate) fn access(did_hash: &DidHash, agent: &T::AccountId) -> AccessLevel {
		match Self::active(did_hash) {
			Ok(_) => Self::entry_level(did_hash, agent),
			Err(_) => AccessLevel::None,
		}
	}

	/// Refuses `who` unless it is owner, controller, or an agent with at least `level`.
	pub(crate) fn ensure_may(
		record: &DidRegistrationOf<T>,
		did_hash: &DidHash,
		who: &T::AccountId,
		level: AccessLevel,
	) -> Result<(), Error<T>> {
		let may = record.owner == *who
			|| record.controller == *who
			|| Self::entry_level(did_hash, who) >= level;
		ensure!(may, Error::<T>::NotAuthorized);
		Ok(())
	}

	fn entry_level(did_hash: &DidHash, agent: &T::AccountId) -> AccessLevel {
		AccessControlList::<T>::get(did_hash, agent)
			.map(|entry| entry.level)
			.unwrap_or(AccessLevel::None)
	}
}
