//! Random sequences of calls by several accounts keep every invariant; no token and no money
//! appears or disappears, and nobody's tokens move but by its own call or by enough guardians in
//! time. The seed is printed; `RANDOM_CALLS_SEED` repeats a run.
//! A failing sequence is made as short as possible and printed.

use crate::{mock::*, *};
use frame_support::{assert_ok, storage::with_storage_layer};
use proptest::{
	prelude::*,
	test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use sp_runtime::DispatchResult;
use std::{cell::RefCell, collections::BTreeMap};

const EVERYBODY: [AccountId; 7] = [ALICE, BOB, 11, 12, 13, NEW, WRONG];

#[derive(Clone, PartialEq, Debug)]
enum Step {
	Transfer(AccountId, AccountId, TokenType, Amount),
	Mint(AccountId, TokenType, Amount),
	Burn(AccountId, TokenType, Amount),
	Create(AccountId, Vec<AccountId>, u32, u32),
	Initiate(AccountId, AccountId, AccountId),
	Approve(AccountId, AccountId),
	ApproveFor(AccountId, AccountId, AccountId),
	Execute(AccountId),
	ExecuteFor(AccountId, AccountId),
	Cancel(AccountId),
	Withdraw(AccountId, AccountId, AccountId),
	Reap(AccountId),
	Remove(AccountId),
	Standing(AccountId, bool, u64),
	Wait(u32),
	ConfigPrice(Balance),
}

fn step() -> impl Strategy<Value = Step> {
	let who = || proptest::sample::select(EVERYBODY.to_vec());
	// Few accounts, so that recoveries often come to an end.
	let lost = || proptest::sample::select(vec![ALICE, ALICE, BOB]);
	let guard = || proptest::sample::select(vec![11, 12, 13, BOB]);
	let new = || proptest::sample::select(vec![NEW, WRONG, 11, ALICE]);
	let token = || proptest::sample::select(TokenType::ALL.to_vec());
	let amount = || prop_oneof![0..60u64, 0..600u64, Just(u64::MAX)];
	let delay = || proptest::sample::select(vec![MIN_DELAY, MIN_DELAY, 30, MAX_DELAY + 1]);
	prop_oneof![
		6 => (who(), who(), token(), amount()).prop_map(|(a, b, t, n)| Step::Transfer(a, b, t, n)),
		3 => (who(), token(), amount()).prop_map(|(a, t, n)| Step::Mint(a, t, n)),
		6 => (who(), token(), amount()).prop_map(|(a, t, n)| Step::Burn(a, t, n)),
		6 => (lost(), proptest::collection::vec(guard(), 1..4), 0..4u32, delay())
			.prop_map(|(a, g, t, d)| Step::Create(a, g, t, d)),
		18 => (guard(), lost(), new()).prop_map(|(a, l, n)| Step::Initiate(a, l, n)),
		12 => (guard(), lost()).prop_map(|(a, l)| Step::Approve(a, l)),
		18 => (guard(), lost(), new()).prop_map(|(a, l, n)| Step::ApproveFor(a, l, n)),
		6 => lost().prop_map(Step::Execute),
		8 => (lost(), new()).prop_map(|(l, n)| Step::ExecuteFor(l, n)),
		1 => lost().prop_map(Step::Cancel),
		10 => (guard(), lost(), new()).prop_map(|(a, l, n)| Step::Withdraw(a, l, n)),
		8 => lost().prop_map(Step::Reap),
		1 => lost().prop_map(Step::Remove),
		1 => (who(), any::<bool>(), 0..3u64).prop_map(|(a, v, r)| Step::Standing(a, v, r)),
		8 => prop_oneof![3 => 1..15u32, 1 => Just(PERIOD)].prop_map(Step::Wait),
		1 => (0..200u128).prop_map(Step::ConfigPrice),
	]
}

fn apply(step: Step) -> DispatchResult {
	match step {
		Step::Transfer(a, b, t, n) => transfer(a, b, t, n),
		Step::Mint(a, t, n) => mint(a, t, n),
		Step::Burn(a, t, n) => Ledger::burn(signed(a), t, n),
		Step::Create(a, g, t, d) => Ledger::create_recovery(signed(a), g, t, d),
		Step::Initiate(a, l, n) => Ledger::initiate_recovery(signed(a), l, n),
		Step::Approve(a, l) => Ledger::approve_recovery(signed(a), l),
		Step::ApproveFor(a, l, n) => Ledger::approve_recovery_for(signed(a), l, n),
		Step::Execute(l) => Ledger::execute_recovery(signed(PAUPER), l),
		Step::ExecuteFor(l, n) => Ledger::execute_recovery_for(signed(PAUPER), l, n),
		Step::Cancel(l) => Ledger::cancel_recovery(signed(l), l),
		Step::Withdraw(a, l, n) => Ledger::withdraw_initiation(signed(a), l, n),
		Step::Reap(l) => Ledger::reap_recoveries(signed(PAUPER), l),
		Step::Remove(l) => Ledger::remove_recovery(signed(l)),
		Step::Standing(a, v, r) => Ledger::set_standing(RuntimeOrigin::root(), a, v, r),
		Step::Wait(ticks) => {
			pass(ticks);
			Ok(())
		}
		Step::ConfigPrice(price) => {
			ConfigPrice::set(price);
			Ok(())
		}
	}
}

/// Whether `step` may take tokens away from `who`: its own act, or a recovery that is ready.
fn may_take_from(step: &Step, who: AccountId) -> bool {
	let ready = || {
		let threshold = RecoveryConfigs::<Test>::get(who).map_or(u32::MAX, |c| c.threshold);
		ActiveRecoveries::<Test>::get(who).iter().any(|r| {
			r.approvals.len() as u32 >= threshold
				&& Now::get() >= r.created_at + MIN_DELAY
				&& Now::get() < r.lapses_at
		})
	};
	match step {
		Step::Transfer(a, ..) | Step::Burn(a, ..) => *a == who,
		Step::Execute(l) | Step::ExecuteFor(l, _) => *l == who && ready(),
		_ => false,
	}
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
	let outcome = runner(96).run(&proptest::collection::vec(step(), 80..180), |steps| {
		ExtBuilder.build().execute_with(|| {
			let issuance = Balances::total_issuance();
			assert_ok!(mint(ALICE, TokenType::ETR, 500));
			assert_ok!(mint(BOB, TokenType::ETD, 500));
			assert_ok!(Ledger::create_recovery(signed(ALICE), GUARDS.to_vec(), 2, MIN_DELAY));
			assert_ok!(Ledger::create_recovery(signed(BOB), vec![11, 12], 1, MIN_DELAY));
			for step in steps {
				let before: BTreeMap<_, _> =
					EVERYBODY.map(|who| (who, (tokens(who), may_take_from(&step, who)))).into();
				let kind = kind(&step);
				// A refusal must leave no trace, as in a block.
				if with_storage_layer(|| apply(step)).is_ok() {
					*succeeded.borrow_mut().entry(kind).or_default() += 1;
				}
				assert_ok!(Ledger::do_try_state());
				assert_eq!(Balances::total_issuance(), issuance);
				for (who, ((etr, etd), may_lose)) in before {
					let now = tokens(who);
					assert!(may_lose || (now.0 >= etr && now.1 >= etd), "{who} lost tokens");
				}
			}
		});
		Ok(())
	});
	assert_eq!(outcome, Ok(()));
	println!("{succeeded:?}");
	// The walk is worth nothing if it only meets refusals.
	assert_eq!(succeeded.borrow().len(), 16);
}
