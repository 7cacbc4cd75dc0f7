//! What must hold between any two calls.

use crate::{
	AccessControlList, AccessLevel, Config, HoldReason, Nonce, OwnerDids, Pallet, Registrations,
	TotalDids,
};
use ai_compute_primitives::try_state::{broken, ensure_rule, Owed};
use alloc::collections::{BTreeMap, BTreeSet};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::keys_match_names()?;
		Self::counters_match_records()?;
		Self::lists_match_owners()?;
		Self::access_entries_are_counted()?;
		Self::tombstones_are_bare()?;
		Self::holds_match_deposits()
	}

	/// Each registration lies under the hash of its DID.
	fn keys_match_names() -> Result<(), TryRuntimeError> {
		for (key, record) in Registrations::<T>::iter() {
			let is_own = record.did.hash() == key;
			ensure_rule(is_own, "a registration lies under another DID's hash", &key)?;
		}
		Ok(())
	}

	/// `TotalDids` counts what is not revoked, `Nonce` everything.
	fn counters_match_records() -> Result<(), TryRuntimeError> {
		let (mut all, mut unrevoked) = (0u64, 0u64);
		for record in Registrations::<T>::iter_values() {
			all = all.saturating_add(1);
			unrevoked = unrevoked.saturating_add((!record.revoked).into());
		}
		let (total, nonce) = (TotalDids::<T>::get(), Nonce::<T>::get());
		let counts = (total, unrevoked);
		ensure_rule(total == unrevoked, "TotalDids differs from the records", &counts)?;
		let counts = (nonce, all);
		ensure_rule(nonce == all, "Nonce differs from the number of registrations", &counts)
	}

	/// Owners' lists hold each unrevoked DID once, under its owner, and nothing else.
	fn lists_match_owners() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (owner, dids) in OwnerDids::<T>::iter() {
			ensure_rule(!dids.is_empty(), "an empty list of DIDs is stored", &owner)?;
			for key in dids {
				let record = Registrations::<T>::get(key)
					.ok_or_else(|| broken("an owner's list names no DID", &key))?;
				let is_owners = record.owner == owner;
				ensure_rule(is_owners, "an owner's list names somebody else's DID", &key)?;
				ensure_rule(!record.revoked, "an owner's list names a revoked DID", &key)?;
				ensure_rule(listed.insert(key), "a DID is listed twice", &key)?;
			}
		}
		for (key, record) in Registrations::<T>::iter() {
			let is_listed = record.revoked || listed.contains(&key);
			ensure_rule(is_listed, "a DID is missing in its owner's list", &key)?;
		}
		Ok(())
	}

	/// Each registration counts its access entries, and none lacks its DID.
	fn access_entries_are_counted() -> Result<(), TryRuntimeError> {
		let mut counted = BTreeMap::new();
		for (key, agent, entry) in AccessControlList::<T>::iter() {
			let allows = entry.level != AccessLevel::None;
			ensure_rule(allows, "an access entry allows nothing", &(key, agent))?;
			counted.entry(key).and_modify(|n: &mut u32| n.saturating_inc()).or_insert(1);
		}
		for (key, record) in Registrations::<T>::iter() {
			let entries = counted.remove(&key).unwrap_or(0);
			let agrees = record.access_entries == entries;
			ensure_rule(agrees, "a DID miscounts its access entries", &key)?;
		}
		ensure_rule(counted.is_empty(), "an access entry belongs to no DID", &counted)
	}

	/// A revoked DID keeps nothing but its name.
	fn tombstones_are_bare() -> Result<(), TryRuntimeError> {
		for (key, record) in Registrations::<T>::iter().filter(|(_, record)| record.revoked) {
			ensure_rule(record.pending_owner.is_none(), "a revoked DID is on offer", &key)?;
			let is_bare = record.document_hash.is_empty();
			ensure_rule(is_bare, "a revoked DID keeps its document hash", &key)?;
		}
		Ok(())
	}

	/// Each owner's balance on hold equals the deposits of its records and their entries.
	fn holds_match_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = Owed::default();
		for (key, record) in Registrations::<T>::iter() {
			for (_, entry) in AccessControlList::<T>::iter_prefix(key) {
				owed.add(record.owner.clone(), entry.deposit);
			}
			owed.add(record.owner, record.deposit);
		}
		owed.ensure_held::<T::Currency>(
			HoldReason::Deposit,
			frame_system::Account::<T>::iter_keys(),
			"deposits on hold differ from an owner's records",
		)?;
		Ok(())
	}
}
