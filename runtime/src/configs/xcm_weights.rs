//! Weights of XCM instructions.
//!
//! Measured on this runtime, with the one asset that can be in the holding: ËDSC is the only one that
//! may be withdrawn, brought or claimed. What the executor's configuration refuses has a weight like
//! the rest, so that a message with it is run, fails, and is gone.

use crate::{
	weights::{
		pallet_xcm_benchmarks_fungible::WeightInfo as Fungible,
		pallet_xcm_benchmarks_generic::WeightInfo as Generic,
	},
	Runtime,
};
use alloc::vec::Vec;
use frame_support::{weights::Weight, BoundedVec};
use pallet_checkpoint::WeightInfo;
use xcm::{
	latest::{prelude::*, AssetTransferFilter},
	DoubleEncoded,
};

/// Weights of the instructions that this chain runs.
pub struct XcmWeights;

/// Each asset is weighed, and an instruction about none like one about one.
fn each(assets: &Assets, weight: Weight) -> Weight {
	weight.saturating_mul(assets.len().max(1) as u64)
}

/// A wildcard takes what is there, which is one asset.
fn each_of(assets: &AssetFilter, weight: Weight) -> Weight {
	match assets {
		Definite(assets) => each(assets, weight),
		Wild(_) => weight,
	}
}

/// Of an instruction that fails at once. It does less than one that withdraws an asset.
fn refused() -> Weight {
	Fungible::<Runtime>::withdraw_asset()
}

