//! Quotes of CPU enclaves: [`tee::parse`] and [`tee::verify`], as the pallet calls them.

use crate::{
	input::{choice, flipped, seed, Input},
	meter::within,
	pki::Key,
	samples::{fake, pck_draft, platform, real, signed_part, REPORT_DATA},
};
use codec::Encode;
use dcap_qvl::quote::{Quote, Report};
use pallet_confidential_compute::{
	attestation::is_bound,
	tee::{parse, ParsedQuote, QuoteFault},
	CpuFacts, Measurement, TeeKind, MAX_QUOTE_LEN,
};
use sp_core::H256;

/// Memory for reading a quote: a few copies of the certificates in it.
const PARSE_MEMORY: usize = 256 * 1024;
/// Memory for verifying one: the statements and a few copies of them.
const VERIFY_MEMORY: usize = 1024 * 1024;

const PARSE: u8 = 0;
const REAL: u8 = 1;
const FAKE: u8 = 2;
const EXTENSION: u8 = 3;
const OVERLONG: u8 = 4;
const MODES: u8 = 5;

const HEADER: usize = 48;
const SGX_REPORT: usize = 384;
const TD_REPORT: usize = 584;

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	match input.u8() % MODES {
		PARSE => {
			read(input.rest());
		}
		REAL => real_quote(&mut input),
		FAKE => signed_by_stand_in(&mut input),
		EXTENSION => certificate_extension(&mut input),
		_ => overlong(&mut input),
	}
}

/// A quote is read as it stands there, if it is read at all.
fn read(quote: &[u8]) -> Option<ParsedQuote> {
	let result = within(PARSE_MEMORY, || parse(quote));
	if result == Err(QuoteFault::Malformed) {
		assert!(!is_known(quote), "the library reads what the pallet calls malformed");
	}
	let parsed = result.ok()?;
	assert!(quote.len() <= MAX_QUOTE_LEN as usize);
	compare(quote, &parsed);

	// The library's own encoding of what it read says the same and is stable.
	let whole = Quote::parse(quote).expect("parsed before");
	let encoded = whole.encode();
	if encoded.len() <= MAX_QUOTE_LEN as usize {
		let again = Quote::parse(&encoded).expect("what was encoded decodes");
		assert_eq!(again.encode(), encoded);
		assert_eq!(parse(&encoded).as_ref(), Ok(&parsed));
	}
	Some(parsed)
}

/// Whether the library reads a quote, and one of those that the pallet takes.
fn is_known(quote: &[u8]) -> bool {
	let Ok(read) = Quote::parse(quote) else { return false };
	match read.report {
		Report::SgxEnclave(_) => read.header.version == 3,
		Report::TD10(_) => matches!(read.header.version, 4 | 5),
		Report::TD15(_) | Report::TD15Ex(_) => read.header.version == 5,
	}
}

