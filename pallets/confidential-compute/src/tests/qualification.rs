//! What the marketplace is told about a node.

use crate::{
	mock::*,
	pki::{Gpu, Intel, Platform, MONTH, NOW},
	Error, Succession, TeeKind, Violation,
};
use ai_compute_primitives::{AttestationId, AttestationInspect, Doing, Scope};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::DispatchError;

fn qualified(policy: H256, until: u32) -> Result<AttestationId, DispatchError> {
	qualified_for(ALICE, policy, Scope::CpuAndGpu, until)
}

fn qualified_for(
	owner: AccountId,
	policy: H256,
	scope: Scope,
	until: u32,
) -> Result<AttestationId, DispatchError> {
	<ConfidentialCompute as AttestationInspect<_, _>>::qualified(
		&node(),
		&owner,
		&policy,
		scope,
		until,
	)
	.map_err(Into::into)
}

fn violation(violation: Violation) -> Error<Test> {
	Error::<Test>::Policy(violation)
}

#[test]
fn a_whole_attestation_qualifies_to_its_end() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		assert_noop!(qualified(policy, 1_001), Error::<Test>::NotAttested);
		let (_, id) = attest_whole(1);
		assert_eq!(qualified(policy, 1_001), Ok(id));
		assert_eq!(qualified(policy, 1_000 + VALIDITY), Ok(id));
		assert_noop!(qualified(policy, 1_001 + VALIDITY), Error::<Test>::ExpiresTooSoon);
		wait(VALIDITY - 1);
		assert_eq!(qualified(policy, 0), Ok(id));
		wait(1);
		assert_noop!(qualified(policy, 0), Error::<Test>::AttestationExpired);
	});
}

#[test]
fn expiry_between_bid_and_match_is_caught() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (_, id) = attest_whole(1);
		let bid_end = 1_000 + VALIDITY - 50;
		Now::set(bid_end - 10);
		assert_eq!(qualified(policy, bid_end), Ok(id));
		// At the match the result's deadline counts, and 100 ticks.
		let result = bid_end + 100 + 100;
		assert_noop!(qualified(policy, result), Error::<Test>::ExpiresTooSoon);
	});
}

#[test]
fn it_ends_when_intels_dates_do_even_if_the_clock_stands_still() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (_, id) = attest_whole(1);
		UnixNow::set(NOW - 1_000 + MONTH);
		assert_eq!(qualified(policy, 1_001), Ok(id));
		UnixNow::set(NOW - 1_000 + MONTH + 1);
		assert_noop!(qualified(policy, 1_001), Error::<Test>::AttestationExpired);
	});
}

#[test]
fn each_violation_has_its_error() {
	with_collateral(|| {
		let (enclave, id) = (Enclave::new(1), attest(&Enclave::new(1)));
		let policy = set_policy(strict_policy());
		assert_noop!(qualified(policy, 1_001), violation(Violation::GpuMissing));
		assert_eq!(qualified_for(ALICE, policy, Scope::Cpu, 1_001), Ok(id));
		assert_ok!(try_bind(&enclave, id, &Gpu::hopper("gpu 1")));
		assert_eq!(qualified(policy, 1_001), Ok(id));

		assert_noop!(qualified(H256::zero(), 1_001), Error::<Test>::PolicyUnknown);
		assert_noop!(
			qualified_for(BOB, policy, Scope::CpuAndGpu, 1_001),
			Error::<Test>::OwnerChanged
		);
		let with = |change: fn(&mut crate::Policy)| {
			let mut policy = strict_policy();
			change(&mut policy);
			set_policy(policy)
		};
		let unknown = with(|policy| policy.measurements[0].digest = H256::repeat_byte(9));
		assert_noop!(qualified(unknown, 1_001), violation(Violation::MeasurementNotAllowed));
		let stricter = with(|policy| policy.min_evaluation = 8);
		assert_noop!(qualified(stricter, 1_001), violation(Violation::EvaluationTooOld));
		let blind = with(|policy| policy.measurements[0].gpu = crate::GpuCollection::Absent);
		assert_noop!(qualified(blind, 1_001), violation(Violation::GpuNotCollectedLocally));
		// The first policy still holds for who took it.
		assert_eq!(qualified(policy, 1_001), Ok(id));
	});
}

