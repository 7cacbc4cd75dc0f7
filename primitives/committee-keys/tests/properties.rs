//! What holds for every committee, and for any bytes.

mod common;

use codec::Decode;
use committee_keys::{
	combine, judge, verify_ciphertext, verify_dealing, verify_partial, verify_seat, Ciphertext,
	Complaint, Dealing, Error, Group, Params, Partial, PointBytes, Release, Round, Seat,
	MAX_MEMBERS,
};
use common::*;
use proptest::prelude::*;
use rand::seq::SliceRandom;

/// A size and a threshold that are allowed.
fn sizes() -> impl Strategy<Value = (u8, u8)> {
	(1u8..=7).prop_flat_map(|n| (Just(n), n / 2 + 1..=n))
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	/// Any t members open a key, fewer do not, whoever dealt.
	#[test]
	fn any_t_open_and_fewer_do_not((n, t) in sizes(), seed: u64) {
		let mut committee = Committee::join(1, n, t, seed);
		let mut everybody: Vec<u8> = (1..=n).collect();
		everybody.shuffle(&mut committee.rng);
		let dealers = usize::from(t) + seed as usize % usize::from(n - t + 1);
		committee.deal(everybody[..dealers].to_vec());
		let group = committee.finalise(&Round::Generation).unwrap();
		let shares = committee.shares(&Round::Generation, &group);

		let mut rng = rng(seed);
		let job = Job::new(committee.domain, &group, &mut rng);
		let mut order: Vec<_> = shares.iter().collect();
		order.shuffle(&mut rng);
		let partials = job.partials(&group, &order, &mut rng);
		let (enough, few) = (usize::from(t), usize::from(t) - 1);
		prop_assert_eq!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
		prop_assert_eq!(job.open(&committee.params, &group, &partials[..enough]), Ok(DATA_KEY));
		prop_assert_eq!(job.open(&committee.params, &group, &partials[..few]), Err(Error::TooFew));
		// Fewer do not even interpolate to it under a lower threshold.
		if let Ok(lower) = Params::new(few as u8, few as u8, 0) {
			prop_assert_ne!(job.open(&lower, &group, &partials[..few]), Ok(DATA_KEY));
		}
	}

	/// Every resharing, to a committee of any size, keeps the key.
	#[test]
	fn resharing_keeps_the_key((n, t) in sizes(), (m, s) in sizes(), seed: u64) {
		let (old, group, shares) = honest(1, n, t, seed);
		let round = Round::Resharing { former: old.params, group: &group };
		let mut new = Committee::join(2, m, s, seed ^ 1);
		let dealers = usize::from(t) + seed as usize % usize::from(n - t + 1);
		let skip = shares.len() - dealers;
		new.reshare(&round, &shares[skip..]);
		let renewed = new.finalise(&round).unwrap();
		prop_assert_eq!(renewed.key, group.key);
		let shares = new.shares(&round, &renewed);
		let mut rng = rng(seed);
		let job = Job::new(new.domain, &renewed, &mut rng);
		let chosen: Vec<_> = shares[..usize::from(s)].iter().collect();
		let partials = job.partials(&renewed, &chosen, &mut rng);
		prop_assert_eq!(job.open(&new.params, &renewed, &partials), Ok(DATA_KEY));
	}

	/// Whichever dealer cheats whichever members: each of them convicts the dealer, nobody else can.
	#[test]
	fn cheaters_are_convicted_and_the_honest_are_not(
		(n, t) in sizes().prop_filter("one dealer to spare", |(n, t)| n > t),
		cheater in 0u8..7, cheated in 1u8..128, seed: u64,
	) {
		let cheater = cheater % n + 1;
		let mut committee = Committee::join(1, n, t, seed);
		committee.deal((1..=n).filter(|dealer| *dealer != cheater));
		let mut seats = committee.seats.clone();
		let wrong: Vec<u8> = (1..=n).filter(|member| cheated >> (member - 1) & 1 == 1).collect();
		for member in &wrong {
			seats[usize::from(*member) - 1] = PointBytes::from_seed(seed, *member);
		}
		let bad = committee_keys::client::deal(
			&committee.domain, &committee.params, cheater, &seats, &mut committee.rng,
		).unwrap();
		committee.publish(&Round::Generation, cheater, bad);
		for accuser in 1..=n {
			for dealer in 1..=n {
				let complaint = committee.complain(accuser, dealer);
				let verdict = committee.judge(dealer, accuser, &complaint).unwrap();
				let guilty = dealer == cheater && wrong.contains(&accuser);
				let expected = if guilty {
					committee_keys::Verdict::Dealer
				} else {
					committee_keys::Verdict::Accuser
				};
				prop_assert_eq!(verdict, expected, "{} accuses {}", accuser, dealer);
			}
		}
	}
}

