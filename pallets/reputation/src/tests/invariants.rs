//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{
	mock::*, scoring::MAX_EVIDENCE, HoldReason, NextSlashId, NodeReputationOf, Parameters,
	Reputations, SlashRecordOf, Slashes, Suspensions,
};
use frame_support::{
	assert_ok,
	traits::{
		fungible::{Mutate, MutateHold},
		tokens::{Precision, Preservation},
	},
};
use sp_runtime::DispatchError;

/// Corrupts a sound state, of a suspended node with a held slash and an appealed one, and expects
/// the check with this message.
fn detects(message: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder.build().execute_with(|| {
		assert_eq!((appealed(), no_show()), (0, 1));
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		assert_ok!(Reputation::do_try_state());
		corrupt();
		assert_eq!(Reputation::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change_record(how: impl FnOnce(&mut NodeReputationOf<Test>)) {
	Reputations::<Test>::mutate(node(0), |record| how(record.as_mut().unwrap()));
}

fn change_slash(how: impl FnOnce(&mut SlashRecordOf<Test>)) {
	Slashes::<Test>::mutate(1, |slash| how(slash.as_mut().unwrap()));
}

#[test]
fn try_state_detects_wrong_records() {
	detects("a score is above the highest", || change_record(|r| r.score = 10_001));
	let message = "more evidence is stored than counts";
	detects(message, || change_record(|r| r.evidence.good = MAX_EVIDENCE + 1));
	detects(message, || change_record(|r| r.evidence.bad = MAX_EVIDENCE + 1));
	detects("a record was updated in the future", || change_record(|r| r.updated = 1_001));
	detects("a window begins in the future", || change_record(|r| r.window.start = 1_001));
}

#[test]
fn try_state_detects_another_score_in_the_registry() {
	let message = "the registry has another score";
	detects(message, || change_node(0, |node| node.score += 1));
	detects(message, || change_record(|record| record.score += 1));
}

#[test]
fn try_state_detects_wrong_suspensions() {
	detects("a suspension begins in the future", || {
		Suspensions::<Test>::mutate(node(0), |s| s.as_mut().unwrap().since = 1_001)
	});
	detects("a suspension ends before it began", || {
		Suspensions::<Test>::mutate(node(0), |s| s.as_mut().unwrap().until = 999)
	});
}

#[test]
fn try_state_detects_wrong_slashes() {
	detects("a slash has a number that was never given", || NextSlashId::<Test>::put(1));
	detects("a slash of nothing is stored", || change_slash(|slash| slash.amount = 0));
	detects("more than half of a slash is compensation", || {
		change_slash(|slash| slash.compensation = slash.amount / 2 + 1)
	});
	detects("a slash lies in the future", || change_slash(|slash| slash.at = 1_001));
	detects("a slash was over before it began", || change_slash(|slash| slash.deadline = 999));
}

#[test]
fn try_state_detects_money_that_is_missing() {
	let message = "the account does not cover the held slashes";
	detects(message, || change_slash(|slash| slash.amount += 1));
	detects(message, || {
		assert_ok!(<Balances as Mutate<_>>::transfer(
			&Reputation::pot(),
			&STRANGER,
			1,
			Preservation::Preserve
		));
	});
}

#[test]
fn try_state_detects_bonds_that_differ_from_holds() {
	let message = "bonds on hold differ from an account's appeals";
	detects(message, || {
		assert_ok!(Balances::release(&HoldReason::AppealBond.into(), &OWNER, 1, Precision::Exact));
	});
	detects(message, || {
		assert_ok!(Balances::hold(&HoldReason::AppealBond.into(), &STRANGER, TOKEN));
	});
	detects(message, || {
		change_slash(|slash| {
			slash.owner = PAUPER;
			slash.state = crate::SlashState::Appealed { bond: 1 };
		})
	});
}

#[test]
fn try_state_detects_parameters_out_of_bounds() {
	detects("a parameter lies outside its bounds", || {
		Parameters::<Test>::mutate(|parameters| parameters.window = 0)
	});
}
