//! Weights of `pallet_job_marketplace`.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_job_marketplace`.
pub trait WeightInfo {
	fn submit_job(p: u32, ) -> Weight;
	fn place_bid() -> Weight;
	fn place_bid_displacing() -> Weight;
	fn assign_job() -> Weight;
	fn match_job() -> Weight;
	fn start_job() -> Weight;
	fn complete_job(r: u32, ) -> Weight;
	fn accept_result() -> Weight;
	fn accept_late() -> Weight;
	fn rate_settled() -> Weight;
	fn finalize_job() -> Weight;
	fn finalize_costly() -> Weight;
	fn cancel_job() -> Weight;
	fn expire_job() -> Weight;
	fn withdraw_bid() -> Weight;
	fn withdraw_bid_forfeited() -> Weight;
	fn update_max_jobs() -> Weight;
	fn abandon_job() -> Weight;
	fn promote_bid() -> Weight;
	fn reap_job() -> Weight;
	fn set_parameters() -> Weight;
	fn dispute_job() -> Weight;
	fn answer_with_evidence() -> Weight;
	fn resolve_refunding() -> Weight;
	fn resolve_paying() -> Weight;
	fn accept_disputed() -> Weight;
	fn abandon_disputed() -> Weight;
	fn expire_unanswered() -> Weight;
	fn expire_undecided() -> Weight;
	fn answer_with_result(r: u32, ) -> Weight;
	fn submit_job_with_options(p: u32, ) -> Weight;
	fn hire_ed25519(p: u32, ) -> Weight;
	fn hire_sr25519(p: u32, ) -> Weight;
	fn hire_ecdsa(p: u32, ) -> Weight;
	fn settle_batch(n: u32, ) -> Weight;
	fn accept_batch(n: u32, ) -> Weight;
	fn withdraw_bids(n: u32, ) -> Weight;
	fn reap_batch(n: u32, ) -> Weight;
	fn batch_skipped(n: u32, ) -> Weight;
	fn cancel_offers() -> Weight;
	fn cancel_offer() -> Weight;
	fn set_offer_key() -> Weight;
	fn prune_offers() -> Weight;
	fn seal_job() -> Weight;
	fn name_proof_key() -> Weight;
	fn qualify_node() -> Weight;
	fn deliver_key() -> Weight;
	fn start_sealed() -> Weight;
	fn end_sealed() -> Weight;
	fn expire_unkeyed() -> Weight;
	fn check_receipt() -> Weight;
	fn verify_short_proof(r: u32, ) -> Weight;
	fn verify_long_proof(r: u32, ) -> Weight;
}

