//! Work on an assigned job: start, delivery, acceptance, and every way to fail.

use crate::{disputes::BondTo, escrow::Payment, types::*, *};
use ai_compute_primitives::{JobId, JobOutcome, JobReport, NodeMutate};
use alloc::vec::Vec;
use frame_support::{defensive, dispatch::DispatchResultWithPostInfo, ensure, BoundedVec};
use sp_io::hashing::blake2_256;
use sp_runtime::{
	traits::{One, Saturating, Zero},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// The assignment of a job in a state that has one.
	pub(crate) fn assignment(job: &JobRecordOf<T>) -> Result<AssignmentOf<T>, Error<T>> {
		job.assignment.clone().ok_or_else(|| {
			defensive!("a job past Pending has an assignment");
			Error::<T>::InvalidState
		})
	}

	pub(crate) fn do_start_job(owner: T::AccountId, job_id: JobId) -> DispatchResult {
		let mut job = Self::job(job_id)?;
		JobCall::StartJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let mut assignment = Self::assignment(&job)?;
		ensure!(assignment.owner == owner, Error::<T>::NotAuthorized);

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
		Ok(())
	}

	pub(crate) fn do_complete_job(
		owner: T::AccountId,
		job_id: JobId,
		result_hash: [u8; 32],
		tokens_used: u32,
		result: Option<Vec<u8>>,
	) -> DispatchResult {
		let mut job = Self::job(job_id)?;
		let moment = Self::moment(job_id, &job);
		JobCall::CompleteJob.check(&moment).map_err(Error::<T>::from)?;
		let assignment = Self::assignment(&job)?;
		ensure!(assignment.owner == owner, Error::<T>::NotAuthorized);
		ensure!(tokens_used <= job.max_tokens, Error::<T>::TokensAboveMaximum);
		let bytes = if let Some(bytes) = result {
			let bytes = BoundedVec::try_from(bytes).map_err(|_| Error::<T>::ResultTooLong)?;
			ensure!(blake2_256(&bytes) == result_hash, Error::<T>::ResultHashMismatch);
			Results::<T>::insert(job_id, bytes);
			ResultBytes::OnChain
		} else {
			ResultBytes::OffChain
		};

		T::Nodes::free_slot(&assignment.node);
		let timing = match assignment.result_due {
			Some(due) if moment.now >= due => Timing::Late,
			_ => Timing::OnTime,
		};
		let deadline = moment.now.saturating_add(job.escrow_period);
		job.status = JobStatus::Completed;
		job.deadline = deadline;
		job.delivery = Some(Delivery { result_hash, tokens_used, timing, bytes });
		Jobs::<T>::insert(job_id, job);
		Self::deposit_event(Event::JobCompleted {
			job_id,
			result_hash,
			tokens_used,
			timing,
			deadline,
		});
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
	fn is_late(job: &JobRecordOf<T>) -> bool {
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
		let weight = match job.status {
			JobStatus::Assigned => {
				Self::give_back(job_id, job, assignment, JobOutcome::Returned)?;
				T::WeightInfo::abandon_job()
			}
			JobStatus::Disputed => {
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				Self::fail(job_id, job, assignment, JobOutcome::Abandoned)?;
				T::WeightInfo::abandon_disputed()
			}
			_ => {
				Self::fail(job_id, job, assignment, JobOutcome::Abandoned)?;
				T::WeightInfo::abandon_job()
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
		let weight = match (job.status, moment.dispute) {
			(JobStatus::Assigned, _) => {
				Self::give_back(job_id, job, assignment, JobOutcome::NoShow)?;
				T::WeightInfo::expire_job()
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
				Self::fail(job_id, job, assignment, JobOutcome::TimedOut)?;
				T::WeightInfo::expire_job()
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
		let lifetime = parameters.last_delivery(now, One::one()) <= job.lifetime_end;
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
		Self::end(job_id, &mut job, JobStatus::Failed);
		let node = assignment.node;
		Self::deposit_event(Event::JobFailed { job_id, node, outcome, refund });
		Ok(())
	}

	/// Reports an unpaid attempt while the stake is still bound, then frees the node.
	fn end_attempt(
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
