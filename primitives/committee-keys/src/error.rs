//! Why a message is refused.

/// Why a message is refused. Nothing here says that somebody is at fault: anybody can send bytes
/// that do not verify. Faults are found by [`judge`](crate::judge).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
	/// A committee of that size with that threshold is not allowed.
	BadParameters,
	/// Bytes that encode no point of ristretto255, or not in its one encoding.
	MalformedPoint,
	/// The identity, which belongs to no secret.
	IdentityPoint,
	/// A scalar that is not below the order of the group.
	MalformedScalar,
	/// A list whose length does not fit the committee.
	WrongLength,
	/// No member has this index. Members count from 1.
	UnknownMember,
	/// Dealers not in rising order, or one of them twice.
	Unordered,
	/// Fewer dealings or partial decryptions than the threshold.
	TooFew,
	/// A proof that does not hold for this message in this place.
	BadProof,
	/// A dealing of something else than the dealer's share of the group's key.
	NotTheShare,
	/// A share that the dealer's commitments do not bear out.
	BadShare,
	/// Resharing that would change the group's key.
	KeyChanged,
}

impl core::fmt::Display for Error {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::BadParameters => "size or threshold of the committee not allowed",
			Self::MalformedPoint => "malformed point",
			Self::IdentityPoint => "identity point",
			Self::MalformedScalar => "malformed scalar",
			Self::WrongLength => "wrong number of commitments or shares",
			Self::UnknownMember => "no member with this index",
			Self::Unordered => "indices not rising",
			Self::TooFew => "fewer than the threshold",
			Self::BadProof => "the proof does not hold",
			Self::NotTheShare => "not a dealing of the dealer's share",
			Self::BadShare => "the share is not the one committed to",
			Self::KeyChanged => "the group's key would change",
		})
	}
}

impl core::error::Error for Error {}
