//! What governance changes while everything runs.

use super::world::{root, user, Act, World, RICH};
use ai_compute_pbc_runtime::{Runtime, EDSC, EXISTENTIAL_DEPOSIT};
use ai_compute_primitives::NodeStatus;
use pallet_gpu_registry::RegistryParameters;
use pallet_job_marketplace::{MarketParameters, ScoreWeights};
use pallet_reputation::{Fault, ParametersOf};
use sp_runtime::Percent;

impl World {
	pub fn governance_act(&mut self) -> Option<Act> {
		match self.dice.below(10) {
			0..=2 => self.market_parameters(),
			3..=4 => self.registry_parameters(),
			5..=6 => self.reputation_parameters(),
			7 => {
				let new_max = self.dice.pick(&[0, 1, 1_000, 1_000]);
				root(pallet_job_marketplace::Call::update_max_jobs { new_max })
			}
			8 => {
				let did = self.node_did()?;
				let new_status = self.dice.pick(&[
					NodeStatus::Active,
					NodeStatus::Inactive,
					NodeStatus::Suspended,
				]);
				root(pallet_gpu_registry::Call::force_status { did, new_status })
			}
			_ => {
				let new_max = self.dice.pick(&[0, 1_000]);
				let who = self.dice.pick(&RICH);
				user(who, pallet_job_marketplace::Call::update_max_jobs { new_max })
			}
		}
	}

	fn market_parameters(&mut self) -> Option<Act> {
		let dice = &mut self.dice;
		let mut parameters = MarketParameters::<u32>::with_escrow(dice.pick(&[100, 100, 300]));
		if dice.chance(60) {
			parameters.bidding = dice.pick(&[5, 10, 30]);
			parameters.matching = dice.pick(&[30, 100]);
			parameters.start = dice.pick(&[20, 60, 60]);
			parameters.result = dice.pick(&[20, 600, 14_400]);
			parameters.late_grace = dice.pick(&[0, 20, 20, 100]);
			parameters.retention = dice.pick(&[600, 14_400]);
			parameters.rating = dice.pick(&[1, 600]);
			parameters.max_attempts = dice.mostly(&[1, 3, 3, 10], &[0]);
			parameters.late_penalty = Percent::from_percent(dice.pick(&[0, 10, 50]));
			parameters.response = dice.pick(&[600, 2_400]);
			parameters.arbitration = dice.pick(&[7_200, 43_200]);
			let [price, latency, reputation] = [(); 3].map(|()| dice.between(0, 100) as u16);
			parameters.weights = ScoreWeights { price, latency, reputation };
			parameters.max_lifetime = dice
				.mostly(&[28_800.max(parameters.longest_life()), parameters.longest_life()], &[1]);
		}
		root(pallet_job_marketplace::Call::set_parameters { parameters })
	}

	fn registry_parameters(&mut self) -> Option<Act> {
		let dice = &mut self.dice;
		let parameters = RegistryParameters::<u32> {
			max_nodes: dice.mostly(&[100_000, 100_000, 8], &[0]),
			unbonding_period: dice.pick(&[2_400, 14_400, 14_400]),
			max_missed_rounds: dice.pick(&[3, 100, 100, 100]),
			heartbeat_grace: dice.pick(&[15, 20, 60]),
			min_round: dice.pick(&[100, 100, 1_000]),
			heartbeats_per_tick: dice.pick(&[1, 20]),
		};
		root(pallet_gpu_registry::Call::set_parameters { parameters })
	}

	fn reputation_parameters(&mut self) -> Option<Act> {
		let dice = &mut self.dice;
		let mut parameters: ParametersOf<Runtime> = pallet_reputation::Parameters::<Runtime>::get();
		parameters.half_life = dice.pick(&[14_400, 432_000]);
		parameters.window = dice.pick(&[600, 14_400]);
		parameters.violation_limit = dice.pick(&[4, 10, 10, 1_000]);
		parameters.threshold = dice.pick(&[0, 2_000, 4_000, 4_500]);
		parameters.cooling = dice.pick(&[600, 2_400, 14_400]);
		parameters.appeal = dice.pick(&[2_400, 14_400]);
		parameters.arbitration = dice.pick(&[2_400, 43_200]);
		parameters.compensation = Percent::from_percent(dice.mostly(&[0, 5, 10, 10], &[11]));
		parameters.gain_limit = dice.pick(&[1, 20]);
		parameters.appeal_bond = dice.pick(&[EXISTENTIAL_DEPOSIT, 10 * EDSC, 100 * EDSC]);
		parameters.no_show = Fault { slash: dice.pick(&[0, 100, 1_000]), severity: 150, points: 2 };
		parameters.lost_dispute =
			Fault { slash: dice.pick(&[0, 200, 1_000]), severity: 400, points: 4 };
		root(pallet_reputation::Call::set_parameters { parameters })
	}
}
