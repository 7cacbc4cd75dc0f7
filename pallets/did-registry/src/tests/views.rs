use crate::{mock::*, AccessLevel, DidStatus};
use ai_compute_primitives::{DidAuthority, MAX_DID_LEN};
use codec::MaxEncodedLen;
use frame_support::{assert_ok, traits::StorageInfoTrait};

#[test]
fn status_follows_the_life_of_a_did() {
	with_did(|did_hash| {
		assert_eq!(DidRegistry::did_hash(DID.to_vec()), did_hash);
		assert_eq!(DidRegistry::did_status(hash(OTHER_DID)), DidStatus::Unregistered);
		assert_eq!(
			DidRegistry::did_status(did_hash),
			DidStatus::Active { owner: ALICE, controller: BOB }
		);
		expire(did_hash);
		assert_eq!(DidRegistry::did_status(did_hash), DidStatus::Expired { owner: ALICE });
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		assert_eq!(DidRegistry::did_status(did_hash), DidStatus::Revoked);
	});
}

#[test]
fn access_means_nothing_unless_the_did_is_active() {
	with_did(|did_hash| {
		assert_eq!(DidRegistry::access_level(did_hash, CAROL), AccessLevel::None);
		grant(did_hash, CAROL, AccessLevel::Admin);
		assert_eq!(DidRegistry::access_level(did_hash, CAROL), AccessLevel::Admin);
		expire(did_hash);
		assert_eq!(DidRegistry::access_level(did_hash, CAROL), AccessLevel::None);
	});
}

#[test]
fn nobody_controls_an_unknown_did() {
	with_did(|_| assert_eq!(DidRegistry::controller(&parse(OTHER_DID)), None));
}

#[test]
fn a_registration_stays_small() {
	assert!(crate::DidRegistrationOf::<Test>::max_encoded_len() <= 300 + MAX_DID_LEN as usize);
	for info in DidRegistry::storage_info() {
		assert!(info.max_size.is_some(), "{info:?} is unbounded");
	}
}

#[test]
fn call_and_hold_indices_are_pinned() {
	use codec::Encode;
	let call: RuntimeCall = crate::Call::accept_ownership { did_hash: hash(DID) }.into();
	assert_eq!(call.encode()[..2], [2, 7]);
	let call: RuntimeCall = crate::Call::revoke_access { did_hash: hash(DID), agent: 1 }.into();
	assert_eq!(call.encode()[..2], [2, 6]);
	assert_eq!(crate::HoldReason::Deposit.encode(), [0]);
	assert_eq!(AccessLevel::Admin.encode(), [3]);
}
