//! What clients and stored data rely on. A change here is a change of the chain's interface.

use crate::chain::{dev_ext, extension};
use ai_compute_pbc_runtime::{
	configs::{
		compute::{
			AttestationValidityPeriod, InitialReputationScore, JobEscrowPeriod, KeyCommitteeRules,
			MaxBidsPerJob, MaxGPUNodes, MaxJobsPerBlock, MinimumStake, RecordRetention,
		},
		system::{RuntimeBlockLength, RuntimeBlockWeights},
		utilities::ProxyType,
	},
	constants::{consensus::*, currency::*, time::*},
	AccountId, AllPalletsWithSystem, Balance, ConfidentialCompute, JobMarketplace, Runtime,
	RuntimeCall, RuntimeHoldReason, TxExtension, EDSC_PBC_PARA_ID, PARA_ID, VERSION,
};
use codec::{Decode, Encode};
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::{
		Get, GetCallIndex, GetCallName, InstanceFilter, PalletsInfoAccess, StorageInfoTrait,
		StorageVersion,
	},
	weights::Weight,
};
use scale_info::TypeDef;
use sp_io::hashing::{sha2_256, twox_128};
use sp_keyring::Sr25519Keyring;
use sp_metadata_ir::frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use sp_runtime::traits::TransactionExtension;

/// polkadot.js refuses metadata with a longer array, and with it the whole chain.
#[test]
fn no_array_is_too_long_for_clients() {
	const LONGEST: u32 = 2_048;
	for version in Runtime::metadata_versions() {
		let bytes = dev_ext().execute_with(|| Runtime::metadata_at_version(version));
		let bytes = bytes.expect("this version is offered");
		let metadata = RuntimeMetadataPrefixed::decode(&mut bytes.as_slice()).expect("metadata");
		let types = match metadata.1 {
			RuntimeMetadata::V14(metadata) => metadata.types,
			RuntimeMetadata::V15(metadata) => metadata.types,
			RuntimeMetadata::V16(metadata) => metadata.types,
			_ => panic!("metadata of version {version}"),
		};
		let too_long = types.types.iter().find(
			|known| matches!(&known.ty.type_def, TypeDef::Array(array) if array.len > LONGEST),
		);
		assert_eq!(too_long, None);
	}
}

#[test]
fn pallets_have_their_names_and_indices() {
	let infos: Vec<_> =
		AllPalletsWithSystem::infos().into_iter().map(|info| (info.index, info.name)).collect();
	assert_eq!(
		infos,
		[
			(0, "System"),
			(1, "Timestamp"),
			(2, "Aura"),
			(3, "Grandpa"),
			(4, "Balances"),
			(5, "TransactionPayment"),
			(6, "Sudo"),
			(7, "AIDID"),
			(8, "DIDRegistry"),
			(9, "Accounts"),
			(10, "GPURegistry"),
			(11, "JobMarketplace"),
			(12, "ConfidentialCompute"),
			(13, "AIModels"),
			(14, "Reputation"),
			(15, "PaymentStreams"),
			(20, "Clock"),
			(30, "ParachainSystem"),
			(31, "ParachainInfo"),
			(40, "Authorship"),
			(41, "CollatorSelection"),
			(42, "Session"),
			(43, "AuraExt"),
			(50, "XcmpQueue"),
			(51, "PolkadotXcm"),
			(52, "CumulusXcm"),
			(53, "MessageQueue"),
			(60, "Checkpoint"),
			(70, "Utility"),
			(71, "Multisig"),
			(72, "Proxy"),
			(80, "WeightReclaim"),
		]
	);
}

/// `(index, name)` of every call of a pallet.
fn calls<C: GetCallIndex + GetCallName>() -> Vec<(u8, &'static str)> {
	C::get_call_indices().iter().copied().zip(C::get_call_names().iter().copied()).collect()
}

#[test]
fn did_registry_calls_have_their_indices() {
	assert_eq!(
		calls::<pallet_did_registry::Call<Runtime>>()[..7],
		[
			(0, "register_did"),
			(1, "update_did"),
			(2, "revoke_did"),
			(3, "transfer_ownership"),
			(4, "set_expiration"),
			(5, "grant_access"),
			(6, "revoke_access"),
		]
	);
}

