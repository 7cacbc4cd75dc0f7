//! Bounded answers for dApps.

use crate::{
	Config, HostLine, HostLineOf, Hosts, ModelCards, ModelLine, ModelLineOf, ModelPage,
	ModelPageOf, Models, OpenJobs, OwnerModels, Pallet, PriceCards, TransferOffers, Usages,
	Versions,
};
use ai_compute_primitives::{Did, DidHash};
use alloc::vec::Vec;

/// Most lines of one answer.
const MAX_LINES: u32 = 50;

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

	pub(crate) fn host_lines(
		did: Vec<u8>,
		after: Option<DidHash>,
		limit: u32,
	) -> Vec<HostLineOf<T>> {
		let Ok(did) = Did::parse(did) else { return Vec::new() };
		let model = did.hash();
		let record = Models::<T>::get(model);
		let hosts = match after {
			Some(after) => {
				Hosts::<T>::iter_prefix_from(model, Hosts::<T>::hashed_key_for(model, after))
			}
			None => Hosts::<T>::iter_prefix(model),
		};
		hosts
			.take(limit.min(MAX_LINES) as usize)
			.map(|(node, host)| HostLine {
				node,
				standing: Self::standing(record.as_ref(), &host),
				record: host,
			})
			.collect()
	}
}
