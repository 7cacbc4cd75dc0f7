//! Benchmarks, each in its worst case.
//!
//! The node has a record, a suspension and a DID of the greatest length.

use super::*;
use ai_compute_primitives::{
	Did, FeePolicy, JobEnd, JobOutcome, JobReport, NodeMutate, StandingMutate, MAX_DID_LEN,
};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, EnsureOrigin, Get};
use frame_system::RawOrigin;
use sp_runtime::traits::{BlockNumberProvider, Saturating};

/// A DID of the greatest length.
fn longest_did() -> Did {
	let mut bytes = b"did:etrid:gpu:".to_vec();
	bytes.resize(MAX_DID_LEN as usize, b'a');
	Did::parse(bytes).expect("well-formed")
}

fn did_bytes() -> Vec<u8> {
	longest_did().as_bytes().to_vec()
}

fn wait<T: Config>(ticks: frame_system::pallet_prelude::BlockNumberFor<T>) {
	let now = T::BlockNumberProvider::current_block_number();
	T::BlockNumberProvider::set_block_number(now.saturating_add(ticks));
}

fn fund<T: Config>(who: &T::AccountId) {
	let amount = T::SlashingAmount::get().saturating_mul(100u32.into());
	T::Currency::set_balance(who, amount);
}

/// Registers the node for `owner` with a large stake. Both accounts that are paid in the end exist.
fn registered<T: Config>(owner: &T::AccountId) {
	Pallet::<T>::endow_pot().expect("can be minted");
	fund::<T>(owner);
	fund::<T>(&T::Fees::fee_account());
	let stake = T::SlashingAmount::get().saturating_mul(1_000u32.into());
	T::BenchmarkHelper::register_for_benchmark(&longest_did(), owner, stake);
}

/// Reports a lost dispute of the node for a requester without an account, and says its slash.
fn slashed<T: Config>(owner: &T::AccountId) -> SlashId {
	let end = JobEnd {
		job: 1,
		node: longest_did().hash(),
		owner: owner.clone(),
		payer: account("payer", 0, 0),
		outcome: JobOutcome::LostDispute,
		at_risk: T::SlashingAmount::get(),
		fee_paid: 0u32.into(),
	};
	Pallet::<T>::outcome(&end).expect("storage layers are left");
	NextSlashId::<T>::get().saturating_sub(1)
}

/// The same, appealed.
fn appealed<T: Config>(owner: &T::AccountId) -> SlashId {
	let slash_id = slashed::<T>(owner);
	Pallet::<T>::do_appeal(owner.clone(), slash_id).expect("funded");
	slash_id
}

/// Reports lost disputes until the node is suspended. Says the last slash.
fn suspended<T: Config>(owner: &T::AccountId) -> SlashId {
	let node = longest_did().hash();
	loop {
		let slash_id = slashed::<T>(owner);
		if Suspensions::<T>::contains_key(node) {
			return slash_id;
		}
	}
}

fn origin<O, E: EnsureOrigin<O>>() -> Result<O, BenchmarkError> {
	E::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: the arbiter of an appeal was silent, and the requester's account is created.
	#[benchmark]
	fn release_slash() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);
		let slash_id = appealed::<T>(&owner);
		wait::<T>(Parameters::<T>::get().arbitration);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), slash_id);

		assert!(!Slashes::<T>::contains_key(slash_id));
	}

	#[benchmark]
	fn appeal_slash() {
		let caller: T::AccountId = whitelisted_caller();
		registered::<T>(&caller);
		let slash_id = slashed::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), slash_id);

		let state = Slashes::<T>::get(slash_id).expect("appealed").state;
		assert!(matches!(state, SlashState::Appealed { .. }));
	}

	#[benchmark]
	fn resolve_appeal_uphold() -> Result<(), BenchmarkError> {
		let arbiter = origin::<T::RuntimeOrigin, T::ArbiterOrigin>()?;
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);
		let slash_id = appealed::<T>(&owner);

		#[extrinsic_call]
		resolve_appeal(arbiter as T::RuntimeOrigin, slash_id, Ruling::Uphold);

		assert!(!Slashes::<T>::contains_key(slash_id));
		Ok(())
	}

	/// Worst case: the score changes and a suspension is lifted.
	#[benchmark]
	fn resolve_appeal_overturn() -> Result<(), BenchmarkError> {
		let arbiter = origin::<T::RuntimeOrigin, T::ArbiterOrigin>()?;
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);
		// The score stays above the threshold.
		Parameters::<T>::mutate(|parameters| {
			parameters.violation_limit = 1;
			parameters.threshold = 0;
		});
		let slash_id = suspended::<T>(&owner);
		Pallet::<T>::do_appeal(owner.clone(), slash_id).expect("funded");

		#[extrinsic_call]
		resolve_appeal(arbiter as T::RuntimeOrigin, slash_id, Ruling::Overturn);

		assert!(!Slashes::<T>::contains_key(slash_id));
		assert!(!Suspensions::<T>::contains_key(longest_did().hash()));
		Ok(())
	}

	#[benchmark]
	fn lift_suspension() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);
		suspended::<T>(&owner);
		wait::<T>(Parameters::<T>::get().cooling);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_bytes());

		assert!(!Suspensions::<T>::contains_key(longest_did().hash()));
	}

	#[benchmark]
	fn refresh_score() {
		let caller: T::AccountId = whitelisted_caller();
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);
		slashed::<T>(&owner);
		let node = longest_did().hash();
		let before = T::Standing::score(&node);
		wait::<T>(Parameters::<T>::get().half_life);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_bytes());

		assert!(T::Standing::score(&node) > before);
	}

	#[benchmark]
	fn suspend_node() -> Result<(), BenchmarkError> {
		let governance = origin::<T::RuntimeOrigin, T::GovernanceOrigin>()?;
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);

		#[extrinsic_call]
		_(governance as T::RuntimeOrigin, did_bytes());

		assert!(Suspensions::<T>::contains_key(longest_did().hash()));
		Ok(())
	}

	#[benchmark]
	fn reinstate_node() -> Result<(), BenchmarkError> {
		let governance = origin::<T::RuntimeOrigin, T::GovernanceOrigin>()?;
		let owner: T::AccountId = account("owner", 0, 0);
		registered::<T>(&owner);
		suspended::<T>(&owner);

		#[extrinsic_call]
		_(governance as T::RuntimeOrigin, did_bytes());

		assert!(!Suspensions::<T>::contains_key(longest_did().hash()));
		Ok(())
	}

	#[benchmark]
	fn set_parameters() -> Result<(), BenchmarkError> {
		let governance = origin::<T::RuntimeOrigin, T::GovernanceOrigin>()?;
		let parameters = ReputationParameters { threshold: 1, ..Parameters::<T>::get() };

		#[extrinsic_call]
		_(governance as T::RuntimeOrigin, parameters);

		assert_eq!(Parameters::<T>::get(), parameters);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