#[test]
fn aidid_and_accounts_calls_have_their_indices() {
	assert_eq!(
		calls::<pallet_aidid::Call<Runtime>>()[..10],
		[
			(0, "register_ai"),
			(1, "update_profile"),
			(2, "attest_model"),
			(3, "grant_permission"),
			(4, "revoke_permission"),
			(5, "record_inference"),
			(6, "submit_rating"),
			(7, "deactivate_ai"),
			(8, "reactivate_ai"),
			(9, "update_pricing"),
		]
	);
	assert_eq!(
		calls::<pallet_accounts::Call<Runtime>>()[..9],
		[
			(0, "transfer"),
			(1, "mint_etr"),
			(2, "mint_etd"),
			(3, "burn"),
			(4, "create_recovery"),
			(5, "initiate_recovery"),
			(6, "approve_recovery"),
			(7, "execute_recovery"),
			(8, "cancel_recovery"),
		]
	);
}

#[test]
fn gpu_registry_calls_have_their_indices() {
	assert_eq!(
		calls::<pallet_gpu_registry::Call<Runtime>>()[..10],
		[
			(0, "register_node"),
			(1, "update_status"),
			(2, "deregister_node"),
			(3, "add_stake"),
			(4, "withdraw_stake"),
			(5, "claim_unbonded"),
			(6, "update_node"),
			(7, "set_capacity"),
			(8, "heartbeat"),
			(9, "force_status"),
		]
	);
}

#[test]
fn job_marketplace_calls_have_their_indices() {
	let calls = calls::<pallet_job_marketplace::Call<Runtime>>();
	for expected in [
		(0, "submit_job"),
		(1, "place_bid"),
		(2, "assign_job"),
		(3, "match_job"),
		(4, "start_job"),
		(5, "complete_job"),
		(6, "accept_result"),
		(7, "dispute_job"),
		(8, "resolve_dispute"),
		(9, "finalize_job"),
		(10, "cancel_job"),
		(11, "expire_job"),
		(12, "withdraw_bid"),
		(13, "submit_job_with_options"),
		(15, "hire"),
		(14, "update_max_jobs"),
		(16, "abandon_job"),
		(17, "answer_dispute"),
		(18, "promote_bid"),
		(19, "deliver_key"),
		(20, "reap_job"),
		(29, "complete_with_evidence"),
	] {
		assert!(calls.contains(&expected), "{expected:?} is not among {calls:?}");
	}
}

#[test]
fn confidential_compute_calls_have_their_indices() {
	let calls = calls::<pallet_confidential_compute::Call<Runtime>>();
	for expected in [
		(0, "attest_cpu"),
		(1, "attest_gpu"),
		(2, "attest_lone_gpu"),
		(3, "revoke_attestation"),
		(4, "force_revoke"),
		(5, "prune_attestation"),
		(6, "prune_lone_gpu"),
		(7, "prune_gpu_claim"),
		(10, "put_root_crl"),
		(11, "put_pck_crl"),
		(12, "put_tcb_info"),
		(13, "put_qe_identity"),
		(20, "set_model_policy"),
		(21, "clear_model_policy"),
		(22, "set_global_policy"),
		(23, "release_policy"),
		(40, "register_proof_key"),
		(41, "retire_proof_key"),
		(42, "remove_proof_key"),
	] {
		assert!(calls.contains(&expected), "{expected:?} is not among {calls:?}");
	}
}

#[test]
fn confidential_jobs_outlive_neither_their_policies_nor_their_keys() {
	let parameters =
		pallet_job_marketplace::MarketParameters::<u32>::with_escrow(JobEscrowPeriod::get());
	assert!(RecordRetention::get() >= parameters.max_lifetime);
	assert_eq!((AttestationValidityPeriod::get(), RecordRetention::get()), (14_400, 30_000));
	// From a bid to its result, with the market's own periods.
	let longest = parameters.bidding
		+ parameters.matching
		+ parameters.prompt
		+ parameters.last_delivery(0, parameters.result)
		+ pallet_job_marketplace::ATTESTATION_MARGIN;
	assert!(AttestationValidityPeriod::get() > 2 * longest);
	// Members of committees must have time to answer.
	assert!(KeyCommitteeRules::get().are_sound());
	assert!(2 * KeyCommitteeRules::get().response_time <= parameters.prompt);
}

#[test]
fn layouts_of_the_projects_storage_have_their_versions() {
	use frame_support::traits::GetStorageVersion;
	let version = StorageVersion::new(1);
	dev_ext().execute_with(|| {
		assert_eq!(JobMarketplace::in_code_storage_version(), version);
		assert_eq!(JobMarketplace::on_chain_storage_version(), version);
		assert_eq!(ConfidentialCompute::in_code_storage_version(), version);
		assert_eq!(ConfidentialCompute::on_chain_storage_version(), version);
	});
}

