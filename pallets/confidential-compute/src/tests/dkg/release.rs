//! Keys released to enclaves, and what silence costs.

use super::*;
use crate::{
	dkg::{MessageFault, Offence, ReleaseOutcome, ReleaseState},
	Event, Revocation, RevokedBy,
};
use ai_compute_primitives::{CommitteeKeys, KeyFault};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_runtime::traits::Dispatchable;

fn open_release(job: JobId) -> DispatchResult {
	ConfidentialCompute::open_release(signed(PAUPER), job)
}

/// The marketplace ends an attempt for want of its key.
fn expire(job: JobId) -> KeyFault {
	let wanted = KeyedJobs::get()[&job].wanted.clone().unwrap();
	assert!(Now::get() >= wanted.deadline);
	let (attempt, deadline) = (wanted.attempt, wanted.deadline);
	let fault =
		<ConfidentialCompute as CommitteeKeys<AccountId, u32>>::key_missed(job, attempt, deadline);
	change_job(job, |job| (job.terms, job.wanted, job.runs) = (None, None, None));
	fault
}

fn closed(outcome: ReleaseOutcome) -> Event<Test> {
	Event::ReleaseClosed { job: 1, attempt: 1, outcome }
}

#[test]
fn the_share_that_completes_it_delivers_the_key() {
	with_job(|mut world| {
		let attestation = world.attestation(PROVIDER);
		let deadline = Now::get() + WAIT;
		let alice = free(ALICE);
		assert_ok!(world.release(1, 4));
		let opened = Event::ReleaseOpened {
			job: 1,
			attempt: 1,
			committee: C,
			epoch: 0,
			attestation,
			fee: FEE,
			deadline,
		};
		let share = |member: u8| Event::ShareReleased {
			job: 1,
			attempt: 1,
			member,
			owner: owner(member),
			fee: FEE,
		};
		assert_eq!(events(), [opened, share(4)]);
		assert_eq!(epoch(0).open_releases, 1);
		assert_ok!(world.release(1, 2));
		assert!(KeyedJobs::get()[&1].delivered.is_empty());
		assert_eq!(world.open_as(1, PROVIDER), Err(committee_keys::Error::TooFew));
		System::reset_events();
		assert_ok!(world.release(1, 5));
		assert_eq!(events(), [share(5), Event::KeyReleased { job: 1, attempt: 1 }]);
		assert_eq!(KeyedJobs::get()[&1].delivered, [1]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		let (release, partials) = ConfidentialCompute::key_release(1).unwrap();
		assert_eq!((release.state, partials.len()), (ReleaseState::Done, 3));
		assert_eq!(epoch(0).open_releases, 0);
		// Each share was paid from what was prepaid.
		assert_eq!([4, 2, 5].map(|n| free(owner(n))), [WEALTH - BOND + FEE; 3]);
		assert_eq!((fees_held(ALICE), free(ALICE)), (FEE * 6, alice));
	});
}

#[test]
fn two_silent_at_release() {
	with_job(|mut world| {
		world.release_all(1, [2, 3, 5]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		// The others were not needed: they earn nothing and lose nothing.
		let share = world.share(0, 1);
		let key = EntrustedKeys::<Test>::get(1).unwrap();
		let release = Releases::<Test>::get(1).unwrap();
		let statement = Release {
			domain: ConfidentialCompute::domain(C, 0),
			job: 1,
			attempt: 1,
			enclave: release.enclave,
		};
		let group = Groups::<Test>::get((C, 0)).unwrap();
		let context = context(ALICE, SALT);
		let rng = &mut world.rng;
		let late = client::release(&statement, &context, &group.key, &key.ciphertext, &share, rng)
			.unwrap();
		assert_noop!(release_share(1, 1, late), fault(CommitteeFault::KeyNotWanted));
		wait(WAIT);
		change_job(1, |job| (job.terms, job.runs) = (None, None));
		System::reset_events();
		assert_ok!(close_release(1));
		assert_eq!(events(), [closed(ReleaseOutcome::Released)]);
		assert_eq!([1, 4].map(bonded), [BOND; 2]);
	});
}

#[test]
fn three_silent_pay_the_provider_who_waited() {
	for by_market in [true, false] {
		with_job(|mut world| {
			world.release_all(1, [2, 3]);
			assert_noop!(close_release(1), Error::<Test>::TooEarly);
			wait(WAIT);
			// Before or after the marketplace ends the attempt.
			if by_market {
				assert_eq!(expire(1), KeyFault::Committee);
				assert_eq!(Releases::<Test>::get(1).unwrap().state, ReleaseState::Missed);
			}
			let (provider, fees) = (free(owner(PROVIDER)), free(FEE_ACCOUNT));
			System::reset_events();
			assert_ok!(close_release(1));
			let slashed = |member, compensation| Event::MemberSlashed {
				committee: C,
				epoch: 0,
				member,
				owner: owner(member),
				offence: Offence::NoShare,
				amount: BOND / 10,
				compensation,
			};
			assert_eq!(
				events(),
				[slashed(1, 100), slashed(4, 50), slashed(5, 0), closed(ReleaseOutcome::Punished)]
			);
			assert_eq!([1, 2, 3, 4, 5].map(bonded), [900, BOND, BOND, 900, 900]);
			assert_eq!(free(owner(PROVIDER)), provider + COMPENSATION);
			assert_eq!(free(FEE_ACCOUNT), fees + 300 - COMPENSATION);
			// Those who did their part are paid.
			assert_eq!(free(owner(2)), WEALTH - BOND + FEE);
			assert_eq!(epoch(0).open_releases, 0);
			assert!(Partials::<Test>::get(1).is_empty());
			assert_noop!(close_release(1), fault(CommitteeFault::NoRelease));
			if !by_market {
				assert_eq!(expire(1), KeyFault::Committee);
			}
			assert_ok!(ConfidentialCompute::withdraw_key(signed(PAUPER), 1));
			assert_eq!(free(ALICE), START_BALANCE - 2 * FEE);
		});
	}
}

#[test]
fn a_provider_that_cannot_be_credited_leaves_it_to_the_fee_account() {
	with_job(|mut world| {
		// Below the existential deposit, to an account that is not there.
		let attestation = world.attestation(PROVIDER);
		world.assign_to(1, 1, 12_345, attestation);
		change_job(1, |job| job.wanted.as_mut().unwrap().compensation = ED - 1);
		assert_ok!(open_release(1));
		wait(WAIT);
		let fees = free(FEE_ACCOUNT);
		assert_ok!(close_release(1));
		assert_eq!(free(12_345), 0);
		assert_eq!(free(FEE_ACCOUNT), fees + 5 * BOND / 10);
	});
}

#[test]
fn shares_come_in_time_or_not_at_all() {
	with_job(|mut world| {
		wait(WAIT - 1);
		let late = world.partial(1, 2);
		assert_ok!(world.release(1, 1));
		wait(1);
		assert_noop!(release_share(2, 1, late), fault(CommitteeFault::TooLate));
	});
	with_job(|_| {
		wait(WAIT);
		assert_noop!(open_release(1), fault(CommitteeFault::TooLate));
	});
}

#[test]
fn members_who_were_asked_late_are_excused() {
	for (asked, outcome) in [
		(WAIT - RULES.response_time, ReleaseOutcome::Punished),
		(WAIT - RULES.response_time + 1, ReleaseOutcome::Excused),
	] {
		with_job(|_| {
			wait(asked);
			assert_ok!(open_release(1));
			wait(WAIT);
			System::reset_events();
			assert_ok!(close_release(1));
			assert_eq!(events().pop(), Some(closed(outcome)));
			let left = if outcome == ReleaseOutcome::Excused { BOND } else { BOND - BOND / 10 };
			assert_eq!([1, 2, 3, 4, 5].map(bonded), [left; 5]);
		});
	}
}

#[test]
fn nobody_releases_to_an_enclave_that_was_revoked() {
	with_job(|mut world| {
		let attestation = world.attestation(PROVIDER);
		let revoke = || {
			Attestations::<Test>::mutate(attestation, |record| {
				record.as_mut().unwrap().revoked =
					Some(Revocation { at: Now::get(), by: RevokedBy::Governance })
			})
		};
		let second = world.partial(1, 2);
		assert_ok!(world.release(1, 1));
		revoke();
		assert_noop!(release_share(2, 1, second), Error::<Test>::AttestationRevoked);
		wait(WAIT);
		assert_eq!(expire(1), KeyFault::Committee);
		System::reset_events();
		assert_ok!(close_release(1));
		assert_eq!(events(), [closed(ReleaseOutcome::Excused)]);
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND; 5]);
	});
	with_job(|mut world| {
		let attestation = world.attestation(PROVIDER);
		Attestations::<Test>::mutate(attestation, |record| {
			record.as_mut().unwrap().revoked =
				Some(Revocation { at: Now::get(), by: RevokedBy::Owner })
		});
		assert_noop!(open_release(1), Error::<Test>::AttestationRevoked);
		world.assign_to(1, 1, owner(PROVIDER), 777);
		assert_noop!(open_release(1), Error::<Test>::NotFound);
	});
	// What is revoked after the deadline excuses nobody.
	with_job(|mut world| {
		let attestation = world.attestation(PROVIDER);
		assert_ok!(open_release(1));
		wait(WAIT);
		assert_ok!(ConfidentialCompute::force_revoke(root(), attestation));
		assert_ok!(close_release(1));
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND - BOND / 10; 5]);
	});
}

