//! Streams of payments.

use crate::{accrual::Meter, *};
use ai_compute_primitives::{JobId, JobInspect};
use codec::MaxEncodedLen;
use frame_support::{ensure, traits::fungible::Inspect as _};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{CheckedAdd, Saturating, Zero},
	ArithmeticError, DispatchResult, FixedU128,
};

impl<T: Config> Pallet<T> {
	/// A stream brought up to `now`.
	pub(crate) fn stream_at(
		stream_id: StreamId,
		now: BlockNumberFor<T>,
	) -> Result<(StreamOf<T>, Change<BlockNumberFor<T>>), Error<T>> {
		let mut stream = Streams::<T>::get(stream_id).ok_or(Error::<T>::StreamNotFound)?;
		let job_ended = stream.tie.and_then(|tie| T::Jobs::ended_at(tie.job, tie.attempt));
		let change = stream.touch(now, job_ended);
		Ok((stream, change))
	}

	/// The same for a call, which tells what time has changed.
	fn touched_stream(
		stream_id: StreamId,
	) -> Result<(StreamOf<T>, BlockNumberFor<T>, Change<BlockNumberFor<T>>), Error<T>> {
		let now = Self::now();
		let (stream, change) = Self::stream_at(stream_id, now)?;
		match change {
			Change::None => {}
			Change::Ending(end) => Self::deposit_event(Event::StreamEnding { stream_id, end }),
			Change::Ended => Self::deposit_event(Event::StreamEnded { stream_id }),
			Change::Depleted => Self::deposit_event(Event::StreamDepleted { stream_id }),
		}
		Ok((stream, now, change))
	}

	/// Which side of a stream `who` is.
	fn party(stream: &StreamOf<T>, who: &T::AccountId) -> Result<Party, Error<T>> {
		if stream.payer == *who {
			Ok(Party::Payer)
		} else if stream.payee == *who {
			Ok(Party::Payee)
		} else {
			Err(Error::<T>::NotAuthorized)
		}
	}

	pub(crate) fn do_open_stream(
		payer: T::AccountId,
		payee: T::AccountId,
		rate: FixedU128,
		deposit: BalanceOf<T>,
		lockup: BlockNumberFor<T>,
		job: Option<JobId>,
	) -> DispatchResult {
		let parameters = Parameters::<T>::get();
		ensure!(!rate.is_zero(), Error::<T>::InvalidRate);
		ensure!(deposit >= parameters.min_deposit, Error::<T>::InsufficientDeposit);
		let allowed = parameters.min_lockup..=parameters.max_lockup;
		ensure!(allowed.contains(&lockup), Error::<T>::InvalidPeriod);
		let (fee, tie) = Self::new_payment(&payer, &payee, job)?;
		let stream_id = NextStreamId::<T>::get();
		let next = stream_id.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		let storage_deposit = Self::storage_deposit(StreamOf::<T>::max_encoded_len());
		let stream = Stream {
			payer: payer.clone(),
			payee: payee.clone(),
			rate,
			deposit,
			paid: Zero::zero(),
			meter: Meter::new(Self::now()),
			lockup,
			storage_deposit,
			fee,
			status: StreamStatus::Running,
			tie,
		};
		ensure!(stream.covers_lockup(rate), Error::<T>::InsufficientDeposit);
		Self::take_in(&payer, deposit.saturating_add(storage_deposit))?;

		Self::count_tie(&tie);
		NextStreamId::<T>::put(next);
		StreamsOf::<T>::insert(&payer, stream_id, ());
		StreamsOf::<T>::insert(&payee, stream_id, ());
		Streams::<T>::insert(stream_id, stream);
		Self::deposit_event(Event::StreamOpened {
			stream_id,
			payer,
			payee,
			rate,
			deposit,
			lockup,
			job,
		});
		Ok(())
	}

	pub(crate) fn do_pause(who: T::AccountId, stream_id: StreamId) -> DispatchResult {
		let (mut stream, now, _) = Self::touched_stream(stream_id)?;
		let by = Self::party(&stream, &who)?;
		ensure!(stream.status == StreamStatus::Running, Error::<T>::InvalidState);
		let at = match by {
			Party::Payer => now.saturating_add(stream.lockup),
			Party::Payee => now,
		};
		stream.status = StreamStatus::Paused { by, at };
		Streams::<T>::insert(stream_id, stream);
		Self::deposit_event(Event::StreamPaused { stream_id, by, at });
		Ok(())
	}

	pub(crate) fn do_resume(who: T::AccountId, stream_id: StreamId) -> DispatchResult {
		let (mut stream, now, _) = Self::touched_stream(stream_id)?;
		let party = Self::party(&stream, &who)?;
		let StreamStatus::Paused { by, .. } = stream.status else {
			return Err(Error::<T>::InvalidState.into());
		};
		ensure!(by == party, Error::<T>::NotAuthorized);
		ensure!(stream.covers_lockup(stream.rate), Error::<T>::InsufficientDeposit);
		stream.status = StreamStatus::Running;
		// The pause earned nothing.
		stream.meter.since = now;
		Streams::<T>::insert(stream_id, stream);
		Self::deposit_event(Event::StreamResumed { stream_id });
		Ok(())
	}

