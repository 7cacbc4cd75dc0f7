//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{mock::*, AccessControlList, AccessLevel, Nonce, OwnerDids, Registrations, TotalDids};
use ai_compute_primitives::DidHash;
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
};
use sp_runtime::DispatchError;

/// Corrupts a sound state and expects the check with this message.
fn detects(message: &'static str, corrupt: impl FnOnce(DidHash)) {
	ExtBuilder.build().execute_with(|| {
		assert_ok!(register(ALICE, DID, BOB));
		grant(hash(DID), CAROL, AccessLevel::Reader);
		assert_ok!(register(BOB, OTHER_DID, BOB));
		assert_ok!(DidRegistry::do_try_state());
		corrupt(hash(DID));
		assert_eq!(DidRegistry::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change(did_hash: DidHash, how: impl FnOnce(&mut crate::DidRegistrationOf<Test>)) {
	Registrations::<Test>::mutate(did_hash, |record| how(record.as_mut().unwrap()));
}

#[test]
fn try_state_detects_a_record_under_a_foreign_key() {
	detects("a registration lies under another DID's hash", |did_hash| {
		change(did_hash, |record| record.did = parse(OTHER_DID))
	});
}

#[test]
fn try_state_detects_wrong_counters() {
	detects("TotalDids differs from the records", |_| TotalDids::<Test>::put(3));
	detects("Nonce differs from the number of registrations", |_| Nonce::<Test>::put(3));
}

#[test]
fn try_state_detects_wrong_lists() {
	detects("an empty list of DIDs is stored", |_| {
		OwnerDids::<Test>::insert(CAROL, frame_support::BoundedVec::new())
	});
	detects("an owner's list names no DID", |_| {
		OwnerDids::<Test>::try_append(ALICE, DidHash::zero()).unwrap()
	});
	detects("an owner's list names somebody else's DID", |did_hash| {
		OwnerDids::<Test>::try_append(CAROL, did_hash).unwrap()
	});
	detects("a DID is listed twice", |did_hash| {
		OwnerDids::<Test>::try_append(ALICE, did_hash).unwrap()
	});
	detects("a DID is missing in its owner's list", |_| OwnerDids::<Test>::remove(ALICE));
	detects("an owner's list names a revoked DID", |did_hash| {
		TotalDids::<Test>::put(1);
		change(did_hash, |record| record.revoked = true)
	});
}

#[test]
fn try_state_detects_miscounted_access() {
	detects("a DID miscounts its access entries", |did_hash| {
		AccessControlList::<Test>::remove(did_hash, CAROL)
	});
	detects("an access entry allows nothing", |did_hash| {
		AccessControlList::<Test>::mutate(did_hash, CAROL, |entry| {
			entry.as_mut().unwrap().level = AccessLevel::None
		})
	});
	detects("an access entry belongs to no DID", |did_hash| {
		let entry = AccessControlList::<Test>::get(did_hash, CAROL).unwrap();
		AccessControlList::<Test>::insert(DidHash::zero(), CAROL, entry)
	});
}

#[test]
fn try_state_detects_a_tombstone_with_remains() {
	detects("a revoked DID is on offer", |did_hash| {
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		change(did_hash, |record| record.pending_owner = Some(CAROL))
	});
	detects("a revoked DID keeps its document hash", |did_hash| {
		assert_ok!(DidRegistry::revoke_did(signed(ALICE), did_hash));
		change(did_hash, |record| record.document_hash.try_push(1).unwrap())
	});
}

#[test]
fn try_state_detects_a_deposit_that_is_not_held() {
	let message = "deposits on hold differ from an owner's records";
	detects(message, |did_hash| change(did_hash, |record| record.deposit += 1));
	detects(message, |_| {
		assert_ok!(Balances::release(
			&crate::HoldReason::Deposit.into(),
			&ALICE,
			1,
			Precision::Exact
		));
	});
	detects(message, |did_hash| {
		AccessControlList::<Test>::mutate(did_hash, CAROL, |entry| {
			entry.as_mut().unwrap().deposit = 0
		})
	});
}
