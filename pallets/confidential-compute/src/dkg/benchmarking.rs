//! What the benchmarks of committees start from: the largest ones, whose members are played by the
//! reference client.

use super::*;
use crate::{
	benchmarking::policy, Attestations, Commitments, CommitteePolicies, Dealings, EntrustedKeys,
	Formers, Groups, HoldReason, NextCommitteeId, Partials, Releases, Seats,
};
use ai_compute_primitives::{AttestationId, JobId, JobKeys};
use committee_keys::{
	client::{self, SecretKey, Share},
	Ciphertext, Dealing, Group, KeyContext, Params, Partial, PerMember, Release,
};
use curve25519_dalek::{RistrettoPoint, Scalar};
use frame_benchmarking::v2::account;
use frame_support::traits::fungible::{Inspect, Mutate, MutateHold};
use rand_core::{utils, Infallible, TryCryptoRng, TryRng};
use sp_core::H256;
use sp_runtime::traits::{Saturating, Zero};

/// The committee of each benchmark.
pub(crate) const C: CommitteeId = 0;
/// The epoch that has the key.
pub(crate) const HELD: EpochId = 0;
/// The epoch that is being made.
pub(crate) const MADE: EpochId = 1;
/// Most members.
pub(crate) const MOST: u8 = committee_keys::MAX_MEMBERS as u8;

/// Numbers that nobody needs to be surprised by.
pub(crate) struct Counter(u64);

pub(crate) fn rng() -> Counter {
	Counter(0)
}

impl TryRng for Counter {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		utils::next_word_via_fill(self)
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		utils::next_word_via_fill(self)
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
		for chunk in bytes.chunks_mut(32) {
			self.0 = self.0.saturating_add(1);
			let hash = blake2_256(&self.0.to_le_bytes());
			chunk.copy_from_slice(&hash[..chunk.len()]);
		}
		Ok(())
	}
}

impl TryCryptoRng for Counter {}

/// A secret that is a small number.
pub(crate) fn secret(n: u32) -> SecretKey {
	let mut bytes = [0; 32];
	bytes[..4].copy_from_slice(&n.saturating_add(1).to_le_bytes());
	SecretKey::from_bytes(bytes).expect("a scalar")
}

/// The secret that all members of the epoch that has the key share, each of them the same: a
/// polynomial of degree zero does as well as another.
fn share_bytes() -> [u8; 32] {
	*secret(4_711).to_bytes()
}

pub(crate) fn share(member: u8) -> Share {
	Share::from_bytes(member, share_bytes()).expect("a scalar")
}

fn group(members: u8) -> Group {
	let key = share(1).public();
	let shares = (0..members).map(|_| key).collect::<Vec<_>>();
	Group { key, shares: PerMember::truncate_from(shares) }
}

/// All but one of `members` open a key: that makes the longest dealings.
pub(crate) fn terms<T: Config>(members: u8) -> CommitteeTerms<BalanceOf<T>> {
	let unit = T::Currency::minimum_balance().saturating_add(1_000u32.into());
	CommitteeTerms {
		members,
		threshold: members.saturating_sub(1),
		faulty: 1,
		bond: unit.saturating_mul(100u32.into()),
		share_fee: unit,
	}
}

pub(crate) fn params(members: u8) -> Params {
	Params::new(members, members.saturating_sub(1), 1).expect("allowed")
}

/// The member with this index in an epoch; the members of two epochs differ.
pub(crate) fn member<T: Config>(epoch: EpochId, index: u8) -> T::AccountId {
	account("member", index.into(), epoch)
}

pub(crate) fn fund<T: Config>(who: &T::AccountId) {
	let bond = terms::<T>(MOST).bond;
	T::Currency::set_balance(who, bond.saturating_mul(1_000u32.into()));
}

/// Takes so many seats of an epoch.
pub(crate) fn seat_members<T: Config>(epoch: EpochId, count: u8) {
	let bond = terms::<T>(MOST).bond;
	let seats = (1..=count).map(|index| {
		let owner = member::<T>(epoch, index);
		fund::<T>(&owner);
		T::Currency::hold(&HoldReason::CommitteeBond.into(), &owner, bond).expect("funded");
		MemberSeat {
			owner,
			platform: H256(blake2_256(&(epoch, index, b"platform").encode())),
			attestation: 0,
			key: secret(u32::from(index).saturating_add(epoch.saturating_mul(100))).public(),
			bond,
		}
	});
	Seats::<T>::insert((C, epoch), PerMember::truncate_from(seats.collect::<Vec<_>>()));
}

