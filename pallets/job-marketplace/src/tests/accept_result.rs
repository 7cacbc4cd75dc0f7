use super::*;

fn accept(job_id: u64, rating: Option<u8>) -> Result<(), DispatchError> {
	Market::accept_result(signed(ALICE), job_id, rating).map(|_| ()).map_err(|e| e.error)
}

#[test]
fn success_pays_everybody_at_once() {
	run(|| {
		let job_id = completed();
		let before = free(&ALICE);
		take_events();
		assert_ok!(accept(job_id, None));
		let gross = 500 * PRICE;
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 95 / 100);
		assert_eq!(free(&TREASURY), ED + gross * 5 / 100);
		assert_eq!(free(&ALICE), before + ESCROW - gross);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		let job = job(job_id);
		assert_eq!((job.status, job.ended_at), (JobStatus::Settled, Some(1_000)));
		assert_eq!(job.deadline, 1_000 + 14_400);
		assert_eq!((node(0).exposure, node(0).settled), (0, 1));
		assert_eq!(
			Outcomes::get(),
			[(
				job_id,
				did(0).hash(),
				ALICE,
				JobOutcome::OnTime,
				PRICE * Balance::from(TOKENS),
				gross / 20
			)]
		);
		assert_eq!(Ratings::get(), []);
		assert_eq!(
			take_events(),
			[Event::JobSettled {
				job_id,
				node: did(0).hash(),
				gross,
				fee: gross / 20,
				royalty: 0,
				parent_royalty: 0,
				provider: gross * 19 / 20,
				refund: ESCROW - gross,
			}]
		);
	});
}

#[test]
fn success_a_late_result_earns_less() {
	run(|| {
		let job_id = processing();
		go_to(1_010);
		deliver(job_id, 500);
		assert_ok!(accept(job_id, None));
		let gross = 500 * PRICE * 9 / 10;
		assert_eq!(free(&owner(0)), ENDOWMENT + gross * 95 / 100);
		assert_eq!(Outcomes::get()[0].3, JobOutcome::Late);
	});
}

#[test]
fn success_rates_with_acceptance() {
	run(|| {
		let job_id = completed();
		take_events();
		assert_ok!(accept(job_id, Some(5)));
		assert_eq!(job(job_id).rating, Some(5));
		let fee = 500 * PRICE / 20;
		assert_eq!(Ratings::get(), [(job_id, did(0).hash(), ALICE, 5, fee)]);
		assert_eq!(
			take_events().pop(),
			Some(Event::JobRated { job_id, node: did(0).hash(), stars: 5 })
		);
		assert_noop!(accept(job_id, Some(4)), E::AlreadyRated);
	});
}

#[test]
fn success_rates_a_settled_job_without_paying_again() {
	run(|| {
		let job_id = settled();
		let before = (free(&ALICE), free(&owner(0)));
		assert_ok!(accept(job_id, Some(1)));
		assert_eq!((free(&ALICE), free(&owner(0))), before);
		assert_eq!(Ratings::get(), [(job_id, did(0).hash(), ALICE, 1, 500 * PRICE / 20)]);
		assert_eq!(Outcomes::get().len(), 1);
	});
}

#[test]
fn success_pays_for_the_branch_it_takes() {
	type W = ();
	run(|| {
		let (plain, late, rated) = (W::accept_result(), W::accept_late(), W::rate_settled());
		let in_time = completed();
		let call = Call::<Test>::accept_result { job_id: in_time, rating: None };
		let worst = plain.max(late).max(rated).max(W::accept_disputed());
		assert_eq!(call.get_dispatch_info().call_weight, worst);
		let info = Market::accept_result(signed(ALICE), in_time, None).unwrap();
		assert_eq!(info.actual_weight, Some(plain));
		let info = Market::accept_result(signed(ALICE), in_time, Some(3)).unwrap();
		assert_eq!(info.actual_weight, Some(rated));

		let belated = processing();
		go_to(job(belated).assignment.unwrap().result_due.unwrap());
		deliver(belated, 500);
		let info = Market::accept_result(signed(ALICE), belated, None).unwrap();
		assert_eq!(info.actual_weight, Some(late));
		assert!(rated.all_lte(plain) && plain.all_lte(late));
	});
}

#[test]
fn boundary_escrow_period() {
	run(|| {
		let (first, second) = (completed(), completed());
		go_to(1_099);
		assert_ok!(accept(first, None));
		go_to(1_100);
		assert_noop!(accept(second, None), E::TooLate);
	});
}

#[test]
fn boundary_rating_period() {
	run(|| {
		let (first, second) = (settled(), settled());
		go_to(1_000 + 14_399);
		assert_ok!(accept(first, Some(3)));
		go_to(1_000 + 14_400);
		assert_noop!(accept(second, Some(3)), E::TooLate);
	});
}

#[test]
fn boundary_stars() {
	run(|| {
		let job_id = completed();
		for stars in [0, 6, u8::MAX] {
			assert_noop!(accept(job_id, Some(stars)), E::InvalidRating);
		}
		assert_ok!(accept(job_id, Some(1)));
	});
}

#[test]
fn fails_on_a_settled_job_without_stars() {
	run(|| {
		let job_id = settled();
		assert_noop!(accept(job_id, None), E::InvalidRating);
	});
}

#[test]
fn fails_for_anyone_but_the_requester() {
	run(|| {
		assert_noop!(accept(0, None), E::JobNotFound);
		for job_id in [completed(), settled()] {
			for who in [STRANGER, owner(0), BOB] {
				assert_eq!(
					error_of(Market::accept_result(signed(who), job_id, Some(5))),
					E::NotAuthorized.into()
				);
			}
		}
	});
}

