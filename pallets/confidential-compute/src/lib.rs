//! # Confidential compute
//!
//! Proves to everybody what runs where: that a node's model runs inside an attested CPU enclave, on
//! attested GPUs that this enclave asked itself, and that only this enclave can read the prompt.
//!
//! ## Three things that are proven apart
//!
//! 1. **The CPU enclave** ([`attest_cpu`](Call::attest_cpu)): an SGX or TDX quote, whose signatures
//!    lead to Intel's root ([`tee`]), judged by Intel's statements that lie on chain
//!    ([`collateral`]). Its report data binds the chain, the node, its owner, the enclave's keys and a
//!    recent block; so a quote serves one node, once, soon after it was made.
//! 2. **The GPUs** ([`attest_gpu`](Call::attest_gpu)): NVIDIA's evidence, whose signatures lead to
//!    NVIDIA's root ([`gpu`]), asked for with a nonce that derives from the quote's report data, and
//!    vouched for by the enclave. A GPU is never trusted because its CPU was. A GPU without an enclave
//!    ([`attest_lone_gpu`](Call::attest_lone_gpu)) is recorded as such and qualifies for nothing.
//! 3. **The work**: the enclave's session key signs a [receipt](receipts) for each job. The quote is
//!    never repeated per job.
//!
//! ## Life of an attestation
//!
//! *Made*, it counts until the first of Intel's statements behind it ends, and no longer than
//! [`Config::AttestationValidityPeriod`]. Newer statements touch new attestations only. A node that
//! attests again in time is never without: its jobs may be pinned to the newest attestation or, as
//! long as that one lacks something, to the one before it. A job that is pinned to the older one may
//! still be finished under the newer one, if the older enclave signed for it ([`Succession`]).
//! *Revoked* by the account that made it or by governance, it counts for nothing from then on: bids
//! that rest on it fall, running jobs cannot be completed under it, and that is nobody's fault. Its
//! record stays until [`Config::RecordRetention`] after its time, when no job can need it, and then
//! anybody may prune it.
//!
//! ## Keys for requesters who are not online
//!
//! Committees of attested enclaves keep data keys and release them to the enclave that has the job:
//! [`dkg`].
//!
//! ## One node for each platform
//!
//! A platform and a GPU belong to one node at a time: until the last attestation that they were part
//! of ends, revoked or not.
//!
//! ## Policies
//!
//! Which measurements, levels and advisories a model's jobs put up with is a [policy] of the model's
//! owner, else of governance. An attestation only states facts; each job is held to the policy whose
//! hash it took at submission.
//!
//! ## Proofs of inference
//!
//! A model's owner registers the verifying keys of circuits that compute the model ([`proofs`]). The
//! marketplace pays at once for a result that is proven under the key that its requester named.
//!
//! ## For wallets and dashboards
//!
//! `node_proof` says what a node has proven and until when, `qualification` whether it may run a
//! model's confidential jobs and why not, `report_data` and `nonce_of` what to put into a quote and
//! into the request to a GPU, `collateral_dates` how old Intel's statements are.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod attestation;
pub mod collateral;
pub mod dkg;
pub mod encryption;
mod errors;
mod events;
pub mod gpu;
pub mod policy;
pub mod proofs;
pub mod receipts;
mod roots;
pub mod spdm;
pub mod tee;
mod types;
pub mod weights;
pub mod x509;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod fixtures;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod pki;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use proofs::{ProofFault, ProofKey, ProofKeyOf, MAX_PROOF_KEYS};
pub use roots::{IntelSgxRoot, NvidiaDeviceRoot};
pub use types::*;
pub use weights::WeightInfo;

use frame_support::{pallet_macros::import_section, traits::fungible};
use frame_system::pallet_prelude::BlockNumberFor;

/// Balance of the currency of deposits.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A tick of the clock, or the number of an own block.
pub type BlockOf<T> = BlockNumberFor<T>;

/// A stored attestation.
pub type AttestationOf<T> = Attestation<<T as frame_system::Config>::AccountId, BlockOf<T>>;

/// A stored GPU without an enclave.
pub type LoneGpuOf<T> = LoneGpu<<T as frame_system::Config>::AccountId, BlockOf<T>>;

/// A stored policy.
pub type PolicyRecordOf<T> =
	PolicyRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockOf<T>>;

