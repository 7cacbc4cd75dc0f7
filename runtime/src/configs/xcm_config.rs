//! Messages between chains.
//!
//! This chain's balances are ËDSC, the token of EDSC-PBC (parachain 2013), which holds the reserve.
//! Seen from here that token is the asset `(1, Parachain(2013))`. Only EDSC-PBC may bring it, by a
//! reserve transfer; it leaves the same way. Nothing is teleported. The relay chain's own token is
//! not known here.
//!
//! Who may do what by message:
//!
//! | sender | may |
//! |---|---|
//! | FlareChain (the parent) | act as Root, without paying |
//! | EDSC-PBC | bring ËDSC |
//! | anybody | run a program that pays for itself in ËDSC, as the account that stands for its location |

use crate::{
	configs::{
		fees::{TreasuryAccount, WeightToFee, LENGTH_BYTE_PRICE},
		xcm_weights::XcmWeights,
	},
	constants::{
		consensus::MAXIMUM_BLOCK_WEIGHT,
		currency::{deposit, MILLI_EDSC},
		EDSC_PBC_PARA_ID, PBC_ID,
	},
	AccountId, AllPalletsWithSystem, Balance, Balances, MessageQueue, ParachainInfo,
	ParachainSystem, PolkadotXcm, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
	RuntimeOrigin, XcmpQueue,
};
use alloc::{vec, vec::Vec};
use cumulus_primitives_core::{AggregateMessageOrigin, ParaId};
use frame_support::{
	ensure, parameter_types,
	traits::{
		fungible::HoldConsideration, tokens::imbalance::ResolveTo, ConstU128, ConstU32, ConstU8,
		Contains, Equals, Everything, Get, LinearStoragePrice, Nothing, ProcessMessage,
		ProcessMessageError, TransformOrigin,
	},
	weights::{Weight, WeightMeter},
};
use frame_system::EnsureRoot;
use pallet_collator_selection::StakingPotAccountId;
use pallet_xcm::{AuthorizedAliasers, XcmPassthrough};
use parachains_common::{
	message_queue::{NarrowOriginToSibling, ParaIdToSibling},
	xcm_config::ParentRelayOrSiblingParachains,
};
use polkadot_parachain_primitives::primitives::Sibling;
use sp_runtime::Perbill;
use xcm::{latest::prelude::*, VersionedXcm};
use xcm_builder::{
	AccountId32Aliases, AliasChildLocation, AllowExplicitUnpaidExecutionFrom,
	AllowHrmpNotificationsFromRelayChain, AllowKnownQueryResponses, AllowSubscriptionsFrom,
	AllowTopLevelPaidExecutionFrom, Case, DenyRecursively, DenyReserveTransferToRelayChain,
	DenyThenTry, DescribeAllTerminal, DescribeFamily, EnsureXcmOrigin, FrameTransactionalProcessor,
	FungibleAdapter, HashedDescription, IsConcrete, ParentAsSuperuser, ParentIsPreset,
	ProcessXcmMessage, RelayChainAsNative, SendXcmFeeToAccount, SiblingParachainAsNative,
	SiblingParachainConvertsVia, SignedAccountId32AsNative, SignedToAccountId32,
	SovereignSignedViaLocation, TakeWeightCredit, TrailingSetTopicAsId, UsingComponents,
	WeightInfoBounds, WithComputedOrigin, WithUniqueTopic, XcmFeeManagerFromComponents,
};
use xcm_executor::{
	traits::{DenyExecution, Properties, ShouldExecute, WeightBounds},
	XcmExecutor,
};

