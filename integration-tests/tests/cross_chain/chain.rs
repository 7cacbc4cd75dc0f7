//! This chain: blocks of the real runtime with the real inherents.

use ai_compute_pbc_runtime::{
	genesis_config_presets::get_preset, Address, Executive, Header, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeGenesisConfig, SignedPayload, System, TxExtension, UncheckedExtrinsic,
	PARA_ID, SLOT_DURATION,
};
use codec::Encode;
use cumulus_pallet_parachain_system::{
	HrmpOutboundMessages, PendingValidationCode, UpwardMessages,
};
use cumulus_primitives_core::{
	relay_chain::{well_known_keys, HeadData, UpgradeGoAhead},
	AbridgedHostConfiguration, InboundDownwardMessage, InboundHrmpMessage, ParaId,
	PersistedValidationData,
};
use cumulus_primitives_parachain_inherent::{
	MessageQueueChain, ParachainInherentData, INHERENT_IDENTIFIER,
};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::dispatch::DispatchResult;
use serde_json::Value;
use sp_block_builder::runtime_decl_for_block_builder::BlockBuilderV6;
use sp_consensus_aura::{Slot, AURA_ENGINE_ID};
use sp_core::{
	traits::{ReadRuntimeVersion, ReadRuntimeVersionExt},
	H256,
};
use sp_inherents::{InherentData, InherentIdentifier};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::{Digest, DigestItem, Era},
	traits::{BlakeTwo256, Header as _},
	BuildStorage, MultiSignature, StateVersion,
};
use sp_trie::StorageProof;
use std::collections::BTreeMap;

/// Inherent data of the timestamp.
const TIMESTAMP: InherentIdentifier = *b"timstap0";

/// Slot of the first block: somewhere in 2026.
const FIRST_SLOT: u64 = 300_000_000;

/// EDSC-PBC.
pub const EDSC_PARA: u32 = 2013;

/// Messages for this chain.
#[derive(Default)]
pub struct Inbox {
	/// From the relay chain, in their order.
	pub down: Vec<Vec<u8>>,
	/// From EDSC-PBC, as one page.
	pub beside: Option<Vec<u8>>,
}

/// Messages of this chain, as they leave with a block.
pub struct Outbox {
	/// To the relay chain.
	pub up: Vec<Vec<u8>>,
	/// Pages to siblings.
	pub beside: Vec<(u32, Vec<u8>)>,
}

/// What the relay chain's state says of this chain.
#[derive(Clone)]
pub struct RelayState {
	/// Messages and bytes for which the relay chain's queue has room.
	pub room: (u32, u32),
	/// Longest message to the relay chain.
	pub longest_message: u32,
	/// Whether there are channels to and from EDSC-PBC.
	pub channel: Channel,
	/// Entries of the relay chain's state that the collator adds to the proof.
	pub entries: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The channels between this chain and EDSC-PBC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
	Open,
	/// Open, without room for a message to EDSC-PBC.
	Full,
	Missing,
}

/// A call that somebody signs.
pub struct Tx(pub Sr25519Keyring, pub RuntimeCall);

pub struct Chain {
	ext: TestExternalities,
	/// Headers of all blocks by number.
	headers: Vec<Header>,
	slot: u64,
	relay_number: u32,
	/// Heads of the chains of messages from the relay chain and from EDSC-PBC.
	down: MessageQueueChain,
	beside: MessageQueueChain,
	/// Events of the last block.
	pub events: Vec<RuntimeEvent>,
}

/// Whoever looks for a runtime's version in new code finds that it is no runtime.
struct NoRuntimes;

impl ReadRuntimeVersion for NoRuntimes {
	fn read_runtime_version(
		&self,
		_: &[u8],
		_: &mut dyn sp_externalities::Externalities,
	) -> Result<Vec<u8>, String> {
		Err("no runtime".into())
	}
}

/// Puts `patch` on top of `base`, object by object.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}

