//! Derived answers for wallets.

use crate::{types::*, *};
use ai_compute_primitives::{Did, JobId, NodeInspect, NodeMutate};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	traits::{fungible::hold::Inspect as _, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{DispatchError, TransactionOutcome};

impl<T: Config> Pallet<T> {
	pub(crate) fn view_job_now(job_id: JobId) -> Option<JobNow<BlockNumberFor<T>>> {
		let job = Jobs::<T>::get(job_id)?;
		let moment = Self::moment(job_id, &job);
		let possible =
			|call: &JobCall| Self::has_object(*call, &job) && call.check(&moment).is_ok();
		Some(JobNow {
			status: job.status,
			now: moment.now,
			deadline: job.deadline,
			calls: JobCall::ALL.into_iter().filter(possible).collect(),
		})
	}

	/// Whether there is something left for `call` to act on, time apart.
	pub(crate) fn has_object(call: JobCall, job: &JobRecordOf<T>) -> bool {
		match call {
			JobCall::AcceptResult => job.rating.is_none(),
			JobCall::WithdrawBid | JobCall::PromoteBid | JobCall::AssignJob | JobCall::MatchJob => {
				job.bid_count > 0
			}
			JobCall::ReapJob => job.bid_count == 0,
			_ => true,
		}
	}

	pub(crate) fn view_can_bid(job_id: JobId, gpu_did: Vec<u8>) -> Result<(), CannotBid> {
		let gpu_did = Did::parse(gpu_did).map_err(|_| CannotBid::InvalidDid)?;
		let job = Jobs::<T>::get(job_id).ok_or(CannotBid::JobNotFound)?;
		Self::may_bid(job_id, &job, &gpu_did)
	}

	/// Whether the node `gpu_did` can bid on `job` now, and if not, the first reason.
	pub(crate) fn may_bid(
		job_id: JobId,
		job: &JobRecordOf<T>,
		gpu_did: &Did,
	) -> Result<(), CannotBid> {
		JobCall::PlaceBid.check(&Self::moment(job_id, job)).map_err(CannotBid::BiddingClosed)?;
		let node =
			T::Nodes::node(gpu_did).ok_or(CannotBid::Ineligible(Ineligible::NodeNotFound))?;
		// The cheapest bid there is.
		let price = least_price(&job.terms.price);
		let cost = job.cost(price).unwrap_or(job.max_payment);
		Self::eligible(job, &node, &node.owner, cost).map_err(CannotBid::Ineligible)?;
		let key = gpu_did.hash();
		ensure!(Self::model_open(job), CannotBid::ModelNotAvailable);
		Self::fits_model(job, &key, price).map_err(CannotBid::Ineligible)?;
		Self::meets_options(job_id, job, &key, &node).map_err(CannotBid::Ineligible)?;
		Self::qualify(job_id, job, &key, &node.owner, job.bid_end)
			.map_err(|unfit| CannotBid::Ineligible(unfit.reason))?;
		ensure!(!BidBooks::<T>::get(job_id).contains(&key), CannotBid::AlreadyExists);
		ensure!(Self::would_open_bid(gpu_did), CannotBid::TooManyOpenBids);
		ensure!(
			T::Currency::can_hold(&HoldReason::BidBond.into(), &node.owner, T::BidBond::get()),
			CannotBid::InsufficientBalance
		);
		Ok(())
	}

	/// Asks the registry for one more bid and takes it back.
	fn would_open_bid(gpu_did: &Did) -> bool {
		frame_support::storage::with_transaction(|| {
			TransactionOutcome::Rollback(Ok::<_, DispatchError>(
				T::Nodes::open_bid(gpu_did).is_ok(),
			))
		})
		.unwrap_or(false)
	}
}
