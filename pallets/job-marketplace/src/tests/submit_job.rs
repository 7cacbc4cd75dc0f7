use super::*;

fn submit_with(
	model: &[u8],
	prompt: Vec<u8>,
	tokens: u32,
	payment: Balance,
	confidential: bool,
) -> sp_runtime::DispatchResult {
	Market::submit_job(signed(ALICE), model.to_vec(), prompt, tokens, payment, 8, confidential)
}

#[test]
fn success_holds_escrow_and_deposit() {
	run(|| {
		assert_ok!(submit_with(MODEL, b"hello".to_vec(), TOKENS, ESCROW, false));
		let deposit = Market::deposit_for(5);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), ESCROW);
		assert_eq!(held(HoldReason::StorageDeposit, &ALICE), deposit);
		assert_eq!(free(&ALICE), ENDOWMENT - ESCROW - deposit);
		assert_eq!(Prompts::<Test>::get(0).unwrap().into_inner(), b"hello".to_vec());

		let job = job(0);
		assert_eq!(
			(job.requester, job.max_tokens, job.max_payment, job.min_vram_gb, job.confidential),
			(ALICE, TOKENS, ESCROW, 8, false)
		);
		assert_eq!((job.created_at, job.bid_end, job.deadline), (1_000, 1_010, 1_110));
		assert_eq!(job.lifetime_end, 29_800);
		assert_eq!((job.result_limit, job.escrow_period), (600, 100));
		assert_eq!((job.status, job.attempts, job.bid_count), (JobStatus::Pending, 0, 0));
		assert_eq!(
			take_events(),
			[Event::JobSubmitted {
				job_id: 0,
				requester: ALICE,
				max_payment: ESCROW,
				model_did: Did::parse(MODEL).unwrap(),
				deposit,
				bid_end: 1_010,
			}]
		);
	});
}

#[test]
fn success_numbers_jobs_in_order() {
	run(|| {
		assert_eq!((submit(), submit(), submit()), (0, 1, 2));
		assert_eq!(NextJobId::<Test>::get(), 3);
	});
}

#[test]
fn success_copies_terms_that_later_changes_do_not_touch() {
	run(|| {
		let terms = ModelTerms {
			version: 7,
			min_vram_gb: 16,
			royalty_bps: 500,
			parent_bps: 100,
			price: PriceRule::AtLeast(3),
			hosting: Hosting::Hosts,
		};
		register_model(MODEL, model(terms));
		let job_id = submit();
		register_model(MODEL, model(ModelTerms::default()));
		PlatformFee::set(Percent::from_percent(20));
		let mut parameters = Parameters::<Test>::get();
		parameters.late_penalty = Percent::from_percent(50);
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));

		let job = job(job_id);
		assert_eq!(job.terms, terms);
		assert_eq!(job.fee, Percent::from_percent(5));
		assert_eq!(job.late_penalty, Percent::from_percent(10));
		// The model asks for more memory than the requester.
		assert_eq!(job.min_vram_gb, 16);
		PlatformFee::set(Percent::from_percent(5));
	});
}

#[test]
fn deposit_covers_prompt_result_and_records() {
	run(|| {
		let per_byte = 10_000_000;
		assert_eq!(Market::deposit_for(100) - Market::deposit_for(0), 100 * per_byte);
		assert!(Market::deposit_for(0) > u128::from(MAX_RESULT_LEN) * per_byte);
	});
}

#[test]
fn fails_with_a_malformed_model_did() {
	run(|| {
		assert_noop!(
			submit_with(b"llama", vec![], 1, ESCROW, false),
			E::InvalidDid(DidError::Malformed)
		);
		let long = [b"did:etrid:ai:llm:".to_vec(), vec![b'x'; 128]].concat();
		assert_noop!(
			submit_with(&long, vec![], 1, ESCROW, false),
			E::InvalidDid(DidError::TooLong)
		);
		assert_noop!(
			submit_with(b"", vec![], 1, ESCROW, false),
			E::InvalidDid(DidError::Malformed)
		);
	});
}

#[test]
fn fails_with_a_model_that_is_unknown_or_closed_to_the_requester() {
	run(|| {
		assert_noop!(
			submit_with(b"did:etrid:ai:llm:none", vec![], 1, ESCROW, false),
			E::ModelNotAvailable
		);
		register_model(MODEL, Model { only_for: Some(BOB), ..model(ModelTerms::default()) });
		assert_noop!(submit_with(MODEL, vec![], 1, ESCROW, false), E::ModelNotAvailable);
	});
}

#[test]
fn boundary_prompt_length() {
	run(|| {
		assert_noop!(submit_with(MODEL, vec![0; 10_241], 1, ESCROW, false), E::PromptTooLong);
		assert_ok!(submit_with(MODEL, vec![0; 10_240], 1, ESCROW, false));
		assert_ok!(submit_with(MODEL, vec![], 1, ESCROW, false));
	});
}

