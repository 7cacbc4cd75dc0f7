//! Confidential jobs: what they keep, which nodes may take them, and how their keys come.
//!
//! The prompt of a confidential job is sealed under a data key that only its requester has. When a
//! node has the job, that key is sealed to the enclave that the node has proven: by the requester
//! ([`deliver_key`](crate::Pallet::deliver_key)), or by the members of a committee to whom he gave it
//! in advance ([`JobKeys`]). Until then the attempt waits for its key, and its time to start has not
//! begun.
//!
//! What a confidential job keeps lies in maps of their own, so that others never read it:
//! [`SealedJob`] from submission to reaping, the delivered key until it is not needed any more.
//!
//! # Whose fault
//!
//! | what happens | whose fault | the node gets | the requester gets back |
//! |---|---|---|---|
//! | no key in time | the requester's | 1 % of what it could have earned | the rest |
//! | no key in time, and a committee had it | the members', who pay the node | their part | the whole escrow |
//! | the delivered key does not open the prompt, says the enclave | the requester's | 1 % of what it could have earned | the rest |
//! | the released key does not open it, says the enclave | the requester's, who cannot be told from the node | nothing | the whole escrow |
//! | the node's attestation is revoked | nobody's | nothing | the job goes on with another bid, or the whole escrow |

use crate::{assignment::Unfit, lifecycle::KeyPhase, options::StoredPayload, types::*, *};
use ai_compute_primitives::{
	AttestationId, AttestationInspect, CommitteeKeys, Did, DidHash, Doing, JobId, JobKeys,
	JobOutcome, KeyFault, KeyTerms, KeyWanted, PolicyHash, Scope,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{defensive, ensure, weights::Weight, BoundedVec};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult, Percent,
};

/// Bytes of a sealed data key.
pub const MAX_SEALED_KEY_LEN: u32 = 82;

/// What a requester owes a node that it kept from working, of what the node could have earned.
pub const KEY_FAULT_SHARE: Percent = Percent::from_percent(1);

/// Ticks for which an attestation must count beyond the last moment for the result.
pub const ATTESTATION_MARGIN: u32 = 100;

/// How a requester sealed its prompt, and to whom it wants the result sealed.
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
pub struct Sealing {
	/// X25519 key of the requester, made afresh for each prompt, to which the enclave seals the
	/// result.
	pub result_key: [u8; 32],
	/// Salt of the prompt: [`Sealing::salt_of`] the result key. The prompt opens under no other, so an
	/// enclave that derives it knows the result key to be the requester's, whoever handed it over.
	pub salt: [u8; 32],
}

/// First bytes of what a prompt's salt is the hash of.
pub const SALT_TAG: &[u8] = b"ai-compute-pbc/salt/v1";

/// First bytes of what [`opening_hash`](crate::Pallet::opening_hash) is taken of.
pub const OPENING_TAG: &[u8] = b"ai-compute-pbc/opening/v1";

/// Bytes that [`Sealing`] takes in front of a prompt in [`submit_job`](crate::Pallet::submit_job).
pub const SEALING_LEN: usize = 64;

impl Sealing {
	/// How a prompt is sealed whose result goes to `result_key`.
	pub fn to(result_key: [u8; 32]) -> Self {
		Self { result_key, salt: Self::salt_of(&result_key) }
	}

	/// The one salt of a prompt whose result goes to `result_key`.
	pub fn salt_of(result_key: &[u8; 32]) -> [u8; 32] {
		sha2_256(&[SALT_TAG, result_key].concat())
	}

	/// Splits the bytes that a confidential `submit_job` takes: result key, salt, sealed prompt.
	pub fn split(bytes: &[u8]) -> Option<(Self, Vec<u8>)> {
		let (sealing, prompt) = bytes.split_first_chunk::<SEALING_LEN>()?;
		let mut split = Self { result_key: [0; 32], salt: [0; 32] };
		let (result_key, salt) = sealing.split_at(32);
		split.result_key.copy_from_slice(result_key);
		split.salt.copy_from_slice(salt);
		Some((split, prompt.to_vec()))
	}
}

