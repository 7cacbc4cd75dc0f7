use crate::{
	collateral::CollateralFault,
	mock::*,
	pki::{crl, pem, Draft, Intel, Key, Role, FMSPC, MONTH, NOW},
	CollateralKind, Dates, Error, Event, PckCa, PckCrls, QeIdentities, RootCrl, TcbInfos, TeeKind,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn fault(fault: CollateralFault) -> Error<Test> {
	Error::<Test>::Collateral(fault)
}

/// Runs a test on a chain that knows nothing but the root's list.
fn with_root_crl(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(put_root_crl(&Intel::default()));
		System::reset_events();
		test();
	})
}

/// Ways to bring one kind of statement.
const PUTS: [fn(&Intel) -> DispatchResult; 4] = [
	put_root_crl,
	|intel| put_pck_crl(intel, TeeKind::Tdx),
	|intel| put_tcb_info(intel, TeeKind::Tdx),
	|intel| put_qe_identity(intel, TeeKind::Tdx),
];

#[test]
fn success_stores_each_statement_under_its_own_key() {
	ExtBuilder::default().build_and_execute(|| {
		let intel = Intel::default();
		assert_ok!(bring(&intel, TeeKind::Tdx));
		let dates = Dates { issued: intel.issued, next_update: intel.next, number: 7 };
		assert_eq!(RootCrl::<Test>::get().unwrap().dates, dates);
		assert_eq!(PckCrls::<Test>::get(PckCa::Platform).unwrap().dates, dates);
		assert!(PckCrls::<Test>::get(PckCa::Processor).is_none());
		let info = TcbInfos::<Test>::get((TeeKind::Tdx, FMSPC)).unwrap();
		assert_eq!((info.dates, info.body.into_inner()), (dates, intel.tcb_info(TeeKind::Tdx)));
		assert_eq!(info.signer.into_inner(), Intel::signer_certificate());
		assert!(TcbInfos::<Test>::get((TeeKind::Sgx, FMSPC)).is_none());
		assert_eq!(QeIdentities::<Test>::get(TeeKind::Tdx).unwrap().dates, dates);
		let kinds: Vec<_> = events()
			.into_iter()
			.map(|event| match event {
				Event::CollateralUpdated { kind, issued, next_update, number } => {
					assert_eq!(Dates { issued, next_update, number }, dates);
					kind
				}
				other => panic!("{other:?}"),
			})
			.collect();
		assert_eq!(
			kinds,
			[
				CollateralKind::RootCrl,
				CollateralKind::PckCrl(PckCa::Platform),
				CollateralKind::TcbInfo(TeeKind::Tdx, FMSPC),
				CollateralKind::QeIdentity(TeeKind::Tdx),
			]
		);
	});
}

#[test]
fn each_record_goes_forward_only_and_apart_from_the_others() {
	for (which, put) in PUTS.into_iter().enumerate() {
		ExtBuilder::default().build_and_execute(|| {
			let now = Intel::default();
			assert_ok!(bring(&now, TeeKind::Tdx));
			// The same again, an older one, one with a lower number, and newer ones.
			assert_noop!(put(&now), fault(CollateralFault::NotNewer));
			let older = Intel { issued: NOW - 2_000, ..now.clone() };
			assert_noop!(put(&older), fault(CollateralFault::NotNewer));
			let older = Intel { issued: NOW - 2_000, number: 8, ..now.clone() };
			assert_noop!(put(&older), fault(CollateralFault::NotNewer));
			let lower = Intel { issued: NOW - 900, number: 6, ..now.clone() };
			assert_noop!(put(&lower), fault(CollateralFault::NotNewer));
			assert_ok!(put(&Intel { issued: NOW - 900, ..now.clone() }));
			assert_ok!(put(&Intel { issued: NOW - 800, number: 8, ..now.clone() }));
			// The others stand where they stood.
			for (_, put) in PUTS.into_iter().enumerate().filter(|(other, _)| *other != which) {
				let newer = Intel { issued: NOW - 950, ..now.clone() };
				assert_ok!(put(&newer));
			}
		});
	}
}

#[test]
fn fails_out_of_its_time() {
	for put in PUTS {
		with_root_crl(|| {
			let early = Intel { issued: NOW + 1, next: NOW + MONTH, ..Default::default() };
			assert_noop!(put(&early), fault(CollateralFault::NotYetValid));
			let late = Intel { next: NOW - 1, ..Default::default() };
			assert_noop!(put(&late), fault(CollateralFault::Expired));
			let last_second = Intel { issued: NOW - 10, next: NOW, ..Default::default() };
			assert_ok!(put(&last_second));
		});
	}
}

