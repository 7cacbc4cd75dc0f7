//! What dApps ask of the runtime: pages that are complete, answers that the chain keeps, and
//! questions that nobody should ask.

use crate::chain::dev_ext;
use ai_compute_market_api::{
	EarningsEntry, JobScope, NodeCriterion, Page, QueryError, MAX_SCANNED,
};
use ai_compute_pbc_runtime::{
	apis::{api, market},
	configs::compute::{BidBond, MinimumStake},
	AIModels, AccountId, Balance, Balances, BlockNumber, Clock, DIDRegistry, GPURegistry,
	JobMarketplace, Reputation, Runtime, RuntimeHoldReason, RuntimeOrigin, System, AIDID, EDSC,
};
use ai_compute_primitives::{Did, NodeStatus};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok,
	storage::{with_transaction, TransactionOutcome},
	traits::fungible::InspectHold,
};
use pallet_aidid::{AIProfile, AIType};
use pallet_gpu_registry::{GPUNodes, NodeLoads};
use pallet_job_marketplace::{JobPage, JobStatus, NodeShare};
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring::Dave;
use sp_runtime::{traits::BlockNumberProvider, DispatchError, DispatchResult};
use std::collections::BTreeSet;

type Cursor = Option<Vec<u8>>;
type Entry = EarningsEntry<AccountId, Balance, BlockNumber>;

const MODEL: &[u8] = b"did:etrid:ai:llm:llama-3-70b";
const PRICE: Balance = EDSC / 1_000;

fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// The owner of node `n`: ten nodes each.
fn owner(n: u32) -> AccountId {
	let mut bytes = [0xAA; 32];
	bytes[..4].copy_from_slice(&(n / 10).to_le_bytes());
	bytes.into()
}

fn did(n: u32) -> Vec<u8> {
	format!("did:etrid:gpu:view-{n}").into_bytes()
}

fn hash(n: u32) -> sp_core::H256 {
	Did::parse(did(n)).unwrap().hash()
}

fn fund(who: &AccountId, amount: Balance) {
	assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), who.clone().into(), amount));
}

/// Registers node `n`: three sizes, four regions.
fn node(n: u32) {
	let owner = owner(n);
	if n.is_multiple_of(10) {
		fund(&owner, 100_000 * EDSC);
	}
	assert_ok!(DIDRegistry::register_did(signed(&owner), did(n), owner.clone(), vec![1; 32]));
	assert_ok!(GPURegistry::register_node(
		signed(&owner),
		did(n),
		b"NVIDIA L40S".to_vec(),
		[24, 48, 80][n as usize % 3],
		1,
		[&b"EU-WEST-1"[..], b"EU-NORTH-1", b"US-EAST-1", b"AP-SOUTH-1"][n as usize % 4].to_vec(),
		MinimumStake::get(),
	));
}

/// A chain with so many nodes, and a rich requester.
fn with_nodes(count: u32, test: impl FnOnce()) {
	dev_ext().execute_with(|| {
		set_clock(1_000);
		fund(&Dave.to_account_id(), 1_000_000 * EDSC);
		(0..count).for_each(node);
		test();
	})
}

fn switch_on(n: u32) {
	assert_ok!(GPURegistry::update_status(signed(&owner(n)), did(n), NodeStatus::Active));
}

fn set_clock(tick: BlockNumber) {
	pallet_clock::Now::<Runtime>::put(tick);
}

/// Dave submits a job for [`MODEL`].
fn submit() -> u64 {
	submit_for(MODEL)
}

fn submit_for(model: &[u8]) -> u64 {
	let job_id = pallet_job_marketplace::NextJobId::<Runtime>::get();
	// Own blocks take a limited number of jobs.
	if job_id % 500 == 499 {
		System::set_block_number(System::block_number() + 1);
	}
	assert_ok!(JobMarketplace::submit_job(
		signed(&Dave.to_account_id()),
		model.to_vec(),
		b"prompt".to_vec(),
		1_000,
		10 * EDSC,
		24,
		false,
	));
	job_id
}

fn bid(job_id: u64, n: u32) -> DispatchResult {
	JobMarketplace::place_bid(signed(&owner(n)), job_id, did(n), PRICE, 30_000)
		.map(|_| ())
		.map_err(|error| error.error)
}

