//! A runtime of the marketplace with a node registry, a model catalogue and a clock of its own.

use crate::{self as pallet_job_marketplace, types::*, *};
use ai_compute_primitives::{
	AttestationId, AttestationInspect, CommitteeKeys, Did, DidHash, Doing, EnclaveKeys, FeePolicy,
	Hosting, JobEnd, JobId, JobOutcome, JobReport, KeyFault, ModelInspect, ModelTerms, ModelUsage,
	NodeInspect, NodeMutate, NodeStatus, NodeSummary, PolicyHash, ProofClaim, ProofInspect,
	ProofKeyHash, ProvenOutput, Receipt, ReceiptOutcome, Scope, SessionKey, Unqualified,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchErrorWithPostInfo,
	ensure, parameter_types, storage_alias,
	traits::{
		fungible::{InspectHold, Mutate},
		ConstU128, ConstU32, EnsureOrigin,
	},
	BoundedVec, Identity,
};
use frame_system::EnsureRoot;
use scale_info::TypeInfo;
use sp_core::{crypto::AccountId32, ed25519, sr25519, Pair, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{
	traits::{BlockNumberProvider, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult, MultiSignature, Percent, TransactionalError,
};

pub type AccountId = AccountId32;
pub type Balance = u128;
pub type BlockNumber = u32;

/// 10^12 units: one token.
pub const UNIT: Balance = 1_000_000_000_000;
/// Existential deposit.
pub const ED: Balance = 500;
/// Bond of a bid.
pub const BOND: Balance = UNIT / 10;
/// Stake of a node in the mock registry.
pub const STAKE: Balance = 1_000 * UNIT;
/// Starting balance of the named accounts.
pub const ENDOWMENT: Balance = 10_000 * UNIT;

pub const ALICE: AccountId = AccountId32::new([1; 32]);
pub const BOB: AccountId = AccountId32::new([2; 32]);
pub const STRANGER: AccountId = AccountId32::new([9; 32]);
pub const TREASURY: AccountId = AccountId32::new([99; 32]);
pub const MODEL_OWNER: AccountId = AccountId32::new([50; 32]);
pub const PARENT_OWNER: AccountId = AccountId32::new([51; 32]);
/// An account that may decide disputes.
pub const ARBITER: AccountId = AccountId32::new([60; 32]);

/// Owner of node `n`: the accounts 10, 11, …
pub fn owner(n: u8) -> AccountId {
	AccountId32::new([10u8.saturating_add(n); 32])
}

/// DID of node `n`.
pub fn did(n: u8) -> Did {
	Did::parse(format!("did:etrid:gpu:node-{n}")).unwrap()
}

/// DID of node `n` as a call takes it.
pub fn did_bytes(n: u8) -> Vec<u8> {
	did(n).as_bytes().to_vec()
}

pub const MODEL: &[u8] = b"did:etrid:ai:llm:plain";
/// 10 % royalty, a quarter of it to the parent.
pub const ROYAL_MODEL: &[u8] = b"did:etrid:ai:llm:royal";

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
	#[runtime::pallet_index(11)]
	pub type JobMarketplace = pallet_job_marketplace;
}

pub type Market = JobMarketplace;
pub type Block = frame_system::mocking::MockBlockU32<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
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

parameter_types! {
	pub static PlatformFee: Percent = Percent::from_percent(5);
	/// Total issuance that a test expects at its end.
	pub static ExpectedIssuance: Balance = 0;
	/// Whether reports fail, as they do where no storage layer can be opened.
	pub static ReportFails: bool = false;
	pub const JobEscrowPeriod: BlockNumber = 100;
}

/// Bids that a job of the mock takes: few enough to fill one in a test.
pub const MAX_BIDS: u32 = 5;
/// Most items of a batch.
pub const MAX_BATCH: u32 = 8;

impl Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Nodes = MockNodes;
	type Models = MockModels;
	type ModelUsage = MockUsage;
	type Report = MockReport;
	type Attestations = MockAttestations;
	type Proofs = MockProofs;
	type Committees = MockCommittees;
	type Fees = MockFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type ArbiterOrigin = MockArbiter;
	type MaxJobsPerBlock = ConstU32<1_000>;
	type JobEscrowPeriod = JobEscrowPeriod;
	type MaxBidsPerJob = ConstU32<MAX_BIDS>;
	type MinJobPayment = ConstU128<1_000_000_000>;
	type BidBond = ConstU128<BOND>;
	type MinDisputeBond = ConstU128<UNIT>;
	type DepositPerByte = ConstU128<10_000_000>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkModels = MockModels;
	type MaxBatch = ConstU32<MAX_BATCH>;
	type WeightInfo = ();
}

/// Governance, and every account in [`Arbiters`].
pub struct MockArbiter;
impl EnsureOrigin<RuntimeOrigin> for MockArbiter {
	type Success = Option<AccountId>;
	fn try_origin(origin: RuntimeOrigin) -> Result<Self::Success, RuntimeOrigin> {
		match origin.clone().into() {
			Ok(frame_system::RawOrigin::Root) => Ok(None),
			Ok(frame_system::RawOrigin::Signed(who)) if Arbiters::get().contains(&who) => {
				Ok(Some(who))
			}
			_ => Err(origin),
		}
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
		Ok(RuntimeOrigin::root())
	}
}

