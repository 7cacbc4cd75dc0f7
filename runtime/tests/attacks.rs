//! What one person, or a few together, may try on the whole chain, with every pallet wired as it
//! runs. What one pallet stops by itself has its test there; `docs/security.md` lists all of it.

use crate::{
	chain::{tx, Chain},
	journey::{anchor, bid, deliver, did, register, submit},
};
use ai_compute_pbc_runtime::{
	configs::fees::TreasuryAccount, AccountId, Balance, Balances, JobMarketplace, Reputation,
	Runtime, RuntimeCall, RuntimeEvent, EDSC, EXISTENTIAL_DEPOSIT,
};
use ai_compute_primitives::{Did, DidHash, NodeStatus};
use frame_support::traits::fungible::Inspect;
use pallet_ai_models::{DepositFate, Descendants, ModelType, ParentClaim, Usages, Visibility};
use pallet_aidid::{AIProfile, AIType, Rights};
use pallet_gpu_registry::{GPUNodes, Unbonding};
use pallet_job_marketplace::{
	BidStanding, DisputeAnswer, DisputeReason, HireJob, Ineligible, JobStatus, Jobs, Offer,
	OfferOf, Payload, SignedOffer, Verdict,
};
use pallet_reputation::{Reputations, Ruling, Slashes, Suspensions};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One};
use sp_runtime::{DispatchError, MultiSignature, Percent};

type Market = pallet_job_marketplace::Call<Runtime>;
type MarketError = pallet_job_marketplace::Error<Runtime>;
type MarketEvent = pallet_job_marketplace::Event<Runtime>;
type Registry = pallet_gpu_registry::Call<Runtime>;
type Dids = pallet_did_registry::Call<Runtime>;
type Catalogue = pallet_ai_models::Call<Runtime>;
type Standing = pallet_reputation::Call<Runtime>;

/// Tokens that a job of [`submit`] may use.
const TOKENS: u32 = 1_000;
/// A price at which such a job costs five ËDSC.
const PRICE: Balance = EDSC / 200;
/// An AI that whoever attacks controls.
const AI: &[u8] = b"own-model";

/// A chain on which these have a node each.
fn chain_with(owners: &[Sr25519Keyring]) -> Chain {
	let mut chain = Chain::new();
	for owner in owners {
		chain.ok(*owner, anchor(*owner));
		chain.ok(*owner, register(*owner));
	}
	chain
}

fn hash_of(owner: Sr25519Keyring) -> DidHash {
	node_of(owner).hash()
}

fn node_of(owner: Sr25519Keyring) -> Did {
	Did::parse(did(owner)).expect("it is one")
}

fn ai_did() -> Vec<u8> {
	[b"did:etrid:ai:llm:", AI].concat()
}

fn govern(chain: &mut Chain, call: impl Into<RuntimeCall>) {
	chain.ok(Alice, pallet_sudo::Call::sudo { call: Box::new(call.into()) });
	let is_done = |event: &RuntimeEvent| {
		matches!(event, RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result: Ok(()) }))
	};
	assert!(chain.events.iter().any(is_done), "governance was refused");
}

fn score(chain: &mut Chain, owner: Sr25519Keyring) -> u32 {
	chain.read(|| GPUNodes::<Runtime>::get(node_of(owner)).expect("it is there").reputation_score)
}

fn status(chain: &mut Chain, owner: Sr25519Keyring) -> NodeStatus {
	chain.read(|| GPUNodes::<Runtime>::get(node_of(owner)).expect("it is there").status)
}

fn job_status(chain: &mut Chain, job_id: u64) -> JobStatus {
	chain.read(|| Jobs::<Runtime>::get(job_id).expect("it is there").status)
}

fn next_job(chain: &mut Chain) -> u64 {
	chain.read(pallet_job_marketplace::NextJobId::<Runtime>::get)
}

/// Submits a job of `requester` and puts the node of `owner` to work on it at `price`.
fn start(
	chain: &mut Chain,
	requester: Sr25519Keyring,
	owner: Sr25519Keyring,
	price: Balance,
) -> u64 {
	let job_id = next_job(chain);
	chain.ok(requester, submit());
	chain.ok(owner, bid(job_id, owner, price));
	chain.ok(requester, Market::assign_job { job_id, gpu_did: did(owner) });
	chain.ok(owner, Market::start_job { job_id });
	job_id
}

