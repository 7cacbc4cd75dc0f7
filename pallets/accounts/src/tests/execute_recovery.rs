//! `execute_recovery`, `execute_recovery_for`.

use crate::{mock::*, *};
use frame_support::{
	assert_noop, assert_ok,
	traits::{LockableCurrency, WithdrawReasons},
};

fn execute_for(new: AccountId) -> sp_runtime::DispatchResult {
	Ledger::execute_recovery_for(signed(PAUPER), ALICE, new)
}

#[test]
fn execute_moves_balances_records_and_deposits() {
	with_guardians(|| {
		assert_ok!(transfer(ALICE, BOB, TokenType::ETR, 100));
		assert_ok!(Ledger::set_standing(RuntimeOrigin::root(), ALICE, true, 7));
		assert_ok!(initiate(11, NEW));
		assert_ok!(approve(12));
		pass(DELAY);
		System::reset_events();
		assert_ok!(execute());
		assert_eq!(
			entry(NEW),
			AccountData {
				etr_balance: 900,
				etd_balance: 500,
				nonce: 1,
				is_validator: true,
				reputation: 7
			}
		);
		assert!(!Accounts::<Test>::contains_key(ALICE));
		assert!(!RecoveryConfigs::<Test>::contains_key(ALICE));
		assert!(!ActiveRecoveries::<Test>::contains_key(ALICE));
		let deposit = CONFIG + 3 * GUARDIAN;
		assert_eq!(Balances::free_balance(NEW), START_BALANCE + deposit);
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE - deposit);
		assert_eq!(Balances::free_balance(11), START_BALANCE);
		assert_eq!(
			events(),
			vec![Event::RecoveryExecuted {
				lost_account: ALICE,
				new_account: NEW,
				etr: 900,
				etd: 500
			}]
		);
		assert_noop!(execute(), Error::<Test>::NoRecoveryConfig);
	});
}

#[test]
fn execute_adds_to_what_the_new_account_has() {
	with_guardians(|| {
		assert_ok!(mint(NEW, TokenType::ETR, 50));
		assert_ok!(transfer(NEW, BOB, TokenType::ETR, 20));
		assert_ok!(Ledger::set_standing(RuntimeOrigin::root(), NEW, true, 3));
		assert_ok!(Ledger::set_standing(RuntimeOrigin::root(), ALICE, false, 9));
		assert_ok!(initiate(11, NEW));
		assert_ok!(approve(12));
		pass(DELAY);
		assert_ok!(execute());
		assert_eq!(
			entry(NEW),
			AccountData {
				etr_balance: 1_030,
				etd_balance: 500,
				nonce: 1,
				is_validator: true,
				reputation: 9
			}
		);
	});
}

#[test]
fn execute_works_for_an_account_with_nothing_in_the_ledger() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(create(ALICE, &[11], 1));
		assert_ok!(initiate(11, NEW));
		pass(DELAY);
		assert_ok!(execute());
		assert!(!Accounts::<Test>::contains_key(NEW));
	});
}

#[test]
fn boundary_execution_needs_threshold_and_delay() {
	with_guardians(|| {
		assert_noop!(execute(), Error::<Test>::NoActiveRecovery);
		assert_ok!(initiate(11, NEW));
		pass(DELAY);
		assert_noop!(execute(), Error::<Test>::ThresholdNotMet);
		assert_noop!(execute_for(NEW), Error::<Test>::ThresholdNotMet);
		Now::set(1_000 + DELAY - 1);
		assert_ok!(approve(12));
		assert_noop!(execute(), Error::<Test>::DelayNotPassed);
		assert_noop!(execute_for(NEW), Error::<Test>::DelayNotPassed);
		pass(1);
		assert_noop!(execute_for(WRONG), Error::<Test>::NoActiveRecovery);
		assert_ok!(execute_for(NEW));
	});
}