#[storage_alias]
pub type Arbiters =
	StorageValue<MockCourt, Vec<AccountId>, frame_support::pallet_prelude::ValueQuery>;

pub struct MockFees;
impl FeePolicy<AccountId> for MockFees {
	fn platform_fee() -> Percent {
		PlatformFee::get()
	}
	fn fee_account() -> AccountId {
		TREASURY
	}
}

// ---- clock

#[storage_alias]
type Tick = StorageValue<MockClock, BlockNumber, frame_support::pallet_prelude::ValueQuery>;

pub struct Clock;
impl BlockNumberProvider for Clock {
	type BlockNumber = BlockNumber;
	fn current_block_number() -> BlockNumber {
		Tick::get()
	}
	fn set_block_number(block: BlockNumber) {
		Tick::put(block)
	}
}

/// Moves the clock and the own block by `blocks`.
pub fn pass(blocks: BlockNumber) {
	Tick::mutate(|tick| *tick += blocks);
	System::set_block_number(System::block_number() + 1);
}

/// Moves the clock to `block`.
pub fn go_to(block: BlockNumber) {
	assert!(block >= Tick::get(), "the clock never goes back");
	Tick::put(block);
	System::set_block_number(System::block_number() + 1);
}

/// Moves the clock to the deadline of job `job_id`.
pub fn go_to_deadline(job_id: JobId) {
	go_to(job(job_id).deadline);
}

// ---- registry

/// A node of the mock registry.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Node {
	pub did: Did,
	pub owner: AccountId,
	pub controller: AccountId,
	pub status: NodeStatus,
	pub vram_gb: u32,
	pub stake: Balance,
	pub minimum: Balance,
	pub reputation: u32,
	pub did_active: bool,
	pub location: BoundedVec<u8, ConstU32<32>>,
	pub capacity: u32,
	pub open_bids: u32,
	pub busy: u32,
	pub exposure: Balance,
	pub settled: u32,
}

#[storage_alias]
pub type Nodes = StorageMap<MockRegistry, Identity, DidHash, Node>;

/// Registers node `n` of `owner(n)`: 24 GB, capacity 2, reputation 5 000.
pub fn register(n: u8) {
	register_for(n, owner(n));
}

/// Registers node `n` for `owner`.
pub fn register_for(n: u8, owner: AccountId) {
	Nodes::insert(
		did(n).hash(),
		Node {
			did: did(n),
			controller: owner.clone(),
			owner,
			status: NodeStatus::Active,
			vram_gb: 24,
			stake: STAKE,
			minimum: STAKE,
			reputation: 5_000,
			did_active: true,
			location: BoundedVec::truncate_from(b"eu-west".to_vec()),
			capacity: 2,
			open_bids: 0,
			busy: 0,
			exposure: 0,
			settled: 0,
		},
	);
}

/// Node `n`.
pub fn node(n: u8) -> Node {
	Nodes::get(did(n).hash()).unwrap()
}

/// Changes node `n`.
pub fn change_node(n: u8, change: impl FnOnce(&mut Node)) {
	mutate_node(&did(n).hash(), change);
}

fn mutate_node(node: &DidHash, change: impl FnOnce(&mut Node)) {
	Nodes::mutate(node, |node| change(node.as_mut().expect("the market names known nodes")));
}

pub struct MockNodes;
impl NodeInspect<AccountId, Balance> for MockNodes {
	fn node(did: &Did) -> Option<NodeSummary<AccountId, Balance>> {
		let node = Nodes::get(did.hash())?;
		Some(NodeSummary {
			owner: node.owner,
			status: node.status,
			vram_gb: node.vram_gb,
			location: node.location,
			stake: node.stake,
			sufficiently_staked: node.stake >= node.minimum,
			reputation: node.reputation,
			did_active: node.did_active,
		})
	}
	fn is_related(did: &Did, who: &AccountId) -> bool {
		Nodes::get(did.hash()).is_some_and(|node| node.owner == *who || node.controller == *who)
	}
}

