//! What clients and stored data rely on.

use super::*;
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{GetCallName, GetStorageVersion, StorageInfoTrait, StorageVersion};

#[test]
fn call_indices() {
	let index = |call: Call<Test>| call.encode()[0];
	let (job_id, gpu_did) = (0, vec![]);
	assert_eq!(
		index(Call::submit_job {
			model_did: vec![],
			encrypted_prompt: vec![],
			max_tokens: 0,
			max_payment: 0,
			min_vram_gb: 0,
			confidential: false
		}),
		0
	);
	assert_eq!(
		index(Call::place_bid {
			job_id,
			gpu_did: gpu_did.clone(),
			price_per_token: 0,
			estimated_latency_ms: 0
		}),
		1
	);
	assert_eq!(index(Call::assign_job { job_id, gpu_did: gpu_did.clone() }), 2);
	assert_eq!(index(Call::match_job { job_id }), 3);
	assert_eq!(index(Call::start_job { job_id }), 4);
	assert_eq!(
		index(Call::complete_job { job_id, result_hash: [0; 32], tokens_used: 0, result: None }),
		5
	);
	assert_eq!(index(Call::accept_result { job_id, rating: None }), 6);
	assert_eq!(
		index(Call::dispute_job { job_id, reason: DisputeReason::Other, evidence_hash: [0; 32] }),
		7
	);
	assert_eq!(index(Call::resolve_dispute { job_id, verdict: Verdict::ProviderWins }), 8);
	assert_eq!(
		index(Call::answer_dispute { job_id, answer: DisputeAnswer::Evidence([0; 32]) }),
		17
	);
	assert_eq!(index(Call::finalize_job { job_id }), 9);
	assert_eq!(index(Call::cancel_job { job_id }), 10);
	assert_eq!(index(Call::expire_job { job_id }), 11);
	assert_eq!(index(Call::withdraw_bid { job_id, gpu_did: gpu_did.clone() }), 12);
	assert_eq!(index(Call::update_max_jobs { new_max: 0 }), 14);
	assert_eq!(index(Call::abandon_job { job_id }), 16);
	assert_eq!(index(Call::promote_bid { job_id, gpu_did }), 18);
	assert_eq!(index(Call::reap_job { job_id }), 20);
	ExtBuilder.build_and_execute(|| {
		let parameters = Parameters::<Test>::get();
		assert_eq!(index(Call::set_parameters { parameters }), 30);
	});
	assert_eq!(Call::<Test>::get_call_names().len(), 31);
}

#[test]
fn submit_job_takes_the_guides_arguments_in_order() {
	let call = Call::<Test>::submit_job {
		model_did: b"m".to_vec(),
		encrypted_prompt: b"p".to_vec(),
		max_tokens: 1,
		max_payment: 2,
		min_vram_gb: 3,
		confidential: true,
	};
	let arguments = (b"m".to_vec(), b"p".to_vec(), 1u32, 2u128, 3u32, true);
	assert_eq!(call.encode()[1..], arguments.encode());
}

#[test]
fn hold_reasons_and_stored_enums() {
	for (reason, index) in [
		(HoldReason::JobEscrow, 0),
		(HoldReason::StorageDeposit, 1),
		(HoldReason::BidBond, 2),
		(HoldReason::DisputeBond, 3),
	] {
		assert_eq!(reason.encode(), [index]);
	}
	let states = [
		JobStatus::Pending,
		JobStatus::Assigned,
		JobStatus::Processing,
		JobStatus::Completed,
		JobStatus::Failed,
		JobStatus::Settled,
		JobStatus::Disputed,
		JobStatus::Cancelled,
		JobStatus::Expired,
	];
	for (index, state) in (0u8..).zip(states) {
		assert_eq!(state.encode(), [index]);
	}
	for (index, standing) in
		(0u8..).zip([BidStanding::Open, BidStanding::Struck, BidStanding::Forfeited])
	{
		assert_eq!(standing.encode(), [index]);
	}
}

