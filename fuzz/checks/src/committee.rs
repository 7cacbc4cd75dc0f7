//! The other messages of committees: seats, complaints, ciphertexts, partial decryptions.

use crate::{
	dealing::{committees, decoded, Committee, GENESIS, MEMORY},
	input::{seed, Input},
	meter::within,
};
use chacha20::ChaCha20Rng;
use codec::{Decode, Encode, MaxEncodedLen};
use committee_keys::{
	client::{self, SecretKey},
	judge, verify_ciphertext, verify_dealing, verify_partial, verify_seat, Ciphertext, Complaint,
	Dealing, Error, Group, KeyContext, Params, Partial, Release, Round, Seat, Verdict,
};
use rand_core::SeedableRng;
use std::sync::OnceLock;

const SEAT: u8 = 0;
const COMPLAINT: u8 = 1;
const CIPHERTEXT: u8 = 2;
const PARTIAL: u8 = 3;
const RECORDS: u8 = 4;
const MODES: u8 = 5;

const DATA_KEY: [u8; 32] = [0x42; 32];
const ACCOUNT: [u8; 32] = [5; 32];

/// Genuine messages of one committee.
struct Messages {
	seat: Seat,
	context: KeyContext,
	/// About an honest dealing.
	false_complaint: Complaint,
	/// By the first member, about a dealing with a wrong share for it.
	complaint: Complaint,
	bad_dealing: Dealing,
	ciphertext: Ciphertext,
	release: Release,
	enclave: SecretKey,
	partials: Vec<(u8, Partial)>,
}

fn messages() -> &'static [Messages; 4] {
	static ALL: OnceLock<[Messages; 4]> = OnceLock::new();
	ALL.get_or_init(|| committees().each_ref().map(make))
}

fn make(committee: &Committee) -> Messages {
	let rng = &mut ChaCha20Rng::seed_from_u64(99);
	let Committee { domain, params, secrets, group, shares, .. } = committee;
	let enclave = SecretKey::generate(rng);
	let context = KeyContext {
		genesis: GENESIS,
		committee: domain.committee,
		requester: [0x22; 32],
		salt: [0x33; 32],
	};
	let ciphertext = client::encrypt(&context, &group.key, &DATA_KEY, rng).expect("encrypted");
	let release = Release { domain: *domain, job: 99, attempt: 1, enclave: enclave.public() };
	// The first share is masked for somebody else's key.
	let mut seats = committee.seats.clone();
	seats[0] = enclave.public();
	let bad_dealing = client::deal(domain, params, 1, &seats, rng).expect("dealt");
	let round = Round::Generation;
	assert_eq!(verify_dealing(domain, params, &round, 1, &bad_dealing), Ok(()));
	let mut complain = |dealing: &Dealing| {
		client::complain(domain, 1, dealing, 1, &secrets[0], rng).expect("complained")
	};
	let (false_complaint, complaint) = (complain(&committee.dealings[0]), complain(&bad_dealing));
	let partials = shares
		.iter()
		.map(|share| {
			let partial = client::release(&release, &context, &group.key, &ciphertext, share, rng);
			(share.member(), partial.expect("released"))
		})
		.collect();
	let seat = client::join(domain, &ACCOUNT, &secrets[0], rng);
	Messages {
		seat,
		context,
		false_complaint,
		complaint,
		bad_dealing,
		ciphertext,
		release,
		enclave,
		partials,
	}
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let mode = input.u8() % MODES;
	let choice = usize::from(input.u8()) % committees().len();
	let (committee, known) = (&committees()[choice], &messages()[choice]);
	let Committee { domain, params, group, seats, .. } = committee;
	match mode {
		SEAT => forge(&mut input, &known.seat, |seat| verify_seat(domain, &ACCOUNT, seat)),
		COMPLAINT => {
			let (dealing, complaint, verdict) = match input.u8() % 2 {
				0 => (&committee.dealings[0], &known.false_complaint, Verdict::Accuser),
				_ => (&known.bad_dealing, &known.complaint, Verdict::Dealer),
			};
			forge(&mut input, complaint, |complaint| {
				judge(domain, params, 1, dealing, 1, &seats[0], complaint)
					.map(|said| assert_eq!(said, verdict, "the wrong one is found at fault"))
			});
		}
		CIPHERTEXT => forge(&mut input, &known.ciphertext, |ciphertext| {
			verify_ciphertext(&known.context, &group.key, ciphertext)
		}),
		PARTIAL => {
			let (member, partial) = input.pick(&known.partials);
			let share = group.share(*member).expect("a member");
			forge(&mut input, partial, |partial| {
				verify_partial(&known.release, *member, share, &known.ciphertext, partial)
			});
			opens(committee, known, &mut input);
		}
		_ => records(input.rest()),
	}
}

