//! Derived answers for wallets.

use crate::{
	scoring, Config, Pallet, Parameters, ScoreView, SlashAction, SlashId, SlashRecordOf,
	SlashState, SlashView, SlashViewOf, Slashes, SuspensionView, Suspensions,
};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;

impl<T: Config> Pallet<T> {
	pub(crate) fn score_view(did: Vec<u8>) -> Option<ScoreView> {
		let node = Self::parse(did).ok()?.hash();
		let parameters = Parameters::<T>::get();
		let now = Self::now();
		let record = Self::record_at(&node, now, &parameters);
		let prior = parameters.prior(T::InitialReputationScore::get());
		Some(ScoreView {
			good: record.evidence.good,
			bad: record.evidence.bad,
			mean: scoring::points(prior.mean(record.evidence)),
			lower_bound: scoring::points(prior.lower_bound(record.evidence)),
			score: prior.score(record.evidence),
			stored_score: record.score,
			ratings: record.ratings,
			violations: record.window.violations(now, parameters.window),
			violation_limit: parameters.violation_limit,
			room: Self::room(&record, now, &parameters),
		})
	}

	pub(crate) fn suspension_view(did: Vec<u8>) -> Option<SuspensionView<BlockNumberFor<T>>> {
		let did = Self::parse(did).ok()?;
		let suspension = Suspensions::<T>::get(did.hash())?;
		let obstacle = Self::obstacle(&did, &suspension);
		Some(SuspensionView { suspension, obstacle })
	}

	pub(crate) fn slash_view(slash_id: SlashId) -> Option<SlashViewOf<T>> {
		Slashes::<T>::get(slash_id).map(Self::view_of)
	}

	/// Slashes that are still held, in the order of their keys, from the first after `after` on,
	/// whether or not that one is still held.
	pub fn slashes_after(
		after: Option<SlashId>,
	) -> impl Iterator<Item = (SlashId, SlashRecordOf<T>)> {
		match after {
			Some(slash_id) => Slashes::<T>::iter_from(Slashes::<T>::hashed_key_for(slash_id)),
			None => Slashes::<T>::iter(),
		}
	}

	/// A slash and what can be done with it now.
	pub fn view_of(slash: SlashRecordOf<T>) -> SlashViewOf<T> {
		let action = if Self::now() >= slash.deadline {
			SlashAction::Release
		} else {
			match slash.state {
				SlashState::Held => SlashAction::Appeal(slash.deadline),
				SlashState::Appealed { .. } => SlashAction::Resolve(slash.deadline),
			}
		};
		SlashView { slash, action }
	}
}