/// Where the data key of an attempt is. Stored: grows at the end only.
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
pub enum KeyState {
	/// Still to come.
	#[codec(index = 0)]
	Owed,
	/// The requester has delivered it.
	#[codec(index = 1)]
	FromRequester,
	/// A committee has released it.
	#[codec(index = 2)]
	FromCommittee,
}

/// What an attempt at a confidential job is pinned to.
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
pub struct Pinned {
	/// The attestation whose enclave has the job.
	pub attestation: AttestationId,
	/// Its data key.
	pub key: KeyState,
}

/// What a confidential job keeps beside its record.
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
pub struct SealedJob {
	/// The policy that its nodes are held to, as it was at submission.
	pub policy: PolicyHash,
	/// `blake2_256` of the sealed prompt.
	pub prompt: H256,
	/// How it was sealed, and to whom the result shall be.
	pub sealing: Sealing,
	/// What the attempt is pinned to, while a node has the job or had it last when it failed.
	pub pinned: Option<Pinned>,
}

/// Why a confidential job ended before its node could work.
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
pub enum KeyFailure {
	/// The requester did not deliver the key.
	NotDelivered,
	/// A committee did not release it.
	NotReleased,
	/// The enclave could not open the prompt with it.
	NotOpened,
}

impl<T: Config> Pallet<T> {
	/// What a new job keeps if it is confidential.
	pub(crate) fn check_sealing(
		model: &Did,
		confidential: bool,
		sealing: Option<Sealing>,
		prompt: &StoredPayload,
	) -> Result<Option<SealedJob>, DispatchError> {
		if !confidential {
			ensure!(sealing.is_none(), Error::<T>::NotConfidential);
			return Ok(None);
		}
		let policy =
			T::Attestations::policy_of(model).ok_or(Error::<T>::ConfidentialUnavailable)?;
		let sealing = sealing.ok_or(Error::<T>::SealingMissing)?;
		T::Attestations::check_result_key(&sealing.result_key)?;
		ensure!(sealing.salt == Sealing::salt_of(&sealing.result_key), Error::<T>::WrongSalt);
		let prompt = match prompt {
			StoredPayload::Inline(bytes) => {
				T::Attestations::check_prompt(bytes)?;
				blake2_256(bytes)
			}
			// What is not on chain shows when the enclave opens it.
			StoredPayload::Reference(reference) => reference.hash,
		};
		Ok(Some(SealedJob { policy, prompt: prompt.into(), sealing, pinned: None }))
	}

	/// Stores what a new confidential job keeps.
	pub(crate) fn seal(job_id: JobId, sealed: SealedJob) {
		let SealedJob { policy, prompt, sealing: Sealing { result_key, salt }, .. } = sealed;
		SealedJobs::<T>::insert(job_id, sealed);
		Self::deposit_event(Event::JobSealed { job_id, policy, prompt, result_key, salt });
	}

	/// Bytes on chain that a confidential job takes more than others.
	pub fn sealed_len() -> u32 {
		let record = u32::try_from(SealedJob::max_encoded_len()).unwrap_or(u32::MAX);
		record.saturating_add(MAX_SEALED_KEY_LEN)
	}

	/// What `job` keeps, which is confidential.
	pub(crate) fn sealed(job_id: JobId) -> Result<SealedJob, Error<T>> {
		SealedJobs::<T>::get(job_id).ok_or_else(|| {
			defensive!("a confidential job has what it keeps");
			Error::<T>::InvalidState
		})
	}

	/// What the present attempt at `job` is pinned to, which is confidential and has a node.
	pub(crate) fn pinned(sealed: &SealedJob) -> Result<Pinned, Error<T>> {
		sealed.pinned.ok_or_else(|| {
			defensive!("an attempt at a confidential job is pinned");
			Error::<T>::InvalidState
		})
	}

