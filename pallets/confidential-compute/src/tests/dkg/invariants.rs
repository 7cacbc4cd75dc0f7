//! Each check of committees sees what it is there for.

use super::*;
use crate::{
	dkg::{EpochPhase, MemberSet, ReleaseState, Standing},
	Commitments, CommitteePolicies, Dealings, NextCommitteeId,
};
use frame_support::{
	assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
};
use sp_runtime::TryRuntimeError;

/// Runs the checks on a chain with a committee that reshares its key and releases another, after
/// `corrupt`.
fn detects(message: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		assert_ok!(ConfidentialCompute::create_committee(root(), TERMS, policy()));
		let mut world = World::new(1);
		world.generate();
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext));
		world.assign(1, 1);
		world.release_all(1, [1, 2]);
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all(6..=10);
		world.deal_all([1, 2, 3]);
		assert_ok!(ConfidentialCompute::do_try_state());
		corrupt();
		assert_eq!(ConfidentialCompute::do_try_state(), Err(TryRuntimeError::Other(message)));
	});
}

fn change_committee(how: impl FnOnce(&mut Committee<Balance>)) {
	Committees::<Test>::mutate(C, |committee| how(committee.as_mut().unwrap()));
}

fn change_epoch(number: EpochId, how: impl FnOnce(&mut EpochOf<Test>)) {
	Epochs::<Test>::mutate((C, number), |epoch| how(epoch.as_mut().unwrap()));
}

fn change_seat(member: usize, how: impl FnOnce(&mut dkg::MemberSeatOf<Test>)) {
	Seats::<Test>::mutate((C, 0), |seats| how(&mut seats[member - 1]));
}

#[test]
fn try_state_detects_wrong_committees() {
	detects("a committee has a number that was never given", || NextCommitteeId::<Test>::put(0));
	detects("a committee has no policy", || CommitteePolicies::<Test>::remove(C));
	detects("a committee's terms are not allowed", || change_committee(|c| c.terms.bond = 0));
	detects("a committee miscounts its epochs", || change_committee(|c| c.stored_epochs = 1));
	detects("a committee's key is nobody's", || change_committee(|c| c.active = Some(1)));
	detects("a pending epoch is not being made", || change_committee(|c| c.pending = Some(0)));
	detects("a dissolving committee makes an epoch", || {
		change_committee(|c| c.standing = Standing::Dissolving)
	});
	detects("a dissolved committee lives on", || {
		let mut other = committee();
		(other.standing, other.pending, other.active) = (Standing::Dissolving, None, None);
		(other.stored_epochs, other.entrusted) = (0, 0);
		Committees::<Test>::insert(1, other);
		CommitteePolicies::<Test>::insert(1, policy());
		NextCommitteeId::<Test>::put(2);
	});
	detects("an epoch belongs to no committee", || Epochs::<Test>::insert((7, 0), epoch(0)));
	detects("a policy belongs to no committee", || CommitteePolicies::<Test>::insert(7, policy()));
}

#[test]
fn try_state_detects_wrong_epochs() {
	detects("an epoch has a number that was never given", || {
		change_committee(|c| c.next_epoch = 1)
	});
	detects("an epoch is forgotten by its committee", || change_committee(|c| c.pending = None));
	detects("an epoch has a key, or none, out of phase", || Groups::<Test>::remove((C, 0)));
	detects("an epoch has a key, or none, out of phase", || {
		let group = Groups::<Test>::get((C, 0)).unwrap();
		Groups::<Test>::insert((C, 1), group);
	});
	detects("a resharing starts from nothing, or a generation", || Formers::<Test>::remove((C, 1)));
	detects("a resharing starts from nothing, or a generation", || {
		let former = Formers::<Test>::get((C, 1)).unwrap();
		Formers::<Test>::insert((C, 0), former);
	});
	detects("an epoch reshares from a later one", || {
		change_epoch(1, |epoch| epoch.kind = EpochKind::Resharing { from: 1 })
	});
	detects("a resharing changed the key", || {
		change_committee(|c| c.pending = None);
		change_epoch(1, |epoch| epoch.phase = EpochPhase::Ended);
		let mut group = Groups::<Test>::get((C, 0)).unwrap();
		group.key = group.shares[0];
		Groups::<Test>::insert((C, 1), group);
	});
	detects("a dealer that did not deal is disqualified", || {
		change_epoch(1, |epoch| epoch.disqualified = MemberSet::all(4))
	});
	detects("a stranger complained", || change_epoch(1, |epoch| epoch.false_accusers.insert(6)));
	let message = "something is kept of an epoch that is gone";
	detects(message, || {
		let group = Groups::<Test>::get((C, 0)).unwrap();
		Groups::<Test>::insert((C, 7), group);
	});
	detects(message, || {
		let former = Formers::<Test>::get((C, 1)).unwrap();
		Formers::<Test>::insert((C, 7), former);
	});
	detects(message, || Seats::<Test>::insert((C, 7), Seats::<Test>::get((C, 0))));
}

