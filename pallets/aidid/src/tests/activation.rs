//! `deactivate_ai`, `reactivate_ai`.

use crate::{mock::*, *};
use ai_compute_primitives::DidAuthority;
use frame_support::{assert_noop, assert_ok};

#[test]
fn deactivation_ends_the_controllers_authority_and_keeps_the_record() {
	with_ai(|did_hash| {
		let before = held(ALICE);
		assert_eq!(Aidid::controller(&did(AI)), Some(ALICE));
		Now::set(1_003);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_eq!(Aidid::controller(&did(AI)), None);
		let ai = AIIdentities::<Test>::get(did_hash).unwrap();
		assert_eq!((ai.active, ai.updated_at), (false, 1_003));
		assert_eq!((held(ALICE), TotalAIs::<Test>::get()), (before, 1));
		assert_eq!(events(), vec![Event::AIDeactivated { did_hash }]);
	});
}

#[test]
fn reactivation_restores_it() {
	with_ai(|did_hash| {
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		System::reset_events();
		assert_ok!(Aidid::reactivate_ai(signed(ALICE), did_hash));
		assert_eq!(Aidid::controller(&did(AI)), Some(ALICE));
		assert!(AIIdentities::<Test>::get(did_hash).unwrap().active);
		assert_eq!(events(), vec![Event::AIReactivated { did_hash }]);
	});
}

#[test]
fn switching_keeps_the_count_of_permissions() {
	with_ai(|did_hash| {
		assert_ok!(grant(ALICE, did_hash, permission(b"read", b"/x", &[])));
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_ok!(Aidid::reactivate_ai(signed(ALICE), did_hash));
		assert_eq!(AIControl::<Test>::get(did_hash).unwrap().permissions, 1);
	});
}

#[test]
fn switching_twice_fails() {
	with_ai(|did_hash| {
		assert_noop!(Aidid::reactivate_ai(signed(ALICE), did_hash), Error::<Test>::AIActive);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_noop!(Aidid::deactivate_ai(signed(ALICE), did_hash), Error::<Test>::AIDeactivated);
	});
}

#[test]
fn switching_fails_for_strangers_and_unknown_keys() {
	with_ai(|did_hash| {
		assert_noop!(Aidid::deactivate_ai(signed(BOB), did_hash), Error::<Test>::NotController);
		assert_noop!(Aidid::deactivate_ai(signed(ALICE), key(OTHER_AI)), Error::<Test>::AINotFound);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_noop!(Aidid::reactivate_ai(signed(BOB), did_hash), Error::<Test>::NotController);
		assert_noop!(Aidid::reactivate_ai(signed(ALICE), key(OTHER_AI)), Error::<Test>::AINotFound);
	});
}
