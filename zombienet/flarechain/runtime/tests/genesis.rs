//! The genesis and the names and numbers that parachains and clients rely on.

use codec::{Decode, Encode};
use flarechain_runtime::{
	genesis, Balances, Checkpoint, Runtime, RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin,
	System, XcmPallet,
};
use frame_support::{assert_noop, assert_ok, storage::storage_prefix};
use hex_literal::hex;
use pallet_flarechain_checkpoint::{Call, Checkpoints, Error};
use polkadot_primitives::{well_known_keys, AccountId, Id as ParaId};
use sp_core::H256;
use sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
use sp_runtime::{traits::AccountIdConversion, BuildStorage};

/// The network's genesis, as the client makes it of the preset.
fn network() -> sp_io::TestExternalities {
	let patch = genesis::get_preset(&LOCAL_TESTNET_RUNTIME_PRESET.into()).unwrap();
	let mut json = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	merge(&mut json, serde_json::from_slice(&patch).unwrap());
	let config: RuntimeGenesisConfig = serde_json::from_value(json).unwrap();
	let mut state = sp_io::TestExternalities::new(config.build_storage().unwrap());
	state.execute_with(|| System::set_block_number(1));
	state
}

fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
	match (into, patch) {
		(serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
			for (name, value) in patch {
				merge(into.entry(name).or_insert(serde_json::Value::Null), value);
			}
		}
		(into, patch) => *into = patch,
	}
}

fn parachain() -> AccountId {
	ParaId::from(genesis::PARA_ID).into_account_truncating()
}

#[test]
fn the_host_configuration_is_consistent() {
	genesis::host_configuration().panic_if_not_consistent();
}

#[test]
fn the_preset_has_the_keys_that_zombienet_fills_in() {
	let patch: serde_json::Value = serde_json::from_slice(&genesis::local_testnet()).unwrap();
	assert_eq!(patch["session"]["keys"], serde_json::json!([]));
	assert!(patch["balances"]["balances"].as_array().unwrap().len() > 2);
	assert_eq!(patch["registrar"]["nextFreeParaId"], genesis::PARA_ID);
}

#[test]
fn the_parachain_has_the_account_that_its_documentation_names() {
	let account: [u8; 32] = parachain().into();
	assert_eq!(account, hex!("70617261df070000000000000000000000000000000000000000000000000000"));
	network().execute_with(|| {
		assert!(Balances::free_balance(parachain()) > 100 * 1_000_000_000_000);
	});
}

#[test]
fn the_parachain_alone_registers_its_checkpoints() {
	network().execute_with(|| {
		let root = H256::repeat_byte(7);
		let register = |who: AccountId| {
			Checkpoint::register_checkpoint(RuntimeOrigin::signed(who), genesis::PBC_ID, 256, root)
		};
		let alice = sp_keyring::Sr25519Keyring::Alice.to_account_id();
		assert_noop!(register(alice), Error::<Runtime>::NotAuthorized);
		assert_ok!(register(parachain()));
		assert_eq!(Checkpoints::<Runtime>::get((genesis::PBC_ID, 256)), Some(root));
	});
}

#[test]
fn the_call_has_the_bytes_that_the_parachain_sends() {
	let bytes = hex!(
		"5a000f00640000000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
	);
	let call = RuntimeCall::decode(&mut &bytes[..]).unwrap();
	assert_eq!(call.encode(), bytes);
	let RuntimeCall::Checkpoint(Call::register_checkpoint { pbc_id, block_number, .. }) = call
	else {
		panic!("{call:?}")
	};
	assert_eq!((pbc_id, block_number), (genesis::PBC_ID, 25_600));
}

/// Parachains prove entries of the relay chain's state by these keys.
#[test]
fn the_storage_is_named_as_parachains_expect() {
	for (key, pallet, item) in [
		(well_known_keys::CURRENT_BLOCK_RANDOMNESS, "Babe", "AuthorVrfRandomness"),
		(well_known_keys::CURRENT_SLOT, "Babe", "CurrentSlot"),
		(well_known_keys::ACTIVE_CONFIG, "Configuration", "ActiveConfig"),
	] {
		assert_eq!(key, storage_prefix(pallet.as_bytes(), item.as_bytes()), "{pallet}.{item}");
	}
	network().execute_with(|| {
		assert!(sp_io::storage::exists(well_known_keys::ACTIVE_CONFIG));
		let prefix = storage_prefix(b"Checkpoint", b"Checkpoints");
		assert!(Checkpoints::<Runtime>::hashed_key_for((15, 256)).starts_with(&prefix));
	});
}

#[test]
fn messages_leave_in_the_version_that_everybody_speaks() {
	network().execute_with(|| {
		let to = xcm::latest::Location::new(0, [xcm::latest::Junction::Parachain(2015)]);
		let wrapped =
			<XcmPallet as xcm::WrapVersion>::wrap_version::<()>(&to, xcm::latest::Xcm(vec![]));
		assert!(matches!(wrapped, Ok(xcm::VersionedXcm::V5(_))));
	});
}

#[test]
fn the_runtime_knows_its_preset() {
	// The client asks the wasm the same way.
	assert!(genesis::get_preset(&LOCAL_TESTNET_RUNTIME_PRESET.into()).is_some());
	assert!(genesis::get_preset(&"development".into()).is_none());
}
