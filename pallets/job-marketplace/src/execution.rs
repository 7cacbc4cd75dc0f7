//! Work on an assigned job: start, delivery, acceptance, and every way to fail.

use crate::{disputes::BondTo, escrow::Payment, lifecycle::KeyPhase, types::*, *};
use ai_compute_primitives::{AttestationInspect, JobId, JobOutcome, JobReport, NodeMutate};
use alloc::vec::Vec;
use frame_support::{
	defensive, dispatch::DispatchResultWithPostInfo, ensure, traits::ConstU32, BoundedVec,
};
use sp_io::hashing::blake2_256;
use sp_runtime::{
	traits::{One, Saturating, Zero},
	DispatchResult,
};

/// The bytes of a result.
pub(crate) type ResultBytesOnChain = BoundedVec<u8, ConstU32<MAX_RESULT_LEN>>;

impl<T: Config> Pallet<T> {
	/// The assignment of a job in a state that has one.
	pub(crate) fn assignment(job: &JobRecordOf<T>) -> Result<AssignmentOf<T>, Error<T>> {
		job.assignment.clone().ok_or_else(|| {
			defensive!("a job past Pending has an assignment");
			Error::<T>::InvalidState
		})
	}

	pub(crate) fn do_start_job(owner: T::AccountId, job_id: JobId) -> DispatchResultWithPostInfo {
		let mut job = Self::job(job_id)?;
		JobCall::StartJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let mut assignment = Self::assignment(&job)?;
		ensure!(assignment.owner == owner, Error::<T>::NotAuthorized);
		if job.confidential {
			let attestation = Self::pinned(&Self::sealed(job_id)?)?.attestation;
			T::Attestations::ensure_live(attestation)?;
		}
		let weight =
			Self::sealed_weight(&job, T::WeightInfo::start_job(), T::WeightInfo::start_sealed());

		// Assignment made sure that both times fit the lifetime, unless governance has lengthened
		// the late grace since.
		let promised = Self::now().saturating_add(assignment.latency);
		let deadline =
			promised.saturating_add(Parameters::<T>::get().late_grace).min(job.lifetime_end);
		let result_due = promised.min(deadline);
		assignment.result_due = Some(result_due);
		job.assignment = Some(assignment);
		job.status = JobStatus::Processing;
		job.deadline = deadline;
		Jobs::<T>::insert(job_id, job);
		Self::deposit_event(Event::JobStarted { job_id, result_due, deadline });
		Ok(Some(weight).into())
	}

	/// The job that `owner` may deliver now with so many tokens, and its assignment.
	pub(crate) fn deliverable(
		owner: &T::AccountId,
		job_id: JobId,
		tokens_used: u32,
	) -> Result<(JobRecordOf<T>, AssignmentOf<T>), Error<T>> {
		let job = Self::job(job_id)?;
		JobCall::CompleteJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let assignment = Self::assignment(&job)?;
		ensure!(assignment.owner == *owner, Error::<T>::NotAuthorized);
		ensure!(tokens_used <= job.max_tokens, Error::<T>::TokensAboveMaximum);
		Ok((job, assignment))
	}

	/// The bytes of a result, if they are given, which must hash to `result_hash`.
	pub(crate) fn check_result(
		result_hash: [u8; 32],
		result: Option<Vec<u8>>,
	) -> Result<Option<ResultBytesOnChain>, Error<T>> {
		let Some(bytes) = result else { return Ok(None) };
		let bytes = BoundedVec::try_from(bytes).map_err(|_| Error::<T>::ResultTooLong)?;
		ensure!(blake2_256(&bytes) == result_hash, Error::<T>::ResultHashMismatch);
		Ok(Some(bytes))
	}

	/// Takes a delivery in, which was checked. Stores the job and returns it.
	pub(crate) fn complete(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		assignment: &AssignmentOf<T>,
		result_hash: [u8; 32],
		tokens_used: u32,
		result: Option<ResultBytesOnChain>,
	) -> JobRecordOf<T> {
		let bytes = match result {
			Some(bytes) => {
				Results::<T>::insert(job_id, bytes);
				ResultBytes::OnChain
			}
			None => ResultBytes::OffChain,
		};
		T::Nodes::free_slot(&assignment.node);
		let now = Self::now();
		let timing = match assignment.result_due {
			Some(due) if now >= due => Timing::Late,
			_ => Timing::OnTime,
		};
		let deadline = now.saturating_add(job.escrow_period);
		job.status = JobStatus::Completed;
		job.deadline = deadline;
		job.delivery = Some(Delivery { result_hash, tokens_used, timing, bytes });
		Jobs::<T>::insert(job_id, &job);
		Self::deposit_event(Event::JobCompleted {
			job_id,
			result_hash,
			tokens_used,
			timing,
			deadline,
		});
		job
	}

