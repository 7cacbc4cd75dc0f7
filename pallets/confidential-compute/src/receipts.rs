//! What enclaves sign.
//!
//! After its quote was verified once, an enclave's session key speaks for it: it signs a receipt for
//! each job, the hash of GPU evidence, and the enclave that takes over from it. Each kind of payload
//! has one encoding (see [`signed_payload`]) and a tag of its own, so that none passes for another.

use crate::{Attestations, BlockOf, Config, Error, Pallet};
use ai_compute_primitives::{
	signed_payload, AttestationId, PolicyHash, Receipt, Scope, SessionKey,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::ensure;
use sp_core::{ecdsa, ed25519, sr25519, H256};
use sp_io::{
	crypto::{ecdsa_verify_prehashed, ed25519_verify, sr25519_verify},
	hashing::blake2_256,
};
use sp_runtime::DispatchResult;

/// Tag of the payload in which an enclave names its successor.
pub const SUCCESSOR_TAG: &[u8] = b"ai-compute-pbc/successor/v1";
/// Tag of the payload in which an enclave vouches for GPU evidence.
pub const GPU_EVIDENCE_TAG: &[u8] = b"ai-compute-pbc/gpu-evidence/v1";

/// Whether `signature` is one of `key` for `payload`. Ends in one host function.
pub fn has_signed(key: &SessionKey, signature: &[u8], payload: &[u8]) -> bool {
	match key {
		SessionKey::Ed25519(key) => ed25519::Signature::try_from(signature)
			.is_ok_and(|s| ed25519_verify(&s, payload, &ed25519::Public::from_raw(*key))),
		SessionKey::Sr25519(key) => sr25519::Signature::try_from(signature)
			.is_ok_and(|s| sr25519_verify(&s, payload, &sr25519::Public::from_raw(*key))),
		SessionKey::Ecdsa(key) => ecdsa::Signature::try_from(signature).is_ok_and(|s| {
			ecdsa_verify_prehashed(&s, &blake2_256(payload), &ecdsa::Public::from_raw(*key))
		}),
	}
}

impl<T: Config> Pallet<T> {
	/// Hash of the genesis block, which every payload begins with.
	pub(crate) fn genesis() -> T::Hash {
		frame_system::Pallet::<T>::block_hash(BlockOf::<T>::from(0u32))
	}

	/// The bytes that the enclave behind `predecessor` signs so that the one with the binding
	/// `binding` may finish its jobs.
	pub fn successor_payload(predecessor: AttestationId, binding: H256) -> Vec<u8> {
		signed_payload(SUCCESSOR_TAG, &(Self::genesis(), predecessor, binding))
	}

	/// The bytes that the enclave with the binding `binding` signs to vouch for GPU evidence.
	pub fn evidence_payload(binding: H256, evidence: H256) -> Vec<u8> {
		signed_payload(GPU_EVIDENCE_TAG, &(Self::genesis(), binding, evidence))
	}

	pub(crate) fn do_check_receipt(
		receipt: &Receipt,
		signer: AttestationId,
		signature: &[u8],
		policy: &PolicyHash,
	) -> DispatchResult {
		let named = Attestations::<T>::get(receipt.attestation).ok_or(Error::<T>::NotFound)?;
		ensure!(named.node == receipt.node, Error::<T>::ReceiptMismatch);
		// Whoever holds a revoked key could have named any successor.
		ensure!(named.revoked.is_none(), Error::<T>::AttestationRevoked);
		let signing = if signer == receipt.attestation {
			named
		} else {
			let signing = Attestations::<T>::get(signer).ok_or(Error::<T>::NotFound)?;
			ensure!(signing.predecessor == Some(receipt.attestation), Error::<T>::NotSuccessor);
			Self::check_policy(policy, &signing, Scope::CpuAndGpu)?;
			signing
		};
		Self::ensure_fresh(&signing)?;
		let payload = receipt.payload(&Self::genesis());
		ensure!(
			has_signed(&signing.keys.session, signature, &payload),
			Error::<T>::InvalidSignature
		);
		Ok(())
	}

	/// Key of a session in the index of attestations. The owner is part of it: a session key is public
	/// as soon as its quote waits for a block, and a stranger's own enclave may put it into a quote.
	pub(crate) fn session_hash(owner: &T::AccountId, key: &SessionKey) -> H256 {
		blake2_256(&(owner, key).encode()).into()
	}
}
