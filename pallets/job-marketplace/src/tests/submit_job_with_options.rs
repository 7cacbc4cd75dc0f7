use super::*;
use crate::parameters::ParametersOf;
use frame_support::BoundedVec;
use sp_runtime::DispatchResult;

type Options = SubmitOptions<BlockNumber>;

/// ALICE submits a job with `options`.
fn submit_with(options: Options) -> DispatchResult {
	submit_payload(Payload::Inline(b"prompt".to_vec()), options)
}

fn submit_payload(payload: Payload, options: Options) -> DispatchResult {
	Market::submit_job_with_options(
		signed(ALICE),
		MODEL.to_vec(),
		payload,
		TOKENS,
		ESCROW,
		8,
		false,
		options,
	)
}

fn region(name: &str) -> Options {
	Options { region: Some(name.as_bytes().to_vec()), ..Default::default() }
}

fn reputation(least: u32) -> Options {
	Options { min_reputation: Some(least), ..Default::default() }
}

fn direct(n: u8) -> Options {
	Options { provider: Some(did_bytes(n)), ..Default::default() }
}

fn locate(n: u8, location: &str) {
	change_node(n, |node| node.location = BoundedVec::truncate_from(location.as_bytes().to_vec()));
}

fn can(n: u8) -> Result<(), CannotBid> {
	Market::can_bid(0, did_bytes(n))
}

mod success {
	use super::*;

	#[test]
	fn stores_every_option() {
		run(|| {
			take_events();
			assert_ok!(submit_with(Options {
				deadline: Some(2_000),
				min_reputation: Some(4_000),
				region: Some(b"eu".to_vec()),
				seed: Some(u64::MAX),
				provider: Some(did_bytes(3)),
				escrow_period: Some(14_400),
				result_limit: Some(1_200),
				proof: None,
			}));
			let record = job(0);
			assert!(record.has_options);
			assert_eq!((record.lifetime_end, record.deadline), (2_000, 1_110));
			assert_eq!((record.escrow_period, record.result_limit), (14_400, 1_200));
			let requirements = Requirements {
				min_reputation: 4_000,
				region: BoundedVec::truncate_from(b"eu".to_vec()),
				provider: Some(did(3).hash()),
				seed: Some(u64::MAX),
			};
			assert_eq!(JobOptions::<Test>::get(0), Some(requirements.clone()));
			let deposit = Market::deposit_with_options(6);
			assert_eq!(held(HoldReason::StorageDeposit, &ALICE), deposit);
			assert!(deposit > Market::deposit_for(6));
			assert_eq!(
				take_events(),
				[
					Event::JobSubmitted {
						job_id: 0,
						requester: ALICE,
						max_payment: ESCROW,
						model_did: Did::parse(MODEL).unwrap(),
						deposit,
						bid_end: 1_010,
					},
					Event::JobOptionsSet {
						job_id: 0,
						requirements,
						deadline: 2_000,
						escrow_period: 14_400,
						result_limit: 1_200,
					},
				]
			);
		});
	}

	#[test]
	fn without_options_is_the_job_that_submit_job_makes() {
		run(|| {
			assert_ok!(submit_with(Options::default()));
			submit();
			let mut record = job(0);
			assert!(record.deposit > job(1).deposit);
			(record.has_options, record.deposit) = (false, job(1).deposit);
			assert_eq!(record, job(1));
			assert!(!JobOptions::<Test>::contains_key(1));
		});
	}

	#[test]
	fn keeps_a_reference_instead_of_the_prompt() {
		run(|| {
			let uri = vec![b'u'; 256];
			let payload = Payload::Reference { hash: [3; 32], uri: uri.clone() };
			assert_ok!(submit_payload(payload, Options::default()));
			let reference = PayloadReferences::<Test>::get(0).unwrap();
			assert_eq!((reference.hash, reference.uri.into_inner()), ([3; 32], uri));
			assert!(!Prompts::<Test>::contains_key(0));
			assert_eq!(held(HoldReason::StorageDeposit, &ALICE), Market::deposit_with_options(288));
		});
	}

