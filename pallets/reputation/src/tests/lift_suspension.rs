//! `lift_suspension`.

use crate::{mock::*, Error, Event, LiftObstacle, LiftReason, Suspensions};
use ai_compute_primitives::DidError;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn lift() -> sp_runtime::DispatchResult {
	Reputation::lift_suspension(signed(STRANGER), did(0))
}

fn obstacle() -> LiftObstacle<u32> {
	Reputation::suspension_of(did(0)).unwrap().obstacle
}

/// Suspends node 0 for its violations.
fn suspended() {
	for _ in 0..5 {
		no_show();
	}
	assert!(registered().suspended);
	System::reset_events();
}

#[test]
fn boundary_success_after_the_cooling_period() {
	run(|| {
		suspended();
		wait(DAY - 1);
		assert_eq!(obstacle(), LiftObstacle::Cooling(1_000 + DAY));
		assert_noop!(lift(), Error::<Test>::TooEarly);
		wait(1);
		assert_eq!(obstacle(), LiftObstacle::None);
		let before = score();
		assert_ok!(lift());
		assert!(!registered().suspended);
		assert!(!Suspensions::<Test>::contains_key(node(0)));
		assert_eq!(
			events(),
			vec![Event::SuspensionLifted { node: node(0), reason: LiftReason::Cooled }]
		);
		assert_eq!(score(), before);
		assert_noop!(lift(), Error::<Test>::NotSuspended);
	});
}

#[test]
fn violations_are_forgotten() {
	run(|| {
		suspended();
		wait(DAY);
		assert_ok!(lift());
		// It takes as many as before.
		for n in 1..=5 {
			// A score below the threshold would suspend, too.
			prove(20);
			no_show();
			assert_eq!(registered().suspended, n == 5, "{n}");
		}
	});
}

#[test]
fn an_appeal_after_lifting_does_not_forgive_twice() {
	run(|| {
		suspended();
		let slash_id = appealed();
		wait(DAY);
		assert_ok!(lift());
		no_show();
		let count = known().window.violations;
		assert_ok!(Reputation::resolve_appeal(signed(ARBITER), slash_id, crate::Ruling::Overturn));
		assert_eq!(known().window.violations, count);
	});
}

#[test]
fn boundary_needs_the_minimum_stake() {
	run(|| {
		suspended();
		wait(DAY);
		change_node(0, |node| node.stake = STAKE - 1);
		assert_eq!(obstacle(), LiftObstacle::InsufficientStake);
		assert_noop!(lift(), Error::<Test>::InsufficientStake);
		change_node(0, |node| node.registered = false);
		assert_eq!(obstacle(), LiftObstacle::NodeNotFound);
		assert_noop!(lift(), Error::<Test>::NodeNotFound);
		change_node(0, |node| {
			node.registered = true;
			node.stake = STAKE;
		});
		assert_ok!(lift());
	});
}

#[test]
fn fails_where_governance_imposed_it() {
	run(|| {
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		wait(10 * DAY);
		assert_eq!(obstacle(), LiftObstacle::Governance);
		assert_noop!(lift(), Error::<Test>::NotAuthorized);
	});
}

#[test]
fn fails_for_sound_nodes_bad_names_and_unsigned_origins() {
	run(|| {
		assert_noop!(lift(), Error::<Test>::NotSuspended);
		assert_noop!(
			Reputation::lift_suspension(signed(STRANGER), b"node".to_vec()),
			Error::<Test>::InvalidDid(DidError::Malformed)
		);
		assert_noop!(
			Reputation::lift_suspension(signed(STRANGER), vec![b'a'; 129]),
			Error::<Test>::InvalidDid(DidError::TooLong)
		);
		assert_noop!(
			Reputation::lift_suspension(RuntimeOrigin::none(), did(0)),
			DispatchError::BadOrigin
		);
	});
}
