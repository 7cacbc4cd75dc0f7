//! Dealings of committees: [`verify_dealing`], [`combine`], and what members make of them.

use crate::{
	input::{seed, Input},
	meter::within,
};
use chacha20::ChaCha20Rng;
use codec::{Decode, Encode, MaxEncodedLen};
use committee_keys::{
	client::{self, SecretKey, Share},
	combine, verify_dealing, Dealing, Domain, Error, Group, Params, PointBytes, Round, MAX_MEMBERS,
};
use rand_core::SeedableRng;
use std::sync::OnceLock;

/// Memory for a message of a committee and its points.
pub const MEMORY: usize = 64 * 1024;

const RAW: u8 = 0;
const EDITED: u8 = 1;
const COMBINE: u8 = 2;
const MODES: u8 = 3;

/// Sizes and thresholds.
const SIZES: [(u8, u8); 4] = [(1, 1), (3, 2), (5, 3), (9, 5)];
pub const GENESIS: [u8; 32] = [0x11; 32];

/// A committee in which everybody was honest, and the next epoch that it deals its shares to.
pub struct Committee {
	pub domain: Domain,
	pub params: Params,
	pub secrets: Vec<SecretKey>,
	pub seats: Vec<PointBytes>,
	pub dealings: Vec<Dealing>,
	pub group: Group,
	pub shares: Vec<Share>,
	/// Of the next epoch.
	pub next: Domain,
	pub reshared: Vec<Dealing>,
}

/// All the committees.
pub fn committees() -> &'static [Committee; 4] {
	static ALL: OnceLock<[Committee; 4]> = OnceLock::new();
	ALL.get_or_init(|| SIZES.map(|(members, threshold)| make(members, threshold)))
}

fn make(members: u8, threshold: u8) -> Committee {
	let rng = &mut ChaCha20Rng::seed_from_u64(u64::from(members));
	// A committee of its own, for which no other's messages are meant.
	let domain = Domain { genesis: GENESIS, committee: u32::from(members), epoch: 1 };
	let next = Domain { epoch: 2, ..domain };
	let params = Params::new(members, threshold, 0).expect("allowed");
	let secrets: Vec<_> = (0..members).map(|_| SecretKey::generate(rng)).collect();
	let seats: Vec<_> = secrets.iter().map(SecretKey::public).collect();
	let dealings: Vec<_> = (1..=members)
		.map(|dealer| client::deal(&domain, &params, dealer, &seats, rng).expect("dealt"))
		.collect();
	let group = combine(&params, &Round::Generation, &commitments(&dealings)).expect("combined");
	let shares: Vec<_> = (1..=members)
		.map(|member| {
			let secret = &secrets[usize::from(member) - 1];
			let all = numbered(&dealings);
			client::collect(&domain, &params, &Round::Generation, &all, member, secret)
				.expect("collected")
		})
		.collect();
	let round = Round::Resharing { former: params, group: &group };
	let reshared = shares
		.iter()
		.map(|share| client::deal_share(&next, &params, &round, share, &seats, rng).expect("dealt"))
		.collect();
	Committee { domain, params, secrets, seats, dealings, group, shares, next, reshared }
}

fn numbered(dealings: &[Dealing]) -> Vec<(u8, &Dealing)> {
	(1..).zip(dealings).collect()
}

fn commitments(dealings: &[Dealing]) -> Vec<(u8, &[PointBytes])> {
	(1..).zip(dealings).map(|(dealer, dealing)| (dealer, &dealing.commitments[..])).collect()
}

