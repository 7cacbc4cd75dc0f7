//! What must hold between any two calls.

use crate::{
	BalanceOf, Beat, Beats, Config, GPUNodes, HoldReason, NextIndex, NodeIds, NodeLoads,
	OwnerNodes, Pallet, Parameters, Standings, TotalNodes, Unbonding, MAX_SCORE,
};
use ai_compute_primitives::NodeStatus;
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::total_counts_nodes()?;
		Self::lists_match_owners()?;
		Self::ids_match_nodes()?;
		Self::beats_match_nodes()?;
		Self::loads_are_consistent()?;
		Self::standings_are_of_absent_nodes()?;
		Self::unbonding_is_ordered()?;
		Self::holds_match_records()?;
		ensure!(Parameters::<T>::get().is_valid(), "a parameter lies outside its bounds");
		Ok(())
	}

	/// `TotalNodes` counts the registered nodes.
	fn total_counts_nodes() -> Result<(), TryRuntimeError> {
		let nodes = GPUNodes::<T>::iter_keys().count();
		ensure!(TotalNodes::<T>::get() as usize == nodes, "TotalNodes differs from the nodes");
		Ok(())
	}

	/// Owners' lists hold each node once, under its owner, and nothing else.
	fn lists_match_owners() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (owner, nodes) in OwnerNodes::<T>::iter() {
			ensure!(!nodes.is_empty(), "an empty list of nodes is stored");
			for did in nodes {
				let profile =
					GPUNodes::<T>::get(&did).ok_or("an owner's list names no registered node")?;
				ensure!(profile.owner == owner, "an owner's list names somebody else's node");
				ensure!(listed.insert(did), "a node is listed twice");
			}
		}
		let nodes = GPUNodes::<T>::iter_keys().count();
		ensure!(listed.len() == nodes, "a node is missing in its owner's list");
		Ok(())
	}

	/// Each node and each leaver with unbonding stake is found by its hash.
	fn ids_match_nodes() -> Result<(), TryRuntimeError> {
		for (did, profile) in GPUNodes::<T>::iter() {
			let id = NodeIds::<T>::get(did.hash()).ok_or("a node is not found by its hash")?;
			ensure!(id.did == did && id.owner == profile.owner, "a hash names another node");
		}
		for (hash, id) in NodeIds::<T>::iter() {
			ensure!(id.did.hash() == hash, "an identity lies under another hash");
			ensure!(
				GPUNodes::<T>::contains_key(&id.did)
					|| Unbonding::<T>::contains_key(hash, &id.owner),
				"an identity is kept for nothing"
			);
		}
		Ok(())
	}

	/// Each node has one heartbeat record, under a number of its own, on duty while it is active.
	fn beats_match_nodes() -> Result<(), TryRuntimeError> {
		let next = NextIndex::<T>::get();
		let round = Self::current_round();
		let mut indices = BTreeSet::new();
		for profile in GPUNodes::<T>::iter_values() {
			ensure!(profile.index < next, "a node has a number that was never given");
			ensure!(indices.insert(profile.index), "two nodes have the same number");
			let beat = Beats::<T>::get(profile.index).ok_or("a node has no heartbeat record")?;
			ensure!(
				beat.owner_tag == Self::owner_tag(&profile.owner),
				"a heartbeat record names another owner"
			);
			ensure!(
				beat.on_duty() == (profile.status == NodeStatus::Active),
				"a node's duty differs from its status"
			);
			ensure!(
				beat.last_round == Beat::OFF_DUTY || beat.last_round <= round.index,
				"a heartbeat lies in the future"
			);
		}
		let beats = Beats::<T>::iter_keys().count();
		ensure!(beats == indices.len(), "a heartbeat record belongs to no node");
		Ok(())
	}

	/// Counters of work agree with each other, and only registered nodes hold jobs.
	fn loads_are_consistent() -> Result<(), TryRuntimeError> {
		for (hash, load) in NodeLoads::<T>::iter() {
			ensure!(!load.is_idle(), "an idle load is stored");
			ensure!(load.running <= load.unsettled, "a node runs more jobs than it holds");
			ensure!(
				load.unsettled > 0 || load.exposure.is_zero(),
				"stake is at risk without a job"
			);
			ensure!(
				load.unsettled == 0 || Self::registered(&hash).is_some(),
				"a node left with an unsettled job"
			);
		}
		Ok(())
	}

	/// Standings are kept apart only for DIDs without a node, and only if they say something.
	fn standings_are_of_absent_nodes() -> Result<(), TryRuntimeError> {
		for (hash, standing) in Standings::<T>::iter() {
			ensure!(Self::registered(&hash).is_none(), "a registered node has a second standing");
			ensure!(standing != Self::fresh_standing(), "a standing says nothing");
			ensure!(standing.score <= MAX_SCORE, "a score is above the highest");
		}
		for profile in GPUNodes::<T>::iter_values() {
			ensure!(profile.reputation_score <= MAX_SCORE, "a score is above the highest");
		}
		Ok(())
	}

	/// Unbonding stake is stored by date, and none of it is empty.
	fn unbonding_is_ordered() -> Result<(), TryRuntimeError> {
		for (_, _, chunks) in Unbonding::<T>::iter() {
			ensure!(!chunks.is_empty(), "an empty list of unbonding stake is stored");
			ensure!(chunks.iter().all(|chunk| !chunk.amount.is_zero()), "nothing is unbonding");
			ensure!(
				chunks.windows(2).all(|pair| pair[0].claimable_at < pair[1].claimable_at),
				"unbonding stake is out of order"
			);
		}
		Ok(())
	}

	/// Each owner's balance on hold equals its stakes and what is unbonding.
	fn holds_match_records() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let mut add = |owner: T::AccountId, amount: BalanceOf<T>| {
			let sum = owed.entry(owner).or_default();
			*sum = sum.saturating_add(amount);
		};
		for profile in GPUNodes::<T>::iter_values() {
			add(profile.owner, profile.stake);
		}
		for (_, owner, chunks) in Unbonding::<T>::iter() {
			chunks.iter().for_each(|chunk| add(owner.clone(), chunk.amount));
		}
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::Stake.into(), &account);
			let owed = owed.remove(&account).unwrap_or_default();
			ensure!(held == owed, "stake on hold differs from an owner's records");
		}
		ensure!(owed.values().all(Zero::is_zero), "a stake is not held");
		Ok(())
	}
}
