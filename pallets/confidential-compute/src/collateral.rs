//! Intel's signed statements, kept on chain for everybody.
//!
//! Anyone may bring a statement that is newer than the stored one. Each has a record of its own: the
//! root's revocation list, one list for each PCK CA, one TCB info for each family of platforms and
//! kind of enclave, one identity for each kind of quoting enclave. A record never goes back, neither
//! in its date nor in its number, so nobody can present old statements once newer ones are here. A
//! statement is verified when it comes in, so that no record can be blocked by a forgery, and again
//! with each quote.

use crate::{
	tee::{Collateral, ParsedQuote, Statement},
	x509::{check_p256_ca, crl_dates, is_listed},
	CollateralKind, Config, Dates, Error, Event, Pallet, PckCa, PckCrls, QeIdentities,
	RevocationList, RootCrl, SignedJson, TcbInfos, TeeKind, MAX_CERTIFICATE_LEN, MAX_PCK_CRL_LEN,
	MAX_PEM_CHAIN_LEN, MAX_QE_IDENTITY_LEN, MAX_ROOT_CRL_LEN, MAX_TCB_INFO_LEN,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::time::Duration;
use dcap_qvl::config::EcdsaSigEncoder;
use frame_support::{ensure, traits::Get, BoundedVec, PalletError};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;
use webpki::{CertRevocationList, EndEntityCert, OwnedCertRevocationList};

/// The one algorithm of Intel's certificates and statements.
fn algorithm() -> &'static dyn SignatureVerificationAlgorithm {
	webpki::rustcrypto::ECDSA_P256_SHA256
}

/// Why a statement of Intel's is refused, or is missing where one is needed.
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
pub enum CollateralFault {
	/// Longer than its record may be.
	TooLong,
	/// Not of the expected form.
	Malformed,
	/// Not signed by Intel.
	SignatureInvalid,
	/// The signer's certificate is not the root's child, is revoked, or is used out of its time.
	SignerInvalid,
	/// The revocation list of the root CA is not there. It must come first.
	RootCrlMissing,
	/// It is dated in the future.
	NotYetValid,
	/// Its time is over.
	Expired,
	/// It is not newer than what is stored, or its number is lower.
	NotNewer,
	/// A statement that the quote needs is not there: bring it first.
	Missing,
}

/// A statement that was found genuine and in its time.
#[derive(Debug)]
pub struct Checked<Key> {
	/// What selects its record.
	pub key: Key,
	/// How new it is.
	pub dates: Dates,
	/// Certificate of its signer, in DER; empty for lists.
	pub signer: Vec<u8>,
}

/// Checks the dates of a statement at `now`. The last second of its time is still in it, as in the
/// quote verifier.
pub fn check_dates(dates: &Dates, now: u64) -> Result<(), CollateralFault> {
	if now < dates.issued {
		Err(CollateralFault::NotYetValid)
	} else if now > dates.next_update {
		Err(CollateralFault::Expired)
	} else {
		Ok(())
	}
}

/// Checks a revocation list of the root CA.
pub fn check_root_crl(root: &[u8], der: &[u8], now: u64) -> Result<Checked<()>, CollateralFault> {
	let dates = crl_dates(der).ok_or(CollateralFault::Malformed)?;
	check_dates(&dates, now)?;
	signed_list(root, der)?;
	Ok(Checked { key: (), dates, signer: Vec::new() })
}

/// Checks a revocation list of the PCK CA that `chain`, in PEM, begins with.
pub fn check_pck_crl(
	root: &[u8],
	root_crl: &[u8],
	chain: &[u8],
	der: &[u8],
	now: u64,
) -> Result<Checked<PckCa>, CollateralFault> {
	let dates = crl_dates(der).ok_or(CollateralFault::Malformed)?;
	check_dates(&dates, now)?;
	let authority = first_certificate(chain)?;
	let key = pck_ca(&authority).ok_or(CollateralFault::SignerInvalid)?;
	issued_by_root(root, root_crl, &authority, now)?;
	signed_list(&authority, der)?;
	Ok(Checked { key, dates, signer: Vec::new() })
}

/// Checks a TCB info.
pub fn check_tcb_info(
	root: &[u8],
	root_crl: &[u8],
	chain: &[u8],
	body: &[u8],
	signature: &[u8; 64],
	now: u64,
) -> Result<Checked<(TeeKind, [u8; 6])>, CollateralFault> {
	let (key, dates) = read_tcb_info(body)?;
	check_dates(&dates, now)?;
	let signer = signed_text(root, root_crl, chain, body, signature, now)?;
	Ok(Checked { key, dates, signer })
}

