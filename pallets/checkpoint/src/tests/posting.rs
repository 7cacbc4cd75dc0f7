//! What leaves, when, and when again.

use crate::{
	message, mock::*, Agendas, Delivery, Event, Flight, InFlight, ProgressOf, SendFailure,
	WeightInfo,
};
use frame_support::weights::Weight;
use sp_runtime::traits::Header;
use xcm::latest::prelude::*;

/// Makes blocks up to `last` and says in which ones which checkpoints left.
fn departures(last: u32) -> Vec<(u32, u32)> {
	let mut all = Vec::new();
	while last_block() < last {
		block();
		all.extend(indices(&take_sent()).into_iter().map(|index| (last_block(), index)));
	}
	all
}

#[test]
fn a_checkpoint_leaves_in_the_block_that_notes_it() {
	posting(|| {
		run_to(INTERVAL + 1);
		let state_root = *header(INTERVAL).state_root();
		let sent = take_sent();
		let id = sp_io::hashing::blake2_256(&codec::Encode::encode(&sent[0]));
		assert_eq!(sent.len(), 1);
		assert_eq!(
			take_events()[1..],
			[Event::CheckpointPosted {
				index: 0,
				block_number: INTERVAL,
				state_root,
				query_id: 0x4348_4B50_0000_0000,
				attempt: 1,
				message_id: id,
			}]
		);
		assert_eq!(
			InFlight::<Test>::get().into_inner(),
			[Flight {
				index: 0,
				attempts: 1,
				wait: TIMEOUT,
				next_attempt: INTERVAL + 1 + TIMEOUT,
				delivery: Delivery::Sent,
			}]
		);
	});
}

#[test]
fn without_an_answer_it_is_sent_again_with_growing_pauses() {
	let mut parameters = test_parameters();
	parameters.interval = 2_000;
	ExtBuilder { parameters, ..Default::default() }.build_and_execute(|| {
		run_to(2_000);
		let departed = departures(2_000 + 300);
		// Pauses 8, 16, 32, 64, 64, 64 …
		let expected = [2_001, 2_009, 2_025, 2_057, 2_121, 2_185, 2_249];
		assert_eq!(departed, expected.map(|block| (block, 0)));
		let attempts: Vec<_> = take_events()
			.into_iter()
			.filter_map(|event| match event {
				Event::CheckpointPosted { attempt, query_id, .. } => Some((attempt, query_id)),
				_ => None,
			})
			.collect();
		assert_eq!(attempts, (1..=7).map(|n| (n, message::query_id(0))).collect::<Vec<_>>());
	});
}

#[test]
fn the_same_message_leaves_each_time() {
	posting(|| {
		run_to(INTERVAL + 1 + TIMEOUT);
		let sent = take_sent();
		assert_eq!(sent.len(), 2);
		assert_eq!(sent[0], sent[1]);
	});
}

#[test]
fn new_ones_leave_in_order_and_old_ones_again_in_between() {
	posting(|| {
		// Nobody answers. Never two in a block, and each one's first time is in order.
		let departed = departures(6 * INTERVAL);
		let mut firsts = departed.clone();
		firsts.sort_by_key(|(block, index)| (*index, *block));
		firsts.dedup_by_key(|(_, index)| *index);
		assert_eq!(
			firsts,
			(0..5).map(|index| (INTERVAL * (index + 1) + 1, index)).collect::<Vec<_>>()
		);
		assert!(departed.iter().filter(|(_, index)| *index == 0).count() >= 4);
	});
}

#[test]
fn at_most_one_leaves_in_a_block_and_the_oldest_first() {
	posting(|| {
		LinkNow::set(Link::Refuses("full"));
		run_to(3 * INTERVAL + 1);
		LinkNow::set(Link::Up);
		// Make all three due at once.
		block_with(|| {
			Checkpoint::set_parameters(RuntimeOrigin::root(), test_parameters()).unwrap();
		});
		let first = indices(&take_sent());
		let departed = departures(last_block() + 3);
		assert_eq!(first, [0]);
		let start = last_block() - 2;
		assert_eq!(departed, [(start, 1), (start + 1, 2)]);
	});
}

