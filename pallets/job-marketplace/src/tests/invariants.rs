//! Each check of the state sees its corruption.

use super::*;

/// Runs `corrupt` on a state with one job in each live state and a losing bid, and expects the check
/// of `rule` to fail.
fn detects(rule: &str, corrupt: impl FnOnce()) {
	ExtBuilder.build().execute_with(|| {
		populate();
		check_state();
		corrupt();
		assert_eq!(Market::do_try_state(), Err(DispatchError::Other(leak(rule))));
	});
}

fn leak(rule: &str) -> &'static str {
	Box::leak(rule.to_owned().into_boxed_str())
}

/// Job 0 pending with five bids, 1 assigned with a losing bid, 2 completed with a result, 3 settled,
/// 4 disputed about delivery, 5 waiting for the arbiter.
fn populate() {
	let pending = submit();
	for n in 0..5 {
		assert_ok!(bid(pending, n, PRICE));
	}
	let assigned = submit();
	assert_ok!(bid(assigned, 1, PRICE));
	assign_new(assigned);
	let completed = processing();
	assert_ok!(Market::complete_job(
		signed(owner(0)),
		completed,
		result_hash(),
		1,
		Some(RESULT.to_vec())
	));
	settled();
	disputed(DisputeReason::NotDelivered);
	answered();
}

fn change(job_id: u64, change: impl FnOnce(&mut JobRecordOf<Test>)) {
	Jobs::<Test>::mutate(job_id, |job| change(job.as_mut().unwrap()));
}

fn change_bid(job_id: u64, n: u8, change: impl FnOnce(&mut JobBidOf<Test>)) {
	JobBids::<Test>::mutate(job_id, did(n).hash(), |bid| change(bid.as_mut().unwrap()));
}

#[test]
fn try_state_detects_wrong_escrow() {
	detects("escrow on hold is the sum of open jobs", || change(0, |job| job.max_payment += 1));
}

#[test]
fn try_state_detects_wrong_deposit() {
	detects("deposits on hold are the sum of all jobs", || change(3, |job| job.deposit -= 1));
}

#[test]
fn try_state_detects_wrong_bond() {
	detects("bonds on hold are the sum of all bids", || change_bid(0, 0, |bid| bid.bond += 1));
}

#[test]
fn try_state_detects_escrow_kept_after_the_end() {
	detects("escrow on hold is the sum of open jobs", || {
		use frame_support::traits::fungible::MutateHold;
		assert_ok!(Balances::hold(&HoldReason::JobEscrow.into(), &ALICE, 1));
	});
}

#[test]
fn try_state_detects_a_hold_of_somebody_whom_no_record_names() {
	use frame_support::traits::fungible::MutateHold;
	for (reason, rule) in [
		(HoldReason::JobEscrow, "escrow on hold is the sum of open jobs"),
		(HoldReason::StorageDeposit, "deposits on hold are the sum of all jobs"),
		(HoldReason::BidBond, "bonds on hold are the sum of all bids"),
		(HoldReason::DisputeBond, "dispute bonds on hold are the sum of all disputes"),
	] {
		detects(rule, || {
			assert_ok!(Balances::hold(&reason.into(), &STRANGER, 1));
		});
	}
}

#[test]
fn try_state_detects_a_state_without_its_fields() {
	let rule = "a state has its assignment and delivery";
	detects(rule, || change(1, |job| job.assignment = None));
	detects(rule, || change(2, |job| job.delivery = None));
	detects(rule, || change(0, |job| job.delivery = crate::mock::job(2).delivery));
	detects(rule, || change(1, |job| job.status = JobStatus::Processing));
}

#[test]
fn try_state_detects_a_missing_or_wrong_node_did() {
	detects("the node's DID is stored while a job has an assignment", || {
		AssignedNodes::<Test>::remove(1)
	});
	detects("the node's DID hashes to the assigned node", || {
		AssignedNodes::<Test>::insert(1, did(5))
	});
}

#[test]
fn try_state_detects_wrong_ends_and_ratings() {
	detects("exactly the jobs that are over have an end", || change(3, |job| job.ended_at = None));
	detects("exactly the jobs that are over have an end", || {
		change(0, |job| job.ended_at = Some(1))
	});
	detects("only a settled job is rated", || change(2, |job| job.rating = Some(1)));
	detects("a rating has 1 to 5 stars", || change(3, |job| job.rating = Some(6)));
}

