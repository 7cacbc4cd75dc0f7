//! Offers that providers sign off chain, good and bad ones, and hiring under them.

use super::{
	jobs::Market,
	world::{keyring, now, parse, user, Act, World, ALL},
};
use ai_compute_pbc_runtime::{AIModels, Balance, GPURegistry, JobMarketplace, Runtime, EDSC};
use ai_compute_primitives::{Did, ModelInspect, NodeInspect, NodeStatus, PriceRule};
use pallet_gpu_registry::{GPUNodes, NodeLoads};
use pallet_job_marketplace::{HireJob, Offer, OfferBooks, OfferKey, OfferOf, Payload, SignedOffer};
use sp_core::{ecdsa, Pair};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{MultiSignature, Percent};

/// A key apart from its owner's account.
fn ecdsa_key() -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[7; 32])
}

/// Keys that owners may set.
fn keys() -> [OfferKey; 3] {
	[
		OfferKey::Ed25519(Ed25519Keyring::Two.public().0),
		OfferKey::Sr25519(Sr25519Keyring::Two.public().0),
		OfferKey::Ecdsa(ecdsa_key().public().0),
	]
}

fn sign(key: Option<&OfferKey>, owner: Sr25519Keyring, payload: &[u8]) -> MultiSignature {
	match key {
		None => MultiSignature::Sr25519(owner.sign(payload)),
		Some(OfferKey::Ed25519(_)) => MultiSignature::Ed25519(Ed25519Keyring::Two.sign(payload)),
		Some(OfferKey::Sr25519(_)) => MultiSignature::Sr25519(Sr25519Keyring::Two.sign(payload)),
		Some(OfferKey::Ecdsa(_)) => MultiSignature::Ecdsa(ecdsa_key().sign(payload)),
	}
}

impl World {
	/// Hires under a new offer, or under one that was signed before.
	pub fn hire(&mut self, requester: Sr25519Keyring) -> Option<Act> {
		let signed_offer = match self.dice.chance(25) {
			true => {
				let live: Vec<_> = self
					.offers
					.iter()
					.filter(|signed| now() < signed.offer.expires_at)
					.cloned()
					.collect();
				match self.dice.chance(90) {
					true => self.dice.any(&live)?,
					false => self.dice.any(&self.offers)?,
				}
			}
			false => {
				let signed = self.signed_offer(requester)?;
				if self.offers.len() < 40 {
					self.offers.push(signed.clone());
				} else {
					let at = self.dice.below(40);
					self.offers[at] = signed.clone();
				}
				signed
			}
		};
		let offer = &signed_offer.offer;
		let max_tokens = match self.dice.chance(8) {
			true => offer.max_tokens.saturating_add(1),
			false => self.dice.between(offer.min_tokens, offer.max_tokens),
		};
		let cost = offer.price_per_token.saturating_mul(max_tokens.into());
		let max_payment = match self.dice.below(12) {
			0 => cost.saturating_sub(1),
			1 => Balance::MAX,
			_ => cost.max(1_000_000_000) + EDSC * self.dice.pick(&[0, 1]),
		};
		let payload = Payload::Inline(b"What is the capital of France?".to_vec());
		let seed = self.dice.pick(&[None, Some(1)]);
		let job = HireJob { payload, max_tokens, max_payment, seed, proof: None };
		user(requester, Market::hire { job, signed_offer })
	}

