use crate::{mock::*, GPUNodes, HeartbeatDuty, NodeLiveness, NodeView, UnbondingChunk};
use ai_compute_primitives::{Did, NodeMutate, NodeStatus, SlashStake};
use codec::{Encode, MaxEncodedLen};
use frame_support::{assert_ok, traits::StorageInfoTrait};

fn liveness() -> NodeLiveness {
	GpuRegistry::node_liveness(DID.to_vec()).unwrap()
}

#[test]
fn liveness_follows_a_node_through_a_round() {
	with_node(|_| {
		let start = liveness();
		assert_eq!((start.status, start.duty), (NodeStatus::Active, HeartbeatDuty::Done));
		next_round();
		let due = liveness();
		assert_eq!(due.round, start.round + 1);
		assert_eq!(due.round_ends_at, u64::from(Now::get()) + 100);
		let (opens_at, closes_at) = GpuRegistry::heartbeat_round().window(0);
		assert_eq!(due.duty, HeartbeatDuty::Due { opens_at, closes_at });
		to_slot(DID);
		assert_ok!(GpuRegistry::heartbeat(signed(ALICE), 0));
		assert_eq!(liveness().duty, HeartbeatDuty::Done);
	});
}

#[test]
fn liveness_of_a_lapsed_and_of_a_resting_node() {
	with_node(|_| {
		lapse();
		let lapsed = liveness();
		assert_eq!((lapsed.status, lapsed.duty), (NodeStatus::Inactive, HeartbeatDuty::Lapsed));
		assert_eq!((lapsed.missed, lapsed.total_missed), (4, 4));
		assert_ok!(GpuRegistry::update_status(signed(ALICE), DID.to_vec(), NodeStatus::Inactive));
		let resting = liveness();
		assert_eq!((resting.status, resting.duty), (NodeStatus::Inactive, HeartbeatDuty::OffDuty));
		assert_eq!((resting.missed, resting.total_missed), (0, 4));
	});
}

#[test]
fn views_know_nothing_of_unknown_nodes() {
	with_node(|_| {
		for did in [OTHER_DID, b"x", b""] {
			assert_eq!(GpuRegistry::node_liveness(did.to_vec()), None);
			assert!(GpuRegistry::unbonding_stake(did.to_vec(), ALICE).is_empty());
		}
		assert_eq!(GpuRegistry::standing(b"x".to_vec()), None);
	});
}

#[test]
fn unbonding_stake_is_shown() {
	with_node(|_| {
		assert_ok!(leave(ALICE, DID));
		assert_eq!(
			GpuRegistry::unbonding_stake(DID.to_vec(), ALICE),
			vec![UnbondingChunk { amount: 3_000, claimable_at: 1_000 + PERIOD }]
		);
	});
}

#[test]
fn records_stay_small() {
	let key = 16 + Did::max_encoded_len();
	assert!(key + crate::GPUProfileOf::<Test>::max_encoded_len() <= 600 - 24);
	assert!(32 + crate::NodeLoad::<u128>::max_encoded_len() <= 102);
	for info in GpuRegistry::storage_info() {
		assert!(info.max_size.is_some(), "{info:?} is unbounded");
	}
}

#[test]
fn nodes_are_found_under_the_bytes_of_their_did() {
	with_node(|_| {
		let as_bytes: Vec<u8> = DID.to_vec();
		assert_eq!(
			GPUNodes::<Test>::hashed_key_for(parse(DID)),
			[
				sp_io::hashing::twox_128(b"GpuRegistry").to_vec(),
				sp_io::hashing::twox_128(b"GPUNodes").to_vec(),
				sp_io::hashing::blake2_128(&as_bytes.encode()).to_vec(),
				as_bytes.encode(),
			]
			.concat()
		);
	});
}

#[test]
fn call_and_hold_indices_are_pinned() {
	let index = |call: crate::Call<Test>| RuntimeCall::from(call).encode()[1];
	assert_eq!(index(crate::Call::deregister_node { did: vec![] }), 2);
	assert_eq!(index(crate::Call::claim_unbonded { did: vec![] }), 5);
	assert_eq!(index(crate::Call::heartbeat { index: 0 }), 8);
	assert_eq!(crate::HoldReason::Stake.encode(), [0]);
}

