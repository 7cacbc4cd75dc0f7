//! Sovereign mode: the collators make blocks by Aura and finalise them by GRANDPA among
//! themselves, with relay chain data of their own making (see `relay_data`).

use crate::{
	recording_proposer::Recording,
	relay_data::{self, Parent},
	relay_data_check::RelayDataCheck,
	rpc,
	service::{Block, FullBackend, FullClient, Hash, Parts, SelectChain},
};
use ai_compute_pbc_runtime::SLOT_DURATION;
use cumulus_client_service::ParachainTracingExecuteBlock;
use cumulus_primitives_core::ParaId;
use sc_client_api::HeaderBackend;
use sc_consensus::{BasicQueue, DefaultImportQueue};
use sc_consensus_aura::{BuildVerifierParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{
	grandpa_peers_set_config, run_grandpa_voter, warp_proof::NetworkProvider,
	FinalityProofProvider, GrandpaBlockImport, GrandpaParams, GrandpaPruningFilter, LinkHalf,
	SharedVoterState, VotingRulesBuilder,
};
use sc_network::{config::FullNetworkConfiguration, NetworkBackend};
use sc_service::{error::Error, Configuration, PruningFilter, TaskManager, WarpSyncConfig};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{inherents, sr25519::AuthorityPair, SlotDuration};
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};

/// Blocks between two justifications that are kept, besides those at changes of the voters.
const JUSTIFICATION_PERIOD: u32 = 512;

type BlockImport = GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;

/// How blocks come in, and what GRANDPA needs of it.
pub struct Imports {
	pub queue: DefaultImportQueue<Block>,
	block_import: BlockImport,
	link: LinkHalf<Block, FullClient, SelectChain>,
}

impl Imports {
	/// Checks seal, time and relay chain data of each block and follows GRANDPA's changes of
	/// voters.
	pub fn new(parts: &Parts, config: &Configuration, para_id: ParaId) -> Result<Self, Error> {
		let (block_import, link) = sc_consensus_grandpa::block_import(
			parts.client.clone(),
			JUSTIFICATION_PERIOD,
			&parts.client,
			parts.select_chain.clone(),
			parts.telemetry_handle(),
		)?;
		let verifier =
			sc_consensus_aura::build_verifier::<AuthorityPair, _, _, Block>(BuildVerifierParams {
				client: parts.client.clone(),
				create_inherent_data_providers: |_, ()| async {
					let slot = inherents::InherentDataProvider::new(relay_data::slot_now());
					Ok((slot, TimestampProvider::from_system_time()))
				},
				check_for_equivocation: Default::default(),
				telemetry: parts.telemetry_handle(),
				compatibility_mode: Default::default(),
			});
		let verifier = RelayDataCheck { inner: verifier, client: parts.client.clone(), para_id };
		let queue = BasicQueue::new(
			verifier,
			Box::new(block_import.clone()),
			Some(Box::new(block_import.clone())),
			&parts.task_manager.spawn_essential_handle(),
			config.prometheus_registry(),
		);
		Ok(Self { queue, block_import, link })
	}
}

/// Keeps the blocks whose justifications newcomers need.
pub fn pruning_filters() -> Vec<Arc<dyn PruningFilter>> {
	vec![Arc::new(GrandpaPruningFilter)]
}