	fn signed_offer(
		&mut self,
		requester: Sr25519Keyring,
	) -> Option<pallet_job_marketplace::SignedOfferOf<Runtime>> {
		let active: Vec<_> = self
			.gpus
			.iter()
			.filter(|did| {
				let node = <GPURegistry as NodeInspect<_, Balance>>::node(&parse(did));
				node.is_some_and(|node| {
					let profile = GPUNodes::<Runtime>::get(parse(did));
					let load = NodeLoads::<Runtime>::get(parse(did).hash());
					node.status == NodeStatus::Active
						&& node.did_active && node.sufficiently_staked
						&& profile.is_some_and(|profile| load.running < profile.capacity)
				})
			})
			.cloned()
			.collect();
		let gpu_did = match self.dice.any(&active) {
			Some(did) if !self.dice.chance(10) => did,
			_ => self.node_did()?,
		};
		let did = parse(&gpu_did);
		let node = <GPURegistry as NodeInspect<_, Balance>>::node(&did)?;
		let owner = keyring(&node.owner)?;
		let model_did = self.model_did();
		let terms = Did::parse(&model_did).ok().and_then(|model| {
			<AIModels as ModelInspect<_, Balance>>::terms(&model, &requester.to_account_id())
		});
		let price_per_token = match terms.map(|terms| terms.price) {
			Some(PriceRule::Exactly(price) | PriceRule::AtLeast(price)) => price,
			_ => EDSC / 1_000 * self.dice.pick(&[1, 10, 100, 400]),
		};
		let book = OfferBooks::<Runtime>::get(did.hash());
		let mut offer: OfferOf<Runtime> = Offer {
			gpu_did,
			owner: owner.to_account_id(),
			epoch: book.epoch,
			offer_id: self.dice.between(0, 30).into(),
			model_did,
			model_version: terms.map_or(0, |terms| terms.version),
			price_per_token,
			min_tokens: 1,
			max_tokens: 1_000,
			estimated_latency_ms: self.latency().min(600_000),
			confidential: false,
			max_fee: Percent::from_percent(5),
			max_royalty_bps: 5_000,
			requester: self.dice.pick(&[None, None, Some(requester.to_account_id())]),
			not_before: 0,
			expires_at: now() + self.dice.pick(&[1, 100, 2_000, 2_000]),
			max_uses: self.dice.pick(&[1, 2, 100]),
		};
		let mut key = book.key_of(&offer.owner).copied();
		// What makes it no good.
		match self.dice.below(60) {
			0 => offer.epoch += 1,
			1 => offer.epoch = offer.epoch.saturating_sub(1),
			2 => offer.expires_at = now(),
			3 => offer.not_before = now() + 1,
			4 => offer.max_uses = 0,
			5 => offer.model_version += 1,
			6 => offer.max_fee = Percent::from_percent(4),
			7 => offer.max_royalty_bps = 0,
			8 => offer.requester = Some(self.dice.pick(&ALL).to_account_id()),
			9 => offer.owner = self.dice.pick(&ALL).to_account_id(),
			10 => offer.price_per_token = self.dice.pick(&[0, Balance::MAX]),
			11 => key = self.dice.pick(&keys().map(Some)),
			12 => key = None,
			13 => offer.confidential = true,
			_ => {}
		}
		let mut signature = sign(key.as_ref(), owner, &JobMarketplace::offer_payload(&offer));
		match self.dice.below(30) {
			0 => offer.max_uses += 1,
			1 => {
				let stranger = self.dice.pick(&ALL);
				signature = sign(None, stranger, &JobMarketplace::offer_payload(&offer));
			}
			_ => {}
		}
		Some(SignedOffer { offer, signature })
	}

	/// What an owner does about its offers.
	pub fn offer_act(&mut self) -> Option<Act> {
		let gpu_did = self.node_did()?;
		let node = <GPURegistry as NodeInspect<_, Balance>>::node(&parse(&gpu_did))?;
		let owner = self.mostly_account(&node.owner);
		let call = match self.dice.below(8) {
			0 => Market::cancel_offers { gpu_did },
			1 | 2 => Market::cancel_offer { gpu_did, offer_id: self.dice.between(0, 30).into() },
			3 | 4 => {
				let [one, two, three] = keys();
				let key = self.dice.pick(&[None, Some(one), Some(two), Some(three)]);
				Market::set_offer_key { gpu_did, key }
			}
			_ => {
				let did = OfferBooks::<Runtime>::iter().find_map(|(node, book)| {
					let expired = book.clone().prune(now()) > 0;
					let id = pallet_gpu_registry::NodeIds::<Runtime>::get(node)?;
					expired.then(|| id.did.as_bytes().to_vec())
				});
				Market::prune_offers { gpu_did: did.unwrap_or(gpu_did) }
			}
		};
		user(owner, call)
	}
}