impl<Call> XcmWeightInfo<Call> for XcmWeights {
	fn withdraw_asset(assets: &Assets) -> Weight {
		each(assets, Fungible::<Runtime>::withdraw_asset())
	}
	fn reserve_asset_deposited(assets: &Assets) -> Weight {
		each(assets, Fungible::<Runtime>::reserve_asset_deposited())
	}
	fn receive_teleported_asset(_: &Assets) -> Weight {
		refused()
	}
	fn query_response(_: &u64, _: &Response, _: &Weight, _: &Option<Location>) -> Weight {
		let checkpoint = pallet_checkpoint::weights::SubstrateWeight::<Runtime>::answer();
		Generic::<Runtime>::query_response().saturating_add(checkpoint)
	}
	fn transfer_asset(assets: &Assets, _: &Location) -> Weight {
		each(assets, Fungible::<Runtime>::transfer_asset())
	}
	fn transfer_reserve_asset(assets: &Assets, _: &Location, _: &Xcm<()>) -> Weight {
		each(assets, Fungible::<Runtime>::transfer_reserve_asset())
	}
	fn transact(_: &OriginKind, _: &Option<Weight>, _: &DoubleEncoded<Call>) -> Weight {
		Generic::<Runtime>::transact()
	}
	/// Notices about channels: nothing is done with them.
	fn hrmp_new_channel_open_request(_: &u32, _: &u32, _: &u32) -> Weight {
		refused()
	}
	fn hrmp_channel_accepted(_: &u32) -> Weight {
		refused()
	}
	fn hrmp_channel_closing(_: &u32, _: &u32, _: &u32) -> Weight {
		refused()
	}
	fn clear_origin() -> Weight {
		Generic::<Runtime>::clear_origin()
	}
	fn descend_origin(_: &InteriorLocation) -> Weight {
		Generic::<Runtime>::descend_origin()
	}
	fn report_error(_: &QueryResponseInfo) -> Weight {
		Generic::<Runtime>::report_error()
	}
	fn deposit_asset(assets: &AssetFilter, _: &Location) -> Weight {
		each_of(assets, Fungible::<Runtime>::deposit_asset())
	}
	fn deposit_reserve_asset(assets: &AssetFilter, _: &Location, _: &Xcm<()>) -> Weight {
		each_of(assets, Fungible::<Runtime>::deposit_reserve_asset())
	}
	fn exchange_asset(_: &AssetFilter, _: &Assets, _: &bool) -> Weight {
		refused()
	}
	fn initiate_reserve_withdraw(assets: &AssetFilter, _: &Location, _: &Xcm<()>) -> Weight {
		each_of(assets, Fungible::<Runtime>::initiate_reserve_withdraw())
	}
	fn initiate_teleport(assets: &AssetFilter, _: &Location, _: &Xcm<()>) -> Weight {
		each_of(assets, Fungible::<Runtime>::initiate_teleport())
	}
	/// Measured with a fee and an asset. Here each of them counts as much, and none of them like one.
	fn initiate_transfer(
		_: &Location,
		remote_fees: &Option<AssetTransferFilter>,
		_: &bool,
		assets: &BoundedVec<AssetTransferFilter, MaxAssetTransferFilters>,
		_: &Xcm<()>,
	) -> Weight {
		let one = Fungible::<Runtime>::initiate_transfer();
		let transfers = remote_fees.iter().chain(assets.iter());
		transfers
			.map(|transfer| each_of(transfer.inner(), one))
			.fold(Weight::zero(), Weight::saturating_add)
			.max(one)
	}
	fn report_holding(_: &QueryResponseInfo, _: &AssetFilter) -> Weight {
		Generic::<Runtime>::report_holding()
	}
	fn buy_execution(_: &Asset, _: &WeightLimit) -> Weight {
		Generic::<Runtime>::buy_execution()
	}
	fn pay_fees(_: &Asset) -> Weight {
		Generic::<Runtime>::pay_fees()
	}
	fn refund_surplus() -> Weight {
		Generic::<Runtime>::refund_surplus()
	}
	fn set_error_handler(_: &Xcm<Call>) -> Weight {
		Generic::<Runtime>::set_error_handler()
	}
	fn set_appendix(_: &Xcm<Call>) -> Weight {
		Generic::<Runtime>::set_appendix()
	}
	fn clear_error() -> Weight {
		Generic::<Runtime>::clear_error()
	}
	fn set_hints(hints: &BoundedVec<Hint, HintNumVariants>) -> Weight {
		Generic::<Runtime>::asset_claimer().saturating_mul(hints.len() as u64)
	}
	fn claim_asset(assets: &Assets, _: &Location) -> Weight {
		each(assets, Generic::<Runtime>::claim_asset())
	}
	fn trap(_: &u64) -> Weight {
		Generic::<Runtime>::trap()
	}
	fn subscribe_version(_: &QueryId, _: &Weight) -> Weight {
		Generic::<Runtime>::subscribe_version()
	}
	fn unsubscribe_version() -> Weight {
		Generic::<Runtime>::unsubscribe_version()
	}
	fn burn_asset(assets: &Assets) -> Weight {
		each(assets, Generic::<Runtime>::burn_asset())
	}
	fn expect_asset(assets: &Assets) -> Weight {
		each(assets, Generic::<Runtime>::expect_asset())
	}
	fn expect_origin(_: &Option<Location>) -> Weight {
		Generic::<Runtime>::expect_origin()
	}
	fn expect_error(_: &Option<(u32, XcmError)>) -> Weight {
		Generic::<Runtime>::expect_error()
	}
	fn expect_transact_status(_: &MaybeErrorCode) -> Weight {
		Generic::<Runtime>::expect_transact_status()
	}
	fn query_pallet(_: &Vec<u8>, _: &QueryResponseInfo) -> Weight {
		Generic::<Runtime>::query_pallet()
	}
	fn expect_pallet(_: &u32, _: &Vec<u8>, _: &Vec<u8>, _: &u32, _: &u32) -> Weight {
		Generic::<Runtime>::expect_pallet()
	}
	fn report_transact_status(_: &QueryResponseInfo) -> Weight {
		Generic::<Runtime>::report_transact_status()
	}
	fn clear_transact_status() -> Weight {
		Generic::<Runtime>::clear_transact_status()
	}
	fn universal_origin(_: &Junction) -> Weight {
		refused()
	}
	fn export_message(_: &NetworkId, _: &Junctions, _: &Xcm<()>) -> Weight {
		refused()
	}
	fn lock_asset(_: &Asset, _: &Location) -> Weight {
		refused()
	}
	fn unlock_asset(_: &Asset, _: &Location) -> Weight {
		refused()
	}
	fn note_unlockable(_: &Asset, _: &Location) -> Weight {
		refused()
	}
	fn request_unlock(_: &Asset, _: &Location) -> Weight {
		refused()
	}
	fn set_fees_mode(_: &bool) -> Weight {
		Generic::<Runtime>::set_fees_mode()
	}
	fn set_topic(_: &[u8; 32]) -> Weight {
		Generic::<Runtime>::set_topic()
	}
	fn clear_topic() -> Weight {
		Generic::<Runtime>::clear_topic()
	}
	fn alias_origin(_: &Location) -> Weight {
		Generic::<Runtime>::alias_origin()
	}
	fn unpaid_execution(_: &WeightLimit, _: &Option<Location>) -> Weight {
		Generic::<Runtime>::unpaid_execution()
	}
	fn execute_with_origin(_: &Option<InteriorLocation>, _: &Xcm<Call>) -> Weight {
		Generic::<Runtime>::execute_with_origin()
	}
}