/// Carries a job of 500 ËDSC to its settlement. The provider names the requester as controller of its
/// DID before that, or does not.
fn settle_large(
	chain: &mut Chain,
	requester: Sr25519Keyring,
	owner: Sr25519Keyring,
	rating: Option<u8>,
	trick: bool,
) {
	let job_id = next_job(chain);
	let large = Market::submit_job {
		model_did: genesis_model(),
		encrypted_prompt: b"prompt".to_vec(),
		max_tokens: TOKENS,
		max_payment: 500 * EDSC,
		min_vram_gb: 0,
		confidential: false,
	};
	chain.ok(requester, large);
	chain.ok(owner, bid(job_id, owner, EDSC / 2));
	chain.ok(requester, Market::assign_job { job_id, gpu_did: did(owner) });
	chain.ok(owner, Market::start_job { job_id });
	chain.ok(owner, deliver(job_id, TOKENS));
	if trick {
		let controller = account(requester);
		chain.ok(owner, Dids::set_controller { did_hash: hash_of(owner), controller });
	}
	chain.ok(requester, Market::accept_result { job_id, rating });
}

/// What `who` gains or loses while `act` runs, transaction fees apart.
fn gain(
	chain: &mut Chain,
	who: &[Sr25519Keyring],
	act: impl FnOnce(&mut Chain) -> Balance,
) -> i128 {
	let total = |chain: &mut Chain| who.iter().map(|who| chain.total(*who) as i128).sum::<i128>();
	let before = total(chain);
	let fees = act(chain);
	total(chain) + fees as i128 - before
}

/// Makes calls of `who`, one in a block. Returns the fees.
fn pay(chain: &mut Chain, who: Sr25519Keyring, calls: Vec<RuntimeCall>) -> Balance {
	calls
		.into_iter()
		.map(|call| {
			chain.ok(who, call);
			chain.fees_paid(who)
		})
		.sum()
}

fn treasury(chain: &mut Chain) -> Balance {
	chain.read(|| Balances::total_balance(&TreasuryAccount::get()))
}

/// DID of the model that the chain begins with, Ferdie's.
fn genesis_model() -> Vec<u8> {
	ai_compute_pbc_runtime::genesis_config_presets::TEST_MODEL.to_vec()
}

/// Registers [`AI`] and its model for `owner`.
fn register_model(
	chain: &mut Chain,
	owner: Sr25519Keyring,
	parent: Option<ParentClaim>,
	royalty_bps: u16,
) {
	let register_ai = pallet_aidid::Call::register_ai {
		identifier: AI.to_vec(),
		ai_type: AIType::LLM,
		profile: Box::new(AIProfile::plain(AIType::LLM)),
	};
	chain.ok(owner, register_ai);
	chain.ok(owner, model_call(parent, royalty_bps));
}

fn model_call(parent: Option<ParentClaim>, royalty_bps: u16) -> Catalogue {
	Catalogue::register_model {
		did: ai_did(),
		name: b"a model".to_vec(),
		version: b"1".to_vec(),
		model_type: ModelType::LLM,
		metadata_hash: Default::default(),
		uri: b"ipfs://model".to_vec(),
		min_vram_gb: 0,
		license: b"MIT".to_vec(),
		visibility: Visibility::Public,
		parent,
		royalty_bps,
	}
}

/// A job for [`AI`].
fn submit_for_own_model() -> RuntimeCall {
	Market::submit_job {
		model_did: ai_did(),
		encrypted_prompt: b"prompt".to_vec(),
		max_tokens: TOKENS,
		max_payment: 10 * EDSC,
		min_vram_gb: 0,
		confidential: false,
	}
	.into()
}

mod one_person {
	use super::*;

	#[test]
	fn in_every_role_pays_the_fee_and_earns_no_standing() {
		let mut chain = chain_with(&[Eve]);
		let parent = genesis_model();
		chain
			.ok(Ferdie, Catalogue::transfer_model { did: parent.clone(), new_owner: account(Eve) });
		chain.ok(Eve, Catalogue::accept_transfer { did: parent.clone() });
		let descendants = Descendants::Welcome { share_bps: 5_000 };
		chain.ok(Eve, Catalogue::set_descendants { did: parent.clone(), descendants });
		let claim = ParentClaim { did: parent, max_share_bps: 5_000 };
		register_model(&mut chain, Eve, Some(claim), 5_000);
		let before = score(&mut chain, Eve);

		let treasury_before = treasury(&mut chain);
		let gained = gain(&mut chain, &[Eve], |chain| {
			let calls = vec![
				submit_for_own_model(),
				bid(0, Eve, PRICE),
				Market::assign_job { job_id: 0, gpu_did: did(Eve) }.into(),
				Market::start_job { job_id: 0 }.into(),
				deliver(0, TOKENS),
				Market::accept_result { job_id: 0, rating: Some(5) }.into(),
			];
			pay(chain, Eve, calls)
		});
		let fee = PRICE * Balance::from(TOKENS) / 20;
		assert_eq!(gained, -(fee as i128));
		assert_eq!(treasury(&mut chain) - treasury_before, fee);
		assert_eq!(score(&mut chain, Eve), before);
		chain.read(|| {
			let usage = Usages::<Runtime>::get(Did::parse(ai_did()).unwrap().hash()).unwrap();
			assert_eq!((usage.jobs, usage.own_jobs, usage.paid), (0, 1, 0));
			assert_eq!(Rights::<Runtime>::iter().count(), 0);
			assert!(!Reputations::<Runtime>::contains_key(hash_of(Eve)));
		});
	}

