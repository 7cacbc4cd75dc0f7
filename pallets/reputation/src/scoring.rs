//! The score of a node, as pure fixed-point arithmetic.
//!
//! # Source
//!
//! A. Jøsang and R. Ismail, "The Beta Reputation System", Proceedings of the 15th Bled Electronic
//! Commerce Conference, 2002. A node's record is a pair of sums: `r` of good and `s` of bad
//! evidence. They parametrise a Beta distribution over the share of work that the node does well:
//!
//! ```text
//! α = r + W × a        β = s + W × (1 − a)        n = α + β = r + s + W
//! mean = α / n         variance = mean × (1 − mean) / (n + 1)
//! ```
//!
//! `a` is what is expected of a node that nobody knows, `W` how much evidence that expectation is
//! worth; the paper has a = 1/2 and W = 2. Evidence fades: after `t` ticks `r` and `s` are
//! multiplied by `2^(−t / half_life)`, the paper's forgetting factor per unit of time. A rating `v`
//! between 0 and 1 of weight `w` adds `w × v` to `r` and `w × (1 − v)` to `s`, as in the paper.
//!
//! # From evidence to a score
//!
//! What counts is not the mean but the **lower confidence bound**
//! `LCB = max(0, mean − z × √variance)`: of two nodes with the same mean, the better known one is
//! ahead. The score is the LCB on a scale from 0 to 10 000 that is stretched so that no evidence at
//! all reads as the initial score `10 000 × a`:
//!
//! ```text
//! L₀ = LCB of no evidence
//! score = 10 000 × a × LCB / L₀                                      where LCB ≤ L₀
//! score = 10 000 × a + 10 000 × (1 − a) × (LCB − L₀) / (1 − L₀)      where LCB > L₀
//! ```
//!
//! Both pieces rise with the LCB, so scores order nodes exactly as their lower bounds do. A node
//! nobody knows has mean and score 5 000; a node that has proven a mean of 5 000 scores about 6 000:
//! a fresh name is not worth 5 000 proven points. And the first good job raises a score, which it
//! would not if a fresh node showed its mean and a known one its lower bound.
//!
//! # Numbers
//!
//! Evidence counts in billionths of a whole outcome ([`UNIT`]). Means and bounds are computed in
//! [`ONE`]-ths and rounded down. No input makes anything here overflow or panic.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Percent, Rounding};

/// The highest score: 100.00 %.
pub const MAX_SCORE: u32 = 10_000;
/// Evidence of one whole outcome.
pub const UNIT: u64 = 1_000_000_000;
/// Most evidence of either kind that is kept: 100 000 whole outcomes.
pub const MAX_EVIDENCE: u64 = 100_000 * UNIT;
/// Evidence below this, a thousandth of an outcome, says nothing.
pub const NEGLIGIBLE: u64 = UNIT / 1_000;
/// One, in the fixed point of means and bounds.
pub const ONE: u128 = 1_000_000_000_000;

/// `2^(−1/2), 2^(−1/4), …, 2^(−2^−32)`, each times 2^64, rounded down.
const ROOTS: [u64; 32] = [
	13_043_817_825_332_782_212,
	15_511_800_964_685_064_948,
	16_915_738_899_553_466_670,
	17_664_662_643_191_237_676,
	18_051_468_387_014_017_850,
	18_248_035_989_933_441_396,
	18_347_121_020_861_646_923,
	18_396_865_112_328_554_661,
	18_421_787_711_448_657_617,
	18_434_261_669_329_232_139,
	18_440_501_815_349_552_981,
	18_443_622_680_442_407_997,
	18_445_183_311_048_607_332,
	18_445_963_675_871_538_003,
	18_446_353_870_663_572_145,
	18_446_548_971_154_807_802,
	18_446_646_522_174_239_825,
	18_446_695_297_877_410_579,
	18_446_719_685_777_359_790,
	18_446_731_879_739_425_374,
	18_446_737_976_723_480_912,
	18_446_741_025_216_264_368,
	18_446_742_549_462_845_018,
	18_446_743_311_586_182_573,
	18_446_743_692_647_863_158,
	18_446_743_883_178_706_403,
	18_446_743_978_444_128_763,
	18_446_744_026_076_840_128,
	18_446_744_049_893_195_856,
	18_446_744_061_801_373_732,
	18_446_744_067_755_462_673,
	18_446_744_070_732_507_144,
];

