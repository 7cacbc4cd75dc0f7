//! What members, requesters and providers try to get out of it, one test for each idea.

use super::*;
use crate::{
	dkg::{CommitteeRules, MessageFault, ReleaseOutcome, ReleaseState},
	Event,
};
use ai_compute_primitives::{CommitteeKeys, KeyFault};
use committee_keys::Domain;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, Percent};

fn open_release(job: JobId) -> DispatchResult {
	ConfidentialCompute::open_release(signed(PAUPER), job)
}

fn entrust(world: &mut World, job: JobId) {
	let ciphertext = world.encrypt(ALICE);
	assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), job, C, ciphertext));
}

fn missed(job: JobId) -> KeyFault {
	let wanted = KeyedJobs::get()[&job].wanted.clone().unwrap();
	<ConfidentialCompute as CommitteeKeys<AccountId, u32>>::key_missed(
		job,
		wanted.attempt,
		wanted.deadline,
	)
}

fn last_outcome() -> Option<ReleaseOutcome> {
	events().into_iter().rev().find_map(|event| match event {
		Event::ReleaseClosed { outcome, .. } => Some(outcome),
		_ => None,
	})
}

fn expire_attestation(id: AttestationId) {
	Attestations::<Test>::mutate(id, |record| record.as_mut().unwrap().expires_at = Now::get());
}

#[test]
fn a_member_whose_attestation_ends_keeps_its_duties_and_its_rights() {
	with_committee(|mut world| {
		let anyone = || signed(PAUPER);
		assert_ok!(open());
		// While seats are free.
		assert_ok!(world.join(1));
		let first = world.attestations[&1];
		expire_attestation(first);
		world.join_all(2..=5);
		// While secrets are dealt.
		let third = world.attestations[&3];
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(owner(3)), third));
		world.deal_all(1..=4);
		let bad = world.bad_dealing(5, 4);
		assert_ok!(ConfidentialCompute::deal(signed(owner(5)), C, bad));
		// While members complain.
		assert_ok!(ConfidentialCompute::force_revoke(root(), world.attestations[&4]));
		assert_ok!(world.complain(4, 5));
		assert_eq!(bond_of(0, 5), BOND / 2);
		outlive_phase();
		assert_ok!(finalise());
		// While they have the key.
		assert_ok!(ConfidentialCompute::bar_platform(root(), platform(2)));
		world.submit(1, ALICE);
		entrust(&mut world, 1);
		world.assign(1, 1);
		world.release_all(1, [2, 3, 4]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		assert_eq!([2, 3, 4].map(|n| free(owner(n))), [WEALTH - BOND + FEE; 3]);
		// Even when nothing is left of the attestation.
		wait(RETENTION);
		assert_ok!(ConfidentialCompute::prune_attestation(anyone(), first));
		world.assign(1, 2);
		world.release_all(1, [1, 2, 5]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));

		// None of them takes another seat; they hand the key over, and have their bonds back.
		assert_ok!(open());
		for (n, why) in [
			(1, Error::<Test>::NotFound),
			(2, Error::<Test>::AttestationExpired),
			(3, Error::<Test>::AttestationRevoked),
			(4, Error::<Test>::AttestationRevoked),
		] {
			let (attestation, seat, signature) = world.seat(n);
			let join = ConfidentialCompute::join_committee(
				signed(owner(n)),
				C,
				attestation,
				seat,
				signature,
			);
			assert_eq!(join, Err(why.into()));
		}
		world.join_all(6..=10);
		world.deal_all(1..=5);
		outlive_phase();
		assert_ok!(finalise());
		for (member, left) in [(1, BOND), (2, BOND), (3, BOND), (4, BOND), (5, BOND / 2)] {
			assert_eq!(bond_of(0, member), left);
			assert_ok!(ConfidentialCompute::withdraw_bond(anyone(), C, 0, member));
			assert_eq!(bonded(member), 0);
		}
	});
}

