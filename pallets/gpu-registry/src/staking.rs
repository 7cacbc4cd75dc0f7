//! Stake: adding, unbonding, claiming, slashing.

use crate::{
	BalanceOf, Config, Error, Event, GPUNodes, HoldReason, NodeId, NodeIds, NodeLoads, Pallet,
	Parameters, Unbonding, UnbondingChunk, UnbondingChunkOf,
};
use ai_compute_primitives::{Did, DidHash, FeePolicy, SlashStake};
use alloc::vec::Vec;
use frame_support::{
	defensive,
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		DefensiveSaturating,
	},
};
use sp_runtime::traits::{BlockNumberProvider, One, Saturating, Zero};

type Chunks<T> = BoundedVec<UnbondingChunkOf<T>, <T as Config>::MaxUnbondingChunks>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_add_stake(
		who: T::AccountId,
		did: Vec<u8>,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		let (did, mut profile) = Self::owned(&who, &did)?;
		Self::hold(&who, amount)?;
		Self::store_lapse(&did, &mut profile);

		profile.stake = profile.stake.saturating_add(amount);
		let stake = profile.stake;
		GPUNodes::<T>::insert(&did, profile);
		Self::deposit_event(Event::StakeAdded { did, owner: who, amount, stake });
		Ok(())
	}

	pub(crate) fn do_withdraw_stake(
		who: T::AccountId,
		did: Vec<u8>,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		let (did, mut profile) = Self::owned(&who, &did)?;
		ensure!(amount <= profile.stake, Error::<T>::InsufficientStake);
		let remaining = profile.stake.saturating_sub(amount);
		ensure!(remaining >= T::MinimumStake::get(), Error::<T>::InsufficientStake);
		ensure!(remaining >= Self::stake_at_risk(&did.hash()), Error::<T>::StakeAtRisk);
		Self::store_lapse(&did, &mut profile);

		profile.stake = remaining;
		GPUNodes::<T>::insert(&did, profile);
		Self::unbond(&did, &who, amount);
		Ok(())
	}

	pub(crate) fn do_claim_unbonded(who: T::AccountId, did: Vec<u8>) -> DispatchResult {
		let did = Self::parse(&did)?;
		let hash = did.hash();
		let mut chunks = Unbonding::<T>::get(hash, &who);
		ensure!(!chunks.is_empty(), Error::<T>::NothingUnbonding);

		let now = T::BlockNumberProvider::current_block_number();
		let amount = sum(chunks.iter().filter(|chunk| chunk.claimable_at <= now));
		ensure!(!amount.is_zero(), Error::<T>::TooEarly);
		chunks.retain(|chunk| chunk.claimable_at > now);

		let node = GPUNodes::<T>::get(&did).filter(|profile| profile.owner == who);
		if let Some(profile) = &node {
			let remaining = profile.stake.saturating_add(sum(chunks.iter()));
			ensure!(remaining >= Self::stake_at_risk(&hash), Error::<T>::StakeAtRisk);
		}

		T::Currency::release(&HoldReason::Stake.into(), &who, amount, Precision::Exact)?;
		Self::store_chunks(&hash, &who, chunks);
		Self::deposit_event(Event::StakeClaimed { did, owner: who, amount });
		Ok(())
	}

	/// Whether stake of somebody else than `owner` is still bound to a node that left. Slashing finds
	/// it by the hash of the DID, which another owner's node would take over.
	pub(crate) fn binds_another(hash: &DidHash, owner: &T::AccountId) -> bool {
		let now = T::BlockNumberProvider::current_block_number();
		NodeIds::<T>::get(hash).is_some_and(|former| {
			former.owner != *owner
				&& Unbonding::<T>::get(hash, former.owner)
					.iter()
					.any(|chunk| chunk.claimable_at > now)
		})
	}

	/// Stake that the unsettled jobs of a node need.
	fn stake_at_risk(hash: &DidHash) -> BalanceOf<T> {
		let factor: BalanceOf<T> = T::ExposureFactor::get().max(1).into();
		// Rounded up: less would not carry the exposure.
		NodeLoads::<T>::get(hash).exposure.saturating_add(factor.saturating_sub(One::one()))
			/ factor
	}

	/// Puts `amount` of a node's stake, already out of its profile, on the way back to `owner`.
	///
	/// Always finds a place: when every place is taken the amount joins the latest chunk, whose
	/// date is then the later of both.
	pub(crate) fn unbond(did: &Did, owner: &T::AccountId, amount: BalanceOf<T>) {
		if amount.is_zero() {
			return;
		}
		let now = T::BlockNumberProvider::current_block_number();
		let mut claimable_at = now.saturating_add(Parameters::<T>::get().unbonding_period);
		Unbonding::<T>::mutate(did.hash(), owner, |chunks| {
			// A shorter period must not put a later chunk before an earlier one.
			claimable_at =
				chunks.last().map_or(claimable_at, |last| last.claimable_at.max(claimable_at));
			let is_full = chunks.is_full();
			match chunks.last_mut() {
				Some(last) if is_full || last.claimable_at == claimable_at => {
					last.amount = last.amount.saturating_add(amount);
					last.claimable_at = claimable_at;
				}
				_ => {
					if chunks.try_push(UnbondingChunk { amount, claimable_at }).is_err() {
						defensive!("a list that is not full has a place");
					}
				}
			}
		});
		Self::deposit_event(Event::StakeUnbonding {
			did: did.clone(),
			owner: owner.clone(),
			amount,
			claimable_at,
		});
	}

	/// Writes what is left of an owner's chunks, and forgets who owned a node that left once
	/// nothing is.
	fn store_chunks(hash: &DidHash, owner: &T::AccountId, chunks: Chunks<T>) {
		if !chunks.is_empty() {
			Unbonding::<T>::insert(hash, owner, chunks);
			return;
		}
		Unbonding::<T>::remove(hash, owner);
		NodeIds::<T>::mutate_exists(hash, |maybe_id| {
			let is_over = maybe_id
				.as_ref()
				.is_some_and(|id| id.owner == *owner && !GPUNodes::<T>::contains_key(&id.did));
			if is_over {
				*maybe_id = None;
			}
		});
	}

	pub(crate) fn hold(owner: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		T::Currency::hold(&HoldReason::Stake.into(), owner, amount)
			.map_err(|_| Error::<T>::InsufficientBalance.into())
	}

	/// Moves `amount` of held stake to `to`, else to the fee account. Says who received it, and
	/// fails where no payment can be made at all because storage layers are used up.
	fn pay_from_stake(
		owner: &T::AccountId,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> Result<Option<T::AccountId>, DispatchError> {
		with_storage_layer::<_, DispatchError, _>(|| Ok(()))?;
		Ok([to.clone(), T::FeePolicy::fee_account()].into_iter().find(|payee| {
			with_storage_layer(|| {
				T::Currency::transfer_on_hold(
					&HoldReason::Stake.into(),
					owner,
					payee,
					amount,
					Precision::Exact,
					Restriction::Free,
					Fortitude::Force,
				)
			})
			.is_ok()
		}))
	}
}