#[test]
fn the_root_list_comes_first_and_is_itself_in_time() {
	for put in PUTS.into_iter().skip(1) {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(put(&Intel::default()), fault(CollateralFault::RootCrlMissing));
		});
		with_root_crl(|| {
			// Its time is over, and the others' is not.
			UnixNow::set(NOW - 1_000 + MONTH + 1);
			let newer = Intel { issued: UnixNow::get(), next: NOW + 2 * MONTH, ..Intel::default() };
			assert_noop!(put(&newer), fault(CollateralFault::SignerInvalid));
		});
	}
}

#[test]
fn fails_if_somebody_else_signed() {
	with_root_crl(|| {
		let (stranger, who) = (Key::p256("stranger"), || signed(BOB));
		let (issued, next) = (NOW - 500, NOW + MONTH);
		let forged = crl("Test Root CA", &stranger, 9, issued, next, &[]);
		assert_noop!(
			ConfidentialCompute::put_root_crl(who(), forged),
			fault(CollateralFault::SignatureInvalid)
		);

		let forged = crl("Intel SGX PCK Platform CA", &stranger, 9, issued, next, &[]);
		let chain = pem(&Intel::ca_certificate(TeeKind::Tdx));
		assert_noop!(
			ConfidentialCompute::put_pck_crl(who(), chain, forged.clone()),
			fault(CollateralFault::SignatureInvalid)
		);
		// With a certificate that fits the forged list, but that the root did not sign.
		let own = Intel::ca_draft(TeeKind::Tdx).sign(&stranger, &stranger);
		assert_noop!(
			ConfidentialCompute::put_pck_crl(who(), pem(&own), forged.clone()),
			fault(CollateralFault::SignerInvalid)
		);
		// With one that the root signed for a signer of texts.
		let leaf = Draft { subject: "Intel SGX PCK Platform CA", ..Intel::signer_draft() };
		let leaf = leaf.sign(&stranger, &Key::p256("intel root"));
		assert_noop!(
			ConfidentialCompute::put_pck_crl(who(), pem(&leaf), forged),
			fault(CollateralFault::SignerInvalid)
		);

		let text = Intel::default().tcb_info(TeeKind::Tdx);
		let signature: [u8; 64] = stranger.sign(&text).try_into().unwrap();
		let chain = pem(&Intel::signer_certificate());
		assert_noop!(
			ConfidentialCompute::put_tcb_info(who(), chain, text.clone(), signature),
			fault(CollateralFault::SignatureInvalid)
		);
		let own = Intel::signer_draft().sign(&stranger, &stranger);
		assert_noop!(
			ConfidentialCompute::put_tcb_info(who(), pem(&own), text, signature),
			fault(CollateralFault::SignerInvalid)
		);
	});
}

#[test]
fn a_platform_certificate_signs_no_statements() {
	// A PCK certificate is a descendant of the root too, one step further down.
	with_root_crl(|| {
		let platform = crate::pki::Platform::tdx();
		let pck_ca = Key::p256("Intel SGX PCK Platform CA");
		let pck = platform.pck_draft().sign(&Key::p256(platform.name), &pck_ca);
		let text = Intel::default().tcb_info(TeeKind::Tdx);
		let signature: [u8; 64] = Key::p256(platform.name).sign(&text).try_into().unwrap();
		let chain = [pem(&pck), pem(&Intel::ca_certificate(TeeKind::Tdx))].concat();
		assert_noop!(
			ConfidentialCompute::put_tcb_info(signed(BOB), chain, text, signature),
			fault(CollateralFault::SignerInvalid)
		);
	});
}

