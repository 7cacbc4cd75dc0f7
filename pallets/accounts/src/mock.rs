//! Runtime and helpers for the tests.

use crate::{self as pallet_accounts, AccountData, Accounts, Amount, HoldReason, TokenType};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64},
};
use sp_runtime::{BuildStorage, DispatchResult};

pub type AccountId = u64;
pub type Balance = u128;

/// Owns an account with guardians.
pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
/// Guardians of Alice.
pub const GUARDS: [AccountId; 3] = [11, 12, 13];
/// Alice's new account.
pub const NEW: AccountId = 21;
/// Another account, which Alice does not have.
pub const WRONG: AccountId = 22;
/// Owns nothing.
pub const PAUPER: AccountId = 99;

pub const START_BALANCE: Balance = 10_000;
pub const ED: Balance = 5;
pub const MINIMUM: Amount = 10;
pub const CONFIG: Balance = 100;
pub const GUARDIAN: Balance = 20;
pub const INITIATION: Balance = 50;
pub const MIN_DELAY: u32 = 10;
pub const MAX_DELAY: u32 = 1_000;
pub const PERIOD: u32 = 200;
/// Delay of Alice's recovery.
pub const DELAY: u32 = 100;

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
	pub type Ledger = pallet_accounts;
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
	/// Deposit for a configuration; changed where a runtime upgrade would change it.
	pub static ConfigPrice: Balance = CONFIG;
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
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type MinimumBalance = ConstU64<MINIMUM>;
	type ConfigDeposit = ConfigPrice;
	type GuardianDeposit = ConstU128<GUARDIAN>;
	type InitiationDeposit = ConstU128<INITIATION>;
	type MinRecoveryDelay = ConstU32<MIN_DELAY>;
	type MaxRecoveryDelay = ConstU32<MAX_DELAY>;
	type RecoveryPeriod = ConstU32<PERIOD>;
	type WeightInfo = ();
}

pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: [ALICE, BOB, NEW]
				.into_iter()
				.chain(GUARDS)
				.map(|who| (who, START_BALANCE))
				.collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			Now::set(1_000);
			ConfigPrice::set(CONFIG);
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(Ledger::do_try_state());
		})
	}
}

/// Runs a test on a chain where Alice has tokens, and two of three guardians can recover them.
pub fn with_guardians(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(mint(ALICE, TokenType::ETR, 1_000));
		assert_ok!(mint(ALICE, TokenType::ETD, 500));
		assert_ok!(create(ALICE, &GUARDS, 2));
		System::reset_events();
		test();
	})
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn mint(to: AccountId, token: TokenType, amount: Amount) -> DispatchResult {
	match token {
		TokenType::ETR => Ledger::mint_etr(RuntimeOrigin::root(), to, amount),
		TokenType::ETD => Ledger::mint_etd(RuntimeOrigin::root(), to, amount),
	}
}

pub fn transfer(
	from: AccountId,
	to: AccountId,
	token: TokenType,
	amount: Amount,
) -> DispatchResult {
	Ledger::transfer(signed(from), to, token, amount)
}

pub fn create(who: AccountId, guardians: &[AccountId], threshold: u32) -> DispatchResult {
	Ledger::create_recovery(signed(who), guardians.to_vec(), threshold, DELAY)
}

pub fn initiate(who: AccountId, new: AccountId) -> DispatchResult {
	Ledger::initiate_recovery(signed(who), ALICE, new)
}

pub fn approve(who: AccountId) -> DispatchResult {
	Ledger::approve_recovery(signed(who), ALICE)
}

pub fn approve_for(who: AccountId, new: AccountId) -> DispatchResult {
	Ledger::approve_recovery_for(signed(who), ALICE, new)
}

pub fn execute() -> DispatchResult {
	Ledger::execute_recovery(signed(PAUPER), ALICE)
}

pub fn pass(ticks: u32) {
	Now::mutate(|now| *now += ticks);
}

pub fn entry(who: AccountId) -> AccountData {
	Accounts::<Test>::get(who)
}

/// Balances of ETR and ETD.
pub fn tokens(who: AccountId) -> (Amount, Amount) {
	(entry(who).etr_balance, entry(who).etd_balance)
}

pub fn held(reason: HoldReason, who: AccountId) -> Balance {
	Balances::balance_on_hold(&reason.into(), &who)
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet()
}
