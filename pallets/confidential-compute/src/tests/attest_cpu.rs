use crate::{
	collateral::CollateralFault,
	mock::*,
	pki::{Draft, Intel, Platform, MONTH, NOW},
	tee::QuoteFault,
	Attestations, BoundGpus, CpuFacts, Error, Event, NodeAttestations, PlatformClaims, SessionIds,
	Succession, TcbStatus, TeeKind, MAX_ATTESTATIONS_PER_NODE,
};
use ai_compute_primitives::SessionKey;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_io::hashing::blake2_256;

fn session(owner: &AccountId, enclave: &Enclave) -> H256 {
	ConfidentialCompute::session_hash(owner, &enclave.keys.session)
}

fn fault(fault: QuoteFault) -> Error<Test> {
	Error::<Test>::Quote(fault)
}

#[test]
fn success_records_what_was_proven() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let id = attest(&enclave);
		let cpu = CpuFacts {
			tee: TeeKind::Tdx,
			measurement: measurement(&Platform::tdx()),
			status: TcbStatus::UpToDate,
			evaluation: 7,
			advisories: Default::default(),
			platform: blake2_256(&Platform::tdx().ppid()).into(),
			valid_until: NOW - 1_000 + MONTH,
		};
		let stored = record(id);
		assert_eq!(stored.cpu, cpu);
		assert_eq!((stored.node, stored.owner, stored.keys), (node(), ALICE, enclave.keys));
		assert_eq!((stored.gpus, stored.predecessor, stored.revoked), (0, None, None));
		assert_eq!((stored.attested_at, stored.expires_at), (1_000, 1_000 + VALIDITY));
		assert_eq!(NodeAttestations::<Test>::get(node()), vec![id]);
		assert_eq!(PlatformClaims::<Test>::get(cpu.platform).unwrap().node, node());
		assert_eq!(
			events(),
			[Event::CpuAttested {
				attestation: id,
				did: did(DID),
				owner: ALICE,
				cpu,
				keys: enclave.keys,
				predecessor: None,
				expires_at: 1_000 + VALIDITY,
			}]
		);
	});
}

#[test]
fn success_with_each_kind_of_enclave_and_session_key() {
	with_collateral(|| {
		for n in 1..=3 {
			assert_ok!(try_attest(ALICE, DID, &Enclave::new(n), &Platform::tdx(), None));
		}
		assert_ok!(try_attest(ALICE, DID, &Enclave::new(4), &Platform::sgx(), None));
		assert_eq!(record(3).cpu.tee, TeeKind::Sgx);
		assert_ne!(record(3).cpu.measurement, record(2).cpu.measurement);
	});
}

#[test]
fn it_ends_with_intels_statements_if_they_end_first() {
	with_collateral(|| {
		UnixNow::set(NOW - 1_000 + MONTH - 601);
		let id = attest(&Enclave::new(1));
		assert_eq!(record(id).expires_at, 1_000 + 100);
	});
	with_collateral(|| {
		UnixNow::set(NOW - 1_000 + MONTH - 5);
		assert_noop!(
			try_attest(ALICE, DID, &Enclave::new(1), &Platform::tdx(), None),
			Error::<Test>::Collateral(CollateralFault::Expired)
		);
	});
}

