//! How a job's escrow is divided, as pure arithmetic.
//!
//! With `E` the escrow, `p` the price per token and `used` the reported tokens:
//!
//! | part | formula |
//! |---|---|
//! | gross `G` | min(used, max_tokens) × p; when late, less ceil(G × late penalty) |
//! | fee `F` | floor(G × fee) |
//! | royalty `R` | floor(G × royalty_bps / 10 000), at most G − F |
//! | parent's part `A` of it | floor(R × parent_bps / 10 000) |
//! | model owner's part `O` | R − A |
//! | provider `V` | G − F − R, which takes the rounding dust |
//! | refund | E − G |
//!
//! A dispute that nobody decides pays half: floor(G / 2) in the place of `G`.
//!
//! `F + A + O + V + refund = E`, always.

use crate::types::Timing;
use sp_runtime::{traits::AtLeast32BitUnsigned, Percent, Permill, SaturatedConversion};

/// 100 % in basis points.
pub const FULL_BPS: u16 = 10_000;

/// What decides a split, all of it fixed before the result was known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SplitTerms<Balance> {
	/// The escrow `E`.
	pub escrow: Balance,
	/// Price per token.
	pub price: Balance,
	/// Most tokens that are paid.
	pub max_tokens: u32,
	/// Platform's share of the gross.
	pub fee: Percent,
	/// Part of the gross that a late result loses.
	pub late_penalty: Percent,
	/// Royalty in 1/10 000 of the gross.
	pub royalty_bps: u16,
	/// Parent's share in 1/10 000 of the royalty.
	pub parent_bps: u16,
}

/// The parts of an escrow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Split<Balance> {
	/// `G`, which the next four parts share.
	pub gross: Balance,
	/// `F`, to the fee account.
	pub fee: Balance,
	/// `A`, to the owner of the parent model.
	pub parent: Balance,
	/// `O`, to the owner of the model.
	pub model: Balance,
	/// `V`, to the provider.
	pub provider: Balance,
	/// Back to the requester.
	pub refund: Balance,
}

impl<Balance: AtLeast32BitUnsigned + Copy> Split<Balance> {
	/// Divides the escrow of `terms` for a result of `used` tokens.
	pub fn compute(terms: &SplitTerms<Balance>, used: u32, timing: Timing) -> Self {
		let tokens: Balance = used.min(terms.max_tokens).saturated_into();
		let full = terms.price.saturating_mul(tokens).min(terms.escrow);
		let gross = match timing {
			Timing::OnTime => full,
			Timing::Late => full.saturating_sub(terms.late_penalty.mul_ceil(full)),
		};
		Self::divide(terms, gross)
	}

	/// The same for half of that gross payment, rounded down.
	pub fn half(terms: &SplitTerms<Balance>, used: u32, timing: Timing) -> Self {
		let whole = Self::compute(terms, used, timing);
		Self::divide(terms, whole.gross / 2u32.into())
	}

	/// Divides the escrow of `terms` for a payment of `gross`, at most the escrow.
	fn divide(terms: &SplitTerms<Balance>, gross: Balance) -> Self {
		let fee = terms.fee.mul_floor(gross);
		let royalty = bps(terms.royalty_bps).mul_floor(gross).min(gross.saturating_sub(fee));
		let parent = bps(terms.parent_bps).mul_floor(royalty);
		Self {
			gross,
			fee,
			parent,
			model: royalty.saturating_sub(parent),
			provider: gross.saturating_sub(fee).saturating_sub(royalty),
			refund: terms.escrow.saturating_sub(gross),
		}
	}
}

