//! `withdraw`, `top_up_stream` and `close_stream`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::FixedU128;

fn withdraw(id: StreamId) -> sp_runtime::DispatchResult {
	Payments::withdraw(signed(STRANGER), id)
}

#[test]
fn withdraw_success_pays_whole_units_and_keeps_the_fraction() {
	run(|| {
		let id = stream_at(rate(100, 3), None);
		wait(1);
		take_events();
		assert_ok!(withdraw(id));
		assert_eq!(
			take_events(),
			[Event::StreamWithdrawn {
				stream_id: id,
				payee: BOB,
				withdrawn: 33,
				paid: 32,
				fee: 1,
				royalty: 0
			}]
		);
		assert_noop!(withdraw(id), E::NothingToClaim);
		wait(1);
		assert_ok!(withdraw(id));
		wait(1);
		assert_ok!(withdraw(id));
		// 33.3 periodic, to 18 decimals.
		assert_eq!(stream_of(id).paid, 99);
		assert_eq!(stream_of(id).meter.fraction, 999_999_999_999_999_999);
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (95, 4));
	});
}

#[test]
fn withdrawals_of_a_year_sum_to_the_whole() {
	run(|| {
		// A third of a unit in each block: 1 752 000 in a year.
		let third = FixedU128::from_rational(1, 3);
		assert_ok!(Payments::open_stream(signed(alice()), BOB, third, 10_000_000, 10, None));
		for _ in 0..365 {
			wait(14_400);
			assert_ok!(withdraw(0));
		}
		let year = 365 * 14_400u128;
		let exact = third.into_inner() * year / 10u128.pow(18);
		assert_eq!(stream_of(0).paid, exact);
		assert_eq!(exact, year / 3 - 1, "a third is not written in decimals");
		assert_eq!(FeesDue::<Test>::get(), exact / 20);
		assert_eq!(gain(&BOB) as u128, exact - exact / 20);
	});
}

#[test]
fn withdrawals_in_every_block_pay_what_one_pays() {
	run(|| {
		let often = stream_at(rate(7, 5), None);
		let once = stream_at(rate(7, 5), None);
		for _ in 0..500 {
			wait(1);
			assert_ok!(withdraw(often));
		}
		let fees = FeesDue::<Test>::get();
		let paid = gain(&BOB);
		assert_ok!(withdraw(once));
		assert_eq!((FeesDue::<Test>::get(), gain(&BOB)), (2 * fees, 2 * paid));
		assert_eq!(stream_of(often).meter, stream_of(once).meter);
	});
}

#[test]
fn withdraw_fails_for_nobody_and_below_the_minimum() {
	run(|| {
		assert_noop!(withdraw(9), E::StreamNotFound);
		assert_ok!(Payments::open_stream(signed(alice()), NOBODY, rate(10, 1), 100_000, 10, None));
		wait(52);
		assert_noop!(withdraw(0), E::PayeeCannotReceive);
		wait(1);
		assert_ok!(withdraw(0));
		assert_eq!(free(&NOBODY), 530 - 26);
	});
}

#[test]
fn withdraw_pays_what_is_owed_in_every_state() {
	run(|| {
		let id = stream();
		wait(10);
		assert_ok!(Payments::pause(signed(BOB), id));
		assert_ok!(withdraw(id));
		assert_ok!(Payments::resume(signed(BOB), id));
		wait(10);
		assert_ok!(Payments::stop(signed(alice()), id));
		wait(10);
		assert_ok!(withdraw(id));
		assert_ok!(Payments::stop(signed(BOB), id));
		assert_eq!(stream_of(id).paid, 300);
		assert_noop!(withdraw(id), E::NothingToClaim);
	});
}

#[test]
fn withdraw_writes_an_end_down_even_if_nothing_is_owed() {
	run(|| {
		let id = stream();
		assert_ok!(Payments::stop(signed(alice()), id));
		wait(100);
		assert_ok!(withdraw(id));
		assert_noop!(withdraw(id), E::NothingToClaim);
		assert_eq!(stream_of(id).status, StreamStatus::Ended);
	});
}

