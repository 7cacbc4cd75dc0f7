//! The guide's payment: the owner of a GPU is paid on EDSC-PBC.

use crate::{
	chain::{Tx, EDSC_PARA},
	network::Network,
};
use ai_compute_pbc_runtime::{
	configs::fees::TreasuryAccount, AccountId, Balances, RuntimeCall, EDSC,
};
use frame_support::weights::Weight;
use sp_keyring::Sr25519Keyring::Bob;
use sp_runtime::DispatchError;
use xcm::{latest::prelude::*, VersionedXcm};

/// 100 ËDSC and the fee, as in the guide.
const PAYMENT: u128 = 100 * EDSC;
const FEE: u128 = 1_000_000;

fn edsc_chain() -> Location {
	Location::new(1, [Parachain(EDSC_PARA)])
}

fn owner() -> AccountId {
	AccountId::new([8; 32])
}

/// The guide's program as EDSC-PBC gets it.
fn buy_and_deposit() -> Vec<Instruction<()>> {
	vec![
		BuyExecution { fees: (Location::here(), FEE).into(), weight_limit: Unlimited },
		DepositAsset {
			assets: Wild(All),
			beneficiary: AccountId32 { network: None, id: owner().into() }.into(),
		},
	]
}

#[test]
fn a_user_pays_a_gpu_owner_on_edsc_pbc_with_edsc_of_this_chain() {
	let mut network = Network::new();
	network.steps(3);
	let reserve = network.edsc.reserve();
	let before = network.chain.read(|| Balances::free_balance(Bob.to_account_id()));

	// What the user has here is burned here, and the same is handed out there.
	let program = Xcm::<RuntimeCall>(vec![
		WithdrawAsset((edsc_chain(), PAYMENT).into()),
		SetFeesMode { jit_withdraw: true },
		InitiateReserveWithdraw {
			assets: Definite((edsc_chain(), PAYMENT).into()),
			reserve: edsc_chain(),
			xcm: Xcm(buy_and_deposit()),
		},
	]);
	network.ok(
		Bob,
		pallet_xcm::Call::execute {
			message: Box::new(VersionedXcm::from(program)),
			max_weight: Weight::from_parts(20_000_000_000, 1 << 20),
		},
	);
	network.step();

	// The program there is the guide's, with the origin cleared.
	let [(program, outcome)] = &network.edsc.outcomes[..] else {
		panic!("{:?}", network.edsc.outcomes)
	};
	assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
	let [WithdrawAsset(withdrawn), ClearOrigin, rest @ .., SetTopic(_)] = &program.0[..] else {
		panic!("{program:?}")
	};
	assert_eq!(*withdrawn, Assets::from((Location::here(), PAYMENT)));
	assert_eq!(rest, buy_and_deposit());

	// The fee buys execution, what it does not need goes to nobody else than the owner.
	let paid = network.edsc.balance(&owner());
	assert!((PAYMENT - FEE..=PAYMENT).contains(&paid), "{paid}");
	assert_eq!(network.edsc.reserve(), reserve - PAYMENT);
	let after = network.chain.read(|| Balances::free_balance(Bob.to_account_id()));
	assert!(before - after > PAYMENT && before - after < PAYMENT + EDSC);
	network.check_reserve();
}

/// The guide's program, to the letter.
fn guide() -> Xcm<()> {
	let mut program = vec![WithdrawAsset((Location::here(), PAYMENT).into())];
	program.extend(buy_and_deposit());
	Xcm(program)
}

fn send(message: Xcm<()>) -> RuntimeCall {
	pallet_xcm::Call::send {
		dest: Box::new(edsc_chain().into()),
		message: Box::new(VersionedXcm::from(message)),
	}
	.into()
}

#[test]
fn the_guides_program_in_the_chains_own_name_pays_out_of_the_treasury() {
	let mut network = Network::new();
	network.steps(3);
	// It takes from what backs the ËDSC here. Governance gives up as much of the treasury's.
	let treasury = TreasuryAccount::get();
	let give = pallet_balances::Call::transfer_keep_alive {
		dest: treasury.clone().into(),
		value: 2 * PAYMENT,
	};
	network.ok(Bob, give);
	let left = network.chain.read(|| Balances::free_balance(&treasury)) - PAYMENT;
	let give_up =
		pallet_balances::Call::force_set_balance { who: treasury.clone().into(), new_free: left };
	network.govern(pallet_utility::Call::batch_all { calls: vec![give_up.into(), send(guide())] });
	let reserve = network.edsc.reserve();
	network.steps(3);

	let paid = network.edsc.balance(&owner());
	assert!((PAYMENT - FEE..=PAYMENT).contains(&paid), "{paid}");
	assert_eq!(network.edsc.reserve(), reserve - PAYMENT);
	assert_eq!(network.chain.read(|| Balances::free_balance(&treasury)), left);
	network.check_reserve();
}

#[test]
fn nobody_else_spends_the_reserve() {
	let mut network = Network::new();
	network.steps(3);
	let reserve = network.edsc.reserve();
	let applied = network.step_with(vec![Tx(Bob, send(guide()))]);
	assert_eq!(applied, [Err(DispatchError::BadOrigin)]);
	// Nor by a program that is run here for somebody who does not have the money.
	let program = Xcm::<RuntimeCall>(vec![
		WithdrawAsset((edsc_chain(), 1_000_000_000 * EDSC).into()),
		InitiateReserveWithdraw {
			assets: Wild(All),
			reserve: edsc_chain(),
			xcm: Xcm(buy_and_deposit()),
		},
	]);
	let execute = pallet_xcm::Call::execute {
		message: Box::new(VersionedXcm::from(program)),
		max_weight: Weight::from_parts(20_000_000_000, 1 << 20),
	};
	let applied = network.step_with(vec![Tx(Bob, execute.into())]);
	assert!(applied[0].is_err());
	network.steps(3);
	assert_eq!(network.edsc.reserve(), reserve);
	assert_eq!(network.edsc.balance(&owner()), 0);
	network.check_reserve();
}