fn assign(job_id: u64, n: u32) {
	assert_ok!(JobMarketplace::assign_job(signed(&Dave.to_account_id()), job_id, did(n)));
}

fn start(job_id: u64, n: u32) {
	assert_ok!(JobMarketplace::start_job(signed(&owner(n)), job_id));
}

fn complete(job_id: u64, n: u32, tokens: u32) {
	assert_ok!(JobMarketplace::complete_job(signed(&owner(n)), job_id, [1; 32], tokens, None));
}

fn accept(job_id: u64) {
	assert_ok!(JobMarketplace::accept_result(signed(&Dave.to_account_id()), job_id, None));
}

/// What a call would do, without doing it.
fn outcome(call: impl FnOnce() -> DispatchResult) -> DispatchResult {
	with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(call()))).unwrap()
}

/// All entries of a list, page by page, and the number of pages.
fn walk<Item>(
	ask: impl Fn(Cursor) -> Result<Page<Item>, QueryError>,
	limit: u32,
) -> (Vec<Item>, u32) {
	let (mut items, mut cursor, mut pages) = (Vec::new(), None, 0);
	loop {
		let page = ask(cursor.clone()).unwrap();
		assert!(page.items.len() <= limit as usize);
		items.extend(page.items);
		pages += 1;
		assert!(pages < 10_000, "the walk does not end");
		match page.next {
			None => return (items, pages),
			next => {
				assert_ne!(next, cursor, "the walk stands still");
				cursor = next;
			}
		}
	}
}

/// DIDs of the nodes that meet these criteria, by walking with this limit. Each once.
fn found(criteria: &[NodeCriterion<Balance>], limit: u32) -> BTreeSet<Vec<u8>> {
	let (nodes, _) = walk(|cursor| market::nodes(criteria.to_vec(), cursor, limit), limit);
	let count = nodes.len();
	let dids: BTreeSet<_> = nodes.into_iter().map(|node| node.did.as_bytes().to_vec()).collect();
	assert_eq!(dids.len(), count, "each node once");
	dids
}

/// DIDs of the nodes out of `count` with such numbers.
fn expected(count: u32, is_meant: impl Fn(u32) -> bool) -> BTreeSet<Vec<u8>> {
	(0..count).filter(|n| is_meant(*n)).map(did).collect()
}

/// An answer of the runtime API as a node asks for it.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let bytes = api::dispatch(method, &arguments.encode()).expect("the runtime has this function");
	Answer::decode(&mut &bytes[..]).unwrap()
}

#[test]
fn walking_nodes_visits_each_that_is_meant_once() {
	use NodeCriterion::*;
	const COUNT: u32 = 230;
	with_nodes(COUNT, || {
		for n in (0..COUNT).step_by(7) {
			assert_ok!(GPURegistry::update_status(signed(&owner(n)), did(n), NodeStatus::Inactive));
		}
		let job_id = submit();
		assert_ok!(bid(job_id, 5));
		assign(job_id, 5);
		let room = MinimumStake::get();
		for limit in [1, 7, 100] {
			assert_eq!(found(&[], limit), expected(COUNT, |_| true));
			let region = Region(b"EU-".to_vec());
			assert_eq!(found(std::slice::from_ref(&region), limit), expected(COUNT, |n| n % 4 < 2));
			assert_eq!(found(&[MinVram(48)], limit), expected(COUNT, |n| n % 3 > 0));
			let inactive = Status(NodeStatus::Inactive);
			assert_eq!(found(&[inactive], limit), expected(COUNT, |n| n % 7 == 0));
			assert_eq!(found(&[FreeSlot], limit), expected(COUNT, |n| n != 5));
			assert_eq!(found(&[MinRoom(room)], limit), expected(COUNT, |n| n != 5));
			assert_eq!(
				found(&[region, MinVram(80), Status(NodeStatus::Active)], limit),
				expected(COUNT, |n| n % 4 < 2 && n % 3 == 2 && n % 7 > 0)
			);
			assert!(found(&[MinScore(5_001)], limit).is_empty());
		}
	});
}

