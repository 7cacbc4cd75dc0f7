//! ËDSC between EDSC-PBC, which issues and holds it, and this chain.

use crate::{
	chain::{Channel, Tx, EDSC_PARA},
	edsc::{self, reserve_account},
	network::{Network, Served},
};
use ai_compute_pbc_runtime::{
	configs::fees::TreasuryAccount, AccountId, Balance, Balances, RuntimeCall, EDSC, PARA_ID,
};
use frame_support::assert_ok;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use xcm::{latest::prelude::*, VersionedXcm};

fn account(who: &AccountId) -> Location {
	AccountId32 { network: None, id: who.clone().into() }.into()
}

fn edsc_chain() -> Location {
	Location::new(1, [Parachain(EDSC_PARA)])
}

fn this_chain() -> Location {
	Location::new(1, [Parachain(PARA_ID)])
}

/// Brings ËDSC from somebody on EDSC-PBC to an account here.
fn bring(network: &mut Network, amount: Balance, to: &AccountId) {
	network.edsc.run(|| {
		assert_ok!(edsc::PolkadotXcm::limited_reserve_transfer_assets(
			edsc::RuntimeOrigin::signed(edsc::somebody()),
			Box::new(this_chain().into()),
			Box::new(account(to).into()),
			Box::new(Assets::from((Location::here(), amount)).into()),
			0,
			Unlimited,
		));
	});
}

/// Sends ËDSC from an account here to one on EDSC-PBC.
fn send_home(amount: Balance, to: &AccountId) -> RuntimeCall {
	pallet_xcm::Call::limited_reserve_transfer_assets {
		dest: Box::new(edsc_chain().into()),
		beneficiary: Box::new(account(to).into()),
		assets: Box::new(Assets::from((edsc_chain(), amount)).into()),
		fee_asset_item: 0,
		weight_limit: Unlimited,
	}
	.into()
}

#[test]
fn edsc_comes_in_and_is_backed_by_the_reserve() {
	let mut network = Network::new();
	network.steps(3);
	network.take_served();
	let to = AccountId::new([5; 32]);
	let reserve = network.edsc.reserve();

	bring(&mut network, 10 * EDSC, &to);
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Done]);
	let arrived = network.chain.read(|| Balances::free_balance(&to));
	// What is missing is the price of four instructions and the topic.
	assert!(arrived < 10 * EDSC && arrived > 9 * EDSC, "{arrived}");
	assert_eq!(network.edsc.reserve(), reserve + 10 * EDSC);
	network.check_reserve();
}

#[test]
fn edsc_goes_home_out_of_the_reserve() {
	let mut network = Network::new();
	network.steps(3);
	let to = AccountId::new([6; 32]);
	let reserve = network.edsc.reserve();
	let before = network.chain.read(|| Balances::free_balance(Bob.to_account_id()));
	let treasury = network.chain.read(|| Balances::free_balance(TreasuryAccount::get()));

	network.ok(Bob, send_home(100 * EDSC, &to));
	// Gone from here at once; the delivery is paid for on top.
	let after = network.chain.read(|| Balances::free_balance(Bob.to_account_id()));
	assert!(before - after > 100 * EDSC && before - after < 101 * EDSC);
	assert!(network.chain.read(|| Balances::free_balance(TreasuryAccount::get())) > treasury);
	network.steps(2);
	let arrived = network.edsc.balance(&to);
	let execution = 100 * EDSC - arrived;
	assert!(execution > 0 && execution < 20 * u128::from(edsc::INSTRUCTION), "{execution}");
	assert_eq!(network.edsc.reserve(), reserve - 100 * EDSC);
	network.check_reserve();
}

#[test]
fn what_came_in_can_go_home_again() {
	let mut network = Network::new();
	network.steps(3);
	let here = Alice.to_account_id();
	let there = AccountId::new([6; 32]);
	for round in 1..=3u128 {
		bring(&mut network, 5 * EDSC, &here);
		network.steps(2);
		network.ok(Alice, send_home(4 * EDSC, &there));
		network.steps(2);
		let arrived = network.edsc.balance(&there);
		assert!(arrived > round * 4 * EDSC - EDSC / 1_000 && arrived < round * 4 * EDSC);
		network.check_reserve();
	}
}

#[test]
fn without_a_channel_nothing_leaves_and_nothing_is_lost() {
	let mut network = Network::new();
	network.state.channel = Channel::Missing;
	network.steps(3);
	let issued = network.chain.read(Balances::total_issuance);
	let applied = network.step_with(vec![Tx(Bob, send_home(100 * EDSC, &AccountId::new([6; 32])))]);
	assert!(applied[0].is_err());
	assert_eq!(network.chain.read(Balances::total_issuance), issued);
	network.check_reserve();
}

