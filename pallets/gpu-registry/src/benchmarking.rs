//! Benchmarks, each in its worst case.
//!
//! Where a call stores a node's status, the node has lapsed; where it touches the heartbeat round,
//! a new round has begun.

use super::*;
use ai_compute_primitives::{
	Did, DidAuthority, NodeMutate, NodeStatus, StandingMutate, MAX_DID_LEN,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin, Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::traits::{BlockNumberProvider, SaturatedConversion, Saturating};

/// A DID of the greatest length, for node `n`.
fn longest_did(n: u8) -> Did {
	let mut bytes = b"did:etrid:gpu:".to_vec();
	bytes.resize(MAX_DID_LEN as usize, b'a'.saturating_add(n % 26));
	Did::parse(bytes).expect("well-formed")
}

fn bytes(did: &Did) -> Vec<u8> {
	did.as_bytes().to_vec()
}

fn fund<T: Config>(account: &T::AccountId) {
	let amount = T::MinimumStake::get().saturating_add(T::Currency::minimum_balance());
	T::Currency::set_balance(account, amount.saturating_mul(20u32.into()));
}

fn wait<T: Config>(ticks: u32) {
	let now = T::BlockNumberProvider::current_block_number();
	T::BlockNumberProvider::set_block_number(now.saturating_add(ticks.into()));
}

/// Moves to the first tick of the next round.
fn next_round<T: Config>() {
	let round = Pallet::<T>::current_round();
	let start = round.start.saturating_add(round.len.into());
	T::BlockNumberProvider::set_block_number(start.saturated_into());
}

/// Lets every node miss more rounds than it may.
fn lapse<T: Config>() {
	for _ in 0..Parameters::<T>::get().max_missed_rounds.saturating_add(2) {
		next_round::<T>();
	}
}

/// Fills `owner`'s list except for one place.
fn crowd<T: Config>(owner: &T::AccountId) {
	let others = (1..T::MaxNodesPerOwner::get()).map(|n| longest_did(n as u8)).collect();
	OwnerNodes::<T>::insert(owner, BoundedVec::truncate_from(others));
}

/// A node of `owner`, whose list is full, with twice the minimum stake.
fn registered<T: Config>(owner: &T::AccountId) -> Did {
	fund::<T>(owner);
	crowd::<T>(owner);
	let did = longest_did(0);
	let stake = T::MinimumStake::get().saturating_mul(2u32.into());
	Pallet::<T>::register_for_benchmark(&did, owner, stake);
	did
}

/// Takes stake out of a node until every date of unbonding is taken.
fn fill_unbonding<T: Config>(owner: &T::AccountId, did: &Did) {
	for _ in 0..T::MaxUnbondingChunks::get() {
		Pallet::<T>::do_add_stake(owner.clone(), bytes(did), 1u32.into()).expect("funded");
		Pallet::<T>::do_withdraw_stake(owner.clone(), bytes(did), 1u32.into())
			.expect("more than the minimum is staked");
		wait::<T>(1);
	}
}

/// Makes a node, but not its DID, the property of `to`.
fn hand_over<T: Config>(did: &Did, from: &T::AccountId, to: &T::AccountId) {
	let hash = did.hash();
	GPUNodes::<T>::mutate(did, |profile| {
		profile.as_mut().expect("registered").owner = to.clone();
	});
	OwnerNodes::<T>::insert(to, OwnerNodes::<T>::take(from));
	NodeIds::<T>::insert(hash, NodeId { did: did.clone(), owner: to.clone() });
	Unbonding::<T>::insert(hash, to, Unbonding::<T>::take(hash, from));
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: the DID left a standing, the owner's list has one place, and stake of a former
	/// owner can be claimed at every date.
	#[benchmark]
	fn register_node() {
		let caller: T::AccountId = whitelisted_caller();
		fund::<T>(&caller);
		crowd::<T>(&caller);
		let did = longest_did(0);
		T::DidAuthority::anchor(&did, &caller);
		Pallet::<T>::set_score(&did.hash(), 1);
		let former: T::AccountId = account("former", 0, 0);
		let due = (1..=T::MaxUnbondingChunks::get())
			.map(|n| UnbondingChunk { amount: 1u32.into(), claimable_at: n.into() })
			.collect();
		NodeIds::<T>::insert(did.hash(), NodeId { did: did.clone(), owner: former.clone() });
		Unbonding::<T>::insert(did.hash(), former, BoundedVec::truncate_from(due));
		wait::<T>(T::MaxUnbondingChunks::get());
		next_round::<T>();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller.clone()),
			bytes(&did),
			vec![b'm'; MAX_MODEL_LEN as usize],
			80,
			16_896,
			vec![b'l'; MAX_LOCATION_LEN as usize],
			T::MinimumStake::get(),
		);

		assert_eq!(GPUNodes::<T>::get(&did).expect("registered").reputation_score, 1);
		assert_eq!(OwnerNodes::<T>::get(&caller).len() as u32, T::MaxNodesPerOwner::get());
	}

	/// Worst case: a lapsed node is switched on.
	#[benchmark]
	fn update_status() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		lapse::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), NodeStatus::Active);

		let profile = GPUNodes::<T>::get(&did).expect("registered");
		assert_eq!(Pallet::<T>::status_now(&profile), NodeStatus::Active);
	}

	/// Worst case: the node leaves a standing, every date of unbonding is taken, and not the owner
	/// but the DID's controller calls.
	#[benchmark]
	fn deregister_node() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		fill_unbonding::<T>(&caller, &did);
		Pallet::<T>::open_bid(&did).expect("a node may bid");
		lapse::<T>();
		let owner: T::AccountId = account("owner", 0, 0);
		hand_over::<T>(&did, &caller, &owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did));

		assert!(Unbonding::<T>::contains_key(did.hash(), owner));
		assert!(!GPUNodes::<T>::contains_key(&did));
		assert!(Standings::<T>::contains_key(did.hash()));
	}

	#[benchmark]
	fn add_stake() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let before = GPUNodes::<T>::get(&did).expect("registered").stake;
		lapse::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), 7u32.into());

		let profile = GPUNodes::<T>::get(&did).expect("registered");
		assert_eq!(profile.stake, before.saturating_add(7u32.into()));
		assert_eq!(profile.status, NodeStatus::Inactive);
	}

	/// Worst case: the node has work, and every date of unbonding is taken.
	#[benchmark]
	fn withdraw_stake() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		fill_unbonding::<T>(&caller, &did);
		Pallet::<T>::assign(&did, T::MinimumStake::get()).expect("a node may take a job");
		lapse::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), T::MinimumStake::get());

		let profile = GPUNodes::<T>::get(&did).expect("registered");
		assert_eq!(profile.stake, T::MinimumStake::get());
		assert_eq!(profile.status, NodeStatus::Inactive);
	}

	/// Worst case: the node is still registered and has work; every date of unbonding is due.
	#[benchmark]
	fn claim_unbonded() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		fill_unbonding::<T>(&caller, &did);
		Pallet::<T>::assign(&did, T::MinimumStake::get()).expect("a node may take a job");
		let later = T::BlockNumberProvider::current_block_number()
			.saturating_add(Parameters::<T>::get().unbonding_period);
		T::BlockNumberProvider::set_block_number(later);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), bytes(&did));

		assert!(!Unbonding::<T>::contains_key(did.hash(), &caller));
	}

	#[benchmark]
	fn update_node() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		lapse::<T>();
		let location = vec![b'k'; MAX_LOCATION_LEN as usize];

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			bytes(&did),
			location.clone(),
			PriceClass::Premium,
			Some(H256::repeat_byte(7)),
		);

		let profile = GPUNodes::<T>::get(&did).expect("registered");
		assert_eq!(profile.location.into_inner(), location);
		assert_eq!(profile.status, NodeStatus::Inactive);
	}

	#[benchmark]
	fn set_capacity() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		Pallet::<T>::open_bid(&did).expect("a node may bid");
		Pallet::<T>::assign(&did, T::MinimumStake::get()).expect("a node may take a job");
		lapse::<T>();
		let capacity = T::MaxCapacity::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), capacity);

		let profile = GPUNodes::<T>::get(&did).expect("registered");
		assert_eq!(profile.capacity, capacity);
		assert_eq!(profile.status, NodeStatus::Inactive);
	}

	/// Worst case: the first touch of a round.
	#[benchmark]
	fn heartbeat() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let index = GPUNodes::<T>::get(&did).expect("registered").index;
		next_round::<T>();
		let round = Pallet::<T>::current_round();
		T::BlockNumberProvider::set_block_number(round.window(index).0.saturated_into());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), index);

		assert_eq!(Beats::<T>::get(index).expect("registered").last_round, round.index);
	}

	/// Worst case: a lapsed node is switched on.
	#[benchmark]
	fn force_status() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let owner: T::AccountId = account("owner", 0, 0);
		let did = registered::<T>(&owner);
		lapse::<T>();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, bytes(&did), NodeStatus::Active);

		let profile = GPUNodes::<T>::get(&did).expect("registered");
		assert_eq!(Pallet::<T>::status_now(&profile), NodeStatus::Active);
		Ok(())
	}

	/// Worst case: the first touch of a round.
	#[benchmark]
	fn set_parameters() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		next_round::<T>();
		let parameters = RegistryParameters { max_nodes: 7, ..Parameters::<T>::get() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parameters);

		assert_eq!(Parameters::<T>::get(), parameters);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
