//! Random sequences of calls by several parties, with time passing, checked after each step.

use super::*;
use ai_compute_primitives::{JobKeys, KeyFault, ProofClaim, ProofTerms, ProvenOutput};
use proptest::prelude::*;

const REQUESTERS: [AccountId; 2] = [ALICE, BOB];

/// One step of a sequence. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
	Submit { who: usize, royal: bool, tokens: u32, payment: Balance },
	SubmitWithOptions { who: usize, node: u8, what: u8, deadline: u32 },
	Hire { who: usize, node: u8, offer: u64 },
	CancelOffers { node: u8, offer: u64 },
	Batch { what: u8, jobs: Vec<u64>, node: u8 },
	Bid { job: u64, node: u8, price: u32, ms: u32 },
	Withdraw { job: u64, node: u8, by_owner: bool },
	Promote { job: u64, node: u8 },
	Assign { job: u64, node: u8 },
	Match { job: u64 },
	Start { job: u64 },
	Complete { job: u64, tokens: u32, inline: bool },
	Abandon { job: u64 },
	Accept { job: u64, rating: Option<u8> },
	Finalize { job: u64 },
	Cancel { job: u64 },
	Expire { job: u64 },
	Reap { job: u64 },
	Dispute { job: u64, reason: u8 },
	Answer { job: u64, bytes: bool },
	Resolve { job: u64, verdict: u8, tokens: u32 },
	ChangeNode { node: u8, what: u8 },
	DropModel,
	SubmitSealed { who: usize, proof: bool },
	Attest { node: u8, ticks: u32 },
	Revoke { node: u8, by_owner: bool },
	Committee { fault: bool },
	DeliverKey { job: u64, by_committee: bool },
	Evidence { job: u64, kind: u8, tokens: u32 },
	Pass { blocks: u32 },
	ToDeadline { job: u64 },
}

fn step() -> impl Strategy<Value = Step> {
	let job = || 0u64..8;
	let node = || 0u8..6;
	prop_oneof![
		2 => (0usize..2, any::<bool>(), 1u32..2_000, 0u128..50)
			.prop_map(|(who, royal, tokens, payment)| Step::Submit {
				who, royal, tokens, payment: payment * UNIT / 7 + 1_000_000_000,
			}),
		2 => (0usize..2, node(), any::<u8>(), 0u32..2_000).prop_map(
			|(who, node, what, deadline)| Step::SubmitWithOptions { who, node, what, deadline }
		),
		3 => (0usize..2, node(), 0u64..3)
			.prop_map(|(who, node, offer)| Step::Hire { who, node, offer }),
		1 => (node(), 0u64..9).prop_map(|(node, offer)| Step::CancelOffers { node, offer }),
		2 => (0u8..4, prop::collection::vec(job(), 1..9), node())
			.prop_map(|(what, jobs, node)| Step::Batch { what, jobs, node }),
		8 => (job(), node(), 0u32..110, 0u32..400_000)
			.prop_map(|(job, node, price, ms)| Step::Bid { job, node, price, ms }),
		2 => (job(), node(), any::<bool>())
			.prop_map(|(job, node, by_owner)| Step::Withdraw { job, node, by_owner }),
		1 => (job(), node()).prop_map(|(job, node)| Step::Promote { job, node }),
		2 => (job(), node()).prop_map(|(job, node)| Step::Assign { job, node }),
		3 => job().prop_map(|job| Step::Match { job }),
		4 => job().prop_map(|job| Step::Start { job }),
		4 => (job(), 0u32..2_500, any::<bool>())
			.prop_map(|(job, tokens, inline)| Step::Complete { job, tokens, inline }),
		1 => job().prop_map(|job| Step::Abandon { job }),
		3 => (job(), proptest::option::of(0u8..7))
			.prop_map(|(job, rating)| Step::Accept { job, rating }),
		1 => job().prop_map(|job| Step::Finalize { job }),
		1 => job().prop_map(|job| Step::Cancel { job }),
		2 => job().prop_map(|job| Step::Expire { job }),
		1 => job().prop_map(|job| Step::Reap { job }),
		4 => (job(), 0u8..5).prop_map(|(job, reason)| Step::Dispute { job, reason }),
		4 => (job(), any::<bool>()).prop_map(|(job, bytes)| Step::Answer { job, bytes }),
		2 => (job(), 0u8..3, 0u32..1_500)
			.prop_map(|(job, verdict, tokens)| Step::Resolve { job, verdict, tokens }),
		1 => (node(), 0u8..8).prop_map(|(node, what)| Step::ChangeNode { node, what }),
		1 => Just(Step::DropModel),
		2 => (0usize..2, any::<bool>()).prop_map(|(who, proof)| Step::SubmitSealed { who, proof }),
		1 => (node(), 1u32..2_000).prop_map(|(node, ticks)| Step::Attest { node, ticks }),
		1 => (node(), any::<bool>()).prop_map(|(node, by_owner)| Step::Revoke { node, by_owner }),
		1 => any::<bool>().prop_map(|fault| Step::Committee { fault }),
		3 => (job(), any::<bool>())
			.prop_map(|(job, by_committee)| Step::DeliverKey { job, by_committee }),
		4 => (job(), 0u8..4, 0u32..1_500)
			.prop_map(|(job, kind, tokens)| Step::Evidence { job, kind, tokens }),
		3 => (1u32..30).prop_map(|blocks| Step::Pass { blocks }),
		2 => job().prop_map(|job| Step::ToDeadline { job }),
	]
}

