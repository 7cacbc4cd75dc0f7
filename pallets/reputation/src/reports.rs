//! What the marketplace reports, and how a node's record changes by it.

use crate::{
	parameters::ParametersOf,
	scoring::{self, Evidence},
	BalanceOf, Config, Error, Event, NodeReputation, NodeReputationOf, Pallet, Parameters,
	Reputations, Suspensions,
};
use ai_compute_primitives::{DidHash, JobEnd, JobReport, StandingMutate};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	traits::{BlockNumberProvider, Saturating, Zero},
	DispatchResult,
};

impl<T: Config> JobReport<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn outcome(end: &JobEnd<T::AccountId, BalanceOf<T>>) -> DispatchResult {
		let parameters = Parameters::<T>::get();
		let credit = parameters.credit(end.outcome, end.fee_paid);
		let fault = parameters.fault(end.outcome);
		if credit == 0 && fault.is_none() {
			return Ok(());
		}
		// First, because nothing else can fail.
		let held = match &fault {
			Some(fault) => Self::take_stake(end, fault)?,
			None => Zero::zero(),
		};

		let now = Self::now();
		let mut record = Self::record_at(&end.node, now, &parameters);
		let before = parameters.prior(T::InitialReputationScore::get()).score(record.evidence);
		let good = credit.min(Self::room(&record, now, &parameters));
		let bad = fault.map_or(0, |fault| parameters.blame(&fault, end.at_risk));
		let points = fault.map_or(0, |fault| fault.points);
		record.window.gain(good);
		record.window.violate(points);
		record.evidence = record.evidence.plus(Evidence { good, bad });
		Self::store_score(&end.node, &mut record, &parameters);
		Reputations::<T>::insert(end.node, record);

		if points > 0 {
			Self::deposit_event(Event::ViolationRecorded {
				node: end.node,
				job: end.job,
				outcome: end.outcome,
				points,
				in_window: record.window.violations(now, parameters.window),
			});
		}
		if let (Some(fault), false) = (&fault, held.is_zero()) {
			Self::record_slash(end, fault, held, bad, record.window.bucket, &parameters);
		}
		Self::judge(&end.node, &record, before, points, &parameters);
		Ok(())
	}

	fn rating(end: &JobEnd<T::AccountId, BalanceOf<T>>, stars: u8) -> DispatchResult {
		let parameters = Parameters::<T>::get();
		let weight = parameters.rating_weight(end.fee_paid);
		if weight == 0 {
			return Ok(());
		}
		let now = Self::now();
		let mut record = Self::record_at(&end.node, now, &parameters);
		let room = Self::room(&record, now, &parameters);
		let Some(step) = scoring::rating(stars, weight, room) else {
			log::warn!(target: "runtime::reputation", "a rating of {stars} stars was reported");
			return Ok(());
		};
		let prior = parameters.prior(T::InitialReputationScore::get());
		let before = prior.score(record.evidence);
		let step = prior.limited(record.evidence, step, parameters.rating_step);
		record.ratings.saturating_inc();
		record.window.gain(step.good);
		record.evidence = record.evidence.plus(step);
		Self::store_score(&end.node, &mut record, &parameters);
		Reputations::<T>::insert(end.node, record);
		Self::judge(&end.node, &record, before, 0, &parameters);
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// The present tick.
	pub(crate) fn now() -> BlockNumberFor<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// A node's record as of `now`, if there is one.
	pub(crate) fn known_at(
		node: &DidHash,
		now: BlockNumberFor<T>,
		parameters: &ParametersOf<T>,
	) -> Option<NodeReputationOf<T>> {
		let mut record = Reputations::<T>::get(node)?;
		record.age(now, parameters.half_life, parameters.window);
		Some(record)
	}

	/// A node's record as of `now`.
	pub(crate) fn record_at(
		node: &DidHash,
		now: BlockNumberFor<T>,
		parameters: &ParametersOf<T>,
	) -> NodeReputationOf<T> {
		Self::known_at(node, now, parameters)
			.unwrap_or_else(|| NodeReputation::fresh(now, T::InitialReputationScore::get()))
	}

	/// Good evidence that a node can still gain in its window.
	pub(crate) fn room(
		record: &NodeReputationOf<T>,
		now: BlockNumberFor<T>,
		parameters: &ParametersOf<T>,
	) -> u64 {
		parameters.gain_limit().saturating_sub(record.window.gained(now, parameters.window))
	}

	/// Puts the score that follows from a record's evidence into the record, which the caller
	/// writes, and into the registry.
	pub(crate) fn store_score(
		node: &DidHash,
		record: &mut NodeReputationOf<T>,
		parameters: &ParametersOf<T>,
	) {
		let score = parameters.prior(T::InitialReputationScore::get()).score(record.evidence);
		if score != record.score {
			record.score = score;
			T::Standing::set_score(node, score);
		}
	}

	pub(crate) fn do_refresh_score(did: Vec<u8>) -> DispatchResult {
		let node = Self::parse(did)?.hash();
		let parameters = Parameters::<T>::get();
		let now = Self::now();
		let mut record =
			Self::known_at(&node, now, &parameters).ok_or(Error::<T>::NothingRecorded)?;
		let prior = parameters.prior(T::InitialReputationScore::get());
		if record.is_forgotten(&prior) && !Suspensions::<T>::contains_key(node) {
			T::Standing::set_score(&node, prior.score);
			Reputations::<T>::remove(node);
			Self::deposit_event(Event::ReputationForgotten { node });
			return Ok(());
		}
		ensure!(prior.score(record.evidence) != record.score, Error::<T>::ScoreUnchanged);
		Self::store_score(&node, &mut record, &parameters);
		Reputations::<T>::insert(node, record);
		Ok(())
	}
}
