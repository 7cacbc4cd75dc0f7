//! Committees end to end, their members played by the reference client.

mod attacks;
mod attested;
mod dealing;
mod ending;
mod generation;
mod governance;
mod invariants;
mod joining;
mod keys;
mod random_calls;
mod release;
mod resharing;

use crate::{
	dkg::{
		self, member_of, Committee, CommitteeFault, CommitteeTerms, EpochId, EpochKind, EpochOf,
		Former,
	},
	mock::*,
	AdvisoryRule, AllowedMeasurement, Attestation, Attestations, Call, Claim, Committees, CpuFacts,
	EntrustedKeys, Epochs, Error, Formers, GpuCollection, Groups, HoldReason, NextAttestationId,
	NodeAttestations, Partials, PlatformClaims, Policy, Releases, Seats, SessionIds, TcbStatus,
	TeeKind,
};
use ai_compute_primitives::{AttestationId, JobId, KeyTerms, KeyWanted};
use chacha20::ChaCha20Rng;
use committee_keys::{
	client::{self, SecretKey, Share},
	Ciphertext, Complaint, Dealing, KeyContext, Partial, PointBytes, Release, Seat,
};
use frame_support::{
	assert_ok,
	traits::fungible::{Inspect, InspectHold, Mutate},
	BoundedVec,
};
use rand_core::SeedableRng;
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

/// The first committee.
pub const C: u32 = 0;
/// What each account of a member starts with.
pub const WEALTH: Balance = 10_000;
pub const BOND: Balance = 1_000;
pub const FEE: Balance = 7;
/// Ticks that an attempt waits for its key.
pub const WAIT: u32 = 20;
/// What a provider is due for waiting in vain.
pub const COMPENSATION: Balance = 150;
pub const DATA_KEY: [u8; 32] = [0x42; 32];
pub const SALT: [u8; 32] = [0x33; 32];
/// The provider: number of its account and enclave.
pub const PROVIDER: u8 = 90;

/// Five members, of whom three open a key.
pub const TERMS: CommitteeTerms<Balance> =
	CommitteeTerms { members: 5, threshold: 3, faulty: 2, bond: BOND, share_fee: FEE };

pub fn fault(fault: CommitteeFault) -> Error<Test> {
	Error::Committee(fault)
}

/// The account of the member number `n`.
pub fn owner(n: u8) -> AccountId {
	100 + AccountId::from(n)
}

pub fn bonded(n: u8) -> Balance {
	Balances::balance_on_hold(&HoldReason::CommitteeBond.into(), &owner(n))
}

pub fn fees_held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::ReleaseFees.into(), &who)
}

pub fn deposited(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::KeyDeposit.into(), &who)
}

/// What the data keys of the committee of five cost to keep.
pub fn key_deposit() -> Balance {
	ConfidentialCompute::key_deposit(TERMS.threshold)
}

pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

fn digest() -> H256 {
	H256::repeat_byte(0xcc)
}

/// What members' enclaves must be.
pub fn policy() -> Policy {
	Policy {
		statuses: vec![TcbStatus::UpToDate].try_into().unwrap(),
		advisories: AdvisoryRule::Only(Default::default()),
		min_evaluation: 7,
		measurements: vec![AllowedMeasurement { digest: digest(), gpu: GpuCollection::Absent }]
			.try_into()
			.unwrap(),
	}
}

/// Stores an attestation as `attest_cpu` would: of the enclave number `n`, for a node of its own.
pub fn store_attestation(n: u8, owner: AccountId, platform: H256) -> AttestationId {
	let id = NextAttestationId::<Test>::mutate(|next| {
		*next += 1;
		*next - 1
	});
	let (node, keys) = (H256(blake2_256(&[n, 1, 2])), Enclave::new(n).keys);
	let expires_at = Now::get() + VALIDITY;
	PlatformClaims::<Test>::insert(platform, Claim { node, until: expires_at });
	SessionIds::<Test>::insert(ConfidentialCompute::session_hash(&owner, &keys.session), id);
	NodeAttestations::<Test>::insert(node, BoundedVec::truncate_from(vec![id]));
	let cpu = CpuFacts {
		tee: TeeKind::Tdx,
		measurement: digest(),
		status: TcbStatus::UpToDate,
		evaluation: 7,
		advisories: Default::default(),
		platform,
		valid_until: u64::MAX,
	};
	let record = Attestation {
		node,
		owner,
		keys,
		binding: H256::repeat_byte(n),
		cpu,
		gpus: 0,
		predecessor: None,
		attested_at: Now::get(),
		expires_at,
		revoked: None,
	};
	Attestations::<Test>::insert(id, record);
	id
}

