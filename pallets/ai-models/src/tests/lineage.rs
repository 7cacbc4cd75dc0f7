//! `set_descendants`, `disown_descendant`, and the parent's share.

use crate::{mock::*, Descendants, Error, Event, ParentLink};
use ai_compute_primitives::ModelInspect;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn welcome(who: AccountId, did: &[u8], share_bps: u16) -> DispatchResult {
	let descendants = Descendants::Welcome { share_bps };
	AIModels::set_descendants(signed(who), did.to_vec(), descendants)
}

fn disown(who: AccountId, did: &[u8]) -> DispatchResult {
	AIModels::disown_descendant(signed(who), did.to_vec())
}

/// Bob's model descends from Alice's, for a share of 20 %.
fn with_child(test: impl FnOnce()) {
	with_model(|| {
		assert_ok!(welcome(ALICE, DID, 2_000));
		assert_ok!(Registering::child_of(OTHER_DID, DID, 2_000).by(BOB));
		System::reset_events();
		test();
	})
}

#[test]
fn a_descendant_copies_the_parents_share() {
	with_child(|| {
		let record = record(OTHER_DID);
		let link = ParentLink { model: hash(DID), registration: 0 };
		assert_eq!((record.parent, record.parent_bps), (Some(link), 2_000));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), Some(ALICE));
		let page = page(OTHER_DID);
		assert_eq!((page.parent, page.parent_owner), (Some(parse(DID)), Some(ALICE)));
		let terms = AIModels::can_submit(OTHER_DID.to_vec(), CAROL).unwrap();
		assert_eq!((terms.royalty_bps, terms.parent_bps), (1_000, 2_000));
		// A later demand concerns later registrations.
		assert_ok!(welcome(ALICE, DID, 5_000));
		assert_eq!(self::record(OTHER_DID).parent_bps, 2_000);
	});
}

#[test]
fn lineage_needs_the_parents_welcome() {
	with_model(|| {
		let child = |max| Registering::child_of(OTHER_DID, DID, max).by(BOB);
		assert_noop!(child(5_000), Error::<Test>::DescendantsRefused);
		assert_ok!(welcome(ALICE, DID, 2_000));
		assert_ok!(AIModels::set_descendants(signed(ALICE), DID.to_vec(), Descendants::Refused));
		assert_noop!(child(5_000), Error::<Test>::DescendantsRefused);
	});
}

#[test]
fn boundary_a_share_above_the_accepted_one_is_refused() {
	with_model(|| {
		assert_ok!(welcome(ALICE, DID, 2_000));
		let child = |max| Registering::child_of(OTHER_DID, DID, max).by(BOB);
		assert_noop!(child(1_999), Error::<Test>::ParentShareTooHigh);
		assert_ok!(child(2_000));
	});
}

#[test]
fn set_descendants_fails_for_strangers_high_shares_and_again() {
	with_model(|| {
		assert_noop!(welcome(BOB, DID, 1), Error::<Test>::NotOwner);
		assert_noop!(welcome(ALICE, OTHER_DID, 1), Error::<Test>::ModelNotFound);
		assert_noop!(welcome(ALICE, DID, 5_001), Error::<Test>::ShareTooHigh);
		assert_ok!(welcome(ALICE, DID, 5_000));
		let descendants = Descendants::Welcome { share_bps: 5_000 };
		assert_eq!(events(), vec![Event::DescendantsSet { did: parse(DID), descendants }]);
		assert_noop!(welcome(ALICE, DID, 5_000), Error::<Test>::AlreadySet);
	});
}

#[test]
fn fake_parents_are_refused() {
	with_model(|| {
		let child = |parent: &[u8]| Registering::child_of(OTHER_DID, parent, 5_000).by(BOB);
		assert_noop!(child(b"x"), Error::<Test>::InvalidDID);
		assert_noop!(child(b"did:etrid:ai:llm:unknown"), Error::<Test>::ParentNotFound);
		// A model is not there yet when it names itself.
		assert_noop!(child(OTHER_DID), Error::<Test>::ParentNotFound);
	});
}

/// The only way to let an ancestor descend from its descendant is to register it anew, and then it
/// is another model, to which no older link leads.
#[test]
fn lineage_has_no_cycles() {
	with_child(|| {
		assert_ok!(welcome(BOB, OTHER_DID, 1_000));
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), None);
		assert_ok!(Registering::child_of(DID, OTHER_DID, 1_000).by(ALICE));
		assert_eq!(AIModels::parent_owner(&parse(DID)), Some(BOB));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), None);
		assert_eq!((page(OTHER_DID).parent, page(OTHER_DID).parent_owner), (None, None));
	});
}

