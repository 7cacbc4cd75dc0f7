//! Runtime and helpers for the tests.

use crate::{self as pallet_payment_streams, *};
use ai_compute_primitives::{
	FeePolicy, JobId, JobInspect, JobTie, JobTies, RoyaltyPayees, SigningKey, TieRefusal,
	TiedPayment,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok, derive_impl, parameter_types, storage_alias,
	traits::{
		fungible::{InspectHold, Mutate},
		ConstU128,
	},
	PalletId,
};
use payment_vouchers::{ChannelId, Claim, LockKind, Preimage, SignedVoucher, Voucher};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{
	traits::{BlockNumberProvider, IdentityLookup},
	AccountId32, BuildStorage, DispatchResult, FixedU128, MultiSignature, Percent,
};
use std::collections::BTreeMap;

pub type AccountId = AccountId32;
pub type Balance = u128;
pub type BlockNumber = u32;
pub type E = Error<Test>;

/// Existential deposit.
pub const ED: Balance = 500;
pub const MIN_DEPOSIT: Balance = 10_000;
/// Deposit per byte of a record.
pub const BYTE: Balance = 10;
pub const ENDOWMENT: Balance = 1_000_000_000;

pub const BOB: AccountId = AccountId32::new([2; 32]);
pub const CAROL: AccountId = AccountId32::new([3; 32]);
pub const STRANGER: AccountId = AccountId32::new([9; 32]);
/// Has no account yet.
pub const NOBODY: AccountId = AccountId32::new([77; 32]);
pub const TREASURY: AccountId = AccountId32::new([99; 32]);
pub const MODEL_OWNER: AccountId = AccountId32::new([50; 32]);
pub const PARENT_OWNER: AccountId = AccountId32::new([51; 32]);

pub const PREIMAGE: Preimage = [42; 32];

/// The payer's key pair.
pub fn alice_pair() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[1; 32])
}

/// The payer.
pub fn alice() -> AccountId {
	alice_pair().public().0.into()
}

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
	#[runtime::pallet_index(15)]
	pub type PaymentStreams = pallet_payment_streams;
}

pub type Payments = PaymentStreams;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

/// The jobs of the mock, in storage so that a refusal undoes their changes too.
#[storage_alias]
pub type MockJobs =
	StorageValue<Mock, BTreeMap<JobId, Job>, frame_support::pallet_prelude::ValueQuery>;

/// A job of the mock.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Job {
	pub requester: AccountId,
	pub provider: AccountId,
	pub royalty_bps: u16,
	pub parent_bps: u16,
	pub model: Option<AccountId>,
	pub parent: Option<AccountId>,
	pub ended_at: Option<BlockNumber>,
	pub tied: u32,
}

parameter_types! {
	/// Clocks apart from the block number and from each other, so that no test passes with the wrong
	/// one.
	pub static Now: BlockNumber = 1_000;
	pub static RelayNow: BlockNumber = 50_000;
	pub static PlatformFee: Percent = Percent::from_percent(5);
	/// What jobs were told.
	pub static Told: Vec<TiedPayment<AccountId, Balance>> = Vec::new();
	pub const PoolId: PalletId = PalletId(*b"pbc/pays");
}

