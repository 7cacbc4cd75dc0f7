use crate::{mock::*, Error, Event, PriceTier, MAX_TIERS};
use ai_compute_primitives::PriceRule;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn tiers(thresholds: &[u64]) -> Vec<PriceTier<Balance>> {
	thresholds
		.iter()
		.map(|from_tokens| PriceTier {
			from_tokens: *from_tokens,
			input_token_price: 1,
			output_token_price: 2,
		})
		.collect()
}

fn set(who: AccountId, thresholds: &[u64], rule: PriceRule<Balance>) -> DispatchResult {
	AIModels::set_pricing(signed(who), DID.to_vec(), 10, 30, 5, tiers(thresholds), rule)
}

#[test]
fn prices_are_quoted_and_the_rule_goes_into_the_terms() {
	with_model(|| {
		assert_ok!(set(ALICE, &[100, 1_000], PriceRule::AtLeast(7)));
		let quote = |a, b, c| AIModels::quote(DID.to_vec(), a, b, c);
		assert_eq!(quote(101, 101, 2), Some(1_000 + 1 + 3_000 + 2 + 10));
		assert_eq!(quote(u64::MAX, u64::MAX, u64::MAX).map(|sum| sum > 0), Some(true));
		let terms = AIModels::can_submit(DID.to_vec(), BOB).unwrap();
		assert_eq!(terms.price, PriceRule::AtLeast(7));
		assert_eq!(page(DID).prices.unwrap().tiers.to_vec(), tiers(&[100, 1_000]));
		let (did, rule) = (parse(DID), PriceRule::AtLeast(7));
		assert_eq!(events(), vec![Event::PricingSet { did, rule }]);
	});
}

#[test]
fn pricing_fails_for_strangers_and_unknown_models() {
	with_model(|| {
		assert_noop!(set(BOB, &[], PriceRule::Any), Error::<Test>::NotOwner);
		let of_unknown = AIModels::set_pricing(
			signed(ALICE),
			OTHER_DID.to_vec(),
			1,
			1,
			1,
			vec![],
			PriceRule::Any,
		);
		assert_noop!(of_unknown, Error::<Test>::ModelNotFound);
	});
}

#[test]
fn boundary_tiers_are_few_and_rise() {
	with_model(|| {
		let many: Vec<u64> = (1..=u64::from(MAX_TIERS) + 1).collect();
		assert_noop!(set(ALICE, &many, PriceRule::Any), Error::<Test>::TooManyTiers);
		assert_ok!(set(ALICE, &many[1..], PriceRule::Any));
		for bad in [&[0][..], &[5, 5], &[1, 3, 2]] {
			assert_noop!(set(ALICE, bad, PriceRule::Any), Error::<Test>::TiersNotRising);
		}
	});
}

#[test]
fn a_rule_of_zero_is_refused() {
	with_model(|| {
		for rule in [PriceRule::AtLeast(0), PriceRule::Exactly(0)] {
			assert_noop!(set(ALICE, &[], rule), Error::<Test>::ZeroPrice);
		}
		assert_ok!(set(ALICE, &[], PriceRule::Exactly(1)));
		assert_ok!(set(ALICE, &[], PriceRule::Any));
		assert_eq!(record(DID).price, PriceRule::Any);
	});
}
