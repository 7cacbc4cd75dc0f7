//! `set_parameters`. Bounds are tested in `parameters.rs`.

use crate::{mock::*, Error, Event, ParameterError, Parameters};
use ai_compute_primitives::JobOutcome;
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{DispatchError, Percent};

#[test]
fn parameters_start_as_documented() {
	run(|| {
		let p = Parameters::<Test>::get();
		assert_eq!((p.half_life, p.prior_weight, p.confidence), (432_000, 1_000, 100));
		assert_eq!((p.half_fee, p.half_risk), (TOKEN, 20 * TOKEN));
		assert_eq!((p.gain_limit, p.rating_step, p.returned), (20, 100, 20));
		assert_eq!((p.window, p.violation_limit, p.threshold), (DAY, 10, 2_000));
		assert_eq!((p.cooling, p.appeal, p.arbitration), (DAY, DAY, ARBITRATION));
		assert_eq!((p.appeal_bond, p.compensation), (10 * TOKEN, Percent::from_percent(10)));
		let faults = [p.late, p.abandoned, p.no_show, p.timed_out, p.unanswered, p.lost_dispute];
		assert_eq!(faults.map(|fault| fault.slash), [5, 50, 100, 100, 100, 200]);
		assert_eq!(faults.map(|fault| fault.severity), [0, 100, 150, 200, 200, 400]);
		assert_eq!(faults.map(|fault| fault.points), [1, 1, 2, 2, 2, 4]);
		<Reputation as Hooks<u32>>::integrity_test();
	});
}

#[test]
fn success_governance_replaces_them() {
	run(|| {
		let mut parameters = Parameters::<Test>::get();
		parameters.threshold = 3_000;
		assert_ok!(Reputation::set_parameters(RuntimeOrigin::root(), parameters));
		assert_eq!(Parameters::<Test>::get(), parameters);
		assert_eq!(events(), vec![Event::ParametersSet { parameters }]);
	});
}

#[test]
fn fails_for_others_and_out_of_bounds() {
	run(|| {
		let mut parameters = Parameters::<Test>::get();
		assert_noop!(
			Reputation::set_parameters(signed(OWNER), parameters),
			DispatchError::BadOrigin
		);
		parameters.compensation = Percent::from_percent(11);
		assert_noop!(
			Reputation::set_parameters(RuntimeOrigin::root(), parameters),
			Error::<Test>::InvalidParameters(ParameterError::Compensation)
		);
	});
}

#[test]
fn slashes_and_suspensions_keep_their_terms() {
	run(|| {
		for _ in 0..5 {
			no_show();
		}
		let (before, until) = (slash(0), crate::Suspensions::<Test>::get(node(0)).unwrap().until);
		set(|p| {
			p.appeal = 100_800;
			p.cooling = 432_000;
			p.compensation = Percent::zero();
		});
		assert_eq!(slash(0), before);
		wait(DAY);
		assert_eq!(Now::get(), until);
		assert_ok!(Reputation::release_slash(signed(STRANGER), 0));
		assert_eq!(free(REQUESTER), START_BALANCE + 20 * TOKEN);
		assert_ok!(Reputation::lift_suspension(signed(STRANGER), did(0)));
	});
}

#[test]
fn another_window_length_is_taken_up_without_a_gap() {
	run(|| {
		prove(100);
		report(JobOutcome::NoShow);
		wait(1_000);
		set(|p| p.window = 600);
		report(JobOutcome::NoShow);
		// The first one is in the bucket before, of which a third still counts.
		assert_eq!(Reputation::score_of(did(0)).unwrap().violations, 3);
		set(|p| p.window = 100_800);
		report(JobOutcome::NoShow);
		assert_eq!(Reputation::score_of(did(0)).unwrap().violations, 6);
	});
}
