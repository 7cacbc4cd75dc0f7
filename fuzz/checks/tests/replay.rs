//! Replays what is known to be hard: the seeds of each target, the inputs in `fuzz/regressions` that
//! once broke a property, and for some seconds random changes to both, the same ones each time.
//!
//! `FUZZ_SECONDS` says for how many seconds each target's changes go on: one, if it is not set.

use fuzz_checks::{meter, Target, TARGETS};
use std::{
	env, fs,
	panic::{catch_unwind, AssertUnwindSafe},
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

#[global_allocator]
static METER: meter::Meter = meter::Meter;

/// No input may take longer, with the compiler's optimisations off and a busy machine.
const SLOWEST: Duration = Duration::from_secs(20);

fn fuzz_folder() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The inputs in a folder, if there is one.
fn files(folder: &Path) -> Vec<Vec<u8>> {
	let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
	let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
	paths.sort();
	paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Checks an input and says which one it was if that fails.
fn check(target: &Target, input: &[u8]) {
	let started = Instant::now();
	let result = catch_unwind(AssertUnwindSafe(|| (target.check)(input)));
	let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
	assert!(result.is_ok(), "target {}, input {hex}", target.name);
	assert!(started.elapsed() < SLOWEST, "target {} is slow with input {hex}", target.name);
}

/// Numbers that are the same each time (xorshift64*).
struct Numbers(u64);

impl Numbers {
	fn below(&mut self, end: usize) -> usize {
		self.0 ^= self.0 >> 12;
		self.0 ^= self.0 << 25;
		self.0 ^= self.0 >> 27;
		(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
	}
}

/// Changes an input: a bit, a byte, a number, a piece more, less, elsewhere or from another one.
fn change(numbers: &mut Numbers, input: &mut Vec<u8>, other: &[u8], max_len: usize) {
	const NUMBERS: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 0x30, 0x82, 0x40];
	let at = numbers.below(input.len());
	let len = numbers.below(input.len() - at + 1).min(64);
	match numbers.below(8) {
		_ if input.is_empty() => input.push(numbers.below(256) as u8),
		0 | 1 => input[at] ^= 1 << numbers.below(8),
		2 => input[at] = NUMBERS[numbers.below(NUMBERS.len())],
		3 => input[at] = numbers.below(256) as u8,
		4 => drop(input.drain(at..at + len)),
		5 => {
			let piece = input[at..at + len].to_vec();
			let to = numbers.below(input.len());
			input.splice(to..to, piece);
		}
		6 => input[at..at + len].fill(NUMBERS[numbers.below(NUMBERS.len())]),
		_ => {
			let from = numbers.below(other.len());
			let piece = &other[from..(from + len).min(other.len())];
			input.splice(at..at, piece.iter().copied());
		}
	}
	input.truncate(max_len);
}

fn replay(name: &str) {
	let target = fuzz_checks::target(name).unwrap();
	let mut inputs = (target.seeds)();
	assert!(inputs.len() > 5, "{name} starts from next to nothing");
	inputs.extend(files(&fuzz_folder().join("regressions").join(name)));
	for input in &inputs {
		check(target, input);
	}
	let seconds = env::var("FUZZ_SECONDS").ok().map_or(1, |text| text.parse().unwrap());
	let end = Instant::now() + Duration::from_secs(seconds);
	let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
	while Instant::now() < end {
		let mut input = inputs[numbers.below(inputs.len())].clone();
		let other = &inputs[numbers.below(inputs.len())];
		for _ in 0..=numbers.below(4) {
			change(&mut numbers, &mut input, other, target.max_len);
		}
		check(target, &input);
	}
}

macro_rules! replays {
	($($name:ident)+) => {
		$(
			#[test]
			fn $name() {
				replay(stringify!($name));
			}
		)+

		const REPLAYED: &[&str] = &[$(stringify!($name)),+];
	};
}

replays! {
	quote collateral certificates gpu_evidence proof_key proof dealing committee envelope voucher
	receipt did
}

#[test]
fn every_target_is_replayed_and_has_a_program() {
	let names = TARGETS.map(|target| target.name);
	assert_eq!(names, *REPLAYED);
	let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
	for name in names {
		let program = format!("fuzz_targets/{name}.rs");
		assert!(manifest.contains(&program), "fuzz/Cargo.toml lacks {program}");
		let source = fs::read_to_string(fuzz_folder().join(program)).unwrap();
		assert!(source.contains(&format!("prepare(\"{name}\")")));
	}
	// Nothing lies where nobody looks.
	for entry in fs::read_dir(fuzz_folder().join("regressions")).into_iter().flatten() {
		let entry = entry.unwrap();
		let name = entry.file_name();
		let known = names.iter().any(|known| name == *known);
		assert!(known || entry.path().is_file(), "no target is named {name:?}");
	}
}

#[test]
fn memory_is_measured() {
	let (bytes, peak) = meter::measured(|| vec![1u8; 10_000]);
	assert!((10_000..11_000).contains(&peak), "{peak}");
	drop(bytes);
	let ((), peak) = meter::measured(|| drop(vec![1u8; 20_000]));
	assert!((20_000..21_000).contains(&peak), "{peak}");
	assert_eq!(meter::measured(|| ()).1, 0);
	let refused = catch_unwind(|| meter::within(99, || vec![0u8; 100]));
	assert!(refused.is_err());
}
