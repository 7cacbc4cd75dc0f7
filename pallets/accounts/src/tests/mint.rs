//! `mint_etr`, `mint_etd`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use TokenType::*;

#[test]
fn governance_mints_each_token() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(mint(ALICE, ETR, 300));
		assert_ok!(mint(ALICE, ETD, 40));
		assert_ok!(mint(BOB, ETD, 60));
		assert_eq!((tokens(ALICE), tokens(BOB)), ((300, 40), (0, 60)));
		assert_eq!((Issuance::<Test>::get(ETR), Issuance::<Test>::get(ETD)), (300, 100));
		assert_eq!(events()[1], Event::Minted { to: ALICE, token_type: ETD, amount: 40 });
	});
}

#[test]
fn nobody_else_mints_either_token() {
	ExtBuilder.build_and_execute(|| {
		for origin in [signed(ALICE), RuntimeOrigin::none()] {
			assert_noop!(Ledger::mint_etr(origin.clone(), ALICE, 100), DispatchError::BadOrigin);
			assert_noop!(Ledger::mint_etd(origin, ALICE, 100), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn boundary_minting_ends_at_the_largest_issuance() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(mint(ALICE, ETR, u64::MAX - 100));
		assert_noop!(mint(BOB, ETR, 101), Error::<Test>::IssuanceOverflow);
		assert_noop!(mint(ALICE, ETR, u64::MAX), Error::<Test>::IssuanceOverflow);
		assert_ok!(mint(BOB, ETR, 100));
		assert_noop!(mint(ALICE, ETR, 1), Error::<Test>::IssuanceOverflow);
		assert_ok!(mint(ALICE, ETD, u64::MAX));
		assert_ok!(transfer(BOB, ALICE, ETR, 100));
		assert_eq!(tokens(ALICE), (u64::MAX, u64::MAX));
	});
}

#[test]
fn minting_fails_for_nothing_and_below_the_minimum() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(mint(ALICE, ETR, 0), Error::<Test>::ZeroAmount);
		assert_noop!(mint(ALICE, ETD, MINIMUM - 1), Error::<Test>::BelowMinimum);
		assert_ok!(mint(ALICE, ETD, MINIMUM));
		assert_ok!(mint(ALICE, ETD, 1));
	});
}
