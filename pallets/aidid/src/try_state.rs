//! What must hold between any two calls.

use crate::{
	AIControl, AIIdentities, AIPermissions, AIReputation, BalanceOf, Config, ControllerAIs,
	HoldReason, Pallet, Rights, TotalAIs,
};
use ai_compute_primitives::Did;
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::identities_are_sound()?;
		Self::control_matches_identities()?;
		Self::total_matches_records()?;
		Self::lists_match_controllers()?;
		Self::permissions_are_counted()?;
		Self::reputations_are_consistent()?;
		Self::rights_are_worth_storing()?;
		Self::holds_match_deposits()
	}

	/// Each identity lies under its key, makes a DID, and its profile has its type.
	fn identities_are_sound() -> Result<(), TryRuntimeError> {
		for (key, ai) in AIIdentities::<T>::iter() {
			ensure!(ai.ai_type.key(&ai.identifier) == key, "an AI lies under another AI's key");
			ensure!(
				Did::parse(ai.ai_type.did_bytes(&ai.identifier)).is_ok(),
				"an AI's name makes no DID"
			);
			ensure!(ai.profile.ai_type == ai.ai_type, "an AI has a profile of another type");
		}
		Ok(())
	}

	/// The small record of each AI says the same as the large one.
	fn control_matches_identities() -> Result<(), TryRuntimeError> {
		let mut controls = 0u64;
		for (key, control) in AIControl::<T>::iter() {
			let ai = AIIdentities::<T>::get(key).ok_or("a control record belongs to no AI")?;
			ensure!(ai.controller == control.controller, "an AI has two controllers");
			ensure!(ai.active == control.active, "an AI is active and deactivated");
			controls.saturating_inc();
		}
		ensure!(
			AIIdentities::<T>::iter_keys().count() as u64 == controls,
			"an AI lacks its control record"
		);
		Ok(())
	}

	/// `TotalAIs` counts the identities.
	fn total_matches_records() -> Result<(), TryRuntimeError> {
		ensure!(
			TotalAIs::<T>::get() == AIIdentities::<T>::iter_keys().count() as u64,
			"TotalAIs differs from the records"
		);
		Ok(())
	}

	/// Controllers' lists hold each AI once, under its controller, and nothing else.
	fn lists_match_controllers() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (controller, ais) in ControllerAIs::<T>::iter() {
			ensure!(!ais.is_empty(), "an empty list of AIs is stored");
			for key in ais {
				let ai = AIIdentities::<T>::get(key).ok_or("a controller's list names no AI")?;
				ensure!(
					ai.controller == controller,
					"a controller's list names somebody else's AI"
				);
				ensure!(listed.insert(key), "an AI is listed twice");
			}
		}
		ensure!(
			listed.len() == AIIdentities::<T>::iter_keys().count(),
			"an AI is missing in its controller's list"
		);
		Ok(())
	}

	/// Each AI counts its permissions, and each permission lies under its key.
	fn permissions_are_counted() -> Result<(), TryRuntimeError> {
		let mut counted = BTreeMap::new();
		for (ai, key, record) in AIPermissions::<T>::iter() {
			ensure!(record.permission.key() == key, "a permission lies under another key");
			counted.entry(ai).and_modify(|n: &mut u32| n.saturating_inc()).or_insert(1);
		}
		for (key, control) in AIControl::<T>::iter() {
			let permissions = counted.remove(&key).unwrap_or(0);
			ensure!(control.permissions == permissions, "an AI miscounts its permissions");
		}
		ensure!(counted.is_empty(), "a permission belongs to no AI");
		Ok(())
	}

	/// Each reputation belongs to an AI, and its numbers agree.
	fn reputations_are_consistent() -> Result<(), TryRuntimeError> {
		for (key, reputation) in AIReputation::<T>::iter() {
			ensure!(AIControl::<T>::contains_key(key), "a reputation belongs to no AI");
			ensure!(reputation.is_consistent(), "a reputation's numbers disagree");
		}
		Ok(())
	}

	/// Each entry of rights belongs to an AI, but not to its controller, and holds a right.
	fn rights_are_worth_storing() -> Result<(), TryRuntimeError> {
		for (key, account, rights) in Rights::<T>::iter() {
			let control = AIControl::<T>::get(key).ok_or("rights belong to no AI")?;
			ensure!(control.controller != account, "a controller may speak about its own AI");
			ensure!(
				!(rights.inferences.is_zero() && rights.ratings.is_zero()),
				"an entry of rights is empty"
			);
		}
		Ok(())
	}

	/// Each controller's balance on hold equals the deposits of its records.
	fn holds_match_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (key, ai) in AIIdentities::<T>::iter() {
			let sum = owed.entry(ai.controller).or_default();
			*sum = sum.saturating_add(ai.deposit);
			for (_, record) in AIPermissions::<T>::iter_prefix(key) {
				*sum = sum.saturating_add(record.deposit);
			}
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::Deposit.into(), &account);
			let owed = owed.remove(&account).unwrap_or_default();
			ensure!(held == owed, "deposits on hold differ from a controller's records");
		}
		ensure!(owed.values().all(Zero::is_zero), "a deposit is not held");
		Ok(())
	}
}