fn insert_epoch<T: Config>(number: EpochId, epoch: EpochOf<T>) {
	Epochs::<T>::insert((C, number), epoch);
}

/// An epoch of so many members in a phase that has begun. It takes ten ticks; a key stays longer than
/// any benchmark takes.
pub(crate) fn epoch<T: Config>(kind: EpochKind, members: u8, phase: EpochPhase) -> EpochOf<T> {
	Epoch {
		kind,
		params: params(members),
		bond: terms::<T>(members).bond,
		phase,
		deadline: Pallet::<T>::now().saturating_add(match phase {
			EpochPhase::Active => 1_000_000u32.into(),
			_ => 10u32.into(),
		}),
		dealt: MemberSet::default(),
		disqualified: MemberSet::default(),
		false_accusers: MemberSet::default(),
		open_releases: 0,
	}
}

/// A committee of so many members with a key.
pub(crate) fn with_key<T: Config>(members: u8) {
	NextCommitteeId::<T>::put(1);
	CommitteePolicies::<T>::insert(C, policy(0));
	seat_members::<T>(HELD, members);
	Groups::<T>::insert((C, HELD), group(members));
	insert_epoch::<T>(HELD, epoch::<T>(EpochKind::Generation, members, EpochPhase::Active));
	Committees::<T>::insert(
		C,
		Committee {
			terms: terms::<T>(members),
			standing: Standing::Open,
			next_epoch: 1,
			pending: None,
			active: Some(HELD),
			stored_epochs: 1,
			entrusted: 0,
		},
	);
}

/// The same, and an epoch with so many seats taken is being made of it.
pub(crate) fn with_resharing<T: Config>(members: u8, seats: u8, phase: EpochPhase) {
	with_key::<T>(members);
	let former = Former { params: params(members), group: group(members) };
	Formers::<T>::insert((C, MADE), former);
	seat_members::<T>(MADE, seats);
	let kind = EpochKind::Resharing { from: HELD };
	insert_epoch::<T>(MADE, epoch::<T>(kind, members, phase));
	Committees::<T>::mutate(C, |committee| {
		let committee = committee.as_mut().expect("stored");
		(committee.next_epoch, committee.pending, committee.stored_epochs) =
			(MADE.saturating_add(1), Some(MADE), 2);
	});
}

/// A dealing by a member of the former epoch. The share for `victim` is a wrong one.
pub(crate) fn dealing<T: Config>(dealer: u8, members: u8, victim: Option<u8>) -> Dealing {
	let mut keys: Vec<_> = Seats::<T>::get((C, MADE)).iter().map(|seat| seat.key).collect();
	if let Some(victim) = victim {
		keys[place_of(victim)] = secret(9_999).public();
	}
	let former = Some(Former { params: params(members), group: group(members) });
	client::deal_share(
		&Pallet::<T>::domain(C, MADE),
		&params(members),
		&Former::round(&former),
		&share(dealer),
		&keys,
		&mut rng(),
	)
	.expect("its share")
}

/// Stores a dealing.
pub(crate) fn put_dealing<T: Config>(dealer: u8, dealing: Dealing) {
	let Dealing { commitments, ephemeral, shares, proof } = dealing;
	Commitments::<T>::insert((C, MADE, dealer), commitments);
	Dealings::<T>::insert((C, MADE, dealer), DealtShares { ephemeral, shares, proof });
}

/// Stores the longest commitments of every dealer, which add up to the key.
pub(crate) fn put_all_commitments<T: Config>() {
	let constant = share(1).public();
	for dealer in 1..=MOST {
		let others = (1..u32::from(MOST).saturating_sub(1)).map(|k| {
			let scalar =
				Scalar::from(u64::from(dealer).saturating_mul(1_000).saturating_add(k.into()));
			PointBytes::from(RistrettoPoint::mul_base(&scalar))
		});
		let list: Vec<_> = [constant].into_iter().chain(others).collect();
		Commitments::<T>::insert((C, MADE, dealer), PerMember::truncate_from(list));
	}
}

