//! Quotes of CPU enclaves. Knows nothing of the chain.
//!
//! [`parse`] reads a quote without trusting it; [`verify`] has Intel's signatures checked, from the
//! root certificate down to what the quote says, at a given time. The signatures and the matching
//! of security levels are the work of `dcap-qvl`; here its verdict is put into the chain's terms,
//! and every refusal gets a name.

use crate::{Advisory, CpuFacts, Measurement, PckCa, TcbStatus, TeeKind, MAX_ADVISORIES};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use dcap_qvl::{
	intel,
	quote::{Quote, Report, TDAttributes, TDReport10},
	verify::QuoteVerifier,
	QuoteCollateralV3, QuotePolicy,
};
use frame_support::{traits::ConstU32, BoundedVec, PalletError};
use scale_info::TypeInfo;
use sp_io::hashing::blake2_256;

/// Kind of certification data that holds the whole chain of the platform's certificate.
const PCK_CHAIN: u16 = 5;

/// Certificates of that chain: the platform's, its authority's, the root's.
const MAX_PCK_CHAIN: usize = 3;

/// Why a quote is refused.
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
pub enum QuoteFault {
	/// Longer than 8 KiB.
	TooLong,
	/// The bytes are not an SGX quote of version 3 or a TDX quote of version 4 or 5.
	Malformed,
	/// The quote does not carry the chain of its platform's certificate, or more certificates.
	ChainMissing,
	/// The enclave can be read from outside.
	Debug,
	/// The trust domain has attributes that let its memory leave it, or that nobody has defined.
	UnsafeAttributes,
	/// A certificate of the platform or of a signer is revoked.
	CertificateRevoked,
	/// A certificate or revocation list has run out.
	CertificateExpired,
	/// A certificate is not valid yet.
	CertificateNotYetValid,
	/// A certificate is not the root's descendant, or its revocation cannot be looked up.
	CertificateInvalid,
	/// A signature, the quoting enclave or the TDX module is not as Intel says it must be.
	Invalid,
	/// Intel revoked the security level that the platform is on.
	TcbRevoked,
	/// Intel's list has no level as low as the platform's.
	TcbUnknown,
	/// More advisories apply than can be stored, or one with a name of another form.
	Advisories,
}

/// What a quote says, trusted or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParsedQuote {
	/// Kind of the enclave.
	pub tee: TeeKind,
	/// Family of the platform, which selects the TCB info.
	pub fmspc: [u8; 6],
	/// Who certified the platform.
	pub ca: PckCa,
	/// What runs in the enclave.
	pub measurement: Measurement,
	/// What the enclave put in.
	pub report_data: [u8; 64],
}

