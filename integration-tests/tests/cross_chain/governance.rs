//! What the relay chain may do here, and nobody else.

use crate::{
	chain::{Tx, EDSC_PARA},
	edsc,
	flarechain::{self, somebody},
	network::{transact, unpaid, Network, Served},
};
use ai_compute_pbc_runtime::{
	configs::xcm_config::LocationToAccountId, AccountId, Balances, Runtime, RuntimeCall,
	RuntimeEvent, System, EDSC, PARA_ID,
};
use frame_support::{assert_ok, dispatch::GetDispatchInfo, weights::Weight};
use pallet_job_marketplace::MaxJobs;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use xcm::{latest::prelude::*, VersionedXcm};
use xcm_executor::traits::ConvertLocation;

fn max_jobs(network: &mut Network) -> u32 {
	network.chain.read(MaxJobs::<Runtime>::get)
}

fn raise() -> pallet_job_marketplace::Call<Runtime> {
	pallet_job_marketplace::Call::update_max_jobs { new_max: 2_000 }
}

/// A network whose first messages about versions are over.
fn quiet() -> Network {
	let mut network = Network::new();
	network.steps(3);
	network.take_served();
	assert_eq!(max_jobs(&mut network), 1_000);
	network
}

#[test]
fn the_relay_chain_updates_the_most_jobs_of_a_block() {
	let mut network = quiet();
	network.govern(raise());
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Done]);
	assert_eq!(max_jobs(&mut network), 2_000);
}

#[test]
fn the_guides_bare_message_is_refused_for_want_of_payment() {
	// The guide's program is a bare `Transact`, which says nothing about payment.
	let mut network = quiet();
	let bare = Xcm(vec![transact(OriginKind::Superuser, raise())]);
	network.relay.send(flarechain::RuntimeOrigin::root(), bare);
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Refused]);
	assert_eq!(max_jobs(&mut network), 1_000);
}

#[test]
fn the_relay_chain_authorises_an_upgrade_that_anybody_applies() {
	let mut network = quiet();
	let code = b"no runtime, but what is authorised without a look inside".to_vec();
	let code_hash = sp_io::hashing::blake2_256(&code).into();
	network.govern(frame_system::Call::authorize_upgrade { code_hash });
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Done]);
	assert!(network.chain.read(System::authorized_upgrade).is_some());

	// What is no runtime of this chain is refused after all.
	let apply = || -> RuntimeCall {
		frame_system::Call::apply_authorized_upgrade { code: code.clone() }.into()
	};
	network.ok(Bob, apply());
	let rejected = |event: &RuntimeEvent| {
		matches!(
			event,
			RuntimeEvent::System(frame_system::Event::RejectedInvalidAuthorizedUpgrade { .. })
		)
	};
	assert!(network.chain.events.iter().any(rejected));
	assert!(network.chain.read(System::authorized_upgrade).is_none());

	// With checks waived it is scheduled, and set when the relay chain says so.
	network.govern(frame_system::Call::authorize_upgrade_without_checks { code_hash });
	network.steps(2);
	network.ok(Bob, apply());
	network.steps(2);
	let set = network.chain.read(|| sp_io::storage::get(b":code"));
	assert_eq!(set.as_deref(), Some(&code[..]));
}

#[test]
fn code_is_not_set_by_message() {
	let mut network = quiet();
	let calls: [RuntimeCall; 2] = [
		frame_system::Call::set_code { code: vec![1] }.into(),
		frame_system::Call::set_code_without_checks { code: vec![1] }.into(),
	];
	for call in calls {
		let batch = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
		for call in [call, batch.into()] {
			network.govern(call);
			network.steps(2);
			assert_eq!(network.take_served(), [Served::Failed(XcmError::NoPermission)]);
		}
	}
}

#[test]
fn another_kind_of_origin_has_no_right() {
	let mut network = quiet();
	for kind in [OriginKind::Native, OriginKind::SovereignAccount, OriginKind::Xcm] {
		let message = unpaid(transact(kind, raise()));
		network.relay.send(flarechain::RuntimeOrigin::root(), message);
		network.steps(2);
		assert_eq!(network.take_served(), [Served::Failed(XcmError::ExpectationFalse)], "{kind:?}");
		assert_eq!(max_jobs(&mut network), 1_000);
	}
}

#[test]
fn an_account_of_the_relay_chain_has_no_right() {
	let mut network = quiet();
	// Unpaid, it is refused at the door.
	let signed = flarechain::RuntimeOrigin::signed(somebody());
	network.relay.send(signed.clone(), unpaid(transact(OriginKind::Superuser, raise())));
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Refused]);

	// Paid, it runs as that account, which is not Root.
	let who = Location::new(1, [AccountId32 { network: None, id: somebody().into() }]);
	fund(&mut network, &who);
	network.relay.send(signed, paid(transact(OriginKind::Superuser, raise())));
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Failed(XcmError::BadOrigin)]);
	assert_eq!(max_jobs(&mut network), 1_000);
}

