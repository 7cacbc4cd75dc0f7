use super::*;

#[test]
fn success_starts_the_promised_latency() {
	run(|| {
		let job_id = assigned();
		go_to(1_015);
		take_events();
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		let job = job(job_id);
		assert_eq!((job.status, job.deadline), (JobStatus::Processing, 1_045));
		assert_eq!(job.assignment.unwrap().result_due, Some(1_025));
		assert_eq!(
			take_events(),
			[Event::JobStarted { job_id, result_due: 1_025, deadline: 1_045 }]
		);
	});
}

#[test]
fn success_short_latencies_get_one_block() {
	run(|| {
		let job_id = submit();
		assert_ok!(Market::place_bid(signed(owner(0)), job_id, did_bytes(0), PRICE, 0));
		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		assert_eq!(job(job_id).assignment.unwrap().result_due, Some(1_001));
	});
}

#[test]
fn success_even_when_the_node_is_suspended_inactive_or_without_did() {
	run(|| {
		let job_id = assigned();
		change_node(0, |node| {
			node.status = NodeStatus::Suspended;
			node.did_active = false;
		});
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
	});
}

#[test]
fn a_longer_grace_cannot_outrun_the_lifetime() {
	run(|| {
		let job_id = assigned();
		Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = 1_050);
		let mut parameters = Parameters::<Test>::get();
		parameters.late_grace = 600;
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		assert_eq!(job(job_id).deadline, 1_050);
		assert_eq!(job(job_id).assignment.unwrap().result_due, Some(1_010));
	});
}

#[test]
fn boundary_deadline() {
	run(|| {
		let (first, second) = (assigned(), assigned());
		go_to(1_019);
		assert_ok!(Market::start_job(signed(owner(0)), first));
		go_to(1_020);
		assert_noop!(Market::start_job(signed(owner(0)), second), E::TooLate);
	});
}

#[test]
fn fails_for_strangers_and_unknown_jobs() {
	run(|| {
		assert_noop!(Market::start_job(signed(owner(0)), 0), E::JobNotFound);
		let job_id = assigned();
		for who in [ALICE, STRANGER, owner(1)] {
			assert_noop!(Market::start_job(signed(who), job_id), E::NotAuthorized);
		}
	});
}

#[test]
fn fails_for_a_later_owner_of_the_node() {
	run(|| {
		let job_id = assigned();
		change_node(0, |node| node.owner = STRANGER);
		assert_noop!(Market::start_job(signed(STRANGER), job_id), E::NotAuthorized);
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
	});
}
