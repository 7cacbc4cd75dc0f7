use crate::{self as pallet_checkpoint, Call, Checkpoints, Error, Event, Registrars};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, derive_impl};
use hex_literal::hex;
use sp_core::H256;
use sp_runtime::{BuildStorage, DispatchError::BadOrigin};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(90)]
	pub type Checkpoint = pallet_checkpoint;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

impl pallet_checkpoint::Config for Test {}

const PBC: u8 = 15;
const REGISTRAR: u64 = 7;
const ROOT: H256 = H256(hex!("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"));

fn run(test: impl FnOnce()) {
	let genesis = RuntimeGenesisConfig {
		checkpoint: pallet_checkpoint::GenesisConfig { registrars: vec![(PBC, REGISTRAR)] },
		..Default::default()
	};
	sp_io::TestExternalities::new(genesis.build_storage().unwrap()).execute_with(|| {
		// Block 0 has no events.
		System::set_block_number(1);
		test()
	})
}

fn signed(who: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

#[test]
fn the_registrar_registers_in_any_order() {
	run(|| {
		for (block_number, state_root) in [(512, ROOT), (256, H256::zero())] {
			assert_ok!(Checkpoint::register_checkpoint(
				signed(REGISTRAR),
				PBC,
				block_number,
				state_root
			));
			assert_eq!(Checkpoints::<Test>::get((PBC, block_number)), Some(state_root));
			System::assert_last_event(
				Event::CheckpointRegistered { pbc_id: PBC, block_number, state_root }.into(),
			);
		}
	})
}

#[test]
fn nobody_else_registers() {
	run(|| {
		for (origin, pbc_id) in [(signed(8), PBC), (signed(REGISTRAR), 14)] {
			assert_noop!(
				Checkpoint::register_checkpoint(origin, pbc_id, 256, ROOT),
				Error::<Test>::NotAuthorized
			);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Checkpoint::register_checkpoint(origin, PBC, 256, ROOT), BadOrigin);
		}
	})
}

#[test]
fn an_equal_root_changes_nothing_and_another_is_refused() {
	run(|| {
		let register = |root| Checkpoint::register_checkpoint(signed(REGISTRAR), PBC, 256, root);
		assert_ok!(register(ROOT));
		System::reset_events();
		assert_ok!(register(ROOT));
		assert!(System::events().is_empty());
		assert_noop!(register(H256::zero()), Error::<Test>::RootConflict);
		assert_eq!(Checkpoints::<Test>::get((PBC, 256)), Some(ROOT));
	})
}

#[test]
fn root_names_and_removes_the_registrar() {
	run(|| {
		let set = |origin, registrar| Checkpoint::set_registrar(origin, PBC, registrar);
		assert_noop!(set(signed(REGISTRAR), Some(8)), BadOrigin);
		for registrar in [Some(8), None] {
			assert_ok!(set(RuntimeOrigin::root(), registrar));
			assert_eq!(Registrars::<Test>::get(PBC), registrar);
			System::assert_last_event(Event::RegistrarSet { pbc_id: PBC, registrar }.into());
			assert_noop!(
				Checkpoint::register_checkpoint(signed(REGISTRAR), PBC, 256, ROOT),
				Error::<Test>::NotAuthorized
			);
		}
	})
}

/// The bytes that docs/checkpoints.md of the project names.
#[test]
fn the_call_is_encoded_as_the_checkpoint_page_says() {
	let call = RuntimeCall::Checkpoint(Call::register_checkpoint {
		pbc_id: PBC,
		block_number: 25_600,
		state_root: ROOT,
	});
	assert_eq!(
		call.encode(),
		hex!("5a000f00640000000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
	);
}
