//! A committee and the board that its messages stand on.
#![allow(dead_code, reason = "each user takes what it needs")]

use chacha20::ChaCha20Rng;
use committee_keys::{
	client::{self, SecretKey, Share},
	combine, judge, verify_ciphertext, verify_dealing, verify_partial, verify_seat, Ciphertext,
	Complaint, Dealing, Domain, Error, Group, KeyContext, Params, Partial, PointBytes, Release,
	Round, Verdict,
};
use rand::SeedableRng;
use std::collections::BTreeMap;

pub const GENESIS: [u8; 32] = [0x11; 32];
pub const DATA_KEY: [u8; 32] = [0x42; 32];
pub const CONTEXT: KeyContext =
	KeyContext { genesis: GENESIS, committee: 7, requester: [0x22; 32], salt: [0x33; 32] };

pub fn domain(epoch: u32) -> Domain {
	Domain { genesis: GENESIS, committee: 7, epoch }
}

pub fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

/// A committee's members and what stands on the chain for their epoch.
pub struct Committee {
	pub domain: Domain,
	pub params: Params,
	pub secrets: Vec<SecretKey>,
	pub seats: Vec<PointBytes>,
	pub dealings: BTreeMap<u8, Dealing>,
	pub rng: ChaCha20Rng,
}

impl Committee {
	/// Members who have joined, each with a checked seat.
	pub fn join(epoch: u32, members: u8, threshold: u8, seed: u64) -> Self {
		let mut rng = rng(seed);
		let domain = domain(epoch);
		let secrets: Vec<_> = (0..members).map(|_| SecretKey::generate(&mut rng)).collect();
		let seats = secrets
			.iter()
			.enumerate()
			.map(|(i, secret)| {
				let account = [i as u8; 32];
				let seat = client::join(&domain, &account, secret, &mut rng);
				assert_eq!(verify_seat(&domain, &account, &seat), Ok(()));
				seat.key
			})
			.collect();
		let params = Params::new(members, threshold, members - threshold).unwrap();
		Self { domain, params, secrets, seats, dealings: BTreeMap::new(), rng }
	}

	pub fn secret(&self, member: u8) -> &SecretKey {
		&self.secrets[usize::from(member) - 1]
	}

	pub fn seat(&self, member: u8) -> &PointBytes {
		&self.seats[usize::from(member) - 1]
	}

	/// Puts a dealing on the board, as the chain would.
	pub fn publish(&mut self, round: &Round, dealer: u8, dealing: Dealing) {
		assert_eq!(verify_dealing(&self.domain, &self.params, round, dealer, &dealing), Ok(()));
		self.dealings.insert(dealer, dealing);
	}

	pub fn deal(&mut self, dealers: impl IntoIterator<Item = u8>) {
		for dealer in dealers {
			let dealing =
				client::deal(&self.domain, &self.params, dealer, &self.seats, &mut self.rng)
					.unwrap();
			self.publish(&Round::Generation, dealer, dealing);
		}
	}

	/// The shares of a former epoch's members are dealt to this one's.
	pub fn reshare(&mut self, round: &Round, shares: &[Share]) {
		for share in shares {
			let dealing = client::deal_share(
				&self.domain,
				&self.params,
				round,
				share,
				&self.seats,
				&mut self.rng,
			)
			.unwrap();
			self.publish(round, share.member(), dealing);
		}
	}

	/// Dealings that `member` cannot use.
	pub fn bad_for(&self, member: u8) -> Vec<u8> {
		self.dealings
			.iter()
			.filter(|(dealer, dealing)| {
				let secret = self.secret(member);
				match client::open_share(&self.domain, **dealer, dealing, member, secret) {
					Ok(_) => false,
					Err(error) => {
						assert_eq!(error, Error::BadShare);
						true
					}
				}
			})
			.map(|(dealer, _)| *dealer)
			.collect()
	}

	pub fn complain(&mut self, member: u8, dealer: u8) -> Complaint {
		let secret = self.secrets[usize::from(member) - 1].clone();
		let dealing = &self.dealings[&dealer];
		client::complain(&self.domain, dealer, dealing, member, &secret, &mut self.rng).unwrap()
	}

	pub fn judge(&self, dealer: u8, accuser: u8, complaint: &Complaint) -> Result<Verdict, Error> {
		let dealing = &self.dealings[&dealer];
		let key = self.seat(accuser);
		judge(&self.domain, &self.params, dealer, dealing, accuser, key, complaint)
	}

	pub fn finalise(&self, round: &Round) -> Result<Group, Error> {
		let commitments: Vec<(u8, &[PointBytes])> = self
			.dealings
			.iter()
			.map(|(dealer, dealing)| (*dealer, &dealing.commitments[..]))
			.collect();
		combine(&self.params, round, &commitments)
	}

	pub fn share(&self, round: &Round, member: u8) -> Result<Share, Error> {
		let dealings: Vec<_> = self.dealings.iter().map(|(i, dealing)| (*i, dealing)).collect();
		let secret = self.secret(member);
		client::collect(&self.domain, &self.params, round, &dealings, member, secret)
	}

	/// Everybody's share, found to be the one that the group's record tells.
	pub fn shares(&self, round: &Round, group: &Group) -> Vec<Share> {
		(1..=self.params.members())
			.map(|member| {
				let share = self.share(round, member).unwrap();
				assert_eq!(share.member(), member);
				assert_eq!(group.share(member), Ok(&share.public()));
				share
			})
			.collect()
	}
}

/// A committee in which everybody was honest.
pub fn honest(epoch: u32, members: u8, threshold: u8, seed: u64) -> (Committee, Group, Vec<Share>) {
	let mut committee = Committee::join(epoch, members, threshold, seed);
	committee.deal(1..=members);
	let group = committee.finalise(&Round::Generation).unwrap();
	let shares = committee.shares(&Round::Generation, &group);
	(committee, group, shares)
}

/// A job whose data key is encrypted to a group, and the enclave that won it.
pub struct Job {
	pub ciphertext: Ciphertext,
	pub release: Release,
	pub enclave: SecretKey,
}

impl Job {
	pub fn new(domain: Domain, group: &Group, rng: &mut ChaCha20Rng) -> Self {
		let enclave = SecretKey::generate(rng);
		let ciphertext = client::encrypt(&CONTEXT, &group.key, &DATA_KEY, rng).unwrap();
		assert_eq!(verify_ciphertext(&CONTEXT, &group.key, &ciphertext), Ok(()));
		let release = Release { domain, job: 99, attempt: 1, enclave: enclave.public() };
		Self { ciphertext, release, enclave }
	}

	/// The partial decryptions of `shares`, each checked by the chain.
	pub fn partials(
		&self,
		group: &Group,
		shares: &[&Share],
		rng: &mut ChaCha20Rng,
	) -> Vec<(u8, Partial)> {
		shares
			.iter()
			.map(|share| {
				let partial = client::release(
					&self.release,
					&CONTEXT,
					&group.key,
					&self.ciphertext,
					share,
					rng,
				)
				.unwrap();
				let member = share.member();
				let public = group.share(member).unwrap();
				let verified =
					verify_partial(&self.release, member, public, &self.ciphertext, &partial);
				assert_eq!(verified, Ok(()));
				(member, partial)
			})
			.collect()
	}

	pub fn open(
		&self,
		params: &Params,
		group: &Group,
		partials: &[(u8, Partial)],
	) -> Result<[u8; 32], Error> {
		let Self { ciphertext, release, enclave } = self;
		client::decrypt(release, &CONTEXT, params, group, ciphertext, partials, enclave)
			.map(|key| *key)
	}
}