parameter_types! {
	/// This chain itself.
	pub const RootLocation: Location = Location::here();
	/// FlareChain.
	pub const RelayLocation: Location = Location::parent();
	/// EDSC-PBC, and at the same time the name of its token: the asset that our balances are.
	pub EdscLocation: Location = Location::new(1, [Parachain(EDSC_PBC_PARA_ID)]);
	/// No network id: FlareChain's genesis differs between the networks that this runtime serves.
	/// Accounts are matched by id when a message names no network either.
	pub const RelayNetwork: Option<NetworkId> = None;
	pub RelayChainOrigin: RuntimeOrigin = cumulus_pallet_xcm::Origin::Relay.into();
	pub UniversalLocation: InteriorLocation =
		[Parachain(ParachainInfo::parachain_id().into())].into();
	/// Weight of looking at a message before it is run: decoding up to 100 KiB and deciding on it.
	pub const LookWeight: Weight = Weight::from_parts(1_000_000_000, 0);
	pub const MaxInstructions: u32 = 100;
	pub const MaxAssetsIntoHolding: u32 = 64;
	/// ËDSC in any amount, as EDSC-PBC brings it.
	pub EdscFromItsReserve: (AssetFilter, Location) = (
		Wild(AllOf { fun: WildFungible, id: AssetId(EdscLocation::get()) }),
		EdscLocation::get(),
	);
	/// Delivery of messages is paid in ËDSC.
	pub FeeAssetId: AssetId = AssetId(EdscLocation::get());
	/// Price of sending a message, without its bytes and while the queue is short.
	pub const BaseDeliveryFee: Balance = 30 * MILLI_EDSC;
	/// Price of a message's byte: as much as a byte of an extrinsic.
	pub const MessageByteFee: Balance = LENGTH_BYTE_PRICE;
}

/// Price of a message to the relay chain. Grows while its queue is long.
pub type PriceForParentDelivery = polkadot_runtime_common::xcm_sender::ExponentialPrice<
	FeeAssetId,
	BaseDeliveryFee,
	MessageByteFee,
	ParachainSystem,
>;

/// Price of a message to a sibling. Grows while its channel is full.
pub type PriceForSiblingDelivery = polkadot_runtime_common::xcm_sender::ExponentialPrice<
	FeeAssetId,
	BaseDeliveryFee,
	MessageByteFee,
	XcmpQueue,
>;

/// Which account stands for a location.
pub type LocationToAccountId = (
	// The relay chain has the preset account "Parent".
	ParentIsPreset<AccountId>,
	// A sibling has the account made of "sibl" and its number.
	SiblingParachainConvertsVia<Sibling, AccountId>,
	// An account of this chain is itself.
	AccountId32Aliases<RelayNetwork, AccountId>,
	// Anything inside the relay chain or a sibling has the hash of its description.
	HashedDescription<AccountId, DescribeFamily<DescribeAllTerminal>>,
);

/// Moves the one asset that is known here.
pub type LocalAssetTransactor = FungibleAdapter<
	// In these balances,
	Balances,
	// when the asset is ËDSC,
	IsConcrete<EdscLocation>,
	// between the accounts of locations,
	LocationToAccountId,
	AccountId,
	// without counting teleports: there are none.
	(),
>;

/// Which origin a message's `Transact` gets.
pub type XcmOriginToTransactDispatchOrigin = (
	// Asked for as a sovereign account: the account of the location.
	SovereignSignedViaLocation<LocationToAccountId, RuntimeOrigin>,
	// Asked for natively by the relay chain: its own origin, without any right.
	RelayChainAsNative<RelayChainOrigin, RuntimeOrigin>,
	// Asked for natively by a sibling: its own origin, without any right.
	SiblingParachainAsNative<cumulus_pallet_xcm::Origin, RuntimeOrigin>,
	// Asked for as superuser by exactly the relay chain: Root. Governance comes in here.
	ParentAsSuperuser<RuntimeOrigin>,
	// Asked for natively by an account of this chain: that account.
	SignedAccountId32AsNative<RelayNetwork, RuntimeOrigin>,
	// Asked for as XCM: the location, for pallets that check locations.
	XcmPassthrough<RuntimeOrigin>,
);

/// Who waits for an answer: the checkpoints for those to their own questions, else whoever asked
/// through the XCM pallet.
pub type Answers = pallet_checkpoint::CheckpointsOr<Runtime, PolkadotXcm>;

/// Which messages are run at all.
pub type Barrier = TrailingSetTopicAsId<
	DenyThenTry<
		// Refuse, at any depth: transfers to the relay chain, and programs sent there with them.
		DenyRecursively<(DenyReserveTransferToRelayChain, DenyTransferToRelayChain)>,
		(
			// Local programs, whose weight the sender has paid for in the extrinsic.
			TakeWeightCredit,
			// Answers to questions that this chain has asked.
			AllowKnownQueryResponses<Answers>,
			WithComputedOrigin<
				(
					// Whoever pays first.
					AllowTopLevelPaidExecutionFrom<Everything>,
					// Governance: the relay chain itself, not its accounts, pays nothing.
					AllowExplicitUnpaidExecutionFrom<Equals<RelayLocation>>,
					// Neighbours that ask which XCM version is spoken here.
					AllowSubscriptionsFrom<ParentRelayOrSiblingParachains>,
					// The relay chain's notices about message channels.
					AllowHrmpNotificationsFromRelayChain,
				),
				UniversalLocation,
				ConstU32<8>,
			>,
		),
	>,