#[test]
fn dispute_arguments() {
	for (index, reason) in (0u8..).zip([
		DisputeReason::NotDelivered,
		DisputeReason::WrongResult,
		DisputeReason::Overcounted,
		DisputeReason::WrongModel,
		DisputeReason::Other,
	]) {
		assert_eq!(reason.encode(), [index]);
	}
	let call = Call::<Test>::dispute_job {
		job_id: 5,
		reason: DisputeReason::Overcounted,
		evidence_hash: EVIDENCE,
	};
	assert_eq!(call.encode()[1..], (5u64, 2u8, EVIDENCE).encode());
	assert_eq!(DisputeAnswer::Result(b"r".to_vec()).encode(), (0u8, b"r".to_vec()).encode());
	assert_eq!(DisputeAnswer::Evidence(EVIDENCE).encode(), (1u8, EVIDENCE).encode());
	assert_eq!(Verdict::RequesterWins.encode(), [0]);
	assert_eq!(Verdict::ProviderWins.encode(), [1]);
	assert_eq!(Verdict::Split(7).encode(), (2u8, 7u32).encode());
	assert_eq!([ResultBytes::OffChain.encode(), ResultBytes::OnChain.encode()], [[0], [1]]);
}

/// Largest key and value of a storage item, as the benchmarks count it.
fn max_size(name: &str) -> u32 {
	Market::storage_info()
		.into_iter()
		.find(|info| info.storage_name == name.as_bytes())
		.and_then(|info| info.max_size)
		.unwrap()
}

#[test]
fn the_hot_record_stays_small() {
	assert!(max_size("Jobs") < 512, "{}", max_size("Jobs"));
	assert!(max_size("JobBids") < 300, "{}", max_size("JobBids"));
	// With the 50 bids of the live chain.
	type LiveBook = BidBook<frame_support::traits::ConstU32<50>>;
	assert!(LiveBook::max_encoded_len() < 2_300);
}

/// The proof estimate of the benchmarks: 990 and, for each map entry read, 2 475 and its size.
#[test]
fn proof_estimates_stay_within_their_limits() {
	type LiveBook = BidBook<frame_support::traits::ConstU32<50>>;
	let estimate = |reads: u32, size: u32| 990 + reads * (2_475 + size);
	let book = u32::try_from(LiveBook::max_encoded_len()).unwrap() + 16;
	assert!(estimate(1, book) <= 6_144, "place_bid");
	assert!(estimate(3, max_size("JobBids")) <= 10_240, "match_job");
	assert!(estimate(1, max_size("Jobs")) <= 5_120, "complete_job");
}

#[test]
fn calls_of_offers_options_and_batches() {
	let index = |call: Call<Test>| call.encode()[0];
	let gpu_did = Vec::new;
	let payload = Payload::Reference { hash: [9; 32], uri: b"u".to_vec() };
	let call = Call::<Test>::submit_job_with_options {
		model_did: b"m".to_vec(),
		payload: payload.clone(),
		max_tokens: 1,
		max_payment: 2,
		min_vram_gb: 3,
		confidential: true,
		options: SubmitOptions { deadline: Some(4), ..Default::default() },
	};
	let options = (Some(4u32), [0u8; 7]);
	let arguments = (b"m".to_vec(), (1u8, [9u8; 32], b"u".to_vec()), 1u32, 2u128, 3u32, true);
	assert_eq!(index(call.clone()), 13);
	assert_eq!(call.encode()[1..], (arguments, options).encode());
	assert_eq!(index(Call::settle_batch { job_ids: vec![] }), 21);
	assert_eq!(index(Call::accept_batch { jobs: vec![] }), 22);
	assert_eq!(index(Call::withdraw_bids { bids: vec![] }), 23);
	assert_eq!(index(Call::reap_batch { job_ids: vec![] }), 24);
	assert_eq!(index(Call::cancel_offers { gpu_did: gpu_did() }), 25);
	assert_eq!(index(Call::cancel_offer { gpu_did: gpu_did(), offer_id: 0 }), 26);
	assert_eq!(index(Call::set_offer_key { gpu_did: gpu_did(), key: None }), 27);
	assert_eq!(index(Call::prune_offers { gpu_did: gpu_did() }), 28);
	let offer = Offer {
		gpu_did: vec![],
		owner: ALICE,
		epoch: 0,
		offer_id: 0,
		model_did: vec![],
		model_version: 0,
		price_per_token: 0,
		min_tokens: 0,
		max_tokens: 0,
		estimated_latency_ms: 0,
		confidential: false,
		max_fee: Percent::zero(),
		max_royalty_bps: 0,
		requester: None,
		not_before: 0,
		expires_at: 0,
		max_uses: 0,
	};
	let signature = sp_runtime::MultiSignature::Ed25519([0; 64].into());
	let job = HireJob { payload, max_tokens: 1, max_payment: 2, seed: Some(3), proof: None };
	let call = Call::<Test>::hire { job, signed_offer: SignedOffer { offer, signature } };
	assert_eq!(index(call.clone()), 15);
	let job = ((1u8, [9u8; 32], b"u".to_vec()), 1u32, 2u128, Some(3u64), 0u8);
	assert!(call.encode()[1..].starts_with(&job.encode()));
}

