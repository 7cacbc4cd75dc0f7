//! Changes to the genesis of a preset: who collates, who owns what, who is sudo.
//!
//! Every function takes the text of the operator's file and answers with a sentence that says
//! which entry is wrong and how.

use ai_compute_pbc_runtime::AccountId;
use serde_json::{json, Map, Value};
use sp_core::{
	crypto::{Pair, Ss58Codec},
	ed25519, sr25519,
};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use std::collections::BTreeSet;

/// What an account of the endowment file gets when it names no amount: 1 000 000 ËDSC.
pub const DEFAULT_ENDOWMENT: u128 = 1_000_000 * 1_000_000_000_000;

/// A collator of the genesis: its account and its two session keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Collator {
	/// The account that registers and is paid.
	pub account: AccountId,
	/// The key that signs its blocks.
	pub aura: sr25519::Public,
	/// The key that votes on finality.
	pub grandpa: ed25519::Public,
}

impl Collator {
	fn from_seed(seed: &str) -> Result<Self, String> {
		let aura = sr25519::Pair::from_string(seed, None)
			.map_err(|_| format!("`{seed}` is no secret seed"))?
			.public();
		let grandpa = ed25519::Pair::from_string(seed, None)
			.map_err(|_| format!("`{seed}` is no secret seed"))?
			.public();
		Ok(Self { account: aura.0.into(), aura, grandpa })
	}
}

/// Reads a list of collators: `"//Alice"`, `{ "seed": "//Alice" }`, or
/// `{ "account": …, "aura": …, "grandpa": … }` with SS58 or hexadecimal public keys.
pub fn parse_collators(text: &str) -> Result<Vec<Collator>, String> {
	let collators = list(text)?
		.iter()
		.enumerate()
		.map(|(index, entry)| {
			collator(entry).map_err(|error| format!("collator {}: {error}", index + 1))
		})
		.collect::<Result<Vec<_>, _>>()?;
	if collators.is_empty() {
		return Err("the list of collators is empty; a chain needs at least one".into());
	}
	distinct("account", collators.iter().map(|c| c.account.clone()))?;
	distinct("Aura key", collators.iter().map(|c| c.aura.0))?;
	distinct("GRANDPA key", collators.iter().map(|c| c.grandpa.0))?;
	Ok(collators)
}

/// Reads a list of owners: an account, or `{ "account": …, "amount": … }` with the amount in the
/// smallest unit, as a number or a string.
pub fn parse_endowed(text: &str) -> Result<Vec<(AccountId, u128)>, String> {
	let endowed = list(text)?
		.iter()
		.enumerate()
		.map(|(index, entry)| {
			endowment(entry).map_err(|error| format!("endowment {}: {error}", index + 1))
		})
		.collect::<Result<Vec<_>, _>>()?;
	distinct("account", endowed.iter().map(|(account, _)| account.clone()))?;
	endowed
		.iter()
		.try_fold(0u128, |sum, (_, amount)| sum.checked_add(*amount))
		.ok_or("the amounts together are more than a balance can hold")?;
	Ok(endowed)
}

/// Reads an account: SS58, hexadecimal public key, or a development seed such as `//Alice`.
pub fn parse_account(text: &str) -> Result<AccountId, String> {
	if text.starts_with("//") {
		return Collator::from_seed(text).map(|collator| collator.account);
	}
	text.parse().map_err(|error| format!("`{text}` is no account: {error}"))
}

/// Puts these collators in the place of the preset's.
pub fn set_collators(genesis: &mut Value, collators: &[Collator]) {
	let accounts: Vec<_> = collators.iter().map(|c| c.account.to_ss58check()).collect();
	let keys: Vec<_> = collators
		.iter()
		.map(|c| {
			let account = c.account.to_ss58check();
			let keys =
				json!({ "aura": c.aura.to_ss58check(), "grandpa": c.grandpa.to_ss58check() });
			json!([account, account, keys])
		})
		.collect();
	section(genesis, "collatorSelection").insert("invulnerables".into(), json!(accounts));
	section(genesis, "session").insert("keys".into(), json!(keys));
}

