//! `add_stake`, `withdraw_stake`.

use crate::{mock::*, Error, Event, Parameters, Unbonding, UnbondingChunk};
use ai_compute_primitives::{NodeInspect, NodeMutate, NodeStatus, SlashStake, StandingMutate};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn add(who: AccountId, amount: Balance) -> DispatchResult {
	GpuRegistry::add_stake(signed(who), DID.to_vec(), amount)
}

fn withdraw(who: AccountId, amount: Balance) -> DispatchResult {
	GpuRegistry::withdraw_stake(signed(who), DID.to_vec(), amount)
}

fn chunk(amount: Balance, claimable_at: u32) -> UnbondingChunk<Balance, u32> {
	UnbondingChunk { amount, claimable_at }
}

#[test]
fn add_holds_more() {
	with_node(|_| {
		assert_ok!(add(ALICE, 500));
		assert_eq!((profile(DID).stake, held(ALICE)), (3_500, 3_500));
		assert_eq!(
			events(),
			vec![Event::StakeAdded { did: parse(DID), owner: ALICE, amount: 500, stake: 3_500 }]
		);
	});
}

#[test]
fn add_fails_for_zero_strangers_unknown_and_without_balance() {
	with_node(|_| {
		assert_noop!(add(ALICE, 0), Error::<Test>::ZeroAmount);
		assert_noop!(add(BOB, 1), Error::<Test>::NotOwner);
		assert_noop!(add(ALICE, START_BALANCE), Error::<Test>::InsufficientBalance);
		assert_noop!(
			GpuRegistry::add_stake(signed(ALICE), OTHER_DID.to_vec(), 1),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn add_lifts_a_slashed_node_above_the_minimum_even_when_suspended() {
	with_node(|node| {
		GpuRegistry::suspend(&node);
		assert_ok!(GpuRegistry::slash(&node, 2_500, &BOB));
		assert!(!GpuRegistry::node(&parse(DID)).unwrap().sufficiently_staked);
		assert_ok!(add(ALICE, 500));
		assert!(GpuRegistry::node(&parse(DID)).unwrap().sufficiently_staked);
	});
}

#[test]
fn withdraw_starts_to_unbond() {
	with_node(|node| {
		assert_ok!(withdraw(ALICE, 700));
		assert_eq!((profile(DID).stake, held(ALICE)), (2_300, 3_000));
		assert_eq!(
			Unbonding::<Test>::get(node, ALICE).into_inner(),
			vec![chunk(700, 1_000 + PERIOD)]
		);
		assert_eq!(
			events(),
			vec![Event::StakeUnbonding {
				did: parse(DID),
				owner: ALICE,
				amount: 700,
				claimable_at: 1_000 + PERIOD
			}]
		);
	});
}

#[test]
fn boundary_withdraw_leaves_the_minimum() {
	with_node(|_| {
		assert_noop!(withdraw(ALICE, 2_001), Error::<Test>::InsufficientStake);
		assert_noop!(withdraw(ALICE, 3_001), Error::<Test>::InsufficientStake);
		assert_ok!(withdraw(ALICE, 2_000));
		assert_noop!(withdraw(ALICE, 1), Error::<Test>::InsufficientStake);
	});
}

#[test]
fn boundary_withdraw_leaves_what_is_at_risk() {
	with_node(|node| {
		assert_ok!(GpuRegistry::assign(&parse(DID), 2_400));
		assert_noop!(withdraw(ALICE, 601), Error::<Test>::StakeAtRisk);
		assert_ok!(withdraw(ALICE, 600));
		GpuRegistry::free_slot(&node);
		assert_noop!(withdraw(ALICE, 1), Error::<Test>::StakeAtRisk);
		GpuRegistry::release(&node, 2_400);
		assert_ok!(withdraw(ALICE, 1));
	});
}

#[test]
fn withdraw_fails_for_zero_strangers_and_unknown() {
	with_node(|_| {
		assert_noop!(withdraw(ALICE, 0), Error::<Test>::ZeroAmount);
		assert_noop!(withdraw(BOB, 1), Error::<Test>::NotOwner);
		assert_noop!(
			GpuRegistry::withdraw_stake(signed(ALICE), OTHER_DID.to_vec(), 1),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn withdrawals_of_one_tick_are_one_chunk() {
	with_node(|node| {
		assert_ok!(withdraw(ALICE, 10));
		assert_ok!(withdraw(ALICE, 20));
		assert_eq!(
			Unbonding::<Test>::get(node, ALICE).into_inner(),
			vec![chunk(30, 1_000 + PERIOD)]
		);
	});
}

#[test]
fn a_full_list_of_chunks_never_blocks_leaving() {
	with_node(|node| {
		for amount in [1, 2, 3] {
			assert_ok!(withdraw(ALICE, amount));
			wait(10);
		}
		assert_ok!(withdraw(ALICE, 4));
		wait(10);
		assert_ok!(leave(ALICE, DID));
		let at = 1_000 + PERIOD;
		assert_eq!(
			Unbonding::<Test>::get(node, ALICE).into_inner(),
			vec![chunk(1, at), chunk(2, at + 10), chunk(2_997, at + 40)]
		);
	});
}

#[test]
fn a_shorter_period_does_not_overtake_earlier_chunks() {
	with_node(|node| {
		assert_ok!(withdraw(ALICE, 1));
		Parameters::<Test>::mutate(|parameters| parameters.unbonding_period = 2_400);
		wait(5);
		assert_ok!(withdraw(ALICE, 2));
		assert_eq!(
			Unbonding::<Test>::get(node, ALICE).into_inner(),
			vec![chunk(3, 1_000 + PERIOD)]
		);
	});
}

#[test]
fn staking_stores_a_lapse() {
	for call in [add, withdraw] {
		with_node(|_| {
			lapse();
			assert_ok!(call(ALICE, 1));
			assert_eq!(profile(DID).status, NodeStatus::Inactive);
			assert!(events().contains(&Event::NodeStatusChanged {
				did: parse(DID),
				old_status: NodeStatus::Active,
				new_status: NodeStatus::Inactive
			}));
		});
	}
}
