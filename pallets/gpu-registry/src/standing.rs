//! Status changes by owner, governance and reputation, and the standing that outlives a node.

use crate::{
	Barred, Beats, Config, Error, Event, GPUNodes, GPUProfileOf, NodeIds, Pallet, Standing,
	Standings, MAX_SCORE,
};
use ai_compute_primitives::{Did, DidHash, NodeStatus, StandingMutate};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_update_status(
		who: T::AccountId,
		did: Vec<u8>,
		new_status: NodeStatus,
	) -> DispatchResult {
		let (did, mut profile) = Self::owned(&who, &did)?;
		ensure!(new_status != NodeStatus::Suspended, Error::<T>::CannotSuspend);
		ensure!(profile.status != NodeStatus::Suspended, Error::<T>::NodeSuspended);
		// Checked against the stored status: an owner may store what missed heartbeats mean.
		ensure!(
			profile.status != new_status || Self::status_now(&profile) != new_status,
			Error::<T>::StatusUnchanged
		);

		Self::store_lapse(&did, &mut profile);
		if profile.status != new_status {
			Self::change_status(&did, &mut profile, new_status);
		}
		GPUNodes::<T>::insert(&did, profile);
		Ok(())
	}

	pub(crate) fn do_force_status(did: Vec<u8>, new_status: NodeStatus) -> DispatchResult {
		let did = Self::parse(&did)?;
		let mut profile = GPUNodes::<T>::get(&did).ok_or(Error::<T>::NodeNotFound)?;
		let node = did.hash();
		let bars = new_status == NodeStatus::Suspended;
		ensure!(
			profile.status != new_status
				|| Self::status_now(&profile) != new_status
				|| bars != Barred::<T>::contains_key(node),
			Error::<T>::StatusUnchanged
		);

		Barred::<T>::set(node, bars.then_some(()));
		Self::store_lapse(&did, &mut profile);
		// Also where reputation has suspended the node before: from now on governance has.
		if bars || profile.status != new_status {
			Self::change_status(&did, &mut profile, new_status);
		}
		GPUNodes::<T>::insert(&did, profile);
		Ok(())
	}

	pub(crate) fn fresh_standing() -> Standing {
		Standing::fresh(T::InitialReputationScore::get())
	}

	/// Standing of a DID, registered or not.
	pub(crate) fn standing_of(node: &DidHash) -> Standing {
		match Self::registered(node) {
			Some((_, profile)) => Standing {
				score: profile.reputation_score,
				suspended: profile.status == NodeStatus::Suspended,
				misses: Beats::<T>::get(profile.index).map(|beat| beat.misses).unwrap_or_default(),
				jobs_completed: profile.total_jobs_completed,
			},
			None => Standings::<T>::get(node).unwrap_or_else(Self::fresh_standing),
		}
	}

	/// The registered node behind a hash.
	pub(crate) fn registered(node: &DidHash) -> Option<(Did, GPUProfileOf<T>)> {
		let did = NodeIds::<T>::get(node)?.did;
		let profile = GPUNodes::<T>::get(&did)?;
		Some((did, profile))
	}

	/// Changes the standing of a DID without a node.
	fn change_absent(node: &DidHash, change: impl FnOnce(&mut Standing)) {
		let old = Standings::<T>::get(node).unwrap_or_else(Self::fresh_standing);
		let mut standing = old;
		change(&mut standing);
		if standing == old {
			return;
		}
		Standings::<T>::set(node, (standing != Self::fresh_standing()).then_some(standing));
		Self::deposit_event(Event::AbsentStandingChanged { node: *node, standing });
	}
}

impl<T: Config> StandingMutate for Pallet<T> {
	fn score(node: &DidHash) -> u32 {
		Self::standing_of(node).score
	}

	fn set_score(node: &DidHash, score: u32) {
		let new_score = score.min(MAX_SCORE);
		let Some((did, mut profile)) = Self::registered(node) else {
			return Self::change_absent(node, |standing| standing.score = new_score);
		};
		let old_score = core::mem::replace(&mut profile.reputation_score, new_score);
		if old_score == new_score {
			return;
		}
		Self::store_lapse(&did, &mut profile);
		GPUNodes::<T>::insert(&did, profile);
		Self::deposit_event(Event::ReputationUpdated { did, old_score, new_score });
	}

	fn suspend(node: &DidHash) {
		let Some((did, mut profile)) = Self::registered(node) else {
			return Self::change_absent(node, |standing| standing.suspended = true);
		};
		if profile.status != NodeStatus::Suspended {
			Self::change_status(&did, &mut profile, NodeStatus::Suspended);
			GPUNodes::<T>::insert(&did, profile);
		}
	}

	fn reinstate(node: &DidHash) {
		if Barred::<T>::contains_key(node) {
			return;
		}
		let Some((did, mut profile)) = Self::registered(node) else {
			return Self::change_absent(node, |standing| standing.suspended = false);
		};
		if profile.status == NodeStatus::Suspended {
			Self::change_status(&did, &mut profile, NodeStatus::Inactive);
			GPUNodes::<T>::insert(&did, profile);
		}
	}
}
