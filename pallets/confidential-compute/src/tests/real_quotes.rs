//! Quotes that Intel's hardware made, under Intel's root.

use crate::{
	collateral::{check_qe_identity, check_root_crl, check_tcb_info, CollateralFault},
	fixtures::{QuoteFixture, SGX, TDX, TDX_15EX, TDX_OUTDATED},
	mock::*,
	tee::{self, parse, verify, Collateral, QuoteFault, Statement},
	CpuFacts, Error, IntelSgxRoot, PckCa, TcbStatus, TeeKind,
};
use ai_compute_primitives::Scope;
use frame_support::{assert_noop, assert_ok, traits::Get};
use sp_core::H256;
use sp_runtime::DispatchResult;

const ALL: [&QuoteFixture; 4] = [&SGX, &TDX, &TDX_OUTDATED, &TDX_15EX];
/// Those of platforms that Intel knows the level of.
const GOOD: [&QuoteFixture; 3] = [&SGX, &TDX, &TDX_15EX];

/// The signer's certificate in DER.
fn signer(fixture: &QuoteFixture) -> Vec<u8> {
	pem::parse_many(fixture.signer).unwrap().remove(0).into_contents()
}

fn judge(fixture: &QuoteFixture, quote: &[u8], now: u64) -> Result<CpuFacts, QuoteFault> {
	let signer = signer(fixture);
	let statement = |body, signature| Statement { body, signature, signer: &signer };
	let collateral = Collateral {
		root_crl: fixture.root_crl,
		pck_crl: fixture.pck_crl,
		tcb_info: statement(fixture.tcb_info, fixture.tcb_signature),
		qe_identity: statement(fixture.qe_identity, fixture.qe_signature),
	};
	verify(IntelSgxRoot::get(), quote, &parse(quote)?, collateral, now)
}

/// Brings a fixture's statements to a chain that believes Intel.
fn bring_real(fixture: &QuoteFixture) -> DispatchResult {
	let who = || signed(PAUPER);
	let (chain, ca) = (|| fixture.signer.to_vec(), fixture.pck_ca.to_vec());
	ConfidentialCompute::put_root_crl(who(), fixture.root_crl.to_vec())?;
	ConfidentialCompute::put_pck_crl(who(), ca, fixture.pck_crl.to_vec())?;
	let (text, signature) = (fixture.tcb_info.to_vec(), *fixture.tcb_signature);
	ConfidentialCompute::put_tcb_info(who(), chain(), text, signature)?;
	let (text, signature) = (fixture.qe_identity.to_vec(), *fixture.qe_signature);
	ConfidentialCompute::put_qe_identity(who(), chain(), text, signature)
}

/// Takes a real quote in as if it were bound to Alice's node.
fn admit(fixture: &QuoteFixture) -> DispatchResult {
	let parsed = parse(fixture.quote).unwrap();
	let (keys, binding) = (Enclave::new(1).keys, H256::repeat_byte(1));
	frame_support::storage::with_storage_layer(|| {
		ConfidentialCompute::admit(ALICE, did(DID), keys, binding, fixture.quote, &parsed, None)
	})
}

#[test]
fn real_quotes_are_read() {
	let kinds = ALL.map(|fixture| parse(fixture.quote).unwrap()).map(|p| (p.tee, p.ca, p.fmspc));
	assert_eq!(
		kinds,
		[
			(TeeKind::Sgx, PckCa::Processor, [0x00, 0xa0, 0x67, 0x11, 0, 0]),
			(TeeKind::Tdx, PckCa::Platform, [0xb0, 0xc0, 0x6f, 0, 0, 0]),
			(TeeKind::Tdx, PckCa::Platform, [0x90, 0xc0, 0x6f, 0, 0, 0]),
			(TeeKind::Tdx, PckCa::Platform, [0xb0, 0xc0, 0x6f, 0, 0, 0]),
		]
	);
}

#[test]
fn real_quotes_verify_within_their_window() {
	let facts = GOOD.map(|fixture| judge(fixture, fixture.quote, fixture.now).unwrap());
	let levels = facts.clone().map(|facts| (facts.status, facts.evaluation));
	assert_eq!(
		levels,
		[
			(TcbStatus::ConfigurationAndSWHardeningNeeded, 17),
			(TcbStatus::UpToDate, 17),
			(TcbStatus::UpToDate, 20),
		]
	);
	assert_eq!(facts[0].advisories, vec![289, 615]);
	assert!(facts[1].advisories.is_empty());
	for (facts, fixture) in facts.iter().zip(GOOD) {
		assert!(facts.valid_until >= fixture.now);
		assert!(judge(fixture, fixture.quote, facts.valid_until - 1).is_ok());
		assert!(judge(fixture, fixture.quote, facts.valid_until + 1).is_err());
	}
	assert_ne!(facts[0].platform, facts[1].platform);
}

