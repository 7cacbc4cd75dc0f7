use crate::{
	mock::*, pki::Gpu, Attestations, BoundGpus, Error, Event, GpuClaims, LoneGpus,
	NodeAttestations, PlatformClaims, SessionIds,
};
use ai_compute_primitives::AttestationInspect;
use frame_support::{assert_noop, assert_ok};

fn prune(id: u64) -> sp_runtime::DispatchResult {
	ConfidentialCompute::prune_attestation(signed(PAUPER), id)
}

#[test]
fn success_leaves_nothing_behind() {
	with_collateral(|| {
		let (_, id) = attest_whole(1);
		assert_noop!(prune(id), Error::<Test>::TooEarly);
		wait(VALIDITY + RETENTION - 1);
		assert_noop!(prune(id), Error::<Test>::TooEarly);
		wait(1);
		System::reset_events();
		assert_ok!(prune(id));
		assert_eq!(events(), [Event::AttestationRemoved { attestation: id, node: node() }]);
		assert_eq!(Attestations::<Test>::iter().count(), 0);
		assert_eq!(NodeAttestations::<Test>::iter().count(), 0);
		assert_eq!(SessionIds::<Test>::iter().count(), 0);
		assert_eq!(BoundGpus::<Test>::iter().count(), 0);
		assert_eq!(PlatformClaims::<Test>::iter().count(), 0);
		assert_eq!(GpuClaims::<Test>::iter().count(), 0);
		assert_noop!(prune(id), Error::<Test>::NotFound);
	});
}

#[test]
fn a_revoked_one_stays_as_long() {
	with_collateral(|| {
		let (_, id) = attest_whole(1);
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), id));
		wait(RETENTION + 1);
		assert_noop!(prune(id), Error::<Test>::TooEarly);
		wait(VALIDITY - 1);
		assert_ok!(prune(id));
		// Pruning makes no excused node a guilty one.
		type Inspect = ConfidentialCompute;
		assert!(<Inspect as AttestationInspect<AccountId, u32>>::is_revoked(id));
	});
}

#[test]
fn what_a_newer_one_claims_stays_claimed() {
	with_collateral(|| {
		let (_, id) = attest_whole(1);
		Now::mutate(|now| *now += VALIDITY - 1);
		attest_whole(2);
		Now::mutate(|now| *now += VALIDITY - 1);
		attest_whole(3);
		Now::mutate(|now| *now += RETENTION - VALIDITY + 2);
		assert_ok!(prune(id));
		// The newest one has run out by now, and the claims were kept to its end.
		assert_eq!(NodeAttestations::<Test>::get(node()), vec![1, 2]);
		assert_eq!(BoundGpus::<Test>::iter().count(), 2);
	});
	with_collateral(|| {
		let (_, id) = attest_whole(1);
		Now::mutate(|now| *now += VALIDITY + RETENTION - 10);
		attest_whole(2);
		Now::mutate(|now| *now += 10);
		assert_ok!(prune(id));
		assert_eq!(PlatformClaims::<Test>::iter().count(), 1);
		assert_eq!(GpuClaims::<Test>::iter().count(), 2);
	});
}

#[test]
fn a_lone_gpu_goes_after_its_time() {
	with_collateral(|| {
		let prune = || ConfidentialCompute::prune_lone_gpu(signed(PAUPER), node());
		assert_noop!(prune(), Error::<Test>::NotFound);
		let gpu = Gpu::hopper("gpu 1");
		let nonce = ConfidentialCompute::lone_nonce(DID.to_vec(), ALICE, BLOCK).unwrap();
		assert_ok!(ConfidentialCompute::attest_lone_gpu(
			signed(ALICE),
			DID.to_vec(),
			BLOCK,
			gpu.chain(),
			gpu.evidence(&nonce)
		));
		wait(VALIDITY - 1);
		assert_noop!(prune(), Error::<Test>::TooEarly);
		wait(1);
		System::reset_events();
		assert_ok!(prune());
		assert_eq!(events(), [Event::LoneGpuRemoved { node: node() }]);
		assert_eq!(LoneGpus::<Test>::iter().count(), 0);
		assert_eq!(GpuClaims::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_claim_without_a_record_goes_after_its_time() {
	with_collateral(|| {
		let attest = |name| {
			let gpu = Gpu::hopper(name);
			let nonce = ConfidentialCompute::lone_nonce(DID.to_vec(), ALICE, BLOCK).unwrap();
			assert_ok!(ConfidentialCompute::attest_lone_gpu(
				signed(ALICE),
				DID.to_vec(),
				BLOCK,
				gpu.chain(),
				gpu.evidence(&nonce)
			));
			LoneGpus::<Test>::get(node()).unwrap().gpu
		};
		// The second one replaces the first one's record while its claims go on.
		let (first, _) = (attest("gpu 1"), attest("gpu 2"));
		let prune = || ConfidentialCompute::prune_gpu_claim(signed(PAUPER), first.leaf_key);
		wait(VALIDITY - 1);
		assert_noop!(prune(), Error::<Test>::TooEarly);
		wait(1);
		System::reset_events();
		assert_ok!(prune());
		assert_eq!(events(), [Event::GpuClaimRemoved { key: first.leaf_key }]);
		assert_noop!(prune(), Error::<Test>::NotFound);
	});
}
