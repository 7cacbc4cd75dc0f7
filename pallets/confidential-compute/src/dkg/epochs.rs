//! Epochs: joining, dealing, complaining, the key, and the way out.

use super::{
	member_of, place_of, CommitteeFault as Fault, CommitteeId, CommitteeOf, DealtShares, Epoch,
	EpochFailure, EpochId, EpochKind, EpochOf, EpochPhase, Former, MemberSeat, MemberSet, Offence,
	Standing,
};
use crate::{
	receipts::has_signed, Attestations, BarredPlatforms, Commitments, CommitteePolicies, Config,
	Dealings, Epochs, Error, Event, Formers, Groups, HoldReason, Pallet, Seats,
};
use ai_compute_primitives::{AttestationId, Scope};
use alloc::vec::Vec;
use committee_keys::{
	combine, judge, verify_dealing, verify_seat, Complaint, Dealing, Params, PointBytes, Seat,
	Verdict,
};
use frame_support::{ensure, traits::Get};
use sp_runtime::{
	traits::{Saturating, Zero},
	ArithmeticError, DispatchError, DispatchResult,
};

/// Who opens an epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opener {
	/// Anybody, when it is time.
	Anyone,
	/// Governance, at any time.
	Governance,
}

/// Who deals in an epoch that is being made.
struct Dealers {
	/// The epoch whose members they are.
	epoch: EpochId,
	/// Size and threshold of that.
	params: Params,
	/// What they start from, if they reshare.
	former: Option<Former>,
}

impl<T: Config> Pallet<T> {
	/// An epoch that a committee names, if it names one.
	pub(crate) fn named_epoch(
		id: CommitteeId,
		number: Option<EpochId>,
	) -> Result<Option<(EpochId, EpochOf<T>)>, DispatchError> {
		number.map(|number| Ok((number, Self::stored_epoch(id, number)?))).transpose()
	}

	/// The epoch that is being made, which is in this phase.
	fn pending_epoch(
		id: CommitteeId,
		committee: &CommitteeOf<T>,
		phase: EpochPhase,
	) -> Result<(EpochId, EpochOf<T>), DispatchError> {
		let pending = Self::named_epoch(id, committee.pending)?
			.ok_or(Error::<T>::Committee(Fault::NothingPending))?;
		ensure!(pending.1.phase == phase, Error::<T>::Committee(Fault::WrongPhase));
		Ok(pending)
	}

	fn ensure_in_time(epoch: &EpochOf<T>) -> Result<(), Error<T>> {
		ensure!(Self::now() < epoch.deadline, Error::<T>::Committee(Fault::TooLate));
		Ok(())
	}

	fn ensure_over(epoch: &EpochOf<T>) -> Result<(), Error<T>> {
		ensure!(Self::now() >= epoch.deadline, Error::<T>::TooEarly);
		Ok(())
	}

	fn dealers_of(
		id: CommitteeId,
		number: EpochId,
		epoch: &EpochOf<T>,
	) -> Result<Dealers, DispatchError> {
		Ok(match epoch.kind {
			EpochKind::Generation => Dealers { epoch: number, params: epoch.params, former: None },
			EpochKind::Resharing { from } => {
				let former = Formers::<T>::get((id, number))
					.ok_or_else(|| Self::corrupt("what a resharing starts from"))?;
				Dealers { epoch: from, params: former.params, former: Some(former) }
			}
		})
	}

	pub(crate) fn do_open_epoch(by: Opener, id: CommitteeId) -> DispatchResult {
		let mut committee = Self::stored_committee(id)?;
		ensure!(committee.standing == Standing::Open, Error::<T>::Committee(Fault::Dissolving));
		ensure!(committee.pending.is_none(), Error::<T>::Committee(Fault::EpochPending));
		let (now, rules) = (Self::now(), T::CommitteeRules::get());
		let params = Self::params_of(&committee.terms)?;
		let number = committee.next_epoch;
		let next = number.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		let kind = match Self::named_epoch(id, committee.active)? {
			None => EpochKind::Generation,
			Some((from, active)) => {
				if by == Opener::Anyone {
					let due = active.deadline.saturating_sub(rules.reshare_lead);
					let open = now >= due || !Self::is_backed(id, from, &active);
					ensure!(open, Error::<T>::TooEarly);
					// From then on it may be ended, and nobody puts that off by opening another.
					let over = now >= active.deadline.saturating_add(rules.reshare_lead);
					let done = over && committee.entrusted == 0;
					ensure!(!done, Error::<T>::Committee(Fault::TooLate));
				}
				let group = Groups::<T>::get((id, from)).ok_or_else(|| Self::corrupt("a group"))?;
				Formers::<T>::insert((id, number), Former { params: active.params, group });
				EpochKind::Resharing { from }
			}
		};
		let deadline = now.saturating_add(rules.join_period);
		let bond = committee.terms.bond;
		committee.next_epoch = next;
		committee.pending = Some(number);
		committee.stored_epochs = committee.stored_epochs.saturating_add(1);
		Epochs::<T>::insert(
			(id, number),
			Epoch {
				kind,
				params,
				bond,
				phase: EpochPhase::Joining,
				deadline,
				dealt: MemberSet::default(),
				disqualified: MemberSet::default(),
				false_accusers: MemberSet::default(),
				open_releases: 0,
			},
		);
		Self::store_committee(id, committee);
		Self::deposit_event(Event::EpochOpened {
			committee: id,
			epoch: number,
			kind,
			params,
			bond,
			deadline,
		});
		Ok(())
	}

