//! Random sequences of calls by several accounts and of the marketplace's and reputation's acts
//! keep every invariant, and no money appears or disappears.

use crate::{mock::*, GPUNodes, NodeLoads};
use ai_compute_primitives::{NodeMutate, NodeStatus, SlashStake, StandingMutate};
use frame_support::assert_ok;
use proptest::prelude::*;
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
	Anchor(u8, AccountId),
	Register(AccountId, u8, Balance),
	Add(AccountId, u8, Balance),
	Withdraw(AccountId, u8, Balance),
	Claim(AccountId, u8),
	Leave(AccountId, u8),
	Status(AccountId, u8, bool),
	Heartbeat(u8),
	Capacity(AccountId, u8, u32),
	Slash(u8, Balance, AccountId),
	Suspend(u8, bool),
	Score(u8, u32),
	Bid(u8),
	CloseBid(u8),
	Assign(u8, Balance),
	Deliver(u8),
	Settle(u8),
	Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let who = || 1..=3u64;
	let node = || 0..4u8;
	let amount = || 0..2_500u128;
	prop_oneof![
		1 => (node(), who()).prop_map(|(n, a)| Step::Anchor(n, a)),
		4 => (who(), node(), 900..4_000u128).prop_map(|(a, n, b)| Step::Register(a, n, b)),
		2 => (who(), node(), amount()).prop_map(|(a, n, b)| Step::Add(a, n, b)),
		3 => (who(), node(), amount()).prop_map(|(a, n, b)| Step::Withdraw(a, n, b)),
		3 => (who(), node()).prop_map(|(a, n)| Step::Claim(a, n)),
		2 => (who(), node()).prop_map(|(a, n)| Step::Leave(a, n)),
		2 => (who(), node(), any::<bool>()).prop_map(|(a, n, on)| Step::Status(a, n, on)),
		3 => node().prop_map(Step::Heartbeat),
		1 => (who(), node(), 0..10u32).prop_map(|(a, n, c)| Step::Capacity(a, n, c)),
		2 => (node(), amount(), prop_oneof![who(), Just(PAUPER), Just(TREASURY)])
			.prop_map(|(n, b, a)| Step::Slash(n, b, a)),
		1 => (node(), any::<bool>()).prop_map(|(n, on)| Step::Suspend(n, on)),
		1 => (node(), 0..12_000u32).prop_map(|(n, s)| Step::Score(n, s)),
		2 => node().prop_map(Step::Bid),
		2 => node().prop_map(Step::CloseBid),
		3 => (node(), amount()).prop_map(|(n, b)| Step::Assign(n, b)),
		2 => node().prop_map(Step::Deliver),
		2 => node().prop_map(Step::Settle),
		3 => prop_oneof![0..60u32, 0..20_000u32].prop_map(Step::Wait),
	]
}

/// The jobs that the marketplace would know of: what is at risk in each, delivered or not.
#[derive(Default)]
struct Market {
	running: BTreeMap<u8, Vec<Balance>>,
	delivered: BTreeMap<u8, Vec<Balance>>,
}

fn did(n: u8) -> Vec<u8> {
	format!("did:etrid:gpu:{n}").into_bytes()
}

