use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use payment_vouchers::{Claim, Voucher};

#[test]
fn success_pays_the_sum_in_one_transfer() {
	run(|| {
		let ids: Vec<_> = (0..5).map(|_| open()).collect();
		take_events();
		let claims = ids.iter().map(|id| claim_of(*id, 1_000 * (id + 1) as u128)).collect();
		assert_ok!(Payments::claim_many(signed(STRANGER), BOB, claims));
		assert_eq!((gain(&BOB), FeesDue::<Test>::get()), (14_250, 750));
		let claimed: Vec<_> = ids.iter().map(|id| channel(*id).claimed).collect();
		assert_eq!(claimed, [1_000, 2_000, 3_000, 4_000, 5_000]);
		assert_eq!(take_events().len(), 5);
	});
}

#[test]
fn success_skips_bad_items_and_says_why() {
	run(|| {
		let (first, second, closing) = (open(), open(), open());
		assert_ok!(Payments::open_channel(signed(alice()), CAROL, 100_000, None, None));
		let carols = closing + 1;
		assert_ok!(Payments::request_close(signed(alice()), closing));
		wait(600);
		take_events();
		let mut forged = claim_of(second, 1_000);
		forged.signed.voucher.amount = 2_000;
		let for_carol = Voucher { payee: CAROL, ..voucher(carols, 1_000) };
		let claims = vec![
			claim_of(first, 1_000),
			claim_of(first, 1_000),
			forged,
			claim_of(closing, 1_000),
			claim_of(99, 1_000),
			Claim { signed: sign(for_carol), preimage: None },
			claim_of(carols, 1_000),
			claim_of(first, 3_000),
		];
		assert_ok!(Payments::claim_many(signed(STRANGER), BOB, claims));
		assert_eq!((gain(&BOB), gain(&CAROL)), (2_850, 0));
		let skipped: Vec<_> = take_events()
			.into_iter()
			.filter_map(|event| match event {
				Event::ClaimSkipped { index, channel_id, error } => {
					Some((index, channel_id, error))
				}
				_ => None,
			})
			.collect();
		assert_eq!(
			skipped,
			[
				(1, first, E::NothingToClaim.into()),
				(2, second, E::InvalidSignature.into()),
				(3, closing, E::TooLate.into()),
				(4, 99, E::ChannelNotFound.into()),
				(5, carols, E::OtherPayee.into()),
				(6, carols, E::OtherPayee.into()),
			]
		);
	});
}

#[test]
fn success_with_nothing_but_bad_items_changes_nothing_but_tells() {
	run(|| {
		let id = open();
		take_events();
		assert_ok!(Payments::claim_many(signed(BOB), BOB, vec![claim_of(id, 0)]));
		assert_eq!((gain(&BOB), channel(id).claimed), (0, 0));
		assert_eq!(take_events().len(), 1);
	});
}

#[test]
fn success_small_sums_reach_a_new_account_together() {
	run(|| {
		let claims: Vec<_> = (0..2)
			.map(|id| {
				assert_ok!(Payments::open_channel(signed(alice()), NOBODY, 100_000, None, None));
				let voucher = Voucher { payee: NOBODY, ..voucher(id, 300) };
				Claim { signed: sign(voucher), preimage: None }
			})
			.collect();
		let first = claims[..1].to_vec();
		assert_noop!(Payments::claim_many(signed(BOB), NOBODY, first), E::PayeeCannotReceive);
		assert_ok!(Payments::claim_many(signed(BOB), NOBODY, claims));
		assert_eq!(free(&NOBODY), 570);
	});
}

#[test]
fn boundary_batch_size() {
	run(|| {
		let id = open();
		assert_noop!(Payments::claim_many(signed(BOB), BOB, vec![]), E::InvalidBatchSize);
		let claims: Vec<_> = vec![claim_of(id, 0); 257];
		assert_noop!(Payments::claim_many(signed(BOB), BOB, claims.clone()), E::InvalidBatchSize);
		assert_ok!(Payments::claim_many(signed(BOB), BOB, claims[1..].to_vec()));
	});
}

#[test]
fn weight_is_by_the_dearest_kind_of_signature() {
	use sp_runtime::MultiSignature;
	let sr = claim_of(0, 1);
	let mut ec = sr.clone();
	ec.signed.signature = MultiSignature::Ecdsa(sp_core::ecdsa::Signature::default());
	let all_sr = Payments::claim_many_weight(&vec![sr.clone(); 3]);
	let mixed = Payments::claim_many_weight(&[sr.clone(), sr, ec]);
	assert_eq!(all_sr, <() as WeightInfo>::claim_many_sr25519(3));
	assert_eq!(mixed, all_sr.max(<() as WeightInfo>::claim_many_ecdsa(3)));
}
