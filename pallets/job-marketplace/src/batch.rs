//! Calls for parties with many small jobs.
//!
//! Each item is its own call in a storage layer of its own: one that is refused changes nothing and
//! is named in an event, the others go on. An item that comes twice is refused the second time, by
//! the state that the first one left.
//!
//! A batch that is nested so deeply that an item finds no storage layer fails as a whole: skipped
//! items would read as refused.

use crate::*;
use ai_compute_primitives::JobId;
use alloc::vec::Vec;
use frame_support::{
	dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
	ensure,
	storage::with_storage_layer,
	traits::{Get, PalletInfoAccess},
	weights::Weight,
};
use sp_runtime::{
	DispatchError, DispatchErrorWithPostInfo, DispatchResult, ModuleError, TransactionalError,
};

/// What became of the items of a batch.
#[derive(Clone, Copy, Default)]
struct Tally {
	/// Items that were carried out, or refused only after they had done their work.
	done: u32,
	/// Items that were refused by a look at the job.
	skipped: u32,
}

impl<T: Config> Pallet<T> {
	/// Carries out `act` for each of `items`, and reports those that are refused.
	fn each<Item>(
		items: Vec<Item>,
		job_of: impl Fn(&Item) -> JobId,
		act: impl Fn(Item) -> DispatchResult,
	) -> Result<Tally, DispatchError> {
		let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
		ensure!((1..=T::MaxBatch::get()).contains(&count), Error::<T>::InvalidBatchSize);
		let mut tally = Tally::default();
		for (index, item) in (0u32..).zip(items) {
			let job_id = job_of(&item);
			let Err(error) = with_storage_layer(|| act(item)) else {
				tally.done = tally.done.saturating_add(1);
				continue;
			};
			match error {
				DispatchError::Transactional(TransactionalError::LimitReached) => {
					return Err(error);
				}
				// The marketplace refuses before it does anything.
				DispatchError::Module(ModuleError { index, .. })
					if usize::from(index) == Self::index() =>
				{
					tally.skipped = tally.skipped.saturating_add(1);
				}
				_ => tally.done = tally.done.saturating_add(1),
			}
			Self::deposit_event(Event::BatchItemFailed { index, job_id, error });
		}
		Ok(tally)
	}

	/// What a batch really weighed: `done` items at full weight, the others as skipped.
	fn weighed(tally: Tally, full: fn(u32) -> Weight) -> PostDispatchInfo {
		let skipped = match tally.skipped {
			0 => Weight::zero(),
			skipped => T::WeightInfo::batch_skipped(skipped),
		};
		Some(full(tally.done).saturating_add(skipped)).into()
	}

	pub(crate) fn do_settle_batch(job_ids: Vec<JobId>) -> DispatchResultWithPostInfo {
		let tally =
			Self::each(job_ids, |job_id| *job_id, |job_id| plain(Self::do_finalize_job(job_id)))?;
		Ok(Self::weighed(tally, T::WeightInfo::settle_batch))
	}

	pub(crate) fn do_accept_batch(
		requester: T::AccountId,
		jobs: Vec<(JobId, Option<u8>)>,
	) -> DispatchResultWithPostInfo {
		let tally = Self::each(
			jobs,
			|(job_id, _)| *job_id,
			|(job_id, rating)| plain(Self::do_accept_result(requester.clone(), job_id, rating)),
		)?;
		Ok(Self::weighed(tally, T::WeightInfo::accept_batch))
	}

	pub(crate) fn do_withdraw_bids(
		who: T::AccountId,
		bids: Vec<(JobId, Vec<u8>)>,
	) -> DispatchResultWithPostInfo {
		let tally = Self::each(
			bids,
			|(job_id, _)| *job_id,
			|(job_id, gpu_did)| plain(Self::do_withdraw_bid(who.clone(), job_id, gpu_did)),
		)?;
		Ok(Self::weighed(tally, T::WeightInfo::withdraw_bids))
	}

	pub(crate) fn do_reap_batch(
		who: T::AccountId,
		job_ids: Vec<JobId>,
	) -> DispatchResultWithPostInfo {
		let tally =
			Self::each(job_ids, |job_id| *job_id, |job_id| Self::do_reap_job(who.clone(), job_id))?;
		Ok(Self::weighed(tally, T::WeightInfo::reap_batch))
	}
}

/// The result of a call without its weight: a batch weighs its items by their number.
fn plain(result: DispatchResultWithPostInfo) -> DispatchResult {
	match result {
		Ok(_) => Ok(()),
		Err(DispatchErrorWithPostInfo { error, .. }) => Err(error),
	}
}
