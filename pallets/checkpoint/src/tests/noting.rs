//! Which headers become checkpoints, out of the relay chain's data.

use crate::{
	mock::*, Agendas, Checkpoints, Event, Posting, ProgressOf, WeightInfo, MAX_HEADER_LEN,
};
use codec::Encode;
use cumulus_pallet_parachain_system::OnSystemEvent;
use cumulus_primitives_core::{relay_chain::HeadData, PersistedValidationData};
use frame_support::{assert_storage_noop, traits::Hooks, weights::Weight};
use sp_core::H256;
use sp_runtime::traits::Header;

/// `(block number, state root)` of every checkpoint.
fn noted() -> Vec<(u32, H256)> {
	(0..ProgressOf::<Test>::get().next)
		.filter_map(Checkpoints::<Test>::get)
		.map(|one| (one.block_number, one.state_root))
		.collect()
}

fn numbers() -> Vec<u32> {
	noted().into_iter().map(|(number, _)| number).collect()
}

#[test]
fn every_256th_header_becomes_a_checkpoint_in_the_next_block() {
	let mut parameters = test_parameters();
	parameters.interval = 256;
	ExtBuilder { parameters, ..Default::default() }.build_and_execute(|| {
		run_to(256);
		assert!(noted().is_empty());
		run_to(257);
		assert_eq!(noted(), [(256, *header(256).state_root())]);
		assert_eq!(record(0).noted_at, 257);
		run_to(600);
		assert_eq!(noted(), [(256, *header(256).state_root()), (512, *header(512).state_root())]);
		assert_ne!(header(256).state_root(), header(512).state_root());
	});
}

#[test]
fn a_note_is_told() {
	posting(|| {
		run_to(INTERVAL + 1);
		let state_root = *header(INTERVAL).state_root();
		assert_eq!(
			take_events()[0],
			Event::CheckpointNoted { index: 0, block_number: INTERVAL, state_root }
		);
	});
}

#[test]
fn the_included_head_alone_is_enough() {
	for behind in 0..3 {
		ExtBuilder::default().build_and_execute(|| {
			HeadsNow::set(Heads::Included(behind));
			run_to(3 * INTERVAL + 4);
			assert_eq!(numbers(), [INTERVAL, 2 * INTERVAL, 3 * INTERVAL]);
			assert_eq!(record(0).noted_at, INTERVAL + 1 + behind);
		});
	}
}

#[test]
fn in_a_bundle_the_next_known_header_is_taken() {
	posting(|| {
		// Three blocks to a bundle: all carry the header before it.
		while last_block() < 4 * INTERVAL {
			let before = last_block();
			HeadsNow::set(Heads::Fixed(before));
			(0..3).for_each(|_| block());
		}
		// 16 is no multiple of 3: 18 is the next header that comes in, then 33, then 48 itself.
		assert_eq!(numbers(), [18, 33, 48]);
		for (number, root) in noted() {
			assert_eq!(root, *header(number).state_root());
		}
	});
}

#[test]
fn what_is_no_header_of_this_chain_is_ignored() {
	posting(|| {
		for heads in [Heads::None, Heads::Garbage, Heads::Fixed(3)] {
			HeadsNow::set(heads);
			run_to(last_block() + INTERVAL);
			assert!(noted().is_empty(), "{heads:?}");
		}
		// As soon as one comes it is taken, and the rhythm is the old one.
		HeadsNow::set(Heads::Both);
		run_to(4 * INTERVAL + 1);
		// In that block the included head comes first, which is the one before the parent.
		assert_eq!(numbers(), [3 * INTERVAL - 1, 3 * INTERVAL, 4 * INTERVAL]);
	});
}

#[test]
fn a_forged_header_is_ignored() {
	posting(|| {
		run_to(INTERVAL);
		HeadsNow::set(Heads::None);
		begin_block();
		let bring = |head: Vec<u8>| {
			Checkpoint::on_validation_data(&PersistedValidationData {
				parent_head: HeadData(head),
				..Default::default()
			})
		};
		let real = header(INTERVAL);
		let mut other_root = real.clone();
		other_root.set_state_root(H256::repeat_byte(6));
		let mut other_number = real.clone();
		other_number.set_number(INTERVAL + 5);
		let mut future = header(INTERVAL);
		future.set_number(u32::MAX);
		let mut trailing = real.encode();
		trailing.push(0);
		let mut cut = real.encode();
		cut.pop();
		for head in [other_root.encode(), other_number.encode(), future.encode(), trailing, cut] {
			assert_storage_noop!(bring(head));
		}
		bring(real.encode());
		assert_eq!(numbers(), [INTERVAL]);
		end_block();
	});
}

#[test]
fn a_header_is_looked_at_up_to_its_greatest_length() {
	posting(|| {
		run_to(INTERVAL);
		HeadsNow::set(Heads::None);
		begin_block();
		assert_storage_noop!(Checkpoint::on_validation_data(&PersistedValidationData {
			parent_head: HeadData(vec![0; MAX_HEADER_LEN as usize + 1]),
			..Default::default()
		}));
		end_block();
	});
}

#[test]
fn an_ordinary_block_compares_and_changes_nothing() {
	posting(|| {
		run_to(3);
		System::initialize(&4, &header(3).hash(), &Default::default());
		let proof = relay_proof();
		let data = PersistedValidationData {
			parent_head: HeadData(header(3).encode()),
			..Default::default()
		};
		assert_storage_noop!({
			let weight = Checkpoint::on_relay_state_proof(&proof);
			assert_eq!(weight, <() as WeightInfo>::ordinary_block());
			Checkpoint::on_validation_data(&data);
			let weight = Checkpoint::on_idle(4, Weight::MAX);
			assert_eq!(weight, <() as WeightInfo>::ordinary_block());
		});
		end_block();
	});
}

#[test]
fn a_block_that_looks_for_headers_says_what_it_costs() {
	posting(|| {
		run_to(INTERVAL);
		System::initialize(&(INTERVAL + 1), &header(INTERVAL).hash(), &Default::default());
		let weight = Checkpoint::on_relay_state_proof(&relay_proof());
		let expected = <() as WeightInfo>::ordinary_block()
			+ <() as WeightInfo>::read_funds()
			+ <() as WeightInfo>::note_header(MAX_HEADER_LEN) * 2;
		assert_eq!(weight, expected);
		end_block();
	});
}

#[test]
fn nothing_is_noted_where_posting_is_off() {
	ExtBuilder { posting: Posting::Off, ..Default::default() }.build_and_execute(|| {
		run_to(3 * INTERVAL);
		assert!(noted().is_empty() && Sent::get().is_empty());
		assert_eq!(Agendas::<Test>::get(), Default::default());
		assert_eq!(take_events(), vec![]);
	});
}

#[test]
fn old_records_leave_two_at_a_time_once_resolved() {
	posting(|| {
		// Seven that nobody confirms.
		run_to(7 * INTERVAL + 6);
		assert_eq!(ProgressOf::<Test>::get().oldest, 0);
		confirm(6);
		assert_eq!(Checkpoints::<Test>::iter_keys().count(), 7);
		// Three resolved ones stay. The others leave when the next ones come.
		run_to(8 * INTERVAL + 1);
		assert_eq!(Checkpoints::<Test>::iter_keys().count(), 6);
		run_to(9 * INTERVAL + 1);
		assert_eq!(Checkpoints::<Test>::iter_keys().count(), 5);
		assert_eq!(ProgressOf::<Test>::get().oldest, 4);
		run_to(10 * INTERVAL + 1);
		assert_eq!(Checkpoints::<Test>::iter_keys().count(), 6);
	});
}
