//! Node of AI-Compute-PBC. One binary runs the chain in three ways:
//!
//! | mode | module | how |
//! |---|---|---|
//! | one node for dApp work | [`dev`] | `--dev`, `--sealing` |
//! | a network without a relay chain | [`sovereign`] | a spec without relay chain, nothing after `--` |
//! | a parachain | [`parachain`] | a relay chain named after `--` or in the spec |

#![allow(clippy::result_large_err, reason = "the error type is the SDK's, returned once per run")]

#[cfg(feature = "runtime-benchmarks")]
mod benchmark;
mod chain_spec;
mod cli;
mod command;
mod dev;
mod parachain;
mod recording_proposer;
mod relay_chain_cli;
mod relay_data;
mod relay_data_check;
mod report;
mod rpc;
mod service;
mod sovereign;

use std::process::ExitCode;

fn main() -> ExitCode {
	let result = cli::parse(std::env::args_os())
		.and_then(|cli| command::run(cli).map_err(|error| report::error(&error)));
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(line) => {
			eprintln!("Error: {line}");
			ExitCode::FAILURE
		}
	}
}
