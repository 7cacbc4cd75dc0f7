//! The end of epochs: no key, bonds and records are left behind.

use super::*;
use crate::{dkg::EpochPhase, Commitments, Dealings, Event};
use frame_support::{assert_noop, assert_ok};

fn end() -> DispatchResult {
	ConfidentialCompute::end_epoch(signed(PAUPER), C)
}

fn withdraw(number: EpochId, member: u8) -> DispatchResult {
	ConfidentialCompute::withdraw_bond(signed(PAUPER), C, number, member)
}

fn prune(number: EpochId) -> DispatchResult {
	ConfidentialCompute::prune_epoch(signed(PAUPER), C, number)
}

#[test]
fn a_key_that_nobody_takes_over_ends() {
	with_key(|mut world| {
		let until = epoch(0).deadline;
		wait(until - Now::get());
		// It takes no more keys, and still can be taken over for a time.
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_noop!(
			ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext),
			fault(CommitteeFault::NotAccepting)
		);
		assert!(!ConfidentialCompute::committee(C).unwrap().accepts_keys);
		assert_noop!(end(), Error::<Test>::TooEarly);
		wait(RULES.reshare_lead - 1);
		assert_noop!(end(), Error::<Test>::TooEarly);
		assert_ok!(open());
		assert_noop!(end(), fault(CommitteeFault::EpochPending));
		wait(RULES.join_period);
		assert_ok!(ConfidentialCompute::close_joining(signed(PAUPER), C));
		System::reset_events();
		assert_ok!(end());
		assert_eq!(events(), [Event::EpochEnded { committee: C, epoch: 0 }]);
		assert_eq!((epoch(0).phase, committee().active), (EpochPhase::Ended, None));
		assert_noop!(end(), fault(CommitteeFault::NoEpoch));
		assert_noop!(
			ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext),
			fault(CommitteeFault::NotAccepting)
		);
		assert_noop!(
			ConfidentialCompute::end_epoch(signed(PAUPER), 7),
			fault(CommitteeFault::NoCommittee)
		);
		// What comes next is another key.
		let old = Groups::<Test>::get((C, 0)).unwrap().key;
		world.generate();
		assert_ne!(Groups::<Test>::get((C, 2)).unwrap().key, old);
	});
}

#[test]
fn keys_in_its_care_keep_an_epoch() {
	with_job(|_| {
		wait(RULES.epoch_length + RULES.reshare_lead);
		assert_noop!(end(), fault(CommitteeFault::KeysEntrusted));
		change_job(1, |job| (job.terms, job.wanted, job.runs) = (None, None, None));
		assert_ok!(ConfidentialCompute::withdraw_key(signed(PAUPER), 1));
		assert_ok!(end());
	});
}

#[test]
fn bonds_go_back_when_all_duties_are_over() {
	with_job(|mut world| {
		assert_noop!(withdraw(7, 1), fault(CommitteeFault::NoEpoch));
		assert_noop!(withdraw(0, 1), fault(CommitteeFault::WrongPhase));
		assert_noop!(prune(0), fault(CommitteeFault::WrongPhase));
		assert_noop!(prune(7), fault(CommitteeFault::NoEpoch));
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all(6..=10);
		world.deal_all(1..=5);
		outlive_phase();
		// The former members are asked for a share before the key is in other hands.
		change_job(1, |job| job.wanted.as_mut().unwrap().deadline = Now::get() + WAIT);
		assert_ok!(ConfidentialCompute::open_release(signed(PAUPER), 1));
		assert_ok!(finalise());
		assert_eq!((epoch(0).phase, epoch(0).open_releases), (EpochPhase::Ended, 1));
		assert_noop!(withdraw(0, 1), fault(CommitteeFault::ReleasesOpen));
		assert_noop!(prune(0), fault(CommitteeFault::ReleasesOpen));
		world.release_all(1, [1, 2, 3]);
		System::reset_events();
		assert_ok!(withdraw(0, 1));
		assert_eq!(
			events(),
			[Event::BondReturned {
				committee: C,
				epoch: 0,
				member: 1,
				owner: owner(1),
				amount: BOND,
			}]
		);
		assert_eq!(bonded(1), 0);
		assert_noop!(withdraw(0, 1), fault(CommitteeFault::NoBond));
		for stranger in [0, 6, 255] {
			assert_noop!(withdraw(0, stranger), fault(CommitteeFault::NotMember));
		}
		assert_noop!(prune(0), fault(CommitteeFault::BondsHeld));
		for member in 2..=5 {
			assert_ok!(withdraw(0, member));
		}
		// The enclave may go on reading what was released to it.
		assert_ok!(prune(0));
		assert_eq!(Partials::<Test>::get(1).len(), 3);
		assert!(!Epochs::<Test>::contains_key((C, 0)));
		assert_eq!(Commitments::<Test>::iter_keys().filter(|key| key.1 == 0).count(), 0);
		assert_eq!(Dealings::<Test>::iter_keys().filter(|key| key.1 == 0).count(), 0);
		assert!(!Groups::<Test>::contains_key((C, 0)));
		assert!(Seats::<Test>::get((C, 0)).is_empty());
		// The new members have all that they need.
		for n in 6..=10 {
			world.share(1, n);
		}
		change_job(1, |job| (job.terms, job.runs) = (None, None));
		assert_ok!(close_release(1));
		assert_ok!(ConfidentialCompute::withdraw_key(signed(PAUPER), 1));
	});
}