pub fn platform(n: u8) -> H256 {
	H256::repeat_byte(n)
}

/// What all parties remember.
pub struct World {
	pub rng: ChaCha20Rng,
	/// Attestations of members and providers.
	pub attestations: BTreeMap<u8, AttestationId>,
	/// Secrets of seats.
	pub secrets: BTreeMap<(EpochId, u8), SecretKey>,
}

/// A committee of five on the chain.
pub fn with_committee(test: impl FnOnce(World)) {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ConfidentialCompute::create_committee(root(), TERMS, policy()));
		System::reset_events();
		test(World::new(1));
	});
}

/// A committee of five with its key.
pub fn with_key(test: impl FnOnce(World)) {
	with_committee(|mut world| {
		world.generate();
		System::reset_events();
		test(world);
	});
}

/// A committee with its key, and a key of Alice's in its care whose job 1 waits for it.
pub fn with_job(test: impl FnOnce(World)) {
	with_key(|mut world| {
		world.submit(1, ALICE);
		let ciphertext = world.encrypt(ALICE);
		assert_ok!(ConfidentialCompute::entrust_key(signed(ALICE), 1, C, ciphertext));
		world.assign(1, 1);
		System::reset_events();
		test(world);
	});
}

pub fn committee() -> Committee<Balance> {
	Committees::<Test>::get(C).unwrap()
}

pub fn epoch(number: EpochId) -> EpochOf<Test> {
	Epochs::<Test>::get((C, number)).unwrap()
}

/// The epoch that is being made.
pub fn pending() -> (EpochId, EpochOf<Test>) {
	let number = committee().pending.unwrap();
	(number, epoch(number))
}

pub fn bond_of(number: EpochId, member: u8) -> Balance {
	Seats::<Test>::get((C, number))[usize::from(member) - 1].bond
}

pub fn open() -> DispatchResult {
	ConfidentialCompute::open_epoch(signed(PAUPER), C)
}

pub fn finalise() -> DispatchResult {
	ConfidentialCompute::finalise_epoch(signed(PAUPER), C)
}

pub fn close_dealing() -> DispatchResult {
	match ConfidentialCompute::close_dealing(signed(PAUPER), C) {
		Ok(_) => Ok(()),
		Err(refused) => Err(refused.error),
	}
}

pub fn close_release(job: JobId) -> DispatchResult {
	match ConfidentialCompute::close_release(signed(PAUPER), job) {
		Ok(_) => Ok(()),
		Err(refused) => Err(refused.error),
	}
}

pub fn release_share(n: u8, job: JobId, partial: Partial) -> DispatchResult {
	match ConfidentialCompute::release_share(signed(owner(n)), job, partial) {
		Ok(_) => Ok(()),
		Err(refused) => Err(refused.error),
	}
}

/// Waits until the pending epoch's phase is over.
pub fn outlive_phase() {
	let deadline = pending().1.deadline;
	wait(deadline.saturating_sub(Now::get()));
}

pub fn context(requester: AccountId, salt: [u8; 32]) -> KeyContext {
	KeyContext {
		genesis: [0x69; 32],
		committee: C,
		requester: ConfidentialCompute::account_bytes(&requester),
		salt,
	}
}

/// The index of the member number `n` in an epoch.
pub fn index(number: EpochId, n: u8) -> u8 {
	member_of(&Seats::<Test>::get((C, number)), &owner(n)).unwrap()
}

