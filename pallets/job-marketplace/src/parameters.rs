//! Governable numbers of the marketplace and the bounds within which they keep its rules true.

use crate::{
	lifecycle::Moment,
	matching::ScoreWeights,
	types::{JobRecordOf, JobStatus},
	Config, Disputes, Error, Event, Pallet, Parameters,
};
use ai_compute_primitives::JobId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{ensure, traits::Get, PalletError};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{AtLeast32BitUnsigned, Zero},
	DispatchResult, Percent,
};

/// Longest latency limit that a job can have, in blocks.
pub const MAX_RESULT_LIMIT: u32 = 14_400;
/// Highest late penalty, in percent.
pub const MAX_LATE_PENALTY: u8 = 50;
/// Most that fee and royalty may take together, in 1/10 000 of the gross.
pub const MAX_SHARES_BPS: u32 = 9_000;

/// [`MarketParameters`] in this runtime.
pub type ParametersOf<T> = MarketParameters<BlockNumberFor<T>>;

/// Periods, in blocks of the clock, and other governable numbers.
///
/// A change acts on the next step of a job: deadlines that are set stay as they are, and the late
/// penalty of a job is the one of its submission.
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
pub struct MarketParameters<BlockNumber> {
	/// From submission to the end of bidding. 1 to 600.
	pub bidding: BlockNumber,
	/// From the end of bidding to expiry, and again after each failed attempt. 10 to 14 400.
	pub matching: BlockNumber,
	/// From assignment to start. 2 to 600.
	pub start: BlockNumber,
	/// Longest latency that a bid may promise. 1 to 14 400.
	pub result: BlockNumber,
	/// How long after the promised time a result is still taken. 0 to 600.
	pub late_grace: BlockNumber,
	/// From delivery to payment without acceptance. 100 to 14 400.
	pub escrow: BlockNumber,
	/// From the end of a settled job to the last moment for a rating. 1 to 100 800, at most
	/// `retention`.
	pub rating: BlockNumber,
	/// From the end of a job to the reaping of its record. 600 to 432 000.
	pub retention: BlockNumber,
	/// From submission to the last moment for a result. At most 432 000, and enough for every
	/// attempt to take its full time.
	pub max_lifetime: BlockNumber,
	/// Most assignments of a job. 1 to 10.
	pub max_attempts: u8,
	/// Part of the gross that a late result loses. At most 50 %.
	pub late_penalty: Percent,
	/// How price, latency and reputation count. Not all zero.
	pub weights: ScoreWeights,
	/// From a dispute to the last moment for the node's answer. 600 to 28 800.
	pub response: BlockNumber,
	/// From that answer to the last moment for the arbiter's decision. 7 200 to 432 000.
	pub arbitration: BlockNumber,
	/// From the assignment of a confidential job to the last moment for its key. 2 to 600.
	pub prompt: BlockNumber,
}

