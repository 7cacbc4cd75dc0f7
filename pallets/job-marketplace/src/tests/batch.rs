use super::*;
use crate::WeightInfo;
use ai_compute_primitives::JobId;
use frame_support::{
	dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
	storage::{transactional::TRANSACTIONAL_LIMIT, with_storage_layer},
	weights::Weight,
};
use proptest::prelude::*;
use sp_runtime::DispatchResult;

type W = ();

/// `count` delivered jobs of ALICE.
fn completed_jobs(count: usize) -> Vec<JobId> {
	change_node(0, |node| node.capacity = 50);
	(0..count).map(|_| completed()).collect()
}

fn settled_jobs(count: usize) -> Vec<JobId> {
	change_node(0, |node| node.capacity = 50);
	(0..count).map(|_| settled()).collect()
}

/// What the batch reports, as (index, job, error).
fn failures() -> Vec<(u32, JobId, DispatchError)> {
	take_events()
		.into_iter()
		.filter_map(|event| match event {
			Event::BatchItemFailed { index, job_id, error } => Some((index, job_id, error)),
			_ => None,
		})
		.collect()
}

fn weight_of(result: DispatchResultWithPostInfo) -> Weight {
	let PostDispatchInfo { actual_weight, .. } = result.unwrap();
	actual_weight.unwrap()
}

fn nested(depth: u32, f: &mut dyn FnMut()) {
	if depth == 0 {
		return f();
	}
	let result: DispatchResult = with_storage_layer(|| {
		nested(depth - 1, f);
		Ok(())
	});
	assert_ok!(result);
}

mod settle_batch {
	use super::*;

	#[test]
	fn success_settles_each_job() {
		run(|| {
			let jobs = completed_jobs(5);
			go_to_deadline(4);
			take_events();
			let weight = weight_of(Market::settle_batch(signed(STRANGER), jobs.clone()));
			assert_eq!(weight, <W as WeightInfo>::settle_batch(5));
			assert_eq!(failures(), []);
			for job_id in jobs {
				assert_eq!(status(job_id), JobStatus::Settled);
			}
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		});
	}

	/// A batch pays what the single calls would.
	#[test]
	fn pays_what_single_calls_pay() {
		let with = |settle: fn(Vec<JobId>)| {
			let mut end = None;
			run(|| {
				let jobs = completed_jobs(4);
				go_to_deadline(3);
				settle(jobs);
				end = Some([&ALICE, &owner(0), &TREASURY].map(free));
			});
			end.unwrap()
		};
		let batch = with(|jobs| {
			assert_ok!(Market::settle_batch(signed(STRANGER), jobs));
		});
		let singles = with(|jobs| {
			for job_id in jobs {
				assert_ok!(Market::finalize_job(signed(STRANGER), job_id));
			}
		});
		assert_eq!(batch, singles);
	}

	#[test]
	fn skips_bad_items_and_says_why() {
		run(|| {
			let jobs = completed_jobs(2);
			go_to_deadline(1);
			let (young, pending) = (completed(), submit());
			take_events();
			let batch = vec![99, jobs[0], young, pending, jobs[1]];
			let weight = weight_of(Market::settle_batch(signed(STRANGER), batch));
			assert_eq!(
				failures(),
				[
					(0, 99, E::JobNotFound.into()),
					(2, young, E::TooEarly.into()),
					(3, pending, E::InvalidState.into()),
				]
			);
			assert_eq!(
				weight,
				<W as WeightInfo>::settle_batch(2) + <W as WeightInfo>::batch_skipped(3)
			);
			assert!(weight.all_lt(<W as WeightInfo>::settle_batch(5)), "the rest comes back");
			for job_id in jobs {
				assert_eq!(status(job_id), JobStatus::Settled);
			}
			assert_eq!(
				(status(young), status(pending)),
				(JobStatus::Completed, JobStatus::Pending)
			);
		});
	}

