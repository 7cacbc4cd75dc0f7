//! From bids to an assigned node: the requester's choice and matching by rank.

use crate::{matching, parameters::ParametersOf, types::*, *};
use ai_compute_primitives::{DidHash, JobId, NodeInspect, NodeMutate};
use alloc::vec::Vec;
use frame_support::{defensive, ensure, storage::with_storage_layer};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

/// Why a bid cannot win, with the registry's own error where it refused.
pub(crate) struct Unfit {
	reason: Ineligible,
	pub(crate) error: DispatchError,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_assign_job(
		requester: T::AccountId,
		job_id: JobId,
		gpu_did: Vec<u8>,
	) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::AssignJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(job.requester == requester, Error::<T>::NotAuthorized);
		let (node, bid) = Self::bid_of(job_id, gpu_did)?;
		ensure!(bid.standing == BidStanding::Open, Error::<T>::BidNotFound);

		let parameters = Parameters::<T>::get();
		Self::ensure_can_pay()?;
		Self::reserve_node(job_id, &job, &bid, &parameters).map_err(|unfit| unfit.error)?;
		Self::assign(job_id, job, BidBooks::<T>::get(job_id), node, bid, &parameters)
	}

	pub(crate) fn do_match_job(job_id: JobId) -> DispatchResult {
		let job = Self::job(job_id)?;
		JobCall::MatchJob.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let mut book = BidBooks::<T>::get(job_id);
		ensure!(!book.leaders.is_empty(), Error::<T>::NoLeader);
		// Without a storage layer the registry's answer would read as a refusal.
		Self::ensure_can_pay()?;

		let parameters = Parameters::<T>::get();
		for _ in 0..matching::LEADERS {
			// Striking a leader seats the next bid, which may rank before the other leaders.
			let Some(rank) = book.leaders.first().copied() else { break };
			let Some(bid) = JobBids::<T>::get(job_id, rank.node) else {
				defensive!("every rank in a book has its bid");
				book.remove(&rank.node);
				continue;
			};
			match Self::reserve_node(job_id, &job, &bid, &parameters) {
				Ok(()) => {
					return Self::assign(job_id, job, book, rank.node, bid, &parameters);
				}
				Err(Unfit { reason, .. }) => {
					Self::strike(job_id, &mut book, rank.node, bid, reason);
				}
			}
		}
		Self::put_book(job_id, book);
		Self::deposit_event(Event::NoEligibleLeader { job_id });
		Ok(())
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

	/// Whether the node of `bid` can take `job` now, short of asking the registry for a slot.
	pub(crate) fn check_bid(
		job_id: JobId,
		job: &JobRecordOf<T>,
		bid: &JobBidOf<T>,
		parameters: &ParametersOf<T>,
	) -> Result<(), Ineligible> {
		let node = T::Nodes::node(&bid.gpu_did).ok_or(Ineligible::NodeNotFound)?;
		let at_risk = job.cost(bid.price_per_token).ok_or(Ineligible::StakeBelowCost)?;
		Self::eligible(job, &node, &bid.bidder, at_risk)?;
		let key = bid.gpu_did.hash();
		Self::fits_model(job, &key, bid.price_per_token)?;
		Self::meets_options(job_id, job, &key, &node)?;
		let last = parameters.last_delivery(Self::now(), Self::latency(bid));
		ensure!(last <= job.lifetime_end, Ineligible::LifetimeExceeded);
		Ok(())
	}

	/// Checks that the node of `bid` can take `job` now and books it at the registry.
	pub(crate) fn reserve_node(
		job_id: JobId,
		job: &JobRecordOf<T>,
		bid: &JobBidOf<T>,
		parameters: &ParametersOf<T>,
	) -> Result<(), Unfit> {
		Self::check_bid(job_id, job, bid, parameters)
			.map_err(|reason| Unfit { reason, error: Error::<T>::from(reason).into() })?;
		let at_risk = job.cost(bid.price_per_token).unwrap_or_else(Zero::zero);
		with_storage_layer(|| T::Nodes::assign(&bid.gpu_did, at_risk))
			.map_err(|error| Unfit { reason: Ineligible::Refused, error })
	}

	/// Gives `job` to `bid`, whose node is booked.
	fn assign(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		mut book: BidBook<T::MaxBidsPerJob>,
		node: DidHash,
		bid: JobBidOf<T>,
		parameters: &ParametersOf<T>,
	) -> DispatchResult {
		JobBids::<T>::remove(job_id, node);
		book.remove(&node);
		Self::put_book(job_id, book);
		T::Nodes::close_bid(&node);
		Self::give_back_hold(job_id, HoldReason::BidBond, &bid.bidder, bid.bond)?;
		job.bid_count.saturating_dec();
		Self::hand_over(job_id, job, bid, parameters);
		Ok(())
	}

	/// Puts the node of `bid`, which is booked and is no open bid any more, to work on `job`.
	pub(crate) fn hand_over(
		job_id: JobId,
		mut job: JobRecordOf<T>,
		bid: JobBidOf<T>,
		parameters: &ParametersOf<T>,
	) {
		let deadline = Self::now().saturating_add(parameters.start);
		job.status = JobStatus::Assigned;
		job.deadline = deadline;
		job.attempts.saturating_inc();
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
