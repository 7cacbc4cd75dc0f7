//! What the TypeScript twin of `encrypt` encrypted, byte for byte.

use codec::{Decode, Encode};
use committee_keys::{client, verify_ciphertext, Ciphertext, KeyContext, PointBytes};
use rand::rand_core::{utils, Infallible, TryCryptoRng, TryRng};
use serde_json::Value;

/// Gives out bytes that were fixed before, and no more.
struct Entropy<'a>(&'a [u8]);

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

#[test]
fn encryption_is_that_of_the_twin() {
	let json: Value = serde_json::from_str(include_str!("../vectors/encryption.json")).unwrap();
	let bytes = |name: &str| {
		let text = json[name].as_str().unwrap();
		hex::decode(text.strip_prefix("0x").unwrap()).unwrap()
	};
	let array = |name| -> [u8; 32] { bytes(name).try_into().unwrap() };
	let context = KeyContext {
		genesis: array("genesis"),
		committee: json["committee"].as_u64().unwrap() as u32,
		requester: array("requester"),
		salt: array("salt"),
	};
	let group_key = PointBytes(array("groupKey"));

	let ciphertext = Ciphertext::decode(&mut &bytes("ciphertext")[..]).unwrap();
	assert_eq!(verify_ciphertext(&context, &group_key, &ciphertext), Ok(()));

	let entropy = bytes("entropy");
	let made = client::encrypt(&context, &group_key, &array("dataKey"), &mut Entropy(&entropy));
	assert_eq!(hex::encode(made.unwrap().encode()), hex::encode(bytes("ciphertext")));
}