impl World {
	pub fn new(seed: u64) -> Self {
		let rng = ChaCha20Rng::seed_from_u64(seed);
		Self { rng, attestations: BTreeMap::new(), secrets: BTreeMap::new() }
	}

	/// The attestation of the party number `n`, who has an account with money.
	pub fn attestation(&mut self, n: u8) -> AttestationId {
		*self.attestations.entry(n).or_insert_with(|| {
			if Balances::total_balance(&owner(n)) == 0 {
				Balances::set_balance(&owner(n), WEALTH);
			}
			store_attestation(n, owner(n), platform(n))
		})
	}

	/// What the member number `n` joins the pending epoch with.
	pub fn seat(&mut self, n: u8) -> (AttestationId, Seat, Vec<u8>) {
		let attestation = self.attestation(n);
		let number = committee().pending.unwrap_or_default();
		let secret = SecretKey::generate(&mut self.rng);
		let account = ConfidentialCompute::account_bytes(&owner(n));
		let domain = ConfidentialCompute::domain(C, number);
		let seat = client::join(&domain, &account, &secret, &mut self.rng);
		let payload = ConfidentialCompute::seat_payload(C, number, &owner(n), &seat.key);
		self.secrets.insert((number, n), secret);
		(attestation, seat, Enclave::new(n).sign(&payload))
	}

	pub fn join(&mut self, n: u8) -> DispatchResult {
		let known = committee().pending.and_then(|e| self.secrets.get(&(e, n)).cloned());
		let (attestation, seat, signature) = self.seat(n);
		let joined =
			ConfidentialCompute::join_committee(signed(owner(n)), C, attestation, seat, signature);
		if let (Err(_), Some(number), Some(secret)) = (joined, committee().pending, known) {
			// The seat that it has keeps its secret.
			self.secrets.insert((number, n), secret);
		}
		joined
	}

	pub fn join_all(&mut self, members: impl IntoIterator<Item = u8>) {
		for n in members {
			assert_ok!(self.join(n));
		}
	}

	/// An honest dealing of the member number `n` in the pending epoch.
	pub fn dealing(&mut self, n: u8) -> Dealing {
		self.dealing_to(n, |_| ())
	}

	/// A dealing whose share for one member, by index, is wrong.
	pub fn bad_dealing(&mut self, n: u8, victim: u8) -> Dealing {
		let stranger = SecretKey::generate(&mut self.rng).public();
		self.dealing_to(n, |seats| seats[usize::from(victim) - 1] = stranger)
	}

	fn dealing_to(&mut self, n: u8, change: impl FnOnce(&mut Vec<PointBytes>)) -> Dealing {
		let (number, epoch) = pending();
		let mut seats: Vec<_> =
			Seats::<Test>::get((C, number)).iter().map(|seat| seat.key).collect();
		change(&mut seats);
		let domain = ConfidentialCompute::domain(C, number);
		let params = epoch.params;
		match epoch.kind {
			EpochKind::Generation => {
				client::deal(&domain, &params, index(number, n), &seats, &mut self.rng)
			}
			EpochKind::Resharing { from } => {
				let share = self.share(from, n);
				let former = Formers::<Test>::get((C, number));
				let round = Former::round(&former);
				client::deal_share(&domain, &params, &round, &share, &seats, &mut self.rng)
			}
		}
		.unwrap()
	}

	pub fn deal(&mut self, n: u8) -> DispatchResult {
		let dealing = self.dealing(n);
		ConfidentialCompute::deal(signed(owner(n)), C, dealing)
	}

	pub fn deal_all(&mut self, members: impl IntoIterator<Item = u8>) {
		for n in members {
			assert_ok!(self.deal(n));
		}
	}

	/// The complaint of the member number `n` about a dealer, justified or not.
	pub fn complaint(&mut self, n: u8, dealer: u8) -> Complaint {
		let number = pending().0;
		let dealing = ConfidentialCompute::stored_dealing(C, number, dealer).unwrap();
		let secret = self.secrets[&(number, n)].clone();
		let (domain, member) = (ConfidentialCompute::domain(C, number), index(number, n));
		client::complain(&domain, dealer, &dealing, member, &secret, &mut self.rng).unwrap()
	}

