//! Stored records and call arguments of AIDID.
//!
//! Field order, enum indices and bounds are those that Ëtrid's other chains use, so that clients
//! encode one form for all of them.

use ai_compute_primitives::Did;
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, Blake2_256, BoundedVec, StorageHasher};
use scale_info::TypeInfo;
use sp_core::H256;

/// Key of an AI: `blake2_256([type index] ++ identifier)`.
pub type AIKey = H256;

/// Bytes of at most `N`.
pub type Text<const N: u32> = BoundedVec<u8, ConstU32<N>>;

/// Longest identifier in bytes.
pub const MAX_IDENTIFIER_LENGTH: u32 = 64;
/// Longest version in bytes.
pub const MAX_VERSION_LENGTH: u32 = 32;
/// Longest description of an architecture in bytes.
pub const MAX_ARCHITECTURE_LENGTH: u32 = 128;
/// Longest number of parameters, as text, in bytes.
pub const MAX_PARAMETERS_LENGTH: u32 = 32;
/// Longest name of an alignment method in bytes.
pub const MAX_ALIGNMENT_METHOD_LENGTH: u32 = 64;
/// Most tasks, allowed or prohibited.
pub const MAX_TASKS: u32 = 32;
/// Most modalities, of input or of output.
pub const MAX_MODALITIES: u32 = 16;
/// Most languages.
pub const MAX_LANGUAGES: u32 = 100;
/// Longest code of a language in bytes.
pub const MAX_LANGUAGE_LENGTH: u32 = 8;
/// Most benchmarks in an attestation.
pub const MAX_BENCHMARKS: u32 = 50;
/// Longest name of a benchmark in bytes.
pub const MAX_BENCHMARK_NAME_LENGTH: u32 = 64;
/// Longest hash of training data in bytes.
pub const MAX_TRAINING_DATA_HASH_LENGTH: u32 = 128;
/// Longest action of a permission in bytes.
pub const MAX_ACTION_LENGTH: u32 = 64;
/// Longest resource of a permission in bytes.
pub const MAX_RESOURCE_LENGTH: u32 = 128;
/// Most conditions of a permission.
pub const MAX_CONDITIONS: u32 = 10;
/// Longest condition of a permission in bytes.
pub const MAX_CONDITION_LENGTH: u32 = 128;

/// Highest score, share or rating: 10 000 means 100 %.
pub const FULL_SCORE: u32 = 10_000;

const DID_PREFIX: &[u8] = b"did:etrid:ai:";

/// What kind of AI.
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
pub enum AIType {
	/// Large language model.
	#[codec(index = 0)]
	LLM,
	/// Computer vision.
	#[codec(index = 1)]
	Vision,
	/// Audio.
	#[codec(index = 2)]
	Audio,
	/// Several modalities.
	#[codec(index = 3)]
	Multimodal,
	/// Autonomous agent.
	#[codec(index = 4)]
	Agent,
	/// Several models together.
	#[codec(index = 5)]
	Ensemble,
}

impl AIType {
	/// Every type, in the order of its index.
	pub const ALL: [AIType; 6] =
		[Self::LLM, Self::Vision, Self::Audio, Self::Multimodal, Self::Agent, Self::Ensemble];

	/// Index in the key of an AI, and in every encoding.
	pub fn index(self) -> u8 {
		match self {
			Self::LLM => 0,
			Self::Vision => 1,
			Self::Audio => 2,
			Self::Multimodal => 3,
			Self::Agent => 4,
			Self::Ensemble => 5,
		}
	}

