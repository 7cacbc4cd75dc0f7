//! What clients and stored data rely on.

use crate::{mock::*, *};
use ai_compute_primitives::{Did, Hosting, PriceRule};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{
	GetCallName, GetStorageVersion, Hooks, StorageInfoTrait, StorageVersion,
};
use sp_core::H256;

#[test]
fn call_indices() {
	let index = |call: Call<Test>| call.encode()[0];
	let did = || DID.to_vec();
	let (uri, license) = (vec![], vec![]);
	assert_eq!(
		index(Call::update_model {
			did: did(),
			name: vec![],
			uri,
			min_vram_gb: 0,
			license,
			royalty_bps: 0
		}),
		1
	);
	let publish = Call::publish_version {
		did: did(),
		version: vec![],
		metadata_hash: H256::zero(),
		weights_commitment: None,
		tokenizer_hash: None,
	};
	assert_eq!(index(publish), 2);
	let set_pricing = Call::set_pricing {
		did: did(),
		input_token_price: 0,
		output_token_price: 0,
		request_price: 0,
		tiers: vec![],
		rule: PriceRule::Any,
	};
	assert_eq!(index(set_pricing), 3);
	assert_eq!(index(Call::set_visibility { did: did(), visibility: Visibility::Public }), 4);
	assert_eq!(index(Call::deprecate_model { did: did() }), 5);
	assert_eq!(index(Call::transfer_model { did: did(), new_owner: 0 }), 6);
	assert_eq!(index(Call::deregister_model { did: did() }), 7);
	assert_eq!(index(Call::host_model { did: did(), node_did: vec![] }), 8);
	assert_eq!(index(Call::unhost_model { did: did(), node_did: vec![] }), 9);
	assert_eq!(index(Call::force_remove { did: did(), fate: DepositFate::Return }), 10);
	assert_eq!(index(Call::accept_transfer { did: did() }), 11);
	assert_eq!(index(Call::cancel_transfer { did: did() }), 12);
	assert_eq!(index(Call::activate_version { did: did(), version: 0 }), 13);
	assert_eq!(index(Call::retire_version { did: did(), version: 0 }), 14);
	let update = Call::update_allow_list { did: did(), allow: vec![], disallow: vec![] };
	assert_eq!(index(update), 15);
	let (hosting, admission) = (Hosting::Anyone, HostAdmission::Open);
	assert_eq!(index(Call::set_hosting { did: did(), hosting, admission }), 16);
	assert_eq!(index(Call::approve_host { did: did(), node_did: vec![] }), 17);
	let descendants = Descendants::Refused;
	assert_eq!(index(Call::set_descendants { did: did(), descendants }), 18);
	assert_eq!(index(Call::disown_descendant { did: did() }), 19);
	assert_eq!(Call::<Test>::get_call_names().len(), 20);
}

#[test]
fn register_model_takes_its_arguments_in_order() {
	let call = Call::<Test>::register_model {
		did: b"d".to_vec(),
		name: b"n".to_vec(),
		version: b"v".to_vec(),
		model_type: ModelType::Audio,
		metadata_hash: H256::repeat_byte(9),
		uri: b"u".to_vec(),
		min_vram_gb: 3,
		license: b"l".to_vec(),
		visibility: Visibility::Private,
		parent: None,
		royalty_bps: 4,
	};
	let bytes = |text: &[u8]| text.to_vec();
	let first = (0u8, bytes(b"d"), bytes(b"n"), bytes(b"v"), 2u8, H256::repeat_byte(9));
	let last = (bytes(b"u"), 3u32, bytes(b"l"), 1u8, 0u8, 4u16);
	assert_eq!(call.encode(), (first, last).encode());
}

