//! The whole product of states, calls and times, against an explicit table.

use super::*;
use JobStatus::*;

/// What a call does in a state, before and from the state's limit on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
	/// Succeeds.
	Yes,
	/// `InvalidState`.
	No,
	/// `TooEarly`.
	Early,
	/// `TooLate`.
	Late,
}
use Answer::*;

/// A moment in a state.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
	/// Pending, the last tick of bidding.
	Bidding,
	/// The last tick before the deadline.
	Before,
	/// The tick of the deadline.
	At,
}

/// A state, and of a dispute what it waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Walk(JobStatus, Option<DisputePhase>);

/// What the walked job is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
	/// Like most.
	Plain,
	/// Confidential. Where it is assigned, it waits for its key.
	Waiting,
	/// Confidential. Where it is assigned, it has its key.
	Keyed,
}

const STATES: [Walk; 10] = [
	Walk(Pending, None),
	Walk(Assigned, None),
	Walk(Processing, None),
	Walk(Completed, None),
	Walk(Failed, None),
	Walk(Settled, None),
	Walk(Disputed, Some(DisputePhase::Open)),
	Walk(Disputed, Some(DisputePhase::Answered)),
	Walk(Cancelled, None),
	Walk(Expired, None),
];

/// Job 0 in `state`, submitted by ALICE, with node 0 where a node is needed and one bid of node 1
/// that is open or has lost. Node 2 has not bid.
fn prepare(Walk(state, phase): Walk, kind: Kind) {
	let job_id = match kind {
		Kind::Plain => submit(),
		Kind::Waiting | Kind::Keyed => {
			let job_id = submit_sealed();
			for n in 0..5 {
				attest(n, 10_000);
			}
			job_id
		}
	};
	assert_ok!(bid(job_id, 1, PRICE));
	let assign = || {
		assign_new(job_id);
		if kind == Kind::Keyed || (kind == Kind::Waiting && state != Assigned) {
			assert_ok!(deliver_key(job_id));
		}
	};
	let start = || {
		assign();
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
	};
	let complete = || {
		start();
		match kind {
			Kind::Plain => deliver(job_id, 10),
			Kind::Waiting | Kind::Keyed => {
				assert_ok!(deliver_sealed(job_id, 10));
			}
		}
	};
	match state {
		Pending => {
			// Somebody to promote: a leader is not eligible, node 4 is next.
			for n in [0, 2, 4] {
				assert_ok!(bid(job_id, n, PRICE));
			}
			change_node(2, |node| node.status = NodeStatus::Suspended);
		}
		Assigned => assign(),
		Processing => start(),
		Completed => complete(),
		Failed => {
			start();
			assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
		}
		Settled => {
			complete();
			assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
		}
		Disputed => {
			complete();
			let reason = match phase {
				Some(DisputePhase::Answered) => DisputeReason::Other,
				_ => DisputeReason::NotDelivered,
			};
			assert_ok!(Market::dispute_job(signed(ALICE), job_id, reason, EVIDENCE));
			if phase == Some(DisputePhase::Answered) {
				let answer = DisputeAnswer::Evidence([8; 32]);
				assert_ok!(Market::answer_dispute(signed(owner(0)), job_id, answer));
			}
		}
		Cancelled => {
			assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		}
		Expired => {
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
		}
	}
	assert_eq!(status(job_id), state);
}

