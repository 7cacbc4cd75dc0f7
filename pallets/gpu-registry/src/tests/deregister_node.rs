use crate::{
	mock::*, Error, Event, GPUNodes, NodeIds, NodeLoads, OwnerNodes, Standing, Standings,
	TotalNodes, Unbonding, UnbondingChunk,
};
use ai_compute_primitives::{NodeMutate, NodeStatus, SlashStake, StandingMutate};
use frame_support::{assert_noop, assert_ok};

#[test]
fn leaving_unbonds_the_whole_stake() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));

		assert!(!GPUNodes::<Test>::contains_key(parse(DID)));
		assert!(!OwnerNodes::<Test>::contains_key(ALICE));
		assert_eq!(TotalNodes::<Test>::get(), 0);
		assert_eq!(held(ALICE), 3_000);
		assert_eq!(
			Unbonding::<Test>::get(node, ALICE).into_inner(),
			vec![UnbondingChunk { amount: 3_000, claimable_at: 1_000 + PERIOD }]
		);
		assert_eq!(
			events(),
			vec![
				Event::StakeUnbonding {
					did: parse(DID),
					owner: ALICE,
					amount: 3_000,
					claimable_at: 1_000 + PERIOD
				},
				Event::NodeDeregistered { did: parse(DID), owner: ALICE },
			]
		);
	});
}

#[test]
fn leaving_fails_while_a_job_is_unsettled() {
	with_node(|node| {
		assert_ok!(GpuRegistry::assign(&parse(DID), 10));
		assert_noop!(leave(ALICE, DID), Error::<Test>::JobsUnsettled);
		GpuRegistry::free_slot(&node);
		assert_noop!(leave(ALICE, DID), Error::<Test>::JobsUnsettled);
		GpuRegistry::release(&node, 10);
		assert_ok!(leave(ALICE, DID));
	});
}

#[test]
fn leaving_works_suspended_lapsed_and_without_the_did() {
	with_node(|node| {
		GpuRegistry::suspend(&node);
		Controllers::take();
		lapse();
		assert_ok!(leave(ALICE, DID));
		assert!(Standings::<Test>::get(node).unwrap().suspended);
	});
}

#[test]
fn leaving_belongs_to_the_owner_even_when_the_did_moved() {
	with_node(|_| {
		anchor(DID, BOB);
		assert_ok!(leave(ALICE, DID));
	});
}

#[test]
fn leaving_belongs_to_the_dids_present_controller_too() {
	with_node(|node| {
		assert_noop!(leave(BOB, DID), Error::<Test>::NotOwner);
		anchor(DID, BOB);
		assert_noop!(leave(CAROL, DID), Error::<Test>::NotOwner);
		assert_ok!(GpuRegistry::assign(&parse(DID), 10));
		assert_noop!(leave(BOB, DID), Error::<Test>::JobsUnsettled);
		GpuRegistry::free_slot(&node);
		GpuRegistry::release(&node, 10);

		System::reset_events();
		assert_ok!(leave(BOB, DID));
		assert!(!GPUNodes::<Test>::contains_key(parse(DID)));
		assert!(!OwnerNodes::<Test>::contains_key(ALICE));
		// The stake is its owner's, whoever sends the node away.
		assert_eq!((held(ALICE), held(BOB)), (3_000, 0));
		assert_eq!(Unbonding::<Test>::get(node, ALICE)[0].amount, 3_000);
		assert!(!Unbonding::<Test>::contains_key(node, BOB));
		assert_eq!(events().pop(), Some(Event::NodeDeregistered { did: parse(DID), owner: ALICE }));
		wait(PERIOD);
		assert_ok!(register(BOB, DID, MIN_STAKE));
		assert_ok!(GpuRegistry::claim_unbonded(signed(ALICE), DID.to_vec()));
		assert_eq!((held(ALICE), held(BOB)), (0, MIN_STAKE));
	});
}

#[test]
fn leaving_fails_twice_and_for_unknown() {
	with_node(|_| {
		assert_noop!(leave(ALICE, OTHER_DID), Error::<Test>::NodeNotFound);
		assert_noop!(leave(ALICE, b"x"), Error::<Test>::InvalidDID);
		assert_ok!(leave(ALICE, DID));
		assert_noop!(leave(ALICE, DID), Error::<Test>::NodeNotFound);
	});
}

#[test]
fn open_bids_outlast_the_node() {
	with_node(|node| {
		assert_ok!(GpuRegistry::open_bid(&parse(DID)));
		assert_ok!(leave(ALICE, DID));
		assert_eq!(NodeLoads::<Test>::get(node).open_bids, 1);
		GpuRegistry::close_bid(&node);
		assert!(!NodeLoads::<Test>::contains_key(node));
	});
}

#[test]
fn a_fresh_standing_is_not_kept() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		assert!(!Standings::<Test>::contains_key(node));
	});
}

#[test]
fn standing_waits_for_the_node_to_come_back() {
	with_node(|node| {
		GpuRegistry::set_score(&node, 7_777);
		GpuRegistry::job_settled(&parse(DID));
		next_round();
		next_round();
		GpuRegistry::suspend(&node);
		assert_ok!(leave(ALICE, DID));
		let standing = Standing { score: 7_777, suspended: true, misses: 1, jobs_completed: 1 };
		assert_eq!(Standings::<Test>::get(node), Some(standing));
		assert_eq!(GpuRegistry::standing(DID.to_vec()), Some(standing));

		// Under another owner too: the standing is the DID's.
		anchor(DID, BOB);
		wait(PERIOD);
		assert_ok!(register(BOB, DID, MIN_STAKE));
		assert!(!Standings::<Test>::contains_key(node));
		let profile = profile(DID);
		assert_eq!(profile.status, NodeStatus::Suspended);
		assert_eq!((profile.reputation_score, profile.total_jobs_completed), (7_777, 1));
		assert_eq!(GpuRegistry::standing(DID.to_vec()), Some(standing));
	});
}

#[test]
fn a_node_slashed_to_nothing_leaves_without_a_trace() {
	with_node(|node| {
		assert_eq!(GpuRegistry::slash(&node, 3_000, &BOB), Ok(3_000));
		assert_ok!(leave(ALICE, DID));
		assert!(!NodeIds::<Test>::contains_key(node));
		assert_eq!(held(ALICE), 0);
		assert_noop!(
			GpuRegistry::claim_unbonded(signed(ALICE), DID.to_vec()),
			Error::<Test>::NothingUnbonding
		);
	});
}