#[test]
fn to_revoke_the_attestation_is_no_way_out_of_a_seat() {
	with_job(|mut world| {
		// At a release.
		for n in 1..=5 {
			let id = world.attestations[&n];
			assert_ok!(ConfidentialCompute::revoke_attestation(signed(owner(n)), id));
		}
		assert_ok!(open_release(1));
		wait(WAIT);
		assert_ok!(close_release(1));
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND - BOND / 10; 5]);
		// At the next resharing, and at dealing to begin with.
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		world.join_all(6..=10);
		world.deal_all([3, 4, 5]);
		outlive_phase();
		assert_ok!(close_dealing());
		assert_eq!([1, 2, 3].map(bonded), [800, 800, 900]);
	});
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		let id = world.attestations[&2];
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(owner(2)), id));
		world.deal_all([1, 3, 4, 5]);
		outlive_phase();
		assert_ok!(close_dealing());
		assert_eq!([1, 2, 3].map(bonded), [BOND, 900, BOND]);
	});
}

/// Other places than that of the pending or active epoch: another chain, committee and epoch.
fn elsewhere(number: EpochId) -> [Domain; 3] {
	let here = ConfidentialCompute::domain(C, number);
	[
		Domain { genesis: [0x70; 32], ..here },
		Domain { committee: C + 1, ..here },
		Domain { epoch: number + 1, ..here },
	]
}

#[test]
fn what_was_made_for_another_place_is_refused() {
	let bad: DispatchError = fault(CommitteeFault::Message(MessageFault::BadProof)).into();
	with_committee(|mut world| {
		assert_ok!(open());
		let (attestation, _, _) = world.seat(1);
		for domain in elsewhere(0) {
			let account = ConfidentialCompute::account_bytes(&owner(1));
			let secret = SecretKey::generate(&mut world.rng);
			let seat = client::join(&domain, &account, &secret, &mut world.rng);
			let payload = ConfidentialCompute::seat_payload(C, 0, &owner(1), &seat.key);
			let signature = Enclave::new(1).sign(&payload);
			assert_noop!(
				ConfidentialCompute::join_committee(
					signed(owner(1)),
					C,
					attestation,
					seat,
					signature
				),
				bad
			);
		}
		world.join_all(1..=5);
		let seats: Vec<_> = Seats::<Test>::get((C, 0)).iter().map(|seat| seat.key).collect();
		for domain in elsewhere(0) {
			let params = epoch(0).params;
			let dealing = client::deal(&domain, &params, 1, &seats, &mut world.rng).unwrap();
			assert_noop!(ConfidentialCompute::deal(signed(owner(1)), C, dealing), bad);
		}
		world.deal_all(1..=4);
		let dealing = world.bad_dealing(5, 1);
		assert_ok!(ConfidentialCompute::deal(signed(owner(5)), C, dealing.clone()));
		for domain in elsewhere(0) {
			let secret = world.secrets[&(0, 1)].clone();
			let complaint =
				client::complain(&domain, 5, &dealing, 1, &secret, &mut world.rng).unwrap();
			assert_noop!(ConfidentialCompute::complain(signed(owner(1)), C, 5, complaint), bad);
		}
		assert_ok!(world.complain(1, 5));
		outlive_phase();
		assert_ok!(finalise());

		world.submit(1, ALICE);
		let group = Groups::<Test>::get((C, 0)).unwrap();
		let here = context(ALICE, SALT);
		for there in [
			KeyContext { genesis: [0x70; 32], ..here },
			KeyContext { committee: C + 1, ..here },
			KeyContext { requester: ConfidentialCompute::account_bytes(&BOB), ..here },
			KeyContext { salt: [0x34; 32], ..here },
		] {
			let ciphertext =
				client::encrypt(&there, &group.key, &DATA_KEY, &mut world.rng).unwrap();
			let entrust = ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext);
			assert_eq!(entrust, Err(bad));
		}
		entrust(&mut world, 1);
		world.assign(1, 1);
		let (_, right) = world.statement(1);
		let other = PointBytes(Enclave::new(PROVIDER + 1).keys.ristretto);
		let wrong = elsewhere(0).map(|domain| Release { domain, ..right }).into_iter().chain([
			Release { job: 2, ..right },
			Release { attempt: 2, ..right },
			Release { enclave: other, ..right },
		]);
		let (key, share) = (EntrustedKeys::<Test>::get(1).unwrap(), world.share(0, 1));
		for release in wrong {
			let rng = &mut world.rng;
			let partial =
				client::release(&release, &here, &group.key, &key.ciphertext, &share, rng).unwrap();
			assert_noop!(release_share(1, 1, partial), bad);
		}
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
	});
}