	pub fn complain(&mut self, n: u8, dealer: u8) -> DispatchResult {
		let complaint = self.complaint(n, dealer);
		ConfidentialCompute::complain(signed(owner(n)), C, dealer, complaint)
	}

	/// Dealers whose dealing the member number `n` cannot use.
	pub fn bad_for(&self, n: u8) -> Vec<u8> {
		let (number, epoch) = pending();
		let domain = ConfidentialCompute::domain(C, number);
		epoch
			.dealt
			.iter()
			.filter(|dealer| {
				let dealing = ConfidentialCompute::stored_dealing(C, number, *dealer).unwrap();
				let secret = &self.secrets[&(number, n)];
				client::open_share(&domain, *dealer, &dealing, index(number, n), secret).is_err()
			})
			.collect()
	}

	/// The share of the member number `n` in an epoch, from the chain and its seat's secret alone.
	pub fn share(&self, number: EpochId, n: u8) -> Share {
		let epoch = epoch(number);
		let former = Formers::<Test>::get((C, number));
		let qualified = epoch.dealt.without(&epoch.disqualified);
		let dealings: Vec<_> = qualified
			.iter()
			.map(|dealer| (dealer, ConfidentialCompute::stored_dealing(C, number, dealer).unwrap()))
			.collect();
		let dealings: Vec<_> = dealings.iter().map(|(dealer, d)| (*dealer, d)).collect();
		let member = index(number, n);
		let share = client::collect(
			&ConfidentialCompute::domain(C, number),
			&epoch.params,
			&Former::round(&former),
			&dealings,
			member,
			&self.secrets[&(number, n)],
		)
		.unwrap();
		let group = Groups::<Test>::get((C, number)).unwrap();
		assert_eq!(group.share(member), Ok(&share.public()));
		share
	}

	/// Members 1 to 5 make the committee's first key.
	pub fn generate(&mut self) {
		assert_ok!(open());
		self.join_all(1..=5);
		self.deal_all(1..=5);
		outlive_phase();
		assert_ok!(finalise());
	}

	/// The key goes over to these.
	pub fn reshare(&mut self, members: [u8; 5]) {
		let former: Vec<_> = Seats::<Test>::get((C, committee().active.unwrap()))
			.iter()
			.map(|seat| (seat.owner - 100) as u8)
			.collect();
		assert_ok!(ConfidentialCompute::open_epoch(root(), C));
		self.join_all(members);
		self.deal_all(former);
		outlive_phase();
		assert_ok!(finalise());
	}

	/// A job whose key may be wanted.
	pub fn submit(&mut self, job: JobId, requester: AccountId) {
		let terms = KeyTerms { requester, salt: SALT, attempts: 3 };
		let record =
			KeyedJob { terms: Some(terms), wanted: None, runs: None, delivered: Vec::new() };
		KeyedJobs::mutate(|jobs| jobs.insert(job, record));
	}

	/// An attempt at the job waits for its key.
	pub fn assign(&mut self, job: JobId, attempt: u8) {
		let attestation = self.attestation(PROVIDER);
		self.assign_to(job, attempt, owner(PROVIDER), attestation);
	}

	pub fn assign_to(
		&mut self,
		job: JobId,
		attempt: u8,
		provider: AccountId,
		attestation: AttestationId,
	) {
		let wanted = KeyWanted {
			attempt,
			provider,
			attestation,
			deadline: Now::get() + WAIT,
			compensation: COMPENSATION,
		};
		change_job(job, |job| {
			job.wanted = Some(wanted);
			job.runs = Some(attempt);
		});
	}

	/// [`DATA_KEY`], encrypted to the committee for a requester.
	pub fn encrypt(&mut self, requester: AccountId) -> Ciphertext {
		let group = Groups::<Test>::get((C, committee().active.unwrap())).unwrap();
		let context = context(requester, SALT);
		client::encrypt(&context, &group.key, &DATA_KEY, &mut self.rng).unwrap()
	}

