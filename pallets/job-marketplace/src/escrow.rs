//! Money that leaves a hold.
//!
//! The currency refuses a payment to a payee that would stay below the existential deposit or whose
//! balance would overflow; the next payee gets it. What no payee can take goes back to the requester
//! with the refund, else to the fee account. That account exists from genesis on, so no state of the
//! chain refuses to end a job.
//!
//! Each payment opens a storage layer. A call that is nested so deeply that there is none left is
//! refused as a whole before it changes anything ([`Pallet::ensure_can_pay`]): it can be repeated at
//! its ordinary depth, a payment that was skipped could not. For the same reason a hold that nobody
//! can take refuses the call instead of being left behind.

use crate::{
	split::{Split, SplitTerms},
	types::*,
	*,
};
use ai_compute_primitives::{
	pay_from_hold, FeePolicy, JobEnd, JobId, JobOutcome, JobReport, ModelInspect, ModelUsage,
	NodeMutate,
};
use frame_support::{defensive, storage::with_storage_layer};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

/// How much of a delivered job is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Payment {
	/// What the node counted.
	Whole,
	/// Half of that.
	Half,
	/// So many tokens.
	Tokens(u32),
}

impl<T: Config> Pallet<T> {
	/// Refuses where payments cannot open a storage layer. To be asked before anything changes by
	/// every call that reads the failure of a payment, or of the registry, as an answer.
	pub(crate) fn ensure_can_pay() -> DispatchResult {
		with_storage_layer(|| Ok(()))
	}

	/// Moves `amount` from `source`'s hold to the free balance of `to`, all of it or nothing.
	pub(crate) fn pay_from_hold(
		reason: HoldReason,
		source: &T::AccountId,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		pay_from_hold::<T::Currency, _>(&reason.into(), source, to, amount)
	}

	/// Pays `amount` of an escrow to `intended`, else to the first of `others` that can receive it.
	/// Says whether anybody could.
	fn pay_first(
		job_id: JobId,
		payee: Payee,
		source: &T::AccountId,
		intended: Option<&T::AccountId>,
		others: &[&T::AccountId],
		amount: BalanceOf<T>,
	) -> bool {
		if amount.is_zero() {
			return true;
		}
		for to in intended.into_iter().chain(others.iter().copied()) {
			if Self::pay_from_hold(HoldReason::JobEscrow, source, to, amount).is_ok() {
				if Some(to) != intended {
					let to = to.clone();
					Self::deposit_event(Event::PaymentRedirected { job_id, payee, amount, to });
				}
				return true;
			}
		}
		false
	}

	/// Pays `amount` from `owner`'s hold back to its owner, else to the fee account.
	pub(crate) fn give_back_hold(
		job_id: JobId,
		reason: HoldReason,
		owner: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		let payee = match reason {
			HoldReason::BidBond => Payee::Bidder,
			HoldReason::JobEscrow | HoldReason::StorageDeposit | HoldReason::DisputeBond => {
				Payee::Requester
			}
		};
		Self::pay_out_hold(job_id, reason, owner, payee, owner.clone(), amount).map(|_| ())
	}

	/// Pays `amount` from `source`'s hold to `intended`, else to the fee account. Says to whom. If
	/// neither can take it the call fails, so that no hold is left without a record.
	pub(crate) fn pay_out_hold(
		job_id: JobId,
		reason: HoldReason,
		source: &T::AccountId,
		payee: Payee,
		intended: T::AccountId,
		amount: BalanceOf<T>,
	) -> Result<T::AccountId, DispatchError> {
		if Self::pay_from_hold(reason, source, &intended, amount).is_ok() {
			return Ok(intended);
		}
		let to = T::Fees::fee_account();
		Self::pay_from_hold(reason, source, &to, amount).inspect_err(|error| {
			log::error!(target: "runtime::job-marketplace", "a hold cannot be paid out: {error:?}");
		})?;
		let redirected = to.clone();
		Self::deposit_event(Event::PaymentRedirected { job_id, payee, amount, to: redirected });
		Ok(to)
	}

	/// Returns the whole escrow of a job that ends unpaid. Says how much.
	pub(crate) fn release_escrow(
		job_id: JobId,
		job: &JobRecordOf<T>,
	) -> Result<BalanceOf<T>, DispatchError> {
		Self::give_back_hold(job_id, HoldReason::JobEscrow, &job.requester, job.max_payment)?;
		Ok(job.max_payment)
	}

	/// Pays `compensation` of an escrow to `provider`, or to the fee account if he cannot take it,
	/// and returns the rest. Says how much that is.
	pub(crate) fn pay_compensation(
		job_id: JobId,
		job: &JobRecordOf<T>,
		provider: &T::AccountId,
		compensation: BalanceOf<T>,
	) -> Result<BalanceOf<T>, DispatchError> {
		let treasury = T::Fees::fee_account();
		let (payee, requester) = (Payee::Provider, &job.requester);
		let paid =
			Self::pay_first(job_id, payee, requester, Some(provider), &[&treasury], compensation);
		let refund =
			if paid { job.max_payment.saturating_sub(compensation) } else { job.max_payment };
		Self::give_back_hold(job_id, HoldReason::JobEscrow, requester, refund)?;
		Ok(refund)
	}

