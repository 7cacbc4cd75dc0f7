//! Recoveries that run out of time, and `reap_recoveries`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn reap() -> sp_runtime::DispatchResult {
	Ledger::reap_recoveries(signed(PAUPER), ALICE)
}

#[test]
fn boundary_anyone_removes_a_recovery_from_its_lapse_on() {
	with_guardians(|| {
		assert_noop!(reap(), Error::<Test>::NoActiveRecovery);
		assert_ok!(initiate(11, WRONG));
		pass(1);
		assert_ok!(initiate(12, NEW));
		pass(DELAY + PERIOD - 2);
		assert_noop!(reap(), Error::<Test>::TooEarly);
		pass(1);
		System::reset_events();
		assert_ok!(reap());
		assert_eq!(
			events(),
			vec![Event::RecoveryLapsed { lost_account: ALICE, new_account: WRONG }]
		);
		assert_eq!(Balances::free_balance(11), START_BALANCE);
		assert_eq!(held(HoldReason::RecoveryInitiation, 12), INITIATION);
		pass(1);
		assert_ok!(reap());
		assert!(!ActiveRecoveries::<Test>::contains_key(ALICE));
	});
}

#[test]
fn a_lapsed_recovery_gives_way_to_the_next() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		pass(DELAY + PERIOD);
		System::reset_events();
		assert_ok!(initiate(11, NEW));
		assert_eq!(
			events(),
			vec![
				Event::RecoveryLapsed { lost_account: ALICE, new_account: NEW },
				Event::RecoveryInitiated { lost_account: ALICE, new_account: NEW, guardian: 11 },
			]
		);
		let recoveries = ActiveRecoveries::<Test>::get(ALICE);
		assert_eq!(recoveries.len(), 1);
		assert_eq!(recoveries[0].created_at, 1_000 + DELAY + PERIOD);
		assert_eq!(held(HoldReason::RecoveryInitiation, 11), INITIATION);
	});
}

#[test]
fn a_lapsed_recovery_is_withdrawn_and_cancelled_like_any_other() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		assert_ok!(initiate(12, WRONG));
		pass(DELAY + PERIOD);
		assert_ok!(Ledger::withdraw_initiation(signed(11), ALICE, NEW));
		assert_ok!(Ledger::cancel_recovery(signed(ALICE), ALICE));
		assert_eq!(Balances::free_balance(12), START_BALANCE);
	});
}

#[test]
fn times_at_the_end_of_the_clock_do_not_wrap() {
	with_guardians(|| {
		Now::set(u32::MAX - 1);
		assert_ok!(initiate(11, NEW));
		assert_ok!(approve(12));
		assert_noop!(execute(), Error::<Test>::DelayNotPassed);
		pass(1);
		assert_noop!(execute(), Error::<Test>::NoActiveRecovery);
		assert_ok!(reap());
	});
}
