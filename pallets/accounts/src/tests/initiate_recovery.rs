//! `initiate_recovery`, `withdraw_initiation`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn withdraw(who: AccountId, new: AccountId) -> sp_runtime::DispatchResult {
	Ledger::withdraw_initiation(signed(who), ALICE, new)
}

#[test]
fn initiate_stores_the_recovery_with_one_approval_and_holds_its_deposit() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		assert_eq!(
			ActiveRecoveries::<Test>::get(ALICE).into_inner(),
			vec![ActiveRecovery {
				new_account: NEW,
				approvals: vec![11].try_into().unwrap(),
				created_at: 1_000,
				executable_at: 1_000 + DELAY,
				initiator: 11,
				lapses_at: 1_000 + DELAY + PERIOD,
				deposit: INITIATION,
			}]
		);
		assert_eq!(held(HoldReason::RecoveryInitiation, 11), INITIATION);
		assert_eq!(
			events(),
			vec![Event::RecoveryInitiated { lost_account: ALICE, new_account: NEW, guardian: 11 }]
		);
	});
}

#[test]
fn only_guardians_initiate() {
	with_guardians(|| {
		for who in [ALICE, BOB, NEW, PAUPER] {
			assert_noop!(initiate(who, NEW), Error::<Test>::NotGuardian);
		}
		assert_noop!(
			Ledger::initiate_recovery(signed(11), BOB, NEW),
			Error::<Test>::NoRecoveryConfig
		);
		assert_noop!(initiate(11, ALICE), Error::<Test>::SameAccount);
	});
}

#[test]
fn a_bad_guardian_takes_no_place_from_a_good_one() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_noop!(initiate(11, 23), Error::<Test>::InitiationOpen);
		assert_ok!(initiate(12, NEW));
		assert_ok!(approve_for(13, NEW));
		pass(DELAY);
		assert_ok!(execute());
		assert_eq!(tokens(NEW), (1_000, 500));
		assert_eq!(tokens(WRONG), (0, 0));
	});
}

#[test]
fn a_bad_guardian_that_initiates_the_right_recovery_cannot_spoil_it() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		assert_noop!(initiate(12, NEW), Error::<Test>::RecoveryAlreadyActive);
		assert_ok!(approve(12));
		assert_noop!(withdraw(11, NEW), Error::<Test>::ApprovedByOthers);
		pass(DELAY);
		assert_ok!(execute());
	});
}

#[test]
fn boundary_every_guardian_has_a_place() {
	ExtBuilder.build_and_execute(|| {
		let guards: Vec<_> = (100..110).collect();
		for who in &guards {
			assert_ok!(Balances::transfer_allow_death(signed(BOB), *who, 200));
		}
		assert_ok!(create(ALICE, &guards, 10));
		for who in &guards {
			assert_ok!(initiate(*who, who + 1_000));
		}
		assert_eq!(ActiveRecoveries::<Test>::get(ALICE).len(), 10);
		assert_noop!(initiate(100, NEW), Error::<Test>::InitiationOpen);
	});
}

#[test]
fn initiate_fails_without_the_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(create(ALICE, &[PAUPER], 1));
		assert_noop!(initiate(PAUPER, NEW), Error::<Test>::InsufficientDeposit);
	});
}

#[test]
fn withdraw_returns_the_deposit_and_frees_the_place() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(initiate(12, 23));
		System::reset_events();
		assert_ok!(withdraw(11, WRONG));
		assert_eq!(
			events(),
			vec![Event::RecoveryWithdrawn { lost_account: ALICE, new_account: WRONG }]
		);
		assert_eq!(Balances::free_balance(11), START_BALANCE);
		assert_ok!(initiate(11, NEW));
		assert_ok!(withdraw(11, NEW));
		assert_ok!(withdraw(12, 23));
		assert!(!ActiveRecoveries::<Test>::contains_key(ALICE));
	});
}

#[test]
fn withdraw_fails_for_others_and_without_recovery() {
	with_guardians(|| {
		assert_ok!(initiate(11, NEW));
		for who in [12, ALICE, NEW] {
			assert_noop!(withdraw(who, NEW), Error::<Test>::NotInitiator);
		}
		assert_noop!(withdraw(11, WRONG), Error::<Test>::NoActiveRecovery);
	});
}
