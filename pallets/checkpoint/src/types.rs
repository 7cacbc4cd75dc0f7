//! Records of the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;
use xcm::latest::{QueryId, SendError};

/// Whether this chain posts checkpoints.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum Posting {
	/// No. For chains without a relay chain that answers.
	#[default]
	#[codec(index = 0)]
	Off,
	/// Yes.
	#[codec(index = 1)]
	On,
}

/// The call on the relay chain that registers a checkpoint. Grows at the end only.
///
/// Both are `[pallet, call]` and the arguments, without lengths.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum RelayTarget {
	/// `Checkpoint.register_checkpoint(pbc_id: u8, block_number: u64, state_root: H256)`. Registers
	/// any number; the same one twice changes nothing.
	#[codec(index = 0)]
	Checkpoint {
		/// Index of the pallet on the relay chain.
		pallet: u8,
		/// Index of the call in it.
		call: u8,
	},
	/// `PbcRouter.submit_state_root(pbc_id: u8, block_number: u32, state_root: H256)`. Registers
	/// rising numbers only.
	#[codec(index = 1)]
	PbcRouter {
		/// Index of the pallet on the relay chain.
		pallet: u8,
		/// Index of the call in it.
		call: u8,
	},
}

/// A state root of this chain that the relay chain shall know.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Checkpoint {
	/// Number of the block.
	pub block_number: u32,
	/// State root in that block's header: the state after the block.
	pub state_root: H256,
	/// Block in which the header was authenticated here.
	pub noted_at: u32,
	/// Block in which the relay chain's confirmation arrived.
	pub acknowledged_at: Option<u32>,
}

/// How far the checkpoints are. All four are indices of checkpoints, counted from 0.
///
/// `oldest <= resolved <= next`. Records exist from `oldest` on; those below `resolved` are
/// acknowledged or superseded, those from it on are pending.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Progress {
	/// First one that still has a record.
	pub oldest: u32,
	/// First one after the last that was acknowledged.
	pub resolved: u32,
	/// Index of the next one.
	pub next: u32,
	/// The greatest one that was sent.
	pub last_posted: Option<u32>,
}

impl Progress {
	/// How many wait for the relay chain's confirmation.
	pub fn pending(&self) -> u32 {
		self.next.saturating_sub(self.resolved)
	}

	/// Whether an answer about this one still counts: it was sent, and neither it nor a later one
	/// is acknowledged.
	pub fn is_open(&self, index: u32) -> bool {
		self.resolved <= index && self.last_posted.is_some_and(|last| index <= last)
	}
}

/// What became of the last attempt to post a checkpoint.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Delivery {
	/// There was none yet.
	#[codec(index = 0)]
	Unsent,
	/// Sent; no answer yet.
	#[codec(index = 1)]
	Sent,
	/// The message could not leave this chain.
	#[codec(index = 2)]
	NotSent,
	/// The relay chain answered that it did not register the checkpoint.
	#[codec(index = 3)]
	Refused,
}

/// A pending checkpoint that is sent until the relay chain confirms it.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Flight {
	/// Which checkpoint.
	pub index: u32,
	/// Attempts so far.
	pub attempts: u32,
	/// Blocks between the last attempt and the next. Zero before the first.
	pub wait: u32,
	/// First block of the next attempt.
	pub next_attempt: u32,
	/// What became of the last attempt.
	pub delivery: Delivery,
}

impl Flight {
	/// A checkpoint that can leave in block `now`.
	pub fn ready(index: u32, now: u32) -> Self {
		Self { index, attempts: 0, wait: 0, next_attempt: now, delivery: Delivery::Unsent }
	}

	/// Counts an attempt in block `now`. The next one waits twice as long as this one did, within
	/// the bounds of `parameters`.
	pub fn attempted(&mut self, now: u32, delivery: Delivery, parameters: &CheckpointParameters) {
		self.attempts = self.attempts.saturating_add(1);
		self.wait =
			self.wait.saturating_mul(2).max(parameters.answer_timeout).min(parameters.max_backoff);
		self.next_attempt = now.saturating_add(self.wait);
		self.delivery = delivery;
	}
}

/// The two block numbers with which every block compares its own.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Agenda {
	/// Number of the next header to note: any block above it looks for one. None while posting is
	/// off.
	pub next_due: Option<u32>,
	/// First block in which a message may leave. None while there is nothing to send.
	pub send_at: Option<u32>,
}

impl Agenda {
	/// Whether block `now` looks for a header.
	pub fn note_is_due(&self, now: u32) -> bool {
		self.next_due.is_some_and(|due| now > due)
	}

	/// Whether block `now` may send a message.
	pub fn send_is_due(&self, now: u32) -> bool {
		self.send_at.is_some_and(|at| now >= at)
	}
}

/// Least distance between checkpoints in blocks.
pub const MIN_INTERVAL: u32 = 4;
/// Largest distance between checkpoints in blocks. As many headers as this chain can authenticate,
/// and far fewer than the ticks for which a job's record outlives the job.
pub const MAX_INTERVAL: u32 = 2_400;
/// Least time in blocks for an answer to arrive.
pub const MIN_ANSWER_TIMEOUT: u32 = 8;
/// Longest pause in blocks between two attempts.
pub const MAX_BACKOFF: u32 = 14_400;
/// Largest weight that a call on the relay chain may be said to have.
pub const MAX_CALL_WEIGHT: Weight =
	Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND / 2, 2 * 1024 * 1024);
