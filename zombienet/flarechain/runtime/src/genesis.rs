//! The genesis of the test network. It has no validators and no parachain: zombienet adds those of
//! the network that it starts.

use crate::{
	system::{BABE_EPOCH_CONFIG, ETR},
	BabeConfig, BalancesConfig, CheckpointConfig, ConfigurationConfig, RegistrarConfig,
	RuntimeGenesisConfig, SessionConfig, SudoConfig, XcmPalletConfig,
};
use alloc::{vec, vec::Vec};
use bitvec::vec::BitVec;
use frame_support::build_struct_json_patch;
use polkadot_primitives::{
	node_features::FeatureIndex, vstaging::SchedulerParams, AccountId, BlockNumber, Id as ParaId,
	MAX_CODE_SIZE, MAX_POV_SIZE,
};
use polkadot_runtime_parachains::configuration::HostConfiguration;
use sp_genesis_builder::{PresetId, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::AccountIdConversion;

/// Parachain number of AI-Compute-PBC.
pub const PARA_ID: u32 = 2015;

/// Number under which its checkpoints are registered.
pub const PBC_ID: u8 = 15;

/// What each well-known account has.
const ENDOWMENT: u128 = 1_000_000 * ETR;

/// What the parachain's account has to pay for its messages.
const PARACHAIN_FUNDS: u128 = 1_000 * ETR;

/// How parachains are backed, included and checked: what the SDK's own test networks use.
pub fn host_configuration() -> HostConfiguration<BlockNumber> {
	HostConfiguration {
		validation_upgrade_cooldown: 2,
		validation_upgrade_delay: 2,
		minimum_validation_upgrade_delay: 5,
		code_retention_period: 1_200,
		max_code_size: MAX_CODE_SIZE,
		max_pov_size: MAX_POV_SIZE,
		max_head_data_size: 32 * 1024,
		max_upward_queue_count: 8,
		max_upward_queue_size: 1024 * 1024,
		max_upward_message_size: 50 * 1024,
		max_upward_message_num_per_candidate: 5,
		max_downward_message_size: 1024 * 1024,
		hrmp_channel_max_capacity: 8,
		hrmp_channel_max_total_size: 8 * 1024,
		hrmp_channel_max_message_size: 1024 * 1024,
		hrmp_max_parachain_inbound_channels: 4,
		hrmp_max_parachain_outbound_channels: 4,
		hrmp_max_message_num_per_candidate: 5,
		no_show_slots: 2,
		n_delay_tranches: 25,
		needed_approvals: 2,
		relay_vrf_modulo_samples: 2,
		node_features: [
			FeatureIndex::ElasticScalingMVP,
			FeatureIndex::EnableAssignmentsV2,
			FeatureIndex::CandidateReceiptV2,
		]
		.into_iter()
		.fold(BitVec::repeat(false, 8), |mut features, feature| {
			features.set(feature as usize, true);
			features
		}),
		scheduler_params: SchedulerParams {
			lookahead: 5,
			group_rotation_frequency: 20,
			paras_availability_period: 4,
			// As many groups of validators as there are cores.
			max_validators_per_core: Some(1),
			..Default::default()
		},
		..Default::default()
	}
}

/// The genesis as a JSON patch of the default one.
pub fn local_testnet() -> Vec<u8> {
	let parachain: AccountId = ParaId::from(PARA_ID).into_account_truncating();
	let patch = build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|account| (account.to_account_id(), ENDOWMENT))
				.chain([(parachain.clone(), PARACHAIN_FUNDS)])
				.collect(),
		},
		babe: BabeConfig { epoch_config: BABE_EPOCH_CONFIG },
		session: SessionConfig { keys: vec![] },
		configuration: ConfigurationConfig { config: host_configuration() },
		// The first number that is handed out. A network that has the parachain in its genesis does
		// not hand out any.
		registrar: RegistrarConfig { next_free_para_id: PARA_ID.into() },
		checkpoint: CheckpointConfig { registrars: vec![(PBC_ID, parachain)] },
		xcm_pallet: XcmPalletConfig { safe_xcm_version: Some(xcm::prelude::XCM_VERSION) },
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
	});
	serde_json::to_vec(&patch).unwrap_or_default()
}

/// The genesis of that name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	(id == LOCAL_TESTNET_RUNTIME_PRESET).then(local_testnet)
}
