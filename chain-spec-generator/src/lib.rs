//! Chain specs of AI-Compute-PBC: the names of its chains, the extensions that the collator
//! reads, and the changes that turn a preset of the runtime into the genesis of a new network.
//!
//! The presets themselves live in the runtime. The collator and the command line tool of this
//! crate build their specs from the same table, so a spec that one writes is a spec that the
//! other runs.

pub mod genesis;

use ai_compute_pbc_runtime::{genesis_config_presets, PARA_ID, WASM_BINARY};
use sc_chain_spec::{ChainSpecExtension, ChainType, GenericChainSpec, Properties};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A chain spec of AI-Compute-PBC.
pub type ChainSpec = GenericChainSpec<Extensions>;

/// What the collator needs to know besides the genesis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ChainSpecExtension)]
#[serde(default)]
pub struct Extensions {
	/// The relay chain that the embedded relay node joins: a chain id or the path of a spec.
	/// Without one the chain is sovereign.
	#[serde(alias = "relayChain", skip_serializing_if = "Option::is_none")]
	pub relay_chain: Option<String>,
	/// The id under which the relay chain knows this chain.
	#[serde(alias = "paraId", skip_serializing_if = "Option::is_none")]
	pub para_id: Option<u32>,
}

impl Extensions {
	/// The extensions of a loaded spec.
	pub fn of(spec: &dyn sc_chain_spec::ChainSpec) -> Self {
		sc_chain_spec::get_extension::<Self>(spec.extensions()).cloned().unwrap_or_default()
	}

	/// The relay chain, if the spec names one; an empty name is none.
	pub fn relay_chain(&self) -> Option<&str> {
		self.relay_chain.as_deref().filter(|name| !name.is_empty())
	}
}

/// A chain that has a name of its own.
#[derive(Clone, Debug)]
pub struct KnownChain {
	/// Preset of the runtime that holds its genesis.
	pub preset: String,
	/// Id of the chain: names its database folder.
	pub id: String,
	/// Shorter names that `--chain` accepts.
	pub aliases: &'static [&'static str],
	/// Name shown by wallets and explorers.
	pub name: String,
	/// Decides how careful the node is with keys and private addresses.
	pub chain_type: ChainType,
}

/// The chains behind the runtime's presets, in the runtime's order.
pub fn known_chains() -> Vec<KnownChain> {
	genesis_config_presets::preset_names()
		.into_iter()
		.map(|preset| {
			let preset = preset.to_string();
			let (id, aliases, title, chain_type): (_, &[_], _, _) = match preset.as_str() {
				"development" => ("dev".into(), &["dev"], "Development", ChainType::Development),
				"local_testnet" => ("local".into(), &["local"], "Local Testnet", ChainType::Local),
				"sovereign" => ("sovereign".into(), &[], "Sovereign", ChainType::Live),
				other => (other.replace('_', "-"), &[], other, ChainType::Live),
			};
			KnownChain {
				id: format!("ai-compute-{id}"),
				aliases,
				name: format!("AI-Compute-PBC {title}"),
				chain_type,
				preset,
			}
		})
		.collect()
}

/// The chains that run as their preset has them. The others lack their collators.
pub fn ready_chains() -> impl Iterator<Item = KnownChain> {
	known_chains().into_iter().filter(|chain| chain.chain_type != ChainType::Live)
}

/// The ready chain of that id or alias.
pub fn ready_chain(id: &str) -> Option<KnownChain> {
	ready_chains().find(|chain| chain.id == id || chain.aliases.contains(&id))
}

/// The chain of that preset.
pub fn chain_of_preset(preset: &str) -> Option<KnownChain> {
	known_chains().into_iter().find(|chain| chain.preset == preset)
}

/// The genesis of a preset as JSON.
pub fn preset(name: &str) -> Result<Value, String> {
	let json = genesis_config_presets::get_preset(&name.into())
		.ok_or_else(|| format!("the runtime has no preset `{name}`"))?;
	serde_json::from_slice(&json).map_err(|error| format!("preset `{name}` is not JSON: {error}"))
}

/// The wasm of the runtime that this binary was built with.
pub fn wasm() -> Result<&'static [u8], String> {
	WASM_BINARY.ok_or_else(|| {
		"this binary was built without the runtime's wasm; build again without SKIP_WASM_BUILD"
			.into()
	})
}

/// Token symbol, decimals and address format, for wallets.
pub fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "EDSC".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}

/// The spec of a chain with that genesis.
pub fn build(
	chain: &KnownChain,
	genesis: Value,
	extensions: Extensions,
) -> Result<ChainSpec, String> {
	Ok(ChainSpec::builder(wasm()?, extensions)
		.with_name(&chain.name)
		.with_id(&chain.id)
		.with_protocol_id(&chain.id)
		.with_chain_type(chain.chain_type.clone())
		.with_properties(properties())
		.with_genesis_config_patch(genesis)
		.build())
}

/// The spec of a chain exactly as the runtime's preset has it.
pub fn build_ready(chain: &KnownChain) -> Result<ChainSpec, String> {
	let extensions = Extensions { relay_chain: None, para_id: Some(PARA_ID) };
	build(chain, preset(&chain.preset)?, extensions)
}