/// The account that may act for the assigned node of `job`.
fn worker(job: u64) -> AccountId {
	Jobs::<Test>::get(job)
		.and_then(|job| job.assignment)
		.map_or(STRANGER, |assignment| assignment.owner)
}

fn requester(job: u64) -> AccountId {
	Jobs::<Test>::get(job).map_or(STRANGER, |job| job.requester)
}

/// Applies `step`; refusals are part of the game.
fn apply(step: Step) {
	let _ = match step {
		Step::Submit { who, royal, tokens, payment } => Market::submit_job(
			signed(REQUESTERS[who].clone()),
			if royal { ROYAL_MODEL } else { MODEL }.to_vec(),
			vec![1; tokens as usize % 50],
			tokens,
			payment,
			8,
			false,
		),
		Step::SubmitWithOptions { who, node: n, what, deadline } => {
			let asked = |bit: u8| what & bit != 0;
			let options = SubmitOptions {
				deadline: asked(1).then(|| Clock::current_block_number() + deadline),
				min_reputation: asked(2).then_some(5_000),
				region: asked(4).then(|| b"eu".to_vec()),
				seed: asked(8).then_some(7),
				provider: asked(16).then(|| did_bytes(n)),
				escrow_period: asked(32).then_some(100 + deadline),
				result_limit: asked(64).then_some(1 + deadline),
				proof: (asked(64) && asked(8)).then_some(PROOF_TERMS),
			};
			let payload = match asked(128) {
				true => Payload::Reference { hash: [1; 32], uri: b"u".to_vec() },
				false => Payload::Inline(b"prompt".to_vec()),
			};
			let (who, model) = (signed(REQUESTERS[who].clone()), ROYAL_MODEL.to_vec());
			Market::submit_job_with_options(
				who,
				model,
				payload,
				1_000,
				40 * UNIT,
				8,
				false,
				options,
			)
		}
		Step::Hire { who, node: n, offer } => {
			let epoch = OfferBooks::<Test>::get(did(n).hash()).epoch;
			let offer = Offer {
				gpu_did: did_bytes(n),
				owner: node(n).owner,
				epoch,
				offer_id: offer,
				not_before: 0,
				expires_at: 1_100,
				max_uses: 2,
				..hire::offer()
			};
			let job = hire::request();
			Market::hire(
				signed(REQUESTERS[who].clone()),
				job,
				hire::signed_by(&hire::ed25519(n), offer),
			)
		}
		Step::CancelOffers { node: n, offer } => {
			let owner = signed(node(n).owner);
			match offer {
				0..3 => Market::cancel_offer(owner, did_bytes(n), offer),
				3..6 => Market::prune_offers(owner, did_bytes(n)),
				_ => Market::cancel_offers(owner, did_bytes(n)),
			}
		}
		Step::Batch { what, jobs, node: n } => match what {
			0 => Market::settle_batch(signed(STRANGER), jobs),
			1 => {
				let rated = jobs.into_iter().map(|job| (job, Some(4))).collect();
				Market::accept_batch(signed(ALICE), rated)
			}
			2 => {
				let bids = jobs.into_iter().map(|job| (job, did_bytes(n))).collect();
				Market::withdraw_bids(signed(node(n).owner), bids)
			}
			_ => Market::reap_batch(signed(STRANGER), jobs),
		}
		.map(|_| ())
		.map_err(|e| e.error),
		Step::Bid { job, node: n, price, ms } => {
			// Up to a little above the budget, in percent of it.
			let budget = Jobs::<Test>::get(job)
				.map_or(1, |job| job.max_payment / Balance::from(job.max_tokens));
			Market::place_bid(
				signed(node(n).owner),
				job,
				did_bytes(n),
				budget * Balance::from(price) / 100,
				ms,
			)
			.map(|_| ())
			.map_err(|e| e.error)
		}
		Step::Withdraw { job, node: n, by_owner } => {
			let who = if by_owner { owner(n) } else { STRANGER };
			Market::withdraw_bid(signed(who), job, did_bytes(n)).map(|_| ()).map_err(|e| e.error)
		}
		Step::Promote { job, node } => {
			plain(Market::promote_bid(signed(STRANGER), job, did_bytes(node)))
		}
		Step::Assign { job, node } => {
			plain(Market::assign_job(signed(requester(job)), job, did_bytes(node)))
		}
		Step::Match { job } => plain(Market::match_job(signed(STRANGER), job)),
		Step::Start { job } => plain(Market::start_job(signed(worker(job)), job)),
		Step::Complete { job, tokens, inline } => Market::complete_job(
			signed(worker(job)),
			job,
			result_hash(),
			tokens,
			inline.then(|| RESULT.to_vec()),
		),
		Step::Abandon { job } => plain(Market::abandon_job(signed(worker(job)), job)),
		Step::Accept { job, rating } => Market::accept_result(signed(requester(job)), job, rating)
			.map(|_| ())
			.map_err(|e| e.error),
		Step::Finalize { job } => plain(Market::finalize_job(signed(STRANGER), job)),
		Step::Cancel { job } => Market::cancel_job(signed(requester(job)), job),
		Step::Expire { job } => plain(Market::expire_job(signed(STRANGER), job)),
		Step::Reap { job } => Market::reap_job(signed(STRANGER), job),
		Step::Dispute { job, reason } => {
			let reason = match reason {
				0 | 1 => DisputeReason::NotDelivered,
				2 => DisputeReason::WrongResult,
				3 => DisputeReason::Overcounted,
				_ => DisputeReason::Other,
			};
			Market::dispute_job(signed(requester(job)), job, reason, EVIDENCE)
		}
		Step::Answer { job, bytes } => {
			let answer = if bytes {
				DisputeAnswer::Result(RESULT.to_vec())
			} else {
				DisputeAnswer::Evidence([8; 32])
			};
			Market::answer_dispute(signed(worker(job)), job, answer)
		}
		Step::Resolve { job, verdict, tokens } => {
			let verdict = match verdict {
				0 => Verdict::RequesterWins,
				1 => Verdict::ProviderWins,
				_ => Verdict::Split(tokens),
			};
			Market::resolve_dispute(signed(ARBITER), job, verdict)
		}
		Step::ChangeNode { node, what } => {
			change_node(node, |node| match what {
				0 => node.status = NodeStatus::Inactive,
				1 => node.status = NodeStatus::Suspended,
				2 => node.did_active = !node.did_active,
				3 => node.capacity = 1,
				4 => node.controller = ALICE,
				_ => (node.status, node.did_active) = (NodeStatus::Active, true),
			});
			Ok(())
		}
		Step::DropModel => {
			Models::remove(Did::parse(ROYAL_MODEL).unwrap().hash());
			Ok(())
		}
		Step::SubmitSealed { who, proof } => {
			let options =
				SubmitOptions { proof: proof.then_some(PROOF_TERMS), ..Default::default() };
			Market::submit_job_with_options(
				signed(REQUESTERS[who].clone()),
				ROYAL_MODEL.to_vec(),
				Payload::Sealed { sealing: SEALING, prompt: sealed_prompt() },
				1_000,
				40 * UNIT,
				8,
				true,
				options,
			)
		}
		Step::Attest { node, ticks } => {
			let predecessor = newest_attestation(node);
			attest_after(node, ticks, predecessor);
			Ok(())
		}
		Step::Revoke { node, by_owner } => {
			if let Some(id) = newest_attestation(node) {
				revoke(id, by_owner);
			}
			Ok(())
		}
		Step::Committee { fault } => {
			MissedKeysAre::set(if fault { KeyFault::Committee } else { KeyFault::Requester });
			Ok(())
		}
		Step::DeliverKey { job, by_committee: true } => {
			let attempt = Jobs::<Test>::get(job).map_or(0, |job| job.attempts);
			Market::key_delivered(job, attempt)
		}
		Step::DeliverKey { job, by_committee: false } => {
			let attempt = Jobs::<Test>::get(job).map_or(0, |job| job.attempts);
			let pinned = SealedJobs::<Test>::get(job).and_then(|sealed| sealed.pinned);
			let to = pinned.map_or([0; 32], |pinned| recipient(pinned.attestation));
			Market::deliver_key(signed(requester(job)), job, attempt, to, sealed_key())
		}
		Step::Evidence { job, kind, tokens } => bring_evidence(job, kind, tokens),
		Step::Pass { blocks } => {
			pass(blocks);
			Ok(())
		}
		Step::ToDeadline { job } => {
			if let Some(job) = Jobs::<Test>::get(job) {
				// Not as far as the retention, which would end the others too.
				if job.deadline < Clock::current_block_number() + 3_000 {
					go_to(job.deadline.max(Clock::current_block_number()));
				}
			}
			Ok(())
		}
	};
}