	pub(crate) fn do_change_rate(
		who: T::AccountId,
		stream_id: StreamId,
		rate: FixedU128,
	) -> DispatchResult {
		let (mut stream, _, _) = Self::touched_stream(stream_id)?;
		let party = Self::party(&stream, &who)?;
		ensure!(stream.status == StreamStatus::Running, Error::<T>::InvalidState);
		let is_allowed = match party {
			Party::Payer => rate > stream.rate,
			Party::Payee => rate < stream.rate && !rate.is_zero(),
		};
		ensure!(is_allowed, Error::<T>::InvalidRate);
		ensure!(stream.covers_lockup(rate), Error::<T>::InsufficientDeposit);
		let old_rate = core::mem::replace(&mut stream.rate, rate);
		Streams::<T>::insert(stream_id, stream);
		Self::deposit_event(Event::RateChanged { stream_id, old_rate, rate });
		Ok(())
	}

	pub(crate) fn do_top_up_stream(
		payer: T::AccountId,
		stream_id: StreamId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		let (mut stream, _, _) = Self::touched_stream(stream_id)?;
		ensure!(stream.payer == payer, Error::<T>::NotAuthorized);
		let is_live = matches!(stream.status, StreamStatus::Running | StreamStatus::Paused { .. });
		ensure!(is_live, Error::<T>::InvalidState);
		ensure!(amount >= T::Currency::minimum_balance(), Error::<T>::InsufficientDeposit);
		let deposit = stream.deposit.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
		Self::take_in(&payer, amount)?;
		stream.deposit = deposit;
		Streams::<T>::insert(stream_id, stream);
		Self::deposit_event(Event::StreamToppedUp { stream_id, amount, deposit });
		Ok(())
	}

	pub(crate) fn do_withdraw(stream_id: StreamId) -> DispatchResult {
		let (mut stream, _, change) = Self::touched_stream(stream_id)?;
		let owed = stream.owed();
		ensure!(!owed.is_zero() || change != Change::None, Error::<T>::NothingToClaim);
		let shares = stream.due();
		Self::pay(&stream.payee, shares.payee)?;
		Self::book_withdrawal(stream_id, &mut stream);
		Streams::<T>::insert(stream_id, stream);
		Ok(())
	}

	/// Books that what a stream owes was paid.
	fn book_withdrawal(stream_id: StreamId, stream: &mut StreamOf<T>) {
		if stream.owed().is_zero() {
			return;
		}
		let shares = stream.due();
		stream.paid = stream.meter.accrued;
		Self::add_fees(shares.fee);
		Self::book_royalty(&stream.tie, &stream.payee, &shares);
		Self::deposit_event(Event::StreamWithdrawn {
			stream_id,
			payee: stream.payee.clone(),
			withdrawn: stream.paid,
			paid: shares.payee,
			fee: shares.fee,
			royalty: shares.royalty,
		});
	}

	pub(crate) fn do_stop(who: T::AccountId, stream_id: StreamId) -> DispatchResult {
		let (mut stream, now, _) = Self::touched_stream(stream_id)?;
		let party = Self::party(&stream, &who)?;
		let end = match (stream.status, party) {
			(StreamStatus::Ended, _) | (StreamStatus::Ending { .. }, Party::Payer) => {
				return Err(Error::<T>::InvalidState.into());
			}
			// The payer gives the notice that it agreed to, or gave it when it paused.
			(StreamStatus::Running, Party::Payer) => now.saturating_add(stream.lockup),
			(StreamStatus::Paused { at, .. }, Party::Payer) => at.max(now),
			(_, Party::Payee) => now,
		};
		if end > now {
			let end = stream.runs_out_at().map_or(end, |full| full.min(end));
			stream.status = StreamStatus::Ending { end };
			Self::deposit_event(Event::StreamEnding { stream_id, end });
		} else {
			stream.status = StreamStatus::Ended;
			Self::deposit_event(Event::StreamEnded { stream_id });
		}
		Streams::<T>::insert(stream_id, stream);
		Ok(())
	}

	pub(crate) fn do_close_stream(stream_id: StreamId) -> DispatchResult {
		let (mut stream, _, _) = Self::touched_stream(stream_id)?;
		ensure!(stream.status == StreamStatus::Ended, Error::<T>::TooEarly);
		Self::pay_or_forfeit(&stream.payee, stream.due().payee, Purpose::Pay)?;
		Self::book_withdrawal(stream_id, &mut stream);
		let refund = stream.deposit.saturating_sub(stream.paid);
		let back = refund.saturating_add(stream.storage_deposit);
		Self::pay_or_forfeit(&stream.payer, back, Purpose::Refund)?;
		Self::untie(&stream.tie);
		Streams::<T>::remove(stream_id);
		StreamsOf::<T>::remove(&stream.payer, stream_id);
		StreamsOf::<T>::remove(&stream.payee, stream_id);
		Self::deposit_event(Event::StreamClosed { stream_id, paid: stream.paid, refund });
		Ok(())
	}
}
