//! Sealed prompts, data keys and results: [`Envelope::parse`], and opening them.

use crate::{
	input::{seed, Input},
	meter::within,
};
use chacha20::ChaCha20Rng;
use confidential_envelope::{
	check_public_key, open_data_key, open_prompt, open_result, prompt_salt, seal_data_key,
	seal_prompt, seal_result, DataKey, Envelope, Header, JobContext, Kind, OpenError, ParseError,
	PromptContext, SecretKey, Suite, DATA_KEY_ENVELOPE_LEN, HEADER_LEN, TAG_LEN, VERSION,
};
use rand_core::SeedableRng;
use std::sync::OnceLock;

/// Memory for opening an envelope, beside a few times its own length.
const MEMORY: usize = 4 * 1024;

const PARSE: u8 = 0;
const RAW: u8 = 1;
const EDITED: u8 = 2;
const SEALED: u8 = 3;
const KEY: u8 = 4;
const MODES: u8 = 5;

const KINDS: [Kind; 3] = [Kind::Prompt, Kind::DataKey, Kind::Result];
const PROMPT: &[u8] = b"What is the answer?";
const RESULT: &[u8] = b"Forty-two.";
const JOB: JobContext =
	JobContext { genesis: [1; 32], job: 2, attempt: 3, node: [4; 32], attestation: 5 };

/// Genuine envelopes of each kind and the keys that open them.
struct Sealed {
	context: PromptContext,
	key: DataKey,
	enclave: SecretKey,
	requester: SecretKey,
	envelopes: [Vec<u8>; 3],
}

fn sealed() -> &'static Sealed {
	static SEALED: OnceLock<Sealed> = OnceLock::new();
	SEALED.get_or_init(|| {
		let rng = &mut ChaCha20Rng::seed_from_u64(1);
		let (enclave, requester) = (SecretKey::generate(rng), SecretKey::generate(rng));
		let salt = prompt_salt(&requester.public());
		let context = PromptContext { genesis: [1; 32], requester: [6; 32], salt };
		let (key, prompt) = seal_prompt(&context, PROMPT, rng);
		let delivered = seal_data_key(&JOB, &enclave.public(), &key, rng).expect("a sound key");
		let result = seal_result(&JOB, &requester.public(), RESULT, rng).expect("a sound key");
		Sealed { context, key, enclave, requester, envelopes: [prompt, delivered.to_vec(), result] }
	})
}

impl Sealed {
	/// What is in an envelope.
	fn open(&self, kind: Kind, envelope: &[u8]) -> Result<Vec<u8>, OpenError> {
		match kind {
			Kind::Prompt => open_prompt(&self.context, &self.key, envelope),
			Kind::DataKey => {
				open_data_key(&JOB, &self.enclave, envelope).map(|key| key.as_bytes().to_vec())
			}
			Kind::Result => open_result(&JOB, &self.requester, envelope),
		}
	}
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let mode = input.u8() % MODES;
	let at = usize::from(input.u8()) % KINDS.len();
	let kind = KINDS[at];
	match mode {
		PARSE => read(kind, input.rest()),
		RAW => open(at, input.rest()),
		EDITED => {
			let mut envelope = sealed().envelopes[at].clone();
			input.edit(&mut envelope, 3);
			open(at, &envelope);
			// Longer or shorter.
			envelope.truncate(usize::from(input.u16()));
			open(at, &envelope);
		}
		SEALED => seal_and_open(&mut input),
		_ => {
			// A key that nobody can agree on a secret with is refused, and none but such keys.
			let key: [u8; 32] = input.array();
			let sound = check_public_key(&key).is_ok();
			let sealed = within(MEMORY, || {
				seal_result(&JOB, &key, RESULT, &mut ChaCha20Rng::seed_from_u64(2))
			});
			assert_eq!(sealed.is_ok(), sound);
		}
	}
}