use sp_runtime::traits::BlockNumberProvider;

const PROOF_TERMS: ProofTerms = ProofTerms { key: H256::repeat_byte(33), input: [34; 32] };
const WEIGHTS: H256 = H256::repeat_byte(35);

fn newest_attestation(n: u8) -> Option<u64> {
	let node = did(n).hash();
	MockAttested::iter().filter(|(_, record)| record.node == node).map(|(id, _)| id).max()
}

/// Delivers `job` with a receipt, a receipt that says that it did not open, a proof, or both.
fn bring_evidence(job_id: u64, kind: u8, tokens: u32) -> Result<(), DispatchError> {
	let record = Jobs::<Test>::get(job_id);
	let Some((record, assignment)) =
		record.and_then(|record| Some((record.clone(), record.assignment?)))
	else {
		return Ok(());
	};
	let pinned = SealedJobs::<Test>::get(job_id).and_then(|sealed| sealed.pinned);
	let (outcome, tokens) = match kind {
		1 => (ReceiptOutcome::CannotDecrypt, 0),
		_ => (ReceiptOutcome::Done, tokens),
	};
	let hash = match (pinned, outcome) {
		(Some(_), ReceiptOutcome::CannotDecrypt) => opening_hash(job_id),
		_ => result_hash(),
	};
	let receipt = pinned.map(|pinned| {
		let says = receipt(job_id, hash, tokens, outcome);
		signed_receipt(&says, pinned.attestation)
	});
	let output = match receipt {
		Some(_) => ProvenOutput::Committed { result_hash: result_hash(), output: OUTPUT },
		None => ProvenOutput::Bytes(RESULT),
	};
	let claim = ProofClaim {
		job: job_id,
		attempt: record.attempts,
		node: assignment.node,
		owner: assignment.owner.clone(),
		output,
		tokens_used: tokens,
		input: PROOF_TERMS.input,
		weights: WEIGHTS.0,
	};
	let proof = (kind >= 2).then(|| prove(&PROOF_TERMS.key, &claim));
	let result = (kind >= 2).then(|| RESULT.to_vec());
	plain(Market::complete_with_evidence(
		signed(assignment.owner),
		job_id,
		hash,
		tokens,
		result,
		Evidence { receipt, proof },
	))
}

