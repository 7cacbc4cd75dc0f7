//! Answers about the market that need more than one pallet, and its long lists.
//!
//! What is asked comes from anybody, so nothing here panics, and each call looks at a bounded number
//! of entries.

use crate::{
	AIModels, AccountId, Balance, Balances, BlockNumber, Clock, ConfidentialCompute, GPURegistry,
	JobMarketplace, Reputation, Runtime, RuntimeHoldReason,
};
use ai_compute_market_api::{
	checked_limit, paged, position, Earnings, EarningsEntry, EarningsPosition, HostAnswer,
	JobScope, ModelAnswer, NodeCriterion, NodeFilter, NodePosition, Page, QueryError,
};
use ai_compute_primitives::{Did, DidHash, JobId, ModelInspect};
use alloc::vec::Vec;
use frame_support::traits::fungible::InspectHold;
use pallet_ai_models::HostStanding;
use pallet_gpu_registry::{NodeView, NodeViewOf};
use pallet_job_marketplace::{OpenJob, OpenJobOf};
use sp_runtime::traits::BlockNumberProvider;

/// A page of nodes.
pub type NodePage = Page<NodeView<AccountId, Balance>>;
/// A page of jobs that look for a node.
pub type OpenJobPage = Page<OpenJob<AccountId, Balance, BlockNumber>>;
/// A node's earnings.
pub type EarningsOf = Earnings<AccountId, Balance, BlockNumber>;
/// A model's page.
pub type ModelAnswerOf = ModelAnswer<AccountId, Balance, BlockNumber>;
/// A page of hosts.
pub type HostPage = Page<HostAnswer<AccountId, Balance>>;

/// Nodes that meet every criterion.
pub fn nodes(
	criteria: Vec<NodeCriterion<Balance>>,
	cursor: Option<Vec<u8>>,
	limit: u32,
) -> Result<NodePage, QueryError> {
	let limit = checked_limit(limit)?;
	let filter = NodeFilter::new(criteria)?;
	let now = Clock::current_block_number();
	let wanted = |node: NodeViewOf<Runtime>, models: &[Did]| {
		let hash = node.did.hash();
		let hosts =
			|model: &Did| <AIModels as ModelInspect<AccountId, Balance>>::hosts(model, &hash);
		let qualifies = |model: &Did| {
			let (did, model) = (node.did.as_bytes().to_vec(), model.as_bytes().to_vec());
			ConfidentialCompute::qualification(did, model, now).is_ok()
		};
		let meant = filter.matches(&node)
			&& models.iter().all(hosts)
			&& filter.confidential().iter().all(qualifies);
		meant.then_some(node)
	};
	match (filter.models().split_first(), position(cursor)?) {
		(None, None) => Ok(page_of_nodes(None, limit, |node| wanted(node, &[]))),
		(None, Some(NodePosition::Node(did))) => {
			Ok(page_of_nodes(Some(did), limit, |node| wanted(node, &[])))
		}
		(Some((first, others)), None) => {
			Ok(page_of_hosts(first, None, limit, |node| wanted(node, others)))
		}
		(Some((first, others)), Some(NodePosition::Host(node))) => {
			Ok(page_of_hosts(first, Some(node), limit, |node| wanted(node, others)))
		}
		// The position is one of another list.
		(None, Some(NodePosition::Host(_))) | (Some(_), Some(NodePosition::Node(_))) => {
			Err(QueryError::InvalidCursor)
		}
	}
}

/// A page of all nodes of which `wanted` says so.
fn page_of_nodes(
	after: Option<Did>,
	limit: u32,
	wanted: impl Fn(NodeViewOf<Runtime>) -> Option<NodeViewOf<Runtime>>,
) -> NodePage {
	let walk = GPURegistry::nodes_after(after.as_ref())
		.map(|(did, profile)| (NodePosition::Node(did.clone()), (did, profile)));
	paged(walk, limit, |(did, profile)| wanted(GPURegistry::view_of(did, profile)))
}

/// A page of the nodes that host `model` of which `wanted` says so.
fn page_of_hosts(
	model: &Did,
	after: Option<DidHash>,
	limit: u32,
	wanted: impl Fn(NodeViewOf<Runtime>) -> Option<NodeViewOf<Runtime>>,
) -> NodePage {
	let walk = AIModels::hosts_after(model.hash(), after)
		.map(|host| (NodePosition::Host(host.node), host));
	paged(walk, limit, |host| match host.standing {
		HostStanding::Hosting => wanted(GPURegistry::node_under(host.record.node)?),
		HostStanding::AwaitsApproval | HostStanding::OwnerChanged | HostStanding::ModelGone => None,
	})
}

