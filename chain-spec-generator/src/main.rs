//! `chain-spec-generator`: writes a chain spec for the collator from a preset of the runtime.

use ai_compute_pbc_runtime::{AccountId, PARA_ID};
use chain_spec_generator::{genesis, ChainSpec, Extensions, KnownChain};
use clap::{Parser, ValueEnum};
use sc_chain_spec::ChainType;
use serde_json::Value;
use std::{fs, path::PathBuf, process::ExitCode};

/// Writes a chain spec of AI-Compute-PBC from one of the runtime's presets.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
	/// Preset of the runtime to start from (see --list).
	#[arg(required_unless_present = "list")]
	preset: Option<String>,

	/// List the presets with the ids of their chains.
	#[arg(long)]
	list: bool,

	/// Write the genesis as storage keys and values: every node then starts from the same bytes.
	#[arg(long)]
	raw: bool,

	/// Id under which the relay chain knows the chain.
	#[arg(long, value_name = "ID", default_value_t = PARA_ID)]
	para_id: u32,

	/// Relay chain that the collator joins: a chain id or the path of a spec. Without it the
	/// chain is sovereign.
	#[arg(long, value_name = "NAME")]
	relay_chain: Option<String>,

	/// JSON list of collators that take the place of those in the preset: "//Alice",
	/// {"seed": "//Alice"}, or {"account": …, "aura": …, "grandpa": …}.
	#[arg(long, value_name = "FILE")]
	collators: Option<PathBuf>,

	/// JSON list of owners that take the place of the preset's well-known accounts: an account,
	/// or {"account": …, "amount": …} in the smallest unit. Without an amount: 1 000 000 EDSC.
	#[arg(long, value_name = "FILE")]
	endowed: Option<PathBuf>,

	/// Account of the sudo key, or `none`.
	#[arg(long, value_name = "ACCOUNT")]
	sudo: Option<String>,

	/// Id of the chain: names its database folder.
	#[arg(long, value_name = "ID")]
	id: Option<String>,

	/// Name of the chain, for wallets and explorers.
	#[arg(long)]
	name: Option<String>,

	/// Kind of the chain. A live chain may not hold keys whose secret everyone knows.
	#[arg(long, value_enum)]
	chain_type: Option<Kind>,

	/// Address of a node that newcomers contact first; may be repeated.
	#[arg(long, value_name = "MULTIADDR")]
	bootnode: Vec<String>,

	/// File to write; standard output if not given.
	#[arg(short, long, value_name = "FILE")]
	output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
	Development,
	Local,
	Live,
}

impl From<Kind> for ChainType {
	fn from(kind: Kind) -> Self {
		match kind {
			Kind::Development => ChainType::Development,
			Kind::Local => ChainType::Local,
			Kind::Live => ChainType::Live,
		}
	}
}

fn main() -> ExitCode {
	let cli = Cli::parse();
	match run(&cli) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		}
	}
}

fn run(cli: &Cli) -> Result<(), String> {
	if cli.list {
		for chain in chain_spec_generator::known_chains() {
			println!("{:<16} {:<24} {}", chain.preset, chain.id, chain.name);
		}
		return Ok(());
	}
	let json = spec(cli)?.as_json(cli.raw).map_err(|error| {
		let reason = error.lines().next().unwrap_or_default().trim_end_matches("for blob:");
		format!("the runtime refuses this genesis: {reason}")
	})?;
	match &cli.output {
		Some(path) => fs::write(path, json).map_err(|error| format!("{}: {error}", path.display())),
		None => {
			println!("{json}");
			Ok(())
		}
	}
}

fn spec(cli: &Cli) -> Result<ChainSpec, String> {
	let chain = chain(cli)?;
	let genesis = genesis_of(cli, &chain)?;
	if !genesis::has_collators(&genesis) {
		return Err(format!(
			"preset `{}` has no collators; add them with --collators",
			chain.preset
		));
	}
	if chain.chain_type == ChainType::Live {
		let places = genesis::development_keys_in(&genesis);
		if !places.is_empty() {
			return Err(format!(
				"a live chain may not hold development keys, but there are some in {}; \
				 see --collators, --endowed and --sudo",
				places.join(", ")
			));
		}
	}
	let extensions = Extensions {
		relay_chain: cli.relay_chain.clone().filter(|name| !name.is_empty()),
		para_id: Some(cli.para_id),
	};
	let mut spec = chain_spec_generator::build(&chain, genesis, extensions)?;
	for address in &cli.bootnode {
		spec.add_boot_node(
			address
				.parse()
				.map_err(|error| format!("`{address}` is no bootnode address: {error}"))?,
		);
	}
	Ok(spec)
}

fn chain(cli: &Cli) -> Result<KnownChain, String> {
	let preset = cli.preset.as_deref().unwrap_or_default();
	let mut chain = chain_spec_generator::chain_of_preset(preset).ok_or_else(|| {
		let names: Vec<_> =
			chain_spec_generator::known_chains().into_iter().map(|chain| chain.preset).collect();
		format!("the runtime has no preset `{preset}`; it has {}", names.join(", "))
	})?;
	if let Some(id) = &cli.id {
		if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
			return Err(format!("`{id}` is no chain id: letters, digits, `-` and `_` only"));
		}
		chain.id.clone_from(id);
	}
	if let Some(name) = &cli.name {
		chain.name.clone_from(name);
	}
	if let Some(kind) = cli.chain_type {
		chain.chain_type = kind.into();
	}
	Ok(chain)
}

fn genesis_of(cli: &Cli, chain: &KnownChain) -> Result<Value, String> {
	let mut genesis = chain_spec_generator::preset(&chain.preset)?;
	genesis::set_para_id(&mut genesis, cli.para_id);
	if let Some(path) = &cli.collators {
		genesis::set_collators(&mut genesis, &from_file(path, genesis::parse_collators)?);
	}
	if let Some(path) = &cli.endowed {
		genesis::set_endowed(&mut genesis, &from_file(path, genesis::parse_endowed)?);
	}
	match cli.sudo.as_deref() {
		None => (),
		Some("none") => genesis::set_sudo(&mut genesis, None),
		Some(account) => {
			let account: AccountId = genesis::parse_account(account)?;
			genesis::set_sudo(&mut genesis, Some(&account));
		}
	}
	Ok(genesis)
}

fn from_file<T>(path: &PathBuf, parse: fn(&str) -> Result<T, String>) -> Result<T, String> {
	let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
	parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}
