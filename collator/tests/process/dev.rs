//! A chain of one node: sealing, time, finality, upgrades and restarts.

use crate::node::{hex, Folder, Node};
use ai_compute_pbc_runtime::{
	AccountId, RuntimeCall, SignedPayload, TxExtension, UncheckedExtrinsic, SLOT_DURATION, VERSION,
	WASM_BINARY,
};
use codec::{Decode, Encode};
use serde_json::json;
use sp_core::H256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, MultiAddress, MultiSignature};
use std::{fs, path::Path};

/// Time, relay chain block number and slot of a block.
fn clock(node: &Node, block: &str) -> (u64, u32, u64) {
	fn value<T: Decode>(node: &Node, pallet: &str, item: &str, block: &str) -> T {
		let value = node.storage(pallet, item, Some(block)).expect("set in every block");
		T::decode(&mut &value[..]).unwrap()
	}
	(
		value(node, "Timestamp", "Now", block),
		value(node, "ParachainSystem", "LastRelayChainBlockNumber", block),
		value(node, "Aura", "CurrentSlot", block),
	)
}

/// Signs a call of Alice and gives it to the pool.
fn submit(node: &Node, nonce: u32, call: RuntimeCall) {
	let genesis = node.call("chain_getBlockHash", json!([0]));
	let genesis: H256 = genesis.as_str().unwrap().parse().unwrap();
	let extension: TxExtension = cumulus_pallet_weight_reclaim::StorageWeightReclaim::new((
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	));
	let (spec, transaction) = (VERSION.spec_version, VERSION.transaction_version);
	let implicit = ((), (), spec, transaction, genesis, genesis, (), (), (), None);
	let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
	let signature = payload.using_encoded(|bytes| Sr25519Keyring::Alice.sign(bytes));
	let extrinsic = UncheckedExtrinsic::new_signed(
		call,
		MultiAddress::Id(Sr25519Keyring::Alice.to_account_id()),
		MultiSignature::Sr25519(signature),
		extension,
	);
	node.call("author_submitExtrinsic", json!([format!("0x{}", hex(&extrinsic.encode()))]));
}

fn transfer(to: AccountId, value: u128) -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death {
		dest: MultiAddress::Id(to),
		value,
	})
}

#[test]
fn blocks_sealed_in_a_row_move_time_by_whole_slots_and_are_final() {
	let folder = Folder::new("sealed");
	let node = Node::start(&folder, &["--dev", "--sealing", "manual"]);
	let blocks: Vec<_> = (0..4).map(|_| clock(&node, &node.seal())).collect();
	assert_eq!(node.finalised(), 4);
	assert_eq!(blocks[0].1, 1, "a fresh chain starts at relay chain block 1");
	for (time, _, slot) in &blocks {
		assert_eq!(*time, slot * SLOT_DURATION);
	}
	for pair in blocks.windows(2) {
		let [(_, relay, slot), (_, next_relay, next_slot)] = pair else { unreachable!() };
		assert!(next_slot > slot);
		assert_eq!(u64::from(next_relay - relay), next_slot - slot);
	}
}

#[test]
fn blocks_come_at_the_given_period() {
	let folder = Folder::new("period");
	let node = Node::start(&folder, &["--dev", "--sealing", "200"]);
	node.wait_until("three final blocks", |node| node.finalised() >= 3);
}

#[test]
fn one_transaction_makes_one_block() {
	let folder = Folder::new("instant");
	let node = Node::start(&folder, &["--dev"]);
	let before = node.call("chain_getHeader", json!([]));
	submit(&node, 0, transfer(Sr25519Keyring::Bob.to_account_id(), 1_000_000));
	node.wait_until("the transaction is in a final block", |node| node.finalised() >= 1);
	assert_eq!(crate::node::number(&before), 0);
	let block = node.call("chain_getBlock", json!([]));
	assert_eq!(block["block"]["extrinsics"].as_array().unwrap().len(), 3, "two inherents and it");
	assert_eq!(crate::node::number(&block["block"]["header"]), 1);
}

#[test]
fn a_runtime_upgrade_is_approved_and_applied_without_further_help() {
	let folder = Folder::new("upgrade");
	let node = Node::start(&folder, &["--dev", "--sealing", "instant"]);
	let code = WASM_BINARY.expect("the runtime was built").to_vec();
	let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo {
		call: Box::new(RuntimeCall::System(frame_system::Call::set_code_without_checks { code })),
	});
	submit(&node, 0, call);
	node.wait_until("the upgrade is scheduled and applied", |node| {
		node.finalised() >= 2
			&& node.storage("ParachainSystem", "PendingValidationCode", None).is_none()
	});
	submit(&node, 1, transfer(Sr25519Keyring::Bob.to_account_id(), 1));
	node.wait_until("the chain goes on", |node| node.finalised() >= 3);
}

#[test]
fn state_and_the_compiled_runtime_survive_being_killed() {
	let folder = Folder::new("restart");
	let compiled = Path::new(folder.path()).join("wasm");
	fs::remove_file(&compiled).expect("the link to what others compiled");
	let arguments = ["--dev", "--sealing", "manual"];
	let node = Node::start(&folder, &arguments);
	let hashes: Vec<_> = (0..3).map(|_| node.seal()).collect();
	drop(node);
	let mut modules = fs::read_dir(compiled.join("modules")).expect("compiled runtimes are kept");
	assert!(modules.next().is_some());

	let node = Node::start(&folder, &arguments);
	assert_eq!(node.call("chain_getBlockHash", json!([3])), json!(hashes[2]));
	assert_eq!(node.finalised(), 3);
	let before = clock(&node, &hashes[2]);
	let after = clock(&node, &node.seal());
	assert!(after.0 > before.0 && after.1 > before.1);
}

#[test]
fn exported_blocks_are_imported_again() {
	let folder = Folder::new("export");
	let node = Node::start(&folder, &["--dev", "--sealing", "manual"]);
	node.seal();
	node.seal();
	let hash = node.seal();
	drop(node);
	let base = ["--dev", "--base-path", folder.path()];
	let blocks = crate::node::output_of(&[&["export-blocks"], &base[..]].concat());
	let blocks = folder.file("blocks.json", blocks);

	let other = Folder::new("import");
	let base = ["--dev", "--base-path", other.path()];
	crate::node::output_of(&[&["import-blocks", &blocks], &base[..]].concat());
	let info = crate::node::output_of(&[&["chain-info"], &base[..]].concat());
	let info: serde_json::Value = serde_json::from_slice(&info).unwrap();
	assert_eq!(info["best_hash"], json!(hash));
}

#[test]
fn session_keys_can_be_rotated_with_proof_of_possession() {
	let folder = Folder::new("rotation");
	let node = Node::start(&folder, &["--dev", "--sealing", "manual"]);
	let owner = Sr25519Keyring::Dave.to_account_id();
	let keys =
		node.call("author_rotateKeysWithOwner", json!([format!("0x{}", hex(owner.as_ref()))]));
	assert_eq!(keys["keys"].as_str().unwrap().len(), 2 + 2 * 64, "an Aura and a GRANDPA key");
	assert_eq!(keys["proof"].as_str().unwrap().len(), 2 + 2 * 128, "a signature of each");
}
