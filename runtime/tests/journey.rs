//! A job from the first DID to the payout, block by block, with exact balances.

use crate::chain::{tx, Applied, Chain};
use ai_compute_pbc_runtime::{
	configs::{
		compute::{BidBond, DidRegistrationDeposit, MinimumStake},
		fees::TreasuryAccount,
	},
	constants::consensus::MAXIMUM_BLOCK_WEIGHT,
	Balance, Balances, Clock, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, EDSC,
};
use ai_compute_primitives::{Did, NodeStatus};
use frame_support::{
	dispatch::GetDispatchInfo,
	traits::fungible::{Inspect, InspectHold},
};
use pallet_gpu_registry::{GPUNodes, NodeLoads};
use pallet_job_marketplace::{JobStatus, Jobs, MAX_PROMPT_LEN, MAX_RESULT_LEN};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::{traits::BlockNumberProvider, transaction_validity::InvalidTransaction};

type Market = pallet_job_marketplace::Call<Runtime>;
type MarketError = pallet_job_marketplace::Error<Runtime>;
type MarketEvent = pallet_job_marketplace::Event<Runtime>;

const MODEL: &[u8] = b"did:etrid:ai:llm:llama-3-70b";
const PROMPT: &[u8] = b"What is the capital of France?";
const RESULT: &[u8] = b"Paris.";
const MAX_TOKENS: u32 = 1_000;
const ESCROW: Balance = 10 * EDSC;
/// Price per token.
const PRICE: Balance = EDSC / 200;

pub fn did(of: Sr25519Keyring) -> Vec<u8> {
	format!("did:etrid:gpu:{}-1", of.to_string().to_lowercase()).into_bytes()
}

pub fn anchor(owner: Sr25519Keyring) -> RuntimeCall {
	pallet_did_registry::Call::register_did {
		did: did(owner),
		controller: owner.to_account_id(),
		document_hash: vec![1; 32],
	}
	.into()
}

pub fn register(owner: Sr25519Keyring) -> RuntimeCall {
	pallet_gpu_registry::Call::register_node {
		did: did(owner),
		gpu_model: b"NVIDIA H100 80GB".to_vec(),
		vram_gb: 80,
		cuda_cores: 16_896,
		location: b"EU-WEST-1".to_vec(),
		stake: MinimumStake::get(),
	}
	.into()
}

pub fn submit() -> RuntimeCall {
	Market::submit_job {
		model_did: MODEL.to_vec(),
		encrypted_prompt: PROMPT.to_vec(),
		max_tokens: MAX_TOKENS,
		max_payment: ESCROW,
		min_vram_gb: 40,
		confidential: false,
	}
	.into()
}

pub fn bid(job_id: u64, owner: Sr25519Keyring, price_per_token: Balance) -> RuntimeCall {
	Market::place_bid { job_id, gpu_did: did(owner), price_per_token, estimated_latency_ms: 30_000 }
		.into()
}

pub fn deliver(job_id: u64, tokens_used: u32) -> RuntimeCall {
	Market::complete_job {
		job_id,
		result_hash: sp_io::hashing::blake2_256(RESULT),
		tokens_used,
		result: Some(RESULT.to_vec()),
	}
	.into()
}

fn held(chain: &mut Chain, reason: impl Into<RuntimeHoldReason>, who: Sr25519Keyring) -> Balance {
	let reason = reason.into();
	chain.read(|| Balances::balance_on_hold(&reason, &who.to_account_id()))
}

fn treasury(chain: &mut Chain) -> Balance {
	chain.read(|| Balances::total_balance(&TreasuryAccount::get()))
}

fn status(chain: &mut Chain, job_id: u64) -> JobStatus {
	chain.read(|| Jobs::<Runtime>::get(job_id).expect("job exists").status)
}

fn market_events(chain: &Chain) -> Vec<MarketEvent> {
	let only_market = |event: &RuntimeEvent| match event {
		RuntimeEvent::JobMarketplace(event) => Some(event.clone()),
		_ => None,
	};
	chain.events.iter().filter_map(only_market).collect()
}

/// A chain on which these have an anchored DID and a registered node each.
fn chain_with_nodes(owners: &[Sr25519Keyring]) -> Chain {
	let mut chain = Chain::new();
	for call in [anchor, register] {
		let applied = chain.block(owners.iter().map(|owner| tx(*owner, call(*owner))).collect());
		assert!(applied.iter().all(|result| *result == Ok(Ok(()))), "{applied:?}");
	}
	chain
}

