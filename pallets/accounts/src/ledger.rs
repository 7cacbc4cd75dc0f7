//! Balances of the two tokens.

use crate::{AccountData, Accounts, Amount, Config, Error, Event, Issuance, Pallet, TokenType};
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_transfer(
		from: T::AccountId,
		to: T::AccountId,
		token_type: TokenType,
		amount: Amount,
	) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		ensure!(from != to, Error::<T>::SameAccount);
		let sender = Self::debited(&from, token_type, amount)?;
		let receiver = Self::credited(&to, token_type, amount)?;
		Self::store(&from, sender);
		Self::store(&to, receiver);
		Self::deposit_event(Event::Transferred { from, to, token_type, amount });
		Ok(())
	}

	pub(crate) fn do_mint(
		to: T::AccountId,
		token_type: TokenType,
		amount: Amount,
	) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let issuance = Issuance::<T>::get(token_type)
			.checked_add(amount)
			.ok_or(Error::<T>::IssuanceOverflow)?;
		let receiver = Self::credited(&to, token_type, amount)?;
		Issuance::<T>::insert(token_type, issuance);
		Self::store(&to, receiver);
		Self::deposit_event(Event::Minted { to, token_type, amount });
		Ok(())
	}

	pub(crate) fn do_burn(
		account: T::AccountId,
		token_type: TokenType,
		amount: Amount,
	) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		let sender = Self::debited(&account, token_type, amount)?;
		let issuance = Issuance::<T>::get(token_type)
			.checked_sub(amount)
			.ok_or(Error::<T>::InsufficientBalance)?;
		Issuance::<T>::insert(token_type, issuance);
		Self::store(&account, sender);
		Self::deposit_event(Event::Burned { account, token_type, amount });
		Ok(())
	}

	pub(crate) fn do_set_standing(
		account: T::AccountId,
		is_validator: bool,
		reputation: u64,
	) -> DispatchResult {
		let mut data = Accounts::<T>::get(&account);
		ensure!(
			(data.is_validator, data.reputation) != (is_validator, reputation),
			Error::<T>::SameStanding
		);
		data.is_validator = is_validator;
		data.reputation = reputation;
		Self::store(&account, data);
		Self::deposit_event(Event::StandingSet { account, is_validator, reputation });
		Ok(())
	}

	/// Moves everything that `from` has to `to`. Balances below the minimum move too. The receiver
	/// keeps the better standing of both. Says how much moved.
	pub(crate) fn move_entry(
		from: &T::AccountId,
		to: &T::AccountId,
	) -> Result<(Amount, Amount), Error<T>> {
		let moved = Accounts::<T>::get(from);
		let mut data = Accounts::<T>::get(to);
		for token in TokenType::ALL {
			// Both are parts of one issuance, so the sum fits.
			let sum = data
				.balance(token)
				.checked_add(moved.balance(token))
				.ok_or(Error::<T>::IssuanceOverflow)?;
			data.set_balance(token, sum);
		}
		data.nonce = data.nonce.saturating_add(moved.nonce);
		data.is_validator |= moved.is_validator;
		data.reputation = data.reputation.max(moved.reputation);
		Accounts::<T>::remove(from);
		Self::store(to, data);
		Ok((moved.etr_balance, moved.etd_balance))
	}

	/// The entry of `account` after it gives `amount` away.
	fn debited(
		account: &T::AccountId,
		token: TokenType,
		amount: Amount,
	) -> Result<AccountData, Error<T>> {
		let mut data = Accounts::<T>::get(account);
		let left =
			data.balance(token).checked_sub(amount).ok_or(Error::<T>::InsufficientBalance)?;
		ensure!(left == 0 || left >= T::MinimumBalance::get(), Error::<T>::BelowMinimum);
		data.set_balance(token, left);
		data.nonce = data.nonce.saturating_add(1);
		Ok(data)
	}

	/// The entry of `account` after it receives `amount`.
	fn credited(
		account: &T::AccountId,
		token: TokenType,
		amount: Amount,
	) -> Result<AccountData, Error<T>> {
		let mut data = Accounts::<T>::get(account);
		let sum = data.balance(token).checked_add(amount).ok_or(Error::<T>::IssuanceOverflow)?;
		ensure!(sum >= T::MinimumBalance::get(), Error::<T>::BelowMinimum);
		data.set_balance(token, sum);
		Ok(data)
	}

	/// Writes an entry, or removes it if nothing is left in it.
	fn store(account: &T::AccountId, data: AccountData) {
		if data.is_empty() {
			Accounts::<T>::remove(account);
		} else {
			Accounts::<T>::insert(account, data);
		}
	}
}
