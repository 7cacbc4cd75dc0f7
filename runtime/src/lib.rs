//! # Runtime of AI-Compute-PBC
//!
//! One runtime for every way of running the chain: development node, sovereign network, parachain
//! under FlareChain.
//!
//! | where | what |
//! |---|---|
//! | this file | types, version, pallets and their indices |
//! | [`configs`] | configuration of the pallets, by theme |
//! | [`apis`] | what the node asks of the runtime |
//! | [`constants`] | money, time, identity |
//! | [`genesis_config_presets`] | genesis states by name |
//! | `invariants` | what must hold between pallets, for tests and try-runtime |

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
// Runtime code must not panic by accident. Native builds (tests, the node) are left alone: macros
// of the SDK unwrap there.
#![cfg_attr(
	substrate_runtime,
	deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod constants;
pub mod genesis_config_presets;
#[cfg(any(feature = "std", feature = "try-runtime"))]
pub mod invariants;
pub mod weights;

// The SDK's macros name it without a path.
use alloc::vec::Vec;
use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256, MultiAddress};
use sp_version::RuntimeVersion;

pub use apis::{RuntimeApi, RUNTIME_API_VERSIONS};
pub use constants::{
	currency::{EDSC, EXISTENTIAL_DEPOSIT, MILLI_EDSC},
	time::SLOT_DURATION,
	EDSC_PBC_PARA_ID, PARA_ID,
};
pub use parachains_common::{AccountId, AuraId, Balance, BlockNumber, Hash, Nonce, Signature};
pub use sp_consensus_grandpa::AuthorityId as GrandpaId;

/// Address format of extrinsics.
pub type Address = MultiAddress<AccountId, ()>;

/// Block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// Block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What every signed transaction passes, in this order. Part of the transaction format: a change
/// needs a new `transaction_version`.
pub type TxExtension = cumulus_pallet_weight_reclaim::StorageWeightReclaim<
	Runtime,
	(
		frame_system::AuthorizeCall<Runtime>,
		frame_system::CheckNonZeroSender<Runtime>,
		frame_system::CheckSpecVersion<Runtime>,
		frame_system::CheckTxVersion<Runtime>,
		frame_system::CheckGenesis<Runtime>,
		frame_system::CheckEra<Runtime>,
		frame_system::CheckNonce<Runtime>,
		frame_system::CheckWeight<Runtime>,
		pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
		frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	),
>;

/// Extrinsic.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signature covers.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Migrations that run after every upgrade. This one does nothing when there is nothing to do.
pub type Migrations = (pallet_xcm::migration::MigrateToLatestXcmVersion<Runtime>,);

/// Runs blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

impl_opaque_keys! {
	/// Keys of a collator. Both are needed in every mode: Aura makes blocks, GRANDPA finalises them
	/// where no relay chain does.
	pub struct SessionKeys {
		pub aura: Aura,
		pub grandpa: Grandpa,
	}
}

/// Version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("ai-compute-pbc"),
	impl_name: alloc::borrow::Cow::Borrowed("ai-compute-pbc"),
	authoring_version: 1,
	spec_version: 100,
	impl_version: 1,
	apis: RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

// Hooks, genesis and inherents run in the order of the indices. It matters that Authorship comes
// before Session (the author is looked up in the set that made the block), Balances and
// CollatorSelection before Session, and AuraExt after it.
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
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Aura = pallet_aura;
	#[runtime::pallet_index(3)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(5)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(6)]
	pub type Sudo = pallet_sudo;

	// The project's own pallets.
	#[runtime::pallet_index(7)]
	pub type AIDID = pallet_aidid;
	#[runtime::pallet_index(8)]
	pub type DIDRegistry = pallet_did_registry;
	#[runtime::pallet_index(9)]
	pub type Accounts = pallet_accounts;
	#[runtime::pallet_index(10)]
	pub type GPURegistry = pallet_gpu_registry;
	#[runtime::pallet_index(11)]
	pub type JobMarketplace = pallet_job_marketplace;
	#[runtime::pallet_index(12)]
	pub type ConfidentialCompute = pallet_confidential_compute;
	#[runtime::pallet_index(13)]
	pub type AIModels = pallet_ai_models;
	#[runtime::pallet_index(14)]
	pub type Reputation = pallet_reputation;
	#[runtime::pallet_index(15)]
	pub type PaymentStreams = pallet_payment_streams;

	#[runtime::pallet_index(20)]
	pub type Clock = pallet_clock;

	// Parachain.
	#[runtime::pallet_index(30)]
	pub type ParachainSystem = cumulus_pallet_parachain_system;
	#[runtime::pallet_index(31)]
	pub type ParachainInfo = parachain_info;

	// Collators.
	#[runtime::pallet_index(40)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(41)]
	pub type CollatorSelection = pallet_collator_selection;
	#[runtime::pallet_index(42)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(43)]
	pub type AuraExt = cumulus_pallet_aura_ext;

	// Messages between chains.
	#[runtime::pallet_index(50)]
	pub type XcmpQueue = cumulus_pallet_xcmp_queue;
	#[runtime::pallet_index(51)]
	pub type PolkadotXcm = pallet_xcm;
	#[runtime::pallet_index(52)]
	pub type CumulusXcm = cumulus_pallet_xcm;
	#[runtime::pallet_index(53)]
	pub type MessageQueue = pallet_message_queue;
	#[runtime::pallet_index(60)]
	pub type Checkpoint = pallet_checkpoint;

	// Handy for accounts.
	#[runtime::pallet_index(70)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(71)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(72)]
	pub type Proxy = pallet_proxy;

	#[runtime::pallet_index(80)]
	pub type WeightReclaim = cumulus_pallet_weight_reclaim;
}

cumulus_pallet_parachain_system::register_validate_block! {
	Runtime = Runtime,
	BlockExecutor = cumulus_pallet_aura_ext::BlockExecutor::<Runtime, Executive>,
}
