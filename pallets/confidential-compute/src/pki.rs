//! Authorities for tests: stand-ins for Intel and NVIDIA that sign whatever a test wants.
//!
//! Every byte is made here, from DER up, so that quotes and evidence have the form of the real ones
//! and only their roots differ. Keys are fixed and signatures deterministic.

use crate::{GpuArch, TeeKind};
use p256::ecdsa::signature::Signer as _;
use sp_io::hashing::{blake2_256, sha2_256};

/// DER.
pub mod asn1 {
	pub fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
		let len = contents.len();
		let mut out = vec![tag];
		match len {
			0..=127 => out.push(len as u8),
			128..=255 => out.extend([0x81, len as u8]),
			_ => out.extend([0x82, (len >> 8) as u8, len as u8]),
		}
		out.extend(contents);
		out
	}

	pub fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
		tlv(0x30, &parts.concat())
	}

	pub fn set(parts: &[Vec<u8>]) -> Vec<u8> {
		tlv(0x31, &parts.concat())
	}

	/// A number, from its big-endian bytes.
	pub fn uint(bytes: &[u8]) -> Vec<u8> {
		let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len().saturating_sub(1));
		let mut value = bytes[start..].to_vec();
		if value.is_empty() || value[0] >= 0x80 {
			value.insert(0, 0);
		}
		tlv(0x02, &value)
	}

	pub fn oid(text: &str) -> Vec<u8> {
		let parts: Vec<u64> = text.split('.').map(|part| part.parse().unwrap()).collect();
		let mut out = vec![(parts[0] * 40 + parts[1]) as u8];
		for part in &parts[2..] {
			let mut groups = vec![(part & 0x7f) as u8];
			let mut rest = part >> 7;
			while rest > 0 {
				groups.push((rest & 0x7f) as u8 | 0x80);
				rest >>= 7;
			}
			groups.reverse();
			out.extend(groups);
		}
		tlv(0x06, &out)
	}

	pub fn octets(bytes: &[u8]) -> Vec<u8> {
		tlv(0x04, bytes)
	}

	pub fn bits(bytes: &[u8]) -> Vec<u8> {
		tlv(0x03, &[&[0], bytes].concat())
	}

	pub fn boolean(value: bool) -> Vec<u8> {
		tlv(0x01, &[if value { 0xff } else { 0 }])
	}

	pub fn name(common: &str) -> Vec<u8> {
		seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(0x0c, common.as_bytes())])])])
	}

	/// UTCTime until 2049, GeneralizedTime after.
	pub fn time(unix: u64) -> Vec<u8> {
		let time = chrono::DateTime::from_timestamp(unix as i64, 0).unwrap();
		if unix < 2_524_608_000 {
			tlv(0x17, time.format("%y%m%d%H%M%SZ").to_string().as_bytes())
		} else {
			tlv(0x18, time.format("%Y%m%d%H%M%SZ").to_string().as_bytes())
		}
	}

	pub fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
		let mut parts = vec![oid(id)];
		if critical {
			parts.push(boolean(true));
		}
		parts.push(octets(value));
		seq(&parts)
	}
}

use asn1::*;

/// A signing key of one of the two curves.
#[derive(Clone)]
pub enum Key {
	P256(p256::ecdsa::SigningKey),
	P384(p384::ecdsa::SigningKey),
}

impl Key {
	/// A fixed P-256 key.
	pub fn p256(seed: &str) -> Self {
		Self::P256(p256::ecdsa::SigningKey::from_slice(&blake2_256(seed.as_bytes())).unwrap())
	}

	/// A fixed P-384 key.
	pub fn p384(seed: &str) -> Self {
		let mut bytes = [0; 48];
		bytes[16..].copy_from_slice(&blake2_256(seed.as_bytes()));
		Self::P384(p384::ecdsa::SigningKey::from_slice(&bytes).unwrap())
	}

	/// The public point, uncompressed.
	pub fn point(&self) -> Vec<u8> {
		match self {
			Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
			Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
		}
	}

	pub fn spki(&self) -> Vec<u8> {
		let curve = match self {
			Self::P256(_) => "1.2.840.10045.3.1.7",
			Self::P384(_) => "1.3.132.0.34",
		};
		seq(&[seq(&[oid("1.2.840.10045.2.1"), oid(curve)]), bits(&self.point())])
	}

