//! A committee of five with threshold three, from joining to the data key.

mod common;

use codec::Encode;
use committee_keys::{
	client::{self, SecretKey},
	combine, verify_ciphertext, verify_dealing, verify_partial, Domain, Error, Group, KeyContext,
	PointBytes, Release, Round, ScalarBytes, Verdict,
};
use common::*;

#[test]
fn all_honest() {
	let (committee, group, shares) = honest(1, 5, 3, 1);
	for member in 1..=5 {
		assert_eq!(committee.bad_for(member), []);
	}
	let mut rng = rng(2);
	let job = Job::new(committee.domain, &group, &mut rng);
	// Any three open it, in any order.
	for chosen in [[0, 1, 2], [2, 3, 4], [4, 0, 2], [3, 1, 0]] {
		let chosen = chosen.map(|i| &shares[i]);
		let partials = job.partials(&group, &chosen, &mut rng);
		assert_eq!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
	}
}

#[test]
fn a_bad_share_is_caught_by_a_complaint() {
	let mut committee = Committee::join(1, 5, 3, 3);
	committee.deal([1, 2, 3, 5]);
	// Member 4 masks the share of member 2 for a key that member 2 does not have.
	let mut seats = committee.seats.clone();
	seats[1] = SecretKey::generate(&mut committee.rng).public();
	let bad =
		client::deal(&committee.domain, &committee.params, 4, &seats, &mut committee.rng).unwrap();
	committee.publish(&Round::Generation, 4, bad);

	assert_eq!(committee.bad_for(2), [4]);
	for member in [1, 3, 4, 5] {
		assert_eq!(committee.bad_for(member), []);
	}
	let complaint = committee.complain(2, 4);
	assert_eq!(committee.judge(4, 2, &complaint), Ok(Verdict::Dealer));

	// Without the dealer the key comes about, and the former dealer still has a share of it.
	committee.dealings.remove(&4);
	let group = committee.finalise(&Round::Generation).unwrap();
	let shares = committee.shares(&Round::Generation, &group);
	let mut rng = rng(4);
	let job = Job::new(committee.domain, &group, &mut rng);
	let partials = job.partials(&group, &[&shares[1], &shares[3], &shares[4]], &mut rng);
	assert_eq!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
}

#[test]
fn a_false_complaint_is_caught() {
	let (mut committee, ..) = honest(1, 5, 3, 5);
	let complaint = committee.complain(2, 4);
	assert_eq!(committee.judge(4, 2, &complaint), Ok(Verdict::Accuser));
	// It cannot be passed on: about another dealing, by another member, in another epoch.
	assert_eq!(committee.judge(3, 2, &complaint), Err(Error::BadProof));
	assert_eq!(committee.judge(4, 3, &complaint), Err(Error::BadProof));
	committee.domain.epoch += 1;
	assert_eq!(committee.judge(4, 2, &complaint), Err(Error::BadProof));
}

#[test]
fn a_complaint_with_another_key_proves_nothing() {
	let (mut committee, ..) = honest(1, 5, 3, 6);
	// The key that the dealer shares with somebody else would unmask nonsense and convict him.
	let others = committee.complain(3, 4);
	let mut complaint = committee.complain(2, 4);
	complaint.key = others.key;
	assert_eq!(committee.judge(4, 2, &complaint), Err(Error::BadProof));
	complaint.proof = others.proof;
	assert_eq!(committee.judge(4, 2, &complaint), Err(Error::BadProof));
	for (index, error) in [(0, Error::UnknownMember), (6, Error::UnknownMember)] {
		let judged = committee_keys::judge(
			&committee.domain,
			&committee.params,
			4,
			&committee.dealings[&4],
			index,
			committee.seat(2),
			&complaint,
		);
		assert_eq!(judged, Err(error));
	}
}

#[test]
fn two_silent_at_release() {
	let (committee, group, shares) = honest(1, 5, 3, 7);
	let mut rng = rng(8);
	let job = Job::new(committee.domain, &group, &mut rng);
	let partials = job.partials(&group, &[&shares[1], &shares[2], &shares[4]], &mut rng);
	assert_eq!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
	// Three silent are too many, and nobody counts twice.
	assert_eq!(job.open(&committee.params, &group, &partials[..2]), Err(Error::TooFew));
	let twice = [partials[0], partials[1], partials[1]];
	assert_eq!(job.open(&committee.params, &group, &twice), Err(Error::TooFew));
	// One that the chain would have refused does no harm.
	let mut noisy = partials.clone();
	noisy.insert(0, (1, partials[0].1));
	noisy.insert(1, (0, partials[0].1));
	noisy.insert(2, (200, partials[0].1));
	assert_eq!(job.open(&committee.params, &group, &noisy), Ok(DATA_KEY));
}

