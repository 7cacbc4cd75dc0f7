//! Calls of the AI identities and of the model catalogue.

use super::{
	jobs::ai_did,
	nodes::owner_of,
	world::{keyring, now, parse, root, user, Act, World, ALL, RICH},
};
use ai_compute_pbc_runtime::{Balance, Runtime, EDSC};
use ai_compute_primitives::{Hosting, PriceRule};
use frame_support::{traits::Get, BoundedVec};
use pallet_ai_models::{
	DepositFate, Descendants, HostAdmission, Hosts, ModelRecordOf, ModelState, ModelType, Models,
	OpenJobs, ParentClaim, PriceTier, TransferOffers, Versions, Visibility,
};
use pallet_aidid::{
	AIControl, AIPermissions, AIProfile, AIType, BillingMethod, ModelAttestation, Permission,
	PricingModel, Rights,
};
use sp_keyring::Sr25519Keyring;

type Catalogue = pallet_ai_models::Call<Runtime>;
type Ais = pallet_aidid::Call<Runtime>;

/// AIs from which on no more come.
const ENOUGH: usize = 6;

impl World {
	pub fn model_act(&mut self) -> Option<Act> {
		if self.ais.len() < ENOUGH && self.dice.chance(20) {
			return self.naming();
		}
		if self.dice.chance(3) {
			return self.removal();
		}
		let ai = self.dice.pick(&self.ais);
		let did = ai_did(&ai);
		match Models::<Runtime>::get(parse(&did).hash()) {
			Some(record) => self.change(did, record),
			None => self.registration(&ai, did),
		}
	}

	/// A new AI.
	fn naming(&mut self) -> Option<Act> {
		self.names += 1;
		let identifier = format!("model-{}", self.names).into_bytes();
		self.ais.push(identifier.clone());
		let profile = Box::new(AIProfile::plain(AIType::LLM));
		let who = self.dice.pick(&RICH);
		user(who, Ais::register_ai { identifier, ai_type: AIType::LLM, profile })
	}

	/// Governance removes a model that owes royalties for jobs under way.
	fn removal(&mut self) -> Option<Act> {
		let owing: Vec<_> = self
			.ais
			.iter()
			.map(|ai| ai_did(ai))
			.filter(|did| {
				let model = parse(did).hash();
				OpenJobs::<Runtime>::contains_key(model)
					&& Models::<Runtime>::get(model).is_some_and(|record| record.royalty_bps > 0)
			})
			.collect();
		let did = self.dice.any(&owing)?;
		let fate = self.dice.pick(&[DepositFate::Return, DepositFate::Forfeit]);
		root(Catalogue::force_remove { did, fate })
	}

	fn registration(&mut self, ai: &[u8], did: Vec<u8>) -> Option<Act> {
		let controller = AIControl::<Runtime>::get(AIType::LLM.key(ai))?.controller;
		let who = self.mostly_account(&controller);
		let welcoming: Vec<_> = self
			.ais
			.iter()
			.map(|ai| ai_did(ai))
			.filter(|did| {
				Models::<Runtime>::get(parse(did).hash())
					.is_some_and(|record| record.descendants != Descendants::Refused)
			})
			.collect();
		let parent = match self.dice.any(&welcoming) {
			Some(did) if self.dice.chance(80) => Some(did),
			_ if self.dice.chance(20) => Some(ai_did(&self.dice.pick(&self.ais))),
			_ => None,
		};
		let parent = parent.map(|did| ParentClaim { did, max_share_bps: 5_000 });
		let call = Catalogue::register_model {
			did,
			name: b"a model".to_vec(),
			version: b"1".to_vec(),
			model_type: self.dice.mostly(&[ModelType::LLM], &[ModelType::Vision]),
			metadata_hash: self.dice.bytes().into(),
			uri: b"ipfs://model".to_vec(),
			min_vram_gb: self.dice.pick(&[0, 24, 80]),
			license: b"MIT".to_vec(),
			visibility: self.dice.pick(&[
				Visibility::Public,
				Visibility::Public,
				Visibility::Private,
			]),
			parent,
			royalty_bps: self.dice.mostly(&[0, 500, 1_000, 5_000], &[5_001]),
		};
		user(who, call)
	}