	/// r and s, one after the other.
	pub fn sign(&self, message: &[u8]) -> Vec<u8> {
		match self {
			Self::P256(key) => {
				let signature: p256::ecdsa::Signature = key.sign(message);
				signature.to_bytes().to_vec()
			}
			Self::P384(key) => {
				let signature: p384::ecdsa::Signature = key.sign(message);
				signature.to_bytes().to_vec()
			}
		}
	}

	fn algorithm(&self) -> Vec<u8> {
		seq(&[oid(match self {
			Self::P256(_) => "1.2.840.10045.4.3.2",
			Self::P384(_) => "1.2.840.10045.4.3.3",
		})])
	}

	/// Signs the contents of a certificate or a list.
	fn wrap(&self, signed: Vec<u8>) -> Vec<u8> {
		let signature = self.sign(&signed);
		let (r, s) = signature.split_at(signature.len() / 2);
		let signature = seq(&[uint(r), uint(s)]);
		seq(&[signed, self.algorithm(), bits(&signature)])
	}
}

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
	Ca,
	Signer,
}

/// A certificate to be.
#[derive(Clone)]
pub struct Draft {
	pub subject: &'static str,
	pub issuer: &'static str,
	pub serial: Vec<u8>,
	pub from: u64,
	pub until: u64,
	pub role: Role,
	pub path_len: Option<u8>,
	pub extensions: Vec<Vec<u8>>,
}

impl Draft {
	pub fn new(subject: &'static str, issuer: &'static str, role: Role) -> Self {
		Self {
			subject,
			issuer,
			serial: blake2_256(subject.as_bytes())[..8].to_vec(),
			from: 1_600_000_000,
			until: NOW + 1_000_000_000,
			role,
			path_len: None,
			extensions: Vec::new(),
		}
	}

	/// The certificate of `key`, signed by `by`.
	pub fn sign(&self, key: &Key, by: &Key) -> Vec<u8> {
		let mut extensions = self.extensions.clone();
		// digitalSignature, or keyCertSign and cRLSign.
		let usage: &[u8] = match self.role {
			Role::Ca => &[0x03, 0x02, 0x01, 0x06],
			Role::Signer => &[0x03, 0x02, 0x07, 0x80],
		};
		extensions.push(extension("2.5.29.15", true, usage));
		if self.role == Role::Ca {
			let mut parts = vec![boolean(true)];
			if let Some(most) = self.path_len {
				parts.push(uint(&[most]));
			}
			extensions.push(extension("2.5.29.19", true, &seq(&parts)));
		}
		by.wrap(seq(&[
			tlv(0xa0, &uint(&[2])),
			uint(&self.serial),
			by.algorithm(),
			name(self.issuer),
			seq(&[time(self.from), time(self.until)]),
			name(self.subject),
			key.spki(),
			tlv(0xa3, &seq(&extensions)),
		]))
	}
}

/// A revocation list.
pub fn crl(
	issuer: &str,
	by: &Key,
	number: u32,
	issued: u64,
	next: u64,
	revoked: &[&[u8]],
) -> Vec<u8> {
	let entries: Vec<_> = revoked.iter().map(|serial| seq(&[uint(serial), time(issued)])).collect();
	let mut parts = vec![uint(&[1]), by.algorithm(), name(issuer), time(issued), time(next)];
	if !entries.is_empty() {
		parts.push(seq(&entries));
	}
	let authority_key = &blake2_256(&by.point())[..20];
	parts.push(tlv(
		0xa0,
		&seq(&[
			extension("2.5.29.20", false, &uint(&number.to_be_bytes())),
			extension("2.5.29.35", false, &seq(&[tlv(0x80, authority_key)])),
		]),
	));
	by.wrap(seq(&parts))
}

pub fn pem(der: &[u8]) -> Vec<u8> {
	pem::encode(&pem::Pem::new("CERTIFICATE", der)).into_bytes()
}

/// The time at which tests of this module play.
pub const NOW: u64 = 1_780_000_000;
/// How long its statements last.
pub const MONTH: u64 = 30 * 24 * 3_600;

const ROOT: &str = "Test Root CA";
const PLATFORM_CA: &str = "Intel SGX PCK Platform CA";
const PROCESSOR_CA: &str = "Intel SGX PCK Processor CA";
const SIGNER: &str = "Test TCB Signing";