/// Whether the genesis names at least one collator.
pub fn has_collators(genesis: &Value) -> bool {
	let collators = &genesis["collatorSelection"]["invulnerables"];
	collators.as_array().is_some_and(|collators| !collators.is_empty())
}

/// Puts these owners in the place of the preset's development accounts. What the preset gives to
/// other accounts, such as the treasury, stays. The models of development accounts go with them:
/// nobody would be there to pay their deposits.
pub fn set_endowed(genesis: &mut Value, endowed: &[(AccountId, u128)]) {
	let development = development_keys();
	let new: BTreeSet<_> = endowed.iter().map(|(account, _)| account.to_ss58check()).collect();
	let balances = section(genesis, "balances");
	let kept = balances
		.get("balances")
		.and_then(Value::as_array)
		.into_iter()
		.flatten()
		.filter(|entry| {
			entry[0]
				.as_str()
				.is_none_or(|owner| !development.contains(owner) && !new.contains(owner))
		})
		.cloned();
	let added = endowed.iter().map(|(account, amount)| {
		json!([account.to_ss58check(), serde_json::Number::from_u128(*amount)])
	});
	let all: Vec<_> = kept.chain(added).collect();
	balances.insert("balances".into(), all.into());
	for (pallet, list) in [("aidid", "identities"), ("aiModels", "models")] {
		if let Some(owned) = section(genesis, pallet).get_mut(list).and_then(Value::as_array_mut) {
			owned
				.retain(|entry| entry[0].as_str().is_none_or(|owner| !development.contains(owner)));
		}
	}
}

/// Sets or removes the sudo key.
pub fn set_sudo(genesis: &mut Value, sudo: Option<&AccountId>) {
	section(genesis, "sudo").insert("key".into(), json!(sudo.map(|key| key.to_ss58check())));
}

/// Sets the id under which the relay chain knows the chain.
pub fn set_para_id(genesis: &mut Value, para_id: u32) {
	section(genesis, "parachainInfo").insert("parachainId".into(), json!(para_id));
}

/// The places of a genesis that hold a key whose secret everyone knows.
pub fn development_keys_in(genesis: &Value) -> Vec<String> {
	fn visit(value: &Value, path: &str, keys: &BTreeSet<String>, found: &mut BTreeSet<String>) {
		match value {
			Value::String(text) if keys.contains(text) => {
				found.insert(path.into());
			}
			Value::Array(items) => items.iter().for_each(|item| visit(item, path, keys, found)),
			Value::Object(fields) => fields.iter().for_each(|(name, field)| {
				let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
				visit(field, &path, keys, found)
			}),
			_ => (),
		}
	}
	let mut found = BTreeSet::new();
	visit(genesis, "", &development_keys(), &mut found);
	found.into_iter().collect()
}

fn development_keys() -> BTreeSet<String> {
	Sr25519Keyring::iter()
		.map(|key| key.to_account_id().to_ss58check())
		.chain(Ed25519Keyring::iter().map(|key| key.to_account_id().to_ss58check()))
		.collect()
}

fn list(text: &str) -> Result<Vec<Value>, String> {
	match serde_json::from_str(text) {
		Ok(Value::Array(entries)) => Ok(entries),
		Ok(_) => Err("expected a JSON list".into()),
		Err(error) => Err(format!("not JSON: {error}")),
	}
}

fn section<'a>(genesis: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
	if !genesis.is_object() {
		*genesis = json!({});
	}
	let section = &mut genesis[name];
	if !section.is_object() {
		*section = json!({});
	}
	section.as_object_mut().expect("made an object above; qed")
}

