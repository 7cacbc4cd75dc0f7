use super::*;

fn place(job_id: u64, n: u8, price: Balance, ms: u32) -> Result<(), DispatchError> {
	Market::place_bid(signed(owner(n)), job_id, did_bytes(n), price, ms)
		.map(|_| ())
		.map_err(|e| e.error)
}

fn leaders(job_id: u64) -> Vec<Did> {
	BidBooks::<Test>::get(job_id)
		.leaders
		.iter()
		.map(|rank| JobBids::<Test>::get(job_id, rank.node).unwrap().gpu_did)
		.collect()
}

#[test]
fn success_holds_the_bond_and_stores_the_bid() {
	run(|| {
		let job_id = submit();
		take_events();
		assert_ok!(place(job_id, 0, PRICE, 60_000));
		assert_eq!(held(HoldReason::BidBond, &owner(0)), BOND);
		assert_eq!(free(&owner(0)), ENDOWMENT - BOND);
		let bid = JobBids::<Test>::get(job_id, did(0).hash()).unwrap();
		// price 500 000, latency (600 - 10) / 600, reputation 500 000.
		let score = (50 * 500_000 + 20 * 983_333 + 30 * 500_000) / 100;
		assert_eq!(
			bid,
			JobBid {
				gpu_did: did(0),
				bidder: owner(0),
				price_per_token: PRICE,
				estimated_latency_ms: 60_000,
				score,
				placed_at: 1_000,
				bond: BOND,
				standing: BidStanding::Open,
			}
		);
		assert_eq!(job(job_id).bid_count, 1);
		assert_eq!(node(0).open_bids, 1);
		assert_eq!(
			take_events(),
			[Event::BidPlaced {
				job_id,
				gpu_did: did(0),
				bidder: owner(0),
				price: PRICE,
				score,
				seat: Seat::Leader,
			}]
		);
	});
}

#[test]
fn success_leads_by_score() {
	run(|| {
		let job_id = submit();
		assert_ok!(place(job_id, 0, PRICE, 60_000));
		assert_ok!(place(job_id, 1, PRICE / 2, 60_000));
		assert_ok!(place(job_id, 2, PRICE, 6_000));
		assert_eq!(leaders(job_id), [did(1), did(2), did(0)]);
		// A little cheaper than the worst leader is not 1 % better.
		assert_ok!(place(job_id, 3, PRICE - PRICE / 1_000, 60_000));
		assert_eq!(leaders(job_id), [did(1), did(2), did(0)]);
		assert_ok!(place(job_id, 4, PRICE / 4, 60_000));
		assert_eq!(leaders(job_id), [did(4), did(1), did(2)]);
	});
}

#[test]
fn success_reputation_counts() {
	run(|| {
		let job_id = submit();
		change_node(1, |node| node.reputation = 9_000);
		assert_ok!(place(job_id, 0, PRICE, 60_000));
		assert_ok!(place(job_id, 1, PRICE, 60_000));
		assert_eq!(leaders(job_id), [did(1), did(0)]);
	});
}

#[test]
fn success_full_job_displaces_the_worst_bid() {
	run(|| {
		let job_id = submit();
		for n in 0..5 {
			assert_ok!(place(job_id, n, PRICE - Balance::from(n), 60_000 + 6_000 * u32::from(n)));
		}
		take_events();
		assert_ok!(place(job_id, 5, PRICE / 2, 60_000));
		assert_eq!(job(job_id).bid_count, 5);
		assert!(!JobBids::<Test>::contains_key(job_id, did(4).hash()));
		assert_eq!(free(&owner(4)), ENDOWMENT);
		assert_eq!(node(4).open_bids, 0);
		assert_eq!(
			take_events()[0],
			Event::BidDisplaced { job_id, gpu_did: did(4), bidder: owner(4), bond: BOND }
		);
		// The displaced node may try again with a better bid.
		assert_ok!(place(job_id, 4, PRICE / 3, 60_000));
	});
}