/// The test's stand-in for Intel.
#[derive(Clone)]
pub struct Intel {
	/// Serial numbers that the root has revoked.
	pub root_revoked: Vec<Vec<u8>>,
	/// Serial numbers that the PCK CA has revoked.
	pub pck_revoked: Vec<Vec<u8>>,
	/// Unix seconds at which statements are issued.
	pub issued: u64,
	/// Unix seconds by which newer ones are promised.
	pub next: u64,
	/// Number of lists and evaluation.
	pub number: u32,
	/// Status of the level that platforms are on.
	pub status: &'static str,
	/// Advisories of that level.
	pub advisories: Vec<&'static str>,
}

impl Default for Intel {
	fn default() -> Self {
		Self {
			root_revoked: Vec::new(),
			pck_revoked: Vec::new(),
			issued: NOW - 1_000,
			next: NOW - 1_000 + MONTH,
			number: 7,
			status: "UpToDate",
			advisories: Vec::new(),
		}
	}
}

pub const FMSPC: [u8; 6] = [0x90, 0xc0, 0x6f, 1, 2, 3];
const CPU_SVN: [u8; 16] = [5; 16];
const TEE_SVN: [u8; 16] = [4, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4];
const PCE_SVN: u16 = 11;
const QE_SIGNER: [u8; 32] = [0xdc; 32];
const SEAM_SIGNER: [u8; 48] = [0; 48];

impl Intel {
	fn root_key() -> Key {
		Key::p256("intel root")
	}

	pub fn root() -> Vec<u8> {
		Draft::new(ROOT, ROOT, Role::Ca).sign(&Self::root_key(), &Self::root_key())
	}

	fn ca(tee: TeeKind) -> &'static str {
		match tee {
			TeeKind::Sgx => PROCESSOR_CA,
			TeeKind::Tdx => PLATFORM_CA,
		}
	}

	pub fn ca_draft(tee: TeeKind) -> Draft {
		Draft { path_len: Some(0), ..Draft::new(Self::ca(tee), ROOT, Role::Ca) }
	}

	pub fn ca_certificate(tee: TeeKind) -> Vec<u8> {
		Self::ca_draft(tee).sign(&Key::p256(Self::ca(tee)), &Self::root_key())
	}

	pub fn signer_draft() -> Draft {
		Draft::new(SIGNER, ROOT, Role::Signer)
	}

	pub fn signer_certificate() -> Vec<u8> {
		Self::signer_draft().sign(&Key::p256(SIGNER), &Self::root_key())
	}

	pub fn root_crl(&self) -> Vec<u8> {
		let revoked: Vec<&[u8]> = self.root_revoked.iter().map(Vec::as_slice).collect();
		crl(ROOT, &Self::root_key(), self.number, self.issued, self.next, &revoked)
	}

	pub fn pck_crl(&self, tee: TeeKind) -> Vec<u8> {
		let revoked: Vec<&[u8]> = self.pck_revoked.iter().map(Vec::as_slice).collect();
		let ca = Self::ca(tee);
		crl(ca, &Key::p256(ca), self.number, self.issued, self.next, &revoked)
	}

	fn json_time(unix: u64) -> String {
		let time = chrono::DateTime::from_timestamp(unix as i64, 0).unwrap();
		time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
	}

	pub fn tcb_info(&self, tee: TeeKind) -> Vec<u8> {
		let components = |svn: &[u8; 16]| {
			svn.iter().map(|n| format!("{{\"svn\":{n}}}")).collect::<Vec<_>>().join(",")
		};
		let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
		let advisories =
			self.advisories.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(",");
		let (id, module, tdx) = match tee {
			TeeKind::Sgx => ("SGX", String::new(), String::new()),
			TeeKind::Tdx => (
				"TDX",
				format!(
					"\"tdxModule\":{{\"mrsigner\":\"{}\",\"attributes\":\"{}\",\
					 \"attributesMask\":\"{}\"}},",
					hex(&SEAM_SIGNER),
					hex(&[0; 8]),
					hex(&[0xff; 8])
				),
				format!("\"tdxtcbcomponents\":[{}],", components(&TEE_SVN)),
			),
		};
		format!(
			"{{\"id\":\"{id}\",\"version\":3,\"issueDate\":\"{}\",\"nextUpdate\":\"{}\",\
			 \"fmspc\":\"{}\",\"pceId\":\"0000\",\"tcbType\":0,\
			 \"tcbEvaluationDataNumber\":{},{module}\"tcbLevels\":[{{\"tcb\":{{\
			 \"sgxtcbcomponents\":[{}],{tdx}\"pcesvn\":{PCE_SVN}}},\
			 \"tcbDate\":\"2026-01-01T00:00:00Z\",\"tcbStatus\":\"{}\",\
			 \"advisoryIDs\":[{advisories}]}}]}}",
			Self::json_time(self.issued),
			Self::json_time(self.next),
			hex(&FMSPC),
			self.number,
			components(&CPU_SVN),
			self.status,
		)
		.into_bytes()
	}

	pub fn qe_identity(&self, tee: TeeKind) -> Vec<u8> {
		let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
		let (id, product) = match tee {
			TeeKind::Sgx => ("QE", 1),
			TeeKind::Tdx => ("TD_QE", 2),
		};
		format!(
			"{{\"id\":\"{id}\",\"version\":2,\"issueDate\":\"{}\",\"nextUpdate\":\"{}\",\
			 \"tcbEvaluationDataNumber\":{},\"miscselect\":\"00000000\",\
			 \"miscselectMask\":\"FFFFFFFF\",\"attributes\":\"{}\",\"attributesMask\":\"{}\",\
			 \"mrsigner\":\"{}\",\"isvprodid\":{product},\"tcbLevels\":[{{\"tcb\":{{\"isvsvn\":8}},\
			 \"tcbDate\":\"2026-01-01T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}}]}}",
			Self::json_time(self.issued),
			Self::json_time(self.next),
			self.number,
			hex(&[0; 16]),
			hex(&[0; 16]),
			hex(&QE_SIGNER),
		)
		.into_bytes()
	}

	/// Signature of the TCB signing key.
	pub fn sign_text(text: &[u8]) -> [u8; 64] {
		Key::p256(SIGNER).sign(text).try_into().unwrap()
	}
}

