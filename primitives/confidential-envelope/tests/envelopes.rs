//! What opens, and everything that must not.

mod common;

use common::{Case, Sealed};
use confidential_envelope::{
	check_public_key, open_data_key, open_prompt, open_result, prompt_salt, seal_data_key,
	seal_result, DataKey, Envelope, JobContext, Kind, OpenError, ParseError, PromptContext,
	SecretKey, WeakKey, DATA_KEY_ENVELOPE_LEN, HEADER_LEN, TAG_LEN,
};
use proptest::prelude::*;

fn case() -> Case {
	Case {
		prompt_context: PromptContext { genesis: [1; 32], requester: [2; 32], salt: [3; 32] },
		job_context: JobContext {
			genesis: [1; 32],
			job: 4,
			attempt: 0,
			node: [5; 32],
			attestation: 6,
		},
		enclave: SecretKey::generate(&mut rand::rng()),
		requester: SecretKey::generate(&mut rand::rng()),
		prompt: b"a prompt".to_vec(),
		result: b"a result".to_vec(),
	}
}

fn seal(case: &Case) -> Sealed {
	case.seal([&mut rand::rng(), &mut rand::rng(), &mut rand::rng()])
}

#[test]
fn opens_where_it_belongs() {
	let case = case();
	let sealed = seal(&case);
	let (key, prompt, result) = case.open(&sealed).unwrap();
	assert_eq!(key, sealed.data_key);
	assert_eq!(prompt, b"a prompt");
	assert_eq!(result, b"a result");
	assert_eq!(sealed.prompt.len(), HEADER_LEN + 8 + TAG_LEN);
	assert_eq!(sealed.sealed_key.len(), DATA_KEY_ENVELOPE_LEN);
	assert_eq!(sealed.result.len(), HEADER_LEN + 8 + TAG_LEN);
}

#[test]
fn the_salt_follows_from_the_result_key() {
	assert_eq!(
		hex::encode(prompt_salt(&[3; 32])),
		"d98043053a2315c0295227e3e0aae623644b24cdae4688f8d941175548abc665"
	);
}

/// A host that hands its enclave another result key than the requester's opens nothing with it.
#[test]
fn a_prompt_opens_with_its_own_result_key_only() {
	let mut case = case();
	let salt = prompt_salt(&case.requester.public());
	case.prompt_context.salt = salt;
	let sealed = seal(&case);
	assert!(open_prompt(&case.prompt_context, &sealed.data_key, &sealed.prompt).is_ok());
	let host = SecretKey::generate(&mut rand::rng());
	let context = PromptContext { salt: prompt_salt(&host.public()), ..case.prompt_context };
	let opened = open_prompt(&context, &sealed.data_key, &sealed.prompt);
	assert_eq!(opened, Err(OpenError::Refused));
}

#[test]
fn nothing_is_sealed_the_same_twice() {
	let case = case();
	let (one, other) = (seal(&case), seal(&case));
	assert_ne!(one.data_key, other.data_key);
	assert_ne!(one.prompt, other.prompt);
	assert_ne!(one.sealed_key, other.sealed_key);
	assert_ne!(one.result, other.result);
	// The key of one is not the key of the other.
	assert_eq!(
		open_prompt(&case.prompt_context, &one.data_key, &other.prompt),
		Err(OpenError::Refused)
	);
}

#[test]
fn prompt_opens_in_no_other_context() {
	let case = case();
	let sealed = seal(&case);
	let context = case.prompt_context;
	for other in [
		PromptContext { genesis: [9; 32], ..context },
		PromptContext { requester: [9; 32], ..context },
		PromptContext { salt: [9; 32], ..context },
	] {
		assert_eq!(open_prompt(&other, &sealed.data_key, &sealed.prompt), Err(OpenError::Refused));
	}
	let other_key = DataKey::from([9; 32]);
	assert_eq!(open_prompt(&context, &other_key, &sealed.prompt), Err(OpenError::Refused));
}

#[test]
fn data_key_and_result_open_in_no_other_context() {
	let case = case();
	let sealed = seal(&case);
	let context = case.job_context;
	for other in [
		JobContext { genesis: [9; 32], ..context },
		JobContext { job: 5, ..context },
		JobContext { attempt: 1, ..context },
		JobContext { node: [9; 32], ..context },
		JobContext { attestation: 7, ..context },
	] {
		let key = open_data_key(&other, &case.enclave, &sealed.sealed_key);
		assert_eq!(key, Err(OpenError::Refused), "{other:?}");
		let result = open_result(&other, &case.requester, &sealed.result);
		assert_eq!(result, Err(OpenError::Refused), "{other:?}");
	}
	// Another provider, another requester.
	let key = open_data_key(&context, &case.requester, &sealed.sealed_key);
	assert_eq!(key, Err(OpenError::Refused));
	let result = open_result(&context, &case.enclave, &sealed.result);
	assert_eq!(result, Err(OpenError::Refused));
}

