//! Data keys in a committee's care.

use super::*;
use crate::{dkg::MessageFault, Event};
use ai_compute_primitives::{CommitteeKeys, KeyFault};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn entrust(who: AccountId, job: JobId, ciphertext: Ciphertext) -> DispatchResult {
	ConfidentialCompute::entrust_key(signed(who), job, C, ciphertext)
}

fn withdraw(job: JobId) -> DispatchResult {
	ConfidentialCompute::withdraw_key(signed(PAUPER), job)
}

#[test]
fn a_key_is_entrusted_with_the_fees_of_every_attempt() {
	with_key(|mut world| {
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(entrust(ALICE, 1, ciphertext));
		let held = FEE * 3 * 3;
		let deposit = key_deposit();
		assert_eq!(
			events(),
			[Event::KeyEntrusted { job: 1, committee: C, requester: ALICE, held, deposit }]
		);
		assert_eq!((fees_held(ALICE), deposited(ALICE)), (held, deposit));
		assert_eq!(committee().entrusted, 1);
		assert_noop!(entrust(ALICE, 1, ciphertext), fault(CommitteeFault::AlreadyEntrusted));
	});
}

#[test]
fn only_the_requester_of_a_job_that_may_want_its_key_entrusts_it() {
	with_key(|mut world| {
		let ciphertext = world.encrypt(ALICE);
		assert_noop!(entrust(ALICE, 1, ciphertext), fault(CommitteeFault::KeyNotTaken));
		world.submit(1, ALICE);
		assert_noop!(entrust(BOB, 1, ciphertext), Error::<Test>::NotAuthorized);
		assert_noop!(
			ConfidentialCompute::entrust_key(signed(ALICE), 1, 7, ciphertext),
			fault(CommitteeFault::NoCommittee)
		);
		change_job(1, |job| job.terms = None);
		assert_noop!(entrust(ALICE, 1, ciphertext), fault(CommitteeFault::KeyNotTaken));
	});
	with_committee(|mut world| {
		world.submit(1, ALICE);
		let key = SecretKey::generate(&mut world.rng).public();
		let rng = &mut world.rng;
		let ciphertext = client::encrypt(&context(ALICE, SALT), &key, &DATA_KEY, rng).unwrap();
		assert_noop!(entrust(ALICE, 1, ciphertext), fault(CommitteeFault::NotAccepting));
	});
}