#[test]
fn fails_for_strangers_and_unknown_nodes() {
	with_collateral(|| {
		let (enclave, platform) = (Enclave::new(1), Platform::tdx());
		let attest = |who, node| try_attest(who, node, &enclave, &platform, None);
		assert_noop!(attest(BOB, DID), Error::<Test>::NotAuthorized);
		assert_noop!(attest(ALICE, b"did:etrid:gpu:none"), Error::<Test>::NodeNotFound);
		assert_noop!(
			attest_with_quote(ALICE, b"did:x", &enclave, vec![], None),
			Error::<Test>::InvalidDid(ai_compute_primitives::DidError::Malformed)
		);
		assert_noop!(
			ConfidentialCompute::attest_cpu(
				root(),
				DID.to_vec(),
				enclave.keys,
				BLOCK,
				vec![],
				None
			),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn fails_with_any_other_report_data() {
	with_collateral(|| {
		let (enclave, other) = (Enclave::new(1), Enclave::new(2));
		let platform = Platform::tdx();
		let mut wrong = vec![
			[0; 64],
			report_data(BOB, DID, &enclave),
			report_data(ALICE, OTHER_DID, &enclave),
			report_data(ALICE, DID, &other),
		];
		// Each key alone.
		for change in 0..3 {
			let mut mixed = enclave.clone();
			match change {
				0 => mixed.keys.session = other.keys.session,
				1 => mixed.keys.x25519 = other.keys.x25519,
				_ => mixed.keys.ristretto = other.keys.ristretto,
			}
			wrong.push(report_data(ALICE, DID, &mixed));
		}
		// Another block, another chain.
		to_block(BLOCK + 3);
		wrong.push(report_data(ALICE, DID, &enclave));
		to_block(BLOCK + 1);
		frame_system::BlockHash::<Test>::insert(0, block_hash(0));
		wrong.push(report_data(ALICE, DID, &enclave));
		frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(0x69));
		// Bytes behind the hash.
		let mut trailing = report_data(ALICE, DID, &enclave);
		trailing[63] = 1;
		wrong.push(trailing);
		for data in wrong {
			assert_noop!(
				attest_with_quote(ALICE, DID, &enclave, platform.quote(&data), None),
				Error::<Test>::WrongReportData
			);
		}
		let good = platform.quote(&report_data(ALICE, DID, &enclave));
		assert_ok!(attest_with_quote(ALICE, DID, &enclave, good, None));
	});
}

#[test]
fn the_block_is_recent() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let quote = Platform::tdx().quote(&report_data(ALICE, DID, &enclave));
		let attest = |block| {
			ConfidentialCompute::attest_cpu(
				signed(ALICE),
				DID.to_vec(),
				enclave.keys,
				block,
				quote.clone(),
				None,
			)
		};
		assert_noop!(attest(BLOCK + 1), Error::<Test>::BlockUnknown);
		assert_noop!(attest(BLOCK + 2), Error::<Test>::BlockUnknown);
		assert_noop!(attest(BLOCK - 1), Error::<Test>::BlockUnknown);
		assert_noop!(attest(BLOCK - 256), Error::<Test>::BlockTooOld);
		System::set_block_number(BLOCK + 257);
		assert_noop!(attest(BLOCK), Error::<Test>::BlockTooOld);
		System::set_block_number(BLOCK + 256);
		assert_ok!(attest(BLOCK));
	});
}

#[test]
fn a_quote_serves_once() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let quote = Platform::tdx().quote(&report_data(ALICE, DID, &enclave));
		let attest = || attest_with_quote(ALICE, DID, &enclave, quote.clone(), None);
		assert_ok!(attest());
		assert_noop!(attest(), Error::<Test>::SessionKeyUsed);
		assert_ok!(ConfidentialCompute::force_revoke(root(), 0));
		assert_noop!(attest(), Error::<Test>::SessionKeyUsed);
		// Nor do its keys, on another platform.
		let platform = Platform { name: "platform 2", ..Platform::tdx() };
		assert_noop!(
			try_attest(ALICE, DID, &enclave, &platform, None),
			Error::<Test>::SessionKeyUsed
		);
	});
}

/// Keys are public while their quote waits for a block, and any enclave can put them into a quote of
/// its own: such a quote must not keep the enclave that made the keys out.
#[test]
fn a_stranger_cannot_use_up_a_session_key() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let platform = Platform { name: "platform 2", ..Platform::tdx() };
		let stolen = try_attest(BOB, OTHER_DID, &enclave, &platform, None);
		assert_ok!(stolen);
		assert_ok!(try_attest(ALICE, DID, &enclave, &Platform::tdx(), None));
		// Each leads to its own.
		let id = |who| SessionIds::<Test>::get(session(who, &enclave));
		assert_eq!((id(&BOB), id(&ALICE)), (Some(0), Some(1)));
		assert_eq!((record(0).owner, record(1).owner), (BOB, ALICE));
	});
}

/// Each certificate more would be tried as a way to the root, at the price of its signatures.
#[test]
fn a_quote_carries_its_chain_and_no_more() {
	with_collateral(|| {
		let (enclave, platform) = (Enclave::new(1), Platform::tdx());
		let chain = platform.chain(&platform.pck_draft());
		let [own, authority, anchor] = chain.clone().try_into().unwrap();
		let attest = |chain: &[Vec<u8>]| {
			let quote = platform.quote_with_chain(&report_data(ALICE, DID, &enclave), chain);
			attest_with_quote(ALICE, DID, &enclave, quote, None)
		};
		for more in [&authority, &anchor, &own] {
			let mut long = chain.clone();
			long.insert(1, more.clone());
			assert_noop!(attest(&long), fault(QuoteFault::ChainMissing));
		}
		assert_noop!(attest(&[]), fault(QuoteFault::ChainMissing));
		assert_noop!(attest(&[own]), fault(QuoteFault::CertificateInvalid));
		assert_ok!(attest(&chain));
	});
}

