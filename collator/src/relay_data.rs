//! Relay chain data for blocks that no relay chain has seen.
//!
//! The runtime is a parachain's in every mode and demands a proof about a relay chain in every
//! block. Where there is none, the author makes one up: a relay chain of which this chain is the
//! only parachain, with one block per slot, the parent included, no messages, and every runtime
//! upgrade approved at once.
//!
//! The relay block number goes on from the last one that the chain has seen and moves with the
//! slots. So a parachain that leaves its relay chain counts on, and a young sovereign chain can
//! join an older relay chain: the runtime never lets the number fall.
//!
//! All of it follows from the parent block and the slot. A sovereign network checks it on import
//! (`relay_data_check`), which makes the constants below part of its consensus: nodes with other
//! values reject each other's blocks.

use crate::service::{FullClient, Hash};
use ai_compute_pbc_runtime::{Header, SLOT_DURATION};
use codec::{Decode, Encode};
use cumulus_client_parachain_inherent::{ParachainInherentData, INHERENT_IDENTIFIER};
use cumulus_primitives_core::{
	relay_chain::{
		well_known_keys, AsyncBackingParams, BlockNumber as RelayBlockNumber, Hash as RelayHash,
		HeadData, UpgradeGoAhead, MAX_CODE_SIZE, MAX_HEAD_DATA_SIZE, MAX_POV_SIZE,
	},
	AbridgedHostConfiguration, ParaId, PersistedValidationData, RelayParentOffsetApi,
};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use sc_client_api::StorageProvider;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::Error;
use sp_consensus_aura::{Slot, SlotDuration};
use sp_crypto_hashing::{blake2_256, twox_128};
use sp_inherents::{InherentData, InherentDataProvider, InherentIdentifier};
use sp_storage::StorageKey;
use sp_timestamp::Timestamp;

// The relay chain that is made up has slots of six seconds, and the runtime wants both slots to be
// equal.
const _: () = assert!(SLOT_DURATION == 6_000);

/// The slot that the clock of this machine is in.
pub fn slot_now() -> Slot {
	Slot::from_timestamp(Timestamp::current(), SlotDuration::from_millis(SLOT_DURATION))
}

/// The time at which a slot starts. Blocks carry this time, so that it always rises by whole slots.
pub fn start_of(slot: Slot) -> Timestamp {
	Timestamp::new(u64::from(slot).saturating_mul(SLOT_DURATION))
}

/// What a block says about the relay chain, for its children to go on from.
#[derive(Clone, Debug)]
pub struct Parent {
	/// Its header.
	pub header: Header,
	/// Its slot; 0 for a fresh genesis.
	pub slot: Slot,
	/// Relay block number that it was built on; 0 for a fresh genesis.
	pub relay_number: RelayBlockNumber,
	/// Head of the queue of messages from the relay chain, if there ever was one.
	pub downward_queue_head: RelayHash,
	/// Whether new code waits for the relay chain's permission.
	pub upgrade_pending: bool,
	/// How many relay headers after the relay parent the runtime wants to see.
	pub relay_parent_offset: u32,
}

impl Parent {
	/// Reads the header and the state of a block.
	pub fn read(client: &FullClient, hash: Hash) -> Result<Self, Error> {
		let header =
			client.header(hash)?.ok_or_else(|| Error::UnknownBlock(format!("{hash:?}")))?;
		let slot = value::<u64>(client, hash, "Aura", "CurrentSlot")?.unwrap_or_default();
		let system = "ParachainSystem";
		Ok(Self {
			header,
			slot: slot.into(),
			relay_number: value(client, hash, system, "LastRelayChainBlockNumber")?
				.unwrap_or_default(),
			downward_queue_head: value(client, hash, system, "LastDmqMqcHead")?.unwrap_or_default(),
			upgrade_pending: upgrade_pending(client, hash)?,
			relay_parent_offset: client.runtime_api().relay_parent_offset(hash)?,
		})
	}

	/// The relay chain data of a child in that slot.
	pub fn child(self, para_id: ParaId, slot: Slot) -> RelayData {
		RelayData { parent: self, para_id, slot }
	}
}

/// Whether new code waits for permission at the end of a block.
///
/// The code waits until it gets permission, however many blocks pass; a signal that is missed once
/// is given again.
pub fn upgrade_pending(client: &FullClient, hash: Hash) -> Result<bool, Error> {
	let key = storage_key("ParachainSystem", "PendingValidationCode");
	Ok(client.storage_hash(hash, &key)?.is_some())
}

/// The relay chain data of one block.
#[derive(Clone, Debug)]
pub struct RelayData {
	parent: Parent,
	para_id: ParaId,
	slot: Slot,
}

