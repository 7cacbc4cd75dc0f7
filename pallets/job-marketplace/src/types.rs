//! Records of the marketplace.

use crate::{
	lifecycle::{JobCall, KeyPhase, Moment},
	Config,
};
use ai_compute_primitives::{Did, DidHash, JobOutcome, ModelTerms, PriceRule};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{AtLeast32BitUnsigned, One, Zero},
	Percent, SaturatedConversion,
};

/// Longest prompt in bytes.
pub const MAX_PROMPT_LEN: u32 = 10_240;
/// Longest result in bytes that is stored on chain.
pub const MAX_RESULT_LEN: u32 = 10_240;

/// Balance type of the marketplace's currency.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// [`JobRecord`] in this runtime.
pub type JobRecordOf<T> =
	JobRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`JobBid`] in this runtime.
pub type JobBidOf<T> =
	JobBid<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Assignment`] in this runtime.
pub type AssignmentOf<T> =
	Assignment<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Dispute`] in this runtime.
pub type DisputeOf<T> = Dispute<BalanceOf<T>, BlockNumberFor<T>>;

/// State of a job. Stored: grows at the end only.
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
pub enum JobStatus {
	/// Looking for a node.
	#[codec(index = 0)]
	Pending,
	/// A node has the job and must start it.
	#[codec(index = 1)]
	Assigned,
	/// The node works.
	#[codec(index = 2)]
	Processing,
	/// A result is delivered and waits for acceptance or the end of the escrow period.
	#[codec(index = 3)]
	Completed,
	/// Ended without a paid result; the escrow went back.
	#[codec(index = 4)]
	Failed,
	/// Ended and paid.
	#[codec(index = 5)]
	Settled,
	/// The requester contests the result.
	#[codec(index = 6)]
	Disputed,
	/// Ended by the requester before assignment; the escrow went back.
	#[codec(index = 7)]
	Cancelled,
	/// Ended because nobody took it; the escrow went back.
	#[codec(index = 8)]
	Expired,
}

impl JobStatus {
	/// Whether the job is over: no money is in escrow and the record may be reaped some day.
	pub fn is_terminal(self) -> bool {
		match self {
			Self::Failed | Self::Settled | Self::Cancelled | Self::Expired => true,
			Self::Pending
			| Self::Assigned
			| Self::Processing
			| Self::Completed
			| Self::Disputed => false,
		}
	}
}

/// Whether a result met the time that its bid promised.
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
pub enum Timing {
	/// Before the promised time.
	OnTime,
	/// After it, inside the late grace.
	Late,
}

/// The node that holds a job, and on which terms.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Assignment<AccountId, Balance, BlockNumber> {
	/// Hash of the node's DID. The DID itself is in [`AssignedNodes`](crate::AssignedNodes).
	pub node: DidHash,
	/// Owner of the node at assignment: acts for it and is paid.
	pub owner: AccountId,
	/// Price per token.
	pub price_per_token: Balance,
	/// Blocks from start to result that the bid promised.
	pub latency: BlockNumber,
	/// Once started: the end of that time. A result from then on is late.
	pub result_due: Option<BlockNumber>,
}

/// Where the bytes of a result are.
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
pub enum ResultBytes {
	/// With the parties; the chain knows the hash.
	#[codec(index = 0)]
	OffChain,
	/// In [`Results`](crate::Results).
	#[codec(index = 1)]
	OnChain,
}

/// What the node delivered.
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
pub struct Delivery {
	/// `blake2_256` of the delivered bytes.
	pub result_hash: [u8; 32],
	/// Tokens that the node counted.
	pub tokens_used: u32,
	/// Whether it came in time.
	pub timing: Timing,
	/// Where the bytes are.
	pub bytes: ResultBytes,
}

/// What a settled job came to.
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
pub struct Settlement<Balance> {
	/// How it ended for the node.
	pub outcome: JobOutcome,
	/// The platform fee, as it counts for the node's standing: zero where the requester is related
	/// to the node or owns the model.
	pub fee_paid: Balance,
}

/// A job, without its prompt, result and bids.
///
/// Small and of fixed size: every call reads it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct JobRecord<AccountId, Balance, BlockNumber> {
	/// Who asked and pays.
	pub requester: AccountId,
	/// The model to run.
	pub model_did: Did,
	/// Most tokens that are paid.
	pub max_tokens: u32,
	/// The escrow.
	pub max_payment: Balance,
	/// Least VRAM in GB: the larger of what the requester and the model ask.
	pub min_vram_gb: u32,
	/// Whether only attested enclaves may take the job.
	pub confidential: bool,
	/// When it was submitted.
	pub created_at: BlockNumber,
	/// State.
	pub status: JobStatus,
	/// The one deadline of the present state. In a terminal state: when the record may be reaped.
	pub deadline: BlockNumber,
	/// End of bidding.
	pub bid_end: BlockNumber,
	/// A result must be delivered before this.
	pub lifetime_end: BlockNumber,
	/// Longest latency that a bid may promise, in blocks.
	pub result_limit: BlockNumber,
	/// Blocks that the requester has to look at a result.
	pub escrow_period: BlockNumber,
	/// Assignments made so far.
	pub attempts: u8,
	/// Entries in [`JobBids`](crate::JobBids).
	pub bid_count: u32,
	/// The model's terms at submission.
	pub terms: ModelTerms<Balance>,
	/// The platform's share at submission.
	pub fee: Percent,
	/// What a late result loses, at submission.
	pub late_penalty: Percent,
	/// Storage deposit of the requester.
	pub deposit: Balance,
	/// Whether it has an entry in [`JobOptions`](crate::JobOptions), and perhaps others beside it.
	pub has_options: bool,
	/// Who holds the job, or held it last when it failed.
	pub assignment: Option<Assignment<AccountId, Balance, BlockNumber>>,
	/// What was delivered.
	pub delivery: Option<Delivery>,
	/// When a terminal state was reached.
	pub ended_at: Option<BlockNumber>,
	/// What it came to, once it is settled.
	pub settlement: Option<Settlement<Balance>>,
	/// The requester's rating, 1 to 5 stars.
	pub rating: Option<u8>,
}

