use crate::{mock::*, Beat, Beats, Error, Event};
use ai_compute_primitives::{
	NodeInspect, NodeStatus,
	NodeStatus::{Active, Inactive, Suspended},
	StandingMutate,
};
use frame_support::{assert_noop, assert_ok};

fn update(who: AccountId, status: NodeStatus) -> sp_runtime::DispatchResult {
	GpuRegistry::update_status(signed(who), DID.to_vec(), status)
}

fn status_now() -> NodeStatus {
	GpuRegistry::node(&parse(DID)).unwrap().status
}

#[test]
fn owner_switches_off_and_on() {
	with_node(|_| {
		assert_ok!(update(ALICE, Inactive));
		assert_eq!((profile(DID).status, status_now()), (Inactive, Inactive));
		assert!(!Beats::<Test>::get(0).unwrap().on_duty());
		assert_ok!(update(ALICE, Active));
		assert_eq!((profile(DID).status, status_now()), (Active, Active));
		assert_eq!(
			events(),
			vec![
				Event::NodeStatusChanged {
					did: parse(DID),
					old_status: Active,
					new_status: Inactive
				},
				Event::NodeStatusChanged {
					did: parse(DID),
					old_status: Inactive,
					new_status: Active
				},
			]
		);
	});
}

#[test]
fn update_fails_for_strangers_and_even_for_the_dids_new_controller() {
	with_node(|_| {
		anchor(DID, BOB);
		for who in [BOB, CAROL] {
			assert_noop!(update(who, Inactive), Error::<Test>::NotOwner);
		}
		assert_ok!(update(ALICE, Inactive));
	});
}

#[test]
fn update_fails_for_unknown_nodes_and_bad_dids() {
	with_node(|_| {
		let update = |did: &[u8]| GpuRegistry::update_status(signed(ALICE), did.to_vec(), Inactive);
		assert_noop!(update(OTHER_DID), Error::<Test>::NodeNotFound);
		assert_noop!(update(b"x"), Error::<Test>::InvalidDID);
	});
}

#[test]
fn owner_can_neither_suspend_nor_lift_a_suspension() {
	with_node(|node| {
		assert_noop!(update(ALICE, Suspended), Error::<Test>::CannotSuspend);
		GpuRegistry::suspend(&node);
		assert_noop!(update(ALICE, Active), Error::<Test>::NodeSuspended);
		assert_noop!(update(ALICE, Inactive), Error::<Test>::NodeSuspended);
	});
}

#[test]
fn update_fails_when_nothing_changes() {
	with_node(|_| {
		assert_noop!(update(ALICE, Active), Error::<Test>::StatusUnchanged);
		assert_ok!(update(ALICE, Inactive));
		assert_noop!(update(ALICE, Inactive), Error::<Test>::StatusUnchanged);
	});
}

#[test]
fn a_lapsed_node_comes_back_with_a_fresh_count() {
	with_node(|_| {
		lapse();
		assert_eq!((profile(DID).status, status_now()), (Active, Inactive));
		assert_ok!(update(ALICE, Active));
		assert_eq!(status_now(), Active);
		let round = GpuRegistry::heartbeat_round().index;
		assert_eq!(Beats::<Test>::get(0).unwrap().last_round, round);
		assert_eq!(Beats::<Test>::get(0).unwrap().misses, 4);
		assert_eq!(
			events(),
			vec![
				Event::NodeStatusChanged {
					did: parse(DID),
					old_status: Active,
					new_status: Inactive
				},
				Event::NodeStatusChanged {
					did: parse(DID),
					old_status: Inactive,
					new_status: Active
				},
			]
		);
	});
}

#[test]
fn a_lapsed_node_can_be_stored_as_inactive_once() {
	with_node(|_| {
		lapse();
		assert_ok!(update(ALICE, Inactive));
		assert_eq!(events().len(), 1);
		assert_eq!(Beats::<Test>::get(0).unwrap().last_round, Beat::OFF_DUTY);
		assert_noop!(update(ALICE, Inactive), Error::<Test>::StatusUnchanged);
	});
}

#[test]
fn rounds_off_duty_are_not_missed() {
	with_node(|_| {
		assert_ok!(update(ALICE, Inactive));
		lapse();
		assert_ok!(update(ALICE, Active));
		assert_eq!(Beats::<Test>::get(0).unwrap().misses, 0);
		assert_eq!(status_now(), Active);
	});
}
