//! Parachain mode: a collator or full node beside a relay chain node. Blocks are made by the
//! slot-based collator and finalised by the relay chain.

use crate::{
	rpc,
	service::{Block, FullBackend, FullClient, Hash, Parts},
};
use codec::Encode;
use cumulus_client_bootnodes::{start_bootnode_tasks, StartBootnodeTasksParams};
use cumulus_client_cli::CollatorOptions;
use cumulus_client_collator::service::CollatorService;
use cumulus_client_consensus_aura::{
	collators::slot_based::{self, SlotBasedBlockImport, SlotBasedBlockImportHandle},
	equivocation_import_queue::fully_verifying_import_queue,
};
use cumulus_client_consensus_common::ParachainBlockImport;
use cumulus_client_service::{
	build_network, build_relay_chain_interface, prepare_node_config, start_relay_chain_tasks,
	BuildNetworkParams, DARecoveryProfile, ParachainTracingExecuteBlock,
	StartRelayChainTasksParams,
};
use cumulus_primitives_core::relay_chain::ValidationCode;
use sc_client_api::HeaderBackend;
use sc_consensus::DefaultImportQueue;
use sc_network::{
	config::FullNetworkConfiguration, NetworkBackend, NetworkBlock, NetworkStateInfo,
};
use sc_service::{error::Error, Configuration, ImportQueue, TaskManager};
use sp_consensus_aura::sr25519::AuthorityPair;
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};

/// Length of a slot of the relay chain.
const RELAY_CHAIN_SLOT: Duration = Duration::from_secs(6);

/// How long after the start of a slot a block is built, so that the relay block of the slot has
/// arrived.
const AUTHORING_DELAY: Duration = Duration::from_secs(1);

type SlotBased = SlotBasedBlockImport<Block, Arc<FullClient>, FullClient>;
type BlockImport = ParachainBlockImport<Block, SlotBased, FullBackend>;

/// How blocks come in, and what the collator needs of it.
pub struct Imports {
	pub queue: DefaultImportQueue<Block>,
	block_import: BlockImport,
	handle: SlotBasedBlockImportHandle<Block>,
}

impl Imports {
	/// Checks seal and time of each block; the rest is checked by the relay chain.
	pub fn new(parts: &Parts, config: &Configuration) -> Self {
		let (slot_based, handle) =
			SlotBasedBlockImport::new(parts.client.clone(), parts.client.clone());
		let block_import = ParachainBlockImport::new(slot_based, parts.backend.clone());
		let queue = fully_verifying_import_queue::<AuthorityPair, _, _, _, _>(
			parts.client.clone(),
			block_import.clone(),
			|_, ()| async { Ok(TimestampProvider::from_system_time()) },
			&parts.task_manager.spawn_essential_handle(),
			config.prometheus_registry(),
			parts.telemetry_handle(),
		);
		Self { queue, block_import, handle }
	}
}

/// Flags of the parachain side.
pub struct Options {
	/// Embedded or remote relay chain node, bootnodes by the relay chain's DHT.
	pub collator: CollatorOptions,
	/// Share of the largest proof that a block may use, in percent.
	pub max_pov_percentage: Option<u32>,
	/// Parachain id that the operator expects.
	pub para_id: Option<u32>,
}