	/// What is to be released for a job now, by which epoch.
	pub fn statement(&self, job: JobId) -> (EpochId, Release) {
		let wanted = KeyedJobs::get()[&job].wanted.clone().unwrap();
		let number = Releases::<Test>::get(job)
			.filter(|release| release.attempt == wanted.attempt)
			.map(|release| release.epoch)
			.or(committee().active)
			.unwrap();
		let enclave = PointBytes(record(wanted.attestation).keys.ristretto);
		let domain = ConfidentialCompute::domain(C, number);
		(number, Release { domain, job, attempt: wanted.attempt, enclave })
	}

	/// The share of the member number `n`, sealed to the enclave of the present attempt.
	pub fn partial(&mut self, job: JobId, n: u8) -> Partial {
		let (number, release) = self.statement(job);
		let share = self.share(number, n);
		let key = EntrustedKeys::<Test>::get(job).unwrap();
		let group = Groups::<Test>::get((C, number)).unwrap();
		let context = context(key.requester, SALT);
		client::release(&release, &context, &group.key, &key.ciphertext, &share, &mut self.rng)
			.unwrap()
	}

	pub fn release(&mut self, job: JobId, n: u8) -> DispatchResult {
		let partial = self.partial(job, n);
		release_share(n, job, partial)
	}

	pub fn release_all(&mut self, job: JobId, members: impl IntoIterator<Item = u8>) {
		for n in members {
			assert_ok!(self.release(job, n));
		}
	}

	/// What the enclave number `n` reads from the chain.
	pub fn open_as(&self, job: JobId, n: u8) -> Result<[u8; 32], committee_keys::Error> {
		let mut secret = [0; 32];
		secret[0] = n + 1;
		let secret = SecretKey::from_bytes(secret).unwrap();
		assert_eq!(secret.public().0, Enclave::new(n).keys.ristretto);
		let release = Releases::<Test>::get(job).unwrap();
		let key = EntrustedKeys::<Test>::get(job).unwrap();
		let statement = Release {
			domain: ConfidentialCompute::domain(C, release.epoch),
			job,
			attempt: release.attempt,
			enclave: release.enclave,
		};
		client::decrypt(
			&statement,
			&context(key.requester, SALT),
			&epoch(release.epoch).params,
			&Groups::<Test>::get((C, release.epoch)).unwrap(),
			&key.ciphertext,
			&Partials::<Test>::get(job),
			&secret,
		)
		.map(|key| *key)
	}
}

/// Every call of committees with its index.
pub fn calls() -> Vec<(u8, Call<Test>)> {
	let mut world = World::new(0);
	let secret = SecretKey::generate(&mut world.rng);
	let domain = committee_keys::Domain { genesis: [0; 32], committee: 0, epoch: 0 };
	let seat = client::join(&domain, &[0; 32], &secret, &mut world.rng);
	let params = committee_keys::Params::new(1, 1, 0).unwrap();
	let dealing = client::deal(&domain, &params, 1, &[seat.key], &mut world.rng).unwrap();
	let complaint = client::complain(&domain, 1, &dealing, 1, &secret, &mut world.rng).unwrap();
	let key_context = KeyContext { genesis: [0; 32], committee: 0, requester: [0; 32], salt: SALT };
	let ciphertext = client::encrypt(&key_context, &seat.key, &DATA_KEY, &mut world.rng).unwrap();
	let share = Share::from_bytes(1, [1; 32].map(|byte| byte & 1)).unwrap();
	let release = Release { domain, job: 0, attempt: 1, enclave: seat.key };
	let partial =
		client::release(&release, &key_context, &seat.key, &ciphertext, &share, &mut world.rng)
			.unwrap();
	let (committee, job) = (0, 0);
	vec![
		(50, Call::create_committee { terms: TERMS, policy: policy() }),
		(51, Call::set_committee { committee, terms: TERMS, policy: policy() }),
		(52, Call::dissolve_committee { committee }),
		(53, Call::open_epoch { committee }),
		(54, Call::join_committee { committee, attestation: 0, seat, signature: Vec::new() }),
		(55, Call::close_joining { committee }),
		(56, Call::deal { committee, dealing }),
		(57, Call::close_dealing { committee }),
		(58, Call::complain { committee, dealer: 1, complaint }),
		(59, Call::finalise_epoch { committee }),
		(60, Call::end_epoch { committee }),
		(61, Call::withdraw_bond { committee, epoch: 0, member: 1 }),
		(62, Call::prune_epoch { committee, epoch: 0 }),
		(63, Call::entrust_key { job, committee, ciphertext }),
		(64, Call::open_release { job }),
		(65, Call::release_share { job, partial }),
		(66, Call::close_release { job }),
		(67, Call::withdraw_key { job }),
	]
}

