//! What clients and stored data rely on.

use crate::{mock::*, Agenda, Checkpoint as Record, Delivery, Flight, Posting, SendFailure};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{GetCallIndex, GetCallName, StorageInfoTrait};

#[test]
fn calls_have_their_indices() {
	type Call = crate::Call<Test>;
	let calls: Vec<_> = Call::get_call_indices()
		.iter()
		.copied()
		.zip(Call::get_call_names().iter().copied())
		.collect();
	assert_eq!(calls, [(0, "note_header"), (1, "set_posting"), (2, "set_parameters")]);
}

#[test]
fn stored_enums_have_their_indices() {
	assert_eq!([Posting::Off, Posting::On].map(|value| value.encode()), [[0], [1]]);
	assert_eq!(TARGET.encode(), [0, 90, 0]);
	assert_eq!(crate::RelayTarget::PbcRouter { pallet: 5, call: 1 }.encode(), [1, 5, 1]);
	assert_eq!(
		[Delivery::Unsent, Delivery::Sent, Delivery::NotSent, Delivery::Refused]
			.map(|value| value.encode()),
		[[0], [1], [2], [3]]
	);
	assert_eq!(SendFailure::NoStorageLayer.encode(), [5]);
}

#[test]
fn storage_has_its_names_and_is_small() {
	let infos = Checkpoint::storage_info();
	let names: Vec<_> =
		infos.iter().map(|info| String::from_utf8(info.storage_name.clone()).unwrap()).collect();
	assert_eq!(
		names,
		["Checkpoints", "Progress", "InFlight", "Agenda", "PausedAt", "RelayBalance", "Parameters"]
	);
	assert!(infos.iter().all(|info| info.max_size.is_some()));
	assert_eq!(Agenda::max_encoded_len(), 10);
	assert_eq!(Record::max_encoded_len(), 45);
	assert_eq!(Flight::max_encoded_len(), 17);
}