	/// The attestation by which `node` of `owner` may have `job` until `until`. None is needed for
	/// a job that is not confidential.
	pub(crate) fn qualify(
		job_id: JobId,
		job: &JobRecordOf<T>,
		node: &DidHash,
		owner: &T::AccountId,
		until: BlockNumberFor<T>,
	) -> Result<Option<AttestationId>, Unfit> {
		if !job.confidential {
			return Ok(None);
		}
		let policy = Self::sealed(job_id)
			.map_err(|error| Unfit { reason: Ineligible::AttestationTaken, error: error.into() })?
			.policy;
		let attestation = T::Attestations::qualified(node, owner, &policy, Scope::CpuAndGpu, until)
			.map_err(|unqualified| {
				let reason = match unqualified.doing {
					Doing::Owner => Ineligible::NotAttested,
					Doing::Others => Ineligible::AttestationTaken,
				};
				Unfit { reason, error: unqualified.error }
			})?;
		if T::Committees::conflicts(job_id, owner, attestation) {
			return Err(Self::unfit(Ineligible::KeepsTheKey));
		}
		Ok(Some(attestation))
	}

	/// When a job that a node gets at `from` must have its result at the latest, and the key before
	/// that if it is confidential.
	pub(crate) fn last_delivery(
		job: &JobRecordOf<T>,
		from: BlockNumberFor<T>,
		latency: BlockNumberFor<T>,
		parameters: &parameters::ParametersOf<T>,
	) -> BlockNumberFor<T> {
		let key = if job.confidential { parameters.prompt } else { Zero::zero() };
		parameters.last_delivery(from.saturating_add(key), latency)
	}

	/// Whether the present attempt at `job` waits for its key.
	pub(crate) fn key_phase(job_id: JobId, job: &JobRecordOf<T>) -> KeyPhase {
		if !job.confidential || job.status != JobStatus::Assigned {
			return KeyPhase::Ready;
		}
		match SealedJobs::<T>::get(job_id).and_then(|sealed| sealed.pinned) {
			Some(Pinned { key: KeyState::Owed, .. }) => KeyPhase::Owed,
			_ => KeyPhase::Ready,
		}
	}

	/// Pins the new attempt at a job. Says until when the key must come.
	pub(crate) fn pin(
		job_id: JobId,
		attempt: u8,
		attestation: AttestationId,
		parameters: &parameters::ParametersOf<T>,
	) -> BlockNumberFor<T> {
		let deadline = Self::now().saturating_add(parameters.prompt);
		SealedJobs::<T>::mutate(job_id, |sealed| match sealed {
			Some(sealed) => sealed.pinned = Some(Pinned { attestation, key: KeyState::Owed }),
			None => {
				defensive!("a confidential job has what it keeps");
			}
		});
		Self::deposit_event(Event::KeyOwed { job_id, attempt, attestation, deadline });
		deadline
	}

	/// Removes what belonged to an attempt that is over, from a job that looks for another node or
	/// will have none.
	pub(crate) fn unpin(job_id: JobId, job: &JobRecordOf<T>) {
		if job.confidential {
			SealedKeys::<T>::remove(job_id);
			SealedJobs::<T>::mutate(job_id, |sealed| {
				if let Some(sealed) = sealed {
					sealed.pinned = None;
				}
			});
		}
	}

	/// Removes the key of a job that needs it no more. What the attempt was pinned to stays known.
	pub(crate) fn drop_key(job_id: JobId, job: &JobRecordOf<T>) {
		if job.confidential {
			SealedKeys::<T>::remove(job_id);
		}
	}

	/// Removes what a job keeps that is being reaped.
	pub(crate) fn drop_sealed(job_id: JobId, job: &JobRecordOf<T>) {
		if job.confidential {
			SealedJobs::<T>::remove(job_id);
		}
	}

	/// How an attempt that fails with `outcome` counts: it is nobody's fault if the attestation that
	/// it needs was revoked, or if nobody has ended it for so long that its record is gone.
	pub(crate) fn blame(job_id: JobId, job: &JobRecordOf<T>, outcome: JobOutcome) -> JobOutcome {
		if !job.confidential {
			return outcome;
		}
		let pinned = SealedJobs::<T>::get(job_id).and_then(|sealed| sealed.pinned);
		match pinned {
			Some(pinned) if T::Attestations::is_revoked(pinned.attestation) => {
				JobOutcome::Undecided
			}
			_ => outcome,
		}
	}