fn change_dispute(job_id: u64, change: impl FnOnce(&mut DisputeOf<Test>)) {
	Disputes::<Test>::mutate(job_id, |dispute| change(dispute.as_mut().unwrap()));
}

#[test]
fn try_state_detects_wrong_disputes() {
	detects("dispute bonds on hold are the sum of all disputes", || {
		change_dispute(4, |dispute| dispute.bond -= 1)
	});
	detects("a disputed job has its dispute", || {
		use frame_support::traits::{fungible::MutateHold, tokens::Precision};
		let bond = Disputes::<Test>::get(5).unwrap().bond;
		let reason = HoldReason::DisputeBond.into();
		assert_ok!(Balances::release(&reason, &ALICE, bond, Precision::Exact));
		Disputes::<Test>::remove(4);
	});
	detects("no dispute outlives its job", || {
		let dispute = Disputes::<Test>::get(4).unwrap();
		Disputes::<Test>::insert(9, dispute);
	});
	detects("no dispute outlives its end", || change(4, |job| job.status = JobStatus::Completed));
	detects("an answer to a dispute about delivery ends it", || {
		let reply = Disputes::<Test>::get(5).unwrap().reply;
		change_dispute(4, |dispute| dispute.reply = reply)
	});
	detects("nobody disputes the delivery of a result that is on chain", || {
		change(4, |job| job.delivery.as_mut().unwrap().bytes = ResultBytes::OnChain)
	});
	detects("an answer follows its dispute", || {
		change_dispute(5, |dispute| dispute.opened_at += 1)
	});
	detects("a job knows whether its result is on chain", || {
		change(2, |job| job.delivery.as_mut().unwrap().bytes = ResultBytes::OffChain)
	});
}

#[test]
fn try_state_detects_a_wrong_settlement() {
	let rule = "exactly the settled jobs know what they came to";
	detects(rule, || change(3, |job| job.settlement = None));
	detects(rule, || change(2, |job| job.settlement = crate::mock::job(3).settlement));
}

#[test]
fn try_state_detects_impossible_amounts() {
	detects("price times max_tokens is at most the escrow", || {
		change(1, |job| job.assignment.as_mut().unwrap().price_per_token = ESCROW)
	});
	detects("an assigned price keeps to the model's rule", || {
		change(1, |job| job.terms.price = PriceRule::AtLeast(PRICE + 1))
	});
	detects("a job has tokens", || change(0, |job| job.max_tokens = 0));
	detects("tokens used are at most max_tokens", || {
		change(2, |job| job.delivery.as_mut().unwrap().tokens_used = TOKENS + 1)
	});
	detects("an assignment is an attempt", || change(1, |job| job.attempts = 0));
	detects("deadlines up to the result lie within the lifetime", || {
		change(0, |job| job.deadline = job.lifetime_end + 1)
	});
}

#[test]
fn try_state_detects_a_missing_prompt() {
	detects("a job has its prompt, or knows where it lies", || Prompts::<Test>::remove(0));
}

#[test]
fn try_state_detects_miscounted_and_misplaced_bids() {
	detects("a job's bid count is the number of its bids", || change(0, |job| job.bid_count = 4));
	detects("a bid is stored under its node", || change_bid(0, 0, |bid| bid.gpu_did = did(5)));
	detects("a bid is within its job's budget", || {
		change_bid(0, 0, |bid| bid.price_per_token = ESCROW)
	});
}

#[test]
fn try_state_detects_what_outlives_its_job() {
	detects("no prompt outlives its job", || {
		Prompts::<Test>::insert(9, frame_support::BoundedVec::default())
	});
	detects("no result outlives its job", || {
		Results::<Test>::insert(9, frame_support::BoundedVec::default())
	});
	detects("no assigned DID outlives its job", || AssignedNodes::<Test>::insert(9, did(0)));
	detects("no book outlives its job's end", || {
		BidBooks::<Test>::insert(9, BidBooks::<Test>::get(0))
	});
	detects("no book outlives its job's end", || {
		BidBooks::<Test>::insert(3, BidBooks::<Test>::get(0))
	});
	detects("no bid outlives its job", || {
		let bid = JobBids::<Test>::get(0, did(4).hash()).unwrap();
		JobBids::<Test>::insert(9, did(4).hash(), JobBid { bond: 0, ..bid });
	});
}