	#[test]
	fn options_leave_with_the_job_and_the_deposit_comes_back() {
		run(|| {
			let payload = Payload::Reference { hash: [3; 32], uri: b"u".to_vec() };
			assert_ok!(submit_payload(payload, region("eu")));
			assert_ok!(Market::cancel_job(signed(ALICE), 0));
			assert!(JobOptions::<Test>::contains_key(0));
			go_to_deadline(0);
			assert_ok!(Market::reap_job(signed(STRANGER), 0));
			assert!(!JobOptions::<Test>::contains_key(0));
			assert!(!PayloadReferences::<Test>::contains_key(0));
			assert_eq!(free(&ALICE), ENDOWMENT);
		});
	}

	#[test]
	fn escrow_period_is_the_requesters() {
		run(|| {
			let options = Options { escrow_period: Some(5_000), ..Default::default() };
			assert_ok!(submit_with(options));
			assign_new(0);
			assert_ok!(Market::start_job(signed(owner(0)), 0));
			deliver(0, 1);
			assert_eq!(job(0).deadline, 1_000 + 5_000);
			go_to(5_999);
			assert_noop!(Market::finalize_job(signed(STRANGER), 0), E::TooEarly);
			go_to(6_000);
			assert_ok!(Market::finalize_job(signed(STRANGER), 0));
		});
	}
}

mod bids {
	use super::*;

	#[test]
	fn need_the_reputation() {
		run(|| {
			assert_ok!(submit_with(reputation(5_001)));
			assert_noop!(bid(0, 0, PRICE), E::ReputationTooLow);
			assert_eq!(can(0), Err(CannotBid::Ineligible(Ineligible::ReputationTooLow)));
			change_node(0, |node| node.reputation = 5_001);
			assert_eq!(can(0), Ok(()));
			assert_ok!(bid(0, 0, PRICE));
		});
	}

	#[test]
	fn need_the_region_as_a_prefix() {
		run(|| {
			assert_ok!(submit_with(region("eu-w")));
			for elsewhere in ["", "eu", "eu-", "us-west", "EU-west", " eu-west"] {
				locate(0, elsewhere);
				assert_noop!(bid(0, 0, PRICE), E::OutsideRegion);
			}
			assert_eq!(can(0), Err(CannotBid::Ineligible(Ineligible::OutsideRegion)));
			for (n, inside) in [(0, "eu-w"), (1, "eu-west"), (2, "eu-west/paris")] {
				locate(n, inside);
				assert_ok!(bid(0, n, PRICE));
			}
		});
	}

	#[test]
	fn of_others_than_the_one_provider_are_refused() {
		run(|| {
			assert_ok!(submit_with(direct(2)));
			for n in [0, 1, 3] {
				assert_noop!(bid(0, n, PRICE), E::NotInvited);
				assert_eq!(can(n), Err(CannotBid::Ineligible(Ineligible::NotInvited)));
			}
			assert_ok!(bid(0, 2, PRICE));
			go_to(1_010);
			assert_ok!(Market::match_job(signed(STRANGER), 0));
			assert_eq!(job(0).assignment.unwrap().owner, owner(2));
		});
	}

	#[test]
	fn keep_to_the_result_limit() {
		run(|| {
			let limit =
				|result_limit| Options { result_limit: Some(result_limit), ..Default::default() };
			let at = |job_id, ticks: u32| {
				Market::place_bid(signed(owner(0)), job_id, did_bytes(0), PRICE, ticks * 6_000)
			};
			// Shorter and longer than the market's 600.
			assert_ok!(submit_with(limit(5)));
			assert_noop!(at(0, 6), E::LatencyTooLong);
			assert_ok!(at(0, 5));
			assert_ok!(submit_with(limit(14_400)));
			assert_noop!(at(1, 14_401), E::LatencyTooLong);
			assert_ok!(at(1, 14_400));
		});
	}

	#[test]
	fn must_fit_the_deadline_from_the_end_of_bidding_on() {
		run(|| {
			// End of bidding 1 010, start 20, late grace 20.
			let options = Options { deadline: Some(1_150), ..Default::default() };
			assert_ok!(submit_with(options));
			let at = |ticks: u32| {
				Market::place_bid(signed(owner(0)), 0, did_bytes(0), PRICE, ticks * 6_000)
			};
			assert_noop!(at(101), E::LifetimeExceeded);
			assert_ok!(at(100));
			go_to(1_010);
			assert_ok!(Market::match_job(signed(STRANGER), 0));
		});
	}
}

/// What a bid met may have changed since.
mod matching_looks_again {
	use super::*;

