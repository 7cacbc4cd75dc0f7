//! A small relay chain: the guide's pallet, the router, and a real XCM machine.

use super::registrar;
use crate::{mock::PARA_ID, relay_account};
use cumulus_primitives_core::ParaId;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, Contains, Everything, Nothing},
	weights::{IdentityFee, Weight},
};
use sp_runtime::{traits::IdentityLookup, AccountId32};
use xcm::latest::prelude::*;
use xcm_builder::{
	AccountId32Aliases, AllowTopLevelPaidExecutionFrom, ChildParachainConvertsVia,
	FixedWeightBounds, FrameTransactionalProcessor, FungibleAdapter, IsConcrete,
	SendXcmFeeToAccount, SovereignSignedViaLocation, TrailingSetTopicAsId, UsingComponents,
	XcmFeeManagerFromComponents,
};
use xcm_executor::{
	traits::{ClaimAssets, DropAssets},
	AssetsInHolding,
};

pub type AccountId = AccountId32;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Relay;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(90)]
	pub type Registrar = registrar;
}

/// Least balance of an account on the relay chain.
pub const RELAY_ED: u128 = 10;
/// Price of sending an answer.
pub const DELIVERY: u128 = 30;
pub const UNIT: u64 = 10;
/// Nine instructions and the call.
pub const EXECUTION: u128 = 9 * UNIT as u128 + 100;
pub const START: u128 = 1_000_000;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Relay {
	type Block = frame_system::mocking::MockBlockU32<Relay>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Relay {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<RELAY_ED>;
	type AccountStore = System;
}

impl registrar::Config for Relay {
	type Authorised = Authorised;
}

parameter_types! {
	pub const RelayToken: Location = Location::here();
	pub RelayUniversal: InteriorLocation = GlobalConsensus(NetworkId::ByGenesis([0; 32])).into();
	pub const UnitWeight: Weight = Weight::from_parts(UNIT, UNIT);
	pub const NoNetwork: Option<NetworkId> = None;
	pub Treasury: Location = Junction::AccountId32 { network: None, id: [9; 32] }.into();
	pub static Authorised: AccountId = AccountId::new(relay_account(PARA_ID));
	pub static Answers: Vec<Xcm<()>> = Vec::new();
	pub static Trapped: Vec<Assets> = Vec::new();
	pub static AnswersLeave: bool = true;
	pub static CallsRun: bool = true;
}

pub type RelayAccounts =
	(ChildParachainConvertsVia<ParaId, AccountId>, AccountId32Aliases<NoNetwork, AccountId>);
pub type RelayTransactor =
	FungibleAdapter<Balances, IsConcrete<RelayToken>, RelayAccounts, AccountId, ()>;

/// Lets every call run, or none.
pub struct CallsAreSafe;
impl Contains<RuntimeCall> for CallsAreSafe {
	fn contains(_: &RuntimeCall) -> bool {
		CallsRun::get()
	}
}

/// Carries answers to this chain.
pub struct Down;
impl SendXcm for Down {
	type Ticket = Xcm<()>;
	fn validate(to: &mut Option<Location>, message: &mut Option<Xcm<()>>) -> SendResult<Xcm<()>> {
		assert_eq!(to.take(), Some(Location::new(0, [Parachain(PARA_ID)])));
		if !AnswersLeave::get() {
			return Err(SendError::Transport("closed"));
		}
		Ok((message.take().unwrap(), (Location::here(), DELIVERY).into()))
	}
	fn deliver(message: Xcm<()>) -> Result<XcmHash, SendError> {
		Answers::mutate(|answers| answers.push(message));
		Ok([0; 32])
	}
}

pub struct Trap;
impl DropAssets for Trap {
	fn drop_assets(_: &Location, assets: AssetsInHolding, _: &XcmContext) -> Weight {
		let assets: Vec<Asset> = assets.assets_iter().collect();
		Trapped::mutate(|trapped| trapped.push(assets.into()));
		Weight::zero()
	}
}
impl ClaimAssets for Trap {
	fn claim_assets(
		_: &Location,
		_: &Location,
		_: &Assets,
		_: &XcmContext,
	) -> Option<AssetsInHolding> {
		None
	}
}

pub struct RelayXcm;
impl xcm_executor::Config for RelayXcm {
	type RuntimeCall = RuntimeCall;
	type XcmSender = Down;
	type XcmEventEmitter = ();
	type AssetTransactor = RelayTransactor;
	type OriginConverter = (SovereignSignedViaLocation<RelayAccounts, RuntimeOrigin>,);
	type IsReserve = ();
	type IsTeleporter = ();
	type UniversalLocation = RelayUniversal;
	type Barrier = TrailingSetTopicAsId<(AllowTopLevelPaidExecutionFrom<Everything>,)>;
	type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;
	type Trader = UsingComponents<IdentityFee<u128>, RelayToken, AccountId, Balances, ()>;
	type ResponseHandler = ();
	type AssetTrap = Trap;
	type SubscriptionService = ();
	type PalletInstancesInfo = AllPalletsWithSystem;
	type MaxAssetsIntoHolding = ConstU32<4>;
	type AssetLocker = ();
	type AssetExchanger = ();
	type FeeManager =
		XcmFeeManagerFromComponents<Nothing, SendXcmFeeToAccount<RelayTransactor, Treasury>>;
	type MessageExporter = ();
	type UniversalAliases = Nothing;
	type CallDispatcher = RuntimeCall;
	type SafeCallFilter = CallsAreSafe;
	type Aliasers = Nothing;
	type TransactionalProcessor = FrameTransactionalProcessor;
	type HrmpNewChannelOpenRequestHandler = ();
	type HrmpChannelAcceptedHandler = ();
	type HrmpChannelClosingHandler = ();
	type XcmRecorder = ();
}
