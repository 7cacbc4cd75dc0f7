//! Two nodes in memory: one builds blocks the way a collator does, the other executes them.
//!
//! Blocks carry the real inherents, made by the runtime from inherent data with a relay chain state
//! proof. The second node starts from the same genesis and runs every block through
//! `Executive::execute_block`, which checks signatures, extrinsics root and state root: what the
//! first node built, any node can import.

use ai_compute_pbc_runtime::{
	genesis_config_presets::get_preset, invariants, Address, Balance, Balances, Block, Executive,
	Header, Nonce, ParachainInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig,
	SignedPayload, System, TxExtension, UncheckedExtrinsic, SLOT_DURATION,
};
use codec::Encode;
use cumulus_pallet_parachain_system::PendingValidationCode;
use cumulus_primitives_core::{
	relay_chain::{well_known_keys, HeadData, UpgradeGoAhead},
	AbridgedHostConfiguration, PersistedValidationData,
};
use cumulus_primitives_parachain_inherent::{ParachainInherentData, INHERENT_IDENTIFIER};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::{
	dispatch::DispatchResult,
	storage::{with_transaction, TransactionOutcome},
	traits::fungible::Inspect,
};
use serde_json::Value;
use sp_block_builder::runtime_decl_for_block_builder::BlockBuilderV6;
use sp_consensus_aura::{Slot, AURA_ENGINE_ID};
use sp_inherents::{InherentData, InherentIdentifier};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::{Digest, DigestItem, Era},
	traits::Header as _,
	transaction_validity::TransactionValidityError,
	BuildStorage, DispatchError, MultiSignature,
};

/// Inherent data of the timestamp.
const TIMESTAMP: InherentIdentifier = *b"timstap0";

/// Slot of the first block: somewhere in 2026.
const FIRST_SLOT: u64 = 300_000_000;

/// A call that somebody signs.
pub struct Tx {
	pub signer: Sr25519Keyring,
	pub call: RuntimeCall,
	pub tip: Balance,
}

/// A signed call without tip.
pub fn tx(signer: Sr25519Keyring, call: impl Into<RuntimeCall>) -> Tx {
	Tx { signer, call: call.into(), tip: 0 }
}

/// What became of a transaction.
pub type Applied = Result<DispatchResult, TransactionValidityError>;

pub struct Chain {
	author: TestExternalities,
	follower: TestExternalities,
	pub parent: Header,
	pub slot: u64,
	pub relay_number: u32,
	/// Events of the last block.
	pub events: Vec<RuntimeEvent>,
	/// Results of the last block's transactions.
	pub applied: Vec<Applied>,
}

/// The genesis configuration of a preset, patched on top of the defaults as a node does it.
pub fn genesis_config(preset: &str) -> Value {
	let patch = get_preset(&preset.into()).expect("preset exists");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	merge(&mut config, serde_json::from_slice(&patch).unwrap());
	config
}

/// Puts `patch` on top of `base`, object by object.
pub fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}

/// State at genesis.
pub fn genesis_ext(config: Value) -> TestExternalities {
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("valid config");
	config.build_storage().expect("genesis builds").into()
}

/// State at the genesis of the development preset, with block 1 begun.
pub fn dev_ext() -> TestExternalities {
	let mut ext = genesis_ext(genesis_config("development"));
	ext.execute_with(|| System::set_block_number(1));
	ext
}

impl Chain {
	/// A chain at the genesis of the development preset.
	pub fn new() -> Self {
		Self::with_genesis(genesis_config("development"))
	}

	pub fn with_genesis(config: Value) -> Self {
		let mut author = genesis_ext(config.clone());
		let follower = genesis_ext(config);
		let state_root = author.execute_with(storage_root);
		let parent =
			Header::new(0, Default::default(), state_root, Default::default(), Digest::default());
		Self {
			author,
			follower,
			parent,
			slot: FIRST_SLOT,
			relay_number: 1_000,
			events: vec![],
			applied: vec![],
		}
	}

	/// Reads the state after the last block.
	pub fn read<R>(&mut self, read: impl FnOnce() -> R) -> R {
		self.author.execute_with(read)
	}

	/// Spendable balance.
	pub fn free(&mut self, who: Sr25519Keyring) -> Balance {
		self.read(|| Balances::balance(&who.to_account_id()))
	}

	/// Balance including what is on hold.
	pub fn total(&mut self, who: Sr25519Keyring) -> Balance {
		self.read(|| Balances::total_balance(&who.to_account_id()))
	}

