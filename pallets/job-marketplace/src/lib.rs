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
//!    Until then he can contest the result ([`dispute_job`](Pallet::dispute_job)) with a bond:
//!    **Disputed**. The node's owner answers ([`answer_dispute`](Pallet::answer_dispute)): with the
//!    bytes if they are said to be missing, else with evidence, and the arbiter decides
//!    ([`resolve_dispute`](Pallet::resolve_dispute)).
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
//! | – | submit_job, submit_job_with_options, requester | – | escrow and deposit held | Pending (bid_end + matching) |
//! | – | hire, requester | offer valid, node eligible | escrow and deposit held | Assigned (start) |
//! | Pending | place_bid, node owner | < bid_end | bond held; displaced bidder's bond back | Pending |
//! | Pending | withdraw_bid, bidder | < bid_end | bond back | Pending |
//! | Pending | promote_bid, anyone | bid_end ≤ now < d | struck leader's bond marked | Pending |
//! | Pending | assign_job, requester | < d | winner's bond back | Assigned (start) |
//! | Pending | match_job, anyone | bid_end ≤ now < d | winner's bond back | Assigned (start), or Pending |
//! | Pending | cancel_job, requester | < d | escrow back | Cancelled |
//! | Pending | expire_job, anyone | ≥ d | escrow back | Expired |
//! | Assigned, key owed | deliver_key, requester; a committee | < d | – | Assigned (start) |
//! | Assigned, key owed | expire_job, anyone | ≥ d | 1 % to the node if the requester owed the key, escrow back | Cancelled |
//! | Assigned, ready | start_job, node owner | < d | – | Processing (latency + late grace) |
//! | Assigned | abandon_job, node owner | < d | – or escrow back | Pending (matching) or Failed |
//! | Assigned, ready | expire_job, anyone | ≥ d | – or escrow back | Pending (matching) or Failed |
//! | Processing | complete_job, complete_with_evidence, node owner | < d | – | Completed (escrow period) |
//! | Processing | complete_with_evidence, node owner | < d, proven | settled | Settled |
//! | Processing | complete_with_evidence, node owner | < d, the prompt did not open | 1 % to the node if the requester delivered the key, escrow back | Cancelled |
//! | Processing | abandon_job, node owner | < d | escrow back | Failed |
//! | Processing | expire_job, anyone | ≥ d | escrow back | Failed |
//! | Completed | accept_result, requester | < d | settled | Settled |
//! | Completed | dispute_job, requester | < d | bond held | Disputed, open (response) |
//! | Completed | finalize_job, anyone | ≥ d | settled | Settled |
//! | Disputed, open | answer_dispute, node owner | < d, bytes on NotDelivered | bond back | Completed (escrow period) |
//! | Disputed, open | answer_dispute, node owner | < d, evidence on other reasons | – | Disputed, answered (arbitration) |
//! | Disputed, open | expire_job, anyone | ≥ d | escrow and bond back | Failed |
//! | Disputed | abandon_job, node owner | < d | escrow and bond back | Failed |
//! | Disputed | accept_result, requester | < d | settled; bond to the node owner | Settled |
//! | Disputed, answered | resolve_dispute, arbiter | < d, requester wins | escrow and bond back | Failed |
//! | Disputed, answered | resolve_dispute, arbiter | < d, provider wins | settled; bond to the node owner | Settled |
//! | Disputed, answered | resolve_dispute, arbiter | < d, split of n tokens | n tokens settled; bond back | Settled |
//! | Disputed, answered | expire_job, anyone | ≥ d | half settled; bond back | Settled |
//! | Settled | accept_result, requester | unrated, < end + rating | – | Settled |
//! | Assigned | withdraw_bid, bidder | – | bond to its bidder, or to the fee account | Assigned |
//! | other | withdraw_bid, anyone | – | bond to its bidder, or to the fee account | same |
//! | terminal | reap_job, anyone | ≥ end + retention, no bids, no payments tied | deposit back | removed |
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
//! ## Confidential and proven jobs
//!
//! - A confidential job is for nodes whose enclave and GPUs are proven, and only that enclave reads
//!   the prompt: [`sealing`]. Its assignment goes to **Assigned (key)** first: the requester, or a
//!   committee, has the time that [`MarketParameters::prompt`] gives to deliver the data key.
//! - A job whose requester named a key for proofs is paid at once for a proven result: [`evidence`].
//!
//! ## Other ways in, and many jobs at once
//!
//! - [`hire`](Pallet::hire) skips bidding: a provider has signed an [offer](offers) off chain, and the
//!   requester brings it.
//! - [`submit_job_with_options`](Pallet::submit_job_with_options) asks more of a node and can leave
//!   the prompt off chain.
//! - [`settle_batch`](Pallet::settle_batch), [`accept_batch`](Pallet::accept_batch),
//!   [`withdraw_bids`](Pallet::withdraw_bids) and [`reap_batch`](Pallet::reap_batch) act on up to
//!   [`MaxBatch`](Config::MaxBatch) jobs; an item that is refused is reported and the others go on.
//!
//! ## Cost
//!
//! The record that every call reads is small. Prompts, results and bids have maps of their own;
//! matching reads the book and at most three bids, completion neither bids nor balances. What only
//! confidential jobs keep is in maps that others never read.
//!
//! ## For wallets
//!
//! The view functions [`job_now`](Pallet::job_now) and [`can_bid`](Pallet::can_bid) say what is
//! possible now, and why not.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assignment;
mod batch;
mod bidding;
mod disputes;
mod errors;
mod escrow;
mod events;
mod execution;
mod hiring;
mod pages;
mod submission;
mod ties;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod views;