/// How many times the relay fee may be asked to lie on this chain's account there.
pub const MAX_RESERVE_FACTOR: u128 = 100_000;

/// Governable numbers.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct CheckpointParameters {
	/// Blocks from one checkpoint to the next: 4 to 2 400. Checkpoints are the multiples of it.
	pub interval: u32,
	/// What a message may spend on the relay chain, in the smallest unit of the fee asset: 1 to
	/// [`Config::MaxRelayFee`](crate::Config::MaxRelayFee). What it does not spend comes back.
	pub relay_fee: u128,
	/// Balance of this chain's account on the relay chain below which nothing is sent: at least
	/// the relay fee, at most 100 000 times it.
	pub relay_reserve: u128,
	/// Weight that the call is said to have. Relay chains with XCM 5 or later do not look at it;
	/// older ones charge for it. Up to half a second and 2 MiB of proof, not zero.
	pub call_weight: Weight,
	/// Blocks after the first attempt without an answer before the next: 8 to `max_backoff`.
	pub answer_timeout: u32,
	/// Longest pause between two attempts, in blocks: up to 14 400.
	pub max_backoff: u32,
	/// The call on the relay chain.
	pub target: RelayTarget,
}

impl CheckpointParameters {
	/// The numbers a chain starts with.
	pub fn initial(target: RelayTarget, relay_fee: u128) -> Self {
		Self {
			interval: 256,
			relay_fee,
			relay_reserve: relay_fee.saturating_mul(10),
			call_weight: Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND / 1_000, 64 * 1024),
			answer_timeout: 32,
			max_backoff: 512,
			target,
		}
	}

	/// Whether every number lies within its bounds.
	pub fn is_valid(&self, max_relay_fee: u128) -> bool {
		(MIN_INTERVAL..=MAX_INTERVAL).contains(&self.interval)
			&& (1..=max_relay_fee).contains(&self.relay_fee)
			&& (self.relay_fee..=self.relay_fee.saturating_mul(MAX_RESERVE_FACTOR))
				.contains(&self.relay_reserve)
			&& self.call_weight.all_gt(Weight::zero())
			&& self.call_weight.all_lte(MAX_CALL_WEIGHT)
			&& (MIN_ANSWER_TIMEOUT..=self.max_backoff).contains(&self.answer_timeout)
			&& self.max_backoff <= MAX_BACKOFF
	}

	/// The first checkpoint above block `number`.
	pub fn due_after(&self, number: u32) -> u32 {
		let interval = self.interval.max(1);
		number
			.checked_rem(interval)
			.map_or(u32::MAX, |past| number.saturating_sub(past).saturating_add(interval))
	}
}

/// Balance of this chain's account on the relay chain, as a block's relay data showed it.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct RelayBalance {
	/// What can be spent of it, in the smallest unit.
	pub spendable: u128,
	/// Block of this chain that read it.
	pub read_at: u32,
}

/// Why a message could not leave. Grows at the end only.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum SendFailure {
	/// There is no way to the relay chain.
	#[codec(index = 0)]
	NoRoute,
	/// The queue is full or closed.
	#[codec(index = 1)]
	Transport,
	/// The relay chain's XCM version is not known, or does not know an instruction.
	#[codec(index = 2)]
	DestinationUnsupported,
	/// The message is too long.
	#[codec(index = 3)]
	TooLong,
	/// Delivery has a price that was not paid.
	#[codec(index = 4)]
	Fees,
	/// No storage layer could be opened.
	#[codec(index = 5)]
	NoStorageLayer,
}

impl From<SendError> for SendFailure {
	fn from(error: SendError) -> Self {
		match error {
			SendError::NotApplicable | SendError::Unroutable | SendError::MissingArgument => {
				Self::NoRoute
			}
			SendError::Transport(_) => Self::Transport,
			SendError::DestinationUnsupported => Self::DestinationUnsupported,
			SendError::ExceedsMaxMessageSize => Self::TooLong,
			SendError::Fees => Self::Fees,
		}
	}
}

/// Where a checkpoint stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum Standing {
	/// Waits for the relay chain's confirmation.
	Pending,
	/// The relay chain confirmed it.
	Acknowledged,
	/// Not confirmed, and a later one is: no longer sent. The relay chain may know it all the same.
	Superseded,
}

/// A checkpoint with what follows from the rest of the state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct CheckpointInfo {
	/// Index, counted from 0.
	pub index: u32,
	/// The record.
	pub checkpoint: Checkpoint,
	/// Where it stands.
	pub standing: Standing,
	/// Query id of the relay chain's answer.
	pub query_id: QueryId,
	/// Its attempts, while it is pending and being sent.
	pub flight: Option<Flight>,
}

/// Everything about the state of posting at a glance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct CheckpointStatus {
	/// Whether checkpoints are posted.
	pub posting: Posting,
	/// Block number of the next checkpoint.
	pub next_due: Option<u32>,
	/// First block in which a message may leave.
	pub next_attempt: Option<u32>,
	/// How many checkpoints wait for a confirmation.
	pub pending: u32,
	/// The last one whose header was noted.
	pub last_noted: Option<CheckpointInfo>,
	/// The last one that was sent.
	pub last_posted: Option<CheckpointInfo>,
	/// The last one that the relay chain confirmed.
	pub last_acknowledged: Option<CheckpointInfo>,
	/// Balance on the relay chain, if sending pauses because it is too low.
	pub paused_at_balance: Option<u128>,
	/// Balance on the relay chain when it was last read.
	pub relay_balance: Option<RelayBalance>,
}