impl<AccountId, Balance, BlockNumber> JobRecord<AccountId, Balance, BlockNumber>
where
	Balance: AtLeast32BitUnsigned + Copy,
	BlockNumber: AtLeast32BitUnsigned + Copy,
{
	/// Price × max_tokens: the most that a bid at `price` can earn, and what a node puts at risk.
	pub fn cost(&self, price: Balance) -> Option<Balance> {
		price.checked_mul(&self.max_tokens.saturated_into())
	}

	/// What the assigned node has at risk; zero without one.
	pub fn at_risk(&self) -> Balance {
		let price = self.assignment.as_ref().map(|a| a.price_per_token);
		price.and_then(|price| self.cost(price)).unwrap_or_else(Zero::zero)
	}

	/// The facts that decide which calls are valid at `now`.
	pub fn moment(
		&self,
		now: BlockNumber,
		rating_period: BlockNumber,
		dispute: Option<DisputePhase>,
		key: KeyPhase,
	) -> Moment<BlockNumber> {
		Moment {
			status: self.status,
			now,
			bid_end: self.bid_end,
			deadline: self.deadline,
			rating_end: self.ended_at.unwrap_or(now).saturating_add(rating_period),
			dispute,
			key,
		}
	}
}

/// Where the bond of a bid goes when the bid leaves.
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
pub enum BidStanding {
	/// In the job's book; the bond is the bidder's.
	#[codec(index = 0)]
	Open,
	/// Struck from the book at matching through no act of the owner; the bond is the bidder's.
	#[codec(index = 1)]
	Struck,
	/// Struck from the book at matching because the owner made the node ineligible; the bond is
	/// due to the fee account.
	#[codec(index = 2)]
	Forfeited,
}

/// A bid.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct JobBid<AccountId, Balance, BlockNumber> {
	/// The node that offers to work.
	pub gpu_did: Did,
	/// Its owner, who posted the bond.
	pub bidder: AccountId,
	/// Price per token.
	pub price_per_token: Balance,
	/// Promised time from start to result.
	pub estimated_latency_ms: u32,
	/// Score at placing.
	pub score: u32,
	/// When it was placed.
	pub placed_at: BlockNumber,
	/// Bond on hold.
	pub bond: Balance,
	/// Whether it is still in the running.
	pub standing: BidStanding,
}

/// Why a node cannot take a job.
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
pub enum Ineligible {
	/// The DID names no registered node.
	NodeNotFound,
	/// The node belongs to somebody else than the bidder.
	OwnerChanged,
	/// Switched off, or silent for too long.
	Inactive,
	/// Barred by reputation or governance.
	Suspended,
	/// The DID is revoked, expired or no longer the owner's.
	DidInactive,
	/// Staked less than the registry's minimum.
	BelowMinimumStake,
	/// Staked less than price × max_tokens.
	StakeBelowCost,
	/// Not enough video memory.
	InsufficientVram,
	/// A result in the promised time could come after the end of the job's lifetime.
	LifetimeExceeded,
	/// The registry refused: no free slot, or too much at risk already.
	Refused,
	/// The model's owner does not accept the price.
	PriceRefused,
	/// The node does not host the model, whose owner wants jobs to run on hosts only.
	NotHosting,
	/// The model is gone, and with it the list of its hosts.
	ModelGone,
	/// The job is for another node only.
	NotInvited,
	/// Its reputation is below what the requester asks.
	ReputationTooLow,
	/// It stands outside the region that the requester asks.
	OutsideRegion,
	/// The job is confidential, and the node's enclave and GPUs are not proven as it asks, or not for
	/// long enough.
	NotAttested,
	/// The job is confidential, and what proved the node's enclave was taken from it.
	AttestationTaken,
	/// Its owner, or its platform, keeps a share of the job's data key.
	KeepsTheKey,
}

