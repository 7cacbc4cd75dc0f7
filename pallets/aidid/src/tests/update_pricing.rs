use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn pricing() -> PricingModel {
	PricingModel {
		input_token_price: 1,
		output_token_price: 3,
		request_price: None,
		billing_method: BillingMethod::PerToken,
	}
}

#[test]
fn pricing_is_stored_and_its_bytes_held() {
	with_ai(|did_hash| {
		let before = deposit_of(did_hash);
		assert_ok!(Aidid::update_pricing(signed(ALICE), did_hash, pricing()));
		assert_eq!(AIIdentities::<Test>::get(did_hash).unwrap().pricing, Some(pricing()));
		assert_eq!(held(ALICE), before + 34 * BYTE);
		assert_eq!(events(), vec![Event::PricingUpdated { did_hash }]);
	});
}

#[test]
fn pricing_fails_for_strangers_and_unknown_keys() {
	with_ai(|did_hash| {
		assert_noop!(
			Aidid::update_pricing(signed(BOB), did_hash, pricing()),
			Error::<Test>::NotController
		);
		assert_noop!(
			Aidid::update_pricing(signed(ALICE), key(OTHER_AI), pricing()),
			Error::<Test>::AINotFound
		);
	});
}