/// What a TCB info is for, and its dates and number.
pub(crate) fn read_tcb_info(body: &[u8]) -> Result<((TeeKind, [u8; 6]), Dates), CollateralFault> {
	let info: dcap_qvl::TcbInfo =
		serde_json::from_str(text(body)?).map_err(|_| CollateralFault::Malformed)?;
	let tee = match info.id.as_str() {
		"SGX" => TeeKind::Sgx,
		"TDX" => TeeKind::Tdx,
		_ => return Err(CollateralFault::Malformed),
	};
	let fmspc = fmspc(&info.fmspc).ok_or(CollateralFault::Malformed)?;
	let number = info.tcb_evaluation_data_number;
	Ok(((tee, fmspc), json_dates(&info.issue_date, &info.next_update, number)?))
}

/// Checks the identity of a quoting enclave.
pub fn check_qe_identity(
	root: &[u8],
	root_crl: &[u8],
	chain: &[u8],
	body: &[u8],
	signature: &[u8; 64],
	now: u64,
) -> Result<Checked<TeeKind>, CollateralFault> {
	let (key, dates) = read_qe_identity(body)?;
	check_dates(&dates, now)?;
	let signer = signed_text(root, root_crl, chain, body, signature, now)?;
	Ok(Checked { key, dates, signer })
}

/// What quoting enclave an identity is of, and its dates and number.
pub(crate) fn read_qe_identity(body: &[u8]) -> Result<(TeeKind, Dates), CollateralFault> {
	let identity: dcap_qvl::QeIdentity =
		serde_json::from_str(text(body)?).map_err(|_| CollateralFault::Malformed)?;
	let key = match identity.id.as_str() {
		"QE" => TeeKind::Sgx,
		"TD_QE" => TeeKind::Tdx,
		_ => return Err(CollateralFault::Malformed),
	};
	let number = identity.tcb_evaluation_data_number;
	Ok((key, json_dates(&identity.issue_date, &identity.next_update, number)?))
}

/// All of it has to be text, also what the reader of JSON passes over.
fn text(body: &[u8]) -> Result<&str, CollateralFault> {
	core::str::from_utf8(body).map_err(|_| CollateralFault::Malformed)
}

fn json_dates(issued: &str, next: &str, number: u32) -> Result<Dates, CollateralFault> {
	let seconds = |text| {
		chrono::DateTime::parse_from_rfc3339(text)
			.ok()
			.and_then(|time| u64::try_from(time.timestamp()).ok())
			.ok_or(CollateralFault::Malformed)
	};
	Ok(Dates { issued: seconds(issued)?, next_update: seconds(next)?, number })
}

fn fmspc(hex: &str) -> Option<[u8; 6]> {
	let mut bytes = [0; 6];
	let plain = hex.len() == 12 && hex.bytes().all(|b| b.is_ascii_hexdigit());
	for (i, byte) in bytes.iter_mut().enumerate() {
		let at = i.saturating_mul(2);
		*byte = u8::from_str_radix(hex.get(at..at.saturating_add(2))?, 16).ok()?;
	}
	plain.then_some(bytes)
}

/// The first certificate of a chain in PEM, in DER.
fn first_certificate(chain: &[u8]) -> Result<Vec<u8>, CollateralFault> {
	if chain.len() > MAX_PEM_CHAIN_LEN as usize {
		return Err(CollateralFault::TooLong);
	}
	let certificates = pem::parse_many(chain).map_err(|_| CollateralFault::Malformed)?;
	let first = certificates.into_iter().next().ok_or(CollateralFault::Malformed)?;
	let der = first.into_contents();
	if der.len() > MAX_CERTIFICATE_LEN as usize {
		return Err(CollateralFault::TooLong);
	}
	Ok(der)
}

/// Which PCK CA a certificate names as its subject.
fn pck_ca(der: &[u8]) -> Option<PckCa> {
	use der::Decode;
	let certificate = x509_cert::Certificate::from_der(der).ok()?;
	let subject = alloc::format!("{}", certificate.tbs_certificate().subject());
	match (subject.contains("SGX PCK Processor CA"), subject.contains("SGX PCK Platform CA")) {
		(true, false) => Some(PckCa::Processor),
		(false, true) => Some(PckCa::Platform),
		_ => None,
	}
}

/// Checks that the CA with the certificate `authority` signed a revocation list.
fn signed_list(authority: &[u8], der: &[u8]) -> Result<OwnedCertRevocationList, CollateralFault> {
	let authority = CertificateDer::from(authority);
	let anchor =
		webpki::anchor_from_trusted_cert(&authority).map_err(|_| CollateralFault::SignerInvalid)?;
	let spki = anchor.subject_public_key_info;
	OwnedCertRevocationList::from_der_verified(der, &spki, &[algorithm()]).map_err(|error| {
		match error {
			webpki::Error::InvalidCrlSignatureForPublicKey => CollateralFault::SignatureInvalid,
			_ => CollateralFault::Malformed,
		}
	})
}

