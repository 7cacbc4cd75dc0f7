use crate::{mock::*, *};
use ai_compute_primitives::{SigningKey, TieRefusal};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchResult, Percent};

fn try_open(payee: AccountId, deposit: Balance, challenge: Option<u32>) -> DispatchResult {
	Payments::open_channel(signed(alice()), payee, deposit, challenge, None)
}

#[test]
fn success_puts_the_deposit_into_the_pool() {
	run(|| {
		let id = open();
		assert_eq!(pool(), 100_000 + channel_deposit());
		assert_eq!(gain(&alice()), -(100_000 + channel_deposit() as i128));
		let record = channel(id);
		assert_eq!((record.deposit, record.claimed), (100_000, 0));
		assert_eq!(record.status, ChannelStatus::Open { challenge: 600 });
		assert_eq!(record.signer, VoucherSigner::Payer);
		assert_eq!(
			take_events(),
			[Event::ChannelOpened {
				channel_id: id,
				payer: alice(),
				payee: BOB,
				deposit: 100_000,
				challenge: 600,
				job: None,
				key: None
			}]
		);
		assert_eq!(open(), id + 1, "numbers are counted up");
	});
}

#[test]
fn success_without_a_period_takes_the_default() {
	run(|| {
		assert_ok!(try_open(BOB, 100_000, None));
		assert_eq!(channel(0).status, ChannelStatus::Open { challenge: 2_400 });
	});
}

#[test]
fn success_with_a_key_of_its_own_costs_more_storage() {
	run(|| {
		let key = SigningKey::Ecdsa([3; 33]);
		assert_ok!(Payments::open_channel_with_key(signed(alice()), BOB, 100_000, None, None, key));
		assert_eq!(VoucherKeys::<Test>::get(0), Some(key));
		assert_eq!(channel(0).signer, VoucherSigner::Key);
		assert!(channel(0).storage_deposit > channel_deposit());
	});
}

#[test]
fn success_copies_the_fee() {
	run(|| {
		let id = open();
		PlatformFee::set(Percent::from_percent(20));
		assert_eq!(channel(id).fee, Percent::from_percent(5));
		let later = open();
		assert_eq!(channel(later).fee, Percent::from_percent(20));
	});
}

#[test]
fn boundary_deposit_and_period() {
	run(|| {
		assert_noop!(try_open(BOB, MIN_DEPOSIT - 1, None), E::InsufficientDeposit);
		assert_ok!(try_open(BOB, MIN_DEPOSIT, None));
		for bad in [0, 599, 100_801, u32::MAX] {
			assert_noop!(try_open(BOB, 100_000, Some(bad)), E::InvalidPeriod);
		}
		for good in [600, 100_800] {
			assert_ok!(try_open(BOB, 100_000, Some(good)));
		}
	});
}

#[test]
fn boundary_the_payer_keeps_its_account() {
	run(|| {
		let needed = MIN_DEPOSIT + channel_deposit();
		set_free(&alice(), needed + ED - 1);
		assert_noop!(try_open(BOB, MIN_DEPOSIT, None), E::InsufficientBalance);
		set_free(&alice(), needed + ED);
		assert_ok!(try_open(BOB, MIN_DEPOSIT, None));
		assert_eq!(free(&alice()), ED);
		assert_noop!(try_open(BOB, u128::MAX, None), E::InsufficientBalance);
	});
}

#[test]
fn fails_for_oneself_and_for_the_pool() {
	run(|| {
		assert_noop!(try_open(alice(), 100_000, None), E::InvalidPayee);
		assert_noop!(try_open(Payments::pool_account(), 100_000, None), E::InvalidPayee);
	});
}

#[test]
fn fails_for_a_job_of_somebody_else() {
	run(|| {
		let job = new_job();
		let try_tie = |payer: AccountId, payee: AccountId, job| {
			Payments::open_channel(signed(payer), payee, 100_000, None, Some(job))
		};
		assert_noop!(try_tie(alice(), BOB, 1), E::CannotTie(TieRefusal::JobNotFound));
		let refused = E::CannotTie(TieRefusal::PayerNotRequester);
		assert_noop!(try_tie(CAROL, BOB, job), refused);
		let refused = E::CannotTie(TieRefusal::PayeeNotProvider);
		assert_noop!(try_tie(alice(), CAROL, job), refused);
		end_job(job);
		assert_noop!(try_tie(alice(), BOB, job), E::CannotTie(TieRefusal::NotRunning));
	});
}

#[test]
fn fails_where_shares_leave_too_little() {
	run(|| {
		let job = new_job();
		PlatformFee::set(Percent::from_percent(81));
		let try_tie = |job| Payments::open_channel(signed(alice()), BOB, 100_000, None, Some(job));
		assert_noop!(try_tie(job), E::SharesTooHigh);
		PlatformFee::set(Percent::from_percent(80));
		assert_ok!(try_tie(job));
		PlatformFee::set(Percent::from_percent(91));
		assert_noop!(try_open(BOB, 100_000, None), E::SharesTooHigh);
	});
}

#[test]
fn fails_when_numbers_are_used_up() {
	run(|| {
		NextChannelId::<Test>::put(u64::MAX);
		assert_noop!(try_open(BOB, 100_000, None), sp_runtime::ArithmeticError::Overflow);
		NextChannelId::<Test>::put(0);
	});
}
