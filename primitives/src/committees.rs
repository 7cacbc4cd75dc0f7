//! What the marketplace and the committees that keep data keys need to know of each other.

use crate::{AttestationId, JobId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;

/// A job whose data key may still be wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyTerms<AccountId> {
	/// Who submitted the job and sealed its prompt.
	pub requester: AccountId,
	/// Salt of the prompt.
	pub salt: [u8; 32],
	/// How many attempts there can still be that want a key, the present one included. At least one.
	pub attempts: u8,
}

/// An attempt at a job that waits for its data key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyWanted<AccountId, Balance, BlockNumber> {
	/// Number of the attempt.
	pub attempt: u8,
	/// Who owned the node when it got the job.
	pub provider: AccountId,
	/// The attestation that the attempt is pinned to.
	pub attestation: AttestationId,
	/// First tick at which the key comes too late.
	pub deadline: BlockNumber,
	/// What the provider is due for having waited in vain.
	pub compensation: Balance,
}

/// What the release of a job's data key needs to know of the job.
///
/// | method | the job is |
/// |---|---|
/// | [`key_terms`](Self::key_terms) | from its submission until it is started for good, or over |
/// | [`key_wanted`](Self::key_wanted) | assigned and waits for its key, its deadline passed or not |
/// | [`attempt_runs`](Self::attempt_runs) | assigned or processing, in this attempt |
pub trait JobKeys<AccountId, Balance, BlockNumber> {
	/// The job, if an attempt at it wants a data key or one may still come that does. Nothing is
	/// returned for jobs without a sealed prompt.
	fn key_terms(job: JobId) -> Option<KeyTerms<AccountId>>;

	/// The attempt that waits for its key. It goes on to wait after its deadline, until somebody
	/// ends it.
	fn key_wanted(job: JobId) -> Option<KeyWanted<AccountId, Balance, BlockNumber>>;

	/// Whether this attempt has the job and has not delivered, so that its enclave may read the key
	/// again.
	fn attempt_runs(job: JobId, attempt: u8) -> bool;

	/// The attempt that waits for its key has it: its time to start begins. Called before its
	/// deadline only, and only while [`key_wanted`](Self::key_wanted) names it.
	fn key_delivered(job: JobId, attempt: u8) -> DispatchResult;

	/// A job of `requester` whose first attempt, by a node of `provider` pinned to `attestation`,
	/// waits for its key for at least 20 ticks, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		requester: &AccountId,
		provider: &AccountId,
		attestation: AttestationId,
	) -> JobId;

	/// Ends that job, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(job: JobId);
}

/// Whose part it was to deliver a data key that did not come.
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
pub enum KeyFault {
	/// The requester's.
	#[codec(index = 0)]
	Requester,
	/// A committee's. Its members pay: the requester owes nobody anything.
	#[codec(index = 1)]
	Committee,
}

/// Committees that release data keys, as the marketplace sees them.
///
/// | moment | method |
/// |---|---|
/// | bid, assignment, match, hire of a job with a sealed prompt | [`conflicts`](Self::conflicts): not eligible |
/// | expiry of an attempt that waited for its key | [`key_missed`](Self::key_missed) |
///
/// Called from settlement: an implementation never fails and never panics.
pub trait CommitteeKeys<AccountId, BlockNumber> {
	/// Whether an owner or the platform of an attestation has a seat in the committee that keeps the
	/// key of `job`. Its members are never the job's provider.
	fn conflicts(job: JobId, owner: &AccountId, attestation: AttestationId) -> bool;

	/// The attempt waited in vain until `deadline`, which is over. Says whose fault it is and, if it
	/// is the committee's, has its silent members pay the provider. To be called once, before the
	/// attempt ends.
	fn key_missed(job: JobId, attempt: u8, deadline: BlockNumber) -> KeyFault;

	/// Has the largest committee keep the key of a job whose attempt waits for it, for benchmarks. It got
	/// the key too late to be blamed.
	#[cfg(feature = "runtime-benchmarks")]
	fn keep_for_benchmark(job: JobId);
}

/// No committees: requesters deliver all keys themselves.
impl<AccountId, BlockNumber> CommitteeKeys<AccountId, BlockNumber> for () {
	fn conflicts(_: JobId, _: &AccountId, _: AttestationId) -> bool {
		false
	}
	fn key_missed(_: JobId, _: u8, _: BlockNumber) -> KeyFault {
		KeyFault::Requester
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn keep_for_benchmark(_: JobId) {}
}

/// No jobs: no key is wanted.
impl<AccountId, Balance, BlockNumber> JobKeys<AccountId, Balance, BlockNumber> for () {
	fn key_terms(_: JobId) -> Option<KeyTerms<AccountId>> {
		None
	}
	fn key_wanted(_: JobId) -> Option<KeyWanted<AccountId, Balance, BlockNumber>> {
		None
	}
	fn attempt_runs(_: JobId, _: u8) -> bool {
		false
	}
	fn key_delivered(_: JobId, _: u8) -> DispatchResult {
		Ok(())
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(_: &AccountId, _: &AccountId, _: AttestationId) -> JobId {
		0
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(_: JobId) {}
}
