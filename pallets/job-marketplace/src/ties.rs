//! Payments of other pallets that are tied to a job.
//!
//! A tie is to one attempt at a job. When the attempt ends, however it does, the tick is noted where
//! payments find it; while any is tied the job cannot be removed. Payments to a job's node count as
//! use of its model, and for the standing of the node where the job itself did: it was delivered in
//! time, and its requester stands behind neither the node nor the model.

use crate::{types::*, *};
use ai_compute_primitives::{
	JobEnd, JobId, JobInspect, JobOutcome, JobReport, JobTie, JobTies, ModelInspect, ModelUsage,
	RoyaltyPayees, TieRefusal, TiedPayment,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{defensive, ensure};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::{traits::Zero, DispatchResult};

/// What is tied to an attempt at a job.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Ties<BlockNumber> {
	/// How many payments.
	pub payments: u32,
	/// When the attempt ended.
	pub ended_at: Option<BlockNumber>,
}

impl<T: Config> Pallet<T> {
	/// Notes that the present attempt at a job is over.
	pub(crate) fn end_ties(job_id: JobId, attempt: u8) {
		let Some(mut ties) = TiedPayments::<T>::get(job_id, attempt) else { return };
		if ties.ended_at.is_none() {
			ties.ended_at = Some(Self::now());
			TiedPayments::<T>::insert(job_id, attempt, ties);
		}
	}

	/// Refuses while payments are tied to any attempt at a job.
	pub(crate) fn ensure_untied(job_id: JobId) -> Result<(), Error<T>> {
		ensure!(
			!<TiedPayments<T> as frame_support::StorageDoubleMap<_, _, _>>::contains_prefix(job_id),
			Error::<T>::PaymentsTied
		);
		Ok(())
	}
}

impl<T: Config> JobInspect<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn tie_of(
		job_id: JobId,
		payer: &T::AccountId,
		payee: &T::AccountId,
	) -> Result<JobTie, TieRefusal> {
		let job = Jobs::<T>::get(job_id).ok_or(TieRefusal::JobNotFound)?;
		let assignment = job.assignment.filter(|_| !job.status.is_terminal());
		let assignment = assignment.ok_or(TieRefusal::NotRunning)?;
		ensure!(job.requester == *payer, TieRefusal::PayerNotRequester);
		ensure!(assignment.owner == *payee, TieRefusal::PayeeNotProvider);
		Ok(JobTie { job: job_id, attempt: job.attempts, royalty_bps: job.terms.royalty_bps })
	}

	fn ended_at(job_id: JobId, attempt: u8) -> Option<BlockNumberFor<T>> {
		TiedPayments::<T>::get(job_id, attempt)?.ended_at
	}

	fn royalty_payees(job_id: JobId) -> RoyaltyPayees<T::AccountId> {
		let Some(job) = Jobs::<T>::get(job_id) else {
			return RoyaltyPayees { model: None, parent: None, parent_bps: 0 };
		};
		let model = T::Models::owner(&job.model_did);
		let parent = match job.terms.parent_bps {
			0 => None,
			_ => T::Models::parent_owner(&job.model_did),
		};
		RoyaltyPayees { model, parent, parent_bps: job.terms.parent_bps }
	}

	fn tied(job_id: JobId, attempt: u8) -> u32 {
		TiedPayments::<T>::get(job_id, attempt).map_or(0, |ties| ties.payments)
	}
}

impl<T: Config> JobTies<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn tie(job_id: JobId, attempt: u8) {
		TiedPayments::<T>::mutate(job_id, attempt, |maybe_ties| {
			let ties = maybe_ties.get_or_insert_with(Ties::default);
			ties.payments = ties.payments.saturating_add(1);
		});
	}

	fn untie(job_id: JobId, attempt: u8) {
		let Some(mut ties) = TiedPayments::<T>::take(job_id, attempt) else {
			defensive!("a payment was tied that is untied");
			return;
		};
		ties.payments = ties.payments.saturating_sub(1);
		if !ties.payments.is_zero() {
			TiedPayments::<T>::insert(job_id, attempt, ties);
			return;
		}
		// The requester could not fetch the deposit before. The time in which nobody else can begins
		// now.
		let Some(mut job) = Jobs::<T>::get(job_id) else { return };
		let now = Self::now();
		if job.status.is_terminal() && job.deadline < now {
			job.deadline = now;
			Jobs::<T>::insert(job_id, job);
		}
	}

	fn paid(payment: &TiedPayment<T::AccountId, BalanceOf<T>>) -> DispatchResult {
		let Some(job) = Jobs::<T>::get(payment.job) else {
			defensive!("a job outlives what is tied to it");
			return Ok(());
		};
		T::ModelUsage::job_settled(
			&job.model_did,
			&job.requester,
			&payment.payee,
			0,
			payment.gross,
			payment.royalty,
		);
		let earned = job.settlement.as_ref().is_some_and(|settlement| {
			settlement.outcome == JobOutcome::OnTime && !settlement.fee_paid.is_zero()
		});
		if !earned || job.attempts != payment.attempt || payment.fee.is_zero() {
			return Ok(());
		}
		let assignment = Self::assignment(&job)?;
		let settlement = Settlement { outcome: JobOutcome::OnTime, fee_paid: payment.fee };
		// Nothing is at risk any more; the node has delivered.
		let end = Self::job_end(payment.job, &job, &assignment, settlement);
		T::Report::outcome(&JobEnd { at_risk: Zero::zero(), ..end })
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(payer: &T::AccountId, payee: &T::AccountId) -> JobId {
		benchmarking::running_for::<T>(payer, payee)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(job_id: JobId) {
		benchmarking::settle_unpaid::<T>(job_id);
	}
}
