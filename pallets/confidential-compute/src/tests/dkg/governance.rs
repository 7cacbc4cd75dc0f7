//! What governance decides, and nobody else.

use super::*;
use crate::{dkg::Standing, CommitteePolicies, Event, NextCommitteeId};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::BadOrigin, ArithmeticError};

fn create(terms: CommitteeTerms<Balance>) -> DispatchResult {
	ConfidentialCompute::create_committee(root(), terms, policy())
}

#[test]
fn committees_are_created_one_after_the_other() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ConfidentialCompute::create_committee(signed(ALICE), TERMS, policy()),
			BadOrigin
		);
		assert_ok!(create(TERMS));
		let small = CommitteeTerms { members: 3, threshold: 2, faulty: 1, ..TERMS };
		assert_ok!(create(small));
		assert_eq!(
			events(),
			[
				Event::CommitteeCreated { committee: 0, terms: TERMS },
				Event::CommitteeCreated { committee: 1, terms: small },
			]
		);
		let view = ConfidentialCompute::committee(1).unwrap();
		assert_eq!((view.committee.terms, view.committee.standing), (small, Standing::Open));
		assert!(view.active.is_none() && view.pending.is_none() && !view.accepts_keys);
		assert_eq!(ConfidentialCompute::committee(2), None);
	});
}

#[test]
fn terms_that_are_not_safe_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		for bad in [
			// Two halves could open different things.
			CommitteeTerms { members: 4, threshold: 2, ..TERMS },
			CommitteeTerms { members: 0, threshold: 0, faulty: 1, ..TERMS },
			CommitteeTerms { members: 33, threshold: 17, faulty: 1, ..TERMS },
			// The faulty ones could stop it.
			CommitteeTerms { faulty: 3, ..TERMS },
			CommitteeTerms { faulty: 0, ..TERMS },
			CommitteeTerms { members: 5, threshold: 5, faulty: 1, ..TERMS },
			CommitteeTerms { bond: 0, ..TERMS },
		] {
			assert_noop!(create(bad), fault(CommitteeFault::BadTerms));
		}
		let mut nobody = policy();
		nobody.measurements = Default::default();
		assert_noop!(
			ConfidentialCompute::create_committee(root(), TERMS, nobody.clone()),
			Error::<Test>::InvalidPolicy
		);
		let largest = CommitteeTerms { members: 32, threshold: 17, faulty: 15, ..TERMS };
		assert_ok!(create(largest));
		let set = |terms, policy| ConfidentialCompute::set_committee(root(), 0, terms, policy);
		assert_noop!(
			set(CommitteeTerms { bond: 0, ..TERMS }, policy()),
			fault(CommitteeFault::BadTerms)
		);
		assert_noop!(set(TERMS, nobody), Error::<Test>::InvalidPolicy);
		NextCommitteeId::<Test>::put(u32::MAX);
		assert_noop!(create(TERMS), ArithmeticError::Overflow);
	});
}

#[test]
fn changed_terms_begin_with_the_next_epoch() {
	with_key(|mut world| {
		let set = |terms| ConfidentialCompute::set_committee(root(), C, terms, policy());
		assert_noop!(set(TERMS), Error::<Test>::Unchanged);
		assert_noop!(
			ConfidentialCompute::set_committee(signed(ALICE), C, TERMS, policy()),
			BadOrigin
		);
		assert_noop!(
			ConfidentialCompute::set_committee(root(), 7, TERMS, policy()),
			fault(CommitteeFault::NoCommittee)
		);
		let terms = CommitteeTerms { members: 7, threshold: 4, faulty: 3, bond: 50, share_fee: 1 };
		assert_ok!(set(terms));
		assert_eq!(events(), [Event::CommitteeChanged { committee: C, terms }]);
		assert_eq!((epoch(0).params.members(), epoch(0).bond), (5, BOND));
		// Another policy alone is a change too, and acts on the next seat.
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		let mut strict = policy();
		strict.min_evaluation = 8;
		assert_ok!(ConfidentialCompute::set_committee(root(), C, terms, strict.clone()));
		assert_eq!(CommitteePolicies::<Test>::get(C), Some(strict));
		let (attestation, seat, signature) = world.seat(1);
		assert_noop!(
			ConfidentialCompute::join_committee(signed(owner(1)), C, attestation, seat, signature),
			Error::<Test>::Policy(crate::Violation::EvaluationTooOld)
		);
		assert_ok!(set(terms));
		world.join_all(1..=7);
		assert_eq!((bond_of(1, 7), bonded(7), bonded(1)), (50, 50, BOND + 50));
		// Four of seven from five, of whom three dealt.
		world.deal_all([5, 2, 1]);
		outlive_phase();
		assert_ok!(close_dealing());
		outlive_phase();
		assert_ok!(finalise());
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext));
		world.assign(1, 1);
		world.release_all(1, [7, 6, 2]);
		assert!(KeyedJobs::get()[&1].delivered.is_empty());
		world.release_all(1, [1]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
	});
}

