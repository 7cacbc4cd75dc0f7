//! `suspend_node` and `reinstate_node`.

use crate::{mock::*, Error, Event, LiftReason, Suspension, SuspensionCause, Suspensions};
use ai_compute_primitives::DidError;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn success_governance_suspends_and_reinstates_at_any_time() {
	run(|| {
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		assert!(registered().suspended);
		let suspension =
			Suspension { cause: SuspensionCause::Governance, since: 1_000, until: 1_000 };
		assert_ok!(Reputation::reinstate_node(RuntimeOrigin::root(), did(0)));
		assert!(!registered().suspended);
		assert_eq!(
			events(),
			vec![
				Event::NodeSuspended { node: node(0), suspension },
				Event::SuspensionLifted { node: node(0), reason: LiftReason::Governance },
			]
		);
	});
}

#[test]
fn success_replaces_and_lifts_what_reports_imposed() {
	run(|| {
		for _ in 0..5 {
			no_show();
		}
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		assert_eq!(Suspensions::<Test>::get(node(0)).unwrap().cause, SuspensionCause::Governance);
		assert_ok!(Reputation::reinstate_node(RuntimeOrigin::root(), did(0)));
		assert_eq!(known().window.violations.current, 0);
		for _ in 0..5 {
			prove(20);
			no_show();
		}
		assert!(registered().suspended);
		assert_ok!(Reputation::reinstate_node(RuntimeOrigin::root(), did(0)));
		assert!(!registered().suspended);
	});
}

#[test]
fn fails_for_others_repetitions_and_bad_names() {
	run(|| {
		for call in [Reputation::suspend_node, Reputation::reinstate_node] {
			assert_noop!(call(signed(OWNER), did(0)), DispatchError::BadOrigin);
			assert_noop!(
				call(RuntimeOrigin::root(), b"node".to_vec()),
				Error::<Test>::InvalidDid(DidError::Malformed)
			);
		}
		assert_noop!(
			Reputation::reinstate_node(RuntimeOrigin::root(), did(0)),
			Error::<Test>::NotSuspended
		);
		assert_ok!(Reputation::suspend_node(RuntimeOrigin::root(), did(0)));
		assert_noop!(
			Reputation::suspend_node(RuntimeOrigin::root(), did(0)),
			Error::<Test>::AlreadyExists
		);
	});
}
