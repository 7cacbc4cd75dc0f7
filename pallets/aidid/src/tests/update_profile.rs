use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn update(who: AccountId, did_hash: AIKey, change: impl FnOnce(&mut AIProfile)) -> DispatchResult {
	let mut profile = profile(AIType::LLM);
	change(&mut profile);
	Aidid::update_profile(signed(who), did_hash, profile.into())
}

#[test]
fn update_replaces_the_profile_and_its_deposit() {
	with_ai(|did_hash| {
		let before = deposit_of(did_hash);
		Now::set(1_007);
		assert_ok!(update(ALICE, did_hash, |p| p.architecture = bytes(&[b'x'; 21])));
		let ai = AIIdentities::<Test>::get(did_hash).unwrap();
		assert_eq!(ai.profile.architecture.len(), 21);
		assert_eq!((ai.registered_at, ai.updated_at), (1_000, 1_007));
		// "transformer" has 11 bytes.
		assert_eq!((ai.deposit, held(ALICE)), (before + 10 * BYTE, before + 10 * BYTE));
		assert_eq!(events(), vec![Event::AIUpdated { did_hash, updated_by: ALICE }]);

		assert_ok!(update(ALICE, did_hash, |p| p.architecture.clear()));
		assert_eq!((deposit_of(did_hash), held(ALICE)), (before - 11 * BYTE, before - 11 * BYTE));
	});
}

#[test]
fn update_takes_the_deposit_rates_of_its_time() {
	with_ai(|did_hash| {
		let variable = deposit_of(did_hash) - DEPOSIT;
		BytePrice::set(BYTE * 3);
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_eq!(held(ALICE), DEPOSIT + variable);
		assert_ok!(update(ALICE, did_hash, |_| ()));
		assert_eq!(held(ALICE), DEPOSIT + 3 * variable);
		BytePrice::set(0);
		assert_ok!(update(ALICE, did_hash, |_| ()));
		assert_eq!(held(ALICE), DEPOSIT);
	});
}

#[test]
fn update_works_while_deactivated() {
	with_ai(|did_hash| {
		assert_ok!(Aidid::deactivate_ai(signed(ALICE), did_hash));
		assert_ok!(update(ALICE, did_hash, |p| p.version = bytes(b"4")));
	});
}

#[test]
fn update_fails_for_strangers_unknown_keys_and_bad_profiles() {
	with_ai(|did_hash| {
		assert_noop!(update(BOB, did_hash, |_| ()), Error::<Test>::NotController);
		assert_noop!(update(ALICE, key(OTHER_AI), |_| ()), Error::<Test>::AINotFound);
		assert_noop!(
			update(ALICE, did_hash, |p| p.ai_type = AIType::Agent),
			Error::<Test>::AITypeMismatch
		);
		assert_noop!(
			update(ALICE, did_hash, |p| p.capabilities.tasks.clear()),
			Error::<Test>::NoCapabilities
		);
	});
}

#[test]
fn update_fails_without_the_deposit() {
	with_ai(|did_hash| {
		let free = Balances::free_balance(ALICE);
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), BOB, free - 5));
		assert_noop!(
			update(ALICE, did_hash, |p| p.architecture = bytes(&[b'x'; 100])),
			Error::<Test>::InsufficientDeposit
		);
		assert_ok!(update(ALICE, did_hash, |p| p.architecture.clear()));
	});
}
