//! `aiCompute_*`: the market's long lists and whole pictures, for clients that have no types.
//!
//! Every method asks the runtime API of a block, so what it says is what the chain of that block
//! says. Lists are paged; nothing here looks at more of the state than the runtime API does.

use super::answers::{
	all, Amount, EarningsJson, HostJson, JobJson, ModelJson, NodeJson, OpenJobJson, PageJson,
};
use ai_compute_market_api::{
	JobScope, MarketApi as MarketRuntimeApi, NodeCriterion, Page, QueryError, MAX_CRITERIA,
	MAX_LIMIT,
};
use ai_compute_primitives::NodeStatus;
use jsonrpsee::{
	core::RpcResult,
	proc_macros::rpc,
	types::{error::INVALID_PARAMS_CODE, ErrorObject, ErrorObjectOwned},
};
use serde::Deserialize;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::{Bytes, H256};
use sp_runtime::traits::Block as BlockT;
use std::{marker::PhantomData, sync::Arc};

pub use ai_compute_pbc_runtime::{AccountId, Balance, BlockNumber};

/// Entries of a page where the caller names no limit.
const DEFAULT_LIMIT: u32 = 50;

/// The runtime of the block did not answer: it has no such API, or failed.
const RUNTIME_FAILED: i32 = 15_001;
/// The node does not know the block, or has forgotten its state.
const UNKNOWN_BLOCK: i32 = 15_002;
/// No node is registered under the DID.
const NODE_NOT_FOUND: i32 = 15_003;

