//! Messages between chains.
//!
//! | sender | may |
//! |---|---|
//! | a parachain | run a program that pays for itself, as the account that stands for it |
//! | Root | send anything to parachains, free of charge |
//!
//! Nothing is teleported, and no parachain holds a reserve.

use crate::{
	origin, parachains::DeliveryFactor, system::ETR, AllPalletsWithSystem, Balances, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeOrigin, XcmPallet,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, Disabled, Equals, Everything, Nothing},
	weights::{IdentityFee, Weight},
};
use frame_system::EnsureRoot;
use polkadot_primitives::{AccountId, Balance, Id as ParaId};
use polkadot_runtime_common::xcm_sender::{ChildParachainRouter, ExponentialPrice};
use sp_core::ConstU128;
use xcm::latest::prelude::*;
use xcm_builder::{
	AccountId32Aliases, AllowKnownQueryResponses, AllowSubscriptionsFrom,
	AllowTopLevelPaidExecutionFrom, ChildParachainAsNative, ChildParachainConvertsVia,
	EnsureXcmOrigin, FixedWeightBounds, FrameTransactionalProcessor, FungibleAdapter, IsConcrete,
	SendXcmFeeToAccount, SignedAccountId32AsNative, SignedToAccountId32,
	SovereignSignedViaLocation, TakeWeightCredit, TrailingSetTopicAsId, UsingComponents,
	WithComputedOrigin, WithUniqueTopic, XcmFeeManagerFromComponents,
};
use xcm_executor::XcmExecutor;

parameter_types! {
	/// This chain, and its token.
	pub const TokenLocation: Location = Location::here();
	pub FeeAssetId: AssetId = AssetId(TokenLocation::get());
	/// A network of its own: nothing that names another network is meant for this one.
	pub const ThisNetwork: NetworkId = NetworkId::ByGenesis(*b"FlareChain for tests: no network");
	pub UniversalLocation: InteriorLocation = ThisNetwork::get().into();
	/// An upper bound for any instruction.
	pub const UnitWeight: Weight = Weight::from_parts(1_000_000_000, 64 * 1024);
	/// Where delivery fees go. Nobody has its key.
	pub const DeliveryFees: AccountId = AccountId::new([9; 32]);
}

/// Which account stands for a location.
type LocationToAccount = (
	// A parachain has the account made of "para" and its number.
	ChildParachainConvertsVia<ParaId, AccountId>,
	// An account of this chain is itself.
	AccountId32Aliases<ThisNetwork, AccountId>,
);

/// Moves this chain's token.
pub type LocalAssetTransactor =
	FungibleAdapter<Balances, IsConcrete<TokenLocation>, LocationToAccount, AccountId, ()>;

/// Which origin a message's `Transact` gets.
type OriginConverter = (
	// Asked for as a sovereign account: the account of the location.
	SovereignSignedViaLocation<LocationToAccount, RuntimeOrigin>,
	// Asked for natively by a parachain: its own origin.
	ChildParachainAsNative<origin::Origin, RuntimeOrigin>,
	// Asked for natively by an account: that account.
	SignedAccountId32AsNative<ThisNetwork, RuntimeOrigin>,
);

/// Parachains of this relay chain.
pub struct OnlyParachains;
impl Contains<Location> for OnlyParachains {
	fn contains(location: &Location) -> bool {
		matches!(location.unpack(), (0, [Parachain(_)]))
	}
}

/// Which messages are run at all.
type Barrier = TrailingSetTopicAsId<(
	// Local programs, whose weight the sender has paid for in the extrinsic.
	TakeWeightCredit,
	// Answers to questions that this chain has asked.
	AllowKnownQueryResponses<XcmPallet>,
	WithComputedOrigin<
		(
			// Whoever pays first.
			AllowTopLevelPaidExecutionFrom<Everything>,
			// Parachains that ask which XCM version is spoken here.
			AllowSubscriptionsFrom<OnlyParachains>,
		),
		UniversalLocation,
		ConstU32<8>,
	>,
)>;

/// Sends to parachains, with a unique topic. Delivery costs a hundredth of an ETR and a little more
/// for each byte.
pub type XcmRouter = WithUniqueTopic<
	ChildParachainRouter<
		Runtime,
		XcmPallet,
		ExponentialPrice<FeeAssetId, ConstU128<{ ETR / 100 }>, ConstU128<1_000>, DeliveryFactor>,
	>,
>;

/// The XCM machine.
pub struct XcmConfig;
impl xcm_executor::Config for XcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = XcmRouter;
	type XcmEventEmitter = XcmPallet;
	type AssetTransactor = LocalAssetTransactor;
	type OriginConverter = OriginConverter;
	type IsReserve = ();
	type IsTeleporter = ();
	type UniversalLocation = UniversalLocation;
	type Barrier = Barrier;
	type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;
	/// A picosecond costs a unit, which is burnt.
	type Trader = UsingComponents<IdentityFee<Balance>, TokenLocation, AccountId, Balances, ()>;
	type ResponseHandler = XcmPallet;
	type AssetTrap = XcmPallet;
	type SubscriptionService = XcmPallet;
	type PalletInstancesInfo = AllPalletsWithSystem;
	type MaxAssetsIntoHolding = ConstU32<8>;
	type AssetLocker = ();
	type AssetExchanger = ();
	type FeeManager = XcmFeeManagerFromComponents<
		Equals<TokenLocation>,
		SendXcmFeeToAccount<LocalAssetTransactor, DeliveryFees>,
	>;
	type MessageExporter = ();
	type UniversalAliases = Nothing;
	type CallDispatcher = RuntimeCall;
	type SafeCallFilter = Everything;
	type Aliasers = Nothing;
	type TransactionalProcessor = FrameTransactionalProcessor;
	type HrmpNewChannelOpenRequestHandler = ();
	type HrmpChannelAcceptedHandler = ();
	type HrmpChannelClosingHandler = ();
	type XcmRecorder = XcmPallet;
}

/// A signed origin as a location.
type LocalOriginToLocation = SignedToAccountId32<RuntimeOrigin, AccountId, ThisNetwork>;

impl pallet_xcm::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	/// Root sends as this chain, an account as itself.
	type SendXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOriginToLocation>;
	type XcmRouter = XcmRouter;
	type ExecuteXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOriginToLocation>;
	type XcmExecuteFilter = Everything;
	type XcmExecutor = XcmExecutor<XcmConfig>;
	type XcmTeleportFilter = Nothing;
	type XcmReserveTransferFilter = Nothing;
	type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;
	type UniversalLocation = UniversalLocation;
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeCall = RuntimeCall;
	const VERSION_DISCOVERY_QUEUE_SIZE: u32 = 100;
	type AdvertisedXcmVersion = pallet_xcm::CurrentXcmVersion;
	type Currency = Balances;
	type CurrencyMatcher = ();
	type TrustedLockers = ();
	type SovereignAccountOf = LocationToAccount;
	type MaxLockers = ConstU32<8>;
	type MaxRemoteLockConsumers = ConstU32<0>;
	type RemoteLockConsumerIdentifier = ();
	type WeightInfo = pallet_xcm::TestWeightInfo;
	type AdminOrigin = EnsureRoot<AccountId>;
	type AuthorizedAliasConsideration = Disabled;
}
