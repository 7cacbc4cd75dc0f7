use super::*;
use ai_compute_primitives::{JobInspect, JobTie, JobTies, RoyaltyPayees, TieRefusal, TiedPayment};
use sp_runtime::traits::BlockNumberProvider;

const PAYMENT: Balance = 40 * UNIT;

fn tie_of(job_id: u64) -> Result<JobTie, TieRefusal> {
	Market::tie_of(job_id, &ALICE, &owner(0))
}

fn pay(job_id: u64, attempt: u8) {
	let payment = TiedPayment {
		job: job_id,
		attempt,
		payee: owner(0),
		gross: PAYMENT,
		fee: PAYMENT / 20,
		royalty: PAYMENT / 10,
	};
	assert_ok!(Market::paid(&payment));
}

#[test]
fn a_payment_is_tied_to_a_job_that_a_node_has() {
	run(|| {
		assert_eq!(tie_of(9), Err(TieRefusal::JobNotFound));
		let pending = submit();
		assert_eq!(tie_of(pending), Err(TieRefusal::NotRunning));
		let job_id = assigned();
		let check = || {
			let tie = tie_of(job_id).unwrap();
			assert_eq!((tie.job, tie.attempt), (job_id, 1));
			assert_eq!(tie.royalty_bps, job(job_id).terms.royalty_bps);
			let others = Market::tie_of(job_id, &BOB, &owner(0));
			assert_eq!(others, Err(TieRefusal::PayerNotRequester));
			let others = Market::tie_of(job_id, &ALICE, &BOB);
			assert_eq!(others, Err(TieRefusal::PayeeNotProvider));
		};
		check();
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		check();
		deliver(job_id, TOKENS);
		check();
		assert_ok!(plain(Market::accept_result(signed(ALICE), job_id, None)));
		assert_eq!(tie_of(job_id), Err(TieRefusal::NotRunning));
	});
}

#[test]
fn the_end_of_the_attempt_is_known_as_long_as_something_is_tied() {
	run(|| {
		let job_id = completed();
		Market::tie(job_id, 1);
		Market::tie(job_id, 1);
		assert_eq!(Market::tied(job_id, 1), 2);
		assert_eq!(Market::ended_at(job_id, 1), None);
		pass(7);
		let now = Clock::current_block_number();
		assert_ok!(plain(Market::accept_result(signed(ALICE), job_id, None)));
		pass(7);
		assert_eq!(Market::ended_at(job_id, 1), Some(now));
		Market::untie(job_id, 1);
		assert_eq!((Market::tied(job_id, 1), Market::ended_at(job_id, 1)), (1, Some(now)));
		Market::untie(job_id, 1);
		assert_eq!((Market::tied(job_id, 1), Market::ended_at(job_id, 1)), (0, None));
		assert_eq!(TiedPayments::<Test>::iter().count(), 0);
	});
}

#[test]
fn each_attempt_ends_for_itself() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, UNIT / 100));
		assert_ok!(bid(job_id, 1, UNIT / 100));
		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
		Market::tie(job_id, 1);
		pass(3);
		let first = Clock::current_block_number();
		assert_ok!(plain(Market::abandon_job(signed(owner(0)), job_id)));
		assert_eq!(status(job_id), JobStatus::Pending);
		assert_eq!(Market::ended_at(job_id, 1), Some(first));
		assert_eq!(tie_of(job_id), Err(TieRefusal::NotRunning));

		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(1)));
		let tie = Market::tie_of(job_id, &ALICE, &owner(1)).unwrap();
		assert_eq!(tie.attempt, 2);
		Market::tie(job_id, 2);
		assert_eq!(Market::ended_at(job_id, 2), None);
		pass(3);
		assert_ok!(plain(Market::abandon_job(signed(owner(1)), job_id)));
		assert_eq!(Market::ended_at(job_id, 1), Some(first));
		assert_eq!(Market::ended_at(job_id, 2), Some(first + 3));
		for attempt in [1, 2] {
			Market::untie(job_id, attempt);
		}
	});
}

