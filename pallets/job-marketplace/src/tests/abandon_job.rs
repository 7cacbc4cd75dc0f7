use super::*;

fn abandon(job_id: u64) -> Result<(), DispatchError> {
	plain(Market::abandon_job(signed(owner(0)), job_id))
}

/// A job that node 0 has, with a further bid of node 1.
fn assigned_with_other_bid() -> u64 {
	let job_id = submit();
	assert_ok!(bid(job_id, 1, PRICE));
	assign_new(job_id);
	job_id
}

#[test]
fn success_before_start_reopens_the_job() {
	run(|| {
		let job_id = assigned_with_other_bid();
		go_to(1_005);
		take_events();
		assert_ok!(abandon(job_id));
		let job = job(job_id);
		assert_eq!((job.status, job.bid_end, job.deadline), (JobStatus::Pending, 1_005, 1_105));
		assert_eq!((job.assignment, job.attempts, job.bid_count), (None, 1, 1));
		assert!(!AssignedNodes::<Test>::contains_key(job_id));
		assert_eq!((node(0).busy, node(0).exposure), (0, 0));
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), ESCROW);
		assert_eq!(
			Outcomes::get(),
			[(
				job_id,
				did(0).hash(),
				ALICE,
				JobOutcome::Returned,
				PRICE * Balance::from(TOKENS),
				0
			)]
		);
		assert_eq!(
			take_events(),
			[Event::JobReopened {
				job_id,
				node: did(0).hash(),
				outcome: JobOutcome::Returned,
				attempts: 1,
				deadline: 1_105
			}]
		);
		// The other bid can win at once.
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(crate::mock::job(job_id).assignment.unwrap().owner, owner(1));
	});
}

#[test]
fn success_before_start_fails_the_job_without_other_bids() {
	run(|| {
		let job_id = assigned();
		let before = free(&ALICE);
		take_events();
		assert_ok!(abandon(job_id));
		assert_eq!(status(job_id), JobStatus::Failed);
		assert_eq!(free(&ALICE), before + ESCROW);
		assert_eq!(job(job_id).deadline, 1_000 + 14_400);
		assert_eq!(
			take_events(),
			[Event::JobFailed {
				job_id,
				node: did(0).hash(),
				outcome: JobOutcome::Returned,
				refund: ESCROW
			}]
		);
	});
}

#[test]
fn success_a_struck_bid_is_no_other_bid() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 1, 1));
		assert_ok!(bid(job_id, 0, PRICE));
		change_node(1, |node| node.status = NodeStatus::Suspended);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_ok!(abandon(job_id));
		assert_eq!(status(job_id), JobStatus::Failed);
	});
}

#[test]
fn success_after_the_last_attempt_fails_the_job() {
	run(|| {
		let job_id = submit();
		for n in 0..4 {
			assert_ok!(bid(job_id, n, PRICE));
		}
		for n in 0..3 {
			assert_eq!(status(job_id), JobStatus::Pending);
			assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(n)));
			assert_ok!(Market::abandon_job(signed(owner(n)), job_id));
		}
		assert_eq!((status(job_id), job(job_id).attempts), (JobStatus::Failed, 3));
		assert_eq!(job(job_id).bid_count, 1);
	});
}

#[test]
fn boundary_lifetime() {
	// Start 20, latency of at least 1, grace 20: 41 blocks must remain.
	for (lifetime_end, expected) in [(1_040, JobStatus::Failed), (1_041, JobStatus::Pending)] {
		run(|| {
			let job_id = assigned_with_other_bid();
			Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = lifetime_end);
			assert_ok!(abandon(job_id));
			assert_eq!(status(job_id), expected);
			if expected == JobStatus::Pending {
				assert_eq!(job(job_id).deadline, lifetime_end);
			}
		});
	}
}

#[test]
fn success_after_start_fails_the_job_even_with_other_bids() {
	run(|| {
		let job_id = assigned_with_other_bid();
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		let before = free(&ALICE);
		assert_ok!(abandon(job_id));
		assert_eq!(status(job_id), JobStatus::Failed);
		assert_eq!(free(&ALICE), before + ESCROW);
		assert_eq!(Outcomes::get()[0].3, JobOutcome::Abandoned);
		assert_eq!((node(0).busy, node(0).exposure), (0, 0));
		assert!(!BidBooks::<Test>::contains_key(job_id));
	});
}

#[test]
fn boundary_deadlines() {
	run(|| {
		let (first, second) = (assigned(), assigned());
		go_to(1_019);
		assert_ok!(abandon(first));
		go_to(1_020);
		assert_noop!(abandon(second), E::TooLate);
		assert_ok!(Market::expire_job(signed(STRANGER), second));
		let (third, fourth) = (processing(), processing());
		go_to(1_049);
		assert_ok!(abandon(third));
		go_to(1_050);
		assert_noop!(abandon(fourth), E::TooLate);
	});
}

#[test]
fn fails_for_strangers() {
	run(|| {
		assert_noop!(abandon(0), E::JobNotFound);
		let job_id = assigned();
		for who in [ALICE, STRANGER, owner(1)] {
			assert_noop!(plain(Market::abandon_job(signed(who), job_id)), E::NotAuthorized);
		}
	});
}

#[test]
fn success_for_suspended_nodes() {
	run(|| {
		let job_id = processing();
		change_node(0, |node| node.status = NodeStatus::Suspended);
		assert_ok!(abandon(job_id));
	});
}

#[test]
fn success_a_disputed_job_is_conceded() {
	for job_of in [|| disputed(DisputeReason::NotDelivered), answered] {
		run(|| {
			let job_id = job_of();
			let bond = held(HoldReason::DisputeBond, &ALICE);
			take_events();
			assert_ok!(abandon(job_id));
			assert_eq!(status(job_id), JobStatus::Failed);
			assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit);
			assert_eq!(Outcomes::get()[0].3, JobOutcome::Abandoned);
			assert_eq!((node(0).busy, node(0).exposure, node(0).settled), (0, 0, 0));
			assert_eq!(
				take_events(),
				[
					Event::DisputeBondPaid { job_id, bond, to: ALICE },
					Event::JobFailed {
						job_id,
						node: did(0).hash(),
						outcome: JobOutcome::Abandoned,
						refund: ESCROW
					}
				]
			);
		});
	}
}

#[test]
fn boundary_deadlines_of_a_dispute() {
	run(|| {
		let (first, second) =
			(disputed(DisputeReason::Other), disputed(DisputeReason::NotDelivered));
		go_to(3_399);
		assert_ok!(abandon(first));
		go_to(3_400);
		assert_noop!(abandon(second), E::TooLate);
	});
	run(|| {
		let (first, second) = (answered(), answered());
		go_to(44_199);
		assert_ok!(abandon(first));
		go_to(44_200);
		assert_noop!(abandon(second), E::TooLate);
	});
}

#[test]
fn success_pays_for_the_branch_it_takes() {
	type W = ();
	run(|| {
		for (job_id, weight) in [
			(disputed(DisputeReason::Other), W::abandon_disputed()),
			(assigned(), W::abandon_job()),
			(processing(), W::abandon_job()),
		] {
			let info = Market::abandon_job(signed(owner(0)), job_id).unwrap();
			assert_eq!(info.actual_weight, Some(weight));
			let worst = Call::<Test>::abandon_job { job_id }.get_dispatch_info().call_weight;
			assert!(weight.all_lte(worst));
		}
	});
}