/// Changes an epoch.
pub(crate) fn change<T: Config>(number: EpochId, how: impl FnOnce(&mut EpochOf<T>)) {
	Epochs::<T>::mutate((C, number), |epoch| how(epoch.as_mut().expect("stored")));
}

/// A job whose attempt by a node of `provider`, pinned to `attestation`, waits for its key, and what
/// its requester entrusts.
pub(crate) fn job<T: Config>(
	requester: &T::AccountId,
	provider: &T::AccountId,
	attestation: AttestationId,
) -> (JobId, Ciphertext) {
	fund::<T>(requester);
	fund::<T>(provider);
	let job = T::KeyedJobs::create_for_benchmark(requester, provider, attestation);
	let salt = T::KeyedJobs::key_terms(job).expect("it wants its key").salt;
	let context = context::<T>(requester, salt);
	let ciphertext =
		client::encrypt(&context, &share(1).public(), &[7; 32], &mut rng()).expect("a key");
	(job, ciphertext)
}

fn context<T: Config>(requester: &T::AccountId, salt: [u8; 32]) -> KeyContext {
	KeyContext {
		genesis: Pallet::<T>::genesis_bytes(),
		committee: C,
		requester: Pallet::<T>::account_bytes(requester),
		salt,
	}
}

/// Has the largest committee keep the key of a job whose attempt waits for it. The key came in the last
/// moment.
pub(crate) fn keep<T: Config>(job: JobId) {
	with_key::<T>(MOST);
	let terms = T::KeyedJobs::key_terms(job).expect("it wants its key");
	let wanted = T::KeyedJobs::key_wanted(job).expect("it waits");
	let context = context::<T>(&terms.requester, terms.salt);
	let ciphertext =
		client::encrypt(&context, &share(1).public(), &[7; 32], &mut rng()).expect("a key");
	let key = EntrustedKey {
		committee: C,
		requester: terms.requester,
		ciphertext,
		since: wanted.deadline.saturating_sub(1u32.into()),
		per_attempt: Zero::zero(),
		held: Zero::zero(),
		deposit: Zero::zero(),
	};
	EntrustedKeys::<T>::insert(job, key);
	open::<T>(job, wanted.attempt);
}

/// Opens a release of an attempt at the job, with so many shares, in place of the one that is open.
pub(crate) fn put_release<T: Config>(job: JobId, attempt: u8, shares: u8) {
	open::<T>(job, attempt);
	let filler = partial_for::<T>(job, attempt, MOST);
	let list = (1..=shares).map(|member| (member, filler)).collect::<Vec<_>>();
	if !list.is_empty() {
		Partials::<T>::insert(job, PerMember::truncate_from(list));
	}
}

fn open<T: Config>(job: JobId, attempt: u8) {
	let wanted = T::KeyedJobs::key_wanted(job).expect("it waits");
	let record = Attestations::<T>::get(wanted.attestation).expect("stored");
	let release = KeyRelease {
		committee: C,
		epoch: HELD,
		threshold: MOST.saturating_sub(1),
		attempt,
		attestation: wanted.attestation,
		enclave: PointBytes(record.keys.ristretto),
		platform: record.cpu.platform,
		provider: wanted.provider,
		fee: terms::<T>(MOST).share_fee,
		// Every silent member pays both.
		compensation: terms::<T>(MOST).bond.saturating_mul(100u32.into()),
		opened_at: Zero::zero(),
		deadline: wanted.deadline,
		state: ReleaseState::Open,
	};
	change::<T>(HELD, |epoch| epoch.open_releases = 1);
	Releases::<T>::insert(job, release);
}

/// The share of a member for an attempt at the job.
pub(crate) fn partial_for<T: Config>(job: JobId, attempt: u8, member: u8) -> Partial {
	let wanted = T::KeyedJobs::key_wanted(job).expect("it waits");
	let record = Attestations::<T>::get(wanted.attestation).expect("stored");
	let key = EntrustedKeys::<T>::get(job).expect("entrusted");
	let salt = T::KeyedJobs::key_terms(job).expect("it wants its key").salt;
	let statement = Release {
		domain: Pallet::<T>::domain(C, HELD),
		job,
		attempt,
		enclave: PointBytes(record.keys.ristretto),
	};
	let context = context::<T>(&key.requester, salt);
	let group_key = share(1).public();
	client::release(&statement, &context, &group_key, &key.ciphertext, &share(member), &mut rng())
		.expect("its share")
}
