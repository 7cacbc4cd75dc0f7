use super::*;

#[test]
fn success_changes_the_limit() {
	run(|| {
		assert_eq!(MaxJobs::<Test>::get(), 1_000);
		assert_ok!(Market::update_max_jobs(RuntimeOrigin::root(), 2_000));
		assert_eq!(MaxJobs::<Test>::get(), 2_000);
		assert_eq!(take_events(), [Event::MaxJobsUpdated { new_max: 2_000 }]);
	});
}

#[test]
fn success_zero_stops_submissions() {
	run(|| {
		assert_ok!(Market::update_max_jobs(RuntimeOrigin::root(), 0));
		assert_noop!(
			Market::submit_job(signed(ALICE), MODEL.to_vec(), vec![], 1, ESCROW, 0, false),
			E::MaxJobsExceeded
		);
	});
}

#[test]
fn fails_without_governance() {
	run(|| {
		for origin in [signed(ALICE), RuntimeOrigin::none()] {
			assert_noop!(Market::update_max_jobs(origin, 1), DispatchError::BadOrigin);
		}
	});
}
