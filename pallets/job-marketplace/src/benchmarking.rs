//! Benchmarks: one per weight function, in the worst case.
//!
//! The caller's own account is not counted in a proof, so whoever else takes part is another
//! account. DIDs are as long as they may be and differ from each other; jobs have as many bids as
//! they take. The model pays royalties to its owner and its parent's, and runs on its hosts only, so
//! that every node is looked up among them.

use super::*;
use ai_compute_primitives::{
	model_version_hash, AttestationId, AttestationInspect, Did, DidHash, EnclaveKeys, FeePolicy,
	JobId, JobOutcome, JobTies, ModelInspect, NodeMutate, ProofClaim, ProofInspect, ProofLength,
	ProofTerms, ProvenOutput, Receipt, ReceiptOutcome, SessionKey,
};
use alloc::{format, vec, vec::Vec};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, EnsureOrigin, Get};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	traits::{BlockNumberProvider, Saturating, Zero},
	Percent,
};

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

/// Fills the model catalogue for benchmarks.
pub trait BenchmarkModels<AccountId> {
	/// Registers `model` for `owner` as a child of a model of `parent_owner`, with a royalty of
	/// which the parent has a share, any price, public, for hosts only.
	fn register(model: &Did, owner: &AccountId, parent_owner: &AccountId);

	/// Makes `node` a host of `model`.
	fn host(model: &Did, node: &Did, owner: &AccountId);
}

fn model_did() -> Did {
	Did::parse(format!("did:etrid:ai:llm:benchmark{}", "m".repeat(55))).unwrap()
}

/// DID of the model of all jobs, which is registered at the first call.
fn model<T: Config>() -> Vec<u8> {
	let did = model_did();
	if T::Models::owner(&did).is_none() {
		let (owner, parent_owner) = (funded::<T>("model", 0), funded::<T>("parent", 0));
		T::BenchmarkModels::register(&did, &owner, &parent_owner);
		assert_eq!(T::Models::owner(&did), Some(owner));
		assert_eq!(T::Models::parent_owner(&did), Some(parent_owner));
	}
	did.as_bytes().to_vec()
}

/// DID number `n`, as long as a DID may be.
fn node_did(n: u32) -> Did {
	Did::parse(format!("did:etrid:gpu:{}{n:04}", "n".repeat(110))).unwrap()
}

/// Registers node `n` for `owner`, which hosts nothing.
fn register_idle<T: Config>(n: u32, owner: &T::AccountId) -> Did {
	let did = node_did(n);
	let stake = T::BidBond::get().saturating_mul(100_000u32.into());
	T::Nodes::register_for_benchmark(&did, owner, stake);
	did
}

/// Registers node `n` for `owner` as a host of the model.
fn register<T: Config>(n: u32, owner: &T::AccountId) -> Did {
	let did = register_idle::<T>(n, owner);
	model::<T>();
	T::BenchmarkModels::host(&model_did(), &did, owner);
	assert!(T::Models::hosts(&model_did(), &did.hash()));
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
		model::<T>(),
		vec![7; prompt as usize],
		TOKENS,
		escrow::<T>(),
		0,
		false,
	)
	.unwrap();
	// With options, which are read wherever a bid is looked at.
	let seed = Some(1);
	JobOptions::<T>::insert(job_id, Requirements { seed, ..Default::default() });
	Jobs::<T>::mutate(job_id, |job| job.as_mut().unwrap().has_options = true);
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

/// The same, assigned to `owner`, with a payment tied to it.
fn assigned<T: Config>(owner: &T::AccountId) -> (JobId, Did) {
	let (job_id, did) = full_job::<T>(owner);
	Pallet::<T>::assign_job(
		RawOrigin::Signed(job::<T>(job_id).requester).into(),
		job_id,
		did.as_bytes().to_vec(),
	)
	.unwrap();
	<Pallet<T> as JobTies<_, _>>::tie(job_id, 1);
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
	let result = result_of(MAX_RESULT_LEN);
	let hash = sp_io::hashing::blake2_256(&result);
	Pallet::<T>::complete_job(RawOrigin::Signed(owner).into(), job_id, hash, TOKENS, Some(result))
		.unwrap();
	job_id
}

/// Makes a late delivery one in time.
fn make_punctual<T: Config>(job_id: JobId) {
	Jobs::<T>::mutate(job_id, |job| {
		job.as_mut().unwrap().delivery.as_mut().unwrap().timing = Timing::OnTime;
	});
}

/// A job of `requester` that another's node delivered late, disputed. The result has the largest
/// size, and is on chain unless its delivery is what the dispute is about.
fn disputed<T: Config>(requester: &T::AccountId, reason: DisputeReason) -> JobId {
	let job_id = completed::<T>(requester);
	if reason == DisputeReason::NotDelivered {
		take_result_off_chain::<T>(job_id, MAX_RESULT_LEN);
	}
	Pallet::<T>::dispute_job(RawOrigin::Signed(requester.clone()).into(), job_id, reason, EVIDENCE)
		.unwrap();
	job_id
}

const EVIDENCE: [u8; 32] = [7; 32];

/// Bytes of a result of `len` bytes.
fn result_of(len: u32) -> Vec<u8> {
	vec![9; len as usize]
}

