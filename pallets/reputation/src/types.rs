//! Stored records and what the view functions return.

use crate::{
	scoring::{Evidence, Prior},
	window::Window,
	BalanceOf,
};
use ai_compute_primitives::{DidHash, JobId, JobOutcome};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::traits::AtLeast32BitUnsigned;

/// Number of a slash. Counted up from 0, never reused.
pub type SlashId = u64;

/// What is known of a node.
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
pub struct NodeReputation<BlockNumber> {
	/// Evidence as it counted at `updated`.
	pub evidence: Evidence,
	/// When the evidence was last brought up to date.
	pub updated: BlockNumber,
	/// Score that the registry was last told, 0 to 10 000.
	pub score: u32,
	/// Ratings that counted.
	pub ratings: u32,
	/// Violations and gains of late.
	pub window: Window<BlockNumber>,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> NodeReputation<BlockNumber> {
	/// Nothing known.
	pub fn fresh(now: BlockNumber, score: u32) -> Self {
		Self {
			evidence: Evidence::default(),
			updated: now,
			score,
			ratings: 0,
			window: Window::opened(now),
		}
	}

	/// Brings evidence and window up to `now`.
	pub fn age(&mut self, now: BlockNumber, half_life: BlockNumber, window: BlockNumber) {
		let elapsed = now.saturating_sub(self.updated).unique_saturated_into();
		self.evidence = self.evidence.decayed(elapsed, half_life.unique_saturated_into());
		self.updated = self.updated.max(now);
		self.window.roll(now, window);
	}

	/// Whether the record says nothing that a fresh one would not.
	pub fn is_forgotten(&self, prior: &Prior) -> bool {
		self.evidence.is_negligible()
			&& self.window.is_empty()
			&& prior.score(self.evidence).abs_diff(prior.score) <= 1
	}
}

/// Why a node is barred.
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
pub enum SuspensionCause {
	/// Too many violations in the window.
	#[codec(index = 0)]
	Violations {
		/// Points counted then, without those of slashes overturned since.
		points: u16,
		/// Bucket of the window in which the last of them was counted.
		bucket: u32,
	},
	/// The score fell below the threshold.
	#[codec(index = 1)]
	Score,
	/// Governance decided so, and alone lifts it.
	#[codec(index = 2)]
	Governance,
}

/// A node's suspension.
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
pub struct Suspension<BlockNumber> {
	/// Why.
	pub cause: SuspensionCause,
	/// When it was imposed, or last prolonged by another fault.
	pub since: BlockNumber,
	/// First tick at which it can be lifted without governance. Means nothing where governance
	/// imposed it.
	pub until: BlockNumber,
}

/// What became of a slash so far.
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
pub enum SlashState<Balance> {
	/// Its owner may appeal until the deadline; from then on anyone releases it.
	#[codec(index = 0)]
	Held,
	/// The arbiter decides until the deadline; from then on anyone releases it.
	#[codec(index = 1)]
	Appealed {
		/// Bond on hold from the owner.
		bond: Balance,
	},
}

/// Stake that was taken and is not yet anybody's.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SlashRecord<AccountId, Balance, BlockNumber> {
	/// Hash of the node's DID.
	pub node: DidHash,
	/// Whose stake it was.
	pub owner: AccountId,
	/// The requester of the job, who is compensated.
	pub payer: AccountId,
	/// The job.
	pub job: JobId,
	/// What the node did.
	pub outcome: JobOutcome,
	/// Amount held, in the smallest unit.
	pub amount: Balance,
	/// Part of it that goes to the requester.
	pub compensation: Balance,
	/// When it was taken.
	pub at: BlockNumber,
	/// First tick at which its present state is over.
	pub deadline: BlockNumber,
	/// Points of the violation.
	pub points: u8,
	/// Bucket of the window in which the points were counted.
	pub bucket: u32,
	/// Bad evidence that the fault left then, in billionths of an outcome.
	pub evidence: u64,
	/// What became of it so far.
	pub state: SlashState<Balance>,
}

/// [`NodeReputation`] in this runtime.
pub type NodeReputationOf<T> = NodeReputation<BlockNumberFor<T>>;
/// [`Suspension`] in this runtime.
pub type SuspensionOf<T> = Suspension<BlockNumberFor<T>>;
/// [`SlashRecord`] in this runtime.
pub type SlashRecordOf<T> =
	SlashRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// An arbiter's decision on an appeal.
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
pub enum Ruling {
	/// The slash stands and the bond is lost.
	#[codec(index = 0)]
	Uphold,
	/// The slash was wrong: money and bond go back, the violation is undone.
	#[codec(index = 1)]
	Overturn,
}

/// Why a slash became final.
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
pub enum ReleaseReason {
	/// Nobody appealed in time.
	#[codec(index = 0)]
	Unappealed,
	/// The arbiter upheld it.
	#[codec(index = 1)]
	Upheld,
	/// The arbiter did not decide in time.
	#[codec(index = 2)]
	ArbiterSilent,
}

/// Why a suspension ended.
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
pub enum LiftReason {
	/// The cooling period is over and the stake suffices.
	#[codec(index = 0)]
	Cooled,
	/// A slash was overturned without which there would have been no suspension.
	#[codec(index = 1)]
	Overturned,
	/// Governance decided so.
	#[codec(index = 2)]
	Governance,
}

/// A node's score with its parts, as of now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct ScoreView {
	/// Good evidence, in billionths of an outcome.
	pub good: u64,
	/// Bad evidence, in billionths of an outcome.
	pub bad: u64,
	/// Expected share of work done well, of 10 000.
	pub mean: u32,
	/// Lower confidence bound of that share, of 10 000.
	pub lower_bound: u32,
	/// The score, of 10 000.
	pub score: u32,
	/// The score that matching reads: what `refresh_score` would replace by `score`.
	pub stored_score: u32,
	/// Ratings that counted.
	pub ratings: u32,
	/// Points of violations in the window.
	pub violations: u16,
	/// Points at which the node is suspended.
	pub violation_limit: u16,
	/// Good evidence that the node can still gain in this window, in billionths of an outcome.
	pub room: u64,
}

/// What keeps a suspension from being lifted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum LiftObstacle<BlockNumber> {
	/// Nothing: anyone may call `lift_suspension`.
	None,
	/// Only governance lifts it.
	Governance,
	/// It can be lifted from this tick on.
	Cooling(BlockNumber),
	/// No node is registered under the DID.
	NodeNotFound,
	/// The node's stake is below the registry's minimum.
	InsufficientStake,
}

/// A suspension and what is needed to lift it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct SuspensionView<BlockNumber> {
	/// The suspension.
	pub suspension: Suspension<BlockNumber>,
	/// What is missing first.
	pub obstacle: LiftObstacle<BlockNumber>,
}

/// What can be done with a slash now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum SlashAction<BlockNumber> {
	/// Its owner may appeal before this tick.
	Appeal(BlockNumber),
	/// The arbiter may decide before this tick.
	Resolve(BlockNumber),
	/// Anyone may release it.
	Release,
}

/// A slash and what can be done with it now.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct SlashView<AccountId, Balance, BlockNumber> {
	/// The slash.
	pub slash: SlashRecord<AccountId, Balance, BlockNumber>,
	/// What can be done.
	pub action: SlashAction<BlockNumber>,
}

/// [`SlashView`] in this runtime.
pub type SlashViewOf<T> =
	SlashView<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
