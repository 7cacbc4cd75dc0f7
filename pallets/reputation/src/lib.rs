//! # Reputation
//!
//! Keeps the standing of GPU nodes by what became of their jobs, takes stake from nodes that fail,
//! and bars the bad ones.
//!
//! ## What happens after a job
//!
//! The marketplace reports the end of each attempt, and the requester's rating of a paid one
//! (`JobReport`).
//!
//! 1. **Score.** Paid work is good evidence and failed work bad evidence, both fading with time. The
//!    score is the lower confidence bound of the share of work that the node does well ([`scoring`]);
//!    the registry is told at once and matching reads it there. Good evidence weighs by the platform
//!    fee that was really paid, up to a limit per window; bad evidence by what was at risk.
//! 2. **Slash.** A fault takes stake ([`slashing`]), which stays in this pallet's account.
//! 3. **Violation.** Each fault has points. When those of the last window reach the limit, or the
//!    score falls below the threshold, the node is suspended at once.
//!
//! ## The life of a slash
//!
//! | state | call, by | when | money | to |
//! |---|---|---|---|---|
//! | – | report of a fault | – | stake to this pallet's account | Held (appeal period) |
//! | Held | [`appeal_slash`](Pallet::appeal_slash), who lost the stake | < deadline | bond held | Appealed (arbitration period) |
//! | Held | [`release_slash`](Pallet::release_slash), anyone | ≥ deadline | compensation to the requester, rest to the fee account | removed |
//! | Appealed | [`resolve_appeal`](Pallet::resolve_appeal), arbiter: Uphold | < deadline | the same; bond to the fee account | removed |
//! | Appealed | [`resolve_appeal`](Pallet::resolve_appeal), arbiter: Overturn | < deadline | slash and bond to who lost the stake | removed |
//! | Appealed | [`release_slash`](Pallet::release_slash), anyone | ≥ deadline | as Held; bond back | removed |
//!
//! Every other pair is [`InvalidState`](Error::InvalidState), [`TooEarly`](Error::TooEarly) or
//! [`TooLate`](Error::TooLate). An overturned slash also takes back the bad evidence, the points and
//! a suspension that would not have come without them.
//!
//! ## Suspension
//!
//! After the cooling period anyone lifts it with [`lift_suspension`](Pallet::lift_suspension),
//! provided that the node's stake is at least the registry's minimum again. Governance imposes and
//! lifts suspensions at any time; what it imposed, only it lifts. Violations are forgotten when a
//! suspension is lifted, the score is not.
//!
//! ## Whose it is
//!
//! Everything is keyed by the hash of the DID, so it waits for a node that leaves and comes back.
//! Money is owed to accounts: the owner of the stake and the requester of the job, as of the job.
//!
//! ## Money
//!
//! This pallet's account holds its existential deposit and the held slashes, nothing else is owed
//! from it. Bonds are holds on the accounts that appealed, each with a stored amount. A payment that
//! its payee cannot receive goes to the fee account, which exists from genesis. Reports come from
//! settlement and never fail, except where no storage layer can be opened; then nothing has changed.
//!
//! ## For wallets
//!
//! The view functions [`score_of`](Pallet::score_of), [`suspension_of`](Pallet::suspension_of) and
//! [`slash_of`](Pallet::slash_of) say how things stand now and what can be done.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod appeals;
mod reports;
mod suspension;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod views;

pub mod parameters;
pub mod scoring;
pub mod slashing;
pub mod types;
pub mod weights;
pub mod window;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use parameters::{Fault, ParameterError, ParametersOf, ReputationParameters};
pub use types::*;
pub use weights::WeightInfo;

use frame_support::traits::fungible;

