//! The methods as a client calls them, answered by the real runtime on a small chain.

use super::*;
use ai_compute_market_api::{
	confidential_compute::NodeProof,
	gpu_registry::NodeView,
	job_marketplace::{self, JobPage},
};
use ai_compute_pbc_runtime::{
	apis::market, genesis_config_presets::get_preset, Block, ConfidentialCompute, DIDRegistry,
	GPURegistry, Hash, Header, JobMarketplace, RuntimeGenesisConfig, RuntimeOrigin, System, EDSC,
};
use jsonrpsee::{tokio::runtime::Runtime as Executor, RpcModule};
use serde_json::{json, Value};
use sp_api::ApiRef;
use sp_blockchain::{BlockStatus, Info};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{Dave, Eve};
use sp_runtime::BuildStorage;

const MODEL: &str = "did:etrid:ai:llm:llama-3-70b";
const NODE: &str = "did:etrid:gpu:eve-1";
const BEST: Hash = H256::repeat_byte(7);
const FORGOTTEN: Hash = H256::repeat_byte(8);

/// The development chain with a node, a job that it has, and a job that looks for a node.
fn state() -> TestExternalities {
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	let preset = get_preset(&"development".into()).unwrap();
	merge(&mut config, serde_json::from_slice(&preset).unwrap());
	let config: RuntimeGenesisConfig = serde_json::from_value(config).unwrap();
	let mut ext = TestExternalities::from(config.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		let (dave, eve) = (Dave.to_account_id(), Eve.to_account_id());
		let by = |who: &AccountId| RuntimeOrigin::signed(who.clone());
		let node = || NODE.as_bytes().to_vec();
		DIDRegistry::register_did(by(&eve), node(), eve.clone(), vec![1; 32]).unwrap();
		let (gpu, place) = (b"NVIDIA L40S".to_vec(), b"EU-NORTH-1".to_vec());
		GPURegistry::register_node(by(&eve), node(), gpu, 48, 18_176, place, 1_500 * EDSC).unwrap();
		for job_id in 0..2 {
			JobMarketplace::submit_job(
				by(&dave),
				MODEL.as_bytes().to_vec(),
				b"prompt".to_vec(),
				1_000,
				10 * EDSC,
				24,
				false,
			)
			.unwrap();
			if job_id == 0 {
				let bid = JobMarketplace::place_bid(by(&eve), job_id, node(), EDSC / 200, 30_000);
				bid.unwrap();
				JobMarketplace::assign_job(by(&dave), job_id, node()).unwrap();
			}
		}
	});
	ext
}

/// Puts `patch` on top of `base`, object by object.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}

/// Asks the runtime about [`state`] at every block but one.
#[derive(Clone)]
struct Client;

impl ProvideRuntimeApi<Block> for Client {
	type Api = Self;
	fn runtime_api(&self) -> ApiRef<'_, Self> {
		self.clone().into()
	}
}

