//! What must hold between any two calls.

use crate::{
	scoring::{MAX_EVIDENCE, MAX_SCORE},
	BalanceOf, Config, HoldReason, NextSlashId, Pallet, Parameters, Reputations, SlashState,
	Slashes, Suspensions,
};
use ai_compute_primitives::StandingMutate;
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::records_are_sound()?;
		Self::registry_knows_the_scores()?;
		Self::suspensions_are_sound()?;
		Self::slashes_are_sound()?;
		Self::pot_covers_the_slashes()?;
		Self::bonds_match_holds()?;
		let valid = Parameters::<T>::get().validate(&Self::limits()).is_ok();
		ensure!(valid, "a parameter lies outside its bounds");
		Ok(())
	}

	/// Records lie within their bounds and not in the future.
	fn records_are_sound() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for record in Reputations::<T>::iter_values() {
			ensure!(record.score <= MAX_SCORE, "a score is above the highest");
			let most = record.evidence.good.max(record.evidence.bad);
			ensure!(most <= MAX_EVIDENCE, "more evidence is stored than counts");
			ensure!(record.updated <= now, "a record was updated in the future");
			ensure!(record.window.start <= now, "a window begins in the future");
		}
		Ok(())
	}

	/// The registry has the scores that were last computed.
	fn registry_knows_the_scores() -> Result<(), TryRuntimeError> {
		for (node, record) in Reputations::<T>::iter() {
			let known = T::Standing::score(&node);
			ensure!(known == record.score, "the registry has another score");
		}
		Ok(())
	}

	/// Suspensions began in the past and end after that.
	fn suspensions_are_sound() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for suspension in Suspensions::<T>::iter_values() {
			ensure!(suspension.since <= now, "a suspension begins in the future");
			ensure!(suspension.until >= suspension.since, "a suspension ends before it began");
		}
		Ok(())
	}

	/// Slashes have a number that was given, an amount and a share of it for the requester.
	fn slashes_are_sound() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		let next = NextSlashId::<T>::get();
		for (slash_id, slash) in Slashes::<T>::iter() {
			ensure!(slash_id < next, "a slash has a number that was never given");
			ensure!(!slash.amount.is_zero(), "a slash of nothing is stored");
			let half = slash.amount / 2u32.into();
			ensure!(slash.compensation <= half, "more than half of a slash is compensation");
			ensure!(slash.at <= now, "a slash lies in the future");
			ensure!(slash.deadline >= slash.at, "a slash was over before it began");
		}
		Ok(())
	}

	/// The pallet's account has its existential deposit and all held slashes.
	fn pot_covers_the_slashes() -> Result<(), TryRuntimeError> {
		let held = Self::held_in_total();
		let balance = T::Currency::balance(&Self::pot());
		// Where the pallet joined a running chain the first slash brings the account to life.
		let unborn = held.is_zero() && balance.is_zero();
		let owed = held.saturating_add(T::Currency::minimum_balance());
		ensure!(unborn || balance >= owed, "the account does not cover the held slashes");
		Ok(())
	}

	/// Each account's balance on hold equals the bonds of its appeals.
	fn bonds_match_holds() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for slash in Slashes::<T>::iter_values() {
			if let SlashState::Appealed { bond } = slash.state {
				let sum = owed.entry(slash.owner).or_default();
				*sum = sum.saturating_add(bond);
			}
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::AppealBond.into(), &account);
			let owed = owed.remove(&account).unwrap_or_default();
			ensure!(held == owed, "bonds on hold differ from an account's appeals");
		}
		ensure!(owed.values().all(Zero::is_zero), "a bond is not held");
		Ok(())
	}
}
