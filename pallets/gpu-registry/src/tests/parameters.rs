//! `set_parameters`.

use crate::{mock::*, Error, Event, LastRound, Parameters, RegistryParameters};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn set(parameters: RegistryParameters<u32>) -> sp_runtime::DispatchResult {
	GpuRegistry::set_parameters(RuntimeOrigin::root(), parameters)
}

const INITIAL: RegistryParameters<u32> = RegistryParameters {
	max_nodes: 6,
	unbonding_period: 14_400,
	max_missed_rounds: 3,
	heartbeat_grace: 20,
	min_round: 100,
	heartbeats_per_tick: 20,
};

#[test]
fn parameters_start_as_documented() {
	ExtBuilder.build_and_execute(|| assert_eq!(Parameters::<Test>::get(), INITIAL));
}

#[test]
fn governance_replaces_them() {
	ExtBuilder.build_and_execute(|| {
		let parameters = RegistryParameters { max_nodes: 7, max_missed_rounds: 9, ..INITIAL };
		assert_ok!(set(parameters));
		assert_eq!(Parameters::<Test>::get(), parameters);
		assert_eq!(events(), vec![Event::ParametersSet { parameters }]);
		assert_noop!(
			GpuRegistry::set_parameters(signed(ALICE), parameters),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn boundary_each_parameter_has_its_bounds() {
	ExtBuilder.build_and_execute(|| {
		type Field = fn(&mut RegistryParameters<u32>, u32);
		let fields: [(Field, u32, u32); 6] = [
			(|p, n| p.max_nodes = n, 1, 1_000_000),
			(|p, n| p.unbonding_period = n, 2_400, 432_000),
			(|p, n| p.max_missed_rounds = n, 1, 100),
			(|p, n| p.heartbeat_grace = n, 15, 60),
			(|p, n| p.min_round = n, 100, 14_400),
			(|p, n| p.heartbeats_per_tick = n, 1, 100),
		];
		for (field, low, high) in fields {
			let with = |n| {
				let mut parameters = INITIAL;
				field(&mut parameters, n);
				parameters
			};
			for bad in [low - 1, high + 1] {
				assert_noop!(set(with(bad)), Error::<Test>::InvalidParameters);
			}
			for good in [low, high] {
				assert_ok!(set(with(good)));
			}
		}
	});
}

#[test]
fn the_present_round_keeps_its_shape() {
	with_node(|_| {
		next_round();
		let round = GpuRegistry::heartbeat_round();
		assert_ok!(set(RegistryParameters { min_round: 300, heartbeat_grace: 30, ..INITIAL }));
		let now = GpuRegistry::heartbeat_round();
		assert_eq!((now.index, now.len, now.grace), (round.index, 100, 20));
		assert_eq!(LastRound::<Test>::get(), Some(now));
		next_round();
		let next = GpuRegistry::heartbeat_round();
		assert_eq!((next.len, next.grace), (300, 30));
	});
}
