//! Dev mode: one node that seals its own blocks and finalises them at once.
//!
//! Time is made up as well: each block is one slot after its parent at least, so that many blocks
//! can be sealed within six seconds of real time, and the chain's clock then runs ahead of the
//! real one until that catches up. Any keys may stand in the genesis: nobody checks who seals.

use crate::{
	cli::Sealing,
	relay_data::{self, Parent},
	rpc,
	service::{Block, FullClient, Hash, Parts, Pool},
};
use ai_compute_pbc_runtime::SLOT_DURATION;
use cumulus_client_service::ParachainTracingExecuteBlock;
use futures::{
	channel::{mpsc, oneshot},
	future, stream, Stream, StreamExt,
};
use futures_timer::Delay;
use sc_client_api::HeaderBackend;
use sc_consensus::DefaultImportQueue;
use sc_consensus_manual_seal::{
	consensus::aura::AuraConsensusDataProvider, run_manual_seal, EngineCommand, ManualSealParams,
};
use sc_network::{
	config::{FullNetworkConfiguration, TransportConfig},
	Litep2pNetworkBackend, NotificationMetrics,
};
use sc_service::{error::Error, Configuration, SpawnTaskHandle, TaskManager};
use sc_transaction_pool_api::TransactionPool;
use sp_consensus_aura::SlotDuration;
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};

/// How often instant sealing looks for work that no notification announced.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Imports blocks that another dev node exported; they carry no seals.
pub fn import_queue(parts: &Parts, config: &Configuration) -> DefaultImportQueue<Block> {
	sc_consensus_manual_seal::import_queue(
		Box::new(parts.client.clone()),
		&parts.task_manager.spawn_essential_handle(),
		config.prometheus_registry(),
	)
}

/// Starts the node.
pub fn start(
	mut config: Configuration,
	sealing: Sealing,
	para_id: Option<u32>,
) -> Result<TaskManager, Error> {
	let mut parts = Parts::new(&config, Vec::new())?;
	let para_id = parts.para_id(&config, para_id)?;

	// A chain of one has no peers.
	config.network.boot_nodes.clear();
	config.network.default_peers_set.in_peers = 0;
	config.network.default_peers_set.out_peers = 0;
	if let TransportConfig::Normal { enable_mdns, .. } = &mut config.network.transport {
		*enable_mdns = false;
	}
	let net_config = FullNetworkConfiguration::<_, _, Litep2pNetworkBackend>::new(
		&config.network,
		config.prometheus_registry().cloned(),
	);
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: parts.client.clone(),
			transaction_pool: parts.transaction_pool.clone(),
			spawn_handle: parts.task_manager.spawn_handle(),
			spawn_essential_handle: parts.task_manager.spawn_essential_handle(),
			import_queue: import_queue(&parts, &config),
			block_announce_validator_builder: None,
			warp_sync_config: None,
			block_relay: None,
			metrics: NotificationMetrics::new(None),
			gap_sync_body_policy: None,
		})?;
	parts.spawn_offchain_workers(&config, network.clone())?;

	let (rpc_commands, asked_for) = mpsc::channel(1024);
	let commands = stream::select(asked_for, unasked_for(sealing, &parts));
	let client = parts.client.clone();
	let sealing_task = run_manual_seal(ManualSealParams {
		block_import: parts.client.clone(),
		env: parts.proposers(&config),
		client: parts.client.clone(),
		pool: parts.transaction_pool.clone(),
		commands_stream: commands,
		select_chain: parts.select_chain.clone(),
		// The slot in the header follows from the timestamp.
		consensus_data_provider: Some(Box::new(AuraConsensusDataProvider::new_with_slot_duration(
			SlotDuration::from_millis(SLOT_DURATION),
		))),
		create_inherent_data_providers: move |parent, ()| {
			let parent = Parent::read(&client, parent);
			future::ready(parent.map_err(Into::into).map(|parent| {
				let slot = relay_data::slot_now().max(parent.slot + 1);
				let timestamp = TimestampProvider::new(relay_data::start_of(slot));
				(timestamp, parent.child(para_id, slot))
			}))
		},
	});
	parts.task_manager.spawn_essential_handle().spawn_blocking(
		"sealing",
		Some("block-authoring"),
		sealing_task,
	);

	let (client, pool) = (parts.client.clone(), parts.transaction_pool.clone());
	sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		config,
		client: parts.client.clone(),
		backend: parts.backend.clone(),
		task_manager: &mut parts.task_manager,
		keystore: parts.keystore.clone(),
		transaction_pool: parts.transaction_pool.clone(),
		rpc_builder: Box::new(move |_| {
			let mut module = rpc::common(&client, &pool)?;
			rpc::add_sealing(&mut module, rpc_commands.clone())?;
			Ok(module)
		}),
		network,
		system_rpc_tx,
		tx_handler_controller,
		sync_service,
		telemetry: parts.telemetry.as_mut(),
		tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(
			parts.client.clone(),
		))),
	})?;
	Ok(parts.task_manager)
}

type Commands = stream::BoxStream<'static, EngineCommand<Hash>>;

/// The blocks that are sealed without anybody asking for them.
fn unasked_for(sealing: Sealing, parts: &Parts) -> Commands {
	let spawner = parts.task_manager.spawn_handle();
	match sealing {
		Sealing::Manual => stream::pending().boxed(),
		Sealing::Every(period) => {
			every(period).map(move |()| seal(BlockContent::Any, &spawner)).boxed()
		}
		Sealing::Instant => {
			instant(parts.client.clone(), parts.transaction_pool.clone(), spawner).boxed()
		}
	}
}

/// A block for every transaction that arrives, and one when new code waits to be applied. Then
/// looks again from time to time, for transactions that did not fit into the last block.
fn instant(
	client: Arc<FullClient>,
	pool: Arc<Pool>,
	spawner: SpawnTaskHandle,
) -> impl Stream<Item = EngineCommand<Hash>> {
	let arrivals = pool.import_notification_stream().map(drop);
	stream::select(arrivals, every(LOOK_AGAIN)).filter_map(move |()| {
		let upgrade = relay_data::upgrade_pending(&client, client.info().best_hash);
		future::ready(match upgrade {
			Ok(true) => Some(seal(BlockContent::Any, &spawner)),
			_ if pool.status().ready > 0 => Some(seal(BlockContent::Transactions, &spawner)),
			_ => None,
		})
	})
}

fn every(period: Duration) -> impl Stream<Item = ()> + Send {
	stream::repeat(()).then(move |()| Delay::new(period))
}

/// What a block must contain to be worth sealing.
enum BlockContent {
	Any,
	Transactions,
}

/// The command to seal a block, with a listener for what comes of it.
fn seal(content: BlockContent, spawner: &SpawnTaskHandle) -> EngineCommand<Hash> {
	let (sender, result) = oneshot::channel();
	spawner.spawn("sealing-result", Some("block-authoring"), async move {
		use sc_consensus_manual_seal::Error::EmptyTransactionPool;
		match result.await {
			Ok(Err(EmptyTransactionPool)) => log::debug!("Nothing to seal."),
			Ok(Err(error)) => log::error!("Could not seal a block: {error}"),
			Ok(Ok(_)) | Err(oneshot::Canceled) => (),
		}
	});
	EngineCommand::SealNewBlock {
		create_empty: matches!(content, BlockContent::Any),
		finalize: true,
		parent_hash: None,
		sender: Some(sender),
	}
}
