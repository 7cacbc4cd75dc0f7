//! The binary as an operator runs it: specs, genesis exports, refusals, and a chain of one node.

mod dev;
mod node;
mod refusals;
mod specs;
