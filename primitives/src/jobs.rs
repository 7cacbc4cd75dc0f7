//! What the marketplace tells others about the end of a job.

use crate::DidHash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;

/// Number of a job. Counted up from 0, never reused.
pub type JobId = u64;

/// How a job ended for the node that held it.
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
pub enum JobOutcome {
	/// Result delivered in time and paid.
	OnTime,
	/// Result delivered inside the late grace and paid with the late penalty.
	Late,
	/// Given back by the node before it started.
	Returned,
	/// Given up by the node after it started.
	Abandoned,
	/// Not started by the deadline.
	NoShow,
	/// Started, but no result by the deadline.
	TimedOut,
	/// The arbiter decided a dispute for the requester.
	LostDispute,
	/// A dispute was opened and the node did not answer in time.
	Unanswered,
	/// A dispute ended in part payment, by the arbiter's decision or silence: nobody's fault.
	Undecided,
}

/// The end of one node's attempt at a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobEnd<AccountId, Balance> {
	/// The job.
	pub job: JobId,
	/// Hash of the node's DID.
	pub node: DidHash,
	/// Who owned the node when it got the job.
	pub owner: AccountId,
	/// The requester.
	pub payer: AccountId,
	/// How it ended.
	pub outcome: JobOutcome,
	/// Price × max_tokens: the ceiling of any slash.
	pub at_risk: Balance,
	/// The platform fee that the job really paid. Zero also where the payer owns the node or the
	/// model or controls the node's DID, so that nobody buys standing from himself.
	pub fee_paid: Balance,
}

/// Keeps standings and punishes.
///
/// Called from settlement, which never fails: an implementation records what it can and must not
/// panic. An error is allowed only where a call is nested so deeply that no storage layer can be
/// opened; nothing has changed then, and the caller fails too.
pub trait JobReport<AccountId, Balance> {
	/// An attempt ended.
	fn outcome(end: &JobEnd<AccountId, Balance>) -> DispatchResult;

	/// The payer of the settled job that ended as `end` rated it with 1 to 5 stars. At most once
	/// per job.
	fn rating(end: &JobEnd<AccountId, Balance>, stars: u8) -> DispatchResult;
}

impl<AccountId, Balance> JobReport<AccountId, Balance> for () {
	fn outcome(_: &JobEnd<AccountId, Balance>) -> DispatchResult {
		Ok(())
	}
	fn rating(_: &JobEnd<AccountId, Balance>, _: u8) -> DispatchResult {
		Ok(())
	}
}
