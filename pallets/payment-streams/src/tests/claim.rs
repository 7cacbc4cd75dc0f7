use crate::{mock::*, *};
use codec::Decode;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use payment_vouchers::{Claim, LockKind, SignedVoucher, Voucher};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_runtime::{traits::Dispatchable, MultiSignature, Percent};

#[test]
fn success_pays_the_difference_and_keeps_the_fee() {
	run(|| {
		let id = open();
		take_events();
		assert_ok!(claim(id, 40_000));
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (38_000, 2_000));
		assert_eq!(
			take_events(),
			[Event::VoucherClaimed {
				channel_id: id,
				payee: BOB,
				claimed: 40_000,
				paid: 38_000,
				fee: 2_000,
				royalty: 0,
				preimage: None
			}]
		);
		assert_ok!(claim(id, 41_000));
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (38_950, 2_050));
		assert_eq!(channel(id).claimed, 41_000);
	});
}

#[test]
fn success_pays_at_most_the_deposit() {
	run(|| {
		let id = open();
		assert_ok!(claim(id, u128::MAX));
		assert_eq!(channel(id).claimed, 100_000);
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (95_000, 5_000));
	});
}

#[test]
fn success_by_anyone_pays_the_payee_only() {
	run(|| {
		let id = open();
		assert_ok!(Payments::claim(signed(CAROL), claim_of(id, 1_000)));
		assert_eq!((gain(&CAROL), gain(&BOB)), (0, 950));
	});
}

#[test]
fn success_on_a_channel_without_a_job_is_cheaper() {
	run(|| {
		let weights = |channel| {
			let call = Call::<Test>::claim { claim: claim_of(channel, 1_000) };
			let declared = call.get_dispatch_info().call_weight;
			let info = RuntimeCall::from(call).dispatch(signed(BOB)).unwrap();
			(declared, info.actual_weight)
		};
		let (declared, actual) = weights(open());
		assert_eq!(actual, Some(<() as WeightInfo>::claim_sr25519()));
		assert_eq!(declared, <() as WeightInfo>::claim_tied_sr25519());
		assert_eq!(weights(open_for(Some(new_job()))), (declared, None));
	});
}

#[test]
fn many_small_claims_pay_the_same_fee_as_one() {
	run(|| {
		let id = open();
		for amount in 1..=1_000 {
			assert_ok!(claim(id, amount));
		}
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (950, 50));
	});
}

#[test]
fn an_old_voucher_is_worth_nothing() {
	run(|| {
		let id = open();
		assert_ok!(claim(id, 40_000));
		for amount in [0, 1, 39_999, 40_000] {
			assert_noop!(claim(id, amount), E::NothingToClaim);
		}
	});
}

#[test]
fn every_kind_of_key_signs_for_its_account() {
	run(|| {
		let mut channel_id = 0;
		let mut check = |payer: AccountId, sign: &dyn Fn(&[u8]) -> MultiSignature| {
			set_free(&payer, 1_000_000);
			assert_ok!(Payments::open_channel(signed(payer), BOB, 100_000, None, None));
			let voucher = voucher(channel_id, 1_000);
			let signature = sign(&voucher.payload(&genesis()));
			let claim = Claim { signed: SignedVoucher { voucher, signature }, preimage: None };
			assert_ok!(Payments::claim(signed(BOB), claim));
			channel_id += 1;
		};
		let pair = sr25519::Pair::from_seed(&[5; 32]);
		check(pair.public().0.into(), &|bytes| pair.sign(bytes).into());
		let pair = ed25519::Pair::from_seed(&[6; 32]);
		check(pair.public().0.into(), &|bytes| pair.sign(bytes).into());
		let pair = ecdsa::Pair::from_seed(&[7; 32]);
		let account = sp_io::hashing::blake2_256(&pair.public().0).into();
		check(account, &|bytes| pair.sign(bytes).into());
	});
}

