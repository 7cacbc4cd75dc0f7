//! Confidential jobs: what they keep, which nodes get them, and what revocation and expiry do.

use super::*;
use ai_compute_primitives::{JobKeys, KeyFault};

fn sealed(job_id: u64) -> SealedJob {
	SealedJobs::<Test>::get(job_id).unwrap()
}

fn submit_with(prompt: Vec<u8>, confidential: bool) -> Result<(), DispatchError> {
	Market::submit_job(signed(ALICE), MODEL.to_vec(), prompt, TOKENS, ESCROW, 8, confidential)
}

fn submit_options(payload: Payload, confidential: bool) -> Result<(), DispatchError> {
	Market::submit_job_with_options(
		signed(ALICE),
		MODEL.to_vec(),
		payload,
		TOKENS,
		ESCROW,
		8,
		confidential,
		SubmitOptions::default(),
	)
}

mod submission {
	use super::*;

	#[test]
	fn success_keeps_policy_prompt_and_sealing() {
		run(|| {
			set_policy(7);
			assert_ok!(submit_with(with_sealing(), true));
			assert!(job(0).confidential);
			let expected = SealedJob {
				policy: H256::repeat_byte(7),
				prompt: H256(blake2_256(&sealed_prompt())),
				sealing: SEALING,
				pinned: None,
			};
			assert_eq!(sealed(0), expected);
			assert_eq!(Prompts::<Test>::get(0).unwrap().into_inner(), sealed_prompt());
			let event = Event::JobSealed {
				job_id: 0,
				policy: expected.policy,
				prompt: expected.prompt,
				result_key: SEALING.result_key,
				salt: SEALING.salt,
			};
			assert!(take_events().contains(&event));
			// A later policy changes nothing.
			set_policy(8);
			assert_eq!(sealed(0), expected);
		});
	}

	#[test]
	fn the_deposit_pays_for_what_it_keeps() {
		run(|| {
			set_policy(1);
			assert_ok!(submit_with(sealed_prompt(), false));
			assert_ok!(submit_with(with_sealing(), true));
			let more = job(1).deposit - job(0).deposit;
			assert_eq!(more, 10_000_000 * Balance::from(Market::sealed_len()));
			assert_eq!(Market::sealed_len(), 4 * 32 + 10 + 82);
		});
	}

	#[test]
	fn success_with_options_on_chain_and_off() {
		run(|| {
			set_policy(1);
			let prompt = sealed_prompt();
			assert_ok!(submit_options(Payload::Sealed { sealing: SEALING, prompt }, true));
			assert_eq!(sealed(0).prompt, H256(blake2_256(&sealed_prompt())));
			let (hash, uri) = ([9; 32], b"ipfs://x".to_vec());
			let payload = Payload::SealedReference { sealing: SEALING, hash, uri };
			assert_ok!(submit_options(payload, true));
			assert_eq!((sealed(1).prompt, sealed(1).sealing), (H256(hash), SEALING));
			assert_eq!(PayloadReferences::<Test>::get(1).unwrap().hash, hash);
		});
	}

	#[test]
	fn fails_without_a_policy() {
		run(|| {
			assert_noop!(submit_with(with_sealing(), true), E::ConfidentialUnavailable);
			assert_noop!(submit_with(vec![], true), E::ConfidentialUnavailable);
		});
	}

	#[test]
	fn fails_without_a_sealing() {
		run(|| {
			set_policy(1);
			assert_noop!(submit_with(with_sealing()[..63].to_vec(), true), E::SealingMissing);
			assert_noop!(submit_options(Payload::Inline(sealed_prompt()), true), E::SealingMissing);
			let payload = Payload::Reference { hash: [1; 32], uri: b"u".to_vec() };
			assert_noop!(submit_options(payload, true), E::SealingMissing);
		});
	}

	#[test]
	fn fails_with_a_sealed_prompt_for_everybody() {
		run(|| {
			set_policy(1);
			let prompt = sealed_prompt();
			let payload = Payload::Sealed { sealing: SEALING, prompt };
			assert_noop!(submit_options(payload, false), E::NotConfidential);
		});
	}

