//! Proofs of knowledge, made non-interactive by hashing (Fiat and Shamir).
//!
//! A caller puts the whole statement and its place into the transcript first. A proof is the
//! challenge and one response for each secret; a verifier computes the commitments from them and
//! asks whether they hash to the challenge.

use crate::{transcript::Transcript, Error, ScalarBytes};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use curve25519_dalek::{traits::VartimeMultiscalarMul, RistrettoPoint, Scalar};
use scale_info::TypeInfo;

/// Proof of knowledge of one scalar.
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
pub struct Proof {
	/// Hash of statement and commitments.
	pub challenge: ScalarBytes,
	/// Nonce + challenge × secret.
	pub response: ScalarBytes,
}

/// Proof of knowledge of two scalars.
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
pub struct PairProof {
	/// Hash of statement and commitments.
	pub challenge: ScalarBytes,
	/// For each secret its nonce + challenge × secret.
	pub responses: [ScalarBytes; 2],
}

/// Schnorr's proof: the prover knows x with `public` = x·G.
pub(crate) fn verify_knowledge(
	transcript: Transcript,
	public: &RistrettoPoint,
	proof: &Proof,
) -> Result<(), Error> {
	let (c, z) = (proof.challenge.scalar()?, proof.response.scalar()?);
	holds(transcript.computed(on_base(&c, public, &z)), c)
}

/// Two of Schnorr's proofs under one challenge: the prover knows the logarithms of both.
pub(crate) fn verify_knowledge_of_pair(
	transcript: Transcript,
	publics: [&RistrettoPoint; 2],
	proof: &PairProof,
) -> Result<(), Error> {
	let c = proof.challenge.scalar()?;
	let [first, second] = &proof.responses;
	let commitments =
		[on_base(&c, publics[0], &first.scalar()?), on_base(&c, publics[1], &second.scalar()?)];
	holds(commitments.into_iter().fold(transcript, Transcript::computed), c)
}

/// Chaum and Pedersen's proof: the prover knows x with `public` = x·G and `image` = x·`other`.
pub(crate) fn verify_equality(
	transcript: Transcript,
	public: &RistrettoPoint,
	other: &RistrettoPoint,
	image: &RistrettoPoint,
	proof: &Proof,
) -> Result<(), Error> {
	let (c, z) = (proof.challenge.scalar()?, proof.response.scalar()?);
	let on_other = RistrettoPoint::vartime_multiscalar_mul([z, -c], [other, image]);
	holds(transcript.computed(on_base(&c, public, &z)).computed(on_other), c)
}

/// The prover knows x and k with `share` = x·G, `hint` = k·G and
/// `sealed` = x·`ephemeral` + k·`key`.
pub(crate) fn verify_sealed_image(
	transcript: Transcript,
	share: &RistrettoPoint,
	hint: &RistrettoPoint,
	ephemeral: &RistrettoPoint,
	key: &RistrettoPoint,
	sealed: &RistrettoPoint,
	proof: &PairProof,
) -> Result<(), Error> {
	let c = proof.challenge.scalar()?;
	let [x, k] = &proof.responses;
	let (x, k) = (x.scalar()?, k.scalar()?);
	let mixed = RistrettoPoint::vartime_multiscalar_mul([x, k, -c], [ephemeral, key, sealed]);
	holds(
		transcript.computed(on_base(&c, share, &x)).computed(on_base(&c, hint, &k)).computed(mixed),
		c,
	)
}

/// z·G − c·`public`.
fn on_base(c: &Scalar, public: &RistrettoPoint, z: &Scalar) -> RistrettoPoint {
	RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, public, z)
}

fn holds(transcript: Transcript, challenge: Scalar) -> Result<(), Error> {
	if transcript.scalar() != challenge {
		return Err(Error::BadProof);
	}
	Ok(())
}

#[cfg(feature = "client")]
pub(crate) mod prove {
	//! The provers' side. Secrets and nonces are multiplied in constant time.

	use super::*;
	use crate::client::random_scalar;
	use rand_core::CryptoRng;
	use zeroize::Zeroizing;

	pub(crate) fn knowledge(transcript: Transcript, x: &Scalar, rng: &mut impl CryptoRng) -> Proof {
		let nonce = Zeroizing::new(random_scalar(rng));
		let c = transcript.computed(RistrettoPoint::mul_base(&nonce)).scalar();
		one(c, *nonce + c * x)
	}

	pub(crate) fn knowledge_of_pair(
		transcript: Transcript,
		secrets: [&Scalar; 2],
		rng: &mut impl CryptoRng,
	) -> PairProof {
		let nonces = Zeroizing::new([random_scalar(rng), random_scalar(rng)]);
		let c = nonces
			.iter()
			.fold(transcript, |t, nonce| t.computed(RistrettoPoint::mul_base(nonce)))
			.scalar();
		two(c, [nonces[0] + c * secrets[0], nonces[1] + c * secrets[1]])
	}

	pub(crate) fn equality(
		transcript: Transcript,
		x: &Scalar,
		other: &RistrettoPoint,
		rng: &mut impl CryptoRng,
	) -> Proof {
		let nonce = Zeroizing::new(random_scalar(rng));
		let c =
			transcript.computed(RistrettoPoint::mul_base(&nonce)).computed(other * *nonce).scalar();
		one(c, *nonce + c * x)
	}

	pub(crate) fn sealed_image(
		transcript: Transcript,
		[x, k]: [&Scalar; 2],
		ephemeral: &RistrettoPoint,
		key: &RistrettoPoint,
		rng: &mut impl CryptoRng,
	) -> PairProof {
		let nonces = Zeroizing::new([random_scalar(rng), random_scalar(rng)]);
		let c = transcript
			.computed(RistrettoPoint::mul_base(&nonces[0]))
			.computed(RistrettoPoint::mul_base(&nonces[1]))
			.computed(ephemeral * nonces[0] + key * nonces[1])
			.scalar();
		two(c, [nonces[0] + c * x, nonces[1] + c * k])
	}

	fn one(challenge: Scalar, response: Scalar) -> Proof {
		Proof { challenge: challenge.into(), response: response.into() }
	}

	fn two(challenge: Scalar, responses: [Scalar; 2]) -> PairProof {
		PairProof { challenge: challenge.into(), responses: responses.map(Into::into) }
	}
}