	/// What the owner of a model, its hosts or governance do with it.
	fn change(&mut self, did: Vec<u8>, record: ModelRecordOf<Runtime>) -> Option<Act> {
		let model = parse(&did).hash();
		let owner = self.mostly_account(&record.owner);
		let somebody = self.dice.pick(&ALL).to_account_id();
		let versions: Vec<_> = Versions::<Runtime>::iter_key_prefix(model).collect();
		let call = match self.dice.below(100) {
			0..=5 => Catalogue::update_model {
				did,
				name: b"another name".to_vec(),
				uri: b"ipfs://other".to_vec(),
				min_vram_gb: self.dice.pick(&[0, 24, 80]),
				license: b"MIT".to_vec(),
				royalty_bps: self.dice.mostly(&[0, 100, 2_500, 5_000], &[5_001]),
			},
			6..=12 => Catalogue::publish_version {
				did,
				version: b"next".to_vec(),
				metadata_hash: self.dice.bytes().into(),
				weights_commitment: None,
				tokenizer_hash: Some(self.dice.bytes().into()),
			},
			13..=16 => Catalogue::activate_version { did, version: self.dice.any(&versions)? },
			17..=22 => Catalogue::retire_version { did, version: self.dice.any(&versions)? },
			23..=31 => {
				let price = EDSC / 1_000;
				let rule = self.dice.pick(&[
					PriceRule::Any,
					PriceRule::Any,
					PriceRule::AtLeast(price),
					PriceRule::Exactly(price),
					PriceRule::Exactly(0),
				]);
				let tier = |from_tokens| PriceTier {
					from_tokens,
					input_token_price: price,
					output_token_price: price,
				};
				let tiers = self.dice.pick(&[vec![], vec![tier(1), tier(9)], vec![tier(0)]]);
				Catalogue::set_pricing {
					did,
					input_token_price: price,
					output_token_price: price,
					request_price: 0,
					tiers,
					rule,
				}
			}
			32..=37 => {
				let visibility =
					self.dice.pick(&[Visibility::Public, Visibility::Public, Visibility::Private]);
				Catalogue::set_visibility { did, visibility }
			}
			38..=43 => {
				let disallow = self.dice.pick(&[vec![], vec![somebody.clone()]]);
				let allow = vec![self.dice.pick(&RICH).to_account_id()];
				Catalogue::update_allow_list { did, allow, disallow }
			}
			44..=50 => {
				let hosting = self.dice.pick(&[Hosting::Anyone, Hosting::Anyone, Hosting::Hosts]);
				let admission = self.dice.pick(&[HostAdmission::Open, HostAdmission::ByOwner]);
				Catalogue::set_hosting { did, hosting, admission }
			}
			51..=58 => {
				let share_bps = self.dice.mostly(&[1_000, 5_000], &[0, 10_001]);
				let descendants = self
					.dice
					.mostly(&[Descendants::Welcome { share_bps }], &[Descendants::Refused]);
				Catalogue::set_descendants { did, descendants }
			}
			59..=60 => {
				let parent = record.parent.and_then(|link| Models::<Runtime>::get(link.model));
				let who = self.mostly(parent.and_then(|parent| keyring(&parent.owner)));
				return user(who, Catalogue::disown_descendant { did });
			}
			61..=68 => match TransferOffers::<Runtime>::get(model).as_ref().and_then(keyring) {
				Some(offered) if self.dice.chance(70) => {
					let who = self.mostly(Some(offered));
					return user(who, Catalogue::accept_transfer { did });
				}
				Some(_) => Catalogue::cancel_transfer { did },
				None => Catalogue::transfer_model { did, new_owner: somebody },
			},
			69..=92 => return self.hosting(did, owner),
			93 => {
				let fate = self.dice.pick(&[DepositFate::Return, DepositFate::Forfeit]);
				return root(Catalogue::force_remove { did, fate });
			}
			_ if record.state == ModelState::Deprecated => Catalogue::deregister_model { did },
			94..=96 => Catalogue::deprecate_model { did },
			_ => Catalogue::deregister_model { did },
		};
		user(owner, call)
	}

