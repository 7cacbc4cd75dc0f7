//! A runtime of the pallet with a registry of its own, and helpers for the tests.

use crate::{self as pallet_reputation, *};
use ai_compute_primitives::{
	Did, DidHash, FeePolicy, JobEnd, JobOutcome, JobReport, NodeInspect, NodeStatus, NodeSummary,
	SlashStake, StandingMutate,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	storage::with_storage_layer,
	storage_alias,
	traits::{
		fungible::{InspectHold, Mutate},
		tokens::Preservation,
		ConstU128, ConstU32,
	},
	Identity, PalletId,
};
use frame_system::EnsureRoot;
use scale_info::TypeInfo;
use sp_runtime::{BuildStorage, DispatchError, Percent};

pub type AccountId = u64;
pub type Balance = u128;

/// 10^12 units: one token.
pub const TOKEN: Balance = 1_000_000_000_000;
pub const ED: Balance = 500;
pub const SLASH: Balance = 100 * TOKEN;
pub const STAKE: Balance = 1_000 * TOKEN;
pub const START_BALANCE: Balance = 10_000 * TOKEN;
/// Appeal period and cooling period of the initial parameters.
pub const DAY: u32 = 14_400;
pub const ARBITRATION: u32 = 43_200;
pub const HALF_LIFE: u32 = 432_000;

/// Owns node 0, and so on.
pub const OWNERS: [AccountId; 3] = [10, 11, 12];
pub const OWNER: AccountId = OWNERS[0];
pub const REQUESTER: AccountId = 1;
pub const STRANGER: AccountId = 2;
pub const TREASURY: AccountId = 50;
/// Decides appeals.
pub const ARBITER: AccountId = 60;
/// Owns nothing.
pub const PAUPER: AccountId = 99;
/// Where the mock registry keeps all stakes.
const VAULT: AccountId = 1_000;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(14)]
	pub type Reputation = pallet_reputation;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

parameter_types! {
	/// A clock apart from the block number, so that no test passes with the wrong one.
	pub static Now: u32 = 1_000;
	pub const ReputationPot: PalletId = PalletId(*b"ac/reput");
}

frame_support::ord_parameter_types! {
	pub const ArbiterAccount: AccountId = ARBITER;
}

pub struct Clock;
impl sp_runtime::traits::BlockNumberProvider for Clock {
	type BlockNumber = u32;
	fn current_block_number() -> u32 {
		Now::get()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn set_block_number(now: u32) {
		Now::set(now);
	}
}

pub struct MockFees;
impl FeePolicy<AccountId> for MockFees {
	fn platform_fee() -> Percent {
		Percent::from_percent(5)
	}
	fn fee_account() -> AccountId {
		TREASURY
	}
}

impl Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Nodes = MockRegistry;
	type Stake = MockRegistry;
	type Standing = MockRegistry;
	type Fees = MockFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type ArbiterOrigin = frame_system::EnsureSignedBy<ArbiterAccount, AccountId>;
	type PalletId = ReputationPot;
	type InitialReputationScore = ConstU32<5_000>;
	type SlashingAmount = ConstU128<SLASH>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = MockRegistry;
}

// ---- registry

/// What the mock registry knows of a DID. Real money of the stake lies in the vault.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Node {
	pub owner: AccountId,
	pub stake: Balance,
	pub registered: bool,
	pub suspended: bool,
	pub score: u32,
}

#[storage_alias]
pub type Nodes = StorageMap<MockRegistry, Identity, DidHash, Node>;

fn with_node<R>(node: &DidHash, change: impl FnOnce(&mut Node) -> R) -> R {
	Nodes::mutate(node, |known| {
		change(known.get_or_insert(Node {
			owner: 0,
			stake: 0,
			registered: false,
			suspended: false,
			score: 5_000,
		}))
	})
}

pub struct MockRegistry;

impl NodeInspect<AccountId, Balance> for MockRegistry {
	fn node(did: &Did) -> Option<NodeSummary<AccountId, Balance>> {
		let node = Nodes::get(did.hash()).filter(|node| node.registered)?;
		let status = if node.suspended { NodeStatus::Suspended } else { NodeStatus::Active };
		Some(NodeSummary {
			owner: node.owner,
			status,
			vram_gb: 24,
			location: Default::default(),
			stake: node.stake,
			sufficiently_staked: node.stake >= STAKE,
			reputation: node.score,
			did_active: true,
		})
	}
	fn is_related(did: &Did, who: &AccountId) -> bool {
		Nodes::get(did.hash()).is_some_and(|node| node.owner == *who)
	}
}

impl SlashStake<AccountId, Balance> for MockRegistry {
	fn slashable(node: &DidHash) -> Balance {
		Nodes::get(node).map_or(0, |node| node.stake)
	}
	fn slash(node: &DidHash, amount: Balance, to: &AccountId) -> Result<Balance, DispatchError> {
		let amount = amount.min(Self::slashable(node));
		if amount == 0 {
			return Ok(0);
		}
		with_storage_layer::<_, DispatchError, _>(|| Ok(()))?;
		let pay = |to: &AccountId| {
			with_storage_layer(|| {
				<Balances as Mutate<_>>::transfer(&VAULT, to, amount, Preservation::Preserve)
			})
		};
		if pay(to).is_err() {
			pay(&TREASURY).expect("the fee account exists");
		}
		with_node(node, |node| node.stake -= amount);
		Ok(amount)
	}
}

