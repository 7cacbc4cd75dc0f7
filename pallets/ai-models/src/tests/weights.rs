//! Calls charge for the worst case and give back what they did not need.

use crate::{mock::*, weights::WeightInfo, Call, DepositFate};
use frame_support::{assert_ok, dispatch::GetDispatchInfo};

#[test]
fn removal_is_charged_by_what_it_removed() {
	with_model(|| {
		assert_ok!(publish(ALICE, DID));
		assert_ok!(AIModels::update_allow_list(signed(ALICE), DID.to_vec(), vec![7, 8, 9], vec![]));
		assert_ok!(deprecate(ALICE, DID));
		let worst = Call::<Test>::deregister_model { did: DID.to_vec() }.get_dispatch_info();
		let charged = <() as WeightInfo>::deregister_model(MAX_VERSIONS, MAX_ALLOWED);
		assert_eq!(worst.call_weight, charged);
		let info = AIModels::deregister_model(signed(ALICE), DID.to_vec()).unwrap();
		assert_eq!(info.actual_weight, Some(<() as WeightInfo>::deregister_model(2, 3)));
	});
}

#[test]
fn forced_removal_is_charged_by_what_it_removed() {
	with_model(|| {
		let fate = DepositFate::Return;
		let worst = Call::<Test>::force_remove { did: DID.to_vec(), fate }.get_dispatch_info();
		let charged = <() as WeightInfo>::force_remove(MAX_VERSIONS, MAX_ALLOWED);
		assert_eq!(worst.call_weight, charged);
		let info = AIModels::force_remove(RuntimeOrigin::root(), DID.to_vec(), fate).unwrap();
		assert_eq!(info.actual_weight, Some(<() as WeightInfo>::force_remove(1, 0)));
	});
}

#[test]
fn the_allow_list_is_charged_by_its_accounts() {
	let weight = |allow: usize, disallow: usize| {
		let call = Call::<Test>::update_allow_list {
			did: vec![],
			allow: vec![7; allow],
			disallow: vec![8; disallow],
		};
		call.get_dispatch_info().call_weight
	};
	assert_eq!(weight(2, 3), <() as WeightInfo>::update_allow_list(5));
	assert!(weight(5, 1).all_gt(weight(5, 0)));
}
