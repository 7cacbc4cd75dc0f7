//! One file per call, and the rules that span calls.

use crate::{mock::*, types::*, *};
use ai_compute_primitives::{
	Did, DidError, DidHash, Hosting, JobOutcome, ModelTerms, NodeStatus, PriceRule, Receipt,
	ReceiptOutcome,
};
use codec::Encode;
use frame_support::{assert_err, assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{DispatchError, Percent, TokenError, TransactionalError};

mod abandon_job;
mod accept_result;
mod answer_dispute;
mod assign_job;
mod batch;
mod cancel_job;
mod complete_job;
mod complete_with_evidence;
mod confidential;
mod deliver_key;
mod dispute_job;
mod expire_job;
mod finalize_job;
mod hire;
mod invariants;
mod match_job;
mod nesting;
mod offers_vectors;
mod pages;
mod pins;
mod place_bid;
mod promote_bid;
mod real;
mod reap_job;
mod resolve_dispute;
mod sealed_weights;
mod sequences;
mod set_parameters;
mod settlement;
mod start_job;
mod state_walk;
mod submit_job;
mod submit_job_with_options;
mod ties;
mod update_max_jobs;
mod views;
mod withdraw_bid;

type E = Error<Test>;

/// Runs `test` on a fresh state and checks the state after it.
fn run(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(test);
}
