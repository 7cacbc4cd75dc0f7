//! This chain under a relay chain and beside EDSC-PBC.

mod chain;
mod checkpoints;
mod edsc;
mod flarechain;
mod governance;
mod network;
mod payments;
mod proofs;
mod transfers;
