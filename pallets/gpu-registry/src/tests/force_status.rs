use crate::{mock::*, Beats, Error, Event};
use ai_compute_primitives::{
	NodeStatus,
	NodeStatus::{Active, Inactive, Suspended},
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
