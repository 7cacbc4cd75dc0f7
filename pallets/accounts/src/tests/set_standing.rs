use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn set(who: AccountId, is_validator: bool, reputation: u64) -> DispatchResult {
	Ledger::set_standing(RuntimeOrigin::root(), who, is_validator, reputation)
}

#[test]
fn governance_sets_a_standing_and_its_end_removes_the_entry() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(set(BOB, true, 0));
		assert_ok!(set(BOB, true, 70));
		assert_eq!((entry(BOB).is_validator, entry(BOB).reputation), (true, 70));
		assert_eq!(
			events()[1],
			Event::StandingSet { account: BOB, is_validator: true, reputation: 70 }
		);
		assert_ok!(set(BOB, false, 70));
		assert!(Accounts::<Test>::contains_key(BOB));
		assert_ok!(set(BOB, false, 0));
		assert!(!Accounts::<Test>::contains_key(BOB));
	});
}

#[test]
fn a_standing_outlives_the_balances() {
	with_guardians(|| {
		assert_ok!(set(ALICE, false, 3));
		assert_ok!(transfer(ALICE, BOB, TokenType::ETR, 1_000));
		assert_ok!(transfer(ALICE, BOB, TokenType::ETD, 500));
		assert_eq!((tokens(ALICE), entry(ALICE).reputation), ((0, 0), 3));
	});
}

#[test]
fn setting_the_same_fails() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(set(BOB, false, 0), Error::<Test>::SameStanding);
		assert_ok!(set(BOB, true, 5));
		assert_noop!(set(BOB, true, 5), Error::<Test>::SameStanding);
	});
}

#[test]
fn nobody_else_sets_a_standing() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(Ledger::set_standing(signed(BOB), BOB, true, 1), DispatchError::BadOrigin);
	});
}