	pub(crate) fn do_join_committee(
		who: T::AccountId,
		id: CommitteeId,
		attestation: AttestationId,
		seat: Seat,
		signature: Vec<u8>,
	) -> DispatchResult {
		let committee = Self::stored_committee(id)?;
		let (number, mut epoch) = Self::pending_epoch(id, &committee, EpochPhase::Joining)?;
		Self::ensure_in_time(&epoch)?;

		let record = Attestations::<T>::get(attestation).ok_or(Error::<T>::NotFound)?;
		ensure!(record.owner == who, Error::<T>::NotAuthorized);
		Self::ensure_fresh(&record)?;
		let platform = record.cpu.platform;
		ensure!(!BarredPlatforms::<T>::contains_key(platform), Error::<T>::PlatformBarred);
		let policy =
			CommitteePolicies::<T>::get(id).ok_or_else(|| Self::corrupt("a committee's policy"))?;
		policy.check(&record.cpu, record.gpus, Scope::Cpu).map_err(Error::<T>::Policy)?;

		let mut seats = Seats::<T>::get((id, number));
		ensure!(member_of(&seats, &who).is_none(), Error::<T>::Committee(Fault::OwnerSeated));
		let seated = seats.iter().any(|seat| seat.platform == platform);
		ensure!(!seated, Error::<T>::Committee(Fault::PlatformSeated));

		let payload = Self::seat_payload(id, number, &who, &seat.key);
		ensure!(
			has_signed(&record.keys.session, &signature, &payload),
			Error::<T>::InvalidSignature
		);
		verify_seat(&Self::domain(id, number), &Self::account_bytes(&who), &seat)
			.map_err(Self::message_fault)?;

		seats
			.try_push(MemberSeat {
				owner: who.clone(),
				platform,
				attestation,
				key: seat.key,
				bond: epoch.bond,
			})
			.map_err(|_| Self::corrupt("a free seat"))?;
		// There are never more than 32.
		let member = seats.len() as u8;
		Self::hold(HoldReason::CommitteeBond, &who, epoch.bond)?;
		Seats::<T>::insert((id, number), seats);
		Self::deposit_event(Event::SeatTaken {
			committee: id,
			epoch: number,
			member,
			owner: who,
			attestation,
			key: seat.key,
			bond: epoch.bond,
		});
		if member >= epoch.params.members() {
			epoch.phase = EpochPhase::Dealing;
			epoch.deadline = Self::now().saturating_add(T::CommitteeRules::get().dealing_period);
			let deadline = epoch.deadline;
			Epochs::<T>::insert((id, number), epoch);
			Self::deposit_event(Event::DealingOpened { committee: id, epoch: number, deadline });
		}
		Ok(())
	}

	pub(crate) fn do_close_joining(id: CommitteeId) -> DispatchResult {
		let mut committee = Self::stored_committee(id)?;
		let (number, epoch) = Self::pending_epoch(id, &committee, EpochPhase::Joining)?;
		Self::ensure_over(&epoch)?;
		Self::fail_epoch(id, &mut committee, number, epoch, EpochFailure::SeatsFree);
		Self::store_committee(id, committee);
		Ok(())
	}

