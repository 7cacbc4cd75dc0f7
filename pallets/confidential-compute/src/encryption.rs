//! Keys to which others encrypt, and the form of what they encrypt.
//!
//! The chain never sees a prompt, a data key or a result in the clear. It publishes the keys of
//! attested enclaves, checks that envelopes have the form that those can open, and that a data key is
//! sealed to the very enclave that the job is pinned to. The envelopes themselves are the crate
//! `confidential-envelope`.

use crate::{Attestations, Config, Error, Pallet};
use ai_compute_primitives::{AttestationId, EnclaveKeys, SessionKey};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use confidential_envelope::{check_public_key, Envelope, Kind, ParseError};
use curve25519_dalek::{
	edwards::CompressedEdwardsY, ristretto::CompressedRistretto, traits::IsIdentity,
};
use frame_support::{ensure, PalletError};
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;

/// Why bytes are not a sealed prompt or data key.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	PalletError,
)]
pub enum EnvelopeFault {
	/// Of a length that no envelope of this kind has.
	WrongLength,
	/// Of a version that is not known.
	UnknownVersion,
	/// Sealed in another way than this kind is.
	WrongSuite,
	/// The key in the envelope is one that everybody can open.
	WeakKey,
}

impl From<ParseError> for EnvelopeFault {
	fn from(error: ParseError) -> Self {
		match error {
			ParseError::WrongLength => Self::WrongLength,
			ParseError::UnknownVersion => Self::UnknownVersion,
			ParseError::WrongSuite => Self::WrongSuite,
			ParseError::WeakKey => Self::WeakKey,
		}
	}
}

/// Whether these keys do what keys are for: nobody else can open what is encrypted to them or sign
/// for them. That is, an X25519 key that is not of small order, a canonical ristretto255 point that
/// is not the identity, and a session key that is a point of large order. Whether an ECDSA key is a
/// point shows when it signs: none that is not verifies anything.
pub fn keys_are_sound(keys: &EnclaveKeys) -> bool {
	let session = match &keys.session {
		SessionKey::Ed25519(key) => {
			CompressedEdwardsY(*key).decompress().is_some_and(|point| !point.is_small_order())
		}
		SessionKey::Sr25519(key) => is_ristretto_key(key),
		SessionKey::Ecdsa(_) => true,
	};
	session && is_ristretto_key(&keys.ristretto) && check_public_key(&keys.x25519).is_ok()
}

fn is_ristretto_key(key: &[u8; 32]) -> bool {
	CompressedRistretto(*key).decompress().is_some_and(|point| !point.is_identity())
}

impl<T: Config> Pallet<T> {
	pub(crate) fn check_envelope(kind: Kind, bytes: &[u8]) -> DispatchResult {
		Envelope::parse(kind, bytes).map_err(|error| Error::<T>::Envelope(error.into()))?;
		Ok(())
	}

	pub(crate) fn do_check_delivery(
		attestation: AttestationId,
		recipient: &[u8; 32],
		sealed_key: &[u8],
	) -> DispatchResult {
		let record = Attestations::<T>::get(attestation).ok_or(Error::<T>::NotFound)?;
		ensure!(record.revoked.is_none(), Error::<T>::AttestationRevoked);
		ensure!(record.keys.x25519 == *recipient, Error::<T>::WrongRecipient);
		Self::check_envelope(Kind::DataKey, sealed_key)
	}
}
