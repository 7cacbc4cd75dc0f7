//! What a model costs.
//!
//! Two things, of which the chain enforces one:
//!
//! - The **price rule** ([`PriceRule`]): what a bid may ask per token. Jobs copy it at submission
//!   and the marketplace refuses bids that break it.
//! - The **price card** ([`PriceCard`]): prices of input tokens, output tokens and requests, with
//!   volume tiers. The chain checks its form, stores it and computes quotes for clients. It binds
//!   nobody: bids alone do.
//!
//! Tiers are *graduated*: a tier's price applies to the tokens beyond its threshold, never to those
//! before it. Input and output tokens climb the tiers each by their own count. So more tokens never
//! cost less in total, and no client gains by asking for tokens that it does not need.

use crate::{BalanceOf, Config, Error, Event, ModelRecord, Models, Pallet, PriceCards};
use ai_compute_primitives::PriceRule;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{ensure, traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{CheckedAdd, CheckedMul, Zero},
	DispatchResult,
};

/// Most tiers of a price card.
pub const MAX_TIERS: u32 = 8;

/// Prices beyond a number of tokens.
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
pub struct PriceTier<Balance> {
	/// Tokens after which these prices apply. At least 1.
	pub from_tokens: u64,
	/// Price of an input token, in the smallest unit.
	pub input_token_price: Balance,
	/// Price of an output token, in the smallest unit.
	pub output_token_price: Balance,
}

/// The prices that a model's owner publishes.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PriceCard<Balance> {
	/// Price of an input token before the first tier, in the smallest unit.
	pub input_token_price: Balance,
	/// Price of an output token before the first tier, in the smallest unit.
	pub output_token_price: Balance,
	/// Price of a request, in the smallest unit.
	pub request_price: Balance,
	/// Tiers by rising threshold.
	pub tiers: BoundedVec<PriceTier<Balance>, ConstU32<MAX_TIERS>>,
}

impl<Balance> PriceCard<Balance> {
	/// Whether the thresholds rise strictly, from 1 on.
	pub fn tiers_rise(&self) -> bool {
		self.tiers.first().is_none_or(|tier| tier.from_tokens > 0)
			&& self.tiers.windows(2).all(|pair| pair[0].from_tokens < pair[1].from_tokens)
	}
}

impl<Balance> PriceCard<Balance>
where
	Balance: Copy + Zero + CheckedAdd + CheckedMul + TryFrom<u64>,
{
	/// Price of `requests` requests with `tokens_in` input and `tokens_out` output tokens together,
	/// in the smallest unit. None if it is larger than a balance can be.
	pub fn quote(&self, tokens_in: u64, tokens_out: u64, requests: u64) -> Option<Balance> {
		let input =
			self.graduated(tokens_in, self.input_token_price, |tier| tier.input_token_price)?;
		let output =
			self.graduated(tokens_out, self.output_token_price, |tier| tier.output_token_price)?;
		times(requests, self.request_price)?.checked_add(&input)?.checked_add(&output)
	}

	/// Price of `tokens` tokens of one kind.
	fn graduated(
		&self,
		tokens: u64,
		first_price: Balance,
		price_of: impl Fn(&PriceTier<Balance>) -> Balance,
	) -> Option<Balance> {
		let (mut counted, mut price, mut total) = (0u64, first_price, Balance::zero());
		for tier in &self.tiers {
			if tokens <= tier.from_tokens {
				break;
			}
			let band = tier.from_tokens.saturating_sub(counted);
			total = total.checked_add(&times(band, price)?)?;
			counted = tier.from_tokens;
			price = price_of(tier);
		}
		total.checked_add(&times(tokens.saturating_sub(counted), price)?)
	}
}

/// `count` × `price`.
fn times<Balance>(count: u64, price: Balance) -> Option<Balance>
where
	Balance: Zero + CheckedMul + TryFrom<u64>,
{
	if count == 0 || price.is_zero() {
		return Some(Zero::zero());
	}
	Balance::try_from(count).ok()?.checked_mul(&price)
}

