//! The platform's share of every payment.

use sp_runtime::Percent;

/// The platform fee and the account it goes to.
pub trait FeePolicy<AccountId> {
	/// Share of a gross payment that the platform keeps. Rounded down at settlement.
	fn platform_fee() -> Percent;

	/// The account that receives fees, forfeited bonds and what no other payee can be credited
	/// with. It exists from genesis and must never be reaped.
	fn fee_account() -> AccountId;
}