/// Keys that belong to nobody in the committee.
trait FromSeed {
	fn from_seed(seed: u64, member: u8) -> Self;
}

impl FromSeed for PointBytes {
	fn from_seed(seed: u64, member: u8) -> Self {
		let mut rng = rng(seed.wrapping_add(1_000 + u64::from(member)));
		committee_keys::client::SecretKey::generate(&mut rng).public()
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(512))]

	/// Any bytes that decode are answered, and never accepted.
	#[test]
	fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2_400), index: u8) {
		let domain = domain(1);
		let params = Params::new(5, 3, 2).unwrap();
		let input = &bytes[..];
		if let Ok(seat) = Seat::decode(&mut &input[..]) {
			prop_assert!(verify_seat(&domain, &[0; 32], &seat).is_err());
		}
		let group = Group { key: PointBytes([1; 32]), shares: vec![PointBytes([2; 32]); 5].try_into().unwrap() };
		let resharing = Round::Resharing { former: params, group: &group };
		if let Ok(dealing) = Dealing::decode(&mut &input[..]) {
			for round in [Round::Generation, resharing] {
				prop_assert!(verify_dealing(&domain, &params, &round, index, &dealing).is_err());
			}
		}
		if let Ok(group) = Group::decode(&mut &input[..]) {
			let _ = group.share(index);
			let list = [(1, &group.shares[..]), (2, &group.shares[..]), (3, &group.shares[..])];
			prop_assert!(combine(&params, &Round::Generation, &list).is_err());
		}
		if let Ok(ciphertext) = Ciphertext::decode(&mut &input[..]) {
			prop_assert!(verify_ciphertext(&CONTEXT, &group.key, &ciphertext).is_err());
			if let Ok(partial) = Partial::decode(&mut &input[..]) {
				let release = Release { domain, job: 0, attempt: 0, enclave: ciphertext.twin };
				let verified = verify_partial(&release, index, &ciphertext.twin, &ciphertext, &partial);
				prop_assert!(verified.is_err());
			}
		}
	}

	/// Any complaint about any dealing is answered, verified before or not.
	#[test]
	fn any_complaint_is_answered(
		points in proptest::collection::vec(any::<[u8; 32]>(), 0..5),
		scalars in proptest::collection::vec(any::<[u8; 32]>(), 0..7),
		bytes: [u8; 96], accuser: u8, dealer: u8,
	) {
		let params = Params::new(5, 3, 2).unwrap();
		let dealing = Dealing {
			commitments: points.iter().map(|p| PointBytes(*p)).collect::<Vec<_>>().try_into().unwrap(),
			ephemeral: PointBytes::from_seed(1, 1),
			shares: scalars.iter().map(|s| committee_keys::ScalarBytes(*s)).collect::<Vec<_>>().try_into().unwrap(),
			proof: Decode::decode(&mut &bytes[..]).unwrap(),
		};
		let complaint = Complaint::decode(&mut &bytes[..]).unwrap();
		let key = PointBytes::from_seed(1, 2);
		let judged = judge(&domain(1), &params, dealer, &dealing, accuser, &key, &complaint);
		prop_assert!(judged.is_err());
	}
}

/// The largest committee there is.
#[test]
fn the_largest_committee_works() {
	let n = MAX_MEMBERS as u8;
	let (committee, group, shares) = honest(1, n, n / 2 + 1, 1);
	let mut rng = rng(2);
	let job = Job::new(committee.domain, &group, &mut rng);
	let chosen: Vec<_> = shares[usize::from(n / 2) - 1..].iter().collect();
	let partials = job.partials(&group, &chosen, &mut rng);
	assert_eq!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
}
