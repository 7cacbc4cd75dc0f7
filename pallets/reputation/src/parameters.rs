//! Governable numbers of the pallet and the bounds within which they keep its rules true.

use crate::{
	scoring::{self, Evidence, Prior, MAX_SCORE, ONE, UNIT},
	BalanceOf, Config, Error, Event, Pallet, Parameters,
};
use ai_compute_primitives::JobOutcome;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	ensure,
	traits::{fungible::Inspect, Get},
	PalletError,
};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::{traits::AtLeast32BitUnsigned, DispatchResult, Percent};

/// Most that the requester gets of what was at risk, in percent.
pub const MAX_COMPENSATION: u8 = 10;
/// Heaviest slash of a kind, in percent of the slashing amount.
pub const MAX_SLASH: u16 = 1_000;
/// Heaviest evidence of a kind, in percent of a whole outcome.
pub const MAX_SEVERITY: u16 = 1_000;
/// Most points of one violation.
pub const MAX_POINTS: u8 = 20;
/// Most points by which one rating may move a score.
pub const MAX_RATING_STEP: u32 = 100;

/// [`ReputationParameters`] in this runtime.
pub type ParametersOf<T> = ReputationParameters<BalanceOf<T>, BlockNumberFor<T>>;

/// What one kind of fault costs.
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
pub struct Fault {
	/// Slash in percent of the slashing amount. At most 1 000.
	pub slash: u16,
	/// Bad evidence in percent of a whole outcome. At most 1 000.
	pub severity: u16,
	/// Points of the violation. At most 20, 0 for no violation.
	pub points: u8,
}

/// Periods, in ticks of the clock, and other governable numbers.
///
/// A change acts on what happens after it: slashes keep their amounts and deadlines, suspensions
/// their ends. Scores follow at the next report or `refresh_score`.
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
pub struct ReputationParameters<Balance, BlockNumber> {
	/// Ticks after which evidence counts half. 14 400 to 5 256 000 (a day to a year).
	pub half_life: BlockNumber,
	/// Evidence that the initial score is worth, in hundredths of an outcome. 200 to 10 000.
	pub prior_weight: u32,
	/// Standard deviations that the score lies below the mean, in hundredths. 0 to 300, and so that
	/// a node without evidence has a lower bound of at least 5 %.
	pub confidence: u32,
	/// Platform fee at which a paid job counts as half an outcome. At least 1, at most the slashing
	/// amount.
	pub half_fee: Balance,
	/// Amount at risk at which a failed job counts as half an outcome. At least 1, at most a hundred
	/// times the slashing amount.
	pub half_risk: Balance,
	/// Least part of an outcome that a failed job counts as. 1 to 100 %.
	pub least_fault: Percent,
	/// Part of its weight that a late delivery is credited.
	pub late_credit: Percent,
	/// Weight of a rating against that of the paid job itself.
	pub rating_weight: Percent,
	/// Points by which one rating may move a score. At most 100.
	pub rating_step: u32,
	/// Good evidence that a node can gain in a window, in whole outcomes. 1 to 1 000.
	pub gain_limit: u32,
	/// Bad evidence of a job given back before its start, in percent of an outcome. At most 1 000.
	pub returned: u16,
	/// Delivered inside the late grace.
	pub late: Fault,
	/// Given up after the start.
	pub abandoned: Fault,
	/// Not started in time.
	pub no_show: Fault,
	/// Started, no result in time.
	pub timed_out: Fault,
	/// A dispute was not answered.
	pub unanswered: Fault,
	/// A dispute was lost.
	pub lost_dispute: Fault,
	/// Length of the window. 600 to 100 800.
	pub window: BlockNumber,
	/// Points in the window at which a node is suspended. 1 to 1 000.
	pub violation_limit: u16,
	/// Score below which a node is suspended. At most 500 points below the initial score.
	pub threshold: u32,
	/// From a suspension to the first moment at which it can be lifted. 600 to 432 000.
	pub cooling: BlockNumber,
	/// The requester's part of a slash, in percent of what was at risk. At most 10 %. Never more than
	/// half of the slash.
	pub compensation: Percent,
	/// How long a slash can be appealed. 2 400 to 100 800.
	pub appeal: BlockNumber,
	/// How long the arbiter has for an appeal. 2 400 to 432 000.
	pub arbitration: BlockNumber,
	/// Bond of an appeal. From the existential deposit to the slashing amount.
	pub appeal_bond: Balance,
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
	/// `half_life` out of bounds.
	HalfLife,
	/// `prior_weight` out of bounds.
	PriorWeight,
	/// `confidence` out of bounds, or so large that nothing is left of the initial score.
	Confidence,
	/// `half_fee` out of bounds.
	HalfFee,
	/// `half_risk` out of bounds.
	HalfRisk,
	/// `least_fault` out of bounds.
	LeastFault,
	/// `rating_step` out of bounds.
	RatingStep,
	/// `gain_limit` out of bounds.
	GainLimit,
	/// `returned` out of bounds.
	Returned,
	/// A part of a fault out of bounds.
	Fault,
	/// `window` out of bounds.
	Window,
	/// `violation_limit` out of bounds.
	ViolationLimit,
	/// `threshold` out of bounds.
	Threshold,
	/// `cooling` out of bounds.
	Cooling,
	/// `compensation` out of bounds.
	Compensation,
	/// `appeal` out of bounds.
	Appeal,
	/// `arbitration` out of bounds.
	Arbitration,
	/// `appeal_bond` out of bounds.
	AppealBond,
}

