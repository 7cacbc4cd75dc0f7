//! Registering, describing and switching an AI.

use crate::{
	AIControl, AIIdentities, AIIdentity, AIIdentityOf, AIKey, AIProfile, AIStatus, AIType,
	BalanceOf, Config, Control, ControllerAIs, Error, Event, HoldReason, ModelAttestation, Pallet,
	PricingModel, TotalAIs, FULL_SCORE,
};
use ai_compute_primitives::{Did, DidAuthority};
use alloc::vec::Vec;
use frame_support::{
	defensive,
	pallet_prelude::*,
	traits::{fungible::MutateHold, tokens::Precision},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{BlockNumberProvider, Saturating, Zero};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		controller: T::AccountId,
		identifier: Vec<u8>,
		ai_type: AIType,
		profile: AIProfile,
	) -> DispatchResult {
		let identifier =
			BoundedVec::try_from(identifier).map_err(|_| Error::<T>::IdentifierTooLong)?;
		let did = Did::parse(ai_type.did_bytes(&identifier))
			.map_err(|_| Error::<T>::InvalidIdentifier)?;
		Self::check_profile(ai_type, &profile)?;
		let did_hash = ai_type.key(&identifier);
		ensure!(!AIIdentities::<T>::contains_key(did_hash), Error::<T>::AIAlreadyExists);

		ControllerAIs::<T>::try_mutate(&controller, |ais| {
			ais.try_push(did_hash).map_err(|_| Error::<T>::TooManyAIs)
		})?;
		let now = Self::now();
		let mut identity = AIIdentity {
			identifier,
			ai_type,
			controller: controller.clone(),
			profile,
			attestation: None,
			pricing: None,
			registered_at: now,
			updated_at: now,
			active: true,
			deposit: Zero::zero(),
		};
		identity.deposit = Self::deposit_for(&identity);
		Self::change_hold(&controller, Zero::zero(), identity.deposit)?;

		AIIdentities::<T>::insert(did_hash, identity);
		AIControl::<T>::insert(
			did_hash,
			Control { controller: controller.clone(), active: true, permissions: 0 },
		);
		TotalAIs::<T>::mutate(|n| n.saturating_inc());
		Self::deposit_event(Event::AIRegistered { did_hash, controller, ai_type, did });
		Ok(())
	}

	pub(crate) fn do_update_profile(
		who: T::AccountId,
		did_hash: AIKey,
		profile: AIProfile,
	) -> DispatchResult {
		Self::describe(&who, did_hash, |identity| {
			Self::check_profile(identity.ai_type, &profile)?;
			identity.profile = profile;
			Ok(())
		})?;
		Self::deposit_event(Event::AIUpdated { did_hash, updated_by: who });
		Ok(())
	}

	pub(crate) fn do_attest(
		who: T::AccountId,
		did_hash: AIKey,
		attestation: ModelAttestation,
	) -> DispatchResult {
		let model_hash = attestation.model_hash;
		Self::describe(&who, did_hash, |identity| {
			Self::check_attestation(&attestation)?;
			identity.attestation = Some(attestation);
			Ok(())
		})?;
		Self::deposit_event(Event::ModelAttested { did_hash, model_hash });
		Ok(())
	}

	pub(crate) fn do_update_pricing(
		who: T::AccountId,
		did_hash: AIKey,
		pricing: PricingModel,
	) -> DispatchResult {
		Self::describe(&who, did_hash, |identity| {
			identity.pricing = Some(pricing);
			Ok(())
		})?;
		Self::deposit_event(Event::PricingUpdated { did_hash });
		Ok(())
	}

	pub(crate) fn do_deactivate(who: T::AccountId, did_hash: AIKey) -> DispatchResult {
		let control = Self::controlled(&who, &did_hash)?;
		ensure!(control.active, Error::<T>::AIDeactivated);
		Self::switch(did_hash, Control { active: false, ..control });
		Self::deposit_event(Event::AIDeactivated { did_hash });
		Ok(())
	}

	pub(crate) fn do_reactivate(who: T::AccountId, did_hash: AIKey) -> DispatchResult {
		let control = Self::controlled(&who, &did_hash)?;
		ensure!(!control.active, Error::<T>::AIActive);
		Self::switch(did_hash, Control { active: true, ..control });
		Self::deposit_event(Event::AIReactivated { did_hash });
		Ok(())
	}

	/// The present tick.
	pub(crate) fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// The small record of an AI.
	pub(crate) fn control(did_hash: &AIKey) -> Result<Control<T::AccountId>, Error<T>> {
		AIControl::<T>::get(did_hash).ok_or(Error::<T>::AINotFound)
	}

	/// The small record of an AI that `who` controls.
	pub(crate) fn controlled(
		who: &T::AccountId,
		did_hash: &AIKey,
	) -> Result<Control<T::AccountId>, Error<T>> {
		let control = Self::control(did_hash)?;
		ensure!(control.controller == *who, Error::<T>::NotController);
		Ok(control)
	}

	pub(crate) fn status(did_hash: &AIKey) -> AIStatus<T::AccountId> {
		match AIControl::<T>::get(did_hash) {
			None => AIStatus::Unregistered,
			Some(Control { controller, active: true, .. }) => AIStatus::Active { controller },
			Some(Control { controller, active: false, .. }) => AIStatus::Deactivated { controller },
		}
	}

	/// Changes what the controller says of an AI, and its deposit with it.
	fn describe(
		who: &T::AccountId,
		did_hash: AIKey,
		change: impl FnOnce(&mut AIIdentityOf<T>) -> Result<(), Error<T>>,
	) -> DispatchResult {
		let mut identity = AIIdentities::<T>::get(did_hash).ok_or(Error::<T>::AINotFound)?;
		ensure!(identity.controller == *who, Error::<T>::NotController);
		change(&mut identity)?;

		let deposit = Self::deposit_for(&identity);
		Self::change_hold(who, identity.deposit, deposit)?;
		identity.deposit = deposit;
		identity.updated_at = Self::now();
		AIIdentities::<T>::insert(did_hash, identity);
		Ok(())
	}

	fn switch(did_hash: AIKey, control: Control<T::AccountId>) {
		let (active, now) = (control.active, Self::now());
		AIControl::<T>::insert(did_hash, control);
		AIIdentities::<T>::mutate(did_hash, |identity| match identity {
			Some(identity) => {
				identity.active = active;
				identity.updated_at = now;
			}
			None => {
				defensive!("an AI has both of its records");
			}
		});
	}

	fn deposit_for(identity: &AIIdentityOf<T>) -> BalanceOf<T> {
		T::RegistrationDeposit::get()
			.saturating_add(T::ByteDeposit::get().saturating_mul(identity.variable_bytes().into()))
	}

	/// Turns what is on hold for a record from `old` to `new`.
	pub(crate) fn change_hold(
		who: &T::AccountId,
		old: BalanceOf<T>,
		new: BalanceOf<T>,
	) -> DispatchResult {
		let reason = HoldReason::Deposit.into();
		if new > old {
			T::Currency::hold(&reason, who, new.saturating_sub(old))
				.map_err(|_| Error::<T>::InsufficientDeposit.into())
		} else if new < old {
			T::Currency::release(&reason, who, old.saturating_sub(new), Precision::Exact)
				.map(|_| ())
		} else {
			Ok(())
		}
	}

	fn check_profile(ai_type: AIType, profile: &AIProfile) -> Result<(), Error<T>> {
		let capabilities = &profile.capabilities;
		ensure!(profile.ai_type == ai_type, Error::<T>::AITypeMismatch);
		ensure!(!capabilities.tasks.is_empty(), Error::<T>::NoCapabilities);
		ensure!(
			!capabilities.input_modalities.is_empty() && !capabilities.output_modalities.is_empty(),
			Error::<T>::NoModalities
		);
		ensure!(
			capabilities.max_context != Some(0) && capabilities.max_output != Some(0),
			Error::<T>::InvalidContextSize
		);
		ensure!(profile.safety.toxicity_score <= FULL_SCORE, Error::<T>::InvalidToxicityScore);
		ensure!(!profile.safety.alignment_method.is_empty(), Error::<T>::AlignmentMethodRequired);
		ensure!(!profile.version.is_empty(), Error::<T>::VersionRequired);
		Ok(())
	}

	fn check_attestation(attestation: &ModelAttestation) -> Result<(), Error<T>> {
		ensure!(
			attestation.model_hash != [0; 32]
				&& !attestation.training_data_hash.is_empty()
				&& !attestation.version.is_empty(),
			Error::<T>::InvalidAttestation
		);
		ensure!(
			attestation.benchmarks.iter().all(|benchmark| benchmark.score <= FULL_SCORE),
			Error::<T>::InvalidBenchmarkScore
		);
		Ok(())
	}
}

impl<T: Config> DidAuthority<T::AccountId> for Pallet<T> {
	fn controller(did: &Did) -> Option<T::AccountId> {
		let (ai_type, identifier) = AIType::of(did)?;
		let control = AIControl::<T>::get(ai_type.key(identifier))?;
		control.active.then_some(control.controller)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn anchor(did: &Did, controller: &T::AccountId) {
		use frame_support::traits::fungible::{Inspect, Mutate};
		let (ai_type, identifier) = AIType::of(did).expect("benchmarks anchor DIDs of AIs here");
		let profile = AIProfile::plain(ai_type);
		let needed = T::RegistrationDeposit::get()
			.saturating_add(T::ByteDeposit::get().saturating_mul(1_000u32.into()))
			.saturating_add(T::Currency::minimum_balance());
		T::Currency::mint_into(controller, needed).expect("benchmarks stay below the issuance");
		Self::do_register(controller.clone(), identifier.to_vec(), ai_type, profile)
			.expect("benchmarks anchor fresh, well-formed DIDs");
	}
}