impl Chain {
	/// A chain at the genesis of the development preset, posting checkpoints.
	pub fn new() -> Self {
		let preset = get_preset(&"development".into()).expect("preset exists");
		let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		merge(&mut config, serde_json::from_slice(&preset).unwrap());
		merge(&mut config, serde_json::json!({ "checkpoint": { "posting": "On" } }));
		let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("valid config");
		let mut ext = TestExternalities::from(config.build_storage().expect("genesis builds"));
		ext.register_extension(ReadRuntimeVersionExt::new(NoRuntimes));
		let root = ext.execute_with(|| H256::from_slice(&sp_io::storage::root(StateVersion::V1)));
		let genesis = Header::new(0, H256::zero(), root, H256::zero(), Digest::default());
		Self {
			ext,
			headers: vec![genesis],
			slot: FIRST_SLOT,
			relay_number: 1_000,
			down: MessageQueueChain::default(),
			beside: MessageQueueChain::default(),
			events: vec![],
		}
	}

	/// Reads the state after the last block.
	pub fn read<R>(&mut self, read: impl FnOnce() -> R) -> R {
		self.ext.execute_with(read)
	}

	/// Number of the last block.
	pub fn height(&self) -> u32 {
		self.tip().number
	}

	pub fn header(&self, number: u32) -> &Header {
		&self.headers[number as usize]
	}

	fn tip(&self) -> &Header {
		self.headers.last().expect("there is a genesis")
	}

	/// A proof of what the state after the last block has under these keys.
	pub fn prove(&self, keys: &[Vec<u8>]) -> StorageProof {
		assert_eq!(self.ext.backend.root(), &self.tip().state_root);
		sp_state_machine::prove_read_on_trie_backend(&self.ext.backend, keys)
			.expect("the state is there")
	}

