//! Joining, dealing, complaining and adding up: the chain's side.

use crate::{
	group::{evaluate, lagrange_at_zero, points, weighted_sum},
	proof::{verify_equality, verify_knowledge, verify_knowledge_of_pair},
	transcript::Transcript,
	Complaint, Dealing, Domain, Error, Group, Params, PerMember, PointBytes, Round, ScalarBytes,
	Seat, Verdict,
};
use alloc::vec::Vec;
use curve25519_dalek::{traits::IsIdentity, RistrettoPoint, Scalar};

/// Checks what `account` joins with.
pub fn verify_seat(domain: &Domain, account: &[u8; 32], seat: &Seat) -> Result<(), Error> {
	verify_knowledge(seat_transcript(domain, account, &seat.key), &seat.key.point()?, &seat.proof)
}

/// Checks a dealing by the member with the index `dealer`: that it is well-formed, made by its
/// dealer for this place, and in a resharing that it deals the dealer's share. Whether the masked
/// shares are the right ones only those can tell who receive them: see [`judge`].
pub fn verify_dealing(
	domain: &Domain,
	params: &Params,
	round: &Round,
	dealer: u8,
	dealing: &Dealing,
) -> Result<(), Error> {
	round.dealers(params).check_index(dealer)?;
	let Dealing { commitments, ephemeral, shares, proof } = dealing;
	if commitments.len() != usize::from(params.threshold())
		|| shares.len() != usize::from(params.members())
	{
		return Err(Error::WrongLength);
	}
	let constant = commitments.first().ok_or(Error::WrongLength)?;
	if let Round::Resharing { group, .. } = round {
		if group.share(dealer)? != constant {
			return Err(Error::NotTheShare);
		}
	}
	let coefficients = points(commitments)?;
	let constant = coefficients.first().ok_or(Error::WrongLength)?;
	shares.iter().try_for_each(|share| share.scalar().map(|_| ()))?;
	let transcript =
		dealing_transcript(domain, params, round, dealer, commitments, ephemeral, shares);
	verify_knowledge_of_pair(transcript, [constant, &ephemeral.point()?], proof)
}

/// Decides a complaint of the member with the index `accuser` and the key `accuser_key` about a
/// dealing that was verified. An error means that the complaint proves nothing and is to be
/// refused; a verdict says who is at fault.
pub fn judge(
	domain: &Domain,
	params: &Params,
	dealer: u8,
	dealing: &Dealing,
	accuser: u8,
	accuser_key: &PointBytes,
	complaint: &Complaint,
) -> Result<Verdict, Error> {
	params.check_index(accuser)?;
	let shared = complaint.key.point()?;
	verify_equality(
		complaint_transcript(domain, dealer, dealing, accuser, accuser_key, &complaint.key),
		&accuser_key.point()?,
		&dealing.ephemeral.point()?,
		&shared,
		&complaint.proof,
	)?;
	let mask = share_mask(domain, dealer, &dealing.ephemeral, accuser, accuser_key, &complaint.key);
	match unmask(dealing, accuser, mask) {
		Ok(_) => Ok(Verdict::Accuser),
		Err(Error::BadShare) => Ok(Verdict::Dealer),
		Err(error) => Err(error),
	}
}

/// Adds up the dealings of all who were not disqualified: for each its dealer's index, in rising
/// order, and its commitments, both of dealings that were verified.
///
/// In a generation at least `params`' threshold of dealers is needed, so that one of them at least
/// is honest; in a resharing the threshold of the former epoch, to interpolate its shares.
pub fn combine(
	params: &Params,
	round: &Round,
	dealings: &[(u8, &[PointBytes])],
) -> Result<Group, Error> {
	let weights = weights(params, round, dealings.iter().map(|(dealer, _)| *dealer))?;
	let threshold = usize::from(params.threshold());
	let mut by_coefficient = alloc::vec![Vec::with_capacity(dealings.len()); threshold];
	for (_, commitments) in dealings {
		if commitments.len() != threshold {
			return Err(Error::WrongLength);
		}
		for (column, commitment) in by_coefficient.iter_mut().zip(commitments.iter()) {
			column.push(commitment.point()?);
		}
	}
	let sums: Vec<RistrettoPoint> = by_coefficient
		.iter()
		.map(|column| match &weights {
			None => column.iter().sum(),
			Some(weights) => weighted_sum(weights, column),
		})
		.collect();

	let key = encode(sums.first().ok_or(Error::WrongLength)?)?;
	if let Round::Resharing { group, .. } = round {
		if group.key != key {
			return Err(Error::KeyChanged);
		}
	}
	let shares = (1..=params.members())
		.map(|member| encode(&evaluate(&sums, member)))
		.collect::<Result<Vec<_>, _>>()?;
	Ok(Group { key, shares: PerMember::try_from(shares).map_err(|_| Error::WrongLength)? })
}

