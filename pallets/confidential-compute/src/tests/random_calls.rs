//! Random sequences of calls by several accounts keep every invariant, and no deposit is lost.

use crate::{
	attestation::gpu_nonce,
	mock::*,
	pki::{Gpu, Intel, Platform, NOW},
	Attestations, NextAttestationId, Policies, Succession, TeeKind,
};
use ai_compute_primitives::{AttestationInspect, Scope};
use frame_support::assert_ok;
use proptest::{prelude::*, test_runner::TestRunner};
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;
use std::{cell::RefCell, collections::BTreeMap};

#[derive(Clone, Debug)]
enum Step {
	/// Node, enclave, platform, number of the predecessor or none.
	Attest(u8, u8, u8, Option<u8>),
	/// Enclave, GPU.
	Bind(u8, u8),
	/// Node, GPU.
	Lone(u8, u8),
	Revoke(u8, u8),
	Prune(u8),
	PruneLone(u8),
	Status(u8),
	SetPolicy(u8, u8),
	ClearPolicy(u8),
	GlobalPolicy(Option<u8>),
	ReleasePolicies,
	MoveModel(u8),
	MoveNode(u8, u8),
	Bar(u8, bool),
	Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let who = || 1..=3u8;
	let node = || 0..2u8;
	prop_oneof![
		6 => (node(), 0..24u8, 0..3u8, prop::option::of(0..6u8))
			.prop_map(|(n, e, p, s)| Step::Attest(n, e, p, s)),
		6 => (0..24u8, 0..4u8).prop_map(|(e, g)| Step::Bind(e, g)),
		2 => (node(), 0..4u8).prop_map(|(n, g)| Step::Lone(n, g)),
		4 => (0..4u8, 0..4u8).prop_map(|(a, i)| Step::Revoke(a, i)),
		2 => (0..10u8).prop_map(Step::Prune),
		1 => node().prop_map(Step::PruneLone),
		1 => (0..3u8).prop_map(Step::Status),
		3 => (who(), 0..4u8).prop_map(|(a, p)| Step::SetPolicy(a, p)),
		2 => who().prop_map(Step::ClearPolicy),
		1 => prop::option::of(0..4u8).prop_map(Step::GlobalPolicy),
		2 => Just(Step::ReleasePolicies),
		1 => who().prop_map(Step::MoveModel),
		1 => (node(), who()).prop_map(|(n, a)| Step::MoveNode(n, a)),
		1 => (0..3u8, any::<bool>()).prop_map(|(p, on)| Step::Bar(p, on)),
		3 => prop_oneof![1..400u32, 3_000..20_000u32].prop_map(Step::Wait),
	]
}

const PLATFORMS: [&str; 3] = ["platform 1", "platform 2", "platform 3"];
const GPUS: [&str; 4] = ["gpu 1", "gpu 2", "gpu 3", "gpu 4"];

fn node_of(n: u8) -> &'static [u8] {
	[DID, OTHER_DID][usize::from(n)]
}

fn owner_of(n: u8) -> AccountId {
	NodeOwners::get()[&did(node_of(n))]
}

fn policy(n: u8) -> crate::Policy {
	crate::Policy { min_evaluation: n.into(), ..strict_policy() }
}

thread_local! {
	/// Certificates and signatures that were made before: making them is what costs.
	static CHAINS: RefCell<BTreeMap<u8, Vec<Vec<u8>>>> =
		RefCell::new(Default::default());
}

fn chain_of(g: u8) -> Vec<Vec<u8>> {
	CHAINS.with(|chains| {
		let mut chains = chains.borrow_mut();
		chains.entry(g).or_insert_with(|| Gpu::hopper(GPUS[usize::from(g)]).chain()).clone()
	})
}