#[test]
fn no_kind_passes_for_another() {
	let case = case();
	let mut rng = rand::rng();
	let key = DataKey::from([8; 32]);
	let to = case.enclave.public();
	let sealed_key = seal_data_key(&case.job_context, &to, &key, &mut rng).unwrap();
	let result = seal_result(&case.job_context, &to, key.as_bytes(), &mut rng).unwrap();
	assert_eq!(open_result(&case.job_context, &case.enclave, &sealed_key), Err(OpenError::Refused));
	assert_eq!(open_data_key(&case.job_context, &case.enclave, &result), Err(OpenError::Refused));
	assert_eq!(
		open_prompt(&case.prompt_context, &key, &result),
		Err(OpenError::Malformed(ParseError::WrongSuite))
	);
}

#[test]
fn any_flipped_bit_is_refused() {
	let case = case();
	let sealed = seal(&case);
	for i in 0..sealed.prompt.len() * 8 {
		let mut bad = sealed.clone();
		bad.prompt[i / 8] ^= 1 << (i % 8);
		assert!(case.open(&bad).is_err(), "bit {i} of the prompt");
	}
	for i in 0..sealed.sealed_key.len() * 8 {
		let mut bad = sealed.clone();
		bad.sealed_key[i / 8] ^= 1 << (i % 8);
		assert!(case.open(&bad).is_err(), "bit {i} of the data key");
	}
	for i in 0..sealed.result.len() * 8 {
		let mut bad = sealed.clone();
		bad.result[i / 8] ^= 1 << (i % 8);
		assert!(case.open(&bad).is_err(), "bit {i} of the result");
	}
}

#[test]
fn any_other_length_is_refused() {
	let case = case();
	let sealed = seal(&case);
	let shorter = |bytes: &[u8], n| bytes[..n].to_vec();
	let longer = |bytes: &[u8]| [bytes, &[0]].concat();
	for n in 0..sealed.prompt.len() {
		let bad = Sealed { prompt: shorter(&sealed.prompt, n), ..sealed.clone() };
		assert!(case.open(&bad).is_err());
	}
	for n in 0..sealed.sealed_key.len() {
		let bad = Sealed { sealed_key: shorter(&sealed.sealed_key, n), ..sealed.clone() };
		assert!(case.open(&bad).is_err());
	}
	for n in 0..sealed.result.len() {
		let bad = Sealed { result: shorter(&sealed.result, n), ..sealed.clone() };
		assert!(case.open(&bad).is_err());
	}
	for bad in [
		Sealed { prompt: longer(&sealed.prompt), ..sealed.clone() },
		Sealed { sealed_key: longer(&sealed.sealed_key), ..sealed.clone() },
		Sealed { result: longer(&sealed.result), ..sealed.clone() },
	] {
		assert!(case.open(&bad).is_err());
	}
}

#[test]
fn sealing_to_a_weak_key_is_refused() {
	let case = case();
	let mut rng = rand::rng();
	for weak in [[0; 32], {
		let mut one_with_high_bit = [0; 32];
		one_with_high_bit[0] = 1;
		one_with_high_bit[31] = 0x80;
		one_with_high_bit
	}] {
		assert_eq!(check_public_key(&weak), Err(WeakKey));
		let key = DataKey::from([8; 32]);
		assert_eq!(seal_data_key(&case.job_context, &weak, &key, &mut rng), Err(WeakKey));
		assert_eq!(seal_result(&case.job_context, &weak, b"x", &mut rng), Err(WeakKey));
	}
}

#[test]
fn secrets_are_not_printed() {
	assert_eq!(format!("{:?}", DataKey::from([8; 32])), "DataKey(..)");
	assert_eq!(format!("{:?}", SecretKey::from([8; 32])), "SecretKey(..)");
}

proptest! {
	/// The chain's parser takes any bytes, and what it takes it has read right.
	#[test]
	fn parser_takes_any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), near in 0..4) {
		// Most of the time a plausible beginning.
		if near > 0 && bytes.len() > 1 {
			bytes[0] = 1;
			bytes[1] = 1 + (near % 2) as u8;
		}
		for kind in [Kind::Prompt, Kind::DataKey, Kind::Result] {
			if let Ok(envelope) = Envelope::parse(kind, &bytes) {
				prop_assert_eq!([&envelope.header.to_bytes()[..], envelope.body].concat(), bytes.clone());
			}
		}
		let case = case();
		let _ = open_prompt(&case.prompt_context, &DataKey::from([1; 32]), &bytes);
		let _ = open_data_key(&case.job_context, &case.enclave, &bytes);
		let _ = open_result(&case.job_context, &case.requester, &bytes);
	}

	#[test]
	fn seals_and_opens_whatever_it_is(
		prompt in proptest::collection::vec(any::<u8>(), 0..2_000),
		result in proptest::collection::vec(any::<u8>(), 0..2_000),
		job: u64, attempt: u8, attestation: u64, node: [u8; 32], salt: [u8; 32],
	) {
		let mut case = case();
		case.prompt_context.salt = salt;
		case.job_context = JobContext { job, attempt, attestation, node, ..case.job_context };
		case.prompt = prompt;
		case.result = result;
		let (_, prompt, result) = case.open(&seal(&case)).unwrap();
		prop_assert_eq!(prompt, case.prompt);
		prop_assert_eq!(result, case.result);
	}
}
