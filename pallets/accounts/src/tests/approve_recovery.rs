//! `approve_recovery`, `approve_recovery_for`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn approvals(position: usize) -> Vec<AccountId> {
	ActiveRecoveries::<Test>::get(ALICE)[position].approvals.to_vec()
}

#[test]
fn approve_means_the_only_recovery() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		System::reset_events();
		assert_ok!(approve(12));
		assert_eq!(approvals(0), vec![11, 12]);
		assert_eq!(
			events(),
			vec![Event::RecoveryApproved {
				lost_account: ALICE,
				guardian: 12,
				approvals: 2,
				new_account: NEW
			}]
		);
	});
}

#[test]
fn approve_never_guesses_among_several() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		assert_ok!(approve(13));
		assert_ok!(initiate(12, WRONG));
		// Even for those who have approved all but one.
		for who in GUARDS {
			assert_noop!(approve(who), Error::<Test>::AmbiguousRecovery);
		}
		assert_ok!(approve_for(12, NEW));
		assert_eq!((approvals(0), approvals(1)), (vec![11, 13, 12], vec![12]));
	});
}

#[test]
fn approve_fails_twice_for_strangers_and_without_recovery() {
	with_guardians(|| {
		assert_noop!(approve(11), Error::<Test>::NoActiveRecovery);
		assert_noop!(approve_for(11, NEW), Error::<Test>::NoActiveRecovery);
		assert_ok!(initiate(11, NEW));
		assert_noop!(approve(11), Error::<Test>::AlreadyApproved);
		assert_noop!(approve_for(11, NEW), Error::<Test>::AlreadyApproved);
		assert_noop!(approve_for(12, WRONG), Error::<Test>::NoActiveRecovery);
		for who in [ALICE, BOB, NEW] {
			assert_noop!(approve(who), Error::<Test>::NotGuardian);
			assert_noop!(approve_for(who, NEW), Error::<Test>::NotGuardian);
		}
		assert_noop!(Ledger::approve_recovery(signed(11), BOB), Error::<Test>::NoRecoveryConfig);
	});
}

#[test]
fn boundary_approvals_end_with_the_recovery() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		pass(DELAY + PERIOD - 1);
		assert_ok!(approve(12));
		pass(1);
		assert_noop!(approve(13), Error::<Test>::NoActiveRecovery);
		assert_noop!(approve_for(13, NEW), Error::<Test>::NoActiveRecovery);
	});
}

#[test]
fn a_lapsed_recovery_makes_nothing_ambiguous() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		pass(DELAY + PERIOD - 1);
		assert_ok!(initiate(12, NEW));
		assert_noop!(approve(13), Error::<Test>::AmbiguousRecovery);
		pass(1);
		assert_ok!(approve(13));
		assert_eq!(approvals(1), vec![12, 13]);
	});
}
