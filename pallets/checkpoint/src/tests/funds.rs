//! The balance on the relay chain: how it is read, and when sending pauses.

use crate::{
	account_key, mock::*, relay_account, time_key, Agendas, Event, InFlight, PausedAt, Posting,
	RelayBalance, RelayBalances, SovereignBalance,
};
use cumulus_primitives_core::{ParaId, RelayProofRequest, RelayStorageKey};
use hex_literal::hex;
use sp_runtime::{traits::AccountIdConversion, AccountId32};

const NEEDED: u128 = 10 * FEE;

fn pauses() -> Vec<Event<Test>> {
	take_events()
		.into_iter()
		.filter(|event| matches!(event, Event::PostingPaused { .. } | Event::PostingResumed { .. }))
		.collect()
}

#[test]
fn the_account_and_its_key_are_the_relay_chains() {
	let account: AccountId32 = ParaId::from(PARA_ID).into_account_truncating();
	assert_eq!(relay_account(PARA_ID), *AsRef::<[u8; 32]>::as_ref(&account));
	assert_eq!(
		relay_account(PARA_ID),
		hex!("70617261df070000000000000000000000000000000000000000000000000000")
	);
	let key = account_key(&relay_account(PARA_ID));
	assert_eq!(key[..32], hex!("26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"));
	assert_eq!(key[48..], relay_account(PARA_ID));
	assert_eq!(key, frame_system_key(&account));
	assert_eq!(
		time_key(),
		hex!("f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb")
	);
}

/// The key as a runtime with such accounts would compute it.
fn frame_system_key(account: &AccountId32) -> Vec<u8> {
	use frame_support::{Blake2_128Concat, StorageHasher};
	let mut key = frame_support::storage::storage_prefix(b"System", b"Account").to_vec();
	key.extend(Blake2_128Concat::hash(&codec::Encode::encode(account)));
	key
}

#[test]
fn sending_pauses_on_a_low_balance_and_says_so_once() {
	posting(|| {
		RelayMoney::set(Some(NEEDED - 1));
		run_to(INTERVAL + 1);
		assert!(take_sent().is_empty());
		assert_eq!(pauses(), [Event::PostingPaused { balance: NEEDED - 1, needed: NEEDED }]);
		assert_eq!(PausedAt::<Test>::get(), Some(NEEDED - 1));
		// It looks again from time to time; headers are noted all the while.
		RelayMoney::set(Some(5));
		run_to(3 * INTERVAL);
		assert!(take_sent().is_empty());
		assert_eq!(pauses(), []);
		assert_eq!(PausedAt::<Test>::get(), Some(5));
		assert_eq!(InFlight::<Test>::get().len(), 2);
		assert!(InFlight::<Test>::get().iter().all(|flight| flight.attempts == 0));

		RelayMoney::set(Some(NEEDED));
		run_to(3 * INTERVAL + TIMEOUT);
		assert_eq!(pauses(), [Event::PostingResumed { balance: Some(NEEDED) }]);
		assert_eq!(indices(&take_sent())[..3], [0, 1, 2]);
		assert_eq!(PausedAt::<Test>::get(), None);
	});
}

#[test]
fn a_pause_is_looked_at_again_after_the_timeout() {
	posting(|| {
		RelayMoney::set(Some(0));
		run_to(INTERVAL + 1);
		assert_eq!(Agendas::<Test>::get().send_at, Some(INTERVAL + 1 + TIMEOUT));
		RelayMoney::set(Some(NEEDED));
		run_to(INTERVAL + TIMEOUT);
		assert!(take_sent().is_empty());
		block();
		assert_eq!(indices(&take_sent()), [0]);
	});
}

#[test]
fn an_account_that_is_not_there_is_empty() {
	posting(|| {
		RelayMoney::set(None);
		run_to(INTERVAL + 1);
		assert!(take_sent().is_empty());
		assert_eq!(pauses(), [Event::PostingPaused { balance: 0, needed: NEEDED }]);
	});
}

#[test]
fn where_the_balance_is_not_known_messages_are_sent() {
	posting(|| {
		// Relay data that is made up, or that leaves the account out.
		RelayMoney::set(None);
		RelayIsReal::set(false);
		run_to(INTERVAL + 1);
		assert_eq!(indices(&take_sent()), [0]);
		assert_eq!(pauses(), []);
		assert_eq!(RelayBalances::<Test>::get(), None);
	});
}

#[test]
fn a_pause_ends_when_the_balance_is_no_longer_known() {
	posting(|| {
		RelayMoney::set(Some(1));
		run_to(INTERVAL + 1);
		RelayMoney::set(None);
		RelayIsReal::set(false);
		run_to(INTERVAL + 1 + TIMEOUT);
		assert_eq!(
			pauses(),
			[
				Event::PostingPaused { balance: 1, needed: NEEDED },
				Event::PostingResumed { balance: None }
			]
		);
		assert_eq!(indices(&take_sent()), [0]);
	});
}

#[test]
fn the_balance_of_an_earlier_block_is_not_the_present_one() {
	posting(|| {
		begin_block();
		let now = System::block_number();
		let known = || <Test as crate::Config>::SovereignBalance::spendable();
		RelayBalances::<Test>::put(RelayBalance { spendable: 7, read_at: now });
		assert_eq!(known(), Some(7));
		RelayBalances::<Test>::put(RelayBalance { spendable: 7, read_at: now - 1 });
		assert_eq!(known(), None);
		end_block();
	});
}

#[test]
fn a_broken_entry_is_not_a_balance() {
	posting(|| {
		use cumulus_pallet_parachain_system::{
			relay_state_snapshot::RelayChainStateProof, OnSystemEvent,
		};
		use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
		run_to(INTERVAL);
		System::initialize(&(INTERVAL + 1), &header(INTERVAL).hash(), &Default::default());
		let (root, proof) = RelayStateSproofBuilder {
			para_id: PARA_ID.into(),
			additional_key_values: vec![
				(account_key(&relay_account(PARA_ID)), vec![1, 2, 3]),
				(time_key(), vec![0; 8]),
			],
			..Default::default()
		}
		.into_state_root_and_proof();
		let proof = RelayChainStateProof::new(PARA_ID.into(), root, proof).unwrap();
		Checkpoint::on_relay_state_proof(&proof);
		assert_eq!(RelayBalances::<Test>::get(), None);
		end_block();
	});
}

#[test]
fn the_account_is_asked_for_where_a_message_may_leave() {
	let asked = || !Checkpoint::keys_to_prove().keys.is_empty();
	posting(|| {
		let mut blocks = Vec::new();
		while last_block() < INTERVAL + 1 + TIMEOUT {
			// What a collator asks at the state of the parent.
			let asked = asked();
			let before = RelayBalances::<Test>::get();
			block();
			let read = RelayBalances::<Test>::get() != before;
			assert_eq!(asked, read, "block {}", last_block());
			if asked {
				blocks.push(last_block());
			}
		}
		assert_eq!(blocks, [INTERVAL + 1, INTERVAL + 1 + TIMEOUT]);
	});
	ExtBuilder { posting: Posting::Off, ..Default::default() }.build_and_execute(|| {
		run_to(2 * INTERVAL);
		assert!(!asked());
	});
	posting(|| {
		run_to(INTERVAL);
		assert_eq!(
			Checkpoint::keys_to_prove(),
			RelayProofRequest {
				keys: vec![
					RelayStorageKey::Top(account_key(&relay_account(PARA_ID))),
					RelayStorageKey::Top(time_key()),
				]
			}
		);
	});
}
