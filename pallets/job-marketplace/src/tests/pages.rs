//! Pages of jobs, and what a node has in them.

use super::*;
use proptest::prelude::*;

fn page(job_id: u64) -> JobPageOf<Test> {
	Market::job_page(job_id).unwrap()
}

/// Steps as (call, actor, from, until).
fn steps(job_id: u64) -> Vec<(JobCall, Actor, u32, Option<u32>)> {
	page(job_id).steps.into_iter().map(|s| (s.call, s.by, s.from, s.until)).collect()
}

/// Open jobs as node `n` sees them, by number.
fn open(n: u8) -> Vec<u64> {
	Market::recent_jobs_before(None)
		.filter_map(|(job_id, job)| Market::job_as_seen(job_id, job, &did(n)))
		.map(|job| job.job_id)
		.collect()
}

#[test]
fn a_page_of_an_unknown_job_does_not_exist() {
	run(|| assert_eq!(Market::job_page(0), None));
}

#[test]
fn a_page_shows_bids_best_first_with_their_seats() {
	run(|| {
		let job_id = submit();
		for (n, price) in [(0, PRICE), (1, PRICE / 2), (2, PRICE * 2), (3, PRICE / 5), (4, PRICE)] {
			assert_ok!(bid(job_id, n, price));
		}
		let shown = || {
			page(job_id)
				.bids
				.into_iter()
				.map(|line| (line.bid.gpu_did, line.seat))
				.collect::<Vec<_>>()
		};
		let (leader, other) = (Some(Seat::Leader), Some(Seat::Other));
		assert_eq!(
			shown(),
			[
				(did(3), leader),
				(did(1), leader),
				(did(0), leader),
				(did(4), other),
				(did(2), other)
			]
		);
		// A struck bid comes last and has no seat.
		change_node(3, |node| node.status = NodeStatus::Inactive);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(page(job_id).node, Some(did(1)));
		assert_eq!(shown(), [(did(0), leader), (did(4), leader), (did(2), leader), (did(3), None)]);
	});
}

#[test]
fn steps_of_a_job_that_looks_for_a_node() {
	run(|| {
		use JobCall::*;
		let job_id = submit();
		assert_eq!(
			steps(job_id),
			[
				(PlaceBid, Actor::NodeOwner, 1_000, Some(1_010)),
				(CancelJob, Actor::Requester, 1_000, Some(1_110)),
				(ExpireJob, Actor::Anyone, 1_110, None),
			]
		);
		assert_ok!(bid(job_id, 0, PRICE));
		go_to(1_004);
		assert_eq!(
			steps(job_id),
			[
				(PlaceBid, Actor::NodeOwner, 1_004, Some(1_010)),
				(WithdrawBid, Actor::Bidder, 1_004, Some(1_010)),
				(AssignJob, Actor::Requester, 1_004, Some(1_110)),
				(CancelJob, Actor::Requester, 1_004, Some(1_110)),
				(PromoteBid, Actor::Anyone, 1_010, Some(1_110)),
				(MatchJob, Actor::Anyone, 1_010, Some(1_110)),
				(ExpireJob, Actor::Anyone, 1_110, None),
			]
		);
		go_to(1_500);
		assert_eq!(steps(job_id), [(ExpireJob, Actor::Anyone, 1_500, None)]);
	});
}

#[test]
fn steps_of_a_settled_job() {
	run(|| {
		let job_id = settled();
		let end = job(job_id).deadline;
		let rating = 1_000 + Parameters::<Test>::get().rating;
		assert_eq!(
			steps(job_id),
			[
				(JobCall::AcceptResult, Actor::Requester, 1_000, Some(rating)),
				(JobCall::ReapJob, Actor::Anyone, end, None),
			]
		);
	});
}

#[test]
fn steps_of_a_dispute_name_its_parties() {
	run(|| {
		let who =
			|job_id| steps(job_id).into_iter().map(|(call, by, ..)| (call, by)).collect::<Vec<_>>();
		let rest =
			[(JobCall::AbandonJob, Actor::Provider), (JobCall::AcceptResult, Actor::Requester)];
		let open = disputed(DisputeReason::Other);
		assert_eq!(who(open)[..2], rest);
		assert_eq!(
			who(open)[2..],
			[(JobCall::AnswerDispute, Actor::Provider), (JobCall::ExpireJob, Actor::Anyone)]
		);
		assert!(page(open).dispute.is_some());
		let answered = answered();
		assert_eq!(
			who(answered)[2..],
			[(JobCall::ResolveDispute, Actor::Arbiter), (JobCall::ExpireJob, Actor::Anyone)]
		);
	});
}

