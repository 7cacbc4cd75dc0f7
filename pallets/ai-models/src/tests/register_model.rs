use crate::{
	mock::*, Descendants, Error, Event, HostAdmission, ModelState, ModelType, NextRegistration,
	NextVersion, OwnerModels, Usage, Visibility,
};
use ai_compute_primitives::{Hosting, PriceRule};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::{ArithmeticError, DispatchError};

/// A chain where Alice controls both DIDs and nothing is registered.
fn bare(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(|| {
		anchor(DID, ALICE);
		anchor(OTHER_DID, ALICE);
		test();
	})
}

#[test]
fn register_holds_the_deposit_and_stores_everything() {
	bare(|| {
		assert_ok!(register(ALICE, DID));
		assert_eq!(held(ALICE), DEPOSIT);
		assert_eq!(OwnerModels::<Test>::get(ALICE).to_vec(), vec![hash(DID)]);

		let page = page(DID);
		let record = page.record;
		assert_eq!((record.owner, record.registration, record.version), (ALICE, 0, 1));
		assert_eq!((record.state, record.visibility), (ModelState::Active, Visibility::Public));
		assert_eq!((record.min_vram_gb, record.royalty_bps), (24, 1_000));
		assert_eq!((record.parent, record.parent_bps), (None, 0));
		assert_eq!(record.descendants, Descendants::Refused);
		assert_eq!(record.price, PriceRule::Any);
		assert_eq!((record.hosting, record.admission), (Hosting::Anyone, HostAdmission::Open));

		let card = page.card;
		assert_eq!(card.did, parse(DID));
		assert_eq!(card.name.to_vec(), b"Model".to_vec());
		assert_eq!(card.model_type, ModelType::LLM);
		assert_eq!(card.uri.to_vec(), b"ipfs://model".to_vec());
		assert_eq!(card.license.to_vec(), b"Apache-2.0".to_vec());
		assert_eq!((card.registered_at, card.deposit), (1_000, DEPOSIT));
		assert_eq!((card.versions, card.allowed), (1, 0));

		let (number, version) = page.versions[0].clone();
		assert_eq!((number, version.label.to_vec()), (1, b"1.0".to_vec()));
		assert_eq!(version.metadata_hash, H256::repeat_byte(1));
		assert_eq!((version.weights_commitment, version.tokenizer_hash), (None, None));
		assert_eq!((version.published_at, version.inactive_since), (1_000, None));
		assert_eq!((page.prices, page.usage, page.open_jobs), (None, Usage::default(), 0));
		assert_eq!(
			events(),
			vec![Event::ModelRegistered {
				did: parse(DID),
				owner: ALICE,
				registration: 0,
				version: 1,
				deposit: DEPOSIT,
				parent: None,
				parent_bps: 0,
			}]
		);
	});
}

#[test]
fn a_private_model_starts_with_hosts_that_its_owner_approves() {
	bare(|| {
		assert_ok!(Registering::private(DID).by(ALICE));
		let record = record(DID);
		assert_eq!(record.visibility, Visibility::Private);
		assert_eq!((record.hosting, record.admission), (Hosting::Hosts, HostAdmission::ByOwner));
	});
}

