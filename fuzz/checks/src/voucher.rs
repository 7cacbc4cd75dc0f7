//! Vouchers of payment channels: what is signed, and what each party makes of it.

use crate::{
	input::{choice, flipped, seed, Input},
	meter::within,
	receipt::{signers, stable},
};
use ai_compute_primitives::SigningKey;
use codec::Encode;
use payment_vouchers::{
	Claim, Gain, HashLock, Issuer, LockKind, Receiver, Refusal, SignedVoucher, Signer, Terms,
	Voucher, VoucherBook, VOUCHER_TAG,
};
use sp_core::H256;
use sp_runtime::{AccountId32, MultiSignature};

/// Memory for a voucher and its signature.
const MEMORY: usize = 64 * 1024;

const DECODE: u8 = 0;
const SIGNED: u8 = 1;
const ACCEPT: u8 = 2;
const CHANNEL: u8 = 3;
const MODES: u8 = 4;

const GENESIS: H256 = H256::repeat_byte(0xaa);
const PAYEE: AccountId32 = AccountId32::new([2; 32]);
const DEPOSIT: u128 = 1_000;
const NOW: u32 = 100;

fn terms(kind: u8) -> Terms {
	let key = signers().key(kind);
	let signer = if kind >= 3 { Signer::Account(key.account()) } else { Signer::Key(key) };
	Terms { genesis: GENESIS, channel: 7, payee: PAYEE, signer, deposit: DEPOSIT }
}

fn voucher(amount: u128, lock: Option<HashLock>) -> Voucher {
	Voucher { channel: 7, payee: PAYEE, amount, nonce: 1, lock }
}

fn sign(kind: u8, voucher: Voucher) -> SignedVoucher {
	let signature = signers().sign(kind, &voucher.payload(&GENESIS));
	SignedVoucher { voucher, signature }
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	match input.u8() % MODES {
		DECODE => decode(input.rest()),
		SIGNED => signed(&mut input),
		ACCEPT => accept(&mut input),
		_ => channel(&mut input),
	}
}

fn decode(bytes: &[u8]) {
	if let Some(voucher) = stable::<Voucher>(bytes, 0) {
		let body = [GENESIS.as_bytes(), &voucher.encode()].concat();
		let expected = [b"<Bytes>", VOUCHER_TAG, &body, b"</Bytes>"].concat();
		assert_eq!(voucher.payload(&GENESIS), expected);
		let locked = voucher.lock.as_ref().map_or(0, |lock| lock.amount);
		assert_eq!(voucher.total(), voucher.amount.saturating_add(locked));
	}
	stable::<SignedVoucher>(bytes, 0);
	stable::<Claim>(bytes, 0);
	stable::<Signer>(bytes, 0);
	stable::<SigningKey>(bytes, 0);
	stable::<Terms>(bytes, 0);
	// What the parties keep for themselves.
	stable::<Issuer>(bytes, 0);
	stable::<Receiver>(bytes, 0);
	// A map sorts what it decodes, so that only its second encoding is its own.
	let mut rest = bytes;
	let most = MEMORY + 32 * bytes.len();
	if let Ok(book) = within(most, || <VoucherBook as codec::Decode>::decode(&mut rest)) {
		let once = book.encode();
		assert_eq!(stable::<VoucherBook>(&once, MEMORY + 32 * once.len()), Some(book));
	}
}

/// A signed voucher, changed: nobody has signed it.
fn signed(input: &mut Input) {
	let kind = input.u8() % 6;
	let lock =
		(input.u8() % 2 == 1).then(|| LockKind::Blake2.lock(&[1; 32], u128::from(input.u8()), 200));
	let genuine = voucher(u128::from(input.u16()), lock);
	let SignedVoucher { signature, .. } = sign(kind, genuine.clone());
	let signer = terms(kind).signer;
	let payload = genuine.payload(&GENESIS);
	assert!(signer.has_signed(&signature, &payload));
	assert!(!signer.has_signed(&signature, &flipped(&payload, choice(&payload))));
	assert!(!signer.has_signed(&signature, &genuine.payload(&H256::repeat_byte(0xab))));
	assert!(!terms(kind + 1).signer.has_signed(&signature, &payload));
	let mut bytes = genuine.encode();
	input.edit(&mut bytes, 4);
	if let Some(changed) = stable::<Voucher>(&bytes, 0).filter(|changed| *changed != genuine) {
		assert!(!signer.has_signed(&signature, &changed.payload(&GENESIS)));
	}
}

/// What a stranger sends is never taken.
fn accept(input: &mut Input) {
	let kind = input.u8() % 6;
	let mut receiver = Receiver::new(terms(kind), u128::from(input.u8()));
	let before = receiver.clone();
	let Some(signed) = stable::<SignedVoucher>(input.rest(), 0) else { return };
	let refused = within(MEMORY, || receiver.accept(signed, Gain::default(), NOW, 0));
	assert!(refused.is_err(), "takes what the payer has not signed");
	assert_eq!(receiver, before);
}

