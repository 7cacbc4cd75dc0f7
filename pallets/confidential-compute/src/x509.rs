//! What is read of certificates and revocation lists beyond what the quote verifier reads itself.

use alloc::vec::Vec;
use der::{Decode, Encode, Reader, SliceReader};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use x509_cert::{
	ext::pkix::{BasicConstraints, KeyUsage},
	Certificate,
};

/// ecdsa-with-SHA384
const ECDSA_SHA384: der::oid::ObjectIdentifier =
	der::oid::ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
/// id-ecPublicKey
const EC_PUBLIC_KEY: der::oid::ObjectIdentifier =
	der::oid::ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// secp384r1
const SECP384R1: der::oid::ObjectIdentifier =
	der::oid::ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// Extensions that are understood here, and may therefore be critical.
const KNOWN: [der::oid::ObjectIdentifier; 2] = [
	der::oid::ObjectIdentifier::new_unwrap("2.5.29.19"),
	der::oid::ObjectIdentifier::new_unwrap("2.5.29.15"),
];

/// What is wrong with a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CertificateFault {
	/// It does not parse, or is of a kind that is not used.
	Malformed,
	/// It is not the issuer's: name or signature differ.
	WrongIssuer,
	/// It is used before its time.
	NotYetValid,
	/// It is used after its time.
	Expired,
	/// It may not be used for this.
	WrongUse,
}

/// A P-384 certificate, parsed.
pub struct P384Certificate<'a> {
	certificate: Certificate,
	tbs: &'a [u8],
	key: p384::ecdsa::VerifyingKey,
}

/// What a certificate is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
	/// It signs evidence.
	Leaf,
	/// It signs certificates, with so many CA certificates below it.
	Ca(u8),
}

/// The signed part of a certificate or list, as it stands in the bytes.
fn signed_part(der: &[u8]) -> der::Result<&[u8]> {
	let mut reader = SliceReader::new(der)?;
	let header = der::Header::decode(&mut reader)?;
	header.tag().assert_eq(der::Tag::Sequence)?;
	reader.tlv_bytes()
}

impl<'a> P384Certificate<'a> {
	/// Reads a certificate with a P-384 key, signed with ECDSA and SHA-384.
	pub fn parse(der: &'a [u8]) -> Result<Self, CertificateFault> {
		let malformed = |_| CertificateFault::Malformed;
		let certificate = Certificate::from_der(der).map_err(malformed)?;
		// The reader takes dates in either of two forms, where only one is right.
		if certificate.to_der().map_err(malformed)? != der {
			return Err(CertificateFault::Malformed);
		}
		let tbs = signed_part(der).map_err(malformed)?;
		let inner = certificate.tbs_certificate();
		let algorithms_ok = certificate.signature_algorithm().oid == ECDSA_SHA384
			&& certificate.signature_algorithm() == inner.signature();
		let spki = inner.subject_public_key_info();
		let curve = spki
			.algorithm
			.parameters
			.as_ref()
			.and_then(|parameters| parameters.decode_as::<der::oid::ObjectIdentifier>().ok())
			.ok_or(CertificateFault::Malformed)?;
		if !algorithms_ok || spki.algorithm.oid != EC_PUBLIC_KEY || curve != SECP384R1 {
			return Err(CertificateFault::Malformed);
		}
		let point = spki.subject_public_key.as_bytes().ok_or(CertificateFault::Malformed)?;
		let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
			.map_err(|_| CertificateFault::Malformed)?;
		Ok(Self { certificate, tbs, key })
	}

	/// Checks dates, permitted use, and that nothing critical is left unread.
	pub fn check(&self, now: u64, used: Use) -> Result<(), CertificateFault> {
		check_use(&self.certificate, now, used)
	}

	/// Checks that `issuer` signed this certificate.
	pub fn issued_by(&self, issuer: &P384Certificate<'_>) -> Result<(), CertificateFault> {
		let names_match = self.certificate.tbs_certificate().issuer()
			== issuer.certificate.tbs_certificate().subject();
		let signature =
			self.certificate.signature().as_bytes().ok_or(CertificateFault::Malformed)?;
		let signature = p384::ecdsa::Signature::from_der(signature)
			.map_err(|_| CertificateFault::WrongIssuer)?;
		if names_match && verify_p384(&issuer.key, self.tbs, &signature) {
			Ok(())
		} else {
			Err(CertificateFault::WrongIssuer)
		}
	}

	/// Whether the key signed `message`, with `r` and `s` one after the other in `signature`.
	pub fn has_signed(&self, message: &[u8], signature: &[u8; 96]) -> bool {
		p384::ecdsa::Signature::from_slice(signature)
			.is_ok_and(|signature| verify_p384(&self.key, message, &signature))
	}

	/// Hash of the key.
	pub fn key_hash(&self) -> Result<H256, CertificateFault> {
		let spki = self.certificate.tbs_certificate().subject_public_key_info();
		let der = spki.to_der().map_err(|_| CertificateFault::Malformed)?;
		Ok(blake2_256(&der).into())
	}

	/// Hash of the serial number, under which it may be revoked.
	pub fn serial_hash(&self) -> H256 {
		serial_hash(self.certificate.tbs_certificate().serial_number().as_bytes())
	}

