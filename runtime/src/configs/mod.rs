//! Configuration of the pallets, by theme.

pub mod compute;
pub mod consensus;
pub mod fees;
pub mod system;
pub mod utilities;
pub mod xcm_config;
pub mod xcm_weights;