	#[test]
	fn with_several_accounts_buys_standing_for_the_fee_alone() {
		let mut chain = chain_with(&[Eve]);
		register_model(&mut chain, Dave, None, 5_000);
		// Eve's model belongs to Dave's account, and Ferdie's account pays.
		let before = score(&mut chain, Eve);
		let gained = gain(&mut chain, &[Eve, Dave, Ferdie], |chain| {
			let mut fees = pay(chain, Ferdie, vec![submit_for_own_model()]);
			fees += pay(chain, Eve, vec![bid(0, Eve, PRICE)]);
			let assign = Market::assign_job { job_id: 0, gpu_did: did(Eve) };
			fees += pay(chain, Ferdie, vec![assign.into()]);
			let start = Market::start_job { job_id: 0 };
			fees += pay(chain, Eve, vec![start.into(), deliver(0, TOKENS)]);
			let accept = Market::accept_result { job_id: 0, rating: Some(5) };
			fees + pay(chain, Ferdie, vec![accept.into()])
		});
		let fee = PRICE * Balance::from(TOKENS) / 20;
		assert_eq!(gained, -(fee as i128), "the fee is the price of a voice");
		assert!(score(&mut chain, Eve) > before);
	}

	#[test]
	fn loses_by_a_staged_loss() {
		// Eve's node fails Dave's job on purpose; Dave is Eve.
		let mut chain = chain_with(&[Eve]);
		let gained = gain(&mut chain, &[Eve, Dave], |chain| {
			let mut fees = pay(chain, Dave, vec![submit()]);
			fees += pay(chain, Eve, vec![bid(0, Eve, PRICE)]);
			let assign = Market::assign_job { job_id: 0, gpu_did: did(Eve) };
			fees += pay(chain, Dave, vec![assign.into()]);
			fees += pay(chain, Eve, vec![Market::start_job { job_id: 0 }.into()]);
			chain.skip(1_000);
			fees += pay(chain, Dave, vec![Market::expire_job { job_id: 0 }.into()]);
			chain.skip(14_400);
			fees + pay(chain, Dave, vec![Standing::release_slash { slash_id: 0 }.into()])
		});
		let at_risk = PRICE * Balance::from(TOKENS);
		let compensation = at_risk / 10;
		assert_eq!(gained, -((at_risk - compensation) as i128));
	}
}

mod standing {
	use super::*;

	/// What governance set in the registry itself is not ended by a call that anybody may make.
	#[test]
	fn a_node_that_governance_suspended_in_the_registry_is_not_let_back_by_anybody() {
		let mut chain = chain_with(&[Eve]);
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		let new_status = NodeStatus::Suspended;
		govern(&mut chain, Registry::force_status { did: did(Eve), new_status });

		// A fault in the job that it still runs suspends it again, for a time.
		let mut parameters = chain.read(pallet_reputation::Parameters::<Runtime>::get);
		parameters.violation_limit = 1;
		govern(&mut chain, Standing::set_parameters { parameters });
		chain.skip(1_000);
		chain.ok(Bob, Market::expire_job { job_id });
		assert!(chain.read(|| Suspensions::<Runtime>::contains_key(hash_of(Eve))));
		chain.ok(Eve, Registry::add_stake { did: did(Eve), amount: 100 * EDSC });
		chain.skip(14_400);
		let lift = Standing::lift_suspension { did: did(Eve) };
		let lifted = chain.block(vec![tx(Eve, lift)]).to_vec();
		let switch = Registry::update_status { did: did(Eve), new_status: NodeStatus::Active };
		chain.block(vec![tx(Eve, switch)]);
		assert_eq!(status(&mut chain, Eve), NodeStatus::Suspended, "{lifted:?}");
	}

