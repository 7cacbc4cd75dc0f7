//! Runtime and helpers for the tests.
//!
//! Blocks are made by hand: initialise, the two system events of the parachain inherent, what the
//! test does, idle time. Headers and their hashes are real; each block's state root is a hash of its
//! number, because the real one takes long to compute in tests.

use crate::{
	self as pallet_checkpoint, account_key, message, relay_account, time_key, Agendas,
	CheckpointParameters, Checkpoints, FromRelayProof, Parameters, Posting, RelayTarget,
};
use codec::Encode;
use cumulus_pallet_parachain_system::{relay_state_snapshot::RelayChainStateProof, OnSystemEvent};
use cumulus_primitives_core::{relay_chain::HeadData, PersistedValidationData};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, ConstU8, Hooks},
	weights::Weight,
};
use frame_system::pallet_prelude::HeaderFor;
use sp_core::H256;
use sp_runtime::{traits::Header as _, BuildStorage};
use std::cell::RefCell;
use xcm::latest::prelude::*;
use xcm_executor::traits::OnResponse;

pub const PARA_ID: u32 = 2015;
pub const PBC_ID: u8 = 15;
pub const FEE: u128 = 1_000;
pub const MAX_FEE: u128 = 1_000_000;
pub const TARGET: RelayTarget = RelayTarget::Checkpoint { pallet: 90, call: 0 };
/// The interval of most tests.
pub const INTERVAL: u32 = 16;
pub const TIMEOUT: u32 = 8;
pub const MAX_BACKOFF: u32 = 64;
/// Pending checkpoints that are sent again.
pub const MAX_IN_FLIGHT: u32 = 4;
/// Resolved checkpoints that are kept.
pub const HISTORY: u32 = 3;

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
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(60)]
	pub type Checkpoint = pallet_checkpoint;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type BlockHashCount = ConstU32<2_400>;
}

/// How the way to the relay chain is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
	/// Open.
	Up,
	/// A message is refused before it is taken.
	Refuses(&'static str),
	/// A message is refused with this error.
	Fails(SendFailureKind),
	/// A message is taken, leaves something in the state, and is refused.
	Breaks,
}

/// [`SendError`] is not `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendFailureKind {
	NotApplicable,
	Unroutable,
	Missing,
	Unsupported,
	TooLong,
	Fees,
}

/// Where headers come from in a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heads {
	/// The parent's header in the validation data, and the one before as the included head.
	Both,
	/// Only the included head, so many blocks older than the parent.
	Included(u32),
	/// The header of this block in the validation data, whoever the parent is.
	Fixed(u32),
	/// Nothing that is a header.
	Garbage,
	/// Nothing.
	None,
}

parameter_types! {
	pub static LinkNow: Link = Link::Up;
	pub static Sent: Vec<Xcm<()>> = Vec::new();
	pub static HeadsNow: Heads = Heads::Both;
	/// Balance of this chain's account that the relay data shows.
	pub static RelayMoney: Option<u128> = Some(1_000_000_000);
	/// Whether the relay data is that of a real relay chain.
	pub static RelayIsReal: bool = true;
	pub static AllEvents: Vec<crate::Event<Test>> = Vec::new();
	/// What is left of each block.
	pub static IdleWeight: Weight = Weight::MAX;
	pub FeeAsset: AssetId = AssetId(Location::here());
	pub const InitialTarget: RelayTarget = TARGET;
}

thread_local! {
	/// Headers of all blocks.
	static HEADERS: RefCell<Vec<HeaderFor<Test>>> = const { RefCell::new(Vec::new()) };
	/// Relay data of a block that looks for nothing in it.
	static ANY_PROOF: RelayChainStateProof = {
		let (root, proof) = RelayStateSproofBuilder::default().into_state_root_and_proof();
		RelayChainStateProof::new(PARA_ID.into(), root, proof).unwrap()
	};
}

/// Key that a message which breaks leaves in the state.
pub const TRACE: &[u8] = b"trace of a message";

pub struct Router;
impl SendXcm for Router {
	type Ticket = Xcm<()>;

	fn validate(to: &mut Option<Location>, message: &mut Option<Xcm<()>>) -> SendResult<Xcm<()>> {
		assert_eq!(to.take(), Some(Location::parent()));
		match LinkNow::get() {
			Link::Up | Link::Breaks => Ok((message.take().unwrap(), Assets::new())),
			Link::Refuses(why) => Err(SendError::Transport(why)),
			Link::Fails(kind) => Err(match kind {
				SendFailureKind::NotApplicable => SendError::NotApplicable,
				SendFailureKind::Unroutable => SendError::Unroutable,
				SendFailureKind::Missing => SendError::MissingArgument,
				SendFailureKind::Unsupported => SendError::DestinationUnsupported,
				SendFailureKind::TooLong => SendError::ExceedsMaxMessageSize,
				SendFailureKind::Fees => SendError::Fees,
			}),
		}
	}

