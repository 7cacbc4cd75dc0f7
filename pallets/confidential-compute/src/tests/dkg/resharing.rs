//! The key in other hands.

use super::*;
use crate::{
	dkg::{EpochFailure, EpochPhase, MessageFault, Offence},
	Event,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn others_take_over_the_same_key() {
	with_key(|mut world| {
		let key = Groups::<Test>::get((C, 0)).unwrap().key;
		// Encrypted, entrusted and assigned before.
		for job in [1, 2] {
			world.submit(job, ALICE);
			let ciphertext = world.encrypt(ALICE);
			assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), job, C, ciphertext));
		}
		let early = world.encrypt(BOB);
		// Two of the new are former members, with other indices.
		world.reshare([9, 2, 8, 1, 7]);
		assert_eq!(committee().active, Some(1));
		assert_eq!(Groups::<Test>::get((C, 1)).unwrap().key, key);
		assert_eq!(epoch(0).phase, EpochPhase::Ended);
		world.assign(1, 1);
		// Former members are asked no more.
		let old = {
			let share = world.share(0, 3);
			let (_, release) = world.statement(1);
			let ciphertext = EntrustedKeys::<Test>::get(1).unwrap().ciphertext;
			let context = context(ALICE, SALT);
			client::release(&release, &context, &key, &ciphertext, &share, &mut world.rng).unwrap()
		};
		assert_noop!(release_share(3, 1, old), fault(CommitteeFault::NotMember));
		assert_noop!(
			release_share(2, 1, old),
			fault(CommitteeFault::Message(MessageFault::BadProof))
		);
		world.release_all(1, [1, 7, 9]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		// What was encrypted before and not entrusted yet opens too.
		world.submit(3, BOB);
		assert_ok!(ConfidentialCompute::entrust_key(signed(BOB), 3, C, early));
		// Twice over.
		world.reshare([3, 4, 5, 6, 7]);
		for job in [2, 3] {
			world.assign(job, 1);
			world.release_all(job, [5, 3, 6]);
			assert_eq!(world.open_as(job, PROVIDER), Ok(DATA_KEY));
		}
	});
}