>;

/// Refuses what [`DenyReserveTransferToRelayChain`] does not know.
///
/// Nobody here owns anything that the relay chain would take. But a program goes with each of these
/// instructions, into the queue in which the checkpoints go up and in this chain's name.
pub struct DenyTransferToRelayChain;

impl DenyExecution for DenyTransferToRelayChain {
	fn deny_execution<Call>(
		_: &Location,
		instructions: &mut [Instruction<Call>],
		_: Weight,
		_: &mut Properties,
	) -> Result<(), ProcessMessageError> {
		let goes_there = |instruction: &Instruction<Call>| match instruction {
			InitiateTransfer { destination: to, .. } | InitiateTeleport { dest: to, .. } => {
				*to == Location::parent()
			}
			_ => false,
		};
		ensure!(!instructions.iter().any(goes_there), ProcessMessageError::Unsupported);
		Ok(())
	}
}

/// Runs messages that were received.
///
/// A program that the barrier refuses costs what it costs to see that, whatever it claims to weigh.
/// Otherwise a few that claim much would keep those behind them waiting: everything that the relay
/// chain and its accounts send comes in one queue.
pub struct RunMessage;

impl ProcessMessage for RunMessage {
	type Origin = AggregateMessageOrigin;

	fn process_message(
		message: &[u8],
		origin: Self::Origin,
		meter: &mut WeightMeter,
		id: &mut [u8; 32],
	) -> Result<bool, ProcessMessageError> {
		let look = LookWeight::get();
		meter.try_consume(look).map_err(|()| ProcessMessageError::Overweight(look))?;
		let mut program: Xcm<RuntimeCall> =
			VersionedXcm::decode_all_with_mem_and_depth_limit(&mut &message[..])
				.map_err(|_| ProcessMessageError::Corrupt)?
				.try_into()
				.map_err(|()| ProcessMessageError::Unsupported)?;
		let weight = Weigher::weight(&mut program, Weight::MAX)
			.map_err(|_| ProcessMessageError::Unsupported)?;
		let mut properties = Properties { weight_credit: Weight::zero(), message_id: None };
		Barrier::should_execute(
			&origin.clone().into(),
			program.inner_mut(),
			weight,
			&mut properties,
		)?;
		ProcessXcmMessage::<_, XcmExecutor<XcmConfig>, RuntimeCall>::process_message(
			message, origin, meter, id,
		)
		// What is said to be needed must be enough when it is given.
		.map_err(|error| match error {
			ProcessMessageError::Overweight(run) => {
				ProcessMessageError::Overweight(run.saturating_add(look))
			}
			error => error,
		})
	}
}

/// Who pays no fee for execution and delivery.
pub type WaivedLocations = (
	// This chain's own messages.
	Equals<RootLocation>,
	// Answers to the relay chain, which no fee must hold up.
	Equals<RelayLocation>,
);

/// Which calls a message may make: any but setting new code, however deep inside other calls.
///
/// Whether the relay chain's data is there to schedule new code depends on when in a block the
/// message is served. A message authorises an upgrade (`System::authorize_upgrade`), and an extrinsic
/// applies it.
pub struct SafeCalls;

impl Contains<RuntimeCall> for SafeCalls {
	fn contains(call: &RuntimeCall) -> bool {
		let sets_code = matches!(
			call,
			RuntimeCall::System(
				frame_system::Call::set_code { .. }
					| frame_system::Call::set_code_without_checks { .. }
			)
		);
		!sets_code && inner_calls(call).into_iter().all(Self::contains)
	}
}

/// The calls that a call would make, directly.
fn inner_calls(call: &RuntimeCall) -> Vec<&RuntimeCall> {
	use pallet_multisig::Call as Multisig;
	use pallet_proxy::Call as Proxy;
	use pallet_sudo::Call as Sudo;
	use pallet_utility::Call as Utility;

	match call {
		RuntimeCall::Utility(
			Utility::batch { calls }
			| Utility::batch_all { calls }
			| Utility::force_batch { calls },
		) => calls.iter().collect(),
		RuntimeCall::Utility(Utility::if_else { main, fallback }) => vec![main, fallback],
		RuntimeCall::Utility(
			Utility::as_derivative { call, .. }
			| Utility::dispatch_as { call, .. }
			| Utility::dispatch_as_fallible { call, .. }
			| Utility::with_weight { call, .. },
		)
		| RuntimeCall::Sudo(
			Sudo::sudo { call }
			| Sudo::sudo_as { call, .. }
			| Sudo::sudo_unchecked_weight { call, .. },
		)
		| RuntimeCall::Proxy(Proxy::proxy { call, .. } | Proxy::proxy_announced { call, .. })
		| RuntimeCall::Multisig(
			Multisig::as_multi { call, .. } | Multisig::as_multi_threshold_1 { call, .. },
		) => vec![call],
		_ => vec![],
	}
}