/// A policy, attested nodes, and a model of which things can be proven.
fn prepare_proofs() {
	set_policy(1);
	for n in 0..6 {
		attest(n, 5_000);
	}
	let model = Did::parse(ROYAL_MODEL).unwrap().hash();
	Weights::insert((model, 0), WEIGHTS);
	ProofKeys::insert(PROOF_TERMS.key, model);
}

/// Drives every job to its end by permissionless calls alone, and clears everything away.
fn wind_up() {
	for _ in 0..10 {
		let open: Vec<_> = Jobs::<Test>::iter()
			.filter(|(_, job)| !job.status.is_terminal())
			.map(|(job_id, job)| (job.deadline, job_id))
			.collect();
		if open.is_empty() {
			break;
		}
		for (deadline, job_id) in open {
			go_to(deadline.max(Clock::current_block_number()));
			let call = match status(job_id) {
				JobStatus::Completed => plain(Market::finalize_job(signed(STRANGER), job_id)),
				_ => plain(Market::expire_job(signed(STRANGER), job_id)),
			};
			assert_ok!(call);
		}
	}
	let bids: Vec<_> =
		JobBids::<Test>::iter().map(|(job_id, _, bid)| (job_id, bid.gpu_did)).collect();
	for (job_id, gpu_did) in bids {
		assert_ok!(Market::withdraw_bid(signed(STRANGER), job_id, gpu_did.as_bytes().to_vec()));
	}
	let jobs: Vec<_> = Jobs::<Test>::iter().map(|(job_id, job)| (job_id, job.deadline)).collect();
	for (job_id, deadline) in jobs {
		go_to(deadline.max(Clock::current_block_number()));
		assert_ok!(Market::reap_job(signed(STRANGER), job_id));
	}
}