	/// How the escrow of a delivered job divides when it is paid as `payment` says.
	pub(crate) fn split_of(job: &JobRecordOf<T>, payment: Payment) -> Split<BalanceOf<T>> {
		let terms = SplitTerms {
			escrow: job.max_payment,
			price: job.assignment.as_ref().map_or_else(Zero::zero, |a| a.price_per_token),
			max_tokens: job.max_tokens,
			fee: job.fee,
			late_penalty: job.late_penalty,
			royalty_bps: job.terms.royalty_bps,
			parent_bps: job.terms.parent_bps,
		};
		let (used, timing) = match job.delivery {
			Some(Delivery { tokens_used, timing, .. }) => (tokens_used, timing),
			None => (0, Timing::OnTime),
		};
		match payment {
			Payment::Whole => Split::compute(&terms, used, timing),
			Payment::Half => Split::half(&terms, used, timing),
			Payment::Tokens(tokens) => Split::compute(&terms, tokens, timing),
		}
	}

	/// The outcome for the node of a job that is paid as `payment` says, and the tokens that count.
	fn outcome_of(job: &JobRecordOf<T>, payment: Payment) -> (JobOutcome, u32) {
		let (used, timing) = match job.delivery {
			Some(Delivery { tokens_used, timing, .. }) => (tokens_used, timing),
			None => (0, Timing::OnTime),
		};
		match (payment, timing) {
			(Payment::Whole, Timing::OnTime) => (JobOutcome::OnTime, used),
			(Payment::Whole, Timing::Late) => (JobOutcome::Late, used),
			(Payment::Half, _) => (JobOutcome::Undecided, used / 2),
			(Payment::Tokens(tokens), _) => (JobOutcome::Undecided, tokens),
		}
	}

	/// The end of the attempt of `assignment`, for the report.
	pub(crate) fn job_end(
		job_id: JobId,
		job: &JobRecordOf<T>,
		assignment: &AssignmentOf<T>,
		settlement: Settlement<BalanceOf<T>>,
	) -> JobEnd<T::AccountId, BalanceOf<T>> {
		JobEnd {
			job: job_id,
			node: assignment.node,
			owner: assignment.owner.clone(),
			payer: job.requester.clone(),
			outcome: settlement.outcome,
			at_risk: job.at_risk(),
			fee_paid: settlement.fee_paid,
		}
	}

	/// Pays for a delivered job as `payment` says and ends it.
	pub(crate) fn settle(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		payment: Payment,
		rating: Option<u8>,
	) -> DispatchResult {
		Self::ensure_can_pay()?;
		let assignment = Self::assignment(&job)?;
		let provider = assignment.owner.clone();
		let split = Self::split_of(&job, payment);
		let requester = job.requester.clone();
		let treasury = T::Fees::fee_account();

		// A model that is gone leaves its royalties to the fee account.
		let model = T::Models::owner(&job.model_did);
		let parent = model
			.as_ref()
			.filter(|_| !split.parent.is_zero())
			.and_then(|_| T::Models::parent_owner(&job.model_did));
		let to_treasury = [&treasury];
		let to_provider = [&provider, &treasury];
		let to_model = [model.as_ref().unwrap_or(&treasury), &provider, &treasury];
		let (after_model, after_parent): (&[_], &[_]) = match model {
			Some(_) => (&to_provider, &to_model),
			None => (&to_treasury, &to_treasury),
		};

		// The provider is paid first, so that a payee in several roles comes to life with the
		// largest part.
		let parts: [(Payee, Option<&T::AccountId>, &[&T::AccountId], BalanceOf<T>); 4] = [
			(Payee::Provider, Some(&provider), &to_treasury, split.provider),
			(Payee::ModelOwner, model.as_ref(), after_model, split.model),
			(Payee::ParentOwner, parent.as_ref(), after_parent, split.parent),
			(Payee::FeeAccount, Some(&treasury), &[], split.fee),
		];
		let mut rest = job.max_payment;
		for (payee, intended, others, amount) in parts {
			if Self::pay_first(job_id, payee, &requester, intended, others, amount) {
				rest = rest.saturating_sub(amount);
			}
		}
		Self::give_back_hold(job_id, HoldReason::JobEscrow, &requester, rest)?;

		let did = AssignedNodes::<T>::get(job_id);
		let fee_paid = if Self::is_related(&requester, &provider, model.as_ref()) {
			Zero::zero()
		} else {
			split.fee
		};
		let (outcome, tokens) = Self::outcome_of(&job, payment);
		let settlement = Settlement { outcome, fee_paid };
		let end = Self::job_end(job_id, &job, &assignment, settlement);
		T::Report::outcome(&end)?;
		T::Nodes::release(&end.node, end.at_risk);
		match did {
			Some(did) => T::Nodes::job_settled(&did),
			None => {
				defensive!("a delivered job knows the DID of its node");
			}
		}
		T::ModelUsage::job_settled(
			&job.model_did,
			&requester,
			&provider,
			tokens,
			split.gross,
			split.model.saturating_add(split.parent),
		);
		job.settlement = Some(settlement);
		Self::deposit_event(Event::JobSettled {
			job_id,
			node: end.node,
			gross: split.gross,
			fee: split.fee,
			royalty: split.model,
			parent_royalty: split.parent,
			provider: split.provider,
			refund: split.refund,
		});
		if let Some(stars) = rating {
			Self::rate(job_id, &mut job, stars)?;
		}
		Self::end(job_id, &mut job, JobStatus::Settled);
		Ok(())
	}

	/// Whether `requester` stands behind the node or the model, so that paying the job is paying
	/// himself.
	///
	/// A node gets a job only while its owner controls its DID. Whom he names as controller later
	/// says nothing: else he could make a stranger a relative, and the stranger's rating void.
	fn is_related(
		requester: &T::AccountId,
		provider: &T::AccountId,
		model_owner: Option<&T::AccountId>,
	) -> bool {
		requester == provider || model_owner == Some(requester)
	}
}