#[test]
fn fails_with_weak_keys() {
	with_collateral(|| {
		let mut weak = Enclave::new(1);
		weak.keys.x25519 = [0; 32];
		let mut identity = Enclave::new(1);
		identity.keys.ristretto = [0; 32];
		let mut no_point = Enclave::new(1);
		no_point.keys.ristretto = [0xff; 32];
		// Keys for which anybody can sign.
		let mut small = Enclave::new(1);
		small.keys.session = SessionKey::Ed25519([0; 32]);
		let mut neutral = Enclave::new(1);
		neutral.keys.session = SessionKey::Sr25519([0; 32]);
		let mut off_curve = Enclave::new(1);
		off_curve.keys.session = SessionKey::Sr25519([0xff; 32]);
		for enclave in [weak, identity, no_point, small, neutral, off_curve] {
			assert_noop!(
				try_attest(ALICE, DID, &enclave, &Platform::tdx(), None),
				Error::<Test>::WeakKey
			);
		}
	});
}

#[test]
fn fails_with_debug_enclaves() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let attest = |platform| try_attest(ALICE, DID, &enclave, &platform, None);
		let sgx = Platform { attributes: 0x02, ..Platform::sgx() };
		let tdx = Platform { attributes: 0x01, ..Platform::tdx() };
		let profiled = Platform { attributes: 0x10, ..Platform::tdx() };
		let reserved = Platform { attributes: 0x80, ..Platform::tdx() };
		assert_noop!(attest(sgx), fault(QuoteFault::Debug));
		assert_noop!(attest(tdx), fault(QuoteFault::Debug));
		assert_noop!(attest(profiled), fault(QuoteFault::UnsafeAttributes));
		assert_noop!(attest(reserved), fault(QuoteFault::UnsafeAttributes));
	});
}

#[test]
fn fails_with_revoked_certificates() {
	let platform = Platform::tdx();
	with_collateral(|| {
		let intel = Intel {
			pck_revoked: vec![platform.pck_serial()],
			issued: NOW - 500,
			..Default::default()
		};
		assert_ok!(put_pck_crl(&intel, TeeKind::Tdx));
		assert_noop!(
			try_attest(ALICE, DID, &Enclave::new(1), &platform, None),
			fault(QuoteFault::CertificateRevoked)
		);
		// Others of the same authority are well.
		let other = Platform { name: "platform 2", ..Platform::tdx() };
		assert_ok!(try_attest(ALICE, DID, &Enclave::new(1), &other, None));
	});
	for (draft, name) in
		[(Intel::ca_draft(TeeKind::Tdx), "authority"), (Intel::signer_draft(), "signer of texts")]
	{
		with_collateral(|| {
			let intel =
				Intel { root_revoked: vec![draft.serial], issued: NOW - 500, ..Default::default() };
			assert_ok!(put_root_crl(&intel));
			assert_noop!(
				try_attest(ALICE, DID, &Enclave::new(1), &platform, None),
				fault(QuoteFault::CertificateRevoked)
			);
			// And nothing that they sign comes in any more.
			let signer_invalid = Error::<Test>::Collateral(CollateralFault::SignerInvalid);
			let newer = Intel { issued: NOW - 400, ..Default::default() };
			match name {
				"authority" => {
					assert_noop!(put_pck_crl(&newer, TeeKind::Tdx), signer_invalid);
				}
				_ => {
					assert_noop!(put_tcb_info(&newer, TeeKind::Tdx), signer_invalid);
				}
			}
		});
	}
}

#[test]
fn fails_with_certificates_out_of_their_time_or_of_others() {
	with_collateral(|| {
		let (enclave, platform) = (Enclave::new(1), Platform::tdx());
		let attest = |draft: &Draft| {
			let quote = platform.quote_with(&report_data(ALICE, DID, &enclave), draft);
			attest_with_quote(ALICE, DID, &enclave, quote, None)
		};
		let draft = platform.pck_draft();
		assert_noop!(
			attest(&Draft { until: NOW - 1, ..draft.clone() }),
			fault(QuoteFault::CertificateExpired)
		);
		assert_noop!(
			attest(&Draft { from: NOW + 1, ..draft.clone() }),
			fault(QuoteFault::CertificateNotYetValid)
		);
		assert_noop!(
			attest(&Draft { issuer: "Somebody Platform", ..draft.clone() }),
			fault(QuoteFault::CertificateInvalid)
		);
		assert_noop!(
			attest(&Draft { extensions: vec![], ..draft.clone() }),
			fault(QuoteFault::ChainMissing)
		);
		assert_ok!(attest(&draft));
	});
}

