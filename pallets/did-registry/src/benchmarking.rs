//! Benchmarks, each in its worst case.

use super::*;
use ai_compute_primitives::{Did, DidHash, MAX_DID_LEN};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::{BlockNumberProvider, Bounded, One, Saturating};

/// A DID of the greatest length.
fn longest_did() -> Vec<u8> {
	let mut did = b"did:etrid:gpu:".to_vec();
	did.resize(MAX_DID_LEN as usize, b'x');
	did
}

fn longest_document_hash() -> Vec<u8> {
	vec![7; MAX_DOCUMENT_HASH_LEN as usize]
}

/// An account that can pay for everything.
fn funded<T: Config>(name: &'static str) -> T::AccountId {
	let account: T::AccountId = account(name, 0, 0);
	fund::<T>(&account);
	account
}

fn fund<T: Config>(account: &T::AccountId) {
	let deposits = T::RegistrationDeposit::get()
		.saturating_add(T::AccessDeposit::get())
		.saturating_add(T::Currency::minimum_balance());
	T::Currency::set_balance(account, deposits.saturating_mul(10u32.into()));
}

/// Fills `owner`'s list except for one place.
fn crowd<T: Config>(owner: &T::AccountId) {
	let key = |n: u32| {
		let mut bytes = [0; 32];
		bytes[..4].copy_from_slice(&n.to_be_bytes());
		DidHash::from(bytes)
	};
	let others: Vec<DidHash> = (1..T::MaxDidsPerOwner::get()).map(key).collect();
	OwnerDids::<T>::insert(owner, BoundedVec::truncate_from(others));
}

/// A DID of greatest length owned by `owner`, whose list is full.
fn registered<T: Config>(owner: &T::AccountId, controller: &T::AccountId) -> DidHash {
	fund::<T>(owner);
	crowd::<T>(owner);
	let did = longest_did();
	Pallet::<T>::register_did(
		RawOrigin::Signed(owner.clone()).into(),
		did.clone(),
		controller.clone(),
		longest_document_hash(),
	)
	.expect("funded, and one place is free");
	Did::parse(did).expect("well-formed").hash()
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_did() {
		let caller: T::AccountId = whitelisted_caller();
		fund::<T>(&caller);
		crowd::<T>(&caller);
		let controller = account("controller", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), longest_did(), controller, longest_document_hash());

		assert_eq!(OwnerDids::<T>::get(&caller).len() as u32, T::MaxDidsPerOwner::get());
	}

	/// Worst case: an agent, whose entry is read too.
	#[benchmark]
	fn update_did() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner");
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&owner, &owner);
		Pallet::<T>::do_grant(owner, did_hash, caller.clone(), AccessLevel::Writer)?;
		let new_hash = vec![9; MAX_DOCUMENT_HASH_LEN as usize];

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, new_hash.clone());

		let record = Registrations::<T>::get(did_hash).expect("registered");
		assert_eq!(record.document_hash.into_inner(), new_hash);
		Ok(())
	}

	#[benchmark]
	fn revoke_did() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller, &caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash);

		assert!(Registrations::<T>::get(did_hash).expect("registered").revoked);
	}

	#[benchmark]
	fn transfer_ownership() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller, &caller);
		let new_owner: T::AccountId = account("new owner", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, new_owner.clone());

		let record = Registrations::<T>::get(did_hash).expect("registered");
		assert_eq!(record.pending_owner, Some(new_owner));
	}

	/// Worst case: an agent, whose entry is read too.
	#[benchmark]
	fn set_expiration() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner");
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&owner, &owner);
		Pallet::<T>::do_grant(owner, did_hash, caller.clone(), AccessLevel::Admin)?;
		let expires_at: BlockNumberFor<T> = Bounded::max_value();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, expires_at);

		let record = Registrations::<T>::get(did_hash).expect("registered");
		assert_eq!(record.expires_at, Some(expires_at));
		Ok(())
	}

	#[benchmark]
	fn grant_access() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller, &caller);
		let agent: T::AccountId = account("agent", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, agent.clone(), AccessLevel::Admin);

		assert!(AccessControlList::<T>::contains_key(did_hash, &agent));
	}

	/// Worst case: a stranger clears up after a revocation, so that the owner's account is another.
	#[benchmark]
	fn revoke_access() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner");
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&owner, &owner);
		let agent: T::AccountId = account("agent", 0, 0);
		Pallet::<T>::do_grant(owner.clone(), did_hash, agent.clone(), AccessLevel::Admin)?;
		Pallet::<T>::do_revoke(owner, did_hash)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, agent.clone());

		assert!(!AccessControlList::<T>::contains_key(did_hash, &agent));
		Ok(())
	}

	#[benchmark]
	fn accept_ownership() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner");
		let caller: T::AccountId = whitelisted_caller();
		fund::<T>(&caller);
		let did_hash = registered::<T>(&owner, &owner);
		Pallet::<T>::do_offer(owner.clone(), did_hash, caller.clone())?;
		crowd::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), did_hash);

		assert_eq!(Registrations::<T>::get(did_hash).expect("registered").owner, caller);
		Ok(())
	}

	/// Worst case: with an expiration to compare and an offer open.
	#[benchmark]
	fn set_controller() -> Result<(), BenchmarkError> {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller, &caller);
		let later = T::BlockNumberProvider::current_block_number().saturating_add(One::one());
		Pallet::<T>::do_set_expiration(caller.clone(), did_hash, later)?;
		Pallet::<T>::do_offer(caller.clone(), did_hash, account("new owner", 0, 0))?;
		let controller: T::AccountId = account("controller", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, controller.clone());

		assert_eq!(Registrations::<T>::get(did_hash).expect("registered").controller, controller);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
