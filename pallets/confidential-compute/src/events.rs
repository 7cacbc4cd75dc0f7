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
		/// A key was registered under which inference of a model is proven.
		ProofKeyRegistered {
			/// The model.
			model: Did,
			/// Hash of the key.
			key: ProofKeyHash,
			/// The curve that it is over.
			curve: Curve,
			/// Who pays for its place.
			who: T::AccountId,
			/// How much, on hold, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// New jobs may not name a key any more.
		ProofKeyRetired {
			/// The model.
			model: Did,
			/// Hash of the key.
			key: ProofKeyHash,
		},
		/// A key that no job can need any more was removed, and its deposit went back.
		ProofKeyRemoved {
			/// The model.
			model: Did,
			/// Hash of the key.
			key: ProofKeyHash,
			/// Who had paid for its place.
			payer: T::AccountId,
			/// How much, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// Governance created a committee.
		CommitteeCreated {
			/// Its number.
			committee: dkg::CommitteeId,
			/// What is asked of it.
			terms: dkg::CommitteeTerms<BalanceOf<T>>,
		},
		/// Governance changed what is asked of a committee from its next epoch on.
		CommitteeChanged {
			/// Its number.
			committee: dkg::CommitteeId,
			/// What is asked of it.
			terms: dkg::CommitteeTerms<BalanceOf<T>>,
		},
		/// A committee takes no more keys and opens no more epochs.
		CommitteeDissolving {
			/// Its number.
			committee: dkg::CommitteeId,
		},
		/// A dissolved committee was removed.
		CommitteeRemoved {
			/// Its number.
			committee: dkg::CommitteeId,
		},
		/// Seats of a new epoch are free.
		EpochOpened {
			/// The committee.
			committee: dkg::CommitteeId,
			/// Number of the epoch.
			epoch: dkg::EpochId,
			/// Where its key will come from.
			kind: dkg::EpochKind,
			/// Members and threshold.
			params: committee_keys::Params,
			/// Bond of each member, in the smallest unit.
			bond: BalanceOf<T>,
			/// First tick at which a seat can no longer be taken.
			deadline: BlockOf<T>,
		},
		/// A seat was taken.
		SeatTaken {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// Index of the member, from 1.
			member: u8,
			/// Whose it is.
			owner: T::AccountId,
			/// The attestation of its enclave.
			attestation: AttestationId,
			/// Key that shares are dealt to.
			key: committee_keys::PointBytes,
			/// What was put on hold for it, in the smallest unit.
			bond: BalanceOf<T>,
		},
		/// All seats are taken: it is time to deal.
		DealingOpened {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// First tick at which a dealing comes too late.
			deadline: BlockOf<T>,
		},
		/// A dealing was verified and stored.
		Dealt {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// Index of the dealer: in a resharing, among the members of the former epoch.
			dealer: u8,
			/// Who dealt.
			owner: T::AccountId,
		},
		/// Dealing is over: it is time to look at what was dealt.
		ComplaintsOpened {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// First tick at which a complaint comes too late.
			deadline: BlockOf<T>,
		},
		/// A complaint was decided.
		ComplaintDecided {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// Index of the dealer that it was about.
			dealer: u8,
			/// Index of the member who complained.
			accuser: u8,
			/// Which of them is at fault.
			verdict: committee_keys::Verdict,
			/// Index of that one, among dealers or members.
			at_fault: u8,
		},
		/// Part of a member's bond was taken.
		MemberSlashed {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch that the bond is for.
			epoch: dkg::EpochId,
			/// Index of the member.
			member: u8,
			/// Whose bond it was.
			owner: T::AccountId,
			/// What for.
			offence: dkg::Offence,
			/// How much was taken, in the smallest unit.
			amount: BalanceOf<T>,
			/// How much of that went to the provider who waited, in the smallest unit.
			compensation: BalanceOf<T>,
		},
		/// An epoch has the committee's key.
		EpochActivated {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// The key. A resharing does not change it.
			key: committee_keys::PointBytes,
			/// Dealers whose dealings make it up.
			qualified: dkg::MemberSet,
			/// First tick at which it takes no more keys.
			until: BlockOf<T>,
		},
		/// An epoch ended without a key.
		EpochFailed {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// Why.
			why: dkg::EpochFailure,
		},
		/// A committee's key that nobody took over is nobody's any more.
		EpochEnded {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
		},
		/// What was left of a member's bond went back.
		BondReturned {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
			/// Index of the member.
			member: u8,
			/// Whose it was.
			owner: T::AccountId,
			/// How much, in the smallest unit.
			amount: BalanceOf<T>,
		},
		/// All that was stored of an epoch was removed.
		EpochRemoved {
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch.
			epoch: dkg::EpochId,
		},
		/// A data key is in a committee's care.
		KeyEntrusted {
			/// The job.
			job: JobId,
			/// The committee.
			committee: dkg::CommitteeId,
			/// Who entrusted it.
			requester: T::AccountId,
			/// What was put on hold for shares, in the smallest unit.
			held: BalanceOf<T>,
			/// What was put on hold for what is stored, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// Members are asked to release a data key.
		ReleaseOpened {
			/// The job.
			job: JobId,
			/// The attempt.
			attempt: u8,
			/// The committee.
			committee: dkg::CommitteeId,
			/// The epoch whose members are asked.
			epoch: dkg::EpochId,
			/// The attestation of the enclave.
			attestation: AttestationId,
			/// What each share earns, in the smallest unit.
			fee: BalanceOf<T>,
			/// First tick at which a share comes too late.
			deadline: BlockOf<T>,
		},
		/// A member released its share of a data key.
		ShareReleased {
			/// The job.
			job: JobId,
			/// The attempt.
			attempt: u8,
			/// Index of the member.
			member: u8,
			/// Whose it is.
			owner: T::AccountId,
			/// What was paid for it, in the smallest unit.
			fee: BalanceOf<T>,
		},
		/// As many shares are there as open the data key.
		KeyReleased {
			/// The job.
			job: JobId,
			/// The attempt.
			attempt: u8,
		},
		/// The release of a data key is over.
		ReleaseClosed {
			/// The job.
			job: JobId,
			/// The attempt.
			attempt: u8,
			/// How it ended.
			outcome: dkg::ReleaseOutcome,
		},
		/// A data key that is not wanted any more left the committee's care.
		KeyWithdrawn {
			/// The job.
			job: JobId,
			/// The committee.
			committee: dkg::CommitteeId,
			/// Who had entrusted it.
			requester: T::AccountId,
			/// What was not spent and went back, in the smallest unit.
			returned: BalanceOf<T>,
			/// The deposit, which went back too, in the smallest unit.
			deposit: BalanceOf<T>,
		},
	}
}
