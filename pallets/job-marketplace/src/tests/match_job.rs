use super::*;

fn match_by_anyone(job_id: u64) -> Result<(), DispatchError> {
	plain(Market::match_job(signed(STRANGER), job_id))
}

fn standing(job_id: u64, n: u8) -> BidStanding {
	JobBids::<Test>::get(job_id, did(n).hash()).unwrap().standing
}

/// Nodes 0, 1 and 2 lead in this order.
fn three_bids() -> u64 {
	let job_id = submit();
	for n in 0..3u8 {
		assert_ok!(bid(job_id, n, PRICE + PRICE / 10 * Balance::from(n)));
	}
	job_id
}

#[test]
fn success_takes_the_best_leader() {
	run(|| {
		let job_id = three_bids();
		go_to(1_010);
		take_events();
		assert_ok!(match_by_anyone(job_id));
		let job = job(job_id);
		assert_eq!((job.status, job.deadline), (JobStatus::Assigned, 1_030));
		assert_eq!(job.assignment.unwrap().owner, owner(0));
		assert_eq!(free(&owner(0)), ENDOWMENT);
		assert_eq!(take_events().len(), 1);
	});
}

#[test]
fn success_equal_scores_go_to_the_earlier_bid() {
	run(|| {
		let job_id = submit();
		for n in [4, 2, 0] {
			assert_ok!(bid(job_id, n, PRICE));
		}
		go_to(1_010);
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(4));
	});
}

#[test]
fn success_strikes_ineligible_leaders_before_the_winner() {
	run(|| {
		let job_id = three_bids();
		change_node(0, |node| node.status = NodeStatus::Inactive);
		change_node(1, |node| node.status = NodeStatus::Suspended);
		go_to(1_010);
		take_events();
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(2));
		assert_eq!(standing(job_id, 0), BidStanding::Forfeited);
		assert_eq!(standing(job_id, 1), BidStanding::Struck);
		assert_eq!((node(0).open_bids, node(1).open_bids), (0, 0));
		assert!(!BidBooks::<Test>::contains_key(job_id));
		let struck = |n, reason, standing| Event::BidStruck {
			job_id,
			gpu_did: did(n),
			bidder: owner(n),
			reason,
			standing,
		};
		assert_eq!(
			take_events()[..2],
			[
				struck(0, Ineligible::Inactive, BidStanding::Forfeited),
				struck(1, Ineligible::Suspended, BidStanding::Struck)
			]
		);
		// The bonds move when the bids are cleared away.
		assert_ok!(Market::start_job(signed(owner(2)), job_id));
		for n in 0..2 {
			assert_ok!(Market::withdraw_bid(signed(STRANGER), job_id, did_bytes(n)));
		}
		assert_eq!(free(&TREASURY), ED + BOND);
		assert_eq!((free(&owner(0)), free(&owner(1))), (ENDOWMENT - BOND, ENDOWMENT));
	});
}

#[test]
fn success_leaders_after_the_winner_stay() {
	run(|| {
		let job_id = three_bids();
		change_node(2, |node| node.status = NodeStatus::Inactive);
		go_to(1_010);
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(standing(job_id, 2), BidStanding::Open);
	});
}

#[test]
fn success_goes_on_with_the_next_leaders_call_by_call() {
	run(|| {
		let job_id = submit();
		for n in 0..5u8 {
			assert_ok!(bid(job_id, n, PRICE + PRICE / 10 * Balance::from(n)));
		}
		for n in 0..4 {
			change_node(n, |node| node.status = NodeStatus::Inactive);
		}
		go_to(1_010);
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(status(job_id), JobStatus::Pending);
		// Three at a time, and their seats went to the other two.
		assert_eq!(standing(job_id, 2), BidStanding::Forfeited);
		assert_eq!(standing(job_id, 3), BidStanding::Open);
		assert_eq!(BidBooks::<Test>::get(job_id).leaders.len(), 2);
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(standing(job_id, 3), BidStanding::Forfeited);
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(4));
	});
}

