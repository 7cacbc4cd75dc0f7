use crate::{
	attestation::gpu_nonce,
	gpu::GpuFault,
	mock::*,
	pki::{Draft, Gpu, Key, Platform, Role, NOW},
	BoundGpus, Error, Event, GoldenFor, GpuArch, GpuClaims, GpuFacts,
};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;

fn fault(fault: GpuFault) -> Error<Test> {
	Error::<Test>::Gpu(fault)
}

/// Runs a test with an attested enclave of Alice's node.
fn with_enclave(test: impl FnOnce(Enclave)) {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		assert_eq!(attest(&enclave), 0);
		System::reset_events();
		test(enclave);
	})
}

/// Binds evidence that the enclave vouches for.
fn bind(enclave: &Enclave, chain: Vec<Vec<u8>>, evidence: Vec<u8>) -> DispatchResult {
	let hash = blake2_256(&evidence).into();
	let payload = ConfidentialCompute::evidence_payload(record(0).binding, hash);
	ConfidentialCompute::attest_gpu(
		signed(ALICE),
		enclave.keys.session,
		enclave.sign(&payload),
		chain,
		evidence,
	)
}

fn nonce() -> [u8; 32] {
	gpu_nonce(&record(0).binding)
}

#[test]
fn success_binds_the_gpu_to_the_enclave() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let evidence = gpu.evidence(&nonce());
		assert_ok!(bind(&enclave, gpu.chain(), evidence.clone()));
		let facts = BoundGpus::<Test>::get(0)[0];
		assert_eq!(
			facts,
			GpuFacts {
				arch: GpuArch::Hopper,
				leaf_key: facts.leaf_key,
				device_key: blake2_256(&Key::p384("gpu 1").spki()).into(),
				driver: golden_driver(GpuArch::Hopper).key(),
				firmware: golden_firmware(GpuArch::Hopper).key(),
				evidence: blake2_256(&evidence).into(),
			}
		);
		assert_ne!(facts.leaf_key, facts.device_key);
		assert_eq!(record(0).gpus, 1);
		for key in [facts.leaf_key, facts.device_key] {
			let claim = GpuClaims::<Test>::get(key).unwrap();
			assert_eq!((claim.node, claim.until), (node(), record(0).expires_at));
		}
		assert_eq!(events(), [Event::GpuBound { attestation: 0, node: node(), gpu: facts }]);
	});
}

#[test]
fn success_with_blackwell_and_with_several_gpus() {
	with_enclave(|enclave| {
		let names = ["1", "2", "3", "4", "5", "6", "7", "8"];
		for (i, name) in names.into_iter().enumerate() {
			let arch = if i % 2 == 0 { GpuArch::Blackwell } else { GpuArch::Hopper };
			let gpu = Gpu { arch, ..Gpu::hopper(name) };
			assert_ok!(bind(&enclave, gpu.chain(), gpu.evidence(&nonce())));
		}
		assert_eq!(record(0).gpus, 8);
		assert_eq!(BoundGpus::<Test>::get(0)[0].arch, GpuArch::Blackwell);
		let gpu = Gpu::hopper("9");
		assert_noop!(
			bind(&enclave, gpu.chain(), gpu.evidence(&nonce())),
			fault(GpuFault::TooManyGpus)
		);
	});
}

#[test]
fn fails_with_any_nonce_but_the_quotes() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let binding = record(0).binding;
		for nonce in [
			[0; 32],
			binding.0,
			gpu_nonce(&H256::zero()),
			// That of a GPU without an enclave.
			gpu_nonce(&ConfidentialCompute::lone_binding(
				&did(DID),
				&ALICE,
				BLOCK,
				block_hash(BLOCK),
			)),
		] {
			assert_noop!(
				bind(&enclave, gpu.chain(), gpu.evidence(&nonce)),
				fault(GpuFault::WrongNonce)
			);
		}
		assert_eq!(record(0).gpus, 0);
	});
}

#[test]
fn fails_unless_the_enclave_vouches_for_this_evidence() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let evidence = gpu.evidence(&nonce());
		let hash: H256 = blake2_256(&evidence).into();
		let binding = record(0).binding;
		let attest = |signature| {
			ConfidentialCompute::attest_gpu(
				signed(ALICE),
				enclave.keys.session,
				signature,
				gpu.chain(),
				evidence.clone(),
			)
		};
		let payload = |binding, hash| ConfidentialCompute::evidence_payload(binding, hash);
		for bad in [
			vec![],
			vec![0; 64],
			Enclave::new(2).sign(&payload(binding, hash)),
			enclave.sign(&payload(binding, H256::zero())),
			enclave.sign(&payload(H256::zero(), hash)),
			enclave.sign(hash.as_bytes()),
		] {
			assert_noop!(attest(bad), Error::<Test>::InvalidSignature);
		}
		assert_ok!(attest(enclave.sign(&payload(binding, hash))));
	});
}

