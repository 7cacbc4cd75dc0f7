//! # AI models
//!
//! The catalogue of models that jobs name: who owns them, on which terms they run, what they cost,
//! which nodes host them, and how much they were used.
//!
//! ## Life of a model
//!
//! 1. **Registered** with [`register_model`](Call::register_model) under an AI DID that the caller
//!    controls. That is asked once: from then on the *owner* recorded here decides, and may pass the
//!    model on ([`transfer_model`](Call::transfer_model), accepted by the new owner).
//! 2. **Active**: takes jobs from whoever it is visible to. Every job copies the terms at its
//!    submission (version, VRAM, royalty, parent's share, price rule, hosting); no later change
//!    touches it.
//! 3. **Deprecated** with [`deprecate_model`](Call::deprecate_model), for good: no new jobs. Since a
//!    job's lifetime is bounded, so is the wait for the last one.
//! 4. **Gone** with [`deregister_model`](Call::deregister_model) once no job is open, or at any time
//!    by governance ([`force_remove`](Call::force_remove)). Royalties of jobs that are still open
//!    then go to the fee account.
//!
//! ## Registrations and versions have numbers of their own
//!
//! A DID can be registered again. Parents' links and hosts' records name the number of a
//! registration, so nothing of an earlier model passes to a later one under the same name. Open
//! jobs are counted per DID, outlive a forced removal, and keep the DID from being registered anew
//! until the last of them is over: their counter and their royalty find no stranger. Version
//! numbers are unique in the whole catalogue, so that an offer signed for one version never fits
//! another.
//!
//! ## Lineage
//!
//! A model may name one parent that is registered and welcomes descendants. The share of the
//! royalty that the parent's owner asks is fixed at the descendant's registration, at most
//! [`MAX_PARENT_BPS`], and no more than the caller said it accepts. It goes one level up. A parent
//! is always an older registration, so lineage has no cycles. The parent's owner may disown a
//! descendant, whose owner then keeps the whole royalty.
//!
//! ## Hosts
//!
//! The owner of a registered node declares that the node hosts a model, with a deposit. Records are
//! found by model and node and are never swept: removing a model leaves them, void, and whoever
//! paid takes the deposit back with [`unhost_model`](Call::unhost_model), or anybody clears them
//! away for him. So no number of hosts stands in the way of a removal.
//!
//! ## Money
//!
//! [`HoldReason::ModelDeposit`]: one deposit per model from its owner. It covers the model's
//! bounded records: versions, prices, allow-list, its place in the owner's list.
//! [`HoldReason::HostDeposit`]: one per host record, from the node's owner. Each record notes its
//! own amount. Royalties are paid by the marketplace, which asks here only who the owners are.
//!
//! ## For dApps
//!
//! [`Pallet::model`] is a model's whole page, [`Pallet::can_submit`] says what an account may submit
//! and why not. `PriceRule` binds bids; the price card and its quotes ([`pricing`]) bind nobody.
//! Everything here is public, also what concerns private models.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;
pub use pricing::{PriceCard, PriceTier, MAX_TIERS};
pub use types::*;
pub use views::{Ancestor, AncestorOf, MAX_LINEAGE};
pub use weights::WeightInfo;

mod access;
mod errors;
mod events;
mod hosting;
mod lineage;
pub mod pricing;
mod registry;
mod transfer;
pub mod types;
mod usage;
mod versions;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

use frame_support::{pallet_macros::import_section, traits::fungible};
use frame_system::pallet_prelude::BlockNumberFor;

/// Balance of the currency that deposits are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// What the marketplace reads of a model.
pub type ModelRecordOf<T> = ModelRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// What people read of a model.
pub type ModelCardOf<T> = ModelCard<BalanceOf<T>, BlockNumberFor<T>>;

/// A stored version.
pub type ModelVersionOf<T> = ModelVersion<BlockNumberFor<T>>;

/// A stored host.
pub type HostRecordOf<T> = HostRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A model's page.
pub type ModelPageOf<T> =
	ModelPage<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// A line of a list of models.
