use super::*;
use crate::{offers::MAX_LIVE_OFFERS, WeightInfo};
use ai_compute_primitives::{Hosting, PriceRule};
use codec::Encode;
use frame_support::storage::{transactional::TRANSACTIONAL_LIMIT, with_storage_layer};
use proptest::prelude::*;
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_runtime::{
	traits::IdentifyAccount, ArithmeticError, DispatchResult, MultiSignature, MultiSigner,
	TransactionalError,
};

/// Somebody with a key.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a handful of them in tests")]
pub(super) enum Keys {
	Ed25519(ed25519::Pair),
	Sr25519(sr25519::Pair),
	Ecdsa(ecdsa::Pair),
}

impl Keys {
	pub(super) fn key(&self) -> OfferKey {
		match self {
			Self::Ed25519(pair) => OfferKey::Ed25519(pair.public().0),
			Self::Sr25519(pair) => OfferKey::Sr25519(pair.public().0),
			Self::Ecdsa(pair) => OfferKey::Ecdsa(pair.public().0),
		}
	}
	pub(super) fn account(&self) -> AccountId {
		self.key().account()
	}
	fn sign(&self, bytes: &[u8]) -> MultiSignature {
		match self {
			Self::Ed25519(pair) => pair.sign(bytes).into(),
			Self::Sr25519(pair) => pair.sign(bytes).into(),
			Self::Ecdsa(pair) => pair.sign(bytes).into(),
		}
	}
}

pub(super) fn ed25519(n: u8) -> Keys {
	Keys::Ed25519(ed25519::Pair::from_seed(&[n; 32]))
}
fn sr25519(n: u8) -> Keys {
	Keys::Sr25519(sr25519::Pair::from_seed(&[n; 32]))
}
fn ecdsa(n: u8) -> Keys {
	Keys::Ecdsa(ecdsa::Pair::from_seed(&[n; 32]))
}

/// Owner of node 0 in these tests. Ed25519 signs alike each time, so that failures repeat.
fn provider() -> Keys {
	ed25519(77)
}

/// An offer of node 0, for three jobs of anybody.
pub(super) fn offer() -> OfferOf<Test> {
	Offer {
		gpu_did: did_bytes(0),
		owner: provider().account(),
		epoch: 0,
		offer_id: 1,
		model_did: MODEL.to_vec(),
		model_version: 0,
		price_per_token: PRICE,
		min_tokens: 10,
		max_tokens: TOKENS,
		estimated_latency_ms: 60_000,
		confidential: false,
		max_fee: Percent::from_percent(5),
		max_royalty_bps: 1_000,
		requester: None,
		not_before: 1_000,
		expires_at: 2_000,
		max_uses: 3,
	}
}

pub(super) fn signed_by(keys: &Keys, offer: OfferOf<Test>) -> SignedOfferOf<Test> {
	let signature = keys.sign(&Market::offer_payload(&offer));
	SignedOffer { offer, signature }
}

pub(super) fn request() -> HireJob<Balance> {
	HireJob {
		payload: Payload::Inline(b"prompt".to_vec()),
		max_tokens: TOKENS,
		max_payment: ESCROW,
		seed: None,
		proof: None,
	}
}

/// ALICE hires under `offer`, signed by the provider.
fn hire(offer: OfferOf<Test>) -> DispatchResult {
	Market::hire(signed(ALICE), request(), signed_by(&provider(), offer))
}

/// Expects ALICE's hire under `offer` to fail with `error` and to change nothing.
#[track_caller]
fn refused(offer: OfferOf<Test>, error: impl Into<DispatchError>) {
	assert_noop!(hire(offer), error.into());
}

fn times_used(offer_id: u64) -> Option<u32> {
	let book = OfferBooks::<Test>::get(did(0).hash());
	book.counters.iter().find(|c| c.offer_id == offer_id).map(|c| match c.uses {
		offers::Usage::Used { times, .. } => times,
		offers::Usage::Cancelled => u32::MAX,
	})
}

/// Runs `test` with node 0 in the provider's hands, who has money for fees, and capacity for many.
fn with_provider(test: impl FnOnce()) {
	run(|| {
		own(0, &provider());
		test();
	});
}

fn own(n: u8, keys: &Keys) {
	register_for(n, keys.account());
	change_node(n, |node| node.capacity = 50);
	set_free(&keys.account(), UNIT);
}

mod success {
	use super::*;

