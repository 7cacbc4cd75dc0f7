//! A payer and a payee that exchange vouchers.

use ai_compute_primitives::SigningKey;
use codec::{Decode, Encode};
use payment_vouchers::{
	Claim, Gain, IssueError, Issuer, LockKind, Preimage, Receiver, Refusal, SignedVoucher, Signer,
	Terms, Voucher, VoucherBook,
};
use proptest::prelude::*;
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_runtime::AccountId32;

const PAYEE: AccountId32 = AccountId32::new([2; 32]);
const PREIMAGE: Preimage = [42; 32];
const RELAY_NOW: u32 = 1_000;
const MARGIN: u32 = 50;

fn genesis() -> H256 {
	H256::repeat_byte(0x11)
}

fn pair() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[1; 32])
}

fn terms() -> Terms {
	Terms {
		genesis: genesis(),
		channel: 7,
		payee: PAYEE,
		signer: Signer::Account(pair().public().0.into()),
		deposit: 1_000,
	}
}

fn parties() -> (Issuer, Receiver) {
	(Issuer::new(terms()), Receiver::new(terms(), 0))
}

fn sign(voucher: Voucher) -> SignedVoucher {
	voucher.sign(&pair(), &genesis())
}

fn accept(receiver: &mut Receiver, signed: SignedVoucher, least: u128) -> Result<Gain, Refusal> {
	receiver.accept(signed, Gain::paid(least), RELAY_NOW, MARGIN)
}

fn accept_lock(
	receiver: &mut Receiver,
	signed: SignedVoucher,
	least: u128,
) -> Result<Gain, Refusal> {
	receiver.accept(signed, Gain::locked(least), RELAY_NOW, MARGIN)
}

fn lock(amount: u128) -> payment_vouchers::HashLock {
	LockKind::Sha2.lock(&PREIMAGE, amount, RELAY_NOW + 100)
}

#[test]
fn vouchers_add_up_and_the_best_is_kept() {
	let (mut issuer, mut receiver) = parties();
	for n in 1..=10u128 {
		let signed = sign(issuer.pay(10).unwrap());
		assert_eq!(signed.voucher.nonce, n as u64);
		assert_eq!(accept(&mut receiver, signed, 10), Ok(Gain::paid(10)));
		assert_eq!((receiver.amount(), receiver.unclaimed()), (10 * n, 10 * n));
	}
	assert_eq!(issuer.promised(), 100);
	let claim = receiver.claim().unwrap();
	assert_eq!((claim.signed.voucher.amount, claim.preimage), (100, None));
	receiver.claimed(100);
	assert_eq!((receiver.unclaimed(), receiver.claim()), (0, None));
}

#[test]
fn old_vouchers_and_too_small_ones_are_refused() {
	let (mut issuer, mut receiver) = parties();
	let first = sign(issuer.pay(10).unwrap());
	let second = sign(issuer.pay(5).unwrap());
	assert!(accept(&mut receiver, second.clone(), 15).is_ok());
	for old in [first, second] {
		assert_eq!(accept(&mut receiver, old, 0), Err(Refusal::TooLittle(Gain::paid(0))));
	}
	let third = sign(issuer.pay(5).unwrap());
	assert_eq!(accept(&mut receiver, third, 6), Err(Refusal::TooLittle(Gain::paid(5))));
	assert_eq!(receiver.amount(), 15);
}

#[test]
fn what_was_claimed_counts_after_a_lost_store() {
	let mut receiver = Receiver::new(terms(), 500);
	let old = sign(Voucher { amount: 400, ..voucher() });
	assert_eq!(accept(&mut receiver, old, 0), Err(Refusal::TooLittle(Gain::paid(0))));
	let new = sign(Voucher { amount: 510, ..voucher() });
	assert_eq!(accept(&mut receiver, new, 10), Ok(Gain::paid(10)));
}

fn voucher() -> Voucher {
	Voucher { channel: 7, payee: PAYEE, amount: 100, nonce: 1, lock: None }
}

#[test]
fn foreign_and_forged_vouchers_are_refused() {
	let mut receiver = Receiver::new(terms(), 0);
	let mut refused = |signed: SignedVoucher| accept(&mut receiver, signed, 0).unwrap_err();
	assert_eq!(refused(sign(Voucher { channel: 8, ..voucher() })), Refusal::OtherChannel);
	let other = AccountId32::new([3; 32]);
	assert_eq!(refused(sign(Voucher { payee: other, ..voucher() })), Refusal::OtherPayee);
	assert_eq!(refused(sign(Voucher { amount: 1_001, ..voucher() })), Refusal::AboveDeposit);
	let above = Voucher { lock: Some(lock(901)), ..voucher() };
	assert_eq!(refused(sign(above)), Refusal::AboveDeposit);
	let most = Voucher { amount: u128::MAX, lock: Some(lock(u128::MAX)), ..voucher() };
	assert_eq!(refused(sign(most)), Refusal::AboveDeposit);
	let mut forged = sign(voucher());
	forged.voucher.amount = 101;
	assert_eq!(refused(forged), Refusal::BadSignature);
	let elsewhere = voucher().sign(&pair(), &H256::repeat_byte(0x12));
	assert_eq!(refused(elsewhere), Refusal::BadSignature);
	let stranger = voucher().sign(&sr25519::Pair::from_seed(&[9; 32]), &genesis());
	assert_eq!(refused(stranger), Refusal::BadSignature);
	assert_eq!(receiver.best(), None);
}

