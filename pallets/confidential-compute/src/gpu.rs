//! Evidence of NVIDIA GPUs, and the governed lists by which it is judged.
//!
//! A GPU signs what it measured of its firmware and driver, and the nonce that it was asked with.
//! Its key is certified by a key that is burnt into the device, that one by NVIDIA's authorities up
//! to one root. Those certificates hardly ever end, so revoked ones are listed here by governance,
//! which also lists the measurements that are known to be good.
//!
//! The device's key is certified by an authority that serves a whole generation. Governance can have
//! the chain from there to the root verified once and pinned, which leaves three signatures to check
//! for each GPU.

use crate::{
	spdm::Evidence,
	x509::{CertificateFault, P384Certificate, Use},
	Config, Error, Event, Golden, GoldenFor, GoldenSet, GoldenSets, GpuArch, GpuFacts, Pallet,
	PinnedIssuer, PinnedIssuers, RevokedSerials, MAX_CERTIFICATE_LEN, MAX_EVIDENCE_LEN,
	MAX_GPU_CHAIN,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use der::{asn1::OctetStringRef, oid::ObjectIdentifier, Decode as _, Reader, SliceReader};
use frame_support::{ensure, traits::Get, BoundedVec, PalletError};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;

/// TCG DICE composite device id: Hopper.
const DICE_COMPOSITE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.5.4.1");
/// TCG DICE TCB info: Blackwell.
const DICE_TCB_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.5.4.1.1");
/// id-sha384
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
/// Tag of the digests in DICE TCB info.
const FWIDS: u8 = 0xa6;

/// Why GPU evidence, or a chain of its certificates, is refused.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	PalletError,
)]
pub enum GpuFault {
	/// The evidence is not an SPDM 1.1 exchange as NVIDIA's GPUs make it, or above 8 KiB.
	EvidenceMalformed,
	/// The GPU was asked with another nonce.
	WrongNonce,
	/// The GPU did not sign this evidence.
	EvidenceSignatureInvalid,
	/// Fewer than two certificates, more than five, or one above 2 KiB.
	ChainLength,
	/// A certificate is not one of P-384 and SHA-384.
	CertificateMalformed,
	/// A certificate was not signed by the next one, or the last one not by the root.
	ChainBroken,
	/// A certificate is not valid yet.
	CertificateNotYetValid,
	/// A certificate has run out.
	CertificateExpired,
	/// A certificate is used for something that it does not permit.
	CertificateMisused,
	/// A certificate of the chain is revoked.
	CertificateRevoked,
	/// The certificate of the signing key has no digest of the device's firmware.
	FirmwareIdMissing,
	/// The evidence comes from other firmware than its signing key belongs to.
	FirmwareIdMismatch,
	/// No golden measurements are known for this driver.
	DriverUnknown,
	/// No golden measurements are known for this firmware.
	FirmwareUnknown,
	/// A measurement differs from the golden ones.
	MeasurementMismatch,
	/// The GPU or its key is bound to another node.
	GpuTaken,
	/// As many GPUs are bound to the attestation as can be.
	TooManyGpus,
	/// The GPU is bound to this attestation already.
	AlreadyBound,
}

impl From<CertificateFault> for GpuFault {
	fn from(fault: CertificateFault) -> Self {
		match fault {
			CertificateFault::Malformed => Self::CertificateMalformed,
			CertificateFault::WrongIssuer => Self::ChainBroken,
			CertificateFault::NotYetValid => Self::CertificateNotYetValid,
			CertificateFault::Expired => Self::CertificateExpired,
			CertificateFault::WrongUse => Self::CertificateMisused,
		}
	}
}

/// What the chain knows about GPUs.
pub trait GpuLists {
	/// The pinned authority with this certificate.
	fn pinned(certificate: &[u8]) -> Option<PinnedIssuer>;
	/// Whether the certificate with this hash of its serial number is revoked.
	fn is_revoked(serial: &H256) -> bool;
	/// Golden measurements under this key.
	fn golden(key: &H256) -> Option<GoldenSet>;
}