	fn deliver(message: Xcm<()>) -> Result<XcmHash, SendError> {
		if LinkNow::get() == Link::Breaks {
			sp_io::storage::set(TRACE, b"!");
			return Err(SendError::Transport("broke"));
		}
		let id = message.using_encoded(sp_io::hashing::blake2_256);
		Sent::mutate(|sent| sent.push(message));
		Ok(id)
	}
}

impl crate::Config for Test {
	type XcmSender = Router;
	type SovereignBalance = FromRelayProof<Test>;
	type FeeAsset = FeeAsset;
	type GovernanceOrigin = frame_system::EnsureRoot<u64>;
	type PbcId = ConstU8<PBC_ID>;
	type ParaId = ConstU32<PARA_ID>;
	type InitialTarget = InitialTarget;
	type InitialRelayFee = ConstU128<FEE>;
	type MaxRelayFee = ConstU128<MAX_FEE>;
	type MaxInFlight = ConstU32<MAX_IN_FLIGHT>;
	type History = ConstU32<HISTORY>;
	type WeightInfo = ();
}

pub fn test_parameters() -> CheckpointParameters {
	CheckpointParameters {
		interval: INTERVAL,
		answer_timeout: TIMEOUT,
		max_backoff: MAX_BACKOFF,
		..CheckpointParameters::initial(TARGET, FEE)
	}
}

pub struct ExtBuilder {
	pub posting: Posting,
	pub parameters: CheckpointParameters,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { posting: Posting::On, parameters: test_parameters() }
	}
}

impl ExtBuilder {
	/// A chain after its genesis.
	pub fn build(self) -> sp_io::TestExternalities {
		LinkNow::set(Link::Up);
		HeadsNow::set(Heads::Both);
		RelayMoney::set(Some(1_000_000_000));
		RelayIsReal::set(true);
		IdleWeight::set(Weight::MAX);
		Sent::set(Vec::new());
		AllEvents::set(Vec::new());
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		crate::GenesisConfig::<Test> {
			posting: self.posting,
			target: Some(self.parameters.target),
			_config: Default::default(),
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			if self.posting == Posting::On {
				let next_due = Some(self.parameters.due_after(0));
				Agendas::<Test>::put(crate::Agenda { next_due, send_at: None });
			}
			Parameters::<Test>::put(self.parameters);
			let genesis = HeaderFor::<Test>::new(
				0,
				H256::zero(),
				H256::repeat_byte(1),
				H256::zero(),
				Default::default(),
			);
			HEADERS.set(vec![genesis]);
		});
		ext
	}

	/// Runs a test and checks every invariant at its end.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			assert_ok!(Checkpoint::do_try_state());
		})
	}
}

/// Runs a test on a chain that posts.
pub fn posting(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(test)
}

/// The header of a block.
pub fn header(number: u32) -> HeaderFor<Test> {
	HEADERS.with_borrow(|headers| headers[number as usize].clone())
}

/// The relay data of the block that is made now.
pub fn relay_proof() -> RelayChainStateProof {
	let now = System::block_number();
	let mut builder = RelayStateSproofBuilder { para_id: PARA_ID.into(), ..Default::default() };
	builder.included_para_head = match HeadsNow::get() {
		Heads::Both => Some(head(now.saturating_sub(2))),
		Heads::Included(behind) => Some(head((now - 1).saturating_sub(behind))),
		Heads::Garbage => Some(HeadData(vec![7; 100])),
		Heads::Fixed(_) | Heads::None => None,
	};
	if RelayIsReal::get() {
		builder.additional_key_values.push((time_key(), 1_750_000_000_000u64.encode()));
	}
	if let Some(free) = RelayMoney::get() {
		let info = (3u32, 0u32, 1u32, 0u32, free, 0u128, 0u128, 1u128 << 127);
		builder.additional_key_values.push((account_key(&relay_account(PARA_ID)), info.encode()));
	}
	let (root, proof) = builder.into_state_root_and_proof();
	RelayChainStateProof::new(PARA_ID.into(), root, proof).unwrap()
}

fn head(number: u32) -> HeadData {
	HeadData(header(number).encode())
}

