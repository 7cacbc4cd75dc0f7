//! Receipts of enclaves, and the keys that sign them: [`Receipt`], [`has_signed`],
//! [`keys_are_sound`].

use crate::{
	input::{choice, flipped, seed, Input},
	meter::within,
};
use ai_compute_primitives::{
	account_has_signed, EnclaveKeys, Receipt, ReceiptOutcome, SessionKey, SigningKey, RECEIPT_TAG,
};
use codec::{Decode, Encode, MaxEncodedLen};
use pallet_confidential_compute::{encryption::keys_are_sound, receipts::has_signed, Succession};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{AccountId32, MultiSignature};
use std::sync::OnceLock;

/// Memory for a signature.
const MEMORY: usize = 64 * 1024;

/// Outside of the runtime the codec's errors say at which depth they arose, in memory.
const ERRORS: usize = 1024;

const DECODE: u8 = 0;
const ANY_KEY: u8 = 1;
const SIGNED: u8 = 2;
const MULTI: u8 = 3;
const MODES: u8 = 4;

const GENESIS: H256 = H256::repeat_byte(0xaa);

/// One key of each kind, with a signature of it for [`receipt`].
pub struct Signers {
	pub ed25519: ed25519::Pair,
	pub sr25519: sr25519::Pair,
	pub ecdsa: ecdsa::Pair,
	signatures: [Vec<u8>; 3],
}

pub fn signers() -> &'static Signers {
	static SIGNERS: OnceLock<Signers> = OnceLock::new();
	SIGNERS.get_or_init(|| {
		let seed = [7; 32];
		let (ed25519, sr25519, ecdsa) = (
			ed25519::Pair::from_seed(&seed),
			sr25519::Pair::from_seed(&seed),
			ecdsa::Pair::from_seed(&seed),
		);
		let payload = receipt().payload(&GENESIS);
		let signatures = [
			ed25519.sign(&payload).0.to_vec(),
			sr25519.sign(&payload).0.to_vec(),
			ecdsa.sign_prehashed(&blake2_256(&payload)).0.to_vec(),
		];
		Signers { ed25519, sr25519, ecdsa, signatures }
	})
}

impl Signers {
	pub fn key(&self, kind: u8) -> SigningKey {
		match kind % 3 {
			0 => SigningKey::Ed25519(self.ed25519.public().0),
			1 => SigningKey::Sr25519(self.sr25519.public().0),
			_ => SigningKey::Ecdsa(self.ecdsa.public().0),
		}
	}

	pub fn sign(&self, kind: u8, payload: &[u8]) -> MultiSignature {
		match kind % 3 {
			0 => MultiSignature::Ed25519(self.ed25519.sign(payload)),
			1 => MultiSignature::Sr25519(self.sr25519.sign(payload)),
			_ => MultiSignature::Ecdsa(self.ecdsa.sign_prehashed(&blake2_256(payload))),
		}
	}
}

fn receipt() -> Receipt {
	Receipt {
		job: 1,
		attempt: 2,
		node: H256::repeat_byte(3),
		attestation: 4,
		model_version: H256::repeat_byte(5),
		prompt: H256::repeat_byte(6),
		result_hash: [7; 32],
		output_commitment: [8; 32],
		tokens_used: 9,
		outcome: ReceiptOutcome::Done,
	}
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	match input.u8() % MODES {
		DECODE => decode(input.rest()),
		ANY_KEY => any_key(&mut input),
		SIGNED => signed(&mut input),
		_ => multi(&mut input),
	}
}

/// Decodes within bounds and encodes as it stood.
pub fn stable<T: Decode + Encode>(bytes: &[u8], memory: usize) -> Option<T> {
	let mut rest = bytes;
	let value = within(memory + ERRORS, || T::decode(&mut rest)).ok()?;
	let used = &bytes[..bytes.len() - rest.len()];
	let encoded = value.encode();
	assert_eq!(encoded, used, "encodes otherwise than it stood");
	Some(value)
}

fn decode(bytes: &[u8]) {
	if let Some(receipt) = stable::<Receipt>(bytes, 0) {
		let payload = receipt.payload(&GENESIS);
		let body = [GENESIS.as_bytes(), &receipt.encode()].concat();
		assert_eq!(payload, [b"<Bytes>", RECEIPT_TAG, &body, b"</Bytes>"].concat());
		// No other receipt is the same bytes: each field has its length.
		assert_eq!(receipt.encode().len(), Receipt::max_encoded_len());
	}
	stable::<EnclaveKeys>(bytes, 0);
	stable::<SessionKey>(bytes, 0);
	// The signature in it has a length of its own.
	stable::<Succession>(bytes, 2 * bytes.len() + 256);
}

