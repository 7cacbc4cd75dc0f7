//! # AIDID
//!
//! Identities of AI models and agents, `did:etrid:ai:<type>:<identifier>`: who controls them, what
//! their controllers say of them, what they may do, and what the parties of paid jobs said about
//! them.
//!
//! ## Life of an AI
//!
//! 1. **Registered** by its *controller* with [`register_ai`](Call::register_ai) under the key
//!    `blake2_256([type index] ++ identifier)`. The name is never given twice and never changes
//!    hands.
//! 2. **Active**: its DID authorises the controller
//!    ([`DidAuthority`](ai_compute_primitives::DidAuthority)), for instance to register a model.
//! 3. **Deactivated** by its controller, and active again whenever he wants. Its DID authorises
//!    nobody, its permissions count for nothing, no inference is recorded; ratings of paid jobs
//!    still are. What was registered under the DID before goes on.
//!
//! There is no removal: a name that could come back under another controller would let somebody
//! take over what others know under it.
//!
//! ## Who may say something about an AI
//!
//! Only parties of paid jobs. The market reports each settled job
//! ([`ModelUsage`](ai_compute_primitives::ModelUsage)); the provider earns the right to record one
//! inference, the requester the right to submit one rating. Each call uses one right up. A job
//! earns none at all
//!
//! - below [`Config::MinimumPaid`], so that a voice has a price;
//! - where requester and provider are one account;
//! - where the requester controls the AI.
//!
//! A provider that controls the AI earns none either, but its requester does.
//!
//! Rights lapse [`Config::RightsPeriod`] ticks after the last job that earned one. From then on
//! anybody may remove the entry with [`reap_rights`](Call::reap_rights), and the next job starts a
//! new one. Each entry was paid for by a job of at least [`Config::MinimumPaid`].
//!
//! ## Money
//!
//! Everything is held from the controller under [`HoldReason::Deposit`]: for an identity
//! [`Config::RegistrationDeposit`] and [`Config::ByteDeposit`] for each byte of identifier,
//! profile, attestation and price list; for a permission [`Config::PermissionDeposit`] and the same
//! for each byte. A change of the record takes or returns the difference, at the rates of that
//! time. A permission's deposit comes back when it is revoked, an identity's stays, because the
//! record does. The balance on hold equals the sum of `deposit` over both kinds of records.
//!
//! ## What the chain does not check
//!
//! Profile, attestation and price list are what the controller says. The chain checks their form.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;
pub use reputation::{Inference, Reputation};
pub use types::*;
pub use weights::WeightInfo;

mod identity;
mod permissions;
mod reputation;
mod standing;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;

