//! `deliver_key`.

use super::*;

#[test]
fn success_stores_the_key_and_lets_the_node_start() {
	run(|| {
		let (job_id, id) = waiting();
		pass(3);
		take_events();
		assert_ok!(deliver_key(job_id));
		assert_eq!(SealedKeys::<Test>::get(job_id).unwrap().into_inner(), sealed_key());
		let pinned = Pinned { attestation: id, key: KeyState::FromRequester };
		assert_eq!(SealedJobs::<Test>::get(job_id).unwrap().pinned, Some(pinned));
		assert_eq!((status(job_id), job(job_id).deadline), (JobStatus::Assigned, 1_023));
		let (key, deadline) = (KeyState::FromRequester, 1_023);
		assert_eq!(take_events(), [Event::KeyDelivered { job_id, attempt: 1, key, deadline }]);
		assert_eq!(
			Market::job_now(job_id).unwrap().calls,
			[JobCall::StartJob, JobCall::AbandonJob]
		);
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
	});
}

#[test]
fn boundary_deadline() {
	run(|| {
		let (job_id, _) = waiting();
		go_to(1_019);
		assert_ok!(deliver_key(job_id));
	});
	run(|| {
		let (job_id, _) = waiting();
		go_to(1_020);
		assert_noop!(deliver_key(job_id), E::TooLate);
	});
}

#[test]
fn fails_for_others_than_the_requester() {
	run(|| {
		let (job_id, id) = waiting();
		for who in [BOB, owner(0), STRANGER] {
			assert_noop!(
				Market::deliver_key(signed(who), job_id, 1, recipient(id), sealed_key()),
				E::NotAuthorized
			);
		}
		assert_noop!(
			Market::deliver_key(RuntimeOrigin::root(), job_id, 1, recipient(id), sealed_key()),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn fails_for_another_attempt_recipient_or_envelope() {
	run(|| {
		let (job_id, id) = waiting();
		let deliver =
			|attempt, to, key| Market::deliver_key(signed(ALICE), job_id, attempt, to, key);
		for attempt in [0, 2] {
			assert_noop!(deliver(attempt, recipient(id), sealed_key()), E::WrongAttempt);
		}
		let other = attest(1, 10_000);
		assert_noop!(deliver(1, recipient(other), sealed_key()), WRONG_RECIPIENT);
		assert_noop!(deliver(1, recipient(id), b"the key".to_vec()), BAD_ENVELOPE);
		let long = [sealed_key(), vec![0]].concat();
		assert_noop!(deliver(1, recipient(id), long), E::KeyTooLong);
	});
}

#[test]
fn fails_a_second_time_and_for_jobs_without_a_key() {
	run(|| {
		let (job_id, _) = waiting();
		assert_ok!(deliver_key(job_id));
		assert_noop!(deliver_key(job_id), E::InvalidState);
		let plain = assigned();
		assert_noop!(
			Market::deliver_key(signed(ALICE), plain, 1, [0; 32], sealed_key()),
			E::InvalidState
		);
		assert_noop!(
			Market::deliver_key(signed(ALICE), 9, 1, [0; 32], sealed_key()),
			E::JobNotFound
		);
	});
}

/// A key that was sealed for a former attempt of the same node does not pass for the present one's.
#[test]
fn an_old_key_does_not_fit_a_new_attempt() {
	run(|| {
		let job_id = submit_sealed();
		let id = attest(0, 10_000);
		attest(1, 10_000);
		assert_ok!(bid(job_id, 1, PRICE));
		assign_new(job_id);
		assert_ok!(deliver_key(job_id));
		assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(1)));
		assert_noop!(
			Market::deliver_key(signed(ALICE), job_id, 1, recipient(id), sealed_key()),
			E::WrongAttempt
		);
		assert_noop!(
			Market::deliver_key(signed(ALICE), job_id, 2, recipient(id), sealed_key()),
			WRONG_RECIPIENT
		);
		assert_ok!(deliver_key(job_id));
	});
}

#[test]
fn the_key_goes_when_the_job_needs_it_no_more() {
	run(|| {
		let (job_id, _) = processing_sealed();
		assert!(SealedKeys::<Test>::contains_key(job_id));
		assert_ok!(deliver_sealed(job_id, 1));
		assert!(!SealedKeys::<Test>::contains_key(job_id));
		// What the job was pinned to stays for a dispute.
		assert!(SealedJobs::<Test>::get(job_id).unwrap().pinned.is_some());
	});
}