fn apply(step: Step) -> DispatchResult {
	let admin = || root();
	match step {
		Step::Attest(n, e, p, successor_of) => {
			let enclave = Enclave::new(e);
			let platform = Platform { name: PLATFORMS[usize::from(p)], ..Platform::tdx() };
			let (node, owner) = (node_of(n), owner_of(n));
			let succession = successor_of.and_then(|id| {
				let id = u64::from(id);
				let old = Attestations::<Test>::get(id)?;
				let signer = (0..24).map(Enclave::new).find(|e| e.keys == old.keys)?;
				let payload =
					ConfidentialCompute::successor_payload(id, binding(owner, node, &enclave));
				Some(Succession { predecessor: id, signature: signer.sign(&payload) })
			});
			return try_attest(owner, node, &enclave, &platform, succession);
		}
		Step::Bind(e, g) => {
			let enclave = Enclave::new(e);
			let known = Attestations::<Test>::iter().find(|(_, old)| old.keys == enclave.keys);
			if let Some((id, _)) = known {
				let gpu = Gpu::hopper(GPUS[usize::from(g)]);
				let binding = record(id).binding;
				let evidence = gpu.evidence(&gpu_nonce(&binding));
				let hash = blake2_256(&evidence).into();
				let payload = ConfidentialCompute::evidence_payload(binding, hash);
				return ConfidentialCompute::attest_gpu(
					signed(record(id).owner),
					enclave.keys.session,
					enclave.sign(&payload),
					chain_of(g),
					evidence,
				);
			}
		}
		Step::Lone(n, g) => {
			let (node, owner) = (node_of(n).to_vec(), owner_of(n));
			let nonce = ConfidentialCompute::lone_nonce(node.clone(), owner, BLOCK).unwrap();
			let evidence = Gpu::hopper(GPUS[usize::from(g)]).evidence(&nonce);
			return ConfidentialCompute::attest_lone_gpu(
				signed(owner),
				node,
				BLOCK,
				chain_of(g),
				evidence,
			);
		}
		Step::Revoke(0, id) => {
			return ConfidentialCompute::force_revoke(admin(), id.into());
		}
		Step::Revoke(a, id) => {
			return ConfidentialCompute::revoke_attestation(signed(a.into()), id.into());
		}
		Step::Prune(id) => {
			return ConfidentialCompute::prune_attestation(signed(PAUPER), id.into());
		}
		Step::PruneLone(n) => {
			return ConfidentialCompute::prune_lone_gpu(signed(PAUPER), did(node_of(n)).hash());
		}
		Step::Status(s) => {
			let status = ["UpToDate", "OutOfDate", "SWHardeningNeeded"][usize::from(s)];
			let issued = UnixNow::get();
			let intel = Intel { status, issued, next: issued + 900_000, ..Default::default() };
			return bring(&intel, TeeKind::Tdx);
		}
		Step::SetPolicy(a, p) => {
			return ConfidentialCompute::set_model_policy(
				signed(a.into()),
				MODEL.to_vec(),
				policy(p),
			);
		}
		Step::ClearPolicy(a) => {
			return ConfidentialCompute::clear_model_policy(signed(a.into()), MODEL.to_vec());
		}
		Step::GlobalPolicy(p) => {
			return ConfidentialCompute::set_global_policy(admin(), p.map(policy));
		}
		Step::ReleasePolicies => {
			for hash in Policies::<Test>::iter_keys().collect::<Vec<_>>() {
				let _ = ConfidentialCompute::release_policy(signed(PAUPER), hash);
			}
		}
		Step::MoveModel(a) => ModelOwners::set([(did(MODEL), a.into())].into()),
		Step::MoveNode(n, a) => {
			NodeOwners::mutate(|map| map.insert(did(node_of(n)), a.into()));
		}
		Step::Bar(p, on) => {
			let ppid = Platform { name: PLATFORMS[usize::from(p)], ..Platform::tdx() }.ppid();
			let platform = blake2_256(&ppid).into();
			return if on {
				ConfidentialCompute::bar_platform(admin(), platform)
			} else {
				ConfidentialCompute::unbar_platform(admin(), platform)
			};
		}
		Step::Wait(ticks) => wait(ticks),
	}
	Ok(())
}

