//! A small relay chain: the guide's Checkpoint pallet, balances, XCM, and a queue for messages of
//! parachains that has a weight limit.

use ai_compute_pbc_runtime::PARA_ID;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use cumulus_primitives_core::ParaId;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, Disabled, EnqueueMessage, Equals, Everything, Hooks, Nothing},
	weights::{IdentityFee, Weight},
};
use frame_system::EnsureRoot;
use pallet_checkpoint::{account_key, relay_account, time_key};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::TestExternalities;
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};
use xcm::{latest::prelude::*, VersionedXcm, WrapVersion};
use xcm_builder::{
	AccountId32Aliases, AllowKnownQueryResponses, AllowSubscriptionsFrom,
	AllowTopLevelPaidExecutionFrom, ChildParachainConvertsVia, EnsureXcmOrigin, FixedWeightBounds,
	FrameTransactionalProcessor, FungibleAdapter, IsConcrete, ProcessXcmMessage,
	SendXcmFeeToAccount, SignedAccountId32AsNative, SignedToAccountId32,
	SovereignSignedViaLocation, TakeWeightCredit, TrailingSetTopicAsId, UsingComponents,
	WithComputedOrigin, WithUniqueTopic, XcmFeeManagerFromComponents,
};
use xcm_executor::XcmExecutor;

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
	#[runtime::pallet_index(2)]
	pub type MessageQueue = pallet_message_queue;
	#[runtime::pallet_index(90)]
	pub type Checkpoint = pallet_flarechain_checkpoint;
	#[runtime::pallet_index(99)]
	pub type XcmPallet = pallet_xcm;
}

/// Price of delivering a message to a parachain.
pub const DELIVERY: u128 = 30_000_000;
/// Time that an instruction takes, and price of it.
pub const INSTRUCTION: u64 = 1_000_000;
/// What this chain's account has at genesis.
pub const START: u128 = 100_000_000_000_000;

/// A parachain as the sender of messages.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct FromPara(pub u32);

impl From<FromPara> for Location {
	fn from(FromPara(id): FromPara) -> Location {
		Location::new(0, [Parachain(id)])
	}
}

parameter_types! {
	pub const Token: Location = Location::here();
	pub const Root: Location = Location::here();
	pub UniversalLocation: InteriorLocation = GlobalConsensus(NetworkId::ByGenesis([0; 32])).into();
	pub const NoNetwork: Option<NetworkId> = None;
	pub Treasury: Location = Junction::AccountId32 { network: None, id: [9; 32] }.into();
	/// Weight of an instruction.
	pub static UnitWeight: Weight = Weight::from_parts(INSTRUCTION, 1_000);
	/// Weight for messages in a block.
	pub static ServiceWeight: Option<Weight> = Some(FULL_SERVICE);
	/// Whether messages to parachains can leave.
	pub static DownwardOpen: bool = true;
	/// Messages to parachains that have left and are not yet fetched.
	pub static Downward: Vec<(u32, Vec<u8>)> = Vec::new();
}

/// Weight for messages in an ordinary block.
pub const FULL_SERVICE: Weight = Weight::from_parts(500_000_000_000, 4 * 1024 * 1024);

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
	type ExistentialDeposit = ConstU128<1_000>;
	type AccountStore = System;
}

impl pallet_message_queue::Config for Relay {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MessageProcessor = ProcessXcmMessage<FromPara, XcmExecutor<XcmConfig>, RuntimeCall>;
	type Size = u32;
	type QueueChangeHandler = ();
	type QueuePausedQuery = ();
	type HeapSize = ConstU32<65_536>;
	type MaxStale = ConstU32<8>;
	type ServiceWeight = ServiceWeight;
	type IdleMaxServiceWeight = ();
}

impl pallet_flarechain_checkpoint::Config for Relay {}

type Accounts =
	(ChildParachainConvertsVia<ParaId, AccountId>, AccountId32Aliases<NoNetwork, AccountId>);
