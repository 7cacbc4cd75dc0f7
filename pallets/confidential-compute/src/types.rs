//! Records.

use ai_compute_primitives::{AttestationId, Did, DidHash, EnclaveKeys};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// Longest quote in bytes.
pub const MAX_QUOTE_LEN: u32 = 8 * 1024;
/// Longest TCB info in bytes.
pub const MAX_TCB_INFO_LEN: u32 = 16 * 1024;
/// Longest QE identity in bytes.
pub const MAX_QE_IDENTITY_LEN: u32 = 4 * 1024;
/// Longest revocation list of a PCK CA in bytes.
pub const MAX_PCK_CRL_LEN: u32 = 8 * 1024;
/// Longest revocation list of the root CA in bytes.
pub const MAX_ROOT_CRL_LEN: u32 = 4 * 1024;
/// Longest certificate in bytes.
pub const MAX_CERTIFICATE_LEN: u32 = 2 * 1024;
/// Longest chain of certificates in PEM in bytes.
pub const MAX_PEM_CHAIN_LEN: u32 = 6 * 1024;
/// Longest GPU evidence in bytes.
pub const MAX_EVIDENCE_LEN: u32 = 8 * 1024;
/// Most certificates of a GPU, without the root.
pub const MAX_GPU_CHAIN: u32 = 5;
/// Most advisories that apply to a platform.
pub const MAX_ADVISORIES: u32 = 64;
/// Most measurements of a policy.
pub const MAX_MEASUREMENTS: u32 = 32;
/// Most attestations that are kept of one node.
pub const MAX_ATTESTATIONS_PER_NODE: u32 = 8;
/// Most GPUs of one attestation.
pub const MAX_GPUS: u32 = 8;
/// Most digests of a set of golden measurements.
pub const MAX_GOLDEN: u32 = 96;
/// Longest name of a version in GPU evidence, in bytes.
pub const MAX_VERSION_LEN: u32 = 32;
/// How many own blocks the block that a quote names may lie back.
pub const MAX_BINDING_AGE: u32 = 256;

/// The kind of a CPU enclave.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum TeeKind {
	/// An Intel SGX enclave.
	#[codec(index = 0)]
	Sgx,
	/// An Intel TDX trust domain.
	#[codec(index = 1)]
	Tdx,
}

/// Intel's authority that certified a platform.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum PckCa {
	/// For single-socket platforms.
	#[codec(index = 0)]
	Processor,
	/// For multi-package platforms.
	#[codec(index = 1)]
	Platform,
}

/// How Intel judges the security level of a platform. `Revoked` never passes and has no value here.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum TcbStatus {
	/// Everything is patched.
	#[codec(index = 0)]
	UpToDate,
	/// The enclave's software must mitigate something.
	#[codec(index = 1)]
	SWHardeningNeeded,
	/// The platform should be configured otherwise.
	#[codec(index = 2)]
	ConfigurationNeeded,
	/// Both of the above.
	#[codec(index = 3)]
	ConfigurationAndSWHardeningNeeded,
	/// A trust domain that started on an old module and should start again.
	#[codec(index = 4)]
	TDRelaunchAdvised,
	/// The above, and the platform should be configured otherwise.
	#[codec(index = 5)]
	TDRelaunchAdvisedConfigurationNeeded,
	/// Patches are missing.
	#[codec(index = 6)]
	OutOfDate,
	/// Patches are missing, and the platform should be configured otherwise.
	#[codec(index = 7)]
	OutOfDateConfigurationNeeded,
}

/// Number of one of Intel's security advisories: 615 for INTEL-SA-00615.
pub type Advisory = u32;

/// What runs in an enclave, complete: two enclaves that differ in code or configuration differ here.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is soon hashed")]
pub enum Measurement {
	/// An SGX enclave.
	#[codec(index = 0)]
	Sgx {
		/// Digest of code and initial data.
		mr_enclave: [u8; 32],
		/// Digest of the signer's key.
		mr_signer: [u8; 32],
		/// Product number that the signer gave it.
		isv_prod_id: u16,
		/// Security version that the signer gave it.
		isv_svn: u16,
		/// Configuration given to it at launch.
		config_id: [u8; 64],
		/// Security version of that configuration.
		config_svn: u16,
	},
	/// A TDX trust domain.
	#[codec(index = 1)]
	Tdx {
		/// Digest of the initial contents.
		mr_td: [u8; 48],
		/// Configuration that does not come from the owner.
		mr_config_id: [u8; 48],
		/// Owner.
		mr_owner: [u8; 48],
		/// Configuration that comes from the owner.
		mr_owner_config: [u8; 48],
		/// Digests that firmware, loader, kernel and applications extended.
		rtmr: [[u8; 48]; 4],
		/// Attributes.
		attributes: [u8; 8],
	},
}

impl Measurement {
	/// The digest by which policies name the measurement.
	pub fn digest(&self) -> H256 {
		blake2_256(&self.encode()).into()
	}
}

/// Whether a measured enclave collects GPU evidence itself.
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
pub enum GpuCollection {
	/// It does not, or not from GPUs of its own only. It never qualifies for work on GPUs.
	#[codec(index = 0)]
	Absent,
	/// It collects the evidence from GPUs that are attached to it, and runs models on those alone.
	#[codec(index = 1)]
	Local,
}

