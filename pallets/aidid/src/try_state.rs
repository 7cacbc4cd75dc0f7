//! What must hold between any two calls.

use crate::{
	AIControl, AIIdentities, AIPermissions, AIReputation, Config, ControllerAIs, HoldReason,
	Pallet, Rights, TotalAIs,
};
use ai_compute_primitives::{
	try_state::{broken, ensure_rule, Owed},
	Did,
};
use alloc::collections::{BTreeMap, BTreeSet};
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
			let is_own = ai.ai_type.key(&ai.identifier) == key;
			ensure_rule(is_own, "an AI lies under another AI's key", &key)?;
			let did = Did::parse(ai.ai_type.did_bytes(&ai.identifier));
			ensure_rule(did.is_ok(), "an AI's name makes no DID", &key)?;
			let is_same = ai.profile.ai_type == ai.ai_type;
			ensure_rule(is_same, "an AI has a profile of another type", &key)?;
		}
		Ok(())
	}

	/// The small record of each AI says the same as the large one.
	fn control_matches_identities() -> Result<(), TryRuntimeError> {
		for (key, control) in AIControl::<T>::iter() {
			let ai = AIIdentities::<T>::get(key)
				.ok_or_else(|| broken("a control record belongs to no AI", &key))?;
			let is_one = ai.controller == control.controller;
			ensure_rule(is_one, "an AI has two controllers", &key)?;
			let agrees = ai.active == control.active;
			ensure_rule(agrees, "an AI is active and deactivated", &key)?;
		}
		match AIIdentities::<T>::iter_keys().find(|key| !AIControl::<T>::contains_key(key)) {
			Some(key) => Err(broken("an AI lacks its control record", &key)),
			None => Ok(()),
		}
	}

	/// `TotalAIs` counts the identities.
	fn total_matches_records() -> Result<(), TryRuntimeError> {
		let (total, ais) = (TotalAIs::<T>::get(), AIIdentities::<T>::iter_keys().count() as u64);
		ensure_rule(total == ais, "TotalAIs differs from the records", &(total, ais))
	}

	/// Controllers' lists hold each AI once, under its controller, and nothing else.
	fn lists_match_controllers() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (controller, ais) in ControllerAIs::<T>::iter() {
			ensure_rule(!ais.is_empty(), "an empty list of AIs is stored", &controller)?;
			for key in ais {
				let ai = AIIdentities::<T>::get(key)
					.ok_or_else(|| broken("a controller's list names no AI", &key))?;
				let is_own = ai.controller == controller;
				ensure_rule(is_own, "a controller's list names somebody else's AI", &key)?;
				ensure_rule(listed.insert(key), "an AI is listed twice", &key)?;
			}
		}
		match AIIdentities::<T>::iter_keys().find(|key| !listed.contains(key)) {
			Some(key) => Err(broken("an AI is missing in its controller's list", &key)),
			None => Ok(()),
		}
	}

	/// Each AI counts its permissions, and each permission lies under its key.
	fn permissions_are_counted() -> Result<(), TryRuntimeError> {
		let mut counted = BTreeMap::new();
		for (ai, key, record) in AIPermissions::<T>::iter() {
			let is_own = record.permission.key() == key;
			ensure_rule(is_own, "a permission lies under another key", &(ai, key))?;
			counted.entry(ai).and_modify(|n: &mut u32| n.saturating_inc()).or_insert(1);
		}
		for (key, control) in AIControl::<T>::iter() {
			let permissions = counted.remove(&key).unwrap_or(0);
			let agrees = control.permissions == permissions;
			ensure_rule(agrees, "an AI miscounts its permissions", &key)?;
		}
		ensure_rule(counted.is_empty(), "a permission belongs to no AI", &counted)
	}

	/// Each reputation belongs to an AI, and its numbers agree.
	fn reputations_are_consistent() -> Result<(), TryRuntimeError> {
		for (key, reputation) in AIReputation::<T>::iter() {
			let is_known = AIControl::<T>::contains_key(key);
			ensure_rule(is_known, "a reputation belongs to no AI", &key)?;
			let is_consistent = reputation.is_consistent();
			ensure_rule(is_consistent, "a reputation's numbers disagree", &key)?;
		}
		Ok(())
	}

	/// Each entry of rights belongs to an AI, but not to its controller, and holds a right.
	fn rights_are_worth_storing() -> Result<(), TryRuntimeError> {
		for (ai, account, rights) in Rights::<T>::iter() {
			let key = (ai, account);
			let control =
				AIControl::<T>::get(ai).ok_or_else(|| broken("rights belong to no AI", &key))?;
			let is_another = control.controller != key.1;
			ensure_rule(is_another, "a controller may speak about its own AI", &key)?;
			let is_empty = rights.inferences.is_zero() && rights.ratings.is_zero();
			ensure_rule(!is_empty, "an entry of rights is empty", &key)?;
		}
		Ok(())
	}

	/// Each controller's balance on hold equals the deposits of its records.
	fn holds_match_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = Owed::default();
		for (key, ai) in AIIdentities::<T>::iter() {
			for (_, record) in AIPermissions::<T>::iter_prefix(key) {
				owed.add(ai.controller.clone(), record.deposit);
			}
			owed.add(ai.controller, ai.deposit);
		}
		owed.ensure_held::<T::Currency>(
			HoldReason::Deposit,
			frame_system::Account::<T>::iter_keys(),
			"deposits on hold differ from a controller's records",
		)?;
		Ok(())
	}
}