/// Fees that a set of accounts pays over several blocks.
struct Ledger {
	who: Sr25519Keyring,
	start: Balance,
	fees: Balance,
}

impl Ledger {
	fn open(chain: &mut Chain, who: Sr25519Keyring) -> Self {
		Self { who, start: chain.total(who), fees: 0 }
	}

	/// One transaction that must succeed.
	#[track_caller]
	fn ok(&mut self, chain: &mut Chain, call: impl Into<RuntimeCall>) {
		chain.ok(self.who, call);
		self.fees += chain.fees_paid(self.who);
	}

	/// What the account gained or lost since, fees aside.
	fn gain(&self, chain: &mut Chain) -> i128 {
		chain.total(self.who) as i128 + self.fees as i128 - self.start as i128
	}
}

#[test]
fn from_did_to_payout() {
	let mut chain = Chain::new();
	chain.block(vec![]);
	// Collators earn fees in passing: nobody here is one.
	let mut provider = Ledger::open(&mut chain, Eve);
	let mut requester = Ledger::open(&mut chain, Dave);
	let mut stranger = Ledger::open(&mut chain, Ferdie);
	let treasury_before = treasury(&mut chain);
	let issuance = chain.read(Balances::total_issuance);

	// The provider anchors a DID and stakes a node.
	provider.ok(&mut chain, anchor(Eve));
	assert_eq!(
		held(&mut chain, pallet_did_registry::HoldReason::Deposit, Eve),
		DidRegistrationDeposit::get()
	);
	provider.ok(&mut chain, register(Eve));
	assert_eq!(held(&mut chain, pallet_gpu_registry::HoldReason::Stake, Eve), 1_000 * EDSC);

	// The requester puts the whole payment into escrow.
	requester.ok(&mut chain, submit());
	assert_eq!(held(&mut chain, pallet_job_marketplace::HoldReason::JobEscrow, Dave), ESCROW);
	let deposit = held(&mut chain, pallet_job_marketplace::HoldReason::StorageDeposit, Dave);
	assert!(deposit > Balance::from(MAX_RESULT_LEN) * 10_000_000, "{deposit}");
	assert_eq!(status(&mut chain, 0), JobStatus::Pending);

	// A bid with its bond; bidding ends; anybody lets it win.
	provider.ok(&mut chain, bid(0, Eve, PRICE));
	assert_eq!(held(&mut chain, pallet_job_marketplace::HoldReason::BidBond, Eve), BidBond::get());
	chain.fails(Ferdie, Market::match_job { job_id: 0 }, MarketError::TooEarly);
	stranger.fees += chain.fees_paid(Ferdie);
	chain.advance(10);
	stranger.ok(&mut chain, Market::match_job { job_id: 0 });
	assert_eq!(status(&mut chain, 0), JobStatus::Assigned);
	assert_eq!(held(&mut chain, pallet_job_marketplace::HoldReason::BidBond, Eve), 0);
	let node = Did::parse(did(Eve)).unwrap().hash();
	let load = chain.read(|| NodeLoads::<Runtime>::get(node));
	assert_eq!((load.running, load.unsettled, load.open_bids), (1, 1, 0));
	assert_eq!(load.exposure, PRICE * Balance::from(MAX_TOKENS));

	// Work.
	provider.ok(&mut chain, Market::start_job { job_id: 0 });
	assert_eq!(status(&mut chain, 0), JobStatus::Processing);
	provider.ok(&mut chain, deliver(0, 700));
	assert_eq!(status(&mut chain, 0), JobStatus::Completed);
	let stored = chain.read(|| pallet_job_marketplace::Results::<Runtime>::get(0).unwrap());
	assert_eq!(stored.to_vec(), RESULT);

	// Acceptance pays everybody at once.
	requester.ok(&mut chain, Market::accept_result { job_id: 0, rating: Some(5) });
	assert_eq!(status(&mut chain, 0), JobStatus::Settled);

	let gross = 700 * PRICE;
	let fee = gross / 20;
	assert_eq!((gross, fee), (3_500_000_000_000, 175_000_000_000));
	assert_eq!(provider.gain(&mut chain), (gross - fee) as i128);
	assert_eq!(requester.gain(&mut chain), -(gross as i128));
	assert_eq!(stranger.gain(&mut chain), 0);
	assert_eq!(treasury(&mut chain), treasury_before + fee);
	assert_eq!(chain.read(Balances::total_issuance), issuance);
	assert!(market_events(&chain).iter().any(|event| matches!(
		event,
		MarketEvent::JobSettled { job_id: 0, refund, .. } if *refund == ESCROW - gross
	)));

	// Nothing but stake, DID deposit and the job's storage deposit is on hold.
	for reason in
		[pallet_job_marketplace::HoldReason::JobEscrow, pallet_job_marketplace::HoldReason::BidBond]
	{
		assert_eq!(held(&mut chain, reason, Dave) + held(&mut chain, reason, Eve), 0);
	}
	let profile = chain.read(|| GPUNodes::<Runtime>::get(Did::parse(did(Eve)).unwrap()).unwrap());
	assert_eq!(profile.total_jobs_completed, 1);
	assert!(chain.read(|| !NodeLoads::<Runtime>::contains_key(node)));

	// The node leaves; its stake unbonds.
	provider.ok(&mut chain, pallet_gpu_registry::Call::deregister_node { did: did(Eve) });
	assert_eq!(held(&mut chain, pallet_gpu_registry::HoldReason::Stake, Eve), 1_000 * EDSC);

	// A day later the record goes, the stake is free, and everybody has all their money.
	chain.fails(Ferdie, Market::reap_job { job_id: 0 }, MarketError::TooEarly);
	stranger.fees += chain.fees_paid(Ferdie);
	chain.advance(14_400);
	stranger.ok(&mut chain, Market::reap_job { job_id: 0 });
	provider.ok(&mut chain, pallet_gpu_registry::Call::claim_unbonded { did: did(Eve) });
	let did_hash = Did::parse(did(Eve)).unwrap().hash();
	provider.ok(&mut chain, pallet_did_registry::Call::revoke_did { did_hash });
	assert_eq!(held(&mut chain, pallet_job_marketplace::HoldReason::StorageDeposit, Dave), 0);
	assert_eq!(held(&mut chain, pallet_gpu_registry::HoldReason::Stake, Eve), 0);
	let job_left = chain.read(|| {
		Jobs::<Runtime>::iter().count() + pallet_job_marketplace::Prompts::<Runtime>::iter().count()
	});
	assert_eq!(job_left, 0);
	assert_eq!(requester.gain(&mut chain), -(gross as i128));
	assert_eq!(provider.gain(&mut chain), (gross - fee) as i128);
	assert_eq!(chain.read(Balances::total_issuance), issuance);
}

