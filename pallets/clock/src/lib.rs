//! # Clock
//!
//! One counter of six-second ticks, with which every deadline of this chain is measured.
//!
//! The counter follows the relay chain's block number with a bounded step. Once per own block, when
//! the parachain inherent brings the relay parent's number, it advances by the number of relay
//! blocks since the last own block, at most [`Config::MaxClockStep`], and never backwards.
//!
//! - Several own blocks on one relay parent share a tick: deadlines keep their length when the chain
//!   becomes faster.
//! - An outage of this chain moves the clock by one bounded step, so nobody's window closes while
//!   nobody could act.
//! - A chain that moves between sovereign and relayed mode does not jump.
//!
//! The counter starts at 0 and the first block makes it 1. It is not the relay chain's number and
//! must not be compared with it; [`RelayNumber`] is.
//!
//! The pallet also keeps the relay chain's block randomness (BABE's author VRF) for
//! [`RelayRandomness`]. A relay validator can influence it and a collator can choose the relay
//! parent: good enough to spread heartbeats, not for anything with money in it.

#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use cumulus_pallet_parachain_system::{relay_state_snapshot::RelayChainStateProof, OnSystemEvent};
use cumulus_primitives_core::{relay_chain::well_known_keys, PersistedValidationData};
use frame_support::{pallet_prelude::*, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
#[cfg(any(feature = "std", feature = "runtime-benchmarks", test))]
use sp_runtime::SaturatedConversion;
use sp_runtime::{traits::BlockNumberProvider, Saturating};

#[frame_support::pallet]
pub mod pallet {
	use super::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Longest step of the clock in one own block, in ticks.
		///
		/// It bounds how much of a deadline can pass while this chain makes no block. Safe range: 1
		/// to a tenth of the shortest deadline that a person must be able to meet. A change acts
		/// from the next block on.
		#[pallet::constant]
		type MaxClockStep: Get<u32>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;
	}

	/// Ticks since genesis.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Now<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	/// Relay parent number of the last own block.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type LastRelayNumber<T: Config> = StorageValue<_, u32, OptionQuery>;

	/// Block randomness of the last relay parent whose state proof contained one.
	#[pallet::storage]
	pub type Randomness<T: Config> = StorageValue<_, [u8; 32], OptionQuery>;
}

impl<T: Config> Pallet<T> {
	/// Follows the relay chain to `relay_number`.
	fn advance(relay_number: u32) {
		let step = match LastRelayNumber::<T>::get() {
			Some(last) => relay_number.saturating_sub(last).min(T::MaxClockStep::get()),
			None => 1,
		};
		LastRelayNumber::<T>::put(relay_number);
		if step > 0 {
			Now::<T>::mutate(|now| now.saturating_accrue(step.into()));
		}
	}
}

impl<T: Config> OnSystemEvent for Pallet<T> {
	fn on_validation_data(data: &PersistedValidationData) {
		Self::advance(data.relay_parent_number);
	}

	fn on_validation_code_applied() {}

	/// Returns the weight of both hooks: `on_validation_data` runs in the same inherent and cannot
	/// return its own.
	fn on_relay_state_proof(proof: &RelayChainStateProof) -> Weight {
		let randomness = proof
			.read_optional_entry::<Option<[u8; 32]>>(well_known_keys::CURRENT_BLOCK_RANDOMNESS);
		if let Ok(Some(Some(seed))) = randomness {
			Randomness::<T>::put(seed);
		}
		T::WeightInfo::on_relay_block()
	}
}

impl<T: Config> BlockNumberProvider for Pallet<T> {
	type BlockNumber = BlockNumberFor<T>;

	fn current_block_number() -> Self::BlockNumber {
		Now::<T>::get()
	}

	#[cfg(any(feature = "std", feature = "runtime-benchmarks", test))]
	fn set_block_number(now: Self::BlockNumber) {
		Now::<T>::put(now);
	}
}

/// Number of the relay chain's block that the last own block was built on, 0 before the first. Unlike
/// the clock it does not wait while this chain makes no blocks.
pub struct RelayNumber<T>(PhantomData<T>);

impl<T: Config> BlockNumberProvider for RelayNumber<T> {
	type BlockNumber = BlockNumberFor<T>;

	fn current_block_number() -> Self::BlockNumber {
		LastRelayNumber::<T>::get().unwrap_or_default().into()
	}

	#[cfg(any(feature = "std", feature = "runtime-benchmarks", test))]
	fn set_block_number(number: Self::BlockNumber) {
		LastRelayNumber::<T>::put(number.saturated_into::<u32>());
	}
}

/// The relay chain's block randomness, if a relay has ever sent one.
pub struct RelayRandomness<T>(PhantomData<T>);

impl<T: Config> Get<Option<[u8; 32]>> for RelayRandomness<T> {
	fn get() -> Option<[u8; 32]> {
		Randomness::<T>::get()
	}
}