/// A message as the input wants it, raw or changed: none but the genuine one passes.
fn forge<T: Decode + Encode + MaxEncodedLen + PartialEq + core::fmt::Debug>(
	input: &mut Input,
	genuine: &T,
	verify: impl Fn(&T) -> Result<(), Error>,
) {
	let message = if input.u8().is_multiple_of(2) {
		decoded::<T>(input.take(T::max_encoded_len()))
	} else {
		let mut bytes = genuine.encode();
		input.edit(&mut bytes, 3);
		decoded::<T>(&bytes)
	};
	let Some(message) = message else { return };
	let passes = within(MEMORY, || verify(&message)).is_ok();
	assert_eq!(passes, message == *genuine, "{message:?}");
}

/// Partial decryptions of any members, some of them spoilt: the key, or nothing.
fn opens(committee: &Committee, known: &Messages, input: &mut Input) {
	let mut partials = Vec::new();
	while !input.is_empty() && partials.len() < 12 {
		let (member, mut partial) = *input.pick(&known.partials);
		let flip = input.u8();
		partial.sealed.0[usize::from(flip) % 32] ^= flip / 32;
		partials.push((member, partial, flip / 32 == 0));
	}
	let mut good: Vec<u8> =
		partials.iter().filter(|(_, _, whole)| *whole).map(|(member, ..)| *member).collect();
	good.sort_unstable();
	good.dedup();
	let list: Vec<_> = partials.iter().map(|(member, partial, _)| (*member, *partial)).collect();
	let Committee { params, group, .. } = committee;
	let key = client::decrypt(
		&known.release,
		&known.context,
		params,
		group,
		&known.ciphertext,
		&list,
		&known.enclave,
	);
	if good.len() >= usize::from(params.threshold()) {
		assert_eq!(key.map(|key| *key), Ok(DATA_KEY));
	} else {
		assert_eq!(key.map(|key| *key), Err(Error::TooFew));
	}
}

/// Records of committees have one encoding each.
fn records(bytes: &[u8]) {
	if let Some(params) = decoded::<Params>(bytes) {
		assert!(params.threshold() <= params.members() && params.members() <= 32);
		assert!(u16::from(params.threshold()) * 2 > u16::from(params.members()));
	}
	if let Some(group) = decoded::<Group>(bytes) {
		assert_eq!(group.share(0), Err(Error::UnknownMember));
		let past = u8::try_from(group.shares.len() + 1).expect("few");
		assert_eq!(group.share(past), Err(Error::UnknownMember));
	}
	decoded::<Seat>(bytes);
	decoded::<Verdict>(bytes);
	if let Ok(key) = <[u8; 32]>::try_from(bytes) {
		// A secret that is read is the one that is written.
		if let Ok(secret) = SecretKey::from_bytes(key) {
			assert_eq!(*secret.to_bytes(), key);
			assert_eq!(secret.public().check(), Ok(()));
		}
	}
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, (committee, known)) in (0u8..).zip(committees().iter().zip(messages())) {
		seeds.push(seed(&[&[SEAT, at, 0], &known.seat.encode()]));
		// A seat of another committee.
		seeds.push(seed(&[&[SEAT, at ^ 1, 0], &known.seat.encode()]));
		seeds.push(vec![SEAT, at, 1, 70, 0, 1]);
		for (which, complaint) in [(0u8, &known.false_complaint), (1, &known.complaint)] {
			seeds.push(seed(&[&[COMPLAINT, at, which, 0], &complaint.encode()]));
			seeds.push(vec![COMPLAINT, at, which, 1]);
			seeds.push(vec![COMPLAINT, at, which, 1, 3, 0, 1]);
		}
		seeds.push(seed(&[&[CIPHERTEXT, at, 0], &known.ciphertext.encode()]));
		seeds.push(vec![CIPHERTEXT, at, 1, 66, 0, 1]);
		let (_, partial) = &known.partials[0];
		let all: Vec<u8> = (0..known.partials.len() as u8).flat_map(|i| [i, 0]).collect();
		seeds.push(seed(&[&[PARTIAL, at, 0, 0], &partial.encode(), &all]));
		seeds.push(seed(&[&[PARTIAL, at, 0, 0], &partial.encode(), &[0, 0, 0, 0, 1, 0x45]]));
		seeds.push(vec![PARTIAL, at, 0, 1, 9, 0, 1]);
		seeds.push(seed(&[&[RECORDS, at], &committee.params.encode()]));
		seeds.push(seed(&[&[RECORDS, at], &committee.group.encode()]));
		seeds.push(seed(&[&[RECORDS, at], &committee.secrets[0].to_bytes()[..]]));
	}
	seeds
}
