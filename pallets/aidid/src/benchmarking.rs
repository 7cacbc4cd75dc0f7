//! Benchmarks, each in its worst case.

use super::*;
use ai_compute_primitives::{Did, ModelUsage};
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_runtime::traits::{BlockNumberProvider, Saturating};

const IDENTIFIER: [u8; MAX_IDENTIFIER_LENGTH as usize] = [b'x'; MAX_IDENTIFIER_LENGTH as usize];

fn text<const N: u32>() -> Text<N> {
	BoundedVec::truncate_from(vec![b'x'; N as usize])
}

fn largest_profile() -> AIProfile {
	AIProfile {
		ai_type: AIType::LLM,
		version: text(),
		architecture: text(),
		parameters: text(),
		capabilities: Capabilities {
			tasks: BoundedVec::truncate_from(vec![Task::Reasoning; MAX_TASKS as usize]),
			input_modalities: BoundedVec::truncate_from(vec![
				Modality::Text;
				MAX_MODALITIES as usize
			]),
			output_modalities: BoundedVec::truncate_from(vec![
				Modality::Text;
				MAX_MODALITIES as usize
			]),
			languages: BoundedVec::truncate_from(vec![text(); MAX_LANGUAGES as usize]),
			max_context: Some(u64::MAX),
			max_output: Some(u64::MAX),
		},
		restrictions: Restrictions {
			prohibited_tasks: BoundedVec::truncate_from(vec![Task::Reasoning; MAX_TASKS as usize]),
			knowledge_cutoff: Some(u64::MAX),
			rate_limit: Some(u32::MAX),
			..Default::default()
		},
		safety: SafetyProfile { alignment_method: text(), ..Default::default() },
	}
}

fn largest_attestation() -> ModelAttestation {
	let benchmark = crate::Benchmark { name: text(), score: FULL_SCORE };
	ModelAttestation {
		model_hash: [7; 32],
		training_data_hash: text(),
		version: text(),
		training_date: u64::MAX,
		reproducible: true,
		benchmarks: BoundedVec::truncate_from(vec![benchmark; MAX_BENCHMARKS as usize]),
	}
}

fn pricing() -> PricingModel {
	PricingModel {
		input_token_price: u128::MAX,
		output_token_price: u128::MAX,
		request_price: Some(u128::MAX),
		billing_method: BillingMethod::PayAsYouGo,
	}
}

fn largest_permission() -> Permission {
	Permission {
		action: text(),
		resource: text(),
		conditions: BoundedVec::truncate_from(vec![text(); MAX_CONDITIONS as usize]),
	}
}

fn fund<T: Config>(account: &T::AccountId) {
	let deposits = T::RegistrationDeposit::get()
		.saturating_add(T::PermissionDeposit::get())
		.saturating_add(T::ByteDeposit::get().saturating_mul(10_000u32.into()))
		.saturating_add(T::Currency::minimum_balance());
	T::Currency::set_balance(account, deposits.saturating_mul(10u32.into()));
}

/// Fills `controller`'s list except for one place.
fn crowd<T: Config>(controller: &T::AccountId) {
	let others: Vec<AIKey> = (1..T::MaxAIsPerController::get())
		.map(|n| {
			let mut key = AIKey::zero();
			key.0[..4].copy_from_slice(&n.to_le_bytes());
			key
		})
		.collect();
	ControllerAIs::<T>::insert(controller, BoundedVec::truncate_from(others));
}

/// An AI with the longest name and the smallest profile.
fn registered<T: Config>(controller: &T::AccountId) -> AIKey {
	fund::<T>(controller);
	Pallet::<T>::do_register(
		controller.clone(),
		IDENTIFIER.to_vec(),
		AIType::LLM,
		AIProfile::plain(AIType::LLM),
	)
	.expect("funded, and the list is empty");
	AIType::LLM.key(&IDENTIFIER)
}

/// An AI with the largest record.
fn described<T: Config>(controller: &T::AccountId) -> AIKey {
	let did_hash = registered::<T>(controller);
	Pallet::<T>::do_update_profile(controller.clone(), did_hash, largest_profile())
		.and_then(|()| Pallet::<T>::do_attest(controller.clone(), did_hash, largest_attestation()))
		.and_then(|()| Pallet::<T>::do_update_pricing(controller.clone(), did_hash, pricing()))
		.expect("funded and well-formed");
	did_hash
}

