//! How much a fault costs, and what becomes of the money.
//!
//! # Amounts
//!
//! With `S` the slashing amount, `k` the kind's percentage and `at_risk` = price × max_tokens:
//!
//! | outcome | slash |
//! |---|---|
//! | Late, Abandoned, NoShow, TimedOut, Unanswered | min(k × S, min(k, 1) × at_risk) |
//! | LostDispute | max(k × S, at_risk) |
//! | Returned and all others | nothing |
//!
//! So a kind with k = 50 % costs half of what k = 100 % costs for every size of job, and no slash but
//! that of a lost dispute exceeds what was at risk. None exceeds the node's stake. All products are
//! rounded down.
//!
//! The requester gets `compensation` percent of `at_risk`, at most half of the slash, and nothing if
//! he owns the node: whoever stages a loss pays at least half of it to the treasury.
//!
//! # The money's way
//!
//! The stake leaves the node at once, to this pallet's account, and stays there as a recorded slash
//! until nobody can appeal any more. Then anyone releases it: compensation to the requester, the rest
//! to the fee account. What the registry could not credit to this pallet's account went to the fee
//! account and is final; what the account needed to exist stays in it. Neither is recorded as held,
//! so the account always covers its records.

use crate::{
	parameters::{Fault, ParametersOf},
	BalanceOf, Config, Error, Event, NextSlashId, Pallet, ReleaseReason, SlashId, SlashRecord,
	SlashRecordOf, SlashState, Slashes,
};
use ai_compute_primitives::{FeePolicy, JobEnd, JobOutcome, SlashStake};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::Preservation,
		Get,
	},
};
use sp_runtime::{
	traits::{AccountIdConversion, AtLeast32BitUnsigned, Saturating, Zero},
	DispatchError, DispatchResult, Percent,
};

/// What an outcome of a job costs, before the stake limits it. Formula in the
/// [module docs](self).
pub fn slash_amount<Balance: AtLeast32BitUnsigned + Copy>(
	outcome: JobOutcome,
	percent: u16,
	slashing_amount: Balance,
	at_risk: Balance,
) -> Balance {
	let part = Percent::from_percent(u8::try_from(percent).unwrap_or(100));
	let multiple = if percent <= 100 {
		part.mul_floor(slashing_amount)
	} else {
		let percent = Balance::from(u32::from(percent));
		// Whole hundredths first where the product would not fit.
		slashing_amount
			.checked_mul(&percent)
			.map(|product| product / 100u32.into())
			.unwrap_or_else(|| (slashing_amount / 100u32.into()).saturating_mul(percent))
	};
	match outcome {
		JobOutcome::LostDispute => multiple.max(at_risk),
		JobOutcome::Late
		| JobOutcome::Abandoned
		| JobOutcome::NoShow
		| JobOutcome::TimedOut
		| JobOutcome::Unanswered => multiple.min(part.mul_floor(at_risk)),
		JobOutcome::OnTime | JobOutcome::Returned | JobOutcome::Undecided => Zero::zero(),
	}
}

/// The requester's part of a slash of `slash`.
pub fn compensation<Balance: AtLeast32BitUnsigned + Copy>(
	share: Percent,
	at_risk: Balance,
	slash: Balance,
) -> Balance {
	share.mul_floor(at_risk).min(slash / 2u32.into())
}

impl<T: Config> Pallet<T> {
	/// The account that keeps slashed stake until it is anybody's.
	pub fn pot() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Refuses where payments cannot open a storage layer. To be asked before anything changes by
	/// every call that reads the failure of a payment as an answer.
	pub(crate) fn ensure_can_pay() -> DispatchResult {
		with_storage_layer(|| Ok(()))
	}

	/// Takes the slash for `end` out of the node's stake. Says how much of it is held here.
	///
	/// Fails, with nothing changed, only where no storage layer can be opened.
	pub(crate) fn take_stake(
		end: &JobEnd<T::AccountId, BalanceOf<T>>,
		fault: &Fault,
	) -> Result<BalanceOf<T>, DispatchError> {
		let amount = slash_amount(end.outcome, fault.slash, T::SlashingAmount::get(), end.at_risk);
		if amount.is_zero() {
			return Ok(amount);
		}
		let pot = Self::pot();
		let before = T::Currency::balance(&pot).max(T::Currency::minimum_balance());
		let taken = T::Stake::slash(&end.node, amount, &pot)?;
		let held = T::Currency::balance(&pot).saturating_sub(before).min(taken);
		if held < taken {
			Self::deposit_event(Event::SlashNotHeld {
				node: end.node,
				owner: end.owner.clone(),
				job: end.job,
				amount: taken.saturating_sub(held),
			});
		}
		Ok(held)
	}

	/// Records a slash whose money lies in the pot.
	pub(crate) fn record_slash(
		end: &JobEnd<T::AccountId, BalanceOf<T>>,
		fault: &Fault,
		held: BalanceOf<T>,
		evidence: u64,
		bucket: u32,
		parameters: &ParametersOf<T>,
	) {
		let at = Self::now();
		let compensation = if end.payer == end.owner {
			Zero::zero()
		} else {
			compensation(parameters.compensation, end.at_risk, held)
		};
		let slash_id = NextSlashId::<T>::mutate(|next| {
			let id = *next;
			*next = id.saturating_add(1);
			id
		});
		let slash = SlashRecord {
			node: end.node,
			owner: end.owner.clone(),
			payer: end.payer.clone(),
			job: end.job,
			outcome: end.outcome,
			amount: held,
			compensation,
			at,
			deadline: at.saturating_add(parameters.appeal),
			points: fault.points,
			bucket,
			evidence,
			state: SlashState::Held,
		};
		Self::deposit_event(Event::SlashHeld {
			slash_id,
			node: slash.node,
			owner: slash.owner.clone(),
			job: slash.job,
			outcome: slash.outcome,
			amount: held,
			compensation,
			appealable_until: slash.deadline,
		});
		Slashes::<T>::insert(slash_id, slash);
	}

