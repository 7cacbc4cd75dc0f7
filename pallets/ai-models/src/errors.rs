//! Errors of the catalogue: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	#[pallet::error]
	pub enum Error<T> {
		/// Not of the form `did:etrid:<kind>:<id>`, or longer than 128 bytes.
		InvalidDID,
		/// A model's DID is an AI DID of the model's type.
		ModelTypeMismatch,
		/// The DID is not registered, or not active.
		DidNotActive,
		/// The caller does not control the DID.
		NotAuthorized,
		/// A model is registered under this DID.
		ModelAlreadyExists,
		/// No model is registered under this DID.
		ModelNotFound,
		/// The caller does not own the model.
		NotOwner,
		/// The account owns as many models as are allowed.
		TooManyModelsPerOwner,
		/// The account's free balance does not cover the deposit.
		InsufficientBalance,
		/// The name is empty.
		NameEmpty,
		/// The name is longer than 64 bytes.
		NameTooLong,
		/// The version's name is empty.
		VersionEmpty,
		/// The version's name is longer than 32 bytes.
		VersionTooLong,
		/// The address is empty.
		UriEmpty,
		/// The address is longer than 256 bytes.
		UriTooLong,
		/// The licence is empty.
		LicenseEmpty,
		/// The licence is longer than 64 bytes.
		LicenseTooLong,
		/// A royalty is at most 5 000 of 10 000.
		RoyaltyTooHigh,
		/// No model is registered under the parent's DID.
		ParentNotFound,
		/// The parent's owner welcomes no descendants.
		DescendantsRefused,
		/// The parent's owner asks more than the caller accepts.
		ParentShareTooHigh,
		/// The share asked of descendants is at most 5 000 of 10 000.
		ShareTooHigh,
		/// The caller does not own the model's parent.
		NotParentOwner,
		/// Jobs of the model, or of an earlier one under the same DID, are not over.
		JobsOpen,
		/// The model takes no new jobs and will take none.
		ModelDeprecated,
		/// Only a deprecated model can be deregistered.
		ModelNotDeprecated,
		/// As many versions are kept as are allowed: retire one.
		MaxVersionsExceeded,
		/// The model has no version of this number.
		VersionNotFound,
		/// The version is the active one.
		VersionActive,
		/// Open jobs may still run the version.
		TooEarly,
		/// A price card has at most 8 tiers.
		TooManyTiers,
		/// Tiers start at 1 token or more and rise.
		TiersNotRising,
		/// A price rule with a price of zero says nothing.
		ZeroPrice,
		/// This is how it stands already.
		AlreadySet,
		/// The allow-list would have more accounts than are allowed.
		MaxAllowedExceeded,
		/// An account is on the allow-list already.
		AlreadyAllowed,
		/// An account is not on the allow-list.
		NotAllowed,
		/// The account owns the model already.
		AlreadyOwner,
		/// The model is offered to nobody.
		NoOffer,
		/// The model is offered to somebody else.
		NotOfferedTo,
		/// No node is registered under the node's DID.
		NodeNotFound,
		/// The caller does not own the node.
		NotNodeOwner,
		/// The node has less video memory than the model needs.
		InsufficientVram,
		/// The node is declared as a host of the model already.
		AlreadyHosted,
		/// The node is not declared as a host of the model.
		NotHosted,
		/// The host is approved already.
		AlreadyApproved,
	}
}
