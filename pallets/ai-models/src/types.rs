//! Stored records of the catalogue.

use crate::pricing::PriceCard;
use ai_compute_primitives::{Did, DidHash, Hosting, ModelTerms, PriceRule};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Longest name of a model in bytes.
pub const MAX_NAME_LEN: u32 = 64;
/// Longest name of a version in bytes.
pub const MAX_VERSION_LEN: u32 = 32;
/// Longest address of a model's description in bytes.
pub const MAX_URI_LEN: u32 = 256;
/// Longest name of a licence in bytes.
pub const MAX_LICENSE_LEN: u32 = 64;
/// Highest royalty, in 1/10 000 of the gross payment.
pub const MAX_ROYALTY_BPS: u16 = 5_000;
/// Highest share of a model's royalty that goes to its parent's owner, in 1/10 000 of it.
pub const MAX_PARENT_BPS: u16 = 5_000;

/// Number of a registration. Counted up from 0, never reused: a model that is registered again
/// under the same DID is another model.
pub type Registration = u32;

/// Number of a published version. One count for the whole catalogue, from 1, never reused: what
/// was signed or stored for one version never fits another.
pub type VersionNumber = u32;

/// What the marketplace reads of a model.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ModelRecord<AccountId, Balance> {
	/// Who decides about the model and receives its royalty.
	pub owner: AccountId,
	/// Number of this registration.
	pub registration: Registration,
	/// Whether it takes new jobs.
	pub state: ModelState,
	/// Who may submit jobs.
	pub visibility: Visibility,
	/// Version that new jobs run.
	pub version: VersionNumber,
	/// Least VRAM in GB that a node needs.
	pub min_vram_gb: u32,
	/// Royalty of new jobs, in 1/10 000 of the gross payment.
	pub royalty_bps: u16,
	/// The model that this one descends from.
	pub parent: Option<ParentLink>,
	/// Share of the royalty that goes to the parent's owner, in 1/10 000 of it. Fixed at
	/// registration; 0 without a parent.
	pub parent_bps: u16,
	/// What the owner asks of models that will descend from this one.
	pub descendants: Descendants,
	/// Prices per token that bids must keep to.
	pub price: PriceRule<Balance>,
	/// Which nodes may run it.
	pub hosting: Hosting,
	/// How a node becomes a host.
	pub admission: HostAdmission,
}

impl<AccountId, Balance: Clone> ModelRecord<AccountId, Balance> {
	/// What a job copies at submission.
	pub fn terms(&self) -> ModelTerms<Balance> {
		ModelTerms {
			version: self.version,
			min_vram_gb: self.min_vram_gb,
			royalty_bps: self.royalty_bps,
			parent_bps: self.parent_bps,
			price: self.price.clone(),
			hosting: self.hosting,
		}
	}
}

/// What people read of a model.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ModelCard<Balance, BlockNumber> {
	/// DID of the model.
	pub did: Did,
	/// Name. Says nothing about who made it: only the DID identifies a model.
	pub name: BoundedVec<u8, ConstU32<MAX_NAME_LEN>>,
	/// Kind of model, the one that its DID names.
	pub model_type: ModelType,
	/// Where its description lies.
	pub uri: BoundedVec<u8, ConstU32<MAX_URI_LEN>>,
	/// Licence, for example an SPDX identifier.
	pub license: BoundedVec<u8, ConstU32<MAX_LICENSE_LEN>>,
	/// Tick of registration.
	pub registered_at: BlockNumber,
	/// Deposit on hold from the owner, in the smallest unit.
	pub deposit: Balance,
	/// Versions that are kept.
	pub versions: u32,
	/// Accounts on the allow-list.
	pub allowed: u32,
}

/// A published version. Nothing of it ever changes but `inactive_since`.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ModelVersion<BlockNumber> {
	/// Name of the version, for example `3.1.0`.
	pub label: BoundedVec<u8, ConstU32<MAX_VERSION_LEN>>,
	/// Hash of the version's description.
	pub metadata_hash: H256,
	/// Commitment to the weights, an input of inference proofs.
	pub weights_commitment: Option<H256>,
	/// Hash of the tokenizer that counts a job's tokens.
	pub tokenizer_hash: Option<H256>,
	/// Tick of publication.
	pub published_at: BlockNumber,
	/// Tick at which another version became active. None for the active one.
	pub inactive_since: Option<BlockNumber>,
}