/// Checks that the root signed the certificate of a PCK CA, which is valid at `now` and not revoked.
fn issued_by_root(
	root: &[u8],
	root_crl: &[u8],
	certificate: &[u8],
	now: u64,
) -> Result<(), CollateralFault> {
	let invalid = CollateralFault::SignerInvalid;
	check_p256_ca(root, certificate, now).map_err(|_| invalid)?;
	signed_list(root, root_crl)?;
	let listed_until = crl_dates(root_crl).ok_or(invalid)?;
	check_dates(&listed_until, now).map_err(|_| invalid)?;
	match is_listed(root_crl, certificate) {
		Ok(false) => Ok(()),
		_ => Err(invalid),
	}
}

/// Checks a signed text and that its signer, whose certificate `chain` begins with, is the root's
/// child, valid at `now` and not revoked. Returns that certificate.
fn signed_text(
	root: &[u8],
	root_crl: &[u8],
	chain: &[u8],
	body: &[u8],
	signature: &[u8; 64],
	now: u64,
) -> Result<Vec<u8>, CollateralFault> {
	let signer = first_certificate(chain)?;
	{
		let der = CertificateDer::from(signer.as_slice());
		let leaf = EndEntityCert::try_from(&der).map_err(|_| CollateralFault::SignerInvalid)?;
		let root = CertificateDer::from(root);
		let anchor =
			webpki::anchor_from_trusted_cert(&root).map_err(|_| CollateralFault::SignerInvalid)?;
		let list = CertRevocationList::from(signed_list(&root, root_crl)?);
		let lists = [&list];
		let revocation = webpki::RevocationOptionsBuilder::new(&lists)
			.map_err(|_| CollateralFault::SignerInvalid)?
			.with_depth(webpki::RevocationCheckDepth::Chain)
			.with_status_policy(webpki::UnknownStatusPolicy::Deny)
			.with_expiration_policy(webpki::ExpirationPolicy::Enforce)
			.build();
		leaf.verify_for_usage(
			&[algorithm()],
			&[anchor],
			&[],
			UnixTime::since_unix_epoch(Duration::from_secs(now)),
			webpki::KeyUsage::server_auth(),
			Some(revocation),
			None,
		)
		.map_err(|_| CollateralFault::SignerInvalid)?;
		let (r, s) = signature.split_at(32);
		let signature = dcap_qvl::signature::DerSigEncoder::encode_ecdsa_sig(r, s)
			.map_err(|_| CollateralFault::SignatureInvalid)?;
		leaf.verify_signature(algorithm(), body, &signature)
			.map_err(|_| CollateralFault::SignatureInvalid)?;
	}
	Ok(signer)
}

/// What a quote is judged by, as stored.
pub(crate) struct StoredCollateral {
	root_crl: RevocationList<MAX_ROOT_CRL_LEN>,
	pck_crl: RevocationList<MAX_PCK_CRL_LEN>,
	tcb_info: SignedJson<MAX_TCB_INFO_LEN>,
	qe_identity: SignedJson<MAX_QE_IDENTITY_LEN>,
}

