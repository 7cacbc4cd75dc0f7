//! Stored records of the ledger and of recoveries.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Amount of a token in its smallest unit.
pub type Amount = u64;

/// Most guardians of an account.
pub const MAX_GUARDIANS: u32 = 10;

/// Guardians, at most ten.
pub type Guardians<AccountId> = BoundedVec<AccountId, ConstU32<MAX_GUARDIANS>>;

/// A token of the ledger.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum TokenType {
	/// Ëtrid's coin.
	#[codec(index = 0)]
	ETR,
	/// Ëtrid's dollar.
	#[codec(index = 1)]
	ETD,
}

impl TokenType {
	/// Both tokens.
	pub const ALL: [TokenType; 2] = [Self::ETR, Self::ETD];
}

/// What the ledger knows of an account.
#[derive(
	Clone,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct AccountData {
	/// Balance of ETR.
	pub etr_balance: Amount,
	/// Balance of ETD.
	pub etd_balance: Amount,
	/// Number of the account's own transfers and burns since the entry came into being. Protects
	/// nothing: the transaction nonce does that.
	pub nonce: u32,
	/// Whether governance counts the account among the validators. Nothing on this chain reads it.
	pub is_validator: bool,
	/// Reputation that governance gave the account. Nothing on this chain reads it.
	pub reputation: u64,
}

impl AccountData {
	/// Balance of `token`.
	pub fn balance(&self, token: TokenType) -> Amount {
		match token {
			TokenType::ETR => self.etr_balance,
			TokenType::ETD => self.etd_balance,
		}
	}

	/// Sets the balance of `token`.
	pub fn set_balance(&mut self, token: TokenType, amount: Amount) {
		match token {
			TokenType::ETR => self.etr_balance = amount,
			TokenType::ETD => self.etd_balance = amount,
		}
	}

	/// Whether nothing is left that is worth an entry. A mere nonce is not.
	pub fn is_empty(&self) -> bool {
		self.etr_balance == 0 && self.etd_balance == 0 && !self.is_validator && self.reputation == 0
	}
}

/// Who may recover an account, and how.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RecoveryConfig<AccountId, Balance, BlockNumber> {
	/// Guardians, each once, without the account itself.
	pub guardians: Guardians<AccountId>,
	/// Number of guardians that must agree.
	pub threshold: u32,
	/// Ticks between initiation and execution, in which the owner can cancel.
	pub delay_period: BlockNumber,
	/// Amount on hold from the account for this record, in the smallest unit.
	pub deposit: Balance,
}

/// A recovery under way: some guardians want an account's records to move to another account.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ActiveRecovery<AccountId, Balance, BlockNumber> {
	/// Account that the records move to.
	pub new_account: AccountId,
	/// Guardians that agree, the initiator first.
	pub approvals: Guardians<AccountId>,
	/// Tick of initiation.
	pub created_at: BlockNumber,
	/// First tick of execution.
	pub executable_at: BlockNumber,
	/// Guardian that initiated it and paid the deposit.
	pub initiator: AccountId,
	/// First tick at which it is over.
	pub lapses_at: BlockNumber,
	/// Amount on hold from the initiator, in the smallest unit.
	pub deposit: Balance,
}

/// How far a recovery is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum RecoveryPhase {
	/// Too few guardians agree.
	Gathering,
	/// Enough agree, but the owner still has time to cancel.
	Waiting,
	/// Anyone may execute it.
	Ready,
	/// It is over; anyone may remove it.
	Lapsed,
}

impl<AccountId, Balance, BlockNumber: PartialOrd> ActiveRecovery<AccountId, Balance, BlockNumber> {
	/// Whether it is over at `now`.
	pub fn is_lapsed(&self, now: &BlockNumber) -> bool {
		*now >= self.lapses_at
	}

	/// How far it is at `now`, where `threshold` guardians must agree.
	pub fn phase(&self, threshold: u32, now: &BlockNumber) -> RecoveryPhase {
		if self.is_lapsed(now) {
			RecoveryPhase::Lapsed
		} else if (self.approvals.len() as u64) < u64::from(threshold) {
			RecoveryPhase::Gathering
		} else if *now < self.executable_at {
			RecoveryPhase::Waiting
		} else {
			RecoveryPhase::Ready
		}
	}
}

/// A recovery as wallets show it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct RecoveryStatus<AccountId, BlockNumber> {
	/// Account that the records would move to.
	pub new_account: AccountId,
	/// Guardians that agree.
	pub approvals: u32,
	/// Guardians that must agree.
	pub threshold: u32,
	/// First tick of execution.
	pub executable_at: BlockNumber,
	/// First tick at which it is over.
	pub lapses_at: BlockNumber,
	/// How far it is now.
	pub phase: RecoveryPhase,
}