	#[test]
	fn is_not_shed_by_leaving_and_handing_the_name_over() {
		let mut chain = chain_with(&[Eve]);
		govern(&mut chain, Standing::suspend_node { did: did(Eve) });
		chain.ok(Eve, Registry::deregister_node { did: did(Eve) });
		let did_hash = hash_of(Eve);
		chain.ok(Eve, Dids::transfer_ownership { did_hash, new_owner: account(Dave) });
		chain.ok(Dave, Dids::accept_ownership { did_hash });

		let mut again = register(Eve);
		let error = pallet_gpu_registry::Error::<Runtime>::StakeUnbonding;
		chain.fails(Dave, again.clone(), error);
		chain.skip(14_400);
		chain.ok(Dave, again.clone());
		assert_eq!(status(&mut chain, Eve), NodeStatus::Suspended);
		let switch = Registry::update_status { did: did(Eve), new_status: NodeStatus::Active };
		let error = pallet_gpu_registry::Error::<Runtime>::NodeSuspended;
		chain.fails(Dave, switch, error);
		let lift = Standing::lift_suspension { did: did(Eve) };
		let error = pallet_reputation::Error::<Runtime>::NotAuthorized;
		chain.fails(Dave, lift, error);

		// A new name is all that helps, and begins where every new name does.
		again = register(Charlie);
		chain.ok(Charlie, anchor(Charlie));
		chain.ok(Charlie, again);
		assert_eq!(score(&mut chain, Charlie), 5_000);
	}

	/// A job that a requester pays counts as he rates it, whomever the provider names as controller
	/// of its DID in the meantime.
	#[test]
	fn a_bad_rating_is_not_voided_by_naming_the_requester_as_controller() {
		let change = |trick: bool| {
			let mut chain = chain_with(&[Eve]);
			for _ in 0..16 {
				settle_large(&mut chain, Charlie, Eve, Some(5), false);
			}
			let before = score(&mut chain, Eve);
			settle_large(&mut chain, Dave, Eve, Some(1), trick);
			i64::from(score(&mut chain, Eve)) - i64::from(before)
		};
		let (open, tricked) = (change(false), change(true));
		assert!(open < 0, "{open} points");
		assert_eq!(tricked, open);
	}

	#[test]
	fn nobody_but_governance_decides_disputes_and_appeals() {
		let mut chain = chain_with(&[Eve]);
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		chain.ok(Eve, deliver(job_id, TOKENS));
		let reason = DisputeReason::WrongResult;
		chain.ok(Dave, Market::dispute_job { job_id, reason, evidence_hash: [1; 32] });
		let answer = DisputeAnswer::Evidence([2; 32]);
		chain.ok(Eve, Market::answer_dispute { job_id, answer });
		// The key of sudo is no arbiter either: only what it has Root do.
		for who in [Alice, Bob, Dave, Eve] {
			let verdict = Verdict::ProviderWins;
			let resolve = Market::resolve_dispute { job_id, verdict };
			chain.fails(who, resolve, DispatchError::BadOrigin);
		}
		govern(&mut chain, Market::resolve_dispute { job_id, verdict: Verdict::RequesterWins });
		chain.ok(Eve, Standing::appeal_slash { slash_id: 0 });
		for who in [Alice, Bob, Dave, Eve] {
			let resolve = Standing::resolve_appeal { slash_id: 0, ruling: Ruling::Overturn };
			chain.fails(who, resolve, DispatchError::BadOrigin);
		}
	}
}

mod stake {
	use super::*;

	#[test]
	fn is_reached_where_it_was_parked() {
		// Half of the stake unbonds, all of the rest is at risk in two jobs.
		let mut chain = chain_with(&[Eve]);
		chain.ok(Eve, Registry::add_stake { did: did(Eve), amount: 1_000 * EDSC });
		chain.ok(Eve, Registry::withdraw_stake { did: did(Eve), amount: 1_000 * EDSC });
		chain.ok(Eve, Registry::set_capacity { did: did(Eve), capacity: 2 });
		let jobs = [0, 1].map(|_| {
			let job_id = start(&mut chain, Dave, Eve, PRICE);
			chain.ok(Eve, deliver(job_id, TOKENS));
			job_id
		});
		let error = pallet_gpu_registry::Error::<Runtime>::JobsUnsettled;
		chain.fails(Eve, Registry::deregister_node { did: did(Eve) }, error);
		let mut parameters = chain.read(pallet_reputation::Parameters::<Runtime>::get);
		parameters.lost_dispute.slash = 1_000;
		govern(&mut chain, Standing::set_parameters { parameters });

		for (slash_id, job_id) in jobs.into_iter().enumerate() {
			let reason = DisputeReason::WrongModel;
			chain.ok(Dave, Market::dispute_job { job_id, reason, evidence_hash: [1; 32] });
			let answer = DisputeAnswer::Evidence([2; 32]);
			chain.ok(Eve, Market::answer_dispute { job_id, answer });
			govern(&mut chain, Market::resolve_dispute { job_id, verdict: Verdict::RequesterWins });
			let slash = chain.read(|| Slashes::<Runtime>::get(slash_id as u64).unwrap());
			assert_eq!(slash.amount, 1_000 * EDSC);
		}
		chain.read(|| {
			assert_eq!(GPUNodes::<Runtime>::get(node_of(Eve)).unwrap().stake, 0);
			assert_eq!(Unbonding::<Runtime>::iter().count(), 0);
		});
		// Nothing is left to claim, and the node can go.
		chain.skip(14_400);
		let error = pallet_gpu_registry::Error::<Runtime>::NothingUnbonding;
		chain.fails(Eve, Registry::claim_unbonded { did: did(Eve) }, error);
		chain.ok(Eve, Registry::deregister_node { did: did(Eve) });
	}