/// A measurement that a policy allows.
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
pub struct AllowedMeasurement {
	/// [Digest](Measurement::digest) of the measurement.
	pub digest: H256,
	/// What its code does about GPUs, as the policy's author has read.
	pub gpu: GpuCollection,
}

/// Which advisories a policy puts up with.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum AdvisoryRule {
	/// All but these.
	#[codec(index = 0)]
	AllBut(BoundedVec<Advisory, ConstU32<MAX_ADVISORIES>>),
	/// These only.
	#[codec(index = 1)]
	Only(BoundedVec<Advisory, ConstU32<MAX_ADVISORIES>>),
}

/// What an enclave must be to run a model's confidential jobs.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Policy {
	/// Allowed levels of the platform.
	pub statuses: BoundedVec<TcbStatus, ConstU32<8>>,
	/// Advisories that may apply to it.
	pub advisories: AdvisoryRule,
	/// Least number of Intel's evaluation that it was judged by.
	pub min_evaluation: u32,
	/// Allowed measurements. None allows nothing.
	pub measurements: BoundedVec<AllowedMeasurement, ConstU32<MAX_MEASUREMENTS>>,
}

/// Why an attestation does not satisfy a policy.
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
	frame_support::PalletError,
)]
pub enum Violation {
	/// The measurement is not among those allowed.
	MeasurementNotAllowed,
	/// The level of the platform is not among those allowed.
	StatusNotAllowed,
	/// An advisory applies to the platform that is not allowed.
	AdvisoryNotAllowed,
	/// The platform was judged by an older evaluation than allowed.
	EvaluationTooOld,
	/// The measured code does not collect GPU evidence itself.
	GpuNotCollectedLocally,
	/// No GPU is bound to the attestation.
	GpuMissing,
}

/// A stored policy.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PolicyRecord<AccountId, Balance, BlockNumber> {
	/// The policy.
	pub policy: Policy,
	/// The model that it was made for; none for the global one.
	pub model: Option<Did>,
	/// Who pays for its place, and how much; nobody for the global one.
	pub deposit: Option<(AccountId, Balance)>,
	/// Since when new jobs no longer take it, if they do not.
	pub retired_at: Option<BlockNumber>,
}

/// Who revoked an attestation.
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
pub enum RevokedBy {
	/// The account that made it.
	#[codec(index = 0)]
	Owner,
	/// Governance.
	#[codec(index = 1)]
	Governance,
}

/// The end of an attestation before its time.
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
pub struct Revocation<BlockNumber> {
	/// When, in ticks.
	pub at: BlockNumber,
	/// By whom.
	pub by: RevokedBy,
}

/// What Intel's signatures say about a platform and what runs on it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CpuFacts {
	/// Kind of the enclave.
	pub tee: TeeKind,
	/// [Digest](Measurement::digest) of what runs in it.
	pub measurement: H256,
	/// Level of the platform.
	pub status: TcbStatus,
	/// Number of the evaluation that gave the level.
	pub evaluation: u32,
	/// Advisories that apply to the platform, in rising order.
	pub advisories: BoundedVec<Advisory, ConstU32<MAX_ADVISORIES>>,
	/// Hash of the platform's provisioning id.
	pub platform: H256,
	/// Unix time in seconds at which the first of the signed statements behind this ends.
	pub valid_until: u64,
}

/// A verified quote of a node's enclave.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Attestation<AccountId, BlockNumber> {
	/// Hash of the node's DID.
	pub node: DidHash,
	/// Who owned the node.
	pub owner: AccountId,
	/// Keys of the enclave.
	pub keys: EnclaveKeys,
	/// First half of the quote's report data, from which GPU nonces derive.
	pub binding: H256,
	/// What was proven.
	pub cpu: CpuFacts,
	/// Number of GPUs that were proven to be attached.
	pub gpus: u32,
	/// The attestation whose session key signed for this one.
	pub predecessor: Option<AttestationId>,
	/// When it was made, in ticks.
	pub attested_at: BlockNumber,
	/// First tick at which it no longer counts.
	pub expires_at: BlockNumber,
	/// Its end before that.
	pub revoked: Option<Revocation<BlockNumber>>,
}

/// A generation of NVIDIA GPUs, by the form of its evidence.
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
pub enum GpuArch {
	/// Hopper.
	#[codec(index = 0)]
	Hopper,
	/// Blackwell.
	#[codec(index = 1)]
	Blackwell,
}

/// A name or version in GPU evidence, without zeros at its end.
pub type Version = BoundedVec<u8, ConstU32<MAX_VERSION_LEN>>;

/// What a set of golden measurements is for.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum GoldenFor {
	/// A driver.
	#[codec(index = 0)]
	Driver {
		/// Generation of the GPU.
		arch: GpuArch,
		/// Version, such as `550.90.07`.
		version: Version,
	},
	/// The firmware of a board.
	#[codec(index = 1)]
	Firmware {
		/// Generation of the GPU.
		arch: GpuArch,
		/// Project, such as `1010`.
		project: Version,
		/// Project SKU, such as `0200`.
		project_sku: Version,
		/// Chip SKU, such as `882`.
		chip_sku: Version,
		/// Version as it stands in the evidence.
		version: Version,
	},
}

