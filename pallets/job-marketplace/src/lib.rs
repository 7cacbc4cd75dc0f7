//! # Job marketplace
//!
//! Requesters submit AI inference jobs with their money in escrow, GPU nodes bid for them, the best
//! bid gets the job, and delivery pays the node and refunds the rest.
//!
//! ## The life of a job
//!
//! 1. [`submit_job`](Pallet::submit_job) holds the whole `max_payment` and a storage deposit. The job
//!    is **Pending**.
//! 2. Owners of nodes [`place_bid`](Pallet::place_bid)s, each with a bond. The best three lead.
//! 3. The requester picks a bid ([`assign_job`](Pallet::assign_job)), or after bidding anybody lets
//!    the best eligible leader win ([`match_job`](Pallet::match_job)). The job is **Assigned**.
//! 4. The node's owner calls [`start_job`](Pallet::start_job): **Processing**.
//! 5. It delivers with [`complete_job`](Pallet::complete_job): **Completed**. A result after the
//!    promised time but inside the late grace earns less.
//! 6. The requester accepts ([`accept_result`](Pallet::accept_result)), or the escrow period passes
//!    and anybody finalises ([`finalize_job`](Pallet::finalize_job)): **Settled**. Platform,
//!    model owners and node are paid and the rest is refunded, in that call.
//! 7. After the retention period [`reap_job`](Pallet::reap_job) removes the record and returns the
//!    deposit.
//!
//! Whoever falls silent, anybody can move the job on: [`expire_job`](Pallet::expire_job) and
//! `finalize_job` become valid for everyone the moment the deadline is reached.
//!
//! ## Transitions
//!
//! `d` is the job's one deadline. Times are ticks of 6 seconds of the configured clock.
//!
//! | from | call, by | when | money | to (new d) |
//! |---|---|---|---|---|
//! | – | submit_job, requester | – | escrow and deposit held | Pending (bid_end + matching) |
//! | Pending | place_bid, node owner | < bid_end | bond held; displaced bidder's bond back | Pending |
//! | Pending | withdraw_bid, bidder | < bid_end | bond back | Pending |
//! | Pending | promote_bid, anyone | bid_end ≤ now < d | struck leader's bond marked | Pending |
//! | Pending | assign_job, requester | < d | winner's bond back | Assigned (start) |
//! | Pending | match_job, anyone | bid_end ≤ now < d | winner's bond back | Assigned (start), or Pending |
//! | Pending | cancel_job, requester | < d | escrow back | Cancelled |
//! | Pending | expire_job, anyone | ≥ d | escrow back | Expired |
//! | Assigned | start_job, node owner | < d | – | Processing (latency + late grace) |
//! | Assigned | abandon_job, node owner | < d | – or escrow back | Pending (matching) or Failed |
//! | Assigned | expire_job, anyone | ≥ d | – or escrow back | Pending (matching) or Failed |
//! | Processing | complete_job, node owner | < d | – | Completed (escrow period) |
//! | Processing | abandon_job, node owner | < d | escrow back | Failed |
//! | Processing | expire_job, anyone | ≥ d | escrow back | Failed |
//! | Completed | accept_result, requester | < d | settled | Settled |
//! | Completed | finalize_job, anyone | ≥ d | settled | Settled |
//! | Settled | accept_result, requester | unrated, < end + rating | – | Settled |
//! | Assigned | withdraw_bid, bidder | – | bond to its bidder, or to the fee account | Assigned |
//! | other | withdraw_bid, anyone | – | bond to its bidder, or to the fee account | same |
//! | terminal | reap_job, anyone | ≥ end + retention, no bids | deposit back | removed |
//!
//! Every other pair of state and call is [`InvalidState`](Error::InvalidState),
//! [`TooEarly`](Error::TooEarly) or [`TooLate`](Error::TooLate). The table is code in [`lifecycle`].
//! A job goes back to Pending when it has attempts, open bids and lifetime left.
//!
//! ## Money
//!
//! - Escrow, deposit and bonds are holds on the accounts that own them, each with a stored amount.
//! - [`split`] divides the escrow; its parts always sum to the escrow. A payment that its payee
//!   cannot receive goes to the next: parent owner, model owner, provider, fee account.
//! - Ending a job checks no DID, node or model: no state refuses it. A call that is nested so deeply
//!   that payments find no storage layer is refused as a whole, and can be repeated.
//! - Losing bids stay until [`withdraw_bid`](Pallet::withdraw_bid), by anyone once the job has been
//!   started or is over. A bid that matching struck because its owner had made the node ineligible
//!   pays its bond to the fee account at that moment.
//!
//! ## Cost
//!
//! The record that every call reads is small. Prompts, results and bids have maps of their own;
//! matching reads the book and at most three bids, completion neither bids nor balances.
//!
//! ## For wallets
//!
//! The view functions [`job_now`](Pallet::job_now) and [`can_bid`](Pallet::can_bid) say what is
//! possible now, and why not.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assignment;
mod bidding;
mod escrow;
mod events;
mod execution;
mod submission;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod views;

