//! What the marketplace needs of the GPU registry.

use crate::{Did, DidHash};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult};

/// Whether a node takes work.
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
pub enum NodeStatus {
	/// Takes bids and jobs.
	#[default]
	Active,
	/// Switched off by its owner, or silent for too many rounds.
	Inactive,
	/// Barred by reputation or governance.
	Suspended,
}

/// A node as the marketplace sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeSummary<AccountId, Balance> {
	/// The account that registered the node: owns its stake and receives its pay.
	pub owner: AccountId,
	/// Present status; a node that missed too many heartbeats reads as inactive.
	pub status: NodeStatus,
	/// Video memory in GB.
	pub vram_gb: u32,
	/// Where the node stands, as its owner says.
	pub location: BoundedVec<u8, ConstU32<32>>,
	/// Bonded stake, without what is unbonding.
	pub stake: Balance,
	/// Whether the stake is at least the registry's minimum.
	pub sufficiently_staked: bool,
	/// Score from 0 to 10 000.
	pub reputation: u32,
	/// Whether the DID is still active and controlled by the owner.
	pub did_active: bool,
}

/// Reads of the registry.
pub trait NodeInspect<AccountId, Balance> {
	/// The node registered under `did`.
	fn node(did: &Did) -> Option<NodeSummary<AccountId, Balance>>;

	/// Whether `who` owns the node under `did` or controls its DID.
	fn is_related(did: &Did, who: &AccountId) -> bool;
}

/// Punishment by taking stake.
///
/// Called from settlement: no state makes an implementation fail, and it never panics.
pub trait SlashStake<AccountId, Balance> {
	/// What can be taken from `node` now: its stake and what its owner is still unbonding.
	fn slashable(node: &DidHash) -> Balance;

	/// Moves up to `amount` of `node`'s stake, then of what is unbonding, to `to`. If `to` cannot
	/// be credited the platform's fee account receives it. Returns what was really moved.
	///
	/// Fails only where a call is nested so deeply that no storage layer can be opened. Nothing has
	/// changed then; the caller fails too, and can be called again at its ordinary depth.
	fn slash(node: &DidHash, amount: Balance, to: &AccountId) -> Result<Balance, DispatchError>;
}

/// Writes to a node's standing, which belongs to its DID and outlives its registration.
///
/// Called from settlement: an implementation never fails and never panics.
pub trait StandingMutate {
	/// Score from 0 to 10 000.
	fn score(node: &DidHash) -> u32;

	/// Sets the score. Values above 10 000 count as 10 000.
	fn set_score(node: &DidHash, score: u32);

	/// Bars the node from new work.
	fn suspend(node: &DidHash);

	/// Lifts a suspension. The node's owner switches it on again when it is ready.
	fn reinstate(node: &DidHash);
}

/// Writes to a node's working counters.
///
/// The market opens a bid, closes it, and walks a job through `assign`, `free_slot`, `release`
/// (and `job_settled` when it was paid). Only `open_bid` and `assign` may refuse; the others are
/// called from settlement and never fail.
pub trait NodeMutate<AccountId, Balance>: NodeInspect<AccountId, Balance> {
	/// Counts one more open bid of the node. Refused above four times its capacity.
	fn open_bid(did: &Did) -> DispatchResult;

	/// Counts one open bid less.
	fn close_bid(node: &DidHash);

	/// Takes one of the node's parallel job slots and puts `at_risk` against its stake. Refused
	/// when no slot is free or the sum at risk would exceed the exposure limit.
	fn assign(did: &Did, at_risk: Balance) -> DispatchResult;

	/// Gives the slot back: the node has delivered or given up.
	fn free_slot(node: &DidHash);

	/// The job is over: `at_risk` no longer binds the stake.
	fn release(node: &DidHash, at_risk: Balance);

	/// One more job delivered and paid.
	fn job_settled(did: &Did);

	/// Registers a node under `did` for `owner`, for benchmarks, with `stake` or the least that is
	/// allowed.
	#[cfg(feature = "runtime-benchmarks")]
	fn register_for_benchmark(did: &Did, owner: &AccountId, stake: Balance);
}