/// Methods about the market. Each takes the hash of the block to ask, or asks the best one.
#[rpc(server, namespace = "aiCompute")]
pub trait MarketRpc {
	/// Registered nodes that meet a filter.
	#[method(name = "nodes", blocking)]
	fn nodes(
		&self,
		filter: Option<NodeQuery>,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<PageJson<NodeJson>>;

	/// Jobs that look for a node, as one node sees them.
	#[method(name = "openJobs", blocking)]
	fn open_jobs(
		&self,
		gpu_did: String,
		scope: Option<Scope>,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<PageJson<OpenJobJson>>;

	/// A job with everything around it. Null if there is none.
	#[method(name = "job", blocking)]
	fn job(&self, job_id: u64, at: Option<H256>) -> RpcResult<Option<JobJson>>;

	/// What a node stands to earn and what is on hold for it.
	#[method(name = "earnings", blocking)]
	fn earnings(
		&self,
		gpu_did: String,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<EarningsJson>;

	/// A model's page. Null if there is none.
	#[method(name = "model", blocking)]
	fn model(&self, did: String, at: Option<H256>) -> RpcResult<Option<ModelJson>>;

	/// Host records under a model's DID.
	#[method(name = "modelHosts", blocking)]
	fn model_hosts(
		&self,
		did: String,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<PageJson<HostJson>>;
}

/// Which nodes are asked for. What is left out is not asked.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NodeQuery {
	/// What the location begins with, byte for byte.
	pub region: Option<String>,
	/// Least video memory in GB.
	pub min_vram_gb: Option<u32>,
	/// DID of a model that the node hosts.
	pub model: Option<String>,
	/// Least score, up to 10 000.
	pub min_score: Option<u32>,
	/// Present status.
	pub status: Option<Status>,
	/// Whether it must be able to take another job now.
	pub free_slot: bool,
	/// Least further amount that its stake must carry.
	pub min_room: Option<Amount>,
	/// DID of a model whose confidential jobs it must be able to run now.
	pub confidential: Option<String>,
}

/// A node's status by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub enum Status {
	Active,
	Inactive,
	Suspended,
}

impl From<Status> for NodeStatus {
	fn from(status: Status) -> Self {
		match status {
			Status::Active => Self::Active,
			Status::Inactive => Self::Inactive,
			Status::Suspended => Self::Suspended,
		}
	}
}

/// Which jobs are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
	/// All that look for a node.
	#[default]
	Pending,
	/// Those that the node can bid on now.
	Biddable,
}

impl From<Scope> for JobScope {
	fn from(scope: Scope) -> Self {
		match scope {
			Scope::Pending => Self::Pending,
			Scope::Biddable => Self::Biddable,
		}
	}
}

impl From<NodeQuery> for Vec<NodeCriterion<Balance>> {
	fn from(query: NodeQuery) -> Self {
		let NodeQuery {
			region,
			min_vram_gb,
			model,
			min_score,
			status,
			free_slot,
			min_room,
			confidential,
		} = query;
		[
			region.map(|region| NodeCriterion::Region(region.into_bytes())),
			min_vram_gb.map(NodeCriterion::MinVram),
			model.map(|did| NodeCriterion::Hosts(did.into_bytes())),
			min_score.map(NodeCriterion::MinScore),
			status.map(|status| NodeCriterion::Status(status.into())),
			free_slot.then_some(NodeCriterion::FreeSlot),
			min_room.map(|Amount(room)| NodeCriterion::MinRoom(room)),
			confidential.map(|did| NodeCriterion::Confidential(did.into_bytes())),
		]
		.into_iter()
		.flatten()
		.collect()
	}
}

/// Answers the methods from the runtime API of `Client`.
pub struct Market<Client, Block> {
	client: Arc<Client>,
	_block: PhantomData<Block>,
}

impl<Client, Block> Market<Client, Block> {
	/// Asks `client`.
	pub fn new(client: Arc<Client>) -> Self {
		Self { client, _block: PhantomData }
	}
}

impl<Client, Block> Market<Client, Block>
where
	Block: BlockT<Hash = H256>,
	Client: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
{
	/// Asks the runtime of the block `at`, or of the best one. Says which it was.
	fn ask<Answer>(
		&self,
		at: Option<H256>,
		question: impl FnOnce(&Client::Api, H256) -> Result<Answer, ApiError>,
	) -> RpcResult<(H256, Answer)> {
		let at = at.unwrap_or_else(|| self.client.info().best_hash);
		let answer = question(&self.client.runtime_api(), at).map_err(no_answer)?;
		Ok((at, answer))
	}

	/// The same for a question that the runtime may refuse.
	fn query<Answer>(
		&self,
		at: Option<H256>,
		question: impl FnOnce(&Client::Api, H256) -> Result<Result<Answer, QueryError>, ApiError>,
	) -> RpcResult<(H256, Answer)> {
		let (at, answer) = self.ask(at, question)?;
		answer.map(|answer| (at, answer)).map_err(refused)
	}
}

impl<Client, Block> MarketRpcServer for Market<Client, Block>
where
	Block: BlockT<Hash = H256>,
	Client: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	Client::Api: MarketRuntimeApi<Block, AccountId, Balance, BlockNumber>,
{
	fn nodes(
		&self,
		filter: Option<NodeQuery>,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<PageJson<NodeJson>> {
		let limit = limit_of(limit)?;
		let criteria = filter.unwrap_or_default().into();
		let (at, page) =
			self.query(at, |api, at| api.nodes(at, criteria, bytes_of(cursor), limit))?;
		Ok(json_page(at, page))
	}

	fn open_jobs(
		&self,
		gpu_did: String,
		scope: Option<Scope>,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<PageJson<OpenJobJson>> {
		let limit = limit_of(limit)?;
		let scope = scope.unwrap_or_default().into();
		let (at, page) = self.query(at, |api, at| {
			api.open_jobs(at, gpu_did.into_bytes(), scope, bytes_of(cursor), limit)
		})?;
		Ok(json_page(at, page))
	}

	fn job(&self, job_id: u64, at: Option<H256>) -> RpcResult<Option<JobJson>> {
		let (at, page) = self.ask(at, |api, at| api.job(at, job_id))?;
		Ok(page.map(|page| JobJson::new(at, page)))
	}

	fn earnings(
		&self,
		gpu_did: String,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<EarningsJson> {
		let limit = limit_of(limit)?;
		let (at, earnings) = self
			.query(at, |api, at| api.earnings(at, gpu_did.into_bytes(), bytes_of(cursor), limit))?;
		Ok(EarningsJson::new(at, earnings))
	}

	fn model(&self, did: String, at: Option<H256>) -> RpcResult<Option<ModelJson>> {
		let (at, answer) = self.ask(at, |api, at| api.model(at, did.into_bytes()))?;
		Ok(answer.map(|answer| ModelJson::new(at, answer)))
	}

	fn model_hosts(
		&self,
		did: String,
		limit: Option<u32>,
		cursor: Option<Bytes>,
		at: Option<H256>,
	) -> RpcResult<PageJson<HostJson>> {
		let limit = limit_of(limit)?;
		let (at, page) = self
			.query(at, |api, at| api.model_hosts(at, did.into_bytes(), bytes_of(cursor), limit))?;
		Ok(json_page(at, page))
	}
}

/// The limit to ask with.
fn limit_of(limit: Option<u32>) -> RpcResult<u32> {
	match limit.unwrap_or(DEFAULT_LIMIT) {
		limit @ 1..=MAX_LIMIT => Ok(limit),
		limit => Err(invalid(format!("limit is {limit}, it must be 1 to {MAX_LIMIT}"))),
	}
}

fn bytes_of(cursor: Option<Bytes>) -> Option<Vec<u8>> {
	cursor.map(|Bytes(bytes)| bytes)
}

fn json_page<From, To: std::convert::From<From>>(at: H256, page: Page<From>) -> PageJson<To> {
	PageJson { at, items: all(page.items), next: page.next.map(Bytes) }
}

fn invalid(message: String) -> ErrorObjectOwned {
	ErrorObject::owned(INVALID_PARAMS_CODE, message, None::<()>)
}

/// Why the runtime refuses a question.
fn refused(error: QueryError) -> ErrorObjectOwned {
	match error {
		QueryError::InvalidLimit => invalid(format!("limit must be 1 to {MAX_LIMIT}")),
		QueryError::InvalidCursor => {
			invalid("cursor is none that this list has given with this filter".into())
		}
		QueryError::InvalidDid => invalid("a DID must have the form did:etrid:<kind>:<id>".into()),
		QueryError::TooManyCriteria => invalid(format!("at most {MAX_CRITERIA} criteria")),
		QueryError::InvalidCriterion => {
			invalid("region has at most 32 bytes, minScore is at most 10000".into())
		}
		QueryError::NodeNotFound => {
			ErrorObject::owned(NODE_NOT_FOUND, "no node is registered under this DID", None::<()>)
		}
	}
}

/// Why the runtime does not answer.
fn no_answer(error: ApiError) -> ErrorObjectOwned {
	let (code, message) = match error {
		ApiError::UnknownBlock(_) => (UNKNOWN_BLOCK, "the state of this block is not known here"),
		_ => (RUNTIME_FAILED, "the runtime of this block did not answer"),
	};
	ErrorObject::owned(code, message, Some(error.to_string()))
}

#[cfg(test)]
mod tests;
