//! Options of a job: what `submit_job_with_options` can ask beyond `submit_job`.
//!
//! Deadline, escrow period and result limit are fields that every job's record has. What is asked of
//! the node, and the seed, are [`Requirements`], in a map that is read only for jobs that have some:
//! when a node bids and when a bid is looked at again.

use crate::{
	parameters::{ParametersOf, MAX_RESULT_LIMIT},
	submission::{Bidding, Order},
	types::*,
	*,
};
use ai_compute_primitives::{Did, DidHash, JobId, NodeInspect, NodeSummary, ProofTerms};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{defensive, ensure, traits::ConstU32, BoundedVec, PalletError};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{AtLeast32BitUnsigned, One},
	DispatchError, DispatchResult,
};

/// Longest location of a payload in bytes.
pub const MAX_URI_LEN: u32 = 256;
/// Longest region in bytes, as long as a node's location.
pub const MAX_REGION_LEN: u32 = 32;
/// Shortest escrow period that a requester may ask.
pub const MIN_ESCROW_PERIOD: u32 = 100;
/// Longest escrow period that a requester may ask.
pub const MAX_ESCROW_PERIOD: u32 = 14_400;

/// The prompt of a job.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Payload {
	/// Its bytes, at most 10 240.
	#[codec(index = 0)]
	Inline(Vec<u8>),
	/// Where it lies off chain.
	#[codec(index = 1)]
	Reference {
		/// `blake2_256` of the prompt's bytes.
		hash: [u8; 32],
		/// Where to get them: 1 to 256 bytes.
		uri: Vec<u8>,
	},
	/// A sealed prompt, of a confidential job.
	#[codec(index = 2)]
	Sealed {
		/// How it is sealed, and to whom the result shall be.
		sealing: Sealing,
		/// The bytes of its envelope, at most 10 240.
		prompt: Vec<u8>,
	},
	/// Where a sealed prompt lies off chain.
	#[codec(index = 3)]
	SealedReference {
		/// How it is sealed, and to whom the result shall be.
		sealing: Sealing,
		/// `blake2_256` of the bytes of its envelope.
		hash: [u8; 32],
		/// Where to get them: 1 to 256 bytes.
		uri: Vec<u8>,
	},
}

impl Payload {
	/// Bytes of the prompt, or of where it lies, that go on chain.
	pub fn len(&self) -> u32 {
		let bytes = match self {
			Self::Inline(prompt) | Self::Sealed { prompt, .. } => prompt.len(),
			Self::Reference { uri, .. } | Self::SealedReference { uri, .. } => {
				uri.len().saturating_add(32)
			}
		};
		u32::try_from(bytes).unwrap_or(u32::MAX)
	}

	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}
}

/// Where the prompt of a job lies off chain.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PayloadReference {
	/// `blake2_256` of the prompt's bytes.
	pub hash: [u8; 32],
	/// Where to get them.
	pub uri: BoundedVec<u8, ConstU32<MAX_URI_LEN>>,
}

/// A prompt or where it lies, within its bounds.
pub(crate) enum StoredPayload {
	/// The prompt.
	Inline(BoundedVec<u8, ConstU32<MAX_PROMPT_LEN>>),
	/// Where it lies.
	Reference(PayloadReference),
}

/// Why a payload cannot be stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PayloadError {
	/// The prompt is too long.
	TooLong,
	/// Its location is empty or too long.
	Uri,
}

impl StoredPayload {
	/// The prompt or where it lies, and how it is sealed.
	pub(crate) fn unpack(payload: Payload) -> Result<(Self, Option<Sealing>), PayloadError> {
		let inline = |bytes: Vec<u8>| {
			BoundedVec::try_from(bytes).map(Self::Inline).map_err(|_| PayloadError::TooLong)
		};
		let reference = |hash, uri: Vec<u8>| {
			BoundedVec::try_from(uri)
				.ok()
				.filter(|uri| !uri.is_empty())
				.map(|uri| Self::Reference(PayloadReference { hash, uri }))
				.ok_or(PayloadError::Uri)
		};
		Ok(match payload {
			Payload::Inline(bytes) => (inline(bytes)?, None),
			Payload::Reference { hash, uri } => (reference(hash, uri)?, None),
			Payload::Sealed { sealing, prompt } => (inline(prompt)?, Some(sealing)),
			Payload::SealedReference { sealing, hash, uri } => {
				(reference(hash, uri)?, Some(sealing))
			}
		})
	}
}

impl<T> From<PayloadError> for Error<T> {
	fn from(error: PayloadError) -> Self {
		match error {
			PayloadError::TooLong => Error::PromptTooLong,
			PayloadError::Uri => Error::InvalidOptions(OptionError::Uri),
		}
	}
}

