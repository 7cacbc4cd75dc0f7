//! Handing a DID over: to another owner in two steps, to another controller in one.

use crate::{Config, Error, Event, Pallet, Registrations};
use ai_compute_primitives::DidHash;
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer(
		who: T::AccountId,
		did_hash: DidHash,
		new_owner: T::AccountId,
	) -> DispatchResult {
		let mut record = Self::active(&did_hash)?;
		ensure!(record.owner == who, Error::<T>::NotAuthorized);

		let event = if new_owner == who {
			ensure!(record.pending_owner.is_some(), Error::<T>::SameOwner);
			record.pending_owner = None;
			Event::OwnershipOfferWithdrawn { did_hash, owner: who }
		} else {
			record.pending_owner = Some(new_owner.clone());
			Event::OwnershipOffered { did_hash, owner: who, new_owner }
		};
		Registrations::<T>::insert(did_hash, record);
		Self::deposit_event(event);
		Ok(())
	}

	pub(crate) fn do_accept(who: T::AccountId, did_hash: DidHash) -> DispatchResult {
		let mut record = Self::active(&did_hash)?;
		ensure!(record.pending_owner.as_ref() == Some(&who), Error::<T>::NoOffer);
		ensure!(record.access_entries == 0, Error::<T>::AccessEntriesRemain);

		let deposit = T::RegistrationDeposit::get();
		Self::list_for(&who, did_hash)?;
		Self::hold(&who, deposit)?;
		Self::release(&record.owner, record.deposit)?;
		Self::unlist_for(&record.owner, &did_hash);

		let old_owner = core::mem::replace(&mut record.owner, who.clone());
		record.controller = who.clone();
		record.pending_owner = None;
		record.deposit = deposit;
		record.updated_at = Self::now();
		Registrations::<T>::insert(did_hash, record);
		Self::deposit_event(Event::OwnershipTransferred { did_hash, old_owner, new_owner: who });
		Ok(())
	}

	pub(crate) fn do_set_controller(
		who: T::AccountId,
		did_hash: DidHash,
		controller: T::AccountId,
	) -> DispatchResult {
		let mut record = Self::active(&did_hash)?;
		ensure!(record.owner == who, Error::<T>::NotAuthorized);
		ensure!(record.controller != controller, Error::<T>::SameController);

		let old_controller = core::mem::replace(&mut record.controller, controller.clone());
		record.updated_at = Self::now();
		Registrations::<T>::insert(did_hash, record);
		Self::deposit_event(Event::ControllerSet {
			did_hash,
			old_controller,
			new_controller: controller,
		});
		Ok(())
	}
}