/// Reads a quote and refuses what no signature could mend.
pub fn parse(quote: &[u8]) -> Result<ParsedQuote, QuoteFault> {
	if quote.len() > crate::MAX_QUOTE_LEN as usize {
		return Err(QuoteFault::TooLong);
	}
	lengths_fit(quote).ok_or(QuoteFault::Malformed)?;
	let parsed = Quote::parse(quote).map_err(|_| QuoteFault::Malformed)?;
	let (tee, measurement, report_data) = match (&parsed.report, parsed.header.version) {
		(Report::SgxEnclave(report), 3) => {
			if report.attributes[0] & 0x02 != 0 {
				return Err(QuoteFault::Debug);
			}
			// Intel's names: reserved3 is 32 bytes and CONFIGID, reserved4 begins with CONFIGSVN.
			let mut config_id = [0; 64];
			config_id.copy_from_slice(&report.reserved3[32..]);
			let measurement = Measurement::Sgx {
				mr_enclave: report.mr_enclave,
				mr_signer: report.mr_signer,
				isv_prod_id: report.isv_prod_id,
				isv_svn: report.isv_svn,
				config_id,
				config_svn: u16::from_le_bytes([report.reserved4[0], report.reserved4[1]]),
			};
			(TeeKind::Sgx, measurement, report.report_data)
		}
		(Report::TD10(td), 4 | 5) => (TeeKind::Tdx, trust_domain(td)?, td.report_data),
		(Report::TD15(td), 5) => (TeeKind::Tdx, trust_domain(&td.base)?, td.base.report_data),
		(Report::TD15Ex(td), 5) => {
			(TeeKind::Tdx, trust_domain(&td.base.base)?, td.base.base.report_data)
		}
		_ => return Err(QuoteFault::Malformed),
	};
	if parsed.inner_cert_type() != PCK_CHAIN {
		return Err(QuoteFault::ChainMissing);
	}
	let chain_missing = |_| QuoteFault::ChainMissing;
	let chain = intel::extract_cert_chain(&parsed).map_err(chain_missing)?;
	// Each further one is another way to the root that the verifier would try, signature by signature.
	if chain.len() > MAX_PCK_CHAIN {
		return Err(QuoteFault::ChainMissing);
	}
	let platform = chain.first().ok_or(QuoteFault::ChainMissing)?;
	let fmspc = intel::parse_pck_extension(platform).map_err(chain_missing)?.fmspc;
	let ca = match intel::pck_ca(platform).map_err(chain_missing)? {
		dcap_qvl::config::PckCa::Processor => PckCa::Processor,
		dcap_qvl::config::PckCa::Platform => PckCa::Platform,
	};
	Ok(ParsedQuote { tee, fmspc, ca, measurement, report_data })
}

/// Whether all that a quote announces is there. The library makes room for up to a megabyte on the
/// word of a length in the quote before it misses the bytes.
fn lengths_fit(quote: &[u8]) -> Option<()> {
	const HEADER: usize = 48;
	const SGX_REPORT: usize = 384;
	const TD_REPORT: usize = 584;
	/// An ECDSA signature, and as long a public key.
	const SIGNATURE: usize = 64;

	let header: &[u8; HEADER] = quote.first_chunk()?;
	let version = u16::from_le_bytes([header[0], header[1]]);
	let report = match (version, header[4..8] == [0; 4]) {
		(5, _) => {
			let size: &[u8; 4] = quote.get(HEADER + 2..)?.first_chunk()?;
			usize::try_from(u32::from_le_bytes(*size)).ok()?.checked_add(6)?
		}
		(_, true) => SGX_REPORT,
		(_, false) => TD_REPORT,
	};
	let signatures = sized::<4>(quote.get(HEADER..)?.get(report..)?)?.get(2 * SIGNATURE..)?;
	// From version 4 on the rest is wrapped, behind two bytes that say so.
	let rest = if version == 3 { signatures } else { sized::<4>(signatures.get(2..)?)? };
	let certification = rest.get(SGX_REPORT + SIGNATURE..)?;
	let skipped = sized::<2>(certification)?.len().checked_add(4)?;
	sized::<4>(certification.get(skipped..)?).map(|_| ())
}

/// What follows a length of `N` bytes, if it is there.
fn sized<const N: usize>(bytes: &[u8]) -> Option<&[u8]> {
	let (len, rest) = bytes.split_first_chunk::<N>()?;
	let mut wide = [0; 4];
	wide.get_mut(..N)?.copy_from_slice(len);
	rest.get(..usize::try_from(u32::from_le_bytes(wide)).ok()?)
}

fn trust_domain(td: &TDReport10) -> Result<Measurement, QuoteFault> {
	let attributes = TDAttributes::parse(td.td_attributes).map_err(|_| QuoteFault::Malformed)?;
	if attributes.tud & 0x01 != 0 {
		return Err(QuoteFault::Debug);
	}
	let safe = attributes.tud == 0
		&& attributes.reserved == 0
		&& !attributes.sec.migratable
		&& !attributes.sec.servtd_ext
		&& attributes.sec.sept_ve_disable;
	if !safe {
		return Err(QuoteFault::UnsafeAttributes);
	}
	Ok(Measurement::Tdx {
		mr_td: td.mr_td,
		mr_config_id: td.mr_config_id,
		mr_owner: td.mr_owner,
		mr_owner_config: td.mr_owner_config,
		rtmr: [td.rt_mr0, td.rt_mr1, td.rt_mr2, td.rt_mr3],
		attributes: td.td_attributes,
	})
}

