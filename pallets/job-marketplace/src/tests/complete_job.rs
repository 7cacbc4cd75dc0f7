use super::*;

fn complete(job_id: u64, tokens: u32, result: Option<Vec<u8>>) -> Result<(), DispatchError> {
	Market::complete_job(signed(owner(0)), job_id, result_hash(), tokens, result)
}

#[test]
fn success_stores_the_delivery_and_frees_the_slot() {
	run(|| {
		let job_id = processing();
		take_events();
		assert_ok!(complete(job_id, 500, Some(RESULT.to_vec())));
		let job = job(job_id);
		assert_eq!((job.status, job.deadline), (JobStatus::Completed, 1_100));
		assert_eq!(
			job.delivery,
			Some(Delivery {
				result_hash: result_hash(),
				tokens_used: 500,
				timing: Timing::OnTime,
				bytes: ResultBytes::OnChain
			})
		);
		assert_eq!(Results::<Test>::get(job_id).unwrap().into_inner(), RESULT.to_vec());
		// The slot is free, the stake stays bound until payment.
		assert_eq!((node(0).busy, node(0).exposure), (0, PRICE * Balance::from(TOKENS)));
		assert_eq!(
			take_events(),
			[Event::JobCompleted {
				job_id,
				result_hash: result_hash(),
				tokens_used: 500,
				timing: Timing::OnTime,
				deadline: 1_100
			}]
		);
	});
}

#[test]
fn success_moves_no_money() {
	run(|| {
		let job_id = processing();
		let before: Vec<_> = frame_system::Account::<Test>::iter().collect();
		assert_ok!(complete(job_id, 500, None));
		assert_eq!(frame_system::Account::<Test>::iter().collect::<Vec<_>>(), before);
		assert!(!Results::<Test>::contains_key(job_id));
		assert_eq!(job(job_id).delivery.unwrap().bytes, ResultBytes::OffChain);
	});
}

#[test]
fn boundary_late_and_too_late() {
	run(|| {
		let (on_time, late) = (processing(), processing());
		go_to(1_009);
		assert_ok!(complete(on_time, 1, None));
		assert_eq!(job(on_time).delivery.unwrap().timing, Timing::OnTime);
		go_to(1_010);
		assert_ok!(complete(late, 1, None));
		assert_eq!(job(late).delivery.unwrap().timing, Timing::Late);

		let (last, missed) = (processing(), processing());
		go_to(1_039);
		assert_ok!(complete(last, 1, None));
		assert_eq!(job(last).delivery.unwrap().timing, Timing::Late);
		go_to(1_040);
		assert_noop!(complete(missed, 1, None), E::TooLate);
	});
}

#[test]
fn boundary_tokens() {
	run(|| {
		let job_id = processing();
		assert_noop!(complete(job_id, TOKENS + 1, None), E::TokensAboveMaximum);
		assert_noop!(complete(job_id, u32::MAX, None), E::TokensAboveMaximum);
		assert_ok!(complete(job_id, TOKENS, None));
		let none = processing();
		assert_ok!(complete(none, 0, None));
	});
}

#[test]
fn boundary_result_length() {
	run(|| {
		let job_id = processing();
		let send = |length| {
			let bytes = vec![7u8; length];
			let hash = sp_io::hashing::blake2_256(&bytes);
			Market::complete_job(signed(owner(0)), job_id, hash, 1, Some(bytes))
		};
		assert_noop!(send(10_241), E::ResultTooLong);
		assert_ok!(send(10_240));
	});
}

#[test]
fn fails_when_the_bytes_do_not_hash() {
	run(|| {
		let job_id = processing();
		assert_noop!(complete(job_id, 1, Some(b"other".to_vec())), E::ResultHashMismatch);
		assert_noop!(complete(job_id, 1, Some(vec![])), E::ResultHashMismatch);
	});
}

#[test]
fn fails_for_strangers() {
	run(|| {
		assert_noop!(complete(0, 1, None), E::JobNotFound);
		let job_id = processing();
		for who in [ALICE, STRANGER, owner(1)] {
			assert_noop!(
				Market::complete_job(signed(who), job_id, result_hash(), 1, None),
				E::NotAuthorized
			);
		}
	});
}

#[test]
fn success_for_suspended_nodes() {
	run(|| {
		let job_id = processing();
		change_node(0, |node| node.status = NodeStatus::Suspended);
		assert_ok!(complete(job_id, 1, None));
	});
}