#[test]
fn a_filter_that_matches_nothing_answers_in_bounded_pieces() {
	with_nodes(1, || {
		let mut profile = GPUNodes::<Runtime>::get(Did::parse(did(0)).unwrap()).unwrap();
		// Off duty, so that it needs no heartbeat record.
		profile.status = NodeStatus::Inactive;
		for n in 0..2_500 {
			let did = Did::parse(format!("did:etrid:gpu:many-{n}")).unwrap();
			GPUNodes::<Runtime>::insert(did, &profile);
		}
		let criteria = || vec![NodeCriterion::MinVram(u32::MAX)];
		let (nodes, pages) = walk(|cursor| market::nodes(criteria(), cursor, 100), 100);
		assert_eq!((nodes.len(), pages), (0, 2_501_u32.div_ceil(MAX_SCANNED)));
		let first = market::nodes(criteria(), None, 100).unwrap();
		assert!(first.items.is_empty() && first.next.is_some());
		// Entries that are meant are found wherever they are.
		let active = vec![NodeCriterion::Status(NodeStatus::Active)];
		let (nodes, _) = walk(|cursor| market::nodes(active.clone(), cursor, 1), 1);
		assert_eq!(nodes.len(), 1);
	});
}

#[test]
fn a_page_stays_complete_while_nodes_come_and_go() {
	with_nodes(120, || {
		let first = market::nodes(vec![], None, 50).unwrap();
		let seen: BTreeSet<_> = first.items.iter().map(|node| node.did.clone()).collect();
		// The node at which the page ended leaves, and others come.
		let last = first.items.last().unwrap();
		let did_of_last = last.did.as_bytes().to_vec();
		assert_ok!(GPURegistry::deregister_node(signed(&last.owner), did_of_last));
		(120..130).for_each(node);
		let mut met = seen.clone();
		let mut cursor = first.next;
		while cursor.is_some() {
			let page = market::nodes(vec![], cursor, 50).unwrap();
			for node in page.items {
				assert!(met.insert(node.did), "met twice");
			}
			cursor = page.next;
		}
		for n in 0..120 {
			assert!(met.contains(&Did::parse(did(n)).unwrap()), "node {n} was there all the time");
		}
	});
}

#[test]
fn hosts_of_a_model_are_found_through_its_list() {
	const OTHER: &[u8] = b"did:etrid:ai:llm:other";
	const COUNT: u32 = 130;
	with_nodes(COUNT, || {
		model(OTHER, &owner(0), None);
		for n in 0..COUNT {
			if n % 5 != 0 {
				assert_ok!(AIModels::host_model(signed(&owner(n)), MODEL.to_vec(), did(n)));
			}
			if n % 2 == 0 && n % 3 != 0 {
				assert_ok!(AIModels::host_model(signed(&owner(n)), OTHER.to_vec(), did(n)));
			}
		}
		let hosts = |model: &[u8]| NodeCriterion::Hosts(model.to_vec());
		let is_other = |n: u32| n.is_multiple_of(2) && !n.is_multiple_of(3);
		for limit in [7, 100] {
			assert_eq!(found(&[hosts(MODEL)], limit), expected(COUNT, |n| n % 5 != 0));
			assert_eq!(found(&[hosts(OTHER)], limit), expected(COUNT, is_other));
			let both = expected(COUNT, |n| n % 5 != 0 && is_other(n));
			assert_eq!(found(&[hosts(MODEL), hosts(OTHER)], limit), both);
			assert_eq!(found(&[hosts(OTHER), hosts(MODEL)], limit), both);
			let region = NodeCriterion::Region(b"US-".to_vec());
			assert_eq!(
				found(&[region, hosts(MODEL)], limit),
				expected(COUNT, |n| n % 5 != 0 && n % 4 == 2)
			);
		}
		assert!(found(&[hosts(b"did:etrid:ai:llm:none")], 100).is_empty());

		// A record that does not count any more finds nothing, and is still listed as such.
		assert_ok!(GPURegistry::deregister_node(signed(&owner(1)), did(1)));
		assert_eq!(found(&[hosts(MODEL)], 100), expected(COUNT, |n| n % 5 != 0 && n != 1));
		let (lines, _) = walk(|cursor| market::model_hosts(MODEL.to_vec(), cursor, 9), 9);
		assert_eq!(lines.len() as u32, COUNT - COUNT.div_ceil(5));
		let nodes: BTreeSet<_> = lines.iter().map(|host| host.line.node).collect();
		assert_eq!(nodes.len(), lines.len(), "each host once");
		for host in &lines {
			let is_here = host.line.standing == pallet_ai_models::HostStanding::Hosting;
			assert_eq!(is_here, host.line.node != hash(1));
			assert_eq!(host.node.is_some(), is_here);
		}

		// A cursor of one list is none of the other.
		let of_hosts = market::nodes(vec![hosts(MODEL)], None, 1).unwrap().next;
		let of_nodes = market::nodes(vec![], None, 1).unwrap().next;
		assert_eq!(market::nodes(vec![], of_hosts, 1).unwrap_err(), QueryError::InvalidCursor);
		assert_eq!(
			market::nodes(vec![hosts(MODEL)], of_nodes, 1).unwrap_err(),
			QueryError::InvalidCursor
		);
	});
}