pub type ModelLineOf<T> = ModelLine<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A line of a list of hosts.
pub type HostLineOf<T> = HostLine<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use ai_compute_primitives::{
		Did, DidAuthority, DidHash, FeePolicy, Hosting, ModelTerms, NodeInspect, PriceRule,
	};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::traits::{BlockNumberProvider, Zero};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of deposits.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Clock of [`Config::VersionRetention`] and of the dates in records, in ticks of six
		/// seconds.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// Who controls an AI DID. Asked at registration only.
		type Dids: DidAuthority<Self::AccountId>;

		/// The registry of GPU nodes, to know whose a host is.
		type Nodes: NodeInspect<Self::AccountId, BalanceOf<Self>>;

		/// The same registry, to make nodes for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkNodes: ai_compute_primitives::NodeMutate<Self::AccountId, BalanceOf<Self>>;

		/// Account that receives forfeited deposits.
		type FeePolicy: FeePolicy<Self::AccountId>;

		/// Who may remove any model.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Deposit of a model, in the smallest unit. Must be worth the storage of all that a model
		/// can have. On a live chain a change concerns later registrations and transfers.
		#[pallet::constant]
		type ModelRegistrationDeposit: Get<BalanceOf<Self>>;

		/// Deposit of a host record, in the smallest unit. On a live chain a change concerns later
		/// records.
		#[pallet::constant]
		type HostDeposit: Get<BalanceOf<Self>>;

		/// Most models of one owner. The list is read as a whole by registering, removing and
		/// accepting. Can be raised on a live chain, never lowered.
		#[pallet::constant]
		type MaxModelsPerOwner: Get<u32>;

		/// Most versions of a model that are kept. All of them are removed with the model. Can be
		/// raised on a live chain, never lowered. At least 2.
		#[pallet::constant]
		type MaxVersions: Get<u32>;

		/// Most accounts on a model's allow-list. All of them are removed with the model. Can be
		/// raised on a live chain, never lowered.
		#[pallet::constant]
		type MaxAllowed: Get<u32>;

		/// Ticks for which a version that is not active any more stays on record while the model has
		/// open jobs. At least the longest time from a job's submission to the end of its dispute,
		/// so that what a job runs can be looked up to its end.
		#[pallet::constant]
		type VersionRetention: Get<BlockNumberFor<Self>>;

		/// Measured weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit of a model, from its owner.
		#[codec(index = 0)]
		ModelDeposit,
		/// Deposit of a host record, from the node's owner.
		#[codec(index = 1)]
		HostDeposit,
	}

	/// What the marketplace reads of each registered model.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Identity, DidHash, ModelRecordOf<T>>;

	/// What people read of each registered model.
	#[pallet::storage]
	pub type ModelCards<T: Config> = StorageMap<_, Identity, DidHash, ModelCardOf<T>>;

	/// Kept versions of each registered model.
	#[pallet::storage]
	pub type Versions<T: Config> =
		StorageDoubleMap<_, Identity, DidHash, Twox64Concat, VersionNumber, ModelVersionOf<T>>;

	/// Prices that owners publish. Absent where an owner published none.
	#[pallet::storage]
	pub type PriceCards<T: Config> = StorageMap<_, Identity, DidHash, PriceCard<BalanceOf<T>>>;

	/// Use of each registered model.
	#[pallet::storage]
	pub type Usages<T: Config> = StorageMap<_, Identity, DidHash, Usage<BalanceOf<T>>>;

	/// Jobs that are not over, by DID. They outlive the model that governance removed.
	#[pallet::storage]
	pub type OpenJobs<T: Config> = StorageMap<_, Identity, DidHash, u32, ValueQuery>;

	/// Who else may submit jobs for a private model.
	#[pallet::storage]
	pub type Allowed<T: Config> =
		StorageDoubleMap<_, Identity, DidHash, Blake2_128Concat, T::AccountId, ()>;

	/// To whom a model is offered.
	#[pallet::storage]
	pub type TransferOffers<T: Config> = StorageMap<_, Identity, DidHash, T::AccountId>;

	/// Models that an account owns.
	#[pallet::storage]
	pub type OwnerModels<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<DidHash, T::MaxModelsPerOwner>,
		ValueQuery,
	>;

	/// Host records by model and by hash of the node's DID. They outlive the model, void, until
	/// somebody removes them.
	#[pallet::storage]
	pub type Hosts<T: Config> =
		StorageDoubleMap<_, Identity, DidHash, Identity, DidHash, HostRecordOf<T>>;

	/// Number of the next registration.
	#[pallet::storage]
	pub type NextRegistration<T: Config> = StorageValue<_, Registration, ValueQuery>;

	/// The number that version numbers start with.
	#[pallet::type_value]
	pub fn FirstVersion<T: Config>() -> VersionNumber {
		1
	}

	/// Number of the next version, of whichever model.
	#[pallet::storage]
	pub type NextVersion<T: Config> = StorageValue<_, VersionNumber, ValueQuery, FirstVersion<T>>;

	/// Models that exist from the start, public and without a royalty: on test networks.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Owner, from whom the deposit is held and who controls the DID, and DID of each.
		pub models: Vec<(T::AccountId, Vec<u8>)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (owner, bytes) in &self.models {
				let did = Did::parse(bytes).expect("a DID of the genesis is well-formed");
				let model_type = ModelType::ALL
					.into_iter()
					.find(|model_type| model_type.is_of(&did))
					.expect("it is the DID of an AI");
				Pallet::<T>::do_register(
					owner.clone(),
					bytes.clone(),
					b"genesis".to_vec(),
					b"1".to_vec(),
					model_type,
					H256::zero(),
					b"urn:genesis".to_vec(),
					1,
					b"unspecified".to_vec(),
					Visibility::Public,
					None,
					0,
				)
				.expect("its owner controls the DID and can pay the deposit");
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxVersions::get() >= 2, "a model must be able to publish a new version");
			assert!(T::MaxModelsPerOwner::get() >= 1, "an account must be able to own a model");
			assert!(!T::ModelRegistrationDeposit::get().is_zero(), "models need a deposit");
			assert!(!T::HostDeposit::get().is_zero(), "host records need a deposit");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers a model under an AI DID that the caller controls.
		///
		/// Origin: signed. Holds [`Config::ModelRegistrationDeposit`] from the caller. `name` has 1
		/// to 64 bytes, `version` (the first version's name) 1 to 32, `uri` 1 to 256, `license` 1 to
		/// 64; `model_type` is the one that the DID names; `min_vram_gb` may be 0; `royalty_bps` is
		/// in 1/10 000 of the gross payment, at most 5 000. A public model may be run by every node,
		/// a private one by hosts that its owner approves, until `set_hosting` says otherwise. It
		/// welcomes no descendants and accepts any price, until its owner says otherwise. Refused
		/// while jobs of an earlier model under the DID are not over. Emits `ModelRegistered`.
		#[pallet::call_index(0)]
		pub fn register_model(
			origin: OriginFor<T>,
			did: Vec<u8>,
			name: Vec<u8>,
			version: Vec<u8>,
			model_type: ModelType,
			metadata_hash: H256,
			uri: Vec<u8>,
			min_vram_gb: u32,
			license: Vec<u8>,
			visibility: Visibility,
			parent: Option<ParentClaim>,
			royalty_bps: u16,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(
				owner,
				did,
				name,
				version,
				model_type,
				metadata_hash,
				uri,
				min_vram_gb,
				license,
				visibility,
				parent,
				royalty_bps,
			)
		}

		/// Replaces a model's name, address and licence, and the VRAM need and royalty of new jobs.
		///
		/// Origin: owner of the model. Bounds as in `register_model`. What the model *is* changes
		/// with `publish_version`. Emits `ModelUpdated`.
		#[pallet::call_index(1)]
		pub fn update_model(
			origin: OriginFor<T>,
			did: Vec<u8>,
			name: Vec<u8>,
			uri: Vec<u8>,
			min_vram_gb: u32,
			license: Vec<u8>,
			royalty_bps: u16,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update(who, did, name, uri, min_vram_gb, license, royalty_bps)
		}

		/// Publishes a version, which new jobs run from now on.
		///
		/// Origin: owner of the model. `version` is its name, 1 to 32 bytes; its number is in the
		/// event. Refused while [`Config::MaxVersions`] are kept. Emits `VersionPublished`.
		#[pallet::call_index(2)]
		pub fn publish_version(
			origin: OriginFor<T>,
			did: Vec<u8>,
			version: Vec<u8>,
			metadata_hash: H256,
			weights_commitment: Option<H256>,
			tokenizer_hash: Option<H256>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_publish(who, did, version, metadata_hash, weights_commitment, tokenizer_hash)
		}

		/// Replaces a model's prices.
		///
		/// Origin: owner of the model. Prices are in the smallest unit. Token and request prices
		/// with at most 8 `tiers` of rising thresholds are for clients to read; `rule` is what bids
		/// on new jobs must keep to. Emits `PricingSet`.
		#[pallet::call_index(3)]
		pub fn set_pricing(
			origin: OriginFor<T>,
			did: Vec<u8>,
			input_token_price: BalanceOf<T>,
			output_token_price: BalanceOf<T>,
			request_price: BalanceOf<T>,
			tiers: Vec<PriceTier<BalanceOf<T>>>,
			rule: PriceRule<BalanceOf<T>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_pricing(
				who,
				did,
				input_token_price,
				output_token_price,
				request_price,
				tiers,
				rule,
			)
		}

		/// Opens a model to everybody, or to its owner and its allow-list alone. The list stays as
		/// it is.
		///
		/// Origin: owner of the model. Emits `VisibilitySet`.
		#[pallet::call_index(4)]
		pub fn set_visibility(
			origin: OriginFor<T>,
			did: Vec<u8>,
			visibility: Visibility,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_visibility(who, did, visibility)
		}

		/// Takes a model off the market for good: no new jobs, no new hosts. Open jobs go on.
		///
		/// Origin: owner of the model. Emits `ModelDeprecated`.
		#[pallet::call_index(5)]
		pub fn deprecate_model(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deprecate(who, did)
		}

		/// Offers a model to `new_owner`, who may accept it with `accept_transfer`. Replaces an
		/// earlier offer.
		///
		/// Origin: owner of the model. Emits `TransferOffered`.
		#[pallet::call_index(6)]
		pub fn transfer_model(
			origin: OriginFor<T>,
			did: Vec<u8>,
			new_owner: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_transfer(who, did, new_owner)
		}

		/// Removes a deprecated model without open jobs and returns its deposit.
		///
		/// Origin: owner of the model. Host records stay until their deposits are taken back. Emits
		/// `ModelDeregistered`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::deregister_model(
			T::MaxVersions::get(),
			T::MaxAllowed::get(),
		))]
		pub fn deregister_model(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let (versions, allowed) = Self::do_deregister(who, did)?;
			Ok(Some(T::WeightInfo::deregister_model(versions, allowed)).into())
		}

		/// Declares that a node hosts a model.
		///
		/// Origin: owner of the node, which must meet the model's VRAM need. Holds
		/// [`Config::HostDeposit`] from the caller. The node counts at once if admission is open,
		/// else when the model's owner has approved it. A void record of the same node, of a former
		/// owner or of a model that is gone, makes way, its deposit returned. Emits `HostDeclared`.
		#[pallet::call_index(8)]
		pub fn host_model(origin: OriginFor<T>, did: Vec<u8>, node_did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_host(who, did, node_did)
		}

		/// Removes a host record and returns its deposit to whoever paid it.
		///
		/// Origin: whoever paid, the node's present owner, or the model's owner; anybody once the
		/// model of that registration is gone. Open jobs of the node are not touched. Emits
		/// `HostRemoved`.
		#[pallet::call_index(9)]
		pub fn unhost_model(
			origin: OriginFor<T>,
			did: Vec<u8>,
			node_did: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unhost(who, did, node_did)
		}

		/// Removes a model at once, with jobs open or not. They keep the terms that they copied;
		/// their royalties go to the fee account.
		///
		/// Origin: governance. `fate` says what becomes of the deposit. Emits `ModelForceRemoved`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::force_remove(T::MaxVersions::get(), T::MaxAllowed::get(),))]
		pub fn force_remove(
			origin: OriginFor<T>,
			did: Vec<u8>,
			fate: DepositFate,
		) -> DispatchResultWithPostInfo {
			T::GovernanceOrigin::ensure_origin(origin)?;
			let (versions, allowed) = Self::do_force_remove(did, fate)?;
			Ok(Some(T::WeightInfo::force_remove(versions, allowed)).into())
		}

		/// Accepts a model that is offered to the caller.
		///
		/// Origin: the account to which it is offered. Holds [`Config::ModelRegistrationDeposit`]
		/// from the caller and returns the former owner's. Royalties paid from now on are the
		/// caller's, those of open jobs included. Emits `ModelTransferred`.
		#[pallet::call_index(11)]
		pub fn accept_transfer(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_accept_transfer(who, did)
		}

		/// Takes an offer back, or declines it.
		///
		/// Origin: owner of the model, or the account to which it is offered. Emits
		/// `TransferCancelled`.
		#[pallet::call_index(12)]
		pub fn cancel_transfer(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel_transfer(who, did)
		}

		/// Lets new jobs run another kept version.
		///
		/// Origin: owner of the model. Emits `VersionActivated`.
		#[pallet::call_index(13)]
		pub fn activate_version(
			origin: OriginFor<T>,
			did: Vec<u8>,
			version: VersionNumber,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_activate(who, did, version)
		}

		/// Removes the record of a version that is not active, to make room for another.
		///
		/// Origin: owner of the model. While the model has open jobs, only
		/// [`Config::VersionRetention`] ticks after the version ceased to be active. Emits
		/// `VersionRetired`.
		#[pallet::call_index(14)]
		pub fn retire_version(
			origin: OriginFor<T>,
			did: Vec<u8>,
			version: VersionNumber,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire(who, did, version)
		}

		/// Takes accounts off a model's allow-list, then puts others on it. All or none.
		///
		/// Origin: owner of the model. The list matters while the model is private. Emits
		/// `AllowListUpdated`.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::update_allow_list(
			u32::try_from(allow.len().saturating_add(disallow.len())).unwrap_or(u32::MAX),
		))]
		pub fn update_allow_list(
			origin: OriginFor<T>,
			did: Vec<u8>,
			allow: Vec<T::AccountId>,
			disallow: Vec<T::AccountId>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_allow_list(who, did, allow, disallow)
		}

		/// Says which nodes may run new jobs, and how a node becomes a host.
		///
		/// Origin: owner of the model. Under [`HostAdmission::ByOwner`] only approved hosts count,
		/// also of those that were declared before. Emits `HostingSet`.
		#[pallet::call_index(16)]
		pub fn set_hosting(
			origin: OriginFor<T>,
			did: Vec<u8>,
			hosting: Hosting,
			admission: HostAdmission,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_hosting(who, did, hosting, admission)
		}

		/// Approves a declared host. Holds for the node's present owner only.
		///
		/// Origin: owner of the model. Taken back with `unhost_model`. Emits `HostApproved`.
		#[pallet::call_index(17)]
		pub fn approve_host(
			origin: OriginFor<T>,
			did: Vec<u8>,
			node_did: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_approve_host(who, did, node_did)
		}

		/// Says whether models may descend from this one, and for which share of their royalty.
		///
		/// Origin: owner of the model. Concerns later registrations only. Emits `DescendantsSet`.
		#[pallet::call_index(18)]
		pub fn set_descendants(
			origin: OriginFor<T>,
			did: Vec<u8>,
			descendants: Descendants,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_descendants(who, did, descendants)
		}

		/// Cuts the link from a model to its parent. The model's owner keeps the whole royalty.
		///
		/// Origin: owner of the parent. `did` is the descendant. Emits `DescendantDisowned`.
		#[pallet::call_index(19)]
		pub fn disown_descendant(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_disown(who, did)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// All that there is about a model, its allow-list and hosts apart.
		pub fn model(did: Vec<u8>) -> Option<ModelPageOf<T>> {
			Self::page(did)
		}

		/// Models from which this one descends, its parent first, at most 8. Only the parent's owner
		/// has a share in this one's royalty.
		pub fn lineage(did: Vec<u8>) -> Vec<AncestorOf<T>> {
			Self::ancestors(did)
		}

		/// On which terms `requester` could submit a job for a model now, or why it could not.
		pub fn can_submit(
			did: Vec<u8>,
			requester: T::AccountId,
		) -> Result<ModelTerms<BalanceOf<T>>, CannotSubmit> {
			Self::submission_terms(did, &requester)
		}

		/// What a model's price card asks for `requests` requests with these tokens together, in the
		/// smallest unit. None without a card, or if the sum is larger than a balance can be. Bids
		/// are not bound by it.
		pub fn quote(
			did: Vec<u8>,
			tokens_in: u64,
			tokens_out: u64,
			requests: u64,
		) -> Option<BalanceOf<T>> {
			let card = PriceCards::<T>::get(Did::parse(did).ok()?.hash())?;
			card.quote(tokens_in, tokens_out, requests)
		}

		/// Models of `owner`, up to `limit` and 50, from number `offset` on.
		pub fn models_of(owner: T::AccountId, offset: u32, limit: u32) -> Vec<ModelLineOf<T>> {
			Self::owned_models(&owner, offset, limit)
		}

		/// Registered models by hash of their DID, up to `limit` and 50, from the first after
		/// `after` on.
		pub fn models(after: Option<DidHash>, limit: u32) -> Vec<ModelLineOf<T>> {
			Self::all_models(after, limit)
		}

		/// Host records of a model by hash of the node's DID, up to `limit` and 50, from the first
		/// after `after` on. Void records of earlier models under the DID are among them.
		pub fn hosts_of(did: Vec<u8>, after: Option<DidHash>, limit: u32) -> Vec<HostLineOf<T>> {
			Self::host_lines(did, after, limit)
		}

		/// Accounts on a model's allow-list.
		pub fn allow_list(did: Vec<u8>) -> Vec<T::AccountId> {
			Did::parse(did)
				.map(|did| Allowed::<T>::iter_key_prefix(did.hash()).collect())
				.unwrap_or_default()
		}
	}
}
