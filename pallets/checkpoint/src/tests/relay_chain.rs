//! The whole way: this chain's messages run in a real XCM machine on a small relay chain with the
//! guide's pallet and the router, are paid for there, and the answers come back through a real
//! barrier here.

use super::{
	registrar,
	relay_runtime::{
		self as relay, AccountId, Answers, AnswersLeave, Authorised, Balances as RelayBalances,
		CallsRun, Relay, RelayXcm, System as RelaySystem, Trapped, DELIVERY, EXECUTION, START,
		UNIT,
	},
};
use crate::{
	mock::*, relay_account, CheckpointParameters, Event, InFlight, ProgressOf, RelayTarget,
	Standing,
};
use codec::{Decode, Encode};
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		ProcessMessageError,
	},
	weights::Weight,
};
use sp_core::H256;
use sp_runtime::BuildStorage;
use xcm::{latest::prelude::*, IntoVersion, VersionedXcm};
use xcm_builder::{AllowKnownQueryResponses, TrailingSetTopicAsId};
use xcm_executor::{
	traits::{OnResponse, Properties, ShouldExecute},
	XcmExecutor,
};

type RelayCall = relay::RuntimeCall;

/// The relay chain.
struct RelayChain(sp_io::TestExternalities);

impl RelayChain {
	fn new(balance: u128) -> Self {
		Answers::set(Vec::new());
		Trapped::set(Vec::new());
		AnswersLeave::set(true);
		CallsRun::set(true);
		Authorised::set(AccountId::new(relay_account(PARA_ID)));
		let storage = frame_system::GenesisConfig::<Relay>::default().build_storage().unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			RelaySystem::set_block_number(1);
			RelayBalances::set_balance(&AccountId::new([9; 32]), START);
			RelayBalances::set_balance(&AccountId::new(relay_account(PARA_ID)), balance);
		});
		Self(ext)
	}

	/// Runs the bytes of a message of this chain, as the message queue does.
	fn run(&mut self, mut bytes: &[u8]) -> Outcome {
		let Ok(message) = VersionedXcm::<RelayCall>::decode(&mut bytes) else {
			let error = XcmError::FailedToDecode;
			return Outcome::Error(InstructionError { index: 0, error });
		};
		let message: Xcm<RelayCall> = message.try_into().unwrap();
		let origin = Location::new(0, [Parachain(PARA_ID)]);
		self.0.execute_with(|| {
			XcmExecutor::<RelayXcm>::prepare_and_execute(
				origin,
				message,
				&mut [7; 32],
				Weight::from_parts(1_000_000, 1_000_000),
				Weight::zero(),
			)
		})
	}

	/// Runs everything that this chain has sent, and gives each outcome.
	fn run_sent(&mut self) -> Vec<Outcome> {
		take_sent()
			.into_iter()
			.map(|mut message| {
				// As the router does.
				message.0.push(SetTopic([3; 32]));
				self.run(&VersionedXcm::from(message).encode())
			})
			.collect()
	}

	fn balance(&mut self) -> u128 {
		self.0.execute_with(|| RelayBalances::balance(&AccountId::new(relay_account(PARA_ID))))
	}

	fn registered(&mut self, number: u32) -> Option<H256> {
		self.0.execute_with(|| registrar::Checkpoints::<Relay>::get((PBC_ID, u64::from(number))))
	}

	fn latest(&mut self) -> Option<(u32, H256)> {
		self.0.execute_with(|| registrar::Latest::<Relay>::get(PBC_ID))
	}
}

/// Takes the answers in, in a new block, through this chain's barrier. Says which it let in.
fn take_answers() -> Vec<bool> {
	type Barrier = TrailingSetTopicAsId<(AllowKnownQueryResponses<Checkpoint>,)>;
	let answers = Answers::mutate(core::mem::take);
	block_with(|| {
		answers
			.into_iter()
			.map(|message| {
				let bytes = VersionedXcm::from(message).encode();
				let message = VersionedXcm::<()>::decode(&mut &bytes[..]).unwrap();
				let mut message: Xcm<()> = message.try_into().unwrap();
				let origin = Location::parent();
				let verdict: Result<(), ProcessMessageError> = Barrier::should_execute(
					&origin,
					&mut message.0,
					Weight::zero(),
					&mut Properties { weight_credit: Weight::zero(), message_id: None },
				);
				let QueryResponse { query_id, response, max_weight, querier } =
					message.0[0].clone()
				else {
					panic!("no answer: {message:?}");
				};
				let context =
					XcmContext { origin: Some(origin.clone()), message_id: [0; 32], topic: None };
				if verdict.is_ok() {
					Checkpoint::on_response(
						&origin,
						query_id,
						querier.as_ref(),
						response,
						max_weight,
						&context,
					);
				}
				verdict.is_ok()
			})
			.collect()
	})
}

