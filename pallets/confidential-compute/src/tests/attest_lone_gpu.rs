use crate::{
	attestation::gpu_nonce, gpu::GpuFault, mock::*, pki::Gpu, Error, Event, GpuClaims, LoneGpus,
};
use ai_compute_primitives::{AttestationInspect, Scope};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn attest_lone(who: AccountId, node: &[u8], gpu: &Gpu) -> DispatchResult {
	let number = System::block_number() - 1;
	let hash = System::block_hash(number);
	let binding = ConfidentialCompute::lone_binding(&did(node), &who, number, hash);
	let evidence = gpu.evidence(&gpu_nonce(&binding));
	ConfidentialCompute::attest_lone_gpu(signed(who), node.to_vec(), number, gpu.chain(), evidence)
}

#[test]
fn success_is_recorded_as_such_and_qualifies_for_nothing() {
	with_collateral(|| {
		assert_ok!(attest_lone(ALICE, DID, &Gpu::hopper("gpu 1")));
		let lone = LoneGpus::<Test>::get(node()).unwrap();
		assert_eq!((lone.owner, lone.expires_at), (ALICE, 1_000 + VALIDITY));
		assert_eq!(
			events(),
			[Event::LoneGpuAttested {
				did: did(DID),
				owner: ALICE,
				gpu: lone.gpu,
				expires_at: 1_000 + VALIDITY
			}]
		);
		let proof = ConfidentialCompute::node_proof(DID.to_vec()).unwrap();
		assert_eq!((proof.attestation, proof.lone_gpu), (None, Some(lone.gpu)));
		assert!(proof.bound_gpus.is_empty());
		let policy = set_policy(strict_policy());
		let qualified = |scope| {
			<ConfidentialCompute as AttestationInspect<_, _>>::qualified(
				&node(),
				&ALICE,
				&policy,
				scope,
				1_001,
			)
			.map_err(sp_runtime::DispatchError::from)
		};
		assert_noop!(qualified(Scope::CpuAndGpu), Error::<Test>::NotAttested);

		// Nor does it make up for what an enclave lacks.
		attest(&Enclave::new(1));
		assert_noop!(
			qualified(Scope::CpuAndGpu),
			Error::<Test>::Policy(crate::Violation::GpuMissing)
		);
		assert_ok!(qualified(Scope::Cpu));
	});
}

#[test]
fn fails_with_the_nonce_of_another_node_owner_or_block() {
	with_collateral(|| {
		let gpu = Gpu::hopper("gpu 1");
		let attest = |binding| {
			ConfidentialCompute::attest_lone_gpu(
				signed(ALICE),
				DID.to_vec(),
				BLOCK,
				gpu.chain(),
				gpu.evidence(&gpu_nonce(&binding)),
			)
		};
		let binding = ConfidentialCompute::lone_binding;
		let hash = block_hash(BLOCK);
		for wrong in [
			binding(&did(OTHER_DID), &ALICE, BLOCK, hash),
			binding(&did(DID), &BOB, BLOCK, hash),
			binding(&did(DID), &ALICE, BLOCK - 1, hash),
			binding(&did(DID), &ALICE, BLOCK, block_hash(1)),
			crate::mock::binding(ALICE, DID, &Enclave::new(1)),
		] {
			assert_noop!(attest(wrong), Error::<Test>::Gpu(GpuFault::WrongNonce));
		}
		assert_ok!(attest(binding(&did(DID), &ALICE, BLOCK, hash)));
	});
}

#[test]
fn fails_for_strangers_and_old_blocks() {
	with_collateral(|| {
		let gpu = Gpu::hopper("gpu 1");
		assert_noop!(attest_lone(BOB, DID, &gpu), Error::<Test>::NotAuthorized);
		assert_noop!(attest_lone(BOB, b"did:etrid:gpu:none", &gpu), Error::<Test>::NodeNotFound);
		assert_noop!(
			ConfidentialCompute::attest_lone_gpu(
				signed(ALICE),
				DID.to_vec(),
				BLOCK + 1,
				gpu.chain(),
				vec![]
			),
			Error::<Test>::BlockUnknown
		);
		System::set_block_number(BLOCK + 257);
		assert_noop!(
			ConfidentialCompute::attest_lone_gpu(
				signed(ALICE),
				DID.to_vec(),
				BLOCK,
				gpu.chain(),
				vec![]
			),
			Error::<Test>::BlockTooOld
		);
	});
}

#[test]
fn it_claims_the_gpu_like_any_other() {
	with_collateral(|| {
		let gpu = Gpu::hopper("gpu 1");
		assert_ok!(attest_lone(ALICE, DID, &gpu));
		let taken = || Error::<Test>::Gpu(GpuFault::GpuTaken);
		assert_noop!(attest_lone(BOB, OTHER_DID, &gpu), taken());
		// The same node may go on to bind it to an enclave.
		let enclave = Enclave::new(1);
		let id = attest(&enclave);
		assert_ok!(try_bind(&enclave, id, &gpu));
		wait(VALIDITY - 1);
		assert_noop!(attest_lone(BOB, OTHER_DID, &gpu), taken());
		wait(1);
		assert_ok!(attest_lone(BOB, OTHER_DID, &gpu));
	});
}

#[test]
fn a_new_one_replaces_the_old() {
	with_collateral(|| {
		assert_ok!(attest_lone(ALICE, DID, &Gpu::hopper("gpu 1")));
		let old = LoneGpus::<Test>::get(node()).unwrap().gpu;
		wait(VALIDITY);
		assert_ok!(attest_lone(ALICE, DID, &Gpu::hopper("gpu 2")));
		let new = LoneGpus::<Test>::get(node()).unwrap().gpu;
		assert_ne!(old.device_key, new.device_key);
		assert!(!GpuClaims::<Test>::contains_key(old.device_key));
		assert!(GpuClaims::<Test>::contains_key(new.device_key));
	});
}
