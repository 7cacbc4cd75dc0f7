//! Money that leaves a hold.
//!
//! Each payment opens a storage layer, and one that its payee cannot receive goes to the fee account.
//! A call that is nested so deeply that no layer is left is refused before it changes anything
//! ([`Pallet::ensure_can_pay`]), so that a failed payment means what it says.

use super::{place_of, CommitteeId, EpochId, MemberSeatOf, Offence};
use crate::{BalanceOf, Config, Event, HoldReason, Pallet};
use ai_compute_primitives::{pay_from_hold, FeePolicy};
use committee_keys::PerMember;
use frame_support::{storage::with_storage_layer, traits::fungible::MutateHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchResult,
};

/// What a provider is still due for having waited.
pub(crate) struct Due<AccountId, Balance> {
	/// The provider.
	pub to: AccountId,
	/// How much.
	pub amount: Balance,
}

impl<T: Config> Pallet<T> {
	/// Refuses where payments cannot open a storage layer.
	pub(crate) fn ensure_can_pay() -> DispatchResult {
		with_storage_layer(|| Ok(()))
	}

	/// Moves `amount` from a hold of `source` to `to`, else to the fee account. Returns what was
	/// moved: nothing only if not even that account can be credited.
	pub(crate) fn pay_held(
		reason: HoldReason,
		source: &T::AccountId,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> BalanceOf<T> {
		let (fees, reason) = (T::Fees::fee_account(), reason.into());
		for payee in [to, &fees] {
			if pay_from_hold::<T::Currency, _>(&reason, source, payee, amount).is_ok() {
				return amount;
			}
		}
		log::error!(target: "runtime::confidential-compute", "nobody can be credited");
		Zero::zero()
	}

	/// Puts a member's bond on hold, or what a requester pays.
	pub(crate) fn hold(
		reason: HoldReason,
		who: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		T::Currency::hold(&reason.into(), who, amount)
			.map_err(|_| crate::Error::<T>::InsufficientBalance.into())
	}

	/// Gives all of a hold's `amount` back.
	pub(crate) fn give_back(
		reason: HoldReason,
		who: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		pay_from_hold::<T::Currency, _>(&reason.into(), who, who, amount)
	}

	/// Takes up to `penalty` of a member's bond. The provider gets of it what it is due, the fee
	/// account the rest. The caller stores the seats.
	pub(crate) fn slash(
		committee: CommitteeId,
		epoch: EpochId,
		seats: &mut PerMember<MemberSeatOf<T>>,
		member: u8,
		penalty: BalanceOf<T>,
		offence: Offence,
		due: Option<&mut Due<T::AccountId, BalanceOf<T>>>,
	) {
		let Some(seat) = seats.get_mut(place_of(member)) else { return };
		let penalty = penalty.min(seat.bond);
		if penalty.is_zero() {
			return;
		}
		let mut compensation: BalanceOf<T> = Zero::zero();
		if let Some(due) = due {
			let part = due.amount.min(penalty);
			let bond = HoldReason::CommitteeBond.into();
			if pay_from_hold::<T::Currency, _>(&bond, &seat.owner, &due.to, part).is_ok() {
				due.amount = due.amount.saturating_sub(part);
				compensation = part;
			}
		}
		let rest = penalty.saturating_sub(compensation);
		let taken =
			Self::pay_held(HoldReason::CommitteeBond, &seat.owner, &T::Fees::fee_account(), rest);
		let amount = compensation.saturating_add(taken);
		seat.bond = seat.bond.saturating_sub(amount);
		Self::deposit_event(Event::MemberSlashed {
			committee,
			epoch,
			member,
			owner: seat.owner.clone(),
			offence,
			amount,
			compensation,
		});
	}
}
