//! Seals and opens for another program: the TypeScript twin's tests talk to it.
//!
//!   envelope vectors   prints the vectors that this crate seals
//!   envelope seal      reads a case, prints it sealed with fresh keys
//!   envelope open      reads a sealed case, prints what it opens to, or why it does not
//!
//! A case is one JSON object: see `vectors/`.

#[path = "../tests/common/mod.rs"]
mod common;

use common::{hex, Case, Entropy, Sealed};
use confidential_envelope::{JobContext, PromptContext};
use serde_json::{json, Value};

fn main() {
	let answer = match std::env::args().nth(1).as_deref() {
		Some("vectors") => vectors(),
		Some("seal") => {
			let mut json = read();
			let rngs = [&mut rand::rng(), &mut rand::rng(), &mut rand::rng()];
			Case::from_json(&json).seal(rngs).add_to_json(&mut json);
			json
		}
		Some("open") => {
			let json = read();
			match Case::from_json(&json).open(&Sealed::from_json(&json)) {
				Ok((key, prompt, result)) => json!({
					"dataKey": hex(key.as_bytes()),
					"prompt": hex(&prompt),
					"result": hex(&result),
				}),
				Err(error) => json!({ "refused": error.to_string() }),
			}
		}
		_ => {
			eprintln!("usage: envelope vectors | seal | open");
			std::process::exit(2);
		}
	};
	println!("{answer:#}");
}

fn read() -> Value {
	serde_json::from_reader(std::io::stdin()).expect("standard input is a case in JSON")
}

/// Inputs are fixed, so that the vectors come out the same each time.
fn vectors() -> Value {
	let case = |n: u8, prompt: &[u8], result: &[u8], job, attempt, attestation| {
		let genesis = [0x10 | n; 32];
		let case = Case {
			prompt_context: PromptContext {
				genesis,
				requester: [0x20 | n; 32],
				salt: [0x30 | n; 32],
			},
			job_context: JobContext { genesis, job, attempt, node: [0x40 | n; 32], attestation },
			enclave: [0x50 | n; 32].into(),
			requester: [0x60 | n; 32].into(),
			prompt: prompt.to_vec(),
			result: result.to_vec(),
		};
		let entropy = [[0x70 | n; 32], [0x80 | n; 32], [0x90 | n; 32]];
		let [mut key, mut data_key, mut result] = entropy.each_ref().map(|e| Entropy(e));
		let mut json = case.to_json();
		case.seal([&mut key, &mut data_key, &mut result]).add_to_json(&mut json);
		json["dataKeyEntropy"] = hex(&entropy[1]).into();
		json["resultEntropy"] = hex(&entropy[2]).into();
		json
	};
	json!([
		case(1, "Was ist der Sinn des Lebens? 42 \u{2705}".as_bytes(), b"42", 7, 0, 3),
		case(2, b"", b"", u64::MAX, u8::MAX, u64::MAX),
		case(3, &[0xab; 300], &[0xcd; 65], 0, 1, 0),
	])
}