/// What a node has shown, as it counts now.
#[derive(
	Clone,
	Copy,
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
pub struct Evidence {
	/// Good evidence `r`, in billionths of an outcome.
	pub good: u64,
	/// Bad evidence `s`, in billionths of an outcome.
	pub bad: u64,
}

impl Evidence {
	/// Both sums after `elapsed` ticks.
	pub fn decayed(self, elapsed: u64, half_life: u64) -> Self {
		Self {
			good: decay(self.good, elapsed, half_life),
			bad: decay(self.bad, elapsed, half_life),
		}
	}

	/// Both sums with more evidence.
	pub fn plus(self, more: Self) -> Self {
		Self {
			good: self.good.saturating_add(more.good).min(MAX_EVIDENCE),
			bad: self.bad.saturating_add(more.bad).min(MAX_EVIDENCE),
		}
	}

	/// A part of the evidence, in 65 536ths.
	fn part(self, share: u32) -> Self {
		let of = |sum: u64| {
			u64::try_from(u128::from(sum).saturating_mul(share.into()) >> 16).unwrap_or(sum)
		};
		Self { good: of(self.good), bad: of(self.bad) }
	}

	/// Whether the evidence no longer says anything.
	pub fn is_negligible(self) -> bool {
		self.good < NEGLIGIBLE && self.bad < NEGLIGIBLE
	}
}

/// `amount × 2^(−elapsed / half_life)`, rounded down.
///
/// At most 32 multiplications, however long the time: whole half-lives are a shift, and the rest, in
/// 2^32nds of a half-life, is a product of square roots of square roots.
pub fn decay(amount: u64, elapsed: u64, half_life: u64) -> u64 {
	let half_life = half_life.max(1);
	let Ok(halvings) = u32::try_from(elapsed / half_life) else { return 0 };
	let rest = (u128::from(elapsed % half_life) << 32) / u128::from(half_life);
	let factor =
		(1u32..).zip(ROOTS).filter(|(bit, _)| rest >> (32u32.saturating_sub(*bit)) & 1 == 1);
	let left = factor
		.fold(u128::from(u64::MAX), |product, (_, root)| product.saturating_mul(root.into()) >> 64);
	let amount = if rest == 0 {
		amount
	} else {
		u64::try_from(u128::from(amount).saturating_mul(left) >> 64).unwrap_or(amount)
	};
	amount.checked_shr(halvings).unwrap_or(0)
}

/// What is thought of a node before any evidence, and how cautiously evidence is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prior {
	/// Score and mean without evidence, 0 to 10 000: `10 000 × a`.
	pub score: u32,
	/// How much evidence that is worth: `W`, in billionths of an outcome.
	pub weight: u64,
	/// How many standard deviations the lower bound lies below the mean: `z`, in hundredths.
	pub confidence: u32,
}

impl Prior {
	/// Expected share of work done well, in [`ONE`]-ths.
	pub fn mean(&self, evidence: Evidence) -> u128 {
		let initial = u128::from(self.score.min(MAX_SCORE));
		let alpha = u128::from(self.weight)
			.saturating_mul(initial)
			.checked_div(MAX_SCORE.into())
			.unwrap_or(0)
			.saturating_add(evidence.good.into());
		alpha.saturating_mul(ONE).checked_div(self.total(evidence)).unwrap_or(0).min(ONE)
	}

	/// `n = r + s + W`.
	fn total(&self, evidence: Evidence) -> u128 {
		u128::from(self.weight)
			.saturating_add(evidence.good.into())
			.saturating_add(evidence.bad.into())
	}