#[test]
fn hold_reasons_and_stored_enums() {
	assert_eq!(HoldReason::ModelDeposit.encode(), [0]);
	assert_eq!(HoldReason::HostDeposit.encode(), [1]);
	assert_eq!([ModelState::Active, ModelState::Deprecated].encode(), [0, 1]);
	assert_eq!([Visibility::Public, Visibility::Private].encode(), [0, 1]);
	assert_eq!([HostAdmission::Open, HostAdmission::ByOwner].encode(), [0, 1]);
	assert_eq!([HostState::Declared, HostState::Approved].encode(), [0, 1]);
	assert_eq!(Descendants::Refused.encode(), [0]);
	assert_eq!(Descendants::Welcome { share_bps: 1 }.encode(), [1, 1, 0]);
	assert_eq!([DepositFate::Return, DepositFate::Forfeit].encode(), [0, 1]);
	let types = [
		ModelType::LLM,
		ModelType::Vision,
		ModelType::Audio,
		ModelType::Multimodal,
		ModelType::Agent,
		ModelType::Ensemble,
	];
	assert_eq!(types.encode(), [0, 1, 2, 3, 4, 5]);
}

/// Largest key and value of a storage item, as the benchmarks count it.
fn max_size(name: &str) -> u32 {
	AIModels::storage_info()
		.into_iter()
		.find(|info| info.storage_name == name.as_bytes())
		.and_then(|info| info.max_size)
		.unwrap()
}

/// The proof estimate of the benchmarks: 990 and, for each map entry read, 2 475 and its size. A
/// settlement reads two models (the parent's too), one usage record and one counter; a bid reads
/// one host record.
#[test]
fn what_the_marketplace_touches_stays_small() {
	let estimate = |reads: u32, name: &str| 990 + reads * (2_475 + max_size(name));
	assert!(estimate(2, "Models") <= 6_400, "{}", estimate(2, "Models"));
	assert!(estimate(1, "Usages") <= 3_600);
	assert!(estimate(1, "OpenJobs") <= 3_600);
	assert!(estimate(1, "Allowed") <= 3_600);
	assert!(estimate(1, "Hosts") <= 3_800);
}

/// A model's deposit of 100 ËDSC must be worth its storage at 10^7 units per byte.
#[test]
fn the_deposit_covers_all_that_a_model_can_have() {
	let names = ["Models", "ModelCards", "Usages", "OpenJobs", "TransferOffers", "PriceCards"];
	let bytes: u32 = names.iter().map(|name| max_size(name)).sum();
	// With the live chain's 16 versions, 100 accounts of 32 bytes on the list, and a place in the
	// owner's list; 24 bytes more per account than in this mock.
	let bytes = bytes + 16 * max_size("Versions") + 100 * (max_size("Allowed") + 24) + 32;
	assert!(u128::from(bytes) * 10_000_000 < 100 * 1_000_000_000_000 / 100, "{bytes}");
	assert!(PriceCard::<u128>::max_encoded_len() < 400);
	assert!(Did::max_encoded_len() == 130 && MAX_TIERS == 8);
}

#[test]
fn storage_names_and_version() {
	let names: Vec<_> = AIModels::storage_info()
		.into_iter()
		.map(|info| {
			assert!(info.max_size.is_some(), "{info:?} is unbounded");
			String::from_utf8(info.storage_name).unwrap()
		})
		.collect();
	let expected = [
		"Models",
		"ModelCards",
		"Versions",
		"PriceCards",
		"Usages",
		"OpenJobs",
		"Allowed",
		"TransferOffers",
		"OwnerModels",
		"Hosts",
		"NextRegistration",
		"NextVersion",
	];
	assert_eq!(names, expected);
	assert_eq!(AIModels::in_code_storage_version(), StorageVersion::new(1));
}

#[test]
fn models_are_found_under_the_hash_of_their_did() {
	let key = [
		sp_io::hashing::twox_128(b"AIModels").to_vec(),
		sp_io::hashing::twox_128(b"Models").to_vec(),
		sp_io::hashing::blake2_256(DID).to_vec(),
	];
	assert_eq!(Models::<Test>::hashed_key_for(hash(DID)), key.concat());
}

#[test]
fn constants_of_the_configuration_are_sound() {
	ExtBuilder.build_and_execute(<AIModels as Hooks<u32>>::integrity_test);
}
