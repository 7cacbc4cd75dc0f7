//! Benchmarks, each in its worst case.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin, Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_runtime::traits::{BlockNumberProvider, Saturating};

fn fund<T: Config>(account: &T::AccountId) {
	let deposits = T::ConfigDeposit::get()
		.saturating_add(T::GuardianDeposit::get().saturating_mul(MAX_GUARDIANS.into()))
		.saturating_add(T::InitiationDeposit::get())
		.saturating_add(T::Currency::minimum_balance());
	T::Currency::set_balance(account, deposits.saturating_mul(4u32.into()));
}

/// Tokens of both kinds that leave and reach every minimum when they are halved.
fn endow<T: Config>(account: &T::AccountId) -> Amount {
	let amount = T::MinimumBalance::get().saturating_mul(4);
	for token in TokenType::ALL {
		Pallet::<T>::do_mint(account.clone(), token, amount).expect("far below the largest amount");
	}
	amount / 2
}

fn guardian<T: Config>(index: u32) -> T::AccountId {
	account("guardian", index, 0)
}

fn new_account<T: Config>(index: u32) -> T::AccountId {
	account("new", index, 0)
}

/// The most guardians, each with money.
fn guardians<T: Config>() -> Vec<T::AccountId> {
	let guardians: Vec<_> = (0..MAX_GUARDIANS).map(guardian::<T>).collect();
	guardians.iter().for_each(fund::<T>);
	guardians
}

/// Lets all guardians have to agree to a recovery of `owner`, who has tokens and money.
fn guarded<T: Config>(owner: &T::AccountId) {
	fund::<T>(owner);
	endow::<T>(owner);
	Pallet::<T>::do_create(
		owner.clone(),
		guardians::<T>(),
		MAX_GUARDIANS,
		T::MinRecoveryDelay::get(),
	)
	.expect("funded, and the guardians are distinct");
}

/// Lets the first `initiators` guardians each initiate a recovery of `owner`, to a different
/// account, and all of the first `voters` approve each of them.
fn contested<T: Config>(owner: &T::AccountId, initiators: u32, voters: u32) {
	guarded::<T>(owner);
	for index in 0..initiators {
		Pallet::<T>::do_initiate(guardian::<T>(index), owner.clone(), new_account::<T>(index))
			.expect("funded");
	}
	for (index, voter) in (0..initiators).flat_map(|i| (0..voters).map(move |v| (i, v))) {
		if index != voter {
			let new = Some(new_account::<T>(index));
			Pallet::<T>::do_approve(guardian::<T>(voter), owner.clone(), new)
				.expect("each votes once");
		}
	}
}

/// Makes every recovery of `owner` executable, or lapse.
fn age<T: Config>(owner: &T::AccountId, end: End) {
	let now = T::BlockNumberProvider::current_block_number();
	ActiveRecoveries::<T>::mutate(owner, |recoveries| {
		for recovery in recoveries.iter_mut() {
			recovery.created_at = now;
			recovery.executable_at = now;
			if matches!(end, End::Lapse) {
				recovery.lapses_at = now;
			}
		}
	});
}

enum End {
	Execution,
	Lapse,
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn transfer() {
		let caller: T::AccountId = whitelisted_caller();
		let half = endow::<T>(&caller);
		let to: T::AccountId = account("to", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), to.clone(), TokenType::ETR, half);

