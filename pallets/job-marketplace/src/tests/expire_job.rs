use super::*;
use sp_runtime::traits::BlockNumberProvider;

fn expire(job_id: u64) -> Result<(), DispatchError> {
	plain(Market::expire_job(signed(STRANGER), job_id))
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
		assert_noop!(
			plain(Market::expire_job(RuntimeOrigin::none(), job_id)),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn success_a_dispute_without_answer_fails_the_job() {
	for reason in [DisputeReason::NotDelivered, DisputeReason::Overcounted] {
		run(|| {
			let job_id = disputed(reason);
			let bond = held(HoldReason::DisputeBond, &ALICE);
			go_to(3_399);
			assert_noop!(expire(job_id), E::TooEarly);
			go_to(3_400);
			take_events();
			assert_ok!(expire(job_id));
			assert_eq!(status(job_id), JobStatus::Failed);
			assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit);
			assert_eq!(free(&owner(0)), ENDOWMENT);
			assert_eq!(Outcomes::get()[0].3, JobOutcome::Unanswered);
			assert_eq!((node(0).busy, node(0).exposure, node(0).settled), (0, 0, 0));
			assert_eq!(
				take_events(),
				[
					Event::DisputeBondPaid { job_id, bond, to: ALICE },
					Event::JobFailed {
						job_id,
						node: did(0).hash(),
						outcome: JobOutcome::Unanswered,
						refund: ESCROW
					}
				]
			);
		});
	}
}

#[test]
fn success_a_silent_arbiter_leaves_half_to_each() {
	run(|| {
		let job_id = answered();
		let bond = held(HoldReason::DisputeBond, &ALICE);
		go_to(44_199);
		assert_noop!(expire(job_id), E::TooEarly);
		go_to(44_200);
		take_events();
		assert_ok!(expire(job_id));
		let half = 500 * PRICE / 2;
		assert_eq!(status(job_id), JobStatus::Settled);
		assert_eq!(free(&owner(0)), ENDOWMENT + half * 95 / 100);
		assert_eq!(free(&TREASURY), ED + half / 20);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - half);
		let at_risk = PRICE * Balance::from(TOKENS);
		assert_eq!(
			Outcomes::get(),
			[(job_id, did(0).hash(), ALICE, JobOutcome::Undecided, at_risk, half / 20)]
		);
		assert_eq!(Uses::get(), [(ALICE, owner(0), 250, half, 0)]);
		assert_eq!((node(0).exposure, node(0).settled), (0, 1));
		assert_eq!(take_events()[0], Event::DisputeBondPaid { job_id, bond, to: ALICE });
		// It can be rated like any settled job.
		assert_ok!(Market::accept_result(signed(ALICE), job_id, Some(2)));
		assert_eq!(Ratings::get(), [(job_id, did(0).hash(), ALICE, 2, half / 20)]);
	});
}

#[test]
fn success_pays_for_the_branch_it_takes() {
	type W = ();
	run(|| {
		let jobs = [submit(), assigned(), disputed(DisputeReason::Other)];
		let expected = [W::expire_job(), W::expire_job(), W::expire_unanswered()];
		let late = answered();
		for (job_id, weight) in jobs.into_iter().zip(expected) {
			go_to(job(job_id).deadline.max(Clock::current_block_number()));
			let info = Market::expire_job(signed(STRANGER), job_id).unwrap();
			assert_eq!(info.actual_weight, Some(weight));
		}
		go_to_deadline(late);
		let info = Market::expire_job(signed(STRANGER), late).unwrap();
		assert_eq!(info.actual_weight, Some(W::expire_undecided()));
		let worst = Call::<Test>::expire_job { job_id: 0 }.get_dispatch_info().call_weight;
		for weight in [W::expire_job(), W::expire_unanswered(), W::expire_undecided()] {
			assert!(weight.all_lte(worst));
		}
	});
}

#[test]
fn fails_as_a_whole_when_the_report_finds_no_storage_layer() {
	run(|| {
		let (undecided, unanswered) = (answered(), disputed(DisputeReason::Other));
		for job_id in [assigned(), processing(), unanswered, undecided] {
			go_to(job(job_id).deadline.max(Clock::current_block_number()));
			ReportFails::set(true);
			assert_noop!(expire(job_id), sp_runtime::TransactionalError::LimitReached);
			ReportFails::set(false);
			assert_ok!(expire(job_id));
		}
	});
}