#[test]
fn a_node_view_shows_load_room_and_present_status() {
	with_node(|node| {
		assert_ok!(GpuRegistry::set_capacity(signed(ALICE), DID.to_vec(), 2));
		assert_ok!(GpuRegistry::open_bid(&parse(DID)));
		assert_ok!(GpuRegistry::assign(&parse(DID), 1_200));
		let view = || GpuRegistry::node_view(DID.to_vec()).unwrap();
		let profile = profile(DID);
		assert_eq!(
			view(),
			NodeView {
				did: parse(DID),
				index: 0,
				owner: ALICE,
				gpu_model: profile.gpu_model,
				vram_gb: 80,
				cuda_cores: profile.cuda_cores,
				location: profile.location,
				price_class: profile.price_class,
				endpoint_hash: None,
				status: NodeStatus::Active,
				did_active: true,
				score: 5_000,
				jobs_completed: 0,
				stake: 3_000,
				sufficiently_staked: true,
				exposure: 1_200,
				exposure_room: 1_800,
				capacity: 2,
				running: 1,
				free_slots: 1,
				unsettled: 1,
				open_bids: 1,
				free_bids: 7,
				registered_at: 1_000,
			}
		);
		// Delivered, not yet paid.
		GpuRegistry::free_slot(&node);
		assert_eq!((view().free_slots, view().unsettled, view().exposure), (2, 1, 1_200));
		GpuRegistry::release(&node, 1_200);
		GpuRegistry::job_settled(&parse(DID));
		assert_eq!((view().exposure_room, view().jobs_completed), (3_000, 1));
		GpuRegistry::close_bid(&node);
		assert_eq!(view().free_bids, 8);

		lapse();
		assert_eq!(view().status, NodeStatus::Inactive);
		anchor(DID, BOB);
		assert!(!view().did_active);
		assert_ok!(GpuRegistry::slash(&node, 2_500, &TREASURY));
		assert_eq!((view().stake, view().sufficiently_staked), (500, false));
	});
}

#[test]
fn a_node_view_needs_a_registered_node() {
	with_node(|node| {
		for did in [OTHER_DID, b"x", b""] {
			assert_eq!(GpuRegistry::node_view(did.to_vec()), None);
		}
		assert_eq!(GpuRegistry::owner_behind(&node), Some(ALICE));
		assert_ok!(leave(ALICE, DID));
		assert_eq!(GpuRegistry::node_view(DID.to_vec()), None);
		assert_eq!(GpuRegistry::owner_behind(&node), Some(ALICE), "her stake unbonds");
		wait(PERIOD);
		assert_ok!(GpuRegistry::claim_unbonded(signed(ALICE), DID.to_vec()));
		assert_eq!(GpuRegistry::owner_behind(&node), None);
	});
}

#[test]
fn nodes_are_walked_from_any_did_on() {
	// Records without an owner's entry: the state is not checked afterwards.
	ExtBuilder.build().execute_with(|| {
		anchor(DID, ALICE);
		assert_ok!(register(ALICE, DID, 3_000));
		let did = |n: u32| format!("did:etrid:gpu:walk-{n}").into_bytes();
		for n in 0..9 {
			let mut profile = profile(DID);
			profile.index = n + 1;
			GPUNodes::<Test>::insert(parse(&did(n)), profile);
		}
		let from = |after: Option<&Did>| {
			GpuRegistry::nodes_after(after).map(|(did, _)| did).collect::<Vec<_>>()
		};
		let all = from(None);
		assert_eq!(all.len(), 10);
		for (at, did) in all.iter().enumerate() {
			assert_eq!(from(Some(did)), all[at + 1..]);
		}
		// A node that left meanwhile still marks its place.
		for (at, did) in all.iter().enumerate() {
			GPUNodes::<Test>::remove(did);
			assert_eq!(from(Some(did)), all[at + 1..]);
		}
	});
}
