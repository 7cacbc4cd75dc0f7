//! Stored records of the registry.

use ai_compute_primitives::{Did, NodeStatus};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::traits::{One, Zero};

/// Longest name of a GPU model in bytes.
pub const MAX_MODEL_LEN: u32 = 64;
/// Longest location in bytes.
pub const MAX_LOCATION_LEN: u32 = 32;
/// Highest reputation score: 100.00 %.
pub const MAX_SCORE: u32 = 10_000;

/// A registered GPU node.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct GPUProfile<AccountId, Balance> {
	/// The account that registered the node: owns its stake and receives its pay.
	pub owner: AccountId,
	/// Model of the GPU, for example `NVIDIA H100 80GB`.
	pub gpu_model: BoundedVec<u8, ConstU32<MAX_MODEL_LEN>>,
	/// Video memory in GB.
	pub vram_gb: u32,
	/// Number of CUDA cores; 0 where the notion does not apply.
	pub cuda_cores: u32,
	/// Where the node stands, for example `US-WEST-2`.
	pub location: BoundedVec<u8, ConstU32<MAX_LOCATION_LEN>>,
	/// Bonded stake on hold, in the smallest unit, without what is unbonding.
	pub stake: Balance,
	/// Status as last stored. An active node that missed too many heartbeats reads as inactive
	/// before anybody has stored it.
	pub status: NodeStatus,
	/// Score from 0 to 10 000 (100.00 %).
	pub reputation_score: u32,
	/// Jobs delivered and paid, ever, under this DID.
	pub total_jobs_completed: u64,
	/// Tick of registration.
	pub registered_at: u64,
	/// Number of the node, never used again: what heartbeats name.
	pub index: u32,
	/// Jobs that the node runs at the same time.
	pub capacity: u32,
	/// Price segment that the owner announces.
	pub price_class: PriceClass,
	/// Hash of the description of the node's endpoint.
	pub endpoint_hash: Option<sp_core::H256>,
}

/// Price segment that a node announces. Bids alone bind.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum PriceClass {
	/// Nothing announced.
	#[default]
	Unspecified,
	/// Cheap, best effort.
	Economy,
	/// The middle of the market.
	Standard,
	/// Fast or well connected hardware.
	Premium,
}

/// Who is behind a [`DidHash`](ai_compute_primitives::DidHash).
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NodeId<AccountId> {
	/// The DID.
	pub did: Did,
	/// Owner of the registered node, else of the stake that is still unbonding.
	pub owner: AccountId,
}

/// Work that a node has taken on.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct NodeLoad<Balance> {
	/// Bids not yet decided.
	pub open_bids: u32,
	/// Jobs assigned and not yet delivered or given up.
	pub running: u32,
	/// Jobs assigned and not yet paid or failed.
	pub unsettled: u32,
	/// Sum of price × max_tokens over the unsettled jobs, in the smallest unit.
	pub exposure: Balance,
}

impl<Balance: Zero> NodeLoad<Balance> {
	/// Whether nothing is left to remember.
	pub fn is_idle(&self) -> bool {
		self.open_bids == 0 && self.running == 0 && self.unsettled == 0 && self.exposure.is_zero()
	}
}

/// The heartbeat of a node: all that a heartbeat reads and writes of it.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Beat {
	/// First 8 bytes of `blake2_256` of the owner's account.
	pub owner_tag: [u8; 8],
	/// Round of the last heartbeat, or in which the node went active; `u32::MAX` off duty.
	pub last_round: u32,
	/// Rounds missed while on duty, ever, under this DID, up to 255. Those since `last_round` are
	/// not yet in it.
	pub misses: u8,
}

impl Beat {
	/// `last_round` of a node that owes no heartbeats.
	pub const OFF_DUTY: u32 = u32::MAX;

	/// Whether the node owes heartbeats.
	pub fn on_duty(&self) -> bool {
		self.last_round != Self::OFF_DUTY
	}

	/// Counts missed rounds.
	pub fn add_misses(&mut self, missed: u32) {
		self.misses = self.misses.saturating_add(missed.try_into().unwrap_or(u8::MAX));
	}
}