/// Starts the node and, unless it is remote, the relay chain node.
pub async fn start<Network: NetworkBackend<Block, Hash>>(
	config: Configuration,
	relay_config: Configuration,
	options: Options,
) -> Result<TaskManager, Error> {
	let config = prepare_node_config(config);
	let mut parts = Parts::new(&config, Vec::new())?;
	let para_id = parts.para_id(&config, options.para_id)?;
	let Imports { queue, block_import, handle } = Imports::new(&parts, &config);
	let import_queue_service = queue.service();

	let fork_id = config.chain_spec.fork_id().map(ToString::to_string);
	let relay_chain_fork_id = relay_config.chain_spec.fork_id().map(ToString::to_string);
	let public_addresses = config.network.public_addresses.clone();
	let advertise_non_global_ips = config.network.allow_non_globals_in_dht;
	let (relay_chain_interface, collator_key, relay_chain_network, bootnode_requests) =
		build_relay_chain_interface(
			relay_config,
			&config,
			parts.telemetry_worker.clone(),
			&mut parts.task_manager,
			options.collator.clone(),
			None,
		)
		.await
		.map_err(|error| Error::Application(Box::new(error)))?;

	let (network, system_rpc_tx, tx_handler_controller, sync_service, _) =
		build_network(BuildNetworkParams {
			parachain_config: &config,
			net_config: FullNetworkConfiguration::<Block, Hash, Network>::new(
				&config.network,
				config.prometheus_registry().cloned(),
			),
			client: parts.client.clone(),
			transaction_pool: parts.transaction_pool.clone(),
			para_id,
			spawn_handle: parts.task_manager.spawn_handle(),
			spawn_essential_handle: parts.task_manager.spawn_essential_handle(),
			relay_chain_interface: relay_chain_interface.clone(),
			import_queue: queue,
			metrics: Network::register_notification_metrics(config.prometheus_registry()),
			gap_sync_body_policy: None,
		})
		.await?;
	parts.spawn_offchain_workers(&config, network.clone())?;

	let is_collator = config.role.is_authority();
	let prometheus_registry = config.prometheus_registry().cloned();
	let proposers = parts.proposers(&config);
	let (client, pool) = (parts.client.clone(), parts.transaction_pool.clone());
	sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		config,
		client: parts.client.clone(),
		backend: parts.backend.clone(),
		task_manager: &mut parts.task_manager,
		keystore: parts.keystore.clone(),
		transaction_pool: parts.transaction_pool.clone(),
		rpc_builder: Box::new(move |_| rpc::common(&client, &pool)),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		telemetry: parts.telemetry.as_mut(),
		tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(
			parts.client.clone(),
		))),
	})?;

	let announce_block: Announce = {
		let sync_service = sync_service.clone();
		Arc::new(move |hash, data| sync_service.announce_block(hash, data))
	};
	let overseer_handle = relay_chain_interface
		.overseer_handle()
		.map_err(|error| Error::Application(Box::new(error)))?;
	start_relay_chain_tasks(StartRelayChainTasksParams {
		client: parts.client.clone(),
		announce_block: announce_block.clone(),
		para_id,
		relay_chain_interface: relay_chain_interface.clone(),
		task_manager: &mut parts.task_manager,
		da_recovery_profile: if is_collator {
			DARecoveryProfile::Collator
		} else {
			DARecoveryProfile::FullNode
		},
		import_queue: import_queue_service,
		relay_chain_slot_duration: RELAY_CHAIN_SLOT,
		recovery_handle: Box::new(overseer_handle),
		sync_service,
		prometheus_registry: prometheus_registry.as_ref(),
	})?;
	start_bootnode_tasks(StartBootnodeTasksParams {
		embedded_dht_bootnode: options.collator.embedded_dht_bootnode,
		dht_bootnode_discovery: options.collator.dht_bootnode_discovery,
		para_id,
		task_manager: &mut parts.task_manager,
		relay_chain_interface: relay_chain_interface.clone(),
		relay_chain_fork_id,
		relay_chain_network: relay_chain_network.clone(),
		request_receiver: bootnode_requests,
		parachain_network: network,
		advertise_non_global_ips,
		parachain_genesis_hash: parts.client.info().genesis_hash.encode(),
		parachain_fork_id: fork_id,
		parachain_public_addresses: public_addresses,
	});

	if is_collator {
		let collator_key = collator_key
			.ok_or_else(|| Error::Other("the relay chain node has no collator key".into()))?;
		let code_client = parts.client.clone();
		slot_based::run::<Block, AuthorityPair, _, _, _, _, _, _, _, _, _>(slot_based::Params {
			// Time, slot and relay chain data are the collator's own business.
			create_inherent_data_providers: |_, ()| async { Ok(()) },
			block_import,
			para_client: parts.client.clone(),
			para_backend: parts.backend.clone(),
			relay_client: relay_chain_interface,
			relay_chain_slot_duration: RELAY_CHAIN_SLOT,
			code_hash_provider: move |hash| {
				code_client.code_at(hash).ok().map(|code| ValidationCode::from(code).hash())
			},
			keystore: parts.keystore.clone(),
			collator_key,
			collator_peer_id: relay_chain_network.local_peer_id(),
			para_id,
			proposer: proposers,
			collator_service: CollatorService::new(
				parts.client.clone(),
				announce_block,
				parts.client.clone(),
			),
			reinitialize: false,
			slot_offset: AUTHORING_DELAY,
			block_import_handle: handle,
			spawner: parts.task_manager.spawn_essential_handle(),
			export_pov: None,
			max_pov_percentage: options.max_pov_percentage,
		});
	}
	Ok(parts.task_manager)
}

type Announce = Arc<dyn Fn(Hash, Option<Vec<u8>>) + Send + Sync>;
