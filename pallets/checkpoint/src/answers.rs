//! The relay chain's answers.

use crate::{
	message, Agendas, Checkpoints, Config, Delivery, Event, InFlight, Pallet, ProgressOf,
	WeightInfo,
};
use core::marker::PhantomData;
use frame_support::{defensive, weights::Weight};
use xcm::latest::prelude::*;
use xcm_executor::traits::OnResponse;

impl<T: Config> Pallet<T> {
	/// The checkpoint that an answer is about, if it comes from the relay chain, to a question that
	/// this chain itself asked and that is still open.
	///
	/// The querier is what tells a report that our own message asked for from one that somebody
	/// else's message on the relay chain sends here: that one names its own author, or nobody.
	fn asked(origin: &Location, query_id: QueryId, querier: Option<&Location>) -> Option<u32> {
		if *origin != Location::parent() || querier != Some(&Location::here()) {
			return None;
		}
		message::index_of(query_id).filter(|index| ProgressOf::<T>::get().is_open(*index))
	}

	/// The relay chain registered checkpoint `index`.
	fn acknowledge(index: u32) {
		let now = Self::now();
		let Some(resolved) = index.checked_add(1) else {
			defensive!("a checkpoint with this index was never added");
			return;
		};
		let Some(mut checkpoint) = Checkpoints::<T>::get(index) else {
			defensive!("an open question has a record");
			return;
		};
		checkpoint.acknowledged_at = Some(now);
		Checkpoints::<T>::insert(index, checkpoint);
		Self::deposit_event(Event::CheckpointAcknowledged {
			index,
			block_number: checkpoint.block_number,
			state_root: checkpoint.state_root,
		});

		let first = ProgressOf::<T>::mutate(|progress| {
			core::mem::replace(&mut progress.resolved, resolved)
		});
		if let Some(last) = index.checked_sub(1).filter(|last| first <= *last) {
			Self::deposit_event(Event::CheckpointsSuperseded { first, last, by: index });
		}

		InFlight::<T>::mutate(|flights| {
			flights.retain(|flight| flight.index > index);
			Agendas::<T>::mutate(|agenda| Self::schedule(agenda, flights, now));
		});
	}

	/// The relay chain did not register checkpoint `index`. The next attempt keeps its time.
	fn refuse(index: u32, instruction: u32, error: XcmError) {
		InFlight::<T>::mutate(|flights| {
			if let Some(flight) = flights.iter_mut().find(|flight| flight.index == index) {
				flight.delivery = Delivery::Refused;
			}
		});
		Self::deposit_event(Event::CheckpointRefused { index, instruction, error });
	}
}

impl<T: Config> OnResponse for Pallet<T> {
	fn expecting_response(
		origin: &Location,
		query_id: QueryId,
		querier: Option<&Location>,
	) -> bool {
		Self::asked(origin, query_id, querier).is_some()
	}

	/// `max_weight` is not looked at: an answer that was asked for is never lost for its weight,
	/// which the instruction has paid for anyway.
	fn on_response(
		origin: &Location,
		query_id: QueryId,
		querier: Option<&Location>,
		response: Response,
		_max_weight: Weight,
		_context: &XcmContext,
	) -> Weight {
		match (Self::asked(origin, query_id, querier), response) {
			(Some(index), Response::ExecutionResult(None)) => Self::acknowledge(index),
			(Some(index), Response::ExecutionResult(Some((instruction, error)))) => {
				Self::refuse(index, instruction, error)
			}
			_ => Self::deposit_event(Event::UnexpectedAnswer { origin: origin.clone(), query_id }),
		}
		T::WeightInfo::answer()
	}
}

/// Hands each answer to whom it concerns: those with a query id of this pallet to it, all others to
/// `Others`. What the runtime's XCM barrier and executor know as their response handler.
pub struct CheckpointsOr<T, Others>(PhantomData<(T, Others)>);

impl<T: Config, Others: OnResponse> OnResponse for CheckpointsOr<T, Others> {
	fn expecting_response(
		origin: &Location,
		query_id: QueryId,
		querier: Option<&Location>,
	) -> bool {
		match message::index_of(query_id) {
			Some(_) => Pallet::<T>::expecting_response(origin, query_id, querier),
			None => Others::expecting_response(origin, query_id, querier),
		}
	}

	fn on_response(
		origin: &Location,
		query_id: QueryId,
		querier: Option<&Location>,
		response: Response,
		max_weight: Weight,
		context: &XcmContext,
	) -> Weight {
		match message::index_of(query_id) {
			Some(_) => {
				Pallet::<T>::on_response(origin, query_id, querier, response, max_weight, context)
			}
			None => Others::on_response(origin, query_id, querier, response, max_weight, context),
		}
	}
}
