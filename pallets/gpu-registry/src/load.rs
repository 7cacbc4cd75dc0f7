//! What the marketplace reads of a node, and the work it counts against it.

use crate::{BalanceOf, Config, Error, GPUNodes, GPUProfileOf, NodeLoad, NodeLoads, Pallet};
use ai_compute_primitives::{Did, DidAuthority, DidHash, NodeInspect, NodeMutate, NodeSummary};
use frame_support::{defensive, pallet_prelude::*, traits::DefensiveSaturating};
use sp_runtime::traits::Saturating;

/// Open bids that a node may have for each job it can run.
pub const BIDS_PER_SLOT: u32 = 4;

impl<T: Config> Pallet<T> {
	fn profile(did: &Did) -> Result<GPUProfileOf<T>, Error<T>> {
		GPUNodes::<T>::get(did).ok_or(Error::<T>::NodeNotFound)
	}

	/// Changes a node's load and keeps it only while there is any.
	fn change_load(node: &DidHash, change: impl FnOnce(&mut NodeLoad<BalanceOf<T>>)) {
		NodeLoads::<T>::mutate_exists(node, |maybe_load| {
			let mut load = maybe_load.take().unwrap_or_default();
			change(&mut load);
			*maybe_load = (!load.is_idle()).then_some(load);
		})
	}
}

impl<T: Config> NodeInspect<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn node(did: &Did) -> Option<NodeSummary<T::AccountId, BalanceOf<T>>> {
		let profile = GPUNodes::<T>::get(did)?;
		let status = Self::status_now(&profile);
		let did_active = T::DidAuthority::controller(did).as_ref() == Some(&profile.owner);
		Some(NodeSummary {
			owner: profile.owner,
			status,
			vram_gb: profile.vram_gb,
			location: profile.location,
			stake: profile.stake,
			sufficiently_staked: profile.stake >= T::MinimumStake::get(),
			reputation: profile.reputation_score,
			did_active,
		})
	}

	fn is_related(did: &Did, who: &T::AccountId) -> bool {
		GPUNodes::<T>::get(did).is_some_and(|profile| profile.owner == *who)
			|| T::DidAuthority::controller(did).as_ref() == Some(who)
	}
}

impl<T: Config> NodeMutate<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn open_bid(did: &Did) -> DispatchResult {
		let most = Self::profile(did)?.capacity.saturating_mul(BIDS_PER_SLOT);
		let hash = did.hash();
		let mut load = NodeLoads::<T>::get(hash);
		ensure!(load.open_bids < most, Error::<T>::MaxOpenBidsExceeded);
		load.open_bids.saturating_inc();
		NodeLoads::<T>::insert(hash, load);
		Ok(())
	}

	fn close_bid(node: &DidHash) {
		Self::change_load(node, |load| {
			load.open_bids = load.open_bids.defensive_saturating_sub(1);
		})
	}

	fn assign(did: &Did, at_risk: BalanceOf<T>) -> DispatchResult {
		let profile = Self::profile(did)?;
		let hash = did.hash();
		let mut load = NodeLoads::<T>::get(hash);
		ensure!(load.running < profile.capacity, Error::<T>::MaxRunningJobsExceeded);
		let limit = profile.stake.saturating_mul(T::ExposureFactor::get().into());
		let exposure = load.exposure.saturating_add(at_risk);
		ensure!(exposure <= limit, Error::<T>::MaxExposureExceeded);

		load.running.saturating_inc();
		load.unsettled.saturating_inc();
		load.exposure = exposure;
		NodeLoads::<T>::insert(hash, load);
		Ok(())
	}

	fn free_slot(node: &DidHash) {
		Self::change_load(node, |load| {
			load.running = load.running.defensive_saturating_sub(1);
		})
	}

	fn release(node: &DidHash, at_risk: BalanceOf<T>) {
		Self::change_load(node, |load| {
			load.unsettled = load.unsettled.defensive_saturating_sub(1);
			load.exposure = load.exposure.defensive_saturating_sub(at_risk);
		})
	}

	fn job_settled(did: &Did) {
		GPUNodes::<T>::mutate(did, |maybe_profile| match maybe_profile {
			Some(profile) => profile.total_jobs_completed.saturating_inc(),
			None => {
				defensive!("a node with an unsettled job cannot leave");
			}
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn register_for_benchmark(did: &Did, owner: &T::AccountId, stake: BalanceOf<T>) {
		use frame_support::traits::fungible::{Inspect, Mutate};
		let stake = stake.max(T::MinimumStake::get());
		T::DidAuthority::anchor(did, owner);
		T::Currency::mint_into(owner, stake.saturating_add(T::Currency::minimum_balance()))
			.expect("benchmarks stay below the issuance");
		Self::do_register(
			owner.clone(),
			did.as_bytes().to_vec(),
			alloc::vec![b'm'; crate::MAX_MODEL_LEN as usize],
			u32::MAX,
			u32::MAX,
			alloc::vec![b'l'; crate::MAX_LOCATION_LEN as usize],
			stake,
		)
		.expect("benchmarks register fresh nodes with enough stake");
	}
}
