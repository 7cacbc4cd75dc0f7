//! Hiring under a provider's signed offer, and the provider's control over its offers.
//!
//! An offer is a bid that was made off chain: the node must pass what a bid must pass at matching,
//! and the job is assigned as if that bid had won. No bond is posted, and a node that cannot take
//! the job now makes the call fail, which is nobody's fault.

use crate::{
	offers::{self, Delegate, Offer, OfferKey, SignedOffer, Unusable},
	options::{HireJob, Requirements},
	submission::{Bidding, Order},
	types::*,
	*,
};
use ai_compute_primitives::{Did, DidHash, NodeInspect};
use alloc::vec::Vec;
use frame_support::{ensure, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Zero, AccountId32, ArithmeticError, DispatchResult, MultiSignature};

/// [`Offer`] in this runtime.
pub type OfferOf<T> =
	Offer<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`SignedOffer`] in this runtime.
pub type SignedOfferOf<T> =
	SignedOffer<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`OfferBook`](offers::OfferBook) in this runtime.
pub type OfferBookOf<T> =
	offers::OfferBook<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// Weight of a hire: by the length of the payload and the kind of signature.
	pub(crate) fn hire_weight(job: &HireJob<BalanceOf<T>>, signed: &SignedOfferOf<T>) -> Weight {
		let length = job.payload.len();
		let base = match signed.signature {
			MultiSignature::Ed25519(_) => T::WeightInfo::hire_ed25519(length),
			MultiSignature::Sr25519(_) => T::WeightInfo::hire_sr25519(length),
			MultiSignature::Ecdsa(_) | MultiSignature::Eth(_) => T::WeightInfo::hire_ecdsa(length),
		};
		let qualify = if signed.offer.confidential { 1 } else { 0 };
		Self::submission_weight(base, signed.offer.confidential, job.proof.is_some())
			.saturating_add(Self::qualify_weight(qualify))
	}

	/// What it weighs to take a job in that weighs `base` if it is neither confidential nor to be
	/// proven.
	pub(crate) fn submission_weight(base: Weight, confidential: bool, proven: bool) -> Weight {
		let mut weight = base;
		if confidential {
			weight = weight.saturating_add(T::WeightInfo::seal_job());
		}
		if proven {
			weight = weight.saturating_add(T::WeightInfo::name_proof_key());
		}
		weight
	}

	pub(crate) fn do_hire(
		requester: T::AccountId,
		job: HireJob<BalanceOf<T>>,
		signed: SignedOfferOf<T>,
	) -> DispatchResult {
		let SignedOffer { offer, signature } = signed;
		let gpu_did = Did::parse(&offer.gpu_did).map_err(Error::<T>::InvalidDid)?;
		let model_did = Did::parse(&offer.model_did).map_err(Error::<T>::InvalidDid)?;
		let now = Self::now();
		ensure!(now >= offer.not_before, Error::<T>::TooEarly);
		ensure!(now < offer.expires_at, Error::<T>::TooLate);
		let open_to_caller = offer.requester.as_ref().is_none_or(|only| *only == requester);
		ensure!(open_to_caller, Error::<T>::NotAuthorized);
		let HireJob { payload, max_tokens, max_payment, seed, proof } = job;
		let offered = offer.min_tokens..=offer.max_tokens;
		ensure!(offered.contains(&max_tokens), Error::<T>::TokensOutsideOffer);
		ensure!(offer.price_per_token > Zero::zero(), Error::<T>::InvalidBid);

		let node = gpu_did.hash();
		let mut book = OfferBooks::<T>::get(node);
		ensure!(offer.epoch == book.epoch, Error::<T>::OfferCancelled);
		let uses = book
			.count_use(offer.offer_id, offer.max_uses, offer.expires_at, now)
			.map_err(Error::<T>::from)?;
		ensure!(Self::is_signed(&offer, &signature, &book), Error::<T>::InvalidOfferSignature);

		let order = Order {
			model_did,
			payload,
			max_tokens,
			max_payment,
			min_vram_gb: 0,
			confidential: offer.confidential,
			bidding: Bidding::Closed,
			requirements: seed.map(|seed| Requirements { seed: Some(seed), ..Default::default() }),
			proof,
		};
		let parameters = Parameters::<T>::get();
		let (job_id, record) = Self::open_job(requester, order, &parameters)?;
		ensure!(record.terms.version == offer.model_version, Error::<T>::ModelVersionChanged);
		let shares_accepted =
			record.fee <= offer.max_fee && record.terms.royalty_bps <= offer.max_royalty_bps;
		ensure!(shares_accepted, Error::<T>::SharesAboveOffer);
		let affordable =
			record.cost(offer.price_per_token).is_some_and(|cost| cost <= record.max_payment);
		ensure!(affordable, Error::<T>::BidAboveBudget);
		let latency = matching::latency_blocks(offer.estimated_latency_ms);
		ensure!(record.result_limit >= latency.into(), Error::<T>::LatencyTooLong);

		let bid = JobBid {
			gpu_did: gpu_did.clone(),
			bidder: offer.owner,
			price_per_token: offer.price_per_token,
			estimated_latency_ms: offer.estimated_latency_ms,
			score: 0,
			placed_at: now,
			bond: Zero::zero(),
			standing: BidStanding::Open,
		};
		let attestation =
			Self::reserve_node(job_id, &record, &bid, &parameters).map_err(|unfit| unfit.error)?;
		Self::hand_over(job_id, record, bid, attestation, &parameters);
		OfferBooks::<T>::insert(node, book);
		Self::deposit_event(Event::OfferUsed { job_id, gpu_did, offer_id: offer.offer_id, uses });
		Ok(())
	}

	/// Whether whoever signs for the offer's owner has signed it for this chain.
	fn is_signed(offer: &OfferOf<T>, signature: &MultiSignature, book: &OfferBookOf<T>) -> bool {
		let payload = Self::offer_payload(offer);
		match book.key_of(&offer.owner) {
			Some(key) => key.has_signed(signature, &payload),
			None => {
				let owner: AccountId32 = offer.owner.clone().into();
				offers::account_has_signed(&owner, signature, &payload)
			}
		}
	}

	/// The bytes that the provider signs for `offer` on this chain.
	pub fn offer_payload(offer: &OfferOf<T>) -> Vec<u8> {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		offer.payload(&genesis)
	}

	/// The node with the DID `gpu_did`, if `owner` owns it.
	fn own_node(owner: &T::AccountId, gpu_did: Vec<u8>) -> Result<(Did, DidHash), Error<T>> {
		let gpu_did = Did::parse(gpu_did).map_err(Error::<T>::InvalidDid)?;
		let node = T::Nodes::node(&gpu_did).ok_or(Error::<T>::NodeNotFound)?;
		ensure!(node.owner == *owner, Error::<T>::NotAuthorized);
		let key = gpu_did.hash();
		Ok((gpu_did, key))
	}

	/// Stores a book, or removes it if it says nothing.
	fn put_offers(node: DidHash, book: OfferBookOf<T>) {
		if book.is_blank() {
			OfferBooks::<T>::remove(node);
		} else {
			OfferBooks::<T>::insert(node, book);
		}
	}

	pub(crate) fn do_cancel_offers(owner: T::AccountId, gpu_did: Vec<u8>) -> DispatchResult {
		let (gpu_did, node) = Self::own_node(&owner, gpu_did)?;
		let mut book = OfferBooks::<T>::get(node);
		let epoch = book.next_epoch().ok_or(ArithmeticError::Overflow)?;
		OfferBooks::<T>::insert(node, book);
		Self::deposit_event(Event::OffersCancelled { gpu_did, epoch });
		Ok(())
	}

	pub(crate) fn do_cancel_offer(
		owner: T::AccountId,
		gpu_did: Vec<u8>,
		offer_id: u64,
	) -> DispatchResult {
		let (gpu_did, node) = Self::own_node(&owner, gpu_did)?;
		let mut book = OfferBooks::<T>::get(node);
		book.cancel(offer_id, Self::now()).map_err(Error::<T>::from)?;
		OfferBooks::<T>::insert(node, book);
		Self::deposit_event(Event::OfferCancelled { gpu_did, offer_id });
		Ok(())
	}

	pub(crate) fn do_set_offer_key(
		owner: T::AccountId,
		gpu_did: Vec<u8>,
		key: Option<OfferKey>,
	) -> DispatchResult {
		let (gpu_did, node) = Self::own_node(&owner, gpu_did)?;
		let mut book = OfferBooks::<T>::get(node);
		book.delegate = key.map(|key| Delegate { owner, key });
		Self::put_offers(node, book);
		Self::deposit_event(Event::OfferKeySet { gpu_did, key });
		Ok(())
	}

	pub(crate) fn do_prune_offers(gpu_did: Vec<u8>) -> DispatchResult {
		let gpu_did = Did::parse(gpu_did).map_err(Error::<T>::InvalidDid)?;
		let node = gpu_did.hash();
		let mut book = OfferBooks::<T>::get(node);
		let removed = book.prune(Self::now());
		ensure!(removed > 0, Error::<T>::NothingExpired);
		Self::put_offers(node, book);
		Self::deposit_event(Event::OffersPruned { gpu_did, removed });
		Ok(())
	}
}

impl<T> From<Unusable> for Error<T> {
	fn from(reason: Unusable) -> Self {
		match reason {
			Unusable::Cancelled => Error::OfferCancelled,
			Unusable::UsedUp => Error::OfferUsedUp,
			Unusable::Full => Error::MaxOffersExceeded,
		}
	}
}
