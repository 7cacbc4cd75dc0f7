use crate::{mock::*, DepositFate, Error, Event, ModelState, OpenJobs};
use ai_compute_primitives::ModelInspect;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn remove(fate: DepositFate) {
	assert_ok!(AIModels::force_remove(RuntimeOrigin::root(), DID.to_vec(), fate));
}

#[test]
fn governance_removes_a_model_at_any_time() {
	with_model(|| {
		open_job(DID);
		assert_eq!(record(DID).state, ModelState::Active);
		remove(DepositFate::Return);
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, START_BALANCE));
		assert_eq!(AIModels::model(DID.to_vec()), None);
		assert_eq!(
			events(),
			vec![Event::ModelForceRemoved {
				did: parse(DID),
				owner: ALICE,
				registration: 0,
				deposit: DEPOSIT,
				fate: DepositFate::Return,
			}]
		);
	});
}

#[test]
fn a_forfeited_deposit_goes_to_the_fee_account() {
	with_model(|| {
		remove(DepositFate::Forfeit);
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, START_BALANCE - DEPOSIT));
		assert_eq!(Balances::free_balance(TREASURY), START_BALANCE + DEPOSIT);
	});
}

#[test]
fn force_remove_fails_for_accounts_and_unknown_models() {
	with_model(|| {
		let remove = |origin, did: &[u8]| {
			AIModels::force_remove(origin, did.to_vec(), DepositFate::Return)
				.map(drop)
				.map_err(|error| error.error)
		};
		assert_noop!(remove(signed(ALICE), DID), DispatchError::BadOrigin);
		assert_noop!(remove(RuntimeOrigin::root(), OTHER_DID), Error::<Test>::ModelNotFound);
		assert_noop!(remove(RuntimeOrigin::root(), b"x"), Error::<Test>::InvalidDID);
	});
}

#[test]
fn royalties_of_open_jobs_find_no_owner_any_more() {
	with_model(|| {
		open_job(DID);
		remove(DepositFate::Return);
		assert_eq!(AIModels::owner(&parse(DID)), None);
		assert_eq!(AIModels::parent_owner(&parse(DID)), None);
	});
}

/// Otherwise the new owner would receive the royalties of the removed model's jobs, and their end
/// would be counted as the end of his.
#[test]
fn the_did_waits_for_the_last_open_job() {
	with_model(|| {
		open_job(DID);
		open_job(DID);
		remove(DepositFate::Return);
		anchor(DID, BOB);
		assert_noop!(register(BOB, DID), Error::<Test>::JobsOpen);
		close_job(DID);
		assert_noop!(register(BOB, DID), Error::<Test>::JobsOpen);
		close_job(DID);
		assert!(!OpenJobs::<Test>::contains_key(hash(DID)));
		assert_ok!(register(BOB, DID));
		// A close too many does no harm to the new one.
		open_job(DID);
		close_job(DID);
		close_job(DID);
		open_job(DID);
		assert_eq!(page(DID).open_jobs, 1);
	});
}

#[test]
fn hosts_get_their_deposits_back_after_the_removal() {
	with_model(|| {
		assert_ok!(host(BOB, DID, NODE));
		remove(DepositFate::Forfeit);
		assert!(!AIModels::hosts(&parse(DID), &hash(NODE)));
		assert_eq!(host_held(BOB), HOST_DEPOSIT);
		// By anybody, to whoever paid.
		assert_ok!(unhost(CAROL, DID, NODE));
		assert_eq!((host_held(BOB), Balances::free_balance(BOB)), (0, START_BALANCE));
		assert_eq!(Balances::free_balance(CAROL), START_BALANCE);
	});
}
