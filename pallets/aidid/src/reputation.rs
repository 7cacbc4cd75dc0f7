//! What the parties of paid jobs said about an AI, and the score made of it.

use crate::types::FULL_SCORE;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Whether an inference served its purpose, as its provider says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inference {
	/// It did.
	Success,
	/// It did not.
	Failure,
}

/// Counts and score of one AI.
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
pub struct Reputation {
	/// Score of 10 000, made of the counts below. 5 000 while there are none.
	pub score: u32,
	/// Inferences recorded.
	pub total_inferences: u64,
	/// Those that succeeded.
	pub successful_inferences: u64,
	/// Those that failed.
	pub failed_inferences: u64,
	/// Mean rating of 10 000, rounded down. 0 while there is none.
	pub user_rating: u32,
	/// Ratings submitted.
	pub rating_count: u32,
	/// Sum of all ratings, so that the mean never drifts by rounding.
	pub rating_sum: u64,
}

impl Default for Reputation {
	fn default() -> Self {
		let mut fresh = Self {
			score: 0,
			total_inferences: 0,
			successful_inferences: 0,
			failed_inferences: 0,
			user_rating: 0,
			rating_count: 0,
			rating_sum: 0,
		};
		fresh.score = fresh.computed_score();
		fresh
	}
}

impl Reputation {
	/// Adds an inference.
	pub fn record_inference(&mut self, inference: Inference) {
		// Counters that stopped at their end would make the shares wrong, so nothing is added then.
		let Some(total) = self.total_inferences.checked_add(1) else { return };
		self.total_inferences = total;
		match inference {
			Inference::Success => {
				self.successful_inferences = self.successful_inferences.saturating_add(1)
			}
			Inference::Failure => self.failed_inferences = self.failed_inferences.saturating_add(1),
		}
		self.score = self.computed_score();
	}

	/// Adds a rating of at most 10 000.
	pub fn add_rating(&mut self, rating: u32) {
		let (Some(count), Some(sum)) = (
			self.rating_count.checked_add(1),
			self.rating_sum.checked_add(rating.min(FULL_SCORE).into()),
		) else {
			return;
		};
		self.rating_count = count;
		self.rating_sum = sum;
		self.user_rating = share(sum.into(), count.into(), 1);
		self.score = self.computed_score();
	}

	/// Share of the successful inferences, of 10 000. All of them while there are none.
	pub fn success_rate(&self) -> u32 {
		match self.total_inferences {
			0 => FULL_SCORE,
			total => share(self.successful_inferences.into(), total.into(), FULL_SCORE),
		}
	}

	/// The score that the counts give: the mean of two expected values of a Beta reputation
	/// (A. Jøsang, R. Ismail, "The Beta Reputation System", 2002), `(r + 1) / (r + s + 2)`: once
	/// with successes and failures, once with the ratings, where a rating of 7 000 counts as 0.7
	/// good and 0.3 bad. One observation therefore moves it little, and many dominate.
	pub fn computed_score(&self) -> u32 {
		let successes = u128::from(self.successful_inferences).saturating_add(1);
		let observed = u128::from(self.total_inferences).saturating_add(2);
		let inferences = share(successes, observed, FULL_SCORE);

		let good = u128::from(self.rating_sum).saturating_add(FULL_SCORE.into());
		let rated = u128::from(self.rating_count).saturating_add(2);
		let ratings = share(good, rated, 1);

		inferences.saturating_add(ratings) / 2
	}

	/// Whether the derived numbers agree with the counts.
	pub fn is_consistent(&self) -> bool {
		let count = u128::from(self.rating_count);
		self.successful_inferences.checked_add(self.failed_inferences)
			== Some(self.total_inferences)
			&& u128::from(self.rating_sum) <= count.saturating_mul(FULL_SCORE.into())
			&& self.user_rating == share(self.rating_sum.into(), count, 1)
			&& self.score == self.computed_score()
	}
}

