//! What an AI may do.

use crate::{
	AIControl, AIKey, AIPermissions, BalanceOf, Config, Control, Error, Event, Pallet, Permission,
	PermissionRecord,
};
use codec::Encode;
use frame_support::pallet_prelude::*;
use sp_core::H256;
use sp_runtime::traits::{Saturating, Zero};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_grant(
		who: T::AccountId,
		did_hash: AIKey,
		permission: Permission,
	) -> DispatchResult {
		let control = Self::controlled(&who, &did_hash)?;
		ensure!(
			!permission.action.is_empty()
				&& !permission.resource.is_empty()
				&& permission.conditions.iter().all(|condition| !condition.is_empty()),
			Error::<T>::InvalidPermission
		);

		let permission_hash = permission.key();
		let deposit = Self::permission_deposit(&permission);
		match AIPermissions::<T>::get(did_hash, permission_hash) {
			Some(old) => {
				ensure!(
					old.permission.is_for(&permission.action, &permission.resource),
					Error::<T>::PermissionKeyTaken
				);
				ensure!(old.permission != permission, Error::<T>::PermissionAlreadyGranted);
				Self::change_hold(&who, old.deposit, deposit)?;
			}
			None => {
				ensure!(
					control.permissions < T::MaxPermissions::get(),
					Error::<T>::MaxPermissionsExceeded
				);
				Self::change_hold(&who, Zero::zero(), deposit)?;
				let permissions = control.permissions.saturating_add(1);
				AIControl::<T>::insert(did_hash, Control { permissions, ..control });
			}
		}
		AIPermissions::<T>::insert(
			did_hash,
			permission_hash,
			PermissionRecord { permission, deposit },
		);
		Self::deposit_event(Event::PermissionGranted { did_hash, permission_hash });
		Ok(())
	}

	pub(crate) fn do_revoke(
		who: T::AccountId,
		did_hash: AIKey,
		permission_hash: H256,
	) -> DispatchResult {
		let control = Self::controlled(&who, &did_hash)?;
		let record = AIPermissions::<T>::take(did_hash, permission_hash)
			.ok_or(Error::<T>::PermissionNotFound)?;

		Self::change_hold(&who, record.deposit, Zero::zero())?;
		let permissions = control.permissions.saturating_sub(1);
		AIControl::<T>::insert(did_hash, Control { permissions, ..control });
		Self::deposit_event(Event::PermissionRevoked { did_hash, permission_hash });
		Ok(())
	}

	/// Whether an active AI may do exactly `action` with `resource`.
	pub(crate) fn permits(did_hash: &AIKey, action: &[u8], resource: &[u8]) -> bool {
		let active = AIControl::<T>::get(did_hash).is_some_and(|control| control.active);
		active
			&& AIPermissions::<T>::get(did_hash, Permission::key_of(action, resource))
				.is_some_and(|record| record.permission.is_for(action, resource))
	}

	fn permission_deposit(permission: &Permission) -> BalanceOf<T> {
		let bytes = u32::try_from(permission.encoded_size()).unwrap_or(u32::MAX);
		T::PermissionDeposit::get()
			.saturating_add(T::ByteDeposit::get().saturating_mul(bytes.into()))
	}
}