fn standing(index: u32) -> Standing {
	Checkpoint::checkpoint(index).unwrap().standing
}

fn is_complete(outcomes: &[Outcome]) -> bool {
	outcomes.iter().all(|outcome| matches!(outcome, Outcome::Complete { .. }))
}

fn error_of(outcome: &Outcome) -> XcmError {
	match outcome {
		Outcome::Incomplete { error, .. } | Outcome::Error(error) => error.error,
		Outcome::Complete { .. } => panic!("complete"),
	}
}

#[test]
fn checkpoints_are_registered_paid_for_and_confirmed() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		for index in 0..3 {
			let number = (index + 1) * INTERVAL;
			run_to(number + 1);
			let outcomes = relay.run_sent();
			assert!(is_complete(&outcomes), "{outcomes:?}");
			assert_eq!(relay.registered(number), Some(header(number).state_root));
			assert_eq!(take_answers(), [true]);
			assert_eq!(standing(index), Standing::Acknowledged);
		}
		// Execution and the answer's delivery, nothing else.
		let spent = START - relay.balance();
		assert!(
			spent >= 3 * DELIVERY && spent <= 3 * (EXECUTION + UNIT as u128 + DELIVERY),
			"{spent}"
		);
		assert!(Trapped::get().is_empty());
		assert_eq!(ProgressOf::<Test>::get().pending(), 0);
	});
}

#[test]
fn the_router_is_served_too_and_takes_rising_numbers_only() {
	let target = RelayTarget::PbcRouter { pallet: 90, call: 1 };
	let parameters = CheckpointParameters { target, ..test_parameters() };
	ExtBuilder { parameters, ..Default::default() }.build_and_execute(|| {
		let mut relay = RelayChain::new(START);
		run_to(INTERVAL + 1);
		// The first answer is lost: it is sent again, and refused, because it is there already.
		assert!(is_complete(&relay.run_sent()));
		Answers::set(Vec::new());
		run_to(INTERVAL + 1 + TIMEOUT);
		let outcomes = relay.run_sent();
		assert_eq!(error_of(&outcomes[0]), XcmError::ExpectationFalse);
		assert_eq!(take_answers(), [true]);
		assert_eq!(standing(0), Standing::Pending);

		// The next one settles both.
		run_to(2 * INTERVAL + 2);
		relay.run_sent();
		take_answers();
		assert_eq!(relay.latest(), Some((2 * INTERVAL, header(2 * INTERVAL).state_root)));
		assert_eq!(standing(0), Standing::Superseded);
		assert_eq!(standing(1), Standing::Acknowledged);
		assert!(Trapped::get().is_empty());
	});
}

#[test]
fn a_relay_chain_that_refuses_says_so_and_nothing_is_trapped() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		Authorised::set(AccountId::new([1; 32]));
		run_to(INTERVAL + 1);
		take_events();
		let outcomes = relay.run_sent();
		assert_eq!(error_of(&outcomes[0]), XcmError::ExpectationFalse);
		assert_eq!(relay.registered(INTERVAL), None);
		assert_eq!(take_answers(), [true]);
		assert_eq!(
			take_events(),
			vec![Event::CheckpointRefused {
				index: 0,
				instruction: 4,
				error: XcmError::ExpectationFalse
			}]
		);
		assert!(Trapped::get().is_empty());

		// Once it is let in the next attempt succeeds.
		Authorised::set(AccountId::new(relay_account(PARA_ID)));
		run_to(INTERVAL + 1 + TIMEOUT);
		assert!(is_complete(&relay.run_sent()));
		assert_eq!(take_answers(), [true]);
		assert_eq!(standing(0), Standing::Acknowledged);
	});
}