#[test]
fn try_state_detects_wrong_ties() {
	let tie = |job_id, attempt, payments, ended_at| {
		TiedPayments::<Test>::insert(job_id, attempt, Ties { payments, ended_at })
	};
	for corrupt in [(9, 1, 1), (1, 2, 1), (1, 1, 0)] {
		detects("payments are tied to an attempt that there is", || {
			tie(corrupt.0, corrupt.1, corrupt.2, None)
		});
	}
	detects("ties know whether their attempt has ended", || tie(1, 1, 1, Some(1)));
	detects("ties know whether their attempt has ended", || tie(3, 1, 1, None));
}

#[test]
fn try_state_detects_a_wrong_result() {
	detects("a stored result hashes to the delivered hash", || {
		Results::<Test>::insert(2, frame_support::BoundedVec::truncate_from(b"x".to_vec()))
	});
	detects("a stored result hashes to the delivered hash", || {
		Results::<Test>::insert(0, frame_support::BoundedVec::default())
	});
}

#[test]
fn try_state_detects_a_book_that_disagrees() {
	let book = |change: fn(&mut BidBook<_>)| move || BidBooks::<Test>::mutate(0, change);
	detects("no empty book is stored", book(|book| *book = Default::default()));
	detects("a book is sorted best first", book(|book| book.leaders.as_mut().swap(0, 1)));
	detects("a book is sorted best first", book(|book| book.others.as_mut().swap(0, 1)));
	detects(
		"a bid has one place in its book",
		book(|book| {
			let double = book.leaders[2];
			book.others.remove(0);
			book.others.try_insert(0, double).unwrap();
		}),
	);
	detects(
		"no bid waits for a seat that is its own",
		book(|book| {
			book.leaders.pop();
		}),
	);
	detects("no bid waits for a seat that is its own", book(|book| book.others[0].score *= 2));
	detects("a rank's sequence is below the next one", book(|book| book.next_sequence = 2));
	detects("a rank has its open bid with the same score", book(|book| book.others[1].score -= 1));
	detects("a rank has its open bid with the same score", || {
		change_bid(0, 2, |bid| bid.standing = BidStanding::Struck)
	});
	detects(
		"exactly the open bids of live jobs are ranked",
		book(|book| {
			book.others.pop();
		}),
	);
}

#[test]
fn try_state_detects_a_book_above_its_bound() {
	detects("a book is within its bound", || {
		assert_ok!(Market::withdraw_bid(signed(owner(4)), 0, did_bytes(4)));
		BidBooks::<Test>::mutate(0, |book| {
			let rank = *book.others.last().unwrap();
			for n in 0..2u8 {
				let node = sp_core::H256::repeat_byte(n);
				let sequence = rank.sequence + 1 + u32::from(n);
				let _ = book.others.try_push(matching::Rank { node, sequence, ..rank });
			}
			book.next_sequence += 10;
		});
	});
}

#[test]
fn try_state_detects_wrong_counters() {
	detects("job numbers are below the next one", || NextJobId::<Test>::put(5));
	detects("the parameters are within their bounds", || {
		Parameters::<Test>::mutate(|parameters| parameters.escrow = 1)
	});
}

#[test]
fn try_state_holds_in_the_populated_state() {
	run(populate);
}

#[test]
fn try_state_detects_wrong_options() {
	let rule = "options belong to a job that has some";
	detects(rule, || JobOptions::<Test>::insert(0, Requirements::default()));
	detects(rule, || JobOptions::<Test>::insert(9, Requirements::default()));
	detects("a job with options has them stored", || change(0, |job| job.has_options = true));
	let reference = || PayloadReference { hash: [0; 32], uri: Default::default() };
	detects("a reference belongs to a job with options", || {
		PayloadReferences::<Test>::insert(9, reference())
	});
	detects("a job has its prompt, or knows where it lies", || {
		PayloadReferences::<Test>::insert(0, reference())
	});
}

