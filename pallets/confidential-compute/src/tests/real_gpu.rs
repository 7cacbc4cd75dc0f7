//! Evidence that a Hopper GPU made, under NVIDIA's root.

use crate::{
	fixtures::{hopper_chain, HOPPER_EVIDENCE, HOPPER_NOW},
	gpu::{verify, GpuFault, GpuLists},
	mock::*,
	spdm::Evidence,
	Golden, GoldenFor, GpuArch, GpuFacts, NvidiaDeviceRoot, PinnedIssuers,
};
use frame_support::{assert_ok, traits::Get};
use sp_core::H256;
use sp_io::hashing::blake2_256;

fn evidence() -> Evidence<'static> {
	Evidence::parse(HOPPER_EVIDENCE).unwrap()
}

fn firmware() -> GoldenFor {
	GoldenFor::Firmware {
		arch: GpuArch::Hopper,
		project: version(b"1010"),
		project_sku: version(b"0200"),
		chip_sku: version(b"882"),
		version: version(&[0, 0x9f, 0, 0x96, 1, 0, 0, 0]),
	}
}

/// Runs a test on a chain that believes NVIDIA and takes what the sample measured as golden.
fn with_real_golden(test: impl FnOnce()) {
	ExtBuilder::with_real_roots().build_and_execute(|| {
		UnixNow::set(HOPPER_NOW);
		let all: Vec<_> = evidence()
			.measurements
			.iter()
			.map(|(index, value)| Golden { index: index - 1, digest: (*value).try_into().unwrap() })
			.collect();
		let driver = GoldenFor::Driver { arch: GpuArch::Hopper, version: version(b"550.90.07") };
		let (low, high) = all.split_at(32);
		assert_ok!(ConfidentialCompute::set_golden(root(), driver, low.to_vec()));
		assert_ok!(ConfidentialCompute::set_golden(root(), firmware(), high.to_vec()));
		test();
	})
}

fn judge(chain: &[Vec<u8>], evidence: &[u8], nonce: &[u8; 32]) -> Result<GpuFacts, GpuFault> {
	verify::<ConfidentialCompute>(NvidiaDeviceRoot::get(), chain, evidence, nonce, UnixNow::get())
}

#[test]
fn real_evidence_is_read() {
	let evidence = evidence();
	assert_eq!(evidence.nonce[..4], [0x93, 0x1d, 0x8d, 0xd0]);
	assert_eq!(evidence.measurements.len(), 64);
	assert_eq!(evidence.driver.as_slice(), b"550.90.07");
	assert_eq!(evidence.project.as_slice(), b"1010");
	assert_eq!(evidence.project_sku.as_slice(), b"0200");
	assert_eq!(evidence.chip_sku.as_slice(), b"882");
	assert_eq!(evidence.fwid[..4], [0xf5, 0xc3, 0x84, 0xae]);
	// The manifest's index 0 is the first block.
	assert_eq!(evidence.measured(0).unwrap(), [0; 48]);
	assert_eq!(evidence.measured(1).unwrap()[..4], [0x80, 0x48, 0xdf, 0xd1]);
	assert_eq!(evidence.measured(64), None);
	assert_eq!(evidence.measured(255), None);
}

#[test]
fn real_evidence_verifies() {
	with_real_golden(|| {
		let nonce = evidence().nonce;
		let facts = judge(&hopper_chain(), HOPPER_EVIDENCE, &nonce).unwrap();
		assert_eq!(facts.arch, GpuArch::Hopper);
		assert_eq!(facts.firmware, firmware().key());
		assert_eq!(facts.evidence, H256(blake2_256(HOPPER_EVIDENCE)));
		assert_eq!(judge(&hopper_chain(), HOPPER_EVIDENCE, &[0; 32]), Err(GpuFault::WrongNonce));
	});
}

#[test]
fn real_evidence_verifies_under_a_pinned_authority() {
	with_real_golden(|| {
		let (chain, nonce) = (hopper_chain(), evidence().nonce);
		let whole = judge(&chain, HOPPER_EVIDENCE, &nonce).unwrap();
		assert_eq!(judge(&chain[..3], HOPPER_EVIDENCE, &nonce), Err(GpuFault::ChainBroken));
		assert_ok!(ConfidentialCompute::pin_issuer(root(), chain[2..].to_vec()));
		let issuer = H256(blake2_256(&chain[2]));
		assert_eq!(PinnedIssuers::<Test>::get(issuer).unwrap().serials.len(), 2);
		assert_eq!(judge(&chain[..3], HOPPER_EVIDENCE, &nonce), Ok(whole));
		// The root's serial number of the identity, as NVIDIA prints it.
		let serial = hex_literal::hex!("4c255ede3bd001bf3f4a3b605fca898a");
		assert_ok!(ConfidentialCompute::revoke_serial(root(), serial.to_vec()));
		assert!(ConfidentialCompute::is_revoked(&crate::x509::serial_hash(&serial)));
		assert_eq!(judge(&chain[..3], HOPPER_EVIDENCE, &nonce), Err(GpuFault::CertificateRevoked));
	});
}

#[test]
fn every_flipped_byte_is_refused() {
	with_real_golden(|| {
		let (chain, nonce) = (hopper_chain(), evidence().nonce);
		for at in (0..HOPPER_EVIDENCE.len()).step_by(41) {
			let mut evidence = HOPPER_EVIDENCE.to_vec();
			evidence[at] ^= 0x01;
			assert!(judge(&chain, &evidence, &nonce).is_err(), "byte {at}");
		}
		for (which, certificate) in chain.iter().enumerate() {
			for at in (0..certificate.len()).step_by(37) {
				let mut chain = chain.clone();
				chain[which][at] ^= 0x01;
				assert!(judge(&chain, HOPPER_EVIDENCE, &nonce).is_err(), "{which}, byte {at}");
			}
		}
	});
}

#[test]
fn other_golden_measurements_refuse_it() {
	with_real_golden(|| {
		let nonce = evidence().nonce;
		let driver = GoldenFor::Driver { arch: GpuArch::Hopper, version: version(b"550.90.07") };
		let wrong = vec![Golden { index: 7, digest: [1; 48] }];
		assert_ok!(ConfidentialCompute::set_golden(root(), driver, wrong));
		assert_eq!(
			judge(&hopper_chain(), HOPPER_EVIDENCE, &nonce),
			Err(GpuFault::MeasurementMismatch)
		);
		assert_ok!(ConfidentialCompute::remove_golden(root(), firmware().key()));
		assert_eq!(judge(&hopper_chain(), HOPPER_EVIDENCE, &nonce), Err(GpuFault::FirmwareUnknown));
	});
}

#[test]
fn another_root_does_not_believe_it() {
	with_real_golden(|| {
		let nonce = evidence().nonce;
		let result = verify::<ConfidentialCompute>(
			&crate::pki::Gpu::root(),
			&hopper_chain(),
			HOPPER_EVIDENCE,
			&nonce,
			HOPPER_NOW,
		);
		assert_eq!(result, Err(GpuFault::ChainBroken));
	});
}

#[test]
fn it_is_out_of_its_time_before_the_certificates_begin() {
	with_real_golden(|| {
		UnixNow::set(1_500_000_000);
		let nonce = evidence().nonce;
		assert_eq!(
			judge(&hopper_chain(), HOPPER_EVIDENCE, &nonce),
			Err(GpuFault::CertificateNotYetValid)
		);
	});
}