/// Registers a model, a descendant of another if one is named.
fn model(did: &[u8], owner: &AccountId, parent: Option<&[u8]>) {
	use pallet_ai_models::{ModelType, ParentClaim, Visibility};
	let name = did.rsplit(|byte| *byte == b':').next().unwrap().to_vec();
	let profile = Box::new(AIProfile::plain(AIType::LLM));
	assert_ok!(AIDID::register_ai(signed(owner), name, AIType::LLM, profile));
	let parent = parent.map(|did| ParentClaim { did: did.to_vec(), max_share_bps: 5_000 });
	assert_ok!(AIModels::register_model(
		signed(owner),
		did.to_vec(),
		b"Model".to_vec(),
		b"1".to_vec(),
		ModelType::LLM,
		Default::default(),
		b"ipfs://m".to_vec(),
		24,
		b"MIT".to_vec(),
		Visibility::Public,
		parent,
		1_000,
	));
}

#[test]
fn open_jobs_are_listed_with_the_chains_own_answer() {
	with_nodes(3, || {
		let jobs: Vec<u64> = (0..250).map(|_| submit()).collect();
		for job_id in jobs.iter().step_by(9) {
			assert_ok!(JobMarketplace::cancel_job(signed(&Dave.to_account_id()), *job_id));
		}
		// Four bids are all that a node may have open.
		for job_id in [11, 101, 201, 239] {
			assert_ok!(bid(job_id, 1));
		}
		let open: Vec<u64> = jobs.iter().copied().filter(|id| id % 9 != 0).rev().collect();
		let listed = |n: u32, scope, limit| {
			let (jobs, _) = walk(|cursor| market::open_jobs(did(n), scope, cursor, limit), limit);
			jobs
		};
		let ids = |n, scope, limit| {
			listed(n, scope, limit).into_iter().map(|job| job.job_id).collect::<Vec<_>>()
		};
		for limit in [7, 100] {
			assert_eq!(ids(0, JobScope::Pending, limit), open);
			assert_eq!(ids(0, JobScope::Biddable, limit), open);
			assert_eq!(ids(1, JobScope::Pending, limit), open);
			assert!(ids(1, JobScope::Biddable, limit).is_empty());
		}
		for n in 0..2 {
			for job in listed(n, JobScope::Pending, 100) {
				assert_eq!(job.answer, JobMarketplace::can_bid(job.job_id, did(n)));
				let done = outcome(|| bid(job.job_id, n));
				assert_eq!(done.is_ok(), job.answer.is_ok(), "{done:?}, {:?}", job.answer);
			}
		}

		// Bidding is over: nothing to bid on, and the jobs are still listed with the reason.
		set_clock(1_010);
		assert_eq!(ids(0, JobScope::Pending, 100), open);
		assert!(ids(0, JobScope::Biddable, 100).is_empty());
		set_clock(1_000 + pallet_job_marketplace::MAX_BIDDING);
		assert!(ids(0, JobScope::Pending, 100).is_empty());
		let late = submit();
		// It has missed its heartbeats meanwhile.
		assert!(ids(0, JobScope::Biddable, 100).is_empty());
		switch_on(0);
		assert_eq!(ids(0, JobScope::Biddable, 100), [late]);
	});
}

