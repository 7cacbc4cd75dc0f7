//! # Payment vouchers
//!
//! A payment channel puts a payer's deposit on chain once. After that the payer pays by *vouchers*:
//! signed promises that never touch the chain. Each names the whole amount that the payee may have
//! claimed so far, so that only the greatest one counts and only it needs to be kept. The payee
//! claims with it whenever it likes.
//!
//! This crate is what the chain and both parties share:
//!
//! | | |
//! |---|---|
//! | [`Voucher`], [`SignedVoucher`], [`HashLock`] | what is signed |
//! | [`Voucher::payload`], [`Signer::has_signed`] | the bytes, and who signs them |
//! | [`Issuer`] | the payer: makes the next voucher, never above the deposit |
//! | [`Receiver`], [`VoucherBook`] | the payee: checks each voucher and keeps the best of each channel |
//!
//! It needs no `std`. With the feature `std` there is [`Voucher::sign`] too.
//!
//! # Signed bytes
//!
//! ```text
//! "<Bytes>" ++ "ai-compute-pbc/voucher/v1" ++ SCALE(genesis hash) ++ SCALE(Voucher) ++ "</Bytes>"
//! ```
//!
//! The genesis hash binds a voucher to one chain, the tag to one purpose, the number of the channel,
//! which is never given twice, to one opening of one channel. The wrapping is what wallets put
//! around raw bytes, so that a voucher's signature is never one of a transaction. `docs/payments.md`
//! has the layout byte by byte, with test vectors.
//!
//! # Locks
//!
//! A voucher may promise a further amount to whoever shows the preimage of a hash before a block of
//! the relay chain: one hop of a payment over several channels. Such a voucher is worth `amount`
//! without the preimage and `amount + lock.amount` with it. Both are cumulative like everything else:
//! a later voucher of at least that sum replaces the lock, and until it expires the payer has to
//! count the sum as spent. One channel has one lock at a time.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod parties;

pub use parties::{Gain, IssueError, Issuer, Receiver, Refusal, Terms, VoucherBook};

use ai_compute_primitives::{account_has_signed, signed_payload, SigningKey};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::{traits::Saturating, AccountId32, MultiSignature};

/// Number of a channel. Counted up from 0, never given twice.
pub type ChannelId = u64;

/// What opens a hash lock.
pub type Preimage = [u8; 32];

/// What every signed voucher begins with, inside the wrapping.
pub const VOUCHER_TAG: &[u8] = b"ai-compute-pbc/voucher/v1";

/// The hash of a lock. Signed and stored: grows at the end only.
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
pub enum LockKind {
	/// `blake2_256`.
	#[codec(index = 0)]
	Blake2,
	/// SHA-256, as other Lightning networks have it.
	#[codec(index = 1)]
	Sha2,
}

impl LockKind {
	/// The hash of a preimage.
	pub fn hash(self, preimage: &Preimage) -> [u8; 32] {
		match self {
			Self::Blake2 => blake2_256(preimage),
			Self::Sha2 => sha2_256(preimage),
		}
	}
}

/// A further amount for whoever knows a preimage.
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
pub struct HashLock<Balance = u128, BlockNumber = u32> {
	/// Which hash.
	pub kind: LockKind,
	/// Hash of the preimage.
	pub hash: [u8; 32],
	/// Amount on top of the voucher's.
	pub amount: Balance,
	/// Block of the relay chain from which on the preimage is worth nothing.
	pub expires_at: BlockNumber,
}

impl<Balance, BlockNumber> HashLock<Balance, BlockNumber> {
	/// Whether `preimage` opens it.
	pub fn opens_with(&self, preimage: &Preimage) -> bool {
		self.kind.hash(preimage) == self.hash
	}
}

/// A payer's promise.
///
/// Field order and types are what is signed: a change is a new tag.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Voucher<AccountId = AccountId32, Balance = u128, BlockNumber = u32> {
	/// The channel that pays.
	pub channel: ChannelId,
	/// Its payee.
	pub payee: AccountId,
	/// All that the payee may have claimed, the lock apart, in the smallest unit.
	pub amount: Balance,
	/// Number of the voucher. For the parties' own use: only the amount orders vouchers.
	pub nonce: u64,
	/// A further amount for a preimage.
	pub lock: Option<HashLock<Balance, BlockNumber>>,
}

impl<AccountId: Encode, Balance: Encode, BlockNumber: Encode>
	Voucher<AccountId, Balance, BlockNumber>
{
	/// The bytes to sign on the chain with the genesis hash `genesis`.
	pub fn payload(&self, genesis: &impl Encode) -> Vec<u8> {
		signed_payload(VOUCHER_TAG, &(genesis, self))
	}
}

impl<AccountId, Balance: Saturating + Copy, BlockNumber> Voucher<AccountId, Balance, BlockNumber> {
	/// All that the payee may have claimed once it knows the preimage.
	pub fn total(&self) -> Balance {
		self.lock.as_ref().map_or(self.amount, |lock| self.amount.saturating_add(lock.amount))
	}
}

#[cfg(feature = "std")]
impl Voucher {
	/// Signs for the chain with the genesis hash `genesis`.
	pub fn sign<Pair>(self, pair: &Pair, genesis: &sp_core::H256) -> SignedVoucher
	where
		Pair: sp_core::Pair,
		MultiSignature: From<Pair::Signature>,
	{
		let signature = pair.sign(&self.payload(genesis)).into();
		SignedVoucher { voucher: self, signature }
	}
}

/// A voucher and its signature.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedVoucher<AccountId = AccountId32, Balance = u128, BlockNumber = u32> {
	/// The voucher.
	pub voucher: Voucher<AccountId, Balance, BlockNumber>,
	/// Signature of its [payload](Voucher::payload).
	pub signature: MultiSignature,
}

/// What the payee brings to the chain.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Claim<AccountId = AccountId32, Balance = u128, BlockNumber = u32> {
	/// The voucher.
	pub signed: SignedVoucher<AccountId, Balance, BlockNumber>,
	/// What opens its lock. Without it only the voucher's own amount is claimed.
	pub preimage: Option<Preimage>,
}

/// Whose signature makes a voucher.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Signer {
	/// The payer's account: its key, of whichever kind, as for transactions.
	#[codec(index = 0)]
	Account(AccountId32),
	/// The key that the payer named when it opened the channel, and no other.
	#[codec(index = 1)]
	Key(SigningKey),
}

impl Signer {
	/// Whether `signature` is its own for `payload`.
	pub fn has_signed(&self, signature: &MultiSignature, payload: &[u8]) -> bool {
		match self {
			Self::Account(account) => account_has_signed(account, signature, payload),
			Self::Key(key) => key.has_signed(signature, payload),
		}
	}
}