	#[test]
	fn assigns_the_job_in_one_call() {
		with_provider(|| {
			take_events();
			assert_ok!(hire(offer()));
			let deposit = Market::deposit_for(6);
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), ESCROW);
			assert_eq!(held(HoldReason::StorageDeposit, &ALICE), deposit);
			assert_eq!(held(HoldReason::BidBond, &provider().account()), 0);
			assert_eq!((node(0).busy, node(0).exposure), (1, PRICE * Balance::from(TOKENS)));

			let record = job(0);
			assert_eq!((record.status, record.attempts), (JobStatus::Assigned, 1));
			assert_eq!((record.bid_end, record.deadline), (1_000, 1_020));
			assert_eq!(record.lifetime_end, 1_000 + 28_800);
			assert!(!record.has_options);
			let assignment = record.assignment.unwrap();
			assert_eq!(assignment.owner, provider().account());
			assert_eq!((assignment.price_per_token, assignment.latency), (PRICE, 10));
			assert_eq!(AssignedNodes::<Test>::get(0), Some(did(0)));
			assert_eq!(times_used(1), Some(1));
			assert_eq!(
				take_events(),
				[
					Event::JobSubmitted {
						job_id: 0,
						requester: ALICE,
						max_payment: ESCROW,
						model_did: Did::parse(MODEL).unwrap(),
						deposit,
						bid_end: 1_000,
					},
					Event::JobAssigned {
						job_id: 0,
						gpu_did: did(0),
						winner: provider().account(),
						price: PRICE,
						deadline: 1_020,
					},
					Event::OfferUsed { job_id: 0, gpu_did: did(0), offer_id: 1, uses: 1 },
				]
			);
		});
	}

	#[test]
	fn is_paid_at_the_offered_price() {
		with_provider(|| {
			let owner = provider().account();
			assert_ok!(hire(offer()));
			assert_ok!(Market::start_job(signed(owner.clone()), 0));
			assert_ok!(Market::complete_job(signed(owner.clone()), 0, result_hash(), 400, None));
			assert_ok!(Market::accept_result(signed(ALICE), 0, Some(5)));
			let gross = PRICE * 400;
			assert_eq!(free(&owner), UNIT + gross - gross / 20);
			assert_eq!(free(&ALICE), ENDOWMENT - gross - Market::deposit_for(6));
			go_to_deadline(0);
			assert_ok!(Market::reap_job(signed(STRANGER), 0));
			assert_eq!(free(&ALICE), ENDOWMENT - gross);
		});
	}

	#[test]
	fn with_each_kind_of_account_key() {
		for keys in [ed25519(1), sr25519(2), ecdsa(3)] {
			run(|| {
				own(0, &keys);
				let offer = Offer { owner: keys.account(), ..offer() };
				let request = || request();
				assert_ok!(Market::hire(signed(ALICE), request(), signed_by(&keys, offer)));
				assert_eq!(status(0), JobStatus::Assigned);
			});
		}
	}

	#[test]
	fn with_each_kind_of_offer_key_and_then_with_no_other() {
		let kinds = [ed25519(1), sr25519(2), ecdsa(3)];
		for keys in &kinds {
			with_provider(|| {
				let owner = provider().account();
				assert_ok!(Market::set_offer_key(
					signed(owner.clone()),
					did_bytes(0),
					Some(keys.key())
				));
				assert_ok!(Market::hire(signed(ALICE), request(), signed_by(keys, offer())));
				for other in kinds.iter().filter(|other| other.key() != keys.key()) {
					let signed_offer = signed_by(other, offer());
					assert_noop!(
						Market::hire(signed(ALICE), request(), signed_offer),
						E::InvalidOfferSignature
					);
				}
				// The owner's own key is out while the offer key is in.
				refused(offer(), E::InvalidOfferSignature);
				assert_ok!(Market::set_offer_key(signed(owner), did_bytes(0), None));
				assert_ok!(hire(offer()));
				let signed_offer = signed_by(keys, offer());
				assert_noop!(
					Market::hire(signed(ALICE), request(), signed_offer),
					E::InvalidOfferSignature
				);
			});
		}
	}

	#[test]
	fn with_prompt_by_reference_and_seed() {
		with_provider(|| {
			let payload = Payload::Reference { hash: [4; 32], uri: b"ipfs://x".to_vec() };
			let job_part = HireJob { payload, seed: Some(9), ..request() };
			assert_ok!(Market::hire(signed(ALICE), job_part, signed_by(&provider(), offer())));
			assert_eq!(JobOptions::<Test>::get(0).unwrap().seed, Some(9));
			let reference = PayloadReferences::<Test>::get(0).unwrap();
			assert_eq!((reference.hash, reference.uri.to_vec()), ([4; 32], b"ipfs://x".to_vec()));
			assert!(Prompts::<Test>::get(0).is_none());
			assert_eq!(
				held(HoldReason::StorageDeposit, &ALICE),
				Market::deposit_with_options(32 + 8)
			);
		});
	}

	#[test]
	fn a_named_requester_and_the_bounds_of_tokens_and_time() {
		with_provider(|| {
			change_node(0, |node| node.stake *= 10);
			assert_ok!(hire(Offer { requester: Some(ALICE), ..offer() }));
			assert_ok!(hire(Offer { min_tokens: TOKENS, max_tokens: TOKENS, ..offer() }));
			go_to(1_999);
			assert_ok!(hire(Offer { not_before: 1_999, ..offer() }));
		});
	}

	#[test]
	fn two_nodes_of_one_owner_count_apart() {
		with_provider(|| {
			own(1, &provider());
			for n in [0, 1, 0, 1] {
				assert_ok!(hire(Offer { gpu_did: did_bytes(n), max_uses: 2, ..offer() }));
			}
			refused(Offer { max_uses: 2, ..offer() }, E::OfferUsedUp);
		});
	}
}

mod afterwards {
	use super::*;

	#[test]
	fn a_no_show_fails_and_refunds() {
		with_provider(|| {
			assert_ok!(hire(offer()));
			go_to_deadline(0);
			assert_ok!(Market::expire_job(signed(STRANGER), 0));
			assert_eq!(status(0), JobStatus::Failed);
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
			assert_eq!((node(0).busy, node(0).exposure), (0, 0));
			assert_eq!(Outcomes::get().last().unwrap().3, JobOutcome::NoShow);
			// It counts as a use all the same.
			assert_eq!(times_used(1), Some(1));
		});
	}

	#[test]
	fn a_job_that_is_given_back_fails_and_refunds() {
		with_provider(|| {
			assert_ok!(hire(offer()));
			assert_ok!(Market::abandon_job(signed(provider().account()), 0));
			assert_eq!(status(0), JobStatus::Failed);
			assert_eq!(held(HoldReason::JobEscrow, &ALICE), 0);
			assert_eq!(Outcomes::get().last().unwrap().3, JobOutcome::Returned);
		});
	}

	#[test]
	fn nobody_can_bid_for_a_hired_job() {
		with_provider(|| {
			assert_ok!(hire(offer()));
			assert_noop!(bid(0, 1, PRICE), E::InvalidState);
			assert_noop!(Market::cancel_job(signed(ALICE), 0), E::InvalidState);
		});
	}

