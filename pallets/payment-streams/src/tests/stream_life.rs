//! `open_stream`, `pause`, `resume`, `change_rate` and `stop`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchResult, FixedU128};

fn try_open(rate: FixedU128, deposit: Balance, lockup: u32) -> DispatchResult {
	Payments::open_stream(signed(alice()), BOB, rate, deposit, lockup, None)
}

fn pause(who: AccountId, id: StreamId) -> DispatchResult {
	Payments::pause(signed(who), id)
}
fn resume(who: AccountId, id: StreamId) -> DispatchResult {
	Payments::resume(signed(who), id)
}
fn stop(who: AccountId, id: StreamId) -> DispatchResult {
	Payments::stop(signed(who), id)
}
fn change(who: AccountId, id: StreamId, to: u128) -> DispatchResult {
	Payments::change_rate(signed(who), id, rate(to, 1))
}

/// What the stream has earned by now.
fn earned(id: StreamId) -> Balance {
	Payments::stream_now(id).unwrap().stream.meter.accrued
}

fn status(id: StreamId) -> StreamStatus<u32> {
	Payments::stream_now(id).unwrap().stream.status
}

#[test]
fn open_success() {
	run(|| {
		let id = stream();
		let event = Event::StreamOpened {
			stream_id: id,
			payer: alice(),
			payee: BOB,
			rate: rate(10, 1),
			deposit: 100_000,
			lockup: 100,
			job: None,
		};
		assert_eq!(take_events(), [event]);
		assert_eq!(pool(), 100_000 + stream_of(id).storage_deposit);
		assert_eq!(earned(id), 0);
		wait(7);
		assert_eq!(earned(id), 70);
	});
}

#[test]
fn open_boundaries() {
	run(|| {
		assert_noop!(try_open(rate(0, 1), 100_000, 100), E::InvalidRate);
		assert_noop!(try_open(rate(1, 1), MIN_DEPOSIT - 1, 100), E::InsufficientDeposit);
		for bad in [0, 9, 100_801] {
			assert_noop!(try_open(rate(1, 10), 100_000, bad), E::InvalidPeriod);
		}
		for good in [10, 100_800] {
			assert_ok!(try_open(rate(1, 10), 100_000, good));
		}
		// The lockup is covered, rounded up.
		assert_noop!(try_open(rate(1_000, 1), 99_999, 100), E::InsufficientDeposit);
		assert_ok!(try_open(rate(1_000, 1), 100_000, 100));
		let more = FixedU128::from_inner(1_000 * 10u128.pow(18) + 1);
		assert_noop!(try_open(more, 100_000, 100), E::InsufficientDeposit);
		assert_noop!(
			try_open(FixedU128::from_inner(u128::MAX), 100_000, 100_800),
			E::InsufficientDeposit
		);
		let all = free(&alice());
		assert_noop!(try_open(rate(1, 1), all, 100), E::InsufficientBalance);
		assert_noop!(
			Payments::open_stream(signed(BOB), BOB, rate(1, 1), 100_000, 100, None),
			E::InvalidPayee
		);
	});
}

#[test]
fn the_payee_pauses_at_once_and_the_payer_after_the_lockup() {
	run(|| {
		let id = stream();
		wait(10);
		take_events();
		assert_ok!(pause(BOB, id));
		let paused = Event::StreamPaused { stream_id: id, by: Party::Payee, at: 1_010 };
		assert_eq!(take_events(), [paused]);
		wait(500);
		assert_eq!(earned(id), 100);
		assert_noop!(resume(alice(), id), E::NotAuthorized);
		assert_ok!(resume(BOB, id));
		wait(1);
		assert_eq!(earned(id), 110);

		assert_ok!(pause(alice(), id));
		wait(50);
		assert_eq!(earned(id), 610);
		wait(500);
		assert_eq!(earned(id), 1_110, "110 and the lockup");
		assert_noop!(resume(BOB, id), E::NotAuthorized);
		assert_ok!(resume(alice(), id));
		wait(1);
		assert_eq!(earned(id), 1_120);
	});
}

#[test]
fn a_pause_that_has_not_begun_is_taken_back_without_loss() {
	run(|| {
		let id = stream();
		assert_ok!(pause(alice(), id));
		wait(60);
		assert_ok!(resume(alice(), id));
		wait(60);
		assert_eq!(earned(id), 1_200);
		assert_eq!(status(id), StreamStatus::Running);
	});
}

#[test]
fn pause_and_resume_fail_in_other_states() {
	run(|| {
		let id = stream();
		assert_noop!(pause(STRANGER, id), E::NotAuthorized);
		assert_noop!(pause(BOB, 9), E::StreamNotFound);
		assert_noop!(resume(BOB, id), E::InvalidState);
		assert_ok!(pause(BOB, id));
		for who in [alice(), BOB] {
			assert_noop!(pause(who, id), E::InvalidState);
		}
		assert_ok!(stop(BOB, id));
		assert_noop!(resume(BOB, id), E::InvalidState);
		assert_noop!(pause(BOB, id), E::InvalidState);
	});
}

#[test]
fn resume_needs_a_lockup_of_money() {
	run(|| {
		let id = stream();
		wait(9_900);
		assert_ok!(pause(BOB, id));
		assert_ok!(resume(BOB, id));
		wait(1);
		assert_ok!(pause(BOB, id));
		assert_noop!(resume(BOB, id), E::InsufficientDeposit);
		assert_ok!(Payments::top_up_stream(signed(alice()), id, ED));
		assert_ok!(resume(BOB, id));
	});
}

