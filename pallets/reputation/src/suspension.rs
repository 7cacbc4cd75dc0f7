//! Barring nodes from new work, and letting them back.

use crate::{
	parameters::ParametersOf, Config, Error, Event, LiftObstacle, LiftReason, NodeReputationOf,
	Pallet, Reputations, Suspension, SuspensionCause, SuspensionOf, Suspensions,
};
use ai_compute_primitives::{Did, DidHash, NodeInspect, StandingMutate};
use alloc::vec::Vec;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Suspends a node whose record, brought up to date and changed by a report, calls for it.
	///
	/// `before` is the score without that report, `points` those of its violation. Only a report that
	/// made things worse suspends: a node that was let back below the threshold may work its way up.
	pub(crate) fn judge(
		node: &DidHash,
		record: &NodeReputationOf<T>,
		before: u32,
		points: u8,
		parameters: &ParametersOf<T>,
	) {
		let now = Self::now();
		let counted = record.window.violations(now, parameters.window);
		let cause = if points > 0 && counted >= parameters.violation_limit {
			SuspensionCause::Violations { points: counted, bucket: record.window.bucket }
		} else if record.score < before && record.score < parameters.threshold {
			SuspensionCause::Score
		} else {
			return;
		};
		let by_governance = |old: SuspensionOf<T>| old.cause == SuspensionCause::Governance;
		if Suspensions::<T>::get(node).is_some_and(by_governance) {
			return;
		}
		Self::impose(
			node,
			Suspension { cause, since: now, until: now.saturating_add(parameters.cooling) },
		);
	}

	fn impose(node: &DidHash, suspension: SuspensionOf<T>) {
		Suspensions::<T>::insert(node, suspension);
		T::Standing::suspend(node);
		Self::deposit_event(Event::NodeSuspended { node: *node, suspension });
	}

	/// Ends a suspension.
	pub(crate) fn lift(node: &DidHash, reason: LiftReason) {
		Suspensions::<T>::remove(node);
		T::Standing::reinstate(node);
		Self::deposit_event(Event::SuspensionLifted { node: *node, reason });
	}

	/// Forgets the violations for which a node has been suspended.
	fn wipe_violations(node: &DidHash) {
		Reputations::<T>::mutate_extant(node, |record| record.window.forgive_all());
	}

	pub(crate) fn do_lift_suspension(did: Vec<u8>) -> DispatchResult {
		let did = Self::parse(did)?;
		let node = did.hash();
		let suspension = Suspensions::<T>::get(node).ok_or(Error::<T>::NotSuspended)?;
		match Self::obstacle(&did, &suspension) {
			LiftObstacle::None => {}
			LiftObstacle::Governance => return Err(Error::<T>::NotAuthorized.into()),
			LiftObstacle::Cooling(_) => return Err(Error::<T>::TooEarly.into()),
			LiftObstacle::NodeNotFound => return Err(Error::<T>::NodeNotFound.into()),
			LiftObstacle::InsufficientStake => return Err(Error::<T>::InsufficientStake.into()),
		}
		Self::wipe_violations(&node);
		Self::lift(&node, LiftReason::Cooled);
		Ok(())
	}

	/// What keeps the suspension of a node from being lifted by anyone now.
	pub(crate) fn obstacle(
		did: &Did,
		suspension: &SuspensionOf<T>,
	) -> LiftObstacle<BlockNumberFor<T>> {
		if suspension.cause == SuspensionCause::Governance {
			return LiftObstacle::Governance;
		}
		if Self::now() < suspension.until {
			return LiftObstacle::Cooling(suspension.until);
		}
		match T::Nodes::node(did) {
			None => LiftObstacle::NodeNotFound,
			Some(node) if node.sufficiently_staked => LiftObstacle::None,
			Some(_) => LiftObstacle::InsufficientStake,
		}
	}

	pub(crate) fn do_suspend_node(did: Vec<u8>) -> DispatchResult {
		let node = Self::parse(did)?.hash();
		let barred = Suspensions::<T>::get(node)
			.is_some_and(|suspension| suspension.cause == SuspensionCause::Governance);
		ensure!(!barred, Error::<T>::AlreadyExists);
		let now = Self::now();
		let cause = SuspensionCause::Governance;
		Self::impose(&node, Suspension { cause, since: now, until: now });
		Ok(())
	}

	pub(crate) fn do_reinstate_node(did: Vec<u8>) -> DispatchResult {
		let node = Self::parse(did)?.hash();
		ensure!(Suspensions::<T>::contains_key(node), Error::<T>::NotSuspended);
		Self::wipe_violations(&node);
		Self::lift(&node, LiftReason::Governance);
		Ok(())
	}

	/// Checks bytes that name a node.
	pub(crate) fn parse(did: Vec<u8>) -> Result<Did, Error<T>> {
		Did::parse(did).map_err(Error::<T>::InvalidDid)
	}
}