/// A job for the AI that earns its parties their rights, twice, so that one use leaves an entry.
fn settled<T: Config>(requester: &T::AccountId, provider: &T::AccountId) {
	let did = Did::parse(AIType::LLM.did_bytes(&IDENTIFIER)).expect("well-formed");
	for _ in 0..2 {
		Pallet::<T>::job_settled(&did, requester, provider, 1, T::MinimumPaid::get(), 0u32.into());
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_ai() {
		let caller: T::AccountId = whitelisted_caller();
		fund::<T>(&caller);
		crowd::<T>(&caller);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller.clone()),
			IDENTIFIER.to_vec(),
			AIType::LLM,
			Box::new(largest_profile()),
		);

		assert_eq!(ControllerAIs::<T>::get(&caller).len() as u32, T::MaxAIsPerController::get());
	}

	#[benchmark]
	fn update_profile() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = described::<T>(&caller);
		Pallet::<T>::do_update_profile(caller.clone(), did_hash, AIProfile::plain(AIType::LLM))
			.expect("well-formed");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, Box::new(largest_profile()));

		let ai = AIIdentities::<T>::get(did_hash).expect("registered");
		assert_eq!(ai.profile, largest_profile());
	}

	#[benchmark]
	fn attest_model() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller);
		Pallet::<T>::do_update_profile(caller.clone(), did_hash, largest_profile())
			.expect("well-formed");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, Box::new(largest_attestation()));

		let ai = AIIdentities::<T>::get(did_hash).expect("registered");
		assert_eq!(ai.attestation, Some(largest_attestation()));
	}

	#[benchmark]
	fn grant_permission() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller);
		let permission = largest_permission();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, Box::new(permission.clone()));

		assert!(AIPermissions::<T>::contains_key(did_hash, permission.key()));
	}

	#[benchmark]
	fn revoke_permission() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller);
		let permission = largest_permission();
		Pallet::<T>::do_grant(caller.clone(), did_hash, permission.clone()).expect("funded");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, permission.key());

		assert!(!AIPermissions::<T>::contains_key(did_hash, permission.key()));
	}

	/// Worst case: an entry stays.
	#[benchmark]
	fn record_inference() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&account("controller", 0, 0));
		settled::<T>(&account("requester", 0, 0), &caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, true);

		assert_eq!(AIReputation::<T>::get(did_hash).successful_inferences, 1);
	}

	/// Worst case: an entry stays.
	#[benchmark]
	fn submit_rating() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&account("controller", 0, 0));
		settled::<T>(&caller, &account("provider", 0, 0));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, FULL_SCORE);

		assert_eq!(AIReputation::<T>::get(did_hash).user_rating, FULL_SCORE);
	}

	#[benchmark]
	fn deactivate_ai() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = described::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash);

		assert!(!AIIdentities::<T>::get(did_hash).expect("registered").active);
	}

	#[benchmark]
	fn reactivate_ai() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = described::<T>(&caller);
		Pallet::<T>::do_deactivate(caller.clone(), did_hash).expect("active");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash);

		assert!(AIIdentities::<T>::get(did_hash).expect("registered").active);
	}

	#[benchmark]
	fn update_pricing() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&caller);
		Pallet::<T>::do_update_profile(caller.clone(), did_hash, largest_profile())
			.and_then(|()| Pallet::<T>::do_attest(caller.clone(), did_hash, largest_attestation()))
			.expect("funded and well-formed");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, pricing());

		let ai = AIIdentities::<T>::get(did_hash).expect("registered");
		assert_eq!(ai.pricing, Some(pricing()));
	}

	#[benchmark]
	fn reap_rights() {
		let caller: T::AccountId = whitelisted_caller();
		let did_hash = registered::<T>(&account("controller", 0, 0));
		let provider: T::AccountId = account("provider", 0, 0);
		settled::<T>(&caller, &provider);
		let lapsed = T::BlockNumberProvider::current_block_number();
		Rights::<T>::mutate(did_hash, &provider, |rights| {
			if let Some(rights) = rights {
				rights.lapses_at = lapsed;
			}
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did_hash, provider.clone());

		assert!(!Rights::<T>::contains_key(did_hash, &provider));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
