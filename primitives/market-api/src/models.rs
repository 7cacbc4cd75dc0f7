//! A model's page and its hosts.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use pallet_ai_models::{Ancestor, HostLine, ModelPage};
use pallet_gpu_registry::NodeView;
use scale_info::TypeInfo;

/// All that there is about a model, its hosts apart.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct ModelAnswer<AccountId, Balance, BlockNumber> {
	/// Records, versions, prices, use.
	pub page: ModelPage<AccountId, Balance, BlockNumber>,
	/// Models from which it descends, its parent first, at most 8. Only the parent's owner has a
	/// share in this model's royalty.
	pub lineage: Vec<Ancestor<AccountId>>,
}

/// A host of a model.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct HostAnswer<AccountId, Balance> {
	/// The record and whether it counts.
	pub line: HostLine<AccountId, Balance>,
	/// The node as it stands now, if it is registered.
	pub node: Option<NodeView<AccountId, Balance>>,
}
