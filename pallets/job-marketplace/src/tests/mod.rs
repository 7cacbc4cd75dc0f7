//! One file per call, and the rules that span calls.

use crate::{mock::*, types::*, *};
use ai_compute_primitives::{Did, DidError, JobOutcome, ModelTerms, NodeStatus};
use frame_support::{assert_err, assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_runtime::{DispatchError, Percent, TokenError};

mod abandon_job;
mod accept_result;
mod assign_job;
mod cancel_job;
mod complete_job;
mod expire_job;
mod finalize_job;
mod invariants;
mod match_job;
mod nesting;
mod pins;
mod place_bid;
mod promote_bid;
mod reap_job;
mod sequences;
mod set_parameters;
mod settlement;
mod start_job;
mod state_walk;
mod submit_job;
mod update_max_jobs;
mod views;
mod withdraw_bid;

type E = Error<Test>;

/// Runs `test` on a fresh state and checks the state after it.
fn run(test: impl FnOnce()) {
	ExtBuilder.build_and_execute(test);
}
