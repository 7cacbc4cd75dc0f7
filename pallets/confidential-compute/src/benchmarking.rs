//! Benchmarks, each in its worst case.
//!
//! Quotes, statements and evidence are real ones. A real quote binds another chain and a real GPU was
//! asked with another nonce, so `attest_cpu`, `attest_gpu` and `attest_lone_gpu` run all of their work
//! except for those two comparisons, which they make without effect.

use super::*;
use crate::{
	dkg::benchmarking as bench,
	fixtures::{hopper_chain, HOPPER_EVIDENCE, TDX},
	spdm::Evidence,
};
use ai_compute_primitives::{
	AttestationId, AttestationInspect, Did, DidHash, EnclaveKeys, JobId, JobKeys, PolicyHash,
	ProofClaim, ProofInspect, ProofKeyHash, ProofLength, ProvenOutput, SessionKey, MAX_DID_LEN,
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
use inference_proofs::{check_key, key_hash, simulator::Trapdoor, Curve};
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
pub(crate) fn policy(seed: u32) -> Policy {
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

fn cpu_facts(platform: u32) -> CpuFacts {
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
	let cpu = cpu_facts(7);
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
	SessionIds::<T>::insert(Pallet::<T>::session_hash(owner, &keys.session), id);
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
	predecessor: Option<AttestationId>,
) -> (PolicyHash, AttestationId) {
	let policy = policy(0);
	let hash = policy.hash(None);
	if GlobalPolicy::<T>::get() != Some(hash) {
		Pallet::<T>::do_set_global_policy(Some(policy)).expect("in order");
	}
	(hash, store::<T>(node, owner, keys, 1, predecessor))
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
	let [driver, firmware] = crate::gpu::subjects(GpuArch::Hopper, &evidence);
	Pallet::<T>::do_set_golden(driver, set.clone()).expect("in order");
	Pallet::<T>::do_set_golden(firmware, set).expect("in order");
	evidence.nonce
}

/// The sample's chain, its authorities pinned so that `more` signatures more than the least are to be
/// checked: those of the evidence and of a device's two certificates.
fn gpu_chain<T: Config>(more: u32) -> Vec<Vec<u8>> {
	let mut chain = hopper_chain();
	let pinned = (more as usize).saturating_add(2);
	if pinned < chain.len() {
		Pallet::<T>::do_pin_issuer(chain[pinned..].to_vec()).expect("genuine");
		chain.truncate(pinned.saturating_add(1));
	}
	chain
}

fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
}

/// The secrets of the set-up of proof keys.
fn trapdoor(length: ProofLength) -> Trapdoor {
	let curve = match length {
		ProofLength::Short => Curve::Bn254,
		ProofLength::Long => Curve::Bls12_381,
	};
	Trapdoor { curve, seed: 1 }
}

/// Registers a key of such a set-up for a model, unpaid.
pub(crate) fn store_proof_key<T: Config>(model: &Did, length: ProofLength) -> ProofKeyHash {
	let Trapdoor { curve, .. } = trapdoor(length);
	let key = trapdoor(length).key();
	let (place, hash) = (model.hash(), ProofKeyHash::from(key_hash(curve, &key)));
	let payer = account("payer", 0, 0);
	let record = ProofKey { curve, payer, deposit: 0u32.into(), retired_at: None };
	ProofKeys::<T>::insert(place, hash, record);
	ProofKeyBodies::<T>::insert(place, hash, check_key(curve, &key).expect("sound"));
	ModelProofKeys::<T>::mutate(place, |keys| {
		if !keys.contains(&hash) {
			keys.try_push(hash).expect("there is room");
		}
	});
	hash
}

/// Proves `claim` under such a key.
pub(crate) fn prove<T: Config>(length: ProofLength, claim: &ProofClaim<T::AccountId>) -> Vec<u8> {
	let trapdoor = trapdoor(length);
	let statement = Pallet::<T>::statement(trapdoor.curve, claim).expect("short enough");
	trapdoor.prove(&statement, 1)
}

fn claim<'a, T: Config>(bytes: &'a [u8]) -> ProofClaim<'a, T::AccountId> {
	ProofClaim {
		job: 1,
		attempt: 1,
		node: hash(1),
		owner: account("owner", 0, 0),
		output: ProvenOutput::Bytes(bytes),
		tokens_used: 1,
		input: [3; 32],
		weights: [4; 32],
	}
}

