//! The project's own pallets.

use crate::{
	configs::fees::PlatformFees,
	constants::{
		currency::{deposit, EDSC, STORAGE_BYTE},
		time::{DAYS, HOURS, MINUTES},
	},
	AIModels, AccountId, Balance, Balances, BlockNumber, Clock, ConfidentialCompute, DIDRegistry,
	GPURegistry, JobMarketplace, Reputation, Runtime, RuntimeHoldReason, Timestamp, AIDID,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64},
	PalletId,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use pallet_confidential_compute::{dkg::CommitteeRules, IntelSgxRoot, NvidiaDeviceRoot};
use sp_runtime::Percent;

/// Six-second ticks for every deadline below.
impl pallet_clock::Config for Runtime {
	/// An outage of any length costs a deadline one minute.
	type MaxClockStep = ConstU32<MINUTES>;
	type WeightInfo = pallet_clock::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// A record of at most 360 bytes and a place of 32 bytes in the owner's list.
	pub const DidRegistrationDeposit: Balance = deposit(2, 360 + 32);
	/// What a tombstone goes on occupying.
	pub const DidTombstoneDeposit: Balance = deposit(1, 360);
	/// One access entry.
	pub const DidAccessDeposit: Balance = deposit(1, 96);
}

impl pallet_did_registry::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type RegistrationDeposit = DidRegistrationDeposit;
	type TombstoneDeposit = DidTombstoneDeposit;
	type AccessDeposit = DidAccessDeposit;
	type MaxDidsPerOwner = ConstU32<100>;
	type MaxAccessControlEntries = ConstU32<100>;
	type WeightInfo = pallet_did_registry::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// The entries of an identity that do not depend on its length.
	pub const AiRegistrationDeposit: Balance = deposit(4, 300);
	/// A permission beside its bytes.
	pub const AiPermissionDeposit: Balance = deposit(1, 128);
}

impl pallet_aidid::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type RegistrationDeposit = AiRegistrationDeposit;
	type ByteDeposit = ConstU128<STORAGE_BYTE>;
	type PermissionDeposit = AiPermissionDeposit;
	type MaxAIsPerController = ConstU32<100>;
	type MaxPermissions = ConstU32<100>;
	/// As long as a settled job can be rated.
	type RightsPeriod = ConstU32<DAYS>;
	/// A tenth of an ËDSC, of which the platform keeps its share.
	type MinimumPaid = ConstU128<{ EDSC / 10 }>;
	type WeightInfo = pallet_aidid::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// A configuration of a recovery without its guardians.
	pub const RecoveryConfigDeposit: Balance = deposit(1, 64);
	/// A guardian's place in it.
	pub const RecoveryGuardianDeposit: Balance = deposit(0, 32);
	/// What a guardian posts for a recovery that it initiates.
	pub const RecoveryInitiationDeposit: Balance = deposit(1, 512);
}

/// Records of two tokens of Ëtrid; the chain's own money is in `Balances`.
impl pallet_accounts::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type MinimumBalance = ConstU64<500>;
	type ConfigDeposit = RecoveryConfigDeposit;
	type GuardianDeposit = RecoveryGuardianDeposit;
	type InitiationDeposit = RecoveryInitiationDeposit;
	type MinRecoveryDelay = ConstU32<HOURS>;
	type MaxRecoveryDelay = ConstU32<{ 30 * DAYS }>;
	type RecoveryPeriod = ConstU32<{ 7 * DAYS }>;
	type WeightInfo = pallet_accounts::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Least stake of a GPU node.
	pub const MinimumStake: Balance = 1_000 * EDSC;
	/// Most GPU nodes until governance sets another number.
	pub const MaxGPUNodes: u32 = 100_000;
	/// Score of a DID that never registered, of 10 000.
	pub const InitialReputationScore: u32 = 5_000;
}

impl pallet_gpu_registry::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type DidAuthority = DIDRegistry;
	type FeePolicy = PlatformFees;
	type Randomness = pallet_clock::RelayRandomness<Runtime>;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type MinimumStake = MinimumStake;
	/// Every unsettled job is covered by stake in full.
	type ExposureFactor = ConstU32<1>;
	type MaxGPUNodes = MaxGPUNodes;
	type MaxNodesPerOwner = ConstU32<10>;
	type MaxCapacity = ConstU32<64>;
	type MaxUnbondingChunks = ConstU32<8>;
	type InitialReputationScore = InitialReputationScore;
	type WeightInfo = pallet_gpu_registry::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Covers a model's bounded records.
	pub const ModelRegistrationDeposit: Balance = 100 * EDSC;
	/// A host's entry.
	pub const ModelHostDeposit: Balance = deposit(1, 320);
}

