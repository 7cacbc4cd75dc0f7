use crate::{mock::*, *};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn attest(
	who: AccountId,
	did_hash: AIKey,
	change: impl FnOnce(&mut ModelAttestation),
) -> DispatchResult {
	let mut attestation = attestation();
	change(&mut attestation);
	Aidid::attest_model(signed(who), did_hash, attestation.into())
}

#[test]
fn attest_stores_the_statement_and_holds_its_bytes() {
	with_ai(|did_hash| {
		let before = deposit_of(did_hash);
		assert_ok!(attest(ALICE, did_hash, |_| ()));
		let ai = AIIdentities::<Test>::get(did_hash).unwrap();
		assert_eq!(ai.attestation, Some(attestation()));
		let bytes = attestation().encoded_size() as Balance;
		assert_eq!((ai.deposit, held(ALICE)), (before + bytes * BYTE, before + bytes * BYTE));
		assert_eq!(events(), vec![Event::ModelAttested { did_hash, model_hash: [7; 32] }]);
	});
}

#[test]
fn attest_replaces_what_was_said_and_returns_its_bytes() {
	with_ai(|did_hash| {
		assert_ok!(attest(ALICE, did_hash, |_| ()));
		let before = held(ALICE);
		assert_ok!(attest(ALICE, did_hash, |a| a.benchmarks.clear()));
		// Compact length of the name, four bytes of name, four of score.
		assert_eq!(held(ALICE), before - 9 * BYTE);
	});
}

#[test]
fn attest_fails_for_strangers_and_incomplete_statements() {
	with_ai(|did_hash| {
		assert_noop!(attest(BOB, did_hash, |_| ()), Error::<Test>::NotController);
		assert_noop!(attest(ALICE, key(OTHER_AI), |_| ()), Error::<Test>::AINotFound);
		assert_noop!(
			attest(ALICE, did_hash, |a| a.model_hash = [0; 32]),
			Error::<Test>::InvalidAttestation
		);
		assert_noop!(
			attest(ALICE, did_hash, |a| a.training_data_hash.clear()),
			Error::<Test>::InvalidAttestation
		);
		assert_noop!(
			attest(ALICE, did_hash, |a| a.version.clear()),
			Error::<Test>::InvalidAttestation
		);
		assert_noop!(
			attest(ALICE, did_hash, |a| a.benchmarks[0].score = 10_001),
			Error::<Test>::InvalidBenchmarkScore
		);
		assert_ok!(attest(ALICE, did_hash, |a| a.benchmarks[0].score = 10_000));
	});
}