#[test]
fn a_full_channel_holds_a_transfer_up_without_losing_it() {
	let mut network = Network::new();
	network.steps(3);
	network.state.channel = Channel::Full;
	network.steps(2);
	let to = AccountId::new([6; 32]);
	let reserve = network.edsc.reserve();
	network.ok(Bob, send_home(100 * EDSC, &to));
	network.steps(5);
	assert_eq!((network.edsc.balance(&to), network.edsc.reserve()), (0, reserve));

	network.state.channel = Channel::Open;
	network.steps(4);
	assert!(network.edsc.balance(&to) > 99 * EDSC);
	network.check_reserve();
}

#[test]
fn a_transfer_in_that_cannot_pay_for_itself_is_claimed_by_edsc_pbc() {
	let mut network = Network::new();
	network.steps(3);
	network.take_served();
	let to = AccountId::new([5; 32]);
	let reserve = network.edsc.reserve();
	// Far less than the price of its instructions here.
	bring(&mut network, 1_000, &to);
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Failed(XcmError::TooExpensive)]);
	assert_eq!(network.chain.read(|| Balances::free_balance(&to)), 0);
	assert_eq!(network.edsc.reserve(), reserve + 1_000);
	let [(owner, trapped)] = &network.trapped[..] else { panic!("{:?}", network.trapped) };
	assert_eq!(*owner, edsc_chain());
	let trapped = trapped.clone();
	assert_eq!(trapped, Assets::from((edsc_chain(), 1_000u128)));

	// EDSC-PBC, which alone may, brings more, claims the rest, and gives both to whom it was for.
	let more: Asset = (edsc_chain(), EDSC).into();
	let message = Xcm::<()>(vec![
		ReserveAssetDeposited(more.clone().into()),
		BuyExecution { fees: more, weight_limit: Unlimited },
		ClaimAsset { assets: trapped, ticket: Location::here() },
		RefundSurplus,
		DepositAsset { assets: Wild(AllCounted(1)), beneficiary: account(&to) },
	]);
	network.edsc.run(|| {
		// What is brought is put into the reserve first.
		assert_ok!(edsc::Balances::transfer_keep_alive(
			edsc::RuntimeOrigin::signed(edsc::somebody()),
			reserve_account(),
			EDSC,
		));
		assert_ok!(edsc::PolkadotXcm::send(
			edsc::RuntimeOrigin::root(),
			Box::new(this_chain().into()),
			Box::new(VersionedXcm::from(message)),
		));
	});
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Done]);
	assert!(network.chain.read(|| Balances::free_balance(&to)) > EDSC / 2);
	network.check_reserve();
}

#[test]
fn nothing_is_teleported_and_no_other_token_comes_in() {
	let mut network = Network::new();
	network.steps(3);
	network.take_served();
	let to = AccountId::new([5; 32]);
	let issued = network.chain.read(Balances::total_issuance);
	let beneficiary = account(&to);
	let edsc: Asset = (edsc_chain(), 10 * EDSC).into();
	let other: Asset = (Location::parent(), 10 * EDSC).into();
	let program = |arrival: fn(Assets) -> Instruction<()>, asset: &Asset| {
		Xcm(vec![
			arrival(asset.clone().into()),
			BuyExecution { fees: asset.clone(), weight_limit: Unlimited },
			DepositAsset { assets: Wild(All), beneficiary: beneficiary.clone() },
		])
	};
	for (message, error) in [
		(program(ReceiveTeleportedAsset, &edsc), XcmError::UntrustedTeleportLocation),
		(program(ReserveAssetDeposited, &other), XcmError::UntrustedReserveLocation),
	] {
		network.edsc.run(|| {
			assert_ok!(edsc::PolkadotXcm::send(
				edsc::RuntimeOrigin::root(),
				Box::new(this_chain().into()),
				Box::new(VersionedXcm::from(message)),
			));
		});
		network.steps(2);
		assert_eq!(network.take_served(), [Served::Failed(error)]);
	}
	// The relay chain holds no reserve of ËDSC.
	network
		.relay
		.send(crate::flarechain::RuntimeOrigin::root(), program(ReserveAssetDeposited, &edsc));
	network.steps(2);
	assert_eq!(network.take_served(), [Served::Failed(XcmError::UntrustedReserveLocation)]);
	assert_eq!(network.chain.read(Balances::total_issuance), issued);
	assert_eq!(network.chain.read(|| Balances::free_balance(&to)), 0);
	network.check_reserve();
}
