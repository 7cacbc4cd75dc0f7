//! Calls that are nested so deeply that a payment finds no storage layer: they change nothing, and
//! work at their ordinary depth.

use super::*;
use frame_support::storage::{transactional::TRANSACTIONAL_LIMIT, with_storage_layer};
use sp_runtime::{DispatchResult, TransactionalError};

/// Runs `f` inside `depth` storage layers, as nested batches would.
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

/// Expects `call`, which has a layer of its own, to change nothing where that is the last one, and to
/// succeed where there is one more.
fn needs_a_layer(mut call: impl FnMut() -> Result<(), DispatchError>) {
	nested(TRANSACTIONAL_LIMIT - 1, &mut || {
		assert_noop!(call(), TransactionalError::LimitReached);
	});
	nested(TRANSACTIONAL_LIMIT - 2, &mut || {
		assert_ok!(call());
	});
}

#[test]
fn settlement_pays_everybody_or_changes_nothing() {
	run(|| {
		let job_id = completed();
		let before = free(&owner(0));
		go_to_deadline(job_id);
		needs_a_layer(|| plain(Market::finalize_job(signed(STRANGER), job_id)));
		assert_eq!(status(job_id), JobStatus::Settled);
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		assert!(free(&owner(0)) > before);
	});
	run(|| {
		let job_id = completed();
		needs_a_layer(|| {
			Market::accept_result(signed(ALICE), job_id, Some(5)).map(|_| ()).map_err(|e| e.error)
		});
	});
}

#[test]
fn the_escrow_comes_back_or_the_job_goes_on() {
	run(|| {
		let job_id = submit();
		needs_a_layer(|| Market::cancel_job(signed(ALICE), job_id));
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
	});
	run(|| {
		let job_id = submit();
		go_to_deadline(job_id);
		needs_a_layer(|| plain(Market::expire_job(signed(STRANGER), job_id)));
	});
	run(|| {
		let job_id = assigned();
		needs_a_layer(|| plain(Market::abandon_job(signed(owner(0)), job_id)));
	});
	run(|| {
		let job_id = processing();
		go_to_deadline(job_id);
		needs_a_layer(|| plain(Market::expire_job(signed(STRANGER), job_id)));
		assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
	});
}

#[test]
fn nobody_is_struck_because_the_registry_could_not_be_asked() {
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		go_to(1_010);
		needs_a_layer(|| plain(Market::match_job(signed(STRANGER), job_id)));
		assert_eq!(job(job_id).assignment.unwrap().owner, owner(0));
	});
	run(|| {
		let job_id = submit();
		assert_ok!(bid(job_id, 0, PRICE));
		needs_a_layer(|| plain(Market::assign_job(signed(ALICE), job_id, did_bytes(0))));
		assert_eq!(free(&owner(0)), ENDOWMENT);
	});
}

#[test]
fn bonds_and_deposits_come_back_or_stay_recorded() {
	run(|| {
		let job_id = submit();
		for n in 0..5 {
			assert_ok!(bid(job_id, n, PRICE));
		}
		needs_a_layer(|| bid(job_id, 5, PRICE / 2));
		assert_eq!(free(&owner(4)), ENDOWMENT);
		needs_a_layer(|| {
			Market::withdraw_bid(signed(owner(0)), job_id, did_bytes(0))
				.map(|_| ())
				.map_err(|e| e.error)
		});
		assert_eq!(free(&owner(0)), ENDOWMENT);
	});
	run(|| {
		let job_id = settled();
		go_to_deadline(job_id);
		needs_a_layer(|| Market::reap_job(signed(STRANGER), job_id));
		assert_eq!(held(HoldReason::StorageDeposit, &ALICE), 0);
	});
}

#[test]
fn the_bond_of_a_dispute_moves_with_the_job_or_stays() {
	let calls: [fn(u64) -> Result<(), DispatchError>; 5] = [
		|job_id| Market::resolve_dispute(signed(ARBITER), job_id, Verdict::RequesterWins),
		|job_id| Market::resolve_dispute(signed(ARBITER), job_id, Verdict::ProviderWins),
		|job_id| Market::resolve_dispute(signed(ARBITER), job_id, Verdict::Split(100)),
		|job_id| plain(Market::abandon_job(signed(owner(0)), job_id)),
		|job_id| plain(Market::accept_result(signed(ALICE), job_id, Some(1))),
	];
	for call in calls {
		run(|| {
			let job_id = answered();
			needs_a_layer(|| call(job_id));
			assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
		});
	}
	for job_of in [|| disputed(DisputeReason::Other), answered] {
		run(|| {
			let job_id = job_of();
			go_to_deadline(job_id);
			needs_a_layer(|| plain(Market::expire_job(signed(STRANGER), job_id)));
			assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
		});
	}
	run(|| {
		let job_id = disputed(DisputeReason::NotDelivered);
		needs_a_layer(|| {
			Market::answer_dispute(signed(owner(0)), job_id, DisputeAnswer::Result(RESULT.to_vec()))
		});
		assert_eq!(held(HoldReason::DisputeBond, &ALICE), 0);
	});
}