#[test]
fn try_state_detects_wrong_books_of_offers() {
	use crate::offers::{Counter, Usage};
	let count = |numbers: &[u64], times| {
		let mut book = OfferBookOf::<Test>::default();
		for offer_id in numbers {
			let uses = Usage::Used { times, until: 5_000 };
			book.counters.try_push(Counter { offer_id: *offer_id, uses }).unwrap();
		}
		OfferBooks::<Test>::insert(did(0).hash(), book);
	};
	detects("no blank book of offers is stored", || count(&[], 0));
	detects("an offer's number has one counter", || count(&[1, 2, 1], 1));
	detects("a counter has counted something", || count(&[1], 0));
	run(|| count(&[1, 2], 1));
}

/// Job 6 is confidential and has its key; 7 waits for it.
fn populate_sealed() {
	populate();
	let (keyed, _) = waiting();
	assert_ok!(deliver_key(keyed));
	let waits = submit_sealed();
	attest(1, 10_000);
	assert_ok!(bid(waits, 1, PRICE));
	assert_ok!(Market::assign_job(signed(ALICE), waits, did_bytes(1)));
	assert_eq!((keyed, waits), (6, 7));
}

fn detects_sealed(rule: &str, corrupt: impl FnOnce()) {
	ExtBuilder.build().execute_with(|| {
		populate_sealed();
		check_state();
		corrupt();
		assert_eq!(Market::do_try_state(), Err(DispatchError::Other(leak(rule))));
	});
}

fn change_sealed(job_id: u64, change: impl FnOnce(&mut SealedJob)) {
	SealedJobs::<Test>::mutate(job_id, |sealed| change(sealed.as_mut().unwrap()));
}

#[test]
fn try_state_detects_confidential_jobs_without_what_they_keep() {
	let rule = "exactly the confidential jobs keep something";
	detects_sealed(rule, || SealedJobs::<Test>::remove(7));
	detects_sealed(rule, || change(0, |job| job.confidential = true));
	detects_sealed(rule, || change(7, |job| job.confidential = false));
}

#[test]
fn try_state_detects_another_prompt_than_was_sealed() {
	let rule = "a confidential job keeps the hash and the salt of its prompt";
	detects_sealed(rule, || change_sealed(7, |sealed| sealed.prompt = H256::zero()));
	detects_sealed(rule, || change_sealed(7, |sealed| sealed.sealing.salt = [0; 32]));
	detects_sealed(rule, || change_sealed(7, |sealed| sealed.sealing.result_key = [9; 32]));
	detects_sealed(rule, || Prompts::<Test>::mutate(6, |prompt| prompt.as_mut().unwrap()[40] ^= 1));
}

#[test]
fn try_state_detects_wrong_pins_and_keys() {
	let rule = "a confidential job is pinned while it has a node";
	detects_sealed(rule, || change_sealed(7, |sealed| sealed.pinned = None));
	let kept = "a delivered key is kept as long as it is needed";
	detects_sealed(kept, || SealedKeys::<Test>::remove(6));
	detects_sealed(kept, || {
		let key = SealedKeys::<Test>::get(6).unwrap();
		SealedKeys::<Test>::insert(7, key);
	});
	detects_sealed(kept, || {
		change_sealed(6, |sealed| sealed.pinned.as_mut().unwrap().key = KeyState::FromCommittee)
	});
	detects_sealed("nobody works on a confidential job without its key", || {
		assert_ok!(Market::start_job(signed(owner(0)), 6));
		SealedKeys::<Test>::remove(6);
		change_sealed(6, |sealed| sealed.pinned.as_mut().unwrap().key = KeyState::Owed);
	});
}

#[test]
fn try_state_detects_what_outlives_its_confidential_job() {
	detects_sealed("nothing that a confidential job keeps outlives it", || {
		let sealed = SealedJobs::<Test>::get(6).unwrap();
		SealedJobs::<Test>::insert(99, sealed);
	});
	detects_sealed("no key outlives its job", || {
		let key = SealedKeys::<Test>::get(6).unwrap();
		SealedKeys::<Test>::insert(99, key);
	});
}

#[test]
fn try_state_detects_a_proof_key_without_options() {
	detects_sealed("a key for proofs belongs to a job with options", || {
		let order = ProofOrder { key: H256::zero(), input: [0; 32], weights: [0; 32] };
		ProofOrders::<Test>::insert(0, order);
	});
}
