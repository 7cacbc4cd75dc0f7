//! Sealing and opening.

use crate::{
	check_public_key, Envelope, Header, JobContext, Kind, ParseError, PromptContext, PublicKey,
	Suite, WeakKey, DATA_KEY_ENVELOPE_LEN, DATA_KEY_LEN, HEADER_LEN,
};
use alloc::vec::Vec;
use chacha20poly1305::{
	aead::{Aead as _, Payload},
	ChaCha20Poly1305, KeyInit,
};
use hkdf::Hkdf;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// First bytes of what a prompt's salt is the hash of.
const SALT_TAG: &[u8] = b"ai-compute-pbc/salt/v1";

type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;

/// The key of one prompt. Overwritten when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; DATA_KEY_LEN]);

impl DataKey {
	/// The key's bytes, for storing it or handing it to a committee.
	pub fn as_bytes(&self) -> &[u8; DATA_KEY_LEN] {
		&self.0
	}
}

impl From<[u8; DATA_KEY_LEN]> for DataKey {
	fn from(bytes: [u8; DATA_KEY_LEN]) -> Self {
		Self(bytes)
	}
}

impl PartialEq for DataKey {
	fn eq(&self, other: &Self) -> bool {
		self.0.ct_eq(&other.0).into()
	}
}

impl Eq for DataKey {}

impl core::fmt::Debug for DataKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("DataKey(..)")
	}
}

/// The secret half of an X25519 key. Overwritten when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
	/// A new key.
	pub fn generate(rng: &mut impl CryptoRng) -> Self {
		Self(Kem::gen_keypair_with_rng(rng).0.to_bytes().into())
	}

	/// The public half.
	pub fn public(&self) -> PublicKey {
		Kem::sk_to_pk(&self.hpke()).to_bytes().into()
	}

	/// The key's bytes.
	pub fn as_bytes(&self) -> &[u8; 32] {
		&self.0
	}

	fn hpke(&self) -> <Kem as hpke::Kem>::PrivateKey {
		<Kem as hpke::Kem>::PrivateKey::from_bytes(&self.0).expect("any 32 bytes are a key; qed")
	}
}

impl From<[u8; 32]> for SecretKey {
	fn from(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}
}

impl core::fmt::Debug for SecretKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("SecretKey(..)")
	}
}

/// Why an envelope does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenError {
	/// Not an envelope of this kind.
	Malformed(ParseError),
	/// Another key, another context, or altered bytes.
	Refused,
}

impl From<ParseError> for OpenError {
	fn from(error: ParseError) -> Self {
		Self::Malformed(error)
	}
}

impl core::fmt::Display for OpenError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::Malformed(error) => error.fmt(f),
			Self::Refused => f.write_str("another key, another context, or altered bytes"),
		}
	}
}

impl core::error::Error for OpenError {}

/// The salt of a prompt whose result is to be sealed to `result_key`.
///
/// An enclave gets the result key from its host. It derives the salt from it, and the prompt opens
/// under no other: so it seals no result to a key that the requester has not named.
pub fn prompt_salt(result_key: &PublicKey) -> [u8; 32] {
	Sha256::new().chain_update(SALT_TAG).chain_update(result_key).finalize().into()
}

/// Seals `prompt` under a fresh data key, which it returns with the envelope.
///
/// The key is never used twice: its nonce is derived, so a second prompt under the same key and
/// salt would betray both. That is why no function takes a key to seal with.
pub fn seal_prompt(
	context: &PromptContext,
	prompt: &[u8],
	rng: &mut impl CryptoRng,
) -> (DataKey, Vec<u8>) {
	let mut key = DataKey([0; DATA_KEY_LEN]);
	rng.fill_bytes(&mut key.0);

	let context_bytes = context.bytes();
	let schedule = PromptKeys::derive(&key, context, &context_bytes);
	let header = Header { suite: Suite::DataKey, enc: schedule.commitment }.to_bytes();
	let aad = [&header[..], &context_bytes].concat();
	let body = schedule
		.cipher()
		.encrypt(&schedule.nonce.into(), Payload { msg: prompt, aad: &aad })
		.expect("fails only above the cipher's 256 GB; qed");
	(key, [&header[..], &body].concat())
}

