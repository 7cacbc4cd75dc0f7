//! Runtime and helpers for the tests.

use crate::{
	self as pallet_ai_models, HoldReason, ModelPageOf, ModelRecordOf, ModelType, Models,
	ParentClaim, Visibility,
};
use ai_compute_primitives::{
	Did, DidAuthority, DidHash, FeePolicy, ModelUsage, NodeInspect, NodeStatus, NodeSummary,
};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32},
};
use sp_core::H256;
use sp_runtime::{BuildStorage, DispatchResult, Percent};
use std::collections::BTreeMap;

pub type AccountId = u64;
pub type Balance = u128;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
pub const TREASURY: AccountId = 50;
/// Owns nothing.
pub const PAUPER: AccountId = 99;

pub const START_BALANCE: Balance = 10_000;
pub const ED: Balance = 5;
pub const DEPOSIT: Balance = 100;
pub const HOST_DEPOSIT: Balance = 7;
pub const MAX_MODELS: u32 = 4;
pub const MAX_VERSIONS: u32 = 3;
pub const MAX_ALLOWED: u32 = 4;
pub const RETENTION: u32 = 500;

pub const DID: &[u8] = b"did:etrid:ai:llm:model-1";
pub const OTHER_DID: &[u8] = b"did:etrid:ai:llm:model-2";
pub const NODE: &[u8] = b"did:etrid:gpu:node-1";
pub const OTHER_NODE: &[u8] = b"did:etrid:gpu:node-2";

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
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type AIModels = pallet_ai_models;
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
	/// Who controls which DID.
	pub static Controllers: BTreeMap<Did, AccountId> = BTreeMap::new();
	/// Registered nodes: owner and VRAM.
	pub static NodeList: BTreeMap<Did, (AccountId, u32)> = BTreeMap::new();
	pub static ModelDeposit: Balance = DEPOSIT;
	pub static NodeDeposit: Balance = HOST_DEPOSIT;
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

pub struct MockDids;
impl DidAuthority<AccountId> for MockDids {
	fn controller(did: &Did) -> Option<AccountId> {
		Controllers::get().get(did).copied()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn anchor(did: &Did, controller: &AccountId) {
		Controllers::mutate(|map| map.insert(did.clone(), *controller));
	}
}

pub struct MockNodes;
impl NodeInspect<AccountId, Balance> for MockNodes {
	fn node(did: &Did) -> Option<NodeSummary<AccountId, Balance>> {
		NodeList::get().get(did).map(|(owner, vram_gb)| NodeSummary {
			owner: *owner,
			status: NodeStatus::Active,
			vram_gb: *vram_gb,
			location: Default::default(),
			stake: 0,
			sufficiently_staked: true,
			reputation: 5_000,
			did_active: true,
		})
	}
	fn is_related(did: &Did, who: &AccountId) -> bool {
		NodeList::get().get(did).is_some_and(|(owner, _)| owner == who)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl ai_compute_primitives::NodeMutate<AccountId, Balance> for MockNodes {
	fn open_bid(_: &Did) -> DispatchResult {
		Ok(())
	}
	fn close_bid(_: &DidHash) {}
	fn assign(_: &Did, _: Balance) -> DispatchResult {
		Ok(())
	}
	fn free_slot(_: &DidHash) {}
	fn release(_: &DidHash, _: Balance) {}
	fn job_settled(_: &Did) {}
	fn register_for_benchmark(did: &Did, owner: &AccountId, _: Balance) {
		NodeList::mutate(|nodes| nodes.insert(did.clone(), (*owner, 80)));
	}
}

pub struct Fees;
impl FeePolicy<AccountId> for Fees {
	fn platform_fee() -> Percent {
		Percent::from_percent(5)
	}
	fn fee_account() -> AccountId {
		TREASURY
	}
}

impl crate::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Dids = MockDids;
	type Nodes = MockNodes;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkNodes = MockNodes;
	type FeePolicy = Fees;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type ModelRegistrationDeposit = ModelDeposit;
	type HostDeposit = NodeDeposit;
	type MaxModelsPerOwner = ConstU32<MAX_MODELS>;
	type MaxVersions = ConstU32<MAX_VERSIONS>;
	type MaxAllowed = ConstU32<MAX_ALLOWED>;
	type VersionRetention = ConstU32<RETENTION>;
	type WeightInfo = ();
}

pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: [ALICE, BOB, CAROL, TREASURY].map(|who| (who, START_BALANCE)).to_vec(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			Now::set(1_000);
			Controllers::set(BTreeMap::new());
			NodeList::set(BTreeMap::new());
			ModelDeposit::set(DEPOSIT);
			NodeDeposit::set(HOST_DEPOSIT);
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(AIModels::do_try_state());
		})
	}
}

/// Runs a test on a chain where Alice registered [`DID`], public, with a royalty of 10 % and a need
/// of 24 GB, and Bob owns the node [`NODE`] with 80 GB.
pub fn with_model(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		anchor(OTHER_DID, BOB);
		add_node(NODE, BOB, 80);
		assert_ok!(register(ALICE, DID));
		System::reset_events();
		test();
	})
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn anchor(did: &[u8], controller: AccountId) {
	Controllers::mutate(|map| map.insert(parse(did), controller));
}