	/// `base`, and `more` if `job` is confidential.
	pub(crate) fn sealed_weight(job: &JobRecordOf<T>, base: Weight, more: Weight) -> Weight {
		if job.confidential {
			base.saturating_add(more)
		} else {
			base
		}
	}

	pub(crate) fn do_deliver_key(
		requester: T::AccountId,
		job_id: JobId,
		attempt: u8,
		recipient: [u8; 32],
		sealed_key: Vec<u8>,
	) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::DeliverKey.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(job.requester == requester, Error::<T>::NotAuthorized);
		// A key that was sealed for another attempt opens in none.
		ensure!(job.attempts == attempt, Error::<T>::WrongAttempt);
		let sealed = Self::sealed(job_id)?;
		let pinned = Self::pinned(&sealed)?;
		T::Attestations::check_delivery(pinned.attestation, &recipient, &sealed_key)?;
		let key = BoundedVec::try_from(sealed_key).map_err(|_| Error::<T>::KeyTooLong)?;
		SealedKeys::<T>::insert(job_id, key);
		Self::key_came(job_id, job, sealed, pinned, KeyState::FromRequester);
		Ok(())
	}

	/// The attempt has its key: its time to start begins.
	fn key_came(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		sealed: SealedJob,
		pinned: Pinned,
		key: KeyState,
	) {
		let deadline = Self::now().saturating_add(Parameters::<T>::get().start);
		job.deadline = deadline;
		let attempt = job.attempts;
		Jobs::<T>::insert(job_id, job);
		let pinned = Some(Pinned { key, ..pinned });
		SealedJobs::<T>::insert(job_id, SealedJob { pinned, ..sealed });
		Self::deposit_event(Event::KeyDelivered { job_id, attempt, key, deadline });
	}

	/// What the requester, or the committee, owes the node of `job` if it waits for its key in vain.
	fn compensation(job: &JobRecordOf<T>) -> BalanceOf<T> {
		KEY_FAULT_SHARE.mul_ceil(job.at_risk())
	}

	/// Ends a job whose node waited for its key until the deadline.
	pub(crate) fn end_unkeyed(
		job_id: JobId,
		job: JobRecordOf<T>,
		assignment: AssignmentOf<T>,
	) -> DispatchResult {
		Self::ensure_can_pay()?;
		let (failure, owed) = match T::Committees::key_missed(job_id, job.attempts, job.deadline) {
			KeyFault::Requester => (KeyFailure::NotDelivered, Self::compensation(&job)),
			KeyFault::Committee => (KeyFailure::NotReleased, Zero::zero()),
		};
		Self::end_by_key(job_id, job, assignment, failure, owed)
	}

	/// Ends a job whose prompt the enclave could not open.
	pub(crate) fn end_unopened(
		job_id: JobId,
		job: JobRecordOf<T>,
		assignment: AssignmentOf<T>,
	) -> DispatchResult {
		let owed = match Self::pinned(&Self::sealed(job_id)?)?.key {
			KeyState::FromRequester => Self::compensation(&job),
			// The enclave put the key together from shares that its host handed over.
			KeyState::FromCommittee | KeyState::Owed => Zero::zero(),
		};
		Self::end_by_key(job_id, job, assignment, KeyFailure::NotOpened, owed)
	}

	/// Hash of all that an enclave was given to open the prompt of `job` with, and that its receipt
	/// does not name otherwise: the requester, how the prompt is sealed, and the sealed key, without
	/// bytes if a committee released it.
	pub fn opening_hash(job_id: JobId, job: &JobRecordOf<T>) -> Result<[u8; 32], Error<T>> {
		let sealing = Self::sealed(job_id)?.sealing;
		let key = SealedKeys::<T>::get(job_id).unwrap_or_default();
		let given = (&job.requester, sealing, key);
		Ok(blake2_256(&[OPENING_TAG, &given.encode()].concat()))
	}

	/// Ends a job that failed because of its key, without any fault of its node, to which its
	/// requester owes `owed`.
	fn end_by_key(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		assignment: AssignmentOf<T>,
		failure: KeyFailure,
		owed: BalanceOf<T>,
	) -> DispatchResult {
		Self::ensure_can_pay()?;
		Self::end_attempt(job_id, &job, &assignment, JobOutcome::Undecided)?;
		let compensation = owed.min(job.max_payment);
		let refund = Self::pay_compensation(job_id, &job, &assignment.owner, compensation)?;
		Self::unpin(job_id, &job);
		AssignedNodes::<T>::remove(job_id);
		job.assignment = None;
		Self::end(job_id, &mut job, JobStatus::Cancelled);
		let node = assignment.node;
		Self::deposit_event(Event::KeyFailed { job_id, node, failure, compensation, refund });
		Ok(())
	}
}

