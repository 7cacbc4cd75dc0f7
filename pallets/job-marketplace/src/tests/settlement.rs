//! Who gets what, in the corners.

use super::*;

const POOR: AccountId = AccountId::new([77; 32]);

/// Node 0 delivers `tokens` of a job of ALICE on `model`, at `price`, with an escrow of `escrow`.
fn delivered(model: &[u8], escrow: Balance, max_tokens: u32, price: Balance, tokens: u32) -> u64 {
	let job_id = NextJobId::<Test>::get();
	assert_ok!(Market::submit_job(
		signed(ALICE),
		model.to_vec(),
		vec![],
		max_tokens,
		escrow,
		0,
		false
	));
	let provider = node(0).owner;
	assert_ok!(bid(job_id, 0, price));
	assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
	assert_ok!(Market::start_job(signed(provider.clone()), job_id));
	assert_ok!(Market::complete_job(signed(provider), job_id, result_hash(), tokens, None));
	job_id
}

fn accept(job_id: u64) {
	assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
}

/// Payments that went to somebody else: whose part, how much, to whom.
fn redirected() -> Vec<(Payee, Balance, AccountId)> {
	take_events()
		.into_iter()
		.filter_map(|event| match event {
			Event::PaymentRedirected { payee, amount, to, .. } => Some((payee, amount, to)),
			_ => None,
		})
		.collect()
}

/// A provider that has spent all it had.
fn empty_provider(who: &AccountId) {
	set_free(who, 0);
}

const MIN_ESCROW: Balance = 1_000_000_000;

#[test]
fn royalties_go_to_model_and_parent() {
	run(|| {
		let job_id = delivered(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		accept(job_id);
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(free(&TREASURY), ED + gross / 20);
		assert_eq!(free(&MODEL_OWNER), gross / 10 * 3 / 4);
		assert_eq!(free(&PARENT_OWNER), gross / 10 / 4);
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 85 / 100);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - gross);
		assert_eq!(redirected(), []);
	});
}

#[test]
fn finalizing_pays_for_a_parents_share_only_where_there_is_one() {
	run(|| {
		let worst = Call::<Test>::finalize_job { job_id: 0 }.get_dispatch_info().call_weight;
		for (model, weight) in [
			(MODEL, <() as WeightInfo>::finalize_job()),
			(ROYAL_MODEL, <() as WeightInfo>::finalize_costly()),
		] {
			let job_id = delivered(model, ESCROW, TOKENS, PRICE, TOKENS);
			go_to_deadline(job_id);
			let info = Market::finalize_job(signed(STRANGER), job_id).unwrap();
			assert_eq!(info.actual_weight, Some(weight));
			assert!(weight.all_lte(worst));
		}
	});
}

#[test]
fn gross_of_0_1_19_20_and_the_whole_escrow() {
	for (used, fee) in [(0u32, 0), (1, 0), (19, 0), (20, 1), (1_000_000_000, 50_000_000)] {
		run(|| {
			let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, used);
			let before = free(&ALICE);
			accept(job_id);
			let gross = Balance::from(used);
			assert_eq!(free(&TREASURY), ED + fee);
			assert_eq!(free(&owner(0)), ENDOWMENT + gross - fee);
			assert_eq!(free(&ALICE), before + MIN_ESCROW - gross);
			assert_eq!(status(job_id), JobStatus::Settled);
		});
	}
}

#[test]
fn all_four_parties_are_one_account() {
	run(|| {
		register_for(0, ALICE);
		register_model(
			ROYAL_MODEL,
			Model {
				owner: ALICE,
				parent_owner: Some(ALICE),
				..model(ModelTerms { royalty_bps: 5_000, parent_bps: 5_000, ..Default::default() })
			},
		);
		let job_id = delivered(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		accept(job_id);
		let fee = PRICE * Balance::from(TOKENS) / 20;
		assert_eq!(free(&TREASURY), ED + fee);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - fee);
		assert_eq!(redirected(), []);
	});
}

