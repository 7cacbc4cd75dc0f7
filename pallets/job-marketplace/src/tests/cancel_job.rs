use super::*;

#[test]
fn success_returns_the_escrow_and_keeps_the_deposit() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		take_events();
		assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		let job = job(job_id);
		assert_eq!((job.status, job.ended_at), (JobStatus::Cancelled, Some(1_000)));
		assert_eq!(free(&ALICE), ENDOWMENT - job.deposit);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		assert!(!BidBooks::<Test>::contains_key(job_id));
		assert_eq!(take_events(), [Event::JobCancelled { job_id, refund: ESCROW }]);
	});
}

#[test]
fn boundary_deadline() {
	run(|| {
		let (first, second) = (submit(), submit());
		go_to(1_109);
		assert_ok!(Market::cancel_job(signed(ALICE), first));
		go_to(1_110);
		assert_noop!(Market::cancel_job(signed(ALICE), second), E::TooLate);
	});
}

#[test]
fn fails_once_assigned() {
	run(|| {
		for job_id in [assigned(), processing()] {
			assert_noop!(Market::cancel_job(signed(ALICE), job_id), E::InvalidState);
		}
	});
}

#[test]
fn fails_for_anyone_but_the_requester() {
	run(|| {
		assert_noop!(Market::cancel_job(signed(ALICE), 0), E::JobNotFound);
		let job_id = submit();
		assert_noop!(Market::cancel_job(signed(STRANGER), job_id), E::NotAuthorized);
	});
}