	/// Name in a DID.
	pub fn name(self) -> &'static [u8] {
		match self {
			Self::LLM => b"llm",
			Self::Vision => b"vision",
			Self::Audio => b"audio",
			Self::Multimodal => b"multimodal",
			Self::Agent => b"agent",
			Self::Ensemble => b"ensemble",
		}
	}

	/// Key of the AI of this type with `identifier`.
	pub fn key(self, identifier: &[u8]) -> AIKey {
		let mut bytes = Vec::with_capacity(identifier.len().saturating_add(1));
		bytes.push(self.index());
		bytes.extend_from_slice(identifier);
		Blake2_256::hash(&bytes).into()
	}

	/// The bytes of `did:etrid:ai:<type>:<identifier>`.
	pub fn did_bytes(self, identifier: &[u8]) -> Vec<u8> {
		[DID_PREFIX, self.name(), b":", identifier].concat()
	}

	/// Type and identifier that an AI's DID names. `None` for other DIDs.
	pub fn of(did: &Did) -> Option<(Self, &[u8])> {
		let rest = did.as_bytes().strip_prefix(DID_PREFIX)?;
		let colon = rest.iter().position(|byte| *byte == b':')?;
		let (name, identifier) = (rest.get(..colon)?, rest.get(colon.checked_add(1)?..)?);
		let ai_type = Self::ALL.into_iter().find(|ai_type| ai_type.name() == name)?;
		Some((ai_type, identifier))
	}
}

/// What an AI can do.
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
pub enum Task {
	/// Write text.
	#[codec(index = 0)]
	TextGeneration,
	/// Sort text into classes.
	#[codec(index = 1)]
	TextClassification,
	/// Answer questions.
	#[codec(index = 2)]
	QuestionAnswering,
	/// Write programs.
	#[codec(index = 3)]
	CodeGeneration,
	/// Translate.
	#[codec(index = 4)]
	Translation,
	/// Summarise.
	#[codec(index = 5)]
	Summarization,
	/// Make images.
	#[codec(index = 6)]
	ImageGeneration,
	/// Sort images into classes.
	#[codec(index = 7)]
	ImageClassification,
	/// Find objects in images.
	#[codec(index = 8)]
	ObjectDetection,
	/// Write down speech.
	#[codec(index = 9)]
	AudioTranscription,
	/// Make speech, sound or music.
	#[codec(index = 10)]
	AudioGeneration,
	/// Make videos.
	#[codec(index = 11)]
	VideoGeneration,
	/// Understand videos.
	#[codec(index = 12)]
	VideoAnalysis,
	/// Reason in steps.
	#[codec(index = 13)]
	Reasoning,
	/// Plan and act.
	#[codec(index = 14)]
	PlanningExecution,
	/// Analyse data.
	#[codec(index = 15)]
	DataAnalysis,
}

/// What goes in or comes out.
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
pub enum Modality {
	/// Text.
	#[codec(index = 0)]
	Text,
	/// Images.
	#[codec(index = 1)]
	Image,
	/// Sound.
	#[codec(index = 2)]
	Audio,
	/// Videos.
	#[codec(index = 3)]
	Video,
	/// Tables, JSON and the like.
	#[codec(index = 4)]
	StructuredData,
	/// Programs.
	#[codec(index = 5)]
	Code,
}

/// What an AI's controller says that it can do.
#[derive(
	Clone,
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
pub struct Capabilities {
	/// Tasks. At least one.
	pub tasks: BoundedVec<Task, ConstU32<MAX_TASKS>>,
	/// What it takes. At least one.
	pub input_modalities: BoundedVec<Modality, ConstU32<MAX_MODALITIES>>,
	/// What it gives. At least one.
	pub output_modalities: BoundedVec<Modality, ConstU32<MAX_MODALITIES>>,
	/// Languages, as ISO 639 codes.
	pub languages: BoundedVec<Text<MAX_LANGUAGE_LENGTH>, ConstU32<MAX_LANGUAGES>>,
	/// Largest context in tokens. Not 0.
	pub max_context: Option<u64>,
	/// Longest output in tokens. Not 0.
	pub max_output: Option<u64>,
}

/// What an AI's controller says that it must not or cannot do.
#[derive(
	Clone,
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
pub struct Restrictions {
	/// Tasks that it is not to be used for.
	pub prohibited_tasks: BoundedVec<Task, ConstU32<MAX_TASKS>>,
	/// Whether content is filtered.
	pub content_filtering: bool,
	/// Whether a person must watch over it.
	pub requires_supervision: bool,
	/// Whether it has no access to present data.
	pub no_realtime_data: bool,
	/// Last date of its knowledge, in seconds since 1970.
	pub knowledge_cutoff: Option<u64>,
	/// Most requests per second.
	pub rate_limit: Option<u32>,
}