impl NodeMutate<AccountId, Balance> for MockNodes {
	fn open_bid(did: &Did) -> DispatchResult {
		let node = Nodes::get(did.hash()).ok_or(DispatchError::Other("no such node"))?;
		ensure!(node.open_bids < 4 * node.capacity, DispatchError::Other("too many open bids"));
		mutate_node(&did.hash(), |node| node.open_bids += 1);
		Ok(())
	}
	fn close_bid(node: &DidHash) {
		// A node that has left takes its counters along.
		if Nodes::contains_key(node) {
			mutate_node(node, |node| {
				node.open_bids = node.open_bids.checked_sub(1).expect("a bid was open")
			});
		}
	}
	fn assign(did: &Did, at_risk: Balance) -> DispatchResult {
		// Writes before it refuses, as a careless registry might.
		mutate_node(&did.hash(), |node| {
			node.busy += 1;
			node.exposure += at_risk;
		});
		let node = Nodes::get(did.hash()).unwrap();
		ensure!(node.busy <= node.capacity, DispatchError::Other("no free slot"));
		ensure!(node.exposure <= node.stake, DispatchError::Other("too much at risk"));
		Ok(())
	}
	fn free_slot(node: &DidHash) {
		mutate_node(node, |node| node.busy = node.busy.checked_sub(1).expect("a slot was taken"));
	}
	fn release(node: &DidHash, at_risk: Balance) {
		mutate_node(node, |node| {
			node.exposure = node.exposure.checked_sub(at_risk).expect("the amount was at risk")
		});
	}
	fn job_settled(did: &Did) {
		mutate_node(&did.hash(), |node| node.settled += 1);
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn register_for_benchmark(did: &Did, owner: &AccountId, stake: Balance) {
		Nodes::insert(
			did.hash(),
			Node {
				did: did.clone(),
				owner: owner.clone(),
				controller: owner.clone(),
				status: NodeStatus::Active,
				vram_gb: 24,
				stake,
				minimum: 0,
				reputation: 5_000,
				did_active: true,
				location: BoundedVec::truncate_from(vec![b'x'; 32]),
				capacity: 2,
				open_bids: 0,
				busy: 0,
				exposure: 0,
				settled: 0,
			},
		);
	}
}

// ---- models

/// A model of the mock catalogue.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Model {
	pub terms: ModelTerms<Balance>,
	pub owner: AccountId,
	pub parent_owner: Option<AccountId>,
	pub only_for: Option<AccountId>,
}

#[storage_alias]
pub type Models = StorageMap<MockCatalogue, Identity, DidHash, Model>;

/// Registers a model.
pub fn register_model(did: &[u8], model: Model) {
	Models::insert(Did::parse(did).unwrap().hash(), model);
}

/// A model on `terms` of [`MODEL_OWNER`] that descends from one of [`PARENT_OWNER`].
pub fn model(terms: ModelTerms<Balance>) -> Model {
	Model { terms, owner: MODEL_OWNER, parent_owner: Some(PARENT_OWNER), only_for: None }
}

pub struct MockModels;
impl ModelInspect<AccountId, Balance> for MockModels {
	fn terms(did: &Did, requester: &AccountId) -> Option<ModelTerms<Balance>> {
		let model = Models::get(did.hash())?;
		model.only_for.is_none_or(|only| only == *requester).then_some(model.terms)
	}
	fn owner(did: &Did) -> Option<AccountId> {
		Models::get(did.hash()).map(|model| model.owner)
	}
	fn parent_owner(did: &Did) -> Option<AccountId> {
		Models::get(did.hash())?.parent_owner
	}
	fn hosts(did: &Did, node: &DidHash) -> bool {
		Models::contains_key(did.hash()) && Hosts::contains_key((did.hash(), node))
	}
	fn weights_commitment(did: &Did, version: u32) -> Option<H256> {
		Weights::get((did.hash(), version))
	}
}

/// Commitments to the weights of versions.
#[storage_alias]
pub type Weights = StorageMap<MockCatalogue, Identity, (DidHash, u32), H256>;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkModels<AccountId> for MockModels {
	fn register(did: &Did, owner: &AccountId, parent_owner: &AccountId) {
		let terms = ModelTerms {
			royalty_bps: 1_000,
			parent_bps: 2_500,
			hosting: Hosting::Hosts,
			..Default::default()
		};
		let parent_owner = Some(parent_owner.clone());
		Models::insert(did.hash(), Model { owner: owner.clone(), parent_owner, ..model(terms) });
		Weights::insert((did.hash(), 0), H256::repeat_byte(4));
	}
	fn host(did: &Did, node: &Did, _: &AccountId) {
		Hosts::insert((did.hash(), node.hash()), ());
	}
}

/// Which node hosts which model.
#[storage_alias]
pub type Hosts = StorageMap<MockCatalogue, Identity, (DidHash, DidHash), ()>;

/// Node `n` hosts `model`.
pub fn host(model: &[u8], n: u8) {
	Hosts::insert((Did::parse(model).unwrap().hash(), did(n).hash()), ());
}

/// Node `n` stops to host `model`.
pub fn unhost(model: &[u8], n: u8) {
	Hosts::remove((Did::parse(model).unwrap().hash(), did(n).hash()));
}

/// Makes [`MODEL`] run on its hosts only.
pub fn hosts_only() {
	register_model(MODEL, model(ModelTerms { hosting: Hosting::Hosts, ..Default::default() }));
}

/// Open jobs of a model.
#[storage_alias]
pub type OpenJobs =
	StorageMap<MockCatalogue, Identity, DidHash, u32, frame_support::pallet_prelude::ValueQuery>;

/// A counted use: requester, provider, tokens, paid, royalty.
pub type Use = (AccountId, AccountId, u32, Balance, Balance);

/// What was paid for models.
#[storage_alias]
pub type Uses = StorageValue<MockCatalogue, Vec<Use>, frame_support::pallet_prelude::ValueQuery>;