#[test]
fn fails_for_strangers_unknown_sessions_and_stale_attestations() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let evidence = gpu.evidence(&nonce());
		let attest = |who, enclave: &Enclave| {
			ConfidentialCompute::attest_gpu(
				signed(who),
				enclave.keys.session,
				vec![],
				gpu.chain(),
				evidence.clone(),
			)
		};
		assert_noop!(attest(BOB, &enclave), Error::<Test>::NotFound);
		assert_noop!(attest(ALICE, &Enclave::new(2)), Error::<Test>::NotFound);
		wait(VALIDITY);
		assert_noop!(attest(ALICE, &enclave), Error::<Test>::AttestationExpired);
		Now::set(1_000);
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), 0));
		assert_noop!(attest(ALICE, &enclave), Error::<Test>::AttestationRevoked);
	});
}

#[test]
fn fails_with_measurements_that_are_not_golden() {
	with_enclave(|enclave| {
		let try_gpu = |gpu: Gpu| bind(&enclave, gpu.chain(), gpu.evidence(&nonce()));
		let good = Gpu::hopper("gpu 1");
		assert_noop!(
			try_gpu(Gpu { measured: 0xac, ..good.clone() }),
			fault(GpuFault::MeasurementMismatch)
		);
		assert_noop!(
			try_gpu(Gpu { driver: "550.90.08", ..good.clone() }),
			fault(GpuFault::DriverUnknown)
		);
		// The sets of one generation say nothing about another.
		for arch in [GpuArch::Hopper, GpuArch::Blackwell] {
			let set = [crate::Golden { index: 0, digest: [1; 48] }].to_vec();
			let subject = GoldenFor::Driver { arch, version: version(b"1.0") };
			if arch == GpuArch::Blackwell {
				assert_ok!(ConfidentialCompute::set_golden(root(), subject, set));
			}
		}
		assert_noop!(
			try_gpu(Gpu { driver: "1.0", ..good.clone() }),
			fault(GpuFault::DriverUnknown)
		);
		// An alternative is as good.
		assert_ok!(try_gpu(Gpu { measured: 0xab, ..Gpu::hopper("gpu 2") }));
		assert_ok!(ConfidentialCompute::remove_golden(
			root(),
			golden_firmware(GpuArch::Hopper).key()
		));
		assert_noop!(try_gpu(good), fault(GpuFault::FirmwareUnknown));
		// What was judged before stays.
		assert_eq!(record(0).gpus, 1);
	});
}

#[test]
fn fails_if_a_golden_index_was_not_measured() {
	with_enclave(|enclave| {
		for index in [8, 255] {
			let set = vec![crate::Golden { index, digest: [9; 48] }];
			let subject = golden_driver(GpuArch::Hopper);
			assert_ok!(ConfidentialCompute::set_golden(root(), subject, set));
			let gpu = Gpu::hopper("gpu 1");
			assert_noop!(
				bind(&enclave, gpu.chain(), gpu.evidence(&nonce())),
				fault(GpuFault::MeasurementMismatch)
			);
		}
	});
}

#[test]
fn fails_with_other_firmware_than_the_keys() {
	with_enclave(|enclave| {
		for arch in [GpuArch::Hopper, GpuArch::Blackwell] {
			let gpu = Gpu { reported_fwid: [0xf2; 48], arch, ..Gpu::hopper("gpu 1") };
			assert_noop!(
				bind(&enclave, gpu.chain(), gpu.evidence(&nonce())),
				fault(GpuFault::FirmwareIdMismatch)
			);
		}
		let gpu = Gpu::hopper("gpu 1");
		let mut drafts = gpu.drafts();
		drafts[0].0.extensions.clear();
		let chain = drafts.iter().map(|(draft, key, by)| draft.sign(key, by)).collect();
		assert_noop!(
			bind(&enclave, chain, gpu.evidence(&nonce())),
			fault(GpuFault::FirmwareIdMissing)
		);
	});
}

#[test]
fn fails_if_the_gpu_did_not_sign() {
	with_enclave(|enclave| {
		let (gpu, other) = (Gpu::hopper("gpu 1"), Gpu::hopper("gpu 2"));
		assert_noop!(
			bind(&enclave, gpu.chain(), other.evidence(&nonce())),
			fault(GpuFault::EvidenceSignatureInvalid)
		);
		let good = gpu.evidence(&nonce());
		for at in (37..good.len()).step_by(5) {
			let mut evidence = good.clone();
			evidence[at] ^= 0x10;
			assert!(bind(&enclave, gpu.chain(), evidence).is_err(), "byte {at}");
		}
		assert_eq!(record(0).gpus, 0);
		assert_ok!(bind(&enclave, gpu.chain(), good));
	});
}