#[test]
fn the_share_follows_the_parents_owner_and_ends_with_the_parent() {
	with_child(|| {
		assert_ok!(offer(ALICE, DID, CAROL));
		assert_ok!(accept(CAROL, DID));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), Some(CAROL));
		// Deprecation does not end it, removal does.
		assert_ok!(deprecate(CAROL, DID));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), Some(CAROL));
		assert_ok!(force_remove(DID));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), None);
		// A later model under the parent's DID is no parent.
		assert_ok!(register(ALICE, DID));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), None);
		assert_noop!(disown(ALICE, OTHER_DID), Error::<Test>::NotParentOwner);
	});
}

#[test]
fn the_parents_owner_disowns() {
	with_child(|| {
		assert_noop!(disown(BOB, OTHER_DID), Error::<Test>::NotParentOwner);
		assert_noop!(disown(ALICE, DID), Error::<Test>::NotParentOwner);
		assert_noop!(disown(ALICE, b"did:etrid:ai:llm:no"), Error::<Test>::ModelNotFound);
		assert_ok!(disown(ALICE, OTHER_DID));
		let record = record(OTHER_DID);
		assert_eq!((record.parent, record.parent_bps), (None, 0));
		assert_eq!(AIModels::parent_owner(&parse(OTHER_DID)), None);
		let (did, parent) = (parse(OTHER_DID), hash(DID));
		assert_eq!(events(), vec![Event::DescendantDisowned { did, parent }]);
		assert_noop!(disown(ALICE, OTHER_DID), Error::<Test>::NotParentOwner);
	});
}

#[test]
fn a_lineage_reaches_to_the_first_ancestor_that_is_left() {
	with_child(|| {
		let grandchild: &[u8] = b"did:etrid:ai:llm:grandchild";
		anchor(grandchild, CAROL);
		assert_ok!(welcome(BOB, OTHER_DID, 300));
		assert_ok!(Registering::child_of(grandchild, OTHER_DID, 300).by(CAROL));
		let lineage = |did: &[u8]| {
			AIModels::lineage(did.to_vec())
				.into_iter()
				.map(|ancestor| (ancestor.did, ancestor.owner, ancestor.share_bps))
				.collect::<Vec<_>>()
		};
		assert_eq!(lineage(DID), []);
		assert_eq!(lineage(OTHER_DID), [(parse(DID), ALICE, 2_000)]);
		assert_eq!(lineage(grandchild), [(parse(OTHER_DID), BOB, 300), (parse(DID), ALICE, 2_000)]);
		assert_eq!(
			AIModels::lineage(grandchild.to_vec())[0].royalty_bps,
			record(OTHER_DID).royalty_bps
		);
		for unknown in [&b"did:etrid:ai:llm:none"[..], b"x", b""] {
			assert_eq!(lineage(unknown), []);
		}
		// It ends where an ancestor is gone, a later model under the DID included.
		assert_ok!(force_remove(DID));
		assert_eq!(lineage(grandchild), [(parse(OTHER_DID), BOB, 300)]);
		assert_ok!(register(ALICE, DID));
		assert_eq!(lineage(grandchild), [(parse(OTHER_DID), BOB, 300)]);
		assert_ok!(force_remove(OTHER_DID));
		assert_eq!(lineage(grandchild), []);
	});
}

#[test]
fn boundary_a_lineage_shows_eight_ancestors() {
	with_model(|| {
		let did = |n: u32| match n {
			0 => DID.to_vec(),
			n => format!("did:etrid:ai:llm:line-{n}").into_bytes(),
		};
		let owner = |n: u32| [ALICE, BOB, CAROL][n as usize % 3];
		for n in 1..=9 {
			assert_ok!(welcome(owner(n - 1), &did(n - 1), 10));
			anchor(&did(n), owner(n));
			assert_ok!(Registering::child_of(&did(n), &did(n - 1), 10).by(owner(n)));
		}
		assert_eq!(AIModels::lineage(did(8)).len(), 8);
		let longest = AIModels::lineage(did(9));
		assert_eq!(longest.len(), crate::MAX_LINEAGE as usize);
		assert_eq!(longest.last().unwrap().did, parse(&did(1)));
	});
}