#[test]
fn a_platform_below_every_known_level_is_refused() {
	let fixture = &TDX_OUTDATED;
	assert_eq!(judge(fixture, fixture.quote, fixture.now), Err(QuoteFault::TcbUnknown));
	ExtBuilder::with_real_roots().build_and_execute(|| {
		UnixNow::set(fixture.now);
		assert_ok!(bring_real(fixture));
		assert_noop!(admit(fixture), Error::<Test>::Quote(QuoteFault::TcbUnknown));
	});
}

#[test]
fn real_quotes_are_admitted_by_the_chain() {
	for (fixture, status) in [
		(&SGX, TcbStatus::ConfigurationAndSWHardeningNeeded),
		(&TDX, TcbStatus::UpToDate),
		(&TDX_15EX, TcbStatus::UpToDate),
	] {
		ExtBuilder::with_real_roots().build_and_execute(|| {
			UnixNow::set(fixture.now);
			assert_ok!(bring_real(fixture));
			assert_ok!(admit(fixture));
			assert_eq!(record(0).cpu.status, status);
			// Half a day at least of the window is left in each of the samples.
			assert!(record(0).expires_at > Now::get() + 60);
			assert!(record(0).expires_at <= Now::get() + VALIDITY);
		});
	}
}

#[test]
fn a_platform_that_needs_configuration_fails_a_strict_policy() {
	ExtBuilder::with_real_roots().build_and_execute(|| {
		UnixNow::set(SGX.now);
		assert_ok!(bring_real(&SGX));
		assert_ok!(admit(&SGX));
		let mut policy = strict_policy();
		policy.measurements[0].digest = record(0).cpu.measurement;
		let check = |policy: &crate::Policy| policy.check(&record(0).cpu, 1, Scope::CpuAndGpu);
		assert_eq!(check(&policy), Err(crate::Violation::StatusNotAllowed));
		policy.statuses = vec![TcbStatus::ConfigurationAndSWHardeningNeeded].try_into().unwrap();
		assert_eq!(check(&policy), Err(crate::Violation::AdvisoryNotAllowed));
		policy.advisories = crate::AdvisoryRule::AllBut(Default::default());
		assert_eq!(check(&policy), Ok(()));
		policy.min_evaluation = 18;
		assert_eq!(check(&policy), Err(crate::Violation::EvaluationTooOld));
	});
}

#[test]
fn each_statement_must_be_in_its_time() {
	for fixture in GOOD {
		ExtBuilder::with_real_roots().build_and_execute(|| {
			UnixNow::set(fixture.now);
			assert_ok!(bring_real(fixture));
			let inside = Collateral {
				root_crl: fixture.root_crl,
				pck_crl: fixture.pck_crl,
				tcb_info: Statement {
					body: fixture.tcb_info,
					signature: fixture.tcb_signature,
					signer: &signer(fixture),
				},
				qe_identity: Statement {
					body: fixture.qe_identity,
					signature: fixture.qe_signature,
					signer: &signer(fixture),
				},
			};
			assert!(tee::verify(
				IntelSgxRoot::get(),
				fixture.quote,
				&parse(fixture.quote).unwrap(),
				inside,
				fixture.now
			)
			.is_ok());

			UnixNow::set(fixture.now - 60 * 24 * 3_600);
			let fault = |fault| Error::<Test>::Collateral(fault);
			assert_noop!(admit(fixture), fault(CollateralFault::NotYetValid));
			UnixNow::set(fixture.now + 60 * 24 * 3_600);
			assert_noop!(admit(fixture), fault(CollateralFault::Expired));
			UnixNow::set(fixture.now);
			assert_ok!(admit(fixture));
		});
	}
}

#[test]
fn statements_out_of_their_time_are_not_taken_in() {
	ExtBuilder::with_real_roots().build_and_execute(|| {
		let day = 24 * 3_600;
		let put = || frame_support::storage::with_storage_layer(|| bring_real(&TDX));
		UnixNow::set(TDX.now - 90 * day);
		assert_noop!(put(), Error::<Test>::Collateral(CollateralFault::NotYetValid));
		UnixNow::set(TDX.now + 1_000 * day);
		assert_noop!(put(), Error::<Test>::Collateral(CollateralFault::Expired));
	});
}