fn play(steps: Vec<Step>) {
	ExtBuilder.build().execute_with(|| {
		let issuance = Balances::total_issuance();
		prepare_proofs();
		for n in 0..6 {
			let key = Some(hire::ed25519(n).key());
			assert_ok!(Market::set_offer_key(signed(owner(n)), did_bytes(n), key));
		}
		for step in steps {
			apply(step);
			check_state();
			assert_eq!(Balances::total_issuance(), issuance);
		}
		wind_up();
		check_state();
		assert_eq!(Balances::total_issuance(), issuance);
		assert_eq!(Jobs::<Test>::iter().count(), 0);
		assert_eq!(pallet_balances::Holds::<Test>::iter_values().flatten().count(), 0);
		for store in [
			Prompts::<Test>::iter_keys().count(),
			Results::<Test>::iter_keys().count(),
			AssignedNodes::<Test>::iter_keys().count(),
			BidBooks::<Test>::iter_keys().count(),
			JobBids::<Test>::iter_keys().count(),
			Disputes::<Test>::iter_keys().count(),
			JobOptions::<Test>::iter_keys().count(),
			PayloadReferences::<Test>::iter_keys().count(),
			SealedJobs::<Test>::iter_keys().count(),
			SealedKeys::<Test>::iter_keys().count(),
			ProofOrders::<Test>::iter_keys().count(),
		] {
			assert_eq!(store, 0);
		}
		for (_, node) in Nodes::iter() {
			assert_eq!((node.open_bids, node.busy, node.exposure), (0, 0, 0));
		}
	});
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 2_000, ..Default::default() })]

	#[test]
	fn money_is_conserved_and_everything_ends(
		opening in prop::collection::vec(0u8..2, 4),
		steps in prop::collection::vec(step(), 20..160),
	) {
		// Four jobs to begin with, so that most steps meet one.
		let opening = opening.into_iter().map(|who| Step::Submit {
			who: who.into(), royal: who == 1, tokens: 1_000, payment: 40 * UNIT,
		});
		play(opening.chain(steps).collect());
	}
}

/// Four jobs that nodes 0 and 1 have delivered, so that disputes are at hand from the first step.
fn delivered_jobs() -> Vec<Step> {
	let mut steps: Vec<_> = (0..4)
		.map(|n| Step::Submit { who: n % 2, royal: n > 1, tokens: 1_000, payment: 40 * UNIT })
		.collect();
	for job in 0..4 {
		let node = if job < 2 { 0 } else { 1 };
		steps.push(Step::Bid { job, node, price: 40, ms: 60_000 });
		steps.push(Step::Assign { job, node });
		steps.push(Step::Start { job });
	}
	steps.extend((0..4).map(|job| Step::Complete { job, tokens: 501, inline: job == 3 }));
	steps
}

