//! What the marketplace needs to know of a model.

use crate::{Did, DidHash, DidKind};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// First bytes of what the hash of a model's version is taken of.
pub const MODEL_VERSION_TAG: &[u8] = b"ai-compute-pbc/model-version/v1";

/// Hash that stands for one published version of a model, in receipts.
pub fn model_version_hash(model: &Did, version: u32) -> H256 {
	blake2_256(&[MODEL_VERSION_TAG, &(model, version).encode()].concat()).into()
}

/// Which prices per token a model's owner accepts.
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
pub enum PriceRule<Balance> {
	/// Any price.
	#[default]
	#[codec(index = 0)]
	Any,
	/// At least this price.
	#[codec(index = 1)]
	AtLeast(Balance),
	/// Exactly this price.
	#[codec(index = 2)]
	Exactly(Balance),
}

impl<Balance: PartialOrd> PriceRule<Balance> {
	/// Whether a bid at `price` is allowed.
	pub fn allows(&self, price: &Balance) -> bool {
		match self {
			Self::Any => true,
			Self::AtLeast(least) => price >= least,
			Self::Exactly(fixed) => price == fixed,
		}
	}
}

/// Which nodes may run a model.
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
pub enum Hosting {
	/// Every node that fits.
	#[default]
	#[codec(index = 0)]
	Anyone,
	/// Nodes that host the model.
	#[codec(index = 1)]
	Hosts,
}

/// Terms of a model, copied into a job when it is submitted.
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
pub struct ModelTerms<Balance> {
	/// Published version that the job runs.
	pub version: u32,
	/// Least VRAM in GB that a node needs.
	pub min_vram_gb: u32,
	/// Royalty to the model's owner, in 1/10 000 of the gross payment.
	pub royalty_bps: u16,
	/// Share of the royalty that goes to the parent model's owner, in 1/10 000 of it.
	pub parent_bps: u16,
	/// Prices per token that the owner accepts.
	pub price: PriceRule<Balance>,
	/// Which nodes may run it.
	pub hosting: Hosting,
}

/// The model catalogue.
pub trait ModelInspect<AccountId, Balance> {
	/// Terms on which `requester` may submit a job for `model`: registered, active and visible to
	/// that account.
	fn terms(model: &Did, requester: &AccountId) -> Option<ModelTerms<Balance>>;

	/// Present owner of `model`, who receives its royalty.
	fn owner(model: &Did) -> Option<AccountId>;

	/// Present owner of the model that `model` descends from.
	fn parent_owner(model: &Did) -> Option<AccountId>;

	/// Whether `node` hosts `model`.
	fn hosts(model: &Did, node: &DidHash) -> bool;

	/// Commitment to the weights of a version, an input of inference proofs. A catalogue that keeps
	/// none has none.
	fn weights_commitment(_model: &Did, _version: u32) -> Option<H256> {
		None
	}
}

/// What the marketplace tells about the use of a model.
///
/// Called from settlement: an implementation never fails and never panics.
pub trait ModelUsage<AccountId, Balance> {
	/// A job for `model` was submitted.
	fn job_opened(model: &Did);

	/// A job for `model` is over, whichever way.
	fn job_closed(model: &Did);

	/// A job was paid: `tokens` were counted, `paid` is the gross payment, of which `royalty` went
	/// to the owners of the model and of its parent. Usage earns a name for the model, so `paid` is
	/// what ranks it, not the number of jobs.
	fn job_settled(
		model: &Did,
		requester: &AccountId,
		provider: &AccountId,
		tokens: u32,
		paid: Balance,
		royalty: Balance,
	);
}

impl<AccountId, Balance: Copy, A, B> ModelUsage<AccountId, Balance> for (A, B)
where
	A: ModelUsage<AccountId, Balance>,
	B: ModelUsage<AccountId, Balance>,
{
	fn job_opened(model: &Did) {
		A::job_opened(model);
		B::job_opened(model);
	}
	fn job_closed(model: &Did) {
		A::job_closed(model);
		B::job_closed(model);
	}
	fn job_settled(
		model: &Did,
		requester: &AccountId,
		provider: &AccountId,
		tokens: u32,
		paid: Balance,
		royalty: Balance,
	) {
		A::job_settled(model, requester, provider, tokens, paid, royalty);
		B::job_settled(model, requester, provider, tokens, paid, royalty);
	}
}

/// No catalogue: every AI DID names a model that anybody may run and nobody earns from.
impl<AccountId, Balance: Default> ModelInspect<AccountId, Balance> for () {
	fn terms(model: &Did, _: &AccountId) -> Option<ModelTerms<Balance>> {
		(model.kind() == DidKind::Ai).then(ModelTerms::default)
	}
	fn owner(_: &Did) -> Option<AccountId> {
		None
	}
	fn parent_owner(_: &Did) -> Option<AccountId> {
		None
	}
	fn hosts(_: &Did, _: &DidHash) -> bool {
		true
	}
}

impl<AccountId, Balance> ModelUsage<AccountId, Balance> for () {
	fn job_opened(_: &Did) {}
	fn job_closed(_: &Did) {}
	fn job_settled(_: &Did, _: &AccountId, _: &AccountId, _: u32, _: Balance, _: Balance) {}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn version_hash_has_pinned_bytes() {
		let model = Did::parse(b"did:etrid:ai:llm:m").unwrap();
		let mut bytes = b"ai-compute-pbc/model-version/v1".to_vec();
		bytes.push(18 << 2);
		bytes.extend_from_slice(b"did:etrid:ai:llm:m");
		bytes.extend_from_slice(&[7, 0, 0, 0]);
		assert_eq!(model_version_hash(&model, 7), H256(blake2_256(&bytes)));
		assert_ne!(model_version_hash(&model, 7), model_version_hash(&model, 8));
	}
}
