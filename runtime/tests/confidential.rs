//! Confidential and proven jobs on the whole chain, block by block.
//!
//! Blocks have the time of the real samples of `pallets/confidential-compute/fixtures`. Nobody has the
//! secrets of a real enclave, so what a quote and a GPU's evidence prove is put into the state; all
//! that follows goes by transactions: envelopes that really open, receipts that are really signed,
//! proofs that are really verified.

use crate::{
	chain::Chain,
	journey::{anchor, bid, did, register},
};
use ai_compute_market_api::NodeCriterion;
use ai_compute_pbc_runtime::{
	apis::{api, market},
	configs::{compute::BidBond, fees::TreasuryAccount},
	genesis_config_presets::TEST_MODEL,
	invariants, Balance, Balances, BlockNumber, Clock, ConfidentialCompute, Runtime, RuntimeCall,
	RuntimeEvent, System, EDSC,
};
use ai_compute_primitives::{
	model_version_hash, AttestationId, Did, DidHash, EnclaveKeys, ProofTerms, Receipt,
	ReceiptOutcome, SessionKey,
};
use codec::Encode;
use confidential_envelope::{
	open_data_key, open_prompt, open_result, seal_data_key, seal_prompt, seal_result, DataKey,
	JobContext, PromptContext, SecretKey,
};
use frame_support::{traits::fungible::Inspect, BoundedVec};
use inference_proofs::{commit, key_hash, simulator::Trapdoor, Curve, Statement};
use pallet_confidential_compute::{
	collateral::CollateralFault, AdvisoryRule, AllowedMeasurement, Attestation, Attestations,
	BoundGpus, Claim, CollateralKind, CpuFacts, GpuArch, GpuClaims, GpuCollection, GpuFacts,
	NextAttestationId, NodeAttestations, PlatformClaims, Policies, Policy, ProofFault, ProofKeys,
	SessionIds, TcbStatus, TeeKind,
};
use pallet_job_marketplace::{
	BidStanding, DisputeReason, Evidence, Ineligible, JobBids, JobStatus, Jobs, KeyFailure,
	Payload, Prompts, Results, SealedJobs, SealedKeys, Sealing, SignedReceipt, SubmitOptions,
};
use pallet_reputation::Slashes;
use sp_core::{sr25519, Pair, H256};
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::{traits::BlockNumberProvider, DispatchError};

type Enclaves = pallet_confidential_compute::Call<Runtime>;
type EnclaveError = pallet_confidential_compute::Error<Runtime>;
type Market = pallet_job_marketplace::Call<Runtime>;
type MarketError = pallet_job_marketplace::Error<Runtime>;
type MarketEvent = pallet_job_marketplace::Event<Runtime>;

/// Unix seconds inside the time of every statement behind the TDX sample.
const SAMPLE_TIME: u64 = 1_750_329_207;
const TOKENS: u32 = 1_000;
const ESCROW: Balance = 10 * EDSC;
const PRICE: Balance = EDSC / 200;
/// What a node could have earned, and a hundredth of it.
const HUNDREDTH: Balance = PRICE * TOKENS as Balance / 100;
/// Code that the model's owner has read.
const MEASUREMENT: H256 = H256::repeat_byte(0xee);

macro_rules! sample {
	($file:literal) => {
		include_bytes!(concat!("../../pallets/confidential-compute/fixtures/tdx/", $file))
	};
}

fn node(owner: Sr25519Keyring) -> DidHash {
	Did::parse(did(owner)).unwrap().hash()
}

fn now(chain: &mut Chain) -> BlockNumber {
	chain.read(Clock::current_block_number)
}

fn status(chain: &mut Chain, job_id: u64) -> JobStatus {
	chain.read(|| Jobs::<Runtime>::get(job_id).unwrap().status)
}

fn treasury(chain: &mut Chain) -> Balance {
	chain.read(|| Balances::total_balance(&TreasuryAccount::get()))
}

fn genesis(chain: &mut Chain) -> [u8; 32] {
	chain.read(|| System::block_hash(0)).0
}

