use crate::{mock::*, Error, Event, NodeIds, Unbonding};
use ai_compute_primitives::{NodeMutate, SlashStake};
use frame_support::{assert_noop, assert_ok};

fn claim(who: AccountId) -> sp_runtime::DispatchResult {
	GpuRegistry::claim_unbonded(signed(who), DID.to_vec())
}

fn withdraw(amount: Balance) {
	assert_ok!(GpuRegistry::withdraw_stake(signed(ALICE), DID.to_vec(), amount));
}

#[test]
fn boundary_claim_opens_at_its_tick() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		wait(PERIOD - 1);
		assert_noop!(claim(ALICE), Error::<Test>::TooEarly);
		wait(1);
		System::reset_events();
		assert_ok!(claim(ALICE));

		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, START_BALANCE));
		assert!(!Unbonding::<Test>::contains_key(node, ALICE));
		assert!(!NodeIds::<Test>::contains_key(node));
		assert_eq!(
			events(),
			vec![Event::StakeClaimed { did: parse(DID), owner: ALICE, amount: 3_000 }]
		);
		assert_noop!(claim(ALICE), Error::<Test>::NothingUnbonding);
	});
}

#[test]
fn claim_takes_what_is_due_and_leaves_the_rest() {
	with_node(|node| {
		withdraw(100);
		wait(10);
		withdraw(200);
		wait(PERIOD - 10);
		assert_ok!(claim(ALICE));
		assert_eq!(held(ALICE), 2_900);
		assert_eq!(Unbonding::<Test>::get(node, ALICE).len(), 1);
		assert_noop!(claim(ALICE), Error::<Test>::TooEarly);
		wait(10);
		assert_ok!(claim(ALICE));
		assert_eq!(held(ALICE), 2_700);
		// The node is still registered, so it is still found.
		assert!(NodeIds::<Test>::contains_key(node));
	});
}

#[test]
fn claim_fails_for_strangers_unknown_and_bad_dids() {
	with_node(|_| {
		assert_ok!(leave(ALICE, DID));
		wait(PERIOD);
		anchor(DID, BOB);
		assert_noop!(claim(BOB), Error::<Test>::NothingUnbonding);
		assert_noop!(
			GpuRegistry::claim_unbonded(signed(ALICE), OTHER_DID.to_vec()),
			Error::<Test>::NothingUnbonding
		);
		assert_noop!(
			GpuRegistry::claim_unbonded(signed(ALICE), b"x".to_vec()),
			Error::<Test>::InvalidDID
		);
	});
}

#[test]
fn claim_keeps_what_unsettled_jobs_need_after_a_slash() {
	with_node(|node| {
		withdraw(1_000);
		assert_ok!(GpuRegistry::assign(&parse(DID), 2_000));
		assert_eq!(GpuRegistry::slash(&node, 500, &BOB), Ok(500));
		wait(PERIOD);
		assert_noop!(claim(ALICE), Error::<Test>::StakeAtRisk);
		GpuRegistry::free_slot(&node);
		GpuRegistry::release(&node, 2_000);
		assert_ok!(claim(ALICE));
		assert_eq!(held(ALICE), 1_500);
	});
}

#[test]
fn claim_is_free_of_the_next_owners_jobs() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		anchor(DID, BOB);
		wait(PERIOD);
		assert_ok!(register(BOB, DID, 5_000));
		assert_ok!(GpuRegistry::assign(&parse(DID), 5_000));
		// Less stake than the next owner's job needs.
		assert_eq!(GpuRegistry::slash(&node, 1_000, &CAROL), Ok(1_000));
		assert_ok!(claim(ALICE));
		assert_eq!((held(ALICE), held(BOB)), (0, 4_000));
		assert_eq!(NodeIds::<Test>::get(node).unwrap().owner, BOB);
		GpuRegistry::free_slot(&node);
		GpuRegistry::release(&node, 5_000);
	});
}

#[test]
fn two_leavers_of_one_did_claim_their_own() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		anchor(DID, BOB);
		wait(PERIOD);
		assert_ok!(register(BOB, DID, 2_000));
		assert_ok!(leave(BOB, DID));
		wait(PERIOD);
		assert_ok!(claim(BOB));
		assert_eq!((held(ALICE), held(BOB)), (3_000, 0));
		assert!(!NodeIds::<Test>::contains_key(node));
		assert_ok!(claim(ALICE));
		assert_eq!(held(ALICE), 0);
	});
}
