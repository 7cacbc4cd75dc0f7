//! Runtime and helpers for the tests.

use crate::{
	self as pallet_aidid, AIKey, AIProfile, AIType, Capabilities, HoldReason, Modality,
	ModelAttestation, Permission, Restrictions, SafetyProfile, Task,
};
use ai_compute_primitives::{Did, ModelUsage};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32},
};
use sp_runtime::{BuildStorage, DispatchResult};

pub type AccountId = u64;
pub type Balance = u128;

/// Controls [`AI`].
pub const ALICE: AccountId = 1;
/// Asks for jobs.
pub const BOB: AccountId = 2;
/// Runs jobs.
pub const CAROL: AccountId = 3;
/// Owns nothing.
pub const PAUPER: AccountId = 99;

pub const START_BALANCE: Balance = 1_000_000;
pub const DEPOSIT: Balance = 1_000;
pub const BYTE: Balance = 2;
pub const PERMISSION: Balance = 100;
pub const MAX_AIS: u32 = 4;
pub const MAX_PERMISSIONS: u32 = 3;
pub const PERIOD: u32 = 50;
pub const MINIMUM_PAID: Balance = 20;

pub const AI: &[u8] = b"llama-3";
pub const OTHER_AI: &[u8] = b"mixtral";

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
	pub type Aidid = pallet_aidid;
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
	/// Deposit for a byte; changed where a runtime upgrade would change it.
	pub static BytePrice: Balance = BYTE;
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
	type ByteDeposit = BytePrice;
	type PermissionDeposit = ConstU128<PERMISSION>;
	type MaxAIsPerController = ConstU32<MAX_AIS>;
	type MaxPermissions = ConstU32<MAX_PERMISSIONS>;
	type RightsPeriod = ConstU32<PERIOD>;
	type MinimumPaid = ConstU128<MINIMUM_PAID>;
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
			BytePrice::set(BYTE);
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(Aidid::do_try_state());
		})
	}
}

/// Runs a test on a chain where Alice controls the language model [`AI`].
pub fn with_ai(test: impl FnOnce(AIKey)) {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(register(ALICE, AI));
		System::reset_events();
		test(key(AI));
	})
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn register(controller: AccountId, identifier: &[u8]) -> DispatchResult {
	Aidid::register_ai(
		signed(controller),
		identifier.to_vec(),
		AIType::LLM,
		profile(AIType::LLM).into(),
	)
}

pub fn key(identifier: &[u8]) -> AIKey {
	AIType::LLM.key(identifier)
}

pub fn did(identifier: &[u8]) -> Did {
	Did::parse(AIType::LLM.did_bytes(identifier)).unwrap()
}

pub fn bytes<const N: u32>(text: &[u8]) -> crate::Text<N> {
	text.to_vec().try_into().unwrap()
}

pub fn profile(ai_type: AIType) -> AIProfile {
	AIProfile {
		ai_type,
		version: bytes(b"3.1"),
		architecture: bytes(b"transformer"),
		parameters: bytes(b"70B"),
		capabilities: Capabilities {
			tasks: vec![Task::TextGeneration].try_into().unwrap(),
			input_modalities: vec![Modality::Text].try_into().unwrap(),
			output_modalities: vec![Modality::Code].try_into().unwrap(),
			languages: vec![bytes(b"en")].try_into().unwrap(),
			max_context: Some(128_000),
			max_output: Some(8_000),
		},
		restrictions: Restrictions::default(),
		safety: SafetyProfile { alignment_method: bytes(b"RLHF"), ..Default::default() },
	}
}

pub fn attestation() -> ModelAttestation {
	ModelAttestation {
		model_hash: [7; 32],
		training_data_hash: bytes(b"QmData"),
		version: bytes(b"3.1"),
		training_date: 1_700_000_000,
		reproducible: false,
		benchmarks: vec![crate::Benchmark { name: bytes(b"MMLU"), score: 8_670 }]
			.try_into()
			.unwrap(),
	}
}

pub fn permission(action: &[u8], resource: &[u8], conditions: &[&[u8]]) -> Permission {
	Permission {
		action: bytes(action),
		resource: bytes(resource),
		conditions: conditions.iter().map(|c| bytes(c)).collect::<Vec<_>>().try_into().unwrap(),
	}
}

pub fn grant(who: AccountId, did_hash: AIKey, permission: Permission) -> DispatchResult {
	Aidid::grant_permission(signed(who), did_hash, permission.into())
}

/// The market tells of a settled job for [`AI`].
pub fn settle(requester: AccountId, provider: AccountId, paid: Balance) {
	Aidid::job_settled(&did(AI), &requester, &provider, 10, paid, 0);
}

pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Deposit.into(), &who)
}

/// What is on hold for the record of an AI.
pub fn deposit_of(did_hash: AIKey) -> Balance {
	crate::AIIdentities::<Test>::get(did_hash).unwrap().deposit
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet()
}