	#[test]
	fn of_a_suspended_node_works_on_and_its_bids_cost_nothing() {
		let mut chain = chain_with(&[Eve, Ferdie]);
		let waiting = next_job(&mut chain);
		chain.ok(Dave, submit());
		chain.ok(Eve, bid(waiting, Eve, PRICE));
		let running = start(&mut chain, Dave, Eve, PRICE);
		govern(&mut chain, Standing::suspend_node { did: did(Eve) });
		// What it has in hand it delivers, and is paid.
		let before = chain.total(Eve);
		chain.ok(Eve, deliver(running, TOKENS));
		let fees = chain.fees_paid(Eve);
		chain.ok(Dave, Market::accept_result { job_id: running, rating: None });
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(chain.total(Eve) + fees - before, gross - gross / 20);

		let more = next_job(&mut chain);
		chain.ok(Dave, submit());
		chain.fails(Eve, bid(more, Eve, PRICE), MarketError::NodeSuspended);
		let offer = hire(&mut chain, Eve, |_| ());
		chain.fails(Dave, offer, MarketError::NodeSuspended);
		// Its bid is struck, and the bond is not lost.
		chain.skip(10);
		chain.ok(Bob, Market::match_job { job_id: waiting });
		let struck = chain.events.iter().any(|event| {
			matches!(
				event,
				RuntimeEvent::JobMarketplace(MarketEvent::BidStruck {
					reason: Ineligible::Suspended,
					standing: BidStanding::Struck,
					..
				})
			)
		});
		assert!(struck);
		chain.fails(
			Eve,
			Registry::update_status { did: did(Eve), new_status: NodeStatus::Inactive },
			pallet_gpu_registry::Error::<Runtime>::NodeSuspended,
		);
	}
}

mod models {
	use super::*;

