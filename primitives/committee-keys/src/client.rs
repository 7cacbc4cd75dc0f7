//! Reference client: what members, requesters and enclaves do.
//!
//! Members keep nothing but the secret of their seat's key: their share of the group's key is
//! computed from it and the dealings on the chain. Secrets are multiplied in constant time and
//! overwritten when dropped.

use crate::{
	dealing::{
		complaint_transcript, dealing_transcript, seat_transcript, share_mask, unmask, weights,
	},
	group::lagrange_at_zero,
	proof::prove,
	release::{data_key_mask, encryption_transcript, release_transcript, second_base},
	verify_ciphertext, verify_dealing, verify_partial, Ciphertext, Complaint, Dealing, Domain,
	Error, Group, KeyContext, Params, Partial, PerMember, PointBytes, Release, Round, ScalarBytes,
	Seat,
};
use alloc::vec::Vec;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A secret with its public point: a seat's key or an enclave's.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey(Scalar);

impl SecretKey {
	/// A new key.
	pub fn generate(rng: &mut impl CryptoRng) -> Self {
		Self(random_scalar(rng))
	}

	/// The key with this secret, if it is a scalar other than zero.
	pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, Error> {
		let secret = ScalarBytes(bytes).scalar()?;
		if secret == Scalar::ZERO {
			return Err(Error::IdentityPoint);
		}
		Ok(Self(secret))
	}

	/// The secret.
	pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
		Zeroizing::new(self.0.to_bytes())
	}

	/// The public point.
	pub fn public(&self) -> PointBytes {
		RistrettoPoint::mul_base(&self.0).into()
	}
}

impl core::fmt::Debug for SecretKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("SecretKey(..)")
	}
}

/// A member's share of the group's key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Share {
	#[zeroize(skip)]
	member: u8,
	secret: Scalar,
}

impl Share {
	/// Index of the member.
	pub fn member(&self) -> u8 {
		self.member
	}

	/// The share of `member` with this secret. A share need not be kept: [`collect`] gives it.
	pub fn from_bytes(member: u8, bytes: [u8; 32]) -> Result<Self, Error> {
		Ok(Self { member, secret: ScalarBytes(bytes).scalar()? })
	}

	/// The secret.
	pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
		Zeroizing::new(self.secret.to_bytes())
	}

	/// The member's public share.
	pub fn public(&self) -> PointBytes {
		RistrettoPoint::mul_base(&self.secret).into()
	}
}

impl core::fmt::Debug for Share {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		write!(f, "Share({}, ..)", self.member)
	}
}

/// What `account` joins a committee with.
pub fn join(
	domain: &Domain,
	account: &[u8; 32],
	key: &SecretKey,
	rng: &mut impl CryptoRng,
) -> Seat {
	let public = key.public();
	let transcript = seat_transcript(domain, account, &public);
	Seat { key: public, proof: prove::knowledge(transcript, &key.0, rng) }
}

/// Deals a random secret to the members whose keys are `seats`, for a new group key.
pub fn deal(
	domain: &Domain,
	params: &Params,
	dealer: u8,
	seats: &[PointBytes],
	rng: &mut impl CryptoRng,
) -> Result<Dealing, Error> {
	let secret = Zeroizing::new(random_scalar(rng));
	deal_secret(domain, params, &Round::Generation, dealer, &secret, seats, rng)
}

/// Deals `share`, which the former epoch left its owner, to the members whose keys are `seats`.
/// `round` is the resharing.
pub fn deal_share(
	domain: &Domain,
	params: &Params,
	round: &Round,
	share: &Share,
	seats: &[PointBytes],
	rng: &mut impl CryptoRng,
) -> Result<Dealing, Error> {
	let dealing = deal_secret(domain, params, round, share.member, &share.secret, seats, rng)?;
	// Not for a generation, nor for another group: the chain would refuse it.
	match round {
		Round::Resharing { group, .. } if *group.share(share.member)? == share.public() => {
			Ok(dealing)
		}
		_ => Err(Error::NotTheShare),
	}
}