/// Whether a model takes new jobs.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ModelState {
	/// Takes jobs.
	#[codec(index = 0)]
	Active,
	/// Takes no new jobs, for good. Its owner may deregister it once every job is over.
	#[codec(index = 1)]
	Deprecated,
}

/// Who may submit jobs for a model.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Visibility {
	/// Everybody.
	#[codec(index = 0)]
	Public,
	/// The owner and the accounts on the allow-list.
	#[codec(index = 1)]
	Private,
}

/// How a node becomes a host.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum HostAdmission {
	/// By its owner's declaration.
	#[codec(index = 0)]
	Open,
	/// By its owner's declaration and the approval of the model's owner.
	#[codec(index = 1)]
	ByOwner,
}

/// What a model's owner asks of models that descend from it.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Descendants {
	/// No model may name it as its parent.
	#[codec(index = 0)]
	Refused,
	/// Any model may, for a share of its royalty.
	#[codec(index = 1)]
	Welcome {
		/// Share in 1/10 000 of the descendant's royalty, at most 5 000.
		share_bps: u16,
	},
}

/// Kind of model, in AIDID's order.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ModelType {
	/// Language model, `did:etrid:ai:llm:…`.
	#[codec(index = 0)]
	LLM,
	/// Vision model, `did:etrid:ai:vision:…`.
	#[codec(index = 1)]
	Vision,
	/// Audio model, `did:etrid:ai:audio:…`.
	#[codec(index = 2)]
	Audio,
	/// Several modalities, `did:etrid:ai:multimodal:…`.
	#[codec(index = 3)]
	Multimodal,
	/// Agent, `did:etrid:ai:agent:…`.
	#[codec(index = 4)]
	Agent,
	/// Several models together, `did:etrid:ai:ensemble:…`.
	#[codec(index = 5)]
	Ensemble,
}

impl ModelType {
	/// Every kind.
	pub const ALL: [Self; 6] =
		[Self::LLM, Self::Vision, Self::Audio, Self::Multimodal, Self::Agent, Self::Ensemble];

	/// Whether `did` is an AI DID of this kind.
	pub fn is_of(&self, did: &Did) -> bool {
		let start: &[u8] = match self {
			Self::LLM => b"did:etrid:ai:llm:",
			Self::Vision => b"did:etrid:ai:vision:",
			Self::Audio => b"did:etrid:ai:audio:",
			Self::Multimodal => b"did:etrid:ai:multimodal:",
			Self::Agent => b"did:etrid:ai:agent:",
			Self::Ensemble => b"did:etrid:ai:ensemble:",
		};
		did.as_bytes().starts_with(start)
	}
}

/// The registration of a model from which another descends.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ParentLink {
	/// Hash of the parent's DID.
	pub model: DidHash,
	/// Which of the registrations under that DID. If it is over, the link leads nowhere.
	pub registration: Registration,
}

/// Argument of `register_model`: the parent, and the most its owner may ask.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ParentClaim {
	/// DID of the parent.
	pub did: Vec<u8>,
	/// Highest share of the royalty that the caller accepts to give, in 1/10 000 of it.
	pub max_share_bps: u16,
}

/// A node that hosts a model, or wants to.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct HostRecord<AccountId, Balance> {
	/// DID of the node.
	pub node: Did,
	/// Owner of the node when it declared itself. If the node has another owner now, the record
	/// means nothing.
	pub host: AccountId,
	/// Registration of the model. If it is over, the record means nothing.
	pub registration: Registration,
	/// How far it got.
	pub state: HostState,
	/// Deposit on hold from `host`, in the smallest unit.
	pub deposit: Balance,
}

