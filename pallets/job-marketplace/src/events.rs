//! Events of the marketplace: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job was submitted.
		JobSubmitted {
			/// The job.
			job_id: JobId,
			/// Who pays.
			requester: T::AccountId,
			/// The escrow.
			max_payment: BalanceOf<T>,
			/// The model to run.
			model_did: Did,
			/// Storage deposit.
			deposit: BalanceOf<T>,
			/// End of bidding.
			bid_end: BlockNumberFor<T>,
		},
		/// A bid was placed.
		BidPlaced {
			/// The job.
			job_id: JobId,
			/// The bidding node.
			gpu_did: Did,
			/// Its owner.
			bidder: T::AccountId,
			/// Price per token.
			price: BalanceOf<T>,
			/// Score from 0 to 1 000 000.
			score: u32,
			/// Where it stands.
			seat: Seat,
		},
		/// A bid made room for a better one. Its bond went back.
		BidDisplaced {
			/// The job.
			job_id: JobId,
			/// The displaced node.
			gpu_did: Did,
			/// Its owner.
			bidder: T::AccountId,
			/// The bond.
			bond: BalanceOf<T>,
		},
		/// A bid left the job and its bond was paid out.
		BidWithdrawn {
			/// The job.
			job_id: JobId,
			/// The node.
			gpu_did: Did,
			/// Its owner.
			bidder: T::AccountId,
			/// The bond.
			bond: BalanceOf<T>,
			/// Who got the bond: the bidder, or the fee account if the bid was forfeited.
			to: T::AccountId,
		},
		/// A bid took the seat of a leader that was struck.
		BidPromoted {
			/// The job.
			job_id: JobId,
			/// The node.
			gpu_did: Did,
		},
		/// Matching struck an ineligible leader from the job.
		BidStruck {
			/// The job.
			job_id: JobId,
			/// The node.
			gpu_did: Did,
			/// Its owner.
			bidder: T::AccountId,
			/// Why it is not eligible.
			reason: Ineligible,
			/// Where its bond goes when the bid is withdrawn.
			standing: BidStanding,
		},
		/// None of the leaders that matching looked at was eligible; the job stays Pending.
		NoEligibleLeader {
			/// The job.
			job_id: JobId,
		},
		/// A node has the job.
		JobAssigned {
			/// The job.
			job_id: JobId,
			/// The node.
			gpu_did: Did,
			/// Its owner.
			winner: T::AccountId,
			/// Price per token.
			price: BalanceOf<T>,
			/// It must start before this; of a confidential job, its key must come before this.
			deadline: BlockNumberFor<T>,
		},
		/// The node works.
		JobStarted {
			/// The job.
			job_id: JobId,
			/// A result from here on is late.
			result_due: BlockNumberFor<T>,
			/// No result is taken from here on.
			deadline: BlockNumberFor<T>,
		},
		/// A result was delivered.
		JobCompleted {
			/// The job.
			job_id: JobId,
			/// `blake2_256` of the result.
			result_hash: [u8; 32],
			/// Tokens that the node counted.
			tokens_used: u32,
			/// Whether it came in time.
			timing: Timing,
			/// It is paid from here on without acceptance.
			deadline: BlockNumberFor<T>,
		},
		/// The requester contests a result.
		JobDisputed {
			/// The job.
			job_id: JobId,
			/// Hash of the node's DID.
			node: DidHash,
			/// What is contested.
			reason: DisputeReason,
			/// Hash of what the requester brings forward.
			evidence_hash: [u8; 32],
			/// His bond, on hold.
			bond: BalanceOf<T>,
			/// The node must answer before this.
			deadline: BlockNumberFor<T>,
		},
		/// The node answered a dispute.
		DisputeAnswered {
			/// The job.
			job_id: JobId,
			/// Hash of what the node brings forward; of the result where it brought that.
			evidence_hash: [u8; 32],
			/// Completed where the result settled the dispute, else still Disputed.
			status: JobStatus,
			/// End of the new escrow period, or of the time for the arbiter.
			deadline: BlockNumberFor<T>,
		},
		/// The arbiter decided a dispute.
		DisputeResolved {
			/// The job.
			job_id: JobId,
			/// The decision.
			verdict: Verdict,
			/// The deciding account; none where governance decided.
			arbiter: Option<T::AccountId>,
		},
		/// A dispute is over and its bond was paid out.
		DisputeBondPaid {
			/// The job.
			job_id: JobId,
			/// The bond.
			bond: BalanceOf<T>,
			/// Who got it.
			to: T::AccountId,
		},
		/// A job was paid. The amounts sum to the escrow.
		JobSettled {
			/// The job.
			job_id: JobId,
			/// Hash of the node's DID.
			node: DidHash,
			/// What the result cost; the next four amounts share it.
			gross: BalanceOf<T>,
			/// Part of the platform.
			fee: BalanceOf<T>,
			/// Part of the model's owner.
			royalty: BalanceOf<T>,
			/// Part of the parent model's owner.
			parent_royalty: BalanceOf<T>,
			/// Part of the node's owner.
			provider: BalanceOf<T>,
			/// Back to the requester.
			refund: BalanceOf<T>,
		},
		/// A payee could not receive its part, which went to another.
		PaymentRedirected {
			/// The job.
			job_id: JobId,
			/// Whose part it was.
			payee: Payee,
			/// The part.
			amount: BalanceOf<T>,
			/// Who got it.
			to: T::AccountId,
		},
		/// The requester rated a settled job.
		JobRated {
			/// The job.
			job_id: JobId,
			/// Hash of the node's DID.
			node: DidHash,
			/// 1 to 5.
			stars: u8,
		},
		/// A node gave a job back or did not start it, and the job looks for another.
		JobReopened {
			/// The job.
			job_id: JobId,
			/// Hash of the DID of the node that failed.
			node: DidHash,
			/// How it failed.
			outcome: JobOutcome,
			/// Assignments made so far.
			attempts: u8,
			/// The job expires here if nobody takes it.
			deadline: BlockNumberFor<T>,
		},
		/// A job ended without a result that is worth its pay. The escrow went back.
		JobFailed {
			/// The job.
			job_id: JobId,
			/// Hash of the DID of the node that failed.
			node: DidHash,
			/// How it failed.
			outcome: JobOutcome,
			/// The escrow.
			refund: BalanceOf<T>,
		},
		/// The requester cancelled a job. The escrow went back.
		JobCancelled {
			/// The job.
			job_id: JobId,
			/// The escrow.
			refund: BalanceOf<T>,
		},
		/// Nobody took a job in time. The escrow went back.
		JobExpired {
			/// The job.
			job_id: JobId,
			/// The escrow.
			refund: BalanceOf<T>,
		},
		/// The record of a job was removed.
		JobReaped {
			/// The job.
			job_id: JobId,
			/// The storage deposit.
			deposit: BalanceOf<T>,
			/// Who got it.
			to: T::AccountId,
		},
		/// The number of jobs per block changed.
		MaxJobsUpdated {
			/// Jobs per block from now on.
			new_max: u32,
		},
		/// What a new job asks beyond the ordinary.
		JobOptionsSet {
			/// The job.
			job_id: JobId,
			/// What it asks of its node, and its seed.
			requirements: Requirements,
			/// Its result must be delivered before this.
			deadline: BlockNumberFor<T>,
			/// Blocks that the requester has to look at a result.
			escrow_period: BlockNumberFor<T>,
			/// Longest latency that a bid may promise, in blocks.
			result_limit: BlockNumberFor<T>,
		},
		/// A job was hired under a provider's offer.
		OfferUsed {
			/// The job.
			job_id: JobId,
			/// The node.
			gpu_did: Did,
			/// Number of the offer.
			offer_id: u64,
			/// How often this number has been used.
			uses: u32,
		},
		/// All offers of a node that were signed for an earlier epoch are void.
		OffersCancelled {
			/// The node.
			gpu_did: Did,
			/// Epoch that offers must name from now on.
			epoch: u32,
		},
		/// Offers of a node with this number are void for the rest of the epoch.
		OfferCancelled {
			/// The node.
			gpu_did: Did,
			/// The number.
			offer_id: u64,
		},
		/// Another key signs the offers of a node.
		OfferKeySet {
			/// The node.
			gpu_did: Did,
			/// The key; none if the owner's own account signs.
			key: Option<OfferKey>,
		},
		/// Counters of expired offers were removed.
		OffersPruned {
			/// The node.
			gpu_did: Did,
			/// How many.
			removed: u32,
		},
		/// An item of a batch was refused and changed nothing.
		BatchItemFailed {
			/// Position in the batch, from 0.
			index: u32,
			/// The job.
			job_id: JobId,
			/// Why.
			error: DispatchError,
		},
		/// A new job is confidential.
		JobSealed {
			/// The job.
			job_id: JobId,
			/// Hash of the policy that its nodes are held to.
			policy: PolicyHash,
			/// `blake2_256` of the sealed prompt.
			prompt: H256,
			/// X25519 key to which the enclave seals the result.
			result_key: [u8; 32],
			/// Salt of the prompt.
			salt: [u8; 32],
		},
		/// A node has a confidential job and waits for its data key, sealed to its enclave.
		KeyOwed {
			/// The job.
			job_id: JobId,
			/// Number of the attempt.
			attempt: u8,
			/// The attestation that the attempt is pinned to.
			attestation: AttestationId,
			/// The key must come before this.
			deadline: BlockNumberFor<T>,
		},
		/// The data key of an attempt has come.
		KeyDelivered {
			/// The job.
			job_id: JobId,
			/// Number of the attempt.
			attempt: u8,
			/// From whom.
			key: KeyState,
			/// The node must start before this.
			deadline: BlockNumberFor<T>,
		},
		/// A confidential job ended because of its key, through no fault of its node.
		KeyFailed {
			/// The job.
			job_id: JobId,
			/// Hash of the node's DID.
			node: DidHash,
			/// What was wrong.
			failure: KeyFailure,
			/// What the requester owed the node, or the fee account where that could not take it.
			compensation: BalanceOf<T>,
			/// The rest of the escrow, which went back.
			refund: BalanceOf<T>,
		},
		/// An enclave's receipt for a delivery is genuine.
		ReceiptAccepted {
			/// What it says.
			receipt: Receipt,
			/// The attestation whose session key signed it.
			signer: AttestationId,
		},
		/// A new job names the key under which a proof settles it.
		ProofKeyNamed {
			/// The job.
			job_id: JobId,
			/// Hash of the key.
			key: ProofKeyHash,
			/// The requester's commitment to the input.
			input: ProofCommitment,
			/// The model version's commitment to its weights.
			weights: ProofCommitment,
		},
		/// A result was proven.
		ResultProven {
			/// The job.
			job_id: JobId,
			/// Hash of the key.
			key: ProofKeyHash,
		},
		/// The parameters changed.
		ParametersSet {
			/// The parameters from now on.
			parameters: ParametersOf<T>,
		},
	}
}