fn deal_secret(
	domain: &Domain,
	params: &Params,
	round: &Round,
	dealer: u8,
	secret: &Scalar,
	seats: &[PointBytes],
	rng: &mut impl CryptoRng,
) -> Result<Dealing, Error> {
	round.dealers(params).check_index(dealer)?;
	if seats.len() != usize::from(params.members()) {
		return Err(Error::WrongLength);
	}
	let threshold = usize::from(params.threshold());
	let mut coefficients = Zeroizing::new(Vec::with_capacity(threshold));
	coefficients.push(*secret);
	coefficients.extend((1..threshold).map(|_| random_scalar(rng)));
	let agreed = SecretKey::generate(rng);
	let ephemeral = agreed.public();

	let commitments: Vec<PointBytes> =
		coefficients.iter().map(|c| RistrettoPoint::mul_base(c).into()).collect();
	let shares = (1..=params.members())
		.zip(seats)
		.map(|(member, seat)| {
			let at = Scalar::from(member);
			let share = coefficients.iter().rev().fold(Scalar::ZERO, |sum, c| sum * at + c);
			let shared = (seat.point()? * agreed.0).into();
			let mask = share_mask(domain, dealer, &ephemeral, member, seat, &shared);
			Ok((share + mask).into())
		})
		.collect::<Result<Vec<ScalarBytes>, Error>>()?;

	let transcript =
		dealing_transcript(domain, params, round, dealer, &commitments, &ephemeral, &shares);
	Ok(Dealing {
		proof: prove::knowledge_of_pair(transcript, [secret, &agreed.0], rng),
		commitments: PerMember::try_from(commitments).map_err(|_| Error::WrongLength)?,
		ephemeral,
		shares: PerMember::try_from(shares).map_err(|_| Error::WrongLength)?,
	})
}

/// Opens what `dealer` dealt to `member`, whose key is `seat`. [`Error::BadShare`] means that a
/// complaint will be upheld.
pub fn open_share(
	domain: &Domain,
	dealer: u8,
	dealing: &Dealing,
	member: u8,
	seat: &SecretKey,
) -> Result<Zeroizing<Scalar>, Error> {
	let shared = (dealing.ephemeral.point()? * seat.0).into();
	let mask = share_mask(domain, dealer, &dealing.ephemeral, member, &seat.public(), &shared);
	unmask(dealing, member, mask).map(Zeroizing::new)
}

/// Reveals the key of what `dealer` dealt to `member`, so that the chain can see the share. Only
/// to be made when [`open_share`] says [`Error::BadShare`]: the share is public after it.
pub fn complain(
	domain: &Domain,
	dealer: u8,
	dealing: &Dealing,
	member: u8,
	seat: &SecretKey,
	rng: &mut impl CryptoRng,
) -> Result<Complaint, Error> {
	let ephemeral = dealing.ephemeral.point()?;
	let key = (ephemeral * seat.0).into();
	let transcript = complaint_transcript(domain, dealer, dealing, member, &seat.public(), &key);
	Ok(Complaint { key, proof: prove::equality(transcript, &seat.0, &ephemeral, rng) })
}

/// The share of `member` from all the dealings that the chain added up, in rising order of their
/// dealers.
pub fn collect(
	domain: &Domain,
	params: &Params,
	round: &Round,
	dealings: &[(u8, &Dealing)],
	member: u8,
	seat: &SecretKey,
) -> Result<Share, Error> {
	params.check_index(member)?;
	let weights = weights(params, round, dealings.iter().map(|(dealer, _)| *dealer))?;
	let mut share = Share { member, secret: Scalar::ZERO };
	for (place, (dealer, dealing)) in dealings.iter().enumerate() {
		verify_dealing(domain, params, round, *dealer, dealing)?;
		let part = open_share(domain, *dealer, dealing, member, seat)?;
		let weight = weights.as_ref().and_then(|weights| weights.get(place));
		share.secret += *part * weight.unwrap_or(&Scalar::ONE);
	}
	Ok(share)
}