/// Makes the delivery of `job_id` one of `len` bytes that the parties keep.
fn take_result_off_chain<T: Config>(job_id: JobId, len: u32) {
	Results::<T>::remove(job_id);
	Jobs::<T>::mutate(job_id, |job| {
		let delivery = job.as_mut().unwrap().delivery.as_mut().unwrap();
		delivery.bytes = ResultBytes::OffChain;
		delivery.result_hash = sp_io::hashing::blake2_256(&result_of(len));
	});
}

fn provider<T: Config>(job_id: JobId) -> T::AccountId {
	job::<T>(job_id).assignment.unwrap().owner
}

/// A job of `requester` whose dispute waits for the arbiter.
fn answered<T: Config>(requester: &T::AccountId) -> JobId {
	let job_id = disputed::<T>(requester, DisputeReason::WrongResult);
	Pallet::<T>::answer_dispute(
		RawOrigin::Signed(provider::<T>(job_id)).into(),
		job_id,
		DisputeAnswer::Evidence(EVIDENCE),
	)
	.unwrap();
	job_id
}

fn hold<T: Config>(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) {
	use frame_support::traits::fungible::hold::Mutate as _;
	T::Currency::hold(&reason.into(), who, amount).unwrap();
}

/// Makes the bid of `node` fail the last check that its model asks for: it becomes one of a node
/// that does not host it.
fn make_unfit<T: Config>(job_id: JobId, node: DidHash, n: u32) {
	JobBids::<T>::mutate(job_id, node, |bid| {
		let bid = bid.as_mut().unwrap();
		bid.gpu_did = register_idle::<T>(6_000 + n, &bid.bidder);
	});
}

/// Uses up the attempts of a job, so that it fails instead of being reopened.
fn use_up_attempts<T: Config>(job_id: JobId) {
	Jobs::<T>::mutate(job_id, |job| job.as_mut().unwrap().attempts = u8::MAX);
}

/// A job of `requester` that a node of `owner` has started, for payments tied to it.
pub(crate) fn running_for<T: Config>(requester: &T::AccountId, owner: &T::AccountId) -> JobId {
	for who in [requester, owner] {
		T::Currency::set_balance(who, plenty::<T>());
	}
	fee_account::<T>();
	let job_id = submit::<T>(requester, 0);
	let did = register::<T>(7_000, owner);
	bid::<T>(job_id, owner, &did, price::<T>());
	let did = did.as_bytes().to_vec();
	Pallet::<T>::assign_job(RawOrigin::Signed(requester.clone()).into(), job_id, did).unwrap();
	Pallet::<T>::start_job(RawOrigin::Signed(owner.clone()).into(), job_id).unwrap();
	job_id
}

/// Ends such a job as one that was delivered in time and earned standing.
pub(crate) fn settle_unpaid<T: Config>(job_id: JobId) {
	let mut job = job::<T>(job_id);
	Pallet::<T>::release_escrow(job_id, &job).unwrap();
	let fee_paid = 1u32.into();
	job.settlement = Some(Settlement { outcome: JobOutcome::OnTime, fee_paid });
	Pallet::<T>::end(job_id, &mut job, JobStatus::Settled);
}

/// The n-th enclave, which nobody but a benchmark's host can sign for.
fn enclave(n: u8) -> EnclaveKeys {
	keys_of(SessionKey::Ed25519([n; 32]))
}

fn keys_of(session: SessionKey) -> EnclaveKeys {
	EnclaveKeys { session, x25519: [9; 32], ristretto: [8; 32] }
}

const SEALING: Sealing = Sealing {
	result_key: [9; 32],
	salt: [
		0x76, 0x0c, 0xe7, 0x71, 0x7a, 0x06, 0x20, 0xff, 0x11, 0x4d, 0xa3, 0xe1, 0x25, 0xd3, 0x5f,
		0x96, 0x1f, 0x87, 0xf7, 0x45, 0x4b, 0xb8, 0x66, 0xc1, 0xf1, 0x03, 0x12, 0xbb, 0xa3, 0xd5,
		0x86, 0x20,
	],
};

/// A sealed prompt of `len` bytes.
fn sealed_prompt(len: u32) -> Vec<u8> {
	let mut prompt = vec![7; len as usize];
	prompt[..2].copy_from_slice(&[1, 1]);
	prompt
}

/// A data key that is sealed to [`enclave`]s.
fn sealed_key() -> Vec<u8> {
	let mut key = vec![7; MAX_SEALED_KEY_LEN as usize];
	key[..2].copy_from_slice(&[1, 2]);
	key
}

/// Makes a job that is over a confidential one, and one that could have been proven.
fn seal_delivered<T: Config>(job_id: JobId) {
	Jobs::<T>::mutate(job_id, |job| job.as_mut().unwrap().confidential = true);
	let pinned = Some(Pinned { attestation: 0, key: KeyState::FromRequester });
	let (policy, prompt) = (H256::zero(), H256::zero());
	SealedJobs::<T>::insert(job_id, SealedJob { policy, prompt, sealing: SEALING, pinned });
	let order = ProofOrder { key: H256::zero(), input: [3; 32], weights: [4; 32] };
	ProofOrders::<T>::insert(job_id, order);
}