/// `part × scale / whole`, rounded down; 0 of nothing.
fn share(part: u128, whole: u128, scale: u32) -> u32 {
	let scaled = part.saturating_mul(scale.into()).checked_div(whole).unwrap_or(0);
	u32::try_from(scaled).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use Inference::*;

	fn of(inferences: &[Inference], ratings: &[u32]) -> Reputation {
		let mut reputation = Reputation::default();
		inferences.iter().for_each(|inference| reputation.record_inference(*inference));
		ratings.iter().for_each(|rating| reputation.add_rating(*rating));
		reputation
	}

	#[test]
	fn starts_in_the_middle() {
		let fresh = Reputation::default();
		assert_eq!((fresh.score, fresh.user_rating, fresh.success_rate()), (5_000, 0, 10_000));
		assert!(fresh.is_consistent());
	}

	#[test]
	fn counts_and_shares() {
		let reputation = of(&[Success, Success, Failure], &[10_000, 5_001]);
		assert_eq!(reputation.total_inferences, 3);
		assert_eq!(reputation.successful_inferences, 2);
		assert_eq!(reputation.failed_inferences, 1);
		assert_eq!(reputation.success_rate(), 6_666);
		assert_eq!((reputation.user_rating, reputation.rating_count), (7_500, 2));
		// (2 + 1) / (3 + 2) = 6 000; (15 001 + 10 000) / (2 + 2) = 6 250.
		assert_eq!(reputation.score, 6_125);
	}

	#[test]
	fn one_voice_moves_little_and_many_dominate() {
		assert_eq!(of(&[], &[0]).score, 4_166);
		assert_eq!(of(&[Success], &[]).score, 5_833);
		assert_eq!(of(&[Success; 998], &[10_000; 998]).score, 9_990);
		assert_eq!(of(&[Failure; 998], &[0; 998]).score, 10);
	}

	#[test]
	fn full_counters_stay_right() {
		let mut full = Reputation {
			total_inferences: u64::MAX,
			successful_inferences: u64::MAX,
			rating_count: u32::MAX,
			rating_sum: u64::from(u32::MAX) * 10_000,
			user_rating: 10_000,
			..Default::default()
		};
		full.score = full.computed_score();
		assert_eq!(full.score, 9_999);
		let before = full;
		full.record_inference(Failure);
		full.add_rating(0);
		assert_eq!(full, before);
		assert!(full.is_consistent());
	}

	#[test]
	fn inconsistent_numbers_are_seen() {
		let sound = of(&[Success, Failure], &[4_000]);
		assert!(sound.is_consistent());
		for broken in [
			Reputation { score: sound.score + 1, ..sound },
			Reputation { failed_inferences: 2, ..sound },
			Reputation { user_rating: 4_001, ..sound },
			Reputation { rating_sum: 10_001, ..sound },
		] {
			assert!(!broken.is_consistent(), "{broken:?}");
		}
	}

	proptest! {
		#[test]
		fn score_is_bounded_and_the_mean_exact(
			inferences in proptest::collection::vec(any::<bool>(), 0..200),
			ratings in proptest::collection::vec(0..=10_000u32, 0..200),
		) {
			let inferences: Vec<_> =
				inferences.into_iter().map(|good| if good { Success } else { Failure }).collect();
			let reputation = of(&inferences, &ratings);
			prop_assert!(reputation.score <= FULL_SCORE);
			prop_assert!(reputation.is_consistent());
			if !ratings.is_empty() {
				let mean = ratings.iter().map(|r| u64::from(*r)).sum::<u64>() / ratings.len() as u64;
				prop_assert_eq!(u64::from(reputation.user_rating), mean);
			}
		}

		/// Good news never lowers the score, bad news never raises it.
		#[test]
		fn score_is_monotone(
			good in 0..1_000_000u64, bad in 0..1_000_000u64, rating in 0..=10_000u32, count in 0..1_000u32,
		) {
			let mut before = Reputation {
				total_inferences: good + bad,
				successful_inferences: good,
				failed_inferences: bad,
				rating_count: count,
				rating_sum: u64::from(count) * u64::from(rating),
				..Default::default()
			};
			before.score = before.computed_score();
			let after = |change: fn(&mut Reputation)| {
				let mut changed = before;
				change(&mut changed);
				changed.score
			};
			prop_assert!(after(|r| r.record_inference(Success)) >= before.score);
			prop_assert!(after(|r| r.record_inference(Failure)) <= before.score);
			prop_assert!(after(|r| r.add_rating(10_000)) >= before.score);
			prop_assert!(after(|r| r.add_rating(0)) <= before.score);
		}
	}
}
