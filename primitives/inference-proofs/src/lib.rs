//! Groth16 proofs of inference.
//!
//! A model's owner registers the verifying key of a circuit that computes the model. A node that has
//! done a job proves with it that *this* output is what *those* weights make of *that* input. The
//! crate says what exactly such a proof states, checks keys once, and verifies proofs under them, over
//! BN254 and BLS12-381. It knows nothing of storage, money or jobs.
//!
//! ```text
//! check_key(curve, bytes)          -> StoredKey      once, at registration
//! commit(curve, result bytes)      -> commitment     on chain, from the delivered bytes
//! Statement { .. }                 -> public_inputs  all of them computed by the chain
//! verify(proof, key, statement)    -> Ok(())         or one typed error
//! ```
//!
//! # Properties
//!
//! - Nobody passes public inputs: they follow from the [`Statement`], whose fields the chain knows. So a
//!   proof is good for one chain, job, attempt, node, owner, result and count of tokens.
//! - [`Delivered::Bytes`] is the only way to a statement about bytes: their hash and their commitment
//!   are computed together, from the same bytes.
//! - Outside bytes have one exact length each, which is checked first. No function panics.
//! - A valid proof can be changed into other bytes that are valid for the same statement. Proofs are
//!   therefore no identifiers: that a job is settled once is what protects from replays.
//! - Whoever ran a key's set-up can prove anything under it. Who relies on a key names it by its
//!   [`key_hash`].
//!
//! Byte layouts and test vectors are in `docs/inference-proofs.md`.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod curve;
mod error;
mod groth16;
mod poseidon;
mod statement;

#[cfg(any(test, feature = "simulator"))]
pub mod simulator;
#[cfg(test)]
mod tests;

pub use curve::Curve;
pub use error::ProofError;
pub use groth16::{check_key, key_hash, verify, StoredKey};
pub use poseidon::{commit, permutations, MAX_COMMITTED_LEN};
pub use statement::{
	public_inputs, Commitment, Delivered, Statement, PUBLIC_INPUTS, STATEMENT_TAG,
};
