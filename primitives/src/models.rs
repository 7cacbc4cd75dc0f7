//! What the marketplace needs to know of a model.

use crate::{Did, DidKind};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

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
pub struct ModelTerms {
	/// Published version that the job runs.
	pub version: u32,
	/// Least VRAM in GB that a node needs.
	pub min_vram_gb: u32,
	/// Royalty to the model's owner, in 1/10 000 of the gross payment.
	pub royalty_bps: u16,
	/// Share of the royalty that goes to the parent model's owner, in 1/10 000 of it.
	pub parent_bps: u16,
}

/// The model catalogue.
pub trait ModelInspect<AccountId> {
	/// Terms on which `requester` may submit a job for `model`: registered, active and visible to
	/// that account.
	fn terms(model: &Did, requester: &AccountId) -> Option<ModelTerms>;

	/// Present owner of `model`, who receives its royalty.
	fn owner(model: &Did) -> Option<AccountId>;

	/// Present owner of the model that `model` descends from.
	fn parent_owner(model: &Did) -> Option<AccountId>;
}

/// No catalogue: every AI DID names a model that anybody may run and nobody earns from.
impl<AccountId> ModelInspect<AccountId> for () {
	fn terms(model: &Did, _: &AccountId) -> Option<ModelTerms> {
		(model.kind() == DidKind::Ai).then(ModelTerms::default)
	}
	fn owner(_: &Did) -> Option<AccountId> {
		None
	}
	fn parent_owner(_: &Did) -> Option<AccountId> {
		None
	}
}