#[test]
fn who_cannot_prepay_does_not_entrust() {
	with_key(|mut world| {
		world.submit(1, PAUPER);
		Balances::set_balance(&PAUPER, key_deposit() + FEE * 9 + ED - 1);
		let ciphertext = world.encrypt(PAUPER);
		assert_noop!(entrust(PAUPER, 1, ciphertext), Error::<Test>::InsufficientBalance);
		Balances::set_balance(&PAUPER, key_deposit() + FEE * 9 + ED);
		assert_ok!(entrust(PAUPER, 1, ciphertext));
		let terms = CommitteeTerms { share_fee: Balance::MAX / 3, ..TERMS };
		assert_ok!(ConfidentialCompute::set_committee(root(), C, terms, policy()));
		world.submit(2, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_noop!(entrust(ALICE, 2, ciphertext), sp_runtime::ArithmeticError::Overflow);
	});
}

#[test]
fn without_a_fee_only_the_deposit_is_held() {
	with_key(|mut world| {
		let terms = CommitteeTerms { share_fee: 0, ..TERMS };
		assert_ok!(ConfidentialCompute::set_committee(root(), C, terms, policy()));
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(entrust(ALICE, 1, ciphertext));
		assert_eq!((fees_held(ALICE), deposited(ALICE)), (0, key_deposit()));
		world.assign(1, 1);
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		change_job(1, |job| (job.terms, job.runs) = (None, None));
		assert_ok!(close_release(1));
		assert_ok!(withdraw(1));
		assert_eq!(free(ALICE), START_BALANCE);
	});
}

#[test]
fn a_copied_ciphertext_opens_nothing() {
	with_job(|mut world| {
		// Bob saw what Alice entrusted, and has an enclave of his own wait for it.
		let stolen = EntrustedKeys::<Test>::get(1).unwrap().ciphertext;
		world.submit(2, BOB);
		let refused: DispatchError = fault(CommitteeFault::Message(MessageFault::BadProof)).into();
		assert_noop!(entrust(BOB, 2, stolen), refused);
		// Nor with another salt, or with the proof of another one of his own.
		world.submit(3, ALICE);
		change_job(3, |job| job.terms.as_mut().unwrap().salt = [9; 32]);
		assert_noop!(entrust(ALICE, 3, stolen), refused);
		let own = world.encrypt(BOB);
		for forged in [
			Ciphertext { proof: own.proof, ..stolen },
			Ciphertext { masked: stolen.masked, ..own },
			Ciphertext { ephemeral: stolen.ephemeral, ..own },
			Ciphertext { twin: stolen.twin, ..own },
		] {
			assert_noop!(entrust(BOB, 2, forged), refused);
		}
		let no_point = Ciphertext { ephemeral: PointBytes([0xff; 32]), ..own };
		assert_noop!(
			entrust(BOB, 2, no_point),
			fault(CommitteeFault::Message(MessageFault::MalformedPoint))
		);
		// What members released for Alice's job opens to her provider's enclave only.
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		assert_ne!(world.open_as(1, 91), Ok(DATA_KEY));
		// And fits no other job.
		assert_ok!(entrust(BOB, 2, own));
		world.assign(2, 1);
		let (_, theirs) = Partials::<Test>::get(1)[0];
		assert_noop!(release_share(1, 2, theirs), refused);
	});
}

#[test]
fn a_key_that_is_not_wanted_any_more_is_withdrawn_by_anybody() {
	with_job(|mut world| {
		assert_noop!(withdraw(2), fault(CommitteeFault::NotEntrusted));
		assert_noop!(withdraw(1), fault(CommitteeFault::StillNeeded));
		world.release_all(1, [1, 2, 3]);
		// It has its key, and may come back for another attempt.
		assert_noop!(withdraw(1), fault(CommitteeFault::StillNeeded));
		change_job(1, |job| job.terms = None);
		assert_noop!(withdraw(1), fault(CommitteeFault::ReleaseOpen));
		assert_noop!(close_release(1), fault(CommitteeFault::StillNeeded));
		change_job(1, |job| job.runs = None);
		assert_ok!(close_release(1));
		System::reset_events();
		assert_ok!(withdraw(1));
		assert_eq!(
			events(),
			[Event::KeyWithdrawn {
				job: 1,
				committee: C,
				requester: ALICE,
				returned: FEE * 6,
				deposit: key_deposit(),
			}]
		);
		assert_eq!((fees_held(ALICE), deposited(ALICE)), (0, 0));
		assert_eq!(free(ALICE), START_BALANCE - FEE * 3);
		assert_eq!(committee().entrusted, 0);
		assert_noop!(withdraw(1), fault(CommitteeFault::NotEntrusted));
	});
	with_job(|_| {
		// Still waiting, although no further attempt will.
		change_job(1, |job| job.terms = None);
		assert_noop!(withdraw(1), fault(CommitteeFault::StillNeeded));
		change_job(1, |job| job.wanted = None);
		assert_ok!(withdraw(1));
		assert_eq!(free(ALICE), START_BALANCE);
	});
}

type Inspect = ConfidentialCompute;

fn missed(job: JobId, deadline: u32) -> KeyFault {
	<Inspect as CommitteeKeys<AccountId, u32>>::key_missed(job, 1, deadline)
}

#[test]
fn a_missed_key_is_the_committees_fault_only_if_it_had_time() {
	with_job(|mut world| {
		let since = Now::get();
		assert_eq!(missed(1, since + WAIT), KeyFault::Committee);
		assert_eq!(missed(1, since + RULES.response_time), KeyFault::Committee);
		assert_eq!(missed(1, since + RULES.response_time - 1), KeyFault::Requester);
		world.submit(2, ALICE);
		assert_eq!(missed(2, since + WAIT), KeyFault::Requester);
		assert_eq!(missed(77, since + WAIT), KeyFault::Requester);
	});
	// Without committees it is the requester's.
	assert_eq!(<() as CommitteeKeys<AccountId, u32>>::key_missed(1, 1, 5), KeyFault::Requester);
	assert!(!<() as CommitteeKeys<AccountId, u32>>::conflicts(1, &ALICE, 0));
}

#[test]
fn members_and_their_platforms_are_in_conflict() {
	with_job(|mut world| {
		let provider = world.attestation(PROVIDER);
		let (first, stranger) = (world.attestation(1), world.attestation(6));
		let conflicts = |job, who, attestation| {
			<Inspect as CommitteeKeys<AccountId, u32>>::conflicts(job, &who, attestation)
		};
		assert!(!conflicts(1, owner(PROVIDER), provider));
		assert!(conflicts(1, owner(2), provider));
		assert!(conflicts(1, owner(PROVIDER), first));
		assert!(!conflicts(1, owner(6), stranger));
		assert!(!conflicts(1, owner(PROVIDER), 777));
		// A job whose key no committee has.
		assert!(!conflicts(2, owner(1), first));
		// Who takes the key over.
		world.reshare([6, 7, 8, 9, 10]);
		assert!(conflicts(1, owner(6), stranger));
		assert!(!conflicts(1, owner(1), first));
	});
}