#[test]
fn a_message_that_cannot_leave_is_tried_again_and_leaves_no_trace() {
	let failures = [
		(Link::Refuses("full"), SendFailure::Transport),
		(Link::Breaks, SendFailure::Transport),
		(Link::Fails(SendFailureKind::NotApplicable), SendFailure::NoRoute),
		(Link::Fails(SendFailureKind::Unroutable), SendFailure::NoRoute),
		(Link::Fails(SendFailureKind::Missing), SendFailure::NoRoute),
		(Link::Fails(SendFailureKind::Unsupported), SendFailure::DestinationUnsupported),
		(Link::Fails(SendFailureKind::TooLong), SendFailure::TooLong),
		(Link::Fails(SendFailureKind::Fees), SendFailure::Fees),
	];
	for (link, reason) in failures {
		posting(|| {
			LinkNow::set(link);
			run_to(INTERVAL + 1);
			assert!(take_sent().is_empty());
			assert_eq!(sp_io::storage::get(TRACE), None);
			assert_eq!(
				take_events()[1..],
				[Event::CheckpointNotSent { index: 0, attempt: 1, reason }]
			);
			let flight = InFlight::<Test>::get()[0];
			assert_eq!((flight.delivery, flight.attempts), (Delivery::NotSent, 1));
			// Nothing was asked, so nothing is open.
			assert_eq!(ProgressOf::<Test>::get().last_posted, None);
			assert!(!answer(0, DONE));

			LinkNow::set(Link::Up);
			assert_eq!(departures(INTERVAL + 1 + TIMEOUT), [(INTERVAL + 1 + TIMEOUT, 0)]);
			assert_eq!(InFlight::<Test>::get()[0].delivery, Delivery::Sent);
		});
	}
}

#[test]
fn a_full_block_sends_nothing_and_the_next_one_does() {
	posting(|| {
		let enough = <() as WeightInfo>::ordinary_block() + <() as WeightInfo>::post();
		for little in [
			Weight::zero(),
			<() as WeightInfo>::ordinary_block(),
			enough - Weight::from_parts(1, 0),
			enough - Weight::from_parts(0, 1),
		] {
			IdleWeight::set(little);
			run_to((INTERVAL + 1).max(last_block() + 1));
			assert!(take_sent().is_empty(), "{little:?}");
		}
		assert_eq!(ProgressOf::<Test>::get().pending(), 1);
		IdleWeight::set(enough);
		block();
		assert_eq!(indices(&take_sent()), [0]);
	});
}

#[test]
fn too_many_pending_ones_shelve_the_oldest_which_stay_pending() {
	posting(|| {
		run_to(6 * INTERVAL + 1);
		assert_eq!(
			InFlight::<Test>::get().iter().map(|flight| flight.index).collect::<Vec<_>>(),
			[2, 3, 4, 5]
		);
		assert_eq!(ProgressOf::<Test>::get().pending(), 6);
		let shelved: Vec<_> = take_events()
			.into_iter()
			.filter(|event| matches!(event, Event::CheckpointShelved { .. }))
			.collect();
		assert_eq!(
			shelved,
			[Event::CheckpointShelved { index: 0 }, Event::CheckpointShelved { index: 1 }]
		);
		// A late answer about a shelved one counts.
		confirm(1);
		assert_eq!(ProgressOf::<Test>::get().pending(), 4);
		assert_eq!(record(1).acknowledged_at, Some(last_block()));
		assert_eq!(record(0).acknowledged_at, None);
	});
}

#[test]
fn nothing_is_sent_once_everything_is_confirmed() {
	posting(|| {
		run_to(INTERVAL + 1);
		confirm(0);
		assert_eq!(Agendas::<Test>::get().send_at, None);
		take_sent();
		assert_eq!(departures(2 * INTERVAL), []);
		assert_eq!(departures(2 * INTERVAL + 1), [(2 * INTERVAL + 1, 1)]);
	});
}

#[test]
fn pauses_do_not_overflow() {
	let mut flight = Flight::ready(0, 0);
	let mut parameters = test_parameters();
	parameters.max_backoff = 14_400;
	for _ in 0..100 {
		flight.attempted(u32::MAX - 5, Delivery::Sent, &parameters);
	}
	assert_eq!((flight.wait, flight.next_attempt), (14_400, u32::MAX));
	flight.attempts = u32::MAX;
	flight.attempted(7, Delivery::Sent, &parameters);
	assert_eq!((flight.attempts, flight.next_attempt), (u32::MAX, 14_407));
}

#[test]
fn the_program_is_this_one() {
	posting(|| {
		run_to(INTERVAL + 1);
		let here = Location::new(0, [Parachain(PARA_ID)]);
		let fee: Asset = (Location::here(), FEE).into();
		let call = [
			&[90, 0, PBC_ID][..],
			&u64::from(INTERVAL).to_le_bytes(),
			header(INTERVAL).state_root().as_bytes(),
		]
		.concat();
		assert_eq!(
			take_sent()[0].0,
			[
				WithdrawAsset(fee.clone().into()),
				BuyExecution { fees: fee, weight_limit: Unlimited },
				SetAppendix(Xcm(vec![
					RefundSurplus,
					DepositAsset { assets: Wild(AllCounted(1)), beneficiary: here.clone() },
					SetFeesMode { jit_withdraw: true },
					ReportError(QueryResponseInfo {
						destination: here,
						query_id: message::query_id(0),
						max_weight: <() as WeightInfo>::answer(),
					}),
				])),
				Transact {
					origin_kind: OriginKind::SovereignAccount,
					fallback_max_weight: Some(Weight::from_parts(1_000_000_000, 65_536)),
					call: call.into(),
				},
				ExpectTransactStatus(MaybeErrorCode::Success),
			]
		);
	});
}