	#[test]
	fn removed_with_jobs_in_flight_pay_the_treasury_and_nobody_inherits_the_royalty() {
		let mut chain = chain_with(&[Eve]);
		register_model(&mut chain, Charlie, None, 5_000);
		chain.ok(Dave, submit_for_own_model());
		chain.ok(Eve, bid(0, Eve, PRICE));
		chain.ok(Dave, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
		chain.ok(Eve, Market::start_job { job_id: 0 });
		let fate = DepositFate::Forfeit;
		govern(&mut chain, Catalogue::force_remove { did: ai_did(), fate });

		// Nor does the former owner by registering the name anew while the job runs.
		let error = pallet_ai_models::Error::<Runtime>::JobsOpen;
		chain.fails(Charlie, model_call(None, 5_000), error);
		chain.ok(Eve, deliver(0, TOKENS));
		let (treasury_before, owner_before) = (treasury(&mut chain), chain.total(Charlie));
		chain.ok(Dave, Market::accept_result { job_id: 0, rating: None });
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(treasury(&mut chain) - treasury_before, gross / 20 + gross / 2);
		assert_eq!(chain.total(Charlie), owner_before);
		chain.ok(Charlie, model_call(None, 5_000));
	}

	#[test]
	fn terms_changed_after_submission_touch_no_job() {
		let mut chain = chain_with(&[Eve]);
		register_model(&mut chain, Charlie, None, 0);
		chain.ok(Dave, submit_for_own_model());
		let update = Catalogue::update_model {
			did: ai_did(),
			name: b"dearer".to_vec(),
			uri: b"ipfs://model".to_vec(),
			min_vram_gb: 0,
			license: b"MIT".to_vec(),
			royalty_bps: 5_000,
		};
		chain.ok(Charlie, update);
		chain.ok(Eve, bid(0, Eve, PRICE));
		chain.ok(Dave, Market::assign_job { job_id: 0, gpu_did: did(Eve) });
		chain.ok(Eve, Market::start_job { job_id: 0 });
		chain.ok(Eve, deliver(0, TOKENS));
		let owner_before = chain.total(Charlie);
		chain.ok(Dave, Market::accept_result { job_id: 0, rating: None });
		assert_eq!(chain.total(Charlie), owner_before);
	}
}

/// An offer of `owner`'s node for the genesis model, signed by its account, and a job under it.
fn hire(
	chain: &mut Chain,
	owner: Sr25519Keyring,
	change: impl FnOnce(&mut OfferOf<Runtime>),
) -> RuntimeCall {
	let model_did = genesis_model();
	let model = Did::parse(&model_did).unwrap().hash();
	let mut offer: OfferOf<Runtime> = Offer {
		gpu_did: did(owner),
		owner: account(owner),
		epoch: 0,
		offer_id: 1,
		model_did,
		model_version: chain
			.read(|| pallet_ai_models::Models::<Runtime>::get(model).map_or(0, |m| m.version)),
		price_per_token: PRICE,
		min_tokens: 1,
		max_tokens: TOKENS,
		estimated_latency_ms: 60_000,
		confidential: false,
		max_fee: Percent::from_percent(5),
		max_royalty_bps: 0,
		requester: None,
		not_before: 0,
		expires_at: u32::MAX,
		max_uses: 100,
	};
	change(&mut offer);
	let payload = chain.read(|| JobMarketplace::offer_payload(&offer));
	let signature = MultiSignature::Sr25519(owner.sign(&payload));
	let signed_offer = SignedOffer { offer, signature };
	let job = HireJob {
		payload: Payload::Inline(b"prompt".to_vec()),
		max_tokens: TOKENS,
		max_payment: 5 * EDSC,
		seed: None,
		proof: None,
	};
	Market::hire { job, signed_offer }.into()
}

mod offers {
	use super::*;

	#[test]
	fn of_a_former_owner_are_worth_nothing_to_the_next_one() {
		let mut chain = chain_with(&[Eve]);
		let call = hire(&mut chain, Eve, |_| ());
		chain.ok(Eve, Registry::deregister_node { did: did(Eve) });
		chain.fails(Bob, call.clone(), MarketError::NodeNotFound);
		let did_hash = hash_of(Eve);
		chain.ok(Eve, Dids::transfer_ownership { did_hash, new_owner: account(Dave) });
		chain.ok(Dave, Dids::accept_ownership { did_hash });
		chain.skip(14_400);
		chain.ok(Dave, register(Eve));
		chain.fails(Bob, call, MarketError::OwnerChanged);
	}

	#[test]
	fn are_worth_nothing_while_the_did_is_not_the_owners() {
		let mut chain = chain_with(&[Eve]);
		let call = hire(&mut chain, Eve, |_| ());
		let controller = account(Dave);
		chain.ok(Eve, Dids::set_controller { did_hash: hash_of(Eve), controller });
		chain.fails(Bob, call.clone(), MarketError::DidInactive);
		chain.ok(Eve, Dids::revoke_did { did_hash: hash_of(Eve) });
		chain.fails(Bob, call, MarketError::DidInactive);
	}

	#[test]
	fn of_one_use_are_used_once_by_whoever_comes_first() {
		let mut chain = chain_with(&[Eve]);
		chain.ok(Eve, Registry::set_capacity { did: did(Eve), capacity: 4 });
		let call = hire(&mut chain, Eve, |offer| offer.max_uses = 1);
		let calls = vec![tx(Bob, call.clone()), tx(Dave, call.clone())];
		let applied = chain.block(calls).to_vec();
		assert_eq!(applied, [Ok(Ok(())), Ok(Err(MarketError::OfferUsedUp.into()))]);
		// Nor again in a batch after the first job has ended.
		chain.ok(Eve, Market::abandon_job { job_id: 0 });
		chain.fails(Bob, call, MarketError::OfferUsedUp);
	}
}

mod griefing {
	use super::*;