impl<T: Config> JobKeys<T::AccountId, BalanceOf<T>, BlockNumberFor<T>> for Pallet<T> {
	fn key_terms(job_id: JobId) -> Option<KeyTerms<T::AccountId>> {
		let job = Jobs::<T>::get(job_id)?;
		let sealed = SealedJobs::<T>::get(job_id)?;
		let present = match job.status {
			JobStatus::Pending => 0u8,
			JobStatus::Assigned => 1,
			_ => return None,
		};
		let more = Parameters::<T>::get().max_attempts.saturating_sub(job.attempts);
		let attempts = more.saturating_add(present).max(1);
		Some(KeyTerms { requester: job.requester, salt: sealed.sealing.salt, attempts })
	}

	fn key_wanted(
		job_id: JobId,
	) -> Option<KeyWanted<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
		let job = Jobs::<T>::get(job_id)?;
		if Self::key_phase(job_id, &job) != KeyPhase::Owed {
			return None;
		}
		let pinned = SealedJobs::<T>::get(job_id)?.pinned?;
		let compensation = Self::compensation(&job);
		Some(KeyWanted {
			attempt: job.attempts,
			provider: job.assignment?.owner,
			attestation: pinned.attestation,
			deadline: job.deadline,
			compensation,
		})
	}

	fn attempt_runs(job_id: JobId, attempt: u8) -> bool {
		Jobs::<T>::get(job_id).is_some_and(|job| {
			let running = matches!(job.status, JobStatus::Assigned | JobStatus::Processing);
			running && job.confidential && job.attempts == attempt
		})
	}

	fn key_delivered(job_id: JobId, attempt: u8) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::DeliverKey.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(job.attempts == attempt, Error::<T>::WrongAttempt);
		let sealed = Self::sealed(job_id)?;
		let pinned = Self::pinned(&sealed)?;
		T::Attestations::ensure_live(pinned.attestation)?;
		Self::key_came(job_id, job, sealed, pinned, KeyState::FromCommittee);
		Ok(())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		requester: &T::AccountId,
		provider: &T::AccountId,
		attestation: AttestationId,
	) -> JobId {
		benchmarking::waiting_for::<T>(requester, provider, attestation)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(job_id: JobId) {
		benchmarking::give_up::<T>(job_id);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_prompt_is_split_behind_its_sealing() {
		let bytes = [[1; 32].as_slice(), &[2; 32], b"sealed"].concat();
		let sealing = Sealing { result_key: [1; 32], salt: [2; 32] };
		assert_eq!(Sealing::split(&bytes), Some((sealing, b"sealed".to_vec())));
		assert_eq!(Sealing::split(&bytes[..64]), Some((sealing, Vec::new())));
		assert_eq!(Sealing::split(&bytes[..63]), None);
		assert_eq!(sealing.encode(), bytes[..64]);
	}

	#[test]
	fn a_result_key_has_one_salt() {
		let salt = |key: u8| sp_core::bytes::to_hex(&Sealing::to([key; 32]).salt, false);
		// `printf 'ai-compute-pbc/salt/v1...' | sha256sum`
		assert_eq!(salt(1), "0xafc491996bf4aaacac863366f767e144846aa588d8c5d7e1ac3fe64ec45d54b3");
		assert_eq!(salt(3), "0xd98043053a2315c0295227e3e0aae623644b24cdae4688f8d941175548abc665");
	}
}
