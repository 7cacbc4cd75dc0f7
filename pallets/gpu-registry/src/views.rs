//! Derived answers for wallets and dApps.

use crate::{
	load::BIDS_PER_SLOT, BalanceOf, Config, GPUNodes, GPUProfileOf, NodeIds, NodeLoads, Pallet,
	PriceClass, MAX_LOCATION_LEN, MAX_MODEL_LEN,
};
use ai_compute_primitives::{Did, DidAuthority, DidHash, NodeStatus};
use codec::{Decode, Encode};
use frame_support::{
	traits::{ConstU32, Get},
	BoundedVec,
};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::traits::Saturating;

/// [`NodeView`] in this runtime.
pub type NodeViewOf<T> = NodeView<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A registered node as it stands now.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct NodeView<AccountId, Balance> {
	/// DID of the node.
	pub did: Did,
	/// Number of the node, which its heartbeats name.
	pub index: u32,
	/// The account that registered it: owns its stake and receives its pay.
	pub owner: AccountId,
	/// Model of the GPU.
	pub gpu_model: BoundedVec<u8, ConstU32<MAX_MODEL_LEN>>,
	/// Video memory in GB.
	pub vram_gb: u32,
	/// Number of CUDA cores; 0 where the notion does not apply.
	pub cuda_cores: u32,
	/// Where the node stands, as its owner says.
	pub location: BoundedVec<u8, ConstU32<MAX_LOCATION_LEN>>,
	/// Price segment that the owner announces.
	pub price_class: PriceClass,
	/// Hash of the description of the node's endpoint.
	pub endpoint_hash: Option<H256>,
	/// Present status: inactive if it missed too many heartbeats.
	pub status: NodeStatus,
	/// Whether the DID is active and controlled by the owner. Without that the node cannot bid.
	pub did_active: bool,
	/// Score from 0 to 10 000.
	pub score: u32,
	/// Jobs delivered and paid, ever, under this DID.
	pub jobs_completed: u64,
	/// Bonded stake, in the smallest unit, without what is unbonding.
	pub stake: Balance,
	/// Whether the stake is at least the registry's minimum. Below it the node cannot bid.
	pub sufficiently_staked: bool,
	/// Sum of price × max_tokens over its unsettled jobs, in the smallest unit.
	pub exposure: Balance,
	/// How much more of that the stake carries, in the smallest unit.
	pub exposure_room: Balance,
	/// Jobs that it runs at the same time.
	pub capacity: u32,
	/// Jobs assigned and not yet delivered or given up.
	pub running: u32,
	/// Further jobs that it could be assigned now.
	pub free_slots: u32,
	/// Jobs assigned and not yet paid or failed.
	pub unsettled: u32,
	/// Bids not yet decided.
	pub open_bids: u32,
	/// Further bids that it could place now.
	pub free_bids: u32,
	/// Tick of registration.
	pub registered_at: u64,
}

impl<T: Config> Pallet<T> {
	/// Registered nodes in the order of their keys, from the first after `after` on, whether or not
	/// a node is registered under that DID.
	pub fn nodes_after(after: Option<&Did>) -> impl Iterator<Item = (Did, GPUProfileOf<T>)> {
		match after {
			Some(did) => GPUNodes::<T>::iter_from(GPUNodes::<T>::hashed_key_for(did)),
			None => GPUNodes::<T>::iter(),
		}
	}

	/// The node under `did` as it stands now.
	pub fn node_under(did: Did) -> Option<NodeViewOf<T>> {
		let profile = GPUNodes::<T>::get(&did)?;
		Some(Self::view_of(did, profile))
	}

	/// Owner of the node with this hash of its DID, else of the stake that still unbonds under it.
	pub fn owner_behind(node: &DidHash) -> Option<T::AccountId> {
		NodeIds::<T>::get(node).map(|id| id.owner)
	}

	/// The node with this profile as it stands now.
	pub fn view_of(did: Did, profile: GPUProfileOf<T>) -> NodeViewOf<T> {
		let status = Self::status_now(&profile);
		let did_active = T::DidAuthority::controller(&did).as_ref() == Some(&profile.owner);
		let load = NodeLoads::<T>::get(did.hash());
		let limit = profile.stake.saturating_mul(T::ExposureFactor::get().into());
		NodeView {
			index: profile.index,
			owner: profile.owner,
			gpu_model: profile.gpu_model,
			vram_gb: profile.vram_gb,
			cuda_cores: profile.cuda_cores,
			location: profile.location,
			price_class: profile.price_class,
			endpoint_hash: profile.endpoint_hash,
			status,
			did_active,
			score: profile.reputation_score,
			jobs_completed: profile.total_jobs_completed,
			stake: profile.stake,
			sufficiently_staked: profile.stake >= T::MinimumStake::get(),
			exposure: load.exposure,
			exposure_room: limit.saturating_sub(load.exposure),
			capacity: profile.capacity,
			running: load.running,
			free_slots: profile.capacity.saturating_sub(load.running),
			unsettled: load.unsettled,
			open_bids: load.open_bids,
			free_bids: profile
				.capacity
				.saturating_mul(BIDS_PER_SLOT)
				.saturating_sub(load.open_bids),
			registered_at: profile.registered_at,
			did,
		}
	}
}
