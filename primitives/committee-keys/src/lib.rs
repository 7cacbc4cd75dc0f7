//! Committee keys: a key that a committee holds in shares, with the chain as bulletin board and
//! judge.
//!
//! A requester who does not want to wait online for a provider to be chosen encrypts the data key
//! of its prompt to the key of a committee. When the provider is known, the members release it:
//! any t of them do, fewer learn nothing, and only the provider's attested enclave can read what
//! they release. What each message means, why it is safe and against whom, with sources, is in
//! `docs/committee-keys.md`.
//!
//! | step | member, requester, enclave ([`client`]) | chain |
//! |---|---|---|
//! | join | [`client::join`] | [`verify_seat`] |
//! | deal | [`client::deal`], [`client::deal_share`] | [`verify_dealing`] |
//! | complain | [`client::open_share`], [`client::complain`] | [`judge`] |
//! | finalise | [`client::collect`] | [`combine`] |
//! | encrypt | [`client::encrypt`] | [`verify_ciphertext`] |
//! | release | [`client::release`] | [`verify_partial`] |
//! | decrypt | [`client::decrypt`] | – |
//!
//! The chain's functions take any bytes, never panic, and do a number of group operations that n
//! and t bound. The client is behind the feature `client`, on by default; a pallet depends on this
//! crate without default features.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(feature = "client")]
pub mod client;
mod dealing;
mod error;
mod group;
mod proof;
mod release;
mod transcript;
mod types;

pub use dealing::{combine, judge, verify_dealing, verify_seat};
pub use error::Error;
pub use group::{PointBytes, ScalarBytes};
pub use proof::{PairProof, Proof};
pub use release::{verify_ciphertext, verify_partial};
pub use types::{
	Ciphertext, Complaint, Dealing, Domain, Group, KeyContext, Params, Partial, PerMember, Release,
	Round, Seat, Verdict, MAX_MEMBERS,
};