#[test]
fn a_requester_who_is_as_late_as_can_be_leaves_the_rest_of_the_time_to_members() {
	// Nobody but the requester did anything in time.
	with_key(|mut world| {
		world.submit(1, ALICE);
		world.assign(1, 1);
		wait(WAIT - RULES.response_time);
		System::reset_events();
		entrust(&mut world, 1);
		assert!(matches!(
			events()[..],
			[Event::KeyEntrusted { job: 1, .. }, Event::ReleaseOpened { job: 1, attempt: 1, .. }]
		));
		assert_eq!(epoch(0).open_releases, 1);
		assert_noop!(open_release(1), fault(CommitteeFault::ReleaseOpen));
		wait(RULES.response_time);
		assert_eq!(missed(1), KeyFault::Committee);
		let provider = free(owner(PROVIDER));
		assert_ok!(close_release(1));
		assert_eq!(last_outcome(), Some(ReleaseOutcome::Punished));
		assert_eq!(free(owner(PROVIDER)), provider + COMPENSATION);
	});
	// A tick later it is the requester's fault and nobody else's.
	with_key(|mut world| {
		world.submit(1, ALICE);
		world.assign(1, 1);
		wait(WAIT - RULES.response_time + 1);
		entrust(&mut world, 1);
		wait(RULES.response_time);
		assert_eq!(missed(1), KeyFault::Requester);
		assert_ok!(close_release(1));
		assert_eq!(last_outcome(), Some(ReleaseOutcome::Excused));
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND; 5]);
	});
	// What cannot be opened now is entrusted all the same: too late, to an enclave that was revoked.
	with_key(|mut world| {
		world.submit(1, ALICE);
		world.assign(1, 1);
		wait(WAIT);
		entrust(&mut world, 1);
		world.submit(2, ALICE);
		world.assign(2, 1);
		assert_ok!(ConfidentialCompute::force_revoke(root(), world.attestations[&PROVIDER]));
		entrust(&mut world, 2);
		assert_eq!(Releases::<Test>::iter().count(), 0);
		assert_eq!(committee().entrusted, 2);
	});
}

#[test]
fn nobody_asks_for_more_than_members_can_answer() {
	with_key(|mut world| {
		PresentRules::set(CommitteeRules { max_releases: 2, ..RULES });
		for job in 1..=3 {
			world.submit(job, ALICE);
			entrust(&mut world, job);
			world.assign(job, 1);
		}
		assert_ok!(open_release(1));
		assert_ok!(world.release(2, 1));
		assert_eq!(epoch(0).open_releases, 2);
		let refused: DispatchError = fault(CommitteeFault::TooManyReleases).into();
		assert_noop!(open_release(3), refused);
		let partial = world.partial(3, 1);
		assert_noop!(release_share(1, 3, partial), refused);
		// Nor by entrusting a key for which an attempt waits.
		world.submit(4, ALICE);
		world.assign(4, 1);
		entrust(&mut world, 4);
		assert!(!Releases::<Test>::contains_key(4));
		// A new attempt takes the place of its job's former one.
		world.assign(2, 2);
		assert_ok!(open_release(2));
		assert_eq!(epoch(0).open_releases, 2);
		// What is answered makes room; the place of a done one is free already.
		world.release_all(2, [3, 4, 5]);
		assert_ok!(open_release(3));
		world.assign(2, 3);
		assert_noop!(open_release(2), refused);
		world.release_all(3, [1, 2, 3]);
		assert_ok!(open_release(2));
		// So does what is over.
		assert_noop!(open_release(4), refused);
		wait(WAIT - 1);
		change_job(4, |job| job.wanted.as_mut().unwrap().deadline += WAIT);
		wait(1);
		assert_noop!(open_release(4), refused);
		assert_ok!(close_release(1));
		assert_eq!(bonded(1), BOND - BOND / 10);
		assert_ok!(open_release(4));
	});
}

