//! EDSC-PBC: a small parachain whose native token is ËDSC.

use crate::chain::EDSC_PARA;
use ai_compute_pbc_runtime::PARA_ID;
use codec::{Decode, DecodeAll, Encode};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, Disabled, Equals, Everything, Nothing},
	weights::{IdentityFee, Weight},
};
use frame_system::EnsureRoot;
use polkadot_parachain_primitives::primitives::{Sibling, XcmpMessageFormat};
use sp_io::TestExternalities;
use sp_runtime::{
	traits::{AccountIdConversion, IdentityLookup},
	AccountId32, BuildStorage,
};
use xcm::{latest::prelude::*, VersionedXcm, WrapVersion};
use xcm_builder::{
	AccountId32Aliases, AllowKnownQueryResponses, AllowSubscriptionsFrom,
	AllowTopLevelPaidExecutionFrom, EnsureXcmOrigin, FixedWeightBounds,
	FrameTransactionalProcessor, FungibleAdapter, IsConcrete, SendXcmFeeToAccount,
	SiblingParachainConvertsVia, SignedToAccountId32, SovereignSignedViaLocation, TakeWeightCredit,
	TrailingSetTopicAsId, UsingComponents, WithComputedOrigin, WithUniqueTopic,
	XcmFeeManagerFromComponents,
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
	pub struct EdscPbc;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(51)]
	pub type PolkadotXcm = pallet_xcm;
}

/// Least balance of an account.
pub const DEPOSIT: u128 = 500;
/// Price of delivering a message to a sibling.
pub const DELIVERY: u128 = 1_000_000;
/// Time that an instruction takes, and price of it.
pub const INSTRUCTION: u64 = 100_000;