#[test]
fn a_release_is_opened_once_for_an_attempt_that_waits() {
	with_job(|mut world| {
		assert_noop!(open_release(2), fault(CommitteeFault::NotEntrusted));
		assert_noop!(close_release(1), fault(CommitteeFault::NoRelease));
		assert_ok!(open_release(1));
		assert_noop!(open_release(1), fault(CommitteeFault::ReleaseOpen));
		// The requester delivers the key itself.
		let partial = world.partial(1, 1);
		change_job(1, |job| job.wanted = None);
		assert_noop!(release_share(1, 1, partial), fault(CommitteeFault::KeyNotWanted));
		assert_noop!(open_release(1), fault(CommitteeFault::KeyNotWanted));
		System::reset_events();
		assert_ok!(close_release(1));
		assert_eq!(events(), [closed(ReleaseOutcome::Dropped)]);
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND; 5]);
	});
}

#[test]
fn shares_that_do_not_verify_are_refused() {
	with_job(|mut world| {
		let good = world.partial(1, 1);
		let message = |why| fault(CommitteeFault::Message(why));
		assert_noop!(release_share(6, 1, good), fault(CommitteeFault::NotMember));
		assert_noop!(release_share(2, 1, good), message(MessageFault::BadProof));
		for bad in [
			Partial { sealed: good.hint, ..good },
			Partial { hint: good.sealed, ..good },
			Partial { proof: world.partial(1, 2).proof, ..good },
		] {
			assert_noop!(release_share(1, 1, bad), message(MessageFault::BadProof));
		}
		let none = Partial { hint: PointBytes([0; 32]), ..good };
		assert_noop!(release_share(1, 1, none), message(MessageFault::IdentityPoint));
		let none = Partial { sealed: PointBytes([0xff; 32]), ..good };
		assert_noop!(release_share(1, 1, none), message(MessageFault::MalformedPoint));
		assert_ok!(release_share(1, 1, good));
		let again = world.partial(1, 1);
		assert_noop!(release_share(1, 1, again), fault(CommitteeFault::AlreadyReleased));
	});
}

