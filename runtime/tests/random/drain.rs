//! The end of a walk: time passes, anybody closes what is open, everybody takes his own back, and
//! nothing stays on hold.

use super::world::{keyring, now, user, Act};
use crate::chain::{check_money, Chain};
use ai_compute_pbc_runtime::{
	configs::compute::{AiPermissionDeposit, DidTombstoneDeposit},
	AccountId, Balance, Balances, Reputation, Runtime, RuntimeEvent, RuntimeHoldReason,
	EXISTENTIAL_DEPOSIT,
};
use frame_support::traits::fungible::Inspect;
use frame_system::Account;
use pallet_accounts::{ActiveRecoveries, RecoveryConfigs};
use pallet_ai_models::{Hosts, ModelCards, ModelState, Models, OpenJobs};
use pallet_did_registry::{AccessControlList, Registrations};
use pallet_gpu_registry::{GPUNodes, NodeIds, NodeLoads, Unbonding};
use pallet_job_marketplace::{JobBids, JobStatus, Jobs};
use pallet_reputation::Slashes;
use sp_keyring::Sr25519Keyring::{self, Two};

type Market = pallet_job_marketplace::Call<Runtime>;

/// A party of nothing, who closes everything.
pub const STRANGER: Sr25519Keyring = Two;

/// Makes calls, a few in a block, all of which must be done.
fn must(chain: &mut Chain, acts: Vec<Act>) {
	for some in acts.chunks(6) {
		let applied = chain.block(some.iter().map(Act::tx).collect()).to_vec();
		for (act, result) in some.iter().zip(applied) {
			assert_eq!(result, Ok(Ok(())), "{act:?}");
		}
		for event in &chain.events {
			if let RuntimeEvent::Sudo(pallet_sudo::Event::SudoAsDone { sudo_result }) = event {
				assert_eq!(*sudo_result, Ok(()), "one of {some:?}");
			}
		}
	}
}

fn own(account: &AccountId) -> Sr25519Keyring {
	keyring(account).expect("nobody else owns anything")
}

pub fn drain(chain: &mut Chain) {
	close_jobs(chain);
	close_slashes_and_recoveries(chain);
	chain.read(|| {
		assert_eq!(NodeLoads::<Runtime>::iter().count(), 0, "a node has work and there is no job");
		assert_eq!(OpenJobs::<Runtime>::iter().count(), 0, "a model has jobs and there is none");
		assert_eq!(Balances::total_balance(&Reputation::pot()), EXISTENTIAL_DEPOSIT);
		for who in Account::<Runtime>::iter_keys() {
			for hold in pallet_balances::Holds::<Runtime>::get(&who) {
				let is_over = matches!(
					hold.id,
					RuntimeHoldReason::JobMarketplace(_)
						| RuntimeHoldReason::Reputation(_)
						| RuntimeHoldReason::Accounts(
							pallet_accounts::HoldReason::RecoveryInitiation
						)
				);
				assert!(!is_over, "{who:?} still has {hold:?}");
			}
		}
	});
	take_back(chain);
	chain.read(|| {
		check_money();
		for who in Account::<Runtime>::iter_keys() {
			let tombstones = Registrations::<Runtime>::iter_values()
				.filter(|record| record.owner == who)
				.map(|record| record.deposit.min(DidTombstoneDeposit::get()))
				.sum::<Balance>();
			for hold in pallet_balances::Holds::<Runtime>::get(&who) {
				match hold.id {
					RuntimeHoldReason::DIDRegistry(_) => assert_eq!(hold.amount, tombstones),
					// An identity stays for good.
					RuntimeHoldReason::AIDID(_) => {
						assert!(hold.amount > AiPermissionDeposit::get())
					}
					_ => panic!("{who:?} still has {hold:?}"),
				}
			}
		}
	});
}

/// Nobody but the stranger acts.
fn close_jobs(chain: &mut Chain) {
	for _ in 0..200 {
		let (acts, wait) = chain.read(|| {
			let mut acts = vec![];
			let mut wait = u32::MAX;
			for (job_id, job) in Jobs::<Runtime>::iter() {
				let is_over = job.status.is_terminal();
				if is_over {
					acts.extend(JobBids::<Runtime>::iter_prefix_values(job_id).filter_map(|bid| {
						let gpu_did = bid.gpu_did.as_bytes().to_vec();
						user(STRANGER, Market::withdraw_bid { job_id, gpu_did })
					}));
				}
				if now() < job.deadline {
					wait = wait.min(job.deadline - now());
					continue;
				}
				acts.extend(match job.status {
					JobStatus::Completed => user(STRANGER, Market::finalize_job { job_id }),
					_ if !is_over => user(STRANGER, Market::expire_job { job_id }),
					_ if job.bid_count > 0 => None,
					_ => user(STRANGER, Market::reap_job { job_id }),
				});
			}
			(acts, wait)
		});
		if acts.is_empty() && wait == u32::MAX {
			return;
		}
		if acts.is_empty() {
			chain.skip(wait);
		}
		must(chain, acts);
	}
	panic!("jobs do not come to an end");
}

