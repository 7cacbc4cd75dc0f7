use crate::{mock::*, *};
use frame_support::assert_ok;

#[test]
fn balances_and_issuance() {
	with_guardians(|| {
		assert_eq!(Ledger::balance(ALICE, TokenType::ETR), 1_000);
		assert_eq!(Ledger::balance(ALICE, TokenType::ETD), 500);
		assert_eq!(Ledger::balance(BOB, TokenType::ETD), 0);
		assert_eq!(Ledger::issuance(TokenType::ETR), 1_000);
		assert_eq!(Ledger::issuance(TokenType::ETD), 500);
	});
}

#[test]
fn recoveries_show_how_far_they_are() {
	with_guardians(|| {
		assert!(Ledger::recoveries(BOB).is_empty());
		assert!(Ledger::recoveries(ALICE).is_empty());
		assert_ok!(initiate(11, NEW));
		let status = RecoveryStatus {
			new_account: NEW,
			approvals: 1,
			threshold: 2,
			executable_at: 1_000 + DELAY,
			lapses_at: 1_000 + DELAY + PERIOD,
			phase: RecoveryPhase::Gathering,
		};
		assert_eq!(Ledger::recoveries(ALICE), vec![status]);
		assert_ok!(approve(12));
		for (ticks, phase) in [
			(DELAY - 1, RecoveryPhase::Waiting),
			(1, RecoveryPhase::Ready),
			(PERIOD - 1, RecoveryPhase::Ready),
			(1, RecoveryPhase::Lapsed),
		] {
			pass(ticks);
			assert_eq!(Ledger::recoveries(ALICE)[0].phase, phase);
		}
	});
}