#[test]
fn a_release_that_nobody_can_answer_makes_room_at_once() {
	with_job(|mut world| {
		PresentRules::set(CommitteeRules { max_releases: 1, ..RULES });
		assert_ok!(open_release(1));
		world.submit(2, ALICE);
		entrust(&mut world, 2);
		let other = world.attestation(91);
		world.assign_to(2, 1, owner(91), other);
		// The provider of the first job revokes its enclave, to keep others from theirs.
		let id = world.attestations[&PROVIDER];
		assert_noop!(close_release(1), Error::<Test>::TooEarly);
		assert_ok!(ConfidentialCompute::revoke_attestation(signed(owner(PROVIDER)), id));
		assert_noop!(open_release(2), fault(CommitteeFault::TooManyReleases));
		wait(1);
		assert_ok!(close_release(1));
		assert_eq!(last_outcome(), Some(ReleaseOutcome::Excused));
		assert_eq!([1, 2, 3, 4, 5].map(bonded), [BOND; 5]);
		assert_noop!(open_release(1), Error::<Test>::AttestationRevoked);
		world.release_all(2, [1, 2, 3]);
		assert_eq!(world.open_as(2, 91), Ok(DATA_KEY));
	});
}

#[test]
fn members_without_bonds_are_trusted_with_no_more_keys() {
	for (percent, backed) in [(50, true), (51, false)] {
		with_job(|mut world| {
			let silence_penalty = Percent::from_percent(percent);
			PresentRules::set(CommitteeRules { silence_penalty, ..RULES });
			assert_noop!(open(), Error::<Test>::TooEarly);
			world.release_all(1, [1, 2]);
			wait(WAIT);
			assert_ok!(close_release(1));
			assert_eq!(bonded(5), BOND - BOND * Balance::from(percent) / 100);
			let view = ConfidentialCompute::committee(C).unwrap();
			assert_eq!(view.accepts_keys, backed);
			world.submit(2, ALICE);
			let ciphertext = world.encrypt(ALICE);
			let entrust = || ConfidentialCompute::entrust_key(signed(ALICE), 2, C, ciphertext);
			if backed {
				assert_noop!(open(), Error::<Test>::TooEarly);
				assert_ok!(entrust());
				return;
			}
			assert_noop!(entrust(), fault(CommitteeFault::NotAccepting));
			// The keys that they have they release, if they like.
			world.assign(1, 2);
			world.release_all(1, [3, 4, 5]);
			// Whoever posts new bonds takes the key over, and anybody lets them.
			assert_ok!(open());
			world.join_all(1..=5);
			world.deal_all(1..=5);
			outlive_phase();
			assert_ok!(finalise());
			assert_ok!(entrust());
			assert_noop!(open(), Error::<Test>::TooEarly);
		});
	}
}

#[test]
fn who_has_nothing_left_to_lose_loses_nothing_more() {
	with_job(|mut world| {
		PresentRules::set(CommitteeRules { silence_penalty: Percent::one(), ..RULES });
		let provider = free(owner(PROVIDER));
		for attempt in 1..=2 {
			world.assign(1, attempt);
			assert_ok!(open_release(1));
			wait(WAIT);
			System::reset_events();
			assert_ok!(close_release(1));
			let slashed = events()
				.iter()
				.filter(|event| matches!(event, Event::MemberSlashed { .. }))
				.count();
			assert_eq!(slashed, if attempt == 1 { 5 } else { 0 });
			assert_eq!(last_outcome(), Some(ReleaseOutcome::Punished));
			assert_eq!([1, 2, 3, 4, 5].map(bonded), [0; 5]);
			// The second time nobody has anything that it could get.
			assert_eq!(free(owner(PROVIDER)), provider + COMPENSATION);
		}
		// They work still, are paid, and hand the key over; nothing of their bonds is stuck.
		world.assign(1, 3);
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		world.reshare([6, 7, 8, 9, 10]);
		assert_noop!(
			ConfidentialCompute::withdraw_bond(signed(PAUPER), C, 0, 1),
			fault(CommitteeFault::NoBond)
		);
		assert_ok!(ConfidentialCompute::prune_epoch(signed(PAUPER), C, 0));
	});
}

