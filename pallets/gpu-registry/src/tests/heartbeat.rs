use crate::{mock::*, Beats, Error, Event, LastRound, TotalNodes};
use ai_compute_primitives::{NodeInspect, NodeStatus, StandingMutate};
use frame_support::{assert_noop, assert_ok};

fn beat(who: AccountId) -> sp_runtime::DispatchResult {
	GpuRegistry::heartbeat(signed(who), profile(DID).index)
}

fn status_now() -> NodeStatus {
	GpuRegistry::node(&parse(DID)).unwrap().status
}

#[test]
fn heartbeat_counts_in_its_slot() {
	with_node(|_| {
		next_round();
		to_slot(DID);
		assert_ok!(beat(ALICE));
		let round = GpuRegistry::heartbeat_round().index;
		assert_eq!(Beats::<Test>::get(0).unwrap().last_round, round);
		assert_eq!(events(), vec![Event::HeartbeatReceived { index: 0, round }]);
	});
}

#[test]
fn boundary_slot_opens_and_closes() {
	with_node(|_| {
		next_round();
		let (opens, closes) = GpuRegistry::heartbeat_round().window(0);
		assert_eq!(closes - opens, 20);
		let beat_at = |tick: u64| {
			Now::set(tick as u32);
			frame_support::storage::transactional::with_transaction(|| {
				sp_runtime::TransactionOutcome::Rollback(beat(ALICE))
			})
		};
		assert_eq!(beat_at(opens - 1), Err(Error::<Test>::TooEarly.into()));
		assert_eq!(beat_at(closes + 1), Err(Error::<Test>::TooLate.into()));
		assert_ok!(beat_at(closes));
		assert_ok!(beat_at(opens));
	});
}

#[test]
fn heartbeat_fails_twice_in_a_round_and_in_the_round_of_registration() {
	with_node(|_| {
		assert_noop!(beat(ALICE), Error::<Test>::HeartbeatNotDue);
		next_round();
		to_slot(DID);
		assert_ok!(beat(ALICE));
		wait(1);
		assert_noop!(beat(ALICE), Error::<Test>::HeartbeatNotDue);
		next_round();
		to_slot(DID);
		assert_ok!(beat(ALICE));
	});
}

#[test]
fn heartbeat_fails_for_strangers_the_dids_controller_and_unknown_numbers() {
	with_node(|_| {
		next_round();
		to_slot(DID);
		anchor(DID, BOB);
		assert_noop!(beat(BOB), Error::<Test>::NotOwner);
		assert_noop!(GpuRegistry::heartbeat(signed(ALICE), 1), Error::<Test>::NodeNotFound);
		assert_ok!(beat(ALICE));
	});
}

#[test]
fn heartbeat_fails_off_duty() {
	with_node(|node| {
		next_round();
		to_slot(DID);
		GpuRegistry::suspend(&node);
		assert_noop!(beat(ALICE), Error::<Test>::NodeNotActive);
		GpuRegistry::reinstate(&node);
		assert_noop!(beat(ALICE), Error::<Test>::NodeNotActive);
	});
}

#[test]
fn boundary_three_missed_rounds_are_forgiven_and_four_are_not() {
	with_node(|_| {
		// Registered in round r; r+1, r+2 and r+3 go by without a sign.
		(0..4).for_each(|_| next_round());
		assert_eq!(GpuRegistry::node_liveness(DID.to_vec()).unwrap().missed, 3);
		assert_eq!(status_now(), NodeStatus::Active);
		to_slot(DID);
		assert_ok!(beat(ALICE));
		assert_eq!(Beats::<Test>::get(0).unwrap().misses, 3);

		(0..5).for_each(|_| next_round());
		assert_eq!(GpuRegistry::node_liveness(DID.to_vec()).unwrap().missed, 4);
		assert_eq!(status_now(), NodeStatus::Inactive);
		to_slot(DID);
		assert_noop!(beat(ALICE), Error::<Test>::HeartbeatLapsed);
	});
}

#[test]
fn a_lapse_costs_no_stake_and_no_score() {
	with_node(|_| {
		(0..200).for_each(|_| next_round());
		assert_ok!(GpuRegistry::update_status(signed(ALICE), DID.to_vec(), NodeStatus::Active));
		let profile = profile(DID);
		assert_eq!((profile.stake, profile.reputation_score), (3_000, 5_000));
	});
}

#[test]
fn a_silent_chain_gives_every_round_its_slots() {
	// Nobody touches the registry for many rounds; a node that watches still knows its slot.
	with_node(|_| {
		(0..3).for_each(|_| next_round());
		let stored = LastRound::<Test>::get().unwrap().index;
		let liveness = GpuRegistry::node_liveness(DID.to_vec()).unwrap();
		assert_eq!(liveness.round, stored + 3);
		let crate::HeartbeatDuty::Due { opens_at, .. } = liveness.duty else { panic!() };
		Now::set(opens_at as u32);
		assert_ok!(beat(ALICE));
		assert_eq!(LastRound::<Test>::get().unwrap().index, stored + 3);
	});
}

#[test]
fn a_new_round_takes_the_relays_entropy_else_the_parent_hash() {
	let seed_after = |entropy: Option<[u8; 32]>, parent: u8| {
		let mut seed = [0; 32];
		with_node(|_| {
			next_round();
			Entropy::set(entropy);
			System::set_parent_hash([parent; 32].into());
			to_slot(DID);
			assert_ok!(beat(ALICE));
			next_round();
			seed = GpuRegistry::heartbeat_round().seed;
		});
		seed
	};
	assert_eq!(seed_after(Some([1; 32]), 1), seed_after(Some([1; 32]), 2));
	assert_ne!(seed_after(Some([1; 32]), 1), seed_after(Some([2; 32]), 1));
	assert_ne!(seed_after(None, 1), seed_after(None, 2));
}

#[test]
fn rounds_grow_with_the_fleet_from_the_next_one_on() {
	with_node(|_| {
		TotalNodes::<Test>::put(10_000);
		assert_eq!(GpuRegistry::heartbeat_round().len, 100);
		next_round();
		assert_eq!(GpuRegistry::heartbeat_round().len, 500);
		TotalNodes::<Test>::put(1);
	});
}

#[test]
fn joining_and_leaving_settle_the_round_before_they_change_the_fleet() {
	with_node(|_| {
		let stored = || LastRound::<Test>::get().unwrap();
		assert_eq!(stored().index, GpuRegistry::heartbeat_round().index);
		next_round();
		anchor(OTHER_DID, BOB);
		assert_ok!(register(BOB, OTHER_DID, MIN_STAKE));
		assert_eq!(stored().index, GpuRegistry::heartbeat_round().index);
		next_round();
		assert_ok!(leave(BOB, OTHER_DID));
		assert_eq!(stored().index, GpuRegistry::heartbeat_round().index);
	});
}

#[test]
fn a_heartbeat_record_stays_within_its_proof() {
	use codec::MaxEncodedLen;
	assert!(4 + crate::Beat::max_encoded_len() <= 17);
}
