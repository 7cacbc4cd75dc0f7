use crate::{mock::*, AccessLevel, Error, Event, Registrations};
use ai_compute_primitives::DidAuthority;
use frame_support::{assert_noop, assert_ok};

fn set(who: AccountId, at: u32) -> sp_runtime::DispatchResult {
	DidRegistry::set_expiration(signed(who), hash(DID), at)
}

#[test]
fn set_expiration_works_for_owner_controller_and_admin() {
	with_did(|did_hash| {
		grant(did_hash, CAROL, AccessLevel::Admin);
		System::reset_events();
		for (who, at) in [(ALICE, 2_000), (BOB, 3_000), (CAROL, 4_000)] {
			assert_ok!(set(who, at));
			assert_eq!(Registrations::<Test>::get(did_hash).unwrap().expires_at, Some(at));
			assert_eq!(events().last(), Some(&Event::ExpirationSet { did_hash, expires_at: at }));
		}
	});
}

#[test]
fn set_expiration_fails_for_writers_and_strangers() {
	with_did(|did_hash| {
		assert_noop!(set(PAUPER, 2_000), Error::<Test>::NotAuthorized);
		grant(did_hash, CAROL, AccessLevel::Writer);
		assert_noop!(set(CAROL, 2_000), Error::<Test>::NotAuthorized);
	});
}

#[test]
fn boundary_set_expiration_must_lie_in_the_future() {
	with_did(|_| {
		assert_noop!(set(ALICE, 999), Error::<Test>::InvalidExpiration);
		assert_noop!(set(ALICE, 1_000), Error::<Test>::InvalidExpiration);
		assert_ok!(set(ALICE, 1_001));
	});
}

#[test]
fn boundary_did_is_active_until_the_tick_it_expires_at() {
	with_did(|_| {
		assert_ok!(set(ALICE, 1_010));
		Now::set(1_009);
		assert_eq!(DidRegistry::controller(&parse(DID)), Some(BOB));
		Now::set(1_010);
		assert_eq!(DidRegistry::controller(&parse(DID)), None);
	});
}

#[test]
fn set_expiration_renews_an_expired_did_for_its_owner_only() {
	with_did(|did_hash| {
		grant(did_hash, CAROL, AccessLevel::Admin);
		expire(did_hash);
		for who in [BOB, CAROL] {
			assert_noop!(set(who, 9_000), Error::<Test>::DidExpired);
		}
		assert_ok!(set(ALICE, 9_000));
		assert_eq!(DidRegistry::controller(&parse(DID)), Some(BOB));
	});
}

#[test]
fn set_expiration_fails_on_revoked_and_unknown() {
	with_did(|did_hash| {
		assert_noop!(
			DidRegistry::set_expiration(signed(ALICE), hash(OTHER_DID), 2_000),
			Error::<Test>::DidNotFound
		);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(set(ALICE, 2_000), Error::<Test>::DidRevoked);
	});
}

#[test]
fn set_expiration_to_the_largest_number_never_expires() {
	with_did(|_| {
		assert_ok!(set(ALICE, u32::MAX));
		Now::set(u32::MAX - 1);
		assert_eq!(DidRegistry::controller(&parse(DID)), Some(BOB));
	});
}
