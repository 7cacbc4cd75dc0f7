use super::*;

fn can(job_id: u64, n: u8) -> Result<(), CannotBid> {
	Market::can_bid(job_id, did_bytes(n))
}

#[test]
fn job_now_lists_the_calls_of_the_moment() {
	run(|| {
		assert_eq!(Market::job_now(0), None);
		let job_id = submit();
		let calls = || Market::job_now(job_id).unwrap().calls;
		// Without bids there is nothing to withdraw, promote, assign or match.
		assert_eq!(calls(), [JobCall::PlaceBid, JobCall::CancelJob]);
		assert_ok!(bid(job_id, 0, PRICE));
		assert_eq!(
			calls(),
			[JobCall::PlaceBid, JobCall::WithdrawBid, JobCall::AssignJob, JobCall::CancelJob]
		);
		go_to(1_010);
		assert_eq!(
			calls(),
			[JobCall::PromoteBid, JobCall::AssignJob, JobCall::MatchJob, JobCall::CancelJob]
		);
		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
		let now = Market::job_now(job_id).unwrap();
		assert_eq!((now.status, now.now, now.deadline), (JobStatus::Assigned, 1_010, 1_030));
		assert_eq!(now.calls, [JobCall::StartJob, JobCall::AbandonJob]);
		go_to(1_030);
		assert_eq!(calls(), [JobCall::ExpireJob]);
	});
}

#[test]
fn job_now_offers_a_rating_once_and_reaping_at_the_end() {
	run(|| {
		let job_id = settled();
		let calls = || Market::job_now(job_id).unwrap().calls;
		assert_eq!(calls(), [JobCall::AcceptResult]);
		assert_ok!(Market::accept_result(signed(ALICE), job_id, Some(4)));
		assert_eq!(calls(), []);
		go_to_deadline(job_id);
		assert_eq!(calls(), [JobCall::ReapJob]);
	});
}

#[test]
fn job_now_knows_what_a_dispute_waits_for() {
	run(|| {
		let calls = |job_id| Market::job_now(job_id).unwrap().calls;
		assert_eq!(calls(completed()), [JobCall::AcceptResult, JobCall::DisputeJob]);
		let job_id = disputed(DisputeReason::WrongResult);
		assert_eq!(
			calls(job_id),
			[JobCall::AbandonJob, JobCall::AcceptResult, JobCall::AnswerDispute]
		);
		assert_ok!(Market::answer_dispute(
			signed(owner(0)),
			job_id,
			DisputeAnswer::Evidence([8; 32])
		));
		assert_eq!(
			calls(job_id),
			[JobCall::AbandonJob, JobCall::AcceptResult, JobCall::ResolveDispute]
		);
		go_to_deadline(job_id);
		assert_eq!(calls(job_id), [JobCall::ExpireJob]);
	});
}

#[test]
fn can_bid_knows_the_models_rules() {
	run(|| {
		hosts_only();
		let job_id = submit();
		assert_eq!(can(job_id, 0), Err(CannotBid::Ineligible(Ineligible::NotHosting)));
		host(MODEL, 0);
		assert_eq!(can(job_id, 0), Ok(()));
		Models::remove(Did::parse(MODEL).unwrap().hash());
		assert_eq!(can(job_id, 0), Err(CannotBid::ModelNotAvailable));

		// The stake must cover the least price that the model's owner takes.
		let price = PriceRule::Exactly(PRICE);
		register_model(MODEL, model(ModelTerms { price, ..Default::default() }));
		let job_id = submit();
		change_node(0, |node| (node.stake, node.minimum) = (PRICE * Balance::from(TOKENS) - 1, 0));
		assert_eq!(can(job_id, 0), Err(CannotBid::Ineligible(Ineligible::StakeBelowCost)));
		change_node(0, |node| node.stake += 1);
		assert_eq!(can(job_id, 0), Ok(()));
	});
}

#[test]
fn can_bid_says_yes_and_the_bid_succeeds() {
	run(|| {
		let job_id = submit();
		let before = node(0);
		assert_eq!(can(job_id, 0), Ok(()));
		assert_eq!(node(0), before, "asking changes nothing");
		assert_ok!(bid(job_id, 0, PRICE));
		assert_eq!(can(job_id, 0), Err(CannotBid::AlreadyExists));
	});
}

#[test]
fn can_bid_says_why_not() {
	run(|| {
		assert_eq!(can(0, 0), Err(CannotBid::JobNotFound));
		let job_id = submit();
		assert_eq!(Market::can_bid(job_id, b"node".to_vec()), Err(CannotBid::InvalidDid));
		assert_eq!(can(job_id, 88), Err(CannotBid::Ineligible(Ineligible::NodeNotFound)));
		let refused = |change: fn(&mut Node), reason| {
			register(1);
			change_node(1, change);
			assert_eq!(can(job_id, 1), Err(CannotBid::Ineligible(reason)));
		};
		refused(|node| node.status = NodeStatus::Inactive, Ineligible::Inactive);
		refused(|node| node.status = NodeStatus::Suspended, Ineligible::Suspended);
		refused(|node| node.did_active = false, Ineligible::DidInactive);
		refused(|node| node.minimum += 1, Ineligible::BelowMinimumStake);
		refused(|node| (node.stake, node.minimum) = (999, 0), Ineligible::StakeBelowCost);
		refused(|node| node.vram_gb = 7, Ineligible::InsufficientVram);

		register(1);
		change_node(1, |node| node.capacity = 0);
		assert_eq!(can(job_id, 1), Err(CannotBid::TooManyOpenBids));
		register(1);
		set_free(&owner(1), BOND);
		assert_eq!(can(job_id, 1), Err(CannotBid::InsufficientBalance));
		go_to(1_010);
		assert_eq!(can(job_id, 2), Err(CannotBid::BiddingClosed(Refusal::TooLate)));
		assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		assert_eq!(can(job_id, 2), Err(CannotBid::BiddingClosed(Refusal::InvalidState)));
	});
}
