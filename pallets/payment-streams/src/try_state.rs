//! What must hold between any two calls.

use crate::*;
use ai_compute_primitives::{
	try_state::{broken, ensure_rule, Owed},
	JobInspect, JobTie,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::traits::fungible::Inspect;
use sp_runtime::{
	traits::{Saturating, Zero},
	FixedPointNumber, FixedU128, TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::pool_holds_what_records_say()?;
		Self::channels_are_consistent()?;
		Self::streams_are_consistent()?;
		Self::htlcs_are_consistent()?;
		Self::lists_match_records()?;
		Self::ties_are_counted()?;
		let parameters = Parameters::<T>::get();
		let is_valid = parameters.validate(T::Currency::minimum_balance()).is_ok();
		ensure_rule(is_valid, "a parameter lies outside its bounds", &parameters)
	}

	/// The pool has on hold what the records say, and nobody else has anything.
	fn pool_holds_what_records_say() -> Result<(), TryRuntimeError> {
		let mut sum = FeesDue::<T>::get();
		let mut add = |amount: BalanceOf<T>| sum = sum.saturating_add(amount);
		for channel in Channels::<T>::iter_values() {
			add(channel.left());
			add(channel.storage_deposit);
		}
		for stream in Streams::<T>::iter_values() {
			add(stream.deposit.saturating_sub(stream.paid));
			add(stream.storage_deposit);
		}
		for htlc in Htlcs::<T>::iter_values() {
			add(htlc.amount());
			add(htlc.storage_deposit);
		}
		JobDues::<T>::iter_values().for_each(|due| add(due.royalty));
		let mut owed = Owed::default();
		owed.add(Self::pool_account(), sum);
		let accounts = frame_system::Account::<T>::iter_keys();
		let rule = "the pool has on hold what the records say";
		owed.ensure_held::<T::Currency>(HoldReason::Deposits, accounts, rule).map(|_| ())
	}

	fn channels_are_consistent() -> Result<(), TryRuntimeError> {
		let next = NextChannelId::<T>::get();
		for (id, channel) in Channels::<T>::iter() {
			ensure_rule(id < next, "a channel has a number that was never given", &id)?;
			let fits = channel.claimed <= channel.deposit;
			ensure_rule(fits, "more was claimed than deposited", &id)?;
			ensure_rule(channel.rates().are_bearable(), "a channel's shares are too high", &id)?;
			let has_key = VoucherKeys::<T>::contains_key(id);
			let agrees = has_key == (channel.signer == VoucherSigner::Key);
			ensure_rule(agrees, "a channel's key is there if it is needed", &id)?;
		}
		match VoucherKeys::<T>::iter_keys().find(|id| !Channels::<T>::contains_key(id)) {
			Some(id) => Err(broken("a key belongs to no channel", &id)),
			None => Ok(()),
		}
	}

	fn streams_are_consistent() -> Result<(), TryRuntimeError> {
		let (next, now) = (NextStreamId::<T>::get(), Self::now());
		for (id, stream) in Streams::<T>::iter() {
			ensure_rule(id < next, "a stream has a number that was never given", &id)?;
			let earned = stream.meter.accrued <= stream.deposit;
			ensure_rule(earned, "a stream earned more than was deposited", &id)?;
			let paid = stream.paid <= stream.meter.accrued;
			ensure_rule(paid, "a stream paid more than it earned", &id)?;
			let is_part = u128::from(stream.meter.fraction) < FixedU128::DIV;
			ensure_rule(is_part, "a fraction is a whole unit", &id)?;
			ensure_rule(stream.meter.since <= now, "a stream earned in the future", &id)?;
			ensure_rule(!stream.rate.is_zero(), "a stream has no rate", &id)?;
			ensure_rule(stream.rates().are_bearable(), "a stream's shares are too high", &id)?;
			let runs = stream.status != StreamStatus::Running || !stream.left().is_zero();
			ensure_rule(runs, "a stream runs free", &id)?;
		}
		Ok(())
	}

	fn htlcs_are_consistent() -> Result<(), TryRuntimeError> {
		let next = NextHtlcId::<T>::get();
		for (id, htlc) in Htlcs::<T>::iter() {
			ensure_rule(id < next, "a hash lock has a number that was never given", &id)?;
			ensure_rule(!htlc.amount().is_zero(), "a hash lock locks nothing", &id)?;
		}
		Ok(())
	}

	/// Each party's list names its records, and nothing else.
	fn lists_match_records() -> Result<(), TryRuntimeError> {
		let mut channels = BTreeSet::new();
		for (id, channel) in Channels::<T>::iter() {
			channels.insert((channel.payer, id));
			channels.insert((channel.payee, id));
		}
		let listed = ChannelsOf::<T>::iter_keys().collect::<BTreeSet<_>>();
		same_lists(channels, listed, "lists of channels match the channels")?;
		let mut streams = BTreeSet::new();
		for (id, stream) in Streams::<T>::iter() {
			streams.insert((stream.payer, id));
			streams.insert((stream.payee, id));
		}
		let listed = StreamsOf::<T>::iter_keys().collect::<BTreeSet<_>>();
		same_lists(streams, listed, "lists of streams match the streams")?;
		let mut htlcs = BTreeSet::new();
		for (id, htlc) in Htlcs::<T>::iter() {
			htlcs.insert((htlc.payer, id));
			htlcs.insert((htlc.payee, id));
		}
		let listed = HtlcsOf::<T>::iter_keys().collect::<BTreeSet<_>>();
		same_lists(htlcs, listed, "lists of hash locks match the hash locks")
	}

	/// Each job counts what is tied to it.
	fn ties_are_counted() -> Result<(), TryRuntimeError> {
		let mut ties = BTreeMap::<(JobId, u8), u32>::new();
		let mut add = |tie: Option<JobTie>| {
			if let Some(JobTie { job, attempt, .. }) = tie {
				let count = ties.entry((job, attempt)).or_default();
				*count = count.saturating_add(1);
			}
		};
		Channels::<T>::iter_values().for_each(|channel| add(channel.tie));
		Streams::<T>::iter_values().for_each(|stream| add(stream.tie));
		Htlcs::<T>::iter_values().for_each(|htlc| add(htlc.tie));
		for (job, attempt, due) in JobDues::<T>::iter() {
			add(Some(JobTie { job, attempt, royalty_bps: 0 }));
			let fits = due.fee.saturating_add(due.royalty) <= due.gross && !due.gross.is_zero();
			ensure_rule(fits, "shares of tied payments are part of them", &(job, attempt))?;
		}
		for ((job, attempt), count) in ties {
			let tied = T::Jobs::tied(job, attempt);
			ensure_rule(tied == count, "a job counts what is tied to it", &(job, attempt, tied))?;
		}
		Ok(())
	}
}

fn same_lists<Key: Ord + core::fmt::Debug>(
	records: BTreeSet<Key>,
	listed: BTreeSet<Key>,
	rule: &'static str,
) -> Result<(), TryRuntimeError> {
	match records.symmetric_difference(&listed).next() {
		Some(key) => Err(broken(rule, &key)),
		None => Ok(()),
	}
}
