//! Whole pictures for dApps: a job with everything around it, what a node can bid on, and what a
//! node has in a job.
//!
//! [`JobPage::steps`] asks the transition table itself ([`JobCall::check`]) at the few ticks at
//! which its answers change, so a page never promises what the chain would refuse.

use crate::{
	escrow::Payment,
	lifecycle::Moment,
	split::Split,
	types::{least_price, *},
	*,
};
use ai_compute_primitives::{Did, DidHash, JobId};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::traits::{BlockNumberProvider, Saturating};

/// Longest time from submission to the end of bidding that the parameters allow. No shorter than
/// the least retention, so that no bid is open on a job older than one whose record is gone.
pub const MAX_BIDDING: u32 = 600;

/// [`JobPage`] in this runtime.
pub type JobPageOf<T> =
	JobPage<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`OpenJob`] in this runtime.
pub type OpenJobOf<T> =
	OpenJob<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`NodeShare`] in this runtime.
pub type NodeShareOf<T> =
	NodeShare<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// A job with everything around it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct JobPage<AccountId, Balance, BlockNumber> {
	/// Number of the job.
	pub job_id: JobId,
	/// The clock.
	pub now: BlockNumber,
	/// The record.
	pub record: JobRecord<AccountId, Balance, BlockNumber>,
	/// DID of the node that has the job, or had it last when it failed.
	pub node: Option<Did>,
	/// What the job asks of its node, where it asks more than the record says.
	pub requirements: Option<Requirements>,
	/// Where the prompt is.
	pub prompt: PromptPlace,
	/// Length of the result in bytes, if it is on chain.
	pub result_bytes: Option<u32>,
	/// Bids that still have an entry: open ones best first, then those that matching struck. At most
	/// as many as a job takes.
	pub bids: Vec<BidLine<AccountId, Balance, BlockNumber>>,
	/// The dispute, while the job is disputed.
	pub dispute: Option<Dispute<Balance, BlockNumber>>,
	/// What the escrow comes to while a node has the job: with a result, if it is paid as delivered;
	/// before, at most.
	pub payout: Option<Payout<Balance>>,
	/// Calls that are valid now or become so by time alone, by the tick from which they are.
	pub steps: Vec<Step<BlockNumber>>,
}

/// Where the prompt of a job is.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum PromptPlace {
	/// In [`Prompts`].
	#[codec(index = 0)]
	OnChain {
		/// Length in bytes.
		bytes: u32,
	},
	/// Elsewhere.
	#[codec(index = 1)]
	OffChain(PayloadReference),
}

/// A bid in the list of a job.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct BidLine<AccountId, Balance, BlockNumber> {
	/// The bid.
	pub bid: JobBid<AccountId, Balance, BlockNumber>,
	/// Where it stands among the open bids. None if it is not open any more.
	pub seat: Option<Seat>,
}

/// The parts of an escrow, in the smallest unit. Their sum is the escrow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Payout<Balance> {
	/// What the job costs: the next four together.
	pub gross: Balance,
	/// To the platform.
	pub fee: Balance,
	/// To the model's owner.
	pub royalty: Balance,
	/// To the owner of the model's parent.
	pub parent_royalty: Balance,
	/// To the node's owner.
	pub provider: Balance,
	/// Back to the requester.
	pub refund: Balance,
}

impl<Balance> From<Split<Balance>> for Payout<Balance> {
	fn from(split: Split<Balance>) -> Self {
		Self {
			gross: split.gross,
			fee: split.fee,
			royalty: split.model,
			parent_royalty: split.parent,
			provider: split.provider,
			refund: split.refund,
		}
	}
}

/// Who may make a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum Actor {
	/// Anybody.
	#[codec(index = 0)]
	Anyone,
	/// The requester.
	#[codec(index = 1)]
	Requester,
	/// Owner of the node at assignment.
	#[codec(index = 2)]
	Provider,
	/// Owner of a node that can bid.
	#[codec(index = 3)]
	NodeOwner,
	/// Whoever placed the bid.
	#[codec(index = 4)]
	Bidder,
	/// The arbiter.
	#[codec(index = 5)]
	Arbiter,
}

/// A call that is valid for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Step<BlockNumber> {
	/// The call.
	pub call: JobCall,
	/// Who may make it.
	pub by: Actor,
	/// First tick at which it is valid, not before now.
	pub from: BlockNumber,
	/// First tick at which it is not any more. None: it stays valid in this state.
	pub until: Option<BlockNumber>,
}