	pub(crate) fn do_release_slash(slash_id: SlashId) -> DispatchResult {
		let slash = Slashes::<T>::get(slash_id).ok_or(Error::<T>::SlashNotFound)?;
		ensure!(Self::now() >= slash.deadline, Error::<T>::TooEarly);
		Self::ensure_can_pay()?;
		let reason = match slash.state {
			SlashState::Held => ReleaseReason::Unappealed,
			SlashState::Appealed { bond } => {
				Self::return_bond(slash_id, &slash.owner, bond)?;
				ReleaseReason::ArbiterSilent
			}
		};
		Self::pay_out(slash_id, slash, reason)
	}

	/// Pays a final slash out and forgets it.
	pub(crate) fn pay_out(
		slash_id: SlashId,
		slash: SlashRecordOf<T>,
		reason: ReleaseReason,
	) -> DispatchResult {
		let treasury = T::Fees::fee_account();
		let compensation = slash.compensation.min(slash.amount);
		let to_treasury = slash.amount.saturating_sub(compensation);
		Self::pay_first(slash_id, &slash.payer, &treasury, compensation)?;
		Self::pay(&treasury, to_treasury)?;
		Slashes::<T>::remove(slash_id);
		Self::deposit_event(Event::SlashReleased {
			slash_id,
			node: slash.node,
			payer: slash.payer,
			compensation,
			to_treasury,
			reason,
		});
		Ok(())
	}

	/// Pays `amount` out of the pot to `intended`, else to `treasury`.
	pub(crate) fn pay_first(
		slash_id: SlashId,
		intended: &T::AccountId,
		treasury: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		if Self::pay(intended, amount).is_ok() {
			return Ok(());
		}
		Self::pay(treasury, amount)?;
		Self::deposit_event(Event::PaymentRedirected {
			slash_id,
			intended: intended.clone(),
			to: treasury.clone(),
			amount,
		});
		Ok(())
	}

	/// Pays `amount` out of the pot, all of it or nothing.
	fn pay(to: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		with_storage_layer(|| {
			T::Currency::transfer(&Self::pot(), to, amount, Preservation::Preserve).map(|_| ())
		})
	}

	/// Makes the pot exist.
	pub(crate) fn endow_pot() -> DispatchResult {
		let missing =
			T::Currency::minimum_balance().saturating_sub(T::Currency::balance(&Self::pot()));
		if missing.is_zero() {
			return Ok(());
		}
		T::Currency::mint_into(&Self::pot(), missing).map(|_| ())
	}

	/// Sum of the slashes that the pot holds. Walks them all: for checks, not for calls.
	#[cfg(any(feature = "std", feature = "try-runtime"))]
	pub(crate) fn held_in_total() -> BalanceOf<T> {
		Slashes::<T>::iter_values()
			.fold(Zero::zero(), |sum: BalanceOf<T>, slash| sum.saturating_add(slash.amount))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use JobOutcome::*;

	const S: u128 = 100;

	#[test]
	fn amounts_by_outcome() {
		let of = |outcome, percent, at_risk| slash_amount::<u128>(outcome, percent, S, at_risk);
		assert_eq!(of(NoShow, 100, 40), 40);
		assert_eq!(of(NoShow, 100, 400), 100);
		assert_eq!(of(TimedOut, 300, 200), 200);
		assert_eq!(of(TimedOut, 300, 400), 300);
		// Half of the whole slash, for every size of job.
		assert_eq!(of(Abandoned, 50, 40), 20);
		assert_eq!(of(Abandoned, 50, 400), 50);
		assert_eq!(of(LostDispute, 200, 40), 200);
		assert_eq!(of(LostDispute, 200, 500), 500);
		for outcome in [OnTime, Returned, Undecided] {
			assert_eq!(of(outcome, 1_000, 500), 0);
		}
		assert_eq!(of(NoShow, 0, 500), 0);
	}

	#[test]
	fn compensation_is_bounded_twice() {
		let ten = Percent::from_percent(10);
		assert_eq!(compensation::<u128>(ten, 1_000, 500), 100);
		assert_eq!(compensation::<u128>(ten, 1_000, 150), 75);
		assert_eq!(compensation::<u128>(ten, 1_000, 1), 0);
		assert_eq!(compensation::<u128>(Percent::zero(), 1_000, 500), 0);
	}

	proptest! {
		#[test]
		fn slashes_keep_their_bounds(percent in 0..=1_000u16, s in any::<u128>(), risk in any::<u128>()) {
			for outcome in [Late, Abandoned, NoShow, TimedOut, Unanswered] {
				let slash = slash_amount(outcome, percent, s, risk);
				prop_assert!(slash <= risk);
				prop_assert!(percent > 100 || slash <= s);
				prop_assert_eq!(slash_amount(outcome, 0, s, risk), 0);
			}
			prop_assert!(slash_amount(LostDispute, percent, s, risk) >= risk);
		}

		#[test]
		fn a_staged_loss_costs_at_least_half(share in 0..=10u8, risk in any::<u128>(), slash in any::<u128>()) {
			let share = Percent::from_percent(share);
			let back = compensation(share, risk, slash);
			prop_assert!(back <= slash / 2);
			prop_assert!(back <= risk / 10 + 1);
		}
	}
}
