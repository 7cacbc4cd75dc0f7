//! # Checkpoints, relay chain side
//!
//! Keeps the state roots that partition burst chains (PBCs) register here: the pallet that the guide
//! describes for FlareChain, with its call, storage and event. For tests: what a root is worth is
//! decided by who may write it, and here that is one account for each PBC, named by Root.
//!
//! The guide leaves open what happens when a block has a root already. Here an equal root changes
//! nothing and succeeds, so that a PBC can send again when an answer was lost. Another root is
//! refused: what a receipt was checked against stays.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;

#[cfg(test)]
mod tests;

#[frame_support::pallet]
pub mod pallet {
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_core::H256;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	/// The state root of a block of a PBC.
	#[pallet::storage]
	pub type Checkpoints<T> = StorageMap<_, Blake2_128Concat, (u8, u64), H256>;

	/// The account that registers for a PBC: as a rule that of the parachain itself.
	#[pallet::storage]
	pub type Registrars<T: Config> = StorageMap<_, Twox64Concat, u8, T::AccountId>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Who registers for which PBC.
		pub registrars: Vec<(u8, T::AccountId)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (pbc_id, registrar) in &self.registrars {
				Registrars::<T>::insert(pbc_id, registrar);
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A state root was registered.
		CheckpointRegistered {
			/// The PBC.
			pbc_id: u8,
			/// Number of its block.
			block_number: u64,
			/// State root in the header of the block.
			state_root: H256,
		},
		/// Root named the account that registers for a PBC, or took the right away.
		RegistrarSet {
			/// The PBC.
			pbc_id: u8,
			/// The account, or nobody.
			registrar: Option<T::AccountId>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account does not register for this PBC.
		NotAuthorized,
		/// The block has another root already.
		RootConflict,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the state root of a block of a PBC.
		///
		/// Origin: the account that registers for it. Blocks may come in any order. Emits
		/// `CheckpointRegistered` unless the block has this root already.
		#[pallet::call_index(0)]
		#[pallet::weight(T::DbWeight::get().reads_writes(2, 1))]
		pub fn register_checkpoint(
			origin: OriginFor<T>,
			pbc_id: u8,
			block_number: u64,
			state_root: H256,
		) -> DispatchResult {
			let sender = ensure_signed(origin)?;
			ensure!(Registrars::<T>::get(pbc_id) == Some(sender), Error::<T>::NotAuthorized);
			match Checkpoints::<T>::get((pbc_id, block_number)) {
				Some(root) if root == state_root => return Ok(()),
				Some(_) => return Err(Error::<T>::RootConflict.into()),
				None => Checkpoints::<T>::insert((pbc_id, block_number), state_root),
			}
			Self::deposit_event(Event::CheckpointRegistered { pbc_id, block_number, state_root });
			Ok(())
		}

		/// Names the account that registers for a PBC, or nobody.
		///
		/// Origin: Root. Emits `RegistrarSet`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::DbWeight::get().writes(1))]
		pub fn set_registrar(
			origin: OriginFor<T>,
			pbc_id: u8,
			registrar: Option<T::AccountId>,
		) -> DispatchResult {
			ensure_root(origin)?;
			Registrars::<T>::set(pbc_id, registrar.clone());
			Self::deposit_event(Event::RegistrarSet { pbc_id, registrar });
			Ok(())
		}
	}
}