#[import_section(dkg::storage::committee_storage)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		collateral::CollateralFault,
		encryption::EnvelopeFault,
		gpu::{more_signatures, GpuFault},
		tee::QuoteFault,
		*,
	};
	use ai_compute_primitives::{
		AttestationId, Did, DidError, DidHash, EnclaveKeys, FeePolicy, JobId, JobKeys,
		ModelInspect, NodeInspect, PolicyHash, ProofKeyHash, Scope, SessionKey,
	};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate, MutateHold},
			UnixTime,
		},
	};
	use frame_system::pallet_prelude::*;
	use inference_proofs::{Curve, StoredKey};
	use sp_core::H256;
	use sp_runtime::traits::BlockNumberProvider;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The currency of deposits.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Clock of lifetimes and retention, in ticks of six seconds. Must never go back.
		type BlockNumberProvider: BlockNumberProvider<BlockNumber = BlockNumberFor<Self>>;

		/// The time of day, by which the dates of certificates and statements are judged.
		type UnixTime: UnixTime;

		/// The registry of GPU nodes.
		type Nodes: NodeInspect<Self::AccountId, BalanceOf<Self>>;

		/// The model catalogue, which knows who may make a model's policy.
		type Models: ModelInspect<Self::AccountId, BalanceOf<Self>>;

		/// Who keeps the lists, makes the global policy and may revoke any attestation.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Certificate in DER that every quote must lead to: [`IntelSgxRoot`], on any chain but one
		/// for tests. Whoever holds its key can make any quote.
		type IntelRoot: Get<&'static [u8]>;

		/// Certificate in DER that all GPU evidence must lead to: [`NvidiaDeviceRoot`], on any chain
		/// but one for tests.
		type NvidiaRoot: Get<&'static [u8]>;

		/// Longest life of an attestation, in ticks. More than twice the longest time from a bid to
		/// its result. A change acts on new attestations.
		#[pallet::constant]
		type AttestationValidityPeriod: Get<BlockNumberFor<Self>>;

		/// How long a record stays that new jobs no longer use, in ticks: an attestation after its
		/// time, a policy after it was replaced. At least the longest time from a job's submission to
		/// the end of its last attempt, or running jobs lose what they are held to.
		#[pallet::constant]
		type RecordRetention: Get<BlockNumberFor<Self>>;

		/// Deposit per byte of a model's policy, a proof key or a data key in a committee's care. Each
		/// record knows its own deposit.
		#[pallet::constant]
		type DepositPerByte: Get<BalanceOf<Self>>;

		/// The marketplace: jobs whose data keys committees release.
		type KeyedJobs: JobKeys<Self::AccountId, BalanceOf<Self>, BlockNumberFor<Self>>;

		/// Knows the account that gets what is taken of members' bonds and not due to a provider.
		type Fees: FeePolicy<Self::AccountId>;

		/// Periods and penalties of committees.
		#[pallet::constant]
		type CommitteeRules: Get<dkg::CommitteeRules<BlockNumberFor<Self>>>;

		/// Sets the time of day and nodes' and models' owners for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::AccountId>;

		/// Measured weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits for models' policies.
		#[codec(index = 0)]
		PolicyDeposit,
		/// Deposits for models' proof keys.
		#[codec(index = 1)]
		ProofKeyDeposit,
		/// Bonds of members of committees.
		#[codec(index = 2)]
		CommitteeBond,
		/// What requesters prepay for shares of their data keys.
		#[codec(index = 3)]
		ReleaseFees,
		/// Deposits for data keys in the care of committees.
		#[codec(index = 4)]
		KeyDeposit,
	}

	/// Verified quotes.
	#[pallet::storage]
	pub type Attestations<T: Config> = StorageMap<_, Twox64Concat, AttestationId, AttestationOf<T>>;

	/// Number of the next attestation.
	#[pallet::storage]
	pub type NextAttestationId<T: Config> = StorageValue<_, AttestationId, ValueQuery>;

	/// Attestations that are kept of each node: revoked ones first, then the others as they came.
	#[pallet::storage]
	pub type NodeAttestations<T: Config> = StorageMap<
		_,
		Identity,
		DidHash,
		BoundedVec<AttestationId, ConstU32<MAX_ATTESTATIONS_PER_NODE>>,
		ValueQuery,
	>;

	/// Attestation of each session key of each owner, under the hash of both.
	#[pallet::storage]
	pub type SessionIds<T: Config> = StorageMap<_, Identity, H256, AttestationId>;

	/// GPUs that are bound to each attestation.
	#[pallet::storage]
	pub type BoundGpus<T: Config> = StorageMap<_, Twox64Concat, AttestationId, Gpus, ValueQuery>;

	/// GPUs that were proven without an enclave, one for each node.
	#[pallet::storage]
	pub type LoneGpus<T: Config> = StorageMap<_, Identity, DidHash, LoneGpuOf<T>>;

	/// Node of each platform, under the hash of its provisioning id.
	#[pallet::storage]
	pub type PlatformClaims<T: Config> = StorageMap<_, Identity, H256, Claim<BlockNumberFor<T>>>;

	/// Node of each GPU, under the hashes of its own key and of the key that signs its evidence.
	#[pallet::storage]
	pub type GpuClaims<T: Config> = StorageMap<_, Identity, H256, Claim<BlockNumberFor<T>>>;

	/// Platforms that may not attest, by the hash of their provisioning id.
	#[pallet::storage]
	pub type BarredPlatforms<T: Config> = StorageMap<_, Identity, H256, ()>;

	/// Revocation list of Intel's root.
	#[pallet::storage]
	pub type RootCrl<T: Config> = StorageValue<_, RevocationList<MAX_ROOT_CRL_LEN>>;

	/// Revocation lists of the authorities that certify platforms.
	#[pallet::storage]
	pub type PckCrls<T: Config> =
		StorageMap<_, Twox64Concat, PckCa, RevocationList<MAX_PCK_CRL_LEN>>;

	/// TCB info by kind of enclave and family of platforms.
	#[pallet::storage]
	pub type TcbInfos<T: Config> =
		StorageMap<_, Twox64Concat, (TeeKind, [u8; 6]), SignedJson<MAX_TCB_INFO_LEN>>;

	/// Identity of the quoting enclave by kind of enclave.
	#[pallet::storage]
	pub type QeIdentities<T: Config> =
		StorageMap<_, Twox64Concat, TeeKind, SignedJson<MAX_QE_IDENTITY_LEN>>;

	/// Policies under their hashes.
	#[pallet::storage]
	pub type Policies<T: Config> = StorageMap<_, Identity, PolicyHash, PolicyRecordOf<T>>;

	/// Hash of the policy of each model that has one of its own.
	#[pallet::storage]
	pub type ModelPolicies<T: Config> = StorageMap<_, Identity, DidHash, PolicyHash>;

	/// Hash of the policy of all other models.
	#[pallet::storage]
	pub type GlobalPolicy<T: Config> = StorageValue<_, PolicyHash>;

	/// Keys of each model under which its inference is proven, by hash.
	#[pallet::storage]
	pub type ProofKeys<T: Config> =
		StorageDoubleMap<_, Identity, DidHash, Identity, ProofKeyHash, ProofKeyOf<T>>;

	/// The keys themselves, checked.
	#[pallet::storage]
	pub type ProofKeyBodies<T: Config> =
		StorageDoubleMap<_, Identity, DidHash, Identity, ProofKeyHash, StoredKey>;

	/// Hashes of the keys of each model that has some.
	#[pallet::storage]
	pub type ModelProofKeys<T: Config> = StorageMap<
		_,
		Identity,
		DidHash,
		BoundedVec<ProofKeyHash, ConstU32<MAX_PROOF_KEYS>>,
		ValueQuery,
	>;

	/// Golden measurements, under the [key](GoldenFor::key) of what they are for.
	#[pallet::storage]
	pub type GoldenSets<T: Config> = StorageMap<_, Identity, H256, GoldenSet>;

	/// Revoked serial numbers of GPU certificates, by hash.
	#[pallet::storage]
	pub type RevokedSerials<T: Config> = StorageMap<_, Identity, H256, ()>;

	/// GPU certificate authorities whose chain to the root was verified, by hash of the certificate.
	#[pallet::storage]
	pub type PinnedIssuers<T: Config> = StorageMap<_, Identity, H256, PinnedIssuer>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		fn integrity_test() {
			use sp_runtime::traits::Zero;
			assert!(!T::AttestationValidityPeriod::get().is_zero(), "attestations must live");
			assert!(!T::RecordRetention::get().is_zero(), "jobs must find what they are held to");
			assert!(T::CommitteeRules::get().are_sound(), "committees must have time");
			for root in [T::IntelRoot::get(), T::NvidiaRoot::get()] {
				let parsed = <x509_cert::Certificate as der::Decode>::from_der(root);
				assert!(parsed.is_ok(), "a root is no certificate");
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Proves a node's CPU enclave by a quote.
		///
		/// Origin: owner of the node under `did`. `quote` is an SGX (version 3) or TDX (4 or 5) quote
		/// of at most 8 KiB with the chain of its platform's certificate, whose report data begins
		/// with what `report_data` returns for these arguments, and ends with 32 zero bytes.
		/// `block_number` names an own block, at most 256 back. The session key must be new to the caller. With
		/// `succession` the enclave of an earlier attestation of the node, still fresh, signs for this
		/// one, which may then finish that one's jobs. Intel's statements must be on chain and in
		/// their time. Emits `CpuAttested`, and `AttestationRemoved` if an old one made room.
		#[pallet::call_index(0)]
		pub fn attest_cpu(
			origin: OriginFor<T>,
			did: Vec<u8>,
			keys: EnclaveKeys,
			block_number: BlockNumberFor<T>,
			quote: Vec<u8>,
			succession: Option<Succession>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_attest_cpu(who, did, keys, block_number, quote, succession)
		}

		/// Proves that a GPU is attached to an attested enclave.
		///
		/// Origin: the account that made the attestation of the `session` key, which is fresh.
		/// `evidence` is what the GPU answered to the nonce that `nonce_of` returns for that
		/// attestation, at most 8 KiB; `chain` the certificates of its key in DER, each followed by
		/// its issuer, up to a pinned authority or to the one below the root. `signature` is the
		/// session key's for the hash of the evidence. Call it once for each GPU. Emits `GpuBound`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::attest_gpu(more_signatures(chain)))]
		pub fn attest_gpu(
			origin: OriginFor<T>,
			session: SessionKey,
			signature: Vec<u8>,
			chain: Vec<Vec<u8>>,
			evidence: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_attest_gpu(who, session, signature, chain, evidence)
		}

		/// Proves a GPU without an enclave. That is recorded as what it is and qualifies for no
		/// confidential job.
		///
		/// Origin: owner of the node under `did`. The nonce is what `lone_nonce` returns for `did`,
		/// the owner and `block_number`, at most 256 blocks back; `chain` and `evidence` as in
		/// `attest_gpu`. Replaces an earlier one of the node. Emits `LoneGpuAttested`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::attest_lone_gpu(more_signatures(chain)))]
		pub fn attest_lone_gpu(
			origin: OriginFor<T>,
			did: Vec<u8>,
			block_number: BlockNumberFor<T>,
			chain: Vec<Vec<u8>>,
			evidence: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_attest_lone_gpu(who, did, block_number, chain, evidence)
		}

		/// Revokes an attestation: its enclave is lost, or its keys are.
		///
		/// Origin: the account that made it. Cannot be undone. Emits `AttestationRevoked`.
		#[pallet::call_index(3)]
		pub fn revoke_attestation(
			origin: OriginFor<T>,
			attestation: AttestationId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke_own(who, attestation)
		}

		/// Revokes any attestation.
		///
		/// Origin: governance. Cannot be undone. Emits `AttestationRevoked`.
		#[pallet::call_index(4)]
		pub fn force_revoke(origin: OriginFor<T>, attestation: AttestationId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_revoke(attestation, RevokedBy::Governance)
		}

		/// Removes an attestation that no job can need any more.
		///
		/// Origin: anyone, from [`Config::RecordRetention`] after its time on. Emits
		/// `AttestationRemoved`.
		#[pallet::call_index(5)]
		pub fn prune_attestation(
			origin: OriginFor<T>,
			attestation: AttestationId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_attestation(attestation)
		}

		/// Removes the record of a GPU without an enclave whose time is over.
		///
		/// Origin: anyone. Emits `LoneGpuRemoved`.
		#[pallet::call_index(6)]
		pub fn prune_lone_gpu(origin: OriginFor<T>, node: DidHash) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_lone_gpu(node)
		}

		/// Removes a node's claim on a GPU that is over and that no record is left to remove.
		///
		/// Origin: anyone. `key` is the hash under which it lies. Emits `GpuClaimRemoved`.
		#[pallet::call_index(7)]
		pub fn prune_gpu_claim(origin: OriginFor<T>, key: H256) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_gpu_claim(key)
		}

		/// Brings a newer revocation list of Intel's root, in DER, at most 4 KiB.
		///
		/// Origin: anyone. Later than the stored one, its number not lower. Emits
		/// `CollateralUpdated`.
		#[pallet::call_index(10)]
		pub fn put_root_crl(origin: OriginFor<T>, crl: Vec<u8>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_put_root_crl(crl)
		}

		/// Brings a newer revocation list of one of the authorities that certify platforms, in DER,
		/// at most 8 KiB. `issuer_chain` is its certificate in PEM; what follows in it is ignored.
		///
		/// Origin: anyone. The root's list must be there. Emits `CollateralUpdated`.
		#[pallet::call_index(11)]
		pub fn put_pck_crl(
			origin: OriginFor<T>,
			issuer_chain: Vec<u8>,
			crl: Vec<u8>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_put_pck_crl(issuer_chain, crl)
		}

		/// Brings a newer TCB info: the JSON text as Intel signed it, at most 16 KiB, the signature,
		/// and the signer's certificate in PEM; what follows in `issuer_chain` is ignored.
		///
		/// Origin: anyone. The root's revocation list must be there. Later than the stored one of the
		/// same family and kind, its evaluation not lower. Emits `CollateralUpdated`.
		#[pallet::call_index(12)]
		pub fn put_tcb_info(
			origin: OriginFor<T>,
			issuer_chain: Vec<u8>,
			tcb_info: Vec<u8>,
			signature: [u8; 64],
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_put_tcb_info(issuer_chain, tcb_info, signature)
		}

		/// Brings a newer identity of a quoting enclave, at most 4 KiB, as `put_tcb_info` does.
		///
		/// Origin: anyone. Emits `CollateralUpdated`.
		#[pallet::call_index(13)]
		pub fn put_qe_identity(
			origin: OriginFor<T>,
			issuer_chain: Vec<u8>,
			qe_identity: Vec<u8>,
			signature: [u8; 64],
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_put_qe_identity(issuer_chain, qe_identity, signature)
		}

		/// Sets the policy of a model. Jobs that were submitted before keep theirs.
		///
		/// Origin: owner of the model. Holds a deposit per byte from the caller; the one of the
		/// former policy comes back by `release_policy`. Emits `ModelPolicySet`.
		#[pallet::call_index(20)]
		pub fn set_model_policy(
			origin: OriginFor<T>,
			model_did: Vec<u8>,
			policy: Policy,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_model_policy(who, model_did, policy)
		}

		/// Takes a model's policy away, so that new jobs for it take the global one.
		///
		/// Origin: owner of the model, or who paid the policy's deposit. Emits `ModelPolicyCleared`.
		#[pallet::call_index(21)]
		pub fn clear_model_policy(origin: OriginFor<T>, model_did: Vec<u8>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_clear_model_policy(who, model_did)
		}

		/// Sets or clears the policy of all models without one.
		///
		/// Origin: governance. Emits `GlobalPolicySet`.
		#[pallet::call_index(22)]
		pub fn set_global_policy(origin: OriginFor<T>, policy: Option<Policy>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_global_policy(policy)
		}

		/// Removes a policy that no job can need any more and gives its deposit back.
		///
		/// Origin: anyone, from [`Config::RecordRetention`] after it was replaced on. Emits
		/// `PolicyReleased`.
		#[pallet::call_index(23)]
		pub fn release_policy(origin: OriginFor<T>, policy: PolicyHash) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_release_policy(policy)
		}

		/// Sets the golden measurements of a driver or firmware, replacing those that it had.
		///
		/// Origin: governance. Every index in `measurements` must be measured with one of its
		/// digests; indices that are not in it are not looked at. Emits `GoldenSet`.
		#[pallet::call_index(30)]
		pub fn set_golden(
			origin: OriginFor<T>,
			subject: GoldenFor,
			measurements: Vec<Golden>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_golden(subject, measurements)
		}

		/// Removes golden measurements. Attestations that were judged by them stay.
		///
		/// Origin: governance. Emits `GoldenRemoved`.
		#[pallet::call_index(31)]
		pub fn remove_golden(origin: OriginFor<T>, key: H256) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_remove_golden(key)
		}

		/// Revokes GPU certificates by their serial number, big-endian, 1 to 21 bytes.
		///
		/// Origin: governance. Acts on new evidence, under pinned authorities too. Emits
		/// `SerialRevoked`.
		#[pallet::call_index(32)]
		pub fn revoke_serial(origin: OriginFor<T>, serial: Vec<u8>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_revoke_serial(serial)
		}

		/// Takes a serial number off the list of revoked ones.
		///
		/// Origin: governance. Emits `SerialReinstated`.
		#[pallet::call_index(33)]
		pub fn reinstate_serial(origin: OriginFor<T>, serial: Vec<u8>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_reinstate_serial(serial)
		}

		/// Verifies the chain of a GPU certificate authority to NVIDIA's root once, so that evidence
		/// need not. `chain` begins with its certificate, in DER, each followed by its issuer,
		/// without the root.
		///
		/// Origin: governance. Emits `IssuerPinned`.
		#[pallet::call_index(34)]
		pub fn pin_issuer(origin: OriginFor<T>, chain: Vec<Vec<u8>>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_pin_issuer(chain)
		}

		/// Unpins a GPU certificate authority.
		///
		/// Origin: governance. Emits `IssuerUnpinned`.
		#[pallet::call_index(35)]
		pub fn unpin_issuer(origin: OriginFor<T>, issuer: H256) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_unpin_issuer(issuer)
		}

		/// Keeps a platform from new attestations. `platform` is the hash of its provisioning id.
		///
		/// Origin: governance. Emits `PlatformBarred`.
		#[pallet::call_index(36)]
		pub fn bar_platform(origin: OriginFor<T>, platform: H256) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_bar_platform(platform)
		}

		/// Lets a platform attest again.
		///
		/// Origin: governance. Emits `PlatformUnbarred`.
		#[pallet::call_index(37)]
		pub fn unbar_platform(origin: OriginFor<T>, platform: H256) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_unbar_platform(platform)
		}

		/// Registers a key under which inference of a model is proven.
		///
		/// Origin: owner of the model. `key` is a Groth16 verifying key for the 11 public inputs of a
		/// statement, compressed: 616 bytes over BN254, 920 over BLS12-381. It is checked here, once.
		/// A model has at most 8. Holds a deposit for what is kept of it, which `remove_proof_key`
		/// gives back. Emits `ProofKeyRegistered`.
		#[pallet::call_index(40)]
		#[pallet::weight(match curve {
			Curve::Bn254 => T::WeightInfo::register_proof_key_bn254(),
			Curve::Bls12_381 => T::WeightInfo::register_proof_key_bls12_381(),
		})]
		pub fn register_proof_key(
			origin: OriginFor<T>,
			model_did: Vec<u8>,
			curve: Curve,
			key: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_proof_key(who, model_did, curve, key)
		}

		/// Keeps new jobs from naming a key. Jobs that have named it are proven under it still.
		///
		/// Origin: owner of the model, or who paid the key's deposit. Cannot be undone. Emits
		/// `ProofKeyRetired`.
		#[pallet::call_index(41)]
		pub fn retire_proof_key(
			origin: OriginFor<T>,
			model_did: Vec<u8>,
			key: ProofKeyHash,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire_proof_key(who, model_did, key)
		}

		/// Removes a key that no job can need any more and gives its deposit back.
		///
		/// Origin: anyone, from [`Config::RecordRetention`] after it was retired on. Emits
		/// `ProofKeyRemoved`.
		#[pallet::call_index(42)]
		pub fn remove_proof_key(
			origin: OriginFor<T>,
			model_did: Vec<u8>,
			key: ProofKeyHash,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_remove_proof_key(model_did, key)
		}

		/// Creates a committee.
		///
		/// Origin: governance. `policy` says which enclaves may take a seat; they need no GPU. Emits
		/// `CommitteeCreated`.
		#[pallet::call_index(50)]
		pub fn create_committee(
			origin: OriginFor<T>,
			terms: dkg::CommitteeTerms<BalanceOf<T>>,
			policy: Policy,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_create_committee(terms, policy)
		}

		/// Changes what is asked of a committee. The epochs that it has keep their terms; seats that
		/// are still free in one that is being made go by the new policy.
		///
		/// Origin: governance. Emits `CommitteeChanged`.
		#[pallet::call_index(51)]
		pub fn set_committee(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
			terms: dkg::CommitteeTerms<BalanceOf<T>>,
			policy: Policy,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_committee(committee, terms, policy)
		}

		/// Lets a committee end: it takes no more keys, an epoch that is being made fails, and
		/// `end_epoch` ends the other as soon as no key is left.
		///
		/// Origin: governance. Cannot be undone. Emits `CommitteeDissolving`.
		#[pallet::call_index(52)]
		pub fn dissolve_committee(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_dissolve_committee(committee)
		}

		/// Opens the next epoch of a committee: its seats are free to take.
		///
		/// Origin: anyone while the committee has no key, from `reshare_lead` before the end of the
		/// epoch that has it until `end_epoch` may end that one, and as soon as fewer of its members
		/// than open a key have left of their bonds what silence costs; governance at any time. One
		/// epoch is made at a time. Emits `EpochOpened`.
		#[pallet::call_index(53)]
		pub fn open_epoch(origin: OriginFor<T>, committee: dkg::CommitteeId) -> DispatchResult {
			let by = match T::GovernanceOrigin::try_origin(origin) {
				Ok(_) => dkg::Opener::Governance,
				Err(origin) => {
					ensure_signed(origin)?;
					dkg::Opener::Anyone
				}
			};
			Self::do_open_epoch(by, committee)
		}

		/// Takes a seat in the epoch that is being made. One for each owner and platform.
		///
		/// Origin: the account that made `attestation`, which is fresh and satisfies the committee's
		/// policy. `signature` is the enclave's session key's over what `seat_payload` returns, so
		/// that the seat's secret is the enclave's. Puts the bond on hold. The last seat opens
		/// dealing. Emits `SeatTaken`, perhaps `DealingOpened`.
		#[pallet::call_index(54)]
		pub fn join_committee(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
			attestation: AttestationId,
			seat: committee_keys::Seat,
			signature: Vec<u8>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_join_committee(who, committee, attestation, seat, signature)
		}

		/// Ends an epoch whose seats were not all taken in time. Members take their bonds back.
		///
		/// Origin: anyone, from the deadline on. Emits `EpochFailed`.
		#[pallet::call_index(55)]
		pub fn close_joining(origin: OriginFor<T>, committee: dkg::CommitteeId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close_joining(committee)
		}

		/// Deals a secret to the members of the epoch that is being made.
		///
		/// Origin: one of them; in a resharing a member of the former epoch, who deals its share.
		/// Before the deadline, once. The last dealing opens complaints. Emits `Dealt`, perhaps
		/// `ComplaintsOpened`.
		#[pallet::call_index(56)]
		#[pallet::weight(T::WeightInfo::deal(dealing.shares.len() as u32))]
		pub fn deal(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
			dealing: committee_keys::Dealing,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deal(who, committee, dealing)
		}

		/// Ends dealing. Whoever did not deal pays. With enough dealings complaints open, else the
		/// epoch fails.
		///
		/// Origin: anyone, from the deadline on. Emits `MemberSlashed` for each silent member, and
		/// `ComplaintsOpened` or `EpochFailed`.
		#[pallet::call_index(57)]
		#[pallet::weight(T::WeightInfo::close_dealing(committee_keys::MAX_MEMBERS))]
		pub fn close_dealing(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let silent = Self::do_close_dealing(committee)?;
			Ok(Some(T::WeightInfo::close_dealing(silent)).into())
		}

		/// Shows the chain what a dealer dealt to the caller. The chain decides at once: if the share
		/// is wrong the dealer pays and its dealing does not count, if it is right the caller pays
		/// and may not complain again.
		///
		/// Origin: a member of the epoch that is being made, before the deadline. Only to be called
		/// when the share is wrong: it is public after this. Emits `MemberSlashed` and
		/// `ComplaintDecided`.
		#[pallet::call_index(58)]
		pub fn complain(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
			dealer: u8,
			complaint: committee_keys::Complaint,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_complain(who, committee, dealer, complaint)
		}

		/// Adds up the dealings that stand. The epoch has the key then, and the one before it ends;
		/// or it fails, if too few are left.
		///
		/// Origin: anyone, from the deadline of complaints on. Emits `EpochActivated` or
		/// `EpochFailed`.
		#[pallet::call_index(59)]
		pub fn finalise_epoch(origin: OriginFor<T>, committee: dkg::CommitteeId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_finalise_epoch(committee)
		}

		/// Ends an epoch whose key nobody takes over: the key is gone.
		///
		/// Origin: anyone, from `reshare_lead` after its end on, or at once if the committee is being
		/// dissolved; while no other epoch is being made and no key is in the committee's care.
		/// Emits `EpochEnded`.
		#[pallet::call_index(60)]
		pub fn end_epoch(origin: OriginFor<T>, committee: dkg::CommitteeId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_end_epoch(committee)
		}

		/// Gives a member what is left of its bond.
		///
		/// Origin: anyone, once the epoch failed, or ended and its members owe no release. Emits
		/// `BondReturned`.
		#[pallet::call_index(61)]
		pub fn withdraw_bond(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
			epoch: dkg::EpochId,
			member: u8,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_withdraw_bond(committee, epoch, member)
		}

		/// Removes what is stored of an epoch whose bonds all went back; with the last one, a
		/// dissolved committee.
		///
		/// Origin: anyone. Emits `EpochRemoved`, perhaps `CommitteeRemoved`.
		#[pallet::call_index(62)]
		pub fn prune_epoch(
			origin: OriginFor<T>,
			committee: dkg::CommitteeId,
			epoch: dkg::EpochId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_epoch(committee, epoch)
		}

		/// Puts the data key of a job into a committee's care.
		///
		/// Origin: the job's requester, while an attempt may want its key. `ciphertext` is the key,
		/// encrypted to the committee's for this requester and the salt of the job's prompt. Puts
		/// the fees for the shares of every attempt on hold, and a deposit; what is not spent comes
		/// back by `withdraw_key`. If an attempt waits for the key already, opens its release. Emits
		/// `KeyEntrusted`, perhaps `ReleaseOpened`.
		#[pallet::call_index(63)]
		pub fn entrust_key(
			origin: OriginFor<T>,
			job: JobId,
			committee: dkg::CommitteeId,
			ciphertext: committee_keys::Ciphertext,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_entrust_key(who, job, committee, ciphertext)
		}

		/// Asks the members to release a job's data key to the enclave that its attempt is pinned to.
		///
		/// Origin: anyone, while the attempt waits for its key, before its deadline, and the members
		/// owe less than `max_releases`. Emits `ReleaseOpened`.
		#[pallet::call_index(64)]
		pub fn open_release(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_open_release(job)
		}

		/// Releases the caller's share of a job's data key, encrypted to the enclave. Opens the
		/// release if nobody has. With the last share that is needed the job goes on.
		///
		/// Origin: a member of the epoch that owes the release, and not the job's provider; while the
		/// attempt waits for its key, before its deadline, once. Earns the share's fee. Emits
		/// `ShareReleased`, perhaps `ReleaseOpened` and `KeyReleased`.
		#[pallet::call_index(65)]
		#[pallet::weight(
			T::WeightInfo::release_share().saturating_add(T::WeightInfo::open_release())
		)]
		pub fn release_share(
			origin: OriginFor<T>,
			job: JobId,
			partial: committee_keys::Partial,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let weight = Self::do_release_share(who, job, partial)?;
			Ok(Some(weight).into())
		}

		/// Ends a release: one that is done when its attempt is over; another when its attempt is
		/// over, its deadline is, or the enclave was revoked. Where the key was missed the silent
		/// members pay, unless they had less than `response_time`, the enclave was revoked in that
		/// time, or they were too few without the provider.
		///
		/// Origin: anyone. Emits `ReleaseClosed`, and `MemberSlashed` for each member who pays.
		#[pallet::call_index(66)]
		#[pallet::weight(T::WeightInfo::close_release(committee_keys::MAX_MEMBERS))]
		pub fn close_release(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let slashed = Self::do_close_release(job)?;
			Ok(Some(T::WeightInfo::close_release(slashed)).into())
		}

		/// Takes a data key that no attempt can want any more out of a committee's care, and gives
		/// the requester its deposit and what was not spent.
		///
		/// Origin: anyone, when no release of it is open. Emits `KeyWithdrawn`.
		#[pallet::call_index(67)]
		pub fn withdraw_key(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_withdraw_key(job)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What the node under `did` has proven, and until when.
		pub fn node_proof(did: Vec<u8>) -> Option<NodeProof<BlockNumberFor<T>>> {
			Self::proof_of(&did)
		}

		/// The attestation by which the node under `did` may run confidential jobs for a model until
		/// the tick `until`, or why it may not.
		pub fn qualification(
			did: Vec<u8>,
			model_did: Vec<u8>,
			until: BlockNumberFor<T>,
		) -> Result<AttestationId, DispatchError> {
			let did = Self::parse_did(did)?;
			let model = Self::parse_did(model_did)?;
			let policy = Self::active_policy(&model).ok_or(Error::<T>::PolicyUnknown)?;
			let owner = T::Nodes::node(&did).ok_or(Error::<T>::NodeNotFound)?.owner;
			let scope = Scope::CpuAndGpu;
			Ok(Self::find_qualified(&did.hash(), &owner, &policy, scope, until)?)
		}

		/// The policy that new confidential jobs for a model take.
		pub fn model_policy(model_did: Vec<u8>) -> Option<(PolicyHash, Policy)> {
			let hash = Self::active_policy(&Did::parse(model_did).ok()?)?;
			Some((hash, Policies::<T>::get(hash)?.policy))
		}

		/// Keys under which inference of a model is proven.
		pub fn proof_keys(model_did: Vec<u8>) -> Vec<(ProofKeyHash, ProofKeyOf<T>)> {
			Self::keys_of(model_did)
		}

		/// First half of the report data of a quote; the second half is zero.
		pub fn report_data(
			did: Vec<u8>,
			owner: T::AccountId,
			keys: EnclaveKeys,
			block_number: BlockNumberFor<T>,
		) -> Option<H256> {
			let did = Did::parse(did).ok()?;
			let hash = frame_system::Pallet::<T>::block_hash(block_number);
			Some(Self::binding(&did, &owner, &keys, block_number, hash))
		}

		/// Nonce with which to ask a GPU that is attached to an attested enclave.
		pub fn nonce_of(attestation: AttestationId) -> Option<[u8; 32]> {
			let record = Attestations::<T>::get(attestation)?;
			Some(attestation::gpu_nonce(&record.binding))
		}

		/// Nonce with which to ask a GPU without an enclave.
		pub fn lone_nonce(
			did: Vec<u8>,
			owner: T::AccountId,
			block_number: BlockNumberFor<T>,
		) -> Option<[u8; 32]> {
			let did = Did::parse(did).ok()?;
			let hash = frame_system::Pallet::<T>::block_hash(block_number);
			let binding = Self::lone_binding(&did, &owner, block_number, hash);
			Some(attestation::gpu_nonce(&binding))
		}

		/// How new the stored statement of Intel's is.
		pub fn collateral_dates(kind: CollateralKind) -> Option<Dates> {
			match kind {
				CollateralKind::RootCrl => RootCrl::<T>::get().map(|list| list.dates),
				CollateralKind::PckCrl(ca) => PckCrls::<T>::get(ca).map(|list| list.dates),
				CollateralKind::TcbInfo(tee, fmspc) => {
					TcbInfos::<T>::get((tee, fmspc)).map(|json| json.dates)
				}
				CollateralKind::QeIdentity(tee) => {
					QeIdentities::<T>::get(tee).map(|json| json.dates)
				}
			}
		}

		/// A committee with the epochs that have its key and that are being made.
		pub fn committee(
			committee: dkg::CommitteeId,
		) -> Option<dkg::CommitteeView<BalanceOf<T>, BlockNumberFor<T>>> {
			Self::view_committee(committee)
		}

		/// The members of an epoch, by their index.
		pub fn committee_seats(
			committee: dkg::CommitteeId,
			epoch: dkg::EpochId,
		) -> Vec<dkg::MemberSeatOf<T>> {
			Seats::<T>::get((committee, epoch)).into_inner()
		}

		/// A dealing as its dealer sent it.
		pub fn committee_dealing(
			committee: dkg::CommitteeId,
			epoch: dkg::EpochId,
			dealer: u8,
		) -> Option<committee_keys::Dealing> {
			Self::stored_dealing(committee, epoch, dealer)
		}

		/// The release of a job's data key, and the shares that are there.
		pub fn key_release(
			job: JobId,
		) -> Option<(dkg::KeyReleaseOf<T>, Vec<(u8, committee_keys::Partial)>)> {
			Some((Releases::<T>::get(job)?, Partials::<T>::get(job).into_inner()))
		}
	}
}