/// Whether a rule says something. A price of zero does not: bids ask at least one unit per token.
pub fn rule_is_valid<Balance: Zero>(rule: &PriceRule<Balance>) -> bool {
	match rule {
		PriceRule::Any => true,
		PriceRule::AtLeast(price) | PriceRule::Exactly(price) => !price.is_zero(),
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_pricing(
		who: T::AccountId,
		did: Vec<u8>,
		input_token_price: BalanceOf<T>,
		output_token_price: BalanceOf<T>,
		request_price: BalanceOf<T>,
		tiers: Vec<PriceTier<BalanceOf<T>>>,
		rule: PriceRule<BalanceOf<T>>,
	) -> DispatchResult {
		let tiers = tiers.try_into().map_err(|_| Error::<T>::TooManyTiers)?;
		let card = PriceCard { input_token_price, output_token_price, request_price, tiers };
		ensure!(card.tiers_rise(), Error::<T>::TiersNotRising);
		ensure!(rule_is_valid(&rule), Error::<T>::ZeroPrice);
		let (did, record) = Self::owned(&who, &did)?;
		let model = did.hash();

		PriceCards::<T>::insert(model, card);
		Models::<T>::insert(model, ModelRecord { price: rule, ..record });
		Self::deposit_event(Event::PricingSet { did, rule });
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn card(prices: (u128, u128, u128), tiers: &[(u64, u128, u128)]) -> PriceCard<u128> {
		PriceCard {
			input_token_price: prices.0,
			output_token_price: prices.1,
			request_price: prices.2,
			tiers: tiers
				.iter()
				.map(|(from_tokens, input_token_price, output_token_price)| PriceTier {
					from_tokens: *from_tokens,
					input_token_price: *input_token_price,
					output_token_price: *output_token_price,
				})
				.collect::<Vec<_>>()
				.try_into()
				.unwrap(),
		}
	}

	/// Adds up token after token.
	fn one_by_one(card: &PriceCard<u128>, tokens_in: u64, tokens_out: u64, requests: u64) -> u128 {
		let tier = |before: u64| card.tiers.iter().rev().find(|tier| before >= tier.from_tokens);
		let input = |before| tier(before).map_or(card.input_token_price, |t| t.input_token_price);
		let output =
			|before| tier(before).map_or(card.output_token_price, |t| t.output_token_price);
		(0..tokens_in).map(input).sum::<u128>()
			+ (0..tokens_out).map(output).sum::<u128>()
			+ u128::from(requests) * card.request_price
	}

	#[test]
	fn tiers_apply_beyond_their_threshold() {
		let card = card((10, 30, 5), &[(100, 8, 20), (1_000, 1, 2)]);
		assert_eq!(card.quote(0, 0, 0), Some(0));
		assert_eq!(card.quote(0, 0, 3), Some(15));
		assert_eq!(card.quote(100, 0, 0), Some(1_000));
		assert_eq!(card.quote(101, 0, 0), Some(1_008));
		assert_eq!(card.quote(1_001, 0, 0), Some(1_000 + 900 * 8 + 1));
		assert_eq!(card.quote(0, 1_001, 0), Some(3_000 + 900 * 20 + 2));
		// Each kind climbs by its own count.
		assert_eq!(card.quote(100, 100, 1), Some(1_000 + 3_000 + 5));
	}

	#[test]
	fn a_sum_beyond_a_balance_is_no_quote() {
		let dear = card((u128::MAX, 1, u128::MAX), &[(10, 1, 1)]);
		assert_eq!(dear.quote(1, 0, 0), Some(u128::MAX));
		assert_eq!(dear.quote(2, 0, 0), None);
		assert_eq!(dear.quote(11, 0, 0), None);
		assert_eq!(dear.quote(0, 0, 2), None);
		assert_eq!(dear.quote(1, 1, 0), None);
		assert_eq!(dear.quote(1, 0, 1), None);
		let narrow = PriceCard::<u32> {
			input_token_price: 1,
			output_token_price: 0,
			request_price: 0,
			tiers: Default::default(),
		};
		assert_eq!(narrow.quote(u64::from(u32::MAX), 0, 0), Some(u32::MAX));
		assert_eq!(narrow.quote(u64::from(u32::MAX) + 1, 0, 0), None);
		assert_eq!(narrow.quote(0, u64::MAX, u64::MAX), Some(0));
	}

	#[test]
	fn thresholds_must_rise() {
		assert!(card((1, 1, 1), &[]).tiers_rise());
		assert!(card((1, 1, 1), &[(1, 0, 0), (2, 9, 9)]).tiers_rise());
		assert!(!card((1, 1, 1), &[(0, 0, 0)]).tiers_rise());
		assert!(!card((1, 1, 1), &[(2, 0, 0), (2, 0, 0)]).tiers_rise());
		assert!(!card((1, 1, 1), &[(1, 0, 0), (3, 0, 0), (2, 0, 0)]).tiers_rise());
	}

	#[test]
	fn rules_of_zero_say_nothing() {
		assert!(rule_is_valid::<u128>(&PriceRule::Any));
		assert!(rule_is_valid(&PriceRule::AtLeast(1)) && rule_is_valid(&PriceRule::Exactly(1)));
		assert!(!rule_is_valid(&PriceRule::AtLeast(0)) && !rule_is_valid(&PriceRule::Exactly(0)));
	}

	fn any_card() -> impl Strategy<Value = PriceCard<u128>> {
		let price = || 0..1_000u128;
		let tiers = proptest::collection::btree_map(1..300u64, (price(), price()), 0..=8);
		((price(), price(), price()), tiers).prop_map(|(prices, tiers)| {
			let tiers: Vec<_> = tiers.into_iter().map(|(from, (i, o))| (from, i, o)).collect();
			card(prices, &tiers)
		})
	}

	proptest! {
		#[test]
		fn a_quote_is_the_sum_of_its_tokens(
			card in any_card(), tokens_in in 0..400u64, tokens_out in 0..400u64, requests in 0..9u64,
		) {
			prop_assert!(card.tiers_rise());
			let sum = one_by_one(&card, tokens_in, tokens_out, requests);
			prop_assert_eq!(card.quote(tokens_in, tokens_out, requests), Some(sum));
		}

		#[test]
		fn more_never_costs_less(
			card in any_card(), a in 0..400u64, b in 0..400u64, more in 0..400u64,
		) {
			let base = card.quote(a, b, 1);
			prop_assert!(card.quote(a + more, b, 1) >= base);
			prop_assert!(card.quote(a, b + more, 1) >= base);
			prop_assert!(card.quote(a, b, 1 + more) >= base);
		}

		#[test]
		fn no_input_panics(
			prices in any::<(u128, u128, u128)>(),
			tier in any::<(u64, u128, u128)>(),
			amounts in any::<(u64, u64, u64)>(),
		) {
			let _ = card(prices, &[tier]).quote(amounts.0, amounts.1, amounts.2);
		}
	}
}
