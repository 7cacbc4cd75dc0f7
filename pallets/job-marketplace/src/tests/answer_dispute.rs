use super::*;

fn answer(job_id: u64, answer: DisputeAnswer) -> Result<(), DispatchError> {
	Market::answer_dispute(signed(owner(0)), job_id, answer)
}

fn result(bytes: &[u8]) -> DisputeAnswer {
	DisputeAnswer::Result(bytes.to_vec())
}

const EXPLANATION: DisputeAnswer = DisputeAnswer::Evidence([8; 32]);

#[test]
fn success_bytes_end_a_dispute_about_delivery() {
	run(|| {
		let before = free(&ALICE) - ESCROW - Market::deposit_for(6);
		let job_id = disputed(DisputeReason::NotDelivered);
		let bond = held(HoldReason::DisputeBond, &ALICE);
		assert_eq!(free(&ALICE), before - bond);
		go_to(2_000);
		take_events();
		assert_ok!(answer(job_id, result(RESULT)));
		assert_eq!(Results::<Test>::get(job_id).unwrap().into_inner(), RESULT);
		let job = job(job_id);
		assert_eq!((job.status, job.deadline), (JobStatus::Completed, 2_100));
		assert_eq!(job.delivery.unwrap().bytes, ResultBytes::OnChain);
		assert_eq!(free(&ALICE), before);
		assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
		assert!(!Disputes::<Test>::contains_key(job_id));
		assert_eq!(Outcomes::get(), []);
		assert_eq!(
			take_events(),
			[
				Event::DisputeBondPaid { job_id, bond, to: ALICE },
				Event::DisputeAnswered {
					job_id,
					evidence_hash: result_hash(),
					status: JobStatus::Completed,
					deadline: 2_100
				}
			]
		);
		// The node is paid as if nothing had been said.
		go_to(2_100);
		assert_ok!(Market::finalize_job(signed(STRANGER), job_id));
		assert_eq!(Outcomes::get()[0].3, JobOutcome::OnTime);
	});
}

#[test]
fn success_evidence_calls_the_arbiter() {
	for reason in [
		DisputeReason::WrongResult,
		DisputeReason::Overcounted,
		DisputeReason::WrongModel,
		DisputeReason::Other,
	] {
		run(|| {
			let job_id = disputed(reason);
			let bond = held(HoldReason::DisputeBond, &ALICE);
			go_to(2_000);
			take_events();
			assert_ok!(answer(job_id, EXPLANATION));
			assert_eq!((status(job_id), job(job_id).deadline), (JobStatus::Disputed, 45_200));
			assert_eq!(
				Disputes::<Test>::get(job_id).unwrap().reply,
				Some(Reply { evidence_hash: [8; 32], answered_at: 2_000 })
			);
			assert_eq!(held(HoldReason::DisputeBond, &ALICE), bond);
			assert_eq!(
				take_events(),
				[Event::DisputeAnswered {
					job_id,
					evidence_hash: [8; 32],
					status: JobStatus::Disputed,
					deadline: 45_200
				}]
			);
		});
	}
}

#[test]
fn success_pays_for_the_branch_it_takes() {
	let weight = |answer| Call::<Test>::answer_dispute { job_id: 0, answer }.get_dispatch_info();
	let of_result = |len| <() as WeightInfo>::answer_with_result(len);
	assert_eq!(weight(EXPLANATION).call_weight, <() as WeightInfo>::answer_with_evidence());
	assert_eq!(weight(result(&[0; 10_240])).call_weight, of_result(10_240));
	assert!(of_result(10_240).ref_time() > of_result(0).ref_time());
}

#[test]
fn boundary_response_period() {
	for job_of in [
		|| (disputed(DisputeReason::NotDelivered), DisputeAnswer::Result(RESULT.to_vec())),
		|| (disputed(DisputeReason::Other), EXPLANATION),
	] {
		run(|| {
			let ((first, _), (second, late)) = (job_of(), job_of());
			go_to(3_399);
			assert_ok!(answer(first, late.clone()));
			go_to(3_400);
			assert_noop!(answer(second, late), E::TooLate);
			assert_ok!(Market::expire_job(signed(STRANGER), second));
		});
	}
}

#[test]
fn boundary_length_of_the_result() {
	run(|| {
		let longest = vec![5; MAX_RESULT_LEN as usize];
		let job_id = processing();
		let hash = sp_io::hashing::blake2_256(&longest);
		assert_ok!(Market::complete_job(signed(owner(0)), job_id, hash, 1, None));
		assert_ok!(Market::dispute_job(
			signed(ALICE),
			job_id,
			DisputeReason::NotDelivered,
			EVIDENCE
		));
		let longer = [&longest[..], &[5]].concat();
		assert_noop!(answer(job_id, result(&longer)), E::ResultTooLong);
		assert_ok!(answer(job_id, result(&longest)));
	});
}

#[test]
fn fails_with_other_bytes() {
	run(|| {
		let job_id = disputed(DisputeReason::NotDelivered);
		for bytes in [&b""[..], b"forty-three"] {
			assert_noop!(answer(job_id, result(bytes)), E::ResultHashMismatch);
		}
	});
}

#[test]
fn fails_with_the_other_kind_of_answer() {
	run(|| {
		let job_id = disputed(DisputeReason::NotDelivered);
		assert_noop!(answer(job_id, EXPLANATION), E::WrongAnswer);
		let job_id = disputed(DisputeReason::WrongResult);
		assert_noop!(answer(job_id, result(RESULT)), E::WrongAnswer);
	});
}

#[test]
fn fails_twice_and_without_a_dispute() {
	run(|| {
		assert_noop!(answer(0, EXPLANATION), E::JobNotFound);
		for job_id in [completed(), answered()] {
			assert_noop!(answer(job_id, EXPLANATION), E::InvalidState);
		}
		let delivered = disputed(DisputeReason::NotDelivered);
		assert_ok!(answer(delivered, result(RESULT)));
		assert_noop!(answer(delivered, result(RESULT)), E::InvalidState);
	});
}

#[test]
fn fails_for_anyone_but_the_nodes_owner() {
	run(|| {
		let job_id = disputed(DisputeReason::Other);
		for who in [ALICE, STRANGER, owner(1), ARBITER] {
			assert_noop!(
				Market::answer_dispute(signed(who), job_id, EXPLANATION),
				E::NotAuthorized
			);
		}
	});
}

#[test]
fn success_for_suspended_and_transferred_nodes() {
	run(|| {
		let job_id = disputed(DisputeReason::Other);
		change_node(0, |node| {
			node.status = NodeStatus::Suspended;
			node.did_active = false;
			node.owner = STRANGER;
		});
		assert_ok!(answer(job_id, EXPLANATION));
	});
}
