//! What clients and stored data rely on.

use crate::{mock::*, *};
use ai_compute_primitives::SigningKey;
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{
	GetCallName, GetStorageVersion, Hooks, StorageInfoTrait, StorageVersion,
};
use payment_vouchers::LockKind;

#[test]
fn call_indices() {
	let (payee, claim) = (BOB, claim_of(0, 1));
	let key = SigningKey::Ed25519([0; 32]);
	let rate_per_block = rate(1, 1);
	let calls: Vec<(u8, Call<Test>)> = vec![
		(0, Call::open_channel { payee: BOB, deposit: 1, challenge_period: None, job: None }),
		(1, Call::top_up { channel_id: 0, amount: 1 }),
		(2, Call::claim { claim: claim.clone() }),
		(3, Call::claim_many { payee: BOB, claims: vec![] }),
		(4, Call::close { channel_id: 0, claim: None }),
		(5, Call::request_close { channel_id: 0 }),
		(6, Call::finalize_close { channel_id: 0 }),
		(7, Call::enforce_lock { voucher: claim.signed }),
		(
			8,
			Call::open_channel_with_key {
				payee: BOB,
				deposit: 1,
				challenge_period: None,
				job: None,
				key,
			},
		),
		(20, Call::open_stream { payee, rate_per_block, deposit: 1, lockup: 1, job: None }),
		(21, Call::pause { stream_id: 0 }),
		(22, Call::resume { stream_id: 0 }),
		(23, Call::change_rate { stream_id: 0, rate_per_block }),
		(24, Call::top_up_stream { stream_id: 0, amount: 1 }),
		(25, Call::withdraw { stream_id: 0 }),
		(26, Call::stop { stream_id: 0 }),
		(27, Call::close_stream { stream_id: 0 }),
		(
			40,
			Call::create_htlc {
				payee: BOB,
				amount: 1,
				kind: LockKind::Sha2,
				hash: [0; 32],
				expires_at: 1,
			},
		),
		(41, Call::claim_htlc { htlc_id: 0, preimage: [0; 32] }),
		(42, Call::refund_htlc { htlc_id: 0 }),
		(60, Call::collect_fees {}),
		(61, Call::collect_royalty { job: 0, attempt: 1 }),
		(80, Call::set_parameters { parameters: PaymentParameters::with_min_deposit(MIN_DEPOSIT) }),
	];
	assert_eq!(calls.len(), Call::<Test>::get_call_names().len());
	for (index, call) in calls {
		assert_eq!(call_index(call), index);
	}
}

#[test]
fn arguments_in_the_documented_order() {
	let call = Call::<Test>::open_channel {
		payee: BOB,
		deposit: 1,
		challenge_period: Some(2),
		job: Some(3),
	};
	assert_eq!(call.encode()[1..], (BOB, 1u128, Some(2u32), Some(3u64)).encode());
	let call = Call::<Test>::open_stream {
		payee: BOB,
		rate_per_block: rate(1, 2),
		deposit: 3,
		lockup: 4,
		job: None,
	};
	let half = 500_000_000_000_000_000u128;
	assert_eq!(call.encode()[1..], (BOB, half, 3u128, 4u32, None::<u64>).encode());
}

#[test]
fn hold_reasons_and_stored_enums() {
	assert_eq!(HoldReason::Deposits.encode(), [0]);
	assert_eq!([Party::Payer.encode(), Party::Payee.encode()], [[0], [1]]);
	assert_eq!([VoucherSigner::Payer.encode(), VoucherSigner::Key.encode()], [[0], [1]]);
	assert_eq!(ChannelStatus::Open { challenge: 7u32 }.encode(), (0u8, 7u32).encode());
	assert_eq!(ChannelStatus::Closing { close_at: 7u32 }.encode(), (1u8, 7u32).encode());
	assert_eq!(StreamStatus::<u32>::Running.encode(), [0]);
	let paused = StreamStatus::Paused { by: Party::Payee, at: 7u32 };
	assert_eq!(paused.encode(), (1u8, 1u8, 7u32).encode());
	assert_eq!(StreamStatus::Ending { end: 7u32 }.encode(), (2u8, 7u32).encode());
	assert_eq!(StreamStatus::<u32>::Ended.encode(), [3]);
	assert_eq!([LockKind::Blake2.encode(), LockKind::Sha2.encode()], [[0], [1]]);
}

/// Largest key and value of a storage item, as the benchmarks count it.
fn max_size(name: &str) -> u32 {
	Payments::storage_info()
		.into_iter()
		.find(|info| info.storage_name == name.as_bytes())
		.and_then(|info| info.max_size)
		.unwrap()
}

/// The proof estimate of the benchmarks: 990 and, for each map entry read, 2 475 and its size.
#[test]
fn proof_estimates_stay_within_their_limits() {
	// What each item of a batch of claims reads for itself.
	for name in ["Channels", "VoucherKeys", "JobDues"] {
		assert!(2_475 + max_size(name) <= 2_616, "{name}: {}", max_size(name));
	}
	// What each call reads of a channel or a stream.
	let record = StreamOf::<Test>::max_encoded_len() as u32;
	assert!(990 + 2_475 + 8 + record <= 4_148, "{record}");
}

#[test]
fn storage_names_and_version() {
	let mut names: Vec<_> = Payments::storage_info()
		.into_iter()
		.map(|info| String::from_utf8(info.storage_name).unwrap())
		.collect();
	names.sort();
	assert_eq!(
		names,
		[
			"Channels",
			"ChannelsOf",
			"FeesDue",
			"Htlcs",
			"HtlcsOf",
			"JobDues",
			"NextChannelId",
			"NextHtlcId",
			"NextStreamId",
			"Parameters",
			"Streams",
			"StreamsOf",
			"VoucherKeys",
		]
	);
	assert_eq!(Payments::in_code_storage_version(), StorageVersion::new(1));
}

#[test]
fn constants_of_the_configuration_are_sound() {
	ExtBuilder.build().execute_with(<Payments as Hooks<u32>>::integrity_test);
}
