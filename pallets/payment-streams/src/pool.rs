//! The account that has all deposits, and payments from it.
//!
//! Payers' money goes to one account of the pallet and stays there on hold, so that a claim touches
//! two accounts however many channels it draws on: this one and the payee's. The amount on hold is
//! always the sum of what the records say.
//!
//! A payee that cannot be credited is asked about before anything moves. So no payment fails half
//! way, and none is misread as unpayable because a call was nested too deeply.

use crate::{shares::Shares, *};
use ai_compute_primitives::{FeePolicy, JobInspect, JobTie, JobTies};
use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect as _, MutateHold as _},
		tokens::{DepositConsequence, Fortitude, Precision, Preservation, Provenance, Restriction},
		Get,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{AccountIdConversion, BlockNumberProvider, Saturating, Zero},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// The account that has all deposits.
	pub fn pool_account() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// The clock.
	pub(crate) fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// The relay chain's clock.
	pub(crate) fn relay_now() -> BlockNumberFor<T> {
		T::RelayBlockNumberProvider::current_block_number()
	}

	/// Moves `amount` of `who`'s free balance into the pool. `who` keeps its account.
	pub(crate) fn take_in(who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		let pool = Self::pool_account();
		// The pool may be empty and must stay: a reference of its own keeps it alive without a
		// balance.
		if frame_system::Pallet::<T>::providers(&pool).is_zero() {
			frame_system::Pallet::<T>::inc_providers(&pool);
		}
		T::Currency::transfer_and_hold(
			&HoldReason::Deposits.into(),
			who,
			&pool,
			amount,
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Polite,
		)
		.map_err(|_| Error::<T>::InsufficientBalance)?;
		Ok(())
	}

	/// Whether `who` can be credited with `amount`.
	fn can_receive(who: &T::AccountId, amount: BalanceOf<T>) -> bool {
		let consequence = T::Currency::can_deposit(who, amount, Provenance::Extant);
		matches!(consequence, DepositConsequence::Success)
	}

	/// Pays `amount` out of the pool. Refused, with nothing changed, if `to` cannot receive it.
	pub(crate) fn pay(to: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		ensure!(Self::can_receive(to, amount), Error::<T>::PayeeCannotReceive);
		T::Currency::transfer_on_hold(
			&HoldReason::Deposits.into(),
			&Self::pool_account(),
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		Ok(())
	}

	/// Pays `amount` out of the pool, or adds it to the fees if `to` cannot receive it.
	pub(crate) fn pay_or_forfeit(
		to: &T::AccountId,
		amount: BalanceOf<T>,
		purpose: Purpose,
	) -> DispatchResult {
		if Self::can_receive(to, amount) {
			return Self::pay(to, amount);
		}
		Self::add_fees(amount);
		Self::deposit_event(Event::PaymentForfeited { meant_for: to.clone(), amount, purpose });
		Ok(())
	}

	/// Adds to what is the fee account's.
	pub(crate) fn add_fees(amount: BalanceOf<T>) {
		if !amount.is_zero() {
			FeesDue::<T>::mutate(|due| *due = due.saturating_add(amount));
		}
	}

	/// Books the royalty of a payment that is tied to a job, and that it was made.
	pub(crate) fn book_royalty(
		tie: &Option<JobTie>,
		payee: &T::AccountId,
		shares: &Shares<BalanceOf<T>>,
	) {
		let Some(JobTie { job, attempt, .. }) = *tie else { return };
		let gross = shares.payee.saturating_add(shares.fee).saturating_add(shares.royalty);
		if gross.is_zero() {
			return;
		}
		JobDues::<T>::mutate(job, attempt, |maybe_due| {
			let due = maybe_due.get_or_insert_with(|| {
				T::Jobs::tie(job, attempt);
				JobDue {
					payee: payee.clone(),
					gross: Zero::zero(),
					fee: Zero::zero(),
					royalty: Zero::zero(),
				}
			});
			due.gross = due.gross.saturating_add(gross);
			due.fee = due.fee.saturating_add(shares.fee);
			due.royalty = due.royalty.saturating_add(shares.royalty);
		});
	}

	/// Forgets one tie.
	pub(crate) fn untie(tie: &Option<JobTie>) {
		if let Some(JobTie { job, attempt, .. }) = *tie {
			T::Jobs::untie(job, attempt);
		}
	}

	/// A new payment between `payer` and `payee`, perhaps for `job`: its platform fee and its tie.
	pub(crate) fn new_payment(
		payer: &T::AccountId,
		payee: &T::AccountId,
		job: Option<JobId>,
	) -> Result<(Percent, Option<JobTie>), Error<T>> {
		ensure!(payee != payer && *payee != Self::pool_account(), Error::<T>::InvalidPayee);
		let fee = T::Fees::platform_fee();
		let tie = match job {
			Some(job) => Some(T::Jobs::tie_of(job, payer, payee).map_err(Error::<T>::CannotTie)?),
			None => None,
		};
		let royalty_bps = tie.as_ref().map_or(0, |tie| tie.royalty_bps);
		ensure!(Rates { fee, royalty_bps }.are_bearable(), Error::<T>::SharesTooHigh);
		Ok((fee, tie))
	}

	/// Counts a new tie.
	pub(crate) fn count_tie(tie: &Option<JobTie>) {
		if let Some(JobTie { job, attempt, .. }) = *tie {
			T::Jobs::tie(job, attempt);
		}
	}

	/// Deposit for a record of at most `size` bytes and the two entries that list it.
	pub(crate) fn storage_deposit(size: usize) -> BalanceOf<T> {
		// Each record and each entry has a prefix of 32 bytes and a number of 8; an entry names an
		// account behind 16 bytes of its hash.
		const KEY: usize = 32 + 8;
		const ENTRY: usize = KEY + 16 + 32;
		let bytes = size.saturating_add(KEY).saturating_add(2 * ENTRY);
		let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
		T::DepositPerByte::get().saturating_mul(bytes.into())
	}
}
