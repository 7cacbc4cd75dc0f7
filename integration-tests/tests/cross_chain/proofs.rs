//! What a registered root is good for: a storage proof of this chain that anybody can check. And the
//! vectors that the verifier in TypeScript is tested with.

use crate::{
	chain::read_proof,
	network::{Network, INTERVAL},
};
use ai_compute_pbc_runtime::{Runtime, RuntimeCall};
use codec::Decode;
use pallet_job_marketplace::{JobRecordOf, JobStatus, Jobs};
use serde_json::{json, Value};
use sp_core::{Blake2Hasher, H256};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::Eve;
use sp_runtime::StateVersion;
use sp_trie::StorageProof;

fn submit() -> RuntimeCall {
	pallet_job_marketplace::Call::submit_job {
		model_did: ai_compute_pbc_runtime::genesis_config_presets::TEST_MODEL.to_vec(),
		encrypted_prompt: b"a prompt".to_vec(),
		max_tokens: 100,
		max_payment: 10_000_000_000_000,
		min_vram_gb: 24,
		confidential: false,
	}
	.into()
}

#[test]
fn a_job_is_proven_against_the_registered_root() {
	let mut network = Network::with_short_interval();
	network.ok(Eve, submit());
	network.ok(Eve, pallet_job_marketplace::Call::cancel_job { job_id: 0 });
	network.run_to(INTERVAL);
	let key = Jobs::<Runtime>::hashed_key_for(0);
	let absent = Jobs::<Runtime>::hashed_key_for(1);
	let proof = network.chain.prove(&[key.clone(), absent.clone()]);
	let alone = network.chain.prove(std::slice::from_ref(&key));
	network.run_to(INTERVAL + 4);
	let root = network.relay.registered(INTERVAL).expect("it is registered");

	let record = read_proof(root, proof.clone(), &key).unwrap().expect("the job is there");
	let job = JobRecordOf::<Runtime>::decode(&mut &record[..]).unwrap();
	assert_eq!((job.requester, job.status), (Eve.to_account_id(), JobStatus::Cancelled));
	assert_eq!(read_proof(root, proof.clone(), &absent), Ok(None));

	// Not against another root, and not with a byte changed.
	let other = network.chain.header(INTERVAL - 1).state_root;
	assert!(read_proof(other, proof.clone(), &key).is_err());
	for index in 0..alone.len() {
		let nodes = alone.iter_nodes().enumerate().map(|(at, node)| {
			let mut node = node.clone();
			if at == index {
				node[0] ^= 1;
			}
			node
		});
		assert!(read_proof(root, StorageProof::new(nodes), &key).is_err());
	}
}

/// A state with values of all lengths under keys that share beginnings.
fn state(version: StateVersion) -> TestExternalities {
	let entries = [
		("a", 1usize),
		("ab", 32),
		("abc", 33),
		("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnop", 40),
		("abd", 300),
		("b", 200),
		("ba", 3),
		("bb", 64),
		("long", 17_000),
		("longer", 2),
		("x1", 31),
		("x2", 40),
	];
	let top = entries
		.into_iter()
		.map(|(key, length)| {
			let value = (0..length).map(|at| (at as u8).wrapping_add(key.len() as u8)).collect();
			(key.as_bytes().to_vec(), value)
		})
		.collect();
	let storage = sp_core::storage::Storage { top, ..Default::default() };
	TestExternalities::new_with_state_version(storage, version)
}

fn hex(bytes: &[u8]) -> String {
	sp_core::bytes::to_hex(bytes, false)
}

/// Proofs by the SDK, of what is there and what is not.
fn vectors() -> Value {
	let keys: [&str; 13] = [
		"a",
		"ab",
		"abc",
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnop",
		"abd",
		"b",
		"ba",
		"bb",
		"longer",
		"x2",
		"",
		"abcd",
		"nothing",
	];
	let mut cases = vec![];
	for (layout, version) in [(0, StateVersion::V0), (1, StateVersion::V1)] {
		let ext = state(version);
		let root: H256 = *ext.backend.root();
		for key in keys {
			let proof =
				sp_state_machine::prove_read_on_trie_backend(&ext.backend, [key.as_bytes()])
					.unwrap();
			let value = sp_state_machine::read_proof_check::<Blake2Hasher, _>(
				root,
				proof.clone(),
				[key.as_bytes()],
			)
			.unwrap()
			.remove(key.as_bytes())
			.flatten();
			let name = if key.is_empty() { "no bytes at all" } else { key };
			cases.push(json!({
				"name": format!("{name}, layout {layout}"),
				"root": hex(root.as_bytes()),
				"key": hex(key.as_bytes()),
				"value": value.map(|value| hex(&value)),
				"proof": proof.iter_nodes().map(|node| hex(node)).collect::<Vec<_>>(),
			}));
		}
	}
	Value::Array(cases)
}

/// `WRITE_VECTORS=1` writes the file anew.
#[test]
fn the_vectors_of_the_verifier_are_what_the_sdk_makes() {
	let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../e2e/test/fixtures/trie-proofs.json");
	let expected = vectors();
	if std::env::var_os("WRITE_VECTORS").is_some() {
		let text = serde_json::to_string_pretty(&expected).unwrap();
		std::fs::write(file, text + "\n").unwrap();
	}
	let found: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
	assert_eq!(found, expected);
}