#[test]
fn fails_without_each_statement() {
	let missing = || Error::<Test>::Collateral(CollateralFault::Missing);
	let attest = || try_attest(ALICE, DID, &Enclave::new(1), &Platform::tdx(), None);
	with_collateral(|| {
		crate::RootCrl::<Test>::kill();
		assert_noop!(attest(), missing());
	});
	with_collateral(|| {
		crate::PckCrls::<Test>::remove(crate::PckCa::Platform);
		assert_noop!(attest(), missing());
	});
	with_collateral(|| {
		crate::TcbInfos::<Test>::remove((TeeKind::Tdx, crate::pki::FMSPC));
		assert_noop!(attest(), missing());
	});
	with_collateral(|| {
		crate::QeIdentities::<Test>::remove(TeeKind::Tdx);
		assert_noop!(attest(), missing());
	});
}

#[test]
fn fails_on_levels_that_intel_revoked_or_does_not_know() {
	with_collateral(|| {
		let attest = |platform| try_attest(ALICE, DID, &Enclave::new(1), &platform, None);
		let old = Platform { svn: 4, ..Platform::tdx() };
		assert_noop!(attest(old), fault(QuoteFault::TcbUnknown));
		let intel = Intel { status: "Revoked", issued: NOW - 500, ..Default::default() };
		assert_ok!(put_tcb_info(&intel, TeeKind::Tdx));
		assert_noop!(attest(Platform::tdx()), fault(QuoteFault::TcbRevoked));
	});
}

#[test]
fn advisories_are_recorded_in_order_or_refused() {
	with_collateral(|| {
		let intel = Intel {
			status: "SWHardeningNeeded",
			advisories: vec!["INTEL-SA-00615", "INTEL-SA-00289"],
			issued: NOW - 500,
			..Default::default()
		};
		assert_ok!(put_tcb_info(&intel, TeeKind::Tdx));
		let id = attest(&Enclave::new(1));
		assert_eq!(record(id).cpu.advisories, vec![289, 615]);
		assert_eq!(record(id).cpu.status, TcbStatus::SWHardeningNeeded);

		let strange =
			Intel { advisories: vec!["OTHER-1"], issued: NOW - 400, ..Default::default() };
		assert_ok!(put_tcb_info(&strange, TeeKind::Tdx));
		assert_noop!(
			try_attest(ALICE, DID, &Enclave::new(2), &Platform::tdx(), None),
			fault(QuoteFault::Advisories)
		);
	});
}

#[test]
fn new_statements_touch_new_attestations_only() {
	with_collateral(|| {
		let id = attest(&Enclave::new(1));
		let before = record(id);
		let intel = Intel { status: "OutOfDate", issued: NOW - 500, ..Default::default() };
		assert_ok!(put_tcb_info(&intel, TeeKind::Tdx));
		assert_eq!(record(id), before);
		let id = attest(&Enclave::new(2));
		assert_eq!(record(id).cpu.status, TcbStatus::OutOfDate);
	});
}

#[test]
fn a_platform_belongs_to_one_node() {
	with_collateral(|| {
		let platform = Platform::tdx();
		attest(&Enclave::new(1));
		let theirs = |n| try_attest(BOB, OTHER_DID, &Enclave::new(n), &platform, None);
		assert_noop!(theirs(2), Error::<Test>::PlatformTaken);
		// SGX on the same platform is the same platform, and revoking does not set it free.
		let sgx = Platform::sgx();
		assert_noop!(
			try_attest(BOB, OTHER_DID, &Enclave::new(2), &sgx, None),
			Error::<Test>::PlatformTaken
		);
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), 0));
		assert_noop!(theirs(2), Error::<Test>::PlatformTaken);
		wait(VALIDITY - 1);
		assert_noop!(theirs(2), Error::<Test>::PlatformTaken);
		wait(1);
		assert_ok!(theirs(2));
		assert_noop!(
			try_attest(ALICE, DID, &Enclave::new(3), &platform, None),
			Error::<Test>::PlatformTaken
		);
	});
}

