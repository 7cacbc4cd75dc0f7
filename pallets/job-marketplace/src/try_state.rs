//! What must hold of the storage at the end of every block, as named checks.

use crate::{
	matching,
	offers::{Counter, Usage},
	types::*,
	*,
};
use ai_compute_primitives::{
	try_state::{broken, ensure_rule, Owed},
	JobId,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::traits::Get;
use sp_core::H256;
use sp_runtime::{traits::Zero, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// All checks.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_holds()?;
		Self::check_jobs()?;
		Self::check_bids()?;
		Self::check_books()?;
		Self::check_disputes()?;
		Self::check_orphans()?;
		Self::check_options()?;
		Self::check_sealed()?;
		Self::check_offers()?;
		Self::check_counters()
	}

	/// Every account has on hold exactly what its records say.
	fn check_holds() -> Result<(), TryRuntimeError> {
		let (mut escrows, mut deposits) = (Owed::default(), Owed::default());
		let (mut bonds, mut disputes) = (Owed::default(), Owed::default());
		for (job_id, job) in Jobs::<T>::iter() {
			if let Some(dispute) = Disputes::<T>::get(job_id) {
				disputes.add(job.requester.clone(), dispute.bond);
			}
			if !job.status.is_terminal() {
				escrows.add(job.requester.clone(), job.max_payment);
			}
			deposits.add(job.requester, job.deposit);
		}
		for (_, _, bid) in JobBids::<T>::iter() {
			bonds.add(bid.bidder, bid.bond);
		}
		let rules = [
			(HoldReason::JobEscrow, escrows, "escrow on hold is the sum of open jobs"),
			(HoldReason::StorageDeposit, deposits, "deposits on hold are the sum of all jobs"),
			(HoldReason::BidBond, bonds, "bonds on hold are the sum of all bids"),
			(
				HoldReason::DisputeBond,
				disputes,
				"dispute bonds on hold are the sum of all disputes",
			),
		];
		for (reason, owed, rule) in rules {
			let accounts = frame_system::Account::<T>::iter_keys();
			owed.ensure_held::<T::Currency>(reason, accounts, rule)?;
		}
		Ok(())
	}

	/// Each state has the fields that it needs and no others.
	fn check_jobs() -> Result<(), TryRuntimeError> {
		for (job_id, job) in Jobs::<T>::iter() {
			let fail = |rule| Err(broken(rule, &job_id));
			let assigned = job.assignment.is_some();
			let started = job.assignment.as_ref().is_some_and(|a| a.result_due.is_some());
			let delivered = job.delivery.is_some();
			let shape = match job.status {
				JobStatus::Pending | JobStatus::Cancelled | JobStatus::Expired => {
					!assigned && !delivered
				}
				JobStatus::Assigned => assigned && !started && !delivered,
				JobStatus::Processing => started && !delivered,
				JobStatus::Completed | JobStatus::Disputed | JobStatus::Settled => {
					started && delivered
				}
				JobStatus::Failed => assigned,
			};
			if !shape {
				return fail("a state has its assignment and delivery");
			}
			if assigned != AssignedNodes::<T>::contains_key(job_id) {
				return fail("the node's DID is stored while a job has an assignment");
			}
			if let (Some(did), Some(a)) = (AssignedNodes::<T>::get(job_id), &job.assignment) {
				if did.hash() != a.node {
					return fail("the node's DID hashes to the assigned node");
				}
			}
			if job.status.is_terminal() != job.ended_at.is_some() {
				return fail("exactly the jobs that are over have an end");
			}
			if job.settlement.is_some() != (job.status == JobStatus::Settled) {
				return fail("exactly the settled jobs know what they came to");
			}
			if job.rating.is_some() && job.status != JobStatus::Settled {
				return fail("only a settled job is rated");
			}
			if job.rating.is_some_and(|stars| !(1..=5).contains(&stars)) {
				return fail("a rating has 1 to 5 stars");
			}
			if job.at_risk() > job.max_payment {
				return fail("price times max_tokens is at most the escrow");
			}
			if job.max_tokens.is_zero() {
				return fail("a job has tokens");
			}
			let price = job.assignment.as_ref().map(|a| a.price_per_token);
			if price.is_some_and(|price| !job.terms.price.allows(&price)) {
				return fail("an assigned price keeps to the model's rule");
			}
			if job.delivery.is_some_and(|d| d.tokens_used > job.max_tokens) {
				return fail("tokens used are at most max_tokens");
			}
			if assigned && job.attempts.is_zero() {
				return fail("an assignment is an attempt");
			}
			let until_result = matches!(
				job.status,
				JobStatus::Pending | JobStatus::Assigned | JobStatus::Processing
			);
			if until_result && job.deadline > job.lifetime_end {
				return fail("deadlines up to the result lie within the lifetime");
			}
			if Prompts::<T>::contains_key(job_id) == PayloadReferences::<T>::contains_key(job_id) {
				return fail("a job has its prompt, or knows where it lies");
			}
		}
		Ok(())
	}

	/// Each job counts its bids, and each bid belongs to it.
	fn check_bids() -> Result<(), TryRuntimeError> {
		let mut counts = BTreeMap::<JobId, u32>::new();
		for (job_id, node, bid) in JobBids::<T>::iter() {
			let key = (job_id, node);
			ensure_rule(bid.gpu_did.hash() == node, "a bid is stored under its node", &key)?;
			let job =
				Jobs::<T>::get(job_id).ok_or_else(|| broken("no bid outlives its job", &key))?;
			let affordable =
				job.cost(bid.price_per_token).is_some_and(|cost| cost <= job.max_payment);
			ensure_rule(affordable, "a bid is within its job's budget", &key)?;
			let count = counts.entry(job_id).or_default();
			*count = count.saturating_add(1);
		}
		for (job_id, job) in Jobs::<T>::iter() {
			let counted = counts.get(&job_id).copied().unwrap_or_default();
			ensure_rule(
				job.bid_count == counted,
				"a job's bid count is the number of its bids",
				&job_id,
			)?;
		}
		Ok(())
	}

	/// Books list exactly the open bids of jobs that are not over, in order, within their bounds.
	fn check_books() -> Result<(), TryRuntimeError> {
		let mut ranked = BTreeSet::new();
		for (job_id, book) in BidBooks::<T>::iter() {
			let fail = |rule| Err(broken(rule, &job_id));
			match Jobs::<T>::get(job_id) {
				Some(job) if !job.status.is_terminal() => {}
				_ => return fail("no book outlives its job's end"),
			}
			if book.is_empty() {
				return fail("no empty book is stored");
			}
			if book.len() > T::MaxBidsPerJob::get() {
				return fail("a book is within its bound");
			}
			if !matching::is_sorted(&book.leaders) || !matching::is_sorted(&book.others) {
				return fail("a book is sorted best first");
			}
			if !book.seats_are_filled() {
				return fail("no bid waits for a seat that is its own");
			}
			for rank in book.iter() {
				if !ranked.insert((job_id, rank.node)) {
					return fail("a bid has one place in its book");
				}
				if rank.sequence >= book.next_sequence {
					return fail("a rank's sequence is below the next one");
				}
				match JobBids::<T>::get(job_id, rank.node) {
					Some(bid) if bid.standing == BidStanding::Open && bid.score == rank.score => {}
					_ => return fail("a rank has its open bid with the same score"),
				}
			}
		}
		for (job_id, node, bid) in JobBids::<T>::iter() {
			let live = Jobs::<T>::get(job_id).is_some_and(|job| !job.status.is_terminal());
			let expected = live && bid.standing == BidStanding::Open;
			ensure_rule(
				ranked.contains(&(job_id, node)) == expected,
				"exactly the open bids of live jobs are ranked",
				&(job_id, node),
			)?;
		}
		Ok(())
	}

	/// Exactly the disputed jobs have a dispute, of a reason that its job allows.
	fn check_disputes() -> Result<(), TryRuntimeError> {
		for (job_id, dispute) in Disputes::<T>::iter() {
			let fail = |rule| Err(broken(rule, &job_id));
			let Some(job) = Jobs::<T>::get(job_id) else {
				return fail("no dispute outlives its job");
			};
			if job.status != JobStatus::Disputed {
				return fail("no dispute outlives its end");
			}
			if dispute.reason == DisputeReason::NotDelivered {
				if dispute.reply.is_some() {
					return fail("an answer to a dispute about delivery ends it");
				}
				if job.delivery.is_none_or(|d| d.bytes == ResultBytes::OnChain) {
					return fail("nobody disputes the delivery of a result that is on chain");
				}
			}
			if dispute.reply.is_some_and(|reply| reply.answered_at < dispute.opened_at) {
				return fail("an answer follows its dispute");
			}
		}
		for (job_id, job) in Jobs::<T>::iter() {
			ensure_rule(
				job.status != JobStatus::Disputed || Disputes::<T>::contains_key(job_id),
				"a disputed job has its dispute",
				&job_id,
			)?;
		}
		Ok(())
	}

	/// Nothing outlives its job.
	fn check_orphans() -> Result<(), TryRuntimeError> {
		let gone = |job_id: &JobId| !Jobs::<T>::contains_key(job_id);
		if let Some(job_id) = Prompts::<T>::iter_keys().find(gone) {
			return Err(broken("no prompt outlives its job", &job_id));
		}
		if let Some(job_id) = AssignedNodes::<T>::iter_keys().find(gone) {
			return Err(broken("no assigned DID outlives its job", &job_id));
		}
		if let Some((job_id, _, _)) = TiedPayments::<T>::iter().find(|(job_id, attempt, ties)| {
			let job = Jobs::<T>::get(job_id);
			job.is_none_or(|job| *attempt > job.attempts) || ties.payments == 0
		}) {
			return Err(broken("payments are tied to an attempt that there is", &job_id));
		}
		for (job_id, attempt, ties) in TiedPayments::<T>::iter() {
			let is_live = Jobs::<T>::get(job_id).is_some_and(|job| {
				attempt == job.attempts && job.assignment.is_some() && !job.status.is_terminal()
			});
			ensure_rule(
				is_live == ties.ended_at.is_none(),
				"ties know whether their attempt has ended",
				&(job_id, attempt),
			)?;
		}
		for (job_id, result) in Results::<T>::iter() {
			let job = Jobs::<T>::get(job_id)
				.ok_or_else(|| broken("no result outlives its job", &job_id))?;
			let hash = sp_io::hashing::blake2_256(&result);
			ensure_rule(
				job.delivery.is_some_and(|delivery| delivery.result_hash == hash),
				"a stored result hashes to the delivered hash",
				&job_id,
			)?;
		}
		for (job_id, job) in Jobs::<T>::iter() {
			let on_chain = job.delivery.is_some_and(|d| d.bytes == ResultBytes::OnChain);
			ensure_rule(
				on_chain == Results::<T>::contains_key(job_id),
				"a job knows whether its result is on chain",
				&job_id,
			)?;
		}
		Ok(())
	}

	/// Exactly the jobs with options have them stored.
	fn check_options() -> Result<(), TryRuntimeError> {
		let gone = |job_id: &JobId| !Jobs::<T>::get(job_id).is_some_and(|job| job.has_options);
		if let Some(job_id) = JobOptions::<T>::iter_keys().find(gone) {
			return Err(broken("options belong to a job that has some", &job_id));
		}
		if let Some(job_id) = PayloadReferences::<T>::iter_keys().find(gone) {
			return Err(broken("a reference belongs to a job with options", &job_id));
		}
		if let Some(job_id) = ProofOrders::<T>::iter_keys().find(gone) {
			return Err(broken("a key for proofs belongs to a job with options", &job_id));
		}
		let missing = |(job_id, job): &(JobId, JobRecordOf<T>)| {
			job.has_options && !JobOptions::<T>::contains_key(job_id)
		};
		match Jobs::<T>::iter().find(missing) {
			Some((job_id, _)) => Err(broken("a job with options has them stored", &job_id)),
			None => Ok(()),
		}
	}

	/// Exactly the confidential jobs keep something. They are pinned while they have a node, and the
	/// key that they have belongs to the present attempt.
	fn check_sealed() -> Result<(), TryRuntimeError> {
		for (job_id, job) in Jobs::<T>::iter() {
			let sealed = SealedJobs::<T>::get(job_id);
			ensure_rule(
				sealed.is_some() == job.confidential,
				"exactly the confidential jobs keep something",
				&job_id,
			)?;
			let Some(sealed) = sealed else { continue };
			// No receipt would fit another prompt, and no enclave opens it with another salt.
			let prompt = match (Prompts::<T>::get(job_id), PayloadReferences::<T>::get(job_id)) {
				(Some(bytes), _) => Some(sp_io::hashing::blake2_256(&bytes)),
				(None, reference) => reference.map(|reference| reference.hash),
			};
			let sealing = sealed.sealing;
			ensure_rule(
				prompt.map(H256) == Some(sealed.prompt)
					&& sealing.salt == Sealing::salt_of(&sealing.result_key),
				"a confidential job keeps the hash and the salt of its prompt",
				&job_id,
			)?;
			ensure_rule(
				sealed.pinned.is_some() == job.assignment.is_some(),
				"a confidential job is pinned while it has a node",
				&job_id,
			)?;
			let key = sealed.pinned.map(|pinned| pinned.key);
			let may_owe = matches!(job.status, JobStatus::Assigned | JobStatus::Failed);
			ensure_rule(
				key != Some(KeyState::Owed) || may_owe,
				"nobody works on a confidential job without its key",
				&job_id,
			)?;
			let running = matches!(job.status, JobStatus::Assigned | JobStatus::Processing);
			let kept = running && key == Some(KeyState::FromRequester);
			ensure_rule(
				SealedKeys::<T>::contains_key(job_id) == kept,
				"a delivered key is kept as long as it is needed",
				&job_id,
			)?;
		}
		let gone = |job_id: &JobId| !Jobs::<T>::contains_key(job_id);
		if let Some(job_id) = SealedJobs::<T>::iter_keys().find(gone) {
			return Err(broken("nothing that a confidential job keeps outlives it", &job_id));
		}
		match SealedKeys::<T>::iter_keys().find(gone) {
			Some(job_id) => Err(broken("no key outlives its job", &job_id)),
			None => Ok(()),
		}
	}

	/// Books of offers say something, and count each number once and at least once.
	fn check_offers() -> Result<(), TryRuntimeError> {
		for (node, book) in OfferBooks::<T>::iter() {
			ensure_rule(!book.is_blank(), "no blank book of offers is stored", &node)?;
			let numbers: BTreeSet<u64> = book.counters.iter().map(|c| c.offer_id).collect();
			ensure_rule(
				numbers.len() == book.counters.len(),
				"an offer's number has one counter",
				&node,
			)?;
			let unused = |c: &Counter<_>| matches!(c.uses, Usage::Used { times: 0, .. });
			ensure_rule(
				!book.counters.iter().any(unused),
				"a counter has counted something",
				&node,
			)?;
		}
		Ok(())
	}

	/// Numbers are below the next one, and the parameters within their bounds.
	fn check_counters() -> Result<(), TryRuntimeError> {
		let next = NextJobId::<T>::get();
		if let Some(job_id) = Jobs::<T>::iter_keys().find(|job_id| *job_id >= next) {
			return Err(broken("job numbers are below the next one", &job_id));
		}
		Parameters::<T>::get()
			.validate()
			.map_err(|error| broken("the parameters are within their bounds", &error))
	}
}
