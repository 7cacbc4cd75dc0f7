//! What is looked at before and after each call.

use super::{
	coverage::Coverage,
	world::{Act, By, POOR},
};
use crate::chain::{check_money, check_state, Applied};
use ai_compute_pbc_runtime::{AccountId, Balance, Balances, Runtime, RuntimeEvent, System};
use frame_support::storage::with_transaction;
use frame_system::{Account, AccountInfo};
use pallet_balances::AccountData;
use pallet_collator_selection::StakingPotAccountId;
use pallet_job_marketplace::{Event as Market, Jobs};
use sp_core::{storage::well_known_keys::EXTRINSIC_INDEX, H256};
use sp_io::hashing::twox_128;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{
	traits::TypedGet,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	DispatchError, ModuleError, StateVersion, TransactionOutcome,
};

/// Storage that every transaction changes, whatever becomes of it.
const BOOKKEEPING: [(&str, &str); 9] = [
	("System", "ExtrinsicCount"),
	("System", "BlockWeight"),
	("System", "BlockSize"),
	("System", "EventCount"),
	("System", "Events"),
	("System", "ExecutionPhase"),
	("System", "ExtrinsicWeightReclaimed"),
	("System", "ExtrinsicData"),
	("System", "InherentsApplied"),
];

/// The state before a call.
pub struct Watch {
	payer: AccountId,
	payer_info: AccountInfo<u32, AccountData<Balance>>,
	rest: H256,
	events: usize,
	issuance: Balance,
}

impl Watch {
	pub fn before(act: &Act) -> Self {
		let payer = match act.by {
			By::Root | By::User(POOR) => Alice,
			By::User(who) => who,
		}
		.to_account_id();
		Self {
			payer_info: Account::<Runtime>::get(&payer),
			rest: root_of_the_rest(&payer),
			events: events().len(),
			issuance: Balances::total_issuance(),
			payer,
		}
	}

	/// Checks the state after the call and counts what it did.
	pub fn after(self, act: &Act, applied: &Applied, coverage: &mut Coverage) {
		let outer = match applied {
			Ok(outer) => outer,
			// A large batch or the end of a session has filled the block: the call waits outside
			// and leaves no trace.
			Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => {
				assert_eq!(root_of_the_rest(&self.payer), self.rest);
				assert_eq!(Account::<Runtime>::get(&self.payer), self.payer_info);
				return coverage.too_much();
			}
			Err(invalid) => panic!("every transaction here is valid: {invalid:?}"),
		};
		let events = events().split_off(self.events);
		let inner = events.iter().find_map(|event| match event {
			RuntimeEvent::Sudo(
				pallet_sudo::Event::Sudid { sudo_result: result }
				| pallet_sudo::Event::SudoAsDone { sudo_result: result },
			) => Some(*result),
			_ => None,
		});
		let result = inner.unwrap_or(*outer);
		coverage.call(&act.call, result.err().map(name));
		match result {
			Ok(()) => events.iter().for_each(|event| {
				coverage.event(event);
				check_event(event);
			}),
			Err(error) => self.nothing_but_the_fee(&events, error),
		}
		assert_eq!(Balances::total_issuance(), self.issuance, "money appeared or went");
		check_money();
		check_state();
	}

	/// A refused call has changed no more than its sender's nonce and free balance.
	fn nothing_but_the_fee(&self, events: &[RuntimeEvent], error: DispatchError) {
		assert_eq!(root_of_the_rest(&self.payer), self.rest, "{error:?} left something behind");
		let fee: Balance = events
			.iter()
			.filter_map(|event| match event {
				RuntimeEvent::TransactionPayment(
					pallet_transaction_payment::Event::TransactionFeePaid { actual_fee, .. },
				) => Some(*actual_fee),
				_ => None,
			})
			.sum();
		let mut expected = self.payer_info.clone();
		expected.nonce += 1;
		expected.data.free -= fee;
		assert_eq!(
			Account::<Runtime>::get(&self.payer),
			expected,
			"{error:?} cost more than its fee"
		);
	}
}

fn events() -> Vec<RuntimeEvent> {
	System::read_events_no_consensus().map(|record| record.event).collect()
}

/// Name of an error.
fn name(error: DispatchError) -> String {
	match error {
		DispatchError::Module(ModuleError { message: Some(message), .. }) => message.into(),
		DispatchError::Module(ModuleError { index, error, .. }) => {
			format!("error {} of pallet {index}", error[0])
		}
		other => format!("{other:?}"),
	}
}

/// Root of the state without what a transaction changes in any case: its sender's account, the pot
/// that fees go to, and the block's books.
fn root_of_the_rest(payer: &AccountId) -> H256 {
	with_transaction(|| {
		for (pallet, item) in BOOKKEEPING {
			let prefix = [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat();
			let _ = sp_io::storage::clear_prefix(&prefix, None);
		}
		sp_io::storage::clear(EXTRINSIC_INDEX);
		for account in [payer.clone(), StakingPotAccountId::<Runtime>::get()] {
			sp_io::storage::clear(&Account::<Runtime>::hashed_key_for(account));
		}
		let root = sp_io::storage::root(StateVersion::V1);
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(H256::from_slice(&root)))
	})
	.expect("there is a storage layer")
}

/// A settled job's parts sum to its escrow.
fn check_event(event: &RuntimeEvent) {
	if let RuntimeEvent::JobMarketplace(Market::JobSettled {
		job_id,
		gross,
		fee,
		royalty,
		parent_royalty,
		provider,
		refund,
		..
	}) = event
	{
		let escrow = Jobs::<Runtime>::get(job_id).expect("it is just over").max_payment;
		assert_eq!(fee + royalty + parent_royalty + provider, *gross, "job {job_id}");
		assert_eq!(gross + refund, escrow, "job {job_id}");
	}
}