/// Makes `call` on job 0 by whoever may.
fn make(call: JobCall, state: JobStatus, kind: Kind) -> Result<(), DispatchError> {
	match call {
		JobCall::PlaceBid => bid(0, 3, PRICE),
		JobCall::WithdrawBid => plain(Market::withdraw_bid(signed(owner(1)), 0, did_bytes(1))),
		JobCall::PromoteBid => plain(Market::promote_bid(signed(STRANGER), 0, did_bytes(4))),
		JobCall::AssignJob => plain(Market::assign_job(signed(ALICE), 0, did_bytes(1))),
		JobCall::MatchJob => plain(Market::match_job(signed(STRANGER), 0)),
		JobCall::CancelJob => Market::cancel_job(signed(ALICE), 0),
		JobCall::StartJob => plain(Market::start_job(signed(owner(0)), 0)),
		JobCall::CompleteJob if kind != Kind::Plain && state == Processing => deliver_sealed(0, 1),
		JobCall::CompleteJob => Market::complete_job(signed(owner(0)), 0, result_hash(), 1, None),
		JobCall::AbandonJob => plain(Market::abandon_job(signed(owner(0)), 0)),
		JobCall::AcceptResult => {
			let rating = (state == Settled).then_some(5);
			plain(Market::accept_result(signed(ALICE), 0, rating))
		}
		JobCall::FinalizeJob => plain(Market::finalize_job(signed(STRANGER), 0)),
		JobCall::ExpireJob => plain(Market::expire_job(signed(STRANGER), 0)),
		JobCall::ReapJob => {
			// Losing bids go first, by anyone.
			if JobBids::<Test>::contains_key(0, did(1).hash()) && state.is_terminal() {
				assert_ok!(Market::withdraw_bid(signed(STRANGER), 0, did_bytes(1)));
			}
			Market::reap_job(signed(STRANGER), 0)
		}
		JobCall::DisputeJob => {
			Market::dispute_job(signed(ALICE), 0, DisputeReason::NotDelivered, EVIDENCE)
		}
		JobCall::AnswerDispute => {
			let answer = DisputeAnswer::Result(RESULT.to_vec());
			Market::answer_dispute(signed(owner(0)), 0, answer)
		}
		JobCall::ResolveDispute => {
			Market::resolve_dispute(signed(ARBITER), 0, Verdict::ProviderWins)
		}
		JobCall::DeliverKey => {
			let pinned = SealedJobs::<Test>::get(0).and_then(|sealed| sealed.pinned);
			let to = pinned.map_or([0; 32], |pinned| recipient(pinned.attestation));
			Market::deliver_key(signed(ALICE), 0, 1, to, sealed_key())
		}
	}
}

/// The table of PROTOCOL: answers during bidding, before the deadline and at the deadline, in the
/// order of [`JobCall::ALL`]: place, withdraw, promote, assign, match, cancel, start, complete,
/// abandon, accept, finalize, expire, reap, the three of disputes: dispute, answer, resolve, and the
/// delivery of a key.
fn expected(walk: Walk, kind: Kind, when: When) -> [Answer; 17] {
	let (state, disputes) = match walk {
		Walk(Completed, _) if when == When::At => (Completed, [Late, No, No]),
		Walk(Completed, _) => (Completed, [Yes, No, No]),
		Walk(Disputed, Some(DisputePhase::Open)) if when == When::At => (Disputed, [No, Late, No]),
		Walk(Disputed, Some(DisputePhase::Open)) => (Disputed, [No, Yes, No]),
		Walk(Disputed, _) if when == When::At => (Disputed, [No, No, Late]),
		Walk(Disputed, _) => (Disputed, [No, No, Yes]),
		Walk(state, _) => (state, [No, No, No]),
	};
	let others = match (state, when) {
		(Pending, When::Bidding) => {
			[Yes, Yes, Early, Yes, Early, Yes, No, No, No, No, No, Early, No]
		}
		(Pending, When::Before) => [Late, Late, Yes, Yes, Yes, Yes, No, No, No, No, No, Early, No],
		(Pending, When::At) => [Late, Late, Late, Late, Late, Late, No, No, No, No, No, Yes, No],

		(Assigned, When::At) => [No, Yes, No, No, No, No, Late, No, Late, No, No, Yes, No],
		(Assigned, _) => [No, Yes, No, No, No, No, Yes, No, Yes, No, No, Early, No],

		(Processing, When::At) => [No, Yes, No, No, No, No, No, Late, Late, No, No, Yes, No],
		(Processing, _) => [No, Yes, No, No, No, No, No, Yes, Yes, No, No, Early, No],

		(Completed, When::At) => [No, Yes, No, No, No, No, No, No, No, Late, Yes, No, No],
		(Completed, _) => [No, Yes, No, No, No, No, No, No, No, Yes, Early, No, No],

		(Disputed, When::At) => [No, Yes, No, No, No, No, No, No, Late, Late, No, Yes, No],
		(Disputed, _) => [No, Yes, No, No, No, No, No, No, Yes, Yes, No, Early, No],

		// The rating period is as long as the retention by default.
		(Settled, When::At) => [No, Yes, No, No, No, No, No, No, No, Late, No, No, Yes],
		(Settled, _) => [No, Yes, No, No, No, No, No, No, No, Yes, No, No, Early],

		(Failed | Cancelled | Expired, When::At) => {
			[No, Yes, No, No, No, No, No, No, No, No, No, No, Yes]
		}
		(Failed | Cancelled | Expired, _) => {
			[No, Yes, No, No, No, No, No, No, No, No, No, No, Early]
		}
	};
	let mut all = [No; 17];
	all[..13].copy_from_slice(&others);
	all[13..16].copy_from_slice(&disputes);
	if kind == Kind::Waiting && state == Assigned {
		// Its key comes before it starts.
		all[16] = core::mem::replace(&mut all[6], No);
	}
	all
}

