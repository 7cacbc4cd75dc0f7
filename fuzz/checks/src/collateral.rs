//! Intel's signed statements: the checks of [`pallet_confidential_compute::collateral`], and quotes
//! judged by what they let through.

use crate::{
	input::{choice, flipped, seed, Input},
	meter::within,
	pki::{pem, Intel, Key},
	samples::{
		fake, intel_root_key, pck_ca_name, platform, real, sign, signed_part, Statements,
		REPORT_DATA,
	},
};
use der::Decode as _;
use pallet_confidential_compute::{
	collateral::{
		check_pck_crl, check_qe_identity, check_root_crl, check_tcb_info, Checked, CollateralFault,
	},
	x509::is_listed,
	Dates, PckCa, TeeKind, MAX_PCK_CRL_LEN, MAX_PEM_CHAIN_LEN, MAX_QE_IDENTITY_LEN,
	MAX_ROOT_CRL_LEN, MAX_TCB_INFO_LEN,
};

/// Memory for checking a statement: its own parts and those of the lists, a few times.
const MEMORY: usize = 1024 * 1024;

const ROOT_CRL: u8 = 0;
const PCK_CRL: u8 = 1;
const TCB_INFO: u8 = 2;
const QE_IDENTITY: u8 = 3;
const KINDS: u8 = 4;

/// Whose signature stands under the statement.
const REAL: u8 = 0;
const STAND_IN: u8 = 1;
/// The stand-in's, and the rest of the input is the chain of its certificates.
const CHAIN: u8 = 2;
const SIGNERS: u8 = 3;

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let kind = input.u8() % KINDS;
	let signer = input.u8() % SIGNERS;
	match signer {
		REAL => {
			let statements = &input.pick(real()).statements;
			genuine(statements, kind, input.rest());
		}
		STAND_IN => {
			let tee = tee(input.u8());
			let body = input.rest();
			match kind {
				ROOT_CRL | PCK_CRL => list(tee, kind, body),
				_ => text(tee, kind, body),
			}
		}
		_ => {
			let tee = tee(input.u8());
			let statements = fake(tee);
			let chain = input.rest();
			let result = within(MEMORY, || match kind {
				PCK_CRL => pck_crl(statements, chain, &statements.pck_crl).map(|_| ()),
				TCB_INFO => tcb_info(statements, chain, &statements.tcb_info).map(|_| ()),
				_ => qe_identity(statements, chain, &statements.qe_identity).map(|_| ()),
			});
			if chain.len() > MAX_PEM_CHAIN_LEN as usize {
				assert_eq!(result, Err(CollateralFault::TooLong));
			}
			if result.is_ok() {
				// The first certificate is the signer's own.
				let expected = match kind {
					PCK_CRL => Intel::ca_certificate(tee),
					_ => Intel::signer_certificate(),
				};
				let first = pem::parse_many(chain).expect("passed").remove(0).into_contents();
				assert_eq!(signed_part(&first), signed_part(&expected));
			}
		}
	}
}

fn tee(byte: u8) -> TeeKind {
	if byte.is_multiple_of(2) {
		TeeKind::Sgx
	} else {
		TeeKind::Tdx
	}
}

type Outcome<Key> = Result<Checked<Key>, CollateralFault>;

fn root_crl(s: &Statements, der: &[u8]) -> Outcome<()> {
	check_root_crl(&s.root, der, s.now)
}

fn pck_crl(s: &Statements, chain: &[u8], der: &[u8]) -> Outcome<PckCa> {
	check_pck_crl(&s.root, &s.root_crl, chain, der, s.now)
}

fn tcb_info(s: &Statements, chain: &[u8], body: &[u8]) -> Outcome<(TeeKind, [u8; 6])> {
	let signature = signature(s, body);
	check_tcb_info(&s.root, &s.root_crl, chain, body, &signature, s.now)
}

fn qe_identity(s: &Statements, chain: &[u8], body: &[u8]) -> Outcome<TeeKind> {
	let signature = signature(s, body);
	check_qe_identity(&s.root, &s.root_crl, chain, body, &signature, s.now)
}

/// The sample's own signature for the sample, and one of the stand-in for anything else.
fn signature(s: &Statements, body: &[u8]) -> [u8; 64] {
	if body == s.tcb_info {
		s.tcb_signature
	} else if body == s.qe_identity {
		s.qe_signature
	} else {
		Intel::sign_text(body)
	}
}

