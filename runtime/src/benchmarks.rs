//! Which pallets can be benchmarked on this runtime, and what some of them need for it.

use crate::{
	configs::{
		compute::MinimumStake,
		xcm_config::{EdscLocation, LocationToAccountId, PriceForSiblingDelivery, XcmConfig},
	},
	constants::{currency::EDSC, EDSC_PBC_PARA_ID},
	AIModels, AccountId, Accounts, AllPalletsWithSystem, Balances, Checkpoint, Clock,
	CollatorSelection, ConfidentialCompute, DIDRegistry, GPURegistry, JobMarketplace, MessageQueue,
	Multisig, ParachainSystem, PaymentStreams, Proxy, Reputation, Runtime, RuntimeCall,
	SessionKeys, Sudo, System, Timestamp, TransactionPayment, Utility, WeightReclaim, XcmpQueue,
	AIDID, EXISTENTIAL_DEPOSIT,
};
use ai_compute_primitives::{Did, NodeMutate};
use alloc::{boxed::Box, string::String, vec, vec::Vec};
use codec::Encode;
use cumulus_pallet_session_benchmarking::Pallet as SessionBench;
use cumulus_primitives_core::ParaId;
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkError, BenchmarkList};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Inspect, Mutate},
		StorageInfo, StorageInfoTrait, WhitelistedStorageKeys,
	},
};
use frame_system_benchmarking::{
	extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};
use pallet_xcm::benchmarking::Pallet as PalletXcmBench;
use pallet_xcm_benchmarks::{
	fungible::Pallet as XcmFungibleBench, generic::Pallet as XcmGenericBench, MockCredit,
};
use xcm::latest::prelude::*;
use xcm_executor::{traits::ConvertLocation, AssetsInHolding};

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_timestamp, Timestamp]
	[pallet_balances, Balances]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_sudo, Sudo]
	[pallet_aidid, AIDID]
	[pallet_did_registry, DIDRegistry]
	[pallet_accounts, Accounts]
	[pallet_gpu_registry, GPURegistry]
	[pallet_job_marketplace, JobMarketplace]
	[pallet_confidential_compute, ConfidentialCompute]
	[pallet_ai_models, AIModels]
	[pallet_reputation, Reputation]
	[pallet_payment_streams, PaymentStreams]
	[pallet_clock, Clock]
	[cumulus_pallet_parachain_system, ParachainSystem]
	[cumulus_pallet_weight_reclaim, WeightReclaim]
	[cumulus_pallet_xcmp_queue, XcmpQueue]
	[pallet_collator_selection, CollatorSelection]
	[pallet_session, SessionBench::<Runtime>]
	[pallet_message_queue, MessageQueue]
	[pallet_xcm, PalletXcmBench::<Runtime>]
	[pallet_xcm_benchmarks::fungible, XcmFungibleBench::<Runtime>]
	[pallet_xcm_benchmarks::generic, XcmGenericBench::<Runtime>]
	[pallet_checkpoint, Checkpoint]
	[pallet_utility, Utility]
	[pallet_multisig, Multisig]
	[pallet_proxy, Proxy]
);

/// List of the benchmarks and of the storage they touch.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::<BenchmarkList>::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs one benchmark.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}

impl frame_system_benchmarking::Config for Runtime {
	fn setup_set_code_requirements(code: &Vec<u8>) -> Result<(), BenchmarkError> {
		ParachainSystem::initialize_for_set_code_benchmark(code.len() as u32);
		Ok(())
	}

	fn verify_set_code() {
		System::assert_last_event(
			cumulus_pallet_parachain_system::Event::<Runtime>::ValidationFunctionStored.into(),
		);
	}
}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

/// Fills the model catalogue for the marketplace's benchmarks.
pub struct Models;

impl pallet_job_marketplace::BenchmarkModels<AccountId> for Models {
	fn register(model: &Did, owner: &AccountId, parent_owner: &AccountId) {
		AIModels::register_for_benchmark(model, owner, parent_owner);
	}

	fn host(model: &Did, node: &Did, owner: &AccountId) {
		AIModels::host_for_benchmark(model, node, owner);
	}
}

/// Prepares what the benchmarks of confidential compute find at other pallets.
pub struct Confidential;

impl pallet_confidential_compute::BenchmarkHelper<AccountId> for Confidential {
	fn set_unix_time(seconds: u64) {
		pallet_timestamp::Now::<Runtime>::put(seconds.saturating_mul(1_000));
	}

	fn register_node(did: &Did, owner: &AccountId) {
		GPURegistry::register_for_benchmark(did, owner, MinimumStake::get());
	}

	fn register_model(did: &Did, owner: &AccountId) {
		AIModels::register_for_benchmark(did, owner, owner);
		// Registered for another one before, it changes hands.
		pallet_ai_models::Models::<Runtime>::mutate(did.hash(), |model| {
			if let Some(model) = model {
				model.owner = owner.clone();
			}
		});
	}
}

impl cumulus_pallet_session_benchmarking::Config for Runtime {
	fn generate_session_keys_and_proof(owner: AccountId) -> (SessionKeys, Vec<u8>) {
		let keys = SessionKeys::generate(&owner.encode(), None);
		(keys.keys, keys.proof.encode())
	}
}

parameter_types! {
	pub ExistentialDepositAsset: Option<Asset> =
		Some((EdscLocation::get(), EXISTENTIAL_DEPOSIT).into());
	pub EdscParaId: ParaId = EDSC_PBC_PARA_ID.into();
}

