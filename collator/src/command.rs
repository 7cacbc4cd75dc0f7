//! Runs what the command line asks for.

#[cfg(feature = "runtime-benchmarks")]
use crate::benchmark;
use crate::{
	chain_spec::Extensions,
	cli::{Cli, Mode, Subcommand},
	dev, parachain,
	relay_chain_cli::RelayChainCli,
	service::{Block, FullBackend, FullClient, Hash, Parts},
	sovereign,
};
use ai_compute_pbc_runtime::BlockNumber;
use sc_chain_spec::ChainType;
use sc_cli::{Result, SubstrateCli};
use sc_consensus::DefaultImportQueue;
use sc_network::{config::NetworkBackendType, Litep2pNetworkBackend, NetworkWorker};
use sc_service::{Configuration, TaskManager};
use std::sync::Arc;

/// Runs a subcommand, or the node.
pub fn run(cli: Cli) -> Result<()> {
	match &cli.subcommand {
		None => run_node(cli),
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::BuildSpec(cmd)) => {
			let mut cmd = cmd.clone();
			// A bootnode makes sense only when its key is known to be that of a node.
			let keys = &cmd.node_key_params;
			cmd.disable_default_bootnode |= keys.node_key.is_none() && keys.node_key_file.is_none();
			let runner = cli.create_runner(&cmd)?;
			runner.sync_run(|config| cmd.run(config.chain_spec, config.network))
		}
		Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
		Some(Subcommand::ExportGenesisState(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(Parts::new(&config, Vec::new())?.client))
		}
		Some(Subcommand::ExportGenesisWasm(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(&*config.chain_spec))
		}
		Some(Subcommand::CheckBlock(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let (parts, queue) = open(&config, cmd.shared_params.dev)?;
				Ok((cmd.run(parts.client, queue), parts.task_manager))
			})
		}
		Some(Subcommand::ExportBlocks(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let (parts, _) = open(&config, cmd.shared_params.dev)?;
				Ok((cmd.run(parts.client, config.database), parts.task_manager))
			})
		}
		Some(Subcommand::ImportBlocks(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let (parts, queue) = open(&config, cmd.shared_params.dev)?;
				Ok((cmd.run(parts.client, queue), parts.task_manager))
			})
		}
		Some(Subcommand::ExportState(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let (parts, _) = open(&config, cmd.shared_params.dev)?;
				Ok((cmd.run(parts.client, config.chain_spec), parts.task_manager))
			})
		}
		Some(Subcommand::Revert(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let (parts, _) = open(&config, cmd.shared_params.dev)?;
				let revert_finality: Option<RevertFinality> =
					if is_sovereign(&config, cmd.shared_params.dev) {
						Some(Box::new(|client, _, blocks| {
							Ok(sc_consensus_grandpa::revert(client, blocks)?)
						}))
					} else {
						None
					};
				let task = cmd.run(parts.client, parts.backend, revert_finality);
				Ok((task, parts.task_manager))
			})
		}
		Some(Subcommand::PurgeChain(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| {
				if Extensions::of(&*config.chain_spec).relay_chain().is_none() {
					return cmd.base.run(config.database);
				}
				let relay_chain = RelayChainCli::new(&config, &cli.relay_chain_args)?;
				let relay_config = relay_chain.configuration(&config)?;
				cmd.run(config, relay_config)
			})
		}
		Some(Subcommand::ChainInfo(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run::<Block>(&config))
		}
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(cmd)) => benchmark::run(&cli, cmd),
	}
}

/// Opens the database for a subcommand, with the import queue of the mode that the chain is run
/// in: `dev` if the subcommand says so, otherwise as the spec says.
fn open(config: &Configuration, dev: bool) -> Result<(Parts, DefaultImportQueue<Block>)> {
	if is_sovereign(config, dev) {
		let parts = Parts::new(config, sovereign::pruning_filters())?;
		let para_id = parts.para_id(config, None)?;
		let queue = sovereign::Imports::new(&parts, config, para_id)?.queue;
		return Ok((parts, queue));
	}
	let parts = Parts::new(config, Vec::new())?;
	let queue = if dev {
		dev::import_queue(&parts, config)
	} else {
		parachain::Imports::new(&parts, config).queue
	};
	Ok((parts, queue))
}

fn is_sovereign(config: &Configuration, dev: bool) -> bool {
	!dev && Extensions::of(&*config.chain_spec).relay_chain().is_none()
}

type RevertFinality = Box<dyn FnOnce(Arc<FullClient>, Arc<FullBackend>, BlockNumber) -> Result<()>>;

fn run_node(mut cli: Cli) -> Result<()> {
	let params = &mut cli.run.base.shared_params;
	// Sealing without a chain is about the development chain.
	params.dev |= cli.sealing.is_some() && params.chain.is_none();
	let chain_id = params.chain_id(params.dev);
	let spec = cli.load_spec(&chain_id)?;
	cli.check_para_id(&*spec)?;
	let mode = cli.mode(&*spec)?;
	if matches!(spec.chain_type(), ChainType::Development | ChainType::Local) {
		// The identity of an authority matters on live networks only.
		cli.run.base.network_params.node_key_params.unsafe_force_node_key_generation = true;
	}

	let runner = cli.create_runner(&cli.run.normalize())?;
	let relay_config = match mode {
		Mode::Parachain => {
			let config = runner.config();
			Some(RelayChainCli::new(config, &cli.relay_chain_args)?.configuration(config)?)
		}
		Mode::Dev(_) | Mode::Sovereign => None,
	};
	runner.run_node_until_exit(|config| start(cli, mode, config, relay_config))
}

async fn start(
	cli: Cli,
	mode: Mode,
	config: Configuration,
	relay_config: Option<Configuration>,
) -> Result<TaskManager> {
	use NetworkBackendType::{Libp2p, Litep2p};

	log::info!("Mode: {mode:?}");
	let network = config.network.network_backend;
	let started = match mode {
		Mode::Dev(sealing) => dev::start(config, sealing, cli.para_id),
		Mode::Sovereign => match network {
			Libp2p => sovereign::start::<NetworkWorker<Block, Hash>>(config, cli.para_id),
			Litep2p => sovereign::start::<Litep2pNetworkBackend>(config, cli.para_id),
		},
		Mode::Parachain => {
			let relay_config = relay_config.ok_or("a parachain needs a relay chain")?;
			let options = parachain::Options {
				collator: cli.run.collator_options(),
				max_pov_percentage: cli.run.experimental_max_pov_percentage,
				para_id: cli.para_id,
			};
			match network {
				Libp2p => {
					parachain::start::<NetworkWorker<Block, Hash>>(config, relay_config, options)
						.await
				}
				Litep2p => {
					parachain::start::<Litep2pNetworkBackend>(config, relay_config, options).await
				}
			}
		}
	};
	Ok(started?)
}
