//! What the marketplace tells: `ModelUsage`.

use crate::{mock::*, OpenJobs, Usage, Usages};
use ai_compute_primitives::ModelUsage;
use frame_support::assert_ok;

fn settle(requester: AccountId, provider: AccountId, tokens: u32, paid: Balance, royalty: Balance) {
	AIModels::job_settled(&parse(DID), &requester, &provider, tokens, paid, royalty);
}

fn usage() -> Usage<Balance> {
	page(DID).usage
}

#[test]
fn open_jobs_are_counted() {
	with_model(|| {
		open_job(DID);
		open_job(DID);
		assert_eq!(page(DID).open_jobs, 2);
		close_job(DID);
		close_job(DID);
		assert!(!OpenJobs::<Test>::contains_key(hash(DID)));
	});
}

#[test]
fn a_job_too_many_closed_is_no_underflow() {
	with_model(|| {
		close_job(DID);
		close_job(OTHER_DID);
		assert_eq!(OpenJobs::<Test>::iter().count(), 0);
	});
}

#[test]
fn counters_stop_at_their_end() {
	with_model(|| {
		OpenJobs::<Test>::insert(hash(DID), u32::MAX);
		open_job(DID);
		assert_eq!(page(DID).open_jobs, u32::MAX);
		let full = Usage {
			jobs: u64::MAX,
			tokens: u64::MAX,
			paid: Balance::MAX,
			royalties: Balance::MAX,
			own_jobs: u64::MAX,
		};
		Usages::<Test>::insert(hash(DID), full);
		settle(BOB, CAROL, 9, 9, 9);
		settle(ALICE, CAROL, 9, 9, 9);
		assert_eq!(usage(), full);
	});
}

#[test]
fn settled_jobs_add_up() {
	with_model(|| {
		settle(BOB, CAROL, 10, 1_000, 100);
		settle(CAROL, BOB, 5, 500, 50);
		// The model's owner may be its provider: the requester pays it.
		settle(BOB, ALICE, 1, 100, 10);
		let expected = Usage { jobs: 3, tokens: 16, paid: 1_600, royalties: 160, own_jobs: 0 };
		assert_eq!(usage(), expected);
	});
}

#[test]
fn self_dealing_earns_no_name() {
	with_model(|| {
		settle(ALICE, BOB, 10, 1_000, 100);
		settle(BOB, BOB, 10, 1_000, 100);
		assert_eq!(usage(), Usage { own_jobs: 2, ..Default::default() });
	});
}

#[test]
fn jobs_of_a_removed_model_count_nowhere() {
	with_model(|| {
		open_job(DID);
		assert_ok!(force_remove(DID));
		settle(BOB, CAROL, 10, 1_000, 100);
		close_job(DID);
		assert_eq!(Usages::<Test>::iter().count(), 0);
		assert_ok!(register(ALICE, DID));
		assert_eq!(usage(), Usage::default());
	});
}
