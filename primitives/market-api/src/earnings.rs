//! What a node stands to earn and what is on hold for it.

use crate::Page;
use ai_compute_primitives::{Did, DidHash, JobId};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use pallet_gpu_registry::{NodeView, Standing, UnbondingChunk};
use pallet_job_marketplace::NodeShare;
use pallet_reputation::{SlashId, SlashView};
use scale_info::TypeInfo;

/// Answer to the question about a node's earnings: what it is, and one page of what it has.
///
/// The chain stores no sum of what a node has earned in its life, only the number of paid jobs;
/// amounts paid are in the events `JobSettled`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Earnings<AccountId, Balance, BlockNumber> {
	/// DID of the node.
	pub did: Did,
	/// Hash of it, which events and records name.
	pub node: DidHash,
	/// Score, suspension and number of paid jobs, of a node that left too.
	pub standing: Standing,
	/// The registered node with its stake, exposure and load.
	pub registration: Option<NodeView<AccountId, Balance>>,
	/// Owner of the node, else of what still unbonds.
	pub owner: Option<AccountId>,
	/// That owner's stake under this DID that is unbonding, earliest date first.
	pub unbonding: Vec<UnbondingChunk<Balance, BlockNumber>>,
	/// Bonds of bids on hold from that owner, for all its nodes, in the smallest unit. Struck bids
	/// that nobody has withdrawn are in it.
	pub bid_bonds: Balance,
	/// Bonds of appeals on hold from that owner, for all its nodes, in the smallest unit.
	pub appeal_bonds: Balance,
	/// Unpaid jobs and bids, the latest job first, then slashes that are not final. Struck bids are
	/// among them as far back as the walk goes: to the last job or bid that the registry counts.
	pub entries: Page<EarningsEntry<AccountId, Balance, BlockNumber>>,
}

/// Something that a node has.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum EarningsEntry<AccountId, Balance, BlockNumber> {
	/// Unpaid work or a bid.
	#[codec(index = 0)]
	Job {
		/// The job.
		job_id: JobId,
		/// What the node has in it.
		share: NodeShare<AccountId, Balance, BlockNumber>,
	},
	/// Stake that was taken and is not yet anybody's.
	#[codec(index = 1)]
	Slash {
		/// Number of the slash.
		slash_id: SlashId,
		/// The slash and what can be done with it now.
		view: SlashView<AccountId, Balance, BlockNumber>,
	},
}

/// Where a walk over a node's earnings stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum EarningsPosition {
	/// At a job.
	#[codec(index = 0)]
	Job {
		/// The job.
		job_id: JobId,
		/// Jobs and bids that the registry counts and the walk has not met.
		missing: u32,
	},
	/// At a slash.
	#[codec(index = 1)]
	Slash(SlashId),
}
