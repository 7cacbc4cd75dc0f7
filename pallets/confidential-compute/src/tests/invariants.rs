//! Each check of the state sees what it is there for.

use crate::{
	mock::*,
	pki::{Intel, FMSPC},
	Attestations, BoundGpus, Claim, GlobalPolicy, Golden, GoldenSets, GpuArch, GpuClaims, LoneGpu,
	LoneGpus, ModelPolicies, NextAttestationId, NodeAttestations, PckCa, PckCrls, PlatformClaims,
	Policies, QeIdentities, Revocation, RevokedBy, RootCrl, SessionIds, TcbInfos, TeeKind,
};
use frame_support::{assert_ok, traits::tokens::Precision, BoundedVec};
use sp_core::H256;
use sp_runtime::TryRuntimeError;

/// Runs the checks on a chain with two whole attestations, policies and lists, after `corrupt`.
fn detects(message: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		assert_ok!(bring(&Intel::default(), TeeKind::Tdx));
		bring_golden();
		attest_whole(1);
		attest_whole(2);
		set_policy(strict_policy());
		assert_ok!(ConfidentialCompute::set_global_policy(root(), Some(strict_policy())));
		assert_ok!(ConfidentialCompute::do_try_state());
		corrupt();
		assert_eq!(ConfidentialCompute::do_try_state(), Err(TryRuntimeError::Other(message)),);
	});
}

fn change(id: u64, how: impl FnOnce(&mut crate::AttestationOf<Test>)) {
	Attestations::<Test>::mutate(id, |record| how(record.as_mut().unwrap()));
}

#[test]
fn try_state_detects_inconsistent_attestations() {
	detects("an attestation has a number that was never given", || {
		NextAttestationId::<Test>::put(1)
	});
	detects("an attestation ends before it begins", || {
		change(0, |record| record.expires_at = record.attested_at)
	});
	detects("an attestation succeeds a stranger or itself", || {
		change(1, |record| record.predecessor = Some(1))
	});
	detects("advisories are out of order", || {
		change(0, |record| record.cpu.advisories = vec![2, 1].try_into().unwrap())
	});
}

#[test]
fn try_state_detects_wrong_lists() {
	let put = |node: H256, ids: &[u64]| {
		NodeAttestations::<Test>::insert(node, BoundedVec::truncate_from(ids.to_vec()))
	};
	let other = H256::repeat_byte(1);
	detects("an empty list of attestations is stored", || put(other, &[]));
	detects("a list names no attestation", || put(node(), &[0, 1, 7]));
	detects("a list names another node's attestation", || put(other, &[0]));
	detects("an attestation is listed twice", || put(node(), &[0, 0]));
	detects("an attestation is missing in its node's list", || put(node(), &[0]));
	detects("a list is out of order", || put(node(), &[1, 0]));
	detects("a revoked attestation is a candidate", || {
		change(1, |record| {
			record.revoked = Some(Revocation { at: 1_000, by: RevokedBy::Governance })
		})
	});
}

#[test]
fn try_state_detects_wrong_sessions() {
	let session = || ConfidentialCompute::session_hash(&ALICE, &Enclave::new(1).keys.session);
	detects("a session key leads to another attestation", || {
		SessionIds::<Test>::insert(session(), 1)
	});
	detects("a session key leads to another attestation", || SessionIds::<Test>::remove(session()));
	detects("a session key is kept for nothing", || SessionIds::<Test>::insert(H256::zero(), 1));
}

#[test]
fn try_state_detects_wrong_gpus() {
	detects("an attestation miscounts its GPUs", || change(0, |record| record.gpus = 2));
	detects("a GPU is bound twice", || {
		BoundGpus::<Test>::mutate(0, |gpus| gpus.try_push(gpus[0]).unwrap());
		change(0, |record| record.gpus = 2);
	});
	detects("GPUs are kept for nothing", || {
		let gpus = BoundGpus::<Test>::get(0);
		BoundGpus::<Test>::insert(7, gpus);
	});
	detects("GPUs are kept for nothing", || {
		BoundGpus::<Test>::insert(7, BoundedVec::default());
	});
}

#[test]
fn try_state_detects_unclaimed_proofs() {
	let claim = |until| Claim { node: H256::repeat_byte(1), until };
	detects("a platform is not its node's", || {
		PlatformClaims::<Test>::remove(record(0).cpu.platform)
	});
	detects("a platform is not its node's", || {
		PlatformClaims::<Test>::insert(record(0).cpu.platform, claim(u32::MAX))
	});
	detects("a platform is not its node's", || {
		let claim = Claim { node: node(), until: 1 };
		PlatformClaims::<Test>::insert(record(0).cpu.platform, claim)
	});
	detects("a GPU is not its node's", || {
		GpuClaims::<Test>::remove(BoundGpus::<Test>::get(0)[0].leaf_key)
	});
	detects("a GPU is not its node's", || {
		GpuClaims::<Test>::insert(BoundGpus::<Test>::get(0)[0].device_key, claim(u32::MAX))
	});
	detects("a GPU is not its node's", || {
		let gpu = BoundGpus::<Test>::get(0)[0];
		let lone = LoneGpu { owner: BOB, gpu, attested_at: 1, expires_at: 2_000 };
		LoneGpus::<Test>::insert(H256::repeat_byte(1), lone)
	});
}

