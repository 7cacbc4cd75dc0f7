//! `set_visibility` and `update_allow_list`.

use crate::{mock::*, Error, Event, Visibility};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn update(who: AccountId, allow: &[AccountId], disallow: &[AccountId]) -> DispatchResult {
	AIModels::update_allow_list(signed(who), DID.to_vec(), allow.to_vec(), disallow.to_vec())
}

fn set(who: AccountId, visibility: Visibility) -> DispatchResult {
	AIModels::set_visibility(signed(who), DID.to_vec(), visibility)
}

fn list() -> Vec<AccountId> {
	let mut list = AIModels::allow_list(DID.to_vec());
	list.sort();
	list
}

#[test]
fn visibility_changes_and_the_list_stays() {
	with_model(|| {
		assert_ok!(update(ALICE, &[BOB], &[]));
		System::reset_events();
		assert_ok!(set(ALICE, Visibility::Private));
		let visibility = Visibility::Private;
		assert_eq!(events(), vec![Event::VisibilitySet { did: parse(DID), visibility }]);
		assert_noop!(set(ALICE, Visibility::Private), Error::<Test>::AlreadySet);
		assert_noop!(set(BOB, Visibility::Public), Error::<Test>::NotOwner);
		assert_ok!(set(ALICE, Visibility::Public));
		assert_eq!(list(), vec![BOB]);
	});
}

#[test]
fn the_list_is_updated_as_a_whole() {
	with_model(|| {
		assert_ok!(update(ALICE, &[BOB, 7], &[]));
		assert_ok!(update(ALICE, &[CAROL, 8], &[7]));
		assert_eq!(list(), vec![BOB, CAROL, 8]);
		assert_eq!(page(DID).card.allowed, 3);
		assert_eq!(
			events()[1],
			Event::AllowListUpdated {
				did: parse(DID),
				allowed: vec![CAROL, 8],
				disallowed: vec![7]
			}
		);
	});
}

#[test]
fn update_fails_as_a_whole() {
	with_model(|| {
		assert_ok!(update(ALICE, &[BOB], &[]));
		assert_noop!(update(BOB, &[7], &[]), Error::<Test>::NotOwner);
		assert_noop!(update(ALICE, &[], &[]), Error::<Test>::AlreadySet);
		assert_noop!(update(ALICE, &[7, BOB], &[]), Error::<Test>::AlreadyAllowed);
		assert_noop!(update(ALICE, &[7, 7], &[]), Error::<Test>::AlreadyAllowed);
		assert_noop!(update(ALICE, &[7], &[CAROL]), Error::<Test>::NotAllowed);
		assert_noop!(update(ALICE, &[], &[BOB, BOB]), Error::<Test>::NotAllowed);
		let of_unknown =
			AIModels::update_allow_list(signed(ALICE), OTHER_DID.to_vec(), vec![7], vec![]);
		assert_noop!(of_unknown, Error::<Test>::ModelNotFound);
	});
}

#[test]
fn boundary_the_list_is_bounded() {
	with_model(|| {
		assert_eq!(MAX_ALLOWED, 4);
		assert_noop!(update(ALICE, &[10, 11, 12, 13, 14], &[]), Error::<Test>::MaxAllowedExceeded);
		assert_ok!(update(ALICE, &[10, 11, 12, 13], &[]));
		assert_noop!(update(ALICE, &[14], &[]), Error::<Test>::MaxAllowedExceeded);
		// What leaves makes room in the same call.
		assert_ok!(update(ALICE, &[14], &[10]));
		assert_eq!(list(), vec![11, 12, 13, 14]);
	});
}
