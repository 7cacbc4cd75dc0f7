//! Golden measurements, revoked serial numbers, pinned authorities, barred platforms.

use crate::{
	gpu::GpuFault, mock::*, pki::Gpu, x509::serial_hash, BarredPlatforms, Error, Event, Golden,
	GoldenSets, GpuArch, PinnedIssuers, RevokedSerials, MAX_GOLDEN,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn only_governance_keeps_the_lists() {
	ExtBuilder::default().build_and_execute(|| {
		type Compute = ConfidentialCompute;
		let (who, hash) = (|| signed(ALICE), H256::zero());
		let subject = golden_driver(GpuArch::Hopper);
		assert_noop!(Compute::set_golden(who(), subject, vec![]), BadOrigin);
		assert_noop!(Compute::remove_golden(who(), hash), BadOrigin);
		assert_noop!(Compute::revoke_serial(who(), vec![1]), BadOrigin);
		assert_noop!(Compute::reinstate_serial(who(), vec![1]), BadOrigin);
		assert_noop!(Compute::pin_issuer(who(), vec![]), BadOrigin);
		assert_noop!(Compute::unpin_issuer(who(), hash), BadOrigin);
		assert_noop!(Compute::bar_platform(who(), hash), BadOrigin);
		assert_noop!(Compute::unbar_platform(who(), hash), BadOrigin);
		assert_noop!(Compute::force_revoke(who(), 0), BadOrigin);
		assert_noop!(Compute::set_global_policy(who(), None), BadOrigin);
	});
}

#[test]
fn golden_measurements_are_put_in_order() {
	ExtBuilder::default().build_and_execute(|| {
		let subject = golden_driver(GpuArch::Hopper);
		let key = subject.key();
		let golden = |index, byte| Golden { index, digest: [byte; 48] };
		let set = vec![golden(9, 1), golden(2, 7), golden(9, 0), golden(2, 7)];
		assert_ok!(ConfidentialCompute::set_golden(root(), subject.clone(), set));
		let stored = vec![golden(2, 7), golden(9, 0), golden(9, 1)];
		assert_eq!(GoldenSets::<Test>::get(key).unwrap(), stored);
		assert_eq!(events(), [Event::GoldenSet { key, subject: subject.clone(), measurements: 3 }]);
		// Another set replaces it.
		let other = vec![golden(1, 1)];
		assert_ok!(ConfidentialCompute::set_golden(root(), subject, other.clone()));
		assert_eq!(GoldenSets::<Test>::get(key).unwrap(), other);
		assert_ok!(ConfidentialCompute::remove_golden(root(), key));
		assert!(!GoldenSets::<Test>::contains_key(key));
		assert_noop!(ConfidentialCompute::remove_golden(root(), key), Error::<Test>::NotFound);
	});
}

#[test]
fn golden_measurements_are_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		let set = |n: u32| {
			let list = (0..n).map(|n| Golden { index: 0, digest: [n as u8; 48] }).collect();
			ConfidentialCompute::set_golden(root(), golden_firmware(GpuArch::Hopper), list)
		};
		assert_noop!(set(0), Error::<Test>::EmptyList);
		assert_noop!(set(MAX_GOLDEN + 1), Error::<Test>::ListTooLong);
		assert_ok!(set(MAX_GOLDEN));
	});
}

#[test]
fn what_golden_measurements_are_for_has_a_key_of_its_own() {
	let keys = std::collections::BTreeSet::from([
		golden_driver(GpuArch::Hopper).key(),
		golden_driver(GpuArch::Blackwell).key(),
		golden_firmware(GpuArch::Hopper).key(),
		golden_firmware(GpuArch::Blackwell).key(),
	]);
	assert_eq!(keys.len(), 4);
}

#[test]
fn serial_numbers_are_revoked_and_reinstated() {
	ExtBuilder::default().build_and_execute(|| {
		let revoke = |serial: &[u8]| ConfidentialCompute::revoke_serial(root(), serial.to_vec());
		assert_ok!(revoke(&[0, 0x80, 1]));
		let hash = serial_hash(&[0x80, 1]);
		assert!(RevokedSerials::<Test>::contains_key(hash));
		assert_eq!(events(), [Event::SerialRevoked { serial: vec![0, 0x80, 1], hash }]);
		assert_noop!(revoke(&[0x80, 1]), Error::<Test>::AlreadyExists);
		assert_noop!(revoke(&[]), Error::<Test>::InvalidSerial);
		assert_noop!(revoke(&[1; 22]), Error::<Test>::InvalidSerial);
		assert_ok!(revoke(&[1; 21]));
		let reinstate =
			|serial: &[u8]| ConfidentialCompute::reinstate_serial(root(), serial.to_vec());
		assert_ok!(reinstate(&[0x80, 1]));
		assert_noop!(reinstate(&[0x80, 1]), Error::<Test>::NotFound);
	});
}

#[test]
fn an_authority_is_pinned_after_its_chain_was_verified() {
	with_collateral(|| {
		let chain = Gpu::hopper("gpu 1").chain();
		let pin = |chain: &[Vec<u8>]| ConfidentialCompute::pin_issuer(root(), chain.to_vec());
		let fault = |fault| Error::<Test>::Gpu(fault);
		assert_noop!(pin(&[]), fault(GpuFault::ChainLength));
		assert_noop!(pin(&chain[2..3]), fault(GpuFault::ChainBroken));
		assert_noop!(pin(&[vec![1; 9]]), fault(GpuFault::CertificateMalformed));
		// A leaf is no authority.
		assert_noop!(pin(&chain), fault(GpuFault::CertificateMisused));
		let serial = Gpu::hopper("gpu 1").drafts()[3].0.serial.clone();
		assert_ok!(ConfidentialCompute::revoke_serial(root(), serial.clone()));
		assert_noop!(pin(&chain[2..]), fault(GpuFault::CertificateRevoked));
		assert_ok!(ConfidentialCompute::reinstate_serial(root(), serial));
		System::reset_events();
		assert_ok!(pin(&chain[2..]));
		let issuer = H256(blake2_256(&chain[2]));
		assert_eq!(events(), [Event::IssuerPinned { issuer }]);
		assert_noop!(pin(&chain[2..]), Error::<Test>::AlreadyExists);
		assert_ok!(ConfidentialCompute::unpin_issuer(root(), issuer));
		assert!(!PinnedIssuers::<Test>::contains_key(issuer));
		assert_noop!(ConfidentialCompute::unpin_issuer(root(), issuer), Error::<Test>::NotFound);
	});
}

#[test]
fn platforms_are_barred_and_unbarred() {
	ExtBuilder::default().build_and_execute(|| {
		let platform = H256::repeat_byte(1);
		assert_ok!(ConfidentialCompute::bar_platform(root(), platform));
		assert!(BarredPlatforms::<Test>::contains_key(platform));
		assert_noop!(
			ConfidentialCompute::bar_platform(root(), platform),
			Error::<Test>::AlreadyExists
		);
		assert_ok!(ConfidentialCompute::unbar_platform(root(), platform));
		assert_noop!(
			ConfidentialCompute::unbar_platform(root(), platform),
			Error::<Test>::NotFound
		);
		assert_eq!(
			events(),
			[Event::PlatformBarred { platform }, Event::PlatformUnbarred { platform }]
		);
	});
}
