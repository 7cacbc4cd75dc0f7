//! What the fuzz targets check.
//!
//! A *target* is a function of bytes that must return for every input. It hands the bytes to one
//! parser or verifier of this project and asserts what has to hold: not only that nothing panics,
//! but that nothing is accepted which should not be, that what is read is what stands there, that
//! decoding is the inverse of encoding, and that no input takes more memory than it may.
//!
//! The first byte of an input selects what the rest is: raw bytes for the parser, or changes to a
//! genuine sample, or the contents of something that the target then signs with keys of its own, so
//! that the fuzzer gets past the signatures. `docs/fuzzing.md` has a table of the targets.
//!
//! | who calls them | with what |
//! |---|---|
//! | `fuzz/fuzz_targets/*.rs` | inputs that libFuzzer makes, with a nightly compiler |
//! | the test `replay` of this crate | [`seeds`], the inputs of `fuzz/regressions`, and random changes to both |

#![cfg(feature = "checks")]

mod certificates;
mod collateral;
mod committee;
mod dealing;
mod did;
mod envelope;
mod evidence;
mod input;
mod keys;
pub mod meter;
#[path = "../../../pallets/confidential-compute/src/pki.rs"]
#[allow(dead_code, reason = "the pallet's tests take what is left over here")]
mod pki;
mod proofs;
mod quote;
mod receipt;
mod samples;
mod voucher;

// Where the stand-in authorities look for them.
use pallet_confidential_compute::{GpuArch, TeeKind};

/// A function under test with what it is tested with.
#[derive(Clone, Copy)]
pub struct Target {
	/// Its name: that of the file in `fuzz/fuzz_targets`.
	pub name: &'static str,
	/// Panics if a property does not hold for the input.
	pub check: fn(&[u8]),
	/// Inputs to start from, made from the real samples.
	pub seeds: fn() -> Vec<Vec<u8>>,
	/// Longest input that is worth trying.
	pub max_len: usize,
}

/// All targets.
pub const TARGETS: [Target; 12] = [
	Target { name: "quote", check: quote::check, seeds: quote::seeds, max_len: 8_300 },
	Target {
		name: "collateral",
		check: collateral::check,
		seeds: collateral::seeds,
		max_len: 8_300,
	},
	Target {
		name: "certificates",
		check: certificates::check,
		seeds: certificates::seeds,
		max_len: 4_200,
	},
	Target { name: "gpu_evidence", check: evidence::check, seeds: evidence::seeds, max_len: 8_300 },
	Target { name: "proof_key", check: keys::check, seeds: keys::seeds, max_len: 1_000 },
	Target { name: "proof", check: proofs::check, seeds: proofs::seeds, max_len: 600 },
	Target { name: "dealing", check: dealing::check, seeds: dealing::seeds, max_len: 2_300 },
	Target { name: "committee", check: committee::check, seeds: committee::seeds, max_len: 1_200 },
	Target { name: "envelope", check: envelope::check, seeds: envelope::seeds, max_len: 600 },
	Target { name: "voucher", check: voucher::check, seeds: voucher::seeds, max_len: 1_000 },
	Target { name: "receipt", check: receipt::check, seeds: receipt::seeds, max_len: 600 },
	Target { name: "did", check: did::check, seeds: did::seeds, max_len: 400 },
];

impl Target {
	/// Checks an input, if it is not longer than is worth trying.
	pub fn run(&self, input: &[u8]) {
		if input.len() <= self.max_len {
			(self.check)(input);
		}
	}
}

/// The target with this name.
pub fn target(name: &str) -> Option<&'static Target> {
	TARGETS.iter().find(|target| target.name == name)
}

/// What a fuzz program does first: writes the seeds of its target to the folder that the variable
/// `FUZZ_SEEDS` names, if it does, and its longest length to a file beside it, `….max_len`.
///
/// # Panics
///
/// If there is no such target, or the folder cannot be written to.
pub fn prepare(name: &str) -> &'static Target {
	let target = target(name).expect("a target of this name");
	if let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(std::path::PathBuf::from) {
		std::fs::create_dir_all(&folder).expect("a folder that can be made");
		for seed in (target.seeds)() {
			let name = hex::encode(&sp_io::hashing::blake2_256(&seed)[..8]);
			std::fs::write(folder.join(name), seed).expect("a folder that can be written to");
		}
		std::fs::write(folder.with_extension("max_len"), target.max_len.to_string())
			.expect("a folder that can be written to");
	}
	target
}
