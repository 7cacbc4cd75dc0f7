//! A source of chance that a seed repeats.

/// SplitMix64.
pub struct Dice(u64);

impl Dice {
	pub fn new(seed: u64) -> Self {
		Self(seed)
	}

	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// 0 to `n − 1`.
	pub fn below(&mut self, n: usize) -> usize {
		(self.next() % n as u64) as usize
	}

	/// `least` to `most`.
	pub fn between(&mut self, least: u32, most: u32) -> u32 {
		least + (self.next() % (u64::from(most - least) + 1)) as u32
	}

	pub fn chance(&mut self, percent: u32) -> bool {
		self.next() % 100 < u64::from(percent)
	}

	pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
		of[self.below(of.len())].clone()
	}

	/// One of the good ones, now and then of the bad ones.
	pub fn mostly<T: Clone>(&mut self, good: &[T], bad: &[T]) -> T {
		match self.chance(4) {
			true => self.pick(bad),
			false => self.pick(good),
		}
	}

	/// One of some, if there are any.
	pub fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
		(!of.is_empty()).then(|| self.pick(of))
	}

	/// One of some with a weight each.
	pub fn weighted<T: Clone>(&mut self, of: &[(u32, T)]) -> T {
		let total: u32 = of.iter().map(|(weight, _)| weight).sum();
		let mut left = self.below(total as usize) as u32;
		for (weight, value) in of {
			if left < *weight {
				return value.clone();
			}
			left -= weight;
		}
		unreachable!("the weights sum to the total")
	}

	pub fn bytes(&mut self) -> [u8; 32] {
		let mut bytes = [0; 32];
		for part in bytes.chunks_mut(8) {
			part.copy_from_slice(&self.next().to_le_bytes());
		}
		bytes
	}
}
