//! Governable numbers and the bounds within which they keep the rules true.

use crate::{BalanceOf, Config, Error, Event, Pallet, Parameters};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	ensure,
	traits::{fungible::Inspect, Get},
	PalletError,
};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::{traits::AtLeast32BitUnsigned, DispatchResult};

/// [`PaymentParameters`] in this runtime.
pub type ParametersOf<T> = PaymentParameters<BalanceOf<T>, BlockNumberFor<T>>;

/// Governable numbers. A change acts on what is opened from then on.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PaymentParameters<Balance, BlockNumber> {
	/// Least deposit of a channel or stream and least amount of a hash lock. At least the existential
	/// deposit.
	pub min_deposit: Balance,
	/// Least blocks of the clock from a payer's wish to close a channel to its end. At least 100: less
	/// would let congestion close the payee's window.
	pub min_challenge: BlockNumber,
	/// The same where the payer names none.
	pub challenge: BlockNumber,
	/// The same at most. Up to 432 000: it binds the payer's money.
	pub max_challenge: BlockNumber,
	/// Least blocks of a stream that are paid after the payer stops it. At least 1.
	pub min_lockup: BlockNumber,
	/// The same at most. Up to 432 000.
	pub max_lockup: BlockNumber,
	/// Least blocks of the relay chain that a new hash lock lasts. At least 10.
	pub min_lock: BlockNumber,
	/// The same at most. Up to 432 000.
	pub max_lock: BlockNumber,
}

/// Which parameter is out of bounds.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	PalletError,
)]
pub enum ParameterError {
	/// `min_deposit` is below the existential deposit.
	MinDeposit,
	/// A challenge period is out of bounds, or they are out of order.
	Challenge,
	/// A lockup is out of bounds, or they are out of order.
	Lockup,
	/// A lock's duration is out of bounds, or they are out of order.
	Lock,
}

/// Longest of all periods: 30 days.
pub const MAX_PERIOD: u32 = 432_000;

impl<Balance, BlockNumber> PaymentParameters<Balance, BlockNumber>
where
	Balance: PartialOrd,
	BlockNumber: AtLeast32BitUnsigned + Copy,
{
	/// The defaults.
	pub fn with_min_deposit(min_deposit: Balance) -> Self {
		Self {
			min_deposit,
			min_challenge: 600u32.into(),
			challenge: 2_400u32.into(),
			max_challenge: 100_800u32.into(),
			min_lockup: 10u32.into(),
			max_lockup: 100_800u32.into(),
			min_lock: 20u32.into(),
			max_lock: 100_800u32.into(),
		}
	}

	/// Checks every bound.
	pub fn validate(&self, existential_deposit: Balance) -> Result<(), ParameterError> {
		ensure!(self.min_deposit >= existential_deposit, ParameterError::MinDeposit);
		let ordered = |least: u32, periods: &[BlockNumber], error: ParameterError| {
			let mut floor: BlockNumber = least.into();
			for period in periods {
				ensure!(*period >= floor, error);
				floor = *period;
			}
			ensure!(floor <= MAX_PERIOD.into(), error);
			Ok(())
		};
		let challenges = [self.min_challenge, self.challenge, self.max_challenge];
		ordered(100, &challenges, ParameterError::Challenge)?;
		ordered(1, &[self.min_lockup, self.max_lockup], ParameterError::Lockup)?;
		ordered(10, &[self.min_lock, self.max_lock], ParameterError::Lock)
	}
}

/// [`Parameters`] before governance sets any.
pub struct DefaultParameters<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<ParametersOf<T>> for DefaultParameters<T> {
	fn get() -> ParametersOf<T> {
		PaymentParameters::with_min_deposit(T::MinDeposit::get())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_parameters(parameters: ParametersOf<T>) -> DispatchResult {
		let existential_deposit = T::Currency::minimum_balance();
		parameters.validate(existential_deposit).map_err(Error::<T>::InvalidParameters)?;
		Parameters::<T>::put(parameters);
		Self::deposit_event(Event::ParametersSet { parameters });
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	type P = PaymentParameters<u128, u32>;

	#[test]
	fn defaults_are_valid() {
		assert_eq!(P::with_min_deposit(500).validate(500), Ok(()));
	}

	#[test]
	fn each_bound_holds() {
		use ParameterError as E;
		let cases: [(fn(&mut P), E); 10] = [
			(|p| p.min_deposit = 499, E::MinDeposit),
			(|p| p.min_challenge = 99, E::Challenge),
			(|p| p.challenge = 599, E::Challenge),
			(|p| p.max_challenge = 2_399, E::Challenge),
			(|p| p.max_challenge = 432_001, E::Challenge),
			(|p| p.min_lockup = 0, E::Lockup),
			(|p| p.max_lockup = 9, E::Lockup),
			(|p| p.max_lockup = 432_001, E::Lockup),
			(|p| p.min_lock = 9, E::Lock),
			(|p| p.max_lock = 432_001, E::Lock),
		];
		for (change, error) in cases {
			let mut parameters = P::with_min_deposit(500);
			change(&mut parameters);
			assert_eq!(parameters.validate(500), Err(error));
		}
		let most = P {
			max_challenge: 432_000,
			max_lockup: 432_000,
			max_lock: 432_000,
			min_challenge: 100,
			min_lockup: 1,
			min_lock: 10,
			..P::with_min_deposit(500)
		};
		assert_eq!(most.validate(500), Ok(()));
	}
}