/// Intel's and NVIDIA's own, whose fingerprints are public.
#[test]
fn the_roots_that_attestations_lead_to() {
	use pallet_confidential_compute::Config;
	let hash = |root: &[u8]| sp_core::hexdisplay::HexDisplay::from(&sha2_256(root)).to_string();
	assert_eq!(
		[hash(<Runtime as Config>::IntelRoot::get()), hash(<Runtime as Config>::NvidiaRoot::get())],
		[
			"44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3",
			"102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48"
		]
	);
}

#[test]
fn hold_reasons_keep_their_encoding() {
	use pallet_confidential_compute::HoldReason as Confidential;
	use pallet_job_marketplace::HoldReason as Market;
	let market = |reason| RuntimeHoldReason::JobMarketplace(reason).encode();
	let confidential = |reason| RuntimeHoldReason::ConfidentialCompute(reason).encode();
	let encoded = [
		RuntimeHoldReason::DIDRegistry(pallet_did_registry::HoldReason::Deposit).encode(),
		RuntimeHoldReason::GPURegistry(pallet_gpu_registry::HoldReason::Stake).encode(),
		market(Market::JobEscrow),
		market(Market::StorageDeposit),
		market(Market::BidBond),
		market(Market::DisputeBond),
		confidential(Confidential::PolicyDeposit),
		confidential(Confidential::ProofKeyDeposit),
		confidential(Confidential::CommitteeBond),
		confidential(Confidential::ReleaseFees),
		confidential(Confidential::KeyDeposit),
		RuntimeHoldReason::AIDID(pallet_aidid::HoldReason::Deposit).encode(),
		RuntimeHoldReason::Accounts(pallet_accounts::HoldReason::RecoveryConfig).encode(),
		RuntimeHoldReason::Accounts(pallet_accounts::HoldReason::RecoveryInitiation).encode(),
		RuntimeHoldReason::AIModels(pallet_ai_models::HoldReason::ModelDeposit).encode(),
		RuntimeHoldReason::AIModels(pallet_ai_models::HoldReason::HostDeposit).encode(),
		RuntimeHoldReason::Reputation(pallet_reputation::HoldReason::AppealBond).encode(),
		RuntimeHoldReason::PaymentStreams(pallet_payment_streams::HoldReason::Deposits).encode(),
		RuntimeHoldReason::Session(pallet_session::HoldReason::Keys).encode(),
		RuntimeHoldReason::PolkadotXcm(pallet_xcm::HoldReason::AuthorizeAlias).encode(),
	];
	assert_eq!(
		encoded,
		[
			[8, 0],
			[10, 0],
			[11, 0],
			[11, 1],
			[11, 2],
			[11, 3],
			[12, 0],
			[12, 1],
			[12, 2],
			[12, 3],
			[12, 4],
			[7, 0],
			[9, 0],
			[9, 1],
			[13, 0],
			[13, 1],
			[14, 0],
			[15, 0],
			[42, 0],
			[51, 0],
		]
	);
}

#[test]
fn storage_prefixes_are_the_pallet_names() {
	let pallets: Vec<_> = AllPalletsWithSystem::infos().into_iter().map(|info| info.name).collect();
	let storage = AllPalletsWithSystem::storage_info();
	assert!(storage.len() > 100);
	for entry in &storage {
		let name = core::str::from_utf8(&entry.pallet_name).unwrap();
		assert!(pallets.contains(&name), "{name}");
		let mut prefix = twox_128(&entry.pallet_name).to_vec();
		prefix.extend(twox_128(&entry.storage_name));
		assert_eq!(entry.prefix, prefix);
	}
	// Read by clients under exactly these names.
	for (pallet, item) in [
		("AIDID", "AIIdentities"),
		("AIDID", "ControllerAIs"),
		("AIDID", "AIReputation"),
		("AIDID", "AIPermissions"),
		("AIDID", "TotalAIs"),
		("Accounts", "Accounts"),
		("Accounts", "RecoveryConfigs"),
		("Accounts", "ActiveRecoveries"),
		("AIModels", "Models"),
		("DIDRegistry", "Registrations"),
		("DIDRegistry", "OwnerDids"),
		("DIDRegistry", "AccessControlList"),
		("DIDRegistry", "TotalDids"),
		("DIDRegistry", "Nonce"),
		("JobMarketplace", "Jobs"),
		("JobMarketplace", "SealedJobs"),
		("JobMarketplace", "SealedKeys"),
		("ConfidentialCompute", "Attestations"),
		("ConfidentialCompute", "Policies"),
		("GPURegistry", "TotalNodes"),
		("GPURegistry", "OwnerNodes"),
		("Clock", "Now"),
	] {
		assert!(
			storage.iter().any(|entry| entry.pallet_name == pallet.as_bytes()
				&& entry.storage_name == item.as_bytes()),
			"{pallet}.{item}"
		);
	}
}

