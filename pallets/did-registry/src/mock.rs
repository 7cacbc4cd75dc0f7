//! Runtime and helpers for the tests.

use crate::{self as pallet_did_registry, AccessLevel, HoldReason};
use ai_compute_primitives::{Did, DidHash};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32},
};
use sp_runtime::{BuildStorage, DispatchResult};

pub type AccountId = u64;
pub type Balance = u128;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
/// Owns nothing.
pub const PAUPER: AccountId = 99;

pub const START_BALANCE: Balance = 10_000;
pub const DEPOSIT: Balance = 100;
pub const TOMBSTONE: Balance = 30;
pub const ACCESS: Balance = 10;
pub const MAX_DIDS: u32 = 4;
pub const MAX_ENTRIES: u32 = 3;

pub const DID: &[u8] = b"did:etrid:gpu:node-1";
pub const OTHER_DID: &[u8] = b"did:etrid:org:acme";

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
	pub type DidRegistry = pallet_did_registry;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<5>;
	type AccountStore = System;
}

parameter_types! {
	/// A clock apart from the block number, so that no test passes with the wrong one.
	pub static Now: u32 = 1_000;
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

impl crate::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type RegistrationDeposit = ConstU128<DEPOSIT>;
	type TombstoneDeposit = ConstU128<TOMBSTONE>;
	type AccessDeposit = ConstU128<ACCESS>;
	type MaxDidsPerOwner = ConstU32<MAX_DIDS>;
	type MaxAccessControlEntries = ConstU32<MAX_ENTRIES>;
	type WeightInfo = ();
}

pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: [ALICE, BOB, CAROL].map(|who| (who, START_BALANCE)).to_vec(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			Now::set(1_000);
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(DidRegistry::do_try_state());
		})
	}
}

/// Runs a test on a chain where Alice owns [`DID`] and Bob controls it.
pub fn with_did(test: impl FnOnce(DidHash)) {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(register(ALICE, DID, BOB));
		System::reset_events();
		test(hash(DID));
	})
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn register(owner: AccountId, did: &[u8], controller: AccountId) -> DispatchResult {
	DidRegistry::register_did(signed(owner), did.to_vec(), controller, b"QmHash".to_vec())
}

pub fn grant(did_hash: DidHash, agent: AccountId, level: AccessLevel) {
	assert_ok!(DidRegistry::grant_access(signed(ALICE), did_hash, agent, level));
}

pub fn hash(did: &[u8]) -> DidHash {
	parse(did).hash()
}

pub fn parse(did: &[u8]) -> Did {
	Did::parse(did).unwrap()
}

pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Deposit.into(), &who)
}

/// Lets the [`DID`] expire.
pub fn expire(did_hash: DidHash) {
	assert_ok!(DidRegistry::set_expiration(signed(ALICE), did_hash, Now::get() + 5));
	Now::mutate(|now| *now += 5);
	System::reset_events();
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet()
}