	#[test]
	fn a_job_that_comes_twice_is_paid_once() {
		run(|| {
			let jobs = completed_jobs(1);
			go_to_deadline(0);
			let before = free(&owner(0));
			take_events();
			assert_ok!(Market::settle_batch(signed(STRANGER), vec![jobs[0]; 8]));
			let gross = PRICE * Balance::from(TOKENS / 2);
			assert_eq!(free(&owner(0)), before + gross - gross / 20);
			let again: Vec<_> = (1..8).map(|i| (i, jobs[0], E::InvalidState.into())).collect();
			assert_eq!(failures(), again);
		});
	}

	#[test]
	fn of_bad_items_only_changes_nothing() {
		run(|| {
			let job_id = submit();
			let before = job(job_id);
			take_events();
			assert_ok!(Market::settle_batch(signed(STRANGER), vec![job_id, 7]));
			assert_eq!(failures().len(), 2);
			assert_eq!(job(job_id), before);
		});
	}

	#[test]
	fn has_one_to_max_items() {
		run(|| {
			let jobs = |count: u32| vec![0; count as usize];
			let call = |count| Market::settle_batch(signed(STRANGER), jobs(count));
			assert_noop!(call(0), E::InvalidBatchSize);
			assert_noop!(call(MAX_BATCH + 1), E::InvalidBatchSize);
			assert_ok!(call(1));
			assert_ok!(call(MAX_BATCH));
			assert_noop!(
				Market::settle_batch(RuntimeOrigin::none(), jobs(1)),
				DispatchError::BadOrigin
			);
		});
	}

	/// Where a report finds no storage layer, the batch fails instead of skipping the job.
	#[test]
	fn without_a_storage_layer_fails_as_a_whole() {
		run(|| {
			let jobs = completed_jobs(2);
			go_to_deadline(1);
			let call = || Market::settle_batch(signed(STRANGER), jobs.clone());
			ReportFails::set(true);
			assert_noop!(call(), TransactionalError::LimitReached);
			ReportFails::set(false);
			for depth in [TRANSACTIONAL_LIMIT - 2, TRANSACTIONAL_LIMIT - 1] {
				nested(depth, &mut || {
					assert_noop!(call(), TransactionalError::LimitReached);
				});
			}
			nested(TRANSACTIONAL_LIMIT - 3, &mut || {
				assert_ok!(call());
			});
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		});
	}
}

mod accept_batch {
	use super::*;

	#[test]
	fn success_accepts_and_rates() {
		run(|| {
			let jobs = completed_jobs(3);
			let old = settled();
			let items =
				vec![(jobs[0], Some(5)), (jobs[1], None), (old, Some(1)), (jobs[2], Some(3))];
			take_events();
			let weight = weight_of(Market::accept_batch(signed(ALICE), items));
			assert_eq!(weight, <W as WeightInfo>::accept_batch(4));
			assert_eq!(failures(), []);
			let ratings = [jobs[0], jobs[1], old, jobs[2]].map(|job_id| job(job_id).rating);
			assert_eq!(ratings, [Some(5), None, Some(1), Some(3)]);
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		});
	}

	#[test]
	fn skips_bad_items_and_says_why() {
		run(|| {
			let jobs = completed_jobs(2);
			let pending = submit();
			let items = vec![
				(jobs[0], Some(6)),
				(pending, None),
				(jobs[1], Some(4)),
				(jobs[1], Some(5)),
				(42, None),
			];
			take_events();
			let weight = weight_of(Market::accept_batch(signed(ALICE), items));
			assert_eq!(
				failures(),
				[
					(0, jobs[0], E::InvalidRating.into()),
					(1, pending, E::InvalidState.into()),
					(3, jobs[1], E::AlreadyRated.into()),
					(4, 42, E::JobNotFound.into()),
				]
			);
			assert_eq!(
				weight,
				<W as WeightInfo>::accept_batch(1) + <W as WeightInfo>::batch_skipped(4)
			);
			assert_eq!((status(jobs[0]), job(jobs[1]).rating), (JobStatus::Completed, Some(4)));
		});
	}

