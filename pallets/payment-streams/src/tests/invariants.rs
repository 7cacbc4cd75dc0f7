//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{mock::*, *};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
};
use payment_vouchers::LockKind;
use sp_runtime::{DispatchError, Percent};

/// Corrupts a sound state, with a channel, a stream and a hash lock of Alice to Bob, the first two
/// tied to a job, and expects the check with this message.
fn detects(message: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder.build().execute_with(|| {
		let job = new_job();
		let id = open_for(Some(job));
		stream_at(rate(10, 1), Some(job));
		htlc(LockKind::Sha2);
		wait(10);
		assert_ok!(claim(id, 40_000));
		assert_ok!(Payments::withdraw(signed(BOB), 0));
		assert_ok!(Payments::do_try_state());
		corrupt();
		assert_eq!(Payments::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change_channel(change: impl FnOnce(&mut ChannelOf<Test>)) {
	Channels::<Test>::mutate(0, |channel| change(channel.as_mut().unwrap()));
}

fn change_stream(change: impl FnOnce(&mut StreamOf<Test>)) {
	Streams::<Test>::mutate(0, |stream| change(stream.as_mut().unwrap()));
}

#[test]
fn try_state_detects_money_without_a_record_and_records_without_money() {
	let message = "the pool has on hold what the records say";
	detects(message, || change_channel(|channel| channel.deposit += 1));
	detects(message, || change_channel(|channel| channel.claimed -= 1));
	detects(message, || change_channel(|channel| channel.storage_deposit -= 1));
	detects(message, || change_stream(|stream| stream.deposit += 1));
	detects(message, || change_stream(|stream| stream.paid -= 1));
	detects(message, || change_stream(|stream| stream.storage_deposit += 1));
	detects(message, || Htlcs::<Test>::mutate(0, |htlc| htlc.as_mut().unwrap().shares.fee += 1));
	detects(message, || FeesDue::<Test>::mutate(|due| *due -= 1));
	detects(message, || {
		JobDues::<Test>::mutate(70, ATTEMPT, |due| due.as_mut().unwrap().royalty += 1)
	});
	detects(message, || {
		let pool = Payments::pool_account();
		assert_ok!(Balances::release(&HoldReason::Deposits.into(), &pool, ED, Precision::Exact));
	});
	detects(message, || {
		assert_ok!(Balances::hold(&HoldReason::Deposits.into(), &CAROL, 1));
	});
}

#[test]
fn try_state_detects_wrong_channels() {
	detects("a channel has a number that was never given", || NextChannelId::<Test>::put(0));
	detects("more was claimed than deposited", || {
		change_channel(|channel| {
			// What left() says stays the sum: nothing.
			channel.storage_deposit += channel.left();
			channel.claimed = channel.deposit + 1;
		})
	});
	detects("a channel's shares are too high", || {
		change_channel(|channel| channel.fee = Percent::from_percent(81))
	});
	detects("a channel's key is there if it is needed", || {
		change_channel(|channel| channel.signer = VoucherSigner::Key)
	});
	detects("a channel's key is there if it is needed", || {
		VoucherKeys::<Test>::insert(0, key_of(&alice_pair()))
	});
	detects("a key belongs to no channel", || {
		VoucherKeys::<Test>::insert(9, key_of(&alice_pair()))
	});
}

#[test]
fn try_state_detects_wrong_streams() {
	detects("a stream has a number that was never given", || NextStreamId::<Test>::put(0));
	detects("a stream earned more than was deposited", || {
		change_stream(|stream| stream.meter.accrued = stream.deposit + 1)
	});
	detects("a stream paid more than it earned", || {
		change_stream(|stream| stream.meter.accrued = stream.paid - 1)
	});
	detects("a fraction is a whole unit", || {
		change_stream(|stream| stream.meter.fraction = 10u64.pow(18))
	});
	detects("a stream earned in the future", || change_stream(|stream| stream.meter.since = 1_011));
	detects("a stream has no rate", || change_stream(|stream| stream.rate = rate(0, 1)));
	detects("a stream's shares are too high", || {
		change_stream(|stream| stream.fee = Percent::from_percent(81))
	});
	detects("a stream runs free", || change_stream(|stream| stream.meter.accrued = stream.deposit));
}

#[test]
fn try_state_detects_wrong_hash_locks() {
	detects("a hash lock has a number that was never given", || NextHtlcId::<Test>::put(0));
	detects("a hash lock locks nothing", || {
		Htlcs::<Test>::mutate(0, |htlc| {
			let htlc = htlc.as_mut().unwrap();
			htlc.storage_deposit += htlc.amount();
			htlc.shares = Shares::default();
		})
	});
}

#[test]
fn try_state_detects_wrong_lists() {
	let message = "lists of channels match the channels";
	detects(message, || ChannelsOf::<Test>::remove(BOB, 0));
	detects(message, || ChannelsOf::<Test>::insert(CAROL, 0, ()));
	let message = "lists of streams match the streams";
	detects(message, || StreamsOf::<Test>::remove(alice(), 0));
	detects(message, || StreamsOf::<Test>::insert(alice(), 1, ()));
	let message = "lists of hash locks match the hash locks";
	detects(message, || HtlcsOf::<Test>::remove(BOB, 0));
	detects(message, || HtlcsOf::<Test>::insert(CAROL, 0, ()));
}

#[test]
fn try_state_detects_wrong_ties() {
	let message = "a job counts what is tied to it";
	detects(message, || change_job(70, |job| job.tied += 1));
	detects(message, || change_job(70, |job| job.tied -= 1));
	detects(message, || change_stream(|stream| stream.tie = None));
	let message = "shares of tied payments are part of them";
	detects(message, || {
		JobDues::<Test>::mutate(70, ATTEMPT, |due| due.as_mut().unwrap().gross = 1)
	});
}

#[test]
fn try_state_detects_parameters_out_of_bounds() {
	detects("a parameter lies outside its bounds", || {
		let mut parameters = Parameters::<Test>::get();
		parameters.min_lockup = 0;
		Parameters::<Test>::put(parameters);
	});
}