#[test]
fn anybody_opens_an_epoch_when_it_is_time_and_governance_at_any_time() {
	with_key(|_| {
		assert_noop!(
			ConfidentialCompute::open_epoch(root(), 7),
			fault(CommitteeFault::NoCommittee)
		);
		let until = epoch(0).deadline;
		wait(until - RULES.reshare_lead - 1 - Now::get());
		assert_noop!(open(), Error::<Test>::TooEarly);
		wait(1);
		assert_ok!(open());
		assert_eq!(pending().1.kind, EpochKind::Resharing { from: 0 });
		assert_noop!(open(), fault(CommitteeFault::EpochPending));
		assert_noop!(
			ConfidentialCompute::open_epoch(root(), C),
			fault(CommitteeFault::EpochPending)
		);
	});
	with_key(|_| {
		assert_noop!(open(), Error::<Test>::TooEarly);
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		assert_noop!(ConfidentialCompute::open_epoch(RuntimeOrigin::none(), C), BadOrigin);
	});
	with_committee(|_| {
		Committees::<Test>::mutate(C, |c| c.as_mut().unwrap().next_epoch = u32::MAX);
		assert_noop!(open(), ArithmeticError::Overflow);
	});
}

#[test]
fn a_committee_without_epochs_is_dissolved_at_once() {
	with_committee(|_| {
		let dissolve = |origin| ConfidentialCompute::dissolve_committee(origin, C);
		assert_noop!(dissolve(signed(ALICE)), BadOrigin);
		assert_ok!(dissolve(root()));
		assert_eq!(
			events(),
			[Event::CommitteeDissolving { committee: C }, Event::CommitteeRemoved { committee: C },]
		);
		assert_eq!(Committees::<Test>::iter().count(), 0);
		assert_eq!(CommitteePolicies::<Test>::iter().count(), 0);
		assert_noop!(dissolve(root()), fault(CommitteeFault::NoCommittee));
		// Its number is not given again.
		assert_ok!(create(TERMS));
		assert!(Committees::<Test>::contains_key(1));
	});
}

#[test]
fn a_dissolving_committee_serves_its_keys_and_ends() {
	with_job(|mut world| {
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all([6]);
		assert_ok!(ConfidentialCompute::dissolve_committee(root(), C));
		assert_noop!(
			ConfidentialCompute::dissolve_committee(root(), C),
			fault(CommitteeFault::Dissolving)
		);
		assert_noop!(
			ConfidentialCompute::set_committee(root(), C, TERMS, policy()),
			fault(CommitteeFault::Dissolving)
		);
		assert_noop!(open(), fault(CommitteeFault::Dissolving));
		// The epoch that was being made is over.
		assert_ok!(ConfidentialCompute::withdraw_bond(signed(PAUPER), C, 1, 1));
		assert_eq!(free(owner(6)), WEALTH);
		assert_ok!(ConfidentialCompute::prune_epoch(signed(PAUPER), C, 1));
		// No new keys, but those that it has.
		world.submit(2, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_noop!(
			ConfidentialCompute::entrust_key(signed(ALICE), 2, C, ciphertext),
			fault(CommitteeFault::NotAccepting)
		);
		let end = || ConfidentialCompute::end_epoch(signed(PAUPER), C);
		assert_noop!(end(), fault(CommitteeFault::KeysEntrusted));
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		change_job(1, |job| (job.terms, job.runs) = (None, None));
		assert_ok!(close_release(1));
		assert_ok!(ConfidentialCompute::withdraw_key(signed(PAUPER), 1));
		assert_ok!(end());
		for member in 1..=5 {
			assert_ok!(ConfidentialCompute::withdraw_bond(signed(PAUPER), C, 0, member));
		}
		System::reset_events();
		assert_ok!(ConfidentialCompute::prune_epoch(signed(PAUPER), C, 0));
		assert_eq!(
			events(),
			[
				Event::EpochRemoved { committee: C, epoch: 0 },
				Event::CommitteeRemoved { committee: C },
			]
		);
		assert_eq!(Committees::<Test>::iter().count(), 0);
		for n in 1..=5 {
			assert_eq!(bonded(n), 0);
		}
	});
}
