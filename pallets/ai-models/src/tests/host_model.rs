//! `host_model`, `unhost_model`, `approve_host`, `set_hosting`.

use crate::{mock::*, Error, Event, HostAdmission, HostState, Hosts};
use ai_compute_primitives::{Hosting, ModelInspect};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn set(who: AccountId, hosting: Hosting, admission: HostAdmission) -> DispatchResult {
	AIModels::set_hosting(signed(who), DID.to_vec(), hosting, admission)
}

fn approve(who: AccountId) -> DispatchResult {
	AIModels::approve_host(signed(who), DID.to_vec(), NODE.to_vec())
}

fn hosts() -> bool {
	AIModels::hosts(&parse(DID), &hash(NODE))
}

#[test]
fn a_nodes_owner_declares_it_a_host() {
	with_model(|| {
		assert!(!hosts());
		assert_ok!(host(BOB, DID, NODE));
		assert!(hosts());
		assert_eq!(host_held(BOB), HOST_DEPOSIT);
		let record = Hosts::<Test>::get(hash(DID), hash(NODE)).unwrap();
		assert_eq!((record.host, record.registration, record.deposit), (BOB, 0, HOST_DEPOSIT));
		assert_eq!(
			events(),
			vec![Event::HostDeclared {
				did: parse(DID),
				node: parse(NODE),
				host: BOB,
				deposit: HOST_DEPOSIT
			}]
		);
		assert!(!AIModels::hosts(&parse(OTHER_DID), &hash(NODE)));
		assert!(!AIModels::hosts(&parse(DID), &hash(OTHER_NODE)));
	});
}

#[test]
fn host_fails_for_strangers_small_nodes_and_unknown_things() {
	with_model(|| {
		assert_noop!(host(CAROL, DID, NODE), Error::<Test>::NotNodeOwner);
		assert_noop!(host(ALICE, DID, NODE), Error::<Test>::NotNodeOwner);
		assert_noop!(host(BOB, OTHER_DID, NODE), Error::<Test>::ModelNotFound);
		assert_noop!(host(BOB, DID, OTHER_NODE), Error::<Test>::NodeNotFound);
		assert_noop!(host(BOB, b"x", NODE), Error::<Test>::InvalidDID);
		assert_noop!(host(BOB, DID, b"x"), Error::<Test>::InvalidDID);
		add_node(OTHER_NODE, PAUPER, 80);
		assert_noop!(host(PAUPER, DID, OTHER_NODE), Error::<Test>::InsufficientBalance);
		assert_ok!(host(BOB, DID, NODE));
		assert_noop!(host(BOB, DID, NODE), Error::<Test>::AlreadyHosted);
		assert_ok!(deprecate(ALICE, DID));
		add_node(OTHER_NODE, CAROL, 80);
		assert_noop!(host(CAROL, DID, OTHER_NODE), Error::<Test>::ModelDeprecated);
	});
}

#[test]
fn boundary_a_host_needs_the_models_vram() {
	with_model(|| {
		add_node(OTHER_NODE, CAROL, 23);
		assert_noop!(host(CAROL, DID, OTHER_NODE), Error::<Test>::InsufficientVram);
		add_node(OTHER_NODE, CAROL, 24);
		assert_ok!(host(CAROL, DID, OTHER_NODE));
	});
}

#[test]
fn unhost_returns_the_deposit_to_whoever_paid() {
	with_model(|| {
		NodeDeposit::set(HOST_DEPOSIT * 2);
		for who in [BOB, ALICE] {
			assert_ok!(host(BOB, DID, NODE));
			NodeDeposit::set(HOST_DEPOSIT);
			System::reset_events();
			let deposit = host_held(BOB);
			assert_noop!(unhost(CAROL, DID, NODE), Error::<Test>::NotNodeOwner);
			assert_ok!(unhost(who, DID, NODE));
			assert_eq!((host_held(BOB), Balances::free_balance(BOB)), (0, START_BALANCE));
			assert!(!hosts());
			assert_eq!(
				events(),
				vec![Event::HostRemoved { did: parse(DID), node: parse(NODE), host: BOB, deposit }]
			);
		}
		assert_noop!(unhost(BOB, DID, NODE), Error::<Test>::NotHosted);
		assert_noop!(unhost(BOB, OTHER_DID, NODE), Error::<Test>::NotHosted);
		assert_noop!(unhost(BOB, b"x", NODE), Error::<Test>::InvalidDID);
		assert_noop!(unhost(BOB, DID, b"x"), Error::<Test>::InvalidDID);
	});
}

#[test]
fn a_node_that_left_takes_its_deposit_back() {
	with_model(|| {
		assert_ok!(host(BOB, DID, NODE));
		remove_node(NODE);
		assert!(!hosts());
		assert_ok!(unhost(BOB, DID, NODE));
		assert_eq!(host_held(BOB), 0);
	});
}