/// What follows a DID from one registration to the next.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Standing {
	/// Score from 0 to 10 000.
	pub score: u32,
	/// Whether the node is barred.
	pub suspended: bool,
	/// Rounds missed while on duty, up to 255.
	pub misses: u8,
	/// Jobs delivered and paid.
	pub jobs_completed: u64,
}

impl Standing {
	/// Standing of a DID that never registered.
	pub fn fresh(initial_score: u32) -> Self {
		Self { score: initial_score, suspended: false, misses: 0, jobs_completed: 0 }
	}
}

/// Stake on its way back to its owner.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct UnbondingChunk<Balance, BlockNumber> {
	/// Amount on hold, in the smallest unit.
	pub amount: Balance,
	/// First tick at which it can be claimed.
	pub claimable_at: BlockNumber,
}

/// Governable numbers of the registry.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct RegistryParameters<BlockNumber> {
	/// Most registered nodes: 1 to 1 000 000. Nodes that left do not count.
	pub max_nodes: u32,
	/// Ticks for which stake stays on hold and slashable after its owner took it out: 2 400 to
	/// 432 000 (4 hours to 30 days). Stake that is unbonding already keeps its date.
	pub unbonding_period: BlockNumber,
	/// Rounds in a row that a node may miss and still count as active: 1 to 100.
	pub max_missed_rounds: u32,
	/// Ticks for which a heartbeat slot stays open after its first: 15 to 60. The clock moves at
	/// most 10 ticks a block, so no slot is jumped over.
	pub heartbeat_grace: u32,
	/// Least length of a round in ticks: 100 to 14 400.
	pub min_round: u32,
	/// Slots that open in a tick on average, once the fleet is big enough: 1 to 100.
	pub heartbeats_per_tick: u32,
}

impl<BlockNumber: From<u32> + PartialOrd + One> RegistryParameters<BlockNumber> {
	/// The numbers a chain starts with.
	pub fn initial(max_nodes: u32) -> Self {
		Self {
			max_nodes,
			unbonding_period: 14_400.into(),
			max_missed_rounds: 3,
			heartbeat_grace: 20,
			min_round: 100,
			heartbeats_per_tick: 20,
		}
	}

	/// Whether every number lies within its bounds.
	pub fn is_valid(&self) -> bool {
		(1..=1_000_000).contains(&self.max_nodes)
			&& self.unbonding_period >= 2_400.into()
			&& self.unbonding_period <= 432_000.into()
			&& (1..=100).contains(&self.max_missed_rounds)
			&& (15..=60).contains(&self.heartbeat_grace)
			&& (100..=14_400).contains(&self.min_round)
			&& (1..=100).contains(&self.heartbeats_per_tick)
	}
}

/// Where a node stands now, derived.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct NodeLiveness {
	/// Present status: inactive if it missed too many heartbeats.
	pub status: NodeStatus,
	/// Number of the node, which its heartbeats name.
	pub index: u32,
	/// Number of the present round.
	pub round: u32,
	/// First tick of the next round.
	pub round_ends_at: u64,
	/// Rounds missed in a row.
	pub missed: u32,
	/// Rounds missed ever, up to 255.
	pub total_missed: u8,
	/// What the node owes in this round.
	pub duty: HeartbeatDuty,
}

/// What a node owes in the present round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum HeartbeatDuty {
	/// Nothing: it is not active.
	OffDuty,
	/// Nothing any more.
	Done,
	/// One heartbeat in these ticks, both included. May be past.
	Due {
		/// First tick.
		opens_at: u64,
		/// Last tick.
		closes_at: u64,
	},
	/// Too many rounds missed: its owner must set it active again.
	Lapsed,
}

/// Checks bytes for a field that must not be empty.
pub(crate) fn filled<const MAX: u32, E>(
	bytes: alloc::vec::Vec<u8>,
	empty: E,
	too_long: E,
) -> Result<BoundedVec<u8, ConstU32<MAX>>, E> {
	if bytes.is_empty() {
		return Err(empty);
	}
	bytes.try_into().map_err(|_| too_long)
}