fn market_events(chain: &Chain) -> Vec<MarketEvent> {
	let only_market = |event: &RuntimeEvent| match event {
		RuntimeEvent::JobMarketplace(event) => Some(event.clone()),
		_ => None,
	};
	chain.events.iter().filter_map(only_market).collect()
}

/// A chain at the time of the samples, on which these have a node each that can do four jobs at once.
fn chain_with(owners: &[Sr25519Keyring]) -> Chain {
	let mut chain = Chain::new();
	chain.slot = SAMPLE_TIME / 6;
	for owner in owners {
		let capacity = pallet_gpu_registry::Call::set_capacity { did: did(*owner), capacity: 4 };
		for call in [anchor(*owner), register(*owner), capacity.into()] {
			chain.ok(*owner, call);
		}
	}
	chain
}

/// The same, and the owner of the model allows [`MEASUREMENT`].
fn confidential_chain(owners: &[Sr25519Keyring]) -> Chain {
	let mut chain = chain_with(owners);
	let allowed = AllowedMeasurement { digest: MEASUREMENT, gpu: GpuCollection::Local };
	let policy = Policy {
		statuses: BoundedVec::truncate_from(vec![TcbStatus::UpToDate]),
		advisories: AdvisoryRule::Only(BoundedVec::new()),
		min_evaluation: 17,
		measurements: BoundedVec::truncate_from(vec![allowed]),
	};
	chain.ok(Ferdie, Enclaves::set_model_policy { model_did: TEST_MODEL.to_vec(), policy });
	chain
}

/// An enclave with its secrets.
struct Enclave {
	session: sr25519::Pair,
	x25519: SecretKey,
	id: AttestationId,
}

/// The node of `owner` has proven an enclave with a GPU, for so many ticks.
fn attest(chain: &mut Chain, owner: Sr25519Keyring, ticks: BlockNumber) -> Enclave {
	let id = chain.read(NextAttestationId::<Runtime>::get);
	let secret = |label: &str| blake2_256(&(label, id).encode());
	let session = sr25519::Pair::from_seed(&secret("session"));
	let x25519 = SecretKey::from(secret("x25519"));
	let keys = EnclaveKeys {
		session: SessionKey::Sr25519(session.public().0),
		x25519: x25519.public(),
		ristretto: [9; 32],
	};
	let name = |label: &str| H256(blake2_256(&(label, owner.to_account_id()).encode()));
	let gpu = GpuFacts {
		arch: GpuArch::Hopper,
		leaf_key: name("leaf"),
		device_key: name("device"),
		driver: H256::repeat_byte(4),
		firmware: H256::repeat_byte(5),
		evidence: H256::repeat_byte(6),
	};
	let cpu = CpuFacts {
		tee: TeeKind::Tdx,
		measurement: MEASUREMENT,
		status: TcbStatus::UpToDate,
		evaluation: 17,
		advisories: BoundedVec::new(),
		platform: name("platform"),
		valid_until: SAMPLE_TIME + 24 * 3_600,
	};
	let attested_at = now(chain);
	let expires_at = attested_at + ticks;
	let record = Attestation {
		node: node(owner),
		owner: owner.to_account_id(),
		keys,
		binding: H256::zero(),
		cpu,
		gpus: 1,
		predecessor: None,
		attested_at,
		expires_at,
		revoked: None,
	};
	chain.plant(move || {
		let claim = |old: Option<Claim<BlockNumber>>| Claim {
			node: record.node,
			until: old.map_or(expires_at, |old| old.until.max(expires_at)),
		};
		PlatformClaims::<Runtime>::mutate(record.cpu.platform, |old| {
			*old = Some(claim(old.take()));
		});
		for key in [gpu.leaf_key, gpu.device_key] {
			GpuClaims::<Runtime>::mutate(key, |old| *old = Some(claim(old.take())));
		}
		BoundGpus::<Runtime>::insert(id, BoundedVec::truncate_from(vec![gpu]));
		SessionIds::<Runtime>::insert(H256(blake2_256(&record.keys.session.encode())), id);
		NodeAttestations::<Runtime>::mutate(record.node, |ids| ids.try_push(id).unwrap());
		NextAttestationId::<Runtime>::put(id + 1);
		Attestations::<Runtime>::insert(id, record.clone());
	});
	Enclave { session, x25519, id }
}