impl RelayData {
	/// The relay block number: one further for each slot since the parent, at least one.
	pub fn number(&self) -> RelayBlockNumber {
		let slots = match u64::from(self.parent.slot) {
			0 => 1,
			parent => u64::from(self.slot).saturating_sub(parent).max(1),
		};
		self.parent.relay_number.saturating_add(slots.try_into().unwrap_or(RelayBlockNumber::MAX))
	}

	/// State root and number of the relay block, as the runtime notes them in the header.
	pub fn relay_parent(&self) -> (RelayHash, RelayBlockNumber) {
		(self.relay_state().into_state_root_and_proof().0, self.number())
	}

	/// The data of the inherent.
	pub fn inherent(&self) -> ParachainInherentData {
		let offset = self.parent.relay_parent_offset;
		let (relay_parent_storage_root, relay_chain_state, relay_parent_descendants) =
			if offset == 0 {
				let (root, proof) = self.relay_state().into_state_root_and_proof();
				(root, proof, Vec::new())
			} else {
				self.relay_state().into_state_root_proof_and_descendants(offset.into())
			};
		ParachainInherentData {
			validation_data: PersistedValidationData {
				parent_head: HeadData(self.parent.header.encode()),
				relay_parent_number: self.number(),
				relay_parent_storage_root,
				max_pov_size: MAX_POV_SIZE,
			},
			relay_chain_state,
			relay_parent_descendants,
			downward_messages: Vec::new(),
			horizontal_messages: Default::default(),
			collator_peer_id: None,
		}
	}

	fn relay_state(&self) -> RelayStateSproofBuilder {
		let Parent { header, downward_queue_head, upgrade_pending, .. } = &self.parent;
		let randomness = blake2_256(&(header.hash(), self.slot).encode());
		RelayStateSproofBuilder {
			para_id: self.para_id,
			current_slot: self.slot,
			// The parent counts as included, which empties the unincluded segment.
			included_para_head: Some(HeadData(header.encode())),
			upgrade_go_ahead: upgrade_pending.then_some(UpgradeGoAhead::GoAhead),
			// An empty queue ends where the runtime last saw it end.
			dmq_mqc_head: (*downward_queue_head != RelayHash::zero())
				.then_some(*downward_queue_head),
			host_config: host_configuration(),
			additional_key_values: vec![(
				well_known_keys::CURRENT_BLOCK_RANDOMNESS.to_vec(),
				Some(randomness).encode(),
			)],
			num_authorities: 2,
			..Default::default()
		}
	}
}

#[async_trait::async_trait]
impl InherentDataProvider for RelayData {
	async fn provide_inherent_data(
		&self,
		inherent_data: &mut InherentData,
	) -> Result<(), sp_inherents::Error> {
		// Under its present name only. Sealing by command takes the number of names for the number
		// of inherents and would see a block with one transaction as empty.
		inherent_data.put_data(INHERENT_IDENTIFIER, &self.inherent())
	}

	async fn try_handle_error(
		&self,
		_: &InherentIdentifier,
		_: &[u8],
	) -> Option<Result<(), sp_inherents::Error>> {
		None
	}
}

/// Limits of the relay chain: those of Polkadot where the runtime depends on them.
fn host_configuration() -> AbridgedHostConfiguration {
	AbridgedHostConfiguration {
		max_code_size: MAX_CODE_SIZE,
		max_head_data_size: MAX_HEAD_DATA_SIZE,
		max_upward_queue_count: 174_762,
		max_upward_queue_size: 1024 * 1024,
		max_upward_message_size: 65_531,
		max_upward_message_num_per_candidate: 16,
		hrmp_max_message_num_per_candidate: 10,
		validation_upgrade_cooldown: 6,
		validation_upgrade_delay: 6,
		async_backing_params: AsyncBackingParams {
			max_candidate_depth: 3,
			allowed_ancestry_len: 2,
		},
	}
}

