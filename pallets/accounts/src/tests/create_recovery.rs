//! `create_recovery`, `remove_recovery`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn with_delay(delay: u32) -> sp_runtime::DispatchResult {
	Ledger::create_recovery(signed(BOB), GUARDS.to_vec(), 2, delay)
}

#[test]
fn create_stores_the_configuration_and_holds_its_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(create(ALICE, &GUARDS, 2));
		let deposit = CONFIG + 3 * GUARDIAN;
		assert_eq!(
			RecoveryConfigs::<Test>::get(ALICE),
			Some(RecoveryConfig {
				guardians: GUARDS.to_vec().try_into().unwrap(),
				threshold: 2,
				delay_period: DELAY,
				deposit,
			})
		);
		assert_eq!(held(HoldReason::RecoveryConfig, ALICE), deposit);
		assert_eq!(events(), vec![Event::RecoveryCreated { account: ALICE, threshold: 2 }]);
	});
}

#[test]
fn create_again_replaces_everything_and_adjusts_the_deposit() {
	with_guardians(|| {
		assert_ok!(create(ALICE, &[11], 1));
		assert_eq!(held(HoldReason::RecoveryConfig, ALICE), CONFIG + GUARDIAN);
		ConfigPrice::set(CONFIG + 7);
		assert_ok!(create(ALICE, &[12, 13], 1));
		assert_eq!(held(HoldReason::RecoveryConfig, ALICE), CONFIG + 7 + 2 * GUARDIAN);
		assert_noop!(initiate(11, NEW), Error::<Test>::NotGuardian);
	});
}

#[test]
fn create_again_ends_what_former_guardians_have_under_way() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(approve(12));
		System::reset_events();
		assert_ok!(create(ALICE, &[12, 13], 1));
		assert_eq!(
			events(),
			vec![
				Event::RecoveryCancelled { account: ALICE, new_account: WRONG },
				Event::RecoveryCreated { account: ALICE, threshold: 1 },
			]
		);
		assert_eq!(held(HoldReason::RecoveryInitiation, 11), 0);
		pass(DELAY);
		assert_noop!(execute(), Error::<Test>::NoActiveRecovery);
	});
}

#[test]
fn boundary_guardians_and_thresholds() {
	ExtBuilder.build_and_execute(|| {
		let many: Vec<_> = (100..111).collect();
		assert_noop!(create(ALICE, &[], 0), Error::<Test>::NoGuardians);
		assert_noop!(create(ALICE, &many, 1), Error::<Test>::TooManyGuardians);
		assert_noop!(create(ALICE, &GUARDS, 0), Error::<Test>::InvalidThreshold);
		assert_noop!(create(ALICE, &GUARDS, 4), Error::<Test>::ThresholdTooHigh);
		assert_noop!(create(ALICE, &GUARDS, u32::MAX), Error::<Test>::ThresholdTooHigh);
		assert_noop!(create(ALICE, &[11, 12, 11], 2), Error::<Test>::DuplicateGuardian);
		assert_noop!(create(ALICE, &[11, ALICE], 1), Error::<Test>::SelfGuardian);
		assert_ok!(create(ALICE, &many[..10], 10));
		assert_ok!(create(ALICE, &[11], 1));
	});
}

#[test]
fn boundary_delays() {
	ExtBuilder.build_and_execute(|| {
		for bad in [0, MIN_DELAY - 1, MAX_DELAY + 1, u32::MAX] {
			assert_noop!(with_delay(bad), Error::<Test>::InvalidDelay);
		}
		assert_ok!(with_delay(MIN_DELAY));
		assert_ok!(with_delay(MAX_DELAY));
	});
}

#[test]
fn create_fails_without_the_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(create(PAUPER, &GUARDS, 2), Error::<Test>::InsufficientDeposit);
	});
}

#[test]
fn remove_dismisses_guardians_and_returns_every_deposit() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(initiate(12, NEW));
		System::reset_events();
		assert_ok!(Ledger::remove_recovery(signed(ALICE)));
		assert_eq!(
			events(),
			vec![
				Event::RecoveryCancelled { account: ALICE, new_account: WRONG },
				Event::RecoveryCancelled { account: ALICE, new_account: NEW },
				Event::RecoveryRemoved { account: ALICE },
			]
		);
		for who in [ALICE, 11, 12] {
			assert_eq!(Balances::free_balance(who), START_BALANCE);
		}
		assert_noop!(initiate(11, NEW), Error::<Test>::NoRecoveryConfig);
		assert_noop!(Ledger::remove_recovery(signed(ALICE)), Error::<Test>::NoRecoveryConfig);
	});
}
