//! From bids to an assigned node: the requester's choice and matching by rank.

use crate::{matching, parameters::ParametersOf, types::*, *};
use ai_compute_primitives::{AttestationId, DidHash, JobId, NodeInspect, NodeMutate};
use alloc::vec::Vec;
use frame_support::{
	defensive, dispatch::DispatchResultWithPostInfo, ensure, storage::with_storage_layer,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult, Weight,
};

/// Why a bid cannot win, with the own error of the registry or of the attestations where those
/// refused.
pub(crate) struct Unfit {
	pub(crate) reason: Ineligible,
	pub(crate) error: DispatchError,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_assign_job(
		requester: T::AccountId,
		job_id: JobId,
		gpu_did: Vec<u8>,
	) -> DispatchResultWithPostInfo {
		let job = Self::job(job_id)?;
		JobCall::AssignJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(job.requester == requester, Error::<T>::NotAuthorized);
		let (node, bid) = Self::bid_of(job_id, gpu_did)?;
		ensure!(bid.standing == BidStanding::Open, Error::<T>::BidNotFound);

		let parameters = Parameters::<T>::get();
		Self::ensure_can_pay()?;
		let weight =
			Self::sealed_weight(&job, T::WeightInfo::assign_job(), T::WeightInfo::qualify_node());
		let attestation =
			Self::reserve_node(job_id, &job, &bid, &parameters).map_err(|unfit| unfit.error)?;
		let book = BidBooks::<T>::get(job_id);
		Self::assign(job_id, job, book, node, bid, attestation, &parameters)?;
		Ok(Some(weight).into())
	}

	/// What it can weigh to look at `bids` bids of a confidential job.
	pub(crate) fn qualify_weight(bids: u64) -> Weight {
		T::WeightInfo::qualify_node().saturating_mul(bids)
	}

	/// `reason` with the market's own error.
	pub(crate) fn unfit(reason: Ineligible) -> Unfit {
		Unfit { reason, error: Error::<T>::from(reason).into() }
	}

	pub(crate) fn do_match_job(job_id: JobId) -> DispatchResultWithPostInfo {
		let job = Self::job(job_id)?;
		JobCall::MatchJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let mut book = BidBooks::<T>::get(job_id);
		ensure!(!book.leaders.is_empty(), Error::<T>::NoLeader);
		// Without a storage layer the registry's answer would read as a refusal.
		Self::ensure_can_pay()?;

		let parameters = Parameters::<T>::get();
		let weight = Self::sealed_weight(
			&job,
			T::WeightInfo::match_job(),
			Self::qualify_weight(matching::LEADERS.into()),
		);
		for _ in 0..matching::LEADERS {
			// Striking a leader seats the next bid, which may rank before the other leaders.
			let Some(rank) = book.leaders.first().copied() else { break };
			let Some(bid) = JobBids::<T>::get(job_id, rank.node) else {
				defensive!("every rank in a book has its bid");
				book.remove(&rank.node);
				continue;
			};
			match Self::reserve_node(job_id, &job, &bid, &parameters) {
				Ok(attestation) => {
					let node = rank.node;
					Self::assign(job_id, job, book, node, bid, attestation, &parameters)?;
					return Ok(Some(weight).into());
				}
				Err(Unfit { reason, .. }) => {
					Self::strike(job_id, &mut book, rank.node, bid, reason);
				}
			}
		}
		Self::put_book(job_id, book);
		Self::deposit_event(Event::NoEligibleLeader { job_id });
		Ok(Some(weight).into())
	}

	/// Takes the leading bid of `node` out of the running. Its seat goes to the next bid.
	pub(crate) fn strike(
		job_id: JobId,
		book: &mut BidBook<T::MaxBidsPerJob>,
		node: DidHash,
		mut bid: JobBidOf<T>,
		reason: Ineligible,
	) {
		book.remove(&node);
		T::Nodes::close_bid(&node);
		bid.standing = reason.standing();
		JobBids::<T>::insert(job_id, node, &bid);
		let JobBid { gpu_did, bidder, standing, .. } = bid;
		Self::deposit_event(Event::BidStruck { job_id, gpu_did, bidder, reason, standing });
	}

