//! Calls of the ledger of Ëtrid's tokens and of its guardians, and transfers of the chain's money.

use super::{
	jobs::money,
	world::{keyring, now, root, user, Act, World, ALL, POOR, RICH},
};
use ai_compute_pbc_runtime::{Runtime, EDSC, EXISTENTIAL_DEPOSIT};
use pallet_accounts::{Accounts, ActiveRecoveries, RecoveryConfigs, RecoveryPhase, TokenType};

type Ledger = pallet_accounts::Call<Runtime>;
type Money = pallet_balances::Call<Runtime>;

impl World {
	pub fn ledger_act(&mut self) -> Option<Act> {
		match self.dice.below(100) {
			0..=49 => self.recovery(),
			50..=89 => self.token(),
			_ => self.transfer(),
		}
	}

	fn token(&mut self) -> Option<Act> {
		let token_type = self.dice.pick(&TokenType::ALL);
		let holders: Vec<_> = Accounts::<Runtime>::iter()
			.filter(|(_, data)| data.balance(token_type) > 0)
			.filter_map(|(who, _)| keyring(&who))
			.collect();
		let holder = self.dice.any(&holders);
		let who = self.mostly(holder);
		let to = self.dice.pick(&ALL).to_account_id();
		let has = Accounts::<Runtime>::get(who.to_account_id()).balance(token_type);
		let amount = self
			.dice
			.mostly(&[has / 2, has / 2, has / 3, has, 1], &[0, has.saturating_add(1), u64::MAX]);
		match self.dice.below(10) {
			0 => {
				let amount = self.dice.mostly(&[500, 1_000_000], &[0, u64::MAX]);
				root(Ledger::mint_etr { to, amount })
			}
			1 => {
				let amount = self.dice.mostly(&[500, 1_000_000], &[0, 499]);
				root(Ledger::mint_etd { to, amount })
			}
			2 => user(who, Ledger::mint_etd { to, amount }),
			3 | 8 => user(who, Ledger::burn { token_type, amount }),
			4 => root(Ledger::set_standing {
				account: to,
				is_validator: self.dice.chance(50),
				reputation: self.dice.pick(&[0, 1]),
			}),
			_ => user(who, Ledger::transfer { to, token_type, amount }),
		}
	}

	fn recovery(&mut self) -> Option<Act> {
		let all: Vec<_> = RecoveryConfigs::<Runtime>::iter().collect();
		let lost = match self.dice.chance(80) {
			true => self.dice.any(&all),
			false => None,
		};
		let Some((lost_account, config)) = lost else {
			let count = self.dice.mostly(&[1, 2, 3, 4], &[0]);
			let mut guardians: Vec<_> =
				(0..count).map(|_| self.dice.pick(&ALL).to_account_id()).collect();
			guardians.sort();
			if self.dice.chance(80) {
				guardians.dedup();
			}
			let threshold = self.dice.mostly(&[1, 1, 2], &[0, 3]);
			let delay_period = self.dice.mostly(&[600, 600, 700, 432_000], &[599]);
			let who = self.dice.pick(&ALL);
			if self.dice.chance(95) {
				guardians.retain(|guardian| *guardian != who.to_account_id());
			}
			return user(who, Ledger::create_recovery { guardians, threshold, delay_period });
		};
		let owner = self.mostly_account(&lost_account);
		let guardian = keyring(&self.dice.pick(&config.guardians));
		let guardian = self.mostly(guardian);
		let anyone = self.dice.pick(&ALL);
		let under_way = ActiveRecoveries::<Runtime>::get(&lost_account);
		let Some(recovery) = self.dice.any(&under_way) else {
			let new_account = self.dice.pick(&ALL).to_account_id();
			return match self.dice.chance(90) {
				true => user(guardian, Ledger::initiate_recovery { lost_account, new_account }),
				false => user(owner, Ledger::remove_recovery {}),
			};
		};
		let new_account = recovery.new_account.clone();
		let phase = recovery.phase(config.threshold, &now());
		match (phase, self.dice.below(100)) {
			(RecoveryPhase::Ready, 0..=34) => {
				user(anyone, Ledger::execute_recovery { lost_account })
			}
			(RecoveryPhase::Ready, 35..=69) => {
				user(anyone, Ledger::execute_recovery_for { lost_account, new_account })
			}
			(RecoveryPhase::Lapsed, 0..=69) => {
				user(anyone, Ledger::reap_recoveries { lost_account })
			}
			(RecoveryPhase::Gathering, 0..=29) => {
				user(guardian, Ledger::approve_recovery { lost_account })
			}
			(RecoveryPhase::Gathering, 30..=59) => {
				user(guardian, Ledger::approve_recovery_for { lost_account, new_account })
			}
			(_, 70..=76) => {
				let who = self.mostly_account(&recovery.initiator);
				user(who, Ledger::withdraw_initiation { lost_account, new_account })
			}
			(_, 77..=80) => user(owner, Ledger::cancel_recovery { account: lost_account }),
			(_, 81..=83) => user(owner, Ledger::remove_recovery {}),
			(_, 84..=89) => {
				let new_account = self.dice.pick(&ALL).to_account_id();
				user(guardian, Ledger::initiate_recovery { lost_account, new_account })
			}
			_ => None,
		}
	}

	/// Money between the poor and the rich, down to the last unit.
	fn transfer(&mut self) -> Option<Act> {
		let rich = self.dice.pick(&RICH).to_account_id();
		let all = money(POOR);
		match self.dice.below(4) {
			0 => {
				let value = self.dice.pick(&[EXISTENTIAL_DEPOSIT - 1, EXISTENTIAL_DEPOSIT, EDSC]);
				let dest = POOR.to_account_id().into();
				user(RICH[1], Money::transfer_allow_death { dest, value })
			}
			1 => {
				let less = EXISTENTIAL_DEPOSIT.saturating_sub(1);
				let value = self.dice.pick(&[all, all.saturating_sub(1), all.saturating_sub(less)]);
				user(POOR, Money::transfer_allow_death { dest: rich.into(), value })
			}
			2 => user(POOR, Money::transfer_all { dest: rich.into(), keep_alive: true }),
			_ => user(POOR, Money::transfer_all { dest: rich.into(), keep_alive: false }),
		}
	}
}