impl Ineligible {
	/// Where the bond of a bid goes that this struck. An act of the owner that voids a standing bid
	/// costs the bond; what others did, or work taken on elsewhere, does not.
	pub fn standing(self) -> BidStanding {
		match self {
			Self::NodeNotFound
			| Self::OwnerChanged
			| Self::Inactive
			| Self::DidInactive
			| Self::StakeBelowCost
			| Self::InsufficientVram
			| Self::OutsideRegion
			| Self::NotAttested => BidStanding::Forfeited,
			// Withdrawals leave the minimum stake in place, so only a slash or a raised minimum
			// gets a node below it; and only governance takes an attestation away. A requester names
			// the committee when it likes. A job keeps the price rule of its submission, so that a bid
			// cannot come to break it. The model's owner too can end a node's hosting.
			Self::BelowMinimumStake
			| Self::Suspended
			| Self::LifetimeExceeded
			| Self::Refused
			| Self::PriceRefused
			| Self::NotHosting
			| Self::ModelGone
			| Self::NotInvited
			| Self::ReputationTooLow
			| Self::AttestationTaken
			| Self::KeepsTheKey => BidStanding::Struck,
		}
	}
}

/// Least price per token that `rule` and the market's own minimum of one unit allow.
pub fn least_price<Balance: AtLeast32BitUnsigned + Copy>(rule: &PriceRule<Balance>) -> Balance {
	match rule {
		PriceRule::Any => One::one(),
		PriceRule::AtLeast(price) | PriceRule::Exactly(price) => (*price).max(One::one()),
	}
}

/// Why a requester contests a result. Stored: grows at the end only.
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
pub enum DisputeReason {
	/// The bytes of the result never came. The node answers by publishing them.
	#[codec(index = 0)]
	NotDelivered,
	/// The bytes are no answer to the prompt.
	#[codec(index = 1)]
	WrongResult,
	/// More tokens are counted than the result has.
	#[codec(index = 2)]
	Overcounted,
	/// Another model than the job's made the result.
	#[codec(index = 3)]
	WrongModel,
	/// Anything else; the evidence tells.
	#[codec(index = 4)]
	Other,
}

/// What a dispute waits for.
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
pub enum DisputePhase {
	/// The node's answer.
	Open,
	/// The arbiter's decision.
	Answered,
}

/// The node's side of a dispute.
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
pub struct Reply<BlockNumber> {
	/// Hash of what the node brings forward.
	pub evidence_hash: [u8; 32],
	/// When it came.
	pub answered_at: BlockNumber,
}

/// A requester's dispute of a result.
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
pub struct Dispute<Balance, BlockNumber> {
	/// Bond of the requester, on hold.
	pub bond: Balance,
	/// What is contested.
	pub reason: DisputeReason,
	/// Hash of what the requester brings forward.
	pub evidence_hash: [u8; 32],
	/// When it was opened.
	pub opened_at: BlockNumber,
	/// The node's side, once it has answered.
	pub reply: Option<Reply<BlockNumber>>,
}

impl<Balance, BlockNumber> Dispute<Balance, BlockNumber> {
	/// What it waits for.
	pub fn phase(&self) -> DisputePhase {
		match self.reply {
			None => DisputePhase::Open,
			Some(_) => DisputePhase::Answered,
		}
	}
}

/// A node's answer to a dispute.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum DisputeAnswer {
	/// To [`NotDelivered`](DisputeReason::NotDelivered): the bytes of the result.
	#[codec(index = 0)]
	Result(Vec<u8>),
	/// To any other reason: the hash of evidence for the arbiter.
	#[codec(index = 1)]
	Evidence([u8; 32]),
}

/// An arbiter's decision.
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
pub enum Verdict {
	/// The job failed: the escrow goes back and the node is punished.
	#[codec(index = 0)]
	RequesterWins,
	/// The job is paid, and the node's owner gets the bond.
	#[codec(index = 1)]
	ProviderWins,
	/// So many tokens are paid, at most what the node counted.
	#[codec(index = 2)]
	Split(u32),
}

/// Who a payment was meant for.
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
pub enum Payee {
	/// The platform.
	FeeAccount,
	/// Owner of the node.
	Provider,
	/// Owner of the model.
	ModelOwner,
	/// Owner of the model's parent.
	ParentOwner,
	/// The requester.
	Requester,
	/// Owner of a bidding node.
	Bidder,
}

/// Answer of [`job_now`](crate::Pallet::job_now).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct JobNow<BlockNumber> {
	/// State of the job.
	pub status: JobStatus,
	/// The clock.
	pub now: BlockNumber,
	/// Deadline of the state.
	pub deadline: BlockNumber,
	/// Calls that are valid now, as far as state and time go.
	pub calls: Vec<JobCall>,
}

/// Why [`can_bid`](crate::Pallet::can_bid) says no.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum CannotBid {
	/// No such job.
	JobNotFound,
	/// The bytes are not a DID.
	InvalidDid,
	/// The job is not open for bids.
	BiddingClosed(crate::lifecycle::Refusal),
	/// The node cannot take the job.
	Ineligible(Ineligible),
	/// The node has a bid already.
	AlreadyExists,
	/// The node has as many open bids as its capacity allows.
	TooManyOpenBids,
	/// The owner cannot post the bond.
	InsufficientBalance,
	/// The model is gone, inactive, or no longer open to the requester.
	ModelNotAvailable,
}
