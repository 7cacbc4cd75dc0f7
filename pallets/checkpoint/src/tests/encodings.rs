//! The encodings on the wire, against the vectors of `docs/checkpoints.md`.

use crate::{message, mock::*, Checkpoint as Record, CheckpointParameters, RelayTarget};
use codec::{Decode, Encode};
use frame_support::weights::Weight;
use sp_core::H256;
use xcm::{latest::prelude::*, VersionedXcm};

const DOCS: &str = include_str!("../../../../docs/checkpoints.md");

/// The bytes in the row `| name | 0x… |` of the page.
fn vector(name: &str) -> Vec<u8> {
	let row = DOCS
		.lines()
		.find(|line| line.starts_with(&format!("| {name} | `0x")))
		.unwrap_or_else(|| panic!("docs/checkpoints.md has no row {name}"));
	let digits = row.split("`0x").nth(1).unwrap().split('`').next().unwrap();
	(0..digits.len())
		.step_by(2)
		.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
		.collect()
}

fn checkpoint() -> Record {
	Record {
		block_number: 25_600,
		state_root: H256(core::array::from_fn(|byte| byte as u8 + 1)),
		noted_at: 25_601,
		acknowledged_at: None,
	}
}

#[test]
fn the_guides_call_is_encoded_as_documented() {
	let call = message::relay_call(TARGET, PBC_ID, &checkpoint());
	assert_eq!(call, vector("Checkpoint.register_checkpoint"));
	// As the relay chain decodes it.
	let decoded = <(u8, u8, u8, u64, H256)>::decode(&mut &call[..]).unwrap();
	assert_eq!(decoded, (90, 0, 15, 25_600, checkpoint().state_root));
	assert_eq!(call.len(), 43);
}

#[test]
fn the_routers_call_is_encoded_as_documented() {
	let target = RelayTarget::PbcRouter { pallet: 42, call: 1 };
	let call = message::relay_call(target, PBC_ID, &checkpoint());
	assert_eq!(call, vector("PbcRouter.submit_state_root"));
	let decoded = <(u8, u8, u8, u32, H256)>::decode(&mut &call[..]).unwrap();
	assert_eq!(decoded, (42, 1, 15, 25_600, checkpoint().state_root));
	assert_eq!(call.len(), 39);
}

#[test]
fn block_numbers_are_little_endian_to_their_last_byte() {
	let record = Record { block_number: 0x0403_0201, ..checkpoint() };
	let guide = message::relay_call(TARGET, PBC_ID, &record);
	assert_eq!(guide[3..11], [1, 2, 3, 4, 0, 0, 0, 0]);
	let target = RelayTarget::PbcRouter { pallet: 42, call: 1 };
	assert_eq!(message::relay_call(target, PBC_ID, &record)[3..7], [1, 2, 3, 4]);
}

#[test]
fn the_program_is_encoded_as_documented() {
	let parameters = CheckpointParameters::initial(TARGET, 1_000_000_000_000);
	let program = message::register(
		message::relay_call(TARGET, PBC_ID, &checkpoint()),
		PARA_ID,
		message::query_id(99),
		AssetId(Location::here()),
		Weight::from_parts(1_000_000_000, 65_536),
		&parameters,
	);
	assert_eq!(VersionedXcm::<()>::V5(program).encode(), vector("program"));
}

#[test]
fn query_ids_are_told_from_others() {
	assert_eq!(message::query_id(0).to_be_bytes(), *b"CHKP\0\0\0\0");
	for index in [0, 1, 255, 256, u32::MAX] {
		assert_eq!(message::index_of(message::query_id(index)), Some(index));
	}
	for other in [0, 1, message::QUERY_ID_BASE - 1, message::query_id(u32::MAX) + 1, u64::MAX] {
		assert_eq!(message::index_of(other), None);
	}
}
