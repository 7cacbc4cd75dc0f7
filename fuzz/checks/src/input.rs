//! Reading an input piece by piece. Past its end there are zeros.

/// What is left of an input.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
	pub fn new(bytes: &'a [u8]) -> Self {
		Self(bytes)
	}

	pub fn take(&mut self, most: usize) -> &'a [u8] {
		let (head, tail) = self.0.split_at(most.min(self.0.len()));
		self.0 = tail;
		head
	}

	pub fn array<const N: usize>(&mut self) -> [u8; N] {
		let mut array = [0; N];
		let head = self.take(N);
		array[..head.len()].copy_from_slice(head);
		array
	}

	pub fn u8(&mut self) -> u8 {
		self.array::<1>()[0]
	}

	pub fn u16(&mut self) -> u16 {
		u16::from_le_bytes(self.array())
	}

	pub fn u32(&mut self) -> u32 {
		u32::from_le_bytes(self.array())
	}

	pub fn u64(&mut self) -> u64 {
		u64::from_le_bytes(self.array())
	}

	pub fn rest(&mut self) -> &'a [u8] {
		core::mem::take(&mut self.0)
	}

	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// One of `all`.
	pub fn pick<'b, T>(&mut self, all: &'b [T]) -> &'b T {
		&all[usize::from(self.u8()) % all.len()]
	}

	/// Changes bytes of `sample`: three bytes of the input say where and to what, at most `most` times.
	pub fn edit(&mut self, sample: &mut [u8], most: usize) {
		for _ in 0..most {
			if self.is_empty() || sample.is_empty() {
				return;
			}
			let at = usize::from(self.u16()) % sample.len();
			sample[at] ^= self.u8();
		}
	}
}

/// `bytes` with one bit flipped, which `choice` selects.
pub fn flipped(bytes: &[u8], choice: u64) -> Vec<u8> {
	let mut bytes = bytes.to_vec();
	let bit = (choice % (bytes.len() as u64 * 8)) as usize;
	bytes[bit / 8] ^= 1 << (bit % 8);
	bytes
}

/// A number that follows from all of `bytes`.
pub fn choice(bytes: &[u8]) -> u64 {
	let hash = sp_io::hashing::blake2_256(bytes);
	u64::from_le_bytes(hash[..8].try_into().expect("eight bytes"))
}

/// A seed: the bytes that select what the rest is, and the rest.
pub fn seed(parts: &[&[u8]]) -> Vec<u8> {
	parts.concat()
}
