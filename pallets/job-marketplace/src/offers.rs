//! Standing offers that a provider signs off chain, as pure code.
//!
//! An offer says: for this model, at this price, the node works for whoever brings the offer to the
//! chain with [`hire`](crate::Pallet::hire), so often and so long. Signing costs nothing and leaves
//! no trace on chain until the offer is used.
//!
//! # Signed bytes
//!
//! There is one encoding, which a wallet's "sign raw bytes" produces too:
//!
//! ```text
//! "<Bytes>" ++ "ai-compute-pbc/offer/v1" ++ SCALE(genesis hash) ++ SCALE(Offer) ++ "</Bytes>"
//! ```
//!
//! The genesis hash binds it to one chain, the tag to one purpose, and the wrapping makes sure that
//! it can never be a transaction. `docs/offers.md` has test vectors for each kind of key.
//!
//! # Signer
//!
//! The key of the account that owns the node; or, if the owner has set one on chain, the node's
//! [`OfferKey`] and then nothing else. So the owner's own key can stay offline, accounts without a
//! key (multisigs, proxies) can offer too, and a stolen offer key is worthless from the moment it
//! is replaced.
//!
//! # Replay
//!
//! What counts an offer's uses is its number and the node, never its signature: ECDSA and sr25519
//! signatures of the same bytes are not unique. An [`OfferBook`] has the counters of one node. A
//! counter stays as long as any offer that was counted in it can be used, a cancelled number until
//! the epoch ends. Two offers with one number share its counter.
//!
//! - Uses of an offer before it expires are at most its `max_uses`.
//! - An epoch never comes back, so that what was cancelled with it stays cancelled.
//! - An offer names its owner: it is void while somebody else has the node.
//!
//! A book has room for [`MAX_LIVE_OFFERS`] numbers and drops expired ones by itself. That bounds what
//! a node can take of the state; only the node's own signature gets a number in.

pub use ai_compute_primitives::{account_has_signed, SigningKey as OfferKey};

use ai_compute_primitives::signed_payload;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::{MultiSignature, Percent};

/// What every signed offer begins with, inside the wrapping.
pub const OFFER_TAG: &[u8] = b"ai-compute-pbc/offer/v1";
/// Numbers of used and cancelled offers that a node can have at a time.
pub const MAX_LIVE_OFFERS: u32 = 64;

/// A provider's offer to run jobs of one model.
///
/// Field order and types are what is signed: a change is a new tag.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Offer<AccountId, Balance, BlockNumber> {
	/// DID of the node.
	pub gpu_did: Vec<u8>,
	/// Owner of the node. The offer is void while the node has another one.
	pub owner: AccountId,
	/// Epoch of the node's offers. The offer is void in any other one.
	pub epoch: u32,
	/// Number of the offer among those of the node.
	pub offer_id: u64,
	/// The model.
	pub model_did: Vec<u8>,
	/// The one version of it that the node runs.
	pub model_version: u32,
	/// Price per token.
	pub price_per_token: Balance,
	/// Least `max_tokens` of a job.
	pub min_tokens: u32,
	/// Most `max_tokens` of a job.
	pub max_tokens: u32,
	/// Promised time from start to result.
	pub estimated_latency_ms: u32,
	/// Whether the jobs are confidential.
	pub confidential: bool,
	/// Highest platform fee that the provider accepts.
	pub max_fee: Percent,
	/// Highest royalty that the provider accepts, in 1/10 000 of the gross.
	pub max_royalty_bps: u16,
	/// The only account that may use it; anybody if there is none.
	pub requester: Option<AccountId>,
	/// Valid from here on.
	pub not_before: BlockNumber,
	/// No longer valid from here on.
	pub expires_at: BlockNumber,
	/// How many jobs it is good for.
	pub max_uses: u32,
}

