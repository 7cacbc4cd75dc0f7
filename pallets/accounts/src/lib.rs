//! # Accounts
//!
//! A ledger of two tokens of the Ëtrid network, ETR and ETD, and the recovery of an account's
//! entry by guardians.
//!
//! The ledger is a record of its own, in units of `u64`. It is **not** the chain's native balance:
//! ËDSC pays fees, deposits and jobs and lives in the balances pallet. Nothing converts between
//! the two, and a recovery moves no ËDSC except the deposit of the recovery itself.
//!
//! ## Ledger
//!
//! Governance mints, every account transfers and burns what it has. A balance is either zero or at
//! least [`Config::MinimumBalance`]; a call that would leave less, on either side, is refused, so
//! nothing is ever swept away as dust. An entry without balance, validator mark and reputation is
//! removed, its nonce with it. For each token the sum of all balances equals
//! [`Issuance`](pallet::Issuance), which is at most `u64::MAX`.
//!
//! The nonce counts the account's own transfers and burns. Validator mark and reputation are what
//! governance says ([`set_standing`](Call::set_standing)); nothing on this chain reads them.
//!
//! ## Recovery
//!
//! 1. The owner names up to ten guardians, how many of them must agree, and a delay
//!    ([`create_recovery`](Call::create_recovery)). Calling it again replaces all of that.
//! 2. When the key is lost, a guardian names the new account
//!    ([`initiate_recovery`](Call::initiate_recovery)), which counts as its approval.
//! 3. Others approve. While a single recovery is under way for the account,
//!    [`approve_recovery`](Call::approve_recovery) means that one; otherwise
//!    [`approve_recovery_for`](Call::approve_recovery_for) names the new account too, which is the
//!    safer call at any time.
//! 4. Once enough agree and the delay has passed, anyone executes it
//!    ([`execute_recovery`](Call::execute_recovery),
//!    [`execute_recovery_for`](Call::execute_recovery_for)). Balances, nonce, validator mark and
//!    reputation move; the configuration ends and its deposit goes to the new account.
//!
//! The owner cancels with [`cancel_recovery`](Call::cancel_recovery) while he has the key. A
//! recovery lapses [`Config::RecoveryPeriod`] after its delay; anyone removes it then.
//!
//! ### A bad guardian blocks nobody
//!
//! There is one recovery per pair of lost and new account, and each guardian has at most one of
//! its own initiations under way for an account. So every guardian has its own place, whatever the
//! others do; a recovery to a wrong account takes none away from the right one. A recovery that
//! others have approved cannot be withdrawn by its initiator.
//!
//! ## Money
//!
//! Held in the native currency: from the owner for the configuration
//! ([`HoldReason::RecoveryConfig`]), from the initiator for each recovery under way
//! ([`HoldReason::RecoveryInitiation`]). The initiator gets its deposit back whichever way the
//! recovery ends. Balances on hold equal the sums of `deposit` over the records.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

mod ledger;
mod recovery;
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

/// A stored configuration.
pub type RecoveryConfigOf<T> =
	RecoveryConfig<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// A stored recovery.