	#[test]
	fn fails_with_what_is_no_envelope_or_a_weak_key() {
		run(|| {
			set_policy(1);
			let open = [SEALING.encode(), b"Hello".to_vec()].concat();
			assert_noop!(submit_with(open, true), BAD_ENVELOPE);
			let mut weak = with_sealing();
			weak[..32].fill(0);
			assert_noop!(submit_with(weak, true), WEAK_KEY);
			// The salt of another result key: a host could have its own put in its place.
			let mut mixed = with_sealing();
			mixed[..32].fill(9);
			assert_noop!(submit_with(mixed, true), E::WrongSalt);
			let sealing = Sealing { salt: [0; 32], ..SEALING };
			let payload = Payload::Sealed { sealing, prompt: sealed_prompt() };
			assert_noop!(submit_options(payload, true), E::WrongSalt);
			let long = [SEALING.encode(), vec![1; 10_241]].concat();
			assert_noop!(submit_with(long, true), E::PromptTooLong);
		});
	}

	/// However long governance lets jobs live, the policy that one is held to outlives it.
	#[test]
	fn boundary_the_job_ends_before_its_policy_can_go() {
		run(|| {
			set_policy(1);
			let lifetime = |prompt, confidential| {
				let job_id = NextJobId::<Test>::get();
				assert_ok!(submit_with(prompt, confidential));
				job(job_id).lifetime_end - job(job_id).created_at
			};
			let parameters =
				MarketParameters { max_lifetime: 100_000, ..Parameters::<Test>::get() };
			assert_ok!(Market::set_parameters(RuntimeOrigin::root(), parameters));
			assert_eq!(lifetime(with_sealing(), true), 100_000);
			PolicyRetention::set(Some(30_000));
			assert_eq!(lifetime(with_sealing(), true), 30_000);
			assert_eq!(lifetime(sealed_prompt(), false), 100_000);
			// Nor does it wait for a node longer than that.
			PolicyRetention::set(Some(50));
			assert_eq!(lifetime(with_sealing(), true), 50);
			let last = NextJobId::<Test>::get() - 1;
			assert_eq!(job(last).deadline, job(last).lifetime_end);
		});
	}

	#[test]
	fn ordinary_jobs_keep_nothing_more() {
		run(|| {
			set_policy(1);
			submit();
			assert_eq!(SealedJobs::<Test>::iter().count(), 0);
		});
	}
}

mod bidding {
	use super::*;

	#[test]
	fn only_attested_nodes_bid() {
		run(|| {
			let job_id = submit_sealed();
			let can = |n| Market::can_bid(job_id, did_bytes(n));
			assert_noop!(bid(job_id, 0, PRICE), NO_ATTESTATION);
			assert_eq!(can(0), Err(CannotBid::Ineligible(Ineligible::NotAttested)));
			attest(0, 9);
			assert_noop!(bid(job_id, 0, PRICE), EXPIRED);
			// Bidding ends in ten ticks.
			let id = attest(0, 10);
			assert_eq!(can(0), Ok(()));
			assert_ok!(bid(job_id, 0, PRICE));
			revoke(id, false);
			attest(1, 100);
			assert_ok!(bid(job_id, 1, PRICE));
			let id = attest(2, 100);
			revoke(id, false);
			assert_noop!(bid(job_id, 2, PRICE), REVOKED);
			assert_eq!(can(2), Err(CannotBid::Ineligible(Ineligible::AttestationTaken)));
		});
	}

	#[test]
	fn an_attestation_to_another_policy_is_none() {
		run(|| {
			let job_id = submit_sealed();
			set_policy(2);
			attest(0, 10_000);
			assert_noop!(bid(job_id, 0, PRICE), NO_ATTESTATION);
			let later = submit_sealed();
			assert_ok!(bid(later, 0, PRICE));
		});
	}

