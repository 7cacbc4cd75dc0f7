//! `complete_with_evidence`: receipts of enclaves, and proofs of inference.

use super::*;
use ai_compute_primitives::{JobKeys, ProofClaim, ProofTerms, ProvenOutput};
use sp_runtime::DispatchResult;

fn complete(
	job_id: u64,
	tokens: u32,
	result: Option<Vec<u8>>,
	evidence: Evidence,
) -> Result<(), DispatchError> {
	plain(Market::complete_with_evidence(
		signed(owner(0)),
		job_id,
		result_hash(),
		tokens,
		result,
		evidence,
	))
}

fn with_receipt(receipt: SignedReceipt) -> Evidence {
	Evidence { receipt: Some(receipt), proof: None }
}

mod receipts {
	use super::*;

	#[test]
	fn success_completes_a_confidential_job() {
		run(|| {
			let (job_id, id) = processing_sealed();
			take_events();
			assert_ok!(deliver_sealed(job_id, 500));
			assert_eq!((status(job_id), job(job_id).deadline), (JobStatus::Completed, 1_100));
			let delivery = job(job_id).delivery.unwrap();
			assert_eq!((delivery.result_hash, delivery.tokens_used), (result_hash(), 500));
			assert_eq!(delivery.bytes, ResultBytes::OffChain);
			let says = receipt(job_id, result_hash(), 500, ReceiptOutcome::Done);
			let events = take_events();
			assert_eq!(events[0], Event::ReceiptAccepted { receipt: says, signer: id });
			assert_eq!(node(0).busy, 0);
			assert_ok!(Market::accept_result(signed(ALICE), job_id, Some(5)));
		});
	}

