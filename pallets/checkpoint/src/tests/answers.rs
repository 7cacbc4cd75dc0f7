//! Which answers count, and what they do.

use crate::{
	answers::CheckpointsOr, message, message::QUERY_ID_BASE, mock::*, Agendas, Delivery, Event,
	InFlight, Posting, ProgressOf, WeightInfo,
};
use frame_support::{assert_storage_noop, weights::Weight};
use xcm::latest::prelude::*;
use xcm_executor::traits::OnResponse;

fn acknowledged(index: u32) -> Event<Test> {
	let one = record(index);
	Event::CheckpointAcknowledged {
		index,
		block_number: one.block_number,
		state_root: one.state_root,
	}
}

/// Runs a test in a block after checkpoint 0 was sent.
fn asked(test: impl FnOnce()) {
	posting(|| {
		run_to(INTERVAL + 1);
		take_events();
		begin_block();
		test();
		end_block();
	})
}

#[test]
fn a_confirmation_ends_it() {
	asked(|| {
		assert!(answer(0, DONE));
		assert_eq!(System::read_events_for_pallet::<Event<Test>>(), vec![acknowledged(0)]);
		assert_eq!(record(0).acknowledged_at, Some(INTERVAL + 2));
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
		assert!(InFlight::<Test>::get().is_empty());
		assert_eq!(Agendas::<Test>::get().send_at, None);
	});
}

#[test]
fn a_second_answer_finds_no_question() {
	asked(|| {
		assert!(answer(0, DONE));
		for response in [DONE, CALL_FAILED] {
			assert!(!answer(0, response));
		}
	});
}

#[test]
fn a_refusal_is_told_and_it_is_sent_again() {
	asked(|| {
		let before = InFlight::<Test>::get()[0];
		assert!(answer(0, CALL_FAILED));
		assert_eq!(
			System::read_events_for_pallet::<Event<Test>>(),
			vec![Event::CheckpointRefused {
				index: 0,
				instruction: 4,
				error: XcmError::ExpectationFalse
			}]
		);
		let after = InFlight::<Test>::get()[0];
		assert_eq!(after.delivery, Delivery::Refused);
		assert_eq!((after.next_attempt, after.attempts), (before.next_attempt, 1));
		// The question stays open: the second attempt may be answered with yes.
		assert!(answer(0, CALL_FAILED));
		assert!(answer(0, DONE));
	});
	posting(|| {
		run_to(INTERVAL + 1);
		take_sent();
		block_with(|| answer(0, CALL_FAILED));
		run_to(INTERVAL + TIMEOUT);
		assert!(take_sent().is_empty());
		block();
		assert_eq!(indices(&take_sent()), [0]);
	});
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
	posting(|| {
		run_to(INTERVAL + 1 + TIMEOUT);
		assert_eq!(indices(&take_sent()), [0, 0]);
		// Both attempts come to the relay chain; the first answer is lost, the second is not.
		confirm(0);
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
	});
}

#[test]
fn a_late_answer_to_the_first_attempt_counts() {
	posting(|| {
		run_to(2 * INTERVAL);
		assert!(InFlight::<Test>::get()[0].attempts > 1);
		confirm(0);
		assert!(record(0).acknowledged_at.is_some());
		// And the answer to the second finds nothing.
		assert!(!block_with(|| answer(0, DONE)));
	});
}

#[test]
fn a_later_confirmation_supersedes_older_ones() {
	posting(|| {
		run_to(3 * INTERVAL + 2);
		take_events();
		confirm(2);
		assert_eq!(
			take_events(),
			vec![acknowledged(2), Event::CheckpointsSuperseded { first: 0, last: 1, by: 2 }]
		);
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
		assert_eq!(record(0).acknowledged_at, None);
		// Superseded means closed.
		for index in 0..3 {
			assert!(!block_with(|| answer(index, DONE)));
		}
	});
}

#[test]
fn an_older_confirmation_leaves_later_ones_pending() {
	posting(|| {
		run_to(3 * INTERVAL + 2);
		confirm(0);
		assert_eq!(ProgressOf::<Test>::get().pending(), 2);
		assert_eq!(
			InFlight::<Test>::get().iter().map(|flight| flight.index).collect::<Vec<_>>(),
			[1, 2]
		);
		take_events();
		confirm(1);
		assert_eq!(take_events(), vec![acknowledged(1)]);
		confirm(2);
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
	});
}

