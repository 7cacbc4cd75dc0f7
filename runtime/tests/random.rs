//! Random calls of several accounts against the whole chain. After every block each pallet's state
//! holds, the pallets agree, and no money has appeared or gone.

use crate::{
	chain::{tx, Chain},
	journey::{anchor, bid, deliver, did, register, submit},
};
use ai_compute_pbc_runtime::{Balances, Runtime, RuntimeCall, EDSC};
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring::{self, Alice, Dave, Eve, Ferdie};

type Market = pallet_job_marketplace::Call<Runtime>;
type Registry = pallet_gpu_registry::Call<Runtime>;

const NODES: [Sr25519Keyring; 2] = [Eve, Ferdie];

#[derive(Debug, Clone)]
enum Step {
	Advance(u32),
	Submit,
	Bid { node: usize, job: u64, price: u128 },
	WithdrawBid { node: usize, job: u64 },
	Promote { node: usize, job: u64 },
	Assign { node: usize, job: u64 },
	Match(u64),
	Start { node: usize, job: u64 },
	Complete { node: usize, job: u64, tokens: u32 },
	Abandon { node: usize, job: u64 },
	Accept(u64),
	Finalize(u64),
	Cancel(u64),
	Expire(u64),
	Reap(u64),
	Switch { node: usize, on: bool },
	WithdrawStake { node: usize },
	Leave { node: usize },
	Claim { node: usize },
	Return { node: usize },
}

fn step() -> impl Strategy<Value = Step> {
	let job = 0u64..4;
	let node = 0usize..NODES.len();
	let both = (node.clone(), job.clone());
	prop_oneof![
		6 => prop_oneof![1u32..12, 90u32..130, Just(14_400)].prop_map(Step::Advance),
		6 => Just(Step::Submit),
		10 => (both.clone(), 1u128..12)
			.prop_map(|((node, job), price)| Step::Bid { node, job, price: price * EDSC / 1_000 }),
		2 => both.clone().prop_map(|(node, job)| Step::WithdrawBid { node, job }),
		1 => both.clone().prop_map(|(node, job)| Step::Promote { node, job }),
		5 => both.clone().prop_map(|(node, job)| Step::Assign { node, job }),
		6 => job.clone().prop_map(Step::Match),
		8 => both.clone().prop_map(|(node, job)| Step::Start { node, job }),
		8 => (both.clone(), 0u32..1_100)
			.prop_map(|((node, job), tokens)| Step::Complete { node, job, tokens }),
		2 => both.prop_map(|(node, job)| Step::Abandon { node, job }),
		5 => job.clone().prop_map(Step::Accept),
		4 => job.clone().prop_map(Step::Finalize),
		1 => job.clone().prop_map(Step::Cancel),
		4 => job.clone().prop_map(Step::Expire),
		3 => job.prop_map(Step::Reap),
		2 => (node.clone(), any::<bool>()).prop_map(|(node, on)| Step::Switch { node, on }),
		1 => node.clone().prop_map(|node| Step::WithdrawStake { node }),
		1 => node.clone().prop_map(|node| Step::Leave { node }),
		1 => node.clone().prop_map(|node| Step::Claim { node }),
		1 => node.prop_map(|node| Step::Return { node }),
	]
}

/// Who calls what.
fn call(step: Step) -> Option<(Sr25519Keyring, RuntimeCall)> {
	use ai_compute_primitives::NodeStatus::{Active, Inactive};
	Some(match step {
		Step::Advance(_) => return None,
		Step::Submit => (Dave, submit()),
		Step::Bid { node, job, price } => (NODES[node], bid(job, NODES[node], price)),
		Step::WithdrawBid { node, job } => {
			let gpu_did = did(NODES[node]);
			(NODES[node], Market::withdraw_bid { job_id: job, gpu_did }.into())
		}
		Step::Promote { node, job } => {
			(Alice, Market::promote_bid { job_id: job, gpu_did: did(NODES[node]) }.into())
		}
		Step::Assign { node, job } => {
			(Dave, Market::assign_job { job_id: job, gpu_did: did(NODES[node]) }.into())
		}
		Step::Match(job_id) => (Alice, Market::match_job { job_id }.into()),
		Step::Start { node, job } => (NODES[node], Market::start_job { job_id: job }.into()),
		Step::Complete { node, job, tokens } => (NODES[node], deliver(job, tokens)),
		Step::Abandon { node, job } => (NODES[node], Market::abandon_job { job_id: job }.into()),
		Step::Accept(job_id) => (Dave, Market::accept_result { job_id, rating: Some(4) }.into()),
		Step::Finalize(job_id) => (Alice, Market::finalize_job { job_id }.into()),
		Step::Cancel(job_id) => (Dave, Market::cancel_job { job_id }.into()),
		Step::Expire(job_id) => (Alice, Market::expire_job { job_id }.into()),
		Step::Reap(job_id) => (Alice, Market::reap_job { job_id }.into()),
		Step::Switch { node, on } => {
			let new_status = if on { Active } else { Inactive };
			(NODES[node], Registry::update_status { did: did(NODES[node]), new_status }.into())
		}
		Step::WithdrawStake { node } => {
			let amount = 100 * EDSC;
			(NODES[node], Registry::withdraw_stake { did: did(NODES[node]), amount }.into())
		}
		Step::Leave { node } => {
			(NODES[node], Registry::deregister_node { did: did(NODES[node]) }.into())
		}
		Step::Claim { node } => {
			(NODES[node], Registry::claim_unbonded { did: did(NODES[node]) }.into())
		}
		Step::Return { node } => (NODES[node], register(NODES[node])),
	})
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

	#[test]
	fn no_money_appears_or_goes(steps in prop::collection::vec(step(), 1..80)) {
		let mut chain = Chain::new();
		for owner in NODES {
			chain.ok(owner, anchor(owner));
			chain.ok(owner, register(owner));
		}
		let issuance = chain.read(Balances::total_issuance);
		for step in steps {
			match step {
				// The clock takes at most ten ticks a block; a day is better skipped.
				Step::Advance(ticks) if ticks >= 14_400 => chain.skip(ticks),
				Step::Advance(ticks) => chain.advance(ticks),
				step => {
					let (signer, call) = call(step).expect("a call");
					let applied = chain.block(vec![tx(signer, call)]);
					// Refused or not, it is a valid transaction.
					prop_assert!(applied[0].is_ok());
				},
			}
			prop_assert_eq!(chain.read(Balances::total_issuance), issuance);
		}
	}
}
