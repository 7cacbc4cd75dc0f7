//! What the marketplace asks and tells.
//!
//! Nothing here fails or panics: settlement depends on it.

use crate::{
	Allowed, BalanceOf, CannotSubmit, Config, ModelState, Models, OpenJobs, Pallet, Usages,
	Versions, Visibility,
};
use ai_compute_primitives::{Did, DidHash, ModelInspect, ModelTerms, ModelUsage};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::traits::Saturating;

impl<T: Config> Pallet<T> {
	/// Terms on which `requester` may submit a job for the model under `did`, or why not.
	pub(crate) fn submission_terms(
		did: Vec<u8>,
		requester: &T::AccountId,
	) -> Result<ModelTerms<BalanceOf<T>>, CannotSubmit> {
		let did = Did::parse(did).map_err(|_| CannotSubmit::InvalidDid)?;
		Self::terms_of(&did.hash(), requester)
	}

	fn terms_of(
		model: &DidHash,
		requester: &T::AccountId,
	) -> Result<ModelTerms<BalanceOf<T>>, CannotSubmit> {
		let record = Models::<T>::get(model).ok_or(CannotSubmit::NotRegistered)?;
		ensure!(record.state == ModelState::Active, CannotSubmit::Deprecated);
		let is_visible = record.visibility == Visibility::Public
			|| record.owner == *requester
			|| Allowed::<T>::contains_key(model, requester);
		ensure!(is_visible, CannotSubmit::NotAllowed);
		Ok(record.terms())
	}
}

impl<T: Config> ModelInspect<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn terms(model: &Did, requester: &T::AccountId) -> Option<ModelTerms<BalanceOf<T>>> {
		Self::terms_of(&model.hash(), requester).ok()
	}

	fn owner(model: &Did) -> Option<T::AccountId> {
		Models::<T>::get(model.hash()).map(|record| record.owner)
	}

	fn parent_owner(model: &Did) -> Option<T::AccountId> {
		let link = Models::<T>::get(model.hash())?.parent?;
		Self::linked(&link).map(|parent| parent.owner)
	}

	fn hosts(model: &Did, node: &DidHash) -> bool {
		Self::is_hosting(&model.hash(), node)
	}

	fn weights_commitment(model: &Did, version: u32) -> Option<H256> {
		Versions::<T>::get(model.hash(), version)?.weights_commitment
	}
}

impl<T: Config> ModelUsage<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn job_opened(model: &Did) {
		OpenJobs::<T>::mutate(model.hash(), |jobs| jobs.saturating_inc());
	}

	fn job_closed(model: &Did) {
		OpenJobs::<T>::mutate_exists(model.hash(), |maybe_jobs| match maybe_jobs.take() {
			Some(jobs) => {
				let left = jobs.saturating_sub(1);
				*maybe_jobs = (left > 0).then_some(left);
			}
			None => log::error!(target: "runtime::ai-models", "a job ended that was not counted"),
		});
	}

	/// A removed model has no usage to count. Jobs whose requester is the model's owner or the
	/// provider count apart. A provider that owns the model counts: its requester pays.
	fn job_settled(
		model: &Did,
		requester: &T::AccountId,
		provider: &T::AccountId,
		tokens: u32,
		paid: BalanceOf<T>,
		royalty: BalanceOf<T>,
	) {
		let model = model.hash();
		let Some(record) = Models::<T>::get(model) else { return };
		Usages::<T>::mutate(model, |maybe_usage| {
			let usage = maybe_usage.get_or_insert_with(Default::default);
			if *requester == record.owner || requester == provider {
				usage.own_jobs = usage.own_jobs.saturating_add(1);
				return;
			}
			usage.jobs = usage.jobs.saturating_add(1);
			usage.tokens = usage.tokens.saturating_add(tokens.into());
			usage.paid = usage.paid.saturating_add(paid);
			usage.royalties = usage.royalties.saturating_add(royalty);
		});
	}
}
