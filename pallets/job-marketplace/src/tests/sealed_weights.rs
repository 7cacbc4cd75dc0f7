//! Confidential jobs pay for what they cost more, the others do not.

use super::*;
use crate::weights::WeightInfo;
use frame_support::{dispatch::PostDispatchInfo, weights::Weight};

type W = <Test as Config>::WeightInfo;

fn declared(call: Call<Test>) -> Weight {
	call.get_dispatch_info().call_weight
}

fn paid(
	result: Result<PostDispatchInfo, frame_support::dispatch::DispatchErrorWithPostInfo>,
) -> Option<Weight> {
	result.unwrap().actual_weight
}

#[test]
fn submission_declares_what_it_adds() {
	run(|| {
		let submit = |confidential| {
			declared(Call::submit_job {
				model_did: vec![],
				encrypted_prompt: vec![0; 100],
				max_tokens: 0,
				max_payment: 0,
				min_vram_gb: 0,
				confidential,
			})
		};
		assert_eq!(submit(false), W::submit_job(100));
		assert_eq!(submit(true), W::submit_job(100) + W::seal_job());
		let with_proof = |proof| {
			declared(Call::submit_job_with_options {
				model_did: vec![],
				payload: Payload::Inline(vec![]),
				max_tokens: 0,
				max_payment: 0,
				min_vram_gb: 0,
				confidential: false,
				options: SubmitOptions { proof, ..Default::default() },
			})
		};
		assert_eq!(with_proof(None), W::submit_job_with_options(0));
		let terms = ai_compute_primitives::ProofTerms { key: H256::zero(), input: [0; 32] };
		assert_eq!(with_proof(Some(terms)), W::submit_job_with_options(0) + W::name_proof_key());
	});
}

#[test]
fn ordinary_jobs_pay_as_if_there_were_no_others() {
	run(|| {
		let job_id = submit();
		let bid = Market::place_bid(signed(owner(0)), job_id, did_bytes(0), PRICE, 60_000);
		assert_eq!(paid(bid), Some(W::place_bid()));
		assert_ok!(super::bid(job_id, 1, PRICE));
		go_to(1_010);
		assert_eq!(paid(Market::match_job(signed(STRANGER), job_id)), Some(W::match_job()));
		assert_eq!(paid(Market::start_job(signed(owner(0)), job_id)), Some(W::start_job()));
		assert_eq!(paid(Market::abandon_job(signed(owner(0)), job_id)), Some(W::abandon_job()));
		let other = submit();
		assert_ok!(super::bid(other, 0, PRICE));
		let assign = Market::assign_job(signed(ALICE), other, did_bytes(0));
		assert_eq!(paid(assign), Some(W::assign_job()));
		go_to_deadline(other);
		assert_eq!(paid(Market::expire_job(signed(STRANGER), other)), Some(W::expire_job()));
	});
}

#[test]
fn confidential_jobs_pay_for_each_step() {
	run(|| {
		let job_id = submit_sealed();
		attest(0, 10_000);
		let bid = Market::place_bid(signed(owner(0)), job_id, did_bytes(0), PRICE, 60_000);
		assert_eq!(paid(bid), Some(W::place_bid() + W::qualify_node()));
		go_to(1_010);
		let matched = paid(Market::match_job(signed(STRANGER), job_id));
		assert_eq!(matched, Some(W::match_job() + W::qualify_node() * 3));
		assert_eq!(matched, Some(declared(Call::match_job { job_id })));
		assert_ok!(deliver_key(job_id));
		let start = paid(Market::start_job(signed(owner(0)), job_id));
		assert_eq!(start, Some(W::start_job() + W::start_sealed()));
		assert_eq!(start, Some(declared(Call::start_job { job_id })));
		let abandoned = paid(Market::abandon_job(signed(owner(0)), job_id));
		assert_eq!(abandoned, Some(W::abandon_job() + W::end_sealed()));

		let (job_id, _) = waiting();
		go_to_deadline(job_id);
		let expired = paid(Market::expire_job(signed(STRANGER), job_id));
		assert_eq!(expired, Some(W::expire_unkeyed()));
	});
}

#[test]
fn evidence_is_declared_by_its_parts_and_never_exceeded() {
	run(|| {
		let receipt = |outcome| SignedReceipt {
			signer: 0,
			output_commitment: OUTPUT,
			outcome,
			signature: vec![],
		};
		let weigh = |receipt, proof: Option<Vec<u8>>| {
			declared(Call::complete_with_evidence {
				job_id: 0,
				result_hash: [0; 32],
				tokens_used: 0,
				result: Some(vec![0; 3_000]),
				evidence: Evidence { receipt, proof },
			})
		};
		let plain = W::complete_job(3_000);
		assert_eq!(weigh(None, None), plain);
		let with_receipt = weigh(Some(receipt(ReceiptOutcome::Done)), None);
		assert_eq!(
			with_receipt,
			plain + W::check_receipt() + W::end_sealed() + W::expire_unkeyed()
		);
		// No more bytes are committed to than that.
		assert_eq!(
			weigh(None, Some(vec![0; 128])),
			plain + W::verify_short_proof(2_048) + W::accept_late()
		);
		assert_eq!(
			weigh(None, Some(vec![0; 129])),
			plain + W::verify_long_proof(2_048) + W::accept_late()
		);

		let (job_id, id) = processing_sealed();
		let says = super::receipt(job_id, result_hash(), 1, ReceiptOutcome::Done);
		let evidence = || Evidence { receipt: Some(signed_receipt(&says, id)), proof: None };
		let actual = paid(Market::complete_with_evidence(
			signed(owner(0)),
			job_id,
			result_hash(),
			1,
			None,
			evidence(),
		));
		let expected = W::complete_job(0) + W::check_receipt() + W::end_sealed();
		assert_eq!(actual, Some(expected));
	});
}