fn collator(entry: &Value) -> Result<Collator, String> {
	let fields = match entry {
		Value::String(seed) => return Collator::from_seed(seed),
		Value::Object(fields) => fields,
		_ => return Err("expected a seed or an object".into()),
	};
	if fields.contains_key("seed") {
		only(fields, &["seed"])?;
		return Collator::from_seed(text(fields, "seed")?);
	}
	only(fields, &["account", "aura", "grandpa"])?;
	let key = |name| -> Result<[u8; 32], String> {
		let text = text(fields, name)?;
		let key: AccountId =
			text.parse().map_err(|error| format!("`{name}` is no public key: {error}"))?;
		Ok(key.into())
	};
	Ok(Collator {
		account: parse_account(text(fields, "account")?)?,
		aura: sr25519::Public::from_raw(key("aura")?),
		grandpa: ed25519::Public::from_raw(key("grandpa")?),
	})
}

fn endowment(entry: &Value) -> Result<(AccountId, u128), String> {
	let fields = match entry {
		Value::String(account) => return Ok((parse_account(account)?, DEFAULT_ENDOWMENT)),
		Value::Object(fields) => fields,
		_ => return Err("expected an account or an object".into()),
	};
	only(fields, &["account", "amount"])?;
	let amount = match fields.get("amount") {
		None => DEFAULT_ENDOWMENT,
		Some(amount) => {
			let digits = match amount {
				Value::String(digits) => digits.replace('_', ""),
				other => other.to_string(),
			};
			digits.parse().map_err(|_| {
				format!("`amount` must be a whole number of the smallest unit, not {amount}")
			})?
		}
	};
	Ok((parse_account(text(fields, "account")?)?, amount))
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
	match fields.get(name) {
		Some(Value::String(text)) => Ok(text),
		Some(_) => Err(format!("`{name}` must be a string")),
		None => Err(format!("`{name}` is missing")),
	}
}

fn only(fields: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
	match fields.keys().find(|name| !known.contains(&name.as_str())) {
		Some(name) => Err(format!("unknown field `{name}`; known are {}", known.join(", "))),
		None => Ok(()),
	}
}

