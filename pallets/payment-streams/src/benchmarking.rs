//! Benchmarks: one per weight function, in the worst case.
//!
//! Payments are tied to a job with a royalty, which was not due to anybody before. Channels have
//! vouchers signed by a key of their own, which is read too. Payees are accounts that exist, whose
//! sums nobody has touched in the block; the caller's own account is not counted in a proof.

use super::*;
use ai_compute_primitives::{FeePolicy, JobId, JobInspect, JobTie, JobTies, SigningKey};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{Inspect, Mutate},
	EnsureOrigin,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use payment_vouchers::{ChannelId, Claim, LockKind, SignedVoucher, Voucher};
use sp_runtime::{
	traits::{BlockNumberProvider, Saturating, Zero},
	FixedU128, MultiSignature,
};

const PREIMAGE: [u8; 32] = [42; 32];

fn deposit<T: Config>() -> BalanceOf<T> {
	Parameters::<T>::get().min_deposit.saturating_mul(1_000u32.into())
}

fn plenty<T: Config>() -> BalanceOf<T> {
	let unit = T::Currency::minimum_balance().saturating_add(deposit::<T>());
	unit.saturating_add(Pallet::<T>::storage_deposit(1_000)).saturating_mul(1_000u32.into())
}

fn funded<T: Config>(name: &'static str, n: u32) -> T::AccountId {
	let who = account(name, n, 0);
	T::Currency::set_balance(&who, plenty::<T>());
	who
}

fn caller<T: Config>() -> T::AccountId {
	let who: T::AccountId = whitelisted_caller();
	T::Currency::set_balance(&who, plenty::<T>());
	who
}

/// A job of `payer` that a node of `payee` has. Leaves both with plenty.
fn job<T: Config>(payer: &T::AccountId, payee: &T::AccountId) -> JobId {
	let job = T::Jobs::create_for_benchmark(payer, payee);
	for who in [payer, payee, &T::Fees::fee_account()] {
		T::Currency::set_balance(who, plenty::<T>());
	}
	job
}

fn signed<T: Config>(who: &T::AccountId) -> T::RuntimeOrigin {
	RawOrigin::Signed(who.clone()).into()
}

fn wait<T: Config>(blocks: BlockNumberFor<T>) {
	let now = T::BlockNumberProvider::current_block_number();
	T::BlockNumberProvider::set_block_number(now.saturating_add(blocks));
}

/// Keys of the three kinds that sign vouchers.
#[derive(Clone, Copy)]
enum Kind {
	Ed25519,
	Sr25519,
	Ecdsa,
}

impl Kind {
	fn generate(self) -> SigningKey {
		match self {
			Self::Ed25519 => SigningKey::Ed25519(sp_io::crypto::ed25519_generate(0.into(), None).0),
			Self::Sr25519 => SigningKey::Sr25519(sp_io::crypto::sr25519_generate(0.into(), None).0),
			Self::Ecdsa => SigningKey::Ecdsa(sp_io::crypto::ecdsa_generate(0.into(), None).0),
		}
	}
}

fn sign(key: &SigningKey, payload: &[u8]) -> MultiSignature {
	match *key {
		SigningKey::Ed25519(key) => {
			sp_io::crypto::ed25519_sign(0.into(), &key.into(), payload).unwrap().into()
		}
		SigningKey::Sr25519(key) => {
			sp_io::crypto::sr25519_sign(0.into(), &key.into(), payload).unwrap().into()
		}
		SigningKey::Ecdsa(key) => {
			sp_io::crypto::ecdsa_sign(0.into(), &key.into(), payload).unwrap().into()
		}
	}
}

