//! Registering, changing, deprecating and removing a model.

use crate::{
	types::filled, Allowed, BalanceOf, Config, DepositFate, Descendants, Error, Event, HoldReason,
	HostAdmission, ModelCard, ModelCardOf, ModelCards, ModelRecord, ModelRecordOf, ModelState,
	ModelType, Models, NextRegistration, OpenJobs, OwnerModels, Pallet, ParentClaim, ParentLink,
	PriceCards, TransferOffers, Usage, Usages, Versions, Visibility, MAX_ROYALTY_BPS,
};
use ai_compute_primitives::{Did, DidAuthority, DidHash, FeePolicy, Hosting, PriceRule};
use alloc::vec::Vec;
use frame_support::{
	defensive,
	pallet_prelude::*,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::{traits::BlockNumberProvider, ArithmeticError};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		owner: T::AccountId,
		did: Vec<u8>,
		name: Vec<u8>,
		version: Vec<u8>,
		model_type: ModelType,
		metadata_hash: H256,
		uri: Vec<u8>,
		min_vram_gb: u32,
		license: Vec<u8>,
		visibility: Visibility,
		parent: Option<ParentClaim>,
		royalty_bps: u16,
	) -> DispatchResult {
		let did = Self::parse(&did)?;
		let name = filled(name, Error::<T>::NameEmpty, Error::<T>::NameTooLong)?;
		let version = filled(version, Error::<T>::VersionEmpty, Error::<T>::VersionTooLong)?;
		let uri = filled(uri, Error::<T>::UriEmpty, Error::<T>::UriTooLong)?;
		let license = filled(license, Error::<T>::LicenseEmpty, Error::<T>::LicenseTooLong)?;
		ensure!(model_type.is_of(&did), Error::<T>::ModelTypeMismatch);
		ensure!(royalty_bps <= MAX_ROYALTY_BPS, Error::<T>::RoyaltyTooHigh);
		let model = did.hash();
		ensure!(!Models::<T>::contains_key(model), Error::<T>::ModelAlreadyExists);
		let controller = T::Dids::controller(&did).ok_or(Error::<T>::DidNotActive)?;
		ensure!(controller == owner, Error::<T>::NotAuthorized);
		// The counter and the royalties of those jobs are an earlier model's.
		ensure!(!OpenJobs::<T>::contains_key(model), Error::<T>::JobsOpen);
		let (parent, parent_bps) = match parent {
			Some(claim) => Self::claimed_parent(claim)?,
			None => (None, 0),
		};

		Self::list(&owner, model)?;
		let deposit = T::ModelRegistrationDeposit::get();
		Self::hold(HoldReason::ModelDeposit, &owner, deposit)?;
		let registration = NextRegistration::<T>::get();
		NextRegistration::<T>::put(registration.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let version = Self::store_version(&model, version, metadata_hash, None, None)?;

		let (hosting, admission) = match visibility {
			Visibility::Public => (Hosting::Anyone, HostAdmission::Open),
			Visibility::Private => (Hosting::Hosts, HostAdmission::ByOwner),
		};
		Models::<T>::insert(
			model,
			ModelRecord {
				owner: owner.clone(),
				registration,
				state: ModelState::Active,
				visibility,
				version,
				min_vram_gb,
				royalty_bps,
				parent,
				parent_bps,
				descendants: Descendants::Refused,
				price: PriceRule::Any,
				hosting,
				admission,
			},
		);
		ModelCards::<T>::insert(
			model,
			ModelCard {
				did: did.clone(),
				name,
				model_type,
				uri,
				license,
				registered_at: Self::now(),
				deposit,
				versions: 1,
				allowed: 0,
			},
		);
		Usages::<T>::insert(model, Usage::default());
		Self::deposit_event(Event::ModelRegistered {
			did,
			owner,
			registration,
			version,
			deposit,
			parent,
			parent_bps,
		});
		Ok(())
	}

	pub(crate) fn do_update(
		who: T::AccountId,
		did: Vec<u8>,
		name: Vec<u8>,
		uri: Vec<u8>,
		min_vram_gb: u32,
		license: Vec<u8>,
		royalty_bps: u16,
	) -> DispatchResult {
		let name = filled(name, Error::<T>::NameEmpty, Error::<T>::NameTooLong)?;
		let uri = filled(uri, Error::<T>::UriEmpty, Error::<T>::UriTooLong)?;
		let license = filled(license, Error::<T>::LicenseEmpty, Error::<T>::LicenseTooLong)?;
		ensure!(royalty_bps <= MAX_ROYALTY_BPS, Error::<T>::RoyaltyTooHigh);
		let (did, record) = Self::owned(&who, &did)?;
		let model = did.hash();
		let card = Self::card(&model)?;

		Models::<T>::insert(model, ModelRecord { min_vram_gb, royalty_bps, ..record });
		ModelCards::<T>::insert(model, ModelCard { name, uri, license, ..card });
		Self::deposit_event(Event::ModelUpdated { did, min_vram_gb, royalty_bps });
		Ok(())
	}

	pub(crate) fn do_deprecate(who: T::AccountId, did: Vec<u8>) -> DispatchResult {
		let (did, record) = Self::owned(&who, &did)?;
		ensure!(record.state == ModelState::Active, Error::<T>::ModelDeprecated);

		Models::<T>::insert(did.hash(), ModelRecord { state: ModelState::Deprecated, ..record });
		Self::deposit_event(Event::ModelDeprecated { did });
		Ok(())
	}

	/// Returns how many versions and allow-list entries were removed.
	pub(crate) fn do_deregister(
		who: T::AccountId,
		did: Vec<u8>,
	) -> Result<(u32, u32), DispatchError> {
		let (did, record) = Self::owned(&who, &did)?;
		let model = did.hash();
		ensure!(record.state == ModelState::Deprecated, Error::<T>::ModelNotDeprecated);
		ensure!(!OpenJobs::<T>::contains_key(model), Error::<T>::JobsOpen);
		let card = Self::card(&model)?;

		Self::release(HoldReason::ModelDeposit, &record.owner, card.deposit)?;
		let removed = Self::remove(&model, &record);
		Self::deposit_event(Event::ModelDeregistered {
			did,
			owner: record.owner,
			registration: record.registration,
		});
		Ok(removed)
	}

	/// Returns how many versions and allow-list entries were removed.
	pub(crate) fn do_force_remove(
		did: Vec<u8>,
		fate: DepositFate,
	) -> Result<(u32, u32), DispatchError> {
		let (did, record) = Self::registered(&did)?;
		let model = did.hash();
		let ModelCard { deposit, .. } = Self::card(&model)?;

		match fate {
			DepositFate::Return => {
				Self::release(HoldReason::ModelDeposit, &record.owner, deposit)?;
			}
			DepositFate::Forfeit => {
				T::Currency::transfer_on_hold(
					&HoldReason::ModelDeposit.into(),
					&record.owner,
					&T::FeePolicy::fee_account(),
					deposit,
					Precision::Exact,
					Restriction::Free,
					Fortitude::Force,
				)?;
			}
		}
		let removed = Self::remove(&model, &record);
		Self::deposit_event(Event::ModelForceRemoved {
			did,
			owner: record.owner,
			registration: record.registration,
			deposit,
			fate,
		});
		Ok(removed)
	}

	/// Removes all that a model has, but for the count of its open jobs and for host records, whose
	/// deposits are others'.
	fn remove(model: &DidHash, record: &ModelRecordOf<T>) -> (u32, u32) {
		Models::<T>::remove(model);
		ModelCards::<T>::remove(model);
		Usages::<T>::remove(model);
		PriceCards::<T>::remove(model);
		TransferOffers::<T>::remove(model);
		Self::unlist(&record.owner, model);
		let versions = Versions::<T>::drain_prefix(model).count();
		let allowed = Allowed::<T>::drain_prefix(model).count();
		(versions.try_into().unwrap_or(u32::MAX), allowed.try_into().unwrap_or(u32::MAX))
	}

	pub(crate) fn parse(did: &[u8]) -> Result<Did, Error<T>> {
		Did::parse(did).map_err(|_| Error::<T>::InvalidDID)
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// The model under `did`.
	pub(crate) fn registered(did: &[u8]) -> Result<(Did, ModelRecordOf<T>), Error<T>> {
		let did = Self::parse(did)?;
		let record = Models::<T>::get(did.hash()).ok_or(Error::<T>::ModelNotFound)?;
		Ok((did, record))
	}

	/// A model of `who`.
	pub(crate) fn owned(
		who: &T::AccountId,
		did: &[u8],
	) -> Result<(Did, ModelRecordOf<T>), Error<T>> {
		let (did, record) = Self::registered(did)?;
		ensure!(record.owner == *who, Error::<T>::NotOwner);
		Ok((did, record))
	}

	/// The card of a registered model.
	pub(crate) fn card(model: &DidHash) -> Result<ModelCardOf<T>, Error<T>> {
		ModelCards::<T>::get(model).ok_or_else(|| {
			defensive!("a registered model has a card");
			Error::<T>::ModelNotFound
		})
	}

	/// The registration to which `link` leads, if it is not over.
	pub(crate) fn linked(link: &ParentLink) -> Option<ModelRecordOf<T>> {
		Models::<T>::get(link.model).filter(|record| record.registration == link.registration)
	}

	pub(crate) fn hold(
		reason: HoldReason,
		who: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		T::Currency::hold(&reason.into(), who, amount)
			.map_err(|_| Error::<T>::InsufficientBalance.into())
	}

	pub(crate) fn release(
		reason: HoldReason,
		who: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		T::Currency::release(&reason.into(), who, amount, Precision::Exact)?;
		Ok(())
	}

	/// Puts a model on `owner`'s list.
	pub(crate) fn list(owner: &T::AccountId, model: DidHash) -> DispatchResult {
		OwnerModels::<T>::try_mutate(owner, |models| {
			models.try_push(model).map_err(|_| Error::<T>::TooManyModelsPerOwner.into())
		})
	}

	/// Takes a model off `owner`'s list.
	pub(crate) fn unlist(owner: &T::AccountId, model: &DidHash) {
		OwnerModels::<T>::mutate_exists(owner, |maybe_models| {
			let mut models = maybe_models.take().unwrap_or_default();
			match models.iter().position(|listed| listed == model) {
				Some(position) => {
					models.swap_remove(position);
				}
				None => {
					defensive!("a registered model is in its owner's list");
				}
			}
			*maybe_models = (!models.is_empty()).then_some(models);
		})
	}
}
