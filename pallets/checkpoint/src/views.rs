//! Derived answers.

use crate::{
	message, Agendas, CheckpointInfo, CheckpointStatus, Checkpoints, Config, InFlight, Pallet,
	PausedAt, Posting, ProgressOf, RelayBalances, Standing,
};
use alloc::vec::Vec;

/// Most checkpoints in a list, and most that are looked through for an acknowledged one.
pub(crate) const MAX_LISTED: u32 = 256;

impl<T: Config> Pallet<T> {
	/// The checkpoint with this index.
	pub(crate) fn info(index: u32) -> Option<CheckpointInfo> {
		let checkpoint = Checkpoints::<T>::get(index)?;
		let standing = if checkpoint.acknowledged_at.is_some() {
			Standing::Acknowledged
		} else if index < ProgressOf::<T>::get().resolved {
			Standing::Superseded
		} else {
			Standing::Pending
		};
		let flight = InFlight::<T>::get().into_iter().find(|flight| flight.index == index);
		let query_id = message::query_id(index);
		Some(CheckpointInfo { index, checkpoint, standing, query_id, flight })
	}

	pub(crate) fn status_now() -> CheckpointStatus {
		let agenda = Agendas::<T>::get();
		let progress = ProgressOf::<T>::get();
		let before = |index: u32| index.checked_sub(1).and_then(Self::info);
		CheckpointStatus {
			posting: if agenda.next_due.is_some() { Posting::On } else { Posting::Off },
			next_due: agenda.next_due,
			next_attempt: agenda.send_at,
			pending: progress.pending(),
			last_noted: before(progress.next),
			last_posted: progress.last_posted.and_then(Self::info),
			last_acknowledged: before(progress.resolved),
			paused_at_balance: PausedAt::<T>::get(),
			relay_balance: RelayBalances::<T>::get(),
		}
	}

	/// The last pending checkpoints, oldest first.
	pub(crate) fn list_pending() -> Vec<CheckpointInfo> {
		let progress = ProgressOf::<T>::get();
		let first = progress.resolved.max(progress.next.saturating_sub(MAX_LISTED));
		(first..progress.next).filter_map(Self::info).collect()
	}

	/// The first acknowledged checkpoint at or after a block. Block numbers rise with the index.
	pub(crate) fn first_covering(block_number: u32) -> Option<CheckpointInfo> {
		let progress = ProgressOf::<T>::get();
		let (mut low, mut high) = (progress.oldest, progress.resolved);
		while low < high {
			let middle = low.saturating_add(high.saturating_sub(low) >> 1);
			if Checkpoints::<T>::get(middle)?.block_number < block_number {
				low = middle.saturating_add(1);
			} else {
				high = middle;
			}
		}
		let end = progress.resolved.min(low.saturating_add(MAX_LISTED));
		(low..end)
			.find(|index| {
				Checkpoints::<T>::get(index).is_some_and(|one| one.acknowledged_at.is_some())
			})
			.and_then(Self::info)
	}
}