/// Steps that disputed jobs meet more often than others.
fn quarrel() -> impl Strategy<Value = Step> {
	let job = || 0u64..4;
	prop_oneof![
		8 => (job(), 0u8..5).prop_map(|(job, reason)| Step::Dispute { job, reason }),
		8 => (job(), any::<bool>()).prop_map(|(job, bytes)| Step::Answer { job, bytes }),
		6 => (job(), 0u8..3, 0u32..700)
			.prop_map(|(job, verdict, tokens)| Step::Resolve { job, verdict, tokens }),
		1 => job().prop_map(|job| Step::Abandon { job }),
		1 => (job(), proptest::option::of(0u8..7))
			.prop_map(|(job, rating)| Step::Accept { job, rating }),
		1 => job().prop_map(|job| Step::Finalize { job }),
		2 => job().prop_map(|job| Step::Expire { job }),
		1 => (0u8..8).prop_map(|what| Step::ChangeNode { node: 0, what }),
		1 => Just(Step::DropModel),
		2 => (1u32..20).prop_map(|blocks| Step::Pass { blocks }),
		1 => (40_000u32..44_000).prop_map(|blocks| Step::Pass { blocks }),
		1 => job().prop_map(|job| Step::ToDeadline { job }),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2_000, ..Default::default() })]

	#[test]
	fn disputes_conserve_money_and_end(steps in prop::collection::vec(quarrel(), 10..80)) {
		play(delivered_jobs().into_iter().chain(steps).collect());
	}
}

/// Random disputes end in every way there is.
#[test]
fn random_disputes_reach_every_outcome() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut runner = TestRunner::deterministic();
	let strategy = prop::collection::vec(quarrel(), 40);
	let mut seen = Vec::new();
	for _ in 0..150 {
		let steps = strategy.new_tree(&mut runner).unwrap().current();
		ExtBuilder.build().execute_with(|| {
			delivered_jobs().into_iter().chain(steps).for_each(apply);
			check_state();
			seen.extend(Outcomes::get().into_iter().map(|outcome| outcome.3));
		});
	}
	for outcome in [
		JobOutcome::OnTime,
		JobOutcome::Abandoned,
		JobOutcome::LostDispute,
		JobOutcome::Unanswered,
		JobOutcome::Undecided,
	] {
		assert!(seen.contains(&outcome), "{outcome:?}");
	}
}

/// Four confidential jobs that nodes 0 to 3 have got.
fn sealed_jobs() -> Vec<Step> {
	let mut steps: Vec<_> =
		(0..4).map(|n| Step::SubmitSealed { who: n % 2, proof: n > 1 }).collect();
	for job in 0..4u8 {
		for node in [job, job + 1] {
			steps.push(Step::Bid { job: job.into(), node, price: 40, ms: 60_000 });
		}
		steps.push(Step::Assign { job: job.into(), node: job });
	}
	steps
}

/// Steps that confidential jobs meet more often than others.
fn whisper() -> impl Strategy<Value = Step> {
	let job = || 0u64..4;
	let node = || 0u8..5;
	prop_oneof![
		6 => (job(), any::<bool>())
			.prop_map(|(job, by_committee)| Step::DeliverKey { job, by_committee }),
		6 => job().prop_map(|job| Step::Start { job }),
		6 => (job(), 0u8..4, 0u32..1_100)
			.prop_map(|(job, kind, tokens)| Step::Evidence { job, kind, tokens }),
		1 => (job(), 0u32..1_100, any::<bool>())
			.prop_map(|(job, tokens, inline)| Step::Complete { job, tokens, inline }),
		1 => (node(), 1u32..400).prop_map(|(node, ticks)| Step::Attest { node, ticks }),
		1 => (node(), any::<bool>()).prop_map(|(node, by_owner)| Step::Revoke { node, by_owner }),
		1 => any::<bool>().prop_map(|fault| Step::Committee { fault }),
		1 => job().prop_map(|job| Step::Abandon { job }),
		2 => job().prop_map(|job| Step::Expire { job }),
		2 => job().prop_map(|job| Step::Match { job }),
		1 => (job(), proptest::option::of(1u8..6))
			.prop_map(|(job, rating)| Step::Accept { job, rating }),
		1 => (job(), 0u8..5).prop_map(|(job, reason)| Step::Dispute { job, reason }),
		2 => (1u32..15).prop_map(|blocks| Step::Pass { blocks }),
		2 => job().prop_map(|job| Step::ToDeadline { job }),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 2_000, ..Default::default() })]

	#[test]
	fn confidential_jobs_conserve_money_and_end(steps in prop::collection::vec(whisper(), 10..80)) {
		play(sealed_jobs().into_iter().chain(steps).collect());
	}
}

