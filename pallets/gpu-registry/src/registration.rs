//! Joining, describing and leaving.

use crate::{
	load::BIDS_PER_SLOT, types::filled, BalanceOf, Beat, Beats, Config, Error, Event, GPUNodes,
	GPUProfile, GPUProfileOf, NextIndex, NodeId, NodeIds, NodeLoads, OwnerNodes, Pallet,
	Parameters, PriceClass, RegistryParametersOf, Standing, Standings, TotalNodes, Unbonding,
};
use ai_compute_primitives::{Did, DidAuthority, NodeStatus};
use alloc::vec::Vec;
use frame_support::{defensive, pallet_prelude::*};
use sp_core::H256;
use sp_runtime::traits::Saturating;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		owner: T::AccountId,
		did: Vec<u8>,
		gpu_model: Vec<u8>,
		vram_gb: u32,
		cuda_cores: u32,
		location: Vec<u8>,
		stake: BalanceOf<T>,
	) -> DispatchResult {
		let did = Self::parse(&did)?;
		let gpu_model = filled(gpu_model, Error::<T>::GpuModelEmpty, Error::<T>::GpuModelTooLong)?;
		let location = filled(location, Error::<T>::LocationEmpty, Error::<T>::LocationTooLong)?;
		ensure!(vram_gb > 0, Error::<T>::ZeroVram);
		ensure!(stake >= T::MinimumStake::get(), Error::<T>::InsufficientStake);
		ensure!(!GPUNodes::<T>::contains_key(&did), Error::<T>::NodeAlreadyExists);
		let controller = T::DidAuthority::controller(&did).ok_or(Error::<T>::DidNotActive)?;
		ensure!(controller == owner, Error::<T>::NotAuthorized);
		ensure!(!Self::binds_another(&did.hash(), &owner), Error::<T>::StakeUnbonding);
		let total = TotalNodes::<T>::get();
		ensure!(total < Parameters::<T>::get().max_nodes, Error::<T>::MaxNodesReached);

		OwnerNodes::<T>::try_mutate(&owner, |nodes| {
			nodes.try_push(did.clone()).map_err(|_| Error::<T>::TooManyNodesPerOwner)
		})?;
		Self::hold(&owner, stake)?;

		// The fleet's size shapes the rounds after this one, so this one is settled first.
		let round = Self::roll_round();
		let index = NextIndex::<T>::get();
		NextIndex::<T>::put(index.checked_add(1).ok_or(Error::<T>::MaxNodesReached)?);
		TotalNodes::<T>::put(total.saturating_add(1));

		let hash = did.hash();
		let standing = Standings::<T>::take(hash).unwrap_or_else(Self::fresh_standing);
		let (status, last_round) = if standing.suspended {
			(NodeStatus::Suspended, Beat::OFF_DUTY)
		} else {
			(NodeStatus::Active, round.index)
		};
		Beats::<T>::insert(
			index,
			Beat { owner_tag: Self::owner_tag(&owner), last_round, misses: standing.misses },
		);
		NodeIds::<T>::insert(hash, NodeId { did: did.clone(), owner: owner.clone() });
		GPUNodes::<T>::insert(
			&did,
			GPUProfile {
				owner: owner.clone(),
				gpu_model,
				vram_gb,
				cuda_cores,
				location,
				stake,
				status,
				reputation_score: standing.score,
				total_jobs_completed: standing.jobs_completed,
				registered_at: Self::ticks(),
				index,
				capacity: 1,
				price_class: PriceClass::Unspecified,
				endpoint_hash: None,
			},
		);
		Self::deposit_event(Event::NodeRegistered { did, owner, stake, index });
		Ok(())
	}

	pub(crate) fn do_deregister(who: T::AccountId, did: Vec<u8>) -> DispatchResult {
		let (did, profile) = Self::registered_node(&did)?;
		let owner = profile.owner;
		ensure!(
			owner == who || T::DidAuthority::controller(&did) == Some(who),
			Error::<T>::NotOwner
		);
		let hash = did.hash();
		ensure!(NodeLoads::<T>::get(hash).unsettled == 0, Error::<T>::JobsUnsettled);

		let round = Self::roll_round();
		TotalNodes::<T>::mutate(|n| n.saturating_dec());
		GPUNodes::<T>::remove(&did);
		Self::unlist(&owner, &did);

		let misses = match Beats::<T>::take(profile.index) {
			Some(mut beat) => {
				beat.settle(&round);
				beat.misses
			}
			None => {
				defensive!("a registered node has a heartbeat record");
				0
			}
		};
		let standing = Standing {
			score: profile.reputation_score,
			suspended: profile.status == NodeStatus::Suspended,
			misses,
			jobs_completed: profile.total_jobs_completed,
		};
		if standing != Self::fresh_standing() {
			Standings::<T>::insert(hash, standing);
		}

		Self::unbond(&did, &owner, profile.stake);
		if !Unbonding::<T>::contains_key(hash, &owner) {
			// Slashed to nothing: nobody needs to find the owner any more.
			NodeIds::<T>::remove(hash);
		}
		Self::deposit_event(Event::NodeDeregistered { did, owner });
		Ok(())
	}

	pub(crate) fn do_update_node(
		who: T::AccountId,
		did: Vec<u8>,
		location: Vec<u8>,
		price_class: PriceClass,
		endpoint_hash: Option<H256>,
	) -> DispatchResult {
		let location: BoundedVec<_, _> =
			filled(location, Error::<T>::LocationEmpty, Error::<T>::LocationTooLong)?;
		let (did, mut profile) = Self::owned(&who, &did)?;
		Self::store_lapse(&did, &mut profile);

		profile.location = location.clone();
		profile.price_class = price_class;
		profile.endpoint_hash = endpoint_hash;
		GPUNodes::<T>::insert(&did, profile);
		Self::deposit_event(Event::NodeUpdated { did, location, price_class, endpoint_hash });
		Ok(())
	}

	pub(crate) fn do_set_capacity(
		who: T::AccountId,
		did: Vec<u8>,
		capacity: u32,
	) -> DispatchResult {
		ensure!(capacity > 0, Error::<T>::ZeroCapacity);
		ensure!(capacity <= T::MaxCapacity::get(), Error::<T>::MaxCapacityExceeded);
		let (did, mut profile) = Self::owned(&who, &did)?;
		// A bid is a promise: a slot taken away must not void it.
		let load = NodeLoads::<T>::get(did.hash());
		ensure!(capacity >= load.running, Error::<T>::CapacityBelowRunningJobs);
		let for_bids = load.open_bids.div_ceil(BIDS_PER_SLOT);
		ensure!(capacity >= for_bids, Error::<T>::CapacityBelowOpenBids);
		Self::store_lapse(&did, &mut profile);

		profile.capacity = capacity;
		GPUNodes::<T>::insert(&did, profile);
		Self::deposit_event(Event::CapacitySet { did, capacity });
		Ok(())
	}

	pub(crate) fn do_set_parameters(parameters: RegistryParametersOf<T>) -> DispatchResult {
		ensure!(parameters.is_valid(), Error::<T>::InvalidParameters);
		// The rounds so far followed the old numbers.
		Self::roll_round();
		Parameters::<T>::put(parameters);
		Self::deposit_event(Event::ParametersSet { parameters });
		Ok(())
	}

	pub(crate) fn parse(did: &[u8]) -> Result<Did, Error<T>> {
		Did::parse(did).map_err(|_| Error::<T>::InvalidDID)
	}

	/// The node under `did`.
	fn registered_node(did: &[u8]) -> Result<(Did, GPUProfileOf<T>), Error<T>> {
		let did = Self::parse(did)?;
		let profile = GPUNodes::<T>::get(&did).ok_or(Error::<T>::NodeNotFound)?;
		Ok((did, profile))
	}

	/// A node of `who`.
	pub(crate) fn owned(
		who: &T::AccountId,
		did: &[u8],
	) -> Result<(Did, GPUProfileOf<T>), Error<T>> {
		let (did, profile) = Self::registered_node(did)?;
		ensure!(profile.owner == *who, Error::<T>::NotOwner);
		Ok((did, profile))
	}

	fn unlist(owner: &T::AccountId, did: &Did) {
		OwnerNodes::<T>::mutate_exists(owner, |maybe_nodes| {
			let mut nodes = maybe_nodes.take().unwrap_or_default();
			match nodes.iter().position(|listed| listed == did) {
				Some(position) => {
					nodes.swap_remove(position);
				}
				None => {
					defensive!("a registered node is in its owner's list");
				}
			}
			*maybe_nodes = (!nodes.is_empty()).then_some(nodes);
		})
	}
}