pub struct MockUsage;
impl ModelUsage<AccountId, Balance> for MockUsage {
	fn job_opened(model: &Did) {
		OpenJobs::mutate(model.hash(), |open| *open += 1);
	}
	fn job_closed(model: &Did) {
		OpenJobs::mutate(model.hash(), |open| *open = open.checked_sub(1).expect("a job was open"));
	}
	fn job_settled(
		model: &Did,
		requester: &AccountId,
		provider: &AccountId,
		tokens: u32,
		paid: Balance,
		royalty: Balance,
	) {
		assert!(OpenJobs::get(model.hash()) > 0, "a job is paid before it is closed");
		Uses::append((requester, provider, tokens, paid, royalty));
	}
}

// ---- reports

/// A reported outcome: job, node, payer, outcome, at risk, fee paid.
pub type Outcome = (JobId, DidHash, AccountId, JobOutcome, Balance, Balance);
/// A reported rating: job, node, payer, stars, fee paid.
pub type Rating = (JobId, DidHash, AccountId, u8, Balance);

#[storage_alias]
pub type Outcomes =
	StorageValue<MockStandings, Vec<Outcome>, frame_support::pallet_prelude::ValueQuery>;
#[storage_alias]
pub type Ratings =
	StorageValue<MockStandings, Vec<Rating>, frame_support::pallet_prelude::ValueQuery>;

pub struct MockReport;
impl JobReport<AccountId, Balance> for MockReport {
	fn outcome(end: &JobEnd<AccountId, Balance>) -> DispatchResult {
		let JobEnd { job, node, owner, payer, outcome, at_risk, fee_paid } = end.clone();
		// The stake is still bound when the outcome is reported.
		assert!(Nodes::get(node).unwrap().exposure >= at_risk);
		let record = Jobs::<Test>::get(job).unwrap();
		assert_eq!(record.assignment.map(|a| a.owner), Some(owner));
		ensure!(!ReportFails::get(), TransactionalError::LimitReached);
		Outcomes::append((job, node, payer, outcome, at_risk, fee_paid));
		Ok(())
	}
	fn rating(end: &JobEnd<AccountId, Balance>, stars: u8) -> DispatchResult {
		ensure!(!ReportFails::get(), TransactionalError::LimitReached);
		Ratings::append((end.job, end.node, end.payer.clone(), stars, end.fee_paid));
		Ok(())
	}
}

// ---- attestations

/// An attestation of the mock source.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MockAttestation {
	pub node: DidHash,
	pub owner: AccountId,
	pub policy: PolicyHash,
	pub expires_at: BlockNumber,
	pub keys: EnclaveKeys,
	pub predecessor: Option<AttestationId>,
	/// Revoked, and whether by its owner.
	pub revoked: Option<bool>,
}

#[storage_alias]
pub type MockAttested = StorageMap<MockEnclaves, Identity, AttestationId, MockAttestation>;
/// The policy of all models.
#[storage_alias]
pub type MockPolicy = StorageValue<MockEnclaves, PolicyHash>;

/// Errors of the mock source.
pub const NO_ATTESTATION: DispatchError = DispatchError::Other("no attestation");
pub const EXPIRED: DispatchError = DispatchError::Other("attestation expires too soon");
pub const REVOKED: DispatchError = DispatchError::Other("attestation revoked");
pub const BAD_ENVELOPE: DispatchError = DispatchError::Other("no envelope");
pub const WEAK_KEY: DispatchError = DispatchError::Other("weak key");
pub const WRONG_RECIPIENT: DispatchError = DispatchError::Other("wrong recipient");
pub const BAD_RECEIPT: DispatchError = DispatchError::Other("bad receipt");
pub const NOT_SUCCESSOR: DispatchError = DispatchError::Other("no successor");

/// Makes confidential jobs possible under the policy number `n`.
pub fn set_policy(n: u8) {
	MockPolicy::put(H256::repeat_byte(n));
}

/// Attests node `n` for `ticks` under the present policy.
pub fn attest(n: u8, ticks: BlockNumber) -> AttestationId {
	attest_after(n, ticks, None)
}

/// The same with a predecessor.
pub fn attest_after(
	n: u8,
	ticks: BlockNumber,
	predecessor: Option<AttestationId>,
) -> AttestationId {
	let id = MockAttested::iter_keys().max().map_or(1, |last| last + 1);
	MockAttested::insert(
		id,
		MockAttestation {
			node: did(n).hash(),
			owner: node(n).owner,
			policy: MockPolicy::get().unwrap(),
			expires_at: Tick::get() + ticks,
			keys: EnclaveKeys {
				session: SessionKey::Ed25519(pair(id).public().0),
				x25519: recipient(id),
				ristretto: [2; 32],
			},
			predecessor,
			revoked: None,
		},
	);
	id
}

/// Revokes an attestation, by its owner or by governance.
pub fn revoke(id: AttestationId, by_owner: bool) {
	MockAttested::mutate(id, |record| record.as_mut().unwrap().revoked = Some(by_owner));
}

/// The X25519 key of an attestation.
pub fn recipient(id: AttestationId) -> [u8; 32] {
	blake2_256(&id.encode())
}

/// A sealed data key.
pub fn sealed_key() -> Vec<u8> {
	let mut bytes = vec![7; MAX_SEALED_KEY_LEN as usize];
	bytes[..2].copy_from_slice(&[1, 2]);
	bytes
}