/// A channel from `payer` to `payee` with a voucher key, for `job`.
fn channel<T: Config>(
	payer: &T::AccountId,
	payee: &T::AccountId,
	job: Option<JobId>,
	key: SigningKey,
) -> ChannelId {
	let channel_id = NextChannelId::<T>::get();
	let challenge = Some(Parameters::<T>::get().min_challenge);
	Pallet::<T>::open_channel_with_key(
		signed::<T>(payer),
		payee.clone(),
		deposit::<T>(),
		challenge,
		job,
		key,
	)
	.unwrap();
	channel_id
}

/// A voucher over half of the deposit, with a lock of a quarter.
fn voucher<T: Config>(channel_id: ChannelId, key: &SigningKey) -> SignedVoucherOf<T> {
	voucher_over::<T>(channel_id, key, deposit::<T>() / 2u32.into())
}

/// A voucher over `amount`, with a lock of a quarter of the deposit.
fn voucher_over<T: Config>(
	channel_id: ChannelId,
	key: &SigningKey,
	amount: BalanceOf<T>,
) -> SignedVoucherOf<T> {
	let kind = LockKind::Blake2;
	let expires_at = T::RelayBlockNumberProvider::current_block_number()
		.saturating_add(Parameters::<T>::get().max_lock);
	let lock = HashLockOf::<T> {
		kind,
		hash: kind.hash(&PREIMAGE),
		amount: deposit::<T>() / 4u32.into(),
		expires_at,
	};
	let voucher = Voucher {
		channel: channel_id,
		payee: Channels::<T>::get(channel_id).unwrap().payee,
		amount,
		nonce: u64::MAX,
		lock: Some(lock),
	};
	let signature = sign(key, &Pallet::<T>::voucher_payload(&voucher));
	SignedVoucher { voucher, signature }
}

/// A claim on a channel. Each party is a stranger.
fn claimable<T: Config>(kind: Kind) -> ClaimOf<T> {
	let (payer, payee) = (funded::<T>("payer", 0), funded::<T>("payee", 0));
	let key = kind.generate();
	let channel_id = channel::<T>(&payer, &payee, None, key);
	Claim { signed: voucher::<T>(channel_id, &key), preimage: Some(PREIMAGE) }
}

/// A claim on a channel for a job that has ended. Each party is a stranger.
fn claimable_tied<T: Config>(kind: Kind) -> ClaimOf<T> {
	let (payer, payee) = (funded::<T>("payer", 0), funded::<T>("payee", 0));
	let job = job::<T>(&payer, &payee);
	let key = kind.generate();
	let channel_id = channel::<T>(&payer, &payee, Some(job), key);
	let signed = voucher::<T>(channel_id, &key);
	T::Jobs::end_for_benchmark(job);
	wait::<T>(1u32.into());
	Claim { signed, preimage: Some(PREIMAGE) }
}

/// Claims on `n` channels of payers of their own, each for a job of its own.
fn claims<T: Config>(n: u32, kind: Kind) -> (T::AccountId, Vec<ClaimOf<T>>) {
	let payee = funded::<T>("payee", 0);
	let key = kind.generate();
	let claims = (0..n)
		.map(|n| {
			let channel_id = channel::<T>(&funded::<T>("payer", n), &payee, None, key);
			// As if for a job that others do not pay for. Looking one up reads what is tied to it,
			// whether it is there or not.
			let tie = JobTie { job: u64::MAX - u64::from(n), attempt: 1, royalty_bps: 1_000 };
			T::Jobs::tie(tie.job, tie.attempt);
			Channels::<T>::mutate(channel_id, |channel| channel.as_mut().unwrap().tie = Some(tie));
			Claim { signed: voucher::<T>(channel_id, &key), preimage: Some(PREIMAGE) }
		})
		.collect();
	(payee, claims)
}

fn all_claimed<T: Config>() -> bool {
	let paid = deposit::<T>() / 4u32.into();
	Channels::<T>::iter_values().all(|channel| channel.left() <= paid)
}

