//! How a payment divides between the payee, the platform and the models' owners, as pure code.
//!
//! Everything is computed on cumulative sums, and a payment gets the difference of two of them. So
//! it makes no difference in how many parts something is claimed: many small claims pay the same
//! shares as one large claim.
//!
//! | part of the gross `C` so far | amount |
//! |---|---|
//! | platform fee `F` | floor(C × fee) |
//! | royalty `R`, of payments tied to a job | floor((C − F) × bps / (10 000 − 100 × fee percent)) |
//! | payee | C − F − R |
//!
//! `R` is the royalty of the gross, since what remains after the fee is C × (1 − fee); it can exceed
//! floor(C × bps / 10 000) by one unit, since `F` is rounded down. Written this way each of the three
//! never falls when `C` rises, which two roundings side by side would not ensure.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{traits::AtLeast32BitUnsigned, Percent};

/// 100 % in basis points.
pub const FULL_BPS: u16 = 10_000;
/// Most that fee and royalty may take together, in 1/10 000 of the gross.
pub const MAX_SHARES_BPS: u16 = 9_000;

/// What is taken from a payee's gross.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
	/// The platform's share.
	pub fee: Percent,
	/// Royalty in 1/10 000.
	pub royalty_bps: u16,
}

/// A gross payment in its parts.
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
pub struct Shares<Balance> {
	/// To the payee.
	pub payee: Balance,
	/// To the platform.
	pub fee: Balance,
	/// To the owners of the model and its parent.
	pub royalty: Balance,
}

impl Rates {
	/// Whether enough is left for the payee.
	pub fn are_bearable(&self) -> bool {
		self.fee_bps().saturating_add(self.royalty_bps) <= MAX_SHARES_BPS
	}

	fn fee_bps(&self) -> u16 {
		u16::from(self.fee.deconstruct()).saturating_mul(100)
	}

	/// The parts of all that was paid so far.
	pub fn of<Balance: AtLeast32BitUnsigned + Copy>(&self, gross: Balance) -> Shares<Balance> {
		let fee = self.fee.mul_floor(gross);
		let rest = gross.saturating_sub(fee);
		let whole = FULL_BPS.saturating_sub(self.fee_bps());
		let royalty = if whole == 0 {
			Balance::zero()
		} else {
			let bps: Balance = u32::from(self.royalty_bps.min(whole)).into();
			let whole: Balance = u32::from(whole).into();
			// In two steps, so that nothing overflows.
			let (full, part) = (rest / whole, rest % whole);
			full.saturating_mul(bps).saturating_add(part.saturating_mul(bps) / whole)
		};
		Shares { payee: rest.saturating_sub(royalty), fee, royalty }
	}

	/// The parts of what is paid when the gross so far goes from `from` to `to`.
	pub fn between<Balance: AtLeast32BitUnsigned + Copy>(
		&self,
		from: Balance,
		to: Balance,
	) -> Shares<Balance> {
		let (before, after) = (self.of(from), self.of(to));
		Shares {
			payee: after.payee.saturating_sub(before.payee),
			fee: after.fee.saturating_sub(before.fee),
			royalty: after.royalty.saturating_sub(before.royalty),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn rates(fee: u8, royalty_bps: u16) -> Rates {
		Rates { fee: Percent::from_percent(fee), royalty_bps }
	}

	#[test]
	fn the_fee_appears_at_twenty_units() {
		for (gross, fee) in [(0u128, 0), (19, 0), (20, 1), (39, 1), (40, 2), (1_000, 50)] {
			let shares = rates(5, 0).of(gross);
			assert_eq!((shares.fee, shares.royalty, shares.payee), (fee, 0, gross - fee));
		}
	}

	#[test]
	fn the_royalty_is_one_of_the_gross() {
		let shares = rates(5, 1_000).of(1_000_000u128);
		assert_eq!((shares.fee, shares.royalty, shares.payee), (50_000, 100_000, 850_000));
	}

	#[test]
	fn shares_of_nine_tenths_are_the_most() {
		assert!(rates(40, 5_000).are_bearable());
		assert!(!rates(40, 5_001).are_bearable());
		assert!(!rates(100, 0).are_bearable());
	}

	#[test]
	fn extreme_shares_never_overdraw() {
		for (fee, bps) in [(100, 0), (100, 9_999), (0, u16::MAX), (99, u16::MAX), (50, 5_000)] {
			for gross in [0u128, 1, 2, 99, u128::MAX] {
				let shares = rates(fee, bps).of(gross);
				assert_eq!(shares.fee + shares.royalty + shares.payee, gross);
			}
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(4_000))]

		#[test]
		fn parts_sum_and_never_fall(
			fee in 0u8..=100, bps in 0u16..=10_000, gross in any::<u64>(), more in 0u128..300,
		) {
			let rates = rates(fee, bps);
			let gross = u128::from(gross);
			let shares = rates.of(gross);
			prop_assert_eq!(shares.fee + shares.royalty + shares.payee, gross);
			let next = rates.of(gross + more);
			prop_assert!(next.fee >= shares.fee && next.royalty >= shares.royalty);
			prop_assert!(next.payee >= shares.payee);
			let step = rates.between(gross, gross + more);
			prop_assert_eq!(step.fee + step.royalty + step.payee, more);
		}

		#[test]
		fn any_parts_pay_what_the_whole_pays(
			fee in 0u8..=40, bps in 0u16..=5_000, parts in prop::collection::vec(0u128..1_000, 1..40),
		) {
			let rates = rates(fee, bps);
			let (mut at, mut sum) = (0, Shares::<u128>::default());
			for part in &parts {
				let step = rates.between(at, at + part);
				at += part;
				sum.payee += step.payee;
				sum.fee += step.fee;
				sum.royalty += step.royalty;
			}
			prop_assert_eq!(sum, rates.of(at));
		}

		#[test]
		fn the_royalty_differs_from_the_plain_one_by_a_unit_at_most(
			fee in 0u8..=40, bps in 0u16..=5_000, gross in 0u128..10u128.pow(24),
		) {
			let plain = gross * u128::from(bps) / 10_000;
			let royalty = rates(fee, bps).of(gross).royalty;
			prop_assert!(royalty == plain || royalty == plain + 1);
		}
	}
}
