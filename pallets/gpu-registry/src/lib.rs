//! # GPU registry
//!
//! Staked GPU nodes: who offers which hardware, whether the node is there, and what stands behind
//! its promises.
//!
//! ## Life of a node
//!
//! 1. **Registered** with [`register_node`](Call::register_node) by the account that controls its
//!    DID. That account is the *owner* from then on: the stake is its money and pay goes to it,
//!    whatever becomes of the DID. A DID that is transferred, expired or revoked only keeps the
//!    node from new bids.
//! 2. **Active** or **Inactive** as the owner says ([`update_status`](Call::update_status)), and
//!    inactive when it misses too many heartbeats. **Suspended** by reputation or governance, and
//!    released only by them; a released node is inactive until its owner switches it on.
//! 3. **Left** with [`deregister_node`](Call::deregister_node) by its owner or by whoever controls
//!    the DID now, refused while a job of it is unsettled and never for any other reason. Its stake
//!    unbonds for `unbonding_period` ticks, slashable all the while, then
//!    [`claim_unbonded`](Call::claim_unbonded) returns it to its owner. Until then nobody else
//!    registers a node under the DID.
//!
//! Score, suspension, missed heartbeats and finished jobs belong to the DID: a node that comes
//! back under it finds them as it left them.
//!
//! ## Stake
//!
//! Everything is held from the owner under [`HoldReason::Stake`]; an owner's balance on hold equals
//! its nodes' stakes plus what is unbonding. The marketplace puts `price × max_tokens` of each
//! unsettled job against the stake: their sum never exceeds [`Config::ExposureFactor`] × stake when
//! a job is assigned, and neither withdrawing nor claiming may take what is at risk. A node slashed
//! below [`Config::MinimumStake`] cannot bid; it may do everything else.
//!
//! ## Heartbeats
//!
//! Time is cut into *rounds* of `max(min_round, nodes / heartbeats_per_tick)` ticks. In each round
//! an active node owes one [`heartbeat`](Call::heartbeat), within `heartbeat_grace` ticks after the
//! slot that the round's seed and the node's number draw for it. So about `heartbeats_per_tick`
//! heartbeats fall into a tick however large the fleet, and nothing is ever swept: rounds are
//! computed from the last stored one (see [`rounds`]), and the rounds a node missed follow from the
//! number of its last heartbeat. A node that missed more than `max_missed_rounds` in a row reads as
//! inactive at once, and is stored as such by the next call of its owner or of whoever keeps its
//! standing. Missing heartbeats never costs stake.
//!
//! A heartbeat names the node by its number and reads 16 bytes of it, never its profile. The owner
//! is recognised by the first 64 bits of the hash of its account. That is enough here: to pass for
//! another's owner takes about 2^64 tries at key generation against one fixed tag, and all it buys
//! is to mark somebody else's node as alive.
//!
//! The round's seed comes from the relay chain's randomness, else from the parent block's hash. A
//! block author can bias it a little, which decides when nodes report and nothing else.
//!
//! ## For wallets and dashboards
//!
//! `GPUNodes.status` is the status as last stored. Ask the view function `node_liveness` for the
//! present one, and for the ticks in which the next heartbeat is due.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;
pub use rounds::{Round, RoundShape};
pub use types::{
	Beat, GPUProfile, HeartbeatDuty, NodeId, NodeLiveness, NodeLoad, PriceClass,
	RegistryParameters, Standing, UnbondingChunk, MAX_LOCATION_LEN, MAX_MODEL_LEN, MAX_SCORE,
};
pub use views::{NodeView, NodeViewOf};
pub use weights::WeightInfo;

mod liveness;
mod load;
mod registration;
pub mod rounds;
mod staking;
mod standing;
mod types;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;

/// Balance of the currency that stakes are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A stored profile.
pub type GPUProfileOf<T> = GPUProfile<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A stored identity of a node.
pub type NodeIdOf<T> = NodeId<<T as frame_system::Config>::AccountId>;

/// A stored piece of unbonding stake.
pub type UnbondingChunkOf<T> = UnbondingChunk<BalanceOf<T>, BlockNumberFor<T>>;

