//! Prints how scores behave under the initial parameters, as CSV: panel, series, x, y.
//!
//! `scripts/plot-scoring.py` draws `docs/reputation-scoring.svg` from it.

use ai_compute_primitives::JobOutcome;
use pallet_reputation::{
	parameters::{Limits, ReputationParameters},
	scoring::{points, Evidence, Prior, UNIT},
};

/// 10^12 units: one ËDSC.
const TOKEN: u128 = 1_000_000_000_000;
const TICKS_PER_DAY: u64 = 14_400;

type Parameters = ReputationParameters<u128, u32>;

fn row(panel: &str, series: &str, x: f64, y: f64) {
	println!("{panel},{series},{x},{y}");
}

/// Score, mean and lower bound against the number of good jobs.
fn learning(prior: &Prior) {
	for jobs in 0..=100u64 {
		let evidence = Evidence { good: jobs * UNIT, bad: 0 };
		let x = jobs as f64;
		row("learning", "mean", x, points(prior.mean(evidence)).into());
		row("learning", "lower bound", x, points(prior.lower_bound(evidence)).into());
		row("learning", "score", x, prior.score(evidence).into());
	}
}

/// Score against the number of no-shows, for nodes with different records.
fn faults(parameters: &Parameters, prior: &Prior) {
	let fault = parameters.fault(JobOutcome::NoShow).expect("a no-show is a fault");
	let blame = parameters.blame(&fault, 100 * TOKEN);
	for good in [0, 20, 100u64] {
		for faults in 0..=20u64 {
			let evidence = Evidence { good: good * UNIT, bad: faults * blame };
			let series = format!("{good} good jobs");
			row("faults", &series, faults as f64, prior.score(evidence).into());
		}
	}
}

/// Score of idle nodes against time.
fn forgetting(parameters: &Parameters, prior: &Prior) {
	let starts = [
		("100 good", Evidence { good: 100 * UNIT, bad: 0 }),
		("10 good", Evidence { good: 10 * UNIT, bad: 0 }),
		("10 bad", Evidence { good: 0, bad: 10 * UNIT }),
	];
	for (series, start) in starts {
		for day in 0..=240u64 {
			let evidence = start.decayed(day * TICKS_PER_DAY, parameters.half_life.into());
			row("forgetting", series, day as f64, prior.score(evidence).into());
		}
	}
}

/// Weight of a paid job against the fee, and of a failed one against what was at risk.
fn weights(parameters: &Parameters) {
	let fault = parameters.fault(JobOutcome::Abandoned).expect("giving up is a fault");
	for step in 0..=120u32 {
		// From 0.001 to 1 000 ËDSC.
		let tokens = 10f64.powf(f64::from(step) / 20.0 - 3.0);
		let amount = (tokens * TOKEN as f64) as u128;
		let unit = UNIT as f64;
		let paid = parameters.credit(JobOutcome::OnTime, amount) as f64 / unit;
		row("weights", "paid: platform fee", tokens, paid);
		let failed = parameters.blame(&fault, amount) as f64 / unit;
		row("weights", "given up: amount at risk", tokens, failed);
	}
}

fn main() {
	let limits =
		Limits { initial_score: 5_000, slashing_amount: 100 * TOKEN, existential_deposit: 500 };
	let parameters = Parameters::initial(&limits);
	let prior = parameters.prior(limits.initial_score);
	println!("panel,series,x,y");
	learning(&prior);
	faults(&parameters, &prior);
	forgetting(&parameters, &prior);
	weights(&parameters);
}
