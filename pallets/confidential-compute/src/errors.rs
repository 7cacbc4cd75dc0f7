//! Errors of confidential compute: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	#[pallet::error]
	pub enum Error<T> {
		/// The bytes are not a DID.
		InvalidDid(DidError),
		/// No node is registered under this DID.
		NodeNotFound,
		/// The caller may not do this.
		NotAuthorized,
		/// With one of the keys, anybody could open what is encrypted to it or sign in its name.
		WeakKey,
		/// The chain knows no such block, or it is the present one.
		BlockUnknown,
		/// The block lies more than 256 blocks back.
		BlockTooOld,
		/// The quote is refused.
		Quote(QuoteFault),
		/// A statement of Intel's is refused or missing.
		Collateral(CollateralFault),
		/// The GPU's evidence is refused.
		Gpu(GpuFault),
		/// The attestation does not satisfy the policy.
		Policy(Violation),
		/// The bytes are not an envelope of this kind.
		Envelope(EnvelopeFault),
		/// The report data of the quote does not bind this chain, node, owner, these keys and this
		/// block.
		WrongReportData,
		/// The session key belongs to another attestation. Each quote needs a fresh one.
		SessionKeyUsed,
		/// There is no such thing.
		NotFound,
		/// The session key did not sign this.
		InvalidSignature,
		/// Governance has barred the platform.
		PlatformBarred,
		/// The platform belongs to another node as long as that one's attestation lasts.
		PlatformTaken,
		/// As many attestations of the node are kept as can be. Old ones can be pruned.
		TooManyAttestations,
		/// The attestation was revoked.
		AttestationRevoked,
		/// The attestation's time is over.
		AttestationExpired,
		/// The attestation was made by a former owner of the node.
		OwnerChanged,
		/// The attestation ends before it would be needed.
		ExpiresTooSoon,
		/// The node has no attestation.
		NotAttested,
		/// No policy lies under this hash.
		PolicyUnknown,
		/// A list of the policy is empty or has a value twice.
		InvalidPolicy,
		/// Nothing would change.
		Unchanged,
		/// The caller's free balance does not cover the deposit.
		InsufficientBalance,
		/// The policy is in force.
		InUse,
		/// The call becomes valid later.
		TooEarly,
		/// It is there already.
		AlreadyExists,
		/// The list is empty.
		EmptyList,
		/// The list has too many entries.
		ListTooLong,
		/// Serial numbers have 1 to 21 bytes.
		InvalidSerial,
		/// The receipt names another node than the attestation does.
		ReceiptMismatch,
		/// The receipt's attestation did not sign for this one.
		NotSuccessor,
		/// The data key is sealed to another enclave than the pinned one.
		WrongRecipient,
		/// A proof, or a key for proofs, is refused.
		Proof(proofs::ProofFault),
		/// The model has as many keys for proofs as it can have.
		TooManyProofKeys,
		/// New jobs may not name this key any more.
		ProofKeyRetired,
		/// A committee's message or step is refused.
		Committee(dkg::CommitteeFault),
	}
}
