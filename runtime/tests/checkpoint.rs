//! Checkpoints in the whole runtime: from a real header to a message that leaves with the block,
//! and back through the barrier.

use crate::chain::{genesis_config, merge, tx, Chain};
use ai_compute_pbc_runtime::{
	configs::xcm_config::XcmConfig, Checkpoint, Runtime, RuntimeCall, RuntimeEvent, PARA_ID,
};
use codec::{Decode, Encode};
use frame_support::weights::Weight;
use pallet_checkpoint::{message, Parameters, Standing};
use sp_keyring::Sr25519Keyring::Alice;
use xcm::{latest::prelude::*, VersionedXcm};
use xcm_executor::XcmExecutor;

/// A chain that posts every fourth block.
fn posting() -> Chain {
	posting_as(PARA_ID)
}

/// The same, which the relay chain knows under this number.
fn posting_as(para_id: u32) -> Chain {
	let mut config = genesis_config("development");
	merge(
		&mut config,
		serde_json::json!({
			"checkpoint": { "posting": "On" },
			"parachainInfo": { "parachainId": para_id },
		}),
	);
	let mut chain = Chain::with_genesis(config);
	let mut parameters = chain.read(Parameters::<Runtime>::get);
	parameters.interval = 4;
	let call: RuntimeCall = pallet_checkpoint::Call::set_parameters { parameters }.into();
	chain.ok(Alice, pallet_sudo::Call::sudo { call: Box::new(call) });
	chain
}

/// The messages that the last block sent to the relay chain.
fn sent(chain: &mut Chain) -> Vec<Xcm<()>> {
	chain
		.read(cumulus_pallet_parachain_system::UpwardMessages::<Runtime>::get)
		.into_iter()
		.filter_map(|bytes| VersionedXcm::<()>::decode(&mut &bytes[..]).ok())
		.map(|message| Xcm::try_from(message).unwrap())
		// What asks the relay chain for its XCM version leaves too.
		.filter(|message| matches!(message.0.first(), Some(WithdrawAsset(_))))
		.collect()
}

fn receive(message: Xcm<RuntimeCall>) -> Outcome {
	let mut id = message.using_encoded(sp_io::hashing::blake2_256);
	XcmExecutor::<XcmConfig>::prepare_and_execute(
		Location::parent(),
		message,
		&mut id,
		Weight::from_parts(1_000_000_000_000, 8 * 1024 * 1024),
		Weight::zero(),
	)
}

fn answer(querier: Option<Location>) -> Xcm<RuntimeCall> {
	Xcm(vec![
		QueryResponse {
			query_id: message::query_id(0),
			response: Response::ExecutionResult(None),
			max_weight: Weight::zero(),
			querier,
		},
		SetTopic([5; 32]),
	])
}

/// Whether the barrier kept the message out.
fn is_refused(outcome: Outcome) -> bool {
	match outcome {
		Outcome::Incomplete { error, .. } | Outcome::Error(error) => {
			error.error == XcmError::Barrier
		}
		Outcome::Complete { .. } => false,
	}
}

#[test]
fn the_root_of_a_real_header_leaves_with_the_next_block() {
	let mut chain = posting();
	while chain.parent.number < 4 {
		chain.block(vec![]);
		assert!(sent(&mut chain).is_empty());
	}
	let header = chain.parent.clone();
	chain.block(vec![]);
	let messages = sent(&mut chain);
	assert_eq!(messages.len(), 1);
	let call = messages[0].0.iter().find_map(|instruction| match instruction {
		Transact { call, .. } => Some(call.encoded().to_vec()),
		_ => None,
	});
	assert_eq!(call, Some((90u8, 0u8, 15u8, 4u64, header.state_root).encode()));
	assert!(matches!(messages[0].0.last(), Some(SetTopic(_))));
	assert!(chain.events.iter().any(|event| matches!(
		event,
		RuntimeEvent::Checkpoint(pallet_checkpoint::Event::CheckpointPosted { .. })
	)));
	chain.block(vec![tx(Alice, frame_system::Call::remark { remark: vec![1] })]);
	assert!(sent(&mut chain).is_empty());

	chain.read(|| {
		let standing = || Checkpoint::checkpoint(0).unwrap().standing;
		let user = Location::new(1, [AccountId32 { network: None, id: [3; 32] }]);
		for querier in [None, Some(user), Some(Location::parent())] {
			assert!(is_refused(receive(answer(querier))));
			assert_eq!(standing(), Standing::Pending);
		}
		let outcome = receive(answer(Some(Location::here())));
		assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
		assert_eq!(standing(), Standing::Acknowledged);
		// Twice is refused at the door.
		assert!(is_refused(receive(answer(Some(Location::here())))));
		Checkpoint::do_try_state().unwrap();
	});
}

#[test]
fn what_is_left_of_the_fee_goes_to_the_number_that_this_chain_has() {
	for number in [PARA_ID, PARA_ID + 1] {
		let mut chain = posting_as(number);
		let mut messages = vec![];
		while messages.is_empty() {
			chain.block(vec![]);
			messages = sent(&mut chain);
		}
		let appendix = messages[0].0.iter().find_map(|instruction| match instruction {
			SetAppendix(program) => Some(program.0.clone()),
			_ => None,
		});
		let account = Location::new(0, [Parachain(number)]);
		let [RefundSurplus, DepositAsset { beneficiary, .. }, SetFeesMode { .. }, ReportError(answer)] =
			&appendix.unwrap()[..]
		else {
			panic!("{messages:?}")
		};
		assert_eq!((beneficiary, &answer.destination), (&account, &account));
	}
}

#[test]
fn nothing_is_posted_without_a_relay_chain() {
	let mut chain = Chain::new();
	for _ in 0..8 {
		chain.block(vec![]);
		assert!(sent(&mut chain).is_empty());
	}
	chain.read(|| assert_eq!(Checkpoint::status().next_due, None));
}
