//! Derived answers for wallets.

use crate::*;
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use payment_vouchers::ChannelId;

/// Most entries of one page of a list.
pub const MAX_PAGE: u32 = 256;

impl<T: Config> Pallet<T> {
	pub(crate) fn view_channel(
		channel_id: ChannelId,
	) -> Option<ChannelNow<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
		let now = Self::now();
		let (channel, _) = Self::channel_at(channel_id, now).ok()?;
		let phase = match channel.status {
			ChannelStatus::Open { .. } => ChannelPhase::Open,
			ChannelStatus::Closing { close_at } if now < close_at => ChannelPhase::Closing,
			ChannelStatus::Closing { .. } => ChannelPhase::Expired,
		};
		let left = channel.left();
		Some(ChannelNow { channel, key: VoucherKeys::<T>::get(channel_id), now, phase, left })
	}

	pub(crate) fn view_stream(
		stream_id: StreamId,
	) -> Option<StreamNow<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
		let now = Self::now();
		let (stream, _) = Self::stream_at(stream_id, now).ok()?;
		let (due, left, runs_out_at) = (stream.due(), stream.left(), stream.runs_out_at());
		Some(StreamNow { stream, now, due, left, runs_out_at })
	}

	pub(crate) fn view_htlc(
		htlc_id: HtlcId,
	) -> Option<HtlcNow<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
		let htlc = Htlcs::<T>::get(htlc_id)?;
		let relay_now = Self::relay_now();
		let phase =
			if relay_now < htlc.expires_at { HtlcPhase::Claimable } else { HtlcPhase::Refundable };
		Some(HtlcNow { htlc, relay_now, phase })
	}

	pub(crate) fn page_of_channels(
		who: &T::AccountId,
		after: Option<ChannelId>,
		limit: u32,
	) -> Vec<ChannelId> {
		match after {
			None => page(ChannelsOf::<T>::iter_key_prefix(who), limit),
			Some(last) => {
				let from = ChannelsOf::<T>::hashed_key_for(who, last);
				page(ChannelsOf::<T>::iter_key_prefix_from(who, from), limit)
			}
		}
	}

	pub(crate) fn page_of_streams(
		who: &T::AccountId,
		after: Option<StreamId>,
		limit: u32,
	) -> Vec<StreamId> {
		match after {
			None => page(StreamsOf::<T>::iter_key_prefix(who), limit),
			Some(last) => {
				let from = StreamsOf::<T>::hashed_key_for(who, last);
				page(StreamsOf::<T>::iter_key_prefix_from(who, from), limit)
			}
		}
	}

	pub(crate) fn page_of_htlcs(
		who: &T::AccountId,
		after: Option<HtlcId>,
		limit: u32,
	) -> Vec<HtlcId> {
		match after {
			None => page(HtlcsOf::<T>::iter_key_prefix(who), limit),
			Some(last) => {
				let from = HtlcsOf::<T>::hashed_key_for(who, last);
				page(HtlcsOf::<T>::iter_key_prefix_from(who, from), limit)
			}
		}
	}
}

fn page(keys: impl Iterator<Item = u64>, limit: u32) -> Vec<u64> {
	let limit = usize::try_from(limit.min(MAX_PAGE)).unwrap_or_default();
	keys.take(limit).collect()
}
