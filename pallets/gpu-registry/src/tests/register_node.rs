use crate::{
	mock::*, Beats, Error, Event, GPUProfile, NodeIds, OwnerNodes, Parameters, PriceClass,
	TotalNodes,
};
use ai_compute_primitives::{NodeStatus, SlashStake};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn with(model: &[u8], vram_gb: u32, location: &[u8]) -> DispatchResult {
	GpuRegistry::register_node(
		signed(ALICE),
		DID.to_vec(),
		model.to_vec(),
		vram_gb,
		0,
		location.to_vec(),
		MIN_STAKE,
	)
}

#[test]
fn register_stores_the_node_and_holds_its_stake() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_ok!(register(ALICE, DID, 3_000));

		assert_eq!(
			profile(DID),
			GPUProfile {
				owner: ALICE,
				gpu_model: b"NVIDIA H100 80GB".to_vec().try_into().unwrap(),
				vram_gb: 80,
				cuda_cores: 16_896,
				location: b"US-WEST-2".to_vec().try_into().unwrap(),
				stake: 3_000,
				status: NodeStatus::Active,
				reputation_score: 5_000,
				total_jobs_completed: 0,
				registered_at: 1_000,
				index: 0,
				capacity: 1,
				price_class: PriceClass::Unspecified,
				endpoint_hash: None,
			}
		);
		assert_eq!(OwnerNodes::<Test>::get(ALICE).into_inner(), vec![parse(DID)]);
		assert_eq!(TotalNodes::<Test>::get(), 1);
		assert_eq!(NodeIds::<Test>::get(hash(DID)).unwrap().owner, ALICE);
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (3_000, 997_000));
		assert_eq!(
			events(),
			vec![Event::NodeRegistered { did: parse(DID), owner: ALICE, stake: 3_000, index: 0 }]
		);
	});
}

#[test]
fn register_gives_each_node_a_number_that_never_comes_back() {
	with_node(|_| {
		anchor(OTHER_DID, BOB);
		assert_ok!(register(BOB, OTHER_DID, MIN_STAKE));
		assert_eq!(profile(OTHER_DID).index, 1);
		assert_ok!(leave(ALICE, DID));
		assert!(!Beats::<Test>::contains_key(0));
		assert_ok!(register(ALICE, DID, MIN_STAKE));
		assert_eq!(profile(DID).index, 2);
	});
}

#[test]
fn boundary_register_takes_the_minimum_stake() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_noop!(register(ALICE, DID, MIN_STAKE - 1), Error::<Test>::InsufficientStake);
		assert_noop!(register(ALICE, DID, 0), Error::<Test>::InsufficientStake);
		assert_ok!(register(ALICE, DID, MIN_STAKE));
	});
}

#[test]
fn boundary_register_leaves_the_existential_deposit_free() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_noop!(
			register(ALICE, DID, START_BALANCE - ED + 1),
			Error::<Test>::InsufficientBalance
		);
		assert_ok!(register(ALICE, DID, START_BALANCE - ED));
	});
}

#[test]
fn register_fails_without_balance() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, PAUPER);
		assert_noop!(register(PAUPER, DID, MIN_STAKE), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn register_fails_for_foreign_and_inactive_dids() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(register(ALICE, DID, MIN_STAKE), Error::<Test>::DidNotActive);
		anchor(DID, BOB);
		assert_noop!(register(ALICE, DID, MIN_STAKE), Error::<Test>::NotAuthorized);
	});
}

#[test]
fn register_fails_for_malformed_and_oversized_dids() {
	ExtBuilder.build_and_execute(|| {
		let long = [b"did:etrid:gpu:".to_vec(), vec![b'x'; 115]].concat();
		assert_eq!(long.len(), 129);
		for bad in [&b""[..], b"gpu-1", b"did:etrid:gpu:", &long] {
			assert_noop!(register(ALICE, bad, MIN_STAKE), Error::<Test>::InvalidDID);
		}
	});
}

