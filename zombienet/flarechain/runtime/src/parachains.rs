//! Backing, inclusion, messages and onboarding of parachains: the SDK's pallets, one beside the other.

use crate::{
	weights::Flat,
	xcm_config::{LocalAssetTransactor, ThisNetwork, XcmConfig, XcmRouter},
	Babe, Balances, Dmp, Historical, MessageQueue, ParaInclusion, ParaScheduler, ParasDisputes,
	Registrar, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, Session, XcmPallet,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, ProcessMessage, ProcessMessageError},
	weights::{Weight, WeightMeter},
	PalletId,
};
use frame_system::EnsureRoot;
use polkadot_primitives::{AccountId, ValidatorIndex};
use polkadot_runtime_common::{paras_registrar, paras_sudo_wrapper, MAXIMUM_BLOCK_WEIGHT};
use polkadot_runtime_parachains::{
	configuration,
	configuration::ActiveConfigHrmpChannelSizeAndCapacityRatio,
	coretime, disputes, dmp, hrmp, inclusion,
	inclusion::{AggregateMessageOrigin, UmpQueueId},
	initializer, on_demand, origin, paras, paras_inherent, scheduler, session_info, shared,
};
use sp_core::ConstU128;
use sp_runtime::{FixedU128, Perbill, Percent};
use xcm::latest::prelude::*;

impl origin::Config for Runtime {}

impl configuration::Config for Runtime {
	type WeightInfo = Flat;
}

impl shared::Config for Runtime {
	type DisabledValidators = Session;
}

impl session_info::Config for Runtime {
	type ValidatorSet = Historical;
}

/// Nobody is rewarded.
pub struct NoRewards;
impl inclusion::RewardValidators for NoRewards {
	fn reward_backing(_: impl IntoIterator<Item = ValidatorIndex>) {}
	fn reward_bitfields(_: impl IntoIterator<Item = ValidatorIndex>) {}
}

impl inclusion::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type DisputesHandler = ParasDisputes;
	type RewardValidators = NoRewards;
	type MessageQueue = MessageQueue;
	type WeightInfo = Flat;
}

impl paras::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = Flat;
	type UnsignedPriority = ConstU64<{ u64::MAX }>;
	type NextSessionRotation = Babe;
	type QueueFootprinter = ParaInclusion;
	type OnNewHead = Registrar;
	type AssignCoretime = ParaScheduler;
	type Fungible = Balances;
	type CooldownRemovalMultiplier = ConstU128<1>;
	type AuthorizeCurrentCodeOrigin = EnsureRoot<AccountId>;
}

impl paras_inherent::Config for Runtime {
	type WeightInfo = Flat;
}

impl scheduler::Config for Runtime {}

impl initializer::Config for Runtime {
	type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
	type ForceOrigin = EnsureRoot<AccountId>;
	/// No broker chain wants to know how many cores there are.
	type CoretimeOnNewSession = ();
	type WeightInfo = ();
}

impl disputes::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RewardValidators = ();
	/// Nobody is punished here.
	type SlashingHandler = ();
	type WeightInfo = Flat;
}

impl dmp::Config for Runtime {
	type WeightInfo = ();
}

parameter_types! {
	pub const ChannelRatio: Percent = Percent::from_percent(100);
}

impl hrmp::Config for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeEvent = RuntimeEvent;
	type ChannelManager = EnsureRoot<AccountId>;
	type Currency = Balances;
	type DefaultChannelSizeAndCapacityWithSystem =
		ActiveConfigHrmpChannelSizeAndCapacityRatio<Runtime, ChannelRatio>;
	type VersionWrapper = XcmPallet;
	type WeightInfo = Flat;
}

parameter_types! {
	pub const OnDemandTraffic: FixedU128 = FixedU128::from_u32(1);
	pub const OnDemandPalletId: PalletId = PalletId(*b"py/ondmd");
}

/// The scheduler demands it; no test uses it.
impl on_demand::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type TrafficDefaultValue = OnDemandTraffic;
	type WeightInfo = Flat;
	type MaxHistoricalRevenue = ConstU32<2>;
	type PalletId = OnDemandPalletId;
}

parameter_types! {
	pub BrokerPot: InteriorLocation = Junction::AccountId32 { network: None, id: [0; 32] }.into();
	pub const MaxTransactWeight: Weight = Weight::from_parts(200_000_000, 20_000);
}

/// Root gives a core to a parachain that was onboarded while the chain runs.
impl coretime::Config for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeEvent = RuntimeEvent;
	/// There is none under this number.
	type BrokerId = ConstU32<1_005>;
	type BrokerPotLocation = BrokerPot;
	type WeightInfo = Flat;
	type SendXcm = XcmRouter;
	type AssetTransactor = LocalAssetTransactor;
	type AccountToLocation = xcm_builder::AliasesIntoAccountId32<ThisNetwork, AccountId>;
	type MaxXcmTransactWeight = MaxTransactWeight;
}

impl paras_registrar::Config for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type OnSwap = ();
	/// One ETR, and one unit for each byte of the largest code that is allowed.
	type ParaDeposit = ConstU128<{ crate::system::ETR }>;
	type DataDepositPerByte = ConstU128<1>;
	type WeightInfo = Flat;
}

impl paras_sudo_wrapper::Config for Runtime {}

/// Runs the messages that parachains sent up.
pub struct Messages;
impl ProcessMessage for Messages {
	type Origin = AggregateMessageOrigin;

	fn process_message(
		message: &[u8],
		origin: Self::Origin,
		meter: &mut WeightMeter,
		id: &mut [u8; 32],
	) -> Result<bool, ProcessMessageError> {
		let AggregateMessageOrigin::Ump(UmpQueueId::Para(para)) = origin;
		xcm_builder::ProcessXcmMessage::<
			Junction,
			xcm_executor::XcmExecutor<XcmConfig>,
			RuntimeCall,
		>::process_message(message, Junction::Parachain(para.into()), meter, id)
	}
}

parameter_types! {
	pub MessageQueueServiceWeight: Weight = Perbill::from_percent(20) * MAXIMUM_BLOCK_WEIGHT;
}

impl pallet_message_queue::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type MessageProcessor = Messages;
	type Size = u32;
	type QueueChangeHandler = ParaInclusion;
	type QueuePausedQuery = ();
	type HeapSize = ConstU32<{ 64 * 1024 }>;
	type MaxStale = ConstU32<96>;
	type ServiceWeight = MessageQueueServiceWeight;
	type IdleMaxServiceWeight = MessageQueueServiceWeight;
	type WeightInfo = pallet_message_queue::weights::SubstrateWeight<Runtime>;
}

/// Delivery to a parachain gets dearer while its queue is long.
pub type DeliveryFactor = Dmp;
