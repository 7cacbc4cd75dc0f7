//! # Checkpoints
//!
//! Posts state roots of this chain to its relay chain, so that anybody can check a storage proof of
//! this chain against something that the relay chain has finalised.
//!
//! ## Life of a checkpoint
//!
//! 1. **Due**: every `interval`-th block. The root of a block stands in its header, which is not
//!    known before the next block.
//! 2. **Noted**, with its index, as soon as a header at or above the due number is known: the
//!    parent's header in the parachain's validation data, the head that the relay chain has
//!    included, or one that anybody brings with [`note_header`](Call::note_header). A header counts
//!    only if its hash is the one that this chain has for its number, so it makes no difference who
//!    brings it. Where several blocks go into one bundle the next known header is taken; otherwise
//!    it is exactly the due one.
//! 3. **Posted** in the idle time of the same block or a later one: an XCM program that pays for
//!    itself on the relay chain, calls what registers the root there, and reports how that ended
//!    (see [`message`]). At most one message leaves in a block.
//! 4. **Acknowledged** when the relay chain's answer says that the call ran and succeeded. All
//!    older ones that were not are **superseded** then: a later root covers whatever an earlier one
//!    did, and the relay chain may refuse falling numbers.
//!
//! Until then it is **pending** and nothing makes it disappear. Without an answer, with a refusal,
//! or if the message could not leave, it is sent again under the same query id after
//! `answer_timeout` blocks, then after twice that, and so on up to `max_backoff`. The
//! [`Config::MaxInFlight`] latest pending ones are sent again; older ones are *shelved*: they keep
//! their record and their answer still counts if one comes.
//!
//! ## Who is believed
//!
//! An answer counts if it comes from the relay chain itself, names this chain as the one that
//! asked, and its query id is that of a checkpoint that was sent and not resolved. A relay chain
//! account that makes the relay chain send an answer here is named as the one that asked.
//!
//! ## Money
//!
//! Messages are paid from this chain's account on the relay chain. A message takes `relay_fee` from
//! it and returns what it did not spend. Nothing is sent while the account is known to hold less
//! than `relay_reserve`; the pallet says so when that begins and when it ends, and looks again
//! every `answer_timeout` blocks. The balance comes from the relay data of the block that sends, if
//! its collator included it; where it is not known, messages are sent. On this chain nobody pays.
//!
//! ## Cost
//!
//! A block in which nothing is due costs one read of ten bytes and a comparison.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use answers::CheckpointsOr;
pub use funds::{account_key, relay_account, time_key, FromRelayProof, SovereignBalance};
pub use pallet::*;
pub use types::{
	Agenda, Checkpoint, CheckpointInfo, CheckpointParameters, CheckpointStatus, Delivery, Flight,
	Posting, Progress, RelayBalance, RelayTarget, SendFailure, Standing, MAX_BACKOFF,
	MAX_CALL_WEIGHT, MAX_INTERVAL, MAX_RESERVE_FACTOR, MIN_ANSWER_TIMEOUT, MIN_INTERVAL,
};
pub use weights::WeightInfo;

mod answers;
mod funds;
pub mod message;
mod noting;
mod posting;
mod types;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