/// What each dealing counts for in the sum; `None` in a generation, where each counts once.
pub(crate) fn weights(
	params: &Params,
	round: &Round,
	dealers: impl Iterator<Item = u8>,
) -> Result<Option<Vec<Scalar>>, Error> {
	let allowed = round.dealers(params);
	let mut indices: Vec<u8> = Vec::new();
	for dealer in dealers {
		allowed.check_index(dealer)?;
		if indices.last().is_some_and(|last| *last >= dealer) {
			return Err(Error::Unordered);
		}
		indices.push(dealer);
	}
	if indices.len() < usize::from(allowed.threshold()) {
		return Err(Error::TooFew);
	}
	Ok(match round {
		Round::Generation => None,
		Round::Resharing { .. } => Some(lagrange_at_zero(&indices)),
	})
}

/// The share of `member`, if it is the one that the dealing commits to.
pub(crate) fn unmask(dealing: &Dealing, member: u8, mask: Scalar) -> Result<Scalar, Error> {
	let place = usize::from(member).checked_sub(1).ok_or(Error::UnknownMember)?;
	let masked = dealing.shares.get(place).ok_or(Error::UnknownMember)?;
	let share = masked.scalar()? - mask;
	if RistrettoPoint::mul_base(&share) != evaluate(&points(&dealing.commitments)?, member) {
		return Err(Error::BadShare);
	}
	Ok(share)
}

fn encode(point: &RistrettoPoint) -> Result<PointBytes, Error> {
	if point.is_identity() {
		return Err(Error::IdentityPoint);
	}
	Ok((*point).into())
}

pub(crate) fn seat_transcript(domain: &Domain, account: &[u8; 32], key: &PointBytes) -> Transcript {
	Transcript::new("seat").domain(domain).bytes(account).point(key)
}

pub(crate) fn dealing_transcript(
	domain: &Domain,
	params: &Params,
	round: &Round,
	dealer: u8,
	commitments: &[PointBytes],
	ephemeral: &PointBytes,
	shares: &[ScalarBytes],
) -> Transcript {
	let step = match round {
		Round::Generation => "dealing/generation",
		Round::Resharing { .. } => "dealing/resharing",
	};
	Transcript::new(step)
		.domain(domain)
		.index(params.members())
		.index(params.threshold())
		.index(dealer)
		.points(commitments)
		.point(ephemeral)
		.scalars(shares)
}

pub(crate) fn complaint_transcript(
	domain: &Domain,
	dealer: u8,
	dealing: &Dealing,
	accuser: u8,
	accuser_key: &PointBytes,
	shared: &PointBytes,
) -> Transcript {
	Transcript::new("complaint")
		.domain(domain)
		.index(dealer)
		.point(&dealing.ephemeral)
		.index(accuser)
		.point(accuser_key)
		.point(shared)
}

/// What is added to a member's share. The dealer's index is in it, so that a dealing copied from
/// another dealer unmasks to nonsense.
pub(crate) fn share_mask(
	domain: &Domain,
	dealer: u8,
	ephemeral: &PointBytes,
	member: u8,
	member_key: &PointBytes,
	shared: &PointBytes,
) -> Scalar {
	Transcript::new("share")
		.domain(domain)
		.index(dealer)
		.point(ephemeral)
		.index(member)
		.point(member_key)
		.point(shared)
		.scalar()
}
