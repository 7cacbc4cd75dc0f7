//! Checkpoints from this chain's headers to the relay chain's state and back.

use crate::{
	flarechain::{
		self, our_account, somebody, DownwardOpen, ServiceWeight, UnitWeight, DELIVERY,
		FULL_SERVICE, INSTRUCTION, START,
	},
	network::{Network, Served, INTERVAL, TIMEOUT},
};
use ai_compute_pbc_runtime::{Checkpoint, Runtime};
use frame_support::{assert_ok, weights::Weight};
use pallet_checkpoint::{message, Event, ProgressOf, SendFailure, Standing};
use xcm::{latest::prelude::*, VersionedXcm};

fn pending(network: &mut Network) -> u32 {
	network.chain.read(ProgressOf::<Runtime>::get).pending()
}

/// The number of the checkpoint with that index, where each multiple of the interval is one.
fn number(index: u32) -> u32 {
	(index + 1) * INTERVAL
}

#[track_caller]
fn assert_registered(network: &mut Network, number: u32) {
	let root = network.chain.header(number).state_root;
	assert_eq!(network.relay.registered(number), Some(root), "block {number}");
}

fn acknowledged(network: &Network, index: u32, number: u32) -> Event<Runtime> {
	let state_root = network.chain.header(number).state_root;
	Event::CheckpointAcknowledged { index, block_number: number, state_root }
}

#[test]
fn every_256th_header_is_registered_and_acknowledged() {
	let mut network = Network::new();
	network.run_to(255);
	assert!(network.take_events().is_empty());
	network.run_to(256 + 4);
	assert_registered(&mut network, 256);
	assert_eq!(network.standing(0), Standing::Acknowledged);
	assert_eq!(pending(&mut network), 0);
	// No other block.
	for number in 1..256 {
		assert_eq!(network.relay.registered(number), None);
	}
}

#[test]
fn checkpoints_are_registered_with_the_roots_of_their_headers_and_paid_for() {
	let mut network = Network::with_short_interval();
	let start = network.relay.our_balance();
	network.run_to(number(3) + 4);
	for index in 0..4 {
		assert_registered(&mut network, number(index));
		assert_eq!(network.standing(index), Standing::Acknowledged);
	}
	assert_eq!(pending(&mut network), 0);
	assert_eq!(network.relay.trapped, []);

	// Execution and the delivery of the answer, nothing else, for each.
	let spent = start - network.relay.our_balance();
	assert_eq!(spent, 4 * (10 * u128::from(INSTRUCTION) + DELIVERY));

	let events = network.take_events();
	for index in 0..4 {
		let acknowledged = acknowledged(&network, index, number(index));
		assert_eq!(events.iter().filter(|event| **event == acknowledged).count(), 1);
		let posted = |event: &&Event<Runtime>| matches!(event, Event::CheckpointPosted { index: posted, .. } if *posted == index);
		assert_eq!(events.iter().filter(posted).count(), 1, "checkpoint {index} was sent once");
	}
}

#[test]
fn a_relay_chain_that_refuses_is_asked_again_until_it_agrees() {
	let mut network = Network::with_short_interval();
	network.relay.set_registrar(Some(somebody()));
	network.take_events();
	network.run_to(number(0) + 4);
	assert_eq!(network.relay.registered(number(0)), None);
	let refused =
		Event::CheckpointRefused { index: 0, instruction: 4, error: XcmError::ExpectationFalse };
	assert!(network.take_events().contains(&refused));
	assert_eq!((network.standing(0), network.attempts(0)), (Standing::Pending, 1));

	// Asked again, refused again.
	network.run_to(number(0) + 1 + TIMEOUT + 3);
	assert!(network.take_events().contains(&refused));
	assert_eq!(network.attempts(0), 2);

	// It may register from now on: nothing is lost.
	network.relay.set_registrar(Some(our_account()));
	network.until("nothing is pending", |network| pending(network) == 0);
	assert_registered(&mut network, number(1));
	assert_eq!(network.standing(1), Standing::Acknowledged);
	assert_ne!(network.standing(0), Standing::Pending);
}

