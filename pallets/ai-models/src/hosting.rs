//! Nodes that host a model.

use crate::{
	BalanceOf, Config, Error, Event, HoldReason, HostAdmission, HostRecord, HostRecordOf,
	HostStanding, HostState, Hosts, ModelRecord, ModelRecordOf, ModelState, Models, Pallet,
};
use ai_compute_primitives::{Did, DidHash, Hosting, NodeInspect, NodeSummary};
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_host(who: T::AccountId, did: Vec<u8>, node_did: Vec<u8>) -> DispatchResult {
		let (did, record) = Self::registered(&did)?;
		let (node_did, node) = Self::node(&node_did)?;
		ensure!(node.owner == who, Error::<T>::NotNodeOwner);
		ensure!(record.state == ModelState::Active, Error::<T>::ModelDeprecated);
		ensure!(node.vram_gb >= record.min_vram_gb, Error::<T>::InsufficientVram);
		let (model, node) = (did.hash(), node_did.hash());
		if let Some(former) = Hosts::<T>::get(model, node) {
			let is_live = former.registration == record.registration && former.host == who;
			ensure!(!is_live, Error::<T>::AlreadyHosted);
			Self::remove_host(&did, former)?;
		}

		let deposit = T::HostDeposit::get();
		Self::hold(HoldReason::HostDeposit, &who, deposit)?;
		Hosts::<T>::insert(
			model,
			node,
			HostRecord {
				node: node_did.clone(),
				host: who.clone(),
				registration: record.registration,
				state: HostState::Declared,
				deposit,
			},
		);
		Self::deposit_event(Event::HostDeclared { did, node: node_did, host: who, deposit });
		Ok(())
	}

	pub(crate) fn do_unhost(who: T::AccountId, did: Vec<u8>, node_did: Vec<u8>) -> DispatchResult {
		let did = Self::parse(&did)?;
		let node_did = Self::parse(&node_did)?;
		let host = Hosts::<T>::get(did.hash(), node_did.hash()).ok_or(Error::<T>::NotHosted)?;
		let model =
			Models::<T>::get(did.hash()).filter(|record| record.registration == host.registration);
		let may = match model {
			None => true,
			Some(record) => {
				record.owner == who
					|| host.host == who
					|| T::Nodes::node(&node_did).is_some_and(|node| node.owner == who)
			}
		};
		ensure!(may, Error::<T>::NotNodeOwner);
		Self::remove_host(&did, host)
	}

	pub(crate) fn do_approve_host(
		who: T::AccountId,
		did: Vec<u8>,
		node_did: Vec<u8>,
	) -> DispatchResult {
		let (did, record) = Self::owned(&who, &did)?;
		let node_did = Self::parse(&node_did)?;
		let (model, node) = (did.hash(), node_did.hash());
		let host = Hosts::<T>::get(model, node)
			.filter(|host| host.registration == record.registration && Self::is_owner(host))
			.ok_or(Error::<T>::NotHosted)?;
		ensure!(host.state == HostState::Declared, Error::<T>::AlreadyApproved);

		Hosts::<T>::insert(model, node, HostRecord { state: HostState::Approved, ..host });
		Self::deposit_event(Event::HostApproved { did, node: node_did });
		Ok(())
	}

	pub(crate) fn do_set_hosting(
		who: T::AccountId,
		did: Vec<u8>,
		hosting: Hosting,
		admission: HostAdmission,
	) -> DispatchResult {
		let (did, record) = Self::owned(&who, &did)?;
		let is_new = (record.hosting, record.admission) != (hosting, admission);
		ensure!(is_new, Error::<T>::AlreadySet);

		Models::<T>::insert(did.hash(), ModelRecord { hosting, admission, ..record });
		Self::deposit_event(Event::HostingSet { did, hosting, admission });
		Ok(())
	}

	/// Whether a host record counts.
	pub(crate) fn standing(
		model: Option<&ModelRecordOf<T>>,
		host: &HostRecordOf<T>,
	) -> HostStanding {
		match model.filter(|record| record.registration == host.registration) {
			None => HostStanding::ModelGone,
			Some(_) if !Self::is_owner(host) => HostStanding::OwnerChanged,
			Some(record) => match (record.admission, host.state) {
				(HostAdmission::Open, _) | (_, HostState::Approved) => HostStanding::Hosting,
				(HostAdmission::ByOwner, HostState::Declared) => HostStanding::AwaitsApproval,
			},
		}
	}

	/// Whether the node still belongs to whoever declared it.
	fn is_owner(host: &HostRecordOf<T>) -> bool {
		T::Nodes::node(&host.node).is_some_and(|node| node.owner == host.host)
	}

	/// The node under `did`.
	fn node(did: &[u8]) -> Result<(Did, NodeSummary<T::AccountId, BalanceOf<T>>), Error<T>> {
		let did = Self::parse(did)?;
		let node = T::Nodes::node(&did).ok_or(Error::<T>::NodeNotFound)?;
		Ok((did, node))
	}

	/// Removes a host record of the model `did` and returns its deposit.
	fn remove_host(did: &Did, host: HostRecordOf<T>) -> DispatchResult {
		let HostRecord { node, host, deposit, .. } = host;
		Self::release(HoldReason::HostDeposit, &host, deposit)?;
		Hosts::<T>::remove(did.hash(), node.hash());
		Self::deposit_event(Event::HostRemoved { did: did.clone(), node, host, deposit });
		Ok(())
	}

	/// Whether `node` hosts `model`.
	pub(crate) fn is_hosting(model: &DidHash, node: &DidHash) -> bool {
		Hosts::<T>::get(model, node).is_some_and(|host| {
			Self::standing(Models::<T>::get(model).as_ref(), &host) == HostStanding::Hosting
		})
	}
}
