//! View functions.

use crate::{mock::*, scoring::UNIT, SlashAction};
use ai_compute_primitives::{JobOutcome, JobReport};
use frame_support::assert_ok;

#[test]
fn score_of_a_node_that_nobody_knows() {
	run(|| {
		let view = Reputation::score_of(did(0)).unwrap();
		assert_eq!((view.good, view.bad, view.ratings, view.violations), (0, 0, 0, 0));
		assert_eq!((view.mean, view.score, view.stored_score), (5_000, 5_000, 5_000));
		assert_eq!(view.lower_bound, 3_492);
		assert_eq!((view.violation_limit, view.room), (10, 20 * UNIT));
		assert_eq!(Reputation::score_of(b"node".to_vec()), None);
	});
}

#[test]
fn score_of_shows_parts_as_of_now() {
	run(|| {
		report(JobOutcome::OnTime);
		report(JobOutcome::NoShow);
		assert_ok!(Reputation::rating(&end(JobOutcome::OnTime), 5));
		let before = Reputation::score_of(did(0)).unwrap();
		assert_eq!(before.score, score());
		assert_eq!((before.violations, before.ratings), (2, 1));
		assert!(before.mean > before.lower_bound);
		wait(HALF_LIFE);
		let after = Reputation::score_of(did(0)).unwrap();
		assert_eq!(after.good, before.good / 2);
		assert_eq!(after.stored_score, before.score);
		assert!(after.score > before.score);
		assert_eq!(after.violations, 0);
	});
}

#[test]
fn slash_of_says_what_can_be_done() {
	run(|| {
		let action = |slash_id| Reputation::slash_of(slash_id).map(|view| view.action);
		let slash_id = no_show();
		assert_eq!(action(slash_id), Some(SlashAction::Appeal(1_000 + DAY)));
		let other = no_show();
		assert_ok!(Reputation::appeal_slash(signed(OWNER), slash_id));
		assert_eq!(action(slash_id), Some(SlashAction::Resolve(1_000 + ARBITRATION)));
		wait(DAY);
		assert_eq!(action(other), Some(SlashAction::Release));
		assert_ok!(Reputation::release_slash(signed(STRANGER), other));
		assert_eq!(action(other), None);
		wait(ARBITRATION);
		assert_eq!(action(slash_id), Some(SlashAction::Release));
	});
}

#[test]
fn suspension_of_says_nothing_about_sound_nodes() {
	run(|| {
		assert_eq!(Reputation::suspension_of(did(0)), None);
		assert_eq!(Reputation::suspension_of(b"node".to_vec()), None);
		assert_eq!(Reputation::held_slashes_account(), Reputation::pot());
	});
}

#[test]
fn held_slashes_are_walked_from_any_number_on() {
	run(|| {
		let held: Vec<_> = (0..5).map(|_| no_show()).collect();
		let from = |after| Reputation::slashes_after(after).map(|(id, _)| id).collect::<Vec<_>>();
		let all = from(None);
		let mut sorted = all.clone();
		sorted.sort();
		assert_eq!(sorted, held);
		for (at, slash_id) in all.iter().enumerate() {
			assert_eq!(from(Some(*slash_id)), all[at + 1..]);
		}
		// One that was released meanwhile still marks its place.
		wait(DAY);
		assert_ok!(Reputation::release_slash(signed(STRANGER), all[1]));
		assert_eq!(from(Some(all[1])), all[2..]);
		let (_, slash) = Reputation::slashes_after(None).next().unwrap();
		assert_eq!(Reputation::slash_of(all[0]), Some(Reputation::view_of(slash)));
	});
}
