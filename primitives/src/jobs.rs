//! What the marketplace tells others about the end of a job.

use crate::DidHash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::PalletError;
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
	/// Nobody's fault, at least not the node's: a dispute ended in part payment, by the arbiter's
	/// decision or silence; or a confidential job's key did not come or did not open, or the
	/// node's attestation was revoked.
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
	/// The platform fee that the job really paid. Zero also where the payer owns the model, or
	/// owned the node when it got the job, so that nobody buys standing from himself.
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

/// What binds a payment to an attempt at a job. Stored with the payment.
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
pub struct JobTie {
	/// The job.
	pub job: JobId,
	/// Number of the attempt, from 1.
	pub attempt: u8,
	/// Royalty of the job's model, in 1/10 000 of each gross payment.
	pub royalty_bps: u16,
}

/// Why a payment cannot be tied to a job.
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
pub enum TieRefusal {
	/// No such job.
	JobNotFound,
	/// No node has the job: it looks for one, or is over.
	NotRunning,
	/// The payer is not its requester.
	PayerNotRequester,
	/// The payee does not own the node that has it.
	PayeeNotProvider,
}

/// Who receives the royalty of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoyaltyPayees<AccountId> {
	/// Owner of the model. A model that is gone leaves its royalty to the fee account.
	pub model: Option<AccountId>,
	/// Owner of its parent.
	pub parent: Option<AccountId>,
	/// The parent's share, in 1/10 000 of the royalty.
	pub parent_bps: u16,
}

/// What payments tied to one attempt at a job came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TiedPayment<AccountId, Balance> {
	/// The job.
	pub job: JobId,
	/// Number of the attempt.
	pub attempt: u8,
	/// Who owned the node and was paid.
	pub payee: AccountId,
	/// Paid in all, before shares.
	pub gross: Balance,
	/// The platform's part of it.
	pub fee: Balance,
	/// The models' owners' part of it.
	pub royalty: Balance,
}

/// What payments that are tied to a job need to know of it.
pub trait JobInspect<AccountId, BlockNumber> {
	/// Ties a payment from `payer` to `payee` to the present attempt at `job`, or says why not.
	/// Changes nothing: [`JobTies::tie`] counts it.
	fn tie_of(job: JobId, payer: &AccountId, payee: &AccountId) -> Result<JobTie, TieRefusal>;

	/// When the attempt ended. `None` while it runs. Known as long as something is tied to it.
	fn ended_at(job: JobId, attempt: u8) -> Option<BlockNumber>;

	/// Who receives the royalty now.
	fn royalty_payees(job: JobId) -> RoyaltyPayees<AccountId>;

	/// How many payments are tied to the attempt.
	fn tied(job: JobId, attempt: u8) -> u32;
}

/// Counts what is tied to a job, which is not removed before all of it is untied.
///
/// Called from settlement: `tie` and `untie` never fail and never panic.
pub trait JobTies<AccountId, Balance> {
	/// One more payment is tied to the attempt.
	fn tie(job: JobId, attempt: u8);

	/// One payment less.
	fn untie(job: JobId, attempt: u8);

	/// Payments tied to an attempt that has ended came to this. Counts as use of the model, and for
	/// the node's standing if the job itself did.
	///
	/// Fails only where a call is nested so deeply that no storage layer can be opened. Nothing has
	/// changed then.
	fn paid(payment: &TiedPayment<AccountId, Balance>) -> DispatchResult;

	/// A job of `payer` that a node of `payee` has, with royalties to both the owner of its model
	/// and of the parent, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(payer: &AccountId, payee: &AccountId) -> JobId;

	/// Settles that job, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(job: JobId);
}

/// No jobs: nothing can be tied.
impl<AccountId, BlockNumber> JobInspect<AccountId, BlockNumber> for () {
	fn tie_of(_: JobId, _: &AccountId, _: &AccountId) -> Result<JobTie, TieRefusal> {
		Err(TieRefusal::JobNotFound)
	}
	fn ended_at(_: JobId, _: u8) -> Option<BlockNumber> {
		None
	}
	fn royalty_payees(_: JobId) -> RoyaltyPayees<AccountId> {
		RoyaltyPayees { model: None, parent: None, parent_bps: 0 }
	}
	fn tied(_: JobId, _: u8) -> u32 {
		0
	}
}
