//! Which nodes are asked for.

use crate::QueryError;
use ai_compute_primitives::{Did, DidHash, NodeStatus};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use pallet_gpu_registry::{NodeView, MAX_LOCATION_LEN, MAX_SCORE};
use scale_info::TypeInfo;

/// Most criteria of one question.
pub const MAX_CRITERIA: u32 = 16;

/// Something that a node must have. Grows at the end only, so that a question that is understood
/// today is understood for ever.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum NodeCriterion<Balance> {
	/// Its location begins with these bytes: at most 32, compared byte for byte.
	#[codec(index = 0)]
	Region(Vec<u8>),
	/// At least so much video memory, in GB.
	#[codec(index = 1)]
	MinVram(u32),
	/// It hosts the model under this DID: its record counts now.
	#[codec(index = 2)]
	Hosts(Vec<u8>),
	/// At least this score, up to 10 000.
	#[codec(index = 3)]
	MinScore(u32),
	/// This status now. A node that missed too many heartbeats is inactive.
	#[codec(index = 4)]
	Status(NodeStatus),
	/// It could be assigned another job now.
	#[codec(index = 5)]
	FreeSlot,
	/// Its stake carries so much more at risk, in the smallest unit.
	#[codec(index = 6)]
	MinRoom(Balance),
	/// It has proven what the confidential jobs of the model under this DID ask now, and the proof
	/// counts now. How long it counts: [`MarketApi::node_proof`](crate::MarketApi).
	#[codec(index = 7)]
	Confidential(Vec<u8>),
}

/// Where a walk over nodes stands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum NodePosition {
	/// At this node among all nodes.
	#[codec(index = 0)]
	Node(Did),
	/// At the host record of this node among those of the first model that is asked for.
	#[codec(index = 1)]
	Host(DidHash),
}

/// Criteria that have been checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeFilter<Balance> {
	criteria: Vec<NodeCriterion<Balance>>,
	models: Vec<Did>,
	confidential: Vec<Did>,
}

impl<Balance: PartialOrd> NodeFilter<Balance> {
	/// Checks every criterion.
	pub fn new(criteria: Vec<NodeCriterion<Balance>>) -> Result<Self, QueryError> {
		if criteria.len() > MAX_CRITERIA as usize {
			return Err(QueryError::TooManyCriteria);
		}
		let (mut models, mut confidential) = (Vec::new(), Vec::new());
		for criterion in &criteria {
			match criterion {
				NodeCriterion::Region(region) if region.len() > MAX_LOCATION_LEN as usize => {
					return Err(QueryError::InvalidCriterion);
				}
				NodeCriterion::MinScore(score) if *score > MAX_SCORE => {
					return Err(QueryError::InvalidCriterion);
				}
				NodeCriterion::Hosts(did) => {
					models.push(Did::parse(did).map_err(|_| QueryError::InvalidDid)?);
				}
				NodeCriterion::Confidential(did) => {
					confidential.push(Did::parse(did).map_err(|_| QueryError::InvalidDid)?);
				}
				_ => {}
			}
		}
		Ok(Self { criteria, models, confidential })
	}

	/// Models that the node must host. The list of the first one's hosts is the shortest way to all
	/// nodes that can be meant.
	pub fn models(&self) -> &[Did] {
		&self.models
	}

	/// Models whose confidential jobs the node must be able to run.
	pub fn confidential(&self) -> &[Did] {
		&self.confidential
	}