	pub(crate) fn do_deal(who: T::AccountId, id: CommitteeId, dealing: Dealing) -> DispatchResult {
		let committee = Self::stored_committee(id)?;
		let (number, mut epoch) = Self::pending_epoch(id, &committee, EpochPhase::Dealing)?;
		Self::ensure_in_time(&epoch)?;
		let dealers = Self::dealers_of(id, number, &epoch)?;
		let seats = Seats::<T>::get((id, dealers.epoch));
		let dealer = member_of(&seats, &who).ok_or(Error::<T>::Committee(Fault::NotMember))?;
		ensure!(!epoch.dealt.contains(dealer), Error::<T>::Committee(Fault::AlreadyDealt));
		let round = Former::round(&dealers.former);
		verify_dealing(&Self::domain(id, number), &epoch.params, &round, dealer, &dealing)
			.map_err(Self::message_fault)?;

		let Dealing { commitments, ephemeral, shares, proof } = dealing;
		Commitments::<T>::insert((id, number, dealer), commitments);
		Dealings::<T>::insert((id, number, dealer), DealtShares { ephemeral, shares, proof });
		epoch.dealt.insert(dealer);
		Self::deposit_event(Event::Dealt { committee: id, epoch: number, dealer, owner: who });
		if epoch.dealt == MemberSet::all(dealers.params.members()) {
			Self::open_complaints(id, number, &mut epoch);
		}
		Epochs::<T>::insert((id, number), epoch);
		Ok(())
	}

	fn open_complaints(id: CommitteeId, number: EpochId, epoch: &mut EpochOf<T>) {
		epoch.phase = EpochPhase::Complaining;
		epoch.deadline = Self::now().saturating_add(T::CommitteeRules::get().complaint_period);
		let deadline = epoch.deadline;
		Self::deposit_event(Event::ComplaintsOpened { committee: id, epoch: number, deadline });
	}

	/// Returns how many members were silent.
	pub(crate) fn do_close_dealing(id: CommitteeId) -> Result<u32, DispatchError> {
		Self::ensure_can_pay()?;
		let mut committee = Self::stored_committee(id)?;
		let (number, mut epoch) = Self::pending_epoch(id, &committee, EpochPhase::Dealing)?;
		Self::ensure_over(&epoch)?;
		let dealers = Self::dealers_of(id, number, &epoch)?;
		let silent = MemberSet::all(dealers.params.members()).without(&epoch.dealt);
		let penalty = Self::penalty(id, dealers.epoch, number, &epoch, Offence::NoDealing)?;
		let mut seats = Seats::<T>::get((id, dealers.epoch));
		for member in silent.iter() {
			let offence = Offence::NoDealing;
			Self::slash(id, dealers.epoch, &mut seats, member, penalty, offence, None);
		}
		Seats::<T>::insert((id, dealers.epoch), seats);
		if epoch.dealt.len() < dealers.params.threshold() {
			let why = EpochFailure::TooFewDealings;
			Self::fail_epoch(id, &mut committee, number, epoch, why);
			Self::store_committee(id, committee);
		} else {
			Self::open_complaints(id, number, &mut epoch);
			Epochs::<T>::insert((id, number), epoch);
		}
		Ok(silent.len().into())
	}

	/// What an offence costs a member of `culprits`, in the making of the epoch `number`.
	fn penalty(
		id: CommitteeId,
		culprits: EpochId,
		number: EpochId,
		epoch: &EpochOf<T>,
		offence: Offence,
	) -> Result<crate::BalanceOf<T>, DispatchError> {
		let bond =
			if culprits == number { epoch.bond } else { Self::stored_epoch(id, culprits)?.bond };
		Ok(Self::share_of_bond(bond, offence))
	}

	/// The part of a bond that an offence costs.
	pub(crate) fn share_of_bond(
		bond: crate::BalanceOf<T>,
		offence: Offence,
	) -> crate::BalanceOf<T> {
		let rules = T::CommitteeRules::get();
		match offence {
			Offence::BadDealing | Offence::FalseComplaint => rules.fault_penalty.mul_ceil(bond),
			Offence::NoDealing | Offence::NoShare => rules.silence_penalty.mul_ceil(bond),
		}
	}

	/// A dealing as it was sent.
	pub(crate) fn stored_dealing(id: CommitteeId, number: EpochId, dealer: u8) -> Option<Dealing> {
		let commitments = Commitments::<T>::get((id, number, dealer))?;
		let DealtShares { ephemeral, shares, proof } = Dealings::<T>::get((id, number, dealer))?;
		Some(Dealing { commitments, ephemeral, shares, proof })
	}

