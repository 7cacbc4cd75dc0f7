//! When each call is valid: the transition table as one pure function.
//!
//! The calls themselves and the view function [`job_now`](crate::Pallet::job_now) both ask
//! [`JobCall::check`], so what a wallet shows is what the chain does. For any live job, ordinary
//! calls and expiry calls are never valid at the same moment: the former need `now < deadline`, the
//! latter `now >= deadline`.

use crate::types::{DisputePhase, JobStatus};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::PalletError;
use scale_info::TypeInfo;

/// A call that acts on an existing job.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum JobCall {
	/// `place_bid`.
	PlaceBid,
	/// `withdraw_bid`.
	WithdrawBid,
	/// `promote_bid`.
	PromoteBid,
	/// `assign_job`.
	AssignJob,
	/// `match_job`.
	MatchJob,
	/// `cancel_job`.
	CancelJob,
	/// `start_job`.
	StartJob,
	/// `complete_job`.
	CompleteJob,
	/// `abandon_job`.
	AbandonJob,
	/// `accept_result`.
	AcceptResult,
	/// `finalize_job`.
	FinalizeJob,
	/// `expire_job`.
	ExpireJob,
	/// `reap_job`.
	ReapJob,
	/// `dispute_job`.
	DisputeJob,
	/// `answer_dispute`.
	AnswerDispute,
	/// `resolve_dispute`.
	ResolveDispute,
	/// `deliver_key`.
	DeliverKey,
}

impl JobCall {
	/// Every call, in the order of the enum.
	pub const ALL: [JobCall; 17] = [
		JobCall::PlaceBid,
		JobCall::WithdrawBid,
		JobCall::PromoteBid,
		JobCall::AssignJob,
		JobCall::MatchJob,
		JobCall::CancelJob,
		JobCall::StartJob,
		JobCall::CompleteJob,
		JobCall::AbandonJob,
		JobCall::AcceptResult,
		JobCall::FinalizeJob,
		JobCall::ExpireJob,
		JobCall::ReapJob,
		JobCall::DisputeJob,
		JobCall::AnswerDispute,
		JobCall::ResolveDispute,
		JobCall::DeliverKey,
	];
}

/// Why a call is not valid for a job now.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	PalletError,
)]
pub enum Refusal {
	/// The call does not exist in the job's state.
	InvalidState,
	/// The call becomes valid later.
	TooEarly,
	/// The time for the call has passed.
	TooLate,
}

/// The facts on which a call's validity depends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment<BlockNumber> {
	/// State of the job.
	pub status: JobStatus,
	/// The clock.
	pub now: BlockNumber,
	/// End of bidding.
	pub bid_end: BlockNumber,
	/// The job's one deadline.
	pub deadline: BlockNumber,
	/// End of the time for a late rating; read for settled jobs only.
	pub rating_end: BlockNumber,
	/// What the dispute of a disputed job waits for.
	pub dispute: Option<DisputePhase>,
	/// Whether an assigned job waits for its key.
	pub key: KeyPhase,
}

/// Whether the node of a job has what it needs to start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyPhase {
	/// It has, as far as keys go.
	Ready,
	/// The data key of the prompt is still to come.
	Owed,
}

impl JobCall {
	/// Whether the call is valid at `moment`.
	pub fn check<BlockNumber: Ord + Copy>(
		self,
		moment: &Moment<BlockNumber>,
	) -> Result<(), Refusal> {
		use JobCall::*;
		use JobStatus::*;
		let Moment { status, now, bid_end, deadline, rating_end, dispute, key } = *moment;
		let before = |end| if now < end { Ok(()) } else { Err(Refusal::TooLate) };
		let from = |start| if now >= start { Ok(()) } else { Err(Refusal::TooEarly) };

		match (status, self) {
			(Pending, PlaceBid | WithdrawBid) => before(bid_end),
			(Pending, AssignJob | CancelJob) => before(deadline),
			// Both strike bids. A bid that is struck while bids still come in could be placed anew.
			(Pending, MatchJob | PromoteBid) => from(bid_end).and(before(deadline)),
			(Assigned, StartJob) if key == KeyPhase::Ready => before(deadline),
			(Assigned, DeliverKey) if key == KeyPhase::Owed => before(deadline),
			(Assigned, AbandonJob) => before(deadline),
			(Processing, CompleteJob | AbandonJob) => before(deadline),
			(Pending | Assigned | Processing | Disputed, ExpireJob) => from(deadline),
			(Completed, AcceptResult | DisputeJob) => before(deadline),
			(Completed, FinalizeJob) => from(deadline),
			(Disputed, AcceptResult | AbandonJob) => before(deadline),
			(Disputed, AnswerDispute) if dispute == Some(DisputePhase::Open) => before(deadline),
			(Disputed, ResolveDispute) if dispute == Some(DisputePhase::Answered) => {
				before(deadline)
			}
			(Settled, AcceptResult) => before(rating_end),
			(Failed | Settled | Cancelled | Expired, ReapJob) => from(deadline),
			(Pending, _) => Err(Refusal::InvalidState),
			// A losing bid leaves whenever its job is no longer looking for a node. Until the node has
			// started only its bidder takes it out, which the call sees to.
			(_, WithdrawBid) => Ok(()),
			_ => Err(Refusal::InvalidState),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const STATES: [JobStatus; 9] = [
		JobStatus::Pending,
		JobStatus::Assigned,
		JobStatus::Processing,
		JobStatus::Completed,
		JobStatus::Failed,
		JobStatus::Settled,
		JobStatus::Disputed,
		JobStatus::Cancelled,
		JobStatus::Expired,
	];

	/// Calls that move a job on because its deadline has passed.
	const EXPIRY: [JobCall; 3] = [JobCall::ExpireJob, JobCall::FinalizeJob, JobCall::ReapJob];

	proptest! {
		#[test]
		fn ordinary_and_expiry_calls_never_overlap(
			state in 0usize..9, now in 0u32..300, bid_end in 0u32..200, more in 0u32..100,
			rating in 0u32..300, answered in any::<bool>(), owed in any::<bool>(),
		) {
			let phase = if answered { DisputePhase::Answered } else { DisputePhase::Open };
			let moment = Moment {
				status: STATES[state], now, bid_end, deadline: bid_end + more, rating_end: rating,
				dispute: (STATES[state] == JobStatus::Disputed).then_some(phase),
				key: if owed { KeyPhase::Owed } else { KeyPhase::Ready },
			};
			let valid = |call: &JobCall| call.check(&moment).is_ok();
			let expiry = EXPIRY.iter().any(valid);
			let ordinary = JobCall::ALL
				.iter()
				.filter(|c| !EXPIRY.contains(c) && **c != JobCall::WithdrawBid)
				// A late rating and the reaping of the record are both open on a settled job.
				.filter(|c| !(moment.status == JobStatus::Settled && **c == JobCall::AcceptResult))
				.any(valid);
			prop_assert!(!(expiry && ordinary));
			// A node starts or waits for its key.
			prop_assert!(!(valid(&JobCall::StartJob) && valid(&JobCall::DeliverKey)));
			// Whoever is silent, an open job can always be moved on once its deadline has passed.
			if matches!(moment.status, JobStatus::Pending | JobStatus::Assigned
				| JobStatus::Processing | JobStatus::Completed | JobStatus::Disputed) {
				prop_assert_eq!(expiry, now >= moment.deadline);
			}
		}
	}
}
