//! What each side of a channel keeps.

use crate::{ChannelId, Claim, HashLock, LockKind, Preimage, SignedVoucher, Signer, Voucher};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::AccountId32;

/// A channel as both parties find it on chain.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Terms {
	/// Genesis hash of the chain.
	pub genesis: H256,
	/// The channel.
	pub channel: ChannelId,
	/// Its payee.
	pub payee: AccountId32,
	/// Whose signature counts.
	pub signer: Signer,
	/// All that was ever deposited, in the smallest unit. Grows with each top-up.
	pub deposit: u128,
}

/// Why the payer's side makes no voucher.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IssueError {
	/// The deposit does not cover it: so much is left.
	DepositExhausted {
		/// What the next voucher can add at most.
		left: u128,
	},
	/// The channel has a lock already.
	LockPending,
	/// There is no lock.
	NoLock,
	/// The preimage does not open the lock.
	WrongPreimage,
	/// The lock has not expired yet.
	LockLive,
}

/// The payer's side of a channel: how much it has signed for.
///
/// Keep what [`Encode`] makes of it where it survives a crash, before a voucher leaves the house.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Issuer {
	/// The channel.
	pub terms: Terms,
	amount: u128,
	nonce: u64,
	lock: Option<HashLock>,
}

impl Issuer {
	/// A channel that nothing was signed for yet.
	pub fn new(terms: Terms) -> Self {
		Self { terms, amount: 0, nonce: 0, lock: None }
	}

	/// What is promised without any condition.
	pub fn promised(&self) -> u128 {
		self.amount
	}

	/// The lock that the next voucher carries on.
	pub fn lock(&self) -> Option<&HashLock> {
		self.lock.as_ref()
	}

	/// What further vouchers can add.
	pub fn left(&self) -> u128 {
		let locked = self.lock.map_or(0, |lock| lock.amount);
		self.terms.deposit.saturating_sub(self.amount.saturating_add(locked))
	}

	/// Notes that the deposit is `deposit` in all.
	pub fn topped_up(&mut self, deposit: u128) {
		self.terms.deposit = self.terms.deposit.max(deposit);
	}

	/// The next voucher, for `more` on top of all that was promised. A pending lock goes on in it.
	pub fn pay(&mut self, more: u128) -> Result<Voucher, IssueError> {
		let left = self.left();
		if more > left {
			return Err(IssueError::DepositExhausted { left });
		}
		self.amount = self.amount.saturating_add(more);
		Ok(self.next())
	}

	/// The next voucher, which promises `lock.amount` on top for its preimage.
	pub fn lock_up(&mut self, lock: HashLock) -> Result<Voucher, IssueError> {
		if self.lock.is_some() {
			return Err(IssueError::LockPending);
		}
		let left = self.left();
		if lock.amount > left {
			return Err(IssueError::DepositExhausted { left });
		}
		self.lock = Some(lock);
		Ok(self.next())
	}

	/// The payee has shown the preimage: the next voucher promises the lock's amount without
	/// condition.
	pub fn unlock(&mut self, preimage: &Preimage) -> Result<Voucher, IssueError> {
		let lock = self.lock.ok_or(IssueError::NoLock)?;
		if !lock.opens_with(preimage) {
			return Err(IssueError::WrongPreimage);
		}
		self.lock = None;
		self.amount = self.amount.saturating_add(lock.amount);
		Ok(self.next())
	}

	/// Takes back a lock that has expired at the relay chain's block `relay_now`. Before that the
	/// payee can still claim it, whatever was agreed.
	pub fn drop_lock(&mut self, relay_now: u32) -> Result<(), IssueError> {
		let lock = self.lock.ok_or(IssueError::NoLock)?;
		if relay_now < lock.expires_at {
			return Err(IssueError::LockLive);
		}
		self.lock = None;
		Ok(())
	}

	fn next(&mut self) -> Voucher {
		self.nonce = self.nonce.saturating_add(1);
		Voucher {
			channel: self.terms.channel,
			payee: self.terms.payee.clone(),
			amount: self.amount,
			nonce: self.nonce,
			lock: self.lock,
		}
	}
}