#[test]
fn stored_numbers() {
	use codec::Encode;
	use dkg::{EpochFailure, EpochPhase, Offence, ReleaseOutcome, ReleaseState, Standing};
	assert_eq!([Standing::Open, Standing::Dissolving].encode(), [0, 1]);
	assert_eq!(EpochKind::Generation.encode(), [0]);
	assert_eq!(EpochKind::Resharing { from: 2 }.encode(), [1, 2, 0, 0, 0]);
	let phases = [
		EpochPhase::Joining,
		EpochPhase::Dealing,
		EpochPhase::Complaining,
		EpochPhase::Active,
		EpochPhase::Ended,
		EpochPhase::Failed,
	];
	assert_eq!(phases.encode(), [0, 1, 2, 3, 4, 5]);
	let states = [ReleaseState::Open, ReleaseState::Missed, ReleaseState::Done];
	assert_eq!(states.encode(), [0, 1, 2]);
	let offences =
		[Offence::BadDealing, Offence::FalseComplaint, Offence::NoDealing, Offence::NoShare];
	assert_eq!(offences.encode(), [0, 1, 2, 3]);
	let failures = [
		EpochFailure::SeatsFree,
		EpochFailure::TooFewDealings,
		EpochFailure::NoKey,
		EpochFailure::Dissolved,
	];
	assert_eq!(failures.encode(), [0, 1, 2, 3]);
	let outcomes = [
		ReleaseOutcome::Released,
		ReleaseOutcome::Dropped,
		ReleaseOutcome::Excused,
		ReleaseOutcome::Punished,
	];
	assert_eq!(outcomes.encode(), [0, 1, 2, 3]);
	assert_eq!(HoldReason::KeyDeposit.encode(), [4]);
}

#[test]
fn seats_are_signed_with_pinned_bytes() {
	ExtBuilder::default().build_and_execute(|| {
		let key = PointBytes([7; 32]);
		let expected = [
			&b"<Bytes>ai-compute-pbc/committee-seat/v1"[..],
			&[0x69; 32],
			&3u32.to_le_bytes(),
			&4u32.to_le_bytes(),
			&ALICE.to_le_bytes(),
			&[7; 32],
			b"</Bytes>",
		]
		.concat();
		assert_eq!(ConfidentialCompute::seat_payload(3, 4, &ALICE, &key), expected);
	});
}

#[test]
fn accounts_of_32_bytes_stand_for_themselves() {
	// Others, like those of these tests, by their hash.
	let short = ConfidentialCompute::account_bytes(&ALICE);
	assert_eq!(short, blake2_256(&ALICE.to_le_bytes()));
}

#[test]
fn rules_leave_time() {
	assert!(RULES.are_sound());
	let unsound = [
		dkg::CommitteeRules { join_period: 0, ..RULES },
		dkg::CommitteeRules { dealing_period: 0, ..RULES },
		dkg::CommitteeRules { complaint_period: 0, ..RULES },
		dkg::CommitteeRules { reshare_lead: 120, ..RULES },
		dkg::CommitteeRules { epoch_length: 200, ..RULES },
		dkg::CommitteeRules { response_time: 0, ..RULES },
		dkg::CommitteeRules { max_releases: 0, ..RULES },
		dkg::CommitteeRules { fault_penalty: Default::default(), ..RULES },
		dkg::CommitteeRules { silence_penalty: Default::default(), ..RULES },
	];
	assert!(unsound.iter().all(|rules| !rules.are_sound()));
}
