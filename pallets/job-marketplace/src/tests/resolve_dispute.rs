use super::*;

fn resolve(job_id: u64, verdict: Verdict) -> Result<(), DispatchError> {
	Market::resolve_dispute(signed(ARBITER), job_id, verdict)
}

const AT_RISK: Balance = PRICE * TOKENS as Balance;
/// What the delivered half of the tokens costs.
const GROSS: Balance = AT_RISK / 2;
/// A tenth of it.
const DISPUTE_BOND: Balance = GROSS / 10;

#[test]
fn success_requester_wins_gets_everything_back_and_the_node_is_reported() {
	run(|| {
		let job_id = answered();
		go_to(2_000);
		take_events();
		assert_ok!(resolve(job_id, Verdict::RequesterWins));
		let job = job(job_id);
		assert_eq!((job.status, job.deadline), (JobStatus::Failed, 2_000 + 14_400));
		assert_eq!(free(&ALICE), ENDOWMENT - job.deposit);
		assert_eq!(free(&owner(0)), ENDOWMENT);
		assert_eq!(free(&TREASURY), ED);
		assert_eq!(
			Outcomes::get(),
			[(job_id, did(0).hash(), ALICE, JobOutcome::LostDispute, AT_RISK, 0)]
		);
		assert_eq!((node(0).exposure, node(0).busy, node(0).settled), (0, 0, 0));
		assert_eq!(Uses::get(), []);
		assert_eq!(
			take_events(),
			[
				Event::DisputeResolved {
					job_id,
					verdict: Verdict::RequesterWins,
					arbiter: Some(ARBITER)
				},
				Event::DisputeBondPaid { job_id, bond: DISPUTE_BOND, to: ALICE },
				Event::JobFailed {
					job_id,
					node: did(0).hash(),
					outcome: JobOutcome::LostDispute,
					refund: ESCROW
				}
			]
		);
	});
}

#[test]
fn success_provider_wins_is_paid_and_gets_the_bond() {
	run(|| {
		let job_id = answered();
		take_events();
		assert_ok!(resolve(job_id, Verdict::ProviderWins));
		let deposit = job(job_id).deposit;
		assert_eq!(status(job_id), JobStatus::Settled);
		assert_eq!(free(&owner(0)), ENDOWMENT + GROSS * 95 / 100 + DISPUTE_BOND);
		assert_eq!(free(&TREASURY), ED + GROSS / 20);
		assert_eq!(free(&ALICE), ENDOWMENT - deposit - GROSS - DISPUTE_BOND);
		assert_eq!(
			Outcomes::get(),
			[(job_id, did(0).hash(), ALICE, JobOutcome::OnTime, AT_RISK, GROSS / 20)]
		);
		assert_eq!((node(0).exposure, node(0).settled), (0, 1));
		assert_eq!(
			take_events()[..2],
			[
				Event::DisputeResolved {
					job_id,
					verdict: Verdict::ProviderWins,
					arbiter: Some(ARBITER)
				},
				Event::DisputeBondPaid { job_id, bond: DISPUTE_BOND, to: owner(0) },
			]
		);
	});
}

#[test]
fn success_a_late_result_stays_late_when_the_provider_wins() {
	run(|| {
		let job_id = processing();
		go_to(1_010);
		deliver(job_id, 500);
		assert_ok!(Market::dispute_job(signed(ALICE), job_id, DisputeReason::Other, EVIDENCE));
		assert_ok!(Market::answer_dispute(
			signed(owner(0)),
			job_id,
			DisputeAnswer::Evidence([8; 32])
		));
		assert_ok!(resolve(job_id, Verdict::ProviderWins));
		assert_eq!(Outcomes::get()[0].3, JobOutcome::Late);
	});
}

#[test]
fn success_split_pays_the_named_tokens_and_returns_the_bond() {
	for tokens in [0, 1, 123, 499, 500] {
		run(|| {
			let job_id = answered();
			assert_ok!(resolve(job_id, Verdict::Split(tokens)));
			let gross = PRICE * Balance::from(tokens);
			let fee = gross / 20;
			assert_eq!(status(job_id), JobStatus::Settled);
			assert_eq!(free(&owner(0)), ENDOWMENT + gross - fee);
			assert_eq!(free(&TREASURY), ED + fee);
			assert_eq!(free(&ALICE), ENDOWMENT - job(job_id).deposit - gross);
			assert_eq!(
				Outcomes::get(),
				[(job_id, did(0).hash(), ALICE, JobOutcome::Undecided, AT_RISK, fee)]
			);
			assert_eq!(Uses::get(), [(ALICE, owner(0), tokens, gross, 0)]);
		});
	}
}

