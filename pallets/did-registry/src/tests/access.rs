//! `grant_access`, `revoke_access`.

use crate::{mock::*, AccessControlList, AccessLevel, Error, Event, Registrations};
use frame_support::{assert_noop, assert_ok};

fn try_grant(who: AccountId, agent: AccountId, level: AccessLevel) -> sp_runtime::DispatchResult {
	DidRegistry::grant_access(signed(who), hash(DID), agent, level)
}

#[test]
fn grant_stores_entry_and_holds_its_deposit() {
	with_did(|did_hash| {
		assert_ok!(try_grant(ALICE, CAROL, AccessLevel::Writer));
		let entry = AccessControlList::<Test>::get(did_hash, CAROL).unwrap();
		assert_eq!(
			(entry.level, entry.granted_at, entry.deposit),
			(AccessLevel::Writer, 1_000, 10)
		);
		assert_eq!(Registrations::<Test>::get(did_hash).unwrap().access_entries, 1);
		assert_eq!(held(ALICE), DEPOSIT + ACCESS);
		assert_eq!(
			events(),
			vec![Event::AccessGranted { did_hash, agent: CAROL, level: AccessLevel::Writer }]
		);
	});
}

#[test]
fn grant_changes_a_level_without_another_deposit() {
	with_did(|did_hash| {
		assert_ok!(try_grant(ALICE, CAROL, AccessLevel::Reader));
		assert_ok!(try_grant(ALICE, CAROL, AccessLevel::Admin));
		assert_eq!(held(ALICE), DEPOSIT + ACCESS);
		assert_eq!(Registrations::<Test>::get(did_hash).unwrap().access_entries, 1);
		assert_noop!(
			try_grant(ALICE, CAROL, AccessLevel::Admin),
			Error::<Test>::AccessAlreadyGranted
		);
	});
}

#[test]
fn grant_fails_for_none_others_and_inactive() {
	with_did(|did_hash| {
		assert_noop!(try_grant(ALICE, CAROL, AccessLevel::None), Error::<Test>::InvalidAccessLevel);
		grant(did_hash, CAROL, AccessLevel::Admin);
		for who in [BOB, CAROL] {
			assert_noop!(try_grant(who, PAUPER, AccessLevel::Reader), Error::<Test>::NotAuthorized);
		}
		expire(did_hash);
		assert_noop!(try_grant(ALICE, BOB, AccessLevel::Reader), Error::<Test>::DidExpired);
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_noop!(try_grant(ALICE, BOB, AccessLevel::Reader), Error::<Test>::DidRevoked);
	});
}

#[test]
fn boundary_grant_fills_the_access_list_exactly() {
	with_did(|did_hash| {
		for agent in 0..AccountId::from(MAX_ENTRIES) {
			assert_ok!(try_grant(ALICE, 10 + agent, AccessLevel::Reader));
		}
		assert_noop!(
			try_grant(ALICE, CAROL, AccessLevel::Reader),
			Error::<Test>::TooManyAccessEntries
		);
		assert_ok!(try_grant(ALICE, 10, AccessLevel::Writer));
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, 11));
		assert_ok!(try_grant(ALICE, CAROL, AccessLevel::Reader));
	});
}

#[test]
fn grant_fails_without_the_deposit() {
	with_did(|did_hash| {
		let keep = 5 + DEPOSIT;
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), BOB, START_BALANCE - keep));
		assert_noop!(
			DidRegistry::grant_access(signed(ALICE), did_hash, CAROL, AccessLevel::Reader),
			Error::<Test>::InsufficientDeposit
		);
	});
}

#[test]
fn revoke_access_returns_the_deposit_in_every_state() {
	with_did(|did_hash| {
		for agent in [11, 12, 13] {
			grant(did_hash, agent, AccessLevel::Reader);
		}
		System::reset_events();
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, 11));
		assert_eq!(events(), vec![Event::AccessRevoked { did_hash, agent: 11 }]);
		assert_eq!(held(ALICE), DEPOSIT + 2 * ACCESS);
		expire(did_hash);
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, 12));
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, 13));
		assert_eq!(held(ALICE), TOMBSTONE);
	});
}

#[test]
fn revoke_access_fails_for_others_before_revocation_and_without_entry() {
	with_did(|did_hash| {
		grant(did_hash, CAROL, AccessLevel::Admin);
		for who in [BOB, CAROL, PAUPER] {
			assert_noop!(
				DidRegistry::revoke_access(signed(who), did_hash, CAROL),
				Error::<Test>::NotAuthorized
			);
		}
		assert_noop!(
			DidRegistry::revoke_access(signed(ALICE), did_hash, BOB),
			Error::<Test>::AccessNotFound
		);
		assert_noop!(
			DidRegistry::revoke_access(signed(ALICE), hash(OTHER_DID), BOB),
			Error::<Test>::DidNotFound
		);
	});
}

#[test]
fn a_raised_deposit_leaves_old_entries_their_own_amount() {
	with_did(|did_hash| {
		grant(did_hash, CAROL, AccessLevel::Reader);
		AccessControlList::<Test>::mutate(did_hash, CAROL, |entry| {
			entry.as_mut().unwrap().deposit = 4
		});
		use frame_support::traits::{fungible::MutateHold, tokens::Precision};
		assert_ok!(Balances::release(
			&crate::HoldReason::Deposit.into(),
			&ALICE,
			6,
			Precision::Exact
		));
		assert_ok!(DidRegistry::revoke_access(signed(ALICE), did_hash, CAROL));
		assert_eq!(held(ALICE), DEPOSIT);
	});
}