/// Which bound a set of parameters breaks.
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
pub enum ParameterError {
	/// `bidding` out of bounds.
	Bidding,
	/// `matching` out of bounds.
	Matching,
	/// `start` out of bounds.
	Start,
	/// `result` out of bounds.
	Result,
	/// `late_grace` out of bounds.
	LateGrace,
	/// `escrow` out of bounds.
	Escrow,
	/// `rating` out of bounds or longer than `retention`.
	Rating,
	/// `retention` out of bounds.
	Retention,
	/// `max_lifetime` out of bounds or too short for all attempts.
	Lifetime,
	/// `max_attempts` out of bounds.
	Attempts,
	/// `late_penalty` out of bounds.
	LatePenalty,
	/// All weights are zero.
	Weights,
	/// `response` out of bounds.
	Response,
	/// `arbitration` out of bounds.
	Arbitration,
	/// `prompt` out of bounds.
	Prompt,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> MarketParameters<BlockNumber> {
	/// The defaults, with `escrow` as the escrow period.
	pub fn with_escrow(escrow: BlockNumber) -> Self {
		Self {
			bidding: 10u32.into(),
			matching: 100u32.into(),
			start: 20u32.into(),
			result: 600u32.into(),
			late_grace: 20u32.into(),
			escrow,
			rating: 14_400u32.into(),
			retention: 14_400u32.into(),
			max_lifetime: 28_800u32.into(),
			max_attempts: 3,
			late_penalty: Percent::from_percent(10),
			weights: ScoreWeights::default(),
			response: 2_400u32.into(),
			arbitration: 43_200u32.into(),
			prompt: 20u32.into(),
		}
	}

	/// Checks every bound.
	pub fn validate(&self) -> Result<(), ParameterError> {
		let within = |value: BlockNumber, least: u32, most: u32, error: ParameterError| {
			let fits = value >= least.into() && value <= most.into();
			if fits {
				Ok(())
			} else {
				Err(error)
			}
		};
		within(self.bidding, 1, 600, ParameterError::Bidding)?;
		within(self.matching, 10, 14_400, ParameterError::Matching)?;
		within(self.start, 2, 600, ParameterError::Start)?;
		within(self.result, 1, MAX_RESULT_LIMIT, ParameterError::Result)?;
		within(self.late_grace, 0, 600, ParameterError::LateGrace)?;
		within(self.escrow, 100, 14_400, ParameterError::Escrow)?;
		within(self.rating, 1, 100_800, ParameterError::Rating)?;
		within(self.retention, 600, 432_000, ParameterError::Retention)?;
		ensure!(self.rating <= self.retention, ParameterError::Rating);
		ensure!((1..=10).contains(&self.max_attempts), ParameterError::Attempts);
		within(self.max_lifetime, 1, 432_000, ParameterError::Lifetime)?;
		ensure!(self.max_lifetime >= self.longest_life(), ParameterError::Lifetime);
		ensure!(self.late_penalty.deconstruct() <= MAX_LATE_PENALTY, ParameterError::LatePenalty);
		let ScoreWeights { price, latency, reputation } = self.weights;
		ensure!(price > 0 || latency > 0 || reputation > 0, ParameterError::Weights);
		within(self.response, 600, 28_800, ParameterError::Response)?;
		within(self.arbitration, 7_200, 432_000, ParameterError::Arbitration)?;
		within(self.prompt, 2, 600, ParameterError::Prompt)?;
		Ok(())
	}

	/// From submission to result when each attempt but the last is a no-show and every party takes
	/// all the time it has, with the longest latency limit, for a confidential job.
	pub fn longest_life(&self) -> BlockNumber {
		let attempt = self.matching.saturating_add(self.prompt).saturating_add(self.start);
		self.bidding
			.saturating_add(attempt.saturating_mul(u32::from(self.max_attempts).into()))
			.saturating_add(MAX_RESULT_LIMIT.into())
			.saturating_add(self.late_grace)
	}

	/// When a job whose time to start begins at `now`, with `latency`, must have delivered at the
	/// latest.
	pub fn last_delivery(&self, now: BlockNumber, latency: BlockNumber) -> BlockNumber {
		now.saturating_add(self.start).saturating_add(latency).saturating_add(self.late_grace)
	}
}

/// [`Parameters`] before governance sets any.
pub struct DefaultParameters<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<ParametersOf<T>> for DefaultParameters<T> {
	fn get() -> ParametersOf<T> {
		MarketParameters::with_escrow(T::JobEscrowPeriod::get())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_parameters(parameters: ParametersOf<T>) -> DispatchResult {
		parameters.validate().map_err(Error::<T>::InvalidParameters)?;
		Parameters::<T>::put(parameters);
		Self::deposit_event(Event::ParametersSet { parameters });
		Ok(())
	}

	/// The moment of `job`.
	///
	/// Reads the dispute only of a disputed job, the rating period only of a settled one, and where
	/// the key is only of a confidential one that is assigned.
	pub(crate) fn moment(job_id: JobId, job: &JobRecordOf<T>) -> Moment<BlockNumberFor<T>> {
		let rating = match job.status {
			JobStatus::Settled => Parameters::<T>::get().rating,
			_ => Zero::zero(),
		};
		let dispute = match job.status {
			JobStatus::Disputed => Disputes::<T>::get(job_id).map(|dispute| dispute.phase()),
			_ => None,
		};
		job.moment(Self::now(), rating, dispute, Self::key_phase(job_id, job))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn defaults() -> MarketParameters<u32> {
		MarketParameters::with_escrow(100)
	}

	#[test]
	fn defaults_are_valid() {
		assert_eq!(defaults().validate(), Ok(()));
		assert_eq!(defaults().longest_life(), 14_850);
	}

	#[test]
	fn each_bound_is_enforced_and_inclusive() {
		use ParameterError as E;
		type Set = fn(&mut MarketParameters<u32>, u32);
		let cases: [(Set, u32, u32, E); 11] = [
			(|p, v| p.bidding = v, 1, 600, E::Bidding),
			(|p, v| p.matching = v, 10, 4_750, E::Matching),
			(|p, v| p.start = v, 2, 600, E::Start),
			(|p, v| p.result = v, 1, 14_400, E::Result),
			(|p, v| p.late_grace = v, 0, 600, E::LateGrace),
			(|p, v| p.escrow = v, 100, 14_400, E::Escrow),
			(|p, v| p.rating = v, 1, 14_400, E::Rating),
			(|p, v| p.max_attempts = u8::try_from(v).unwrap(), 1, 10, E::Attempts),
			(|p, v| p.response = v, 600, 28_800, E::Response),
			(|p, v| p.arbitration = v, 7_200, 432_000, E::Arbitration),
			(|p, v| p.prompt = v, 2, 600, E::Prompt),
		];
		for (set, least, most, error) in cases {
			let with = |value| {
				let mut p = defaults();
				set(&mut p, value);
				p.validate()
			};
			assert_eq!(with(least), Ok(()), "{error:?} at {least}");
			assert_eq!(with(most), Ok(()), "{error:?} at {most}");
			if let Some(less) = least.checked_sub(1) {
				assert_eq!(with(less), Err(error));
			}
			// A longer matching period needs a longer lifetime before it hits its own bound.
			let above = if error == E::Matching { E::Lifetime } else { error };
			assert_eq!(with(most + 1), Err(above));
		}
	}

	#[test]
	fn retention_bounds() {
		let with =
			|retention, rating| MarketParameters { retention, rating, ..defaults() }.validate();
		assert_eq!(with(600, 600), Ok(()));
		assert_eq!(with(599, 1), Err(ParameterError::Retention));
		assert_eq!(with(432_000, 100_800), Ok(()));
		assert_eq!(with(432_000, 100_801), Err(ParameterError::Rating));
		assert_eq!(with(432_001, 1), Err(ParameterError::Retention));
		assert_eq!(with(600, 601), Err(ParameterError::Rating));
	}

	#[test]
	fn lifetime_covers_every_attempt() {
		let with = |max_lifetime| MarketParameters { max_lifetime, ..defaults() }.validate();
		assert_eq!(with(14_850), Ok(()));
		assert_eq!(with(14_849), Err(ParameterError::Lifetime));
		assert_eq!(with(432_000), Ok(()));
		assert_eq!(with(432_001), Err(ParameterError::Lifetime));
	}

	#[test]
	fn matching_has_a_bound_of_its_own() {
		let with = |matching| {
			MarketParameters { matching, max_lifetime: 432_000, ..defaults() }.validate()
		};
		assert_eq!(with(14_400), Ok(()));
		assert_eq!(with(14_401), Err(ParameterError::Matching));
	}

	#[test]
	fn penalty_and_weights_bounds() {
		let late = |percent| {
			MarketParameters { late_penalty: Percent::from_percent(percent), ..defaults() }
				.validate()
		};
		assert_eq!(late(50), Ok(()));
		assert_eq!(late(51), Err(ParameterError::LatePenalty));
		let weights = |price, latency, reputation| {
			let weights = ScoreWeights { price, latency, reputation };
			MarketParameters { weights, ..defaults() }.validate()
		};
		assert_eq!(weights(0, 0, 0), Err(ParameterError::Weights));
		assert_eq!(weights(0, 0, 1), Ok(()));
	}
}
