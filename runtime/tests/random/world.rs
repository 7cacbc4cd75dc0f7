//! Who there is, what they have, and how a call of theirs gets onto the chain.

use super::dice::Dice;
use crate::chain::{tx, Tx};
use ai_compute_pbc_runtime::{AccountId, Clock, Runtime, RuntimeCall};
use ai_compute_primitives::Did;
use pallet_job_marketplace::SignedOfferOf;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One};
use sp_runtime::traits::BlockNumberProvider;
use std::collections::VecDeque;

/// Everybody with money. Each may be requester, provider and owner of models.
pub const RICH: [Sr25519Keyring; 6] = [Alice, Bob, Charlie, Dave, Eve, Ferdie];
/// An account that often has no more than the existential deposit. Alice, who has the sudo key,
/// sends its calls, so that it pays no fees.
pub const POOR: Sr25519Keyring = One;
/// Everybody.
pub const ALL: [Sr25519Keyring; 7] = [Alice, Bob, Charlie, Dave, Eve, Ferdie, One];

/// Who makes a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
	User(Sr25519Keyring),
	Root,
}

/// A call and who makes it.
#[derive(Clone, Debug)]
pub struct Act {
	pub by: By,
	pub call: RuntimeCall,
}

impl Act {
	/// The transaction that makes the call.
	pub fn tx(&self) -> Tx {
		let call = Box::new(self.call.clone());
		match self.by {
			By::User(POOR) => {
				let who = POOR.to_account_id().into();
				tx(Alice, pallet_sudo::Call::sudo_as { who, call })
			}
			By::User(who) => tx(who, *call),
			By::Root => tx(Alice, pallet_sudo::Call::sudo { call }),
		}
	}
}

pub fn user(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> Option<Act> {
	Some(Act { by: By::User(who), call: call.into() })
}

pub fn root(call: impl Into<RuntimeCall>) -> Option<Act> {
	Some(Act { by: By::Root, call: call.into() })
}

/// Who has this account.
pub fn keyring(account: &AccountId) -> Option<Sr25519Keyring> {
	ALL.into_iter().find(|who| who.to_account_id() == *account)
}

pub fn now() -> u32 {
	Clock::current_block_number()
}

pub fn parse(did: &[u8]) -> Did {
	Did::parse(did).expect("names here are DIDs")
}

pub struct World {
	pub dice: Dice,
	/// DIDs of nodes, registered now or once.
	pub gpus: Vec<Vec<u8>>,
	/// Identifiers of AIs, whose models may come and go.
	pub ais: Vec<Vec<u8>>,
	/// Offers that were signed.
	pub offers: Vec<SignedOfferOf<Runtime>>,
	/// How many names were given.
	pub names: u32,
	/// What comes next, most of the time.
	pub plan: VecDeque<Plan>,
	/// Until when nothing happens.
	pub jump: Option<u32>,
}

/// A step of something that takes several.
#[derive(Clone)]
pub enum Plan {
	/// A node gets ready for work.
	Ready { gpu_did: Vec<u8> },
	/// A node bids for a job.
	Bid { job_id: u64, gpu_did: Vec<u8> },
	/// The bidding for a job ends.
	BiddingEnds { job_id: u64 },
	/// The node of a job's best bid is switched off.
	LeaderLeaves { job_id: u64 },
	/// The next bid in line is promoted.
	Promote { job_id: u64 },
	/// The best bid gets the job.
	Match { job_id: u64 },
}

impl World {
	pub fn new(seed: u64) -> Self {
		let ais = vec![b"llama-3-70b".to_vec()];
		Self {
			dice: Dice::new(seed),
			gpus: vec![],
			ais,
			offers: vec![],
			names: 0,
			plan: VecDeque::new(),
			jump: None,
		}
	}

	/// The one who may make a call, or, now and then, somebody else.
	pub fn mostly(&mut self, right: Option<Sr25519Keyring>) -> Sr25519Keyring {
		match right {
			Some(right) if !self.dice.chance(6) => right,
			_ => self.dice.pick(&ALL),
		}
	}

	/// The same for an account.
	pub fn mostly_account(&mut self, right: &AccountId) -> Sr25519Keyring {
		self.mostly(keyring(right))
	}

	/// What somebody does next.
	pub fn act(&mut self) -> Act {
		while !self.plan.is_empty() && self.jump.is_none() && self.dice.chance(85) {
			let planned = self.plan.pop_front().and_then(|plan| self.planned(plan));
			if let Some(act) = planned {
				return act;
			}
		}
		loop {
			let act = match self.dice.below(100) {
				0..=61 => self.job_act(),
				62..=73 => self.node_act(),
				74..=81 => self.slash_act(),
				82..=89 => self.model_act(),
				90..=91 => self.ai_act(),
				92..=93 => self.did_act(),
				94..=97 => self.ledger_act(),
				_ => self.governance_act(),
			};
			if let Some(act) = act {
				return act;
			}
		}
	}
}