#[test]
fn real_statements_do_not_go_back() {
	ExtBuilder::with_real_roots().build_and_execute(|| {
		UnixNow::set(TDX_15EX.now);
		assert_ok!(bring_real(&TDX_15EX));
		// The identity and the TCB info of the same family from sixteen months before, presented
		// while they were still in their time.
		UnixNow::set(TDX.now);
		let not_newer = Error::<Test>::Collateral(CollateralFault::NotNewer);
		let chain = || TDX.signer.to_vec();
		assert_ok!(check_root_crl(IntelSgxRoot::get(), TDX.root_crl, TDX.now));
		crate::RootCrl::<Test>::put(crate::RevocationList {
			der: TDX.root_crl.to_vec().try_into().unwrap(),
			dates: crate::x509::crl_dates(TDX.root_crl).unwrap(),
		});
		assert_noop!(
			ConfidentialCompute::put_qe_identity(
				signed(BOB),
				chain(),
				TDX.qe_identity.to_vec(),
				*TDX.qe_signature
			),
			not_newer
		);
		let not_newer = Error::<Test>::Collateral(CollateralFault::NotNewer);
		assert_noop!(
			ConfidentialCompute::put_tcb_info(
				signed(BOB),
				chain(),
				TDX.tcb_info.to_vec(),
				*TDX.tcb_signature
			),
			not_newer
		);
		let ca = TDX.pck_ca.to_vec();
		assert_noop!(
			ConfidentialCompute::put_pck_crl(signed(BOB), ca, TDX.pck_crl.to_vec()),
			Error::<Test>::Collateral(CollateralFault::NotNewer)
		);
	});
}

#[test]
fn every_flipped_byte_that_matters_is_refused() {
	for fixture in [&SGX, &TDX, &TDX_15EX] {
		// Everything up to the certificates is signed, or is a signature, or says what is signed.
		let certificates = fixture
			.quote
			.windows(10)
			.position(|window| window == b"-----BEGIN")
			.expect("the chain is in the quote");
		let step = 7;
		for at in (0..certificates).step_by(step) {
			// The kind of the outer certification data says nothing that anybody reads.
			if outer_kind(fixture).contains(&at) {
				continue;
			}
			let mut quote = fixture.quote.to_vec();
			quote[at] ^= 0x04;
			assert!(judge(fixture, &quote, fixture.now).is_err(), "byte {at}");
		}
		// The certificates themselves, line breaks and armour apart.
		let mut refused = 0;
		for at in (certificates + 40..certificates + 1_500).step_by(11) {
			let mut quote = fixture.quote.to_vec();
			if !quote[at].is_ascii_alphanumeric() {
				continue;
			}
			quote[at] = if quote[at] == b'A' { b'B' } else { b'A' };
			if quote != fixture.quote {
				assert!(judge(fixture, &quote, fixture.now).is_err(), "byte {at}");
				refused += 1;
			}
		}
		assert!(refused > 50);
	}
}

/// Where the kind of the outer certification data stands in a TDX quote.
fn outer_kind(fixture: &QuoteFixture) -> std::ops::Range<usize> {
	let signed = match parse(fixture.quote).unwrap().tee {
		TeeKind::Sgx => return 0..0,
		TeeKind::Tdx if fixture.quote[0] == 5 => 48 + 6 + 885,
		TeeKind::Tdx => 48 + 584,
	};
	signed + 4 + 128..signed + 4 + 130
}

#[test]
fn every_cut_quote_is_refused_without_panic() {
	for fixture in ALL {
		// Quotes end with zeros that belong to nothing.
		let end = fixture.quote.iter().rposition(|byte| *byte != 0).unwrap();
		for len in (0..end).step_by(13) {
			assert!(judge(fixture, &fixture.quote[..len], fixture.now).is_err(), "{len}");
		}
	}
	assert_eq!(parse(&[0; 8 * 1024 + 1]), Err(QuoteFault::TooLong));
	assert_eq!(parse(&[0; 8 * 1024]), Err(QuoteFault::Malformed));
	assert_eq!(parse(&[]), Err(QuoteFault::Malformed));
}

#[test]
fn flipped_bytes_of_statements_are_refused() {
	for fixture in ALL {
		let (root, crl, now) = (IntelSgxRoot::get(), fixture.root_crl, fixture.now);
		let flip = |bytes: &[u8], at: usize| {
			let mut bytes = bytes.to_vec();
			bytes[at] ^= 1;
			bytes
		};
		for at in (0..fixture.tcb_info.len()).step_by(97) {
			let body = flip(fixture.tcb_info, at);
			let signature = fixture.tcb_signature;
			assert!(
				check_tcb_info(root, crl, fixture.signer, &body, signature, now).is_err(),
				"{at}"
			);
		}
		for at in (0..64).step_by(9) {
			let signature: [u8; 64] = flip(fixture.tcb_signature, at).try_into().unwrap();
			let body = fixture.tcb_info;
			assert_eq!(
				check_tcb_info(root, crl, fixture.signer, body, &signature, now).err(),
				Some(CollateralFault::SignatureInvalid)
			);
		}
		for at in (0..fixture.qe_identity.len()).step_by(31) {
			let body = flip(fixture.qe_identity, at);
			let signature = fixture.qe_signature;
			assert!(
				check_qe_identity(root, crl, fixture.signer, &body, signature, now).is_err(),
				"{at}"
			);
		}
		for at in 0..fixture.root_crl.len() {
			assert!(check_root_crl(root, &flip(crl, at), now).is_err(), "{at}");
		}
	}
}