/// Decodes a message as a call does, within its memory, and asserts that it encodes as it stood.
pub fn decoded<T: Decode + Encode + MaxEncodedLen>(bytes: &[u8]) -> Option<T> {
	let mut rest = bytes;
	let message = within(T::max_encoded_len() * 2 + 1_024, || T::decode(&mut rest)).ok()?;
	let used = &bytes[..bytes.len() - rest.len()];
	assert!(used.len() <= T::max_encoded_len());
	let encoded = message.encode();
	assert!(encoded.len() <= T::max_encoded_len());
	assert_eq!(encoded, used, "encodes otherwise than it stood");
	Some(message)
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let mode = input.u8() % MODES;
	let committee = input.pick(committees());
	let again = input.u8() % 2 == 1;
	let round = match again {
		false => Round::Generation,
		true => Round::Resharing { former: committee.params, group: &committee.group },
	};
	let (domain, known) = match again {
		false => (&committee.domain, &committee.dealings),
		true => (&committee.next, &committee.reshared),
	};
	let dealer = input.u8();
	let verify = |dealing: &Dealing| {
		within(MEMORY, || verify_dealing(domain, &committee.params, &round, dealer, dealing))
	};
	match mode {
		RAW => {
			let Some(dealing) = decoded::<Dealing>(input.rest()) else { return };
			if verify(&dealing).is_ok() {
				let genuine = &known[usize::from(dealer) - 1];
				assert_eq!(&dealing, genuine, "a dealing that nobody has made passes");
			}
		}
		EDITED => {
			let Some(genuine) = known.get(usize::from(dealer).wrapping_sub(1)) else { return };
			assert_eq!(verify(genuine), Ok(()));
			let mut bytes = genuine.encode();
			input.edit(&mut bytes, 3);
			let Some(dealing) = decoded::<Dealing>(&bytes) else { return };
			if dealing != *genuine {
				assert!(verify(&dealing).is_err(), "passes with bits flipped");
			}
			for member in 1..=committee.params.members() {
				let secret = &committee.secrets[usize::from(member) - 1];
				let opened = client::open_share(domain, dealer, &dealing, member, secret);
				assert!(dealing != *genuine || opened.is_ok());
			}
		}
		_ => {
			// Dealers and dealings in any order, as often as the input wants.
			let mut all = Vec::new();
			while !input.is_empty() && all.len() <= MAX_MEMBERS as usize {
				let (dealer, from) = (input.u8(), input.u8());
				all.push((dealer, &known[usize::from(from) % known.len()]));
			}
			combined(committee, domain, &round, &all);
		}
	}
}

/// What the chain adds up is what the members hold.
fn combined(committee: &Committee, domain: &Domain, round: &Round, all: &[(u8, &Dealing)]) {
	let params = &committee.params;
	let known = match round {
		Round::Generation => &committee.dealings,
		Round::Resharing { .. } => &committee.reshared,
	};
	let parts: Vec<_> =
		all.iter().map(|(dealer, dealing)| (*dealer, &dealing.commitments[..])).collect();
	let result = within(MEMORY, || combine(params, round, &parts));
	let rising = all.windows(2).all(|pair| pair[0].0 < pair[1].0);
	let in_bounds = all.iter().all(|(dealer, _)| (1..=params.members()).contains(dealer));
	let enough = all.len() >= usize::from(params.threshold());
	if !(rising && in_bounds && enough) {
		assert!(result.is_err());
		return;
	}
	match result {
		Ok(group) => {
			assert_eq!(group.shares.len(), usize::from(params.members()));
			assert_eq!(decoded::<Group>(&group.encode()), Some(group.clone()));
			if let Round::Resharing { group: former, .. } = round {
				assert_eq!(former.key, group.key);
			}
			let honest =
				all.iter().all(|(dealer, dealing)| known[usize::from(*dealer) - 1] == **dealing);
			if honest {
				let member = params.members();
				let secret = &committee.secrets[usize::from(member) - 1];
				let share = client::collect(domain, params, round, all, member, secret);
				let public = share.expect("of honest dealers").public();
				assert_eq!(group.share(member), Ok(&public));
			}
		}
		// The dealings were shuffled, so that they do not sum up to the former key; or cancel out.
		Err(error) => assert!(matches!(error, Error::KeyChanged | Error::IdentityPoint)),
	}
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, committee) in (0u8..).zip(committees()) {
		let members = committee.params.members();
		for (again, known) in [(0u8, &committee.dealings), (1, &committee.reshared)] {
			seeds.push(seed(&[&[RAW, at, again, 1], &known[0].encode()]));
			seeds.push(vec![EDITED, at, again, members]);
			seeds.push(vec![EDITED, at, again, 1, 5, 0, 1, 40, 0, 0x80]);
			let all: Vec<u8> = (1..=members).flat_map(|dealer| [dealer, dealer - 1]).collect();
			seeds.push(seed(&[&[COMBINE, at, again, 0], &all]));
			seeds.push(seed(&[&[COMBINE, at, again, 0], &all[2..]]));
			seeds.push(seed(&[&[COMBINE, at, again, 0], &[1, 0, 1, 0, 2, 1]]));
		}
	}
	seeds
}
