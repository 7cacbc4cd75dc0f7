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
	assert_eq!(Call::<Test>::get_call_names().len(), 16);
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
	for (reason, index) in
		[(HoldReason::JobEscrow, 0), (HoldReason::StorageDeposit, 1), (HoldReason::BidBond, 2)]
	{
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
