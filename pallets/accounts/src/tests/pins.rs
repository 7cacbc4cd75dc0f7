//! What clients and stored data rely on.

use crate::{mock::*, *};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{GetCallName, StorageInfoTrait};

#[test]
fn call_indices_and_names() {
	let (lost_account, new_account, token_type) = (ALICE, NEW, TokenType::ETR);
	let calls: [Call<Test>; 15] = [
		Call::transfer { to: BOB, token_type, amount: 1 },
		Call::mint_etr { to: BOB, amount: 1 },
		Call::mint_etd { to: BOB, amount: 1 },
		Call::burn { token_type, amount: 1 },
		Call::create_recovery { guardians: vec![], threshold: 1, delay_period: 1 },
		Call::initiate_recovery { lost_account, new_account },
		Call::approve_recovery { lost_account },
		Call::execute_recovery { lost_account },
		Call::cancel_recovery { account: ALICE },
		Call::approve_recovery_for { lost_account, new_account },
		Call::execute_recovery_for { lost_account, new_account },
		Call::withdraw_initiation { lost_account, new_account },
		Call::reap_recoveries { lost_account },
		Call::remove_recovery {},
		Call::set_standing { account: ALICE, is_validator: true, reputation: 1 },
	];
	for (index, call) in calls.into_iter().enumerate() {
		assert_eq!(usize::from(call.encode()[0]), index);
	}
	assert_eq!(
		Call::<Test>::get_call_names()[..9],
		[
			"transfer",
			"mint_etr",
			"mint_etd",
			"burn",
			"create_recovery",
			"initiate_recovery",
			"approve_recovery",
			"execute_recovery",
			"cancel_recovery",
		]
	);
}

#[test]
fn arguments_keep_their_order() {
	let call = Call::<Test>::transfer { to: BOB, token_type: TokenType::ETD, amount: 7 };
	assert_eq!(call.encode()[1..], (BOB, 1u8, 7u64).encode());
	let call = Call::<Test>::create_recovery { guardians: vec![3], threshold: 1, delay_period: 9 };
	assert_eq!(call.encode()[1..], (vec![3u64], 1u32, 9u32).encode());
	let call = Call::<Test>::initiate_recovery { lost_account: ALICE, new_account: NEW };
	assert_eq!(call.encode()[1..], (ALICE, NEW).encode());
}

#[test]
fn stored_forms() {
	assert_eq!(TokenType::ALL.map(|token| token.encode()[0]), [0, 1]);
	assert_eq!(HoldReason::RecoveryConfig.encode(), [0]);
	assert_eq!(HoldReason::RecoveryInitiation.encode(), [1]);
	let data =
		AccountData { etr_balance: 1, etd_balance: 2, nonce: 3, is_validator: true, reputation: 4 };
	assert_eq!(data.encode(), (1u64, 2u64, 3u32, true, 4u64).encode());
	let names: Vec<_> = Ledger::storage_info()
		.into_iter()
		.map(|info| {
			assert!(info.max_size.is_some(), "{info:?} is unbounded");
			String::from_utf8(info.storage_name).unwrap()
		})
		.collect();
	for name in ["Accounts", "RecoveryConfigs", "ActiveRecoveries"] {
		assert!(names.iter().any(|stored| stored == name), "{name}");
	}
	assert!(AccountData::max_encoded_len() <= 29);
}
