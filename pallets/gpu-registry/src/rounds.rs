//! Heartbeat rounds, as plain arithmetic.
//!
//! Time is cut into rounds that follow each other without gaps. A round that nobody touched is not
//! stored: it follows from the last stored one, and everybody computes the same. Its seed comes
//! from entropy that was gathered while the stored round ran, so slots are known from the first
//! tick of a round, and at most one round ahead while the chain is in use.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{Blake2_256, StorageHasher};
use scale_info::TypeInfo;

/// One heartbeat round. Times are ticks of the clock.
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
pub struct Round {
	/// Number of the round, counted up from 0.
	pub index: u32,
	/// First tick.
	pub start: u64,
	/// Length in ticks.
	pub len: u32,
	/// Ticks for which a slot stays open after its first.
	pub grace: u32,
	/// What slots are drawn from.
	pub seed: [u8; 32],
	/// What the next round's seed comes from.
	pub next: [u8; 32],
}

/// Shape of the rounds that follow the present one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoundShape {
	/// Length in ticks, at least 1.
	pub len: u32,
	/// Ticks for which a slot stays open after its first. Less than the length.
	pub grace: u32,
}

impl RoundShape {
	/// Rounds for `nodes` nodes: long enough that `per_tick` slots open in a tick on average, and
	/// at least `min` ticks.
	pub fn of(nodes: u32, per_tick: u32, min: u32, grace: u32) -> Self {
		Self { len: nodes.div_ceil(per_tick.max(1)).max(min).max(1), grace }
	}
}

impl Round {
	/// The first round of a chain.
	pub fn first(shape: RoundShape) -> Self {
		Self {
			index: 0,
			start: 0,
			len: shape.len,
			grace: shape.grace,
			seed: [0; 32],
			next: [0; 32],
		}
	}

	/// The round that `now` falls into, when every round after this one has the given shape.
	pub fn at(self, now: u64, shape: RoundShape) -> Self {
		let end = self.start.saturating_add(self.len.into());
		if now < end {
			return self;
		}
		let skipped = (now - end) / u64::from(shape.len.max(1));
		let index =
			self.index.saturating_add(1).saturating_add(skipped.try_into().unwrap_or(u32::MAX));
		Self {
			index,
			start: end.saturating_add(skipped.saturating_mul(shape.len.into())),
			len: shape.len,
			grace: shape.grace,
			seed: hash(&(self.next, index)),
			next: self.next,
		}
	}

	/// This round with fresh entropy for the next one mixed in.
	pub fn refreshed(self, entropy: &[u8]) -> Self {
		Self { next: hash(&(self.next, self.index, entropy)), ..self }
	}

	/// Ticks in which `node` owes its heartbeat: the first, and the last one. Both lie inside the
	/// round.
	pub fn window(&self, node: u32) -> (u64, u64) {
		let draw: [u8; 32] = hash(&(self.seed, node));
		let mut low = [0; 8];
		low.copy_from_slice(&draw[..8]);
		let slots = self.len.saturating_sub(self.grace).max(1);
		let opens = self.start.saturating_add(u64::from_le_bytes(low) % u64::from(slots));
		(opens, opens.saturating_add(self.grace.into()))
	}

	/// Rounds that ended without a heartbeat since the one of `last_round`.
	pub fn missed_since(&self, last_round: u32) -> u32 {
		self.index.saturating_sub(last_round).saturating_sub(1)
	}
}

fn hash(value: &impl Encode) -> [u8; 32] {
	value.using_encoded(Blake2_256::hash)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const SHAPE: RoundShape = RoundShape { len: 100, grace: 20 };

	fn first() -> Round {
		Round::first(SHAPE)
	}

	#[test]
	fn shape_follows_the_fleet() {
		let len = |nodes| RoundShape::of(nodes, 20, 100, 20).len;
		assert_eq!((len(0), len(2_000), len(2_001), len(100_000)), (100, 100, 101, 5_000));
	}

	#[test]
	fn a_round_lasts_exactly_its_length() {
		assert_eq!(first().at(99, SHAPE).index, 0);
		assert_eq!(first().at(100, SHAPE).index, 1);
		assert_eq!(first().at(199, SHAPE).index, 1);
		let third = first().at(299, SHAPE);
		assert_eq!((third.index, third.start, third.len), (2, 200, 100));
	}

	#[test]
	fn only_later_rounds_take_a_new_shape() {
		let wide = RoundShape { len: 1_000, grace: 30 };
		let now = first().at(50, wide);
		assert_eq!((now.len, now.grace), (100, 20));
		let later = first().at(1_099, wide);
		assert_eq!((later.index, later.start, later.len, later.grace), (1, 100, 1_000, 30));
		assert_eq!(first().at(1_100, wide).index, 2);
	}

	#[test]
	fn seeds_differ_by_round_and_entropy() {
		let (one, two) = (first().at(100, SHAPE), first().at(200, SHAPE));
		assert_ne!(one.seed, two.seed);
		let fresh = one.refreshed(b"x");
		assert_eq!(fresh.seed, one.seed);
		assert_ne!(fresh.at(200, SHAPE).seed, one.at(200, SHAPE).seed);
		assert_ne!(fresh.next, one.refreshed(b"y").next);
	}

	#[test]
	fn missed_counts_complete_rounds_only() {
		let round = Round { index: 7, ..first() };
		assert_eq!([9, 7, 6, 5, 0].map(|last| round.missed_since(last)), [0, 0, 0, 1, 6]);
	}

	#[test]
	fn slots_spread_over_the_round() {
		let round = first().at(100, SHAPE);
		let mut per_slot = [0u32; 80];
		for node in 0..8_000 {
			per_slot[(round.window(node).0 - 100) as usize] += 1;
		}
		assert!(per_slot.iter().all(|n| (50..=150).contains(n)), "{per_slot:?}");
	}

	proptest! {
		#[test]
		fn jumping_and_stepping_agree(
			lens in (1..500u32, 1..500u32),
			steps in proptest::collection::vec(0..1_000u64, 1..20),
		) {
			let shape = RoundShape { len: lens.1, grace: 0 };
			let start = Round { len: lens.0, ..first() };
			let (mut now, mut index) = (0, 0);
			for step in steps {
				now += step;
				let round = start.at(now, shape);
				prop_assert!(round.start <= now && now < round.start + u64::from(round.len));
				prop_assert!(round.index >= index);
				index = round.index;
				// A round computed from a computed one is the same.
				prop_assert_eq!(round.at(now, shape), round);
				let earlier = start.at(now / 2, shape).at(now, shape);
				prop_assert_eq!((earlier.index, earlier.start), (round.index, round.start));
			}
		}

		#[test]
		fn windows_lie_inside_the_round(node: u32, len in 100..10_000u32, grace in 15..60u32, start: u32) {
			let round = Round { start: start.into(), len, grace, ..first() };
			let (opens, closes) = round.window(node);
			prop_assert!(round.start <= opens);
			prop_assert!(closes < round.start + u64::from(len));
			prop_assert_eq!(closes - opens, u64::from(grace));
		}

		#[test]
		fn nothing_overflows(index: u32, start: u64, len: u32, now: u64, node: u32, shape in (1..u32::MAX, 0..u32::MAX)) {
			let round = Round { index, start, len, ..first() };
			let later = round.at(now, RoundShape { len: shape.0, grace: shape.1 });
			later.window(node);
			prop_assert!(later.index >= index);
		}
	}
}
