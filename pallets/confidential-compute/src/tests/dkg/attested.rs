//! A seat taken with a quote, from the platform's signature to the key.

use super::*;
use crate::pki::{Intel, Platform};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_member_proves_its_enclave_by_a_quote() {
	with_committee(|mut world| {
		assert_ok!(bring(&Intel::default(), TeeKind::Tdx));
		// A member needs no GPU, but what runs in its enclave must be allowed.
		let mut strict = strict_policy();
		strict.measurements[0].gpu = GpuCollection::Absent;
		let enclave = Enclave::new(50);
		let attestation = attest(&enclave);
		assert_ok!(open());
		let secret = SecretKey::generate(&mut world.rng);
		let account = ConfidentialCompute::account_bytes(&ALICE);
		let domain = ConfidentialCompute::domain(C, 0);
		let seat = client::join(&domain, &account, &secret, &mut world.rng);
		let payload = ConfidentialCompute::seat_payload(C, 0, &ALICE, &seat.key);
		let join = || {
			ConfidentialCompute::join_committee(
				signed(ALICE),
				C,
				attestation,
				seat,
				enclave.sign(&payload),
			)
		};
		assert_noop!(join(), Error::<Test>::Policy(crate::Violation::MeasurementNotAllowed));
		assert_ok!(ConfidentialCompute::set_committee(root(), C, TERMS, strict));
		assert_ok!(join());
		let seated = &Seats::<Test>::get((C, 0))[0];
		assert_eq!((seated.owner, seated.attestation), (ALICE, attestation));
		let ppid = Platform::tdx().ppid();
		assert_eq!(seated.platform, H256(blake2_256(&ppid)));
	});
}

#[test]
fn what_is_inconsistent_is_refused_and_stops_nothing_else() {
	use sp_runtime::DispatchError::Corruption;
	with_job(|mut world| {
		let partial = world.partial(1, 1);
		Groups::<Test>::remove((C, 0));
		assert_noop!(release_share(1, 1, partial), Corruption);
		assert_noop!(ConfidentialCompute::open_epoch(root(), C), Corruption);
		let group = committee_keys::Group { key: partial.hint, shares: Default::default() };
		Groups::<Test>::insert((C, 0), group);
		// A share of a member that the group does not know.
		assert_noop!(release_share(1, 1, partial), Corruption);
		Groups::<Test>::remove((C, 0));
		Epochs::<Test>::remove((C, 0));
		assert_noop!(ConfidentialCompute::end_epoch(signed(PAUPER), C), Corruption);
		// So that the checks at the end see a chain in order.
		for_each_trace_removed();
	});
}

fn for_each_trace_removed() {
	use crate::{Commitments, CommitteePolicies, Dealings};
	use frame_support::traits::{fungible::MutateHold, tokens::Precision};
	for seat in Seats::<Test>::get((C, 0)) {
		let reason = HoldReason::CommitteeBond.into();
		assert_ok!(Balances::release(&reason, &seat.owner, seat.bond, Precision::Exact));
	}
	let reason = HoldReason::ReleaseFees.into();
	assert_ok!(Balances::release(&reason, &ALICE, FEE * 9, Precision::Exact));
	let reason = HoldReason::KeyDeposit.into();
	assert_ok!(Balances::release(&reason, &ALICE, key_deposit(), Precision::Exact));
	let _ = Seats::<Test>::clear(u32::MAX, None);
	let _ = Commitments::<Test>::clear(u32::MAX, None);
	let _ = Dealings::<Test>::clear(u32::MAX, None);
	let _ = EntrustedKeys::<Test>::clear(u32::MAX, None);
	Committees::<Test>::remove(C);
	CommitteePolicies::<Test>::remove(C);
}