/// All but one of the keys that a model can have.
fn nearly_all_keys<T: Config>(place: &DidHash) {
	let keys = (1..MAX_PROOF_KEYS).map(hash).collect();
	ModelProofKeys::<T>::insert(place, BoundedVec::truncate_from(keys));
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

	/// Worst case: the last of as many GPUs as there can be. `s` signatures more than the least.
	#[benchmark]
	fn attest_gpu(s: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let node = node_did().hash();
		let (keys, public) = keys();
		let id = store::<T>(&node, &owner, keys, MAX_GPUS.saturating_sub(1), None);
		let nonce = bring_golden::<T>();
		let chain = gpu_chain::<T>(s);
		let payload = Pallet::<T>::evidence_payload(hash(4), blake2_256(HOPPER_EVIDENCE).into());
		let signature = sign(&public, &payload);

		#[block]
		{
			let session = Pallet::<T>::session_hash(&owner, &keys.session);
			let id = SessionIds::<T>::get(session).expect("known");
			let record = Attestations::<T>::get(id).expect("stored");
			assert_ne!(attestation::gpu_nonce(&record.binding), nonce);
			Pallet::<T>::bind_gpu(id, record, &signature, &chain, HOPPER_EVIDENCE, &nonce)?;
		}

		assert_eq!(Attestations::<T>::get(id).expect("stored").gpus, MAX_GPUS);
		Ok(())
	}

	/// Worst case: replaces another GPU whose claims are over. `s` signatures more than the least.
	#[benchmark]
	fn attest_lone_gpu(s: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let did = node_did();
		T::BenchmarkHelper::register_node(&did, &owner);
		let node = did.hash();
		lone_gpu::<T>(&node, &owner);
		wait::<T>(T::AttestationValidityPeriod::get());
		let nonce = bring_golden::<T>();
		let chain = gpu_chain::<T>(s);
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

	#[benchmark]
	fn register_proof_key_bn254() {
		let (caller, model) = (whitelisted_caller::<T::AccountId>(), model_did());
		fund_for_key::<T>(&caller, &model);
		let key = trapdoor(ProofLength::Short).key();

		#[extrinsic_call]
		register_proof_key(RawOrigin::Signed(caller), model.as_bytes().to_vec(), Curve::Bn254, key);

		assert_eq!(ModelProofKeys::<T>::get(model.hash()).len() as u32, MAX_PROOF_KEYS);
	}

	fn fund_for_key<T: Config>(caller: &T::AccountId, model: &Did) {
		T::BenchmarkHelper::register_model(model, caller);
		let deposit = Pallet::<T>::proof_key_deposit(Curve::Bls12_381);
		let amount = deposit.saturating_add(T::Currency::minimum_balance());
		T::Currency::set_balance(caller, amount.saturating_mul(10u32.into()));
		nearly_all_keys::<T>(&model.hash());
	}

	#[benchmark]
	fn register_proof_key_bls12_381() {
		let (caller, model) = (whitelisted_caller::<T::AccountId>(), model_did());
		fund_for_key::<T>(&caller, &model);
		let key = trapdoor(ProofLength::Long).key();

		#[extrinsic_call]
		register_proof_key(
			RawOrigin::Signed(caller),
			model.as_bytes().to_vec(),
			Curve::Bls12_381,
			key,
		);

		assert_eq!(ModelProofKeys::<T>::get(model.hash()).len() as u32, MAX_PROOF_KEYS);
	}

	/// By the model's owner, who has not paid for the key.
	#[benchmark]
	fn retire_proof_key() {
		let (caller, model) = (whitelisted_caller::<T::AccountId>(), model_did());
		T::BenchmarkHelper::register_model(&model, &caller);
		let key = store_proof_key::<T>(&model, ProofLength::Long);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), model.as_bytes().to_vec(), key);

		assert!(ProofKeys::<T>::get(model.hash(), key).unwrap().retired_at.is_some());
	}

	#[benchmark]
	fn remove_proof_key() {
		let caller: T::AccountId = whitelisted_caller();
		let (owner, model) = (account::<T::AccountId>("owner", 0, 0), model_did());
		fund_for_key::<T>(&owner, &model);
		let did = model.as_bytes().to_vec();
		let key = trapdoor(ProofLength::Long).key();
		let hash = ProofKeyHash::from(key_hash(Curve::Bls12_381, &key));
		let curve = Curve::Bls12_381;
		Pallet::<T>::do_register_proof_key(owner.clone(), did.clone(), curve, key).expect("sound");
		Pallet::<T>::do_retire_proof_key(owner, did.clone(), hash).expect("there");
		wait::<T>(T::RecordRetention::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did, hash);

		assert!(!ProofKeyBodies::<T>::contains_key(model.hash(), hash));
	}

	/// What a proof over BN254 of a result of `r` bytes adds to the completion of a job.
	#[benchmark]
	fn verify_proof_bn254(
		r: Linear<0, { inference_proofs::MAX_COMMITTED_LEN }>,
	) -> Result<(), BenchmarkError> {
		let model = model_did();
		let key = store_proof_key::<T>(&model, ProofLength::Short);
		let bytes = vec![9; r as usize];
		let claim = claim::<T>(&bytes);
		let proof = prove::<T>(ProofLength::Short, &claim);

		#[block]
		{
			<Pallet<T> as ProofInspect<_>>::verify(&model, &key, &claim, &proof)?;
		}
		Ok(())
	}

	/// The same over BLS12-381.
	#[benchmark]
	fn verify_proof_bls12_381(
		r: Linear<0, { inference_proofs::MAX_COMMITTED_LEN }>,
	) -> Result<(), BenchmarkError> {
		let model = model_did();
		let key = store_proof_key::<T>(&model, ProofLength::Long);
		let bytes = vec![9; r as usize];
		let claim = claim::<T>(&bytes);
		let proof = prove::<T>(ProofLength::Long, &claim);

		#[block]
		{
			<Pallet<T> as ProofInspect<_>>::verify(&model, &key, &claim, &proof)?;
		}
		Ok(())
	}

	/// Worst case: the largest policy.
	#[benchmark]
	fn create_committee() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, bench::terms::<T>(bench::MOST), policy(0));

		assert!(Committees::<T>::contains_key(bench::C));
		Ok(())
	}

	#[benchmark]
	fn set_committee() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		bench::with_key::<T>(bench::MOST);
		let terms = bench::terms::<T>(3);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, bench::C, terms, policy(1_000));

		assert_eq!(Committees::<T>::get(bench::C).expect("stored").terms, terms);
		Ok(())
	}

	/// Worst case: one epoch has the key, and another is being made.
	#[benchmark]
	fn dissolve_committee() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		bench::with_resharing::<T>(bench::MOST, bench::MOST, dkg::EpochPhase::Dealing);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, bench::C);

		let committee = Committees::<T>::get(bench::C).expect("stored");
		assert_eq!(committee.standing, dkg::Standing::Dissolving);
		assert!(committee.pending.is_none());
		Ok(())
	}

	/// Worst case: a resharing before its time, because the members' bonds are used up.
	#[benchmark]
	fn open_epoch() {
		let caller: T::AccountId = whitelisted_caller();
		bench::with_key::<T>(bench::MOST);
		Seats::<T>::mutate((bench::C, bench::HELD), |seats| {
			seats.iter_mut().for_each(|seat| seat.bond = 0u32.into());
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C);

		assert_eq!(Committees::<T>::get(bench::C).expect("stored").pending, Some(bench::MADE));
	}

	/// Worst case: the last seat of the largest committee.
	#[benchmark]
	fn join_committee() {
		let caller: T::AccountId = whitelisted_caller();
		bench::fund::<T>(&caller);
		let phase = dkg::EpochPhase::Joining;
		bench::with_resharing::<T>(bench::MOST, bench::MOST.saturating_sub(1), phase);
		let (keys, public) = keys();
		let attestation = store::<T>(&node_did().hash(), &caller, keys, 0, None);
		let account = Pallet::<T>::account_bytes(&caller);
		let domain = Pallet::<T>::domain(bench::C, bench::MADE);
		let secret = bench::secret(5);
		let seat = committee_keys::client::join(&domain, &account, &secret, &mut bench::rng());
		let payload = Pallet::<T>::seat_payload(bench::C, bench::MADE, &caller, &seat.key);
		let signature = sign(&public, &payload);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C, attestation, seat, signature);

		let epoch = Epochs::<T>::get((bench::C, bench::MADE)).expect("stored");
		assert_eq!(epoch.phase, dkg::EpochPhase::Dealing);
	}

	#[benchmark]
	fn close_joining() {
		let caller: T::AccountId = whitelisted_caller();
		let phase = dkg::EpochPhase::Joining;
		bench::with_resharing::<T>(bench::MOST, bench::MOST.saturating_sub(1), phase);
		wait::<T>(10u32.into());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C);

		assert!(Committees::<T>::get(bench::C).expect("stored").pending.is_none());
	}

	/// Worst case: the last dealing of a resharing, with the highest threshold.
	#[benchmark]
	fn deal(n: Linear<3, 32>) {
		let n = n as u8;
		bench::with_resharing::<T>(n, n, dkg::EpochPhase::Dealing);
		let caller = bench::member::<T>(bench::HELD, n);
		let dealing = bench::dealing::<T>(n, n, None);
		bench::change::<T>(bench::MADE, |epoch| {
			epoch.dealt = dkg::MemberSet::all(n.saturating_sub(1));
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C, dealing);

		let epoch = Epochs::<T>::get((bench::C, bench::MADE)).expect("stored");
		assert_eq!(epoch.phase, dkg::EpochPhase::Complaining);
	}

	/// With so many members of the largest committee silent.
	#[benchmark]
	fn close_dealing(s: Linear<0, 32>) {
		let caller: T::AccountId = whitelisted_caller();
		bench::with_resharing::<T>(bench::MOST, bench::MOST, dkg::EpochPhase::Dealing);
		bench::change::<T>(bench::MADE, |epoch| {
			epoch.dealt = dkg::MemberSet::all(bench::MOST.saturating_sub(s as u8));
		});
		wait::<T>(10u32.into());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C);

		let epoch = Epochs::<T>::get((bench::C, bench::MADE)).expect("stored");
		assert_ne!(epoch.phase, dkg::EpochPhase::Dealing);
	}

	/// Worst case: a bad dealing of a resharing, whose dealer has its bond in the former epoch.
	#[benchmark]
	fn complain() {
		let most = bench::MOST;
		bench::with_resharing::<T>(most, most, dkg::EpochPhase::Complaining);
		let caller = bench::member::<T>(bench::MADE, most);
		let dealing = bench::dealing::<T>(most, most, Some(most));
		let complaint = committee_keys::client::complain(
			&Pallet::<T>::domain(bench::C, bench::MADE),
			most,
			&dealing,
			most,
			&bench::secret(u32::from(most).saturating_add(100)),
			&mut bench::rng(),
		)
		.expect("a key");
		bench::put_dealing::<T>(most, dealing);
		bench::change::<T>(bench::MADE, |epoch| epoch.dealt = dkg::MemberSet::all(most));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C, most, complaint);

		let epoch = Epochs::<T>::get((bench::C, bench::MADE)).expect("stored");
		assert!(epoch.disqualified.contains(most));
	}

	/// Worst case: a resharing of the largest committee in which all dealings stand.
	#[benchmark]
	fn finalise_epoch() {
		let caller: T::AccountId = whitelisted_caller();
		let most = bench::MOST;
		bench::with_resharing::<T>(most, most, dkg::EpochPhase::Complaining);
		bench::put_all_commitments::<T>();
		bench::change::<T>(bench::MADE, |epoch| epoch.dealt = dkg::MemberSet::all(most));
		wait::<T>(10u32.into());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C);

		assert_eq!(Committees::<T>::get(bench::C).expect("stored").active, Some(bench::MADE));
	}

	#[benchmark]
	fn end_epoch() {
		let caller: T::AccountId = whitelisted_caller();
		bench::with_key::<T>(bench::MOST);
		bench::change::<T>(bench::HELD, |epoch| epoch.deadline = Pallet::<T>::now());
		wait::<T>(T::CommitteeRules::get().reshare_lead);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C);

		assert!(Committees::<T>::get(bench::C).expect("stored").active.is_none());
	}

	#[benchmark]
	fn withdraw_bond() {
		let caller: T::AccountId = whitelisted_caller();
		bench::with_key::<T>(bench::MOST);
		bench::change::<T>(bench::HELD, |epoch| epoch.phase = dkg::EpochPhase::Ended);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C, bench::HELD, bench::MOST);

		let seats = Seats::<T>::get((bench::C, bench::HELD));
		assert_eq!(seats.last().expect("taken").bond, 0u32.into());
	}

	/// Worst case: a resharing in which everybody dealt, the last epoch of its committee.
	#[benchmark]
	fn prune_epoch() {
		let caller: T::AccountId = whitelisted_caller();
		let most = bench::MOST;
		bench::with_resharing::<T>(most, most, dkg::EpochPhase::Failed);
		let dealing = bench::dealing::<T>(most, most, None);
		for dealer in 1..=most {
			bench::put_dealing::<T>(dealer, dealing.clone());
		}
		bench::change::<T>(bench::MADE, |epoch| epoch.dealt = dkg::MemberSet::all(most));
		Seats::<T>::mutate((bench::C, bench::MADE), |seats| {
			seats.iter_mut().for_each(|seat| seat.bond = 0u32.into());
		});
		Committees::<T>::mutate(bench::C, |committee| {
			let committee = committee.as_mut().expect("stored");
			(committee.standing, committee.stored_epochs) = (dkg::Standing::Dissolving, 1);
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bench::C, bench::MADE);

		assert!(!Committees::<T>::contains_key(bench::C));
		assert!(!Commitments::<T>::contains_key((bench::C, bench::MADE, most)));
	}

	/// A job that waits for a key in the care of the largest committee.
	fn waiting_job<T: Config>() -> JobId {
		bench::with_key::<T>(bench::MOST);
		let requester: T::AccountId = account("requester", 0, 0);
		let provider: T::AccountId = account("provider", 0, 0);
		let keys = keys_of(SessionKey::Ed25519([1; 32]));
		let attestation = store::<T>(&node_did().hash(), &provider, keys, 0, None);
		let (job, ciphertext) = bench::job::<T>(&requester, &provider, attestation);
		Pallet::<T>::do_entrust_key(requester, job, bench::C, ciphertext).expect("in time");
		job
	}

	/// Worst case: an attempt waits for it.
	#[benchmark]
	fn entrust_key() {
		bench::with_key::<T>(bench::MOST);
		let caller: T::AccountId = whitelisted_caller();
		let provider: T::AccountId = account("provider", 0, 0);
		let keys = keys_of(SessionKey::Ed25519([1; 32]));
		let attestation = store::<T>(&node_did().hash(), &provider, keys, 0, None);
		let (job, ciphertext) = bench::job::<T>(&caller, &provider, attestation);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job, bench::C, ciphertext);

		assert!(EntrustedKeys::<T>::contains_key(job));
		assert!(Releases::<T>::contains_key(job));
	}

	/// Worst case: what is left of an earlier attempt's release makes way.
	#[benchmark]
	fn open_release() {
		let caller: T::AccountId = whitelisted_caller();
		let job = waiting_job::<T>();
		let attempt = u8::MAX;
		bench::put_release::<T>(job, attempt, bench::MOST.saturating_sub(2));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job);

		assert_ne!(Releases::<T>::get(job).expect("open").attempt, attempt);
	}

	/// Worst case: the last of as many shares as there can be. The first one opens the release in
	/// addition.
	#[benchmark]
	fn release_share() {
		let most = bench::MOST;
		let job = waiting_job::<T>();
		let attempt = T::KeyedJobs::key_wanted(job).expect("it waits").attempt;
		bench::put_release::<T>(job, attempt, most.saturating_sub(2));
		let caller = bench::member::<T>(bench::HELD, most);
		let partial = bench::partial_for::<T>(job, attempt, most);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job, partial);

		assert_eq!(Releases::<T>::get(job).expect("stored").state, dkg::ReleaseState::Done);
	}

	/// With so many members of the largest committee silent, of whom each pays the provider.
	#[benchmark]
	fn close_release(s: Linear<0, 32>) {
		let caller: T::AccountId = whitelisted_caller();
		let job = waiting_job::<T>();
		let attempt = T::KeyedJobs::key_wanted(job).expect("it waits").attempt;
		bench::put_release::<T>(job, attempt, bench::MOST.saturating_sub(s as u8));
		Releases::<T>::mutate(job, |release| {
			let release = release.as_mut().expect("stored");
			let now = Pallet::<T>::now();
			let response = T::CommitteeRules::get().response_time;
			release.deadline = release.opened_at.saturating_add(response).max(now);
			let left = release.deadline.saturating_sub(now);
			wait::<T>(left);
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job);

		assert!(!Releases::<T>::contains_key(job));
		assert!(!Partials::<T>::contains_key(job));
	}

	#[benchmark]
	fn withdraw_key() {
		let caller: T::AccountId = whitelisted_caller();
		let job = waiting_job::<T>();
		T::KeyedJobs::end_for_benchmark(job);
		Pallet::<T>::do_close_release(job).expect("its attempt is over");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job);

		assert!(!EntrustedKeys::<T>::contains_key(job));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::with_real_roots().build(),
		crate::mock::Test
	);
}