	/// A node that is hired for what it cannot do gives the job back: the price is standing, and the
	/// requester pays transactions only. An offer that names its requester is the way out.
	#[test]
	fn by_hiring_for_nothing_costs_a_node_little_standing_each() {
		let mut chain = chain_with(&[Eve]);
		let start = score(&mut chain, Eve);
		let call = hire(&mut chain, Eve, |_| ());
		for job_id in 0..10 {
			chain.ok(Bob, call.clone());
			chain.ok(Eve, Market::abandon_job { job_id });
		}
		let lost = start - score(&mut chain, Eve);
		assert!((1..=500).contains(&lost), "{lost} points");
		assert_eq!(status(&mut chain, Eve), NodeStatus::Active);
		assert_eq!(chain.read(|| Slashes::<Runtime>::iter().count()), 0);

		let call = hire(&mut chain, Eve, |offer| offer.requester = Some(account(Dave)));
		chain.fails(Bob, call, MarketError::NotAuthorized);
	}

	/// Winning at the least price and never starting puts next to nothing at risk, but a node that
	/// does it five times in a day is out for a day, and the requester has two answers.
	#[test]
	fn by_winning_at_no_price_and_not_starting_ends_in_suspension() {
		let mut chain = chain_with(&[Eve, Ferdie]);
		// The least slash takes a node with no more than the least stake out.
		chain.ok(Eve, Registry::add_stake { did: did(Eve), amount: EDSC });
		for round in 0..5 {
			let job_id = next_job(&mut chain);
			chain.ok(Dave, submit());
			chain.ok(Eve, bid(job_id, Eve, 1));
			chain.ok(Ferdie, bid(job_id, Ferdie, PRICE));
			chain.skip(10);
			chain.ok(Bob, Market::match_job { job_id });
			let winner =
				chain.read(|| Jobs::<Runtime>::get(job_id).unwrap().assignment.unwrap().owner);
			assert_eq!(winner, account(Eve));
			chain.skip(20);
			chain.ok(Bob, Market::expire_job { job_id });
			// The job goes on to the next bid at once.
			assert_eq!(job_status(&mut chain, job_id), JobStatus::Pending);
			chain.ok(Bob, Market::match_job { job_id });
			chain.ok(Ferdie, Market::start_job { job_id });
			chain.ok(Ferdie, deliver(job_id, TOKENS));
			chain.ok(Dave, Market::accept_result { job_id, rating: None });
			let suspended = status(&mut chain, Eve) == NodeStatus::Suspended;
			assert_eq!(suspended, round == 4, "after {} no-shows", round + 1);
		}
		// The first answer: the requester picks a bid himself. The second: a node's standing.
		chain.skip(14_400);
		chain.ok(Bob, Standing::lift_suspension { did: did(Eve) });
		let new_status = NodeStatus::Active;
		chain.ok(Eve, Registry::update_status { did: did(Eve), new_status });
		assert!(score(&mut chain, Eve) < 5_000);
		let options = pallet_job_marketplace::SubmitOptions {
			min_reputation: Some(5_000),
			..Default::default()
		};
		let job_id = next_job(&mut chain);
		let careful = Market::submit_job_with_options {
			model_did: genesis_model(),
			payload: Payload::Inline(b"prompt".to_vec()),
			max_tokens: TOKENS,
			max_payment: 10 * EDSC,
			min_vram_gb: 0,
			confidential: false,
			options,
		};
		chain.ok(Dave, careful);
		chain.fails(Eve, bid(job_id, Eve, 1), MarketError::ReputationTooLow);
	}

	/// A false dispute that the node answers costs the bond or half of the price at least.
	#[test]
	fn by_dispute_wins_nothing_from_a_node_that_answers() {
		let mut chain = chain_with(&[Eve]);
		let gross = PRICE * Balance::from(TOKENS);
		let bond = EDSC;
		for (verdict, expected) in [
			(Verdict::ProviderWins, gross + bond),
			(Verdict::Split(TOKENS), gross),
			(Verdict::Split(0), 0),
		] {
			let job_id = start(&mut chain, Dave, Eve, PRICE);
			let before = chain.total(Dave);
			let mut fees = 0;
			chain.ok(Eve, deliver(job_id, TOKENS));
			let reason = DisputeReason::Other;
			let dispute = Market::dispute_job { job_id, reason, evidence_hash: [0; 32] };
			fees += pay(&mut chain, Dave, vec![dispute.into()]);
			let answer = DisputeAnswer::Evidence([1; 32]);
			chain.ok(Eve, Market::answer_dispute { job_id, answer });
			govern(&mut chain, Market::resolve_dispute { job_id, verdict });
			assert_eq!(before - chain.total(Dave) - fees, expected, "{verdict:?}");
		}
		// Where nobody decides, half is paid and the bond comes back.
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		let before = chain.total(Dave);
		chain.ok(Eve, deliver(job_id, TOKENS));
		let reason = DisputeReason::Other;
		let dispute = Market::dispute_job { job_id, reason, evidence_hash: [0; 32] };
		let fees = pay(&mut chain, Dave, vec![dispute.into()]);
		let answer = DisputeAnswer::Evidence([1; 32]);
		chain.ok(Eve, Market::answer_dispute { job_id, answer });
		chain.skip(43_200);
		chain.ok(Bob, Market::expire_job { job_id });
		assert_eq!(before - chain.total(Dave) - fees, gross / 2);
	}