#[test]
fn success_a_better_bid_that_moves_up_comes_first() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, 1));
		assert_ok!(bid(job_id, 1, PRICE));
		assert_ok!(bid(job_id, 2, PRICE));
		// Better than the leaders 1 and 2, but by less than 1 %.
		assert_ok!(bid(job_id, 3, PRICE - PRICE / 1_000));
		assert_eq!(BidBooks::<Test>::get(job_id).others[0].node, did(3).hash());
		change_node(0, |node| node.status = NodeStatus::Inactive);
		go_to(1_010);
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(3));
	});
}

#[test]
fn success_stays_pending_when_no_leader_is_eligible() {
	run(|| {
		let job_id = three_bids();
		for n in 0..3 {
			change_node(n, |node| node.status = NodeStatus::Suspended);
		}
		go_to(1_010);
		take_events();
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(status(job_id), JobStatus::Pending);
		assert_eq!(take_events().pop(), Some(Event::NoEligibleLeader { job_id }));
		assert_eq!(job(job_id).bid_count, 3);
		assert_noop!(match_by_anyone(job_id), E::NoLeader);
		go_to_deadline(job_id);
		assert_ok!(Market::expire_job(signed(STRANGER), job_id));
		for n in 0..3 {
			assert_ok!(Market::withdraw_bid(signed(STRANGER), job_id, did_bytes(n)));
			assert_eq!(free(&owner(n)), ENDOWMENT);
		}
	});
}

#[test]
fn bonds_are_forfeited_by_acts_of_the_owner_only() {
	use BidStanding::*;
	let cases: [(fn(&mut Node), BidStanding); 8] = [
		(|node| node.status = NodeStatus::Inactive, Forfeited),
		(|node| node.owner = STRANGER, Forfeited),
		(|node| node.did_active = false, Forfeited),
		(|node| node.vram_gb = 1, Forfeited),
		(|node| (node.stake, node.minimum) = (1, 0), Forfeited),
		(|node| node.status = NodeStatus::Suspended, Struck),
		(|node| node.minimum = Balance::MAX, Struck),
		(|node| node.capacity = 0, Struck),
	];
	for (change, expected) in cases {
		run(|| {
			let job_id = submit();
			assert_ok!(bid(job_id, 0, PRICE));
			change_node(0, change);
			go_to(1_010);
			assert_ok!(match_by_anyone(job_id));
			assert_eq!(standing(job_id, 0), expected);
		});
	}
}

#[test]
fn a_node_that_left_forfeits_its_bond() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		Nodes::remove(did(0).hash());
		go_to(1_010);
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(standing(job_id, 0), BidStanding::Forfeited);
	});
}

#[test]
fn exposure_through_other_jobs_strikes_but_does_not_forfeit() {
	run(|| {
		let at_risk = PRICE * Balance::from(TOKENS);
		change_node(0, |node| (node.stake, node.minimum) = (at_risk, at_risk));
		let (first, second) = (submit(), submit());
		assert_ok!(bid(first, 0, PRICE));
		assert_ok!(bid(second, 0, PRICE));
		go_to(1_010);
		assert_ok!(match_by_anyone(first));
		assert_ok!(match_by_anyone(second));
		assert_eq!((status(first), status(second)), (JobStatus::Assigned, JobStatus::Pending));
		assert_eq!(standing(second, 0), BidStanding::Struck);
		// A refused registry call leaves nothing behind, however it fails.
		assert_eq!((node(0).busy, node(0).exposure), (1, at_risk));
	});
}

#[test]
fn a_bid_that_cannot_finish_within_the_lifetime_is_struck() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = 1_115);
		go_to(1_066);
		take_events();
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(standing(job_id, 0), BidStanding::Struck);
		assert!(matches!(
			take_events()[0],
			Event::BidStruck { reason: Ineligible::LifetimeExceeded, .. }
		));
	});
}

#[test]
fn boundary_window() {
	run(|| {
		let (early, late) = (three_bids(), submit());
		assert_ok!(bid(late, 3, PRICE));
		go_to(1_009);
		assert_noop!(match_by_anyone(early), E::TooEarly);
		go_to(1_109);
		assert_ok!(match_by_anyone(early));
		go_to(1_110);
		assert_noop!(match_by_anyone(late), E::TooLate);
	});
}

