//! Calls of the registries of nodes and of DIDs.

use super::world::{keyring, now, parse, user, Act, World, ALL, RICH};
use ai_compute_pbc_runtime::{Balance, GPURegistry, Runtime, EDSC};
use ai_compute_primitives::{DidAuthority, NodeStatus};
use pallet_did_registry::{AccessControlList, AccessLevel, Registrations};
use pallet_gpu_registry::{GPUNodes, HeartbeatDuty, NodeLoads, PriceClass, Unbonding};
use sp_keyring::Sr25519Keyring;

type Registry = pallet_gpu_registry::Call<Runtime>;
type Dids = pallet_did_registry::Call<Runtime>;

/// Nodes from which on fewer join.
const ENOUGH: usize = 8;

impl World {
	pub fn node_act(&mut self) -> Option<Act> {
		let registered = GPUNodes::<Runtime>::iter_keys().count();
		if registered < ENOUGH && self.dice.chance(60) {
			return self.joining();
		}
		if self.dice.chance(25) {
			return self.claim();
		}
		let did = self.node_did()?;
		let key = parse(&did);
		let right = GPUNodes::<Runtime>::get(&key).and_then(|node| keyring(&node.owner));
		let owner = self.mostly(right);
		let stake = GPUNodes::<Runtime>::get(&key).map_or(0, |node| node.stake);
		let exposure = NodeLoads::<Runtime>::get(key.hash()).exposure;
		let least = exposure.max(1_000 * EDSC);
		let call = match self.dice.below(100) {
			0..=17 => {
				let amount = self.dice.pick(&[0, 1, 100 * EDSC, 500 * EDSC, Balance::MAX]);
				Registry::add_stake { did, amount }
			}
			18..=39 => {
				let spare = stake.saturating_sub(least);
				let amount = self.dice.pick(&[0, 1, spare / 2, spare, spare + 1, stake]);
				Registry::withdraw_stake { did, amount }
			}
			40..=47 => {
				let new_status = self.dice.pick(&[
					NodeStatus::Active,
					NodeStatus::Active,
					NodeStatus::Inactive,
					NodeStatus::Suspended,
				]);
				Registry::update_status { did, new_status }
			}
			48..=57 => {
				let location = self.location();
				let price_class = PriceClass::Premium;
				Registry::update_node { did, location, price_class, endpoint_hash: None }
			}
			58..=69 => {
				let capacity = self.dice.pick(&[0, 1, 2, 4, 4, 8, 64, 65]);
				Registry::set_capacity { did, capacity }
			}
			70..=94 => return self.heartbeat(),
			_ => Registry::deregister_node { did },
		};
		user(owner, call)
	}

	fn location(&mut self) -> Vec<u8> {
		let locations: [&[u8]; 4] = [b"EU-WEST-1", b"EU-WEST-1", b"EU-WEST-1", b"US-EAST-2"];
		self.dice.mostly(&locations, &[b"", &[b'l'; 33]]).to_vec()
	}

	/// A DID without a node gets one, or a new DID comes up.
	fn joining(&mut self) -> Option<Act> {
		let free = self.gpus.iter().find(|did| {
			let did = parse(did);
			!GPUNodes::<Runtime>::contains_key(&did)
				&& <ai_compute_pbc_runtime::DIDRegistry as DidAuthority<_>>::controller(&did)
					.is_some()
		});
		let Some(did) = free.cloned() else {
			self.names += 1;
			let did = format!("did:etrid:gpu:node-{}", self.names).into_bytes();
			self.gpus.push(did.clone());
			let owner = self.dice.pick(&RICH);
			let controller = self.mostly(Some(owner)).to_account_id();
			let document_hash =
				self.dice.mostly(&[vec![1; 32], vec![1; 64]], &[vec![], vec![1; 65]]);
			return user(owner, Dids::register_did { did, controller, document_hash });
		};
		let controller =
			<ai_compute_pbc_runtime::DIDRegistry as DidAuthority<_>>::controller(&parse(&did))?;
		let who = self.mostly_account(&controller);

		let call = Registry::register_node {
			did,
			gpu_model: b"NVIDIA H100 80GB".to_vec(),
			vram_gb: self.dice.mostly(&[80, 80, 80, 24], &[0]),
			cuda_cores: 16_896,
			location: self.location(),
			stake: self.dice.mostly(&[1_000, 1_000, 1_500, 5_000], &[999]) * EDSC,
		};
		user(who, call)
	}

