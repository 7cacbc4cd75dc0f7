//! Payment channels.

use crate::{shares::Shares, *};
use ai_compute_primitives::{JobId, JobInspect, SigningKey};
use alloc::vec::Vec;
use codec::MaxEncodedLen;
use frame_support::{
	dispatch::{DispatchResultWithPostInfo, Pays, PostDispatchInfo},
	ensure,
	traits::fungible::Inspect as _,
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use payment_vouchers::{ChannelId, Preimage, SignedVoucher, Signer, Voucher};
use sp_runtime::{
	traits::{CheckedAdd, Saturating, Zero},
	ArithmeticError, DispatchResult, MultiSignature,
};

/// A voucher that was found valid.
struct Verified<Balance> {
	/// All that it claims now, of the deposit.
	target: Balance,
	/// What opened its lock.
	preimage: Option<Preimage>,
}

/// What one claim pays.
pub(crate) struct Paid<T: Config> {
	channel: ChannelOf<T>,
	shares: Shares<BalanceOf<T>>,
	preimage: Option<Preimage>,
	/// Set where the end of the job began to close the channel.
	closing: Option<BlockNumberFor<T>>,
}

impl<T: Config> Pallet<T> {
	/// A channel as it is at `now`: one whose job is over is closing.
	pub(crate) fn channel_at(
		channel_id: ChannelId,
		now: BlockNumberFor<T>,
	) -> Result<(ChannelOf<T>, Option<BlockNumberFor<T>>), Error<T>> {
		let mut channel = Channels::<T>::get(channel_id).ok_or(Error::<T>::ChannelNotFound)?;
		let ChannelStatus::Open { challenge } = channel.status else {
			return Ok((channel, None));
		};
		let Some(tie) = channel.tie else { return Ok((channel, None)) };
		let Some(ended) = T::Jobs::ended_at(tie.job, tie.attempt) else {
			return Ok((channel, None));
		};
		let close_at = ended.min(now).saturating_add(challenge);
		channel.status = ChannelStatus::Closing { close_at };
		Ok((channel, Some(close_at)))
	}

	/// The same for a call, which tells if the job's end began to close it.
	fn touched(channel_id: ChannelId) -> Result<(ChannelOf<T>, BlockNumberFor<T>), Error<T>> {
		let now = Self::now();
		let (channel, closing) = Self::channel_at(channel_id, now)?;
		if let Some(close_at) = closing {
			Self::deposit_event(Event::ChannelClosing { channel_id, close_at });
		}
		Ok((channel, now))
	}

	/// Refuses once the window of a closing channel is over.
	fn ensure_payable(channel: &ChannelOf<T>, now: BlockNumberFor<T>) -> Result<(), Error<T>> {
		match channel.status {
			ChannelStatus::Open { .. } => Ok(()),
			ChannelStatus::Closing { close_at } => {
				ensure!(now < close_at, Error::<T>::TooLate);
				Ok(())
			}
		}
	}

	pub(crate) fn do_open_channel(
		payer: T::AccountId,
		payee: T::AccountId,
		deposit: BalanceOf<T>,
		challenge_period: Option<BlockNumberFor<T>>,
		job: Option<JobId>,
		key: Option<SigningKey>,
	) -> DispatchResult {
		let parameters = Parameters::<T>::get();
		ensure!(deposit >= parameters.min_deposit, Error::<T>::InsufficientDeposit);
		let challenge = challenge_period.unwrap_or(parameters.challenge);
		let allowed = parameters.min_challenge..=parameters.max_challenge;
		ensure!(allowed.contains(&challenge), Error::<T>::InvalidPeriod);
		let (fee, tie) = Self::new_payment(&payer, &payee, job)?;
		let channel_id = NextChannelId::<T>::get();
		let next = channel_id.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		let size = ChannelOf::<T>::max_encoded_len();
		let storage_deposit = match key {
			None => Self::storage_deposit(size),
			Some(_) => {
				Self::storage_deposit(size.saturating_add(40 + SigningKey::max_encoded_len()))
			}
		};
		Self::take_in(&payer, deposit.saturating_add(storage_deposit))?;

		Self::count_tie(&tie);
		NextChannelId::<T>::put(next);
		ChannelsOf::<T>::insert(&payer, channel_id, ());
		ChannelsOf::<T>::insert(&payee, channel_id, ());
		let signer = match key {
			None => VoucherSigner::Payer,
			Some(key) => {
				VoucherKeys::<T>::insert(channel_id, key);
				VoucherSigner::Key
			}
		};
		let channel = Channel {
			payer: payer.clone(),
			payee: payee.clone(),
			deposit,
			claimed: Zero::zero(),
			storage_deposit,
			fee,
			status: ChannelStatus::Open { challenge },
			signer,
			tie,
		};
		Channels::<T>::insert(channel_id, channel);
		Self::deposit_event(Event::ChannelOpened {
			channel_id,
			payer,
			payee,
			deposit,
			challenge,
			job,
			key,
		});
		Ok(())
	}

	pub(crate) fn do_top_up(
		payer: T::AccountId,
		channel_id: ChannelId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		let (mut channel, _) = Self::touched(channel_id)?;
		ensure!(channel.payer == payer, Error::<T>::NotAuthorized);
		let is_open = matches!(channel.status, ChannelStatus::Open { .. });
		ensure!(is_open, Error::<T>::InvalidState);
		ensure!(amount >= T::Currency::minimum_balance(), Error::<T>::InsufficientDeposit);
		let deposit = channel.deposit.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
		Self::take_in(&payer, amount)?;
		channel.deposit = deposit;
		Channels::<T>::insert(channel_id, channel);
		Self::deposit_event(Event::ChannelToppedUp { channel_id, amount, deposit });
		Ok(())
	}

	/// The bytes that the payer signs for `voucher` on this chain.
	pub fn voucher_payload(
		voucher: &Voucher<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>,
	) -> Vec<u8> {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		voucher.payload(&genesis)
	}

	/// Refuses a voucher that is not for this channel or not signed by whoever signs for it.
	fn ensure_signed_voucher(
		channel_id: ChannelId,
		channel: &ChannelOf<T>,
		signed: &SignedVoucherOf<T>,
	) -> Result<(), Error<T>> {
		let SignedVoucher { voucher, signature } = signed;
		ensure!(voucher.channel == channel_id, Error::<T>::OtherChannel);
		ensure!(voucher.payee == channel.payee, Error::<T>::OtherPayee);
		let signer = match channel.signer {
			VoucherSigner::Payer => Signer::Account(channel.payer.clone().into()),
			VoucherSigner::Key => {
				let key = VoucherKeys::<T>::get(channel_id);
				Signer::Key(key.ok_or(Error::<T>::InvalidSignature)?)
			}
		};
		let payload = Self::voucher_payload(voucher);
		ensure!(signer.has_signed(signature, &payload), Error::<T>::InvalidSignature);
		Ok(())
	}

	/// What a claim is worth in all.
	fn verify(
		channel_id: ChannelId,
		channel: &ChannelOf<T>,
		claim: &ClaimOf<T>,
	) -> Result<Verified<BalanceOf<T>>, Error<T>> {
		let voucher = &claim.signed.voucher;
		let worth = match (&voucher.lock, &claim.preimage) {
			(_, None) => voucher.amount,
			(None, Some(_)) => return Err(Error::<T>::NoLock),
			(Some(lock), Some(preimage)) => {
				ensure!(lock.opens_with(preimage), Error::<T>::WrongPreimage);
				ensure!(Self::relay_now() < lock.expires_at, Error::<T>::LockExpired);
				voucher.total()
			}
		};
		Self::ensure_signed_voucher(channel_id, channel, &claim.signed)?;
		Ok(Verified { target: worth.min(channel.deposit), preimage: claim.preimage })
	}

	/// Moves a channel's claimed sum to `target`. Says the parts.
	fn advance(channel: &mut ChannelOf<T>, target: BalanceOf<T>) -> Shares<BalanceOf<T>> {
		let shares = channel.rates().between(channel.claimed, target.max(channel.claimed));
		channel.claimed = channel.claimed.max(target);
		shares
	}

	/// What `claim` pays at `now`. Changes nothing.
	pub(crate) fn weigh_claim(
		claim: &ClaimOf<T>,
		now: BlockNumberFor<T>,
	) -> Result<Paid<T>, Error<T>> {
		let channel_id = claim.signed.voucher.channel;
		let (mut channel, closing) = Self::channel_at(channel_id, now)?;
		Self::ensure_payable(&channel, now)?;
		// Cheap, and spares the signature check of what was claimed already.
		let at_most = claim.signed.voucher.total().min(channel.deposit);
		ensure!(at_most > channel.claimed, Error::<T>::NothingToClaim);
		let verified = Self::verify(channel_id, &channel, claim)?;
		ensure!(verified.target > channel.claimed, Error::<T>::NothingToClaim);
		let shares = Self::advance(&mut channel, verified.target);
		Ok(Paid { channel, shares, preimage: verified.preimage, closing })
	}

	/// Parts of what `claim` would pay now.
	pub(crate) fn claim_shares(claim: &ClaimOf<T>) -> Result<Shares<BalanceOf<T>>, Error<T>> {
		Self::weigh_claim(claim, Self::now()).map(|paid| paid.shares)
	}

	/// Books a claim whose payee is paid.
	fn book_claim(channel_id: ChannelId, paid: Paid<T>) {
		let Paid { channel, shares, preimage, closing } = paid;
		if let Some(close_at) = closing {
			Self::deposit_event(Event::ChannelClosing { channel_id, close_at });
		}
		Self::book_royalty(&channel.tie, &channel.payee, &shares);
		Self::deposit_event(Event::VoucherClaimed {
			channel_id,
			payee: channel.payee.clone(),
			claimed: channel.claimed,
			paid: shares.payee,
			fee: shares.fee,
			royalty: shares.royalty,
			preimage,
		});
		Channels::<T>::insert(channel_id, channel);
	}

	/// Weight of a claim on a channel for a job, by its kind of signature.
	pub(crate) fn claim_weight(claim: &ClaimOf<T>) -> Weight {
		match claim.signed.signature {
			MultiSignature::Ed25519(_) => T::WeightInfo::claim_tied_ed25519(),
			MultiSignature::Sr25519(_) => T::WeightInfo::claim_tied_sr25519(),
			MultiSignature::Ecdsa(_) | MultiSignature::Eth(_) => T::WeightInfo::claim_tied_ecdsa(),
		}
	}

	/// Weight of a claim on a channel for no job.
	fn untied_claim_weight(signature: &MultiSignature) -> Weight {
		match signature {
			MultiSignature::Ed25519(_) => T::WeightInfo::claim_ed25519(),
			MultiSignature::Sr25519(_) => T::WeightInfo::claim_sr25519(),
			MultiSignature::Ecdsa(_) | MultiSignature::Eth(_) => T::WeightInfo::claim_ecdsa(),
		}
	}

	pub(crate) fn do_claim(claim: ClaimOf<T>) -> DispatchResultWithPostInfo {
		let channel_id = claim.signed.voucher.channel;
		let paid = Self::weigh_claim(&claim, Self::now())?;
		let untied = paid.channel.tie.is_none();
		Self::pay(&paid.channel.payee, paid.shares.payee)?;
		Self::add_fees(paid.shares.fee);
		Self::book_claim(channel_id, paid);
		Ok(untied.then(|| Self::untied_claim_weight(&claim.signed.signature)).into())
	}

	/// Weight of a batch: that of its dearest kind of signature for all.
	pub(crate) fn claim_many_weight(claims: &[ClaimOf<T>]) -> Weight {
		let count = u32::try_from(claims.len()).unwrap_or(u32::MAX);
		let mut weight = T::WeightInfo::claim_many_sr25519(count);
		for claim in claims {
			weight = weight.max(match claim.signed.signature {
				MultiSignature::Sr25519(_) => continue,
				MultiSignature::Ed25519(_) => T::WeightInfo::claim_many_ed25519(count),
				MultiSignature::Ecdsa(_) | MultiSignature::Eth(_) => {
					T::WeightInfo::claim_many_ecdsa(count)
				}
			});
		}
		weight
	}

	pub(crate) fn do_claim_many(payee: T::AccountId, claims: Vec<ClaimOf<T>>) -> DispatchResult {
		let count = u32::try_from(claims.len()).unwrap_or(u32::MAX);
		ensure!((1..=MAX_CLAIMS).contains(&count), Error::<T>::InvalidBatchSize);
		let now = Self::now();
		let (mut pay, mut fees): (BalanceOf<T>, BalanceOf<T>) = (Zero::zero(), Zero::zero());
		for (index, claim) in (0u32..).zip(claims) {
			let channel_id = claim.signed.voucher.channel;
			let weighed = if claim.signed.voucher.payee == payee {
				Self::weigh_claim(&claim, now)
			} else {
				Err(Error::<T>::OtherPayee)
			};
			match weighed {
				Ok(paid) => {
					pay = pay.saturating_add(paid.shares.payee);
					fees = fees.saturating_add(paid.shares.fee);
					Self::book_claim(channel_id, paid);
				}
				Err(error) => {
					let error = error.into();
					Self::deposit_event(Event::ClaimSkipped { index, channel_id, error });
				}
			}
		}
		Self::add_fees(fees);
		Self::pay(&payee, pay)
	}

	pub(crate) fn do_close(
		payee: T::AccountId,
		channel_id: ChannelId,
		claim: Option<ClaimOf<T>>,
	) -> DispatchResultWithPostInfo {
		let (mut channel, now) = Self::touched(channel_id)?;
		ensure!(channel.payee == payee, Error::<T>::NotAuthorized);
		Self::ensure_payable(&channel, now)?;
		let weight = claim.is_none().then(T::WeightInfo::close_without_voucher);
		if let Some(claim) = claim {
			// One that was claimed already pays nothing more, and does not keep the channel open.
			let verified = Self::verify(channel_id, &channel, &claim)?;
			let shares = Self::advance(&mut channel, verified.target);
			Self::pay_or_forfeit(&payee, shares.payee, Purpose::Pay)?;
			Self::add_fees(shares.fee);
			let preimage = verified.preimage;
			let paid = Paid { channel: channel.clone(), shares, preimage, closing: None };
			Self::book_claim(channel_id, paid);
		}
		Self::remove_channel(channel_id, channel)?;
		Ok(PostDispatchInfo { actual_weight: weight, pays_fee: Pays::Yes })
	}

	pub(crate) fn do_request_close(payer: T::AccountId, channel_id: ChannelId) -> DispatchResult {
		let (mut channel, now) = Self::touched(channel_id)?;
		ensure!(channel.payer == payer, Error::<T>::NotAuthorized);
		let ChannelStatus::Open { challenge } = channel.status else {
			return Err(Error::<T>::InvalidState.into());
		};
		let close_at = now.saturating_add(challenge);
		channel.status = ChannelStatus::Closing { close_at };
		Channels::<T>::insert(channel_id, channel);
		Self::deposit_event(Event::ChannelClosing { channel_id, close_at });
		Ok(())
	}

	pub(crate) fn do_finalize_close(channel_id: ChannelId) -> DispatchResult {
		let (channel, now) = Self::touched(channel_id)?;
		match channel.status {
			ChannelStatus::Open { .. } => Err(Error::<T>::InvalidState.into()),
			ChannelStatus::Closing { close_at } => {
				ensure!(now >= close_at, Error::<T>::TooEarly);
				Self::remove_channel(channel_id, channel)
			}
		}
	}

	pub(crate) fn do_enforce_lock(
		payee: T::AccountId,
		signed: SignedVoucherOf<T>,
	) -> DispatchResult {
		let channel_id = signed.voucher.channel;
		let (mut channel, now) = Self::touched(channel_id)?;
		ensure!(channel.payee == payee, Error::<T>::NotAuthorized);
		let ChannelStatus::Closing { close_at } = channel.status else {
			return Err(Error::<T>::InvalidState.into());
		};
		ensure!(now < close_at, Error::<T>::TooLate);
		let lock = signed.voucher.lock.ok_or(Error::<T>::NoLock)?;
		let relay_now = Self::relay_now();
		ensure!(relay_now < lock.expires_at, Error::<T>::LockExpired);
		Self::ensure_signed_voucher(channel_id, &channel, &signed)?;

		// First what needs no preimage, then the lock on top of it: both are parts of one sum.
		let deposit = channel.deposit;
		let shares = Self::advance(&mut channel, signed.voucher.amount.min(deposit));
		let locked_to = signed.voucher.total().min(deposit);
		ensure!(locked_to > channel.claimed, Error::<T>::NothingToClaim);
		Self::pay(&payee, shares.payee)?;
		Self::add_fees(shares.fee);
		if shares != Shares::default() {
			let paid = Paid { channel: channel.clone(), shares, preimage: None, closing: None };
			Self::book_claim(channel_id, paid);
		}
		let locked = Self::advance(&mut channel, locked_to);
		// What the parameters allow now does not touch what was signed before.
		let longest = relay_now.saturating_add(parameters::MAX_PERIOD.into());
		let htlc_id = Self::insert_htlc(Htlc {
			payer: channel.payer.clone(),
			payee: payee.clone(),
			shares: locked,
			kind: lock.kind,
			hash: lock.hash,
			expires_at: lock.expires_at.min(longest),
			storage_deposit: Zero::zero(),
			depositor: Party::Payee,
			tie: channel.tie,
		})?;
		Self::deposit_event(Event::LockEnforced { channel_id, htlc_id, claimed: channel.claimed });
		Channels::<T>::insert(channel_id, channel);
		Ok(())
	}

	/// Returns what is left to the payer and forgets the channel. Nothing refuses it.
	fn remove_channel(channel_id: ChannelId, channel: ChannelOf<T>) -> DispatchResult {
		let refund = channel.left();
		let back = refund.saturating_add(channel.storage_deposit);
		Self::pay_or_forfeit(&channel.payer, back, Purpose::Refund)?;
		Self::untie(&channel.tie);
		Channels::<T>::remove(channel_id);
		if channel.signer == VoucherSigner::Key {
			VoucherKeys::<T>::remove(channel_id);
		}
		ChannelsOf::<T>::remove(&channel.payer, channel_id);
		ChannelsOf::<T>::remove(&channel.payee, channel_id);
		let claimed = channel.claimed;
		Self::deposit_event(Event::ChannelClosed { channel_id, claimed, refund });
		Ok(())
	}
}
