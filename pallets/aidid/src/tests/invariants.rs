//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{mock::*, *};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
	BoundedVec,
};
use sp_runtime::DispatchError;

/// Corrupts a sound state and expects the check with this message.
fn detects(message: &'static str, corrupt: impl FnOnce(AIKey)) {
	ExtBuilder.build().execute_with(|| {
		assert_ok!(register(ALICE, AI));
		assert_ok!(register(BOB, OTHER_AI));
		assert_ok!(grant(ALICE, key(AI), allowed()));
		settle(BOB, CAROL, 1_000);
		assert_ok!(Aidid::submit_rating(signed(BOB), key(AI), 9_000));
		assert_ok!(Aidid::do_try_state());
		corrupt(key(AI));
		assert_eq!(Aidid::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn allowed() -> Permission {
	permission(b"read", b"/data", &[])
}

fn change(did_hash: AIKey, how: impl FnOnce(&mut AIIdentityOf<Test>)) {
	AIIdentities::<Test>::mutate(did_hash, |ai| how(ai.as_mut().unwrap()));
}

fn change_control(did_hash: AIKey, how: impl FnOnce(&mut Control<AccountId>)) {
	AIControl::<Test>::mutate(did_hash, |control| how(control.as_mut().unwrap()));
}

#[test]
fn try_state_detects_unsound_identities() {
	detects("an AI lies under another AI's key", |did_hash| {
		change(did_hash, |ai| ai.identifier = bytes(b"other"))
	});
	detects("an AI's name makes no DID", |did_hash| {
		let mut ai = AIIdentities::<Test>::take(did_hash).unwrap();
		ai.identifier = bytes(b"a b");
		AIIdentities::<Test>::insert(key(b"a b"), ai);
	});
	detects("an AI has a profile of another type", |did_hash| {
		change(did_hash, |ai| ai.profile.ai_type = AIType::Audio)
	});
}

#[test]
fn try_state_detects_records_that_disagree() {
	detects("a control record belongs to no AI", |_| {
		AIControl::<Test>::insert(
			AIKey::zero(),
			Control { controller: ALICE, active: true, permissions: 0 },
		)
	});
	detects("an AI has two controllers", |did_hash| {
		change_control(did_hash, |control| control.controller = CAROL)
	});
	detects("an AI is active and deactivated", |did_hash| change(did_hash, |ai| ai.active = false));
	detects("an AI lacks its control record", AIControl::<Test>::remove);
}

#[test]
fn try_state_detects_a_wrong_total() {
	detects("TotalAIs differs from the records", |_| TotalAIs::<Test>::put(3));
}

#[test]
fn try_state_detects_wrong_lists() {
	detects("an empty list of AIs is stored", |_| {
		ControllerAIs::<Test>::insert(CAROL, BoundedVec::new())
	});
	detects("a controller's list names no AI", |_| {
		ControllerAIs::<Test>::try_append(ALICE, AIKey::zero()).unwrap()
	});
	detects("a controller's list names somebody else's AI", |did_hash| {
		ControllerAIs::<Test>::try_append(CAROL, did_hash).unwrap()
	});
	detects("an AI is listed twice", |did_hash| {
		ControllerAIs::<Test>::try_append(ALICE, did_hash).unwrap()
	});
	detects("an AI is missing in its controller's list", |_| ControllerAIs::<Test>::remove(ALICE));
}

#[test]
fn try_state_detects_miscounted_permissions() {
	detects("an AI miscounts its permissions", |did_hash| {
		AIPermissions::<Test>::remove(did_hash, allowed().key())
	});
	detects("a permission lies under another key", |did_hash| {
		let record = AIPermissions::<Test>::take(did_hash, allowed().key()).unwrap();
		AIPermissions::<Test>::insert(did_hash, AIKey::zero(), record);
	});
	detects("a permission belongs to no AI", |did_hash| {
		let record = AIPermissions::<Test>::get(did_hash, allowed().key()).unwrap();
		AIPermissions::<Test>::insert(AIKey::zero(), allowed().key(), record);
	});
}

#[test]
fn try_state_detects_wrong_reputations() {
	detects("a reputation belongs to no AI", |did_hash| {
		AIReputation::<Test>::insert(AIKey::zero(), AIReputation::<Test>::get(did_hash))
	});
	detects("a reputation's numbers disagree", |did_hash| {
		AIReputation::<Test>::mutate(did_hash, |reputation| reputation.score += 1)
	});
}

#[test]
fn try_state_detects_rights_that_should_not_be() {
	let one = JobRights { inferences: 0, ratings: 1, lapses_at: 5 };
	detects("rights belong to no AI", |_| Rights::<Test>::insert(AIKey::zero(), BOB, one));
	detects("a controller may speak about its own AI", |did_hash| {
		Rights::<Test>::insert(did_hash, ALICE, one)
	});
	detects("an entry of rights is empty", |did_hash| {
		Rights::<Test>::insert(did_hash, BOB, JobRights { ratings: 0, ..one })
	});
}

#[test]
fn try_state_detects_a_deposit_that_is_not_held() {
	let message = "deposits on hold differ from a controller's records";
	detects(message, |did_hash| change(did_hash, |ai| ai.deposit += 1));
	detects(message, |_| {
		assert_ok!(Balances::release(&HoldReason::Deposit.into(), &ALICE, 1, Precision::Exact));
	});
	detects(message, |_| {
		assert_ok!(Balances::hold(&HoldReason::Deposit.into(), &CAROL, 1));
	});
	detects(message, |did_hash| {
		AIPermissions::<Test>::mutate(did_hash, allowed().key(), |record| {
			record.as_mut().unwrap().deposit = 0
		})
	});
	detects(message, |_| {
		frame_system::Account::<Test>::remove(BOB);
	});
}
