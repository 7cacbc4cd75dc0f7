use crate::{
	mock::*, Allowed, Error, Event, ModelCards, Models, OwnerModels, PriceCards, TransferOffers,
	Usages, Versions,
};
use ai_compute_primitives::PriceRule;
use frame_support::{assert_noop, assert_ok};

#[test]
fn deregister_returns_the_deposit_and_removes_everything() {
	with_model(|| {
		assert_ok!(publish(ALICE, DID));
		assert_ok!(AIModels::set_pricing(
			signed(ALICE),
			DID.to_vec(),
			1,
			1,
			1,
			vec![],
			PriceRule::Any
		));
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![BOB], vec![]));
		assert_ok!(offer(ALICE, DID, BOB));
		assert_ok!(deprecate(ALICE, DID));
		System::reset_events();
		assert_ok!(deregister(ALICE, DID));
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, START_BALANCE));
		assert_eq!(Models::<Test>::iter().count(), 0);
		assert_eq!(ModelCards::<Test>::iter().count(), 0);
		assert_eq!(Usages::<Test>::iter().count(), 0);
		assert_eq!(Versions::<Test>::iter().count(), 0);
		assert_eq!(Allowed::<Test>::iter().count(), 0);
		assert_eq!(PriceCards::<Test>::iter().count(), 0);
		assert_eq!(TransferOffers::<Test>::iter().count(), 0);
		assert!(!OwnerModels::<Test>::contains_key(ALICE));
		assert_eq!(
			events(),
			vec![Event::ModelDeregistered { did: parse(DID), owner: ALICE, registration: 0 }]
		);
	});
}

#[test]
fn deregister_fails_unless_deprecated_and_by_the_owner() {
	with_model(|| {
		assert_noop!(deregister(ALICE, DID), Error::<Test>::ModelNotDeprecated);
		assert_ok!(deprecate(ALICE, DID));
		assert_noop!(deregister(BOB, DID), Error::<Test>::NotOwner);
		assert_noop!(deregister(ALICE, OTHER_DID), Error::<Test>::ModelNotFound);
		assert_noop!(deregister(ALICE, b"x"), Error::<Test>::InvalidDID);
	});
}

#[test]
fn deregister_fails_with_jobs_open() {
	with_model(|| {
		open_job(DID);
		open_job(DID);
		assert_ok!(deprecate(ALICE, DID));
		assert_noop!(deregister(ALICE, DID), Error::<Test>::JobsOpen);
		close_job(DID);
		assert_noop!(deregister(ALICE, DID), Error::<Test>::JobsOpen);
		close_job(DID);
		assert_ok!(deregister(ALICE, DID));
	});
}

#[test]
fn a_deposit_comes_back_as_it_was_paid() {
	with_model(|| {
		ModelDeposit::set(DEPOSIT * 3);
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		assert_eq!(held(ALICE), 0);
		assert_ok!(register(ALICE, DID));
		assert_eq!(held(ALICE), DEPOSIT * 3);
	});
}

#[test]
fn hosts_do_not_stand_in_the_way() {
	with_model(|| {
		assert_ok!(host(BOB, DID, NODE));
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		assert_eq!(host_held(BOB), HOST_DEPOSIT);
		assert_ok!(unhost(BOB, DID, NODE));
		assert_eq!((host_held(BOB), Balances::free_balance(BOB)), (0, START_BALANCE));
	});
}

#[test]
fn a_later_model_under_the_did_inherits_nothing() {
	with_model(|| {
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![BOB], vec![]));
		assert_ok!(offer(ALICE, DID, CAROL));
		assert_ok!(host(BOB, DID, NODE));
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		assert_ok!(Registering::private(DID).by(ALICE));
		let page = page(DID);
		assert_eq!((page.record.registration, page.offered_to), (1, None));
		assert!(AIModels::allow_list(DID.to_vec()).is_empty());
		assert!(AIModels::can_submit(DID.to_vec(), BOB).is_err());
		assert_noop!(accept(CAROL, DID), Error::<Test>::NoOffer);
		let approve = AIModels::approve_host(signed(ALICE), DID.to_vec(), NODE.to_vec());
		assert_noop!(approve, Error::<Test>::NotHosted);
	});
}
