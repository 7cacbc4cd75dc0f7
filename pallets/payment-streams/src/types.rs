//! Records of channels, streams and hash locks.

use crate::{
	accrual::{earned_in, Meter},
	shares::{Rates, Shares},
	Config,
};
use ai_compute_primitives::{JobTie, SigningKey};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use payment_vouchers::{Claim, HashLock, LockKind, SignedVoucher};
use scale_info::TypeInfo;
use sp_runtime::{traits::AtLeast32BitUnsigned, FixedU128, Percent};

/// Number of a stream. Counted up from 0, never given twice.
pub type StreamId = u64;
/// Number of a hash-locked payment. Counted up from 0, never given twice.
pub type HtlcId = u64;

/// Balance of the currency that is paid in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// [`Channel`] in this runtime.
pub type ChannelOf<T> =
	Channel<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Stream`] in this runtime.
pub type StreamOf<T> =
	Stream<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Htlc`] in this runtime.
pub type HtlcOf<T> = Htlc<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`SignedVoucher`] in this runtime.
pub type SignedVoucherOf<T> =
	SignedVoucher<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Claim`] in this runtime.
pub type ClaimOf<T> =
	Claim<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`HashLock`] in this runtime.
pub type HashLockOf<T> = HashLock<BalanceOf<T>, BlockNumberFor<T>>;
/// [`JobDue`] in this runtime.
pub type JobDueOf<T> = JobDue<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// One side of a payment. Stored: grows at the end only.
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
pub enum Party {
	/// Who pays.
	#[codec(index = 0)]
	Payer,
	/// Who is paid.
	#[codec(index = 1)]
	Payee,
}

/// State of a channel. Stored: grows at the end only.
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
pub enum ChannelStatus<BlockNumber> {
	/// Pays.
	#[codec(index = 0)]
	Open {
		/// Blocks that the payee has to bring its last voucher once the payer wants to close.
		challenge: BlockNumber,
	},
	/// Pays until `close_at`.
	#[codec(index = 1)]
	Closing {
		/// From here on anybody may return the rest to the payer.
		close_at: BlockNumber,
	},
}

/// Who signs a channel's vouchers. Stored: grows at the end only.
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
pub enum VoucherSigner {
	/// The payer's own key.
	#[codec(index = 0)]
	Payer,
	/// The key in [`VoucherKeys`](crate::VoucherKeys).
	#[codec(index = 1)]
	Key,
}

/// A payment channel. Small: a batch of claims reads one for each item.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Channel<AccountId, Balance, BlockNumber> {
	/// Who pays.
	pub payer: AccountId,
	/// Who is paid.
	pub payee: AccountId,
	/// All that was ever deposited.
	pub deposit: Balance,
	/// All that was claimed, before shares. Never above the deposit.
	pub claimed: Balance,
	/// The payer's deposit for the storage, which comes back at the end.
	pub storage_deposit: Balance,
	/// The platform's share, as it was at opening.
	pub fee: Percent,
	/// State.
	pub status: ChannelStatus<BlockNumber>,
	/// Who signs vouchers.
	pub signer: VoucherSigner,
	/// The job that it pays for.
	pub tie: Option<JobTie>,
}

impl<AccountId, Balance, BlockNumber> Channel<AccountId, Balance, BlockNumber>
where
	Balance: AtLeast32BitUnsigned + Copy,
{
	/// What is not claimed yet.
	pub fn left(&self) -> Balance {
		self.deposit.saturating_sub(self.claimed)
	}

	/// What is taken from the payee's gross.
	pub fn rates(&self) -> Rates {
		rates(self.fee, &self.tie)
	}
}

/// State of a stream. Stored: grows at the end only.
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
pub enum StreamStatus<BlockNumber> {
	/// Earns.
	#[codec(index = 0)]
	Running,
	/// Earns until `at`, and then nothing until it is resumed.
	#[codec(index = 1)]
	Paused {
		/// Who may resume it.
		by: Party,
		/// First block that earns nothing.
		at: BlockNumber,
	},
	/// Earns until `end`, and then never again.
	#[codec(index = 2)]
	Ending {
		/// First block that earns nothing.
		end: BlockNumber,
	},
	/// Earns nothing any more.
	#[codec(index = 3)]
	Ended,
}

/// A stream of payments.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Stream<AccountId, Balance, BlockNumber> {
	/// Who pays.
	pub payer: AccountId,
	/// Who is paid.
	pub payee: AccountId,
	/// Earned in each block, in the smallest unit with 18 decimals.
	pub rate: FixedU128,
	/// All that was ever deposited.
	pub deposit: Balance,
	/// All that was withdrawn, before shares. Never above what was earned.
	pub paid: Balance,
	/// What was earned. Never above the deposit.
	pub meter: Meter<Balance, BlockNumber>,
	/// Blocks that are paid after the payer stops or pauses.
	pub lockup: BlockNumber,
	/// The payer's deposit for the storage, which comes back at the end.
	pub storage_deposit: Balance,
	/// The platform's share, as it was at opening.
	pub fee: Percent,
	/// State.
	pub status: StreamStatus<BlockNumber>,
	/// The job that it pays for.
	pub tie: Option<JobTie>,
}

/// What time did to a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change<BlockNumber> {
	/// Nothing but earning.
	None,
	/// Its job is over, and it ends at that block.
	Ending(BlockNumber),
	/// It has ended.
	Ended,
	/// It has ended because the deposit is used up.
	Depleted,
}

impl<AccountId, Balance, BlockNumber> Stream<AccountId, Balance, BlockNumber>
where
	Balance: AtLeast32BitUnsigned + Copy,
	BlockNumber: AtLeast32BitUnsigned + Copy,
{
	/// What is not earned yet.
	pub fn left(&self) -> Balance {
		self.deposit.saturating_sub(self.meter.accrued)
	}

	/// What was earned and is not withdrawn, before shares.
	pub fn owed(&self) -> Balance {
		self.meter.accrued.saturating_sub(self.paid)
	}

	/// The parts of what is owed.
	pub fn due(&self) -> Shares<Balance> {
		self.rates().between(self.paid, self.meter.accrued)
	}

	/// What is taken from the payee's gross.
	pub fn rates(&self) -> Rates {
		rates(self.fee, &self.tie)
	}

	/// Whether what is left lasts for a lockup at `rate`.
	pub fn covers_lockup(&self, rate: FixedU128) -> bool {
		self.left() >= earned_in(rate, self.lockup)
	}

	/// The first block at which the deposit is used up if nothing changes. `None` if it never is.
	pub fn runs_out_at(&self) -> Option<BlockNumber> {
		let full = self.meter.full_at(self.rate, self.deposit)?;
		match self.status {
			StreamStatus::Running => Some(full),
			StreamStatus::Paused { at: end, .. } | StreamStatus::Ending { end } => {
				(full <= end).then_some(full)
			}
			StreamStatus::Ended => None,
		}
	}

	/// Brings the record up to `now`. `job_ended` is when the job that it is tied to ended.
	pub fn touch(
		&mut self,
		now: BlockNumber,
		job_ended: Option<BlockNumber>,
	) -> Change<BlockNumber> {
		use StreamStatus::*;
		let mut change = Change::None;
		if let Some(ended) = job_ended {
			let last = ended.saturating_add(self.lockup);
			let end = match self.status {
				Running => Some(last),
				Paused { at, .. } => Some(at.min(last)),
				Ending { .. } | Ended => None,
			};
			if let Some(end) = end {
				self.status = Ending { end };
				change = Change::Ending(end);
			}
		}
		let end = match self.status {
			Running => now,
			Paused { at: end, .. } | Ending { end } => end.min(now),
			Ended => return change,
		};
		self.meter.advance(self.rate, end, self.deposit);
		if self.meter.accrued >= self.deposit {
			self.status = Ended;
			return Change::Depleted;
		}
		match self.status {
			Ending { end } if now >= end => {
				self.status = Ended;
				Change::Ended
			}
			_ => change,
		}
	}
}

fn rates(fee: Percent, tie: &Option<JobTie>) -> Rates {
	Rates { fee, royalty_bps: tie.as_ref().map_or(0, |tie| tie.royalty_bps) }
}

/// A hash-locked payment.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Htlc<AccountId, Balance, BlockNumber> {
	/// Who pays, and gets it back when it expires.
	pub payer: AccountId,
	/// Who is paid for the preimage.
	pub payee: AccountId,
	/// Its parts if it is paid.
	pub shares: Shares<Balance>,
	/// Which hash.
	pub kind: LockKind,
	/// Hash of the preimage.
	pub hash: [u8; 32],
	/// Block of the relay chain from which on it goes back.
	pub expires_at: BlockNumber,
	/// Deposit for the storage, which comes back at the end.
	pub storage_deposit: Balance,
	/// Whose deposit that is.
	pub depositor: Party,
	/// The job of the channel that it came from.
	pub tie: Option<JobTie>,
}

impl<AccountId, Balance: AtLeast32BitUnsigned + Copy, BlockNumber>
	Htlc<AccountId, Balance, BlockNumber>
{
	/// The locked amount.
	pub fn amount(&self) -> Balance {
		let Shares { payee, fee, royalty } = self.shares;
		payee.saturating_add(fee).saturating_add(royalty)
	}
}

/// What payments tied to one attempt at a job have come to since that was last paid out.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct JobDue<AccountId, Balance> {
	/// Who owned the node and was paid.
	pub payee: AccountId,
	/// Paid in all, before shares.
	pub gross: Balance,
	/// The platform's part, which lies in [`FeesDue`](crate::FeesDue) or is collected already.
	pub fee: Balance,
	/// The royalty, which waits here.
	pub royalty: Balance,
}

/// What an unpayable amount was meant to be.
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
pub enum Purpose {
	/// A payee's pay.
	Pay,
	/// What comes back to a payer.
	Refund,
	/// A deposit for storage.
	StorageDeposit,
	/// A royalty.
	Royalty,
}

/// What a channel can do now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum ChannelPhase {
	/// Vouchers are paid, and no end is set.
	Open,
	/// Vouchers are paid until `close_at`.
	Closing,
	/// Only the rest can be returned.
	Expired,
}

/// Answer of [`channel_now`](crate::Pallet::channel_now).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ChannelNow<AccountId, Balance, BlockNumber> {
	/// The record, as the next call finds it.
	pub channel: Channel<AccountId, Balance, BlockNumber>,
	/// The key that signs in the payer's place.
	pub key: Option<SigningKey>,
	/// The clock.
	pub now: BlockNumber,
	/// What can be done.
	pub phase: ChannelPhase,
	/// What vouchers can still claim.
	pub left: Balance,
}

/// Answer of [`stream_now`](crate::Pallet::stream_now).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StreamNow<AccountId, Balance, BlockNumber> {
	/// The record, as the next call finds it.
	pub stream: Stream<AccountId, Balance, BlockNumber>,
	/// The clock.
	pub now: BlockNumber,
	/// The parts of what can be withdrawn.
	pub due: Shares<Balance>,
	/// What is not earned yet.
	pub left: Balance,
	/// The first block at which the deposit is used up if nothing changes.
	pub runs_out_at: Option<BlockNumber>,
}

/// Whose turn a hash-locked payment is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum HtlcPhase {
	/// The preimage is worth the amount.
	Claimable,
	/// The amount goes back to the payer.
	Refundable,
}

/// Answer of [`htlc_now`](crate::Pallet::htlc_now).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct HtlcNow<AccountId, Balance, BlockNumber> {
	/// The record.
	pub htlc: Htlc<AccountId, Balance, BlockNumber>,
	/// The relay chain's clock.
	pub relay_now: BlockNumber,
	/// What can be done.
	pub phase: HtlcPhase,
}