/// A platform of the test's Intel, and an enclave on it.
#[derive(Clone)]
pub struct Platform {
	pub tee: TeeKind,
	/// Name, from which its provisioning id and its keys derive.
	pub name: &'static str,
	/// Makes the measurement.
	pub code: u8,
	/// SGX attributes, or attributes of a trust domain.
	pub attributes: u8,
	/// Security version of the processor: 5 is what [`Intel`] asks for.
	pub svn: u8,
}

impl Platform {
	pub fn tdx() -> Self {
		Self { tee: TeeKind::Tdx, name: "platform 1", code: 1, attributes: 0, svn: 5 }
	}

	pub fn sgx() -> Self {
		Self { tee: TeeKind::Sgx, ..Self::tdx() }
	}

	pub fn ppid(&self) -> [u8; 16] {
		blake2_256(self.name.as_bytes())[..16].try_into().unwrap()
	}

	pub fn pck_serial(&self) -> Vec<u8> {
		blake2_256(self.name.as_bytes())[..8].to_vec()
	}

	fn pck_key(&self) -> Key {
		Key::p256(self.name)
	}

	fn sgx_extension(&self) -> Vec<u8> {
		const BASE: &str = "1.2.840.113741.1.13.1";
		let entry = |id: &str, value: Vec<u8>| seq(&[oid(&format!("{BASE}.{id}")), value]);
		let mut tcb: Vec<_> =
			(1..=16).map(|i| entry(&format!("2.{i}"), uint(&[self.svn]))).collect();
		tcb.push(entry("2.17", uint(&PCE_SVN.to_be_bytes())));
		tcb.push(entry("2.18", octets(&[self.svn; 16])));
		seq(&[
			entry("1", octets(&self.ppid())),
			entry("2", seq(&tcb)),
			entry("3", octets(&[0, 0])),
			entry("4", octets(&FMSPC)),
			entry("5", tlv(0x0a, &[0])),
		])
	}

	pub fn pck_draft(&self) -> Draft {
		Draft {
			serial: self.pck_serial(),
			extensions: vec![extension("1.2.840.113741.1.13.1", false, &self.sgx_extension())],
			..Draft::new("Intel SGX PCK Certificate", Intel::ca(self.tee), Role::Signer)
		}
	}

	fn qe_report(&self, report_data: &[u8; 64]) -> Vec<u8> {
		let product: u16 = match self.tee {
			TeeKind::Sgx => 1,
			TeeKind::Tdx => 2,
		};
		enclave_report(0, &[7; 32], &QE_SIGNER, product, 8, report_data)
	}