	/// Whether the node meets every criterion, those about models apart.
	pub fn matches<AccountId>(&self, node: &NodeView<AccountId, Balance>) -> bool {
		self.criteria.iter().all(|criterion| match criterion {
			NodeCriterion::Region(region) => node.location.starts_with(region),
			NodeCriterion::MinVram(gb) => node.vram_gb >= *gb,
			NodeCriterion::Hosts(_) | NodeCriterion::Confidential(_) => true,
			NodeCriterion::MinScore(score) => node.score >= *score,
			NodeCriterion::Status(status) => node.status == *status,
			NodeCriterion::FreeSlot => node.free_slots > 0,
			NodeCriterion::MinRoom(room) => node.exposure_room >= *room,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pallet_gpu_registry::PriceClass;

	fn node() -> NodeView<u64, u128> {
		NodeView {
			did: Did::parse("did:etrid:gpu:n").unwrap(),
			index: 0,
			owner: 1,
			gpu_model: b"H100".to_vec().try_into().unwrap(),
			vram_gb: 80,
			cuda_cores: 1,
			location: b"EU-WEST-1".to_vec().try_into().unwrap(),
			price_class: PriceClass::Standard,
			endpoint_hash: None,
			status: NodeStatus::Active,
			did_active: true,
			score: 6_000,
			jobs_completed: 0,
			stake: 1_000,
			sufficiently_staked: true,
			exposure: 400,
			exposure_room: 600,
			capacity: 2,
			running: 1,
			free_slots: 1,
			unsettled: 1,
			open_bids: 0,
			free_bids: 8,
			registered_at: 0,
		}
	}

	fn meets(criterion: NodeCriterion<u128>) -> bool {
		NodeFilter::new(vec![criterion]).unwrap().matches(&node())
	}

	#[test]
	fn each_criterion_has_its_boundary() {
		use NodeCriterion::*;
		for (criterion, expected) in [
			(Region(b"EU-".to_vec()), true),
			(Region(vec![]), true),
			(Region(b"EU-WEST-1".to_vec()), true),
			(Region(b"EU-WEST-1x".to_vec()), false),
			(Region(b"eu-".to_vec()), false),
			(MinVram(80), true),
			(MinVram(81), false),
			(MinScore(6_000), true),
			(MinScore(6_001), false),
			(Status(NodeStatus::Active), true),
			(Status(NodeStatus::Inactive), false),
			(FreeSlot, true),
			(MinRoom(600), true),
			(MinRoom(601), false),
		] {
			assert_eq!(meets(criterion.clone()), expected, "{criterion:?}");
		}
		let full = NodeView { free_slots: 0, ..node() };
		assert!(!NodeFilter::new(vec![FreeSlot]).unwrap().matches(&full));
	}

	#[test]
	fn models_are_told_apart_by_what_is_asked_of_them() {
		use NodeCriterion::*;
		let did = |name: &str| format!("did:etrid:ai:llm:{name}").into_bytes();
		let filter =
			NodeFilter::<u128>::new(vec![Hosts(did("a")), Confidential(did("b"))]).unwrap();
		assert_eq!(filter.models(), [Did::parse(did("a")).unwrap()]);
		assert_eq!(filter.confidential(), [Did::parse(did("b")).unwrap()]);
		assert!(filter.matches(&node()), "left to whoever knows");
	}

	#[test]
	fn all_criteria_must_hold() {
		use NodeCriterion::*;
		let all = |criteria: Vec<_>| NodeFilter::new(criteria).unwrap().matches(&node());
		assert!(all(vec![]));
		assert!(all(vec![MinVram(1), FreeSlot]));
		assert!(!all(vec![MinVram(1), FreeSlot, MinScore(10_000)]));
	}

	#[test]
	fn criteria_out_of_bounds_are_refused() {
		use NodeCriterion::*;
		let refused = |criterion| NodeFilter::<u128>::new(vec![criterion]).unwrap_err();
		assert_eq!(refused(Region(vec![b'x'; 33])), QueryError::InvalidCriterion);
		assert_eq!(refused(MinScore(10_001)), QueryError::InvalidCriterion);
		assert_eq!(refused(Hosts(b"llama".to_vec())), QueryError::InvalidDid);
		assert_eq!(refused(Confidential(b"llama".to_vec())), QueryError::InvalidDid);
		let many = |n| NodeFilter::<u128>::new(vec![FreeSlot; n]);
		assert!(many(16).is_ok());
		assert_eq!(many(17), Err(QueryError::TooManyCriteria));
	}

	#[test]
	fn encodings_are_pinned() {
		let criteria: Vec<NodeCriterion<u128>> = vec![
			NodeCriterion::Region(b"EU".to_vec()),
			NodeCriterion::MinVram(24),
			NodeCriterion::Hosts(b"d".to_vec()),
			NodeCriterion::MinScore(1),
			NodeCriterion::Status(NodeStatus::Suspended),
			NodeCriterion::FreeSlot,
			NodeCriterion::MinRoom(1),
			NodeCriterion::Confidential(b"d".to_vec()),
		];
		let indices: Vec<u8> = criteria.iter().map(|criterion| criterion.encode()[0]).collect();
		assert_eq!(indices, [0, 1, 2, 3, 4, 5, 6, 7]);
		assert_eq!(criteria[0].encode(), [0, 8, b'E', b'U']);
	}
}
