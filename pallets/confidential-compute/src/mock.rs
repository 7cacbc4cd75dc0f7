//! Runtime and helpers for the tests.

use crate::{
	self as pallet_confidential_compute,
	attestation::gpu_nonce,
	dkg::CommitteeRules,
	pki::{Gpu, Intel, Platform},
	AdvisoryRule, AllowedMeasurement, AttestationOf, Attestations, Golden, GoldenFor, GpuArch,
	GpuCollection, HoldReason, IntelSgxRoot, NextAttestationId, NvidiaDeviceRoot, Policy,
	Succession, TcbStatus, TeeKind, Version,
};
use ai_compute_primitives::{
	AttestationId, Did, DidHash, EnclaveKeys, FeePolicy, JobId, JobKeys, KeyTerms, KeyWanted,
	ModelInspect, ModelTerms, NodeInspect, NodeStatus, NodeSummary, SessionKey,
};
use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT, scalar::Scalar};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, Get, UnixTime},
};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{BuildStorage, DispatchResult, Percent};
use std::{collections::BTreeMap, time::Duration};

pub type AccountId = u64;
pub type Balance = u128;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
/// Owns nothing.
pub const PAUPER: AccountId = 99;

/// Receives fees and what is taken of bonds.
pub const FEE_ACCOUNT: AccountId = 900;

pub const START_BALANCE: Balance = 1_000_000;
pub const ED: Balance = 5;
pub const VALIDITY: u32 = 14_400;
pub const RETENTION: u32 = 30_000;

pub const DID: &[u8] = b"did:etrid:gpu:node-1";
pub const OTHER_DID: &[u8] = b"did:etrid:gpu:node-2";
pub const MODEL: &[u8] = b"did:etrid:ai:llm:llama";

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
	pub type ConfidentialCompute = pallet_confidential_compute;
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
	/// The time of day.
	pub static UnixNow: u64 = crate::pki::NOW;
	/// Who owns which node.
	pub static NodeOwners: BTreeMap<Did, AccountId> = BTreeMap::new();
	/// Who owns which model.
	pub static ModelOwners: BTreeMap<Did, AccountId> = BTreeMap::new();
	/// Jobs whose data keys may be wanted.
	pub static KeyedJobs: BTreeMap<JobId, KeyedJob> = BTreeMap::new();
	/// Periods and penalties of committees.
	pub static PresentRules: CommitteeRules<u32> = RULES;
	/// Whether the roots are the real ones.
	pub static RealRoots: bool = false;
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

pub struct TimeOfDay;
impl UnixTime for TimeOfDay {
	fn now() -> Duration {
		Duration::from_secs(UnixNow::get())
	}
}

pub struct Nodes;
impl NodeInspect<AccountId, Balance> for Nodes {
	fn node(did: &Did) -> Option<NodeSummary<AccountId, Balance>> {
		Some(NodeSummary {
			owner: *NodeOwners::get().get(did)?,
			status: NodeStatus::Active,
			vram_gb: 80,
			location: Default::default(),
			stake: 0,
			sufficiently_staked: true,
			reputation: 5_000,
			did_active: true,
		})
	}
	fn is_related(did: &Did, who: &AccountId) -> bool {
		NodeOwners::get().get(did) == Some(who)
	}
}

pub struct Models;
impl ModelInspect<AccountId, Balance> for Models {
	fn terms(_: &Did, _: &AccountId) -> Option<ModelTerms<Balance>> {
		None
	}
	fn owner(model: &Did) -> Option<AccountId> {
		ModelOwners::get().get(model).copied()
	}
	fn parent_owner(_: &Did) -> Option<AccountId> {
		None
	}
	fn hosts(_: &Did, _: &DidHash) -> bool {
		true
	}
}

/// Periods and penalties of committees.
pub const RULES: CommitteeRules<u32> = CommitteeRules {
	join_period: 50,
	dealing_period: 40,
	complaint_period: 30,
	epoch_length: 1_000,
	reshare_lead: 200,
	response_time: 10,
	max_releases: 5,
	fault_penalty: Percent::from_percent(50),
	silence_penalty: Percent::from_percent(10),
};

/// A job as the marketplace tells of it.
#[derive(Clone, Debug)]
pub struct KeyedJob {
	pub terms: Option<KeyTerms<AccountId>>,
	pub wanted: Option<KeyWanted<AccountId, Balance, u32>>,
	pub runs: Option<u8>,
	/// Attempts that were told that their key is there.
	pub delivered: Vec<u8>,
}

/// Changes what the marketplace tells of a job.
pub fn change_job(job: JobId, change: impl FnOnce(&mut KeyedJob)) {
	KeyedJobs::mutate(|jobs| change(jobs.get_mut(&job).unwrap()));
}