/// Reads by offsets from Intel's documents what the parser claims to have read.
fn compare(quote: &[u8], parsed: &ParsedQuote) {
	let version = u16::from_le_bytes([quote[0], quote[1]]);
	let start = if version == 5 { HEADER + 6 } else { HEADER };
	match &parsed.measurement {
		Measurement::Sgx { mr_enclave, mr_signer, isv_prod_id, isv_svn, config_id, config_svn } => {
			assert_eq!((parsed.tee, version), (TeeKind::Sgx, 3));
			let report = &quote[start..start + SGX_REPORT];
			assert_eq!(report[48] & 2, 0, "debug");
			assert_eq!(report[64..96], mr_enclave[..]);
			assert_eq!(report[128..160], mr_signer[..]);
			assert_eq!(report[192..256], config_id[..]);
			assert_eq!(report[256..258], isv_prod_id.to_le_bytes());
			assert_eq!(report[258..260], isv_svn.to_le_bytes());
			assert_eq!(report[260..262], config_svn.to_le_bytes());
			assert_eq!(report[320..384], parsed.report_data);
		}
		Measurement::Tdx { mr_td, mr_config_id, mr_owner, mr_owner_config, rtmr, attributes } => {
			assert_eq!(parsed.tee, TeeKind::Tdx);
			let report = &quote[start..start + TD_REPORT];
			assert_eq!(report[120..128], attributes[..]);
			assert_eq!(attributes[0], 0, "debug");
			let bits = u64::from_le_bytes(*attributes);
			assert_eq!(bits >> 29 & 1, 0, "migratable");
			assert_eq!(bits >> 28 & 1, 1, "no protection from exceptions");
			assert_eq!(report[136..184], mr_td[..]);
			assert_eq!(report[184..232], mr_config_id[..]);
			assert_eq!(report[232..280], mr_owner[..]);
			assert_eq!(report[280..328], mr_owner_config[..]);
			assert_eq!(report[328..520], rtmr.concat());
			assert_eq!(report[520..584], parsed.report_data);
		}
	}
	// What binds a quote is the first half of its report data, and the second half is zero.
	let hash = H256::from_slice(&parsed.report_data[..32]);
	assert_eq!(is_bound(&parsed.report_data, &hash), parsed.report_data[32..] == [0; 32]);
}

/// Length of what a quote's signature is over.
fn signed_len(quote: &[u8]) -> usize {
	let version = u16::from_le_bytes([quote[0], quote[1]]);
	let sgx = quote[4..8] == [0; 4];
	match version {
		5 => HEADER + 6 + u32::from_le_bytes(*quote[50..].first_chunk().expect("a body")) as usize,
		_ if sgx => HEADER + SGX_REPORT,
		_ => HEADER + TD_REPORT,
	}
}

/// Nobody can make Intel's signatures: whatever passes is what Intel's hardware signed.
fn real_quote(input: &mut Input) {
	let sample = input.pick(real());
	let quote = if input.u8().is_multiple_of(2) {
		input.rest().to_vec()
	} else {
		let mut quote = sample.quote.to_vec();
		input.edit(&mut quote, 4);
		quote
	};
	if read(&quote).is_none() {
		return;
	}
	if let Ok((parsed, facts)) = within(VERIFY_MEMORY, || sample.statements.judge(&quote)) {
		let genuine = real()
			.iter()
			.find(|other| quote.starts_with(&other.quote[..signed_len(other.quote)]))
			.expect("nobody else's quote passes");
		assert!(genuine.passes);
		assert_eq!(Ok((parsed, facts)), genuine.statements.judge(genuine.quote));
	}
}

/// A quote whose enclave and quoting enclave say what the input wants, signed by the stand-in.
fn signed_by_stand_in(input: &mut Input) {
	let tee = if input.u8().is_multiple_of(2) { TeeKind::Sgx } else { TeeKind::Tdx };
	let platform = platform(tee);
	let mut quote = platform.quote(&REPORT_DATA);
	let signed = signed_len(&quote);
	let tail = input.u8() % 4;
	if tail != 1 {
		input.edit(&mut quote[..signed], 12);
	}
	// The quoting enclave's report is behind the signature and the attestation key.
	let header = if tee == TeeKind::Sgx { 0 } else { 6 };
	let report = signed + 4 + 128 + header;
	if tail != 0 {
		input.edit(&mut quote[report..report + SGX_REPORT], 12);
		let signature = Key::p256(platform.name).sign(&quote[report..report + SGX_REPORT]);
		quote[report + SGX_REPORT..][..64].copy_from_slice(&signature);
	}
	let signature = Key::p256("attestation key").sign(&quote[..signed]);
	quote[signed + 4..][..64].copy_from_slice(&signature);
	if tail == 3 {
		input.edit(&mut quote[signed..], 4);
	}
	judge_fake(tee, &quote);
}