	/// A requester that moves all its money away and keeps the existential deposit hinders nobody.
	#[test]
	fn by_an_account_without_free_money_hinders_no_settlement() {
		let mut chain = chain_with(&[Eve]);
		let dest = || account(One).into();
		let value = 100 * EDSC;
		chain.ok(Bob, pallet_balances::Call::transfer_keep_alive { dest: dest(), value });
		let job_id = start(&mut chain, One, Eve, PRICE);
		let away =
			pallet_balances::Call::transfer_all { dest: account(Bob).into(), keep_alive: false };
		chain.ok(One, away);
		assert!(chain.free(One) <= EXISTENTIAL_DEPOSIT);
		chain.ok(Eve, deliver(job_id, TOKENS));
		let before = chain.total(Eve);
		chain.skip(100);
		chain.ok(Bob, Market::finalize_job { job_id });
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(chain.total(Eve) - before, gross - gross / 20);
		chain.skip(14_400);
		chain.ok(Bob, Market::reap_job { job_id });
	}
}

mod batches {
	use super::*;

	#[test]
	fn pay_each_job_once_however_they_are_nested() {
		let mut chain = chain_with(&[Eve]);
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		chain.ok(Eve, deliver(job_id, TOKENS));
		let before = chain.total(Eve);
		let accept = || RuntimeCall::from(Market::accept_result { job_id, rating: Some(5) });
		let batch = Market::accept_batch { jobs: vec![(job_id, Some(5)), (job_id, None)] };
		let nested =
			pallet_utility::Call::force_batch { calls: vec![batch.into(), accept(), accept()] };
		chain.ok(Dave, nested);
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(chain.total(Eve) - before, gross - gross / 20);

		// All or nothing means nothing.
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		chain.ok(Eve, deliver(job_id, TOKENS));
		let accept = || RuntimeCall::from(Market::accept_result { job_id, rating: None });
		let all = pallet_utility::Call::batch_all { calls: vec![accept(), accept()] };
		let applied = chain.block(vec![tx(Dave, all)]).to_vec();
		assert!(matches!(applied[..], [Ok(Err(_))]));
		assert_eq!(job_status(&mut chain, job_id), JobStatus::Completed);
	}

	/// Dispute, answer and acceptance in one transaction of two parties move the bond once.
	#[test]
	fn move_a_bond_once() {
		let mut chain = chain_with(&[Eve]);
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		chain.ok(Eve, deliver(job_id, TOKENS));
		let before = chain.total(Dave);
		let reason = DisputeReason::Other;
		let calls = vec![
			Market::dispute_job { job_id, reason, evidence_hash: [0; 32] }.into(),
			Market::accept_result { job_id, rating: None }.into(),
			Market::accept_result { job_id, rating: None }.into(),
			Market::dispute_job { job_id, reason, evidence_hash: [0; 32] }.into(),
		];
		let fees = pay(&mut chain, Dave, vec![pallet_utility::Call::force_batch { calls }.into()]);
		let gross = PRICE * Balance::from(TOKENS);
		assert_eq!(before - chain.total(Dave) - fees, gross + EDSC);
	}
}

mod held_slashes {
	use super::*;

	#[test]
	fn lie_in_an_account_that_nobody_can_use_or_starve() {
		let mut chain = chain_with(&[Eve]);
		let pot = chain.read(Reputation::pot);
		let job_id = start(&mut chain, Dave, Eve, PRICE);
		chain.skip(1_000);
		chain.ok(Bob, Market::expire_job { job_id });
		let slash = chain.read(|| Slashes::<Runtime>::get(0).unwrap());
		let in_pot = |chain: &mut Chain| chain.read(|| Balances::total_balance(&pot));
		assert_eq!(in_pot(&mut chain), slash.amount + EXISTENTIAL_DEPOSIT);
		// What somebody sends there stays there and is nobody's.
		let gift =
			pallet_balances::Call::transfer_keep_alive { dest: pot.clone().into(), value: EDSC };
		chain.ok(Bob, gift);
		chain.skip(14_400);
		chain.ok(Bob, Standing::release_slash { slash_id: 0 });
		assert_eq!(in_pot(&mut chain), EXISTENTIAL_DEPOSIT + EDSC);
	}
}

fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}