#[test]
fn another_attempt_gets_new_shares_for_another_enclave() {
	with_job(|mut world| {
		let old = world.partial(1, 1);
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		// It did not start; another node has the job.
		let other = world.attestation(91);
		world.assign_to(1, 2, owner(91), other);
		assert_noop!(
			release_share(1, 1, old),
			fault(CommitteeFault::Message(MessageFault::BadProof))
		);
		System::reset_events();
		assert_ok!(open_release(1));
		assert_eq!(events()[0], closed(ReleaseOutcome::Released));
		assert!(Partials::<Test>::get(1).is_empty());
		world.release_all(1, [4, 5]);
		// That one gives the job back: what is left of its release makes way too.
		let third = world.attestation(92);
		world.assign_to(1, 3, owner(92), third);
		System::reset_events();
		world.release_all(1, [1]);
		let outcome = ReleaseOutcome::Dropped;
		assert_eq!(events()[0], Event::ReleaseClosed { job: 1, attempt: 2, outcome });
		assert_eq!(epoch(0).open_releases, 1);
		world.release_all(1, [2, 5]);
		assert_eq!(world.open_as(1, 92), Ok(DATA_KEY));
		assert_ne!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		// Eight shares were paid.
		assert_eq!(fees_held(ALICE), FEE);
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND; 5]);
	});
}

#[test]
fn a_missed_release_is_settled_before_another_opens() {
	with_job(|mut world| {
		assert_ok!(open_release(1));
		wait(WAIT);
		assert_eq!(
			<ConfidentialCompute as CommitteeKeys<AccountId, u32>>::key_missed(1, 1, Now::get()),
			KeyFault::Committee
		);
		world.assign(1, 2);
		assert_noop!(open_release(1), fault(CommitteeFault::ReleaseOpen));
		let partial = world.partial(1, 1);
		assert_noop!(release_share(1, 1, partial), fault(CommitteeFault::ReleaseOpen));
		assert_ok!(close_release(1));
		assert_eq!(bonded(1), BOND - BOND / 10);
		assert_ok!(open_release(1));
	});
}

