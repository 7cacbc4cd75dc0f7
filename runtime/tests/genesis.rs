//! Genesis presets.

use crate::chain::{genesis_config, genesis_ext, merge, Chain};
use ai_compute_pbc_runtime::{
	configs::fees::TreasuryAccount,
	genesis_config_presets::{get_preset, preset_names, CANDIDACY_BOND, TEST_ENDOWMENT},
	AccountId, Balances, ParachainInfo, Reputation, Runtime, EXISTENTIAL_DEPOSIT,
};
use frame_support::traits::fungible::Inspect;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

fn collators() -> Vec<AccountId> {
	pallet_collator_selection::Invulnerables::<Runtime>::get().into_inner()
}

#[test]
fn presets_are_listed_and_unknown_names_have_none() {
	let names: Vec<String> = preset_names().iter().map(|name| name.to_string()).collect();
	assert_eq!(names, ["development", "local_testnet", "sovereign"]);
	assert!(preset_names().iter().all(|name| get_preset(name).is_some()));
	assert!(get_preset(&"mainnet".into()).is_none());
}

#[test]
fn test_presets_have_keys_for_every_collator() {
	use Sr25519Keyring::*;
	let cases = [
		("development", vec![Alice, Bob, Charlie]),
		("local_testnet", vec![Alice, Bob, Charlie, Dave]),
	];
	for (preset, names) in cases {
		genesis_ext(genesis_config(preset)).execute_with(|| {
			let mut expected: Vec<_> = names.iter().map(|name| name.to_account_id()).collect();
			expected.sort();
			assert_eq!(collators(), expected);
			let mut validators = pallet_session::Validators::<Runtime>::get();
			validators.sort();
			assert_eq!(validators, expected);
			assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), names.len());
			let voters: Vec<_> = pallet_grandpa::Pallet::<Runtime>::grandpa_authorities()
				.into_iter()
				.map(|(voter, weight)| {
					assert_eq!(weight, 1);
					voter
				})
				.collect();
			assert_eq!(voters.len(), names.len());
			assert!(voters.contains(&Ed25519Keyring::Alice.public().into()));
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(Alice.to_account_id()));
			assert_eq!(ParachainInfo::parachain_id(), 2015.into());
			assert_eq!(pallet_collator_selection::CandidacyBond::<Runtime>::get(), CANDIDACY_BOND);
			assert_eq!(Balances::balance(&Eve.to_account_id()), TEST_ENDOWMENT);
			assert_eq!(Balances::balance(&TreasuryAccount::get()), EXISTENTIAL_DEPOSIT);
		});
	}
}

#[test]
fn sovereign_endows_the_accounts_that_must_exist_and_names_nobody() {
	genesis_ext(genesis_config("sovereign")).execute_with(|| {
		assert_eq!(Balances::total_issuance(), 2 * EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::balance(&Reputation::pot()), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::balance(&TreasuryAccount::get()), EXISTENTIAL_DEPOSIT);
		assert_eq!(collators(), []);
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
		assert_eq!(ParachainInfo::parachain_id(), 2015.into());
	});
}

#[test]
fn sovereign_makes_blocks_once_collators_are_filled_in() {
	let alice = Sr25519Keyring::Alice.to_account_id();
	let mut config = genesis_config("sovereign");
	let keys = serde_json::json!({
		"aura": Sr25519Keyring::Alice.to_account_id(),
		"grandpa": AccountId::from(Ed25519Keyring::Alice.public().0),
	});
	merge(
		&mut config,
		serde_json::json!({
			"collatorSelection": { "invulnerables": [alice] },
			"session": { "keys": [[alice, alice, keys]] },
		}),
	);
	let mut chain = Chain::with_genesis(config);
	chain.block(vec![]);
	chain.block(vec![]);
	assert_eq!(chain.parent.number, 2);
	assert_eq!(chain.read(Balances::total_issuance), 2 * EXISTENTIAL_DEPOSIT);
}
