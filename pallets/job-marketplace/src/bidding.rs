//! Bids: placing, withdrawing, promoting, and whether a node may hold one.

use crate::{
	matching::{self, ScoreInput, Turn},
	types::*,
	*,
};
use ai_compute_primitives::{
	Did, DidHash, FeePolicy, Hosting, JobId, ModelInspect, NodeInspect, NodeMutate, NodeStatus,
	NodeSummary,
};
use alloc::vec::Vec;
use frame_support::{
	defensive,
	dispatch::DispatchResultWithPostInfo,
	ensure,
	traits::{fungible::hold::Mutate as _, Get},
};
use sp_runtime::{traits::Saturating, DispatchResult, SaturatedConversion, Weight};

impl<T: Config> Pallet<T> {
	/// Whether `node` can take `job` at a cost of `at_risk` for `owner`, as far as the registry's
	/// summary tells.
	pub(crate) fn eligible(
		job: &JobRecordOf<T>,
		node: &NodeSummary<T::AccountId, BalanceOf<T>>,
		owner: &T::AccountId,
		at_risk: BalanceOf<T>,
	) -> Result<(), Ineligible> {
		ensure!(node.owner == *owner, Ineligible::OwnerChanged);
		match node.status {
			NodeStatus::Active => {}
			NodeStatus::Inactive => return Err(Ineligible::Inactive),
			NodeStatus::Suspended => return Err(Ineligible::Suspended),
		}
		ensure!(node.did_active, Ineligible::DidInactive);
		ensure!(node.sufficiently_staked, Ineligible::BelowMinimumStake);
		ensure!(node.stake >= at_risk, Ineligible::StakeBelowCost);
		ensure!(node.vram_gb >= job.min_vram_gb, Ineligible::InsufficientVram);
		Ok(())
	}

	/// Whether the owner of `job`'s model lets `node` run it at `price`.
	pub(crate) fn fits_model(
		job: &JobRecordOf<T>,
		node: &DidHash,
		price: BalanceOf<T>,
	) -> Result<(), Ineligible> {
		ensure!(job.terms.price.allows(&price), Ineligible::PriceRefused);
		match job.terms.hosting {
			Hosting::Anyone => Ok(()),
			Hosting::Hosts if T::Models::hosts(&job.model_did, node) => Ok(()),
			Hosting::Hosts => Err(match T::Models::owner(&job.model_did) {
				Some(_) => Ineligible::NotHosting,
				None => Ineligible::ModelGone,
			}),
		}
	}

	/// Whether `job`'s model still takes work for its requester. Asked of each bid; a job that has
	/// bids keeps them.
	pub(crate) fn model_open(job: &JobRecordOf<T>) -> bool {
		T::Models::terms(&job.model_did, &job.requester).is_some()
	}

	/// The bid of the node with the DID `gpu_did`, and the key of both.
	pub(crate) fn bid_of(
		job_id: JobId,
		gpu_did: Vec<u8>,
	) -> Result<(DidHash, JobBidOf<T>), Error<T>> {
		let node = Did::parse(gpu_did).map_err(Error::<T>::InvalidDid)?.hash();
		let bid = JobBids::<T>::get(job_id, node).ok_or(Error::<T>::BidNotFound)?;
		Ok((node, bid))
	}

	pub(crate) fn do_place_bid(
		bidder: T::AccountId,
		job_id: JobId,
		gpu_did: Vec<u8>,
		price_per_token: BalanceOf<T>,
		estimated_latency_ms: u32,
	) -> DispatchResultWithPostInfo {
		let gpu_did = Did::parse(gpu_did).map_err(Error::<T>::InvalidDid)?;
		let mut job = Self::job(job_id)?;
		JobCall::PlaceBid.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		ensure!(price_per_token > 0u32.into(), Error::<T>::InvalidBid);
		let cost = job
			.cost(price_per_token)
			.filter(|cost| *cost <= job.max_payment)
			.ok_or(Error::<T>::BidAboveBudget)?;
		let latency = matching::latency_blocks(estimated_latency_ms);
		ensure!(job.result_limit >= latency.into(), Error::<T>::LatencyTooLong);

		let node = T::Nodes::node(&gpu_did).ok_or(Error::<T>::NodeNotFound)?;
		ensure!(node.owner == bidder, Error::<T>::NotAuthorized);
		Self::eligible(&job, &node, &bidder, cost).map_err(Error::<T>::from)?;

		let key = gpu_did.hash();
		ensure!(Self::model_open(&job), Error::<T>::ModelNotAvailable);
		Self::fits_model(&job, &key, price_per_token).map_err(Error::<T>::from)?;
		Self::meets_options(job_id, &job, &key, &node).map_err(Error::<T>::from)?;
		// A bid that could not win at the end of bidding would only hide others.
		let parameters = Parameters::<T>::get();
		let last = Self::last_delivery(&job, job.bid_end, latency.into(), &parameters);
		ensure!(last <= job.lifetime_end, Error::<T>::LifetimeExceeded);
		Self::qualify(job_id, &job, &key, &bidder, job.bid_end).map_err(|unfit| unfit.error)?;
		let sealed = Self::sealed_weight(&job, Weight::zero(), T::WeightInfo::qualify_node());
		let mut book = BidBooks::<T>::get(job_id);
		ensure!(!book.contains(&key), Error::<T>::AlreadyExists);
		let score = matching::score(
			&ScoreInput {
				cost: cost.saturated_into(),
				budget: job.max_payment.saturated_into(),
				latency,
				latency_limit: job.result_limit.saturated_into(),
				reputation: node.reputation,
			},
			&parameters.weights,
		);
		let (seat, displaced) = book.place(key, score).map_err(|_| Error::<T>::TooManyBids)?;
		if let Some(worst) = displaced {
			Self::displace(job_id, worst)?;
			job.bid_count.saturating_dec();
		}

		T::Nodes::open_bid(&gpu_did)?;
		let bond = T::BidBond::get();
		T::Currency::hold(&HoldReason::BidBond.into(), &bidder, bond)?;
		job.bid_count.saturating_inc();
		JobBids::<T>::insert(
			job_id,
			key,
			JobBid {
				gpu_did: gpu_did.clone(),
				bidder: bidder.clone(),
				price_per_token,
				estimated_latency_ms,
				score,
				placed_at: Self::now(),
				bond,
				standing: BidStanding::Open,
			},
		);
		BidBooks::<T>::insert(job_id, book);
		Jobs::<T>::insert(job_id, job);
		Self::deposit_event(Event::BidPlaced {
			job_id,
			gpu_did,
			bidder,
			price: price_per_token,
			score,
			seat,
		});

		let weight = match displaced {
			Some(_) => T::WeightInfo::place_bid_displacing(),
			None => T::WeightInfo::place_bid(),
		};
		Ok(Some(weight.saturating_add(sealed)).into())
	}