/// Makes an assigned job a confidential one that waits for its key.
fn await_key<T: Config>(job_id: JobId, policy: H256, attestation: AttestationId) {
	Jobs::<T>::mutate(job_id, |job| {
		let job = job.as_mut().unwrap();
		job.confidential = true;
		job.deadline = tick::<T>().saturating_add(20u32.into());
		job.deadline = job.deadline.max(tick::<T>().saturating_add(Parameters::<T>::get().prompt));
	});
	let pinned = Some(Pinned { attestation, key: KeyState::Owed });
	let prompt = H256(sp_io::hashing::blake2_256(&sealed_prompt(100)));
	SealedJobs::<T>::insert(job_id, SealedJob { policy, prompt, sealing: SEALING, pinned });
}

/// A job of `requester` that a node of `provider`, pinned to `attestation`, waits for the key of.
pub(crate) fn waiting_for<T: Config>(
	requester: &T::AccountId,
	provider: &T::AccountId,
	attestation: AttestationId,
) -> JobId {
	for who in [requester, provider] {
		T::Currency::set_balance(who, plenty::<T>());
	}
	fee_account::<T>();
	let job_id = submit::<T>(requester, 0);
	let did = register::<T>(7_000, provider);
	bid::<T>(job_id, provider, &did, price::<T>());
	let did = did.as_bytes().to_vec();
	Pallet::<T>::assign_job(RawOrigin::Signed(requester.clone()).into(), job_id, did).unwrap();
	await_key::<T>(job_id, H256::zero(), attestation);
	job_id
}

/// Ends such a job.
pub(crate) fn give_up<T: Config>(job_id: JobId) {
	let job = job::<T>(job_id);
	let assignment = Pallet::<T>::assignment(&job).unwrap();
	Pallet::<T>::fail(job_id, job, assignment, JobOutcome::Undecided).unwrap();
}

/// A full job, assigned to `owner` and confidential, that waits for its key.
fn unkeyed<T: Config>(owner: &T::AccountId, keys: EnclaveKeys) -> (JobId, AttestationId) {
	let (job_id, did) = assigned::<T>(owner);
	let (policy, attestation) =
		T::Attestations::attest_for_benchmark(&did.hash(), owner, keys, None);
	await_key::<T>(job_id, policy, attestation);
	(job_id, attestation)
}

/// The same with its key.
fn keyed<T: Config>(owner: &T::AccountId, keys: EnclaveKeys) -> (JobId, AttestationId) {
	let (job_id, attestation) = unkeyed::<T>(owner, keys);
	let requester = job::<T>(job_id).requester;
	let attempt = job::<T>(job_id).attempts;
	let recipient = T::Attestations::keys(attestation).unwrap().x25519;
	Pallet::<T>::do_deliver_key(requester, job_id, attempt, recipient, sealed_key()).unwrap();
	(job_id, attestation)
}

/// A job that a node works on and whose requester named a key, and a proof that `bytes` are right.
fn provable<T: Config>(length: ProofLength, bytes: &[u8]) -> (JobId, Vec<u8>) {
	let job_id = processing::<T>(&funded::<T>("provider", 0));
	let job = job::<T>(job_id);
	let key = T::Proofs::key_for_benchmark(&model_did(), length);
	let (input, weights) = ([3; 32], [4; 32]);
	ProofOrders::<T>::insert(job_id, ProofOrder { key, input, weights });
	let assignment = job.assignment.unwrap();
	let claim = ProofClaim {
		job: job_id,
		attempt: job.attempts,
		node: assignment.node,
		owner: assignment.owner,
		output: ProvenOutput::Bytes(bytes),
		tokens_used: TOKENS,
		input,
		weights,
	};
	(job_id, T::Proofs::prove_for_benchmark(length, &claim))
}

/// Items of a batch of `n`.
fn items<T: Config>(n: u32) -> u32 {
	n.min(T::MaxBatch::get())
}

/// Job number `n` of a batch, of `requester`, assigned to a node of its own, with a payment tied to
/// it, and started at once.
fn started<T: Config>(n: u32, requester: &T::AccountId) -> JobId {
	let job_id = submit::<T>(requester, 0);
	let owner = funded::<T>("worker", n);
	let did = register::<T>(6_000 + n, &owner);
	bid::<T>(job_id, &owner, &did, price::<T>());
	let did = did.as_bytes().to_vec();
	Pallet::<T>::assign_job(RawOrigin::Signed(requester.clone()).into(), job_id, did).unwrap();
	<Pallet<T> as JobTies<_, _>>::tie(job_id, 1);
	Pallet::<T>::start_job(RawOrigin::Signed(owner).into(), job_id).unwrap();
	job_id
}

/// Delivers `jobs`, which were started at the same tick, late.
fn deliver_late<T: Config>(jobs: &[JobId]) {
	go_to::<T>(job::<T>(jobs[0]).assignment.unwrap().result_due.unwrap());
	for job_id in jobs {
		let owner = RawOrigin::Signed(provider::<T>(*job_id)).into();
		let hash = sp_io::hashing::blake2_256(&result_of(0));
		Pallet::<T>::complete_job(owner, *job_id, hash, TOKENS, Some(result_of(0))).unwrap();
	}
}

