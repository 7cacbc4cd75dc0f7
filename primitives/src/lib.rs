//! Types and traits shared by the pallets of AI-Compute-PBC.
//!
//! Pallets never depend on each other's crates. What one needs of another is a trait here, read
//! traits and write traits apart, and the runtime wires the implementations:
//!
//! | trait | implemented by | used by |
//! |---|---|---|
//! | [`DidAuthority`] | DIDRegistry | GPURegistry |
//! | [`NodeInspect`], [`NodeMutate`] | GPURegistry | JobMarketplace |
//! | [`SlashStake`], [`StandingMutate`] | GPURegistry | whoever keeps standings |
//! | [`ModelInspect`] | the model catalogue; `()` knows every well-formed model DID and no royalty | JobMarketplace |
//! | [`JobReport`] | whoever keeps standings; `()` keeps none | JobMarketplace |
//! | [`FeePolicy`] | the runtime | JobMarketplace, GPURegistry |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod did;
mod fees;
mod jobs;
mod models;
mod nodes;

pub use did::{Did, DidAuthority, DidError, DidHash, DidKind, MAX_DID_LEN};
pub use fees::FeePolicy;
pub use jobs::{JobId, JobOutcome, JobReport};
pub use models::{ModelInspect, ModelTerms};
pub use nodes::{NodeInspect, NodeMutate, NodeStatus, NodeSummary, SlashStake, StandingMutate};