#[test]
fn a_nodes_next_owner_inherits_neither_declaration_nor_approval() {
	with_model(|| {
		assert_ok!(set(ALICE, Hosting::Hosts, HostAdmission::ByOwner));
		assert_ok!(host(BOB, DID, NODE));
		assert_ok!(approve(ALICE));
		assert!(hosts());
		add_node(NODE, CAROL, 80);
		assert!(!hosts());
		assert_noop!(approve(ALICE), Error::<Test>::NotHosted);
		// The new owner's declaration replaces the old one, whose deposit goes back.
		assert_ok!(host(CAROL, DID, NODE));
		assert_eq!((host_held(BOB), host_held(CAROL)), (0, HOST_DEPOSIT));
		assert!(!hosts());
		assert_ok!(approve(ALICE));
		assert!(hosts());
	});
}

#[test]
fn a_nodes_next_owner_clears_the_old_record_away() {
	with_model(|| {
		assert_ok!(host(BOB, DID, NODE));
		add_node(NODE, CAROL, 80);
		assert_ok!(unhost(CAROL, DID, NODE));
		assert_eq!((host_held(BOB), Balances::free_balance(BOB)), (0, START_BALANCE));
	});
}

#[test]
fn a_record_of_a_model_that_is_gone_makes_way() {
	with_model(|| {
		assert_ok!(host(BOB, DID, NODE));
		assert_ok!(force_remove(DID));
		assert_noop!(host(BOB, DID, NODE), Error::<Test>::ModelNotFound);
		assert_ok!(register(ALICE, DID));
		assert!(!hosts());
		assert_ok!(host(BOB, DID, NODE));
		assert_eq!(host_held(BOB), HOST_DEPOSIT);
		assert!(hosts());
		assert_eq!(Hosts::<Test>::get(hash(DID), hash(NODE)).unwrap().registration, 1);
	});
}

#[test]
fn admission_by_the_owner_needs_his_approval() {
	with_model(|| {
		assert_ok!(set(ALICE, Hosting::Hosts, HostAdmission::ByOwner));
		assert_noop!(approve(ALICE), Error::<Test>::NotHosted);
		assert_ok!(host(BOB, DID, NODE));
		assert!(!hosts());
		assert_noop!(approve(BOB), Error::<Test>::NotOwner);
		System::reset_events();
		assert_ok!(approve(ALICE));
		assert!(hosts());
		assert_eq!(events(), vec![Event::HostApproved { did: parse(DID), node: parse(NODE) }]);
		assert_noop!(approve(ALICE), Error::<Test>::AlreadyApproved);
		assert_noop!(
			AIModels::approve_host(signed(ALICE), DID.to_vec(), b"x".to_vec()),
			Error::<Test>::InvalidDID
		);
		// Taken back.
		assert_ok!(unhost(ALICE, DID, NODE));
		assert!(!hosts());
	});
}

#[test]
fn closing_admission_counts_approved_hosts_only() {
	with_model(|| {
		assert_ok!(host(BOB, DID, NODE));
		assert!(hosts());
		assert_ok!(set(ALICE, Hosting::Hosts, HostAdmission::ByOwner));
		assert!(!hosts());
		assert_ok!(set(ALICE, Hosting::Hosts, HostAdmission::Open));
		assert!(hosts());
		assert_ok!(approve(ALICE));
		assert_ok!(set(ALICE, Hosting::Hosts, HostAdmission::ByOwner));
		assert!(hosts());
		let record = Hosts::<Test>::get(hash(DID), hash(NODE)).unwrap();
		assert_eq!(record.state, HostState::Approved);
	});
}

#[test]
fn hosting_is_set_by_the_owner_and_goes_into_the_terms() {
	with_model(|| {
		assert_noop!(set(BOB, Hosting::Hosts, HostAdmission::Open), Error::<Test>::NotOwner);
		assert_noop!(set(ALICE, Hosting::Anyone, HostAdmission::Open), Error::<Test>::AlreadySet);
		assert_ok!(set(ALICE, Hosting::Hosts, HostAdmission::Open));
		assert_eq!(
			events(),
			vec![Event::HostingSet {
				did: parse(DID),
				hosting: Hosting::Hosts,
				admission: HostAdmission::Open
			}]
		);
		let terms = AIModels::can_submit(DID.to_vec(), BOB).unwrap();
		assert_eq!(terms.hosting, Hosting::Hosts);
	});
}

/// Each record costs its host a deposit, and the owner removes without looking at any.
#[test]
fn any_number_of_hosts_costs_only_hosts() {
	with_model(|| {
		let node = |n: u32| format!("did:etrid:gpu:swarm-{n}").into_bytes();
		for n in 0..100 {
			add_node(&node(n), CAROL, 80);
			assert_ok!(host(CAROL, DID, &node(n)));
		}
		assert_eq!(host_held(CAROL), 100 * HOST_DEPOSIT);
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		for n in 0..100 {
			assert_ok!(unhost(CAROL, DID, &node(n)));
		}
		assert_eq!(Balances::free_balance(CAROL), START_BALANCE);
	});
}
