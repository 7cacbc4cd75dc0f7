//! `set_posting` and `set_parameters`.

use crate::{
	mock::*, Agendas, CheckpointParameters, Error, Event, InFlight, Parameters, PausedAt, Posting,
	ProgressOf, RelayTarget, MAX_CALL_WEIGHT,
};
use frame_support::{assert_noop, assert_ok, weights::Weight};
use sp_runtime::{DispatchError, DispatchResult};

fn set(parameters: CheckpointParameters) -> DispatchResult {
	Checkpoint::set_parameters(RuntimeOrigin::root(), parameters)
}

fn switch(posting: Posting) -> DispatchResult {
	Checkpoint::set_posting(RuntimeOrigin::root(), posting)
}

#[test]
fn parameters_start_as_documented() {
	let initial = CheckpointParameters::initial(TARGET, FEE);
	assert_eq!(
		initial,
		CheckpointParameters {
			interval: 256,
			relay_fee: FEE,
			relay_reserve: 10 * FEE,
			call_weight: Weight::from_parts(1_000_000_000, 65_536),
			answer_timeout: 32,
			max_backoff: 512,
			target: TARGET,
		}
	);
	assert!(initial.is_valid(MAX_FEE));
	sp_io::TestExternalities::default().execute_with(|| {
		assert_eq!(Parameters::<Test>::get(), initial);
		assert_eq!(Agendas::<Test>::get(), Default::default());
	});
}

#[test]
fn genesis_switches_posting_on_and_names_the_target() {
	use sp_runtime::BuildStorage;
	let target = RelayTarget::PbcRouter { pallet: 5, call: 1 };
	let build = |genesis: crate::GenesisConfig<Test>| {
		sp_io::TestExternalities::new(genesis.build_storage().unwrap())
	};
	build(crate::GenesisConfig {
		posting: Posting::On,
		target: Some(target),
		_config: Default::default(),
	})
	.execute_with(|| {
		assert_eq!(Agendas::<Test>::get().next_due, Some(256));
		assert_eq!(Parameters::<Test>::get().target, target);
		assert_ok!(Checkpoint::do_try_state());
	});
	build(Default::default()).execute_with(|| {
		assert_eq!(Agendas::<Test>::get().next_due, None);
		assert_eq!(Parameters::<Test>::get().target, TARGET);
		assert_ok!(Checkpoint::do_try_state());
	});
	// As chain specifications write it.
	let json = r#"{ "posting": "On", "target": { "PbcRouter": { "pallet": 5, "call": 1 } } }"#;
	let genesis: crate::GenesisConfig<Test> = serde_json::from_str(json).unwrap();
	assert_eq!((genesis.posting, genesis.target), (Posting::On, Some(target)));
}

#[test]
fn only_governance_changes_anything() {
	posting(|| {
		begin_block();
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none()] {
			assert_noop!(
				Checkpoint::set_parameters(origin.clone(), test_parameters()),
				DispatchError::BadOrigin
			);
			assert_noop!(Checkpoint::set_posting(origin, Posting::Off), DispatchError::BadOrigin);
		}
		end_block();
	});
}

#[test]
fn boundary_each_parameter_has_its_bounds() {
	type Change = fn(&mut CheckpointParameters, u128);
	let changes: [(Change, u128, u128); 6] = [
		(|p, n| p.interval = n as u32, 4, 2_400),
		(|p, n| p.relay_fee = n, 1, MAX_FEE),
		(|p, n| p.relay_reserve = n, 1_000, 100_000_000),
		(|p, n| p.answer_timeout = n as u32, 8, 64),
		(|p, n| p.max_backoff = n as u32, 8, 14_400),
		(
			|p, n| p.call_weight = Weight::from_parts(n as u64, 1),
			1,
			MAX_CALL_WEIGHT.ref_time() as u128,
		),
	];
	posting(|| {
		begin_block();
		for (number, (change, low, high)) in changes.into_iter().enumerate() {
			let with = |n| {
				let mut parameters = test_parameters();
				// The reserve must cover the fee, whatever it is.
				if number == 1 {
					parameters.relay_reserve = n;
				}
				change(&mut parameters, n);
				parameters
			};
			for bad in [low - 1, high + 1] {
				assert_noop!(set(with(bad)), Error::<Test>::InvalidParameters);
			}
			for good in [low, high] {
				assert_ok!(set(with(good)));
				assert_eq!(Parameters::<Test>::get(), with(good));
			}
		}
		let proof =
			|n| CheckpointParameters { call_weight: Weight::from_parts(1, n), ..test_parameters() };
		for bad in [0, MAX_CALL_WEIGHT.proof_size() + 1] {
			assert_noop!(set(proof(bad)), Error::<Test>::InvalidParameters);
		}
		assert_ok!(set(proof(MAX_CALL_WEIGHT.proof_size())));
		assert_ok!(set(test_parameters()));
		end_block();
	});
}