#[test]
fn transaction_extensions_keep_their_order() {
	let names: Vec<_> = <TxExtension as TransactionExtension<RuntimeCall>>::metadata()
		.into_iter()
		.map(|extension| extension.identifier)
		.collect();
	assert_eq!(
		names,
		[
			"AuthorizeCall",
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"ChargeTransactionPayment",
			"CheckMetadataHash",
			// The outermost one: it wraps the others and is listed after them.
			"StorageWeightReclaim",
		]
	);
	// Era, nonce, tip and the metadata switch are all that a transaction carries of them.
	assert_eq!(extension(3, 5).encode(), [0, 3 << 2, 5 << 2, 0]);
}

#[test]
fn version_and_identity() {
	assert_eq!(VERSION.spec_name, "ai-compute-pbc");
	assert_eq!(VERSION.impl_name, "ai-compute-pbc");
	assert_eq!((VERSION.spec_version, VERSION.transaction_version), (100, 1));
	assert_eq!(VERSION.system_version, 1);
	assert_eq!((PARA_ID, EDSC_PBC_PARA_ID), (2015, 2013));
	let prefix: u16 = <Runtime as frame_system::Config>::SS58Prefix::get();
	assert_eq!(prefix, 42);
	assert_eq!((TOKEN_SYMBOL, TOKEN_DECIMALS), ("EDSC", 12));
}

#[test]
fn constants_of_the_guide() {
	assert_eq!((MILLISECS_PER_BLOCK, SLOT_DURATION), (6_000, 6_000));
	assert_eq!((MINUTES, HOURS, DAYS), (10, 600, 14_400));
	assert_eq!(EXISTENTIAL_DEPOSIT, 500);
	assert_eq!(EDSC, 10u128.pow(12));
	assert_eq!(STORAGE_BYTE, 10u128.pow(7));
	assert_eq!(<Runtime as frame_system::Config>::BlockHashCount::get(), 2_400);
	assert_eq!(pallet_aura::Pallet::<Runtime>::slot_duration(), 6_000);
	let minimum: Balance = <Runtime as pallet_balances::Config>::ExistentialDeposit::get();
	assert_eq!(minimum, 500);
	assert_eq!(MinimumStake::get(), 1_000 * EDSC);
	assert_eq!(MaxGPUNodes::get(), 100_000);
	assert_eq!(InitialReputationScore::get(), 5_000);
	let nodes_per_owner: u32 = <Runtime as pallet_gpu_registry::Config>::MaxNodesPerOwner::get();
	assert_eq!(nodes_per_owner, 10);
	assert_eq!(MaxJobsPerBlock::get(), 1_000);
	assert_eq!(JobEscrowPeriod::get(), 100);
	assert_eq!(MaxBidsPerJob::get(), 50);

	let length = RuntimeBlockLength::get();
	assert_eq!(*length.max.get(DispatchClass::Operational), 5 * 1024 * 1024);
	assert_eq!(*length.max.get(DispatchClass::Normal), 5 * 1024 * 1024 / 4 * 3);

	let weights = RuntimeBlockWeights::get();
	let max = Weight::from_parts(2_000_000_000_000, 10 * 1024 * 1024);
	assert_eq!(weights.max_block, max);
	assert_eq!(weights.get(DispatchClass::Normal).max_total, Some(max / 4 * 3));
}

#[test]
fn collators_fit_into_the_authority_set() {
	type Selection = <Runtime as pallet_collator_selection::Config>::MaxCandidates;
	type Fixed = <Runtime as pallet_collator_selection::Config>::MaxInvulnerables;
	assert!(
		<Selection as Get<u32>>::get() + <Fixed as Get<u32>>::get() <= MAX_AUTHORITIES,
		"aura and grandpa would cut the set"
	);
}