#[test]
fn try_state_detects_wrong_seats() {
	detects("an epoch has too few seats or too many", || {
		Seats::<Test>::mutate((C, 0), |seats| {
			seats.pop();
		})
	});
	detects("an epoch has too few seats or too many", || {
		change_epoch(1, |epoch| epoch.phase = EpochPhase::Joining)
	});
	detects("an owner has two seats", || change_seat(1, |seat| seat.owner = owner(2)));
	detects("a platform has two seats", || change_seat(1, |seat| seat.platform = platform(2)));
	detects("a seat's key is no point", || change_seat(1, |seat| seat.key = PointBytes([0; 32])));
	detects("a seat has more than its bond", || change_seat(1, |seat| seat.bond = BOND + 1));
}

#[test]
fn try_state_detects_wrong_dealings() {
	let message = "a dealing is missing or of another size";
	detects(message, || Commitments::<Test>::remove((C, 0, 2)));
	detects(message, || Dealings::<Test>::remove((C, 1, 2)));
	detects(message, || {
		Commitments::<Test>::mutate((C, 0, 2), |list| {
			assert!(list.as_mut().unwrap().pop().is_some())
		})
	});
	let message = "a dealing belongs to no dealer";
	detects(message, || {
		let commitments = Commitments::<Test>::get((C, 0, 1)).unwrap();
		Commitments::<Test>::insert((C, 1, 5), commitments);
	});
	detects(message, || {
		let dealing = Dealings::<Test>::get((C, 0, 1)).unwrap();
		Dealings::<Test>::insert((7, 0, 1), dealing);
	});
}

#[test]
fn try_state_detects_miscounted_keys() {
	detects("a committee miscounts the keys in its care", || change_committee(|c| c.entrusted = 2));
	detects("a committee cannot open the keys in its care", || {
		change_committee(|c| c.active = None);
		change_epoch(0, |epoch| epoch.phase = EpochPhase::Ended);
	});
	detects("a key is in no committee's care", || {
		EntrustedKeys::<Test>::mutate(1, |key| key.as_mut().unwrap().committee = 7);
		change_committee(|c| c.entrusted = 0);
	});
}

#[test]
fn try_state_detects_wrong_releases() {
	let change = |how: fn(&mut dkg::KeyReleaseOf<Test>)| {
		Releases::<Test>::mutate(1, |release| how(release.as_mut().unwrap()))
	};
	detects("a release of a key in nobody's care", || change(|release| release.committee = 7));
	detects("a release owed by nobody", || change(|release| release.epoch = 7));
	detects("a release owed by nobody", || change(|release| release.threshold = 2));
	let message = "a release is done with fewer shares, or not with all";
	detects(message, || change(|release| release.state = ReleaseState::Done));
	detects(message, || Partials::<Test>::mutate(1, |list| list.try_push((3, list[0].1)).unwrap()));
	detects("a member released twice", || Partials::<Test>::mutate(1, |list| list[1].0 = 1));
	detects("an epoch miscounts what its members owe", || {
		change_epoch(0, |epoch| epoch.open_releases = 0)
	});
	detects("an epoch miscounts what its members owe", || {
		change_epoch(1, |epoch| epoch.open_releases = 1)
	});
	detects("shares are kept for nothing", || {
		Partials::<Test>::insert(7, Partials::<Test>::get(1))
	});
}

#[test]
fn try_state_detects_money_that_is_not_held() {
	let message = "bonds on hold differ from an account's seats";
	detects(message, || {
		let reason = HoldReason::CommitteeBond.into();
		assert_ok!(Balances::release(&reason, &owner(1), 1, Precision::Exact));
	});
	detects(message, || change_seat(1, |seat| seat.bond = 0));
	let message = "fees on hold differ from an account's keys";
	detects(message, || {
		let reason = HoldReason::ReleaseFees.into();
		assert_ok!(Balances::release(&reason, &ALICE, 1, Precision::Exact));
	});
	detects(message, || {
		EntrustedKeys::<Test>::mutate(1, |key| key.as_mut().unwrap().requester = BOB)
	});
	let message = "deposits on hold differ from an account's entrusted keys";
	detects(message, || {
		let reason = HoldReason::KeyDeposit.into();
		assert_ok!(Balances::release(&reason, &ALICE, 1, Precision::Exact));
	});
	detects(message, || EntrustedKeys::<Test>::mutate(1, |key| key.as_mut().unwrap().deposit += 1));
}
