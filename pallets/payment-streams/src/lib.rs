//! # Payment streams
//!
//! Payments too small and too many for one extrinsic each: channels with signed vouchers, streams
//! by the block, and hash-locked payments that join both to routes over several parties.
//!
//! ## Channels
//!
//! A payer deposits once and then signs *vouchers* off chain, each for all that the payee may have
//! claimed so far. The payee claims with the latest whenever it likes; only the sum counts, so a
//! voucher that was used, or an older one, is worth nothing. `payment-vouchers` has what is signed
//! and what both parties keep.
//!
//! | channel | call, by | guard | effect |
//! |---|---|---|---|
//! | – | open_channel, payer | deposit ≥ minimum, challenge period in bounds | Open |
//! | Open | top_up, payer | – | Open |
//! | Open, Closing | claim, anyone | Closing: < close_at | pays the payee |
//! | Open | request_close, payer | – | Closing, close_at = now + challenge |
//! | Closing | enforce_lock, payee | < close_at, lock unexpired | its lock becomes an HTLC |
//! | Open, Closing | close, payee | Closing: < close_at | last voucher, rest to the payer, removed |
//! | Closing | finalize_close, anyone | ≥ close_at | rest to the payer, removed |
//! | Open, its job ended | any call | – | Closing, close_at = end of the job + challenge |
//!
//! ## Streams
//!
//! A stream earns its rate in each block, exactly, until somebody stops it or the deposit is used up:
//! nothing runs free. It is settled in one step however long nobody looked ([`accrual`]).
//!
//! | stream | call, by | guard | effect |
//! |---|---|---|---|
//! | – | open_stream, payer | deposit ≥ rate × lockup | Running |
//! | any | withdraw, anyone | – | pays whole units, keeps the fraction |
//! | Running | change_rate, up by the payer, down by the payee | left ≥ new rate × lockup | Running |
//! | Running, Paused | top_up_stream, payer | – | same |
//! | Running | pause, payee | – | Paused now |
//! | Running | pause, payer | – | Paused from now + lockup on |
//! | Paused | resume, whoever paused | left ≥ rate × lockup | Running |
//! | Running | stop, payer | – | Ending at now + lockup, or when the deposit is used up |
//! | Paused | stop, payer | – | Ended, or Ending when the pause was to begin |
//! | not Ended | stop, payee | – | Ended |
//! | Running, its job ended | any call | – | Ending at the end of the job + lockup |
//! | not Ended, deposit used up | any call | – | Ended |
//! | Ended | close_stream, anyone | – | pays, rest to the payer, removed |
//!
//! ## Hash-locked payments (HTLC)
//!
//! Whoever shows the 32-byte preimage before the expiry has the payee paid; from then on anybody
//! sends the money back. Expiries are block numbers of the relay chain and not of the Clock: what is
//! locked on the other side of a route does not wait when this chain stands still.
//!
//! ## Money
//!
//! - Deposits go to one account of the pallet, where all of it is on hold: the amount on hold is the
//!   sum of what records say, to the unit. With one account for all, a claim touches two accounts,
//!   a batch of claims two in all, and no payer can take back what it has promised.
//! - [`shares`] divides what is paid between payee, platform and models' owners, on cumulative sums.
//!   Fees add up in [`FeesDue`] and [`collect_fees`](Pallet::collect_fees) sends them on; royalties of
//!   payments tied to a job in [`JobDues`], sent on by [`collect_royalty`](Pallet::collect_royalty).
//! - A claim is refused while its payee cannot be credited. Closing is never refused for that: what
//!   nobody can be credited with becomes a fee.
//! - Each record has a deposit of whoever creates it for its storage, which comes back with its end.
//!
//! ## Jobs
//!
//! A channel or stream can be tied to a job, between its requester and the owner of its node. It pays
//! the royalty of the job's model, counts as use of the model, and stops with the attempt at the job.
//! A job is not removed while something is tied to it.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod channels;
mod dues;
mod errors;
mod events;
mod htlc;
mod pool;
mod streaming;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod views;

pub mod accrual;
pub mod parameters;
pub mod shares;
pub mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use accrual::Meter;
pub use pallet::*;
pub use parameters::{ParameterError, ParametersOf, PaymentParameters};
pub use shares::{Rates, Shares};
pub use types::*;
pub use views::MAX_PAGE;
pub use weights::WeightInfo;

