//! What transactions cost and where the money goes.

use crate::chain::{dev_ext, tx, Chain, Tx};
use ai_compute_pbc_runtime::{
	configs::{
		fees::{
			DealWithFees, FeeMultiplierUpdate, PlatformFees, TreasuryAccount, LENGTH_BYTE_PRICE,
			PROOF_BYTE_PRICE,
		},
		system::{RuntimeBlockLength, RuntimeBlockWeights},
	},
	constants::consensus::{MAXIMUM_BLOCK_LENGTH, MAXIMUM_BLOCK_WEIGHT},
	AccountId, Authorship, Balance, Balances, Runtime, RuntimeCall, System, TransactionPayment,
	EDSC, EXISTENTIAL_DEPOSIT,
};
use ai_compute_primitives::FeePolicy;
use frame_support::{
	dispatch::DispatchClass,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::Preservation,
		OnUnbalanced, TypedGet,
	},
	weights::Weight,
};
use pallet_collator_selection::StakingPotAccountId;
use pallet_transaction_payment::{Multiplier, NextFeeMultiplier};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{
	traits::{Convert, One},
	FixedPointNumber, Percent,
};

fn remark(bytes: usize) -> RuntimeCall {
	frame_system::Call::remark { remark: vec![0; bytes] }.into()
}

/// The multiplier after a block with this much ordinary weight.
fn after_block_of(multiplier: Multiplier, used: Weight) -> Multiplier {
	System::set_block_consumed_resources(used, 0);
	FeeMultiplierUpdate::convert(multiplier)
}

fn normal_max() -> Weight {
	RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total.unwrap()
}

#[test]
fn a_second_of_time_costs_one_edsc() {
	dev_ext().execute_with(|| {
		let second = Weight::from_parts(1_000_000_000_000, 0);
		assert_eq!(TransactionPayment::weight_to_fee(second), EDSC);
		assert_eq!(TransactionPayment::weight_to_fee(second / 1_000), EDSC / 1_000);
	});
}

#[test]
fn a_full_block_costs_the_same_by_time_proof_and_length() {
	dev_ext().execute_with(|| {
		let max = MAXIMUM_BLOCK_WEIGHT;
		let by_time = TransactionPayment::weight_to_fee(Weight::from_parts(max.ref_time(), 0));
		let by_proof = TransactionPayment::weight_to_fee(Weight::from_parts(0, max.proof_size()));
		let by_length = TransactionPayment::length_to_fee(MAXIMUM_BLOCK_LENGTH);
		assert_eq!(by_time, 2 * EDSC);
		// Rounded up per byte.
		for other in [by_proof, by_length] {
			assert!(other >= by_time && other - by_time < 11 * 1_048_576, "{other}");
		}
		assert_eq!((PROOF_BYTE_PRICE, LENGTH_BYTE_PRICE), (190_735, 381_470));
	});
}

#[test]
fn the_larger_of_time_and_proof_is_charged() {
	dev_ext().execute_with(|| {
		let fee = |time, proof| TransactionPayment::weight_to_fee(Weight::from_parts(time, proof));
		assert_eq!(fee(1_000_000_000, 1), 1_000_000_000);
		assert_eq!(fee(1, 10_000), 10_000 * PROOF_BYTE_PRICE);
		assert_eq!(fee(0, 0), 0);
	});
}

#[test]
fn weight_and_length_prices_follow_the_multiplier() {
	dev_ext().execute_with(|| {
		let length = TransactionPayment::length_to_fee(1_000);
		NextFeeMultiplier::<Runtime>::put(Multiplier::saturating_from_integer(7));
		assert_eq!(TransactionPayment::length_to_fee(1_000), 7 * length);
	});
}

#[test]
fn an_idle_chain_asks_the_plain_price() {
	dev_ext().execute_with(|| {
		assert_eq!(TransactionPayment::next_fee_multiplier(), Multiplier::one());
		assert_eq!(after_block_of(Multiplier::one(), Weight::zero()), Multiplier::one());
	});
}

#[test]
fn full_blocks_raise_the_price_and_idle_ones_lower_it() {
	dev_ext().execute_with(|| {
		let ten = Multiplier::saturating_from_integer(10);
		let up = after_block_of(ten, normal_max());
		assert!(up > Multiplier::saturating_from_rational(107, 10), "{up:?}");
		assert!(up < Multiplier::saturating_from_rational(108, 10), "{up:?}");
		let down = after_block_of(ten, Weight::zero());
		assert!(down < Multiplier::saturating_from_rational(98, 10), "{down:?}");
		let steady = after_block_of(ten, normal_max() / 4);
		let drift = if steady > ten { steady - ten } else { ten - steady };
		assert!(drift < Multiplier::saturating_from_rational(1, 1_000), "{steady:?}");
		let top = Multiplier::saturating_from_integer(1_000);
		assert_eq!(after_block_of(top, normal_max()), top);
	});
}

