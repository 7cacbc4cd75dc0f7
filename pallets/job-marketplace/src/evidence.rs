//! Deliveries with evidence: what an enclave signs about its work, and proofs of inference.
//!
//! An enclave's receipt is what makes a confidential job complete: the chain sees a ciphertext, and
//! the receipt says of which prompt, model and attempt it is, or that the prompt did not open. In that
//! case it names what the enclave was given, in the place of a result
//! ([`opening_hash`](Pallet::opening_hash)): else a host could hand over another key than the
//! requester's and collect what the requester owes for a bad one. For the same reason nobody but the
//! pinned enclave can say so: a successor may deliver a result, but the key was not sealed to it.
//!
//! A proof under the key that the requester named at submission settles the job in the same call,
//! without the escrow period. The chain must see the output itself for that, so a proof for a
//! confidential job is checked and noted, and the job waits like any other.

use crate::{escrow::Payment, types::*, *};
use ai_compute_primitives::{
	model_version_hash, AttestationId, AttestationInspect, Did, JobId, ModelInspect, ProofClaim,
	ProofCommitment, ProofInspect, ProofKeyHash, ProofLength, ProofTerms, ProvenOutput, Receipt,
	ReceiptOutcome,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult};

/// An enclave's receipt: what the chain does not know of it already.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SignedReceipt {
	/// The attestation whose session key signed: the pinned one, or a successor that it signed for.
	pub signer: AttestationId,
	/// The enclave's commitment to the plain result.
	pub output_commitment: [u8; 32],
	/// How it came out.
	pub outcome: ReceiptOutcome,
	/// 64 bytes, or 65 for ECDSA.
	pub signature: Vec<u8>,
}

/// What supports a delivery.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Evidence {
	/// The enclave's receipt, of a confidential job.
	pub receipt: Option<SignedReceipt>,
	/// A proof under the key that the requester named.
	pub proof: Option<Vec<u8>>,
}

/// What a proof of a job is held to, fixed at its submission.
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
)]
pub struct ProofOrder {
	/// The one key that counts.
	pub key: ProofKeyHash,
	/// The requester's commitment to the input.
	pub input: ProofCommitment,
	/// The model version's commitment to its weights.
	pub weights: ProofCommitment,
}

/// Most bytes of a result that are committed to on chain.
pub const MAX_PROVEN_LEN: u32 = 2_048;

impl<T: Config> Pallet<T> {
	/// What proofs of a new job for `version` of `model` are held to.
	pub(crate) fn check_proof_terms(
		model: &Did,
		version: u32,
		terms: ProofTerms,
	) -> Result<ProofOrder, DispatchError> {
		let ProofTerms { key, input } = terms;
		let weights =
			T::Models::weights_commitment(model, version).ok_or(Error::<T>::WeightsUncommitted)?;
		T::Proofs::check_key(model, &key)?;
		Ok(ProofOrder { key, input, weights: weights.into() })
	}

	/// Bytes on chain that a job with a proof key takes more than one with options.
	pub fn proof_len() -> u32 {
		u32::try_from(ProofOrder::max_encoded_len()).unwrap_or(u32::MAX)
	}

	/// Stores what proofs of a new job are held to.
	pub(crate) fn order_proof(job_id: JobId, order: ProofOrder) {
		let ProofOrder { key, input, weights } = order;
		ProofOrders::<T>::insert(job_id, order);
		Self::deposit_event(Event::ProofKeyNamed { job_id, key, input, weights });
	}

	/// Most that a delivery with `evidence` and a result of `len` bytes can weigh.
	pub(crate) fn evidence_weight(len: u32, evidence: &Evidence) -> Weight {
		let mut weight = T::WeightInfo::complete_job(len);
		if evidence.receipt.is_some() {
			weight = weight
				.saturating_add(T::WeightInfo::check_receipt())
				.saturating_add(T::WeightInfo::end_sealed())
				.saturating_add(T::WeightInfo::expire_unkeyed());
		}
		if let Some(proof) = &evidence.proof {
			weight = weight
				.saturating_add(Self::proof_weight(len, proof))
				.saturating_add(T::WeightInfo::accept_late().max(T::WeightInfo::accept_result()));
		}
		weight
	}

	fn proof_weight(len: u32, proof: &[u8]) -> Weight {
		let len = len.min(MAX_PROVEN_LEN);
		match ProofLength::of(proof) {
			ProofLength::Short => T::WeightInfo::verify_short_proof(len),
			ProofLength::Long => T::WeightInfo::verify_long_proof(len),
		}
	}

