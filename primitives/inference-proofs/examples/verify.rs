//! Verifies the proofs in files that `e2e/circuits/build.ts` wrote, and says how long each step takes.
//!
//! ```sh
//! cargo run --release -p inference-proofs --example verify -- primitives/inference-proofs/fixtures/*.json
//! ```

use inference_proofs::{
	check_key, commit, verify, Curve, ProofError, Statement, MAX_COMMITTED_LEN,
};
use serde_json::Value;
use sp_crypto_hashing::blake2_256;
use std::{error::Error, hint::black_box, time::Instant};

const ROUNDS: u32 = 50;

fn main() -> Result<(), Box<dyn Error>> {
	let files: Vec<String> = std::env::args().skip(1).collect();
	if files.is_empty() {
		return Err("name files with proofs".into());
	}
	files.iter().try_for_each(|file| check(file))
}

fn check(name: &str) -> Result<(), Box<dyn Error>> {
	let file: Value = serde_json::from_str(&std::fs::read_to_string(name)?)?;
	let text =
		|pointer: &str| file.pointer(pointer).and_then(Value::as_str).ok_or("a field is missing");
	let number =
		|pointer: &str| file.pointer(pointer).and_then(Value::as_u64).ok_or("a field is missing");
	let bytes = |pointer: &str| -> Result<Vec<u8>, Box<dyn Error>> {
		Ok(hex::decode(text(pointer)?.trim_start_matches("0x"))?)
	};
	let fixed = |pointer: &str| -> Result<[u8; 32], Box<dyn Error>> {
		bytes(pointer)?.try_into().map_err(|_| "not 32 bytes".into())
	};
	let refused = |error: ProofError| format!("{name}: {error:?}");

	let curve = match text("/curve")? {
		"bn254" => Curve::Bn254,
		"bls12381" => Curve::Bls12_381,
		other => return Err(format!("no curve {other}").into()),
	};
	let statement = Statement {
		genesis: fixed("/statement/genesis")?,
		job: number("/statement/job")?,
		attempt: number("/statement/attempt")?.try_into()?,
		node: blake2_256(text("/statement/node")?.as_bytes()),
		owner: fixed("/statement/owner")?,
		output: fixed("/statement/output")?,
		result_hash: fixed("/statement/resultHash")?,
		tokens_used: number("/statement/tokensUsed")?.try_into()?,
		input: fixed("/statement/input")?,
		weights: fixed("/statement/weights")?,
	};
	let (key, proof) = (bytes("/key")?, bytes("/proof")?);
	let longest = vec![1; MAX_COMMITTED_LEN as usize];

	let stored = check_key(curve, &key).map_err(refused)?;
	verify(&proof, &stored, &statement).map_err(refused)?;
	println!(
		"{name}: holds; key {} B, stored {} B, proof {} B",
		key.len(),
		curve.stored_key_len(),
		proof.len()
	);
	time("check of the key", || check_key(curve, &key).is_ok());
	time("verification", || verify(&proof, &stored, &statement).is_ok());
	time("commitment to the most bytes", || commit(curve, &longest).is_ok());
	Ok(())
}

fn time(what: &str, work: impl Fn() -> bool) {
	let start = Instant::now();
	for _ in 0..ROUNDS {
		assert!(black_box(work()));
	}
	println!("  {what}: {:.3} ms", start.elapsed().as_secs_f64() * 1_000.0 / f64::from(ROUNDS));
}
