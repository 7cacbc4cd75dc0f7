//! Runtime and helpers for the tests.

use crate::{self as pallet_gpu_registry, GPUNodes, GPUProfileOf, HoldReason};
use ai_compute_primitives::{Did, DidAuthority, DidHash, FeePolicy};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32},
};
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

pub const START_BALANCE: Balance = 1_000_000;
pub const ED: Balance = 5;
pub const MIN_STAKE: Balance = 1_000;
pub const PERIOD: u32 = 14_400;

pub const DID: &[u8] = b"did:etrid:gpu:node-1";
pub const OTHER_DID: &[u8] = b"did:etrid:gpu:node-2";

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
	pub type GpuRegistry = pallet_gpu_registry;
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
	pub static Entropy: Option<[u8; 32]> = None;
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

pub struct Dids;
impl DidAuthority<AccountId> for Dids {
	fn controller(did: &Did) -> Option<AccountId> {
		Controllers::get().get(did).copied()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn anchor(did: &Did, controller: &AccountId) {
		Controllers::mutate(|map| map.insert(did.clone(), *controller));
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
	type DidAuthority = Dids;
	type FeePolicy = Fees;
	type Randomness = Entropy;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type MinimumStake = ConstU128<MIN_STAKE>;
	type ExposureFactor = ConstU32<1>;
	type MaxGPUNodes = ConstU32<6>;
	type MaxNodesPerOwner = ConstU32<3>;
	type MaxCapacity = ConstU32<8>;
	type MaxUnbondingChunks = ConstU32<3>;
	type InitialReputationScore = ConstU32<5_000>;
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
			Entropy::set(None);
			Controllers::set(BTreeMap::new());
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(GpuRegistry::do_try_state());
		})
	}
}

/// Runs a test on a chain where Alice registered [`DID`] with a stake of 3 000.
pub fn with_node(test: impl FnOnce(DidHash)) {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_ok!(register(ALICE, DID, 3_000));
		System::reset_events();
		test(hash(DID));
	})
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn anchor(did: &[u8], controller: AccountId) {
	Controllers::mutate(|map| map.insert(parse(did), controller));
}

pub fn register(owner: AccountId, did: &[u8], stake: Balance) -> DispatchResult {
	GpuRegistry::register_node(
		signed(owner),
		did.to_vec(),
		b"NVIDIA H100 80GB".to_vec(),
		80,
		16_896,
		b"US-WEST-2".to_vec(),
		stake,
	)
}

pub fn leave(owner: AccountId, did: &[u8]) -> DispatchResult {
	GpuRegistry::deregister_node(signed(owner), did.to_vec())
}

pub fn parse(did: &[u8]) -> Did {
	Did::parse(did).unwrap()
}

pub fn hash(did: &[u8]) -> DidHash {
	parse(did).hash()
}

/// The stored profile of a registered node.
pub fn profile(did: &[u8]) -> GPUProfileOf<Test> {
	GPUNodes::<Test>::get(parse(did)).unwrap()
}

pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Stake.into(), &who)
}

/// Lets ticks pass.
pub fn wait(ticks: u32) {
	Now::mutate(|now| *now += ticks);
}

/// Moves to the first tick of the next heartbeat round.
pub fn next_round() {
	let round = GpuRegistry::heartbeat_round();
	Now::set((round.start + u64::from(round.len)) as u32);
}

/// Moves to the first tick of the slot of a node, which must lie ahead.
pub fn to_slot(did: &[u8]) {
	let (opens_at, _) = GpuRegistry::heartbeat_round().window(profile(did).index);
	assert!(opens_at >= u64::from(Now::get()), "the slot lies behind");
	Now::set(opens_at as u32);
}

/// Lets a node miss more rounds than it may.
pub fn lapse() {
	(0..5).for_each(|_| next_round());
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet()
}