/// Verifies evidence that was asked for with `nonce`, signed by a key whose certificate `chain`
/// begins with, in DER, each followed by its issuer, without the root. The chain may end with a
/// pinned authority. `now` is in Unix seconds.
pub fn verify<Lists: GpuLists>(
	root: &[u8],
	chain: &[Vec<u8>],
	evidence: &[u8],
	nonce: &[u8; 32],
	now: u64,
) -> Result<GpuFacts, GpuFault> {
	let parsed = Evidence::parse(evidence).ok_or(GpuFault::EvidenceMalformed)?;
	ensure!(parsed.nonce == *nonce, GpuFault::WrongNonce);

	let certificates = parse_chain(chain)?;
	let [leaf, device, ..] = certificates.as_slice() else {
		return Err(GpuFault::ChainLength);
	};
	let (arch, fwid) = firmware_id(leaf)?;
	ensure!(fwid == parsed.fwid, GpuFault::FirmwareIdMismatch);
	let (driver, firmware) = judge::<Lists>(arch, &parsed)?;

	check_chain::<Lists>(root, chain, &certificates, now, Below::Leaf)?;
	ensure!(leaf.has_signed(parsed.signed, &parsed.signature), GpuFault::EvidenceSignatureInvalid);
	Ok(GpuFacts {
		arch,
		leaf_key: leaf.key_hash()?,
		device_key: device.key_hash()?,
		driver,
		firmware,
		evidence: blake2_256(evidence).into(),
	})
}

/// How many signatures there are to check, at most, beside those of the evidence and of a device's two
/// certificates.
pub(crate) fn more_signatures(chain: &[Vec<u8>]) -> u32 {
	(chain.len() as u32).saturating_sub(2)
}

fn parse_chain(chain: &[Vec<u8>]) -> Result<Vec<P384Certificate<'_>>, GpuFault> {
	let sizes_ok = chain.len() <= MAX_GPU_CHAIN as usize
		&& chain.iter().all(|certificate| certificate.len() <= MAX_CERTIFICATE_LEN as usize);
	ensure!(sizes_ok, GpuFault::ChainLength);
	Ok(chain.iter().map(|der| P384Certificate::parse(der)).collect::<Result<Vec<_>, _>>()?)
}

/// What stands below the first certificate of a chain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
	/// Evidence: it is a leaf.
	Leaf,
	/// Certificates: it is an authority.
	Certificates,
}

