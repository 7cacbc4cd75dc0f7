use crate::{mock::*, AccessLevel, Error, Event, Nonce, OwnerDids, Registrations, TotalDids};
use ai_compute_primitives::DidAuthority;
use frame_support::{assert_noop, assert_ok};

#[test]
fn revoke_leaves_a_tombstone_and_returns_the_rest() {
	with_did(|did_hash| {
		assert_ok!(DidRegistry::transfer_ownership(signed(ALICE), did_hash, CAROL));
		System::reset_events();
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));

		let record = Registrations::<Test>::get(did_hash).unwrap();
		assert!(record.revoked);
		assert_eq!(record.deposit, TOMBSTONE);
		assert_eq!(record.pending_owner, None);
		assert!(record.document_hash.is_empty());
		assert!(!OwnerDids::<Test>::contains_key(ALICE));
		assert_eq!((TotalDids::<Test>::get(), Nonce::<Test>::get()), (0, 1));
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (30, 9_970));
		assert_eq!(events(), vec![Event::DidRevoked { did_hash, revoked_by: ALICE, released: 70 }]);
	});
}

#[test]
fn revoke_works_on_an_expired_did() {
	with_did(|did_hash| {
		expire(did_hash);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
	});
}

#[test]
fn revoke_fails_for_controller_admin_and_stranger() {
	with_did(|did_hash| {
		grant(did_hash, CAROL, AccessLevel::Admin);
		for who in [BOB, CAROL, PAUPER] {
			assert_noop!(
				DidRegistry::revoke_did(signed(who), did_hash),
				Error::<Test>::NotAuthorized
			);
		}
	});
}

#[test]
fn revoke_fails_twice_and_for_unknown() {
	with_did(|did_hash| {
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(DidRegistry::revoke_did(signed(ALICE), did_hash), Error::<Test>::DidRevoked);
		assert_noop!(
			DidRegistry::revoke_did(signed(ALICE), hash(OTHER_DID)),
			Error::<Test>::DidNotFound
		);
	});
}

#[test]
fn revoke_ends_the_controllers_authority() {
	with_did(|did_hash| {
		assert_eq!(DidRegistry::controller(&parse(DID)), Some(BOB));
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_eq!(DidRegistry::controller(&parse(DID)), None);
	});
}

#[test]
fn revoke_keeps_access_deposits_until_anyone_clears_the_entries() {
	with_did(|did_hash| {
		grant(did_hash, BOB, AccessLevel::Writer);
		grant(did_hash, CAROL, AccessLevel::Reader);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_eq!(held(ALICE), TOMBSTONE + 2 * ACCESS);

		assert_ok!(DidRegistry::revoke_access(signed(PAUPER), did_hash, BOB));
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, CAROL));
		assert_eq!(held(ALICE), TOMBSTONE);
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE - TOMBSTONE);
	});
}
