//! Random sequences of steps by members, requesters, providers and governance keep every invariant;
//! a key that was released is the one that was entrusted; in the end all money is where it belongs.

use super::*;
use crate::{
	dkg::{EpochPhase, ReleaseState},
	Commitments, CommitteePolicies, Dealings, Event,
};
use ai_compute_primitives::{CommitteeKeys, KeyFault};
use frame_support::{assert_ok, storage::with_storage_layer};
use proptest::{
	prelude::*,
	test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use sp_runtime::StateVersion;
use std::cell::RefCell;

/// Three members, of whom two open a key: the rest is alike, and takes less time.
const SMALL: CommitteeTerms<Balance> =
	CommitteeTerms { members: 3, threshold: 2, faulty: 1, bond: BOND, share_fee: FEE };
const REQUESTERS: [AccountId; 2] = [ALICE, BOB];

#[derive(Clone, Debug)]
enum Step {
	/// By governance, or by anybody.
	Open(bool),
	/// The member, so many of them from there on.
	Join(u8, u8),
	/// Everybody who can deals, but these (by bits of the index); the last one a bad share to the
	/// member with this index.
	Deal(u8, Option<u8>),
	/// Everybody who found a bad share complains.
	Complain,
	/// The member complains about the dealer for nothing.
	Accuse(u8, u8),
	/// What the phase ends with.
	Close,
	/// Waits until the phase is over, and ends it.
	CloseInTime,
	/// The same, if it is dealing.
	CloseDealing,
	/// A whole epoch, by three members from this one on; dealt as in `Deal`, and complained about.
	Make(u8, u8, Option<u8>),
	End,
	Withdraw(u8, u8),
	Prune(u8),
	Dissolve,
	/// Job, requester.
	Entrust(u8, u8),
	/// Job, number of the provider.
	Assign(u8, u8),
	OpenRelease(u8),
	/// Job, first member, how many.
	Release(u8, u8, u8),
	/// All that a job needs, from its key's entrusting to so many shares: job, provider, first member,
	/// how many.
	Serve(u8, u8, u8, u8),
	CloseRelease(u8),
	/// The marketplace ends an attempt whose key did not come.
	Expire(u8),
	/// The attempt is over otherwise; the job too, or not.
	EndAttempt(u8, bool),
	WithdrawKey(u8),
	Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let job = || 0..3u8;
	let member = || 1..6u8;
	prop_oneof![
		3 => any::<bool>().prop_map(Step::Open),
		6 => (member(), prop_oneof![4 => Just(3u8), 1 => 1..3u8])
			.prop_map(|(n, k)| Step::Join(n, k)),
		5 => (prop_oneof![3 => Just(0u8), 1 => 0..8u8], prop::option::weighted(0.3, 1..4u8))
			.prop_map(|(skip, victim)| Step::Deal(skip, victim)),
		3 => Just(Step::Complain),
		1 => (member(), 1..4u8).prop_map(|(n, d)| Step::Accuse(n, d)),
		2 => Just(Step::Close),
		7 => Just(Step::CloseInTime),
		8 => (member(), prop_oneof![3 => Just(0u8), 1 => 0..8u8], prop::option::weighted(0.3, 1..4u8))
			.prop_map(|(n, skip, victim)| Step::Make(n, skip, victim)),
		2 => Just(Step::End),
		3 => (0..6u8, 0..5u8).prop_map(|(e, m)| Step::Withdraw(e, m)),
		2 => (0..6u8).prop_map(Step::Prune),
		1 => prop::bool::weighted(0.2)
			.prop_map(|now| if now { Step::Dissolve } else { Step::Wait(1) }),
		5 => (job(), 0..2u8).prop_map(|(j, r)| Step::Entrust(j, r)),
		6 => (job(), 0..3u8).prop_map(|(j, p)| Step::Assign(j, p)),
		2 => job().prop_map(Step::OpenRelease),
		7 => (job(), member(), 1..4u8).prop_map(|(j, n, k)| Step::Release(j, n, k)),
		8 => (job(), 0..3u8, member(), 1..4u8).prop_map(|(j, p, n, k)| Step::Serve(j, p, n, k)),
		3 => job().prop_map(Step::CloseRelease),
		3 => job().prop_map(Step::Expire),
		1 => (job(), any::<bool>()).prop_map(|(j, over)| Step::EndAttempt(j, over)),
		2 => job().prop_map(Step::WithdrawKey),
		3 => prop_oneof![4 => 1..25u32, 1 => 300..1_300u32].prop_map(Step::Wait),
	]
}

fn members() -> impl Iterator<Item = u8> {
	1..6u8
}

/// The parties.
struct Game {
	world: World,
}

impl Game {
	fn is_seated(number: EpochId, n: u8) -> bool {
		member_of(&Seats::<Test>::get((C, number)), &owner(n)).is_some()
	}

	fn pending(phase: EpochPhase) -> Option<(EpochId, EpochOf<Test>)> {
		let number = Committees::<Test>::get(C)?.pending?;
		let epoch = epoch(number);
		(epoch.phase == phase).then_some((number, epoch))
	}

	fn dealers(number: EpochId, epoch: &EpochOf<Test>) -> EpochId {
		match epoch.kind {
			EpochKind::Generation => number,
			EpochKind::Resharing { from } => from,
		}
	}

	/// Whether the member can compute its share: nobody dealt it a bad one that stands.
	fn has_share(&self, number: EpochId, n: u8) -> bool {
		let epoch = epoch(number);
		let domain = ConfidentialCompute::domain(C, number);
		epoch.dealt.without(&epoch.disqualified).iter().all(|dealer| {
			let dealing = ConfidentialCompute::stored_dealing(C, number, dealer).unwrap();
			let secret = &self.world.secrets[&(number, n)];
			client::open_share(&domain, dealer, &dealing, index(number, n), secret).is_ok()
		})
	}

	fn deal(&mut self, skip: u8, victim: Option<u8>) -> DispatchResult {
		let Some((number, epoch)) = Self::pending(EpochPhase::Dealing) else {
			return Err("nothing to deal".into());
		};
		let from = Self::dealers(number, &epoch);
		let able: Vec<u8> = members()
			.filter(|n| Self::is_seated(from, *n) && skip & (1 << (index(from, *n) - 1)) == 0)
			.filter(|n| from == number || self.has_share(from, *n))
			.collect();
		let last = able.last().copied();
		for n in able {
			let dealing = match victim {
				Some(victim) if last == Some(n) => self.world.bad_dealing(n, victim),
				_ => self.world.dealing(n),
			};
			ConfidentialCompute::deal(signed(owner(n)), C, dealing)?;
		}
		Ok(())
	}

	fn complain(&mut self) -> DispatchResult {
		let Some((number, _)) = Self::pending(EpochPhase::Complaining) else {
			return Err("nothing to complain about".into());
		};
		for n in members().filter(|n| Self::is_seated(number, *n)) {
			for dealer in self.world.bad_for(n) {
				if !epoch(number).disqualified.contains(dealer) {
					self.world.complain(n, dealer)?;
				}
			}
		}
		Ok(())
	}

	fn close() -> DispatchResult {
		let anyone = || signed(PAUPER);
		match pending_phase() {
			Some(EpochPhase::Joining) => ConfidentialCompute::close_joining(anyone(), C),
			Some(EpochPhase::Dealing) => close_dealing(),
			_ => finalise(),
		}
	}

	fn release(&mut self, job: JobId, first: u8, count: u8) -> DispatchResult {
		let wanted = KeyedJobs::get().get(&job).and_then(|job| job.wanted.clone());
		if wanted.is_none() || !EntrustedKeys::<Test>::contains_key(job) {
			return Err("no key is wanted".into());
		}
		let mut done = Err("nobody releases".into());
		for n in (0..count).map(|k| (first + k - 1) % 5 + 1) {
			let still = KeyedJobs::get()[&job].wanted.is_some();
			let Some(number) = still.then(|| self.world.statement(job).0) else { break };
			if Self::is_seated(number, n) && self.has_share(number, n) {
				done = self.world.release(job, n);
				done?;
			}
		}
		done
	}

	/// Does as much of it as there is to do, and checks the state in between.
	fn all_of(&mut self, steps: impl IntoIterator<Item = Step>) -> DispatchResult {
		let mut done = Err("nothing of it can be done".into());
		for step in steps {
			let shown = format!("{step:?}");
			if with_storage_layer(|| self.apply(step)).is_ok() {
				done = Ok(());
			}
			assert_eq!(ConfidentialCompute::do_try_state(), Ok(()), "after {shown}");
		}
		done
	}

	fn apply(&mut self, step: Step) -> DispatchResult {
		let anyone = || signed(PAUPER);
		match step {
			Step::Open(true) => ConfidentialCompute::open_epoch(root(), C),
			Step::Open(false) => open(),
			Step::Join(first, count) => {
				if Committees::<Test>::get(C).is_none_or(|c| c.pending.is_none()) {
					return Err("nothing to join".into());
				}
				for n in (0..count).map(|k| (first + k - 1) % 5 + 1) {
					self.world.join(n)?;
				}
				Ok(())
			}
			Step::Deal(skip, victim) => self.deal(skip, victim),
			Step::Complain => self.complain(),
			Step::Accuse(n, dealer) => {
				let Some((number, epoch)) = Self::pending(EpochPhase::Complaining) else {
					return Err("nothing to complain about".into());
				};
				if !Self::is_seated(number, n) || !epoch.dealt.contains(dealer) {
					return Err("nobody to complain about".into());
				}
				self.world.complain(n, dealer)
			}
			Step::Close => Self::close(),
			Step::CloseInTime => {
				if pending_phase().is_some() {
					outlive_phase();
				}
				Self::close()
			}
			Step::CloseDealing => match pending_phase() {
				Some(EpochPhase::Dealing) => self.apply(Step::CloseInTime),
				_ => Err("nothing to close".into()),
			},
			Step::Make(first, skip, victim) => self.all_of([
				Step::Open(true),
				Step::Join(first, 1),
				Step::Join(first % 5 + 1, 1),
				Step::Join((first + 1) % 5 + 1, 1),
				Step::Deal(skip, victim),
				Step::CloseDealing,
				// One in five ends with a complaint about somebody who may have done nothing.
				if first == 5 { Step::Accuse(first, 1) } else { Step::Complain },
				Step::CloseInTime,
			]),
			Step::End => ConfidentialCompute::end_epoch(anyone(), C),
			Step::Withdraw(e, m) => ConfidentialCompute::withdraw_bond(anyone(), C, e.into(), m),
			Step::Prune(e) => ConfidentialCompute::prune_epoch(anyone(), C, e.into()),
			Step::Dissolve => ConfidentialCompute::dissolve_committee(root(), C),
			Step::Entrust(job, who) => {
				let (job, who) = (job.into(), REQUESTERS[usize::from(who)]);
				let has_key = Committees::<Test>::get(C).is_some_and(|c| c.active.is_some());
				if !has_key || EntrustedKeys::<Test>::contains_key(job) {
					return Err("nobody to entrust it to".into());
				}
				if KeyedJobs::get().get(&job).is_none_or(|job| job.runs.is_none()) {
					self.world.submit(job, who);
				}
				let who = KeyedJobs::get()[&job].terms.as_ref().map_or(who, |t| t.requester);
				let ciphertext = self.world.encrypt(who);
				ConfidentialCompute::entrust_key(signed(who), job, C, ciphertext)
			}
			Step::Assign(job, provider) => {
				let job = job.into();
				let known = KeyedJobs::get().get(&job).cloned();
				let Some(known) = known.filter(|job| job.terms.is_some()) else {
					return Err("no such job".into());
				};
				if known.wanted.is_some() {
					return Err("it waits already".into());
				}
				// One of them is a member some of the time.
				let provider = [PROVIDER, 91, 5][usize::from(provider)];
				let attestation = self.world.attestation(provider);
				let attempt = known.runs.unwrap_or(0) + 1;
				self.world.assign_to(job, attempt, owner(provider), attestation);
				Ok(())
			}
			Step::OpenRelease(job) => ConfidentialCompute::open_release(anyone(), job.into()),
			Step::Release(job, first, count) => self.release(job.into(), first, count),
			Step::Serve(job, provider, first, count) => {
				let serve = [
					Step::Entrust(job, provider % 2),
					Step::Assign(job, provider),
					Step::Release(job, first, count),
				];
				// One member alone does not do.
				let miss = [Step::Expire(job), Step::CloseRelease(job)];
				let missed = miss.into_iter().filter(|_| count == 1);
				self.all_of(serve.into_iter().chain(missed))
			}
			Step::CloseRelease(job) => close_release(job.into()),
			Step::Expire(job) => {
				let job = job.into();
				let wanted = KeyedJobs::get().get(&job).and_then(|job| job.wanted.clone());
				let Some(wanted) = wanted else { return Err("nothing waits".into()) };
				wait(wanted.deadline.saturating_sub(Now::get()));
				let fault = <ConfidentialCompute as CommitteeKeys<AccountId, u32>>::key_missed(
					job,
					wanted.attempt,
					wanted.deadline,
				);
				let entrusted = EntrustedKeys::<Test>::contains_key(job);
				assert!(entrusted || fault == KeyFault::Requester);
				change_job(job, |job| (job.terms, job.wanted, job.runs) = (None, None, None));
				Ok(())
			}
			Step::EndAttempt(job, over) => {
				let job = job.into();
				if !KeyedJobs::get().contains_key(&job) {
					return Err("no such job".into());
				}
				change_job(job, |job| {
					job.wanted = None;
					if over {
						(job.terms, job.runs) = (None, None);
					}
				});
				Ok(())
			}
			Step::WithdrawKey(job) => ConfidentialCompute::withdraw_key(anyone(), job.into()),
			Step::Wait(ticks) => {
				wait(ticks);
				Ok(())
			}
		}
	}

	/// What is released opens, to the right enclave.
	fn keys_open(&self) {
		for (job, release) in Releases::<Test>::iter() {
			let settled = release.state == ReleaseState::Done;
			if settled && Epochs::<Test>::contains_key((C, release.epoch)) {
				let provider = (release.provider - 100) as u8;
				assert_eq!(self.world.open_as(job, provider), Ok(DATA_KEY));
			}
		}
	}

	/// Everybody goes home.
	fn wind_down(&mut self) {
		let anyone = || signed(PAUPER);
		for job in KeyedJobs::get().keys().copied().collect::<Vec<_>>() {
			change_job(job, |job| (job.terms, job.wanted, job.runs) = (None, None, None));
			let _ = close_release(job);
			if EntrustedKeys::<Test>::contains_key(job) {
				assert_ok!(ConfidentialCompute::withdraw_key(anyone(), job));
			}
		}
		let Some(committee) = Committees::<Test>::get(C) else { return };
		if committee.standing == dkg::Standing::Open {
			assert_ok!(ConfidentialCompute::dissolve_committee(root(), C));
		}
		if Committees::<Test>::get(C).is_some_and(|committee| committee.active.is_some()) {
			assert_ok!(ConfidentialCompute::end_epoch(anyone(), C));
		}
		for (_, number) in Epochs::<Test>::iter_keys().collect::<Vec<_>>() {
			for (member, seat) in (1u8..).zip(Seats::<Test>::get((C, number))) {
				if seat.bond > 0 {
					assert_ok!(ConfidentialCompute::withdraw_bond(anyone(), C, number, member));
				}
			}
			assert_ok!(ConfidentialCompute::prune_epoch(anyone(), C, number));
		}
	}
}

fn pending_phase() -> Option<EpochPhase> {
	let number = Committees::<Test>::get(C)?.pending?;
	Some(epoch(number).phase)
}

#[test]
fn random_calls_keep_every_invariant() {
	// What must be reached is reached with this seed; any other may be given.
	let seed = std::env::var("RANDOM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1u64);
	println!("RANDOM_SEED={seed}");
	let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &blake2_256(&seed.to_le_bytes()));
	let config = ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() };
	let done = RefCell::new(BTreeMap::<String, usize>::new());
	let sequences = prop::collection::vec(step(), 20..90);
	let outcome = TestRunner::new_with_rng(config, rng).run(&sequences, |steps| {
		run(steps, &done);
		Ok(())
	});
	if let Err(error) = outcome {
		panic!("seed {seed}: {error}");
	}
	println!("{done:?}");
	// A sequence in which nothing succeeds proves nothing.
	for kind in ["Open", "Join", "Make", "Serve", "Release", "CloseRelease", "Expire", "Withdraw"] {
		assert!(done.borrow().contains_key(kind), "no {kind} succeeded: {done:?}");
	}
	for fact in ["BadDealing", "FalseComplaint", "NoDealing", "NoShare", "KeyReleased"] {
		assert!(done.borrow().contains_key(fact), "no {fact}: {done:?}");
	}
}