pub struct Market;
impl JobKeys<AccountId, Balance, u32> for Market {
	fn key_terms(job: JobId) -> Option<KeyTerms<AccountId>> {
		KeyedJobs::get().get(&job)?.terms.clone()
	}
	fn key_wanted(job: JobId) -> Option<KeyWanted<AccountId, Balance, u32>> {
		KeyedJobs::get().get(&job)?.wanted.clone()
	}
	fn attempt_runs(job: JobId, attempt: u8) -> bool {
		KeyedJobs::get().get(&job).is_some_and(|job| job.runs == Some(attempt))
	}
	fn key_delivered(job: JobId, attempt: u8) -> DispatchResult {
		change_job(job, |job| {
			let wanted = job.wanted.take().expect("the key was wanted");
			assert_eq!(wanted.attempt, attempt);
			assert!(Now::get() < wanted.deadline);
			job.delivered.push(attempt);
		});
		Ok(())
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		requester: &AccountId,
		provider: &AccountId,
		attestation: AttestationId,
	) -> JobId {
		let wanted = KeyWanted {
			attempt: 1,
			provider: *provider,
			attestation,
			deadline: Now::get() + 20,
			compensation: 10,
		};
		let terms = KeyTerms { requester: *requester, salt: [7; 32], attempts: 3 };
		let job =
			KeyedJob { terms: Some(terms), wanted: Some(wanted), runs: Some(1), delivered: vec![] };
		KeyedJobs::mutate(|jobs| {
			let id = jobs.len() as JobId;
			jobs.insert(id, job);
			id
		})
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn end_for_benchmark(job: JobId) {
		change_job(job, |job| {
			(job.terms, job.wanted, job.runs) = (None, None, None);
		});
	}
}

pub struct Fees;
impl FeePolicy<AccountId> for Fees {
	fn platform_fee() -> Percent {
		Percent::from_percent(5)
	}
	fn fee_account() -> AccountId {
		FEE_ACCOUNT
	}
}

/// The roots of [`crate::pki`], or the real ones.
pub struct IntelRoot;
impl Get<&'static [u8]> for IntelRoot {
	fn get() -> &'static [u8] {
		thread_local!(static ROOT: &'static [u8] = Intel::root().leak());
		if RealRoots::get() {
			IntelSgxRoot::get()
		} else {
			ROOT.with(|root| *root)
		}
	}
}

pub struct NvidiaRoot;
impl Get<&'static [u8]> for NvidiaRoot {
	fn get() -> &'static [u8] {
		thread_local!(static ROOT: &'static [u8] = Gpu::root().leak());
		if RealRoots::get() {
			NvidiaDeviceRoot::get()
		} else {
			ROOT.with(|root| *root)
		}
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<AccountId> for Helper {
	fn set_unix_time(seconds: u64) {
		UnixNow::set(seconds);
	}
	fn register_node(did: &Did, owner: &AccountId) {
		NodeOwners::mutate(|map| map.insert(did.clone(), *owner));
	}
	fn register_model(did: &Did, owner: &AccountId) {
		ModelOwners::mutate(|map| map.insert(did.clone(), *owner));
	}
}

impl crate::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type UnixTime = TimeOfDay;
	type Nodes = Nodes;
	type Models = Models;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type IntelRoot = IntelRoot;
	type NvidiaRoot = NvidiaRoot;
	type AttestationValidityPeriod = ConstU32<VALIDITY>;
	type RecordRetention = ConstU32<RETENTION>;
	type DepositPerByte = ConstU128<1>;
	type KeyedJobs = Market;
	type Fees = Fees;
	type CommitteeRules = PresentRules;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
	type WeightInfo = ();
}

/// The own block that quotes name, one back.
pub const BLOCK: u32 = 500;

#[derive(Default)]
pub struct ExtBuilder {
	real_roots: bool,
}

impl ExtBuilder {
	/// A chain that believes Intel and NVIDIA.
	pub fn with_real_roots() -> Self {
		Self { real_roots: true }
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: [ALICE, BOB, CAROL, FEE_ACCOUNT].map(|who| (who, START_BALANCE)).to_vec(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.register_extension(sp_keystore::KeystoreExt::new(
			sp_keystore::testing::MemoryKeystore::new(),
		));
		ext.execute_with(|| {
			frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(0x69));
			to_block(BLOCK + 1);
			Now::set(1_000);
			UnixNow::set(crate::pki::NOW);
			KeyedJobs::take();
			PresentRules::set(RULES);
			RealRoots::set(self.real_roots);
			NodeOwners::set([(did(DID), ALICE), (did(OTHER_DID), BOB)].into());
			ModelOwners::set([(did(MODEL), CAROL)].into());
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(ConfidentialCompute::do_try_state());
		})
	}
}

