use super::*;

fn dispute(job_id: u64, reason: DisputeReason) -> Result<(), DispatchError> {
	Market::dispute_job(signed(ALICE), job_id, reason, EVIDENCE)
}

#[test]
fn success_holds_the_bond_and_waits_for_the_node() {
	run(|| {
		let job_id = completed();
		go_to(1_050);
		let before = free(&ALICE);
		take_events();
		assert_ok!(dispute(job_id, DisputeReason::WrongResult));
		// A tenth of 25 units.
		let bond = 25 * UNIT / 10;
		assert_eq!(held(HoldReason::DisputeBond, &ALICE), bond);
		assert_eq!(free(&ALICE), before - bond);
		assert_eq!(
			Disputes::<Test>::get(job_id),
			Some(Dispute {
				bond,
				reason: DisputeReason::WrongResult,
				evidence_hash: EVIDENCE,
				opened_at: 1_050,
				reply: None
			})
		);
		assert_eq!((status(job_id), job(job_id).deadline), (JobStatus::Disputed, 3_450));
		// The node stays bound, and nothing is reported yet.
		assert_eq!(node(0).exposure, PRICE * Balance::from(TOKENS));
		assert_eq!(Outcomes::get(), []);
		assert_eq!(
			take_events(),
			[Event::JobDisputed {
				job_id,
				node: did(0).hash(),
				reason: DisputeReason::WrongResult,
				evidence_hash: EVIDENCE,
				bond,
				deadline: 3_450,
			}]
		);
	});
}

#[test]
fn success_with_every_reason() {
	for reason in [
		DisputeReason::NotDelivered,
		DisputeReason::WrongResult,
		DisputeReason::Overcounted,
		DisputeReason::WrongModel,
		DisputeReason::Other,
	] {
		run(|| {
			let job_id = disputed(reason);
			assert_eq!(Disputes::<Test>::get(job_id).unwrap().reason, reason);
		});
	}
}

#[test]
fn boundary_bond() {
	// A tenth of the payout, rounded up, and at least one unit.
	for (gross, bond) in [
		(0, UNIT),
		(1, UNIT),
		(10 * UNIT, UNIT),
		(10 * UNIT + 1, UNIT + 1),
		(10 * UNIT + 10, UNIT + 1),
		(10 * UNIT + 11, UNIT + 2),
		(Balance::MAX, Balance::MAX / 10 + 1),
	] {
		assert_eq!(Market::dispute_bond(gross), bond, "{gross}");
	}
	run(|| {
		// What counts is what the late result would be paid.
		let job_id = processing();
		go_to(1_010);
		deliver(job_id, TOKENS);
		assert_ok!(dispute(job_id, DisputeReason::Overcounted));
		assert_eq!(Disputes::<Test>::get(job_id).unwrap().bond, 45 * UNIT / 10);
	});
}

#[test]
fn boundary_escrow_period() {
	run(|| {
		let (first, second) = (completed(), completed());
		go_to(1_099);
		assert_ok!(dispute(first, DisputeReason::Other));
		go_to(1_100);
		assert_noop!(dispute(second, DisputeReason::Other), E::TooLate);
		assert_ok!(Market::finalize_job(signed(STRANGER), second));
	});
}

#[test]
fn boundary_funds_for_the_bond() {
	run(|| {
		let job_id = completed();
		let bond = 25 * UNIT / 10;
		set_free(&ALICE, bond + ED - 1);
		assert_noop!(dispute(job_id, DisputeReason::Other), TokenError::FundsUnavailable);
		set_free(&ALICE, bond + ED);
		assert_ok!(dispute(job_id, DisputeReason::Other));
		assert_eq!(free(&ALICE), ED);
	});
}

#[test]
fn fails_when_bytes_on_chain_are_said_to_be_missing() {
	run(|| {
		let job_id = processing();
		assert_ok!(Market::complete_job(
			signed(owner(0)),
			job_id,
			result_hash(),
			1,
			Some(RESULT.to_vec())
		));
		assert_noop!(dispute(job_id, DisputeReason::NotDelivered), E::ResultOnChain);
		assert_ok!(dispute(job_id, DisputeReason::WrongResult));
	});
}

#[test]
fn fails_a_second_time_about_delivery() {
	run(|| {
		let job_id = disputed(DisputeReason::NotDelivered);
		assert_ok!(Market::answer_dispute(
			signed(owner(0)),
			job_id,
			DisputeAnswer::Result(RESULT.to_vec())
		));
		assert_noop!(dispute(job_id, DisputeReason::NotDelivered), E::ResultOnChain);
		// What came can still be wrong.
		assert_ok!(dispute(job_id, DisputeReason::WrongResult));
	});
}

/// Whoever plays for time with every call at its last tick, the end comes.
#[test]
fn disputes_delay_a_settlement_by_a_bounded_time() {
	run(|| {
		let job_id = completed();
		let last_tick = || go_to(job(job_id).deadline - 1);
		last_tick();
		assert_ok!(dispute(job_id, DisputeReason::NotDelivered));
		last_tick();
		let bytes = DisputeAnswer::Result(RESULT.to_vec());
		assert_ok!(Market::answer_dispute(signed(owner(0)), job_id, bytes));
		last_tick();
		assert_ok!(dispute(job_id, DisputeReason::Other));
		last_tick();
		let evidence = DisputeAnswer::Evidence([8; 32]);
		assert_ok!(Market::answer_dispute(signed(owner(0)), job_id, evidence));
		let p = Parameters::<Test>::get();
		let latest = 1_000 + 2 * (p.escrow + p.response) + p.arbitration;
		assert!(job(job_id).deadline <= latest);
		go_to_deadline(job_id);
		assert_ok!(Market::expire_job(signed(STRANGER), job_id));
		assert_eq!(status(job_id), JobStatus::Settled);
	});
}

#[test]
fn fails_while_disputed() {
	run(|| {
		for job_id in [disputed(DisputeReason::Other), answered()] {
			assert_noop!(dispute(job_id, DisputeReason::Other), E::InvalidState);
		}
	});
}

#[test]
fn fails_for_anyone_but_the_requester() {
	run(|| {
		assert_noop!(dispute(0, DisputeReason::Other), E::JobNotFound);
		let job_id = completed();
		for who in [STRANGER, BOB, owner(0), ARBITER] {
			assert_noop!(
				Market::dispute_job(signed(who), job_id, DisputeReason::Other, EVIDENCE),
				E::NotAuthorized
			);
		}
		assert_noop!(
			Market::dispute_job(RuntimeOrigin::root(), job_id, DisputeReason::Other, EVIDENCE),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn the_jobs_deposit_covers_the_dispute() {
	use codec::MaxEncodedLen;
	let records = JobRecordOf::<Test>::max_encoded_len()
		+ BidBook::<frame_support::traits::ConstU32<MAX_BIDS>>::max_encoded_len()
		+ Did::max_encoded_len()
		+ DisputeOf::<Test>::max_encoded_len();
	run(|| {
		let bytes = records as u128 + u128::from(MAX_RESULT_LEN);
		assert!(Market::deposit_for(0) >= bytes * 10_000_000);
	});
}
