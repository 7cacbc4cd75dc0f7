//! `release_slash`.

use crate::{mock::*, Error, Event, ReleaseReason, Slashes};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::{
	assert_noop, assert_ok,
	storage::{transactional::TRANSACTIONAL_LIMIT, with_storage_layer},
};
use sp_runtime::{DispatchError, TransactionalError};

#[test]
fn boundary_success_when_the_appeal_period_has_ended() {
	run(|| {
		let slash_id = no_show();
		wait(DAY - 1);
		assert_noop!(
			Reputation::release_slash(signed(STRANGER), slash_id),
			Error::<Test>::TooEarly
		);
		wait(1);
		System::reset_events();
		assert_ok!(Reputation::release_slash(signed(STRANGER), slash_id));
		assert_eq!(free(REQUESTER), START_BALANCE + 20 * TOKEN);
		assert_eq!(free(TREASURY), START_BALANCE + 80 * TOKEN);
		assert_eq!(in_pot(), 0);
		assert!(!Slashes::<Test>::contains_key(slash_id));
		assert_eq!(
			events(),
			vec![Event::SlashReleased {
				slash_id,
				node: node(0),
				payer: REQUESTER,
				compensation: 20 * TOKEN,
				to_treasury: 80 * TOKEN,
				reason: ReleaseReason::Unappealed,
			}]
		);
		assert_noop!(
			Reputation::release_slash(signed(STRANGER), slash_id),
			Error::<Test>::SlashNotFound
		);
	});
}

#[test]
fn boundary_success_when_the_arbiter_is_silent() {
	run(|| {
		let slash_id = appealed();
		let bond = bond_of(OWNER);
		assert_eq!(bond, 10 * TOKEN);
		wait(ARBITRATION - 1);
		assert_noop!(
			Reputation::release_slash(signed(STRANGER), slash_id),
			Error::<Test>::TooEarly
		);
		wait(1);
		System::reset_events();
		assert_ok!(Reputation::release_slash(signed(STRANGER), slash_id));
		assert_eq!((bond_of(OWNER), free(OWNER)), (0, START_BALANCE));
		assert_eq!(free(TREASURY), START_BALANCE + 80 * TOKEN);
		assert_eq!(events()[0], Event::AppealBondReturned { slash_id, owner: OWNER, amount: bond });
		assert!(matches!(
			events()[1],
			Event::SlashReleased { reason: ReleaseReason::ArbiterSilent, .. }
		));
		// The violation stands.
		assert_eq!(known().window.violations.current, 2);
	});
}

#[test]
fn success_others_are_not_touched() {
	run(|| {
		let first = no_show();
		let second = no_show();
		wait(DAY);
		assert_ok!(Reputation::release_slash(signed(STRANGER), first));
		assert_eq!(in_pot(), SLASH);
		assert!(Slashes::<Test>::contains_key(second));
	});
}

#[test]
fn compensation_that_cannot_be_paid_goes_to_the_fee_account() {
	run(|| {
		assert_ok!(Reputation::outcome(&JobEnd {
			payer: PAUPER,
			at_risk: 1_000,
			..end(JobOutcome::NoShow)
		}));
		assert_eq!((slash(0).amount, slash(0).compensation), (1_000, 100));
		wait(DAY);
		System::reset_events();
		assert_ok!(Reputation::release_slash(signed(STRANGER), 0));
		assert_eq!((free(PAUPER), free(TREASURY)), (0, START_BALANCE + 1_000));
		assert_eq!(
			events()[0],
			Event::PaymentRedirected { slash_id: 0, intended: PAUPER, to: TREASURY, amount: 100 }
		);
		// Enough to create the account.
		assert_ok!(Reputation::outcome(&JobEnd {
			payer: PAUPER,
			at_risk: ED * 10,
			..end(JobOutcome::NoShow)
		}));
		wait(DAY);
		assert_ok!(Reputation::release_slash(signed(STRANGER), 1));
		assert_eq!(free(PAUPER), ED);
	});
}

#[test]
fn fails_for_unknown_slashes_and_unsigned_origins() {
	run(|| {
		assert_noop!(Reputation::release_slash(signed(STRANGER), 0), Error::<Test>::SlashNotFound);
		no_show();
		wait(DAY);
		assert_noop!(Reputation::release_slash(RuntimeOrigin::none(), 0), DispatchError::BadOrigin);
	});
}

/// Expects `call` to change nothing where no payment finds a storage layer, and to succeed where
/// there is one more.
fn needs_a_layer(mut call: impl FnMut() -> sp_runtime::DispatchResult) {
	nested(TRANSACTIONAL_LIMIT, &mut || {
		assert_noop!(call(), TransactionalError::LimitReached);
	});
	nested(TRANSACTIONAL_LIMIT - 2, &mut || {
		assert_ok!(with_storage_layer(&mut call));
	});
}

#[test]
fn boundary_refuses_where_no_payment_can_be_made() {
	run(|| {
		no_show();
		wait(DAY);
		needs_a_layer(|| Reputation::do_release_slash(0));
		assert_eq!(free(REQUESTER), START_BALANCE + 20 * TOKEN);
		let slash_id = appealed();
		needs_a_layer(|| Reputation::do_resolve_appeal(slash_id, crate::Ruling::Overturn));
		let slash_id = appealed();
		needs_a_layer(|| Reputation::do_resolve_appeal(slash_id, crate::Ruling::Uphold));
	});
}
