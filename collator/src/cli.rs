//! The command line, and the choice of the mode.

use crate::{
	chain_spec::{self, Extensions},
	report,
};
use sc_chain_spec::{ChainSpec, ChainType};
use sc_cli::SubstrateCli;
use std::{ffi::OsString, str::FromStr, time::Duration};

/// Node of AI-Compute-PBC.
#[derive(Debug, clap::Parser)]
#[command(
	propagate_version = true,
	args_conflicts_with_subcommands = true,
	subcommand_negates_reqs = true
)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[command(flatten)]
	pub run: cumulus_client_cli::RunCmd,

	/// How a chain of one node makes its blocks: `instant` (as transactions arrive), `manual` (by
	/// the RPC `engine_createBlock`), or a number of milliseconds.
	///
	/// Every block is final at once. `--dev` alone means `instant`. The RPC `engine_createBlock`
	/// works with each of them.
	#[arg(long, value_name = "HOW")]
	pub sealing: Option<Sealing>,

	/// Refuse to start unless this is the parachain id of the chain.
	#[arg(long, value_name = "ID")]
	pub para_id: Option<u32>,

	/// Arguments of the embedded relay chain node, after `--`.
	#[arg(raw = true)]
	pub relay_chain_args: Vec<String>,
}

/// What the binary does besides running a node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Key management utilities.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Write the chain spec to standard output.
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Write the chain spec to a file.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Write the genesis head of the parachain, which the relay chain asks for.
	#[command(alias = "export-genesis-head")]
	ExportGenesisState(cumulus_client_cli::ExportGenesisHeadCommand),

	/// Write the validation code of the parachain, which the relay chain asks for.
	ExportGenesisWasm(cumulus_client_cli::ExportGenesisWasmCommand),

	/// Check a block.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Import blocks.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Export the state of a block into a chain spec.
	ExportState(sc_cli::ExportStateCmd),

	/// Go back to an earlier block.
	Revert(sc_cli::RevertCmd),

	/// Remove the database.
	PurgeChain(cumulus_client_cli::PurgeChainCmd),

	/// Show best, finalised and genesis block of the database.
	ChainInfo(sc_cli::ChainInfoCmd),

	/// Measure the runtime or the machine.
	#[cfg(feature = "runtime-benchmarks")]
	#[command(subcommand)]
	Benchmark(frame_benchmarking_cli::BenchmarkCmd),
}

/// How a chain of one node makes its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
	/// A block as soon as a transaction arrives.
	Instant,
	/// A block when the RPC asks for it.
	Manual,
	/// A block every so often, empty or not.
	Every(Duration),
}

impl FromStr for Sealing {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match (text, text.parse::<u64>()) {
			("instant", _) => Ok(Self::Instant),
			("manual", _) => Ok(Self::Manual),
			(_, Ok(milliseconds)) if milliseconds > 0 => {
				Ok(Self::Every(Duration::from_millis(milliseconds)))
			}
			_ => Err("expected `instant`, `manual` or a number of milliseconds".into()),
		}
	}
}

/// The ways of running the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
	/// One node that seals its own blocks.
	Dev(Sealing),
	/// Aura and GRANDPA among the collators, no relay chain.
	Sovereign,
	/// Collator or full node of a parachain.
	Parachain,
}

impl Cli {
	/// The mode in which this command line runs that chain.
	pub fn mode(&self, spec: &dyn ChainSpec) -> Result<Mode, String> {
		let dev = self.run.base.shared_params.dev;
		let relay_chain_named =
			!self.relay_chain_args.is_empty() || !self.run.relay_chain_rpc_urls.is_empty();
		if !dev && self.sealing.is_none() {
			return Ok(if relay_chain_named || Extensions::of(spec).relay_chain().is_some() {
				Mode::Parachain
			} else {
				Mode::Sovereign
			});
		}
		let flag = if self.sealing.is_some() { "--sealing" } else { "--dev" };
		if relay_chain_named {
			return Err(format!(
				"{flag} runs a chain of one node without a relay chain; \
				 leave out the relay chain arguments"
			));
		}
		if spec.chain_type() == ChainType::Live {
			return Err(format!("{flag} would fork off the live chain `{}`", spec.id()));
		}
		Ok(Mode::Dev(self.sealing.unwrap_or(Sealing::Instant)))
	}

	/// Refuses a spec that is for another parachain id than `--para-id` demands.
	pub fn check_para_id(&self, spec: &dyn ChainSpec) -> Result<(), String> {
		match (self.para_id, Extensions::of(spec).para_id) {
			(Some(wanted), Some(found)) if wanted != found => Err(format!(
				"--para-id is {wanted}, but the spec of `{}` is for parachain {found}",
				spec.id()
			)),
			_ => Ok(()),
		}
	}
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"AI-Compute-PBC Collator".into()
	}

	fn impl_version() -> String {
		env!("CARGO_PKG_VERSION").into()
	}

	fn description() -> String {
		"Node of AI-Compute-PBC.\n\nWithout a relay chain the collators of the chain make and \
		 finalise its blocks among themselves. Arguments after -- go to the relay chain node: \
		 ai-compute-pbc-collator [ARGUMENTS] -- [RELAY CHAIN ARGUMENTS]"
			.into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
	}

	fn copyright_start_year() -> i32 {
		2025
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
		chain_spec::load(id)
	}
}