	pub(crate) fn do_complete_job(
		owner: T::AccountId,
		job_id: JobId,
		result_hash: [u8; 32],
		tokens_used: u32,
		result: Option<Vec<u8>>,
	) -> DispatchResult {
		let (job, assignment) = Self::deliverable(&owner, job_id, tokens_used)?;
		ensure!(!job.confidential, Error::<T>::ReceiptMissing);
		let result = Self::check_result(result_hash, result)?;
		Self::complete(job_id, job, &assignment, result_hash, tokens_used, result);
		Ok(())
	}

	pub(crate) fn do_accept_result(
		requester: T::AccountId,
		job_id: JobId,
		rating: Option<u8>,
	) -> DispatchResultWithPostInfo {
		let mut job = Self::job(job_id)?;
		JobCall::AcceptResult.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(job.requester == requester, Error::<T>::NotAuthorized);
		ensure!(rating.is_none_or(|stars| (1..=5).contains(&stars)), Error::<T>::InvalidRating);

		if job.status == JobStatus::Settled {
			ensure!(job.rating.is_none(), Error::<T>::AlreadyRated);
			let stars = rating.ok_or(Error::<T>::InvalidRating)?;
			Self::rate(job_id, &mut job, stars)?;
			Jobs::<T>::insert(job_id, job);
			return Ok(Some(T::WeightInfo::rate_settled()).into());
		}
		let weight = if job.status == JobStatus::Disputed {
			Self::end_dispute(job_id, &job, BondTo::Provider)?;
			T::WeightInfo::accept_disputed()
		} else if Self::is_late(&job) {
			T::WeightInfo::accept_late()
		} else {
			T::WeightInfo::accept_result()
		};
		Self::settle(job_id, job, Payment::Whole, rating)?;
		Ok(Some(weight).into())
	}

	pub(crate) fn do_finalize_job(job_id: JobId) -> DispatchResultWithPostInfo {
		let job = Self::job(job_id)?;
		JobCall::FinalizeJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		// A slash and a parent's share each touch one account more.
		let plain = !Self::is_late(&job) && Self::split_of(&job, Payment::Whole).parent.is_zero();
		let weight =
			if plain { T::WeightInfo::finalize_job() } else { T::WeightInfo::finalize_costly() };
		Self::settle(job_id, job, Payment::Whole, None)?;
		Ok(Some(weight).into())
	}

	/// Whether a job was delivered after the time that its node promised.
	pub(crate) fn is_late(job: &JobRecordOf<T>) -> bool {
		job.delivery.is_some_and(|delivery| delivery.timing == Timing::Late)
	}

	/// Notes a rating of a job whose settlement is known. The caller stores the job.
	pub(crate) fn rate(job_id: JobId, job: &mut JobRecordOf<T>, stars: u8) -> DispatchResult {
		let assignment = Self::assignment(job)?;
		let settlement = job.settlement.ok_or_else(|| {
			defensive!("a settled job knows what it came to");
			Error::<T>::InvalidState
		})?;
		job.rating = Some(stars);
		T::Report::rating(&Self::job_end(job_id, job, &assignment, settlement), stars)?;
		Self::deposit_event(Event::JobRated { job_id, node: assignment.node, stars });
		Ok(())
	}

	pub(crate) fn do_abandon_job(owner: T::AccountId, job_id: JobId) -> DispatchResultWithPostInfo {
		let job = Self::job(job_id)?;
		JobCall::AbandonJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let assignment = Self::assignment(&job)?;
		ensure!(assignment.owner == owner, Error::<T>::NotAuthorized);
		let plain =
			Self::sealed_weight(&job, T::WeightInfo::abandon_job(), T::WeightInfo::end_sealed());
		let weight = match job.status {
			JobStatus::Assigned => {
				let outcome = Self::blame(job_id, &job, JobOutcome::Returned);
				Self::give_back(job_id, job, assignment, outcome)?;
				plain
			}
			JobStatus::Disputed => {
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				Self::fail(job_id, job, assignment, JobOutcome::Abandoned)?;
				T::WeightInfo::abandon_disputed()
			}
			_ => {
				let outcome = Self::blame(job_id, &job, JobOutcome::Abandoned);
				Self::fail(job_id, job, assignment, outcome)?;
				plain
			}
		};
		Ok(Some(weight).into())
	}