#[test]
fn fails_without_bids_and_jobs() {
	run(|| {
		assert_noop!(match_by_anyone(0), E::JobNotFound);
		let job_id = submit();
		go_to(1_010);
		assert_noop!(match_by_anyone(job_id), E::NoLeader);
		assert_noop!(Market::match_job(RuntimeOrigin::none(), job_id), DispatchError::BadOrigin);
	});
}

#[test]
fn a_node_that_stops_hosting_keeps_its_bond() {
	run(|| {
		hosts_only();
		(0..2).for_each(|n| host(MODEL, n));
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE / 2));
		assert_ok!(bid(job_id, 1, PRICE));
		unhost(MODEL, 0);
		go_to(1_010);
		take_events();
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(1));
		assert_eq!(standing(job_id, 0), BidStanding::Struck);
		assert!(matches!(
			take_events()[0],
			Event::BidStruck { reason: Ineligible::NotHosting, .. }
		));
	});
}

#[test]
fn hosts_of_a_removed_model_keep_their_bonds() {
	run(|| {
		hosts_only();
		host(MODEL, 0);
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		Models::remove(Did::parse(MODEL).unwrap().hash());
		go_to(1_010);
		take_events();
		assert_ok!(match_by_anyone(job_id));
		assert_eq!(standing(job_id, 0), BidStanding::Struck);
		assert!(matches!(take_events()[0], Event::BidStruck { reason: Ineligible::ModelGone, .. }));
	});
}

mod why_each_bid_won {
	use super::*;

	/// A bid: node, price in percent of the budget, latency in ticks, reputation.
	type Offer = (u8, u32, u32, u32);

	/// Matches a job among `offers` and says who got it.
	fn winner(weights: ScoreWeights, offers: &[Offer]) -> u8 {
		let mut winner = None;
		run(|| {
			let parameters = Parameters::<Test>::get();
			let parameters = parameters::ParametersOf::<Test> { weights, ..parameters };
			assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
			let job_id = submit();
			for (n, percent, ticks, reputation) in offers {
				change_node(*n, |node| node.reputation = *reputation);
				let price = ESCROW / Balance::from(TOKENS) * Balance::from(*percent) / 100;
				assert_ok!(Market::place_bid(
					signed(owner(*n)),
					job_id,
					did_bytes(*n),
					price,
					ticks * matching::TICK_MILLISECS
				));
			}
			go_to(1_010);
			assert_ok!(match_by_anyone(job_id));
			let owner_of = job(job_id).assignment.unwrap().owner;
			winner = (0..6).find(|n| owner(*n) == owner_of);
		});
		winner.expect("a node has the job")
	}

	const EVEN: ScoreWeights = ScoreWeights { price: 50, latency: 20, reputation: 30 };

	#[test]
	fn the_cheapest_of_equals() {
		assert_eq!(winner(EVEN, &[(0, 50, 10, 5_000), (1, 40, 10, 5_000), (2, 60, 10, 5_000)]), 1);
	}

	#[test]
	fn the_fastest_of_equals() {
		assert_eq!(winner(EVEN, &[(0, 50, 300, 5_000), (1, 50, 10, 5_000), (2, 50, 60, 5_000)]), 1);
	}

	#[test]
	fn the_most_proven_of_equals() {
		assert_eq!(winner(EVEN, &[(0, 50, 10, 5_000), (1, 50, 10, 4_000), (2, 50, 10, 9_000)]), 2);
	}

	#[test]
	fn reputation_against_price() {
		// 20 % of the budget dearer costs 100 000 points; 4 000 points of reputation give 120 000.
		let offers = [(0, 40, 10, 5_000), (1, 60, 10, 9_000)];
		assert_eq!(winner(EVEN, &offers), 1);
		// Where price counts for more, the cheaper one wins.
		assert_eq!(winner(ScoreWeights { price: 70, ..EVEN }, &offers), 0);
		assert_eq!(winner(ScoreWeights { reputation: 0, ..EVEN }, &offers), 0);
	}

	#[test]
	fn latency_against_price() {
		// Half of the time limit of 600 is worth 100 000 points, 20 % of the budget as much.
		assert_eq!(winner(EVEN, &[(0, 50, 310, 5_000), (1, 69, 10, 5_000)]), 1);
		assert_eq!(winner(EVEN, &[(0, 50, 310, 5_000), (1, 71, 10, 5_000)]), 0);
	}