	#[test]
	fn of_a_stranger_accepts_nothing() {
		run(|| {
			let jobs = completed_jobs(2);
			take_events();
			let items = jobs.iter().map(|job_id| (*job_id, Some(1))).collect();
			assert_ok!(Market::accept_batch(signed(STRANGER), items));
			assert_eq!(
				failures(),
				[(0, jobs[0], E::NotAuthorized.into()), (1, jobs[1], E::NotAuthorized.into())]
			);
			assert_eq!(status(jobs[0]), JobStatus::Completed);
		});
	}

	#[test]
	fn takes_disputes_back_too() {
		run(|| {
			let job_id = disputed(DisputeReason::WrongResult);
			assert_ok!(Market::accept_batch(signed(ALICE), vec![(job_id, None)]));
			assert_eq!(status(job_id), JobStatus::Settled);
			assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
		});
	}

	#[test]
	fn has_one_to_max_items_and_enough_layers() {
		run(|| {
			let call =
				|count: u32| Market::accept_batch(signed(ALICE), vec![(0, None); count as usize]);
			assert_noop!(call(0), E::InvalidBatchSize);
			assert_noop!(call(MAX_BATCH + 1), E::InvalidBatchSize);
			assert_ok!(call(MAX_BATCH));
			assert_noop!(
				Market::accept_batch(RuntimeOrigin::root(), vec![(0, None)]),
				DispatchError::BadOrigin
			);
			nested(TRANSACTIONAL_LIMIT - 1, &mut || {
				assert_noop!(call(1), TransactionalError::LimitReached);
			});
		});
	}
}

mod withdraw_bids {
	use super::*;

	#[test]
	fn success_returns_the_bonds() {
		run(|| {
			let jobs: Vec<_> = (0..3).map(|_| submit()).collect();
			for job_id in &jobs {
				assert_ok!(bid(*job_id, 1, PRICE));
			}
			let items: Vec<_> = jobs.iter().map(|job_id| (*job_id, did_bytes(1))).collect();
			take_events();
			let weight = weight_of(Market::withdraw_bids(signed(owner(1)), items));
			assert_eq!(weight, <W as WeightInfo>::withdraw_bids(3));
			assert_eq!(failures(), []);
			assert_eq!((free(&owner(1)), node(1).open_bids), (ENDOWMENT, 0));
		});
	}

	#[test]
	fn skips_bad_items_and_says_why() {
		run(|| {
			let (mine, other) = (submit(), submit());
			assert_ok!(bid(mine, 1, PRICE));
			assert_ok!(bid(other, 2, PRICE));
			let items = vec![
				(mine, did_bytes(1)),
				(mine, did_bytes(1)),
				(other, did_bytes(2)),
				(other, b"gpu".to_vec()),
				(77, did_bytes(1)),
			];
			take_events();
			let weight = weight_of(Market::withdraw_bids(signed(owner(1)), items));
			assert_eq!(
				failures(),
				[
					(1, mine, E::BidNotFound.into()),
					(2, other, E::NotAuthorized.into()),
					(3, other, E::InvalidDid(DidError::Malformed).into()),
					(4, 77, E::JobNotFound.into()),
				]
			);
			assert_eq!(
				weight,
				<W as WeightInfo>::withdraw_bids(1) + <W as WeightInfo>::batch_skipped(4)
			);
			assert_eq!((free(&owner(1)), free(&owner(2))), (ENDOWMENT, ENDOWMENT - BOND));
		});
	}

	#[test]
	fn has_one_to_max_items() {
		run(|| {
			let call = |count: u32| {
				Market::withdraw_bids(signed(ALICE), vec![(0, vec![]); count as usize])
			};
			assert_noop!(call(0), E::InvalidBatchSize);
			assert_noop!(call(MAX_BATCH + 1), E::InvalidBatchSize);
			assert_ok!(call(MAX_BATCH));
			assert_noop!(
				Market::withdraw_bids(RuntimeOrigin::none(), vec![(0, vec![])]),
				DispatchError::BadOrigin
			);
		});
	}
}