	#[test]
	fn who_keeps_the_key_does_not_get_the_job() {
		run(|| {
			let job_id = submit_sealed();
			attest(0, 10_000);
			attest(1, 10_000);
			assert_ok!(bid(job_id, 0, PRICE));
			assert_ok!(bid(job_id, 1, PRICE));
			Seats::set(vec![owner(0)]);
			assert_noop!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)), E::KeepsTheKey);
			attest(2, 10_000);
			Seats::set(vec![owner(0), owner(2)]);
			assert_noop!(bid(job_id, 2, PRICE), E::KeepsTheKey);
			go_to(1_010);
			assert_ok!(Market::match_job(signed(STRANGER), job_id));
			assert_eq!(job(job_id).assignment.unwrap().owner, owner(1));
			let struck = JobBids::<Test>::get(job_id, did(0).hash()).unwrap();
			assert_eq!(struck.standing, BidStanding::Struck);
		});
	}

	/// A bid must leave time for the key too.
	#[test]
	fn boundary_of_the_lifetime_counts_the_time_for_the_key() {
		run(|| {
			set_policy(1);
			attest(0, 10_000);
			// Bidding 10, key 20, start 20, latency 10, late grace 20.
			let with = |deadline: u32, confidential| {
				let options =
					SubmitOptions { deadline: Some(1_000 + deadline), ..Default::default() };
				let payload = match confidential {
					true => Payload::Sealed { sealing: SEALING, prompt: sealed_prompt() },
					false => Payload::Inline(b"p".to_vec()),
				};
				let job_id = NextJobId::<Test>::get();
				assert_ok!(Market::submit_job_with_options(
					signed(ALICE),
					MODEL.to_vec(),
					payload,
					TOKENS,
					ESCROW,
					8,
					confidential,
					options,
				));
				bid(job_id, 0, PRICE)
			};
			assert_ok!(with(80, true));
			assert_eq!(with(79, true), Err(E::LifetimeExceeded.into()));
			assert_ok!(with(60, false));
			assert_eq!(with(59, false), Err(E::LifetimeExceeded.into()));
		});
	}
}

mod matching_and_assignment {
	use super::*;

	#[test]
	fn success_pins_the_attestation_and_waits_for_the_key() {
		run(|| {
			let job_id = submit_sealed();
			let id = attest(0, 10_000);
			assert_ok!(bid(job_id, 0, PRICE));
			take_events();
			assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
			let pinned = Pinned { attestation: id, key: KeyState::Owed };
			assert_eq!(sealed(job_id).pinned, Some(pinned));
			assert_eq!((status(job_id), job(job_id).deadline), (JobStatus::Assigned, 1_020));
			let owed = Event::KeyOwed { job_id, attempt: 1, attestation: id, deadline: 1_020 };
			assert!(take_events().contains(&owed));
			assert_eq!(
				Market::job_now(job_id).unwrap().calls,
				[JobCall::AbandonJob, JobCall::DeliverKey]
			);
		});
	}

	/// Now 1 010: key 20, start 20, latency 10, late grace 20, and 100 to spare.
	#[test]
	fn boundary_of_the_attestation_at_matching() {
		for (ticks, wins) in [(180, true), (179, false)] {
			run(|| {
				let job_id = submit_sealed();
				attest(0, ticks);
				assert_ok!(bid(job_id, 0, PRICE));
				go_to(1_010);
				assert_ok!(Market::match_job(signed(STRANGER), job_id));
				assert_eq!(status(job_id) == JobStatus::Assigned, wins);
			});
		}
	}

	/// Expiry between bid and match is caught, and is the owner's to see to.
	#[test]
	fn an_attestation_that_ran_out_costs_the_bond() {
		run(|| {
			let job_id = submit_sealed();
			attest(0, 20);
			attest(1, 10_000);
			assert_ok!(bid(job_id, 0, PRICE / 2));
			assert_ok!(bid(job_id, 1, PRICE));
			go_to(1_010);
			assert_ok!(Market::match_job(signed(STRANGER), job_id));
			assert_eq!(job(job_id).assignment.unwrap().owner, owner(1));
			let struck = JobBids::<Test>::get(job_id, did(0).hash()).unwrap();
			assert_eq!(struck.standing, BidStanding::Forfeited);
			assert!(take_events().iter().any(|event| matches!(
				event,
				Event::BidStruck { reason: Ineligible::NotAttested, .. }
			)));
		});
	}

