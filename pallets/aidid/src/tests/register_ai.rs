use crate::{mock::*, *};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn with_profile(change: impl FnOnce(&mut AIProfile)) -> sp_runtime::DispatchResult {
	let mut profile = profile(AIType::LLM);
	change(&mut profile);
	Aidid::register_ai(signed(ALICE), AI.to_vec(), AIType::LLM, profile.into())
}

#[test]
fn register_stores_records_and_holds_the_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(register(ALICE, AI));
		let did_hash = key(AI);
		let size = AI.to_vec().encoded_size() + profile(AIType::LLM).encoded_size() + 2;
		let deposit = DEPOSIT + BYTE * size as Balance;
		assert_eq!(
			AIIdentities::<Test>::get(did_hash),
			Some(AIIdentity {
				identifier: bytes(AI),
				ai_type: AIType::LLM,
				controller: ALICE,
				profile: profile(AIType::LLM),
				attestation: None,
				pricing: None,
				registered_at: 1_000,
				updated_at: 1_000,
				active: true,
				deposit,
			})
		);
		assert_eq!(
			AIControl::<Test>::get(did_hash),
			Some(Control { controller: ALICE, active: true, permissions: 0 })
		);
		assert_eq!(ControllerAIs::<Test>::get(ALICE).into_inner(), vec![did_hash]);
		assert_eq!(TotalAIs::<Test>::get(), 1);
		assert_eq!(
			(held(ALICE), Balances::free_balance(ALICE)),
			(deposit, START_BALANCE - deposit)
		);
		assert_eq!(
			events(),
			vec![Event::AIRegistered {
				did_hash,
				controller: ALICE,
				ai_type: AIType::LLM,
				did: did(AI)
			}]
		);
	});
}

#[test]
fn one_identifier_serves_each_type_once() {
	ExtBuilder.build_and_execute(|| {
		for ai_type in [AIType::LLM, AIType::Vision, AIType::Ensemble] {
			let call =
				|| Aidid::register_ai(signed(ALICE), AI.to_vec(), ai_type, profile(ai_type).into());
			assert_ok!(call());
			assert_noop!(call(), Error::<Test>::AIAlreadyExists);
		}
	});
}

#[test]
fn register_fails_for_a_taken_name_by_controller_and_stranger() {
	with_ai(|did_hash| {
		assert_noop!(register(ALICE, AI), Error::<Test>::AIAlreadyExists);
		assert_noop!(register(BOB, AI), Error::<Test>::AIAlreadyExists);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_noop!(register(BOB, AI), Error::<Test>::AIAlreadyExists);
	});
}

#[test]
fn register_fails_where_types_differ() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(
			Aidid::register_ai(
				signed(ALICE),
				AI.to_vec(),
				AIType::Vision,
				profile(AIType::LLM).into()
			),
			Error::<Test>::AITypeMismatch
		);
	});
}

#[test]
fn boundary_identifiers_make_dids() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(register(ALICE, &[b'x'; 65]), Error::<Test>::IdentifierTooLong);
		for bad in [&b""[..], b"a:b", b"a b", b"a/b", b"\xc3\xa9", b"a\0"] {
			assert_noop!(register(ALICE, bad), Error::<Test>::InvalidIdentifier);
		}
		assert_ok!(register(ALICE, &[b'x'; 64]));
		assert_ok!(register(ALICE, b"Az.09_-"));
	});
}

#[test]
fn register_fails_for_incomplete_profiles() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(with_profile(|p| p.capabilities.tasks.clear()), Error::<Test>::NoCapabilities);
		assert_noop!(
			with_profile(|p| p.capabilities.input_modalities.clear()),
			Error::<Test>::NoModalities
		);
		assert_noop!(
			with_profile(|p| p.capabilities.output_modalities.clear()),
			Error::<Test>::NoModalities
		);
		assert_noop!(
			with_profile(|p| p.capabilities.max_context = Some(0)),
			Error::<Test>::InvalidContextSize
		);
		assert_noop!(
			with_profile(|p| p.capabilities.max_output = Some(0)),
			Error::<Test>::InvalidContextSize
		);
		assert_noop!(
			with_profile(|p| p.safety.toxicity_score = 10_001),
			Error::<Test>::InvalidToxicityScore
		);
		assert_noop!(
			with_profile(|p| p.safety.alignment_method.clear()),
			Error::<Test>::AlignmentMethodRequired
		);
		assert_noop!(with_profile(|p| p.version.clear()), Error::<Test>::VersionRequired);
	});
}

#[test]
fn boundary_register_takes_what_is_just_allowed() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(with_profile(|p| {
			p.safety.toxicity_score = 10_000;
			p.capabilities.max_context = None;
			p.capabilities.max_output = Some(1);
			p.capabilities.languages.clear();
			p.architecture.clear();
			p.parameters.clear();
		}));
	});
}

#[test]
fn register_fails_without_the_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(register(PAUPER, AI), Error::<Test>::InsufficientDeposit);
	});
}

#[test]
fn boundary_register_fills_a_controllers_list_exactly() {
	ExtBuilder.build_and_execute(|| {
		for n in 0..MAX_AIS {
			assert_ok!(register(ALICE, format!("ai-{n}").as_bytes()));
		}
		assert_noop!(register(ALICE, AI), Error::<Test>::TooManyAIs);
		assert_ok!(register(BOB, AI));
	});
}

#[test]
fn register_fails_for_unsigned_origins() {
	ExtBuilder.build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Aidid::register_ai(origin, AI.to_vec(), AIType::LLM, profile(AIType::LLM).into()),
				DispatchError::BadOrigin
			);
		}
	});
}
