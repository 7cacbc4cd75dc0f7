use crate::{mock::*, Barred, Beats, Error, Event};
use ai_compute_primitives::{
	NodeStatus,
	NodeStatus::{Active, Inactive, Suspended},
	StandingMutate,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn force(status: NodeStatus) -> sp_runtime::DispatchResult {
	GpuRegistry::force_status(RuntimeOrigin::root(), DID.to_vec(), status)
}

#[test]
fn governance_suspends_and_lifts() {
	with_node(|_| {
		assert_ok!(force(Suspended));
		assert_eq!(profile(DID).status, Suspended);
		assert!(!Beats::<Test>::get(0).unwrap().on_duty());
		assert_ok!(force(Active));
		assert_eq!(profile(DID).status, Active);
		assert!(Beats::<Test>::get(0).unwrap().on_duty());
		assert_ok!(force(Inactive));
		assert_eq!(
			events().last(),
			Some(&Event::NodeStatusChanged {
				did: parse(DID),
				old_status: Active,
				new_status: Inactive
			})
		);
	});
}

#[test]
fn force_fails_for_owners_unknown_and_unchanged() {
	with_node(|_| {
		assert_noop!(
			GpuRegistry::force_status(signed(ALICE), DID.to_vec(), Active),
			DispatchError::BadOrigin
		);
		assert_noop!(force(Active), Error::<Test>::StatusUnchanged);
		assert_noop!(
			GpuRegistry::force_status(RuntimeOrigin::root(), OTHER_DID.to_vec(), Inactive),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn what_governance_suspends_only_governance_lifts() {
	with_node(|node| {
		assert_ok!(force(Suspended));
		GpuRegistry::suspend(&node);
		GpuRegistry::reinstate(&node);
		assert_eq!(profile(DID).status, Suspended);
		// Nor does it end while the node is away.
		assert_ok!(leave(ALICE, DID));
		GpuRegistry::reinstate(&node);
		wait(PERIOD);
		assert_ok!(register(ALICE, DID, 3_000));
		assert_eq!(profile(DID).status, Suspended);

		assert_ok!(force(Active));
		assert!(!Barred::<Test>::contains_key(node));
		GpuRegistry::suspend(&node);
		GpuRegistry::reinstate(&node);
		assert_eq!(profile(DID).status, Inactive);
	});
}

#[test]
fn governance_makes_a_suspension_its_own() {
	with_node(|node| {
		GpuRegistry::suspend(&node);
		assert_ok!(force(Suspended));
		assert_noop!(force(Suspended), Error::<Test>::StatusUnchanged);
		GpuRegistry::reinstate(&node);
		assert_eq!(profile(DID).status, Suspended);
	});
}
