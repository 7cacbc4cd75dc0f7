//! What a run has reached: how often each call was done and refused, and how often each thing ended
//! in each way that it can end.

use ai_compute_pbc_runtime::{RuntimeCall, RuntimeEvent};
use frame_support::traits::GetCallMetadata;
use pallet_job_marketplace::{BidStanding, JobStatus, Payee, Verdict};
use pallet_reputation::SuspensionCause;
use std::{collections::BTreeMap, fmt};

/// Pallets of which every call must have been done.
const PALLETS: [&str; 7] =
	["AIDID", "DIDRegistry", "Accounts", "GPURegistry", "JobMarketplace", "AIModels", "Reputation"];

/// How often at least every call of those pallets is done, in a run of full length.
const LEAST_CALLS: u32 = 3;

/// Calls that these walks need not come to: a bid is promoted only beside a leader that became
/// ineligible in the minute after bidding, and no node attests here. The walks of the marketplace
/// and of confidential compute do that.
const RARE: [(&str, &str); 3] = [
	("JobMarketplace", "promote_bid"),
	("JobMarketplace", "deliver_key"),
	("JobMarketplace", "complete_with_evidence"),
];

/// How often at least things end so, in a run of full length.
const LEAST_ENDINGS: &[(&str, u32)] = &[
	("job Cancelled", 20),
	("job Expired", 20),
	("job Failed by Returned", 20),
	("job Failed by Abandoned", 20),
	("job Failed by NoShow", 20),
	("job Failed by TimedOut", 20),
	("job Failed by LostDispute", 20),
	("job Failed by Unanswered", 5),
	("job Settled OnTime", 50),
	("job Settled Late", 20),
	("job Settled Undecided", 20),
	("job reopened by Returned", 10),
	("job reopened by NoShow", 5),
	("job reaped", 100),
	("job hired", 50),
	("dispute answered with the result", 20),
	("dispute answered with evidence", 20),
	("dispute resolved: RequesterWins", 20),
	("dispute resolved: ProviderWins", 20),
	("dispute resolved: Split", 20),
	("bid struck, Struck", 5),
	("bid struck, Forfeited", 5),
	("bid struck for nobody eligible", 5),
	("royalty to the fee account", 1),
	("royalty to a parent's owner", 5),
	("model removed, deposit Return", 5),
	("model removed, deposit Forfeit", 5),
	("item of a batch refused", 50),
	("slash held", 100),
	("slash released: Unappealed", 20),
	("slash released: Upheld", 5),
	("slash released: ArbiterSilent", 5),
	("slash returned", 5),
	("suspended: Violations", 5),
	("suspended: Score", 5),
	("suspended: Governance", 5),
	("suspension lifted: Cooled", 5),
	("suspension lifted: Overturned", 1),
	("suspension lifted: Governance", 5),
	("reputation forgotten", 1),
	("recovery executed", 5),
	("recovery lapsed", 5),
];

/// What became of one kind of call.
#[derive(Clone, Copy, Default)]
struct Tally {
	done: u32,
	refused: u32,
}

#[derive(Default)]
pub struct Coverage {
	calls: BTreeMap<(&'static str, &'static str), Tally>,
	endings: BTreeMap<String, u32>,
	refusals: BTreeMap<String, u32>,
	too_much: u32,
}

impl Coverage {
	/// Counts a call.
	pub fn call(&mut self, call: &RuntimeCall, refusal: Option<String>) {
		let metadata = call.get_call_metadata();
		let tally = self.calls.entry((metadata.pallet_name, metadata.function_name)).or_default();
		match refusal {
			None => tally.done += 1,
			Some(refusal) => {
				tally.refused += 1;
				let refusal =
					format!("{}.{}: {refusal}", metadata.pallet_name, metadata.function_name);
				*self.refusals.entry(refusal).or_default() += 1;
			}
		}
	}

	/// Counts a call that did not fit into its block.
	pub fn too_much(&mut self) {
		self.too_much += 1;
	}

	/// Counts what an event says has ended.
	pub fn event(&mut self, event: &RuntimeEvent) {
		for ending in endings(event) {
			*self.endings.entry(ending).or_default() += 1;
		}
	}

	/// Adds what another run has reached.
	pub fn add(&mut self, other: Self) {
		self.too_much += other.too_much;
		for (call, tally) in other.calls {
			let sum = self.calls.entry(call).or_default();
			sum.done += tally.done;
			sum.refused += tally.refused;
		}
		for (ours, others) in
			[(&mut self.endings, other.endings), (&mut self.refusals, other.refusals)]
		{
			for (key, times) in others {
				*ours.entry(key).or_default() += times;
			}
		}
	}