		assert_eq!(Accounts::<T>::get(&to).etr_balance, half);
	}

	#[benchmark]
	fn mint_etr() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let to: T::AccountId = account("to", 0, 0);
		let amount = T::MinimumBalance::get();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, to.clone(), amount);

		assert_eq!(Accounts::<T>::get(&to).etr_balance, amount);
		Ok(())
	}

	#[benchmark]
	fn mint_etd() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let to: T::AccountId = account("to", 0, 0);
		let amount = T::MinimumBalance::get();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, to.clone(), amount);

		assert_eq!(Accounts::<T>::get(&to).etd_balance, amount);
		Ok(())
	}

	#[benchmark]
	fn burn() {
		let caller: T::AccountId = whitelisted_caller();
		let half = endow::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), TokenType::ETD, half);

		assert_eq!(Issuance::<T>::get(TokenType::ETD), half);
	}

	/// Worst case: every guardian has a recovery under way, which ends, and the deposit changes.
	#[benchmark]
	fn create_recovery() {
		let caller: T::AccountId = whitelisted_caller();
		contested::<T>(&caller, MAX_GUARDIANS, MAX_GUARDIANS);
		let fewer = (1..MAX_GUARDIANS).map(guardian::<T>).collect();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), fewer, 1, T::MaxRecoveryDelay::get());

		assert_eq!(RecoveryConfigs::<T>::get(&caller).expect("made").threshold, 1);
		assert!(!ActiveRecoveries::<T>::contains_key(&caller));
	}

	/// Worst case: every other guardian's recovery has lapsed.
	#[benchmark]
	fn initiate_recovery() {
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, MAX_GUARDIANS - 1, MAX_GUARDIANS);
		age::<T>(&owner, End::Lapse);
		let caller = guardian::<T>(MAX_GUARDIANS - 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone(), new_account::<T>(MAX_GUARDIANS));

		assert_eq!(ActiveRecoveries::<T>::get(&owner).len(), 1);
	}

	#[benchmark]
	fn approve_recovery() {
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, 1, MAX_GUARDIANS - 1);
		let caller = guardian::<T>(MAX_GUARDIANS - 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone());

		let recoveries = ActiveRecoveries::<T>::get(&owner);
		assert_eq!(recoveries[0].approvals.len() as u32, MAX_GUARDIANS);
	}

	/// Worst case: every other recovery is still gathering approvals, and ends.
	#[benchmark]
	fn execute_recovery() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, MAX_GUARDIANS, MAX_GUARDIANS);
		age::<T>(&owner, End::Execution);
		ActiveRecoveries::<T>::mutate(&owner, |recoveries| {
			for recovery in recoveries.iter_mut().skip(1) {
				recovery.approvals.pop();
			}
		});
		endow::<T>(&new_account::<T>(0));
		fund::<T>(&new_account::<T>(0));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone());

		assert!(!Accounts::<T>::contains_key(&owner));
		assert!(!ActiveRecoveries::<T>::contains_key(&owner));
	}

	/// Worst case: every guardian has a recovery under way.
	#[benchmark]
	fn cancel_recovery() {
		let caller: T::AccountId = whitelisted_caller();
		contested::<T>(&caller, MAX_GUARDIANS, MAX_GUARDIANS);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), caller.clone());

		assert!(!ActiveRecoveries::<T>::contains_key(&caller));
	}

	/// Worst case: every guardian has a recovery under way, and the last is meant.
	#[benchmark]
	fn approve_recovery_for() {
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, MAX_GUARDIANS, MAX_GUARDIANS);
		ActiveRecoveries::<T>::mutate(&owner, |recoveries| {
			recoveries[MAX_GUARDIANS as usize - 1].approvals.pop();
		});
		let caller = guardian::<T>(MAX_GUARDIANS - 2);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone(), new_account::<T>(MAX_GUARDIANS - 1));

		let recoveries = ActiveRecoveries::<T>::get(&owner);
		let last = &recoveries[MAX_GUARDIANS as usize - 1];
		assert_eq!(last.approvals.len() as u32, MAX_GUARDIANS);
	}

	/// Worst case: every guardian has a recovery that is ready; the others end.
	#[benchmark]
	fn execute_recovery_for() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, MAX_GUARDIANS, MAX_GUARDIANS);
		age::<T>(&owner, End::Execution);
		let new = new_account::<T>(MAX_GUARDIANS - 1);
		endow::<T>(&new);
		fund::<T>(&new);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone(), new);

		assert!(!Accounts::<T>::contains_key(&owner));
		assert!(!ActiveRecoveries::<T>::contains_key(&owner));
	}

	/// Worst case: every other guardian has a recovery under way.
	#[benchmark]
	fn withdraw_initiation() {
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, MAX_GUARDIANS, MAX_GUARDIANS);
		let last = MAX_GUARDIANS - 1;
		let caller = guardian::<T>(last);
		ActiveRecoveries::<T>::mutate(&owner, |recoveries| {
			recoveries[last as usize].approvals =
				BoundedVec::truncate_from(alloc::vec![caller.clone()]);
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone(), new_account::<T>(last));

		assert_eq!(ActiveRecoveries::<T>::get(&owner).len() as u32, last);
	}

	/// Worst case: every guardian's recovery has lapsed.
	#[benchmark]
	fn reap_recoveries() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		contested::<T>(&owner, MAX_GUARDIANS, MAX_GUARDIANS);
		age::<T>(&owner, End::Lapse);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), owner.clone());

		assert!(!ActiveRecoveries::<T>::contains_key(&owner));
	}

	/// Worst case: every guardian has a recovery under way.
	#[benchmark]
	fn remove_recovery() {
		let caller: T::AccountId = whitelisted_caller();
		contested::<T>(&caller, MAX_GUARDIANS, MAX_GUARDIANS);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()));

		assert!(!RecoveryConfigs::<T>::contains_key(&caller));
	}

	#[benchmark]
	fn set_standing() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let account: T::AccountId = account("account", 0, 0);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, account.clone(), true, u64::MAX);

		assert!(Accounts::<T>::get(&account).is_validator);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