/// Weights for `pallet_job_marketplace` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn submit_job(p: u32, ) -> Weight {
		Weight::from_parts(100_000_000, 6068)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn place_bid() -> Weight {
		Weight::from_parts(90_000_000, 5649)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn place_bid_displacing() -> Weight {
		Weight::from_parts(120_000_000, 6500)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	fn assign_job() -> Weight {
		Weight::from_parts(90_000_000, 5649)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn match_job() -> Weight {
		Weight::from_parts(150_000_000, 9200)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(16_u64))
	}
	fn start_job() -> Weight {
		Weight::from_parts(30_000_000, 3890)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn complete_job(r: u32, ) -> Weight {
		Weight::from_parts(45_000_000, 3890)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn accept_result() -> Weight {
		Weight::from_parts(120_000_000, 8799)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn accept_late() -> Weight {
		Weight::from_parts(130_000_000, 14005)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn rate_settled() -> Weight {
		Weight::from_parts(35_000_000, 3890)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn finalize_job() -> Weight {
		Weight::from_parts(120_000_000, 8799)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn finalize_costly() -> Weight {
		Weight::from_parts(140_000_000, 14005)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn cancel_job() -> Weight {
		Weight::from_parts(60_000_000, 3890)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn expire_job() -> Weight {
		Weight::from_parts(80_000_000, 5649)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn withdraw_bid() -> Weight {
		Weight::from_parts(80_000_000, 5649)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn withdraw_bid_forfeited() -> Weight {
		Weight::from_parts(75_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn update_max_jobs() -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn abandon_job() -> Weight {
		Weight::from_parts(80_000_000, 5649)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn promote_bid() -> Weight {
		Weight::from_parts(40_000_000, 5649)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn reap_job() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(12_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn dispute_job() -> Weight {
		Weight::from_parts(70_000_000, 3890)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn answer_with_evidence() -> Weight {
		Weight::from_parts(40_000_000, 3890)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn resolve_refunding() -> Weight {
		Weight::from_parts(120_000_000, 8799)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn resolve_paying() -> Weight {
		Weight::from_parts(160_000_000, 11402)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn accept_disputed() -> Weight {
		Weight::from_parts(160_000_000, 11402)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn abandon_disputed() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn expire_unanswered() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn expire_undecided() -> Weight {
		Weight::from_parts(160_000_000, 11402)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn answer_with_result(r: u32, ) -> Weight {
		Weight::from_parts(70_000_000, 3890)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn submit_job_with_options(p: u32, ) -> Weight {
		Weight::from_parts(110_000_000, 6068)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn hire_ed25519(p: u32, ) -> Weight {
		Weight::from_parts(190_000_000, 6500)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn hire_sr25519(p: u32, ) -> Weight {
		Weight::from_parts(190_000_000, 6500)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn hire_ecdsa(p: u32, ) -> Weight {
		Weight::from_parts(200_000_000, 6500)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn settle_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(110_000_000, 8800).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((8_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	fn accept_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(150_000_000, 11400).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((10_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((10_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	fn withdraw_bids(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(80_000_000, 5650).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	fn reap_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(70_000_000, 6200).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((8_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	fn batch_skipped(n: u32, ) -> Weight {
		Weight::from_parts(10_000_000, 990)
			.saturating_add(Weight::from_parts(15_000_000, 5500).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
	fn cancel_offers() -> Weight {
		Weight::from_parts(30_000_000, 4900)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn cancel_offer() -> Weight {
		Weight::from_parts(30_000_000, 4900)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_offer_key() -> Weight {
		Weight::from_parts(30_000_000, 4900)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn prune_offers() -> Weight {
		Weight::from_parts(25_000_000, 4900)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn seal_job() -> Weight {
		Weight::from_parts(40000000, 3600)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn name_proof_key() -> Weight {
		Weight::from_parts(30000000, 6500)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn qualify_node() -> Weight {
		Weight::from_parts(60000000, 11500)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn deliver_key() -> Weight {
		Weight::from_parts(70000000, 4800)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn start_sealed() -> Weight {
		Weight::from_parts(25000000, 4800)
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	fn end_sealed() -> Weight {
		Weight::from_parts(35000000, 4800)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn expire_unkeyed() -> Weight {
		Weight::from_parts(140000000, 8800)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn check_receipt() -> Weight {
		Weight::from_parts(130000000, 8500)
			.saturating_add(T::DbWeight::get().reads(5_u64))
	}
	fn verify_short_proof(r: u32, ) -> Weight {
		Weight::from_parts(6500000000, 5000)
			.saturating_add(Weight::from_parts(1200000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	fn verify_long_proof(r: u32, ) -> Weight {
		Weight::from_parts(12000000000, 5000)
			.saturating_add(Weight::from_parts(1500000, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn submit_job(p: u32, ) -> Weight {
		Weight::from_parts(100_000_000, 6068)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn place_bid() -> Weight {
		Weight::from_parts(90_000_000, 5649)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn place_bid_displacing() -> Weight {
		Weight::from_parts(120_000_000, 6500)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
	}
	fn assign_job() -> Weight {
		Weight::from_parts(90_000_000, 5649)
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(10_u64))
	}
	fn match_job() -> Weight {
		Weight::from_parts(150_000_000, 9200)
			.saturating_add(RocksDbWeight::get().reads(16_u64))
			.saturating_add(RocksDbWeight::get().writes(16_u64))
	}
	fn start_job() -> Weight {
		Weight::from_parts(30_000_000, 3890)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn complete_job(r: u32, ) -> Weight {
		Weight::from_parts(45_000_000, 3890)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn accept_result() -> Weight {
		Weight::from_parts(120_000_000, 8799)
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn accept_late() -> Weight {
		Weight::from_parts(130_000_000, 14005)
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn rate_settled() -> Weight {
		Weight::from_parts(35_000_000, 3890)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn finalize_job() -> Weight {
		Weight::from_parts(120_000_000, 8799)
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn finalize_costly() -> Weight {
		Weight::from_parts(140_000_000, 14005)
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn cancel_job() -> Weight {
		Weight::from_parts(60_000_000, 3890)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn expire_job() -> Weight {
		Weight::from_parts(80_000_000, 5649)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn withdraw_bid() -> Weight {
		Weight::from_parts(80_000_000, 5649)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn withdraw_bid_forfeited() -> Weight {
		Weight::from_parts(75_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn update_max_jobs() -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn abandon_job() -> Weight {
		Weight::from_parts(80_000_000, 5649)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn promote_bid() -> Weight {
		Weight::from_parts(40_000_000, 5649)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn reap_job() -> Weight {
		Weight::from_parts(70_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(12_000_000, 0)
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn dispute_job() -> Weight {
		Weight::from_parts(70_000_000, 3890)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn answer_with_evidence() -> Weight {
		Weight::from_parts(40_000_000, 3890)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn resolve_refunding() -> Weight {
		Weight::from_parts(120_000_000, 8799)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn resolve_paying() -> Weight {
		Weight::from_parts(160_000_000, 11402)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(10_u64))
	}
	fn accept_disputed() -> Weight {
		Weight::from_parts(160_000_000, 11402)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(10_u64))
	}
	fn abandon_disputed() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn expire_unanswered() -> Weight {
		Weight::from_parts(110_000_000, 6196)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn expire_undecided() -> Weight {
		Weight::from_parts(160_000_000, 11402)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(10_u64))
	}
	fn answer_with_result(r: u32, ) -> Weight {
		Weight::from_parts(70_000_000, 3890)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn submit_job_with_options(p: u32, ) -> Weight {
		Weight::from_parts(110_000_000, 6068)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(9_u64))
	}
	fn hire_ed25519(p: u32, ) -> Weight {
		Weight::from_parts(190_000_000, 6500)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(RocksDbWeight::get().reads(10_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn hire_sr25519(p: u32, ) -> Weight {
		Weight::from_parts(190_000_000, 6500)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(RocksDbWeight::get().reads(10_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn hire_ecdsa(p: u32, ) -> Weight {
		Weight::from_parts(200_000_000, 6500)
			.saturating_add(Weight::from_parts(2_000, 0).saturating_mul(p.into()))
			.saturating_add(RocksDbWeight::get().reads(10_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn settle_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(110_000_000, 8800).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads((8_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes((8_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
	fn accept_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(150_000_000, 11400).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads((10_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes((10_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
	fn withdraw_bids(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(80_000_000, 5650).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes((5_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().reads(1_u64))
	}
	fn reap_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 990)
			.saturating_add(Weight::from_parts(70_000_000, 6200).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes((8_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().reads(1_u64))
	}
	fn batch_skipped(n: u32, ) -> Weight {
		Weight::from_parts(10_000_000, 990)
			.saturating_add(Weight::from_parts(15_000_000, 5500).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
	fn cancel_offers() -> Weight {
		Weight::from_parts(30_000_000, 4900)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn cancel_offer() -> Weight {
		Weight::from_parts(30_000_000, 4900)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn set_offer_key() -> Weight {
		Weight::from_parts(30_000_000, 4900)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn prune_offers() -> Weight {
		Weight::from_parts(25_000_000, 4900)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn seal_job() -> Weight {
		Weight::from_parts(40000000, 3600)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn name_proof_key() -> Weight {
		Weight::from_parts(30000000, 6500)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn qualify_node() -> Weight {
		Weight::from_parts(60000000, 11500)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn deliver_key() -> Weight {
		Weight::from_parts(70000000, 4800)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn start_sealed() -> Weight {
		Weight::from_parts(25000000, 4800)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
	fn end_sealed() -> Weight {
		Weight::from_parts(35000000, 4800)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn expire_unkeyed() -> Weight {
		Weight::from_parts(140000000, 8800)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn check_receipt() -> Weight {
		Weight::from_parts(130000000, 8500)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
	}
	fn verify_short_proof(r: u32, ) -> Weight {
		Weight::from_parts(6500000000, 5000)
			.saturating_add(Weight::from_parts(1200000, 0).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
	fn verify_long_proof(r: u32, ) -> Weight {
		Weight::from_parts(12000000000, 5000)
			.saturating_add(Weight::from_parts(1500000, 0).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
}
