//! Random sequences of calls and settled jobs keep every invariant, and no money appears or
//! disappears. The seed is printed; `RANDOM_CALLS_SEED` repeats a run.
//! A failing sequence is made as short as possible and printed.

use crate::{mock::*, *};
use ai_compute_primitives::ModelUsage;
use frame_support::{assert_ok, storage::with_storage_layer};
use proptest::{
	prelude::*,
	test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use sp_runtime::DispatchResult;
use std::{cell::RefCell, collections::BTreeMap};

#[derive(Clone, PartialEq, Debug)]
enum Step {
	Register(AccountId, u8),
	Profile(AccountId, u8, usize),
	Attest(AccountId, u8, usize),
	Price(AccountId, u8),
	Grant(AccountId, u8, u8, usize),
	Revoke(AccountId, u8, u8),
	Switch(AccountId, u8, bool),
	Settle(u8, AccountId, AccountId, Balance),
	Record(AccountId, u8, bool),
	Rate(AccountId, u8, u32),
	Reap(AccountId, u8, AccountId),
	Wait(u32),
	BytePrice(Balance),
}

fn step() -> impl Strategy<Value = Step> {
	// Alice controls most, Bob and Carol are the parties of most jobs.
	let owner = || proptest::sample::select(vec![ALICE, ALICE, ALICE, BOB]);
	let party = || proptest::sample::select(vec![BOB, CAROL, BOB, CAROL, ALICE]);
	let name = || 0..3u8;
	prop_oneof![
		4 => (owner(), name()).prop_map(|(a, n)| Step::Register(a, n)),
		2 => (owner(), name(), 0..129usize).prop_map(|(a, n, len)| Step::Profile(a, n, len)),
		2 => (owner(), name(), 0..51usize).prop_map(|(a, n, len)| Step::Attest(a, n, len)),
		2 => (owner(), name()).prop_map(|(a, n)| Step::Price(a, n)),
		4 => (owner(), name(), 0..4u8, 0..4usize).prop_map(|(a, n, r, c)| Step::Grant(a, n, r, c)),
		3 => (owner(), name(), 0..4u8).prop_map(|(a, n, r)| Step::Revoke(a, n, r)),
		3 => (owner(), name(), any::<bool>()).prop_map(|(a, n, on)| Step::Switch(a, n, on)),
		9 => (name(), party(), party(), 0..60u128)
			.prop_map(|(n, a, b, p)| Step::Settle(n, a, b, p)),
		6 => (party(), name(), any::<bool>()).prop_map(|(a, n, s)| Step::Record(a, n, s)),
		6 => (party(), name(), 0..11_000u32).prop_map(|(a, n, r)| Step::Rate(a, n, r)),
		5 => (party(), name(), party()).prop_map(|(a, n, b)| Step::Reap(a, n, b)),
		1 => prop_oneof![1..20u32, Just(PERIOD)].prop_map(Step::Wait),
		1 => (0..6u128).prop_map(Step::BytePrice),
	]
}

fn apply(step: Step) -> DispatchResult {
	let name = |n: u8| format!("ai-{n}").into_bytes();
	let of = |n: u8| key(&name(n));
	match step {
		Step::Register(a, n) => register(a, &name(n)),
		Step::Profile(a, n, len) => {
			let mut profile = profile(AIType::LLM);
			profile.architecture = bytes(&vec![b'x'; len.min(128)]);
			Aidid::update_profile(signed(a), of(n), profile.into())
		}
		Step::Attest(a, n, len) => {
			let mut attestation = attestation();
			let benchmark = attestation.benchmarks[0].clone();
			attestation.benchmarks = vec![benchmark; len.min(50)].try_into().unwrap();
			Aidid::attest_model(signed(a), of(n), attestation.into())
		}
		Step::Price(a, n) => Aidid::update_pricing(
			signed(a),
			of(n),
			PricingModel {
				input_token_price: 1,
				output_token_price: 2,
				request_price: Some(3),
				billing_method: BillingMethod::PerRequest,
			},
		),
		Step::Grant(a, n, r, c) => {
			grant(a, of(n), permission(b"read", &[b'0' + r], &vec![&b"daily"[..]; c]))
		}
		Step::Revoke(a, n, r) => {
			let key = permission(b"read", &[b'0' + r], &[]).key();
			Aidid::revoke_permission(signed(a), of(n), key)
		}
		Step::Switch(a, n, true) => Aidid::reactivate_ai(signed(a), of(n)),
		Step::Switch(a, n, false) => Aidid::deactivate_ai(signed(a), of(n)),
		Step::Settle(n, a, b, paid) => {
			Aidid::job_settled(&did(&name(n)), &a, &b, 1, paid, 0);
			Ok(())
		}
		Step::Record(a, n, success) => Aidid::record_inference(signed(a), of(n), success),
		Step::Rate(a, n, rating) => Aidid::submit_rating(signed(a), of(n), rating),
		Step::Reap(a, n, b) => Aidid::reap_rights(signed(a), of(n), b),
		Step::Wait(ticks) => {
			Now::mutate(|now| *now += ticks);
			Ok(())
		}
		Step::BytePrice(price) => {
			BytePrice::set(price);
			Ok(())
		}
	}
}

/// Voices that jobs have paid for and that nobody has used.
fn stored_rights() -> u64 {
	Rights::<Test>::iter_values().map(|r| u64::from(r.inferences) + u64::from(r.ratings)).sum()
}

/// Voices that were used.
fn voices() -> u64 {
	AIReputation::<Test>::iter_values()
		.map(|r| r.total_inferences + u64::from(r.rating_count))
		.sum()
}

/// A runner whose seed is printed, and taken from `RANDOM_CALLS_SEED` if that is set.
fn runner(cases: u32) -> TestRunner {
	let seed = std::env::var("RANDOM_CALLS_SEED")
		.ok()
		.and_then(|seed| seed.parse().ok())
		.unwrap_or_else(rand_seed);
	println!("RANDOM_CALLS_SEED={seed}");
	let mut bytes = [0; 32];
	bytes[..8].copy_from_slice(&u64::to_le_bytes(seed));
	let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
	TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn rand_seed() -> u64 {
	let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
	now.map_or(0, |time| time.as_nanos() as u64)
}

/// Name of a step's kind.
fn kind(step: &Step) -> String {
	let full = format!("{step:?}");
	full.split('(').next().unwrap_or_default().to_string()
}

#[test]
fn random_calls_keep_every_invariant() {
	let succeeded = RefCell::new(BTreeMap::<String, u32>::new());
	let outcome = runner(64).run(&proptest::collection::vec(step(), 60..160), |steps| {
		ExtBuilder.build().execute_with(|| {
			let issuance = Balances::total_issuance();
			let mut jobs = 0;
			for step in steps {
				jobs += u64::from(matches!(step, Step::Settle(..)));
				let kind = kind(&step);
				// A refusal must leave no trace, as in a block.
				if with_storage_layer(|| apply(step)).is_ok() {
					*succeeded.borrow_mut().entry(kind).or_default() += 1;
				}
				assert_ok!(Aidid::do_try_state());
				assert_eq!(Balances::total_issuance(), issuance);
				// Two voices a job at most, each used once.
				assert!(voices() + stored_rights() <= 2 * jobs);
			}
		});
		Ok(())
	});
	assert_eq!(outcome, Ok(()));
	println!("{succeeded:?}");
	// The walk is worth nothing if it only meets refusals.
	assert_eq!(succeeded.borrow().len(), 13);
}