/// Nobody can make Intel's signatures: whatever passes is what Intel signed.
fn genuine(s: &Statements, kind: u8, body: &[u8]) {
	let bound = match kind {
		ROOT_CRL => MAX_ROOT_CRL_LEN,
		PCK_CRL => MAX_PCK_CRL_LEN,
		TCB_INFO => MAX_TCB_INFO_LEN,
		_ => MAX_QE_IDENTITY_LEN,
	};
	// The pallet refuses longer ones before it looks at them.
	if body.len() > bound as usize {
		return;
	}
	let (passes, genuine) = within(MEMORY, || match kind {
		ROOT_CRL => (root_crl(s, body).is_ok(), &s.root_crl),
		PCK_CRL => (pck_crl(s, &s.pck_ca, body).is_ok(), &s.pck_crl),
		TCB_INFO => {
			let checked =
				check_tcb_info(&s.root, &s.root_crl, &s.signer, body, &s.tcb_signature, s.now);
			(checked.is_ok(), &s.tcb_info)
		}
		_ => {
			let checked =
				check_qe_identity(&s.root, &s.root_crl, &s.signer, body, &s.qe_signature, s.now);
			(checked.is_ok(), &s.qe_identity)
		}
	});
	if passes {
		match kind {
			// A list of an earlier or later day is genuine too, in another sample's chain.
			ROOT_CRL | PCK_CRL => assert!(real().iter().any(|sample| {
				let lists = [&sample.statements.root_crl, &sample.statements.pck_crl];
				lists.iter().any(|list| signed_part(list) == signed_part(body))
			})),
			_ => assert_eq!(body, genuine),
		}
	}
}

/// A revocation list with these contents, signed by the stand-in.
fn list(tee: TeeKind, kind: u8, signed: &[u8]) {
	let s = fake(tee);
	let key = if kind == ROOT_CRL { intel_root_key() } else { Key::p256(pck_ca_name(tee)) };
	let der = sign(signed, &key);
	let judge = |der: &[u8]| {
		if kind == ROOT_CRL {
			root_crl(s, der).map(|checked| checked.dates)
		} else {
			pck_crl(s, &s.pck_ca, der).map(|checked| checked.dates)
		}
	};
	let Ok(dates) = within(MEMORY, || judge(&der)) else { return };
	in_time(&dates, s.now);
	assert!(judge(&flipped(&der, choice(&der))).is_err(), "passes with a bit flipped");
	both_readers_agree(&der);

	// Whatever passed here lies on chain when a quote is judged.
	let quote = platform(tee).quote(&REPORT_DATA);
	let mut with = copy(s);
	*(if kind == ROOT_CRL { &mut with.root_crl } else { &mut with.pck_crl }) = der;
	let _ = within(2 * MEMORY, || with.judge(&quote));
}

/// The list's two readers see the same serial numbers in it: one is asked when statements come in,
/// the other when quotes are judged.
fn both_readers_agree(der: &[u8]) {
	type List = x509_cert::crl::CertificateList;
	let listed = List::from_der(der).expect("its dates were read").tbs_cert_list;
	let other: webpki::CertRevocationList =
		webpki::OwnedCertRevocationList::from_der(der).expect("its signature was verified").into();
	for revoked in listed.revoked_certificates.iter().flatten() {
		let serial = revoked.serial_number.as_bytes();
		// One of them drops zeros in front.
		let start = serial.iter().position(|byte| *byte != 0).unwrap_or(serial.len());
		let found = other.find_serial(serial).expect("an owned list").is_some()
			|| other.find_serial(&serial[start..]).expect("an owned list").is_some();
		assert!(found, "only one of the readers sees {serial:02x?}");
	}
	for certificate in [Intel::signer_certificate(), Intel::ca_certificate(TeeKind::Tdx)] {
		let parsed = x509_cert::Certificate::from_der(&certificate).expect("a certificate");
		let serial = parsed.tbs_certificate().serial_number().as_bytes().to_vec();
		let found = other.find_serial(&serial).expect("an owned list").is_some();
		assert_eq!(is_listed(der, &certificate), Ok(found));
	}
}

