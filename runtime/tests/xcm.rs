//! Messages between chains: who may bring money, who may act as Root, what goes out.

use crate::chain::dev_ext;
use ai_compute_pbc_runtime::{
	configs::{
		fees::{TreasuryAccount, WeightToFee},
		xcm_config::{LocationToAccountId, Weigher, XcmConfig},
	},
	AccountId, Balance, Balances, OriginCaller, ParachainSystem, PolkadotXcm, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeOrigin, System, EDSC,
};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok, assert_storage_noop,
	traits::{
		fungible::{Inspect, Mutate},
		TypedGet,
	},
	weights::{Weight, WeightToFee as _},
};
use pallet_collator_selection::StakingPotAccountId;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{traits::Dispatchable, MultiAddress};
use xcm::{latest::prelude::*, VersionedXcm};
use xcm_executor::{
	traits::{ConvertLocation, WeightBounds},
	XcmExecutor,
};

fn parent() -> Location {
	Location::parent()
}

fn sibling(para: u32) -> Location {
	Location::new(1, [Parachain(para)])
}

fn edsc() -> Location {
	sibling(2013)
}

fn beneficiary(who: &AccountId) -> Location {
	AccountId32 { network: None, id: who.clone().into() }.into()
}

/// Runs a message the way the message queue does.
fn receive(from: Location, message: Xcm<RuntimeCall>) -> Outcome {
	let mut id = message.using_encoded(sp_io::hashing::blake2_256);
	XcmExecutor::<XcmConfig>::prepare_and_execute(
		from,
		message,
		&mut id,
		Weight::from_parts(1_000_000_000_000, 8 * 1024 * 1024),
		Weight::zero(),
	)
}

/// The error of a message that ran in part or not at all.
fn error_of(outcome: Outcome) -> XcmError {
	match outcome {
		Outcome::Incomplete { error, .. } | Outcome::Error(error) => error.error,
		Outcome::Complete { .. } => panic!("complete"),
	}
}

fn bring(asset: Location, amount: Balance, to: &AccountId) -> Xcm<RuntimeCall> {
	let fees: Asset = (asset.clone(), amount).into();
	Xcm(vec![
		ReserveAssetDeposited((asset, amount).into()),
		ClearOrigin,
		BuyExecution { fees, weight_limit: Unlimited },
		DepositAsset { assets: Wild(AllCounted(1)), beneficiary: beneficiary(to) },
	])
}

fn transact(kind: OriginKind, call: impl Into<RuntimeCall>) -> Instruction<RuntimeCall> {
	let call: RuntimeCall = call.into();
	Transact { origin_kind: kind, fallback_max_weight: None, call: call.encode().into() }
}

fn unpaid(instruction: Instruction<RuntimeCall>) -> Xcm<RuntimeCall> {
	Xcm(vec![
		UnpaidExecution { weight_limit: Unlimited, check_origin: None },
		instruction,
		ExpectTransactStatus(MaybeErrorCode::Success),
	])
}

fn authorize() -> frame_system::Call<Runtime> {
	frame_system::Call::authorize_upgrade { code_hash: [7; 32].into() }
}

fn set_code() -> frame_system::Call<Runtime> {
	frame_system::Call::set_code { code: vec![1, 2, 3] }
}

#[test]
fn edsc_pbc_brings_edsc() {
	dev_ext().execute_with(|| {
		let new = AccountId::new([5; 32]);
		let issuance = Balances::total_issuance();
		let pot = StakingPotAccountId::<Runtime>::get();

		let mut message = bring(edsc(), 10 * EDSC, &new);
		let weight = Weigher::weight(&mut message, Weight::MAX).unwrap();
		let outcome = receive(sibling(2013), message);
		let Outcome::Complete { used } = outcome else { panic!("{outcome:?}") };

		let fee = WeightToFee::weight_to_fee(&used);
		assert_eq!(used, weight);
		assert_eq!(Balances::balance(&new), 10 * EDSC - fee);
		assert_eq!(Balances::balance(&pot), fee);
		assert_eq!(Balances::total_issuance(), issuance + 10 * EDSC);
	});
}

