use super::*;

fn promote(job_id: u64, n: u8) -> Result<(), DispatchError> {
	Market::promote_bid(signed(STRANGER), job_id, did_bytes(n))
}

/// Nodes 0 to 2 lead, 3 and 4 do not.
fn five_bids() -> u64 {
	let job_id = submit();
	for n in 0..5 {
		assert_ok!(bid(job_id, n, PRICE));
	}
	job_id
}

#[test]
fn success_takes_a_free_seat() {
	run(|| {
		let job_id = five_bids();
		assert_ok!(Market::withdraw_bid(signed(owner(1)), job_id, did_bytes(1)));
		take_events();
		assert_ok!(promote(job_id, 4));
		assert_eq!(take_events(), [Event::BidPromoted { job_id, gpu_did: did(4) }]);
		let book = BidBooks::<Test>::get(job_id);
		assert!(book.leaders.iter().any(|rank| rank.node == did(4).hash()));
		assert_noop!(promote(job_id, 3), E::NoLeaderSeat);
	});
}

#[test]
fn success_three_cheap_ineligible_leaders_do_not_hide_other_bids() {
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
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(status(job_id), JobStatus::Pending);
		assert_ok!(promote(job_id, 3));
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(3));
	});
}

#[test]
fn success_beats_a_worse_leader_by_one_percent() {
	run(|| {
		let job_id = submit();
		for n in 0..3 {
			assert_ok!(bid(job_id, n, PRICE / 2));
		}
		assert_ok!(bid(job_id, 3, PRICE * 3 / 4));
		// A worse bid takes the seat that a leader left.
		assert_ok!(Market::withdraw_bid(signed(owner(0)), job_id, did_bytes(0)));
		assert_ok!(bid(job_id, 4, PRICE));
		assert_ok!(promote(job_id, 3));
		let book = BidBooks::<Test>::get(job_id);
		assert_eq!(book.others[0].node, did(4).hash());
	});
}

#[test]
fn fails_for_leaders_and_without_a_seat() {
	run(|| {
		let job_id = five_bids();
		assert_noop!(promote(job_id, 0), E::AlreadyLeading);
		assert_noop!(promote(job_id, 3), E::NoLeaderSeat);
	});
}

#[test]
fn fails_for_ineligible_nodes() {
	run(|| {
		let job_id = five_bids();
		assert_ok!(Market::withdraw_bid(signed(owner(1)), job_id, did_bytes(1)));
		change_node(3, |node| node.status = NodeStatus::Suspended);
		assert_noop!(promote(job_id, 3), E::NodeSuspended);
		change_node(4, |node| node.owner = STRANGER);
		assert_noop!(promote(job_id, 4), E::OwnerChanged);
	});
}

#[test]
fn fails_for_unknown_and_struck_bids() {
	run(|| {
		assert_noop!(promote(5, 0), E::JobNotFound);
		let job_id = submit();
		assert_noop!(promote(job_id, 0), E::BidNotFound);
		assert_ok!(bid(job_id, 0, PRICE));
		change_node(0, |node| node.status = NodeStatus::Suspended);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		change_node(0, |node| node.status = NodeStatus::Active);
		assert_noop!(promote(job_id, 0), E::BidNotFound);
	});
}

#[test]
fn boundary_deadline() {
	run(|| {
		let job_id = five_bids();
		assert_ok!(Market::withdraw_bid(signed(owner(1)), job_id, did_bytes(1)));
		go_to(1_109);
		assert_ok!(promote(job_id, 3));
		go_to(1_110);
		assert_noop!(promote(job_id, 4), E::TooLate);
	});
}
