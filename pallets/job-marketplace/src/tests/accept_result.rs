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
fn success_costs_less_when_it_only_rates() {
	run(|| {
		let (settle, rate) =
			(<() as WeightInfo>::accept_result(), <() as WeightInfo>::rate_settled());
		let job_id = completed();
		let call = Call::<Test>::accept_result { job_id, rating: None };
		assert_eq!(call.get_dispatch_info().call_weight, settle.max(rate));
		let info = Market::accept_result(signed(ALICE), job_id, None).unwrap();
		assert_eq!(info.actual_weight, Some(settle));
		let info = Market::accept_result(signed(ALICE), job_id, Some(3)).unwrap();
		assert_eq!(info.actual_weight, Some(rate));
		assert!(rate.all_lte(settle));
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
