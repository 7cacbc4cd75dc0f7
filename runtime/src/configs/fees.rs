//! Money: balances, what a transaction costs, and where fees go.
//!
//! A transaction pays for the scarcest part of a block that it uses:
//!
//! - **time** at one unit per picosecond, so that a second of computation costs one ËDSC;
//! - **proof** at a price at which a block full of proof costs as much as a block full of time;
//! - **length** at a price at which a block full of bytes costs as much as a block full of time.
//!
//! [`WeightToFee`] takes the larger of time and proof. `pallet-transaction-payment` adds the length
//! price and the fixed price of any extrinsic to that; it has no place for a maximum over all
//! three. The sum is never below the maximum.
//!
//! All but the fixed price is scaled by a multiplier that starts at its minimum, 1, rises while
//! blocks are more than a quarter full and falls back afterwards. A day-long slow adjustment
//! would let somebody fill all blocks of a 100-block window for about 150 ËDSC and keep another's
//! call out of it; at [`AdjustmentVariable`] the same costs more than 10 000 ËDSC. The length price
//! is scaled too, else long calls would do the same at a flat price.

use crate::{
	constants::{
		consensus::{MAXIMUM_BLOCK_LENGTH, MAXIMUM_BLOCK_WEIGHT},
		currency::EXISTENTIAL_DEPOSIT,
	},
	AccountId, Authorship, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, System,
};
use ai_compute_primitives::FeePolicy;
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		tokens::imbalance::ResolveTo,
		ConstU128, ConstU32, ConstU8, Imbalance, OnUnbalanced, TypedGet,
	},
	weights::Weight,
	PalletId,
};
use pallet_collator_selection::StakingPotAccountId;
use pallet_transaction_payment::{Multiplier, TargetedFeeAdjustment};
use sp_runtime::{
	traits::{AccountIdConversion, One},
	FixedPointNumber, Percent, Perquintill,
};

parameter_types! {
	/// The treasury: receives platform fees, forfeited bonds, dust, and what nobody else can be
	/// credited with.
	pub const TreasuryPalletId: PalletId = parachains_common::TREASURY_PALLET_ID;
	/// Its account. Every genesis preset gives it the existential deposit; nobody holds a key.
	pub TreasuryAccount: AccountId = TreasuryPalletId::get().into_account_truncating();
	/// The platform's share of a payment.
	pub const PlatformFee: Percent = Percent::from_percent(5);
}

/// The platform fee and the account it goes to.
pub struct PlatformFees;

impl FeePolicy<AccountId> for PlatformFees {
	fn platform_fee() -> Percent {
		PlatformFee::get()
	}

	fn fee_account() -> AccountId {
		TreasuryAccount::get()
	}
}

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Balance = Balance;
	type DustRemoval = ResolveTo<TreasuryAccount, Balances>;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type FreezeIdentifier = ();
	type MaxFreezes = ConstU32<0>;
	type DoneSlashHandler = ();
}

/// Price of a byte of proof, rounded up.
pub const PROOF_BYTE_PRICE: Balance = (MAXIMUM_BLOCK_WEIGHT.ref_time() as Balance)
	.div_ceil(MAXIMUM_BLOCK_WEIGHT.proof_size() as Balance);

/// Price of a byte of an extrinsic, rounded up.
pub const LENGTH_BYTE_PRICE: Balance =
	(MAXIMUM_BLOCK_WEIGHT.ref_time() as Balance).div_ceil(MAXIMUM_BLOCK_LENGTH as Balance);

/// Price of a weight: the larger of time and proof.
pub struct WeightToFee;

impl frame_support::weights::WeightToFee for WeightToFee {
	type Balance = Balance;

	fn weight_to_fee(weight: &Weight) -> Balance {
		let time = Balance::from(weight.ref_time());
		let proof = Balance::from(weight.proof_size()).saturating_mul(PROOF_BYTE_PRICE);
		time.max(proof)
	}
}

/// Price of a length, scaled like the price of weight.
pub struct LengthToFee;

impl frame_support::weights::WeightToFee for LengthToFee {
	type Balance = Balance;

	/// The length comes as the time part of a weight.
	fn weight_to_fee(length: &Weight) -> Balance {
		let flat = Balance::from(length.ref_time()).saturating_mul(LENGTH_BYTE_PRICE);
		pallet_transaction_payment::NextFeeMultiplier::<Runtime>::get().saturating_mul_int(flat)
	}
}

parameter_types! {
	/// Share of the ordinary part of a block above which prices rise.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// How fast they move: at most 7.8 % up and 2.5 % down per block.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(1, 10);
	/// An idle chain asks the plain price.
	pub MinimumMultiplier: Multiplier = Multiplier::one();
	/// A block costs no more than about 1 500 ËDSC to fill, so that an attack does not price out
	/// everybody for long after its end: from here the way back takes 280 blocks.
	pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(1_000);
}

/// Moves the multiplier.
pub type FeeMultiplierUpdate = TargetedFeeAdjustment<
	Runtime,
	TargetBlockFullness,
	AdjustmentVariable,
	MinimumMultiplier,
	MaximumMultiplier,
>;

/// Fees go to the pot from which collators are paid, tips to the block's author.
///
/// Nothing is lost: a tip that the author's account cannot take goes to the pot, and what the pot
/// cannot take to the treasury.
pub struct DealWithFees;

impl OnUnbalanced<Credit<AccountId, Balances>> for DealWithFees {
	fn on_unbalanceds(mut fees_then_tips: impl Iterator<Item = Credit<AccountId, Balances>>) {
		let Some(mut to_pot) = fees_then_tips.next() else { return };
		if let Some(tip) = fees_then_tips.next() {
			let untaken = match Authorship::author() {
				Some(author) => Balances::resolve(&author, tip).err(),
				None => Some(tip),
			};
			if let Some(tip) = untaken {
				to_pot.subsume(tip);
			}
		}
		if let Err(rest) = Balances::resolve(&StakingPotAccountId::<Runtime>::get(), to_pot) {
			ResolveTo::<TreasuryAccount, Balances>::on_unbalanced(rest);
		}
	}
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = pallet_transaction_payment::FungibleAdapter<Balances, DealWithFees>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightToFee = WeightToFee;
	type LengthToFee = LengthToFee;
	type FeeMultiplierUpdate = FeeMultiplierUpdate;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}
