//! A job enters and leaves: submission, cancellation, reaping.

use crate::{
	options::{Payload, Requirements, StoredPayload},
	parameters::{ParametersOf, MAX_SHARES_BPS},
	types::*,
	*,
};
use ai_compute_primitives::{
	AttestationInspect, Did, FeePolicy, JobId, ModelInspect, ModelUsage, ProofInspect, ProofTerms,
};
use alloc::vec::Vec;
use codec::MaxEncodedLen;
use frame_support::{
	ensure,
	traits::{fungible::hold::Mutate as _, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{BlockNumberProvider, CheckedMul, Saturating, Zero},
	ArithmeticError, DispatchError, DispatchResult,
};

/// Whether a new job takes bids.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bidding {
	/// For the bidding period.
	Open,
	/// It goes to a node at once.
	Closed,
}

/// What every way to submit a job says of it.
pub(crate) struct Order<Balance> {
	pub(crate) model_did: Did,
	pub(crate) payload: Payload,
	pub(crate) max_tokens: u32,
	pub(crate) max_payment: Balance,
	pub(crate) min_vram_gb: u32,
	pub(crate) confidential: bool,
	pub(crate) bidding: Bidding,
	pub(crate) requirements: Option<Requirements>,
	pub(crate) proof: Option<ProofTerms>,
}

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
			.saturating_add(Did::max_encoded_len())
			.saturating_add(DisputeOf::<T>::max_encoded_len());
		let bytes = u32::try_from(records)
			.unwrap_or(u32::MAX)
			.saturating_add(prompt_len)
			.saturating_add(MAX_RESULT_LEN);
		T::DepositPerByte::get().saturating_mul(bytes.into())
	}

	/// Storage deposit of a job with options and a payload of `payload_len` bytes on chain.
	pub fn deposit_with_options(payload_len: u32) -> BalanceOf<T> {
		let options = u32::try_from(Requirements::max_encoded_len()).unwrap_or(u32::MAX);
		Self::deposit_for(payload_len.saturating_add(options))
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
		// The arguments have no other place for how a prompt is sealed.
		let payload = match Sealing::split(&encrypted_prompt) {
			Some((sealing, prompt)) if confidential => Payload::Sealed { sealing, prompt },
			_ => Payload::Inline(encrypted_prompt),
		};
		let order = Order {
			model_did: Did::parse(model_did).map_err(Error::<T>::InvalidDid)?,
			payload,
			max_tokens,
			max_payment,
			min_vram_gb,
			confidential,
			bidding: Bidding::Open,
			requirements: None,
			proof: None,
		};
		let (job_id, job) = Self::open_job(requester, order, &Parameters::<T>::get())?;
		Jobs::<T>::insert(job_id, job);
		Ok(())
	}

	/// Takes a job in: checks it, puts its money on hold, stores its prompt and what it asks of the
	/// node. The caller stores the record.
	pub(crate) fn open_job(
		requester: T::AccountId,
		order: Order<BalanceOf<T>>,
		parameters: &ParametersOf<T>,
	) -> Result<(JobId, JobRecordOf<T>), DispatchError> {
		let Order {
			model_did,
			payload,
			max_tokens,
			max_payment,
			min_vram_gb,
			confidential,
			bidding,
			requirements,
			proof,
		} = order;
		let payload_len = payload.len();
		let (payload, sealing) = StoredPayload::unpack(payload).map_err(Error::<T>::from)?;
		ensure!(max_tokens > 0, Error::<T>::ZeroTokens);
		let sealed = Self::check_sealing(&model_did, confidential, sealing, &payload)?;
		let terms =
			T::Models::terms(&model_did, &requester).ok_or(Error::<T>::ModelNotAvailable)?;
		// At the least price that a bid can have, the tokens must be affordable.
		let affordable = least_price(&terms.price)
			.checked_mul(&max_tokens.into())
			.is_some_and(|cost| max_payment >= T::MinJobPayment::get().max(cost));
		ensure!(affordable, Error::<T>::InsufficientPayment);
		let fee = T::Fees::platform_fee();
		let shares = u32::from(fee.deconstruct())
			.saturating_mul(100)
			.saturating_add(terms.royalty_bps.into());
		ensure!(shares <= MAX_SHARES_BPS, Error::<T>::SharesTooHigh);
		let proof = proof
			.map(|proof| Self::check_proof_terms(&model_did, terms.version, proof))
			.transpose()?;
		Self::count_submission()?;

		let job_id = NextJobId::<T>::get();
		NextJobId::<T>::put(job_id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let requirements = match &payload {
			StoredPayload::Reference(_) => Some(requirements.unwrap_or_default()),
			StoredPayload::Inline(_) if proof.is_some() => Some(requirements.unwrap_or_default()),
			StoredPayload::Inline(_) => requirements,
		};
		let mut bytes = payload_len;
		if sealed.is_some() {
			bytes = bytes.saturating_add(Self::sealed_len());
		}
		if proof.is_some() {
			bytes = bytes.saturating_add(Self::proof_len());
		}
		let deposit = match requirements {
			Some(_) => Self::deposit_with_options(bytes),
			None => Self::deposit_for(bytes),
		};
		T::Currency::hold(&HoldReason::JobEscrow.into(), &requester, max_payment)?;
		T::Currency::hold(&HoldReason::StorageDeposit.into(), &requester, deposit)?;

		let now = Self::now();
		// What the job is held to must outlive it.
		let retention = [
			sealed.as_ref().and_then(|_| T::Attestations::retention()),
			proof.as_ref().and_then(|_| T::Proofs::retention()),
		];
		let lifetime = retention
			.into_iter()
			.flatten()
			.fold(parameters.max_lifetime, |lifetime, ticks| lifetime.min(ticks.into()));
		let lifetime_end = now.saturating_add(lifetime);
		let bid_end = match bidding {
			Bidding::Open => now.saturating_add(parameters.bidding),
			Bidding::Closed => now,
		};
		match payload {
			StoredPayload::Inline(prompt) => Prompts::<T>::insert(job_id, prompt),
			StoredPayload::Reference(reference) => {
				PayloadReferences::<T>::insert(job_id, reference)
			}
		}
		let has_options = requirements.is_some();
		if let Some(requirements) = requirements {
			JobOptions::<T>::insert(job_id, requirements);
		}
		let job = JobRecord {
			requester: requester.clone(),
			model_did: model_did.clone(),
			max_tokens,
			max_payment,
			min_vram_gb: min_vram_gb.max(terms.min_vram_gb),
			confidential,
			created_at: now,
			status: JobStatus::Pending,
			deadline: bid_end.saturating_add(parameters.matching).min(lifetime_end),
			bid_end,
			lifetime_end,
			result_limit: parameters.result,
			escrow_period: parameters.escrow,
			attempts: 0,
			bid_count: 0,
			terms,
			fee,
			late_penalty: parameters.late_penalty,
			deposit,
			has_options,
			assignment: None,
			delivery: None,
			ended_at: None,
			settlement: None,
			rating: None,
		};
		T::ModelUsage::job_opened(&model_did);
		Self::deposit_event(Event::JobSubmitted {
			job_id,
			requester,
			max_payment,
			model_did,
			deposit,
			bid_end,
		});
		if let Some(sealed) = sealed {
			Self::seal(job_id, sealed);
		}
		if let Some(proof) = proof {
			Self::order_proof(job_id, proof);
		}
		Ok((job_id, job))
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
		JobCall::CancelJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
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
		Self::end_ties(job_id, job.attempts);
		T::ModelUsage::job_closed(&job.model_did);
		Jobs::<T>::insert(job_id, job);
	}

	pub(crate) fn do_reap_job(who: T::AccountId, job_id: JobId) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::ReapJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(job.bid_count.is_zero(), Error::<T>::BidsRemain);
		Self::ensure_untied(job_id)?;

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
		Self::drop_options(job_id, &job);
		Self::drop_sealed(job_id, &job);
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
			Ineligible::PriceRefused => Error::PriceRefused,
			Ineligible::NotHosting => Error::NotHosting,
			Ineligible::ModelGone => Error::ModelNotAvailable,
			Ineligible::NotInvited => Error::NotInvited,
			Ineligible::ReputationTooLow => Error::ReputationTooLow,
			Ineligible::OutsideRegion => Error::OutsideRegion,
			Ineligible::NotAttested => Error::NotAttested,
			Ineligible::AttestationTaken => Error::AttestationTaken,
			Ineligible::KeepsTheKey => Error::KeepsTheKey,
		}
	}
}