impl StoredCollateral {
	pub(crate) fn borrow(&self) -> Collateral<'_> {
		fn statement<const N: u32>(json: &SignedJson<N>) -> Statement<'_> {
			Statement { body: &json.body, signature: &json.signature, signer: &json.signer }
		}
		Collateral {
			root_crl: &self.root_crl.der,
			pck_crl: &self.pck_crl.der,
			tcb_info: statement(&self.tcb_info),
			qe_identity: statement(&self.qe_identity),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// What is stored for a quote, all of it in its time at `now`.
	pub(crate) fn collateral_for(
		quote: &ParsedQuote,
		now: u64,
	) -> Result<StoredCollateral, CollateralFault> {
		let missing = CollateralFault::Missing;
		let stored = StoredCollateral {
			root_crl: RootCrl::<T>::get().ok_or(missing)?,
			pck_crl: PckCrls::<T>::get(quote.ca).ok_or(missing)?,
			tcb_info: TcbInfos::<T>::get((quote.tee, quote.fmspc)).ok_or(missing)?,
			qe_identity: QeIdentities::<T>::get(quote.tee).ok_or(missing)?,
		};
		for dates in [
			&stored.root_crl.dates,
			&stored.pck_crl.dates,
			&stored.tcb_info.dates,
			&stored.qe_identity.dates,
		] {
			check_dates(dates, now)?;
		}
		Ok(stored)
	}

	fn root_crl() -> Result<Vec<u8>, CollateralFault> {
		RootCrl::<T>::get().map(|list| list.der.into_inner()).ok_or(CollateralFault::RootCrlMissing)
	}

	/// Refuses a statement that is no successor of the stored one, and announces it otherwise.
	fn succeed(kind: CollateralKind, old: Option<Dates>, new: Dates) -> Result<(), Error<T>> {
		let newer = old.is_none_or(|old| new.succeeds(&old));
		ensure!(newer, Error::<T>::Collateral(CollateralFault::NotNewer));
		Self::deposit_event(Event::CollateralUpdated {
			kind,
			issued: new.issued,
			next_update: new.next_update,
			number: new.number,
		});
		Ok(())
	}

	pub(crate) fn do_put_root_crl(der: Vec<u8>) -> DispatchResult {
		let der = bounded::<T, MAX_ROOT_CRL_LEN>(der)?;
		let checked = check_root_crl(T::IntelRoot::get(), &der, Self::unix_now())
			.map_err(Error::<T>::Collateral)?;
		let old = RootCrl::<T>::get().map(|list| list.dates);
		Self::succeed(CollateralKind::RootCrl, old, checked.dates)?;
		RootCrl::<T>::put(RevocationList { der, dates: checked.dates });
		Ok(())
	}

	pub(crate) fn do_put_pck_crl(issuer_chain: Vec<u8>, der: Vec<u8>) -> DispatchResult {
		let der = bounded::<T, MAX_PCK_CRL_LEN>(der)?;
		let root_crl = Self::root_crl().map_err(Error::<T>::Collateral)?;
		let now = Self::unix_now();
		let checked = check_pck_crl(T::IntelRoot::get(), &root_crl, &issuer_chain, &der, now)
			.map_err(Error::<T>::Collateral)?;
		let old = PckCrls::<T>::get(checked.key).map(|list| list.dates);
		Self::succeed(CollateralKind::PckCrl(checked.key), old, checked.dates)?;
		PckCrls::<T>::insert(checked.key, RevocationList { der, dates: checked.dates });
		Ok(())
	}

	pub(crate) fn do_put_tcb_info(
		issuer_chain: Vec<u8>,
		body: Vec<u8>,
		signature: [u8; 64],
	) -> DispatchResult {
		let body = bounded::<T, MAX_TCB_INFO_LEN>(body)?;
		let root_crl = Self::root_crl().map_err(Error::<T>::Collateral)?;
		let (root, now) = (T::IntelRoot::get(), Self::unix_now());
		let checked = check_tcb_info(root, &root_crl, &issuer_chain, &body, &signature, now)
			.map_err(Error::<T>::Collateral)?;
		let signer = bounded::<T, MAX_CERTIFICATE_LEN>(checked.signer)?;
		let (tee, fmspc) = checked.key;
		let old = TcbInfos::<T>::get(checked.key).map(|json| json.dates);
		Self::succeed(CollateralKind::TcbInfo(tee, fmspc), old, checked.dates)?;
		TcbInfos::<T>::insert(
			checked.key,
			SignedJson { body, signature, signer, dates: checked.dates },
		);
		Ok(())
	}

	pub(crate) fn do_put_qe_identity(
		issuer_chain: Vec<u8>,
		body: Vec<u8>,
		signature: [u8; 64],
	) -> DispatchResult {
		let body = bounded::<T, MAX_QE_IDENTITY_LEN>(body)?;
		let root_crl = Self::root_crl().map_err(Error::<T>::Collateral)?;
		let (root, now) = (T::IntelRoot::get(), Self::unix_now());
		let checked = check_qe_identity(root, &root_crl, &issuer_chain, &body, &signature, now)
			.map_err(Error::<T>::Collateral)?;
		let signer = bounded::<T, MAX_CERTIFICATE_LEN>(checked.signer)?;
		let old = QeIdentities::<T>::get(checked.key).map(|json| json.dates);
		Self::succeed(CollateralKind::QeIdentity(checked.key), old, checked.dates)?;
		QeIdentities::<T>::insert(
			checked.key,
			SignedJson { body, signature, signer, dates: checked.dates },
		);
		Ok(())
	}
}

fn bounded<T: Config, const N: u32>(
	bytes: Vec<u8>,
) -> Result<BoundedVec<u8, frame_support::traits::ConstU32<N>>, Error<T>> {
	BoundedVec::try_from(bytes).map_err(|_| Error::<T>::Collateral(CollateralFault::TooLong))
}