#[test]
fn an_account_that_runs_dry_pauses_posting_and_loses_nothing() {
	let mut network = Network::with_short_interval();
	let needed = network.chain.read(pallet_checkpoint::Parameters::<Runtime>::get).relay_reserve;
	network.relay.set_our_balance(needed - 1);
	network.take_events();
	network.run_to(number(1) + 4);
	let events = network.take_events();
	let paused = Event::PostingPaused { balance: needed - 1, needed };
	assert_eq!(events.iter().filter(|event| **event == paused).count(), 1, "said once");
	assert!(!events.iter().any(|event| matches!(event, Event::CheckpointPosted { .. })));
	assert_eq!((pending(&mut network), network.relay.our_balance()), (2, needed - 1));

	// An account that does not exist any more is empty.
	network.relay.set_our_balance(0);
	network.run_to(number(2) + 4);
	assert_eq!(network.chain.read(Checkpoint::status).paused_at_balance, Some(0));
	assert_eq!(pending(&mut network), 3);

	network.relay.set_our_balance(START);
	network.take_events();
	network.until("nothing is pending", |network| pending(network) == 0);
	let events = network.take_events();
	assert!(events.contains(&Event::PostingResumed { balance: Some(START) }));
	for index in 0..3 {
		assert_registered(&mut network, number(index));
	}
}

#[test]
fn a_fee_that_is_too_low_gives_no_answer_and_its_money_is_claimed_back() {
	let mut network = Network::with_short_interval();
	// Enough for a claim, too little for the ten instructions of a checkpoint.
	let low = 8 * u128::from(INSTRUCTION);
	network.change_parameters(|parameters| {
		parameters.relay_fee = low;
		parameters.relay_reserve = low;
	});
	let balance = network.relay.our_balance();
	network.run_to(number(0) + 2);
	// Nothing but the fee has gone, and it is trapped as this chain's.
	assert_eq!(network.relay.trapped, [Assets::from((Location::here(), low))]);
	assert_eq!(network.relay.our_balance(), balance - low);
	network.steps(3);
	assert_eq!(network.relay.registered(number(0)), None);
	assert_eq!((network.standing(0), network.attempts(0)), (Standing::Pending, 1));

	// Governance raises the fee: what is pending is sent again at once.
	network.change_parameters(|parameters| {
		parameters.relay_fee = 100 * low;
		parameters.relay_reserve = 100 * low;
		parameters.interval = 2_400;
	});
	network.until("it is acknowledged", |network| network.standing(0) == Standing::Acknowledged);
	assert_registered(&mut network, number(0));
	assert_eq!(network.relay.trapped.len(), 1);

	// And gets the money back, as the documentation says.
	let balance = network.relay.our_balance();
	let trapped = network.relay.trapped[0].get(0).expect("one asset").clone();
	let claim = Xcm::<()>(vec![
		ClaimAsset { assets: trapped.clone().into(), ticket: Location::here() },
		BuyExecution { fees: trapped, weight_limit: Unlimited },
		RefundSurplus,
		DepositAsset {
			assets: Wild(AllCounted(1)),
			beneficiary: flarechain::FromPara(ai_compute_pbc_runtime::PARA_ID).into(),
		},
	]);
	network.govern(pallet_xcm::Call::send {
		dest: Box::new(Location::parent().into()),
		message: Box::new(VersionedXcm::from(claim)),
	});
	network.steps(4);
	let price = 5 * u128::from(INSTRUCTION);
	assert_eq!(network.relay.our_balance(), balance + low - price);
}

