//! The project's own pallets.

use crate::{
	configs::fees::PlatformFees,
	constants::{
		currency::{deposit, EDSC, STORAGE_BYTE},
		time::MINUTES,
	},
	AccountId, Balance, Balances, BlockNumber, Clock, DIDRegistry, GPURegistry, Runtime,
	RuntimeHoldReason,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32},
};
use frame_system::EnsureRoot;

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
	/// No model catalogue: any AI DID names a model, and nobody earns a royalty.
	type Models = ();
	/// Nobody keeps standings: failures cost a node the job, not stake.
	type Report = ();
	type Fees = PlatformFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type MaxJobsPerBlock = MaxJobsPerBlock;
	type JobEscrowPeriod = JobEscrowPeriod;
	type MaxBidsPerJob = MaxBidsPerJob;
	type MinJobPayment = ConstU128<1_000_000_000>;
	type BidBond = BidBond;
	type DepositPerByte = ConstU128<STORAGE_BYTE>;
	type WeightInfo = pallet_job_marketplace::weights::SubstrateWeight<Runtime>;
}