	/// Fee and tip that `who` paid in the last block.
	pub fn fees_paid(&self, who: Sr25519Keyring) -> Balance {
		self.events
			.iter()
			.filter_map(|event| match event {
				RuntimeEvent::TransactionPayment(
					pallet_transaction_payment::Event::TransactionFeePaid {
						who: payer,
						actual_fee,
						..
					},
				) if *payer == who.to_account_id() => Some(*actual_fee),
				_ => None,
			})
			.sum()
	}

	/// One block on the next relay block, with these transactions.
	pub fn block(&mut self, txs: Vec<Tx>) -> &[Applied] {
		self.block_after(1, txs)
	}

	/// A block whose only transaction must succeed.
	#[track_caller]
	pub fn ok(&mut self, signer: Sr25519Keyring, call: impl Into<RuntimeCall>) {
		let applied = self.block(vec![tx(signer, call)]);
		assert_eq!(applied, [Ok(Ok(()))]);
	}

	/// A block whose only transaction is included and must fail.
	#[track_caller]
	pub fn fails(
		&mut self,
		signer: Sr25519Keyring,
		call: impl Into<RuntimeCall>,
		error: impl Into<sp_runtime::DispatchError>,
	) {
		let applied = self.block(vec![tx(signer, call)]);
		assert_eq!(applied, [Ok(Err(error.into()))]);
	}

	/// One block `relay_blocks` relay blocks after the last, with these transactions.
	pub fn block_after(&mut self, relay_blocks: u32, txs: Vec<Tx>) -> &[Applied] {
		let mut txs = txs.into_iter();
		self.block_of(relay_blocks, |_| txs.next())
	}

	/// One block `relay_blocks` relay blocks after the last. `next` is told what became of the
	/// transaction before, sees the state that it left, and makes the following one.
	pub fn block_of(
		&mut self,
		relay_blocks: u32,
		mut next: impl FnMut(Option<&Applied>) -> Option<Tx>,
	) -> &[Applied] {
		self.slot += u64::from(relay_blocks);
		self.relay_number += relay_blocks;
		let digest = Digest {
			logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(self.slot).encode())],
		};
		let header = Header::new(
			self.parent.number + 1,
			Default::default(),
			Default::default(),
			self.parent.hash(),
			digest,
		);
		let inherents = self.inherent_data();

		let (header, extrinsics, applied, events) = self.author.execute_with(|| {
			Executive::initialize_block(&header);
			let mut extrinsics = Runtime::inherent_extrinsics(inherents);
			assert_eq!(extrinsics.len(), 2, "timestamp and parachain inherent");
			for inherent in &extrinsics {
				Executive::apply_extrinsic(inherent.clone()).unwrap().unwrap();
			}
			let mut applied = vec![];
			while let Some(tx) = next(applied.last()) {
				let extrinsic = sign(tx);
				// What is not valid does not get into a block and leaves no trace.
				let result = with_transaction(|| {
					let result = Executive::apply_extrinsic(extrinsic.clone());
					match result.is_ok() {
						true => TransactionOutcome::Commit(Ok::<_, DispatchError>(result)),
						false => TransactionOutcome::Rollback(Ok(result)),
					}
				})
				.unwrap();
				if result.is_ok() {
					extrinsics.push(extrinsic);
				}
				applied.push(result);
			}
			let header = Executive::finalize_block();
			let events = System::read_events_no_consensus().map(|record| record.event).collect();
			(header, extrinsics, applied, events)
		});
		self.author.commit_all().unwrap();
		self.author.execute_with(check_state);

		let block = Block { header: header.clone(), extrinsics };
		self.follower.execute_with(|| Executive::execute_block(block.into()));
		self.follower.commit_all().unwrap();

		self.parent = header;
		self.applied = applied;
		self.events = events;
		&self.applied
	}

	/// Empty blocks until the clock has advanced by `ticks`.
	pub fn advance(&mut self, mut ticks: u32) {
		while ticks > 0 {
			let step = ticks.min(10);
			self.block_after(step, vec![]);
			ticks -= step;
		}
	}

	/// Moves the clock as if `ticks` had passed in blocks without transactions.
	pub fn skip(&mut self, ticks: u32) {
		self.plant(|| pallet_clock::Now::<Runtime>::mutate(|now| *now += ticks));
	}

	/// Changes the state of both nodes alike, for what no transaction of a test can do.
	pub fn plant(&mut self, change: impl Fn()) {
		for ext in [&mut self.author, &mut self.follower] {
			ext.execute_with(&change);
			ext.commit_all().unwrap();
		}
		self.block(vec![]);
	}

	fn inherent_data(&mut self) -> InherentData {
		let upgrade_pending = self.read(PendingValidationCode::<Runtime>::exists);
		let para_id = self.read(ParachainInfo::parachain_id);
		let (root, proof, descendants) = RelayStateSproofBuilder {
			para_id,
			current_slot: self.slot.into(),
			included_para_head: Some(HeadData(self.parent.encode())),
			upgrade_go_ahead: upgrade_pending.then_some(UpgradeGoAhead::GoAhead),
			host_config: AbridgedHostConfiguration {
				max_code_size: 5 * 1024 * 1024,
				max_upward_message_size: 65_531,
				max_upward_queue_size: 1 << 20,
				..RelayStateSproofBuilder::default().host_config
			},
			additional_key_values: vec![(
				well_known_keys::CURRENT_BLOCK_RANDOMNESS.to_vec(),
				Some(seed(self.relay_number)).encode(),
			)],
			num_authorities: 2,
			..Default::default()
		}
		.into_state_root_proof_and_descendants(0);

		let mut data = InherentData::new();
		data.put_data(TIMESTAMP, &(self.slot * SLOT_DURATION)).unwrap();
		data.put_data(
			INHERENT_IDENTIFIER,
			&ParachainInherentData {
				validation_data: PersistedValidationData {
					parent_head: HeadData(self.parent.encode()),
					relay_parent_number: self.relay_number,
					relay_parent_storage_root: root,
					max_pov_size: 10 * 1024 * 1024,
				},
				relay_chain_state: proof,
				downward_messages: vec![],
				horizontal_messages: Default::default(),
				relay_parent_descendants: descendants,
				collator_peer_id: None,
			},
		)
		.unwrap();
		data
	}
}

