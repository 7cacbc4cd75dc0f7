//! What clients and stored data rely on.

use crate::{mock::*, *};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::{GetCallName, StorageInfoTrait};

#[test]
fn call_indices_and_names() {
	let did_hash = key(AI);
	let pricing = PricingModel {
		input_token_price: 1,
		output_token_price: 2,
		request_price: None,
		billing_method: BillingMethod::PayAsYouGo,
	};
	let calls: [Call<Test>; 11] = [
		Call::register_ai {
			identifier: AI.to_vec(),
			ai_type: AIType::LLM,
			profile: profile(AIType::LLM).into(),
		},
		Call::update_profile { did_hash, new_profile: profile(AIType::LLM).into() },
		Call::attest_model { did_hash, attestation: attestation().into() },
		Call::grant_permission { did_hash, permission: permission(b"a", b"b", &[]).into() },
		Call::revoke_permission { did_hash, permission_hash: did_hash },
		Call::record_inference { did_hash, success: true },
		Call::submit_rating { did_hash, rating: 1 },
		Call::deactivate_ai { did_hash },
		Call::reactivate_ai { did_hash },
		Call::update_pricing { did_hash, pricing },
		Call::reap_rights { did_hash, account: 1 },
	];
	for (index, call) in calls.into_iter().enumerate() {
		assert_eq!(usize::from(call.encode()[0]), index);
	}
	assert_eq!(
		Call::<Test>::get_call_names(),
		[
			"register_ai",
			"update_profile",
			"attest_model",
			"grant_permission",
			"revoke_permission",
			"record_inference",
			"submit_rating",
			"deactivate_ai",
			"reactivate_ai",
			"update_pricing",
			"reap_rights",
		]
	);
}

#[test]
fn arguments_keep_their_order() {
	let call = Call::<Test>::register_ai {
		identifier: AI.to_vec(),
		ai_type: AIType::Agent,
		profile: profile(AIType::Agent).into(),
	};
	let arguments = (AI.to_vec(), 4u8, profile(AIType::Agent));
	assert_eq!(call.encode()[1..], arguments.encode());
	let call = Call::<Test>::submit_rating { did_hash: key(AI), rating: 7 };
	assert_eq!(call.encode()[1..], (key(AI), 7u32).encode());
}

#[test]
fn enums_keep_their_indices() {
	fn order<E: Encode>(values: &[E]) {
		for (index, value) in values.iter().enumerate() {
			assert_eq!(value.encode(), [index as u8]);
		}
	}
	order(&AIType::ALL);
	order(&[
		Task::TextGeneration,
		Task::TextClassification,
		Task::QuestionAnswering,
		Task::CodeGeneration,
		Task::Translation,
		Task::Summarization,
		Task::ImageGeneration,
		Task::ImageClassification,
		Task::ObjectDetection,
		Task::AudioTranscription,
		Task::AudioGeneration,
		Task::VideoGeneration,
		Task::VideoAnalysis,
		Task::Reasoning,
		Task::PlanningExecution,
		Task::DataAnalysis,
	]);
	order(&[
		Modality::Text,
		Modality::Image,
		Modality::Audio,
		Modality::Video,
		Modality::StructuredData,
		Modality::Code,
	]);
	order(&[
		BillingMethod::PerToken,
		BillingMethod::PerRequest,
		BillingMethod::Subscription,
		BillingMethod::PayAsYouGo,
	]);
	order(&[HoldReason::Deposit]);
}

/// The encoding that clients of Ëtrid's other chains use, spelt out field by field.
#[test]
fn the_profile_keeps_its_layout() {
	let profile = profile(AIType::Vision);
	let spelt = (
		(1u8, b"3.1".to_vec(), b"transformer".to_vec(), b"70B".to_vec()),
		(vec![0u8], vec![0u8], vec![5u8], vec![b"en".to_vec()], Some(128_000u64), Some(8_000u64)),
		(Vec::<u8>::new(), false, false, false, None::<u64>, None::<u32>),
		(b"RLHF".to_vec(), false, false, 0u32),
	);
	assert_eq!(profile.encode(), spelt.encode());
	let attested = (
		[7u8; 32],
		b"QmData".to_vec(),
		b"3.1".to_vec(),
		1_700_000_000u64,
		false,
		vec![(b"MMLU".to_vec(), 8_670u32)],
	);
	assert_eq!(attestation().encode(), attested.encode());
	let allowed = (b"a".to_vec(), b"b".to_vec(), vec![b"c".to_vec()]);
	assert_eq!(permission(b"a", b"b", &[b"c"]).encode(), allowed.encode());
}

#[test]
fn oversized_lists_are_no_calls() {
	let decodes = |tasks: usize, languages: usize, language: usize| {
		let bytes = (
			(0u8, b"1".to_vec(), Vec::<u8>::new(), Vec::<u8>::new()),
			(
				vec![0u8; tasks],
				vec![0u8],
				vec![0u8],
				vec![vec![b'x'; language]; languages],
				None::<u64>,
				None::<u64>,
			),
			(Vec::<u8>::new(), false, false, false, None::<u64>, None::<u32>),
			(b"x".to_vec(), false, false, 0u32),
		)
			.encode();
		AIProfile::decode(&mut &bytes[..]).is_ok()
	};
	assert!(decodes(32, 100, 8));
	assert!(!decodes(33, 1, 1));
	assert!(!decodes(1, 101, 1));
	assert!(!decodes(1, 1, 9));
}

#[test]
fn records_stay_within_what_their_deposits_say() {
	assert!(AIIdentityOf::<Test>::max_encoded_len() <= 5_300);
	assert!(Control::<[u8; 32]>::max_encoded_len() <= 37);
	assert!(JobRights::<u32>::max_encoded_len() <= 12);
	assert!(Reputation::max_encoded_len() <= 44);
	assert!(PermissionRecord::<u128>::max_encoded_len() <= 1_550);
	for info in Aidid::storage_info() {
		assert!(info.max_size.is_some(), "{info:?} is unbounded");
	}
}

#[test]
fn storage_names() {
	let names: Vec<_> = Aidid::storage_info()
		.into_iter()
		.map(|info| String::from_utf8(info.storage_name).unwrap())
		.collect();
	for name in ["AIIdentities", "ControllerAIs", "AIReputation", "AIPermissions", "TotalAIs"] {
		assert!(names.iter().any(|stored| stored == name), "{name}");
	}
}
