//! Weights of `pallet_checkpoint`, provisional: counted reads and writes.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::RocksDbWeight, Weight}};

/// Weight functions of `pallet_checkpoint`.
pub trait WeightInfo {
	fn ordinary_block() -> Weight;
	fn read_funds() -> Weight;
	fn note_header(l: u32) -> Weight;
	fn post() -> Weight;
	fn answer() -> Weight;
	fn set_posting() -> Weight;
	fn set_parameters() -> Weight;
}

/// Weights of `pallet_checkpoint` for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Checkpoint::Agenda` (r:1 w:0)
	fn ordinary_block() -> Weight {
		Weight::from_parts(2_000_000, 1_495)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	/// Storage: `Checkpoint::RelayBalance` (r:0 w:1)
	fn read_funds() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: Agenda, BlockHash, Progress, InFlight, Parameters; Checkpoints (r:0 w:3)
	fn note_header(l: u32) -> Weight {
		Weight::from_parts(40_000_000, 3_600)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// Storage: the pallet's and what the router touches
	fn post() -> Weight {
		Weight::from_parts(120_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	/// Storage: Progress, Checkpoints, InFlight, Agenda
	fn answer() -> Weight {
		Weight::from_parts(40_000_000, 3_600)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: Agenda, Parameters, InFlight, PausedAt
	fn set_posting() -> Weight {
		Weight::from_parts(20_000_000, 1_700)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: InFlight, Agenda, Parameters
	fn set_parameters() -> Weight {
		Weight::from_parts(20_000_000, 1_700)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
}

/// The same weights with RocksDB's, for tests.
impl WeightInfo for () {
	fn ordinary_block() -> Weight {
		Weight::from_parts(2_000_000, 1_495)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
	}
	fn read_funds() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn note_header(l: u32) -> Weight {
		Weight::from_parts(40_000_000, 3_600)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(l.into()))
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn post() -> Weight {
		Weight::from_parts(120_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(14_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn answer() -> Weight {
		Weight::from_parts(40_000_000, 3_600)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn set_posting() -> Weight {
		Weight::from_parts(20_000_000, 1_700)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(20_000_000, 1_700)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
}