#[test]
fn register_fails_without_control_of_the_did() {
	bare(|| {
		assert_noop!(register(BOB, DID), Error::<Test>::NotAuthorized);
		assert_noop!(register(ALICE, b"did:etrid:ai:llm:unknown"), Error::<Test>::DidNotActive);
		assert_noop!(
			AIModels::register_model(
				RuntimeOrigin::root(),
				DID.to_vec(),
				b"n".to_vec(),
				b"v".to_vec(),
				ModelType::LLM,
				H256::zero(),
				b"u".to_vec(),
				0,
				b"l".to_vec(),
				Visibility::Public,
				None,
				0
			),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn register_fails_for_bad_dids_and_other_types() {
	bare(|| {
		for bad in [&b"x"[..], b"", b"did:etrid:ai:llama:x", &[b'x'; 129]] {
			assert_noop!(register(ALICE, bad), Error::<Test>::InvalidDID);
		}
		anchor(b"did:etrid:gpu:x", ALICE);
		assert_noop!(register(ALICE, b"did:etrid:gpu:x"), Error::<Test>::ModelTypeMismatch);
		assert_noop!(
			Registering { model_type: ModelType::Agent, ..Registering::of(DID) }.by(ALICE),
			Error::<Test>::ModelTypeMismatch
		);
	});
}

#[test]
fn boundary_texts_and_royalty() {
	bare(|| {
		let base = || Registering::of(DID);
		let long = |n: usize| vec![b'x'; n];
		let refused = [
			(Registering { name: vec![], ..base() }, Error::<Test>::NameEmpty),
			(Registering { name: long(65), ..base() }, Error::NameTooLong),
			(Registering { version: vec![], ..base() }, Error::VersionEmpty),
			(Registering { version: long(33), ..base() }, Error::VersionTooLong),
			(Registering { uri: vec![], ..base() }, Error::UriEmpty),
			(Registering { uri: long(257), ..base() }, Error::UriTooLong),
			(Registering { license: vec![], ..base() }, Error::LicenseEmpty),
			(Registering { license: long(65), ..base() }, Error::LicenseTooLong),
			(Registering { royalty_bps: 5_001, ..base() }, Error::RoyaltyTooHigh),
		];
		for (arguments, error) in refused {
			assert_noop!(arguments.by(ALICE), error);
		}
		let fullest = Registering {
			name: long(64),
			version: long(32),
			uri: long(256),
			license: long(64),
			royalty_bps: 5_000,
			..base()
		};
		assert_ok!(fullest.by(ALICE));
		let barest = Registering {
			name: long(1),
			version: long(1),
			uri: long(1),
			license: long(1),
			min_vram_gb: 0,
			royalty_bps: 0,
			..Registering::of(OTHER_DID)
		};
		assert_ok!(barest.by(ALICE));
	});
}

#[test]
fn register_fails_for_a_registered_model() {
	bare(|| {
		assert_ok!(register(ALICE, DID));
		assert_noop!(register(ALICE, DID), Error::<Test>::ModelAlreadyExists);
		// Also for a new controller of the DID.
		anchor(DID, BOB);
		assert_noop!(register(BOB, DID), Error::<Test>::ModelAlreadyExists);
	});
}

#[test]
fn register_fails_without_money() {
	bare(|| {
		anchor(DID, PAUPER);
		assert_noop!(register(PAUPER, DID), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn boundary_register_fills_an_owners_list_exactly() {
	bare(|| {
		let did = |n: u32| format!("did:etrid:ai:llm:m{n}").into_bytes();
		for n in 0..=MAX_MODELS {
			anchor(&did(n), ALICE);
		}
		for n in 0..MAX_MODELS {
			assert_ok!(register(ALICE, &did(n)));
		}
		assert_noop!(register(ALICE, &did(MAX_MODELS)), Error::<Test>::TooManyModelsPerOwner);
		assert_eq!(held(ALICE), DEPOSIT * u128::from(MAX_MODELS));
		assert_ok!(deprecate(ALICE, &did(0)));
		assert_ok!(deregister(ALICE, &did(0)));
		assert_ok!(register(ALICE, &did(MAX_MODELS)));
	});
}

#[test]
fn numbers_run_out_without_harm() {
	bare(|| {
		NextRegistration::<Test>::put(u32::MAX);
		assert_noop!(register(ALICE, DID), ArithmeticError::Overflow);
		NextRegistration::<Test>::put(0);
		NextVersion::<Test>::put(u32::MAX);
		assert_noop!(register(ALICE, DID), ArithmeticError::Overflow);
	});
}

#[test]
fn control_of_the_did_is_asked_at_registration_only() {
	bare(|| {
		assert_ok!(register(ALICE, DID));
		anchor(DID, BOB);
		assert_ok!(publish(ALICE, DID));
		assert_noop!(publish(BOB, DID), Error::<Test>::NotOwner);
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		assert_noop!(register(ALICE, DID), Error::<Test>::NotAuthorized);
		assert_ok!(register(BOB, DID));
	});
}
