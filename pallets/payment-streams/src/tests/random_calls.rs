//! Random sequences of calls by all parties keep every invariant after each step, and at the end all
//! money is where it belongs, to the unit.

use crate::{mock::*, *};
use frame_support::{assert_ok, dispatch::DispatchErrorWithPostInfo};
use payment_vouchers::{Claim, LockKind, Voucher};
use proptest::prelude::*;
use sp_runtime::{DispatchResult, FixedU128, Percent};
use std::collections::BTreeMap;

/// Whether a payment is tied to a job.
#[derive(Clone, Copy, Debug)]
enum Tied {
	Yes,
	No,
}

#[derive(Clone, Debug)]
enum Step {
	Open(u8, Balance, Tied),
	TopUp(u64, Balance),
	Claim(u64, Balance, Option<Balance>, bool),
	ClaimMany(Vec<(u64, Balance)>),
	Close(u64, Option<Balance>),
	RequestClose(u64),
	FinalizeClose(u64),
	EnforceLock(u64, Balance, Balance),
	OpenStream(u8, u128, Balance, u32, Tied),
	Pause(u8, u64),
	Resume(u8, u64),
	ChangeRate(u8, u64, u128),
	TopUpStream(u64, Balance),
	Withdraw(u64),
	Stop(u8, u64),
	CloseStream(u64),
	Htlc(u8, Balance),
	ClaimHtlc(u64),
	RefundHtlc(u64),
	CollectFees,
	CollectRoyalty(u64),
	NewJob,
	EndJob(u64),
	Fee(u8),
	Wait(u32),
	WaitRelay(u32),
	Leave(u8),
}

fn who(n: u8) -> AccountId {
	match n % 3 {
		0 => alice(),
		1 => BOB,
		_ => NOBODY,
	}
}

fn step() -> impl Strategy<Value = Step> {
	let id = || 0..6u64;
	let amount = || prop_oneof![0..60u128, 0..30_000u128, Just(u128::MAX)];
	let party = || 0..3u8;
	let tied = || prop_oneof![Just(Tied::Yes), Just(Tied::No)];
	let rate = || prop_oneof![1..10u128.pow(19), 1..10u128.pow(21)];
	prop_oneof![
		4 => (party(), 10_000..30_000u128, tied()).prop_map(|(p, d, t)| Step::Open(p, d, t)),
		2 => (id(), 0..9_000u128).prop_map(|(i, a)| Step::TopUp(i, a)),
		8 => (id(), amount(), prop::option::of(0..9_000u128), any::<bool>())
			.prop_map(|(i, a, l, p)| Step::Claim(i, a, l, p)),
		3 => prop::collection::vec((id(), amount()), 1..6).prop_map(Step::ClaimMany),
		2 => (id(), prop::option::of(amount())).prop_map(|(i, a)| Step::Close(i, a)),
		3 => id().prop_map(Step::RequestClose),
		2 => id().prop_map(Step::FinalizeClose),
		4 => (id(), amount(), 0..9_000u128).prop_map(|(i, a, l)| Step::EnforceLock(i, a, l)),
		4 => (party(), rate(), 10_000..30_000u128, 10..200u32, tied())
			.prop_map(|(p, r, d, l, t)| Step::OpenStream(p, r, d, l, t)),
		3 => (party(), id()).prop_map(|(p, i)| Step::Pause(p, i)),
		3 => (party(), id()).prop_map(|(p, i)| Step::Resume(p, i)),
		2 => (party(), id(), rate()).prop_map(|(p, i, r)| Step::ChangeRate(p, i, r)),
		2 => (id(), 0..9_000u128).prop_map(|(i, a)| Step::TopUpStream(i, a)),
		6 => id().prop_map(Step::Withdraw),
		2 => (party(), id()).prop_map(|(p, i)| Step::Stop(p, i)),
		2 => id().prop_map(Step::CloseStream),
		2 => (party(), 10_000..30_000u128).prop_map(|(p, a)| Step::Htlc(p, a)),
		2 => id().prop_map(Step::ClaimHtlc),
		2 => id().prop_map(Step::RefundHtlc),
		2 => Just(Step::CollectFees),
		2 => (0..3u64).prop_map(Step::CollectRoyalty),
		1 => Just(Step::NewJob),
		1 => (0..3u64).prop_map(Step::EndJob),
		1 => (0..=80u8).prop_map(Step::Fee),
		8 => prop_oneof![0..30u32, 0..700u32].prop_map(Step::Wait),
		3 => (0..80u32).prop_map(Step::WaitRelay),
		1 => party().prop_map(Step::Leave),
	]
}

/// What was signed: the most that each channel may ever pay.
type Promised = BTreeMap<u64, Balance>;