/// Cost of filling the ordinary part of `blocks` blocks in a row, by what `fill` says a block holds
/// and costs at the plain price.
fn cost_of_censoring(blocks: u32, used: Weight, plain: Balance) -> Balance {
	let mut multiplier = Multiplier::one();
	let mut cost = 0;
	for _ in 0..blocks {
		cost += multiplier.saturating_mul_int(plain);
		multiplier = after_block_of(multiplier, used);
	}
	cost
}

#[test]
fn closing_a_window_of_100_blocks_is_dear() {
	dev_ext().execute_with(|| {
		let by_time = Weight::from_parts(normal_max().ref_time(), 0);
		let plain = TransactionPayment::weight_to_fee(by_time);
		assert_eq!(100 * plain, 150 * EDSC, "what it would cost at a constant price");
		assert!(cost_of_censoring(100, by_time, plain) > 10_000 * EDSC);

		// The bytes of extrinsics count as proof too.
		let bytes = *RuntimeBlockLength::get().max.get(DispatchClass::Normal);
		let by_length = Weight::from_parts(0, u64::from(bytes));
		let plain = TransactionPayment::length_to_fee(bytes);
		assert!(cost_of_censoring(100, by_length, plain) > 500 * EDSC);
	});
}

#[test]
fn fees_go_to_the_pot_and_tips_to_the_author() {
	let mut chain = Chain::new();
	chain.block(vec![]);
	let pot = StakingPotAccountId::<Runtime>::get();
	let issuance = chain.read(Balances::total_issuance);

	let applied = chain.block(vec![Tx { signer: Alice, call: remark(10), tip: 5 * EDSC }]);
	assert_eq!(applied, [Ok(Ok(()))]);
	let author = chain.read(|| Authorship::author().unwrap());
	let fee = chain.fees_paid(Alice) - 5 * EDSC;
	assert!(fee > 0);
	assert_eq!(chain.read(|| Balances::balance(&pot)), fee);
	assert_eq!(chain.read(Balances::total_issuance), issuance, "nothing burnt");

	// The author is one of the endowed collators; it has the tip.
	let endowment = ai_compute_pbc_runtime::genesis_config_presets::TEST_ENDOWMENT;
	let expected =
		if author == Alice.to_account_id() { endowment - fee } else { endowment + 5 * EDSC };
	assert_eq!(chain.read(|| Balances::balance(&author)), expected);
}

#[test]
fn nothing_is_burnt_when_nobody_can_take_it() {
	dev_ext().execute_with(|| {
		use frame_support::traits::fungible::Balanced;
		let issuance = Balances::total_issuance();
		let treasury = Balances::balance(&TreasuryAccount::get());
		// No author in this block, and both sums below the existential deposit of an absent pot.
		let fee = Balances::issue(100);
		let tip = Balances::issue(50);
		DealWithFees::on_unbalanceds([fee, tip].into_iter());
		assert_eq!(Balances::total_issuance(), issuance + 150);
		assert_eq!(Balances::balance(&TreasuryAccount::get()), treasury + 150);
	});
}

#[test]
fn dust_goes_to_the_treasury() {
	dev_ext().execute_with(|| {
		let poor = AccountId::new([9; 32]);
		Balances::mint_into(&poor, EXISTENTIAL_DEPOSIT + 100).unwrap();
		let issuance = Balances::total_issuance();
		Balances::transfer(&poor, &Bob.to_account_id(), 200, Preservation::Expendable).unwrap();
		assert_eq!(Balances::total_balance(&poor), 0);
		assert_eq!(
			Balances::balance(&TreasuryAccount::get()),
			EXISTENTIAL_DEPOSIT + (EXISTENTIAL_DEPOSIT + 100 - 200)
		);
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn the_platform_takes_five_percent_into_an_account_that_exists() {
	dev_ext().execute_with(|| {
		assert_eq!(PlatformFees::platform_fee(), Percent::from_percent(5));
		assert_eq!(PlatformFees::fee_account(), TreasuryAccount::get());
		assert!(System::account_exists(&PlatformFees::fee_account()));
	});
}

#[test]
fn fees_of_reference_calls() {
	let mut chain = Chain::new();
	let transfer = pallet_balances::Call::transfer_keep_alive {
		dest: Charlie.to_account_id().into(),
		value: EDSC,
	};
	chain.block(vec![tx(Alice, transfer), tx(Bob, remark(0))]);
	// Millionths of an ËDSC: two milli-ËDSC and a bit, most of it for proof.
	let micro = EDSC / 1_000_000;
	assert_eq!((chain.fees_paid(Alice) / micro, chain.fees_paid(Bob) / micro), (2_219, 1_519));
}
