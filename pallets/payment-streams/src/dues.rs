//! What is not the payees': fees and royalties, which anybody may send on.

use crate::*;
use ai_compute_primitives::{FeePolicy, JobId, JobInspect, JobTies, RoyaltyPayees, TiedPayment};
use frame_support::ensure;
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchResult, Permill,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_collect_fees() -> DispatchResult {
		let amount = FeesDue::<T>::take();
		ensure!(!amount.is_zero(), Error::<T>::NothingDue);
		let to = T::Fees::fee_account();
		Self::pay(&to, amount)?;
		Self::deposit_event(Event::FeesCollected { amount, to });
		Ok(())
	}

	/// Once for each attempt: what was paid for it counts as one use of the model.
	pub(crate) fn do_collect_royalty(job: JobId, attempt: u8) -> DispatchResult {
		let due = JobDues::<T>::take(job, attempt).ok_or(Error::<T>::NothingDue)?;
		let is_last = T::Jobs::tied(job, attempt) == 1;
		ensure!(is_last && T::Jobs::ended_at(job, attempt).is_some(), Error::<T>::TooEarly);
		let RoyaltyPayees { model, parent, parent_bps } = T::Jobs::royalty_payees(job);
		let bps = u32::from(parent_bps.min(shares::FULL_BPS)).saturating_mul(100);
		let to_parent = Permill::from_parts(bps).mul_floor(due.royalty);
		let to_model = due.royalty.saturating_sub(to_parent);

		// Who cannot be paid leaves his part to the next: parent, model, provider, fee account. A
		// model that is gone leaves both parts to the fee account.
		let parts = [(parent.as_ref().or(model.as_ref()), to_parent), (model.as_ref(), to_model)];
		for (intended, amount) in parts {
			if amount.is_zero() {
				continue;
			}
			let Some(intended) = intended.filter(|_| model.is_some()) else {
				Self::add_fees(amount);
				continue;
			};
			let heirs = [Some(intended), model.as_ref(), Some(&due.payee)];
			let paid = heirs.into_iter().flatten().any(|to| Self::pay(to, amount).is_ok());
			if !paid {
				Self::pay_or_forfeit(intended, amount, Purpose::Royalty)?;
			}
		}
		T::Jobs::paid(&TiedPayment {
			job,
			attempt,
			payee: due.payee,
			gross: due.gross,
			fee: due.fee,
			royalty: due.royalty,
		})?;
		T::Jobs::untie(job, attempt);
		Self::deposit_event(Event::RoyaltyCollected { job, attempt, to_model, to_parent });
		Ok(())
	}
}
