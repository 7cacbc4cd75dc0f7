use crate::{mock::*, Error, Event, PriceClass};
use ai_compute_primitives::NodeStatus;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn update(who: AccountId, did: &[u8], location: &[u8]) -> sp_runtime::DispatchResult {
	GpuRegistry::update_node(
		signed(who),
		did.to_vec(),
		location.to_vec(),
		PriceClass::Premium,
		Some(H256::repeat_byte(7)),
	)
}

#[test]
fn update_replaces_the_description() {
	with_node(|_| {
		assert_ok!(update(ALICE, DID, b"EU-CENTRAL-1"));
		let profile = profile(DID);
		assert_eq!(profile.location.to_vec(), b"EU-CENTRAL-1".to_vec());
		assert_eq!(profile.price_class, PriceClass::Premium);
		assert_eq!(profile.endpoint_hash, Some(H256::repeat_byte(7)));
		assert_eq!(profile.gpu_model.to_vec(), b"NVIDIA H100 80GB".to_vec());
		assert_eq!(
			events(),
			vec![Event::NodeUpdated {
				did: parse(DID),
				location: b"EU-CENTRAL-1".to_vec().try_into().unwrap(),
				price_class: PriceClass::Premium,
				endpoint_hash: Some(H256::repeat_byte(7)),
			}]
		);
	});
}

#[test]
fn update_fails_for_strangers_unknown_and_bad_locations() {
	with_node(|_| {
		assert_noop!(update(BOB, DID, b"EU"), Error::<Test>::NotOwner);
		assert_noop!(update(ALICE, OTHER_DID, b"EU"), Error::<Test>::NodeNotFound);
		assert_noop!(update(ALICE, DID, b""), Error::<Test>::LocationEmpty);
		assert_noop!(update(ALICE, DID, &[b'l'; 33]), Error::<Test>::LocationTooLong);
	});
}

#[test]
fn update_stores_a_lapse() {
	with_node(|_| {
		lapse();
		assert_ok!(update(ALICE, DID, b"EU"));
		assert_eq!(profile(DID).status, NodeStatus::Inactive);
	});
}
