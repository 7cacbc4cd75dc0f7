//! Payments beside a job: what the market, the catalogue and the payments agree on, block by block.

use crate::{
	chain::Chain,
	journey::{anchor, bid, deliver, did, register, submit},
};
use ai_compute_pbc_runtime::{
	configs::fees::TreasuryAccount, invariants, Balance, Balances, Runtime, EDSC,
};
use frame_support::traits::fungible::Inspect;
use pallet_job_marketplace::{TiedPayments, Ties};
use pallet_payment_streams::{Channels, FeesDue, JobDues, Streams};
use payment_vouchers::{Claim, Voucher};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::FixedU128;

type Market = pallet_job_marketplace::Call<Runtime>;
type MarketError = pallet_job_marketplace::Error<Runtime>;
type Payments = pallet_payment_streams::Call<Runtime>;
type PaymentError = pallet_payment_streams::Error<Runtime>;

const DEPOSIT: Balance = EDSC;

/// A chain on which Eve's node has Dave's job.
fn chain_with_job() -> Chain {
	let mut chain = Chain::new();
	for call in [anchor(Eve), register(Eve)] {
		chain.ok(Eve, call);
	}
	chain.ok(Dave, submit());
	chain.ok(Eve, bid(0, Eve, EDSC / 1_000));
	chain.ok(Dave, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
	chain
}

/// Dave opens a channel to Eve.
fn open(chain: &mut Chain, job: Option<u64>) {
	let payee = Eve.to_account_id();
	chain.ok(Dave, Payments::open_channel { payee, deposit: DEPOSIT, challenge_period: None, job });
}

/// Dave's voucher for Eve on channel 0.
fn voucher(chain: &mut Chain, signer: Sr25519Keyring, amount: Balance) -> Payments {
	let genesis = chain.read(|| frame_system::Pallet::<Runtime>::block_hash(0));
	let voucher = Voucher { channel: 0, payee: Eve.to_account_id(), amount, nonce: 1, lock: None };
	let signed = voucher.sign(&signer.pair(), &genesis);
	Payments::claim { claim: Claim { signed, preimage: None } }
}

#[test]
fn by_voucher_reach_the_payee_less_the_fee_and_end_with_their_job() {
	let mut chain = chain_with_job();
	open(&mut chain, Some(0));
	let payee = chain.total(Eve);
	let treasury = chain.read(|| Balances::total_balance(&TreasuryAccount::get()));

	// Tokens are paid for as they come. Anybody may bring the voucher.
	let claim = voucher(&mut chain, Dave, DEPOSIT / 10 * 4);
	chain.ok(Charlie, claim.clone());
	assert_eq!(chain.total(Eve) - payee, DEPOSIT / 100 * 38);
	chain.fails(Charlie, claim, PaymentError::NothingToClaim);
	let forged = voucher(&mut chain, Charlie, DEPOSIT);
	chain.fails(Charlie, forged, PaymentError::InvalidSignature);

	// The job is done; what is tied to it keeps it.
	chain.ok(Eve, Market::start_job { job_id: 0 });
	chain.ok(Eve, deliver(0, 100));
	chain.ok(Dave, Market::accept_result { job_id: 0, rating: None });
	let retention = chain.read(|| pallet_job_marketplace::Parameters::<Runtime>::get().retention);
	chain.skip(retention);
	chain.fails(Bob, Market::reap_job { job_id: 0 }, MarketError::PaymentsTied);

	// The challenge period ran from the end of the job on, with nobody asking for it.
	chain.ok(Bob, Payments::finalize_close { channel_id: 0 });
	assert!(chain.read(|| Channels::<Runtime>::iter().next().is_none()));
	chain.fails(Bob, Market::reap_job { job_id: 0 }, MarketError::PaymentsTied);
	chain.ok(Bob, Payments::collect_royalty { job: 0, attempt: 1 });
	assert!(chain.read(|| JobDues::<Runtime>::iter().next().is_none()));
	chain.ok(Bob, Market::reap_job { job_id: 0 });

	// The model of test networks has no royalty; the platform has its share.
	assert_eq!(chain.read(FeesDue::<Runtime>::get), DEPOSIT / 100 * 2);
	chain.ok(Alice, Payments::collect_fees {});
	let gain = chain.read(|| Balances::total_balance(&TreasuryAccount::get())) - treasury;
	let of_job = 100 * (EDSC / 1_000) / 20;
	assert_eq!(gain, DEPOSIT / 100 * 2 + of_job);
	let pool = pallet_payment_streams::Pallet::<Runtime>::pool_account();
	assert_eq!(chain.read(|| Balances::total_balance(&pool)), 0, "the rest went back");
}

#[test]
fn by_stream_earn_with_the_clock_until_the_job_ends() {
	let mut chain = chain_with_job();
	let rate_per_block = FixedU128::from_u32(1_000_000_000);
	let open = Payments::open_stream {
		payee: Eve.to_account_id(),
		rate_per_block,
		deposit: DEPOSIT,
		lockup: 10,
		job: Some(0),
	};
	chain.ok(Dave, open);
	let payee = chain.total(Eve);
	// The clock takes these in one block.
	chain.block_after(10, vec![]);
	chain.ok(Charlie, Payments::withdraw { stream_id: 0 });
	assert_eq!(chain.total(Eve) - payee, 11 * 950_000_000, "eleven ticks, less the fee");

	chain.ok(Eve, Market::abandon_job { job_id: 0 });
	chain.skip(1_000);
	chain.ok(Charlie, Payments::withdraw { stream_id: 0 });
	assert_eq!(chain.read(|| Streams::<Runtime>::get(0).unwrap().paid), 22 * 1_000_000_000);
	chain.ok(Charlie, Payments::close_stream { stream_id: 0 });
	chain.ok(Charlie, Payments::collect_royalty { job: 0, attempt: 1 });
	assert!(chain.read(|| TiedPayments::<Runtime>::iter().next().is_none()));
}

#[test]
fn that_the_market_counts_and_nobody_has_are_seen() {
	let mut chain = chain_with_job();
	open(&mut chain, Some(0));
	chain.read(|| {
		assert!(invariants::check().is_ok());
		TiedPayments::<Runtime>::insert(0, 7, Ties { payments: 1, ended_at: None });
		assert!(invariants::check().is_err());
	});
}