	#[test]
	fn cancelling_offers_leaves_hired_jobs_alone() {
		with_provider(|| {
			let owner = provider().account();
			assert_ok!(hire(offer()));
			assert_ok!(Market::cancel_offers(signed(owner.clone()), did_bytes(0)));
			assert_ok!(Market::start_job(signed(owner), 0));
		});
	}
}

mod fails {
	use super::*;

	#[test]
	fn unsigned() {
		with_provider(|| {
			let signed_offer = signed_by(&provider(), offer());
			assert_noop!(
				Market::hire(RuntimeOrigin::none(), request(), signed_offer),
				DispatchError::BadOrigin
			);
		});
	}

	#[test]
	fn for_bytes_that_are_no_did() {
		with_provider(|| {
			refused(
				Offer { gpu_did: b"gpu".to_vec(), ..offer() },
				E::InvalidDid(DidError::Malformed),
			);
			refused(
				Offer { model_did: vec![b'm'; 129], ..offer() },
				E::InvalidDid(DidError::TooLong),
			);
		});
	}

	#[test]
	fn outside_the_offers_time() {
		with_provider(|| {
			refused(Offer { not_before: 1_001, ..offer() }, E::TooEarly);
			refused(Offer { expires_at: 1_000, ..offer() }, E::TooLate);
			go_to(2_000);
			refused(offer(), E::TooLate);
		});
	}

	#[test]
	fn outside_the_offers_tokens() {
		with_provider(|| {
			refused(Offer { min_tokens: TOKENS + 1, ..offer() }, E::TokensOutsideOffer);
			refused(Offer { max_tokens: TOKENS - 1, ..offer() }, E::TokensOutsideOffer);
			refused(
				Offer { min_tokens: TOKENS + 1, max_tokens: TOKENS - 1, ..offer() },
				E::TokensOutsideOffer,
			);
			let none = HireJob { max_tokens: 0, ..request() };
			let signed_offer = signed_by(&provider(), Offer { min_tokens: 0, ..offer() });
			assert_noop!(Market::hire(signed(ALICE), none, signed_offer), E::ZeroTokens);
		});
	}

	#[test]
	fn at_a_price_that_the_job_the_model_or_the_market_does_not_take() {
		with_provider(|| {
			refused(Offer { price_per_token: 0, ..offer() }, E::InvalidBid);
			let above = ESCROW / Balance::from(TOKENS) + 1;
			refused(Offer { price_per_token: above, ..offer() }, E::BidAboveBudget);
			refused(Offer { price_per_token: Balance::MAX, ..offer() }, E::BidAboveBudget);
			let terms = ModelTerms { price: PriceRule::AtLeast(PRICE + 1), ..Default::default() };
			register_model(MODEL, model(terms));
			refused(offer(), E::PriceRefused);
			let terms = ModelTerms { price: PriceRule::Exactly(PRICE), ..Default::default() };
			register_model(MODEL, model(terms));
			refused(Offer { price_per_token: PRICE - 1, ..offer() }, E::PriceRefused);
			assert_ok!(hire(offer()));
		});
	}

	#[test]
	fn when_the_promised_latency_is_above_the_markets_limit() {
		with_provider(|| {
			assert_ok!(hire(Offer { estimated_latency_ms: 600 * 6_000, ..offer() }));
			refused(Offer { estimated_latency_ms: 600 * 6_000 + 1, ..offer() }, E::LatencyTooLong);
		});
	}

	#[test]
	fn when_the_model_is_not_what_was_offered() {
		with_provider(|| {
			refused(Offer { model_version: 1, ..offer() }, E::ModelVersionChanged);
			register_model(MODEL, model(ModelTerms { version: 1, ..Default::default() }));
			refused(offer(), E::ModelVersionChanged);
			Models::remove(Did::parse(MODEL).unwrap().hash());
			refused(offer(), E::ModelNotAvailable);
			register_model(MODEL, Model { only_for: Some(BOB), ..model(Default::default()) });
			refused(offer(), E::ModelNotAvailable);
			hosts_only();
			refused(offer(), E::NotHosting);
			host(MODEL, 0);
			assert_eq!(
				Models::get(Did::parse(MODEL).unwrap().hash()).unwrap().terms.hosting,
				Hosting::Hosts
			);
			assert_ok!(hire(offer()));
		});
	}

	#[test]
	fn when_fee_or_royalty_is_above_what_was_accepted() {
		with_provider(|| {
			PlatformFee::set(Percent::from_percent(6));
			refused(offer(), E::SharesAboveOffer);
			assert_ok!(hire(Offer { max_fee: Percent::from_percent(6), ..offer() }));
			PlatformFee::set(Percent::from_percent(5));
			let royal = Offer { model_did: ROYAL_MODEL.to_vec(), ..offer() };
			refused(Offer { max_royalty_bps: 999, ..royal.clone() }, E::SharesAboveOffer);
			assert_ok!(hire(royal));
		});
	}

	#[test]
	fn for_a_confidential_offer() {
		with_provider(|| {
			refused(Offer { confidential: true, ..offer() }, E::ConfidentialUnavailable);
		});
	}

	/// What makes a bid lose at matching makes a hire fail.
	#[test]
	fn with_a_node_that_cannot_take_the_job_now() {
		with_provider(|| {
			let with = |change: fn(&mut Node), error: DispatchError| {
				own(0, &provider());
				change_node(0, change);
				refused(offer(), error);
			};
			with(|node| node.status = NodeStatus::Inactive, E::NodeInactive.into());
			with(|node| node.status = NodeStatus::Suspended, E::NodeSuspended.into());
			with(|node| node.did_active = false, E::DidInactive.into());
			with(|node| node.minimum += 1, E::InsufficientStake.into());
			with(
				|node| (node.stake, node.minimum) = (PRICE * 1_000 - 1, 0),
				E::InsufficientStake.into(),
			);
			with(|node| node.capacity = 0, DispatchError::Other("no free slot"));
			with(|node| node.exposure = node.stake, DispatchError::Other("too much at risk"));
			own(0, &provider());
			register_model(MODEL, model(ModelTerms { min_vram_gb: 25, ..Default::default() }));
			refused(offer(), E::InsufficientVram);
			Nodes::remove(did(0).hash());
			refused(offer(), E::NodeNotFound);
			assert_eq!(times_used(1), None, "a refusal counts no use");
			own(0, &provider());
		});
	}