/// A job for [`hire`](crate::Pallet::hire): what the offer leaves open.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct HireJob<Balance> {
	/// The prompt.
	pub payload: Payload,
	/// Most tokens that are paid.
	pub max_tokens: u32,
	/// The escrow.
	pub max_payment: Balance,
	/// Seed for models that take one.
	pub seed: Option<u64>,
	/// The key under which a proof settles the job.
	pub proof: Option<ProofTerms>,
}

/// Options of [`submit_job_with_options`](crate::Pallet::submit_job_with_options). What is not given
/// is as for any other job.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SubmitOptions<BlockNumber> {
	/// The result must be delivered before this tick of the clock.
	pub deadline: Option<BlockNumber>,
	/// Least reputation of the node, up to 10 000.
	pub min_reputation: Option<u32>,
	/// What the node's location begins with: 1 to 32 bytes, compared byte for byte.
	pub region: Option<Vec<u8>>,
	/// Seed for models that take one.
	pub seed: Option<u64>,
	/// DID of the only node that may bid.
	pub provider: Option<Vec<u8>>,
	/// Blocks to look at a result: 100 to 14 400.
	pub escrow_period: Option<BlockNumber>,
	/// Longest latency that a bid may promise, in blocks: 1 to 14 400.
	pub result_limit: Option<BlockNumber>,
	/// The key under which a proof settles the job.
	pub proof: Option<ProofTerms>,
}

impl<BlockNumber> Default for SubmitOptions<BlockNumber> {
	fn default() -> Self {
		Self {
			deadline: None,
			min_reputation: None,
			region: None,
			seed: None,
			provider: None,
			escrow_period: None,
			result_limit: None,
			proof: None,
		}
	}
}

/// Which option is out of its bounds.
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
	PalletError,
)]
pub enum OptionError {
	/// `deadline` is too near for bidding, start and result, or beyond the longest lifetime.
	Deadline,
	/// `min_reputation` above 10 000.
	Reputation,
	/// `region` empty or longer than 32 bytes.
	Region,
	/// `escrow_period` out of bounds.
	EscrowPeriod,
	/// `result_limit` out of bounds.
	ResultLimit,
	/// The location of the payload is empty or longer than 256 bytes.
	Uri,
}

/// What a job asks of its node, and its seed.
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
pub struct Requirements {
	/// Least reputation; 0 asks for none.
	pub min_reputation: u32,
	/// What its location begins with; empty asks for nothing.
	pub region: BoundedVec<u8, ConstU32<MAX_REGION_LEN>>,
	/// The only node that may take the job.
	pub provider: Option<DidHash>,
	/// Seed for models that take one.
	pub seed: Option<u64>,
}

impl Requirements {
	/// Whether `node` with this reputation at this location will do.
	pub fn check(
		&self,
		node: &DidHash,
		reputation: u32,
		location: &[u8],
	) -> Result<(), Ineligible> {
		ensure!(self.provider.is_none_or(|only| only == *node), Ineligible::NotInvited);
		ensure!(reputation >= self.min_reputation, Ineligible::ReputationTooLow);
		ensure!(location.starts_with(&self.region), Ineligible::OutsideRegion);
		Ok(())
	}
}

