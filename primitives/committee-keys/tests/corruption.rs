//! Every bit of every message, flipped.

mod common;

use codec::{Decode, Encode};
use committee_keys::{
	client, judge, verify_ciphertext, verify_dealing, verify_partial, verify_seat, Ciphertext,
	Complaint, Dealing, Error, Partial, PointBytes, Round, ScalarBytes, Seat,
};
use common::*;

/// Asks `accepts` about `message` with each of its bits flipped, in turn. `accepts` takes what
/// still decodes.
fn none_accepted<T: Encode + Decode + PartialEq>(message: &T, accepts: impl Fn(&T) -> bool) {
	assert!(accepts(message));
	let bytes = message.encode();
	for bit in 0..bytes.len() * 8 {
		let mut bad = bytes.clone();
		bad[bit / 8] ^= 1 << (bit % 8);
		// Trailing bytes would not decode in a call either.
		let input = &mut &bad[..];
		if let Ok(bad) = T::decode(input) {
			assert!(!input.is_empty() || bad != *message);
			assert!(!accepts(&bad), "bit {bit} of {}", bytes.len() * 8);
		}
	}
}

#[test]
fn seat() {
	let (domain, account) = (domain(1), [5; 32]);
	let mut rng = rng(1);
	let secret = client::SecretKey::generate(&mut rng);
	let seat = client::join(&domain, &account, &secret, &mut rng);
	none_accepted(&seat, |seat| verify_seat(&domain, &account, seat).is_ok());
	assert_eq!(verify_seat(&domain, &[6; 32], &seat), Err(Error::BadProof));
	for (key, error) in [
		(PointBytes([0; 32]), Error::IdentityPoint),
		(PointBytes([0xff; 32]), Error::MalformedPoint),
	] {
		assert_eq!(verify_seat(&domain, &account, &Seat { key, ..seat }), Err(error));
	}
	// A scalar has one encoding: the same one plus the group's order is refused.
	let mut seat = seat;
	seat.proof.response = plus_order(seat.proof.response);
	assert_eq!(verify_seat(&domain, &account, &seat), Err(Error::MalformedScalar));
}

#[test]
fn dealing() {
	let (committee, ..) = honest(1, 3, 2, 2);
	let verify = |dealing: &Dealing| {
		verify_dealing(&committee.domain, &committee.params, &Round::Generation, 2, dealing)
	};
	let dealing = &committee.dealings[&2];
	none_accepted(dealing, |dealing| verify(dealing).is_ok());

	let mut bad = dealing.clone();
	bad.shares[1] = plus_order(bad.shares[1]);
	assert_eq!(verify(&bad), Err(Error::MalformedScalar));
	for (point, error) in [([0; 32], Error::IdentityPoint), ([0xff; 32], Error::MalformedPoint)] {
		for place in 0..2 {
			let mut bad = dealing.clone();
			bad.commitments[place] = PointBytes(point);
			assert_eq!(verify(&bad), Err(error));
		}
		let bad = Dealing { ephemeral: PointBytes(point), ..dealing.clone() };
		assert_eq!(verify(&bad), Err(error));
	}
	let mut bad = dealing.clone();
	bad.commitments.try_push(bad.commitments[0]).unwrap();
	assert_eq!(verify(&bad), Err(Error::WrongLength));
	let mut bad = dealing.clone();
	bad.commitments.pop();
	assert_eq!(verify(&bad), Err(Error::WrongLength));
	let mut bad = dealing.clone();
	bad.shares.pop();
	assert_eq!(verify(&bad), Err(Error::WrongLength));
	let empty =
		Dealing { commitments: Default::default(), shares: Default::default(), ..dealing.clone() };
	assert_eq!(verify(&empty), Err(Error::WrongLength));
}

#[test]
fn complaint() {
	let (mut committee, ..) = honest(1, 3, 2, 3);
	let complaint = committee.complain(1, 2);
	none_accepted(&complaint, |complaint| committee.judge(2, 1, complaint).is_ok());
	let mut bad = complaint;
	bad.proof.challenge = plus_order(bad.proof.challenge);
	assert_eq!(committee.judge(2, 1, &bad), Err(Error::MalformedScalar));
	let bad = Complaint { key: PointBytes([0; 32]), ..complaint };
	assert_eq!(committee.judge(2, 1, &bad), Err(Error::IdentityPoint));
	// Under another member's key it proves nothing.
	let judged = judge(
		&committee.domain,
		&committee.params,
		2,
		&committee.dealings[&2],
		1,
		committee.seat(3),
		&complaint,
	);
	assert_eq!(judged, Err(Error::BadProof));
}

#[test]
fn ciphertext() {
	let (committee, group, _) = honest(1, 3, 2, 4);
	let job = Job::new(committee.domain, &group, &mut rng(5));
	let verify = |ciphertext: &_| verify_ciphertext(&CONTEXT, &group.key, ciphertext);
	none_accepted(&job.ciphertext, |ciphertext| verify(ciphertext).is_ok());
	let identity = PointBytes([0; 32]);
	for bad in [
		Ciphertext { ephemeral: identity, ..job.ciphertext },
		Ciphertext { twin: identity, ..job.ciphertext },
	] {
		assert_eq!(verify(&bad), Err(Error::IdentityPoint));
	}
	let mut bad = job.ciphertext;
	bad.proof.response = plus_order(bad.proof.response);
	assert_eq!(verify(&bad), Err(Error::MalformedScalar));
}

#[test]
fn partial() {
	let (committee, group, shares) = honest(1, 3, 2, 6);
	let mut rng = rng(7);
	let job = Job::new(committee.domain, &group, &mut rng);
	let [(member, partial)] = job.partials(&group, &[&shares[1]], &mut rng)[..] else { panic!() };
	let share = group.share(member).unwrap();
	let verify =
		|partial: &_| verify_partial(&job.release, member, share, &job.ciphertext, partial);
	none_accepted(&partial, |partial| verify(partial).is_ok());
	let identity = PointBytes([0; 32]);
	for bad in [Partial { hint: identity, ..partial }, Partial { sealed: identity, ..partial }] {
		assert_eq!(verify(&bad), Err(Error::IdentityPoint));
	}
	for place in 0..2 {
		let mut bad = partial;
		bad.proof.responses[place] = plus_order(bad.proof.responses[place]);
		assert_eq!(verify(&bad), Err(Error::MalformedScalar));
	}
}

/// The other encoding of a scalar that fits into 32 bytes.
fn plus_order(scalar: ScalarBytes) -> ScalarBytes {
	let order =
		hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
	let mut carry = 0;
	let mut sum = scalar.0;
	for (byte, add) in sum.iter_mut().zip(order) {
		let wide = u16::from(*byte) + u16::from(add) + carry;
		*byte = wide as u8;
		carry = wide >> 8;
	}
	assert_eq!(carry, 0);
	ScalarBytes(sum)
}
