//! What must hold of committees between any two calls.

use super::{CommitteeId, EpochId, EpochKind, EpochPhase, MemberSet, ReleaseState, Standing};
use crate::{
	Commitments, CommitteePolicies, Committees, Config, Dealings, EntrustedKeys, Epochs, Formers,
	Groups, HoldReason, NextCommitteeId, Pallet, Partials, Releases, Seats,
};
use ai_compute_primitives::try_state::{broken, ensure_rule, Owed};
use alloc::collections::{BTreeMap, BTreeSet};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of committees.
	pub(crate) fn committees_are_sound() -> Result<(), TryRuntimeError> {
		Self::committees_match_their_epochs()?;
		Self::epochs_are_consistent()?;
		Self::seats_are_consistent()?;
		Self::dealings_match_epochs()?;
		Self::keys_are_counted()?;
		Self::releases_are_consistent()?;
		Self::bonds_and_fees_are_held()
	}

	/// Numbers were given, and what a committee names is stored and stands where it should.
	fn committees_match_their_epochs() -> Result<(), TryRuntimeError> {
		let next = NextCommitteeId::<T>::get();
		let mut stored = BTreeMap::<_, u32>::new();
		for (id, _) in Epochs::<T>::iter_keys() {
			let count = stored.entry(id).or_default();
			*count = count.saturating_add(1);
		}
		for (id, committee) in Committees::<T>::iter() {
			ensure_rule(id < next, "a committee has a number that was never given", &id)?;
			let paired = CommitteePolicies::<T>::contains_key(id);
			ensure_rule(paired, "a committee has no policy", &id)?;
			let sound = Self::params_of(&committee.terms).is_ok();
			ensure_rule(sound, "a committee's terms are not allowed", &id)?;
			let count = stored.remove(&id).unwrap_or_default();
			let counted = committee.stored_epochs == count;
			ensure_rule(counted, "a committee miscounts its epochs", &id)?;
			let lives = committee.standing == Standing::Open || count > 0;
			ensure_rule(lives, "a dissolved committee lives on", &id)?;
			let phase = |number: EpochId| Epochs::<T>::get((id, number)).map(|epoch| epoch.phase);
			if let Some(number) = committee.active {
				let right = phase(number) == Some(EpochPhase::Active);
				ensure_rule(right, "a committee's key is nobody's", &(id, number))?;
			}
			if let Some(number) = committee.pending {
				let making = matches!(
					phase(number),
					Some(EpochPhase::Joining | EpochPhase::Dealing | EpochPhase::Complaining)
				);
				ensure_rule(making, "a pending epoch is not being made", &(id, number))?;
				let open = committee.standing == Standing::Open;
				ensure_rule(open, "a dissolving committee makes an epoch", &(id, number))?;
			}
		}
		if let Some(id) = stored.keys().next() {
			return Err(broken("an epoch belongs to no committee", id));
		}
		match CommitteePolicies::<T>::iter_keys().find(|id| !Committees::<T>::contains_key(id)) {
			Some(id) => Err(broken("a policy belongs to no committee", &id)),
			None => Ok(()),
		}
	}

	/// Each epoch stands where its committee says, and has what its phase needs.
	fn epochs_are_consistent() -> Result<(), TryRuntimeError> {
		for (key, epoch) in Epochs::<T>::iter() {
			let (id, number) = key;
			let Some(committee) = Committees::<T>::get(id) else { continue };
			ensure_rule(
				number < committee.next_epoch,
				"an epoch has a number that was never given",
				&key,
			)?;
			let (named, has_group) = match epoch.phase {
				EpochPhase::Joining | EpochPhase::Dealing | EpochPhase::Complaining => {
					(committee.pending == Some(number), false)
				}
				EpochPhase::Active => (committee.active == Some(number), true),
				EpochPhase::Ended => (true, true),
				EpochPhase::Failed => (true, false),
			};
			ensure_rule(named, "an epoch is forgotten by its committee", &key)?;
			let has = Groups::<T>::contains_key(key);
			ensure_rule(has == has_group, "an epoch has a key, or none, out of phase", &key)?;
			let former = Formers::<T>::get(key);
			let reshares = matches!(epoch.kind, EpochKind::Resharing { .. });
			let starts = former.is_some() == reshares;
			ensure_rule(starts, "a resharing starts from nothing, or a generation", &key)?;
			if let EpochKind::Resharing { from } = epoch.kind {
				ensure_rule(from < number, "an epoch reshares from a later one", &key)?;
				let same = former.is_some_and(|former| {
					Groups::<T>::get(key).is_none_or(|group| group.key == former.group.key)
				});
				ensure_rule(same, "a resharing changed the key", &key)?;
			}
			let beyond = epoch.disqualified.without(&epoch.dealt);
			ensure_rule(beyond.is_empty(), "a dealer that did not deal is disqualified", &key)?;
			let accusers = MemberSet::all(epoch.params.members());
			let strangers = epoch.false_accusers.without(&accusers);
			ensure_rule(strangers.is_empty(), "a stranger complained", &key)?;
		}
		let stored = |key: (CommitteeId, EpochId)| Epochs::<T>::contains_key(key);
		let orphan = Groups::<T>::iter_keys()
			.chain(Formers::<T>::iter_keys())
			.chain(Seats::<T>::iter_keys())
			.find(|key| !stored(*key));
		match orphan {
			Some(key) => Err(broken("something is kept of an epoch that is gone", &key)),
			None => Ok(()),
		}
	}

	/// Seats are as many as the phase says, of different owners and platforms.
	fn seats_are_consistent() -> Result<(), TryRuntimeError> {
		for (key, epoch) in Epochs::<T>::iter() {
			let seats = Seats::<T>::get(key);
			let members = usize::from(epoch.params.members());
			let right = match epoch.phase {
				EpochPhase::Joining => seats.len() < members,
				EpochPhase::Failed => (1..=members).contains(&seats.len()),
				_ => seats.len() == members,
			};
			ensure_rule(right, "an epoch has too few seats or too many", &key)?;
			let owners: BTreeSet<_> = seats.iter().map(|seat| &seat.owner).collect();
			ensure_rule(owners.len() == seats.len(), "an owner has two seats", &key)?;
			let platforms: BTreeSet<_> = seats.iter().map(|seat| seat.platform).collect();
			ensure_rule(platforms.len() == seats.len(), "a platform has two seats", &key)?;
			let sound = seats.iter().all(|seat| seat.key.check().is_ok());
			ensure_rule(sound, "a seat's key is no point", &key)?;
			let bounded = seats.iter().all(|seat| seat.bond <= epoch.bond);
			ensure_rule(bounded, "a seat has more than its bond", &key)?;
		}
		Ok(())
	}

	/// Dealings are there of those who dealt.
	fn dealings_match_epochs() -> Result<(), TryRuntimeError> {
		let dealt = |(id, number, dealer): (CommitteeId, EpochId, u8)| {
			Epochs::<T>::get((id, number)).is_some_and(|epoch| epoch.dealt.contains(dealer))
		};
		for (key, epoch) in Epochs::<T>::iter() {
			for dealer in epoch.dealt.iter() {
				let stored = Self::stored_dealing(key.0, key.1, dealer);
				let fits = stored.is_some_and(|dealing| {
					dealing.commitments.len() == usize::from(epoch.params.threshold())
						&& dealing.shares.len() == usize::from(epoch.params.members())
				});
				ensure_rule(fits, "a dealing is missing or of another size", &(key, dealer))?;
			}
		}
		let stray = Commitments::<T>::iter_keys()
			.chain(Dealings::<T>::iter_keys())
			.find(|key| !dealt(*key));
		match stray {
			Some(key) => Err(broken("a dealing belongs to no dealer", &key)),
			None => Ok(()),
		}
	}

	/// Committees count the keys in their care, and have a key as long as there are any.
	fn keys_are_counted() -> Result<(), TryRuntimeError> {
		let mut counts = BTreeMap::<_, u32>::new();
		for key in EntrustedKeys::<T>::iter_values() {
			let count = counts.entry(key.committee).or_default();
			*count = count.saturating_add(1);
		}
		for (id, committee) in Committees::<T>::iter() {
			let count = counts.remove(&id).unwrap_or_default();
			let counted = committee.entrusted == count;
			ensure_rule(counted, "a committee miscounts the keys in its care", &id)?;
			let opens = count == 0 || committee.active.is_some();
			ensure_rule(opens, "a committee cannot open the keys in its care", &id)?;
		}
		match counts.keys().next() {
			Some(id) => Err(broken("a key is in no committee's care", id)),
			None => Ok(()),
		}
	}

	/// Releases belong to keys and epochs, which count those that are owed; shares to releases.
	fn releases_are_consistent() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<_, u32>::new();
		for (job, release) in Releases::<T>::iter() {
			let place = (release.committee, release.epoch);
			let entrusted =
				EntrustedKeys::<T>::get(job).is_some_and(|key| key.committee == release.committee);
			ensure_rule(entrusted, "a release of a key in nobody's care", &job)?;
			let fits = Epochs::<T>::get(place)
				.is_some_and(|epoch| epoch.params.threshold() == release.threshold);
			let settled = release.state == ReleaseState::Done;
			ensure_rule(fits || settled, "a release owed by nobody", &job)?;
			let partials = Partials::<T>::get(job);
			let complete = partials.len() == usize::from(release.threshold);
			let bounded = complete || partials.len() < usize::from(release.threshold);
			ensure_rule(
				bounded && settled == complete,
				"a release is done with fewer shares, or not with all",
				&job,
			)?;
			let members: BTreeSet<_> = partials.iter().map(|(member, _)| *member).collect();
			ensure_rule(members.len() == partials.len(), "a member released twice", &job)?;
			if !settled {
				let count = owed.entry(place).or_default();
				*count = count.saturating_add(1);
			}
		}
		for (place, epoch) in Epochs::<T>::iter() {
			let count = owed.remove(&place).unwrap_or_default();
			let counted = epoch.open_releases == count;
			ensure_rule(counted, "an epoch miscounts what its members owe", &place)?;
		}
		match Partials::<T>::iter_keys().find(|job| !Releases::<T>::contains_key(job)) {
			Some(job) => Err(broken("shares are kept for nothing", &job)),
			None => Ok(()),
		}
	}

	/// Bonds and fees on hold equal those of the records.
	fn bonds_and_fees_are_held() -> Result<(), TryRuntimeError> {
		let mut bonds = Owed::default();
		for seat in Seats::<T>::iter_values().flatten() {
			bonds.add(seat.owner, seat.bond);
		}
		bonds.ensure_held::<T::Currency>(
			HoldReason::CommitteeBond,
			frame_system::Account::<T>::iter_keys(),
			"bonds on hold differ from an account's seats",
		)?;
		EntrustedKeys::<T>::iter_values()
			.map(|key| (key.requester, key.held))
			.collect::<Owed<_, _>>()
			.ensure_held::<T::Currency>(
				HoldReason::ReleaseFees,
				frame_system::Account::<T>::iter_keys(),
				"fees on hold differ from an account's keys",
			)?;
		EntrustedKeys::<T>::iter_values()
			.map(|key| (key.requester, key.deposit))
			.collect::<Owed<_, _>>()
			.ensure_held::<T::Currency>(
				HoldReason::KeyDeposit,
				frame_system::Account::<T>::iter_keys(),
				"deposits on hold differ from an account's entrusted keys",
			)
			.map(|_| ())
	}
}