/// A claim with a voucher for whoever the payee is.
fn voucher_for(
	id: u64,
	amount: Balance,
	lock: Option<Balance>,
	promised: &mut Promised,
) -> Voucher {
	let payee = Channels::<Test>::get(id).map_or(BOB, |channel| channel.payee);
	let lock = lock.map(|amount| LockKind::Sha2.lock(&PREIMAGE, amount, RelayNow::get() + 50));
	let voucher = Voucher { payee, lock, ..voucher(id, amount) };
	let most = promised.entry(id).or_default();
	*most = (*most).max(voucher.total());
	voucher
}

fn plain<T>(result: Result<T, DispatchErrorWithPostInfo>) -> DispatchResult {
	result.map(|_| ()).map_err(|e| e.error)
}

fn job_for(tied: Tied) -> Option<u64> {
	match tied {
		Tied::Yes => MockJobs::get().keys().last().copied(),
		Tied::No => None,
	}
}

fn apply(step: Step, promised: &mut Promised) -> DispatchResult {
	let stranger = || signed(STRANGER);
	match step {
		Step::Open(p, deposit, tied) => {
			Payments::open_channel(signed(alice()), who(p), deposit, Some(600), job_for(tied))
		}
		Step::TopUp(id, amount) => Payments::top_up(signed(alice()), id, amount),
		Step::Claim(id, amount, lock, shown) => {
			let signed = sign(voucher_for(id, amount, lock, promised));
			Payments::claim(stranger(), Claim { signed, preimage: shown.then_some(PREIMAGE) })
				.map(drop)
				.map_err(|refused| refused.error)
		}
		Step::ClaimMany(items) => {
			let claims = items
				.into_iter()
				.map(|(id, amount)| Claim {
					signed: sign(voucher_for(id, amount, None, promised)),
					preimage: None,
				})
				.collect();
			Payments::claim_many(stranger(), BOB, claims)
		}
		Step::Close(id, amount) => {
			let payee = Channels::<Test>::get(id).map_or(BOB, |channel| channel.payee);
			let claim = amount.map(|amount| Claim {
				signed: sign(voucher_for(id, amount, None, promised)),
				preimage: None,
			});
			plain(Payments::close(signed(payee), id, claim))
		}
		Step::RequestClose(id) => Payments::request_close(signed(alice()), id),
		Step::FinalizeClose(id) => Payments::finalize_close(stranger(), id),
		Step::EnforceLock(id, amount, lock) => {
			let voucher = voucher_for(id, amount, Some(lock), promised);
			let payee = voucher.payee.clone();
			Payments::enforce_lock(signed(payee), sign(voucher))
		}
		Step::OpenStream(p, rate, deposit, lockup, tied) => Payments::open_stream(
			signed(alice()),
			who(p),
			FixedU128::from_inner(rate),
			deposit,
			lockup,
			job_for(tied),
		),
		Step::Pause(p, id) => Payments::pause(signed(who(p)), id),
		Step::Resume(p, id) => Payments::resume(signed(who(p)), id),
		Step::ChangeRate(p, id, rate) => {
			Payments::change_rate(signed(who(p)), id, FixedU128::from_inner(rate))
		}
		Step::TopUpStream(id, amount) => Payments::top_up_stream(signed(alice()), id, amount),
		Step::Withdraw(id) => Payments::withdraw(stranger(), id),
		Step::Stop(p, id) => Payments::stop(signed(who(p)), id),
		Step::CloseStream(id) => Payments::close_stream(stranger(), id),
		Step::Htlc(p, amount) => {
			let kind = LockKind::Blake2;
			let at = RelayNow::get() + 60;
			let hash = kind.hash(&PREIMAGE);
			Payments::create_htlc(signed(alice()), who(p), amount, kind, hash, at)
		}
		Step::ClaimHtlc(id) => Payments::claim_htlc(stranger(), id, PREIMAGE),
		Step::RefundHtlc(id) => Payments::refund_htlc(stranger(), id),
		Step::CollectFees => Payments::collect_fees(stranger()),
		Step::CollectRoyalty(n) => Payments::collect_royalty(stranger(), 70 + n, ATTEMPT),
		Step::NewJob if MockJobs::get().len() < 3 => {
			new_job();
			Ok(())
		}
		Step::NewJob => Ok(()),
		Step::EndJob(n) => {
			if MockJobs::get().get(&(70 + n)).is_some_and(|job| job.ended_at.is_none()) {
				end_job(70 + n);
			}
			Ok(())
		}
		Step::Fee(percent) => {
			PlatformFee::set(Percent::from_percent(percent));
			Ok(())
		}
		Step::Wait(blocks) => {
			wait(blocks);
			Ok(())
		}
		Step::WaitRelay(blocks) => {
			wait_relay(blocks);
			Ok(())
		}
		Step::Leave(p) => {
			if who(p) != alice() {
				set_free(&who(p), 0);
			}
			Ok(())
		}
	}
}

