//! `publish_version`, `activate_version`, `retire_version`.

use crate::{mock::*, Error, Event, NextVersion};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::DispatchResult;

fn activate(who: AccountId, version: u32) -> DispatchResult {
	AIModels::activate_version(signed(who), DID.to_vec(), version)
}

fn retire(who: AccountId, version: u32) -> DispatchResult {
	AIModels::retire_version(signed(who), DID.to_vec(), version)
}

fn kept() -> Vec<(u32, Option<u32>)> {
	page(DID).versions.into_iter().map(|(n, version)| (n, version.inactive_since)).collect()
}

#[test]
fn publish_appends_and_activates() {
	with_model(|| {
		wait(10);
		assert_ok!(publish(ALICE, DID));
		assert_eq!(record(DID).version, 2);
		assert_eq!(kept(), vec![(1, Some(1_010)), (2, None)]);
		assert_eq!(page(DID).card.versions, 2);
		let (_, version) = page(DID).versions[1].clone();
		assert_eq!(version.label.to_vec(), b"2.0".to_vec());
		assert_eq!(version.weights_commitment, Some(H256::repeat_byte(3)));
		assert_eq!(version.tokenizer_hash, Some(H256::repeat_byte(4)));
		assert_eq!(version.published_at, 1_010);
		assert_eq!(
			events(),
			vec![Event::VersionPublished {
				did: parse(DID),
				version: 2,
				metadata_hash: H256::repeat_byte(2),
				weights_commitment: Some(H256::repeat_byte(3)),
				tokenizer_hash: Some(H256::repeat_byte(4)),
			}]
		);
	});
}

#[test]
fn publish_fails_for_strangers_unknown_models_and_bad_names() {
	with_model(|| {
		assert_noop!(publish(BOB, DID), Error::<Test>::NotOwner);
		assert_noop!(publish(ALICE, OTHER_DID), Error::<Test>::ModelNotFound);
		let publish = |label: usize| {
			let label = vec![b'x'; label];
			AIModels::publish_version(signed(ALICE), DID.to_vec(), label, H256::zero(), None, None)
		};
		assert_noop!(publish(0), Error::<Test>::VersionEmpty);
		assert_noop!(publish(33), Error::<Test>::VersionTooLong);
		assert_ok!(publish(32));
	});
}

#[test]
fn version_numbers_are_unique_across_models_and_registrations() {
	with_model(|| {
		assert_ok!(register(BOB, OTHER_DID));
		assert_ok!(publish(ALICE, DID));
		assert_eq!((record(OTHER_DID).version, record(DID).version), (2, 3));
		assert_ok!(deprecate(ALICE, DID));
		assert_ok!(deregister(ALICE, DID));
		assert_ok!(register(ALICE, DID));
		assert_eq!((record(DID).version, NextVersion::<Test>::get()), (4, 5));
	});
}

#[test]
fn boundary_versions_fill_up_and_retiring_makes_room() {
	with_model(|| {
		for _ in 1..MAX_VERSIONS {
			assert_ok!(publish(ALICE, DID));
		}
		assert_noop!(publish(ALICE, DID), Error::<Test>::MaxVersionsExceeded);
		assert_ok!(retire(ALICE, 1));
		assert_eq!(kept(), vec![(2, Some(1_000)), (3, None)]);
		assert_ok!(publish(ALICE, DID));
	});
}

#[test]
fn an_earlier_version_can_be_activated_again() {
	with_model(|| {
		assert_ok!(publish(ALICE, DID));
		System::reset_events();
		wait(5);
		assert_ok!(activate(ALICE, 1));
		assert_eq!(record(DID).version, 1);
		assert_eq!(kept(), vec![(1, None), (2, Some(1_005))]);
		assert_eq!(events(), vec![Event::VersionActivated { did: parse(DID), version: 1 }]);
		assert_noop!(activate(ALICE, 1), Error::<Test>::VersionActive);
		assert_noop!(activate(BOB, 2), Error::<Test>::NotOwner);
		assert_noop!(activate(ALICE, 3), Error::<Test>::VersionNotFound);
	});
}

#[test]
fn another_models_version_cannot_be_activated_or_retired() {
	with_model(|| {
		assert_ok!(register(BOB, OTHER_DID));
		assert_noop!(activate(ALICE, 2), Error::<Test>::VersionNotFound);
		assert_noop!(retire(ALICE, 2), Error::<Test>::VersionNotFound);
	});
}

#[test]
fn retire_fails_for_the_active_version_and_strangers() {
	with_model(|| {
		assert_noop!(retire(ALICE, 1), Error::<Test>::VersionActive);
		assert_ok!(publish(ALICE, DID));
		assert_noop!(retire(BOB, 1), Error::<Test>::NotOwner);
		assert_noop!(retire(ALICE, 7), Error::<Test>::VersionNotFound);
		System::reset_events();
		assert_ok!(retire(ALICE, 1));
		assert_eq!(page(DID).card.versions, 1);
		assert_eq!(events(), vec![Event::VersionRetired { did: parse(DID), version: 1 }]);
		assert_noop!(retire(ALICE, 1), Error::<Test>::VersionNotFound);
	});
}

#[test]
fn boundary_a_version_stays_while_jobs_may_run_it() {
	with_model(|| {
		open_job(DID);
		assert_ok!(publish(ALICE, DID));
		wait(RETENTION - 1);
		assert_noop!(retire(ALICE, 1), Error::<Test>::TooEarly);
		wait(1);
		assert_ok!(retire(ALICE, 1));
	});
}

#[test]
fn activation_starts_the_retention_anew() {
	with_model(|| {
		open_job(DID);
		assert_ok!(publish(ALICE, DID));
		wait(RETENTION - 1);
		assert_ok!(activate(ALICE, 1));
		assert_ok!(activate(ALICE, 2));
		wait(1);
		assert_noop!(retire(ALICE, 1), Error::<Test>::TooEarly);
		close_job(DID);
		assert_ok!(retire(ALICE, 1));
	});
}
