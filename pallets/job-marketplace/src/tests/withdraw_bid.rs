use super::*;

fn withdraw(who: AccountId, job_id: u64, n: u8) -> Result<(), DispatchError> {
	Market::withdraw_bid(signed(who), job_id, did_bytes(n)).map(|_| ()).map_err(|e| e.error)
}

#[test]
fn success_pays_for_the_branch_it_takes() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE / 2));
		assert_ok!(bid(job_id, 1, PRICE));
		assert_ok!(bid(job_id, 2, PRICE));
		change_node(0, |node| node.status = NodeStatus::Inactive);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_ok!(Market::start_job(signed(owner(1)), job_id));
		let open = <() as WeightInfo>::withdraw_bid();
		let forfeited = <() as WeightInfo>::withdraw_bid_forfeited();
		let call = Call::<Test>::withdraw_bid { job_id, gpu_did: did_bytes(0) };
		assert_eq!(call.get_dispatch_info().call_weight, open.max(forfeited));
		for (n, weight) in [(0, forfeited), (2, open)] {
			let info = Market::withdraw_bid(signed(STRANGER), job_id, did_bytes(n)).unwrap();
			assert_eq!(info.actual_weight, Some(weight));
		}
	});
}

#[test]
fn success_returns_the_bond_during_bidding() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		take_events();
		assert_ok!(withdraw(owner(0), job_id, 0));
		assert_eq!(free(&owner(0)), ENDOWMENT);
		assert_eq!(node(0).open_bids, 0);
		assert_eq!(job(job_id).bid_count, 0);
		assert!(!BidBooks::<Test>::contains_key(job_id));
		assert_eq!(
			take_events(),
			[Event::BidWithdrawn {
				job_id,
				gpu_did: did(0),
				bidder: owner(0),
				bond: BOND,
				to: owner(0)
			}]
		);
		// And may bid again.
		assert_ok!(bid(job_id, 0, PRICE));
	});
}

#[test]
fn success_pays_the_bond_that_was_posted() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		// As if the bond had been another one when the bid was placed.
		JobBids::<Test>::mutate(job_id, did(0).hash(), |bid| {
			bid.as_mut().unwrap().bond = BOND / 2;
		});
		assert_ok!(withdraw(owner(0), job_id, 0));
		assert_eq!(held(HoldReason::BidBond, &owner(0)), BOND / 2);
		// Put the rest right for the check of the state.
		assert_ok!(Market::pay_from_hold(HoldReason::BidBond, &owner(0), &owner(0), BOND / 2));
	});
}

#[test]
fn success_by_anyone_once_started() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 1, PRICE));
		assign_new(job_id);
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		assert_ok!(withdraw(STRANGER, job_id, 1));
		assert_eq!((free(&owner(1)), free(&STRANGER)), (ENDOWMENT, ENDOWMENT));
		assert_eq!(node(1).open_bids, 0);
	});
}

#[test]
fn success_by_the_bidder_while_assigned() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 1, PRICE));
		assign_new(job_id);
		assert_ok!(withdraw(owner(1), job_id, 1));
		assert_eq!(free(&owner(1)), ENDOWMENT);
	});
}

/// Strangers cannot take from an assigned job what it falls back on.
#[test]
fn fails_for_strangers_while_assigned() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 1, PRICE));
		assign_new(job_id);
		for who in [STRANGER, ALICE, owner(0)] {
			assert_noop!(withdraw(who, job_id, 1), E::NotAuthorized);
		}
		assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
		assert_eq!(status(job_id), JobStatus::Pending);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(1));
	});
}

#[test]
fn success_in_every_terminal_state() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		assert_ok!(withdraw(STRANGER, job_id, 0));
		assert_eq!((free(&owner(0)), node(0).open_bids), (ENDOWMENT, 0));
	});
}

#[test]
fn success_forfeited_bond_goes_to_the_fee_account() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		change_node(0, |node| node.status = NodeStatus::Inactive);
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		go_to_deadline(job_id);
		assert_ok!(Market::expire_job(signed(STRANGER), job_id));
		take_events();
		assert_ok!(withdraw(owner(0), job_id, 0));
		assert_eq!(free(&owner(0)), ENDOWMENT - BOND);
		assert_eq!(free(&TREASURY), ED + BOND);
		assert_eq!(
			take_events(),
			[Event::BidWithdrawn {
				job_id,
				gpu_did: did(0),
				bidder: owner(0),
				bond: BOND,
				to: TREASURY
			}]
		);
	});
}

#[test]
fn boundary_end_of_bidding() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		assert_ok!(bid(job_id, 1, PRICE));
		go_to(1_009);
		assert_ok!(withdraw(owner(0), job_id, 0));
		go_to(1_010);
		assert_noop!(withdraw(owner(1), job_id, 1), E::TooLate);
	});
}

#[test]
fn fails_for_strangers_while_pending() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		assert_noop!(withdraw(STRANGER, job_id, 0), E::NotAuthorized);
		assert_noop!(withdraw(ALICE, job_id, 0), E::NotAuthorized);
	});
}

#[test]
fn fails_without_a_bid() {
	run(|| {
		assert_noop!(withdraw(owner(0), 3, 0), E::JobNotFound);
		let job_id = submit();
		assert_noop!(withdraw(owner(0), job_id, 0), E::BidNotFound);
		let malformed = Market::withdraw_bid(signed(ALICE), job_id, b"x".to_vec());
		assert_eq!(error_of(malformed), E::InvalidDid(DidError::Malformed).into());
	});
}

#[test]
fn fails_for_the_winner_whose_bid_is_gone() {
	run(|| {
		let job_id = assigned();
		assert_noop!(withdraw(owner(0), job_id, 0), E::BidNotFound);
	});
}