#[test]
fn fails_on_barred_platforms() {
	with_collateral(|| {
		let id = attest(&Enclave::new(1));
		let platform = record(id).cpu.platform;
		assert_ok!(ConfidentialCompute::bar_platform(root(), platform));
		let attest = |n| try_attest(ALICE, DID, &Enclave::new(n), &Platform::tdx(), None);
		assert_noop!(attest(2), Error::<Test>::PlatformBarred);
		assert_ok!(ConfidentialCompute::unbar_platform(root(), platform));
		assert_ok!(attest(2));
	});
}

#[test]
fn a_successor_is_signed_by_a_fresh_predecessor_of_the_same_node() {
	with_collateral(|| {
		let (first, second) = (Enclave::new(1), Enclave::new(2));
		let id = attest(&first);
		let platform = Platform::tdx();
		let good = |by: &Enclave, owner, node| Succession {
			predecessor: id,
			signature: by
				.sign(&ConfidentialCompute::successor_payload(id, binding(owner, node, &second))),
		};
		let attest = |succession| try_attest(ALICE, DID, &second, &platform, Some(succession));
		let invalid = Error::<Test>::InvalidSignature;
		assert_noop!(attest(good(&second, ALICE, DID)), invalid);
		let invalid = Error::<Test>::InvalidSignature;
		assert_noop!(attest(good(&first, BOB, DID)), invalid);
		let invalid = Error::<Test>::InvalidSignature;
		assert_noop!(attest(Succession { predecessor: id, signature: vec![0; 3] }), invalid);
		let unknown = Succession { predecessor: 7, ..good(&first, ALICE, DID) };
		assert_noop!(attest(unknown), Error::<Test>::NotFound);
		// Of another node.
		let theirs = Platform { name: "platform 2", ..Platform::tdx() };
		assert_noop!(
			try_attest(BOB, OTHER_DID, &second, &theirs, Some(good(&first, BOB, OTHER_DID))),
			Error::<Test>::NotAuthorized
		);
		assert_ok!(attest(good(&first, ALICE, DID)));
		assert_eq!(record(1).predecessor, Some(id));
	});
	with_collateral(|| {
		let (first, second) = (Enclave::new(1), Enclave::new(2));
		let id = attest(&first);
		let succession = || Succession {
			predecessor: id,
			signature: first
				.sign(&ConfidentialCompute::successor_payload(id, binding(ALICE, DID, &second))),
		};
		let attest = || try_attest(ALICE, DID, &second, &Platform::tdx(), Some(succession()));
		wait(VALIDITY);
		assert_noop!(attest(), Error::<Test>::AttestationExpired);
		Now::set(1_000);
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(ALICE), id));
		assert_noop!(attest(), Error::<Test>::AttestationRevoked);
	});
}

#[test]
fn old_attestations_make_room() {
	with_collateral(|| {
		let (_, first) = attest_whole(0);
		for n in 1..MAX_ATTESTATIONS_PER_NODE as u8 {
			attest(&Enclave::new(n));
		}
		let gpu = BoundGpus::<Test>::get(first)[0];
		let attest = |n| try_attest(ALICE, DID, &Enclave::new(n), &Platform::tdx(), None);
		assert_noop!(attest(100), Error::<Test>::TooManyAttestations);
		Now::mutate(|now| *now += VALIDITY + RETENTION - 1);
		assert_noop!(attest(100), Error::<Test>::TooManyAttestations);
		Now::mutate(|now| *now += 1);
		assert_ok!(attest(100));
		assert!(!Attestations::<Test>::contains_key(first));
		assert!(!BoundGpus::<Test>::contains_key(first));
		assert_eq!(SessionIds::<Test>::iter().count(), 8);
		assert!(!SessionIds::<Test>::contains_key(session(&ALICE, &Enclave::new(0))));
		// Others clear away the claims on its GPU, which are over.
		for key in [gpu.leaf_key, gpu.device_key] {
			assert_ok!(ConfidentialCompute::prune_gpu_claim(signed(BOB), key));
		}
	});
}

#[test]
fn a_chain_of_another_root_is_refused() {
	with_collateral(|| {
		let enclave = Enclave::new(1);
		let quote = Platform::tdx().quote(&report_data(ALICE, DID, &enclave));
		RealRoots::set(true);
		let result = attest_with_quote(ALICE, DID, &enclave, quote, None);
		assert!(result.is_err());
		assert_eq!(crate::NextAttestationId::<Test>::get(), 0);
		RealRoots::set(false);
	});
}
