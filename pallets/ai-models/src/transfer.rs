//! A model changes hands: offer, acceptance, cancellation.

use crate::{
	Config, Error, Event, HoldReason, ModelCard, ModelCards, ModelRecord, Models, Pallet,
	TransferOffers,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_transfer(who: T::AccountId, did: Vec<u8>, to: T::AccountId) -> DispatchResult {
		let (did, _) = Self::owned(&who, &did)?;
		let model = did.hash();
		ensure!(to != who, Error::<T>::AlreadyOwner);
		ensure!(TransferOffers::<T>::get(model).as_ref() != Some(&to), Error::<T>::AlreadySet);

		TransferOffers::<T>::insert(model, &to);
		Self::deposit_event(Event::TransferOffered { did, owner: who, to });
		Ok(())
	}

	pub(crate) fn do_accept_transfer(who: T::AccountId, did: Vec<u8>) -> DispatchResult {
		let (did, record) = Self::registered(&did)?;
		let model = did.hash();
		let to = TransferOffers::<T>::get(model).ok_or(Error::<T>::NoOffer)?;
		ensure!(to == who, Error::<T>::NotOfferedTo);
		let card = Self::card(&model)?;

		Self::list(&to, model)?;
		let deposit = T::ModelRegistrationDeposit::get();
		Self::hold(HoldReason::ModelDeposit, &to, deposit)?;
		Self::release(HoldReason::ModelDeposit, &record.owner, card.deposit)?;
		Self::unlist(&record.owner, &model);
		TransferOffers::<T>::remove(model);
		let from = record.owner.clone();
		Models::<T>::insert(model, ModelRecord { owner: to.clone(), ..record });
		ModelCards::<T>::insert(model, ModelCard { deposit, ..card });
		Self::deposit_event(Event::ModelTransferred { did, from, to, deposit });
		Ok(())
	}

	pub(crate) fn do_cancel_transfer(who: T::AccountId, did: Vec<u8>) -> DispatchResult {
		let (did, record) = Self::registered(&did)?;
		let model = did.hash();
		let to = TransferOffers::<T>::get(model).ok_or(Error::<T>::NoOffer)?;
		ensure!(who == record.owner || who == to, Error::<T>::NotOwner);

		TransferOffers::<T>::remove(model);
		Self::deposit_event(Event::TransferCancelled { did, to });
		Ok(())
	}
}