pub struct Clock;
impl BlockNumberProvider for Clock {
	type BlockNumber = BlockNumber;
	fn current_block_number() -> BlockNumber {
		Now::get()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn set_block_number(now: BlockNumber) {
		Now::set(now);
	}
}

pub struct RelayClock;
impl BlockNumberProvider for RelayClock {
	type BlockNumber = BlockNumber;
	fn current_block_number() -> BlockNumber {
		RelayNow::get()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn set_block_number(now: BlockNumber) {
		RelayNow::set(now);
	}
}

pub struct Fees;
impl FeePolicy<AccountId> for Fees {
	fn platform_fee() -> Percent {
		PlatformFee::get()
	}
	fn fee_account() -> AccountId {
		TREASURY
	}
}

/// The one attempt at each job of the mock.
pub const ATTEMPT: u8 = 1;

pub struct Jobs;
impl JobInspect<AccountId, BlockNumber> for Jobs {
	fn tie_of(job: JobId, payer: &AccountId, payee: &AccountId) -> Result<JobTie, TieRefusal> {
		let record = MockJobs::get().get(&job).cloned().ok_or(TieRefusal::JobNotFound)?;
		if record.ended_at.is_some() {
			return Err(TieRefusal::NotRunning);
		}
		if record.requester != *payer {
			return Err(TieRefusal::PayerNotRequester);
		}
		if record.provider != *payee {
			return Err(TieRefusal::PayeeNotProvider);
		}
		Ok(JobTie { job, attempt: ATTEMPT, royalty_bps: record.royalty_bps })
	}
	fn ended_at(job: JobId, _: u8) -> Option<BlockNumber> {
		MockJobs::get().get(&job).and_then(|job| job.ended_at)
	}
	fn royalty_payees(job: JobId) -> RoyaltyPayees<AccountId> {
		let job = MockJobs::get()[&job].clone();
		RoyaltyPayees { model: job.model, parent: job.parent, parent_bps: job.parent_bps }
	}
	fn tied(job: JobId, _: u8) -> u32 {
		MockJobs::get().get(&job).map_or(0, |job| job.tied)
	}
}

impl JobTies<AccountId, Balance> for Jobs {
	fn tie(job: JobId, _: u8) {
		change_job(job, |job| job.tied += 1);
	}
	fn untie(job: JobId, _: u8) {
		change_job(job, |job| job.tied -= 1);
	}
	fn paid(payment: &TiedPayment<AccountId, Balance>) -> DispatchResult {
		Told::mutate(|told| told.push(payment.clone()));
		Ok(())
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(payer: &AccountId, payee: &AccountId) -> JobId {
		for who in [payer, payee, &MODEL_OWNER, &PARENT_OWNER] {
			Balances::set_balance(who, ENDOWMENT);
		}
		let job = MockJobs::get().len() as u64;
		MockJobs::mutate(|jobs| jobs.insert(job, job_of(payer, payee)));
		job
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(job: JobId) {
		end_job(job);
	}
}

impl Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type RelayBlockNumberProvider = RelayClock;
	type Jobs = Jobs;
	type Fees = Fees;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type PalletId = PoolId;
	type MinDeposit = ConstU128<MIN_DEPOSIT>;
	type DepositPerByte = ConstU128<BYTE>;
	type WeightInfo = ();
}

pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: accounts().map(|who| (who, ENDOWMENT)).to_vec(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			frame_system::BlockHash::<Test>::insert(0, genesis());
			Now::set(1_000);
			RelayNow::set(50_000);
			PlatformFee::set(Percent::from_percent(5));
			Told::set(Vec::new());
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			let issuance = Balances::total_issuance();
			test();
			assert_ok!(Payments::do_try_state());
			assert_eq!(Balances::total_issuance(), issuance, "money appeared or disappeared");
		})
	}
}

pub fn run(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(test);
}

/// Accounts that have money at the start.
pub fn accounts() -> [AccountId; 7] {
	[alice(), BOB, CAROL, STRANGER, TREASURY, MODEL_OWNER, PARENT_OWNER]
}