/// Checks each certificate and each signature up to the root or to a pinned authority, and that none
/// is revoked. Returns the hashes of the serial numbers up to the root.
fn check_chain<Lists: GpuLists>(
	root: &[u8],
	chain: &[Vec<u8>],
	certificates: &[P384Certificate<'_>],
	now: u64,
	below: Below,
) -> Result<Vec<H256>, GpuFault> {
	let mut serials = Vec::new();
	for (at, (der, certificate)) in chain.iter().zip(certificates).enumerate() {
		let used = match (below, at) {
			(Below::Leaf, 0) => Use::Leaf,
			(Below::Leaf, _) => Use::Ca(u8::try_from(at).unwrap_or(u8::MAX).saturating_sub(1)),
			// A device's certificate is below it.
			(Below::Certificates, _) => {
				Use::Ca(u8::try_from(at).unwrap_or(u8::MAX).saturating_add(1))
			}
		};
		certificate.check(now, used)?;
		// A device's own certificates are never pinned, so that a chain has its two at least.
		let pinned = match below {
			Below::Leaf if at >= 2 => Lists::pinned(der),
			_ => None,
		};
		if let Some(pinned) = pinned {
			serials.extend(pinned.serials);
			break;
		}
		serials.push(certificate.serial_hash());
		match certificates.get(at.saturating_add(1)) {
			Some(issuer) => certificate.issued_by(issuer)?,
			None => certificate.issued_by(&P384Certificate::parse(root)?)?,
		}
	}
	ensure!(!serials.iter().any(Lists::is_revoked), GpuFault::CertificateRevoked);
	Ok(serials)
}

/// The generation of a GPU and the digest of the firmware that its signing key belongs to.
fn firmware_id(leaf: &P384Certificate<'_>) -> Result<(GpuArch, [u8; 48]), GpuFault> {
	let found = match (leaf.extension(DICE_COMPOSITE), leaf.extension(DICE_TCB_INFO)) {
		(Some(value), None) => composite_fwid(value).map(|fwid| (GpuArch::Hopper, fwid)),
		(None, Some(value)) => tcb_info_fwid(value).map(|fwid| (GpuArch::Blackwell, fwid)),
		_ => None,
	};
	found.ok_or(GpuFault::FirmwareIdMissing)
}

/// `SEQUENCE { version INTEGER, key SubjectPublicKeyInfo, fwid FWID }`
fn composite_fwid(value: &[u8]) -> Option<[u8; 48]> {
	let mut reader = SliceReader::new(value).ok()?;
	let fwid: Result<_, der::Error> = reader.sequence(|inner| {
		inner.tlv_bytes()?;
		inner.tlv_bytes()?;
		inner.tlv_bytes()
	});
	parse_fwid(fwid.ok()?)
}

/// `SEQUENCE { …, fwids [6] IMPLICIT SEQUENCE OF FWID, … }`; the first one counts.
fn tcb_info_fwid(value: &[u8]) -> Option<[u8; 48]> {
	let mut reader = SliceReader::new(value).ok()?;
	let first: Result<Option<&[u8]>, der::Error> = reader.sequence(|inner| {
		let mut first = None;
		while !inner.is_finished() {
			let field = inner.tlv_bytes()?;
			if field.first() == Some(&FWIDS) {
				let mut list = SliceReader::new(field)?;
				der::Header::decode(&mut list)?;
				first = Some(list.tlv_bytes()?);
			}
		}
		Ok(first)
	});
	parse_fwid(first.ok()??)
}

/// `FWID ::= SEQUENCE { algorithm OBJECT IDENTIFIER, digest OCTET STRING }`
fn parse_fwid(value: &[u8]) -> Option<[u8; 48]> {
	let mut reader = SliceReader::new(value).ok()?;
	let parsed: Result<_, der::Error> = reader.sequence(|inner| {
		Ok((ObjectIdentifier::decode(inner)?, <&OctetStringRef>::decode(inner)?))
	});
	let (algorithm, digest) = parsed.ok()?;
	(algorithm == SHA384).then(|| digest.as_bytes().try_into().ok()).flatten()
}

/// What golden measurements the evidence is compared with: its driver's and its firmware's.
pub fn subjects(arch: GpuArch, evidence: &Evidence<'_>) -> [GoldenFor; 2] {
	[
		GoldenFor::Driver { arch, version: evidence.driver.clone() },
		GoldenFor::Firmware {
			arch,
			project: evidence.project.clone(),
			project_sku: evidence.project_sku.clone(),
			chip_sku: evidence.chip_sku.clone(),
			version: evidence.vbios.clone(),
		},
	]
}

/// Compares the evidence with the golden measurements of its driver and firmware.
fn judge<Lists: GpuLists>(
	arch: GpuArch,
	evidence: &Evidence<'_>,
) -> Result<(H256, H256), GpuFault> {
	let [driver, firmware] = subjects(arch, evidence).map(|subject| subject.key());
	let driver_set = Lists::golden(&driver).ok_or(GpuFault::DriverUnknown)?;
	let firmware_set = Lists::golden(&firmware).ok_or(GpuFault::FirmwareUnknown)?;
	ensure!(
		matches_golden(&driver_set, evidence) && matches_golden(&firmware_set, evidence),
		GpuFault::MeasurementMismatch
	);
	Ok((driver, firmware))
}

/// Whether each index of the set was measured, with one of its alternatives.
fn matches_golden(set: &[Golden], evidence: &Evidence<'_>) -> bool {
	set.chunk_by(|a, b| a.index == b.index).all(|alternatives| {
		alternatives.iter().any(|golden| {
			evidence.measured(golden.index).is_some_and(|value| value == golden.digest)
		})
	})
}

impl<T: Config> GpuLists for Pallet<T> {
	fn pinned(certificate: &[u8]) -> Option<PinnedIssuer> {
		PinnedIssuers::<T>::get(H256(blake2_256(certificate)))
	}
	fn is_revoked(serial: &H256) -> bool {
		RevokedSerials::<T>::contains_key(serial)
	}
	fn golden(key: &H256) -> Option<GoldenSet> {
		GoldenSets::<T>::get(key)
	}
}

impl<T: Config> Pallet<T> {
	/// Verifies evidence under NVIDIA's root.
	pub(crate) fn verify_gpu(
		chain: &[Vec<u8>],
		evidence: &[u8],
		nonce: &[u8; 32],
	) -> Result<GpuFacts, Error<T>> {
		ensure!(
			evidence.len() <= MAX_EVIDENCE_LEN as usize,
			Error::<T>::Gpu(GpuFault::EvidenceMalformed)
		);
		verify::<Self>(T::NvidiaRoot::get(), chain, evidence, nonce, Self::unix_now())
			.map_err(Error::<T>::Gpu)
	}

	pub(crate) fn do_set_golden(subject: GoldenFor, mut set: Vec<Golden>) -> DispatchResult {
		ensure!(!set.is_empty(), Error::<T>::EmptyList);
		set.sort_unstable_by_key(|golden| (golden.index, golden.digest));
		set.dedup();
		let set = GoldenSet::try_from(set).map_err(|_| Error::<T>::ListTooLong)?;
		let (key, measurements) = (subject.key(), set.len() as u32);
		GoldenSets::<T>::insert(key, set);
		Self::deposit_event(Event::GoldenSet { key, subject, measurements });
		Ok(())
	}

	pub(crate) fn do_remove_golden(key: H256) -> DispatchResult {
		ensure!(GoldenSets::<T>::take(key).is_some(), Error::<T>::NotFound);
		Self::deposit_event(Event::GoldenRemoved { key });
		Ok(())
	}

	pub(crate) fn do_revoke_serial(serial: Vec<u8>) -> DispatchResult {
		// A serial number has 20 bytes, and one more where its first bit would read as a sign.
		ensure!(matches!(serial.len(), 1..=21), Error::<T>::InvalidSerial);
		let hash = crate::x509::serial_hash(&serial);
		ensure!(!RevokedSerials::<T>::contains_key(hash), Error::<T>::AlreadyExists);
		RevokedSerials::<T>::insert(hash, ());
		Self::deposit_event(Event::SerialRevoked { serial, hash });
		Ok(())
	}

	pub(crate) fn do_reinstate_serial(serial: Vec<u8>) -> DispatchResult {
		let hash = crate::x509::serial_hash(&serial);
		ensure!(RevokedSerials::<T>::take(hash).is_some(), Error::<T>::NotFound);
		Self::deposit_event(Event::SerialReinstated { serial, hash });
		Ok(())
	}

	pub(crate) fn do_pin_issuer(chain: Vec<Vec<u8>>) -> DispatchResult {
		let first = chain.first().ok_or(Error::<T>::Gpu(GpuFault::ChainLength))?;
		let issuer = H256(blake2_256(first));
		ensure!(!PinnedIssuers::<T>::contains_key(issuer), Error::<T>::AlreadyExists);
		let serials = parse_chain(&chain)
			.and_then(|certificates| {
				check_chain::<Self>(
					T::NvidiaRoot::get(),
					&chain,
					&certificates,
					Self::unix_now(),
					Below::Certificates,
				)
			})
			.map_err(Error::<T>::Gpu)?;
		let serials = BoundedVec::try_from(serials).map_err(|_| Error::<T>::ListTooLong)?;
		PinnedIssuers::<T>::insert(issuer, PinnedIssuer { serials });
		Self::deposit_event(Event::IssuerPinned { issuer });
		Ok(())
	}

	pub(crate) fn do_unpin_issuer(issuer: H256) -> DispatchResult {
		ensure!(PinnedIssuers::<T>::take(issuer).is_some(), Error::<T>::NotFound);
		Self::deposit_event(Event::IssuerUnpinned { issuer });
		Ok(())
	}
}