	#[test]
	fn with_a_payload_that_does_not_fit() {
		with_provider(|| {
			let with = |payload| {
				let job_part = HireJob { payload, ..request() };
				Market::hire(signed(ALICE), job_part, signed_by(&provider(), offer()))
			};
			assert_noop!(with(Payload::Inline(vec![0; 10_241])), E::PromptTooLong);
			for length in [0, 257] {
				let payload = Payload::Reference { hash: [0; 32], uri: vec![b'u'; length] };
				assert_noop!(with(payload), E::InvalidOptions(OptionError::Uri));
			}
			assert_ok!(with(Payload::Reference { hash: [0; 32], uri: vec![b'u'; 256] }));
		});
	}

	#[test]
	fn without_money_or_room_in_the_block() {
		with_provider(|| {
			let signed_offer = || signed_by(&provider(), offer());
			let dear = HireJob { max_payment: ENDOWMENT + 1, ..request() };
			assert_noop!(
				Market::hire(signed(ALICE), dear, signed_offer()),
				TokenError::FundsUnavailable
			);
			let cheap = HireJob { max_payment: 999_999_999, ..request() };
			assert_noop!(
				Market::hire(signed(ALICE), cheap, signed_offer()),
				E::InsufficientPayment
			);
			assert_ok!(Market::update_max_jobs(RuntimeOrigin::root(), 1));
			assert_ok!(hire(offer()));
			refused(offer(), E::MaxJobsExceeded);
		});
	}

	#[test]
	fn nested_too_deeply_and_changes_nothing() {
		fn nested(depth: u32, f: &mut dyn FnMut()) {
			if depth == 0 {
				return f();
			}
			let result: DispatchResult = with_storage_layer(|| {
				nested(depth - 1, f);
				Ok(())
			});
			assert_ok!(result);
		}
		with_provider(|| {
			nested(TRANSACTIONAL_LIMIT - 1, &mut || {
				refused(offer(), TransactionalError::LimitReached);
			});
			nested(TRANSACTIONAL_LIMIT - 2, &mut || {
				assert_ok!(hire(offer()));
			});
		});
	}
}

mod signature {
	use super::*;

	#[test]
	fn of_somebody_else_is_refused() {
		with_provider(|| {
			for keys in [ed25519(1), sr25519(2), ecdsa(3)] {
				let signed_offer = signed_by(&keys, offer());
				assert_noop!(
					Market::hire(signed(ALICE), request(), signed_offer),
					E::InvalidOfferSignature
				);
			}
			// An offer of his own for the provider's node.
			let thief = ed25519(1);
			let stolen = Offer { owner: thief.account(), ..offer() };
			assert_noop!(
				Market::hire(signed(ALICE), request(), signed_by(&thief, stolen)),
				E::OwnerChanged
			);
		});
	}

	/// Every field is signed.
	#[test]
	fn covers_every_field() {
		with_provider(|| {
			own(1, &provider());
			let honest = signed_by(&provider(), Offer { requester: Some(ALICE), ..offer() });
			let changes: [fn(&mut OfferOf<Test>); 16] = [
				|o| o.gpu_did = did_bytes(1),
				|o| o.owner = BOB,
				|o| o.offer_id = 2,
				|o| o.model_did = ROYAL_MODEL.to_vec(),
				|o| o.model_version = 1,
				|o| o.price_per_token -= 1,
				|o| o.min_tokens -= 1,
				|o| o.max_tokens += 1,
				|o| o.estimated_latency_ms += 1,
				|o| o.confidential = true,
				|o| o.max_fee = Percent::from_percent(6),
				|o| o.max_royalty_bps += 1,
				|o| o.requester = None,
				|o| o.not_before -= 1,
				|o| o.expires_at += 1,
				|o| o.max_uses += 1,
			];
			for (index, change) in changes.into_iter().enumerate() {
				let mut forged = honest.clone();
				change(&mut forged.offer);
				assert_noop!(
					Market::hire(signed(ALICE), request(), forged.clone()),
					E::InvalidOfferSignature
				);
				assert_ne!(forged.offer.encode(), honest.offer.encode(), "change {index}");
			}
			// The epoch is what the chain compares first.
			OfferBooks::<Test>::mutate(did(0).hash(), |book| book.epoch = 1);
			let mut forged = honest;
			forged.offer.epoch = 1;
			assert_noop!(Market::hire(signed(ALICE), request(), forged), E::InvalidOfferSignature);
		});
	}

	#[test]
	fn is_of_this_one_encoding() {
		with_provider(|| {
			let genesis = frame_system::Pallet::<Test>::block_hash(0);
			let inner = (genesis, offer()).encode();
			for wrong in [
				[b"ai-compute-pbc/offer/v1", &inner[..]].concat(),
				[b"<Bytes>ai-compute-pbc/offer/v2", &inner[..], b"</Bytes>"].concat(),
				[b"<Bytes>ai-compute-pbc/voucher/v1", &inner[..], b"</Bytes>"].concat(),
				[b"<Bytes>", &inner[..], b"</Bytes>"].concat(),
				sp_io::hashing::blake2_256(&Market::offer_payload(&offer())).to_vec(),
			] {
				let signature = provider().sign(&wrong);
				assert_noop!(
					Market::hire(
						signed(ALICE),
						request(),
						SignedOffer { offer: offer(), signature }
					),
					E::InvalidOfferSignature
				);
			}
		});
	}