	/// Three nodes bid, the best one changes, and the next one gets the job. Returns where the bond
	/// of the first one went.
	fn after(options: Options, change: fn(&mut Node)) -> BidStanding {
		let mut standing = None;
		run(|| {
			assert_ok!(submit_with(options));
			for n in 0..3 {
				assert_ok!(bid(0, n, PRICE + Balance::from(n)));
			}
			change_node(0, change);
			go_to(1_010);
			assert_noop!(Market::assign_job(signed(ALICE), 0, did_bytes(0)).map_err(|_| ()), ());
			assert_ok!(Market::match_job(signed(STRANGER), 0));
			assert_eq!(job(0).assignment.unwrap().owner, owner(1));
			standing = JobBids::<Test>::get(0, did(0).hash()).map(|bid| bid.standing);
		});
		standing.unwrap()
	}

	#[test]
	fn at_the_reputation() {
		let standing = after(reputation(5_000), |node| node.reputation = 4_999);
		assert_eq!(standing, BidStanding::Struck);
	}

	#[test]
	fn at_the_region_whose_change_is_the_owners_act() {
		let standing =
			after(region("eu"), |node| node.location = BoundedVec::truncate_from(b"us".to_vec()));
		assert_eq!(standing, BidStanding::Forfeited);
	}

	#[test]
	fn at_the_deadline() {
		run(|| {
			let options = Options { deadline: Some(1_150), ..Default::default() };
			assert_ok!(submit_with(options));
			assert_ok!(bid(0, 0, PRICE));
			// The bid promises 10 ticks: start, latency and grace are 50.
			go_to(1_101);
			assert_noop!(Market::assign_job(signed(ALICE), 0, did_bytes(0)), E::LifetimeExceeded);
			assert_ok!(Market::match_job(signed(STRANGER), 0));
			assert_eq!(status(0), JobStatus::Pending);
			go_to_deadline(0);
			assert_ok!(Market::expire_job(signed(STRANGER), 0));
			assert_ok!(Market::withdraw_bid(signed(STRANGER), 0, did_bytes(0)));
			assert_eq!(free(&owner(0)), ENDOWMENT);
		});
	}

	#[test]
	fn at_promotion_too() {
		run(|| {
			assert_ok!(submit_with(region("eu")));
			for n in 0..4 {
				assert_ok!(bid(0, n, PRICE));
			}
			locate(3, "us");
			go_to(1_010);
			assert_noop!(Market::promote_bid(signed(STRANGER), 0, did_bytes(3)), E::OutsideRegion);
			locate(3, "eu");
			locate(1, "us");
			assert_ok!(Market::promote_bid(signed(STRANGER), 0, did_bytes(3)));
		});
	}
}

mod fails {
	use super::*;

	#[track_caller]
	fn refused(options: Options, error: OptionError) {
		assert_noop!(submit_with(options), E::InvalidOptions(error));
	}

	#[test]
	fn outside_the_bounds_and_takes_the_bounds() {
		run(|| {
			set_free(&ALICE, ENDOWMENT * 10);
			let with = |change: fn(&mut Options, u32), value| {
				let mut options = Options::default();
				change(&mut options, value);
				options
			};
			type Set = fn(&mut Options, u32);
			// The soonest end: bidding 10, start 20, one tick, late grace 20.
			let cases: [(Set, u32, u32, OptionError); 4] = [
				(|o, v| o.deadline = Some(v), 1_051, 29_800, OptionError::Deadline),
				(|o, v| o.min_reputation = Some(v), 0, 10_000, OptionError::Reputation),
				(|o, v| o.escrow_period = Some(v), 100, 14_400, OptionError::EscrowPeriod),
				(|o, v| o.result_limit = Some(v), 1, 14_400, OptionError::ResultLimit),
			];
			for (set, least, most, error) in cases {
				assert_ok!(submit_with(with(set, least)));
				assert_ok!(submit_with(with(set, most)));
				if let Some(less) = least.checked_sub(1) {
					refused(with(set, less), error);
				}
				refused(with(set, most + 1), error);
				refused(with(set, u32::MAX), error);
			}
		});
	}