#[test]
fn top_up_success_makes_it_last_longer() {
	run(|| {
		let id = stream();
		wait(9_999);
		take_events();
		assert_ok!(Payments::top_up_stream(signed(alice()), id, 1_000));
		let event = Event::StreamToppedUp { stream_id: id, amount: 1_000, deposit: 101_000 };
		assert_eq!(take_events(), [event]);
		wait(100);
		assert_eq!(Payments::stream_now(id).unwrap().left, 10);
		assert_ok!(Payments::pause(signed(BOB), id));
		assert_ok!(Payments::top_up_stream(signed(alice()), id, 1_000));
	});
}

#[test]
fn top_up_fails_for_others_too_little_and_ended_streams() {
	run(|| {
		let id = stream();
		let top_up = |who: AccountId, amount| Payments::top_up_stream(signed(who), id, amount);
		assert_noop!(top_up(BOB, 1_000), E::NotAuthorized);
		assert_noop!(top_up(alice(), ED - 1), E::InsufficientDeposit);
		let all = free(&alice());
		assert_noop!(top_up(alice(), all), E::InsufficientBalance);
		assert_ok!(Payments::stop(signed(alice()), id));
		assert_noop!(top_up(alice(), 1_000), E::InvalidState);
	});
}

#[test]
fn close_success_pays_everybody_and_leaves_nothing() {
	run(|| {
		let id = stream();
		wait(10);
		assert_ok!(withdraw(id));
		wait(10);
		assert_ok!(Payments::stop(signed(BOB), id));
		take_events();
		assert_ok!(Payments::close_stream(signed(STRANGER), id));
		assert!(matches!(
			take_events()[..],
			[
				Event::StreamWithdrawn { withdrawn: 200, paid: 95, fee: 5, .. },
				Event::StreamClosed { paid: 200, refund: 99_800, .. }
			]
		));
		assert_eq!((gain(&BOB), gain(&alice()), pool()), (190, -200, 10));
		assert_eq!(StreamsOf::<Test>::iter().count(), 0);
		assert_noop!(Payments::close_stream(signed(STRANGER), id), E::StreamNotFound);
	});
}

#[test]
fn close_fails_while_it_can_earn() {
	run(|| {
		let id = stream();
		let close = || Payments::close_stream(signed(alice()), id);
		assert_noop!(close(), E::TooEarly);
		assert_ok!(Payments::pause(signed(BOB), id));
		assert_noop!(close(), E::TooEarly);
		assert_ok!(Payments::resume(signed(BOB), id));
		assert_ok!(Payments::stop(signed(alice()), id));
		wait(99);
		assert_noop!(close(), E::TooEarly);
		wait(1);
		assert_ok!(close());
	});
}

#[test]
fn close_gives_a_residue_that_the_payee_cannot_take_to_the_fees() {
	run(|| {
		assert_ok!(Payments::open_stream(signed(alice()), NOBODY, rate(1, 1), 100_000, 100, None));
		assert_ok!(Payments::stop(signed(alice()), 0));
		wait(100);
		assert_ok!(Payments::close_stream(signed(STRANGER), 0));
		assert_eq!((free(&NOBODY), FeesDue::<Test>::get(), gain(&alice())), (0, 100, -100));
	});
}

#[test]
fn close_refunds_a_payer_that_has_left() {
	run(|| {
		let id = stream();
		let deposit = stream_of(id).storage_deposit;
		set_free(&alice(), 0);
		wait(10);
		assert_ok!(Payments::stop(signed(BOB), id));
		assert_ok!(Payments::close_stream(signed(STRANGER), id));
		assert_eq!((free(&alice()), gain(&BOB)), (99_900 + deposit, 95));
	});
}

#[test]
fn the_highest_rate_drains_at_once_and_overflows_nothing() {
	run(|| {
		let id = stream();
		Streams::<Test>::mutate(id, |stream| {
			stream.as_mut().unwrap().rate = FixedU128::from_inner(u128::MAX)
		});
		Now::set(u32::MAX);
		assert_ok!(withdraw(id));
		assert_eq!((gain(&BOB), stream_of(id).paid), (95_000, 100_000));
	});
}