#[test]
fn boundary_split_pays_at_most_what_was_counted() {
	run(|| {
		let job_id = answered();
		for tokens in [501, TOKENS, u32::MAX] {
			assert_noop!(resolve(job_id, Verdict::Split(tokens)), E::TokensAboveDelivered);
		}
		assert_ok!(resolve(job_id, Verdict::Split(500)));
	});
}

#[test]
fn success_by_governance() {
	run(|| {
		let job_id = answered();
		take_events();
		assert_ok!(Market::resolve_dispute(RuntimeOrigin::root(), job_id, Verdict::RequesterWins));
		assert!(matches!(take_events()[0], Event::DisputeResolved { arbiter: None, .. }));
	});
}

#[test]
fn fails_for_an_arbiter_who_is_a_party() {
	let cases: [(&str, fn() -> AccountId); 6] = [
		("requester", || ALICE),
		("owner at assignment", || owner(0)),
		("owner now", || {
			change_node(0, |node| node.owner = ARBITER);
			ARBITER
		}),
		("controller of the node's DID", || {
			change_node(0, |node| node.controller = ARBITER);
			ARBITER
		}),
		("owner of the model", || MODEL_OWNER),
		("owner of the parent model", || PARENT_OWNER),
	];
	for (what, party) in cases {
		run(|| {
			let job_id = answered();
			let who = party();
			Arbiters::put(vec![who.clone()]);
			for verdict in [Verdict::RequesterWins, Verdict::ProviderWins, Verdict::Split(1)] {
				assert_noop!(
					Market::resolve_dispute(signed(who.clone()), job_id, verdict),
					E::ArbiterIsParty
				);
			}
			// Governance can still decide.
			let by_governance =
				Market::resolve_dispute(RuntimeOrigin::root(), job_id, Verdict::Split(1));
			assert_eq!(by_governance, Ok(()), "{what}");
		});
	}
}

#[test]
fn fails_for_anyone_but_the_arbiter() {
	run(|| {
		let job_id = answered();
		for who in [ALICE, owner(0), STRANGER] {
			assert_noop!(
				Market::resolve_dispute(signed(who), job_id, Verdict::ProviderWins),
				DispatchError::BadOrigin
			);
		}
		assert_noop!(
			Market::resolve_dispute(RuntimeOrigin::none(), job_id, Verdict::ProviderWins),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn fails_before_the_answer_and_without_a_dispute() {
	run(|| {
		assert_noop!(resolve(0, Verdict::ProviderWins), E::JobNotFound);
		for job_id in [
			completed(),
			disputed(DisputeReason::NotDelivered),
			disputed(DisputeReason::WrongResult),
		] {
			assert_noop!(resolve(job_id, Verdict::ProviderWins), E::InvalidState);
		}
	});
}

#[test]
fn boundary_arbitration_period() {
	run(|| {
		let (first, second) = (answered(), answered());
		go_to(44_199);
		assert_ok!(resolve(first, Verdict::RequesterWins));
		go_to(44_200);
		assert_noop!(resolve(second, Verdict::RequesterWins), E::TooLate);
		assert_ok!(Market::expire_job(signed(STRANGER), second));
	});
}

#[test]
fn fails_as_a_whole_when_the_report_finds_no_storage_layer() {
	for verdict in [Verdict::RequesterWins, Verdict::ProviderWins, Verdict::Split(3)] {
		run(|| {
			let job_id = answered();
			ReportFails::set(true);
			assert_noop!(resolve(job_id, verdict), TransactionalError::LimitReached);
			ReportFails::set(false);
			assert_ok!(resolve(job_id, verdict));
		});
	}
}

#[test]
fn success_pays_for_the_branch_it_takes() {
	let weight = |verdict| {
		Call::<Test>::resolve_dispute { job_id: 0, verdict }.get_dispatch_info().call_weight
	};
	let (refunding, paying) =
		(<() as WeightInfo>::resolve_refunding(), <() as WeightInfo>::resolve_paying());
	assert_eq!(weight(Verdict::RequesterWins), refunding);
	assert_eq!(weight(Verdict::ProviderWins), paying);
	assert_eq!(weight(Verdict::Split(1)), paying);
}

#[test]
fn success_when_node_and_model_are_gone_from_view() {
	run(|| {
		let job_id = answered();
		Models::remove(Did::parse(MODEL).unwrap().hash());
		change_node(0, |node| {
			node.status = NodeStatus::Suspended;
			node.did_active = false;
		});
		assert_ok!(resolve(job_id, Verdict::ProviderWins));
		assert_eq!(free(&owner(0)), ENDOWMENT + GROSS * 95 / 100 + DISPUTE_BOND);
	});
}