	#[test]
	fn revocation_of_open_bids_costs_the_bond_if_it_was_the_owners() {
		for (by_owner, standing) in [(true, BidStanding::Forfeited), (false, BidStanding::Struck)] {
			run(|| {
				let job_id = submit_sealed();
				let id = attest(0, 10_000);
				assert_ok!(bid(job_id, 0, PRICE));
				revoke(id, by_owner);
				assert_noop!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)), REVOKED);
				go_to(1_010);
				assert_ok!(Market::match_job(signed(STRANGER), job_id));
				assert_eq!(status(job_id), JobStatus::Pending);
				let bid = JobBids::<Test>::get(job_id, did(0).hash()).unwrap();
				assert_eq!(bid.standing, standing);
			});
		}
	}

	#[test]
	fn promotion_asks_for_the_attestation_too() {
		run(|| {
			let job_id = submit_sealed();
			let ids: Vec<_> = (0..4).map(|n| attest(n, 10_000)).collect();
			for n in 0..4 {
				assert_ok!(bid(job_id, n, PRICE));
			}
			go_to(1_010);
			let promote = || Market::promote_bid(signed(STRANGER), job_id, did_bytes(3));
			assert_noop!(promote(), E::NoLeaderSeat);
			revoke(ids[3], true);
			assert_noop!(promote(), REVOKED);
			attest(3, 10_000);
			revoke(ids[1], false);
			assert_ok!(promote());
			let struck = JobBids::<Test>::get(job_id, did(1).hash()).unwrap();
			assert_eq!(struck.standing, BidStanding::Struck);
		});
	}

	/// A node that has attested anew is pinned to the newest.
	#[test]
	fn success_each_attempt_is_pinned_anew() {
		run(|| {
			let job_id = submit_sealed();
			let first = attest(0, 10_000);
			let second = attest(1, 10_000);
			assert_ok!(bid(job_id, 0, PRICE / 2));
			assert_ok!(bid(job_id, 1, PRICE));
			go_to(1_010);
			assert_ok!(Market::match_job(signed(STRANGER), job_id));
			assert_eq!(sealed(job_id).pinned.unwrap().attestation, first);
			assert_ok!(deliver_key(job_id));
			assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
			assert_eq!(status(job_id), JobStatus::Pending);
			assert_eq!(sealed(job_id).pinned, None);
			assert!(!SealedKeys::<Test>::contains_key(job_id));
			assert_ok!(Market::match_job(signed(STRANGER), job_id));
			let pinned = Pinned { attestation: second, key: KeyState::Owed };
			assert_eq!(sealed(job_id).pinned, Some(pinned));
		});
	}

	#[test]
	fn hiring_pins_and_waits_too() {
		run(|| {
			set_policy(1);
			let keys = hire::ed25519(77);
			change_node(0, |node| node.owner = keys.account());
			set_free(&keys.account(), ENDOWMENT);
			let offer = Offer { confidential: true, ..hire::offer() };
			let order = |payload| {
				let request = HireJob { payload, ..hire::request() };
				Market::hire(signed(ALICE), request, hire::signed_by(&keys, offer.clone()))
			};
			let payload = || Payload::Sealed { sealing: SEALING, prompt: sealed_prompt() };
			assert_noop!(order(Payload::Inline(sealed_prompt())), E::SealingMissing);
			assert_noop!(order(payload()), NO_ATTESTATION);
			// Key 20, start 20, latency 10, late grace 20, and 100 to spare.
			attest(0, 169);
			assert_noop!(order(payload()), EXPIRED);
			let id = attest(0, 170);
			assert_ok!(order(payload()));
			assert_eq!(sealed(0).pinned, Some(Pinned { attestation: id, key: KeyState::Owed }));
			assert_eq!(job(0).deadline, 1_020);
			let plain = Offer { confidential: false, ..hire::offer() };
			let request = HireJob { payload: payload(), ..hire::request() };
			assert_noop!(
				Market::hire(signed(ALICE), request, hire::signed_by(&keys, plain)),
				E::NotConfidential
			);
		});
	}
}