/// A channel's life as the input wants it, seen by both sides.
fn channel(input: &mut Input) {
	let kind = input.u8() % 6;
	let mut now = NOW;
	let mut issuer = Issuer::new(terms(kind));
	let mut receiver = Receiver::new(terms(kind), 0);
	let mut sent: Vec<SignedVoucher> = Vec::new();
	for _ in 0..12 {
		if input.is_empty() {
			return;
		}
		let (amount, promised) = (receiver.amount(), issuer.promised());
		let deposit = receiver.terms.deposit;
		let preimage = [input.u8() % 4; 32];
		let value = u128::from(input.u16());
		let made = match input.u8() % 9 {
			0 => issuer.pay(value).ok(),
			1 => {
				let lock = LockKind::Sha2.lock(&preimage, value, now.saturating_add(value as u32));
				issuer.lock_up(lock).ok()
			}
			2 => issuer.unlock(&preimage).ok(),
			3 => {
				let _ = issuer.drop_lock(now);
				None
			}
			4 => {
				issuer.topped_up(value);
				receiver.topped_up(value);
				None
			}
			// A dishonest payer signs whatever it likes, far above its deposit too.
			5 => {
				let huge = u128::MAX - value;
				let lock = LockKind::Blake2.lock(&preimage, huge, now + 10);
				Some(voucher(value, (value.is_multiple_of(2)).then_some(lock)))
			}
			6 => {
				// An old voucher again.
				if let Some(old) = sent.get(value as usize % sent.len().max(1)).cloned() {
					let _ = receiver.accept(old, Gain::default(), now, 0);
				}
				None
			}
			7 => {
				let claim = receiver.claim_with(preimage, now);
				if let Some(Claim { signed, preimage }) = claim {
					let opened = preimage.is_some_and(|preimage| {
						signed.voucher.lock.as_ref().is_some_and(|lock| lock.opens_with(&preimage))
					});
					let paid = if opened { signed.voucher.total() } else { signed.voucher.amount };
					assert!(preimage.is_none() || opened, "a claim that the chain refuses");
					assert!(paid <= deposit);
					assert!(paid > 0);
					receiver.claimed(paid);
				}
				None
			}
			_ => {
				now = now.saturating_add(value as u32);
				None
			}
		};
		if let Some(voucher) = made {
			let signed = sign(kind, voucher);
			sent.push(signed.clone());
			let least = Gain::paid(u128::from(input.u8() % 4));
			match receiver.accept(signed.clone(), least, now, 0) {
				Ok(gain) => {
					assert_ne!(gain, Gain::default());
					assert!(gain.paid >= least.paid);
					assert!(signed.voucher.total() <= receiver.terms.deposit);
				}
				Err(refusal) => assert_ne!(refusal, Refusal::BadSignature),
			}
		}
		// Nothing that was gained is lost, and nobody is promised more than there is.
		assert!(receiver.amount() >= amount);
		assert!(issuer.promised() >= promised);
		assert!(receiver.amount() <= receiver.terms.deposit);
		assert!(issuer.promised() <= issuer.terms.deposit);
		assert_eq!(stable::<Receiver>(&receiver.encode(), 0), Some(receiver.clone()));
		assert_eq!(stable::<Issuer>(&issuer.encode(), 0), Some(issuer.clone()));
	}
}

pub fn seeds() -> Vec<Vec<u8>> {
	let lock = LockKind::Blake2.lock(&[1; 32], 50, 200);
	let mut seeds = Vec::new();
	for kind in 0..6u8 {
		let plain = sign(kind, voucher(300, None));
		let locked = sign(kind, voucher(400, Some(lock)));
		seeds.push(seed(&[&[DECODE], &plain.encode()]));
		seeds.push(seed(&[&[DECODE], &locked.voucher.encode()]));
		let mut receiver = Receiver::new(terms(kind), 0);
		receiver.accept(plain, Gain::default(), NOW, 0).expect("genuine");
		receiver.accept(locked.clone(), Gain::default(), NOW, 0).expect("genuine");
		seeds.push(seed(&[&[DECODE], &receiver.encode()]));
		let mut book = VoucherBook::default();
		book.add(receiver);
		seeds.push(seed(&[&[DECODE], &book.encode()]));
		seeds.push(vec![SIGNED, kind, 1, 50, 44, 1]);
		seeds.push(vec![SIGNED, kind, 0, 44, 1, 5, 0, 1]);
		// Signed for another chain.
		let payload = locked.voucher.payload(&H256::zero());
		let signature: MultiSignature = signers().sign(kind, &payload);
		let foreign = SignedVoucher { signature, ..locked.clone() };
		seeds.push(seed(&[&[ACCEPT, kind, 0], &foreign.encode()]));
		let claim = Claim { signed: locked, preimage: Some([1; 32]) };
		seeds.push(seed(&[&[DECODE], &claim.encode()]));
		seeds.push(seed(&[
			&[CHANNEL, kind],
			&[0, 100, 0, 0, 1],
			&[1, 50, 0, 1, 0],
			&[1, 0, 0, 7],
			&[1, 0, 0, 2, 0],
			&[0, 10, 0, 5, 0],
			&[0, 0, 0, 6],
			&[0, 255, 0, 8],
			&[0, 255, 255, 4],
		]));
	}
	seeds
}