/// `n` jobs of requesters of their own, delivered late.
fn delivered<T: Config>(n: u32) -> Vec<JobId> {
	let jobs: Vec<_> = (0..n).map(|n| started::<T>(n, &funded::<T>("requester", n))).collect();
	deliver_late::<T>(&jobs);
	jobs
}

/// Fills the book of a job with ranks that have no bids.
fn stuff_book<T: Config>(job_id: JobId) {
	BidBooks::<T>::mutate(job_id, |book| {
		while !book.is_full() {
			let node = sp_io::hashing::blake2_256(&book.next_sequence.encode());
			book.place(node.into(), 0).unwrap();
		}
	});
}

/// A book of offers that has room for one more number, signed for by `key` in the place of `owner`.
fn busy_offers<T: Config>(did: &Did, owner: &T::AccountId, key: OfferKey) {
	OfferBooks::<T>::mutate(did.hash(), |book| {
		book.delegate = Some(offers::Delegate { owner: owner.clone(), key });
		for offer_id in 1..u64::from(offers::MAX_LIVE_OFFERS) {
			book.cancel(offer_id, tick::<T>()).unwrap();
		}
	});
}

/// An offer of a node of a stranger, with as much to check as there can be.
fn standing_offer<T: Config>(requester: &T::AccountId, key: OfferKey) -> OfferOf<T> {
	let owner = funded::<T>("provider", 0);
	let did = register::<T>(5_000, &owner);
	busy_offers::<T>(&did, &owner, key);
	let model = model::<T>();
	let terms = T::Models::terms(&model_did(), requester).unwrap();
	Offer {
		gpu_did: did.as_bytes().to_vec(),
		owner,
		epoch: 0,
		offer_id: 0,
		model_did: model,
		model_version: terms.version,
		price_per_token: price::<T>(),
		min_tokens: TOKENS,
		max_tokens: TOKENS,
		estimated_latency_ms: LATENCY * matching::TICK_MILLISECS,
		confidential: false,
		max_fee: Percent::one(),
		max_royalty_bps: u16::MAX,
		requester: Some(requester.clone()),
		not_before: tick::<T>(),
		expires_at: tick::<T>().saturating_add(1u32.into()),
		max_uses: 1,
	}
}