parameter_types! {
	pub const Token: Location = Location::here();
	pub const Root: Location = Location::here();
	pub UniversalLocation: InteriorLocation = Parachain(EDSC_PARA).into();
	pub const UnitWeight: Weight = Weight::from_parts(INSTRUCTION, 1_000);
	pub const NoNetwork: Option<NetworkId> = None;
	pub Treasury: Location = Junction::AccountId32 { network: None, id: [9; 32] }.into();
	/// Messages to this chain that have left and are not yet fetched.
	pub static Outgoing: Vec<Vec<u8>> = Vec::new();
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for EdscPbc {
	type Block = frame_system::mocking::MockBlockU32<EdscPbc>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for EdscPbc {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<DEPOSIT>;
	type AccountStore = System;
}

type Accounts =
	(SiblingParachainConvertsVia<Sibling, AccountId>, AccountId32Aliases<NoNetwork, AccountId>);
type Transactor = FungibleAdapter<Balances, IsConcrete<Token>, Accounts, AccountId, ()>;
type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;

/// Carries messages to this chain.
pub struct ToSibling;
impl SendXcm for ToSibling {
	type Ticket = Vec<u8>;

	fn validate(
		to: &mut Option<Location>,
		message: &mut Option<Xcm<()>>,
	) -> SendResult<Self::Ticket> {
		let destination = to.take().ok_or(SendError::MissingArgument)?;
		if destination != Location::new(1, [Parachain(PARA_ID)]) {
			*to = Some(destination);
			return Err(SendError::NotApplicable);
		}
		let message = message.take().ok_or(SendError::MissingArgument)?;
		let message = PolkadotXcm::wrap_version(&destination, message)
			.map_err(|()| SendError::DestinationUnsupported)?;
		Ok((message.encode(), (Location::here(), DELIVERY).into()))
	}

	fn deliver(bytes: Self::Ticket) -> Result<XcmHash, SendError> {
		let hash = sp_io::hashing::blake2_256(&bytes);
		Outgoing::mutate(|messages| messages.push(bytes));
		Ok(hash)
	}
}

pub type XcmRouter = WithUniqueTopic<ToSibling>;

pub struct XcmConfig;
impl xcm_executor::Config for XcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = XcmRouter;
	type XcmEventEmitter = PolkadotXcm;
	type AssetTransactor = Transactor;
	type OriginConverter = (SovereignSignedViaLocation<Accounts, RuntimeOrigin>,);
	type IsReserve = ();
	type IsTeleporter = ();
	type UniversalLocation = UniversalLocation;
	type Barrier = TrailingSetTopicAsId<(
		TakeWeightCredit,
		AllowKnownQueryResponses<PolkadotXcm>,
		WithComputedOrigin<
			(AllowTopLevelPaidExecutionFrom<Everything>, AllowSubscriptionsFrom<Everything>),
			UniversalLocation,
			ConstU32<8>,
		>,
	)>;
	type Weigher = Weigher;
	type Trader = UsingComponents<IdentityFee<u128>, Token, AccountId, Balances, ()>;
	type ResponseHandler = PolkadotXcm;
	type AssetTrap = PolkadotXcm;
	type SubscriptionService = PolkadotXcm;
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
	type XcmRecorder = PolkadotXcm;
}

type LocalOrigin = SignedToAccountId32<RuntimeOrigin, AccountId, NoNetwork>;

impl pallet_xcm::Config for EdscPbc {
	type RuntimeEvent = RuntimeEvent;
	type SendXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOrigin>;
	type XcmRouter = XcmRouter;
	type ExecuteXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOrigin>;
	type XcmExecuteFilter = Everything;
	type XcmExecutor = XcmExecutor<XcmConfig>;
	type XcmTeleportFilter = Everything;
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

/// EDSC-PBC.
pub struct Edsc {
	ext: TestExternalities,
	/// How the messages of the last block ended, with the message.
	pub outcomes: Vec<(Xcm<()>, Outcome)>,
}

/// This chain's account there: what backs the ËDSC that is here.
pub fn reserve_account() -> AccountId {
	Sibling::from(PARA_ID).into_account_truncating()
}

/// Somebody with an account on EDSC-PBC.
pub fn somebody() -> AccountId {
	AccountId::new([4; 32])
}

impl Edsc {
	/// With so much in reserve for this chain, and as much in an account.
	pub fn new(reserve: u128) -> Self {
		Outgoing::set(Vec::new());
		let mut storage =
			frame_system::GenesisConfig::<EdscPbc>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<EdscPbc> {
			balances: vec![
				(reserve_account(), reserve),
				(somebody(), reserve),
				(AccountId::new([9; 32]), DEPOSIT),
			],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		pallet_xcm::GenesisConfig::<EdscPbc> {
			safe_xcm_version: Some(XCM_VERSION),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = TestExternalities::from(storage);
		ext.execute_with(|| System::set_block_number(1));
		Self { ext, outcomes: vec![] }
	}

	pub fn run<R>(&mut self, run: impl FnOnce() -> R) -> R {
		self.ext.execute_with(run)
	}

	pub fn balance(&mut self, who: &AccountId) -> u128 {
		self.run(|| Balances::free_balance(who))
	}

	/// What is held for this chain.
	pub fn reserve(&mut self) -> u128 {
		self.balance(&reserve_account())
	}

	/// Runs the messages in these pages and gives the page that goes to this chain.
	pub fn block(&mut self, pages: Vec<Vec<u8>>) -> Option<Vec<u8>> {
		self.outcomes = self.run(|| {
			System::reset_events();
			System::set_block_number(System::block_number() + 1);
			pages
				.iter()
				.flat_map(|page| read_page(page))
				.map(|message| {
					let outcome = execute(&message);
					let message = Xcm::try_from(message).unwrap();
					(message, outcome)
				})
				.collect()
		});
		let messages = Outgoing::take();
		let page =
			|| [XcmpMessageFormat::ConcatenatedVersionedXcm.encode(), messages.concat()].concat();
		(!messages.is_empty()).then(page)
	}
}

/// The messages in a page. Signals about channels are none.
fn read_page(mut page: &[u8]) -> Vec<VersionedXcm<()>> {
	let mut messages = vec![];
	match XcmpMessageFormat::decode(&mut page).expect("a format") {
		XcmpMessageFormat::ConcatenatedVersionedXcm => {
			while !page.is_empty() {
				messages.push(VersionedXcm::decode(&mut page).expect("a message"));
			}
		}
		XcmpMessageFormat::ConcatenatedOpaqueVersionedXcm => {
			while !page.is_empty() {
				let blob = Vec::<u8>::decode(&mut page).expect("a message");
				messages.push(VersionedXcm::decode_all(&mut &blob[..]).expect("a message"));
			}
		}
		XcmpMessageFormat::Signals | XcmpMessageFormat::ConcatenatedEncodedBlob => {}
	}
	messages
}

fn execute(message: &VersionedXcm<()>) -> Outcome {
	let bytes = message.encode();
	let message = VersionedXcm::<RuntimeCall>::decode_all(&mut &bytes[..]).expect("a message");
	XcmExecutor::<XcmConfig>::prepare_and_execute(
		Location::new(1, [Parachain(PARA_ID)]),
		Xcm::try_from(message).expect("a version that is known"),
		&mut sp_io::hashing::blake2_256(&bytes),
		Weight::from_parts(1_000_000_000_000, 8 * 1024 * 1024),
		Weight::zero(),
	)
}