/// Opens a prompt with its data key.
pub fn open_prompt(
	context: &PromptContext,
	key: &DataKey,
	envelope: &[u8],
) -> Result<Vec<u8>, OpenError> {
	let Envelope { header, body } = Envelope::parse(Kind::Prompt, envelope)?;
	let context_bytes = context.bytes();
	let schedule = PromptKeys::derive(key, context, &context_bytes);
	if !bool::from(schedule.commitment.ct_eq(&header.enc)) {
		return Err(OpenError::Refused);
	}
	let aad = [&header.to_bytes()[..], &context_bytes].concat();
	schedule
		.cipher()
		.decrypt(&schedule.nonce.into(), Payload { msg: body, aad: &aad })
		.map_err(|_| OpenError::Refused)
}

/// Seals a data key to the attested X25519 key of the node that won the attempt.
pub fn seal_data_key(
	context: &JobContext,
	recipient: &PublicKey,
	key: &DataKey,
	rng: &mut impl CryptoRng,
) -> Result<[u8; DATA_KEY_ENVELOPE_LEN], WeakKey> {
	let sealed = seal(&context.data_key_bytes(), recipient, &key.0, rng)?;
	Ok(sealed.try_into().expect("header, 32 bytes and tag; qed"))
}

/// Opens a data key with the enclave's secret key.
pub fn open_data_key(
	context: &JobContext,
	secret: &SecretKey,
	envelope: &[u8],
) -> Result<DataKey, OpenError> {
	let envelope = Envelope::parse(Kind::DataKey, envelope)?;
	let key = Zeroizing::new(open(&context.data_key_bytes(), secret, envelope)?);
	Ok(DataKey(key.as_slice().try_into().map_err(|_| OpenError::Refused)?))
}

/// Seals a result to the key that the requester named at submission.
pub fn seal_result(
	context: &JobContext,
	recipient: &PublicKey,
	result: &[u8],
	rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, WeakKey> {
	seal(&context.result_bytes(), recipient, result, rng)
}

/// Opens a result with the requester's secret key.
pub fn open_result(
	context: &JobContext,
	secret: &SecretKey,
	envelope: &[u8],
) -> Result<Vec<u8>, OpenError> {
	let envelope = Envelope::parse(Kind::Result, envelope)?;
	open(&context.result_bytes(), secret, envelope)
}

/// What a data key becomes in its context.
#[derive(Zeroize, ZeroizeOnDrop)]
struct PromptKeys {
	key: [u8; 32],
	nonce: [u8; 12],
	commitment: [u8; 32],
}

impl PromptKeys {
	/// HKDF-SHA256 (RFC 5869) with the prompt's salt; the info is the context.
	fn derive(key: &DataKey, context: &PromptContext, context_bytes: &[u8]) -> Self {
		let mut okm = Zeroizing::new([0; 76]);
		Hkdf::<Sha256>::new(Some(&context.salt), &key.0)
			.expand(context_bytes, &mut okm[..])
			.expect("76 bytes are less than HKDF's limit; qed");
		let mut keys = Self { key: [0; 32], nonce: [0; 12], commitment: [0; 32] };
		keys.key.copy_from_slice(&okm[..32]);
		keys.nonce.copy_from_slice(&okm[32..44]);
		keys.commitment.copy_from_slice(&okm[44..]);
		keys
	}

	fn cipher(&self) -> ChaCha20Poly1305 {
		ChaCha20Poly1305::new(&self.key.into())
	}
}

fn seal(
	info: &[u8],
	recipient: &PublicKey,
	plaintext: &[u8],
	rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, WeakKey> {
	check_public_key(recipient)?;
	let recipient = <Kem as hpke::Kem>::PublicKey::from_bytes(recipient).map_err(|_| WeakKey)?;
	let (enc, mut sender) =
		hpke::setup_sender_with_rng::<Aead, Kdf, Kem>(&OpModeS::Base, &recipient, info, rng)
			.map_err(|_| WeakKey)?;
	let header: [u8; HEADER_LEN] =
		Header { suite: Suite::Hpke, enc: enc.to_bytes().into() }.to_bytes();
	let body = sender
		.seal(plaintext, &header)
		.expect("the first message of a context, below the cipher's 256 GB; qed");
	Ok([&header[..], &body].concat())
}

fn open(info: &[u8], secret: &SecretKey, envelope: Envelope<'_>) -> Result<Vec<u8>, OpenError> {
	let Envelope { header, body } = envelope;
	let enc =
		<Kem as hpke::Kem>::EncappedKey::from_bytes(&header.enc).map_err(|_| OpenError::Refused)?;
	hpke::setup_receiver::<Aead, Kdf, Kem>(&OpModeR::Base, &secret.hpke(), &enc, info)
		.and_then(|mut receiver| receiver.open(body, &header.to_bytes()))
		.map_err(|_| OpenError::Refused)
}
