//! What this crate and its TypeScript twin sealed, byte for byte.

mod common;

use common::{array, Case, Entropy, Sealed};
use serde_json::Value;

fn check(name: &str, text: &str) {
	let vectors: Value = serde_json::from_str(text).unwrap();
	let vectors = vectors.as_array().unwrap();
	assert_eq!(vectors.len(), 3, "{name}");
	for json in vectors {
		let case = Case::from_json(json);
		assert_eq!(case.enclave.public(), array(json, "enclavePublic"));
		assert_eq!(case.requester.public(), array(json, "requesterPublic"));

		let sealed = Sealed::from_json(json);
		let (key, prompt, result) = case.open(&sealed).unwrap();
		assert_eq!(key, sealed.data_key);
		assert_eq!(prompt, case.prompt);
		assert_eq!(result, case.result);

		let entropy: [[u8; 32]; 3] =
			["dataKey", "dataKeyEntropy", "resultEntropy"].map(|field| array(json, field));
		let [mut key, mut data_key, mut result] = entropy.each_ref().map(|e| Entropy(e));
		assert_eq!(case.seal([&mut key, &mut data_key, &mut result]), sealed, "{name}");
	}
}

#[test]
fn opens_and_makes_again_what_it_sealed() {
	check("rust", include_str!("../vectors/rust.json"));
}

#[test]
fn opens_and_makes_again_what_the_twin_sealed() {
	check("typescript", include_str!("../vectors/typescript.json"));
}