#[test]
fn two_silent_at_dealing() {
	let mut committee = Committee::join(1, 5, 3, 9);
	committee.deal([2, 3]);
	assert_eq!(committee.finalise(&Round::Generation), Err(Error::TooFew));
	committee.deal([5]);
	let group = committee.finalise(&Round::Generation).unwrap();
	// Those who dealt nothing have shares all the same.
	let shares = committee.shares(&Round::Generation, &group);
	let mut rng = rng(10);
	let job = Job::new(committee.domain, &group, &mut rng);
	let partials = job.partials(&group, &[&shares[0], &shares[3], &shares[4]], &mut rng);
	assert_eq!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
}

#[test]
fn a_copied_ciphertext_opens_nothing() {
	let (committee, group, shares) = honest(1, 5, 3, 11);
	let mut rng = rng(12);
	let job = Job::new(committee.domain, &group, &mut rng);
	for copier in [
		KeyContext { requester: [0x99; 32], ..CONTEXT },
		KeyContext { salt: [0x99; 32], ..CONTEXT },
		KeyContext { committee: 8, ..CONTEXT },
		KeyContext { genesis: [0x99; 32], ..CONTEXT },
	] {
		// The chain refuses it, and so does each member for itself.
		let verified = verify_ciphertext(&copier, &group.key, &job.ciphertext);
		assert_eq!(verified, Err(Error::BadProof));
		let released = client::release(
			&job.release,
			&copier,
			&group.key,
			&job.ciphertext,
			&shares[0],
			&mut rng,
		);
		assert_eq!(released, Err(Error::BadProof));
		// A proof of one's own needs the secret: that of another ciphertext does not fit.
		let own = client::encrypt(&copier, &group.key, &[0; 32], &mut rng).unwrap();
		for mut mixed in [job.ciphertext; 2] {
			mixed.proof = own.proof;
			assert_eq!(verify_ciphertext(&copier, &group.key, &mixed), Err(Error::BadProof));
			mixed.twin = own.twin;
			assert_eq!(verify_ciphertext(&copier, &group.key, &mixed), Err(Error::BadProof));
		}
		// And were it released, the mask would be another.
		let partials = job.partials(&group, &[&shares[0], &shares[1], &shares[2]], &mut rng);
		let opened = client::decrypt(
			&job.release,
			&copier,
			&committee.params,
			&group,
			&job.ciphertext,
			&partials,
			&job.enclave,
		);
		assert_eq!(opened.map(|_| ()), Err(Error::BadProof));
	}
	// Another committee's key refuses it too.
	let (_, other, _) = honest(1, 5, 3, 13);
	assert_eq!(verify_ciphertext(&CONTEXT, &other.key, &job.ciphertext), Err(Error::BadProof));
}

#[test]
fn only_the_enclave_reads_what_is_released() {
	let (committee, group, shares) = honest(1, 5, 3, 14);
	let mut rng = rng(15);
	let mut job = Job::new(committee.domain, &group, &mut rng);
	let partials = job.partials(&group, &[&shares[0], &shares[1], &shares[2]], &mut rng);
	// Whoever else takes the sealed values gets another key, or finds that they are not his.
	job.enclave = SecretKey::generate(&mut rng);
	assert_ne!(job.open(&committee.params, &group, &partials), Ok(DATA_KEY));
	job.release.enclave = job.enclave.public();
	assert_eq!(job.open(&committee.params, &group, &partials), Err(Error::TooFew));
}