pub fn add_node(did: &[u8], owner: AccountId, vram_gb: u32) {
	NodeList::mutate(|nodes| nodes.insert(parse(did), (owner, vram_gb)));
}

pub fn remove_node(did: &[u8]) {
	NodeList::mutate(|nodes| nodes.remove(&parse(did)));
}

/// The arguments of `register_model`, to be changed one at a time.
#[derive(Clone)]
pub struct Registering {
	pub did: Vec<u8>,
	pub name: Vec<u8>,
	pub version: Vec<u8>,
	pub model_type: ModelType,
	pub uri: Vec<u8>,
	pub min_vram_gb: u32,
	pub license: Vec<u8>,
	pub visibility: Visibility,
	pub parent: Option<ParentClaim>,
	pub royalty_bps: u16,
}

impl Registering {
	pub fn of(did: &[u8]) -> Self {
		Self {
			did: did.to_vec(),
			name: b"Model".to_vec(),
			version: b"1.0".to_vec(),
			model_type: ModelType::LLM,
			uri: b"ipfs://model".to_vec(),
			min_vram_gb: 24,
			license: b"Apache-2.0".to_vec(),
			visibility: Visibility::Public,
			parent: None,
			royalty_bps: 1_000,
		}
	}

	pub fn private(did: &[u8]) -> Self {
		Self { visibility: Visibility::Private, ..Self::of(did) }
	}

	pub fn child_of(did: &[u8], parent: &[u8], max_share_bps: u16) -> Self {
		let parent = Some(ParentClaim { did: parent.to_vec(), max_share_bps });
		Self { parent, ..Self::of(did) }
	}

	pub fn by(self, owner: AccountId) -> DispatchResult {
		AIModels::register_model(
			signed(owner),
			self.did,
			self.name,
			self.version,
			self.model_type,
			H256::repeat_byte(1),
			self.uri,
			self.min_vram_gb,
			self.license,
			self.visibility,
			self.parent,
			self.royalty_bps,
		)
	}
}

pub fn register(owner: AccountId, did: &[u8]) -> DispatchResult {
	Registering::of(did).by(owner)
}

pub fn publish(owner: AccountId, did: &[u8]) -> DispatchResult {
	AIModels::publish_version(
		signed(owner),
		did.to_vec(),
		b"2.0".to_vec(),
		H256::repeat_byte(2),
		Some(H256::repeat_byte(3)),
		Some(H256::repeat_byte(4)),
	)
}

pub fn deprecate(owner: AccountId, did: &[u8]) -> DispatchResult {
	AIModels::deprecate_model(signed(owner), did.to_vec())
}

pub fn deregister(owner: AccountId, did: &[u8]) -> DispatchResult {
	AIModels::deregister_model(signed(owner), did.to_vec()).map(drop).map_err(|error| error.error)
}

pub fn force_remove(did: &[u8]) -> DispatchResult {
	AIModels::force_remove(RuntimeOrigin::root(), did.to_vec(), crate::DepositFate::Return)
		.map(drop)
		.map_err(|error| error.error)
}

pub fn host(who: AccountId, did: &[u8], node: &[u8]) -> DispatchResult {
	AIModels::host_model(signed(who), did.to_vec(), node.to_vec())
}

pub fn unhost(who: AccountId, did: &[u8], node: &[u8]) -> DispatchResult {
	AIModels::unhost_model(signed(who), did.to_vec(), node.to_vec())
}

pub fn offer(owner: AccountId, did: &[u8], to: AccountId) -> DispatchResult {
	AIModels::transfer_model(signed(owner), did.to_vec(), to)
}

pub fn accept(who: AccountId, did: &[u8]) -> DispatchResult {
	AIModels::accept_transfer(signed(who), did.to_vec())
}

/// What the marketplace tells when a job comes and goes.
pub fn open_job(did: &[u8]) {
	<AIModels as ModelUsage<AccountId, Balance>>::job_opened(&parse(did));
}

pub fn close_job(did: &[u8]) {
	<AIModels as ModelUsage<AccountId, Balance>>::job_closed(&parse(did));
}

pub fn parse(did: &[u8]) -> Did {
	Did::parse(did).unwrap()
}

pub fn hash(did: &[u8]) -> DidHash {
	parse(did).hash()
}

/// The stored record of a registered model.
pub fn record(did: &[u8]) -> ModelRecordOf<Test> {
	Models::<Test>::get(hash(did)).unwrap()
}

/// The page of a registered model.
pub fn page(did: &[u8]) -> ModelPageOf<Test> {
	AIModels::model(did.to_vec()).unwrap()
}

pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &who)
}

pub fn host_held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::HostDeposit.into(), &who)
}

/// Lets ticks pass.
pub fn wait(ticks: u32) {
	Now::mutate(|now| *now += ticks);
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet()
}
