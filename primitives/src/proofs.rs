//! What the marketplace needs to know of proofs of inference.

use crate::{Did, DidHash, JobId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

/// Name of a verifying key: the hash of its bytes.
pub type ProofKeyHash = H256;

/// A commitment in the scalar field of a key's curve.
pub type ProofCommitment = [u8; 32];

/// What a requester names so that a proof settles its job.
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
pub struct ProofTerms {
	/// The one key that counts. Whoever made it can prove anything under it.
	pub key: ProofKeyHash,
	/// Commitment to the model's input.
	pub input: ProofCommitment,
}

/// What a node delivered, as its proof sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProvenOutput<'a> {
	/// The output itself.
	Bytes(&'a [u8]),
	/// Something that holds the output, and a commitment to it for which somebody vouches.
	Committed {
		/// `blake2_256` of the delivered bytes.
		result_hash: [u8; 32],
		/// Commitment to the output.
		output: ProofCommitment,
	},
}

/// What a proof must state: in this attempt at this job, these weights made this output of that
/// input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofClaim<'a, AccountId> {
	/// The job.
	pub job: JobId,
	/// Number of the attempt.
	pub attempt: u8,
	/// Hash of the node's DID.
	pub node: DidHash,
	/// Who owned the node when it got the job.
	pub owner: AccountId,
	/// What it delivered.
	pub output: ProvenOutput<'a>,
	/// Tokens that are paid for.
	pub tokens_used: u32,
	/// The requester's commitment to the input.
	pub input: ProofCommitment,
	/// The model version's commitment to its weights.
	pub weights: ProofCommitment,
}

/// How long a proof is, which says how much work it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProofLength {
	/// At most [`SHORT_PROOF`] bytes.
	Short,
	/// Longer.
	Long,
}

/// Most bytes of a short proof.
pub const SHORT_PROOF: usize = 128;

impl ProofLength {
	/// The length of `proof`.
	pub fn of(proof: &[u8]) -> Self {
		if proof.len() <= SHORT_PROOF {
			Self::Short
		} else {
			Self::Long
		}
	}
}

/// Keys and proofs.
pub trait ProofInspect<AccountId> {
	/// Whether new jobs for `model` may name `key`: it is registered for that model and not on its
	/// way out.
	fn check_key(model: &Did, key: &ProofKeyHash) -> DispatchResult;

	/// How many ticks of six seconds a key stays that new jobs may no longer name. A job that names
	/// one must be delivered in this time. None: for ever.
	fn retention() -> Option<u32>;

	/// Whether `proof` proves `claim` under the `key` of `model`. Bytes of any other length than proofs
	/// under the key have cost nothing.
	fn verify(
		model: &Did,
		key: &ProofKeyHash,
		claim: &ProofClaim<AccountId>,
		proof: &[u8],
	) -> DispatchResult;

	/// Registers a key for `model`, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn key_for_benchmark(model: &Did, length: ProofLength) -> ProofKeyHash;

	/// Proves `claim` under such a key, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn prove_for_benchmark(
		length: ProofLength,
		claim: &ProofClaim<AccountId>,
	) -> alloc::vec::Vec<u8>;
}

/// No keys: nothing can be proven.
impl<AccountId> ProofInspect<AccountId> for () {
	fn check_key(_: &Did, _: &ProofKeyHash) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	fn retention() -> Option<u32> {
		None
	}
	fn verify(_: &Did, _: &ProofKeyHash, _: &ProofClaim<AccountId>, _: &[u8]) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn key_for_benchmark(_: &Did, _: ProofLength) -> ProofKeyHash {
		Default::default()
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn prove_for_benchmark(_: ProofLength, _: &ProofClaim<AccountId>) -> alloc::vec::Vec<u8> {
		Default::default()
	}
}