mod missing_keys {
	use super::*;

	#[test]
	fn the_requester_owes_the_node_a_part_of_what_it_could_have_earned() {
		run(|| {
			let (job_id, _) = waiting();
			let (alice, provider) = (free(&ALICE), free(&owner(0)));
			take_events();
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
			let compensation = PRICE * Balance::from(TOKENS) / 100;
			assert_eq!(status(job_id), JobStatus::Cancelled);
			assert_eq!(free(&owner(0)), provider + compensation);
			assert_eq!(free(&ALICE), alice + ESCROW - compensation);
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
			assert_eq!((node(0).busy, node(0).exposure), (0, 0));
			let event = Event::KeyFailed {
				job_id,
				node: did(0).hash(),
				failure: KeyFailure::NotDelivered,
				compensation,
				refund: ESCROW - compensation,
			};
			assert!(take_events().contains(&event));
			// Nobody's standing suffers.
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::Undecided]);
			assert_eq!(MissedKeys::get(), [(job_id, 1, 1_020)]);
		});
	}

	#[test]
	fn the_part_is_rounded_up_and_goes_to_the_fee_account_if_the_node_cannot_take_it() {
		run(|| {
			set_policy(1);
			attest(0, 10_000);
			let order = with_sealing();
			let payment = 1_000_000_000;
			assert_ok!(Market::submit_job(
				signed(ALICE),
				MODEL.to_vec(),
				order,
				1_001,
				payment,
				8,
				true
			));
			assert_ok!(bid(0, 0, 1));
			assert_ok!(Market::assign_job(signed(ALICE), 0, did_bytes(0)));
			// 1 % of 1 001 is 10.01.
			set_free(&owner(0), 0);
			let treasury = free(&TREASURY);
			go_to_deadline(0);
			assert_ok!(Market::expire_job(signed(STRANGER), 0));
			assert_eq!(free(&TREASURY), treasury + 11);
			assert_eq!(free(&owner(0)), 0);
		});
	}

	#[test]
	fn the_members_of_a_committee_pay_if_they_had_the_key() {
		run(|| {
			let (job_id, _) = waiting();
			MissedKeysAre::set(KeyFault::Committee);
			let alice = free(&ALICE);
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
			assert_eq!(status(job_id), JobStatus::Cancelled);
			assert_eq!(free(&ALICE), alice + ESCROW);
			assert!(take_events().iter().any(|event| matches!(
				event,
				Event::KeyFailed { failure: KeyFailure::NotReleased, compensation: 0, .. }
			)));
		});
	}

	/// A node that has its own attestation revoked so that no key can come gains nothing by it.
	#[test]
	fn nobody_owes_a_node_anything_whose_attestation_is_revoked() {
		for by_owner in [true, false] {
			run(|| {
				let (job_id, id) = waiting();
				revoke(id, by_owner);
				assert_noop!(deliver_key(job_id), REVOKED);
				let (alice, provider) = (free(&ALICE), free(&owner(0)));
				go_to_deadline(job_id);
				assert_ok!(Market::expire_job(signed(STRANGER), job_id));
				assert_eq!(status(job_id), JobStatus::Failed);
				assert_eq!((free(&ALICE), free(&owner(0))), (alice + ESCROW, provider));
				let outcomes: Vec<_> = Outcomes::get().into_iter().map(|o| o.3).collect();
				assert_eq!(outcomes, [JobOutcome::Undecided]);
				assert_eq!(MissedKeys::get(), []);
			});
		}
	}

	/// Records of attestations go some days after their time. Whoever waits that long to have a revoked
	/// node punished has waited in vain.
	#[test]
	fn nobody_is_blamed_once_the_attestation_is_forgotten() {
		run(|| {
			let (job_id, id) = processing_sealed();
			revoke(id, false);
			go_to_deadline(job_id);
			MockAttested::remove(id);
			assert_ok!(Market::expire_job(signed(ALICE), job_id));
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|o| o.3).collect();
			assert_eq!(
				(status(job_id), outcomes),
				(JobStatus::Failed, vec![JobOutcome::Undecided])
			);
		});
		// One that stands is to blame.
		run(|| {
			let (job_id, _) = processing_sealed();
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(ALICE), job_id));
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|o| o.3).collect();
			assert_eq!(outcomes, [JobOutcome::TimedOut]);
		});
	}

	#[test]
	fn a_job_whose_node_lost_its_attestation_looks_for_another() {
		run(|| {
			let job_id = submit_sealed();
			let id = attest(0, 10_000);
			attest(1, 10_000);
			assert_ok!(bid(job_id, 1, PRICE));
			assign_new(job_id);
			revoke(id, false);
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
			assert_eq!((status(job_id), sealed(job_id).pinned), (JobStatus::Pending, None));
			assert_ok!(Market::match_job(signed(STRANGER), job_id));
			assert_eq!(job(job_id).assignment.unwrap().owner, owner(1));
		});
	}

	#[test]
	fn a_node_may_give_a_job_back_while_it_waits() {
		run(|| {
			let (job_id, _) = waiting();
			assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
			assert_eq!(status(job_id), JobStatus::Failed);
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::Returned]);
		});
	}
}

