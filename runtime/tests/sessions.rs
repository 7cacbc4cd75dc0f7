//! The set of collators as the session pallet sees it.

use crate::chain::dev_ext;
use ai_compute_pbc_runtime::{
	configs::consensus::ChangedCollators, AccountId, CollatorSelection, Runtime, RuntimeOrigin,
	Session, SessionKeys,
};
use frame_support::assert_ok;
use pallet_session::SessionManager;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

fn add_collator(who: Sr25519Keyring, finality: Ed25519Keyring) -> AccountId {
	let account = who.to_account_id();
	let keys = SessionKeys { aura: who.public().into(), grandpa: finality.public().into() };
	// As at genesis: a proof of possession is not the subject here.
	assert_ok!(pallet_session::NextKeys::<Runtime>::try_mutate(&account, |slot| {
		*slot = Some(keys);
		Ok::<_, ()>(())
	}));
	assert_ok!(CollatorSelection::add_invulnerable(RuntimeOrigin::root(), account.clone()));
	account
}

#[test]
fn an_unchanged_set_is_not_reported() {
	dev_ext().execute_with(|| {
		assert!(CollatorSelection::new_session(2).is_some());
		assert_eq!(ChangedCollators::new_session(2), None);
	});
}

#[test]
fn a_changed_set_is_reported() {
	dev_ext().execute_with(|| {
		let dave = add_collator(Sr25519Keyring::Dave, Ed25519Keyring::Dave);
		let set = ChangedCollators::new_session(2).expect("changed");
		assert!(set.contains(&dave));
		assert_eq!(set.len(), 4);
	});
}

#[test]
fn grandpa_makes_a_new_set_only_for_a_changed_one() {
	dev_ext().execute_with(|| {
		let set_id = || pallet_grandpa::CurrentSetId::<Runtime>::get();
		let pending = || pallet_grandpa::PendingChange::<Runtime>::exists();
		let before = set_id();
		Session::rotate_session();
		Session::rotate_session();
		assert_eq!(set_id(), before);
		assert!(!pending());

		add_collator(Sr25519Keyring::Dave, Ed25519Keyring::Dave);
		Session::rotate_session();
		Session::rotate_session();
		assert_eq!(set_id(), before + 1);
		assert!(pending());
		assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), 4);
	});
}
