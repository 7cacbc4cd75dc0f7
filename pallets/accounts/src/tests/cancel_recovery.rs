use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn cancel(who: AccountId) -> sp_runtime::DispatchResult {
	Ledger::cancel_recovery(signed(who), ALICE)
}

#[test]
fn the_owner_ends_all_recoveries_and_the_initiators_are_refunded() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(initiate(12, NEW));
		assert_ok!(approve_for(13, WRONG));
		pass(DELAY);
		System::reset_events();
		assert_ok!(cancel(ALICE));
		assert_eq!(
			events(),
			vec![
				Event::RecoveryCancelled { account: ALICE, new_account: WRONG },
				Event::RecoveryCancelled { account: ALICE, new_account: NEW },
			]
		);
		for who in GUARDS {
			assert_eq!(Balances::free_balance(who), START_BALANCE);
		}
		assert_noop!(execute(), Error::<Test>::NoActiveRecovery);
		assert_eq!(tokens(ALICE), (1_000, 500));
		assert!(RecoveryConfigs::<Test>::contains_key(ALICE));
	});
}

#[test]
fn nobody_else_cancels() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		for who in [11, 12, NEW, BOB] {
			assert_noop!(cancel(who), Error::<Test>::NotAccountOwner);
		}
	});
}

#[test]
fn cancel_fails_without_recovery() {
	with_guardians(|| {
		assert_noop!(cancel(ALICE), Error::<Test>::NoActiveRecovery);
	});
}

#[test]
fn the_owner_is_rid_of_a_guardian_that_initiates_again_and_again() {
	with_guardians(|| {
		for _ in 0..3 {
			assert_ok!(initiate(11, WRONG));
			assert_ok!(cancel(ALICE));
		}
		assert_ok!(create(ALICE, &[12, 13], 2));
		assert_noop!(initiate(11, WRONG), Error::<Test>::NotGuardian);
	});
}
