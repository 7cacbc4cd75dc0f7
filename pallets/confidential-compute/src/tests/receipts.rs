use crate::{
	mock::*,
	pki::{Gpu, Platform},
	receipts::has_signed,
	Error, Succession, Violation,
};
use ai_compute_primitives::{
	AttestationId, AttestationInspect, Receipt, ReceiptOutcome, SessionKey,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::DispatchResult;

fn receipt(attestation: AttestationId) -> Receipt {
	Receipt {
		job: 7,
		attempt: 1,
		node: node(),
		attestation,
		model_version: H256::repeat_byte(1),
		prompt: H256::repeat_byte(2),
		result_hash: [3; 32],
		output_commitment: [4; 32],
		tokens_used: 100,
		outcome: ReceiptOutcome::Done,
	}
}

fn payload(receipt: &Receipt) -> Vec<u8> {
	receipt.payload(&System::block_hash(0))
}

fn check(
	receipt: &Receipt,
	signer: AttestationId,
	signature: &[u8],
	policy: H256,
) -> DispatchResult {
	<ConfidentialCompute as AttestationInspect<AccountId, u32>>::check_receipt(
		receipt, signer, signature, &policy,
	)
}

/// Attests an enclave that the one behind `old` signed for, with a GPU.
fn succeed(old: &Enclave, old_id: AttestationId, n: u8, platform: &Platform) -> (Enclave, u64) {
	let new = Enclave::new(n);
	let payload = ConfidentialCompute::successor_payload(old_id, binding(ALICE, DID, &new));
	let succession = Succession { predecessor: old_id, signature: old.sign(&payload) };
	assert_ok!(try_attest(ALICE, DID, &new, platform, Some(succession)));
	let id = crate::NextAttestationId::<Test>::get() - 1;
	assert_ok!(try_bind(&new, id, &Gpu::hopper("gpu 1")));
	(new, id)
}

#[test]
fn success_with_each_kind_of_key() {
	for n in 1..=3 {
		with_collateral(|| {
			let policy = set_policy(strict_policy());
			let (enclave, id) = attest_whole(n);
			let receipt = receipt(id);
			assert_ok!(check(&receipt, id, &enclave.sign(&payload(&receipt)), policy));
		});
	}
}

#[test]
fn every_field_is_signed() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (enclave, id) = attest_whole(1);
		let good = receipt(id);
		let signature = enclave.sign(&payload(&good));
		let changed = [
			Receipt { job: 8, ..good },
			Receipt { attempt: 2, ..good },
			Receipt { model_version: H256::zero(), ..good },
			Receipt { prompt: H256::zero(), ..good },
			Receipt { result_hash: [0; 32], ..good },
			Receipt { output_commitment: [0; 32], ..good },
			Receipt { tokens_used: 101, ..good },
			Receipt { outcome: ReceiptOutcome::CannotDecrypt, ..good },
		];
		for receipt in changed {
			assert_noop!(check(&receipt, id, &signature, policy), Error::<Test>::InvalidSignature);
		}
		let stranger = Receipt { node: H256::zero(), ..good };
		assert_noop!(check(&stranger, id, &signature, policy), Error::<Test>::ReceiptMismatch);
		let unknown = Receipt { attestation: 9, ..good };
		assert_noop!(check(&unknown, id, &signature, policy), Error::<Test>::NotFound);
		assert_ok!(check(&good, id, &signature, policy));
	});
}

#[test]
fn fails_with_other_signatures() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (enclave, id) = attest_whole(1);
		let receipt = receipt(id);
		let bytes = payload(&receipt);
		// Of another key, another chain, another payload, and of no key.
		let elsewhere = receipt.payload(&H256::zero());
		for signature in [
			Enclave::new(2).sign(&bytes),
			Enclave::new(4).sign(&bytes),
			enclave.sign(&elsewhere),
			enclave.sign(&bytes[7..]),
			vec![],
			vec![0; 64],
			vec![0xff; 65],
		] {
			assert_noop!(check(&receipt, id, &signature, policy), Error::<Test>::InvalidSignature);
		}
	});
}

