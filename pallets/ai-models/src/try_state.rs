//! What must hold between any two calls.

use crate::{
	pricing::rule_is_valid, Allowed, Config, Descendants, HoldReason, Hosts, ModelCards, Models,
	NextRegistration, NextVersion, OpenJobs, OwnerModels, Pallet, PriceCards, TransferOffers,
	Usages, Versions, MAX_PARENT_BPS, MAX_ROYALTY_BPS,
};
use ai_compute_primitives::try_state::{broken, ensure_rule, Owed};
use alloc::collections::{BTreeMap, BTreeSet};
use sp_runtime::TryRuntimeError;

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
		let is_model = Models::<T>::contains_key;
		for (model, card) in ModelCards::<T>::iter() {
			ensure_rule(card.did.hash() == model, "a card lies under another hash", &model)?;
			let is_same = card.model_type.is_of(&card.did);
			ensure_rule(is_same, "a model is of another type than its DID", &model)?;
			ensure_rule(is_model(model), "a card belongs to no model", &model)?;
		}
		for model in Models::<T>::iter_keys() {
			let has_card = ModelCards::<T>::contains_key(model);
			ensure_rule(has_card, "a model has no card", &model)?;
			let has_usage = Usages::<T>::contains_key(model);
			ensure_rule(has_usage, "a model has no usage record", &model)?;
		}
		for model in Usages::<T>::iter_keys() {
			ensure_rule(is_model(model), "a usage record belongs to no model", &model)?;
		}
		for (model, card) in PriceCards::<T>::iter() {
			ensure_rule(is_model(model), "a price card belongs to no model", &model)?;
			ensure_rule(card.tiers_rise(), "tiers do not rise", &model)?;
		}
		Ok(())
	}

	/// Royalties, shares and price rules are such as calls accept.
	fn terms_are_within_bounds() -> Result<(), TryRuntimeError> {
		for (model, record) in Models::<T>::iter() {
			let fits = record.royalty_bps <= MAX_ROYALTY_BPS;
			ensure_rule(fits, "a royalty is above the highest", &model)?;
			let fits = record.parent_bps <= MAX_PARENT_BPS;
			ensure_rule(fits, "a parent's share is above the highest", &model)?;
			if let Descendants::Welcome { share_bps } = record.descendants {
				let fits = share_bps <= MAX_PARENT_BPS;
				ensure_rule(fits, "a share is asked above the highest", &model)?;
			}
			ensure_rule(rule_is_valid(&record.price), "a price rule says nothing", &model)?;
		}
		Ok(())
	}

	/// Registrations have numbers of their own, and parents older ones than their descendants.
	fn lineage_is_older() -> Result<(), TryRuntimeError> {
		let mut registrations = BTreeSet::new();
		for (model, record) in Models::<T>::iter() {
			let number = record.registration;
			let was_given = number < NextRegistration::<T>::get();
			ensure_rule(was_given, "a registration has a number that was never given", &model)?;
			let is_own = registrations.insert(number);
			ensure_rule(is_own, "two registrations have the same number", &model)?;
			match record.parent {
				Some(link) => {
					let is_older = link.registration < number;
					ensure_rule(is_older, "a parent is younger than its descendant", &model)?
				}
				None => {
					ensure_rule(record.parent_bps == 0, "a share is given to no parent", &model)?
				}
			}
		}
		Ok(())
	}

	/// Owners' lists hold each model once, under its owner, and nothing else.
	fn lists_match_owners() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (owner, models) in OwnerModels::<T>::iter() {
			ensure_rule(!models.is_empty(), "an empty list of models is stored", &owner)?;
			for model in models {
				let record = Models::<T>::get(model)
					.ok_or_else(|| broken("an owner's list names no registered model", &model))?;
				let is_owners = record.owner == owner;
				ensure_rule(is_owners, "an owner's list names somebody else's model", &model)?;
				ensure_rule(listed.insert(model), "a model is listed twice", &model)?;
			}
		}
		match Models::<T>::iter_keys().find(|model| !listed.contains(model)) {
			Some(model) => Err(broken("a model is missing in its owner's list", &model)),
			None => Ok(()),
		}
	}

	/// Each model keeps its active version and as many others as its card says, each number once.
	fn versions_match_models() -> Result<(), TryRuntimeError> {
		let mut kept = BTreeMap::new();
		let mut numbers = BTreeSet::new();
		for (model, number, version) in Versions::<T>::iter() {
			let key = (model, number);
			let record = Models::<T>::get(model)
				.ok_or_else(|| broken("a version belongs to no model", &key))?;
			let was_given = number < NextVersion::<T>::get();
			ensure_rule(was_given, "a version has a number that was never given", &key)?;
			let is_own = numbers.insert(number);
			ensure_rule(is_own, "two versions have the same number", &key)?;
			let agrees = (number == record.version) == version.inactive_since.is_none();
			ensure_rule(agrees, "a version does not know whether it is active", &key)?;
			*kept.entry(model).or_insert(0u32) += 1;
		}
		for (model, record) in Models::<T>::iter() {
			let is_kept = Versions::<T>::contains_key(model, record.version);
			ensure_rule(is_kept, "the active version is not kept", &model)?;
			let counted = ModelCards::<T>::get(model).map(|card| card.versions);
			let agrees = counted == kept.get(&model).copied();
			ensure_rule(agrees, "a card counts other versions", &model)?;
		}
		Ok(())
	}

	/// Allow-lists belong to models and are as long as their cards say.
	fn allow_lists_match_models() -> Result<(), TryRuntimeError> {
		let mut entries = BTreeMap::new();
		for (model, _) in Allowed::<T>::iter_keys() {
			let is_model = Models::<T>::contains_key(model);
			ensure_rule(is_model, "an allow-list belongs to no model", &model)?;
			*entries.entry(model).or_insert(0u32) += 1;
		}
		for (model, card) in ModelCards::<T>::iter() {
			let counted = entries.get(&model).copied().unwrap_or_default();
			ensure_rule(card.allowed == counted, "a card counts another allow-list", &model)?;
		}
		Ok(())
	}

	/// Registered models are offered, and not to their owners.
	fn offers_are_to_others() -> Result<(), TryRuntimeError> {
		for (model, to) in TransferOffers::<T>::iter() {
			let record =
				Models::<T>::get(model).ok_or_else(|| broken("an offer is of no model", &model))?;
			ensure_rule(record.owner != to, "a model is offered to its owner", &model)?;
		}
		Ok(())
	}

	/// Host records lie under the hash of their node and name a registration that there was.
	fn hosts_are_well_formed() -> Result<(), TryRuntimeError> {
		for (model, node, host) in Hosts::<T>::iter() {
			let key = (model, node);
			ensure_rule(host.node.hash() == node, "a host lies under another hash", &key)?;
			let was_given = host.registration < NextRegistration::<T>::get();
			ensure_rule(was_given, "a host names a registration that never was", &key)?;
		}
		Ok(())
	}

	/// No counter of zero is kept.
	fn open_jobs_say_something() -> Result<(), TryRuntimeError> {
		for (model, jobs) in OpenJobs::<T>::iter() {
			ensure_rule(jobs > 0, "a count of no jobs is stored", &model)?;
		}
		Ok(())
	}

	/// Each account's balances on hold equal the deposits of its models and of its host records.
	fn deposits_match_records() -> Result<(), TryRuntimeError> {
		let mut models = Owed::default();
		for (model, record) in Models::<T>::iter() {
			let deposit = ModelCards::<T>::get(model).map(|card| card.deposit).unwrap_or_default();
			models.add(record.owner, deposit);
		}
		models.ensure_held::<T::Currency>(
			HoldReason::ModelDeposit,
			frame_system::Account::<T>::iter_keys(),
			"deposits on hold differ from an owner's models",
		)?;
		let hosts: Owed<_, _> =
			Hosts::<T>::iter_values().map(|host| (host.host, host.deposit)).collect();
		hosts.ensure_held::<T::Currency>(
			HoldReason::HostDeposit,
			frame_system::Account::<T>::iter_keys(),
			"deposits on hold differ from a host's records",
		)?;
		Ok(())
	}
}