/// Intel's statements by which a quote is judged.
#[derive(Clone, Copy, Debug)]
pub struct Collateral<'a> {
	/// Revocation list of the root CA.
	pub root_crl: &'a [u8],
	/// Revocation list of the CA that certified the platform.
	pub pck_crl: &'a [u8],
	/// TCB info of the platform's family: text, signature, signer's certificate.
	pub tcb_info: Statement<'a>,
	/// Identity of the quoting enclave.
	pub qe_identity: Statement<'a>,
}

/// A signed JSON text.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
	/// The text.
	pub body: &'a [u8],
	/// ECDSA P-256 signature, r then s.
	pub signature: &'a [u8; 64],
	/// Certificate of the signer in DER.
	pub signer: &'a [u8],
}

impl<'a> Collateral<'a> {
	fn to_dcap(self) -> Result<QuoteCollateralV3, QuoteFault> {
		let text = |body: &[u8]| {
			core::str::from_utf8(body).map(String::from).map_err(|_| QuoteFault::Invalid)
		};
		let pem = |der: &[u8]| pem::encode(&pem::Pem::new("CERTIFICATE", der));
		Ok(QuoteCollateralV3 {
			pck_crl_issuer_chain: String::new(),
			root_ca_crl: self.root_crl.to_vec(),
			pck_crl: self.pck_crl.to_vec(),
			tcb_info_issuer_chain: pem(self.tcb_info.signer),
			tcb_info: text(self.tcb_info.body)?,
			tcb_info_signature: self.tcb_info.signature.to_vec(),
			qe_identity_issuer_chain: pem(self.qe_identity.signer),
			qe_identity: text(self.qe_identity.body)?,
			qe_identity_signature: self.qe_identity.signature.to_vec(),
			pck_certificate_chain: None,
		})
	}
}

/// Verifies `quote`, which [`parse`]d as `parsed`, by `collateral` under the certificate `root`, at
/// `now` in Unix seconds.
pub fn verify(
	root: &[u8],
	quote: &[u8],
	parsed: &ParsedQuote,
	collateral: Collateral<'_>,
	now: u64,
) -> Result<CpuFacts, QuoteFault> {
	// The levels that a job may run on are the business of its policy: all but `Revoked` pass here.
	let claims = QuoteVerifier::new(root.to_vec())
		.verify_with_policy(quote, collateral.to_dcap()?, now, &QuotePolicy::claims_only(now))
		.map_err(|error| name(&error))?;
	let mut advisories = claims
		.tcb
		.advisory_ids
		.iter()
		.map(|id| advisory(id))
		.collect::<Option<Vec<_>>>()
		.ok_or(QuoteFault::Advisories)?;
	advisories.sort_unstable();
	advisories.dedup();
	Ok(CpuFacts {
		tee: parsed.tee,
		measurement: parsed.measurement.digest(),
		status: status(claims.tcb.status)?,
		evaluation: claims.tcb.eval_data_number,
		advisories: BoundedVec::<_, ConstU32<MAX_ADVISORIES>>::try_from(advisories)
			.map_err(|_| QuoteFault::Advisories)?,
		platform: blake2_256(&claims.platform.pck.ppid).into(),
		valid_until: claims.earliest_expiration_date,
	})
}

/// Number of an advisory in Intel's notation.
pub fn advisory(id: &str) -> Option<Advisory> {
	let digits = id.strip_prefix("INTEL-SA-")?;
	let plain = matches!(digits.len(), 1..=9) && digits.bytes().all(|b| b.is_ascii_digit());
	plain.then(|| digits.parse().ok()).flatten()
}

