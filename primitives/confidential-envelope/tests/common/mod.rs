//! Vectors as JSON, shared by the tests and the example.
#![allow(dead_code, reason = "each user takes what it needs")]

use confidential_envelope::{
	open_data_key, open_prompt, open_result, seal_data_key, seal_prompt, seal_result, DataKey,
	JobContext, OpenError, PromptContext, SecretKey,
};
use rand::rand_core::{utils, CryptoRng, Infallible, TryCryptoRng, TryRng};
use serde_json::{json, Value};

/// Gives out bytes that were fixed before, and no more.
pub struct Entropy<'a>(pub &'a [u8]);

impl TryRng for Entropy<'_> {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		utils::next_word_via_fill(self)
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		utils::next_word_via_fill(self)
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
		let (head, rest) = self.0.split_at(bytes.len());
		bytes.copy_from_slice(head);
		self.0 = rest;
		Ok(())
	}
}

impl TryCryptoRng for Entropy<'_> {}

/// What is sealed, where it belongs and with which keys.
#[derive(Clone)]
pub struct Case {
	pub prompt_context: PromptContext,
	pub job_context: JobContext,
	pub enclave: SecretKey,
	pub requester: SecretKey,
	pub prompt: Vec<u8>,
	pub result: Vec<u8>,
}

/// The three envelopes of a case.
#[derive(Clone, PartialEq, Debug)]
pub struct Sealed {
	pub data_key: DataKey,
	pub prompt: Vec<u8>,
	pub sealed_key: Vec<u8>,
	pub result: Vec<u8>,
}

impl Case {
	/// Seals everything, drawing the data key and the two ephemeral keys from one source each.
	pub fn seal(&self, rngs: [&mut impl CryptoRng; 3]) -> Sealed {
		let [key_rng, data_key_rng, result_rng] = rngs;
		let (data_key, prompt) = seal_prompt(&self.prompt_context, &self.prompt, key_rng);
		let to = self.enclave.public();
		let sealed_key = seal_data_key(&self.job_context, &to, &data_key, data_key_rng).unwrap();
		let to = self.requester.public();
		let result = seal_result(&self.job_context, &to, &self.result, result_rng).unwrap();
		Sealed { data_key, prompt, sealed_key: sealed_key.to_vec(), result }
	}

	/// Opens the data key, with it the prompt, and the result.
	pub fn open(&self, sealed: &Sealed) -> Result<(DataKey, Vec<u8>, Vec<u8>), OpenError> {
		let key = open_data_key(&self.job_context, &self.enclave, &sealed.sealed_key)?;
		let prompt = open_prompt(&self.prompt_context, &key, &sealed.prompt)?;
		let result = open_result(&self.job_context, &self.requester, &sealed.result)?;
		Ok((key, prompt, result))
	}

	pub fn from_json(json: &Value) -> Self {
		let genesis = array(json, "genesis");
		Self {
			prompt_context: PromptContext {
				genesis,
				requester: array(json, "requester"),
				salt: array(json, "salt"),
			},
			job_context: JobContext {
				genesis,
				job: number(json, "job"),
				attempt: number(json, "attempt").try_into().unwrap(),
				node: array(json, "node"),
				attestation: number(json, "attestation"),
			},
			enclave: array(json, "enclaveSecret").into(),
			requester: array(json, "requesterSecret").into(),
			prompt: bytes(json, "prompt"),
			result: bytes(json, "result"),
		}
	}

	pub fn to_json(&self) -> Value {
		let Self { prompt_context, job_context, enclave, requester, prompt, result } = self;
		json!({
			"genesis": hex(&prompt_context.genesis),
			"requester": hex(&prompt_context.requester),
			"salt": hex(&prompt_context.salt),
			"prompt": hex(prompt),
			"job": job_context.job.to_string(),
			"attempt": job_context.attempt.to_string(),
			"node": hex(&job_context.node),
			"attestation": job_context.attestation.to_string(),
			"enclaveSecret": hex(enclave.as_bytes()),
			"enclavePublic": hex(&enclave.public()),
			"requesterSecret": hex(requester.as_bytes()),
			"requesterPublic": hex(&requester.public()),
			"result": hex(result),
		})
	}
}

impl Sealed {
	pub fn from_json(json: &Value) -> Self {
		Self {
			data_key: array(json, "dataKey").into(),
			prompt: bytes(json, "promptEnvelope"),
			sealed_key: bytes(json, "dataKeyEnvelope"),
			result: bytes(json, "resultEnvelope"),
		}
	}

	pub fn add_to_json(&self, json: &mut Value) {
		json["dataKey"] = hex(self.data_key.as_bytes()).into();
		json["promptEnvelope"] = hex(&self.prompt).into();
		json["dataKeyEnvelope"] = hex(&self.sealed_key).into();
		json["resultEnvelope"] = hex(&self.result).into();
	}
}

pub fn hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

pub fn bytes(json: &Value, name: &str) -> Vec<u8> {
	let text = json[name].as_str().unwrap_or_else(|| panic!("no text {name}"));
	hex::decode(text.strip_prefix("0x").unwrap_or(text)).unwrap()
}

pub fn array<const N: usize>(json: &Value, name: &str) -> [u8; N] {
	bytes(json, name).try_into().unwrap()
}

fn number(json: &Value, name: &str) -> u64 {
	json[name].as_str().unwrap_or_else(|| panic!("no text {name}")).parse().unwrap()
}
