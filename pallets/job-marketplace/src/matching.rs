//! Scoring and ranking of bids, as pure code.
//!
//! # Score
//!
//! Three marks from 0 to [`MAX_SCORE`], each rounded down, and their weighted mean, rounded down:
//!
//! | mark | formula | 0 means | [`MAX_SCORE`] means |
//! |---|---|---|---|
//! | price | MAX × (budget − cost) / budget | takes the whole budget | free |
//! | latency | MAX × (limit − blocks) / limit | takes the whole time limit | immediate |
//! | reputation | MAX × reputation / 10 000 | worst | best |
//!
//! `score = (wp × price + wl × latency + wr × reputation) / (wp + wl + wr)`, where `cost` is the bid's
//! price × the job's max_tokens, `budget` the job's max_payment, `limit` the job's time limit, and the
//! weights are governable. A score is computed once, when the bid is placed.
//!
//! # Book
//!
//! [`BidBook`] ranks all open bids of a job. Up to [`LEADERS`] of them hold a leader seat: they are
//! the only ones that matching looks at, so its cost does not grow with the number of bids. A seat,
//! once taken, is lost only to a bid whose score is at least 1 % better, so that nobody gains by
//! undercutting by one unit in the last moment. Ties always go to the earlier bid.
//!
//! A leader that leaves hands its seat to the best of the others in the same moment. So no seat is
//! empty while a bid waits, nobody chooses who gets it, and no waiting bid is 1 % better than the
//! worst leader.

use ai_compute_primitives::DidHash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::{Ordering, Reverse};
use frame_support::{
	traits::{ConstU32, Get},
	BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_runtime::{PerThing, Perbill, Rounding};

/// The best score.
pub const MAX_SCORE: u32 = 1_000_000;
/// The best reputation.
pub const MAX_REPUTATION: u32 = 10_000;
/// Leader seats of a job.
pub const LEADERS: u32 = 3;
/// Length of one tick of the clock in milliseconds.
pub const TICK_MILLISECS: u32 = 6_000;

/// How much each mark counts in a score. Only the ratios matter.
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
pub struct ScoreWeights {
	/// Weight of the price mark.
	pub price: u16,
	/// Weight of the latency mark.
	pub latency: u16,
	/// Weight of the reputation mark.
	pub reputation: u16,
}

impl Default for ScoreWeights {
	fn default() -> Self {
		Self { price: 50, latency: 20, reputation: 30 }
	}
}

/// What a score is computed from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScoreInput {
	/// Price × max_tokens of the bid.
	pub cost: u128,
	/// The job's max_payment.
	pub budget: u128,
	/// Latency that the bid promises, in blocks.
	pub latency: u32,
	/// The job's time limit, in blocks.
	pub latency_limit: u32,
	/// Reputation of the node, 0 to 10 000.
	pub reputation: u32,
}

/// Score of a bid, 0 to [`MAX_SCORE`]. Formula in the [module docs](self).
pub fn score(input: &ScoreInput, weights: &ScoreWeights) -> u32 {
	let marks = [
		(unused(input.cost, input.budget), weights.price),
		(unused(input.latency.into(), input.latency_limit.into()), weights.latency),
		(
			mark(input.reputation.min(MAX_REPUTATION).into(), MAX_REPUTATION.into()),
			weights.reputation,
		),
	];
	let total: u64 = marks.iter().map(|(_, weight)| u64::from(*weight)).sum();
	let sum: u64 =
		marks.iter().map(|(mark, weight)| u64::from(*mark).saturating_mul((*weight).into())).sum();
	sum.checked_div(total).map_or(0, |mean| u32::try_from(mean).unwrap_or(MAX_SCORE))
}

/// Mark for the part of `limit` that `taken` leaves.
fn unused(taken: u128, limit: u128) -> u32 {
	mark(limit.saturating_sub(taken), limit)
}