/// Runs a test on a chain that believes the authorities of [`crate::pki`] and knows their statements
/// and golden measurements.
pub fn with_collateral(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(bring(&Intel::default(), TeeKind::Sgx));
		assert_ok!(bring(
			&Intel { issued: crate::pki::NOW - 999, ..Default::default() },
			TeeKind::Tdx
		));
		bring_golden();
		System::reset_events();
		test();
	})
}

/// Moves to an own block whose parent has a hash of its own.
pub fn to_block(number: u32) {
	System::set_block_number(number);
	frame_system::BlockHash::<Test>::insert(number - 1, block_hash(number - 1));
}

pub fn block_hash(number: u32) -> H256 {
	blake2_256(&number.to_le_bytes()).into()
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

pub fn did(bytes: &[u8]) -> Did {
	Did::parse(bytes).unwrap()
}

pub fn node() -> DidHash {
	did(DID).hash()
}

pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::PolicyDeposit.into(), &who)
}

/// Lets ticks pass, and the time of day with them.
pub fn wait(ticks: u32) {
	Now::mutate(|now| *now += ticks);
	UnixNow::mutate(|now| *now += u64::from(ticks) * 6);
}

/// Events of the pallet since they were last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet()
}

/// Brings everything that the test's Intel says about one kind of enclave.
pub fn bring(intel: &Intel, tee: TeeKind) -> DispatchResult {
	put_root_crl(intel)?;
	put_pck_crl(intel, tee)?;
	put_tcb_info(intel, tee)?;
	put_qe_identity(intel, tee)
}

pub fn put_root_crl(intel: &Intel) -> DispatchResult {
	ConfidentialCompute::put_root_crl(signed(PAUPER), intel.root_crl())
}

pub fn put_pck_crl(intel: &Intel, tee: TeeKind) -> DispatchResult {
	let chain = crate::pki::pem(&Intel::ca_certificate(tee));
	ConfidentialCompute::put_pck_crl(signed(PAUPER), chain, intel.pck_crl(tee))
}

pub fn put_tcb_info(intel: &Intel, tee: TeeKind) -> DispatchResult {
	let (chain, text) = (crate::pki::pem(&Intel::signer_certificate()), intel.tcb_info(tee));
	let signature = Intel::sign_text(&text);
	ConfidentialCompute::put_tcb_info(signed(PAUPER), chain, text, signature)
}

pub fn put_qe_identity(intel: &Intel, tee: TeeKind) -> DispatchResult {
	let (chain, text) = (crate::pki::pem(&Intel::signer_certificate()), intel.qe_identity(tee));
	let signature = Intel::sign_text(&text);
	ConfidentialCompute::put_qe_identity(signed(PAUPER), chain, text, signature)
}

pub fn version(text: &[u8]) -> Version {
	Version::truncate_from(text.to_vec())
}

pub fn golden_driver(arch: GpuArch) -> GoldenFor {
	GoldenFor::Driver { arch, version: version(b"550.90.07") }
}

pub fn golden_firmware(arch: GpuArch) -> GoldenFor {
	GoldenFor::Firmware {
		arch,
		project: version(b"1010"),
		project_sku: version(b"0200"),
		chip_sku: version(b"882"),
		version: version(&[0, 0x9f, 0, 0x96, 1, 0, 0, 0]),
	}
}

/// Sets golden measurements that [`Gpu::hopper`] satisfies.
pub fn bring_golden() {
	for arch in [GpuArch::Hopper, GpuArch::Blackwell] {
		// Index 3 of the manifest is block 4 of the evidence; 0xaa and 0xab are alternatives.
		let driver = [(3, 0xab), (3, 0xaa), (4, 5)];
		let firmware = [(0, 1), (6, 7)];
		for (subject, set) in
			[(golden_driver(arch), &driver[..]), (golden_firmware(arch), &firmware[..])]
		{
			let set = set.iter().map(|(index, byte)| Golden { index: *index, digest: [*byte; 48] });
			assert_ok!(ConfidentialCompute::set_golden(root(), subject, set.collect()));
		}
	}
}

/// A key pair of one of the kinds that enclaves may have.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a handful of them in tests")]
pub enum Session {
	Ed25519(ed25519::Pair),
	Sr25519(sr25519::Pair),
	Ecdsa(ecdsa::Pair),
}

/// An enclave with its secrets.
#[derive(Clone)]
pub struct Enclave {
	pub session: Session,
	pub keys: EnclaveKeys,
}

