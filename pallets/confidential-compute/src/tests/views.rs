use crate::{
	attestation::gpu_nonce, mock::*, pki::Intel, CollateralKind, Error, PckCa, TeeKind, Violation,
};
use frame_support::assert_ok;

#[test]
fn node_proof_says_what_is_proven_and_until_when() {
	with_collateral(|| {
		let proof = |node: &[u8]| ConfidentialCompute::node_proof(node.to_vec());
		assert_eq!(proof(DID), None);
		assert_eq!(proof(b"nonsense"), None);
		let (enclave, id) = attest_whole(1);
		let stored = record(id);
		let shown = proof(DID).unwrap();
		assert_eq!((shown.attestation, shown.keys), (Some(id), Some(enclave.keys)));
		assert_eq!((shown.cpu, shown.expires_at), (Some(stored.cpu), stored.expires_at));
		assert_eq!((shown.bound_gpus.len(), shown.lone_gpu), (1, None));
		// A newer one without GPUs is what counts from then on, whatever it lacks.
		let newer = attest(&Enclave::new(2));
		assert_eq!(proof(DID).unwrap().attestation, Some(newer));
		assert_ok!(ConfidentialCompute::force_revoke(root(), newer));
		assert_eq!(proof(DID).unwrap().attestation, Some(id));
		wait(VALIDITY);
		assert_eq!(proof(DID), None);
	});
}

#[test]
fn qualification_says_why_not() {
	with_collateral(|| {
		let ask = |node: &[u8], model: &[u8]| {
			ConfidentialCompute::qualification(node.to_vec(), model.to_vec(), 1_001)
		};
		assert_eq!(ask(DID, MODEL), Err(Error::<Test>::PolicyUnknown.into()));
		set_policy(strict_policy());
		assert_eq!(ask(DID, MODEL), Err(Error::<Test>::NotAttested.into()));
		assert_eq!(ask(b"did:etrid:gpu:none", MODEL), Err(Error::<Test>::NodeNotFound.into()));
		attest(&Enclave::new(1));
		assert_eq!(ask(DID, MODEL), Err(Error::<Test>::Policy(Violation::GpuMissing).into()));
		let (_, id) = attest_whole(2);
		assert_eq!(ask(DID, MODEL), Ok(id));
		let malformed = Error::<Test>::InvalidDid(ai_compute_primitives::DidError::Malformed);
		assert_eq!(ask(b"", MODEL), Err(malformed.into()));
	});
}

#[test]
fn report_data_and_nonces_are_those_that_are_checked() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let shown = ConfidentialCompute::report_data(DID.to_vec(), ALICE, enclave.keys, BLOCK);
		assert_eq!(shown, Some(binding(ALICE, DID, &enclave)));
		assert_eq!(
			ConfidentialCompute::report_data(b"x".to_vec(), ALICE, enclave.keys, BLOCK),
			None
		);
		let id = attest(&enclave);
		assert_eq!(ConfidentialCompute::nonce_of(id), Some(gpu_nonce(&record(id).binding)));
		assert_eq!(ConfidentialCompute::nonce_of(id + 1), None);
		assert!(ConfidentialCompute::lone_nonce(DID.to_vec(), ALICE, BLOCK).is_some());
		assert_eq!(ConfidentialCompute::lone_nonce(vec![], ALICE, BLOCK), None);
	});
}

#[test]
fn model_policy_and_collateral_dates_are_shown() {
	with_collateral(|| {
		assert_eq!(ConfidentialCompute::model_policy(MODEL.to_vec()), None);
		let hash = set_policy(strict_policy());
		assert_eq!(
			ConfidentialCompute::model_policy(MODEL.to_vec()),
			Some((hash, strict_policy()))
		);
		assert_eq!(ConfidentialCompute::model_policy(vec![]), None);
		let issued = |kind| ConfidentialCompute::collateral_dates(kind).map(|dates| dates.issued);
		let intel = Intel::default();
		assert_eq!(issued(CollateralKind::RootCrl), Some(intel.issued + 1));
		assert_eq!(issued(CollateralKind::PckCrl(PckCa::Processor)), Some(intel.issued));
		let family = crate::pki::FMSPC;
		assert_eq!(issued(CollateralKind::TcbInfo(TeeKind::Tdx, family)), Some(intel.issued + 1));
		assert_eq!(issued(CollateralKind::TcbInfo(TeeKind::Tdx, [0; 6])), None);
		assert_eq!(issued(CollateralKind::QeIdentity(TeeKind::Sgx)), Some(intel.issued));
	});
}
