//! Types and traits shared by the pallets of AI-Compute-PBC.
//!
//! Pallets never depend on each other's crates. What one needs of another is a trait here, read
//! traits and write traits apart, and the runtime wires the implementations:
//!
//! | trait | implemented by | used by |
//! |---|---|---|
//! | [`DidAuthority`] | DIDRegistry; AIDID for AI DIDs | GPURegistry; AIModels |
//! | [`NodeInspect`], [`NodeMutate`] | GPURegistry | JobMarketplace |
//! | [`SlashStake`], [`StandingMutate`] | GPURegistry | Reputation |
//! | [`ModelInspect`] | AIModels; `()` knows every AI DID and no royalty | JobMarketplace |
//! | [`ModelUsage`] | AIModels, AIDID; `()` forgets | JobMarketplace |
//! | [`JobReport`] | Reputation; `()` keeps no standings | JobMarketplace |
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
pub use jobs::{JobEnd, JobId, JobOutcome, JobReport};
pub use models::{Hosting, ModelInspect, ModelTerms, ModelUsage, PriceRule};
pub use nodes::{NodeInspect, NodeMutate, NodeStatus, NodeSummary, SlashStake, StandingMutate};
