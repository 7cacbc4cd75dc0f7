//! The three chains and what carries messages between them.

use crate::{
	chain::{Chain, Channel, Inbox, RelayState, Tx},
	edsc::Edsc,
	flarechain::{self, FlareChain},
};
use ai_compute_pbc_runtime::{Balance, Balances, Checkpoint, Runtime, RuntimeCall, RuntimeEvent};
use codec::{Decode, Encode};
use frame_support::{dispatch::DispatchResult, traits::ProcessMessageError};
use pallet_checkpoint::{CheckpointParameters, Parameters, Standing};
use sp_keyring::Sr25519Keyring;
use xcm::{latest::prelude::*, VersionedXcm};

/// Distance between checkpoints.
pub const INTERVAL: u32 = 16;
/// First pause before a checkpoint is sent again.
pub const TIMEOUT: u32 = 8;

pub struct Network {
	pub chain: Chain,
	pub relay: FlareChain,
	pub edsc: Edsc,
	/// What the relay chain's state says of this chain.
	pub state: RelayState,
	/// Messages on their way to the relay chain, to this chain, and to EDSC-PBC.
	pub up: Vec<Vec<u8>>,
	pub down: Vec<Vec<u8>>,
	pub beside: Vec<Vec<u8>>,
	/// Whether messages of the relay chain are held back.
	pub hold_down: bool,
	/// Events of the checkpoints that nobody has taken yet.
	checkpoint_events: Vec<pallet_checkpoint::Event<Runtime>>,
	/// How the messages to this chain ended, that nobody has asked for yet.
	served: Vec<Served>,
	/// Assets that were trapped on this chain, and whose.
	pub trapped: Vec<(Location, Assets)>,
}

/// How a message to this chain ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Served {
	/// It ran to its end.
	Done,
	/// It ran until this error.
	Failed(XcmError),
	/// It was not run: the barrier did not let it in.
	Refused,
	/// It waits for somebody who gives it more weight: in which page, and where in that.
	TooHeavy { page: u32, index: u32 },
}

impl Network {
	/// Three chains. What is on this chain at genesis is in reserve on EDSC-PBC.
	pub fn new() -> Self {
		let mut chain = Chain::new();
		let issuance = chain.read(Balances::total_issuance);
		Self {
			chain,
			relay: FlareChain::new(),
			edsc: Edsc::new(issuance),
			state: RelayState {
				room: (8, 1 << 20),
				longest_message: 65_531,
				channel: Channel::Open,
				entries: vec![],
			},
			up: vec![],
			down: vec![],
			beside: vec![],
			hold_down: false,
			checkpoint_events: vec![],
			served: vec![],
			trapped: vec![],
		}
	}

	/// The same with a checkpoint every few blocks, decided by the relay chain's governance.
	pub fn with_short_interval() -> Self {
		let mut network = Self::new();
		network.change_parameters(|parameters| {
			parameters.interval = INTERVAL;
			parameters.answer_timeout = TIMEOUT;
			parameters.max_backoff = 4 * TIMEOUT;
		});
		network
	}

	/// Changes parameters of the checkpoints through the relay chain.
	pub fn change_parameters(&mut self, change: impl FnOnce(&mut CheckpointParameters)) {
		let mut parameters = self.chain.read(Parameters::<Runtime>::get);
		change(&mut parameters);
		self.govern(pallet_checkpoint::Call::set_parameters { parameters });
		self.steps(2);
		assert_eq!(self.chain.read(Parameters::<Runtime>::get), parameters);
	}

	/// Sends a call as the relay chain's governance does.
	pub fn govern(&mut self, call: impl Into<RuntimeCall>) {
		self.relay
			.send(flarechain::RuntimeOrigin::root(), unpaid(transact(OriginKind::Superuser, call)));
	}

	/// A block of each chain.
	pub fn step(&mut self) {
		self.step_with(vec![]);
	}

	pub fn steps(&mut self, count: u32) {
		for _ in 0..count {
			self.step();
		}
	}

