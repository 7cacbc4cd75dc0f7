//! The test vectors of `docs/payments.md`, which another implementation made, computed again.

use crate::{mock::*, *};
use ai_compute_primitives::SigningKey;
use codec::{Decode, Encode};
use frame_support::assert_ok;
use payment_vouchers::{Claim, LockKind, SignedVoucher, Signer, Voucher, VOUCHER_TAG};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_runtime::MultiSignature;

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/payments.md"));

fn unhex(digits: &str) -> Vec<u8> {
	(0..digits.len())
		.step_by(2)
		.map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
		.collect()
}

/// A row of the vector of one kind of key.
fn row(kind: &str, name: &str) -> Vec<u8> {
	let section = PAGE.split(&format!("### {kind}\n")).nth(1).expect("the page has this vector");
	let row = section.split(&format!("| {name} | `0x")).nth(1).expect("a row");
	unhex(row.split('`').next().unwrap())
}

fn seed(kind: &str) -> [u8; 32] {
	row(kind, "seed").try_into().unwrap()
}

/// The page's voucher, and the one with a lock.
fn vouchers(lock: LockKind) -> [Voucher; 2] {
	let plain = Voucher {
		channel: 7,
		payee: AccountId::new([0x22; 32]),
		amount: 1_234_567_890_123,
		nonce: 42,
		lock: None,
	};
	let lock = lock.lock(&[0x2a; 32], 500_000_000_000, 31_000_000);
	[plain.clone(), Voucher { nonce: 43, lock: Some(lock), ..plain }]
}

fn check(
	kind: &str,
	lock: LockKind,
	key: SigningKey,
	other: SigningKey,
	sign: &dyn Fn(&[u8]) -> MultiSignature,
) {
	let payer = AccountId::new(row(kind, "payer").try_into().unwrap());
	assert_eq!(key.account(), payer);
	let genesis = H256::repeat_byte(0x11);
	let names = [("payload", "signature"), ("locked_payload", "locked_signature")];
	for (voucher, (payload, signature)) in vouchers(lock).into_iter().zip(names) {
		let bytes = voucher.payload(&genesis);
		assert_eq!(bytes, row(kind, payload));
		let signature = row(kind, signature);
		let made_there = MultiSignature::decode(&mut &signature[..]).unwrap();
		assert_eq!(made_there.encode(), signature);
		if kind != "sr25519" {
			// Signatures of sr25519 have randomness in them.
			assert_eq!(sign(&bytes).encode(), signature);
		}
		for signature in [made_there, sign(&bytes)] {
			assert!(Signer::Account(payer.clone()).has_signed(&signature, &bytes));
			assert!(Signer::Key(key).has_signed(&signature, &bytes));
			assert!(!Signer::Key(other).has_signed(&signature, &bytes));
			assert!(!Signer::Account(BOB).has_signed(&signature, &bytes));
			let elsewhere = voucher.payload(&H256::repeat_byte(0x12));
			assert!(!Signer::Key(key).has_signed(&signature, &elsewhere));
		}
	}
}

#[test]
fn ed25519_vector() {
	let pair = ed25519::Pair::from_seed(&seed("ed25519"));
	let key = pair.public().0;
	assert_eq!(key.to_vec(), row("ed25519", "key"));
	let other = SigningKey::Sr25519(key);
	check("ed25519", LockKind::Sha2, SigningKey::Ed25519(key), other, &|b| pair.sign(b).into());
}

#[test]
fn sr25519_vector() {
	let pair = sr25519::Pair::from_seed(&seed("sr25519"));
	let key = pair.public().0;
	assert_eq!(key.to_vec(), row("sr25519", "key"));
	let other = SigningKey::Ed25519(key);
	check("sr25519", LockKind::Blake2, SigningKey::Sr25519(key), other, &|b| pair.sign(b).into());
}

#[test]
fn ecdsa_vector() {
	let pair = ecdsa::Pair::from_seed(&seed("ecdsa"));
	let key = pair.public().0;
	assert_eq!(key.to_vec(), row("ecdsa", "key"));
	let account = sp_io::hashing::blake2_256(&key);
	let other = SigningKey::Sr25519(account);
	check("ecdsa", LockKind::Sha2, SigningKey::Ecdsa(key), other, &|b| pair.sign(b).into());
}

#[test]
fn the_chain_makes_the_same_bytes() {
	run(|| {
		let [plain, locked] = vouchers(LockKind::Sha2);
		let payload = Payments::voucher_payload(&plain);
		assert_eq!(payload, plain.payload(&genesis()));
		assert_eq!(payload.len(), 7 + VOUCHER_TAG.len() + 32 + 65 + 8);
		assert_eq!(Payments::voucher_payload(&locked).len(), payload.len() + 53);
		assert!(payload.starts_with(b"<Bytes>ai-compute-pbc/voucher/v1"));
		assert!(payload.ends_with(b"</Bytes>"));
	});
}

#[test]
fn a_claim_on_chain_is_what_the_vector_signs() {
	run(|| {
		NextChannelId::<Test>::put(7);
		let payer = AccountId::new(row("sr25519", "payer").try_into().unwrap());
		set_free(&payer, 10 * ENDOWMENT / 100);
		let payee = AccountId::new([0x22; 32]);
		assert_ok!(Payments::open_channel(signed(payer), payee.clone(), 50_000, None, None));
		let [plain, locked] = vouchers(LockKind::Blake2);
		for (voucher, name) in [(plain, "signature"), (locked, "locked_signature")] {
			let signature = MultiSignature::decode(&mut &row("sr25519", name)[..]).unwrap();
			let claim = Claim { signed: SignedVoucher { voucher, signature }, preimage: None };
			let value = Payments::claim_value(claim);
			assert_eq!(value, Ok(Shares { payee: 47_500, fee: 2_500, royalty: 0 }));
		}
	});
}