/// What the marketplace would be told is true of the records.
fn answers_hold() {
	for n in 0..2 {
		let (node, owner) = (did(node_of(n)).hash(), owner_of(n));
		for policy in Policies::<Test>::iter_keys() {
			let until = Now::get() + 10;
			let scope = Scope::CpuAndGpu;
			let answer = <ConfidentialCompute as AttestationInspect<_, _>>::qualified(
				&node, &owner, &policy, scope, until,
			);
			if let Ok(id) = answer {
				let record = record(id);
				assert!(record.revoked.is_none() && record.expires_at >= until);
				assert!(record.gpus > 0 && record.owner == owner && record.node == node);
				assert!(UnixNow::get() <= record.cpu.valid_until);
			}
		}
	}
}

#[test]
fn random_calls_keep_every_invariant() {
	let config = ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() };
	let done = RefCell::new(BTreeMap::<String, usize>::new());
	let sequences = prop::collection::vec(step(), 1..40);
	let outcome = TestRunner::new(config).run(&sequences, |steps| {
		run(steps, &done);
		Ok(())
	});
	if let Err(error) = outcome {
		panic!("{error}");
	}
	// A sequence in which nothing succeeds proves nothing.
	for kind in ["Attest", "Bind", "Lone", "Revoke", "SetPolicy", "Wait"] {
		assert!(done.borrow().contains_key(kind), "no {kind} succeeded: {done:?}");
	}
}

fn run(steps: Vec<Step>, done: &RefCell<BTreeMap<String, usize>>) {
	ExtBuilder::default().build().execute_with(|| {
		let intel = Intel { issued: NOW - 1_000, next: NOW + 900_000, ..Default::default() };
		assert_ok!(bring(&intel, TeeKind::Tdx));
		bring_golden();
		let money = || -> Balance {
			[ALICE, BOB, CAROL].iter().map(pallet_balances::Pallet::<Test>::total_balance).sum()
		};
		use frame_support::traits::fungible::Inspect as _;
		let before = money();
		for step in steps {
			let shown = format!("{step:?}");
			if frame_support::storage::with_storage_layer(|| apply(step)).is_ok() {
				let kind = shown.split('(').next().unwrap_or_default().to_owned();
				*done.borrow_mut().entry(kind).or_default() += 1;
			}
			assert_eq!(ConfidentialCompute::do_try_state(), Ok(()), "after {shown}");
			answers_hold();
		}
		assert_eq!(money(), before);

		// In the end everything can be taken away, and every deposit comes back.
		wait(VALIDITY + RETENTION);
		for id in 0..NextAttestationId::<Test>::get() {
			if Attestations::<Test>::contains_key(id) {
				assert_ok!(ConfidentialCompute::prune_attestation(signed(PAUPER), id));
			}
		}
		for n in 0..2 {
			let node = did(node_of(n)).hash();
			if crate::LoneGpus::<Test>::contains_key(node) {
				assert_ok!(ConfidentialCompute::prune_lone_gpu(signed(PAUPER), node));
			}
		}
		for key in crate::GpuClaims::<Test>::iter_keys().collect::<Vec<_>>() {
			assert_ok!(ConfidentialCompute::prune_gpu_claim(signed(PAUPER), key));
		}
		let _ = ConfidentialCompute::set_global_policy(root(), None);
		let owner = ModelOwners::get()[&did(MODEL)];
		let _ = ConfidentialCompute::clear_model_policy(signed(owner), MODEL.to_vec());
		wait(RETENTION);
		for hash in Policies::<Test>::iter_keys().collect::<Vec<_>>() {
			assert_ok!(ConfidentialCompute::release_policy(signed(PAUPER), hash));
		}
		for who in [ALICE, BOB, CAROL] {
			assert_eq!(held(who), 0);
		}
		assert_eq!(crate::PlatformClaims::<Test>::iter().count(), 0);
		assert_eq!(crate::GpuClaims::<Test>::iter().count(), 0);
		assert_eq!(crate::SessionIds::<Test>::iter().count(), 0);
		assert_ok!(ConfidentialCompute::do_try_state());
	});
}
