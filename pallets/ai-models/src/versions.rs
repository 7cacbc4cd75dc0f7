//! Publishing, activating and retiring versions.

use crate::{
	types::filled, Config, Error, Event, ModelCard, ModelCards, ModelRecord, ModelVersion, Models,
	NextVersion, OpenJobs, Pallet, VersionNumber, Versions, MAX_VERSION_LEN,
};
use ai_compute_primitives::DidHash;
use alloc::vec::Vec;
use frame_support::{defensive, pallet_prelude::*};
use sp_core::H256;
use sp_runtime::{traits::Saturating, ArithmeticError};

type Label = BoundedVec<u8, ConstU32<MAX_VERSION_LEN>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish(
		who: T::AccountId,
		did: Vec<u8>,
		label: Vec<u8>,
		metadata_hash: H256,
		weights_commitment: Option<H256>,
		tokenizer_hash: Option<H256>,
	) -> DispatchResult {
		let label = filled(label, Error::<T>::VersionEmpty, Error::<T>::VersionTooLong)?;
		let (did, record) = Self::owned(&who, &did)?;
		let model = did.hash();
		let card = Self::card(&model)?;
		ensure!(card.versions < T::MaxVersions::get(), Error::<T>::MaxVersionsExceeded);

		let version =
			Self::store_version(&model, label, metadata_hash, weights_commitment, tokenizer_hash)?;
		Self::set_inactive(&model, record.version);
		Models::<T>::insert(model, ModelRecord { version, ..record });
		let versions = card.versions.saturating_add(1);
		ModelCards::<T>::insert(model, ModelCard { versions, ..card });
		Self::deposit_event(Event::VersionPublished {
			did,
			version,
			metadata_hash,
			weights_commitment,
			tokenizer_hash,
		});
		Ok(())
	}

	pub(crate) fn do_activate(
		who: T::AccountId,
		did: Vec<u8>,
		version: VersionNumber,
	) -> DispatchResult {
		let (did, record) = Self::owned(&who, &did)?;
		let model = did.hash();
		ensure!(record.version != version, Error::<T>::VersionActive);
		Versions::<T>::try_mutate(model, version, |maybe_version| {
			maybe_version.as_mut().ok_or(Error::<T>::VersionNotFound)?.inactive_since = None;
			Ok::<_, Error<T>>(())
		})?;

		Self::set_inactive(&model, record.version);
		Models::<T>::insert(model, ModelRecord { version, ..record });
		Self::deposit_event(Event::VersionActivated { did, version });
		Ok(())
	}

	pub(crate) fn do_retire(
		who: T::AccountId,
		did: Vec<u8>,
		version: VersionNumber,
	) -> DispatchResult {
		let (did, record) = Self::owned(&who, &did)?;
		let model = did.hash();
		ensure!(record.version != version, Error::<T>::VersionActive);
		let stored = Versions::<T>::get(model, version).ok_or(Error::<T>::VersionNotFound)?;
		let unused_from = stored
			.inactive_since
			.unwrap_or_else(Self::now)
			.saturating_add(T::VersionRetention::get());
		ensure!(
			!OpenJobs::<T>::contains_key(model) || Self::now() >= unused_from,
			Error::<T>::TooEarly
		);
		let card = Self::card(&model)?;

		Versions::<T>::remove(model, version);
		let versions = card.versions.saturating_sub(1);
		ModelCards::<T>::insert(model, ModelCard { versions, ..card });
		Self::deposit_event(Event::VersionRetired { did, version });
		Ok(())
	}

	/// Stores a version that is active from now on. Returns its number.
	pub(crate) fn store_version(
		model: &DidHash,
		label: Label,
		metadata_hash: H256,
		weights_commitment: Option<H256>,
		tokenizer_hash: Option<H256>,
	) -> Result<VersionNumber, DispatchError> {
		let number = NextVersion::<T>::get();
		NextVersion::<T>::put(number.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let version = ModelVersion {
			label,
			metadata_hash,
			weights_commitment,
			tokenizer_hash,
			published_at: Self::now(),
			inactive_since: None,
		};
		Versions::<T>::insert(model, number, version);
		Ok(number)
	}

	/// Notes that a version ceased to be active.
	fn set_inactive(model: &DidHash, version: VersionNumber) {
		Versions::<T>::mutate(model, version, |maybe_version| match maybe_version {
			Some(version) => version.inactive_since = Some(Self::now()),
			None => {
				defensive!("the active version is kept");
			}
		});
	}
}