impl Enclave {
	/// The enclave number `n`. Numbers apart by one have session keys of different kinds.
	pub fn new(n: u8) -> Self {
		let seed = blake2_256(&[n]);
		let (session, public) = match n % 3 {
			0 => {
				let pair = ed25519::Pair::from_seed(&seed);
				let public = SessionKey::Ed25519(pair.public().0);
				(Session::Ed25519(pair), public)
			}
			1 => {
				let pair = sr25519::Pair::from_seed(&seed);
				let public = SessionKey::Sr25519(pair.public().0);
				(Session::Sr25519(pair), public)
			}
			_ => {
				let pair = ecdsa::Pair::from_seed(&seed);
				let public = SessionKey::Ecdsa(pair.public().0);
				(Session::Ecdsa(pair), public)
			}
		};
		let ristretto = RISTRETTO_BASEPOINT_POINT * Scalar::from(u64::from(n) + 1);
		let keys = EnclaveKeys {
			session: public,
			x25519: blake2_256(&[n, 1]),
			ristretto: ristretto.compress().to_bytes(),
		};
		Self { session, keys }
	}

	pub fn sign(&self, payload: &[u8]) -> Vec<u8> {
		match &self.session {
			Session::Ed25519(pair) => pair.sign(payload).0.to_vec(),
			Session::Sr25519(pair) => pair.sign(payload).0.to_vec(),
			Session::Ecdsa(pair) => pair.sign(payload).0.to_vec(),
		}
	}
}

/// The report data that a quote of `enclave` for a node needs now.
pub fn report_data(owner: AccountId, node: &[u8], enclave: &Enclave) -> [u8; 64] {
	let binding = binding(owner, node, enclave);
	let mut data = [0; 64];
	data[..32].copy_from_slice(binding.as_bytes());
	data
}

pub fn binding(owner: AccountId, node: &[u8], enclave: &Enclave) -> H256 {
	let number = System::block_number() - 1;
	let hash = System::block_hash(number);
	ConfidentialCompute::binding(&did(node), &owner, &enclave.keys, number, hash)
}

/// Attests an enclave on a platform for a node.
pub fn try_attest(
	owner: AccountId,
	node: &[u8],
	enclave: &Enclave,
	platform: &Platform,
	succession: Option<Succession>,
) -> DispatchResult {
	let quote = platform.quote(&report_data(owner, node, enclave));
	attest_with_quote(owner, node, enclave, quote, succession)
}

pub fn attest_with_quote(
	owner: AccountId,
	node: &[u8],
	enclave: &Enclave,
	quote: Vec<u8>,
	succession: Option<Succession>,
) -> DispatchResult {
	ConfidentialCompute::attest_cpu(
		signed(owner),
		node.to_vec(),
		enclave.keys,
		System::block_number() - 1,
		quote,
		succession,
	)
}

/// Attests [`Platform::tdx`] for Alice's node.
pub fn attest(enclave: &Enclave) -> AttestationId {
	assert_ok!(try_attest(ALICE, DID, enclave, &Platform::tdx(), None));
	NextAttestationId::<Test>::get() - 1
}

pub fn record(id: AttestationId) -> AttestationOf<Test> {
	Attestations::<Test>::get(id).unwrap()
}

/// Binds a GPU to an enclave of Alice's node.
pub fn try_bind(enclave: &Enclave, id: AttestationId, gpu: &Gpu) -> DispatchResult {
	let binding = record(id).binding;
	let evidence = gpu.evidence(&gpu_nonce(&binding));
	let hash = blake2_256(&evidence).into();
	let signature = enclave.sign(&ConfidentialCompute::evidence_payload(binding, hash));
	ConfidentialCompute::attest_gpu(
		signed(record(id).owner),
		enclave.keys.session,
		signature,
		gpu.chain(),
		evidence,
	)
}

/// An attested enclave of Alice's node with a GPU.
pub fn attest_whole(n: u8) -> (Enclave, AttestationId) {
	let enclave = Enclave::new(n);
	let id = attest(&enclave);
	assert_ok!(try_bind(&enclave, id, &Gpu::hopper("gpu 1")));
	(enclave, id)
}

/// A policy that allows only what [`Platform::tdx`] is, without advisories.
pub fn strict_policy() -> Policy {
	Policy {
		statuses: vec![TcbStatus::UpToDate].try_into().unwrap(),
		advisories: AdvisoryRule::Only(Default::default()),
		min_evaluation: 7,
		measurements: vec![AllowedMeasurement {
			digest: measurement(&Platform::tdx()),
			gpu: GpuCollection::Local,
		}]
		.try_into()
		.unwrap(),
	}
}

/// Digest of what runs on a platform.
pub fn measurement(platform: &Platform) -> H256 {
	crate::tee::parse(&platform.quote(&[0; 64])).unwrap().measurement.digest()
}

pub fn set_policy(policy: Policy) -> H256 {
	assert_ok!(ConfidentialCompute::set_model_policy(signed(CAROL), MODEL.to_vec(), policy));
	crate::ModelPolicies::<Test>::get(did(MODEL).hash()).unwrap()
}
