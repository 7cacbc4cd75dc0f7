//! `set_capacity`.

use crate::{mock::*, Error, Event};
use ai_compute_primitives::NodeMutate;
use frame_support::{assert_noop, assert_ok};

fn set(who: AccountId, capacity: u32) -> sp_runtime::DispatchResult {
	GpuRegistry::set_capacity(signed(who), DID.to_vec(), capacity)
}

#[test]
fn boundary_capacity_runs_from_one_to_the_limit() {
	with_node(|_| {
		assert_noop!(set(ALICE, 0), Error::<Test>::ZeroCapacity);
		assert_noop!(set(ALICE, 9), Error::<Test>::MaxCapacityExceeded);
		assert_ok!(set(ALICE, 8));
		assert_eq!(profile(DID).capacity, 8);
		assert_eq!(events(), vec![Event::CapacitySet { did: parse(DID), capacity: 8 }]);
	});
}

#[test]
fn capacity_is_the_owners_to_set() {
	with_node(|_| {
		assert_noop!(set(BOB, 2), Error::<Test>::NotOwner);
		assert_noop!(
			GpuRegistry::set_capacity(signed(ALICE), OTHER_DID.to_vec(), 2),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn a_capacity_covers_the_running_jobs() {
	with_node(|node| {
		assert_ok!(set(ALICE, 3));
		for _ in 0..3 {
			assert_ok!(GpuRegistry::assign(&parse(DID), 1));
		}
		assert_noop!(set(ALICE, 2), Error::<Test>::CapacityBelowRunningJobs);
		GpuRegistry::free_slot(&node);
		// Delivered work is no running job.
		assert_ok!(set(ALICE, 2));
		assert_noop!(set(ALICE, 1), Error::<Test>::CapacityBelowRunningJobs);
		assert_noop!(GpuRegistry::assign(&parse(DID), 1), Error::<Test>::MaxRunningJobsExceeded);
		GpuRegistry::release(&node, 1);
		for _ in 0..2 {
			GpuRegistry::free_slot(&node);
			GpuRegistry::release(&node, 1);
		}
	});
}

#[test]
fn boundary_a_capacity_covers_a_quarter_of_the_open_bids() {
	with_node(|node| {
		assert_ok!(set(ALICE, 3));
		for _ in 0..9 {
			assert_ok!(GpuRegistry::open_bid(&parse(DID)));
		}
		assert_noop!(set(ALICE, 2), Error::<Test>::CapacityBelowOpenBids);
		GpuRegistry::close_bid(&node);
		assert_ok!(set(ALICE, 2));
		assert_noop!(set(ALICE, 1), Error::<Test>::CapacityBelowOpenBids);
	});
}
