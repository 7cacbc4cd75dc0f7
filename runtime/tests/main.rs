//! Tests of the whole runtime.

mod chain;
mod fees;
mod genesis;
mod invariants;
mod journey;
mod pins;
mod random;
mod sessions;
mod upgrade;
mod xcm;