/// What the bounds of some parameters depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits<Balance> {
	/// Score of a node that nobody knows.
	pub initial_score: u32,
	/// Slash of one ordinary fault.
	pub slashing_amount: Balance,
	/// Least balance of an account.
	pub existential_deposit: Balance,
}

impl<Balance, BlockNumber> ReputationParameters<Balance, BlockNumber>
where
	Balance: AtLeast32BitUnsigned + Copy,
	BlockNumber: AtLeast32BitUnsigned + Copy,
{
	/// The numbers a chain starts with.
	pub fn initial(limits: &Limits<Balance>) -> Self {
		let part = |divisor: u32| {
			limits.slashing_amount.checked_div(&divisor.into()).unwrap_or(limits.slashing_amount)
		};
		let fault = |slash, severity, points| Fault { slash, severity, points };
		Self {
			half_life: 432_000u32.into(),
			prior_weight: 1_000,
			confidence: 100,
			half_fee: part(100).max(Balance::one()),
			half_risk: part(5).max(Balance::one()),
			least_fault: Percent::from_percent(10),
			late_credit: Percent::from_percent(50),
			rating_weight: Percent::from_percent(50),
			rating_step: MAX_RATING_STEP,
			gain_limit: 20,
			returned: 20,
			late: fault(5, 0, 1),
			abandoned: fault(50, 100, 1),
			no_show: fault(100, 150, 2),
			timed_out: fault(100, 200, 2),
			unanswered: fault(100, 200, 2),
			lost_dispute: fault(200, 400, 4),
			window: 14_400u32.into(),
			violation_limit: 10,
			threshold: 2_000u32.min(limits.initial_score.saturating_sub(500)),
			cooling: 14_400u32.into(),
			compensation: Percent::from_percent(MAX_COMPENSATION),
			appeal: 14_400u32.into(),
			arbitration: 43_200u32.into(),
			appeal_bond: part(10).max(limits.existential_deposit),
		}
	}

	/// Checks every bound.
	pub fn validate(&self, limits: &Limits<Balance>) -> Result<(), ParameterError> {
		use ParameterError as E;
		let ticks = |value: BlockNumber, least: u32, most: u32, error: E| {
			let fits = value >= least.into() && value <= most.into();
			if fits {
				Ok(())
			} else {
				Err(error)
			}
		};
		ticks(self.half_life, 14_400, 5_256_000, E::HalfLife)?;
		ensure!((200..=10_000).contains(&self.prior_weight), E::PriorWeight);
		ensure!(self.confidence <= 300, E::Confidence);
		let fresh = self.prior(limits.initial_score).lower_bound(Evidence::default());
		ensure!(fresh.saturating_mul(20) >= ONE, E::Confidence);
		let most = limits.slashing_amount;
		ensure!(self.half_fee >= Balance::one() && self.half_fee <= most, E::HalfFee);
		let most = most.saturating_mul(100u32.into());
		ensure!(self.half_risk >= Balance::one() && self.half_risk <= most, E::HalfRisk);
		ensure!(!self.least_fault.is_zero(), E::LeastFault);
		ensure!(self.rating_step <= MAX_RATING_STEP, E::RatingStep);
		ensure!((1..=1_000).contains(&self.gain_limit), E::GainLimit);
		ensure!(self.returned <= MAX_SEVERITY, E::Returned);
		for fault in [
			self.late,
			self.abandoned,
			self.no_show,
			self.timed_out,
			self.unanswered,
			self.lost_dispute,
		] {
			let fits = fault.slash <= MAX_SLASH
				&& fault.severity <= MAX_SEVERITY
				&& fault.points <= MAX_POINTS;
			ensure!(fits, E::Fault);
		}
		ticks(self.window, 600, 100_800, E::Window)?;
		ensure!((1..=1_000).contains(&self.violation_limit), E::ViolationLimit);
		ensure!(self.threshold <= limits.initial_score.saturating_sub(500), E::Threshold);
		ticks(self.cooling, 600, 432_000, E::Cooling)?;
		ensure!(self.compensation.deconstruct() <= MAX_COMPENSATION, E::Compensation);
		ticks(self.appeal, 2_400, 100_800, E::Appeal)?;
		ticks(self.arbitration, 2_400, 432_000, E::Arbitration)?;
		let bond = self.appeal_bond;
		let fits = bond >= limits.existential_deposit && bond <= limits.slashing_amount;
		ensure!(fits, E::AppealBond);
		Ok(())
	}

	/// What is thought of a node before any evidence.
	pub fn prior(&self, initial_score: u32) -> Prior {
		Prior {
			score: initial_score.min(MAX_SCORE),
			weight: u64::from(self.prior_weight).saturating_mul(UNIT / 100),
			confidence: self.confidence,
		}
	}

	/// What an outcome costs. `None` if it is no fault.
	pub fn fault(&self, outcome: JobOutcome) -> Option<Fault> {
		match outcome {
			JobOutcome::OnTime | JobOutcome::Undecided => None,
			JobOutcome::Returned => Some(Fault { slash: 0, severity: self.returned, points: 0 }),
			JobOutcome::Late => Some(self.late),
			JobOutcome::Abandoned => Some(self.abandoned),
			JobOutcome::NoShow => Some(self.no_show),
			JobOutcome::TimedOut => Some(self.timed_out),
			JobOutcome::Unanswered => Some(self.unanswered),
			JobOutcome::LostDispute => Some(self.lost_dispute),
		}
	}

	/// Good evidence of an outcome for which `fee` was paid.
	pub fn credit(&self, outcome: JobOutcome, fee: Balance) -> u64 {
		match outcome {
			JobOutcome::OnTime => self.paid_weight(fee),
			JobOutcome::Late => self.late_credit.mul_floor(self.paid_weight(fee)),
			_ => 0,
		}
	}

	/// Weight of a rating of a job for which `fee` was paid.
	pub fn rating_weight(&self, fee: Balance) -> u64 {
		self.rating_weight.mul_floor(self.paid_weight(fee))
	}

	fn paid_weight(&self, fee: Balance) -> u64 {
		scoring::weight(fee.unique_saturated_into(), self.half_fee.unique_saturated_into())
	}

	/// Bad evidence of a fault with `at_risk` at risk.
	pub fn blame(&self, fault: &Fault, at_risk: Balance) -> u64 {
		scoring::fault_weight(
			at_risk.unique_saturated_into(),
			self.half_risk.unique_saturated_into(),
			self.least_fault,
			fault.severity,
		)
	}

	/// Good evidence that a node can gain in a window.
	pub fn gain_limit(&self) -> u64 {
		u64::from(self.gain_limit).saturating_mul(UNIT)
	}
}