/// The session key of an attestation.
fn pair(id: AttestationId) -> ed25519::Pair {
	ed25519::Pair::from_seed(&blake2_256(&(id, 1).encode()))
}

/// What the enclave of the attestation `signer` signs.
pub fn mock_signature(receipt: &Receipt, signer: AttestationId) -> Vec<u8> {
	pair(signer).sign(&receipt.payload(&System::block_hash(0))).0.to_vec()
}

parameter_types! {
	/// How long policies and proof keys stay that new jobs no longer take.
	pub static PolicyRetention: Option<u32> = None;
	pub static KeyRetention: Option<u32> = None;
}

pub struct MockAttestations;
impl AttestationInspect<AccountId, BlockNumber> for MockAttestations {
	fn policy_of(_: &Did) -> Option<PolicyHash> {
		MockPolicy::get()
	}
	fn retention() -> Option<u32> {
		PolicyRetention::get()
	}
	fn check_prompt(prompt: &[u8]) -> DispatchResult {
		ensure!(prompt.starts_with(&[1, 1]), BAD_ENVELOPE);
		Ok(())
	}
	fn check_result_key(key: &[u8; 32]) -> DispatchResult {
		ensure!(*key != [0; 32], WEAK_KEY);
		Ok(())
	}
	fn qualified(
		node: &DidHash,
		owner: &AccountId,
		policy: &PolicyHash,
		scope: Scope,
		until: BlockNumber,
	) -> Result<AttestationId, Unqualified> {
		assert_eq!(scope, Scope::CpuAndGpu, "confidential jobs need the GPUs too");
		let newest = MockAttested::iter()
			.filter(|(_, record)| record.node == *node && record.owner == *owner)
			.max_by_key(|(id, _)| *id);
		let unqualified = |error, doing| Err(Unqualified { error, doing });
		match newest {
			None => unqualified(NO_ATTESTATION, Doing::Owner),
			Some((_, MockAttestation { revoked: Some(by_owner), .. })) => {
				unqualified(REVOKED, if by_owner { Doing::Owner } else { Doing::Others })
			}
			Some((id, record)) => {
				if record.policy != *policy {
					return unqualified(NO_ATTESTATION, Doing::Owner);
				}
				if record.expires_at < until || record.expires_at <= Tick::get() {
					return unqualified(EXPIRED, Doing::Owner);
				}
				Ok(id)
			}
		}
	}
	fn keys(id: AttestationId) -> Option<EnclaveKeys> {
		MockAttested::get(id).map(|record| record.keys)
	}
	fn check_delivery(id: AttestationId, to: &[u8; 32], sealed_key: &[u8]) -> DispatchResult {
		Self::ensure_live(id)?;
		ensure!(Self::keys(id).is_some_and(|keys| keys.x25519 == *to), WRONG_RECIPIENT);
		ensure!(sealed_key.starts_with(&[1, 2]), BAD_ENVELOPE);
		Ok(())
	}
	fn ensure_live(id: AttestationId) -> DispatchResult {
		ensure!(!Self::is_revoked(id), REVOKED);
		Ok(())
	}
	fn is_revoked(id: AttestationId) -> bool {
		MockAttested::get(id).is_none_or(|record| record.revoked.is_some())
	}
	fn check_receipt(
		receipt: &Receipt,
		signer: AttestationId,
		signature: &[u8],
		policy: &PolicyHash,
	) -> DispatchResult {
		Self::ensure_live(receipt.attestation)?;
		Self::ensure_live(signer)?;
		let signing = MockAttested::get(signer).ok_or(NO_ATTESTATION)?;
		let successor = signing.predecessor == Some(receipt.attestation);
		ensure!(signer == receipt.attestation || successor, NOT_SUCCESSOR);
		ensure!(signing.policy == *policy, NO_ATTESTATION);
		ensure!(Tick::get() < signing.expires_at, EXPIRED);
		let signature = signature.try_into().map_err(|_| BAD_RECEIPT)?;
		let signature = match signing.keys.session {
			SessionKey::Ed25519(_) => {
				MultiSignature::Ed25519(ed25519::Signature::from_raw(signature))
			}
			_ => MultiSignature::Sr25519(sr25519::Signature::from_raw(signature)),
		};
		let payload = receipt.payload(&System::block_hash(0));
		ensure!(signing.keys.session.has_signed(&signature, &payload), BAD_RECEIPT);
		Ok(())
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn attest_for_benchmark(
		node: &DidHash,
		owner: &AccountId,
		keys: EnclaveKeys,
		predecessor: Option<AttestationId>,
	) -> (PolicyHash, AttestationId) {
		set_policy(1);
		let id = MockAttested::iter_keys().max().map_or(1, |last| last + 1);
		let policy = MockPolicy::get().unwrap();
		MockAttested::insert(
			id,
			MockAttestation {
				node: *node,
				owner: owner.clone(),
				policy,
				expires_at: BlockNumber::MAX,
				keys,
				predecessor,
				revoked: None,
			},
		);
		(policy, id)
	}
}

// ---- proofs

/// Model of each key.
#[storage_alias]
pub type ProofKeys = StorageMap<MockProver, Identity, ProofKeyHash, DidHash>;

pub const UNKNOWN_KEY: DispatchError = DispatchError::Other("no such proof key");
pub const BAD_PROOF: DispatchError = DispatchError::Other("bad proof");

/// A proof of `claim` under `key`.
pub fn prove(key: &ProofKeyHash, claim: &ProofClaim<AccountId>) -> Vec<u8> {
	let (hash, output) = match claim.output {
		ProvenOutput::Bytes(bytes) => (blake2_256(bytes), blake2_256(bytes)),
		ProvenOutput::Committed { result_hash, output } => (result_hash, output),
	};
	let ProofClaim { job, attempt, node, owner, tokens_used, input, weights, .. } = claim;
	let fields = (key, job, attempt, node, owner, tokens_used, input, weights, hash, output);
	blake2_256(&fields.encode()).to_vec()
}

pub struct MockProofs;
impl ProofInspect<AccountId> for MockProofs {
	fn check_key(model: &Did, key: &ProofKeyHash) -> DispatchResult {
		ensure!(ProofKeys::get(key) == Some(model.hash()), UNKNOWN_KEY);
		Ok(())
	}
	fn retention() -> Option<u32> {
		KeyRetention::get()
	}
	fn verify(
		model: &Did,
		key: &ProofKeyHash,
		claim: &ProofClaim<AccountId>,
		proof: &[u8],
	) -> DispatchResult {
		ensure!(ProofKeys::get(key) == Some(model.hash()), UNKNOWN_KEY);
		ensure!(prove(key, claim) == proof, BAD_PROOF);
		Ok(())
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn key_for_benchmark(model: &Did, length: ai_compute_primitives::ProofLength) -> ProofKeyHash {
		let key = benchmark_key(length);
		ProofKeys::insert(key, model.hash());
		key
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn prove_for_benchmark(
		length: ai_compute_primitives::ProofLength,
		claim: &ProofClaim<AccountId>,
	) -> Vec<u8> {
		prove(&benchmark_key(length), claim)
	}
}

#[cfg(feature = "runtime-benchmarks")]
fn benchmark_key(length: ai_compute_primitives::ProofLength) -> ProofKeyHash {
	H256::repeat_byte(match length {
		ai_compute_primitives::ProofLength::Short => 21,
		ai_compute_primitives::ProofLength::Long => 22,
	})
}

// ---- committees

parameter_types! {
	/// Whose fault a missing key is.
	pub static MissedKeysAre: KeyFault = KeyFault::Requester;
	/// Attempts whose keys were missed.
	pub static MissedKeys: Vec<(JobId, u8, BlockNumber)> = Vec::new();
	/// Who keeps a share of the keys of all jobs.
	pub static Seats: Vec<AccountId> = Vec::new();
}

pub struct MockCommittees;
impl CommitteeKeys<AccountId, BlockNumber> for MockCommittees {
	fn conflicts(_: JobId, owner: &AccountId, _: AttestationId) -> bool {
		Seats::get().contains(owner)
	}
	fn key_missed(job: JobId, attempt: u8, deadline: BlockNumber) -> KeyFault {
		assert!(Tick::get() >= deadline, "a key is missed at its deadline");
		MissedKeys::mutate(|missed| missed.push((job, attempt, deadline)));
		MissedKeysAre::get()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn keep_for_benchmark(_: JobId) {}
}

// ---- externalities

/// Builds the test state: ALICE, BOB and STRANGER endowed, the treasury at the existential deposit,
/// nodes 0 to 5 registered with endowed owners, both models known.
#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut balances =
			vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (STRANGER, ENDOWMENT), (TREASURY, ED)];
		balances.extend((0..6).map(|n| (owner(n), ENDOWMENT)));
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| {
			MissedKeysAre::set(KeyFault::Requester);
			MissedKeys::set(Vec::new());
			Seats::set(Vec::new());
			System::set_block_number(1);
			go_to(1_000);
			for n in 0..6 {
				register(n);
			}
			Arbiters::put(vec![ARBITER]);
			register_model(MODEL, model(ModelTerms::default()));
			register_model(
				ROYAL_MODEL,
				model(ModelTerms { royalty_bps: 1_000, parent_bps: 2_500, ..Default::default() }),
			);
		});
		ext
	}

