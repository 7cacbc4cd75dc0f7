//! Envelopes of a confidential job: the sealed prompt, the data key that opens it, and the sealed
//! result.
//!
//! The requester seals the prompt under a fresh data key and submits it. When a provider has been
//! chosen, the requester seals the data key to the X25519 key that the provider's enclave proved
//! in its attestation. The enclave seals the result to the requester's result key. Nobody else
//! reads any of the three, and none of them opens in another place than the one it was made for:
//!
//! | envelope | suite | bound to |
//! |---|---|---|
//! | prompt | [`Suite::DataKey`] | genesis, requester, salt |
//! | data key | [`Suite::Hpke`] | genesis, job, attempt, node, attestation |
//! | result | [`Suite::Hpke`] | genesis, job, attempt, node, attestation |
//!
//! The chain keeps envelopes as bytes and parses their header with [`Envelope::parse`], which
//! allocates nothing and never panics. Sealing and opening are behind the feature `crypto`, on by
//! default; a pallet depends on this crate without default features. The byte layout, the reasons
//! and the test vectors are in the crate's `README.md`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "crypto")]
extern crate alloc;

mod context;
#[cfg(feature = "crypto")]
mod crypto;
mod header;

pub use context::{JobContext, PromptContext};
#[cfg(feature = "crypto")]
pub use crypto::{
	open_data_key, open_prompt, open_result, prompt_salt, seal_data_key, seal_prompt, seal_result,
	DataKey, OpenError, SecretKey,
};
pub use header::{
	check_public_key, Envelope, Header, Kind, ParseError, PublicKey, Suite, WeakKey,
	DATA_KEY_ENVELOPE_LEN, DATA_KEY_LEN, HEADER_LEN, TAG_LEN, VERSION,
};
