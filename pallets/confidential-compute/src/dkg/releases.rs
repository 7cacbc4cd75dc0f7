//! Data keys: entrusted, released, withdrawn.

use super::{
	bonds::Due, member_of, CommitteeFault as Fault, CommitteeId, EntrustedKey, EntrustedKeyOf,
	EpochId, KeyRelease, KeyReleaseOf, MemberSeatOf, Offence, ReleaseOutcome, ReleaseState,
};
use crate::{
	Attestations, BalanceOf, BlockOf, Committees, Config, EntrustedKeys, Epochs, Error, Event,
	Groups, HoldReason, Pallet, Partials, Releases, Seats, WeightInfo,
};
use ai_compute_primitives::{AttestationId, CommitteeKeys, JobId, JobKeys, KeyFault, KeyWanted};
use codec::MaxEncodedLen;
use committee_keys::{
	verify_ciphertext, verify_partial, Ciphertext, KeyContext, Partial, PointBytes, Release,
};
use frame_support::{ensure, storage::with_storage_layer, traits::Get, weights::Weight};
use sp_runtime::{
	traits::{CheckedDiv, CheckedMul, Saturating, Zero},
	ArithmeticError, DispatchError, DispatchResult,
};

/// An attempt that waits for its key, in this runtime.
type KeyWantedOf<T> = KeyWanted<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockOf<T>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_entrust_key(
		who: T::AccountId,
		job: JobId,
		id: CommitteeId,
		ciphertext: Ciphertext,
	) -> DispatchResult {
		ensure!(
			!EntrustedKeys::<T>::contains_key(job),
			Error::<T>::Committee(Fault::AlreadyEntrusted)
		);
		let terms =
			T::KeyedJobs::key_terms(job).ok_or(Error::<T>::Committee(Fault::KeyNotTaken))?;
		ensure!(terms.requester == who, Error::<T>::NotAuthorized);
		let mut committee = Self::stored_committee(id)?;
		let (number, epoch) = Self::named_epoch(id, committee.active)?
			.filter(|(number, epoch)| Self::accepts_keys(id, &committee, *number, epoch))
			.ok_or(Error::<T>::Committee(Fault::NotAccepting))?;
		let group = Groups::<T>::get((id, number)).ok_or_else(|| Self::corrupt("a group"))?;
		let context = KeyContext {
			genesis: Self::genesis_bytes(),
			committee: id,
			requester: Self::account_bytes(&who),
			salt: terms.salt,
		};
		verify_ciphertext(&context, &group.key, &ciphertext).map_err(Self::message_fault)?;

		let times = |amount: BalanceOf<T>, count: u8| {
			amount.checked_mul(&u32::from(count).into()).ok_or(ArithmeticError::Overflow)
		};
		let per_attempt = times(committee.terms.share_fee, epoch.params.threshold())?;
		let held = times(per_attempt, terms.attempts.max(1))?;
		let deposit = Self::key_deposit(epoch.params.threshold());
		with_storage_layer(|| {
			Self::hold(HoldReason::ReleaseFees, &who, held)?;
			Self::hold(HoldReason::KeyDeposit, &who, deposit)
		})?;
		committee.entrusted = committee.entrusted.saturating_add(1);
		Committees::<T>::insert(id, committee);
		let key = EntrustedKey {
			committee: id,
			requester: who.clone(),
			ciphertext,
			since: Self::now(),
			per_attempt,
			held,
			deposit,
		};
		EntrustedKeys::<T>::insert(job, &key);
		Self::deposit_event(Event::KeyEntrusted {
			job,
			committee: id,
			requester: who,
			held,
			deposit,
		});
		// An attempt that waits already gets its release at once, so that whoever leaves members just
		// enough time leaves it to them. If it cannot be opened now, anybody may try again.
		let wanted = T::KeyedJobs::key_wanted(job).filter(|wanted| Self::now() < wanted.deadline);
		if let Some(Ok(release)) = wanted.map(|wanted| Self::new_release(&key, wanted, None)) {
			Self::store_new_release(job, &release, None);
		}
		Ok(())
	}

	/// What a data key costs to keep whose release takes so many shares.
	pub fn key_deposit(threshold: u8) -> BalanceOf<T> {
		let shares = <(u8, Partial)>::max_encoded_len().saturating_mul(threshold.into());
		let bytes = EntrustedKeyOf::<T>::max_encoded_len()
			.saturating_add(KeyReleaseOf::<T>::max_encoded_len())
			.saturating_add(shares);
		let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
		T::DepositPerByte::get().saturating_mul(bytes.into())
	}

	/// A key in a committee's care and the attempt that waits for it in time.
	fn wanted_key(job: JobId) -> Result<(EntrustedKeyOf<T>, KeyWantedOf<T>), Error<T>> {
		let key = EntrustedKeys::<T>::get(job).ok_or(Error::<T>::Committee(Fault::NotEntrusted))?;
		let wanted =
			T::KeyedJobs::key_wanted(job).ok_or(Error::<T>::Committee(Fault::KeyNotWanted))?;
		ensure!(Self::now() < wanted.deadline, Error::<T>::Committee(Fault::TooLate));
		Ok((key, wanted))
	}

	/// A new release for an attempt, in place of an earlier attempt's. Changes nothing.
	fn new_release(
		key: &EntrustedKeyOf<T>,
		wanted: KeyWantedOf<T>,
		earlier: Option<&KeyReleaseOf<T>>,
	) -> Result<KeyReleaseOf<T>, DispatchError> {
		let id = key.committee;
		let committee = Committees::<T>::get(id).ok_or_else(|| Self::corrupt("a committee"))?;
		// A committee with keys in its care always has an epoch that can open them.
		let (number, epoch) = Self::named_epoch(id, committee.active)?
			.ok_or_else(|| Self::corrupt("a committee's key"))?;
		let makes_way = earlier.is_some_and(|old| {
			(old.committee, old.epoch) == (id, number) && old.state != ReleaseState::Done
		});
		let owed = epoch.open_releases.saturating_sub(makes_way.into());
		ensure!(
			owed < T::CommitteeRules::get().max_releases,
			Error::<T>::Committee(Fault::TooManyReleases)
		);
		let record = Attestations::<T>::get(wanted.attestation).ok_or(Error::<T>::NotFound)?;
		ensure!(record.revoked.is_none(), Error::<T>::AttestationRevoked);
		let threshold = epoch.params.threshold();
		let shares: BalanceOf<T> = u32::from(threshold).into();
		Ok(KeyRelease {
			committee: id,
			epoch: number,
			threshold,
			attempt: wanted.attempt,
			attestation: wanted.attestation,
			enclave: PointBytes(record.keys.ristretto),
			platform: record.cpu.platform,
			provider: wanted.provider,
			fee: key.per_attempt.checked_div(&shares).unwrap_or_else(Zero::zero),
			compensation: wanted.compensation,
			opened_at: Self::now(),
			deadline: wanted.deadline,
			state: ReleaseState::Open,
		})
	}

	/// Stores a new release in place of an earlier attempt's, if there is one.
	fn store_new_release(job: JobId, release: &KeyReleaseOf<T>, earlier: Option<&KeyReleaseOf<T>>) {
		if let Some(earlier) = earlier {
			Self::forget_release(job, earlier, ReleaseOutcome::Dropped);
		}
		Epochs::<T>::mutate((release.committee, release.epoch), |epoch| {
			if let Some(epoch) = epoch {
				epoch.open_releases = epoch.open_releases.saturating_add(1);
			}
		});
		Releases::<T>::insert(job, release);
		Self::deposit_event(Event::ReleaseOpened {
			job,
			attempt: release.attempt,
			committee: release.committee,
			epoch: release.epoch,
			attestation: release.attestation,
			fee: release.fee,
			deadline: release.deadline,
		});
	}

	/// The members of an epoch owe one release less.
	fn release_is_over(committee: CommitteeId, epoch: EpochId) {
		Epochs::<T>::mutate((committee, epoch), |epoch| {
			if let Some(epoch) = epoch {
				epoch.open_releases = epoch.open_releases.saturating_sub(1);
			}
		});
	}

	/// Removes a release.
	fn forget_release(job: JobId, release: &KeyReleaseOf<T>, outcome: ReleaseOutcome) {
		let outcome = match release.state {
			ReleaseState::Done => ReleaseOutcome::Released,
			ReleaseState::Open | ReleaseState::Missed => {
				Self::release_is_over(release.committee, release.epoch);
				outcome
			}
		};
		Releases::<T>::remove(job);
		Partials::<T>::remove(job);
		Self::deposit_event(Event::ReleaseClosed { job, attempt: release.attempt, outcome });
	}

	/// An earlier attempt's release, if it may be replaced.
	fn replaceable(stored: Option<KeyReleaseOf<T>>) -> Result<Option<KeyReleaseOf<T>>, Error<T>> {
		let missed = stored.as_ref().is_some_and(|old| old.state == ReleaseState::Missed);
		ensure!(!missed, Error::<T>::Committee(Fault::ReleaseOpen));
		Ok(stored)
	}

	pub(crate) fn do_open_release(job: JobId) -> DispatchResult {
		let (key, wanted) = Self::wanted_key(job)?;
		let stored = Releases::<T>::get(job);
		let open = stored.as_ref().is_some_and(|old| old.attempt == wanted.attempt);
		ensure!(!open, Error::<T>::Committee(Fault::ReleaseOpen));
		let earlier = Self::replaceable(stored)?;
		let release = Self::new_release(&key, wanted, earlier.as_ref())?;
		Self::store_new_release(job, &release, earlier.as_ref());
		Ok(())
	}

	/// Whether a member, or the platform of its enclave, is the provider's.
	fn is_provider(seat: &MemberSeatOf<T>, release: &KeyReleaseOf<T>) -> bool {
		seat.owner == release.provider || seat.platform == release.platform
	}

	/// Returns the weight of what was done.
	pub(crate) fn do_release_share(
		who: T::AccountId,
		job: JobId,
		partial: Partial,
	) -> Result<Weight, DispatchError> {
		Self::ensure_can_pay()?;
		let (mut key, wanted) = Self::wanted_key(job)?;
		let stored = Releases::<T>::get(job);
		let attempt = wanted.attempt;
		let (mut release, opening) = match stored {
			Some(release) if release.attempt == attempt => {
				ensure!(
					release.state == ReleaseState::Open,
					Error::<T>::Committee(Fault::KeyNotWanted)
				);
				let record =
					Attestations::<T>::get(release.attestation).ok_or(Error::<T>::NotFound)?;
				ensure!(record.revoked.is_none(), Error::<T>::AttestationRevoked);
				(release, None)
			}
			stored => {
				let earlier = Self::replaceable(stored)?;
				(Self::new_release(&key, wanted, earlier.as_ref())?, Some(earlier))
			}
		};
		let place = (release.committee, release.epoch);
		let seats = Seats::<T>::get(place);
		let member = member_of(&seats, &who).ok_or(Error::<T>::Committee(Fault::NotMember))?;
		let provides =
			seats.iter().any(|seat| seat.owner == who && Self::is_provider(seat, &release));
		ensure!(!provides, Error::<T>::Committee(Fault::ProviderIsMember));
		let mut partials = match opening {
			None => Partials::<T>::get(job),
			Some(_) => Default::default(),
		};
		let known = partials.iter().any(|(other, _)| *other == member);
		ensure!(!known, Error::<T>::Committee(Fault::AlreadyReleased));
		let group = Groups::<T>::get(place).ok_or_else(|| Self::corrupt("a group"))?;
		let statement = Release {
			domain: Self::domain(release.committee, release.epoch),
			job,
			attempt,
			enclave: release.enclave,
		};
		group
			.share(member)
			.and_then(|share| verify_partial(&statement, member, share, &key.ciphertext, &partial))
			.map_err(Self::message_fault)?;
		partials.try_push((member, partial)).map_err(|_| Self::corrupt("a free place"))?;
		let complete = partials.len() >= usize::from(release.threshold);
		if complete {
			T::KeyedJobs::key_delivered(job, attempt)?;
		}

		let mut weight = T::WeightInfo::release_share();
		if let Some(earlier) = opening {
			Self::store_new_release(job, &release, earlier.as_ref());
			weight = weight.saturating_add(T::WeightInfo::open_release());
		}
		let fee = release.fee.min(key.held);
		let paid = Self::pay_held(HoldReason::ReleaseFees, &key.requester, &who, fee);
		key.held = key.held.saturating_sub(paid);
		EntrustedKeys::<T>::insert(job, key);
		Partials::<T>::insert(job, partials);
		Self::deposit_event(Event::ShareReleased { job, attempt, member, owner: who, fee: paid });
		if complete {
			release.state = ReleaseState::Done;
			Self::release_is_over(release.committee, release.epoch);
			Releases::<T>::insert(job, release);
			Self::deposit_event(Event::KeyReleased { job, attempt });
		}
		Ok(weight)
	}

	/// Returns how many members paid.
	pub(crate) fn do_close_release(job: JobId) -> Result<u32, DispatchError> {
		Self::ensure_can_pay()?;
		let release = Releases::<T>::get(job).ok_or(Error::<T>::Committee(Fault::NoRelease))?;
		let attempt = release.attempt;
		let missed = match release.state {
			ReleaseState::Done => {
				let needed = T::KeyedJobs::attempt_runs(job, attempt);
				ensure!(!needed, Error::<T>::Committee(Fault::StillNeeded));
				false
			}
			ReleaseState::Missed => true,
			ReleaseState::Open => {
				let waits =
					T::KeyedJobs::key_wanted(job).is_some_and(|wanted| wanted.attempt == attempt);
				// To an enclave that was revoked nobody can release.
				let open = waits
					&& Self::now() < release.deadline
					&& Self::was_live(release.attestation, Self::now());
				ensure!(!open, Error::<T>::TooEarly);
				waits
			}
		};
		let (outcome, slashed) =
			if missed { Self::punish(job, &release)? } else { (ReleaseOutcome::Dropped, 0) };
		Self::forget_release(job, &release, outcome);
		Ok(slashed)
	}

	/// Whether an attestation is stored and was not revoked before a tick.
	fn was_live(attestation: AttestationId, before: BlockOf<T>) -> bool {
		Attestations::<T>::get(attestation)
			.is_some_and(|record| record.revoked.is_none_or(|revoked| revoked.at >= before))
	}

	/// Takes part of the bonds of those who did not release their share, unless they have an excuse.
	fn punish(
		job: JobId,
		release: &KeyReleaseOf<T>,
	) -> Result<(ReleaseOutcome, u32), DispatchError> {
		let place = (release.committee, release.epoch);
		let had = release.deadline.saturating_sub(release.opened_at);
		// What is revoked later does not make up for silence.
		let live = Self::was_live(release.attestation, release.deadline);
		let mut seats = Seats::<T>::get(place);
		let asked = seats.iter().filter(|seat| !Self::is_provider(seat, release)).count();
		let excused = had < T::CommitteeRules::get().response_time
			|| !live || asked < usize::from(release.threshold);
		if excused {
			return Ok((ReleaseOutcome::Excused, 0));
		}
		let bond = Self::stored_epoch(release.committee, release.epoch)?.bond;
		let penalty = Self::share_of_bond(bond, Offence::NoShare);
		let partials = Partials::<T>::get(job);
		let silent: alloc::vec::Vec<u8> = (1u8..)
			.zip(seats.iter())
			.filter(|(member, seat)| {
				let released = partials.iter().any(|(other, _)| other == member);
				!released && !Self::is_provider(seat, release)
			})
			.map(|(member, _)| member)
			.collect();
		let mut due = Due { to: release.provider.clone(), amount: release.compensation };
		for member in &silent {
			Self::slash(
				release.committee,
				release.epoch,
				&mut seats,
				*member,
				penalty,
				Offence::NoShare,
				Some(&mut due),
			);
		}
		Seats::<T>::insert(place, seats);
		// At most 32.
		Ok((ReleaseOutcome::Punished, silent.len() as u32))
	}

	pub(crate) fn do_withdraw_key(job: JobId) -> DispatchResult {
		let key = EntrustedKeys::<T>::get(job).ok_or(Error::<T>::Committee(Fault::NotEntrusted))?;
		let may_want =
			T::KeyedJobs::key_terms(job).is_some() || T::KeyedJobs::key_wanted(job).is_some();
		ensure!(!may_want, Error::<T>::Committee(Fault::StillNeeded));
		ensure!(!Releases::<T>::contains_key(job), Error::<T>::Committee(Fault::ReleaseOpen));
		Self::give_back(HoldReason::ReleaseFees, &key.requester, key.held)?;
		Self::give_back(HoldReason::KeyDeposit, &key.requester, key.deposit)?;
		EntrustedKeys::<T>::remove(job);
		Committees::<T>::mutate(key.committee, |committee| {
			if let Some(committee) = committee {
				committee.entrusted = committee.entrusted.saturating_sub(1);
			}
		});
		Self::deposit_event(Event::KeyWithdrawn {
			job,
			committee: key.committee,
			requester: key.requester,
			returned: key.held,
			deposit: key.deposit,
		});
		Ok(())
	}
}