impl JobCall {
	/// Who may make the call on a job in this state.
	pub fn actor(self, status: JobStatus) -> Actor {
		match self {
			Self::PlaceBid => Actor::NodeOwner,
			Self::WithdrawBid => match status {
				JobStatus::Pending | JobStatus::Assigned => Actor::Bidder,
				_ => Actor::Anyone,
			},
			Self::AssignJob
			| Self::CancelJob
			| Self::AcceptResult
			| Self::DisputeJob
			| Self::DeliverKey => Actor::Requester,
			Self::StartJob | Self::CompleteJob | Self::AbandonJob | Self::AnswerDispute => {
				Actor::Provider
			}
			Self::ResolveDispute => Actor::Arbiter,
			Self::PromoteBid
			| Self::MatchJob
			| Self::FinalizeJob
			| Self::ExpireJob
			| Self::ReapJob => Actor::Anyone,
		}
	}

	/// From which tick to which the call is valid, from the moment on and as long as nobody acts.
	pub fn window<BlockNumber: Ord + Copy>(
		self,
		moment: &Moment<BlockNumber>,
	) -> Option<(BlockNumber, Option<BlockNumber>)> {
		let Moment { now, bid_end, deadline, rating_end, .. } = *moment;
		// Between these ticks no answer changes.
		let mut ticks = [now, bid_end, deadline, rating_end];
		ticks.sort();
		let valid = |tick: &BlockNumber| self.check(&Moment { now: *tick, ..*moment }).is_ok();
		let ahead = || ticks.iter().filter(move |tick| **tick >= now);
		let from = *ahead().find(|tick| valid(tick))?;
		let until = ahead().filter(|tick| **tick > from).find(|tick| !valid(tick)).copied();
		Some((from, until))
	}
}

/// A job that looks for a node, as one node sees it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct OpenJob<AccountId, Balance, BlockNumber> {
	/// Number of the job.
	pub job_id: JobId,
	/// The record.
	pub record: JobRecord<AccountId, Balance, BlockNumber>,
	/// What the job asks of its node, where it asks more than the record says.
	pub requirements: Option<Requirements>,
	/// Lowest price per token that the model's owner takes.
	pub lowest_price: Balance,
	/// Highest price per token that the budget allows.
	pub highest_price: Balance,
	/// Whether the node can bid now, and if not, the first reason. Price, latency and a full job are
	/// left to the bid.
	pub answer: Result<(), CannotBid>,
}

/// What a node has in a job.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum NodeShare<AccountId, Balance, BlockNumber> {
	/// It has the job, which is not paid yet.
	#[codec(index = 0)]
	Work {
		/// State of the job.
		status: JobStatus,
		/// Deadline of the state.
		deadline: BlockNumber,
		/// Who pays.
		requester: AccountId,
		/// What the node was promised to be paid from: with a result, if it is paid as delivered;
		/// before, at most.
		payout: Payout<Balance>,
		/// Price × max_tokens, which binds its stake.
		at_risk: Balance,
	},
	/// A bid, whose bond is on hold.
	#[codec(index = 1)]
	Bid {
		/// State of the job.
		status: JobStatus,
		/// The bid.
		bid: JobBid<AccountId, Balance, BlockNumber>,
	},
}