#[test]
fn payloads_of_one_kind_are_none_of_another() {
	with_collateral(|| {
		let (enclave, id) = attest_whole(1);
		let receipt = receipt(id);
		let signature = enclave.sign(&payload(&receipt));
		let key = &enclave.keys.session;
		assert!(has_signed(key, &signature, &payload(&receipt)));
		let successor = ConfidentialCompute::successor_payload(id, H256::zero());
		let evidence = ConfidentialCompute::evidence_payload(H256::zero(), H256::zero());
		for other in [successor, evidence] {
			assert!(!has_signed(key, &signature, &other));
			assert!(other.starts_with(b"<Bytes>ai-compute-pbc/"));
			assert!(other.ends_with(b"</Bytes>"));
		}
	});
}

#[test]
fn a_successor_finishes_the_jobs_of_the_pinned_one() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (first, pinned) = attest_whole(1);
		wait(VALIDITY - 10);
		let (second, next) = succeed(&first, pinned, 2, &Platform::tdx());
		let receipt = receipt(pinned);
		let signature = second.sign(&payload(&receipt));
		assert_ok!(check(&receipt, next, &signature, policy));
		// The pinned one has run out: only its successor can sign.
		wait(10);
		let own = first.sign(&payload(&receipt));
		assert_noop!(check(&receipt, pinned, &own, policy), Error::<Test>::AttestationExpired);
		assert_ok!(check(&receipt, next, &signature, policy));
		// The key must be that of the attestation which the call names.
		assert_noop!(check(&receipt, next, &own, policy), Error::<Test>::InvalidSignature);

		// The successor's successor was not signed by the pinned one.
		let (third, last) = succeed(&second, next, 3, &Platform::tdx());
		let signature = third.sign(&payload(&receipt));
		assert_noop!(check(&receipt, last, &signature, policy), Error::<Test>::NotSuccessor);
	});
}

#[test]
fn another_attestation_of_the_node_is_no_successor() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (_, pinned) = attest_whole(1);
		let (other, id) = attest_whole(2);
		let receipt = receipt(pinned);
		let signature = other.sign(&payload(&receipt));
		assert_noop!(check(&receipt, id, &signature, policy), Error::<Test>::NotSuccessor);
		assert_noop!(check(&receipt, 77, &signature, policy), Error::<Test>::NotFound);
	});
}

#[test]
fn a_successor_satisfies_the_same_policy() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (first, pinned) = attest_whole(1);
		let other_code = Platform { code: 2, ..Platform::tdx() };
		let (second, next) = succeed(&first, pinned, 2, &other_code);
		let receipt = receipt(pinned);
		let signature = second.sign(&payload(&receipt));
		assert_noop!(
			check(&receipt, next, &signature, policy),
			Error::<Test>::Policy(Violation::MeasurementNotAllowed)
		);
	});
}

#[test]
fn revocation_stops_receipts() {
	with_collateral(|| {
		let policy = set_policy(strict_policy());
		let (first, pinned) = attest_whole(1);
		let (second, next) = succeed(&first, pinned, 2, &Platform::tdx());
		let receipt = receipt(pinned);
		let (own, other) = (first.sign(&payload(&receipt)), second.sign(&payload(&receipt)));
		assert_ok!(ConfidentialCompute::force_revoke(root(), next));
		let revoked = || Error::<Test>::AttestationRevoked;
		assert_noop!(check(&receipt, next, &other, policy), revoked());
		assert_ok!(check(&receipt, pinned, &own, policy));
		assert_ok!(ConfidentialCompute::force_revoke(root(), pinned));
		assert_noop!(check(&receipt, pinned, &own, policy), revoked());
	});
	with_collateral(|| {
		// Whoever holds the revoked key could have named any successor.
		let policy = set_policy(strict_policy());
		let (first, pinned) = attest_whole(1);
		let (second, next) = succeed(&first, pinned, 2, &Platform::tdx());
		assert_ok!(ConfidentialCompute::force_revoke(root(), pinned));
		let receipt = receipt(pinned);
		let signature = second.sign(&payload(&receipt));
		assert_noop!(check(&receipt, next, &signature, policy), Error::<Test>::AttestationRevoked);
	});
}

#[test]
fn keys_that_are_no_points_sign_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		for key in [
			SessionKey::Ed25519([0xff; 32]),
			SessionKey::Sr25519([0xff; 32]),
			SessionKey::Ecdsa([0; 33]),
		] {
			for len in [0, 64, 65, 66] {
				assert!(!has_signed(&key, &vec![0; len], b"payload"));
			}
		}
	});
}