#[test]
fn old_jobs_do_not_slow_the_list_of_open_ones() {
	with_nodes(1, || {
		(0..1_500).for_each(|_| {
			submit();
		});
		set_clock(2_000);
		switch_on(0);
		let late = submit();
		let page = market::open_jobs(did(0), JobScope::Biddable, None, 100).unwrap();
		assert_eq!(page.items.iter().map(|job| job.job_id).collect::<Vec<_>>(), [late]);
		assert_eq!(page.next, None);
	});
}

#[test]
fn a_jobs_page_is_the_pallets() {
	with_nodes(2, || {
		let job_id = submit();
		assert_ok!(bid(job_id, 0));
		let page: Option<JobPage<AccountId, Balance, BlockNumber>> = ask("MarketApi_job", job_id);
		let page = page.unwrap();
		assert_eq!(Some(page.clone()), JobMarketplace::job_page(job_id));
		assert_eq!((page.now, page.record.status), (1_000, JobStatus::Pending));
		assert_eq!(page.bids.len(), 1);
		let none: Option<JobPage<AccountId, Balance, BlockNumber>> = ask("MarketApi_job", u64::MAX);
		assert_eq!(none, None);
	});
}

/// A node with work in every state, bids won and lost, and a slash: number of the node 0, another
/// node 1 that bids and works too.
fn busy_node() {
	assert_ok!(GPURegistry::set_capacity(signed(&owner(0)), did(0), 8));
	assert_ok!(GPURegistry::set_capacity(signed(&owner(1)), did(1), 8));
	// So that it is above the minimum after the slash.
	assert_ok!(GPURegistry::add_stake(signed(&owner(0)), did(0), 100 * EDSC));
	let take = |n: u32| {
		let job_id = submit();
		assert_ok!(bid(job_id, n));
		assign(job_id, n);
		job_id
	};
	// A no-show, slashed.
	take(0);
	set_clock(Clock::current_block_number() + 30);
	assert_ok!(JobMarketplace::expire_job(signed(&owner(1)), 0).map(|_| ()));
	for step in 0..5 {
		let job_id = take(0);
		if step > 0 {
			start(job_id, 0);
		}
		if step > 1 {
			complete(job_id, 0, 500);
		}
		if step == 3 {
			assert_ok!(JobMarketplace::dispute_job(
				signed(&Dave.to_account_id()),
				job_id,
				pallet_job_marketplace::DisputeReason::Other,
				[2; 32]
			));
		}
		if step == 4 {
			accept(job_id);
		}
	}
	// Work of the other node, with a losing bid on it, and an open bid of each.
	let lost = submit();
	assert_ok!(bid(lost, 0));
	assert_ok!(bid(lost, 1));
	assign(lost, 1);
	let open = submit();
	assert_ok!(bid(open, 0));
	assert_ok!(bid(open, 1));
}

fn entries(n: u32, limit: u32) -> Vec<Entry> {
	walk(|cursor| market::earnings(did(n), cursor, limit).map(|answer| answer.entries), limit).0
}