	#[test]
	fn with_a_region_or_location_that_does_not_fit() {
		run(|| {
			refused(region(""), OptionError::Region);
			refused(region(&"x".repeat(33)), OptionError::Region);
			assert_ok!(submit_with(region(&"x".repeat(32))));
			for length in [0, 257, 100_000] {
				let payload = Payload::Reference { hash: [0; 32], uri: vec![b'u'; length] };
				assert_noop!(
					submit_payload(payload, Options::default()),
					E::InvalidOptions(OptionError::Uri)
				);
			}
		});
	}

	#[test]
	fn for_a_provider_that_is_none() {
		run(|| {
			let to = |provider: &[u8]| {
				submit_with(Options { provider: Some(provider.to_vec()), ..Default::default() })
			};
			assert_noop!(to(b"gpu"), E::InvalidDid(DidError::Malformed));
			assert_noop!(to(&did_bytes(88)), E::NodeNotFound);
		});
	}

	#[test]
	fn where_submit_job_fails() {
		run(|| {
			let with = |who, model: &[u8], payload, tokens, payment, confidential| {
				Market::submit_job_with_options(
					who,
					model.to_vec(),
					payload,
					tokens,
					payment,
					8,
					confidential,
					Options::default(),
				)
			};
			let p = || Payload::Inline(vec![]);
			let alice = || signed(ALICE);
			assert_noop!(
				with(RuntimeOrigin::none(), MODEL, p(), 1, ESCROW, false),
				DispatchError::BadOrigin
			);
			assert_noop!(
				with(alice(), b"m", p(), 1, ESCROW, false),
				E::InvalidDid(DidError::Malformed)
			);
			assert_noop!(
				with(alice(), MODEL, Payload::Inline(vec![0; 10_241]), 1, ESCROW, false),
				E::PromptTooLong
			);
			assert_noop!(with(alice(), MODEL, p(), 0, ESCROW, false), E::ZeroTokens);
			assert_noop!(with(alice(), MODEL, p(), 1, 1, false), E::InsufficientPayment);
			assert_noop!(with(alice(), MODEL, p(), 1, ESCROW, true), E::ConfidentialUnavailable);
			assert_noop!(
				with(alice(), MODEL, p(), 1, ENDOWMENT + 1, false),
				TokenError::FundsUnavailable
			);
			assert_ok!(Market::update_max_jobs(RuntimeOrigin::root(), 0));
			assert_noop!(with(alice(), MODEL, p(), 1, ESCROW, false), E::MaxJobsExceeded);
		});
	}
}

#[test]
fn the_soonest_deadline_follows_the_parameters() {
	run(|| {
		let parameters = ParametersOf::<Test> {
			bidding: 30,
			start: 40,
			late_grace: 5,
			..Parameters::<Test>::get()
		};
		assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
		let until = |deadline| Options { deadline: Some(deadline), ..Default::default() };
		assert_noop!(submit_with(until(1_075)), E::InvalidOptions(OptionError::Deadline));
		assert_ok!(submit_with(until(1_076)));
		// A single tick is then just possible.
		assert_ok!(Market::place_bid(signed(owner(0)), 0, did_bytes(0), PRICE, 1));
		go_to(1_030);
		assert_ok!(Market::match_job(signed(STRANGER), 0));
		assert_eq!(status(0), JobStatus::Assigned);
	});
}

#[test]
fn an_ordinary_job_reads_no_options() {
	run(|| {
		let job_id = submit();
		// An entry that nobody should look at.
		JobOptions::<Test>::insert(
			job_id,
			Requirements { min_reputation: 10_000, ..Default::default() },
		);
		assert_ok!(bid(job_id, 0, PRICE));
		go_to(1_010);
		assert_ok!(Market::match_job(signed(STRANGER), job_id));
		JobOptions::<Test>::remove(job_id);
	});
}

#[test]
fn weight_goes_by_what_is_stored() {
	use crate::WeightInfo;
	let weight = |payload| {
		Call::<Test>::submit_job_with_options {
			model_did: vec![],
			payload,
			max_tokens: 1,
			max_payment: 1,
			min_vram_gb: 0,
			confidential: false,
			options: Options::default(),
		}
		.get_dispatch_info()
		.call_weight
	};
	let expected = |p| <() as WeightInfo>::submit_job_with_options(p);
	assert_eq!(weight(Payload::Inline(vec![0; 70])), expected(70));
	assert_eq!(weight(Payload::Reference { hash: [0; 32], uri: vec![0; 70] }), expected(102));
}