#[test]
fn a_partial_decryption_counts_in_its_place_only() {
	let (committee, group, shares) = honest(1, 5, 3, 16);
	let mut rng = rng(17);
	let job = Job::new(committee.domain, &group, &mut rng);
	let [(member, partial)] = job.partials(&group, &[&shares[1]], &mut rng)[..] else { panic!() };
	let verify = |release: &Release, member| {
		verify_partial(release, member, group.share(member)?, &job.ciphertext, &partial)
	};
	assert_eq!(verify(&job.release, member), Ok(()));
	assert_eq!(verify(&job.release, 3), Err(Error::BadProof));
	assert_eq!(verify(&job.release, 0), Err(Error::UnknownMember));
	assert_eq!(verify(&job.release, 6), Err(Error::UnknownMember));
	let domain = committee.domain;
	for other in [
		Release { job: 98, ..job.release },
		Release { attempt: 2, ..job.release },
		Release { enclave: SecretKey::generate(&mut rng).public(), ..job.release },
		Release { domain: Domain { epoch: 2, ..domain }, ..job.release },
		Release { domain: Domain { committee: 8, ..domain }, ..job.release },
		Release { domain: Domain { genesis: [0; 32], ..domain }, ..job.release },
	] {
		assert_eq!(verify(&other, member), Err(Error::BadProof), "{other:?}");
	}
	// Nor for another ciphertext, even of the same requester.
	let share = group.share(member).unwrap();
	let other = Job::new(committee.domain, &group, &mut rng);
	let verified = verify_partial(&job.release, member, share, &other.ciphertext, &partial);
	assert_eq!(verified, Err(Error::BadProof));
	// A member who seals something else cannot prove it.
	let wrong =
		client::release(&job.release, &CONTEXT, &group.key, &job.ciphertext, &shares[2], &mut rng)
			.unwrap();
	let verified = verify_partial(&job.release, member, share, &job.ciphertext, &wrong);
	assert_eq!(verified, Err(Error::BadProof));
}

#[test]
fn resharing_keeps_the_key_and_voids_old_shares() {
	let (old, group, old_shares) = honest(1, 5, 3, 18);
	let mut rng = rng(19);
	// A ciphertext of the first epoch.
	let mut job = Job::new(old.domain, &group, &mut rng);
	let old_partials = job.partials(&group, &[&old_shares[0], &old_shares[1]], &mut rng);

	// Seven others with threshold four; two of the five deal nothing.
	let round = Round::Resharing { former: old.params, group: &group };
	let mut new = Committee::join(2, 7, 4, 20);
	new.reshare(&round, &old_shares[1..3]);
	assert_eq!(new.finalise(&round), Err(Error::TooFew));
	new.reshare(&round, &old_shares[4..]);
	let renewed = new.finalise(&round).unwrap();
	assert_eq!(renewed.key, group.key);
	assert_eq!(renewed.shares.len(), 7);
	let new_shares = new.shares(&round, &renewed);

	job.release.domain = new.domain;
	let chosen = [&new_shares[0], &new_shares[2], &new_shares[4], &new_shares[6]];
	let partials = job.partials(&renewed, &chosen, &mut rng);
	assert_eq!(job.open(&new.params, &renewed, &partials), Ok(DATA_KEY));

	// Two old shares and two new ones open nothing: neither as they are, nor put through without
	// the checks, as somebody would do who had stolen them.
	let mixed = [&partials[..2], &old_partials[..]].concat();
	assert_eq!(job.open(&new.params, &renewed, &mixed), Err(Error::TooFew));
	for (old, new) in [(1, 2), (2, 1)] {
		let stolen = [&old_shares[..old], &new_shares[2..2 + new]].concat();
		let forged = Group {
			key: group.key,
			shares: (1..=7)
				.map(|member| {
					let share = stolen.iter().find(|share| share.member() == member);
					share.map_or(group.key, |share| share.public())
				})
				.collect::<Vec<_>>()
				.try_into()
				.unwrap(),
		};
		let stolen: Vec<_> = stolen.iter().collect();
		let partials = job.partials(&forged, &stolen, &mut rng);
		let opened = job.open(&committee_keys::Params::new(5, 3, 0).unwrap(), &forged, &partials);
		assert!(opened.is_ok_and(|key| key != DATA_KEY));
	}
}

#[test]
fn the_same_members_can_renew_their_shares() {
	let (first, group, shares) = honest(1, 5, 3, 21);
	let round = Round::Resharing { former: first.params, group: &group };
	let mut second = Committee::join(2, 5, 3, 22);
	second.reshare(&round, &shares);
	let renewed = second.finalise(&round).unwrap();
	assert_eq!(renewed.key, group.key);
	for (old, new) in group.shares.iter().zip(&renewed.shares) {
		assert_ne!(old, new);
	}
	second.shares(&round, &renewed);
}

#[test]
fn bad_share_in_a_resharing_is_caught() {
	let (old, group, shares) = honest(1, 5, 3, 23);
	let round = Round::Resharing { former: old.params, group: &group };
	let mut new = Committee::join(2, 5, 3, 24);
	new.reshare(&round, &shares[..3]);
	let mut seats = new.seats.clone();
	seats[4] = SecretKey::generate(&mut new.rng).public();
	let bad =
		client::deal_share(&new.domain, &new.params, &round, &shares[3], &seats, &mut new.rng)
			.unwrap();
	new.publish(&round, 4, bad);
	assert_eq!(new.bad_for(5), [4]);
	let complaint = new.complain(5, 4);
	assert_eq!(new.judge(4, 5, &complaint), Ok(Verdict::Dealer));
	new.dealings.remove(&4);
	assert_eq!(new.finalise(&round).unwrap().key, group.key);
}