#[test]
fn a_silent_requester_pays_all_the_same() {
	let mut chain = chain_with_nodes(&[Eve]);
	let mut provider = Ledger::open(&mut chain, Eve);
	let mut requester = Ledger::open(&mut chain, Dave);
	requester.ok(&mut chain, submit());
	provider.ok(&mut chain, bid(0, Eve, PRICE));
	requester.ok(&mut chain, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
	provider.ok(&mut chain, Market::start_job { job_id: 0 });
	provider.ok(&mut chain, deliver(0, MAX_TOKENS));

	chain.fails(Ferdie, Market::finalize_job { job_id: 0 }, MarketError::TooEarly);
	chain.advance(100);
	chain.ok(Ferdie, Market::finalize_job { job_id: 0 });

	let gross = PRICE * Balance::from(MAX_TOKENS);
	assert_eq!(requester.gain(&mut chain), -(gross as i128));
	assert_eq!(provider.gain(&mut chain), (gross - gross / 20) as i128);
}

#[test]
fn a_no_show_costs_the_requester_nothing_and_the_next_bid_gets_the_job() {
	let mut chain = chain_with_nodes(&[Eve, Ferdie]);
	let mut requester = Ledger::open(&mut chain, Dave);
	let mut second = Ledger::open(&mut chain, Ferdie);
	requester.ok(&mut chain, submit());
	chain.ok(Eve, bid(0, Eve, PRICE));
	second.ok(&mut chain, bid(0, Ferdie, 2 * PRICE));
	chain.advance(10);
	chain.ok(Bob, Market::match_job { job_id: 0 });
	let winner = chain.read(|| pallet_job_marketplace::AssignedNodes::<Runtime>::get(0).unwrap());
	assert_eq!(winner.as_bytes(), did(Eve), "the cheaper of two equal nodes");

	// It never starts.
	chain.advance(20);
	chain.fails(Eve, Market::start_job { job_id: 0 }, MarketError::TooLate);
	chain.ok(Bob, Market::expire_job { job_id: 0 });
	assert_eq!(status(&mut chain, 0), JobStatus::Pending);

	chain.ok(Bob, Market::match_job { job_id: 0 });
	second.ok(&mut chain, Market::start_job { job_id: 0 });
	second.ok(&mut chain, deliver(0, 100));
	requester.ok(&mut chain, Market::accept_result { job_id: 0, rating: None });
	let gross = 100 * 2 * PRICE;
	assert_eq!(requester.gain(&mut chain), -(gross as i128));
	assert_eq!(second.gain(&mut chain), (gross - gross / 20) as i128);
}

#[test]
fn a_job_that_nobody_takes_gives_everything_back() {
	let mut chain = Chain::new();
	let mut requester = Ledger::open(&mut chain, Dave);
	requester.ok(&mut chain, submit());
	requester.ok(&mut chain, submit());
	requester.ok(&mut chain, Market::cancel_job { job_id: 1 });
	chain.advance(110);
	chain.ok(Ferdie, Market::expire_job { job_id: 0 });
	assert_eq!(status(&mut chain, 0), JobStatus::Expired);
	assert_eq!(status(&mut chain, 1), JobStatus::Cancelled);
	chain.advance(14_400);
	chain.ok(Ferdie, Market::reap_job { job_id: 0 });
	chain.ok(Ferdie, Market::reap_job { job_id: 1 });
	assert_eq!(requester.gain(&mut chain), 0);
	assert_eq!(chain.total(Dave), chain.free(Dave), "nothing on hold");
}

#[test]
fn work_after_start_that_fails_refunds_in_full() {
	let mut chain = chain_with_nodes(&[Eve]);
	let mut requester = Ledger::open(&mut chain, Dave);
	for job_id in 0..2 {
		requester.ok(&mut chain, submit());
		chain.ok(Eve, bid(job_id, Eve, PRICE));
		requester.ok(&mut chain, Market::assign_job { job_id, gpu_did: did(Eve) });
		chain.ok(Eve, Market::start_job { job_id });
		if job_id == 0 {
			chain.ok(Eve, Market::abandon_job { job_id });
			// The node was slashed below the minimum stake and must make up for it.
			let stake = pallet_gpu_registry::Call::add_stake { did: did(Eve), amount: 100 * EDSC };
			chain.ok(Eve, stake);
		} else {
			chain.advance(5 + 20);
			chain.fails(Eve, deliver(job_id, 1), MarketError::TooLate);
			chain.ok(Ferdie, Market::expire_job { job_id });
		}
		assert_eq!(status(&mut chain, job_id), JobStatus::Failed);
	}
	assert_eq!(requester.gain(&mut chain), 0);
	assert_eq!(held(&mut chain, pallet_job_marketplace::HoldReason::JobEscrow, Dave), 0);
}

#[test]
fn an_outage_closes_nobodys_window() {
	let mut chain = chain_with_nodes(&[Eve]);
	chain.ok(Dave, submit());
	chain.ok(Eve, bid(0, Eve, PRICE));
	chain.ok(Dave, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
	let before = chain.read(Clock::current_block_number);

	// The relay chain goes on for a day without a block of this chain.
	chain.block_after(14_400, vec![]);
	assert_eq!(chain.read(Clock::current_block_number), before + 10);
	chain.ok(Eve, Market::start_job { job_id: 0 });
}

#[test]
fn the_clock_counts_relay_blocks_and_keeps_their_randomness() {
	let mut chain = Chain::new();
	chain.block(vec![]);
	let start = chain.read(Clock::current_block_number);
	assert_eq!(start, 1);
	chain.block_after(3, vec![]);
	assert_eq!(chain.read(Clock::current_block_number), start + 3);
	let seed = crate::chain::seed(chain.relay_number);
	assert_eq!(chain.read(pallet_clock::Randomness::<Runtime>::get), Some(seed));
}

#[test]
fn only_governance_changes_the_market() {
	let mut chain = Chain::new();
	let call = Market::update_max_jobs { new_max: 1 };
	chain.fails(Bob, call.clone(), sp_runtime::DispatchError::BadOrigin);
	chain.ok(Alice, pallet_sudo::Call::sudo { call: Box::new(call.into()) });
	assert_eq!(chain.read(pallet_job_marketplace::MaxJobs::<Runtime>::get), 1);

	// One job per block from now on.
	let applied: Vec<Applied> = chain.block(vec![tx(Dave, submit()), tx(Dave, submit())]).to_vec();
	assert_eq!(applied, [Ok(Ok(())), Ok(Err(MarketError::MaxJobsExceeded.into()))]);
	chain.ok(Dave, submit());
}

#[test]
fn a_suspended_node_gets_no_work_but_keeps_its_money() {
	let mut chain = chain_with_nodes(&[Eve]);
	chain.ok(Dave, submit());
	let suspend = pallet_gpu_registry::Call::force_status {
		did: did(Eve),
		new_status: NodeStatus::Suspended,
	};
	chain.fails(Eve, suspend.clone(), sp_runtime::DispatchError::BadOrigin);
	chain.ok(Alice, pallet_sudo::Call::sudo { call: Box::new(suspend.into()) });
	chain.fails(Eve, bid(0, Eve, PRICE), MarketError::NodeSuspended);
	chain.ok(Eve, pallet_gpu_registry::Call::deregister_node { did: did(Eve) });
	chain.advance(14_400);
	chain.ok(Eve, pallet_gpu_registry::Call::claim_unbonded { did: did(Eve) });
	assert_eq!(held(&mut chain, pallet_gpu_registry::HoldReason::Stake, Eve), 0);
}

#[test]
fn a_nodes_hot_key_works_but_cannot_take_money() {
	use ai_compute_pbc_runtime::configs::utilities::ProxyType;
	let mut chain = chain_with_nodes(&[Eve]);
	let add = pallet_proxy::Call::add_proxy {
		delegate: Charlie.to_account_id().into(),
		proxy_type: ProxyType::NodeOperation,
		delay: 0,
	};
	chain.ok(Eve, add);
	chain.ok(Dave, submit());
	let through = |call: RuntimeCall| pallet_proxy::Call::proxy {
		real: Eve.to_account_id().into(),
		force_proxy_type: None,
		call: Box::new(call),
	};
	let outcome = |chain: &Chain| {
		chain.events.iter().find_map(|event| match event {
			RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(*result),
			_ => None,
		})
	};
	chain.ok(Charlie, through(bid(0, Eve, PRICE)));
	assert_eq!(outcome(&chain), Some(Ok(())));

	let filtered = Some(Err(frame_system::Error::<Runtime>::CallFiltered.into()));
	let transfer: RuntimeCall = pallet_balances::Call::transfer_keep_alive {
		dest: Charlie.to_account_id().into(),
		value: EDSC,
	}
	.into();
	let leave = pallet_gpu_registry::Call::deregister_node { did: did(Eve) }.into();
	for call in [transfer.clone(), leave, submit()] {
		chain.ok(Charlie, through(call));
		assert_eq!(outcome(&chain), filtered);
	}
	// Nor inside a batch.
	let batch = pallet_utility::Call::batch_all { calls: vec![transfer] }.into();
	chain.ok(Charlie, through(batch));
	assert_eq!(outcome(&chain), filtered);
}

#[test]
fn work_of_every_size_fits_into_a_block() {
	let largest: [RuntimeCall; 2] = [
		Market::submit_job {
			model_did: MODEL.to_vec(),
			encrypted_prompt: vec![0; MAX_PROMPT_LEN as usize],
			max_tokens: 1,
			max_payment: ESCROW,
			min_vram_gb: 0,
			confidential: false,
		}
		.into(),
		Market::complete_job {
			job_id: 0,
			result_hash: [0; 32],
			tokens_used: 1,
			result: Some(vec![0; MAX_RESULT_LEN as usize]),
		}
		.into(),
	];
	for call in largest {
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.all_lt(MAXIMUM_BLOCK_WEIGHT / 100), "{weight:?}");
	}
}

#[test]
fn an_account_without_money_does_nothing() {
	let mut chain = Chain::new();
	let applied = chain.block(vec![tx(Sr25519Keyring::One, submit())]);
	assert_eq!(applied, [Err(InvalidTransaction::Payment.into())]);
}