/// Balance of the currency that deposits are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A stored identity.
pub type AIIdentityOf<T> =
	AIIdentity<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use ai_compute_primitives::Did;
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of deposits, and of the jobs that earn rights.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Clock that rights lapse by, in ticks of six seconds.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// Held from the controller for an identity, in the smallest unit: for its entries in four
		/// maps and their fixed parts, about 300 bytes. A change applies to an identity when its
		/// profile, attestation or price list is next set; each record keeps the amount that is on
		/// hold for it.
		#[pallet::constant]
		type RegistrationDeposit: Get<BalanceOf<Self>>;

		/// Held from the controller for each byte of identifier, profile, attestation, price list
		/// and permissions, in the smallest unit. At most about 5 200 bytes of an identity and
		/// 1 500 of a permission. A change applies as above.
		#[pallet::constant]
		type ByteDeposit: Get<BalanceOf<Self>>;

		/// Held from the controller for each permission beside its bytes, in the smallest unit. A
		/// change applies to later grants.
		#[pallet::constant]
		type PermissionDeposit: Get<BalanceOf<Self>>;

		/// Most AIs of one controller. The list is read as a whole by registration: 32 bytes of
		/// proof each. Can be raised on a live chain, never lowered.
		#[pallet::constant]
		type MaxAIsPerController: Get<u32>;

		/// Most permissions of one AI. Can be raised or lowered on a live chain; entries above a
		/// lowered limit stay until they are revoked.
		#[pallet::constant]
		type MaxPermissions: Get<u32>;

		/// Ticks after which the rights to speak about an AI lapse, counted from the last job that
		/// earned one. Above 0. A change applies to rights earned later.
		#[pallet::constant]
		type RightsPeriod: Get<BlockNumberFor<Self>>;

		/// Least gross payment of a job that earns rights, in the smallest unit. The platform's
		/// share of it is what a voice about an AI costs at least. A change applies to jobs settled
		/// later.
		#[pallet::constant]
		type MinimumPaid: Get<BalanceOf<Self>>;

		/// Measured weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits for identities and permissions.
		#[codec(index = 0)]
		Deposit,
	}

	/// Every AI, under `blake2_256([type index] ++ identifier)`.
	#[pallet::storage]
	pub type AIIdentities<T: Config> = StorageMap<_, Identity, AIKey, AIIdentityOf<T>>;

	/// AIs that an account controls.
	#[pallet::storage]
	pub type ControllerAIs<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<AIKey, T::MaxAIsPerController>,
		ValueQuery,
	>;

	/// What the parties of paid jobs said about an AI. The default while they said nothing.
	#[pallet::storage]
	pub type AIReputation<T: Config> = StorageMap<_, Identity, AIKey, Reputation, ValueQuery>;

	/// What an AI may do, under `blake2_256(action ++ resource)`. Without meaning while the AI is
	/// deactivated.
	#[pallet::storage]
	pub type AIPermissions<T: Config> =
		StorageDoubleMap<_, Identity, AIKey, Identity, H256, PermissionRecord<BalanceOf<T>>>;

	/// Number of AIs.
	#[pallet::storage]
	pub type TotalAIs<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Controller and state of each AI, apart from the large record.
	#[pallet::storage]
	pub type AIControl<T: Config> = StorageMap<_, Identity, AIKey, Control<T::AccountId>>;

	/// What an account may still say about an AI.
	#[pallet::storage]
	pub type Rights<T: Config> = StorageDoubleMap<
		_,
		Identity,
		AIKey,
		Blake2_128Concat,
		T::AccountId,
		JobRights<BlockNumberFor<T>>,
	>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An AI was registered.
		AIRegistered {
			/// Key of the AI.
			did_hash: AIKey,
			/// Who registered and controls it.
			controller: T::AccountId,
			/// Its type.
			ai_type: AIType,
			/// Its DID.
			did: Did,
		},
		/// The profile of an AI changed.
		AIUpdated {
			/// Key of the AI.
			did_hash: AIKey,
			/// Who changed it.
			updated_by: T::AccountId,
		},
		/// The controller said where a model comes from.
		ModelAttested {
			/// Key of the AI.
			did_hash: AIKey,
			/// SHA-256 of the weights.
			model_hash: [u8; 32],
		},
		/// An AI may do something, or under other conditions than before.
		PermissionGranted {
			/// Key of the AI.
			did_hash: AIKey,
			/// Key of the permission.
			permission_hash: H256,
		},
		/// An AI may no longer do something.
		PermissionRevoked {
			/// Key of the AI.
			did_hash: AIKey,
			/// Key of the permission.
			permission_hash: H256,
		},
		/// The provider of a paid job recorded an inference.
		InferenceRecorded {
			/// Key of the AI.
			did_hash: AIKey,
			/// Whether it served its purpose.
			success: bool,
			/// Who says so.
			provider: T::AccountId,
		},
		/// The requester of a paid job rated an AI.
		RatingSubmitted {
			/// Key of the AI.
			did_hash: AIKey,
			/// 0 to 10 000.
			rating: u32,
			/// Who says so.
			requester: T::AccountId,
		},
		/// An AI was switched off.
		AIDeactivated {
			/// Key of the AI.
			did_hash: AIKey,
		},
		/// An AI was switched on again.
		AIReactivated {
			/// Key of the AI.
			did_hash: AIKey,
		},
		/// The price list of an AI changed.
		PricingUpdated {
			/// Key of the AI.
			did_hash: AIKey,
		},
		/// Lapsed rights were removed.
		RightsReaped {
			/// Key of the AI.
			did_hash: AIKey,
			/// Whose rights they were.
			account: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The name is registered.
		AIAlreadyExists,
		/// No AI is registered under this key.
		AINotFound,
		/// The caller does not control the AI.
		NotController,
		/// The identifier is longer than 64 bytes.
		IdentifierTooLong,
		/// The attestation lacks the hash of the model, of its training data, or a version.
		InvalidAttestation,
		/// The AI is deactivated.
		AIDeactivated,
		/// The rating is above 10 000.
		InvalidRating,
		/// The account controls as many AIs as are allowed.
		TooManyAIs,
		/// A benchmark's score is above 10 000.
		InvalidBenchmarkScore,
		/// The toxicity score is above 10 000.
		InvalidToxicityScore,
		/// The profile names no task.
		NoCapabilities,
		/// The profile names no modality of input or of output.
		NoModalities,
		/// The largest context or the longest output is 0 tokens.
		InvalidContextSize,
		/// The profile names no version.
		VersionRequired,
		/// The profile names no alignment method.
		AlignmentMethodRequired,
		/// The identifier does not make a DID: empty, or with other bytes than letters, digits,
		/// `.`, `_` and `-`.
		InvalidIdentifier,
		/// The profile is for another type of AI.
		AITypeMismatch,
		/// The AI is active already.
		AIActive,
		/// The permission lacks an action or a resource, or has an empty condition.
		InvalidPermission,
		/// The AI has exactly this permission already.
		PermissionAlreadyGranted,
		/// Another action and resource of this AI make the same key. Revoke that permission first.
		PermissionKeyTaken,
		/// The AI has no permission under this key.
		PermissionNotFound,
		/// The AI has as many permissions as are allowed.
		MaxPermissionsExceeded,
		/// The caller was party to no paid job that leaves it this right.
		NoRight,
		/// The caller's rights have lapsed.
		RightsLapsed,
		/// The rights have not lapsed yet.
		TooEarly,
		/// The caller's free balance does not cover the deposit.
		InsufficientDeposit,
	}

	/// AIs that exist from the start, with a plain profile: on test networks.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Controller, from whom the deposit is held, and DID of each.
		pub identities: Vec<(T::AccountId, Vec<u8>)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (controller, did) in &self.identities {
				let did = Did::parse(did).expect("a DID of the genesis is well-formed");
				let (ai_type, identifier) = AIType::of(&did).expect("it is the DID of an AI");
				let profile = AIProfile::plain(ai_type);
				Pallet::<T>::do_register(controller.clone(), identifier.to_vec(), ai_type, profile)
					.expect("it is named once and its controller can pay the deposit");
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			use sp_runtime::traits::Zero;
			assert!(T::MaxAIsPerController::get() > 0, "an account must be able to control an AI");
			assert!(!T::RightsPeriod::get().is_zero(), "rights must last");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers an AI that the caller controls.
		///
		/// Origin: signed. Holds the deposit for the record from the caller. Emits `AIRegistered`.
		/// Refused for a name that exists, an identifier that makes no DID, a profile of another
		/// type or without task, modality, version or alignment method, and for a full list of the
		/// caller.
		#[pallet::call_index(0)]
		pub fn register_ai(
			origin: OriginFor<T>,
			identifier: Vec<u8>,
			ai_type: AIType,
			profile: Box<AIProfile>,
		) -> DispatchResult {
			let controller = ensure_signed(origin)?;
			Self::do_register(controller, identifier, ai_type, *profile)
		}

		/// Replaces the profile of an AI.
		///
		/// Origin: controller, whether the AI is active or not. Takes or returns the difference in
		/// deposit. Emits `AIUpdated`. Refused like a registration.
		#[pallet::call_index(1)]
		pub fn update_profile(
			origin: OriginFor<T>,
			did_hash: AIKey,
			new_profile: Box<AIProfile>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_profile(who, did_hash, *new_profile)
		}

		/// Says where the model comes from, in place of what was said before.
		///
		/// Origin: controller. Takes or returns the difference in deposit. Emits `ModelAttested`.
		#[pallet::call_index(2)]
		pub fn attest_model(
			origin: OriginFor<T>,
			did_hash: AIKey,
			attestation: Box<ModelAttestation>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_attest(who, did_hash, *attestation)
		}

		/// Lets the AI do `action` with `resource` under the given conditions, or changes the
		/// conditions.
		///
		/// Origin: controller. Holds the entry's deposit from the caller; a change takes or returns
		/// the difference. Emits `PermissionGranted`.
		#[pallet::call_index(3)]
		pub fn grant_permission(
			origin: OriginFor<T>,
			did_hash: AIKey,
			permission: Box<Permission>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_grant(who, did_hash, *permission)
		}

		/// Takes a permission away and returns its deposit.
		///
		/// Origin: controller, whether the AI is active or not. Emits `PermissionRevoked`.
		#[pallet::call_index(4)]
		pub fn revoke_permission(
			origin: OriginFor<T>,
			did_hash: AIKey,
			permission_hash: H256,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke(who, did_hash, permission_hash)
		}

		/// Records whether an inference of an active AI served its purpose.
		///
		/// Origin: the provider of a paid job of that AI; uses one of its rights up. Emits
		/// `InferenceRecorded`.
		#[pallet::call_index(5)]
		pub fn record_inference(
			origin: OriginFor<T>,
			did_hash: AIKey,
			success: bool,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let inference = if success { Inference::Success } else { Inference::Failure };
			Self::do_record_inference(who, did_hash, inference)
		}

		/// Rates an AI, active or not, with 0 to 10 000.
		///
		/// Origin: the requester of a paid job of that AI; uses one of its rights up. Emits
		/// `RatingSubmitted`.
		#[pallet::call_index(6)]
		pub fn submit_rating(origin: OriginFor<T>, did_hash: AIKey, rating: u32) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_submit_rating(who, did_hash, rating)
		}

		/// Switches an AI off. The record and its deposit stay.
		///
		/// Origin: controller. Emits `AIDeactivated`.
		#[pallet::call_index(7)]
		pub fn deactivate_ai(origin: OriginFor<T>, did_hash: AIKey) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deactivate(who, did_hash)
		}

		/// Switches a deactivated AI on again.
		///
		/// Origin: controller. Emits `AIReactivated`.
		#[pallet::call_index(8)]
		pub fn reactivate_ai(origin: OriginFor<T>, did_hash: AIKey) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_reactivate(who, did_hash)
		}

		/// Replaces the price list of an AI. The market does not read it.
		///
		/// Origin: controller. Takes or returns the difference in deposit. Emits `PricingUpdated`.
		#[pallet::call_index(9)]
		pub fn update_pricing(
			origin: OriginFor<T>,
			did_hash: AIKey,
			pricing: PricingModel,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_pricing(who, did_hash, pricing)
		}

		/// Removes the lapsed rights of `account` to speak about an AI.
		///
		/// Origin: signed, anyone. Emits `RightsReaped`. Refused while the rights last.
		#[pallet::call_index(10)]
		pub fn reap_rights(
			origin: OriginFor<T>,
			did_hash: AIKey,
			account: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_reap_rights(did_hash, account)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Key under which an AI's records are found.
		pub fn did_hash(ai_type: AIType, identifier: Vec<u8>) -> AIKey {
			ai_type.key(&identifier)
		}

		/// The DID of a registered AI.
		pub fn did(did_hash: AIKey) -> Option<Did> {
			AIIdentities::<T>::get(did_hash)
				.and_then(|ai| Did::parse(ai.ai_type.did_bytes(&ai.identifier)).ok())
		}

		/// Where an AI stands now, and who controls it.
		pub fn ai_status(did_hash: AIKey) -> AIStatus<T::AccountId> {
			Self::status(&did_hash)
		}

		/// Whether an active AI may do exactly `action` with `resource`. The conditions are in
		/// `AIPermissions` under `blake2_256(action ++ resource)`.
		pub fn has_permission(did_hash: AIKey, action: Vec<u8>, resource: Vec<u8>) -> bool {
			Self::permits(&did_hash, &action, &resource)
		}

		/// What `account` may say about an AI now. Without rights once they have lapsed.
		pub fn job_rights(
			did_hash: AIKey,
			account: T::AccountId,
		) -> Option<JobRights<BlockNumberFor<T>>> {
			Self::live_rights(&did_hash, &account)
		}

		/// Score and counts of a registered AI.
		pub fn reputation(did_hash: AIKey) -> Option<Reputation> {
			AIControl::<T>::contains_key(did_hash).then(|| AIReputation::<T>::get(did_hash))
		}
	}
}