type Transactor = FungibleAdapter<Balances, IsConcrete<Token>, Accounts, AccountId, ()>;
type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;

/// Carries messages to parachains.
pub struct ToParachains;
impl SendXcm for ToParachains {
	type Ticket = (u32, Vec<u8>);

	fn validate(
		to: &mut Option<Location>,
		message: &mut Option<Xcm<()>>,
	) -> SendResult<Self::Ticket> {
		let destination = to.take().ok_or(SendError::MissingArgument)?;
		let (0, [Parachain(id)]) = destination.unpack() else {
			*to = Some(destination);
			return Err(SendError::NotApplicable);
		};
		let id = *id;
		if !DownwardOpen::get() {
			return Err(SendError::Transport("the queue is full"));
		}
		let message = message.take().ok_or(SendError::MissingArgument)?;
		let message = XcmPallet::wrap_version(&destination, message)
			.map_err(|()| SendError::DestinationUnsupported)?;
		Ok(((id, message.encode()), (Location::here(), DELIVERY).into()))
	}

	fn deliver((id, bytes): Self::Ticket) -> Result<XcmHash, SendError> {
		let hash = sp_io::hashing::blake2_256(&bytes);
		Downward::mutate(|messages| messages.push((id, bytes)));
		Ok(hash)
	}
}

pub type XcmRouter = WithUniqueTopic<ToParachains>;

pub struct XcmConfig;
impl xcm_executor::Config for XcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = XcmRouter;
	type XcmEventEmitter = XcmPallet;
	type AssetTransactor = Transactor;
	type OriginConverter = (
		SovereignSignedViaLocation<Accounts, RuntimeOrigin>,
		SignedAccountId32AsNative<NoNetwork, RuntimeOrigin>,
	);
	type IsReserve = ();
	type IsTeleporter = ();
	type UniversalLocation = UniversalLocation;
	type Barrier = TrailingSetTopicAsId<(
		TakeWeightCredit,
		AllowKnownQueryResponses<XcmPallet>,
		WithComputedOrigin<
			(AllowTopLevelPaidExecutionFrom<Everything>, AllowSubscriptionsFrom<Everything>),
			UniversalLocation,
			ConstU32<8>,
		>,
	)>;
	type Weigher = Weigher;
	type Trader = UsingComponents<IdentityFee<u128>, Token, AccountId, Balances, ()>;
	type ResponseHandler = XcmPallet;
	type AssetTrap = XcmPallet;
	type SubscriptionService = XcmPallet;
	type PalletInstancesInfo = AllPalletsWithSystem;
	type MaxAssetsIntoHolding = ConstU32<4>;
	type AssetLocker = ();
	type AssetExchanger = ();
	type FeeManager =
		XcmFeeManagerFromComponents<Equals<Root>, SendXcmFeeToAccount<Transactor, Treasury>>;
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

type LocalOrigin = SignedToAccountId32<RuntimeOrigin, AccountId, NoNetwork>;

impl pallet_xcm::Config for Relay {
	type RuntimeEvent = RuntimeEvent;
	// As on real relay chains: accounts may send too, and are named as the senders.
	type SendXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOrigin>;
	type XcmRouter = XcmRouter;
	type ExecuteXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOrigin>;
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
	type SovereignAccountOf = Accounts;
	type MaxLockers = ConstU32<8>;
	type WeightInfo = pallet_xcm::TestWeightInfo;
	type AdminOrigin = EnsureRoot<AccountId>;
	type MaxRemoteLockConsumers = ConstU32<0>;
	type RemoteLockConsumerIdentifier = ();
	type AuthorizedAliasConsideration = Disabled;
}

/// The relay chain.
pub struct FlareChain {
	ext: TestExternalities,
	/// Events of the last block.
	pub events: Vec<RuntimeEvent>,
	/// Assets of this chain that were trapped.
	pub trapped: Vec<Assets>,
}

