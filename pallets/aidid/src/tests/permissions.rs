//! `grant_permission`, `revoke_permission`.

use crate::{mock::*, *};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn revoke(who: AccountId, did_hash: AIKey, permission: &Permission) -> DispatchResult {
	Aidid::revoke_permission(signed(who), did_hash, permission.key())
}

fn may(did_hash: AIKey, action: &[u8], resource: &[u8]) -> bool {
	Aidid::has_permission(did_hash, action.to_vec(), resource.to_vec())
}

fn price_of(permission: &Permission) -> Balance {
	PERMISSION + BYTE * permission.encoded_size() as Balance
}

#[test]
fn grant_stores_the_entry_and_holds_its_deposit() {
	with_ai(|did_hash| {
		let before = held(ALICE);
		let granted = permission(b"read", b"/data", &[b"daily"]);
		assert_ok!(grant(ALICE, did_hash, granted.clone()));
		let deposit = price_of(&granted);
		assert_eq!(
			AIPermissions::<Test>::get(did_hash, granted.key()),
			Some(PermissionRecord { permission: granted.clone(), deposit })
		);
		assert_eq!(held(ALICE), before + deposit);
		assert_eq!(AIControl::<Test>::get(did_hash).unwrap().permissions, 1);
		assert_eq!(
			events(),
			vec![Event::PermissionGranted { did_hash, permission_hash: granted.key() }]
		);
		assert!(may(did_hash, b"read", b"/data"));
		assert!(!may(did_hash, b"write", b"/data"));
	});
}

#[test]
fn grant_changes_conditions_and_the_deposit_with_them() {
	with_ai(|did_hash| {
		let before = held(ALICE);
		let loose = permission(b"read", b"/data", &[]);
		let strict = permission(b"read", b"/data", &[b"daily", b"anonymised"]);
		assert_ok!(grant(ALICE, did_hash, strict.clone()));
		assert_ok!(grant(ALICE, did_hash, loose.clone()));
		assert_eq!(held(ALICE), before + price_of(&loose));
		assert_ok!(grant(ALICE, did_hash, strict.clone()));
		assert_eq!(held(ALICE), before + price_of(&strict));
		assert_eq!(AIControl::<Test>::get(did_hash).unwrap().permissions, 1);
		assert_noop!(grant(ALICE, did_hash, strict), Error::<Test>::PermissionAlreadyGranted);
	});
}

#[test]
fn grant_never_replaces_another_permission_under_the_same_key() {
	with_ai(|did_hash| {
		let first = permission(b"read", b"/data", &[]);
		let second = permission(b"read/", b"data", &[]);
		assert_eq!(first.key(), second.key());
		assert_ok!(grant(ALICE, did_hash, first.clone()));
		assert_noop!(grant(ALICE, did_hash, second.clone()), Error::<Test>::PermissionKeyTaken);
		assert!(may(did_hash, b"read", b"/data"));
		assert!(!may(did_hash, b"read/", b"data"));
		assert_ok!(revoke(ALICE, did_hash, &first));
		assert_ok!(grant(ALICE, did_hash, second));
		assert!(!may(did_hash, b"read", b"/data"));
	});
}

#[test]
fn permissions_count_for_nothing_while_deactivated() {
	with_ai(|did_hash| {
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_ok!(grant(ALICE, did_hash, permission(b"read", b"/data", &[])));
		assert!(!may(did_hash, b"read", b"/data"));
		assert_ok!(Aidid::reactivate_ai(signed(ALICE), did_hash));
		assert!(may(did_hash, b"read", b"/data"));
	});
}

#[test]
fn grant_fails_for_strangers_unknown_keys_and_empty_parts() {
	with_ai(|did_hash| {
		let good = permission(b"read", b"/data", &[]);
		assert_noop!(grant(BOB, did_hash, good.clone()), Error::<Test>::NotController);
		assert_noop!(grant(ALICE, key(OTHER_AI), good), Error::<Test>::AINotFound);
		for bad in [
			permission(b"", b"/data", &[]),
			permission(b"read", b"", &[]),
			permission(b"read", b"/data", &[b"daily", b""]),
		] {
			assert_noop!(grant(ALICE, did_hash, bad), Error::<Test>::InvalidPermission);
		}
	});
}

#[test]
fn boundary_grant_fills_an_ais_permissions_exactly() {
	with_ai(|did_hash| {
		for n in 0..MAX_PERMISSIONS {
			assert_ok!(grant(ALICE, did_hash, permission(b"read", &[b'0' + n as u8], &[])));
		}
		let one_more = permission(b"read", b"/data", &[]);
		assert_noop!(
			grant(ALICE, did_hash, one_more.clone()),
			Error::<Test>::MaxPermissionsExceeded
		);
		assert_ok!(grant(ALICE, did_hash, permission(b"read", b"0", &[b"daily"])));
		assert_ok!(revoke(ALICE, did_hash, &permission(b"read", b"1", &[])));
		assert_ok!(grant(ALICE, did_hash, one_more));
	});
}

#[test]
fn grant_fails_without_the_deposit() {
	with_ai(|did_hash| {
		let free = Balances::free_balance(ALICE);
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), BOB, free - 5));
		assert_noop!(
			grant(ALICE, did_hash, permission(b"read", b"/data", &[])),
			Error::<Test>::InsufficientDeposit
		);
	});
}

#[test]
fn revoke_returns_the_recorded_deposit_in_every_state() {
	with_ai(|did_hash| {
		let before = held(ALICE);
		let (first, second) =
			(permission(b"read", b"/a", &[]), permission(b"read", b"/b", &[b"daily"]));
		assert_ok!(grant(ALICE, did_hash, first.clone()));
		assert_ok!(grant(ALICE, did_hash, second.clone()));
		BytePrice::set(1_000);
		System::reset_events();
		assert_ok!(revoke(ALICE, did_hash, &first));
		assert_eq!(
			events(),
			vec![Event::PermissionRevoked { did_hash, permission_hash: first.key() }]
		);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_ok!(revoke(ALICE, did_hash, &second));
		assert_eq!(held(ALICE), before);
		assert_eq!(AIControl::<Test>::get(did_hash).unwrap().permissions, 0);
	});
}

#[test]
fn revoke_fails_for_strangers_and_without_entry() {
	with_ai(|did_hash| {
		let granted = permission(b"read", b"/data", &[]);
		assert_ok!(grant(ALICE, did_hash, granted.clone()));
		assert_noop!(revoke(BOB, did_hash, &granted), Error::<Test>::NotController);
		assert_noop!(revoke(ALICE, key(OTHER_AI), &granted), Error::<Test>::AINotFound);
		assert_noop!(
			revoke(ALICE, did_hash, &permission(b"write", b"/data", &[])),
			Error::<Test>::PermissionNotFound
		);
	});
}
