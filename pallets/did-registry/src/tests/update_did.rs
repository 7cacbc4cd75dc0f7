use crate::{mock::*, AccessLevel, Error, Event, Registrations};
use frame_support::{assert_noop, assert_ok};

fn update(who: AccountId) -> sp_runtime::DispatchResult {
	DidRegistry::update_did(signed(who), hash(DID), b"QmNew".to_vec())
}

#[test]
fn update_replaces_the_document_for_owner_and_controller() {
	for who in [ALICE, BOB] {
		with_did(|did_hash| {
			Now::mutate(|now| *now += 7);
			assert_ok!(update(who));
			let record = Registrations::<Test>::get(did_hash).unwrap();
			assert_eq!(record.document_hash.into_inner(), b"QmNew".to_vec());
			assert_eq!((record.registered_at, record.updated_at), (1_000, 1_007));
			assert_eq!(events(), vec![Event::DidUpdated { did_hash, updated_by: who }]);
		});
	}
}

#[test]
fn update_works_for_writers_and_admins_only() {
	with_did(|did_hash| {
		assert_noop!(update(CAROL), Error::<Test>::NotAuthorized);
		grant(did_hash, CAROL, AccessLevel::Reader);
		assert_noop!(update(CAROL), Error::<Test>::NotAuthorized);
		grant(did_hash, CAROL, AccessLevel::Writer);
		assert_ok!(update(CAROL));
		grant(did_hash, CAROL, AccessLevel::Admin);
		assert_ok!(update(CAROL));
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, CAROL));
		assert_noop!(update(CAROL), Error::<Test>::NotAuthorized);
	});
}

#[test]
fn update_fails_for_unknown_expired_and_revoked() {
	with_did(|did_hash| {
		assert_noop!(
			DidRegistry::update_did(signed(ALICE), hash(OTHER_DID), vec![1]),
			Error::<Test>::DidNotFound
		);
		expire(did_hash);
		assert_noop!(update(ALICE), Error::<Test>::DidExpired);
		assert_noop!(update(BOB), Error::<Test>::DidExpired);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(update(ALICE), Error::<Test>::DidRevoked);
	});
}

#[test]
fn update_fails_for_bad_document_hashes() {
	with_did(|did_hash| {
		assert_noop!(
			DidRegistry::update_did(signed(ALICE), did_hash, vec![]),
			Error::<Test>::DocumentHashEmpty
		);
		assert_noop!(
			DidRegistry::update_did(signed(ALICE), did_hash, vec![0; 65]),
			Error::<Test>::DocumentHashTooLong
		);
	});
}
