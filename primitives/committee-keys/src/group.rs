//! Encoded points and scalars of ristretto255 (RFC 9496), and polynomials over them.

use crate::Error;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use curve25519_dalek::{
	ristretto::CompressedRistretto,
	traits::{Identity, IsIdentity, VartimeMultiscalarMul},
	RistrettoPoint, Scalar,
};
use scale_info::TypeInfo;

/// An encoded point. Whether it is one is checked where it is used; the identity is refused
/// everywhere. The group has prime order: there are no points of small order.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PointBytes(pub [u8; 32]);

/// An encoded scalar. Only the encoding below the group's order is accepted.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ScalarBytes(pub [u8; 32]);

impl PointBytes {
	/// Refuses bytes that are no point, and the identity. To be asked of every key before it is
	/// stored.
	pub fn check(&self) -> Result<(), Error> {
		self.point().map(|_| ())
	}

	pub(crate) fn point(&self) -> Result<RistrettoPoint, Error> {
		let point = CompressedRistretto(self.0).decompress().ok_or(Error::MalformedPoint)?;
		if point.is_identity() {
			return Err(Error::IdentityPoint);
		}
		Ok(point)
	}
}

impl From<RistrettoPoint> for PointBytes {
	fn from(point: RistrettoPoint) -> Self {
		Self(point.compress().to_bytes())
	}
}

impl ScalarBytes {
	pub(crate) fn scalar(&self) -> Result<Scalar, Error> {
		Option::from(Scalar::from_canonical_bytes(self.0)).ok_or(Error::MalformedScalar)
	}
}

impl From<Scalar> for ScalarBytes {
	fn from(scalar: Scalar) -> Self {
		Self(scalar.to_bytes())
	}
}

impl core::fmt::Debug for PointBytes {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		hex(&self.0, f)
	}
}

impl core::fmt::Debug for ScalarBytes {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		hex(&self.0, f)
	}
}

fn hex(bytes: &[u8], f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
	f.write_str("0x")?;
	bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Every one of `encoded`, decoded.
pub(crate) fn points(encoded: &[PointBytes]) -> Result<Vec<RistrettoPoint>, Error> {
	encoded.iter().map(PointBytes::point).collect()
}

/// The polynomial with these coefficients at `x`, by Horner's rule. `x` is small, so that each
/// step costs a few additions and no full multiplication.
pub(crate) fn evaluate(coefficients: &[RistrettoPoint], x: u8) -> RistrettoPoint {
	coefficients
		.iter()
		.rev()
		.fold(RistrettoPoint::identity(), |sum, coefficient| times(&sum, x) + coefficient)
}

fn times(point: &RistrettoPoint, factor: u8) -> RistrettoPoint {
	let bits = u8::BITS - factor.leading_zeros();
	(0..bits).rev().fold(RistrettoPoint::identity(), |sum, bit| {
		let doubled = sum + sum;
		if factor >> bit & 1 == 1 {
			doubled + point
		} else {
			doubled
		}
	})
}

/// Lagrange's coefficients at zero for values at `xs`, which are distinct and not zero.
pub(crate) fn lagrange_at_zero(xs: &[u8]) -> Vec<Scalar> {
	let scalars: Vec<Scalar> = xs.iter().map(|x| Scalar::from(*x)).collect();
	let mut denominators: Vec<Scalar> =
		others(&scalars).map(|(x, others)| others.map(|other| other - x).product()).collect();
	Scalar::batch_invert(&mut denominators);
	others(&scalars)
		.zip(denominators)
		.map(|((_, others), inverse)| others.product::<Scalar>() * inverse)
		.collect()
}

/// Each of `xs` with all the others.
fn others(xs: &[Scalar]) -> impl Iterator<Item = (Scalar, impl Iterator<Item = Scalar> + '_)> + '_ {
	xs.iter().enumerate().map(move |(i, x)| {
		(*x, xs.iter().enumerate().filter(move |(j, _)| i != *j).map(|(_, other)| *other))
	})
}

/// Sum of `weights` × `points`.
pub(crate) fn weighted_sum(weights: &[Scalar], points: &[RistrettoPoint]) -> RistrettoPoint {
	RistrettoPoint::vartime_multiscalar_mul(weights, points)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn evaluation_is_that_of_scalars() {
		let coefficients = [5u64, 7, 11, 13].map(Scalar::from);
		let points = coefficients.map(|c| RistrettoPoint::mul_base(&c));
		for x in 0..=255u8 {
			let at = Scalar::from(x);
			let value = coefficients.iter().rev().fold(Scalar::ZERO, |sum, c| sum * at + c);
			assert_eq!(evaluate(&points, x), RistrettoPoint::mul_base(&value), "{x}");
		}
		assert_eq!(evaluate(&[], 3), RistrettoPoint::identity());
	}

	#[test]
	fn interpolation_finds_the_constant_term() {
		let coefficients = [5u64, 7, 11].map(Scalar::from);
		let value = |x: u8| {
			let x = Scalar::from(x);
			coefficients.iter().rev().fold(Scalar::ZERO, |sum, c| sum * x + c)
		};
		for xs in [&[1, 2, 3][..], &[32, 1, 17], &[9, 8, 7, 6, 5]] {
			let sum: Scalar = lagrange_at_zero(xs).iter().zip(xs).map(|(l, x)| l * value(*x)).sum();
			assert_eq!(sum, coefficients[0], "{xs:?}");
		}
		// Two values do not determine a polynomial of degree 2.
		let sum: Scalar =
			lagrange_at_zero(&[1, 2]).iter().zip([1, 2]).map(|(l, x)| l * value(x)).sum();
		assert_ne!(sum, coefficients[0]);
	}

	#[test]
	fn refuses_what_is_no_point_or_scalar() {
		assert_eq!(PointBytes([0; 32]).check(), Err(Error::IdentityPoint));
		// RFC 9496, appendix A.3: encodings that are not canonical, negative, or of no point.
		for bad in [
			"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
			"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"0100000000000000000000000000000000000000000000000000000000000000",
			"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
			"3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
			"d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
		] {
			let bytes: [u8; 32] = hex::decode(bad).unwrap().try_into().unwrap();
			assert_eq!(PointBytes(bytes).check(), Err(Error::MalformedPoint), "{bad}");
		}
		let base = PointBytes::from(RistrettoPoint::mul_base(&Scalar::ONE));
		assert_eq!(base.check(), Ok(()));

		// The order of the group, and one less.
		let mut order = (-Scalar::ONE).to_bytes();
		assert!(ScalarBytes(order).scalar().is_ok());
		order[0] += 1;
		assert_eq!(ScalarBytes(order).scalar(), Err(Error::MalformedScalar));
		assert_eq!(ScalarBytes([0xff; 32]).scalar(), Err(Error::MalformedScalar));
	}
}
