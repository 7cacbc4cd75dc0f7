//! Who makes blocks, on what, and how they are finalised.

use crate::{
	constants::{
		consensus::{
			BLOCK_PROCESSING_VELOCITY, MAXIMUM_BLOCK_WEIGHT, MAX_AUTHORITIES,
			RELAY_CHAIN_SLOT_DURATION_MILLIS, RELAY_PARENT_OFFSET, UNINCLUDED_SEGMENT_CAPACITY,
		},
		currency::deposit,
		time::{HOURS, SLOT_DURATION},
	},
	AccountId, Aura, AuraId, Balance, Balances, BlockNumber, Clock, CollatorSelection,
	MessageQueue, Runtime, RuntimeEvent, Session, SessionKeys, XcmpQueue,
};
use alloc::vec::Vec;
use cumulus_pallet_parachain_system::RelayNumberMonotonicallyIncreases;
use cumulus_primitives_core::AggregateMessageOrigin;
use frame_support::{
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64, EnqueueWithOrigin},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use sp_runtime::traits::OpaqueKeys;

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = ();
	type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
	/// How many blocks a slot may hold is the consensus hook's decision.
	type AllowMultipleBlocksPerSlot = ConstBool<true>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}

/// Finality of a network without a relay chain. Under one, its keys and sets are only kept.
///
/// The same calls exist in every mode. Equivocations are not reported: there is no stake to slash.
impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	/// The weights that the crate ships: it shows them under no other name.
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Aura>;
	type EventHandler = (CollatorSelection,);
}

parameter_types! {
	pub const ReservedXcmpWeight: Weight = MAXIMUM_BLOCK_WEIGHT.saturating_div(4);
	pub const ReservedDmpWeight: Weight = MAXIMUM_BLOCK_WEIGHT.saturating_div(4);
	pub const RelayOrigin: AggregateMessageOrigin = AggregateMessageOrigin::Parent;
}

/// Bounds how many blocks a relay chain slot may hold and how many may wait for inclusion.
pub type ConsensusHook = cumulus_pallet_aura_ext::FixedVelocityConsensusHook<
	Runtime,
	RELAY_CHAIN_SLOT_DURATION_MILLIS,
	BLOCK_PROCESSING_VELOCITY,
	UNINCLUDED_SEGMENT_CAPACITY,
>;

impl cumulus_pallet_parachain_system::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	/// What follows the relay chain.
	type OnSystemEvent = (Clock, crate::Checkpoint);
	type SelfParaId = parachain_info::Pallet<Runtime>;
	type OutboundXcmpMessageSource = XcmpQueue;
	type DmpQueue = EnqueueWithOrigin<MessageQueue, RelayOrigin>;
	type ReservedDmpWeight = ReservedDmpWeight;
	type XcmpMessageHandler = XcmpQueue;
	type ReservedXcmpWeight = ReservedXcmpWeight;
	/// Several blocks may be built on one relay parent.
	type CheckAssociatedRelayNumber = RelayNumberMonotonicallyIncreases;
	type ConsensusHook = ConsensusHook;
	type WeightInfo = cumulus_pallet_parachain_system::weights::SubstrateWeight<Runtime>;
	type RelayParentOffset = ConstU32<RELAY_PARENT_OFFSET>;
	type SchedulingSignatureVerifier = ();
}

impl parachain_info::Config for Runtime {}

impl cumulus_pallet_aura_ext::Config for Runtime {}

/// Length of a session: how often the set of collators may change.
pub const PERIOD: BlockNumber = HOURS;
/// First session's offset.
pub const OFFSET: BlockNumber = 0;

parameter_types! {
	/// Account from which collators are paid: half of what is in it goes to each block's author.
	pub const PotId: PalletId = PalletId(*b"PotStake");
	/// Two keys of 32 bytes with their owner entries, and the queued copy.
	pub const KeyDeposit: Balance = deposit(3, 3 * 64);
}

/// Collator selection that reports a set only when it differs from the present one.
///
/// Collator selection answers at every session. Passed on, each answer would make GRANDPA start a
/// new set, which costs every node a mandatory justification. `None` keeps the set; changes of
/// keys within it are still noticed by the session pallet.
pub struct ChangedCollators;

impl pallet_session::SessionManager<AccountId> for ChangedCollators {
	fn new_session(index: u32) -> Option<Vec<AccountId>> {
		CollatorSelection::new_session(index)
			.filter(|set| *set != pallet_session::Validators::<Runtime>::get())
	}

	fn new_session_genesis(index: u32) -> Option<Vec<AccountId>> {
		CollatorSelection::new_session_genesis(index)
	}

	fn start_session(index: u32) {
		CollatorSelection::start_session(index)
	}

	fn end_session(index: u32) {
		CollatorSelection::end_session(index)
	}
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
	type ShouldEndSession = pallet_session::PeriodicSessions<ConstU32<PERIOD>, ConstU32<OFFSET>>;
	type NextSessionRotation = pallet_session::PeriodicSessions<ConstU32<PERIOD>, ConstU32<OFFSET>>;
	type SessionManager = ChangedCollators;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = KeyDeposit;
}

impl pallet_collator_selection::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type UpdateOrigin = EnsureRoot<AccountId>;
	type PotId = PotId;
	/// Together with the invulnerables no more than [`MAX_AUTHORITIES`].
	type MaxCandidates = ConstU32<12>;
	type MinEligibleCollators = ConstU32<1>;
	type MaxInvulnerables = ConstU32<20>;
	/// A candidate without a block for a whole session is dropped.
	type KickThreshold = ConstU32<PERIOD>;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
	type ValidatorRegistration = Session;
	type WeightInfo = pallet_collator_selection::weights::SubstrateWeight<Runtime>;
}