#[test]
fn boundary_tokens_and_payment() {
	run(|| {
		assert_noop!(submit_with(MODEL, vec![], 0, ESCROW, false), E::ZeroTokens);
		assert_noop!(submit_with(MODEL, vec![], 1, 999_999_999, false), E::InsufficientPayment);
		assert_ok!(submit_with(MODEL, vec![], 1, 1_000_000_000, false));
		// One unit per token must be affordable, or nobody could ever bid.
		assert_ok!(submit_with(MODEL, vec![], 1_000_000_000, 1_000_000_000, false));
		assert_noop!(
			submit_with(MODEL, vec![], 1_000_000_001, 1_000_000_000, false),
			E::InsufficientPayment
		);
		assert_ok!(submit_with(MODEL, vec![], u32::MAX, u32::MAX.into(), false));
	});
}

#[test]
fn boundary_payment_affords_the_models_price() {
	run(|| {
		let rules: [fn(Balance) -> PriceRule<Balance>; 2] =
			[PriceRule::AtLeast, PriceRule::Exactly];
		for rule in rules {
			let ask = |price| {
				let price = rule(price);
				register_model(MODEL, model(ModelTerms { price, ..Default::default() }));
			};
			let pay = |tokens, payment| submit_with(MODEL, vec![], tokens, payment, false);
			ask(PRICE);
			assert_ok!(pay(1_000, 1_000 * PRICE));
			assert_noop!(pay(1_000, 1_000 * PRICE - 1), E::InsufficientPayment);
			ask(Balance::MAX);
			assert_noop!(pay(2, Balance::MAX), E::InsufficientPayment);
			// The market's own minimum holds beside it.
			ask(1);
			assert_noop!(pay(1, 999_999_999), E::InsufficientPayment);
			ask(0);
			assert_noop!(pay(1_000_000_001, 1_000_000_000), E::InsufficientPayment);
		}
	});
}

#[test]
fn success_tells_the_catalogue() {
	run(|| {
		let open = || OpenJobs::get(Did::parse(MODEL).unwrap().hash());
		let (first, _) = (submit(), submit());
		assert_eq!(open(), 2);
		assert_ok!(Market::cancel_job(signed(ALICE), first));
		assert_eq!(open(), 1);
	});
}

#[test]
fn fails_when_confidential() {
	run(|| {
		assert_noop!(submit_with(MODEL, vec![], 1, ESCROW, true), E::ConfidentialUnavailable);
	});
}

#[test]
fn boundary_fee_and_royalty_leave_a_tenth() {
	run(|| {
		let royalty = |royalty_bps| {
			register_model(MODEL, model(ModelTerms { royalty_bps, ..Default::default() }))
		};
		royalty(8_501);
		assert_noop!(submit_with(MODEL, vec![], 1, ESCROW, false), E::SharesTooHigh);
		royalty(8_500);
		assert_ok!(submit_with(MODEL, vec![], 1, ESCROW, false));
	});
}

#[test]
fn fails_without_the_funds() {
	run(|| {
		let deposit = Market::deposit_for(0);
		set_free(&ALICE, ESCROW + deposit + ED - 1);
		assert_noop!(submit_with(MODEL, vec![], 1, ESCROW, false), TokenError::FundsUnavailable);
		set_free(&ALICE, ESCROW + deposit + ED);
		assert_ok!(submit_with(MODEL, vec![], 1, ESCROW, false));
		assert_eq!(free(&ALICE), ED);
	});
}

#[test]
fn fails_above_the_number_of_jobs_per_own_block() {
	run(|| {
		assert_ok!(Market::update_max_jobs(RuntimeOrigin::root(), 2));
		submit();
		submit();
		assert_noop!(submit_with(MODEL, vec![], 1, ESCROW, false), E::MaxJobsExceeded);
		// The clock does not matter, the own block does.
		go_to(5_000 - 1);
		System::set_block_number(System::block_number() - 1);
		assert_noop!(submit_with(MODEL, vec![], 1, ESCROW, false), E::MaxJobsExceeded);
		System::set_block_number(System::block_number() + 1);
		submit();
		assert_eq!(JobsInBlock::<Test>::get(), (System::block_number(), 1));
	});
}

#[test]
fn fails_unsigned() {
	run(|| {
		assert_noop!(
			Market::submit_job(RuntimeOrigin::none(), MODEL.to_vec(), vec![], 1, ESCROW, 0, false),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn fails_when_the_numbers_are_used_up() {
	run(|| {
		NextJobId::<Test>::put(u64::MAX);
		assert_noop!(
			submit_with(MODEL, vec![], 1, ESCROW, false),
			sp_runtime::ArithmeticError::Overflow
		);
	});
}
