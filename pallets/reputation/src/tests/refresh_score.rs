//! `refresh_score`.

use crate::{mock::*, Error, Event, Reputations};
use ai_compute_primitives::{DidError, JobOutcome};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn refresh() -> sp_runtime::DispatchResult {
	Reputation::refresh_score(signed(STRANGER), did(0))
}

#[test]
fn success_an_idle_node_moves_towards_the_initial_score() {
	run(|| {
		prove(40);
		let proven = score();
		wait(HALF_LIFE);
		assert_eq!(score(), proven);
		assert_ok!(refresh());
		assert!((5_001..proven).contains(&score()));
	});
	run(|| {
		report(JobOutcome::LostDispute);
		let bad = score();
		wait(HALF_LIFE);
		assert_ok!(refresh());
		assert!((bad + 1..5_000).contains(&score()));
	});
}

#[test]
fn success_a_faded_record_is_removed() {
	run(|| {
		report(JobOutcome::NoShow);
		for _ in 0..20 {
			wait(HALF_LIFE);
		}
		System::reset_events();
		assert_ok!(refresh());
		assert!(!Reputations::<Test>::contains_key(node(0)));
		assert_eq!(score(), 5_000);
		assert_eq!(events(), vec![Event::ReputationForgotten { node: node(0) }]);
		assert_noop!(refresh(), Error::<Test>::NothingRecorded);
	});
}

#[test]
fn a_suspended_node_is_not_forgotten() {
	run(|| {
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		report(JobOutcome::NoShow);
		wait(20 * HALF_LIFE);
		assert_ok!(refresh());
		assert!(Reputations::<Test>::contains_key(node(0)));
		assert!(registered().suspended);
	});
}

#[test]
fn fails_where_nothing_changes() {
	run(|| {
		assert_noop!(refresh(), Error::<Test>::NothingRecorded);
		prove(10);
		assert_noop!(refresh(), Error::<Test>::ScoreUnchanged);
		wait(1);
		assert_noop!(refresh(), Error::<Test>::ScoreUnchanged);
		assert_noop!(
			Reputation::refresh_score(signed(STRANGER), b"node".to_vec()),
			Error::<Test>::InvalidDid(DidError::Malformed)
		);
		assert_noop!(
			Reputation::refresh_score(RuntimeOrigin::none(), did(0)),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn refreshing_often_loses_nothing_against_refreshing_once() {
	let end = |steps: u32| {
		let mut result = 0;
		run(|| {
			prove(40);
			for _ in 0..steps {
				wait(HALF_LIFE / steps);
				let _ = refresh();
			}
			result = score();
		});
		result
	};
	assert!(end(1).abs_diff(end(1_000)) <= 1, "{} {}", end(1), end(1_000));
}
