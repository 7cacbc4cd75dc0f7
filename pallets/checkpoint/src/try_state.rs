//! What must hold between any two calls.

use crate::{Agendas, Checkpoints, Config, InFlight, Pallet, Parameters, PausedAt, ProgressOf};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::indices_are_in_order()?;
		Self::records_match_progress()?;
		Self::flights_are_the_last_pending()?;
		Self::agenda_matches_flights()?;
		ensure!(
			Parameters::<T>::get().is_valid(T::MaxRelayFee::get()),
			"a parameter lies outside its bounds"
		);
		Ok(())
	}

	/// Oldest, resolved, next: in this order; only what exists was posted.
	fn indices_are_in_order() -> Result<(), TryRuntimeError> {
		let progress = ProgressOf::<T>::get();
		ensure!(
			progress.oldest <= progress.resolved && progress.resolved <= progress.next,
			"the indices of checkpoints are out of order"
		);
		ensure!(
			progress.last_posted.is_none_or(|last| last < progress.next),
			"a checkpoint was posted that does not exist"
		);
		ensure!(
			progress.last_posted.map_or(0, |last| last.saturating_add(1)) >= progress.resolved,
			"a checkpoint was resolved that was never posted"
		);
		Ok(())
	}

	/// There is one record for each index that is kept, of rising block numbers in the past; the
	/// last resolved one is acknowledged, and no pending one is.
	fn records_match_progress() -> Result<(), TryRuntimeError> {
		let progress = ProgressOf::<T>::get();
		let count = Checkpoints::<T>::iter_keys().count();
		ensure!(
			count == progress.next.saturating_sub(progress.oldest) as usize,
			"the number of records differs from the indices"
		);
		let mut last = None;
		for index in progress.oldest..progress.next {
			let record = Checkpoints::<T>::get(index).ok_or("a checkpoint has no record")?;
			ensure!(
				last.is_none_or(|last| last < record.block_number),
				"block numbers of checkpoints do not rise"
			);
			ensure!(
				record.block_number < record.noted_at && record.noted_at <= Self::now(),
				"a checkpoint was noted before its block"
			);
			ensure!(
				record.acknowledged_at.is_none() || index < progress.resolved,
				"a pending checkpoint is acknowledged"
			);
			ensure!(
				record.acknowledged_at.is_some() || index.saturating_add(1) != progress.resolved,
				"the last resolved checkpoint is not acknowledged"
			);
			last = Some(record.block_number);
		}
		ensure!(
			match (Agendas::<T>::get().next_due, last) {
				(Some(due), Some(last)) => last < due,
				_ => true,
			},
			"a checkpoint is due that exists"
		);
		Ok(())
	}

	/// Those in flight are the last pending ones without a gap, and there are some if any is
	/// pending.
	fn flights_are_the_last_pending() -> Result<(), TryRuntimeError> {
		let progress = ProgressOf::<T>::get();
		let flights = InFlight::<T>::get();
		let expected = progress.next.saturating_sub(flights.len() as u32)..progress.next;
		ensure!(
			flights.iter().map(|flight| flight.index).eq(expected),
			"those in flight are not the last ones"
		);
		ensure!(
			flights.iter().all(|flight| flight.index >= progress.resolved),
			"a resolved checkpoint is in flight"
		);
		ensure!(
			flights.is_empty() == (progress.pending() == 0),
			"nothing is in flight for what is pending"
		);
		Ok(())
	}

	/// The next sending is planned if and only if something is in flight and posting is on, and
	/// pausing happens only then.
	fn agenda_matches_flights() -> Result<(), TryRuntimeError> {
		let agenda = Agendas::<T>::get();
		let wanted = agenda.next_due.is_some() && !InFlight::<T>::get().is_empty();
		ensure!(agenda.send_at.is_some() == wanted, "the plan differs from what is in flight");
		ensure!(
			PausedAt::<T>::get().is_none() || agenda.next_due.is_some(),
			"sending pauses though nothing is posted"
		);
		Ok(())
	}
}