	#[test]
	fn for_another_chain_is_refused() {
		with_provider(|| {
			let here = frame_system::Pallet::<Test>::block_hash(0);
			let honest = signed_by(&provider(), offer());
			frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(1));
			assert_noop!(
				Market::hire(signed(ALICE), request(), honest.clone()),
				E::InvalidOfferSignature
			);
			frame_system::BlockHash::<Test>::insert(0, here);
			assert_ok!(Market::hire(signed(ALICE), request(), honest));
		});
	}

	/// From `(r, s)` anybody makes `(r, -s)`, which is as good. It counts as the same offer.
	#[test]
	fn that_is_malleable_buys_no_further_use() {
		let keys = ecdsa(3);
		run(|| {
			own(0, &keys);
			let once = Offer { owner: keys.account(), max_uses: 1, ..offer() };
			let honest = signed_by(&keys, once);
			let MultiSignature::Ecdsa(signature) = honest.signature.clone() else { panic!() };
			let twin = SignedOffer { signature: twin_of(signature).into(), ..honest.clone() };
			assert_ne!(honest.signature, twin.signature);
			assert_ok!(Market::hire(signed(ALICE), request(), twin));
			assert_noop!(Market::hire(signed(ALICE), request(), honest), E::OfferUsedUp);
		});
	}

	/// Sr25519 signs anew each time.
	#[test]
	fn that_is_made_twice_buys_no_further_use() {
		let keys = sr25519(2);
		run(|| {
			own(0, &keys);
			let once = Offer { owner: keys.account(), max_uses: 1, ..offer() };
			let (one, other) = (signed_by(&keys, once.clone()), signed_by(&keys, once));
			assert_ne!(one.signature, other.signature);
			assert_ok!(Market::hire(signed(ALICE), request(), one));
			assert_noop!(Market::hire(signed(ALICE), request(), other), E::OfferUsedUp);
		});
	}

	#[test]
	fn of_an_ethereum_address_is_refused() {
		let pair = ecdsa::KeccakPair::from_seed(&[5; 32]);
		let account = MultiSigner::Eth(pair.public()).into_account();
		run(|| {
			register_for(0, account.clone());
			let offer = Offer { owner: account.clone(), ..offer() };
			let payload = Market::offer_payload(&offer);
			let signature = MultiSignature::Eth(pair.sign(&payload));
			assert!(sp_runtime::traits::Verify::verify(&signature, &payload[..], &account));
			assert_noop!(
				Market::hire(signed(ALICE), request(), SignedOffer { offer, signature }),
				E::InvalidOfferSignature
			);
		});
	}

	/// The order of secp256k1's group, less `s`, with the other parity.
	fn twin_of(signature: ecdsa::Signature) -> ecdsa::Signature {
		const ORDER: [u8; 32] = [
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c,
			0xd0, 0x36, 0x41, 0x41,
		];
		let mut bytes = signature.0;
		let mut borrow = 0i16;
		for i in (0..32).rev() {
			let digit = i16::from(ORDER[i]) - i16::from(bytes[32 + i]) - borrow;
			borrow = i16::from(digit < 0);
			bytes[32 + i] = u8::try_from(digit.rem_euclid(256)).unwrap();
		}
		bytes[64] ^= 1;
		ecdsa::Signature::from_raw(bytes)
	}
}

mod replay {
	use super::*;

	#[test]
	fn by_another_requester_is_refused() {
		with_provider(|| {
			let for_alice = signed_by(&provider(), Offer { requester: Some(ALICE), ..offer() });
			assert_noop!(
				Market::hire(signed(STRANGER), request(), for_alice.clone()),
				E::NotAuthorized
			);
			assert_ok!(Market::hire(signed(ALICE), request(), for_alice));
		});
	}

	#[test]
	fn stops_at_max_uses_whoever_comes() {
		with_provider(|| {
			for who in [ALICE, BOB, STRANGER] {
				let signed_offer = signed_by(&provider(), offer());
				assert_ok!(Market::hire(signed(who), request(), signed_offer));
			}
			refused(offer(), E::OfferUsedUp);
			refused(Offer { max_uses: 0, offer_id: 2, ..offer() }, E::OfferUsedUp);
			// Another number is another offer.
			assert_ok!(hire(Offer { offer_id: 2, ..offer() }));
			// Uses do not come back when the jobs are over.
			go_to_deadline(0);
			assert_ok!(Market::expire_job(signed(STRANGER), 0));
			refused(offer(), E::OfferUsedUp);
		});
	}

	#[test]
	fn of_two_offers_with_one_number_shares_a_counter() {
		with_provider(|| {
			let long = Offer { expires_at: 5_000, max_uses: 2, ..offer() };
			assert_ok!(hire(offer()));
			assert_ok!(hire(long.clone()));
			refused(long.clone(), E::OfferUsedUp);
			// The counter outlives the shorter one.
			go_to(4_999);
			refused(long, E::OfferUsedUp);
		});
	}

	#[test]
	fn after_the_counter_has_gone_is_too_late() {
		with_provider(|| {
			assert_ok!(hire(Offer { max_uses: 1, ..offer() }));
			go_to(1_999);
			refused(Offer { max_uses: 1, ..offer() }, E::OfferUsedUp);
			go_to(2_000);
			assert_ok!(Market::prune_offers(signed(STRANGER), did_bytes(0)));
			refused(Offer { max_uses: 1, ..offer() }, E::TooLate);
		});
	}