/// Jobs that look for a node, as `gpu_did` sees them.
pub fn open_jobs(
	gpu_did: Vec<u8>,
	scope: JobScope,
	cursor: Option<Vec<u8>>,
	limit: u32,
) -> Result<OpenJobPage, QueryError> {
	let limit = checked_limit(limit)?;
	let did = Did::parse(gpu_did).map_err(|_| QueryError::InvalidDid)?;
	let before = position::<JobId>(cursor)?;
	if !pallet_gpu_registry::GPUNodes::<Runtime>::contains_key(&did) {
		return Err(QueryError::NodeNotFound);
	}
	let in_scope = |job: &OpenJobOf<Runtime>| match scope {
		JobScope::Pending => true,
		JobScope::Biddable => job.answer.is_ok(),
	};
	let walk =
		JobMarketplace::recent_jobs_before(before).map(|(job_id, job)| (job_id, (job_id, job)));
	Ok(paged(walk, limit, |(job_id, job)| {
		JobMarketplace::job_as_seen(job_id, job, &did).filter(in_scope)
	}))
}

/// What a node stands to earn and what is on hold for it.
pub fn earnings(
	gpu_did: Vec<u8>,
	cursor: Option<Vec<u8>>,
	limit: u32,
) -> Result<EarningsOf, QueryError> {
	let limit = checked_limit(limit)?;
	let did = Did::parse(gpu_did.clone()).map_err(|_| QueryError::InvalidDid)?;
	let position = position(cursor)?;
	let node = did.hash();

	let load = pallet_gpu_registry::NodeLoads::<Runtime>::get(node);
	let counted = load.unsettled.saturating_add(load.open_bids);
	let (jobs, missing, after_slash) = match position {
		None => (Some(None), counted, None),
		Some(EarningsPosition::Job { job_id, missing }) => (Some(Some(job_id)), missing, None),
		Some(EarningsPosition::Slash(slash_id)) => (None, 0, Some(slash_id)),
	};
	let jobs = jobs.into_iter().flat_map(|before| earnings_in_jobs(node, before, missing));
	let slashes = Reputation::slashes_after(after_slash).map(|(slash_id, slash)| {
		let entry = (slash.node == node)
			.then(|| EarningsEntry::Slash { slash_id, view: Reputation::view_of(slash) });
		(EarningsPosition::Slash(slash_id), entry)
	});
	let entries = paged(jobs.chain(slashes), limit, |entry| entry);

	let owner = GPURegistry::owner_behind(&node);
	let on_hold = |reason: RuntimeHoldReason| {
		owner.as_ref().map_or(0, |owner| Balances::balance_on_hold(&reason, owner))
	};
	Ok(Earnings {
		node,
		standing: GPURegistry::standing(gpu_did.clone()).ok_or(QueryError::InvalidDid)?,
		registration: GPURegistry::node_under(did.clone()),
		unbonding: owner
			.as_ref()
			.map(|owner| GPURegistry::unbonding_stake(gpu_did, owner.clone()))
			.unwrap_or_default(),
		bid_bonds: on_hold(pallet_job_marketplace::HoldReason::BidBond.into()),
		appeal_bonds: on_hold(pallet_reputation::HoldReason::AppealBond.into()),
		owner,
		entries,
		did,
	})
}

/// Positions and entries of the jobs below `before` until `missing` of them have been met that the
/// registry counts for `node`.
fn earnings_in_jobs(
	node: DidHash,
	before: Option<JobId>,
	mut missing: u32,
) -> impl Iterator<Item = (EarningsPosition, Option<EarningsEntry<AccountId, Balance, BlockNumber>>)>
{
	let mut jobs = JobMarketplace::jobs_before(before);
	core::iter::from_fn(move || {
		if missing == 0 {
			return None;
		}
		let (job_id, job) = jobs.next()?;
		let share = job.and_then(|job| JobMarketplace::node_share(job_id, &job, &node));
		if share.as_ref().is_some_and(|share| share.is_counted()) {
			missing = missing.saturating_sub(1);
		}
		let entry = share.map(|share| EarningsEntry::Job { job_id, share });
		Some((EarningsPosition::Job { job_id, missing }, entry))
	})
}

/// All that there is about a model, its hosts apart.
pub fn model(did: Vec<u8>) -> Option<ModelAnswerOf> {
	let page = AIModels::model(did.clone())?;
	Some(ModelAnswer { page, lineage: AIModels::lineage(did) })
}

/// Host records under a model's DID.
pub fn model_hosts(
	did: Vec<u8>,
	cursor: Option<Vec<u8>>,
	limit: u32,
) -> Result<HostPage, QueryError> {
	let limit = checked_limit(limit)?;
	let model = Did::parse(did).map_err(|_| QueryError::InvalidDid)?.hash();
	let walk = AIModels::hosts_after(model, position::<DidHash>(cursor)?);
	Ok(paged(walk.map(|line| (line.node, line)), limit, |line| {
		let node = GPURegistry::node_under(line.record.node.clone());
		Some(HostAnswer { line, node })
	}))
}
