//! Payments from holds.

use frame_support::{
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult, TokenError};

/// Moves `amount` from a hold of `source` to the free balance of `to`, all of it or nothing.
pub fn pay_from_hold<Currency, AccountId>(
	reason: &Currency::Reason,
	source: &AccountId,
	to: &AccountId,
	amount: Currency::Balance,
) -> DispatchResult
where
	Currency: MutateHold<AccountId>,
	AccountId: PartialEq,
{
	if amount.is_zero() {
		return Ok(());
	}
	with_storage_layer::<_, DispatchError, _>(|| {
		let moved = if source == to {
			Currency::release(reason, source, amount, Precision::Exact)?
		} else {
			Currency::transfer_on_hold(
				reason,
				source,
				to,
				amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Force,
			)?
		};
		if moved == amount {
			Ok(())
		} else {
			Err(TokenError::FundsUnavailable.into())
		}
	})
}