fn close_slashes_and_recoveries(chain: &mut Chain) {
	let last = chain.read(|| {
		let slashes = Slashes::<Runtime>::iter_values().map(|slash| slash.deadline);
		let recoveries =
			ActiveRecoveries::<Runtime>::iter_values().flatten().map(|recovery| recovery.lapses_at);
		slashes.chain(recoveries).max().unwrap_or_default().saturating_sub(now())
	});
	chain.skip(last);
	let acts = chain.read(|| {
		let slashes = Slashes::<Runtime>::iter_keys().filter_map(|slash_id| {
			user(STRANGER, pallet_reputation::Call::release_slash { slash_id })
		});
		let recoveries = ActiveRecoveries::<Runtime>::iter_keys().filter_map(|lost_account| {
			user(STRANGER, pallet_accounts::Call::reap_recoveries { lost_account })
		});
		slashes.chain(recoveries).collect()
	});
	must(chain, acts);
}

/// Everybody takes back what only he can.
fn take_back(chain: &mut Chain) {
	use pallet_ai_models::Call as Catalogue;
	use pallet_did_registry::Call as Dids;
	let acts = chain.read(|| {
		let nodes = GPUNodes::<Runtime>::iter().filter_map(|(did, node)| {
			let did = did.as_bytes().to_vec();
			user(own(&node.owner), pallet_gpu_registry::Call::deregister_node { did })
		});
		let hosts = Hosts::<Runtime>::iter().filter_map(|(model, _, host)| {
			// A model that is gone keeps its DID only in the names of its AI.
			let did = ModelCards::<Runtime>::get(model)
				.map(|card| card.did)
				.or_else(|| {
					pallet_aidid::AIIdentities::<Runtime>::iter_values()
						.map(|ai| super::world::parse(&super::jobs::ai_did(&ai.identifier)))
						.find(|did| did.hash() == model)
				})?
				.as_bytes()
				.to_vec();
			let node_did = host.node.as_bytes().to_vec();
			user(own(&host.host), Catalogue::unhost_model { did, node_did })
		});
		let deprecations = Models::<Runtime>::iter().filter_map(|(model, record)| {
			let did = ModelCards::<Runtime>::get(model)?.did.as_bytes().to_vec();
			match record.state {
				ModelState::Active => user(own(&record.owner), Catalogue::deprecate_model { did }),
				ModelState::Deprecated => None,
			}
		});
		let models = Models::<Runtime>::iter().filter_map(|(model, record)| {
			let did = ModelCards::<Runtime>::get(model)?.did.as_bytes().to_vec();
			user(own(&record.owner), Catalogue::deregister_model { did })
		});
		let configs = RecoveryConfigs::<Runtime>::iter_keys()
			.filter_map(|who| user(own(&who), pallet_accounts::Call::remove_recovery {}));
		let entries = AccessControlList::<Runtime>::iter().filter_map(|(did_hash, agent, _)| {
			let owner = Registrations::<Runtime>::get(did_hash)?.owner;
			user(own(&owner), Dids::revoke_access { did_hash, agent })
		});
		nodes.chain(hosts).chain(deprecations).chain(models).chain(configs).chain(entries).collect()
	});
	must(chain, acts);
	let acts = chain.read(|| {
		Registrations::<Runtime>::iter()
			.filter(|(_, record)| !record.revoked)
			.filter_map(|(did_hash, record)| {
				user(own(&record.owner), Dids::revoke_did { did_hash })
			})
			.collect()
	});
	must(chain, acts);

	let last = chain.read(|| {
		let chunks = Unbonding::<Runtime>::iter().flat_map(|(_, _, chunks)| chunks);
		chunks.map(|chunk| chunk.claimable_at).max().unwrap_or_default().saturating_sub(now())
	});
	chain.skip(last);
	let acts = chain.read(|| {
		Unbonding::<Runtime>::iter()
			.filter_map(|(node, owner, _)| {
				let did = NodeIds::<Runtime>::get(node)?.did.as_bytes().to_vec();
				user(own(&owner), pallet_gpu_registry::Call::claim_unbonded { did })
			})
			.collect()
	});
	must(chain, acts);
}