/// This chain's account there.
pub fn our_account() -> AccountId {
	AccountId::new(relay_account(PARA_ID))
}

/// Somebody with an account on the relay chain.
pub fn somebody() -> AccountId {
	AccountId::new([3; 32])
}

impl FlareChain {
	/// At genesis this chain's account is funded and may register.
	pub fn new() -> Self {
		UnitWeight::set(Weight::from_parts(INSTRUCTION, 1_000));
		ServiceWeight::set(Some(FULL_SERVICE));
		DownwardOpen::set(true);
		Downward::set(Vec::new());
		let mut storage = frame_system::GenesisConfig::<Relay>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Relay> {
			balances: vec![
				(our_account(), START),
				(somebody(), START),
				(AccountId::new([9; 32]), START),
			],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		pallet_xcm::GenesisConfig::<Relay> {
			safe_xcm_version: Some(XCM_VERSION),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut chain = Self { ext: storage.into(), events: vec![], trapped: vec![] };
		chain.run(|| System::set_block_number(1));
		chain.set_registrar(Some(our_account()));
		chain
	}

	pub fn run<R>(&mut self, run: impl FnOnce() -> R) -> R {
		self.ext.execute_with(run)
	}

	/// Names who may register checkpoints of this chain.
	pub fn set_registrar(&mut self, who: Option<AccountId>) {
		self.run(|| Checkpoint::set_registrar(RuntimeOrigin::root(), 15, who)).unwrap();
	}

	/// Makes a block: takes messages in, runs as many as the weight allows, and gives the messages
	/// that have left for this chain.
	pub fn block(&mut self, messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
		self.events = self.run(|| {
			System::reset_events();
			for message in &messages {
				let message = message.as_slice().try_into().expect("not longer than a page");
				MessageQueue::enqueue_message(message, FromPara(PARA_ID));
			}
			let number = System::block_number() + 1;
			System::set_block_number(number);
			MessageQueue::on_initialize(number);
			System::events().into_iter().map(|record| record.event).collect()
		});
		for event in &self.events {
			if let RuntimeEvent::XcmPallet(pallet_xcm::Event::AssetsTrapped {
				assets,
				origin,
				..
			}) = event
			{
				assert_eq!(*origin, FromPara(PARA_ID).into());
				self.trapped.push(assets.clone().try_into().expect("a version that is known"));
			}
		}
		Downward::take()
			.into_iter()
			.map(|(id, bytes)| {
				assert_eq!(id, PARA_ID);
				bytes
			})
			.collect()
	}

	/// The root that is registered for a block of this chain.
	pub fn registered(&mut self, number: u32) -> Option<H256> {
		let key = (15, u64::from(number));
		self.run(|| pallet_flarechain_checkpoint::Checkpoints::<Relay>::get(key))
	}

	/// What this chain's account has.
	pub fn our_balance(&mut self) -> u128 {
		self.run(|| Balances::free_balance(our_account()))
	}

	pub fn set_our_balance(&mut self, amount: u128) {
		self.run(|| Balances::force_set_balance(RuntimeOrigin::root(), our_account(), amount))
			.unwrap();
	}

	/// What the collator of this chain adds to the proof of the relay chain's state.
	pub fn entries(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
		let account = account_key(&relay_account(PARA_ID));
		let info = self.run(|| sp_io::storage::get(&account));
		let time = (time_key(), 1_800_000_000_000u64.encode());
		info.map(|info| (account, info.to_vec())).into_iter().chain([time]).collect()
	}

	/// Sends a program to this chain, as `origin`.
	pub fn send(&mut self, origin: RuntimeOrigin, message: Xcm<()>) {
		self.run(|| {
			XcmPallet::send(
				origin,
				Box::new(Location::new(0, [Parachain(PARA_ID)]).into()),
				Box::new(VersionedXcm::from(message)),
			)
		})
		.unwrap();
	}
}
