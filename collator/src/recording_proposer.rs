//! Proposing with a recorded proof, as a parachain collator does.
//!
//! The runtime gives back the part of a transaction's weight that its measured proof did not need,
//! and the sum stays in the state. Importing nodes measure while they execute. An author who does
//! not measure writes another sum, so that everybody else rejects the first block with a signed
//! transaction. Sealing by command and the parachain collator record by themselves; Aura without
//! a relay chain does not and is wrapped.

use futures::{future::MapOk, TryFutureExt};
use sp_api::ProofRecorder;
use sp_consensus::{Environment, ProposeArgs, Proposer};
use sp_runtime::traits::Block as BlockT;
use sp_trie::proof_size_extension::ProofSizeExt;

/// Proposer or proposer factory whose blocks are built with a recorded proof.
pub struct Recording<Inner>(pub Inner);

impl<Block: BlockT, Inner: Environment<Block>> Environment<Block> for Recording<Inner> {
	type Proposer = Recording<Inner::Proposer>;
	type CreateProposer =
		MapOk<Inner::CreateProposer, fn(Inner::Proposer) -> Recording<Inner::Proposer>>;
	type Error = Inner::Error;

	fn init(&mut self, parent: &Block::Header) -> Self::CreateProposer {
		self.0.init(parent).map_ok(Recording as fn(_) -> _)
	}
}

impl<Block: BlockT, Inner: Proposer<Block>> Proposer<Block> for Recording<Inner> {
	type Error = Inner::Error;
	type Proposal = Inner::Proposal;

	fn propose(self, mut args: ProposeArgs<Block>) -> Self::Proposal {
		let recorder = ProofRecorder::<Block>::default();
		args.extra_extensions.register(ProofSizeExt::new(recorder.clone()));
		args.storage_proof_recorder = Some(recorder);
		self.0.propose(args)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::service::Block;
	use futures::{executor::block_on, future::ready};
	use sp_consensus::{Error, Proposal};
	use std::future::Ready;

	/// Fails with whether it was asked to record.
	struct Inner;

	impl Environment<Block> for Inner {
		type Proposer = Inner;
		type CreateProposer = futures::future::Ready<Result<Self, Error>>;
		type Error = Error;

		fn init(&mut self, _: &ai_compute_pbc_runtime::Header) -> Self::CreateProposer {
			ready(Ok(Inner))
		}
	}

	impl Proposer<Block> for Inner {
		type Error = Error;
		type Proposal = Ready<Result<Proposal<Block>, Error>>;

		fn propose(self, args: ProposeArgs<Block>) -> Self::Proposal {
			let extension = std::any::TypeId::of::<ProofSizeExt>();
			let measured = args.extra_extensions.is_registered(extension);
			let recorded = args.storage_proof_recorder.is_some();
			std::future::ready(Err(Error::ClientImport(format!("{measured} {recorded}"))))
		}
	}

	#[test]
	fn blocks_are_proposed_with_recorder_and_proof_size() {
		let header = ai_compute_pbc_runtime::Header {
			parent_hash: Default::default(),
			number: 0,
			state_root: Default::default(),
			extrinsics_root: Default::default(),
			digest: Default::default(),
		};
		let proposer =
			block_on(Environment::<Block>::init(&mut Recording(Inner), &header)).unwrap();
		let Err(error) = block_on(Proposer::<Block>::propose(proposer, Default::default())) else {
			panic!("the inner proposer always fails")
		};
		assert!(error.to_string().contains("true true"), "{error}");
	}
}