/// What an AI's controller says of its safety.
#[derive(
	Clone,
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
pub struct SafetyProfile {
	/// Alignment method, such as `RLHF`. Not empty.
	pub alignment_method: Text<MAX_ALIGNMENT_METHOD_LENGTH>,
	/// Whether content is filtered.
	pub content_filtering: bool,
	/// Whether it was examined for bias.
	pub bias_evaluated: bool,
	/// Toxicity, at most 10 000.
	pub toxicity_score: u32,
}

/// Description of an AI.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AIProfile {
	/// Type. The one that the AI was registered with.
	pub ai_type: AIType,
	/// Version. Not empty.
	pub version: Text<MAX_VERSION_LENGTH>,
	/// Architecture.
	pub architecture: Text<MAX_ARCHITECTURE_LENGTH>,
	/// Number of parameters, as text.
	pub parameters: Text<MAX_PARAMETERS_LENGTH>,
	/// What it can do.
	pub capabilities: Capabilities,
	/// What it must not or cannot do.
	pub restrictions: Restrictions,
	/// Its safety.
	pub safety: SafetyProfile,
}

impl AIProfile {
	/// The least that a profile must say: version 1, text in and out.
	pub fn plain(ai_type: AIType) -> Self {
		Self {
			ai_type,
			version: BoundedVec::truncate_from(b"1".to_vec()),
			architecture: Default::default(),
			parameters: Default::default(),
			capabilities: Capabilities {
				tasks: BoundedVec::truncate_from(vec![Task::TextGeneration]),
				input_modalities: BoundedVec::truncate_from(vec![Modality::Text]),
				output_modalities: BoundedVec::truncate_from(vec![Modality::Text]),
				..Default::default()
			},
			restrictions: Default::default(),
			safety: SafetyProfile {
				alignment_method: BoundedVec::truncate_from(b"none".to_vec()),
				..Default::default()
			},
		}
	}
}

/// Result of one benchmark.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Benchmark {
	/// Name, such as `MMLU`.
	pub name: Text<MAX_BENCHMARK_NAME_LENGTH>,
	/// Score, at most 10 000.
	pub score: u32,
}

/// Where a model comes from, as its controller says. The chain verifies none of it; whoever has
/// the weights can compare their hash.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ModelAttestation {
	/// SHA-256 of the weights. Not zero.
	pub model_hash: [u8; 32],
	/// Hash of the training data. Not empty.
	pub training_data_hash: Text<MAX_TRAINING_DATA_HASH_LENGTH>,
	/// Version. Not empty.
	pub version: Text<MAX_VERSION_LENGTH>,
	/// End of training, in seconds since 1970.
	pub training_date: u64,
	/// Whether the training can be repeated with the same result.
	pub reproducible: bool,
	/// Benchmark results.
	pub benchmarks: BoundedVec<Benchmark, ConstU32<MAX_BENCHMARKS>>,
}

/// How an AI's use is charged.
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
pub enum BillingMethod {
	/// By tokens.
	#[codec(index = 0)]
	PerToken,
	/// By requests.
	#[codec(index = 1)]
	PerRequest,
	/// By time.
	#[codec(index = 2)]
	Subscription,
	/// By use, settled afterwards.
	#[codec(index = 3)]
	PayAsYouGo,
}

/// Price list for readers. The market charges what the model catalogue and the bids say.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PricingModel {
	/// Price of an input token, in the smallest unit.
	pub input_token_price: u128,
	/// Price of an output token, in the smallest unit.
	pub output_token_price: u128,
	/// Price of a request, in the smallest unit.
	pub request_price: Option<u128>,
	/// What is charged.
	pub billing_method: BillingMethod,
}

/// Something that an AI may do. Read and enforced by the service that owns the resource.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Permission {
	/// What it may do. Not empty.
	pub action: Text<MAX_ACTION_LENGTH>,
	/// With what. Not empty.
	pub resource: Text<MAX_RESOURCE_LENGTH>,
	/// Under which conditions. None of them empty.
	pub conditions: BoundedVec<Text<MAX_CONDITION_LENGTH>, ConstU32<MAX_CONDITIONS>>,
}