/// Starts the node.
pub fn start<Network: NetworkBackend<Block, Hash>>(
	config: Configuration,
	para_id: Option<u32>,
) -> Result<TaskManager, Error> {
	let mut parts = Parts::new(&config, pruning_filters())?;
	let para_id = parts.para_id(&config, para_id)?;
	let Imports { queue, block_import, link } = Imports::new(&parts, &config, para_id)?;
	let authority_set = link.shared_authority_set().clone();

	let mut net_config = FullNetworkConfiguration::<Block, Hash, Network>::new(
		&config.network,
		config.prometheus_registry().cloned(),
	);
	let metrics = Network::register_notification_metrics(config.prometheus_registry());
	let protocol_name = sc_consensus_grandpa::protocol_standard_name(
		&parts.client.info().genesis_hash,
		&config.chain_spec,
	);
	let (protocol, notification_service) = grandpa_peers_set_config::<_, Network>(
		protocol_name.clone(),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(protocol);
	let warp_sync = NetworkProvider::new(parts.backend.clone(), authority_set.clone(), Vec::new());

	let (network, system_rpc_tx, tx_handler_controller, sync_service, _) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: parts.client.clone(),
			transaction_pool: parts.transaction_pool.clone(),
			spawn_handle: parts.task_manager.spawn_handle(),
			spawn_essential_handle: parts.task_manager.spawn_essential_handle(),
			import_queue: queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;
	parts.spawn_offchain_workers(&config, network.clone())?;

	let voter_state = SharedVoterState::empty();
	let finality = rpc::Finality {
		authority_set: authority_set.clone(),
		voter_state: voter_state.clone(),
		justifications: link.justification_stream(),
		proofs: FinalityProofProvider::new_for_service(parts.backend.clone(), Some(authority_set)),
	};
	let role = config.role;
	let name = config.network.node_name.clone();
	let force_authoring = config.force_authoring;
	let votes = !config.disable_grandpa;
	let prometheus_registry = config.prometheus_registry().cloned();
	let proposers = parts.proposers(&config);

	// Puts the keys of `--alice` and the like into the keystore, so it comes before the tasks that
	// look for keys: a voter without one would sit out its first round, and all wait for it.
	let (client, pool) = (parts.client.clone(), parts.transaction_pool.clone());
	sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		config,
		client: parts.client.clone(),
		backend: parts.backend.clone(),
		task_manager: &mut parts.task_manager,
		keystore: parts.keystore.clone(),
		transaction_pool: parts.transaction_pool.clone(),
		rpc_builder: Box::new(move |executor| {
			let mut module = rpc::common(&client, &pool)?;
			rpc::add_finality(&mut module, finality.clone(), executor)?;
			Ok(module)
		}),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		telemetry: parts.telemetry.as_mut(),
		tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(
			parts.client.clone(),
		))),
	})?;

	if role.is_authority() {
		let client = parts.client.clone();
		let aura = sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(
			StartAuraParams {
				slot_duration: SlotDuration::from_millis(SLOT_DURATION),
				client: parts.client.clone(),
				select_chain: parts.select_chain.clone(),
				block_import,
				proposer_factory: Recording(proposers),
				sync_oracle: sync_service.clone(),
				justification_sync_link: sync_service.clone(),
				create_inherent_data_providers: move |parent, ()| {
					let client = client.clone();
					async move {
						let slot = relay_data::slot_now();
						let relay_data = Parent::read(&client, parent)?.child(para_id, slot);
						let timestamp = TimestampProvider::new(relay_data::start_of(slot));
						Ok((inherents::InherentDataProvider::new(slot), timestamp, relay_data))
					}
				},
				force_authoring,
				// Blocks go on at full pace while finality waits for a collator that is down.
				backoff_authoring_blocks: None::<()>,
				keystore: parts.keystore.clone(),
				block_proposal_slot_portion: SlotProportion::new(2.0 / 3.0),
				max_block_proposal_slot_portion: None,
				telemetry: parts.telemetry_handle(),
				compatibility_mode: Default::default(),
			},
		)?;
		parts.task_manager.spawn_essential_handle().spawn_blocking(
			"aura",
			Some("block-authoring"),
			aura,
		);
	}

	if votes {
		let voter = run_grandpa_voter(GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: Duration::from_millis(333),
				justification_generation_period: JUSTIFICATION_PERIOD,
				name: Some(name),
				observer_enabled: false,
				// Without keys the node follows the votes of the others.
				keystore: role.is_authority().then(|| parts.keystore.clone()),
				local_role: role,
				telemetry: parts.telemetry_handle(),
				protocol_name,
			},
			link,
			network,
			sync: sync_service,
			notification_service,
			voting_rule: VotingRulesBuilder::default().build(),
			prometheus_registry,
			shared_voter_state: voter_state,
			telemetry: parts.telemetry_handle(),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(
				parts.transaction_pool.clone(),
			),
		})?;
		parts.task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	}

	Ok(parts.task_manager)
}
