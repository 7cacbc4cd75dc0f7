//! `note_header`.

use crate::{mock::*, Error, Event, Posting, ProgressOf, MAX_HEADER_LEN};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, pallet_prelude::Pays};
use sp_core::H256;
use sp_runtime::{traits::Header, DispatchError};

fn bring(header: Vec<u8>) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Checkpoint::note_header(RuntimeOrigin::signed(1), header)
}

/// Runs a test in the block after the due one, whose own data shows no header.
fn overdue(test: impl FnOnce()) {
	posting(|| {
		HeadsNow::set(Heads::None);
		run_to(INTERVAL + 3);
		begin_block();
		test();
		end_block();
	})
}

#[test]
fn anybody_brings_the_due_header_for_free() {
	overdue(|| {
		let post = bring(header(INTERVAL).encode()).unwrap();
		assert_eq!(post.pays_fee, Pays::No);
		let state_root = *header(INTERVAL).state_root();
		assert_eq!(
			System::read_events_for_pallet::<Event<Test>>(),
			vec![Event::CheckpointNoted { index: 0, block_number: INTERVAL, state_root }]
		);
		// Once. The next one is not due.
		assert_noop!(bring(header(INTERVAL).encode()), Error::<Test>::HeaderNotDue);
		assert_noop!(bring(header(INTERVAL + 2).encode()), Error::<Test>::HeaderNotDue);
	});
}

#[test]
fn a_later_header_will_do() {
	overdue(|| {
		assert_ok!(bring(header(INTERVAL + 3).encode()));
		assert_eq!(record(0).block_number, INTERVAL + 3);
	});
}

#[test]
fn errors_pay() {
	overdue(|| {
		let error = bring(header(INTERVAL - 1).encode()).unwrap_err();
		assert_eq!(error.post_info.pays_fee, Pays::Yes);
	});
}

#[test]
fn fails_where_posting_is_off() {
	ExtBuilder { posting: Posting::Off, ..Default::default() }.build_and_execute(|| {
		run_to(INTERVAL + 1);
		begin_block();
		assert_noop!(bring(header(INTERVAL).encode()), Error::<Test>::PostingOff);
		end_block();
	});
}

#[test]
fn fails_for_what_is_no_header() {
	overdue(|| {
		for bytes in [vec![], vec![0; 40], [header(INTERVAL).encode(), vec![0]].concat()] {
			assert_noop!(bring(bytes), Error::<Test>::HeaderMalformed);
		}
		let length = MAX_HEADER_LEN as usize;
		assert_noop!(bring(vec![255; length]), Error::<Test>::HeaderMalformed);
		assert_noop!(bring(vec![255; length + 1]), Error::<Test>::HeaderTooLong);
	});
}

#[test]
fn boundary_a_header_below_the_due_one() {
	overdue(|| {
		assert_noop!(bring(header(INTERVAL - 1).encode()), Error::<Test>::HeaderNotDue);
		assert_ok!(bring(header(INTERVAL).encode()));
	});
}

#[test]
fn fails_for_a_header_of_another_chain() {
	overdue(|| {
		let mut forged = header(INTERVAL);
		forged.set_state_root(H256::repeat_byte(3));
		assert_noop!(bring(forged.encode()), Error::<Test>::HeaderUnknown);
		let mut future = header(INTERVAL);
		future.set_number(10_000);
		assert_noop!(bring(future.encode()), Error::<Test>::HeaderUnknown);
		assert_eq!(ProgressOf::<Test>::get().next, 0);
	});
}

#[test]
fn fails_for_a_block_whose_hash_is_forgotten() {
	overdue(|| {
		frame_system::BlockHash::<Test>::remove(INTERVAL);
		assert_noop!(bring(header(INTERVAL).encode()), Error::<Test>::HeaderUnknown);
	});
}

#[test]
fn only_accounts_call() {
	overdue(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Checkpoint::note_header(origin, header(INTERVAL).encode()),
				DispatchError::BadOrigin
			);
		}
	});
}
