//! Seats, and who may take them.

use super::*;
use crate::{
	dkg::{EpochFailure, EpochPhase, MessageFault},
	Event, Revocation, RevokedBy, Violation,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn try_join(
	who: AccountId,
	(attestation, seat, signature): (AttestationId, Seat, Vec<u8>),
) -> DispatchResult {
	ConfidentialCompute::join_committee(signed(who), C, attestation, seat, signature)
}

#[test]
fn a_seat_costs_a_bond() {
	with_committee(|mut world| {
		assert_ok!(open());
		System::reset_events();
		let (attestation, seat, signature) = world.seat(3);
		assert_ok!(try_join(owner(3), (attestation, seat, signature)));
		assert_eq!(
			events(),
			[Event::SeatTaken {
				committee: C,
				epoch: 0,
				member: 1,
				owner: owner(3),
				attestation,
				key: seat.key,
				bond: BOND,
			}]
		);
		assert_eq!(bonded(3), BOND);
		assert_eq!(ConfidentialCompute::committee_seats(C, 0).len(), 1);
		assert_eq!(pending().1.phase, EpochPhase::Joining);
	});
}

#[test]
fn join_fails_out_of_phase_and_time() {
	with_committee(|mut world| {
		let early = world.seat(1);
		assert_noop!(try_join(owner(1), early.clone()), fault(CommitteeFault::NothingPending));
		assert_ok!(open());
		wait(49);
		assert_ok!(world.join(1));
		wait(1);
		let late = world.seat(2);
		assert_noop!(try_join(owner(2), late), fault(CommitteeFault::TooLate));
		let nowhere =
			ConfidentialCompute::join_committee(signed(owner(1)), 7, early.0, early.1, early.2);
		assert_eq!(nowhere, Err(fault(CommitteeFault::NoCommittee).into()));
	});
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let sixth = world.seat(6);
		assert_noop!(try_join(owner(6), sixth), fault(CommitteeFault::WrongPhase));
	});
}

#[test]
fn only_the_owner_of_a_fresh_attestation_that_satisfies_the_policy_joins() {
	with_committee(|mut world| {
		assert_ok!(open());
		let (attestation, seat, signature) = world.seat(1);
		let join = || try_join(owner(1), (attestation, seat, signature.clone()));
		assert_noop!(try_join(owner(1), (77, seat, signature.clone())), Error::<Test>::NotFound);
		assert_noop!(
			try_join(ALICE, (attestation, seat, signature.clone())),
			Error::<Test>::NotAuthorized
		);
		let change = |how: fn(&mut crate::AttestationOf<Test>)| {
			let before = record(attestation);
			Attestations::<Test>::mutate(attestation, |record| how(record.as_mut().unwrap()));
			before
		};
		let restore = |before| Attestations::<Test>::insert(attestation, before);

		let before =
			change(|r| r.revoked = Some(Revocation { at: 1_000, by: RevokedBy::Governance }));
		assert_noop!(join(), Error::<Test>::AttestationRevoked);
		restore(before);
		let before = change(|r| r.expires_at = 1_000);
		assert_noop!(join(), Error::<Test>::AttestationExpired);
		restore(before);
		let before = change(|r| r.cpu.status = TcbStatus::OutOfDate);
		assert_noop!(join(), Error::<Test>::Policy(Violation::StatusNotAllowed));
		restore(before);
		let before = change(|r| r.cpu.measurement = H256::zero());
		assert_noop!(join(), Error::<Test>::Policy(Violation::MeasurementNotAllowed));
		restore(before);
		assert_ok!(ConfidentialCompute::bar_platform(root(), platform(1)));
		assert_noop!(join(), Error::<Test>::PlatformBarred);
		assert_ok!(ConfidentialCompute::unbar_platform(root(), platform(1)));
		assert_ok!(join());
	});
}

#[test]
fn one_seat_for_each_owner_and_platform() {
	with_committee(|mut world| {
		assert_ok!(open());
		assert_ok!(world.join(1));
		let again = world.seat(1);
		assert_noop!(try_join(owner(1), again), fault(CommitteeFault::OwnerSeated));
		// Another enclave of another owner on the same platform.
		Balances::set_balance(&owner(2), WEALTH);
		let id = store_attestation(2, owner(2), platform(1));
		NodeAttestations::<Test>::remove(record(id).node);
		let node = record(world.attestations[&1]).node;
		Attestations::<Test>::mutate(id, |r| r.as_mut().unwrap().node = node);
		NodeAttestations::<Test>::mutate(node, |ids| ids.try_push(id).unwrap());
		let until = record(id).expires_at;
		PlatformClaims::<Test>::insert(platform(1), Claim { node, until });
		world.attestations.insert(2, id);
		let same_platform = world.seat(2);
		assert_noop!(try_join(owner(2), same_platform), fault(CommitteeFault::PlatformSeated));
	});
}