	/// What was reached too seldom for a run of full length.
	pub fn gaps(&self) -> Vec<String> {
		let calls = PALLETS.into_iter().flat_map(|pallet| {
			let functions = RuntimeCall::get_call_names(pallet).iter().copied();
			functions.map(move |function| (pallet, function)).filter_map(|call| {
				let done = self.calls.get(&call).copied().unwrap_or_default().done;
				(done < LEAST_CALLS && !RARE.contains(&call))
					.then(|| format!("{}.{}: {done} times", call.0, call.1))
			})
		});
		let endings = LEAST_ENDINGS.iter().filter_map(|(ending, least)| {
			let times = self.endings.get(*ending).copied().unwrap_or_default();
			(times < *least).then(|| format!("{ending}: {times} of {least} times"))
		});
		calls.chain(endings).collect()
	}
}

impl fmt::Display for Coverage {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(f, "{:45} {:>8} {:>8}", "call", "done", "refused")?;
		for ((pallet, function), Tally { done, refused }) in &self.calls {
			writeln!(f, "{:45} {done:>8} {refused:>8}", format!("{pallet}.{function}"))?;
		}
		writeln!(f, "\n{:45} {:>8}", "ending", "times")?;
		for (ending, times) in &self.endings {
			writeln!(f, "{ending:45} {times:>8}")?;
		}
		let (refusals, too_much) = (self.refusals.len(), self.too_much);
		writeln!(f, "\n{refusals} different refusals; {too_much} calls did not fit a block")?;
		if std::env::var_os("RANDOM_REFUSALS").is_some() {
			for (refusal, times) in &self.refusals {
				writeln!(f, "{times:>8} {refusal}")?;
			}
		}
		Ok(())
	}
}

fn endings(event: &RuntimeEvent) -> Vec<String> {
	use pallet_accounts::Event as Ledger;
	use pallet_ai_models::Event as Catalogue;
	use pallet_job_marketplace::Event as Market;
	use pallet_reputation::Event as Standing;
	let one = |ending: String| vec![ending];
	match event {
		RuntimeEvent::JobMarketplace(event) => match event {
			Market::JobCancelled { .. } => one("job Cancelled".into()),
			Market::JobExpired { .. } => one("job Expired".into()),
			Market::JobFailed { outcome, .. } => one(format!("job Failed by {outcome:?}")),
			Market::JobReopened { outcome, .. } => one(format!("job reopened by {outcome:?}")),
			Market::JobReaped { .. } => one("job reaped".into()),
			Market::OfferUsed { .. } => one("job hired".into()),
			Market::JobSettled { job_id, parent_royalty, .. } => {
				let job =
					pallet_job_marketplace::Jobs::<ai_compute_pbc_runtime::Runtime>::get(job_id);
				let settlement = job.and_then(|job| job.settlement).expect("it knows how it ended");
				let mut all = one(format!("job Settled {:?}", settlement.outcome));
				if *parent_royalty > 0 {
					all.push("royalty to a parent's owner".into());
				}
				all
			}
			Market::PaymentRedirected { payee: Payee::ModelOwner, .. } => {
				one("royalty to the fee account".into())
			}
			Market::DisputeAnswered { status: JobStatus::Completed, .. } => {
				one("dispute answered with the result".into())
			}
			Market::DisputeAnswered { .. } => one("dispute answered with evidence".into()),
			Market::DisputeResolved { verdict: Verdict::Split(_), .. } => {
				one("dispute resolved: Split".into())
			}
			Market::DisputeResolved { verdict, .. } => {
				one(format!("dispute resolved: {verdict:?}"))
			}
			Market::BidStruck { standing: BidStanding::Forfeited, .. } => {
				one("bid struck, Forfeited".into())
			}
			Market::BidStruck { .. } => one("bid struck, Struck".into()),
			Market::NoEligibleLeader { .. } => one("bid struck for nobody eligible".into()),
			Market::BatchItemFailed { .. } => one("item of a batch refused".into()),
			_ => vec![],
		},
		RuntimeEvent::AIModels(Catalogue::ModelForceRemoved { fate, .. }) => {
			one(format!("model removed, deposit {fate:?}"))
		}
		RuntimeEvent::Reputation(event) => match event {
			Standing::SlashHeld { .. } => one("slash held".into()),
			Standing::SlashReleased { reason, .. } => one(format!("slash released: {reason:?}")),
			Standing::SlashReturned { .. } => one("slash returned".into()),
			Standing::NodeSuspended { suspension, .. } => one(format!(
				"suspended: {}",
				match suspension.cause {
					SuspensionCause::Violations { .. } => "Violations",
					SuspensionCause::Score => "Score",
					SuspensionCause::Governance => "Governance",
				}
			)),
			Standing::SuspensionLifted { reason, .. } => {
				one(format!("suspension lifted: {reason:?}"))
			}
			Standing::ReputationForgotten { .. } => one("reputation forgotten".into()),
			_ => vec![],
		},
		RuntimeEvent::Accounts(Ledger::RecoveryExecuted { .. }) => one("recovery executed".into()),
		RuntimeEvent::Accounts(Ledger::RecoveryLapsed { .. }) => one("recovery lapsed".into()),
		_ => vec![],
	}
}