/// Reads the command line. Help and version are printed at once; a mistake comes back as a line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, String> {
	use clap::error::ErrorKind::*;
	Cli::try_from_iter(arguments).map_err(|error| match error.kind() {
		DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
		_ => report::usage(&error),
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn cli(arguments: &[&str]) -> Result<Cli, String> {
		parse(["node"].iter().chain(arguments).map(OsString::from))
	}

	fn spec(relay_chain: &str, chain_type: ChainType) -> Box<dyn ChainSpec> {
		let extensions = Extensions { relay_chain: Some(relay_chain.into()), para_id: Some(2015) };
		Box::new(
			chain_spec_generator::ChainSpec::builder(&[], extensions)
				.with_id("test")
				.with_chain_type(chain_type)
				.with_genesis_config_patch(Default::default())
				.build(),
		)
	}

	fn mode(arguments: &[&str], relay_chain: &str) -> Result<Mode, String> {
		cli(arguments)?.mode(&*spec(relay_chain, ChainType::Local))
	}

	#[test]
	fn sealing_is_a_word_or_a_time() {
		assert_eq!("instant".parse(), Ok(Sealing::Instant));
		assert_eq!("manual".parse(), Ok(Sealing::Manual));
		assert_eq!("250".parse(), Ok(Sealing::Every(Duration::from_millis(250))));
		for nonsense in ["", "0", "-1", "1.5", "6s", "Instant"] {
			assert!(nonsense.parse::<Sealing>().is_err(), "{nonsense}");
		}
	}

	#[test]
	fn without_any_relay_chain_the_chain_is_sovereign() {
		assert_eq!(mode(&["--alice", "--collator", "--force-authoring"], ""), Ok(Mode::Sovereign));
	}

	#[test]
	fn a_relay_chain_after_the_dashes_or_in_the_spec_makes_a_parachain() {
		assert_eq!(mode(&["--collator", "--", "--chain", "flare.json"], ""), Ok(Mode::Parachain));
		assert_eq!(mode(&["--collator"], "flarechain"), Ok(Mode::Parachain));
		assert_eq!(mode(&["--relay-chain-rpc-urls", "ws://127.0.0.1:1"], ""), Ok(Mode::Parachain));
	}

	#[test]
	fn dev_and_sealing_make_a_chain_of_one() {
		assert_eq!(mode(&["--dev"], ""), Ok(Mode::Dev(Sealing::Instant)));
		assert_eq!(mode(&["--dev", "--sealing", "manual"], ""), Ok(Mode::Dev(Sealing::Manual)));
		assert_eq!(mode(&["--sealing", "instant"], "flarechain"), Ok(Mode::Dev(Sealing::Instant)));
	}

	#[test]
	fn a_chain_of_one_takes_no_relay_chain_arguments() {
		for flags in [["--sealing", "manual"], ["--dev", "--tmp"]] {
			let error = mode(&[&flags[..], &["--", "--chain", "x"]].concat(), "").unwrap_err();
			assert!(error.contains("leave out the relay chain arguments"), "{error}");
		}
	}

	#[test]
	fn a_live_chain_is_not_forked_off_by_accident() {
		let error =
			cli(&["--sealing", "6000"]).unwrap().mode(&*spec("", ChainType::Live)).unwrap_err();
		assert_eq!(error, "--sealing would fork off the live chain `test`");
	}

	#[test]
	fn para_id_must_be_the_specs() {
		let spec = spec("", ChainType::Local);
		assert_eq!(cli(&["--para-id", "2015"]).unwrap().check_para_id(&*spec), Ok(()));
		assert_eq!(cli(&[]).unwrap().check_para_id(&*spec), Ok(()));
		assert_eq!(
			cli(&["--para-id", "2016"]).unwrap().check_para_id(&*spec).unwrap_err(),
			"--para-id is 2016, but the spec of `test` is for parachain 2015"
		);
	}

	#[test]
	fn the_flags_of_the_three_node_network_go_together() {
		for name in ["--alice", "--bob", "--charlie"] {
			cli(&[name, "--collator", "--force-authoring", "--port", "30333"]).unwrap();
		}
	}

	#[test]
	fn mistakes_are_one_line() {
		for (arguments, reason) in [
			(["--sealing", "sometimes"], "expected `instant`, `manual`"),
			(["--para-id", "many"], "invalid value 'many' for '--para-id <ID>'"),
			(["--no-such-flag", "1"], "unexpected argument '--no-such-flag' found"),
		] {
			let error = cli(&arguments).unwrap_err();
			assert!(error.contains(reason), "{error}");
			assert_eq!(error.lines().count(), 1, "{error}");
		}
	}
}
