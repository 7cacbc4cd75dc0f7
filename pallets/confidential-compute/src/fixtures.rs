//! Real quotes, statements and evidence, for tests and benchmarks. Where they come from:
//! `fixtures/README.md`.

use alloc::{vec, vec::Vec};

/// A quote and Intel's statements that judge it.
pub struct QuoteFixture {
	pub quote: &'static [u8],
	pub root_crl: &'static [u8],
	pub pck_ca: &'static [u8],
	pub pck_crl: &'static [u8],
	/// Signer of both JSON texts, in PEM.
	pub signer: &'static [u8],
	pub tcb_info: &'static [u8],
	pub tcb_signature: &'static [u8; 64],
	pub qe_identity: &'static [u8],
	pub qe_signature: &'static [u8; 64],
	/// Unix seconds inside the time of every statement.
	pub now: u64,
}

macro_rules! quote_fixture {
	($folder:literal, $now:literal) => {
		QuoteFixture {
			quote: include_bytes!(concat!("../fixtures/", $folder, "/quote.bin")),
			root_crl: include_bytes!(concat!("../fixtures/", $folder, "/root_ca.crl")),
			pck_ca: include_bytes!(concat!("../fixtures/", $folder, "/pck_ca.pem")),
			pck_crl: include_bytes!(concat!("../fixtures/", $folder, "/pck.crl")),
			signer: include_bytes!(concat!("../fixtures/", $folder, "/tcb_info_signer.pem")),
			tcb_info: include_bytes!(concat!("../fixtures/", $folder, "/tcb_info.json")),
			tcb_signature: include_bytes!(concat!("../fixtures/", $folder, "/tcb_info.sig")),
			qe_identity: include_bytes!(concat!("../fixtures/", $folder, "/qe_identity.json")),
			qe_signature: include_bytes!(concat!("../fixtures/", $folder, "/qe_identity.sig")),
			now: $now,
		}
	};
}

/// TDX 1.0, up to date.
pub const TDX: QuoteFixture = quote_fixture!("tdx", 1_750_329_207);
/// SGX.
#[cfg(test)]
pub const SGX: QuoteFixture = quote_fixture!("sgx", 1_750_330_589);
/// TDX 1.0 with patches missing.
#[cfg(test)]
pub const TDX_OUTDATED: QuoteFixture = quote_fixture!("tdx-outdated", 1_771_412_400);
/// TDX 1.5 with the extended report.
#[cfg(test)]
pub const TDX_15EX: QuoteFixture = quote_fixture!("tdx-15ex", 1_791_500_000);

/// Evidence of a Hopper GPU.
pub const HOPPER_EVIDENCE: &[u8] = include_bytes!("../fixtures/hopper/evidence.bin");

/// Certificates of that GPU, the device's own first.
pub fn hopper_chain() -> Vec<Vec<u8>> {
	vec![
		include_bytes!("../fixtures/hopper/certificate_0.der").to_vec(),
		include_bytes!("../fixtures/hopper/certificate_1.der").to_vec(),
		include_bytes!("../fixtures/hopper/certificate_2.der").to_vec(),
		include_bytes!("../fixtures/hopper/certificate_3.der").to_vec(),
	]
}

/// Unix seconds at which NVIDIA's certificates are valid.
pub const HOPPER_NOW: u64 = 1_750_329_207;