#[test]
fn a_statement_signed_for_another_text_is_refused() {
	let (root, now) = (IntelSgxRoot::get(), SGX.now);
	assert_eq!(
		check_tcb_info(root, TDX.root_crl, TDX.signer, SGX.tcb_info, TDX.tcb_signature, now).err(),
		Some(CollateralFault::SignatureInvalid)
	);
	assert_eq!(
		check_qe_identity(root, TDX.root_crl, TDX.signer, TDX.tcb_info, TDX.tcb_signature, now)
			.err(),
		Some(CollateralFault::Malformed)
	);
	// The platform CA's certificate is no signer of texts.
	assert_eq!(
		check_tcb_info(root, TDX.root_crl, TDX.pck_ca, TDX.tcb_info, TDX.tcb_signature, now).err(),
		Some(CollateralFault::SignerInvalid)
	);
}

#[test]
fn quotes_are_judged_by_their_own_statements_only() {
	// A TDX quote under the statements of SGX, and of another family of platforms.
	let mixed = QuoteFixture { quote: TDX.quote, ..SGX };
	assert!(judge(&mixed, mixed.quote, mixed.now).is_err());
	let mixed = QuoteFixture { quote: TDX_OUTDATED.quote, ..TDX };
	assert!(judge(&mixed, mixed.quote, mixed.now).is_err());
}

#[test]
fn the_real_root_does_not_believe_other_authorities() {
	use crate::pki::Platform;
	let quote = Platform::tdx().quote(&[0; 64]);
	let fault = judge(&QuoteFixture { ..TDX }, &quote, TDX.now);
	assert_eq!(fault, Err(QuoteFault::CertificateInvalid));
}

#[test]
fn debug_enclaves_are_refused_before_anything_else() {
	// The attributes of an SGX enclave lie 48 bytes into its report, those of a trust domain 120.
	let mut quote = SGX.quote.to_vec();
	quote[48 + 48] |= 0x02;
	assert_eq!(parse(&quote), Err(QuoteFault::Debug));
	let mut quote = TDX.quote.to_vec();
	quote[48 + 120] |= 0x01;
	assert_eq!(parse(&quote), Err(QuoteFault::Debug));
	let mut quote = TDX.quote.to_vec();
	// Migratable.
	quote[48 + 120 + 3] |= 0x20;
	assert_eq!(parse(&quote), Err(QuoteFault::UnsafeAttributes));
}

#[test]
fn a_measurement_covers_every_field_that_changes_what_runs() {
	let digest = |quote: &[u8]| parse(quote).unwrap().measurement.digest();
	// Offsets into the report of a trust domain: MRTD, CONFIGID, OWNER, OWNERCONFIG, RTMR0..3.
	for offset in [136, 184, 232, 280, 328, 376, 424, 472] {
		let mut quote = TDX.quote.to_vec();
		quote[48 + offset] ^= 1;
		assert_ne!(digest(&quote), digest(TDX.quote), "{offset}");
	}
	// Of an SGX enclave: MRENCLAVE, MRSIGNER, CONFIGID, ISVPRODID, ISVSVN, CONFIGSVN.
	for offset in [64, 128, 192, 256, 258, 260] {
		let mut quote = SGX.quote.to_vec();
		quote[48 + offset] ^= 1;
		assert_ne!(digest(&quote), digest(SGX.quote), "{offset}");
	}
	// The report data is no part of it.
	let mut quote = TDX.quote.to_vec();
	quote[48 + 520] ^= 1;
	assert_eq!(digest(&quote), digest(TDX.quote));
}

#[test]
fn advisories_have_numbers() {
	assert_eq!(tee::advisory("INTEL-SA-00615"), Some(615));
	assert_eq!(tee::advisory("INTEL-SA-1"), Some(1));
	for bad in ["", "INTEL-SA-", "INTEL-SA-00615 ", "INTEL-SA-+1", "CVE-2026-1", "INTEL-SA-x"] {
		assert_eq!(tee::advisory(bad), None, "{bad}");
	}
}
