//! What must hold between any two calls.

use crate::{
	Accounts, ActiveRecoveries, Config, HoldReason, Issuance, Pallet, RecoveryConfigs, TokenType,
};
use ai_compute_primitives::try_state::{broken, ensure_rule, Owed};
use alloc::collections::BTreeSet;
use sp_runtime::TryRuntimeError;

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
			let agrees = sum == u128::from(Issuance::<T>::get(token));
			ensure_rule(agrees, "balances do not sum to the issuance", &token)?;
		}
		Ok(())
	}

	/// No entry is empty.
	fn entries_are_worth_storing() -> Result<(), TryRuntimeError> {
		for (account, data) in Accounts::<T>::iter() {
			ensure_rule(!data.is_empty(), "an empty entry is stored", &account)?;
		}
		Ok(())
	}

	/// Each configuration has guardians that can reach its threshold.
	fn configurations_are_sound() -> Result<(), TryRuntimeError> {
		for (account, config) in RecoveryConfigs::<T>::iter() {
			let distinct: BTreeSet<_> = config.guardians.iter().collect();
			let is_distinct = distinct.len() == config.guardians.len();
			ensure_rule(is_distinct, "a guardian is named twice", &account)?;
			let is_own = config.guardians.contains(&account);
			ensure_rule(!is_own, "an account is its own guardian", &account)?;
			let is_reachable =
				config.threshold > 0 && config.threshold as usize <= config.guardians.len();
			ensure_rule(is_reachable, "a threshold cannot be reached", &account)?;
		}
		Ok(())
	}

	/// Each recovery belongs to a configuration, is approved by its guardians only, and is the only
	/// one to its account and of its initiator.
	fn recoveries_are_sound() -> Result<(), TryRuntimeError> {
		for (lost, recoveries) in ActiveRecoveries::<T>::iter() {
			let config = RecoveryConfigs::<T>::get(&lost)
				.ok_or_else(|| broken("a recovery has no configuration", &lost))?;
			let is_list = !recoveries.is_empty();
			ensure_rule(is_list, "an empty list of recoveries is stored", &lost)?;
			let (mut targets, mut initiators) = (BTreeSet::new(), BTreeSet::new());
			for recovery in recoveries {
				let approvals = &recovery.approvals;
				let distinct: BTreeSet<_> = approvals.iter().collect();
				let is_distinct = distinct.len() == approvals.len();
				ensure_rule(is_distinct, "a guardian approved twice", &lost)?;
				let by_guardians = approvals.iter().all(|who| config.guardians.contains(who));
				ensure_rule(by_guardians, "somebody else than a guardian approved", &lost)?;
				let is_first = approvals.first() == Some(&recovery.initiator);
				ensure_rule(is_first, "an initiator is not the first to approve", &lost)?;
				let is_ordered = recovery.created_at <= recovery.executable_at
					&& recovery.executable_at <= recovery.lapses_at;
				ensure_rule(is_ordered, "a recovery's times are out of order", &lost)?;
				let is_another = recovery.new_account != lost;
				ensure_rule(is_another, "an account is recovered to itself", &lost)?;
				let is_only = targets.insert(recovery.new_account);
				ensure_rule(is_only, "two recoveries lead to one account", &lost)?;
				let is_only = initiators.insert(recovery.initiator);
				ensure_rule(is_only, "a guardian initiated two recoveries", &lost)?;
			}
		}
		Ok(())
	}

	/// Each account's balances on hold equal the deposits of its records.
	fn holds_match_deposits() -> Result<(), TryRuntimeError> {
		let configs: Owed<_, _> = RecoveryConfigs::<T>::iter()
			.map(|(account, config)| (account, config.deposit))
			.collect();
		configs.ensure_held::<T::Currency>(
			HoldReason::RecoveryConfig,
			frame_system::Account::<T>::iter_keys(),
			"a configuration's deposit differs from the hold",
		)?;
		let initiations: Owed<_, _> = ActiveRecoveries::<T>::iter_values()
			.flatten()
			.map(|recovery| (recovery.initiator, recovery.deposit))
			.collect();
		initiations.ensure_held::<T::Currency>(
			HoldReason::RecoveryInitiation,
			frame_system::Account::<T>::iter_keys(),
			"deposits of initiations differ from the hold",
		)?;
		Ok(())
	}
}