	fn hosting(&mut self, did: Vec<u8>, owner: Sr25519Keyring) -> Option<Act> {
		let hosts: Vec<_> = Hosts::<Runtime>::iter_prefix_values(parse(&did).hash()).collect();
		let host = self.dice.any(&hosts);
		match (self.dice.below(10), host) {
			(0..=2, Some(host)) => {
				let who = self.mostly_account(&host.host);
				let node_did = host.node.as_bytes().to_vec();
				user(who, Catalogue::unhost_model { did, node_did })
			}
			(3..=5, Some(host)) => {
				let node_did = host.node.as_bytes().to_vec();
				user(owner, Catalogue::approve_host { did, node_did })
			}
			_ => {
				let node_did = self.node_did()?;
				let who = self.mostly(owner_of(&node_did));
				user(who, Catalogue::host_model { did, node_did })
			}
		}
	}

	pub fn ai_act(&mut self) -> Option<Act> {
		if self.dice.chance(45) {
			return self.opinion();
		}
		let ai = self.dice.pick(&self.ais);
		let did_hash = AIType::LLM.key(&ai);
		let control = AIControl::<Runtime>::get(did_hash)?;
		let who = self.mostly_account(&control.controller);
		let call = match self.dice.below(16) {
			0 | 1 => {
				let ai_type = self.dice.pick(&[AIType::LLM, AIType::LLM, AIType::Vision]);
				let mut new_profile = Box::new(AIProfile::plain(ai_type));
				new_profile.architecture =
					vec![b'a'; self.dice.below(100)].try_into().expect("it is short");
				Ais::update_profile { did_hash, new_profile }
			}
			2 | 3 => {
				let attestation = Box::new(ModelAttestation {
					model_hash: self.dice.pick(&[[0; 32], [1; 32], [2; 32]]),
					training_data_hash: short(b"hash"),
					version: short(b"1"),
					training_date: 1_700_000_000,
					reproducible: true,
					benchmarks: Default::default(),
				});
				Ais::attest_model { did_hash, attestation }
			}
			4..=6 => {
				let action: [&[u8]; 4] = [b"read", b"write", b"pay", b""];
				let permission = Box::new(Permission {
					action: short(self.dice.pick(&action)),
					resource: short(b"mail"),
					conditions: Default::default(),
				});
				Ais::grant_permission { did_hash, permission }
			}
			7..=9 => {
				let all: Vec<_> = AIPermissions::<Runtime>::iter_key_prefix(did_hash).collect();
				let permission_hash = self.dice.any(&all).unwrap_or_default();
				Ais::revoke_permission { did_hash, permission_hash }
			}
			10 | 11 if control.active => Ais::deactivate_ai { did_hash },
			10..=13 => Ais::reactivate_ai { did_hash },
			_ => {
				let pricing = PricingModel {
					input_token_price: 1,
					output_token_price: 2,
					request_price: self.dice.pick(&[None, Some(Balance::from(3u32))]),
					billing_method: BillingMethod::PerToken,
				};
				Ais::update_pricing { did_hash, pricing }
			}
		};
		user(who, call)
	}

	/// What the parties of paid jobs say of an AI.
	fn opinion(&mut self) -> Option<Act> {
		let all: Vec<_> = Rights::<Runtime>::iter().collect();
		let (did_hash, account, rights) = self.dice.any(&all)?;
		let who = self.mostly_account(&account);
		if now() >= rights.lapses_at && self.dice.chance(70) {
			return user(who, Ais::reap_rights { did_hash, account });
		}
		let call = match self.dice.below(10) {
			0 => Ais::reap_rights { did_hash, account },
			_ if (rights.inferences > 0) != self.dice.chance(10) => {
				Ais::record_inference { did_hash, success: self.dice.chance(80) }
			}
			_ => {
				let rating = self.dice.pick(&[0, 5_000, 10_000, 10_001]);
				Ais::submit_rating { did_hash, rating }
			}
		};
		user(who, call)
	}
}

fn short<S: Get<u32>>(bytes: &[u8]) -> BoundedVec<u8, S> {
	bytes.to_vec().try_into().expect("it is short")
}
