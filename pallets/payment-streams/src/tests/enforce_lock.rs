use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use payment_vouchers::LockKind;

fn enforce(id: u64, amount: Balance, lock: Balance) -> sp_runtime::DispatchResult {
	Payments::enforce_lock(signed(BOB), sign(locked(id, amount, lock)))
}

fn closing() -> u64 {
	let id = open();
	assert_ok!(Payments::request_close(signed(alice()), id));
	id
}

fn htlc_deposit() -> Balance {
	Htlcs::<Test>::iter_values().next().unwrap().storage_deposit
}

#[test]
fn success_outlives_the_channel_and_is_paid_for_the_preimage() {
	run(|| {
		let id = closing();
		take_events();
		assert_ok!(enforce(id, 40_000, 20_000));
		assert_eq!(channel(id).claimed, 60_000);
		let deposit = htlc_deposit();
		assert_eq!(gain(&BOB), 38_000 - deposit as i128);
		assert!(matches!(
			take_events()[..],
			[
				Event::VoucherClaimed { claimed: 40_000, paid: 38_000, .. },
				Event::HtlcCreated { htlc_id: 0, amount: 20_000, expires_at: 50_100, .. },
				Event::LockEnforced { htlc_id: 0, claimed: 60_000, .. }
			]
		));
		wait(600);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!(gain(&alice()), -60_000);
		assert_ok!(Payments::claim_htlc(signed(STRANGER), 0, PREIMAGE));
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (57_000, 3_000));
	});
}

#[test]
fn success_goes_back_to_the_payer_without_the_preimage() {
	run(|| {
		let id = closing();
		assert_ok!(enforce(id, 40_000, 20_000));
		wait_relay(100);
		assert_ok!(Payments::refund_htlc(signed(STRANGER), 0));
		wait(600);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
		assert_eq!((gain(&alice()), gain(&BOB)), (-40_000, 38_000));
		assert_eq!(FeesDue::<Test>::get(), 2_000, "no fee for what went back");
	});
}

#[test]
fn the_same_lock_is_enforced_once() {
	run(|| {
		let id = closing();
		assert_ok!(enforce(id, 40_000, 20_000));
		assert_noop!(enforce(id, 40_000, 20_000), E::NothingToClaim);
		let claim = payment_vouchers::Claim {
			signed: sign(locked(id, 40_000, 20_000)),
			preimage: Some(PREIMAGE),
		};
		assert_noop!(Payments::claim(signed(BOB), claim), E::NothingToClaim);
		assert_noop!(crate::mock::claim(id, 60_000), E::NothingToClaim);
		// Only what is promised on top is paid.
		assert_ok!(crate::mock::claim(id, 61_000));
		assert_eq!(FeesDue::<Test>::get(), 2_050);
	});
}

#[test]
fn shares_are_those_of_one_sum() {
	run(|| {
		// 19 and 1: the fee of the twentieth unit is the lock's.
		let id = closing();
		assert_ok!(enforce(id, 19, 1));
		assert_eq!(FeesDue::<Test>::get(), 0);
		let htlc = Htlcs::<Test>::get(0).unwrap();
		assert_eq!(htlc.shares, Shares { payee: 0, fee: 1, royalty: 0 });
		assert_ok!(Payments::claim_htlc(signed(BOB), 0, PREIMAGE));
		assert_eq!(FeesDue::<Test>::get(), 1);
	});
}

#[test]
fn boundary_the_deposit_covers_both() {
	run(|| {
		let id = closing();
		assert_ok!(enforce(id, 90_000, 20_000));
		assert_eq!(Htlcs::<Test>::get(0).unwrap().amount(), 10_000);
		assert_noop!(enforce(id, 90_000, 30_000), E::NothingToClaim);
	});
}

#[test]
fn a_lock_without_end_ends_all_the_same() {
	run(|| {
		let id = closing();
		let mut voucher = locked(id, 0, 20_000);
		voucher.lock = Some(LockKind::Blake2.lock(&PREIMAGE, 20_000, u32::MAX));
		assert_ok!(Payments::enforce_lock(signed(BOB), sign(voucher)));
		assert_eq!(Htlcs::<Test>::get(0).unwrap().expires_at, 50_000 + 432_000);
	});
}

#[test]
fn parameters_of_today_do_not_shorten_a_lock_of_yesterday() {
	run(|| {
		let id = closing();
		let signed_then = sign(locked(id, 0, 20_000));
		let mut parameters = Parameters::<Test>::get();
		(parameters.min_lock, parameters.max_lock) = (10, 10);
		assert_ok!(Payments::set_parameters(RuntimeOrigin::root(), parameters));
		let expires_at = signed_then.voucher.lock.as_ref().unwrap().expires_at;
		assert_ok!(Payments::enforce_lock(signed(BOB), signed_then));
		assert_eq!(Htlcs::<Test>::get(0).unwrap().expires_at, expires_at);
	});
}

#[test]
fn fails_unless_the_channel_closes() {
	run(|| {
		let id = open();
		assert_noop!(enforce(id, 40_000, 20_000), E::InvalidState);
		assert_ok!(Payments::request_close(signed(alice()), id));
		wait(600);
		assert_noop!(enforce(id, 40_000, 20_000), E::TooLate);
		assert_noop!(enforce(99, 40_000, 20_000), E::ChannelNotFound);
	});
}

#[test]
fn fails_for_others_and_with_other_vouchers() {
	run(|| {
		let id = closing();
		let good = sign(locked(id, 40_000, 20_000));
		assert_noop!(Payments::enforce_lock(signed(STRANGER), good.clone()), E::NotAuthorized);
		let plain = sign(voucher(id, 40_000));
		assert_noop!(Payments::enforce_lock(signed(BOB), plain), E::NoLock);
		let mut forged = good.clone();
		forged.voucher.amount += 1;
		assert_noop!(Payments::enforce_lock(signed(BOB), forged), E::InvalidSignature);
		assert_noop!(enforce(id, 0, 0), E::NothingToClaim);
		wait_relay(100);
		assert_noop!(Payments::enforce_lock(signed(BOB), good), E::LockExpired);
	});
}

#[test]
fn fails_for_a_payee_that_cannot_pay_for_the_storage() {
	run(|| {
		let id = closing();
		set_free(&BOB, ED);
		assert_noop!(enforce(id, 0, 20_000), E::InsufficientBalance);
		// With what the voucher itself pays it can.
		assert_ok!(enforce(id, 40_000, 20_000));
		set_free(&BOB, free(&BOB));
	});
}
