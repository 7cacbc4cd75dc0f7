use crate::{
	mock::*, AdvisoryRule, AllowedMeasurement, CpuFacts, Error, Event, GlobalPolicy, GpuCollection,
	ModelPolicies, Policies, Policy, TcbStatus, TeeKind, Violation,
};
use ai_compute_primitives::Scope;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn facts() -> CpuFacts {
	CpuFacts {
		tee: TeeKind::Tdx,
		measurement: H256::repeat_byte(1),
		status: TcbStatus::UpToDate,
		evaluation: 7,
		advisories: vec![5, 9].try_into().unwrap(),
		platform: H256::zero(),
		valid_until: 0,
	}
}

fn policy() -> Policy {
	Policy {
		statuses: vec![TcbStatus::UpToDate, TcbStatus::SWHardeningNeeded].try_into().unwrap(),
		advisories: AdvisoryRule::AllBut(Default::default()),
		min_evaluation: 7,
		measurements: vec![
			AllowedMeasurement { digest: H256::repeat_byte(1), gpu: GpuCollection::Local },
			AllowedMeasurement { digest: H256::repeat_byte(2), gpu: GpuCollection::Absent },
		]
		.try_into()
		.unwrap(),
	}
}

fn set(who: AccountId, policy: Policy) -> sp_runtime::DispatchResult {
	ConfidentialCompute::set_model_policy(signed(who), MODEL.to_vec(), policy)
}

fn active() -> Option<H256> {
	ModelPolicies::<Test>::get(did(MODEL).hash())
}

#[test]
fn each_rule_is_checked() {
	let whole = Scope::CpuAndGpu;
	let check = |facts: CpuFacts| policy().check(&facts, 1, whole);
	assert_eq!(check(facts()), Ok(()));
	let unknown = CpuFacts { measurement: H256::repeat_byte(3), ..facts() };
	assert_eq!(check(unknown.clone()), Err(Violation::MeasurementNotAllowed));
	assert_eq!(policy().check(&unknown, 1, Scope::Cpu), Err(Violation::MeasurementNotAllowed));
	for status in [
		TcbStatus::ConfigurationNeeded,
		TcbStatus::ConfigurationAndSWHardeningNeeded,
		TcbStatus::TDRelaunchAdvised,
		TcbStatus::TDRelaunchAdvisedConfigurationNeeded,
		TcbStatus::OutOfDate,
		TcbStatus::OutOfDateConfigurationNeeded,
	] {
		assert_eq!(check(CpuFacts { status, ..facts() }), Err(Violation::StatusNotAllowed));
	}
	assert_eq!(check(CpuFacts { status: TcbStatus::SWHardeningNeeded, ..facts() }), Ok(()));
	assert_eq!(check(CpuFacts { evaluation: 6, ..facts() }), Err(Violation::EvaluationTooOld));
	assert_eq!(check(CpuFacts { evaluation: 8, ..facts() }), Ok(()));

	let with = |advisories| Policy { advisories, ..policy() }.check(&facts(), 1, whole);
	let list = |list: &[u32]| list.to_vec().try_into().unwrap();
	let not_allowed = Err(Violation::AdvisoryNotAllowed);
	assert_eq!(with(AdvisoryRule::AllBut(list(&[4, 6]))), Ok(()));
	assert_eq!(with(AdvisoryRule::AllBut(list(&[9]))), not_allowed);
	assert_eq!(with(AdvisoryRule::Only(list(&[5, 6, 9]))), Ok(()));
	assert_eq!(with(AdvisoryRule::Only(list(&[5]))), not_allowed);
	assert_eq!(with(AdvisoryRule::Only(list(&[]))), not_allowed);
}