	#[test]
	fn success_with_the_sealed_result_on_chain() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let says = receipt(job_id, result_hash(), 1, ReceiptOutcome::Done);
			let evidence = with_receipt(signed_receipt(&says, id));
			assert_ok!(complete(job_id, 1, Some(RESULT.to_vec()), evidence));
			assert_eq!(Results::<Test>::get(job_id).unwrap().into_inner(), RESULT);
		});
	}

	#[test]
	fn success_under_a_successor_that_the_pinned_enclave_signed() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let successor = attest_after(0, 10_000, Some(id));
			let says = receipt(job_id, result_hash(), 1, ReceiptOutcome::Done);
			assert_ok!(complete(job_id, 1, None, with_receipt(signed_receipt(&says, successor))));
		});
		run(|| {
			let (job_id, _) = processing_sealed();
			let stranger = attest_after(0, 10_000, None);
			let says = receipt(job_id, result_hash(), 1, ReceiptOutcome::Done);
			let evidence = with_receipt(signed_receipt(&says, stranger));
			assert_noop!(complete(job_id, 1, None, evidence), NOT_SUCCESSOR);
		});
	}

	#[test]
	fn fails_without_one() {
		run(|| {
			let (job_id, _) = processing_sealed();
			assert_noop!(
				Market::complete_job(signed(owner(0)), job_id, result_hash(), 1, None),
				E::ReceiptMissing
			);
			let nothing = Evidence { receipt: None, proof: None };
			assert_noop!(complete(job_id, 1, None, nothing), E::EvidenceMissing);
			let proof = Evidence { receipt: None, proof: Some(vec![0; 128]) };
			assert_noop!(complete(job_id, 1, None, proof), E::ReceiptMissing);
		});
	}

	#[test]
	fn fails_for_any_other_thing_than_was_signed() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let right = receipt(job_id, result_hash(), 9, ReceiptOutcome::Done);
			let changes: [fn(&mut Receipt); 8] = [
				|r| r.job += 1,
				|r| r.attempt += 1,
				|r| r.node = H256::zero(),
				|r| r.attestation += 1,
				|r| r.model_version = H256::zero(),
				|r| r.prompt = H256::zero(),
				|r| r.result_hash = [0; 32],
				|r| r.tokens_used = 8,
			];
			for change in changes {
				let mut other = right;
				change(&mut other);
				// The signature is the enclave's, but for something else.
				let evidence = with_receipt(signed_receipt(&other, id));
				assert_noop!(complete(job_id, 9, None, evidence), BAD_RECEIPT);
			}
			let mut signed = signed_receipt(&right, id);
			signed.output_commitment = [0; 32];
			assert_noop!(complete(job_id, 9, None, with_receipt(signed)), BAD_RECEIPT);
			let mut signed = signed_receipt(&right, id);
			signed.outcome = ReceiptOutcome::CannotDecrypt;
			assert_noop!(complete(job_id, 9, None, with_receipt(signed)), E::ResultHashMismatch);
			let mut signed = signed_receipt(&right, id);
			signed.signature.pop();
			assert_noop!(complete(job_id, 9, None, with_receipt(signed)), BAD_RECEIPT);
			assert_ok!(complete(job_id, 9, None, with_receipt(signed_receipt(&right, id))));
		});
	}

	#[test]
	fn fails_once_revoked_or_expired() {
		run(|| {
			let (job_id, id) = processing_sealed();
			revoke(id, true);
			assert_noop!(deliver_sealed(job_id, 1), REVOKED);
		});
		run(|| {
			let (job_id, id) = processing_sealed();
			MockAttested::mutate(id, |record| record.as_mut().unwrap().expires_at = 1_000);
			assert_noop!(deliver_sealed(job_id, 1), EXPIRED);
		});
	}

	#[test]
	fn fails_for_jobs_that_are_not_confidential() {
		run(|| {
			let job_id = processing();
			let receipt = SignedReceipt {
				signer: 0,
				output_commitment: OUTPUT,
				outcome: ReceiptOutcome::Done,
				signature: vec![],
			};
			assert_noop!(complete(job_id, 1, None, with_receipt(receipt)), E::NotConfidential);
		});
	}

	#[test]
	fn fails_as_complete_job_does() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let evidence = || {
				let says = receipt(job_id, result_hash(), 1, ReceiptOutcome::Done);
				with_receipt(signed_receipt(&says, id))
			};
			let by = |who, tokens, result| {
				let (job_id, evidence) = (job_id, evidence());
				plain(Market::complete_with_evidence(
					signed(who),
					job_id,
					result_hash(),
					tokens,
					result,
					evidence,
				))
			};
			assert_noop!(by(owner(1), 1, None), E::NotAuthorized);
			assert_noop!(by(owner(0), TOKENS + 1, None), E::TokensAboveMaximum);
			assert_noop!(by(owner(0), 1, Some(vec![0; 10_241])), E::ResultTooLong);
			assert_noop!(by(owner(0), 1, Some(b"other".to_vec())), E::ResultHashMismatch);
			go_to_deadline(job_id);
			assert_noop!(by(owner(0), 1, None), E::TooLate);
		});
	}
}

mod prompts_that_do_not_open {
	use super::*;

	fn cannot_decrypt(job_id: u64, id: u64, tokens: u32) -> Evidence {
		says_of(job_id, opening_hash(job_id), id, tokens)
	}

	/// What an enclave says that was given what has the hash `given`.
	fn says_of(job_id: u64, given: [u8; 32], id: u64, tokens: u32) -> Evidence {
		let says = receipt(job_id, given, tokens, ReceiptOutcome::CannotDecrypt);
		with_receipt(signed_receipt(&says, id))
	}

	fn give_up(
		job_id: u64,
		given: [u8; 32],
		tokens: u32,
		result: Option<Vec<u8>>,
		evidence: Evidence,
	) -> DispatchResult {
		let by = signed(owner(0));
		plain(Market::complete_with_evidence(by, job_id, given, tokens, result, evidence))
	}