/// A stream from `payer` to `payee` for `job`, which has run for some time.
fn stream<T: Config>(payer: &T::AccountId, payee: &T::AccountId, job: Option<JobId>) -> StreamId {
	let stream_id = NextStreamId::<T>::get();
	let lockup = Parameters::<T>::get().min_lockup;
	Pallet::<T>::open_stream(
		signed::<T>(payer),
		payee.clone(),
		rate::<T>(),
		deposit::<T>(),
		lockup,
		job,
	)
	.unwrap();
	wait::<T>(100u32.into());
	stream_id
}

/// A rate that uses up the deposit in ten thousand blocks.
fn rate<T: Config>() -> FixedU128 {
	use sp_runtime::SaturatedConversion;
	let deposit: u128 = deposit::<T>().saturated_into();
	FixedU128::from_rational(deposit, 10_000)
}

fn htlc<T: Config>(payer: &T::AccountId, payee: &T::AccountId) -> HtlcId {
	let htlc_id = NextHtlcId::<T>::get();
	let kind = LockKind::Blake2;
	let expires_at = T::RelayBlockNumberProvider::current_block_number()
		.saturating_add(Parameters::<T>::get().min_lock);
	let hash = kind.hash(&PREIMAGE);
	Pallet::<T>::create_htlc(
		signed::<T>(payer),
		payee.clone(),
		deposit::<T>(),
		kind,
		hash,
		expires_at,
	)
	.unwrap();
	htlc_id
}