#[test]
fn gpus_count_only_if_the_measured_code_asks_them_itself() {
	let blind = CpuFacts { measurement: H256::repeat_byte(2), ..facts() };
	let check = |facts: &CpuFacts, gpus, scope| policy().check(facts, gpus, scope);
	assert_eq!(check(&blind, 1, Scope::CpuAndGpu), Err(Violation::GpuNotCollectedLocally));
	assert_eq!(check(&blind, 0, Scope::Cpu), Ok(()));
	assert_eq!(check(&facts(), 0, Scope::CpuAndGpu), Err(Violation::GpuMissing));
	assert_eq!(check(&facts(), 0, Scope::Cpu), Ok(()));
	assert_eq!(check(&facts(), 8, Scope::CpuAndGpu), Ok(()));
}

#[test]
fn order_makes_no_difference_and_doubles_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut turned = policy();
		turned.statuses = turned.statuses.into_iter().rev().collect::<Vec<_>>().try_into().unwrap();
		turned.measurements =
			turned.measurements.into_iter().rev().collect::<Vec<_>>().try_into().unwrap();
		assert_eq!(turned.clone().canonical(), policy().canonical());
		assert_ok!(set(CAROL, turned));
		assert_eq!(active(), Some(policy().hash(Some(&did(MODEL).hash()))));

		let change = |how: fn(&mut Policy)| {
			let mut policy = policy();
			how(&mut policy);
			policy
		};
		let double = |list: &mut Policy| {
			let first = list.measurements[0];
			// The same code cannot both ask and not ask.
			list.measurements[1] = AllowedMeasurement { gpu: GpuCollection::Absent, ..first };
		};
		for bad in [
			change(|policy| policy.statuses = Default::default()),
			change(|policy| policy.measurements = Default::default()),
			change(|policy| policy.statuses[1] = policy.statuses[0]),
			change(double),
			change(|policy| policy.advisories = AdvisoryRule::Only(vec![3, 3].try_into().unwrap())),
		] {
			assert_noop!(set(CAROL, bad.clone()), Error::<Test>::InvalidPolicy);
			assert_noop!(
				ConfidentialCompute::set_global_policy(root(), Some(bad)),
				Error::<Test>::InvalidPolicy
			);
		}
	});
}

#[test]
fn a_models_owner_sets_and_pays() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(set(ALICE, policy()), Error::<Test>::NotAuthorized);
		assert_noop!(
			ConfidentialCompute::set_model_policy(
				signed(CAROL),
				b"did:etrid:ai:llm:none".to_vec(),
				policy()
			),
			Error::<Test>::NotAuthorized
		);
		assert_noop!(
			ConfidentialCompute::set_model_policy(signed(CAROL), b"x".to_vec(), policy()),
			Error::<Test>::InvalidDid(ai_compute_primitives::DidError::Malformed)
		);
		assert_ok!(set(CAROL, policy()));
		let deposit = ConfidentialCompute::policy_deposit(&policy());
		let hash = active().unwrap();
		assert!(deposit > 256);
		assert_eq!(held(CAROL), deposit);
		assert_eq!(
			events(),
			[Event::ModelPolicySet { model: did(MODEL), policy: hash, who: CAROL, deposit }]
		);
		assert_noop!(set(CAROL, policy()), Error::<Test>::Unchanged);
		ModelOwners::set([(did(MODEL), PAUPER)].into());
		assert_noop!(set(PAUPER, strict_policy()), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn a_replaced_policy_stays_until_no_job_can_need_it() {
	with_collateral(|| {
		assert_ok!(set(CAROL, policy()));
		let old = active().unwrap();
		assert_noop!(ConfidentialCompute::release_policy(signed(BOB), old), Error::<Test>::InUse);
		assert_ok!(set(CAROL, strict_policy()));
		let new = active().unwrap();
		assert_ne!(old, new);
		assert_eq!(Policies::<Test>::get(old).unwrap().retired_at, Some(1_000));
		let both = ConfidentialCompute::policy_deposit(&policy())
			+ ConfidentialCompute::policy_deposit(&strict_policy());
		assert_eq!(held(CAROL), both);
		let release = || ConfidentialCompute::release_policy(signed(BOB), old);
		wait(RETENTION - 1);
		assert_noop!(release(), Error::<Test>::TooEarly);
		wait(1);
		System::reset_events();
		assert_ok!(release());
		assert_eq!(events(), [Event::PolicyReleased { policy: old }]);
		assert_eq!(held(CAROL), ConfidentialCompute::policy_deposit(&strict_policy()));
		assert_noop!(release(), Error::<Test>::NotFound);
	});
}

#[test]
fn a_policy_that_comes_back_is_in_force_again() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(CAROL, policy()));
		let first = active().unwrap();
		assert_ok!(set(CAROL, strict_policy()));
		assert_ok!(set(CAROL, policy()));
		assert_eq!(active(), Some(first));
		assert_eq!(Policies::<Test>::get(first).unwrap().retired_at, None);
		assert_eq!(Policies::<Test>::iter().count(), 2);
		let both = ConfidentialCompute::policy_deposit(&policy())
			+ ConfidentialCompute::policy_deposit(&strict_policy());
		assert_eq!(held(CAROL), both);
	});
}