/// Why the payee's side does not take a voucher. It is worth nothing, or less than was asked: the
/// best one so far stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
	/// For another channel.
	OtherChannel,
	/// For another payee.
	OtherPayee,
	/// The channel is not known.
	UnknownChannel,
	/// The deposit does not cover it.
	AboveDeposit,
	/// It adds less than was asked: only so much.
	TooLittle(Gain),
	/// It takes back a pending lock that could still be opened.
	LockDropped,
	/// Its lock expires too soon to be of use.
	ExpiresTooSoon,
	/// The signature is not the payer's for this chain.
	BadSignature,
}

/// What a voucher adds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gain {
	/// Without condition: what work may be done for.
	pub paid: u128,
	/// For a preimage, until its lock expires.
	pub locked: u128,
}

impl Gain {
	/// So much without condition.
	pub fn paid(paid: u128) -> Self {
		Self { paid, locked: 0 }
	}

	/// So much for a preimage.
	pub fn locked(locked: u128) -> Self {
		Self { paid: 0, locked }
	}
}

/// The payee's side of a channel: its best voucher.
///
/// Keep what [`Encode`] makes of it where it survives a crash, before the work that was paid for is
/// done.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Receiver {
	/// The channel.
	pub terms: Terms,
	best: Option<SignedVoucher>,
	locked: Option<SignedVoucher>,
	claimed: u128,
}

impl Receiver {
	/// A channel of which `claimed` has been claimed on chain.
	pub fn new(terms: Terms, claimed: u128) -> Self {
		Self { terms, best: None, locked: None, claimed }
	}

	/// All that can be claimed without a preimage, or was.
	pub fn amount(&self) -> u128 {
		let best = self.best.as_ref().map_or(0, |signed| signed.voucher.amount);
		best.max(self.claimed)
	}

	/// What a claim would pay now, before the platform's fee.
	pub fn unclaimed(&self) -> u128 {
		self.amount().saturating_sub(self.claimed)
	}

	/// The best voucher.
	pub fn best(&self) -> Option<&SignedVoucher> {
		self.best.as_ref()
	}

	/// The voucher with the pending lock.
	pub fn locked(&self) -> Option<&SignedVoucher> {
		self.locked.as_ref()
	}

	/// Notes that the deposit is `deposit` in all.
	pub fn topped_up(&mut self, deposit: u128) {
		self.terms.deposit = self.terms.deposit.max(deposit);
	}

	/// Notes that the chain has paid up to `claimed`.
	pub fn claimed(&mut self, claimed: u128) {
		self.claimed = self.claimed.max(claimed);
		self.forget_replaced_lock();
	}

	/// Checks a voucher that should add at least `least`, and keeps it if it does. Whoever works for
	/// the voucher asks for what is paid without condition: a lock is worth nothing to who does not
	/// know its preimage. `relay_now` is the present block of the relay chain and `margin` how many of
	/// its blocks a new lock must have left.
	///
	/// Cheap checks come first, so that worthless bytes cost no signature check.
	pub fn accept(
		&mut self,
		signed: SignedVoucher,
		least: Gain,
		relay_now: u32,
		margin: u32,
	) -> Result<Gain, Refusal> {
		let voucher = &signed.voucher;
		if voucher.channel != self.terms.channel {
			return Err(Refusal::OtherChannel);
		}
		if voucher.payee != self.terms.payee {
			return Err(Refusal::OtherPayee);
		}
		if voucher.total() > self.terms.deposit || voucher.total() < voucher.amount {
			return Err(Refusal::AboveDeposit);
		}
		let pending = self.pending_lock(relay_now);
		let gain = Gain {
			paid: voucher.amount.saturating_sub(self.amount()),
			locked: voucher
				.total()
				.saturating_sub(voucher.amount)
				.saturating_sub(pending.map_or(0, |lock| lock.amount)),
		};
		let is_enough = gain.paid >= least.paid && gain.locked >= least.locked;
		if gain == Gain::default() || !is_enough || voucher.amount < self.amount() {
			return Err(Refusal::TooLittle(gain));
		}
		if let Some(lock) = voucher.lock.as_ref().filter(|lock| Some(*lock) != pending) {
			if lock.expires_at < relay_now.saturating_add(margin) {
				return Err(Refusal::ExpiresTooSoon);
			}
		}
		if self.drops_live_lock(voucher, relay_now) {
			return Err(Refusal::LockDropped);
		}
		if !self.terms.signer.has_signed(&signed.signature, &voucher.payload(&self.terms.genesis)) {
			return Err(Refusal::BadSignature);
		}

		let has_lock = voucher.lock.is_some();
		if voucher.amount > self.amount() || self.best.is_none() {
			self.best = Some(signed.clone());
		}
		if has_lock {
			self.locked = Some(signed);
		}
		self.forget_replaced_lock();
		Ok(gain)
	}

