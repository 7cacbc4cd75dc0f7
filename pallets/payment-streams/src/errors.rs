//! Errors: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	#[pallet::error]
	pub enum Error<T> {
		/// No such channel. Numbers are never given twice: it may have been closed.
		ChannelNotFound,
		/// No such stream.
		StreamNotFound,
		/// No such hash-locked payment.
		HtlcNotFound,
		/// The caller may not do this.
		NotAuthorized,
		/// The call does not exist in this state.
		InvalidState,
		/// The call becomes valid later.
		TooEarly,
		/// The time for the call has passed.
		TooLate,
		/// The payee is the payer or the account of the deposits.
		InvalidPayee,
		/// The deposit is below the minimum, or does not last for the lockup; a top-up is below the
		/// existential deposit.
		InsufficientDeposit,
		/// The caller's free balance does not cover the deposits.
		InsufficientBalance,
		/// A challenge period, lockup or lock is shorter or longer than allowed.
		InvalidPeriod,
		/// A rate is zero, or changes in the direction that the other party decides.
		InvalidRate,
		/// The payment cannot be tied to that job.
		CannotTie(TieRefusal),
		/// Fee and royalty would take more than nine tenths.
		SharesTooHigh,
		/// The voucher is for another channel.
		OtherChannel,
		/// The voucher is for another payee.
		OtherPayee,
		/// The voucher is not signed by whoever signs for this channel, on this chain.
		InvalidSignature,
		/// The voucher adds nothing to what was claimed, the stream owes nothing.
		NothingToClaim,
		/// The voucher has no lock.
		NoLock,
		/// The preimage does not open the lock.
		WrongPreimage,
		/// The voucher's lock has expired.
		LockExpired,
		/// The payee would stay below the existential deposit.
		PayeeCannotReceive,
		/// A batch has 1 to 256 items.
		InvalidBatchSize,
		/// There is nothing to send on.
		NothingDue,
		/// A parameter lies outside its bounds.
		InvalidParameters(ParameterError),
	}
}
