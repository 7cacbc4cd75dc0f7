//! Events: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A channel was opened.
		ChannelOpened {
			/// The channel.
			channel_id: ChannelId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			payee: T::AccountId,
			/// What vouchers can claim.
			deposit: BalanceOf<T>,
			/// Blocks that the payee has once the payer wants to close.
			challenge: BlockNumberFor<T>,
			/// The job that it pays for.
			job: Option<JobId>,
			/// The key that signs vouchers in the payer's place.
			key: Option<SigningKey>,
		},
		/// A channel's deposit grew.
		ChannelToppedUp {
			/// The channel.
			channel_id: ChannelId,
			/// By how much.
			amount: BalanceOf<T>,
			/// All that was ever deposited.
			deposit: BalanceOf<T>,
		},
		/// A voucher was paid.
		VoucherClaimed {
			/// The channel.
			channel_id: ChannelId,
			/// Who was paid.
			payee: T::AccountId,
			/// All that has been claimed of the channel, before shares.
			claimed: BalanceOf<T>,
			/// What the payee received.
			paid: BalanceOf<T>,
			/// The platform's part.
			fee: BalanceOf<T>,
			/// The models' owners' part.
			royalty: BalanceOf<T>,
			/// What opened the voucher's lock.
			preimage: Option<Preimage>,
		},
		/// An item of a batch was not paid.
		ClaimSkipped {
			/// Place in the batch, from 0.
			index: u32,
			/// The channel that it names.
			channel_id: ChannelId,
			/// Why.
			error: DispatchError,
		},
		/// A channel will close.
		ChannelClosing {
			/// The channel.
			channel_id: ChannelId,
			/// First block at which vouchers are worth nothing.
			close_at: BlockNumberFor<T>,
		},
		/// A voucher's lock became a hash-locked payment of its own.
		LockEnforced {
			/// The channel.
			channel_id: ChannelId,
			/// The payment.
			htlc_id: HtlcId,
			/// All that has been claimed of the channel, this included.
			claimed: BalanceOf<T>,
		},
		/// A channel is gone.
		ChannelClosed {
			/// The channel.
			channel_id: ChannelId,
			/// All that was claimed of it, before shares.
			claimed: BalanceOf<T>,
			/// What went back to the payer, the deposit for storage apart.
			refund: BalanceOf<T>,
		},
		/// A stream was opened.
		StreamOpened {
			/// The stream.
			stream_id: StreamId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			payee: T::AccountId,
			/// Earned in each block.
			rate: FixedU128,
			/// What can be earned.
			deposit: BalanceOf<T>,
			/// Blocks that are paid after the payer stops or pauses.
			lockup: BlockNumberFor<T>,
			/// The job that it pays for.
			job: Option<JobId>,
		},
		/// A stream's deposit grew.
		StreamToppedUp {
			/// The stream.
			stream_id: StreamId,
			/// By how much.
			amount: BalanceOf<T>,
			/// All that was ever deposited.
			deposit: BalanceOf<T>,
		},
		/// A stream pauses.
		StreamPaused {
			/// The stream.
			stream_id: StreamId,
			/// Who may resume it.
			by: Party,
			/// First block that earns nothing.
			at: BlockNumberFor<T>,
		},
		/// A stream earns again.
		StreamResumed {
			/// The stream.
			stream_id: StreamId,
		},
		/// A stream has another rate.
		RateChanged {
			/// The stream.
			stream_id: StreamId,
			/// Rate before.
			old_rate: FixedU128,
			/// Rate now.
			rate: FixedU128,
		},
		/// What a stream owed was paid.
		StreamWithdrawn {
			/// The stream.
			stream_id: StreamId,
			/// Who was paid.
			payee: T::AccountId,
			/// All that has been withdrawn of the stream, before shares.
			withdrawn: BalanceOf<T>,
			/// What the payee received.
			paid: BalanceOf<T>,
			/// The platform's part.
			fee: BalanceOf<T>,
			/// The models' owners' part.
			royalty: BalanceOf<T>,
		},
		/// A stream will end.
		StreamEnding {
			/// The stream.
			stream_id: StreamId,
			/// First block that earns nothing.
			end: BlockNumberFor<T>,
		},
		/// A stream earns nothing any more.
		StreamEnded {
			/// The stream.
			stream_id: StreamId,
		},
		/// A stream has ended because its deposit is used up.
		StreamDepleted {
			/// The stream.
			stream_id: StreamId,
		},
		/// A stream is gone.
		StreamClosed {
			/// The stream.
			stream_id: StreamId,
			/// All that it paid, before shares.
			paid: BalanceOf<T>,
			/// What went back to the payer, the deposit for storage apart.
			refund: BalanceOf<T>,
		},
		/// A hash-locked payment was made.
		HtlcCreated {
			/// The payment.
			htlc_id: HtlcId,
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid for the preimage.
			payee: T::AccountId,
			/// How much, before shares.
			amount: BalanceOf<T>,
			/// Which hash.
			kind: LockKind,
			/// Hash of the preimage.
			hash: [u8; 32],
			/// Block of the relay chain from which on it goes back.
			expires_at: BlockNumberFor<T>,
		},
		/// A hash-locked payment was paid.
		HtlcClaimed {
			/// The payment.
			htlc_id: HtlcId,
			/// Who was paid.
			payee: T::AccountId,
			/// What the payee received.
			paid: BalanceOf<T>,
			/// The platform's part.
			fee: BalanceOf<T>,
			/// The models' owners' part.
			royalty: BalanceOf<T>,
			/// What opened it.
			preimage: Preimage,
		},
		/// A hash-locked payment went back.
		HtlcRefunded {
			/// The payment.
			htlc_id: HtlcId,
			/// To whom.
			payer: T::AccountId,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// Somebody could not be credited; the fee account has it.
		PaymentForfeited {
			/// Who could not.
			meant_for: T::AccountId,
			/// How much.
			amount: BalanceOf<T>,
			/// What it was.
			purpose: Purpose,
		},
		/// Fees went to the fee account.
		FeesCollected {
			/// How much.
			amount: BalanceOf<T>,
			/// The fee account.
			to: T::AccountId,
		},
		/// The royalty of payments tied to a job was sent on.
		RoyaltyCollected {
			/// The job.
			job: JobId,
			/// Number of the attempt.
			attempt: u8,
			/// Part of the model's owner.
			to_model: BalanceOf<T>,
			/// Part of the parent's owner.
			to_parent: BalanceOf<T>,
		},
		/// Governance changed the parameters.
		ParametersSet {
			/// The parameters now.
			parameters: ParametersOf<T>,
		},
	}
}
