//! Where an envelope belongs. It opens nowhere else.

/// Where a prompt belongs: known before the job has a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PromptContext {
	/// Hash of the chain's genesis block.
	pub genesis: [u8; 32],
	/// Account that submits the job.
	pub requester: [u8; 32],
	/// Follows from the result key, which is made afresh for each prompt: `prompt_salt`.
	pub salt: [u8; 32],
}

/// Where a data key or a result belongs: one attempt of one node at one job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JobContext {
	/// Hash of the chain's genesis block.
	pub genesis: [u8; 32],
	/// Number of the job.
	pub job: u64,
	/// Number of the attempt at the job.
	pub attempt: u8,
	/// `blake2_256` of the node's DID.
	pub node: [u8; 32],
	/// Number of the attestation that the attempt is pinned to.
	pub attestation: u64,
}

#[cfg(feature = "crypto")]
mod bytes {
	use super::*;
	use alloc::vec::Vec;

	impl PromptContext {
		/// The bytes that a prompt is bound to.
		pub(crate) fn bytes(&self) -> Vec<u8> {
			[b"ai-compute-pbc/prompt/v1", &self.genesis[..], &self.requester, &self.salt].concat()
		}
	}

	impl JobContext {
		/// The bytes that a data key is bound to.
		pub(crate) fn data_key_bytes(&self) -> Vec<u8> {
			self.bytes(b"ai-compute-pbc/data-key/v1")
		}

		/// The bytes that a result is bound to.
		pub(crate) fn result_bytes(&self) -> Vec<u8> {
			self.bytes(b"ai-compute-pbc/result/v1")
		}

		fn bytes(&self, tag: &[u8]) -> Vec<u8> {
			[
				tag,
				&self.genesis,
				&self.job.to_le_bytes(),
				&[self.attempt],
				&self.node,
				&self.attestation.to_le_bytes(),
			]
			.concat()
		}
	}
}
