//! What the marketplace asks: `ModelInspect`.

use crate::{mock::*, CannotSubmit, ModelRecord, Models, Visibility};
use ai_compute_primitives::{Hosting, ModelInspect, ModelTerms, PriceRule};
use frame_support::assert_ok;

fn terms(did: &[u8], who: AccountId) -> Option<ModelTerms<Balance>> {
	let terms = <AIModels as ModelInspect<_, _>>::terms(&parse(did), &who);
	assert_eq!(AIModels::can_submit(did.to_vec(), who).ok(), terms);
	terms
}

fn why(who: AccountId) -> CannotSubmit {
	AIModels::can_submit(DID.to_vec(), who).unwrap_err()
}

#[test]
fn a_public_model_is_open_to_everybody() {
	with_model(|| {
		let expected = ModelTerms {
			version: 1,
			min_vram_gb: 24,
			royalty_bps: 1_000,
			parent_bps: 0,
			price: PriceRule::Any,
			hosting: Hosting::Anyone,
		};
		for who in [ALICE, BOB, PAUPER] {
			assert_eq!(terms(DID, who), Some(expected));
		}
		assert_eq!(terms(OTHER_DID, ALICE), None);
		assert_eq!(AIModels::owner(&parse(DID)), Some(ALICE));
		assert_eq!(AIModels::owner(&parse(OTHER_DID)), None);
		assert_eq!(AIModels::parent_owner(&parse(DID)), None);
	});
}

#[test]
fn a_private_model_is_open_to_its_owner_and_list() {
	with_model(|| {
		let private = Visibility::Private;
		assert_ok!(AIModels::set_visibility(signed(ALICE), DID.to_vec(), private));
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![CAROL], vec![]));
		assert!(terms(DID, ALICE).is_some() && terms(DID, CAROL).is_some());
		assert_eq!(terms(DID, BOB), None);
		assert_eq!(why(BOB), CannotSubmit::NotAllowed);
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![], vec![CAROL]));
		assert_eq!(terms(DID, CAROL), None);
	});
}

#[test]
fn deprecated_and_removed_models_take_no_jobs() {
	with_model(|| {
		assert_ok!(deprecate(ALICE, DID));
		assert_eq!(terms(DID, ALICE), None);
		assert_eq!(why(ALICE), CannotSubmit::Deprecated);
		// Royalties of open jobs are still its owner's.
		assert_eq!(AIModels::owner(&parse(DID)), Some(ALICE));
		assert_ok!(deregister(ALICE, DID));
		assert_eq!(terms(DID, ALICE), None);
		assert_eq!(why(ALICE), CannotSubmit::NotRegistered);
		assert_eq!(AIModels::can_submit(b"x".to_vec(), ALICE), Err(CannotSubmit::InvalidDid));
		assert_eq!(AIModels::owner(&parse(DID)), None);
	});
}

#[test]
fn terms_say_what_the_record_says() {
	with_model(|| {
		let changed: ModelRecord<AccountId, Balance> = ModelRecord {
			min_vram_gb: 80,
			royalty_bps: 5_000,
			price: PriceRule::Exactly(3),
			hosting: Hosting::Hosts,
			..record(DID)
		};
		Models::<Test>::insert(hash(DID), changed.clone());
		let terms = terms(DID, BOB).unwrap();
		assert_eq!(terms, changed.terms());
		assert_eq!((terms.min_vram_gb, terms.royalty_bps), (80, 5_000));
		assert_eq!((terms.price, terms.hosting), (PriceRule::Exactly(3), Hosting::Hosts));
	});
}

/// A job holds a copy of the terms: this is what it copied, whatever the owner does later.
#[test]
fn a_copy_of_the_terms_is_not_touched_by_later_changes() {
	with_model(|| {
		let copy = terms(DID, BOB).unwrap();
		assert_ok!(AIModels::update_model(
			signed(ALICE),
			DID.to_vec(),
			b"n".to_vec(),
			b"u".to_vec(),
			80,
			b"l".to_vec(),
			5_000
		));
		assert_ok!(publish(ALICE, DID));
		assert_eq!((copy.version, copy.royalty_bps, copy.min_vram_gb), (1, 1_000, 24));
		let now = terms(DID, BOB).unwrap();
		assert_eq!((now.version, now.royalty_bps, now.min_vram_gb), (2, 5_000, 80));
	});
}