use ai_compute_primitives::JobId;
use frame_support::pallet_macros::import_section;
use sp_runtime::Percent;

/// Most items of a batch of claims.
pub const MAX_CLAIMS: u32 = 256;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		parameters::{DefaultParameters, ParametersOf},
		*,
	};
	use ai_compute_primitives::{FeePolicy, JobInspect, JobTies, SigningKey, TieRefusal};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, traits::fungible, PalletId};
	use frame_system::pallet_prelude::*;
	use payment_vouchers::{ChannelId, LockKind, Preimage};
	use sp_runtime::{traits::BlockNumberProvider, AccountId32, FixedU128};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Accounts are 32 bytes, so that a payer's account is a key that can sign vouchers.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId: Into<AccountId32>> {
		/// The currency that is paid in.
		type Currency: fungible::Mutate<Self::AccountId>
			+ fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// The clock of streams and challenge periods, in ticks of 6 seconds. Must never go back.
		/// Replacing it on a live chain moves all deadlines and what streams have earned.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// Block number of the relay chain: the clock of hash locks, which does not wait for this
		/// chain.
		type RelayBlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// The jobs that payments can be tied to; `()` for none.
		type Jobs: JobInspect<Self::AccountId, BlockNumberFor<Self>>
			+ JobTies<Self::AccountId, BalanceOf<Self>>;

		/// The platform fee, copied into each payment when it is opened, and the account it goes to.
		type Fees: FeePolicy<Self::AccountId>;

		/// Who may change [`Parameters`].
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Names the account that has all deposits. Must never change on a live chain.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Default of the governable least deposit, in the smallest unit. At least the existential
		/// deposit.
		#[pallet::constant]
		type MinDeposit: Get<BalanceOf<Self>>;

		/// Deposit per byte of a record and of the entries that list it. Each record keeps its own.
		#[pallet::constant]
		type DepositPerByte: Get<BalanceOf<Self>>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why money is on hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// What payers have deposited and nobody has been paid yet, fees and royalties that were not
		/// sent on, and deposits for storage. On the pallet's account.
		#[codec(index = 0)]
		Deposits,
	}

	/// Channels by number.
	#[pallet::storage]
	pub type Channels<T: Config> = StorageMap<_, Identity, ChannelId, ChannelOf<T>>;

	/// Number of the next channel. Never given twice, so that no voucher fits two channels.
	#[pallet::storage]
	pub type NextChannelId<T: Config> = StorageValue<_, ChannelId, ValueQuery>;

	/// Keys that sign vouchers in the payer's place. Removed with the channel.
	#[pallet::storage]
	pub type VoucherKeys<T: Config> = StorageMap<_, Identity, ChannelId, SigningKey>;

	/// Streams by number.
	#[pallet::storage]
	pub type Streams<T: Config> = StorageMap<_, Identity, StreamId, StreamOf<T>>;

	/// Number of the next stream.
	#[pallet::storage]
	pub type NextStreamId<T: Config> = StorageValue<_, StreamId, ValueQuery>;

	/// Hash-locked payments by number.
	#[pallet::storage]
	pub type Htlcs<T: Config> = StorageMap<_, Identity, HtlcId, HtlcOf<T>>;

	/// Number of the next hash-locked payment.
	#[pallet::storage]
	pub type NextHtlcId<T: Config> = StorageValue<_, HtlcId, ValueQuery>;

	/// Channels that an account pays into or is paid from.
	#[pallet::storage]
	pub type ChannelsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, ChannelId, ()>;

	/// Streams that an account pays into or is paid from.
	#[pallet::storage]
	pub type StreamsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, StreamId, ()>;

	/// Hash-locked payments of or to an account.
	#[pallet::storage]
	pub type HtlcsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, HtlcId, ()>;

	/// What is the fee account's and was not sent on.
	#[pallet::storage]
	pub type FeesDue<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

	/// What payments tied to a job came to, by job and attempt. Each entry is tied to it too.
	#[pallet::storage]
	pub type JobDues<T: Config> =
		StorageDoubleMap<_, Twox64Concat, JobId, Identity, u8, JobDueOf<T>>;

	/// Governable numbers.
	#[pallet::storage]
	pub type Parameters<T: Config> =
		StorageValue<_, ParametersOf<T>, ValueQuery, DefaultParameters<T>>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			let minimum = <T::Currency as fungible::Inspect<_>>::minimum_balance();
			let defaults = DefaultParameters::<T>::get().validate(minimum);
			assert_eq!(defaults, Ok(()), "the defaults are valid");
			assert!(Self::storage_deposit(0) >= minimum, "storage deposits can be paid to anybody");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	// Channels have the indices from 0, streams from 20, hash locks from 40, what concerns all of
	// them from 60, governance from 80.
	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Opens a payment channel.
		///
		/// Origin: signed by the payer, who pays `deposit` and a deposit for storage into the pool, in
		/// the smallest unit, and keeps its account. `challenge_period`: blocks that the payee has to
		/// bring its last voucher once the payer wants to close; 2 400 if none is named. With `job`,
		/// whose requester is the payer and whose node is the payee's, the channel pays the model's
		/// royalty and closes with the job. Vouchers are signed by the payer's account. Emits
		/// `ChannelOpened`.
		#[pallet::call_index(0)]
		pub fn open_channel(
			origin: OriginFor<T>,
			payee: T::AccountId,
			deposit: BalanceOf<T>,
			challenge_period: Option<BlockNumberFor<T>>,
			job: Option<JobId>,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_open_channel(payer, payee, deposit, challenge_period, job, None)
		}

		/// Adds `amount`, at least the existential deposit, to an open channel.
		///
		/// Origin: its payer. Emits `ChannelToppedUp`.
		#[pallet::call_index(1)]
		pub fn top_up(
			origin: OriginFor<T>,
			channel_id: ChannelId,
			#[pallet::compact] amount: BalanceOf<T>,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_top_up(payer, channel_id, amount)
		}

		/// Pays what a voucher is worth beyond what was claimed, at most the deposit, to its payee.
		///
		/// Origin: anyone signed. With the preimage of the voucher's lock, unexpired, the lock's amount
		/// too. Refused while the payee cannot be credited. The platform's and the models' owners'
		/// parts come out of it. Emits `VoucherClaimed`. Weighed as for a channel that is tied to a job;
		/// the rest is given back.
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::claim_weight(claim))]
		pub fn claim(origin: OriginFor<T>, claim: ClaimOf<T>) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_claim(claim)
		}

		/// Claims from up to 256 channels of one payee.
		///
		/// Origin: anyone signed. An item that is refused changes nothing and is named in a
		/// `ClaimSkipped` with the reason; the others go on, and the payee gets their sum. Emits
		/// `VoucherClaimed` for each of those.
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::claim_many_weight(claims))]
		pub fn claim_many(
			origin: OriginFor<T>,
			payee: T::AccountId,
			claims: Vec<ClaimOf<T>>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_many(payee, claims)
		}

		/// Closes a channel at once, with a last voucher if there is one.
		///
		/// Origin: its payee. What is left goes back to the payer. A voucher that was claimed already
		/// adds nothing; one that is not valid is refused. Emits `VoucherClaimed` and `ChannelClosed`.
		/// Costs less without a voucher.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::close())]
		pub fn close(
			origin: OriginFor<T>,
			channel_id: ChannelId,
			claim: Option<ClaimOf<T>>,
		) -> DispatchResultWithPostInfo {
			let payee = ensure_signed(origin)?;
			Self::do_close(payee, channel_id, claim)
		}

		/// Begins to close a channel: the payee has the challenge period for its last voucher.
		///
		/// Origin: its payer. Emits `ChannelClosing`.
		#[pallet::call_index(5)]
		pub fn request_close(origin: OriginFor<T>, channel_id: ChannelId) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_request_close(payer, channel_id)
		}

		/// Returns what is left of a channel whose challenge period is over.
		///
		/// Origin: anyone signed. Emits `ChannelClosed`.
		#[pallet::call_index(6)]
		pub fn finalize_close(origin: OriginFor<T>, channel_id: ChannelId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_finalize_close(channel_id)
		}

		/// Makes the lock of a voucher a hash-locked payment of its own, so that it outlives a channel
		/// that is closing.
		///
		/// Origin: the payee, who pays the deposit for its storage. The voucher's own amount is claimed
		/// too. The payment expires with the lock, at most 100 800 blocks of the relay chain from now.
		/// Emits `LockEnforced` and `HtlcCreated`.
		#[pallet::call_index(7)]
		pub fn enforce_lock(origin: OriginFor<T>, voucher: SignedVoucherOf<T>) -> DispatchResult {
			let payee = ensure_signed(origin)?;
			Self::do_enforce_lock(payee, voucher)
		}

		/// Opens a payment channel whose vouchers are signed by `key` and nothing else.
		///
		/// Origin: signed by the payer, whose own key can stay offline; or a multisig or proxied
		/// account, which has none. Else as [`open_channel`](Self::open_channel).
		#[pallet::call_index(8)]
		pub fn open_channel_with_key(
			origin: OriginFor<T>,
			payee: T::AccountId,
			deposit: BalanceOf<T>,
			challenge_period: Option<BlockNumberFor<T>>,
			job: Option<JobId>,
			key: SigningKey,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_open_channel(payer, payee, deposit, challenge_period, job, Some(key))
		}

		/// Opens a stream.
		///
		/// Origin: signed by the payer, who pays `deposit` and a deposit for storage into the pool and
		/// keeps its account. `rate_per_block` is in the smallest unit with 18 decimals and above zero;
		/// `lockup`, 10 to 100 800 blocks, is what the payee still earns after the payer stops, and the
		/// deposit covers it. `job` as for channels. Emits `StreamOpened`.
		#[pallet::call_index(20)]
		pub fn open_stream(
			origin: OriginFor<T>,
			payee: T::AccountId,
			rate_per_block: FixedU128,
			deposit: BalanceOf<T>,
			lockup: BlockNumberFor<T>,
			job: Option<JobId>,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_open_stream(payer, payee, rate_per_block, deposit, lockup, job)
		}

		/// Pauses a running stream.
		///
		/// Origin: its payee, from now on; or its payer, after the lockup. Emits `StreamPaused`.
		#[pallet::call_index(21)]
		pub fn pause(origin: OriginFor<T>, stream_id: StreamId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_pause(who, stream_id)
		}

		/// Lets a paused stream run on, or takes back a pause that has not begun.
		///
		/// Origin: whoever paused it. The deposit must last for the lockup. Emits `StreamResumed`.
		#[pallet::call_index(22)]
		pub fn resume(origin: OriginFor<T>, stream_id: StreamId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_resume(who, stream_id)
		}

		/// Changes the rate of a running stream from now on.
		///
		/// Origin: its payer raises it, its payee lowers it, not to zero. The deposit must last for the
		/// lockup at the new rate. Emits `RateChanged`.
		#[pallet::call_index(23)]
		pub fn change_rate(
			origin: OriginFor<T>,
			stream_id: StreamId,
			rate_per_block: FixedU128,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_change_rate(who, stream_id, rate_per_block)
		}

		/// Adds `amount`, at least the existential deposit, to a running or paused stream.
		///
		/// Origin: its payer. Refused once the deposit was used up. Emits `StreamToppedUp`.
		#[pallet::call_index(24)]
		pub fn top_up_stream(
			origin: OriginFor<T>,
			stream_id: StreamId,
			#[pallet::compact] amount: BalanceOf<T>,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_top_up_stream(payer, stream_id, amount)
		}

		/// Pays what a stream has earned to its payee, in whole units.
		///
		/// Origin: anyone signed. Also ends a stream whose deposit is used up. Refused if nothing is
		/// owed and nothing has ended, and while the payee cannot be credited. Emits `StreamWithdrawn`.
		#[pallet::call_index(25)]
		pub fn withdraw(origin: OriginFor<T>, stream_id: StreamId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_withdraw(stream_id)
		}

		/// Ends a stream.
		///
		/// Origin: its payee, at once; or its payer: a running one after the lockup, a paused one at
		/// once or when its pause was to begin. Emits `StreamEnding` or `StreamEnded`.
		#[pallet::call_index(26)]
		pub fn stop(origin: OriginFor<T>, stream_id: StreamId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_stop(who, stream_id)
		}

		/// Pays what an ended stream owes, returns the rest to the payer, and removes it.
		///
		/// Origin: anyone signed. Emits `StreamWithdrawn` and `StreamClosed`.
		#[pallet::call_index(27)]
		pub fn close_stream(origin: OriginFor<T>, stream_id: StreamId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close_stream(stream_id)
		}

		/// Pays `amount` to `payee` for the preimage of `hash`.
		///
		/// Origin: signed by the payer, who pays `amount` and a deposit for storage into the pool.
		/// `expires_at` is a block of the relay chain, 20 to 100 800 from now. Emits `HtlcCreated`.
		#[pallet::call_index(40)]
		pub fn create_htlc(
			origin: OriginFor<T>,
			payee: T::AccountId,
			amount: BalanceOf<T>,
			kind: LockKind,
			hash: [u8; 32],
			expires_at: BlockNumberFor<T>,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_create_htlc(payer, payee, amount, kind, hash, expires_at)
		}

		/// Pays a hash-locked payment to its payee.
		///
		/// Origin: anyone signed who knows the preimage, before the expiry. Refused while the payee
		/// cannot be credited. Emits `HtlcClaimed`, which publishes the preimage.
		#[pallet::call_index(41)]
		pub fn claim_htlc(
			origin: OriginFor<T>,
			htlc_id: HtlcId,
			preimage: Preimage,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_htlc(htlc_id, preimage)
		}

		/// Sends an expired hash-locked payment back to its payer.
		///
		/// Origin: anyone signed. Emits `HtlcRefunded`.
		#[pallet::call_index(42)]
		pub fn refund_htlc(origin: OriginFor<T>, htlc_id: HtlcId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_refund_htlc(htlc_id)
		}

		/// Sends the fees that have added up to the fee account.
		///
		/// Origin: anyone signed. Emits `FeesCollected`.
		#[pallet::call_index(60)]
		pub fn collect_fees(origin: OriginFor<T>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_collect_fees()
		}

		/// Sends the royalty of payments tied to an attempt at a job to the owners of its model and the
		/// model's parent.
		///
		/// Origin: anyone signed, once the attempt has ended and everything else that was tied to it is
		/// closed. A job cannot be removed before. Emits `RoyaltyCollected`.
		#[pallet::call_index(61)]
		pub fn collect_royalty(origin: OriginFor<T>, job: JobId, attempt: u8) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_collect_royalty(job, attempt)
		}

		/// Replaces the parameters, each within its bounds, for what is opened from then on.
		///
		/// Origin: governance. Emits `ParametersSet`.
		#[pallet::call_index(80)]
		pub fn set_parameters(origin: OriginFor<T>, parameters: ParametersOf<T>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_parameters(parameters)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A channel as the next call finds it, and what it can still pay.
		pub fn channel_now(
			channel_id: ChannelId,
		) -> Option<ChannelNow<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
			Self::view_channel(channel_id)
		}

		/// A stream as the next call finds it, what it owes, and when it runs out.
		pub fn stream_now(
			stream_id: StreamId,
		) -> Option<StreamNow<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
			Self::view_stream(stream_id)
		}

		/// A hash-locked payment, and whose turn it is.
		pub fn htlc_now(
			htlc_id: HtlcId,
		) -> Option<HtlcNow<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
			Self::view_htlc(htlc_id)
		}

		/// The parts of what a claim would pay now, or why it would be refused.
		pub fn claim_value(claim: ClaimOf<T>) -> Result<Shares<BalanceOf<T>>, DispatchError> {
			Self::claim_shares(&claim).map_err(Into::into)
		}

		/// Up to 256 channels of an account, as payer or payee, those after `after`.
		pub fn channels_of(
			who: T::AccountId,
			after: Option<ChannelId>,
			limit: u32,
		) -> Vec<ChannelId> {
			Self::page_of_channels(&who, after, limit)
		}

		/// Up to 256 streams of an account, as payer or payee, those after `after`.
		pub fn streams_of(who: T::AccountId, after: Option<StreamId>, limit: u32) -> Vec<StreamId> {
			Self::page_of_streams(&who, after, limit)
		}

		/// Up to 256 hash-locked payments of an account, as payer or payee, those after `after`.
		pub fn htlcs_of(who: T::AccountId, after: Option<HtlcId>, limit: u32) -> Vec<HtlcId> {
			Self::page_of_htlcs(&who, after, limit)
		}
	}
}