	/// The body of a quote.
	fn report(&self, report_data: &[u8; 64]) -> Vec<u8> {
		match self.tee {
			TeeKind::Sgx => {
				enclave_report(self.attributes, &[self.code; 32], &[9; 32], 3, 4, report_data)
			}
			TeeKind::Tdx => {
				// SEPT_VE_DISABLE, and what the test adds.
				let attributes = [self.attributes, 0, 0, 0x10, 0, 0, 0, 0];
				[
					&TEE_SVN[..],
					&[1; 48],
					&SEAM_SIGNER,
					&[0; 8],
					&attributes,
					&[0; 8],
					&[self.code; 48],
					&[0; 48 * 3],
					&[2; 48 * 4],
					report_data,
				]
				.concat()
			}
		}
	}

	pub fn quote(&self, report_data: &[u8; 64]) -> Vec<u8> {
		self.quote_with(report_data, &self.pck_draft())
	}

	/// A quote whose platform has this certificate.
	pub fn quote_with(&self, report_data: &[u8; 64], pck: &Draft) -> Vec<u8> {
		self.quote_with_chain(report_data, &self.chain(pck))
	}

	/// The platform's certificate, its authority's, and the root's.
	pub fn chain(&self, pck: &Draft) -> Vec<Vec<u8>> {
		let ca_key = Key::p256(Intel::ca(self.tee));
		let own = pck.sign(&self.pck_key(), &ca_key);
		vec![own, Intel::ca_certificate(self.tee), Intel::root()]
	}

	/// A quote that carries these certificates.
	pub fn quote_with_chain(&self, report_data: &[u8; 64], certificates: &[Vec<u8>]) -> Vec<u8> {
		let attestation_key = Key::p256("attestation key");
		let public = &attestation_key.point()[1..];
		let auth_data = [3; 32];
		let mut qe_data = [0; 64];
		qe_data[..32].copy_from_slice(&sha2_256(&[public, &auth_data].concat()));
		let qe_report = self.qe_report(&qe_data);
		let chain = certificates.iter().map(|der| pem(der)).collect::<Vec<_>>().concat();
		let (version, kind): (u16, u32) = match self.tee {
			TeeKind::Sgx => (3, 0),
			TeeKind::Tdx => (4, 0x81),
		};
		let header = [
			&version.to_le_bytes()[..],
			&2u16.to_le_bytes(),
			&kind.to_le_bytes(),
			&[0; 4],
			&dcap_qvl::INTEL_QE_VENDOR_ID,
			&[0; 20],
		]
		.concat();
		let signed = [header, self.report(report_data)].concat();
		let certification = [
			&qe_report[..],
			&self.pck_key().sign(&qe_report),
			&(auth_data.len() as u16).to_le_bytes(),
			&auth_data,
			&5u16.to_le_bytes(),
			&(chain.len() as u32).to_le_bytes(),
			&chain,
		]
		.concat();
		let signature = [&attestation_key.sign(&signed)[..], public].concat();
		let auth = match self.tee {
			TeeKind::Sgx => [signature, certification].concat(),
			TeeKind::Tdx => [
				&signature[..],
				&6u16.to_le_bytes(),
				&(certification.len() as u32).to_le_bytes(),
				&certification,
			]
			.concat(),
		};
		[&signed[..], &(auth.len() as u32).to_le_bytes(), &auth].concat()
	}
}

fn enclave_report(
	attributes: u8,
	mr_enclave: &[u8; 32],
	mr_signer: &[u8; 32],
	product: u16,
	svn: u16,
	report_data: &[u8; 64],
) -> Vec<u8> {
	let mut flags = [0; 16];
	flags[0] = attributes;
	[
		&CPU_SVN[..],
		&[0; 4],
		&[0; 28],
		&flags,
		mr_enclave,
		&[0; 32],
		mr_signer,
		&[0; 96],
		&product.to_le_bytes(),
		&svn.to_le_bytes(),
		&[0; 60],
		report_data,
	]
	.concat()
}

const GPU_ROOT: &str = "Test Device Identity CA";
const GPU_IDENTITY: &str = "Test GH100 Identity";
const GPU_PROVISIONER: &str = "Test GH100 Provisioner";
const GPU_DEVICE: &str = "Test GH100 GSP BROM";
const GPU_LEAF: &str = "Test GH100 GSP FMC LF";

/// A GPU of the test's stand-in for NVIDIA.
#[derive(Clone)]
pub struct Gpu {
	/// Name, from which its keys derive.
	pub name: &'static str,
	pub arch: GpuArch,
	/// Digest of the firmware in its certificate.
	pub fwid: [u8; 48],
	/// Digest of the firmware in its evidence.
	pub reported_fwid: [u8; 48],
	/// What it measures at index 3.
	pub measured: u8,
	/// Driver that it runs with.
	pub driver: &'static str,
}