	#[test]
	fn success_ends_the_job_at_the_requesters_cost() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let (alice, provider) = (free(&ALICE), free(&owner(0)));
			take_events();
			let given = opening_hash(job_id);
			assert_ok!(give_up(job_id, given, 0, None, cannot_decrypt(job_id, id, 0)));
			let compensation = PRICE * Balance::from(TOKENS) / 100;
			assert_eq!(status(job_id), JobStatus::Cancelled);
			assert_eq!(free(&owner(0)), provider + compensation);
			assert_eq!(free(&ALICE), alice + ESCROW - compensation);
			assert!(take_events().contains(&Event::KeyFailed {
				job_id,
				node: did(0).hash(),
				failure: KeyFailure::NotOpened,
				compensation,
				refund: ESCROW - compensation,
			}));
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::Undecided]);
			assert_eq!((node(0).busy, node(0).exposure), (0, 0));
			assert!(!SealedKeys::<Test>::contains_key(job_id));
		});
	}

	#[test]
	fn fails_with_tokens_a_result_or_a_proof() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let evidence = |tokens| cannot_decrypt(job_id, id, tokens);
			let given = opening_hash(job_id);
			assert_noop!(give_up(job_id, given, 1, None, evidence(1)), E::NothingOpened);
			let result = Some(RESULT.to_vec());
			assert_noop!(give_up(job_id, given, 0, result, evidence(0)), E::ResultHashMismatch);
			let hashed = [OPENING_TAG, &(ALICE, SEALING, sealed_key()).encode()].concat();
			assert_noop!(give_up(job_id, given, 0, Some(hashed), evidence(0)), E::NothingOpened);
			let proof = Evidence { proof: Some(vec![]), ..evidence(0) };
			assert_noop!(give_up(job_id, given, 0, None, proof), E::NothingOpened);
		});
	}

	/// A host hands its enclave another key, salt or requester than the chain has, and asks for what
	/// the requester owes for a key that does not open.
	#[test]
	fn fails_for_anything_else_than_what_is_on_chain() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let hash = |requester: AccountId, sealing: Sealing, key: Vec<u8>| {
				let given = (requester, sealing, key).encode();
				blake2_256(&[b"ai-compute-pbc/opening/v1".to_vec(), given].concat())
			};
			let mut other_key = sealed_key();
			other_key[81] ^= 1;
			for given in [
				hash(BOB, SEALING, sealed_key()),
				hash(ALICE, Sealing::to([9; 32]), sealed_key()),
				hash(ALICE, SEALING, other_key),
				result_hash(),
			] {
				let evidence = || says_of(job_id, given, id, 0);
				assert_noop!(give_up(job_id, given, 0, None, evidence()), E::ResultHashMismatch);
				// Nor does the enclave's word about those pass for one about these.
				let right = opening_hash(job_id);
				assert_noop!(give_up(job_id, right, 0, None, evidence()), BAD_RECEIPT);
			}
			let given = hash(ALICE, SEALING, sealed_key());
			assert_ok!(give_up(job_id, given, 0, None, says_of(job_id, given, id, 0)));
		});
	}

	/// The shares of a committee reach the enclave through its host.
	#[test]
	fn success_with_a_released_key_costs_nobody_anything() {
		run(|| {
			let (job_id, id) = waiting();
			assert_ok!(Market::key_delivered(job_id, 1));
			assert_ok!(Market::start_job(signed(owner(0)), job_id));
			let (alice, provider) = (free(&ALICE), free(&owner(0)));
			let given = opening_hash(job_id);
			assert_ok!(give_up(job_id, given, 0, None, cannot_decrypt(job_id, id, 0)));
			assert_eq!(status(job_id), JobStatus::Cancelled);
			assert_eq!((free(&ALICE), free(&owner(0))), (alice + ESCROW, provider));
			assert!(take_events().iter().any(|event| matches!(
				event,
				Event::KeyFailed { failure: KeyFailure::NotOpened, compensation: 0, .. }
			)));
		});
	}

	/// Without its enclave's signature a node cannot say so.
	#[test]
	fn fails_without_the_enclaves_word() {
		run(|| {
			let (job_id, id) = processing_sealed();
			let Evidence { receipt: Some(mut signed), .. } = cannot_decrypt(job_id, id, 0) else {
				unreachable!()
			};
			signed.signature = vec![0; 64];
			let given = opening_hash(job_id);
			assert_noop!(give_up(job_id, given, 0, None, with_receipt(signed)), BAD_RECEIPT);
		});
	}
}

