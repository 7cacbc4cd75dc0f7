//! States that nodes have exported pass every check.
//!
//! `npm run load -- --state FOLDER` in `e2e` writes such states: a line `key value` in hex for each
//! entry, without the runtime's code. This test reads all `.state` files of the folder that
//! `AI_COMPUTE_STATES` names:
//!
//! ```text
//! AI_COMPUTE_STATES=FOLDER cargo test --release -p ai-compute-pbc-runtime -- --ignored --nocapture exported
//! ```
//!
//! The states must come from a node with this version of the runtime, and from a chain without
//! multisignatures and proxies, whose deposits are reserved and not on hold.

use crate::chain::{check_money, check_state};
use ai_compute_pbc_runtime::{Runtime, System};
use pallet_gpu_registry::GPUNodes;
use pallet_job_marketplace::Jobs;
use sp_core::bytes::from_hex;
use sp_io::TestExternalities;
use std::{fs, path::Path};

/// Names the folder.
const FOLDER: &str = "AI_COMPUTE_STATES";

/// The state in a file.
fn load(file: &Path) -> TestExternalities {
	let text = fs::read_to_string(file).expect("the file can be read");
	let mut ext = TestExternalities::default();
	ext.execute_with(|| {
		for (number, line) in text.lines().enumerate() {
			let entry = line.split_once(' ').map(|(key, value)| (from_hex(key), from_hex(value)));
			match entry {
				Some((Ok(key), Ok(value))) => sp_io::storage::set(&key, &value),
				_ => panic!("{}, line {}: not a key and a value", file.display(), number + 1),
			}
		}
	});
	ext
}

#[test]
#[ignore = "reads the states in the folder that AI_COMPUTE_STATES names"]
fn exported_states_pass_every_check() {
	let folder = std::env::var(FOLDER).unwrap_or_else(|_| panic!("{FOLDER} must name a folder"));
	let mut files: Vec<_> = fs::read_dir(folder)
		.expect("the folder can be read")
		.map(|entry| entry.expect("its entries too").path())
		.filter(|path| path.extension().is_some_and(|extension| extension == "state"))
		.collect();
	files.sort();
	assert!(!files.is_empty(), "{FOLDER} has no .state files");
	for file in files {
		load(&file).execute_with(|| {
			assert!(System::block_number() > 0, "{} is of no chain that ran", file.display());
			let (jobs, nodes) =
				(Jobs::<Runtime>::iter_keys().count(), GPUNodes::<Runtime>::iter_keys().count());
			println!(
				"{}: block {}, {jobs} jobs, {nodes} nodes",
				file.display(),
				System::block_number()
			);
			check_state();
			check_money();
		});
	}
}