impl<T: Config> SlashStake<T::AccountId, BalanceOf<T>> for Pallet<T> {
	fn slashable(node: &DidHash) -> BalanceOf<T> {
		let Some(NodeId { did, owner }) = NodeIds::<T>::get(node) else {
			return Zero::zero();
		};
		let stake = GPUNodes::<T>::get(did).map(|profile| profile.stake).unwrap_or_default();
		stake.saturating_add(sum(Unbonding::<T>::get(node, owner).iter()))
	}

	fn slash(
		node: &DidHash,
		amount: BalanceOf<T>,
		to: &T::AccountId,
	) -> Result<BalanceOf<T>, DispatchError> {
		let Some(NodeId { did, owner }) = NodeIds::<T>::get(node) else {
			return Ok(Zero::zero());
		};
		let mut profile = GPUNodes::<T>::get(&did);
		let stake = profile.as_ref().map(|profile| profile.stake).unwrap_or_default();
		let mut chunks = Unbonding::<T>::get(node, &owner);
		let amount = amount.min(stake.saturating_add(sum(chunks.iter())));
		if amount.is_zero() {
			return Ok(amount);
		}
		let Some(beneficiary) = Self::pay_from_stake(&owner, to, amount)? else {
			log::error!(target: "runtime::gpu-registry", "nobody can be credited with a slash");
			return Ok(Zero::zero());
		};

		if let Some(mut profile) = profile.take() {
			profile.stake = profile.stake.saturating_sub(amount);
			Self::store_lapse(&did, &mut profile);
			GPUNodes::<T>::insert(&did, profile);
		}
		// What would be free first is taken first, so that the rest stays slashable longest.
		let mut left = amount.saturating_sub(stake);
		if !left.is_zero() {
			for chunk in chunks.iter_mut() {
				let taken = chunk.amount.min(left);
				chunk.amount = chunk.amount.defensive_saturating_sub(taken);
				left = left.defensive_saturating_sub(taken);
			}
			chunks.retain(|chunk| !chunk.amount.is_zero());
			Self::store_chunks(node, &owner, chunks);
		}
		Self::deposit_event(Event::StakeSlashed { did, owner, amount, beneficiary });
		Ok(amount)
	}
}

/// Sum of some chunks.
fn sum<'a, Balance, BlockNumber>(
	chunks: impl Iterator<Item = &'a UnbondingChunk<Balance, BlockNumber>>,
) -> Balance
where
	Balance: Saturating + Zero + Copy + 'a,
	BlockNumber: 'a,
{
	chunks.fold(Zero::zero(), |total, chunk| total.saturating_add(chunk.amount))
}