#[test]
fn success_costs_less_when_nothing_is_displaced() {
	run(|| {
		let job_id = submit();
		let call = Call::<Test>::place_bid {
			job_id,
			gpu_did: did_bytes(0),
			price_per_token: PRICE,
			estimated_latency_ms: 1,
		};
		let (plain, displacing) =
			(<() as WeightInfo>::place_bid(), <() as WeightInfo>::place_bid_displacing());
		// A job may be confidential, whose bidders are looked at longer.
		let most = plain.max(displacing) + <() as WeightInfo>::qualify_node();
		assert_eq!(call.get_dispatch_info().call_weight, most);
		for n in 0..5 {
			let info =
				Market::place_bid(signed(owner(n)), job_id, did_bytes(n), PRICE, 60_000).unwrap();
			assert_eq!(info.actual_weight, Some(plain));
		}
		let info =
			Market::place_bid(signed(owner(5)), job_id, did_bytes(5), PRICE / 2, 60_000).unwrap();
		assert_eq!(info.actual_weight, Some(displacing));
	});
}

#[test]
fn fails_on_a_full_job_when_no_better_than_the_worst() {
	run(|| {
		let job_id = submit();
		for n in 0..5 {
			assert_ok!(place(job_id, n, PRICE, 60_000));
		}
		assert_noop!(place(job_id, 5, PRICE, 60_000), E::TooManyBids);
	});
}

#[test]
fn fails_twice_for_one_node() {
	run(|| {
		let job_id = submit();
		assert_ok!(place(job_id, 0, PRICE, 60_000));
		assert_noop!(place(job_id, 0, PRICE / 2, 60_000), E::AlreadyExists);
		// Another job is another matter.
		let other = submit();
		assert_ok!(place(other, 0, PRICE, 60_000));
	});
}

#[test]
fn boundary_price() {
	run(|| {
		let job_id = submit();
		let budget = ESCROW / Balance::from(TOKENS);
		assert_noop!(place(job_id, 0, 0, 1), E::InvalidBid);
		assert_noop!(place(job_id, 0, budget + 1, 1), E::BidAboveBudget);
		assert_noop!(place(job_id, 0, Balance::MAX, 1), E::BidAboveBudget);
		assert_ok!(place(job_id, 0, budget, 1));
		assert_ok!(place(job_id, 1, 1, 1));
	});
}

#[test]
fn boundary_latency() {
	run(|| {
		let job_id = submit();
		assert_noop!(place(job_id, 0, PRICE, 3_600_001), E::LatencyTooLong);
		assert_noop!(place(job_id, 0, PRICE, u32::MAX), E::LatencyTooLong);
		assert_ok!(place(job_id, 0, PRICE, 3_600_000));
		assert_ok!(place(job_id, 1, PRICE, 0));
	});
}

#[test]
fn boundary_end_of_bidding() {
	run(|| {
		let job_id = submit();
		go_to(1_009);
		assert_ok!(place(job_id, 0, PRICE, 60_000));
		go_to(1_010);
		assert_noop!(place(job_id, 1, PRICE, 60_000), E::TooLate);
	});
}

#[test]
fn fails_for_unknown_jobs_and_nodes() {
	run(|| {
		assert_noop!(place(7, 0, PRICE, 1), E::JobNotFound);
		let job_id = submit();
		assert_noop!(place(job_id, 77, PRICE, 1), E::NodeNotFound);
		assert_noop!(
			Market::place_bid(signed(owner(0)), job_id, b"gpu".to_vec(), PRICE, 1),
			E::InvalidDid(DidError::Malformed)
		);
	});
}

#[test]
fn fails_for_strangers() {
	run(|| {
		let job_id = submit();
		for who in [STRANGER, ALICE, owner(1)] {
			assert_noop!(
				Market::place_bid(signed(who), job_id, did_bytes(0), PRICE, 1),
				E::NotAuthorized
			);
		}
	});
}