#[test]
fn fails_with_evidence_of_another_form() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let good = gpu.evidence(&nonce());
		for len in (0..good.len()).step_by(17) {
			assert_noop!(
				bind(&enclave, gpu.chain(), good[..len].to_vec()),
				fault(GpuFault::EvidenceMalformed)
			);
		}
		let longer = [&good[..], &[0]].concat();
		assert_noop!(bind(&enclave, gpu.chain(), longer), fault(GpuFault::EvidenceMalformed));
		assert_noop!(
			bind(&enclave, gpu.chain(), vec![0; 8 * 1024 + 1]),
			fault(GpuFault::EvidenceMalformed)
		);
	});
}

/// The certificate with the start of its time with four digits of the year, where two are right.
fn with_long_date(der: &[u8]) -> Vec<u8> {
	let dates = der.windows(4).position(|bytes| bytes == [0x30, 0x20, 0x17, 0x0d]).unwrap();
	let mut long = der.to_vec();
	long.splice(dates + 2..dates + 4, *b"\x18\x0f20");
	long[dates + 1] += 2;
	// The lengths of the certificate and of its signed part.
	for at in [2, 6] {
		let len = u16::from_be_bytes([long[at], long[at + 1]]) + 2;
		long[at..at + 2].copy_from_slice(&len.to_be_bytes());
	}
	long
}

#[test]
fn fails_with_broken_chains() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let evidence = gpu.evidence(&nonce());
		let attest = |chain| bind(&enclave, chain, evidence.clone());
		let good = gpu.chain();
		assert_noop!(attest(vec![]), fault(GpuFault::ChainLength));
		assert_noop!(attest(good[..1].to_vec()), fault(GpuFault::ChainLength));
		let long = [&good[..], &good[..2]].concat();
		assert_noop!(attest(long), fault(GpuFault::ChainLength));
		// Ends too early: the root did not sign the last one.
		for len in 2..4 {
			assert_noop!(attest(good[..len].to_vec()), fault(GpuFault::ChainBroken));
		}
		let mut skipped = good.clone();
		skipped.remove(2);
		assert_noop!(attest(skipped), fault(GpuFault::ChainBroken));
		let mut strange = good.clone();
		strange[1] = Gpu::hopper("gpu 2").chain().remove(1);
		assert_noop!(attest(strange), fault(GpuFault::ChainBroken));
		let mut garbage = good.clone();
		garbage[3] = vec![0; 100];
		assert_noop!(attest(garbage), fault(GpuFault::CertificateMalformed));
		// A date that ought to be written shorter.
		let mut long_date = good.clone();
		long_date[2] = with_long_date(&good[2]);
		assert_noop!(attest(long_date), fault(GpuFault::CertificateMalformed));
		let mut long = good.clone();
		long[3] = vec![0; 2 * 1024 + 1];
		assert_noop!(attest(long), fault(GpuFault::ChainLength));
		// A key of another curve.
		let mut other_curve = good.clone();
		other_curve[1] = crate::pki::Intel::root();
		assert_noop!(attest(other_curve), fault(GpuFault::CertificateMalformed));
		for (which, certificate) in good.iter().enumerate() {
			for at in (10..certificate.len()).step_by(29) {
				let mut chain = good.clone();
				chain[which][at] ^= 0x20;
				assert!(attest(chain).is_err(), "certificate {which}, byte {at}");
			}
		}
		assert_eq!(record(0).gpus, 0);
		assert_ok!(attest(good));
	});
}

#[test]
fn fails_with_certificates_that_may_not_do_this() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let evidence = gpu.evidence(&nonce());
		let attest = |which: usize, change: &dyn Fn(&mut Draft)| {
			let mut drafts = gpu.drafts();
			change(&mut drafts[which].0);
			let chain = drafts.iter().map(|(draft, key, by)| draft.sign(key, by)).collect();
			bind(&enclave, chain, evidence.clone())
		};
		let misused = || fault(GpuFault::CertificateMisused);
		assert_noop!(attest(0, &|draft| draft.role = Role::Ca), misused());
		for which in 1..4 {
			assert_noop!(attest(which, &|draft| draft.role = Role::Signer), misused());
			assert_noop!(
				attest(which, &|draft| draft.until = NOW - 1),
				fault(GpuFault::CertificateExpired)
			);
			assert_noop!(
				attest(which, &|draft| draft.from = NOW + 1),
				fault(GpuFault::CertificateNotYetValid)
			);
			assert_noop!(
				attest(which, &|draft| draft.issuer = "Somebody"),
				fault(GpuFault::ChainBroken)
			);
			let critical = crate::pki::asn1::extension("1.2.3.4", true, &[5, 0]);
			assert_noop!(
				attest(which, &|draft| draft.extensions.push(critical.clone())),
				misused()
			);
		}
		// The identity has two authorities below it, the provisioner one.
		assert_noop!(attest(3, &|draft| draft.path_len = Some(1)), misused());
		assert_noop!(attest(2, &|draft| draft.path_len = Some(0)), misused());
		assert_ok!(attest(2, &|draft| draft.path_len = Some(1)));
	});
}