#[test]
fn provider_model_owner_and_fee_account_are_one() {
	run(|| {
		set_free(&TREASURY, ED);
		register_for(0, TREASURY);
		register_model(ROYAL_MODEL, {
			let mut royal = model(ModelTerms { royalty_bps: 1_000, ..Default::default() });
			(royal.owner, royal.parent_owner) = (TREASURY, None);
			royal
		});
		set_free(&TREASURY, ED + BOND);
		let job_id = delivered(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		accept(job_id);
		assert_eq!(free(&TREASURY), ED + BOND + PRICE * Balance::from(TOKENS));
	});
}

#[test]
fn requester_keeps_exactly_the_existential_deposit() {
	run(|| {
		set_free(&ALICE, ESCROW + Market::deposit_for(0) + ED);
		let job_id = delivered(MODEL, ESCROW, TOKENS, ESCROW / Balance::from(TOKENS), TOKENS);
		assert_eq!(free(&ALICE), ED);
		// Nothing is refunded.
		accept(job_id);
		assert_eq!(free(&ALICE), ED);
		go_to_deadline(job_id);
		assert_ok!(Market::reap_job(signed(STRANGER), job_id));
		assert_eq!(free(&ALICE), ED + Market::deposit_for(0));
	});
}

#[test]
fn requester_refund_below_the_existential_deposit_reaches_an_account_that_has_it() {
	run(|| {
		set_free(&ALICE, MIN_ESCROW + Market::deposit_for(0) + ED);
		let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, 999_999_999);
		accept(job_id);
		assert_eq!(free(&ALICE), ED + 1);
	});
}

#[test]
fn a_refund_that_the_requester_cannot_take_goes_to_the_fee_account() {
	run(|| {
		// An account with a second provider reference may hold all it has and keep nothing free.
		System::inc_providers(&ALICE);
		set_free(&ALICE, MIN_ESCROW + Market::deposit_for(0));
		let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, 999_999_600);
		assert_eq!(free(&ALICE), 0);
		take_events();
		accept(job_id);
		assert_eq!(free(&ALICE), 0);
		assert_eq!(redirected(), [(Payee::Requester, 400, TREASURY)]);
		assert_eq!(free(&TREASURY), ED + 49_999_980 + 400);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
	});
}

/// Leaves `who` with `amount` free, below the existential deposit: possible for an account with a
/// second provider reference and a hold.
fn keep_only(who: &AccountId, amount: Balance) {
	System::inc_providers(who);
	set_free(who, amount);
	assert_eq!(free(who), amount);
}

#[test]
fn a_payment_that_lifts_an_account_to_the_existential_deposit_is_made() {
	// Fees are 6 and 2: 120 - 6 and 50 - 2 for the provider.
	for (tokens, paid) in [(120, 114), (50, 0)] {
		run(|| {
			let other = submit();
			assert_ok!(bid(other, 0, PRICE));
			let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, tokens);
			keep_only(&owner(0), 400);
			take_events();
			accept(job_id);
			assert_eq!(free(&owner(0)), 400 + paid);
			assert_eq!(redirected().len(), usize::from(paid == 0));
		});
	}
}

#[test]
fn a_refund_that_lifts_the_requester_to_the_existential_deposit_is_made() {
	for (refund, back) in [(100, 100), (99, 0)] {
		run(|| {
			let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, 1_000_000_000 - refund);
			keep_only(&ALICE, 400);
			take_events();
			accept(job_id);
			assert_eq!(free(&ALICE), 400 + back);
			assert_eq!(redirected().len(), usize::from(back == 0));
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		});
	}
}