/// floor(MAX_SCORE × part / whole); 0 if there is no whole.
fn mark(part: u128, whole: u128) -> u32 {
	// `Perbill` divides without overflow for any u128; a thousandth of it is a `MAX_SCORE`-th.
	Perbill::from_rational_with_rounding(part.min(whole), whole, Rounding::Down)
		.map_or(0, |share| share.deconstruct() / 1_000)
}

/// A promised latency in whole blocks: rounded up, at least one.
pub fn latency_blocks(milliseconds: u32) -> u32 {
	milliseconds.div_ceil(TICK_MILLISECS).max(1)
}

/// Least score that takes the seat of a leader who scored `leader`: 1 % more, at least one point.
pub fn challenge(leader: u32) -> u32 {
	leader.saturating_add(leader.div_ceil(100).max(1))
}

/// An open bid's place in its job's book.
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
pub struct Rank {
	/// Score of the bid.
	pub score: u32,
	/// Position in the order of arrival.
	pub sequence: u32,
	/// Hash of the bidding node's DID.
	pub node: DidHash,
}

impl Rank {
	/// Best first: higher score, then earlier arrival.
	fn best_first(&self, other: &Self) -> Ordering {
		(Reverse(self.score), self.sequence).cmp(&(Reverse(other.score), other.sequence))
	}
}

/// All open bids of a job: leaders and others, each sorted best first.
#[derive(
	CloneNoBound,
	PartialEqNoBound,
	EqNoBound,
	DebugNoBound,
	DefaultNoBound,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxBids))]
#[codec(mel_bound())]
pub struct BidBook<MaxBids: Get<u32>> {
	/// The bids that matching looks at.
	pub leaders: BoundedVec<Rank, ConstU32<LEADERS>>,
	/// The other open bids.
	pub others: BoundedVec<Rank, MaxBids>,
	/// Sequence of the next bid.
	pub next_sequence: u32,
}

/// Where a bid came to stand.
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
pub enum Seat {
	/// Among the leaders.
	Leader,
	/// Among the others.
	Other,
}

/// A full book refuses a bid that is no better than its worst one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BookFull;

/// Where a bid stands in the line for a leader's seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
	/// It has one.
	Leading,
	/// It gets the next one that comes free.
	Next,
	/// A better one waits too.
	Later,
	/// It is not in the book.
	Absent,
}

impl<MaxBids: Get<u32>> BidBook<MaxBids> {
	/// Number of open bids.
	pub fn len(&self) -> u32 {
		let count = self.leaders.len().saturating_add(self.others.len());
		u32::try_from(count).unwrap_or(u32::MAX)
	}

	/// Whether there is no open bid.
	pub fn is_empty(&self) -> bool {
		self.leaders.is_empty() && self.others.is_empty()
	}

	/// Whether one more bid must displace another.
	pub fn is_full(&self) -> bool {
		self.len() >= MaxBids::get()
	}

	/// Whether `node` has an open bid.
	pub fn contains(&self, node: &DidHash) -> bool {
		self.iter().any(|rank| rank.node == *node)
	}

	/// All open bids, leaders first.
	pub fn iter(&self) -> impl Iterator<Item = &Rank> {
		self.leaders.iter().chain(self.others.iter())
	}

	/// Enters a bid of `node`. Returns where it stands and, if the book was full, the bid that it
	/// displaced: the worst one, which must have a lower score.
	pub fn place(
		&mut self,
		node: DidHash,
		score: u32,
	) -> Result<(Seat, Option<DidHash>), BookFull> {
		let displaced = if self.is_full() {
			let worst = *self.iter().max_by(|a, b| a.best_first(b)).ok_or(BookFull)?;
			if score <= worst.score {
				return Err(BookFull);
			}
			self.remove(&worst.node);
			Some(worst.node)
		} else {
			None
		};
		let rank = Rank { score, sequence: self.next_sequence, node };
		self.next_sequence = self.next_sequence.saturating_add(1);
		let seat = match self.lead(rank) {
			Ok(()) => Seat::Leader,
			Err(rank) => {
				insert_sorted(&mut self.others, rank);
				Seat::Other
			}
		};
		Ok((seat, displaced))
	}

