use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use TokenType::*;

#[test]
fn transfer_moves_one_token_and_counts() {
	with_guardians(|| {
		assert_ok!(transfer(ALICE, BOB, ETR, 400));
		assert_eq!((tokens(ALICE), tokens(BOB)), ((600, 500), (400, 0)));
		assert_eq!((entry(ALICE).nonce, entry(BOB).nonce), (1, 0));
		assert_ok!(transfer(BOB, ALICE, ETR, 100));
		assert_ok!(transfer(ALICE, BOB, ETD, 50));
		assert_eq!((tokens(ALICE), tokens(BOB)), ((700, 450), (300, 50)));
		assert_eq!(
			events()[0],
			Event::Transferred { from: ALICE, to: BOB, token_type: ETR, amount: 400 }
		);
	});
}

#[test]
fn transfer_of_everything_removes_the_entry() {
	with_guardians(|| {
		assert_ok!(transfer(ALICE, BOB, ETR, 1_000));
		assert!(Accounts::<Test>::contains_key(ALICE));
		assert_ok!(transfer(ALICE, BOB, ETD, 500));
		assert!(!Accounts::<Test>::contains_key(ALICE));
		assert_eq!(tokens(BOB), (1_000, 500));
	});
}

#[test]
fn transfer_touches_no_native_balance() {
	with_guardians(|| {
		let before = (Balances::free_balance(ALICE), Balances::free_balance(BOB));
		assert_ok!(transfer(ALICE, BOB, ETR, 400));
		assert_eq!((Balances::free_balance(ALICE), Balances::free_balance(BOB)), before);
	});
}

#[test]
fn boundary_neither_side_keeps_less_than_the_minimum() {
	with_guardians(|| {
		assert_noop!(transfer(ALICE, BOB, ETR, MINIMUM - 1), Error::<Test>::BelowMinimum);
		assert_noop!(transfer(ALICE, BOB, ETR, 1_001 - MINIMUM), Error::<Test>::BelowMinimum);
		assert_ok!(transfer(ALICE, BOB, ETR, MINIMUM));
		assert_ok!(transfer(ALICE, BOB, ETR, 1));
		assert_ok!(transfer(ALICE, BOB, ETR, 1_000 - MINIMUM - 1 - MINIMUM));
		assert_eq!(tokens(ALICE).0, MINIMUM);
	});
}

#[test]
fn transfer_fails_without_the_balance_of_that_token() {
	with_guardians(|| {
		assert_noop!(transfer(ALICE, BOB, ETR, 1_001), Error::<Test>::InsufficientBalance);
		assert_noop!(transfer(ALICE, BOB, ETD, 501), Error::<Test>::InsufficientBalance);
		assert_noop!(transfer(BOB, ALICE, ETR, 1), Error::<Test>::InsufficientBalance);
		assert_noop!(transfer(ALICE, BOB, ETR, u64::MAX), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn transfer_fails_for_nothing_and_to_oneself() {
	with_guardians(|| {
		assert_noop!(transfer(ALICE, BOB, ETR, 0), Error::<Test>::ZeroAmount);
		assert_noop!(transfer(ALICE, ALICE, ETR, 100), Error::<Test>::SameAccount);
	});
}

#[test]
fn a_full_nonce_stops_nobody() {
	with_guardians(|| {
		Accounts::<Test>::mutate(ALICE, |data| data.nonce = u32::MAX);
		assert_ok!(transfer(ALICE, BOB, ETR, 100));
		assert_eq!(entry(ALICE).nonce, u32::MAX);
	});
}

#[test]
fn transfer_fails_for_unsigned_origins() {
	with_guardians(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Ledger::transfer(origin, BOB, ETR, 100), DispatchError::BadOrigin);
		}
	});
}
