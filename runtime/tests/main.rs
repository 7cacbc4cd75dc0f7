//! Tests of the whole runtime.

mod chain;
mod checkpoint;
mod confidential;
mod exported_state;
mod fees;
mod genesis;
mod invariants;
mod journey;
mod payments;
mod pins;
mod random;
mod sessions;
mod upgrade;
mod views;
mod xcm;