/// The certificate of the platform carries what the input wants.
fn certificate_extension(input: &mut Input) {
	let tee = if input.u8().is_multiple_of(2) { TeeKind::Sgx } else { TeeKind::Tdx };
	let draft = pck_draft(tee, input.rest());
	judge_fake(tee, &platform(tee).quote_with(&REPORT_DATA, &draft));
}

fn judge_fake(tee: TeeKind, quote: &[u8]) {
	if read(quote).is_none() {
		return;
	}
	let judge = |quote: &[u8]| fake(tee).judge(quote);
	if let Ok((parsed, facts)) = within(VERIFY_MEMORY, || judge(quote)) {
		check_facts(&parsed, &facts, fake(tee).now);
		// The same with one bit flipped is nobody's.
		let signed = signed_len(quote);
		let bad = [&flipped(&quote[..signed], choice(quote))[..], &quote[signed..]].concat();
		assert!(judge(&bad).is_err(), "passes with a bit of what is signed flipped");
	}
}

fn check_facts(parsed: &ParsedQuote, facts: &CpuFacts, now: u64) {
	assert_eq!(facts.tee, parsed.tee);
	assert_eq!(facts.measurement, parsed.measurement.digest());
	assert!(facts.valid_until >= now);
	assert!(facts.advisories.windows(2).all(|pair| pair[0] < pair[1]));
}

/// Quotes above the bound are refused without being looked at.
fn overlong(input: &mut Input) {
	let mut quote = input.rest().to_vec();
	quote.resize(MAX_QUOTE_LEN as usize + 1 + usize::from(quote.len() as u8), 7);
	assert_eq!(within(0, || parse(&quote)), Err(QuoteFault::TooLong));
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, sample) in (0u8..).zip(real()) {
		seeds.push(seed(&[&[PARSE], sample.quote]));
		seeds.push(seed(&[&[REAL, at, 0], sample.quote]));
		seeds.push(vec![REAL, at, 1]);
		seeds.push(vec![REAL, at, 1, 0x40, 0, 0xff]);
	}
	for (at, tee) in [TeeKind::Sgx, TeeKind::Tdx].into_iter().enumerate() {
		seeds.push(seed(&[&[PARSE], &platform(tee).quote(&REPORT_DATA)]));
		for tail in 0..4 {
			seeds.push(vec![FAKE, at as u8, tail]);
			seeds.push(vec![FAKE, at as u8, tail, 0x70, 0, 1, 0x90, 0, 2]);
		}
		// The debug bit of either kind.
		seeds.push(vec![FAKE, at as u8, 0, [96, 168][at], 0, [2, 1][at]]);
		// A platform's extension, as it stands in a certificate.
		let certificate = platform(tee).pck_draft();
		let whole = certificate.extensions.first().expect("there is one").clone();
		let (_, parts, _) = crate::samples::element(&whole).expect("a sequence");
		let (_, _, value) = crate::samples::element(parts).expect("an identifier");
		let (_, value, _) = crate::samples::element(value).expect("octets");
		seeds.push(seed(&[&[EXTENSION, at as u8], value]));
	}
	// The extension of a platform with all optional parts, from a real certificate.
	for sample in real() {
		let quote = Quote::parse(sample.quote).expect("a sample");
		let chain = pem::parse_many(quote.inner_cert_data()).expect("in PEM");
		let leaf = chain.first().expect("a chain").contents();
		if let Ok(pck) = dcap_qvl::intel::parse_pck_extension(leaf) {
			seeds.push(seed(&[&[EXTENSION, 1], &pck.raw_extension]));
		}
		debug_assert!(!signed_part(leaf).is_empty());
	}
	seeds.push(vec![OVERLONG]);
	seeds.push(seed(&[&[OVERLONG], real()[0].quote]));
	// A length that says more than there is.
	let mut long = real()[1].quote.to_vec();
	let at = signed_len(&long);
	long[at..at + 4].copy_from_slice(&0xf_ffffu32.to_le_bytes());
	seeds.push(seed(&[&[PARSE], &long]));
	seeds
}