/// Who, which question, asked by whom.
fn forgeries() -> Vec<(Location, QueryId, Option<Location>)> {
	let relay = Location::parent();
	let here = Some(Location::here());
	let id = message::query_id(0);
	let user = Location::new(1, [AccountId32 { network: None, id: [7; 32] }]);
	vec![
		// Not the relay chain.
		(Location::here(), id, here.clone()),
		(Location::new(1, [Parachain(2013)]), id, here.clone()),
		(Location::new(1, [Parachain(PARA_ID)]), id, here.clone()),
		(user.clone(), id, here.clone()),
		(Location::new(2, []), id, here.clone()),
		(AccountId32 { network: None, id: [7; 32] }.into(), id, here.clone()),
		// A report that somebody else has the relay chain send here.
		(relay.clone(), id, Some(user)),
		(relay.clone(), id, Some(Location::new(1, [Parachain(2013)]))),
		(relay.clone(), id, Some(Location::parent())),
		(relay.clone(), id, Some(AccountId32 { network: None, id: [7; 32] }.into())),
		(relay.clone(), id, None),
		// A question that was never asked.
		(relay.clone(), message::query_id(1), here.clone()),
		(relay.clone(), message::query_id(u32::MAX), here.clone()),
		(relay.clone(), 0, here.clone()),
		(relay.clone(), QUERY_ID_BASE - 1, here.clone()),
		(relay.clone(), QUERY_ID_BASE + (1 << 32), here.clone()),
		(relay, QueryId::MAX, here),
	]
}

#[test]
fn forged_answers_are_refused_at_the_door() {
	asked(|| {
		for (origin, id, querier) in forgeries() {
			assert_storage_noop!(assert!(
				!receive(origin.clone(), id, querier.clone(), DONE),
				"{origin:?} {id} {querier:?}"
			));
		}
	});
}

#[test]
fn forged_answers_change_nothing_past_the_door() {
	asked(|| {
		for (origin, id, querier) in forgeries() {
			for response in [DONE, CALL_FAILED] {
				System::reset_events();
				let before = (ProgressOf::<Test>::get(), InFlight::<Test>::get(), record(0));
				push_in(origin.clone(), id, querier.clone(), response);
				let after = (ProgressOf::<Test>::get(), InFlight::<Test>::get(), record(0));
				assert_eq!(before, after);
				assert_eq!(
					System::read_events_for_pallet::<Event<Test>>(),
					vec![Event::UnexpectedAnswer { origin: origin.clone(), query_id: id }]
				);
			}
		}
	});
}

#[test]
fn an_answer_of_another_kind_says_nothing() {
	asked(|| {
		for response in [
			Response::Null,
			Response::Version(5),
			Response::Assets(Assets::new()),
			Response::DispatchResult(MaybeErrorCode::Success),
		] {
			System::reset_events();
			assert!(answer(0, response));
			assert_eq!(
				System::read_events_for_pallet::<Event<Test>>(),
				vec![Event::UnexpectedAnswer {
					origin: Location::parent(),
					query_id: message::query_id(0)
				}]
			);
		}
		assert_eq!(ProgressOf::<Test>::get().pending(), 1);
		assert!(answer(0, DONE));
	});
}

#[test]
fn nothing_is_open_before_something_was_sent() {
	posting(|| {
		IdleWeight::set(Weight::zero());
		run_to(INTERVAL + 1);
		assert_eq!(ProgressOf::<Test>::get().pending(), 1);
		assert!(!block_with(|| answer(0, DONE)));
	});
}

#[test]
fn answers_count_while_posting_is_off() {
	posting(|| {
		run_to(INTERVAL + 1);
		block_with(|| {
			Checkpoint::set_posting(RuntimeOrigin::root(), Posting::Off).unwrap();
			assert!(answer(0, DONE));
		});
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
		assert_eq!(Agendas::<Test>::get(), Default::default());
	});
}

#[test]
fn an_answer_costs_what_it_says() {
	asked(|| {
		let context = XcmContext { origin: None, message_id: [0; 32], topic: None };
		let weight = Checkpoint::on_response(
			&Location::parent(),
			message::query_id(0),
			Some(&Location::here()),
			DONE,
			Weight::zero(),
			&context,
		);
		assert_eq!(weight, <() as WeightInfo>::answer());
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
	});
}

/// Expects everything that has an even query id.
struct Others;
impl OnResponse for Others {
	fn expecting_response(_: &Location, query_id: QueryId, _: Option<&Location>) -> bool {
		query_id.is_multiple_of(2)
	}
	fn on_response(
		_: &Location,
		query_id: QueryId,
		_: Option<&Location>,
		_: Response,
		_: Weight,
		_: &XcmContext,
	) -> Weight {
		Weight::from_parts(query_id, 0)
	}
}

#[test]
fn each_answer_goes_to_whom_it_concerns() {
	type Handler = CheckpointsOr<Test, Others>;
	asked(|| {
		let relay = Location::parent();
		let here = Location::here();
		let expects = |id| Handler::expecting_response(&relay, id, Some(&here));
		assert!(expects(2) && expects(QUERY_ID_BASE - 2) && expects(QUERY_ID_BASE + (2 << 32)));
		assert!(!expects(3));
		assert!(expects(message::query_id(0)));
		// Not the other one's, though it is even.
		assert!(!expects(message::query_id(2)));

		let context = XcmContext { origin: None, message_id: [0; 32], topic: None };
		let hand =
			|id| Handler::on_response(&relay, id, Some(&here), DONE, Weight::zero(), &context);
		assert_eq!(hand(44), Weight::from_parts(44, 0));
		assert_eq!(ProgressOf::<Test>::get().pending(), 1);
		assert_eq!(hand(message::query_id(0)), <() as WeightInfo>::answer());
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
	});
}
