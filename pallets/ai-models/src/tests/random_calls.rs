//! Random sequences of calls by several accounts, of governance and of the marketplace keep every
//! invariant, no money appears or disappears, and whatever happened everybody can go home with all
//! his deposits.

use crate::{
	mock::*, DepositFate, Descendants, HostAdmission, HostState, Hosts, Models, OpenJobs,
	TransferOffers, Versions, Visibility,
};
use ai_compute_primitives::{Hosting, ModelInspect, ModelUsage, PriceRule};
use frame_support::assert_ok;
use proptest::{prelude::*, strategy::ValueTree};
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

const MODELS: u8 = 4;
const NODES: u8 = 3;
/// Stands for the account that may make the call: the model's owner, the DID's controller, the one
/// to whom the model is offered, the node's owner.
const RIGHTFUL: AccountId = 0;

#[derive(Clone, Debug)]
enum Step {
	Anchor(u8, AccountId),
	Register(AccountId, u8, Option<(u8, u16)>, bool),
	Publish(AccountId, u8),
	Activate(AccountId, u8, u8),
	Retire(AccountId, u8, u8),
	Price(AccountId, u8, u128),
	Visibility(AccountId, u8, bool),
	Allow(AccountId, u8, AccountId, bool),
	Deprecate(AccountId, u8),
	Deregister(AccountId, u8),
	Offer(AccountId, u8, AccountId),
	Accept(AccountId, u8),
	CancelOffer(AccountId, u8),
	Node(u8, Option<AccountId>),
	Host(AccountId, u8, u8),
	Unhost(AccountId, u8, u8),
	Approve(AccountId, u8, u8),
	Hosting(AccountId, u8, bool),
	Descendants(AccountId, u8, u16),
	Disown(AccountId, u8),
	Remove(u8, bool),
	OpenJob(AccountId, u8),
	CloseJob(u8),
	Deposits(Balance, Balance),
	Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let anyone = || 1..=3u64;
	// Mostly whoever may.
	let who = || prop_oneof![4 => Just(RIGHTFUL), 1 => 1..=3u64];
	let model = || 0..MODELS;
	let node = || 0..NODES;
	let parent = proptest::option::weighted(0.3, (model(), 0..6_000u16));
	prop_oneof![
		1 => (model(), anyone()).prop_map(|(m, a)| Step::Anchor(m, a)),
		6 => (who(), model(), parent, any::<bool>())
			.prop_map(|(a, m, p, private)| Step::Register(a, m, p, private)),
		3 => (who(), model()).prop_map(|(a, m)| Step::Publish(a, m)),
		2 => (who(), model(), 0..4u8).prop_map(|(a, m, v)| Step::Activate(a, m, v)),
		3 => (who(), model(), 0..4u8).prop_map(|(a, m, v)| Step::Retire(a, m, v)),
		1 => (who(), model(), 0..3u128).prop_map(|(a, m, p)| Step::Price(a, m, p)),
		1 => (who(), model(), any::<bool>()).prop_map(|(a, m, v)| Step::Visibility(a, m, v)),
		2 => (who(), model(), 1..6u64, any::<bool>())
			.prop_map(|(a, m, b, on)| Step::Allow(a, m, b, on)),
		2 => (who(), model()).prop_map(|(a, m)| Step::Deprecate(a, m)),
		3 => (who(), model()).prop_map(|(a, m)| Step::Deregister(a, m)),
		3 => (who(), model(), anyone()).prop_map(|(a, m, b)| Step::Offer(a, m, b)),
		4 => (who(), model()).prop_map(|(a, m)| Step::Accept(a, m)),
		1 => (who(), model()).prop_map(|(a, m)| Step::CancelOffer(a, m)),
		2 => (node(), proptest::option::weighted(0.8, anyone())).prop_map(|(n, a)| Step::Node(n, a)),
		5 => (who(), model(), node()).prop_map(|(a, m, n)| Step::Host(a, m, n)),
		2 => (who(), model(), node()).prop_map(|(a, m, n)| Step::Unhost(a, m, n)),
		2 => (who(), model(), node()).prop_map(|(a, m, n)| Step::Approve(a, m, n)),
		2 => (who(), model(), any::<bool>()).prop_map(|(a, m, open)| Step::Hosting(a, m, open)),
		3 => (who(), model(), 0..6_000u16).prop_map(|(a, m, s)| Step::Descendants(a, m, s)),
		4 => (who(), model()).prop_map(|(a, m)| Step::Disown(a, m)),
		1 => (0..3 * MODELS, any::<bool>()).prop_map(|(m, forfeit)| Step::Remove(m, forfeit)),
		4 => (1..6u64, model()).prop_map(|(a, m)| Step::OpenJob(a, m)),
		4 => model().prop_map(Step::CloseJob),
		1 => (1..200u128, 1..20u128).prop_map(|(m, h)| Step::Deposits(m, h)),
		2 => prop_oneof![0..20u32, 0..2 * RETENTION].prop_map(Step::Wait),
	]
}