#[test]
fn every_kind_of_key_signs() {
	let ed = ed25519::Pair::from_seed(&[4; 32]);
	let ec = ecdsa::Pair::from_seed(&[5; 32]);
	let keys = [
		(SigningKey::Ed25519(ed.public().0), voucher().sign(&ed, &genesis())),
		(SigningKey::Sr25519(pair().public().0), sign(voucher())),
		(SigningKey::Ecdsa(ec.public().0), voucher().sign(&ec, &genesis())),
	];
	for (n, (key, signed)) in keys.iter().enumerate() {
		for (m, (_, other)) in keys.iter().enumerate() {
			let signers = [Signer::Key(*key), Signer::Account(key.account())];
			for signer in signers {
				let mut receiver = Receiver::new(Terms { signer, ..terms() }, 0);
				assert_eq!(accept(&mut receiver, other.clone(), 0).is_ok(), n == m);
			}
		}
		let mut receiver = Receiver::new(Terms { signer: Signer::Key(*key), ..terms() }, 0);
		assert!(accept(&mut receiver, signed.clone(), 100).is_ok());
	}
}

#[test]
fn the_payer_never_signs_for_more_than_the_deposit() {
	let (mut issuer, _) = parties();
	issuer.pay(600).unwrap();
	issuer.lock_up(lock(300)).unwrap();
	assert_eq!(issuer.pay(101), Err(IssueError::DepositExhausted { left: 100 }));
	assert_eq!(issuer.lock_up(lock(1)), Err(IssueError::LockPending));
	issuer.topped_up(1_200);
	assert_eq!(issuer.left(), 300);
	let voucher = issuer.pay(300).unwrap();
	assert_eq!(voucher.total(), 1_200);
	assert_eq!(issuer.left(), 0);
}

#[test]
fn a_lock_is_paid_by_the_preimage() {
	let (mut issuer, mut receiver) = parties();
	accept(&mut receiver, sign(issuer.pay(100).unwrap()), 100).unwrap();
	let signed = sign(issuer.lock_up(lock(50)).unwrap());
	assert_eq!(accept_lock(&mut receiver, signed.clone(), 50), Ok(Gain::locked(50)));
	assert_eq!((receiver.amount(), receiver.locked()), (100, Some(&signed)));
	assert_eq!(receiver.claim_with([0; 32], RELAY_NOW), receiver.claim());
	let claim = Claim { signed, preimage: Some(PREIMAGE) };
	assert_eq!(receiver.claim_with(PREIMAGE, RELAY_NOW + 99), Some(claim));
	// The chain refuses an expired lock; the rest is still good.
	assert_eq!(receiver.claim_with(PREIMAGE, RELAY_NOW + 100), receiver.claim());
	assert!(receiver.claim().is_some());

	assert_eq!(issuer.unlock(&[0; 32]), Err(IssueError::WrongPreimage));
	let unlocked = sign(issuer.unlock(&PREIMAGE).unwrap());
	assert_eq!((unlocked.voucher.amount, unlocked.voucher.lock), (150, None));
	assert_eq!(accept(&mut receiver, unlocked, 50), Ok(Gain::paid(50)));
	assert_eq!(receiver.locked(), None);
	assert_eq!(issuer.unlock(&PREIMAGE), Err(IssueError::NoLock));
}

#[test]
fn a_live_lock_is_carried_on_and_never_dropped() {
	let (mut issuer, mut receiver) = parties();
	accept_lock(&mut receiver, sign(issuer.lock_up(lock(50)).unwrap()), 50).unwrap();
	let more = sign(issuer.pay(10).unwrap());
	assert!(more.voucher.lock.is_some());
	let dropping = sign(Voucher { amount: 10, ..voucher() });
	assert_eq!(accept(&mut receiver, dropping.clone(), 0), Err(Refusal::LockDropped));
	let shorter = LockKind::Sha2.lock(&PREIMAGE, 50, RELAY_NOW + 60);
	let shortened = sign(Voucher { amount: 10, lock: Some(shorter), ..voucher() });
	assert_eq!(accept(&mut receiver, shortened, 0), Err(Refusal::LockDropped));
	assert_eq!(accept(&mut receiver, more, 10), Ok(Gain::paid(10)));
	// Once it has expired it may go.
	assert_eq!(issuer.drop_lock(RELAY_NOW + 99), Err(IssueError::LockLive));
	issuer.drop_lock(RELAY_NOW + 100).unwrap();
	let after = sign(issuer.pay(5).unwrap());
	assert_eq!(after.voucher.lock, None);
	assert!(receiver.accept(after, Gain::paid(5), RELAY_NOW + 100, MARGIN).is_ok());
	assert_eq!(issuer.drop_lock(u32::MAX), Err(IssueError::NoLock));
}