fn apply(step: Step, market: &mut Market) -> DispatchResult {
	match step {
		Step::Anchor(n, a) => anchor(&did(n), a),
		Step::Register(a, n, b) => return register(a, &did(n), b),
		Step::Add(a, n, b) => return GpuRegistry::add_stake(signed(a), did(n), b),
		Step::Withdraw(a, n, b) => return GpuRegistry::withdraw_stake(signed(a), did(n), b),
		Step::Claim(a, n) => return GpuRegistry::claim_unbonded(signed(a), did(n)),
		Step::Leave(a, n) => return leave(a, &did(n)),
		Step::Status(a, n, on) => {
			let status = if on { NodeStatus::Active } else { NodeStatus::Inactive };
			return GpuRegistry::update_status(signed(a), did(n), status);
		}
		Step::Heartbeat(n) => {
			if let Some(profile) = GPUNodes::<Test>::get(parse(&did(n))) {
				let (opens_at, _) = GpuRegistry::heartbeat_round().window(profile.index);
				Now::mutate(|now| *now = (*now).max(opens_at as u32));
				return GpuRegistry::heartbeat(signed(profile.owner), profile.index);
			}
		}
		Step::Capacity(a, n, c) => return GpuRegistry::set_capacity(signed(a), did(n), c),
		Step::Slash(n, b, to) => {
			let node = hash(&did(n));
			let before = GpuRegistry::slashable(&node);
			let taken = GpuRegistry::slash(&node, b, &to)?;
			assert_eq!(taken, b.min(before));
			assert_eq!(GpuRegistry::slashable(&node), before - taken);
		}
		Step::Suspend(n, on) if on => GpuRegistry::suspend(&hash(&did(n))),
		Step::Suspend(n, _) => GpuRegistry::reinstate(&hash(&did(n))),
		Step::Score(n, s) => GpuRegistry::set_score(&hash(&did(n)), s),
		Step::Bid(n) => return GpuRegistry::open_bid(&parse(&did(n))),
		Step::CloseBid(n) => {
			if NodeLoads::<Test>::get(hash(&did(n))).open_bids > 0 {
				GpuRegistry::close_bid(&hash(&did(n)));
			}
		}
		Step::Assign(n, b) => {
			GpuRegistry::assign(&parse(&did(n)), b)?;
			market.running.entry(n).or_default().push(b);
		}
		Step::Deliver(n) => {
			if let Some(b) = market.running.entry(n).or_default().pop() {
				GpuRegistry::free_slot(&hash(&did(n)));
				market.delivered.entry(n).or_default().push(b);
			}
		}
		Step::Settle(n) => {
			if let Some(b) = market.delivered.entry(n).or_default().pop() {
				GpuRegistry::release(&hash(&did(n)), b);
				GpuRegistry::job_settled(&parse(&did(n)));
			}
		}
		Step::Wait(t) => Now::mutate(|now| *now += t),
	}
	Ok(())
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

	#[test]
	fn random_calls_keep_every_invariant(steps in proptest::collection::vec(step(), 1..120)) {
		ExtBuilder.build().execute_with(|| {
			(0..4).for_each(|n| anchor(&did(n), u64::from(n % 3) + 1));
			let issuance = Balances::total_issuance();
			let mut market = Market::default();
			for step in steps {
				// A refusal must leave no trace, as in a block.
				let _ = frame_support::storage::with_storage_layer(|| apply(step, &mut market));
				assert_ok!(GpuRegistry::do_try_state());
				assert_eq!(Balances::total_issuance(), issuance);
				for n in 0..4 {
					let load = NodeLoads::<Test>::get(hash(&did(n)));
					let jobs = |of: &BTreeMap<u8, Vec<Balance>>| of.get(&n).cloned().unwrap_or_default();
					let (running, delivered) = (jobs(&market.running), jobs(&market.delivered));
					assert_eq!(load.running as usize, running.len());
					assert_eq!(load.unsettled as usize, running.len() + delivered.len());
					assert_eq!(load.exposure, running.iter().chain(&delivered).sum::<Balance>());
				}
			}

			// Whatever happened, every owner can leave and take all its money home.
			for n in 0..4u8 {
				for _ in 0..200 {
					let _ = apply(Step::Deliver(n), &mut market);
					let _ = apply(Step::Settle(n), &mut market);
				}
				for who in 1..=3 {
					let _ = leave(who, &did(n));
				}
			}
			wait(PERIOD);
			for n in 0..4u8 {
				for who in 1..=3 {
					let _ = GpuRegistry::claim_unbonded(signed(who), did(n));
				}
			}
			assert_ok!(GpuRegistry::do_try_state());
			assert_eq!([1, 2, 3].map(held), [0, 0, 0]);
		});
	}
}
