//! `transfer_ownership`, `accept_ownership`, `set_controller`.

use crate::{mock::*, AccessLevel, Error, Event, OwnerDids, Registrations};
use frame_support::{assert_noop, assert_ok};

fn offer(who: AccountId, to: AccountId) -> sp_runtime::DispatchResult {
	DidRegistry::transfer_ownership(signed(who), hash(DID), to)
}

fn accept(who: AccountId) -> sp_runtime::DispatchResult {
	DidRegistry::accept_ownership(signed(who), hash(DID))
}

#[test]
fn offer_changes_nothing_until_it_is_accepted() {
	with_did(|did_hash| {
		assert_ok!(offer(ALICE, CAROL));
		assert_eq!(Registrations::<Test>::get(did_hash).unwrap().owner, ALICE);
		assert!(OwnerDids::<Test>::get(CAROL).is_empty());
		assert_eq!(held(CAROL), 0);
		assert_eq!(
			events(),
			vec![Event::OwnershipOffered { did_hash, owner: ALICE, new_owner: CAROL }]
		);
	});
}

#[test]
fn accept_moves_did_place_control_and_deposit() {
	with_did(|did_hash| {
		assert_ok!(offer(ALICE, CAROL));
		System::reset_events();
		assert_ok!(accept(CAROL));

		let record = Registrations::<Test>::get(did_hash).unwrap();
		assert_eq!((record.owner, record.controller, record.pending_owner), (CAROL, CAROL, None));
		assert_eq!(OwnerDids::<Test>::get(CAROL).into_inner(), vec![did_hash]);
		assert!(!OwnerDids::<Test>::contains_key(ALICE));
		assert_eq!((held(ALICE), held(CAROL)), (0, DEPOSIT));
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE);
		assert_eq!(
			events(),
			vec![Event::OwnershipTransferred { did_hash, old_owner: ALICE, new_owner: CAROL }]
		);
		assert_noop!(
			DidRegistry::update_did(signed(BOB), did_hash, vec![1]),
			Error::<Test>::NotAuthorized
		);
	});
}

#[test]
fn accept_fails_without_an_offer_to_the_caller() {
	with_did(|_| {
		assert_noop!(accept(CAROL), Error::<Test>::NoOffer);
		assert_ok!(offer(ALICE, CAROL));
		assert_noop!(accept(BOB), Error::<Test>::NoOffer);
		assert_ok!(offer(ALICE, BOB));
		assert_noop!(accept(CAROL), Error::<Test>::NoOffer);
	});
}

#[test]
fn accept_fails_while_access_entries_remain() {
	with_did(|did_hash| {
		grant(did_hash, BOB, AccessLevel::Admin);
		assert_ok!(offer(ALICE, CAROL));
		assert_noop!(accept(CAROL), Error::<Test>::AccessEntriesRemain);
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, BOB));
		assert_ok!(accept(CAROL));
	});
}

#[test]
fn accept_fails_for_a_full_list_and_without_the_deposit() {
	with_did(|_| {
		for n in 0..MAX_DIDS {
			assert_ok!(register(CAROL, format!("did:etrid:gpu:{n}").as_bytes(), CAROL));
		}
		assert_ok!(offer(ALICE, CAROL));
		assert_noop!(accept(CAROL), Error::<Test>::MaxDidsExceeded);
		assert_ok!(offer(ALICE, PAUPER));
		assert_noop!(accept(PAUPER), Error::<Test>::InsufficientDeposit);
	});
}

#[test]
fn accept_fails_on_expired_and_revoked() {
	with_did(|did_hash| {
		assert_ok!(offer(ALICE, CAROL));
		expire(did_hash);
		assert_noop!(accept(CAROL), Error::<Test>::DidExpired);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(accept(CAROL), Error::<Test>::DidRevoked);
	});
}

#[test]
fn offer_is_withdrawn_by_naming_the_owner() {
	with_did(|did_hash| {
		assert_noop!(offer(ALICE, ALICE), Error::<Test>::SameOwner);
		assert_ok!(offer(ALICE, CAROL));
		System::reset_events();
		assert_ok!(offer(ALICE, ALICE));
		assert_eq!(events(), vec![Event::OwnershipOfferWithdrawn { did_hash, owner: ALICE }]);
		assert_noop!(accept(CAROL), Error::<Test>::NoOffer);
	});
}

#[test]
fn offer_fails_for_others_and_on_inactive_dids() {
	with_did(|did_hash| {
		assert_noop!(offer(BOB, BOB), Error::<Test>::NotAuthorized);
		expire(did_hash);
		assert_noop!(offer(ALICE, CAROL), Error::<Test>::DidExpired);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(offer(ALICE, CAROL), Error::<Test>::DidRevoked);
		assert_noop!(
			DidRegistry::transfer_ownership(signed(ALICE), hash(OTHER_DID), BOB),
			Error::<Test>::DidNotFound
		);
	});
}

#[test]
fn set_controller_replaces_a_lost_controller() {
	with_did(|did_hash| {
		assert_ok!(DidRegistry::set_controller(signed(ALICE), did_hash, CAROL));
		assert_eq!(Registrations::<Test>::get(did_hash).unwrap().controller, CAROL);
		assert_eq!(
			events(),
			vec![Event::ControllerSet { did_hash, old_controller: BOB, new_controller: CAROL }]
		);
	});
}

#[test]
fn set_controller_fails_for_others_the_same_and_inactive() {
	with_did(|did_hash| {
		let set = |who, to| DidRegistry::set_controller(signed(who), did_hash, to);
		assert_noop!(set(BOB, CAROL), Error::<Test>::NotAuthorized);
		assert_noop!(set(ALICE, BOB), Error::<Test>::SameController);
		expire(did_hash);
		assert_noop!(set(ALICE, CAROL), Error::<Test>::DidExpired);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(set(ALICE, CAROL), Error::<Test>::DidRevoked);
	});
}