/// A job with a prompt of `p` bytes and a seed.
fn hire_job<T: Config>(p: u32) -> HireJob<BalanceOf<T>> {
	HireJob {
		payload: Payload::Inline(vec![7; p as usize]),
		max_tokens: TOKENS,
		max_payment: escrow::<T>(),
		seed: Some(1),
		proof: None,
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit_job(p: Linear<0, { MAX_PROMPT_LEN }>) {
		let caller = caller::<T>();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			model::<T>(),
			vec![7; p as usize],
			TOKENS,
			escrow::<T>(),
			0,
			false,
		);
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
		// The two best leaders are not eligible.
		let leaders = BidBooks::<T>::get(job_id).leaders;
		for (n, rank) in (0..2).zip(&leaders) {
			make_unfit::<T>(job_id, rank.node, n);
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
		let result = result_of(r);
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
		make_punctual::<T>(job_id);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id, Some(5));
		assert_eq!(job::<T>(job_id).rating, Some(5));
	}

	#[benchmark]
	fn accept_late() {
		let caller = caller::<T>();
		fee_account::<T>();
		let job_id = completed::<T>(&caller);
		#[extrinsic_call]
		accept_result(RawOrigin::Signed(caller), job_id, Some(5));
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
		make_punctual::<T>(job_id);
		// Its model has no parent.
		Jobs::<T>::mutate(job_id, |job| job.as_mut().unwrap().terms.parent_bps = 0);
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Settled);
	}

	#[benchmark]
	fn finalize_costly() {
		fee_account::<T>();
		let job_id = completed::<T>(&funded::<T>("payer", 0));
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		finalize_job(RawOrigin::Signed(caller::<T>()), job_id);
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
		fee_account::<T>();
		let (job_id, _) = assigned::<T>(&funded::<T>("provider", 0));
		use_up_attempts::<T>(job_id);
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Failed);
	}

	#[benchmark]
	fn abandon_job() {
		fee_account::<T>();
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
		// All leaders are looked at, and the last one is not eligible.
		make_unfit::<T>(job_id, worst, 0);
		let did = JobBids::<T>::get(job_id, next).unwrap().gpu_did;
		go_to::<T>(job::<T>(job_id).bid_end);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id, did.as_bytes().to_vec());
		assert_eq!(JobBids::<T>::get(job_id, worst).unwrap().standing, BidStanding::Struck);
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
	fn dispute_job() {
		let caller = caller::<T>();
		let job_id = completed::<T>(&caller);
		take_result_off_chain::<T>(job_id, MAX_RESULT_LEN);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), job_id, DisputeReason::NotDelivered, EVIDENCE);
		assert_eq!(job::<T>(job_id).status, JobStatus::Disputed);
	}

	#[benchmark]
	fn answer_with_result(r: Linear<0, { MAX_RESULT_LEN }>) {
		let requester = funded::<T>("payer", 0);
		let job_id = disputed::<T>(&requester, DisputeReason::NotDelivered);
		take_result_off_chain::<T>(job_id, r);
		let answer = DisputeAnswer::Result(result_of(r));
		#[extrinsic_call]
		answer_dispute(RawOrigin::Signed(provider::<T>(job_id)), job_id, answer);
		assert_eq!(job::<T>(job_id).status, JobStatus::Completed);
	}

	#[benchmark]
	fn answer_with_evidence() {
		let job_id = disputed::<T>(&funded::<T>("payer", 0), DisputeReason::Other);
		let answer = DisputeAnswer::Evidence(EVIDENCE);
		#[extrinsic_call]
		answer_dispute(RawOrigin::Signed(provider::<T>(job_id)), job_id, answer);
		assert_eq!(Disputes::<T>::get(job_id).unwrap().phase(), DisputePhase::Answered);
	}

	#[benchmark]
	fn resolve_refunding() -> Result<(), BenchmarkError> {
		fee_account::<T>();
		let job_id = answered::<T>(&funded::<T>("payer", 0));
		// An account is asked whether it has a part in the job; governance is not.
		let arbiter = Some(funded::<T>("arbiter", 0));
		#[block]
		{
			Pallet::<T>::do_resolve_dispute(arbiter, job_id, Verdict::RequesterWins)?;
		}
		assert_eq!(job::<T>(job_id).status, JobStatus::Failed);
		Ok(())
	}

	#[benchmark]
	fn resolve_paying() -> Result<(), BenchmarkError> {
		fee_account::<T>();
		let job_id = answered::<T>(&funded::<T>("payer", 0));
		// An account is asked whether it has a part in the job; governance is not.
		let arbiter = Some(funded::<T>("arbiter", 0));
		#[block]
		{
			Pallet::<T>::do_resolve_dispute(arbiter, job_id, Verdict::ProviderWins)?;
		}
		assert_eq!(job::<T>(job_id).status, JobStatus::Settled);
		Ok(())
	}

	#[benchmark]
	fn accept_disputed() {
		let caller = caller::<T>();
		fee_account::<T>();
		let job_id = answered::<T>(&caller);
		#[extrinsic_call]
		accept_result(RawOrigin::Signed(caller), job_id, Some(5));
		assert_eq!(job::<T>(job_id).rating, Some(5));
	}

	#[benchmark]
	fn abandon_disputed() {
		fee_account::<T>();
		let job_id = answered::<T>(&funded::<T>("payer", 0));
		#[extrinsic_call]
		abandon_job(RawOrigin::Signed(provider::<T>(job_id)), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Failed);
	}

	#[benchmark]
	fn expire_unanswered() {
		fee_account::<T>();
		let job_id = disputed::<T>(&funded::<T>("payer", 0), DisputeReason::NotDelivered);
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		expire_job(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Failed);
	}

	#[benchmark]
	fn expire_undecided() {
		fee_account::<T>();
		let job_id = answered::<T>(&funded::<T>("payer", 0));
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		expire_job(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Settled);
	}

	#[benchmark]
	fn reap_job() {
		fee_account::<T>();
		let requester = funded::<T>("payer", 0);
		let job_id = completed::<T>(&requester);
		Pallet::<T>::accept_result(RawOrigin::Signed(requester).into(), job_id, Some(5)).unwrap();
		<Pallet<T> as JobTies<_, _>>::untie(job_id, 1);
		for n in 0..T::MaxBidsPerJob::get().saturating_sub(1) {
			Pallet::<T>::withdraw_bid(
				RawOrigin::Signed(caller::<T>()).into(),
				job_id,
				node_did(n).as_bytes().to_vec(),
			)
			.unwrap();
		}
		seal_delivered::<T>(job_id);
		// Late enough for the deposit to go to the caller.
		go_to::<T>(
			job::<T>(job_id).deadline.saturating_mul(3u32.into()).saturating_add(tick::<T>()),
		);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), job_id);
		assert!(!Jobs::<T>::contains_key(job_id));
	}

	#[benchmark]
	fn submit_job_with_options(p: Linear<0, { MAX_PROMPT_LEN }>) {
		let caller = caller::<T>();
		let provider = register::<T>(5_000, &funded::<T>("provider", 0));
		let options = SubmitOptions {
			deadline: Some(tick::<T>().saturating_add(1_000u32.into())),
			min_reputation: Some(1),
			region: Some(vec![b'r'; 32]),
			seed: Some(1),
			provider: Some(provider.as_bytes().to_vec()),
			escrow_period: Some(100u32.into()),
			result_limit: Some(LATENCY.into()),
			proof: None,
		};
		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			model::<T>(),
			Payload::Inline(vec![7; p as usize]),
			TOKENS,
			escrow::<T>(),
			0,
			false,
			options,
		);
		assert!(JobOptions::<T>::contains_key(0));
	}

	#[benchmark]
	fn hire_ed25519(p: Linear<0, { MAX_PROMPT_LEN }>) {
		let caller = caller::<T>();
		let public = sp_io::crypto::ed25519_generate(0.into(), None);
		let offer = standing_offer::<T>(&caller, OfferKey::Ed25519(public.0));
		let payload = Pallet::<T>::offer_payload(&offer);
		let signature = sp_io::crypto::ed25519_sign(0.into(), &public, &payload).unwrap().into();
		let signed_offer = SignedOffer { offer, signature };
		let job_part = hire_job::<T>(p);
		#[extrinsic_call]
		hire(RawOrigin::Signed(caller), job_part, signed_offer);
		assert_eq!(job::<T>(0).status, JobStatus::Assigned);
	}

	#[benchmark]
	fn hire_sr25519(p: Linear<0, { MAX_PROMPT_LEN }>) {
		let caller = caller::<T>();
		let public = sp_io::crypto::sr25519_generate(0.into(), None);
		let offer = standing_offer::<T>(&caller, OfferKey::Sr25519(public.0));
		let payload = Pallet::<T>::offer_payload(&offer);
		let signature = sp_io::crypto::sr25519_sign(0.into(), &public, &payload).unwrap().into();
		let signed_offer = SignedOffer { offer, signature };
		let job_part = hire_job::<T>(p);
		#[extrinsic_call]
		hire(RawOrigin::Signed(caller), job_part, signed_offer);
		assert_eq!(job::<T>(0).status, JobStatus::Assigned);
	}

	#[benchmark]
	fn hire_ecdsa(p: Linear<0, { MAX_PROMPT_LEN }>) {
		let caller = caller::<T>();
		let public = sp_io::crypto::ecdsa_generate(0.into(), None);
		let offer = standing_offer::<T>(&caller, OfferKey::Ecdsa(public.0));
		let payload = Pallet::<T>::offer_payload(&offer);
		let signature = sp_io::crypto::ecdsa_sign(0.into(), &public, &payload).unwrap().into();
		let signed_offer = SignedOffer { offer, signature };
		let job_part = hire_job::<T>(p);
		#[extrinsic_call]
		hire(RawOrigin::Signed(caller), job_part, signed_offer);
		assert_eq!(job::<T>(0).status, JobStatus::Assigned);
	}

	#[benchmark]
	fn settle_batch(n: Linear<1, 64>) {
		fee_account::<T>();
		let jobs = delivered::<T>(items::<T>(n));
		go_to::<T>(job::<T>(jobs[0]).deadline);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), jobs.clone());
		assert!(jobs.iter().all(|job_id| job::<T>(*job_id).status == JobStatus::Settled));
	}

	/// Disputes that are taken back, and rated.
	#[benchmark]
	fn accept_batch(n: Linear<1, 64>) {
		let caller = caller::<T>();
		fee_account::<T>();
		let rich = plenty::<T>().saturating_mul(1_000u32.into());
		T::Currency::set_balance(&caller, rich);
		let jobs: Vec<_> = (0..items::<T>(n)).map(|n| started::<T>(n, &caller)).collect();
		deliver_late::<T>(&jobs);
		for job_id in &jobs {
			let requester = RawOrigin::Signed(caller.clone()).into();
			let reason = DisputeReason::WrongResult;
			Pallet::<T>::dispute_job(requester, *job_id, reason, EVIDENCE).unwrap();
		}
		let rated = jobs.iter().map(|job_id| (*job_id, Some(1))).collect();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), rated);
		assert!(jobs.iter().all(|job_id| job::<T>(*job_id).rating == Some(1)));
	}

	/// By a stranger, each from a full book of a job that is not over.
	#[benchmark]
	fn withdraw_bids(n: Linear<1, 64>) {
		let bids: Vec<_> = (0..items::<T>(n))
			.map(|n| {
				let requester = funded::<T>("requester", n);
				let bidder = funded::<T>("bidder", n);
				let did = register::<T>(7_000 + n, &bidder);
				let job_id = submit::<T>(&requester, 0);
				bid::<T>(job_id, &bidder, &did, price::<T>());
				let owner = funded::<T>("worker", n);
				let winner = register::<T>(6_000 + n, &owner);
				bid::<T>(job_id, &owner, &winner, price::<T>());
				let winner = winner.as_bytes().to_vec();
				Pallet::<T>::assign_job(RawOrigin::Signed(requester).into(), job_id, winner)
					.unwrap();
				Pallet::<T>::start_job(RawOrigin::Signed(owner).into(), job_id).unwrap();
				stuff_book::<T>(job_id);
				(job_id, did.as_bytes().to_vec())
			})
			.collect();
		let jobs: Vec<_> = bids.iter().map(|(job_id, _)| *job_id).collect();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), bids);
		assert!(jobs.iter().all(|job_id| job::<T>(*job_id).bid_count == 0));
	}

	/// Late enough for the deposits to go to the caller.
	#[benchmark]
	fn reap_batch(n: Linear<1, 64>) {
		fee_account::<T>();
		let jobs = delivered::<T>(items::<T>(n));
		go_to::<T>(job::<T>(jobs[0]).deadline);
		for job_id in &jobs {
			let who = RawOrigin::Signed(caller::<T>()).into();
			Pallet::<T>::finalize_job(who, *job_id).unwrap();
			<Pallet<T> as JobTies<_, _>>::untie(*job_id, 1);
		}
		jobs.iter().for_each(|job_id| seal_delivered::<T>(*job_id));
		let end = job::<T>(jobs[0]).deadline;
		go_to::<T>(end.saturating_mul(3u32.into()).saturating_add(tick::<T>()));
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), jobs.clone());
		assert!(jobs.iter().all(|job_id| !Jobs::<T>::contains_key(job_id)));
	}

	/// Items that are refused after a look at job and bid.
	#[benchmark]
	fn batch_skipped(n: Linear<1, 64>) {
		let bids: Vec<_> = (0..items::<T>(n))
			.map(|n| {
				let bidder = funded::<T>("bidder", n);
				let did = register::<T>(7_000 + n, &bidder);
				let job_id = submit::<T>(&funded::<T>("requester", n), 0);
				bid::<T>(job_id, &bidder, &did, price::<T>());
				(job_id, did.as_bytes().to_vec())
			})
			.collect();
		let jobs: Vec<_> = bids.iter().map(|(job_id, _)| *job_id).collect();
		#[extrinsic_call]
		withdraw_bids(RawOrigin::Signed(caller::<T>()), bids);
		assert!(jobs.iter().all(|job_id| job::<T>(*job_id).bid_count == 1));
	}

	#[benchmark]
	fn cancel_offers() {
		let caller = caller::<T>();
		let did = register::<T>(5_000, &caller);
		busy_offers::<T>(&did, &caller, OfferKey::Ecdsa([1; 33]));
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did.as_bytes().to_vec());
		assert_eq!(OfferBooks::<T>::get(did.hash()).epoch, 1);
	}

	#[benchmark]
	fn cancel_offer() {
		let caller = caller::<T>();
		let did = register::<T>(5_000, &caller);
		busy_offers::<T>(&did, &caller, OfferKey::Ecdsa([1; 33]));
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), did.as_bytes().to_vec(), u64::MAX);
		let counters = OfferBooks::<T>::get(did.hash()).counters;
		assert_eq!(counters.last().unwrap().offer_id, u64::MAX);
	}

	#[benchmark]
	fn set_offer_key() {
		let caller = caller::<T>();
		let did = register::<T>(5_000, &caller);
		busy_offers::<T>(&did, &caller, OfferKey::Ecdsa([1; 33]));
		let key = OfferKey::Ecdsa([2; 33]);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), did.as_bytes().to_vec(), Some(key));
		assert_eq!(OfferBooks::<T>::get(did.hash()).key_of(&caller), Some(&key));
	}

	#[benchmark]
	fn prune_offers() {
		let owner = funded::<T>("provider", 0);
		let did = register::<T>(5_000, &owner);
		busy_offers::<T>(&did, &owner, OfferKey::Ecdsa([1; 33]));
		let now = tick::<T>();
		OfferBooks::<T>::mutate(did.hash(), |book| book.count_use(0, 1, now, now).unwrap());
		#[extrinsic_call]
		_(RawOrigin::Signed(caller::<T>()), did.as_bytes().to_vec());
		let counters = OfferBooks::<T>::get(did.hash()).counters;
		assert!(!counters.iter().any(|counter| counter.offer_id == 0));
	}

	/// What it adds to a submission that the job is confidential.
	#[benchmark]
	fn seal_job() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("provider", 0);
		let did = register::<T>(5_000, &owner);
		T::Attestations::attest_for_benchmark(&did.hash(), &owner, enclave(1), None);
		let model = model_did();
		let prompt = sealed_prompt(MAX_PROMPT_LEN);
		#[block]
		{
			let payload = Payload::Sealed { sealing: SEALING, prompt };
			let (payload, sealing) =
				options::StoredPayload::unpack(payload).map_err(|_| BenchmarkError::Weightless)?;
			let sealed =
				Pallet::<T>::check_sealing(&model, true, sealing, &payload)?.expect("confidential");
			Pallet::<T>::seal(0, sealed);
		}
		assert!(SealedJobs::<T>::contains_key(0));
		Ok(())
	}

	/// What it adds to a submission that it names a key for proofs.
	#[benchmark]
	fn name_proof_key() -> Result<(), BenchmarkError> {
		let caller = caller::<T>();
		model::<T>();
		let model = model_did();
		let key = T::Proofs::key_for_benchmark(&model, ProofLength::Long);
		let version = T::Models::terms(&model, &caller).expect("public").version;
		#[block]
		{
			let terms = ProofTerms { key, input: [3; 32] };
			let order = Pallet::<T>::check_proof_terms(&model, version, terms)?;
			Pallet::<T>::order_proof(0, order);
		}
		assert!(ProofOrders::<T>::contains_key(0));
		Ok(())
	}

	/// What it adds to a look at a bid, and to the choice of one, that the job is confidential. A
	/// committee keeps its key, and the node's newest attestation is of no use.
	#[benchmark]
	fn qualify_node() {
		let owner = funded::<T>("provider", 0);
		let (job_id, attestation) = unkeyed::<T>(&owner, enclave(1));
		let job = job::<T>(job_id);
		let node = job.assignment.as_ref().unwrap().node;
		let former = funded::<T>("former owner", 0);
		T::Attestations::attest_for_benchmark(&node, &former, enclave(2), None);
		T::Committees::keep_for_benchmark(job_id);
		let until = tick::<T>().saturating_add(1u32.into());
		let parameters = Parameters::<T>::get();
		#[block]
		{
			let found = Pallet::<T>::qualify(job_id, &job, &node, &owner, until)
				.map_err(|unfit| unfit.error);
			assert_eq!(found, Ok(Some(attestation)));
			Pallet::<T>::pin(job_id, 2, attestation, &parameters);
		}
		assert!(SealedJobs::<T>::get(job_id).unwrap().pinned.is_some());
	}

	#[benchmark]
	fn deliver_key() {
		let owner = funded::<T>("provider", 0);
		let (job_id, attestation) = unkeyed::<T>(&owner, enclave(1));
		let requester = job::<T>(job_id).requester;
		let attempt = job::<T>(job_id).attempts;
		let recipient = T::Attestations::keys(attestation).unwrap().x25519;
		#[extrinsic_call]
		_(RawOrigin::Signed(requester), job_id, attempt, recipient, sealed_key());
		assert!(SealedKeys::<T>::contains_key(job_id));
	}

	/// What it adds to a start that the job is confidential.
	#[benchmark]
	fn start_sealed() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("provider", 0);
		let (job_id, _) = keyed::<T>(&owner, enclave(1));
		let job = job::<T>(job_id);
		#[block]
		{
			assert_eq!(Pallet::<T>::key_phase(job_id, &job), KeyPhase::Ready);
			let pinned =
				Pallet::<T>::sealed(job_id).and_then(|sealed| Pallet::<T>::pinned(&sealed));
			let attestation = pinned.map_err(sp_runtime::DispatchError::from)?.attestation;
			T::Attestations::ensure_live(attestation)?;
		}
		Ok(())
	}

	/// What it adds to the end of an attempt that the job is confidential.
	#[benchmark]
	fn end_sealed() {
		let owner = funded::<T>("provider", 0);
		let (job_id, _) = keyed::<T>(&owner, enclave(1));
		let job = job::<T>(job_id);
		#[block]
		{
			assert_eq!(Pallet::<T>::key_phase(job_id, &job), KeyPhase::Ready);
			let outcome = Pallet::<T>::blame(job_id, &job, JobOutcome::NoShow);
			assert_eq!(outcome, JobOutcome::NoShow);
			Pallet::<T>::unpin(job_id, &job);
		}
		assert!(!SealedKeys::<T>::contains_key(job_id));
	}

	/// A committee has the key too, and had no time to release it.
	#[benchmark]
	fn expire_unkeyed() {
		fee_account::<T>();
		let owner = funded::<T>("provider", 0);
		let (job_id, _) = unkeyed::<T>(&owner, enclave(1));
		T::Committees::keep_for_benchmark(job_id);
		go_to::<T>(job::<T>(job_id).deadline);
		#[extrinsic_call]
		expire_job(RawOrigin::Signed(caller::<T>()), job_id);
		assert_eq!(job::<T>(job_id).status, JobStatus::Cancelled);
	}

	/// What a receipt adds to a delivery, that a successor of the pinned enclave signed.
	#[benchmark]
	fn check_receipt() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("provider", 0);
		let public = sp_io::crypto::sr25519_generate(0.into(), None);
		let (job_id, attestation) = keyed::<T>(&owner, enclave(1));
		let job = job::<T>(job_id);
		let assignment = job.assignment.clone().unwrap();
		let keys = keys_of(SessionKey::Sr25519(public.0));
		let (_, signer) = T::Attestations::attest_for_benchmark(
			&assignment.node,
			&owner,
			keys,
			Some(attestation),
		);
		let receipt = Receipt {
			job: job_id,
			attempt: job.attempts,
			node: assignment.node,
			attestation,
			model_version: model_version_hash(&job.model_did, job.terms.version),
			prompt: SealedJobs::<T>::get(job_id).unwrap().prompt,
			result_hash: [1; 32],
			output_commitment: [2; 32],
			tokens_used: TOKENS,
			outcome: ReceiptOutcome::Done,
		};
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let payload = receipt.payload(&genesis);
		let signature = sp_io::crypto::sr25519_sign(0.into(), &public, &payload).unwrap();
		let signed = SignedReceipt {
			signer,
			output_commitment: receipt.output_commitment,
			outcome: receipt.outcome,
			signature: signature.0.to_vec(),
		};
		#[block]
		{
			Pallet::<T>::check_receipt(job_id, &job, &assignment, [1; 32], TOKENS, &signed)?;
		}
		Ok(())
	}

	/// What a proof of up to 128 bytes adds to a delivery of `r` bytes.
	#[benchmark]
	fn verify_short_proof(r: Linear<0, { MAX_PROVEN_LEN }>) -> Result<(), BenchmarkError> {
		let bytes = result_of(r);
		let (job_id, proof) = provable::<T>(ProofLength::Short, &bytes);
		let job = job::<T>(job_id);
		let assignment = job.assignment.clone().unwrap();
		let output = ProvenOutput::Bytes(&bytes);
		#[block]
		{
			Pallet::<T>::check_proof(job_id, &job, &assignment, output, TOKENS, &proof)?;
		}
		Ok(())
	}

	/// What a proof of more than 128 bytes adds to a delivery of `r` bytes.
	#[benchmark]
	fn verify_long_proof(r: Linear<0, { MAX_PROVEN_LEN }>) -> Result<(), BenchmarkError> {
		let bytes = result_of(r);
		let (job_id, proof) = provable::<T>(ProofLength::Long, &bytes);
		let job = job::<T>(job_id);
		let assignment = job.assignment.clone().unwrap();
		let output = ProvenOutput::Bytes(&bytes);
		#[block]
		{
			Pallet::<T>::check_proof(job_id, &job, &assignment, output, TOKENS, &proof)?;
		}
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
