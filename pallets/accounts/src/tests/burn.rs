use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use TokenType::*;

fn burn(who: AccountId, token: TokenType, amount: Amount) -> sp_runtime::DispatchResult {
	Ledger::burn(signed(who), token, amount)
}

#[test]
fn burn_takes_own_tokens_out_of_the_issuance() {
	with_guardians(|| {
		assert_ok!(burn(ALICE, ETR, 300));
		assert_eq!(tokens(ALICE), (700, 500));
		assert_eq!((Issuance::<Test>::get(ETR), Issuance::<Test>::get(ETD)), (700, 500));
		assert_eq!(entry(ALICE).nonce, 1);
		assert_eq!(events(), vec![Event::Burned { account: ALICE, token_type: ETR, amount: 300 }]);
	});
}

#[test]
fn burning_everything_removes_the_entry() {
	with_guardians(|| {
		assert_ok!(burn(ALICE, ETR, 1_000));
		assert_ok!(burn(ALICE, ETD, 500));
		assert!(!Accounts::<Test>::contains_key(ALICE));
		assert_eq!(Issuance::<Test>::get(ETR), 0);
	});
}

#[test]
fn boundary_burn_leaves_nothing_or_the_minimum() {
	with_guardians(|| {
		assert_noop!(burn(ALICE, ETR, 1_001 - MINIMUM), Error::<Test>::BelowMinimum);
		assert_ok!(burn(ALICE, ETR, 1_000 - MINIMUM));
		assert_ok!(burn(ALICE, ETR, MINIMUM));
	});
}

#[test]
fn burn_fails_for_nothing_and_what_one_does_not_have() {
	with_guardians(|| {
		assert_noop!(burn(ALICE, ETR, 0), Error::<Test>::ZeroAmount);
		assert_noop!(burn(ALICE, ETR, 1_001), Error::<Test>::InsufficientBalance);
		assert_noop!(burn(BOB, ETD, 10), Error::<Test>::InsufficientBalance);
	});
}
