//! What the parties of paid jobs may say about an AI.

use crate::{
	AIControl, AIKey, AIReputation, AIType, BalanceOf, Config, Error, Event, Inference, JobRights,
	Pallet, Rights, FULL_SCORE,
};
use ai_compute_primitives::{Did, ModelUsage};
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{Saturating, Zero};

/// One of the two things that a party may say.
#[derive(Clone, Copy)]
enum Right {
	Inference,
	Rating,
}

impl Right {
	fn of<BlockNumber>(self, rights: &mut JobRights<BlockNumber>) -> &mut u32 {
		match self {
			Self::Inference => &mut rights.inferences,
			Self::Rating => &mut rights.ratings,
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_record_inference(
		who: T::AccountId,
		did_hash: AIKey,
		inference: Inference,
	) -> DispatchResult {
		ensure!(Self::control(&did_hash)?.active, Error::<T>::AIDeactivated);
		Self::spend(&did_hash, &who, Right::Inference)?;
		AIReputation::<T>::mutate(did_hash, |reputation| reputation.record_inference(inference));
		Self::deposit_event(Event::InferenceRecorded {
			did_hash,
			success: inference == Inference::Success,
			provider: who,
		});
		Ok(())
	}

	pub(crate) fn do_submit_rating(
		who: T::AccountId,
		did_hash: AIKey,
		rating: u32,
	) -> DispatchResult {
		ensure!(rating <= FULL_SCORE, Error::<T>::InvalidRating);
		Self::control(&did_hash)?;
		Self::spend(&did_hash, &who, Right::Rating)?;
		AIReputation::<T>::mutate(did_hash, |reputation| reputation.add_rating(rating));
		Self::deposit_event(Event::RatingSubmitted { did_hash, rating, requester: who });
		Ok(())
	}

	pub(crate) fn do_reap_rights(did_hash: AIKey, account: T::AccountId) -> DispatchResult {
		let rights = Rights::<T>::get(did_hash, &account).ok_or(Error::<T>::NoRight)?;
		ensure!(Self::now() >= rights.lapses_at, Error::<T>::TooEarly);
		Rights::<T>::remove(did_hash, &account);
		Self::deposit_event(Event::RightsReaped { did_hash, account });
		Ok(())
	}

	/// Rights of `account` that have not lapsed.
	pub(crate) fn live_rights(
		did_hash: &AIKey,
		account: &T::AccountId,
	) -> Option<JobRights<BlockNumberFor<T>>> {
		Rights::<T>::get(did_hash, account).filter(|rights| Self::now() < rights.lapses_at)
	}

	/// Uses one right up. Removes the entry with its last one.
	fn spend(did_hash: &AIKey, who: &T::AccountId, right: Right) -> Result<(), Error<T>> {
		let mut rights = Rights::<T>::get(did_hash, who).ok_or(Error::<T>::NoRight)?;
		ensure!(Self::now() < rights.lapses_at, Error::<T>::RightsLapsed);
		let left = right.of(&mut rights);
		*left = left.checked_sub(1).ok_or(Error::<T>::NoRight)?;
		if rights.inferences.is_zero() && rights.ratings.is_zero() {
			Rights::<T>::remove(did_hash, who);
		} else {
			Rights::<T>::insert(did_hash, who, rights);
		}
		Ok(())
	}

	/// Gives one right more and starts its time anew. Lapsed rights are forgotten first.
	fn earn(did_hash: &AIKey, who: &T::AccountId, right: Right) {
		let mut rights = Self::live_rights(did_hash, who).unwrap_or_default();
		right.of(&mut rights).saturating_inc();
		rights.lapses_at = Self::now().saturating_add(T::RightsPeriod::get());
		Rights::<T>::insert(did_hash, who, rights);
	}
}

impl<T: Config> ModelUsage<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn job_opened(_: &Did) {}

	fn job_closed(_: &Did) {}

	fn job_settled(
		model: &Did,
		requester: &T::AccountId,
		provider: &T::AccountId,
		_: u32,
		paid: BalanceOf<T>,
		_: BalanceOf<T>,
	) {
		if paid < T::MinimumPaid::get() || requester == provider {
			return;
		}
		let Some((ai_type, identifier)) = AIType::of(model) else { return };
		let did_hash = ai_type.key(identifier);
		let Some(control) = AIControl::<T>::get(did_hash) else { return };
		if control.controller == *requester {
			return;
		}
		if control.controller != *provider {
			Self::earn(&did_hash, provider, Right::Inference);
		}
		Self::earn(&did_hash, requester, Right::Rating);
	}
}