impl GoldenFor {
	/// Key of the set.
	pub fn key(&self) -> H256 {
		blake2_256(&self.encode()).into()
	}
}

/// One value that a measurement may have. Several for one index are alternatives.
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
pub struct Golden {
	/// Index as in NVIDIA's reference integrity manifests: from 0.
	pub index: u8,
	/// Allowed digest.
	pub digest: [u8; 48],
}

/// Golden measurements of one driver or firmware, by rising index.
pub type GoldenSet = BoundedVec<Golden, ConstU32<MAX_GOLDEN>>;

/// A verified GPU.
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
pub struct GpuFacts {
	/// Generation.
	pub arch: GpuArch,
	/// Hash of the key that signed the evidence: it stands for the device and its firmware.
	pub leaf_key: H256,
	/// Hash of the key that certified that one: it stands for the device.
	pub device_key: H256,
	/// Key of the driver's golden measurements.
	pub driver: H256,
	/// Key of the firmware's golden measurements.
	pub firmware: H256,
	/// Hash of the evidence.
	pub evidence: H256,
}

/// What was proven of the GPUs of an attestation.
pub type Gpus = BoundedVec<GpuFacts, ConstU32<MAX_GPUS>>;

/// A verified GPU without an enclave: it proves a genuine GPU, and nothing about who uses it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LoneGpu<AccountId, BlockNumber> {
	/// Who owned the node.
	pub owner: AccountId,
	/// What was proven.
	pub gpu: GpuFacts,
	/// When, in ticks.
	pub attested_at: BlockNumber,
	/// First tick at which it no longer counts.
	pub expires_at: BlockNumber,
}

/// The one node that a platform or a GPU belongs to.
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
pub struct Claim<BlockNumber> {
	/// Hash of the node's DID.
	pub node: DidHash,
	/// First tick at which another node may claim it.
	pub until: BlockNumber,
}

/// A statement of Intel's in JSON, with its signature.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedJson<const MAX_LEN: u32> {
	/// The JSON text as it was signed.
	pub body: BoundedVec<u8, ConstU32<MAX_LEN>>,
	/// ECDSA P-256 signature, r then s.
	pub signature: [u8; 64],
	/// Certificate of the signer, issued by the root, in DER.
	pub signer: BoundedVec<u8, ConstU32<MAX_CERTIFICATE_LEN>>,
	/// Dates and number.
	pub dates: Dates,
}

/// A revocation list.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RevocationList<const MAX_LEN: u32> {
	/// The list in DER.
	pub der: BoundedVec<u8, ConstU32<MAX_LEN>>,
	/// Dates and number.
	pub dates: Dates,
}

/// How new a signed statement is.
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
pub struct Dates {
	/// Unix time in seconds at which it was issued.
	pub issued: u64,
	/// Unix time in seconds by which a newer one is promised.
	pub next_update: u64,
	/// Number of the evaluation, or of the revocation list.
	pub number: u32,
}

impl Dates {
	/// Whether this statement may replace `old`: later, and its number not lower.
	pub fn succeeds(&self, old: &Self) -> bool {
		self.issued > old.issued && self.number >= old.number
	}
}

/// Which signed statement of Intel's.
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
pub enum CollateralKind {
	/// Revocation list of the root CA.
	#[codec(index = 0)]
	RootCrl,
	/// Revocation list of a PCK CA.
	#[codec(index = 1)]
	PckCrl(PckCa),
	/// TCB info of a family of platforms.
	#[codec(index = 2)]
	TcbInfo(TeeKind, [u8; 6]),
	/// Identity of the quoting enclave.
	#[codec(index = 3)]
	QeIdentity(TeeKind),
}

/// The signature of the enclave that another one takes over from.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Succession {
	/// The attestation whose session key signed.
	pub predecessor: AttestationId,
	/// 64 bytes, or 65 for ECDSA.
	pub signature: Vec<u8>,
}

/// A GPU certificate authority whose chain to the root was verified once.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PinnedIssuer {
	/// Hashes of the serial numbers of it and of those above it, without the root.
	pub serials: BoundedVec<H256, ConstU32<MAX_GPU_CHAIN>>,
}

/// What a node has proven, and until when. For wallets and dashboards.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct NodeProof<BlockNumber> {
	/// The attestation, if the CPU enclave is proven.
	pub attestation: Option<AttestationId>,
	/// What is proven about the CPU.
	pub cpu: Option<CpuFacts>,
	/// Keys of the enclave.
	pub keys: Option<EnclaveKeys>,
	/// GPUs that are bound to the enclave.
	pub bound_gpus: Vec<GpuFacts>,
	/// A GPU proven without an enclave. It qualifies for nothing.
	pub lone_gpu: Option<GpuFacts>,
	/// First tick at which the enclave's proof ends, or the lone GPU's if there is no enclave.
	pub expires_at: BlockNumber,
}