#[test]
fn nobody_reshares_anything_but_its_share() {
	let (old, group, shares) = honest(1, 5, 3, 25);
	let round = Round::Resharing { former: old.params, group: &group };
	let mut new = Committee::join(2, 5, 3, 26);
	// A fresh secret, another member's place, a generation's dealing.
	let fresh = client::deal(&new.domain, &new.params, 1, &new.seats, &mut new.rng).unwrap();
	let verify =
		|dealer, dealing: &_| verify_dealing(&new.domain, &new.params, &round, dealer, dealing);
	assert_eq!(verify(1, &fresh), Err(Error::NotTheShare));
	let own =
		client::deal_share(&new.domain, &new.params, &round, &shares[0], &new.seats, &mut new.rng)
			.unwrap();
	assert_eq!(verify(1, &own), Ok(()));
	assert_eq!(verify(2, &own), Err(Error::NotTheShare));
	assert_eq!(verify(0, &own), Err(Error::UnknownMember));
	assert_eq!(verify(6, &own), Err(Error::UnknownMember));
	let as_generation = verify_dealing(&new.domain, &new.params, &Round::Generation, 1, &own);
	assert_eq!(as_generation, Err(Error::BadProof));
	let dealt = client::deal_share(
		&new.domain,
		&new.params,
		&Round::Generation,
		&shares[0],
		&new.seats,
		&mut new.rng,
	);
	assert_eq!(dealt, Err(Error::NotTheShare));
	// Dealings of a generation do not add up to the group's key.
	let (generation, ..) = honest(2, 5, 3, 27);
	let commitments: Vec<(u8, &[PointBytes])> =
		generation.dealings.iter().map(|(i, dealing)| (*i, &dealing.commitments[..])).collect();
	assert_eq!(combine(&new.params, &round, &commitments), Err(Error::KeyChanged));
}

#[test]
fn a_dealing_counts_for_its_dealer_and_place_only() {
	let (committee, ..) = honest(1, 5, 3, 28);
	let round = Round::Generation;
	let dealing = &committee.dealings[&2];
	let Domain { genesis, committee: number, epoch } = committee.domain;
	let verify = |domain: Domain, dealer| {
		verify_dealing(&domain, &committee.params, &round, dealer, dealing)
	};
	assert_eq!(verify(committee.domain, 2), Ok(()));
	assert_eq!(verify(committee.domain, 3), Err(Error::BadProof));
	assert_eq!(verify(committee.domain, 0), Err(Error::UnknownMember));
	assert_eq!(verify(committee.domain, 6), Err(Error::UnknownMember));
	for other in [
		Domain { genesis: [0; 32], committee: number, epoch },
		Domain { genesis, committee: number + 1, epoch },
		Domain { genesis, committee: number, epoch: epoch + 1 },
	] {
		assert_eq!(verify(other, 2), Err(Error::BadProof));
	}
	for params in [(5, 4), (4, 3), (6, 4)] {
		let params = committee_keys::Params::new(params.0, params.1, 0).unwrap();
		let verified = verify_dealing(&committee.domain, &params, &round, 2, dealing);
		assert_eq!(verified, Err(Error::WrongLength));
	}
	// A dealer that copies another's ephemeral key to make members reveal what they share with it.
	let mut copied = committee.dealings[&3].clone();
	copied.ephemeral = dealing.ephemeral;
	let verified = verify_dealing(&committee.domain, &committee.params, &round, 3, &copied);
	assert_eq!(verified, Err(Error::BadProof));
}

#[test]
fn adding_up_refuses_wrong_lists() {
	let (committee, ..) = honest(1, 5, 3, 29);
	let dealings: Vec<(u8, &[PointBytes])> =
		committee.dealings.iter().map(|(i, dealing)| (*i, &dealing.commitments[..])).collect();
	let add = |list: &[(u8, &[PointBytes])]| combine(&committee.params, &Round::Generation, list);
	assert!(add(&dealings).is_ok());
	assert_eq!(add(&[]), Err(Error::TooFew));
	assert_eq!(add(&dealings[..2]), Err(Error::TooFew));
	let [one, two, three, ..] = dealings[..] else { panic!() };
	assert_eq!(add(&[one, two, two, three]), Err(Error::Unordered));
	assert_eq!(add(&[one, three, two]), Err(Error::Unordered));
	assert_eq!(add(&[(0, one.1), two, three]), Err(Error::UnknownMember));
	assert_eq!(add(&[one, two, (6, three.1)]), Err(Error::UnknownMember));
	assert_eq!(add(&[one, two, (3, &three.1[1..])]), Err(Error::WrongLength));
	let malformed = [PointBytes([0xff; 32]); 3];
	assert_eq!(add(&[one, two, (3, &malformed)]), Err(Error::MalformedPoint));
	let identity = [PointBytes([0; 32]); 3];
	assert_eq!(add(&[one, two, (3, &identity)]), Err(Error::IdentityPoint));
}

