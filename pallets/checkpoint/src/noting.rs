//! Where state roots come from: headers of this chain that the relay chain's data or anybody
//! brings, each authenticated by its hash.

use crate::{
	Agendas, Checkpoint, Checkpoints, Config, Error, Event, Flight, InFlight, Pallet, Parameters,
	ProgressOf, WeightInfo, MAX_HEADER_LEN,
};
use codec::DecodeAll;
use cumulus_pallet_parachain_system::{relay_state_snapshot::RelayChainStateProof, OnSystemEvent};
use cumulus_primitives_core::PersistedValidationData;
use frame_support::{
	defensive, ensure,
	pallet_prelude::{DispatchResultWithPostInfo, Pays},
	traits::Get,
	weights::Weight,
};
use frame_system::pallet_prelude::{BlockNumberFor, HeaderFor};
use sp_core::H256;
use sp_runtime::traits::Header;

/// Records that leave at most when one is added.
const PRUNED_AT_ONCE: u32 = 2;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_note_header(header: &[u8]) -> DispatchResultWithPostInfo {
		Self::note(header)?;
		Ok(Pays::No.into())
	}

	/// Makes a checkpoint of an encoded header, if one is due and the header is of this chain and
	/// not below the due number. Changes nothing otherwise.
	pub(crate) fn note(header: &[u8]) -> Result<(), Error<T>> {
		let due = Agendas::<T>::get().next_due.ok_or(Error::<T>::PostingOff)?;
		ensure!(header.len() <= MAX_HEADER_LEN as usize, Error::<T>::HeaderTooLong);
		let header = HeaderFor::<T>::decode_all(&mut &header[..])
			.map_err(|_| Error::<T>::HeaderMalformed)?;
		let number: u32 = (*header.number()).try_into().map_err(|_| Error::<T>::HeaderMalformed)?;
		ensure!(number >= due, Error::<T>::HeaderNotDue);
		ensure!(
			frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(number))
				== header.hash(),
			Error::<T>::HeaderUnknown
		);
		Self::add(number, *header.state_root());
		Ok(())
	}

	/// Adds a checkpoint and puts it among those that are sent.
	fn add(block_number: u32, state_root: H256) {
		let now = Self::now();
		let mut progress = ProgressOf::<T>::get();
		let index = progress.next;
		let Some(next) = index.checked_add(1) else {
			defensive!("four thousand million checkpoints");
			return;
		};
		progress.next = next;
		Checkpoints::<T>::insert(
			index,
			Checkpoint { block_number, state_root, noted_at: now, acknowledged_at: None },
		);

		let keep = progress.resolved.saturating_sub(T::History::get());
		for _ in 0..PRUNED_AT_ONCE {
			if progress.oldest < keep {
				Checkpoints::<T>::remove(progress.oldest);
				progress.oldest = progress.oldest.saturating_add(1);
			}
		}
		ProgressOf::<T>::put(progress);
		Self::deposit_event(Event::CheckpointNoted { index, block_number, state_root });

		InFlight::<T>::mutate(|flights| {
			if flights.is_full() && !flights.is_empty() {
				let shelved = flights.remove(0).index;
				Self::deposit_event(Event::CheckpointShelved { index: shelved });
			}
			if flights.try_push(Flight::ready(index, now)).is_err() {
				defensive!("there is room for one");
			}
		});
		let next_due = Parameters::<T>::get().due_after(block_number);
		Agendas::<T>::mutate(|agenda| {
			agenda.next_due = Some(next_due);
			agenda.send_at = Some(agenda.send_at.map_or(now, |at| at.min(now)));
		});
	}
}

impl<T: Config> OnSystemEvent for Pallet<T> {
	/// The parent's header, wherever a relay chain is behind the data: the parent of the first
	/// block of a bundle. Empty, stale or foreign heads are normal elsewhere, and ignored.
	fn on_validation_data(data: &PersistedValidationData) {
		if Agendas::<T>::get().note_is_due(Self::now()) {
			let _ = Self::note(&data.parent_head.0);
		}
	}

	fn on_validation_code_applied() {}

	/// The head that the relay chain has included, one or two blocks older; and the balance of this
	/// chain's account there, if a message may leave in this block.
	///
	/// Returns the weight of both hooks: `on_validation_data` runs in the same inherent and cannot
	/// return its own.
	fn on_relay_state_proof(proof: &RelayChainStateProof) -> Weight {
		let now = Self::now();
		let agenda = Agendas::<T>::get();
		let mut weight = T::WeightInfo::ordinary_block();
		if !Self::may_send_in(&agenda, now) {
			return weight;
		}
		Self::read_funds(proof, now);
		weight.saturating_accrue(T::WeightInfo::read_funds());
		if agenda.note_is_due(now) {
			if let Ok(head) = proof.read_included_para_head() {
				let _ = Self::note(&head.0);
			}
			weight.saturating_accrue(T::WeightInfo::note_header(MAX_HEADER_LEN).saturating_mul(2));
		}
		weight
	}
}