#[test]
fn a_change_is_told() {
	posting(|| {
		let parameters = CheckpointParameters { interval: 20, ..test_parameters() };
		assert_ok!(block_with(|| set(parameters)));
		assert_eq!(take_events(), vec![Event::ParametersSet { parameters }]);
	});
}

#[test]
fn a_new_interval_moves_the_next_checkpoint() {
	posting(|| {
		run_to(19);
		assert_ok!(block_with(|| set(CheckpointParameters { interval: 5, ..test_parameters() })));
		// In block 20: its own header is the next multiple of five.
		assert_eq!(Agendas::<Test>::get().next_due, Some(20));
		block();
		assert_eq!(record(1).block_number, 20);
		assert_ok!(block_with(|| set(CheckpointParameters { interval: 100, ..test_parameters() })));
		assert_eq!(Agendas::<Test>::get().next_due, Some(100));
	});
}

#[test]
fn an_overdue_checkpoint_stays_due() {
	posting(|| {
		HeadsNow::set(Heads::None);
		run_to(INTERVAL + 4);
		assert_ok!(block_with(|| set(CheckpointParameters { interval: 100, ..test_parameters() })));
		assert_eq!(Agendas::<Test>::get().next_due, Some(INTERVAL));
		HeadsNow::set(Heads::Both);
		block();
		assert_eq!(ProgressOf::<Test>::get().next, 1);
		assert_eq!(Agendas::<Test>::get().next_due, Some(100));
	});
}

#[test]
fn new_parameters_send_what_is_in_flight_at_once_and_in_the_new_way() {
	posting(|| {
		run_to(3 * INTERVAL - 2);
		let waiting = InFlight::<Test>::get();
		assert!(waiting.iter().all(|flight| flight.next_attempt > last_block() + 1));
		take_sent();
		let target = RelayTarget::PbcRouter { pallet: 5, call: 1 };
		let parameters = CheckpointParameters { target, relay_fee: 77, ..test_parameters() };
		assert_ok!(block_with(|| set(parameters)));
		block();
		let sent = take_sent();
		assert_eq!(indices(&sent), [0, 1]);
		for message in &sent {
			let (_, call) = content(message);
			assert_eq!(call[..3], [5, 1, PBC_ID]);
			assert_eq!(call.len(), 2 + 1 + 4 + 32);
			assert!(matches!(&message.0[0], xcm::latest::prelude::WithdrawAsset(assets)
				if *assets == (xcm::latest::Location::here(), 77u128).into()));
		}
		// Pauses start anew.
		assert!(InFlight::<Test>::get().iter().all(|flight| flight.wait == TIMEOUT));
	});
}

#[test]
fn switched_off_nothing_is_noted_or_sent_and_nothing_is_forgotten() {
	posting(|| {
		run_to(INTERVAL + 1);
		take_sent();
		take_events();
		block_with(|| {
			assert_noop!(switch(Posting::On), Error::<Test>::PostingUnchanged);
			assert_ok!(switch(Posting::Off));
			assert_noop!(switch(Posting::Off), Error::<Test>::PostingUnchanged);
		});
		assert_eq!(take_events(), vec![Event::PostingSet { posting: Posting::Off }]);
		run_to(5 * INTERVAL + 2);
		assert!(take_sent().is_empty());
		assert_eq!(ProgressOf::<Test>::get().pending(), 1);

		assert_ok!(block_with(|| switch(Posting::On)));
		assert_eq!(indices(&take_sent()), [0]);
		assert_eq!(Agendas::<Test>::get().next_due, Some(6 * INTERVAL));
		run_to(6 * INTERVAL + 1);
		assert_eq!(record(1).block_number, 6 * INTERVAL);
	});
}

#[test]
fn parameters_can_be_set_while_posting_is_off() {
	posting(|| {
		run_to(INTERVAL + 1);
		assert_ok!(block_with(|| switch(Posting::Off)));
		take_sent();
		assert_ok!(block_with(|| set(CheckpointParameters { interval: 5, ..test_parameters() })));
		assert_eq!(Agendas::<Test>::get(), Default::default());
		run_to(3 * INTERVAL);
		assert!(take_sent().is_empty());
	});
}

#[test]
fn switching_off_ends_a_pause() {
	posting(|| {
		RelayMoney::set(Some(0));
		run_to(INTERVAL + 1);
		assert!(PausedAt::<Test>::get().is_some());
		assert_ok!(block_with(|| switch(Posting::Off)));
		assert_eq!(PausedAt::<Test>::get(), None);
	});
}

#[test]
fn a_lower_reserve_ends_a_pause_at_once() {
	posting(|| {
		RelayMoney::set(Some(FEE));
		run_to(INTERVAL + 1);
		assert!(take_sent().is_empty());
		// The change is made in a block without relay data about the account, so it is sent.
		assert_ok!(block_with(|| {
			set(CheckpointParameters { relay_reserve: FEE, ..test_parameters() })
		}));
		assert_eq!(indices(&take_sent()), [0]);
	});
}
