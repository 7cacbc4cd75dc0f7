//! A key from nothing: five members, of whom three open it.

use super::*;
use crate::{
	dkg::{EpochFailure, EpochPhase, MemberSet, Offence},
	Event,
};
use committee_keys::Verdict;
use frame_support::{assert_noop, assert_ok};

/// Every three members open a key, in any order.
fn any_three_open(world: &mut World, chosen: &[[u8; 3]]) {
	for (job, members) in (1..).zip(chosen) {
		world.submit(job, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), job, C, ciphertext));
		world.assign(job, 1);
		world.release_all(job, *members);
		assert_eq!(world.open_as(job, PROVIDER), Ok(DATA_KEY));
	}
}

#[test]
fn all_honest() {
	with_committee(|mut world| {
		assert_ok!(open());
		let (number, first) = pending();
		assert_eq!((number, first.kind), (0, EpochKind::Generation));
		assert_eq!((first.phase, first.deadline), (EpochPhase::Joining, 1_050));
		world.join_all(1..=5);
		assert_eq!((pending().1.phase, pending().1.deadline), (EpochPhase::Dealing, 1_040));
		wait(5);
		world.deal_all([3, 1, 5, 2, 4]);
		// Nobody waits for the deadline once all have dealt.
		assert_eq!((pending().1.phase, pending().1.deadline), (EpochPhase::Complaining, 1_035));
		for n in 1..=5 {
			assert!(world.bad_for(n).is_empty());
		}
		wait(30);
		System::reset_events();
		assert_ok!(finalise());
		let key = Groups::<Test>::get((C, 0)).unwrap().key;
		let qualified = MemberSet::all(5);
		assert_eq!(
			events(),
			[Event::EpochActivated { committee: C, epoch: 0, key, qualified, until: 2_035 }]
		);
		assert_eq!((committee().active, committee().pending), (Some(0), None));
		assert!(ConfidentialCompute::committee(C).unwrap().accepts_keys);
		for n in 1..=5 {
			world.share(0, n);
			assert_eq!(bonded(n), BOND);
		}
		any_three_open(&mut world, &[[1, 2, 3], [5, 3, 1], [4, 2, 5]]);
	});
}

#[test]
fn a_bad_share_is_caught_by_a_complaint() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2, 3, 5]);
		let bad = world.bad_dealing(4, 2);
		assert_ok!(ConfidentialCompute::deal(signed(owner(4)), C, bad));
		assert_eq!(world.bad_for(2), [4]);
		for n in [1, 3, 4, 5] {
			assert!(world.bad_for(n).is_empty());
		}
		System::reset_events();
		let fees = free(FEE_ACCOUNT);
		assert_ok!(world.complain(2, 4));
		let slashed = Event::MemberSlashed {
			committee: C,
			epoch: 0,
			member: 4,
			owner: owner(4),
			offence: Offence::BadDealing,
			amount: BOND / 2,
			compensation: 0,
		};
		let decided = Event::ComplaintDecided {
			committee: C,
			epoch: 0,
			dealer: 4,
			accuser: 2,
			verdict: Verdict::Dealer,
			at_fault: 4,
		};
		assert_eq!(events(), [slashed, decided]);
		assert_eq!((bond_of(0, 4), bonded(4)), (BOND / 2, BOND / 2));
		assert_eq!(free(FEE_ACCOUNT), fees + BOND / 2);
		assert_eq!(bonded(2), BOND);
		assert!(pending().1.disqualified.contains(4));
		// Once is enough.
		let again = world.complaint(2, 4);
		assert_noop!(
			ConfidentialCompute::complain(signed(owner(2)), C, 4, again),
			fault(CommitteeFault::AlreadyDisqualified)
		);
		// The key comes about without the dealer, who has a share of it all the same.
		outlive_phase();
		assert_ok!(finalise());
		any_three_open(&mut world, &[[2, 4, 5], [1, 2, 3]]);
	});
}

#[test]
fn a_false_complaint_is_caught() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all(1..=5);
		System::reset_events();
		let fees = free(FEE_ACCOUNT);
		assert_ok!(world.complain(2, 4));
		assert!(events().contains(&Event::ComplaintDecided {
			committee: C,
			epoch: 0,
			dealer: 4,
			accuser: 2,
			verdict: Verdict::Accuser,
			at_fault: 2,
		}));
		assert_eq!((bonded(2), bonded(4)), (BOND / 2, BOND));
		assert_eq!(free(FEE_ACCOUNT), fees + BOND / 2);
		assert!(pending().1.disqualified.is_empty());
		// It does not complain again, be it about another.
		let again = world.complaint(2, 3);
		assert_noop!(
			ConfidentialCompute::complain(signed(owner(2)), C, 3, again),
			fault(CommitteeFault::FalseAccuser)
		);
		outlive_phase();
		assert_ok!(finalise());
		// Accuser and accused are members as before.
		any_three_open(&mut world, &[[2, 4, 1]]);
	});
}