#[test]
fn a_call_that_is_never_run_is_not_reported_as_done() {
	for target in [
		// No such pallet, no such call: the message cannot even be read.
		RelayTarget::Checkpoint { pallet: 91, call: 0 },
		RelayTarget::Checkpoint { pallet: 90, call: 7 },
	] {
		let parameters = CheckpointParameters { target, ..test_parameters() };
		ExtBuilder { parameters, ..Default::default() }.build_and_execute(|| {
			let mut relay = RelayChain::new(START);
			run_to(INTERVAL + 1);
			let outcomes = relay.run_sent();
			assert!(!is_complete(&outcomes), "{outcomes:?}");
			take_answers();
			assert_eq!(standing(0), Standing::Pending);
			assert_eq!(relay.balance(), START);
			// Governance corrects the target.
			block_with(|| {
				Checkpoint::set_parameters(RuntimeOrigin::root(), test_parameters()).unwrap();
			});
			assert!(is_complete(&relay.run_sent()));
			assert_eq!(take_answers(), [true]);
			assert_eq!(standing(0), Standing::Acknowledged);
		});
	}
}

#[test]
fn a_call_that_is_filtered_is_reported_as_not_run() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		CallsRun::set(false);
		run_to(INTERVAL + 1);
		take_events();
		assert_eq!(error_of(&relay.run_sent()[0]), XcmError::NoPermission);
		assert_eq!(take_answers(), [true]);
		assert_eq!(
			take_events(),
			vec![Event::CheckpointRefused {
				index: 0,
				instruction: 3,
				error: XcmError::NoPermission
			}]
		);
		assert_eq!(standing(0), Standing::Pending);
		assert_eq!(relay.registered(INTERVAL), None);
		assert!(Trapped::get().is_empty());
	});
}

#[test]
fn an_empty_account_loses_nothing_and_gives_no_answer() {
	posting(|| {
		RelayMoney::set(None);
		RelayIsReal::set(false);
		let mut relay = RelayChain::new(0);
		run_to(INTERVAL + 1);
		let outcomes = relay.run_sent();
		assert!(!is_complete(&outcomes), "{outcomes:?}");
		assert_eq!(take_answers(), Vec::<bool>::new());
		assert_eq!((relay.balance(), relay.registered(INTERVAL)), (0, None));
		assert_eq!(standing(0), Standing::Pending);
		// It is funded, and the next attempt succeeds.
		relay.0.execute_with(|| {
			RelayBalances::set_balance(&AccountId::new(relay_account(PARA_ID)), START)
		});
		run_to(INTERVAL + 1 + TIMEOUT);
		assert!(is_complete(&relay.run_sent()));
		assert_eq!(take_answers(), [true]);
		assert_eq!(standing(0), Standing::Acknowledged);
	});
}

#[test]
fn a_fee_that_is_too_low_is_trapped_for_this_chain_and_can_be_raised() {
	let parameters = CheckpointParameters { relay_fee: 50, ..test_parameters() };
	ExtBuilder { parameters, ..Default::default() }.build_and_execute(|| {
		let mut relay = RelayChain::new(START);
		run_to(INTERVAL + 1);
		let outcomes = relay.run_sent();
		assert_eq!(error_of(&outcomes[0]), XcmError::TooExpensive);
		// This is the one case in which something stays in the machine: the barrier allows no
		// instruction before the payment. `docs/checkpoints.md` says how to get it back.
		assert_eq!(Trapped::get(), [(Location::here(), 50u128).into()]);
		assert_eq!(relay.balance(), START - 50);
		assert_eq!(take_answers(), Vec::<bool>::new());

		block_with(|| {
			Checkpoint::set_parameters(RuntimeOrigin::root(), test_parameters()).unwrap();
		});
		assert!(is_complete(&relay.run_sent()));
		assert_eq!(take_answers(), [true]);
		assert_eq!(standing(0), Standing::Acknowledged);
	});
}