#[test]
fn earnings_agree_with_registry_holds_and_slashes() {
	with_nodes(2, || {
		busy_node();
		let found = entries(0, 100);
		for limit in [1, 2, 3] {
			assert_eq!(entries(0, limit), found);
		}
		let (mut at_risk, mut work, mut bonds, mut slashed) = (0, vec![], 0, 0);
		for entry in &found {
			match entry {
				EarningsEntry::Job {
					share: NodeShare::Work { status, at_risk: risk, payout, .. },
					..
				} => {
					at_risk += risk;
					work.push(*status);
					let parts =
						payout.fee + payout.royalty + payout.parent_royalty + payout.provider;
					assert_eq!(parts, payout.gross);
				}
				EarningsEntry::Job { share: NodeShare::Bid { bid, .. }, .. } => bonds += bid.bond,
				EarningsEntry::Slash { view, .. } => slashed += view.slash.amount,
			}
		}
		let load = NodeLoads::<Runtime>::get(hash(0));
		assert_eq!(at_risk, load.exposure);
		use JobStatus::*;
		assert_eq!(work, [Disputed, Completed, Processing, Assigned], "the latest first");
		assert_eq!(bonds, 2 * BidBond::get());
		let pot = Balances::free_balance(Reputation::held_slashes_account());
		assert_eq!(slashed, pot - ai_compute_pbc_runtime::EXISTENTIAL_DEPOSIT);
		assert!(slashed > 0);

		let answer = market::earnings(did(0), None, 1).unwrap();
		assert_eq!((answer.node, answer.owner), (hash(0), Some(owner(0))));
		// Both nodes are of one owner.
		let reason: RuntimeHoldReason = pallet_job_marketplace::HoldReason::BidBond.into();
		assert_eq!(answer.bid_bonds, Balances::balance_on_hold(&reason, &owner(0)));
		assert_eq!(answer.bid_bonds, 3 * BidBond::get());
		assert_eq!(answer.registration, GPURegistry::node_view(did(0)));
		assert_eq!(answer.standing.jobs_completed, 1);
		let stake = MinimumStake::get() + 100 * EDSC - slashed;
		assert_eq!(answer.registration.unwrap().stake, stake);
	});
}

#[test]
fn what_a_job_is_said_to_pay_is_paid() {
	with_nodes(1, || {
		let job_id = submit();
		assert_ok!(bid(job_id, 0));
		assign(job_id, 0);
		start(job_id, 0);
		complete(job_id, 0, 321);
		let Some(EarningsEntry::Job { share: NodeShare::Work { payout, .. }, .. }) =
			entries(0, 1).pop()
		else {
			panic!("unpaid work")
		};
		assert_eq!(payout.gross, 321 * PRICE);
		let before = Balances::free_balance(owner(0));
		accept(job_id);
		assert_eq!(Balances::free_balance(owner(0)) - before, payout.provider);
		assert!(entries(0, 100).is_empty());
	});
}

#[test]
fn the_walk_over_earnings_ends_with_the_last_thing_that_is_counted() {
	with_nodes(2, || {
		(0..2_300).for_each(|_| {
			submit();
		});
		let pages = |n: u32| {
			walk(|cursor| market::earnings(did(n), cursor, 100).map(|answer| answer.entries), 100).1
		};
		assert_eq!(pages(0), 1, "nothing to look for");
		let recent = submit();
		assert_ok!(bid(recent, 0));
		assert_eq!(pages(0), 1);
		// What lies far back is found.
		assert_ok!(bid(3, 1));
		assert_eq!(pages(1), 3);
		assert_eq!(entries(1, 100).len(), 1);
	});
}

#[test]
fn earnings_of_a_node_that_left_show_what_still_unbonds() {
	with_nodes(1, || {
		assert_ok!(GPURegistry::deregister_node(signed(&owner(0)), did(0)));
		let answer = market::earnings(did(0), None, 100).unwrap();
		assert_eq!((answer.registration, answer.owner), (None, Some(owner(0))));
		assert_eq!(answer.unbonding.len(), 1);
		assert_eq!(answer.unbonding[0].amount, MinimumStake::get());
		let nobody = market::earnings(b"did:etrid:gpu:nobody".to_vec(), None, 100).unwrap();
		assert_eq!((nobody.owner, nobody.unbonding.len(), nobody.bid_bonds), (None, 0, 0));
		assert!(nobody.entries.items.is_empty() && nobody.entries.next.is_none());
	});
}

#[test]
fn a_model_is_shown_with_its_lineage() {
	with_nodes(1, || {
		let (parent, child) = (b"did:etrid:ai:llm:parent", b"did:etrid:ai:llm:child");
		model(parent, &owner(0), None);
		let welcome = pallet_ai_models::Descendants::Welcome { share_bps: 2_500 };
		assert_ok!(AIModels::set_descendants(signed(&owner(0)), parent.to_vec(), welcome));
		model(child, &owner(0), Some(parent));
		let answer = market::model(child.to_vec()).unwrap();
		assert_eq!(Some(answer.page), AIModels::model(child.to_vec()));
		assert_eq!(answer.lineage.len(), 1);
		assert_eq!(answer.lineage[0].did.as_bytes(), parent);
		assert_eq!((answer.lineage[0].share_bps, answer.lineage[0].royalty_bps), (2_500, 1_000));
		assert_eq!(market::model(b"did:etrid:ai:llm:none".to_vec()), None);
		assert_eq!(market::model(b"x".to_vec()), None);
	});
}