fn status(status: dcap_qvl::TcbStatus) -> Result<TcbStatus, QuoteFault> {
	use dcap_qvl::TcbStatus as Dcap;
	Ok(match status {
		Dcap::UpToDate => TcbStatus::UpToDate,
		Dcap::SWHardeningNeeded => TcbStatus::SWHardeningNeeded,
		Dcap::ConfigurationNeeded => TcbStatus::ConfigurationNeeded,
		Dcap::ConfigurationAndSWHardeningNeeded => TcbStatus::ConfigurationAndSWHardeningNeeded,
		Dcap::TDRelaunchAdvised => TcbStatus::TDRelaunchAdvised,
		Dcap::TDRelaunchAdvisedConfigurationNeeded => {
			TcbStatus::TDRelaunchAdvisedConfigurationNeeded
		}
		Dcap::OutOfDate => TcbStatus::OutOfDate,
		Dcap::OutOfDateConfigurationNeeded => TcbStatus::OutOfDateConfigurationNeeded,
		Dcap::Revoked => return Err(QuoteFault::TcbRevoked),
	})
}

/// Names a refusal of the verifier, which has types for certificates and texts for the rest. A text
/// that is not known here only makes the name less exact.
fn name(error: &anyhow::Error) -> QuoteFault {
	if let Some(error) = error.downcast_ref::<webpki::Error>() {
		return certificate_fault(error);
	}
	let texts = || error.chain().map(alloc::string::ToString::to_string);
	if texts().any(|text| text == "TCB status is invalid: Revoked") {
		QuoteFault::TcbRevoked
	} else if texts().any(|text| text == "No matching TCB level found") {
		QuoteFault::TcbUnknown
	} else {
		QuoteFault::Invalid
	}
}

/// Names what is wrong with a certificate.
pub(crate) fn certificate_fault(error: &webpki::Error) -> QuoteFault {
	match error {
		webpki::Error::CertRevoked => QuoteFault::CertificateRevoked,
		webpki::Error::CertExpired { .. } | webpki::Error::CrlExpired { .. } => {
			QuoteFault::CertificateExpired
		}
		webpki::Error::CertNotValidYet { .. } => QuoteFault::CertificateNotYetValid,
		_ => QuoteFault::CertificateInvalid,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures::{SGX, TDX, TDX_15EX};

	/// Offsets of the lengths in a quote whose signed part is so long.
	fn lengths(quote: &[u8], signed: usize) -> Vec<(usize, usize)> {
		let wrapped = signed + 4 + 128;
		let report = if quote[0] == 3 { wrapped } else { wrapped + 6 };
		let auth = report + 384 + 64;
		let auth_len = usize::from(u16::from_le_bytes([quote[auth], quote[auth + 1]]));
		let mut all = vec![(signed, 4), (auth, 2), (auth + 2 + auth_len + 2, 4)];
		if quote[0] != 3 {
			all.push((wrapped + 2, 4));
		}
		all
	}

	#[test]
	fn lengths_that_announce_more_than_there_is_are_refused_before_the_library_sees_them() {
		for (fixture, signed) in [(&SGX, 432), (&TDX, 632), (&TDX_15EX, 48 + 6 + 885)] {
			assert_eq!(lengths_fit(fixture.quote), Some(()));
			for (at, bytes) in lengths(fixture.quote, signed) {
				let mut quote = fixture.quote.to_vec();
				// As much as the library would make room for.
				let most = 0xf_ffff_u32.to_le_bytes();
				quote[at..at + bytes].copy_from_slice(&most[..bytes]);
				assert_eq!(lengths_fit(&quote), None, "length at {at}");
				assert_eq!(parse(&quote), Err(QuoteFault::Malformed));
			}
			let end = lengths(fixture.quote, signed)[2].0;
			for len in [0, 1, 47, 48, 53, 54, signed, signed + 3, signed + 131, end, end + 4] {
				assert_eq!(lengths_fit(&fixture.quote[..len]), None, "{len} bytes");
			}
		}
	}
}
