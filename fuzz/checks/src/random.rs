//! Numbers that are the same on every machine: hashes of a seed and a counter.

use rand_core::{utils, Infallible, TryCryptoRng, TryRng};
use sha2::{Digest, Sha512};

pub struct Random {
	seed: u64,
	drawn: u64,
}

impl Random {
	pub fn new(seed: u64) -> Self {
		Self { seed, drawn: 0 }
	}
}

impl TryRng for Random {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		utils::next_word_via_fill(self)
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		utils::next_word_via_fill(self)
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
		for chunk in bytes.chunks_mut(64) {
			let hash = hash64(&[self.seed.to_le_bytes(), self.drawn.to_le_bytes()].concat());
			chunk.copy_from_slice(&hash[..chunk.len()]);
			self.drawn += 1;
		}
		Ok(())
	}
}

impl TryCryptoRng for Random {}

fn hash64(bytes: &[u8]) -> [u8; 64] {
	Sha512::digest(bytes).into()
}