#[test]
fn an_absent_provider_comes_to_life_with_its_pay() {
	run(|| {
		let job_id = delivered(MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		empty_provider(&owner(0));
		assert!(!System::account_exists(&owner(0)));
		accept(job_id);
		assert_eq!(free(&owner(0)), PRICE * Balance::from(TOKENS) * 95 / 100);
	});
}

#[test]
fn pay_that_an_absent_provider_cannot_take_goes_to_the_fee_account() {
	for (tokens, provider, treasury) in [(525, 0, 525), (526, 500, 26), (527, 501, 26)] {
		run(|| {
			let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, tokens);
			empty_provider(&owner(0));
			take_events();
			accept(job_id);
			assert_eq!(free(&owner(0)), provider);
			assert_eq!(free(&TREASURY), ED + treasury);
			assert_eq!(redirected().len(), usize::from(provider == 0));
		});
	}
}

#[test]
fn royalties_fall_to_the_next_payee() {
	run(|| {
		// A royalty of 100, a quarter of it to the parent: below the existential deposit.
		let job_id = delivered(ROYAL_MODEL, MIN_ESCROW, 1_000_000_000, 1, 1_000);
		take_events();
		accept(job_id);
		assert_eq!(free(&owner(0)), ENDOWMENT + 850 + 75 + 25);
		assert_eq!(
			redirected(),
			[(Payee::ModelOwner, 75, owner(0)), (Payee::ParentOwner, 25, owner(0))]
		);
	});
}

#[test]
fn parents_part_falls_to_the_model_owner_first() {
	run(|| {
		set_free(&MODEL_OWNER, ED);
		let job_id = delivered(ROYAL_MODEL, MIN_ESCROW, 1_000_000_000, 1, 1_000);
		take_events();
		accept(job_id);
		assert_eq!(free(&MODEL_OWNER), ED + 100);
		assert_eq!(redirected(), [(Payee::ParentOwner, 25, MODEL_OWNER)]);
	});
}

#[test]
fn royalties_end_at_the_fee_account_when_nobody_else_can_take_them() {
	run(|| {
		let job_id = delivered(ROYAL_MODEL, MIN_ESCROW, 1_000_000_000, 1, 100);
		empty_provider(&owner(0));
		take_events();
		accept(job_id);
		assert_eq!(free(&TREASURY), ED + 100);
		assert_eq!(
			redirected(),
			[
				(Payee::Provider, 85, TREASURY),
				(Payee::ModelOwner, 8, TREASURY),
				(Payee::ParentOwner, 2, TREASURY)
			]
		);
	});
}

#[test]
fn a_model_without_parent_keeps_the_parents_part() {
	run(|| {
		let mut royal =
			model(ModelTerms { royalty_bps: 1_000, parent_bps: 2_500, ..Default::default() });
		royal.parent_owner = None;
		register_model(ROYAL_MODEL, royal);
		let job_id = delivered(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		accept(job_id);
		assert_eq!(free(&MODEL_OWNER), PRICE * Balance::from(TOKENS) / 10);
	});
}

#[test]
fn royalties_of_a_removed_model_go_to_the_fee_account() {
	run(|| {
		let job_id = delivered(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		Models::remove(Did::parse(ROYAL_MODEL).unwrap().hash());
		take_events();
		accept(job_id);
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(free(&TREASURY), ED + gross * 15 / 100);
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 85 / 100);
		assert_eq!(redirected().len(), 2);
	});
}

#[test]
fn present_owners_of_the_model_are_paid() {
	run(|| {
		let job_id = delivered(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		Models::mutate(Did::parse(ROYAL_MODEL).unwrap().hash(), |model| {
			let model = model.as_mut().unwrap();
			model.owner = POOR;
			// New terms do not touch the job.
			model.terms.royalty_bps = 5_000;
		});
		accept(job_id);
		assert_eq!(free(&POOR), PRICE * Balance::from(TOKENS) / 10 * 3 / 4);
	});
}

#[test]
fn what_nobody_can_take_goes_back_with_the_refund() {
	run(|| {
		// A chain without its fee account cannot happen; it must not cost the parties anything.
		let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, 1_000);
		set_free(&TREASURY, 0);
		let before = free(&ALICE);
		accept(job_id);
		assert_eq!(free(&owner(0)), ENDOWMENT + 950);
		assert_eq!(free(&ALICE), before + MIN_ESCROW - 950);
	});
}

/// A hold that nobody can take refuses the call: it must not outlive its record.
#[test]
fn a_refund_that_nobody_can_take_keeps_the_job() {
	run(|| {
		System::inc_providers(&ALICE);
		set_free(&ALICE, MIN_ESCROW + Market::deposit_for(0));
		PlatformFee::set(Percent::zero());
		let job_id = delivered(MODEL, MIN_ESCROW, 1_000_000_000, 1, 999_999_600);
		PlatformFee::set(Percent::from_percent(5));
		set_free(&TREASURY, 0);
		let attempt = frame_support::storage::with_storage_layer(|| {
			Market::accept_result(signed(ALICE), job_id, None).map(|_| ()).map_err(|e| e.error)
		});
		assert_eq!(attempt, Err(TokenError::CannotCreate.into()));
		assert_eq!(status(job_id), JobStatus::Completed);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), MIN_ESCROW);
		set_free(&TREASURY, ED);
		accept(job_id);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
	});
}