#[test]
fn the_rate_rises_by_the_payer_and_falls_by_the_payee() {
	run(|| {
		let id = stream();
		wait(10);
		take_events();
		assert_ok!(change(alice(), id, 20));
		let changed =
			Event::RateChanged { stream_id: id, old_rate: rate(10, 1), rate: rate(20, 1) };
		assert_eq!(take_events(), [changed]);
		wait(10);
		assert_ok!(change(BOB, id, 5));
		wait(10);
		assert_eq!(earned(id), 100 + 200 + 50);
		assert_noop!(change(alice(), id, 4), E::InvalidRate);
		assert_noop!(change(alice(), id, 5), E::InvalidRate);
		assert_noop!(change(BOB, id, 5), E::InvalidRate);
		assert_noop!(change(BOB, id, 6), E::InvalidRate);
		assert_noop!(change(BOB, id, 0), E::InvalidRate);
		assert_noop!(change(STRANGER, id, 6), E::NotAuthorized);
	});
}

#[test]
fn boundary_a_new_rate_is_covered_for_the_lockup() {
	run(|| {
		let id = stream();
		wait(1_000);
		assert_noop!(change(alice(), id, 901), E::InsufficientDeposit);
		assert_ok!(change(alice(), id, 900));
		assert_ok!(pause(BOB, id));
		assert_noop!(change(BOB, id, 1), E::InvalidState);
	});
}

#[test]
fn a_new_rate_does_not_reach_back_or_lose_fractions() {
	run(|| {
		let id = stream_at(rate(1, 4), None);
		wait(3);
		assert_ok!(change(alice(), id, 1));
		wait(1);
		assert_ok!(Payments::change_rate(signed(BOB), id, rate(1, 4)));
		assert_eq!(earned(id), 1);
		wait(1);
		assert_eq!(earned(id), 2, "3/4 + 1 + 1/4");
	});
}

#[test]
fn the_payer_stops_after_the_lockup() {
	run(|| {
		let id = stream();
		wait(10);
		take_events();
		assert_ok!(stop(alice(), id));
		assert_eq!(take_events(), [Event::StreamEnding { stream_id: id, end: 1_110 }]);
		assert_noop!(stop(alice(), id), E::InvalidState);
		wait(99);
		assert_eq!(earned(id), 1_090);
		assert_noop!(Payments::close_stream(signed(STRANGER), id), E::TooEarly);
		wait(1_000);
		assert_eq!((earned(id), status(id)), (1_100, StreamStatus::Ended));
		assert_ok!(Payments::close_stream(signed(STRANGER), id));
		assert_eq!((gain(&BOB), gain(&alice())), (1_045, -1_100));
	});
}

#[test]
fn the_payee_stops_at_once_in_every_state() {
	run(|| {
		for prepare in [
			(|_| Ok(())) as fn(StreamId) -> DispatchResult,
			|id| pause(BOB, id),
			|id| pause(alice(), id),
			|id| stop(alice(), id),
		] {
			let id = stream();
			wait(10);
			assert_ok!(prepare(id));
			take_events();
			assert_ok!(stop(BOB, id));
			assert_eq!(take_events(), [Event::StreamEnded { stream_id: id }]);
			wait(10);
			assert_eq!(earned(id), 100);
			assert_noop!(stop(BOB, id), E::InvalidState);
			assert_noop!(stop(alice(), id), E::InvalidState);
		}
		assert_noop!(stop(STRANGER, 0), E::NotAuthorized);
	});
}

#[test]
fn the_payer_stops_a_paused_stream_at_once_but_not_around_its_notice() {
	run(|| {
		let id = stream();
		assert_ok!(pause(BOB, id));
		assert_ok!(stop(alice(), id));
		assert_eq!(status(id), StreamStatus::Ended);

		let id = stream();
		assert_ok!(pause(alice(), id));
		wait(40);
		assert_ok!(stop(alice(), id));
		assert_eq!(status(id), StreamStatus::Ending { end: 1_100 });
		wait(1_000);
		assert_eq!(earned(id), 1_000);

		let id = stream();
		assert_ok!(pause(alice(), id));
		wait(100);
		assert_ok!(stop(alice(), id));
		assert_eq!((status(id), earned(id)), (StreamStatus::Ended, 1_000));
	});
}

#[test]
fn an_end_is_never_later_than_the_money() {
	run(|| {
		let id = stream();
		wait(9_950);
		take_events();
		assert_ok!(stop(alice(), id));
		assert_eq!(take_events(), [Event::StreamEnding { stream_id: id, end: 11_000 }]);
		wait(50);
		assert_eq!((status(id), earned(id)), (StreamStatus::Ended, 100_000));
	});
}

#[test]
fn nothing_runs_free() {
	run(|| {
		let id = stream();
		wait(9_999);
		assert_eq!(status(id), StreamStatus::Running);
		wait(1);
		assert_eq!((status(id), earned(id)), (StreamStatus::Ended, 100_000));
		wait(1_000_000);
		for who in [alice(), BOB] {
			assert_noop!(pause(who.clone(), id), E::InvalidState);
			assert_noop!(stop(who.clone(), id), E::InvalidState);
			assert_noop!(change(who, id, 11), E::InvalidState);
		}
		assert_noop!(Payments::top_up_stream(signed(alice()), id, 50_000), E::InvalidState);
		take_events();
		assert_ok!(Payments::withdraw(signed(STRANGER), id));
		assert!(take_events().contains(&Event::StreamDepleted { stream_id: id }));
		assert_eq!(stream_of(id).status, StreamStatus::Ended);
		assert_noop!(Payments::withdraw(signed(STRANGER), id), E::NothingToClaim);
		assert_ok!(Payments::close_stream(signed(STRANGER), id));
		assert_eq!((gain(&BOB), gain(&alice())), (95_000, -100_000));
	});
}
