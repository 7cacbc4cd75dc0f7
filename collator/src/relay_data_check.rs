//! Checks on import that the relay chain data of a sovereign block is the one that follows from
//! its parent and its slot.
//!
//! The runtime believes what the proof says, and a message from the relay chain may act as Root.
//! Under a relay chain its validators compare the proof with their own state. Without one, any
//! author could forge a proof that carries such a message, approves an upgrade that nobody asked
//! for, or moves the clock; so every node compares.

use crate::{
	relay_data::Parent,
	service::{Block, FullClient},
};
use cumulus_primitives_core::{rpsr_digest::extract_relay_parent_storage_root, ParaId};
use sc_consensus::{BlockImportParams, Verifier};
use sc_consensus_aura::find_pre_digest;
use sp_consensus_aura::sr25519::AuthoritySignature;
use std::sync::Arc;

/// Lets through what the inner verifier accepts and whose relay chain data is as expected.
pub struct RelayDataCheck<Inner> {
	/// Checks everything else first.
	pub inner: Inner,
	/// Knows the parents.
	pub client: Arc<FullClient>,
	/// The chain's parachain id.
	pub para_id: ParaId,
}

#[async_trait::async_trait]
impl<Inner: Verifier<Block>> Verifier<Block> for RelayDataCheck<Inner> {
	async fn verify(
		&self,
		block: BlockImportParams<Block>,
	) -> Result<BlockImportParams<Block>, String> {
		let block = self.inner.verify(block).await?;
		// Blocks below a warp sync target have no parent state to compare with; a proof of
		// finality vouches for them.
		if block.with_state() || block.state_action.skip_execution_checks() {
			return Ok(block);
		}
		let slot = find_pre_digest::<Block, AuthoritySignature>(&block.header)
			.map_err(|error| error.to_string())?;
		let parent = Parent::read(&self.client, block.header.parent_hash)
			.map_err(|error| error.to_string())?;
		let expected = parent.child(self.para_id, slot).relay_parent();
		match extract_relay_parent_storage_root(&block.header.digest) {
			Some(found) if found == expected => Ok(block),
			found => Err(format!(
				"block {:?} carries relay chain data {found:?}, its parent and slot give \
				 {expected:?}",
				block.post_hash()
			)),
		}
	}
}