/// What a requester keeps of a confidential job.
struct Order {
	job_id: u64,
	data_key: DataKey,
	result: SecretKey,
	context: PromptContext,
}

impl Order {
	/// Where the data key and the result of the first attempt belong.
	fn attempt(&self, owner: Sr25519Keyring, enclave: &Enclave) -> JobContext {
		JobContext {
			genesis: self.context.genesis,
			job: self.job_id,
			attempt: 1,
			node: node(owner).0,
			attestation: enclave.id,
		}
	}
}

const PROMPT: &[u8] = b"What is six times nine?";

/// Dave submits a confidential job.
fn submit(chain: &mut Chain) -> Order {
	let job_id = chain.read(pallet_job_marketplace::NextJobId::<Runtime>::get);
	let rng = &mut rand::rng();
	let result = SecretKey::generate(rng);
	let sealing = Sealing::to(result.public());
	let requester = Dave.to_account_id().into();
	let context = PromptContext { genesis: genesis(chain), requester, salt: sealing.salt };
	let (data_key, envelope) = seal_prompt(&context, PROMPT, rng);
	chain.ok(
		Dave,
		Market::submit_job {
			model_did: TEST_MODEL.to_vec(),
			encrypted_prompt: [sealing.encode(), envelope].concat(),
			max_tokens: TOKENS,
			max_payment: ESCROW,
			min_vram_gb: 40,
			confidential: true,
		},
	);
	Order { job_id, data_key, result, context }
}

/// Dave submits a confidential job, and the node of `owner` gets it.
fn assigned(chain: &mut Chain, owner: Sr25519Keyring) -> Order {
	let order = submit(chain);
	let job_id = order.job_id;
	chain.ok(owner, bid(job_id, owner, PRICE));
	chain.ok(Dave, Market::assign_job { job_id, gpu_did: did(owner) });
	order
}

/// Dave's call that delivers the key of `order` to the enclave.
fn key_for(order: &Order, owner: Sr25519Keyring, enclave: &Enclave) -> Market {
	let recipient = enclave.x25519.public();
	let context = order.attempt(owner, enclave);
	let sealed_key =
		seal_data_key(&context, &recipient, &order.data_key, &mut rand::rng()).unwrap().to_vec();
	Market::deliver_key { job_id: order.job_id, attempt: 1, recipient, sealed_key }
}

/// A job on which the node of `owner` works.
fn started(chain: &mut Chain, owner: Sr25519Keyring, enclave: &Enclave) -> Order {
	let order = assigned(chain, owner);
	chain.ok(Dave, key_for(&order, owner, enclave));
	chain.ok(owner, Market::start_job { job_id: order.job_id });
	order
}

/// What the enclave says of the job, signed, and the call that delivers it.
fn delivery(
	chain: &mut Chain,
	order: &Order,
	owner: Sr25519Keyring,
	enclave: &Enclave,
	sealed_result: Vec<u8>,
	tokens_used: u32,
) -> Market {
	let result_hash = blake2_256(&sealed_result);
	let model = Did::parse(TEST_MODEL).unwrap();
	let (prompt, version) = chain.read(|| {
		let sealed = SealedJobs::<Runtime>::get(order.job_id).unwrap();
		(sealed.prompt, Jobs::<Runtime>::get(order.job_id).unwrap().terms.version)
	});
	let says = Receipt {
		job: order.job_id,
		attempt: 1,
		node: node(owner),
		attestation: enclave.id,
		model_version: model_version_hash(&model, version),
		prompt,
		result_hash,
		output_commitment: [7; 32],
		tokens_used,
		outcome: ReceiptOutcome::Done,
	};
	let payload = says.payload(&H256(genesis(chain)));
	let receipt = SignedReceipt {
		signer: enclave.id,
		output_commitment: says.output_commitment,
		outcome: says.outcome,
		signature: enclave.session.sign(&payload).0.to_vec(),
	};
	Market::complete_with_evidence {
		job_id: order.job_id,
		result_hash,
		tokens_used,
		result: Some(sealed_result),
		evidence: Evidence { receipt: Some(receipt), proof: None },
	}
}

