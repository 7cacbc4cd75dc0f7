//! What a stream has earned, as pure code.
//!
//! A rate has 18 decimals of the smallest unit. The part of a unit that was earned but cannot be
//! paid yet is kept exactly, so that nothing drifts however often a stream is looked at: after any
//! sequence of looks the sum is floor(rate × blocks).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::U256;
use sp_runtime::{
	traits::{AtLeast32BitUnsigned, UniqueSaturatedInto},
	FixedPointNumber, FixedU128, SaturatedConversion,
};

const ONE: u128 = FixedU128::DIV;

/// What was earned up to a block.
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
pub struct Meter<Balance, BlockNumber> {
	/// Whole units, in all.
	pub accrued: Balance,
	/// Part of a unit on top, in 10^-18.
	pub fraction: u64,
	/// The block that this was counted to.
	pub since: BlockNumber,
}

impl<Balance, BlockNumber> Meter<Balance, BlockNumber>
where
	Balance: AtLeast32BitUnsigned + Copy,
	BlockNumber: AtLeast32BitUnsigned + Copy,
{
	/// Nothing, from `since` on.
	pub fn new(since: BlockNumber) -> Self {
		Self { accrued: Balance::zero(), fraction: 0, since }
	}

	/// Counts on to `until`, at most up to `limit` in all. Does nothing if `until` is past.
	pub fn advance(&mut self, rate: FixedU128, until: BlockNumber, limit: Balance) {
		if until <= self.since {
			return;
		}
		let blocks: u128 = until.saturating_sub(self.since).unique_saturated_into();
		self.since = until;
		let left: u128 = limit.saturating_sub(self.accrued).unique_saturated_into();
		// At most (2^128 - 1)^2 + 2^64, which fits.
		let earned = U256::from(rate.into_inner())
			.saturating_mul(blocks.into())
			.saturating_add(self.fraction.into());
		let (whole, fraction) = earned.div_mod(ONE.into());
		if whole >= left.into() {
			self.accrued = self.accrued.max(limit);
			self.fraction = 0;
		} else {
			let whole: Balance = whole.low_u128().saturated_into();
			self.accrued = self.accrued.saturating_add(whole);
			self.fraction = fraction.low_u64();
		}
	}

	/// The first block at which `limit` is earned in full. `None` at a rate of zero, or where that is
	/// beyond the last block.
	pub fn full_at(&self, rate: FixedU128, limit: Balance) -> Option<BlockNumber> {
		let left: u128 = limit.saturating_sub(self.accrued).unique_saturated_into();
		if left == 0 {
			return Some(self.since);
		}
		if rate.into_inner() == 0 {
			return None;
		}
		let needed =
			U256::from(left).saturating_mul(ONE.into()).saturating_sub(self.fraction.into());
		let (blocks, rest) = needed.div_mod(rate.into_inner().into());
		let blocks = if rest.is_zero() { blocks } else { blocks.saturating_add(U256::one()) };
		let blocks = BlockNumber::try_from(u128::try_from(blocks).ok()?).ok()?;
		self.since.checked_add(&blocks)
	}
}

