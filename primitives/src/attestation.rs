//! What the marketplace needs to know of nodes that have proven what they run.

use crate::{signed_payload, Did, DidHash, JobId, SigningKey};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

/// Number of an attestation. Counted up from 0, never reused.
pub type AttestationId = u64;

/// Hash of an attestation policy and of the model that it was made for. A job keeps it from its
/// submission to its end; what it names never changes.
pub type PolicyHash = H256;

/// The public key that signs for a measured enclave.
pub type SessionKey = SigningKey;

/// The keys that a measured enclave made for itself and bound to its quote.
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
pub struct EnclaveKeys {
	/// Signs receipts, GPU evidence and the enclave's successor.
	pub session: SessionKey,
	/// X25519 key to which data keys are sealed.
	pub x25519: [u8; 32],
	/// Ristretto255 key to which members of a committee encrypt their shares.
	pub ristretto: [u8; 32],
}

/// How a confidential job came out inside the enclave. Signed: grows at the end only.
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
pub enum ReceiptOutcome {
	/// The model ran and its result was sealed.
	#[codec(index = 0)]
	Done,
	/// The prompt did not open with the key that the receipt names.
	#[codec(index = 1)]
	CannotDecrypt,
}

/// What an enclave signs about one attempt at a job.
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
pub struct Receipt {
	/// The job.
	pub job: JobId,
	/// Number of the attempt.
	pub attempt: u8,
	/// Hash of the node's DID.
	pub node: DidHash,
	/// The attestation that the attempt is pinned to.
	pub attestation: AttestationId,
	/// Hash of the model's version.
	pub model_version: H256,
	/// Hash of the sealed prompt.
	pub prompt: H256,
	/// Hash of the delivered bytes: the sealed result. If the prompt did not open: of what the enclave
	/// was given to open it with.
	pub result_hash: [u8; 32],
	/// The enclave's commitment to the plain result.
	pub output_commitment: [u8; 32],
	/// Tokens that were used.
	pub tokens_used: u32,
	/// How it came out.
	pub outcome: ReceiptOutcome,
}

/// First bytes of a signed receipt.
pub const RECEIPT_TAG: &[u8] = b"ai-compute-pbc/receipt/v1";

impl Receipt {
	/// The bytes to sign on the chain with the genesis hash `genesis`.
	pub fn payload(&self, genesis: &impl Encode) -> Vec<u8> {
		signed_payload(RECEIPT_TAG, &(genesis, self))
	}
}

/// What a job needs to be proven of the node that runs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
	/// The CPU enclave.
	Cpu,
	/// The CPU enclave and the GPUs that it runs the model on. Every confidential job needs this.
	CpuAndGpu,
}

/// Whose doing it is that a node does not satisfy a policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doing {
	/// The owner of the node has not proven it, has let the proof lapse or has taken it back.
	Owner,
	/// Somebody else's: governance took from the node what would count.
	Others,
}

/// Why a node does not satisfy a policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unqualified {
	/// What is missing in its newest attestation.
	pub error: DispatchError,
	/// Whose doing it is.
	pub doing: Doing,
}

impl From<Unqualified> for DispatchError {
	fn from(reason: Unqualified) -> Self {
		reason.error
	}
}

/// Attestations, policies and receipts.
///
/// Where a job goes through it:
///
/// | moment | method |
/// |---|---|
/// | submission | [`policy_of`](Self::policy_of), kept in the job; [`check_prompt`](Self::check_prompt), [`check_result_key`](Self::check_result_key) |
/// | bid | [`qualified`](Self::qualified) until the end of bidding |
/// | assignment, match, hire | [`qualified`](Self::qualified) until the result's deadline and 100 ticks, kept in the job |
/// | key delivery | [`check_delivery`](Self::check_delivery) |
/// | start | [`ensure_live`](Self::ensure_live) |
/// | completion | [`check_receipt`](Self::check_receipt) |
/// | a node gives up, or time runs out | [`is_revoked`](Self::is_revoked): no fault of the node |
///
/// From the dispute on nothing of it is asked.
pub trait AttestationInspect<AccountId, BlockNumber> {
	/// The policy that jobs for `model` are held to from now on. Without one there are no
	/// confidential jobs for it.
	fn policy_of(model: &Did) -> Option<PolicyHash>;

	/// How many ticks of six seconds a policy stays that new jobs no longer take. A confidential job
	/// must be delivered in this time. None: for ever.
	fn retention() -> Option<u32>;

	/// Whether `prompt` begins with the header of a sealed prompt.
	fn check_prompt(prompt: &[u8]) -> DispatchResult;

	/// Whether a result can be sealed to this X25519 key so that only its holder opens it.
	fn check_result_key(key: &[u8; 32]) -> DispatchResult;

