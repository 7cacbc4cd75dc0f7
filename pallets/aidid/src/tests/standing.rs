//! Rights of the parties of paid jobs: `record_inference`, `submit_rating`, `reap_rights`.

use crate::{mock::*, *};
use ai_compute_primitives::{Did, ModelUsage};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn record(who: AccountId, did_hash: AIKey, success: bool) -> DispatchResult {
	Aidid::record_inference(signed(who), did_hash, success)
}

fn rate(who: AccountId, did_hash: AIKey, rating: u32) -> DispatchResult {
	Aidid::submit_rating(signed(who), did_hash, rating)
}

fn rights(did_hash: AIKey, who: AccountId) -> Option<(u32, u32, u32)> {
	Rights::<Test>::get(did_hash, who).map(|r| (r.inferences, r.ratings, r.lapses_at))
}

#[test]
fn a_settled_job_gives_each_party_its_right() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, MINIMUM_PAID);
		assert_eq!(rights(did_hash, BOB), Some((0, 1, 1_000 + PERIOD)));
		assert_eq!(rights(did_hash, CAROL), Some((1, 0, 1_000 + PERIOD)));
		assert_eq!(Rights::<Test>::iter().count(), 2);
	});
}

#[test]
fn a_job_that_is_only_opened_or_closed_gives_none() {
	with_ai(|_| {
		Aidid::job_opened(&did(AI));
		Aidid::job_closed(&did(AI));
		assert_eq!(Rights::<Test>::iter().count(), 0);
	});
}

#[test]
fn boundary_a_job_below_the_minimum_gives_none() {
	with_ai(|_| {
		settle(BOB, CAROL, MINIMUM_PAID - 1);
		assert_eq!(Rights::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_job_with_oneself_gives_none() {
	with_ai(|_| {
		settle(BOB, BOB, 1_000);
		settle(ALICE, ALICE, 1_000);
		assert_eq!(Rights::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_controller_earns_nothing_and_buys_nobody_a_voice() {
	with_ai(|did_hash| {
		settle(ALICE, CAROL, 1_000);
		assert_eq!(Rights::<Test>::iter().count(), 0);
		settle(BOB, ALICE, 1_000);
		assert_eq!(rights(did_hash, ALICE), None);
		assert_eq!(rights(did_hash, BOB), Some((0, 1, 1_000 + PERIOD)));
	});
}

#[test]
fn a_job_for_something_unregistered_gives_none() {
	with_ai(|_| {
		let settle = |did: &Did| Aidid::job_settled(did, &BOB, &CAROL, 1, 1_000, 0);
		settle(&did(OTHER_AI));
		settle(&Did::parse("did:etrid:ai:vision:llama-3").unwrap());
		settle(&Did::parse("did:etrid:gpu:llama-3").unwrap());
		assert_eq!(Rights::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_job_of_a_deactivated_ai_still_gives_rights() {
	with_ai(|did_hash| {
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		settle(BOB, CAROL, 1_000);
		assert_eq!(Rights::<Test>::iter().count(), 2);
	});
}

#[test]
fn one_account_counts_both_roles_in_one_entry() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		settle(CAROL, BOB, 1_000);
		settle(CAROL, BOB, 1_000);
		assert_eq!(rights(did_hash, BOB), Some((2, 1, 1_000 + PERIOD)));
		assert_eq!(rights(did_hash, CAROL), Some((1, 2, 1_000 + PERIOD)));
	});
}

#[test]
fn record_uses_a_right_and_counts() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		settle(BOB, CAROL, 1_000);
		assert_ok!(record(CAROL, did_hash, true));
		assert_eq!(rights(did_hash, CAROL), Some((1, 0, 1_000 + PERIOD)));
		assert_ok!(record(CAROL, did_hash, false));
		assert_eq!(rights(did_hash, CAROL), None);
		let reputation = AIReputation::<Test>::get(did_hash);
		assert_eq!(
			(
				reputation.total_inferences,
				reputation.successful_inferences,
				reputation.failed_inferences
			),
			(2, 1, 1)
		);
		assert_eq!(
			events(),
			vec![
				Event::InferenceRecorded { did_hash, success: true, provider: CAROL },
				Event::InferenceRecorded { did_hash, success: false, provider: CAROL },
			]
		);
		assert_noop!(record(CAROL, did_hash, true), Error::<Test>::NoRight);
	});
}

#[test]
fn rating_uses_a_right_and_counts() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		settle(BOB, CAROL, 1_000);
		assert_ok!(rate(BOB, did_hash, 10_000));
		assert_ok!(rate(BOB, did_hash, 5_000));
		let reputation = AIReputation::<Test>::get(did_hash);
		assert_eq!((reputation.user_rating, reputation.rating_count), (7_500, 2));
		assert_eq!(rights(did_hash, BOB), None);
		assert_eq!(
			events(),
			vec![
				Event::RatingSubmitted { did_hash, rating: 10_000, requester: BOB },
				Event::RatingSubmitted { did_hash, rating: 5_000, requester: BOB },
			]
		);
		assert_noop!(rate(BOB, did_hash, 1), Error::<Test>::NoRight);
	});
}

#[test]
fn strangers_and_the_wrong_party_have_no_voice() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		for who in [ALICE, PAUPER] {
			assert_noop!(record(who, did_hash, true), Error::<Test>::NoRight);
			assert_noop!(rate(who, did_hash, 1), Error::<Test>::NoRight);
		}
		assert_noop!(record(BOB, did_hash, true), Error::<Test>::NoRight);
		assert_noop!(rate(CAROL, did_hash, 1), Error::<Test>::NoRight);
	});
}

