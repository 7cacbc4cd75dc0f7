use super::*;
use crate::parameters::ParametersOf;

fn defaults() -> ParametersOf<Test> {
	Parameters::<Test>::get()
}

#[test]
fn success_stores_and_tells() {
	run(|| {
		let parameters = ParametersOf::<Test> { bidding: 50, escrow: 200, ..defaults() };
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		assert_eq!(Parameters::<Test>::get(), parameters);
		assert_eq!(take_events(), [Event::ParametersSet { parameters }]);
		let job = job(submit());
		assert_eq!((job.bid_end, job.deadline, job.escrow_period), (1_050, 1_150, 200));
	});
}

#[test]
fn success_does_not_move_deadlines_that_are_set() {
	run(|| {
		let job_id = assigned();
		let before = job(job_id);
		let parameters = ParametersOf::<Test> { start: 600, matching: 50, ..defaults() };
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		assert_eq!(job(job_id), before);
	});
}

#[test]
fn defaults_are_those_of_the_protocol() {
	run(|| {
		let p = defaults();
		assert_eq!((p.bidding, p.matching, p.start, p.result), (10, 100, 20, 600));
		assert_eq!((p.late_grace, p.escrow, p.rating), (20, 100, 14_400));
		assert_eq!((p.retention, p.max_lifetime, p.max_attempts), (14_400, 28_800, 3));
		assert_eq!((p.response, p.arbitration), (2_400, 43_200));
		assert_eq!(p.late_penalty, Percent::from_percent(10));
		assert_eq!(p.weights, ScoreWeights { price: 50, latency: 20, reputation: 30 });
	});
}

#[test]
fn success_periods_of_disputes_act_on_the_next_step() {
	run(|| {
		let parameters = ParametersOf::<Test> { response: 600, arbitration: 7_200, ..defaults() };
		let (old, new) = (disputed(DisputeReason::Other), completed());
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		assert_eq!(job(old).deadline, 3_400);
		assert_ok!(Market::dispute_job(signed(ALICE), new, DisputeReason::Other, EVIDENCE));
		assert_eq!(job(new).deadline, 1_600);
		assert_ok!(Market::answer_dispute(signed(owner(0)), new, DisputeAnswer::Evidence([8; 32])));
		assert_eq!(job(new).deadline, 8_200);
	});
}

#[test]
fn fails_out_of_bounds() {
	run(|| {
		let refused = |parameters: ParametersOf<Test>, error| {
			assert_noop!(
				Market::set_parameters(RuntimeOrigin::root(), parameters),
				E::InvalidParameters(error)
			);
		};
		refused(ParametersOf::<Test> { escrow: 99, ..defaults() }, ParameterError::Escrow);
		refused(
			ParametersOf::<Test> { max_lifetime: 14_789, ..defaults() },
			ParameterError::Lifetime,
		);
		refused(
			ParametersOf::<Test> { late_penalty: Percent::from_percent(51), ..defaults() },
			ParameterError::LatePenalty,
		);
		refused(ParametersOf::<Test> { response: 599, ..defaults() }, ParameterError::Response);
		refused(
			ParametersOf::<Test> { arbitration: 7_199, ..defaults() },
			ParameterError::Arbitration,
		);
	});
}

#[test]
fn fails_without_governance() {
	run(|| {
		assert_noop!(Market::set_parameters(signed(ALICE), defaults()), DispatchError::BadOrigin);
	});
}