impl<AccountId: Encode, Balance: Encode, BlockNumber: Encode>
	Offer<AccountId, Balance, BlockNumber>
{
	/// The bytes to sign on the chain with the genesis hash `genesis`.
	pub fn payload(&self, genesis: &impl Encode) -> Vec<u8> {
		signed_payload(OFFER_TAG, &(genesis, self))
	}
}

/// An offer and its signature.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SignedOffer<AccountId, Balance, BlockNumber> {
	/// The offer.
	pub offer: Offer<AccountId, Balance, BlockNumber>,
	/// Signature of its [payload](Offer::payload).
	pub signature: MultiSignature,
}

/// A key and the owner who set it. Void for any other owner.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Delegate<AccountId> {
	/// Who owned the node.
	pub owner: AccountId,
	/// The key that signs.
	pub key: OfferKey,
}

/// How often an offer's number was used.
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
pub enum Usage<BlockNumber> {
	/// So often, by offers of which the last expires at `until`.
	#[codec(index = 0)]
	Used {
		/// Jobs.
		times: u32,
		/// From here on the counter is not needed.
		until: BlockNumber,
	},
	/// Cancelled for the rest of the epoch.
	#[codec(index = 1)]
	Cancelled,
}

/// The counter of an offer's number.
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
pub struct Counter<BlockNumber> {
	/// The number.
	pub offer_id: u64,
	/// What became of it.
	pub uses: Usage<BlockNumber>,
}

/// What the chain knows of a node's offers.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OfferBook<AccountId, BlockNumber> {
	/// Epoch that an offer must name. Only grows.
	pub epoch: u32,
	/// Key that signs in the owner's place.
	pub delegate: Option<Delegate<AccountId>>,
	/// Numbers that were used or cancelled in this epoch.
	pub counters: BoundedVec<Counter<BlockNumber>, ConstU32<MAX_LIVE_OFFERS>>,
}

impl<AccountId, BlockNumber> Default for OfferBook<AccountId, BlockNumber> {
	fn default() -> Self {
		Self { epoch: 0, delegate: None, counters: BoundedVec::new() }
	}
}

/// Why an offer's number cannot be used or cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unusable {
	/// It was cancelled.
	Cancelled,
	/// It was used as often as the offer allows.
	UsedUp,
	/// The book has no room for another number.
	Full,
}

impl<AccountId: PartialEq, BlockNumber: Ord + Copy> OfferBook<AccountId, BlockNumber> {
	/// The key that must sign the offers of `owner`, if it is not the owner's own.
	pub fn key_of(&self, owner: &AccountId) -> Option<&OfferKey> {
		self.delegate.as_ref().filter(|delegate| delegate.owner == *owner).map(|d| &d.key)
	}

	/// Whether it says nothing that a missing book does not say.
	pub fn is_blank(&self) -> bool {
		self.epoch == 0 && self.delegate.is_none() && self.counters.is_empty()
	}

	/// Drops the counters of offers that have expired. Says how many.
	pub fn prune(&mut self, now: BlockNumber) -> u32 {
		let before = self.counters.len();
		self.counters.retain(|counter| match counter.uses {
			Usage::Used { until, .. } => now < until,
			Usage::Cancelled => true,
		});
		u32::try_from(before.saturating_sub(self.counters.len())).unwrap_or(u32::MAX)
	}

	/// Counts one more use of the offer number `offer_id`, which expires at `expires_at`, after
	/// `now`. Returns how often the number has been used.
	pub fn count_use(
		&mut self,
		offer_id: u64,
		max_uses: u32,
		expires_at: BlockNumber,
		now: BlockNumber,
	) -> Result<u32, Unusable> {
		self.prune(now);
		match self.counters.iter_mut().find(|counter| counter.offer_id == offer_id) {
			Some(Counter { uses: Usage::Cancelled, .. }) => Err(Unusable::Cancelled),
			Some(Counter { uses: Usage::Used { times, until }, .. }) => {
				if *times >= max_uses {
					return Err(Unusable::UsedUp);
				}
				*times = times.saturating_add(1);
				*until = expires_at.max(*until);
				Ok(*times)
			}
			None => {
				if max_uses == 0 {
					return Err(Unusable::UsedUp);
				}
				let uses = Usage::Used { times: 1, until: expires_at };
				self.counters
					.try_push(Counter { offer_id, uses })
					.map_err(|_| Unusable::Full)
					.map(|()| 1)
			}
		}
	}