#[test]
fn prompt_and_result_are_shown_by_length_and_place() {
	run(|| {
		let job_id = processing();
		assert_eq!(page(job_id).prompt, PromptPlace::OnChain { bytes: 6 });
		assert_eq!(page(job_id).result_bytes, None);
		assert_ok!(Market::complete_job(
			signed(owner(0)),
			job_id,
			result_hash(),
			1,
			Some(RESULT.to_vec())
		));
		assert_eq!(page(job_id).result_bytes, Some(RESULT.len() as u32));

		let elsewhere = NextJobId::<Test>::get();
		let payload = Payload::Reference { hash: [3; 32], uri: b"ipfs://x".to_vec() };
		assert_ok!(Market::submit_job_with_options(
			signed(ALICE),
			MODEL.to_vec(),
			payload,
			TOKENS,
			ESCROW,
			8,
			false,
			SubmitOptions { min_reputation: Some(1), ..Default::default() },
		));
		let page = page(elsewhere);
		let PromptPlace::OffChain(reference) = page.prompt else { panic!("it lies elsewhere") };
		assert_eq!((reference.hash, &reference.uri[..]), ([3; 32], &b"ipfs://x"[..]));
		assert_eq!(page.requirements.unwrap().min_reputation, 1);
	});
}

#[test]
fn the_payout_is_a_ceiling_until_delivery_and_then_what_is_paid() {
	run(|| {
		assert_eq!(page(submit()).payout, None);
		let job_id = submit_model(ROYAL_MODEL);
		assign_new(job_id);
		let most = page(job_id).payout.unwrap();
		assert_eq!(most.gross, PRICE * Balance::from(TOKENS));
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		assert_eq!(page(job_id).payout, Some(most));
		deliver(job_id, TOKENS / 2);
		let exact = page(job_id).payout.unwrap();
		let parts = exact.fee + exact.royalty + exact.parent_royalty + exact.provider;
		assert_eq!((exact.gross, parts), (most.gross / 2, exact.gross));
		assert_eq!(exact.gross + exact.refund, ESCROW);
		assert!(exact.royalty > 0 && exact.parent_royalty > 0);

		let before = free(&owner(0));
		assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
		assert_eq!(free(&owner(0)) - before, exact.provider);
		assert_eq!(page(job_id).payout, None);
	});
}

#[test]
fn open_jobs_are_the_recent_pending_ones_latest_first() {
	run(|| {
		let first = submit();
		let second = submit();
		assert_ok!(Market::cancel_job(signed(ALICE), second));
		pass(5);
		let third = submit();
		assert_eq!(open(0), [third, first]);
		// Bidding on the first is over, but others look at why they cannot bid.
		go_to(1_012);
		assert_eq!(open(0), [third, first]);
		let seen = Market::job_as_seen(first, job(first), &did(0)).unwrap();
		assert_eq!(seen.answer, Err(CannotBid::BiddingClosed(Refusal::TooLate)));
		go_to(1_000 + MAX_BIDDING - 1);
		assert_eq!(open(0), [third, first]);
		go_to(1_000 + MAX_BIDDING);
		assert_eq!(open(0), [third]);
		go_to(1_005 + MAX_BIDDING);
		assert!(open(0).is_empty());
	});
}

#[test]
fn an_open_job_names_the_prices_that_a_bid_can_have() {
	run(|| {
		let rule = PriceRule::AtLeast(7);
		register_model(MODEL, model(ModelTerms { price: rule, ..Default::default() }));
		let job_id = submit();
		let seen = Market::job_as_seen(job_id, job(job_id), &did(0)).unwrap();
		assert_eq!((seen.lowest_price, seen.highest_price), (7, ESCROW / Balance::from(TOKENS)));
		assert_eq!(seen.answer, Ok(()));
		assert_noop!(bid(job_id, 0, seen.lowest_price - 1), E::PriceRefused);
		assert_noop!(bid(job_id, 0, seen.highest_price + 1), E::BidAboveBudget);
		assert_ok!(bid(job_id, 0, seen.highest_price));
		assert_ok!(bid(job_id, 1, seen.lowest_price));
	});
}