	/// The attestation by which `node`, owned by `owner`, satisfies `policy` now and until `until`.
	fn qualified(
		node: &DidHash,
		owner: &AccountId,
		policy: &PolicyHash,
		scope: Scope,
		until: BlockNumber,
	) -> Result<AttestationId, Unqualified>;

	/// The keys of an attestation.
	fn keys(attestation: AttestationId) -> Option<EnclaveKeys>;

	/// Whether `sealed_key` is a data key sealed in the right form, and `recipient` the pinned
	/// enclave's X25519 key, which is not revoked.
	fn check_delivery(
		attestation: AttestationId,
		recipient: &[u8; 32],
		sealed_key: &[u8],
	) -> DispatchResult;

	/// Refuses an attestation that was revoked.
	fn ensure_live(attestation: AttestationId) -> DispatchResult;

	/// Whether an attestation was revoked, or is so long over that nobody can tell any more.
	fn is_revoked(attestation: AttestationId) -> bool;

	/// Whether `signature` is one over `receipt` by the session key of `signer`: the attestation
	/// that the receipt names, or a successor that it signed and that satisfies `policy` too.
	/// Neither revoked nor expired. The caller has filled the receipt with what it knows of the
	/// job. `signature` has 64 bytes, or 65 for ECDSA.
	fn check_receipt(
		receipt: &Receipt,
		signer: AttestationId,
		signature: &[u8],
		policy: &PolicyHash,
	) -> DispatchResult;

	/// Makes `node` of `owner` satisfy the policy of every model without one of its own, by an
	/// attestation that `predecessor` signed for, for benchmarks. Returns the hash of the policy.
	#[cfg(feature = "runtime-benchmarks")]
	fn attest_for_benchmark(
		node: &DidHash,
		owner: &AccountId,
		keys: EnclaveKeys,
		predecessor: Option<AttestationId>,
	) -> (PolicyHash, AttestationId);
}

/// Nothing attests: there are no confidential jobs.
impl<AccountId, BlockNumber> AttestationInspect<AccountId, BlockNumber> for () {
	fn policy_of(_: &Did) -> Option<PolicyHash> {
		None
	}
	fn retention() -> Option<u32> {
		None
	}
	fn check_prompt(_: &[u8]) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	fn check_result_key(_: &[u8; 32]) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	fn qualified(
		_: &DidHash,
		_: &AccountId,
		_: &PolicyHash,
		_: Scope,
		_: BlockNumber,
	) -> Result<AttestationId, Unqualified> {
		Err(Unqualified { error: DispatchError::Unavailable, doing: Doing::Others })
	}
	fn keys(_: AttestationId) -> Option<EnclaveKeys> {
		None
	}
	fn check_delivery(_: AttestationId, _: &[u8; 32], _: &[u8]) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	fn ensure_live(_: AttestationId) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	fn is_revoked(_: AttestationId) -> bool {
		false
	}
	fn check_receipt(_: &Receipt, _: AttestationId, _: &[u8], _: &PolicyHash) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn attest_for_benchmark(
		_: &DidHash,
		_: &AccountId,
		_: EnclaveKeys,
		_: Option<AttestationId>,
	) -> (PolicyHash, AttestationId) {
		Default::default()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::hexdisplay::HexDisplay;

	#[test]
	fn session_keys_have_pinned_bytes() {
		assert_eq!(SessionKey::Ed25519([1; 32]).encode(), (0u8, [1u8; 32]).encode());
		assert_eq!(SessionKey::Sr25519([2; 32]).encode(), (1u8, [2u8; 32]).encode());
		assert_eq!(SessionKey::Ecdsa([3; 33]).encode(), (2u8, [3u8; 33]).encode());
	}

	#[test]
	fn receipt_has_pinned_bytes() {
		let receipt = Receipt {
			job: 1,
			attempt: 2,
			node: H256::repeat_byte(3),
			attestation: 4,
			model_version: H256::repeat_byte(5),
			prompt: H256::repeat_byte(6),
			result_hash: [7; 32],
			output_commitment: [8; 32],
			tokens_used: 9,
			outcome: ReceiptOutcome::CannotDecrypt,
		};
		let payload = receipt.payload(&H256::repeat_byte(0xaa));
		let expected = alloc::format!(
			"{}{}{}{}02{}0400000000000000{}{}{}{}0900000001{}",
			HexDisplay::from(b"<Bytes>"),
			HexDisplay::from(&RECEIPT_TAG),
			"aa".repeat(32),
			"0100000000000000",
			"03".repeat(32),
			"05".repeat(32),
			"06".repeat(32),
			"07".repeat(32),
			"08".repeat(32),
			HexDisplay::from(b"</Bytes>"),
		);
		assert_eq!(alloc::format!("{}", HexDisplay::from(&payload)), expected);
	}
}