	pub(crate) fn do_complain(
		who: T::AccountId,
		id: CommitteeId,
		dealer: u8,
		complaint: Complaint,
	) -> DispatchResult {
		Self::ensure_can_pay()?;
		let committee = Self::stored_committee(id)?;
		let (number, mut epoch) = Self::pending_epoch(id, &committee, EpochPhase::Complaining)?;
		Self::ensure_in_time(&epoch)?;
		let mut seats = Seats::<T>::get((id, number));
		let accuser = member_of(&seats, &who).ok_or(Error::<T>::Committee(Fault::NotMember))?;
		let key = seats
			.get(place_of(accuser))
			.map(|seat| seat.key)
			.ok_or_else(|| Self::corrupt("a seat"))?;
		ensure!(epoch.dealt.contains(dealer), Error::<T>::Committee(Fault::NoDealing));
		ensure!(
			!epoch.disqualified.contains(dealer),
			Error::<T>::Committee(Fault::AlreadyDisqualified)
		);
		ensure!(
			!epoch.false_accusers.contains(accuser),
			Error::<T>::Committee(Fault::FalseAccuser)
		);
		let dealing =
			Self::stored_dealing(id, number, dealer).ok_or_else(|| Self::corrupt("a dealing"))?;
		let domain = Self::domain(id, number);
		let verdict = judge(&domain, &epoch.params, dealer, &dealing, accuser, &key, &complaint)
			.map_err(Self::message_fault)?;

		let at_fault = match verdict {
			Verdict::Accuser => {
				let offence = Offence::FalseComplaint;
				let penalty = Self::penalty(id, number, number, &epoch, offence)?;
				Self::slash(id, number, &mut seats, accuser, penalty, offence, None);
				Seats::<T>::insert((id, number), seats);
				epoch.false_accusers.insert(accuser);
				accuser
			}
			Verdict::Dealer => {
				let culprits = match epoch.kind {
					EpochKind::Generation => number,
					EpochKind::Resharing { from } => {
						seats = Seats::<T>::get((id, from));
						from
					}
				};
				let offence = Offence::BadDealing;
				let penalty = Self::penalty(id, culprits, number, &epoch, offence)?;
				Self::slash(id, culprits, &mut seats, dealer, penalty, offence, None);
				Seats::<T>::insert((id, culprits), seats);
				epoch.disqualified.insert(dealer);
				dealer
			}
		};
		Epochs::<T>::insert((id, number), epoch);
		Self::deposit_event(Event::ComplaintDecided {
			committee: id,
			epoch: number,
			dealer,
			accuser,
			verdict,
			at_fault,
		});
		Ok(())
	}

	pub(crate) fn do_finalise_epoch(id: CommitteeId) -> DispatchResult {
		let mut committee = Self::stored_committee(id)?;
		let (number, mut epoch) = Self::pending_epoch(id, &committee, EpochPhase::Complaining)?;
		Self::ensure_over(&epoch)?;
		let dealers = Self::dealers_of(id, number, &epoch)?;
		let qualified = epoch.dealt.without(&epoch.disqualified);
		let commitments = qualified
			.iter()
			.map(|dealer| {
				let commitments = Commitments::<T>::get((id, number, dealer))
					.ok_or_else(|| Self::corrupt("a dealing"))?;
				Ok((dealer, commitments))
			})
			.collect::<Result<Vec<_>, DispatchError>>()?;
		let dealings: Vec<(u8, &[PointBytes])> = commitments
			.iter()
			.map(|(dealer, commitments)| (*dealer, commitments.as_slice()))
			.collect();
		let round = Former::round(&dealers.former);
		let group = match combine(&epoch.params, &round, &dealings) {
			Ok(group) => group,
			Err(_) => {
				let why = EpochFailure::NoKey;
				Self::fail_epoch(id, &mut committee, number, epoch, why);
				Self::store_committee(id, committee);
				return Ok(());
			}
		};

		let former = Self::named_epoch(id, committee.active)?;
		let now = Self::now();
		if let Some((from, mut former)) = former {
			former.phase = EpochPhase::Ended;
			former.deadline = now;
			Epochs::<T>::insert((id, from), former);
		}
		committee.pending = None;
		committee.active = Some(number);
		epoch.phase = EpochPhase::Active;
		epoch.deadline = now.saturating_add(T::CommitteeRules::get().epoch_length);
		Self::deposit_event(Event::EpochActivated {
			committee: id,
			epoch: number,
			key: group.key,
			qualified,
			until: epoch.deadline,
		});
		Groups::<T>::insert((id, number), group);
		Epochs::<T>::insert((id, number), epoch);
		Self::store_committee(id, committee);
		Ok(())
	}