impl<AccountId, Balance, BlockNumber> NodeShare<AccountId, Balance, BlockNumber> {
	/// Whether the registry counts it among the node's unsettled jobs or open bids.
	pub fn is_counted(&self) -> bool {
		match self {
			Self::Work { .. } => true,
			Self::Bid { bid, .. } => bid.standing == BidStanding::Open,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Numbers of jobs below `before`, or of all, the latest first, each with its record unless that
	/// is gone.
	pub fn jobs_before(
		before: Option<JobId>,
	) -> impl Iterator<Item = (JobId, Option<JobRecordOf<T>>)> {
		let next = NextJobId::<T>::get();
		let end = before.map_or(next, |before| before.min(next));
		(0..end).rev().map(|job_id| (job_id, Jobs::<T>::get(job_id)))
	}

	/// The same as far back as a job can be open for bids.
	pub fn recent_jobs_before(
		before: Option<JobId>,
	) -> impl Iterator<Item = (JobId, JobRecordOf<T>)> {
		let now = T::BlockNumberProvider::current_block_number();
		Self::jobs_before(before).map_while(move |(job_id, job)| {
			// Older jobs than a record that is gone were submitted before its retention began.
			let job = job?;
			(job.created_at.saturating_add(MAX_BIDDING.into()) > now).then_some((job_id, job))
		})
	}

	/// What the node `gpu_did` would have to know of a job that looks for a node. None in any other
	/// state.
	pub fn job_as_seen(
		job_id: JobId,
		record: JobRecordOf<T>,
		gpu_did: &Did,
	) -> Option<OpenJobOf<T>> {
		if record.status != JobStatus::Pending {
			return None;
		}
		let tokens: BalanceOf<T> = record.max_tokens.max(1).into();
		Some(OpenJob {
			job_id,
			requirements: JobOptions::<T>::get(job_id),
			lowest_price: least_price(&record.terms.price),
			highest_price: record.max_payment / tokens,
			answer: Self::may_bid(job_id, &record, gpu_did),
			record,
		})
	}

	/// What `node` has in a job: the work itself, or a bid.
	pub fn node_share(
		job_id: JobId,
		job: &JobRecordOf<T>,
		node: &DidHash,
	) -> Option<NodeShareOf<T>> {
		let is_theirs = job.assignment.as_ref().is_some_and(|assigned| assigned.node == *node);
		if is_theirs && !job.status.is_terminal() {
			return Some(NodeShare::Work {
				status: job.status,
				deadline: job.deadline,
				requester: job.requester.clone(),
				payout: Self::payout(job)?,
				at_risk: job.at_risk(),
			});
		}
		if job.bid_count == 0 {
			return None;
		}
		let bid = JobBids::<T>::get(job_id, node)?;
		Some(NodeShare::Bid { status: job.status, bid })
	}

	/// What the escrow of a job that a node has comes to: paid as delivered, or before delivery at
	/// most.
	fn payout(job: &JobRecordOf<T>) -> Option<Payout<BalanceOf<T>>> {
		if job.status.is_terminal() || job.assignment.is_none() {
			return None;
		}
		let most = Delivery {
			result_hash: [0; 32],
			tokens_used: job.max_tokens,
			timing: Timing::OnTime,
			bytes: ResultBytes::OffChain,
		};
		let delivered = JobRecord { delivery: job.delivery.or(Some(most)), ..job.clone() };
		Some(Self::split_of(&delivered, Payment::Whole).into())
	}

	pub(crate) fn view_job_page(job_id: JobId) -> Option<JobPageOf<T>> {
		let record = Jobs::<T>::get(job_id)?;
		let moment = Self::moment(job_id, &record);
		let prompt = match PayloadReferences::<T>::get(job_id) {
			Some(reference) => PromptPlace::OffChain(reference),
			None => PromptPlace::OnChain { bytes: length(Prompts::<T>::decode_len(job_id)) },
		};
		Some(JobPage {
			job_id,
			now: moment.now,
			node: AssignedNodes::<T>::get(job_id),
			requirements: JobOptions::<T>::get(job_id),
			prompt,
			result_bytes: Results::<T>::decode_len(job_id).map(|bytes| length(Some(bytes))),
			bids: Self::bid_lines(job_id),
			dispute: Disputes::<T>::get(job_id),
			payout: Self::payout(&record),
			steps: Self::steps(&record, &moment),
			record,
		})
	}

	/// The entries of a job's bids, open ones best first.
	fn bid_lines(job_id: JobId) -> Vec<BidLine<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
		let book = BidBooks::<T>::get(job_id);
		// Leaders come first whatever the scores of the others.
		let place = |node: &DidHash| book.iter().position(|rank| rank.node == *node);
		let mut lines: Vec<_> = JobBids::<T>::iter_prefix(job_id)
			.map(|(node, bid)| {
				let place = place(&node).filter(|_| bid.standing == BidStanding::Open);
				let seat =
					place.map(
						|at| {
							if at < book.leaders.len() {
								Seat::Leader
							} else {
								Seat::Other
							}
						},
					);
				(place.unwrap_or(usize::MAX), BidLine { bid, seat })
			})
			.collect();
		lines.sort_by_key(|(place, _)| *place);
		lines.into_iter().map(|(_, line)| line).collect()
	}

	/// What can be done with a job at this moment and, if nobody does anything, later.
	fn steps(
		job: &JobRecordOf<T>,
		moment: &Moment<BlockNumberFor<T>>,
	) -> Vec<Step<BlockNumberFor<T>>> {
		let mut steps: Vec<_> = JobCall::ALL
			.into_iter()
			.filter(|call| Self::has_object(*call, job))
			.filter_map(|call| {
				let (from, until) = call.window(moment)?;
				Some(Step { call, by: call.actor(job.status), from, until })
			})
			.collect();
		steps.sort_by_key(|step| step.from);
		steps
	}
}

/// A length in storage as it is told.
fn length(items: Option<usize>) -> u32 {
	u32::try_from(items.unwrap_or_default()).unwrap_or(u32::MAX)
}