#[test]
fn a_release_that_is_open_stays_with_the_former_members() {
	with_job(|mut world| {
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all(6..=10);
		world.deal_all(1..=5);
		outlive_phase();
		change_job(1, |job| job.wanted.as_mut().unwrap().deadline = Now::get() + WAIT);
		assert_ok!(world.release(1, 1));
		assert_ok!(finalise());
		// Shares of two epochs would not fit together.
		let share = world.share(1, 6);
		let (number, release) = world.statement(1);
		assert_eq!(number, 0);
		let ciphertext = EntrustedKeys::<Test>::get(1).unwrap().ciphertext;
		let key = Groups::<Test>::get((C, 1)).unwrap().key;
		let context = context(ALICE, SALT);
		let theirs =
			client::release(&release, &context, &key, &ciphertext, &share, &mut world.rng).unwrap();
		assert_noop!(release_share(6, 1, theirs), fault(CommitteeFault::NotMember));
		world.release_all(1, [2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
	});
}

#[test]
fn former_members_who_do_not_deal_pay_from_their_bond() {
	with_key(|mut world| {
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all(6..=10);
		world.deal_all([1, 2, 5]);
		// The new members have nothing to deal.
		let dealing = world.dealing(3);
		assert_noop!(
			ConfidentialCompute::deal(signed(owner(6)), C, dealing),
			fault(CommitteeFault::NotMember)
		);
		outlive_phase();
		System::reset_events();
		assert_ok!(close_dealing());
		let silent = |member| Event::MemberSlashed {
			committee: C,
			epoch: 0,
			member,
			owner: owner(member),
			offence: Offence::NoDealing,
			amount: BOND / 10,
			compensation: 0,
		};
		assert_eq!(events()[..2], [silent(3), silent(4)]);
		assert_eq!([3, 4, 5, 6].map(bonded), [900, 900, BOND, BOND]);
		outlive_phase();
		assert_ok!(finalise());
		for n in 6..=10 {
			world.share(1, n);
		}
	});
}

#[test]
fn a_bad_dealing_costs_the_former_member() {
	with_key(|mut world| {
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all([6, 7, 8, 9, 2]);
		world.deal_all([1, 3, 4, 5]);
		let bad = world.bad_dealing(2, 3);
		assert_ok!(ConfidentialCompute::deal(signed(owner(2)), C, bad));
		assert_eq!(world.bad_for(8), [2]);
		assert_ok!(world.complain(8, 2));
		// The bond of the seat that it dealt for, not of the new one.
		assert_eq!((bond_of(0, 2), bond_of(1, 5), bonded(2)), (BOND / 2, BOND, 1_500));
		// A false complaint costs the new one.
		assert_ok!(world.complain(2, 1));
		assert_eq!((bond_of(0, 2), bond_of(1, 5), bonded(2)), (BOND / 2, BOND / 2, BOND));
		outlive_phase();
		assert_ok!(finalise());
		assert_eq!(
			Groups::<Test>::get((C, 0)).unwrap().key,
			Groups::<Test>::get((C, 1)).unwrap().key
		);
		for n in [6, 7, 8, 9, 2] {
			world.share(1, n);
		}
	});
}

#[test]
fn nobody_deals_anything_but_its_share() {
	with_key(|mut world| {
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all(6..=10);
		let (number, epoch) = pending();
		let seats: Vec<_> = Seats::<Test>::get((C, number)).iter().map(|s| s.key).collect();
		let domain = ConfidentialCompute::domain(C, number);
		let fresh = client::deal(&domain, &epoch.params, 1, &seats, &mut world.rng).unwrap();
		assert_noop!(
			ConfidentialCompute::deal(signed(owner(1)), C, fresh),
			fault(CommitteeFault::Message(MessageFault::NotTheShare))
		);
		assert_ok!(world.deal(1));
	});
}

#[test]
fn a_resharing_that_fails_leaves_the_key_where_it_is() {
	with_job(|mut world| {
		for _ in 0..2 {
			assert_ok!(ConfidentialCompute::open_epoch(root(), C));
			world.join_all(6..=10);
			world.deal_all([1, 2]);
			outlive_phase();
			System::reset_events();
			assert_ok!(close_dealing());
			let why = EpochFailure::TooFewDealings;
			let failed = |e: &_| matches!(e, Event::EpochFailed { why: w, .. } if *w == why);
			assert!(events().iter().any(failed));
			assert_eq!((committee().active, committee().pending), (Some(0), None));
			let number = committee().next_epoch - 1;
			for member in 1..=5 {
				assert_ok!(ConfidentialCompute::withdraw_bond(signed(PAUPER), C, number, member));
			}
			assert_ok!(ConfidentialCompute::prune_epoch(signed(PAUPER), C, number));
		}
		// Whoever is silent again and again has ever less to lose.
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND, BOND, 800, 800, 800]);
		change_job(1, |job| job.wanted.as_mut().unwrap().deadline = Now::get() + WAIT);
		world.release_all(1, [4, 1, 2]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
	});
}

#[test]
fn shares_of_two_epochs_together_open_nothing() {
	with_job(|mut world| {
		let old: Vec<_> = [1, 2].map(|n| world.share(0, n)).into();
		world.reshare([6, 7, 8, 9, 10]);
		let new = world.share(1, 8);
		change_job(1, |job| job.wanted.as_mut().unwrap().deadline = Now::get() + WAIT);
		assert_ok!(ConfidentialCompute::open_release(signed(PAUPER), 1));
		let (_, release) = world.statement(1);
		let key = EntrustedKeys::<Test>::get(1).unwrap();
		let context = context(ALICE, SALT);
		let group = Groups::<Test>::get((C, 1)).unwrap();
		let partials: Vec<_> = old
			.iter()
			.chain([&new])
			.map(|share| {
				let rng = &mut world.rng;
				let sealed =
					client::release(&release, &context, &group.key, &key.ciphertext, share, rng);
				(share.member(), sealed.unwrap())
			})
			.collect();
		let secret = SecretKey::from_bytes({
			let mut bytes = [0; 32];
			bytes[0] = PROVIDER + 1;
			bytes
		})
		.unwrap();
		for number in [0, 1] {
			let group = Groups::<Test>::get((C, number)).unwrap();
			let opened = client::decrypt(
				&release,
				&context,
				&epoch(number).params,
				&group,
				&key.ciphertext,
				&partials,
				&secret,
			);
			assert_eq!(opened.map(|key| *key), Err(committee_keys::Error::TooFew));
		}
	});
}