	/// Runs `test`, then checks the state.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			ExpectedIssuance::set(Balances::total_issuance());
			test();
			assert_eq!(
				Balances::total_issuance(),
				ExpectedIssuance::get(),
				"the pallet never mints or burns"
			);
			check_state();
		});
	}
}

/// Checks the pallet's state and that the registry agrees with it.
pub fn check_state() {
	assert_ok!(Market::do_try_state());
	// What all accounts have on hold is what all records say.
	let sum = |reason: HoldReason| -> Balance {
		pallet_balances::Holds::<Test>::iter_values()
			.flatten()
			.filter(|hold| hold.id == reason.into())
			.map(|hold| hold.amount)
			.sum()
	};
	let jobs = || Jobs::<Test>::iter_values();
	assert_eq!(
		sum(HoldReason::JobEscrow),
		jobs().filter(|job| !job.status.is_terminal()).map(|job| job.max_payment).sum()
	);
	assert_eq!(sum(HoldReason::StorageDeposit), jobs().map(|job| job.deposit).sum());
	assert_eq!(
		sum(HoldReason::DisputeBond),
		Disputes::<Test>::iter_values().map(|dispute| dispute.bond).sum()
	);
	assert_eq!(sum(HoldReason::BidBond), JobBids::<Test>::iter_values().map(|bid| bid.bond).sum());

	// The catalogue counts the jobs that are not over.
	for (model, open) in OpenJobs::iter() {
		let of_model =
			jobs().filter(|job| job.model_did.hash() == model && !job.status.is_terminal()).count();
		assert_eq!(open as usize, of_model, "open jobs of a model");
	}

	for (hash, node) in Nodes::iter() {
		let mine = || jobs().filter(|job| job.assignment.as_ref().is_some_and(|a| a.node == hash));
		let open = JobBids::<Test>::iter()
			.filter(|(_, key, bid)| *key == hash && bid.standing == BidStanding::Open)
			.count();
		assert_eq!(node.open_bids as usize, open, "open bids of {:?}", node.did);
		let busy = mine()
			.filter(|job| matches!(job.status, JobStatus::Assigned | JobStatus::Processing))
			.count();
		assert_eq!(node.busy as usize, busy, "slots of {:?}", node.did);
		let at_risk: Balance =
			mine().filter(|job| !job.status.is_terminal()).map(|job| job.at_risk()).sum();
		assert_eq!(node.exposure, at_risk, "exposure of {:?}", node.did);
	}
}