fn storage_key(pallet: &str, item: &str) -> StorageKey {
	StorageKey([twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat())
}

fn value<T: Decode>(
	client: &FullClient,
	hash: Hash,
	pallet: &str,
	item: &str,
) -> Result<Option<T>, Error> {
	client
		.storage(hash, &storage_key(pallet, item))?
		.map(|data| {
			T::decode(&mut &data.0[..])
				.map_err(|error| Error::Backend(format!("{pallet}::{item}: {error}")))
		})
		.transpose()
}

#[cfg(test)]
mod tests {
	use super::*;
	use cumulus_pallet_parachain_system::RelayChainStateProof;

	const PARA_ID: u32 = 2015;

	fn parent() -> Parent {
		Parent {
			header: Header {
				parent_hash: Default::default(),
				number: 41,
				state_root: Default::default(),
				extrinsics_root: Default::default(),
				digest: Default::default(),
			},
			slot: 1_000.into(),
			relay_number: 77,
			downward_queue_head: RelayHash::zero(),
			upgrade_pending: false,
			relay_parent_offset: 0,
		}
	}

	fn proof(data: &RelayData) -> RelayChainStateProof {
		let inherent = data.inherent();
		RelayChainStateProof::new(
			PARA_ID.into(),
			inherent.validation_data.relay_parent_storage_root,
			inherent.relay_chain_state,
		)
		.expect("the proof fits its root")
	}

	#[test]
	fn the_relay_number_moves_with_the_slots() {
		let number = |slot: u64| parent().child(PARA_ID.into(), slot.into()).number();
		assert_eq!(number(1_001), 78);
		assert_eq!(number(1_010), 87);
		assert_eq!(number(1_000), 78, "never stands still");
		assert_eq!(number(999), 78, "never falls");
	}

	#[test]
	fn the_first_block_is_relay_block_one() {
		let genesis = Parent { slot: 0.into(), relay_number: 0, ..parent() };
		assert_eq!(genesis.child(PARA_ID.into(), 295_000_000.into()).number(), 1);
	}

	#[test]
	fn the_relay_number_stops_at_its_end() {
		let last = Parent { relay_number: RelayBlockNumber::MAX, ..parent() };
		assert_eq!(last.child(PARA_ID.into(), 5_000.into()).number(), RelayBlockNumber::MAX);
	}

	#[test]
	fn the_runtime_reads_slot_head_and_limits_from_the_proof() {
		let data = parent().child(PARA_ID.into(), 1_001.into());
		let proof = proof(&data);
		assert_eq!(proof.read_slot().unwrap(), Slot::from(1_001));
		assert_eq!(proof.read_included_para_head().unwrap().0, parent().header.encode());
		let limits = proof.read_abridged_host_configuration().unwrap();
		assert_eq!(limits.max_code_size, MAX_CODE_SIZE);
		assert_eq!(limits.max_upward_message_size, 65_531);
		let head = data.inherent().validation_data.parent_head;
		assert_eq!(Header::decode(&mut &head.0[..]).unwrap(), parent().header);
	}

	#[test]
	fn an_upgrade_is_approved_exactly_while_it_waits() {
		let signal = |upgrade_pending| {
			let parent = Parent { upgrade_pending, ..parent() };
			proof(&parent.child(PARA_ID.into(), 1_001.into()))
				.read_upgrade_go_ahead_signal()
				.unwrap()
		};
		assert_eq!(signal(false), None);
		assert_eq!(signal(true), Some(UpgradeGoAhead::GoAhead));
	}

	#[test]
	fn the_downward_queue_stays_where_the_relay_chain_left_it() {
		let head = |downward_queue_head| {
			let parent = Parent { downward_queue_head, ..parent() };
			let proof = proof(&parent.child(PARA_ID.into(), 1_001.into()));
			let limits = proof.read_abridged_host_configuration().unwrap();
			proof.read_messaging_state_snapshot(&limits).unwrap().dmq_mqc_head
		};
		assert_eq!(head(RelayHash::zero()), RelayHash::zero());
		assert_eq!(head(RelayHash::repeat_byte(7)), RelayHash::repeat_byte(7));
	}

	#[test]
	fn the_same_parent_and_slot_give_the_same_relay_parent() {
		let at = |slot: u64| parent().child(PARA_ID.into(), slot.into());
		assert_eq!(at(1_001).relay_parent(), at(1_001).relay_parent());
		assert_ne!(at(1_001).relay_parent(), at(1_002).relay_parent());
		let validation_data = at(1_001).inherent().validation_data;
		assert_eq!(
			at(1_001).relay_parent(),
			(validation_data.relay_parent_storage_root, validation_data.relay_parent_number)
		);
	}

	#[test]
	fn relay_headers_are_there_when_the_runtime_wants_them() {
		for (relay_parent_offset, headers) in [(0, 0), (1, 2), (3, 4)] {
			let parent = Parent { relay_parent_offset, ..parent() };
			let inherent = parent.child(PARA_ID.into(), 1_001.into()).inherent();
			assert_eq!(inherent.relay_parent_descendants.len(), headers);
		}
	}

	#[test]
	fn the_inherent_goes_by_one_name() {
		let data = parent().child(PARA_ID.into(), 1_001.into());
		let provided = futures::executor::block_on(data.create_inherent_data()).unwrap();
		assert_eq!(provided.len(), 1);
		let inherent = provided.get_data::<ParachainInherentData>(&INHERENT_IDENTIFIER).unwrap();
		assert!(inherent.is_some());
	}

	#[test]
	fn blocks_carry_the_start_of_their_slot() {
		assert_eq!(start_of(2.into()), Timestamp::new(12_000));
		let slot = slot_now();
		let duration = SlotDuration::from_millis(SLOT_DURATION);
		assert_eq!(Slot::from_timestamp(start_of(slot), duration), slot);
	}
}
