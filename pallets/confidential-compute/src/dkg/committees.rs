//! What governance does.

use super::{
	Committee, CommitteeFault, CommitteeId, CommitteeOf, CommitteeTerms, CommitteeView,
	EpochFailure, EpochId, EpochOf, Offence, Standing,
};
use crate::{
	BalanceOf, BlockOf, CommitteePolicies, Committees, Config, Epochs, Error, Event, Groups,
	NextCommitteeId, Pallet, Policy, Seats,
};
use committee_keys::Params;
use frame_support::ensure;
use sp_runtime::{traits::Zero, ArithmeticError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Size and threshold of a committee on these terms, if they are allowed.
	pub(crate) fn params_of(terms: &CommitteeTerms<BalanceOf<T>>) -> Result<Params, Error<T>> {
		let bad = Error::<T>::Committee(CommitteeFault::BadTerms);
		// Without one member to spare a provider with a seat could not be left out.
		let allowed = terms.faulty > 0 && !terms.bond.is_zero();
		Params::new(terms.members, terms.threshold, terms.faulty)
			.ok()
			.filter(|_| allowed)
			.ok_or(bad)
	}

	pub(crate) fn do_create_committee(
		terms: CommitteeTerms<BalanceOf<T>>,
		policy: Policy,
	) -> DispatchResult {
		Self::params_of(&terms)?;
		let policy = policy.canonical().ok_or(Error::<T>::InvalidPolicy)?;
		let id = NextCommitteeId::<T>::get();
		NextCommitteeId::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		CommitteePolicies::<T>::insert(id, policy);
		Committees::<T>::insert(
			id,
			Committee {
				terms,
				standing: Standing::Open,
				next_epoch: 0,
				pending: None,
				active: None,
				stored_epochs: 0,
				entrusted: 0,
			},
		);
		Self::deposit_event(Event::CommitteeCreated { committee: id, terms });
		Ok(())
	}

	pub(crate) fn do_set_committee(
		id: CommitteeId,
		terms: CommitteeTerms<BalanceOf<T>>,
		policy: Policy,
	) -> DispatchResult {
		let mut committee = Self::stored_committee(id)?;
		ensure!(
			committee.standing == Standing::Open,
			Error::<T>::Committee(CommitteeFault::Dissolving)
		);
		Self::params_of(&terms)?;
		let policy = policy.canonical().ok_or(Error::<T>::InvalidPolicy)?;
		let same = CommitteePolicies::<T>::get(id).as_ref() == Some(&policy);
		ensure!(committee.terms != terms || !same, Error::<T>::Unchanged);
		committee.terms = terms;
		Committees::<T>::insert(id, committee);
		CommitteePolicies::<T>::insert(id, policy);
		Self::deposit_event(Event::CommitteeChanged { committee: id, terms });
		Ok(())
	}

	pub(crate) fn do_dissolve_committee(id: CommitteeId) -> DispatchResult {
		let mut committee = Self::stored_committee(id)?;
		ensure!(
			committee.standing == Standing::Open,
			Error::<T>::Committee(CommitteeFault::Dissolving)
		);
		let pending = Self::named_epoch(id, committee.pending)?;
		let active = Self::named_epoch(id, committee.active)?;
		committee.standing = Standing::Dissolving;
		Self::deposit_event(Event::CommitteeDissolving { committee: id });
		if let Some((number, epoch)) = pending {
			Self::fail_epoch(id, &mut committee, number, epoch, EpochFailure::Dissolved);
		}
		if let Some((number, mut epoch)) = active {
			epoch.deadline = epoch.deadline.min(Self::now());
			Epochs::<T>::insert((id, number), epoch);
		}
		Self::store_committee(id, committee);
		Ok(())
	}

	/// Stores a committee, or removes it with its last epoch if it is being dissolved.
	pub(crate) fn store_committee(id: CommitteeId, committee: CommitteeOf<T>) {
		if committee.standing == Standing::Dissolving && committee.stored_epochs == 0 {
			Committees::<T>::remove(id);
			CommitteePolicies::<T>::remove(id);
			Self::deposit_event(Event::CommitteeRemoved { committee: id });
		} else {
			Committees::<T>::insert(id, committee);
		}
	}

	/// Whether a committee takes keys now, if this is its epoch that has the key.
	pub(crate) fn accepts_keys(
		id: CommitteeId,
		committee: &CommitteeOf<T>,
		number: EpochId,
		epoch: &EpochOf<T>,
	) -> bool {
		committee.standing == Standing::Open
			&& Self::now() < epoch.deadline
			&& Self::is_backed(id, number, epoch)
	}

	/// Whether as many members of an epoch as open a key have left of their bonds what silence costs.
	/// Others would keep a key for nothing.
	pub(crate) fn is_backed(id: CommitteeId, number: EpochId, epoch: &EpochOf<T>) -> bool {
		let cost = Self::share_of_bond(epoch.bond, Offence::NoShare);
		let backed = Seats::<T>::get((id, number)).iter().filter(|seat| seat.bond >= cost).count();
		backed >= usize::from(epoch.params.threshold())
	}

	/// A committee, for members and requesters.
	pub(crate) fn view_committee(
		id: CommitteeId,
	) -> Option<CommitteeView<BalanceOf<T>, BlockOf<T>>> {
		let committee = Committees::<T>::get(id)?;
		let mut accepts_keys = false;
		let active = committee.active.and_then(|number| {
			let key = (id, number);
			let epoch = Epochs::<T>::get(key)?;
			accepts_keys = Self::accepts_keys(id, &committee, number, &epoch);
			Some((epoch, Groups::<T>::get(key)?))
		});
		let pending = committee.pending.and_then(|number| Epochs::<T>::get((id, number)));
		Some(CommitteeView { committee, active, pending, accepts_keys })
	}
}
