//! Benchmarks, each in its worst case.

use super::*;
use alloc::{vec, vec::Vec};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{EnsureOrigin, Get},
	weights::Weight,
};
use frame_system::{pallet_prelude::*, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	generic::{Digest, DigestItem},
	traits::Header,
};
use xcm::latest::prelude::*;
use xcm_executor::traits::OnResponse;

/// Block in which everything happens.
const NOW: u32 = 100_000;
/// The block whose header is due.
const DUE: u32 = NOW - 1;

fn go<T: Config>() {
	frame_system::Pallet::<T>::set_block_number(NOW.into());
}

/// The known header of block [`DUE`], of about `length` bytes.
fn header_of<T: Config>(length: u32) -> Vec<u8> {
	let build = |filling: u32| {
		let logs =
			if filling == 0 { vec![] } else { vec![DigestItem::Other(vec![7; filling as usize])] };
		HeaderFor::<T>::new(
			DUE.into(),
			Default::default(),
			H256::repeat_byte(3),
			Default::default(),
			Digest { logs },
		)
	};
	let empty = build(0).encode().len() as u32;
	// Kind and length of the digest item take up to five bytes.
	let header = build(length.saturating_sub(empty.saturating_add(5)));
	frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::from(DUE), header.hash());
	header.encode()
}

/// Checkpoints 0 to `MaxInFlight`, of which the last ones are in flight, all due; as many resolved
/// ones before them as make records leave.
fn crowd<T: Config>(due: u32) {
	go::<T>();
	let history = T::History::get();
	let in_flight = T::MaxInFlight::get();
	// Enough to have two leave when the next comes.
	let resolved = history.saturating_add(2);
	let next = resolved.saturating_add(in_flight);
	for index in 0..next {
		let checkpoint = Checkpoint {
			block_number: index.saturating_add(1),
			state_root: H256::repeat_byte(1),
			noted_at: index.saturating_add(2),
			acknowledged_at: (index < resolved).then_some(NOW),
		};
		Checkpoints::<T>::insert(index, checkpoint);
	}
	ProgressOf::<T>::put(Progress { oldest: 0, resolved, next, last_posted: next.checked_sub(1) });
	InFlight::<T>::mutate(|flights| {
		for index in resolved..next {
			// All but the last wait.
			let at = if index.saturating_add(1) == next { NOW } else { NOW.saturating_add(9) };
			let _ = flights.try_push(Flight { next_attempt: at, ..Flight::ready(index, NOW) });
		}
	});
	Agendas::<T>::put(Agenda { next_due: Some(due), send_at: Some(NOW) });
}

fn last<T: Config>() -> u32 {
	ProgressOf::<T>::get().next.saturating_sub(1)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// What a block does in which nothing is due.
	#[benchmark]
	fn ordinary_block() {
		crowd::<T>(NOW);
		Agendas::<T>::put(Agenda { next_due: Some(NOW), send_at: Some(NOW.saturating_add(1)) });
		let due;

		#[block]
		{
			let agenda = Agendas::<T>::get();
			due = agenda.note_is_due(NOW) || agenda.send_is_due(NOW);
		}

		assert!(!due);
	}

	/// Keeping a balance that was read. Reading it out of the relay data is part of the parachain
	/// inherent's own weight.
	#[benchmark]
	fn read_funds() {
		go::<T>();

		#[block]
		{
			RelayBalances::<T>::put(RelayBalance { spendable: 1, read_at: NOW });
		}

		assert!(RelayBalances::<T>::exists());
	}

	/// Worst case: one is shelved and two records leave.
	#[benchmark]
	fn note_header(l: Linear<128, MAX_HEADER_LEN>) {
		let caller: T::AccountId = whitelisted_caller();
		crowd::<T>(DUE);
		let header = header_of::<T>(l);
		let index = ProgressOf::<T>::get().next;

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), header);

		assert_eq!(Checkpoints::<T>::get(index).map(|one| one.block_number), Some(DUE));
		assert_eq!(ProgressOf::<T>::get().oldest, 2);
	}

	/// Worst case: a pause ends, and the last of those in flight leaves.
	#[benchmark]
	fn post() {
		crowd::<T>(NOW);
		T::XcmSender::ensure_successful_delivery(Some(Location::parent()));
		PausedAt::<T>::put(1);
		T::SovereignBalance::set_spendable(Parameters::<T>::get().relay_reserve);
		let before = InFlight::<T>::get();

		#[block]
		{
			Pallet::<T>::post(NOW);
		}

		let flight = InFlight::<T>::get().into_iter().find(|flight| flight.index == last::<T>());
		assert_eq!(flight.map(|flight| flight.delivery), Some(Delivery::Sent));
		assert_ne!(InFlight::<T>::get(), before);
		assert!(!PausedAt::<T>::exists());
	}

	/// Worst case: the last one in flight is confirmed and supersedes all others.
	#[benchmark]
	fn answer() {
		crowd::<T>(NOW);
		let index = last::<T>();
		let context = XcmContext { origin: None, message_id: [0; 32], topic: None };

		#[block]
		{
			let expected = Pallet::<T>::expecting_response(
				&Location::parent(),
				message::query_id(index),
				Some(&Location::here()),
			);
			assert!(expected);
			Pallet::<T>::on_response(
				&Location::parent(),
				message::query_id(index),
				Some(&Location::here()),
				Response::ExecutionResult(None),
				Weight::zero(),
				&context,
			);
		}

		assert_eq!(ProgressOf::<T>::get().pending(), 0);
		assert!(InFlight::<T>::get().is_empty());
	}

	/// Worst case: on, with a full list of what is sent again.
	#[benchmark]
	fn set_posting() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		crowd::<T>(NOW);
		Agendas::<T>::kill();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Posting::On);

		assert!(Agendas::<T>::get().send_at.is_some());
		Ok(())
	}

	#[benchmark]
	fn set_parameters() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		crowd::<T>(NOW);
		let parameters = CheckpointParameters { interval: 7, ..Parameters::<T>::get() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parameters);

		assert_eq!(Parameters::<T>::get(), parameters);
		assert!(InFlight::<T>::get().iter().all(|flight| flight.next_attempt == NOW));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