/// Begins the next block: everything up to its first extrinsic.
pub fn begin_block() {
	let parent = header(last_block());
	System::reset_events();
	System::initialize(&(parent.number() + 1), &parent.hash(), &Default::default());
	let agenda = Agendas::<Test>::get();
	let now = System::block_number();
	if agenda.note_is_due(now) || agenda.send_is_due(now) {
		Checkpoint::on_relay_state_proof(&relay_proof());
	} else {
		ANY_PROOF.with(Checkpoint::on_relay_state_proof);
	}
	let parent_head = match HeadsNow::get() {
		Heads::Both => HeadData(parent.encode()),
		Heads::Fixed(number) => head(number),
		Heads::Garbage => HeadData(vec![9; 3]),
		Heads::Included(_) | Heads::None => HeadData(vec![]),
	};
	Checkpoint::on_validation_data(&PersistedValidationData { parent_head, ..Default::default() });
}

/// Ends the block.
pub fn end_block() {
	let sent = Sent::get().len();
	let used = Checkpoint::on_idle(System::block_number(), IdleWeight::get());
	assert!(used.all_lte(IdleWeight::get()), "idle time used up more than there was");
	assert!(Sent::get().len() <= sent + 1, "more than one message left in a block");
	AllEvents::mutate(|all| all.extend(System::read_events_for_pallet::<crate::Event<Test>>()));
	System::reset_events();
	let now = System::block_number();
	let header = HeaderFor::<Test>::new(
		now,
		H256::zero(),
		sp_io::hashing::blake2_256(&(b"state after", now).encode()).into(),
		System::parent_hash(),
		Default::default(),
	);
	HEADERS.with_borrow_mut(|headers| headers.push(header));
}

/// Makes one block.
pub fn block() {
	begin_block();
	end_block();
}

/// Makes blocks until the last one is number `number`.
pub fn run_to(number: u32) {
	while last_block() < number {
		block();
	}
}

/// Number of the last block.
pub fn last_block() -> u32 {
	HEADERS.with_borrow(|headers| headers.len() as u32 - 1)
}

/// Makes a block with `step` in it.
pub fn block_with<R>(step: impl FnOnce() -> R) -> R {
	begin_block();
	let result = step();
	end_block();
	result
}

/// Takes what was sent so far.
pub fn take_sent() -> Vec<Xcm<()>> {
	Sent::mutate(core::mem::take)
}

/// The query id and the call in a message.
pub fn content(message: &Xcm<()>) -> (QueryId, Vec<u8>) {
	let mut query = None;
	let mut call = None;
	for instruction in &message.0 {
		match instruction {
			SetAppendix(appendix) => {
				for instruction in &appendix.0 {
					if let ReportError(info) = instruction {
						query = Some(info.query_id);
					}
				}
			}
			Transact { call: encoded, .. } => call = Some(encoded.encoded().to_vec()),
			_ => {}
		}
	}
	(query.unwrap(), call.unwrap())
}

/// Indices of the checkpoints in messages.
pub fn indices(messages: &[Xcm<()>]) -> Vec<u32> {
	messages.iter().map(|message| message::index_of(content(message).0).unwrap()).collect()
}

/// Takes the events of the pallet in all blocks up to now.
pub fn take_events() -> Vec<crate::Event<Test>> {
	AllEvents::mutate(core::mem::take)
}

/// What an answer says.
pub const DONE: Response = Response::ExecutionResult(None);
pub const CALL_FAILED: Response = Response::ExecutionResult(Some((4, XcmError::ExpectationFalse)));

/// Lets an answer come in, as the barrier and the executor do. False if the barrier refuses it.
pub fn receive(
	origin: Location,
	query_id: QueryId,
	querier: Option<Location>,
	response: Response,
) -> bool {
	let expected = Checkpoint::expecting_response(&origin, query_id, querier.as_ref());
	if expected {
		push_in(origin, query_id, querier, response);
	}
	expected
}

/// Lets an answer come in past the barrier.
pub fn push_in(origin: Location, query_id: QueryId, querier: Option<Location>, response: Response) {
	let context = XcmContext { origin: Some(origin.clone()), message_id: [0; 32], topic: None };
	Checkpoint::on_response(
		&origin,
		query_id,
		querier.as_ref(),
		response,
		Weight::zero(),
		&context,
	);
}

/// The relay chain's answer about a checkpoint.
pub fn answer(index: u32, response: Response) -> bool {
	receive(Location::parent(), message::query_id(index), Some(Location::here()), response)
}

/// Makes a block in which the relay chain confirms a checkpoint.
pub fn confirm(index: u32) {
	assert!(block_with(|| answer(index, DONE)), "checkpoint {index} is not asked about");
}

/// The record of a checkpoint.
pub fn record(index: u32) -> crate::Checkpoint {
	Checkpoints::<Test>::get(index).unwrap()
}