fn govern(chain: &mut Chain, call: impl Into<RuntimeCall>) {
	chain.ok(Alice, pallet_sudo::Call::sudo { call: Box::new(call.into()) });
	assert!(
		chain.events.iter().any(|event| matches!(
			event,
			RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result: Ok(()) })
		)),
		"governance was refused"
	);
}

#[test]
fn intels_statements_are_taken_and_a_quote_for_another_chain_is_not() {
	let mut chain = chain_with(&[Eve]);
	let attest = |chain: &mut Chain, number: u32| {
		let keys = EnclaveKeys {
			session: SessionKey::Sr25519(ristretto_basepoint()),
			x25519: SecretKey::from([2; 32]).public(),
			ristretto: ristretto_basepoint(),
		};
		let block_number = chain.read(System::block_number) - number;
		Enclaves::attest_cpu {
			did: did(Eve),
			keys,
			block_number,
			quote: sample!("quote.bin").to_vec(),
			succession: None,
		}
	};
	let signer = || sample!("tcb_info_signer.pem").to_vec();
	let info = Enclaves::put_tcb_info {
		issuer_chain: signer(),
		tcb_info: sample!("tcb_info.json").to_vec(),
		signature: *sample!("tcb_info.sig"),
	};
	let fault = EnclaveError::Collateral;
	chain.fails(Charlie, info.clone(), fault(CollateralFault::RootCrlMissing));
	for call in [
		Enclaves::put_root_crl { crl: sample!("root_ca.crl").to_vec() },
		Enclaves::put_pck_crl {
			issuer_chain: sample!("pck_ca.pem").to_vec(),
			crl: sample!("pck.crl").to_vec(),
		},
		info.clone(),
		Enclaves::put_qe_identity {
			issuer_chain: signer(),
			qe_identity: sample!("qe_identity.json").to_vec(),
			signature: *sample!("qe_identity.sig"),
		},
	] {
		chain.ok(Charlie, call);
	}
	chain.fails(Charlie, info, fault(CollateralFault::NotNewer));
	let dates = chain.read(|| {
		ConfidentialCompute::collateral_dates(CollateralKind::QeIdentity(TeeKind::Tdx)).unwrap()
	});
	assert!((dates.issued..dates.next_update).contains(&SAMPLE_TIME));
	let call = attest(&mut chain, 1);
	chain.fails(Eve, call, EnclaveError::WrongReportData);
	let call = attest(&mut chain, 0);
	chain.fails(Bob, call, EnclaveError::NotAuthorized);
	assert_eq!(chain.read(|| ConfidentialCompute::node_proof(did(Eve))), None);
}

/// The encoding of ristretto255's base point.
fn ristretto_basepoint() -> [u8; 32] {
	let bytes = sp_core::bytes::from_hex(
		"0xe2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
	);
	bytes.unwrap().try_into().unwrap()
}

