//! Bounded answers for dApps.

use crate::{
	Config, HostLine, HostLineOf, Hosts, ModelCards, ModelLine, ModelLineOf, ModelPage,
	ModelPageOf, Models, OpenJobs, OwnerModels, Pallet, PriceCards, TransferOffers, Usages,
	Versions,
};
use ai_compute_primitives::{Did, DidHash};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Most lines of one answer.
const MAX_LINES: u32 = 50;

/// Most ancestors that a lineage shows.
pub const MAX_LINEAGE: u32 = 8;

/// [`Ancestor`] in this runtime.
pub type AncestorOf<T> = Ancestor<<T as frame_system::Config>::AccountId>;

/// A model from which another descends.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Ancestor<AccountId> {
	/// DID of the ancestor.
	pub did: Did,
	/// Who receives its share.
	pub owner: AccountId,
	/// Share of its direct descendant's royalty that goes to its owner, in 1/10 000 of it.
	pub share_bps: u16,
	/// Its own royalty, in 1/10 000 of the gross payment for its own jobs.
	pub royalty_bps: u16,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn page(did: Vec<u8>) -> Option<ModelPageOf<T>> {
		let model = Did::parse(did).ok()?.hash();
		let record = Models::<T>::get(model)?;
		let card = ModelCards::<T>::get(model)?;
		let mut versions: Vec<_> = Versions::<T>::iter_prefix(model).collect();
		versions.sort_by_key(|(number, _)| *number);
		let parent = record.parent.and_then(|link| Some((link.model, Self::linked(&link)?)));
		Some(ModelPage {
			versions,
			prices: PriceCards::<T>::get(model),
			usage: Usages::<T>::get(model).unwrap_or_default(),
			open_jobs: OpenJobs::<T>::get(model),
			parent: parent
				.as_ref()
				.and_then(|(hash, _)| ModelCards::<T>::get(hash))
				.map(|card| card.did),
			parent_owner: parent.map(|(_, parent)| parent.owner),
			offered_to: TransferOffers::<T>::get(model),
			record,
			card,
		})
	}

	pub(crate) fn owned_models(
		owner: &T::AccountId,
		offset: u32,
		limit: u32,
	) -> Vec<ModelLineOf<T>> {
		let models = OwnerModels::<T>::get(owner).into_iter();
		Self::lines(models.skip(offset as usize), limit)
	}

	pub(crate) fn all_models(after: Option<DidHash>, limit: u32) -> Vec<ModelLineOf<T>> {
		match after {
			Some(after) => Self::lines(Models::<T>::iter_keys_from_key(after), limit),
			None => Self::lines(Models::<T>::iter_keys(), limit),
		}
	}

	fn lines(models: impl Iterator<Item = DidHash>, limit: u32) -> Vec<ModelLineOf<T>> {
		models
			.take(limit.min(MAX_LINES) as usize)
			.filter_map(|model| {
				let record = Models::<T>::get(model)?;
				let card = ModelCards::<T>::get(model)?;
				Some(ModelLine { did: card.did, name: card.name, record })
			})
			.collect()
	}

	/// Models from which a registered one descends, its parent first. Ends where an ancestor is gone.
	pub(crate) fn ancestors(did: Vec<u8>) -> Vec<AncestorOf<T>> {
		let mut record = Did::parse(did).ok().and_then(|did| Models::<T>::get(did.hash()));
		let mut ancestors = Vec::new();
		for _ in 0..MAX_LINEAGE {
			let Some((share_bps, link)) =
				record.and_then(|record| Some((record.parent_bps, record.parent?)))
			else {
				break;
			};
			record = Self::linked(&link);
			let (Some(parent), Some(card)) = (&record, ModelCards::<T>::get(link.model)) else {
				break;
			};
			ancestors.push(Ancestor {
				did: card.did,
				owner: parent.owner.clone(),
				share_bps,
				royalty_bps: parent.royalty_bps,
			});
		}
		ancestors
	}

	/// Host records of a model by hash of the node's DID, from the first after `after` on, whether
	/// or not that node has one.
	pub fn hosts_after(
		model: DidHash,
		after: Option<DidHash>,
	) -> impl Iterator<Item = HostLineOf<T>> {
		let record = Models::<T>::get(model);
		let hosts = match after {
			Some(after) => {
				Hosts::<T>::iter_prefix_from(model, Hosts::<T>::hashed_key_for(model, after))
			}
			None => Hosts::<T>::iter_prefix(model),
		};
		hosts.map(move |(node, host)| HostLine {
			node,
			standing: Self::standing(record.as_ref(), &host),
			record: host,
		})
	}

	pub(crate) fn host_lines(
		did: Vec<u8>,
		after: Option<DidHash>,
		limit: u32,
	) -> Vec<HostLineOf<T>> {
		let Ok(did) = Did::parse(did) else { return Vec::new() };
		Self::hosts_after(did.hash(), after).take(limit.min(MAX_LINES) as usize).collect()
	}
}