/// Random confidential jobs end in every way there is.
#[test]
fn random_confidential_jobs_reach_every_outcome() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut runner = TestRunner::deterministic();
	let strategy = prop::collection::vec(whisper(), 40);
	let mut seen = Vec::new();
	for _ in 0..150 {
		let steps = strategy.new_tree(&mut runner).unwrap().current();
		ExtBuilder.build().execute_with(|| {
			prepare_proofs();
			sealed_jobs().into_iter().chain(steps).for_each(apply);
			check_state();
			for event in take_events() {
				seen.push(match event {
					Event::KeyFailed { failure, .. } => format!("{failure:?}"),
					Event::KeyDelivered { key, .. } => format!("{key:?}"),
					Event::JobReopened { outcome, .. } => format!("reopened {outcome:?}"),
					Event::JobFailed { outcome, .. } => format!("failed {outcome:?}"),
					Event::ReceiptAccepted { .. } => "receipt".into(),
					Event::ResultProven { .. } => "proof".into(),
					Event::JobSettled { .. } => "settled".into(),
					_ => continue,
				});
			}
		});
	}
	for outcome in [
		"NotDelivered",
		"NotReleased",
		"NotOpened",
		"FromRequester",
		"FromCommittee",
		"reopened Returned",
		"reopened NoShow",
		"reopened Undecided",
		"failed Abandoned",
		"failed TimedOut",
		"failed Undecided",
		"receipt",
		"proof",
		"settled",
	] {
		assert!(seen.iter().any(|seen| seen == outcome), "{outcome}");
	}
}

/// The random walk is worth something only if it gets everywhere.
#[test]
fn a_full_life_of_each_kind_in_one_sequence() {
	let submit = |who| Step::Submit { who, royal: true, tokens: 1_000, payment: 40 * UNIT };
	let bid = |job, node| Step::Bid { job, node, price: 40 + u32::from(node), ms: 60_000 };
	let mut steps = vec![submit(0), submit(1), submit(0), submit(1)];
	for job in 0..4 {
		for node in 0..6 {
			steps.push(bid(job, node));
		}
	}
	steps.push(Step::ChangeNode { node: 0, what: 0 });
	steps.push(Step::Pass { blocks: 10 });
	steps.extend((0..4).map(|job| Step::Match { job }));
	steps.extend((0..4).map(|job| Step::Match { job }));
	steps.extend((0..3).map(|job| Step::Start { job }));
	steps.push(Step::Complete { job: 0, tokens: 900, inline: true });
	steps.push(Step::Accept { job: 0, rating: Some(4) });
	steps.push(Step::Abandon { job: 1 });
	steps.push(Step::ToDeadline { job: 3 });
	steps.push(Step::Expire { job: 3 });
	steps.push(Step::Match { job: 3 });
	steps.push(Step::Start { job: 3 });
	steps.push(Step::ToDeadline { job: 2 });
	steps.push(Step::Expire { job: 2 });
	steps.push(Step::Hire { who: 0, node: 5, offer: 1 });
	steps.push(Step::SubmitWithOptions { who: 0, node: 4, what: 0xfe, deadline: 100 });
	steps.push(Step::Batch { what: 0, jobs: vec![0, 3, 9], node: 0 });
	steps.push(Step::DropModel);
	steps.push(Step::Complete { job: 3, tokens: 10, inline: false });
	play(steps);
}
