use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use payment_vouchers::LockKind;

fn create(amount: Balance, expires_at: u32) -> sp_runtime::DispatchResult {
	let kind = LockKind::Sha2;
	let hash = kind.hash(&PREIMAGE);
	Payments::create_htlc(signed(alice()), BOB, amount, kind, hash, expires_at)
}

#[test]
fn success_pays_for_the_preimage_and_publishes_it() {
	run(|| {
		for kind in [LockKind::Blake2, LockKind::Sha2] {
			let id = htlc(kind);
			let before = gain(&BOB);
			take_events();
			assert_ok!(Payments::claim_htlc(signed(STRANGER), id, PREIMAGE));
			assert_eq!(gain(&BOB) - before, 47_500);
			assert_eq!(
				take_events(),
				[Event::HtlcClaimed {
					htlc_id: id,
					payee: BOB,
					paid: 47_500,
					fee: 2_500,
					royalty: 0,
					preimage: PREIMAGE
				}]
			);
			assert_noop!(Payments::claim_htlc(signed(BOB), id, PREIMAGE), E::HtlcNotFound);
		}
		assert_eq!((gain(&alice()), FeesDue::<Test>::get()), (-100_000, 5_000));
		assert_eq!(HtlcsOf::<Test>::iter().count(), 0);
	});
}

#[test]
fn each_kind_has_its_own_hash() {
	run(|| {
		let hash = LockKind::Blake2.hash(&PREIMAGE);
		assert_ne!(hash, LockKind::Sha2.hash(&PREIMAGE));
		let at = RelayNow::get() + 100;
		assert_ok!(Payments::create_htlc(signed(alice()), BOB, 50_000, LockKind::Sha2, hash, at));
		assert_noop!(Payments::claim_htlc(signed(BOB), 0, PREIMAGE), E::WrongPreimage);
	});
}

#[test]
fn boundary_claim_and_refund_never_overlap() {
	run(|| {
		let (first, second) = (htlc(LockKind::Sha2), htlc(LockKind::Blake2));
		// This chain's own clock does not matter.
		wait(100_000);
		wait_relay(99);
		assert_noop!(Payments::refund_htlc(signed(alice()), first), E::TooEarly);
		assert_ok!(Payments::claim_htlc(signed(BOB), first, PREIMAGE));
		wait_relay(1);
		assert_noop!(Payments::claim_htlc(signed(BOB), second, PREIMAGE), E::TooLate);
		take_events();
		assert_ok!(Payments::refund_htlc(signed(STRANGER), second));
		let refunded = Event::HtlcRefunded { htlc_id: second, payer: alice(), amount: 50_000 };
		assert_eq!(take_events(), [refunded]);
		assert_eq!((gain(&alice()), gain(&BOB)), (-50_000, 47_500));
		assert_noop!(Payments::refund_htlc(signed(STRANGER), second), E::HtlcNotFound);
	});
}

#[test]
fn boundary_amount_and_duration() {
	run(|| {
		let now = RelayNow::get();
		assert_noop!(create(MIN_DEPOSIT - 1, now + 100), E::InsufficientDeposit);
		assert_ok!(create(MIN_DEPOSIT, now + 100));
		for bad in [0, now, now + 19, now + 100_801, u32::MAX] {
			assert_noop!(create(50_000, bad), E::InvalidPeriod);
		}
		for good in [now + 20, now + 100_800] {
			assert_ok!(create(50_000, good));
		}
	});
}

#[test]
fn fails_with_a_wrong_preimage_or_without_money() {
	run(|| {
		let id = htlc(LockKind::Sha2);
		assert_noop!(Payments::claim_htlc(signed(BOB), id, [0; 32]), E::WrongPreimage);
		let all = free(&alice());
		assert_noop!(create(all, RelayNow::get() + 100), E::InsufficientBalance);
		// The amount alone is not enough.
		assert_noop!(create(all - ED, RelayNow::get() + 100), E::InsufficientBalance);
		let hash = [0; 32];
		let to_self = Payments::create_htlc(
			signed(alice()),
			alice(),
			50_000,
			LockKind::Sha2,
			hash,
			RelayNow::get() + 100,
		);
		assert_noop!(to_self, E::InvalidPayee);
	});
}

#[test]
fn a_payee_that_cannot_be_paid_can_be_paid_later() {
	run(|| {
		PlatformFee::set(sp_runtime::Percent::from_percent(90));
		let kind = LockKind::Sha2;
		let at = RelayNow::get() + 100;
		// 100 of 1 000 would be left.
		let mut parameters = Parameters::<Test>::get();
		parameters.min_deposit = 1_000;
		assert_ok!(Payments::set_parameters(RuntimeOrigin::root(), parameters));
		assert_ok!(Payments::create_htlc(
			signed(alice()),
			NOBODY,
			1_000,
			kind,
			kind.hash(&PREIMAGE),
			at
		));
		let claim = || Payments::claim_htlc(signed(BOB), 0, PREIMAGE);
		assert_noop!(claim(), E::PayeeCannotReceive);
		set_free(&NOBODY, ED);
		assert_ok!(claim());
		assert_eq!(free(&NOBODY), ED + 100);
	});
}

#[test]
fn a_refund_that_the_payer_cannot_take_becomes_a_fee() {
	run(|| {
		let id = htlc(LockKind::Sha2);
		Htlcs::<Test>::mutate(id, |htlc| {
			// As small as an enforced lock can be; the rest stays in the pool as a fee.
			htlc.as_mut().unwrap().shares = Shares { payee: 5, fee: 0, royalty: 0 };
		});
		FeesDue::<Test>::put(49_995);
		set_free(&alice(), 0);
		wait_relay(100);
		assert_ok!(Payments::refund_htlc(signed(STRANGER), id));
		assert_eq!(FeesDue::<Test>::get(), 50_000);
		assert!(free(&alice()) > 0, "the deposit for storage is large enough");
	});
}