/// Balance of the currency that stakes and bonds are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use ai_compute_primitives::{
		DidError, DidHash, FeePolicy, JobId, JobOutcome, NodeInspect, SlashStake, StandingMutate,
	};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, PalletId};
	use frame_system::pallet_prelude::*;
	use parameters::InitialParameters;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of stakes and bonds.
		type Currency: fungible::Mutate<Self::AccountId>
			+ fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// The clock of forgetting and of every deadline, in ticks of 6 seconds. Must never go back.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// The registry of GPU nodes.
		type Nodes: NodeInspect<Self::AccountId, BalanceOf<Self>>;

		/// Where stake is taken from.
		type Stake: SlashStake<Self::AccountId, BalanceOf<Self>>;

		/// Where scores and suspensions take effect. Nobody else may set scores. Its initial score is
		/// [`Config::InitialReputationScore`].
		type Standing: StandingMutate;

		/// The account that receives slashes and lost bonds.
		type Fees: FeePolicy<Self::AccountId>;

		/// Who may suspend and reinstate nodes and change [`Parameters`].
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who decides appeals. Must not be an account that owns nodes or submits jobs.
		type ArbiterOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Names the account that keeps held slashes. Must not change while there are any.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Score of a node that nobody knows: 2 000 to 8 000 of 10 000. A change on a live chain
		/// moves all scores at their next report.
		#[pallet::constant]
		type InitialReputationScore: Get<u32>;

		/// Slash of one ordinary fault, in the smallest unit, as far as so much was at risk. Far
		/// above the existential deposit. Also scales the initial [`Parameters`].
		#[pallet::constant]
		type SlashingAmount: Get<BalanceOf<Self>>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Registers nodes for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: ai_compute_primitives::NodeMutate<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Bond of an appeal.
		#[codec(index = 0)]
		AppealBond,
	}

	/// What is known of nodes, by the hash of their DID. Absent where that is nothing.
	#[pallet::storage]
	pub type Reputations<T: Config> =
		StorageMap<_, frame_support::Identity, DidHash, NodeReputationOf<T>>;

	/// Suspended nodes.
	#[pallet::storage]
	pub type Suspensions<T: Config> =
		StorageMap<_, frame_support::Identity, DidHash, SuspensionOf<T>>;

	/// Slashes that are not final yet, or that nobody has released.
	#[pallet::storage]
	pub type Slashes<T: Config> = StorageMap<_, Twox64Concat, SlashId, SlashRecordOf<T>>;

	/// Number of the next slash.
	#[pallet::storage]
	pub type NextSlashId<T: Config> = StorageValue<_, SlashId, ValueQuery>;

	/// Governable numbers.
	#[pallet::storage]
	pub type Parameters<T: Config> =
		StorageValue<_, ParametersOf<T>, ValueQuery, InitialParameters<T>>;

	/// Makes this pallet's account exist, so that every slash can be held.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Nothing to configure.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::endow_pot().expect("an existential deposit can be minted at genesis");
			assert!(Pallet::<T>::pot() != T::Fees::fee_account(), "two accounts are needed");
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node broke its word.
		ViolationRecorded {
			/// Hash of the node's DID.
			node: DidHash,
			/// The job.
			job: JobId,
			/// What the node did.
			outcome: JobOutcome,
			/// Points of this violation.
			points: u8,
			/// Points in the window now.
			in_window: u16,
		},
		/// Stake was taken and waits for an appeal.
		SlashHeld {
			/// Number of the slash.
			slash_id: SlashId,
			/// Hash of the node's DID.
			node: DidHash,
			/// Whose stake it was.
			owner: T::AccountId,
			/// The job.
			job: JobId,
			/// What the node did.
			outcome: JobOutcome,
			/// Amount, in the smallest unit.
			amount: BalanceOf<T>,
			/// Part of it that the requester will get.
			compensation: BalanceOf<T>,
			/// First tick at which it can no longer be appealed.
			appealable_until: BlockNumberFor<T>,
		},
		/// Stake was taken that this pallet's account could not hold: it is final. It went to the fee
		/// account, or keeps this pallet's account alive.
		SlashNotHeld {
			/// Hash of the node's DID.
			node: DidHash,
			/// Whose stake it was.
			owner: T::AccountId,
			/// The job.
			job: JobId,
			/// Amount, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// A slash was appealed.
		SlashAppealed {
			/// Number of the slash.
			slash_id: SlashId,
			/// Who appealed.
			owner: T::AccountId,
			/// Bond on hold, in the smallest unit.
			bond: BalanceOf<T>,
			/// First tick at which the arbiter can no longer decide.
			decided_until: BlockNumberFor<T>,
		},
		/// The bond of an appeal came back.
		AppealBondReturned {
			/// Number of the slash.
			slash_id: SlashId,
			/// Who had appealed.
			owner: T::AccountId,
			/// The bond, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// The bond of an appeal went to the fee account.
		AppealBondForfeited {
			/// Number of the slash.
			slash_id: SlashId,
			/// Who had appealed.
			owner: T::AccountId,
			/// The bond, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// A slash became final and was paid out.
		SlashReleased {
			/// Number of the slash.
			slash_id: SlashId,
			/// Hash of the node's DID.
			node: DidHash,
			/// The requester of the job.
			payer: T::AccountId,
			/// The requester's part, in the smallest unit.
			compensation: BalanceOf<T>,
			/// What went to the fee account, in the smallest unit.
			to_treasury: BalanceOf<T>,
			/// Why it is final.
			reason: ReleaseReason,
		},
		/// A slash was overturned and paid back.
		SlashReturned {
			/// Number of the slash.
			slash_id: SlashId,
			/// Hash of the node's DID.
			node: DidHash,
			/// Whose stake it was.
			owner: T::AccountId,
			/// Amount, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// A payment went to the fee account because its payee could not receive it.
		PaymentRedirected {
			/// Number of the slash.
			slash_id: SlashId,
			/// Who should have been paid.
			intended: T::AccountId,
			/// Who was paid.
			to: T::AccountId,
			/// Amount, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// A node was barred from new work, or its suspension was prolonged.
		NodeSuspended {
			/// Hash of the node's DID.
			node: DidHash,
			/// Why and for how long.
			suspension: SuspensionOf<T>,
		},
		/// A node may work again once its owner switches it on.
		SuspensionLifted {
			/// Hash of the node's DID.
			node: DidHash,
			/// Why.
			reason: LiftReason,
		},
		/// Everything that was known of a node has faded, and its record is gone.
		ReputationForgotten {
			/// Hash of the node's DID.
			node: DidHash,
		},
		/// Governance changed the parameters.
		ParametersSet {
			/// The parameters now.
			parameters: ParametersOf<T>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No such slash: unknown, released or returned.
		SlashNotFound,
		/// The caller may not do this.
		NotAuthorized,
		/// The call does not exist in the slash's state.
		InvalidState,
		/// The call becomes valid later.
		TooEarly,
		/// The time for the call has passed.
		TooLate,
		/// The bytes are not a DID.
		InvalidDid(DidError),
		/// The caller's free balance does not cover the bond.
		InsufficientBalance,
		/// No node is registered under this DID.
		NodeNotFound,
		/// The node's stake is below the registry's minimum.
		InsufficientStake,
		/// The node is not suspended by this pallet.
		NotSuspended,
		/// Governance has suspended the node already.
		AlreadyExists,
		/// Nothing is known of this DID.
		NothingRecorded,
		/// The stored score is the present one.
		ScoreUnchanged,
		/// A parameter is out of its bounds.
		InvalidParameters(ParameterError),
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			let initial = T::InitialReputationScore::get();
			assert!((2_000..=8_000).contains(&initial), "a score must be able to move both ways");
			let initial = <InitialParameters<T> as Get<ParametersOf<T>>>::get();
			assert_eq!(initial.validate(&Self::limits()), Ok(()), "initial parameters");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Pays a final slash out: compensation to the requester, the rest to the fee account.
		///
		/// Origin: signed, anyone, from the slash's deadline on: the end of the appeal period, or of
		/// the arbiter's time for an appeal. In the latter case the bond goes back to who appealed.
		/// The caller pays the transaction fee and receives nothing. Emits `SlashReleased`.
		#[pallet::call_index(0)]
		pub fn release_slash(origin: OriginFor<T>, slash_id: SlashId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_release_slash(slash_id)
		}

		/// Appeals against a slash.
		///
		/// Origin: the account whose stake was taken, before the deadline, once. Holds the bond from
		/// it (`appeal_bond` of the parameters, in the smallest unit). Emits `SlashAppealed`.
		#[pallet::call_index(1)]
		pub fn appeal_slash(origin: OriginFor<T>, slash_id: SlashId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_appeal(who, slash_id)
		}

		/// Decides an appeal.
		///
		/// Origin: arbiter, before the deadline. `Uphold` pays the slash out and forfeits the bond;
		/// `Overturn` pays slash and bond back and undoes the violation. Emits `SlashReleased` and
		/// `AppealBondForfeited`, or `SlashReturned` and `AppealBondReturned`.
		#[pallet::call_index(2)]
		#[pallet::weight(match ruling {
			Ruling::Uphold => <T as Config>::WeightInfo::resolve_appeal_uphold(),
			Ruling::Overturn => <T as Config>::WeightInfo::resolve_appeal_overturn(),
		})]
		pub fn resolve_appeal(
			origin: OriginFor<T>,
			slash_id: SlashId,
			ruling: Ruling,
		) -> DispatchResult {
			T::ArbiterOrigin::ensure_origin(origin)?;
			Self::do_resolve_appeal(slash_id, ruling)
		}

		/// Lets a suspended node back.
		///
		/// Origin: signed, anyone, after the cooling period and while the node's stake is at least the
		/// registry's minimum. Not where governance imposed the suspension. The node is inactive
		/// until its owner switches it on. Its violations are forgotten, its score is not. Emits
		/// `SuspensionLifted`.
		#[pallet::call_index(3)]
		pub fn lift_suspension(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_lift_suspension(did)
		}

		/// Brings the score that matching reads up to date: evidence fades while nothing is reported.
		///
		/// Origin: signed, anyone. Refused where the score would not change. Removes a record that
		/// has faded away; emits `ReputationForgotten` then, and the registry its own event for the
		/// score.
		#[pallet::call_index(4)]
		pub fn refresh_score(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_refresh_score(did)
		}

		/// Suspends a node until governance reinstates it.
		///
		/// Origin: governance. Replaces a suspension that has another cause. Emits `NodeSuspended`.
		#[pallet::call_index(5)]
		pub fn suspend_node(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_suspend_node(did)
		}

		/// Ends any suspension of a node.
		///
		/// Origin: governance, at any time. The node's violations are forgotten, its score is not.
		/// Emits `SuspensionLifted`.
		#[pallet::call_index(6)]
		pub fn reinstate_node(origin: OriginFor<T>, did: Vec<u8>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_reinstate_node(did)
		}

		/// Replaces the parameters, each within its bounds.
		///
		/// Origin: governance. Slashes keep their amounts and deadlines, suspensions their ends;
		/// scores follow at their next report. Emits `ParametersSet`.
		#[pallet::call_index(7)]
		pub fn set_parameters(origin: OriginFor<T>, parameters: ParametersOf<T>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_parameters(parameters)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Score of a DID with its parts, as of now. `None` if the bytes are not a DID.
		pub fn score_of(did: Vec<u8>) -> Option<ScoreView> {
			Self::score_view(did)
		}

		/// A node's suspension and what is needed to lift it. `None` if it is not suspended by this
		/// pallet.
		pub fn suspension_of(did: Vec<u8>) -> Option<SuspensionView<BlockNumberFor<T>>> {
			Self::suspension_view(did)
		}

		/// A slash and what can be done with it now. `None` once it is released or returned.
		pub fn slash_of(slash_id: SlashId) -> Option<SlashViewOf<T>> {
			Self::slash_view(slash_id)
		}

		/// The account that keeps held slashes.
		pub fn held_slashes_account() -> T::AccountId {
			Self::pot()
		}
	}
}