impl Gpu {
	pub fn hopper(name: &'static str) -> Self {
		Self {
			name,
			arch: GpuArch::Hopper,
			fwid: [0xf1; 48],
			reported_fwid: [0xf1; 48],
			measured: 0xaa,
			driver: "550.90.07",
		}
	}

	fn root_key() -> Key {
		Key::p384("nvidia root")
	}

	pub fn root() -> Vec<u8> {
		Draft::new(GPU_ROOT, GPU_ROOT, Role::Ca).sign(&Self::root_key(), &Self::root_key())
	}

	fn device_key(&self) -> Key {
		Key::p384(self.name)
	}

	fn leaf_key(&self) -> Key {
		Key::p384(&format!("{} {:?}", self.name, self.fwid))
	}

	fn dice(&self) -> Vec<u8> {
		let fwid = seq(&[oid("2.16.840.1.101.3.4.2.2"), octets(&self.fwid)]);
		match self.arch {
			GpuArch::Hopper => extension(
				"2.23.133.5.4.1",
				false,
				&seq(&[uint(&[1]), self.device_key().spki(), fwid]),
			),
			GpuArch::Blackwell => extension(
				"2.23.133.5.4.1.1",
				false,
				&seq(&[
					tlv(0x80, b"NVIDIA"),
					tlv(0x81, b"GB100"),
					tlv(0x83, &[1]),
					tlv(0xa6, &[fwid.clone(), fwid].concat()),
					tlv(0x87, &[0, 0]),
				]),
			),
		}
	}

	/// Drafts of its certificates, its own first, and who signs and who holds each.
	pub fn drafts(&self) -> Vec<(Draft, Key, Key)> {
		let (identity, provisioner) = (Key::p384(GPU_IDENTITY), Key::p384(GPU_PROVISIONER));
		let device = Draft {
			serial: blake2_256(self.name.as_bytes())[..9].to_vec(),
			..Draft::new(GPU_DEVICE, GPU_PROVISIONER, Role::Ca)
		};
		let leaf = Draft {
			serial: blake2_256(&self.leaf_key().point())[..20].to_vec(),
			extensions: vec![self.dice()],
			..Draft::new(GPU_LEAF, GPU_DEVICE, Role::Signer)
		};
		vec![
			(leaf, self.leaf_key(), self.device_key()),
			(device, self.device_key(), provisioner.clone()),
			(Draft::new(GPU_PROVISIONER, GPU_IDENTITY, Role::Ca), provisioner, identity.clone()),
			(Draft::new(GPU_IDENTITY, GPU_ROOT, Role::Ca), identity, Self::root_key()),
		]
	}

	pub fn chain(&self) -> Vec<Vec<u8>> {
		self.drafts().iter().map(|(draft, key, by)| draft.sign(key, by)).collect()
	}

	/// Evidence for `nonce`.
	pub fn evidence(&self, nonce: &[u8; 32]) -> Vec<u8> {
		let unsigned = self.unsigned_evidence(nonce);
		[&unsigned[..], &self.leaf_key().sign(&unsigned)].concat()
	}

	pub fn unsigned_evidence(&self, nonce: &[u8; 32]) -> Vec<u8> {
		let blocks: Vec<u8> = (1..=8u8)
			.flat_map(|index| {
				let value = if index == 4 { self.measured } else { index };
				[&[index, 1, 51, 0, 1, 48, 0][..], &[value; 48]].concat()
			})
			.collect();
		let field = |kind: u16, value: &[u8]| {
			[&kind.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), value].concat()
		};
		let opaque = [
			field(3, &[self.driver.as_bytes(), &[0]].concat()),
			field(6, &[0, 0x9f, 0, 0x96, 1, 0, 0, 0]),
			field(15, b"882\0\0\0\0\0\0"),
			field(17, b"1010\0"),
			field(18, b"0200\0"),
			field(20, &self.reported_fwid),
		]
		.concat();
		[
			&[0x11, 0xe0, 0x01, 0xff][..],
			nonce,
			&[0],
			&[0x11, 0x60, 0, 0, 8],
			&(blocks.len() as u32).to_le_bytes()[..3],
			&blocks,
			&[0x77; 32],
			&(opaque.len() as u16).to_le_bytes(),
			&opaque,
		]
		.concat()
	}
}