/// An envelope is read as it stands there, without memory.
fn read(kind: Kind, bytes: &[u8]) {
	match within(0, || Envelope::parse(kind, bytes)) {
		Ok(Envelope { header, body }) => {
			let Header { suite, enc } = header;
			assert_eq!(suite, kind.suite());
			assert_eq!([&header.to_bytes()[..], body].concat(), bytes);
			assert_eq!((bytes[0], &bytes[2..HEADER_LEN]), (VERSION, &enc[..]));
			assert!(body.len() >= TAG_LEN);
			assert!(kind != Kind::DataKey || bytes.len() == DATA_KEY_ENVELOPE_LEN);
			assert!(suite != Suite::Hpke || check_public_key(&enc).is_ok());
		}
		Err(ParseError::WrongLength) => {
			assert!(bytes.len() < HEADER_LEN + TAG_LEN || kind == Kind::DataKey);
		}
		Err(ParseError::UnknownVersion) => assert_ne!(bytes[0], VERSION),
		Err(ParseError::WrongSuite) => assert_ne!(bytes[1], kind.suite() as u8),
		Err(ParseError::WeakKey) => assert_eq!(kind.suite(), Suite::Hpke),
	}
}

/// Whatever opens is what was sealed.
fn open(at: usize, envelope: &[u8]) {
	read(KINDS[at], envelope);
	let (sealed, most) = (sealed(), MEMORY + 3 * envelope.len());
	let opened = within(most, || sealed.open(KINDS[at], envelope));
	let genuine = &sealed.envelopes[at];
	// X25519 ignores the highest bit of a key, and what derives from the key as it stands does not.
	assert_eq!(opened.is_ok(), envelope == genuine, "opens with bits flipped, or does not open");
	if let Ok(contents) = opened {
		let expected = [PROMPT, sealed.key.as_bytes(), RESULT][at];
		assert_eq!(contents, expected);
	}
	// In another place it never opens.
	let context = PromptContext { genesis: [9; 32], ..sealed.context };
	assert!(open_prompt(&context, &sealed.key, envelope).is_err());
	let job = JobContext { attempt: 4, ..JOB };
	assert!(open_data_key(&job, &sealed.enclave, envelope).is_err());
	assert!(open_result(&job, &sealed.requester, envelope).is_err());
}

/// Anything that is sealed opens, for its own place and key alone.
fn seal_and_open(input: &mut Input) {
	let rng = &mut ChaCha20Rng::seed_from_u64(input.u64());
	let secret = SecretKey::from(input.array());
	let job = JobContext {
		genesis: input.array(),
		job: input.u64(),
		attempt: input.u8(),
		node: input.array(),
		attestation: input.u64(),
	};
	let context = PromptContext {
		genesis: job.genesis,
		requester: input.array(),
		salt: prompt_salt(&secret.public()),
	};
	let text = input.rest();
	let (key, prompt) = seal_prompt(&context, text, rng);
	assert_eq!(open_prompt(&context, &key, &prompt).as_deref(), Ok(text));
	let result = seal_result(&job, &secret.public(), text, rng).expect("a public key");
	assert_eq!(open_result(&job, &secret, &result).as_deref(), Ok(text));
	let delivered = seal_data_key(&job, &secret.public(), &key, rng).expect("a public key");
	assert_eq!(open_data_key(&job, &secret, &delivered).as_ref(), Ok(&key));
	// One kind does not pass for another.
	assert!(open_result(&job, &secret, &delivered).is_err());
	assert!(open_data_key(&job, &secret, &result).is_err());
	let other = JobContext { job: job.job ^ 1, ..job };
	assert!(open_result(&other, &secret, &result).is_err());
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for (at, envelope) in (0u8..).zip(&sealed().envelopes) {
		seeds.push(seed(&[&[PARSE, at], envelope]));
		seeds.push(seed(&[&[RAW, at], envelope]));
		seeds.push(vec![EDITED, at, 40, 0, 1, 41, 0, 0, 41, 0, 0, 70, 0]);
		// A key of small order.
		let mut weak = envelope.clone();
		weak[2..HEADER_LEN].fill(0);
		seeds.push(seed(&[&[PARSE, at], &weak]));
	}
	seeds.push(seed(&[&[SEALED, 0], &[7; 200]]));
	seeds.push(vec![SEALED, 0, 1]);
	seeds.push(seed(&[&[KEY, 0], &[9; 32]]));
	seeds.push(vec![KEY, 0, 1]);
	let mut prime = [0xff; 32];
	prime[0] = 0xed;
	prime[31] = 0x7f;
	seeds.push(seed(&[&[KEY, 0], &prime]));
	seeds
}