	fn claim(&mut self) -> Option<Act> {
		let all: Vec<_> = Unbonding::<Runtime>::iter().collect();
		let (node, owner, chunks) = self.dice.any(&all)?;
		if chunks[0].claimable_at > now() && self.dice.chance(85) {
			return None;
		}
		let did = pallet_gpu_registry::NodeIds::<Runtime>::get(node)?.did.as_bytes().to_vec();
		let who = self.mostly_account(&owner);
		user(who, Registry::claim_unbonded { did })
	}

	/// The heartbeat of a node whose slot is open, if there is one.
	fn heartbeat(&mut self) -> Option<Act> {
		let now = u64::from(now());
		let all: Vec<_> = GPUNodes::<Runtime>::iter().collect();
		let due: Vec<_> = all
			.iter()
			.filter(|(did, _)| {
				let liveness = GPURegistry::node_liveness(did.as_bytes().to_vec());
				matches!(
					liveness.map(|liveness| liveness.duty),
					Some(HeartbeatDuty::Due { opens_at, closes_at })
						if (opens_at..=closes_at).contains(&now)
				)
			})
			.cloned()
			.collect();
		let (_, node) = match self.dice.chance(90) {
			true => self.dice.any(&due).or_else(|| self.dice.any(&all))?,
			false => self.dice.any(&all)?,
		};
		let who = self.mostly_account(&node.owner);
		user(who, Registry::heartbeat { index: node.index })
	}

	pub fn did_act(&mut self) -> Option<Act> {
		let all: Vec<_> = Registrations::<Runtime>::iter().collect();
		let (did_hash, record) = self.dice.any(&all)?;
		let owner = self.mostly_account(&record.owner);
		let somebody = self.dice.pick(&ALL).to_account_id();
		let call = match self.dice.below(100) {
			0..=11 => Dids::update_did { did_hash, new_document_hash: vec![2; 32] },
			12..=16 => Dids::revoke_did { did_hash },
			17..=36 => match record.pending_owner.as_ref().and_then(keyring) {
				Some(offered) => {
					let who = self.mostly(Some(offered));
					return user(who, Dids::accept_ownership { did_hash });
				}
				None => Dids::transfer_ownership { did_hash, new_owner: somebody },
			},
			37..=46 => {
				let now = now();
				let expires_at =
					self.dice.mostly(&[now + 500, u32::MAX, u32::MAX], &[now, now + 1]);
				Dids::set_expiration { did_hash, expires_at }
			}
			47..=64 => {
				let level = self.dice.pick(&[
					AccessLevel::Reader,
					AccessLevel::Writer,
					AccessLevel::Admin,
					AccessLevel::None,
				]);
				Dids::grant_access { did_hash, agent: somebody, level }
			}
			65..=84 => {
				let agents: Vec<_> =
					AccessControlList::<Runtime>::iter_key_prefix(did_hash).collect();
				let agent = self.dice.any(&agents).unwrap_or(somebody);
				Dids::revoke_access { did_hash, agent }
			}
			85..=88 => Dids::set_controller { did_hash, controller: somebody },
			// The owner takes its node's DID back.
			_ => Dids::set_controller { did_hash, controller: record.owner },
		};
		user(owner, call)
	}
}

/// Whose node is registered under `did`.
pub fn owner_of(did: &[u8]) -> Option<Sr25519Keyring> {
	keyring(&GPUNodes::<Runtime>::get(parse(did))?.owner)
}
