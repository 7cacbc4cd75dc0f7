use crate::{mock::*, *};
use frame_support::assert_ok;
use payment_vouchers::LockKind;

#[test]
fn channel_now_tells_what_the_next_call_finds() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		assert_ok!(claim(id, 10_000));
		let now = Payments::channel_now(id).unwrap();
		assert_eq!((now.phase, now.left, now.now), (ChannelPhase::Open, 90_000, 1_000));
		end_job(job);
		let now = Payments::channel_now(id).unwrap();
		assert_eq!(now.phase, ChannelPhase::Closing);
		assert_eq!(now.channel.status, ChannelStatus::Closing { close_at: 1_600 });
		assert_eq!(channel(id).status, ChannelStatus::Open { challenge: 600 }, "a look only");
		wait(600);
		assert_eq!(Payments::channel_now(id).unwrap().phase, ChannelPhase::Expired);
		assert_eq!(Payments::channel_now(9), None);
	});
}

#[test]
fn stream_now_tells_what_is_owed_and_when_it_runs_out() {
	run(|| {
		let id = stream();
		wait(10);
		let now = Payments::stream_now(id).unwrap();
		assert_eq!(now.due, Shares { payee: 95, fee: 5, royalty: 0 });
		assert_eq!((now.left, now.runs_out_at), (99_900, Some(11_000)));
		assert_ok!(Payments::stop(signed(alice()), id));
		assert_eq!(Payments::stream_now(id).unwrap().runs_out_at, None);
		wait(20_000);
		let now = Payments::stream_now(id).unwrap();
		assert_eq!((now.stream.status, now.stream.meter.accrued), (StreamStatus::Ended, 1_100));
		assert_eq!(Payments::stream_now(9), None);
	});
}

#[test]
fn htlc_now_tells_whose_turn_it_is() {
	run(|| {
		let id = htlc(LockKind::Sha2);
		assert_eq!(Payments::htlc_now(id).unwrap().phase, HtlcPhase::Claimable);
		wait_relay(100);
		let now = Payments::htlc_now(id).unwrap();
		assert_eq!((now.phase, now.relay_now), (HtlcPhase::Refundable, 50_100));
		assert_eq!(Payments::htlc_now(9), None);
	});
}

#[test]
fn claim_value_is_what_a_claim_pays() {
	run(|| {
		let id = open();
		let shares = Payments::claim_value(claim_of(id, 40_000));
		assert_eq!(shares, Ok(Shares { payee: 38_000, fee: 2_000, royalty: 0 }));
		assert_ok!(claim(id, 40_000));
		assert_eq!(Payments::claim_value(claim_of(id, 40_000)), Err(E::NothingToClaim.into()));
		assert_eq!(Payments::claim_value(claim_of(9, 1)), Err(E::ChannelNotFound.into()));
	});
}

#[test]
fn lists_come_in_pages_for_both_parties() {
	run(|| {
		let ids: Vec<_> = (0..5).map(|_| open()).collect();
		for who in [alice(), BOB] {
			let mut found = Vec::new();
			let mut last = None;
			loop {
				let page = Payments::channels_of(who.clone(), last, 2);
				assert!(page.len() <= 2);
				let Some(next) = page.last() else { break };
				last = Some(*next);
				found.extend(page);
			}
			found.sort();
			assert_eq!(found, ids);
		}
		assert!(Payments::channels_of(STRANGER, None, 10).is_empty());
		assert_eq!(Payments::channels_of(BOB, None, u32::MAX).len(), 5);
		assert!(Payments::channels_of(BOB, None, 0).is_empty());
		let (stream, htlc) = (stream(), htlc(LockKind::Sha2));
		assert_eq!(Payments::streams_of(BOB, None, 10), [stream]);
		assert!(Payments::streams_of(BOB, Some(stream), 10).is_empty());
		assert_eq!(Payments::htlcs_of(alice(), None, 10), [htlc]);
		assert!(Payments::htlcs_of(alice(), Some(htlc), 10).is_empty());
	});
}
