//! Weights of pallets whose crates ship none. All others use the weights that come with the pallet.

/// Measured on the SDK's People chain of the same release, whose message set-up is alike.
/// `reserve_transfer_assets`, which that chain refuses, has the weight of `transfer_assets`, which
/// takes the same path. Running the runtime's own benchmark of `pallet_xcm` replaces this file.
pub mod pallet_xcm;