/// Measures programs.
pub type Weigher = WeightInfoBounds<XcmWeights, RuntimeCall, MaxInstructions>;

/// The XCM machine.
pub struct XcmConfig;

impl xcm_executor::Config for XcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = XcmRouter;
	type XcmEventEmitter = PolkadotXcm;
	type AssetTransactor = LocalAssetTransactor;
	type OriginConverter = XcmOriginToTransactDispatchOrigin;
	/// ËDSC from EDSC-PBC, and nothing else from anybody.
	type IsReserve = Case<EdscFromItsReserve>;
	/// Nobody's assets appear here by teleport.
	type IsTeleporter = ();
	type UniversalLocation = UniversalLocation;
	type Barrier = Barrier;
	type Weigher = Weigher;
	/// Execution is paid in ËDSC at the price of any other weight, into the collators' pot.
	type Trader = UsingComponents<
		WeightToFee,
		EdscLocation,
		AccountId,
		Balances,
		ResolveTo<StakingPotAccountId<Runtime>, Balances>,
	>;
	type ResponseHandler = Answers;
	/// What a failed program leaves behind is kept for its owner, who claims it with
	/// `PolkadotXcm::claim_assets` or `ClaimAsset`.
	type AssetTrap = PolkadotXcm;
	type SubscriptionService = PolkadotXcm;
	type PalletInstancesInfo = AllPalletsWithSystem;
	type MaxAssetsIntoHolding = MaxAssetsIntoHolding;
	type AssetLocker = ();
	type AssetExchanger = ();
	type FeeManager = XcmFeeManagerFromComponents<
		WaivedLocations,
		SendXcmFeeToAccount<Self::AssetTransactor, TreasuryAccount>,
	>;
	type MessageExporter = ();
	type UniversalAliases = Nothing;
	type CallDispatcher = RuntimeCall;
	type SafeCallFilter = SafeCalls;
	type Aliasers = (
		// A location may become something inside itself, as with `DescendOrigin`.
		AliasChildLocation,
		// A location that an account here has authorised, with a deposit, to act as itself.
		AuthorizedAliasers<Runtime>,
	);
	type TransactionalProcessor = FrameTransactionalProcessor;
	type HrmpNewChannelOpenRequestHandler = ();
	type HrmpChannelAcceptedHandler = ();
	type HrmpChannelClosingHandler = ();
	type XcmRecorder = PolkadotXcm;
}

/// A signed local origin as a location.
pub type LocalOriginToLocation = SignedToAccountId32<RuntimeOrigin, AccountId, RelayNetwork>;

/// Where messages go out, each with a unique topic.
pub type XcmRouter = WithUniqueTopic<(
	// To the relay chain,
	cumulus_primitives_utility::ParentAsUmp<ParachainSystem, PolkadotXcm, PriceForParentDelivery>,
	// and to siblings.
	XcmpQueue,
)>;

parameter_types! {
	// The benchmarks give their account a million existential deposits, which here are little.
	pub const AliasItemDeposit: Balance =
		if cfg!(feature = "runtime-benchmarks") { 1 } else { deposit(1, 0) };
	pub const AliasByteDeposit: Balance =
		if cfg!(feature = "runtime-benchmarks") { 1 } else { deposit(0, 1) };
	pub const AuthorizeAliasHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::PolkadotXcm(pallet_xcm::HoldReason::AuthorizeAlias);
}

