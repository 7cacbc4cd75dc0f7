//! `resolve_appeal`.

use crate::{mock::*, Error, Event, ReleaseReason, Reputations, Ruling, Slashes, SuspensionCause};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use sp_runtime::DispatchError;

fn resolve(slash_id: u64, ruling: Ruling) {
	assert_ok!(Reputation::resolve_appeal(signed(ARBITER), slash_id, ruling));
}

#[test]
fn success_upheld_pays_out_and_forfeits_the_bond() {
	run(|| {
		let slash_id = appealed();
		System::reset_events();
		resolve(slash_id, Ruling::Uphold);
		assert_eq!((bond_of(OWNER), free(OWNER)), (0, START_BALANCE - 10 * TOKEN));
		assert_eq!(free(REQUESTER), START_BALANCE + 20 * TOKEN);
		assert_eq!(free(TREASURY), START_BALANCE + 90 * TOKEN);
		assert_eq!(in_pot(), 0);
		assert!(!Slashes::<Test>::contains_key(slash_id));
		assert_eq!(
			events()[0],
			Event::AppealBondForfeited { slash_id, owner: OWNER, amount: 10 * TOKEN }
		);
		assert!(matches!(events()[1], Event::SlashReleased { reason: ReleaseReason::Upheld, .. }));
		assert_eq!(known().window.violations.current, 2);
	});
}

#[test]
fn success_overturned_pays_back_and_undoes_everything() {
	run(|| {
		prove(3);
		let before = known();
		let slash_id = appealed();
		assert!(score() < before.score);
		System::reset_events();
		resolve(slash_id, Ruling::Overturn);
		assert_eq!((bond_of(OWNER), free(OWNER)), (0, START_BALANCE + SLASH));
		assert_eq!((in_pot(), free(TREASURY), free(REQUESTER)), (0, START_BALANCE, START_BALANCE));
		assert!(!Slashes::<Test>::contains_key(slash_id));
		assert_eq!(known(), before);
		assert_eq!(score(), before.score);
		assert_eq!(
			events(),
			vec![
				Event::AppealBondReturned { slash_id, owner: OWNER, amount: 10 * TOKEN },
				Event::SlashReturned { slash_id, node: node(0), owner: OWNER, amount: SLASH },
			]
		);
	});
}

#[test]
fn overturning_takes_back_what_is_left_of_the_evidence() {
	run(|| {
		let slash_id = no_show();
		wait(DAY / 2);
		report(JobOutcome::Abandoned);
		let other = known().evidence.bad;
		assert_ok!(Reputation::appeal_slash(signed(OWNER), slash_id));
		wait(DAY);
		resolve(slash_id, Ruling::Overturn);
		// What remains is the faded evidence of the second fault alone.
		let remaining = known().evidence.bad;
		assert!(remaining > 0 && remaining < other);
		let alone = crate::scoring::decay(slash(1).evidence, DAY.into(), HALF_LIFE.into());
		assert!(remaining.abs_diff(alone) <= 3, "{remaining} {alone}");
	});
}

#[test]
fn overturning_undoes_the_violation_only_while_it_counts() {
	run(|| {
		let slash_id = appealed();
		wait(DAY);
		report(JobOutcome::NoShow);
		resolve(slash_id, Ruling::Overturn);
		assert_eq!(known().window.violations.previous, 0);
		assert_eq!(known().window.violations.current, 2);

		let slash_id = appealed();
		wait(3 * DAY - 10);
		report(JobOutcome::NoShow);
		resolve(slash_id, Ruling::Overturn);
		assert_eq!(Reputation::score_of(did(0)).unwrap().violations, 2);
	});
}

#[test]
fn overturning_lifts_a_suspension_that_it_had_caused() {
	run(|| {
		prove(60);
		let first = appealed();
		for _ in 0..4 {
			no_show();
		}
		assert!(registered().suspended);
		System::reset_events();
		resolve(first, Ruling::Overturn);
		assert!(!registered().suspended);
		assert!(matches!(
			events()[1],
			Event::SuspensionLifted { reason: crate::LiftReason::Overturned, .. }
		));
		// The others still count: the next fault suspends again.
		no_show();
		assert!(registered().suspended);
	});
}

