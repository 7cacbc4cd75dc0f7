//! What happened lately, counted in a sliding window of constant size.
//!
//! Two buckets of the window's length: the present one, and the one before it, which counts by the
//! part of it that the window still covers, rounded up. So a count never jumps at the end of a
//! bucket, and nobody gets twice the limit by acting on both sides of it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::traits::{AtLeast32BitUnsigned, One, Saturating};

/// Sums of the present bucket and of the one before it.
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
pub struct Buckets<Sum> {
	/// Sum of the bucket before the present one.
	pub previous: Sum,
	/// Sum of the present bucket.
	pub current: Sum,
}

/// A node's violations and gains of late.
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
pub struct Window<BlockNumber> {
	/// First tick of the present bucket.
	pub start: BlockNumber,
	/// Number of the present bucket of violations.
	pub bucket: u32,
	/// Points of violations.
	pub violations: Buckets<u16>,
	/// Good evidence gained.
	pub gained: Buckets<u64>,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> Window<BlockNumber> {
	/// An empty window that begins at `now`.
	///
	/// Its first bucket is numbered by the tick. Buckets are longer than a tick, so a window that is
	/// opened anew for a forgotten node never repeats the number of an old one.
	pub fn opened(now: BlockNumber) -> Self {
		Self { start: now, ..Self::default_at(now.unique_saturated_into()) }
	}

	fn default_at(bucket: u32) -> Self {
		Self {
			start: BlockNumber::zero(),
			bucket,
			violations: Buckets::default(),
			gained: Buckets::default(),
		}
	}

	/// Moves on to the bucket that `now` falls into.
	pub fn roll(&mut self, now: BlockNumber, length: BlockNumber) {
		let length = length.max(One::one());
		let elapsed = now.saturating_sub(self.start);
		if elapsed < length {
			return;
		}
		if elapsed < length.saturating_add(length) {
			self.start = self.start.saturating_add(length);
			self.bucket = self.bucket.wrapping_add(1);
			self.violations = Buckets { previous: self.violations.current, current: 0 };
			self.gained = Buckets { previous: self.gained.current, current: 0 };
		} else {
			*self = Self { start: now, ..Self::default_at(self.bucket.wrapping_add(2)) };
		}
	}

	/// Points of violations inside the window that ends at `now`. The window must have been rolled.
	pub fn violations(&self, now: BlockNumber, length: BlockNumber) -> u16 {
		let Buckets { previous, current } = self.violations;
		let covered = self.covered(previous.into(), now, length);
		current.saturating_add(u16::try_from(covered).unwrap_or(u16::MAX))
	}

	/// Good evidence gained inside the window that ends at `now`. The window must have been rolled.
	pub fn gained(&self, now: BlockNumber, length: BlockNumber) -> u64 {
		let Buckets { previous, current } = self.gained;
		current.saturating_add(self.covered(previous, now, length))
	}

	/// The part of the previous bucket's `sum` that the window still covers, rounded up.
	fn covered(&self, sum: u64, now: BlockNumber, length: BlockNumber) -> u64 {
		let length: u64 = length.max(One::one()).unique_saturated_into();
		let into: u64 = now.saturating_sub(self.start).unique_saturated_into();
		let left = u128::from(length.saturating_sub(into));
		let covered = u128::from(sum).saturating_mul(left).div_ceil(length.into());
		u64::try_from(covered).unwrap_or(sum)
	}

	/// Counts violations.
	pub fn violate(&mut self, points: u8) {
		self.violations.current.saturating_accrue(points.into());
	}

	/// Counts good evidence.
	pub fn gain(&mut self, good: u64) {
		self.gained.current.saturating_accrue(good);
	}

	/// Takes back violations that were counted in `bucket`, where they still count.
	pub fn forgive(&mut self, bucket: u32, points: u8) {
		if bucket == self.bucket {
			self.violations.current.saturating_reduce(points.into());
		} else if bucket.wrapping_add(1) == self.bucket {
			self.violations.previous.saturating_reduce(points.into());
		}
	}

	/// Forgets all violations.
	pub fn forgive_all(&mut self) {
		self.violations = Buckets::default();
		// What is forgotten cannot be taken back a second time.
		self.bucket = self.bucket.wrapping_add(2);
	}

	/// Whether nothing counts any more. The window must have been rolled.
	pub fn is_empty(&self) -> bool {
		self.violations == Buckets::default() && self.gained == Buckets::default()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const LENGTH: u32 = 100;

	fn at(window: &mut Window<u32>, now: u32) -> u16 {
		window.roll(now, LENGTH);
		window.violations(now, LENGTH)
	}

	#[test]
	fn violations_slide_out_of_the_window() {
		let mut window = Window::opened(1_000u32);
		window.violate(10);
		assert_eq!(at(&mut window, 1_000), 10);
		assert_eq!(at(&mut window, 1_099), 10);
		assert_eq!(at(&mut window, 1_100), 10);
		assert_eq!(at(&mut window, 1_101), 10);
		assert_eq!(at(&mut window, 1_150), 5);
		assert_eq!(at(&mut window, 1_151), 5);
		assert_eq!(at(&mut window, 1_199), 1);
		assert_eq!(at(&mut window, 1_200), 0);
		assert!(window.is_empty());
	}

	#[test]
	fn a_long_silence_opens_a_new_window() {
		let mut window = Window::opened(1_000u32);
		window.violate(10);
		window.gain(7);
		assert_eq!(at(&mut window, 1_250), 0);
		assert_eq!((window.start, window.bucket), (1_250, 1_002));
		assert_eq!(window.gained(1_250, LENGTH), 0);
	}

	#[test]
	fn both_sides_of_a_boundary_count_together() {
		let mut window = Window::opened(1_000u32);
		window.roll(1_099, LENGTH);
		window.violate(9);
		window.roll(1_100, LENGTH);
		window.violate(9);
		assert_eq!(window.violations(1_100, LENGTH), 18);
	}

	#[test]
	fn forgive_finds_its_bucket() {
		let mut window = Window::opened(1_000u32);
		window.violate(3);
		let bucket = window.bucket;
		window.violate(4);
		window.forgive(bucket, 3);
		assert_eq!(at(&mut window, 1_000), 4);
		window.roll(1_100, LENGTH);
		window.violate(1);
		window.forgive(bucket, 4);
		assert_eq!(at(&mut window, 1_100), 1);
		// Gone from the window: nothing else is touched.
		window.roll(1_200, LENGTH);
		window.violate(2);
		window.forgive(bucket, 4);
		assert_eq!(at(&mut window, 1_200), 3);
	}

	#[test]
	fn what_was_forgotten_is_not_forgiven_again() {
		let mut window = Window::opened(1_000u32);
		window.violate(3);
		let bucket = window.bucket;
		window.forgive_all();
		window.violate(5);
		window.forgive(bucket, 3);
		assert_eq!(at(&mut window, 1_000), 5);
	}

	#[test]
	fn gains_survive_forgiveness() {
		let mut window = Window::opened(1_000u32);
		window.gain(10);
		window.forgive_all();
		assert_eq!(window.gained(1_000, LENGTH), 10);
		window.roll(1_150, LENGTH);
		assert_eq!(window.gained(1_150, LENGTH), 5);
	}

	#[test]
	fn extremes_do_not_overflow() {
		let mut window = Window::opened(0u32);
		for _ in 0..1_000 {
			window.violate(u8::MAX);
			window.gain(u64::MAX);
		}
		window.bucket = u32::MAX;
		window.roll(u32::MAX, u32::MAX);
		window.roll(u32::MAX, 0);
		assert_eq!(window.violations(u32::MAX, 0), 0);
		window.forgive_all();
	}

	proptest! {
		/// Never counts less than what really lies inside the window if all of it came at once at
		/// any place of a bucket's end, and never more than what the two buckets hold.
		#[test]
		fn counts_between_present_and_both_buckets(steps in prop::collection::vec((0..150u32, 0..20u8), 1..40)) {
			let mut window = Window::opened(0u32);
			let mut log: Vec<(u32, u16)> = vec![];
			let mut now = 0;
			for (wait, points) in steps {
				now += wait;
				window.roll(now, LENGTH);
				window.violate(points);
				log.push((now, points.into()));
				let count = window.violations(now, LENGTH);
				let since = |from: u32| log.iter().filter(|(at, _)| *at >= from).map(|(_, p)| p).sum::<u16>();
				prop_assert!(count >= since(window.start));
				prop_assert!(count <= since(window.start.saturating_sub(LENGTH)));
			}
		}
	}
}
