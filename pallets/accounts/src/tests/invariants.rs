//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{mock::*, *};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
};
use sp_runtime::DispatchError;

/// Corrupts a sound state and expects the check with this message.
fn detects(message: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder.build().execute_with(|| {
		assert_ok!(mint(ALICE, TokenType::ETR, 1_000));
		assert_ok!(mint(BOB, TokenType::ETD, 1_000));
		assert_ok!(create(ALICE, &GUARDS, 2));
		assert_ok!(initiate(11, NEW));
		assert_ok!(initiate(12, WRONG));
		assert_ok!(Ledger::do_try_state());
		corrupt();
		assert_eq!(Ledger::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change_config(how: impl FnOnce(&mut RecoveryConfigOf<Test>)) {
	RecoveryConfigs::<Test>::mutate(ALICE, |config| how(config.as_mut().unwrap()));
}

fn change(how: impl FnOnce(&mut ActiveRecoveryOf<Test>)) {
	ActiveRecoveries::<Test>::mutate(ALICE, |recoveries| how(&mut recoveries[0]));
}

#[test]
fn try_state_detects_tokens_from_nowhere() {
	let message = "balances do not sum to the issuance";
	detects(message, || Accounts::<Test>::mutate(ALICE, |data| data.etr_balance += 1));
	detects(message, || Accounts::<Test>::mutate(BOB, |data| data.etd_balance -= 1));
	detects(message, || Issuance::<Test>::insert(TokenType::ETD, 999));
	detects(message, || {
		// Sums that are only right if they wrap.
		Accounts::<Test>::mutate(ALICE, |data| data.etr_balance = u64::MAX);
		Accounts::<Test>::mutate(BOB, |data| data.etr_balance = 1_001);
	});
}

#[test]
fn try_state_detects_empty_entries() {
	detects("an empty entry is stored", || {
		Accounts::<Test>::insert(NEW, AccountData { nonce: 3, ..Default::default() })
	});
}

#[test]
fn try_state_detects_unsound_configurations() {
	detects("a guardian is named twice", || {
		change_config(|config| config.guardians.try_push(11).unwrap())
	});
	detects("an account is its own guardian", || {
		change_config(|config| config.guardians.try_push(ALICE).unwrap())
	});
	for threshold in [0, 4] {
		detects("a threshold cannot be reached", || {
			change_config(|config| config.threshold = threshold)
		});
	}
}

#[test]
fn try_state_detects_unsound_recoveries() {
	detects("a recovery has no configuration", || {
		RecoveryConfigs::<Test>::remove(ALICE);
	});
	detects("an empty list of recoveries is stored", || {
		assert_ok!(create(BOB, &[11], 1));
		ActiveRecoveries::<Test>::insert(BOB, frame_support::BoundedVec::new());
	});
	detects("a guardian approved twice", || change(|r| r.approvals.try_push(11).unwrap()));
	detects("somebody else than a guardian approved", || {
		change(|r| r.approvals.try_push(BOB).unwrap())
	});
	detects("an initiator is not the first to approve", || change(|r| r.initiator = 13));
	detects("a recovery's times are out of order", || change(|r| r.executable_at = 999));
	detects("a recovery's times are out of order", || change(|r| r.lapses_at = 1_000));
	detects("an account is recovered to itself", || change(|r| r.new_account = ALICE));
	detects("two recoveries lead to one account", || change(|r| r.new_account = WRONG));
	detects("a guardian initiated two recoveries", || {
		change(|r| {
			r.initiator = 12;
			r.approvals = vec![12].try_into().unwrap();
		})
	});
}

#[test]
fn try_state_detects_deposits_that_are_not_held() {
	detects("a configuration's deposit differs from the hold", || {
		change_config(|config| config.deposit += 1)
	});
	detects("a configuration's deposit differs from the hold", || {
		assert_ok!(Balances::hold(&HoldReason::RecoveryConfig.into(), &BOB, 1));
	});
	detects("deposits of initiations differ from the hold", || change(|r| r.deposit -= 1));
	detects("deposits of initiations differ from the hold", || {
		assert_ok!(Balances::release(
			&HoldReason::RecoveryInitiation.into(),
			&11,
			1,
			Precision::Exact
		));
	});
	detects("deposits of initiations differ from the hold", || {
		frame_system::Account::<Test>::remove(12);
	});
}
