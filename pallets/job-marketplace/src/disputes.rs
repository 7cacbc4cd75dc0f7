//! Disputes: the requester contests a delivered result, the node answers, an arbiter decides.
//!
//! The bond of a dispute moves exactly once, when the dispute leaves its job: to the node's owner
//! where the requester was wrong, else back to the requester. A dispute that says that the bytes
//! never came is answered by the bytes and needs no arbiter; from then on they are on chain, so
//! that it cannot be made twice. Whoever falls silent loses: the node before its answer, and after
//! it both parties half, since the arbiter's silence is no fault of theirs.

use crate::{escrow::Payment, types::*, *};
use ai_compute_primitives::{JobId, JobOutcome, ModelInspect, NodeInspect};
use frame_support::{
	defensive, ensure,
	traits::{fungible::hold::Mutate as _, Get},
	BoundedVec,
};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Saturating, DispatchResult, Percent};

/// Bond of a dispute, as a share of what the job would pay.
pub const DISPUTE_BOND_SHARE: Percent = Percent::from_percent(10);

/// Who gets the bond of a dispute.
pub(crate) enum BondTo {
	/// The requester was right, or nobody has found him wrong.
	Requester,
	/// The requester was wrong.
	Provider,
}

impl<T: Config> Pallet<T> {
	/// Bond of a dispute about a job that would pay `gross`: a share of it, rounded up, and not
	/// below the least bond.
	pub fn dispute_bond(gross: BalanceOf<T>) -> BalanceOf<T> {
		DISPUTE_BOND_SHARE.mul_ceil(gross).max(T::MinDisputeBond::get())
	}

	/// The dispute of a job in a state that has one.
	fn dispute(job_id: JobId) -> Result<DisputeOf<T>, Error<T>> {
		Disputes::<T>::get(job_id).ok_or_else(|| {
			defensive!("a disputed job has its dispute");
			Error::<T>::InvalidState
		})
	}

	/// The delivery of a job in a state that has one.
	fn delivery(job: &JobRecordOf<T>) -> Result<Delivery, Error<T>> {
		job.delivery.ok_or_else(|| {
			defensive!("a disputed job has a delivery");
			Error::<T>::InvalidState
		})
	}

	pub(crate) fn do_dispute_job(
		requester: T::AccountId,
		job_id: JobId,
		reason: DisputeReason,
		evidence_hash: [u8; 32],
	) -> DispatchResult {
		let mut job = Self::job(job_id)?;
		let moment = Self::moment(job_id, &job);
		JobCall::DisputeJob.check(&moment).map_err(Error::<T>::from)?;
		ensure!(job.requester == requester, Error::<T>::NotAuthorized);
		let assignment = Self::assignment(&job)?;
		if reason == DisputeReason::NotDelivered {
			let bytes = Self::delivery(&job)?.bytes;
			ensure!(bytes == ResultBytes::OffChain, Error::<T>::ResultOnChain);
		}

		let bond = Self::dispute_bond(Self::split_of(&job, Payment::Whole).gross);
		T::Currency::hold(&HoldReason::DisputeBond.into(), &requester, bond)?;
		let deadline = moment.now.saturating_add(Parameters::<T>::get().response);
		job.status = JobStatus::Disputed;
		job.deadline = deadline;
		Jobs::<T>::insert(job_id, job);
		Disputes::<T>::insert(
			job_id,
			Dispute { bond, reason, evidence_hash, opened_at: moment.now, reply: None },
		);
		Self::deposit_event(Event::JobDisputed {
			job_id,
			node: assignment.node,
			reason,
			evidence_hash,
			bond,
			deadline,
		});
		Ok(())
	}

