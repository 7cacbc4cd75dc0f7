//! What the relay chain's pallets do for parachains: the guide's call at index 0, the router's at
//! index 1.

pub use pallet::*;

#[frame_support::pallet(dev_mode)]
pub mod pallet {
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_core::H256;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The account that may register.
		type Authorised: Get<Self::AccountId>;
	}

	#[pallet::storage]
	pub type Checkpoints<T> = StorageMap<_, Blake2_128Concat, (u8, u64), H256>;

	#[pallet::storage]
	pub type Latest<T> = StorageMap<_, Blake2_128Concat, u8, (u32, H256)>;

	#[pallet::error]
	pub enum Error<T> {
		NotAuthorized,
		NotRising,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		#[pallet::call_index(0)]
		#[pallet::weight(Weight::from_parts(100, 100))]
		pub fn register_checkpoint(
			origin: OriginFor<T>,
			pbc_id: u8,
			block_number: u64,
			state_root: H256,
		) -> DispatchResult {
			ensure!(ensure_signed(origin)? == T::Authorised::get(), Error::<T>::NotAuthorized);
			Checkpoints::<T>::insert((pbc_id, block_number), state_root);
			Ok(())
		}

		#[pallet::call_index(1)]
		#[pallet::weight(Weight::from_parts(100, 100))]
		pub fn submit_state_root(
			origin: OriginFor<T>,
			pbc_id: u8,
			block_number: u32,
			state_root: H256,
		) -> DispatchResult {
			ensure!(ensure_signed(origin)? == T::Authorised::get(), Error::<T>::NotAuthorized);
			let rising = Latest::<T>::get(pbc_id).is_none_or(|(last, _)| last < block_number);
			ensure!(rising, Error::<T>::NotRising);
			Latest::<T>::insert(pbc_id, (block_number, state_root));
			Ok(())
		}
	}
}
