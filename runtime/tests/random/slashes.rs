//! Calls of the reputation pallet.

use super::{
	nodes::owner_of,
	world::{keyring, now, root, user, Act, World, ALL},
};
use ai_compute_pbc_runtime::Runtime;
use pallet_reputation::{
	Call, Reputations, Ruling, SlashState, Slashes, SuspensionCause, Suspensions,
};

type Standing = Call<Runtime>;

impl World {
	pub fn slash_act(&mut self) -> Option<Act> {
		let slashes: Vec<_> = Slashes::<Runtime>::iter().collect();
		let anyone = self.dice.pick(&ALL);
		match self.dice.below(100) {
			0..=64 => {
				let (slash_id, slash) = match self.dice.chance(3) {
					true => return user(anyone, Standing::release_slash { slash_id: u64::MAX }),
					false => self.dice.any(&slashes)?,
				};
				let who = self.mostly_account(&slash.owner);
				let is_due = now() >= slash.deadline;
				match (slash.state, self.dice.below(10)) {
					(_, 0..=6) if is_due => user(anyone, Standing::release_slash { slash_id }),
					(SlashState::Held, 0..=6) => user(who, Standing::appeal_slash { slash_id }),
					(SlashState::Appealed { .. }, 0..=4) => {
						let ruling = self.dice.pick(&[Ruling::Uphold, Ruling::Overturn]);
						root(Standing::resolve_appeal { slash_id, ruling })
					}
					(_, 7) => user(anyone, Standing::release_slash { slash_id }),
					(_, 8) => user(anyone, Standing::appeal_slash { slash_id }),
					(_, 9) => {
						let ruling = Ruling::Overturn;
						root(Standing::resolve_appeal { slash_id, ruling })
					}
					_ => None,
				}
			}
			65..=79 => {
				let did = self.did_of_a_known_node()?;
				user(anyone, Standing::refresh_score { did })
			}
			80..=82 => root(Standing::suspend_node { did: self.node_did()? }),
			_ => {
				let did = self.node_did()?;
				self.suspension_act(did)
			}
		}
	}

	fn did_of_a_known_node(&mut self) -> Option<Vec<u8>> {
		let known: Vec<_> = self
			.gpus
			.iter()
			.filter(|did| Reputations::<Runtime>::contains_key(super::world::parse(did).hash()))
			.cloned()
			.collect();
		match self.dice.chance(10) {
			true => self.dice.any(&self.gpus),
			false => self.dice.any(&known),
		}
	}

	/// What gets a suspended node back to work: its slash appealed, its suspension lifted or, where
	/// the registry alone has it, another status.
	pub fn suspension_act(&mut self, did: Vec<u8>) -> Option<Act> {
		let node = super::world::parse(&did).hash();
		let anyone = self.dice.pick(&ALL);
		let Some(suspension) = Suspensions::<Runtime>::get(node) else {
			let new_status = ai_compute_primitives::NodeStatus::Active;
			return root(pallet_gpu_registry::Call::force_status { did, new_status });
		};
		if suspension.cause == SuspensionCause::Governance || self.dice.chance(15) {
			return root(Standing::reinstate_node { did });
		}
		if now() >= suspension.until {
			return user(anyone, Standing::lift_suspension { did });
		}
		// The slashes that led to it, first appealed, then overturned.
		let slashes: Vec<_> =
			Slashes::<Runtime>::iter().filter(|(_, slash)| slash.node == node).collect();
		let (slash_id, slash) = self.dice.any(&slashes)?;
		match slash.state {
			SlashState::Held => user(keyring(&slash.owner)?, Standing::appeal_slash { slash_id }),
			SlashState::Appealed { .. } if self.dice.chance(70) => {
				root(Standing::resolve_appeal { slash_id, ruling: Ruling::Overturn })
			}
			SlashState::Appealed { .. } => user(owner_of(&did)?, Standing::lift_suspension { did }),
		}
	}
}