impl Permission {
	/// Key of the permission for `action` with `resource`: `blake2_256(action ++ resource)`.
	pub fn key_of(action: &[u8], resource: &[u8]) -> H256 {
		Blake2_256::hash(&[action, resource].concat()).into()
	}

	/// Key of this permission.
	pub fn key(&self) -> H256 {
		Self::key_of(&self.action, &self.resource)
	}

	/// Whether it is for exactly this action with this resource. Two different pairs can share a
	/// key (`ab`, `c` and `a`, `bc`), so readers compare both.
	pub fn is_for(&self, action: &[u8], resource: &[u8]) -> bool {
		self.action.as_slice() == action && self.resource.as_slice() == resource
	}
}

/// A stored permission.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PermissionRecord<Balance> {
	/// The permission.
	pub permission: Permission,
	/// Amount on hold from the controller for this entry, in the smallest unit.
	pub deposit: Balance,
}

/// A registered AI.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AIIdentity<AccountId, Balance, BlockNumber> {
	/// Last part of its DID.
	pub identifier: Text<MAX_IDENTIFIER_LENGTH>,
	/// Its type.
	pub ai_type: AIType,
	/// Who registered it, controls it and pays its deposits. Never changes.
	pub controller: AccountId,
	/// Description.
	pub profile: AIProfile,
	/// Where the model comes from.
	pub attestation: Option<ModelAttestation>,
	/// Price list.
	pub pricing: Option<PricingModel>,
	/// Tick of registration.
	pub registered_at: BlockNumber,
	/// Tick of the last change.
	pub updated_at: BlockNumber,
	/// Whether its DID authorises anything.
	pub active: bool,
	/// Amount on hold for this record, in the smallest unit.
	pub deposit: Balance,
}

impl<AccountId, Balance, BlockNumber> AIIdentity<AccountId, Balance, BlockNumber> {
	/// Bytes that the deposit pays for.
	pub fn variable_bytes(&self) -> u32 {
		let sizes = [
			self.identifier.encoded_size(),
			self.profile.encoded_size(),
			self.attestation.encoded_size(),
			self.pricing.encoded_size(),
		];
		let sum = sizes.into_iter().fold(0usize, usize::saturating_add);
		u32::try_from(sum).unwrap_or(u32::MAX)
	}
}

/// The part of an identity that settlement and authorisation read: small, beside the large record.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Control<AccountId> {
	/// Same as in the identity.
	pub controller: AccountId,
	/// Same as in the identity.
	pub active: bool,
	/// Number of its permissions.
	pub permissions: u32,
}

/// What an account may still say about an AI, because it was party to paid jobs.
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
pub struct JobRights<BlockNumber> {
	/// Inferences that it may record, one for each job that it was paid for.
	pub inferences: u32,
	/// Ratings that it may submit, one for each job that it paid.
	pub ratings: u32,
	/// First tick at which the rights are gone. Each further job puts it off.
	pub lapses_at: BlockNumber,
}

/// Where an AI stands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum AIStatus<AccountId> {
	/// Never registered.
	Unregistered,
	/// Registered; its DID authorises its controller.
	Active {
		/// Who controls it.
		controller: AccountId,
	},
	/// Switched off by its controller, who may switch it on again.
	Deactivated {
		/// Who controls it.
		controller: AccountId,
	},
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_key_is_the_hash_of_type_index_and_identifier() {
		assert_eq!(AIType::Audio.key(b"ab"), H256(Blake2_256::hash(&[2, b'a', b'b'])));
		assert_ne!(AIType::LLM.key(b"ab"), AIType::Vision.key(b"ab"));
	}

	#[test]
	fn each_type_survives_its_did_and_its_encoding() {
		for (index, ai_type) in AIType::ALL.into_iter().enumerate() {
			assert_eq!(ai_type.encode(), [index as u8]);
			assert_eq!(usize::from(ai_type.index()), index);
			let did = Did::parse(ai_type.did_bytes(b"a.b_c-1")).unwrap();
			assert_eq!(AIType::of(&did), Some((ai_type, &b"a.b_c-1"[..])));
		}
		assert_eq!(AIType::of(&Did::parse("did:etrid:gpu:llm:x").unwrap()), None);
	}
}