/// What must hold after every block.
pub fn check_state() {
	pallet_aidid::Pallet::<Runtime>::do_try_state().expect("AIDID");
	pallet_did_registry::Pallet::<Runtime>::do_try_state().expect("DID registry");
	pallet_accounts::Pallet::<Runtime>::do_try_state().expect("accounts");
	pallet_gpu_registry::Pallet::<Runtime>::do_try_state().expect("GPU registry");
	pallet_job_marketplace::Pallet::<Runtime>::do_try_state().expect("job marketplace");
	pallet_confidential_compute::Pallet::<Runtime>::do_try_state().expect("confidential compute");
	pallet_ai_models::Pallet::<Runtime>::do_try_state().expect("AI models");
	pallet_reputation::Pallet::<Runtime>::do_try_state().expect("reputation");
	pallet_payment_streams::Pallet::<Runtime>::do_try_state().expect("payment streams");
	pallet_checkpoint::Pallet::<Runtime>::do_try_state().expect("checkpoint");
	invariants::check().expect("pallets agree");
}

/// All accounts together have the whole issuance, and each has reserved what its holds say: there
/// are no multisignatures and proxies, whose deposits are no holds.
pub fn check_money() {
	let mut sum = 0;
	for (who, info) in frame_system::Account::<Runtime>::iter() {
		sum += info.data.free + info.data.reserved;
		let held: Balance =
			pallet_balances::Holds::<Runtime>::get(&who).iter().map(|hold| hold.amount).sum();
		assert_eq!(info.data.reserved, held, "{who:?} has reserved what no hold says");
	}
	assert_eq!(sum, Balances::total_issuance(), "accounts do not sum to the issuance");
}

/// The relay chain's randomness at one of its blocks.
pub fn seed(relay_number: u32) -> [u8; 32] {
	sp_io::hashing::blake2_256(&relay_number.encode())
}

fn storage_root() -> sp_core::H256 {
	let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
	sp_core::H256::from_slice(&root)
}

/// The extensions of an immortal transaction.
pub fn extension(nonce: Nonce, tip: Balance) -> TxExtension {
	TxExtension::new((
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(tip),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	))
}

/// Signs a call as its signer's next transaction.
pub fn sign(tx: Tx) -> UncheckedExtrinsic {
	let account = tx.signer.to_account_id();
	let extension = extension(System::account_nonce(&account), tx.tip);
	let payload = SignedPayload::new(tx.call.clone(), extension.clone()).unwrap();
	let signature = payload.using_encoded(|bytes| tx.signer.sign(bytes));
	UncheckedExtrinsic::new_signed(
		tx.call,
		Address::Id(account),
		MultiSignature::Sr25519(signature),
		extension,
	)
}
