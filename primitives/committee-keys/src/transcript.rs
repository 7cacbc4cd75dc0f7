//! What is hashed into challenges and masks.

use crate::{Domain, PointBytes, ScalarBytes};
use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest, Sha512};

/// A SHA-512 over fields, each preceded by its length in four bytes, so that no two sequences of
/// fields are the same bytes. The first two fields name the protocol and the step.
#[derive(Clone)]
pub(crate) struct Transcript(Sha512);

impl Transcript {
	pub(crate) fn new(step: &str) -> Self {
		Self(Sha512::new()).bytes(b"ai-compute-pbc/committee-keys/v1").bytes(step.as_bytes())
	}

	pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
		// Nothing here is longer than a few hundred bytes.
		let len = (bytes.len() as u32).to_le_bytes();
		Self(self.0.chain_update(len).chain_update(bytes))
	}

	pub(crate) fn domain(self, domain: &Domain) -> Self {
		self.bytes(&domain.genesis)
			.bytes(&domain.committee.to_le_bytes())
			.bytes(&domain.epoch.to_le_bytes())
	}

	pub(crate) fn index(self, index: u8) -> Self {
		self.bytes(&[index])
	}

	pub(crate) fn point(self, point: &PointBytes) -> Self {
		self.bytes(&point.0)
	}

	pub(crate) fn points(self, points: &[PointBytes]) -> Self {
		let counted = self.bytes(&(points.len() as u32).to_le_bytes());
		points.iter().fold(counted, |transcript, point| transcript.point(point))
	}

	pub(crate) fn scalars(self, scalars: &[ScalarBytes]) -> Self {
		let counted = self.bytes(&(scalars.len() as u32).to_le_bytes());
		scalars.iter().fold(counted, |transcript, scalar| transcript.bytes(&scalar.0))
	}

	/// A point that a prover commits to and a verifier computes.
	pub(crate) fn computed(self, point: RistrettoPoint) -> Self {
		self.point(&point.into())
	}

	/// A scalar that is uniform up to a bias below 2^-250.
	pub(crate) fn scalar(self) -> Scalar {
		Scalar::from_bytes_mod_order_wide(&self.hash())
	}

	/// A point whose logarithm nobody knows (RFC 9496, section 4.3.4).
	pub(crate) fn into_point(self) -> RistrettoPoint {
		RistrettoPoint::from_uniform_bytes(&self.hash())
	}

	/// 32 bytes to mask a key with.
	#[cfg(feature = "client")]
	pub(crate) fn mask(self) -> [u8; 32] {
		let mut mask = [0; 32];
		mask.copy_from_slice(&self.hash()[..32]);
		mask
	}

	fn hash(self) -> [u8; 64] {
		self.0.finalize().into()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn fields_do_not_run_into_each_other() {
		let hash = |fields: &[&[u8]]| {
			fields.iter().fold(Transcript::new("step"), |t, field| t.bytes(field)).hash()
		};
		assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
		assert_ne!(hash(&[b"ab"]), hash(&[b"ab", b""]));
		assert_ne!(Transcript::new("a").hash(), Transcript::new("b").hash());
		let point = PointBytes([7; 32]);
		assert_ne!(
			Transcript::new("a").points(&[point]).hash(),
			Transcript::new("a").points(&[point, point]).hash(),
		);
	}
}