#[test]
fn an_out_of_date_platform_fails_a_strict_policy() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let intel = Intel {
			status: "OutOfDate",
			advisories: vec!["INTEL-SA-00615"],
			issued: NOW - 500,
			..Default::default()
		};
		assert_ok!(put_tcb_info(&intel, TeeKind::Tdx));
		attest_whole(1);
		assert_noop!(qualified(policy, 1_001), violation(Violation::StatusNotAllowed));
		let mut lenient = strict_policy();
		lenient.statuses = vec![crate::TcbStatus::OutOfDate].try_into().unwrap();
		let policy = set_policy(lenient.clone());
		assert_noop!(qualified(policy, 1_001), violation(Violation::AdvisoryNotAllowed));
		lenient.advisories = crate::AdvisoryRule::Only(vec![615].try_into().unwrap());
		let policy = set_policy(lenient);
		assert_eq!(qualified(policy, 1_001), Ok(0));
	});
}

#[test]
fn attesting_again_leaves_no_gap() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (first, old) = attest_whole(1);
		wait(VALIDITY / 2);
		let soon = Now::get() + 1;
		let second = Enclave::new(2);
		let payload = ConfidentialCompute::successor_payload(old, binding(ALICE, DID, &second));
		let succession = Succession { predecessor: old, signature: first.sign(&payload) };
		assert_ok!(try_attest(ALICE, DID, &second, &Platform::tdx(), Some(succession)));
		// Without its GPU the new one does not qualify, and the old one goes on.
		assert_eq!(qualified(policy, soon), Ok(old));
		assert_ok!(try_bind(&second, old + 1, &Gpu::hopper("gpu 1")));
		assert_eq!(qualified(policy, soon), Ok(old + 1));
		// If the new one is revoked, the old one is there again.
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), old + 1));
		assert_eq!(qualified(policy, soon), Ok(old));
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), old));
		assert_noop!(qualified(policy, soon), Error::<Test>::AttestationRevoked);
	});
}

#[test]
fn the_newest_one_says_what_is_missing() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		attest_whole(1);
		wait(VALIDITY - 1);
		attest(&Enclave::new(2));
		wait(1);
		assert_noop!(qualified(policy, Now::get()), violation(Violation::GpuMissing));
	});
}

#[test]
fn keys_are_those_of_the_enclave() {
	with_collateral(|| {
		let (enclave, id) = attest_whole(1);
		type Inspect = ConfidentialCompute;
		let keys = <Inspect as AttestationInspect<AccountId, u32>>::keys;
		assert_eq!(keys(id), Some(enclave.keys));
		assert_eq!(keys(id + 1), None);
	});
}

/// Bonds of bids depend on it.
#[test]
fn only_governance_takes_an_attestation_without_the_owners_doing() {
	let doing = |policy| {
		let (node, scope) = (node(), Scope::CpuAndGpu);
		<ConfidentialCompute as AttestationInspect<_, _>>::qualified(
			&node, &ALICE, &policy, scope, 1_001,
		)
		.unwrap_err()
		.doing
	};
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		assert_eq!(doing(policy), Doing::Owner);
		let (_, first) = attest_whole(1);
		// Nor is it his if the policy is gone.
		assert_eq!(doing(H256::zero()), Doing::Others);
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), first));
		assert_eq!(doing(policy), Doing::Owner);
		// Another one that the owner has, but that does not do, excuses nobody from nothing.
		let enclave = Enclave::new(2);
		attest(&enclave);
		assert_eq!(doing(policy), Doing::Owner);
		let (_, third) = attest_whole(3);
		assert_ok!(ConfidentialCompute::force_revoke(root(), third));
		assert_eq!(doing(policy), Doing::Others);
		// Until it would have ended anyway.
		wait(VALIDITY);
		assert_eq!(doing(policy), Doing::Owner);
	});
}

#[test]
fn results_are_sealed_to_sound_keys_only() {
	let check = <ConfidentialCompute as AttestationInspect<AccountId, u32>>::check_result_key;
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(check(&[9; 32]));
		let mut one = [0; 32];
		assert_noop!(check(&one), Error::<Test>::WeakKey);
		one[0] = 1;
		assert_noop!(check(&one), Error::<Test>::WeakKey);
	});
}