	/// Lower confidence bound of that share, in [`ONE`]-ths.
	pub fn lower_bound(&self, evidence: Evidence) -> u128 {
		let mean = self.mean(evidence);
		let variance = multiply_by_rational_with_rounding(
			mean.saturating_mul(ONE.saturating_sub(mean)),
			UNIT.into(),
			self.total(evidence).saturating_add(UNIT.into()),
			Rounding::Down,
		)
		.unwrap_or(0);
		let margin = variance.isqrt().saturating_mul(self.confidence.into()) / 100;
		mean.saturating_sub(margin)
	}

	/// The score, 0 to 10 000: the lower bound on the stretched scale of the [module docs](self).
	pub fn score(&self, evidence: Evidence) -> u32 {
		let initial = u128::from(self.score.min(MAX_SCORE));
		let fresh = self.lower_bound(Evidence::default());
		let bound = self.lower_bound(evidence);
		let points = if bound <= fresh {
			initial.saturating_mul(bound).checked_div(fresh).unwrap_or(initial)
		} else {
			let above = u128::from(MAX_SCORE)
				.saturating_sub(initial)
				.saturating_mul(bound.saturating_sub(fresh))
				.checked_div(ONE.saturating_sub(fresh))
				.unwrap_or(0);
			initial.saturating_add(above)
		};
		u32::try_from(points).unwrap_or(MAX_SCORE).min(MAX_SCORE)
	}

	/// As much of `step` as moves neither the score nor the mean of `before` by more than `limit`
	/// points.
	pub fn limited(&self, before: Evidence, step: Evidence, limit: u32) -> Evidence {
		let (score, mean) = (self.score(before), points(self.mean(before)));
		let fits = |share: u32| {
			let after = before.plus(step.part(share));
			self.score(after).abs_diff(score) <= limit
				&& points(self.mean(after)).abs_diff(mean) <= limit
		};
		if fits(1 << 16) {
			return step;
		}
		// Both numbers move in one direction as the share grows.
		let mut share = 0u32;
		for bit in (0..16).rev() {
			if fits(share | 1 << bit) {
				share |= 1 << bit;
			}
		}
		step.part(share)
	}
}

/// A share in [`ONE`]-ths as points of 10 000, rounded down.
pub fn points(share: u128) -> u32 {
	u32::try_from(share.saturating_mul(MAX_SCORE.into()) / ONE).unwrap_or(MAX_SCORE).min(MAX_SCORE)
}

/// How much an outcome counts that `amount` was paid or at risk for: `amount / (amount + half)` of a
/// whole one, rounded down. Never more than one, half of one at `half`.
pub fn weight(amount: u128, half: u128) -> u64 {
	let whole = amount.saturating_add(half);
	multiply_by_rational_with_rounding(amount, UNIT.into(), whole, Rounding::Down)
		.and_then(|weight| u64::try_from(weight).ok())
		.map_or(0, |weight| weight.min(UNIT))
}

/// How much a fault counts: its [`weight`], but at least the part `least` of a whole outcome, times
/// `severity` percent.
pub fn fault_weight(at_risk: u128, half: u128, least: Percent, severity: u16) -> u64 {
	weight(at_risk, half).max(least.mul_floor(UNIT)).saturating_mul(severity.into()) / 100
}

