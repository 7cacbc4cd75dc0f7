//! Each check of `do_try_state` sees the corruption it is there for.

use crate::{
	mock::*, Allowed, Descendants, HoldReason, HostRecordOf, Hosts, ModelCardOf, ModelCards,
	ModelRecordOf, ModelType, Models, NextRegistration, NextVersion, OpenJobs, OwnerModels,
	PriceCard, PriceCards, PriceTier, TransferOffers, Usage, Usages, Versions,
};
use ai_compute_primitives::{DidHash, PriceRule};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
	BoundedVec,
};
use sp_runtime::DispatchError;

/// Corrupts a sound state and expects the check with this message. The state: Alice's model with two
/// versions, prices, an allow-list, an offer and a host; Bob's descends from it.
fn detects(message: &'static str, corrupt: impl FnOnce(DidHash)) {
	ExtBuilder.build().execute_with(|| {
		anchor(DID, ALICE);
		anchor(OTHER_DID, BOB);
		add_node(NODE, BOB, 80);
		assert_ok!(register(ALICE, DID));
		assert_ok!(publish(ALICE, DID));
		let descendants = Descendants::Welcome { share_bps: 100 };
		assert_ok!(AIModels::set_descendants(signed(ALICE), DID.to_vec(), descendants));
		assert_ok!(Registering::child_of(OTHER_DID, DID, 100).by(BOB));
		assert_ok!(AIModels::set_pricing(
			signed(ALICE),
			DID.to_vec(),
			1,
			1,
			1,
			vec![],
			PriceRule::AtLeast(1)
		));
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![CAROL], vec![]));
		assert_ok!(offer(ALICE, DID, CAROL));
		assert_ok!(host(BOB, DID, NODE));
		open_job(DID);
		assert_ok!(AIModels::do_try_state());
		corrupt(hash(DID));
		assert_eq!(AIModels::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change(did: &[u8], how: impl FnOnce(&mut ModelRecordOf<Test>)) {
	Models::<Test>::mutate(hash(did), |record| how(record.as_mut().unwrap()));
}

fn change_card(how: impl FnOnce(&mut ModelCardOf<Test>)) {
	ModelCards::<Test>::mutate(hash(DID), |card| how(card.as_mut().unwrap()));
}

fn change_host(how: impl FnOnce(&mut HostRecordOf<Test>)) {
	Hosts::<Test>::mutate(hash(DID), hash(NODE), |host| how(host.as_mut().unwrap()));
}

#[test]
fn try_state_detects_records_that_do_not_belong_together() {
	let nobody = DidHash::repeat_byte(7);
	detects("a card lies under another hash", |_| {
		ModelCards::<Test>::insert(nobody, page(DID).card)
	});
	detects("a model is of another type than its DID", |_| {
		change_card(|card| card.model_type = ModelType::Agent)
	});
	detects("a card belongs to no model", Models::<Test>::remove);
	detects("a model has no card", ModelCards::<Test>::remove);
	detects("a model has no usage record", Usages::<Test>::remove);
	detects("a usage record belongs to no model", |_| {
		Usages::<Test>::insert(nobody, Usage::default())
	});
	detects("a price card belongs to no model", |model| {
		PriceCards::<Test>::set(nobody, PriceCards::<Test>::get(model))
	});
	detects("tiers do not rise", |model| {
		let tier = PriceTier { from_tokens: 0, input_token_price: 1, output_token_price: 1 };
		let card = PriceCard {
			input_token_price: 1,
			output_token_price: 1,
			request_price: 1,
			tiers: BoundedVec::truncate_from(vec![tier]),
		};
		PriceCards::<Test>::insert(model, card)
	});
}

#[test]
fn try_state_detects_terms_out_of_bounds() {
	detects("a royalty is above the highest", |_| change(DID, |r| r.royalty_bps = 5_001));
	detects("a parent's share is above the highest", |_| {
		change(OTHER_DID, |r| r.parent_bps = 5_001)
	});
	detects("a share is asked above the highest", |_| {
		change(DID, |r| r.descendants = Descendants::Welcome { share_bps: 5_001 })
	});
	detects("a price rule says nothing", |_| change(DID, |r| r.price = PriceRule::Exactly(0)));
}

#[test]
fn try_state_detects_impossible_lineage() {
	detects("a registration has a number that was never given", |_| {
		NextRegistration::<Test>::put(1)
	});
	detects("two registrations have the same number", |_| {
		change(OTHER_DID, |r| {
			r.registration = 0;
			r.parent = None;
			r.parent_bps = 0;
		})
	});
	detects("a parent is younger than its descendant", |_| {
		change(OTHER_DID, |r| r.parent.as_mut().unwrap().registration = 1)
	});
	detects("a share is given to no parent", |_| change(OTHER_DID, |r| r.parent = None));
}

#[test]
fn try_state_detects_wrong_lists() {
	detects("an empty list of models is stored", |_| {
		OwnerModels::<Test>::insert(CAROL, BoundedVec::new())
	});
	detects("an owner's list names no registered model", |_| {
		OwnerModels::<Test>::try_append(ALICE, DidHash::zero()).unwrap()
	});
	detects("an owner's list names somebody else's model", |model| {
		OwnerModels::<Test>::try_append(BOB, model).unwrap()
	});
	detects("a model is listed twice", |model| {
		OwnerModels::<Test>::try_append(ALICE, model).unwrap()
	});
	detects("a model is missing in its owner's list", |_| OwnerModels::<Test>::remove(ALICE));
}

#[test]
fn try_state_detects_wrong_versions() {
	detects("a version belongs to no model", |model| {
		let version = Versions::<Test>::get(model, 1).unwrap();
		Versions::<Test>::insert(DidHash::zero(), 1, version)
	});
	detects("a version has a number that was never given", |_| NextVersion::<Test>::put(1));
	detects("two versions have the same number", |model| {
		let mut version = Versions::<Test>::get(model, 1).unwrap();
		version.inactive_since = Some(1);
		Versions::<Test>::insert(hash(OTHER_DID), 1, version)
	});
	detects("a version does not know whether it is active", |_| change(DID, |r| r.version = 1));
	detects("the active version is not kept", |model| Versions::<Test>::remove(model, 2));
	detects("a card counts other versions", |_| change_card(|card| card.versions = 3));
}

#[test]
fn try_state_detects_wrong_allow_lists_and_offers() {
	detects("an allow-list belongs to no model", |_| {
		Allowed::<Test>::insert(DidHash::zero(), BOB, ())
	});
	detects("a card counts another allow-list", |model| Allowed::<Test>::remove(model, CAROL));
	detects("an offer is of no model", |_| TransferOffers::<Test>::insert(DidHash::zero(), BOB));
	detects("a model is offered to its owner", |model| {
		TransferOffers::<Test>::insert(model, ALICE)
	});
}

#[test]
fn try_state_detects_wrong_hosts_and_counters() {
	detects("a host lies under another hash", |_| {
		change_host(|host| host.node = parse(OTHER_NODE))
	});
	detects("a host names a registration that never was", |_| {
		change_host(|host| host.registration = 2)
	});
	detects("a count of no jobs is stored", |model| OpenJobs::<Test>::insert(model, 0));
}

#[test]
fn try_state_detects_deposits_that_are_not_held() {
	let message = "deposits on hold differ from an owner's models";
	detects(message, |_| change_card(|card| card.deposit += 1));
	detects(message, |_| {
		let reason = HoldReason::ModelDeposit.into();
		assert_ok!(Balances::release(&reason, &ALICE, 1, Precision::Exact));
	});
	detects("deposits on hold differ from a host's records", |_| {
		change_host(|host| host.deposit -= 1)
	});
	detects("deposits on hold differ from a host's records", |_| {
		let mut host = Hosts::<Test>::get(hash(DID), hash(NODE)).unwrap();
		host.node = parse(OTHER_NODE);
		host.host = PAUPER;
		Hosts::<Test>::insert(hash(DID), hash(OTHER_NODE), host);
	});
}