	/// Cancels the number `offer_id` for the rest of the epoch.
	pub fn cancel(&mut self, offer_id: u64, now: BlockNumber) -> Result<(), Unusable> {
		self.prune(now);
		match self.counters.iter_mut().find(|counter| counter.offer_id == offer_id) {
			Some(Counter { uses: Usage::Cancelled, .. }) => Err(Unusable::Cancelled),
			Some(counter) => {
				counter.uses = Usage::Cancelled;
				Ok(())
			}
			None => self
				.counters
				.try_push(Counter { offer_id, uses: Usage::Cancelled })
				.map_err(|_| Unusable::Full),
		}
	}

	/// Begins the next epoch, in which no offer of the former ones is valid. Returns it.
	pub fn next_epoch(&mut self) -> Option<u32> {
		self.epoch = self.epoch.checked_add(1)?;
		self.counters = BoundedVec::new();
		Some(self.epoch)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use std::collections::BTreeMap;

	type Book = OfferBook<u64, u32>;

	fn used(book: &Book, offer_id: u64) -> Option<Usage<u32>> {
		book.counters.iter().find(|c| c.offer_id == offer_id).map(|c| c.uses)
	}

	#[test]
	fn uses_are_counted_up_to_the_limit() {
		let mut book = Book::default();
		assert_eq!(book.count_use(7, 2, 100, 1), Ok(1));
		assert_eq!(book.count_use(7, 2, 100, 99), Ok(2));
		assert_eq!(book.count_use(7, 2, 100, 99), Err(Unusable::UsedUp));
		assert_eq!(book.count_use(8, 0, 100, 1), Err(Unusable::UsedUp));
		assert_eq!(used(&book, 8), None);
	}

	#[test]
	fn a_counter_outlives_every_offer_that_it_counted() {
		let mut book = Book::default();
		book.count_use(1, 9, 100, 1).unwrap();
		book.count_use(1, 9, 300, 1).unwrap();
		book.count_use(1, 9, 200, 1).unwrap();
		assert_eq!(used(&book, 1), Some(Usage::Used { times: 3, until: 300 }));
		assert_eq!(book.prune(299), 0);
		assert_eq!(book.prune(300), 1);
		assert!(book.is_blank());
	}

	#[test]
	fn a_cancelled_number_stays_so_until_the_epoch_ends() {
		let mut book = Book::default();
		book.count_use(1, 9, 100, 1).unwrap();
		assert_eq!(book.cancel(1, 1), Ok(()));
		assert_eq!(book.cancel(2, 1), Ok(()));
		for offer_id in [1, 2] {
			assert_eq!(book.count_use(offer_id, 9, 9_000, 5_000), Err(Unusable::Cancelled));
			assert_eq!(book.cancel(offer_id, 5_000), Err(Unusable::Cancelled));
		}
		assert_eq!(book.next_epoch(), Some(1));
		assert!(book.counters.is_empty() && !book.is_blank());
		assert_eq!(book.count_use(1, 9, 9_000, 5_000), Ok(1));
	}

	#[test]
	fn a_full_book_takes_known_numbers_and_new_ones_once_others_expire() {
		let mut book = Book::default();
		for offer_id in 0..u64::from(MAX_LIVE_OFFERS) {
			assert_eq!(book.count_use(offer_id, 2, 100, 1), Ok(1));
		}
		assert_eq!(book.count_use(1_000, 2, 100, 1), Err(Unusable::Full));
		assert_eq!(book.cancel(1_000, 1), Err(Unusable::Full));
		assert_eq!(book.count_use(5, 2, 100, 1), Ok(2));
		assert_eq!(book.cancel(6, 1), Ok(()));
		assert_eq!(book.count_use(1_000, 2, 200, 100), Ok(1));
		assert_eq!(book.counters.len(), 2);
	}

	#[test]
	fn the_last_epoch_has_no_successor() {
		let mut book = Book { epoch: u32::MAX, ..Default::default() };
		assert_eq!(book.next_epoch(), None);
	}

	#[test]
	fn a_key_is_void_for_another_owner() {
		let delegate = Delegate { owner: 1, key: OfferKey::Sr25519([1; 32]) };
		let book = Book { delegate: Some(delegate), ..Default::default() };
		assert_eq!(book.key_of(&1), Some(&OfferKey::Sr25519([1; 32])));
		assert_eq!(book.key_of(&2), None);
	}

	#[derive(Clone, Debug)]
	enum Step {
		Use { offer: usize },
		Cancel { offer_id: u64 },
		Epoch,
		Pass { blocks: u32 },
		Prune,
	}

	/// An offer of the random walk.
	#[derive(Clone, Debug)]
	struct Terms {
		offer_id: u64,
		epoch: u32,
		max_uses: u32,
		expires_at: u32,
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		/// Whatever happens, no offer is used more often than it says, after it was cancelled, or
		/// in another epoch; and one that may still be used is never refused.
		#[test]
		fn no_offer_is_ever_used_too_often(
			offers in prop::collection::vec(
				(0u64..4, 0u32..3, 0u32..4, 1u32..120).prop_map(
					|(offer_id, epoch, max_uses, expires_at)| Terms {
						offer_id, epoch, max_uses, expires_at,
					}
				),
				1..8,
			),
			steps in prop::collection::vec(
				prop_oneof![
					8 => (0usize..8).prop_map(|offer| Step::Use { offer }),
					1 => (0u64..4).prop_map(|offer_id| Step::Cancel { offer_id }),
					1 => Just(Step::Epoch),
					3 => (1u32..20).prop_map(|blocks| Step::Pass { blocks }),
					1 => Just(Step::Prune),
				],
				1..120,
			),
		) {
			let mut book = Book::default();
			let mut now = 0;
			let mut uses = BTreeMap::<usize, u32>::new();
			let mut cancelled = Vec::<(u32, u64)>::new();
			for step in steps {
				match step {
					Step::Use { offer } => {
						let index = offer % offers.len();
						let Terms { offer_id, epoch, max_uses, expires_at } = offers[index].clone();
						// What `hire` asks before it counts.
						if epoch != book.epoch || now >= expires_at {
							continue;
						}
						let result = book.count_use(offer_id, max_uses, expires_at, now);
						let struck = cancelled.contains(&(epoch, offer_id));
						prop_assert_eq!(struck, result == Err(Unusable::Cancelled));
						match result {
							Ok(_) => *uses.entry(index).or_default() += 1,
							Err(Unusable::UsedUp) => {
								let shared: u32 = offers.iter().enumerate()
									.filter(|(_, o)| o.offer_id == offer_id && o.epoch == epoch)
									.map(|(i, _)| uses.get(&i).copied().unwrap_or_default())
									.sum();
								prop_assert!(shared >= max_uses);
							}
							Err(_) => {}
						}
					}
					Step::Cancel { offer_id } => {
						if book.cancel(offer_id, now).is_ok() {
							cancelled.push((book.epoch, offer_id));
						}
					}
					Step::Epoch => { book.next_epoch(); }
					Step::Pass { blocks } => now += blocks,
					Step::Prune => { book.prune(now); }
				}
				for (index, offer) in offers.iter().enumerate() {
					let times = uses.get(&index).copied().unwrap_or_default();
					prop_assert!(times <= offer.max_uses);
				}
			}
		}
	}
}
