//! Heartbeats, and the status that follows from them.

use crate::{
	Beat, Beats, Config, Error, Event, GPUNodes, GPUProfileOf, HeartbeatDuty, LastRound,
	NodeLiveness, Pallet, Parameters, Round, RoundShape, TotalNodes,
};
use ai_compute_primitives::{Did, NodeStatus};
use codec::Encode;
use frame_support::{defensive, pallet_prelude::*, Blake2_256, StorageHasher};
use sp_runtime::traits::{BlockNumberProvider, UniqueSaturatedInto};

impl Beat {
	/// Takes the node off duty in `round`, with its misses counted.
	pub(crate) fn settle(&mut self, round: &Round) {
		if self.on_duty() {
			self.add_misses(round.missed_since(self.last_round));
			self.last_round = Self::OFF_DUTY;
		}
	}

	/// Rounds missed in a row by now.
	pub(crate) fn missed(&self, round: &Round) -> u32 {
		if self.on_duty() {
			round.missed_since(self.last_round)
		} else {
			0
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_heartbeat(who: T::AccountId, index: u32) -> DispatchResult {
		let mut beat = Beats::<T>::get(index).ok_or(Error::<T>::NodeNotFound)?;
		ensure!(beat.owner_tag == Self::owner_tag(&who), Error::<T>::NotOwner);
		ensure!(beat.on_duty(), Error::<T>::NodeNotActive);
		let round = Self::roll_round();
		ensure!(beat.last_round != round.index, Error::<T>::HeartbeatNotDue);
		let missed = beat.missed(&round);
		ensure!(missed <= Parameters::<T>::get().max_missed_rounds, Error::<T>::HeartbeatLapsed);
		let (opens_at, closes_at) = round.window(index);
		let now = Self::ticks();
		ensure!(now >= opens_at, Error::<T>::TooEarly);
		ensure!(now <= closes_at, Error::<T>::TooLate);

		beat.add_misses(missed);
		beat.last_round = round.index;
		Beats::<T>::insert(index, beat);
		Self::deposit_event(Event::HeartbeatReceived { index, round: round.index });
		Ok(())
	}

	/// The present tick.
	pub(crate) fn ticks() -> u64 {
		T::BlockNumberProvider::current_block_number().unique_saturated_into()
	}

	/// What a heartbeat knows its owner by.
	pub(crate) fn owner_tag(owner: &T::AccountId) -> [u8; 8] {
		let mut tag = [0; 8];
		tag.copy_from_slice(&owner.using_encoded(Blake2_256::hash)[..8]);
		tag
	}

	/// The present round.
	pub(crate) fn current_round() -> Round {
		let parameters = Parameters::<T>::get();
		let shape = RoundShape::of(
			TotalNodes::<T>::get(),
			parameters.heartbeats_per_tick,
			parameters.min_round,
			parameters.heartbeat_grace,
		);
		LastRound::<T>::get().unwrap_or_else(|| Round::first(shape)).at(Self::ticks(), shape)
	}

	/// The present round, stored, with this block's entropy gathered for the next one.
	///
	/// Must come before every change to what shapes a round: the number of nodes and the
	/// parameters.
	pub(crate) fn roll_round() -> Round {
		let round = Self::current_round();
		if LastRound::<T>::get().is_some_and(|stored| stored.index == round.index) {
			return round;
		}
		let round = match T::Randomness::get() {
			Some(entropy) => round.refreshed(&entropy),
			None => round.refreshed(frame_system::Pallet::<T>::parent_hash().as_ref()),
		};
		LastRound::<T>::put(round);
		round
	}

	/// Status of a node now: an active one that missed too many rounds is inactive.
	pub(crate) fn status_now(profile: &GPUProfileOf<T>) -> NodeStatus {
		if profile.status == NodeStatus::Active && Self::has_lapsed(profile.index) {
			NodeStatus::Inactive
		} else {
			profile.status
		}
	}

	fn has_lapsed(index: u32) -> bool {
		let Some(beat) = Beats::<T>::get(index) else {
			defensive!("a registered node has a heartbeat record");
			return false;
		};
		beat.missed(&Self::current_round()) > Parameters::<T>::get().max_missed_rounds
	}

	/// Puts what the missed heartbeats mean into a profile that is about to be written.
	pub(crate) fn store_lapse(did: &Did, profile: &mut GPUProfileOf<T>) {
		if Self::status_now(profile) != profile.status {
			Self::change_status(did, profile, NodeStatus::Inactive);
		}
	}

	/// Gives a profile, which the caller writes, another status, and puts its heartbeats on or off
	/// duty.
	pub(crate) fn change_status(did: &Did, profile: &mut GPUProfileOf<T>, new_status: NodeStatus) {
		let old_status = core::mem::replace(&mut profile.status, new_status);
		let round = Self::roll_round();
		Beats::<T>::mutate(profile.index, |maybe_beat| match maybe_beat {
			Some(beat) => {
				beat.settle(&round);
				if new_status == NodeStatus::Active {
					beat.last_round = round.index;
				}
			}
			None => {
				defensive!("a registered node has a heartbeat record");
			}
		});
		Self::deposit_event(Event::NodeStatusChanged { did: did.clone(), old_status, new_status });
	}

	pub(crate) fn liveness(did: &[u8]) -> Option<NodeLiveness> {
		let profile = GPUNodes::<T>::get(Did::parse(did).ok()?)?;
		let beat = Beats::<T>::get(profile.index)?;
		let round = Self::current_round();
		let missed = beat.missed(&round);
		let duty = if !beat.on_duty() {
			HeartbeatDuty::OffDuty
		} else if missed > Parameters::<T>::get().max_missed_rounds {
			HeartbeatDuty::Lapsed
		} else if beat.last_round == round.index {
			HeartbeatDuty::Done
		} else {
			let (opens_at, closes_at) = round.window(profile.index);
			HeartbeatDuty::Due { opens_at, closes_at }
		};
		Some(NodeLiveness {
			status: Self::status_now(&profile),
			index: profile.index,
			round: round.index,
			round_ends_at: round.start.saturating_add(round.len.into()),
			missed,
			total_missed: beat.misses.saturating_add(missed.try_into().unwrap_or(u8::MAX)),
			duty,
		})
	}
}
