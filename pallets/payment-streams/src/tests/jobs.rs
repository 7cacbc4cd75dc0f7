//! Channels and streams tied to a job.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use payment_vouchers::Claim;

#[test]
fn a_tied_channel_pays_the_royalty() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		assert_ok!(claim(id, 40_000));
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (34_000, 2_000));
		let due = JobDues::<Test>::get(job, ATTEMPT).unwrap();
		assert_eq!(due, JobDue { payee: BOB, gross: 40_000, fee: 2_000, royalty: 4_000 });
		assert_eq!(tied(job), 2, "the channel and what is due");
	});
}

#[test]
fn an_untied_channel_pays_none() {
	run(|| {
		new_job();
		let id = open();
		assert_ok!(claim(id, 40_000));
		assert_eq!(gain(&BOB), 38_000);
		assert_eq!(JobDues::<Test>::iter().count(), 0);
		assert!(Told::get().is_empty());
	});
}

#[test]
fn what_is_due_adds_up_over_all_payments_of_an_attempt() {
	run(|| {
		let job = new_job();
		let (first, second) = (open_for(Some(job)), open_for(Some(job)));
		let stream = stream_at(rate(10, 1), Some(job));
		assert_ok!(claim(first, 10_000));
		assert_ok!(claim(second, 20_000));
		wait(100);
		assert_ok!(Payments::withdraw(signed(BOB), stream));
		let due = JobDues::<Test>::get(job, ATTEMPT).unwrap();
		assert_eq!((due.gross, due.fee, due.royalty), (31_000, 1_550, 3_100));
		assert_eq!(tied(job), 4);
	});
}

#[test]
fn many_small_claims_pay_the_same_royalty_as_one() {
	run(|| {
		let job = new_job();
		let (often, once) = (open_for(Some(job)), open_for(Some(job)));
		for amount in 1..=1_000 {
			assert_ok!(claim(often, amount));
		}
		let (fees, due) = (FeesDue::<Test>::get(), JobDues::<Test>::get(job, ATTEMPT).unwrap());
		assert_ok!(claim(once, 1_000));
		assert_eq!(FeesDue::<Test>::get(), 2 * fees);
		assert_eq!(JobDues::<Test>::get(job, ATTEMPT).unwrap().royalty, 2 * due.royalty);
	});
}

#[test]
fn a_channel_closes_with_its_job() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		assert_noop!(Payments::finalize_close(signed(STRANGER), id), E::InvalidState);
		end_job(job);
		wait(599);
		take_events();
		assert_ok!(claim(id, 10_000));
		assert_eq!(channel(id).status, ChannelStatus::Closing { close_at: 1_600 });
		let closing = Event::ChannelClosing { channel_id: id, close_at: 1_600 };
		assert_eq!(take_events()[0], closing);
		assert_noop!(Payments::top_up(signed(alice()), id, 1_000), E::InvalidState);
		assert_noop!(Payments::request_close(signed(alice()), id), E::InvalidState);
		wait(1);
		assert_noop!(claim(id, 20_000), E::TooLate);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!(gain(&alice()), -10_000);
	});
}

#[test]
fn a_channel_that_nobody_touched_closes_with_its_job_too() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		end_job(job);
		wait(600);
		assert_noop!(claim(id, 10_000), E::TooLate);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!((gain(&alice()), gain(&BOB), tied(job)), (0, 0, 0));
	});
}

#[test]
fn a_closing_channel_keeps_its_end_when_the_job_ends() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		assert_ok!(Payments::request_close(signed(alice()), id));
		wait(100);
		end_job(job);
		wait(499);
		assert_ok!(claim(id, 10_000));
		assert_eq!(channel(id).status, ChannelStatus::Closing { close_at: 1_600 });
	});
}

#[test]
fn a_stream_ends_with_its_job_and_pays_its_lockup() {
	run(|| {
		let job = new_job();
		let id = stream_at(rate(10, 1), Some(job));
		wait(10);
		end_job(job);
		wait(10_000);
		take_events();
		assert_noop!(Payments::pause(signed(BOB), id), E::InvalidState);
		assert_ok!(Payments::close_stream(signed(STRANGER), id));
		// 110 blocks: 5 % fee, 10 % royalty.
		assert_eq!((gain(&BOB), gain(&alice())), (935, -1_100));
		assert_eq!(take_events()[0], Event::StreamEnded { stream_id: id });
		assert_eq!(tied(job), 1, "what is due");
	});
}

#[test]
fn a_stream_that_is_looked_at_when_its_job_ends_says_so() {
	run(|| {
		let job = new_job();
		let id = stream_at(rate(10, 1), Some(job));
		wait(10);
		end_job(job);
		take_events();
		assert_ok!(Payments::withdraw(signed(BOB), id));
		assert_eq!(take_events()[0], Event::StreamEnding { stream_id: id, end: 1_110 });
		assert_eq!(stream_of(id).status, StreamStatus::Ending { end: 1_110 });
		assert_noop!(Payments::top_up_stream(signed(alice()), id, 1_000), E::InvalidState);
		assert_noop!(Payments::stop(signed(alice()), id), E::InvalidState);
	});
}

#[test]
fn a_paused_stream_ends_with_its_job_without_another_lockup() {
	run(|| {
		let job = new_job();
		let paused = stream_at(rate(10, 1), Some(job));
		assert_ok!(Payments::pause(signed(BOB), paused));
		let noticed = stream_at(rate(10, 1), Some(job));
		assert_ok!(Payments::pause(signed(alice()), noticed));
		wait(40);
		end_job(job);
		wait(1_000);
		for (id, paid) in [(paused, 0), (noticed, 1_000)] {
			assert_ok!(Payments::close_stream(signed(STRANGER), id));
			let closed = Event::StreamClosed { stream_id: id, paid, refund: 100_000 - paid };
			assert!(take_events().contains(&closed));
		}
	});
}

#[test]
fn an_enforced_lock_stays_tied_and_pays_the_royalty() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		end_job(job);
		assert_ok!(Payments::enforce_lock(signed(BOB), sign(locked(id, 40_000, 20_000))));
		assert_eq!(tied(job), 3);
		wait(600);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!(tied(job), 2);
		assert_ok!(Payments::claim_htlc(signed(BOB), 0, PREIMAGE));
		assert_eq!(tied(job), 1);
		let due = JobDues::<Test>::get(job, ATTEMPT).unwrap();
		assert_eq!((due.gross, due.fee, due.royalty), (60_000, 3_000, 6_000));
		assert_ok!(Payments::collect_royalty(signed(STRANGER), job, ATTEMPT));
		assert_eq!(tied(job), 0);
		assert_eq!((gain(&alice()), gain(&BOB)), (-60_000, 51_000));
	});
}

#[test]
fn a_refunded_lock_pays_no_royalty_and_is_untied() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		end_job(job);
		assert_ok!(Payments::enforce_lock(signed(BOB), sign(locked(id, 0, 20_000))));
		assert_ok!(Payments::close(signed(BOB), id, None));
		wait_relay(100);
		assert_ok!(Payments::refund_htlc(signed(STRANGER), 0));
		assert_eq!((tied(job), gain(&alice())), (0, 0));
		assert_eq!(JobDues::<Test>::iter().count(), 0);
	});
}

#[test]
fn closing_with_a_voucher_pays_the_royalty_too() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		let last = Claim { signed: sign(voucher(id, 20_000)), preimage: None };
		assert_ok!(Payments::close(signed(BOB), id, Some(last)));
		assert_eq!(JobDues::<Test>::get(job, ATTEMPT).unwrap().royalty, 2_000);
		assert_eq!(tied(job), 1);
	});
}