/// The stored parameters.
pub type RegistryParametersOf<T> = RegistryParameters<BlockNumberFor<T>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use ai_compute_primitives::{Did, DidAuthority, DidHash, FeePolicy, NodeStatus};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of stakes.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Clock of rounds and unbonding, in ticks of six seconds.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// Who controls a DID.
		type DidAuthority: DidAuthority<Self::AccountId>;

		/// Account that receives slashed stake which its beneficiary cannot be credited with.
		type FeePolicy: FeePolicy<Self::AccountId>;

		/// Entropy of this block that no single block author chooses, where there is any; the
		/// relay chain's randomness on a parachain. Without it the parent block's hash is used.
		type Randomness: Get<Option<[u8; 32]>>;

		/// Who may force a node's status and change the parameters.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Least stake of a node, in the smallest unit. Raising it on a live chain keeps nodes
		/// below it from bidding until they top up; nothing else changes for them.
		#[pallet::constant]
		type MinimumStake: Get<BalanceOf<Self>>;

		/// How many times its stake a node may have at risk in unsettled jobs. At least 1; above 1
		/// a slash may not cover every job.
		#[pallet::constant]
		type ExposureFactor: Get<u32>;

		/// Most registered nodes until governance sets another number. Nodes that left do not
		/// count.
		#[pallet::constant]
		type MaxGPUNodes: Get<u32>;

		/// Most nodes of one owner. The list is read as a whole by registering and leaving. Can be
		/// raised on a live chain, never lowered.
		#[pallet::constant]
		type MaxNodesPerOwner: Get<u32>;

		/// Most jobs that a node may run at the same time. Nodes above a lowered limit keep their
		/// capacity until they change it.
		#[pallet::constant]
		type MaxCapacity: Get<u32>;

		/// Most dates at which stake of one node unbonds. Further withdrawals join the last date.
		/// Can be raised on a live chain, never lowered. At least 1.
		#[pallet::constant]
		type MaxUnbondingChunks: Get<u32>;

		/// Score of a DID that never registered: 0 to 10 000.
		#[pallet::constant]
		type InitialReputationScore: Get<u32>;

		/// Measured weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake of registered nodes, and stake that is unbonding.
		#[codec(index = 0)]
		Stake,
	}

	/// Registered nodes under their DIDs.
	#[pallet::storage]
	pub type GPUNodes<T: Config> = StorageMap<_, Blake2_128Concat, Did, GPUProfileOf<T>>;

	/// Nodes that an account owns.
	#[pallet::storage]
	pub type OwnerNodes<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<Did, T::MaxNodesPerOwner>,
		ValueQuery,
	>;

	/// Number of registered nodes.
	#[pallet::storage]
	pub type TotalNodes<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// DID and owner behind a hash, for registered nodes and for those whose stake still unbonds.
	#[pallet::storage]
	pub type NodeIds<T: Config> = StorageMap<_, Identity, DidHash, NodeIdOf<T>>;

	/// Work of each node that has any. Open bids outlast a node that left.
	#[pallet::storage]
	pub type NodeLoads<T: Config> =
		StorageMap<_, Identity, DidHash, NodeLoad<BalanceOf<T>>, ValueQuery>;

	/// Last heartbeat of each registered node, under its number.
	#[pallet::storage]
	pub type Beats<T: Config> = StorageMap<_, Identity, u32, Beat>;

	/// Number of the next node to register.
	#[pallet::storage]
	pub type NextIndex<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The last heartbeat round that a call touched. Later ones follow from it.
	#[pallet::storage]
	pub type LastRound<T: Config> = StorageValue<_, Round>;

	/// Standing of DIDs whose node left, where it differs from that of a DID that never registered.
	#[pallet::storage]
	pub type Standings<T: Config> = StorageMap<_, Identity, DidHash, Standing>;

	/// DIDs whose nodes governance has suspended with `force_status`. Nobody else ends that.
	#[pallet::storage]
	pub type Barred<T: Config> = StorageMap<_, Identity, DidHash, ()>;

	/// Stake on its way back, by node and by the account that owned it, earliest date first.
	#[pallet::storage]
	pub type Unbonding<T: Config> = StorageDoubleMap<
		_,
		Identity,
		DidHash,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<UnbondingChunkOf<T>, T::MaxUnbondingChunks>,
		ValueQuery,
	>;

	/// The parameters a chain starts with.
	#[pallet::type_value]
	pub fn InitialParameters<T: Config>() -> RegistryParametersOf<T> {
		RegistryParameters::initial(T::MaxGPUNodes::get())
	}

	/// Governable numbers.
	#[pallet::storage]
	pub type Parameters<T: Config> =
		StorageValue<_, RegistryParametersOf<T>, ValueQuery, InitialParameters<T>>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node was registered.
		NodeRegistered {
			/// DID of the node.
			did: Did,
			/// Who registered it.
			owner: T::AccountId,
			/// Stake on hold, in the smallest unit.
			stake: BalanceOf<T>,
			/// Number of the node, which its heartbeats name.
			index: u32,
		},
		/// A node's status changed.
		NodeStatusChanged {
			/// DID of the node.
			did: Did,
			/// Status before.
			old_status: NodeStatus,
			/// Status now.
			new_status: NodeStatus,
		},
		/// A node left.
		NodeDeregistered {
			/// DID of the node.
			did: Did,
			/// Who owned it.
			owner: T::AccountId,
		},
		/// A node's reputation score changed.
		ReputationUpdated {
			/// DID of the node.
			did: Did,
			/// Score before, from 0 to 10 000.
			old_score: u32,
			/// Score now, from 0 to 10 000.
			new_score: u32,
		},
		/// Stake was added.
		StakeAdded {
			/// DID of the node.
			did: Did,
			/// Owner of the node.
			owner: T::AccountId,
			/// Amount added, in the smallest unit.
			amount: BalanceOf<T>,
			/// Stake of the node now, in the smallest unit.
			stake: BalanceOf<T>,
		},
		/// Stake began to unbond.
		StakeUnbonding {
			/// DID of the node.
			did: Did,
			/// Whose money it is.
			owner: T::AccountId,
			/// Amount, in the smallest unit.
			amount: BalanceOf<T>,
			/// First tick at which it can be claimed.
			claimable_at: BlockNumberFor<T>,
		},
		/// Unbonded stake came back to its owner.
		StakeClaimed {
			/// DID of the node.
			did: Did,
			/// Whose money it is.
			owner: T::AccountId,
			/// Amount released, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// Stake was taken as a punishment.
		StakeSlashed {
			/// DID of the node.
			did: Did,
			/// Who lost it.
			owner: T::AccountId,
			/// Amount taken, in the smallest unit.
			amount: BalanceOf<T>,
			/// Who received it.
			beneficiary: T::AccountId,
		},
		/// A node's description changed.
		NodeUpdated {
			/// DID of the node.
			did: Did,
			/// Where the node stands.
			location: BoundedVec<u8, ConstU32<MAX_LOCATION_LEN>>,
			/// Price segment that it announces.
			price_class: PriceClass,
			/// Hash of the description of its endpoint.
			endpoint_hash: Option<H256>,
		},
		/// A node runs another number of jobs at the same time.
		CapacitySet {
			/// DID of the node.
			did: Did,
			/// Number of jobs.
			capacity: u32,
		},
		/// A node reported in its slot.
		HeartbeatReceived {
			/// Number of the node.
			index: u32,
			/// Number of the round.
			round: u32,
		},
		/// The standing of a DID changed whose node has left.
		AbsentStandingChanged {
			/// Hash of the DID.
			node: DidHash,
			/// Standing now.
			standing: Standing,
		},
		/// Governance changed the parameters.
		ParametersSet {
			/// The parameters now.
			parameters: RegistryParametersOf<T>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The stake would be below the minimum.
		InsufficientStake,
		/// A node is registered under this DID.
		NodeAlreadyExists,
		/// No such node is registered.
		NodeNotFound,
		/// The caller does not own the node.
		NotOwner,
		/// As many nodes are registered as are allowed.
		MaxNodesReached,
		/// The caller owns as many nodes as are allowed.
		TooManyNodesPerOwner,
		/// Not of the form `did:etrid:<kind>:<id>`, or longer than 128 bytes.
		InvalidDID,
		/// The DID is not registered, or expired, or revoked.
		DidNotActive,
		/// The caller does not control the DID.
		NotAuthorized,
		/// The GPU model is empty.
		GpuModelEmpty,
		/// The GPU model is longer than 64 bytes.
		GpuModelTooLong,
		/// The location is empty.
		LocationEmpty,
		/// The location is longer than 32 bytes.
		LocationTooLong,
		/// A node needs video memory.
		ZeroVram,
		/// The amount is zero.
		ZeroAmount,
		/// The caller's free balance does not cover the stake.
		InsufficientBalance,
		/// Only reputation or governance suspends a node.
		CannotSuspend,
		/// The node is suspended; only reputation or governance lifts that.
		NodeSuspended,
		/// The node has this status already.
		StatusUnchanged,
		/// Jobs of the node are not settled yet.
		JobsUnsettled,
		/// The amount stands behind unsettled jobs.
		StakeAtRisk,
		/// Nothing of the caller is unbonding under this DID.
		NothingUnbonding,
		/// Nothing can be claimed yet, or the heartbeat's slot has not opened.
		TooEarly,
		/// The heartbeat's slot has closed.
		TooLate,
		/// The node owes no heartbeats: it is not active.
		NodeNotActive,
		/// The node missed too many heartbeats; its owner must set it active again.
		HeartbeatLapsed,
		/// The node owes nothing more in this round.
		HeartbeatNotDue,
		/// The capacity is zero.
		ZeroCapacity,
		/// The capacity is above what is allowed.
		MaxCapacityExceeded,
		/// The node has four open bids for each job it can run.
		MaxOpenBidsExceeded,
		/// The node runs as many jobs as it can.
		MaxRunningJobsExceeded,
		/// The node's stake does not cover another job of this size.
		MaxExposureExceeded,
		/// A parameter lies outside its bounds.
		InvalidParameters,
		/// Stake of the DID's former owner is still unbonding under it.
		StakeUnbonding,
		/// The node runs more jobs than that at this moment.
		CapacityBelowRunningJobs,
		/// The node has more than four open bids for each job it could run then.
		CapacityBelowOpenBids,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			assert!(T::ExposureFactor::get() >= 1, "a node must be able to take jobs");
			assert!(T::MaxCapacity::get() >= 1, "a node must be able to run a job");
			assert!(T::MaxUnbondingChunks::get() >= 1, "leaving needs a place for the stake");
			assert!(T::MaxNodesPerOwner::get() >= 1, "an account must be able to own a node");
			assert!(T::InitialReputationScore::get() <= MAX_SCORE, "scores end at 10 000");
			assert!(InitialParameters::<T>::get().is_valid(), "initial parameters out of bounds");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers a GPU node under a DID that the caller controls.
		///
		/// Origin: signed. Holds `stake` from the caller, in the smallest unit, at least
		/// [`Config::MinimumStake`]. `gpu_model` has 1 to 64 bytes, `location` 1 to 32, `vram_gb`
		/// is above zero. The node starts active with room for one job and owes heartbeats from
		/// the next round on; standing from an earlier registration of the DID comes back, a
		/// suspension included. Refused while stake of another owner unbonds under the DID and
		/// cannot be claimed yet. Emits `NodeRegistered`.
		#[pallet::call_index(0)]
		pub fn register_node(
			origin: OriginFor<T>,
			did: Vec<u8>,
			gpu_model: Vec<u8>,
			vram_gb: u32,
			cuda_cores: u32,
			location: Vec<u8>,
			stake: BalanceOf<T>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, did, gpu_model, vram_gb, cuda_cores, location, stake)
		}

		/// Switches a node on or off.
		///
		/// Origin: owner of the node. `new_status` is `Active` or `Inactive`; refused while the
		/// node is suspended. Switching on forgives missed heartbeats and starts a new count.
		/// Emits `NodeStatusChanged`.
		#[pallet::call_index(1)]
		pub fn update_status(
			origin: OriginFor<T>,
			did: Vec<u8>,
			new_status: NodeStatus,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_status(who, did, new_status)
		}

		/// Takes a node out of the registry.
		///
		/// Origin: owner of the node, whatever its status and its DID's; or whoever controls the DID
		/// now, so that nobody keeps a name that is no longer its own. Refused while a job is
		/// unsettled. The whole stake starts to unbond, to its owner whoever calls, and stays
		/// slashable until it is claimed.
		/// Emits `StakeUnbonding` and `NodeDeregistered`.
		#[pallet::call_index(2)]
		pub fn deregister_node(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deregister(who, did)
		}

		/// Adds `amount` to a node's stake, in the smallest unit.
		///
		/// Origin: owner of the node. Holds the amount from the caller. Emits `StakeAdded`.
		#[pallet::call_index(3)]
		pub fn add_stake(
			origin: OriginFor<T>,
			did: Vec<u8>,
			amount: BalanceOf<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_add_stake(who, did, amount)
		}

		/// Starts to unbond `amount` of a node's stake, in the smallest unit.
		///
		/// Origin: owner of the node. What remains is at least [`Config::MinimumStake`] and covers
		/// every unsettled job. Emits `StakeUnbonding`.
		#[pallet::call_index(4)]
		pub fn withdraw_stake(
			origin: OriginFor<T>,
			did: Vec<u8>,
			amount: BalanceOf<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_stake(who, did, amount)
		}

		/// Releases the caller's stake under `did` that has finished unbonding.
		///
		/// Origin: the account that owned the stake. Refused while unsettled jobs of the caller's
		/// node need it, which happens only after a slash. Emits `StakeClaimed`.
		#[pallet::call_index(5)]
		pub fn claim_unbonded(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_claim_unbonded(who, did)
		}

		/// Replaces what a node says about itself: location (1 to 32 bytes), price segment and the
		/// hash of its endpoint's description.
		///
		/// Origin: owner of the node. Emits `NodeUpdated`.
		#[pallet::call_index(6)]
		pub fn update_node(
			origin: OriginFor<T>,
			did: Vec<u8>,
			location: Vec<u8>,
			price_class: PriceClass,
			endpoint_hash: Option<H256>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_node(who, did, location, price_class, endpoint_hash)
		}

		/// Sets how many jobs a node runs at the same time: 1 to [`Config::MaxCapacity`].
		///
		/// Origin: owner of the node. At least the jobs that it runs now and a quarter of its open
		/// bids, rounded up. Emits `CapacitySet`.
		#[pallet::call_index(7)]
		pub fn set_capacity(origin: OriginFor<T>, did: Vec<u8>, capacity: u32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_capacity(who, did, capacity)
		}

		/// Reports that the node with this number is alive.
		///
		/// Origin: owner of the node, inside the node's slot (view function `node_liveness`), once
		/// a round. Refused when the node is off duty or has missed too many rounds. Emits
		/// `HeartbeatReceived`.
		#[pallet::call_index(8)]
		pub fn heartbeat(origin: OriginFor<T>, index: u32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_heartbeat(who, index)
		}

		/// Sets any status of any node. A suspension by this call ends with this call only, also
		/// where reputation suspends the node too.
		///
		/// Origin: governance. Emits `NodeStatusChanged`.
		#[pallet::call_index(9)]
		pub fn force_status(
			origin: OriginFor<T>,
			did: Vec<u8>,
			new_status: NodeStatus,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_force_status(did, new_status)
		}

		/// Replaces the parameters, each within its bounds. The present round keeps its shape.
		///
		/// Origin: governance. Emits `ParametersSet`.
		#[pallet::call_index(10)]
		pub fn set_parameters(
			origin: OriginFor<T>,
			parameters: RegistryParametersOf<T>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_parameters(parameters)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A node as it stands now: status, score, stake, what it has at risk and room for.
		pub fn node_view(did: Vec<u8>) -> Option<NodeViewOf<T>> {
			Self::node_under(Did::parse(did).ok()?)
		}

		/// Where a node stands now, and when its next heartbeat is due.
		pub fn node_liveness(did: Vec<u8>) -> Option<NodeLiveness> {
			Self::liveness(&did)
		}

		/// The present heartbeat round.
		pub fn heartbeat_round() -> Round {
			Self::current_round()
		}

		/// Stake of `owner` that is unbonding under `did`, earliest date first.
		pub fn unbonding_stake(did: Vec<u8>, owner: T::AccountId) -> Vec<UnbondingChunkOf<T>> {
			Did::parse(did)
				.map(|did| Unbonding::<T>::get(did.hash(), owner).into_inner())
				.unwrap_or_default()
		}

		/// Score, suspension and history that a DID has, registered or not.
		pub fn standing(did: Vec<u8>) -> Option<Standing> {
			Did::parse(did).ok().map(|did| Self::standing_of(&did.hash()))
		}
	}
}
