//! A job enters and leaves: submission, cancellation, reaping.

use crate::{parameters::MAX_SHARES_BPS, types::*, *};
use ai_compute_primitives::{Did, FeePolicy, JobId, ModelInspect};
use alloc::vec::Vec;
use codec::MaxEncodedLen;
use frame_support::{
	ensure,
	traits::{fungible::hold::Mutate as _, Get},
	BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{BlockNumberProvider, Saturating, Zero},
	ArithmeticError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// The clock.
	pub(crate) fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// The job `job_id`.
	pub(crate) fn job(job_id: JobId) -> Result<JobRecordOf<T>, Error<T>> {
		Jobs::<T>::get(job_id).ok_or(Error::<T>::JobNotFound)
	}

	/// Storage deposit of a job with a prompt of `prompt_len` bytes: for the prompt, the largest
	/// result, and the records and index entries that a job can have.
	pub fn deposit_for(prompt_len: u32) -> BalanceOf<T> {
		let records = JobRecordOf::<T>::max_encoded_len()
			.saturating_add(BidBook::<T::MaxBidsPerJob>::max_encoded_len())
			.saturating_add(Did::max_encoded_len());
		let bytes = u32::try_from(records)
			.unwrap_or(u32::MAX)
			.saturating_add(prompt_len)
			.saturating_add(MAX_RESULT_LEN);
		T::DepositPerByte::get().saturating_mul(bytes.into())
	}

	pub(crate) fn do_submit_job(
		requester: T::AccountId,
		model_did: Vec<u8>,
		encrypted_prompt: Vec<u8>,
		max_tokens: u32,
		max_payment: BalanceOf<T>,
		min_vram_gb: u32,
		confidential: bool,
	) -> DispatchResult {
		let model_did = Did::parse(model_did).map_err(Error::<T>::InvalidDid)?;
		let prompt =
			BoundedVec::try_from(encrypted_prompt).map_err(|_| Error::<T>::PromptTooLong)?;
		ensure!(max_tokens > 0, Error::<T>::ZeroTokens);
		// At the least price of one unit a token, the tokens must be affordable.
		let least = T::MinJobPayment::get().max(max_tokens.into());
		ensure!(max_payment >= least, Error::<T>::InsufficientPayment);
		ensure!(!confidential, Error::<T>::ConfidentialUnavailable);
		let terms =
			T::Models::terms(&model_did, &requester).ok_or(Error::<T>::ModelNotAvailable)?;
		let fee = T::Fees::platform_fee();
		let shares = u32::from(fee.deconstruct())
			.saturating_mul(100)
			.saturating_add(terms.royalty_bps.into());
		ensure!(shares <= MAX_SHARES_BPS, Error::<T>::SharesTooHigh);
		Self::count_submission()?;

		let job_id = NextJobId::<T>::get();
		NextJobId::<T>::put(job_id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let deposit = Self::deposit_for(u32::try_from(prompt.len()).unwrap_or(u32::MAX));
		T::Currency::hold(&HoldReason::JobEscrow.into(), &requester, max_payment)?;
		T::Currency::hold(&HoldReason::StorageDeposit.into(), &requester, deposit)?;

		let now = Self::now();
		let parameters = Parameters::<T>::get();
		let bid_end = now.saturating_add(parameters.bidding);
		Prompts::<T>::insert(job_id, prompt);
		Jobs::<T>::insert(
			job_id,
			JobRecord {
				requester: requester.clone(),
				model_did: model_did.clone(),
				max_tokens,
				max_payment,
				min_vram_gb: min_vram_gb.max(terms.min_vram_gb),
				confidential,
				created_at: now,
				status: JobStatus::Pending,
				deadline: bid_end.saturating_add(parameters.matching),
				bid_end,
				lifetime_end: now.saturating_add(parameters.max_lifetime),
				result_limit: parameters.result,
				escrow_period: parameters.escrow,
				attempts: 0,
				bid_count: 0,
				terms,
				fee,
				late_penalty: parameters.late_penalty,
				deposit,
				assignment: None,
				delivery: None,
				ended_at: None,
				rating: None,
			},
		);
		Self::deposit_event(Event::JobSubmitted {
			job_id,
			requester,
			max_payment,
			model_did,
			deposit,
			bid_end,
		});
		Ok(())
	}

	/// Counts one more job in this own block.
	fn count_submission() -> DispatchResult {
		let block = frame_system::Pallet::<T>::block_number();
		JobsInBlock::<T>::try_mutate(|(counted, jobs)| {
			if *counted != block {
				(*counted, *jobs) = (block, 0);
			}
			ensure!(*jobs < MaxJobs::<T>::get(), Error::<T>::MaxJobsExceeded);
			jobs.saturating_inc();
			Ok(())
		})
	}

	pub(crate) fn do_cancel_job(requester: T::AccountId, job_id: JobId) -> DispatchResult {
		let mut job = Self::job(job_id)?;
		JobCall::CancelJob.check(&Self::moment(&job)).map_err(Error::<T>::from)?;
		ensure!(job.requester == requester, Error::<T>::NotAuthorized);

		Self::ensure_can_pay()?;
		let refund = Self::release_escrow(job_id, &job)?;
		Self::end(job_id, &mut job, JobStatus::Cancelled);
		Self::deposit_event(Event::JobCancelled { job_id, refund });
		Ok(())
	}

	/// Puts `job` into the terminal state `status` and stores it. Its escrow has been paid out.
	pub(crate) fn end(job_id: JobId, job: &mut JobRecordOf<T>, status: JobStatus) {
		let now = Self::now();
		job.status = status;
		job.ended_at = Some(now);
		job.deadline = now.saturating_add(Parameters::<T>::get().retention);
		BidBooks::<T>::remove(job_id);
		Jobs::<T>::insert(job_id, job);
	}

	pub(crate) fn do_reap_job(who: T::AccountId, job_id: JobId) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::ReapJob.check(&Self::moment(&job)).map_err(Error::<T>::from)?;
		ensure!(job.bid_count.is_zero(), Error::<T>::BidsRemain);

		// The deadline is the end of the retention; the same again and the caller is paid.
		let retention = job.deadline.saturating_sub(job.ended_at.unwrap_or(job.deadline));
		let to = if Self::now() >= job.deadline.saturating_add(retention) {
			who
		} else {
			job.requester.clone()
		};
		Self::pay_from_hold(HoldReason::StorageDeposit, &job.requester, &to, job.deposit)?;
		Jobs::<T>::remove(job_id);
		Prompts::<T>::remove(job_id);
		Results::<T>::remove(job_id);
		AssignedNodes::<T>::remove(job_id);
		Self::deposit_event(Event::JobReaped { job_id, deposit: job.deposit, to });
		Ok(())
	}
}

impl<T> From<Refusal> for Error<T> {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::InvalidState => Error::InvalidState,
			Refusal::TooEarly => Error::TooEarly,
			Refusal::TooLate => Error::TooLate,
		}
	}
}

impl<T> From<Ineligible> for Error<T> {
	fn from(reason: Ineligible) -> Self {
		match reason {
			Ineligible::NodeNotFound => Error::NodeNotFound,
			Ineligible::OwnerChanged => Error::OwnerChanged,
			Ineligible::Inactive => Error::NodeInactive,
			Ineligible::Suspended => Error::NodeSuspended,
			Ineligible::DidInactive => Error::DidInactive,
			Ineligible::BelowMinimumStake | Ineligible::StakeBelowCost => Error::InsufficientStake,
			Ineligible::InsufficientVram => Error::InsufficientVram,
			Ineligible::LifetimeExceeded => Error::LifetimeExceeded,
			Ineligible::Refused => Error::NodeRefused,
		}
	}
}
