//! Genesis states by name. The chain-spec generator, the node, the tests and the test networks all
//! take them from here.
//!
//! | name | collators | money |
//! |---|---|---|
//! | `development` | Alice, Bob, Charlie | a million ËDSC for every well-known account, and Ferdie's model [`TEST_MODEL`] |
//! | `local_testnet` | Alice, Bob, Charlie, Dave: finality survives the loss of one | the same |
//! | `sovereign` | none: to be filled in | the existential deposits of the treasury and of the account of held slashes, nothing else |
//!
//! `sovereign` is the base of a live chain. It cannot make a block as it is: whoever builds a chain
//! specification adds `collatorSelection.invulnerables`, `session.keys` and, on a test network,
//! `sudo.key` and balances.

use crate::{
	configs::fees::TreasuryAccount, AIDIDConfig, AIModelsConfig, AccountId, AuraId, Balance,
	BalancesConfig, CollatorSelectionConfig, GrandpaId, ParachainInfoConfig, PolkadotXcmConfig,
	Reputation, RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig, EDSC,
	EXISTENTIAL_DEPOSIT, PARA_ID,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Name of the preset for live chains.
pub const SOVEREIGN_RUNTIME_PRESET: &str = "sovereign";

/// XCM version for destinations whose own is not known yet.
pub const SAFE_XCM_VERSION: u32 = xcm::prelude::XCM_VERSION;

/// Bond of a collator candidate.
pub const CANDIDACY_BOND: Balance = 1_000 * EDSC;

/// What each well-known account has on a test network.
pub const TEST_ENDOWMENT: Balance = 1_000_000 * EDSC;

/// DID of the model that test networks begin with, public and without a royalty.
pub const TEST_MODEL: &[u8] = b"did:etrid:ai:llm:llama-3-70b";

/// Session keys of a collator.
pub fn session_keys(aura: AuraId, grandpa: GrandpaId) -> SessionKeys {
	SessionKeys { aura, grandpa }
}

/// The model that jobs on a test network can name at once: its owner, and its DID.
fn test_models() -> Vec<(AccountId, Vec<u8>)> {
	vec![(Sr25519Keyring::Ferdie.to_account_id(), TEST_MODEL.to_vec())]
}

/// The account and session keys of a well-known collator.
fn collator(name: Sr25519Keyring, finality: Ed25519Keyring) -> (AccountId, SessionKeys) {
	(name.to_account_id(), session_keys(name.public().into(), finality.public().into()))
}

fn genesis(
	collators: Vec<(AccountId, SessionKeys)>,
	endowed: Vec<AccountId>,
	root: Option<AccountId>,
	models: Vec<(AccountId, Vec<u8>)>,
) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: endowed
				.into_iter()
				.map(|account| (account, TEST_ENDOWMENT))
				.chain(
					[TreasuryAccount::get(), Reputation::pot()]
						.map(|kept| (kept, EXISTENTIAL_DEPOSIT))
				)
				.collect(),
		},
		parachain_info: ParachainInfoConfig { parachain_id: PARA_ID.into() },
		collator_selection: CollatorSelectionConfig {
			invulnerables: collators.iter().map(|(account, _)| account.clone()).collect(),
			candidacy_bond: CANDIDACY_BOND,
		},
		session: SessionConfig {
			keys: collators
				.into_iter()
				.map(|(account, keys)| (account.clone(), account, keys))
				.collect(),
		},
		polkadot_xcm: PolkadotXcmConfig { safe_xcm_version: Some(SAFE_XCM_VERSION) },
		sudo: SudoConfig { key: root },
		aidid: AIDIDConfig { identities: models.clone() },
		ai_models: AIModelsConfig { models },
	})
}

fn development() -> Value {
	genesis(
		vec![
			collator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
			collator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
			collator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		],
		Sr25519Keyring::well_known().map(|who| who.to_account_id()).collect(),
		Some(Sr25519Keyring::Alice.to_account_id()),
		test_models(),
	)
}

fn local_testnet() -> Value {
	genesis(
		vec![
			collator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
			collator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
			collator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
			collator(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
		],
		Sr25519Keyring::well_known().map(|who| who.to_account_id()).collect(),
		Some(Sr25519Keyring::Alice.to_account_id()),
		test_models(),
	)
}

fn sovereign() -> Value {
	genesis(vec![], vec![], None, vec![])
}

/// The genesis of that name: a JSON patch of the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		SOVEREIGN_RUNTIME_PRESET => sovereign(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// Names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	[DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, SOVEREIGN_RUNTIME_PRESET]
		.into_iter()
		.map(PresetId::from)
		.collect()
}