mod proofs {
	use super::*;

	const KEY: H256 = H256::repeat_byte(33);
	const INPUT: [u8; 32] = [34; 32];
	const WEIGHTS: H256 = H256::repeat_byte(35);

	fn terms() -> ProofTerms {
		ProofTerms { key: KEY, input: INPUT }
	}

	fn model() -> DidHash {
		Did::parse(MODEL).unwrap().hash()
	}

	fn prepare() {
		ProofKeys::insert(KEY, model());
		Weights::insert((model(), 0), WEIGHTS);
	}

	fn order(payload: Payload, confidential: bool) -> Result<(), DispatchError> {
		let options = SubmitOptions { proof: Some(terms()), ..Default::default() };
		Market::submit_job_with_options(
			signed(ALICE),
			MODEL.to_vec(),
			payload,
			TOKENS,
			ESCROW,
			8,
			confidential,
			options,
		)
	}

	/// A job that may be proven and that node 0 works on.
	fn provable() -> u64 {
		prepare();
		let job_id = NextJobId::<Test>::get();
		assert_ok!(order(Payload::Inline(b"prompt".to_vec()), false));
		assign_new(job_id);
		assert_ok!(Market::start_job(signed(owner(0)), job_id));
		job_id
	}

	fn claim(job_id: u64, tokens_used: u32) -> ProofClaim<'static, AccountId> {
		ProofClaim {
			job: job_id,
			attempt: 1,
			node: did(0).hash(),
			owner: owner(0),
			output: ProvenOutput::Bytes(RESULT),
			tokens_used,
			input: INPUT,
			weights: WEIGHTS.0,
		}
	}

	fn proven(claim: &ProofClaim<AccountId>) -> Evidence {
		Evidence { receipt: None, proof: Some(prove(&KEY, claim)) }
	}

	#[test]
	fn success_settles_without_the_waiting_period() {
		run(|| {
			let job_id = provable();
			let (alice, provider) = (free(&ALICE), free(&owner(0)));
			take_events();
			let evidence = proven(&claim(job_id, 500));
			assert_ok!(complete(job_id, 500, Some(RESULT.to_vec()), evidence));
			assert_eq!(status(job_id), JobStatus::Settled);
			let gross = PRICE * 500;
			assert_eq!(free(&owner(0)), provider + gross - gross / 20);
			assert_eq!(free(&ALICE), alice + ESCROW - gross);
			let outcomes: Vec<_> = Outcomes::get().into_iter().map(|outcome| outcome.3).collect();
			assert_eq!(outcomes, [JobOutcome::OnTime]);
			assert!(take_events().contains(&Event::ResultProven { job_id, key: KEY }));
			assert_eq!((node(0).busy, node(0).exposure, node(0).settled), (0, 0, 1));
			// It is final, but it can be rated.
			assert_noop!(
				Market::dispute_job(signed(ALICE), job_id, DisputeReason::WrongResult, EVIDENCE),
				E::InvalidState
			);
			assert_ok!(Market::accept_result(signed(ALICE), job_id, Some(5)));
		});
	}

	#[test]
	fn success_late_pays_the_late_price() {
		run(|| {
			let job_id = provable();
			go_to(job(job_id).assignment.unwrap().result_due.unwrap());
			let provider = free(&owner(0));
			let evidence = proven(&claim(job_id, 100));
			assert_ok!(complete(job_id, 100, Some(RESULT.to_vec()), evidence));
			let gross = PRICE * 100 * 9 / 10;
			assert_eq!(free(&owner(0)), provider + gross - gross / 20);
			assert_eq!(job(job_id).settlement.unwrap().outcome, JobOutcome::Late);
		});
	}

	#[test]
	fn success_without_a_proof_waits() {
		run(|| {
			let job_id = provable();
			deliver(job_id, 10);
			assert_eq!(status(job_id), JobStatus::Completed);
		});
	}

	#[test]
	fn success_by_hire() {
		run(|| {
			prepare();
			let keys = hire::ed25519(77);
			change_node(0, |node| node.owner = keys.account());
			set_free(&keys.account(), ENDOWMENT);
			let request = HireJob { proof: Some(terms()), ..hire::request() };
			let offer = hire::signed_by(&keys, hire::offer());
			assert_ok!(Market::hire(signed(ALICE), request, offer));
			assert_eq!(ProofOrders::<Test>::get(0).unwrap().key, KEY);
			assert!(job(0).has_options);
		});
	}

	#[test]
	fn what_is_named_is_kept_as_it_was_and_paid_for() {
		run(|| {
			prepare();
			assert_ok!(order(Payload::Inline(b"prompt".to_vec()), false));
			let kept = ProofOrder { key: KEY, input: INPUT, weights: WEIGHTS.0 };
			assert_eq!(ProofOrders::<Test>::get(0), Some(kept));
			let named =
				Event::ProofKeyNamed { job_id: 0, key: KEY, input: INPUT, weights: WEIGHTS.0 };
			assert!(take_events().contains(&named));
			Weights::insert((model(), 0), H256::zero());
			assert_eq!(ProofOrders::<Test>::get(0), Some(kept));
			let bytes = 6 + Market::proof_len();
			assert_eq!(job(0).deposit, Market::deposit_with_options(bytes));
			assert_ok!(Market::cancel_job(signed(ALICE), 0));
			go_to_deadline(0);
			assert_ok!(Market::reap_job(signed(STRANGER), 0));
			assert_eq!(ProofOrders::<Test>::iter().count(), 0);
		});
	}

	/// However long governance lets jobs live, the key that one is proven under outlives it.
	#[test]
	fn boundary_the_job_ends_before_its_key_can_go() {
		run(|| {
			prepare();
			let lifetime = |proof| {
				let job_id = NextJobId::<Test>::get();
				let options = SubmitOptions { proof, ..Default::default() };
				assert_ok!(Market::submit_job_with_options(
					signed(ALICE),
					MODEL.to_vec(),
					Payload::Inline(b"prompt".to_vec()),
					TOKENS,
					ESCROW,
					8,
					false,
					options,
				));
				job(job_id).lifetime_end - job(job_id).created_at
			};
			assert_eq!(lifetime(Some(terms())), 28_800);
			KeyRetention::set(Some(20_000));
			assert_eq!(lifetime(Some(terms())), 20_000);
			assert_eq!(lifetime(None), 28_800);
		});
	}

	#[test]
	fn fails_to_submit_without_key_or_weights() {
		run(|| {
			let submit = || order(Payload::Inline(b"prompt".to_vec()), false);
			assert_noop!(submit(), E::WeightsUncommitted);
			Weights::insert((model(), 0), WEIGHTS);
			assert_noop!(submit(), UNKNOWN_KEY);
			let other = Did::parse(ROYAL_MODEL).unwrap().hash();
			ProofKeys::insert(KEY, other);
			assert_noop!(submit(), UNKNOWN_KEY);
			ProofKeys::insert(KEY, model());
			assert_ok!(submit());
		});
	}

	/// A proof of anything else, of which the chain computes every part.
	#[test]
	fn fails_for_another_job_attempt_node_result_count_input_weights_or_key() {
		run(|| {
			let job_id = provable();
			let right = claim(job_id, 9);
			let changes: [fn(&mut ProofClaim<'static, AccountId>); 7] = [
				|c| c.job += 1,
				|c| c.attempt += 1,
				|c| c.node = H256::zero(),
				|c| c.owner = BOB,
				|c| c.tokens_used = 8,
				|c| c.input = [0; 32],
				|c| c.weights = [0; 32],
			];
			let result = || Some(RESULT.to_vec());
			for change in changes {
				let mut other = right.clone();
				change(&mut other);
				assert_noop!(complete(job_id, 9, result(), proven(&other)), BAD_PROOF);
			}
			let mut other = right.clone();
			other.output = ProvenOutput::Bytes(b"another");
			assert_noop!(complete(job_id, 9, result(), proven(&other)), BAD_PROOF);
			let proof = Some(prove(&H256::zero(), &right));
			let evidence = Evidence { receipt: None, proof };
			assert_noop!(complete(job_id, 9, result(), evidence), BAD_PROOF);
			assert_ok!(complete(job_id, 9, result(), proven(&right)));
			// A replay meets a job that is over.
			assert_noop!(complete(job_id, 9, result(), proven(&right)), E::InvalidState);
		});
	}

	#[test]
	fn fails_without_the_bytes() {
		run(|| {
			let job_id = provable();
			let evidence = proven(&claim(job_id, 9));
			assert_noop!(complete(job_id, 9, None, evidence), E::ResultMissing);
		});
	}

	#[test]
	fn fails_if_the_requester_named_no_key() {
		run(|| {
			prepare();
			let job_id = processing();
			let evidence = proven(&claim(job_id, 9));
			assert_noop!(complete(job_id, 9, Some(RESULT.to_vec()), evidence), E::NoProofKey);
		});
	}

	/// The chain sees a ciphertext only: the proof is worth as much as the enclave's word.
	#[test]
	fn a_proven_confidential_job_waits_all_the_same() {
		run(|| {
			prepare();
			set_policy(1);
			let id = attest(0, 10_000);
			let payload = Payload::Sealed { sealing: SEALING, prompt: sealed_prompt() };
			assert_ok!(order(payload, true));
			assign_new(0);
			assert_ok!(deliver_key(0));
			assert_ok!(Market::start_job(signed(owner(0)), 0));
			let says = receipt(0, result_hash(), 9, ReceiptOutcome::Done);
			let with = |output| {
				let output = ProvenOutput::Committed { result_hash: result_hash(), output };
				let proof = Some(prove(&KEY, &ProofClaim { output, ..claim(0, 9) }));
				Evidence { receipt: Some(signed_receipt(&says, id)), proof }
			};
			assert_noop!(complete(0, 9, None, with([0; 32])), BAD_PROOF);
			assert_ok!(complete(0, 9, None, with(OUTPUT)));
			assert_eq!(status(0), JobStatus::Completed);
			let events = take_events();
			assert!(events.contains(&Event::ResultProven { job_id: 0, key: KEY }));
		});
	}

	#[test]
	fn settlement_with_a_proof_pays_everybody_or_changes_nothing() {
		use frame_support::storage::{transactional::TRANSACTIONAL_LIMIT, with_storage_layer};
		fn nested(depth: u32, f: &mut dyn FnMut()) {
			if depth == 0 {
				return f();
			}
			assert_ok!(with_storage_layer::<(), DispatchError, _>(|| {
				nested(depth - 1, f);
				Ok(())
			}));
		}
		run(|| {
			let job_id = provable();
			let call = || complete(job_id, 9, Some(RESULT.to_vec()), proven(&claim(job_id, 9)));
			nested(TRANSACTIONAL_LIMIT - 1, &mut || {
				assert_noop!(call(), TransactionalError::LimitReached);
			});
			nested(TRANSACTIONAL_LIMIT - 2, &mut || {
				assert_ok!(call());
			});
			assert_eq!(status(job_id), JobStatus::Settled);
		});
	}
}
