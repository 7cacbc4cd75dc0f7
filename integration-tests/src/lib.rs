//! Tests of this chain among other chains. They are in `tests/cross_chain`.
//!
//! Three chains in memory, with nothing between them but encoded messages:
//!
//! | chain | is |
//! |---|---|
//! | FlareChain | a small relay chain: the Checkpoint pallet of `zombienet/flarechain`, balances, XCM, a message queue with a weight limit |
//! | AI-Compute-PBC | the real runtime, block by block: the parachain inherent brings messages and a proof of the relay chain's state, `Executive` makes the block |
//! | EDSC-PBC | a small parachain that issues ËDSC |
//!
//! `xcm-simulator` has no parachain inherent, and `xcm-emulator` needs a whole relay chain's
//! parachains pallets behind it and cannot lose, delay or forge a message: hence a network of our
//! own.