mod running {
	use super::*;

	#[test]
	fn the_key_comes_before_the_start() {
		run(|| {
			let (job_id, _) = waiting();
			let start = || Market::start_job(signed(owner(0)), job_id);
			assert_noop!(start(), E::InvalidState);
			go_to_deadline(job_id);
			assert_noop!(start(), E::InvalidState);
		});
	}

	#[test]
	fn a_node_whose_attestation_is_revoked_does_not_start() {
		run(|| {
			let (job_id, id) = waiting();
			assert_ok!(deliver_key(job_id));
			revoke(id, true);
			assert_noop!(Market::start_job(signed(owner(0)), job_id), REVOKED);
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::Undecided]);
			assert!(!SealedKeys::<Test>::contains_key(job_id));
		});
	}

	#[test]
	fn a_no_show_with_its_key_is_one() {
		run(|| {
			let (job_id, _) = waiting();
			assert_ok!(deliver_key(job_id));
			go_to_deadline(job_id);
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::NoShow]);
			assert_eq!(MissedKeys::get(), []);
		});
	}

	/// Revocation is nobody's fault, natural expiry is the node's.
	#[test]
	fn expiry_and_abandonment_of_a_running_job_are_no_fault_if_it_was_revoked() {
		let ends = |revoked: bool, abandons: bool| {
			let mut outcomes = Vec::new();
			run(|| {
				let (job_id, id) = processing_sealed();
				if revoked {
					revoke(id, false);
				}
				let alice = free(&ALICE);
				if abandons {
					assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
				} else {
					go_to_deadline(job_id);
					assert_ok!(Market::expire_job(signed(STRANGER), job_id));
				}
				assert_eq!(status(job_id), JobStatus::Failed);
				assert_eq!(free(&ALICE), alice + ESCROW);
				assert!(!SealedKeys::<Test>::contains_key(job_id));
				outcomes = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			});
			outcomes
		};
		assert_eq!(ends(false, false), [JobOutcome::TimedOut]);
		assert_eq!(ends(false, true), [JobOutcome::Abandoned]);
		assert_eq!(ends(true, false), [JobOutcome::Undecided]);
		assert_eq!(ends(true, true), [JobOutcome::Undecided]);
	}

	/// From the dispute on nothing is asked of attestations.
	#[test]
	fn disputes_and_settlement_ask_for_no_attestation() {
		run(|| {
			let (job_id, id) = processing_sealed();
			assert_ok!(deliver_sealed(job_id, 10));
			revoke(id, true);
			assert_ok!(Market::dispute_job(
				signed(ALICE),
				job_id,
				DisputeReason::WrongResult,
				EVIDENCE
			));
			assert_ok!(Market::abandon_job(signed(owner(0)), job_id));
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::Abandoned]);
		});
		run(|| {
			let (job_id, id) = processing_sealed();
			assert_ok!(deliver_sealed(job_id, 10));
			revoke(id, true);
			MockPolicy::kill();
			assert_ok!(Market::accept_result(signed(ALICE), job_id, Some(5)));
			assert_eq!(status(job_id), JobStatus::Settled);
		});
	}

	#[test]
	fn reaping_removes_what_it_kept() {
		run(|| {
			let (job_id, _) = processing_sealed();
			assert_ok!(deliver_sealed(job_id, 10));
			assert_ok!(Market::accept_result(signed(ALICE), job_id, None));
			go_to_deadline(job_id);
			assert_ok!(Market::reap_job(signed(STRANGER), job_id));
			assert_eq!(SealedJobs::<Test>::iter().count(), 0);
			assert_eq!(held(HoldReason::StorageDeposit, &ALICE), 0);
		});
	}
}