#[test]
fn a_confidential_job_from_prompt_to_payout() {
	let mut chain = chain_with(&[Eve]);
	// Nobody has said yet which code may run the model.
	let sealed = [[9; 64].to_vec(), [&[1, 1][..], &[7; 60]].concat()].concat();
	let early = Market::submit_job {
		model_did: TEST_MODEL.to_vec(),
		encrypted_prompt: sealed,
		max_tokens: TOKENS,
		max_payment: ESCROW,
		min_vram_gb: 40,
		confidential: true,
	};
	chain.fails(Dave, early, MarketError::ConfidentialUnavailable);

	let mut chain = confidential_chain(&[Eve]);
	let issuance = chain.read(Balances::total_issuance);
	let (requester, provider) = (chain.total(Dave), chain.total(Eve));
	let (before, mut fees) = (treasury(&mut chain), [0, 0]);
	let order = submit(&mut chain);
	fees[0] += chain.fees_paid(Dave);
	chain.fails(Eve, bid(0, Eve, PRICE), EnclaveError::NotAttested);
	fees[1] += chain.fees_paid(Eve);
	let enclave = attest(&mut chain, Eve, 1_000);
	chain.ok(Eve, bid(0, Eve, PRICE));
	fees[1] += chain.fees_paid(Eve);
	chain.ok(Dave, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
	fees[0] += chain.fees_paid(Dave);

	// What the node has proven, and until when, is there for everybody to see.
	let proof = chain.read(|| ConfidentialCompute::node_proof(did(Eve))).unwrap();
	assert_eq!((proof.attestation, proof.bound_gpus.len()), (Some(enclave.id), 1));
	let qualified = |chain: &mut Chain, until| {
		chain.read(|| ConfidentialCompute::qualification(did(Eve), TEST_MODEL.to_vec(), until))
	};
	let ends = proof.expires_at;
	assert_eq!(qualified(&mut chain, ends), Ok(enclave.id));
	let too_soon = EnclaveError::ExpiresTooSoon.into();
	assert_eq!(qualified(&mut chain, ends + 1), Err(too_soon));

	let found = |chain: &mut Chain, model: &[u8]| {
		let criteria = vec![NodeCriterion::Confidential(model.to_vec())];
		chain.read(|| market::nodes(criteria, None, 10)).unwrap().items.len()
	};
	assert_eq!(found(&mut chain, TEST_MODEL), 1);
	assert_eq!(found(&mut chain, b"did:etrid:ai:llm:another"), 0, "which has no policy");
	let answer = chain.read(|| api::dispatch("MarketApi_node_proof", &did(Eve).encode())).unwrap();
	assert_eq!(answer, Some(proof).encode());

	// The key, to that enclave alone.
	chain.fails(Eve, Market::start_job { job_id: 0 }, MarketError::InvalidState);
	fees[1] += chain.fees_paid(Eve);
	chain.ok(Dave, key_for(&order, Eve, &enclave));
	fees[0] += chain.fees_paid(Dave);
	chain.ok(Eve, Market::start_job { job_id: 0 });
	fees[1] += chain.fees_paid(Eve);

	// The enclave opens key and prompt from what is on chain, and answers.
	let (context, on_chain) = (
		order.attempt(Eve, &enclave),
		chain
			.read(|| (SealedKeys::<Runtime>::get(0).unwrap(), Prompts::<Runtime>::get(0).unwrap())),
	);
	let data_key = open_data_key(&context, &enclave.x25519, &on_chain.0).unwrap();
	assert_eq!(open_prompt(&order.context, &data_key, &on_chain.1).unwrap(), PROMPT);
	let answer = b"forty-two";
	let sealed_result =
		seal_result(&context, &order.result.public(), answer, &mut rand::rng()).unwrap();
	let mut more = delivery(&mut chain, &order, Eve, &enclave, sealed_result.clone(), 700);
	if let Market::complete_with_evidence { tokens_used, .. } = &mut more {
		*tokens_used = 1_000;
	}
	chain.fails(Eve, more, EnclaveError::InvalidSignature);
	fees[1] += chain.fees_paid(Eve);
	let plain = Market::complete_job {
		job_id: 0,
		result_hash: blake2_256(&sealed_result),
		tokens_used: 1,
		result: None,
	};
	chain.fails(Eve, plain, MarketError::ReceiptMissing);
	fees[1] += chain.fees_paid(Eve);
	let done = delivery(&mut chain, &order, Eve, &enclave, sealed_result, 700);
	chain.ok(Eve, done);
	fees[1] += chain.fees_paid(Eve);
	assert!(chain.read(|| !SealedKeys::<Runtime>::contains_key(0)), "nobody needs the key");
	let result = chain.read(|| Results::<Runtime>::get(0).unwrap());
	assert_eq!(open_result(&context, &order.result, &result).unwrap(), answer);
	chain.ok(Dave, Market::accept_result { job_id: 0, rating: Some(5) });
	fees[0] += chain.fees_paid(Dave);

	let gross = 700 * PRICE;
	assert_eq!(chain.total(Dave), requester - gross - fees[0]);
	assert_eq!(chain.total(Eve), provider + gross - gross / 20 - fees[1]);
	assert_eq!(treasury(&mut chain), before + gross / 20);
	assert_eq!(chain.read(Balances::total_issuance), issuance);
	let retention = chain.read(pallet_job_marketplace::Parameters::<Runtime>::get).retention;
	chain.skip(retention);
	chain.ok(Bob, Market::reap_job { job_id: 0 });
	assert_eq!(chain.read(|| SealedJobs::<Runtime>::iter().count()), 0);
}

#[test]
fn a_proven_job_is_settled_at_completion() {
	let mut chain = chain_with(&[Eve]);
	let (curve, trapdoor) = (Curve::Bn254, Trapdoor { curve: Curve::Bn254, seed: 1 });
	let model_did = || TEST_MODEL.to_vec();
	let weights = commit(curve, b"weights").unwrap();
	chain.ok(
		Ferdie,
		pallet_ai_models::Call::publish_version {
			did: model_did(),
			version: b"proven".to_vec(),
			metadata_hash: H256::zero(),
			weights_commitment: Some(H256(weights)),
			tokenizer_hash: None,
		},
	);
	let key = H256(key_hash(curve, &trapdoor.key()));
	let input = commit(curve, PROMPT).unwrap();
	let order = Market::submit_job_with_options {
		model_did: model_did(),
		payload: Payload::Inline(PROMPT.to_vec()),
		max_tokens: TOKENS,
		max_payment: ESCROW,
		min_vram_gb: 0,
		confidential: false,
		options: SubmitOptions { proof: Some(ProofTerms { key, input }), ..Default::default() },
	};
	chain.fails(Dave, order.clone(), EnclaveError::NotFound);
	let registered =
		Enclaves::register_proof_key { model_did: model_did(), curve, key: trapdoor.key() };
	chain.ok(Ferdie, registered);
	chain.ok(Dave, order);
	chain.ok(Eve, bid(0, Eve, PRICE));
	chain.ok(Dave, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
	chain.ok(Eve, Market::start_job { job_id: 0 });

	let result = b"Fifty-four.".to_vec();
	let statement = Statement {
		genesis: genesis(&mut chain),
		job: 0,
		attempt: 1,
		node: node(Eve).0,
		owner: Eve.to_account_id(),
		output: commit(curve, &result).unwrap(),
		result_hash: blake2_256(&result),
		tokens_used: 3,
		input,
		weights,
	};
	let complete = |statement: &Statement<_>, tokens_used| Market::complete_with_evidence {
		job_id: 0,
		result_hash: blake2_256(&result),
		tokens_used,
		result: Some(result.clone()),
		evidence: Evidence { receipt: None, proof: Some(trapdoor.prove(statement, 1)) },
	};
	let other_job = Statement { job: 1, ..statement.clone() };
	for wrong in [complete(&other_job, 3), complete(&statement, 4)] {
		chain.fails(Eve, wrong, DispatchError::from(EnclaveError::Proof(ProofFault::Invalid)));
	}
	let (requester, provider) = (chain.free(Dave), chain.total(Eve));
	chain.ok(Eve, complete(&statement, 3));
	let fee = chain.fees_paid(Eve);
	assert_eq!(status(&mut chain, 0), JobStatus::Settled);
	let gross = 3 * PRICE;
	assert_eq!(chain.total(Eve), provider + gross - gross / 20 - fee);
	assert_eq!(chain.free(Dave), requester + ESCROW - gross);
	let dispute = Market::dispute_job {
		job_id: 0,
		reason: DisputeReason::WrongResult,
		evidence_hash: [0; 32],
	};
	chain.fails(Dave, dispute, MarketError::InvalidState);
	chain.fails(Eve, complete(&statement, 3), MarketError::InvalidState);
}

#[test]
fn expiry_between_bid_and_match_is_caught_and_costs_the_bond() {
	let mut chain = confidential_chain(&[Eve, Bob]);
	attest(&mut chain, Eve, 40);
	let long = attest(&mut chain, Bob, 1_000);
	let order = submit(&mut chain);
	let job_id = order.job_id;
	chain.ok(Eve, bid(job_id, Eve, PRICE / 2));
	chain.ok(Bob, bid(job_id, Bob, PRICE));
	chain.advance(10);
	chain.ok(Charlie, Market::match_job { job_id });
	let struck = market_events(&chain).into_iter().find_map(|event| match event {
		MarketEvent::BidStruck { bidder, reason, standing, .. } => Some((bidder, reason, standing)),
		_ => None,
	});
	let expected = (Eve.to_account_id(), Ineligible::NotAttested, BidStanding::Forfeited);
	assert_eq!(struck, Some(expected));
	let job = chain.read(|| Jobs::<Runtime>::get(job_id)).unwrap();
	assert_eq!(job.assignment.unwrap().owner, Bob.to_account_id());
	assert_eq!(
		chain.read(|| SealedJobs::<Runtime>::get(job_id)).unwrap().pinned.unwrap().attestation,
		long.id
	);
	// The bond goes where nobody gains by it.
	chain.ok(Dave, key_for(&order, Bob, &long));
	chain.ok(Bob, Market::start_job { job_id });
	let before = treasury(&mut chain);
	chain.ok(Charlie, Market::withdraw_bid { job_id, gpu_did: did(Eve) });
	assert_eq!(treasury(&mut chain), before + BidBond::get());
}

/// An open bid, a job that waits for its key, and a running one.
fn three_jobs(chain: &mut Chain) -> (Enclave, [Order; 3]) {
	let enclave = attest(chain, Eve, 1_000);
	let running = started(chain, Eve, &enclave);
	let waiting = assigned(chain, Eve);
	let open = submit(chain);
	chain.ok(Eve, bid(open.job_id, Eve, PRICE));
	(enclave, [open, waiting, running])
}

/// Lets time pass and moves all three on. Says how the bid came to stand.
fn move_on(chain: &mut Chain, [open, waiting, running]: &[Order; 3]) -> BidStanding {
	chain.advance(10);
	chain.ok(Charlie, Market::match_job { job_id: open.job_id });
	let standing = chain.read(|| JobBids::<Runtime>::get(open.job_id, node(Eve))).unwrap().standing;
	chain.advance(20);
	for order in [waiting, running] {
		chain.ok(Charlie, Market::expire_job { job_id: order.job_id });
	}
	standing
}

#[test]
fn revocation_ends_bids_and_jobs_without_anybodys_fault() {
	let mut chain = confidential_chain(&[Eve]);
	let (enclave, orders) = three_jobs(&mut chain);
	let [open, waiting, running] = &orders;
	let (requester, provider) = (chain.total(Dave), chain.total(Eve));
	govern(&mut chain, Enclaves::force_revoke { attestation: enclave.id });
	let revoked: DispatchError = EnclaveError::AttestationRevoked.into();
	let mut fees = (0, 0);
	chain.fails(Dave, key_for(waiting, Eve, &enclave), revoked);
	fees.0 += chain.fees_paid(Dave);
	let done = delivery(&mut chain, running, Eve, &enclave, b"sealed".to_vec(), 1);
	chain.fails(Eve, done, revoked);
	fees.1 += chain.fees_paid(Eve);
	assert_eq!(move_on(&mut chain, &orders), BidStanding::Struck);
	assert_eq!(status(&mut chain, open.job_id), JobStatus::Pending);
	for order in [waiting, running] {
		assert_eq!(status(&mut chain, order.job_id), JobStatus::Failed);
	}
	assert_eq!(chain.total(Dave), requester - fees.0);
	assert_eq!(chain.total(Eve), provider - fees.1);
	assert_eq!(chain.read(|| Slashes::<Runtime>::iter().count()), 0);
	// The bond is the bidder's.
	let job_id = open.job_id;
	let left = chain.read(|| Jobs::<Runtime>::get(job_id)).unwrap().deadline;
	let ticks = left.saturating_sub(now(&mut chain));
	chain.advance(ticks);
	chain.ok(Charlie, Market::expire_job { job_id });
	let free = chain.free(Eve);
	chain.ok(Charlie, Market::withdraw_bid { job_id, gpu_did: did(Eve) });
	assert_eq!(chain.free(Eve), free + BidBond::get());
}

#[test]
fn an_owner_who_revokes_loses_the_bond_and_earns_nothing() {
	let mut chain = confidential_chain(&[Eve]);
	let (enclave, orders) = three_jobs(&mut chain);
	let provider = chain.total(Eve);
	chain.fails(
		Bob,
		Enclaves::revoke_attestation { attestation: enclave.id },
		EnclaveError::NotAuthorized,
	);
	chain.ok(Eve, Enclaves::revoke_attestation { attestation: enclave.id });
	let fee = chain.fees_paid(Eve);
	assert_eq!(move_on(&mut chain, &orders), BidStanding::Forfeited);
	assert_eq!(chain.total(Eve), provider - fee, "no compensation for a key that could not come");
}

/// The same three jobs where nobody revokes anything: what revocation was excused from.
#[test]
fn without_revocation_the_same_silence_costs_each_its_own() {
	let mut chain = confidential_chain(&[Eve]);
	let (_, orders) = three_jobs(&mut chain);
	let [open, waiting, running] = &orders;
	let (requester, provider) = (chain.total(Dave), chain.free(Eve));
	chain.advance(30);
	chain.ok(Charlie, Market::expire_job { job_id: waiting.job_id });
	let failed = market_events(&chain).into_iter().find_map(|event| match event {
		MarketEvent::KeyFailed { failure, compensation, refund, .. } => {
			Some((failure, compensation, refund))
		}
		_ => None,
	});
	assert_eq!(failed, Some((KeyFailure::NotDelivered, HUNDREDTH, ESCROW - HUNDREDTH)));
	assert_eq!(status(&mut chain, waiting.job_id), JobStatus::Cancelled);
	assert_eq!(chain.free(Eve), provider + HUNDREDTH);
	assert_eq!(chain.total(Dave), requester - HUNDREDTH);
	assert_eq!(chain.read(|| Slashes::<Runtime>::iter().count()), 0);
	chain.ok(Charlie, Market::match_job { job_id: open.job_id });
	assert_eq!(status(&mut chain, open.job_id), JobStatus::Assigned);
	chain.ok(Charlie, Market::expire_job { job_id: running.job_id });
	assert_eq!(status(&mut chain, running.job_id), JobStatus::Failed);
	assert_eq!(chain.read(|| Slashes::<Runtime>::iter().count()), 1);
}

#[test]
fn what_a_job_is_held_to_is_seen_when_it_is_gone() {
	let seen = |corrupt: &dyn Fn()| {
		let mut chain = confidential_chain(&[Eve]);
		let enclave = attest(&mut chain, Eve, 1_000);
		started(&mut chain, Eve, &enclave);
		chain.read(|| {
			assert!(invariants::check().is_ok());
			corrupt();
			invariants::check().is_err()
		})
	};
	assert!(!seen(&|| ()));
	assert!(seen(&|| {
		let policy = SealedJobs::<Runtime>::get(0).unwrap().policy;
		Policies::<Runtime>::remove(policy);
	}));
	assert!(seen(&|| Attestations::<Runtime>::remove(0)));
	assert!(seen(&|| Attestations::<Runtime>::mutate(0, |record| {
		record.as_mut().unwrap().node = H256::zero();
	})));
	// The same of the key that a requester named.
	assert!(seen(&|| {
		let model = Did::parse(TEST_MODEL).unwrap().hash();
		assert!(!ProofKeys::<Runtime>::contains_key(model, H256::zero()));
		let order = pallet_job_marketplace::ProofOrder {
			key: H256::zero(),
			input: [0; 32],
			weights: [0; 32],
		};
		pallet_job_marketplace::ProofOrders::<Runtime>::insert(0, order);
	}));
}