sp_api::mock_impl_runtime_apis! {
	impl ai_compute_market_api::MarketApi<Block, AccountId, Balance, BlockNumber> for Client {
		fn nodes(
			criteria: Vec<NodeCriterion<Balance>>,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<market::NodePage, QueryError> {
			state().execute_with(|| market::nodes(criteria, cursor, limit))
		}

		fn node(did: Vec<u8>) -> Option<NodeView<AccountId, Balance>> {
			state().execute_with(|| GPURegistry::node_view(did))
		}

		fn node_proof(did: Vec<u8>) -> Option<NodeProof<BlockNumber>> {
			state().execute_with(|| ConfidentialCompute::node_proof(did))
		}

		fn open_jobs(
			gpu_did: Vec<u8>,
			scope: JobScope,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<market::OpenJobPage, QueryError> {
			state().execute_with(|| market::open_jobs(gpu_did, scope, cursor, limit))
		}

		#[advanced]
		fn job(
			at: Hash,
			job_id: u64,
		) -> Result<Option<JobPage<AccountId, Balance, BlockNumber>>, ApiError> {
			if at == FORGOTTEN {
				return Err(ApiError::UnknownBlock("it is discarded".into()));
			}
			Ok(state().execute_with(|| JobMarketplace::job_page(job_id)))
		}

		fn earnings(
			gpu_did: Vec<u8>,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<market::EarningsOf, QueryError> {
			state().execute_with(|| market::earnings(gpu_did, cursor, limit))
		}

		#[advanced]
		fn model(at: Hash, did: Vec<u8>) -> Result<Option<market::ModelAnswerOf>, ApiError> {
			if at == FORGOTTEN {
				return Err(ApiError::Application("no such function".into()));
			}
			Ok(state().execute_with(|| market::model(did)))
		}

		fn model_hosts(
			did: Vec<u8>,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<market::HostPage, QueryError> {
			state().execute_with(|| market::model_hosts(did, cursor, limit))
		}
	}
}

impl HeaderBackend<Block> for Client {
	fn header(&self, _: Hash) -> sp_blockchain::Result<Option<Header>> {
		Ok(None)
	}
	fn info(&self) -> Info<Block> {
		Info {
			best_hash: BEST,
			best_number: 1,
			genesis_hash: Default::default(),
			finalized_hash: Default::default(),
			finalized_number: 0,
			finalized_state: None,
			number_leaves: 1,
			block_gap: None,
		}
	}
	fn status(&self, _: Hash) -> sp_blockchain::Result<BlockStatus> {
		Ok(BlockStatus::Unknown)
	}
	fn number(&self, _: Hash) -> sp_blockchain::Result<Option<BlockNumber>> {
		Ok(None)
	}
	fn hash(&self, _: BlockNumber) -> sp_blockchain::Result<Option<Hash>> {
		Ok(None)
	}
}

/// Calls a method with these positional parameters.
fn request(method: &str, params: Value) -> Value {
	let module: RpcModule<_> = Market::<_, Block>::new(Arc::new(Client)).into_rpc();
	let request = json!({
		"jsonrpc": "2.0", "id": 1, "method": format!("aiCompute_{method}"), "params": params,
	});
	let executor = Executor::new().unwrap();
	let (answer, _) = executor.block_on(module.raw_json_request(&request.to_string(), 1)).unwrap();
	serde_json::from_str(&answer).unwrap()
}

/// The answer, which is no error.
#[track_caller]
fn call(method: &str, params: Value) -> Value {
	let mut answer = request(method, params);
	assert!(answer.get("error").is_none(), "{answer}");
	answer["result"].take()
}

/// Code and message of the error.
#[track_caller]
fn refused(method: &str, params: Value) -> (i64, String) {
	let answer = request(method, params);
	let error = &answer["error"];
	let code = error["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}"));
	let detail = error["data"].as_str().unwrap_or_default();
	(code, format!("{} {detail}", error["message"].as_str().unwrap()))
}

#[test]
fn nodes_are_told_in_readable_json() {
	let page = call("nodes", json!([]));
	assert_eq!(page["at"], json!(BEST));
	assert_eq!(page["next"], Value::Null);
	let node = &page["items"][0];
	assert_eq!(node["did"], NODE);
	assert_eq!(node["owner"], json!(Eve.to_account_id()));
	assert_eq!(node["owner"].as_str().unwrap().len(), 48, "SS58");
	assert_eq!(node["gpuModel"], "NVIDIA L40S");
	assert_eq!(node["location"], "EU-NORTH-1");
	assert_eq!((&node["status"], &node["vramGb"]), (&json!("Active"), &json!(48)));
	assert_eq!(node["stake"], "1500000000000000");
	assert_eq!(node["exposure"], "5000000000000");
	assert_eq!(node["exposureRoom"], "1495000000000000");
	assert_eq!((&node["running"], &node["freeSlots"]), (&json!(1), &json!(0)));
}

#[test]
fn every_field_of_a_filter_reaches_the_runtime() {
	let found = |filter: Value| call("nodes", json!([filter]))["items"].as_array().unwrap().len();
	for (filter, expected) in [
		(json!(null), 1),
		(json!({}), 1),
		(json!({ "region": "EU-" }), 1),
		(json!({ "region": "US-" }), 0),
		(json!({ "minVramGb": 48 }), 1),
		(json!({ "minVramGb": 49 }), 0),
		(json!({ "model": MODEL }), 0),
		(json!({ "minScore": 5_000 }), 1),
		(json!({ "minScore": 5_001 }), 0),
		(json!({ "status": "Active" }), 1),
		(json!({ "status": "Suspended" }), 0),
		(json!({ "freeSlot": false }), 1),
		(json!({ "freeSlot": true }), 0),
		(json!({ "minRoom": "1495000000000000" }), 1),
		(json!({ "minRoom": "1495000000000001" }), 0),
		(json!({ "confidential": MODEL }), 0),
		(json!({ "region": "EU-", "minVramGb": 1, "status": "Inactive" }), 0),
	] {
		assert_eq!(found(filter.clone()), expected, "{filter}");
	}
}

#[test]
fn parameters_can_be_named() {
	let page = call("nodes", json!({ "filter": { "region": "EU" }, "limit": 1 }));
	assert_eq!(page["items"][0]["did"], NODE);
	let page = call("openJobs", json!({ "gpu_did": NODE, "scope": "biddable" }));
	assert_eq!(page["items"][0]["jobId"], 1);
}

#[test]
fn bad_parameters_are_refused_with_a_reason() {
	for (method, params, reason) in [
		("nodes", json!([null, 0]), "limit is 0, it must be 1 to 100"),
		("nodes", json!([null, 101]), "limit is 101, it must be 1 to 100"),
		("openJobs", json!([NODE, null, 101]), "limit is 101, it must be 1 to 100"),
		("earnings", json!([NODE, 4_294_967_295u32]), "it must be 1 to 100"),
		("modelHosts", json!([MODEL, 101]), "limit is 101, it must be 1 to 100"),
		("nodes", json!([null, -1]), "-1"),
		("nodes", json!([null, 1, "0x00"]), "cursor is none"),
		("nodes", json!([null, 1, "zz"]), ""),
		("openJobs", json!([NODE, null, 1, "0x00"]), "cursor is none"),
		("nodes", json!([{ "attested": true }]), "unknown field `attested`"),
		("nodes", json!([{ "status": "active" }]), "unknown variant `active`"),
		("nodes", json!([{ "minRoom": "-1" }]), "no amount"),
		("nodes", json!([{ "minRoom": "1.5" }]), "no amount"),
		("nodes", json!([{ "model": "llama" }]), "did:etrid:<kind>:<id>"),
		("nodes", json!([{ "confidential": "llama" }]), "did:etrid:<kind>:<id>"),
		("nodes", json!([{ "minScore": 10_001 }]), "at most 10000"),
		("nodes", json!([{ "region": "x".repeat(33) }]), "at most 32 bytes"),
		("openJobs", json!(["x"]), "did:etrid:<kind>:<id>"),
		("openJobs", json!([]), ""),
		("openJobs", json!([NODE, "all"]), "unknown variant `all`"),
		("earnings", json!([""]), "did:etrid:<kind>:<id>"),
		("modelHosts", json!(["x"]), "did:etrid:<kind>:<id>"),
		("job", json!([-1]), ""),
		("job", json!([0, "0x12"]), ""),
	] {
		let (code, message) = refused(method, params.clone());
		assert_eq!(code, -32_602, "{method} {params}: {message}");
		assert!(message.contains(reason), "{method} {params}: {message}");
	}
}

#[test]
fn other_refusals_have_codes_of_their_own() {
	let stranger = "did:etrid:gpu:stranger";
	assert_eq!(refused("openJobs", json!([stranger])).0, i64::from(NODE_NOT_FOUND));
	let (code, message) = refused("job", json!([0, FORGOTTEN]));
	assert_eq!(code, i64::from(UNKNOWN_BLOCK));
	assert!(message.contains("it is discarded"), "{message}");
	assert_eq!(refused("model", json!([MODEL, FORGOTTEN])).0, i64::from(RUNTIME_FAILED));
}

#[test]
fn a_job_is_told_with_what_comes_next() {
	assert_eq!(call("job", json!([9])), Value::Null);
	let other = H256::repeat_byte(9);
	let job = call("job", json!([0, other]));
	assert_eq!((&job["at"], &job["jobId"]), (&json!(other), &json!(0)));
	assert_eq!(job["record"]["status"], "Assigned");
	assert_eq!(job["record"]["requester"], json!(Dave.to_account_id()));
	assert_eq!(job["record"]["modelDid"], MODEL);
	assert_eq!(job["record"]["maxPayment"], "10000000000000");
	assert_eq!(job["record"]["assignment"]["pricePerToken"], "5000000000");
	assert_eq!(job["record"]["terms"]["price"]["kind"], "Any");
	assert_eq!(job["node"], NODE);
	assert_eq!(job["prompt"], json!({ "onChain": true, "bytes": 6, "hash": null, "uri": null }));
	assert_eq!((&job["bids"], &job["dispute"]), (&json!([]), &Value::Null));
	assert_eq!(job["payout"]["gross"], "5000000000000");
	assert_eq!(job["payout"]["fee"], "250000000000");
	assert_eq!(
		job["steps"],
		json!([
			{ "call": "StartJob", "by": "Provider", "from": 0, "until": 20 },
			{ "call": "AbandonJob", "by": "Provider", "from": 0, "until": 20 },
			{ "call": "ExpireJob", "by": "Anyone", "from": 20, "until": null },
		])
	);
}

#[test]
fn open_jobs_say_whether_the_node_may_bid() {
	let page = call("openJobs", json!([NODE]));
	let jobs = page["items"].as_array().unwrap();
	assert_eq!(jobs.len(), 1);
	assert_eq!((&jobs[0]["jobId"], &jobs[0]["mayBid"]), (&json!(1), &json!(true)));
	assert_eq!(jobs[0]["whyNot"], Value::Null);
	assert_eq!(
		(&jobs[0]["lowestPrice"], &jobs[0]["highestPrice"]),
		(&json!("1"), &json!("10000000000"))
	);
}

#[test]
fn reasons_have_names() {
	use job_marketplace::{Ineligible, Refusal};
	let told = |reason| super::super::answers::why_not(reason);
	assert_eq!(told(job_marketplace::CannotBid::AlreadyExists), "AlreadyExists");
	let ineligible = job_marketplace::CannotBid::Ineligible(Ineligible::NotHosting);
	assert_eq!(told(ineligible), "Ineligible.NotHosting");
	let closed = job_marketplace::CannotBid::BiddingClosed(Refusal::TooLate);
	assert_eq!(told(closed), "BiddingClosed.TooLate");
}

#[test]
fn earnings_name_each_thing_that_a_node_has() {
	let earnings = call("earnings", json!([NODE]));
	assert_eq!(earnings["did"], NODE);
	assert_eq!(earnings["owner"], json!(Eve.to_account_id()));
	assert_eq!(earnings["registration"]["unsettled"], 1);
	assert_eq!(earnings["standing"]["score"], 5_000);
	assert_eq!(earnings["bidBonds"], "0");
	assert_eq!((&earnings["at"], &earnings["next"]), (&json!(BEST), &Value::Null));
	let work = &earnings["items"][0];
	assert_eq!((&work["kind"], &work["jobId"]), (&json!("Work"), &json!(0)));
	assert_eq!(work["payout"]["provider"], "4750000000000");
	assert_eq!(work["atRisk"], "5000000000000");
	// A DID without a node has nothing, and that is no error.
	let nobody = call("earnings", json!(["did:etrid:gpu:nobody"]));
	assert_eq!((&nobody["registration"], &nobody["items"]), (&Value::Null, &json!([])));
}

#[test]
fn a_model_is_told_with_its_terms() {
	assert_eq!(call("model", json!(["did:etrid:ai:llm:none"])), Value::Null);
	assert_eq!(call("model", json!(["x"])), Value::Null);
	let model = call("model", json!([MODEL]));
	assert_eq!((&model["did"], &model["modelType"]), (&json!(MODEL), &json!("LLM")));
	assert_eq!((&model["state"], &model["openJobs"]), (&json!("Active"), &json!(2)));
	assert_eq!(model["terms"]["hosting"], "Anyone");
	assert_eq!((&model["usage"]["paid"], &model["lineage"]), (&json!("0"), &json!([])));
	assert_eq!(model["versions"].as_array().unwrap().len(), 1);
	assert_eq!(call("modelHosts", json!([MODEL]))["items"], json!([]));
}