#[test]
fn questions_out_of_bounds_are_refused() {
	with_nodes(1, || {
		use QueryError::*;
		for limit in [0, 101, u32::MAX] {
			assert_eq!(market::nodes(vec![], None, limit).unwrap_err(), InvalidLimit);
			let scope = JobScope::Pending;
			assert_eq!(market::open_jobs(did(0), scope, None, limit).unwrap_err(), InvalidLimit);
			assert_eq!(market::earnings(did(0), None, limit).unwrap_err(), InvalidLimit);
			assert_eq!(market::model_hosts(did(0), None, limit).unwrap_err(), InvalidLimit);
		}
		let bad = || b"node".to_vec();
		assert_eq!(market::open_jobs(bad(), JobScope::Pending, None, 1).unwrap_err(), InvalidDid);
		assert_eq!(market::earnings(bad(), None, 1).unwrap_err(), InvalidDid);
		assert_eq!(market::model_hosts(bad(), None, 1).unwrap_err(), InvalidDid);
		assert_eq!(
			market::open_jobs(did(9), JobScope::Pending, None, 1).unwrap_err(),
			NodeNotFound
		);
		let many = vec![NodeCriterion::FreeSlot; 17];
		assert_eq!(market::nodes(many, None, 1).unwrap_err(), TooManyCriteria);
		// As a node asks: an error is an answer.
		let answer: Result<market::NodePage, QueryError> = ask(
			"MarketApi_nodes",
			(Vec::<NodeCriterion<Balance>>::new(), None::<Vec<u8>>, 1_000u32),
		);
		assert_eq!(answer.unwrap_err(), InvalidLimit);
		let node: Option<pallet_gpu_registry::NodeView<AccountId, Balance>> =
			ask("MarketApi_node", did(0));
		assert_eq!(node, GPURegistry::node_view(did(0)));
	});
}

#[test]
fn no_cursor_panics() {
	with_nodes(3, || {
		busy_node();
		assert_ok!(AIModels::host_model(signed(&owner(0)), MODEL.to_vec(), did(0)));
		let asked = |cursor: Vec<u8>, limit| {
			let cursor = Some(cursor);
			let hosts = vec![NodeCriterion::Hosts(MODEL.to_vec())];
			[
				market::nodes(vec![], cursor.clone(), limit).err(),
				market::nodes(hosts, cursor.clone(), limit).err(),
				market::open_jobs(did(0), JobScope::Pending, cursor.clone(), limit).err(),
				market::earnings(did(0), cursor.clone(), limit).err(),
				market::model_hosts(MODEL.to_vec(), cursor, limit).err(),
			]
		};
		let kinds = prop_oneof![
			prop::collection::vec(any::<u8>(), 0..300),
			// Of the right length for each list.
			prop::collection::vec(any::<u8>(), 8..=8),
			prop::collection::vec(any::<u8>(), 32..=32),
			prop::collection::vec(any::<u8>(), 32..=32).prop_map(|tail| [vec![1], tail].concat()),
			prop::collection::vec(any::<u8>(), 8..=8).prop_map(|tail| [vec![1], tail].concat()),
			prop::collection::vec(any::<u8>(), 12..=12).prop_map(|tail| [vec![0], tail].concat()),
			(any::<u64>(), any::<u32>())
				.prop_map(|(job, missing)| (0u8, job % 12, missing).encode()),
			(0u32..9).prop_map(|n| [vec![0], did(n).encode()].concat()),
		];
		let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
			cases: 400,
			..ProptestConfig::default()
		});
		runner
			.run(&(kinds, 0u32..110), |(cursor, limit)| {
				for error in asked(cursor, limit).into_iter().flatten() {
					let allowed = [QueryError::InvalidCursor, QueryError::InvalidLimit];
					prop_assert!(allowed.contains(&error), "{:?}", error);
				}
				Ok(())
			})
			.unwrap();
	});
}