impl<T: Config> CommitteeKeys<T::AccountId, BlockOf<T>> for Pallet<T> {
	fn conflicts(job: JobId, owner: &T::AccountId, attestation: AttestationId) -> bool {
		let Some(key) = EntrustedKeys::<T>::get(job) else { return false };
		let active = Committees::<T>::get(key.committee).and_then(|committee| committee.active);
		let Some(active) = active else { return false };
		let platform = Attestations::<T>::get(attestation).map(|record| record.cpu.platform);
		Seats::<T>::get((key.committee, active))
			.iter()
			.any(|seat| seat.owner == *owner || Some(seat.platform) == platform)
	}

	fn key_missed(job: JobId, attempt: u8, deadline: BlockOf<T>) -> KeyFault {
		let Some(key) = EntrustedKeys::<T>::get(job) else { return KeyFault::Requester };
		Releases::<T>::mutate(job, |release| {
			if let Some(release) = release {
				if release.attempt == attempt && release.state == ReleaseState::Open {
					release.state = ReleaseState::Missed;
				}
			}
		});
		let had = deadline.saturating_sub(key.since);
		if had < T::CommitteeRules::get().response_time {
			return KeyFault::Requester;
		}
		KeyFault::Committee
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn keep_for_benchmark(job: JobId) {
		super::benchmarking::keep::<T>(job);
	}
}
