//! Money, time and identity of the chain.

/// The token.
pub mod currency {
	use crate::Balance;

	/// One ËDSC: 10^12 of its smallest units.
	pub const EDSC: Balance = 1_000_000_000_000;
	/// A thousandth of an ËDSC.
	pub const MILLI_EDSC: Balance = EDSC / 1_000;
	/// Symbol that wallets show.
	pub const TOKEN_SYMBOL: &str = "EDSC";
	/// Decimals of the token.
	pub const TOKEN_DECIMALS: u8 = 12;

	/// Least balance that keeps an account in the state.
	pub const EXISTENTIAL_DEPOSIT: Balance = 500;

	/// Deposit for one byte kept in the state.
	pub const STORAGE_BYTE: Balance = 10_000_000;
	/// Deposit for the key and the trie nodes of one entry, counted as 64 bytes.
	pub const STORAGE_ITEM: Balance = 64 * STORAGE_BYTE;

	/// Deposit for `items` entries with `bytes` bytes of content.
	pub const fn deposit(items: u32, bytes: u32) -> Balance {
		items as Balance * STORAGE_ITEM + bytes as Balance * STORAGE_BYTE
	}
}

/// Lengths of time, in blocks of six seconds.
pub mod time {
	use crate::BlockNumber;

	/// Length of an Aura slot, and of a tick of the clock that deadlines use.
	pub const MILLISECS_PER_BLOCK: u64 = 6_000;
	/// Aura's slot. The consensus hook demands that it equals the relay chain's.
	pub const SLOT_DURATION: u64 = MILLISECS_PER_BLOCK;

	/// One minute.
	pub const MINUTES: BlockNumber = 60_000 / (MILLISECS_PER_BLOCK as BlockNumber);
	/// One hour.
	pub const HOURS: BlockNumber = MINUTES * 60;
	/// One day.
	pub const DAYS: BlockNumber = HOURS * 24;
}

/// How blocks are made and how big they are.
pub mod consensus {
	use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight};
	use sp_runtime::Perbill;

	/// Length of a relay chain slot.
	pub const RELAY_CHAIN_SLOT_DURATION_MILLIS: u32 = 6_000;

	/// Blocks per relay chain slot. Feeds the consensus hook, the collator (through the
	/// `TargetBlockRate` API) and the capacity below, so that a faster chain is a change here.
	pub const BLOCK_PROCESSING_VELOCITY: u32 = 1;

	/// How many relay blocks behind its tip a block is built.
	pub const RELAY_PARENT_OFFSET: u32 = 0;

	/// Blocks that may wait for inclusion in the relay chain.
	pub const UNINCLUDED_SEGMENT_CAPACITY: u32 =
		(3 + RELAY_PARENT_OFFSET) * BLOCK_PROCESSING_VELOCITY;

	/// Share of a block that ordinary transactions may fill.
	pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

	/// Share of a block that hooks are expected to use.
	pub const AVERAGE_ON_INITIALIZE_RATIO: Perbill = Perbill::from_percent(5);

	/// A block: two seconds of computation and the largest proof that the relay chain accepts.
	pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(
		WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2),
		cumulus_primitives_core::relay_chain::MAX_POV_SIZE as u64,
	);

	/// Largest sum of the encoded lengths of a block's extrinsics, in bytes.
	pub const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

	/// Most collators that can make blocks at one time.
	pub const MAX_AUTHORITIES: u32 = 32;
}

/// Parachain number of this chain under FlareChain.
pub const PARA_ID: u32 = 2015;

/// Number of this chain among the partition burst chains: FlareChain keeps its checkpoints under it.
pub const PBC_ID: u8 = 15;

/// Parachain number of EDSC-PBC, whose token this chain's balances are.
pub const EDSC_PBC_PARA_ID: u32 = 2013;