/// `value` if it is given and lies within `least` and `most`.
fn within<BlockNumber: AtLeast32BitUnsigned + Copy>(
	value: Option<BlockNumber>,
	least: BlockNumber,
	most: BlockNumber,
	error: OptionError,
) -> Result<Option<BlockNumber>, OptionError> {
	match value {
		Some(value) if value < least || value > most => Err(error),
		value => Ok(value),
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_submit_job_with_options(
		requester: T::AccountId,
		model_did: Vec<u8>,
		payload: Payload,
		max_tokens: u32,
		max_payment: BalanceOf<T>,
		min_vram_gb: u32,
		confidential: bool,
		options: SubmitOptions<BlockNumberFor<T>>,
	) -> DispatchResult {
		let model_did = Did::parse(model_did).map_err(Error::<T>::InvalidDid)?;
		let parameters = Parameters::<T>::get();
		let requirements = Self::requirements(&options)?;
		let order = Order {
			model_did,
			payload,
			max_tokens,
			max_payment,
			min_vram_gb,
			confidential,
			bidding: Bidding::Open,
			requirements: Some(requirements.clone()),
			proof: options.proof,
		};
		let (job_id, mut job) = Self::open_job(requester, order, &parameters)?;
		Self::apply_options(&mut job, &options, &parameters).map_err(Error::<T>::InvalidOptions)?;
		Self::deposit_event(Event::JobOptionsSet {
			job_id,
			requirements,
			deadline: job.lifetime_end,
			escrow_period: job.escrow_period,
			result_limit: job.result_limit,
		});
		Jobs::<T>::insert(job_id, job);
		Ok(())
	}

	/// The part of `options` that is asked of the node.
	fn requirements(
		options: &SubmitOptions<BlockNumberFor<T>>,
	) -> Result<Requirements, DispatchError> {
		let min_reputation = options.min_reputation.unwrap_or_default();
		ensure!(
			min_reputation <= matching::MAX_REPUTATION,
			Error::<T>::InvalidOptions(OptionError::Reputation)
		);
		let region = match &options.region {
			None => BoundedVec::new(),
			Some(region) => BoundedVec::try_from(region.clone())
				.ok()
				.filter(|region| !region.is_empty())
				.ok_or(Error::<T>::InvalidOptions(OptionError::Region))?,
		};
		let provider = match &options.provider {
			None => None,
			Some(provider) => {
				let provider = Did::parse(provider).map_err(Error::<T>::InvalidDid)?;
				ensure!(T::Nodes::node(&provider).is_some(), Error::<T>::NodeNotFound);
				Some(provider.hash())
			}
		};
		Ok(Requirements { min_reputation, region, provider, seed: options.seed })
	}

	/// Puts the part of `options` that the record has into `job`, which is new.
	fn apply_options(
		job: &mut JobRecordOf<T>,
		options: &SubmitOptions<BlockNumberFor<T>>,
		parameters: &ParametersOf<T>,
	) -> Result<(), OptionError> {
		// A bid that promises a single block must be able to win at the end of bidding.
		let soonest = Self::last_delivery(job, job.bid_end, One::one(), parameters);
		let deadline = within(options.deadline, soonest, job.lifetime_end, OptionError::Deadline)?;
		let escrow_period = within(
			options.escrow_period,
			MIN_ESCROW_PERIOD.into(),
			MAX_ESCROW_PERIOD.into(),
			OptionError::EscrowPeriod,
		)?;
		let result_limit = within(
			options.result_limit,
			One::one(),
			MAX_RESULT_LIMIT.into(),
			OptionError::ResultLimit,
		)?;
		job.lifetime_end = deadline.unwrap_or(job.lifetime_end);
		job.deadline = job.deadline.min(job.lifetime_end);
		job.escrow_period = escrow_period.unwrap_or(job.escrow_period);
		job.result_limit = result_limit.unwrap_or(job.result_limit);
		Ok(())
	}

	/// Whether `node`, which the registry describes as `summary`, meets the options of `job`.
	pub(crate) fn meets_options(
		job_id: JobId,
		job: &JobRecordOf<T>,
		node: &DidHash,
		summary: &NodeSummary<T::AccountId, BalanceOf<T>>,
	) -> Result<(), Ineligible> {
		if !job.has_options {
			return Ok(());
		}
		match JobOptions::<T>::get(job_id) {
			Some(required) => required.check(node, summary.reputation, &summary.location),
			None => {
				defensive!("a job with options has them stored");
				Ok(())
			}
		}
	}

	/// Removes the options of a job that is being reaped.
	pub(crate) fn drop_options(job_id: JobId, job: &JobRecordOf<T>) {
		if job.has_options {
			JobOptions::<T>::remove(job_id);
			PayloadReferences::<T>::remove(job_id);
			ProofOrders::<T>::remove(job_id);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	fn asks() -> Requirements {
		Requirements {
			min_reputation: 6_000,
			region: BoundedVec::truncate_from(b"eu-".to_vec()),
			provider: Some(H256::repeat_byte(1)),
			seed: None,
		}
	}

	#[test]
	fn each_requirement_is_asked() {
		let node = H256::repeat_byte(1);
		assert_eq!(asks().check(&node, 6_000, b"eu-west"), Ok(()));
		assert_eq!(asks().check(&node, 5_999, b"eu-west"), Err(Ineligible::ReputationTooLow));
		assert_eq!(asks().check(&node, 6_000, b"eu"), Err(Ineligible::OutsideRegion));
		assert_eq!(asks().check(&node, 6_000, b"EU-west"), Err(Ineligible::OutsideRegion));
		let other = H256::repeat_byte(2);
		assert_eq!(asks().check(&other, 6_000, b"eu-"), Err(Ineligible::NotInvited));
		assert_eq!(Requirements::default().check(&other, 0, b""), Ok(()));
	}

	#[test]
	fn bounds_are_inclusive() {
		let check = |value| within(value, 100u32, 14_400, OptionError::EscrowPeriod);
		assert_eq!(check(None), Ok(None));
		assert_eq!((check(Some(100)), check(Some(14_400))), (Ok(Some(100)), Ok(Some(14_400))));
		for outside in [0, 99, 14_401, u32::MAX] {
			assert_eq!(check(Some(outside)), Err(OptionError::EscrowPeriod));
		}
	}

	#[test]
	fn length_counts_what_goes_on_chain() {
		assert_eq!(Payload::Inline(vec![0; 7]).len(), 7);
		assert!(Payload::Inline(vec![]).is_empty());
		assert_eq!(Payload::Reference { hash: [0; 32], uri: vec![0; 7] }.len(), 39);
	}
}