#[test]
fn a_message_that_is_too_heavy_waits_on_the_relay_chain_and_is_sent_again() {
	let mut network = Network::with_short_interval();
	network.run_to(number(0) + 1);
	assert_eq!(network.programs().len(), 1);
	// A block of the relay chain has room for a few instructions only.
	ServiceWeight::set(Some(Weight::from_parts(5_000_000_000, 4 * 1024 * 1024)));
	let heavy = |network: &Network| {
		network.relay.events.iter().find_map(|event| match event {
			flarechain::RuntimeEvent::MessageQueue(
				pallet_message_queue::Event::OverweightEnqueued {
					page_index, message_index, ..
				},
			) => Some((*page_index, *message_index)),
			_ => None,
		})
	};
	UnitWeight::set(Weight::from_parts(1_000_000_000, 1_000));
	network.step();
	let (page, index) = heavy(&network).expect("it is too heavy");
	network.steps(3);
	assert_eq!(network.relay.registered(number(0)), None);
	assert_eq!((network.standing(0), network.attempts(0)), (Standing::Pending, 1));

	// It is sent again, and is too heavy again.
	network.run_to(number(0) + 1 + TIMEOUT + 1);
	assert_eq!(network.attempts(0), 2);

	// Somebody on the relay chain runs the first one with more weight: it does what it was to do.
	UnitWeight::set(Weight::from_parts(INSTRUCTION, 1_000));
	ServiceWeight::set(Some(FULL_SERVICE));
	network.relay.run(|| {
		assert_ok!(flarechain::MessageQueue::execute_overweight(
			flarechain::RuntimeOrigin::signed(somebody()),
			flarechain::FromPara(ai_compute_pbc_runtime::PARA_ID),
			page,
			index,
			FULL_SERVICE,
		));
	});
	assert_registered(&mut network, number(0));
	network.until("nothing is pending", |network| pending(network) == 0);
}

#[test]
fn a_full_queue_holds_messages_up_without_losing_any() {
	let mut network = Network::with_short_interval();
	network.state.room = (0, 0);
	network.run_to(number(2) + 4);
	assert!(network.programs().is_empty());
	assert_eq!(pending(&mut network), 3);
	for index in 0..3 {
		assert_eq!(network.relay.registered(number(index)), None);
		assert!(network.attempts(index) >= 1);
	}

	network.state.room = (8, 1 << 20);
	network.until("nothing is pending", |network| pending(network) == 0);
	// Those that waited arrive too, in their order.
	network.steps(4);
	for index in 0..3 {
		assert_registered(&mut network, number(index));
	}
	assert_eq!(network.relay.trapped, []);
}

#[test]
fn a_message_that_is_too_long_is_reported_and_sent_when_it_fits() {
	let mut network = Network::with_short_interval();
	network.take_events();
	network.state.longest_message = 32;
	network.run_to(number(0) + 2);
	let not_sent = Event::CheckpointNotSent { index: 0, attempt: 1, reason: SendFailure::TooLong };
	assert!(network.take_events().contains(&not_sent));
	assert_eq!(network.standing(0), Standing::Pending);

	network.state.longest_message = 65_531;
	network.until("it is acknowledged", |network| network.standing(0) == Standing::Acknowledged);
	assert_registered(&mut network, number(0));
}

#[test]
fn an_answer_that_cannot_leave_the_relay_chain_is_asked_for_again() {
	let mut network = Network::with_short_interval();
	DownwardOpen::set(false);
	network.run_to(number(0) + 4);
	// The root is there, the answer is not.
	assert_registered(&mut network, number(0));
	assert_eq!((network.standing(0), network.attempts(0)), (Standing::Pending, 1));
	assert_eq!(network.relay.trapped, []);

	// The same question again finds the root in place, and its answer arrives.
	DownwardOpen::set(true);
	network.run_to(number(0) + 1 + TIMEOUT + 2);
	assert_eq!(network.standing(0), Standing::Acknowledged);
	let events = network.take_events();
	let posted: Vec<_> = events
		.iter()
		.filter_map(|event| match event {
			Event::CheckpointPosted { index: 0, query_id, attempt, .. } => {
				Some((*query_id, *attempt))
			}
			_ => None,
		})
		.collect();
	assert_eq!(posted, [(message::query_id(0), 1), (message::query_id(0), 2)]);
}