#[test]
fn overturning_lifts_nothing_that_would_have_come_anyway() {
	run(|| {
		prove(60);
		let first = appealed();
		for _ in 0..5 {
			no_show();
		}
		resolve(first, Ruling::Overturn);
		assert!(registered().suspended);
		// One more appeal that succeeds is one violation too few.
		assert_ok!(Reputation::appeal_slash(signed(OWNER), first + 1));
		resolve(first + 1, Ruling::Overturn);
		assert!(!registered().suspended);
	});
	// An old violation had no part in a new suspension.
	run(|| {
		prove(60);
		let old = appealed();
		wait(2 * DAY);
		for _ in 0..5 {
			no_show();
		}
		resolve(old, Ruling::Overturn);
		assert!(registered().suspended);
	});
	// What governance imposed is not touched.
	run(|| {
		let slash_id = appealed();
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		resolve(slash_id, Ruling::Overturn);
		assert!(registered().suspended);
	});
}

#[test]
fn overturning_lifts_a_suspension_by_score() {
	run(|| {
		set(|p| p.violation_limit = 1_000);
		let mut last = 0;
		while !registered().suspended {
			report(JobOutcome::LostDispute);
			last = crate::NextSlashId::<Test>::get() - 1;
		}
		let suspension = Reputation::suspension_of(did(0)).unwrap().suspension;
		assert_eq!(suspension.cause, SuspensionCause::Score);
		assert_ok!(Reputation::appeal_slash(signed(OWNER), last));
		resolve(last, Ruling::Overturn);
		assert!(score() >= 2_000);
		assert!(!registered().suspended);
	});
}

#[test]
fn a_forgotten_record_is_not_brought_back() {
	run(|| {
		let slash_id = appealed();
		Reputations::<Test>::remove(node(0));
		change_node(0, |node| node.score = 5_000);
		resolve(slash_id, Ruling::Overturn);
		assert!(!Reputations::<Test>::contains_key(node(0)));
		assert_eq!(free(OWNER), START_BALANCE + SLASH);
	});
}

#[test]
fn an_owner_that_the_slash_left_with_nothing_gets_its_money_back() {
	run(|| {
		assert_ok!(Reputation::outcome(&JobEnd { at_risk: 1, ..end(JobOutcome::NoShow) }));
		// All but the bond is gone: the account exists by its hold alone.
		Balances::set_balance(&OWNER, 10 * TOKEN + ED);
		assert_ok!(Reputation::appeal_slash(signed(OWNER), 0));
		Balances::set_balance(&OWNER, ED);
		resolve(0, Ruling::Overturn);
		assert_eq!(free(OWNER), 10 * TOKEN + ED + 1);
		Balances::set_balance(&OWNER, START_BALANCE + 1);
	});
}

#[test]
fn boundary_the_arbiter_decides_before_the_deadline() {
	run(|| {
		let (first, second) = (appealed(), appealed());
		wait(ARBITRATION - 1);
		resolve(first, Ruling::Overturn);
		wait(1);
		for ruling in [Ruling::Uphold, Ruling::Overturn] {
			assert_noop!(
				Reputation::resolve_appeal(signed(ARBITER), second, ruling),
				Error::<Test>::TooLate
			);
		}
	});
}

#[test]
fn fails_for_others_and_without_an_appeal() {
	run(|| {
		let slash_id = no_show();
		assert_noop!(
			Reputation::resolve_appeal(signed(ARBITER), slash_id, Ruling::Overturn),
			Error::<Test>::InvalidState
		);
		assert_ok!(Reputation::appeal_slash(signed(OWNER), slash_id));
		for who in [OWNER, REQUESTER, STRANGER] {
			assert_noop!(
				Reputation::resolve_appeal(signed(who), slash_id, Ruling::Overturn),
				DispatchError::BadOrigin
			);
		}
		assert_noop!(
			Reputation::resolve_appeal(signed(ARBITER), 9, Ruling::Uphold),
			Error::<Test>::SlashNotFound
		);
	});
}
