use super::*;

fn expire(job_id: u64) -> Result<(), DispatchError> {
	Market::expire_job(signed(STRANGER), job_id)
}

#[test]
fn success_pending_job_expires() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		go_to(1_109);
		assert_noop!(expire(job_id), E::TooEarly);
		go_to(1_110);
		take_events();
		assert_ok!(expire(job_id));
		assert_eq!(status(job_id), JobStatus::Expired);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit);
		assert_eq!(take_events(), [Event::JobExpired { job_id, refund: ESCROW }]);
	});
}

#[test]
fn success_no_show_reopens_the_job() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 1, PRICE));
		assign_new(job_id);
		go_to(1_019);
		assert_noop!(expire(job_id), E::TooEarly);
		go_to(1_025);
		take_events();
		assert_ok!(expire(job_id));
		let job = job(job_id);
		assert_eq!((job.status, job.bid_end, job.deadline), (JobStatus::Pending, 1_025, 1_125));
		assert_eq!(
			take_events(),
			[Event::JobReopened {
				job_id,
				node: did(0).hash(),
				outcome: JobOutcome::NoShow,
				attempts: 1,
				deadline: 1_125
			}]
		);
		assert_eq!(Outcomes::get()[0].3, JobOutcome::NoShow);
		assert_eq!((node(0).busy, node(0).exposure), (0, 0));
	});
}

#[test]
fn success_no_show_without_other_bids_fails_the_job() {
	run(|| {
		let job_id = assigned();
		go_to(1_020);
		assert_ok!(expire(job_id));
		assert_eq!(status(job_id), JobStatus::Failed);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit);
	});
}

#[test]
fn success_without_result_fails_the_job() {
	run(|| {
		let job_id = processing();
		go_to(1_029);
		assert_noop!(expire(job_id), E::TooEarly);
		go_to(1_030);
		take_events();
		assert_ok!(expire(job_id));
		assert_eq!(
			take_events(),
			[Event::JobFailed {
				job_id,
				node: did(0).hash(),
				outcome: JobOutcome::TimedOut,
				refund: ESCROW
			}]
		);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit);
		assert_eq!((node(0).busy, node(0).exposure, node(0).settled), (0, 0, 0));
	});
}

#[test]
fn fails_for_delivered_and_unknown_jobs() {
	run(|| {
		assert_noop!(expire(0), E::JobNotFound);
		let job_id = completed();
		go_to(20_000);
		assert_noop!(expire(job_id), E::InvalidState);
		assert_noop!(Market::expire_job(RuntimeOrigin::none(), job_id), DispatchError::BadOrigin);
	});
}
