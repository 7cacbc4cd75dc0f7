//! Unit tests of the clock.

use crate as pallet_clock;
use crate::{LastRelayNumber, Now, Pallet, Randomness, RelayRandomness};
use codec::Encode;
use cumulus_pallet_parachain_system::{relay_state_snapshot::RelayChainStateProof, OnSystemEvent};
use cumulus_primitives_core::{relay_chain::well_known_keys, ParaId, PersistedValidationData};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::{
	derive_impl,
	traits::{ConstU32, Get},
};
use sp_runtime::{traits::BlockNumberProvider, BuildStorage};

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Clock: pallet_clock,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

impl pallet_clock::Config for Test {
	type MaxClockStep = ConstU32<10>;
	type WeightInfo = ();
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into()
}

fn relay_block(relay_parent_number: u32) {
	Clock::on_validation_data(&PersistedValidationData {
		relay_parent_number,
		..Default::default()
	});
}

fn now() -> u64 {
	Pallet::<Test>::current_block_number()
}

fn proof(randomness: Option<Option<[u8; 32]>>) -> RelayChainStateProof {
	let builder = RelayStateSproofBuilder {
		additional_key_values: randomness
			.map(|r| (well_known_keys::CURRENT_BLOCK_RANDOMNESS.to_vec(), r.encode()))
			.into_iter()
			.collect(),
		..Default::default()
	};
	let (root, proof) = builder.into_state_root_and_proof();
	RelayChainStateProof::new(ParaId::from(2015), root, proof).unwrap()
}

#[test]
fn first_block_makes_one_tick_whatever_the_relay_number() {
	new_test_ext().execute_with(|| {
		assert_eq!(now(), 0);
		relay_block(25_000_000);
		assert_eq!(now(), 1);
	});
}

#[test]
fn follows_the_relay_tick_by_tick() {
	new_test_ext().execute_with(|| {
		relay_block(100);
		relay_block(101);
		relay_block(104);
		assert_eq!(now(), 1 + 1 + 3);
	});
}

#[test]
fn blocks_on_one_relay_parent_share_a_tick() {
	new_test_ext().execute_with(|| {
		relay_block(100);
		relay_block(100);
		relay_block(100);
		assert_eq!(now(), 1);
	});
}

#[test]
fn an_outage_moves_the_clock_by_one_bounded_step() {
	new_test_ext().execute_with(|| {
		relay_block(100);
		relay_block(111);
		assert_eq!(now(), 11);
		relay_block(1_000_000);
		assert_eq!(now(), 21);
		relay_block(1_000_001);
		assert_eq!(now(), 22);
	});
}

#[test]
fn never_goes_backwards_and_goes_on_from_the_lower_number() {
	new_test_ext().execute_with(|| {
		relay_block(100);
		relay_block(105);
		assert_eq!(now(), 6);
		relay_block(3);
		assert_eq!(now(), 6);
		relay_block(5);
		assert_eq!(now(), 8);
		assert_eq!(LastRelayNumber::<Test>::get(), Some(5));
	});
}

#[test]
fn saturates_at_the_end_of_time() {
	new_test_ext().execute_with(|| {
		relay_block(1);
		Now::<Test>::put(u64::MAX - 1);
		relay_block(9);
		assert_eq!(now(), u64::MAX);
	});
}

#[test]
fn keeps_the_last_relay_randomness() {
	new_test_ext().execute_with(|| {
		assert_eq!(<RelayRandomness<Test> as Get<_>>::get(), None);
		Clock::on_relay_state_proof(&proof(None));
		Clock::on_relay_state_proof(&proof(Some(None)));
		assert_eq!(Randomness::<Test>::get(), None);

		Clock::on_relay_state_proof(&proof(Some(Some([7; 32]))));
		assert_eq!(<RelayRandomness<Test> as Get<_>>::get(), Some([7; 32]));

		Clock::on_relay_state_proof(&proof(None));
		assert_eq!(Randomness::<Test>::get(), Some([7; 32]));
	});
}