impl StandingMutate for MockRegistry {
	fn score(node: &DidHash) -> u32 {
		Nodes::get(node).map_or(5_000, |node| node.score)
	}
	fn set_score(node: &DidHash, score: u32) {
		with_node(node, |node| node.score = score.min(10_000));
	}
	fn suspend(node: &DidHash) {
		with_node(node, |node| node.suspended = true);
	}
	fn reinstate(node: &DidHash) {
		with_node(node, |node| node.suspended = false);
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl ai_compute_primitives::NodeMutate<AccountId, Balance> for MockRegistry {
	fn open_bid(_: &Did) -> sp_runtime::DispatchResult {
		Ok(())
	}
	fn close_bid(_: &DidHash) {}
	fn assign(_: &Did, _: Balance) -> sp_runtime::DispatchResult {
		Ok(())
	}
	fn free_slot(_: &DidHash) {}
	fn release(_: &DidHash, _: Balance) {}
	fn job_settled(_: &Did) {}
	fn register_for_benchmark(did: &Did, owner: &AccountId, stake: Balance) {
		stake_node(&did.hash(), *owner, stake);
	}
}

/// Registers a node, with new money.
fn stake_node(node: &DidHash, owner: AccountId, stake: Balance) {
	assert_ok!(Balances::mint_into(&VAULT, stake));
	with_node(node, |node| {
		node.owner = owner;
		node.stake += stake;
		node.registered = true;
	});
}

// ---- helpers

pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		let rich = [REQUESTER, STRANGER, TREASURY, ARBITER, VAULT].into_iter().chain(OWNERS);
		pallet_balances::GenesisConfig::<Test> {
			balances: rich.map(|who| (who, START_BALANCE)).collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		pallet_reputation::GenesisConfig::<Test>::default()
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			Now::set(1_000);
			for n in 0..3u8 {
				stake_node(&node(n), OWNERS[usize::from(n)], 2 * STAKE);
			}
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			System::reset_events();
			let issuance = Balances::total_issuance();
			test();
			assert_ok!(Reputation::do_try_state());
			assert_eq!(Balances::total_issuance(), issuance, "money appeared or disappeared");
		})
	}
}

/// Runs a test on a chain with three nodes of twice the minimum stake.
pub fn run(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(test)
}

/// DID of node `n` as a call takes it.
pub fn did(n: u8) -> Vec<u8> {
	format!("did:etrid:gpu:node-{n}").into_bytes()
}

/// Hash of the DID of node `n`.
pub fn node(n: u8) -> DidHash {
	Did::parse(did(n)).unwrap().hash()
}

/// Node 0 in the registry.
pub fn registered() -> Node {
	Nodes::get(node(0)).unwrap()
}

pub fn change_node(n: u8, change: impl FnOnce(&mut Node)) {
	with_node(&node(n), change);
}

/// The end of a job of node 0 for [`REQUESTER`] with 200 tokens at risk and a fee of one token.
pub fn end(outcome: JobOutcome) -> JobEnd<AccountId, Balance> {
	end_of(0, outcome)
}

/// The same for node `n`.
pub fn end_of(n: u8, outcome: JobOutcome) -> JobEnd<AccountId, Balance> {
	let paid = matches!(outcome, JobOutcome::OnTime | JobOutcome::Late | JobOutcome::Undecided);
	JobEnd {
		job: 7,
		node: node(n),
		owner: OWNERS[usize::from(n)],
		payer: REQUESTER,
		outcome,
		at_risk: 200 * TOKEN,
		fee_paid: if paid { TOKEN } else { 0 },
	}
}

/// Reports an end of a job of node 0.
pub fn report(outcome: JobOutcome) {
	assert_ok!(Reputation::outcome(&end(outcome)));
}

/// Reports `times` jobs that node 0 delivered in time for a very high fee, each worth nearly a whole
/// outcome, without the limit per window.
pub fn prove(times: u32) {
	let limit = Parameters::<Test>::get().gain_limit;
	Parameters::<Test>::mutate(|p| p.gain_limit = 1_000);
	for _ in 0..times {
		assert_ok!(Reputation::outcome(&JobEnd {
			fee_paid: 1_000_000 * TOKEN,
			..end(JobOutcome::OnTime)
		}));
	}
	Parameters::<Test>::mutate(|p| p.gain_limit = limit);
}

/// Reports a no-show and says the number of its slash.
pub fn no_show() -> SlashId {
	report(JobOutcome::NoShow);
	NextSlashId::<Test>::get() - 1
}

/// A slash that node 0's owner has appealed.
pub fn appealed() -> SlashId {
	let slash_id = no_show();
	assert_ok!(Reputation::appeal_slash(signed(OWNER), slash_id));
	slash_id
}

/// The score that the registry has for node 0.
pub fn score() -> u32 {
	registered().score
}

/// What is known of node 0.
pub fn known() -> NodeReputationOf<Test> {
	Reputations::<Test>::get(node(0)).unwrap()
}

pub fn slash(slash_id: SlashId) -> SlashRecordOf<Test> {
	Slashes::<Test>::get(slash_id).unwrap()
}

pub fn set(change: impl FnOnce(&mut ParametersOf<Test>)) {
	let mut parameters = Parameters::<Test>::get();
	change(&mut parameters);
	assert_ok!(Reputation::set_parameters(RuntimeOrigin::root(), parameters));
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

pub fn bond_of(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::AppealBond.into(), &who)
}

/// What the pallet's account has beyond its existential deposit.
pub fn in_pot() -> Balance {
	free(Reputation::pot()) - ED
}

/// Lets ticks pass.
pub fn wait(ticks: u32) {
	Now::mutate(|now| *now += ticks);
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}

/// Runs `f` inside `depth` storage layers, as nested batches would.
pub fn nested(depth: u32, f: &mut dyn FnMut()) {
	if depth == 0 {
		return f();
	}
	let result: sp_runtime::DispatchResult = with_storage_layer(|| {
		nested(depth - 1, f);
		Ok(())
	});
	assert_ok!(result);
}
