//! `NodeInspect`, `NodeMutate`.

use crate::{mock::*, Error, NodeLoad, NodeLoads};
use ai_compute_primitives::{NodeInspect, NodeMutate, NodeStatus, NodeSummary};
use frame_support::{assert_noop, assert_ok};

#[test]
fn node_tells_what_the_market_needs() {
	with_node(|_| {
		assert_eq!(
			GpuRegistry::node(&parse(DID)),
			Some(NodeSummary {
				owner: ALICE,
				status: NodeStatus::Active,
				vram_gb: 80,
				location: b"US-WEST-2".to_vec().try_into().unwrap(),
				stake: 3_000,
				sufficiently_staked: true,
				reputation: 5_000,
				did_active: true,
			})
		);
		assert_eq!(GpuRegistry::node(&parse(OTHER_DID)), None);
	});
}

#[test]
fn related_is_the_owner_and_the_present_controller() {
	with_node(|_| {
		let related = || [ALICE, BOB, CAROL].map(|who| GpuRegistry::is_related(&parse(DID), &who));
		assert_eq!(related(), [true, false, false]);
		// The DID changes hands, the stake does not.
		anchor(DID, BOB);
		assert_eq!(related(), [true, true, false]);
		// A revoked DID has no controller.
		Controllers::set(Default::default());
		assert_eq!(related(), [true, false, false]);
	});
}

#[test]
fn related_needs_no_registered_node() {
	with_node(|_| {
		assert!(!GpuRegistry::is_related(&parse(OTHER_DID), &ALICE));
		anchor(OTHER_DID, CAROL);
		assert!(GpuRegistry::is_related(&parse(OTHER_DID), &CAROL));
		assert!(!GpuRegistry::is_related(&parse(OTHER_DID), &ALICE));
	});
}

#[test]
fn related_follows_a_node_that_leaves() {
	with_node(|_| {
		assert_ok!(leave(ALICE, DID));
		assert!(GpuRegistry::is_related(&parse(DID), &ALICE), "she still controls the DID");
		anchor(DID, BOB);
		assert!(!GpuRegistry::is_related(&parse(DID), &ALICE));
		assert!(GpuRegistry::is_related(&parse(DID), &BOB));
	});
}

#[test]
fn node_sees_a_did_that_moved_or_ended() {
	with_node(|_| {
		let did_active = || GpuRegistry::node(&parse(DID)).unwrap().did_active;
		anchor(DID, BOB);
		assert!(!did_active());
		anchor(DID, ALICE);
		assert!(did_active());
		Controllers::take();
		assert!(!did_active());
	});
}

#[test]
fn boundary_open_bids_are_four_per_job() {
	with_node(|node| {
		for _ in 0..4 {
			assert_ok!(GpuRegistry::open_bid(&parse(DID)));
		}
		assert_noop!(GpuRegistry::open_bid(&parse(DID)), Error::<Test>::MaxOpenBidsExceeded);
		GpuRegistry::close_bid(&node);
		assert_ok!(GpuRegistry::open_bid(&parse(DID)));
		assert_ok!(GpuRegistry::set_capacity(signed(ALICE), DID.to_vec(), 2));
		assert_ok!(GpuRegistry::open_bid(&parse(DID)));
		(0..5).for_each(|_| GpuRegistry::close_bid(&node));
		assert!(!NodeLoads::<Test>::contains_key(node));
	});
}

#[test]
fn a_job_passes_through_the_counters() {
	with_node(|node| {
		assert_ok!(GpuRegistry::assign(&parse(DID), 700));
		assert_eq!(
			NodeLoads::<Test>::get(node),
			NodeLoad { open_bids: 0, running: 1, unsettled: 1, exposure: 700 }
		);
		GpuRegistry::free_slot(&node);
		assert_eq!(
			NodeLoads::<Test>::get(node),
			NodeLoad { open_bids: 0, running: 0, unsettled: 1, exposure: 700 }
		);
		// Delivered, so the next one may start before the first is paid.
		assert_ok!(GpuRegistry::assign(&parse(DID), 300));
		assert_eq!(NodeLoads::<Test>::get(node).exposure, 1_000);
		GpuRegistry::release(&node, 700);
		GpuRegistry::job_settled(&parse(DID));
		assert_eq!(profile(DID).total_jobs_completed, 1);
		GpuRegistry::free_slot(&node);
		GpuRegistry::release(&node, 300);
		assert!(!NodeLoads::<Test>::contains_key(node));
	});
}

#[test]
fn boundary_exposure_is_limited_by_the_stake() {
	with_node(|node| {
		assert_ok!(GpuRegistry::set_capacity(signed(ALICE), DID.to_vec(), 3));
		assert_noop!(GpuRegistry::assign(&parse(DID), 3_001), Error::<Test>::MaxExposureExceeded);
		assert_noop!(
			GpuRegistry::assign(&parse(DID), Balance::MAX),
			Error::<Test>::MaxExposureExceeded
		);
		assert_ok!(GpuRegistry::assign(&parse(DID), 2_999));
		assert_noop!(GpuRegistry::assign(&parse(DID), 2), Error::<Test>::MaxExposureExceeded);
		assert_ok!(GpuRegistry::assign(&parse(DID), 1));
		for at_risk in [2_999, 1] {
			GpuRegistry::free_slot(&node);
			GpuRegistry::release(&node, at_risk);
		}
	});
}

#[test]
fn unbonding_stake_backs_no_job() {
	with_node(|_| {
		assert_ok!(GpuRegistry::withdraw_stake(signed(ALICE), DID.to_vec(), 1_000));
		assert_noop!(GpuRegistry::assign(&parse(DID), 2_001), Error::<Test>::MaxExposureExceeded);
	});
}

#[test]
fn unknown_nodes_take_no_work() {
	with_node(|_| {
		assert_noop!(GpuRegistry::open_bid(&parse(OTHER_DID)), Error::<Test>::NodeNotFound);
		assert_noop!(GpuRegistry::assign(&parse(OTHER_DID), 1), Error::<Test>::NodeNotFound);
		assert_ok!(leave(ALICE, DID));
		assert_noop!(GpuRegistry::assign(&parse(DID), 1), Error::<Test>::NodeNotFound);
	});
}