fn bps(share: u16) -> Permill {
	Permill::from_parts(u32::from(share.min(FULL_BPS)).saturating_mul(100))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn terms(escrow: u128, price: u128) -> SplitTerms<u128> {
		SplitTerms {
			escrow,
			price,
			max_tokens: 1_000,
			fee: Percent::from_percent(5),
			late_penalty: Percent::from_percent(10),
			royalty_bps: 0,
			parent_bps: 0,
		}
	}

	fn sum(s: &Split<u128>) -> u128 {
		s.fee + s.parent + s.model + s.provider + s.refund
	}

	#[test]
	fn splits_the_gross_and_refunds_the_rest() {
		let t = SplitTerms { royalty_bps: 1_000, parent_bps: 2_500, ..terms(1_000_000, 100) };
		assert_eq!(
			Split::compute(&t, 500, Timing::OnTime),
			Split {
				gross: 50_000,
				fee: 2_500,
				parent: 1_250,
				model: 3_750,
				provider: 42_500,
				refund: 950_000
			}
		);
	}

	#[test]
	fn fee_appears_at_twenty_units_of_gross() {
		for (gross, fee) in [(0, 0), (1, 0), (19, 0), (20, 1), (1_000, 50)] {
			let split = Split::compute(&terms(1_000, 1), gross, Timing::OnTime);
			assert_eq!((split.gross, split.fee), (gross.into(), fee));
			assert_eq!(split.provider, u128::from(gross) - fee);
			assert_eq!(split.refund, 1_000 - u128::from(gross));
		}
	}

	#[test]
	fn late_penalty_rounds_up_and_goes_back_to_the_requester() {
		let split = Split::compute(&terms(1_000, 1), 11, Timing::Late);
		assert_eq!((split.gross, split.refund), (9, 991));
		assert_eq!(Split::compute(&terms(1_000, 1), 1, Timing::Late).gross, 0);
	}

	#[test]
	fn tokens_above_the_maximum_are_not_paid() {
		let split = Split::compute(&terms(10_000, 1), u32::MAX, Timing::OnTime);
		assert_eq!(split.gross, 1_000);
	}

	#[test]
	fn extreme_shares_leave_nothing_but_never_overdraw() {
		let t = SplitTerms {
			fee: Percent::from_percent(100),
			royalty_bps: u16::MAX,
			parent_bps: u16::MAX,
			..terms(1_000, 1)
		};
		let split = Split::compute(&t, 1_000, Timing::OnTime);
		assert_eq!((split.fee, split.parent, split.model, split.provider), (1_000, 0, 0, 0));
		let t = SplitTerms { fee: Percent::zero(), ..t };
		let split = Split::compute(&t, 1_000, Timing::OnTime);
		assert_eq!((split.parent, split.model, split.provider), (1_000, 0, 0));
	}

	prop_compose! {
		fn any_terms()(
			escrow in prop_oneof![0u128..100, 0u128..10u128.pow(18), any::<u128>()],
			price in prop_oneof![0u128..100, 0u128..10u128.pow(15), any::<u128>()],
			max_tokens in any::<u32>(),
			fee in 0u8..=100,
			late in 0u8..=100,
			royalty_bps in any::<u16>(),
			parent_bps in any::<u16>(),
		) -> SplitTerms<u128> {
			SplitTerms {
				escrow, price, max_tokens, royalty_bps, parent_bps,
				fee: Percent::from_percent(fee),
				late_penalty: Percent::from_percent(late),
			}
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn parts_always_sum_to_the_escrow(
			t in any_terms(), used in any::<u32>(), late in any::<bool>(),
		) {
			let timing = if late { Timing::Late } else { Timing::OnTime };
			let s = Split::compute(&t, used, timing);
			prop_assert_eq!(sum(&s), t.escrow);
			prop_assert_eq!(s.fee + s.parent + s.model + s.provider, s.gross);
			prop_assert!(s.gross <= t.price.saturating_mul(t.max_tokens.into()));
		}

		#[test]
		fn half_is_half_of_the_gross_and_sums_to_the_escrow(
			t in any_terms(), used in any::<u32>(), late in any::<bool>(),
		) {
			let timing = if late { Timing::Late } else { Timing::OnTime };
			let (whole, half) =
				(Split::compute(&t, used, timing), Split::half(&t, used, timing));
			prop_assert_eq!(half.gross, whole.gross / 2);
			prop_assert_eq!(sum(&half), t.escrow);
			prop_assert_eq!(half.fee + half.parent + half.model + half.provider, half.gross);
		}

		#[test]
		fn being_late_never_pays_more(t in any_terms(), used in any::<u32>()) {
			let on_time = Split::compute(&t, used, Timing::OnTime);
			let late = Split::compute(&t, used, Timing::Late);
			prop_assert!(late.gross <= on_time.gross && late.refund >= on_time.refund);
		}

		#[test]
		fn more_tokens_never_pay_less(t in any_terms(), a in any::<u32>(), b in any::<u32>()) {
			let (few, many) = (a.min(b), a.max(b));
			prop_assert!(
				Split::compute(&t, few, Timing::OnTime).gross
					<= Split::compute(&t, many, Timing::OnTime).gross
			);
		}

		#[test]
		fn within_the_limit_the_provider_keeps_a_tenth(
			mut t in any_terms(), used in any::<u32>(), royalty in 0u16..=5_000,
		) {
			t.fee = Percent::from_percent(40);
			t.royalty_bps = royalty;
			let s = Split::compute(&t, used, Timing::OnTime);
			prop_assert!(s.provider >= s.gross / 10);
		}
	}
}
