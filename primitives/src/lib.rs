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
//! | [`FeePolicy`] | the runtime | JobMarketplace, GPURegistry, PaymentStreams |
//! | [`JobInspect`], [`JobTies`] | JobMarketplace; `()` knows no job | PaymentStreams |
//! | [`AttestationInspect`] | ConfidentialCompute; `()` attests nothing | JobMarketplace |
//! | [`ProofInspect`] | ConfidentialCompute; `()` proves nothing | JobMarketplace |
//! | [`CommitteeKeys`] | ConfidentialCompute; `()` has no committees | JobMarketplace |
//! | [`JobKeys`] | JobMarketplace; `()` knows no job | ConfidentialCompute |
//!
//! [`try_state`] has what the checks of their states share.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod attestation;
mod committees;
mod did;
mod fees;
mod holds;
mod jobs;
mod models;
mod nodes;
mod proofs;
mod signing;

pub mod try_state;

pub use attestation::{
	AttestationId, AttestationInspect, Doing, EnclaveKeys, PolicyHash, Receipt, ReceiptOutcome,
	Scope, SessionKey, Unqualified, RECEIPT_TAG,
};
pub use committees::{CommitteeKeys, JobKeys, KeyFault, KeyTerms, KeyWanted};
pub use did::{Did, DidAuthority, DidError, DidHash, DidKind, MAX_DID_LEN};
pub use fees::FeePolicy;
pub use holds::pay_from_hold;
pub use jobs::{
	JobEnd, JobId, JobInspect, JobOutcome, JobReport, JobTie, JobTies, RoyaltyPayees, TieRefusal,
	TiedPayment,
};
pub use models::{
	model_version_hash, Hosting, ModelInspect, ModelTerms, ModelUsage, PriceRule, MODEL_VERSION_TAG,
};
pub use nodes::{NodeInspect, NodeMutate, NodeStatus, NodeSummary, SlashStake, StandingMutate};
pub use proofs::{
	ProofClaim, ProofCommitment, ProofInspect, ProofKeyHash, ProofLength, ProofTerms, ProvenOutput,
	SHORT_PROOF,
};
pub use signing::{account_has_signed, signed_payload, SigningKey};