fn did(n: u8) -> Vec<u8> {
	format!("did:etrid:ai:llm:{n}").into_bytes()
}

fn gpu(n: u8) -> Vec<u8> {
	format!("did:etrid:gpu:{n}").into_bytes()
}

fn or(who: AccountId, rightful: Option<AccountId>) -> AccountId {
	match who {
		RIGHTFUL => rightful.unwrap_or(ALICE),
		who => who,
	}
}

fn owner_of(who: AccountId, m: u8) -> AccountId {
	or(who, AIModels::owner(&parse(&did(m))))
}

fn node_owner_of(who: AccountId, n: u8) -> AccountId {
	or(who, NodeList::get().get(&parse(&gpu(n))).map(|(owner, _)| *owner))
}

/// Number of a kept version of a model, or of none.
fn version(m: u8, index: u8) -> u32 {
	let mut kept: Vec<_> = Versions::<Test>::iter_key_prefix(hash(&did(m))).collect();
	kept.sort();
	kept.get(usize::from(index)).copied().unwrap_or(0)
}

/// A job as the marketplace would remember it.
struct Job {
	version: u32,
	opened_at: u32,
}

/// The jobs that the marketplace would know of.
type Market = BTreeMap<u8, Vec<Job>>;

fn apply(step: Step, market: &mut Market) -> DispatchResult {
	match step {
		Step::Anchor(m, a) => anchor(&did(m), a),
		Step::Register(a, m, parent, private) => {
			let mut arguments = match parent {
				Some((parent, max)) => Registering::child_of(&did(m), &did(parent), max),
				None => Registering::of(&did(m)),
			};
			if private {
				arguments.visibility = Visibility::Private;
			}
			return arguments.by(or(a, Controllers::get().get(&parse(&did(m))).copied()));
		}
		Step::Publish(a, m) => return publish(owner_of(a, m), &did(m)),
		Step::Activate(a, m, v) => {
			return AIModels::activate_version(signed(owner_of(a, m)), did(m), version(m, v))
		}
		Step::Retire(a, m, v) => {
			return AIModels::retire_version(signed(owner_of(a, m)), did(m), version(m, v))
		}
		Step::Price(a, m, price) => {
			let rule = PriceRule::AtLeast(price);
			return AIModels::set_pricing(signed(owner_of(a, m)), did(m), 1, 2, 3, vec![], rule);
		}
		Step::Visibility(a, m, private) => {
			let visibility = if private { Visibility::Private } else { Visibility::Public };
			return AIModels::set_visibility(signed(owner_of(a, m)), did(m), visibility);
		}
		Step::Allow(a, m, b, on) => {
			let (allow, disallow) = if on { (vec![b], vec![]) } else { (vec![], vec![b]) };
			return AIModels::update_allow_list(signed(owner_of(a, m)), did(m), allow, disallow);
		}
		Step::Deprecate(a, m) => return deprecate(owner_of(a, m), &did(m)),
		Step::Deregister(a, m) => return deregister(owner_of(a, m), &did(m)),
		Step::Offer(a, m, b) => return offer(owner_of(a, m), &did(m), b),
		Step::Accept(a, m) => {
			return accept(or(a, TransferOffers::<Test>::get(hash(&did(m)))), &did(m))
		}
		Step::CancelOffer(a, m) => {
			return AIModels::cancel_transfer(signed(owner_of(a, m)), did(m))
		}
		Step::Node(n, Some(a)) => add_node(&gpu(n), a, 80),
		Step::Node(n, None) => {
			remove_node(&gpu(n));
		}
		Step::Host(a, m, n) => return host(node_owner_of(a, n), &did(m), &gpu(n)),
		Step::Unhost(a, m, n) => return unhost(node_owner_of(a, n), &did(m), &gpu(n)),
		Step::Approve(a, m, n) => {
			return AIModels::approve_host(signed(owner_of(a, m)), did(m), gpu(n))
		}
		Step::Hosting(a, m, open) => {
			let admission = if open { HostAdmission::Open } else { HostAdmission::ByOwner };
			return AIModels::set_hosting(
				signed(owner_of(a, m)),
				did(m),
				Hosting::Hosts,
				admission,
			);
		}
		Step::Descendants(a, m, share_bps) => {
			let descendants = Descendants::Welcome { share_bps };
			return AIModels::set_descendants(signed(owner_of(a, m)), did(m), descendants);
		}
		Step::Disown(a, m) => {
			return AIModels::disown_descendant(
				signed(or(a, AIModels::parent_owner(&parse(&did(m))))),
				did(m),
			)
		}
		Step::Remove(m, forfeit) => {
			let fate = if forfeit { DepositFate::Forfeit } else { DepositFate::Return };
			return AIModels::force_remove(RuntimeOrigin::root(), did(m), fate)
				.map(drop)
				.map_err(|error| error.error);
		}
		Step::OpenJob(a, m) => {
			let terms = <AIModels as ModelInspect<_, Balance>>::terms(&parse(&did(m)), &a);
			if let Some(terms) = terms {
				open_job(&did(m));
				let job = Job { version: terms.version, opened_at: Now::get() };
				market.entry(m).or_default().push(job);
			}
		}
		Step::CloseJob(m) => {
			if market.entry(m).or_default().pop().is_some() {
				AIModels::job_settled(&parse(&did(m)), &5, &6, 10, 100, 10);
				close_job(&did(m));
			}
		}
		Step::Deposits(model, host) => {
			ModelDeposit::set(model);
			NodeDeposit::set(host);
		}
		Step::Wait(ticks) => Now::mutate(|now| *now += ticks),
	}
	Ok(())
}