/// What each channel has paid so far, as events tell.
#[derive(Default)]
struct Books {
	paid: Balance,
	fees: Balance,
	royalties: Balance,
	refunds: Balance,
}

impl Books {
	fn read(&mut self, event: Event<Test>) {
		match event {
			Event::VoucherClaimed { paid, fee, royalty, .. }
			| Event::StreamWithdrawn { paid, fee, royalty, .. }
			| Event::HtlcClaimed { paid, fee, royalty, .. } => {
				self.paid += paid;
				self.fees += fee;
				self.royalties += royalty;
			}
			Event::ChannelClosed { refund, .. } | Event::StreamClosed { refund, .. } => {
				self.refunds += refund;
			}
			Event::HtlcRefunded { amount, .. } => self.refunds += amount,
			_ => {}
		}
	}
}

/// What was deposited, storage apart, as events tell. An enforced lock is a channel's money.
fn deposited(event: &Event<Test>) -> Balance {
	match event {
		Event::ChannelOpened { deposit, .. } | Event::StreamOpened { deposit, .. } => *deposit,
		Event::ChannelToppedUp { amount, .. } | Event::StreamToppedUp { amount, .. } => *amount,
		_ => 0,
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

	#[test]
	fn random_calls_keep_every_invariant(steps in prop::collection::vec(step(), 1..120)) {
		ExtBuilder.build().execute_with(|| {
			new_job();
			let issuance = Balances::total_issuance();
			let mut promised = Promised::new();
			let mut books = Books::default();
			let mut deposits = 0;
			let mut read = |books: &mut Books| {
				let mut enforced = 0;
				for event in take_events() {
					deposits += deposited(&event);
					match &event {
						Event::HtlcCreated { amount, .. } => deposits += amount,
						Event::LockEnforced { htlc_id, .. } => {
							// It came out of a channel's deposit.
							enforced += Htlcs::<Test>::get(htlc_id).unwrap().amount();
						}
						_ => {}
					}
					books.read(event);
				}
				deposits -= enforced;
				deposits
			};
			for step in steps {
				let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
				if apply(step, &mut promised).is_err() {
					let after = sp_io::storage::root(sp_runtime::StateVersion::V1);
					assert_eq!(before, after, "a refusal leaves no trace");
				}
				read(&mut books);
				assert_ok!(Payments::do_try_state());
				assert_eq!(Balances::total_issuance(), issuance);
				for (id, channel) in Channels::<Test>::iter() {
					let promised = promised.get(&id).copied().unwrap_or_default();
					assert!(channel.claimed <= promised, "more was claimed than signed for");
				}
			}

			// Whatever happened, everybody goes home with what is his.
			for (id, channel) in Channels::<Test>::iter().collect::<Vec<_>>() {
				if matches!(channel.status, ChannelStatus::Open { .. }) {
					let _ = Payments::request_close(signed(alice()), id);
				}
			}
			for (id, stream) in Streams::<Test>::iter().collect::<Vec<_>>() {
				let _ = Payments::stop(signed(stream.payee), id);
			}
			for (job, record) in MockJobs::get() {
				if record.ended_at.is_none() {
					end_job(job);
				}
			}
			wait(1_000);
			wait_relay(1_000);
			for id in Channels::<Test>::iter_keys().collect::<Vec<_>>() {
				// An untouched one closes with its job.
				if Payments::finalize_close(signed(STRANGER), id).is_err() {
					wait(1_000);
					assert_ok!(Payments::finalize_close(signed(STRANGER), id));
				}
			}
			for id in Streams::<Test>::iter_keys().collect::<Vec<_>>() {
				assert_ok!(Payments::close_stream(signed(STRANGER), id));
			}
			for id in Htlcs::<Test>::iter_keys().collect::<Vec<_>>() {
				assert_ok!(Payments::refund_htlc(signed(STRANGER), id));
			}
			let deposits = read(&mut books);
			assert_eq!(books.paid + books.fees + books.royalties + books.refunds, deposits);
			for (job, attempt) in JobDues::<Test>::iter_keys().collect::<Vec<_>>() {
				assert_ok!(Payments::collect_royalty(signed(STRANGER), job, attempt));
			}
			let _ = Payments::collect_fees(signed(STRANGER));
			assert_ok!(Payments::do_try_state());
			assert_eq!(pool(), 0);
			assert_eq!(Balances::free_balance(Payments::pool_account()), 0);
			assert!(MockJobs::get().values().all(|job| job.tied == 0));
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}
}