	/// Ends an epoch that is being made. The caller stores the committee.
	pub(crate) fn fail_epoch(
		id: CommitteeId,
		committee: &mut CommitteeOf<T>,
		number: EpochId,
		mut epoch: EpochOf<T>,
		why: EpochFailure,
	) {
		committee.pending = None;
		Self::deposit_event(Event::EpochFailed { committee: id, epoch: number, why });
		if Seats::<T>::decode_len((id, number)).unwrap_or(0) == 0 {
			// Nobody came, so there is nothing to give back.
			Self::remove_epoch(id, committee, number, &epoch);
			return;
		}
		epoch.phase = EpochPhase::Failed;
		epoch.deadline = Self::now();
		Epochs::<T>::insert((id, number), epoch);
	}

	pub(crate) fn do_end_epoch(id: CommitteeId) -> DispatchResult {
		let mut committee = Self::stored_committee(id)?;
		ensure!(committee.pending.is_none(), Error::<T>::Committee(Fault::EpochPending));
		let (number, mut epoch) = Self::named_epoch(id, committee.active)?
			.ok_or(Error::<T>::Committee(Fault::NoEpoch))?;
		let grace = match committee.standing {
			Standing::Open => T::CommitteeRules::get().reshare_lead,
			Standing::Dissolving => Zero::zero(),
		};
		let now = Self::now();
		ensure!(now >= epoch.deadline.saturating_add(grace), Error::<T>::TooEarly);
		ensure!(committee.entrusted == 0, Error::<T>::Committee(Fault::KeysEntrusted));
		epoch.phase = EpochPhase::Ended;
		epoch.deadline = now;
		committee.active = None;
		Epochs::<T>::insert((id, number), epoch);
		Self::store_committee(id, committee);
		Self::deposit_event(Event::EpochEnded { committee: id, epoch: number });
		Ok(())
	}

	/// Refuses an epoch whose members still have duties.
	fn ensure_free(epoch: &EpochOf<T>) -> Result<(), Error<T>> {
		let over = matches!(epoch.phase, EpochPhase::Ended | EpochPhase::Failed);
		ensure!(over, Error::<T>::Committee(Fault::WrongPhase));
		ensure!(epoch.open_releases == 0, Error::<T>::Committee(Fault::ReleasesOpen));
		Ok(())
	}

	pub(crate) fn do_withdraw_bond(id: CommitteeId, number: EpochId, member: u8) -> DispatchResult {
		let epoch = Epochs::<T>::get((id, number)).ok_or(Error::<T>::Committee(Fault::NoEpoch))?;
		Self::ensure_free(&epoch)?;
		Seats::<T>::try_mutate((id, number), |seats| {
			let seat =
				seats.get_mut(place_of(member)).ok_or(Error::<T>::Committee(Fault::NotMember))?;
			let amount = seat.bond;
			ensure!(!amount.is_zero(), Error::<T>::Committee(Fault::NoBond));
			Self::give_back(HoldReason::CommitteeBond, &seat.owner, amount)?;
			seat.bond = Zero::zero();
			let owner = seat.owner.clone();
			Self::deposit_event(Event::BondReturned {
				committee: id,
				epoch: number,
				member,
				owner,
				amount,
			});
			Ok(())
		})
	}

	pub(crate) fn do_prune_epoch(id: CommitteeId, number: EpochId) -> DispatchResult {
		let epoch = Epochs::<T>::get((id, number)).ok_or(Error::<T>::Committee(Fault::NoEpoch))?;
		Self::ensure_free(&epoch)?;
		let returned = Seats::<T>::get((id, number)).iter().all(|seat| seat.bond.is_zero());
		ensure!(returned, Error::<T>::Committee(Fault::BondsHeld));
		let mut committee = Self::stored_committee(id)?;
		Self::remove_epoch(id, &mut committee, number, &epoch);
		Self::store_committee(id, committee);
		Ok(())
	}

	/// Removes all that is stored of an epoch. The caller stores the committee.
	fn remove_epoch(
		id: CommitteeId,
		committee: &mut CommitteeOf<T>,
		number: EpochId,
		epoch: &EpochOf<T>,
	) {
		for dealer in epoch.dealt.iter() {
			Commitments::<T>::remove((id, number, dealer));
			Dealings::<T>::remove((id, number, dealer));
		}
		Seats::<T>::remove((id, number));
		Formers::<T>::remove((id, number));
		Groups::<T>::remove((id, number));
		Epochs::<T>::remove((id, number));
		committee.stored_epochs = committee.stored_epochs.saturating_sub(1);
		Self::deposit_event(Event::EpochRemoved { committee: id, epoch: number });
	}
}
