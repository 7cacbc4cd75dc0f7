//! What the checks of every pallet's state share.
//!
//! A check names the rule that is broken in its error, and the record that breaks it in the log.

use alloc::collections::BTreeMap;
use core::fmt::Debug;
use frame_support::traits::fungible::InspectHold;
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

/// The error for a broken `rule`. Logs the `key` of the record that breaks it.
pub fn broken(rule: &'static str, key: &impl Debug) -> TryRuntimeError {
	log::error!(target: "runtime::try-state", "{rule}: {key:?}");
	TryRuntimeError::Other(rule)
}

/// Fails with `rule`, and logs `key`, unless it holds.
pub fn ensure_rule(
	holds: bool,
	rule: &'static str,
	key: &impl Debug,
) -> Result<(), TryRuntimeError> {
	if holds {
		Ok(())
	} else {
		Err(broken(rule, key))
	}
}

/// What the records of a pallet say that accounts have on hold for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owed<AccountId, Balance>(BTreeMap<AccountId, Balance>);

impl<AccountId, Balance> Default for Owed<AccountId, Balance> {
	fn default() -> Self {
		Self(BTreeMap::new())
	}
}

impl<AccountId: Ord + Debug, Balance: Saturating + Zero + Copy + PartialEq + Debug>
	Owed<AccountId, Balance>
{
	/// Adds what one record says.
	pub fn add(&mut self, who: AccountId, amount: Balance) {
		let sum = self.0.entry(who).or_insert_with(Zero::zero);
		*sum = sum.saturating_add(amount);
	}

	/// Fails with `rule` unless each of `accounts`, which are all that there are, has on hold for
	/// `reason` exactly the sum of its records, and records name no others. Returns the sum over all
	/// accounts.
	pub fn ensure_held<Currency>(
		mut self,
		reason: impl Into<Currency::Reason>,
		accounts: impl IntoIterator<Item = AccountId>,
		rule: &'static str,
	) -> Result<Balance, TryRuntimeError>
	where
		Currency: InspectHold<AccountId, Balance = Balance>,
	{
		let reason = reason.into();
		let mut total = Balance::zero();
		for account in accounts {
			let owed = self.0.remove(&account).unwrap_or_else(Zero::zero);
			let held = Currency::balance_on_hold(&reason, &account);
			ensure_rule(held == owed, rule, &(account, held, owed))?;
			total = total.saturating_add(owed);
		}
		match self.0.iter().find(|(_, owed)| !owed.is_zero()) {
			Some(unheld) => Err(broken(rule, &unheld)),
			None => Ok(total),
		}
	}
}

impl<AccountId: Ord, Balance> FromIterator<(AccountId, Balance)> for Owed<AccountId, Balance>
where
	AccountId: Debug,
	Balance: Saturating + Zero + Copy + PartialEq + Debug,
{
	fn from_iter<Records: IntoIterator<Item = (AccountId, Balance)>>(records: Records) -> Self {
		let mut owed = Self::default();
		records.into_iter().for_each(|(who, amount)| owed.add(who, amount));
		owed
	}
}
