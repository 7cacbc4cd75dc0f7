//! Who may submit jobs for a model.

use crate::{
	Allowed, Config, Error, Event, ModelCard, ModelCards, ModelRecord, Models, Pallet, Visibility,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_visibility(
		who: T::AccountId,
		did: Vec<u8>,
		visibility: Visibility,
	) -> DispatchResult {
		let (did, record) = Self::owned(&who, &did)?;
		ensure!(record.visibility != visibility, Error::<T>::AlreadySet);

		Models::<T>::insert(did.hash(), ModelRecord { visibility, ..record });
		Self::deposit_event(Event::VisibilitySet { did, visibility });
		Ok(())
	}

	pub(crate) fn do_update_allow_list(
		who: T::AccountId,
		did: Vec<u8>,
		allow: Vec<T::AccountId>,
		disallow: Vec<T::AccountId>,
	) -> DispatchResult {
		ensure!(!allow.is_empty() || !disallow.is_empty(), Error::<T>::AlreadySet);
		let (did, _) = Self::owned(&who, &did)?;
		let model = did.hash();
		let card = Self::card(&model)?;
		let count = |accounts: &[T::AccountId]| u32::try_from(accounts.len()).unwrap_or(u32::MAX);
		let staying = card.allowed.checked_sub(count(&disallow)).ok_or(Error::<T>::NotAllowed)?;
		let allowed = staying.saturating_add(count(&allow));
		ensure!(allowed <= T::MaxAllowed::get(), Error::<T>::MaxAllowedExceeded);

		for account in &disallow {
			Allowed::<T>::take(model, account).ok_or(Error::<T>::NotAllowed)?;
		}
		for account in &allow {
			ensure!(!Allowed::<T>::contains_key(model, account), Error::<T>::AlreadyAllowed);
			Allowed::<T>::insert(model, account, ());
		}
		ModelCards::<T>::insert(model, ModelCard { allowed, ..card });
		Self::deposit_event(Event::AllowListUpdated { did, allowed: allow, disallowed: disallow });
		Ok(())
	}
}
