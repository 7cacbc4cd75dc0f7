use super::*;

fn promote(job_id: u64, n: u8) -> Result<(), DispatchError> {
	plain(Market::promote_bid(signed(STRANGER), job_id, did_bytes(n)))
}

/// Bids of nodes 0 to 4, each worse than the one before: 0 to 2 lead. Bidding is over.
fn five_bids() -> u64 {
	let job_id = submit();
	for n in 0..5u8 {
		assert_ok!(bid(job_id, n, PRICE + PRICE / 10 * Balance::from(n)));
	}
	go_to(1_010);
	job_id
}

fn leads(job_id: u64, n: u8) -> bool {
	BidBooks::<Test>::get(job_id).leaders.iter().any(|rank| rank.node == did(n).hash())
}

fn standing(job_id: u64, n: u8) -> BidStanding {
	JobBids::<Test>::get(job_id, did(n).hash()).unwrap().standing
}

#[test]
fn success_takes_the_seat_of_an_ineligible_leader() {
	run(|| {
		let job_id = five_bids();
		change_node(1, |node| node.status = NodeStatus::Inactive);
		take_events();
		assert_ok!(promote(job_id, 3));
		assert_eq!(
			take_events(),
			[
				Event::BidStruck {
					job_id,
					gpu_did: did(1),
					bidder: owner(1),
					reason: Ineligible::Inactive,
					standing: BidStanding::Forfeited,
				},
				Event::BidPromoted { job_id, gpu_did: did(3) }
			]
		);
		assert!(leads(job_id, 3) && !leads(job_id, 1));
		assert_eq!((standing(job_id, 1), node(1).open_bids), (BidStanding::Forfeited, 0));
		// One call, one seat: the others are eligible.
		assert_noop!(promote(job_id, 4), E::NoLeaderSeat);
	});
}

#[test]
fn success_strikes_the_best_ineligible_leader_as_matching_would() {
	run(|| {
		let job_id = five_bids();
		change_node(0, |node| node.status = NodeStatus::Suspended);
		change_node(2, |node| node.status = NodeStatus::Inactive);
		assert_ok!(promote(job_id, 3));
		assert_eq!(standing(job_id, 0), BidStanding::Struck);
		assert_eq!(standing(job_id, 2), BidStanding::Open);
		assert_ok!(promote(job_id, 4));
		assert_eq!(standing(job_id, 2), BidStanding::Forfeited);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(1));
	});
}

#[test]
fn success_three_cheap_ineligible_leaders_do_not_hide_other_bids() {
	for promoted in [0u8, 1] {
		run(|| {
			let job_id = submit();
			for n in 0..3 {
				assert_ok!(bid(job_id, n, 1));
			}
			assert_ok!(bid(job_id, 3, PRICE));
			for n in 0..3 {
				change_node(n, |node| node.status = NodeStatus::Inactive);
			}
			go_to(1_010);
			if promoted == 1 {
				assert_ok!(promote(job_id, 3));
			} else {
				assert_ok!(Market::match_job(signed(STRANGER), job_id));
				assert_eq!(status(job_id), JobStatus::Pending);
			}
			assert_ok!(Market::match_job(signed(STRANGER), job_id));
			assert_eq!(job(job_id).assignment.unwrap().owner, owner(3));
		});
	}
}

/// Whoever gives up its own leaders frees their seats for the best of the others, not for a bid of
/// its choice.
#[test]
fn giving_up_own_leaders_never_lets_a_worse_bid_win() {
	run(|| {
		let job_id = submit();
		// Nodes 0 to 2 and 4 belong together. Node 4 asks for the whole budget, node 3 is honest.
		for n in 0..3 {
			assert_ok!(bid(job_id, n, 1));
		}
		assert_ok!(bid(job_id, 3, PRICE));
		assert_ok!(bid(job_id, 4, ESCROW / Balance::from(TOKENS)));
		go_to(1_010);
		for n in 0..3 {
			change_node(n, |node| node.status = NodeStatus::Inactive);
		}
		assert_noop!(promote(job_id, 4), E::NotNextInLine);
		assert_ok!(Market::match_job(signed(owner(4)), job_id));
		assert_eq!(status(job_id), JobStatus::Pending);
		assert_eq!(BidBooks::<Test>::get(job_id).leaders[0].node, did(3).hash());
		let _ = Market::promote_bid(signed(owner(4)), job_id, did_bytes(4));
		assert_ok!(Market::match_job(signed(owner(4)), job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(3));
	});
}

#[test]
fn a_leader_whom_only_the_registry_refuses_keeps_its_seat() {
	run(|| {
		let job_id = five_bids();
		change_node(0, |node| node.capacity = 0);
		assert_noop!(promote(job_id, 3), E::NoLeaderSeat);
	});
}

#[test]
fn fails_for_leaders_out_of_turn_and_without_a_seat() {
	run(|| {
		let job_id = five_bids();
		assert_noop!(promote(job_id, 0), E::AlreadyLeading);
		assert_noop!(promote(job_id, 3), E::NoLeaderSeat);
		change_node(0, |node| node.status = NodeStatus::Inactive);
		assert_noop!(promote(job_id, 0), E::AlreadyLeading);
		assert_noop!(promote(job_id, 4), E::NotNextInLine);
		assert_ok!(promote(job_id, 3));
	});
}

#[test]
fn fails_for_ineligible_nodes() {
	run(|| {
		let job_id = five_bids();
		change_node(1, |node| node.status = NodeStatus::Inactive);
		change_node(3, |node| node.status = NodeStatus::Suspended);
		assert_noop!(promote(job_id, 3), E::NodeSuspended);
		change_node(3, |node| (node.status, node.owner) = (NodeStatus::Active, STRANGER));
		assert_noop!(promote(job_id, 3), E::OwnerChanged);
		Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = 1_011);
		change_node(3, |node| node.owner = owner(3));
		assert_noop!(promote(job_id, 3), E::LifetimeExceeded);
		Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = 10_000);
	});
}

#[test]
fn fails_for_unknown_and_struck_bids() {
	run(|| {
		assert_noop!(promote(5, 0), E::JobNotFound);
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		go_to(1_010);
		assert_noop!(promote(job_id, 1), E::BidNotFound);
		change_node(0, |node| node.status = NodeStatus::Suspended);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		change_node(0, |node| node.status = NodeStatus::Active);
		assert_noop!(promote(job_id, 0), E::BidNotFound);
	});
}

#[test]
fn boundary_window() {
	run(|| {
		let job_id = submit();
		for n in 0..5 {
			assert_ok!(bid(job_id, n, PRICE));
		}
		for n in 0..2 {
			change_node(n, |node| node.status = NodeStatus::Inactive);
		}
		// A bid that is struck during bidding could be placed a second time.
		go_to(1_009);
		assert_noop!(promote(job_id, 3), E::TooEarly);
		go_to(1_010);
		assert_ok!(promote(job_id, 3));
		go_to(1_110);
		assert_noop!(promote(job_id, 4), E::TooLate);
	});
}