mod reap_batch {
	use super::*;

	#[test]
	fn success_returns_the_deposits() {
		run(|| {
			let jobs = settled_jobs(4);
			go_to_deadline(3);
			take_events();
			let weight = weight_of(Market::reap_batch(signed(STRANGER), jobs.clone()));
			assert_eq!(weight, <W as WeightInfo>::reap_batch(4));
			assert_eq!(failures(), []);
			assert_eq!(held(HoldReason::StorageDeposit, &ALICE), 0);
			assert!(jobs.iter().all(|job_id| !Jobs::<Test>::contains_key(job_id)));
		});
	}

	#[test]
	fn skips_bad_items_and_says_why() {
		run(|| {
			let jobs = settled_jobs(2);
			let with_bid = submit();
			assert_ok!(bid(with_bid, 1, PRICE));
			assert_ok!(Market::cancel_job(signed(ALICE), with_bid));
			go_to_deadline(with_bid);
			let young = settled();
			take_events();
			let batch = vec![jobs[0], with_bid, jobs[0], young, jobs[1]];
			let weight = weight_of(Market::reap_batch(signed(STRANGER), batch));
			assert_eq!(
				failures(),
				[
					(1, with_bid, E::BidsRemain.into()),
					(2, jobs[0], E::JobNotFound.into()),
					(3, young, E::TooEarly.into()),
				]
			);
			assert_eq!(
				weight,
				<W as WeightInfo>::reap_batch(2) + <W as WeightInfo>::batch_skipped(3)
			);
			assert!(Jobs::<Test>::contains_key(young));
		});
	}

	/// The finder's reward is the same as for single calls.
	#[test]
	fn pays_the_caller_after_twice_the_retention() {
		run(|| {
			let jobs = settled_jobs(2);
			let deposit = job(0).deposit;
			go_to(job(1).deadline + 14_400);
			let before = free(&STRANGER);
			assert_ok!(Market::reap_batch(signed(STRANGER), jobs));
			assert_eq!(free(&STRANGER), before + 2 * deposit);
		});
	}

	#[test]
	fn has_one_to_max_items() {
		run(|| {
			let call = |count: u32| Market::reap_batch(signed(ALICE), vec![0; count as usize]);
			assert_noop!(call(0), E::InvalidBatchSize);
			assert_noop!(call(MAX_BATCH + 1), E::InvalidBatchSize);
			assert_ok!(call(MAX_BATCH));
			assert_noop!(
				Market::reap_batch(RuntimeOrigin::none(), vec![0]),
				DispatchError::BadOrigin
			);
		});
	}
}

/// Weight is charged for every item before anything is done.
#[test]
fn weight_is_charged_by_the_number_of_items() {
	let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
	assert_eq!(
		weight(Call::settle_batch { job_ids: vec![0; 3] }),
		<W as WeightInfo>::settle_batch(3)
	);
	assert_eq!(
		weight(Call::accept_batch { jobs: vec![(0, None); 3] }),
		<W as WeightInfo>::accept_batch(3)
	);
	assert_eq!(
		weight(Call::withdraw_bids { bids: vec![(0, vec![]); 3] }),
		<W as WeightInfo>::withdraw_bids(3)
	);
	assert_eq!(weight(Call::reap_batch { job_ids: vec![0; 3] }), <W as WeightInfo>::reap_batch(3));
}

/// One node may hold many jobs: an item acts on the state that the former one left.
#[test]
fn items_see_what_the_former_ones_did() {
	run(|| {
		let jobs = completed_jobs(3);
		go_to_deadline(2);
		let before = node(0).exposure;
		assert_ok!(Market::settle_batch(signed(STRANGER), vec![jobs[0], jobs[0], jobs[1]]));
		assert_eq!(node(0).exposure, before / 3);
		assert_eq!(node(0).settled, 2);
	});
}

// ---- batches against single calls

