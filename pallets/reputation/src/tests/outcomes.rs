//! `JobReport::outcome`: score and violations.

use crate::{mock::*, scoring::UNIT, Event, Parameters, Reputations};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::assert_ok;

#[test]
fn success_paid_work_raises_the_score_by_the_fee() {
	run(|| {
		assert_ok!(Reputation::outcome(&end(JobOutcome::OnTime)));
		assert_eq!(known().evidence.good, UNIT / 2);
		assert_eq!((score(), known().score), (5_209, 5_209));
		let end = JobEnd { fee_paid: 9 * TOKEN, ..end_of(1, JobOutcome::OnTime) };
		assert_ok!(Reputation::outcome(&end));
		assert_eq!(Reputations::<Test>::get(node(1)).unwrap().evidence.good, UNIT * 9 / 10);
		assert!(events().is_empty());
	});
}

#[test]
fn success_late_work_counts_less_and_is_a_violation() {
	run(|| {
		report(JobOutcome::Late);
		assert_eq!(known().evidence.good, UNIT / 4);
		assert_eq!(known().evidence.bad, 0);
		assert!((5_001..5_209).contains(&score()));
		assert!(matches!(
			events()[..],
			[
				Event::ViolationRecorded {
					job: 7,
					outcome: JobOutcome::Late,
					points: 1,
					in_window: 1,
					..
				},
				Event::SlashHeld { .. }
			]
		));
	});
}

#[test]
fn success_faults_lower_the_score_by_their_gravity() {
	let after = |outcome| {
		let mut result = 0;
		run(|| {
			report(outcome);
			result = score();
		});
		result
	};
	use JobOutcome::*;
	let scores = [OnTime, Returned, Abandoned, NoShow, TimedOut, LostDispute].map(after);
	assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
	assert!(scores[1] < 5_000);
	assert_eq!(after(TimedOut), after(Unanswered));
}

#[test]
fn success_a_returned_job_costs_neither_stake_nor_points() {
	run(|| {
		report(JobOutcome::Returned);
		assert!((4_850..5_000).contains(&score()));
		assert_eq!(registered().stake, 2 * STAKE);
		assert!(events().is_empty());
	});
}

#[test]
fn success_undecided_and_unpaid_jobs_change_nothing() {
	run(|| {
		report(JobOutcome::Undecided);
		assert_ok!(Reputation::outcome(&JobEnd { fee_paid: 0, ..end(JobOutcome::OnTime) }));
		assert!(!Reputations::<Test>::contains_key(node(0)));
		assert_eq!(score(), 5_000);
		assert!(events().is_empty());
	});
}

#[test]
fn boundary_tiny_faults_count_something_and_huge_ones_are_capped() {
	run(|| {
		assert_ok!(Reputation::outcome(&JobEnd { at_risk: 1, ..end(JobOutcome::NoShow) }));
		assert_eq!(known().evidence.bad, UNIT * 15 / 100);
		assert_ok!(Reputation::outcome(&JobEnd {
			at_risk: Balance::MAX,
			..end_of(1, JobOutcome::NoShow)
		}));
		let bad = Reputations::<Test>::get(node(1)).unwrap().evidence.bad;
		assert!(bad <= UNIT * 3 / 2 && bad > UNIT * 149 / 100);
	});
}

#[test]
fn boundary_a_window_gives_only_so_much_good_evidence() {
	run(|| {
		let huge = JobEnd { fee_paid: Balance::MAX, ..end(JobOutcome::OnTime) };
		for _ in 0..30 {
			assert_ok!(Reputation::outcome(&huge));
		}
		assert_eq!(known().evidence.good, 20 * UNIT);
		let full = score();
		assert_eq!(Reputation::score_of(did(0)).unwrap().room, 0);
		// Half a window later half of it counts no longer; of the evidence nearly all does.
		wait(DAY + DAY / 2);
		assert_ok!(Reputation::outcome(&huge));
		assert!(score() > full - 300);
		assert_eq!(known().window.gained.current, UNIT);
		assert_eq!(Reputation::score_of(did(0)).unwrap().room, 9 * UNIT);
	});
}

#[test]
fn evidence_fades_with_the_clock() {
	run(|| {
		prove(40);
		let good = known().evidence.good;
		wait(HALF_LIFE);
		report(JobOutcome::Returned);
		let faded = known().evidence.good;
		assert!(faded.abs_diff(good / 2) <= 1, "{faded} {good}");
		assert_eq!(known().updated, Now::get());
	});
}

#[test]
fn standing_belongs_to_the_did() {
	run(|| {
		report(JobOutcome::NoShow);
		let before = known();
		// The node leaves and comes back under another owner: the record is the same.
		change_node(0, |node| node.registered = false);
		assert_eq!(known(), before);
		change_node(0, |node| {
			node.registered = true;
			node.owner = STRANGER;
		});
		assert_ok!(Reputation::outcome(&JobEnd { owner: STRANGER, ..end(JobOutcome::NoShow) }));
		assert_eq!(known().window.violations.current, 4);
		assert!(known().evidence.bad > before.evidence.bad);
		// Other nodes are not touched.
		assert!(!Reputations::<Test>::contains_key(node(1)));
	});
}

#[test]
fn a_kind_without_consequences_can_be_configured() {
	run(|| {
		set(|p| p.late = crate::Fault { slash: 0, severity: 0, points: 0 });
		System::reset_events();
		report(JobOutcome::Late);
		assert!(events().is_empty());
		assert_eq!(registered().stake, 2 * STAKE);
		assert!(score() > 5_000);
		assert_eq!(Parameters::<Test>::get().late.points, 0);
	});
}