#[test]
fn the_enclave_must_have_made_the_seat_for_this_epoch_and_owner() {
	with_committee(|mut world| {
		assert_ok!(open());
		let (attestation, seat, signature) = world.seat(1);
		let refused: DispatchError = Error::<Test>::InvalidSignature.into();
		// Nobody signed, or another enclave did.
		assert_noop!(try_join(owner(1), (attestation, seat, Vec::new())), refused);
		let payload = ConfidentialCompute::seat_payload(C, 0, &owner(1), &seat.key);
		let stranger = Enclave::new(4).sign(&payload);
		assert_noop!(try_join(owner(1), (attestation, seat, stranger)), refused);
		// For another epoch, committee, owner or key.
		for payload in [
			ConfidentialCompute::seat_payload(C, 1, &owner(1), &seat.key),
			ConfidentialCompute::seat_payload(1, 0, &owner(1), &seat.key),
			ConfidentialCompute::seat_payload(C, 0, &owner(2), &seat.key),
			ConfidentialCompute::seat_payload(C, 0, &owner(1), &PointBytes([9; 32])),
		] {
			let other = Enclave::new(1).sign(&payload);
			assert_noop!(try_join(owner(1), (attestation, seat, other)), refused);
		}
		// The key of another member's seat, for which the enclave signs but has no secret.
		let (_, theirs, _) = world.seat(2);
		let payload = ConfidentialCompute::seat_payload(C, 0, &owner(1), &theirs.key);
		let copied = Enclave::new(1).sign(&payload);
		let bad = fault(CommitteeFault::Message(MessageFault::BadProof));
		assert_noop!(try_join(owner(1), (attestation, theirs, copied)), bad);
		// What is no key at all.
		for (bytes, why) in
			[([0; 32], MessageFault::IdentityPoint), ([0xff; 32], MessageFault::MalformedPoint)]
		{
			let weak = Seat { key: PointBytes(bytes), ..seat };
			let payload = ConfidentialCompute::seat_payload(C, 0, &owner(1), &weak.key);
			let signature = Enclave::new(1).sign(&payload);
			assert_noop!(
				try_join(owner(1), (attestation, weak, signature)),
				fault(CommitteeFault::Message(why))
			);
		}
		assert_ok!(try_join(owner(1), (attestation, seat, signature)));
	});
}

#[test]
fn who_cannot_pay_the_bond_does_not_join() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.attestation(1);
		Balances::set_balance(&owner(1), BOND);
		let seat = world.seat(1);
		assert_noop!(try_join(owner(1), seat), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn free_seats_at_the_deadline_end_the_epoch() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=4);
		let close = || ConfidentialCompute::close_joining(signed(PAUPER), C);
		wait(49);
		assert_noop!(close(), Error::<Test>::TooEarly);
		assert_noop!(
			ConfidentialCompute::withdraw_bond(signed(owner(1)), C, 0, 1),
			fault(CommitteeFault::WrongPhase)
		);
		wait(1);
		System::reset_events();
		assert_ok!(close());
		let why = EpochFailure::SeatsFree;
		assert_eq!(events(), [Event::EpochFailed { committee: C, epoch: 0, why }]);
		assert_noop!(close(), fault(CommitteeFault::NothingPending));
		for member in 1..=4 {
			assert_ok!(ConfidentialCompute::withdraw_bond(signed(PAUPER), C, 0, member));
		}
		assert_eq!(free(owner(4)), WEALTH);
		assert_ok!(open());
	});
}

#[test]
fn an_epoch_that_nobody_joins_leaves_no_trace() {
	with_committee(|mut world| {
		assert_ok!(open());
		wait(50);
		System::reset_events();
		assert_ok!(ConfidentialCompute::close_joining(signed(PAUPER), C));
		let why = EpochFailure::SeatsFree;
		assert_eq!(
			events(),
			[
				Event::EpochFailed { committee: C, epoch: 0, why },
				Event::EpochRemoved { committee: C, epoch: 0 },
			]
		);
		assert_eq!(Epochs::<Test>::iter().count(), 0);
		// Its number is not given again.
		world.generate();
		assert_eq!(committee().active, Some(1));
	});
}

#[test]
fn close_joining_fails_out_of_phase() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		wait(1_000);
		assert_noop!(
			ConfidentialCompute::close_joining(signed(PAUPER), C),
			fault(CommitteeFault::WrongPhase)
		);
	});
}
