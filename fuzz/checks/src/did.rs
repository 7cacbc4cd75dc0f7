//! Names of nodes and models: [`Did`].

use crate::{
	input::{seed, Input},
	meter::within,
	receipt::stable,
};
use ai_compute_primitives::{Did, DidError, MAX_DID_LEN};
use codec::{Decode, Encode};

const MEMORY: usize = 1_024;

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	let mode = input.u8() % 3;
	let bytes = input.rest();
	match mode {
		0 => {
			let parsed = within(MEMORY, || Did::parse(bytes));
			let decoded = Did::decode(&mut &bytes.to_vec().encode()[..]);
			assert_eq!(parsed.as_ref().ok(), decoded.as_ref().ok(), "two ways of reading differ");
			match parsed {
				Ok(did) => {
					assert_eq!(did.as_bytes(), bytes);
					assert!(bytes.starts_with(b"did:etrid:") && bytes.is_ascii());
					assert!(!bytes.iter().any(|byte| byte.is_ascii_whitespace()));
					assert_eq!(did.hash().0, sp_io::hashing::blake2_256(bytes));
					assert!(Did::parse([bytes, b":"].concat()).is_err());
				}
				Err(DidError::TooLong) => assert!(bytes.len() > MAX_DID_LEN as usize),
				Err(DidError::Malformed) => {}
			}
		}
		1 => {
			stable::<Did>(bytes, MEMORY);
		}
		_ => {
			// Far too long ones are refused without a copy.
			let long = bytes.repeat(4_096 / bytes.len().max(1) + 1);
			if long.len() > 4_096 {
				assert_eq!(within(0, || Did::parse(&long)), Err(DidError::TooLong));
			}
		}
	}
}

pub fn seeds() -> Vec<Vec<u8>> {
	let names: [&[u8]; 8] = [
		b"did:etrid:gpu:node-1",
		b"did:etrid:ai:llm:my_model.v1",
		b"did:etrid:ai:llm:",
		b"did:etrid:ai:nothing:x",
		b"did:etrid:org:a:b:c",
		b"did:etrid:x::y",
		b"did:other:gpu:node",
		b"",
	];
	let mut seeds: Vec<_> = names.iter().map(|name| seed(&[&[0], name])).collect();
	seeds.extend(names.iter().map(|name| seed(&[&[1], &name.to_vec().encode()])));
	seeds.push(seed(&[&[2], names[0]]));
	seeds
}