#[test]
fn a_member_is_never_the_provider() {
	with_job(|mut world| {
		let attestation = world.attestation(PROVIDER);
		// By owner.
		world.assign_to(1, 1, owner(3), attestation);
		let own = world.partial(1, 3);
		assert_noop!(release_share(3, 1, own), fault(CommitteeFault::ProviderIsMember));
		assert_ok!(world.release(1, 1));
		wait(WAIT);
		assert_ok!(close_release(1));
		// Its silence is no offence, and it gets its compensation.
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND, 900, BOND, 900, 900]);
		assert_eq!(free(owner(3)), WEALTH - BOND + COMPENSATION);
	});
	with_job(|mut world| {
		// By platform.
		let attestation = world.attestation(4);
		world.assign_to(1, 1, owner(PROVIDER), attestation);
		let own = world.partial(1, 4);
		assert_noop!(release_share(4, 1, own), fault(CommitteeFault::ProviderIsMember));
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, 4), Ok(DATA_KEY));
	});
	with_committee(|mut world| {
		// Two of four are the provider's: the others are too few to be blamed.
		let terms = CommitteeTerms { members: 4, threshold: 3, faulty: 1, ..TERMS };
		assert_ok!(ConfidentialCompute::set_committee(root(), C, terms, policy()));
		assert_ok!(open());
		world.join_all(1..=4);
		world.deal_all(1..=4);
		outlive_phase();
		assert_ok!(finalise());
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext));
		let attestation = world.attestation(4);
		world.assign_to(1, 1, owner(3), attestation);
		assert_ok!(open_release(1));
		wait(WAIT);
		System::reset_events();
		assert_ok!(close_release(1));
		assert_eq!(events(), [closed(ReleaseOutcome::Excused)]);
		assert_eq!([1, 2, 3, 4].map(bonded), [BOND; 4]);
	});
}

#[test]
fn fees_that_are_used_up_leave_the_job_going_on() {
	with_job(|mut world| {
		for attempt in 1..=4 {
			world.assign(1, attempt);
			world.release_all(1, [1, 2, 3]);
		}
		assert_eq!(KeyedJobs::get()[&1].delivered, [1, 2, 3, 4]);
		assert_eq!(fees_held(ALICE), 0);
		assert_eq!(free(owner(1)), WEALTH - BOND + 3 * FEE);
	});
}

#[test]
fn what_is_not_punished_costs_less() {
	with_job(|mut world| {
		assert_ok!(open_release(1));
		let call = RuntimeCall::ConfidentialCompute(Call::close_release { job: 1 });
		let most = call.get_dispatch_info().call_weight;
		wait(WAIT);
		let after =
			|call: RuntimeCall| call.dispatch(signed(PAUPER)).unwrap().actual_weight.unwrap();
		let five = after(call.clone());
		assert!(five.all_lt(most));
		world.assign(1, 2);
		assert_ok!(open_release(1));
		change_job(1, |job| job.wanted = None);
		assert!(after(call).all_lt(five));
	});
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all(1..=4);
		outlive_phase();
		let call = RuntimeCall::ConfidentialCompute(Call::close_dealing { committee: C });
		let most = call.get_dispatch_info().call_weight;
		let one = call.dispatch(signed(PAUPER)).unwrap().actual_weight.unwrap();
		assert!(one.all_lt(most));
	});
}

#[test]
fn no_layer_is_left_to_pay_in() {
	use frame_support::storage::with_storage_layer;
	fn nested(depth: u32, test: &mut dyn FnMut()) {
		let _ = with_storage_layer(|| -> DispatchResult {
			if depth > 1 {
				nested(depth - 1, test);
			} else {
				test();
			}
			Ok(())
		});
	}
	with_job(|mut world| {
		let partial = world.partial(1, 1);
		let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
		let refused = sp_runtime::TransactionalError::LimitReached;
		nested(255, &mut || {
			assert_eq!(release_share(1, 1, partial), Err(refused.into()));
			assert_eq!(close_release(1), Err(refused.into()));
			assert_eq!(close_dealing(), Err(refused.into()));
			let complaint = Complaint {
				key: partial.hint,
				proof: EntrustedKeys::<Test>::get(1).unwrap().ciphertext.proof,
			};
			assert_eq!(
				ConfidentialCompute::complain(signed(owner(1)), C, 1, complaint),
				Err(refused.into())
			);
		});
		assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1));
	});
}