	/// Where the bid of `node` stands in the line for a leader's seat.
	pub fn turn(&self, node: &DidHash) -> Turn {
		if self.leaders.iter().any(|rank| rank.node == *node) {
			return Turn::Leading;
		}
		match self.others.iter().position(|rank| rank.node == *node) {
			Some(0) => Turn::Next,
			Some(_) => Turn::Later,
			None => Turn::Absent,
		}
	}

	/// Takes the bid of `node` out. A leader's seat goes to the best of the others at once. Says
	/// what was there.
	pub fn remove(&mut self, node: &DidHash) -> Option<Rank> {
		if let Some(at) = self.leaders.iter().position(|rank| rank.node == *node) {
			let gone = self.leaders.remove(at);
			if !self.others.is_empty() {
				let next = self.others.remove(0);
				insert_sorted(&mut self.leaders, next);
			}
			return Some(gone);
		}
		let at = self.others.iter().position(|rank| rank.node == *node)?;
		Some(self.others.remove(at))
	}

	/// Whether no bid waits beside an empty seat, nor with a score that takes a leader's.
	#[cfg(any(feature = "std", feature = "try-runtime"))]
	pub fn seats_are_filled(&self) -> bool {
		match (self.leaders.last(), self.others.first()) {
			(Some(worst), Some(next)) => {
				self.leaders.is_full() && next.score < challenge(worst.score)
			}
			(None, Some(_)) => false,
			(_, None) => true,
		}
	}

	/// Seats `rank` among the leaders, or hands it back.
	fn lead(&mut self, rank: Rank) -> Result<(), Rank> {
		if self.leaders.is_full() {
			match self.leaders.last().copied() {
				Some(worst) if rank.score >= challenge(worst.score) => {
					self.leaders.pop();
					insert_sorted(&mut self.others, worst);
				}
				_ => return Err(rank),
			}
		}
		insert_sorted(&mut self.leaders, rank);
		Ok(())
	}
}

/// Inserts `rank` at its place. Callers have made room.
fn insert_sorted<S: Get<u32>>(ranks: &mut BoundedVec<Rank, S>, rank: Rank) {
	let at = ranks.partition_point(|other| other.best_first(&rank) == Ordering::Less);
	if ranks.try_insert(at, rank).is_err() {
		frame_support::defensive!("a bid book has room for every bid it admits");
	}
}