	/// Whether the enclave that has `job` signed `signed` about this delivery.
	pub(crate) fn check_receipt(
		job_id: JobId,
		job: &JobRecordOf<T>,
		assignment: &AssignmentOf<T>,
		result_hash: [u8; 32],
		tokens_used: u32,
		signed: &SignedReceipt,
	) -> DispatchResult {
		let sealed = Self::sealed(job_id)?;
		let receipt = Receipt {
			job: job_id,
			attempt: job.attempts,
			node: assignment.node,
			attestation: Self::pinned(&sealed)?.attestation,
			model_version: model_version_hash(&job.model_did, job.terms.version),
			prompt: sealed.prompt,
			result_hash,
			output_commitment: signed.output_commitment,
			tokens_used,
			outcome: signed.outcome,
		};
		T::Attestations::check_receipt(&receipt, signed.signer, &signed.signature, &sealed.policy)?;
		Self::deposit_event(Event::ReceiptAccepted { receipt, signer: signed.signer });
		Ok(())
	}

	/// Whether `proof` proves this delivery under the key that the requester named.
	pub(crate) fn check_proof(
		job_id: JobId,
		job: &JobRecordOf<T>,
		assignment: &AssignmentOf<T>,
		output: ProvenOutput,
		tokens_used: u32,
		proof: &[u8],
	) -> DispatchResult {
		let order = ProofOrders::<T>::get(job_id)
			.filter(|_| job.has_options)
			.ok_or(Error::<T>::NoProofKey)?;
		let claim = ProofClaim {
			job: job_id,
			attempt: job.attempts,
			node: assignment.node,
			owner: assignment.owner.clone(),
			output,
			tokens_used,
			input: order.input,
			weights: order.weights,
		};
		T::Proofs::verify(&job.model_did, &order.key, &claim, proof)?;
		Self::deposit_event(Event::ResultProven { job_id, key: order.key });
		Ok(())
	}

	pub(crate) fn do_complete_with_evidence(
		owner: T::AccountId,
		job_id: JobId,
		result_hash: [u8; 32],
		tokens_used: u32,
		result: Option<Vec<u8>>,
		evidence: Evidence,
	) -> DispatchResultWithPostInfo {
		let Evidence { receipt, proof } = evidence;
		let (job, assignment) = Self::deliverable(&owner, job_id, tokens_used)?;
		ensure!(receipt.is_some() || proof.is_some(), Error::<T>::EvidenceMissing);
		let result = Self::check_result(result_hash, result)?;
		let len = result.as_ref().map_or(0, |bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX));
		let mut weight = T::WeightInfo::complete_job(len);

		if let Some(receipt) = &receipt {
			ensure!(job.confidential, Error::<T>::NotConfidential);
			if receipt.outcome == ReceiptOutcome::CannotDecrypt {
				// What the enclave was given is what is on chain, whoever handed it over.
				let opening = Self::opening_hash(job_id, &job)?;
				ensure!(result_hash == opening, Error::<T>::ResultHashMismatch);
				// A key that is sealed to the pinned enclave opens in no other, a successor included.
				let recipient = Self::pinned(&Self::sealed(job_id)?)?.attestation;
				ensure!(receipt.signer == recipient, Error::<T>::NotTheRecipient);
			}
			Self::check_receipt(job_id, &job, &assignment, result_hash, tokens_used, receipt)?;
			weight = weight
				.saturating_add(T::WeightInfo::check_receipt())
				.saturating_add(T::WeightInfo::end_sealed());
			if receipt.outcome == ReceiptOutcome::CannotDecrypt {
				let nothing = tokens_used == 0 && result.is_none() && proof.is_none();
				ensure!(nothing, Error::<T>::NothingOpened);
				Self::end_unopened(job_id, job, assignment)?;
				return Ok(Some(weight.saturating_add(T::WeightInfo::expire_unkeyed())).into());
			}
		} else {
			ensure!(!job.confidential, Error::<T>::ReceiptMissing);
		}

		let mut settles = false;
		if let Some(proof) = &proof {
			let output = match (&receipt, &result) {
				(Some(SignedReceipt { output_commitment, .. }), _) => {
					ProvenOutput::Committed { result_hash, output: *output_commitment }
				}
				(None, Some(bytes)) => ProvenOutput::Bytes(bytes),
				(None, None) => return Err(Error::<T>::ResultMissing.into()),
			};
			Self::check_proof(job_id, &job, &assignment, output, tokens_used, proof)?;
			weight = weight.saturating_add(Self::proof_weight(len, proof));
			settles = !job.confidential;
		}
		let job = Self::complete(job_id, job, &assignment, result_hash, tokens_used, result);
		Self::drop_key(job_id, &job);
		if settles {
			weight = weight.saturating_add(match Self::is_late(&job) {
				true => T::WeightInfo::accept_late(),
				false => T::WeightInfo::accept_result(),
			});
			Self::settle(job_id, job, Payment::Whole, None)?;
		}
		Ok(Some(weight).into())
	}
}