#[test]
fn a_sibling_has_no_right() {
	let mut network = quiet();
	let sibling = Location::new(1, [Parachain(EDSC_PARA)]);
	fund(&mut network, &sibling);
	for (message, served) in [
		(unpaid(transact(OriginKind::Superuser, raise())), Served::Refused),
		(paid(transact(OriginKind::Superuser, raise())), Served::Failed(XcmError::BadOrigin)),
		(paid(transact(OriginKind::Native, raise())), Served::Failed(XcmError::ExpectationFalse)),
		(
			paid(transact(OriginKind::SovereignAccount, raise())),
			Served::Failed(XcmError::ExpectationFalse),
		),
		(paid(transact(OriginKind::Xcm, raise())), Served::Failed(XcmError::ExpectationFalse)),
	] {
		send_beside(&mut network, message);
		network.steps(2);
		assert_eq!(network.take_served(), [served]);
		assert_eq!(max_jobs(&mut network), 1_000);
	}
}

#[test]
fn a_sibling_that_pays_acts_as_its_account_and_no_more() {
	let mut network = quiet();
	let sibling = Location::new(1, [Parachain(EDSC_PARA)]);
	fund(&mut network, &sibling);
	let to = AccountId::new([5; 32]);
	let transfer =
		pallet_balances::Call::transfer_keep_alive { dest: to.clone().into(), value: EDSC };
	send_beside(&mut network, paid(transact(OriginKind::SovereignAccount, transfer)));
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Done]);
	assert_eq!(network.chain.read(|| Balances::free_balance(&to)), EDSC);
}

#[test]
fn a_call_that_is_too_heavy_waits_until_somebody_gives_it_the_weight() {
	let mut network = quiet();
	// Between what messages get and what a transaction may use.
	let heavy = |subkeys| -> RuntimeCall {
		frame_system::Call::kill_prefix { prefix: b"nothing is there".to_vec(), subkeys }.into()
	};
	let weight = |subkeys| heavy(subkeys).get_dispatch_info().call_weight;
	let subkeys = (1..)
		.map(|step| step * 1_000)
		.find(|subkeys| {
			weight(*subkeys).ref_time() > 800_000_000_000
				|| weight(*subkeys).proof_size() > 4_000_000
		})
		.unwrap();
	network.govern(pallet_utility::Call::batch_all { calls: vec![heavy(subkeys), raise().into()] });
	network.steps(2);
	let served = network.take_served();
	let [Served::TooHeavy { page, index }] = served[..] else { panic!("{served:?}") };
	assert_eq!(max_jobs(&mut network), 1_000);

	// Nothing is lost: anybody may pay for it.
	network.ok(
		Alice,
		pallet_message_queue::Call::execute_overweight {
			message_origin: cumulus_primitives_core::AggregateMessageOrigin::Parent,
			page,
			index,
			weight_limit: weight(subkeys) + Weight::from_parts(100_000_000_000, 1_000_000),
		},
	);
	assert_eq!(max_jobs(&mut network), 2_000);
}

#[test]
fn what_is_refused_keeps_nobody_waiting_whatever_it_claims_to_weigh() {
	let mut network = quiet();
	let signed = flarechain::RuntimeOrigin::signed(somebody());
	let remark = frame_system::Call::remark { remark: vec![] };
	let just_fits = Weight::from_parts(600_000_000_000, 3_000_000);
	let heavy =
		pallet_utility::Call::with_weight { call: Box::new(remark.into()), weight: just_fits };
	for _ in 0..30 {
		let message = Xcm(vec![transact(OriginKind::SovereignAccount, heavy.clone())]);
		network.relay.send(signed.clone(), message);
	}
	network.govern(raise());
	network.steps(2);
	let mut served = network.take_served();
	assert_eq!(served.pop(), Some(Served::Done));
	assert_eq!(served, vec![Served::Refused; 30]);
	assert_eq!(max_jobs(&mut network), 2_000);
}

/// Gives the account of a location money here.
fn fund(network: &mut Network, who: &Location) {
	let account = LocationToAccountId::convert_location(who).expect("it has an account");
	let give =
		pallet_balances::Call::transfer_keep_alive { dest: account.into(), value: 100 * EDSC };
	network.ok(Alice, give);
	network.take_served();
}

/// A program that pays for itself and fails if its call does.
fn paid(instruction: Instruction<()>) -> Xcm<()> {
	let edsc = Location::new(1, [Parachain(EDSC_PARA)]);
	let fees: Asset = (edsc, 10 * EDSC).into();
	Xcm(vec![
		WithdrawAsset(fees.clone().into()),
		BuyExecution { fees, weight_limit: Unlimited },
		instruction,
		ExpectTransactStatus(MaybeErrorCode::Success),
	])
}

/// Sends a program as EDSC-PBC's own governance does.
fn send_beside(network: &mut Network, message: Xcm<()>) {
	network.edsc.run(|| {
		assert_ok!(edsc::PolkadotXcm::send(
			edsc::RuntimeOrigin::root(),
			Box::new(Location::new(1, [Parachain(PARA_ID)]).into()),
			Box::new(VersionedXcm::from(message)),
		));
	});
}

#[test]
fn nobody_here_sends_programs_in_the_chains_name() {
	let mut network = quiet();
	let send = pallet_xcm::Call::<Runtime>::send {
		dest: Box::new(Location::parent().into()),
		message: Box::new(VersionedXcm::from(Xcm::<()>(vec![ClearOrigin]))),
	};
	let applied = network.step_with(vec![Tx(Alice, send.into())]);
	assert_eq!(applied, [Err(sp_runtime::DispatchError::BadOrigin)]);
}