	/// Contents of the extension `oid`, if there is exactly one.
	pub fn extension(&self, oid: der::oid::ObjectIdentifier) -> Option<&[u8]> {
		let extensions = self.certificate.tbs_certificate().extensions()?;
		let mut found = extensions.iter().filter(|e| e.extn_id == oid);
		let value = found.next()?.extn_value.as_bytes();
		found.next().is_none().then_some(value)
	}
}

/// Checks dates and permitted use of a certificate, and that nothing critical is left unread.
fn check_use(certificate: &Certificate, now: u64, used: Use) -> Result<(), CertificateFault> {
	let inner = certificate.tbs_certificate();
	let validity = inner.validity();
	if now < validity.not_before.to_unix_duration().as_secs() {
		return Err(CertificateFault::NotYetValid);
	}
	if now > validity.not_after.to_unix_duration().as_secs() {
		return Err(CertificateFault::Expired);
	}
	let extensions = inner.extensions().map(Vec::as_slice).unwrap_or_default();
	if extensions.iter().any(|e| e.critical && !KNOWN.contains(&e.extn_id)) {
		return Err(CertificateFault::WrongUse);
	}
	let constraints = inner
		.get_extension::<BasicConstraints>()
		.map_err(|_| CertificateFault::Malformed)?
		.map(|(_, constraints)| constraints);
	let usage = inner
		.get_extension::<KeyUsage>()
		.map_err(|_| CertificateFault::Malformed)?
		.map(|(_, usage)| usage)
		.ok_or(CertificateFault::WrongUse)?;
	let allowed = match used {
		Use::Leaf => usage.digital_signature() && !constraints.is_some_and(|c| c.ca),
		Use::Ca(below) => {
			usage.key_cert_sign()
				&& constraints
					.is_some_and(|c| c.ca && c.path_len_constraint.is_none_or(|most| below <= most))
		}
	};
	if allowed {
		Ok(())
	} else {
		Err(CertificateFault::WrongUse)
	}
}

/// Hash under which a serial number is revoked. Zeros in front do not count.
pub fn serial_hash(serial: &[u8]) -> H256 {
	let start = serial.iter().position(|byte| *byte != 0).unwrap_or(serial.len());
	blake2_256(serial.get(start..).unwrap_or_default()).into()
}

fn verify_p384(
	key: &p384::ecdsa::VerifyingKey,
	message: &[u8],
	signature: &p384::ecdsa::Signature,
) -> bool {
	use p384::ecdsa::signature::Verifier;
	key.verify(message, signature).is_ok()
}

/// Checks that `child` is a certificate of a CA, valid at `now`, that `root` signed with ECDSA P-256.
/// Whether it is revoked is not looked up.
pub fn check_p256_ca(root: &[u8], child: &[u8], now: u64) -> Result<(), CertificateFault> {
	const ECDSA_SHA256: der::oid::ObjectIdentifier =
		der::oid::ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
	let malformed = |_| CertificateFault::Malformed;
	let tbs = signed_part(child).map_err(malformed)?;
	let root = Certificate::from_der(root).map_err(malformed)?;
	let child = Certificate::from_der(child).map_err(malformed)?;
	let key = root.tbs_certificate().subject_public_key_info().subject_public_key.as_bytes();
	let signed = child.signature_algorithm().oid == ECDSA_SHA256
		&& child.signature_algorithm() == child.tbs_certificate().signature()
		&& child.tbs_certificate().issuer() == root.tbs_certificate().subject()
		&& webpki::rustcrypto::ECDSA_P256_SHA256
			.verify_signature(
				key.ok_or(CertificateFault::Malformed)?,
				tbs,
				child.signature().as_bytes().ok_or(CertificateFault::Malformed)?,
			)
			.is_ok();
	if !signed {
		return Err(CertificateFault::WrongIssuer);
	}
	check_use(&child, now, Use::Ca(0))
}

/// Whether a revocation list has the serial number of a certificate. The list's signature is not
/// looked at.
pub fn is_listed(list: &[u8], certificate: &[u8]) -> Result<bool, CertificateFault> {
	let malformed = |_| CertificateFault::Malformed;
	let list = x509_cert::crl::CertificateList::<x509_cert::certificate::Rfc5280>::from_der(list)
		.map_err(malformed)?;
	let certificate = Certificate::from_der(certificate).map_err(malformed)?;
	let serial = certificate.tbs_certificate().serial_number();
	Ok(list
		.tbs_cert_list
		.revoked_certificates
		.iter()
		.flatten()
		.any(|revoked| revoked.serial_number == *serial))
}

/// Dates and number of a revocation list.
pub fn crl_dates(der: &[u8]) -> Option<crate::Dates> {
	type List = x509_cert::crl::CertificateList;
	const CRL_NUMBER: der::oid::ObjectIdentifier =
		der::oid::ObjectIdentifier::new_unwrap("2.5.29.20");
	let list = List::from_der(der).ok()?.tbs_cert_list;
	let number = list
		.crl_extensions
		.iter()
		.flatten()
		.find(|extension| extension.extn_id == CRL_NUMBER)
		.and_then(|extension| u32::from_der(extension.extn_value.as_bytes()).ok())?;
	Some(crate::Dates {
		issued: list.this_update.to_unix_duration().as_secs(),
		next_update: list.next_update?.to_unix_duration().as_secs(),
		number,
	})
}