#[test]
fn a_job_is_kept_while_payments_are_tied() {
	run(|| {
		let job_id = completed();
		Market::tie(job_id, 1);
		assert_ok!(plain(Market::accept_result(signed(ALICE), job_id, None)));
		go_to_deadline(job_id);
		assert_noop!(Market::reap_job(signed(ALICE), job_id), E::PaymentsTied);
		Market::untie(job_id, 1);
		assert_ok!(Market::reap_job(signed(ALICE), job_id));
	});
}

#[test]
fn the_requester_has_its_time_for_the_deposit_after_the_last_tie() {
	run(|| {
		let retention = Parameters::<Test>::get().retention;
		let job_id = completed();
		Market::tie(job_id, 1);
		Market::tie(job_id, 1);
		assert_ok!(plain(Market::accept_result(signed(ALICE), job_id, None)));
		pass(3 * retention);
		let before = job(job_id).deadline;
		Market::untie(job_id, 1);
		assert_eq!(job(job_id).deadline, before, "one is left");
		Market::untie(job_id, 1);
		assert_eq!(job(job_id).deadline, Clock::current_block_number());
		pass(retention);
		let (held, deposit) = (free(&ALICE), job(job_id).deposit);
		assert_ok!(Market::reap_job(signed(BOB), job_id));
		assert_eq!(free(&ALICE) - held, deposit);
	});
}

#[test]
fn a_tie_that_goes_in_time_changes_no_deadline() {
	run(|| {
		let job_id = completed();
		Market::tie(job_id, 1);
		let running = job(job_id);
		Market::untie(job_id, 1);
		assert_eq!(job(job_id), running);
		Market::tie(job_id, 1);
		assert_ok!(plain(Market::accept_result(signed(ALICE), job_id, None)));
		let ended = job(job_id);
		Market::untie(job_id, 1);
		assert_eq!(job(job_id), ended);
	});
}

#[test]
fn royalties_go_to_the_owners_of_the_model_and_its_parent() {
	run(|| {
		let royal = submit_model(ROYAL_MODEL);
		assert_eq!(
			Market::royalty_payees(royal),
			RoyaltyPayees {
				model: Some(MODEL_OWNER),
				parent: Some(PARENT_OWNER),
				parent_bps: 2_500
			}
		);
		let plain = Market::royalty_payees(submit());
		assert_eq!((plain.parent, plain.parent_bps), (None, 0));
		let nothing = RoyaltyPayees { model: None, parent: None, parent_bps: 0 };
		assert_eq!(Market::royalty_payees(99), nothing);
	});
}

#[test]
fn payments_count_as_use_of_the_model() {
	run(|| {
		submit();
		let job_id = settled();
		pay(job_id, 1);
		let used = (ALICE, owner(0), 0, PAYMENT, PAYMENT / 10);
		assert_eq!(Uses::get().last(), Some(&used));
	});
}

#[test]
fn only_a_job_that_earned_standing_earns_more() {
	run(|| {
		let good = settled();
		let unfinished = completed();
		let reported = Outcomes::get().len();
		pay(good, 1);
		let reports = Outcomes::get();
		assert_eq!(reports.len(), reported + 1);
		let Some((job_id, _, payer, outcome, at_risk, fee)) = reports.last().cloned() else {
			unreachable!()
		};
		assert_eq!((job_id, payer, outcome), (good, ALICE, JobOutcome::OnTime));
		assert_eq!((at_risk, fee), (0, PAYMENT / 20));
		// Another attempt, one that is not over, and a job that did not earn.
		pay(good, 2);
		pay(unfinished, 1);
		Jobs::<Test>::mutate(good, |job| {
			job.as_mut().unwrap().settlement.as_mut().unwrap().fee_paid = 0;
		});
		pay(good, 1);
		assert_eq!(Outcomes::get().len(), reported + 1);
	});
}