#[test]
fn fails_for_ineligible_nodes() {
	run(|| {
		let job_id = submit();
		let refused = |change: fn(&mut Node), error: E| {
			register(0);
			change_node(0, change);
			assert_noop!(place(job_id, 0, PRICE, 1), error);
		};
		refused(|node| node.status = NodeStatus::Inactive, E::NodeInactive);
		refused(|node| node.status = NodeStatus::Suspended, E::NodeSuspended);
		refused(|node| node.did_active = false, E::DidInactive);
		refused(|node| node.stake -= 1, E::InsufficientStake);
		refused(|node| node.vram_gb = 7, E::InsufficientVram);
		register(0);
		change_node(0, |node| node.vram_gb = 8);
		assert_ok!(place(job_id, 0, PRICE, 1));
	});
}

#[test]
fn boundary_stake_covers_the_amount_at_risk() {
	run(|| {
		let job_id = submit();
		let at_risk = PRICE * Balance::from(TOKENS);
		change_node(0, |node| (node.stake, node.minimum) = (at_risk - 1, 0));
		assert_noop!(place(job_id, 0, PRICE, 1), E::InsufficientStake);
		change_node(0, |node| node.stake = at_risk);
		assert_ok!(place(job_id, 0, PRICE, 1));
	});
}

#[test]
fn fails_above_four_open_bids_per_slot() {
	run(|| {
		change_node(0, |node| node.capacity = 1);
		for _ in 0..4 {
			let job_id = submit();
			assert_ok!(place(job_id, 0, PRICE, 1));
		}
		let job_id = submit();
		assert_noop!(place(job_id, 0, PRICE, 1), DispatchError::Other("too many open bids"));
	});
}

#[test]
fn fails_without_the_bond() {
	run(|| {
		let job_id = submit();
		set_free(&owner(0), BOND + ED - 1);
		assert_noop!(place(job_id, 0, PRICE, 1), TokenError::FundsUnavailable);
	});
}

#[test]
fn fails_on_a_job_that_was_reopened() {
	run(|| {
		let job_id = submit();
		assert_ok!(place(job_id, 0, PRICE, 60_000));
		assert_ok!(place(job_id, 1, PRICE, 60_000));
		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
		assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
		assert_noop!(place(job_id, 2, PRICE, 60_000), E::TooLate);
	});
}

#[test]
fn fails_at_a_price_that_the_models_owner_refuses() {
	let cases: [(PriceRule<Balance>, &[Balance], &[Balance]); 3] = [
		(PriceRule::Any, &[1, PRICE], &[]),
		(PriceRule::AtLeast(PRICE), &[PRICE, PRICE + 1], &[1, PRICE - 1]),
		(PriceRule::Exactly(PRICE), &[PRICE], &[1, PRICE - 1, PRICE + 1]),
	];
	for (price, allowed, refused) in cases {
		run(|| {
			register_model(MODEL, model(ModelTerms { price, ..Default::default() }));
			let job_id = submit();
			// A later rule does not touch the job.
			register_model(MODEL, model(ModelTerms::default()));
			for price in refused {
				assert_noop!(bid(job_id, 0, *price), E::PriceRefused);
			}
			for (n, price) in (0u8..).zip(allowed) {
				assert_ok!(bid(job_id, n, *price));
			}
		});
	}
}

#[test]
fn fails_for_nodes_that_do_not_host_the_model() {
	run(|| {
		hosts_only();
		let job_id = submit();
		assert_noop!(bid(job_id, 0, PRICE), E::NotHosting);
		host(ROYAL_MODEL, 0);
		host(MODEL, 1);
		assert_noop!(bid(job_id, 0, PRICE), E::NotHosting);
		assert_ok!(bid(job_id, 1, PRICE));
	});
}

#[test]
fn fails_for_a_model_that_is_no_longer_available() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		register_model(MODEL, Model { only_for: Some(BOB), ..model(ModelTerms::default()) });
		assert_noop!(bid(job_id, 1, PRICE), E::ModelNotAvailable);
		// Bids that are placed stay good.
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
	});
}