	pub(crate) fn do_answer_dispute(
		owner: T::AccountId,
		job_id: JobId,
		answer: DisputeAnswer,
	) -> DispatchResult {
		let mut job = Self::job(job_id)?;
		let moment = Self::moment(job_id, &job);
		JobCall::AnswerDispute.check(&moment).map_err(Error::<T>::from)?;
		ensure!(Self::assignment(&job)?.owner == owner, Error::<T>::NotAuthorized);
		let mut dispute = Self::dispute(job_id)?;

		let (evidence_hash, period) = match (dispute.reason, answer) {
			(DisputeReason::NotDelivered, DisputeAnswer::Result(bytes)) => {
				let delivery = Self::delivery(&job)?;
				let bytes = BoundedVec::try_from(bytes).map_err(|_| Error::<T>::ResultTooLong)?;
				let matches = blake2_256(&bytes) == delivery.result_hash;
				ensure!(matches, Error::<T>::ResultHashMismatch);
				Results::<T>::insert(job_id, bytes);
				job.delivery = Some(Delivery { bytes: ResultBytes::OnChain, ..delivery });
				job.status = JobStatus::Completed;
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				(delivery.result_hash, job.escrow_period)
			}
			(DisputeReason::NotDelivered, DisputeAnswer::Evidence(_))
			| (_, DisputeAnswer::Result(_)) => return Err(Error::<T>::WrongAnswer.into()),
			(_, DisputeAnswer::Evidence(evidence_hash)) => {
				dispute.reply = Some(Reply { evidence_hash, answered_at: moment.now });
				Disputes::<T>::insert(job_id, dispute);
				(evidence_hash, Parameters::<T>::get().arbitration)
			}
		};
		let (status, deadline) = (job.status, moment.now.saturating_add(period));
		job.deadline = deadline;
		Jobs::<T>::insert(job_id, job);
		Self::deposit_event(Event::DisputeAnswered { job_id, evidence_hash, status, deadline });
		Ok(())
	}

	/// `arbiter` is the deciding account, or none where governance decides.
	pub(crate) fn do_resolve_dispute(
		arbiter: Option<T::AccountId>,
		job_id: JobId,
		verdict: Verdict,
	) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::ResolveDispute.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		if let Some(arbiter) = &arbiter {
			ensure!(!Self::is_party(job_id, &job, arbiter), Error::<T>::ArbiterIsParty);
		}
		if let Verdict::Split(tokens) = verdict {
			ensure!(tokens <= Self::delivery(&job)?.tokens_used, Error::<T>::TokensAboveDelivered);
		}

		Self::deposit_event(Event::DisputeResolved { job_id, verdict, arbiter });
		match verdict {
			Verdict::RequesterWins => {
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				let assignment = Self::assignment(&job)?;
				Self::fail(job_id, job, assignment, JobOutcome::LostDispute)
			}
			Verdict::ProviderWins => {
				Self::end_dispute(job_id, &job, BondTo::Provider)?;
				Self::settle(job_id, job, Payment::Whole, None)
			}
			Verdict::Split(tokens) => {
				Self::end_dispute(job_id, &job, BondTo::Requester)?;
				Self::settle(job_id, job, Payment::Tokens(tokens), None)
			}
		}
	}

	/// Whether `who` gains or loses by the outcome of `job`.
	fn is_party(job_id: JobId, job: &JobRecordOf<T>, who: &T::AccountId) -> bool {
		job.requester == *who
			|| job.assignment.as_ref().is_some_and(|a| a.owner == *who)
			|| AssignedNodes::<T>::get(job_id).is_some_and(|did| T::Nodes::is_related(&did, who))
			|| T::Models::owner(&job.model_did).as_ref() == Some(who)
			|| T::Models::parent_owner(&job.model_did).as_ref() == Some(who)
	}

	/// Removes the dispute of `job` and pays its bond out. The caller moves the job on.
	pub(crate) fn end_dispute(job_id: JobId, job: &JobRecordOf<T>, to: BondTo) -> DispatchResult {
		Self::ensure_can_pay()?;
		let bond = Self::dispute(job_id)?.bond;
		Disputes::<T>::remove(job_id);
		let (payee, intended) = match to {
			BondTo::Requester => (Payee::Requester, job.requester.clone()),
			BondTo::Provider => (Payee::Provider, Self::assignment(job)?.owner),
		};
		let reason = HoldReason::DisputeBond;
		let to = Self::pay_out_hold(job_id, reason, &job.requester, payee, intended, bond)?;
		Self::deposit_event(Event::DisputeBondPaid { job_id, bond, to });
		Ok(())
	}
}
