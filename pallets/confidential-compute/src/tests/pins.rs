//! Numbers and bytes that clients, enclaves and stored records rely on.

use crate::{
	attestation::{gpu_nonce, is_bound},
	mock::*,
	AllowedMeasurement, Call, GoldenFor, GpuArch, GpuCollection, HoldReason, Measurement, PckCa,
	RevokedBy, TcbStatus, TeeKind,
};
use codec::Encode;
use frame_support::traits::{PalletInfoAccess, StorageInfoTrait};
use sp_core::{hexdisplay::HexDisplay, H256};
use sp_io::hashing::blake2_256;

#[test]
fn call_indices() {
	let index = |call: Call<Test>| call.encode()[0];
	let (hash, keys) = (H256::zero(), Enclave::new(1).keys);
	let (did, bytes, chain) = (|| DID.to_vec(), Vec::new, Vec::new);
	let session = keys.session;
	let calls = [
		(
			0,
			Call::attest_cpu {
				did: did(),
				keys,
				block_number: 0,
				quote: bytes(),
				succession: None,
			},
		),
		(1, Call::attest_gpu { session, signature: bytes(), chain: chain(), evidence: bytes() }),
		(
			2,
			Call::attest_lone_gpu {
				did: did(),
				block_number: 0,
				chain: chain(),
				evidence: bytes(),
			},
		),
		(3, Call::revoke_attestation { attestation: 0 }),
		(4, Call::force_revoke { attestation: 0 }),
		(5, Call::prune_attestation { attestation: 0 }),
		(6, Call::prune_lone_gpu { node: hash }),
		(7, Call::prune_gpu_claim { key: hash }),
		(10, Call::put_root_crl { crl: bytes() }),
		(11, Call::put_pck_crl { issuer_chain: bytes(), crl: bytes() }),
		(12, Call::put_tcb_info { issuer_chain: bytes(), tcb_info: bytes(), signature: [0; 64] }),
		(
			13,
			Call::put_qe_identity {
				issuer_chain: bytes(),
				qe_identity: bytes(),
				signature: [0; 64],
			},
		),
		(20, Call::set_model_policy { model_did: did(), policy: strict_policy() }),
		(21, Call::clear_model_policy { model_did: did() }),
		(22, Call::set_global_policy { policy: None }),
		(23, Call::release_policy { policy: hash }),
		(
			30,
			Call::set_golden { subject: golden_driver(GpuArch::Hopper), measurements: Vec::new() },
		),
		(31, Call::remove_golden { key: hash }),
		(32, Call::revoke_serial { serial: bytes() }),
		(33, Call::reinstate_serial { serial: bytes() }),
		(34, Call::pin_issuer { chain: chain() }),
		(35, Call::unpin_issuer { issuer: hash }),
		(36, Call::bar_platform { platform: hash }),
		(37, Call::unbar_platform { platform: hash }),
	];
	let calls = calls.into_iter().chain(super::dkg::calls());
	for (expected, call) in calls {
		assert_eq!(index(call), expected);
	}
}

