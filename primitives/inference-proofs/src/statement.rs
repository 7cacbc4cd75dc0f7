//! What a proof states.

use crate::{commit, Curve, ProofError};
use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// A commitment to bytes: an element of the curve's scalar field, least significant byte first.
pub type Commitment = [u8; 32];

/// Number of public inputs of every circuit.
pub const PUBLIC_INPUTS: usize = 11;

/// What the hash of a proof's occasion starts with.
pub const STATEMENT_TAG: &[u8] = b"ai-compute-pbc/proof/v1";

/// What the node delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivered<'a> {
	/// The output itself. A proof of it is about the very bytes that the requester gets.
	Bytes(&'a [u8]),
	/// Hash of the delivered bytes, and a commitment to the output that somebody vouches for: a
	/// ciphertext, or bytes that are not on chain. A proof of it says nothing about the delivered bytes
	/// to anyone who does not trust that somebody.
	Committed {
		/// `blake2_256` of the delivered bytes.
		result_hash: [u8; 32],
		/// Commitment to the output.
		output: Commitment,
	},
}

/// One claim: for this job, these weights make this output of that input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement<AccountId> {
	/// Hash of the chain's first block.
	pub genesis: [u8; 32],
	/// Number of the job.
	pub job: u64,
	/// Which attempt at the job.
	pub attempt: u32,
	/// Hash of the DID of the node that does it.
	pub node: [u8; 32],
	/// Who owned the node when it got the job.
	pub owner: AccountId,
	/// Commitment to the output.
	pub output: Commitment,
	/// `blake2_256` of the delivered bytes.
	pub result_hash: [u8; 32],
	/// Tokens that are paid for.
	pub tokens_used: u32,
	/// The requester's commitment to the input.
	pub input: Commitment,
	/// The model version's commitment to its weights.
	pub weights: Commitment,
}

impl Delivered<'_> {
	/// Commitment to the output, and `blake2_256` of the delivered bytes.
	pub fn resolve(&self, curve: Curve) -> Result<(Commitment, [u8; 32]), ProofError> {
		match self {
			Self::Bytes(bytes) => Ok((commit(curve, bytes)?, blake2_256(bytes))),
			Self::Committed { result_hash, output } => Ok((*output, *result_hash)),
		}
	}
}

impl<AccountId: Encode> Statement<AccountId> {
	/// Hash of the occasion: chain, job, attempt, node and owner.
	pub fn occasion(&self) -> [u8; 32] {
		let mut bytes = STATEMENT_TAG.to_vec();
		(self.genesis, self.job, self.attempt, self.node, &self.owner).encode_to(&mut bytes);
		blake2_256(&bytes)
	}
}

/// The public inputs of a proof of `statement`, in their order. Each is below 2^128, and so the same
/// number in every curve's scalar field.
pub fn public_inputs<AccountId: Encode>(statement: &Statement<AccountId>) -> [u128; PUBLIC_INPUTS] {
	let [occasion_low, occasion_high] = limbs(&statement.occasion());
	let [output_low, output_high] = limbs(&statement.output);
	let [result_low, result_high] = limbs(&statement.result_hash);
	let [input_low, input_high] = limbs(&statement.input);
	let [weights_low, weights_high] = limbs(&statement.weights);
	[
		occasion_low,
		occasion_high,
		output_low,
		output_high,
		result_low,
		result_high,
		statement.tokens_used.into(),
		input_low,
		input_high,
		weights_low,
		weights_high,
	]
}

/// 32 bytes as two numbers, the lower half first, least significant byte first.
fn limbs(bytes: &[u8; 32]) -> [u128; 2] {
	let mut halves = [[0; 16]; 2];
	for (half, part) in halves.iter_mut().zip(bytes.chunks_exact(16)) {
		half.copy_from_slice(part);
	}
	halves.map(u128::from_le_bytes)
}