#[test]
fn frozen_money_does_not_stop_a_payment() {
	run(|| {
		use frame_support::traits::{LockableCurrency, WithdrawReasons};
		let job_id = delivered(MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		Balances::set_lock(*b"vesting ", &ALICE, ENDOWMENT, WithdrawReasons::all());
		accept(job_id);
		assert_eq!(free(&owner(0)), ENDOWMENT + PRICE * Balance::from(TOKENS) * 95 / 100);
		Balances::remove_lock(*b"vesting ", &ALICE);
	});
}

#[test]
fn hundred_jobs_of_one_requester_settle_one_by_one() {
	run(|| {
		set_free(&ALICE, 1_000_000 * UNIT);
		let mut earned = 0;
		for tokens in 0..100u32 {
			let job_id = delivered(MODEL, ESCROW, TOKENS, PRICE + 7, tokens);
			accept(job_id);
			let gross = (PRICE + 7) * Balance::from(tokens);
			earned += gross - gross / 20;
		}
		assert_eq!(free(&owner(0)), ENDOWMENT + earned);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
	});
}

/// Node 0 delivers `tokens` of a job on `model` and the dispute about it reaches the arbiter.
fn contested(model: &[u8], escrow: Balance, max_tokens: u32, price: Balance, tokens: u32) -> u64 {
	let job_id = delivered(model, escrow, max_tokens, price, tokens);
	assert_ok!(Market::dispute_job(signed(ALICE), job_id, DisputeReason::Other, EVIDENCE));
	let answer = DisputeAnswer::Evidence([8; 32]);
	assert_ok!(Market::answer_dispute(
		signed(job(job_id).assignment.unwrap().owner),
		job_id,
		answer
	));
	job_id
}

fn split(job_id: u64, tokens: u32) {
	assert_ok!(Market::resolve_dispute(signed(ARBITER), job_id, Verdict::Split(tokens)));
}

fn let_the_arbiter_be_silent(job_id: u64) {
	go_to_deadline(job_id);
	assert_ok!(Market::expire_job(signed(STRANGER), job_id));
}

#[test]
fn half_of_it_is_shared_by_all_four() {
	run(|| {
		let job_id = contested(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		let_the_arbiter_be_silent(job_id);
		let gross = PRICE * Balance::from(TOKENS) / 2;
		assert_eq!(free(&TREASURY), ED + gross / 20);
		assert_eq!(free(&MODEL_OWNER), gross / 10 * 3 / 4);
		assert_eq!(free(&PARENT_OWNER), gross / 10 / 4);
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 85 / 100);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - gross);
		assert_eq!(redirected(), []);
		assert_eq!(Uses::get(), [(ALICE, owner(0), TOKENS / 2, gross, gross / 10)]);
	});
}