	#[test]
	fn after_cancelling_everything_is_refused_for_good() {
		with_provider(|| {
			let owner = provider().account();
			assert_ok!(hire(offer()));
			take_events();
			assert_ok!(Market::cancel_offers(signed(owner.clone()), did_bytes(0)));
			assert_eq!(take_events(), [Event::OffersCancelled { gpu_did: did(0), epoch: 1 }]);
			refused(offer(), E::OfferCancelled);
			refused(Offer { offer_id: 99, ..offer() }, E::OfferCancelled);
			// Not before its time either.
			refused(Offer { epoch: 2, ..offer() }, E::OfferCancelled);
			// Numbers are free again.
			for _ in 0..3 {
				assert_ok!(hire(Offer { epoch: 1, ..offer() }));
			}
			refused(Offer { epoch: 1, ..offer() }, E::OfferUsedUp);
		});
	}

	#[test]
	fn after_cancelling_one_is_refused_for_that_one() {
		with_provider(|| {
			let owner = provider().account();
			assert_ok!(hire(offer()));
			take_events();
			assert_ok!(Market::cancel_offer(signed(owner.clone()), did_bytes(0), 1));
			assert_eq!(take_events(), [Event::OfferCancelled { gpu_did: did(0), offer_id: 1 }]);
			refused(offer(), E::OfferCancelled);
			assert_ok!(hire(Offer { offer_id: 2, ..offer() }));
			// One that was never used can be cancelled too, and stays so however long it is valid.
			assert_ok!(Market::cancel_offer(signed(owner), did_bytes(0), 3));
			go_to(1_000_000);
			refused(Offer { offer_id: 3, expires_at: u32::MAX, ..offer() }, E::OfferCancelled);
			refused(Offer { expires_at: u32::MAX, ..offer() }, E::OfferCancelled);
		});
	}

	#[test]
	fn with_a_node_that_has_another_owner_is_refused() {
		with_provider(|| {
			assert_ok!(hire(offer()));
			let heir = sr25519(9);
			own(0, &heir);
			// Neither the former owner's offer, nor that of his offer key.
			refused(offer(), E::OwnerChanged);
			refused(Offer { owner: heir.account(), ..offer() }, E::InvalidOfferSignature);
			let heirs = Offer { owner: heir.account(), ..offer() };
			assert_ok!(Market::hire(signed(ALICE), request(), signed_by(&heir, heirs)));
			// Jobs of a registration that is gone are no concern of the new one in this mock.
			change_node(0, |node| {
				node.busy = 2;
				node.exposure = 2 * PRICE * Balance::from(TOKENS);
			});
		});
	}

	#[test]
	fn with_the_key_of_a_former_owner_is_refused() {
		with_provider(|| {
			let hot = ed25519(5);
			let owner = provider().account();
			assert_ok!(Market::set_offer_key(signed(owner), did_bytes(0), Some(hot.key())));
			let heir = sr25519(9);
			own(0, &heir);
			let heirs = Offer { owner: heir.account(), ..offer() };
			assert_noop!(
				Market::hire(signed(ALICE), request(), signed_by(&hot, heirs.clone())),
				E::InvalidOfferSignature
			);
			assert_ok!(Market::hire(signed(ALICE), request(), signed_by(&heir, heirs)));
		});
	}

	#[test]
	fn with_a_key_that_was_replaced_is_refused() {
		with_provider(|| {
			let (stolen, fresh) = (sr25519(5), sr25519(6));
			let owner = provider().account();
			let set = |key| Market::set_offer_key(signed(owner.clone()), did_bytes(0), key);
			assert_ok!(set(Some(stolen.key())));
			assert_ok!(Market::hire(signed(ALICE), request(), signed_by(&stolen, offer())));
			assert_ok!(set(Some(fresh.key())));
			assert_noop!(
				Market::hire(signed(ALICE), request(), signed_by(&stolen, offer())),
				E::InvalidOfferSignature
			);
			assert_ok!(Market::hire(signed(ALICE), request(), signed_by(&fresh, offer())));
		});
	}

	/// A registration that ends takes no cancellation with it.
	#[test]
	fn after_the_node_was_away_keeps_what_was_cancelled() {
		with_provider(|| {
			let owner = provider().account();
			assert_ok!(Market::cancel_offer(signed(owner.clone()), did_bytes(0), 1));
			Nodes::remove(did(0).hash());
			refused(Offer { offer_id: 2, ..offer() }, E::NodeNotFound);
			own(0, &provider());
			refused(offer(), E::OfferCancelled);
			assert_ok!(hire(Offer { offer_id: 2, ..offer() }));
		});
	}
}

mod control {
	use super::*;

