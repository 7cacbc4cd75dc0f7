//! Benchmarks, each in its worst case.
//!
//! Quotes, statements and evidence are real ones. A real quote binds another chain and a real GPU was
//! asked with another nonce, so `attest_cpu`, `attest_gpu` and `attest_lone_gpu` run all of their work
//! except for those two comparisons, which they make without effect.

use super::*;
use crate::{
	fixtures::{hopper_chain, HOPPER_EVIDENCE, TDX},
	spdm::Evidence,
};
use ai_compute_primitives::{
	AttestationId, AttestationInspect, Did, DidHash, EnclaveKeys, PolicyHash, Receipt,
	ReceiptOutcome, Scope, SessionKey, MAX_DID_LEN,
};
use alloc::{vec, vec::Vec};
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_COMPRESSED;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin, Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_core::{crypto::KeyTypeId, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::traits::{BlockNumberProvider, Saturating};

/// Prepares what other pallets know.
pub trait BenchmarkHelper<AccountId> {
	/// Sets the time of day, in Unix seconds.
	fn set_unix_time(seconds: u64);
	/// Registers a node under `did` for `owner`.
	fn register_node(did: &Did, owner: &AccountId);
	/// Registers a model under `did` for `owner`.
	fn register_model(did: &Did, owner: &AccountId);
}

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"encl");

fn longest_did(kind: &[u8]) -> Did {
	let mut bytes = [b"did:etrid:", kind].concat();
	bytes.resize(MAX_DID_LEN as usize, b'a');
	Did::parse(bytes).expect("well-formed")
}

fn node_did() -> Did {
	longest_did(b"gpu:")
}

fn model_did() -> Did {
	Did::parse([&b"did:etrid:ai:multimodal:"[..], &[b'm'; 64]].concat()).expect("well-formed")
}

fn hash(n: u32) -> H256 {
	blake2_256(&n.to_le_bytes()).into()
}

/// Keys whose session key the host can sign with: of the kind that takes longest to verify.
fn keys() -> (EnclaveKeys, sp_core::sr25519::Public) {
	let public = sp_io::crypto::sr25519_generate(KEY_TYPE, None);
	(keys_of(SessionKey::Sr25519(public.0)), public)
}

fn keys_of(session: SessionKey) -> EnclaveKeys {
	EnclaveKeys { session, x25519: [9; 32], ristretto: RISTRETTO_BASEPOINT_COMPRESSED.to_bytes() }
}

fn sign(public: &sp_core::sr25519::Public, payload: &[u8]) -> Vec<u8> {
	let signature = sp_io::crypto::sr25519_sign(KEY_TYPE, public, payload).expect("key is there");
	signature.0.to_vec()
}

/// The largest policy, which allows what [`cpu_facts`] says.
fn policy(seed: u32) -> Policy {
	let all = [
		TcbStatus::UpToDate,
		TcbStatus::SWHardeningNeeded,
		TcbStatus::ConfigurationNeeded,
		TcbStatus::ConfigurationAndSWHardeningNeeded,
		TcbStatus::TDRelaunchAdvised,
		TcbStatus::TDRelaunchAdvisedConfigurationNeeded,
		TcbStatus::OutOfDate,
		TcbStatus::OutOfDateConfigurationNeeded,
	];
	let measurements = (0..MAX_MEASUREMENTS).map(|n| AllowedMeasurement {
		digest: if n == 0 { hash(0) } else { hash(seed.saturating_add(n)) },
		gpu: GpuCollection::Local,
	});
	Policy {
		statuses: BoundedVec::truncate_from(all.to_vec()),
		advisories: AdvisoryRule::Only(BoundedVec::truncate_from((0..MAX_ADVISORIES).collect())),
		min_evaluation: 0,
		measurements: BoundedVec::truncate_from(measurements.collect()),
	}
	.canonical()
	.expect("in order")
}

fn cpu_facts<T: Config>(platform: u32) -> CpuFacts {
	CpuFacts {
		tee: TeeKind::Tdx,
		measurement: hash(0),
		status: TcbStatus::UpToDate,
		evaluation: 1,
		advisories: BoundedVec::truncate_from((0..MAX_ADVISORIES).collect()),
		platform: hash(platform),
		valid_until: u64::MAX,
	}
}

