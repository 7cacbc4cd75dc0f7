//! The part of the command line after `--`: the embedded relay chain node.

use crate::{chain_spec::Extensions, cli::Cli, report};
use clap::{CommandFactory, FromArgMatches};
use sc_chain_spec::ChainSpec;
use sc_cli::{
	CliConfiguration, DefaultConfigurationValues, ImportParams, KeystoreParams, LoggerBuilder,
	NetworkParams, Result, Role, RpcEndpoint, SharedParams, SubstrateCli,
};
use sc_service::{
	config::{PrometheusConfig, RpcMethods, TelemetryEndpoints},
	BasePath, Configuration, TransactionPoolOptions,
};
use std::path::PathBuf;

/// Arguments of the relay chain node, with defaults that do not collide with the parachain's.
#[derive(Debug)]
pub struct RelayChainCli {
	base: polkadot_cli::RunCmd,
	/// Relay chain of the parachain's spec, unless `--chain` names another.
	chain_id: Option<String>,
	base_path: PathBuf,
}

impl RelayChainCli {
	/// Reads the arguments after `--`.
	pub fn new(parachain: &Configuration, arguments: &[String]) -> Result<Self> {
		let command =
			polkadot_cli::RunCmd::command().no_binary_name(true).help_template(color_print::cstr!(
				"Arguments of the relay chain node.\n\n\
				 <bold><underline>RELAY_CHAIN_ARGS:</></>\n{options}"
			));
		let base = command
			.try_get_matches_from(arguments)
			.and_then(|matches| polkadot_cli::RunCmd::from_arg_matches(&matches))
			.map_err(|error| {
				if !error.use_stderr() {
					error.exit();
				}
				format!("relay chain arguments: {}", report::usage(&error))
			})?;
		let extensions = Extensions::of(&*parachain.chain_spec);
		Ok(Self {
			base,
			chain_id: extensions.relay_chain().map(Into::into),
			base_path: parachain.base_path.path().join("polkadot"),
		})
	}

	/// The configuration of the relay chain node.
	pub fn configuration(&self, parachain: &Configuration) -> Result<Configuration> {
		if CliConfiguration::<Self>::chain_id(self, false)?.is_empty() {
			return Err("name the relay chain: `-- --chain SPEC`, or in the chain spec".into());
		}
		let mut config =
			SubstrateCli::create_configuration(self, self, parachain.tokio_handle.clone())
				.map_err(|error| format!("relay chain: {}", report::error(&error)))?;
		// The relay chain side of a collator listens on WebRTC only when asked to.
		let network = &self.base.base.network_params;
		if parachain.role.is_authority()
			&& !network.force_enable_webrtc
			&& network.listen_addr.is_empty()
		{
			config.network.remove_webrtc_addresses();
		}
		Ok(config)
	}
}

impl SubstrateCli for RelayChainCli {
	fn impl_name() -> String {
		Cli::impl_name()
	}

	fn impl_version() -> String {
		Cli::impl_version()
	}

	fn description() -> String {
		Cli::description()
	}

	fn author() -> String {
		Cli::author()
	}

	fn support_url() -> String {
		Cli::support_url()
	}

	fn copyright_start_year() -> i32 {
		Cli::copyright_start_year()
	}

	fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn ChainSpec>, String> {
		polkadot_cli::Cli::from_iter([Self::executable_name()].iter()).load_spec(id)
	}
}

impl DefaultConfigurationValues for RelayChainCli {
	fn p2p_listen_port() -> u16 {
		30334
	}

	fn rpc_listen_port() -> u16 {
		9945
	}

	fn prometheus_listen_port() -> u16 {
		9616
	}
}

/// Everything is the relay chain's own, except where the database is and which chain is joined.
impl CliConfiguration<Self> for RelayChainCli {
	fn shared_params(&self) -> &SharedParams {
		self.base.base.shared_params()
	}

	fn import_params(&self) -> Option<&ImportParams> {
		self.base.base.import_params()
	}

	fn network_params(&self) -> Option<&NetworkParams> {
		self.base.base.network_params()
	}

	fn keystore_params(&self) -> Option<&KeystoreParams> {
		self.base.base.keystore_params()
	}

	fn base_path(&self) -> Result<Option<BasePath>> {
		let own = self.shared_params().base_path()?;
		Ok(Some(own.unwrap_or_else(|| self.base_path.clone().into())))
	}

	fn chain_id(&self, is_dev: bool) -> Result<String> {
		let named = self.base.base.chain_id(is_dev)?;
		Ok(if named.is_empty() { self.chain_id.clone().unwrap_or_default() } else { named })
	}

	fn init<F: FnOnce(&mut LoggerBuilder)>(&self, _: &String, _: &String, _: F) -> Result<()> {
		// The logger belongs to the process and is set up for the parachain side.
		Ok(())
	}

	fn role(&self, is_dev: bool) -> Result<Role> {
		self.base.base.role(is_dev)
	}

	fn rpc_addr(&self, default_listen_port: u16) -> Result<Option<Vec<RpcEndpoint>>> {
		self.base.base.rpc_addr(default_listen_port)
	}

	fn rpc_methods(&self) -> Result<RpcMethods> {
		self.base.base.rpc_methods()
	}

	fn rpc_max_connections(&self) -> Result<u32> {
		self.base.base.rpc_max_connections()
	}

	fn rpc_cors(&self, is_dev: bool) -> Result<Option<Vec<String>>> {
		self.base.base.rpc_cors(is_dev)
	}

	fn prometheus_config(
		&self,
		default_listen_port: u16,
		chain_spec: &Box<dyn ChainSpec>,
	) -> Result<Option<PrometheusConfig>> {
		self.base.base.prometheus_config(default_listen_port, chain_spec)
	}

	fn telemetry_endpoints(
		&self,
		chain_spec: &Box<dyn ChainSpec>,
	) -> Result<Option<TelemetryEndpoints>> {
		self.base.base.telemetry_endpoints(chain_spec)
	}

	fn transaction_pool(&self, is_dev: bool) -> Result<TransactionPoolOptions> {
		self.base.base.transaction_pool(is_dev)
	}

	fn trie_cache_maximum_size(&self) -> Result<Option<usize>> {
		self.base.base.trie_cache_maximum_size()
	}

	fn default_heap_pages(&self) -> Result<Option<u64>> {
		self.base.base.default_heap_pages()
	}

	fn max_runtime_instances(&self) -> Result<Option<usize>> {
		self.base.base.max_runtime_instances()
	}

	fn force_authoring(&self) -> Result<bool> {
		self.base.base.force_authoring()
	}

	fn disable_grandpa(&self) -> Result<bool> {
		self.base.base.disable_grandpa()
	}

	fn announce_block(&self) -> Result<bool> {
		self.base.base.announce_block()
	}

	fn node_name(&self) -> Result<String> {
		self.base.base.node_name()
	}
}