#[test]
fn clients_refuse_what_does_not_fit() {
	let mut committee = Committee::join(1, 5, 3, 30);
	committee.deal(1..=5);
	let Committee { domain, params, seats, rng, .. } = &mut committee;
	assert_eq!(client::deal(domain, params, 0, seats, rng), Err(Error::UnknownMember));
	assert_eq!(client::deal(domain, params, 6, seats, rng), Err(Error::UnknownMember));
	assert_eq!(client::deal(domain, params, 1, &seats[1..], rng), Err(Error::WrongLength));
	let mut bad = seats.clone();
	bad[2] = PointBytes([0; 32]);
	assert_eq!(client::deal(domain, params, 1, &bad, rng), Err(Error::IdentityPoint));
	let to_identity = client::encrypt(&CONTEXT, &PointBytes([0; 32]), &DATA_KEY, rng);
	assert_eq!(to_identity, Err(Error::IdentityPoint));
	assert!(SecretKey::from_bytes([0; 32]).is_err());
	assert!(SecretKey::from_bytes([0xff; 32]).is_err());
	let secret = SecretKey::generate(rng);
	let again = SecretKey::from_bytes(*secret.to_bytes()).unwrap();
	assert_eq!(again.public(), secret.public());
	assert_eq!(format!("{secret:?}"), "SecretKey(..)");
	assert_eq!(format!("{:?}", committee.share(&Round::Generation, 2).unwrap()), "Share(2, ..)");
	let dealings: Vec<_> = committee.dealings.iter().map(|(i, dealing)| (*i, dealing)).collect();
	for (member, error) in [(0, Error::UnknownMember), (6, Error::UnknownMember)] {
		let Committee { domain, params, .. } = &committee;
		let share = client::collect(domain, params, &Round::Generation, &dealings, member, &secret);
		assert_eq!(share.map(|_| ()), Err(error));
	}
	// A stranger's key opens no share.
	let Committee { domain, params, .. } = &committee;
	let share = client::collect(domain, params, &Round::Generation, &dealings, 2, &secret);
	assert_eq!(share.map(|_| ()), Err(Error::BadShare));
}

/// Challenges and masks are the protocol: what stands on a chain must verify in later releases.
#[test]
fn messages_are_the_same_as_ever() {
	let (mut committee, group, shares) = honest(1, 3, 2, 31);
	let mut rng = rng(32);
	let job = Job::new(committee.domain, &group, &mut rng);
	let partials = job.partials(&group, &[&shares[0], &shares[1]], &mut rng);
	let complaint = committee.complain(1, 2);
	let dealing = committee.dealings[&1].clone();
	let ScalarBytes(challenge) = dealing.proof.challenge;
	let found = [
		hex::encode(challenge),
		hex::encode(group.key.encode()),
		hex::encode(complaint.proof.challenge.encode()),
		hex::encode(job.ciphertext.masked),
		hex::encode(job.ciphertext.proof.challenge.encode()),
		hex::encode(partials[1].1.proof.challenge.encode()),
	];
	assert_eq!(found, PINNED);
}

const PINNED: [&str; 6] = [
	"2a7b1ce78b531c8d30ee97dab70c24b9bdefe1c14f60a4dbf0969cac4911b901",
	"280ea2900ed70881ac8f3368cb7a28ffad0c3dd97f4afeb4c628313d6de26a61",
	"ab85b6daa8a1b641888b9cd0368cdbec5c807c28bb3b1d0948b6fb8ac07b6207",
	"c7e2299b92af909fc5c209109edc313c937bcdf732f5b1c6b6838d708bfe5bab",
	"c9b5f1b71a55384c611f49429aab3f6e4ace9c1e8469d2b985766480035e190d",
	"de01d137ff7d0bae5f9904ade32b500a4cc95c0f1ce1b1055b4696a073de3001",
];