/// What the marketplace relies on.
fn market_is_served(market: &Market) {
	for m in 0..MODELS {
		let jobs = market.get(&m).map_or(&[][..], |jobs| jobs);
		assert_eq!(OpenJobs::<Test>::get(hash(&did(m))) as usize, jobs.len());
		if !Models::<Test>::contains_key(hash(&did(m))) {
			assert_eq!(AIModels::owner(&parse(&did(m))), None);
			continue;
		}
		// A registered model keeps the versions of its jobs.
		for job in jobs.iter().filter(|job| job.opened_at + RETENTION > Now::get()) {
			assert!(Versions::<Test>::contains_key(hash(&did(m)), job.version));
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

	#[test]
	fn random_calls_keep_every_invariant(steps in proptest::collection::vec(step(), 1..160)) {
		ExtBuilder.build().execute_with(|| {
			(0..MODELS).for_each(|m| anchor(&did(m), u64::from(m % 3) + 1));
			(0..NODES).for_each(|n| add_node(&gpu(n), u64::from(n % 3) + 1, 80));
			let issuance = Balances::total_issuance();
			let mut market = Market::default();
			for step in steps {
				let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
				if apply(step, &mut market).is_err() {
					let after = sp_io::storage::root(sp_runtime::StateVersion::V1);
					assert_eq!(before, after, "a refused call changes nothing");
				}
				assert_ok!(AIModels::do_try_state());
				assert_eq!(Balances::total_issuance(), issuance);
				market_is_served(&market);
			}

			// Whatever happened, everybody goes home.
			for m in 0..MODELS {
				while market.get(&m).is_some_and(|jobs| !jobs.is_empty()) {
					assert_ok!(apply(Step::CloseJob(m), &mut market));
				}
				if let Some(owner) = AIModels::owner(&parse(&did(m))) {
					let _ = deprecate(owner, &did(m));
					assert_ok!(deregister(owner, &did(m)));
				}
				for n in 0..NODES {
					if let Some(record) = Hosts::<Test>::get(hash(&did(m)), hash(&gpu(n))) {
						assert!(matches!(record.state, HostState::Declared | HostState::Approved));
						assert_ok!(unhost(PAUPER, &did(m), &gpu(n)));
					}
				}
			}
			assert_ok!(AIModels::do_try_state());
			assert_eq!([1, 2, 3].map(held), [0, 0, 0]);
			assert_eq!([1, 2, 3].map(host_held), [0, 0, 0]);
		});
	}
}

/// Otherwise the walk above would prove little.
#[test]
fn random_calls_reach_every_call() {
	let mut runner = proptest::test_runner::TestRunner::deterministic();
	let steps = proptest::collection::vec(step(), 20_000);
	let steps = steps.new_tree(&mut runner).unwrap().current();
	let mut done = BTreeMap::<String, (u32, u32)>::new();
	ExtBuilder.build().execute_with(|| {
		(0..MODELS).for_each(|m| anchor(&did(m), u64::from(m % 3) + 1));
		(0..NODES).for_each(|n| add_node(&gpu(n), u64::from(n % 3) + 1, 80));
		let mut market = Market::default();
		for step in steps {
			let name = format!("{step:?}").split('(').next().unwrap().to_string();
			let count = done.entry(name).or_default();
			match apply(step, &mut market) {
				Ok(()) => count.0 += 1,
				Err(_) => count.1 += 1,
			}
		}
		assert_ok!(AIModels::do_try_state());
	});
	assert_eq!(done.len(), 25);
	assert!(done.values().all(|(accepted, _)| *accepted >= 10), "{done:?}");
	println!("accepted and refused: {done:?}");
}