#[test]
fn a_right_belongs_to_one_ai() {
	with_ai(|_| {
		assert_ok!(register(ALICE, OTHER_AI));
		settle(BOB, CAROL, 1_000);
		assert_noop!(rate(BOB, key(OTHER_AI), 1), Error::<Test>::NoRight);
		assert_noop!(rate(BOB, key(b"nobody"), 1), Error::<Test>::AINotFound);
		assert_noop!(record(CAROL, key(b"nobody"), true), Error::<Test>::AINotFound);
	});
}

#[test]
fn boundary_ratings_go_to_10_000() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		assert_noop!(rate(BOB, did_hash, 10_001), Error::<Test>::InvalidRating);
		assert_ok!(rate(BOB, did_hash, 10_000));
	});
}

#[test]
fn a_deactivated_ai_is_rated_but_not_recorded() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_noop!(record(CAROL, did_hash, true), Error::<Test>::AIDeactivated);
		assert_ok!(rate(BOB, did_hash, 0));
		assert_ok!(Aidid::reactivate_ai(signed(ALICE), did_hash));
		assert_ok!(record(CAROL, did_hash, true));
	});
}

#[test]
fn boundary_rights_lapse_at_their_tick() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		Now::set(1_000 + PERIOD - 1);
		assert_noop!(Aidid::reap_rights(signed(PAUPER), did_hash, BOB), Error::<Test>::TooEarly);
		assert_ok!(rate(BOB, did_hash, 1));
		Now::set(1_000 + PERIOD);
		assert_noop!(record(CAROL, did_hash, true), Error::<Test>::RightsLapsed);
		System::reset_events();
		assert_ok!(Aidid::reap_rights(signed(PAUPER), did_hash, CAROL));
		assert_eq!(events(), vec![Event::RightsReaped { did_hash, account: CAROL }]);
		assert_eq!(Rights::<Test>::iter().count(), 0);
		assert_noop!(Aidid::reap_rights(signed(PAUPER), did_hash, CAROL), Error::<Test>::NoRight);
	});
}

#[test]
fn a_further_job_puts_the_lapse_off() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		Now::set(1_000 + PERIOD - 1);
		settle(BOB, CAROL, 1_000);
		assert_eq!(rights(did_hash, BOB), Some((0, 2, 999 + 2 * PERIOD)));
	});
}

#[test]
fn a_job_after_the_lapse_starts_anew() {
	with_ai(|did_hash| {
		settle(BOB, CAROL, 1_000);
		settle(BOB, CAROL, 1_000);
		Now::set(1_000 + PERIOD);
		settle(BOB, CAROL, 1_000);
		assert_eq!(rights(did_hash, BOB), Some((0, 1, 1_000 + 2 * PERIOD)));
		assert_eq!(rights(did_hash, CAROL), Some((1, 0, 1_000 + 2 * PERIOD)));
	});
}

#[test]
fn full_counters_never_fail_a_settlement() {
	with_ai(|did_hash| {
		let full = JobRights { inferences: u32::MAX, ratings: u32::MAX, lapses_at: u32::MAX };
		Rights::<Test>::insert(did_hash, BOB, full);
		Rights::<Test>::insert(did_hash, CAROL, full);
		Now::set(u32::MAX - 1);
		settle(BOB, CAROL, Balance::MAX);
		assert_eq!(rights(did_hash, BOB), Some((u32::MAX, u32::MAX, u32::MAX)));
	});
}
