//! Appeals against slashes, and what a wrong slash takes back with it.
//!
//! An appeal costs a bond, which is lost if the arbiter upholds the slash. If the arbiter does not
//! decide in time the slash stands and the bond comes back: a fault was found by the chain's rules
//! or by the arbiter of a dispute, and an appeal that nobody hears must not undo it, else every owner
//! would appeal and hope for silence. But nobody pays for an appeal that was not heard.

use crate::{
	scoring::decay, BalanceOf, Config, Error, Event, HoldReason, LiftReason, Pallet, Parameters,
	ReleaseReason, Reputations, Ruling, SlashId, SlashRecordOf, SlashState, Slashes,
	SuspensionCause, Suspensions,
};
use ai_compute_primitives::FeePolicy;
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};
use sp_runtime::{
	traits::{Saturating, UniqueSaturatedInto},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_appeal(who: T::AccountId, slash_id: SlashId) -> DispatchResult {
		let mut slash = Slashes::<T>::get(slash_id).ok_or(Error::<T>::SlashNotFound)?;
		ensure!(slash.owner == who, Error::<T>::NotAuthorized);
		ensure!(slash.state == SlashState::Held, Error::<T>::InvalidState);
		let now = Self::now();
		ensure!(now < slash.deadline, Error::<T>::TooLate);
		let parameters = Parameters::<T>::get();
		let bond = parameters.appeal_bond;
		T::Currency::hold(&HoldReason::AppealBond.into(), &who, bond)
			.map_err(|_| Error::<T>::InsufficientBalance)?;

		slash.state = SlashState::Appealed { bond };
		slash.deadline = now.saturating_add(parameters.arbitration);
		Self::deposit_event(Event::SlashAppealed {
			slash_id,
			owner: who,
			bond,
			decided_until: slash.deadline,
		});
		Slashes::<T>::insert(slash_id, slash);
		Ok(())
	}

	pub(crate) fn do_resolve_appeal(slash_id: SlashId, ruling: Ruling) -> DispatchResult {
		let slash = Slashes::<T>::get(slash_id).ok_or(Error::<T>::SlashNotFound)?;
		let SlashState::Appealed { bond } = slash.state else {
			return Err(Error::<T>::InvalidState.into());
		};
		ensure!(Self::now() < slash.deadline, Error::<T>::TooLate);
		Self::ensure_can_pay()?;
		match ruling {
			Ruling::Uphold => {
				let treasury = T::Fees::fee_account();
				T::Currency::transfer_on_hold(
					&HoldReason::AppealBond.into(),
					&slash.owner,
					&treasury,
					bond,
					Precision::Exact,
					Restriction::Free,
					Fortitude::Force,
				)?;
				Self::deposit_event(Event::AppealBondForfeited {
					slash_id,
					owner: slash.owner.clone(),
					amount: bond,
				});
				Self::pay_out(slash_id, slash, ReleaseReason::Upheld)
			}
			Ruling::Overturn => {
				Self::return_bond(slash_id, &slash.owner, bond)?;
				Self::give_back(slash_id, slash)
			}
		}
	}

	/// Gives a bond back to its owner.
	pub(crate) fn return_bond(
		slash_id: SlashId,
		owner: &T::AccountId,
		bond: BalanceOf<T>,
	) -> DispatchResult {
		T::Currency::release(&HoldReason::AppealBond.into(), owner, bond, Precision::Exact)?;
		Self::deposit_event(Event::AppealBondReturned {
			slash_id,
			owner: owner.clone(),
			amount: bond,
		});
		Ok(())
	}

	/// Gives a wrong slash back to its owner, undoes what it did to the node, and forgets it.
	fn give_back(slash_id: SlashId, slash: SlashRecordOf<T>) -> DispatchResult {
		Self::pay_first(slash_id, &slash.owner, &T::Fees::fee_account(), slash.amount)?;
		Slashes::<T>::remove(slash_id);
		Self::undo(&slash);
		Self::deposit_event(Event::SlashReturned {
			slash_id,
			node: slash.node,
			owner: slash.owner,
			amount: slash.amount,
		});
		Ok(())
	}

	/// Takes back the evidence and the violation of a wrong slash, and a suspension that they caused.
	fn undo(slash: &SlashRecordOf<T>) {
		let parameters = Parameters::<T>::get();
		let now = Self::now();
		let Some(mut record) = Self::known_at(&slash.node, now, &parameters) else {
			// Long forgotten, and the violation with it.
			return;
		};
		let elapsed = now.saturating_sub(slash.at).unique_saturated_into();
		let left = decay(slash.evidence, elapsed, parameters.half_life.unique_saturated_into());
		record.evidence.bad.saturating_reduce(left);
		record.window.forgive(slash.bucket, slash.points);
		Self::store_score(&slash.node, &mut record, &parameters);
		Reputations::<T>::insert(slash.node, record);

		let Some(mut suspension) = Suspensions::<T>::get(slash.node) else { return };
		let unfounded = match &mut suspension.cause {
			SuspensionCause::Violations { points, bucket } => {
				let counted = slash.bucket == *bucket || slash.bucket.wrapping_add(1) == *bucket;
				if counted {
					points.saturating_reduce(slash.points.into());
				}
				counted && *points < parameters.violation_limit
			}
			SuspensionCause::Score => slash.at <= suspension.since,
			SuspensionCause::Governance => false,
		};
		if unfounded && record.score >= parameters.threshold {
			Self::lift(&slash.node, LiftReason::Overturned);
		} else {
			Suspensions::<T>::insert(slash.node, suspension);
		}
	}
}
