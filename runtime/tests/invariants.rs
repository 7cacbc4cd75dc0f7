//! The checks between pallets see what they are there to see.

use crate::{
	chain::Chain,
	journey::{anchor, bid, did, register, submit},
};
use ai_compute_pbc_runtime::{
	configs::fees::TreasuryAccount, invariants, Balance, Runtime, System, EDSC,
};
use ai_compute_primitives::Did;
use pallet_gpu_registry::{NodeLoad, NodeLoads};
use sp_keyring::Sr25519Keyring::{Dave, Eve};

/// A chain on which Eve's node runs a job and has a bid on another.
fn busy_chain() -> Chain {
	let mut chain = Chain::new();
	for call in [anchor(Eve), register(Eve)] {
		chain.ok(Eve, call);
	}
	for job_id in 0..2 {
		chain.ok(Dave, submit());
		chain.ok(Eve, bid(job_id, Eve, EDSC / 1_000));
	}
	chain.ok(Dave, pallet_job_marketplace::Call::assign_job { job_id: 0, gpu_did: did(Eve) });
	chain
}

fn corrupted(change: impl FnOnce(&mut NodeLoad<Balance>)) -> bool {
	let mut chain = busy_chain();
	chain.read(|| {
		assert!(invariants::check().is_ok());
		NodeLoads::<Runtime>::mutate(Did::parse(did(Eve)).unwrap().hash(), change);
		invariants::check().is_err()
	})
}

#[test]
fn a_wrong_load_is_seen() {
	assert!(!corrupted(|_| ()), "nothing changed");
	assert!(corrupted(|load| load.open_bids += 1));
	assert!(corrupted(|load| load.running -= 1));
	assert!(corrupted(|load| load.unsettled += 1));
	assert!(corrupted(|load| load.exposure -= 1));
}

#[test]
fn a_load_without_work_is_seen() {
	let mut chain = busy_chain();
	chain.read(|| {
		NodeLoads::<Runtime>::insert(sp_core::H256::repeat_byte(1), NodeLoad::default());
		assert!(invariants::check().is_err());
	});
}

#[test]
fn a_missing_fee_account_is_seen() {
	let mut chain = busy_chain();
	chain.read(|| {
		frame_system::Account::<Runtime>::remove(TreasuryAccount::get());
		assert!(!System::account_exists(&TreasuryAccount::get()));
		assert!(invariants::check().is_err());
	});
}
