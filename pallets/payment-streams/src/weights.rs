//! Weights of `pallet_payment_streams`. Provisional numbers, to be replaced by
//! `scripts/bench-weights.sh`.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::RocksDbWeight, Weight}};

/// Weight functions of `pallet_payment_streams`.
pub trait WeightInfo {
	fn open_channel() -> Weight;
	fn top_up() -> Weight;
	fn claim_ed25519() -> Weight;
	fn claim_sr25519() -> Weight;
	fn claim_ecdsa() -> Weight;
	fn claim_many_ed25519(n: u32, ) -> Weight;
	fn claim_many_sr25519(n: u32, ) -> Weight;
	fn claim_many_ecdsa(n: u32, ) -> Weight;
	fn close() -> Weight;
	fn close_without_voucher() -> Weight;
	fn request_close() -> Weight;
	fn finalize_close() -> Weight;
	fn enforce_lock() -> Weight;
	fn open_channel_with_key() -> Weight;
	fn open_stream() -> Weight;
	fn pause() -> Weight;
	fn resume() -> Weight;
	fn change_rate() -> Weight;
	fn top_up_stream() -> Weight;
	fn withdraw() -> Weight;
	fn stop() -> Weight;
	fn close_stream() -> Weight;
	fn create_htlc() -> Weight;
	fn claim_htlc() -> Weight;
	fn refund_htlc() -> Weight;
	fn collect_fees() -> Weight;
	fn collect_royalty() -> Weight;
	fn set_parameters() -> Weight;
}

/// Weights of `pallet_payment_streams` for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open_channel() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(60_000_000, 3784)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn claim_ed25519() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn claim_sr25519() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn claim_ecdsa() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn claim_many_ed25519(n: u32, ) -> Weight {
		Weight::from_parts(40_000_000, 6196)
			.saturating_add(Weight::from_parts(70_000_000, 2616).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
	}
	fn claim_many_sr25519(n: u32, ) -> Weight {
		Weight::from_parts(40_000_000, 6196)
			.saturating_add(Weight::from_parts(70_000_000, 2616).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
	}
	fn claim_many_ecdsa(n: u32, ) -> Weight {
		Weight::from_parts(40_000_000, 6196)
			.saturating_add(Weight::from_parts(70_000_000, 2616).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
	}
	fn close() -> Weight {
		Weight::from_parts(130_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn close_without_voucher() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn request_close() -> Weight {
		Weight::from_parts(20_000_000, 3612)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn finalize_close() -> Weight {
		Weight::from_parts(60_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn enforce_lock() -> Weight {
		Weight::from_parts(140_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn open_channel_with_key() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn open_stream() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn pause() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn resume() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn change_rate() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn top_up_stream() -> Weight {
		Weight::from_parts(60_000_000, 3784)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn stop() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn close_stream() -> Weight {
		Weight::from_parts(90_000_000, 8799)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn create_htlc() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn claim_htlc() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn refund_htlc() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn collect_fees() -> Weight {
		Weight::from_parts(50_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn collect_royalty() -> Weight {
		Weight::from_parts(130_000_000, 8799)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(0_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
}

// For tests.
impl WeightInfo for () {
	fn open_channel() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(60_000_000, 3784)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn claim_ed25519() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn claim_sr25519() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn claim_ecdsa() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn claim_many_ed25519(n: u32, ) -> Weight {
		Weight::from_parts(40_000_000, 6196)
			.saturating_add(Weight::from_parts(70_000_000, 2616).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
			.saturating_add(RocksDbWeight::get().writes((3_u64).saturating_mul(n.into())))
	}
	fn claim_many_sr25519(n: u32, ) -> Weight {
		Weight::from_parts(40_000_000, 6196)
			.saturating_add(Weight::from_parts(70_000_000, 2616).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
			.saturating_add(RocksDbWeight::get().writes((3_u64).saturating_mul(n.into())))
	}
	fn claim_many_ecdsa(n: u32, ) -> Weight {
		Weight::from_parts(40_000_000, 6196)
			.saturating_add(Weight::from_parts(70_000_000, 2616).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
			.saturating_add(RocksDbWeight::get().writes((3_u64).saturating_mul(n.into())))
	}
	fn close() -> Weight {
		Weight::from_parts(130_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn close_without_voucher() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(9_u64))
	}
	fn request_close() -> Weight {
		Weight::from_parts(20_000_000, 3612)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn finalize_close() -> Weight {
		Weight::from_parts(60_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(9_u64))
	}
	fn enforce_lock() -> Weight {
		Weight::from_parts(140_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(10_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn open_channel_with_key() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn open_stream() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn pause() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn resume() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn change_rate() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn top_up_stream() -> Weight {
		Weight::from_parts(60_000_000, 3784)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn stop() -> Weight {
		Weight::from_parts(20_000_000, 3700)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn close_stream() -> Weight {
		Weight::from_parts(90_000_000, 8799)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(10_u64))
	}
	fn create_htlc() -> Weight {
		Weight::from_parts(70_000_000, 3784)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn claim_htlc() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn refund_htlc() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn collect_fees() -> Weight {
		Weight::from_parts(50_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn collect_royalty() -> Weight {
		Weight::from_parts(130_000_000, 8799)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(10_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(RocksDbWeight::get().reads(0_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
}
