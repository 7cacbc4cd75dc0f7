//! `SlashStake`.

use crate::{mock::*, Event, NodeIds, Unbonding};
use ai_compute_primitives::{DidHash, NodeInspect, NodeMutate, SlashStake};
use frame_support::{
	assert_noop, assert_ok,
	storage::{transactional::TRANSACTIONAL_LIMIT, with_storage_layer},
};

#[test]
fn slash_moves_stake_to_the_beneficiary() {
	with_node(|node| {
		assert_eq!(GpuRegistry::slashable(&node), 3_000);
		assert_eq!(GpuRegistry::slash(&node, 1_200, &BOB), Ok(1_200));
		assert_eq!((profile(DID).stake, held(ALICE)), (1_800, 1_800));
		assert_eq!(Balances::free_balance(BOB), START_BALANCE + 1_200);
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE - 3_000);
		assert_eq!(
			events(),
			vec![Event::StakeSlashed {
				did: parse(DID),
				owner: ALICE,
				amount: 1_200,
				beneficiary: BOB
			}]
		);
	});
}

#[test]
fn slash_takes_stake_first_then_the_earliest_unbonding() {
	with_node(|node| {
		assert_ok!(GpuRegistry::withdraw_stake(signed(ALICE), DID.to_vec(), 500));
		wait(10);
		assert_ok!(GpuRegistry::withdraw_stake(signed(ALICE), DID.to_vec(), 700));
		assert_eq!(GpuRegistry::slashable(&node), 3_000);

		assert_eq!(GpuRegistry::slash(&node, 2_400, &BOB), Ok(2_400));
		assert_eq!(profile(DID).stake, 0);
		let chunks = Unbonding::<Test>::get(node, ALICE);
		assert_eq!(chunks.len(), 1);
		assert_eq!((chunks[0].amount, chunks[0].claimable_at), (600, 1_010 + PERIOD));
	});
}

#[test]
fn slash_takes_no_more_than_there_is() {
	with_node(|node| {
		assert_eq!(GpuRegistry::slash(&node, Balance::MAX, &BOB), Ok(3_000));
		assert_eq!(GpuRegistry::slashable(&node), 0);
		System::reset_events();
		assert_eq!(GpuRegistry::slash(&node, 1, &BOB), Ok(0));
		assert_eq!(GpuRegistry::slash(&node, 0, &BOB), Ok(0));
		assert!(events().is_empty());
	});
}

#[test]
fn slash_reaches_a_leaver_until_it_claims() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		assert_eq!(GpuRegistry::slashable(&node), 3_000);
		assert_eq!(GpuRegistry::slash(&node, 1_000, &BOB), Ok(1_000));
		wait(PERIOD);
		assert_eq!(GpuRegistry::slash(&node, 500, &BOB), Ok(500));
		assert_ok!(GpuRegistry::claim_unbonded(signed(ALICE), DID.to_vec()));
		assert_eq!(GpuRegistry::slashable(&node), 0);
		assert_eq!(GpuRegistry::slash(&node, 1, &BOB), Ok(0));
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE - 1_500);
	});
}

#[test]
fn slashing_a_leaver_to_nothing_forgets_it() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		assert_eq!(GpuRegistry::slash(&node, 3_000, &BOB), Ok(3_000));
		assert!(!NodeIds::<Test>::contains_key(node));
		assert!(!Unbonding::<Test>::contains_key(node, ALICE));
	});
}

#[test]
fn slash_falls_to_the_fee_account_when_the_beneficiary_cannot_be_credited() {
	with_node(|node| {
		assert_eq!(GpuRegistry::slash(&node, ED - 1, &PAUPER), Ok(ED - 1));
		assert_eq!(Balances::free_balance(PAUPER), 0);
		assert_eq!(Balances::free_balance(TREASURY), START_BALANCE + ED - 1);
		assert!(matches!(events()[..], [Event::StakeSlashed { beneficiary: TREASURY, .. }]));
		// Enough to create the account.
		assert_eq!(GpuRegistry::slash(&node, ED, &PAUPER), Ok(ED));
		assert_eq!(Balances::free_balance(PAUPER), ED);
	});
}

#[test]
fn slash_in_favour_of_the_owner_only_frees_its_stake() {
	with_node(|node| {
		assert_eq!(GpuRegistry::slash(&node, 1_000, &ALICE), Ok(1_000));
		assert_eq!(held(ALICE), 2_000);
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE - 2_000);
	});
}

#[test]
fn slash_of_an_unknown_node_takes_nothing() {
	with_node(|_| {
		let unknown = DidHash::repeat_byte(9);
		assert_eq!(GpuRegistry::slashable(&unknown), 0);
		assert_eq!(GpuRegistry::slash(&unknown, 100, &BOB), Ok(0));
	});
}

#[test]
fn a_node_slashed_below_the_minimum_only_loses_its_bids() {
	with_node(|node| {
		assert_ok!(GpuRegistry::assign(&parse(DID), 1_000));
		assert_ok!(GpuRegistry::slash(&node, 2_500, &BOB));
		let summary = GpuRegistry::node(&parse(DID)).unwrap();
		assert!(!summary.sufficiently_staked);
		assert_eq!(summary.stake, 500);
		GpuRegistry::free_slot(&node);
		GpuRegistry::release(&node, 1_000);
		assert_ok!(leave(ALICE, DID));
	});
}

#[test]
fn slash_leaves_other_nodes_of_the_owner_alone() {
	with_node(|node| {
		anchor(OTHER_DID, ALICE);
		assert_ok!(register(ALICE, OTHER_DID, 2_000));
		assert_eq!(GpuRegistry::slash(&node, Balance::MAX, &BOB), Ok(3_000));
		assert_eq!(profile(OTHER_DID).stake, 2_000);
		assert_eq!(held(ALICE), 2_000);
	});
}

/// Runs `f` inside `depth` storage layers, as nested batches would.
fn nested(depth: u32, f: &mut dyn FnMut()) {
	if depth == 0 {
		return f();
	}
	let result: sp_runtime::DispatchResult = with_storage_layer(|| {
		nested(depth - 1, f);
		Ok(())
	});
	assert_ok!(result);
}

#[test]
fn boundary_slash_refuses_where_no_payment_can_be_made() {
	with_node(|node| {
		nested(TRANSACTIONAL_LIMIT, &mut || {
			let refused = GpuRegistry::slash(&node, 1_000, &BOB);
			assert_noop!(refused, sp_runtime::TransactionalError::LimitReached);
		});
		assert_eq!((profile(DID).stake, held(ALICE)), (3_000, 3_000));
		nested(TRANSACTIONAL_LIMIT - 1, &mut || {
			assert_eq!(GpuRegistry::slash(&node, 1_000, &BOB), Ok(1_000));
		});
		assert_eq!((profile(DID).stake, held(ALICE)), (2_000, 2_000));
	});
}