impl pallet_xcm::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	/// Only Root sends arbitrary programs; accounts transfer and execute.
	type SendXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, ()>;
	type XcmRouter = XcmRouter;
	type ExecuteXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOriginToLocation>;
	type XcmExecuteFilter = Everything;
	type XcmExecutor = XcmExecutor<XcmConfig>;
	type XcmTeleportFilter = Nothing;
	type XcmReserveTransferFilter = Everything;
	type Weigher = Weigher;
	type UniversalLocation = UniversalLocation;
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeCall = RuntimeCall;
	const VERSION_DISCOVERY_QUEUE_SIZE: u32 = 100;
	type AdvertisedXcmVersion = pallet_xcm::CurrentXcmVersion;
	type Currency = Balances;
	type CurrencyMatcher = ();
	type TrustedLockers = ();
	type SovereignAccountOf = LocationToAccountId;
	type MaxLockers = ConstU32<8>;
	type WeightInfo = crate::weights::pallet_xcm::WeightInfo<Runtime>;
	type AdminOrigin = EnsureRoot<AccountId>;
	type MaxRemoteLockConsumers = ConstU32<0>;
	type RemoteLockConsumerIdentifier = ();
	type AuthorizedAliasConsideration = HoldConsideration<
		AccountId,
		Balances,
		AuthorizeAliasHoldReason,
		LinearStoragePrice<AliasItemDeposit, AliasByteDeposit, Balance>,
	>;
}

impl cumulus_pallet_xcm::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type XcmExecutor = XcmExecutor<XcmConfig>;
}

impl cumulus_pallet_xcmp_queue::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ChannelInfo = ParachainSystem;
	type VersionWrapper = PolkadotXcm;
	type XcmpQueue = TransformOrigin<MessageQueue, AggregateMessageOrigin, ParaId, ParaIdToSibling>;
	type MaxInboundSuspended = ConstU32<1_000>;
	type MaxActiveOutboundChannels = ConstU32<128>;
	/// Above the 100 KiB that channels usually allow for a message.
	type MaxPageSize = ConstU32<{ 103 * 1024 }>;
	type ControllerOrigin = EnsureRoot<AccountId>;
	type ControllerOriginConverter = XcmOriginToTransactDispatchOrigin;
	type WeightInfo = crate::weights::cumulus_pallet_xcmp_queue::WeightInfo<Runtime>;
	type PriceForSiblingDelivery = PriceForSiblingDelivery;
}

parameter_types! {
	/// Share of a block for received messages, at its start and again at its end if there is room.
	pub MessageQueueServiceWeight: Weight = Perbill::from_percent(35) * MAXIMUM_BLOCK_WEIGHT;
}

impl pallet_message_queue::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	#[cfg(feature = "runtime-benchmarks")]
	type MessageProcessor =
		pallet_message_queue::mock_helpers::NoopMessageProcessor<AggregateMessageOrigin>;
	#[cfg(not(feature = "runtime-benchmarks"))]
	type MessageProcessor = RunMessage;
	type Size = u32;
	// The queue of siblings knows no other origin.
	type QueueChangeHandler = NarrowOriginToSibling<XcmpQueue>;
	type QueuePausedQuery = NarrowOriginToSibling<XcmpQueue>;
	type HeapSize = ConstU32<{ 103 * 1024 }>;
	type MaxStale = ConstU32<8>;
	type ServiceWeight = MessageQueueServiceWeight;
	type IdleMaxServiceWeight = MessageQueueServiceWeight;
	type WeightInfo = crate::weights::pallet_message_queue::WeightInfo<Runtime>;
}

parameter_types! {
	/// The relay chain's own token, as the relay chain names it.
	pub RelayFeeAsset: AssetId = AssetId(Location::here());
	/// The guide's call, where FlareChain for tests has it.
	pub const CheckpointTarget: pallet_checkpoint::RelayTarget =
		pallet_checkpoint::RelayTarget::Checkpoint { pallet: 90, call: 0 };
}

/// The number that the relay chain has given this chain: part of the genesis.
pub struct ThisParaId;

impl Get<u32> for ThisParaId {
	fn get() -> u32 {
		ParachainInfo::parachain_id().into()
	}
}

impl pallet_checkpoint::Config for Runtime {
	type XcmSender = XcmRouter;
	type SovereignBalance = pallet_checkpoint::FromRelayProof<Runtime>;
	type FeeAsset = RelayFeeAsset;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type PbcId = ConstU8<PBC_ID>;
	type ParaId = ThisParaId;
	type InitialTarget = CheckpointTarget;
	type InitialRelayFee = ConstU128<100_000_000_000>;
	type MaxRelayFee = ConstU128<1_000_000_000_000_000>;
	type MaxInFlight = ConstU32<8>;
	type History = ConstU32<1_024>;
	type WeightInfo = pallet_checkpoint::weights::SubstrateWeight<Runtime>;
}
