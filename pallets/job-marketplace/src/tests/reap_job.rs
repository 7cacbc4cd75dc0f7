use super::*;

fn reap(job_id: u64) -> Result<(), DispatchError> {
	Market::reap_job(signed(STRANGER), job_id)
}

#[test]
fn success_removes_everything_and_returns_the_deposit() {
	run(|| {
		let job_id = processing();
		assert_ok!(Market::complete_job(
			signed(owner(0)),
			job_id,
			result_hash(),
			0,
			Some(RESULT.to_vec())
		));
		assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
		let deposit = job(job_id).deposit;
		go_to_deadline(job_id);
		take_events();
		assert_ok!(reap(job_id));
		assert_eq!((free(&ALICE), free(&STRANGER)), (ENDOWMENT, ENDOWMENT));
		assert!(!Jobs::<Test>::contains_key(job_id));
		assert!(!Prompts::<Test>::contains_key(job_id));
		assert!(!Results::<Test>::contains_key(job_id));
		assert!(!AssignedNodes::<Test>::contains_key(job_id));
		assert_eq!(take_events(), [Event::JobReaped { job_id, deposit, to: ALICE }]);
		assert_noop!(reap(job_id), E::JobNotFound);
	});
}

#[test]
fn boundary_retention() {
	run(|| {
		let job_id = settled();
		go_to(1_000 + 14_399);
		assert_noop!(reap(job_id), E::TooEarly);
		go_to(1_000 + 14_400);
		assert_ok!(reap(job_id));
	});
}

#[test]
fn boundary_deposit_to_the_caller_after_twice_the_retention() {
	run(|| {
		let (first, second) = (submit(), submit());
		for job_id in [first, second] {
			assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		}
		let deposit = job(first).deposit;
		go_to(1_000 + 28_799);
		assert_ok!(reap(first));
		assert_eq!(free(&STRANGER), ENDOWMENT);
		go_to(1_000 + 28_800);
		assert_ok!(reap(second));
		assert_eq!(free(&STRANGER), ENDOWMENT + deposit);
		assert_eq!(held(HoldReason::StorageDeposit, &ALICE), 0);
	});
}

#[test]
fn the_retention_is_the_one_of_the_end() {
	run(|| {
		let job_id = settled();
		let mut parameters = Parameters::<Test>::get();
		(parameters.retention, parameters.rating) = (600, 600);
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		go_to(2_000);
		assert_noop!(reap(job_id), E::TooEarly);
	});
}

#[test]
fn fails_while_bids_remain() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		go_to_deadline(job_id);
		assert_noop!(reap(job_id), E::BidsRemain);
		assert_ok!(Market::withdraw_bid(signed(STRANGER), job_id, did_bytes(0)));
		assert_ok!(reap(job_id));
	});
}

#[test]
fn fails_for_live_jobs() {
	run(|| {
		assert_noop!(reap(0), E::JobNotFound);
		let job_id = completed();
		go_to(50_000);
		assert_noop!(reap(job_id), E::InvalidState);
		assert_noop!(Market::reap_job(RuntimeOrigin::root(), job_id), DispatchError::BadOrigin);
	});
}