#[test]
fn collators_are_told_of_one_block_per_slot() {
	use cumulus_primitives_core::{
		runtime_decl_for_relay_parent_offset_api::RelayParentOffsetApiV2,
		runtime_decl_for_scheduling_v3_enabled_api::SchedulingV3EnabledApiV1,
		runtime_decl_for_target_block_rate::TargetBlockRateV1,
	};
	use sp_consensus_aura::runtime_decl_for_aura_api::AuraApiV1;
	assert_eq!(Runtime::target_block_rate(), 1);
	assert_eq!(Runtime::relay_parent_offset(), 0);
	assert_eq!(Runtime::max_claim_queue_offset(), 1);
	assert!(!Runtime::scheduling_v3_enabled());
	assert_eq!(Runtime::slot_duration().as_millis(), 6_000);
	assert_eq!(UNINCLUDED_SEGMENT_CAPACITY, 3);
	// The consensus hook demands equal slots.
	assert_eq!(u64::from(RELAY_CHAIN_SLOT_DURATION_MILLIS), SLOT_DURATION);
}

fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

#[test]
fn proxy_types_keep_their_encoding() {
	use ProxyType::*;
	let encoded: Vec<_> =
		[Any, NonTransfer, CancelProxy, Jobs, NodeOperation].map(|kind| kind.encode()[0]).to_vec();
	assert_eq!(encoded, [0, 1, 2, 3, 4]);
}

#[test]
fn proxies_do_what_their_type_says_and_nothing_else() {
	let transfer: RuntimeCall = pallet_balances::Call::transfer_keep_alive {
		dest: account(Sr25519Keyring::Bob).into(),
		value: 1,
	}
	.into();
	let sudo: RuntimeCall = pallet_sudo::Call::sudo { call: Box::new(transfer.clone()) }.into();
	let remark: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
	let reject: RuntimeCall = pallet_proxy::Call::reject_announcement {
		delegate: account(Sr25519Keyring::Bob).into(),
		call_hash: Default::default(),
	}
	.into();
	let add_proxy: RuntimeCall = pallet_proxy::Call::add_proxy {
		delegate: account(Sr25519Keyring::Bob).into(),
		proxy_type: ProxyType::Any,
		delay: 0,
	}
	.into();

	// A multisignature makes an origin of its own, past the proxy's filter.
	let multisig: RuntimeCall = pallet_multisig::Call::as_multi_threshold_1 {
		other_signatories: vec![account(Sr25519Keyring::Bob)],
		call: Box::new(transfer.clone()),
	}
	.into();
	let give_did: RuntimeCall = pallet_did_registry::Call::transfer_ownership {
		did_hash: Default::default(),
		new_owner: account(Sr25519Keyring::Bob),
	}
	.into();
	let leave: RuntimeCall = pallet_gpu_registry::Call::deregister_node { did: vec![] }.into();
	let start: RuntimeCall = pallet_job_marketplace::Call::start_job { job_id: 0 }.into();
	let attest: RuntimeCall =
		pallet_confidential_compute::Call::put_root_crl { crl: vec![] }.into();
	let policy: RuntimeCall =
		pallet_confidential_compute::Call::clear_model_policy { model_did: vec![] }.into();
	let withdraw_key: RuntimeCall =
		pallet_confidential_compute::Call::withdraw_key { job: 0 }.into();
	let cancel: RuntimeCall = pallet_job_marketplace::Call::cancel_job { job_id: 0 }.into();

	let allowed = |kind: ProxyType| {
		let calls = [
			&transfer,
			&sudo,
			&add_proxy,
			&multisig,
			&remark,
			&reject,
			&give_did,
			&leave,
			&start,
			&cancel,
			&attest,
			&policy,
			&withdraw_key,
		];
		calls.map(|call| u8::from(kind.filter(call)))
	};
	assert_eq!(allowed(ProxyType::Any), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
	assert_eq!(allowed(ProxyType::NonTransfer), [0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0]);
	assert_eq!(allowed(ProxyType::CancelProxy), [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
	assert_eq!(allowed(ProxyType::Jobs), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1]);
	assert_eq!(allowed(ProxyType::NodeOperation), [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]);

	assert!(ProxyType::Any.is_superset(&ProxyType::NonTransfer));
	assert!(!ProxyType::NonTransfer.is_superset(&ProxyType::Any));
	assert!(!ProxyType::Jobs.is_superset(&ProxyType::NodeOperation));
}

#[test]
fn every_call_of_the_sdk_pallets_is_weighed() {
	dev_ext().execute_with(|| {
		let transfer: RuntimeCall = pallet_balances::Call::transfer_allow_death {
			dest: account(Sr25519Keyring::Bob).into(),
			value: 1,
		}
		.into();
		let weight = transfer.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > 100_000_000, "storage access is counted: {weight:?}");
		assert!(weight.proof_size() > 3_000, "{weight:?}");
	});
}
