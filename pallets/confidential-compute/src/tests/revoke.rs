use crate::{
	mock::*, Error, Event, NodeAttestations, Revocation, RevokedBy, MAX_ATTESTATIONS_PER_NODE,
};
use ai_compute_primitives::AttestationInspect;
use frame_support::{assert_noop, assert_ok};

type Inspect = ConfidentialCompute;

fn live(id: u64) -> sp_runtime::DispatchResult {
	<Inspect as AttestationInspect<AccountId, u32>>::ensure_live(id)
}

fn revoked(id: u64) -> bool {
	<Inspect as AttestationInspect<AccountId, u32>>::is_revoked(id)
}

#[test]
fn owner_and_governance_revoke_at_once_and_for_ever() {
	for (by, origin) in [(RevokedBy::Owner, signed(ALICE)), (RevokedBy::Governance, root())] {
		with_collateral(|| {
			let id = attest(&Enclave::new(1));
			assert_ok!(live(id));
			assert!(!revoked(id));
			wait(5);
			System::reset_events();
			let revoke = || match by {
				RevokedBy::Owner => ConfidentialCompute::revoke_attestation(origin.clone(), id),
				RevokedBy::Governance => ConfidentialCompute::force_revoke(origin.clone(), id),
			};
			assert_ok!(revoke());
			assert_eq!(record(id).revoked, Some(Revocation { at: 1_005, by }));
			assert_eq!(events(), [Event::AttestationRevoked { attestation: id, node: node(), by }]);
			assert_noop!(live(id), Error::<Test>::AttestationRevoked);
			assert!(revoked(id));
			assert_noop!(revoke(), Error::<Test>::AttestationRevoked);
		});
	}
}

#[test]
fn nobody_else_revokes() {
	with_collateral(|| {
		let id = attest(&Enclave::new(1));
		let revoke = |who, id| ConfidentialCompute::revoke_attestation(signed(who), id);
		assert_noop!(revoke(BOB, id), Error::<Test>::NotAuthorized);
		assert_noop!(revoke(ALICE, 7), Error::<Test>::NotFound);
		assert_noop!(ConfidentialCompute::force_revoke(root(), 7), Error::<Test>::NotFound);
		// Who bought the node since did not make the attestation.
		NodeOwners::mutate(|map| map.insert(did(DID), BOB));
		assert_noop!(revoke(BOB, id), Error::<Test>::NotAuthorized);
		assert_ok!(revoke(ALICE, id));
	});
}

#[test]
fn an_attestation_that_ended_is_not_revoked_and_one_that_is_gone_may_have_been() {
	with_collateral(|| {
		let id = attest(&Enclave::new(1));
		wait(VALIDITY);
		assert!(!revoked(id));
		assert_ok!(live(id));
		assert!(revoked(77));
		assert_noop!(live(77), Error::<Test>::NotFound);
	});
}

#[test]
fn revoked_ones_step_behind_the_others() {
	with_collateral(|| {
		for n in 0..MAX_ATTESTATIONS_PER_NODE as u8 {
			attest(&Enclave::new(n));
		}
		let list = || NodeAttestations::<Test>::get(node()).into_inner();
		let revoke = |id| {
			assert_ok!(ConfidentialCompute::force_revoke(root(), id));
		};
		revoke(7);
		assert_eq!(list(), [7, 0, 1, 2, 3, 4, 5, 6]);
		revoke(0);
		assert_eq!(list(), [0, 7, 1, 2, 3, 4, 5, 6]);
		revoke(3);
		assert_eq!(list(), [3, 0, 7, 1, 2, 4, 5, 6]);
		assert_ok!(ConfidentialCompute::do_try_state());
	});
}