#[test]
fn two_silent_at_dealing_pay_and_the_key_comes_about() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 3, 4]);
		wait(39);
		assert_noop!(close_dealing(), Error::<Test>::TooEarly);
		wait(1);
		System::reset_events();
		assert_ok!(close_dealing());
		let silent = |member: u8| Event::MemberSlashed {
			committee: C,
			epoch: 0,
			member,
			owner: owner(member),
			offence: Offence::NoDealing,
			amount: BOND / 10,
			compensation: 0,
		};
		let deadline = Now::get() + 30;
		let opened = Event::ComplaintsOpened { committee: C, epoch: 0, deadline };
		assert_eq!(events(), [silent(2), silent(5), opened]);
		assert_eq!((bonded(2), bonded(5), bonded(1)), (900, 900, BOND));
		outlive_phase();
		assert_ok!(finalise());
		any_three_open(&mut world, &[[2, 5, 1]]);
	});
}

#[test]
fn three_silent_at_dealing_are_too_many() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 4]);
		outlive_phase();
		System::reset_events();
		assert_ok!(close_dealing());
		let why = EpochFailure::TooFewDealings;
		assert_eq!(events().pop(), Some(Event::EpochFailed { committee: C, epoch: 0, why }));
		assert_eq!((committee().pending, committee().active), (None, None));
		// The innocent get all of it back, and the next epoch can be made at once.
		for member in 1..=5 {
			assert_ok!(ConfidentialCompute::withdraw_bond(signed(PAUPER), C, 0, member));
		}
		assert_eq!([1, 2, 3, 4, 5].map(|n| free(owner(n))), [10_000, 9_900, 9_900, 10_000, 9_900]);
		world.generate();
		assert_eq!(committee().active, Some(1));
	});
}

#[test]
fn too_few_dealings_left_by_complaints_make_no_key() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2]);
		for n in [3, 4, 5] {
			let bad = world.bad_dealing(n, 1);
			assert_ok!(ConfidentialCompute::deal(signed(owner(n)), C, bad));
		}
		for dealer in world.bad_for(1) {
			assert_ok!(world.complain(1, dealer));
		}
		outlive_phase();
		System::reset_events();
		assert_ok!(finalise());
		let why = EpochFailure::NoKey;
		assert_eq!(events(), [Event::EpochFailed { committee: C, epoch: 0, why }]);
		assert_eq!(committee().active, None);
		assert!(Groups::<Test>::get((C, 0)).is_none());
	});
}

#[test]
fn what_is_left_of_the_threshold_is_enough() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2, 3]);
		for n in [4, 5] {
			let bad = world.bad_dealing(n, 1);
			assert_ok!(ConfidentialCompute::deal(signed(owner(n)), C, bad));
		}
		assert_ok!(world.complain(1, 4));
		assert_ok!(world.complain(1, 5));
		outlive_phase();
		assert_ok!(finalise());
		any_three_open(&mut world, &[[4, 5, 1]]);
	});
}

#[test]
fn a_bond_that_is_used_up_is_not_overdrawn() {
	with_committee(|mut world| {
		PresentRules::set(dkg::CommitteeRules {
			fault_penalty: sp_runtime::Percent::from_percent(80),
			..RULES
		});
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2, 3, 5]);
		let bad = world.bad_dealing(4, 2);
		assert_ok!(ConfidentialCompute::deal(signed(owner(4)), C, bad));
		// It is found out, and complains falsely itself.
		assert_ok!(world.complain(2, 4));
		assert_eq!(bonded(4), 200);
		assert_ok!(world.complain(4, 1));
		assert_eq!((bonded(4), bond_of(0, 4)), (0, 0));
		outlive_phase();
		assert_ok!(finalise());
	});
}

#[test]
fn finalising_waits_for_the_end_of_complaints() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let refused = fault(CommitteeFault::WrongPhase);
		assert_noop!(finalise(), refused);
		world.deal_all(1..=5);
		wait(29);
		assert_noop!(finalise(), Error::<Test>::TooEarly);
		assert_ok!(ConfidentialCompute::do_try_state());
		wait(1);
		let late = world.complaint(1, 2);
		assert_noop!(
			ConfidentialCompute::complain(signed(owner(1)), C, 2, late),
			fault(CommitteeFault::TooLate)
		);
		// However late.
		wait(100_000);
		assert_ok!(finalise());
		assert_noop!(finalise(), fault(CommitteeFault::NothingPending));
	});
}
