//! `close`, `request_close` and `finalize_close`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use payment_vouchers::{Claim, Voucher};
use sp_runtime::traits::Dispatchable;

fn close(id: u64, claim: Option<Claim>) -> Result<(), sp_runtime::DispatchError> {
	Payments::close(signed(BOB), id, claim).map(|_| ()).map_err(|e| e.error)
}

#[test]
fn success_with_a_last_voucher_pays_everybody_and_leaves_nothing() {
	run(|| {
		let id = open();
		assert_ok!(claim(id, 10_000));
		take_events();
		assert_ok!(close(id, Some(claim_of(id, 40_000))));
		assert_eq!((gain(&BOB), gain(&alice())), (38_000, -40_000));
		assert_eq!(FeesDue::<Test>::get(), 2_000);
		assert_eq!(pool(), 2_000, "only fees are left");
		assert_eq!(Channels::<Test>::iter().count() + ChannelsOf::<Test>::iter().count(), 0);
		assert!(matches!(
			take_events()[..],
			[
				Event::VoucherClaimed { claimed: 40_000, paid: 28_500, .. },
				Event::ChannelClosed { claimed: 40_000, refund: 60_000, .. }
			]
		));
	});
}

#[test]
fn success_without_a_voucher_is_cheaper() {
	run(|| {
		let id = open();
		let call = RuntimeCall::PaymentStreams(Call::close { channel_id: id, claim: None });
		let declared = call.get_dispatch_info().call_weight;
		let info = call.dispatch(signed(BOB)).unwrap();
		assert_eq!(info.actual_weight, Some(<() as WeightInfo>::close_without_voucher()));
		assert!(info.actual_weight.unwrap().ref_time() < declared.ref_time());
		assert_eq!((gain(&BOB), gain(&alice()), pool()), (0, 0, 0));
	});
}

#[test]
fn success_with_a_voucher_that_was_claimed_already() {
	run(|| {
		let id = open();
		assert_ok!(claim(id, 40_000));
		assert_ok!(close(id, Some(claim_of(id, 40_000))));
		assert_eq!((gain(&BOB), gain(&alice())), (38_000, -40_000));
	});
}

#[test]
fn fails_for_others_and_with_bad_vouchers() {
	run(|| {
		let id = open();
		let other = open();
		for who in [alice(), STRANGER] {
			let refused = Payments::close(signed(who), id, None).map_err(|e| e.error);
			assert_noop!(refused.map(|_| ()), E::NotAuthorized);
		}
		assert_noop!(close(id, Some(claim_of(other, 1_000))), E::OtherChannel);
		let mut forged = claim_of(id, 1_000);
		forged.signed.voucher.amount = 2_000;
		assert_noop!(close(id, Some(forged)), E::InvalidSignature);
		assert_noop!(close(99, None), E::ChannelNotFound);
		assert_ok!(Payments::request_close(signed(alice()), id));
		wait(600);
		assert_noop!(close(id, None), E::TooLate);
	});
}

#[test]
fn a_residue_that_the_payee_cannot_take_becomes_a_fee() {
	run(|| {
		assert_ok!(Payments::open_channel(signed(alice()), NOBODY, 100_000, None, None));
		let voucher = Voucher { payee: NOBODY, ..voucher(0, 300) };
		let last = Claim { signed: sign(voucher), preimage: None };
		// Whoever is asked: the account itself cannot call, but a proxy of it could.
		take_events();
		assert_ok!(Payments::close(signed(NOBODY), 0, Some(last)));
		assert_eq!((free(&NOBODY), gain(&alice())), (0, -300));
		assert_eq!(FeesDue::<Test>::get(), 300);
		let forfeited =
			Event::PaymentForfeited { meant_for: NOBODY, amount: 285, purpose: Purpose::Pay };
		assert!(take_events().contains(&forfeited));
	});
}

#[test]
fn success_a_silent_payee_has_the_challenge_period() {
	run(|| {
		let id = open();
		take_events();
		assert_ok!(Payments::request_close(signed(alice()), id));
		let closing = Event::ChannelClosing { channel_id: id, close_at: 1_600 };
		assert_eq!(take_events(), [closing]);
		wait(599);
		assert_noop!(Payments::finalize_close(signed(STRANGER), id), E::TooEarly);
		wait(1);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!((gain(&alice()), gain(&BOB), pool()), (0, 0, 0));
		assert_noop!(Payments::finalize_close(signed(STRANGER), id), E::ChannelNotFound);
	});
}

#[test]
fn request_close_fails_for_others_and_twice() {
	run(|| {
		let id = open();
		assert_noop!(Payments::request_close(signed(BOB), id), E::NotAuthorized);
		assert_noop!(Payments::finalize_close(signed(alice()), id), E::InvalidState);
		assert_ok!(Payments::request_close(signed(alice()), id));
		assert_noop!(Payments::request_close(signed(alice()), id), E::InvalidState);
	});
}

#[test]
fn a_payer_without_account_gets_its_refund_all_the_same() {
	run(|| {
		let id = open();
		assert_ok!(Payments::request_close(signed(alice()), id));
		// The payer leaves in the meantime.
		set_free(&alice(), 0);
		assert!(!System::account_exists(&alice()));
		wait(600);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!(free(&alice()), 100_000 + channel_deposit());
	});
}

#[test]
fn a_reaped_payer_cannot_take_back_what_it_promised() {
	run(|| {
		let id = open();
		set_free(&alice(), 0);
		assert_ok!(claim(id, 100_000));
		assert_eq!(gain(&BOB), 95_000);
	});
}

#[test]
fn a_channel_with_a_key_leaves_none_behind() {
	run(|| {
		let key = key_of(&alice_pair());
		assert_ok!(Payments::open_channel_with_key(signed(alice()), BOB, 100_000, None, None, key));
		assert_ok!(close(0, None));
		assert!(!VoucherKeys::<Test>::contains_key(0));
		assert_eq!(gain(&alice()), 0);
	});
}