	/// The latency of `bid` in blocks of the clock.
	fn latency(bid: &JobBidOf<T>) -> BlockNumberFor<T> {
		matching::latency_blocks(bid.estimated_latency_ms).into()
	}

	/// Whether the node of `bid` can take `job` now, short of asking the registry for a slot. If the
	/// job is confidential, by which attestation.
	pub(crate) fn check_bid(
		job_id: JobId,
		job: &JobRecordOf<T>,
		bid: &JobBidOf<T>,
		parameters: &ParametersOf<T>,
	) -> Result<Option<AttestationId>, Unfit> {
		let key = bid.gpu_did.hash();
		let last = Self::last_delivery(job, Self::now(), Self::latency(bid), parameters);
		Self::check_terms(job_id, job, bid, &key, last).map_err(Self::unfit)?;
		let until = last.saturating_add(ATTESTATION_MARGIN.into());
		Self::qualify(job_id, job, &key, &bid.bidder, until)
	}

	/// The same for what every job asks.
	fn check_terms(
		job_id: JobId,
		job: &JobRecordOf<T>,
		bid: &JobBidOf<T>,
		key: &DidHash,
		last: BlockNumberFor<T>,
	) -> Result<(), Ineligible> {
		let node = T::Nodes::node(&bid.gpu_did).ok_or(Ineligible::NodeNotFound)?;
		let at_risk = job.cost(bid.price_per_token).ok_or(Ineligible::StakeBelowCost)?;
		Self::eligible(job, &node, &bid.bidder, at_risk)?;
		Self::fits_model(job, key, bid.price_per_token)?;
		Self::meets_options(job_id, job, key, &node)?;
		ensure!(last <= job.lifetime_end, Ineligible::LifetimeExceeded);
		Ok(())
	}

	/// Checks that the node of `bid` can take `job` now and books it at the registry.
	pub(crate) fn reserve_node(
		job_id: JobId,
		job: &JobRecordOf<T>,
		bid: &JobBidOf<T>,
		parameters: &ParametersOf<T>,
	) -> Result<Option<AttestationId>, Unfit> {
		let attestation = Self::check_bid(job_id, job, bid, parameters)?;
		let at_risk = job.cost(bid.price_per_token).unwrap_or_else(Zero::zero);
		with_storage_layer(|| T::Nodes::assign(&bid.gpu_did, at_risk))
			.map_err(|error| Unfit { reason: Ineligible::Refused, error })?;
		Ok(attestation)
	}

	/// Gives `job` to `bid`, whose node is booked.
	fn assign(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		mut book: BidBook<T::MaxBidsPerJob>,
		node: DidHash,
		bid: JobBidOf<T>,
		attestation: Option<AttestationId>,
		parameters: &ParametersOf<T>,
	) -> DispatchResult {
		JobBids::<T>::remove(job_id, node);
		book.remove(&node);
		Self::put_book(job_id, book);
		T::Nodes::close_bid(&node);
		Self::give_back_hold(job_id, HoldReason::BidBond, &bid.bidder, bid.bond)?;
		job.bid_count.saturating_dec();
		Self::hand_over(job_id, job, bid, attestation, parameters);
		Ok(())
	}

	/// Puts the node of `bid`, which is booked and is no open bid any more, to work on `job`. A
	/// confidential job is pinned to `attestation` and waits for its key first.
	pub(crate) fn hand_over(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		bid: JobBidOf<T>,
		attestation: Option<AttestationId>,
		parameters: &ParametersOf<T>,
	) {
		job.status = JobStatus::Assigned;
		job.attempts.saturating_inc();
		let deadline = match attestation {
			Some(attestation) => Self::pin(job_id, job.attempts, attestation, parameters),
			None => Self::now().saturating_add(parameters.start),
		};
		job.deadline = deadline;
		job.assignment = Some(Assignment {
			node: bid.gpu_did.hash(),
			owner: bid.bidder.clone(),
			price_per_token: bid.price_per_token,
			latency: Self::latency(&bid),
			result_due: None,
		});
		Jobs::<T>::insert(job_id, job);
		AssignedNodes::<T>::insert(job_id, &bid.gpu_did);
		Self::deposit_event(Event::JobAssigned {
			job_id,
			gpu_did: bid.gpu_did,
			winner: bid.bidder,
			price: bid.price_per_token,
			deadline,
		});
	}
}
