//! `JobReport::outcome`: stake taken and held.

use crate::{mock::*, Event, NextSlashId, Reputations, SlashState, Slashes};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::{
	assert_noop, assert_ok, assert_storage_noop,
	storage::transactional::TRANSACTIONAL_LIMIT,
	traits::fungible::{Mutate, Unbalanced},
};
use sp_runtime::TransactionalError;

#[test]
fn success_stake_goes_to_the_pallets_account_and_stays() {
	run(|| {
		assert_eq!(no_show(), 0);
		assert_eq!(registered().stake, 2 * STAKE - SLASH);
		assert_eq!(in_pot(), SLASH);
		let slash = slash(0);
		assert_eq!(
			(slash.owner, slash.payer, slash.job, slash.node),
			(OWNER, REQUESTER, 7, node(0))
		);
		assert_eq!((slash.amount, slash.compensation), (SLASH, 20 * TOKEN));
		assert_eq!((slash.at, slash.deadline), (1_000, 1_000 + DAY));
		assert_eq!((slash.points, slash.state), (2, SlashState::Held));
		assert_eq!(slash.evidence, known().evidence.bad);
		assert_eq!(
			events()[1],
			Event::SlashHeld {
				slash_id: 0,
				node: node(0),
				owner: OWNER,
				job: 7,
				outcome: JobOutcome::NoShow,
				amount: SLASH,
				compensation: 20 * TOKEN,
				appealable_until: 1_000 + DAY,
			}
		);
		assert_eq!(no_show(), 1);
		assert_eq!(in_pot(), 2 * SLASH);
	});
}

#[test]
fn success_amounts_follow_kind_and_risk() {
	use JobOutcome::*;
	let cases = [
		(Late, 40, 2),
		(Late, 600, 5),
		(NoShow, 30, 30),
		(TimedOut, 30, 30),
		(Unanswered, 30, 30),
		(Abandoned, 30, 15),
		(Abandoned, 600, 50),
		(NoShow, 600, 100),
		(LostDispute, 30, 200),
		(LostDispute, 600, 600),
	];
	for (outcome, at_risk, taken) in cases {
		run(|| {
			assert_ok!(Reputation::outcome(&JobEnd { at_risk: at_risk * TOKEN, ..end(outcome) }));
			assert_eq!(in_pot(), taken * TOKEN, "{outcome:?} {at_risk}");
			let slash = slash(0);
			assert_eq!(slash.amount, taken * TOKEN);
			assert!(slash.compensation <= at_risk * TOKEN / 10);
			assert!(slash.compensation <= slash.amount / 2);
		});
	}
}

#[test]
fn boundary_never_more_than_the_stake() {
	run(|| {
		change_node(0, |node| node.stake = 30 * TOKEN);
		assert_ok!(Reputation::outcome(&JobEnd {
			at_risk: 800 * TOKEN,
			..end(JobOutcome::LostDispute)
		}));
		assert_eq!(registered().stake, 0);
		assert_eq!((slash(0).amount, slash(0).compensation), (30 * TOKEN, 15 * TOKEN));
		// Nothing left to take: the violation counts all the same.
		let count = known().window.violations.current;
		report(JobOutcome::NoShow);
		assert_eq!(NextSlashId::<Test>::get(), 1);
		assert_eq!(known().window.violations.current, count + 2);
	});
}

#[test]
fn an_owner_that_is_his_own_requester_is_not_compensated() {
	run(|| {
		assert_ok!(Reputation::outcome(&JobEnd { payer: OWNER, ..end(JobOutcome::NoShow) }));
		assert_eq!(slash(0).compensation, 0);
	});
}

#[test]
fn stake_that_cannot_be_held_is_final_and_the_books_stay_right() {
	run(|| {
		// No room for another unit in the pallet's account.
		let pot = Reputation::pot();
		let issuance = Balances::total_issuance();
		assert_ok!(Balances::write_balance(&pot, Balance::MAX));
		report(JobOutcome::NoShow);
		assert_eq!(free(TREASURY), START_BALANCE + SLASH);
		assert_eq!(Slashes::<Test>::iter().count(), 0);
		assert!(matches!(
			events()[0],
			Event::SlashNotHeld { owner: OWNER, job: 7, amount: SLASH, .. }
		));
		assert_eq!(known().window.violations.current, 2);
		assert_ok!(Balances::write_balance(&pot, ED));
		Balances::set_total_issuance(issuance);
	});
}

#[test]
fn the_first_slash_brings_a_missing_account_to_life() {
	run(|| {
		let pot = Reputation::pot();
		assert_ok!(<Balances as Mutate<_>>::burn_from(
			&pot,
			ED,
			frame_support::traits::tokens::Preservation::Expendable,
			frame_support::traits::tokens::Precision::Exact,
			frame_support::traits::tokens::Fortitude::Force,
		));
		assert_ok!(Reputation::do_try_state());
		// Too little to exist: it goes to the fee account.
		assert_ok!(Reputation::outcome(&JobEnd { at_risk: ED - 1, ..end(JobOutcome::NoShow) }));
		assert_eq!((free(pot), free(TREASURY)), (0, START_BALANCE + ED - 1));
		// The account keeps its existential deposit, the rest is held.
		report(JobOutcome::NoShow);
		assert_eq!(free(pot), SLASH);
		assert_eq!(slash(0).amount, SLASH - ED);
		assert_ok!(Reputation::do_try_state());
		wait(DAY);
		assert_ok!(Reputation::release_slash(signed(STRANGER), 0));
		assert_eq!(free(pot), ED);
		assert_ok!(Balances::mint_into(&STRANGER, ED));
	});
}

#[test]
fn boundary_reports_refuse_where_no_payment_can_be_made() {
	run(|| {
		nested(TRANSACTIONAL_LIMIT, &mut || {
			assert_noop!(
				Reputation::outcome(&end(JobOutcome::NoShow)),
				TransactionalError::LimitReached
			);
		});
		assert!(!Reputations::<Test>::contains_key(node(0)));
		nested(TRANSACTIONAL_LIMIT, &mut || {
			// Reports without a slash need no layer.
			assert_ok!(Reputation::outcome(&end(JobOutcome::OnTime)));
			assert_ok!(Reputation::rating(&end(JobOutcome::OnTime), 5));
		});
		nested(TRANSACTIONAL_LIMIT - 1, &mut || report(JobOutcome::NoShow));
		assert_eq!(in_pot(), SLASH);
	});
}

#[test]
fn unknown_nodes_lose_nothing() {
	run(|| {
		let end = JobEnd { node: Default::default(), ..end(JobOutcome::NoShow) };
		assert_ok!(Reputation::outcome(&end));
		assert_eq!(in_pot(), 0);
		assert_storage_noop!(assert_ok!(Reputation::outcome(&JobEnd {
			outcome: JobOutcome::Undecided,
			..end.clone()
		})));
	});
}