mod committees {
	use super::*;

	#[test]
	fn see_the_job_until_it_is_started_or_over() {
		run(|| {
			assert_eq!(Market::key_terms(0), None);
			let plain = submit();
			assert_eq!(Market::key_terms(plain), None);
			let job_id = submit_sealed();
			let terms = || Market::key_terms(job_id);
			let seen = terms().unwrap();
			assert_eq!((seen.requester, seen.salt, seen.attempts), (ALICE, SEALING.salt, 3));
			assert_eq!(Market::key_wanted(job_id), None);
			let id = attest(0, 10_000);
			assign_new(job_id);
			assert_eq!(terms().unwrap().attempts, 3);
			let wanted = Market::key_wanted(job_id).unwrap();
			assert_eq!((wanted.attempt, wanted.provider), (1, owner(0)));
			assert_eq!((wanted.attestation, wanted.deadline), (id, 1_020));
			assert_eq!(wanted.compensation, PRICE * Balance::from(TOKENS) / 100);
			assert!(Market::attempt_runs(job_id, 1));
			assert!(!Market::attempt_runs(job_id, 2));
			go_to_deadline(job_id);
			assert!(Market::key_wanted(job_id).is_some(), "until somebody ends it");
			assert_ok!(Market::expire_job(signed(STRANGER), job_id));
			assert_eq!((terms(), Market::key_wanted(job_id)), (None, None));
			assert!(!Market::attempt_runs(job_id, 1));
		});
		run(|| {
			let (job_id, _) = processing_sealed();
			assert_eq!((Market::key_terms(job_id), Market::key_wanted(job_id)), (None, None));
			assert!(Market::attempt_runs(job_id, 1));
			assert_ok!(deliver_sealed(job_id, 1));
			assert!(!Market::attempt_runs(job_id, 1));
		});
	}

	#[test]
	fn release_the_key_in_the_requesters_place() {
		run(|| {
			let (job_id, id) = waiting();
			pass(5);
			take_events();
			assert_noop!(Market::key_delivered(job_id, 2), E::WrongAttempt);
			assert_ok!(Market::key_delivered(job_id, 1));
			let pinned = Pinned { attestation: id, key: KeyState::FromCommittee };
			assert_eq!(sealed(job_id).pinned, Some(pinned));
			let (key, deadline) = (KeyState::FromCommittee, 1_025);
			let event = Event::KeyDelivered { job_id, attempt: 1, key, deadline };
			assert_eq!(take_events(), [event]);
			assert!(!SealedKeys::<Test>::contains_key(job_id));
			assert_eq!(Market::key_wanted(job_id), None);
			assert_noop!(Market::key_delivered(job_id, 1), E::InvalidState);
			assert_noop!(deliver_key(job_id), E::InvalidState);
			assert_ok!(Market::start_job(signed(owner(0)), job_id));
		});
	}

	#[test]
	fn come_too_late_or_for_a_revoked_enclave() {
		run(|| {
			let (job_id, id) = waiting();
			revoke(id, false);
			assert_noop!(Market::key_delivered(job_id, 1), REVOKED);
			go_to_deadline(job_id);
			assert_noop!(Market::key_delivered(job_id, 1), E::TooLate);
			assert_noop!(Market::key_delivered(9, 1), E::JobNotFound);
		});
	}
}