/// A job in one of the states that a batch may meet.
fn make(kind: u8) {
	match kind {
		0 => {
			let job_id = submit();
			assert_ok!(bid(job_id, 1, PRICE));
		}
		1 => {
			completed();
		}
		2 => {
			settled();
		}
		3 => {
			let job_id = submit();
			assert_ok!(bid(job_id, 1, PRICE));
			assert_ok!(Market::cancel_job(signed(ALICE), job_id));
		}
		4 => {
			disputed(DisputeReason::WrongResult);
		}
		_ => {
			let job_id = submit();
			assert_ok!(bid(job_id, 1, PRICE));
			assign_new(job_id);
			assert_ok!(Market::start_job(signed(owner(0)), job_id));
		}
	}
}

/// Which batch, and the items.
#[derive(Clone, Debug)]
enum Batch {
	Settle(Vec<JobId>),
	Accept(Vec<(JobId, Option<u8>)>),
	Withdraw(Vec<JobId>),
	Reap(Vec<JobId>),
}

fn any_batch() -> impl Strategy<Value = Batch> {
	let jobs = || prop::collection::vec(0u64..7, 1..9);
	prop_oneof![
		jobs().prop_map(Batch::Settle),
		prop::collection::vec((0u64..7, prop::option::of(0u8..7)), 1..9).prop_map(Batch::Accept),
		jobs().prop_map(Batch::Withdraw),
		jobs().prop_map(Batch::Reap),
	]
}

fn as_batch(who: &AccountId, batch: Batch) {
	let who = signed(who.clone());
	assert_ok!(match batch {
		Batch::Settle(jobs) => Market::settle_batch(who, jobs),
		Batch::Accept(jobs) => Market::accept_batch(who, jobs),
		Batch::Withdraw(jobs) => {
			let bids = jobs.into_iter().map(|job_id| (job_id, did_bytes(1))).collect();
			Market::withdraw_bids(who, bids)
		}
		Batch::Reap(jobs) => Market::reap_batch(who, jobs),
	});
}

fn as_single_calls(who: &AccountId, batch: Batch) {
	let who = || signed(who.clone());
	match batch {
		Batch::Settle(jobs) => jobs.into_iter().for_each(|job_id| {
			let _ = Market::finalize_job(who(), job_id);
		}),
		Batch::Accept(jobs) => jobs.into_iter().for_each(|(job_id, rating)| {
			let _ = Market::accept_result(who(), job_id, rating);
		}),
		Batch::Withdraw(jobs) => jobs.into_iter().for_each(|job_id| {
			let _ = Market::withdraw_bid(who(), job_id, did_bytes(1));
		}),
		Batch::Reap(jobs) => jobs.into_iter().for_each(|job_id| {
			let _ = Market::reap_job(who(), job_id);
		}),
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 128, max_shrink_iters: 500, ..Default::default() })]

	/// Whatever the batch, it leaves the state that its items leave when they are called one by one,
	/// those that fail included.
	#[test]
	fn a_batch_is_its_items(
		kinds in prop::collection::vec(0u8..6, 1..7),
		blocks in prop_oneof![Just(0u32), Just(100), Just(14_600), Just(29_000)],
		batches in prop::collection::vec((0usize..3, any_batch()), 1..5),
	) {
		let play = |act: fn(&AccountId, Batch)| {
			let mut root = None;
			ExtBuilder.build().execute_with(|| {
				for n in [0, 1] {
					change_node(n, |node| node.capacity = 50);
				}
				kinds.iter().for_each(|kind| make(*kind));
				pass(blocks);
				let issuance = Balances::total_issuance();
				for (who, batch) in batches.clone() {
					act(&[ALICE, STRANGER, owner(1)][who], batch);
					check_state();
					assert_eq!(Balances::total_issuance(), issuance);
				}
				System::reset_events();
				root = Some(sp_io::storage::root(sp_runtime::StateVersion::V1));
			});
			root.unwrap()
		};
		prop_assert_eq!(play(as_batch), play(as_single_calls));
	}
}
