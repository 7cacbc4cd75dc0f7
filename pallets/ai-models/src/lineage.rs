//! Which model descends from which.

use crate::{
	Config, Descendants, Error, Event, ModelRecord, Models, Pallet, ParentClaim, ParentLink,
	MAX_PARENT_BPS,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	/// The link to a claimed parent, and the share that its owner asks.
	pub(crate) fn claimed_parent(
		claim: ParentClaim,
	) -> Result<(Option<ParentLink>, u16), Error<T>> {
		let did = Self::parse(&claim.did)?;
		let model = did.hash();
		let parent = Models::<T>::get(model).ok_or(Error::<T>::ParentNotFound)?;
		let Descendants::Welcome { share_bps } = parent.descendants else {
			return Err(Error::<T>::DescendantsRefused);
		};
		ensure!(share_bps <= claim.max_share_bps, Error::<T>::ParentShareTooHigh);
		Ok((Some(ParentLink { model, registration: parent.registration }), share_bps))
	}

	pub(crate) fn do_set_descendants(
		who: T::AccountId,
		did: Vec<u8>,
		descendants: Descendants,
	) -> DispatchResult {
		if let Descendants::Welcome { share_bps } = descendants {
			ensure!(share_bps <= MAX_PARENT_BPS, Error::<T>::ShareTooHigh);
		}
		let (did, record) = Self::owned(&who, &did)?;
		ensure!(record.descendants != descendants, Error::<T>::AlreadySet);

		Models::<T>::insert(did.hash(), ModelRecord { descendants, ..record });
		Self::deposit_event(Event::DescendantsSet { did, descendants });
		Ok(())
	}

	pub(crate) fn do_disown(who: T::AccountId, did: Vec<u8>) -> DispatchResult {
		let (did, record) = Self::registered(&did)?;
		let link = record.parent.ok_or(Error::<T>::NotParentOwner)?;
		let parent = Self::linked(&link).ok_or(Error::<T>::NotParentOwner)?;
		ensure!(parent.owner == who, Error::<T>::NotParentOwner);

		Models::<T>::insert(did.hash(), ModelRecord { parent: None, parent_bps: 0, ..record });
		Self::deposit_event(Event::DescendantDisowned { did, parent: link.model });
		Ok(())
	}
}
