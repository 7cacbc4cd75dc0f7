//! Random sequences of calls by several accounts keep every invariant, and no money appears or
//! disappears.

use crate::{mock::*, AccessLevel};
use frame_support::assert_ok;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Register(AccountId, u8, AccountId),
	Update(AccountId, u8),
	Revoke(AccountId, u8),
	Offer(AccountId, u8, AccountId),
	Accept(AccountId, u8),
	Expire(AccountId, u8, u32),
	Grant(AccountId, u8, AccountId, u8),
	RevokeAccess(AccountId, u8, AccountId),
	SetController(AccountId, u8, AccountId),
	Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let who = || 1..=4u64;
	let name = || 0..6u8;
	prop_oneof![
		(who(), name(), who()).prop_map(|(a, n, b)| Step::Register(a, n, b)),
		(who(), name()).prop_map(|(a, n)| Step::Update(a, n)),
		(who(), name()).prop_map(|(a, n)| Step::Revoke(a, n)),
		(who(), name(), who()).prop_map(|(a, n, b)| Step::Offer(a, n, b)),
		(who(), name()).prop_map(|(a, n)| Step::Accept(a, n)),
		(who(), name(), 1..50u32).prop_map(|(a, n, t)| Step::Expire(a, n, t)),
		(who(), name(), who(), 0..4u8).prop_map(|(a, n, b, l)| Step::Grant(a, n, b, l)),
		(who(), name(), who()).prop_map(|(a, n, b)| Step::RevokeAccess(a, n, b)),
		(who(), name(), who()).prop_map(|(a, n, b)| Step::SetController(a, n, b)),
		(1..30u32).prop_map(Step::Wait),
	]
}

fn apply(step: Step) -> sp_runtime::DispatchResult {
	let did = |n: u8| format!("did:etrid:gpu:{n}").into_bytes();
	let key = |n: u8| hash(&did(n));
	match step {
		Step::Register(a, n, b) => register(a, &did(n), b),
		Step::Update(a, n) => DidRegistry::update_did(signed(a), key(n), vec![n; 8]),
		Step::Revoke(a, n) => DidRegistry::revoke_did(signed(a), key(n)),
		Step::Offer(a, n, b) => DidRegistry::transfer_ownership(signed(a), key(n), b),
		Step::Accept(a, n) => DidRegistry::accept_ownership(signed(a), key(n)),
		Step::Expire(a, n, t) => DidRegistry::set_expiration(signed(a), key(n), Now::get() + t),
		Step::Grant(a, n, b, l) => {
			let level =
				[AccessLevel::None, AccessLevel::Reader, AccessLevel::Writer, AccessLevel::Admin]
					[usize::from(l)];
			DidRegistry::grant_access(signed(a), key(n), b, level)
		}
		Step::RevokeAccess(a, n, b) => DidRegistry::revoke_access(signed(a), key(n), b),
		Step::SetController(a, n, b) => DidRegistry::set_controller(signed(a), key(n), b),
		Step::Wait(t) => {
			Now::mutate(|now| *now += t);
			Ok(())
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

	#[test]
	fn random_calls_keep_every_invariant(steps in proptest::collection::vec(step(), 1..80)) {
		ExtBuilder.build().execute_with(|| {
			let issuance = Balances::total_issuance();
			for step in steps {
				// A refusal must leave no trace, as in a block.
				let _ = frame_support::storage::with_storage_layer(|| apply(step));
				assert_ok!(DidRegistry::do_try_state());
				assert_eq!(Balances::total_issuance(), issuance);
			}
		});
	}
}