#[test]
fn fails_with_each_certificate_revoked() {
	for which in 0..4 {
		with_enclave(|enclave| {
			let gpu = Gpu::hopper("gpu 1");
			let serial = gpu.drafts()[which].0.serial.clone();
			assert_ok!(ConfidentialCompute::revoke_serial(root(), serial.clone()));
			let attest = || bind(&enclave, gpu.chain(), gpu.evidence(&nonce()));
			assert_noop!(attest(), fault(GpuFault::CertificateRevoked));
			assert_ok!(ConfidentialCompute::reinstate_serial(root(), serial));
			assert_ok!(attest());
		});
	}
}

#[test]
fn a_pinned_authority_shortens_the_chain_and_stays_revocable() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		let short = gpu.chain()[..3].to_vec();
		let attest = |name, chain| {
			let gpu = Gpu::hopper(name);
			bind(&enclave, chain, gpu.evidence(&nonce()))
		};
		assert_noop!(attest("gpu 1", short.clone()), fault(GpuFault::ChainBroken));
		assert_ok!(ConfidentialCompute::pin_issuer(root(), gpu.chain()[2..].to_vec()));
		assert_ok!(attest("gpu 1", short.clone()));
		// A longer chain is still good.
		assert_ok!(attest("gpu 2", Gpu::hopper("gpu 2").chain()));

		// Revoking what is above the pinned one acts without unpinning.
		let third = Gpu::hopper("gpu 3").chain()[..3].to_vec();
		for which in [2, 3] {
			let serial = gpu.drafts()[which].0.serial.clone();
			assert_ok!(ConfidentialCompute::revoke_serial(root(), serial.clone()));
			assert_noop!(attest("gpu 3", third.clone()), fault(GpuFault::CertificateRevoked));
			assert_ok!(ConfidentialCompute::reinstate_serial(root(), serial));
		}
		let issuer = H256(blake2_256(&gpu.chain()[2]));
		assert_ok!(ConfidentialCompute::unpin_issuer(root(), issuer));
		assert_noop!(attest("gpu 3", third), fault(GpuFault::ChainBroken));
	});
}

#[test]
fn a_gpu_belongs_to_one_node_and_to_an_attestation_once() {
	with_enclave(|enclave| {
		let gpu = Gpu::hopper("gpu 1");
		assert_ok!(try_bind(&enclave, 0, &gpu));
		assert_noop!(try_bind(&enclave, 0, &gpu), fault(GpuFault::AlreadyBound));
		// The same device with other firmware has another key, and is the same device.
		let reflashed = Gpu { fwid: [0xf3; 48], reported_fwid: [0xf3; 48], ..gpu.clone() };
		assert_noop!(try_bind(&enclave, 0, &reflashed), fault(GpuFault::AlreadyBound));

		let theirs = Enclave::new(2);
		let platform = Platform { name: "platform 2", ..Platform::tdx() };
		assert_ok!(try_attest(BOB, OTHER_DID, &theirs, &platform, None));
		assert_noop!(try_bind(&theirs, 1, &gpu), fault(GpuFault::GpuTaken));
		assert_noop!(try_bind(&theirs, 1, &reflashed), fault(GpuFault::GpuTaken));

		// A new attestation of the same node takes it along.
		let next = Enclave::new(3);
		assert_eq!(attest(&next), 2);
		assert_ok!(try_bind(&next, 2, &reflashed));
		assert_ok!(try_bind(&theirs, 1, &Gpu::hopper("gpu 2")));
	});
}

#[test]
fn weighs_by_the_signatures_of_its_chain() {
	let time = |chain: &[Vec<u8>]| {
		let call = crate::Call::<Test>::attest_gpu {
			session: Enclave::new(1).keys.session,
			signature: Vec::new(),
			chain: chain.to_vec(),
			evidence: Vec::new(),
		};
		call.get_dispatch_info().call_weight.ref_time()
	};
	let chain = Gpu::hopper("gpu 1").chain();
	let signature = time(&chain[..3]) - time(&chain[..2]);
	assert!(signature > 0);
	assert_eq!(time(&chain), time(&chain[..2]) + 2 * signature);
	// The evidence and a device's certificates are always checked.
	assert_eq!(time(&[]), time(&chain[..2]));
}