	#[test]
	fn the_earlier_of_two_that_score_the_same() {
		assert_eq!(winner(EVEN, &[(3, 50, 10, 5_000), (1, 50, 10, 5_000)]), 3);
		// 60 000 points of price against 60 000 of reputation.
		assert_eq!(winner(EVEN, &[(1, 52, 10, 7_000), (3, 40, 10, 5_000)]), 1);
	}

	#[test]
	fn the_best_of_those_that_are_left() {
		run(|| {
			let job_id = submit();
			for (n, price) in [(0, PRICE / 4), (1, PRICE / 3), (2, PRICE / 2), (3, PRICE)] {
				assert_ok!(bid(job_id, n, price));
			}
			change_node(0, |node| node.status = NodeStatus::Suspended);
			change_node(1, |node| node.capacity = 0);
			go_to(1_010);
			assert_ok!(match_by_anyone(job_id));
			assert_eq!(job(job_id).assignment.unwrap().owner, owner(2));
		});
	}
}

mod properties {
	use super::*;
	use proptest::prelude::*;

	/// What happens to a node between its bid and the match.
	fn spoil(n: u8, what: u8) {
		change_node(n, |node| match what {
			0 => node.status = NodeStatus::Inactive,
			1 => node.status = NodeStatus::Suspended,
			2 => node.did_active = false,
			3 => node.capacity = 0,
			4 => node.stake = 1,
			5 => unhost(MODEL, n),
			_ => {}
		});
	}

	/// Whether node `n` could take the job that is pending: asked of the requester's own choice,
	/// which needs no rank.
	fn could_win(job_id: u64, n: u8) -> bool {
		let answer = frame_support::storage::with_transaction(|| {
			let result = Market::assign_job(signed(ALICE), job_id, did_bytes(n));
			sp_runtime::TransactionOutcome::Rollback(Ok::<_, DispatchError>(result.is_ok()))
		});
		answer.unwrap()
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(256))]

		#[test]
		fn the_winner_is_never_worse_than_another_eligible_leader(
			bids in prop::collection::vec((1u32..=100, 1u32..=600, 0u32..=10_000, 0u8..14), 1..6),
		) {
			ExtBuilder.build().execute_with(|| {
				hosts_only();
				let job_id = submit();
				for (n, (percent, ticks, reputation, _)) in (0u8..).zip(&bids) {
					host(MODEL, n);
					change_node(n, |node| node.reputation = *reputation);
					let price = ESCROW / Balance::from(TOKENS) * Balance::from(*percent) / 100;
					assert_ok!(Market::place_bid(
						signed(owner(n)), job_id, did_bytes(n), price,
						ticks * matching::TICK_MILLISECS
					));
				}
				for (n, (.., what)) in (0u8..).zip(&bids) {
					spoil(n, *what);
				}
				go_to(1_010);
				loop {
					let leaders = BidBooks::<Test>::get(job_id).leaders;
					let eligible: Vec<_> = (0u8..6)
						.filter_map(|n| {
							let leader = leaders.iter().find(|rank| rank.node == did(n).hash())?;
							could_win(job_id, n).then_some(*leader)
						})
						.collect();
					if match_by_anyone(job_id).is_err() {
						prop_assert_eq!(eligible, vec![]);
						break;
					}
					// A call that strikes three bids and assigns none is made again.
					let Some(assignment) = job(job_id).assignment else { continue };
					let n = (0u8..6).find(|n| did(*n).hash() == assignment.node).unwrap();
					let (_, latency, reputation, _) = bids[usize::from(n)];
					let score = matching::score(
						&matching::ScoreInput {
							cost: assignment.price_per_token * Balance::from(TOKENS),
							budget: ESCROW,
							latency,
							latency_limit: 600,
							reputation,
						},
						&ScoreWeights::default(),
					);
					for other in eligible {
						prop_assert!(score >= other.score, "{} won against {}", score, other.score);
					}
					break;
				}
				check_state();
				Ok(())
			})?;
		}
	}
}
