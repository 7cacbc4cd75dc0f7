//! What must hold between any two calls.

use crate::{
	pricing::rule_is_valid, Allowed, BalanceOf, Config, Descendants, HoldReason, Hosts, ModelCards,
	Models, NextRegistration, NextVersion, OpenJobs, OwnerModels, Pallet, PriceCards,
	TransferOffers, Usages, Versions, MAX_PARENT_BPS, MAX_ROYALTY_BPS,
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
		Self::records_belong_together()?;
		Self::terms_are_within_bounds()?;
		Self::lineage_is_older()?;
		Self::lists_match_owners()?;
		Self::versions_match_models()?;
		Self::allow_lists_match_models()?;
		Self::offers_are_to_others()?;
		Self::hosts_are_well_formed()?;
		Self::open_jobs_say_something()?;
		Self::deposits_match_records()
	}

	/// Each model has a card and a usage record, under the hash of its DID, and nothing else has.
	fn records_belong_together() -> Result<(), TryRuntimeError> {
		for (model, card) in ModelCards::<T>::iter() {
			ensure!(card.did.hash() == model, "a card lies under another hash");
			ensure!(card.model_type.is_of(&card.did), "a model is of another type than its DID");
			ensure!(Models::<T>::contains_key(model), "a card belongs to no model");
		}
		for model in Models::<T>::iter_keys() {
			ensure!(ModelCards::<T>::contains_key(model), "a model has no card");
			ensure!(Usages::<T>::contains_key(model), "a model has no usage record");
		}
		for model in Usages::<T>::iter_keys() {
			ensure!(Models::<T>::contains_key(model), "a usage record belongs to no model");
		}
		for (model, card) in PriceCards::<T>::iter() {
			ensure!(Models::<T>::contains_key(model), "a price card belongs to no model");
			ensure!(card.tiers_rise(), "tiers do not rise");
		}
		Ok(())
	}

	/// Royalties, shares and price rules are such as calls accept.
	fn terms_are_within_bounds() -> Result<(), TryRuntimeError> {
		for record in Models::<T>::iter_values() {
			ensure!(record.royalty_bps <= MAX_ROYALTY_BPS, "a royalty is above the highest");
			ensure!(record.parent_bps <= MAX_PARENT_BPS, "a parent's share is above the highest");
			if let Descendants::Welcome { share_bps } = record.descendants {
				ensure!(share_bps <= MAX_PARENT_BPS, "a share is asked above the highest");
			}
			ensure!(rule_is_valid(&record.price), "a price rule says nothing");
		}
		Ok(())
	}

	/// Registrations have numbers of their own, and parents older ones than their descendants.
	fn lineage_is_older() -> Result<(), TryRuntimeError> {
		let mut registrations = BTreeSet::new();
		for record in Models::<T>::iter_values() {
			ensure!(
				record.registration < NextRegistration::<T>::get(),
				"a registration has a number that was never given"
			);
			ensure!(
				registrations.insert(record.registration),
				"two registrations have the same number"
			);
			match record.parent {
				Some(link) => ensure!(
					link.registration < record.registration,
					"a parent is younger than its descendant"
				),
				None => {
					ensure!(record.parent_bps == 0, "a share is given to no parent")
				}
			}
		}
		Ok(())
	}

	/// Owners' lists hold each model once, under its owner, and nothing else.
	fn lists_match_owners() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (owner, models) in OwnerModels::<T>::iter() {
			ensure!(!models.is_empty(), "an empty list of models is stored");
			for model in models {
				let record =
					Models::<T>::get(model).ok_or("an owner's list names no registered model")?;
				ensure!(record.owner == owner, "an owner's list names somebody else's model");
				ensure!(listed.insert(model), "a model is listed twice");
			}
		}
		let models = Models::<T>::iter_keys().count();
		ensure!(listed.len() == models, "a model is missing in its owner's list");
		Ok(())
	}

	/// Each model keeps its active version and as many others as its card says, each number once.
	fn versions_match_models() -> Result<(), TryRuntimeError> {
		let mut kept = BTreeMap::new();
		let mut numbers = BTreeSet::new();
		for (model, number, version) in Versions::<T>::iter() {
			let record = Models::<T>::get(model).ok_or("a version belongs to no model")?;
			ensure!(
				number < NextVersion::<T>::get(),
				"a version has a number that was never given"
			);
			ensure!(numbers.insert(number), "two versions have the same number");
			ensure!(
				(number == record.version) == version.inactive_since.is_none(),
				"a version does not know whether it is active"
			);
			*kept.entry(model).or_insert(0u32) += 1;
		}
		for (model, record) in Models::<T>::iter() {
			ensure!(
				Versions::<T>::contains_key(model, record.version),
				"the active version is not kept"
			);
			let counted = ModelCards::<T>::get(model).map(|card| card.versions);
			ensure!(counted == kept.get(&model).copied(), "a card counts other versions");
		}
		Ok(())
	}

	/// Allow-lists belong to models and are as long as their cards say.
	fn allow_lists_match_models() -> Result<(), TryRuntimeError> {
		let mut entries = BTreeMap::new();
		for (model, _) in Allowed::<T>::iter_keys() {
			ensure!(Models::<T>::contains_key(model), "an allow-list belongs to no model");
			*entries.entry(model).or_insert(0u32) += 1;
		}
		for (model, card) in ModelCards::<T>::iter() {
			let counted = entries.get(&model).copied().unwrap_or_default();
			ensure!(card.allowed == counted, "a card counts another allow-list");
		}
		Ok(())
	}

	/// Registered models are offered, and not to their owners.
	fn offers_are_to_others() -> Result<(), TryRuntimeError> {
		for (model, to) in TransferOffers::<T>::iter() {
			let record = Models::<T>::get(model).ok_or("an offer is of no model")?;
			ensure!(record.owner != to, "a model is offered to its owner");
		}
		Ok(())
	}

	/// Host records lie under the hash of their node and name a registration that there was.
	fn hosts_are_well_formed() -> Result<(), TryRuntimeError> {
		for (_, node, host) in Hosts::<T>::iter() {
			ensure!(host.node.hash() == node, "a host lies under another hash");
			ensure!(
				host.registration < NextRegistration::<T>::get(),
				"a host names a registration that never was"
			);
		}
		Ok(())
	}

	/// No counter of zero is kept.
	fn open_jobs_say_something() -> Result<(), TryRuntimeError> {
		ensure!(OpenJobs::<T>::iter_values().all(|jobs| jobs > 0), "a count of no jobs is stored");
		Ok(())
	}

	/// Each account's balances on hold equal the deposits of its models and of its host records.
	fn deposits_match_records() -> Result<(), TryRuntimeError> {
		let mut models = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (model, record) in Models::<T>::iter() {
			let deposit = ModelCards::<T>::get(model).map(|card| card.deposit).unwrap_or_default();
			let sum = models.entry(record.owner).or_default();
			*sum = sum.saturating_add(deposit);
		}
		let mut hosts = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (_, _, host) in Hosts::<T>::iter() {
			let sum = hosts.entry(host.host).or_default();
			*sum = sum.saturating_add(host.deposit);
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let agrees = |reason: HoldReason, owed: &mut BTreeMap<_, BalanceOf<T>>| {
				T::Currency::balance_on_hold(&reason.into(), &account)
					== owed.remove(&account).unwrap_or_default()
			};
			ensure!(
				agrees(HoldReason::ModelDeposit, &mut models),
				"deposits on hold differ from an owner's models"
			);
			ensure!(
				agrees(HoldReason::HostDeposit, &mut hosts),
				"deposits on hold differ from a host's records"
			);
		}
		let is_held = |owed: BTreeMap<_, BalanceOf<T>>| owed.values().all(Zero::is_zero);
		ensure!(is_held(models) && is_held(hosts), "a deposit is not held");
		Ok(())
	}
}