#[test]
fn a_lock_pays_for_no_work() {
	let (_, mut receiver) = parties();
	for n in 1..=3u128 {
		let signed = sign(Voucher { amount: 0, lock: Some(lock(10 * n)), ..voucher() });
		let refused = Refusal::TooLittle(Gain::locked(10 * n));
		assert_eq!(accept(&mut receiver, signed, 10), Err(refused));
	}
	assert_eq!((receiver.amount(), receiver.locked()), (0, None));
}

#[test]
fn an_expired_lock_stands_in_no_way() {
	let (mut issuer, mut receiver) = parties();
	accept_lock(&mut receiver, sign(issuer.lock_up(lock(60)).unwrap()), 60).unwrap();
	issuer.drop_lock(RELAY_NOW + 100).unwrap();
	let next = LockKind::Sha2.lock(&PREIMAGE, 40, RELAY_NOW + 200);
	let signed = sign(issuer.lock_up(next).unwrap());
	let taken = receiver.accept(signed.clone(), Gain::locked(40), RELAY_NOW + 100, MARGIN);
	assert_eq!(taken, Ok(Gain::locked(40)));
	assert_eq!(receiver.locked(), Some(&signed));
}

#[test]
fn a_lock_that_is_carried_on_needs_no_time_of_its_own() {
	let (mut issuer, mut receiver) = parties();
	accept_lock(&mut receiver, sign(issuer.lock_up(lock(50)).unwrap()), 50).unwrap();
	let late = RELAY_NOW + 99;
	let carried = sign(issuer.pay(10).unwrap());
	assert_eq!(receiver.accept(carried, Gain::paid(10), late, MARGIN), Ok(Gain::paid(10)));
	let mut raised = issuer.pay(10).unwrap();
	raised.lock = Some(lock(51));
	let refused = receiver.accept(sign(raised), Gain::paid(10), late, MARGIN);
	assert_eq!(refused, Err(Refusal::ExpiresTooSoon));
}

#[test]
fn a_lock_needs_time() {
	let (_, mut receiver) = parties();
	for (left, ok) in [(49, false), (50, true)] {
		let lock = LockKind::Blake2.lock(&PREIMAGE, 50, RELAY_NOW + left);
		let signed = sign(Voucher { lock: Some(lock), ..voucher() });
		let result = accept(&mut receiver, signed, 0);
		assert_eq!(result == Err(Refusal::ExpiresTooSoon), !ok);
	}
}

#[test]
fn a_book_claims_what_pays_most_first() {
	let mut book = VoucherBook::default();
	for channel in 0..5 {
		book.add(Receiver::new(Terms { channel, ..terms() }, 0));
		let amount = [30, 10, 50, 0, 20][channel as usize];
		if amount > 0 {
			let signed = sign(Voucher { channel, amount, ..voucher() });
			book.accept(signed, Gain::default(), RELAY_NOW, MARGIN).unwrap();
		}
	}
	let unknown = sign(Voucher { channel: 9, ..voucher() });
	let refused = book.accept(unknown, Gain::default(), RELAY_NOW, MARGIN);
	assert_eq!(refused, Err(Refusal::UnknownChannel));
	let channels = |claims: Vec<Claim>| {
		claims.iter().map(|claim| claim.signed.voucher.channel).collect::<Vec<_>>()
	};
	assert_eq!(channels(book.claims(10)), [2, 0, 4, 1]);
	assert_eq!(channels(book.claims(2)), [2, 0]);
	book.get_mut(2).unwrap().claimed(50);
	assert_eq!(channels(book.claims(2)), [0, 4]);
	assert_eq!(book.remove(0).unwrap().amount(), 30);
	assert_eq!(channels(book.claims(2)), [4, 1]);
	assert_eq!(VoucherBook::decode(&mut &book.encode()[..]).unwrap(), book);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// Whatever the payer's side makes, in whatever order it arrives, the payee's side ends with
	/// the greatest sum, and never above the deposit.
	#[test]
	fn the_best_voucher_wins_in_any_order(
		amounts in prop::collection::vec(0u128..300, 1..12), order in any::<u64>(),
	) {
		let (mut issuer, mut receiver) = parties();
		let mut sent: Vec<_> = amounts.iter().filter_map(|more| issuer.pay(*more).ok()).collect();
		let len = sent.len();
		for i in 0..len {
			sent.swap(i, (order as usize).wrapping_mul(i + 7) % len);
		}
		for voucher in sent {
			let _ = accept(&mut receiver, sign(voucher), 0);
		}
		prop_assert_eq!(receiver.amount(), issuer.promised());
		prop_assert!(receiver.amount() <= 1_000);
	}
}
