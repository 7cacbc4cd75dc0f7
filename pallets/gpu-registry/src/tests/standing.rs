//! `StandingMutate`.

use crate::{mock::*, Event, Standing, Standings};
use ai_compute_primitives::{DidHash, NodeStatus, StandingMutate};
use frame_support::assert_ok;

#[test]
fn set_score_changes_profile_and_tells() {
	with_node(|node| {
		assert_eq!(GpuRegistry::score(&node), 5_000);
		GpuRegistry::set_score(&node, 6_100);
		assert_eq!((GpuRegistry::score(&node), profile(DID).reputation_score), (6_100, 6_100));
		assert_eq!(
			events(),
			vec![Event::ReputationUpdated { did: parse(DID), old_score: 5_000, new_score: 6_100 }]
		);
	});
}

#[test]
fn set_score_stops_at_the_highest_and_says_nothing_when_unchanged() {
	with_node(|node| {
		GpuRegistry::set_score(&node, u32::MAX);
		assert_eq!(GpuRegistry::score(&node), 10_000);
		System::reset_events();
		GpuRegistry::set_score(&node, 10_000);
		assert!(events().is_empty());
	});
}

#[test]
fn suspend_and_reinstate_leave_switching_on_to_the_owner() {
	with_node(|node| {
		GpuRegistry::suspend(&node);
		assert_eq!(profile(DID).status, NodeStatus::Suspended);
		GpuRegistry::suspend(&node);
		GpuRegistry::reinstate(&node);
		assert_eq!(profile(DID).status, NodeStatus::Inactive);
		GpuRegistry::reinstate(&node);
		assert_eq!(events().len(), 2);
		assert_ok!(GpuRegistry::update_status(signed(ALICE), DID.to_vec(), NodeStatus::Active));
	});
}

#[test]
fn reinstate_does_not_switch_off_an_active_node() {
	with_node(|node| {
		GpuRegistry::reinstate(&node);
		assert_eq!(profile(DID).status, NodeStatus::Active);
	});
}

#[test]
fn standing_of_a_leaver_can_still_change() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		System::reset_events();
		GpuRegistry::set_score(&node, 100);
		GpuRegistry::suspend(&node);
		let standing = Standing { score: 100, suspended: true, misses: 0, jobs_completed: 0 };
		assert_eq!(Standings::<Test>::get(node), Some(standing));
		assert_eq!(events().last(), Some(&Event::AbsentStandingChanged { node, standing }));
		// Back to where a DID starts: nothing is kept.
		GpuRegistry::reinstate(&node);
		GpuRegistry::set_score(&node, 5_000);
		assert!(!Standings::<Test>::contains_key(node));
		assert_eq!(events().len(), 4);
	});
}

#[test]
fn a_did_that_never_registered_starts_at_the_initial_score() {
	with_node(|_| assert_eq!(GpuRegistry::score(&DidHash::repeat_byte(9)), 5_000));
}
