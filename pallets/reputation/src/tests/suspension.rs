//! Suspension by reports.

use crate::{mock::*, Event, Suspension, SuspensionCause, Suspensions};
use ai_compute_primitives::{JobOutcome, JobReport};
use frame_support::assert_ok;

fn suspension() -> Option<Suspension<u32>> {
	Suspensions::<Test>::get(node(0))
}

#[test]
fn boundary_reaching_the_limit_of_the_window_suspends_at_once() {
	run(|| {
		prove(100);
		for _ in 0..4 {
			no_show();
		}
		report(JobOutcome::Abandoned);
		assert_eq!(known().window.violations.current, 9);
		assert!(!registered().suspended);
		System::reset_events();
		report(JobOutcome::Late);
		assert!(registered().suspended);
		let bucket = known().window.bucket;
		let expected = Suspension {
			cause: SuspensionCause::Violations { points: 10, bucket },
			since: 1_000,
			until: 1_000 + DAY,
		};
		assert_eq!(suspension(), Some(expected));
		assert_eq!(
			events().last(),
			Some(&Event::NodeSuspended { node: node(0), suspension: expected })
		);
	});
}

#[test]
fn violations_out_of_the_window_do_not_count() {
	run(|| {
		prove(100);
		for _ in 0..4 {
			no_show();
		}
		wait(2 * DAY);
		for _ in 0..4 {
			no_show();
		}
		assert!(!registered().suspended);
		no_show();
		assert!(registered().suspended);
	});
}

#[test]
fn the_end_of_a_bucket_is_no_way_around_the_limit() {
	run(|| {
		prove(100);
		wait(DAY - 1);
		for _ in 0..4 {
			no_show();
		}
		wait(1);
		assert!(!registered().suspended);
		no_show();
		assert!(registered().suspended);
	});
}

#[test]
fn boundary_a_score_below_the_threshold_suspends() {
	run(|| {
		set(|p| p.violation_limit = 1_000);
		while score() >= 2_000 {
			assert!(!registered().suspended);
			report(JobOutcome::TimedOut);
		}
		assert!(registered().suspended);
		assert_eq!(suspension().unwrap().cause, SuspensionCause::Score);
	});
}

#[test]
fn good_reports_never_suspend() {
	run(|| {
		set(|p| p.violation_limit = 1_000);
		while score() >= 1_500 {
			report(JobOutcome::LostDispute);
		}
		assert!(registered().suspended);
		assert_ok!(Reputation::reinstate_node(RuntimeOrigin::root(), did(0)));
		assert!(score() < 2_000);
		// Let back below the threshold, it can work its way up.
		report(JobOutcome::OnTime);
		assert_ok!(Reputation::rating(&end(JobOutcome::OnTime), 5));
		assert!(score() < 2_000);
		assert!(!registered().suspended);
		report(JobOutcome::Returned);
		assert!(registered().suspended);
	});
}

#[test]
fn further_faults_prolong_a_suspension() {
	run(|| {
		prove(100);
		for _ in 0..5 {
			no_show();
		}
		wait(100);
		no_show();
		let now = suspension().unwrap();
		assert_eq!((now.since, now.until), (1_100, 1_100 + DAY));
		assert!(matches!(now.cause, SuspensionCause::Violations { points: 12, .. }));
	});
}

#[test]
fn a_report_does_not_replace_what_governance_imposed() {
	run(|| {
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		let before = suspension();
		for _ in 0..6 {
			no_show();
		}
		assert_eq!(suspension(), before);
		assert!(registered().suspended);
	});
}

#[test]
fn suspension_survives_leaving() {
	run(|| {
		for _ in 0..5 {
			no_show();
		}
		change_node(0, |node| node.registered = false);
		assert!(suspension().is_some());
		change_node(0, |node| node.registered = true);
		assert!(registered().suspended && suspension().is_some());
	});
}