pub mod evidence;
pub mod lifecycle;
pub mod matching;
pub mod offers;
pub mod options;
pub mod parameters;
pub mod sealing;
pub mod split;
pub mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkModels;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use disputes::DISPUTE_BOND_SHARE;
pub use evidence::{Evidence, ProofOrder, SignedReceipt, MAX_PROVEN_LEN};
pub use hiring::{OfferBookOf, OfferOf, SignedOfferOf};
pub use lifecycle::{JobCall, KeyPhase, Refusal};
pub use matching::{BidBook, ScoreWeights, Seat};
pub use offers::{Offer, OfferBook, OfferKey, SignedOffer};
pub use options::{HireJob, OptionError, Payload, PayloadReference, Requirements, SubmitOptions};
pub use pages::{
	Actor, BidLine, JobPage, JobPageOf, NodeShare, NodeShareOf, OpenJob, OpenJobOf, Payout,
	PromptPlace, Step, MAX_BIDDING,
};
pub use pallet::*;
pub use parameters::{MarketParameters, ParameterError};
pub use sealing::{
	KeyFailure, KeyState, Pinned, SealedJob, Sealing, ATTESTATION_MARGIN, KEY_FAULT_SHARE,
	MAX_SEALED_KEY_LEN, OPENING_TAG, SALT_TAG, SEALING_LEN,
};
pub use ties::Ties;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		matching::{BidBook, Seat},
		parameters::{DefaultParameters, ParametersOf},
		*,
	};
	use ai_compute_primitives::{
		AttestationId, AttestationInspect, CommitteeKeys, Did, DidError, DidHash, FeePolicy, JobId,
		JobOutcome, JobReport, ModelInspect, ModelUsage, NodeMutate, PolicyHash, ProofCommitment,
		ProofInspect, ProofKeyHash, Receipt,
	};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::fungible};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::{traits::BlockNumberProvider, AccountId32};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Accounts are 32 bytes, so that a provider's account is a key that can sign offers.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId: Into<AccountId32>> {
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
		type Models: ModelInspect<Self::AccountId, BalanceOf<Self>>;

		/// Who counts the use of models.
		type ModelUsage: ModelUsage<Self::AccountId, BalanceOf<Self>>;

		/// Who keeps standings and punishes.
		type Report: JobReport<Self::AccountId, BalanceOf<Self>>;

		/// Who knows what nodes have proven, and checks what enclaves sign. `()`: there are no
		/// confidential jobs. Taken away on a live chain, those that run cannot be completed.
		type Attestations: AttestationInspect<Self::AccountId, BlockNumberFor<Self>>;

		/// Who keeps verifying keys and checks proofs. `()`: nothing is proven.
		type Proofs: ProofInspect<Self::AccountId>;

		/// Committees that release data keys. `()`: requesters deliver them all.
		type Committees: CommitteeKeys<Self::AccountId, BlockNumberFor<Self>>;

		/// The platform fee and the account it goes to. Both fee share and royalty are copied into a
		/// job at submission; together they may take at most 90 %.
		type Fees: FeePolicy<Self::AccountId>;

		/// Who may change [`Parameters`] and [`MaxJobs`].
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who decides disputes: an account, which must be no party of the job, or none where
		/// governance itself decides. Whoever it is, a dispute that it does not decide in time pays
		/// half.
		type ArbiterOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = Option<Self::AccountId>>;

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

		/// Least bond of a dispute, however small the job. Far above the existential deposit. Each
		/// dispute records its own bond.
		#[pallet::constant]
		type MinDisputeBond: Get<BalanceOf<Self>>;

		/// Storage deposit per byte of prompt, largest result and records. At least the existential
		/// deposit in sum. Each job records its own.
		#[pallet::constant]
		type DepositPerByte: Get<BalanceOf<Self>>;

		/// Most items of a batch. 1 to 64: a full batch must fit a block.
		#[pallet::constant]
		type MaxBatch: Get<u32>;

		/// Fills the model catalogue for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkModels: benchmarking::BenchmarkModels<Self::AccountId>;

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
		/// A requester's bond for a dispute.
		#[codec(index = 3)]
		DisputeBond,
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

	/// Disputes of the jobs that are disputed now.
	#[pallet::storage]
	pub type Disputes<T: Config> = StorageMap<_, Twox64Concat, JobId, DisputeOf<T>>;

	/// What jobs with options ask of their nodes. Removed with the job.
	#[pallet::storage]
	pub type JobOptions<T: Config> = StorageMap<_, Twox64Concat, JobId, Requirements>;

	/// Where prompts lie that are not on chain. Removed with the job.
	#[pallet::storage]
	pub type PayloadReferences<T: Config> = StorageMap<_, Twox64Concat, JobId, PayloadReference>;

	/// What confidential jobs keep. Removed with the job.
	#[pallet::storage]
	pub type SealedJobs<T: Config> = StorageMap<_, Twox64Concat, JobId, SealedJob>;

	/// Data keys that requesters have delivered, sealed to the enclaves that have the jobs. Removed
	/// as soon as the job does not need it any more.
	#[pallet::storage]
	pub type SealedKeys<T: Config> =
		StorageMap<_, Twox64Concat, JobId, BoundedVec<u8, ConstU32<MAX_SEALED_KEY_LEN>>>;

	/// What proofs of jobs are held to whose requesters named a key. Removed with the job.
	#[pallet::storage]
	pub type ProofOrders<T: Config> = StorageMap<_, Twox64Concat, JobId, ProofOrder>;

	/// Epoch, key and counters of a node's offers, by the hash of its DID. Outlives the node, so that
	/// a cancelled offer stays so. Absent where it would say nothing.
	#[pallet::storage]
	pub type OfferBooks<T: Config> =
		StorageMap<_, frame_support::Identity, DidHash, OfferBookOf<T>, ValueQuery>;

	/// Own block in which a job was last submitted, and how many it took.
	#[pallet::storage]
	pub type JobsInBlock<T: Config> = StorageValue<_, (BlockNumberFor<T>, u32), ValueQuery>;

	/// Most jobs that one own block takes.
	#[pallet::storage]
	pub type MaxJobs<T: Config> = StorageValue<_, u32, ValueQuery, T::MaxJobsPerBlock>;

	/// Payments of other pallets that are tied to an attempt at a job.
	#[pallet::storage]
	pub type TiedPayments<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		JobId,
		frame_support::Identity,
		u8,
		ties::Ties<BlockNumberFor<T>>,
	>;

	/// Governable periods, shares and weights.
	#[pallet::storage]
	pub type Parameters<T: Config> =
		StorageValue<_, ParametersOf<T>, ValueQuery, DefaultParameters<T>>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			let minimum = <T::Currency as fungible::Inspect<_>>::minimum_balance();
			assert!(T::MaxBidsPerJob::get() >= matching::LEADERS, "a job has room for its leaders");
			assert!(T::BidBond::get() >= minimum, "bonds can be paid to anybody");
			assert!(T::MinJobPayment::get() >= minimum, "escrows can be released to anybody");
			assert!(T::MinDisputeBond::get() >= minimum, "dispute bonds can be paid to anybody");
			assert!(Self::deposit_for(0) >= minimum, "deposits can be paid to anybody");
			assert!((1..=64).contains(&T::MaxBatch::get()), "a batch has 1 to 64 items");
			assert_eq!(DefaultParameters::<T>::get().validate(), Ok(()), "the defaults are valid");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Submits a job.
		///
		/// Signed by the requester, on whom `max_payment` and a deposit for the prompt, the largest
		/// result and the records go on hold. At most `max_tokens` tokens will be paid, at the price
		/// of the winning bid. Emits `JobSubmitted`; the job is open for bids at once.
		///
		/// A confidential job is for attested enclaves only. Its `encrypted_prompt` begins with the
		/// requester's X25519 key for the result (32 bytes) and the prompt's salt (32 bytes), which
		/// follows from that key ([`Sealing::salt_of`]); then comes the sealed prompt. Emits `JobSealed` then.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::submission_weight(
			T::WeightInfo::submit_job(u32::try_from(encrypted_prompt.len()).unwrap_or(u32::MAX)),
			*confidential,
			false,
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
		/// better bid displaces the worst one, whose bond goes back. For a confidential job the node
		/// must be attested until the end of bidding at least. Emits `BidPlaced`, and `BidDisplaced`
		/// where one was. Costs less when nothing is displaced, or the job is not confidential.
		#[pallet::call_index(1)]
		#[pallet::weight(
			T::WeightInfo::place_bid()
				.max(T::WeightInfo::place_bid_displacing())
				.saturating_add(Pallet::<T>::qualify_weight(1))
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
		/// the amount at risk. The winner's bond goes back. For a confidential job the node must be
		/// attested until 100 ticks after the last moment for the result; the job is pinned to that
		/// attestation and waits for its key. Emits `JobAssigned`, and `KeyOwed` for a confidential
		/// job, which costs more.
		#[pallet::call_index(2)]
		#[pallet::weight(
			T::WeightInfo::assign_job().saturating_add(Pallet::<T>::qualify_weight(1))
		)]
		pub fn assign_job(
			origin: OriginFor<T>,
			job_id: JobId,
			gpu_did: Vec<u8>,
		) -> DispatchResultWithPostInfo {
			let requester = ensure_signed(origin)?;
			Self::do_assign_job(requester, job_id, gpu_did)
		}

		/// Gives a job to its best eligible leader.
		///
		/// Signed by anyone, from the end of bidding on. Looks at up to three leaders, best first.
		/// Those that are not eligible any more are struck from the job, and their seats go to the
		/// next bids. Emits `BidStruck` for each, and `JobAssigned` or, if none of the three was
		/// eligible, `NoEligibleLeader`: the call can then be made again for the next three. A
		/// confidential job is assigned as by `assign_job`, and costs more.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::match_job().saturating_add(
			Pallet::<T>::qualify_weight(matching::LEADERS.into())
		))]
		pub fn match_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_match_job(job_id)
		}

		/// Says that the node works on the job.
		///
		/// Signed by the node's owner. The promised latency runs from here. A confidential job must
		/// have its key, and the attestation that it is pinned to must not be revoked. Emits
		/// `JobStarted`. Costs more for a confidential job.
		#[pallet::call_index(4)]
		#[pallet::weight(
			T::WeightInfo::start_job().saturating_add(T::WeightInfo::start_sealed())
		)]
		pub fn start_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			Self::do_start_job(owner, job_id)
		}

		/// Delivers a result.
		///
		/// Signed by the node's owner. `result_hash` is `blake2_256` of the result, whose bytes are
		/// stored on chain if they are given. `tokens_used` is at most the job's max_tokens. Frees
		/// the node's slot. A confidential job needs its enclave's receipt:
		/// `complete_with_evidence`. Emits `JobCompleted`.
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
		/// Signed by the requester. On a disputed job the requester takes the dispute back, and its
		/// bond goes to the node's owner. Emits `JobSettled` and, with a rating, `JobRated`. Pays for
		/// the branch it takes.
		#[pallet::call_index(6)]
		#[pallet::weight(
			T::WeightInfo::accept_result()
				.max(T::WeightInfo::accept_late())
				.max(T::WeightInfo::accept_disputed())
				.max(T::WeightInfo::rate_settled())
		)]
		pub fn accept_result(
			origin: OriginFor<T>,
			job_id: JobId,
			rating: Option<u8>,
		) -> DispatchResultWithPostInfo {
			let requester = ensure_signed(origin)?;
			Self::do_accept_result(requester, job_id, rating)
		}

		/// Contests a delivered result.
		///
		/// Signed by the requester before the escrow period is over, on whom a bond goes on hold: a
		/// tenth of what the job would pay, at least [`MinDisputeBond`](Config::MinDisputeBond).
		/// `evidence_hash` names what he brings forward. The node's owner must answer within the
		/// response period. Bytes that are on chain cannot be said to be missing. Emits
		/// `JobDisputed`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::dispute_job())]
		pub fn dispute_job(
			origin: OriginFor<T>,
			job_id: JobId,
			reason: DisputeReason,
			evidence_hash: [u8; 32],
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_dispute_job(requester, job_id, reason, evidence_hash)
		}

		/// Decides a dispute that the node has answered.
		///
		/// By the arbiter, who must be no party of the job, or by governance. If the requester wins,
		/// the escrow and the bond go back and the node is reported at once; if the provider wins,
		/// the job is paid and the bond goes to the node's owner; a split pays the tokens that it
		/// names, and the bond goes back. Emits `DisputeResolved`, `DisputeBondPaid`, and
		/// `JobFailed` or `JobSettled`.
		#[pallet::call_index(8)]
		#[pallet::weight(match verdict {
			Verdict::RequesterWins => T::WeightInfo::resolve_refunding(),
			Verdict::ProviderWins | Verdict::Split(_) => T::WeightInfo::resolve_paying(),
		})]
		pub fn resolve_dispute(
			origin: OriginFor<T>,
			job_id: JobId,
			verdict: Verdict,
		) -> DispatchResult {
			let arbiter = T::ArbiterOrigin::ensure_origin(origin)?;
			Self::do_resolve_dispute(arbiter, job_id, verdict)
		}

		/// Pays for a result whose escrow period has passed.
		///
		/// Signed by anyone. Emits `JobSettled`. Pays for a slash and for a parent's share only where there is one.
		#[pallet::call_index(9)]
		#[pallet::weight(
			T::WeightInfo::finalize_job().max(T::WeightInfo::finalize_costly())
		)]
		pub fn finalize_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResultWithPostInfo {
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
		/// Signed by anyone. A Pending job expires; one whose key did not come is over, and its
		/// requester owes the node a small part; one that was not started looks for another node
		/// or fails; one without a result fails, and so does one whose node has not answered a
		/// dispute; one whose dispute the arbiter has not decided is paid by half. Where the
		/// attestation of a confidential job was revoked it is nobody's fault. Emits `JobExpired`,
		/// `KeyFailed`, `JobReopened`, `JobFailed` or `JobSettled`, and `DisputeBondPaid` where a dispute ends.
		/// Pays for the branch it takes.
		#[pallet::call_index(11)]
		#[pallet::weight(
			T::WeightInfo::expire_job()
				.saturating_add(T::WeightInfo::end_sealed())
				.max(T::WeightInfo::expire_unkeyed())
				.max(T::WeightInfo::expire_unanswered())
				.max(T::WeightInfo::expire_undecided())
		)]
		pub fn expire_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResultWithPostInfo {
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

		/// Submits a job that asks for more than `submit_job` can say.
		///
		/// As `submit_job`, with the prompt on chain or by reference, and with
		/// [options](SubmitOptions): a deadline, what the node must be, a seed, and longer or shorter
		/// periods. Bids that do not meet them are refused, and looked at again at matching. The
		/// deposit covers their storage. A confidential job has a sealed payload, and emits
		/// `JobSealed`. With a key for proofs, a proof under it settles the job, and `ProofKeyNamed`
		/// is emitted. Emits `JobSubmitted` and `JobOptionsSet`.
		#[pallet::call_index(13)]
		#[pallet::weight(Pallet::<T>::submission_weight(
			T::WeightInfo::submit_job_with_options(payload.len()),
			*confidential,
			options.proof.is_some(),
		))]
		pub fn submit_job_with_options(
			origin: OriginFor<T>,
			model_did: Vec<u8>,
			payload: Payload,
			max_tokens: u32,
			max_payment: BalanceOf<T>,
			min_vram_gb: u32,
			confidential: bool,
			options: SubmitOptions<BlockNumberFor<T>>,
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_submit_job_with_options(
				requester,
				model_did,
				payload,
				max_tokens,
				max_payment,
				min_vram_gb,
				confidential,
				options,
			)
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

		/// Submits a job and gives it to the node of an offer, which its provider signed off chain.
		///
		/// Signed by the requester, on whom escrow and deposit go on hold as at `submit_job`. Model,
		/// price and latency are the offer's. The node must be eligible now and its registry must
		/// accept the amount at risk; one that is full or switched off makes the call fail. If the
		/// node then does not start or gives the job back, the escrow goes back: there is no other
		/// bid. What is signed, and by whom: [`offers`]. Emits `JobSubmitted`, `JobAssigned` and
		/// `OfferUsed`.
		#[pallet::call_index(15)]
		#[pallet::weight(Pallet::<T>::hire_weight(job, signed_offer))]
		pub fn hire(
			origin: OriginFor<T>,
			job: HireJob<BalanceOf<T>>,
			signed_offer: SignedOfferOf<T>,
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_hire(requester, job, signed_offer)
		}

		/// Gives a job up.
		///
		/// Signed by the node's owner. A job that was not started looks for another node, if it has
		/// attempts, bids and lifetime left; else it fails and the escrow goes back. A disputed job
		/// is conceded. Where the attestation of a confidential job was revoked it is nobody's fault.
		/// Emits `JobReopened` or `JobFailed`, and `DisputeBondPaid` where a dispute
		/// ends. Pays for the branch it takes.
		#[pallet::call_index(16)]
		#[pallet::weight(
			T::WeightInfo::abandon_job()
				.saturating_add(T::WeightInfo::end_sealed())
				.max(T::WeightInfo::abandon_disputed())
		)]
		pub fn abandon_job(origin: OriginFor<T>, job_id: JobId) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			Self::do_abandon_job(owner, job_id)
		}

		/// Answers a dispute.
		///
		/// Signed by the node's owner before the response period is over. A dispute about delivery
		/// is answered with the bytes of the result, which must hash to `result_hash` and come on
		/// chain: the bond goes back and the requester has the escrow period again. Any other
		/// dispute is answered with the hash of evidence and waits for the arbiter from then on.
		/// Emits `DisputeAnswered`, and `DisputeBondPaid` where the dispute ends.
		#[pallet::call_index(17)]
		#[pallet::weight(match answer {
			DisputeAnswer::Result(bytes) => T::WeightInfo::answer_with_result(
				u32::try_from(bytes.len()).unwrap_or(u32::MAX)
			),
			DisputeAnswer::Evidence(_) => T::WeightInfo::answer_with_evidence(),
		})]
		pub fn answer_dispute(
			origin: OriginFor<T>,
			job_id: JobId,
			answer: DisputeAnswer,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_answer_dispute(owner, job_id, answer)
		}

		/// Gives the seat of an ineligible leader to the next bid in line.
		///
		/// Signed by anyone, from the end of bidding on. `gpu_did` names the best bid that is not a
		/// leader, and its node must be eligible now. The best leader that is not is struck exactly
		/// as `match_job` would. A leader whom only the registry would refuse a slot stays. Emits
		/// `BidStruck` and `BidPromoted`. Costs more for a confidential job.
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::promote_bid().saturating_add(
			Pallet::<T>::qualify_weight(u64::from(matching::LEADERS).saturating_add(1))
		))]
		pub fn promote_bid(
			origin: OriginFor<T>,
			job_id: JobId,
			gpu_did: Vec<u8>,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_promote_bid(job_id, gpu_did)
		}

		/// Delivers the data key of a confidential job's prompt to the enclave that has the job.
		///
		/// Signed by the requester, after a node has got the job and before the key is due.
		/// `recipient` is the X25519 key that it was sealed to: the one of the attestation in
		/// `KeyOwed`, which must not be revoked. A key is for one attempt. The node's time to start
		/// begins. Emits `KeyDelivered`.
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::deliver_key())]
		pub fn deliver_key(
			origin: OriginFor<T>,
			job_id: JobId,
			attempt: u8,
			recipient: [u8; 32],
			sealed_key: Vec<u8>,
		) -> DispatchResult {
			let requester = ensure_signed(origin)?;
			Self::do_deliver_key(requester, job_id, attempt, recipient, sealed_key)
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

		/// Pays for results whose escrow period has passed: `finalize_job` for each.
		///
		/// Signed by anyone. Items that are refused change nothing and are reported by
		/// `BatchItemFailed`; pays for what was done.
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::settle_batch(
			u32::try_from(job_ids.len()).unwrap_or(u32::MAX)
		))]
		pub fn settle_batch(
			origin: OriginFor<T>,
			job_ids: Vec<JobId>,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_settle_batch(job_ids)
		}

		/// Accepts or rates results: `accept_result` for each job and rating.
		///
		/// Signed by the requester. Items that are refused change nothing and are reported by
		/// `BatchItemFailed`; pays for what was done.
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::accept_batch(
			u32::try_from(jobs.len()).unwrap_or(u32::MAX)
		))]
		pub fn accept_batch(
			origin: OriginFor<T>,
			jobs: Vec<(JobId, Option<u8>)>,
		) -> DispatchResultWithPostInfo {
			let requester = ensure_signed(origin)?;
			Self::do_accept_batch(requester, jobs)
		}

		/// Takes bids out of jobs: `withdraw_bid` for each job and node.
		///
		/// Signed by whoever may withdraw them. Items that are refused change nothing and are
		/// reported by `BatchItemFailed`; pays for what was done.
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::withdraw_bids(
			u32::try_from(bids.len()).unwrap_or(u32::MAX)
		))]
		pub fn withdraw_bids(
			origin: OriginFor<T>,
			bids: Vec<(JobId, Vec<u8>)>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_bids(who, bids)
		}

		/// Removes jobs that are over: `reap_job` for each.
		///
		/// Signed by anyone. Items that are refused change nothing and are reported by
		/// `BatchItemFailed`; pays for what was done.
		#[pallet::call_index(24)]
		#[pallet::weight(T::WeightInfo::reap_batch(
			u32::try_from(job_ids.len()).unwrap_or(u32::MAX)
		))]
		pub fn reap_batch(origin: OriginFor<T>, job_ids: Vec<JobId>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::do_reap_batch(who, job_ids)
		}

		/// Voids all offers of a node that are signed so far, by beginning the next epoch.
		///
		/// Signed by the node's owner. Jobs that were hired go on. Emits `OffersCancelled`.
		#[pallet::call_index(25)]
		#[pallet::weight(T::WeightInfo::cancel_offers())]
		pub fn cancel_offers(origin: OriginFor<T>, gpu_did: Vec<u8>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_cancel_offers(owner, gpu_did)
		}

		/// Voids a node's offers with the number `offer_id`, for the rest of the epoch.
		///
		/// Signed by the node's owner. The number takes one of the node's 64 places until the epoch
		/// ends. Emits `OfferCancelled`.
		#[pallet::call_index(26)]
		#[pallet::weight(T::WeightInfo::cancel_offer())]
		pub fn cancel_offer(
			origin: OriginFor<T>,
			gpu_did: Vec<u8>,
			offer_id: u64,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_cancel_offer(owner, gpu_did, offer_id)
		}

		/// Sets the key that signs a node's offers, or with none returns to the owner's own account.
		///
		/// Signed by the node's owner. Offers that any other key signed are void from now on. Emits
		/// `OfferKeySet`.
		#[pallet::call_index(27)]
		#[pallet::weight(T::WeightInfo::set_offer_key())]
		pub fn set_offer_key(
			origin: OriginFor<T>,
			gpu_did: Vec<u8>,
			key: Option<OfferKey>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_offer_key(owner, gpu_did, key)
		}

		/// Removes the counters of a node's expired offers. Hiring does so too.
		///
		/// Signed by anyone. Emits `OffersPruned`.
		#[pallet::call_index(28)]
		#[pallet::weight(T::WeightInfo::prune_offers())]
		pub fn prune_offers(origin: OriginFor<T>, gpu_did: Vec<u8>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_offers(gpu_did)
		}

		/// Delivers a result with evidence: `complete_job` for confidential and for proven jobs.
		///
		/// Signed by the node's owner. A confidential job needs the receipt of the enclave that has
		/// it; `result_hash` is then of the sealed result. A receipt that says that the prompt did
		/// not open ends the job: the requester owes the node a small part of what it could have
		/// earned. A proof under the key that the requester named at submission, with the result's
		/// bytes (at most 2 048), settles the job at once; of a confidential job it is noted only.
		/// Emits `ReceiptAccepted`, `ResultProven`, and `JobCompleted` and `JobSettled`, or
		/// `KeyFailed`. Pays for what it does.
		#[pallet::call_index(29)]
		#[pallet::weight(Pallet::<T>::evidence_weight(
			result.as_ref().map_or(0, |bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
			evidence,
		))]
		pub fn complete_with_evidence(
			origin: OriginFor<T>,
			job_id: JobId,
			result_hash: [u8; 32],
			tokens_used: u32,
			result: Option<Vec<u8>>,
			evidence: Evidence,
		) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			Self::do_complete_with_evidence(
				owner,
				job_id,
				result_hash,
				tokens_used,
				result,
				evidence,
			)
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

		/// A job with everything around it: prompt and result, bids, dispute, what it pays, and who
		/// may do what until when.
		pub fn job_page(job_id: JobId) -> Option<JobPageOf<T>> {
			Self::view_job_page(job_id)
		}
	}
}