fn gpu_facts(n: u32) -> GpuFacts {
	GpuFacts {
		arch: GpuArch::Hopper,
		leaf_key: hash(n.saturating_mul(2).saturating_add(1_000)),
		device_key: hash(n.saturating_mul(2).saturating_add(1_001)),
		driver: hash(1),
		firmware: hash(2),
		evidence: hash(3),
	}
}

/// Stores an attestation that counts from now on, with so many GPUs.
fn store<T: Config>(
	node: &DidHash,
	owner: &T::AccountId,
	keys: EnclaveKeys,
	gpus: u32,
	predecessor: Option<AttestationId>,
) -> AttestationId {
	let id = NextAttestationId::<T>::mutate(|next| {
		let id = *next;
		*next = next.saturating_add(1);
		id
	});
	let now = Pallet::<T>::now();
	let expires_at = now.saturating_add(T::AttestationValidityPeriod::get());
	let cpu = cpu_facts::<T>(7);
	let claim = Claim { node: *node, until: expires_at };
	PlatformClaims::<T>::insert(cpu.platform, claim);
	let bound: Vec<_> = (0..gpus).map(gpu_facts).collect();
	for gpu in &bound {
		GpuClaims::<T>::insert(gpu.leaf_key, claim);
		GpuClaims::<T>::insert(gpu.device_key, claim);
	}
	if gpus > 0 {
		BoundGpus::<T>::insert(id, BoundedVec::truncate_from(bound));
	}
	SessionIds::<T>::insert(Pallet::<T>::session_hash(&keys.session), id);
	NodeAttestations::<T>::mutate(node, |ids| ids.try_push(id).expect("there is room"));
	Attestations::<T>::insert(
		id,
		Attestation {
			node: *node,
			owner: owner.clone(),
			keys,
			binding: hash(4),
			cpu,
			gpus,
			predecessor,
			attested_at: now,
			expires_at,
			revoked: None,
		},
	);
	id
}

/// Makes a node satisfy the global policy.
pub(crate) fn attest<T: Config>(
	node: &DidHash,
	owner: &T::AccountId,
	keys: EnclaveKeys,
) -> (PolicyHash, AttestationId) {
	let policy = policy(0);
	let hash = policy.hash(None);
	if GlobalPolicy::<T>::get() != Some(hash) {
		Pallet::<T>::do_set_global_policy(Some(policy)).expect("in order");
	}
	(hash, store::<T>(node, owner, keys, 1, None))
}

fn wait<T: Config>(ticks: BlockOf<T>) {
	let now = Pallet::<T>::now();
	T::BlockNumberProvider::set_block_number(now.saturating_add(ticks));
}

/// Lets an attestation that was made now become prunable.
fn outlive<T: Config>() {
	wait::<T>(T::AttestationValidityPeriod::get().saturating_add(T::RecordRetention::get()));
}

fn fund<T: Config>(who: &T::AccountId) {
	let deposit = Pallet::<T>::policy_deposit(&policy(0));
	let amount = deposit.saturating_add(T::Currency::minimum_balance());
	T::Currency::set_balance(who, amount.saturating_mul(10u32.into()));
}

/// Brings the statements that judge the sample quote.
fn bring_collateral<T: Config>() {
	T::BenchmarkHelper::set_unix_time(TDX.now);
	Pallet::<T>::do_put_root_crl(TDX.root_crl.to_vec()).expect("genuine");
	Pallet::<T>::do_put_pck_crl(TDX.pck_ca.to_vec(), TDX.pck_crl.to_vec()).expect("genuine");
	let (chain, signature) = (TDX.signer.to_vec(), *TDX.tcb_signature);
	Pallet::<T>::do_put_tcb_info(chain, TDX.tcb_info.to_vec(), signature).expect("genuine");
	let (chain, signature) = (TDX.signer.to_vec(), *TDX.qe_signature);
	Pallet::<T>::do_put_qe_identity(chain, TDX.qe_identity.to_vec(), signature).expect("genuine");
}

/// Makes every stored statement look a second older, so that the samples are newer.
fn age_collateral<T: Config>() {
	RootCrl::<T>::mutate(|list| list.as_mut().expect("stored").dates.issued -= 1);
	PckCrls::<T>::translate_values::<RevocationList<MAX_PCK_CRL_LEN>, _>(|mut list| {
		list.dates.issued = list.dates.issued.saturating_sub(1);
		Some(list)
	});
	TcbInfos::<T>::translate_values::<SignedJson<MAX_TCB_INFO_LEN>, _>(|mut json| {
		json.dates.issued = json.dates.issued.saturating_sub(1);
		Some(json)
	});
	QeIdentities::<T>::translate_values::<SignedJson<MAX_QE_IDENTITY_LEN>, _>(|mut json| {
		json.dates.issued = json.dates.issued.saturating_sub(1);
		Some(json)
	});
}

