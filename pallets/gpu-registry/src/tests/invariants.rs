//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{
	mock::*, Barred, Beat, Beats, GPUNodes, NextIndex, NodeIds, NodeLoad, NodeLoads, OwnerNodes,
	Parameters, Standing, Standings, TotalNodes, Unbonding, UnbondingChunk,
};
use ai_compute_primitives::{DidHash, NodeStatus};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
	BoundedVec,
};
use sp_runtime::DispatchError;

/// Corrupts a sound state, of two nodes of Alice and a leaver's stake of Bob, and expects the check
/// with this message.
fn detects(message: &'static str, corrupt: impl FnOnce(DidHash)) {
	ExtBuilder.build().execute_with(|| {
		anchor(DID, ALICE);
		anchor(OTHER_DID, ALICE);
		anchor(b"did:etrid:gpu:left", BOB);
		assert_ok!(register(ALICE, DID, 3_000));
		assert_ok!(register(ALICE, OTHER_DID, 3_000));
		assert_ok!(register(BOB, b"did:etrid:gpu:left", 3_000));
		assert_ok!(leave(BOB, b"did:etrid:gpu:left"));
		assert_ok!(GpuRegistry::do_try_state());
		corrupt(hash(DID));
		assert_eq!(GpuRegistry::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change(how: impl FnOnce(&mut crate::GPUProfileOf<Test>)) {
	GPUNodes::<Test>::mutate(parse(DID), |profile| how(profile.as_mut().unwrap()));
}

#[test]
fn try_state_detects_a_wrong_total() {
	detects("TotalNodes differs from the nodes", |_| TotalNodes::<Test>::put(3));
}

#[test]
fn try_state_detects_wrong_lists() {
	detects("an empty list of nodes is stored", |_| {
		OwnerNodes::<Test>::insert(CAROL, BoundedVec::new())
	});
	detects("an owner's list names no registered node", |_| {
		OwnerNodes::<Test>::try_append(ALICE, parse(b"did:etrid:gpu:left")).unwrap()
	});
	detects("an owner's list names somebody else's node", |_| {
		OwnerNodes::<Test>::try_append(BOB, parse(DID)).unwrap()
	});
	detects("a node is listed twice", |_| {
		OwnerNodes::<Test>::try_append(ALICE, parse(DID)).unwrap()
	});
	detects("a node is missing in its owner's list", |_| OwnerNodes::<Test>::remove(ALICE));
}

#[test]
fn try_state_detects_wrong_identities() {
	detects("a node is not found by its hash", NodeIds::<Test>::remove);
	detects("a hash names another node", |node| {
		NodeIds::<Test>::mutate(node, |id| id.as_mut().unwrap().owner = BOB)
	});
	detects("an identity lies under another hash", |node| {
		let id = NodeIds::<Test>::get(node);
		NodeIds::<Test>::set(DidHash::zero(), id)
	});
	detects("an identity is kept for nothing", |node| {
		let mut id = NodeIds::<Test>::get(node).unwrap();
		id.did = parse(b"did:etrid:gpu:nobody");
		NodeIds::<Test>::insert(id.did.hash(), id)
	});
}

#[test]
fn try_state_detects_wrong_heartbeat_records() {
	fn change_beat(how: impl FnOnce(&mut Beat)) {
		Beats::<Test>::mutate(0, |beat| how(beat.as_mut().unwrap()));
	}
	detects("a node has no heartbeat record", |_| Beats::<Test>::remove(0));
	detects("a node has a number that was never given", |_| NextIndex::<Test>::put(0));
	detects("two nodes have the same number", |_| change(|profile| profile.index = 1));
	detects("a heartbeat record names another owner", |_| {
		change_beat(|beat| beat.owner_tag = [0; 8])
	});
	detects("a node's duty differs from its status", |_| {
		change_beat(|beat| beat.last_round = Beat::OFF_DUTY)
	});
	detects("a node's duty differs from its status", |_| {
		change(|profile| profile.status = NodeStatus::Suspended)
	});
	detects("a heartbeat lies in the future", |_| change_beat(|beat| beat.last_round = 1_000));
	detects("a heartbeat record belongs to no node", |_| {
		Beats::<Test>::set(7, Beats::<Test>::get(0))
	});
}

#[test]
fn try_state_detects_inconsistent_loads() {
	let load = NodeLoad { open_bids: 0, running: 1, unsettled: 1, exposure: 5 };
	detects("an idle load is stored", |node| NodeLoads::<Test>::insert(node, NodeLoad::default()));
	detects("a node runs more jobs than it holds", |node| {
		NodeLoads::<Test>::insert(node, NodeLoad { running: 2, ..load })
	});
	detects("stake is at risk without a job", |node| {
		NodeLoads::<Test>::insert(node, NodeLoad { running: 0, unsettled: 0, ..load })
	});
	detects("a node left with an unsettled job", |_| {
		NodeLoads::<Test>::insert(hash(b"did:etrid:gpu:left"), load)
	});
}

#[test]
fn try_state_detects_wrong_standings() {
	let standing = Standing { score: 10_001, suspended: false, misses: 0, jobs_completed: 0 };
	detects("a registered node has a second standing", |node| {
		Standings::<Test>::insert(node, standing)
	});
	detects("a standing says nothing", |_| {
		Standings::<Test>::insert(DidHash::zero(), Standing::fresh(5_000))
	});
	detects("a score is above the highest", |_| {
		Standings::<Test>::insert(DidHash::zero(), standing)
	});
	detects("a score is above the highest", |_| {
		change(|profile| profile.reputation_score = 10_001)
	});
}

#[test]
fn try_state_detects_wrong_unbonding() {
	let put = |chunks: &[(Balance, u32)]| {
		let chunks: Vec<_> = chunks
			.iter()
			.map(|(amount, claimable_at)| UnbondingChunk {
				amount: *amount,
				claimable_at: *claimable_at,
			})
			.collect();
		Unbonding::<Test>::insert(
			hash(b"did:etrid:gpu:left"),
			BOB,
			BoundedVec::truncate_from(chunks),
		);
	};
	detects("an empty list of unbonding stake is stored", |_| put(&[]));
	detects("nothing is unbonding", |_| put(&[(3_000, 9), (0, 10)]));
	detects("unbonding stake is out of order", |_| put(&[(1_000, 10), (2_000, 9)]));
	detects("unbonding stake is out of order", |_| put(&[(1_000, 10), (2_000, 10)]));
}

#[test]
fn try_state_detects_a_barred_node_that_works() {
	let message = "a node that governance suspended is not";
	detects(message, |node| Barred::<Test>::insert(node, ()));
	detects(message, |_| Barred::<Test>::insert(DidHash::repeat_byte(9), ()));
}

#[test]
fn try_state_detects_stake_that_is_not_held() {
	let message = "stake on hold differs from an owner's records";
	detects(message, |_| change(|profile| profile.stake += 1));
	detects(message, |_| {
		Unbonding::<Test>::mutate(hash(b"did:etrid:gpu:left"), BOB, |chunks| chunks[0].amount -= 1)
	});
	detects(message, |_| {
		assert_ok!(Balances::release(
			&crate::HoldReason::Stake.into(),
			&ALICE,
			1,
			Precision::Exact
		));
	});
}

#[test]
fn try_state_detects_parameters_out_of_bounds() {
	detects("a parameter lies outside its bounds", |_| {
		Parameters::<Test>::mutate(|parameters| parameters.max_missed_rounds = 0)
	});
}
