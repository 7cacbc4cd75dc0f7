//! `transfer_model`, `accept_transfer`, `cancel_transfer`.

use crate::{mock::*, Error, Event, OwnerModels, TransferOffers};
use ai_compute_primitives::ModelInspect;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn cancel(who: AccountId) -> DispatchResult {
	AIModels::cancel_transfer(signed(who), DID.to_vec())
}

#[test]
fn an_offer_changes_nothing_until_it_is_accepted() {
	with_model(|| {
		assert_ok!(offer(ALICE, DID, BOB));
		assert_eq!(page(DID).offered_to, Some(BOB));
		assert_eq!((record(DID).owner, held(ALICE), held(BOB)), (ALICE, DEPOSIT, 0));
		assert_noop!(publish(BOB, DID), Error::<Test>::NotOwner);
		let (did, owner, to) = (parse(DID), ALICE, BOB);
		assert_eq!(events(), vec![Event::TransferOffered { did, owner, to }]);
	});
}

#[test]
fn acceptance_moves_model_deposit_and_royalty() {
	with_model(|| {
		// A deposit that has risen since is what the new owner pays.
		ModelDeposit::set(DEPOSIT * 2);
		assert_ok!(offer(ALICE, DID, BOB));
		System::reset_events();
		assert_ok!(accept(BOB, DID));
		assert_eq!((held(ALICE), held(BOB)), (0, DEPOSIT * 2));
		assert_eq!(Balances::free_balance(ALICE), START_BALANCE);
		assert_eq!(OwnerModels::<Test>::get(BOB).to_vec(), vec![hash(DID)]);
		assert!(!OwnerModels::<Test>::contains_key(ALICE));
		assert!(!TransferOffers::<Test>::contains_key(hash(DID)));
		assert_eq!(AIModels::owner(&parse(DID)), Some(BOB));
		assert_eq!(
			events(),
			vec![Event::ModelTransferred {
				did: parse(DID),
				from: ALICE,
				to: BOB,
				deposit: DEPOSIT * 2
			}]
		);
		assert_noop!(publish(ALICE, DID), Error::<Test>::NotOwner);
		assert_ok!(publish(BOB, DID));
		assert_ok!(deprecate(BOB, DID));
		assert_ok!(deregister(BOB, DID));
		assert_eq!((held(BOB), Balances::free_balance(BOB)), (0, START_BALANCE));
	});
}

#[test]
fn acceptance_fails_without_offer_money_or_room() {
	with_model(|| {
		assert_noop!(accept(BOB, DID), Error::<Test>::NoOffer);
		assert_ok!(offer(ALICE, DID, BOB));
		assert_noop!(accept(CAROL, DID), Error::<Test>::NotOfferedTo);
		assert_noop!(accept(ALICE, DID), Error::<Test>::NotOfferedTo);
		assert_noop!(accept(BOB, OTHER_DID), Error::<Test>::ModelNotFound);
		for n in 0..MAX_MODELS {
			let did = format!("did:etrid:ai:llm:of-bob-{n}").into_bytes();
			anchor(&did, BOB);
			assert_ok!(register(BOB, &did));
		}
		assert_noop!(accept(BOB, DID), Error::<Test>::TooManyModelsPerOwner);
		assert_ok!(offer(ALICE, DID, PAUPER));
		assert_noop!(accept(PAUPER, DID), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn an_offer_replaces_an_earlier_one() {
	with_model(|| {
		assert_ok!(offer(ALICE, DID, BOB));
		assert_ok!(offer(ALICE, DID, CAROL));
		assert_noop!(accept(BOB, DID), Error::<Test>::NotOfferedTo);
		assert_ok!(accept(CAROL, DID));
		assert_eq!(record(DID).owner, CAROL);
	});
}

#[test]
fn offers_fail_for_strangers_oneself_and_again() {
	with_model(|| {
		assert_noop!(offer(BOB, DID, CAROL), Error::<Test>::NotOwner);
		assert_noop!(offer(ALICE, DID, ALICE), Error::<Test>::AlreadyOwner);
		assert_noop!(offer(ALICE, OTHER_DID, BOB), Error::<Test>::ModelNotFound);
		assert_ok!(offer(ALICE, DID, BOB));
		assert_noop!(offer(ALICE, DID, BOB), Error::<Test>::AlreadySet);
	});
}

#[test]
fn owner_cancels_or_invited_declines() {
	with_model(|| {
		assert_noop!(cancel(ALICE), Error::<Test>::NoOffer);
		for who in [ALICE, BOB] {
			assert_ok!(offer(ALICE, DID, BOB));
			assert_noop!(cancel(CAROL), Error::<Test>::NotOwner);
			System::reset_events();
			assert_ok!(cancel(who));
			let (did, to) = (parse(DID), BOB);
			assert_eq!(events(), vec![Event::TransferCancelled { did, to }]);
			assert_noop!(accept(BOB, DID), Error::<Test>::NoOffer);
		}
	});
}

#[test]
fn a_model_goes_round_and_no_deposit_is_lost() {
	with_model(|| {
		for (from, to) in [(ALICE, BOB), (BOB, CAROL), (CAROL, ALICE)] {
			assert_ok!(offer(from, DID, to));
			assert_ok!(accept(to, DID));
			assert_eq!((held(from), held(to)), (0, DEPOSIT));
			assert_eq!(Balances::free_balance(from), START_BALANCE);
		}
	});
}

/// The former owner cannot reach into the model: an offer of his is gone, the list of his accounts
/// is the new owner's to change, and open jobs stay counted.
#[test]
fn a_transfer_keeps_list_hosts_and_open_jobs() {
	with_model(|| {
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![CAROL], vec![]));
		assert_ok!(host(BOB, DID, NODE));
		open_job(DID);
		assert_ok!(offer(ALICE, DID, BOB));
		assert_ok!(accept(BOB, DID));
		assert_eq!(AIModels::allow_list(DID.to_vec()), vec![CAROL]);
		assert!(AIModels::hosts(&parse(DID), &hash(NODE)));
		assert_ok!(deprecate(BOB, DID));
		assert_noop!(deregister(BOB, DID), Error::<Test>::JobsOpen);
		assert_ok!(AIModels::update_allow_list(signed(BOB), DID.to_vec(), vec![], vec![CAROL]));
	});
}