	/// Takes out the bid of `node`, which is no longer in the book, and returns its bond.
	fn displace(job_id: JobId, node: DidHash) -> DispatchResult {
		Self::ensure_can_pay()?;
		let bid = JobBids::<T>::take(job_id, node).ok_or(Error::<T>::BidNotFound)?;
		T::Nodes::close_bid(&node);
		Self::pay_from_hold(HoldReason::BidBond, &bid.bidder, &bid.bidder, bid.bond)?;
		let JobBid { gpu_did, bidder, bond, .. } = bid;
		Self::deposit_event(Event::BidDisplaced { job_id, gpu_did, bidder, bond });
		Ok(())
	}

	pub(crate) fn do_withdraw_bid(
		who: T::AccountId,
		job_id: JobId,
		gpu_did: Vec<u8>,
	) -> DispatchResultWithPostInfo {
		let mut job = Self::job(job_id)?;
		JobCall::WithdrawBid.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let (node, bid) = Self::bid_of(job_id, gpu_did)?;
		// Until the work has begun the other bids are what the job falls back on.
		if matches!(job.status, JobStatus::Pending | JobStatus::Assigned) {
			ensure!(bid.bidder == who, Error::<T>::NotAuthorized);
		}
		Self::ensure_can_pay()?;

		let to = match bid.standing {
			BidStanding::Open => {
				T::Nodes::close_bid(&node);
				// The book of a job that is over is gone already.
				let mut book = BidBooks::<T>::get(job_id);
				if book.remove(&node).is_some() {
					Self::put_book(job_id, book);
				}
				bid.bidder.clone()
			}
			BidStanding::Struck => bid.bidder.clone(),
			BidStanding::Forfeited => T::Fees::fee_account(),
		};
		Self::pay_from_hold(HoldReason::BidBond, &bid.bidder, &to, bid.bond)?;
		JobBids::<T>::remove(job_id, node);
		job.bid_count.saturating_dec();
		Jobs::<T>::insert(job_id, job);
		let weight = match bid.standing {
			BidStanding::Open | BidStanding::Struck => T::WeightInfo::withdraw_bid(),
			BidStanding::Forfeited => T::WeightInfo::withdraw_bid_forfeited(),
		};
		let JobBid { gpu_did, bidder, bond, .. } = bid;
		Self::deposit_event(Event::BidWithdrawn { job_id, gpu_did, bidder, bond, to });
		Ok(Some(weight).into())
	}

	/// Stores a book, or removes it once it is empty.
	pub(crate) fn put_book(job_id: JobId, book: BidBook<T::MaxBidsPerJob>) {
		if book.is_empty() {
			BidBooks::<T>::remove(job_id);
		} else {
			BidBooks::<T>::insert(job_id, book);
		}
	}

	pub(crate) fn do_promote_bid(job_id: JobId, gpu_did: Vec<u8>) -> DispatchResultWithPostInfo {
		let job = Self::job(job_id)?;
		JobCall::PromoteBid.check(&Self::moment(job_id, &job)).map_err(Error::<T>::from)?;
		let (node, bid) = Self::bid_of(job_id, gpu_did)?;
		let mut book = BidBooks::<T>::get(job_id);
		match book.turn(&node) {
			Turn::Next => {}
			Turn::Leading => return Err(Error::<T>::AlreadyLeading.into()),
			Turn::Later => return Err(Error::<T>::NotNextInLine.into()),
			// Matching has struck the bid.
			Turn::Absent => return Err(Error::<T>::BidNotFound.into()),
		}
		let parameters = Parameters::<T>::get();
		let weight = Self::sealed_weight(
			&job,
			T::WeightInfo::promote_bid(),
			Self::qualify_weight(u64::from(matching::LEADERS).saturating_add(1)),
		);
		Self::check_bid(job_id, &job, &bid, &parameters).map_err(|unfit| unfit.error)?;

		for rank in book.leaders.clone() {
			let Some(leader) = JobBids::<T>::get(job_id, rank.node) else {
				defensive!("every rank in a book has its bid");
				continue;
			};
			if let Err(unfit) = Self::check_bid(job_id, &job, &leader, &parameters) {
				Self::strike(job_id, &mut book, rank.node, leader, unfit.reason);
				Self::put_book(job_id, book);
				Self::deposit_event(Event::BidPromoted { job_id, gpu_did: bid.gpu_did });
				return Ok(Some(weight).into());
			}
		}
		Err(Error::<T>::NoLeaderSeat.into())
	}
}
