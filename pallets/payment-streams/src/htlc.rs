//! Hash-locked payments.

use crate::*;
use codec::MaxEncodedLen;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use payment_vouchers::{LockKind, Preimage};
use sp_runtime::{
	traits::{Saturating, Zero},
	ArithmeticError, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// Stores a payment whose amount is in the pool already. Its depositor pays for the storage.
	pub(crate) fn insert_htlc(mut htlc: HtlcOf<T>) -> Result<HtlcId, DispatchError> {
		let htlc_id = NextHtlcId::<T>::get();
		let next = htlc_id.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		htlc.storage_deposit = Self::storage_deposit(HtlcOf::<T>::max_encoded_len());
		Self::take_in(Self::depositor(&htlc), htlc.storage_deposit)?;
		NextHtlcId::<T>::put(next);
		Self::count_tie(&htlc.tie);
		HtlcsOf::<T>::insert(&htlc.payer, htlc_id, ());
		HtlcsOf::<T>::insert(&htlc.payee, htlc_id, ());
		Self::deposit_event(Event::HtlcCreated {
			htlc_id,
			payer: htlc.payer.clone(),
			payee: htlc.payee.clone(),
			amount: htlc.amount(),
			kind: htlc.kind,
			hash: htlc.hash,
			expires_at: htlc.expires_at,
		});
		Htlcs::<T>::insert(htlc_id, htlc);
		Ok(htlc_id)
	}

	fn depositor(htlc: &HtlcOf<T>) -> &T::AccountId {
		match htlc.depositor {
			Party::Payer => &htlc.payer,
			Party::Payee => &htlc.payee,
		}
	}

	pub(crate) fn do_create_htlc(
		payer: T::AccountId,
		payee: T::AccountId,
		amount: BalanceOf<T>,
		kind: LockKind,
		hash: [u8; 32],
		expires_at: BlockNumberFor<T>,
	) -> DispatchResult {
		let parameters = Parameters::<T>::get();
		ensure!(amount >= parameters.min_deposit, Error::<T>::InsufficientDeposit);
		let relay_now = Self::relay_now();
		let allowed = relay_now.saturating_add(parameters.min_lock)
			..=relay_now.saturating_add(parameters.max_lock);
		ensure!(allowed.contains(&expires_at), Error::<T>::InvalidPeriod);
		let (fee, tie) = Self::new_payment(&payer, &payee, None)?;
		Self::take_in(&payer, amount)?;
		Self::insert_htlc(Htlc {
			payer,
			payee,
			shares: Rates { fee, royalty_bps: 0 }.of(amount),
			kind,
			hash,
			expires_at,
			storage_deposit: Zero::zero(),
			depositor: Party::Payer,
			tie,
		})?;
		Ok(())
	}

	pub(crate) fn do_claim_htlc(htlc_id: HtlcId, preimage: Preimage) -> DispatchResult {
		let htlc = Htlcs::<T>::get(htlc_id).ok_or(Error::<T>::HtlcNotFound)?;
		ensure!(Self::relay_now() < htlc.expires_at, Error::<T>::TooLate);
		ensure!(htlc.kind.hash(&preimage) == htlc.hash, Error::<T>::WrongPreimage);
		Self::pay(&htlc.payee, htlc.shares.payee)?;
		Self::add_fees(htlc.shares.fee);
		Self::book_royalty(&htlc.tie, &htlc.payee, &htlc.shares);
		Self::deposit_event(Event::HtlcClaimed {
			htlc_id,
			payee: htlc.payee.clone(),
			paid: htlc.shares.payee,
			fee: htlc.shares.fee,
			royalty: htlc.shares.royalty,
			preimage,
		});
		Self::remove_htlc(htlc_id, htlc)
	}

	pub(crate) fn do_refund_htlc(htlc_id: HtlcId) -> DispatchResult {
		let htlc = Htlcs::<T>::get(htlc_id).ok_or(Error::<T>::HtlcNotFound)?;
		ensure!(Self::relay_now() >= htlc.expires_at, Error::<T>::TooEarly);
		let (payer, amount) = (htlc.payer.clone(), htlc.amount());
		Self::pay_or_forfeit(&payer, amount, Purpose::Refund)?;
		Self::deposit_event(Event::HtlcRefunded { htlc_id, payer, amount });
		Self::remove_htlc(htlc_id, htlc)
	}

	/// Returns the deposit for the storage and forgets a payment whose amount has left the pool.
	fn remove_htlc(htlc_id: HtlcId, htlc: HtlcOf<T>) -> DispatchResult {
		let depositor = Self::depositor(&htlc);
		Self::pay_or_forfeit(depositor, htlc.storage_deposit, Purpose::StorageDeposit)?;
		Self::untie(&htlc.tie);
		Htlcs::<T>::remove(htlc_id);
		HtlcsOf::<T>::remove(&htlc.payer, htlc_id);
		HtlcsOf::<T>::remove(&htlc.payee, htlc_id);
		Ok(())
	}
}