	/// The lock that can still be opened.
	fn pending_lock(&self, relay_now: u32) -> Option<&HashLock> {
		let lock = self.locked.as_ref()?.voucher.lock.as_ref()?;
		(relay_now < lock.expires_at).then_some(lock)
	}

	/// Whether `voucher` neither carries on nor pays the pending lock, which is not lost by that but
	/// would stand beside it: both cover the same part of the deposit.
	fn drops_live_lock(&self, voucher: &Voucher, relay_now: u32) -> bool {
		let Some(lock) = self.pending_lock(relay_now) else { return false };
		let total = self.locked.as_ref().map_or(0, |pending| pending.voucher.total());
		let is_carried = voucher.lock.as_ref().is_some_and(|next| {
			(next.kind, next.hash) == (lock.kind, lock.hash)
				&& next.amount >= lock.amount
				&& next.expires_at >= lock.expires_at
		});
		!is_carried && voucher.amount < total
	}

	fn forget_replaced_lock(&mut self) {
		let amount = self.amount();
		if self.locked.as_ref().is_some_and(|signed| signed.voucher.total() <= amount) {
			self.locked = None;
		}
	}

	/// Whether `preimage` opens the pending lock.
	pub fn opens(&self, preimage: &Preimage) -> bool {
		let lock = self.locked.as_ref().and_then(|signed| signed.voucher.lock.as_ref());
		lock.is_some_and(|lock| lock.opens_with(preimage))
	}

	/// What to bring to the chain: the best voucher.
	pub fn claim(&self) -> Option<Claim> {
		let signed = self.best.clone().filter(|_| self.unclaimed() > 0)?;
		Some(Claim { signed, preimage: None })
	}

	/// What to bring to the chain: the pending lock with what opens it, while it lasts at the relay
	/// chain's block `relay_now`, else the best voucher.
	pub fn claim_with(&self, preimage: Preimage, relay_now: u32) -> Option<Claim> {
		if self.pending_lock(relay_now).is_some() && self.opens(&preimage) {
			let signed = self.locked.clone()?;
			return Some(Claim { signed, preimage: Some(preimage) });
		}
		self.claim()
	}
}

/// The payee's side of many channels.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VoucherBook(BTreeMap<ChannelId, Receiver>);

impl VoucherBook {
	/// Adds a channel, or replaces it.
	pub fn add(&mut self, receiver: Receiver) {
		self.0.insert(receiver.terms.channel, receiver);
	}

	/// Forgets a channel. Says what was known of it.
	pub fn remove(&mut self, channel: ChannelId) -> Option<Receiver> {
		self.0.remove(&channel)
	}

	/// A channel.
	pub fn get(&self, channel: ChannelId) -> Option<&Receiver> {
		self.0.get(&channel)
	}

	/// A channel, to be changed.
	pub fn get_mut(&mut self, channel: ChannelId) -> Option<&mut Receiver> {
		self.0.get_mut(&channel)
	}

	/// [`Receiver::accept`] of the channel that the voucher names.
	pub fn accept(
		&mut self,
		signed: SignedVoucher,
		least: Gain,
		relay_now: u32,
		margin: u32,
	) -> Result<Gain, Refusal> {
		self.get_mut(signed.voucher.channel)
			.ok_or(Refusal::UnknownChannel)?
			.accept(signed, least, relay_now, margin)
	}

	/// The best vouchers of up to `most` channels for one `claim_many`, those first that pay most.
	pub fn claims(&self, most: usize) -> Vec<Claim> {
		let mut open: Vec<_> =
			self.0.values().filter(|receiver| receiver.unclaimed() > 0).collect();
		open.sort_by_key(|receiver| core::cmp::Reverse(receiver.unclaimed()));
		open.into_iter().take(most).filter_map(|receiver| receiver.claim()).collect()
	}
}

impl LockKind {
	/// A lock of `amount` that `preimage` opens until the relay chain's block `expires_at`.
	pub fn lock(self, preimage: &Preimage, amount: u128, expires_at: u32) -> HashLock {
		HashLock { kind: self, hash: self.hash(preimage), amount, expires_at }
	}
}