pub type ActiveRecoveryOf<T> =
	ActiveRecovery<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The native currency, of deposits.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Clock of delays and lapses, in ticks of six seconds.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// Who mints tokens and sets standings.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Least balance of a token beside zero, in its smallest unit. At least 1. What an entry in
		/// the ledger costs whoever makes it. Balances below a raised minimum stay until they are
		/// next moved, and then move as a whole.
		#[pallet::constant]
		type MinimumBalance: Get<Amount>;

		/// Held from the owner for a configuration, in the smallest unit of the native currency. A
		/// change applies to later configurations.
		#[pallet::constant]
		type ConfigDeposit: Get<BalanceOf<Self>>;

		/// Held from the owner for each guardian beside it.
		#[pallet::constant]
		type GuardianDeposit: Get<BalanceOf<Self>>;

		/// Held from a guardian for a recovery that it initiates, in the smallest unit of the
		/// native currency. A change applies to later initiations.
		#[pallet::constant]
		type InitiationDeposit: Get<BalanceOf<Self>>;

		/// Shortest delay between initiation and execution, in ticks. What every owner has at least
		/// to cancel. A change applies to later configurations.
		#[pallet::constant]
		type MinRecoveryDelay: Get<BlockNumberFor<Self>>;

		/// Longest delay, in ticks. At least the shortest.
		#[pallet::constant]
		type MaxRecoveryDelay: Get<BlockNumberFor<Self>>;

		/// Ticks after its delay in which a recovery can be executed, before it lapses. Above 0. A
		/// change applies to later initiations.
		#[pallet::constant]
		type RecoveryPeriod: Get<BlockNumberFor<Self>>;

		/// Measured weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits for recovery configurations.
		#[codec(index = 0)]
		RecoveryConfig,
		/// Deposits for recoveries under way.
		#[codec(index = 1)]
		RecoveryInitiation,
	}

	/// The ledger. An account without entry has nothing.
	#[pallet::storage]
	pub type Accounts<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, AccountData, ValueQuery>;

	/// Sum of all balances of each token.
	#[pallet::storage]
	pub type Issuance<T: Config> = StorageMap<_, Twox64Concat, TokenType, Amount, ValueQuery>;

	/// Who may recover an account.
	#[pallet::storage]
	pub type RecoveryConfigs<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, RecoveryConfigOf<T>>;

	/// Recoveries under way, by lost account: one for each new account, and one of each initiator.
	#[pallet::storage]
	pub type ActiveRecoveries<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<ActiveRecoveryOf<T>, ConstU32<MAX_GUARDIANS>>,
		ValueQuery,
	>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Tokens moved.
		Transferred {
			/// Who sent them.
			from: T::AccountId,
			/// Who has them now.
			to: T::AccountId,
			/// Which token.
			token_type: TokenType,
			/// How much, in the smallest unit.
			amount: Amount,
		},
		/// Tokens came into being.
		Minted {
			/// Who has them.
			to: T::AccountId,
			/// Which token.
			token_type: TokenType,
			/// How much, in the smallest unit.
			amount: Amount,
		},
		/// Tokens ceased to be.
		Burned {
			/// Who had them.
			account: T::AccountId,
			/// Which token.
			token_type: TokenType,
			/// How much, in the smallest unit.
			amount: Amount,
		},
		/// An account can be recovered, or otherwise than before.
		RecoveryCreated {
			/// The account.
			account: T::AccountId,
			/// Number of guardians that must agree.
			threshold: u32,
		},
		/// A guardian wants an account's records to move.
		RecoveryInitiated {
			/// Account that is said to be lost.
			lost_account: T::AccountId,
			/// Account that the records would move to.
			new_account: T::AccountId,
			/// The guardian.
			guardian: T::AccountId,
		},
		/// Another guardian agrees.
		RecoveryApproved {
			/// Account that is said to be lost.
			lost_account: T::AccountId,
			/// The guardian.
			guardian: T::AccountId,
			/// Number of guardians that agree now.
			approvals: u32,
			/// Account that the records would move to.
			new_account: T::AccountId,
		},
		/// An account's records moved.
		RecoveryExecuted {
			/// Account that had them.
			lost_account: T::AccountId,
			/// Account that has them.
			new_account: T::AccountId,
			/// ETR that moved, in the smallest unit.
			etr: Amount,
			/// ETD that moved, in the smallest unit.
			etd: Amount,
		},
		/// The owner ended a recovery, or another recovery of the account was executed.
		RecoveryCancelled {
			/// Account that was said to be lost.
			account: T::AccountId,
			/// Account that the records would have moved to.
			new_account: T::AccountId,
		},
		/// The initiator ended a recovery that nobody else had approved.
		RecoveryWithdrawn {
			/// Account that was said to be lost.
			lost_account: T::AccountId,
			/// Account that the records would have moved to.
			new_account: T::AccountId,
		},
		/// A recovery ran out of time and was removed.
		RecoveryLapsed {
			/// Account that was said to be lost.
			lost_account: T::AccountId,
			/// Account that the records would have moved to.
			new_account: T::AccountId,
		},
		/// An account can no longer be recovered.
		RecoveryRemoved {
			/// The account.
			account: T::AccountId,
		},
		/// Governance set an account's standing.
		StandingSet {
			/// The account.
			account: T::AccountId,
			/// Whether it counts among the validators.
			is_validator: bool,
			/// Its reputation.
			reputation: u64,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account has less of the token.
		InsufficientBalance,
		/// The threshold is 0.
		InvalidThreshold,
		/// The threshold is above the number of guardians.
		ThresholdTooHigh,
		/// No guardian is named.
		NoGuardians,
		/// More than ten guardians are named.
		TooManyGuardians,
		/// The account has no recovery configuration.
		NoRecoveryConfig,
		/// A recovery to this new account is under way; approve it.
		RecoveryAlreadyActive,
		/// The caller is no guardian of the account.
		NotGuardian,
		/// No such recovery is under way.
		NoActiveRecovery,
		/// The caller has approved already.
		AlreadyApproved,
		/// Too few guardians agree.
		ThresholdNotMet,
		/// The owner still has time to cancel.
		DelayNotPassed,
		/// The caller is not the owner of the account.
		NotAccountOwner,
		/// The amount is 0.
		ZeroAmount,
		/// Both accounts are the same.
		SameAccount,
		/// A balance would be above zero and below the minimum.
		BelowMinimum,
		/// There would be more of the token than can be counted.
		IssuanceOverflow,
		/// A guardian is named twice.
		DuplicateGuardian,
		/// The owner is named as its own guardian.
		SelfGuardian,
		/// The delay is shorter or longer than allowed.
		InvalidDelay,
		/// The caller has initiated another recovery of this account, which is still under way.
		InitiationOpen,
		/// More than one recovery is meant: name the new account.
		AmbiguousRecovery,
		/// The caller did not initiate this recovery.
		NotInitiator,
		/// Other guardians have approved this recovery, so it cannot be withdrawn.
		ApprovedByOthers,
		/// No recovery of this account has lapsed yet.
		TooEarly,
		/// The account has this standing already.
		SameStanding,
		/// The caller's free balance does not cover the deposit.
		InsufficientDeposit,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			use sp_runtime::traits::Zero;
			assert!(T::MinimumBalance::get() > 0, "an entry must cost something");
			assert!(
				T::MinRecoveryDelay::get() <= T::MaxRecoveryDelay::get(),
				"some delay must be allowed",
			);
			assert!(!T::RecoveryPeriod::get().is_zero(), "a recovery must be executable");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Sends tokens to another account.
		///
		/// Origin: signed. Emits `Transferred`. Refused where either side would keep more than zero
		/// and less than [`Config::MinimumBalance`].
		#[pallet::call_index(0)]
		pub fn transfer(
			origin: OriginFor<T>,
			to: T::AccountId,
			token_type: TokenType,
			amount: Amount,
		) -> DispatchResult {
			let from = ensure_signed(origin)?;
			Self::do_transfer(from, to, token_type, amount)
		}

		/// Makes new ETR.
		///
		/// Origin: [`Config::GovernanceOrigin`]. Emits `Minted`.
		#[pallet::call_index(1)]
		pub fn mint_etr(origin: OriginFor<T>, to: T::AccountId, amount: Amount) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_mint(to, TokenType::ETR, amount)
		}

		/// Makes new ETD.
		///
		/// Origin: [`Config::GovernanceOrigin`]. Emits `Minted`.
		#[pallet::call_index(2)]
		pub fn mint_etd(origin: OriginFor<T>, to: T::AccountId, amount: Amount) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_mint(to, TokenType::ETD, amount)
		}

		/// Destroys the caller's own tokens.
		///
		/// Origin: signed. Emits `Burned`. Refused where more than zero and less than
		/// [`Config::MinimumBalance`] would be left.
		#[pallet::call_index(3)]
		pub fn burn(origin: OriginFor<T>, token_type: TokenType, amount: Amount) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_burn(who, token_type, amount)
		}

		/// Names the caller's guardians, in place of any before.
		///
		/// Origin: signed. Holds [`Config::ConfigDeposit`] and [`Config::GuardianDeposit`] for each
		/// guardian, less what is on hold already. Ends every recovery that is under way for the
		/// caller. `threshold` of the guardians must agree; `delay_period` is in ticks. Emits
		/// `RecoveryCreated`.
		#[pallet::call_index(4)]
		pub fn create_recovery(
			origin: OriginFor<T>,
			guardians: Vec<T::AccountId>,
			threshold: u32,
			delay_period: BlockNumberFor<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_create(who, guardians, threshold, delay_period)
		}

		/// Starts a recovery of `lost_account` to `new_account`, and approves it.
		///
		/// Origin: a guardian that has no other initiation for that account under way. Holds
		/// [`Config::InitiationDeposit`] from it. Removes lapsed recoveries of the account. Emits
		/// `RecoveryInitiated`.
		#[pallet::call_index(5)]
		pub fn initiate_recovery(
			origin: OriginFor<T>,
			lost_account: T::AccountId,
			new_account: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_initiate(who, lost_account, new_account)
		}

		/// Approves the one recovery of `lost_account` that is under way.
		///
		/// Origin: a guardian. Refused with `AmbiguousRecovery` where there are several: use
		/// `approve_recovery_for`. Emits `RecoveryApproved`.
		#[pallet::call_index(6)]
		pub fn approve_recovery(
			origin: OriginFor<T>,
			lost_account: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_approve(who, lost_account, None)
		}

		/// Executes the one recovery of `lost_account` that is ready.
		///
		/// Origin: signed, anyone. Moves balances and records to the new account, the deposit of
		/// the configuration too (back to the lost account, if the new one cannot take it), and ends
		/// all recoveries of the account. Refused with `AmbiguousRecovery` where several are ready:
		/// use `execute_recovery_for`. Emits `RecoveryExecuted`.
		#[pallet::call_index(7)]
		pub fn execute_recovery(
			origin: OriginFor<T>,
			lost_account: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_execute(lost_account, None)
		}

		/// Ends every recovery of the caller's own account. The initiators get their deposits back.
		///
		/// Origin: `account` itself. Emits `RecoveryCancelled` for each. To be rid of a guardian,
		/// call `create_recovery` without it.
		#[pallet::call_index(8)]
		pub fn cancel_recovery(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(who, account)
		}

		/// Approves the recovery of `lost_account` to `new_account`.
		///
		/// Origin: a guardian. Emits `RecoveryApproved`.
		#[pallet::call_index(9)]
		pub fn approve_recovery_for(
			origin: OriginFor<T>,
			lost_account: T::AccountId,
			new_account: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_approve(who, lost_account, Some(new_account))
		}

		/// Executes the recovery of `lost_account` to `new_account`, like `execute_recovery`.
		///
		/// Origin: signed, anyone. Emits `RecoveryExecuted`.
		#[pallet::call_index(10)]
		pub fn execute_recovery_for(
			origin: OriginFor<T>,
			lost_account: T::AccountId,
			new_account: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_execute(lost_account, Some(new_account))
		}

		/// Ends a recovery that the caller initiated and nobody else has approved, for instance to
		/// a mistyped account.
		///
		/// Origin: the initiator. Returns its deposit. Emits `RecoveryWithdrawn`.
		#[pallet::call_index(11)]
		pub fn withdraw_initiation(
			origin: OriginFor<T>,
			lost_account: T::AccountId,
			new_account: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(who, lost_account, new_account)
		}

		/// Removes the lapsed recoveries of `lost_account`. The initiators get their deposits back.
		///
		/// Origin: signed, anyone. Emits `RecoveryLapsed` for each.
		#[pallet::call_index(12)]
		pub fn reap_recoveries(origin: OriginFor<T>, lost_account: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_reap(lost_account)
		}

		/// Dismisses the caller's guardians, ends every recovery of its account, and returns all
		/// deposits.
		///
		/// Origin: signed. Emits `RecoveryRemoved`.
		#[pallet::call_index(13)]
		pub fn remove_recovery(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove(who)
		}

		/// Sets validator mark and reputation of an account.
		///
		/// Origin: [`Config::GovernanceOrigin`]. Emits `StandingSet`.
		#[pallet::call_index(14)]
		pub fn set_standing(
			origin: OriginFor<T>,
			account: T::AccountId,
			is_validator: bool,
			reputation: u64,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_standing(account, is_validator, reputation)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// An account's balance of a token.
		pub fn balance(account: T::AccountId, token_type: TokenType) -> Amount {
			Accounts::<T>::get(account).balance(token_type)
		}

		/// How much of a token there is.
		pub fn issuance(token_type: TokenType) -> Amount {
			Issuance::<T>::get(token_type)
		}

		/// Recoveries of an account, lapsed ones included. At most ten.
		pub fn recoveries(
			lost_account: T::AccountId,
		) -> Vec<RecoveryStatus<T::AccountId, BlockNumberFor<T>>> {
			Self::recovery_statuses(&lost_account)
		}
	}
}
