//! Events of confidential compute: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A quote was verified.
		CpuAttested {
			/// Number of the attestation.
			attestation: AttestationId,
			/// The node's DID.
			did: Did,
			/// The node's owner.
			owner: T::AccountId,
			/// What was proven.
			cpu: CpuFacts,
			/// Keys of the enclave.
			keys: EnclaveKeys,
			/// The attestation whose enclave signed for this one.
			predecessor: Option<AttestationId>,
			/// First tick at which it no longer counts.
			expires_at: BlockOf<T>,
		},
		/// A GPU was proven to be attached to an attested enclave.
		GpuBound {
			/// Number of the attestation.
			attestation: AttestationId,
			/// Hash of the node's DID.
			node: DidHash,
			/// What was proven.
			gpu: GpuFacts,
		},
		/// A GPU was proven without an enclave. It qualifies for no confidential job.
		LoneGpuAttested {
			/// The node's DID.
			did: Did,
			/// The node's owner.
			owner: T::AccountId,
			/// What was proven.
			gpu: GpuFacts,
			/// First tick at which it no longer counts.
			expires_at: BlockOf<T>,
		},
		/// An attestation was revoked.
		AttestationRevoked {
			/// Number of the attestation.
			attestation: AttestationId,
			/// Hash of the node's DID.
			node: DidHash,
			/// Who revoked it.
			by: RevokedBy,
		},
		/// An attestation that no job can need any more was removed.
		AttestationRemoved {
			/// Number of the attestation.
			attestation: AttestationId,
			/// Hash of the node's DID.
			node: DidHash,
		},
		/// The record of a GPU without an enclave was removed.
		LoneGpuRemoved {
			/// Hash of the node's DID.
			node: DidHash,
		},
		/// A node's claim on a GPU that was over was removed.
		GpuClaimRemoved {
			/// Hash of the GPU's key.
			key: H256,
		},
		/// A newer statement of Intel's came in.
		CollateralUpdated {
			/// Which one.
			kind: CollateralKind,
			/// Unix time in seconds at which it was issued.
			issued: u64,
			/// Unix time in seconds by which a newer one is promised.
			next_update: u64,
			/// Number of the evaluation or list.
			number: u32,
		},
		/// New jobs for a model take this policy.
		ModelPolicySet {
			/// The model's DID.
			model: Did,
			/// Hash of the policy.
			policy: PolicyHash,
			/// Who set it.
			who: T::AccountId,
			/// What was put on hold for it, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// New jobs for a model take the global policy, if there is one.
		ModelPolicyCleared {
			/// The model's DID.
			model: Did,
			/// Hash of the policy that it had.
			policy: PolicyHash,
		},
		/// New jobs for models without a policy take this one.
		GlobalPolicySet {
			/// Hash of the policy; none if such models have no confidential jobs.
			policy: Option<PolicyHash>,
		},
		/// A policy that no job can need any more was removed, and its deposit went back.
		PolicyReleased {
			/// Hash of the policy.
			policy: PolicyHash,
		},
		/// Golden measurements were set.
		GoldenSet {
			/// Key of the set.
			key: H256,
			/// What they are for.
			subject: GoldenFor,
			/// How many digests there are.
			measurements: u32,
		},
		/// Golden measurements were removed.
		GoldenRemoved {
			/// Key of the set.
			key: H256,
		},
		/// GPU certificates with this serial number count no longer.
		SerialRevoked {
			/// The serial number.
			serial: Vec<u8>,
			/// The hash that it is stored under.
			hash: H256,
		},
		/// GPU certificates with this serial number count again.
		SerialReinstated {
			/// The serial number.
			serial: Vec<u8>,
			/// The hash that it was stored under.
			hash: H256,
		},
		/// A GPU certificate authority was verified up to the root and pinned.
		IssuerPinned {
			/// Hash of its certificate.
			issuer: H256,
		},
		/// A GPU certificate authority is no longer pinned.
		IssuerUnpinned {
			/// Hash of its certificate.
			issuer: H256,
		},
		/// A platform may not attest any more.
		PlatformBarred {
			/// Hash of its provisioning id.
			platform: H256,
		},
		/// A platform may attest again.
		PlatformUnbarred {
			/// Hash of its provisioning id.
			platform: H256,
		},
	}
}