	#[test]
	fn belongs_to_the_nodes_owner() {
		with_provider(|| {
			let key = Some(sr25519(1).key());
			for who in [ALICE, owner(0)] {
				let who = || signed(who.clone());
				assert_noop!(Market::cancel_offers(who(), did_bytes(0)), E::NotAuthorized);
				assert_noop!(Market::cancel_offer(who(), did_bytes(0), 1), E::NotAuthorized);
				assert_noop!(Market::set_offer_key(who(), did_bytes(0), key), E::NotAuthorized);
			}
			let owner = || signed(provider().account());
			assert_noop!(Market::cancel_offers(owner(), did_bytes(88)), E::NodeNotFound);
			assert_noop!(Market::cancel_offer(owner(), did_bytes(88), 1), E::NodeNotFound);
			assert_noop!(Market::set_offer_key(owner(), did_bytes(88), key), E::NodeNotFound);
			let bad = || b"did".to_vec();
			let malformed = E::InvalidDid(DidError::Malformed);
			assert_noop!(Market::cancel_offers(owner(), bad()), malformed);
			let malformed = E::InvalidDid(DidError::Malformed);
			assert_noop!(Market::cancel_offer(owner(), bad(), 1), malformed);
			let malformed = E::InvalidDid(DidError::Malformed);
			assert_noop!(Market::set_offer_key(owner(), bad(), key), malformed);
			let malformed = E::InvalidDid(DidError::Malformed);
			assert_noop!(Market::prune_offers(owner(), bad()), malformed);
			for none in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
				let bad = DispatchError::BadOrigin;
				assert_noop!(Market::cancel_offers(none.clone(), did_bytes(0)), bad);
				assert_noop!(Market::cancel_offer(none.clone(), did_bytes(0), 1), bad);
				assert_noop!(Market::set_offer_key(none.clone(), did_bytes(0), key), bad);
				assert_noop!(Market::prune_offers(none, did_bytes(0)), bad);
			}
		});
	}

	#[test]
	fn is_possible_while_the_node_is_off() {
		with_provider(|| {
			change_node(0, |node| {
				(node.status, node.did_active) = (NodeStatus::Suspended, false);
			});
			let owner = || signed(provider().account());
			assert_ok!(Market::cancel_offers(owner(), did_bytes(0)));
			assert_ok!(Market::cancel_offer(owner(), did_bytes(0), 1));
			assert_ok!(Market::set_offer_key(owner(), did_bytes(0), Some(ecdsa(1).key())));
		});
	}

	#[test]
	fn refuses_to_cancel_twice_and_the_epoch_after_the_last() {
		with_provider(|| {
			let owner = || signed(provider().account());
			assert_ok!(Market::cancel_offer(owner(), did_bytes(0), 1));
			assert_noop!(Market::cancel_offer(owner(), did_bytes(0), 1), E::OfferCancelled);
			OfferBooks::<Test>::mutate(did(0).hash(), |book| book.epoch = u32::MAX);
			assert_noop!(Market::cancel_offers(owner(), did_bytes(0)), ArithmeticError::Overflow);
		});
	}

	#[test]
	fn of_keys_leaves_nothing_behind() {
		with_provider(|| {
			let owner = || signed(provider().account());
			let key = sr25519(4).key();
			take_events();
			assert_ok!(Market::set_offer_key(owner(), did_bytes(0), Some(key)));
			assert_ok!(Market::set_offer_key(owner(), did_bytes(0), None));
			assert_eq!(
				take_events(),
				[
					Event::OfferKeySet { gpu_did: did(0), key: Some(key) },
					Event::OfferKeySet { gpu_did: did(0), key: None },
				]
			);
			assert!(!OfferBooks::<Test>::contains_key(did(0).hash()));
		});
	}

	#[test]
	fn of_growth_bounds_a_node_and_frees_expired_places() {
		with_provider(|| {
			change_node(0, |node| (node.capacity, node.stake) = (200, u128::MAX / 2));
			set_free(&ALICE, ENDOWMENT * 10);
			let number = |offer_id| Offer { offer_id, max_uses: 1, ..offer() };
			for offer_id in 0..u64::from(MAX_LIVE_OFFERS) {
				assert_ok!(hire(number(offer_id)));
			}
			refused(number(1_000), E::MaxOffersExceeded);
			let owner = || signed(provider().account());
			assert_noop!(Market::cancel_offer(owner(), did_bytes(0), 1_000), E::MaxOffersExceeded);
			// A new epoch makes room at once, the end of the offers does so by itself.
			assert_ok!(Market::cancel_offers(owner(), did_bytes(0)));
			assert_ok!(hire(Offer { epoch: 1, ..number(1_000) }));
			go_to(2_000);
			assert_ok!(hire(Offer { epoch: 1, expires_at: 3_000, ..number(2_000) }));
			assert_eq!(OfferBooks::<Test>::get(did(0).hash()).counters.len(), 1);
		});
	}

	#[test]
	fn anybody_prunes_what_has_expired() {
		with_provider(|| {
			assert_ok!(hire(offer()));
			assert_ok!(hire(Offer { offer_id: 2, expires_at: 3_000, ..offer() }));
			assert_noop!(Market::prune_offers(signed(STRANGER), did_bytes(0)), E::NothingExpired);
			assert_noop!(Market::prune_offers(signed(STRANGER), did_bytes(3)), E::NothingExpired);
			go_to(2_000);
			take_events();
			assert_ok!(Market::prune_offers(signed(STRANGER), did_bytes(0)));
			assert_eq!(take_events(), [Event::OffersPruned { gpu_did: did(0), removed: 1 }]);
			assert_eq!((times_used(1), times_used(2)), (None, Some(1)));
			go_to(3_000);
			assert_ok!(Market::prune_offers(signed(STRANGER), did_bytes(0)));
			assert!(!OfferBooks::<Test>::contains_key(did(0).hash()));
		});
	}
}

#[test]
fn weight_goes_by_signature_and_payload() {
	let weight = |keys: Keys, payload| {
		let job = HireJob { payload, ..request() };
		let signature = keys.sign(b"");
		Call::<Test>::hire { job, signed_offer: SignedOffer { offer: offer(), signature } }
			.get_dispatch_info()
			.call_weight
	};
	let inline = || Payload::Inline(vec![0; 100]);
	assert_eq!(weight(ed25519(1), inline()), <() as WeightInfo>::hire_ed25519(100));
	assert_eq!(weight(sr25519(1), inline()), <() as WeightInfo>::hire_sr25519(100));
	assert_eq!(weight(ecdsa(1), inline()), <() as WeightInfo>::hire_ecdsa(100));
	let reference = Payload::Reference { hash: [0; 32], uri: vec![0; 8] };
	assert_eq!(weight(ecdsa(1), reference), <() as WeightInfo>::hire_ecdsa(40));
}

// ---- random sequences