fn distinct<T: Ord>(what: &str, mut items: impl Iterator<Item = T>) -> Result<(), String> {
	let mut seen = BTreeSet::new();
	match items.position(|item| !seen.insert(item)) {
		Some(index) => Err(format!("entry {} repeats the {what} of an earlier one", index + 1)),
		None => Ok(()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn genesis() -> Value {
		json!({
			"balances": { "balances": [[ALICE, 1], ["5EYCAe5ijiYfyeZ2JJCGq56LmPyNRAKzpG4QkoQkkQNB5e6Z", 500]] },
			"sudo": { "key": ALICE },
		})
	}

	#[test]
	fn a_seed_gives_account_and_both_session_keys() {
		let collators = parse_collators(r#"["//Alice", {"seed": "//Bob"}]"#).unwrap();
		assert_eq!(collators[0].account.to_ss58check(), ALICE);
		assert_eq!(collators[0].aura, Sr25519Keyring::Alice.public());
		assert_eq!(collators[0].grandpa, Ed25519Keyring::Alice.public());
		assert_eq!(collators[1].account, Sr25519Keyring::Bob.to_account_id());
	}

	#[test]
	fn explicit_keys_give_the_same_collator_as_the_seed() {
		let text = format!(
			r#"[{{"account": "{ALICE}", "aura": "{ALICE}", "grandpa": "{}"}}]"#,
			Ed25519Keyring::Alice.public().to_ss58check()
		);
		assert_eq!(parse_collators(&text).unwrap(), parse_collators(r#"["//Alice"]"#).unwrap());
	}

	#[test]
	fn bad_collators_are_named() {
		for (text, reason) in [
			("[]", "the list of collators is empty; a chain needs at least one"),
			("{}", "expected a JSON list"),
			("[1]", "collator 1: expected a seed or an object"),
			(r#"["//Alice", "//Alice"]"#, "entry 2 repeats the account of an earlier one"),
			(r#"[{"account": "//Alice"}]"#, "collator 1: `aura` is missing"),
			(
				r#"[{"seed": "//Alice", "aura": "x"}]"#,
				"collator 1: unknown field `aura`; known are seed",
			),
			(
				r#"[{"account": "//Alice", "aura": "nonsense", "grandpa": "x"}]"#,
				"collator 1: `aura` is no public key: invalid ss58 address.",
			),
		] {
			assert_eq!(parse_collators(text).unwrap_err(), reason, "{text}");
		}
		assert!(parse_collators("[").unwrap_err().starts_with("not JSON: "));
	}

	#[test]
	fn amounts_above_64_bits_stay_exact() {
		let text = format!(r#"[{{"account": "//Eve", "amount": "{}"}}, "//Bob"]"#, u128::MAX / 2);
		let endowed = parse_endowed(&text).unwrap();
		assert_eq!(endowed[0].1, u128::MAX / 2);
		assert_eq!(endowed[1].1, DEFAULT_ENDOWMENT);

		let mut genesis = genesis();
		set_endowed(&mut genesis, &endowed);
		let written = genesis["balances"]["balances"].to_string();
		assert!(written.contains(&(u128::MAX / 2).to_string()), "{written}");
	}

	#[test]
	fn bad_endowments_are_named() {
		for (text, reason) in [
			(r#"[{"account": "//Eve", "amount": -1}]"#, "not -1"),
			(r#"[{"account": "//Eve", "amount": 1.5}]"#, "not 1.5"),
			(r#"["//Eve", "//Eve"]"#, "entry 2 repeats the account of an earlier one"),
			(r#"["5Grw"]"#, "endowment 1: `5Grw` is no account: invalid ss58 address."),
		] {
			let error = parse_endowed(text).unwrap_err();
			assert!(error.ends_with(reason), "{error}");
		}
		let too_much = format!(
			r#"[{{"account": "//Eve", "amount": "{0}"}}, {{"account": "//Bob", "amount": "{0}"}}]"#,
			u128::MAX
		);
		assert!(parse_endowed(&too_much).unwrap_err().contains("more than a balance can hold"));
	}

	#[test]
	fn endowments_replace_development_accounts_and_keep_the_others() {
		let mut genesis = genesis();
		set_endowed(&mut genesis, &[(AccountId::new([7; 32]), 9)]);
		let balances = genesis["balances"]["balances"].as_array().unwrap().clone();
		assert_eq!(balances.len(), 2);
		assert_eq!(balances[0][1], 500);
		assert_eq!(balances[1], json!([AccountId::new([7; 32]).to_ss58check(), 9]));
	}

	#[test]
	fn models_of_development_accounts_go_with_their_owners() {
		let (ferdie, other) = (Sr25519Keyring::Ferdie.to_account_id(), AccountId::new([7; 32]));
		let owned = |owner: &AccountId| json!([owner.to_ss58check(), [1, 2]]);
		let mut genesis = genesis();
		for (pallet, list) in [("aidid", "identities"), ("aiModels", "models")] {
			genesis[pallet] = json!({ list: [owned(&ferdie), owned(&other)] });
		}
		set_endowed(&mut genesis, &[(other.clone(), 9)]);
		assert_eq!(genesis["aidid"]["identities"], json!([owned(&other)]));
		assert_eq!(genesis["aiModels"]["models"], json!([owned(&other)]));
	}

	#[test]
	fn development_keys_are_found_wherever_they_stand() {
		let mut genesis = genesis();
		set_collators(&mut genesis, &parse_collators(r#"["//Bob"]"#).unwrap());
		assert_eq!(
			development_keys_in(&genesis),
			[
				"balances.balances",
				"collatorSelection.invulnerables",
				"session.keys",
				"session.keys.aura",
				"session.keys.grandpa",
				"sudo.key"
			]
		);
		set_sudo(&mut genesis, None);
		assert!(!development_keys_in(&genesis).contains(&"sudo.key".to_string()));
	}
}
