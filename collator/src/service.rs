//! What every mode starts from: database, client, transaction pool, and the tasks around them.

use crate::chain_spec::Extensions;
use ai_compute_pbc_runtime::{Header, RuntimeApi};
use cumulus_client_service::ParachainHostFunctions;
use cumulus_primitives_core::{relay_chain::MAX_POV_SIZE, GetParachainInfo, ParaId};
use futures::FutureExt;
use sc_basic_authorship::ProposerFactory;
use sc_client_api::{Backend, HeaderBackend};
use sc_consensus::LongestChain;
use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_network::service::traits::NetworkService;
use sc_service::{
	error::Error, Configuration, PruningFilter, TFullBackend, TFullClient, TaskManager,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker, TelemetryWorkerHandle};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::ProvideRuntimeApi;
use sp_keystore::KeystorePtr;
use sp_runtime::{generic, traits::Block as BlockT, OpaqueExtrinsic};
use std::sync::Arc;

/// A block whose extrinsics the node does not look into.
pub type Block = generic::Block<Header, OpaqueExtrinsic>;
/// Hash of a block.
pub type Hash = <Block as BlockT>::Hash;
/// Runs the wasm of the chain. The proof size function is there in every mode: the runtime imports
/// it, and a node without it would compute other fees and weights than the rest of the network.
pub type Executor = WasmExecutor<ParachainHostFunctions>;
/// The client.
pub type FullClient = TFullClient<Block, RuntimeApi, Executor>;
/// The database.
pub type FullBackend = TFullBackend<Block>;
/// The transaction pool.
pub type Pool = TransactionPoolHandle<Block, FullClient>;
/// Fork choice where no relay chain makes it.
pub type SelectChain = LongestChain<FullBackend, Block>;
/// Builds blocks from the pool.
pub type Proposers = ProposerFactory<Pool, FullClient>;

/// The SDK's executor, which besides keeps what it compiled in the base path: compiling the runtime is
/// most of the time that a start takes.
fn executor(config: &Configuration) -> Executor {
	let settings = &config.executor;
	let heap = settings.default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| {
		HeapAllocStrategy::Static { extra_pages: pages as u32 }
	});
	Executor::builder()
		.with_execution_method(settings.wasm_method)
		.with_onchain_heap_alloc_strategy(heap)
		.with_offchain_heap_alloc_strategy(heap)
		.with_max_runtime_instances(settings.max_runtime_instances)
		.with_runtime_cache_size(settings.runtime_cache_size)
		.with_cache_path(config.base_path.path().join("wasm"))
		.build()
}

/// The parts that every mode and every subcommand on the database need.
pub struct Parts {
	pub client: Arc<FullClient>,
	pub backend: Arc<FullBackend>,
	pub keystore: KeystorePtr,
	pub transaction_pool: Arc<Pool>,
	pub select_chain: SelectChain,
	pub task_manager: TaskManager,
	pub telemetry: Option<Telemetry>,
	pub telemetry_worker: Option<TelemetryWorkerHandle>,
}

impl Parts {
	/// Opens the database and builds the parts. Blocks that a filter names survive pruning.
	pub fn new(
		config: &Configuration,
		pruning_filters: Vec<Arc<dyn PruningFilter>>,
	) -> Result<Self, Error> {
		let telemetry = config
			.telemetry_endpoints
			.clone()
			.filter(|endpoints| !endpoints.is_empty())
			.map(|endpoints| -> Result<_, sc_telemetry::Error> {
				let worker = TelemetryWorker::new(16)?;
				let telemetry = worker.handle().new_telemetry(endpoints);
				Ok((worker, telemetry))
			})
			.transpose()?;

		// Imports record proofs in every mode and for every subcommand: the weight that a
		// transaction gives back depends on its measured proof and is part of the state.
		let (client, backend, keystore, task_manager) =
			sc_service::new_full_parts_record_import::<Block, RuntimeApi, _>(
				config,
				telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
				executor(config),
				true,
				pruning_filters,
			)?;
		let client = Arc::new(client);
		let telemetry_worker = telemetry.as_ref().map(|(worker, _)| worker.handle());
		let telemetry = telemetry.map(|(worker, telemetry)| {
			task_manager.spawn_handle().spawn("telemetry", None, worker.run());
			telemetry
		});
		let transaction_pool = Arc::from(
			sc_transaction_pool::Builder::new(
				task_manager.spawn_essential_handle(),
				client.clone(),
				config.role.is_authority().into(),
			)
			.with_options(config.transaction_pool.clone())
			.with_prometheus(config.prometheus_registry())
			.build(),
		);
		Ok(Self {
			select_chain: LongestChain::new(backend.clone()),
			keystore: keystore.keystore(),
			client,
			backend,
			transaction_pool,
			task_manager,
			telemetry,
			telemetry_worker,
		})
	}

	/// The parachain id of the chain, which the runtime knows. A spec or a flag that says
	/// otherwise is refused.
	pub fn para_id(&self, config: &Configuration, wanted: Option<u32>) -> Result<ParaId, Error> {
		let best = self.client.info().best_hash;
		let found =
			self.client.runtime_api().parachain_id(best).map_err(sp_blockchain::Error::from)?;
		let in_spec = Extensions::of(&*config.chain_spec).para_id;
		match (wanted, in_spec) {
			(Some(wanted), _) if wanted != u32::from(found) => Err(Error::Other(format!(
				"--para-id is {wanted}, but this chain is parachain {found}"
			))),
			(_, Some(in_spec)) if in_spec != u32::from(found) => Err(Error::Other(format!(
				"the chain spec says parachain {in_spec}, but its genesis is parachain {found}"
			))),
			_ => Ok(found),
		}
	}

	/// Builds blocks from the pool. The limit counts extrinsics and the recorded proof together
	/// and is the one that a parachain block has on the relay chain, so that a block which fits
	/// there fits in every mode.
	pub fn proposers(&self, config: &Configuration) -> Proposers {
		let mut proposers = ProposerFactory::new(
			self.task_manager.spawn_handle(),
			self.client.clone(),
			self.transaction_pool.clone(),
			config.prometheus_registry(),
			self.telemetry_handle(),
		);
		proposers.set_default_block_size_limit(MAX_POV_SIZE as usize / 100 * 85);
		proposers
	}

	/// Reports to telemetry, if there is one.
	pub fn telemetry_handle(&self) -> Option<TelemetryHandle> {
		self.telemetry.as_ref().map(Telemetry::handle)
	}

	/// Starts the offchain workers, unless they are switched off.
	pub fn spawn_offchain_workers(
		&self,
		config: &Configuration,
		network: Arc<dyn NetworkService>,
	) -> Result<(), Error> {
		if !config.offchain_worker.enabled {
			return Ok(());
		}
		let pool = OffchainTransactionPoolFactory::new(self.transaction_pool.clone());
		let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
			runtime_api_provider: self.client.clone(),
			keystore: Some(self.keystore.clone()),
			offchain_db: self.backend.offchain_storage(),
			transaction_pool: Some(pool),
			network_provider: Arc::new(network),
			is_validator: config.role.is_authority(),
			enable_http_requests: true,
			custom_extensions: |_| Vec::new(),
		})?;
		self.task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-work",
			workers.run(self.client.clone(), self.task_manager.spawn_handle()).boxed(),
		);
		Ok(())
	}
}