/// What a rating of 1 to 5 stars with weight `weight` shows. `None` for other numbers.
///
/// `room` is how much good evidence may still be added: a rating that would add more counts less,
/// with the same share of good and bad.
pub fn rating(stars: u8, weight: u64, room: u64) -> Option<Evidence> {
	let quarters = u64::from(stars.checked_sub(1).filter(|quarters| *quarters <= 4)?);
	let weight = match room.saturating_mul(4).checked_div(quarters) {
		Some(most) => weight.min(most),
		None => weight,
	};
	let good = weight.saturating_mul(quarters) / 4;
	Some(Evidence { good, bad: weight.saturating_sub(good) })
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const PRIOR: Prior = Prior { score: 5_000, weight: 10 * UNIT, confidence: 100 };
	const HALF_LIFE: u64 = 432_000;

	fn units(good: u64, bad: u64) -> Evidence {
		Evidence { good: good * UNIT, bad: bad * UNIT }
	}

	/// The formula of the module docs in floating point.
	fn reference(prior: &Prior, evidence: Evidence) -> (f64, f64, f64) {
		let unit = UNIT as f64;
		let a = f64::from(prior.score) / 1e4;
		let w = prior.weight as f64 / unit;
		let bound = |r: f64, s: f64| {
			let n = r + s + w;
			let mean = (r + w * a) / n;
			let z = f64::from(prior.confidence) / 100.0;
			(mean, (mean - z * (mean * (1.0 - mean) / (n + 1.0)).sqrt()).max(0.0))
		};
		let (mean, lcb) = bound(evidence.good as f64 / unit, evidence.bad as f64 / unit);
		let (_, fresh) = bound(0.0, 0.0);
		let score = if lcb <= fresh {
			a * lcb / fresh
		} else {
			a + (1.0 - a) * (lcb - fresh) / (1.0 - fresh)
		};
		(mean * 1e4, lcb * 1e4, score * 1e4)
	}

	/// Priors that the parameters' bounds allow.
	fn prior() -> impl Strategy<Value = Prior> {
		(2_000..=8_000u32, 2 * UNIT..=100 * UNIT, 0..=300u32)
			.prop_map(|(score, weight, confidence)| Prior { score, weight, confidence })
			.prop_filter("a lower bound to start from", |prior| {
				prior.lower_bound(Evidence::default()) >= ONE / 20
			})
	}

	/// Amounts of every order of magnitude up to 10 000 outcomes.
	fn amount() -> impl Strategy<Value = u64> {
		(0..=43u32, any::<u64>())
			.prop_map(|(bits, noise)| ((1u64 << bits) + noise % (1 << bits)).min(10_000 * UNIT))
	}

	fn evidence() -> impl Strategy<Value = Evidence> {
		(amount(), amount()).prop_map(|(good, bad)| Evidence { good, bad })
	}

	/// More evidence than fits into a rounding error.
	fn step() -> impl Strategy<Value = u64> {
		UNIT / 1_000..100 * UNIT
	}

	#[test]
	fn known_values() {
		let of = |good, bad| PRIOR.score(units(good, bad));
		assert_eq!(of(0, 0), 5_000);
		assert_eq!(of(1, 0), 5_403);
		assert_eq!(of(10, 0), 7_353);
		assert_eq!(of(45, 0), 9_006);
		assert_eq!(of(100, 4), 9_200);
		assert_eq!(of(0, 2), 4_007);
		assert_eq!(of(0, 12), 2_002);
		assert_eq!(points(PRIOR.mean(units(0, 0))), 5_000);
		assert_eq!(points(PRIOR.mean(units(10, 0))), 7_500);
		assert_eq!(points(PRIOR.lower_bound(units(0, 0))), 3_492);
	}

	#[test]
	fn a_fresh_name_is_not_worth_5_000_proven_points() {
		let fresh = PRIOR.score(Evidence::default());
		let mut last = fresh;
		for outcomes in [1, 10, 100, 1_000, 10_000] {
			let proven = units(outcomes, outcomes);
			assert_eq!(points(PRIOR.mean(proven)), 5_000);
			let score = PRIOR.score(proven);
			assert!(score > last, "{outcomes}");
			last = score;
		}
		assert!(last > fresh + 1_000, "{last}");
	}

	#[test]
	fn decay_halves_and_ends() {
		assert_eq!(decay(1 << 40, 0, HALF_LIFE), 1 << 40);
		assert_eq!(decay(1 << 40, HALF_LIFE, HALF_LIFE), 1 << 39);
		assert_eq!(decay(1 << 40, 40 * HALF_LIFE, HALF_LIFE), 1);
		assert_eq!(decay(1 << 40, 41 * HALF_LIFE, HALF_LIFE), 0);
		assert_eq!(decay(u64::MAX, u64::MAX, 1), 0);
		assert_eq!(decay(u64::MAX, u64::MAX, u64::MAX), u64::MAX / 2);
		assert_eq!(decay(7, 5, 0), 0);
		let half_of_half = decay(UNIT, HALF_LIFE / 2, HALF_LIFE);
		assert_eq!(half_of_half, 707_106_781);
	}

	#[test]
	fn forgetting_ends_at_the_prior() {
		for start in [units(1_000, 0), units(0, 1_000)] {
			let old = start.decayed(60 * HALF_LIFE, HALF_LIFE);
			assert!(old.is_negligible());
			assert_eq!(PRIOR.score(old), 5_000);
		}
		assert!(!units(1, 0).is_negligible());
		assert!(!units(0, 1).is_negligible());
	}

	#[test]
	fn weights_have_the_right_order_of_magnitude() {
		let half = 1_000_000;
		assert_eq!(weight(0, half), 0);
		assert_eq!(weight(half, half), UNIT / 2);
		assert_eq!(weight(half / 1_000, half), 999_000);
		assert_eq!(weight(9 * half, half), UNIT * 9 / 10);
		assert_eq!(weight(0, 0), 0);
		// The weight of a tiny fault is the least one.
		let least = Percent::from_percent(10);
		assert_eq!(fault_weight(1, half, least, 200), UNIT / 5);
		assert_eq!(fault_weight(half, half, least, 200), UNIT);
		assert_eq!(fault_weight(half, half, least, 0), 0);
	}

	#[test]
	fn ratings_split_their_weight() {
		let of = |stars| rating(stars, UNIT, u64::MAX);
		let expect = |good, bad| Some(Evidence { good, bad });
		assert_eq!(of(0), None);
		assert_eq!(of(1), expect(0, UNIT));
		assert_eq!(of(2), expect(UNIT / 4, UNIT * 3 / 4));
		assert_eq!(of(3), expect(UNIT / 2, UNIT / 2));
		assert_eq!(of(5), expect(UNIT, 0));
		assert_eq!(of(6), None);
		assert_eq!(of(255), None);
		// Room for good evidence limits the whole rating, but not a purely bad one.
		assert_eq!(rating(5, UNIT, 7), expect(7, 0));
		assert_eq!(rating(3, UNIT, UNIT / 4), expect(UNIT / 4, UNIT / 4));
		assert_eq!(rating(2, UNIT, 0), expect(0, 0));
		assert_eq!(rating(1, UNIT, 0), expect(0, UNIT));
	}

	#[test]
	fn extremes_do_not_overflow() {
		let extremes = [0, 1, UNIT, MAX_EVIDENCE, u64::MAX];
		for good in extremes {
			for bad in extremes {
				for weight in extremes {
					for confidence in [0, 100, u32::MAX] {
						for score in [0, 1, 5_000, 10_000, u32::MAX] {
							let prior = Prior { score, weight, confidence };
							let evidence = Evidence { good, bad };
							assert!(prior.score(evidence) <= MAX_SCORE);
							assert!(prior.mean(evidence) <= ONE);
							prior.limited(evidence, evidence, 100);
							evidence.plus(evidence).decayed(u64::MAX, 3);
						}
					}
				}
			}
		}
		for amount in [0, 1, u128::MAX] {
			for half in [0, 1, u128::MAX] {
				assert!(weight(amount, half) <= UNIT);
				fault_weight(amount, half, Percent::from_percent(100), u16::MAX);
			}
		}
		assert_eq!(weight(u128::MAX, 1), UNIT);
	}

	proptest! {
		#[test]
		fn agrees_with_floating_point(prior in prior(), evidence in evidence()) {
			let (mean, bound, score) = reference(&prior, evidence);
			prop_assert!((f64::from(points(prior.mean(evidence))) - mean).abs() <= 1.01);
			prop_assert!((f64::from(points(prior.lower_bound(evidence))) - bound).abs() <= 1.01);
			prop_assert!((f64::from(prior.score(evidence)) - score).abs() <= 1.01);
		}

		#[test]
		fn bounded_and_below_the_mean(prior in prior(), evidence in evidence()) {
			prop_assert!(prior.score(evidence) <= MAX_SCORE);
			prop_assert!(prior.lower_bound(evidence) <= prior.mean(evidence));
			prop_assert_eq!(prior.score(Evidence::default()), prior.score);
		}

		#[test]
		fn monotone_in_evidence(prior in prior(), before in evidence(), more in step()) {
			let better = before.plus(Evidence { good: more, bad: 0 });
			let worse = before.plus(Evidence { good: 0, bad: more });
			prop_assert!(prior.score(better) >= prior.score(before));
			prop_assert!(prior.score(worse) <= prior.score(before));
			prop_assert!(prior.lower_bound(better) > prior.lower_bound(before)
				|| prior.lower_bound(before) == 0);
			prop_assert!(prior.lower_bound(worse) < prior.lower_bound(before)
				|| prior.lower_bound(before) == 0);
		}

		/// Scores order nodes as their lower bounds do.
		#[test]
		fn scores_follow_the_lower_bound(prior in prior(), one in evidence(), other in evidence()) {
			if prior.lower_bound(one) <= prior.lower_bound(other) {
				prop_assert!(prior.score(one) <= prior.score(other));
			} else {
				prop_assert!(prior.score(one) >= prior.score(other));
			}
		}

		/// Of two nodes with the same mean the better known one is ahead.
		#[test]
		fn certainty_is_worth_something(ratio in 1..20u64, few in 1..10u64, more in 2..10u64) {
			let node = |jobs: u64| units(jobs * ratio, jobs);
			let flat = Prior { weight: 0, ..PRIOR };
			prop_assert_eq!(flat.mean(node(few)), flat.mean(node(few * more)));
			prop_assert!(flat.lower_bound(node(few * more)) > flat.lower_bound(node(few)));
		}

		#[test]
		fn decay_is_exponential(amount in 0..MAX_EVIDENCE, one in 0..5_000_000u64, other in 0..5_000_000u64) {
			let exact = amount as f64 * (-(one as f64) / HALF_LIFE as f64).exp2();
			let got = decay(amount, one, HALF_LIFE);
			prop_assert!((got as f64 - exact).abs() <= 2.0 + amount as f64 * 1e-9);
			// Later is never more, and two steps are as good as one.
			prop_assert!(decay(amount, one + other, HALF_LIFE) <= got);
			let twice = decay(got, other, HALF_LIFE);
			let once = decay(amount, one + other, HALF_LIFE);
			prop_assert!(once.abs_diff(twice) <= 3 + amount / 1_000_000_000);
		}

		/// Forgetting moves the mean towards the prior and never past it.
		#[test]
		fn forgetting_pulls_to_the_prior(prior in prior(), start in evidence(), elapsed in 0..50_000_000u64) {
			let old = start.decayed(elapsed, HALF_LIFE);
			let initial = prior.mean(Evidence::default());
			let (before, after) = (prior.mean(start), prior.mean(old));
			// Rounding of sums of a few billionths is no movement.
			let (low, high) = (before.min(initial), before.max(initial));
			prop_assert!(after + 1_000 >= low && after <= high + 1_000);
			prop_assert!(after.abs_diff(initial) <= before.abs_diff(initial) + 1_000);
		}

		#[test]
		fn one_limited_step_moves_at_most_the_limit(
			prior in prior(), before in evidence(), good in amount(), bad in amount(), limit in 0..=100u32,
		) {
			let step = Evidence { good, bad };
			let taken = prior.limited(before, step, limit);
			prop_assert!(taken.good <= good && taken.bad <= bad);
			let after = before.plus(taken);
			prop_assert!(prior.score(after).abs_diff(prior.score(before)) <= limit);
			prop_assert!(points(prior.mean(after)).abs_diff(points(prior.mean(before))) <= limit);
		}

		/// The limit takes no more than it must.
		#[test]
		fn a_limited_step_uses_its_room(good in UNIT..10 * UNIT) {
			let step = Evidence { good, bad: 0 };
			let after = PRIOR.score(Evidence::default().plus(PRIOR.limited(Evidence::default(), step, 100)));
			prop_assert!((5_085..=5_100).contains(&after));
		}

		#[test]
		fn weights_grow_and_saturate(amount in any::<u128>(), more in any::<u128>(), half in 1..u128::MAX) {
			let (small, large) = (weight(amount, half), weight(amount.saturating_add(more), half));
			prop_assert!(small <= large && large <= UNIT);
		}
	}
}