// ---- shorthands

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// Money of `who` that is free.
pub fn free(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

/// Money of `who` that is on hold for `reason`.
pub fn held(reason: HoldReason, who: &AccountId) -> Balance {
	Balances::balance_on_hold(&reason.into(), who)
}

/// Gives `who` exactly `amount`, minting or burning what it takes.
pub fn set_free(who: &AccountId, amount: Balance) {
	let before = Balances::total_issuance();
	<Balances as Mutate<AccountId>>::set_balance(who, amount);
	let after = Balances::total_issuance();
	ExpectedIssuance::mutate(|issuance| *issuance = *issuance + after - before);
}

pub fn job(job_id: JobId) -> JobRecordOf<Test> {
	Jobs::<Test>::get(job_id).unwrap()
}

pub fn status(job_id: JobId) -> JobStatus {
	job(job_id).status
}

/// Tokens of a test job.
pub const TOKENS: u32 = 1_000;
/// Escrow of a test job.
pub const ESCROW: Balance = 100 * UNIT;
/// A price that uses half of the escrow: 0.05 units.
pub const PRICE: Balance = UNIT / 20;
/// Hash of [`RESULT`].
pub fn result_hash() -> [u8; 32] {
	sp_io::hashing::blake2_256(RESULT)
}
/// A result.
pub const RESULT: &[u8] = b"forty-two";

/// ALICE submits a job for [`MODEL`].
pub fn submit() -> JobId {
	submit_model(MODEL)
}

/// ALICE submits a job for `model`.
pub fn submit_model(model: &[u8]) -> JobId {
	let job_id = NextJobId::<Test>::get();
	assert_ok!(Market::submit_job(
		signed(ALICE),
		model.to_vec(),
		b"prompt".to_vec(),
		TOKENS,
		ESCROW,
		8,
		false
	));
	job_id
}

/// Node `n` bids `price`, with a latency of 10 blocks.
pub fn bid(job_id: JobId, n: u8, price: Balance) -> DispatchResult {
	Market::place_bid(signed(node(n).owner), job_id, did_bytes(n), price, 60_000)
		.map(|_| ())
		.map_err(|DispatchErrorWithPostInfo { error, .. }| error)
}

/// A job with a bid of node 0 at [`PRICE`], assigned to it.
pub fn assigned() -> JobId {
	let job_id = submit();
	assign_new(job_id);
	job_id
}

/// Node 0 bids [`PRICE`] for `job_id` and gets it.
pub fn assign_new(job_id: JobId) {
	assert_ok!(bid(job_id, 0, PRICE));
	assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
}

/// A job that node 0 has started.
pub fn processing() -> JobId {
	let job_id = assigned();
	assert_ok!(Market::start_job(signed(owner(0)), job_id));
	job_id
}

/// Node 0 delivers `tokens` for `job_id`.
pub fn deliver(job_id: JobId, tokens: u32) {
	assert_ok!(Market::complete_job(signed(owner(0)), job_id, result_hash(), tokens, None));
}

/// A job for which node 0 has delivered half of the tokens.
pub fn completed() -> JobId {
	let job_id = processing();
	deliver(job_id, TOKENS / 2);
	job_id
}

/// A job whose delivery ALICE disputes because of `reason`.
pub fn disputed(reason: DisputeReason) -> JobId {
	let job_id = completed();
	assert_ok!(Market::dispute_job(signed(ALICE), job_id, reason, EVIDENCE));
	job_id
}

/// A job whose dispute waits for the arbiter.
pub fn answered() -> JobId {
	let job_id = disputed(DisputeReason::WrongResult);
	assert_ok!(Market::answer_dispute(signed(owner(0)), job_id, DisputeAnswer::Evidence([8; 32])));
	job_id
}

/// How ALICE seals.
pub const SEALING: Sealing = Sealing {
	result_key: [3; 32],
	salt: [
		0xd9, 0x80, 0x43, 0x05, 0x3a, 0x23, 0x15, 0xc0, 0x29, 0x52, 0x27, 0xe3, 0xe0, 0xaa, 0xe6,
		0x23, 0x64, 0x4b, 0x24, 0xcd, 0xae, 0x46, 0x88, 0xf8, 0xd9, 0x41, 0x17, 0x55, 0x48, 0xab,
		0xc6, 0x65,
	],
};

/// A sealed prompt.
pub fn sealed_prompt() -> Vec<u8> {
	[&[1, 1][..], &[5; 60]].concat()
}

/// The prompt of a confidential `submit_job`.
pub fn with_sealing() -> Vec<u8> {
	[SEALING.encode(), sealed_prompt()].concat()
}

/// ALICE submits a confidential job for [`MODEL`].
pub fn submit_sealed() -> JobId {
	if MockPolicy::get().is_none() {
		set_policy(1);
	}
	let job_id = NextJobId::<Test>::get();
	assert_ok!(Market::submit_job(
		signed(ALICE),
		MODEL.to_vec(),
		with_sealing(),
		TOKENS,
		ESCROW,
		8,
		true
	));
	job_id
}

/// A confidential job that node 0 has, whose key is owed, and the attestation that it is pinned to.
pub fn waiting() -> (JobId, AttestationId) {
	let job_id = submit_sealed();
	let id = attest(0, 10_000);
	assign_new(job_id);
	(job_id, id)
}

/// ALICE delivers the key of the present attempt.
pub fn deliver_key(job_id: JobId) -> DispatchResult {
	let pinned = SealedJobs::<Test>::get(job_id).unwrap().pinned.unwrap();
	let (attempt, to) = (job(job_id).attempts, recipient(pinned.attestation));
	Market::deliver_key(signed(ALICE), job_id, attempt, to, sealed_key())
}

/// A confidential job that node 0 works on.
pub fn processing_sealed() -> (JobId, AttestationId) {
	let (job_id, id) = waiting();
	assert_ok!(deliver_key(job_id));
	assert_ok!(Market::start_job(signed(owner(0)), job_id));
	(job_id, id)
}

/// The enclave's commitment to its output.
pub const OUTPUT: [u8; 32] = [6; 32];

/// What the enclave of the present attempt at `job_id` says.
pub fn receipt(
	job_id: JobId,
	result_hash: [u8; 32],
	tokens_used: u32,
	outcome: ReceiptOutcome,
) -> Receipt {
	let (record, sealed) = (job(job_id), SealedJobs::<Test>::get(job_id).unwrap());
	Receipt {
		job: job_id,
		attempt: record.attempts,
		node: record.assignment.unwrap().node,
		attestation: sealed.pinned.unwrap().attestation,
		model_version: ai_compute_primitives::model_version_hash(
			&record.model_did,
			record.terms.version,
		),
		prompt: H256(blake2_256(&sealed_prompt())),
		result_hash,
		output_commitment: OUTPUT,
		tokens_used,
		outcome,
	}
}

/// What stands for a result whose prompt did not open.
pub fn opening_hash(job_id: JobId) -> [u8; 32] {
	Market::opening_hash(job_id, &job(job_id)).unwrap()
}

/// The receipt that `signer` signs for it.
pub fn signed_receipt(receipt: &Receipt, signer: AttestationId) -> SignedReceipt {
	SignedReceipt {
		signer,
		output_commitment: receipt.output_commitment,
		outcome: receipt.outcome,
		signature: mock_signature(receipt, signer),
	}
}

/// Node 0 delivers `tokens` for the confidential `job_id`, off chain, with the pinned enclave's
/// receipt.
pub fn deliver_sealed(job_id: JobId, tokens: u32) -> DispatchResult {
	let receipt = receipt(job_id, result_hash(), tokens, ReceiptOutcome::Done);
	let evidence =
		Evidence { receipt: Some(signed_receipt(&receipt, receipt.attestation)), proof: None };
	plain(Market::complete_with_evidence(
		signed(owner(0)),
		job_id,
		result_hash(),
		tokens,
		None,
		evidence,
	))
}

/// A hash of evidence.
pub const EVIDENCE: [u8; 32] = [7; 32];

/// A settled, unrated job.
pub fn settled() -> JobId {
	let job_id = completed();
	assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
	job_id
}

/// Events of the marketplace since the last call of this.
pub fn take_events() -> Vec<Event<Test>> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::JobMarketplace(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}

/// The result of a call without its post-info.
pub fn plain<T>(result: Result<T, DispatchErrorWithPostInfo>) -> DispatchResult {
	result.map(|_| ()).map_err(|e| e.error)
}

/// The error of a call that returns post-info.
pub fn error_of<T>(result: Result<T, DispatchErrorWithPostInfo>) -> DispatchError {
	match result {
		Ok(_) => panic!("the call succeeded"),
		Err(e) => e.error,
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	let mut ext = ExtBuilder.build();
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
	ext
}
