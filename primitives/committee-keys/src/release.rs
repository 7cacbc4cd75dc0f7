//! Encrypting to a group key and releasing to an enclave: the chain's side.

use crate::{
	proof::{verify_equality, verify_sealed_image},
	transcript::Transcript,
	Ciphertext, Error, KeyContext, Partial, PointBytes, Release,
};
use curve25519_dalek::RistrettoPoint;

/// Checks that whoever encrypted to `group_key` knew the ephemeral secret and meant this context.
/// A ciphertext that was copied from another requester, committee or chain, or altered, fails.
pub fn verify_ciphertext(
	context: &KeyContext,
	group_key: &PointBytes,
	ciphertext: &Ciphertext,
) -> Result<(), Error> {
	let Ciphertext { ephemeral, twin, masked, proof } = ciphertext;
	verify_equality(
		encryption_transcript(context, group_key, ephemeral, twin, masked),
		&ephemeral.point()?,
		&second_base(),
		&twin.point()?,
		proof,
	)
}

/// Checks that `partial` seals, to the enclave, the partial decryption of a `ciphertext` that was
/// verified, by the member with the index `member` and the public share `share`.
pub fn verify_partial(
	release: &Release,
	member: u8,
	share: &PointBytes,
	ciphertext: &Ciphertext,
	partial: &Partial,
) -> Result<(), Error> {
	let Partial { hint, sealed, proof } = partial;
	verify_sealed_image(
		release_transcript(release, member, share, ciphertext, hint, sealed),
		&share.point()?,
		&hint.point()?,
		&ciphertext.ephemeral.point()?,
		&release.enclave.point()?,
		&sealed.point()?,
		proof,
	)
}

/// The second base point of encryption, with no known relation to the first.
pub(crate) fn second_base() -> RistrettoPoint {
	Transcript::new("second base").into_point()
}

pub(crate) fn encryption_transcript(
	context: &KeyContext,
	group_key: &PointBytes,
	ephemeral: &PointBytes,
	twin: &PointBytes,
	masked: &[u8; 32],
) -> Transcript {
	in_context(Transcript::new("encryption"), context, group_key, ephemeral)
		.point(twin)
		.bytes(masked)
}

/// What the data key is masked with, from the secret point that the group's key opens.
#[cfg(feature = "client")]
pub(crate) fn data_key_mask(
	context: &KeyContext,
	group_key: &PointBytes,
	ephemeral: &PointBytes,
	secret: RistrettoPoint,
) -> [u8; 32] {
	in_context(Transcript::new("data key"), context, group_key, ephemeral).computed(secret).mask()
}

fn in_context(
	transcript: Transcript,
	context: &KeyContext,
	group_key: &PointBytes,
	ephemeral: &PointBytes,
) -> Transcript {
	transcript
		.bytes(&context.genesis)
		.bytes(&context.committee.to_le_bytes())
		.bytes(&context.requester)
		.bytes(&context.salt)
		.point(group_key)
		.point(ephemeral)
}

pub(crate) fn release_transcript(
	release: &Release,
	member: u8,
	share: &PointBytes,
	ciphertext: &Ciphertext,
	hint: &PointBytes,
	sealed: &PointBytes,
) -> Transcript {
	Transcript::new("release")
		.domain(&release.domain)
		.bytes(&release.job.to_le_bytes())
		.bytes(&[release.attempt])
		.point(&release.enclave)
		.index(member)
		.point(share)
		.point(&ciphertext.ephemeral)
		.bytes(&ciphertext.masked)
		.point(hint)
		.point(sealed)
}
