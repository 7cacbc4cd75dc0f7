//! Random calls of everybody against the whole chain, in real blocks that a second node imports.
//!
//! Most calls are such as the state allows, from whom they may come, so that every path is reached;
//! the others come from the wrong account, at the wrong time, or with absurd amounts. After each call
//!
//! - every pallet's state holds, and the pallets agree;
//! - the issuance is what it was, all accounts together have it, and each has on hold exactly what
//!   its holds say, which the pallets compare with their records;
//! - a call that was refused has changed nothing but its sender's nonce and fee, by the root of the
//!   rest of the state.
//!
//! At the end a stranger closes everything that is open and everybody takes his own back, after which
//! nothing is on hold. A run of full length must have done every call of the project's pallets and
//! come to every ending; what it did is printed.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `RANDOM_SEEDS` | seeds, separated by commas: a walk each | [`SEEDS`] |
//! | `RANDOM_STEPS` | calls of each walk | [`STEPS`] |
//! | `RANDOM_REFUSALS` | set: print every kind of refusal too | |

mod catalogue;
mod coverage;
mod dice;
mod drain;
mod governance;
mod jobs;
mod ledger;
mod nodes;
mod offers;
mod slashes;
mod watch;
mod world;

use crate::chain::Chain;
use ai_compute_pbc_runtime::{Runtime, EDSC};
use coverage::Coverage;
use pallet_job_marketplace::Jobs;
use sp_keyring::Sr25519Keyring::Alice;
use std::{
	sync::{
		atomic::{AtomicUsize, Ordering},
		Mutex,
	},
	time::Instant,
};
use watch::Watch;
use world::{now, Act, World};

/// Seeds of the walks.
const SEEDS: [u64; 4] = [1, 2, 3, 4];
/// Calls of each walk.
const STEPS: u32 = 6_000;
/// Calls of all walks from which on every call and ending must have been reached.
const FULL_LENGTH: u32 = 20_000;

#[test]
fn no_call_breaks_a_rule_and_no_money_appears_or_goes() {
	let seeds: Vec<u64> = match std::env::var("RANDOM_SEEDS") {
		Ok(seeds) => seeds.split(',').map(|seed| seed.trim().parse().expect("a number")).collect(),
		Err(_) => SEEDS.to_vec(),
	};
	let steps: u32 = match std::env::var("RANDOM_STEPS") {
		Ok(steps) => steps.parse().expect("a number"),
		Err(_) => STEPS,
	};
	println!("seeds {seeds:?}, {steps} steps each");

	let (next, reached) = (AtomicUsize::new(0), Mutex::new(Coverage::default()));
	let start = Instant::now();
	std::thread::scope(|scope| {
		let threads = std::thread::available_parallelism().map_or(1, usize::from).min(seeds.len());
		for _ in 0..threads {
			scope.spawn(|| {
				while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
					let coverage = walk(*seed, steps);
					reached.lock().unwrap().add(coverage);
				}
			});
		}
	});

	let coverage = reached.into_inner().unwrap();
	let all = steps * seeds.len() as u32;
	println!("{coverage}");
	println!("{all} steps, {:.0} a second", f64::from(all) / start.elapsed().as_secs_f64());
	if all >= FULL_LENGTH {
		let gaps = coverage.gaps();
		assert!(gaps.is_empty(), "reached too seldom: {gaps:#?}");
	}
}

/// Where a walk is, said when it panics.
struct Place {
	seed: u64,
	step: u32,
	act: Option<Act>,
}

impl Drop for Place {
	fn drop(&mut self) {
		if std::thread::panicking() {
			let Self { seed, step, act } = self;
			eprintln!("seed {seed}, step {step}: {act:?}");
		}
	}
}

fn walk(seed: u64, steps: u32) -> Coverage {
	let mut chain = Chain::new();
	let dest = drain::STRANGER.to_account_id().into();
	chain.ok(Alice, pallet_balances::Call::transfer_keep_alive { dest, value: 10_000 * EDSC });
	let mut world = World::new(seed);
	let mut coverage = Coverage::default();
	let mut place = Place { seed, step: 0, act: None };
	while place.step < steps {
		let ticks = world.dice.weighted(&[(80, 1), (15, 3), (5, 10)]);
		let mut left = world.dice.between(1, 6).min(steps - place.step);
		let mut watch: Option<Watch> = None;
		chain.block_of(ticks, |applied| {
			if let (Some(watch), Some(act), Some(applied)) = (watch.take(), &place.act, applied) {
				watch.after(act, applied, &mut coverage);
			}
			left = left.checked_sub(1)?;
			if world.jump.is_some() {
				return None;
			}
			let act = world.act();
			watch = Some(Watch::before(&act));
			place.step += 1;
			let tx = act.tx();
			place.act = Some(act);
			Some(tx)
		});
		if let Some(until) = world.jump.take() {
			let ticks = chain.read(|| until.saturating_sub(now()));
			chain.skip(ticks);
		} else if world.dice.chance(7) {
			let ticks = chain.read(|| jump(&mut world));
			chain.skip(ticks);
		}
	}
	place.act = None;
	drain::drain(&mut chain);
	coverage
}

/// Ticks to some deadline, or just before or after it.
fn jump(world: &mut World) -> u32 {
	let jobs = Jobs::<Runtime>::iter_values()
		.filter(|job| !job.status.is_terminal() || world.dice.chance(15))
		.map(|job| match now() < job.bid_end {
			true => job.bid_end,
			false => job.deadline,
		});
	let mut deadlines: Vec<u32> = jobs.collect();
	let far = |world: &mut World| world.dice.chance(6);
	if far(world) {
		deadlines = pallet_reputation::Slashes::<Runtime>::iter_values()
			.map(|slash| slash.deadline)
			.collect();
	} else if far(world) {
		deadlines = pallet_reputation::Suspensions::<Runtime>::iter_values()
			.map(|suspension| suspension.until)
			.collect();
	} else if far(world) {
		deadlines = pallet_accounts::ActiveRecoveries::<Runtime>::iter_values()
			.flatten()
			.map(|recovery| world.dice.pick(&[recovery.executable_at, recovery.lapses_at]))
			.collect();
	} else if far(world) {
		deadlines = vec![now() + world.dice.pick(&[2_400, 14_400, 50_000])];
	}
	deadlines.retain(|deadline| *deadline > now());
	let nearest = deadlines.iter().min().copied();
	let deadline = match world.dice.chance(50) {
		true => nearest,
		false => world.dice.any(&deadlines),
	};
	let deadline = deadline.unwrap_or(now() + 100);
	(deadline - now()).saturating_sub(world.dice.pick(&[0, 1, 2, 2, 2, 30]))
}