#[test]
fn nobody_else_brings_edsc() {
	dev_ext().execute_with(|| {
		let new = AccountId::new([5; 32]);
		let issuance = Balances::total_issuance();
		for from in [sibling(2014), sibling(1000), parent(), Location::new(2, [])] {
			let outcome = receive(from.clone(), bring(edsc(), 10 * EDSC, &new));
			assert_eq!(error_of(outcome), XcmError::UntrustedReserveLocation, "{from:?}");
		}
		assert_eq!(Balances::total_issuance(), issuance);
		assert_eq!(Balances::balance(&new), 0);
	});
}

#[test]
fn edsc_pbc_brings_nothing_else() {
	dev_ext().execute_with(|| {
		let new = AccountId::new([5; 32]);
		let issuance = Balances::total_issuance();
		for asset in [parent(), sibling(2014), Location::here()] {
			let outcome = receive(sibling(2013), bring(asset, 10 * EDSC, &new));
			assert_eq!(error_of(outcome), XcmError::UntrustedReserveLocation);
		}
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn nothing_is_teleported_in() {
	dev_ext().execute_with(|| {
		let new = AccountId::new([5; 32]);
		let issuance = Balances::total_issuance();
		for from in [sibling(2013), sibling(1000), parent()] {
			let message = Xcm(vec![
				ReceiveTeleportedAsset((edsc(), 10 * EDSC).into()),
				ClearOrigin,
				BuyExecution { fees: (edsc(), 10 * EDSC).into(), weight_limit: Unlimited },
				DepositAsset { assets: Wild(All), beneficiary: beneficiary(&new) },
			]);
			assert_eq!(error_of(receive(from, message)), XcmError::UntrustedTeleportLocation);
		}
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn what_cannot_be_paid_for_is_not_run() {
	dev_ext().execute_with(|| {
		let new = AccountId::new([5; 32]);
		// Less than the price of four instructions.
		let outcome = receive(sibling(2013), bring(edsc(), 1_000, &new));
		assert_eq!(error_of(outcome), XcmError::TooExpensive);
		assert_eq!(Balances::balance(&new), 0);
	});
}

#[test]
fn the_relay_chain_acts_as_root() {
	dev_ext().execute_with(|| {
		let outcome = receive(parent(), unpaid(transact(OriginKind::Superuser, authorize())));
		assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
		assert!(System::authorized_upgrade().is_some());
	});
}

#[test]
fn the_relay_chain_does_not_set_code_by_message() {
	dev_ext().execute_with(|| {
		let unchecked =
			frame_system::Call::<Runtime>::set_code_without_checks { code: vec![1, 2, 3] };
		let calls: Vec<RuntimeCall> = vec![set_code().into(), unchecked.into()];
		for call in calls.into_iter().flat_map(|call| [vec![call.clone()], wrapped(call)].concat())
		{
			let message = unpaid(transact(OriginKind::Superuser, call.clone()));
			assert_eq!(error_of(receive(parent(), message)), XcmError::NoPermission, "{call:?}");
		}
		// Wrapping by itself is no reason to refuse.
		let batch = pallet_utility::Call::batch_all { calls: vec![authorize().into()] };
		let outcome = receive(parent(), unpaid(transact(OriginKind::Superuser, batch)));
		assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
	});
}

/// The call inside every call that makes another, and two levels down.
fn wrapped(call: RuntimeCall) -> Vec<RuntimeCall> {
	use pallet_utility::Call::*;

	let harmless = || Box::new(authorize().into());
	let inner = || Box::new(call.clone());
	let root = || Box::new(OriginCaller::system(frame_system::RawOrigin::Root));
	let who = || MultiAddress::Id(AccountId::new([1; 32]));
	let weight = Weight::from_parts(1, 1);
	let batch: RuntimeCall = batch { calls: vec![*harmless(), call.clone()] }.into();
	vec![
		batch.clone(),
		batch_all { calls: vec![*harmless(), call.clone()] }.into(),
		force_batch { calls: vec![call.clone()] }.into(),
		if_else { main: inner(), fallback: harmless() }.into(),
		if_else { main: harmless(), fallback: inner() }.into(),
		as_derivative { index: 0, call: inner() }.into(),
		dispatch_as { as_origin: root(), call: inner() }.into(),
		dispatch_as_fallible { as_origin: root(), call: inner() }.into(),
		with_weight { call: inner(), weight }.into(),
		with_weight { call: Box::new(batch), weight }.into(),
		pallet_sudo::Call::sudo { call: inner() }.into(),
		pallet_sudo::Call::sudo_as { who: who(), call: inner() }.into(),
		pallet_sudo::Call::sudo_unchecked_weight { call: inner(), weight }.into(),
		pallet_proxy::Call::proxy { real: who(), force_proxy_type: None, call: inner() }.into(),
		pallet_proxy::Call::proxy_announced {
			delegate: who(),
			real: who(),
			force_proxy_type: None,
			call: inner(),
		}
		.into(),
		pallet_multisig::Call::as_multi_threshold_1 { other_signatories: vec![], call: inner() }
			.into(),
		pallet_multisig::Call::as_multi {
			threshold: 2,
			other_signatories: vec![],
			maybe_timepoint: None,
			call: inner(),
			max_weight: weight,
		}
		.into(),
	]
}

#[test]
fn nobody_sends_programs_to_the_relay_chain_with_a_transfer() {
	dev_ext().execute_with(|| {
		let program = || Xcm(vec![ClearError; 3]);
		let transfers: [Instruction<RuntimeCall>; 5] = [
			InitiateTransfer {
				destination: parent(),
				remote_fees: None,
				preserve_origin: false,
				assets: Default::default(),
				remote_xcm: program(),
			},
			InitiateTeleport { assets: Definite(Assets::new()), dest: parent(), xcm: program() },
			InitiateReserveWithdraw { assets: Wild(All), reserve: parent(), xcm: program() },
			DepositReserveAsset { assets: Wild(All), dest: parent(), xcm: program() },
			TransferReserveAsset { assets: Assets::new(), dest: parent(), xcm: program() },
		];
		for transfer in transfers {
			for message in [
				Xcm(vec![transfer.clone()]),
				Xcm(vec![SetAppendix(Xcm(vec![transfer.clone()]))]),
				Xcm(vec![SetErrorHandler(Xcm(vec![transfer.clone()]))]),
			] {
				let call = pallet_xcm::Call::execute {
					message: Box::new(VersionedXcm::from(message)),
					max_weight: Weight::from_parts(100_000_000_000, 1_000_000),
				};
				let dispatch = || {
					RuntimeCall::from(call).dispatch(RuntimeOrigin::signed(Alice.to_account_id()))
				};
				assert_noop!(
					dispatch().map_err(|refused| refused.error),
					pallet_xcm::Error::<Runtime>::LocalExecutionIncompleteWithError {
						index: 0,
						error: pallet_xcm::ExecutionError::Barrier
					}
				);
			}
		}
	});
}

#[test]
fn nobody_else_acts_as_root() {
	dev_ext().execute_with(|| {
		let user = Location::new(1, [AccountId32 { network: None, id: [3; 32] }]);
		for from in [sibling(2013), sibling(1000), user] {
			// Unpaid: refused at the door.
			let message = unpaid(transact(OriginKind::Superuser, authorize()));
			assert_eq!(error_of(receive(from.clone(), message)), XcmError::Barrier, "{from:?}");

			// Paid: runs, but there is no such origin for it.
			let account = LocationToAccountId::convert_location(&from).unwrap();
			Balances::set_balance(&account, 100 * EDSC);
			let message = Xcm(vec![
				WithdrawAsset((edsc(), 10 * EDSC).into()),
				BuyExecution { fees: (edsc(), 10 * EDSC).into(), weight_limit: Unlimited },
				transact(OriginKind::Superuser, authorize()),
			]);
			assert_eq!(error_of(receive(from, message)), XcmError::BadOrigin);
		}
		assert!(System::authorized_upgrade().is_none());
	});
}

#[test]
fn an_account_of_the_relay_chain_is_not_the_relay_chain() {
	dev_ext().execute_with(|| {
		let mut message = unpaid(transact(OriginKind::Superuser, authorize()));
		message.0.insert(0, DescendOrigin([AccountId32 { network: None, id: [3; 32] }].into()));
		assert_eq!(error_of(receive(parent(), message)), XcmError::Barrier);
	});
}

#[test]
fn a_native_origin_gives_no_right() {
	dev_ext().execute_with(|| {
		for kind in [OriginKind::Native, OriginKind::SovereignAccount, OriginKind::Xcm] {
			let outcome = receive(parent(), unpaid(transact(kind, authorize())));
			assert_eq!(error_of(outcome), XcmError::ExpectationFalse, "{kind:?}");
			assert!(System::authorized_upgrade().is_none(), "{kind:?}");
		}
	});
}

#[test]
fn a_sibling_that_pays_acts_as_its_own_account() {
	dev_ext().execute_with(|| {
		let account = LocationToAccountId::convert_location(&sibling(2013)).unwrap();
		Balances::set_balance(&account, 10 * EDSC);
		let transfer = pallet_balances::Call::transfer_keep_alive {
			dest: AccountId::new([5; 32]).into(),
			value: EDSC,
		};
		let message = Xcm(vec![
			WithdrawAsset((edsc(), EDSC).into()),
			BuyExecution { fees: (edsc(), EDSC).into(), weight_limit: Unlimited },
			transact(OriginKind::SovereignAccount, transfer),
			ExpectTransactStatus(MaybeErrorCode::Success),
			RefundSurplus,
			DepositAsset { assets: Wild(All), beneficiary: sibling(2013) },
		]);
		let outcome = receive(sibling(2013), message);
		assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
		assert_eq!(Balances::balance(&AccountId::new([5; 32])), EDSC);
	});
}

fn send_out(amount: Balance) -> sp_runtime::DispatchResult {
	let to = beneficiary(&Bob.to_account_id());
	PolkadotXcm::limited_reserve_transfer_assets(
		RuntimeOrigin::signed(Alice.to_account_id()),
		Box::new(edsc().into()),
		Box::new(to.into()),
		Box::new(Assets::from((edsc(), amount)).into()),
		0,
		Unlimited,
	)
}

#[test]
fn edsc_goes_home_by_reserve_transfer() {
	dev_ext().execute_with(|| {
		ParachainSystem::open_outbound_hrmp_channel_for_benchmarks_or_tests(2013.into());
		let issuance = Balances::total_issuance();
		let balance = Balances::balance(&Alice.to_account_id());
		let treasury = Balances::balance(&TreasuryAccount::get());

		assert_ok!(send_out(100 * EDSC));

		// Gone from here; the delivery fee went to the treasury.
		let delivery = Balances::balance(&TreasuryAccount::get()) - treasury;
		assert!(delivery > 0 && delivery < EDSC, "{delivery}");
		assert_eq!(Balances::total_issuance(), issuance - 100 * EDSC);
		assert_eq!(Balances::balance(&Alice.to_account_id()), balance - 100 * EDSC - delivery);

		// And EDSC-PBC is told to hand out its own token.
		let sent = System::events().into_iter().find_map(|record| match record.event {
			RuntimeEvent::PolkadotXcm(pallet_xcm::Event::Sent { destination, message, .. }) => {
				Some((destination, message))
			}
			_ => None,
		});
		if let Some((destination, message)) = sent {
			assert_eq!(destination, edsc());
			assert!(matches!(message.0.first(), Some(WithdrawAsset(_))), "{message:?}");
		}
		assert!(System::events().iter().any(|record| matches!(
			record.event,
			RuntimeEvent::XcmpQueue(cumulus_pallet_xcmp_queue::Event::XcmpMessageSent { .. })
		)));
	});
}

#[test]
fn a_transfer_without_a_channel_changes_nothing() {
	dev_ext().execute_with(|| {
		assert_storage_noop!(assert!(send_out(100 * EDSC).is_err()));
	});
}

#[test]
fn accounts_do_not_send_arbitrary_messages() {
	dev_ext().execute_with(|| {
		let message = Xcm::<()>(vec![ClearOrigin]);
		assert_noop!(
			PolkadotXcm::send(
				RuntimeOrigin::signed(Alice.to_account_id()),
				Box::new(parent().into()),
				Box::new(VersionedXcm::from(message)),
			),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn trapped_assets_are_claimed_by_their_owner_alone() {
	dev_ext().execute_with(|| {
		let issuance = Balances::total_issuance();
		let account = LocationToAccountId::convert_location(&sibling(2013)).unwrap();
		Balances::set_balance(&account, 10 * EDSC);
		// Withdraws, pays, and stops: what is left is trapped for the sibling.
		let message = Xcm(vec![
			WithdrawAsset((edsc(), 5 * EDSC).into()),
			BuyExecution { fees: (edsc(), EDSC).into(), weight_limit: Unlimited },
			Trap(1),
		]);
		assert_eq!(error_of(receive(sibling(2013), message)), XcmError::Trap(1));
		let trapped = System::events()
			.into_iter()
			.find_map(|record| match record.event {
				RuntimeEvent::PolkadotXcm(pallet_xcm::Event::AssetsTrapped { assets, .. }) => {
					Some(Assets::try_from(assets).unwrap())
				}
				_ => None,
			})
			.expect("assets are trapped");

		let claim = |to: &AccountId| {
			Xcm(vec![
				ClaimAsset { assets: trapped.clone(), ticket: Location::here() },
				BuyExecution { fees: trapped.get(0).unwrap().clone(), weight_limit: Unlimited },
				DepositAsset { assets: Wild(AllCounted(1)), beneficiary: beneficiary(to) },
			])
		};
		let new = AccountId::new([5; 32]);
		assert_eq!(error_of(receive(sibling(2014), claim(&new))), XcmError::UnknownClaim);
		let outcome = receive(sibling(2013), claim(&new));
		assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
		assert!(Balances::balance(&new) > 3 * EDSC);
		// Twice is once too often.
		assert_eq!(error_of(receive(sibling(2013), claim(&new))), XcmError::UnknownClaim);
		assert_eq!(Balances::total_issuance(), issuance + 10 * EDSC);
	});
}

#[test]
fn locations_keep_their_accounts() {
	let account = |location: Location| LocationToAccountId::convert_location(&location);
	let padded = |prefix: &[u8]| {
		let mut id = [0u8; 32];
		id[..prefix.len()].copy_from_slice(prefix);
		Some(AccountId::new(id))
	};
	assert_eq!(account(parent()), padded(b"Parent"));
	assert_eq!(account(sibling(2013)), padded(&[&b"sibl"[..], &2013u32.to_le_bytes()].concat()));
	assert_eq!(account(beneficiary(&Alice.to_account_id())), Some(Alice.to_account_id()));

	// Accounts elsewhere stand for themselves, not for the same bytes here.
	let id = [3; 32];
	let inside = account(Location::new(1, [AccountId32 { network: None, id }]));
	let beside = account(Location::new(1, [Parachain(2013), AccountId32 { network: None, id }]));
	assert!(inside.is_some() && beside.is_some() && inside != beside);
	for foreign in [&inside, &beside] {
		assert_ne!(*foreign, Some(AccountId::new(id)));
	}
}