/// Keys and signatures that the input makes: none that counts as sound signs two payloads at once.
fn any_key(input: &mut Input) {
	let kind = input.u8() % 3;
	let long: [u8; 33] = input.array();
	let short: [u8; 32] = long[..32].try_into().expect("shorter");
	let session = match kind {
		0 => SessionKey::Ed25519(short),
		1 => SessionKey::Sr25519(short),
		_ => SessionKey::Ecdsa(long),
	};
	let keys = EnclaveKeys { session, x25519: [9; 32], ristretto: ristretto() };
	let sound = within(MEMORY, || keys_are_sound(&keys));
	let payload: [u8; 8] = input.array();
	let signature = input.rest();
	let mut other = payload;
	other[0] ^= 1;
	let both = within(MEMORY, || {
		has_signed(&session, signature, &payload) && has_signed(&session, signature, &other)
	});
	assert!(!(sound && both), "a signature for everything");
	let expected = if kind == 2 { 65 } else { 64 };
	if signature.len() != expected {
		assert!(!has_signed(&session, signature, &payload), "a signature of another length");
	}
}

/// A canonical point that is not the identity.
fn ristretto() -> [u8; 32] {
	signers().sr25519.public().0
}

/// A signed receipt, changed: it is no longer signed.
fn signed(input: &mut Input) {
	let kind = input.u8() % 3;
	let signers = signers();
	let (key, signature) = (signers.key(kind), &signers.signatures[usize::from(kind)]);
	let genuine = receipt();
	assert!(has_signed(&key, signature, &genuine.payload(&GENESIS)));
	let mut bytes = genuine.encode();
	input.edit(&mut bytes, 4);
	let Some(changed) = stable::<Receipt>(&bytes, 0) else { return };
	if changed == genuine {
		let payload = genuine.payload(&GENESIS);
		assert!(!has_signed(&key, signature, &flipped(&payload, choice(input.rest()))));
		assert!(!has_signed(&key, signature, &genuine.payload(&H256::repeat_byte(0xab))));
		let other = signers.key(kind + 1);
		assert!(!has_signed(&other, signature, &payload));
	} else {
		assert!(!has_signed(&key, signature, &changed.payload(&GENESIS)));
	}
}

/// Signatures as transactions have them.
fn multi(input: &mut Input) {
	let signers = signers();
	let payload: [u8; 16] = input.array();
	let kind = input.u8() % 3;
	let Some(signature) = stable::<MultiSignature>(input.rest(), 0) else { return };
	let key = signers.key(kind);
	let account: AccountId32 = key.account();
	// The fuzzer cannot sign, and no kind passes for another.
	assert!(!within(MEMORY, || key.has_signed(&signature, &payload)));
	assert!(!within(MEMORY, || account_has_signed(&account, &signature, &payload)));
}

pub fn seeds() -> Vec<Vec<u8>> {
	let signers = signers();
	let mut seeds = vec![
		seed(&[&[DECODE], &receipt().encode()]),
		seed(&[&[DECODE], &Succession { predecessor: 1, signature: vec![2; 64] }.encode()]),
	];
	for kind in 0..3u8 {
		let keys = EnclaveKeys {
			session: signers.key(kind),
			x25519: [9; 32],
			ristretto: signers.sr25519.public().0,
		};
		seeds.push(seed(&[&[DECODE], &keys.encode()]));
		let key = signers.key(kind).encode();
		let mut padded = [0; 33];
		padded[..key.len() - 1].copy_from_slice(&key[1..]);
		let signature = &signers.signatures[usize::from(kind)];
		seeds.push(seed(&[&[ANY_KEY, kind], &padded, b"payload.", signature]));
		seeds.push(seed(&[&[ANY_KEY, kind], &[0; 33], b"payload.", &[0; 65]]));
		seeds.push(vec![SIGNED, kind]);
		seeds.push(vec![SIGNED, kind, 3, 0, 1]);
		let multi = signers.sign(kind, b"another payload").encode();
		seeds.push(seed(&[&[MULTI], &[1; 16], &[kind], &multi]));
	}
	// Points of small order under Ed25519, and a signature that fits them all.
	for point in [
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	] {
		let point = hex::decode(point).expect("hex");
		let mut signature = [0; 64];
		signature[0] = 1;
		seeds.push(seed(&[&[ANY_KEY, 0], &point, &[0], b"payload.", &signature]));
	}
	seeds
}