/// How far a host got.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum HostState {
	/// Declared by the node's owner. Enough while admission is open.
	#[codec(index = 0)]
	Declared,
	/// Approved by the model's owner.
	#[codec(index = 1)]
	Approved,
}

/// How much a model was used, since this registration.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Usage<Balance> {
	/// Paid jobs, without those counted in `own_jobs`.
	pub jobs: u64,
	/// Tokens of those jobs.
	pub tokens: u64,
	/// Gross payments for them, in the smallest unit: what ranks a model.
	pub paid: Balance,
	/// Royalties out of them, the parent's share included, in the smallest unit.
	pub royalties: Balance,
	/// Paid jobs whose requester was the model's owner or the provider. They earn no name.
	pub own_jobs: u64,
}

/// What becomes of the deposit of a model that governance removes.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum DepositFate {
	/// Back to the owner.
	#[codec(index = 0)]
	Return,
	/// To the fee account.
	#[codec(index = 1)]
	Forfeit,
}

/// Why somebody cannot submit a job for a model.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum CannotSubmit {
	/// Not a DID.
	InvalidDid,
	/// No model is registered under it.
	NotRegistered,
	/// The model takes no new jobs.
	Deprecated,
	/// The model is private and the account is not on its list.
	NotAllowed,
}

/// All that there is about a model.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct ModelPage<AccountId, Balance, BlockNumber> {
	/// What the marketplace reads.
	pub record: ModelRecord<AccountId, Balance>,
	/// What people read.
	pub card: ModelCard<Balance, BlockNumber>,
	/// Kept versions, oldest first.
	pub versions: Vec<(VersionNumber, ModelVersion<BlockNumber>)>,
	/// The owner's prices, if it published any.
	pub prices: Option<PriceCard<Balance>>,
	/// How much it was used.
	pub usage: Usage<Balance>,
	/// Jobs that are not over.
	pub open_jobs: u32,
	/// DID of the parent, if it is still registered.
	pub parent: Option<Did>,
	/// Who receives the parent's share.
	pub parent_owner: Option<AccountId>,
	/// To whom the owner offers the model.
	pub offered_to: Option<AccountId>,
}

/// A line of a list of models.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct ModelLine<AccountId, Balance> {
	/// DID of the model.
	pub did: Did,
	/// Name.
	pub name: BoundedVec<u8, ConstU32<MAX_NAME_LEN>>,
	/// What the marketplace reads.
	pub record: ModelRecord<AccountId, Balance>,
}

/// A line of a list of hosts.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct HostLine<AccountId, Balance> {
	/// Hash of the node's DID.
	pub node: DidHash,
	/// The record.
	pub record: HostRecord<AccountId, Balance>,
	/// Whether it counts.
	pub standing: HostStanding,
}

/// Whether a host record counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum HostStanding {
	/// The node hosts the model.
	Hosting,
	/// The model's owner has not approved it.
	AwaitsApproval,
	/// The node has left or belongs to somebody else.
	OwnerChanged,
	/// The model of that registration is gone. Anybody may remove the record.
	ModelGone,
}

/// Checks bytes for a field that must not be empty.
pub(crate) fn filled<const MAX: u32, E>(
	bytes: Vec<u8>,
	empty: E,
	too_long: E,
) -> Result<BoundedVec<u8, ConstU32<MAX>>, E> {
	if bytes.is_empty() {
		return Err(empty);
	}
	bytes.try_into().map_err(|_| too_long)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_kind_of_model_has_its_dids() {
		let kinds = [
			(ModelType::LLM, "llm"),
			(ModelType::Vision, "vision"),
			(ModelType::Audio, "audio"),
			(ModelType::Multimodal, "multimodal"),
			(ModelType::Agent, "agent"),
			(ModelType::Ensemble, "ensemble"),
		];
		for (kind, _) in kinds {
			for (other, name) in kinds {
				let did = Did::parse(format!("did:etrid:ai:{name}:llm")).unwrap();
				assert_eq!(kind.is_of(&did), kind == other);
			}
			assert!(!kind.is_of(&Did::parse("did:etrid:gpu:llm").unwrap()));
		}
	}
}
