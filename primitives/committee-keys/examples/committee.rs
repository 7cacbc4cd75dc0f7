//! Plays a member, a requester or an enclave for another program: one step for each call.
//!
//!   committee STEP < arguments.json
//!
//! Arguments and answer are one JSON object each. Bytes are in hex with `0x`; messages and records
//! are SCALE, as calls take them and storage has them.
//!
//! | step | arguments | answer |
//! |---|---|---|
//! | `key` | `secret`, or none for a new one | `secret`, `public` |
//! | `seat` | place, `account`, `secret` | `seat` |
//! | `deal` | place, size, `dealer`, `seats`; in a resharing also `former`, `share` | `dealing` |
//! | `complain` | place, `dealer`, `dealing`, `member`, `secret` | `complaint`, or none if the share is right |
//! | `share` | place, size, `dealings`, `member`, `secret`; in a resharing also `former` | `share`, `public` |
//! | `combine` | size, `dealings`; in a resharing also `former` | `group` |
//! | `encrypt` | context, `groupKey`, `dataKey` | `ciphertext` |
//! | `release` | place, context, `groupKey`, `ciphertext`, `job`, `attempt`, `enclave`, `share`, `member` | `partial` |
//! | `decrypt` | place, context, size, `group`, `ciphertext`, `job`, `attempt`, `secret`, `partials` | `dataKey` |
//!
//! Place: `genesis`, `committee`, `epoch`. Size: `members`, `threshold`. Context: `genesis`,
//! `committee`, `requester`, `salt`. `seats`: the members' public keys. `dealings` and `partials`:
//! lists of pairs of an index and bytes. `former`: `members`, `threshold`, `group`.
//!
//! Secrets pass through pipes here: this is for tests and demonstrations.

use codec::{Decode, Encode};
use committee_keys::{
	client::{self, SecretKey, Share},
	combine, Dealing, Domain, Error, Group, KeyContext, Params, PointBytes, Release, Round,
};
use serde_json::{json, Value};

fn main() {
	let step = std::env::args().nth(1).unwrap_or_default();
	let arguments = serde_json::from_reader(std::io::stdin()).expect("arguments are a JSON object");
	match run(&step, &Arguments(arguments)) {
		Ok(answer) => println!("{answer:#}"),
		Err(error) => {
			eprintln!("{step}: {error}");
			std::process::exit(1);
		}
	}
}

fn run(step: &str, a: &Arguments) -> Result<Value, Error> {
	let rng = &mut rand::rng();
	Ok(match step {
		"key" => {
			let key = if a.has("secret") { a.secret()? } else { SecretKey::generate(rng) };
			json!({ "secret": hex(&*key.to_bytes()), "public": hex(&key.public().0) })
		}
		"seat" => {
			let seat = client::join(&a.domain(), &a.bytes("account"), &a.secret()?, rng);
			json!({ "seat": hex(&seat.encode()) })
		}
		"deal" => {
			let seats: Vec<PointBytes> =
				a.list("seats").iter().map(|seat| decode(seat.as_str())).collect();
			let (domain, params) = (a.domain(), a.params()?);
			let dealing = match a.former()? {
				None => client::deal(&domain, &params, a.small("dealer"), &seats, rng)?,
				Some((former, group)) => {
					let round = Round::Resharing { former, group: &group };
					let share = Share::from_bytes(a.small("dealer"), a.bytes("share"))?;
					client::deal_share(&domain, &params, &round, &share, &seats, rng)?
				}
			};
			json!({ "dealing": hex(&dealing.encode()) })
		}
		"complain" => {
			let (domain, dealer, member) = (a.domain(), a.small("dealer"), a.small("member"));
			let (dealing, secret) = (a.decoded("dealing"), a.secret()?);
			match client::open_share(&domain, dealer, &dealing, member, &secret) {
				Err(Error::BadShare) => {
					let complaint =
						client::complain(&domain, dealer, &dealing, member, &secret, rng)?;
					json!({ "complaint": hex(&complaint.encode()) })
				}
				opened => opened.map(|_| json!({}))?,
			}
		}
		"share" => {
			let dealings: Vec<(u8, Dealing)> = a.pairs("dealings");
			let dealings: Vec<_> = dealings.iter().map(|(i, dealing)| (*i, dealing)).collect();
			let former = a.former()?;
			let (domain, params, member) = (a.domain(), a.params()?, a.small("member"));
			let round = round(&former);
			let share = client::collect(&domain, &params, &round, &dealings, member, &a.secret()?)?;
			json!({ "share": hex(&*share.to_bytes()), "public": hex(&share.public().0) })
		}
		"combine" => {
			let dealings: Vec<(u8, Dealing)> = a.pairs("dealings");
			let commitments: Vec<_> =
				dealings.iter().map(|(i, dealing)| (*i, &dealing.commitments[..])).collect();
			let group = combine(&a.params()?, &round(&a.former()?), &commitments)?;
			json!({ "group": hex(&group.encode()) })
		}
		"encrypt" => {
			let (group_key, data_key) = (a.decoded("groupKey"), a.bytes("dataKey"));
			let ciphertext = client::encrypt(&a.context(), &group_key, &data_key, rng)?;
			json!({ "ciphertext": hex(&ciphertext.encode()) })
		}
		"release" => {
			let share = Share::from_bytes(a.small("member"), a.bytes("share"))?;
			let partial = client::release(
				&a.release(a.decoded("enclave")),
				&a.context(),
				&a.decoded("groupKey"),
				&a.decoded("ciphertext"),
				&share,
				rng,
			)?;
			json!({ "partial": hex(&partial.encode()) })
		}
		"decrypt" => {
			let secret = a.secret()?;
			let key = client::decrypt(
				&a.release(secret.public()),
				&a.context(),
				&a.params()?,
				&a.decoded("group"),
				&a.decoded("ciphertext"),
				&a.pairs("partials"),
				&secret,
			)?;
			json!({ "dataKey": hex(&*key) })
		}
		other => panic!("unknown step {other:?}: see the source's first lines"),
	})
}