#[test]
fn a_split_is_shared_by_all_four() {
	run(|| {
		let job_id = contested(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
		split(job_id, 200);
		let gross = PRICE * 200;
		assert_eq!(free(&TREASURY), ED + gross / 20);
		assert_eq!(free(&MODEL_OWNER), gross / 10 * 3 / 4);
		assert_eq!(free(&PARENT_OWNER), gross / 10 / 4);
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 85 / 100);
		assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - gross);
		assert_eq!(Uses::get(), [(ALICE, owner(0), 200, gross, gross / 10)]);
	});
}

#[test]
fn half_of_0_1_2_39_40_and_the_whole_escrow() {
	let cases = [(0u32, 0, 0), (1, 0, 0), (2, 1, 0), (39, 19, 0), (40, 20, 1)];
	for (used, gross, fee) in cases.into_iter().chain([(1_000_000_000, 500_000_000, 25_000_000)]) {
		run(|| {
			let job_id = contested(MODEL, MIN_ESCROW, 1_000_000_000, 1, used);
			let_the_arbiter_be_silent(job_id);
			assert_eq!(free(&TREASURY), ED + fee);
			assert_eq!(free(&owner(0)), ENDOWMENT + gross - fee);
			assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - gross);
		});
	}
}

#[test]
fn a_late_result_is_halved_after_its_penalty() {
	run(|| {
		let job_id = NextJobId::<Test>::get();
		assert_eq!(processing(), job_id);
		go_to(1_010);
		deliver(job_id, 500);
		assert_ok!(Market::dispute_job(signed(ALICE), job_id, DisputeReason::Other, EVIDENCE));
		assert_ok!(Market::answer_dispute(
			signed(owner(0)),
			job_id,
			DisputeAnswer::Evidence([8; 32])
		));
		let_the_arbiter_be_silent(job_id);
		let gross = 500 * PRICE * 9 / 10 / 2;
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 95 / 100);
		assert_eq!(Outcomes::get()[0].3, JobOutcome::Undecided);
	});
}

#[test]
fn a_dispute_among_four_parties_that_are_one_account_moves_only_the_fee() {
	let endings: [(fn(u64), Balance); 3] =
		[(|job_id| split(job_id, TOKENS), 1), (let_the_arbiter_be_silent, 2), (accept, 1)];
	for (end, part) in endings {
		run(|| {
			register_for(0, ALICE);
			register_model(
				ROYAL_MODEL,
				Model {
					owner: ALICE,
					parent_owner: Some(ALICE),
					..model(ModelTerms {
						royalty_bps: 5_000,
						parent_bps: 5_000,
						..Default::default()
					})
				},
			);
			let job_id = contested(ROYAL_MODEL, ESCROW, TOKENS, PRICE, TOKENS);
			end(job_id);
			let fee = PRICE * Balance::from(TOKENS) / 20 / part;
			assert_eq!(free(&TREASURY), ED + fee);
			assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - fee);
			assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
		});
	}
}

#[test]
fn a_disputing_requester_at_the_existential_deposit() {
	run(|| {
		set_free(&ALICE, ESCROW + Market::deposit_for(0) + 10 * UNIT + ED);
		let job_id = contested(MODEL, ESCROW, TOKENS, ESCROW / Balance::from(TOKENS), TOKENS);
		assert_eq!(free(&ALICE), ED);
		let_the_arbiter_be_silent(job_id);
		assert_eq!(free(&ALICE), ED + 10 * UNIT + ESCROW / 2);
	});
}

#[test]
fn an_absent_provider_comes_to_life_with_the_bond() {
	run(|| {
		let job_id = contested(MODEL, MIN_ESCROW, 1_000_000_000, 1, 10);
		empty_provider(&owner(0));
		accept(job_id);
		assert_eq!(free(&owner(0)), UNIT + 10);
	});
}