/// Golden measurements that the sample evidence satisfies, as many as there can be.
fn bring_golden<T: Config>() -> [u8; 32] {
	T::BenchmarkHelper::set_unix_time(fixtures::HOPPER_NOW);
	let evidence = Evidence::parse(HOPPER_EVIDENCE).expect("genuine");
	let mut set: Vec<_> = evidence
		.measurements
		.iter()
		.map(|(index, value)| Golden {
			index: index.saturating_sub(1),
			digest: (*value).try_into().expect("48 bytes"),
		})
		.collect();
	set.extend(
		(0..)
			.map(|index| Golden { index, digest: [0xee; 48] })
			.take((MAX_GOLDEN as usize).saturating_sub(set.len())),
	);
	let arch = GpuArch::Hopper;
	let driver = GoldenFor::Driver { arch, version: evidence.driver.clone() };
	let firmware = GoldenFor::Firmware {
		arch,
		project: evidence.project.clone(),
		project_sku: evidence.project_sku.clone(),
		chip_sku: evidence.chip_sku.clone(),
		version: evidence.vbios.clone(),
	};
	Pallet::<T>::do_set_golden(driver, set.clone()).expect("in order");
	Pallet::<T>::do_set_golden(firmware, set).expect("in order");
	evidence.nonce
}

/// The sample's chain of so many certificates: four, or three of which the last is pinned.
fn gpu_chain<T: Config>(certificates: u32) -> Vec<Vec<u8>> {
	let mut chain = hopper_chain();
	if certificates < 4 {
		Pallet::<T>::do_pin_issuer(chain[2..].to_vec()).expect("genuine");
		chain.truncate(certificates as usize);
	}
	chain
}

fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: a predecessor signed, and an old attestation with all its GPUs makes room.
	#[benchmark]
	fn attest_cpu() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let did = node_did();
		T::BenchmarkHelper::register_node(&did, &owner);
		let node = did.hash();
		let spent = keys_of(SessionKey::Ed25519([1; 32]));
		let spent = store::<T>(&node, &owner, spent, MAX_GPUS, None);
		outlive::<T>();
		for n in 2..MAX_ATTESTATIONS_PER_NODE as u8 {
			store::<T>(&node, &owner, keys_of(SessionKey::Ed25519([n; 32])), 0, None);
		}
		let (old_keys, public) = keys();
		let predecessor = store::<T>(&node, &owner, old_keys, 0, None);
		// The spent one's claims were renewed by the others'.
		for n in 0..MAX_GPUS {
			for key in [gpu_facts(n).leaf_key, gpu_facts(n).device_key] {
				GpuClaims::<T>::insert(key, Claim { node, until: 0u32.into() });
			}
		}
		bring_collateral::<T>();
		let (keys, _) = keys();
		let binding = hash(5);
		let payload = Pallet::<T>::successor_payload(predecessor, binding);
		let succession = Succession { predecessor, signature: sign(&public, &payload) };
		let block = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(block.saturating_add(1u32.into()));
		frame_system::BlockHash::<T>::insert(block, frame_system::Pallet::<T>::parent_hash());
		let raw_did = did.as_bytes().to_vec();

		#[block]
		{
			let did = Pallet::<T>::own_node(&owner, raw_did).expect("registered");
			assert!(encryption::keys_are_sound(&keys));
			let block_hash = Pallet::<T>::recent_block(block).unwrap_or_default();
			let other = Pallet::<T>::binding(&did, &owner, &keys, block, block_hash);
			let parsed = tee::parse(TDX.quote).expect("genuine");
			assert!(!attestation::is_bound(&parsed.report_data, &other));
			let succession = Some(succession);
			Pallet::<T>::admit(owner, did, keys, binding, TDX.quote, &parsed, succession)?;
		}

		let ids = NodeAttestations::<T>::get(node);
		assert!(!ids.contains(&spent));
		let id = ids.last().expect("attested");
		assert_eq!(Attestations::<T>::get(id).expect("attested").predecessor, Some(predecessor));
		Ok(())
	}

	/// Worst case: the last of as many GPUs as there can be.
	#[benchmark]
	fn attest_gpu(c: Linear<3, 4>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let node = node_did().hash();
		let (keys, public) = keys();
		let id = store::<T>(&node, &owner, keys, MAX_GPUS.saturating_sub(1), None);
		let nonce = bring_golden::<T>();
		let chain = gpu_chain::<T>(c);
		let payload = Pallet::<T>::evidence_payload(hash(4), blake2_256(HOPPER_EVIDENCE).into());
		let signature = sign(&public, &payload);

		#[block]
		{
			let id = SessionIds::<T>::get(Pallet::<T>::session_hash(&keys.session)).expect("known");
			let record = Attestations::<T>::get(id).expect("stored");
			assert_ne!(attestation::gpu_nonce(&record.binding), nonce);
			Pallet::<T>::bind_gpu(id, record, &signature, &chain, HOPPER_EVIDENCE, &nonce)?;
		}

		assert_eq!(Attestations::<T>::get(id).expect("stored").gpus, MAX_GPUS);
		Ok(())
	}

	/// Worst case: replaces another GPU whose claims are over.
	#[benchmark]
	fn attest_lone_gpu(c: Linear<3, 4>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let did = node_did();
		T::BenchmarkHelper::register_node(&did, &owner);
		let node = did.hash();
		lone_gpu::<T>(&node, &owner);
		wait::<T>(T::AttestationValidityPeriod::get());
		let nonce = bring_golden::<T>();
		let chain = gpu_chain::<T>(c);
		let block = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(block.saturating_add(1u32.into()));
		frame_system::BlockHash::<T>::insert(block, frame_system::Pallet::<T>::parent_hash());
		let raw_did = did.as_bytes().to_vec();

		#[block]
		{
			let did = Pallet::<T>::own_node(&owner, raw_did).expect("registered");
			let block_hash = Pallet::<T>::recent_block(block).unwrap_or_default();
			let other = Pallet::<T>::lone_binding(&did, &owner, block, block_hash);
			assert_ne!(attestation::gpu_nonce(&other), nonce);
			Pallet::<T>::admit_lone_gpu(owner, did, &chain, HOPPER_EVIDENCE, &nonce)?;
		}

		assert_ne!(LoneGpus::<T>::get(node).expect("stored").gpu, gpu_facts(0));
		Ok(())
	}

	fn lone_gpu<T: Config>(node: &DidHash, owner: &T::AccountId) {
		let now = Pallet::<T>::now();
		let expires_at = now.saturating_add(T::AttestationValidityPeriod::get());
		let gpu = gpu_facts(0);
		for key in [gpu.leaf_key, gpu.device_key] {
			GpuClaims::<T>::insert(key, Claim { node: *node, until: expires_at });
		}
		LoneGpus::<T>::insert(
			node,
			LoneGpu { owner: owner.clone(), gpu, attested_at: now, expires_at },
		);
	}

	/// Worst case: the last of a full list.
	#[benchmark]
	fn revoke_attestation() {
		let caller: T::AccountId = whitelisted_caller();
		let node = node_did().hash();
		let id = full_list::<T>(&node, &caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);

		assert!(Pallet::<T>::is_revoked(id));
	}

	fn full_list<T: Config>(node: &DidHash, owner: &T::AccountId) -> AttestationId {
		let mut last = 0;
		for n in 0..MAX_ATTESTATIONS_PER_NODE as u8 {
			last = store::<T>(node, owner, keys_of(SessionKey::Ed25519([n; 32])), 0, None);
		}
		last
	}

	#[benchmark]
	fn force_revoke() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let owner: T::AccountId = account("owner", 0, 0);
		let id = full_list::<T>(&node_did().hash(), &owner);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id);

		assert!(Pallet::<T>::is_revoked(id));
		Ok(())
	}

	/// Worst case: all its GPUs and its platform are given back.
	#[benchmark]
	fn prune_attestation() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		let node = node_did().hash();
		let id = store::<T>(&node, &owner, keys_of(SessionKey::Ed25519([1; 32])), MAX_GPUS, None);
		outlive::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);

		assert!(!Attestations::<T>::contains_key(id));
		assert!(!GpuClaims::<T>::contains_key(gpu_facts(0).leaf_key));
	}

	#[benchmark]
	fn prune_lone_gpu() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		let node = node_did().hash();
		lone_gpu::<T>(&node, &owner);
		wait::<T>(T::AttestationValidityPeriod::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), node);

		assert!(!LoneGpus::<T>::contains_key(node));
		assert!(!GpuClaims::<T>::contains_key(gpu_facts(0).leaf_key));
	}

	#[benchmark]
	fn prune_gpu_claim() {
		let caller: T::AccountId = whitelisted_caller();
		let key = hash(1);
		GpuClaims::<T>::insert(key, Claim { node: hash(2), until: Pallet::<T>::now() });

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), key);

		assert!(!GpuClaims::<T>::contains_key(key));
	}

	#[benchmark]
	fn put_root_crl() {
		let caller: T::AccountId = whitelisted_caller();
		bring_collateral::<T>();
		age_collateral::<T>();
		let before = RootCrl::<T>::get().expect("stored").dates.issued;

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), TDX.root_crl.to_vec());

		assert!(RootCrl::<T>::get().expect("stored").dates.issued > before);
	}

	#[benchmark]
	fn put_pck_crl() {
		let caller: T::AccountId = whitelisted_caller();
		bring_collateral::<T>();
		age_collateral::<T>();
		let issued = || PckCrls::<T>::get(PckCa::Platform).expect("stored").dates.issued;
		let before = issued();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), TDX.pck_ca.to_vec(), TDX.pck_crl.to_vec());

		assert!(issued() > before);
	}

	#[benchmark]
	fn put_tcb_info() {
		let caller: T::AccountId = whitelisted_caller();
		bring_collateral::<T>();
		age_collateral::<T>();
		let issued = || TcbInfos::<T>::iter_values().map(|json| json.dates.issued).max();
		let before = issued();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			TDX.signer.to_vec(),
			TDX.tcb_info.to_vec(),
			*TDX.tcb_signature,
		);

		assert!(issued() > before);
	}

	#[benchmark]
	fn put_qe_identity() {
		let caller: T::AccountId = whitelisted_caller();
		bring_collateral::<T>();
		age_collateral::<T>();
		let issued = || QeIdentities::<T>::get(TeeKind::Tdx).expect("stored").dates.issued;
		let before = issued();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			TDX.signer.to_vec(),
			TDX.qe_identity.to_vec(),
			*TDX.qe_signature,
		);

		assert!(issued() > before);
	}

	/// Worst case: a former policy retires, and the new one was known and paid by somebody else.
	#[benchmark]
	fn set_model_policy() {
		let caller: T::AccountId = whitelisted_caller();
		let former: T::AccountId = account("former", 0, 0);
		let model = model_did();
		let raw = model.as_bytes().to_vec();
		fund::<T>(&caller);
		fund::<T>(&former);
		T::BenchmarkHelper::register_model(&model, &former);
		for seed in [0, 1_000] {
			Pallet::<T>::do_set_model_policy(former.clone(), raw.clone(), policy(seed))
				.expect("funded");
		}
		T::BenchmarkHelper::register_model(&model, &caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), raw, policy(0));

		let hash = ModelPolicies::<T>::get(model.hash()).expect("set");
		let record = Policies::<T>::get(hash).expect("stored");
		assert_eq!(record.deposit.expect("paid").0, caller);
	}

	#[benchmark]
	fn clear_model_policy() {
		let caller: T::AccountId = whitelisted_caller();
		let model = model_did();
		let raw = model.as_bytes().to_vec();
		fund::<T>(&caller);
		T::BenchmarkHelper::register_model(&model, &caller);
		Pallet::<T>::do_set_model_policy(caller.clone(), raw.clone(), policy(0)).expect("funded");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), raw);

		assert!(!ModelPolicies::<T>::contains_key(model.hash()));
	}

	#[benchmark]
	fn set_global_policy() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		Pallet::<T>::do_set_global_policy(Some(policy(0)))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Some(policy(1_000)));

		assert_eq!(GlobalPolicy::<T>::get(), Some(policy(1_000).hash(None)));
		Ok(())
	}

	#[benchmark]
	fn release_policy() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		let model = model_did();
		let raw = model.as_bytes().to_vec();
		fund::<T>(&owner);
		T::BenchmarkHelper::register_model(&model, &owner);
		Pallet::<T>::do_set_model_policy(owner.clone(), raw.clone(), policy(0)).expect("funded");
		Pallet::<T>::do_clear_model_policy(owner, raw).expect("in force");
		wait::<T>(T::RecordRetention::get());
		let hash = policy(0).hash(Some(&model.hash()));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), hash);

		assert!(!Policies::<T>::contains_key(hash));
	}

	/// Worst case: as many digests as there can be, in falling order.
	#[benchmark]
	fn set_golden() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let longest = Version::truncate_from(vec![b'v'; MAX_VERSION_LEN as usize]);
		let subject = GoldenFor::Firmware {
			arch: GpuArch::Blackwell,
			project: longest.clone(),
			project_sku: longest.clone(),
			chip_sku: longest.clone(),
			version: longest,
		};
		let key = subject.key();
		let set = (0..MAX_GOLDEN as u8).rev().map(|index| Golden { index, digest: [7; 48] });

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, subject, set.collect());

		assert_eq!(GoldenSets::<T>::get(key).expect("set").len() as u32, MAX_GOLDEN);
		Ok(())
	}

	#[benchmark]
	fn remove_golden() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		bring_golden::<T>();
		let key = GoldenSets::<T>::iter_keys().next().expect("set");

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, key);

		assert!(!GoldenSets::<T>::contains_key(key));
		Ok(())
	}

	#[benchmark]
	fn revoke_serial() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, vec![7; 21]);

		assert!(RevokedSerials::<T>::contains_key(x509::serial_hash(&[7; 21])));
		Ok(())
	}

	#[benchmark]
	fn reinstate_serial() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		Pallet::<T>::do_revoke_serial(vec![7; 21])?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, vec![7; 21]);

		assert!(!RevokedSerials::<T>::contains_key(x509::serial_hash(&[7; 21])));
		Ok(())
	}

	/// The device's own certificate is an authority too: the longest chain there is a sample of.
	#[benchmark]
	fn pin_issuer() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		T::BenchmarkHelper::set_unix_time(fixtures::HOPPER_NOW);
		let chain = hopper_chain()[1..].to_vec();
		let issuer = H256(blake2_256(&chain[0]));

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, chain);

		assert!(PinnedIssuers::<T>::contains_key(issuer));
		Ok(())
	}

	#[benchmark]
	fn unpin_issuer() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		T::BenchmarkHelper::set_unix_time(fixtures::HOPPER_NOW);
		let chain = hopper_chain()[1..].to_vec();
		let issuer = H256(blake2_256(&chain[0]));
		Pallet::<T>::do_pin_issuer(chain)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, issuer);

		assert!(!PinnedIssuers::<T>::contains_key(issuer));
		Ok(())
	}

	#[benchmark]
	fn bar_platform() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, hash(0));

		assert!(BarredPlatforms::<T>::contains_key(hash(0)));
		Ok(())
	}

	#[benchmark]
	fn unbar_platform() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		Pallet::<T>::do_bar_platform(hash(0))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, hash(0));

		assert!(!BarredPlatforms::<T>::contains_key(hash(0)));
		Ok(())
	}

	/// What a receipt adds to the completion of a job. Worst case: a successor signed it, with an
	/// sr25519 key.
	#[benchmark]
	fn check_receipt() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let node = node_did().hash();
		let first = keys_of(SessionKey::Ed25519([1; 32]));
		let (policy, pinned) = attest::<T>(&node, &owner, first);
		let (keys, public) = keys();
		let signer = store::<T>(&node, &owner, keys, 1, Some(pinned));
		let receipt = Receipt {
			job: 1,
			attempt: 1,
			node,
			attestation: pinned,
			model_version: hash(1),
			prompt: hash(2),
			result_hash: [3; 32],
			output_commitment: [4; 32],
			tokens_used: 5,
			outcome: ReceiptOutcome::Done,
		};
		let signature = sign(&public, &receipt.payload(&Pallet::<T>::genesis()));
		let until = Pallet::<T>::now();
		let qualified = Pallet::<T>::qualified(&node, &owner, &policy, Scope::CpuAndGpu, until);
		assert_eq!(qualified, Ok(signer));

		#[block]
		{
			<Pallet<T> as AttestationInspect<_, _>>::check_receipt(
				&receipt, signer, &signature, &policy,
			)?;
		}
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::with_real_roots().build(),
		crate::mock::Test
	);
}
