//! Who may change the runtime, and that the change happens.

use crate::chain::{dev_ext, Chain};
use ai_compute_pbc_runtime::{Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System};
use frame_support::{assert_noop, traits::UnfilteredDispatchable};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{
	traits::{Hash, HashingFor},
	DispatchError,
};

fn hash_of(code: &[u8]) -> sp_core::H256 {
	<HashingFor<ai_compute_pbc_runtime::Block> as Hash>::hash(code)
}

#[test]
fn only_root_sets_or_authorises_code() {
	dev_ext().execute_with(|| {
		let code = vec![1, 2, 3];
		let code_hash = hash_of(&code);
		let calls: [RuntimeCall; 6] = [
			frame_system::Call::set_code { code: code.clone() }.into(),
			frame_system::Call::set_code_without_checks { code: code.clone() }.into(),
			frame_system::Call::authorize_upgrade { code_hash }.into(),
			frame_system::Call::authorize_upgrade_without_checks { code_hash }.into(),
			frame_system::Call::set_storage { items: vec![] }.into(),
			frame_system::Call::kill_prefix { prefix: vec![], subkeys: 0 }.into(),
		];
		for call in calls {
			let signed = RuntimeOrigin::signed(Alice.to_account_id());
			assert_noop!(call.clone().dispatch_bypass_filter(signed), DispatchError::BadOrigin);
			let relay = cumulus_pallet_xcm::Origin::Relay.into();
			assert_noop!(call.dispatch_bypass_filter(relay), DispatchError::BadOrigin);
		}
		assert_noop!(
			System::apply_authorized_upgrade(RuntimeOrigin::signed(Alice.to_account_id()), code),
			frame_system::Error::<Runtime>::NothingAuthorized
		);
	});
}

#[test]
fn only_the_sudo_key_uses_sudo() {
	let mut chain = Chain::new();
	let call = || pallet_sudo::Call::sudo {
		call: Box::new(frame_system::Call::remark_with_event { remark: vec![] }.into()),
	};
	chain.fails(Bob, call(), pallet_sudo::Error::<Runtime>::RequireSudo);
	chain.ok(Alice, call());
}

#[test]
fn an_authorised_upgrade_is_applied_after_the_relay_chains_go_ahead() {
	let mut chain = Chain::new();
	let code = vec![7u8; 1_000];
	let code_hash = hash_of(&code);
	let authorise = frame_system::Call::authorize_upgrade_without_checks { code_hash };
	chain.ok(Alice, pallet_sudo::Call::sudo { call: Box::new(authorise.into()) });

	// Anybody may bring the code that was authorised, and no other.
	chain.fails(
		Bob,
		frame_system::Call::apply_authorized_upgrade { code: vec![8; 1_000] },
		frame_system::Error::<Runtime>::Unauthorized,
	);
	chain.ok(Bob, frame_system::Call::apply_authorized_upgrade { code: code.clone() });
	let current = || sp_io::storage::get(sp_core::storage::well_known_keys::CODE);
	assert_ne!(chain.read(current).map(|code| code.to_vec()), Some(code.clone()));

	chain.block(vec![]);
	assert_eq!(chain.read(current).map(|code| code.to_vec()), Some(code));
	assert!(chain.events.iter().any(|event| matches!(
		event,
		RuntimeEvent::ParachainSystem(
			cumulus_pallet_parachain_system::Event::ValidationFunctionApplied { .. }
		)
	)));
	chain.block(vec![]);
}