#[test]
fn an_answer_that_cannot_leave_traps_nothing_and_the_next_attempt_is_answered() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		AnswersLeave::set(false);
		run_to(INTERVAL + 1);
		relay.run_sent();
		// Registered, paid for, and unknown here.
		assert_eq!(relay.registered(INTERVAL), Some(header(INTERVAL).state_root));
		assert!(Trapped::get().is_empty());
		assert!(START - relay.balance() <= EXECUTION + UNIT as u128);
		assert_eq!(standing(0), Standing::Pending);

		AnswersLeave::set(true);
		run_to(INTERVAL + 1 + TIMEOUT);
		assert!(is_complete(&relay.run_sent()));
		assert_eq!(take_answers(), [true]);
		assert_eq!(standing(0), Standing::Acknowledged);
	});
}

#[test]
fn two_attempts_and_two_answers_count_once() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		run_to(INTERVAL + 1 + TIMEOUT);
		assert_eq!(relay.run_sent().len(), 2);
		take_events();
		assert_eq!(take_answers(), [true, false]);
		assert_eq!(
			take_events()
				.iter()
				.filter(|event| matches!(event, Event::CheckpointAcknowledged { .. }))
				.count(),
			1
		);
	});
}

#[test]
fn a_relay_chain_account_cannot_forge_an_answer() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		run_to(INTERVAL + 1);
		let ours = take_sent();
		let (query_id, _) = content(&ours[0]);
		// An account there, and another parachain, have the relay chain report success here.
		let report = |origin: Location| {
			relay.0.execute_with(|| {
				let account = AccountId::new(match origin.unpack() {
					(0, [Junction::AccountId32 { id, .. }]) => *id,
					_ => relay_account(2_013),
				});
				RelayBalances::set_balance(&account, START);
				let fees: Asset = (Location::here(), 1_000u128).into();
				let program = Xcm::<RelayCall>(vec![
					WithdrawAsset(fees.clone().into()),
					BuyExecution { fees, weight_limit: Unlimited },
					ReportError(QueryResponseInfo {
						destination: Location::new(0, [Parachain(PARA_ID)]),
						query_id,
						max_weight: Weight::zero(),
					}),
				]);
				let outcome = XcmExecutor::<RelayXcm>::prepare_and_execute(
					origin,
					program,
					&mut [7; 32],
					Weight::from_parts(1_000_000, 1_000_000),
					Weight::zero(),
				);
				assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
			})
		};
		let mut report = report;
		report(Junction::AccountId32 { network: None, id: [4; 32] }.into());
		report(Parachain(2_013).into());
		assert_eq!(Answers::get().len(), 2);
		assert_eq!(take_answers(), [false, false]);
		assert_eq!(standing(0), Standing::Pending);
	});
}

#[test]
fn a_relay_chain_with_an_older_xcm_understands_the_message() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		run_to(INTERVAL + 1);
		let message = VersionedXcm::<()>::from(take_sent().remove(0)).into_version(4).unwrap();
		assert!(matches!(message, VersionedXcm::V4(_)));
		assert!(is_complete(&[relay.run(&message.encode())]));
		assert_eq!(relay.registered(INTERVAL), Some(header(INTERVAL).state_root));
		assert_eq!(take_answers(), [true]);
		assert_eq!(standing(0), Standing::Acknowledged);
	});
}

#[test]
fn after_a_long_refusal_the_last_ones_are_registered_and_cover_the_rest() {
	posting(|| {
		let mut relay = RelayChain::new(START);
		Authorised::set(AccountId::new([1; 32]));
		while last_block() < 10 * INTERVAL {
			block();
			relay.run_sent();
			if !Answers::get().is_empty() {
				take_answers();
			}
		}
		assert!(ProgressOf::<Test>::get().pending() >= 9);
		assert_eq!(InFlight::<Test>::get().len() as u32, MAX_IN_FLIGHT);
		Authorised::set(AccountId::new(relay_account(PARA_ID)));
		for _ in 0..MAX_BACKOFF + 16 {
			block();
			relay.run_sent();
			if !Answers::get().is_empty() {
				take_answers();
			}
		}
		let progress = ProgressOf::<Test>::get();
		assert!(progress.pending() <= 1, "{progress:?}");
		for index in progress.oldest..progress.resolved {
			let info = Checkpoint::checkpoint(index).unwrap();
			if info.standing == Standing::Acknowledged {
				let number = info.checkpoint.block_number;
				assert_eq!(relay.registered(number), Some(header(number).state_root));
			}
		}
		assert!(Trapped::get().is_empty());
	});
}
