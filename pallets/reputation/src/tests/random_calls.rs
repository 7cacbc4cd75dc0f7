//! Random sequences of reports and calls keep every invariant, and no money appears or disappears.
//! The seed is printed; `RANDOM_CALLS_SEED` repeats a run.

use crate::{mock::*, NextSlashId, Parameters, Ruling, SlashState, Slashes};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::{assert_ok, storage::with_storage_layer};
use proptest::{
	prelude::*,
	test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use sp_runtime::{DispatchResult, Percent};
use std::{cell::RefCell, collections::BTreeMap};

#[derive(Clone, Debug)]
enum Step {
	Report { node: u8, payer: AccountId, outcome: JobOutcome, at_risk: Balance, fee: Balance },
	Rate { node: u8, stars: u8, fee: Balance },
	Release { slash: u64 },
	Appeal { who: AccountId, slash: u64 },
	AppealOwn { slash: u64 },
	Resolve { slash: u64, ruling: Ruling },
	Lift { node: u8 },
	Refresh { node: u8 },
	Suspend { node: u8 },
	Reinstate { node: u8 },
	Change { node: u8, stake: Balance, registered: bool },
	Tune { window: u32, half_life: u32, limit: u16, confidence: u32, compensation: u8 },
	Wait { ticks: u32 },
}

fn step() -> impl Strategy<Value = Step> {
	use JobOutcome::*;
	let node = || 0..3u8;
	let slash = || 0..12u64;
	let payer = || prop::sample::select(vec![REQUESTER, STRANGER, PAUPER, OWNER, TREASURY]);
	let outcome = prop::sample::select(vec![
		OnTime,
		Late,
		Returned,
		Abandoned,
		NoShow,
		TimedOut,
		LostDispute,
		Unanswered,
		Undecided,
	]);
	let money = || prop_oneof![0..2 * ED, 0..1_500 * TOKEN, Just(Balance::MAX)];
	let ruling = prop::sample::select(vec![Ruling::Uphold, Ruling::Overturn]);
	prop_oneof![
		8 => (node(), payer(), outcome, money(), money()).prop_map(
			|(node, payer, outcome, at_risk, fee)| Step::Report { node, payer, outcome, at_risk, fee }
		),
		3 => (node(), 0..7u8, money()).prop_map(|(node, stars, fee)| Step::Rate { node, stars, fee }),
		5 => slash().prop_map(|slash| Step::Release { slash }),
		1 => (payer(), slash()).prop_map(|(who, slash)| Step::Appeal { who, slash }),
		4 => slash().prop_map(|slash| Step::AppealOwn { slash }),
		4 => (slash(), ruling).prop_map(|(slash, ruling)| Step::Resolve { slash, ruling }),
		3 => node().prop_map(|node| Step::Lift { node }),
		2 => node().prop_map(|node| Step::Refresh { node }),
		1 => node().prop_map(|node| Step::Suspend { node }),
		1 => node().prop_map(|node| Step::Reinstate { node }),
		2 => (node(), 0..2 * STAKE, any::<bool>())
			.prop_map(|(node, stake, registered)| Step::Change { node, stake, registered }),
		1 => (600..30_000u32, 14_400..900_000u32, 1..40u16, 0..200u32, 0..=10u8).prop_map(
			|(window, half_life, limit, confidence, compensation)| Step::Tune {
				window, half_life, limit, confidence, compensation
			}
		),
		4 => prop_oneof![0..100u32, 0..30_000u32, 0..2_000_000u32].prop_map(|ticks| Step::Wait { ticks }),
	]
}

fn apply(step: Step) -> DispatchResult {
	match step {
		Step::Report { node, payer, outcome, at_risk, fee } => {
			Reputation::outcome(&JobEnd { payer, at_risk, fee_paid: fee, ..end_of(node, outcome) })
		}
		Step::Rate { node, stars, fee } => {
			Reputation::rating(&JobEnd { fee_paid: fee, ..end_of(node, JobOutcome::OnTime) }, stars)
		}
		Step::Release { slash } => Reputation::release_slash(signed(STRANGER), slash),
		Step::Appeal { who, slash } => Reputation::appeal_slash(signed(who), slash),
		Step::AppealOwn { slash } => {
			let owner = Slashes::<Test>::get(slash).map_or(STRANGER, |slash| slash.owner);
			Reputation::appeal_slash(signed(owner), slash)
		}
		Step::Resolve { slash, ruling } => {
			Reputation::resolve_appeal(signed(ARBITER), slash, ruling)
		}
		Step::Lift { node } => Reputation::lift_suspension(signed(STRANGER), did(node)),
		Step::Refresh { node } => Reputation::refresh_score(signed(STRANGER), did(node)),
		Step::Suspend { node } => Reputation::suspend_node(RuntimeOrigin::root(), did(node)),
		Step::Reinstate { node } => Reputation::reinstate_node(RuntimeOrigin::root(), did(node)),
		Step::Change { node, stake, registered } => {
			// The vault keeps what a node gives up: only less can be staked than is there.
			change_node(node, |node| {
				node.stake = node.stake.min(stake);
				node.registered = registered;
			});
			Ok(())
		}
		Step::Tune { window, half_life, limit, confidence, compensation } => {
			let mut parameters = Parameters::<Test>::get();
			parameters.window = window;
			parameters.half_life = half_life;
			parameters.violation_limit = limit;
			parameters.confidence = confidence;
			parameters.compensation = Percent::from_percent(compensation);
			Reputation::set_parameters(RuntimeOrigin::root(), parameters)
		}
		Step::Wait { ticks } => {
			wait(ticks);
			Ok(())
		}
	}
}

/// A runner whose seed is printed, and taken from `RANDOM_CALLS_SEED` if that is set. By default it
/// is always the same, so that what the walks reach does not change by itself.
fn runner(cases: u32) -> TestRunner {
	let seed =
		std::env::var("RANDOM_CALLS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1u64);
	println!("RANDOM_CALLS_SEED={seed}");
	let mut bytes = [0; 32];
	bytes[..8].copy_from_slice(&u64::to_le_bytes(seed));
	let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
	TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[test]
fn random_calls_keep_every_invariant() {
	let succeeded = RefCell::new(BTreeMap::<String, u32>::new());
	let steps = prop::collection::vec(step(), 1..150);
	let result = runner(128).run(&steps, |steps| {
		walk(steps, &succeeded);
		Ok(())
	});
	if let Err(error) = result {
		panic!("{error}");
	}
	let succeeded = succeeded.into_inner();
	println!("{succeeded:?}");
	// A walk in which a call never works would prove nothing of it.
	for kind in [
		"Report",
		"Rate",
		"Release",
		"Appeal",
		"AppealOwn",
		"Resolve",
		"Lift",
		"Refresh",
		"Suspend",
		"Reinstate",
		"Tune",
	] {
		assert!(succeeded.contains_key(kind), "no {kind} ever succeeded");
	}
}

/// Name of a step's kind.
fn kind(step: &Step) -> String {
	let full = format!("{step:?}");
	full.split(' ').next().unwrap_or_default().to_string()
}

fn walk(steps: Vec<Step>, succeeded: &RefCell<BTreeMap<String, u32>>) {
	ExtBuilder.build().execute_with(|| {
		let issuance = Balances::total_issuance();
		for step in steps {
			let known = crate::Reputations::<Test>::iter_keys().count();
			// A refusal must leave no trace, as in a block. Reports never refuse.
			let report = matches!(step, Step::Report { .. } | Step::Rate { .. });
			let result = with_storage_layer(|| apply(step.clone()));
			if result.is_ok() {
				*succeeded.borrow_mut().entry(kind(&step)).or_default() += 1;
			}
			assert!(!report || result.is_ok(), "{step:?}: {result:?}");
			assert_ok!(Reputation::do_try_state());
			assert_eq!(Balances::total_issuance(), issuance);
			assert!(crate::Reputations::<Test>::iter_keys().count() <= known + 1);
			// Every slash has something that can be done with it.
			for (id, slash) in Slashes::<Test>::iter() {
				let view = Reputation::slash_of(id).unwrap();
				let late = Now::get() >= slash.deadline;
				assert_eq!(view.action == crate::SlashAction::Release, late);
			}
		}

		// Whatever happened, all money leaves the pallet, and all bonds with it.
		for id in 0..NextSlashId::<Test>::get() {
			if let Some(SlashState::Held) = Slashes::<Test>::get(id).map(|slash| slash.state) {
				let owner = Slashes::<Test>::get(id).unwrap().owner;
				let _ = Reputation::appeal_slash(signed(owner), id);
			}
		}
		wait(432_000);
		for id in 0..NextSlashId::<Test>::get() {
			let _ = Reputation::release_slash(signed(STRANGER), id);
		}
		assert_ok!(Reputation::do_try_state());
		assert_eq!(Slashes::<Test>::iter().count(), 0);
		assert_eq!(in_pot(), 0);
		assert_eq!(OWNERS.map(bond_of), [0; 3]);

		// And every record fades away once its node is no longer barred.
		for n in 0..3 {
			let _ = Reputation::reinstate_node(RuntimeOrigin::root(), did(n));
		}
		wait(100_000_000);
		for n in 0..3 {
			let _ = Reputation::refresh_score(signed(STRANGER), did(n));
			assert_eq!(Reputation::score_of(did(n)).unwrap().score, 5_000);
		}
		assert_eq!(crate::Reputations::<Test>::iter().count(), 0);
	});
}