impl pallet_ai_models::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Dids = AIDID;
	type Nodes = GPURegistry;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkNodes = GPURegistry;
	type FeePolicy = PlatformFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type ModelRegistrationDeposit = ModelRegistrationDeposit;
	type HostDeposit = ModelHostDeposit;
	type MaxModelsPerOwner = ConstU32<100>;
	type MaxVersions = ConstU32<16>;
	type MaxAllowed = ConstU32<100>;
	/// Longer than a job can take from submission to the end of its dispute.
	type VersionRetention = ConstU32<{ 10 * DAYS }>;
	type WeightInfo = pallet_ai_models::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Slash of one ordinary fault.
	pub const SlashingAmount: Balance = 100 * EDSC;
	/// Names the account that keeps slashes until their appeals are over.
	pub const ReputationPalletId: PalletId = PalletId(*b"ac/reput");
}

impl pallet_reputation::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Nodes = GPURegistry;
	type Stake = GPURegistry;
	type Standing = GPURegistry;
	type Fees = PlatformFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type ArbiterOrigin = EnsureRoot<AccountId>;
	type PalletId = ReputationPalletId;
	type InitialReputationScore = InitialReputationScore;
	type SlashingAmount = SlashingAmount;
	type WeightInfo = pallet_reputation::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = GPURegistry;
}

parameter_types! {
	/// Governance as arbiter is no account, so it is no party either.
	pub const NoAccount: Option<AccountId> = None;
	/// Jobs that one block takes until governance sets another number.
	pub const MaxJobsPerBlock: u32 = 1_000;
	/// Ticks from delivery to payment without acceptance: ten minutes.
	pub const JobEscrowPeriod: BlockNumber = 10 * MINUTES;
	/// Most open bids of a job.
	pub const MaxBidsPerJob: u32 = 50;
	/// What a bidder risks by making its own node ineligible.
	pub const BidBond: Balance = EDSC / 10;
}

impl pallet_job_marketplace::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Nodes = GPURegistry;
	type Models = AIModels;
	type ModelUsage = (AIModels, AIDID);
	type Report = Reputation;
	type Attestations = ConfidentialCompute;
	type Proofs = ConfidentialCompute;
	type Committees = ConfidentialCompute;
	type Fees = PlatformFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type ArbiterOrigin = EnsureRootWithSuccess<AccountId, NoAccount>;
	type MaxJobsPerBlock = MaxJobsPerBlock;
	type JobEscrowPeriod = JobEscrowPeriod;
	type MaxBidsPerJob = MaxBidsPerJob;
	type MinJobPayment = ConstU128<1_000_000_000>;
	type BidBond = BidBond;
	type MinDisputeBond = ConstU128<EDSC>;
	type DepositPerByte = ConstU128<STORAGE_BYTE>;
	type MaxBatch = ConstU32<64>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkModels = crate::benchmarks::Models;
	type WeightInfo = pallet_job_marketplace::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Longest life of an attestation: a day.
	pub const AttestationValidityPeriod: BlockNumber = DAYS;
	/// How long policies, proof keys and attestations stay that new jobs no longer use: longer than a
	/// job can take from submission to its result.
	pub const RecordRetention: BlockNumber = 30_000;
	/// A weekly change of hands, with four hours for it; members answer within a minute.
	pub const KeyCommitteeRules: CommitteeRules<BlockNumber> = CommitteeRules {
		join_period: HOURS,
		dealing_period: HOURS / 2,
		complaint_period: HOURS / 2,
		epoch_length: 7 * DAYS,
		reshare_lead: 4 * HOURS,
		response_time: MINUTES,
		max_releases: 64,
		fault_penalty: Percent::from_percent(50),
		silence_penalty: Percent::from_percent(10),
	};
}

impl pallet_confidential_compute::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	/// Dates of certificates do not wait while this chain stands still.
	type UnixTime = Timestamp;
	type Nodes = GPURegistry;
	type Models = AIModels;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type IntelRoot = IntelSgxRoot;
	type NvidiaRoot = NvidiaDeviceRoot;
	type AttestationValidityPeriod = AttestationValidityPeriod;
	type RecordRetention = RecordRetention;
	type DepositPerByte = ConstU128<STORAGE_BYTE>;
	type KeyedJobs = JobMarketplace;
	type Fees = PlatformFees;
	type CommitteeRules = KeyCommitteeRules;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Confidential;
	type WeightInfo = pallet_confidential_compute::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Names the account that has all deposits of channels, streams and hash locks.
	pub const PaymentsPalletId: PalletId = PalletId(*b"pbc/pays");
}

impl pallet_payment_streams::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	/// Hash locks do not wait while this chain stands still.
	type RelayBlockNumberProvider = pallet_clock::RelayNumber<Runtime>;
	type Jobs = JobMarketplace;
	type Fees = PlatformFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type PalletId = PaymentsPalletId;
	/// A hundredth of an ËDSC.
	type MinDeposit = ConstU128<{ EDSC / 100 }>;
	type DepositPerByte = ConstU128<STORAGE_BYTE>;
	type WeightInfo = pallet_payment_streams::weights::SubstrateWeight<Runtime>;
}
