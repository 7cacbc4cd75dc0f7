use crate::{mock::*, DidRegistration, Error, Event, Nonce, OwnerDids, Registrations, TotalDids};
use frame_support::{assert_noop, assert_ok};

#[test]
fn register_stores_record_and_holds_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(register(ALICE, DID, BOB));

		assert_eq!(
			Registrations::<Test>::get(hash(DID)),
			Some(DidRegistration {
				did: parse(DID),
				owner: ALICE,
				controller: BOB,
				document_hash: b"QmHash".to_vec().try_into().unwrap(),
				registered_at: 1_000,
				updated_at: 1_000,
				expires_at: None,
				revoked: false,
				pending_owner: None,
				access_entries: 0,
				deposit: DEPOSIT,
			})
		);
		assert_eq!(OwnerDids::<Test>::get(ALICE).into_inner(), vec![hash(DID)]);
		assert_eq!((TotalDids::<Test>::get(), Nonce::<Test>::get()), (1, 1));
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (100, 9_900));
		assert_eq!(
			events(),
			vec![Event::DidRegistered {
				did_hash: hash(DID),
				owner: ALICE,
				controller: BOB,
				did: parse(DID)
			}]
		);
	});
}

#[test]
fn register_takes_no_place_and_no_money_of_a_controller() {
	ExtBuilder.build_and_execute(|| {
		assert_ok!(register(ALICE, DID, BOB));
		assert!(OwnerDids::<Test>::get(BOB).is_empty());
		assert_eq!(Balances::free_balance(BOB), START_BALANCE);
	});
}

#[test]
fn register_fails_for_a_taken_name_by_owner_and_stranger() {
	with_did(|_| {
		assert_noop!(register(ALICE, DID, ALICE), Error::<Test>::DidAlreadyExists);
		assert_noop!(register(CAROL, DID, CAROL), Error::<Test>::DidAlreadyExists);
	});
}

#[test]
fn register_fails_for_a_revoked_name_for_ever() {
	with_did(|did_hash| {
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		Now::set(u32::MAX);
		assert_noop!(register(ALICE, DID, ALICE), Error::<Test>::DidAlreadyExists);
		assert_noop!(register(CAROL, DID, CAROL), Error::<Test>::DidAlreadyExists);
	});
}

#[test]
fn register_fails_for_an_expired_name() {
	with_did(|did_hash| {
		expire(did_hash);
		assert_noop!(register(CAROL, DID, CAROL), Error::<Test>::DidAlreadyExists);
	});
}

#[test]
fn register_fails_for_ai_names() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(
			register(ALICE, b"did:etrid:ai:llm:llama", ALICE),
			Error::<Test>::ReservedKind
		);
	});
}

#[test]
fn register_fails_for_malformed_names() {
	ExtBuilder.build_and_execute(|| {
		for bad in [
			&b""[..],
			b"did:etrid:alice",
			b"did:web:gpu:x",
			b"did:etrid:gpu:\xff",
			b"did:etrid:gpu:",
		] {
			assert_noop!(register(ALICE, bad, ALICE), Error::<Test>::InvalidDID);
		}
	});
}

#[test]
fn boundary_register_takes_128_bytes_and_no_more() {
	ExtBuilder.build_and_execute(|| {
		let of_len = |n: usize| format!("did:etrid:gpu:{}", "x".repeat(n - 14)).into_bytes();
		assert_noop!(register(ALICE, &of_len(129), ALICE), Error::<Test>::DidIdentifierTooLong);
		assert_ok!(register(ALICE, &of_len(128), ALICE));
	});
}

#[test]
fn boundary_register_takes_document_hashes_of_1_to_64_bytes() {
	ExtBuilder.build_and_execute(|| {
		let with_hash = |did: &[u8], len: usize| {
			DidRegistry::register_did(signed(ALICE), did.to_vec(), ALICE, vec![1; len])
		};
		assert_noop!(with_hash(DID, 0), Error::<Test>::DocumentHashEmpty);
		assert_noop!(with_hash(DID, 65), Error::<Test>::DocumentHashTooLong);
		assert_ok!(with_hash(DID, 1));
		assert_ok!(with_hash(OTHER_DID, 64));
	});
}

#[test]
fn register_fails_without_the_deposit() {
	ExtBuilder.build_and_execute(|| {
		assert_noop!(register(PAUPER, DID, PAUPER), Error::<Test>::InsufficientDeposit);
	});
}

#[test]
fn boundary_register_fills_an_owners_list_exactly() {
	ExtBuilder.build_and_execute(|| {
		for n in 0..MAX_DIDS {
			assert_ok!(register(ALICE, format!("did:etrid:gpu:{n}").as_bytes(), ALICE));
		}
		assert_noop!(register(ALICE, DID, ALICE), Error::<Test>::MaxDidsExceeded);
		assert_eq!(held(ALICE), DEPOSIT * Balance::from(MAX_DIDS));

		assert_ok!(DidRegistry::revoke_did(signed(ALICE), hash(b"did:etrid:gpu:0")));
		assert_ok!(register(ALICE, DID, ALICE));
	});
}

#[test]
fn register_fails_for_unsigned_origins() {
	ExtBuilder.build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				DidRegistry::register_did(origin, DID.to_vec(), ALICE, vec![1]),
				sp_runtime::DispatchError::BadOrigin
			);
		}
	});
}