fn run(steps: Vec<Step>, done: &RefCell<BTreeMap<String, usize>>) {
	ExtBuilder::default().build().execute_with(|| {
		assert_ok!(ConfidentialCompute::create_committee(root(), SMALL, policy()));
		let mut game = Game { world: World::new(9) };
		for n in members().chain([PROVIDER, 91]) {
			game.world.attestation(n);
		}
		let issuance = Balances::total_issuance();
		for step in steps {
			let shown = format!("{step:?}");
			let before = sp_io::storage::root(StateVersion::V1);
			let jobs = KeyedJobs::get();
			let outcome = with_storage_layer(|| game.apply(step));
			if outcome.is_ok() {
				let kind = shown.split('(').next().unwrap_or_default().to_owned();
				*done.borrow_mut().entry(kind).or_default() += 1;
			} else {
				assert_eq!(before, sp_io::storage::root(StateVersion::V1), "{shown}");
				KeyedJobs::set(jobs);
			}
			assert_eq!(ConfidentialCompute::do_try_state(), Ok(()), "after {shown}");
			game.keys_open();
			assert_eq!(Balances::total_issuance(), issuance, "after {shown}");
		}

		game.wind_down();
		for event in events() {
			let seen = match event {
				Event::MemberSlashed { offence, .. } => format!("{offence:?}"),
				Event::KeyReleased { .. } => "KeyReleased".to_owned(),
				_ => continue,
			};
			*done.borrow_mut().entry(seen).or_default() += 1;
		}
		assert_ok!(ConfidentialCompute::do_try_state());
		assert_eq!(Balances::total_issuance(), issuance);
		for n in members() {
			assert_eq!(bonded(n), 0);
		}
		for who in REQUESTERS {
			assert_eq!((fees_held(who), deposited(who)), (0, 0));
		}
		assert_eq!(Committees::<Test>::iter().count(), 0);
		assert_eq!(CommitteePolicies::<Test>::iter().count(), 0);
		assert_eq!(Epochs::<Test>::iter().count(), 0);
		assert_eq!(Seats::<Test>::iter().count(), 0);
		assert_eq!(Formers::<Test>::iter().count(), 0);
		assert_eq!(Groups::<Test>::iter().count(), 0);
		assert_eq!(Commitments::<Test>::iter().count(), 0);
		assert_eq!(Dealings::<Test>::iter().count(), 0);
		assert_eq!(EntrustedKeys::<Test>::iter().count(), 0);
		assert_eq!(Releases::<Test>::iter().count(), 0);
		assert_eq!(Partials::<Test>::iter().count(), 0);
	});
}