/// [`Parameters`] before governance sets any.
pub struct InitialParameters<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<ParametersOf<T>> for InitialParameters<T> {
	fn get() -> ParametersOf<T> {
		ReputationParameters::initial(&Pallet::<T>::limits())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn limits() -> Limits<BalanceOf<T>> {
		Limits {
			initial_score: T::InitialReputationScore::get(),
			slashing_amount: T::SlashingAmount::get(),
			existential_deposit: T::Currency::minimum_balance(),
		}
	}

	pub(crate) fn do_set_parameters(parameters: ParametersOf<T>) -> DispatchResult {
		parameters.validate(&Self::limits()).map_err(Error::<T>::InvalidParameters)?;
		Parameters::<T>::put(parameters);
		Self::deposit_event(Event::ParametersSet { parameters });
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	type Numbers = ReputationParameters<u128, u32>;

	const LIMITS: Limits<u128> =
		Limits { initial_score: 5_000, slashing_amount: 100_000, existential_deposit: 500 };

	fn with(change: impl FnOnce(&mut Numbers)) -> Result<(), ParameterError> {
		let mut numbers = Numbers::initial(&LIMITS);
		change(&mut numbers);
		numbers.validate(&LIMITS)
	}

	#[test]
	fn initial_numbers_are_valid() {
		assert_eq!(with(|_| ()), Ok(()));
		for initial_score in [2_000, 8_000] {
			let limits = Limits { initial_score, ..LIMITS };
			assert_eq!(Numbers::initial(&limits).validate(&limits), Ok(()), "{initial_score}");
		}
	}

	#[test]
	fn each_bound_is_enforced_and_inclusive() {
		use ParameterError as E;
		type Set = fn(&mut Numbers, u32);
		let cases: [(Set, u32, u32, E); 27] = [
			(|p, v| p.half_life = v, 14_400, 5_256_000, E::HalfLife),
			(|p, v| p.prior_weight = v, 200, 10_000, E::PriorWeight),
			(|p, v| p.confidence = v, 0, 298, E::Confidence),
			(|p, v| p.half_fee = v.into(), 1, 100_000, E::HalfFee),
			(|p, v| p.half_risk = v.into(), 1, 10_000_000, E::HalfRisk),
			(|p, v| p.rating_step = v, 0, 100, E::RatingStep),
			(|p, v| p.gain_limit = v, 1, 1_000, E::GainLimit),
			(|p, v| p.returned = v as u16, 0, 1_000, E::Returned),
			(|p, v| p.late.slash = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.abandoned.slash = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.no_show.slash = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.timed_out.slash = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.unanswered.slash = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.lost_dispute.slash = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.late.severity = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.lost_dispute.severity = v as u16, 0, 1_000, E::Fault),
			(|p, v| p.late.points = v as u8, 0, 20, E::Fault),
			(|p, v| p.no_show.points = v as u8, 0, 20, E::Fault),
			(|p, v| p.window = v, 600, 100_800, E::Window),
			(|p, v| p.violation_limit = v as u16, 1, 1_000, E::ViolationLimit),
			(|p, v| p.threshold = v, 0, 4_500, E::Threshold),
			(|p, v| p.cooling = v, 600, 432_000, E::Cooling),
			(|p, v| p.compensation = Percent::from_percent(v as u8), 0, 10, E::Compensation),
			(|p, v| p.appeal = v, 2_400, 100_800, E::Appeal),
			(|p, v| p.arbitration = v, 2_400, 432_000, E::Arbitration),
			(|p, v| p.appeal_bond = v.into(), 500, 100_000, E::AppealBond),
			(|p, v| p.least_fault = Percent::from_percent(v as u8), 1, 100, E::LeastFault),
		];
		for (set, least, most, error) in cases {
			assert_eq!(with(|p| set(p, least)), Ok(()), "{error:?} at {least}");
			assert_eq!(with(|p| set(p, most)), Ok(()), "{error:?} at {most}");
			if let Some(less) = least.checked_sub(1) {
				assert_eq!(with(|p| set(p, less)), Err(error));
			}
			// A percentage cannot be above 100.
			if error != E::LeastFault {
				assert_eq!(with(|p| set(p, most + 1)), Err(error), "{error:?} above {most}");
			}
		}
	}

	#[test]
	fn confidence_must_leave_something_of_the_initial_score() {
		let with = |prior_weight, confidence| {
			with(|p| {
				p.prior_weight = prior_weight;
				p.confidence = confidence;
			})
		};
		assert_eq!(with(200, 150), Ok(()));
		assert_eq!(with(200, 160), Err(ParameterError::Confidence));
		assert_eq!(with(10_000, 300), Ok(()));
		assert_eq!(with(10_000, 301), Err(ParameterError::Confidence));
	}

	#[test]
	fn only_paid_work_is_credited() {
		let numbers = Numbers::initial(&LIMITS);
		assert_eq!(numbers.half_fee, 1_000);
		assert_eq!(numbers.credit(JobOutcome::OnTime, 1_000), UNIT / 2);
		assert_eq!(numbers.credit(JobOutcome::Late, 1_000), UNIT / 4);
		assert_eq!(numbers.credit(JobOutcome::OnTime, 0), 0);
		assert_eq!(numbers.credit(JobOutcome::NoShow, 1_000), 0);
		assert_eq!(numbers.credit(JobOutcome::Undecided, 1_000), 0);
		assert_eq!(numbers.rating_weight(1_000), UNIT / 4);
	}

	#[test]
	fn faults_are_ranked_by_gravity() {
		let numbers = Numbers::initial(&LIMITS);
		let blame = |outcome| numbers.fault(outcome).map(|fault| numbers.blame(&fault, 20_000));
		use JobOutcome::*;
		assert_eq!(blame(OnTime), None);
		assert_eq!(blame(Undecided), None);
		let ranked = [Late, Returned, Abandoned, NoShow, TimedOut, LostDispute].map(blame);
		assert!(ranked.is_sorted_by(|a, b| a < b), "{ranked:?}");
		assert_eq!(blame(Abandoned), Some(UNIT / 2));
		// Tiny jobs count something.
		assert_eq!(numbers.blame(&numbers.abandoned, 1), UNIT / 10);
	}
}