#[test]
fn stored_numbers() {
	assert_eq!(HoldReason::PolicyDeposit.encode(), [0]);
	assert_eq!(HoldReason::CommitteeBond.encode(), [2]);
	assert_eq!(HoldReason::ReleaseFees.encode(), [3]);
	assert_eq!([TeeKind::Sgx, TeeKind::Tdx].encode(), [0, 1]);
	assert_eq!([PckCa::Processor, PckCa::Platform].encode(), [0, 1]);
	assert_eq!([GpuArch::Hopper, GpuArch::Blackwell].encode(), [0, 1]);
	assert_eq!([GpuCollection::Absent, GpuCollection::Local].encode(), [0, 1]);
	assert_eq!([RevokedBy::Owner, RevokedBy::Governance].encode(), [0, 1]);
	let statuses = [
		TcbStatus::UpToDate,
		TcbStatus::SWHardeningNeeded,
		TcbStatus::ConfigurationNeeded,
		TcbStatus::ConfigurationAndSWHardeningNeeded,
		TcbStatus::TDRelaunchAdvised,
		TcbStatus::TDRelaunchAdvisedConfigurationNeeded,
		TcbStatus::OutOfDate,
		TcbStatus::OutOfDateConfigurationNeeded,
	];
	assert_eq!(statuses.encode(), [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn storage_names_and_largest_entries() {
	let pallet = ConfidentialCompute::name();
	let mut entries: Vec<_> = ConfidentialCompute::storage_info()
		.into_iter()
		.map(|info| {
			assert_eq!(info.pallet_name, pallet.as_bytes());
			(String::from_utf8(info.storage_name).unwrap(), info.max_size.unwrap())
		})
		.collect();
	entries.sort();
	let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
	assert_eq!(
		names,
		[
			"Attestations",
			"BarredPlatforms",
			"BoundGpus",
			"Commitments",
			"CommitteePolicies",
			"Committees",
			"Dealings",
			"EntrustedKeys",
			"Epochs",
			"Formers",
			"GlobalPolicy",
			"GoldenSets",
			"GpuClaims",
			"Groups",
			"LoneGpus",
			"ModelPolicies",
			"ModelProofKeys",
			"NextAttestationId",
			"NextCommitteeId",
			"NodeAttestations",
			"Partials",
			"PckCrls",
			"PinnedIssuers",
			"PlatformClaims",
			"Policies",
			"ProofKeyBodies",
			"ProofKeys",
			"QeIdentities",
			"Releases",
			"RevokedSerials",
			"RootCrl",
			"Seats",
			"SessionIds",
			"TcbInfos",
		]
	);
	// What proofs of attestations and of jobs are paid by.
	let size = |name| entries.iter().find(|(other, _)| other == name).unwrap().1;
	assert!(size("Attestations") < 800, "{}", size("Attestations"));
	assert!(size("Policies") < 2_000, "{}", size("Policies"));
	assert!(size("TcbInfos") < 20_000, "{}", size("TcbInfos"));
	let collateral = ["RootCrl", "PckCrls", "TcbInfos", "QeIdentities"].map(size);
	assert!(collateral.iter().sum::<u32>() <= 40 * 1024);
}

#[test]
fn report_data_is_the_hash_of_pinned_bytes() {
	ExtBuilder::default().build_and_execute(|| {
		let enclave = Enclave::new(0);
		let (block, hash) = (BLOCK, block_hash(BLOCK));
		let shown = ConfidentialCompute::binding(&did(DID), &ALICE, &enclave.keys, block, hash);
		let ai_compute_primitives::SessionKey::Ed25519(session) = enclave.keys.session else {
			panic!("number 0 signs with Ed25519");
		};
		let bytes = [
			b"ai-compute-pbc/report-data/v1",
			&[0x69; 32][..],
			&[(DID.len() as u8) << 2],
			DID,
			&1u64.to_le_bytes(),
			&[0],
			&session,
			&enclave.keys.x25519,
			&enclave.keys.ristretto,
			&500u32.to_le_bytes(),
			hash.as_bytes(),
		]
		.concat();
		assert_eq!(shown, H256(blake2_256(&bytes)));
		let nonce = blake2_256(&[b"ai-compute-pbc/gpu-nonce/v1", shown.as_bytes()].concat());
		assert_eq!(gpu_nonce(&shown), nonce);

		let lone = ConfidentialCompute::lone_binding(&did(DID), &ALICE, block, hash);
		let bytes = [
			b"ai-compute-pbc/lone-gpu/v1",
			&[0x69; 32][..],
			&[(DID.len() as u8) << 2],
			DID,
			&1u64.to_le_bytes(),
			&500u32.to_le_bytes(),
			hash.as_bytes(),
		]
		.concat();
		assert_eq!(lone, H256(blake2_256(&bytes)));
	});
}

#[test]
fn report_data_is_the_binding_and_zeros() {
	let binding = H256::repeat_byte(7);
	let mut data = [0; 64];
	data[..32].copy_from_slice(binding.as_bytes());
	assert!(is_bound(&data, &binding));
	for at in 0..64 {
		let mut other = data;
		other[at] ^= 1;
		assert!(!is_bound(&other, &binding), "{at}");
	}
}

#[test]
fn signed_payloads_have_pinned_bytes() {
	ExtBuilder::default().build_and_execute(|| {
		let (binding, evidence) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let expected = [
			&b"<Bytes>ai-compute-pbc/gpu-evidence/v1"[..],
			&[0x69; 32],
			&[1; 32],
			&[2; 32],
			b"</Bytes>",
		]
		.concat();
		assert_eq!(ConfidentialCompute::evidence_payload(binding, evidence), expected);
		let expected = [
			&b"<Bytes>ai-compute-pbc/successor/v1"[..],
			&[0x69; 32],
			&5u64.to_le_bytes(),
			&[1; 32],
			b"</Bytes>",
		]
		.concat();
		assert_eq!(ConfidentialCompute::successor_payload(5, binding), expected);
	});
}

#[test]
fn hashes_of_policies_measurements_and_golden_keys() {
	let hex = |hash: H256| HexDisplay::from(&hash.as_bytes()).to_string();
	let mut policy = strict_policy();
	policy.measurements[0] =
		AllowedMeasurement { digest: H256::repeat_byte(1), gpu: GpuCollection::Local };
	let bytes = [
		&b"ai-compute-pbc/policy/v1"[..],
		// For no model; statuses; only these advisories: none; number; one measurement.
		&[0, 4, 0, 1, 0, 7, 0, 0, 0, 4],
		&[1; 32],
		&[1],
	]
	.concat();
	assert_eq!(policy.hash(None), H256(blake2_256(&bytes)));
	let model = H256::repeat_byte(9);
	let bytes = [
		&b"ai-compute-pbc/policy/v1"[..],
		&[1],
		&[9; 32],
		&[4, 0, 1, 0, 7, 0, 0, 0, 4],
		&[1; 32],
		&[1],
	]
	.concat();
	assert_eq!(policy.hash(Some(&model)), H256(blake2_256(&bytes)));

	let measurement = Measurement::Sgx {
		mr_enclave: [1; 32],
		mr_signer: [2; 32],
		isv_prod_id: 3,
		isv_svn: 4,
		config_id: [5; 64],
		config_svn: 6,
	};
	let bytes = [&[0][..], &[1; 32], &[2; 32], &[3, 0, 4, 0], &[5; 64], &[6, 0]].concat();
	assert_eq!(measurement.digest(), H256(blake2_256(&bytes)));
	let driver = GoldenFor::Driver { arch: GpuArch::Hopper, version: version(b"1.2") };
	assert_eq!(driver.key(), H256(blake2_256(&[0, 0, 12, b'1', b'.', b'2'])));
	assert_eq!(hex(driver.key()).len(), 64);
}