/// Encrypts a data key to a group key, for one requester's job with one salt.
pub fn encrypt(
	context: &KeyContext,
	group_key: &PointBytes,
	data_key: &[u8; 32],
	rng: &mut impl CryptoRng,
) -> Result<Ciphertext, Error> {
	let secret = SecretKey::generate(rng);
	let ephemeral = secret.public();
	let second = second_base();
	let twin = (second * secret.0).into();
	let mask = data_key_mask(context, group_key, &ephemeral, group_key.point()? * secret.0);
	let masked = xor(data_key, &mask);
	let transcript = encryption_transcript(context, group_key, &ephemeral, &twin, &masked);
	let proof = prove::equality(transcript, &secret.0, &second, rng);
	Ok(Ciphertext { ephemeral, twin, masked, proof })
}

/// A member's partial decryption, sealed to the enclave. Refused for a ciphertext that was not
/// made for this `context`.
pub fn release(
	release: &Release,
	context: &KeyContext,
	group_key: &PointBytes,
	ciphertext: &Ciphertext,
	share: &Share,
	rng: &mut impl CryptoRng,
) -> Result<Partial, Error> {
	verify_ciphertext(context, group_key, ciphertext)?;
	let (ephemeral, enclave) = (ciphertext.ephemeral.point()?, release.enclave.point()?);
	let blind = SecretKey::generate(rng);
	let hint = blind.public();
	let sealed = (ephemeral * share.secret + enclave * blind.0).into();
	let transcript =
		release_transcript(release, share.member, &share.public(), ciphertext, &hint, &sealed);
	let secrets = [&share.secret, &blind.0];
	let proof = prove::sealed_image(transcript, secrets, &ephemeral, &enclave, rng);
	Ok(Partial { hint, sealed, proof })
}

/// The data key, in the enclave: from the partial decryptions of any t members. Those that do not
/// verify, and further ones of the same member, count for nothing.
pub fn decrypt(
	release: &Release,
	context: &KeyContext,
	params: &Params,
	group: &Group,
	ciphertext: &Ciphertext,
	partials: &[(u8, Partial)],
	enclave: &SecretKey,
) -> Result<Zeroizing<[u8; 32]>, Error> {
	verify_ciphertext(context, &group.key, ciphertext)?;
	let threshold = usize::from(params.threshold());
	let mut members = Vec::with_capacity(threshold);
	let mut images = Vec::with_capacity(threshold);
	for (member, partial) in partials {
		let wanted = members.len() < threshold && !members.contains(member);
		let valid = || {
			let share = group.share(*member)?;
			verify_partial(release, *member, share, ciphertext, partial)
		};
		if wanted && valid().is_ok() {
			members.push(*member);
			images.push(partial.sealed.point()? - partial.hint.point()? * enclave.0);
		}
	}
	if members.len() < threshold {
		return Err(Error::TooFew);
	}
	let secret =
		lagrange_at_zero(&members).iter().zip(&images).map(|(weight, image)| image * weight).sum();
	let mask = data_key_mask(context, &group.key, &ciphertext.ephemeral, secret);
	Ok(Zeroizing::new(xor(&ciphertext.masked, &mask)))
}

/// A scalar other than zero.
pub(crate) fn random_scalar(rng: &mut impl CryptoRng) -> Scalar {
	let mut bytes = Zeroizing::new([0u8; 64]);
	loop {
		rng.fill_bytes(&mut bytes[..]);
		let scalar = Scalar::from_bytes_mod_order_wide(&bytes);
		if scalar != Scalar::ZERO {
			return scalar;
		}
	}
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
	core::array::from_fn(|i| one[i] ^ other[i])
}
