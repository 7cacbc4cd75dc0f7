use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn success_adds_to_the_deposit() {
	run(|| {
		let id = open();
		take_events();
		assert_ok!(Payments::top_up(signed(alice()), id, 5_000));
		assert_eq!(channel(id).deposit, 105_000);
		let event = Event::ChannelToppedUp { channel_id: id, amount: 5_000, deposit: 105_000 };
		assert_eq!(take_events(), [event]);
		// A voucher above the old deposit is worth more now.
		assert_ok!(claim(id, 110_000));
		assert_eq!(channel(id).claimed, 105_000);
		assert_ok!(Payments::top_up(signed(alice()), id, 5_000));
		assert_ok!(claim(id, 110_000));
		assert_noop!(claim(id, 110_000), E::NothingToClaim);
	});
}

#[test]
fn boundary_least_amount() {
	run(|| {
		let id = open();
		assert_noop!(Payments::top_up(signed(alice()), id, ED - 1), E::InsufficientDeposit);
		assert_ok!(Payments::top_up(signed(alice()), id, ED));
	});
}

#[test]
fn fails_for_others_and_for_channels_that_close() {
	run(|| {
		let id = open();
		assert_noop!(Payments::top_up(signed(BOB), id, 5_000), E::NotAuthorized);
		assert_noop!(Payments::top_up(signed(alice()), 9, 5_000), E::ChannelNotFound);
		let all = free(&alice());
		assert_noop!(Payments::top_up(signed(alice()), id, all), E::InsufficientBalance);
		assert_ok!(Payments::request_close(signed(alice()), id));
		assert_noop!(Payments::top_up(signed(alice()), id, 5_000), E::InvalidState);
	});
}
