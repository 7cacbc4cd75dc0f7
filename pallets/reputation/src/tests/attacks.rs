//! What somebody might try, and what it costs him. Listed in `docs/reputation.md`.

use crate::{mock::*, NextSlashId, Ruling};
use ai_compute_primitives::{JobEnd, JobOutcome, JobReport};
use frame_support::assert_ok;

/// Pays a fee of `fee` for a delivered job of node 0.
fn pay(fee: Balance) {
	assert_ok!(Reputation::outcome(&JobEnd { fee_paid: fee, ..end(JobOutcome::OnTime) }));
}

#[test]
fn buying_a_score_costs_real_fees_and_days() {
	// However the fees are cut, a good score costs at least 45 times the fee of half an outcome, and
	// the limit of the window makes it take days.
	for fee in [TOKEN / 5, TOKEN, 20 * TOKEN] {
		run(|| {
			let (mut paid, mut days) = (0, 0);
			while score() < 9_000 {
				if Reputation::score_of(did(0)).unwrap().room == 0 {
					wait(2 * DAY);
					days += 2;
				}
				pay(fee);
				paid += fee;
			}
			assert!(paid >= 45 * TOKEN, "{paid} with fees of {fee}");
			assert!(days >= 4, "{days} with fees of {fee}");
		});
	}
}

#[test]
fn jobs_without_a_fee_buy_nothing() {
	run(|| {
		for _ in 0..1_000 {
			pay(0);
			assert_ok!(Reputation::rating(&JobEnd { fee_paid: 0, ..end(JobOutcome::OnTime) }, 5));
		}
		assert_eq!(score(), 5_000);
	});
}

#[test]
fn a_bought_score_fades() {
	run(|| {
		prove(50);
		let bought = score();
		for _ in 0..4 {
			wait(HALF_LIFE);
		}
		assert_ok!(Reputation::refresh_score(signed(STRANGER), did(0)));
		assert!(score() < 6_500 && bought > 9_000);
	});
}

#[test]
fn a_staged_loss_costs_at_least_half_of_it() {
	use JobOutcome::*;
	for outcome in [Late, Abandoned, NoShow, TimedOut, Unanswered, LostDispute] {
		for at_risk in [1, 1_000, TOKEN, 150 * TOKEN, 1_900 * TOKEN] {
			run(|| {
				let before = registered().stake + free(REQUESTER);
				assert_ok!(Reputation::outcome(&JobEnd { at_risk, ..end(outcome) }));
				let taken = 2 * STAKE - registered().stake;
				wait(DAY);
				if NextSlashId::<Test>::get() > 0 {
					assert_ok!(Reputation::release_slash(signed(STRANGER), 0));
				}
				let after = registered().stake + free(REQUESTER);
				assert!(before - after >= taken / 2, "{outcome:?} {at_risk}");
				assert!(free(REQUESTER) - START_BALANCE <= at_risk / 10);
			});
		}
	}
}

#[test]
fn a_new_name_ranks_below_half_proven_ones_and_above_bad_ones() {
	run(|| {
		for _ in 0..100 {
			prove(1);
			let halfway = JobEnd { at_risk: 1_000_000 * TOKEN, ..end(JobOutcome::Abandoned) };
			Parameters::mutate(|p| p.violation_limit = 1_000);
			assert_ok!(Reputation::outcome(&halfway));
		}
		let view = Reputation::score_of(did(0)).unwrap();
		assert!(view.mean.abs_diff(5_000) <= 2, "{}", view.mean);
		assert!(view.score > Reputation::score_of(did(1)).unwrap().score + 500);
		// Who throws a bad name away starts at the initial score, no better.
		report(JobOutcome::LostDispute);
		assert_eq!(Reputation::score_of(did(1)).unwrap().score, 5_000);
	});
}

type Parameters = crate::Parameters<Test>;

#[test]
fn an_appeal_wins_nothing_by_silence_or_rejection() {
	for ruling in [None, Some(Ruling::Uphold)] {
		run(|| {
			let slash_id = appealed();
			match ruling {
				Some(ruling) => {
					assert_ok!(Reputation::resolve_appeal(signed(ARBITER), slash_id, ruling));
					assert_eq!(free(OWNER), START_BALANCE - 10 * TOKEN);
				}
				None => {
					wait(ARBITRATION);
					assert_ok!(Reputation::release_slash(signed(STRANGER), slash_id));
					assert_eq!(free(OWNER), START_BALANCE);
				}
			}
			assert_eq!(registered().stake, 2 * STAKE - SLASH);
			assert_eq!(free(REQUESTER), START_BALANCE + 20 * TOKEN);
			assert_eq!(known().window.violations.current, 2);
		});
	}
}

#[test]
fn leaving_before_the_slash_is_final_saves_nothing() {
	run(|| {
		let slash_id = no_show();
		change_node(0, |node| {
			node.registered = false;
			node.stake = 0;
		});
		wait(DAY);
		assert_ok!(Reputation::release_slash(signed(STRANGER), slash_id));
		assert_eq!(free(TREASURY), START_BALANCE + 80 * TOKEN);
	});
}

#[test]
fn spreading_faults_over_the_end_of_a_bucket_gains_nothing() {
	// Whatever the offset in the bucket, five no-shows within a tick suspend.
	for offset in [0, 1, DAY / 2, DAY - 1, DAY, DAY + 1] {
		run(|| {
			prove(100);
			report(JobOutcome::Returned);
			wait(offset);
			no_show();
			no_show();
			wait(1);
			no_show();
			no_show();
			assert!(!registered().suspended, "{offset}");
			no_show();
			assert!(registered().suspended, "{offset}");
		});
	}
}

#[test]
fn tearing_down_a_good_node_by_ratings_takes_many_paid_jobs() {
	run(|| {
		prove(100);
		for _ in 0..400 {
			// Each rating needs a job that the node was paid for.
			pay(TOKEN);
			assert_ok!(Reputation::rating(&end(JobOutcome::OnTime), 1));
		}
		// Even here, where the window's limit keeps the work itself from counting for the node.
		assert!(score() > 5_500, "{}", score());
		assert!(!registered().suspended);
	});
}

#[test]
fn tiny_jobs_cannot_be_failed_for_free() {
	run(|| {
		for n in 1..=5 {
			assert!(!registered().suspended);
			assert_ok!(Reputation::outcome(&JobEnd { at_risk: 1, ..end(JobOutcome::NoShow) }));
			assert_eq!(registered().stake, 2 * STAKE - n);
		}
		assert!(registered().suspended);
	});
}
