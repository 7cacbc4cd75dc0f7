use crate::{mock::*, *};
use ai_compute_primitives::{Did, DidAuthority};
use frame_support::assert_ok;

#[test]
fn status_follows_the_life_of_an_ai() {
	with_ai(|did_hash| {
		assert_eq!(Aidid::did_hash(AIType::LLM, AI.to_vec()), did_hash);
		assert_eq!(Aidid::did(did_hash), Some(did(AI)));
		assert_eq!(Aidid::did(key(OTHER_AI)), None);
		assert_eq!(Aidid::ai_status(key(OTHER_AI)), AIStatus::Unregistered);
		assert_eq!(Aidid::ai_status(did_hash), AIStatus::Active { controller: ALICE });
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_eq!(Aidid::ai_status(did_hash), AIStatus::Deactivated { controller: ALICE });
	});
}

#[test]
fn nobody_controls_another_type_another_name_or_another_kind() {
	with_ai(|_| {
		for other in ["did:etrid:ai:vision:llama-3", "did:etrid:ai:llm:x", "did:etrid:gpu:x"] {
			assert_eq!(Aidid::controller(&Did::parse(other).unwrap()), None);
		}
	});
}

#[test]
fn rights_read_as_gone_once_they_have_lapsed() {
	with_ai(|did_hash| {
		assert_eq!(Aidid::job_rights(did_hash, BOB), None);
		settle(BOB, CAROL, 1_000);
		let rights = JobRights { inferences: 0, ratings: 1, lapses_at: 1_000 + PERIOD };
		assert_eq!(Aidid::job_rights(did_hash, BOB), Some(rights));
		Now::set(1_000 + PERIOD);
		assert_eq!(Aidid::job_rights(did_hash, BOB), None);
	});
}

#[test]
fn reputation_starts_in_the_middle_and_belongs_to_registered_ais() {
	with_ai(|did_hash| {
		assert_eq!(Aidid::reputation(key(OTHER_AI)), None);
		assert_eq!(Aidid::reputation(did_hash), Some(Reputation::default()));
		settle(BOB, CAROL, 1_000);
		assert_ok!(Aidid::submit_rating(signed(BOB), did_hash, 10_000));
		// (10 000 + 10 000) / 3 = 6 666, with the untouched 5 000 of the inferences.
		assert_eq!(Aidid::reputation(did_hash).unwrap().score, 5_833);
	});
}