#[test]
fn deposits_follow_the_model_into_other_hands() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(CAROL, policy()));
		let deposit = held(CAROL);
		ModelOwners::set([(did(MODEL), BOB)].into());
		// The new owner takes the policy over as it is.
		assert_ok!(set(BOB, policy()));
		assert_eq!((held(CAROL), held(BOB)), (0, deposit));
		assert_noop!(set(BOB, policy()), Error::<Test>::Unchanged);
		assert_noop!(set(CAROL, strict_policy()), Error::<Test>::NotAuthorized);

		// Or else the former one takes it back.
		ModelOwners::set([(did(MODEL), ALICE)].into());
		let clear = |who| ConfidentialCompute::clear_model_policy(signed(who), MODEL.to_vec());
		assert_noop!(clear(CAROL), Error::<Test>::NotAuthorized);
		assert_ok!(clear(BOB));
		assert_eq!(active(), None);
		assert_noop!(clear(ALICE), Error::<Test>::NotFound);
		wait(RETENTION);
		let hash = policy().hash(Some(&did(MODEL).hash()));
		assert_ok!(ConfidentialCompute::release_policy(signed(PAUPER), hash));
		assert_eq!(held(BOB), 0);
		assert_eq!(Policies::<Test>::iter().count(), 0);
	});
}

#[test]
fn models_without_one_take_the_global_policy() {
	ExtBuilder::default().build_and_execute(|| {
		let model = did(MODEL);
		let of_model = || ConfidentialCompute::active_policy(&model);
		assert_eq!(of_model(), None);
		assert_ok!(ConfidentialCompute::set_global_policy(root(), Some(policy())));
		let global = policy().hash(None);
		assert_eq!((of_model(), GlobalPolicy::<Test>::get()), (Some(global), Some(global)));
		assert_noop!(
			ConfidentialCompute::set_global_policy(root(), Some(policy())),
			Error::<Test>::Unchanged
		);
		// The same words for one model are another policy.
		assert_ok!(set(CAROL, policy()));
		assert_ne!(of_model(), Some(global));
		assert_ok!(ConfidentialCompute::clear_model_policy(signed(CAROL), MODEL.to_vec()));
		assert_eq!(of_model(), Some(global));

		assert_ok!(ConfidentialCompute::set_global_policy(root(), Some(strict_policy())));
		assert_eq!(of_model(), Some(strict_policy().hash(None)));
		assert_ok!(ConfidentialCompute::set_global_policy(root(), None));
		assert_eq!(of_model(), None);
		assert_noop!(
			ConfidentialCompute::set_global_policy(root(), None),
			Error::<Test>::Unchanged
		);
		// Jobs still find what they are held to.
		assert!(Policies::<Test>::contains_key(global));
		wait(RETENTION);
		assert_ok!(ConfidentialCompute::release_policy(signed(BOB), global));
	});
}

#[test]
fn a_failed_change_changes_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(CAROL, policy()));
		// Somebody who cannot pay adopts nothing, and the payer's money stays where it is.
		ModelOwners::set([(did(MODEL), PAUPER)].into());
		assert_noop!(set(PAUPER, policy()), Error::<Test>::InsufficientBalance);
		assert!(held(CAROL) > 0);
	});
}