#[test]
fn register_fails_twice() {
	with_node(|_| {
		assert_noop!(register(ALICE, DID, MIN_STAKE), Error::<Test>::NodeAlreadyExists);
		anchor(DID, BOB);
		assert_noop!(register(BOB, DID, MIN_STAKE), Error::<Test>::NodeAlreadyExists);
	});
}

#[test]
fn boundary_register_waits_for_a_former_owners_stake() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		anchor(DID, BOB);
		wait(PERIOD - 1);
		assert_noop!(register(BOB, DID, MIN_STAKE), Error::<Test>::StakeUnbonding);
		// Up to its last tick the stake can be slashed.
		assert_eq!(GpuRegistry::slash(&node, 500, &CAROL), Ok(500));
		wait(1);
		assert_ok!(register(BOB, DID, MIN_STAKE));
		assert_ok!(GpuRegistry::claim_unbonded(signed(ALICE), DID.to_vec()));
		assert_eq!((held(ALICE), held(BOB)), (0, MIN_STAKE));
	});
}

#[test]
fn register_need_not_wait_for_ones_own_stake() {
	with_node(|node| {
		assert_ok!(leave(ALICE, DID));
		assert_ok!(register(ALICE, DID, MIN_STAKE));
		assert_eq!(GpuRegistry::slashable(&node), MIN_STAKE + 3_000);
	});
}

#[test]
fn boundary_register_takes_models_of_1_to_64_bytes() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_noop!(with(b"", 1, b"EU"), Error::<Test>::GpuModelEmpty);
		assert_noop!(with(&[b'm'; 65], 1, b"EU"), Error::<Test>::GpuModelTooLong);
		assert_ok!(with(&[b'm'; 64], 1, b"EU"));
	});
}

#[test]
fn boundary_register_takes_locations_of_1_to_32_bytes() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_noop!(with(b"H100", 1, b""), Error::<Test>::LocationEmpty);
		assert_noop!(with(b"H100", 1, &[b'l'; 33]), Error::<Test>::LocationTooLong);
		assert_ok!(with(b"H100", 1, &[b'l'; 32]));
	});
}

#[test]
fn register_fails_without_video_memory() {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		assert_noop!(with(b"H100", 0, b"EU"), Error::<Test>::ZeroVram);
	});
}

#[test]
fn boundary_register_fills_an_owners_list_exactly() {
	ExtBuilder.build_and_execute(|| {
		let did = |n| format!("did:etrid:gpu:{n}").into_bytes();
		for n in 0..4 {
			anchor(&did(n), ALICE);
		}
		for n in 0..3 {
			assert_ok!(register(ALICE, &did(n), MIN_STAKE));
		}
		assert_noop!(register(ALICE, &did(3), MIN_STAKE), Error::<Test>::TooManyNodesPerOwner);
		assert_ok!(leave(ALICE, &did(1)));
		assert_ok!(register(ALICE, &did(3), MIN_STAKE));
	});
}

#[test]
fn boundary_register_fills_the_registry_exactly_and_leavers_do_not_count() {
	ExtBuilder.build_and_execute(|| {
		Parameters::<Test>::mutate(|parameters| parameters.max_nodes = 1);
		anchor(DID, ALICE);
		anchor(OTHER_DID, BOB);
		assert_ok!(register(ALICE, DID, MIN_STAKE));
		assert_noop!(register(BOB, OTHER_DID, MIN_STAKE), Error::<Test>::MaxNodesReached);
		assert_ok!(leave(ALICE, DID));
		assert_ok!(register(BOB, OTHER_DID, MIN_STAKE));
	});
}

#[test]
fn register_fails_for_unsigned_origins() {
	ExtBuilder.build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				GpuRegistry::register_node(
					origin,
					DID.to_vec(),
					b"m".to_vec(),
					1,
					1,
					b"l".to_vec(),
					MIN_STAKE
				),
				DispatchError::BadOrigin
			);
		}
	});
}
