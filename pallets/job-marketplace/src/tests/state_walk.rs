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

const STATES: [JobStatus; 9] =
	[Pending, Assigned, Processing, Completed, Failed, Settled, Disputed, Cancelled, Expired];

/// Job 0 in `state`, submitted by ALICE, with node 0 where a node is needed and one bid of node 1
/// that is open or has lost. Node 2 has not bid.
fn prepare(state: JobStatus) {
	let job_id = submit();
	assert_ok!(bid(job_id, 1, PRICE));
	let assign = || {
		assign_new(job_id);
	};
	let start = || {
		assign();
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
	};
	let complete = || {
		start();
		deliver(job_id, 10);
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
			Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().status = Disputed);
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
fn make(call: JobCall, state: JobStatus) -> Result<(), DispatchError> {
	let result = match call {
		JobCall::PlaceBid => return bid(0, 3, PRICE),
		JobCall::WithdrawBid => {
			return Market::withdraw_bid(signed(owner(1)), 0, did_bytes(1))
				.map(|_| ())
				.map_err(|e| e.error)
		}
		JobCall::PromoteBid => Market::promote_bid(signed(STRANGER), 0, did_bytes(4)),
		JobCall::AssignJob => Market::assign_job(signed(ALICE), 0, did_bytes(1)),
		JobCall::MatchJob => Market::match_job(signed(STRANGER), 0),
		JobCall::CancelJob => Market::cancel_job(signed(ALICE), 0),
		JobCall::StartJob => Market::start_job(signed(owner(0)), 0),
		JobCall::CompleteJob => Market::complete_job(signed(owner(0)), 0, result_hash(), 1, None),
		JobCall::AbandonJob => Market::abandon_job(signed(owner(0)), 0),
		JobCall::AcceptResult => {
			let rating = (state == Settled).then_some(5);
			return Market::accept_result(signed(ALICE), 0, rating)
				.map(|_| ())
				.map_err(|e| e.error);
		}
		JobCall::FinalizeJob => Market::finalize_job(signed(STRANGER), 0),
		JobCall::ExpireJob => Market::expire_job(signed(STRANGER), 0),
		JobCall::ReapJob => {
			// Losing bids go first, by anyone.
			if JobBids::<Test>::contains_key(0, did(1).hash()) && state.is_terminal() {
				assert_ok!(Market::withdraw_bid(signed(STRANGER), 0, did_bytes(1)));
			}
			Market::reap_job(signed(STRANGER), 0)
		}
	};
	result
}

/// The table of PROTOCOL: answers during bidding, before the deadline and at the deadline, in the
/// order of [`JobCall::ALL`]: place, withdraw, promote, assign, match, cancel, start, complete,
/// abandon, accept, finalize, expire, reap.
fn expected(state: JobStatus, when: When) -> [Answer; 13] {
	match (state, when) {
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

		// Disputes come with a later version: nothing reaches this state, nothing leaves it.
		(Disputed, _) => [No, Yes, No, No, No, No, No, No, No, No, No, No, No],

		// The rating period is as long as the retention by default.
		(Settled, When::At) => [No, Yes, No, No, No, No, No, No, No, Late, No, No, Yes],
		(Settled, _) => [No, Yes, No, No, No, No, No, No, No, Yes, No, No, Early],

		(Failed | Cancelled | Expired, When::At) => {
			[No, Yes, No, No, No, No, No, No, No, No, No, No, Yes]
		}
		(Failed | Cancelled | Expired, _) => {
			[No, Yes, No, No, No, No, No, No, No, No, No, No, Early]
		}
	}
}

fn state_after(call: JobCall) -> Option<JobStatus> {
	match call {
		JobCall::AssignJob | JobCall::MatchJob => Some(Assigned),
		JobCall::CancelJob => Some(Cancelled),
		JobCall::StartJob => Some(Processing),
		JobCall::CompleteJob => Some(Completed),
		JobCall::AcceptResult | JobCall::FinalizeJob => Some(Settled),
		_ => None,
	}
}

#[test]
fn every_state_call_and_time_answers_as_the_table_says() {
	let mut walked = 0;
	for state in STATES {
		for when in [When::Bidding, When::Before, When::At] {
			if when == When::Bidding && state != Pending {
				continue;
			}
			for (call, answer) in JobCall::ALL.into_iter().zip(expected(state, when)) {
				run(|| {
					prepare(state);
					match when {
						When::Bidding => go_to(job(0).bid_end - 1),
						When::Before => go_to(job(0).deadline - 1),
						When::At => go_to_deadline(0),
					}
					let shown = Market::job_now(0).unwrap().calls.contains(&call);
					let case = format!("{state:?} {when:?} {call:?}");
					match answer {
						Yes => {
							assert_ok!(make(call, state));
							if let Some(after) = state_after(call) {
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
								assert_err!(make(call, state), error);
							} else {
								assert_noop!(make(call, state), error);
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
	assert_eq!(walked, (9 * 2 + 1) * 13);
}

#[test]
fn every_call_on_a_missing_job_says_so() {
	run(|| {
		for call in JobCall::ALL {
			let result = make(call, Pending);
			assert_noop!(result, E::JobNotFound);
		}
	});
}