#[test]
fn try_state_detects_claims_for_nothing() {
	let rule = "a platform is claimed for nothing";
	let platform = || record(0).cpu.platform;
	detects(rule, || {
		PlatformClaims::<Test>::mutate(platform(), |claim| claim.as_mut().unwrap().until += 1)
	});
	detects(rule, || {
		PlatformClaims::<Test>::insert(H256::zero(), Claim { node: node(), until: 1 })
	});
	detects(rule, || {
		// Even one that is over, since then nothing is left to remove it with.
		Now::set(1_000 + VALIDITY);
		let other = H256::repeat_byte(1);
		PlatformClaims::<Test>::insert(platform(), Claim { node: other, until: 1 })
	});
}

#[test]
fn try_state_detects_statements_with_other_dates() {
	let rule = "a statement of Intel's is not what was signed";
	detects(rule, || RootCrl::<Test>::mutate(|list| list.as_mut().unwrap().dates.number += 1));
	detects(rule, || {
		PckCrls::<Test>::mutate(PckCa::Platform, |list| list.as_mut().unwrap().dates.issued -= 1)
	});
	detects(rule, || {
		let key = (TeeKind::Tdx, FMSPC);
		TcbInfos::<Test>::mutate(key, |json| json.as_mut().unwrap().dates.next_update += 1)
	});
	detects(rule, || {
		let info = TcbInfos::<Test>::take((TeeKind::Tdx, FMSPC)).unwrap();
		TcbInfos::<Test>::insert((TeeKind::Sgx, FMSPC), info)
	});
	detects(rule, || {
		let identity = QeIdentities::<Test>::take(TeeKind::Tdx).unwrap();
		QeIdentities::<Test>::insert(TeeKind::Sgx, identity)
	});
}

#[test]
fn try_state_detects_inconsistent_policies() {
	let own = || ModelPolicies::<Test>::get(did(MODEL).hash()).unwrap();
	let change = |how: fn(&mut crate::PolicyRecordOf<Test>)| {
		Policies::<Test>::mutate(own(), |record| how(record.as_mut().unwrap()))
	};
	detects("a policy lies under another hash", || {
		change(|record| record.policy.min_evaluation = 1)
	});
	detects("a policy is not in order", || {
		let mut record = Policies::<Test>::take(own()).unwrap();
		let statuses = vec![crate::TcbStatus::OutOfDate, crate::TcbStatus::UpToDate];
		record.policy.statuses = statuses.try_into().unwrap();
		let model = did(MODEL).hash();
		Policies::<Test>::insert(record.policy.hash(Some(&model)), record);
	});
	detects("a model's policy is unpaid, or the global one paid", || {
		change(|record| record.deposit = None)
	});
	detects("a policy in force is retired, or not", || {
		change(|record| record.retired_at = Some(1))
	});
	detects("a policy in force is retired, or not", || {
		ModelPolicies::<Test>::remove(did(MODEL).hash())
	});
	detects("a model has no policy of its own", || {
		ModelPolicies::<Test>::insert(H256::zero(), own())
	});
	detects("the global policy is not stored", || {
		Policies::<Test>::remove(GlobalPolicy::<Test>::get().unwrap())
	});
}

#[test]
fn try_state_detects_deposits_that_are_not_held() {
	let message = "deposits on hold differ from an account's policies";
	detects(message, || {
		assert_ok!(<Balances as frame_support::traits::fungible::MutateHold<_>>::release(
			&crate::HoldReason::PolicyDeposit.into(),
			&CAROL,
			1,
			Precision::Exact
		));
	});
	detects(message, || {
		let own = ModelPolicies::<Test>::get(did(MODEL).hash()).unwrap();
		Policies::<Test>::mutate(own, |record| {
			record.as_mut().unwrap().deposit.as_mut().unwrap().0 = BOB
		})
	});
}

#[test]
fn try_state_detects_golden_measurements_out_of_order() {
	let key = golden_driver(GpuArch::Hopper).key();
	let golden = |index| Golden { index, digest: [0; 48] };
	detects("golden measurements are out of order", || {
		GoldenSets::<Test>::insert(key, BoundedVec::truncate_from(vec![golden(2), golden(1)]))
	});
	detects("golden measurements are out of order", || {
		GoldenSets::<Test>::insert(key, BoundedVec::truncate_from(vec![golden(1), golden(1)]))
	});
	detects("golden measurements are out of order", || {
		GoldenSets::<Test>::insert(key, BoundedVec::default())
	});
}