#[test]
fn nobody_keeps_bonds_on_hold_by_opening_epochs() {
	let close = || ConfidentialCompute::close_joining(signed(PAUPER), C);
	let end = || ConfidentialCompute::end_epoch(signed(PAUPER), C);
	with_key(|_| {
		wait(epoch(0).deadline + RULES.reshare_lead - 1 - Now::get());
		// In the last tick somebody lets others take the key over, but nobody does.
		assert_ok!(open());
		wait(RULES.join_period);
		assert_noop!(end(), fault(CommitteeFault::EpochPending));
		assert_ok!(close());
		assert_noop!(open(), fault(CommitteeFault::TooLate));
		assert_ok!(end());
		for member in 1..=5 {
			assert_ok!(ConfidentialCompute::withdraw_bond(signed(PAUPER), C, 0, member));
		}
		// A new key may be made then.
		assert_ok!(open());
	});
	// Where keys are in its care, somebody should take them over however late it is.
	with_job(|_| {
		wait(RULES.epoch_length + RULES.reshare_lead);
		assert_ok!(open());
	});
	// Governance may, at any time.
	with_key(|_| {
		wait(RULES.epoch_length + RULES.reshare_lead);
		assert_noop!(open(), fault(CommitteeFault::TooLate));
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
	});
}

#[test]
fn a_release_serves_the_enclave_that_has_the_job_whoever_asks() {
	with_job(|mut world| {
		// Bob is not the requester: he can entrust nothing for this job, and what he asks for goes to
		// Alice's provider.
		let own = world.encrypt(BOB);
		change_job(1, |job| job.wanted = None);
		let withdraw = ConfidentialCompute::withdraw_key(signed(BOB), 1);
		assert_eq!(withdraw, Err(fault(CommitteeFault::StillNeeded).into()));
		world.assign(1, 2);
		assert_noop!(
			ConfidentialCompute::entrust_key(signed(BOB), 1, C, own),
			fault(CommitteeFault::AlreadyEntrusted)
		);
		assert_ok!(ConfidentialCompute::open_release(signed(BOB), 1));
		let release = Releases::<Test>::get(1).unwrap();
		assert_eq!(release.enclave.0, Enclave::new(PROVIDER).keys.ristretto);
		assert_eq!((release.provider, release.state), (owner(PROVIDER), ReleaseState::Open));
		// Only members of the epoch that owes it answer, each once.
		let partial = world.partial(1, 1);
		let as_bob = ConfidentialCompute::release_share(signed(BOB), 1, partial);
		assert_eq!(as_bob.unwrap_err().error, fault(CommitteeFault::NotMember).into());
		world.release_all(1, [1, 2, 3]);
		assert_eq!(world.open_as(1, PROVIDER), Ok(DATA_KEY));
		assert_ne!(world.open_as(1, 91), Ok(DATA_KEY));
	});
}

#[test]
fn to_choose_among_keys_costs_a_dealer_its_penalty() {
	with_committee(|mut world| {
		assert_ok!(open());
		world.join_all(1..=5);
		world.deal_all([1, 2, 3, 4]);
		// To choose among keys, a dealer has itself disqualified by its own complaint.
		let bad = world.bad_dealing(5, 5);
		assert_ok!(ConfidentialCompute::deal(signed(owner(5)), C, bad));
		assert_ok!(world.complain(5, 5));
		assert_eq!(bonded(5), BOND / 2);
		System::reset_events();
		outlive_phase();
		assert_ok!(finalise());
		assert!(matches!(
			events()[..],
			[Event::EpochActivated { qualified, .. }] if qualified == dkg::MemberSet::all(4)
		));
		// It has a share all the same, and owes what every member owes.
		world.share(0, 5);
	});
}
