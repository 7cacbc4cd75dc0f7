//! What must hold between any two calls.

use crate::{
	scoring::{MAX_EVIDENCE, MAX_SCORE},
	Config, HoldReason, NextSlashId, Pallet, Parameters, Reputations, SlashState, Slashes,
	Suspensions,
};
use ai_compute_primitives::{
	try_state::{ensure_rule, Owed},
	StandingMutate,
};
use frame_support::traits::fungible::Inspect;
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
		let valid = Parameters::<T>::get().validate(&Self::limits());
		ensure_rule(valid.is_ok(), "a parameter lies outside its bounds", &valid)
	}

	/// Records lie within their bounds and not in the future.
	fn records_are_sound() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for (node, record) in Reputations::<T>::iter() {
			ensure_rule(record.score <= MAX_SCORE, "a score is above the highest", &node)?;
			let most = record.evidence.good.max(record.evidence.bad);
			ensure_rule(most <= MAX_EVIDENCE, "more evidence is stored than counts", &node)?;
			ensure_rule(record.updated <= now, "a record was updated in the future", &node)?;
			let is_past = record.window.start <= now;
			ensure_rule(is_past, "a window begins in the future", &node)?;
		}
		Ok(())
	}

	/// The registry has the scores that were last computed.
	fn registry_knows_the_scores() -> Result<(), TryRuntimeError> {
		for (node, record) in Reputations::<T>::iter() {
			let is_known = T::Standing::score(&node) == record.score;
			ensure_rule(is_known, "the registry has another score", &node)?;
		}
		Ok(())
	}

	/// Suspensions began in the past and end after that.
	fn suspensions_are_sound() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for (node, suspension) in Suspensions::<T>::iter() {
			let is_past = suspension.since <= now;
			ensure_rule(is_past, "a suspension begins in the future", &node)?;
			let is_ordered = suspension.until >= suspension.since;
			ensure_rule(is_ordered, "a suspension ends before it began", &node)?;
		}
		Ok(())
	}

	/// Slashes have a number that was given, an amount and a share of it for the requester.
	fn slashes_are_sound() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		let next = NextSlashId::<T>::get();
		for (id, slash) in Slashes::<T>::iter() {
			ensure_rule(id < next, "a slash has a number that was never given", &id)?;
			ensure_rule(!slash.amount.is_zero(), "a slash of nothing is stored", &id)?;
			let fits = slash.compensation <= slash.amount / 2u32.into();
			ensure_rule(fits, "more than half of a slash is compensation", &id)?;
			ensure_rule(slash.at <= now, "a slash lies in the future", &id)?;
			let is_ordered = slash.deadline >= slash.at;
			ensure_rule(is_ordered, "a slash was over before it began", &id)?;
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
		let is_covered = unborn || balance >= owed;
		ensure_rule(is_covered, "the account does not cover the held slashes", &(balance, owed))
	}

	/// Each account's balance on hold equals the bonds of its appeals.
	fn bonds_match_holds() -> Result<(), TryRuntimeError> {
		let mut owed = Owed::default();
		for slash in Slashes::<T>::iter_values() {
			if let SlashState::Appealed { bond } = slash.state {
				owed.add(slash.owner, bond);
			}
		}
		owed.ensure_held::<T::Currency>(
			HoldReason::AppealBond,
			frame_system::Account::<T>::iter_keys(),
			"bonds on hold differ from an account's appeals",
		)?;
		Ok(())
	}
}