/// A lock of a tied channel that became a payment of its own, and its job. Its payee pays for the
/// storage. No royalty of the job is due, and nothing else is tied to it.
fn enforced<T: Config>() -> (HtlcId, JobId) {
	let (payer, payee) = (funded::<T>("payer", 0), funded::<T>("payee", 0));
	let job = job::<T>(&payer, &payee);
	let key = Kind::Sr25519.generate();
	let channel_id = channel::<T>(&payer, &payee, Some(job), key);
	Pallet::<T>::request_close(signed::<T>(&payer), channel_id).unwrap();
	let htlc_id = NextHtlcId::<T>::get();
	let voucher = voucher_over::<T>(channel_id, &key, Zero::zero());
	Pallet::<T>::enforce_lock(signed::<T>(&payee), voucher).unwrap();
	Pallet::<T>::close(signed::<T>(&payee), channel_id, None).unwrap();
	(htlc_id, job)
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn open_channel() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), payee, deposit::<T>(), None, Some(job));
		assert!(Channels::<T>::contains_key(0));
	}

	#[benchmark]
	fn top_up() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = channel::<T>(&payer, &payee, Some(job), Kind::Sr25519.generate());
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), id, deposit::<T>());
		assert_eq!(Channels::<T>::get(id).unwrap().deposit, deposit::<T>() * 2u32.into());
	}

	#[benchmark]
	fn claim_ed25519() {
		let claim_ = claimable::<T>(Kind::Ed25519);
		#[extrinsic_call]
		claim(RawOrigin::Signed(caller::<T>()), claim_);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_sr25519() {
		let claim_ = claimable::<T>(Kind::Sr25519);
		#[extrinsic_call]
		claim(RawOrigin::Signed(caller::<T>()), claim_);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_ecdsa() {
		let claim_ = claimable::<T>(Kind::Ecdsa);
		#[extrinsic_call]
		claim(RawOrigin::Signed(caller::<T>()), claim_);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_tied_ed25519() {
		let claim_ = claimable_tied::<T>(Kind::Ed25519);
		#[extrinsic_call]
		claim(RawOrigin::Signed(caller::<T>()), claim_);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_tied_sr25519() {
		let claim_ = claimable_tied::<T>(Kind::Sr25519);
		#[extrinsic_call]
		claim(RawOrigin::Signed(caller::<T>()), claim_);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_tied_ecdsa() {
		let claim_ = claimable_tied::<T>(Kind::Ecdsa);
		#[extrinsic_call]
		claim(RawOrigin::Signed(caller::<T>()), claim_);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_many_ed25519(n: Linear<1, { MAX_CLAIMS }>) {
		let (payee, claims) = claims::<T>(n, Kind::Ed25519);
		#[extrinsic_call]
		claim_many(RawOrigin::Signed(caller::<T>()), payee, claims);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_many_sr25519(n: Linear<1, { MAX_CLAIMS }>) {
		let (payee, claims) = claims::<T>(n, Kind::Sr25519);
		#[extrinsic_call]
		claim_many(RawOrigin::Signed(caller::<T>()), payee, claims);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn claim_many_ecdsa(n: Linear<1, { MAX_CLAIMS }>) {
		let (payee, claims) = claims::<T>(n, Kind::Ecdsa);
		#[extrinsic_call]
		claim_many(RawOrigin::Signed(caller::<T>()), payee, claims);
		assert!(all_claimed::<T>());
	}

	#[benchmark]
	fn close() {
		let (payer, payee) = (funded::<T>("payer", 0), caller::<T>());
		let job = job::<T>(&payer, &payee);
		let key = Kind::Ecdsa.generate();
		let id = channel::<T>(&payer, &payee, Some(job), key);
		let claim = Claim { signed: voucher::<T>(id, &key), preimage: Some(PREIMAGE) };
		#[extrinsic_call]
		_(RawOrigin::Signed(payee), id, Some(claim));
		assert!(!Channels::<T>::contains_key(id));
	}

	#[benchmark]
	fn close_without_voucher() {
		let (payer, payee) = (funded::<T>("payer", 0), caller::<T>());
		let job = job::<T>(&payer, &payee);
		let id = channel::<T>(&payer, &payee, Some(job), Kind::Ecdsa.generate());
		T::Jobs::end_for_benchmark(job);
		wait::<T>(1u32.into());
		#[extrinsic_call]
		close(RawOrigin::Signed(payee), id, None);
		assert!(!Channels::<T>::contains_key(id));
	}

	#[benchmark]
	fn request_close() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = channel::<T>(&payer, &payee, Some(job), Kind::Sr25519.generate());
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), id);
		let status = Channels::<T>::get(id).unwrap().status;
		assert!(matches!(status, ChannelStatus::Closing { .. }));
	}

	#[benchmark]
	fn finalize_close() {
		let id = claimable_tied::<T>(Kind::Sr25519).signed.voucher.channel;
		wait::<T>(Parameters::<T>::get().max_challenge);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), id);
		assert!(!Channels::<T>::contains_key(id));
	}

	#[benchmark]
	fn enforce_lock() {
		let (payer, payee) = (funded::<T>("payer", 0), caller::<T>());
		let job = job::<T>(&payer, &payee);
		let key = Kind::Ecdsa.generate();
		let id = channel::<T>(&payer, &payee, Some(job), key);
		T::Jobs::end_for_benchmark(job);
		let voucher = voucher::<T>(id, &key);
		#[extrinsic_call]
		_(RawOrigin::Signed(payee), voucher);
		assert!(Htlcs::<T>::contains_key(0));
	}

	#[benchmark]
	fn open_channel_with_key() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let key = SigningKey::Ecdsa([3; 33]);
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), payee, deposit::<T>(), None, Some(job), key);
		assert!(VoucherKeys::<T>::contains_key(0));
	}

	#[benchmark]
	fn open_stream() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let lockup = Parameters::<T>::get().min_lockup;
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), payee, rate::<T>(), deposit::<T>(), lockup, Some(job));
		assert!(Streams::<T>::contains_key(0));
	}

	#[benchmark]
	fn pause() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), id);
		let status = Streams::<T>::get(id).unwrap().status;
		assert!(matches!(status, StreamStatus::Paused { .. }));
	}

	#[benchmark]
	fn resume() {
		let (payer, payee) = (funded::<T>("payer", 0), caller::<T>());
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		Pallet::<T>::pause(signed::<T>(&payee), id).unwrap();
		#[extrinsic_call]
		_(RawOrigin::Signed(payee), id);
		assert_eq!(Streams::<T>::get(id).unwrap().status, StreamStatus::Running);
	}

	#[benchmark]
	fn change_rate() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		let rate = rate::<T>().saturating_mul(2.into());
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), id, rate);
		assert_eq!(Streams::<T>::get(id).unwrap().rate, rate);
	}

	#[benchmark]
	fn top_up_stream() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), id, deposit::<T>());
		assert_eq!(Streams::<T>::get(id).unwrap().deposit, deposit::<T>() * 2u32.into());
	}

	#[benchmark]
	fn withdraw() {
		let (payer, payee) = (funded::<T>("payer", 0), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), id);
		assert!(!Streams::<T>::get(id).unwrap().paid.is_zero());
	}

	#[benchmark]
	fn stop() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), id);
		let status = Streams::<T>::get(id).unwrap().status;
		assert!(matches!(status, StreamStatus::Ending { .. }));
	}

	#[benchmark]
	fn close_stream() {
		let (payer, payee) = (funded::<T>("payer", 0), funded::<T>("payee", 0));
		let job = job::<T>(&payer, &payee);
		let id = stream::<T>(&payer, &payee, Some(job));
		T::Jobs::end_for_benchmark(job);
		wait::<T>(Parameters::<T>::get().max_lockup);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), id);
		assert!(!Streams::<T>::contains_key(id));
	}

	#[benchmark]
	fn create_htlc() {
		let (payer, payee) = (caller::<T>(), funded::<T>("payee", 0));
		let expires_at = T::RelayBlockNumberProvider::current_block_number()
			.saturating_add(Parameters::<T>::get().min_lock);
		let kind = LockKind::Blake2;
		#[extrinsic_call]
		_(RawOrigin::Signed(payer), payee, deposit::<T>(), kind, [7; 32], expires_at);
		assert!(Htlcs::<T>::contains_key(0));
	}

	#[benchmark]
	fn claim_htlc() {
		let (id, _) = enforced::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), id, PREIMAGE);
		assert!(!Htlcs::<T>::contains_key(id));
	}

	#[benchmark]
	fn refund_htlc() {
		let (id, job) = enforced::<T>();
		T::Jobs::end_for_benchmark(job);
		wait::<T>(Parameters::<T>::get().max_challenge);
		Htlcs::<T>::mutate(id, |htlc| htlc.as_mut().unwrap().expires_at = Zero::zero());
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), id);
		assert!(!Htlcs::<T>::contains_key(id));
	}

	#[benchmark]
	fn collect_fees() {
		let (payer, payee) = (funded::<T>("payer", 0), funded::<T>("payee", 0));
		T::Currency::set_balance(&T::Fees::fee_account(), plenty::<T>());
		let id = htlc::<T>(&payer, &payee);
		Pallet::<T>::claim_htlc(signed::<T>(&payee), id, PREIMAGE).unwrap();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()));
		assert!(FeesDue::<T>::get().is_zero());
	}

	#[benchmark]
	fn collect_royalty() {
		let claim = claimable_tied::<T>(Kind::Sr25519);
		let id = claim.signed.voucher.channel;
		let Channel { payee, tie, .. } = Channels::<T>::get(id).unwrap();
		let tie = tie.unwrap();
		Pallet::<T>::close(signed::<T>(&payee), id, Some(claim)).unwrap();
		let payees = T::Jobs::royalty_payees(tie.job);
		assert!(payees.model.is_some() && payees.parent.is_some());
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), tie.job, tie.attempt);
		assert!(!JobDues::<T>::contains_key(tie.job, tie.attempt));
	}

	#[benchmark]
	fn set_parameters() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let mut parameters = Parameters::<T>::get();
		parameters.max_lock = parameters.max_lock.saturating_add(1u32.into());
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parameters);
		assert_eq!(Parameters::<T>::get(), parameters);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