#[test]
fn storage_of_offers_and_options_is_bounded() {
	assert!(max_size("JobOptions") < 128, "{}", max_size("JobOptions"));
	assert!(max_size("OfferBooks") < 1_300, "{}", max_size("OfferBooks"));
	// A hire reads one book.
	assert!(990 + 2_475 + max_size("OfferBooks") <= 5_120);
	assert_eq!(offers::MAX_LIVE_OFFERS, 64);
}

#[test]
fn storage_names_and_version() {
	let names: Vec<_> = Market::storage_info()
		.into_iter()
		.map(|info| String::from_utf8(info.storage_name).unwrap())
		.collect();
	for name in [
		"Jobs",
		"NextJobId",
		"Prompts",
		"Results",
		"JobBids",
		"BidBooks",
		"AssignedNodes",
		"JobOptions",
		"PayloadReferences",
		"SealedJobs",
		"SealedKeys",
		"ProofOrders",
		"OfferBooks",
		"Disputes",
		"JobsInBlock",
		"MaxJobs",
		"Parameters",
	] {
		assert!(names.iter().any(|n| n == name), "{name}");
	}
	assert_eq!(Market::in_code_storage_version(), StorageVersion::new(1));
}

#[test]
fn constants_of_the_configuration_are_sound() {
	use frame_support::traits::Hooks;
	<Market as Hooks<BlockNumber>>::integrity_test();
}

#[test]
fn calls_and_records_of_confidential_and_proven_jobs() {
	let call = Call::<Test>::deliver_key {
		job_id: 5,
		attempt: 2,
		recipient: [3; 32],
		sealed_key: b"k".to_vec(),
	};
	let arguments = (5u64, 2u8, [3u8; 32], b"k".to_vec());
	assert_eq!(call.encode(), (19u8, arguments).encode());

	let receipt = SignedReceipt {
		signer: 7,
		output_commitment: [6; 32],
		outcome: ReceiptOutcome::CannotDecrypt,
		signature: b"s".to_vec(),
	};
	let evidence = Evidence { receipt: Some(receipt), proof: Some(b"p".to_vec()) };
	let call = Call::<Test>::complete_with_evidence {
		job_id: 5,
		result_hash: [1; 32],
		tokens_used: 9,
		result: None,
		evidence,
	};
	let evidence = (Some((7u64, [6u8; 32], 1u8, b"s".to_vec())), Some(b"p".to_vec()));
	let arguments = (5u64, [1u8; 32], 9u32, None::<Vec<u8>>, evidence);
	assert_eq!(call.encode(), (29u8, arguments).encode());

	let sealing = Sealing { result_key: [1; 32], salt: [2; 32] };
	let payload = Payload::Sealed { sealing, prompt: b"p".to_vec() };
	assert_eq!(payload.encode(), (2u8, [1u8; 32], [2u8; 32], b"p".to_vec()).encode());
	let payload = Payload::SealedReference { sealing, hash: [3; 32], uri: b"u".to_vec() };
	let reference = (3u8, [1u8; 32], [2u8; 32], [3u8; 32], b"u".to_vec());
	assert_eq!(payload.encode(), reference.encode());

	for (index, key) in
		(0u8..).zip([KeyState::Owed, KeyState::FromRequester, KeyState::FromCommittee])
	{
		assert_eq!(key.encode(), [index]);
	}
	// What only such jobs read is no larger than what all read.
	for name in ["SealedJobs", "SealedKeys", "ProofOrders"] {
		assert!(max_size(name) < max_size("Jobs"), "{name}");
	}
	assert_eq!(max_size("SealedJobs"), 16 + 4 * 32 + 1 + 9);
	assert_eq!(max_size("ProofOrders"), 16 + 3 * 32);
}
