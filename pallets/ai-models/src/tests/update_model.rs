//! `update_model` and `deprecate_model`.

use crate::{mock::*, Error, Event, ModelState};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn update(who: AccountId, did: &[u8], royalty_bps: u16) -> DispatchResult {
	AIModels::update_model(
		signed(who),
		did.to_vec(),
		b"Renamed".to_vec(),
		b"ipfs://other".to_vec(),
		48,
		b"MIT".to_vec(),
		royalty_bps,
	)
}

#[test]
fn update_replaces_description_need_and_royalty() {
	with_model(|| {
		assert_ok!(update(ALICE, DID, 2_000));
		let page = page(DID);
		assert_eq!((page.record.min_vram_gb, page.record.royalty_bps), (48, 2_000));
		assert_eq!(page.card.name.to_vec(), b"Renamed".to_vec());
		assert_eq!(page.card.uri.to_vec(), b"ipfs://other".to_vec());
		assert_eq!(page.card.license.to_vec(), b"MIT".to_vec());
		// What the model is stays.
		assert_eq!((page.record.version, page.versions.len()), (1, 1));
		assert_eq!(
			events(),
			vec![Event::ModelUpdated { did: parse(DID), min_vram_gb: 48, royalty_bps: 2_000 }]
		);
	});
}

#[test]
fn update_fails_for_strangers_unknown_and_bad_models() {
	with_model(|| {
		assert_noop!(update(BOB, DID, 0), Error::<Test>::NotOwner);
		assert_noop!(update(ALICE, OTHER_DID, 0), Error::<Test>::ModelNotFound);
		assert_noop!(update(ALICE, b"x", 0), Error::<Test>::InvalidDID);
	});
}

#[test]
fn boundary_update_keeps_the_bounds_of_registration() {
	with_model(|| {
		let update = |name: usize, uri: usize, license: usize, royalty_bps| {
			let text = |length| vec![b'x'; length];
			AIModels::update_model(
				signed(ALICE),
				DID.to_vec(),
				text(name),
				text(uri),
				0,
				text(license),
				royalty_bps,
			)
		};
		assert_noop!(update(0, 1, 1, 0), Error::<Test>::NameEmpty);
		assert_noop!(update(65, 1, 1, 0), Error::<Test>::NameTooLong);
		assert_noop!(update(1, 0, 1, 0), Error::<Test>::UriEmpty);
		assert_noop!(update(1, 257, 1, 0), Error::<Test>::UriTooLong);
		assert_noop!(update(1, 1, 0, 0), Error::<Test>::LicenseEmpty);
		assert_noop!(update(1, 1, 65, 0), Error::<Test>::LicenseTooLong);
		assert_noop!(update(1, 1, 1, 5_001), Error::<Test>::RoyaltyTooHigh);
		assert_ok!(update(64, 256, 64, 5_000));
		assert_ok!(update(1, 1, 1, 0));
	});
}

#[test]
fn deprecation_is_for_good() {
	with_model(|| {
		assert_noop!(deprecate(BOB, DID), Error::<Test>::NotOwner);
		assert_ok!(deprecate(ALICE, DID));
		assert_eq!(record(DID).state, ModelState::Deprecated);
		assert_eq!(events(), vec![Event::ModelDeprecated { did: parse(DID) }]);
		assert_noop!(deprecate(ALICE, DID), Error::<Test>::ModelDeprecated);
		// Its owner may still set its papers in order.
		assert_ok!(update(ALICE, DID, 0));
		assert_eq!(record(DID).state, ModelState::Deprecated);
	});
}