/// Makes the channel to EDSC-PBC work and pays for it.
type DeliveryToEdscPbc = polkadot_runtime_common::xcm_sender::ToParachainDeliveryHelper<
	XcmConfig,
	ExistentialDepositAsset,
	PriceForSiblingDelivery,
	EdscParaId,
	ParachainSystem,
>;

impl pallet_xcm::benchmarking::Config for Runtime {
	type DeliveryHelper = DeliveryToEdscPbc;

	fn reachable_dest() -> Option<Location> {
		Some(EdscLocation::get())
	}

	// Nothing is teleported.
	fn teleportable_asset_and_dest() -> Option<(Asset, Location)> {
		None
	}

	// The benchmark is made for assets whose reserve is here: it ends by looking for the asset in the
	// destination's sovereign account. ËDSC goes home to its reserve instead, so one is put there.
	fn reserve_transferable_asset_and_dest() -> Option<(Asset, Location)> {
		let home = LocationToAccountId::convert_location(&EdscLocation::get())?;
		Balances::set_balance(&home, 10 * EDSC);
		Some((Self::get_asset(), EdscLocation::get()))
	}

	fn set_up_complex_asset_transfer() -> Option<(Assets, u32, Location, Box<dyn FnOnce()>)> {
		let who: AccountId = frame_benchmarking::whitelisted_caller();
		let amount = EDSC;
		let balance = 10 * amount;
		Balances::set_balance(&who, balance);
		let assets: Assets = (EdscLocation::get(), amount).into();
		let verify = Box::new(move || {
			assert!(Balances::balance(&who) <= balance - amount);
		});
		Some((assets, 0, EdscLocation::get(), verify))
	}

	fn get_asset() -> Asset {
		(EdscLocation::get(), EDSC).into()
	}

	fn batch_call(calls: Vec<RuntimeCall>) -> Option<RuntimeCall> {
		Some(RuntimeCall::Utility(pallet_utility::Call::batch { calls }))
	}
}

impl pallet_xcm_benchmarks::Config for Runtime {
	type XcmConfig = XcmConfig;
	type AccountIdConverter = LocationToAccountId;
	type DeliveryHelper = DeliveryToEdscPbc;

	fn valid_destination() -> Result<Location, BenchmarkError> {
		Ok(EdscLocation::get())
	}

	// No other asset can be there: see `configs::xcm_weights`.
	fn worst_case_holding(_depositable_count: u32) -> AssetsInHolding {
		let mut holding = AssetsInHolding::new();
		holding
			.fungible
			.insert(AssetId(EdscLocation::get()), Box::new(MockCredit(1_000_000 * EDSC)));
		holding
	}
}

parameter_types! {
	pub const Nobody: Option<(AccountId, xcm_builder::MintLocation)> = None;
	pub const NoTeleporter: Option<(Location, Asset)> = None;
	pub EdscAtItsReserve: Option<(Location, Asset)> =
		Some((EdscLocation::get(), (EdscLocation::get(), EDSC).into()));
}

impl pallet_xcm_benchmarks::fungible::Config for Runtime {
	type TransactAsset = Balances;
	type CheckedAccount = Nobody;
	type TrustedTeleporter = NoTeleporter;
	type TrustedReserve = EdscAtItsReserve;

	fn get_asset() -> Asset {
		(EdscLocation::get(), EDSC).into()
	}
}

// What is skipped here is refused by the executor's configuration.
impl pallet_xcm_benchmarks::generic::Config for Runtime {
	type TransactAsset = Balances;
	type RuntimeCall = RuntimeCall;

	// The handlers of answers that were asked for are weighed apart.
	fn worst_case_response() -> (u64, Response) {
		(0, Response::Version(Default::default()))
	}

	fn worst_case_asset_exchange() -> Result<(Assets, Assets), BenchmarkError> {
		Err(BenchmarkError::Skip)
	}

	fn universal_alias() -> Result<(Location, Junction), BenchmarkError> {
		Err(BenchmarkError::Skip)
	}

	fn transact_origin_and_runtime_call() -> Result<(Location, RuntimeCall), BenchmarkError> {
		let call = frame_system::Call::remark_with_event { remark: vec![] };
		Ok((EdscLocation::get(), call.into()))
	}

	fn subscribe_origin() -> Result<Location, BenchmarkError> {
		Ok(EdscLocation::get())
	}

	fn claimable_asset() -> Result<(Location, Location, Assets), BenchmarkError> {
		let assets = (EdscLocation::get(), 1_000 * EDSC).into();
		Ok((EdscLocation::get(), Location::here(), assets))
	}

	fn worst_case_for_trader() -> Result<(Asset, WeightLimit), BenchmarkError> {
		let asset = (EdscLocation::get(), 1_000_000 * EDSC).into();
		Ok((asset, Limited(Weight::from_parts(5_000, 5_000))))
	}

	fn unlockable_asset() -> Result<(Location, Location, Asset), BenchmarkError> {
		Err(BenchmarkError::Skip)
	}

	fn export_message_origin_and_destination(
	) -> Result<(Location, NetworkId, InteriorLocation), BenchmarkError> {
		Err(BenchmarkError::Skip)
	}

	fn alias_origin() -> Result<(Location, Location), BenchmarkError> {
		Ok(parachains_common::benchmarking::set_up_worst_case_authorized_alias::<Runtime>())
	}
}
