//! The `benchmark` subcommand.
//!
//! `benchmark pallet --runtime FILE` measures a runtime that was built with benchmarks; the node
//! itself needs nothing but this subcommand.

use crate::{
	cli::Cli,
	service::{Block, Parts},
};
use cumulus_client_service::storage_proof_size;
use frame_benchmarking_cli::{BenchmarkCmd, SUBSTRATE_REFERENCE_HARDWARE};
use sc_cli::{Result, SubstrateCli};
use sp_runtime::traits::HashingFor;

/// Host functions that the runtime imports besides the SDK's own.
type HostFunctions = storage_proof_size::HostFunctions;

/// Runs the subcommand.
pub fn run(cli: &Cli, cmd: &BenchmarkCmd) -> Result<()> {
	let spec = |chain: &Option<String>| chain.as_ref().map(|id| cli.load_spec(id)).transpose();
	match cmd {
		BenchmarkCmd::Pallet(cmd) => {
			let spec = spec(&cmd.shared_params.chain)?;
			cmd.run_with_spec::<HashingFor<Block>, HostFunctions>(spec)
		}
		BenchmarkCmd::Overhead(cmd) => {
			let spec = spec(&cmd.shared_params.chain)?;
			cmd.run_with_default_builder_and_spec::<Block, HostFunctions>(spec)
		}
		BenchmarkCmd::Block(cmd) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(Parts::new(&config, Vec::new())?.client))
		}
		BenchmarkCmd::Machine(cmd) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(&config, SUBSTRATE_REFERENCE_HARDWARE.clone()))
		}
		BenchmarkCmd::Storage(_) | BenchmarkCmd::Extrinsic(_) => {
			Err("only `pallet`, `overhead`, `block` and `machine` are supported".into())
		}
	}
}