#[test]
fn a_late_answer_counts_and_the_second_one_finds_no_question() {
	let mut network = Network::with_short_interval();
	network.run_to(number(0) + 1);
	network.hold_down = true;
	// Two attempts, two answers, both on their way.
	network.run_to(number(0) + 1 + TIMEOUT + 1);
	assert_eq!((network.standing(0), network.attempts(0)), (Standing::Pending, 2));
	network.step();
	network.take_served();
	network.hold_down = false;
	network.steps(2);
	assert_eq!(network.standing(0), Standing::Acknowledged);
	let served = network.take_served();
	assert_eq!(served.iter().filter(|served| **served == Served::Refused).count(), 1, "{served:?}");
	let events = network.take_events();
	let acknowledged = acknowledged(&network, 0, number(0));
	assert_eq!(events.iter().filter(|event| **event == acknowledged).count(), 1);
}

/// An answer that says that checkpoint 0 is registered.
fn answer(querier: Option<Location>) -> Xcm<()> {
	Xcm(vec![QueryResponse {
		query_id: message::query_id(0),
		response: Response::ExecutionResult(None),
		max_weight: Weight::from_parts(1_000_000_000, 64 * 1024),
		querier,
	}])
}

#[test]
fn forged_answers_are_refused() {
	let mut network = Network::with_short_interval();
	network.change_parameters(|parameters| {
		parameters.answer_timeout = 100;
		parameters.max_backoff = 400;
	});
	network.relay.set_registrar(None);
	network.run_to(number(0) + 4);
	assert_eq!(network.standing(0), Standing::Pending);
	network.take_events();
	network.take_served();

	// An account of the relay chain.
	let signed = flarechain::RuntimeOrigin::signed(somebody());
	network.relay.send(signed.clone(), answer(Some(Location::here())));
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Refused]);

	// The relay chain itself, but not to a question of this chain.
	let root = flarechain::RuntimeOrigin::root();
	for querier in [None, Some(Location::parent()), Some(Location::new(1, [Parachain(2013)]))] {
		network.relay.send(root.clone(), answer(querier));
		network.steps(2);
		assert_eq!(network.take_served(), [Served::Refused]);
	}

	// An account of the relay chain that makes the relay chain report to this chain.
	network.relay.run(|| {
		let destination = flarechain::FromPara(ai_compute_pbc_runtime::PARA_ID).into();
		let fees: Asset = (Location::here(), 10 * DELIVERY).into();
		let program = Xcm(vec![
			WithdrawAsset(fees.into()),
			ReportError(QueryResponseInfo {
				destination,
				query_id: message::query_id(0),
				max_weight: Weight::from_parts(1_000_000_000, 64 * 1024),
			}),
		]);
		assert_ok!(flarechain::XcmPallet::execute(
			signed,
			Box::new(VersionedXcm::from(program)),
			Weight::from_parts(1_000_000_000, 1_000_000),
		));
	});
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Refused]);

	// EDSC-PBC.
	network.edsc.run(|| {
		assert_ok!(crate::edsc::PolkadotXcm::send(
			crate::edsc::RuntimeOrigin::root(),
			Box::new(Location::new(1, [Parachain(ai_compute_pbc_runtime::PARA_ID)]).into()),
			Box::new(VersionedXcm::from(answer(Some(Location::here())))),
		));
	});
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Refused]);

	// Nothing of it counted.
	let events = network.take_events();
	assert!(!events.iter().any(|event| matches!(event, Event::CheckpointAcknowledged { .. })));
	assert_eq!(network.standing(0), Standing::Pending);
	assert_eq!(network.relay.registered(number(0)), None);

	// The true answer still does.
	network.relay.set_registrar(Some(our_account()));
	network.until("nothing is pending", |network| pending(network) == 0);
}