/// A step of a random walk over offers.
#[derive(Clone, Debug)]
enum Step {
	Hire { offer: usize, who: usize },
	CancelAll { by_owner: bool },
	CancelOne { offer_id: u64 },
	SetKey { key: u8 },
	Prune,
	Work,
	Leave,
	Pass { blocks: u32 },
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		12 => (0usize..8, 0usize..3).prop_map(|(offer, who)| Step::Hire { offer, who }),
		1 => any::<bool>().prop_map(|by_owner| Step::CancelAll { by_owner }),
		1 => (0u64..4).prop_map(|offer_id| Step::CancelOne { offer_id }),
		1 => (0u8..3).prop_map(|key| Step::SetKey { key }),
		1 => Just(Step::Prune),
		4 => Just(Step::Work),
		1 => Just(Step::Leave),
		3 => (1u32..60).prop_map(|blocks| Step::Pass { blocks }),
	]
}

prop_compose! {
	/// Terms of an offer, and the hot key that signs it; 0 is the owner's own.
	fn terms()(
		offer_id in 0u64..4, epoch in 0u32..2, max_uses in 0u32..4, from in 1_000u32..1_100,
		length in 1u32..500, tokens in 1u32..1_500, only in 0usize..6, key in 0u8..3,
	) -> (OfferOf<Test>, u8) {
		let requester = [Some(ALICE), Some(BOB)].into_iter().nth(only).flatten();
		let offer = Offer {
			offer_id, epoch, max_uses, requester, not_before: from, expires_at: from + length,
			max_tokens: tokens, ..offer()
		};
		(offer, key)
	}
}

fn hot(key: u8) -> Keys {
	match key {
		0 => provider(),
		n => ed25519(n),
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 500, ..Default::default() })]

	/// Whatever is signed, hired, cancelled and forgotten: a hire succeeds only under an offer that
	/// is valid at that moment, and no offer is used more often than it says.
	#[test]
	fn hires_never_exceed_what_was_signed(
		offers in prop::collection::vec(terms(), 1..8),
		steps in prop::collection::vec(step(), 10..80),
	) {
		ExtBuilder.build().execute_with(|| {
			own(0, &provider());
			change_node(0, |node| (node.capacity, node.stake) = (1_000, u128::MAX / 2));
			let issuance = Balances::total_issuance();
			let owner = || signed(provider().account());
			let mut uses = vec![0u32; offers.len()];
			let mut cancelled = Vec::new();
			let (mut epoch, mut key) = (0, 0);
			for step in steps {
				match step {
					Step::Hire { offer, who } => {
						let index = offer % offers.len();
						let (offer, signer) = offers[index].clone();
						let who = [ALICE, BOB, STRANGER][who].clone();
						let now = Clock::current_block_number();
						let valid = offer.epoch == epoch
							&& signer == key
							&& (offer.not_before..offer.expires_at).contains(&now)
							&& !cancelled.contains(&(offer.epoch, offer.offer_id))
							&& uses[index] < offer.max_uses
							&& offer.max_tokens >= TOKENS
							&& offer.requester.as_ref().is_none_or(|only| *only == who);
						let signed_offer = signed_by(&hot(signer), offer.clone());
						let result = Market::hire(signed(who), request(), signed_offer);
						if result.is_ok() {
							assert!(valid, "hired under {offer:?} of key {signer}");
							uses[index] += 1;
						} else if valid {
							// Others with its number have used it up; node and money are plenty here.
							let shared: u32 = offers
								.iter()
								.zip(&uses)
								.filter(|((o, _), _)| (o.offer_id, o.epoch) == (offer.offer_id, epoch))
								.map(|(_, uses)| *uses)
								.sum();
							assert!(shared >= offer.max_uses, "{result:?}");
						}
					}
					Step::CancelAll { by_owner: true } => {
						assert_ok!(Market::cancel_offers(owner(), did_bytes(0)));
						epoch += 1;
					}
					Step::CancelAll { by_owner: false } => {
						let result = Market::cancel_offers(signed(BOB), did_bytes(0));
						assert_eq!(result, Err(E::NotAuthorized.into()));
					}
					Step::CancelOne { offer_id } => {
						if Market::cancel_offer(owner(), did_bytes(0), offer_id).is_ok() {
							cancelled.push((epoch, offer_id));
						}
					}
					Step::SetKey { key: new } => {
						let stored = (new > 0).then(|| hot(new).key());
						assert_ok!(Market::set_offer_key(owner(), did_bytes(0), stored));
						key = new;
					}
					Step::Prune => {
						let _ = Market::prune_offers(signed(STRANGER), did_bytes(0));
					}
					Step::Work => {
						let open = Jobs::<Test>::iter().find(|(_, job)| !job.status.is_terminal());
						if let Some((job_id, job)) = open {
							let hash = result_hash();
							let _ = match job.status {
								JobStatus::Assigned => plain(Market::start_job(owner(), job_id)),
								JobStatus::Processing => {
									Market::complete_job(owner(), job_id, hash, 7, None)
								}
								_ => plain(Market::finalize_job(owner(), job_id)),
							};
							let _ = Market::expire_job(owner(), job_id);
						}
					}
					Step::Leave => {
						// The node is switched off and on; its offers stay.
						change_node(0, |node| {
							node.status = match node.status {
								NodeStatus::Active => NodeStatus::Inactive,
								_ => NodeStatus::Active,
							};
						});
						let (offer, signer) = offers[0].clone();
						if node(0).status == NodeStatus::Inactive {
							let signed_offer = signed_by(&hot(signer), offer);
							assert!(Market::hire(signed(ALICE), request(), signed_offer).is_err());
							change_node(0, |node| node.status = NodeStatus::Active);
						}
					}
					Step::Pass { blocks } => pass(blocks),
				}
				check_state();
				assert_eq!(Balances::total_issuance(), issuance);
				for ((offer, _), uses) in offers.iter().zip(&uses) {
					assert!(*uses <= offer.max_uses);
				}
			}
		});
	}
}

use sp_runtime::traits::BlockNumberProvider;
