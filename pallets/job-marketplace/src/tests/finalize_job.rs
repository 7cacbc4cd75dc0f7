use super::*;

#[test]
fn success_pays_like_acceptance() {
	run(|| {
		let job_id = completed();
		go_to(1_100);
		take_events();
		assert_ok!(Market::finalize_job(signed(STRANGER), job_id));
		assert_eq!(status(job_id), JobStatus::Settled);
		assert_eq!(free(&owner(0)), ENDOWMENT + 500 * PRICE * 95 / 100);
		assert!(matches!(take_events()[..], [Event::JobSettled { .. }]));
		// The requester may still rate.
		assert_ok!(Market::accept_result(signed(ALICE), job_id, Some(2)));
	});
}

#[test]
fn boundary_escrow_period() {
	run(|| {
		let job_id = completed();
		go_to(1_099);
		assert_noop!(Market::finalize_job(signed(owner(0)), job_id), E::TooEarly);
		go_to(1_100);
		assert_ok!(Market::finalize_job(signed(owner(0)), job_id));
		assert_noop!(Market::finalize_job(signed(owner(0)), job_id), E::InvalidState);
	});
}

#[test]
fn the_escrow_period_is_the_one_of_submission() {
	run(|| {
		let job_id = processing();
		let mut parameters = Parameters::<Test>::get();
		parameters.escrow = 5_000;
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		deliver(job_id, 1);
		go_to(1_100);
		assert_ok!(Market::finalize_job(signed(STRANGER), job_id));
	});
}

#[test]
fn fails_for_unknown_jobs() {
	run(|| {
		assert_noop!(Market::finalize_job(signed(ALICE), 0), E::JobNotFound);
		assert_noop!(Market::finalize_job(RuntimeOrigin::root(), 0), DispatchError::BadOrigin);
	});
}
