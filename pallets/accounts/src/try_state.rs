//! What must hold between any two calls.

use crate::{
	Accounts, ActiveRecoveries, BalanceOf, Config, HoldReason, Issuance, Pallet, RecoveryConfigs,
	TokenType,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::balances_sum_to_the_issuance()?;
		Self::entries_are_worth_storing()?;
		Self::configurations_are_sound()?;
		Self::recoveries_are_sound()?;
		Self::holds_match_deposits()
	}

	/// For each token, all balances together are what was minted and not burnt.
	fn balances_sum_to_the_issuance() -> Result<(), TryRuntimeError> {
		for token in TokenType::ALL {
			let sum = Accounts::<T>::iter_values()
				.fold(0u128, |sum, data| sum.saturating_add(data.balance(token).into()));
			ensure!(
				sum == u128::from(Issuance::<T>::get(token)),
				"balances do not sum to the issuance"
			);
		}
		Ok(())
	}

	/// No entry is empty.
	fn entries_are_worth_storing() -> Result<(), TryRuntimeError> {
		ensure!(
			Accounts::<T>::iter_values().all(|data| !data.is_empty()),
			"an empty entry is stored"
		);
		Ok(())
	}

	/// Each configuration has guardians that can reach its threshold.
	fn configurations_are_sound() -> Result<(), TryRuntimeError> {
		for (account, config) in RecoveryConfigs::<T>::iter() {
			let distinct: BTreeSet<_> = config.guardians.iter().collect();
			ensure!(distinct.len() == config.guardians.len(), "a guardian is named twice");
			ensure!(!config.guardians.contains(&account), "an account is its own guardian");
			ensure!(
				config.threshold > 0 && config.threshold as usize <= config.guardians.len(),
				"a threshold cannot be reached"
			);
		}
		Ok(())
	}

	/// Each recovery belongs to a configuration, is approved by its guardians only, and is the only
	/// one to its account and of its initiator.
	fn recoveries_are_sound() -> Result<(), TryRuntimeError> {
		for (lost_account, recoveries) in ActiveRecoveries::<T>::iter() {
			let config = RecoveryConfigs::<T>::get(&lost_account)
				.ok_or("a recovery has no configuration")?;
			ensure!(!recoveries.is_empty(), "an empty list of recoveries is stored");
			let (mut targets, mut initiators) = (BTreeSet::new(), BTreeSet::new());
			for recovery in recoveries {
				let distinct: BTreeSet<_> = recovery.approvals.iter().collect();
				ensure!(distinct.len() == recovery.approvals.len(), "a guardian approved twice");
				ensure!(
					recovery.approvals.iter().all(|who| config.guardians.contains(who)),
					"somebody else than a guardian approved"
				);
				ensure!(
					recovery.approvals.first() == Some(&recovery.initiator),
					"an initiator is not the first to approve"
				);
				ensure!(
					recovery.created_at <= recovery.executable_at
						&& recovery.executable_at <= recovery.lapses_at,
					"a recovery's times are out of order"
				);
				ensure!(recovery.new_account != lost_account, "an account is recovered to itself");
				ensure!(targets.insert(recovery.new_account), "two recoveries lead to one account");
				ensure!(
					initiators.insert(recovery.initiator),
					"a guardian initiated two recoveries"
				);
			}
		}
		Ok(())
	}

	/// Each account's balances on hold equal the deposits of its records.
	fn holds_match_deposits() -> Result<(), TryRuntimeError> {
		let mut configs = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let mut initiations = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (account, config) in RecoveryConfigs::<T>::iter() {
			configs.insert(account, config.deposit);
		}
		for recovery in ActiveRecoveries::<T>::iter_values().flatten() {
			let sum = initiations.entry(recovery.initiator).or_default();
			*sum = sum.saturating_add(recovery.deposit);
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
			ensure!(
				held(HoldReason::RecoveryConfig) == configs.remove(&account).unwrap_or_default(),
				"a configuration's deposit differs from the hold"
			);
			ensure!(
				held(HoldReason::RecoveryInitiation)
					== initiations.remove(&account).unwrap_or_default(),
				"deposits of initiations differ from the hold"
			);
		}
		ensure!(
			configs.values().chain(initiations.values()).all(Zero::is_zero),
			"a deposit is not held"
		);
		Ok(())
	}
}
