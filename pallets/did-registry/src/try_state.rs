//! What must hold between any two calls.

use crate::{
	AccessControlList, BalanceOf, Config, HoldReason, Nonce, OwnerDids, Pallet, Registrations,
	TotalDids,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
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
			ensure!(record.did.hash() == key, "a registration lies under another DID's hash");
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
		ensure!(TotalDids::<T>::get() == unrevoked, "TotalDids differs from the records");
		ensure!(Nonce::<T>::get() == all, "Nonce differs from the number of registrations");
		Ok(())
	}

	/// Owners' lists hold each unrevoked DID once, under its owner, and nothing else.
	fn lists_match_owners() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (owner, dids) in OwnerDids::<T>::iter() {
			ensure!(!dids.is_empty(), "an empty list of DIDs is stored");
			for did_hash in dids {
				let record =
					Registrations::<T>::get(did_hash).ok_or("an owner's list names no DID")?;
				ensure!(record.owner == owner, "an owner's list names somebody else's DID");
				ensure!(!record.revoked, "an owner's list names a revoked DID");
				ensure!(listed.insert(did_hash), "a DID is listed twice");
			}
		}
		let unrevoked = Registrations::<T>::iter_values().filter(|record| !record.revoked).count();
		ensure!(listed.len() == unrevoked, "a DID is missing in its owner's list");
		Ok(())
	}

	/// Each registration counts its access entries, and none lacks its DID.
	fn access_entries_are_counted() -> Result<(), TryRuntimeError> {
		let mut counted = BTreeMap::new();
		for (did_hash, _, entry) in AccessControlList::<T>::iter() {
			ensure!(entry.level != crate::AccessLevel::None, "an access entry allows nothing");
			counted.entry(did_hash).and_modify(|n: &mut u32| n.saturating_inc()).or_insert(1);
		}
		for (did_hash, record) in Registrations::<T>::iter() {
			let entries = counted.remove(&did_hash).unwrap_or(0);
			ensure!(record.access_entries == entries, "a DID miscounts its access entries");
		}
		ensure!(counted.is_empty(), "an access entry belongs to no DID");
		Ok(())
	}

	/// A revoked DID keeps nothing but its name.
	fn tombstones_are_bare() -> Result<(), TryRuntimeError> {
		for record in Registrations::<T>::iter_values().filter(|record| record.revoked) {
			ensure!(record.pending_owner.is_none(), "a revoked DID is on offer");
			ensure!(record.document_hash.is_empty(), "a revoked DID keeps its document hash");
		}
		Ok(())
	}

	/// Each owner's balance on hold equals the deposits of its records and their entries.
	fn holds_match_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let mut add = |owner: T::AccountId, amount: BalanceOf<T>| {
			let sum = owed.entry(owner).or_default();
			*sum = sum.saturating_add(amount);
		};
		for (did_hash, record) in Registrations::<T>::iter() {
			for (_, entry) in AccessControlList::<T>::iter_prefix(did_hash) {
				add(record.owner.clone(), entry.deposit);
			}
			add(record.owner, record.deposit);
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::Deposit.into(), &account);
			let owed = owed.remove(&account).unwrap_or_default();
			ensure!(held == owed, "deposits on hold differ from an owner's records");
		}
		ensure!(owed.values().all(|amount| *amount == Default::default()), "a deposit is not held");
		Ok(())
	}
}