#[test]
fn success_when_node_and_model_are_gone() {
	run(|| {
		let job_id = submit_model(ROYAL_MODEL);
		assign_new(job_id);
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		deliver(job_id, TOKENS);
		Models::remove(Did::parse(ROYAL_MODEL).unwrap().hash());
		change_node(0, |node| {
			node.status = NodeStatus::Suspended;
			node.did_active = false;
			node.owner = STRANGER;
		});
		assert_ok!(accept(job_id, None));
		// Paid is who owned the node when it took the job.
		assert_eq!(free(&owner(0)), ENDOWMENT + ESCROW / 2 * 85 / 100);
		assert_eq!(free(&STRANGER), ENDOWMENT);
	});
}

#[test]
fn success_taking_a_dispute_back_costs_the_bond() {
	for job_of in [|| disputed(DisputeReason::NotDelivered), answered] {
		run(|| {
			let job_id = job_of();
			let bond = held(HoldReason::DisputeBond, &ALICE);
			take_events();
			assert_ok!(accept(job_id, Some(4)));
			let gross = 500 * PRICE;
			assert_eq!((status(job_id), job(job_id).rating), (JobStatus::Settled, Some(4)));
			assert_eq!(free(&owner(0)), ENDOWMENT + gross * 95 / 100 + bond);
			assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - gross - bond);
			assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
			assert_eq!(Outcomes::get()[0].3, JobOutcome::OnTime);
			assert_eq!(take_events()[0], Event::DisputeBondPaid { job_id, bond, to: owner(0) });
		});
	}
}

#[test]
fn success_pays_for_the_dispute_only_where_there_is_one() {
	type W = ();
	run(|| {
		let info = Market::accept_result(signed(ALICE), answered(), None).unwrap();
		assert_eq!(info.actual_weight, Some(W::accept_disputed()));
		let worst = Call::<Test>::accept_result { job_id: 0, rating: None }.get_dispatch_info();
		assert!(W::accept_disputed().all_lte(worst.call_weight));
	});
}

#[test]
fn boundary_deadlines_of_a_dispute() {
	run(|| {
		let (first, second) = (disputed(DisputeReason::Other), disputed(DisputeReason::Other));
		go_to(3_399);
		assert_ok!(accept(first, None));
		go_to(3_400);
		assert_noop!(accept(second, None), E::TooLate);
	});
}

#[test]
fn paying_oneself_earns_no_standing() {
	let cases: [(&str, fn()); 4] = [
		("owner of the node at assignment", || change_node(0, |node| node.owner = ALICE)),
		("owner of the model", || {
			register_model(MODEL, Model { owner: ALICE, ..model(ModelTerms::default()) })
		}),
		("made controller of the node's DID", || ()),
		("nobody", || ()),
	];
	for (what, relate) in cases {
		run(|| {
			relate();
			let job_id = submit();
			assert_ok!(bid(job_id, 0, PRICE));
			assert_ok!(Market::assign_job(signed(ALICE), job_id, did_bytes(0)));
			let provider = node(0).owner;
			assert_ok!(Market::start_job(signed(provider.clone()), job_id));
			assert_ok!(Market::complete_job(signed(provider), job_id, result_hash(), TOKENS, None));
			match what {
				"owner of the node at assignment" => {
					change_node(0, |node| (node.owner, node.controller) = (STRANGER, STRANGER))
				}
				// Nobody asks him: his rating must count all the same.
				"made controller of the node's DID" => {
					change_node(0, |node| node.controller = ALICE)
				}
				_ => {}
			}
			assert_ok!(accept(job_id, Some(5)));
			let fee = PRICE * Balance::from(TOKENS) / 20;
			let counted = if what.starts_with("owner") { 0 } else { fee };
			assert_eq!(Outcomes::get()[0].5, counted, "{what}");
			assert_eq!(Ratings::get()[0].4, counted, "{what}");
			// The fee itself is paid all the same.
			assert_eq!(free(&TREASURY), ED + fee, "{what}");
		});
	}
}

#[test]
fn a_later_rating_counts_as_the_settlement_did() {
	run(|| {
		register_model(MODEL, Model { owner: ALICE, ..model(ModelTerms::default()) });
		let job_id = settled();
		// The model changes hands before the rating.
		register_model(MODEL, model(ModelTerms::default()));
		assert_ok!(accept(job_id, Some(5)));
		assert_eq!(Ratings::get()[0].4, 0);
	});
}

#[test]
fn fails_as_a_whole_when_the_report_finds_no_storage_layer() {
	run(|| {
		let (first, second) = (completed(), settled());
		ReportFails::set(true);
		for job_id in [first, second] {
			assert_noop!(accept(job_id, Some(5)), sp_runtime::TransactionalError::LimitReached);
		}
		ReportFails::set(false);
		assert_ok!(accept(first, Some(5)));
		assert_ok!(accept(second, Some(5)));
	});
}

#[test]
fn the_catalogue_learns_what_was_paid() {
	run(|| {
		let job_id = submit_model(ROYAL_MODEL);
		assign_new(job_id);
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		deliver(job_id, 500);
		assert_ok!(accept(job_id, None));
		let gross = 500 * PRICE;
		assert_eq!(Uses::get(), [(ALICE, owner(0), 500, gross, gross / 10)]);
		assert_eq!(OpenJobs::get(Did::parse(ROYAL_MODEL).unwrap().hash()), 0);
	});
}
