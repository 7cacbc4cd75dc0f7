//! What must hold between pallets at the end of every block. Each pallet checks its own state;
//! here stand the rules that need two of them.

use crate::{configs::fees::TreasuryAccount, Balance, Runtime, System};
use ai_compute_primitives::{DidHash, JobId};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use pallet_gpu_registry::NodeLoad;
use pallet_job_marketplace::{BidStanding, JobStatus};
use sp_runtime::TryRuntimeError;

/// All checks between pallets.
pub fn check() -> Result<(), TryRuntimeError> {
	check_node_loads()?;
	check_open_jobs()?;
	check_held_to()?;
	check_ties()?;
	check_fee_account()
}

/// What the registry counts as a node's work is what the market's bids and jobs say.
fn check_node_loads() -> Result<(), TryRuntimeError> {
	let mut loads = BTreeMap::<DidHash, NodeLoad<Balance>>::new();
	for (_, node, bid) in pallet_job_marketplace::JobBids::<Runtime>::iter() {
		if bid.standing == BidStanding::Open {
			let load = loads.entry(node).or_default();
			load.open_bids = load.open_bids.saturating_add(1);
		}
	}
	for (_, job) in pallet_job_marketplace::Jobs::<Runtime>::iter() {
		let Some(assignment) = &job.assignment else { continue };
		if job.status.is_terminal() {
			continue;
		}
		let load = loads.entry(assignment.node).or_default();
		load.unsettled = load.unsettled.saturating_add(1);
		load.exposure = load.exposure.saturating_add(job.at_risk());
		if matches!(job.status, JobStatus::Assigned | JobStatus::Processing) {
			load.running = load.running.saturating_add(1);
		}
	}
	let stored: BTreeMap<_, _> = pallet_gpu_registry::NodeLoads::<Runtime>::iter().collect();
	if loads != stored {
		log::error!(target: "runtime::invariants", "market: {loads:?}, registry: {stored:?}");
		return Err("the registry's loads are the market's bids and jobs".into());
	}
	Ok(())
}

/// What the catalogue counts as a model's open jobs is what the market has.
fn check_open_jobs() -> Result<(), TryRuntimeError> {
	let mut open = BTreeMap::<DidHash, u32>::new();
	for (_, job) in pallet_job_marketplace::Jobs::<Runtime>::iter() {
		if !job.status.is_terminal() {
			let jobs = open.entry(job.model_did.hash()).or_default();
			*jobs = jobs.saturating_add(1);
		}
	}
	let counted: BTreeMap<_, _> = pallet_ai_models::OpenJobs::<Runtime>::iter().collect();
	if open != counted {
		log::error!(target: "runtime::invariants", "market: {open:?}, catalogue: {counted:?}");
		return Err("the catalogue's open jobs are the market's".into());
	}
	Ok(())
}

/// What a job is held to stays until its result is there: its policy, the attestation that it is
/// pinned to, and the key that its requester named.
fn check_held_to() -> Result<(), TryRuntimeError> {
	use pallet_confidential_compute::{Attestations, Policies, ProofKeys};
	use pallet_job_marketplace::{ProofOrders, SealedJobs};
	for (job_id, job) in pallet_job_marketplace::Jobs::<Runtime>::iter() {
		let before_the_result =
			matches!(job.status, JobStatus::Pending | JobStatus::Assigned | JobStatus::Processing);
		if !before_the_result {
			continue;
		}
		if let Some(sealed) = SealedJobs::<Runtime>::get(job_id) {
			ensure!(
				Policies::<Runtime>::contains_key(sealed.policy),
				TryRuntimeError::Other("a confidential job's policy is kept")
			);
			let node = job.assignment.as_ref().map(|assignment| assignment.node);
			let pinned = sealed.pinned.map(|pinned| pinned.attestation);
			let attested =
				pinned.and_then(Attestations::<Runtime>::get).map(|attestation| attestation.node);
			ensure!(
				attested == node,
				TryRuntimeError::Other("a confidential job is pinned to its node's attestation")
			);
		}
		if let Some(order) = ProofOrders::<Runtime>::get(job_id) {
			ensure!(
				ProofKeys::<Runtime>::contains_key(job.model_did.hash(), order.key),
				TryRuntimeError::Other("a key that a requester named is kept")
			);
		}
	}
	Ok(())
}

/// What the market counts as tied to a job is there: nothing else ever frees the job.
fn check_ties() -> Result<(), TryRuntimeError> {
	let mut ties = BTreeMap::<(JobId, u8), u32>::new();
	let channels = pallet_payment_streams::Channels::<Runtime>::iter_values().map(|c| c.tie);
	let streams = pallet_payment_streams::Streams::<Runtime>::iter_values().map(|s| s.tie);
	let htlcs = pallet_payment_streams::Htlcs::<Runtime>::iter_values().map(|h| h.tie);
	let tied = channels.chain(streams).chain(htlcs).flatten().map(|tie| (tie.job, tie.attempt));
	let dues = pallet_payment_streams::JobDues::<Runtime>::iter_keys();
	for key in tied.chain(dues) {
		let payments = ties.entry(key).or_default();
		*payments = payments.saturating_add(1);
	}
	let counted: BTreeMap<_, _> = pallet_job_marketplace::TiedPayments::<Runtime>::iter()
		.map(|(job, attempt, ties)| ((job, attempt), ties.payments))
		.collect();
	if ties != counted {
		log::error!(target: "runtime::invariants", "payments: {ties:?}, market: {counted:?}");
		return Err("the market's tied payments are those of the payments".into());
	}
	Ok(())
}

/// Payments that nobody else can receive always find a payee.
fn check_fee_account() -> Result<(), TryRuntimeError> {
	ensure!(
		System::account_exists(&TreasuryAccount::get()),
		TryRuntimeError::Other("the fee account exists")
	);
	Ok(())
}
