//! What the marketplace tells others about the end of a job.

use crate::DidHash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

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
}

/// Keeps standings and punishes.
///
/// Every method is called from settlement, which never fails: an implementation records what it
/// can and must not panic or return an error.
pub trait JobReport<AccountId, Balance> {
	/// `node`'s attempt at job `job` ended as `outcome`. `at_risk` is price × max_tokens, the
	/// ceiling of any slash; `fee_paid` the platform fee that the job really paid; `payer` the
	/// requester.
	fn outcome(
		job: JobId,
		node: &DidHash,
		payer: &AccountId,
		outcome: JobOutcome,
		at_risk: Balance,
		fee_paid: Balance,
	);

	/// The payer rated a settled job with 1 to 5 stars. At most once per job.
	fn rating(job: JobId, node: &DidHash, payer: &AccountId, stars: u8, fee_paid: Balance);
}

impl<AccountId, Balance> JobReport<AccountId, Balance> for () {
	fn outcome(_: JobId, _: &DidHash, _: &AccountId, _: JobOutcome, _: Balance, _: Balance) {}
	fn rating(_: JobId, _: &DidHash, _: &AccountId, _: u8, _: Balance) {}
}