pub fn genesis() -> H256 {
	H256::repeat_byte(0x11)
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn free(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

/// What an account has gained since the start, or lost.
pub fn gain(who: &AccountId) -> i128 {
	let start = if accounts().contains(who) { ENDOWMENT } else { 0 };
	free(who) as i128 - start as i128
}

/// What the pool has on hold.
pub fn pool() -> Balance {
	Balances::balance_on_hold(&HoldReason::Deposits.into(), &Payments::pool_account())
}

pub fn wait(blocks: BlockNumber) {
	Now::mutate(|now| *now += blocks);
}

pub fn wait_relay(blocks: BlockNumber) {
	RelayNow::mutate(|now| *now += blocks);
}

/// Leaves `who` with so much.
pub fn set_free(who: &AccountId, amount: Balance) {
	let now = free(who);
	if amount > now {
		let more = amount - now;
		assert_ok!(<Balances as Mutate<_>>::transfer(
			&STRANGER,
			who,
			more,
			frame_support::traits::tokens::Preservation::Preserve
		));
	} else {
		assert_ok!(<Balances as Mutate<_>>::transfer(
			who,
			&STRANGER,
			now - amount,
			frame_support::traits::tokens::Preservation::Expendable
		));
	}
}

/// Events of the pallet since they were last reset.
pub fn take_events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet();
	System::reset_events();
	events
}

fn job_of(requester: &AccountId, provider: &AccountId) -> Job {
	Job {
		requester: requester.clone(),
		provider: provider.clone(),
		royalty_bps: 1_000,
		parent_bps: 2_500,
		model: Some(MODEL_OWNER),
		parent: Some(PARENT_OWNER),
		ended_at: None,
		tied: 0,
	}
}

/// A job of Alice that Bob's node has, with a royalty of 10 %, a quarter of it to the parent.
pub fn new_job() -> JobId {
	let id = 70 + MockJobs::get().len() as u64;
	MockJobs::mutate(|jobs| jobs.insert(id, job_of(&alice(), &BOB)));
	id
}

pub fn change_job(id: JobId, change: impl FnOnce(&mut Job)) {
	MockJobs::mutate(|jobs| {
		if let Some(job) = jobs.get_mut(&id) {
			change(job);
		}
	});
}

pub fn end_job(id: JobId) {
	change_job(id, |job| job.ended_at = Some(Now::get()));
}

pub fn tied(id: JobId) -> u32 {
	MockJobs::get()[&id].tied
}

/// The channel of Alice to Bob with a deposit of 100 000 and a challenge period of 600.
pub fn open() -> ChannelId {
	open_for(None)
}

pub fn open_for(job: Option<JobId>) -> ChannelId {
	let id = NextChannelId::<Test>::get();
	assert_ok!(Payments::open_channel(signed(alice()), BOB, 100_000, Some(600), job));
	id
}

pub fn channel(id: ChannelId) -> ChannelOf<Test> {
	Channels::<Test>::get(id).unwrap()
}

/// Deposit for the storage of a channel.
pub fn channel_deposit() -> Balance {
	Payments::storage_deposit(<ChannelOf<Test> as codec::MaxEncodedLen>::max_encoded_len())
}

pub fn voucher(channel: ChannelId, amount: Balance) -> Voucher {
	Voucher { channel, payee: BOB, amount, nonce: 1, lock: None }
}

/// A voucher with a lock that [`PREIMAGE`] opens for 100 blocks of the relay chain.
pub fn locked(channel: ChannelId, amount: Balance, lock: Balance) -> Voucher {
	let lock = LockKind::Sha2.lock(&PREIMAGE, lock, RelayNow::get() + 100);
	Voucher { lock: Some(lock), ..voucher(channel, amount) }
}

/// Signed by Alice.
pub fn sign(voucher: Voucher) -> SignedVoucher {
	voucher.sign(&alice_pair(), &genesis())
}

/// A claim with a voucher of Alice over `amount`.
pub fn claim_of(channel: ChannelId, amount: Balance) -> Claim {
	Claim { signed: sign(voucher(channel, amount)), preimage: None }
}

pub fn claim(channel: ChannelId, amount: Balance) -> DispatchResult {
	let claim = Payments::claim(signed(STRANGER), claim_of(channel, amount));
	claim.map(drop).map_err(|refused| refused.error)
}

pub fn rate(numerator: u128, denominator: u128) -> FixedU128 {
	FixedU128::from_rational(numerator, denominator)
}

/// A stream of Alice to Bob of 10 a block, with a deposit of 100 000 and a lockup of 100.
pub fn stream() -> StreamId {
	stream_at(rate(10, 1), None)
}

pub fn stream_at(rate: FixedU128, job: Option<JobId>) -> StreamId {
	let id = NextStreamId::<Test>::get();
	assert_ok!(Payments::open_stream(signed(alice()), BOB, rate, 100_000, 100, job));
	id
}

pub fn stream_of(id: StreamId) -> StreamOf<Test> {
	Streams::<Test>::get(id).unwrap()
}

/// A hash-locked payment of 50 000 from Alice to Bob that [`PREIMAGE`] opens for 100 blocks.
pub fn htlc(kind: LockKind) -> HtlcId {
	let id = NextHtlcId::<Test>::get();
	assert_ok!(Payments::create_htlc(
		signed(alice()),
		BOB,
		50_000,
		kind,
		kind.hash(&PREIMAGE),
		RelayNow::get() + 100
	));
	id
}

/// A signature of any kind with a key that is nobody's.
pub fn worthless_signature() -> MultiSignature {
	MultiSignature::Sr25519(sr25519::Signature::default())
}

/// The key of a pair as a channel takes it.
pub fn key_of(pair: &sr25519::Pair) -> SigningKey {
	SigningKey::Sr25519(pair.public().0)
}

/// First byte of an encoded call.
pub fn call_index(call: Call<Test>) -> u8 {
	call.encode()[0]
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	let mut ext = ExtBuilder.build();
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
	ext
}