#[test]
fn no_older_job_can_be_open_than_the_bounds_allow() {
	run(|| {
		let mut parameters = Parameters::<Test>::get();
		parameters.bidding = MAX_BIDDING;
		assert_eq!(parameters.validate(), Ok(()));
		parameters.bidding = MAX_BIDDING + 1;
		assert_eq!(parameters.validate(), Err(ParameterError::Bidding));
		parameters.bidding = 1;
		(parameters.retention, parameters.rating) = (MAX_BIDDING - 1, 1);
		assert_eq!(parameters.validate(), Err(ParameterError::Retention));
	});
}

#[test]
fn the_walk_ends_where_a_record_is_gone() {
	run(|| {
		let gone = submit();
		assert_ok!(Market::cancel_job(signed(ALICE), gone));
		go_to_deadline(gone);
		let left = submit();
		assert_ok!(Market::reap_job(signed(STRANGER), gone));
		assert_eq!(
			Market::jobs_before(None).map(|(id, job)| (id, job.is_some())).collect::<Vec<_>>(),
			[(left, true), (gone, false)]
		);
		assert_eq!(open(0), [left]);
	});
}

#[test]
fn a_node_has_work_and_bids() {
	run(|| {
		let share = |job_id, n| Market::node_share(job_id, &job(job_id), &did(n).hash());
		let job_id = submit();
		assert_eq!(share(job_id, 0), None);
		assert_ok!(bid(job_id, 0, PRICE));
		assert_ok!(bid(job_id, 1, PRICE * 2));
		let Some(NodeShare::Bid { status, bid }) = share(job_id, 1) else { panic!("a bid") };
		assert_eq!((status, bid.bond), (JobStatus::Pending, held(HoldReason::BidBond, &owner(1))));
		assert!(share(job_id, 1).unwrap().is_counted());

		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
		let Some(NodeShare::Work { status, payout, at_risk, requester, .. }) = share(job_id, 0)
		else {
			panic!("work")
		};
		assert_eq!((status, requester), (JobStatus::Assigned, ALICE));
		assert_eq!((at_risk, payout.gross), (PRICE * 1_000, PRICE * 1_000));
		assert_eq!(share(job_id, 2), None);
		// The losing bid stays until it is withdrawn, and counts.
		let Some(NodeShare::Bid { status, .. }) = share(job_id, 1) else { panic!("a bid") };
		assert_eq!(status, JobStatus::Assigned);

		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		deliver(job_id, 1);
		assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
		assert_eq!(share(job_id, 0), None, "paid");
		assert!(share(job_id, 1).is_some());
		assert_ok!(Market::withdraw_bid(signed(STRANGER), job_id, did_bytes(1)));
		assert_eq!(share(job_id, 1), None);
	});
}

#[test]
fn a_struck_bid_is_not_counted() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		change_node(0, |node| node.status = NodeStatus::Inactive);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		let share = Market::node_share(job_id, &job(job_id), &did(0).hash()).unwrap();
		assert!(!share.is_counted());
	});
}

proptest! {
	/// What a page says of a call is what the transition table says at every tick.
	#[test]
	fn windows_agree_with_the_table(
		state in 0usize..9, call in 0usize..17, now in 0u32..60, bid_end in 0u32..40,
		more in 0u32..30, rating in 0u32..60, answered in any::<bool>(),
	) {
		use crate::lifecycle::Moment;
		let states = [
			JobStatus::Pending, JobStatus::Assigned, JobStatus::Processing, JobStatus::Completed,
			JobStatus::Failed, JobStatus::Settled, JobStatus::Disputed, JobStatus::Cancelled,
			JobStatus::Expired,
		];
		let phase = if answered { DisputePhase::Answered } else { DisputePhase::Open };
		let moment = Moment {
			status: states[state], now, bid_end, deadline: bid_end + more, rating_end: rating,
			dispute: (states[state] == JobStatus::Disputed).then_some(phase),
			key: if answered { KeyPhase::Owed } else { KeyPhase::Ready },
		};
		let call = JobCall::ALL[call];
		let window = call.window(&moment);
		for tick in now..120 {
			let valid = call.check(&Moment { now: tick, ..moment }).is_ok();
			let said = window
				.is_some_and(|(from, until)| tick >= from && until.is_none_or(|until| tick < until));
			prop_assert_eq!(said, valid, "{:?} at {}", call, tick);
		}
	}
}
