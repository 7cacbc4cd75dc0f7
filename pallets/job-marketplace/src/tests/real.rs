//! The marketplace with the real confidential compute: envelopes that really open, receipts that are
//! really signed, and a proof that a real circuit made.

use super::*;
use crate as pallet_job_marketplace;
use ai_compute_primitives::{EnclaveKeys, ProofTerms, SessionKey};
use confidential_envelope::{
	open_data_key, open_prompt, open_result, seal_data_key, seal_prompt, seal_result, JobContext,
	PromptContext, SecretKey,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, UnixTime},
	BoundedVec,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use pallet_confidential_compute::{
	dkg::CommitteeRules, AdvisoryRule, AllowedMeasurement, Attestation, Attestations, BoundGpus,
	Claim, CpuFacts, GlobalPolicy, GpuArch, GpuClaims, GpuCollection, GpuFacts, IntelSgxRoot,
	NextAttestationId, NodeAttestations, NvidiaDeviceRoot, PlatformClaims, Policy, SessionIds,
	TcbStatus, TeeKind,
};
use sp_core::{sr25519, Pair};
use sp_runtime::{traits::IdentityLookup, BuildStorage};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Real;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(11)]
	pub type JobMarketplace = pallet_job_marketplace;
	#[runtime::pallet_index(12)]
	pub type ConfidentialCompute = pallet_confidential_compute;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Real {
	type Block = frame_system::mocking::MockBlockU32<Real>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Real {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

parameter_types! {
	pub const NoAccount: Option<AccountId> = None;
	pub const Rules: CommitteeRules<BlockNumber> = CommitteeRules {
		join_period: 50,
		dealing_period: 40,
		complaint_period: 30,
		epoch_length: 1_000,
		reshare_lead: 200,
		response_time: 10,
		max_releases: 5,
		fault_penalty: Percent::from_percent(50),
		silence_penalty: Percent::from_percent(10),
	};
}

impl Config for Real {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type Nodes = MockNodes;
	type Models = MockModels;
	type ModelUsage = MockUsage;
	type Report = ();
	type Attestations = ConfidentialCompute;
	type Proofs = ConfidentialCompute;
	type Committees = ConfidentialCompute;
	type Fees = MockFees;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type ArbiterOrigin = EnsureRootWithSuccess<AccountId, NoAccount>;
	type MaxJobsPerBlock = ConstU32<1_000>;
	type JobEscrowPeriod = JobEscrowPeriod;
	type MaxBidsPerJob = ConstU32<MAX_BIDS>;
	type MinJobPayment = ConstU128<1_000_000_000>;
	type BidBond = ConstU128<BOND>;
	type MinDisputeBond = ConstU128<UNIT>;
	type DepositPerByte = ConstU128<10_000_000>;
	type MaxBatch = ConstU32<MAX_BATCH>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkModels = MockModels;
	type WeightInfo = ();
}

/// The time of day in these tests.
pub struct Noon;
impl UnixTime for Noon {
	fn now() -> core::time::Duration {
		core::time::Duration::from_secs(1_800_000_000)
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct NoHelper;
#[cfg(feature = "runtime-benchmarks")]
impl pallet_confidential_compute::BenchmarkHelper<AccountId> for NoHelper {
	fn set_unix_time(_: u64) {}
	fn register_node(_: &Did, _: &AccountId) {}
	fn register_model(_: &Did, _: &AccountId) {}
}

impl pallet_confidential_compute::Config for Real {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type BlockNumberProvider = Clock;
	type UnixTime = Noon;
	type Nodes = MockNodes;
	type Models = MockModels;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type IntelRoot = IntelSgxRoot;
	type NvidiaRoot = NvidiaDeviceRoot;
	type AttestationValidityPeriod = ConstU32<14_400>;
	type RecordRetention = ConstU32<30_000>;
	type DepositPerByte = ConstU128<10_000_000>;
	type KeyedJobs = JobMarketplace;
	type Fees = MockFees;
	type CommitteeRules = Rules;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = NoHelper;
	type WeightInfo = ();
}

const GENESIS: H256 = H256::repeat_byte(0x11);

/// Runs `test` on this runtime and checks the state of both pallets after it.
fn with_both(test: impl FnOnce()) {
	let mut balances = vec![(ALICE, ENDOWMENT), (MODEL_OWNER, ENDOWMENT), (TREASURY, ED)];
	balances.push((owner(0), ENDOWMENT));
	let mut storage = frame_system::GenesisConfig::<Real>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Real> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	sp_io::TestExternalities::from(storage).execute_with(|| {
		System::set_block_number(1);
		frame_system::BlockHash::<Real>::insert(0, GENESIS);
		go_to(1_000);
		register(0);
		register_model(MODEL, model(ModelTerms::default()));
		test();
		assert_ok!(JobMarketplace::do_try_state());
		assert_ok!(ConfidentialCompute::do_try_state());
	});
}

fn by(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// An enclave with its secrets, which node 0 has proven.
struct Enclave {
	session: sr25519::Pair,
	x25519: SecretKey,
	attestation: u64,
}

/// What its quote and evidence would have proven is put in as if they had been there: no secrets of
/// real enclaves can be had.
fn attested(measurement: H256) -> Enclave {
	let session = sr25519::Pair::from_seed(&[7; 32]);
	let x25519 = SecretKey::from([8; 32]);
	let keys = EnclaveKeys {
		session: SessionKey::Sr25519(session.public().0),
		x25519: x25519.public(),
		ristretto: [9; 32],
	};
	let (node, id) = (did(0).hash(), NextAttestationId::<Real>::get());
	let (attested_at, expires_at) = (1_000, 15_400);
	let platform = H256::repeat_byte(1);
	let gpu = GpuFacts {
		arch: GpuArch::Hopper,
		leaf_key: H256::repeat_byte(2),
		device_key: H256::repeat_byte(3),
		driver: H256::repeat_byte(4),
		firmware: H256::repeat_byte(5),
		evidence: H256::repeat_byte(6),
	};
	let claim = Claim { node, until: expires_at };
	PlatformClaims::<Real>::insert(platform, claim);
	GpuClaims::<Real>::insert(gpu.leaf_key, claim);
	GpuClaims::<Real>::insert(gpu.device_key, claim);
	BoundGpus::<Real>::insert(id, BoundedVec::truncate_from(vec![gpu]));
	SessionIds::<Real>::insert(H256(blake2_256(&keys.session.encode())), id);
	NodeAttestations::<Real>::mutate(node, |ids| ids.try_push(id).unwrap());
	NextAttestationId::<Real>::put(id + 1);
	let cpu = CpuFacts {
		tee: TeeKind::Tdx,
		measurement,
		status: TcbStatus::UpToDate,
		evaluation: 1,
		advisories: BoundedVec::new(),
		platform,
		valid_until: u64::MAX,
	};
	Attestations::<Real>::insert(
		id,
		Attestation {
			node,
			owner: owner(0),
			keys,
			binding: H256::zero(),
			cpu,
			gpus: 1,
			predecessor: None,
			attested_at,
			expires_at,
			revoked: None,
		},
	);
	Enclave { session, x25519, attestation: id }
}

fn allow(measurement: H256) {
	let allowed = AllowedMeasurement { digest: measurement, gpu: GpuCollection::Local };
	let policy = Policy {
		statuses: BoundedVec::truncate_from(vec![TcbStatus::UpToDate]),
		advisories: AdvisoryRule::Only(BoundedVec::new()),
		min_evaluation: 1,
		measurements: BoundedVec::truncate_from(vec![allowed]),
	};
	assert_ok!(ConfidentialCompute::set_global_policy(RuntimeOrigin::root(), Some(policy)));
}

const MEASUREMENT: H256 = H256::repeat_byte(0xee);

#[test]
fn a_confidential_job_from_prompt_to_pay() {
	with_both(|| {
		let rng = &mut rand::rng();
		// The requester.
		let result_secret = SecretKey::generate(rng);
		let sealing = Sealing::to(result_secret.public());
		let salt = sealing.salt;
		assert_eq!(salt, confidential_envelope::prompt_salt(&result_secret.public()));
		let prompt_context = PromptContext { genesis: GENESIS.0, requester: [1; 32], salt };
		let (data_key, envelope) = seal_prompt(&prompt_context, b"What is six times nine?", rng);
		let prompt = [&sealing.encode()[..], &envelope].concat();
		let submit = || {
			JobMarketplace::submit_job(
				by(ALICE),
				MODEL.to_vec(),
				prompt.clone(),
				TOKENS,
				ESCROW,
				8,
				true,
			)
		};
		assert_noop!(submit(), Error::<Real>::ConfidentialUnavailable);
		allow(MEASUREMENT);
		assert_ok!(submit());
		let kept = SealedJobs::<Real>::get(0).unwrap();
		assert_eq!(Some(kept.policy), GlobalPolicy::<Real>::get());

		// The node.
		let bid = || JobMarketplace::place_bid(by(owner(0)), 0, did_bytes(0), PRICE, 60_000);
		let not_attested = pallet_confidential_compute::Error::<Real>::NotAttested;
		assert_noop!(bid(), not_attested);
		let enclave = attested(MEASUREMENT);
		assert_ok!(bid());
		assert_ok!(JobMarketplace::assign_job(by(ALICE), 0, did_bytes(0)));

		// The key goes to the enclave that the job is pinned to, and to no other.
		let context = JobContext {
			genesis: GENESIS.0,
			job: 0,
			attempt: 1,
			node: did(0).hash().0,
			attestation: enclave.attestation,
		};
		let to = Attestations::<Real>::get(enclave.attestation).unwrap().keys.x25519;
		let sealed_key = seal_data_key(&context, &to, &data_key, rng).unwrap().to_vec();
		let wrong = pallet_confidential_compute::Error::<Real>::WrongRecipient;
		assert_noop!(
			JobMarketplace::deliver_key(by(ALICE), 0, 1, [9; 32], sealed_key.clone()),
			wrong
		);
		assert_ok!(JobMarketplace::deliver_key(by(ALICE), 0, 1, to, sealed_key));
		assert_ok!(JobMarketplace::start_job(by(owner(0)), 0));

		// The enclave opens key and prompt from what is on chain.
		let delivered = SealedKeys::<Real>::get(0).unwrap();
		let opened_key = open_data_key(&context, &enclave.x25519, &delivered).unwrap();
		let on_chain = Prompts::<Real>::get(0).unwrap();
		let opened = open_prompt(&prompt_context, &opened_key, &on_chain).unwrap();
		assert_eq!(opened, b"What is six times nine?");
		let answer = b"forty-two";
		let sealed_result = seal_result(&context, &kept.sealing.result_key, answer, rng).unwrap();
		let result_hash = blake2_256(&sealed_result);
		let says = Receipt {
			job: 0,
			attempt: 1,
			node: did(0).hash(),
			attestation: enclave.attestation,
			model_version: ai_compute_primitives::model_version_hash(
				&Did::parse(MODEL).unwrap(),
				0,
			),
			prompt: kept.prompt,
			result_hash,
			output_commitment: blake2_256(answer),
			tokens_used: 2,
			outcome: ReceiptOutcome::Done,
		};
		let receipt = SignedReceipt {
			signer: enclave.attestation,
			output_commitment: says.output_commitment,
			outcome: says.outcome,
			signature: enclave.session.sign(&says.payload(&GENESIS)).0.to_vec(),
		};
		let complete = |tokens| {
			let evidence = Evidence { receipt: Some(receipt.clone()), proof: None };
			let result = Some(sealed_result.clone());
			JobMarketplace::complete_with_evidence(
				by(owner(0)),
				0,
				result_hash,
				tokens,
				result,
				evidence,
			)
		};
		let unsigned = pallet_confidential_compute::Error::<Real>::InvalidSignature;
		assert_noop!(complete(3), unsigned);
		assert_ok!(complete(2));

		// The requester reads the result and pays.
		let result = Results::<Real>::get(0).unwrap();
		assert_eq!(open_result(&context, &result_secret, &result).unwrap(), answer);
		assert_ok!(JobMarketplace::accept_result(by(ALICE), 0, Some(5)));
		assert!(Balances::free_balance(owner(0)) > ENDOWMENT);
	});
}

#[test]
fn revocation_reaches_bids_keys_and_running_jobs() {
	with_both(|| {
		allow(MEASUREMENT);
		let enclave = attested(MEASUREMENT);
		let submit = || {
			let sealing = Sealing::to([9; 32]);
			let envelope = [&[1, 1][..], &[7; 60]].concat();
			let prompt = [sealing.encode(), envelope].concat();
			assert_ok!(JobMarketplace::submit_job(
				by(ALICE),
				MODEL.to_vec(),
				prompt,
				TOKENS,
				ESCROW,
				8,
				true
			));
			let job_id = NextJobId::<Real>::get() - 1;
			let bid = JobMarketplace::place_bid(by(owner(0)), job_id, did_bytes(0), PRICE, 60_000);
			assert_ok!(bid);
			job_id
		};
		let (open, taken) = (submit(), submit());
		assert_ok!(JobMarketplace::assign_job(by(ALICE), taken, did_bytes(0)));
		let id = enclave.attestation;
		assert_ok!(ConfidentialCompute::force_revoke(RuntimeOrigin::root(), id));

		let revoked: DispatchError =
			pallet_confidential_compute::Error::<Real>::AttestationRevoked.into();
		let key = [&[1, 2][..], &[7; 80]].concat();
		let to = enclave.x25519.public();
		assert_noop!(JobMarketplace::deliver_key(by(ALICE), taken, 1, to, key), revoked);
		assert_noop!(JobMarketplace::assign_job(by(ALICE), open, did_bytes(0)), revoked);
		go_to(1_010);
		assert_ok!(JobMarketplace::match_job(by(ALICE), open));
		let struck = JobBids::<Real>::get(open, did(0).hash()).unwrap();
		assert_eq!(struck.standing, BidStanding::Struck);
		go_to(1_020);
		let before = Balances::free_balance(owner(0));
		assert_ok!(JobMarketplace::expire_job(by(ALICE), taken));
		assert_eq!(Jobs::<Real>::get(taken).unwrap().status, JobStatus::Failed);
		assert_eq!(Balances::free_balance(owner(0)), before);
	});
}

/// What `e2e/circuits` made: a key, a proof, and the job that it is about.
#[test]
fn a_proof_of_a_real_circuit_settles_its_job_at_once() {
	const FIXTURES: [(inference_proofs::Curve, &str); 2] = [
		(
			inference_proofs::Curve::Bn254,
			include_str!("../../../../primitives/inference-proofs/fixtures/layer-bn254.json"),
		),
		(
			inference_proofs::Curve::Bls12_381,
			include_str!("../../../../primitives/inference-proofs/fixtures/layer-bls12381.json"),
		),
	];
	for (curve, file) in FIXTURES {
		with_both(|| {
			let fixture: serde_json::Value = serde_json::from_str(file).unwrap();
			let text = |pointer: &str| fixture.pointer(pointer).unwrap().as_str().unwrap();
			let bytes = |pointer: &str| sp_core::bytes::from_hex(text(pointer)).unwrap();
			let fixed = |pointer: &str| <[u8; 32]>::try_from(bytes(pointer)).unwrap();
			let number = |pointer: &str| fixture.pointer(pointer).unwrap().as_u64().unwrap();

			let provider = AccountId::from(fixed("/statement/owner"));
			assert_eq!(H256(fixed("/statement/genesis")), GENESIS);
			set_balance(&provider, ENDOWMENT);
			let node = Did::parse(text("/statement/node")).unwrap();
			Nodes::insert(
				node.hash(),
				Node {
					did: node.clone(),
					owner: provider.clone(),
					controller: provider.clone(),
					..crate::mock::node(0)
				},
			);
			let model = Did::parse(MODEL).unwrap();
			Weights::insert((model.hash(), 0), H256(fixed("/statement/weights")));
			let key = inference_proofs::key_hash(curve, &bytes("/key")).into();
			assert_eq!(key, H256(fixed("/keyHash")));
			assert_ok!(ConfidentialCompute::register_proof_key(
				by(MODEL_OWNER),
				MODEL.to_vec(),
				curve,
				bytes("/key"),
			));

			let job_id = number("/statement/job");
			NextJobId::<Real>::put(job_id);
			let proof = Some(ProofTerms { key, input: fixed("/statement/input") });
			assert_ok!(JobMarketplace::submit_job_with_options(
				by(ALICE),
				MODEL.to_vec(),
				Payload::Inline(bytes("/bytes/input")),
				TOKENS,
				ESCROW,
				8,
				false,
				SubmitOptions { proof, ..Default::default() },
			));
			let node = node.as_bytes().to_vec();
			let bid = JobMarketplace::place_bid(
				by(provider.clone()),
				job_id,
				node.clone(),
				PRICE,
				60_000,
			);
			assert_ok!(bid);
			assert_ok!(JobMarketplace::assign_job(by(ALICE), job_id, node));
			assert_ok!(JobMarketplace::start_job(by(provider.clone()), job_id));
			assert_eq!(number("/statement/attempt"), 1);

			let output = bytes("/bytes/output");
			let tokens = u32::try_from(number("/statement/tokensUsed")).unwrap();
			let complete = |tokens, output: Vec<u8>, proof: Vec<u8>| {
				JobMarketplace::complete_with_evidence(
					by(provider.clone()),
					job_id,
					blake2_256(&output),
					tokens,
					Some(output),
					Evidence { receipt: None, proof: Some(proof) },
				)
			};
			let proof = bytes("/proof");
			let fault = |fault| {
				DispatchError::from(pallet_confidential_compute::Error::<Real>::Proof(fault))
			};
			let invalid = fault(pallet_confidential_compute::ProofFault::Invalid);
			assert_noop!(complete(tokens + 1, output.clone(), proof.clone()), invalid);
			let mut other = output.clone();
			other[0] ^= 1;
			assert_noop!(complete(tokens, other, proof.clone()), invalid);
			let cut = proof[..proof.len() - 1].to_vec();
			let length = fault(pallet_confidential_compute::ProofFault::ProofLength);
			assert_noop!(complete(tokens, output.clone(), cut), length);
			assert_ok!(complete(tokens, output, proof));
			assert_eq!(Jobs::<Real>::get(job_id).unwrap().status, JobStatus::Settled);
			let gross = PRICE * Balance::from(tokens);
			assert_eq!(Balances::free_balance(&provider), ENDOWMENT + gross - gross / 20);
		});
	}
}

/// Gives `who` exactly `amount`.
fn set_balance(who: &AccountId, amount: Balance) {
	use frame_support::traits::fungible::Mutate;
	Balances::set_balance(who, amount);
}
