//! `JobReport::rating`.

use crate::{mock::*, scoring::UNIT, Event, Reputations, SuspensionCause};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::assert_ok;

fn rate(stars: u8, fee_paid: Balance) {
	assert_ok!(Reputation::rating(&JobEnd { fee_paid, ..end(JobOutcome::OnTime) }, stars));
}

#[test]
fn success_stars_order_scores() {
	let after = |stars| {
		let mut result = 0;
		run(|| {
			prove(5);
			rate(stars, TOKEN / 10);
			result = score();
		});
		result
	};
	let scores = [1, 2, 3, 4, 5].map(after);
	assert!(scores.is_sorted_by(|a, b| a < b), "{scores:?}");
}

#[test]
fn success_weighs_by_the_fee_paid() {
	run(|| {
		rate(5, TOKEN / 100);
		assert_eq!(known().evidence.good, UNIT / 101 / 2);
		assert_eq!(known().ratings, 1);
		assert!(events().is_empty());
	});
}

#[test]
fn boundary_one_rating_moves_a_score_by_at_most_100_points() {
	for stars in [1, 5] {
		run(|| {
			rate(stars, Balance::MAX);
			let moved = score().abs_diff(5_000);
			assert!((85..=100).contains(&moved), "{moved}");
			let before = score();
			rate(stars, Balance::MAX);
			assert!(score().abs_diff(before) <= 100);
		});
	}
}

#[test]
fn ratings_without_a_fee_or_with_impossible_stars_change_nothing() {
	run(|| {
		rate(5, 0);
		rate(1, 0);
		rate(0, TOKEN);
		rate(6, TOKEN);
		assert!(!Reputations::<Test>::contains_key(node(0)));
		assert_eq!(score(), 5_000);
	});
}

#[test]
fn ratings_share_the_limit_of_the_window() {
	run(|| {
		for _ in 0..30 {
			let huge = JobEnd { fee_paid: Balance::MAX, ..end(JobOutcome::OnTime) };
			assert_ok!(Reputation::outcome(&huge));
		}
		let before = score();
		rate(5, TOKEN);
		assert_eq!(score(), before);
		rate(1, TOKEN);
		assert!(score() < before);
	});
}

#[test]
fn bad_ratings_alone_suspend_below_the_threshold() {
	run(|| {
		let mut ratings = 0;
		while !registered().suspended {
			rate(1, 1_000 * TOKEN);
			ratings += 1;
		}
		assert!(score() < 2_000);
		// At most a hundred points each.
		assert!(ratings >= 30, "{ratings}");
		assert!(matches!(
			events()[..],
			[Event::NodeSuspended {
				suspension: crate::Suspension { cause: SuspensionCause::Score, .. },
				..
			}]
		));
	});
}