#[test]
fn fails_with_certificates_out_of_their_time_or_of_no_known_authority() {
	with_root_crl(|| {
		let root_key = Key::p256("intel root");
		let text = Intel::default().qe_identity(TeeKind::Sgx);
		let signature = Intel::sign_text(&text);
		for draft in [
			Draft { until: NOW - 1, ..Intel::signer_draft() },
			Draft { from: NOW + 1, ..Intel::signer_draft() },
		] {
			let chain = pem(&draft.sign(&Key::p256("Test TCB Signing"), &root_key));
			assert_noop!(
				ConfidentialCompute::put_qe_identity(signed(BOB), chain, text.clone(), signature),
				fault(CollateralFault::SignerInvalid)
			);
		}
		let key = Key::p256("other");
		let list = crl("Other CA", &key, 1, NOW - 5, NOW + 5, &[]);
		let chain = pem(&Draft::new("Other CA", "Test Root CA", Role::Ca).sign(&key, &root_key));
		assert_noop!(
			ConfidentialCompute::put_pck_crl(signed(BOB), chain, list),
			fault(CollateralFault::SignerInvalid)
		);
	});
}

/// JSON with one more value, which a reader passes over and which is no text.
fn with_what_is_no_text(json: &str) -> Vec<u8> {
	let mut bytes = json.replacen('{', "{\"more\":\"?\",", 1).into_bytes();
	let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
	bytes[at] = 0x81;
	bytes
}

#[test]
fn fails_malformed_or_too_long() {
	with_root_crl(|| {
		let (who, chain) = (|| signed(BOB), || pem(&Intel::signer_certificate()));
		let (malformed, long) = (CollateralFault::Malformed, CollateralFault::TooLong);
		let put = ConfidentialCompute::put_root_crl;
		assert_noop!(put(who(), vec![]), fault(malformed));
		assert_noop!(put(who(), vec![0x30; 4 * 1024]), fault(malformed));
		assert_noop!(put(who(), vec![0; 4 * 1024 + 1]), fault(long));

		let put = |chain, list| ConfidentialCompute::put_pck_crl(who(), chain, list);
		let list = Intel::default().pck_crl(TeeKind::Tdx);
		assert_noop!(put(vec![], list.clone()), fault(malformed));
		assert_noop!(put(b"no PEM".to_vec(), list.clone()), fault(malformed));
		assert_noop!(put(vec![b'-'; 6 * 1024 + 1], list.clone()), fault(long));
		assert_noop!(put(pem(&[0; 2 * 1024 + 1]), list.clone()), fault(long));
		assert_noop!(put(chain(), vec![0; 8 * 1024 + 1]), fault(long));
		assert_noop!(put(chain(), vec![1]), fault(malformed));
		assert_noop!(put(pem(&[1, 2]), list), fault(CollateralFault::SignerInvalid));

		let put = |text: Vec<u8>| {
			let signature = Intel::sign_text(&text);
			ConfidentialCompute::put_tcb_info(who(), chain(), text, signature)
		};
		assert_noop!(put(vec![b' '; 16 * 1024 + 1]), fault(long));
		assert_noop!(put(b"{}".to_vec()), fault(malformed));
		assert_noop!(put(vec![b'['; 16 * 1024]), fault(malformed));
		let text = String::from_utf8(Intel::default().tcb_info(TeeKind::Tdx)).unwrap();
		for (good, bad) in [
			("\"TDX\"", "\"TDX2\""),
			("90C06F010203", "90C06F01020"),
			("90C06F010203", "90C06F01020G"),
			("90C06F010203", "+0C06F010203"),
			("2026-", "2026"),
		] {
			assert!(text.contains(good));
			assert_noop!(put(text.replace(good, bad).into_bytes()), fault(malformed));
		}
		assert_noop!(put(with_what_is_no_text(&text)), fault(malformed));
		assert_ok!(put(text.into_bytes()));

		let put = |text: Vec<u8>| {
			let signature = Intel::sign_text(&text);
			ConfidentialCompute::put_qe_identity(who(), chain(), text, signature)
		};
		assert_noop!(put(vec![b' '; 4 * 1024 + 1]), fault(long));
		assert_noop!(put(b"{}".to_vec()), fault(malformed));
		let text = String::from_utf8(Intel::default().qe_identity(TeeKind::Tdx)).unwrap();
		assert_noop!(put(text.replace("TD_QE", "QVE").into_bytes()), fault(malformed));
		assert_noop!(put(with_what_is_no_text(&text)), fault(malformed));
		assert_ok!(put(text.into_bytes()));
	});
}

#[test]
fn needs_a_signature_on_the_extrinsic() {
	with_root_crl(|| {
		let newer = Intel { issued: NOW - 1, ..Default::default() };
		assert_noop!(
			ConfidentialCompute::put_root_crl(root(), newer.root_crl()),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}