#[test]
fn a_key_signs_in_the_payers_place_and_nobody_else_does() {
	run(|| {
		let hot = sr25519::Pair::from_seed(&[8; 32]);
		let key = key_of(&hot);
		assert_ok!(Payments::open_channel_with_key(signed(alice()), BOB, 100_000, None, None, key));
		assert_noop!(claim(0, 1_000), E::InvalidSignature);
		let signed_by_key = voucher(0, 1_000).sign(&hot, &genesis());
		assert_ok!(Payments::claim(
			signed(BOB),
			Claim { signed: signed_by_key.clone(), preimage: None }
		));
		// The same key signs for no other channel of the payer.
		let other = open();
		let signed_by_key = voucher(other, 1_000).sign(&hot, &genesis());
		assert_noop!(
			Payments::claim(signed(BOB), Claim { signed: signed_by_key, preimage: None }),
			E::InvalidSignature
		);
	});
}

#[test]
fn fails_with_a_changed_or_foreign_signature() {
	run(|| {
		let id = open();
		let good = claim_of(id, 1_000);
		let with = |change: &dyn Fn(&mut Claim)| {
			let mut claim = good.clone();
			change(&mut claim);
			Payments::claim(signed(BOB), claim)
		};
		assert_noop!(with(&|c| c.signed.voucher.amount = 1_001), E::InvalidSignature);
		assert_noop!(with(&|c| c.signed.voucher.nonce = 2), E::InvalidSignature);
		assert_noop!(with(&|c| c.signed.voucher.payee = CAROL), E::OtherPayee);
		assert_noop!(with(&|c| c.signed.voucher.lock = locked(id, 0, 5).lock), E::InvalidSignature);
		assert_noop!(with(&|c| c.signed.signature = worthless_signature()), E::InvalidSignature);
		let eth = MultiSignature::decode(&mut &[[3; 1].as_slice(), &[0; 65]].concat()[..]).unwrap();
		assert_noop!(with(&|c| c.signed.signature = eth.clone()), E::InvalidSignature);
		let stranger = sr25519::Pair::from_seed(&[66; 32]);
		assert_noop!(
			with(&|c| c.signed = voucher(id, 1_000).sign(&stranger, &genesis())),
			E::InvalidSignature
		);
		assert_ok!(with(&|_| {}));
	});
}

#[test]
fn fails_on_another_chain() {
	run(|| {
		let id = open();
		let other_chain = H256::repeat_byte(0x12);
		let signed_there = voucher(id, 1_000).sign(&alice_pair(), &other_chain);
		assert_noop!(
			Payments::claim(signed(BOB), Claim { signed: signed_there, preimage: None }),
			E::InvalidSignature
		);
	});
}

#[test]
fn fails_on_another_channel_and_on_one_that_was_opened_again() {
	run(|| {
		let id = open();
		let voucher_of_first = claim_of(id, 1_000);
		let second = open();
		let mut moved = voucher_of_first.clone();
		moved.signed.voucher.channel = second;
		assert_noop!(Payments::claim(signed(BOB), moved), E::InvalidSignature);
		assert_ok!(Payments::close(signed(BOB), id, Some(voucher_of_first.clone())));
		assert_ne!(open(), id, "a number is never given twice");
		assert_noop!(Payments::claim(signed(BOB), voucher_of_first), E::ChannelNotFound);
	});
}

#[test]
fn fails_for_a_payee_that_would_stay_below_the_minimum() {
	run(|| {
		assert_ok!(Payments::open_channel(signed(alice()), NOBODY, 100_000, None, None));
		let claim = |amount| {
			let voucher = Voucher { payee: NOBODY, ..voucher(0, amount) };
			Payments::claim(signed(BOB), Claim { signed: sign(voucher), preimage: None })
		};
		// 526 is the least gross of which 500 are left.
		assert_noop!(claim(525), E::PayeeCannotReceive);
		assert_ok!(claim(526));
		assert_eq!(free(&NOBODY), 500);
		// Now that it exists the smallest claim is paid.
		assert_ok!(claim(527));
	});
}