	/// Makes the next block, one relay block after the last. Every transaction must be valid; what
	/// became of each is given.
	pub fn block(
		&mut self,
		inbox: Inbox,
		relay: &RelayState,
		txs: Vec<Tx>,
	) -> (Outbox, Vec<DispatchResult>) {
		self.slot += 1;
		self.relay_number += 1;
		let aura = DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(self.slot).encode());
		let tip = self.tip();
		let header = Header::new(
			tip.number + 1,
			Default::default(),
			Default::default(),
			tip.hash(),
			Digest { logs: vec![aura] },
		);
		let inherents = self.inherent_data(inbox, relay);
		let (header, applied, events, outbox) = self.ext.execute_with(|| {
			Executive::initialize_block(&header);
			let inherents = Runtime::inherent_extrinsics(inherents);
			assert_eq!(inherents.len(), 2, "timestamp and parachain inherent");
			for inherent in inherents {
				Executive::apply_extrinsic(inherent).unwrap().unwrap();
			}
			let applied = txs
				.into_iter()
				.map(|tx| Executive::apply_extrinsic(sign(tx)).expect("a valid transaction"))
				.collect();
			let header = Executive::finalize_block();
			let events = System::read_events_no_consensus().map(|record| record.event).collect();
			(header, applied, events, outbox())
		});
		self.ext.commit_all().unwrap();
		self.ext.execute_with(|| {
			pallet_checkpoint::Pallet::<Runtime>::do_try_state().expect("checkpoints");
			pallet_job_marketplace::Pallet::<Runtime>::do_try_state().expect("job marketplace");
		});
		self.headers.push(header);
		self.events = events;
		(outbox, applied)
	}

	fn inherent_data(&mut self, inbox: Inbox, relay: &RelayState) -> InherentData {
		let sent_at = self.relay_number;
		let downward_messages: Vec<_> = inbox
			.down
			.into_iter()
			.map(|msg| InboundDownwardMessage { sent_at, msg })
			.inspect(|message| {
				self.down.extend_downward(message);
			})
			.collect();
		let horizontal_messages: BTreeMap<ParaId, Vec<InboundHrmpMessage>> = inbox
			.beside
			.into_iter()
			.map(|data| InboundHrmpMessage { sent_at, data })
			.inspect(|message| {
				self.beside.extend_hrmp(message);
			})
			.map(|message| (EDSC_PARA.into(), vec![message]))
			.collect();

		let upgrade_pending = self.read(PendingValidationCode::<Runtime>::exists);
		let parent = HeadData(self.tip().encode());
		let mut state = RelayStateSproofBuilder {
			para_id: PARA_ID.into(),
			current_slot: self.slot.into(),
			dmq_mqc_head: Some(self.down.head()),
			included_para_head: Some(parent.clone()),
			upgrade_go_ahead: upgrade_pending.then_some(UpgradeGoAhead::GoAhead),
			relay_dispatch_queue_remaining_capacity: Some(relay.room),
			host_config: AbridgedHostConfiguration {
				max_code_size: 5 * 1024 * 1024,
				max_upward_message_size: relay.longest_message,
				max_upward_queue_size: 1 << 20,
				..RelayStateSproofBuilder::default().host_config
			},
			additional_key_values: vec![(
				well_known_keys::CURRENT_BLOCK_RANDOMNESS.to_vec(),
				Some(sp_io::hashing::blake2_256(&self.relay_number.encode())).encode(),
			)],
			num_authorities: 2,
			..Default::default()
		};
		state.additional_key_values.extend(relay.entries.iter().cloned());
		if relay.channel != Channel::Missing {
			let inbound = state.upsert_inbound_channel(EDSC_PARA.into());
			inbound.max_capacity = 8;
			inbound.max_total_size = 800 * 1024;
			inbound.max_message_size = 100 * 1024;
			inbound.mqc_head = Some(self.beside.head());
			let outbound = state.upsert_outbound_channel(EDSC_PARA.into());
			outbound.max_capacity = 8;
			outbound.max_total_size = 800 * 1024;
			outbound.max_message_size = 100 * 1024;
			if relay.channel == Channel::Full {
				outbound.msg_count = outbound.max_capacity;
				outbound.total_size = outbound.max_total_size;
			}
		}
		let (root, proof, descendants) = state.into_state_root_proof_and_descendants(0);

		let mut data = InherentData::new();
		data.put_data(TIMESTAMP, &(self.slot * SLOT_DURATION)).unwrap();
		data.put_data(
			INHERENT_IDENTIFIER,
			&ParachainInherentData {
				validation_data: PersistedValidationData {
					parent_head: parent,
					relay_parent_number: self.relay_number,
					relay_parent_storage_root: root,
					max_pov_size: 10 * 1024 * 1024,
				},
				relay_chain_state: proof,
				downward_messages,
				horizontal_messages,
				relay_parent_descendants: descendants,
				collator_peer_id: None,
			},
		)
		.unwrap();
		data
	}
}

/// What leaves with the block that has just ended.
fn outbox() -> Outbox {
	Outbox {
		// An empty message ends the messages; signals to the relay chain come after it.
		up: UpwardMessages::<Runtime>::get()
			.into_iter()
			.take_while(|message| !message.is_empty())
			.collect(),
		beside: HrmpOutboundMessages::<Runtime>::get()
			.into_iter()
			.map(|message| (message.recipient.into(), message.data))
			.collect(),
	}
}

/// Signs a call as its signer's next transaction.
fn sign(Tx(signer, call): Tx) -> UncheckedExtrinsic {
	let account = signer.to_account_id();
	let extension = TxExtension::new((
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(System::account_nonce(&account)),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	));
	let payload = SignedPayload::new(call.clone(), extension.clone()).unwrap();
	let signature = payload.using_encoded(|bytes| signer.sign(bytes));
	UncheckedExtrinsic::new_signed(
		call,
		Address::Id(account),
		MultiSignature::Sr25519(signature),
		extension,
	)
}

/// What a state with that root has under a key, read out of a proof.
pub fn read_proof(root: H256, proof: StorageProof, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
	sp_state_machine::read_proof_check::<BlakeTwo256, _>(root, proof, [key])
		.map(|mut values| values.remove(key).flatten())
		.map_err(|error| error.to_string())
}