pub mod lifecycle;
pub mod matching;
pub mod parameters;
pub mod split;
pub mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use lifecycle::{JobCall, Refusal};
pub use matching::{BidBook, ScoreWeights, Seat};
pub use pallet::*;
pub use parameters::{MarketParameters, ParameterError};
pub use types::*;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		matching::{BidBook, Seat},
		parameters::{DefaultParameters, ParametersOf},
		*,
	};
	use ai_compute_primitives::{
		Did, DidError, DidHash, FeePolicy, JobId, JobOutcome, JobReport, ModelInspect, NodeMutate,
	};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::fungible};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of escrows, deposits and bonds.
		type Currency: fungible::Mutate<Self::AccountId>
			+ fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// The clock of every deadline, in ticks of 6 seconds. Must never go back. Replacing it on a
		/// live chain moves all deadlines.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// The registry of GPU nodes.
		type Nodes: NodeMutate<Self::AccountId, BalanceOf<Self>>;

		/// The model catalogue.
		type Models: ModelInspect<Self::AccountId>;

		/// Who keeps standings.
		type Report: JobReport<Self::AccountId, BalanceOf<Self>>;

		/// The platform fee and the account it goes to. Both fee share and royalty are copied into a
		/// job at submission; together they may take at most 90 %.
		type Fees: FeePolicy<Self::AccountId>;

		/// Who may change [`Parameters`] and [`MaxJobs`].
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Default of [`MaxJobs`]: jobs that one own block takes. Governance can override it at any
		/// time; a change of the constant acts only where it has not.
		#[pallet::constant]
		type MaxJobsPerBlock: Get<u32>;

		/// Default of the governable escrow period: blocks of the clock from delivery to payment
		/// without acceptance. 100 to 14 400.
		#[pallet::constant]
		type JobEscrowPeriod: Get<BlockNumberFor<Self>>;

		/// Most open bids of a job. 3 to some hundred: the book of a job holds one entry of 40 bytes
		/// for each, and every bid reads and writes it. Never lower it on a live chain: longer books
		/// would not decode.
		#[pallet::constant]
		type MaxBidsPerJob: Get<u32>;

		/// Least `max_payment`, so that no job pays less than its handling costs. Far above the
		/// existential deposit.
		#[pallet::constant]
		type MinJobPayment: Get<BalanceOf<Self>>;

		/// Bond of a bid. Above the existential deposit. Each bid records its own.
		#[pallet::constant]
		type BidBond: Get<BalanceOf<Self>>;

		/// Storage deposit per byte of prompt, largest result and records. At least the existential
		/// deposit in sum. Each job records its own.
		#[pallet::constant]
		type DepositPerByte: Get<BalanceOf<Self>>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why the marketplace holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A requester's payment for an open job.
		#[codec(index = 0)]
		JobEscrow,
		/// A requester's deposit for the storage of a job.
		#[codec(index = 1)]
		StorageDeposit,
		/// A bidder's bond.
		#[codec(index = 2)]
		BidBond,
	}

	/// Jobs by number.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Blake2_128Concat, JobId, JobRecordOf<T>>;

	/// Number of the next job. Never reused.
	#[pallet::storage]
	pub type NextJobId<T: Config> = StorageValue<_, JobId, ValueQuery>;

	/// Prompts, as submitted. Removed with the job.
	#[pallet::storage]
	pub type Prompts<T: Config> =
		StorageMap<_, Twox64Concat, JobId, BoundedVec<u8, ConstU32<MAX_PROMPT_LEN>>>;

	/// Results that were delivered on chain. Removed with the job.
	#[pallet::storage]
	pub type Results<T: Config> =
		StorageMap<_, Twox64Concat, JobId, BoundedVec<u8, ConstU32<MAX_RESULT_LEN>>>;

	/// Bids by job and hash of the node's DID. The winner's is removed at assignment, the others
	/// stay until withdrawn.
	#[pallet::storage]
	pub type JobBids<T: Config> =
		StorageDoubleMap<_, Twox64Concat, JobId, frame_support::Identity, DidHash, JobBidOf<T>>;

	/// Ranking of the open bids of a job that is not over. Absent when there are none.
	#[pallet::storage]
	pub type BidBooks<T: Config> =
		StorageMap<_, Twox64Concat, JobId, BidBook<T::MaxBidsPerJob>, ValueQuery>;

	/// DID of the node that holds a job, or held it last when it failed.
	#[pallet::storage]
	pub type AssignedNodes<T: Config> = StorageMap<_, Twox64Concat, JobId, Did>;

	/// Own block in which a job was last submitted, and how many it took.
	#[pallet::storage]
	pub type JobsInBlock<T: Config> = StorageValue<_, (BlockNumberFor<T>, u32), ValueQuery>;

	/// Most jobs that one own block takes.
	#[pallet::storage]
	pub type MaxJobs<T: Config> = StorageValue<_, u32, ValueQuery, T::MaxJobsPerBlock>;

	/// Governable periods, shares and weights.
	#[pallet::storage]
	pub type Parameters<T: Config> =
		StorageValue<_, ParametersOf<T>, ValueQuery, DefaultParameters<T>>;

	#[pallet::error]
	pub enum Error<T> {
		/// No such job.
		JobNotFound,
		/// The caller may not do this.
		NotAuthorized,
		/// The job has as many bids as it can take and this one is no better than the worst.
		TooManyBids,
		/// A bid needs a price of at least one unit per token.
		InvalidBid,
		/// `max_payment` is below the minimum or below one unit per token.
		InsufficientPayment,
		/// The call does not exist in the job's state.
		InvalidState,
		/// The call becomes valid later.
		TooEarly,
		/// The time for the call has passed.
		TooLate,
		/// The bytes are not a DID.
		InvalidDid(DidError),
		/// The prompt is longer than 10 240 bytes.
		PromptTooLong,
		/// The result is longer than 10 240 bytes.
		ResultTooLong,
		/// A job needs at least one token.
		ZeroTokens,
		/// The model is unknown, inactive, or not open to the caller.
		ModelNotAvailable,
		/// Fee and royalty together would take more than 90 %.
		SharesTooHigh,
		/// Confidential jobs need attested nodes, and nothing on this chain can attest them.
		ConfidentialUnavailable,
		/// This block takes no more jobs.
		MaxJobsExceeded,
		/// No node is registered under this DID.
		NodeNotFound,
		/// The node belongs to somebody else than the bidder.
		OwnerChanged,
		/// The node is switched off, or silent for too long.
		NodeInactive,
		/// The node is barred by reputation or governance.
		NodeSuspended,
		/// The registry refused the node. Calls return the registry's own error where it has one.
		NodeRefused,
		/// The node's DID is revoked, expired or no longer its owner's.
		DidInactive,
		/// The node's stake is below the registry's minimum or below price × max_tokens.
		InsufficientStake,
		/// The node has less video memory than the job needs.
		InsufficientVram,
		/// Price × max_tokens is above the job's max_payment.
		BidAboveBudget,
		/// The promised latency is above the job's limit.
		LatencyTooLong,
		/// A result in the promised time could come after the end of the job's lifetime.
		LifetimeExceeded,
		/// The node has a bid on this job already.
		AlreadyExists,
		/// The node has no bid on this job, or matching has struck it.
		BidNotFound,
		/// The bid is a leader already.
		AlreadyLeading,
		/// Every leader is eligible and keeps its seat.
		NoLeaderSeat,
		/// The job has no leading bid to match.
		NoLeader,
		/// The bytes of the result do not hash to `result_hash`.
		ResultHashMismatch,
		/// `tokens_used` is above the job's max_tokens.
		TokensAboveMaximum,
		/// A rating is 1 to 5 stars, and a settled job can only be rated.
		InvalidRating,
		/// The job is rated already.
		AlreadyRated,
		/// Bids must be withdrawn first.
		BidsRemain,
		/// A parameter is out of its bounds.
		InvalidParameters(ParameterError),
		/// A better bid waits for a leader seat too.
		NotNextInLine,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			let minimum = <T::Currency as fungible::Inspect<_>>::minimum_balance();
			assert!(T::MaxBidsPerJob::get() >= matching::LEADERS, "a job has room for its leaders");
			assert!(T::BidBond::get() >= minimum, "bonds can be paid to anybody");
			assert!(T::MinJobPayment::get() >= minimum, "escrows can be released to anybody");
			assert!(Self::deposit_for(0) >= minimum, "deposits can be paid to anybody");
			assert_eq!(DefaultParameters::<T>::get().validate(), Ok(()), "the defaults are valid");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	// Indices 7, 8, 13, 15, 17 and 19 belong to calls that this version does not have: disputes
	// (7, 8, 17), submission with options (13), hire (15) and key delivery (19).
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Submits a job.
		///
		/// Signed by the requester, on whom `max_payment` and a deposit for the prompt, the largest
		/// result and the records go on hold. At most `max_tokens` tokens will be paid, at the price
		/// of the winning bid. Emits `JobSubmitted`; the job is open for bids at once.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::submit_job(
			u32::try_from(encrypted_prompt.len()).unwrap_or(u32::MAX)
		))]
		pub fn submit_job(
			origin: OriginFor<T>,
			model_did: Vec<u8>,
			encrypted_prompt: Vec<u8>,
			max_tokens: u32,
			max_payment: BalanceOf<T>,
			min_vram_gb: u32,
			confidential: bool,
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_submit_job(
				requester,
				model_did,
				encrypted_prompt,
				max_tokens,
				max_payment,
				min_vram_gb,
				confidential,
			)
		}

		/// Bids for a job with a node.
		///
		/// Signed by the node's owner, on whom the bid's bond goes on hold. `price_per_token` ×
		/// max_tokens must fit the job's budget and the node's stake. The latency counts in whole
		/// blocks of 6 s, rounded up, and becomes the time limit of the result. On a full job a
		/// better bid displaces the worst one, whose bond goes back. Emits `BidPlaced`, and
		/// `BidDisplaced` where one was. Costs less when nothing is displaced.
		#[pallet::call_index(1)]
		#[pallet::weight(
			T::WeightInfo::place_bid().max(T::WeightInfo::place_bid_displacing())
		)]
		pub fn place_bid(
			origin: OriginFor<T>,
			job_id: JobId,
			gpu_did: Vec<u8>,
			price_per_token: BalanceOf<T>,
			estimated_latency_ms: u32,
		) -> DispatchResultWithPostInfo {
			let bidder = ensure_signed(origin)?;
			Self::do_place_bid(bidder, job_id, gpu_did, price_per_token, estimated_latency_ms)
		}

		/// Gives a job to the bid of `gpu_did`.
		///
		/// Signed by the requester. The bid's node must be eligible now and its registry must accept
		/// the amount at risk. The winner's bond goes back. Emits `JobAssigned`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::assign_job())]
		pub fn assign_job(origin: OriginFor<T>, job_id: JobId, gpu_did: Vec<u8>) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_assign_job(requester, job_id, gpu_did)
		}

		/// Gives a job to its best eligible leader.
		///
		/// Signed by anyone, from the end of bidding on. Looks at up to three leaders, best first.
		/// Those that are not eligible any more are struck from the job, and their seats go to the
		/// next bids. Emits `BidStruck` for each, and `JobAssigned` or, if none of the three was
		/// eligible, `NoEligibleLeader`: the call can then be made again for the next three.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::match_job())]
		pub fn match_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_match_job(job_id)
		}

		/// Says that the node works on the job.
		///
		/// Signed by the node's owner. The promised latency runs from here. Emits `JobStarted`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::start_job())]
		pub fn start_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_start_job(owner, job_id)
		}

		/// Delivers a result.
		///
		/// Signed by the node's owner. `result_hash` is `blake2_256` of the result, whose bytes are
		/// stored on chain if they are given. `tokens_used` is at most the job's max_tokens. Frees
		/// the node's slot. Emits `JobCompleted`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::complete_job(result.as_ref().map_or(
			0,
			|bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX)
		)))]
		pub fn complete_job(
			origin: OriginFor<T>,
			job_id: JobId,
			result_hash: [u8; 32],
			tokens_used: u32,
			result: Option<Vec<u8>>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_complete_job(owner, job_id, result_hash, tokens_used, result)
		}

		/// Accepts a result and pays for it at once, with an optional rating of 1 to 5 stars. On a
		/// job that is settled and unrated, records the rating only.
		///
		/// Signed by the requester. Emits `JobSettled` and, with a rating, `JobRated`. Costs less
		/// when it only rates.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::accept_result().max(T::WeightInfo::rate_settled()))]
		pub fn accept_result(
			origin: OriginFor<T>,
			job_id: JobId,
			rating: Option<u8>,
		) -> DispatchResultWithPostInfo {
			let requester = ensure_signed(origin)?;
			Self::do_accept_result(requester, job_id, rating)
		}

		/// Pays for a result whose escrow period has passed.
		///
		/// Signed by anyone. Emits `JobSettled`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::finalize_job())]
		pub fn finalize_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_finalize_job(job_id)
		}

		/// Takes a job back that no node has.
		///
		/// Signed by the requester. The escrow goes back. Emits `JobCancelled`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::cancel_job())]
		pub fn cancel_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_cancel_job(requester, job_id)
		}

		/// Moves a job on whose deadline has passed.
		///
		/// Signed by anyone. A Pending job expires; one that was not started looks for another node
		/// or fails; one without a result fails. Emits `JobExpired`, `JobReopened` or `JobFailed`.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::expire_job())]
		pub fn expire_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_job(job_id)
		}

		/// Takes a bid out of a job and pays its bond out.
		///
		/// Signed by the bidder before the end of bidding and while the job is Assigned; by anyone
		/// from Processing on. The bond goes to the bidder whoever calls, or to the fee account if
		/// the bid was forfeited. Emits `BidWithdrawn`. Pays for the branch it takes.
		#[pallet::call_index(12)]
		#[pallet::weight(
			T::WeightInfo::withdraw_bid().max(T::WeightInfo::withdraw_bid_forfeited())
		)]
		pub fn withdraw_bid(
			origin: OriginFor<T>,
			job_id: JobId,
			gpu_did: Vec<u8>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_bid(who, job_id, gpu_did)
		}

		/// Sets how many jobs one own block takes; 0 stops submissions.
		///
		/// Governance only. Emits `MaxJobsUpdated`.
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::update_max_jobs())]
		pub fn update_max_jobs(origin: OriginFor<T>, new_max: u32) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			MaxJobs::<T>::put(new_max);
			Self::deposit_event(Event::MaxJobsUpdated { new_max });
			Ok(())
		}

		/// Gives a job up.
		///
		/// Signed by the node's owner. A job that was not started looks for another node, if it has
		/// attempts, bids and lifetime left; else it fails and the escrow goes back. Emits
		/// `JobReopened` or `JobFailed`.
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::abandon_job())]
		pub fn abandon_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_abandon_job(owner, job_id)
		}

		/// Gives the seat of an ineligible leader to the next bid in line.
		///
		/// Signed by anyone, from the end of bidding on. `gpu_did` names the best bid that is not a
		/// leader, and its node must be eligible now. The best leader that is not is struck exactly
		/// as `match_job` would. A leader whom only the registry would refuse a slot stays. Emits
		/// `BidStruck` and `BidPromoted`.
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::promote_bid())]
		pub fn promote_bid(
			origin: OriginFor<T>,
			job_id: JobId,
			gpu_did: Vec<u8>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_promote_bid(job_id, gpu_did)
		}

		/// Removes a job that is over, with its prompt and result.
		///
		/// Signed by anyone, from the end of its retention on and once its bids are withdrawn. The
		/// deposit goes to the requester, after twice the retention to the caller. Emits
		/// `JobReaped`.
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::reap_job())]
		pub fn reap_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_reap_job(who, job_id)
		}

		/// Sets the governable periods, shares and weights.
		///
		/// Governance only; refused as a whole if one is out of its bounds. Emits `ParametersSet`.
		#[pallet::call_index(30)]
		#[pallet::weight(T::WeightInfo::set_parameters())]
		pub fn set_parameters(origin: OriginFor<T>, parameters: ParametersOf<T>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_parameters(parameters)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// State and deadline of a job, and the calls that state and time allow now.
		pub fn job_now(job_id: JobId) -> Option<JobNow<BlockNumberFor<T>>> {
			Self::view_job_now(job_id)
		}

		/// Whether the node `gpu_did` can bid on a job now, and if not, the first reason. Price,
		/// latency and a full job are left to the bid.
		pub fn can_bid(job_id: JobId, gpu_did: Vec<u8>) -> Result<(), CannotBid> {
			Self::view_can_bid(job_id, gpu_did)
		}
	}
}
