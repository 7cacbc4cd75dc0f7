//! # Runtime of the relay chain for tests
//!
//! A relay chain as small as the stock polkadot client accepts: validators that never change, epochs
//! of ten blocks, the parachain pallets, XCM, sudo, and the pallet with which FlareChain registers
//! checkpoints. No staking, no offences, no slashing, no bridges. It is no draft of FlareChain.
//!
//! | where | what |
//! |---|---|
//! | this file | types, version, pallets and their indices |
//! | `system` | blocks, money, validators |
//! | `parachains` | backing, inclusion, messages, onboarding |
//! | `xcm_config` | messages between chains |
//! | `weights` | flat weights for what the SDK has no measured ones |
//! | [`apis`] | what the client asks of the runtime |
//! | [`genesis`] | the genesis to which validators and parachains are added |

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod apis;
pub mod genesis;
mod parachains;
mod system;
mod weights;
mod xcm_config;

// The SDK's macros name it without a path.
use alloc::vec::Vec;
use pallet_flarechain_checkpoint as pallet_checkpoint;
use pallet_session::historical as session_historical;
use polkadot_primitives::{AccountId, BlockNumber, Signature};
use polkadot_runtime_common::{paras_registrar, paras_sudo_wrapper};
use polkadot_runtime_parachains::{
	configuration, coretime, disputes, dmp, hrmp, inclusion, initializer, on_demand, origin, paras,
	paras_inherent, scheduler, session_info, shared,
};
use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256, MultiAddress};
use sp_version::RuntimeVersion;

pub use apis::{RuntimeApi, RUNTIME_API_VERSIONS};

/// Address format of extrinsics.
pub type Address = MultiAddress<AccountId, ()>;

/// Block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// Block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What every signed transaction passes.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckMortality<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// Extrinsic.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// Runs blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

impl_opaque_keys! {
	/// Keys of a validator.
	pub struct SessionKeys {
		pub grandpa: Grandpa,
		pub babe: Babe,
		pub para_validator: Initializer,
		pub para_assignment: ParaSessionInfo,
		pub authority_discovery: AuthorityDiscovery,
	}
}

/// Version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("flarechain-for-tests"),
	impl_name: alloc::borrow::Cow::Borrowed("flarechain-for-tests"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

// Hooks and genesis run in the order of the indices: Babe and Authorship before Session, Configuration
// before Paras. Names are those of the SDK's relay chains: parachains and clients read the storage of
// some pallets by name.
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
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(5)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(6)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(7)]
	pub type Historical = session_historical;
	#[runtime::pallet_index(8)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(10)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(12)]
	pub type AuthorityDiscovery = pallet_authority_discovery;

	// Parachains.
	#[runtime::pallet_index(50)]
	pub type ParachainsOrigin = origin;
	#[runtime::pallet_index(51)]
	pub type Configuration = configuration;
	#[runtime::pallet_index(52)]
	pub type ParasShared = shared;
	#[runtime::pallet_index(53)]
	pub type ParaInclusion = inclusion;
	#[runtime::pallet_index(54)]
	pub type ParaInherent = paras_inherent;
	#[runtime::pallet_index(55)]
	pub type ParaScheduler = scheduler;
	#[runtime::pallet_index(56)]
	pub type Paras = paras;
	#[runtime::pallet_index(57)]
	pub type Initializer = initializer;
	#[runtime::pallet_index(58)]
	pub type Dmp = dmp;
	#[runtime::pallet_index(60)]
	pub type Hrmp = hrmp;
	#[runtime::pallet_index(61)]
	pub type ParaSessionInfo = session_info;
	#[runtime::pallet_index(62)]
	pub type ParasDisputes = disputes;
	#[runtime::pallet_index(64)]
	pub type MessageQueue = pallet_message_queue;
	#[runtime::pallet_index(66)]
	pub type OnDemandAssignmentProvider = on_demand;

	// Onboarding of parachains.
	#[runtime::pallet_index(70)]
	pub type Registrar = paras_registrar;
	#[runtime::pallet_index(74)]
	pub type Coretime = coretime;
	#[runtime::pallet_index(75)]
	pub type ParasSudoWrapper = paras_sudo_wrapper;

	// Where the parachain of this project looks for it by default.
	#[runtime::pallet_index(90)]
	pub type Checkpoint = pallet_checkpoint;

	#[runtime::pallet_index(99)]
	pub type XcmPallet = pallet_xcm;

	// Governance of tests.
	#[runtime::pallet_index(100)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(101)]
	pub type Sudo = pallet_sudo;
}
