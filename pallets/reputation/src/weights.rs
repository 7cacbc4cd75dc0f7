//! Weights of `pallet_reputation`.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_reputation`.
pub trait WeightInfo {
	fn release_slash() -> Weight;
	fn appeal_slash() -> Weight;
	fn resolve_appeal_uphold() -> Weight;
	fn resolve_appeal_overturn() -> Weight;
	fn lift_suspension() -> Weight;
	fn refresh_score() -> Weight;
	fn suspend_node() -> Weight;
	fn reinstate_node() -> Weight;
	fn set_parameters() -> Weight;
}

/// Weights for `pallet_reputation` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn release_slash() -> Weight {
		Weight::from_parts(120_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn appeal_slash() -> Weight {
		Weight::from_parts(60_000_000, 3766)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn resolve_appeal_uphold() -> Weight {
		Weight::from_parts(130_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn resolve_appeal_overturn() -> Weight {
		Weight::from_parts(190_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	fn lift_suspension() -> Weight {
		Weight::from_parts(90_000_000, 3900)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn refresh_score() -> Weight {
		Weight::from_parts(60_000_000, 3900)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn suspend_node() -> Weight {
		Weight::from_parts(60_000_000, 3900)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn reinstate_node() -> Weight {
		Weight::from_parts(70_000_000, 3900)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(12_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn release_slash() -> Weight {
		Weight::from_parts(120_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn appeal_slash() -> Weight {
		Weight::from_parts(60_000_000, 3766)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn resolve_appeal_uphold() -> Weight {
		Weight::from_parts(130_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn resolve_appeal_overturn() -> Weight {
		Weight::from_parts(190_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(13_u64))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
	}
	fn lift_suspension() -> Weight {
		Weight::from_parts(90_000_000, 3900)
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn refresh_score() -> Weight {
		Weight::from_parts(60_000_000, 3900)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn suspend_node() -> Weight {
		Weight::from_parts(60_000_000, 3900)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn reinstate_node() -> Weight {
		Weight::from_parts(70_000_000, 3900)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(12_000_000, 0)
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
}