/// Where a call that succeeds leads, if to one state only.
fn state_after(walk: Walk, kind: Kind, call: JobCall) -> Option<JobStatus> {
	match (walk, call) {
		(_, JobCall::DeliverKey) => Some(Assigned),
		(Walk(Assigned, _), JobCall::ExpireJob) if kind == Kind::Waiting => Some(Cancelled),
		(_, JobCall::AssignJob | JobCall::MatchJob) => Some(Assigned),
		(_, JobCall::CancelJob) => Some(Cancelled),
		(_, JobCall::StartJob) => Some(Processing),
		(_, JobCall::CompleteJob) => Some(Completed),
		(_, JobCall::AcceptResult | JobCall::FinalizeJob) => Some(Settled),
		(_, JobCall::DisputeJob) => Some(Disputed),
		// The walk disputes delivery where it does not go on to the arbiter.
		(_, JobCall::AnswerDispute) => Some(Completed),
		(_, JobCall::ResolveDispute) => Some(Settled),
		(Walk(Disputed, _), JobCall::AbandonJob) => Some(Failed),
		(Walk(Disputed, Some(DisputePhase::Open)), JobCall::ExpireJob) => Some(Failed),
		(Walk(Disputed, _), JobCall::ExpireJob) => Some(Settled),
		(Walk(Processing, _), JobCall::AbandonJob | JobCall::ExpireJob) => Some(Failed),
		(Walk(Pending, _), JobCall::ExpireJob) => Some(Expired),
		_ => None,
	}
}

#[test]
fn every_state_call_and_time_answers_as_the_table_says() {
	for kind in [Kind::Plain, Kind::Waiting, Kind::Keyed] {
		assert_eq!(walk_all(kind), (10 * 2 + 1) * 17);
	}
}

fn walk_all(kind: Kind) -> usize {
	let mut walked = 0;
	for walk in STATES {
		let Walk(state, _) = walk;
		for when in [When::Bidding, When::Before, When::At] {
			if when == When::Bidding && state != Pending {
				continue;
			}
			for (call, answer) in JobCall::ALL.into_iter().zip(expected(walk, kind, when)) {
				run(|| {
					prepare(walk, kind);
					match when {
						When::Bidding => go_to(job(0).bid_end - 1),
						When::Before => go_to(job(0).deadline - 1),
						When::At => go_to_deadline(0),
					}
					let shown = Market::job_now(0).unwrap().calls.contains(&call);
					let case = format!("{kind:?} {walk:?} {when:?} {call:?}");
					match answer {
						Yes => {
							assert_ok!(make(call, state, kind));
							if let Some(after) = state_after(walk, kind, call) {
								assert_eq!(status(0), after, "{case}");
							}
						}
						refused => {
							let error = match refused {
								No => E::InvalidState,
								Early => E::TooEarly,
								Late => E::TooLate,
								Yes => unreachable!(),
							};
							if call == JobCall::ReapJob {
								// Its preparation withdraws a bid.
								assert_err!(make(call, state, kind), error);
							} else {
								assert_noop!(make(call, state, kind), error);
							}
						}
					}
					// The view says the same, but for the bid in the way of reaping.
					let shown_as = if call == JobCall::ReapJob { false } else { answer == Yes };
					assert_eq!(shown, shown_as, "{case}");
				});
				walked += 1;
			}
		}
	}
	walked
}

#[test]
fn every_call_on_a_missing_job_says_so() {
	run(|| {
		for call in JobCall::ALL {
			let result = make(call, Pending, Kind::Plain);
			assert_noop!(result, E::JobNotFound);
		}
	});
}
