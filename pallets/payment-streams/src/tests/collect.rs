//! `collect_fees`, `collect_royalty` and `set_parameters`.

use crate::{mock::*, *};
use ai_compute_primitives::TiedPayment;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn fees_go_to_the_fee_account_once() {
	run(|| {
		assert_noop!(Payments::collect_fees(signed(STRANGER)), E::NothingDue);
		let id = open();
		assert_ok!(claim(id, 40_000));
		take_events();
		assert_ok!(Payments::collect_fees(signed(STRANGER)));
		assert_eq!(take_events(), [Event::FeesCollected { amount: 2_000, to: TREASURY }]);
		assert_eq!((gain(&TREASURY), FeesDue::<Test>::get()), (2_000, 0));
		assert_noop!(Payments::collect_fees(signed(STRANGER)), E::NothingDue);
		// The next claim pays only for itself.
		assert_ok!(claim(id, 40_020));
		assert_eq!(FeesDue::<Test>::get(), 1);
		assert_ok!(Payments::collect_fees(signed(STRANGER)));
	});
}

/// A job that was paid `amount` for and has ended, and the channel is closed.
fn paid(amount: Balance) -> u64 {
	let job = new_job();
	let id = open_for(Some(job));
	assert_ok!(claim(id, amount));
	end_job(job);
	assert_ok!(Payments::close(signed(BOB), id, None));
	take_events();
	job
}

/// A job that paid 40 000 and has ended.
fn ended() -> u64 {
	paid(40_000)
}

fn collect(job: u64) -> sp_runtime::DispatchResult {
	Payments::collect_royalty(signed(STRANGER), job, ATTEMPT)
}

#[test]
fn royalties_go_to_both_owners_and_use_is_told() {
	run(|| {
		let job = ended();
		assert_ok!(collect(job));
		assert_eq!((gain(&MODEL_OWNER), gain(&PARENT_OWNER)), (3_000, 1_000));
		let told = TiedPayment {
			job,
			attempt: ATTEMPT,
			payee: BOB,
			gross: 40_000,
			fee: 2_000,
			royalty: 4_000,
		};
		assert_eq!(Told::get(), [told]);
		let event =
			Event::RoyaltyCollected { job, attempt: ATTEMPT, to_model: 3_000, to_parent: 1_000 };
		assert_eq!(take_events(), [event]);
		assert_noop!(collect(job), E::NothingDue);
		assert_eq!(tied(job), 0);
	});
}

#[test]
fn royalties_are_collected_once_for_all_that_was_tied() {
	run(|| {
		let job = new_job();
		let (first, second) = (open_for(Some(job)), open_for(Some(job)));
		assert_ok!(claim(first, 40_000));
		end_job(job);
		for id in [first, second] {
			assert_noop!(collect(job), E::TooEarly);
			assert_ok!(claim(id, 50_000));
			assert_ok!(Payments::close(signed(BOB), id, None));
		}
		assert_ok!(collect(job));
		assert_eq!((gain(&MODEL_OWNER), gain(&PARENT_OWNER)), (7_500, 2_500));
		assert_eq!((Told::get().len(), Told::get()[0].gross), (1, 100_000));
		assert_noop!(collect(job), E::NothingDue);
	});
}

#[test]
fn royalties_wait_for_the_end_of_the_attempt() {
	run(|| {
		let job = new_job();
		let id = open_for(Some(job));
		assert_noop!(collect(job), E::NothingDue);
		assert_ok!(claim(id, 40_000));
		assert_noop!(collect(job), E::TooEarly);
		assert_ok!(Payments::close(signed(BOB), id, None));
		assert_noop!(collect(job), E::TooEarly);
		end_job(job);
		assert_ok!(collect(job));
	});
}

#[test]
fn royalties_fall_to_the_next_payee() {
	let check = |change: fn(&mut Job), expected: [i128; 3], fees: Balance| {
		run(|| {
			let job = ended();
			change_job(job, change);
			let before = gain(&BOB);
			assert_ok!(collect(job));
			let others = [gain(&MODEL_OWNER), gain(&PARENT_OWNER), gain(&BOB) - before];
			assert_eq!(others, expected);
			assert_eq!(FeesDue::<Test>::get(), 2_000 + fees);
		})
	};
	check(|job| job.parent = None, [4_000, 0, 0], 0);
	check(|job| job.model = None, [0, 0, 0], 4_000);
	check(|job| (job.model, job.parent) = (None, None), [0, 0, 0], 4_000);
	check(|job| job.parent_bps = 0, [4_000, 0, 0], 0);
	check(|job| job.parent_bps = 10_000, [0, 4_000, 0], 0);
	check(|job| job.parent_bps = u16::MAX, [0, 4_000, 0], 0);
}

#[test]
fn royalties_that_an_absent_owner_cannot_take_fall_to_the_provider() {
	run(|| {
		let job = paid(4_000);
		change_job(job, |job| (job.model, job.parent) = (Some(NOBODY), Some(NOBODY)));
		let before = gain(&BOB);
		assert_ok!(collect(job));
		assert_eq!((gain(&BOB) - before, free(&NOBODY)), (400, 0));
	});
}

#[test]
fn royalties_that_nobody_can_take_become_fees() {
	run(|| {
		let job = paid(4_000);
		change_job(job, |job| (job.model, job.parent) = (Some(NOBODY), Some(NOBODY)));
		set_free(&BOB, 0);
		assert_ok!(collect(job));
		assert_eq!(FeesDue::<Test>::get(), 600);
	});
}

#[test]
fn only_governance_sets_parameters_and_only_valid_ones() {
	run(|| {
		let mut parameters = Parameters::<Test>::get();
		parameters.min_challenge = 300;
		assert_noop!(Payments::set_parameters(signed(alice()), parameters), BadOrigin);
		let root = RuntimeOrigin::root;
		let mut bad = parameters;
		bad.min_deposit = ED - 1;
		assert_noop!(
			Payments::set_parameters(root(), bad),
			E::InvalidParameters(ParameterError::MinDeposit)
		);
		let id = open();
		take_events();
		assert_ok!(Payments::set_parameters(root(), parameters));
		assert_eq!(take_events(), [Event::ParametersSet { parameters }]);
		assert_ok!(Payments::open_channel(signed(alice()), BOB, 100_000, Some(300), None));
		assert_eq!(channel(id).status, ChannelStatus::Open { challenge: 600 });
	});
}
