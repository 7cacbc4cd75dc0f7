//! The test vectors of `docs/offers.md`, which another implementation made, computed again.

use super::*;
use crate::offers::account_has_signed;
use codec::{Decode, Encode};
use sp_core::{ecdsa, ed25519, hexdisplay::HexDisplay, sr25519, Pair, H256};
use sp_runtime::MultiSignature;

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/offers.md"));

/// The vector of one kind of key.
struct Vector {
	seed: [u8; 32],
	key: Vec<u8>,
	owner: AccountId,
	payload: Vec<u8>,
	signature: Vec<u8>,
}

fn vector(kind: &str) -> Vector {
	let section = PAGE.split(&format!("### {kind}\n")).nth(1).expect("the page has this vector");
	let field = |name: &str| -> Vec<u8> {
		let row = section.split(&format!("| {name} | `0x")).nth(1).expect("a row");
		unhex(row.split('`').next().unwrap())
	};
	Vector {
		seed: field("seed").try_into().unwrap(),
		key: field("key"),
		owner: AccountId::new(field("owner").try_into().unwrap()),
		payload: field("payload"),
		signature: field("signature"),
	}
}

fn unhex(digits: &str) -> Vec<u8> {
	(0..digits.len())
		.step_by(2)
		.map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
		.collect()
}

/// The offer of the page, of `owner`.
fn offer(owner: &AccountId) -> OfferOf<Test> {
	Offer {
		gpu_did: b"did:etrid:gpu:vector".to_vec(),
		owner: owner.clone(),
		epoch: 2,
		offer_id: 7,
		model_did: b"did:etrid:ai:llm:llama-3-70b".to_vec(),
		model_version: 3,
		price_per_token: 50_000_000_000,
		min_tokens: 16,
		max_tokens: 4_096,
		estimated_latency_ms: 60_000,
		confidential: false,
		max_fee: Percent::from_percent(5),
		max_royalty_bps: 1_000,
		requester: Some(AccountId::new([0x22; 32])),
		not_before: 100,
		expires_at: 14_500,
		max_uses: 20,
	}
}

/// Checks everything of a vector but how its signature was made. Returns the payload.
fn check(kind: &str, key: OfferKey, other: OfferKey) -> Vec<u8> {
	let v = vector(kind);
	let payload = offer(&v.owner).payload(&H256::repeat_byte(0x11));
	assert_eq!(HexDisplay::from(&payload).to_string(), HexDisplay::from(&v.payload).to_string());
	assert_eq!(key.account(), v.owner);
	let signature = MultiSignature::decode(&mut &v.signature[..]).unwrap();
	assert_eq!(signature.encode(), v.signature);
	assert!(key.has_signed(&signature, &payload));
	assert!(account_has_signed(&v.owner, &signature, &payload));
	assert!(!other.has_signed(&signature, &payload), "a key signs with its own kind only");
	assert!(!account_has_signed(&ALICE, &signature, &payload));
	let other_chain = offer(&v.owner).payload(&H256::repeat_byte(0x12));
	assert!(!key.has_signed(&signature, &other_chain));
	payload
}

#[test]
fn ed25519_vector() {
	let v = vector("ed25519");
	let pair = ed25519::Pair::from_seed(&v.seed);
	assert_eq!(pair.public().0.to_vec(), v.key);
	let key = pair.public().0;
	let payload = check("ed25519", OfferKey::Ed25519(key), OfferKey::Sr25519(key));
	assert_eq!(MultiSignature::Ed25519(pair.sign(&payload)).encode(), v.signature);
}

#[test]
fn sr25519_vector() {
	let v = vector("sr25519");
	let pair = sr25519::Pair::from_seed(&v.seed);
	assert_eq!(pair.public().0.to_vec(), v.key);
	let key = pair.public().0;
	let payload = check("sr25519", OfferKey::Sr25519(key), OfferKey::Ed25519(key));
	let again = MultiSignature::Sr25519(pair.sign(&payload));
	assert!(OfferKey::Sr25519(key).has_signed(&again, &payload));
}

#[test]
fn ecdsa_vector() {
	let v = vector("ecdsa");
	let pair = ecdsa::Pair::from_seed(&v.seed);
	assert_eq!(pair.public().0.to_vec(), v.key);
	let account: [u8; 32] = v.owner.clone().into();
	assert_eq!(account, sp_io::hashing::blake2_256(&v.key), "the account is the key's hash");
	let payload = check("ecdsa", OfferKey::Ecdsa(pair.public().0), OfferKey::Sr25519(account));
	assert_eq!(MultiSignature::Ecdsa(pair.sign(&payload)).encode(), v.signature);
}

#[test]
fn the_chain_makes_the_same_bytes() {
	run(|| {
		let offer = offer(&ALICE);
		let genesis = frame_system::Pallet::<Test>::block_hash(0);
		assert_ne!(genesis, H256::zero());
		let payload = Market::offer_payload(&offer);
		assert_eq!(payload, offer.payload(&genesis));
		assert!(payload.starts_with(b"<Bytes>ai-compute-pbc/offer/v1"));
		assert!(payload.ends_with(b"</Bytes>"));
		assert_eq!(payload.len(), 7 + 23 + 32 + offer.encode().len() + 8);
	});
}

#[test]
fn kinds_of_keys_are_pinned() {
	for (key, index) in [
		(OfferKey::Ed25519([0; 32]), 0),
		(OfferKey::Sr25519([0; 32]), 1),
		(OfferKey::Ecdsa([0; 33]), 2),
	] {
		assert_eq!(key.encode()[0], index);
	}
}
