//! # Runtime API of the market
//!
//! What dApps ask of more than one pallet, and lists too long for one answer. Answers that one
//! pallet can give alone are view functions of that pallet.
//!
//! ## Pages
//!
//! A list is asked for with a limit of 1 to [`MAX_LIMIT`] entries and, after the first page, with
//! the cursor that the page before gave. A call looks at no more than [`MAX_SCANNED`] entries of the
//! state, so a page can have fewer entries than the limit, or none, and still a cursor: the walk goes
//! on there. Only a page without a cursor is the last.
//!
//! Walking all pages at one block visits each entry exactly once. Across blocks an entry that exists
//! all the time is still met once, with the exceptions that [`MarketApi`] names; one that comes or
//! goes meanwhile may be met or not.
//!
//! Cursors are opaque bytes. Bytes that no page of the same list has given are refused or are some
//! other place in that list.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod earnings;
mod models;
mod nodes;
mod page;

pub use earnings::{Earnings, EarningsEntry, EarningsPosition};
pub use models::{HostAnswer, ModelAnswer};
pub use nodes::{NodeCriterion, NodeFilter, NodePosition, MAX_CRITERIA};
pub use page::{checked_limit, paged, position, Page, QueryError, MAX_LIMIT, MAX_SCANNED};

pub use pallet_ai_models as ai_models;
pub use pallet_confidential_compute as confidential_compute;
pub use pallet_gpu_registry as gpu_registry;
pub use pallet_job_marketplace as job_marketplace;
pub use pallet_reputation as reputation;

use ai_compute_primitives::JobId;
use alloc::vec::Vec;
use codec::{Codec, Decode, Encode};
use pallet_confidential_compute::NodeProof;
use pallet_gpu_registry::NodeView;
use pallet_job_marketplace::{JobPage, OpenJob};
use scale_info::TypeInfo;

/// Which of the jobs that look for a node are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, TypeInfo)]
pub enum JobScope {
	/// All, each with the reason why the node cannot bid, if it cannot.
	#[default]
	#[codec(index = 0)]
	Pending,
	/// Those that the node can bid on now.
	#[codec(index = 1)]
	Biddable,
}

sp_api::decl_runtime_apis! {
	/// Pages and answers across pallets.
	pub trait MarketApi<AccountId, Balance, BlockNumber>
	where
		AccountId: Codec,
		Balance: Codec,
		BlockNumber: Codec,
	{
		/// Registered nodes that meet every criterion, in no order that means anything.
		fn nodes(
			criteria: Vec<NodeCriterion<Balance>>,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<Page<NodeView<AccountId, Balance>>, QueryError>;

		/// A registered node as it stands now.
		fn node(did: Vec<u8>) -> Option<NodeView<AccountId, Balance>>;

		/// What a node has proven of its enclave and its GPUs, and until when.
		fn node_proof(did: Vec<u8>) -> Option<NodeProof<BlockNumber>>;

		/// Jobs that look for a node, as the node `gpu_did` sees them, the latest first. Reaches back
		/// over the 600 ticks within which a job can be open for bids; older jobs that still look for a
		/// node take none.
		fn open_jobs(
			gpu_did: Vec<u8>,
			scope: JobScope,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<Page<OpenJob<AccountId, Balance, BlockNumber>>, QueryError>;

		/// A job with everything around it.
		fn job(job_id: JobId) -> Option<JobPage<AccountId, Balance, BlockNumber>>;

		/// What a node stands to earn and what is on hold for it: its stake, its unpaid jobs and its
		/// bids, the latest first, then its slashes that are not final. The walk over jobs ends once it
		/// has met as many as the registry counts for the node. So pages of different blocks can miss
		/// an entry if the node gets new work meanwhile; pages of one block cannot.
		fn earnings(
			gpu_did: Vec<u8>,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<Earnings<AccountId, Balance, BlockNumber>, QueryError>;

		/// All that there is about a model, its hosts apart.
		fn model(did: Vec<u8>) -> Option<ModelAnswer<AccountId, Balance, BlockNumber>>;

		/// Host records under a model's DID, those that do not count included.
		fn model_hosts(
			did: Vec<u8>,
			cursor: Option<Vec<u8>>,
			limit: u32,
		) -> Result<Page<HostAnswer<AccountId, Balance>>, QueryError>;
	}
}
