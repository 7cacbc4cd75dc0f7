//! The real samples, from the pallet's fixtures, and stand-ins of the same form whose keys are known.

use crate::pki::{asn1, pem, Intel, Key, Platform, Role};
use pallet_confidential_compute::{
	tee::{self, Collateral, ParsedQuote, QuoteFault, Statement},
	CpuFacts, IntelSgxRoot, TeeKind,
};
use sp_core::Get;
use std::sync::OnceLock;

/// Statements by which quotes are judged.
pub struct Statements {
	pub root: Vec<u8>,
	pub root_crl: Vec<u8>,
	pub pck_ca: Vec<u8>,
	pub pck_crl: Vec<u8>,
	/// In PEM.
	pub signer: Vec<u8>,
	pub tcb_info: Vec<u8>,
	pub tcb_signature: [u8; 64],
	pub qe_identity: Vec<u8>,
	pub qe_signature: [u8; 64],
	pub now: u64,
}

impl Statements {
	/// The signer's certificate in DER.
	pub fn signer_der(&self) -> Vec<u8> {
		let mut all = pem::parse_many(&self.signer).expect("a chain in PEM");
		all.remove(0).into_contents()
	}

	/// Parses a quote and verifies it.
	pub fn judge(&self, quote: &[u8]) -> Result<(ParsedQuote, CpuFacts), QuoteFault> {
		let parsed = tee::parse(quote)?;
		let signer = self.signer_der();
		let statement = |body, signature| Statement { body, signature, signer: &signer };
		let collateral = Collateral {
			root_crl: &self.root_crl,
			pck_crl: &self.pck_crl,
			tcb_info: statement(&self.tcb_info, &self.tcb_signature),
			qe_identity: statement(&self.qe_identity, &self.qe_signature),
		};
		let facts = tee::verify(&self.root, quote, &parsed, collateral, self.now)?;
		Ok((parsed, facts))
	}
}

/// A quote, what it is judged by, and whether it passes.
pub struct Sample {
	pub quote: &'static [u8],
	pub statements: Statements,
	/// What is known of the platform's level is enough to pass.
	pub passes: bool,
}

macro_rules! fixture {
	($($path:literal),+) => {
		include_bytes!(concat!("../../../pallets/confidential-compute/fixtures/", $($path),+))
	};
}
pub(crate) use fixture;

macro_rules! sample {
	($folder:literal, $now:literal, $passes:literal) => {
		Sample {
			quote: fixture!($folder, "/quote.bin"),
			statements: Statements {
				root: IntelSgxRoot::get().to_vec(),
				root_crl: fixture!($folder, "/root_ca.crl").to_vec(),
				pck_ca: fixture!($folder, "/pck_ca.pem").to_vec(),
				pck_crl: fixture!($folder, "/pck.crl").to_vec(),
				signer: fixture!($folder, "/tcb_info_signer.pem").to_vec(),
				tcb_info: fixture!($folder, "/tcb_info.json").to_vec(),
				tcb_signature: *fixture!($folder, "/tcb_info.sig"),
				qe_identity: fixture!($folder, "/qe_identity.json").to_vec(),
				qe_signature: *fixture!($folder, "/qe_identity.sig"),
				now: $now,
			},
			passes: $passes,
		}
	};
}

/// Quotes that Intel's hardware made.
pub fn real() -> &'static [Sample; 4] {
	static SAMPLES: OnceLock<[Sample; 4]> = OnceLock::new();
	SAMPLES.get_or_init(|| {
		[
			sample!("sgx", 1_750_330_589, true),
			sample!("tdx", 1_750_329_207, true),
			sample!("tdx-outdated", 1_771_412_400, false),
			sample!("tdx-15ex", 1_791_500_000, true),
		]
	})
}

/// Statements of the stand-in for Intel.
pub fn fake(tee: TeeKind) -> &'static Statements {
	static STATEMENTS: OnceLock<[Statements; 2]> = OnceLock::new();
	let [sgx, tdx] = STATEMENTS.get_or_init(|| [TeeKind::Sgx, TeeKind::Tdx].map(make));
	match tee {
		TeeKind::Sgx => sgx,
		TeeKind::Tdx => tdx,
	}
}

fn make(tee: TeeKind) -> Statements {
	let intel = Intel::default();
	let (tcb_info, qe_identity) = (intel.tcb_info(tee), intel.qe_identity(tee));
	Statements {
		root: Intel::root(),
		root_crl: intel.root_crl(),
		pck_ca: pem(&Intel::ca_certificate(tee)),
		pck_crl: intel.pck_crl(tee),
		signer: pem(&Intel::signer_certificate()),
		tcb_signature: Intel::sign_text(&tcb_info),
		tcb_info,
		qe_signature: Intel::sign_text(&qe_identity),
		qe_identity,
		now: crate::pki::NOW,
	}
}

pub const REPORT_DATA: [u8; 64] = [0x5a; 64];

/// A platform of the stand-in for Intel.
pub fn platform(tee: TeeKind) -> Platform {
	match tee {
		TeeKind::Sgx => Platform::sgx(),
		TeeKind::Tdx => Platform::tdx(),
	}
}

/// Name from which the key of an authority of the stand-in derives.
pub fn pck_ca_name(tee: TeeKind) -> &'static str {
	Intel::ca_draft(tee).subject
}

pub fn intel_root_key() -> Key {
	Key::p256("intel root")
}

/// The first element of DER, header and contents, and what follows. `None` if there is none whole.
pub fn element(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
	let (&len, rest) = der.get(1..)?.split_first()?;
	let (len, rest) = match len {
		0..=127 => (usize::from(len), rest),
		0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
		0x82 => {
			let [high, low] = *rest.first_chunk()?;
			(usize::from(u16::from_be_bytes([high, low])), rest.get(2..)?)
		}
		_ => return None,
	};
	let contents = rest.get(..len)?;
	let header = der.len() - rest.len();
	let (whole, after) = der.split_at(header + len);
	Some((whole, contents, after))
}

/// The signed part of a certificate or list.
pub fn signed_part(der: &[u8]) -> &[u8] {
	let (_, contents, _) = element(der).expect("a sequence");
	element(contents).expect("with a signed part").0
}

/// A certificate or list with `signed` as its signed part, signed by `key`.
pub fn sign(signed: &[u8], key: &Key) -> Vec<u8> {
	let signature = key.sign(signed);
	let (r, s) = signature.split_at(signature.len() / 2);
	let algorithm = asn1::oid(match key {
		Key::P256(_) => "1.2.840.10045.4.3.2",
		Key::P384(_) => "1.2.840.10045.4.3.3",
	});
	asn1::seq(&[
		signed.to_vec(),
		asn1::seq(&[algorithm]),
		asn1::bits(&asn1::seq(&[asn1::uint(r), asn1::uint(s)])),
	])
}

/// What a certificate of a platform is made from.
pub fn pck_draft(tee: TeeKind, sgx_extension: &[u8]) -> crate::pki::Draft {
	let draft = platform(tee).pck_draft();
	debug_assert!(draft.role == Role::Signer);
	crate::pki::Draft {
		extensions: vec![asn1::extension("1.2.840.113741.1.13.1", false, sgx_extension)],
		..draft
	}
}
