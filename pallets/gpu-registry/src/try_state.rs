//! What must hold between any two calls.

use crate::{
	Barred, Beat, Beats, Config, GPUNodes, HoldReason, NextIndex, NodeIds, NodeLoads, OwnerNodes,
	Pallet, Parameters, Standings, TotalNodes, Unbonding, MAX_SCORE,
};
use ai_compute_primitives::{
	try_state::{broken, ensure_rule, Owed},
	NodeStatus,
};
use alloc::collections::BTreeSet;
use sp_runtime::{traits::Zero, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::total_counts_nodes()?;
		Self::lists_match_owners()?;
		Self::ids_match_nodes()?;
		Self::beats_match_nodes()?;
		Self::loads_are_consistent()?;
		Self::standings_are_of_absent_nodes()?;
		Self::barred_nodes_are_suspended()?;
		Self::unbonding_is_ordered()?;
		Self::holds_match_records()?;
		let parameters = Parameters::<T>::get();
		ensure_rule(parameters.is_valid(), "a parameter lies outside its bounds", &parameters)
	}

	/// `TotalNodes` counts the registered nodes.
	fn total_counts_nodes() -> Result<(), TryRuntimeError> {
		let (total, nodes) = (TotalNodes::<T>::get(), GPUNodes::<T>::iter_keys().count());
		ensure_rule(total as usize == nodes, "TotalNodes differs from the nodes", &(total, nodes))
	}

	/// Owners' lists hold each node once, under its owner, and nothing else.
	fn lists_match_owners() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (owner, nodes) in OwnerNodes::<T>::iter() {
			ensure_rule(!nodes.is_empty(), "an empty list of nodes is stored", &owner)?;
			for did in nodes {
				let profile = GPUNodes::<T>::get(&did)
					.ok_or_else(|| broken("an owner's list names no registered node", &did))?;
				let is_owners = profile.owner == owner;
				ensure_rule(is_owners, "an owner's list names somebody else's node", &did)?;
				ensure_rule(listed.insert(did.clone()), "a node is listed twice", &did)?;
			}
		}
		match GPUNodes::<T>::iter_keys().find(|did| !listed.contains(did)) {
			Some(did) => Err(broken("a node is missing in its owner's list", &did)),
			None => Ok(()),
		}
	}

	/// Each node and each leaver with unbonding stake is found by its hash.
	fn ids_match_nodes() -> Result<(), TryRuntimeError> {
		for (did, profile) in GPUNodes::<T>::iter() {
			let id = NodeIds::<T>::get(did.hash())
				.ok_or_else(|| broken("a node is not found by its hash", &did))?;
			let is_same = id.did == did && id.owner == profile.owner;
			ensure_rule(is_same, "a hash names another node", &did)?;
		}
		for (hash, id) in NodeIds::<T>::iter() {
			ensure_rule(id.did.hash() == hash, "an identity lies under another hash", &hash)?;
			let is_needed = GPUNodes::<T>::contains_key(&id.did)
				|| Unbonding::<T>::contains_key(hash, &id.owner);
			ensure_rule(is_needed, "an identity is kept for nothing", &hash)?;
		}
		Ok(())
	}

	/// Each node has one heartbeat record, under a number of its own, on duty while it is active.
	fn beats_match_nodes() -> Result<(), TryRuntimeError> {
		let next = NextIndex::<T>::get();
		let round = Self::current_round();
		let mut indices = BTreeSet::new();
		for (did, profile) in GPUNodes::<T>::iter() {
			let index = profile.index;
			ensure_rule(index < next, "a node has a number that was never given", &did)?;
			ensure_rule(indices.insert(index), "two nodes have the same number", &did)?;
			let beat = Beats::<T>::get(index)
				.ok_or_else(|| broken("a node has no heartbeat record", &did))?;
			let is_owners = beat.owner_tag == Self::owner_tag(&profile.owner);
			ensure_rule(is_owners, "a heartbeat record names another owner", &did)?;
			let agrees = beat.on_duty() == (profile.status == NodeStatus::Active);
			ensure_rule(agrees, "a node's duty differs from its status", &did)?;
			let is_past = beat.last_round == Beat::OFF_DUTY || beat.last_round <= round.index;
			ensure_rule(is_past, "a heartbeat lies in the future", &did)?;
		}
		match Beats::<T>::iter_keys().find(|index| !indices.contains(index)) {
			Some(index) => Err(broken("a heartbeat record belongs to no node", &index)),
			None => Ok(()),
		}
	}

	/// Counters of work agree with each other, and only registered nodes hold jobs.
	fn loads_are_consistent() -> Result<(), TryRuntimeError> {
		for (hash, load) in NodeLoads::<T>::iter() {
			ensure_rule(!load.is_idle(), "an idle load is stored", &hash)?;
			let fits = load.running <= load.unsettled;
			ensure_rule(fits, "a node runs more jobs than it holds", &hash)?;
			let is_backed = load.unsettled > 0 || load.exposure.is_zero();
			ensure_rule(is_backed, "stake is at risk without a job", &hash)?;
			let is_there = load.unsettled == 0 || Self::registered(&hash).is_some();
			ensure_rule(is_there, "a node left with an unsettled job", &hash)?;
		}
		Ok(())
	}

	/// Standings are kept apart only for DIDs without a node, and only if they say something.
	fn standings_are_of_absent_nodes() -> Result<(), TryRuntimeError> {
		for (hash, standing) in Standings::<T>::iter() {
			let is_absent = Self::registered(&hash).is_none();
			ensure_rule(is_absent, "a registered node has a second standing", &hash)?;
			ensure_rule(standing != Self::fresh_standing(), "a standing says nothing", &hash)?;
			ensure_rule(standing.score <= MAX_SCORE, "a score is above the highest", &hash)?;
		}
		for (did, profile) in GPUNodes::<T>::iter() {
			let fits = profile.reputation_score <= MAX_SCORE;
			ensure_rule(fits, "a score is above the highest", &did)?;
		}
		Ok(())
	}

	/// What governance has suspended is, registered or not.
	fn barred_nodes_are_suspended() -> Result<(), TryRuntimeError> {
		for hash in Barred::<T>::iter_keys() {
			let is_suspended = Self::standing_of(&hash).suspended;
			ensure_rule(is_suspended, "a node that governance suspended is not", &hash)?;
		}
		Ok(())
	}

	/// Unbonding stake is stored by date, and none of it is empty.
	fn unbonding_is_ordered() -> Result<(), TryRuntimeError> {
		for (hash, owner, chunks) in Unbonding::<T>::iter() {
			let key = (hash, owner);
			let is_list = !chunks.is_empty();
			ensure_rule(is_list, "an empty list of unbonding stake is stored", &key)?;
			let is_filled = chunks.iter().all(|chunk| !chunk.amount.is_zero());
			ensure_rule(is_filled, "nothing is unbonding", &key)?;
			let is_ordered =
				chunks.windows(2).all(|pair| pair[0].claimable_at < pair[1].claimable_at);
			ensure_rule(is_ordered, "unbonding stake is out of order", &key)?;
		}
		Ok(())
	}

	/// Each owner's balance on hold equals its stakes and what is unbonding.
	fn holds_match_records() -> Result<(), TryRuntimeError> {
		let mut owed = Owed::default();
		for profile in GPUNodes::<T>::iter_values() {
			owed.add(profile.owner, profile.stake);
		}
		for (_, owner, chunks) in Unbonding::<T>::iter() {
			chunks.iter().for_each(|chunk| owed.add(owner.clone(), chunk.amount));
		}
		owed.ensure_held::<T::Currency>(
			HoldReason::Stake,
			frame_system::Account::<T>::iter_keys(),
			"stake on hold differs from an owner's records",
		)?;
		Ok(())
	}
}
