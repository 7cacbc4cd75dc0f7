//! This chain's account on the relay chain, out of which messages are paid.

use crate::{Agenda, Agendas, Config, Pallet, RelayBalance, RelayBalances};
use alloc::{vec, vec::Vec};
use core::marker::PhantomData;
use cumulus_pallet_parachain_system::relay_state_snapshot::RelayChainStateProof;
use cumulus_primitives_core::{RelayProofRequest, RelayStorageKey};
use frame_support::traits::Get;
use sp_io::hashing::{blake2_128, twox_128};

/// What this chain's account on the relay chain can spend.
pub trait SovereignBalance {
	/// The balance as this block knows it, in the smallest unit of the fee asset. None if this
	/// block does not know it: messages are sent then.
	fn spendable() -> Option<u128>;

	/// Makes the balance known, for benchmarks.
	#[cfg(feature = "runtime-benchmarks")]
	fn set_spendable(amount: u128);
}

/// The balance that the relay data of this very block shows.
pub struct FromRelayProof<T>(PhantomData<T>);

impl<T: Config> SovereignBalance for FromRelayProof<T> {
	fn spendable() -> Option<u128> {
		RelayBalances::<T>::get()
			.filter(|balance| balance.read_at == Pallet::<T>::now())
			.map(|balance| balance.spendable)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_spendable(spendable: u128) {
		RelayBalances::<T>::put(RelayBalance { spendable, read_at: Pallet::<T>::now() });
	}
}

/// Account of parachain `para_id` on its relay chain: "para", the number, zeros.
pub fn relay_account(para_id: u32) -> [u8; 32] {
	let mut account = [0u8; 32];
	let id = (*b"para", para_id.to_le_bytes());
	for (to, from) in account.iter_mut().zip(id.0.into_iter().chain(id.1)) {
		*to = from;
	}
	account
}

/// Relay chain key of `System.Account` of `account`.
pub fn account_key(account: &[u8; 32]) -> Vec<u8> {
	[&twox_128(b"System")[..], &twox_128(b"Account")[..], &blake2_128(account)[..], &account[..]]
		.concat()
}

/// Relay chain key of `Timestamp.Now`. Every relay chain has a value there: a proof that shows it
/// is one of a relay chain's state, where an account that is missing is empty. Made-up relay data
/// has none, and says nothing about accounts.
pub fn time_key() -> Vec<u8> {
	[twox_128(b"Timestamp"), twox_128(b"Now")].concat()
}

/// Nonce, consumers, providers, sufficients, free, reserved, frozen.
type AccountInfo = (u32, u32, u32, u32, u128, u128, u128);

/// What an account can spend: what is free, less what is frozen beyond what is reserved.
fn spendable((_, _, _, _, free, reserved, frozen): AccountInfo) -> u128 {
	free.saturating_sub(frozen.saturating_sub(reserved))
}

impl<T: Config> Pallet<T> {
	/// What the next block wants to see of the relay chain beyond the usual, for the runtime API
	/// `KeyToIncludeInRelayProof`: the account, if that block may send a message.
	pub fn keys_to_prove() -> RelayProofRequest {
		let next = Self::now().saturating_add(1);
		if !Self::may_send_in(&Agendas::<T>::get(), next) {
			return RelayProofRequest::default();
		}
		let keys = vec![account_key(&relay_account(T::ParaId::get())), time_key()];
		RelayProofRequest { keys: keys.into_iter().map(RelayStorageKey::Top).collect() }
	}

	/// Whether a message may leave in block `now`.
	pub(crate) fn may_send_in(agenda: &Agenda, now: u32) -> bool {
		agenda.note_is_due(now) || agenda.send_is_due(now)
	}

	/// Keeps the balance that a block's relay data shows, if it shows one.
	pub(crate) fn read_funds(proof: &RelayChainStateProof, now: u32) {
		let account = account_key(&relay_account(T::ParaId::get()));
		let known = match proof.read_optional_entry::<AccountInfo>(&account) {
			Ok(Some(info)) => Some(spendable(info)),
			Ok(None) => match proof.read_optional_entry::<u64>(&time_key()) {
				Ok(Some(_)) => Some(0),
				_ => None,
			},
			Err(_) => None,
		};
		if let Some(spendable) = known {
			RelayBalances::<T>::put(RelayBalance { spendable, read_at: now });
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn frozen_money_is_not_spendable_and_reserved_money_covers_freezes() {
		assert_eq!(spendable((0, 0, 1, 0, 100, 0, 0)), 100);
		assert_eq!(spendable((0, 0, 1, 0, 100, 0, 30)), 70);
		assert_eq!(spendable((0, 0, 1, 0, 100, 20, 30)), 90);
		assert_eq!(spendable((0, 0, 1, 0, 100, 50, 30)), 100);
		assert_eq!(spendable((0, 0, 1, 0, 100, 0, 300)), 0);
	}
}
