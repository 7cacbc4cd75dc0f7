//! Guardians and what they can do.

use crate::{
	ActiveRecoveries, ActiveRecovery, ActiveRecoveryOf, BalanceOf, Config, Error, Event, Guardians,
	HoldReason, Pallet, RecoveryConfig, RecoveryConfigOf, RecoveryConfigs, RecoveryPhase,
	RecoveryStatus, MAX_GUARDIANS,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{BlockNumberProvider, Saturating, Zero};

type Recoveries<T> = BoundedVec<ActiveRecoveryOf<T>, ConstU32<MAX_GUARDIANS>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_create(
		who: T::AccountId,
		guardians: Vec<T::AccountId>,
		threshold: u32,
		delay_period: BlockNumberFor<T>,
	) -> DispatchResult {
		let guardians = Self::checked_guardians(&who, guardians)?;
		ensure!(threshold > 0, Error::<T>::InvalidThreshold);
		ensure!(threshold <= guardians.len() as u32, Error::<T>::ThresholdTooHigh);
		ensure!(
			delay_period >= T::MinRecoveryDelay::get()
				&& delay_period <= T::MaxRecoveryDelay::get(),
			Error::<T>::InvalidDelay
		);

		// Their approvals are those of the former guardians.
		Self::cancel_all(&who)?;
		let old = RecoveryConfigs::<T>::get(&who).map_or_else(Zero::zero, |config| config.deposit);
		let deposit = T::ConfigDeposit::get().saturating_add(
			T::GuardianDeposit::get().saturating_mul((guardians.len() as u32).into()),
		);
		Self::release(HoldReason::RecoveryConfig, &who, old.saturating_sub(deposit))?;
		Self::hold(HoldReason::RecoveryConfig, &who, deposit.saturating_sub(old))?;
		RecoveryConfigs::<T>::insert(
			&who,
			RecoveryConfig { guardians, threshold, delay_period, deposit },
		);
		Self::deposit_event(Event::RecoveryCreated { account: who, threshold });
		Ok(())
	}

	pub(crate) fn do_initiate(
		who: T::AccountId,
		lost_account: T::AccountId,
		new_account: T::AccountId,
	) -> DispatchResult {
		let config = Self::guarded_by(&who, &lost_account)?;
		ensure!(lost_account != new_account, Error::<T>::SameAccount);
		let mut recoveries = Self::without_lapsed(&lost_account)?;
		ensure!(
			recoveries.iter().all(|recovery| recovery.new_account != new_account),
			Error::<T>::RecoveryAlreadyActive
		);
		ensure!(
			recoveries.iter().all(|recovery| recovery.initiator != who),
			Error::<T>::InitiationOpen
		);

		let deposit = T::InitiationDeposit::get();
		Self::hold(HoldReason::RecoveryInitiation, &who, deposit)?;
		let now = Self::now();
		let executable_at = now.saturating_add(config.delay_period);
		let recovery = ActiveRecovery {
			new_account: new_account.clone(),
			approvals: BoundedVec::truncate_from(alloc::vec![who.clone()]),
			created_at: now,
			executable_at,
			initiator: who.clone(),
			lapses_at: executable_at.saturating_add(T::RecoveryPeriod::get()),
			deposit,
		};
		// One place for each guardian, so there is room.
		recoveries.try_push(recovery).map_err(|_| Error::<T>::InitiationOpen)?;
		ActiveRecoveries::<T>::insert(&lost_account, recoveries);
		Self::deposit_event(Event::RecoveryInitiated { lost_account, new_account, guardian: who });
		Ok(())
	}

	pub(crate) fn do_approve(
		who: T::AccountId,
		lost_account: T::AccountId,
		new_account: Option<T::AccountId>,
	) -> DispatchResult {
		Self::guarded_by(&who, &lost_account)?;
		let now = Self::now();
		let mut recoveries = ActiveRecoveries::<T>::get(&lost_account);
		let mut meant = recoveries
			.iter_mut()
			.filter(|recovery| !recovery.is_lapsed(&now))
			.filter(|recovery| new_account.as_ref().is_none_or(|new| recovery.new_account == *new));
		let recovery = meant.next().ok_or(Error::<T>::NoActiveRecovery)?;
		// Also where the caller has approved all but one, so that a call sent twice never approves
		// what somebody else slipped in.
		ensure!(meant.next().is_none(), Error::<T>::AmbiguousRecovery);
		ensure!(!recovery.approvals.contains(&who), Error::<T>::AlreadyApproved);

		recovery.approvals.try_push(who.clone()).map_err(|_| Error::<T>::TooManyGuardians)?;
		let approvals = recovery.approvals.len() as u32;
		let new_account = recovery.new_account.clone();
		ActiveRecoveries::<T>::insert(&lost_account, recoveries);
		Self::deposit_event(Event::RecoveryApproved {
			lost_account,
			guardian: who,
			approvals,
			new_account,
		});
		Ok(())
	}

	pub(crate) fn do_execute(
		lost_account: T::AccountId,
		new_account: Option<T::AccountId>,
	) -> DispatchResult {
		let config =
			RecoveryConfigs::<T>::get(&lost_account).ok_or(Error::<T>::NoRecoveryConfig)?;
		let mut recoveries = ActiveRecoveries::<T>::take(&lost_account);
		let position = Self::ready(&config, &recoveries, new_account.as_ref())?;
		let recovery = recoveries.swap_remove(position);
		let new_account = recovery.new_account;

		let (etr, etd) = Self::move_entry(&lost_account, &new_account)?;
		RecoveryConfigs::<T>::remove(&lost_account);
		Self::hand_over(&lost_account, &new_account, config.deposit)?;
		Self::release(HoldReason::RecoveryInitiation, &recovery.initiator, recovery.deposit)?;
		Self::deposit_event(Event::RecoveryExecuted {
			lost_account: lost_account.clone(),
			new_account,
			etr,
			etd,
		});
		Self::cancel_each(&lost_account, recoveries)
	}

	pub(crate) fn do_cancel(who: T::AccountId, account: T::AccountId) -> DispatchResult {
		ensure!(who == account, Error::<T>::NotAccountOwner);
		ensure!(ActiveRecoveries::<T>::contains_key(&account), Error::<T>::NoActiveRecovery);
		Self::cancel_all(&account)
	}

	pub(crate) fn do_withdraw(
		who: T::AccountId,
		lost_account: T::AccountId,
		new_account: T::AccountId,
	) -> DispatchResult {
		let mut recoveries = ActiveRecoveries::<T>::get(&lost_account);
		let position = recoveries
			.iter()
			.position(|recovery| recovery.new_account == new_account)
			.ok_or(Error::<T>::NoActiveRecovery)?;
		let recovery = recoveries.swap_remove(position);
		ensure!(recovery.initiator == who, Error::<T>::NotInitiator);
		ensure!(recovery.approvals.len() == 1, Error::<T>::ApprovedByOthers);

		Self::release(HoldReason::RecoveryInitiation, &who, recovery.deposit)?;
		Self::keep(&lost_account, recoveries);
		Self::deposit_event(Event::RecoveryWithdrawn { lost_account, new_account });
		Ok(())
	}

	pub(crate) fn do_reap(lost_account: T::AccountId) -> DispatchResult {
		let before = ActiveRecoveries::<T>::decode_len(&lost_account).unwrap_or(0);
		ensure!(before > 0, Error::<T>::NoActiveRecovery);
		let recoveries = Self::without_lapsed(&lost_account)?;
		ensure!(recoveries.len() < before, Error::<T>::TooEarly);
		Self::keep(&lost_account, recoveries);
		Ok(())
	}

	pub(crate) fn do_remove(who: T::AccountId) -> DispatchResult {
		let config = RecoveryConfigs::<T>::take(&who).ok_or(Error::<T>::NoRecoveryConfig)?;
		Self::cancel_all(&who)?;
		Self::release(HoldReason::RecoveryConfig, &who, config.deposit)?;
		Self::deposit_event(Event::RecoveryRemoved { account: who });
		Ok(())
	}

	pub(crate) fn recovery_statuses(
		lost_account: &T::AccountId,
	) -> Vec<RecoveryStatus<T::AccountId, BlockNumberFor<T>>> {
		let Some(config) = RecoveryConfigs::<T>::get(lost_account) else { return Vec::new() };
		let now = Self::now();
		ActiveRecoveries::<T>::get(lost_account)
			.into_iter()
			.map(|recovery| RecoveryStatus {
				phase: recovery.phase(config.threshold, &now),
				approvals: recovery.approvals.len() as u32,
				threshold: config.threshold,
				executable_at: recovery.executable_at,
				lapses_at: recovery.lapses_at,
				new_account: recovery.new_account,
			})
			.collect()
	}

	fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	fn checked_guardians(
		owner: &T::AccountId,
		guardians: Vec<T::AccountId>,
	) -> Result<Guardians<T::AccountId>, Error<T>> {
		ensure!(!guardians.is_empty(), Error::<T>::NoGuardians);
		let guardians = Guardians::try_from(guardians).map_err(|_| Error::<T>::TooManyGuardians)?;
		ensure!(!guardians.contains(owner), Error::<T>::SelfGuardian);
		let distinct: BTreeSet<_> = guardians.iter().collect();
		ensure!(distinct.len() == guardians.len(), Error::<T>::DuplicateGuardian);
		Ok(guardians)
	}

	/// The configuration of an account that `who` is a guardian of.
	fn guarded_by(
		who: &T::AccountId,
		account: &T::AccountId,
	) -> Result<RecoveryConfigOf<T>, Error<T>> {
		let config = RecoveryConfigs::<T>::get(account).ok_or(Error::<T>::NoRecoveryConfig)?;
		ensure!(config.guardians.contains(who), Error::<T>::NotGuardian);
		Ok(config)
	}

	/// Position of the recovery that may be executed: the one to `new_account`, or the only one
	/// that is ready.
	fn ready(
		config: &RecoveryConfigOf<T>,
		recoveries: &[ActiveRecoveryOf<T>],
		new_account: Option<&T::AccountId>,
	) -> Result<usize, Error<T>> {
		let now = Self::now();
		let (mut ready, mut furthest) = (None, Error::<T>::NoActiveRecovery);
		for (position, recovery) in recoveries.iter().enumerate() {
			if new_account.is_some_and(|new| recovery.new_account != *new) {
				continue;
			}
			match recovery.phase(config.threshold, &now) {
				RecoveryPhase::Lapsed => (),
				RecoveryPhase::Gathering => {
					if matches!(furthest, Error::NoActiveRecovery) {
						furthest = Error::ThresholdNotMet;
					}
				}
				RecoveryPhase::Waiting => furthest = Error::DelayNotPassed,
				RecoveryPhase::Ready => {
					ensure!(ready.is_none(), Error::<T>::AmbiguousRecovery);
					ready = Some(position);
				}
			}
		}
		ready.ok_or(furthest)
	}

	/// Recoveries of an account that are not over. Those that are get their deposits returned; the
	/// caller stores what is left.
	fn without_lapsed(lost_account: &T::AccountId) -> Result<Recoveries<T>, DispatchError> {
		let now = Self::now();
		let mut recoveries = ActiveRecoveries::<T>::get(lost_account);
		for recovery in recoveries.iter().filter(|recovery| recovery.is_lapsed(&now)) {
			Self::release(HoldReason::RecoveryInitiation, &recovery.initiator, recovery.deposit)?;
			Self::deposit_event(Event::RecoveryLapsed {
				lost_account: lost_account.clone(),
				new_account: recovery.new_account.clone(),
			});
		}
		recoveries.retain(|recovery| !recovery.is_lapsed(&now));
		Ok(recoveries)
	}

	fn cancel_all(account: &T::AccountId) -> DispatchResult {
		Self::cancel_each(account, ActiveRecoveries::<T>::take(account))
	}

	/// Returns the deposits of recoveries that are no longer stored.
	fn cancel_each(account: &T::AccountId, recoveries: Recoveries<T>) -> DispatchResult {
		for recovery in recoveries {
			Self::release(HoldReason::RecoveryInitiation, &recovery.initiator, recovery.deposit)?;
			Self::deposit_event(Event::RecoveryCancelled {
				account: account.clone(),
				new_account: recovery.new_account,
			});
		}
		Ok(())
	}

	fn keep(lost_account: &T::AccountId, recoveries: Recoveries<T>) {
		if recoveries.is_empty() {
			ActiveRecoveries::<T>::remove(lost_account);
		} else {
			ActiveRecoveries::<T>::insert(lost_account, recoveries);
		}
	}

	/// Pays the deposit of a configuration out to the recovered account, or to the lost one where
	/// that cannot be.
	fn hand_over(from: &T::AccountId, to: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		let moved = with_storage_layer(|| {
			T::Currency::transfer_on_hold(
				&HoldReason::RecoveryConfig.into(),
				from,
				to,
				amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Polite,
			)
		});
		match moved {
			Ok(_) => Ok(()),
			Err(_) => Self::release(HoldReason::RecoveryConfig, from, amount),
		}
	}

	fn hold(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		T::Currency::hold(&reason.into(), who, amount)
			.map_err(|_| Error::<T>::InsufficientDeposit.into())
	}

	fn release(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		T::Currency::release(&reason.into(), who, amount, Precision::Exact).map(|_| ())
	}
}