/// A JSON text, signed by the stand-in.
fn text(tee: TeeKind, kind: u8, body: &[u8]) {
	let s = fake(tee);
	let signature = Intel::sign_text(body);
	let judge = |body: &[u8]| {
		if kind == TCB_INFO {
			check_tcb_info(&s.root, &s.root_crl, &s.signer, body, &signature, s.now)
				.map(|checked| (checked.key.0, Some(checked.key.1), checked.dates))
		} else {
			check_qe_identity(&s.root, &s.root_crl, &s.signer, body, &signature, s.now)
				.map(|checked| (checked.key, None, checked.dates))
		}
	};
	let Ok((named, family, dates)) = within(MEMORY, || judge(body)) else { return };
	in_time(&dates, s.now);
	assert!(judge(&flipped(body, choice(body))).is_err(), "passes with a bit flipped");

	// A plain reader of JSON finds the same under the same names. It minds escapes in what others pass
	// over.
	let text = std::str::from_utf8(body).expect("a text");
	let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
	assert_eq!(value["tcbEvaluationDataNumber"], dates.number);
	let id = value["id"].as_str().expect("a text");
	match family {
		Some(family) => {
			assert_eq!(id, if named == TeeKind::Sgx { "SGX" } else { "TDX" });
			let text = value["fmspc"].as_str().expect("a text").to_lowercase();
			assert_eq!(text, hex::encode(family));
		}
		None => assert_eq!(id, if named == TeeKind::Sgx { "QE" } else { "TD_QE" }),
	}

	let quote = platform(tee).quote(&REPORT_DATA);
	let mut with = copy(s);
	if kind == TCB_INFO {
		(with.tcb_info, with.tcb_signature) = (body.to_vec(), signature);
	} else {
		(with.qe_identity, with.qe_signature) = (body.to_vec(), signature);
	}
	if let Ok((_, facts)) = within(2 * MEMORY, || with.judge(&quote)) {
		assert!(facts.valid_until <= dates.next_update);
		assert!(facts.advisories.windows(2).all(|pair| pair[0] < pair[1]));
	}
}

fn in_time(dates: &Dates, now: u64) {
	assert!(dates.issued <= now && now <= dates.next_update);
}

fn copy(s: &Statements) -> Statements {
	Statements {
		root: s.root.clone(),
		root_crl: s.root_crl.clone(),
		pck_ca: s.pck_ca.clone(),
		pck_crl: s.pck_crl.clone(),
		signer: s.signer.clone(),
		tcb_info: s.tcb_info.clone(),
		tcb_signature: s.tcb_signature,
		qe_identity: s.qe_identity.clone(),
		qe_signature: s.qe_signature,
		now: s.now,
	}
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, sample) in (0u8..).zip(real()) {
		let s = &sample.statements;
		seeds.push(seed(&[&[ROOT_CRL, REAL, at], &s.root_crl]));
		seeds.push(seed(&[&[PCK_CRL, REAL, at], &s.pck_crl]));
		seeds.push(seed(&[&[TCB_INFO, REAL, at], &s.tcb_info]));
		seeds.push(seed(&[&[QE_IDENTITY, REAL, at], &s.qe_identity]));
		// Their contents, which the stand-in signs, are never in time; their form is what counts.
		seeds.push(seed(&[&[ROOT_CRL, STAND_IN, at], signed_part(&s.root_crl)]));
		seeds.push(seed(&[&[PCK_CRL, STAND_IN, at], signed_part(&s.pck_crl)]));
		seeds.push(seed(&[&[TCB_INFO, STAND_IN, at], &s.tcb_info]));
		seeds.push(seed(&[&[QE_IDENTITY, STAND_IN, at], &s.qe_identity]));
		seeds.push(seed(&[&[TCB_INFO, CHAIN, at], &s.signer]));
	}
	for (at, tee) in (0u8..).zip([TeeKind::Sgx, TeeKind::Tdx]) {
		let s = fake(tee);
		let serial = platform(tee).pck_serial();
		let revoking = Intel {
			root_revoked: vec![vec![1, 2, 3], vec![0x80; 20]],
			pck_revoked: vec![serial, vec![0x7f; 20]],
			status: "OutOfDate",
			advisories: vec!["INTEL-SA-00615", "INTEL-SA-00289"],
			..Intel::default()
		};
		for (kind, list) in [
			(ROOT_CRL, &s.root_crl),
			(ROOT_CRL, &revoking.root_crl()),
			(PCK_CRL, &s.pck_crl),
			(PCK_CRL, &revoking.pck_crl(tee)),
		] {
			seeds.push(seed(&[&[kind, STAND_IN, at], signed_part(list)]));
		}
		for (kind, body) in [
			(TCB_INFO, &s.tcb_info),
			(TCB_INFO, &revoking.tcb_info(tee)),
			(QE_IDENTITY, &s.qe_identity),
		] {
			seeds.push(seed(&[&[kind, STAND_IN, at], body]));
		}
		seeds.push(seed(&[&[PCK_CRL, CHAIN, at], &s.pck_ca]));
		seeds.push(seed(&[&[TCB_INFO, CHAIN, at], &s.signer]));
		let chain = [&s.signer[..], &pem(&s.root)].concat();
		seeds.push(seed(&[&[QE_IDENTITY, CHAIN, at], &chain]));
	}
	seeds
}
