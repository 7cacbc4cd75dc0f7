//! Errors of the marketplace: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
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
		/// `max_payment` is below the minimum, or below what `max_tokens` cost at the least price: one
		/// unit per token or what the model's owner asks.
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
		/// Confidential jobs need attested nodes, and no policy says what the model's must be.
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
		/// The model's owner does not accept this price per token.
		PriceRefused,
		/// The node does not host the model, and only its hosts may run it.
		NotHosting,
		/// The bytes of the result are on chain: they were delivered.
		ResultOnChain,
		/// A dispute about delivery is answered with the result, any other with evidence.
		WrongAnswer,
		/// The arbiter is the requester, stands behind the node, or earns the model's royalty.
		ArbiterIsParty,
		/// A split pays at most the tokens that the node counted.
		TokensAboveDelivered,
		/// The job is for another node only.
		NotInvited,
		/// The node's reputation is below what the job asks.
		ReputationTooLow,
		/// The node stands outside the region that the job asks.
		OutsideRegion,
		/// An option is out of its bounds.
		InvalidOptions(OptionError),
		/// The offer was cancelled, or its epoch is not the node's.
		OfferCancelled,
		/// The offer was used as often as it allows.
		OfferUsedUp,
		/// Too many of the node's offers are in use or cancelled. Expired ones make room, and so does
		/// `cancel_offers`.
		MaxOffersExceeded,
		/// Whoever signs for the node's owner did not sign this offer for this chain.
		InvalidOfferSignature,
		/// `max_tokens` is outside what the offer takes.
		TokensOutsideOffer,
		/// The model's present version is not the one of the offer.
		ModelVersionChanged,
		/// Platform fee or royalty is above what the offer accepts.
		SharesAboveOffer,
		/// No counter of this node's offers has expired.
		NothingExpired,
		/// A batch has 1 to `MaxBatch` items.
		InvalidBatchSize,
		/// Payments that are tied to the job must be closed first, and their royalty collected.
		PaymentsTied,
		/// A confidential job says how its prompt is sealed, and to whom its result shall be.
		SealingMissing,
		/// Only a confidential job has a sealed prompt and a receipt.
		NotConfidential,
		/// The node's enclave and GPUs are not proven as the job asks, or not for long enough. Calls
		/// return the own error of confidential compute.
		NotAttested,
		/// What proved the node's enclave was taken from it. Calls return the own error of
		/// confidential compute.
		AttestationTaken,
		/// The node's owner, or its platform, keeps a share of the job's data key.
		KeepsTheKey,
		/// The key was sealed for another attempt at the job.
		WrongAttempt,
		/// No sealed data key is that long.
		KeyTooLong,
		/// A confidential job is complete with its enclave's receipt only.
		ReceiptMissing,
		/// A delivery with evidence needs some.
		EvidenceMissing,
		/// An enclave that could not open the prompt delivers no tokens, no result and no proof.
		NothingOpened,
		/// The model's version has no commitment to its weights, so nothing can be proven of it.
		WeightsUncommitted,
		/// The requester named no key for proofs at submission.
		NoProofKey,
		/// A proof is of a result whose bytes come with it.
		ResultMissing,
		/// The salt of a sealed prompt is not the one of its result key.
		WrongSalt,
		/// The data key was sealed to another enclave. Only that one can say that it does not open.
		NotTheRecipient,
	}
}