/// Whether `ranks` is sorted best first without repetition.
#[cfg(any(feature = "std", feature = "try-runtime"))]
pub fn is_sorted(ranks: &[Rank]) -> bool {
	ranks.windows(2).all(|pair| pair[0].best_first(&pair[1]) == Ordering::Less)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_core::H256;

	type Book = BidBook<ConstU32<6>>;

	fn node(n: u8) -> DidHash {
		H256::repeat_byte(n)
	}

	fn nodes(ranks: &[Rank]) -> Vec<u8> {
		ranks.iter().map(|rank| rank.node.as_bytes()[0]).collect()
	}

	fn input() -> ScoreInput {
		ScoreInput { cost: 500, budget: 1_000, latency: 150, latency_limit: 600, reputation: 5_000 }
	}

	#[test]
	fn score_is_the_weighted_mean_of_three_marks() {
		// price 500 000, latency 750 000, reputation 500 000, weights 50 : 20 : 30.
		assert_eq!(score(&input(), &ScoreWeights::default()), 550_000);
		let only = |price, latency, reputation| {
			score(&input(), &ScoreWeights { price, latency, reputation })
		};
		assert_eq!(only(1, 0, 0), 500_000);
		assert_eq!(only(0, 7, 0), 750_000);
		assert_eq!(only(0, 0, u16::MAX), 500_000);
		assert_eq!(only(0, 0, 0), 0);
	}

	#[test]
	fn score_reaches_both_ends() {
		let best = ScoreInput { cost: 0, latency: 0, reputation: MAX_REPUTATION, ..input() };
		assert_eq!(score(&best, &ScoreWeights::default()), MAX_SCORE);
		let worst = ScoreInput { cost: 1_000, latency: 600, reputation: 0, ..input() };
		assert_eq!(score(&worst, &ScoreWeights::default()), 0);
		let nothing =
			ScoreInput { cost: 0, budget: 0, latency: 0, latency_limit: 0, reputation: 0 };
		assert_eq!(score(&nothing, &ScoreWeights::default()), 0);
	}

	#[test]
	fn latency_counts_in_whole_blocks() {
		for (ms, blocks) in
			[(0, 1), (1, 1), (6_000, 1), (6_001, 2), (12_000, 2), (u32::MAX, 715_828)]
		{
			assert_eq!(latency_blocks(ms), blocks, "{ms} ms");
		}
	}

	#[test]
	fn a_challenge_needs_one_percent_rounded_up() {
		for (leader, needed) in [(0, 1), (1, 2), (100, 101), (101, 103), (1_000_000, 1_010_000)] {
			assert_eq!(challenge(leader), needed);
		}
		assert_eq!(challenge(u32::MAX), u32::MAX);
	}

	#[test]
	fn first_three_bids_lead_in_order_of_score() {
		let mut book = Book::default();
		for (n, score) in [(1, 500), (2, 700), (3, 600)] {
			assert_eq!(book.place(node(n), score), Ok((Seat::Leader, None)));
		}
		assert_eq!(nodes(&book.leaders), [2, 3, 1]);
		assert!(book.contains(&node(3)) && !book.contains(&node(4)));
	}

	#[test]
	fn a_leader_is_replaced_only_by_one_percent() {
		let mut book = Book::default();
		for n in 1..=3 {
			book.place(node(n), 1_000).unwrap();
		}
		assert_eq!(book.place(node(4), 1_009), Ok((Seat::Other, None)));
		assert_eq!(book.place(node(5), 1_010), Ok((Seat::Leader, None)));
		// Among equals the latest has the worst place.
		assert_eq!(nodes(&book.leaders), [5, 1, 2]);
		assert_eq!(nodes(&book.others), [4, 3]);
	}

	#[test]
	fn a_full_book_displaces_its_worst_bid_or_refuses() {
		let mut book = Book::default();
		for n in 1..=6 {
			book.place(node(n), 1_000 + u32::from(n)).unwrap();
		}
		assert!(book.is_full());
		let before = book.clone();
		assert_eq!(book.place(node(7), 1_001), Err(BookFull));
		assert_eq!(book, before);
		// The worst bid of all is a leader here: its seat goes to the best of the others.
		assert_eq!(book.place(node(7), 1_002), Ok((Seat::Other, Some(node(1)))));
		assert_eq!(book.len(), 6);
		assert_eq!(nodes(&book.leaders), [6, 3, 2]);
		assert_eq!(nodes(&book.others), [5, 4, 7]);
	}

	#[test]
	fn a_free_seat_goes_to_the_best_of_the_others() {
		let mut book = Book::default();
		for (n, score) in [(1, 1_000), (2, 1_000), (3, 1_000), (4, 900), (5, 1_005), (6, 950)] {
			book.place(node(n), score).unwrap();
		}
		assert_eq!(
			[1, 5, 6, 9].map(|n| book.turn(&node(n))),
			[Turn::Leading, Turn::Next, Turn::Later, Turn::Absent]
		);
		book.remove(&node(2)).unwrap();
		assert_eq!(nodes(&book.leaders), [5, 1, 3]);
		assert_eq!(nodes(&book.others), [6, 4]);
		// One of the others leaves no seat.
		book.remove(&node(6)).unwrap();
		assert_eq!((nodes(&book.leaders), nodes(&book.others)), (vec![5, 1, 3], vec![4]));
		for n in [5, 1, 3] {
			book.remove(&node(n)).unwrap();
		}
		assert_eq!((nodes(&book.leaders), nodes(&book.others)), (vec![4], vec![]));
	}

	#[test]
	fn a_bid_that_moves_up_keeps_its_place_by_arrival() {
		let mut book = Book::default();
		for (n, score) in [(1, 1_000), (2, 1_000), (3, 1_000), (4, 1_000), (5, 1_000)] {
			book.place(node(n), score).unwrap();
		}
		book.remove(&node(1)).unwrap();
		book.remove(&node(2)).unwrap();
		assert_eq!(nodes(&book.leaders), [3, 4, 5]);
	}

	prop_compose! {
		fn any_input()(
			budget in prop_oneof![0u128..1_000, any::<u128>()],
			cost in prop_oneof![0u128..1_000, any::<u128>()],
			latency in any::<u32>(),
			latency_limit in any::<u32>(),
			reputation in any::<u32>(),
		) -> ScoreInput {
			ScoreInput { cost, budget, latency, latency_limit, reputation }
		}
	}

	prop_compose! {
		fn any_weights()(price in any::<u16>(), latency in any::<u16>(), reputation in any::<u16>())
			-> ScoreWeights
		{
			ScoreWeights { price, latency, reputation }
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn score_is_bounded(i in any_input(), w in any_weights()) {
			prop_assert!(score(&i, &w) <= MAX_SCORE);
		}

		#[test]
		fn score_is_monotone(i in any_input(), w in any_weights(), other in any_input()) {
			let cheaper = ScoreInput { cost: i.cost.min(other.cost), ..i };
			prop_assert!(score(&cheaper, &w) >= score(&i, &w));
			let faster = ScoreInput { latency: i.latency.min(other.latency), ..i };
			prop_assert!(score(&faster, &w) >= score(&i, &w));
			let proven = ScoreInput { reputation: i.reputation.max(other.reputation), ..i };
			prop_assert!(score(&proven, &w) >= score(&i, &w));
		}

		#[test]
		fn marks_are_exact_where_u128_allows(part in 0u128..1u128 << 80, more in 0u128..1u128 << 80) {
			let whole = part + more;
			let exact = (part * u128::from(MAX_SCORE)).checked_div(whole).unwrap_or(0);
			prop_assert!(u128::from(mark(part, whole)).abs_diff(exact) <= 1);
		}

		#[test]
		fn book_keeps_its_shape(moves in prop::collection::vec((0u8..4, 1u8..12, 0u32..2_000), 1..80)) {
			let mut book = Book::default();
			for (kind, n, score) in moves {
				let had = book.contains(&node(n));
				match kind {
					0 | 1 if !had => {
						let full = book.is_full();
						let worst = book.iter().map(|rank| rank.score).min();
						match book.place(node(n), score) {
							Ok((_, displaced)) => {
								prop_assert_eq!(displaced.is_some(), full);
								prop_assert!(book.contains(&node(n)));
							},
							Err(BookFull) => prop_assert!(full && Some(score) <= worst),
						}
					},
					2 | 3 => {
						let (turn, next) = (book.turn(&node(n)), book.others.first().copied());
						prop_assert_eq!(turn != Turn::Absent, had);
						prop_assert_eq!(book.remove(&node(n)).is_some(), had);
						// The seat of a leader goes to the next in line, and no other bid moves.
						if let (Turn::Leading, Some(next)) = (turn, next) {
							prop_assert_eq!(book.turn(&next.node), Turn::Leading);
						}
					},
					_ => {},
				}
				prop_assert!(book.len() <= 6);
				prop_assert!(is_sorted(&book.leaders) && is_sorted(&book.others));
				prop_assert!(book.seats_are_filled());
				let mut seen: Vec<_> = book.iter().map(|rank| rank.node).collect();
				seen.sort();
				seen.dedup();
				prop_assert_eq!(seen.len() as u32, book.len());
			}
		}
	}
}
