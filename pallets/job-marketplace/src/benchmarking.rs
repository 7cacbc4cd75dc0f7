//! Benchmarks: one per weight function, in the worst case.
//!
//! The caller's own account is not counted in a proof, so whoever else takes part is another
//! account. DIDs are as long as they may be and differ from each other; jobs have as many bids as
//! they take.

use super::*;
use ai_compute_primitives::{Did, FeePolicy, JobId, NodeMutate};
use alloc::{format, vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, EnsureOrigin, Get};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::{BlockNumberProvider, Saturating};

const TOKENS: u32 = 1_000;
/// Latency of the bids, in blocks.
const LATENCY: u32 = 100;

/// A round sum, far above anything that a benchmark pays.
fn plenty<T: Config>() -> BalanceOf<T> {
	T::BidBond::get().saturating_mul(1_000_000u32.into())
}

fn escrow<T: Config>() -> BalanceOf<T> {
	T::BidBond::get().saturating_mul(100u32.into())
}

/// A price at which a bid costs half of the escrow.
fn price<T: Config>() -> BalanceOf<T> {
	escrow::<T>() / (2 * TOKENS).into()
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

/// Brings the fee account into being, which exists from genesis on a live chain.
fn fee_account<T: Config>() -> T::AccountId {
	let who = T::Fees::fee_account();
	T::Currency::set_balance(&who, plenty::<T>());
	who
}

fn model() -> Vec<u8> {
	format!("did:etrid:ai:llm:benchmark{}", "m".repeat(55)).into_bytes()
}

/// DID number `n`, as long as a DID may be.
fn node_did(n: u32) -> Did {
	Did::parse(format!("did:etrid:gpu:{}{n:04}", "n".repeat(110))).unwrap()
}

/// Registers node `n` for `owner`.
fn register<T: Config>(n: u32, owner: &T::AccountId) -> Did {
	let did = node_did(n);
	let stake = T::BidBond::get().saturating_mul(100_000u32.into());
	T::Nodes::register_for_benchmark(&did, owner, stake);
	did
}

fn tick<T: Config>() -> BlockNumberFor<T> {
	T::BlockNumberProvider::current_block_number()
}

fn go_to<T: Config>(block: BlockNumberFor<T>) {
	T::BlockNumberProvider::set_block_number(block);
}

fn job<T: Config>(job_id: JobId) -> JobRecordOf<T> {
	Jobs::<T>::get(job_id).unwrap()
}

fn submit<T: Config>(requester: &T::AccountId, prompt: u32) -> JobId {
	let job_id = NextJobId::<T>::get();
	Pallet::<T>::submit_job(
		RawOrigin::Signed(requester.clone()).into(),
		model(),
		vec![7; prompt as usize],
		TOKENS,
		escrow::<T>(),
		0,
		false,
	)
	.unwrap();
	job_id
}

fn bid<T: Config>(job_id: JobId, owner: &T::AccountId, did: &Did, price: BalanceOf<T>) {
	Pallet::<T>::place_bid(
		RawOrigin::Signed(owner.clone()).into(),
		job_id,
		did.as_bytes().to_vec(),
		price,
		LATENCY * matching::TICK_MILLISECS,
	)
	.unwrap();
}

/// Places bids of nodes of their own until `free` are left.
fn fill<T: Config>(job_id: JobId, free: u32) {
	for n in 0..T::MaxBidsPerJob::get().saturating_sub(free) {
		let owner = funded::<T>("bidder", n);
		let did = register::<T>(n, &owner);
		bid::<T>(job_id, &owner, &did, price::<T>());
	}
}

/// A job of a stranger with as many bids as it takes, one of them of `owner`, and the DID of that
/// one's node. It is the best bid.
fn full_job<T: Config>(owner: &T::AccountId) -> (JobId, Did) {
	let job_id = submit::<T>(&funded::<T>("requester", 0), MAX_PROMPT_LEN);
	fill::<T>(job_id, 1);
	let did = register::<T>(5_000, owner);
	bid::<T>(job_id, owner, &did, price::<T>() / 2u32.into());
	(job_id, did)
}

/// The same, assigned to `owner`.
fn assigned<T: Config>(owner: &T::AccountId) -> (JobId, Did) {
	let (job_id, did) = full_job::<T>(owner);
	Pallet::<T>::assign_job(
		RawOrigin::Signed(job::<T>(job_id).requester).into(),
		job_id,
		did.as_bytes().to_vec(),
	)
	.unwrap();
	(job_id, did)
}

fn processing<T: Config>(owner: &T::AccountId) -> JobId {
	let (job_id, _) = assigned::<T>(owner);
	Pallet::<T>::start_job(RawOrigin::Signed(owner.clone()).into(), job_id).unwrap();
	job_id
}

/// A job of `requester` that another's node delivered late, with a result on chain.
fn completed<T: Config>(requester: &T::AccountId) -> JobId {
	let owner = funded::<T>("provider", 0);
	let job_id = processing::<T>(&owner);
	Jobs::<T>::mutate(job_id, |job| {
		let job = job.as_mut().unwrap();
		// The escrow moves with the job.
		let old = job.requester.clone();
		Pallet::<T>::release_escrow(job_id, job).unwrap();
		Pallet::<T>::pay_from_hold(HoldReason::StorageDeposit, &old, &old, job.deposit).unwrap();
		hold::<T>(HoldReason::JobEscrow, requester, job.max_payment);
		hold::<T>(HoldReason::StorageDeposit, requester, job.deposit);
		job.requester = requester.clone();
	});
	let due = job::<T>(job_id).assignment.unwrap().result_due.unwrap();
	go_to::<T>(due);
	let result = vec![9; MAX_RESULT_LEN as usize];
	let hash = sp_io::hashing::blake2_256(&result);
	Pallet::<T>::complete_job(RawOrigin::Signed(owner).into(), job_id, hash, TOKENS, Some(result))
		.unwrap();
	job_id
}

fn hold<T: Config>(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) {
	use frame_support::traits::fungible::hold::Mutate as _;
	T::Currency::hold(&reason.into(), who, amount).unwrap();
}

/// Uses up the attempts of a job, so that it fails instead of being reopened.
fn use_up_attempts<T: Config>(job_id: JobId) {
	Jobs::<T>::mutate(job_id, |job| job.as_mut().unwrap().attempts = u8::MAX);
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit_job(p: Linear<0, { MAX_PROMPT_LEN }>) {
		let caller = caller::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), model(), vec![7; p as usize], TOKENS, escrow::<T>(), 0, false);
		assert_eq!(job::<T>(0).status, JobStatus::Pending);
	}

	#[benchmark]
	fn place_bid() {
		let caller = caller::<T>();
		let job_id = submit::<T>(&funded::<T>("requester", 0), 0);
		fill::<T>(job_id, 1);
		let did = register::<T>(5_000, &caller);
		// Takes the seat of a leader.
		let price = price::<T>() / 2u32.into();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			job_id,
			did.as_bytes().to_vec(),
			price,
			LATENCY * matching::TICK_MILLISECS,
		);
		assert_eq!(job::<T>(job_id).bid_count, T::MaxBidsPerJob::get());
	}

	#[benchmark]
	fn place_bid_displacing() {
		let caller = caller::<T>();
		let job_id = submit::<T>(&funded::<T>("requester", 0), 0);
		fill::<T>(job_id, 0);
		let did = register::<T>(5_000, &caller);
		let price = price::<T>() / 2u32.into();
		#[extrinsic_call]
		place_bid(
			RawOrigin::Signed(caller),
			job_id,
			did.as_bytes().to_vec(),
			price,
			LATENCY * matching::TICK_MILLISECS,
		);
		assert_eq!(job::<T>(job_id).bid_count, T::MaxBidsPerJob::get());
		assert!(JobBids::<T>::contains_key(job_id, did.hash()));
	}

	#[benchmark]
	fn assign_job() {
		let (job_id, did) = full_job::<T>(&funded::<T>("provider", 0));
		let requester = job::<T>(job_id).requester;
		#[extrinsic_call]
		_(RawOrigin::Signed(requester), job_id, did.as_bytes().to_vec());
		assert_eq!(job::<T>(job_id).status, JobStatus::Assigned);
	}

	#[benchmark]
	fn match_job() {
		let (job_id, _) = full_job::<T>(&funded::<T>("provider", 0));
		// The two best leaders are not eligible: their bids name another owner.
		let leaders = BidBooks::<T>::get(job_id).leaders;
		for rank in leaders.iter().take(2) {
			JobBids::<T>::mutate(job_id, rank.node, |bid| {
				bid.as_mut().unwrap().bidder = account("former", 0, 0);
			});
		}
		go_to::<T>(job::<T>(job_id).bid_end);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).assignment.unwrap().node, leaders[2].node);
	}

	#[benchmark]
	fn start_job() {
		let caller = caller::<T>();
		let (job_id, _) = assigned::<T>(&caller);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Processing);
	}

	#[benchmark]
	fn complete_job(r: Linear<0, { MAX_RESULT_LEN }>) {
		let caller = caller::<T>();
		let job_id = processing::<T>(&caller);
		let result = vec![9; r as usize];
		let hash = sp_io::hashing::blake2_256(&result);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id, hash, TOKENS, Some(result));
		assert_eq!(job::<T>(job_id).status, JobStatus::Completed);
	}

	#[benchmark]
	fn accept_result() {
		let caller = caller::<T>();
		fee_account::<T>();
		let job_id = completed::<T>(&caller);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id, Some(5));
		assert_eq!(job::<T>(job_id).rating, Some(5));
	}

	#[benchmark]
	fn rate_settled() {
		let caller = caller::<T>();
		fee_account::<T>();
		let job_id = completed::<T>(&caller);
		Pallet::<T>::accept_result(RawOrigin::Signed(caller.clone()).into(), job_id, None).unwrap();
		#[extrinsic_call]
		accept_result(RawOrigin::Signed(caller), job_id, Some(1));
		assert_eq!(job::<T>(job_id).rating, Some(1));
	}

	#[benchmark]
	fn finalize_job() {
		fee_account::<T>();
		let job_id = completed::<T>(&funded::<T>("payer", 0));
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Settled);
	}

	#[benchmark]
	fn cancel_job() {
		let caller = caller::<T>();
		let job_id = submit::<T>(&caller, MAX_PROMPT_LEN);
		fill::<T>(job_id, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Cancelled);
	}

	#[benchmark]
	fn expire_job() {
		let (job_id, _) = assigned::<T>(&funded::<T>("provider", 0));
		use_up_attempts::<T>(job_id);
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Failed);
	}

	#[benchmark]
	fn abandon_job() {
		let caller = caller::<T>();
		let (job_id, _) = assigned::<T>(&caller);
		use_up_attempts::<T>(job_id);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Failed);
	}

	#[benchmark]
	fn withdraw_bid() {
		// By a stranger, from the book of a job that is not over.
		let job_id = processing::<T>(&funded::<T>("provider", 0));
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id, node_did(0).as_bytes().to_vec());
		assert!(!JobBids::<T>::contains_key(job_id, node_did(0).hash()));
	}

	#[benchmark]
	fn withdraw_bid_forfeited() {
		fee_account::<T>();
		let job_id = processing::<T>(&funded::<T>("provider", 0));
		let node = node_did(0).hash();
		JobBids::<T>::mutate(job_id, node, |bid| {
			bid.as_mut().unwrap().standing = BidStanding::Forfeited;
		});
		#[extrinsic_call]
		withdraw_bid(RawOrigin::Signed(caller::<T>()), job_id, node_did(0).as_bytes().to_vec());
		assert!(!JobBids::<T>::contains_key(job_id, node));
	}

	#[benchmark]
	fn promote_bid() {
		let job_id = submit::<T>(&funded::<T>("requester", 0), 0);
		fill::<T>(job_id, 0);
		let book = BidBooks::<T>::get(job_id);
		let (worst, next) = (book.leaders.last().unwrap().node, book.others[0].node);
		// All leaders are looked at, and the last one is not eligible: its bid names another owner.
		JobBids::<T>::mutate(job_id, worst, |bid| {
			bid.as_mut().unwrap().bidder = account("former", 0, 0);
		});
		let did = JobBids::<T>::get(job_id, next).unwrap().gpu_did;
		go_to::<T>(job::<T>(job_id).bid_end);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id, did.as_bytes().to_vec());
		assert_eq!(JobBids::<T>::get(job_id, worst).unwrap().standing, BidStanding::Forfeited);
		assert_eq!(BidBooks::<T>::get(job_id).turn(&next), matching::Turn::Leading);
	}

	#[benchmark]
	fn update_max_jobs() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 7);
		assert_eq!(MaxJobs::<T>::get(), 7);
		Ok(())
	}

	#[benchmark]
	fn set_parameters() -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let mut parameters = Parameters::<T>::get();
		parameters.max_attempts = 2;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parameters);
		assert_eq!(Parameters::<T>::get(), parameters);
		Ok(())
	}

	#[benchmark]
	fn reap_job() {
		fee_account::<T>();
		let requester = funded::<T>("payer", 0);
		let job_id = completed::<T>(&requester);
		Pallet::<T>::accept_result(RawOrigin::Signed(requester).into(), job_id, Some(5)).unwrap();
		for n in 0..T::MaxBidsPerJob::get().saturating_sub(1) {
			Pallet::<T>::withdraw_bid(
				RawOrigin::Signed(caller::<T>()).into(),
				job_id,
				node_did(n).as_bytes().to_vec(),
			)
			.unwrap();
		}
		// Late enough for the deposit to go to the caller.
		go_to::<T>(
			job::<T>(job_id).deadline.saturating_mul(3u32.into()).saturating_add(tick::<T>()),
		);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert!(!Jobs::<T>::contains_key(job_id));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
