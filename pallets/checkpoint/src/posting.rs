//! Sending: which checkpoint, when, and when again.

use crate::{
	message, Agenda, Agendas, Checkpoint, CheckpointParameters, Checkpoints, Config, Delivery,
	Error, Event, Flight, InFlight, Pallet, Parameters, PausedAt, Posting, ProgressOf, SendFailure,
	SovereignBalance, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::{
	defensive,
	dispatch::DispatchResult,
	ensure,
	storage::{transactional::with_transaction_opaque_err, TransactionOutcome},
	traits::Get,
};
use xcm::latest::{prelude::*, send_xcm};

impl<T: Config> Pallet<T> {
	/// Sends one message if one may leave in block `now`.
	pub(crate) fn post(now: u32) {
		let mut agenda = Agendas::<T>::get();
		if !agenda.send_is_due(now) {
			return;
		}
		let parameters = Parameters::<T>::get();
		let mut flights = InFlight::<T>::get();
		// The oldest that may be sent: so those that are sent for the first time leave in order,
		// and one that the relay chain refuses holds up nobody.
		if let Some(flight) = flights.iter_mut().find(|flight| flight.next_attempt <= now) {
			if Self::is_short_of_funds(&parameters) {
				agenda.send_at = Some(now.saturating_add(parameters.answer_timeout));
				Agendas::<T>::put(agenda);
				return;
			}
			Self::attempt(flight, now, &parameters);
			InFlight::<T>::put(&flights);
		}
		Self::schedule(&mut agenda, &flights, now.saturating_add(1));
		Agendas::<T>::put(agenda);
	}

	/// Whether the relay chain's account is too low to send. Says so when it begins and ends.
	fn is_short_of_funds(parameters: &CheckpointParameters) -> bool {
		match T::SovereignBalance::spendable() {
			Some(balance) if balance < parameters.relay_reserve => {
				if PausedAt::<T>::get().is_none() {
					Self::deposit_event(Event::PostingPaused {
						balance,
						needed: parameters.relay_reserve,
					});
				}
				PausedAt::<T>::put(balance);
				true
			}
			balance => {
				if PausedAt::<T>::take().is_some() {
					Self::deposit_event(Event::PostingResumed { balance });
				}
				false
			}
		}
	}

	/// Sends the checkpoint of `flight` and plans its next attempt.
	fn attempt(flight: &mut Flight, now: u32, parameters: &CheckpointParameters) {
		let index = flight.index;
		let Some(checkpoint) = Checkpoints::<T>::get(index) else {
			defensive!("a checkpoint in flight has a record");
			flight.attempted(now, Delivery::NotSent, parameters);
			return;
		};
		let sent = Self::send(index, &checkpoint, parameters);
		let delivery = if sent.is_ok() { Delivery::Sent } else { Delivery::NotSent };
		flight.attempted(now, delivery, parameters);
		let attempt = flight.attempts;
		match sent {
			Ok(message_id) => {
				ProgressOf::<T>::mutate(|progress| {
					progress.last_posted = progress.last_posted.max(Some(index))
				});
				Self::deposit_event(Event::CheckpointPosted {
					index,
					block_number: checkpoint.block_number,
					state_root: checkpoint.state_root,
					query_id: message::query_id(index),
					attempt,
					message_id,
				});
			}
			Err(reason) => {
				Self::deposit_event(Event::CheckpointNotSent { index, attempt, reason });
			}
		}
	}

	/// Sends a message to the relay chain. A failure leaves no trace. Delivery costs nobody
	/// anything: it is this chain's own message.
	fn send(
		index: u32,
		checkpoint: &Checkpoint,
		parameters: &CheckpointParameters,
	) -> Result<XcmHash, SendFailure> {
		let message = message::register(
			Self::call_of(checkpoint, parameters),
			T::ParaId::get(),
			message::query_id(index),
			T::FeeAsset::get(),
			T::WeightInfo::answer(),
			parameters,
		);
		with_transaction_opaque_err(|| {
			match send_xcm::<T::XcmSender>(Location::parent(), message) {
				Ok((id, _price)) => TransactionOutcome::Commit(Ok(id)),
				Err(error) => TransactionOutcome::Rollback(Err(SendFailure::from(error))),
			}
		})
		.unwrap_or(Err(SendFailure::NoStorageLayer))
	}

	/// The relay chain's call for a checkpoint, encoded.
	pub(crate) fn call_of(checkpoint: &Checkpoint, parameters: &CheckpointParameters) -> Vec<u8> {
		message::relay_call(parameters.target, T::PbcId::get(), checkpoint)
	}

	/// Sets the next sending to the earliest attempt of `flights`, not before `earliest`.
	pub(crate) fn schedule(agenda: &mut Agenda, flights: &[Flight], earliest: u32) {
		agenda.send_at = match agenda.next_due {
			Some(_) => {
				flights.iter().map(|flight| flight.next_attempt).min().map(|at| at.max(earliest))
			}
			None => None,
		};
	}

	pub(crate) fn do_set_posting(posting: Posting) -> DispatchResult {
		let mut agenda = Agendas::<T>::get();
		let now = Self::now();
		ensure!(
			agenda.next_due.is_some() != (posting == Posting::On),
			Error::<T>::PostingUnchanged
		);
		match posting {
			Posting::On => {
				agenda.next_due = Some(Self::first_due(&Parameters::<T>::get(), now));
				Self::schedule(&mut agenda, &InFlight::<T>::get(), now);
			}
			Posting::Off => {
				agenda = Agenda::default();
				PausedAt::<T>::kill();
			}
		}
		Agendas::<T>::put(agenda);
		Self::deposit_event(Event::PostingSet { posting });
		Ok(())
	}

	pub(crate) fn do_set_parameters(parameters: CheckpointParameters) -> DispatchResult {
		ensure!(parameters.is_valid(T::MaxRelayFee::get()), Error::<T>::InvalidParameters);
		let now = Self::now();
		InFlight::<T>::mutate(|flights| {
			for flight in flights.iter_mut() {
				flight.wait = 0;
				flight.next_attempt = now;
			}
			Agendas::<T>::mutate(|agenda| {
				agenda.next_due = agenda.next_due.map(|due| {
					// One that is overdue stays so.
					if due < now {
						due
					} else {
						Self::first_due(&parameters, now)
					}
				});
				Self::schedule(agenda, flights, now);
			});
		});
		Parameters::<T>::put(parameters);
		Self::deposit_event(Event::ParametersSet { parameters });
		Ok(())
	}

	/// The first checkpoint whose header is not known in block `now`: `now` itself or a later one.
	fn first_due(parameters: &CheckpointParameters, now: u32) -> u32 {
		parameters.due_after(now.saturating_sub(1))
	}
}