	/// A block of each chain, with these transactions here.
	pub fn step_with(&mut self, txs: Vec<Tx>) -> Vec<DispatchResult> {
		let down = self.relay.block(core::mem::take(&mut self.up));
		self.down.extend(down);
		let beside = self.edsc.block(core::mem::take(&mut self.beside));
		let down = if self.hold_down { vec![] } else { core::mem::take(&mut self.down) };

		self.state.entries = self.relay.entries();
		let (outbox, applied) = self.chain.block(Inbox { down, beside }, &self.state, txs);
		self.up = outbox.up;
		for (para, page) in outbox.beside {
			assert_eq!(para, crate::chain::EDSC_PARA);
			self.beside.push(page);
		}

		// The error of a message comes before the event that it is over.
		let mut failed_with = None;
		for event in &self.chain.events {
			match event {
				RuntimeEvent::Checkpoint(event) => self.checkpoint_events.push(event.clone()),
				RuntimeEvent::PolkadotXcm(event) => match event {
					pallet_xcm::Event::ProcessXcmError { error, .. } => {
						failed_with.get_or_insert(*error);
					}
					pallet_xcm::Event::AssetsTrapped { assets, origin, .. } => {
						let assets = assets.clone().try_into().expect("a version that is known");
						self.trapped.push((origin.clone(), assets));
					}
					_ => {}
				},
				RuntimeEvent::MessageQueue(event) => {
					self.served.extend(served(event, failed_with.take()))
				}
				_ => {}
			}
		}
		applied
	}

	/// A block with one transaction, which must succeed.
	#[track_caller]
	pub fn ok(&mut self, signer: Sr25519Keyring, call: impl Into<RuntimeCall>) {
		assert_eq!(self.step_with(vec![Tx(signer, call.into())]), [Ok(())]);
	}

	/// Blocks until this chain has block `number`.
	pub fn run_to(&mut self, number: u32) {
		while self.chain.height() < number {
			self.step();
		}
	}

	/// Blocks until something is so.
	#[track_caller]
	pub fn until(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> bool) {
		for _ in 0..200 {
			if so(self) {
				return;
			}
			self.step();
		}
		panic!("not reached: {what}");
	}

	/// Takes the events of the checkpoints since the last time.
	pub fn take_events(&mut self) -> Vec<pallet_checkpoint::Event<Runtime>> {
		core::mem::take(&mut self.checkpoint_events)
	}

	/// Takes how messages to this chain ended since the last time.
	pub fn take_served(&mut self) -> Vec<Served> {
		core::mem::take(&mut self.served)
	}

	pub fn standing(&mut self, index: u32) -> Standing {
		self.chain.read(|| Checkpoint::checkpoint(index)).expect("it is noted").standing
	}

	/// Attempts so far to post a pending checkpoint.
	pub fn attempts(&mut self, index: u32) -> u32 {
		let info = self.chain.read(|| Checkpoint::checkpoint(index)).expect("it is noted");
		info.flight.expect("it is being sent").attempts
	}

	/// The checkpoint programs on their way to the relay chain.
	pub fn programs(&self) -> Vec<Xcm<()>> {
		self.up
			.iter()
			.map(|bytes| {
				let message = VersionedXcm::<()>::decode(&mut &bytes[..]).expect("a message");
				Xcm::try_from(message).expect("a version that is known")
			})
			.filter(|message| matches!(message.0.first(), Some(WithdrawAsset(_))))
			.collect()
	}

	/// The ËDSC on this chain is what EDSC-PBC holds for it.
	#[track_caller]
	pub fn check_reserve(&mut self) {
		let issued: Balance = self.chain.read(Balances::total_issuance);
		assert_eq!(issued, self.edsc.reserve(), "issued here, held there");
	}
}

fn served(
	event: &pallet_message_queue::Event<Runtime>,
	failed_with: Option<XcmError>,
) -> Option<Served> {
	use pallet_message_queue::Event;
	match event {
		Event::Processed { success: true, .. } => Some(Served::Done),
		Event::Processed { success: false, .. } => {
			Some(Served::Failed(failed_with.expect("it is said why")))
		}
		Event::ProcessingFailed { error: ProcessMessageError::Unsupported, .. } => {
			Some(Served::Refused)
		}
		Event::ProcessingFailed { error, .. } => {
			panic!("no message of ours is unreadable: {error:?}")
		}
		Event::OverweightEnqueued { page_index, message_index, .. } => {
			Some(Served::TooHeavy { page: *page_index, index: *message_index })
		}
		_ => None,
	}
}

/// A call in a program.
pub fn transact(kind: OriginKind, call: impl Into<RuntimeCall>) -> Instruction<()> {
	let call: RuntimeCall = call.into();
	Transact { origin_kind: kind, fallback_max_weight: None, call: call.encode().into() }
}

/// A program that pays nothing and fails if its call does.
pub fn unpaid(instruction: Instruction<()>) -> Xcm<()> {
	Xcm(vec![
		UnpaidExecution { weight_limit: Unlimited, check_origin: None },
		instruction,
		ExpectTransactStatus(MaybeErrorCode::Success),
	])
}