fn round(former: &Option<(Params, Group)>) -> Round<'_> {
	match former {
		None => Round::Generation,
		Some((former, group)) => Round::Resharing { former: *former, group },
	}
}

struct Arguments(Value);

impl Arguments {
	fn has(&self, name: &str) -> bool {
		!self.0[name].is_null()
	}

	fn decoded<T: Decode>(&self, name: &str) -> T {
		assert!(self.has(name), "no {name}");
		decode(self.0[name].as_str())
	}

	fn bytes(&self, name: &str) -> [u8; 32] {
		self.decoded(name)
	}

	fn secret(&self) -> Result<SecretKey, Error> {
		SecretKey::from_bytes(self.bytes("secret"))
	}

	fn number(&self, name: &str) -> u64 {
		self.0[name].as_u64().unwrap_or_else(|| panic!("no number {name}"))
	}

	fn small(&self, name: &str) -> u8 {
		self.number(name).try_into().expect("below 256")
	}

	fn list(&self, name: &str) -> &[Value] {
		self.0[name].as_array().unwrap_or_else(|| panic!("no list {name}"))
	}

	fn pairs<T: Decode>(&self, name: &str) -> Vec<(u8, T)> {
		let pair = |pair: &Value| {
			let index = pair[0].as_u64().and_then(|index| index.try_into().ok());
			(index.expect("an index comes first"), decode(pair[1].as_str()))
		};
		self.list(name).iter().map(pair).collect()
	}

	fn domain(&self) -> Domain {
		Domain {
			genesis: self.bytes("genesis"),
			committee: self.number("committee") as u32,
			epoch: self.number("epoch") as u32,
		}
	}

	fn params(&self) -> Result<Params, Error> {
		Params::new(self.small("members"), self.small("threshold"), 0)
	}

	fn former(&self) -> Result<Option<(Params, Group)>, Error> {
		if !self.has("former") {
			return Ok(None);
		}
		let former = Self(self.0["former"].clone());
		Ok(Some((former.params()?, former.decoded("group"))))
	}

	fn context(&self) -> KeyContext {
		KeyContext {
			genesis: self.bytes("genesis"),
			committee: self.number("committee") as u32,
			requester: self.bytes("requester"),
			salt: self.bytes("salt"),
		}
	}

	fn release(&self, enclave: PointBytes) -> Release {
		Release {
			domain: self.domain(),
			job: self.number("job"),
			attempt: self.small("attempt"),
			enclave,
		}
	}
}

fn decode<T: Decode>(text: Option<&str>) -> T {
	let hex = text.and_then(|text| text.strip_prefix("0x")).expect("hex with 0x");
	let bytes = hex::decode(hex).expect("hex");
	T::decode(&mut &bytes[..]).expect("SCALE")
}

fn hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}