/// Longest header that is looked at, in bytes: as long as a relay chain lets a parachain's head be.
pub const MAX_HEADER_LEN: u32 = 32 * 1024;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, weights::WeightMeter};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::SaturatedConversion;
	use xcm::latest::{AssetId, Error as XcmError, Location, QueryId, SendXcm, XcmHash};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<Hash = H256> {
		/// Carries messages to the relay chain. Delivery is not paid for: the runtime must let this
		/// chain's own messages go free.
		type XcmSender: SendXcm;

		/// Balance of this chain's account on the relay chain.
		type SovereignBalance: SovereignBalance;

		/// The asset in which messages are paid, as the relay chain names it: `Here` for its own
		/// token. A change acts on the next attempt.
		type FeeAsset: Get<AssetId>;

		/// Who switches posting on and off and changes the parameters.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Number under which the relay chain knows this chain's checkpoints. A change would start
		/// a second list there.
		#[pallet::constant]
		type PbcId: Get<u8>;

		/// Parachain number of this chain: names its account on the relay chain, and where answers
		/// go.
		#[pallet::constant]
		type ParaId: Get<u32>;

		/// The call on the relay chain until governance sets another.
		#[pallet::constant]
		type InitialTarget: Get<RelayTarget>;

		/// What a message may spend there until governance sets another sum, in the smallest unit
		/// of the fee asset: 1 to `MaxRelayFee`.
		#[pallet::constant]
		type InitialRelayFee: Get<u128>;

		/// The most that governance can let a message spend there, in the smallest unit of the fee
		/// asset. Must not be lowered below the present fee on a live chain.
		#[pallet::constant]
		type MaxRelayFee: Get<u128>;

		/// Pending checkpoints that are sent again. At least 1. Can be raised on a live chain,
		/// never lowered.
		#[pallet::constant]
		type MaxInFlight: Get<u32>;

		/// Resolved checkpoints whose records are kept. At least 1.
		#[pallet::constant]
		type History: Get<u32>;

		/// Measured weights of the calls and hooks.
		type WeightInfo: WeightInfo;
	}

	/// Checkpoints by index, counted from 0: all pending ones, and the last resolved ones.
	#[pallet::storage]
	pub type Checkpoints<T: Config> = StorageMap<_, Twox64Concat, u32, Checkpoint>;

	/// How far the checkpoints are.
	#[pallet::storage]
	#[pallet::storage_prefix = "Progress"]
	pub type ProgressOf<T: Config> = StorageValue<_, Progress, ValueQuery>;

	/// Pending checkpoints that are sent until they are confirmed, oldest first: the last ones.
	#[pallet::storage]
	pub type InFlight<T: Config> = StorageValue<_, BoundedVec<Flight, T::MaxInFlight>, ValueQuery>;

	/// When there is something to do.
	#[pallet::storage]
	#[pallet::storage_prefix = "Agenda"]
	pub type Agendas<T: Config> = StorageValue<_, Agenda, ValueQuery>;

	/// Balance on the relay chain at the last look, if it was too low to send.
	#[pallet::storage]
	pub type PausedAt<T: Config> = StorageValue<_, u128>;

	/// Balance on the relay chain as last read out of relay data.
	#[pallet::storage]
	#[pallet::storage_prefix = "RelayBalance"]
	pub type RelayBalances<T: Config> = StorageValue<_, RelayBalance>;

	/// The parameters a chain starts with.
	#[pallet::type_value]
	pub fn InitialParameters<T: Config>() -> CheckpointParameters {
		CheckpointParameters::initial(T::InitialTarget::get(), T::InitialRelayFee::get())
	}

	/// Governable numbers.
	#[pallet::storage]
	pub type Parameters<T: Config> =
		StorageValue<_, CheckpointParameters, ValueQuery, InitialParameters<T>>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether checkpoints are posted from the start. Off where there is no relay chain.
		pub posting: Posting,
		/// The call on the relay chain, if it is not the runtime's.
		pub target: Option<RelayTarget>,
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let mut parameters = InitialParameters::<T>::get();
			if let Some(target) = self.target {
				parameters.target = target;
				Parameters::<T>::put(parameters);
			}
			if self.posting == Posting::On {
				let next_due = Some(parameters.due_after(0));
				Agendas::<T>::put(Agenda { next_due, send_at: None });
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A header became a checkpoint.
		CheckpointNoted {
			/// Index of the checkpoint.
			index: u32,
			/// Number of the block.
			block_number: u32,
			/// State root in its header.
			state_root: H256,
		},
		/// A checkpoint left for the relay chain.
		CheckpointPosted {
			/// Index of the checkpoint.
			index: u32,
			/// Number of the block.
			block_number: u32,
			/// State root in its header.
			state_root: H256,
			/// Query id of the answer.
			query_id: QueryId,
			/// Which attempt it is, counted from 1.
			attempt: u32,
			/// Id of the message.
			message_id: XcmHash,
		},
		/// The message could not leave. It is tried again.
		CheckpointNotSent {
			/// Index of the checkpoint.
			index: u32,
			/// Which attempt it was, counted from 1.
			attempt: u32,
			/// Why.
			reason: SendFailure,
		},
		/// The relay chain registered a checkpoint.
		CheckpointAcknowledged {
			/// Index of the checkpoint.
			index: u32,
			/// Number of the block.
			block_number: u32,
			/// State root in its header.
			state_root: H256,
		},
		/// Older checkpoints are no longer sent, because a later one is acknowledged.
		CheckpointsSuperseded {
			/// Index of the first.
			first: u32,
			/// Index of the last.
			last: u32,
			/// Index of the acknowledged one.
			by: u32,
		},
		/// The relay chain answered that it did not register a checkpoint. It is tried again.
		CheckpointRefused {
			/// Index of the checkpoint.
			index: u32,
			/// Number of the instruction that failed, counted from 0.
			instruction: u32,
			/// `ExpectationFalse` if the call ran and failed, else why it did not run.
			error: XcmError,
		},
		/// A pending checkpoint is no longer sent, because there are too many later ones.
		CheckpointShelved {
			/// Index of the checkpoint.
			index: u32,
		},
		/// An answer came that nobody asked for, or that says nothing about a checkpoint.
		UnexpectedAnswer {
			/// Who sent it.
			origin: Location,
			/// Query id that it names.
			query_id: QueryId,
		},
		/// Nothing is sent: this chain's account on the relay chain is too low.
		PostingPaused {
			/// What it can spend, in the smallest unit.
			balance: u128,
			/// What it must be able to spend.
			needed: u128,
		},
		/// Messages are sent again.
		PostingResumed {
			/// What the account can spend, if it is known.
			balance: Option<u128>,
		},
		/// Governance switched posting on or off.
		PostingSet {
			/// On or off.
			posting: Posting,
		},
		/// Governance changed the parameters.
		ParametersSet {
			/// The parameters now.
			parameters: CheckpointParameters,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No checkpoints are posted.
		PostingOff,
		/// Posting is on, or off, already.
		PostingUnchanged,
		/// The header is longer than 32 KiB.
		HeaderTooLong,
		/// The bytes are not a header.
		HeaderMalformed,
		/// The header is below the next checkpoint.
		HeaderNotDue,
		/// The header is not one of this chain's, or too old to tell.
		HeaderUnknown,
		/// A parameter lies outside its bounds.
		InvalidParameters,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Sends what is due, if there is room for it in the block.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			if meter.try_consume(T::WeightInfo::ordinary_block()).is_err() {
				return Weight::zero();
			}
			let now = Self::now();
			if Agendas::<T>::get().send_is_due(now)
				&& meter.try_consume(T::WeightInfo::post()).is_ok()
			{
				Self::post(now);
			}
			meter.consumed()
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			assert!(T::MaxInFlight::get() >= 1, "a checkpoint must be able to be sent");
			assert!(T::History::get() >= 1, "the last resolved checkpoint has a record");
			assert!(
				InitialParameters::<T>::get().is_valid(T::MaxRelayFee::get()),
				"initial parameters out of bounds"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Brings the header of a due checkpoint, where the chain's own sources do not show it.
		///
		/// Origin: any signed account. `header` is the SCALE-encoded header of a block of this
		/// chain: at or above the next due number, below the present block, among the last that
		/// the chain knows the hashes of. Free if it becomes a checkpoint, paid for otherwise.
		/// Emits `CheckpointNoted`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::note_header(
			u32::try_from(header.len()).unwrap_or(u32::MAX).min(MAX_HEADER_LEN)
		))]
		pub fn note_header(origin: OriginFor<T>, header: Vec<u8>) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_note_header(&header)
		}

		/// Switches posting on or off.
		///
		/// Origin: governance. Switched off, no header is noted and nothing is sent; what is
		/// pending stays so and its answers count. Switched on, pending ones are sent again and the
		/// next multiple of the interval is due. Emits `PostingSet`.
		#[pallet::call_index(1)]
		pub fn set_posting(origin: OriginFor<T>, posting: Posting) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_posting(posting)
		}

		/// Replaces the parameters, each within its bounds.
		///
		/// Origin: governance. What is in flight is sent again at once, in the new way, and its
		/// pauses start anew. Emits `ParametersSet`.
		#[pallet::call_index(2)]
		pub fn set_parameters(
			origin: OriginFor<T>,
			parameters: CheckpointParameters,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_parameters(parameters)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What is posted, acknowledged, pending and next.
		pub fn status() -> CheckpointStatus {
			Self::status_now()
		}

		/// The checkpoint with this index, counted from 0.
		pub fn checkpoint(index: u32) -> Option<CheckpointInfo> {
			Self::info(index)
		}

		/// The last 256 checkpoints that wait for a confirmation, oldest first.
		pub fn pending_checkpoints() -> Vec<CheckpointInfo> {
			Self::list_pending()
		}

		/// The first checkpoint that the relay chain confirmed of this block or a later one: the
		/// root against which something can be proven that was written in the block and is still
		/// there. Looks through 256 superseded ones at most.
		pub fn checkpoint_covering(block_number: u32) -> Option<CheckpointInfo> {
			Self::first_covering(block_number)
		}

		/// The call on the relay chain for a checkpoint, encoded as it would be sent now.
		pub fn relay_call(index: u32) -> Option<Vec<u8>> {
			Checkpoints::<T>::get(index)
				.map(|checkpoint| Self::call_of(&checkpoint, &Parameters::<T>::get()))
		}
	}

	impl<T: Config> Pallet<T> {
		/// Number of this block.
		pub(crate) fn now() -> u32 {
			frame_system::Pallet::<T>::block_number().saturated_into()
		}
	}
}