#[test]
fn boundary_execution_ends_with_the_recovery() {
	for (ticks, in_time) in [(DELAY + PERIOD - 1, true), (DELAY + PERIOD, false)] {
		with_guardians(|| {
			assert_ok!(initiate(11, NEW));
			assert_ok!(approve(12));
			pass(ticks);
			if in_time {
				assert_ok!(execute());
			} else {
				assert_noop!(execute(), Error::<Test>::NoActiveRecovery);
				assert_noop!(execute_for(NEW), Error::<Test>::NoActiveRecovery);
			}
		});
	}
}

#[test]
fn execute_takes_the_only_one_that_is_ready_and_ends_the_others() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(initiate(12, NEW));
		assert_ok!(approve_for(13, NEW));
		pass(DELAY);
		System::reset_events();
		assert_ok!(execute());
		assert_eq!(events()[1], Event::RecoveryCancelled { account: ALICE, new_account: WRONG });
		for who in GUARDS {
			assert_eq!(Balances::free_balance(who), START_BALANCE);
		}
		assert_eq!(tokens(NEW), (1_000, 500));
	});
}

#[test]
fn execute_never_guesses_among_several() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(initiate(12, NEW));
		assert_ok!(approve_for(13, NEW));
		assert_ok!(approve_for(13, WRONG));
		pass(DELAY);
		assert_noop!(execute(), Error::<Test>::AmbiguousRecovery);
		assert_ok!(execute_for(NEW));
		assert_eq!(tokens(NEW), (1_000, 500));
	});
}

#[test]
fn execute_says_how_far_the_furthest_is() {
	with_guardians(|| {
		assert_ok!(initiate(11, WRONG));
		assert_ok!(initiate(12, NEW));
		assert_noop!(execute(), Error::<Test>::ThresholdNotMet);
		assert_ok!(approve_for(13, WRONG));
		assert_noop!(execute(), Error::<Test>::DelayNotPassed);
		assert_noop!(execute_for(NEW), Error::<Test>::ThresholdNotMet);
	});
}

#[test]
fn a_deposit_that_the_new_account_cannot_take_goes_back() {
	with_guardians(|| {
		// A frozen balance may not leave, not even from a hold.
		assert_ok!(initiate(11, NEW));
		assert_ok!(approve(12));
		<Balances as LockableCurrency<AccountId>>::set_lock(
			*b"locked__",
			&ALICE,
			START_BALANCE,
			WithdrawReasons::all(),
		);
		pass(DELAY);
		assert_ok!(execute());
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE);
		assert_eq!(Balances::free_balance(NEW), START_BALANCE);
		assert_eq!(tokens(NEW), (1_000, 500));
	});
}

#[test]
fn a_deposit_brings_a_new_account_to_life() {
	with_guardians(|| {
		assert_ok!(initiate(11, 77));
		assert_ok!(approve(12));
		pass(DELAY);
		assert_ok!(execute());
		assert_eq!(Balances::free_balance(77), CONFIG + 3 * GUARDIAN);
	});
}

#[test]
fn a_deposit_too_small_for_a_new_account_goes_back() {
	ExtBuilder.build_and_execute(|| {
		ConfigPrice::set(0);
		assert_ok!(create(ALICE, &[11], 1));
		RecoveryConfigs::<Test>::mutate(ALICE, |config| {
			config.as_mut().unwrap().deposit = ED - 1;
		});
		use frame_support::traits::{fungible::MutateHold, tokens::Precision};
		assert_ok!(Balances::release(
			&HoldReason::RecoveryConfig.into(),
			&ALICE,
			GUARDIAN - (ED - 1),
			Precision::Exact
		));
		assert_ok!(initiate(11, 77));
		pass(DELAY);
		assert_ok!(execute());
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE);
		assert_eq!(Balances::free_balance(77), 0);
	});
}

#[test]
fn execution_leaves_the_new_accounts_own_guardians_alone() {
	with_guardians(|| {
		assert_ok!(create(NEW, &[11], 1));
		assert_ok!(initiate(11, NEW));
		assert_ok!(approve(12));
		pass(DELAY);
		assert_ok!(execute());
		assert_eq!(RecoveryConfigs::<Test>::get(NEW).unwrap().guardians.to_vec(), vec![11]);
		assert_eq!(held(HoldReason::RecoveryConfig, NEW), CONFIG + GUARDIAN);
	});
}