#[test]
fn boundary_closing() {
	run(|| {
		let id = open();
		assert_ok!(Payments::request_close(signed(alice()), id));
		wait(599);
		assert_ok!(claim(id, 1_000));
		wait(1);
		assert_noop!(claim(id, 2_000), E::TooLate);
		assert_ok!(Payments::finalize_close(signed(STRANGER), id));
	});
}

#[test]
fn a_preimage_adds_the_lock() {
	run(|| {
		for kind in [LockKind::Blake2, LockKind::Sha2] {
			let id = open();
			let before = gain(&BOB);
			let lock = kind.lock(&PREIMAGE, 20_000, RelayNow::get() + 100);
			let signed_voucher = sign(Voucher { lock: Some(lock), ..voucher(id, 40_000) });
			take_events();
			let preimage = Some(PREIMAGE);
			let claim = Claim { signed: signed_voucher.clone(), preimage };
			assert_ok!(Payments::claim(signed(BOB), claim));
			assert_eq!((channel(id).claimed, gain(&BOB) - before), (60_000, 57_000));
			assert!(matches!(
				take_events()[..],
				[Event::VoucherClaimed { preimage: Some(PREIMAGE), paid: 57_000, .. }]
			));
		}
	});
}

#[test]
fn without_the_preimage_the_lock_is_worth_nothing() {
	run(|| {
		let id = open();
		let signed_voucher = sign(locked(id, 40_000, 20_000));
		let with = |preimage| {
			Payments::claim(signed(BOB), Claim { signed: signed_voucher.clone(), preimage })
		};
		assert_noop!(with(Some([7; 32])), E::WrongPreimage);
		assert_ok!(with(None));
		assert_eq!(channel(id).claimed, 40_000);
		assert_noop!(with(None), E::NothingToClaim);
		assert_ok!(with(Some(PREIMAGE)));
		assert_eq!(channel(id).claimed, 60_000);
		assert_noop!(with(Some(PREIMAGE)), E::NothingToClaim);
		let plain = Claim { signed: sign(voucher(id, 70_000)), preimage: Some(PREIMAGE) };
		assert_noop!(Payments::claim(signed(BOB), plain), E::NoLock);
	});
}

#[test]
fn boundary_expiry_of_a_lock_is_by_the_relay_chain() {
	run(|| {
		let id = open();
		let claim = Claim { signed: sign(locked(id, 0, 20_000)), preimage: Some(PREIMAGE) };
		wait(10_000);
		wait_relay(100);
		assert_noop!(Payments::claim(signed(BOB), claim.clone()), E::LockExpired);
		RelayNow::mutate(|now| *now -= 1);
		assert_ok!(Payments::claim(signed(BOB), claim));
	});
}

#[test]
fn a_lock_that_a_later_voucher_has_paid_is_not_paid_again() {
	run(|| {
		let id = open();
		let old = Claim { signed: sign(locked(id, 40_000, 20_000)), preimage: Some(PREIMAGE) };
		assert_ok!(claim(id, 60_000));
		assert_noop!(Payments::claim(signed(BOB), old.clone()), E::NothingToClaim);
		assert_ok!(claim(id, 61_000));
		assert_noop!(Payments::claim(signed(BOB), old), E::NothingToClaim);
	});
}

#[test]
fn extreme_vouchers_overflow_nothing() {
	run(|| {
		PlatformFee::set(Percent::from_percent(90));
		let id = open();
		let lock = LockKind::Sha2.lock(&PREIMAGE, u128::MAX, u32::MAX);
		let voucher = Voucher { lock: Some(lock), nonce: u64::MAX, ..voucher(id, u128::MAX) };
		let claim = Claim { signed: sign(voucher), preimage: Some(PREIMAGE) };
		assert_ok!(Payments::claim(signed(BOB), claim));
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (10_000, 90_000));
	});
}
