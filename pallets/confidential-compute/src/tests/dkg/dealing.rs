//! Dealings and complaints that are refused.

use super::*;
use crate::dkg::{MemberSet, MessageFault};
use committee_keys::{ScalarBytes, MAX_MEMBERS};
use frame_support::{assert_noop, assert_ok};

fn message(why: MessageFault) -> Error<Test> {
	fault(CommitteeFault::Message(why))
}

fn try_deal(n: u8, dealing: Dealing) -> DispatchResult {
	ConfidentialCompute::deal(signed(owner(n)), C, dealing)
}

fn try_complain(n: u8, dealer: u8, complaint: Complaint) -> DispatchResult {
	ConfidentialCompute::complain(signed(owner(n)), C, dealer, complaint)
}

#[test]
fn deal_fails_out_of_phase_and_time() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let dealing = world.dealing(1);
		wait(39);
		assert_ok!(try_deal(1, dealing));
		wait(1);
		let late = world.dealing(2);
		assert_noop!(try_deal(2, late.clone()), fault(CommitteeFault::TooLate));
		assert_ok!(close_dealing());
		assert_noop!(try_deal(2, late), fault(CommitteeFault::NothingPending));
	});
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let dealing = world.dealing(1);
		assert_noop!(close_dealing(), Error::<Test>::TooEarly);
		world.deal_all(1..=5);
		assert_noop!(try_deal(1, dealing), fault(CommitteeFault::WrongPhase));
		assert_noop!(close_dealing(), fault(CommitteeFault::WrongPhase));
	});
}

#[test]
fn only_members_deal_and_only_once() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let dealing = world.dealing(1);
		assert_noop!(try_deal(6, dealing.clone()), fault(CommitteeFault::NotMember));
		assert_ok!(try_deal(1, dealing.clone()));
		assert_noop!(try_deal(1, dealing.clone()), fault(CommitteeFault::AlreadyDealt));
		// A dealing is its dealer's.
		assert_noop!(try_deal(2, dealing), message(MessageFault::BadProof));
	});
}

#[test]
fn a_dealing_that_does_not_verify_is_refused() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let good = world.dealing(1);
		let refused = |change: &dyn Fn(&mut Dealing), why| {
			let mut bad = good.clone();
			change(&mut bad);
			assert_noop!(try_deal(1, bad), message(why));
		};
		let spare = good.commitments[0];
		refused(&|d| d.commitments.try_push(spare).unwrap(), MessageFault::WrongLength);
		refused(&|d| assert!(d.commitments.pop().is_some()), MessageFault::WrongLength);
		refused(&|d| assert!(d.shares.pop().is_some()), MessageFault::WrongLength);
		let most = MAX_MEMBERS as usize;
		refused(
			&|d| d.shares = vec![d.shares[0]; most].try_into().unwrap(),
			MessageFault::WrongLength,
		);
		refused(&|d| d.shares[1] = ScalarBytes([0xff; 32]), MessageFault::MalformedScalar);
		refused(&|d| d.commitments[1] = PointBytes([0xff; 32]), MessageFault::MalformedPoint);
		refused(&|d| d.commitments[2] = PointBytes([0; 32]), MessageFault::IdentityPoint);
		refused(&|d| d.ephemeral = PointBytes([0; 32]), MessageFault::IdentityPoint);
		refused(&|d| d.ephemeral = d.commitments[0], MessageFault::BadProof);
		refused(&|d| d.shares[0] = d.shares[1], MessageFault::BadProof);
		refused(&|d| d.commitments[0] = d.commitments[1], MessageFault::BadProof);
		assert_ok!(try_deal(1, good));
		assert_eq!(ConfidentialCompute::committee_dealing(C, 0, 2), None);
		assert!(ConfidentialCompute::committee_dealing(C, 0, 1).is_some());
	});
}

#[test]
fn a_dealing_of_another_epoch_is_refused() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let old = world.dealing(1);
		world.deal_all([1, 2]);
		outlive_phase();
		assert_ok!(close_dealing());
		assert_ok!(open());
		world.join_all(1..=5);
		assert_noop!(try_deal(1, old), message(MessageFault::BadProof));
	});
}

#[test]
fn complain_fails_out_of_phase_and_for_strangers() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2, 3, 4]);
		let complaint = world.complaint(1, 2);
		assert_noop!(try_complain(1, 2, complaint), fault(CommitteeFault::WrongPhase));
		outlive_phase();
		assert_ok!(close_dealing());
		assert_noop!(try_complain(6, 2, complaint), fault(CommitteeFault::NotMember));
		// About nothing.
		for dealer in [0, 5, 6, 255] {
			assert_noop!(try_complain(1, dealer, complaint), fault(CommitteeFault::NoDealing));
		}
		assert_noop!(
			ConfidentialCompute::complain(signed(owner(1)), 9, 2, complaint),
			fault(CommitteeFault::NoCommittee)
		);
	});
}

#[test]
fn a_complaint_that_proves_nothing_costs_nobody() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2, 3, 5]);
		let bad = world.bad_dealing(4, 2);
		assert_ok!(try_deal(4, bad));
		let good = world.complaint(2, 4);
		// Somebody else's, and about somebody else.
		assert_noop!(try_complain(3, 4, good), message(MessageFault::BadProof));
		assert_noop!(try_complain(2, 3, good), message(MessageFault::BadProof));
		// A key that unmasks nonsense and would convict an honest dealer.
		let (theirs, mut forged) = (world.complaint(3, 1), world.complaint(2, 1));
		forged.key = theirs.key;
		assert_noop!(try_complain(2, 1, forged), message(MessageFault::BadProof));
		forged.proof = theirs.proof;
		assert_noop!(try_complain(2, 1, forged), message(MessageFault::BadProof));
		forged.key = PointBytes([0; 32]);
		assert_noop!(try_complain(2, 1, forged), message(MessageFault::IdentityPoint));
		forged.key = PointBytes([0xff; 32]);
		assert_noop!(try_complain(2, 1, forged), message(MessageFault::MalformedPoint));
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND; 5]);
		assert_ok!(try_complain(2, 4, good));
	});
}

#[test]
fn complaints_of_another_epoch_are_refused() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1]);
		let bad = world.bad_dealing(5, 1);
		assert_ok!(try_deal(5, bad));
		let old = world.complaint(1, 5);
		outlive_phase();
		assert_ok!(close_dealing());
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all(1..=5);
		assert_noop!(try_complain(1, 5, old), message(MessageFault::BadProof));
		assert_eq!(pending().1.disqualified, MemberSet::default());
	});
}