	pub(crate) fn do_expire_job(job_id: JobId) -> DispatchResultWithPostInfo {
		let mut job = Self::job(job_id)?;
		let moment = Self::moment(job_id, &job);
		JobCall::ExpireJob.check(&moment).map_err(Error::<T>::from)?;
		if job.status == JobStatus::Pending {
			Self::ensure_can_pay()?;
			let refund = Self::release_escrow(job_id, &job)?;
			Self::end(job_id, &mut job, JobStatus::Expired);
			Self::deposit_event(Event::JobExpired { job_id, refund });
			return Ok(Some(T::WeightInfo::expire_job()).into());
		}

		let assignment = Self::assignment(&job)?;
		let plain =
			Self::sealed_weight(&job, T::WeightInfo::expire_job(), T::WeightInfo::end_sealed());
		let weight = match (job.status, moment.dispute) {
			(JobStatus::Assigned, _) => {
				let outcome = Self::blame(job_id, &job, JobOutcome::NoShow);
				// Nobody can deliver a key to an enclave whose attestation was revoked.
				if moment.key == KeyPhase::Owed && outcome == JobOutcome::NoShow {
					Self::end_unkeyed(job_id, job, assignment)?;
					T::WeightInfo::expire_unkeyed()
				} else {
					Self::give_back(job_id, job, assignment, outcome)?;
					plain
				}
			}
			(JobStatus::Disputed, Some(DisputePhase::Answered)) => {
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				Self::settle(job_id, job, Payment::Half, None)?;
				T::WeightInfo::expire_undecided()
			}
			(JobStatus::Disputed, _) => {
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				Self::fail(job_id, job, assignment, JobOutcome::Unanswered)?;
				T::WeightInfo::expire_unanswered()
			}
			_ => {
				let outcome = Self::blame(job_id, &job, JobOutcome::TimedOut);
				Self::fail(job_id, job, assignment, outcome)?;
				plain
			}
		};
		Ok(Some(weight).into())
	}

	/// Ends an attempt that was not started: the job looks for another node, or fails.
	fn give_back(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		assignment: AssignmentOf<T>,
		outcome: JobOutcome,
	) -> DispatchResult {
		let now = Self::now();
		let parameters = Parameters::<T>::get();
		let others = !BidBooks::<T>::get(job_id).is_empty();
		let attempts = job.attempts < parameters.max_attempts;
		let last = Self::last_delivery(&job, now, One::one(), &parameters);
		let lifetime = last <= job.lifetime_end;
		if !(others && attempts && lifetime) {
			return Self::fail(job_id, job, assignment, outcome);
		}

		Self::end_attempt(job_id, &job, &assignment, outcome)?;
		let deadline = now.saturating_add(parameters.matching).min(job.lifetime_end);
		job.status = JobStatus::Pending;
		job.assignment = None;
		job.bid_end = now;
		job.deadline = deadline;
		let attempts = job.attempts;
		Self::unpin(job_id, &job);
		Jobs::<T>::insert(job_id, job);
		AssignedNodes::<T>::remove(job_id);
		Self::end_ties(job_id, attempts);
		let node = assignment.node;
		Self::deposit_event(Event::JobReopened { job_id, node, outcome, attempts, deadline });
		Ok(())
	}

	/// Ends a job unpaid.
	pub(crate) fn fail(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		assignment: AssignmentOf<T>,
		outcome: JobOutcome,
	) -> DispatchResult {
		Self::ensure_can_pay()?;
		Self::end_attempt(job_id, &job, &assignment, outcome)?;
		let refund = Self::release_escrow(job_id, &job)?;
		if job.delivery.is_none() {
			Self::drop_key(job_id, &job);
		}
		Self::end(job_id, &mut job, JobStatus::Failed);
		let node = assignment.node;
		Self::deposit_event(Event::JobFailed { job_id, node, outcome, refund });
		Ok(())
	}

	/// Reports an unpaid attempt while the stake is still bound, then frees the node.
	pub(crate) fn end_attempt(
		job_id: JobId,
		job: &JobRecordOf<T>,
		assignment: &AssignmentOf<T>,
		outcome: JobOutcome,
	) -> DispatchResult {
		let unpaid = Settlement { outcome, fee_paid: Zero::zero() };
		let end = Self::job_end(job_id, job, assignment, unpaid);
		T::Report::outcome(&end)?;
		// A node that has delivered got its slot back then.
		if job.delivery.is_none() {
			T::Nodes::free_slot(&end.node);
		}
		T::Nodes::release(&end.node, end.at_risk);
		Ok(())
	}
}
