use super::*;

fn assign(who: AccountId, job_id: u64, n: u8) -> Result<(), DispatchError> {
	plain(Market::assign_job(signed(who), job_id, did_bytes(n)))
}

#[test]
fn success_books_the_node_and_returns_its_bond() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		assert_ok!(bid(job_id, 1, PRICE / 2));
		take_events();
		// The requester may take any bid, before bidding ends, too.
		assert_ok!(assign(ALICE, job_id, 0));
		let job = job(job_id);
		assert_eq!((job.status, job.deadline, job.attempts), (JobStatus::Assigned, 1_020, 1));
		assert_eq!(
			job.assignment,
			Some(Assignment {
				node: did(0).hash(),
				owner: owner(0),
				price_per_token: PRICE,
				latency: 10,
				result_due: None,
			})
		);
		assert_eq!(AssignedNodes::<Test>::get(job_id), Some(did(0)));
		assert_eq!((free(&owner(0)), free(&owner(1))), (ENDOWMENT, ENDOWMENT - BOND));
		let node = node(0);
		assert_eq!(
			(node.busy, node.exposure, node.open_bids),
			(1, PRICE * Balance::from(TOKENS), 0)
		);
		// The losing bid stays.
		assert_eq!(job.bid_count, 1);
		assert!(JobBids::<Test>::contains_key(job_id, did(1).hash()));
		assert_eq!(
			take_events(),
			[Event::JobAssigned {
				job_id,
				gpu_did: did(0),
				winner: owner(0),
				price: PRICE,
				deadline: 1_020
			}]
		);
	});
}

#[test]
fn boundary_deadline() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		let other = submit();
		assert_ok!(bid(other, 1, PRICE));
		go_to(1_109);
		assert_ok!(assign(ALICE, job_id, 0));
		go_to(1_110);
		assert_noop!(assign(ALICE, other, 1), E::TooLate);
	});
}

#[test]
fn fails_for_anyone_but_the_requester() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		for who in [STRANGER, owner(0), BOB] {
			assert_noop!(assign(who, job_id, 0), E::NotAuthorized);
		}
	});
}

#[test]
fn fails_without_the_bid() {
	run(|| {
		assert_noop!(assign(ALICE, 4, 0), E::JobNotFound);
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		assert_noop!(assign(ALICE, job_id, 1), E::BidNotFound);
		assert_noop!(
			Market::assign_job(signed(ALICE), job_id, vec![0; 200]),
			E::InvalidDid(DidError::TooLong)
		);
	});
}

#[test]
fn fails_for_a_struck_bid() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		change_node(0, |node| node.status = NodeStatus::Suspended);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(ALICE), job_id));
		change_node(0, |node| node.status = NodeStatus::Active);
		assert_noop!(assign(ALICE, job_id, 0), E::BidNotFound);
	});
}

#[test]
fn fails_for_a_node_that_is_no_longer_eligible() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		let refused = |change: fn(&mut Node), error: E| {
			let before = node(0);
			change_node(0, change);
			assert_noop!(assign(ALICE, job_id, 0), error);
			Nodes::insert(did(0).hash(), before);
		};
		refused(|node| node.status = NodeStatus::Inactive, E::NodeInactive);
		refused(|node| node.status = NodeStatus::Suspended, E::NodeSuspended);
		refused(|node| node.did_active = false, E::DidInactive);
		refused(|node| node.owner = STRANGER, E::OwnerChanged);
		refused(|node| node.minimum += 1, E::InsufficientStake);
		refused(|node| (node.stake, node.minimum) = (1, 0), E::InsufficientStake);
		refused(|node| node.vram_gb = 7, E::InsufficientVram);
		assert_ok!(assign(ALICE, job_id, 0));
	});
}

#[test]
fn fails_for_a_node_that_has_left() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		let before = node(0);
		Nodes::remove(did(0).hash());
		assert_noop!(assign(ALICE, job_id, 0), E::NodeNotFound);
		Nodes::insert(did(0).hash(), before);
	});
}

#[test]
fn fails_with_the_registrys_own_refusal() {
	run(|| {
		change_node(0, |node| node.capacity = 1);
		let (first, second) = (submit(), submit());
		assert_ok!(bid(first, 0, PRICE));
		assert_ok!(bid(second, 0, PRICE));
		assert_ok!(assign(ALICE, first, 0));
		assert_noop!(assign(ALICE, second, 0), DispatchError::Other("no free slot"));
		change_node(0, |node| {
			node.capacity = 2;
			node.minimum = 0;
			node.stake = 2 * PRICE * Balance::from(TOKENS) - 1;
		});
		assert_noop!(assign(ALICE, second, 0), DispatchError::Other("too much at risk"));
	});
}

#[test]
fn boundary_lifetime() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		// Start 20, latency 10, grace 20: the last delivery is 50 blocks from now.
		Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = 1_158);
		go_to(1_109);
		assert_noop!(assign(ALICE, job_id, 0), E::LifetimeExceeded);
		Jobs::<Test>::mutate(job_id, |job| job.as_mut().unwrap().lifetime_end = 1_159);
		assert_ok!(assign(ALICE, job_id, 0));
	});
}

#[test]
fn fails_once_the_node_stopped_hosting() {
	run(|| {
		hosts_only();
		host(MODEL, 0);
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		unhost(MODEL, 0);
		assert_noop!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)), E::NotHosting);
		host(MODEL, 0);
		assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
	});
}