/// `rate` × `blocks`, rounded up and saturating.
pub fn earned_in<Balance, BlockNumber>(rate: FixedU128, blocks: BlockNumber) -> Balance
where
	Balance: AtLeast32BitUnsigned,
	BlockNumber: UniqueSaturatedInto<u128>,
{
	let blocks: u128 = blocks.unique_saturated_into();
	let product = U256::from(rate.into_inner()).saturating_mul(blocks.into());
	let (whole, rest) = product.div_mod(ONE.into());
	let whole = if rest.is_zero() { whole } else { whole.saturating_add(U256::one()) };
	u128::try_from(whole).unwrap_or(u128::MAX).saturated_into()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	type M = Meter<u128, u32>;

	/// A year of blocks.
	const YEAR: u32 = 365 * 14_400;

	#[test]
	fn a_year_of_looks_drifts_by_nothing() {
		// A third of a unit, as well as it can be written, and one unit in the last place.
		for inner in [ONE / 3, 1, ONE - 1, 7 * ONE + 1, 123_456_789_012_345_678] {
			let rate = FixedU128::from_inner(inner);
			let mut often = M::new(5);
			for block in 6..=5 + YEAR {
				often.advance(rate, block, u128::MAX);
			}
			let mut once = M::new(5);
			once.advance(rate, 5 + YEAR, u128::MAX);
			assert_eq!(often, once);
			assert_eq!(once.accrued, inner * u128::from(YEAR) / ONE);
			assert_eq!(u128::from(once.fraction), inner * u128::from(YEAR) % ONE);
		}
	}

	#[test]
	fn rate_times_time_saturates() {
		let rate = FixedU128::from_inner(u128::MAX);
		let mut meter = M::new(0);
		meter.advance(rate, u32::MAX, 1_000);
		assert_eq!((meter.accrued, meter.fraction, meter.since), (1_000, 0, u32::MAX));
		let mut meter = M::new(0);
		meter.advance(rate, u32::MAX, u128::MAX);
		assert_eq!(
			meter.accrued,
			u128::MAX / ONE * u128::from(u32::MAX) + {
				(u128::MAX % ONE) * u128::from(u32::MAX) / ONE
			}
		);
		assert_eq!(earned_in::<u128, u64>(rate, u64::MAX), u128::MAX);
		assert_eq!(earned_in::<u32, u32>(rate, u32::MAX), u32::MAX);
	}

	#[test]
	fn the_limit_is_never_passed_and_keeps_no_fraction() {
		let mut meter = M::new(0);
		meter.advance(FixedU128::from_rational(1, 3), 300, 100);
		assert_eq!((meter.accrued, meter.fraction), (99, 999_999_999_999_999_900));
		meter.advance(FixedU128::from_rational(1, 3), 301, 100);
		assert_eq!((meter.accrued, meter.fraction), (100, 0));
		meter.advance(FixedU128::from_u32(9), 400, 100);
		assert_eq!(meter.accrued, 100);
	}

	#[test]
	fn time_does_not_run_back() {
		let mut meter = M::new(10);
		meter.advance(FixedU128::from_u32(1), 20, 100);
		let there = meter;
		meter.advance(FixedU128::from_u32(1), 15, 100);
		assert_eq!(meter, there);
	}

	#[test]
	fn no_end_is_in_sight_at_a_rate_of_zero_or_of_almost_nothing() {
		assert_eq!(M::new(3).full_at(FixedU128::from_u32(0), 1), None);
		assert_eq!(M::new(3).full_at(FixedU128::from_inner(1), u128::MAX), None);
		assert_eq!(M::new(3).full_at(FixedU128::from_inner(1), 0), Some(3));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn looks_change_nothing(
			inner in prop_oneof![0..10 * ONE, any::<u128>()],
			limit in prop_oneof![0u128..10_000, any::<u128>()],
			steps in prop::collection::vec(0u32..500, 1..30),
		) {
			let rate = FixedU128::from_inner(inner);
			let (mut often, mut at) = (M::new(0), 0);
			for step in &steps {
				at += step;
				often.advance(rate, at, limit);
			}
			let mut once = M::new(0);
			once.advance(rate, at, limit);
			prop_assert_eq!(often, once);
		}

		#[test]
		fn it_runs_out_when_it_says(
			inner in 1..10 * ONE, limit in 1u128..10_000, first in 0u32..500,
		) {
			let rate = FixedU128::from_inner(inner);
			let mut meter = M::new(7);
			meter.advance(rate, 7 + first, limit);
			if let Some(end) = meter.full_at(rate, limit).filter(|end| *end > meter.since) {
				let mut before = meter;
				before.advance(rate, end - 1, limit);
				prop_assert!(before.accrued < limit);
				meter.advance(rate, end, limit);
				prop_assert_eq!(meter.accrued, limit);
			}
		}

		#[test]
		fn a_covered_period_is_covered(inner in 1..10 * ONE, blocks in 1u32..1_000) {
			let rate = FixedU128::from_inner(inner);
			let cover: u128 = earned_in(rate, blocks);
			let mut meter = M::new(0);
			meter.advance(rate, blocks, u128::MAX);
			prop_assert!(meter.accrued == cover || meter.accrued + 1 == cover);
			prop_assert!(M::new(0).full_at(rate, cover).unwrap() >= blocks);
		}
	}
}
