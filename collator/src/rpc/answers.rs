//! Answers about the market in JSON.
//!
//! Fields are named in camelCase. Amounts are decimal strings of the smallest unit, because they
//! exceed what a JSON number holds. Accounts are SS58, hashes and bytes hex, DIDs and other text are
//! strings; text that is not UTF-8 is hex. Variants are named as in the metadata.

use super::market::{AccountId, Balance, BlockNumber};
use ai_compute_market_api::{
	ai_models::{self, Ancestor, HostLine, ModelPage, PriceCard},
	gpu_registry::{NodeView, Standing, UnbondingChunk},
	job_marketplace::{
		BidLine, CannotBid, Delivery, Dispute, JobBid, JobPage, JobRecord, NodeShare, OpenJob,
		Payout, PromptPlace, Requirements, Seat, Step,
	},
	reputation::{SlashAction, SlashState},
	Earnings, EarningsEntry, HostAnswer, ModelAnswer,
};
use ai_compute_primitives::{Did, ModelTerms, PriceRule};
use serde::{Deserialize, Serialize};
use sp_core::{Bytes, H256};
use std::fmt::Debug;

/// An amount in the smallest unit: a decimal string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount(pub Balance);

impl Serialize for Amount {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&self.0)
	}
}

impl<'de> Deserialize<'de> for Amount {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		text.parse().map(Self).map_err(|_| {
			serde::de::Error::custom(format!("\"{text}\" is no amount in decimal digits"))
		})
	}
}

/// A page of a list.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageJson<Item> {
	/// The block whose state was read. Pages of one walk should name it.
	pub at: H256,
	/// Entries. Can be empty although more follow.
	pub items: Vec<Item>,
	/// Cursor of the next page. Null: the list ends here.
	pub next: Option<Bytes>,
}

/// A node.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeJson {
	pub did: String,
	pub index: u32,
	pub owner: AccountId,
	pub gpu_model: String,
	pub vram_gb: u32,
	pub cuda_cores: u32,
	pub location: String,
	pub price_class: String,
	pub endpoint_hash: Option<H256>,
	pub status: String,
	pub did_active: bool,
	pub score: u32,
	pub jobs_completed: u64,
	pub stake: Amount,
	pub sufficiently_staked: bool,
	pub exposure: Amount,
	pub exposure_room: Amount,
	pub capacity: u32,
	pub running: u32,
	pub free_slots: u32,
	pub unsettled: u32,
	pub open_bids: u32,
	pub free_bids: u32,
	pub registered_at: u64,
}

impl From<NodeView<AccountId, Balance>> for NodeJson {
	fn from(node: NodeView<AccountId, Balance>) -> Self {
		Self {
			did: did(&node.did),
			index: node.index,
			owner: node.owner,
			gpu_model: text(&node.gpu_model),
			vram_gb: node.vram_gb,
			cuda_cores: node.cuda_cores,
			location: text(&node.location),
			price_class: name(&node.price_class),
			endpoint_hash: node.endpoint_hash,
			status: name(&node.status),
			did_active: node.did_active,
			score: node.score,
			jobs_completed: node.jobs_completed,
			stake: Amount(node.stake),
			sufficiently_staked: node.sufficiently_staked,
			exposure: Amount(node.exposure),
			exposure_room: Amount(node.exposure_room),
			capacity: node.capacity,
			running: node.running,
			free_slots: node.free_slots,
			unsettled: node.unsettled,
			open_bids: node.open_bids,
			free_bids: node.free_bids,
			registered_at: node.registered_at,
		}
	}
}

/// Which prices per token a model's owner accepts.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceRuleJson {
	pub kind: &'static str,
	pub price: Option<Amount>,
}

impl From<PriceRule<Balance>> for PriceRuleJson {
	fn from(rule: PriceRule<Balance>) -> Self {
		match rule {
			PriceRule::Any => Self { kind: "Any", price: None },
			PriceRule::AtLeast(price) => Self { kind: "AtLeast", price: Some(Amount(price)) },
			PriceRule::Exactly(price) => Self { kind: "Exactly", price: Some(Amount(price)) },
		}
	}
}

/// Terms of a model that a job has copied.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TermsJson {
	pub version: u32,
	pub min_vram_gb: u32,
	pub royalty_bps: u16,
	pub parent_bps: u16,
	pub price: PriceRuleJson,
	pub hosting: String,
}

impl From<ModelTerms<Balance>> for TermsJson {
	fn from(terms: ModelTerms<Balance>) -> Self {
		Self {
			version: terms.version,
			min_vram_gb: terms.min_vram_gb,
			royalty_bps: terms.royalty_bps,
			parent_bps: terms.parent_bps,
			price: terms.price.into(),
			hosting: name(&terms.hosting),
		}
	}
}

/// The node that has a job.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentJson {
	pub node: H256,
	pub owner: AccountId,
	pub price_per_token: Amount,
	pub latency: BlockNumber,
	pub result_due: Option<BlockNumber>,
}

/// What was delivered.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryJson {
	pub result_hash: H256,
	pub tokens_used: u32,
	pub timing: String,
	pub bytes: String,
}

impl From<Delivery> for DeliveryJson {
	fn from(delivery: Delivery) -> Self {
		Self {
			result_hash: delivery.result_hash.into(),
			tokens_used: delivery.tokens_used,
			timing: name(&delivery.timing),
			bytes: name(&delivery.bytes),
		}
	}
}

/// What a settled job came to.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SettlementJson {
	pub outcome: String,
	pub fee_paid: Amount,
}

/// A job's record.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordJson {
	pub requester: AccountId,
	pub model_did: String,
	pub max_tokens: u32,
	pub max_payment: Amount,
	pub min_vram_gb: u32,
	pub confidential: bool,
	pub created_at: BlockNumber,
	pub status: String,
	pub deadline: BlockNumber,
	pub bid_end: BlockNumber,
	pub lifetime_end: BlockNumber,
	pub result_limit: BlockNumber,
	pub escrow_period: BlockNumber,
	pub attempts: u8,
	pub bid_count: u32,
	pub terms: TermsJson,
	pub fee_percent: u8,
	pub late_penalty_percent: u8,
	pub deposit: Amount,
	pub assignment: Option<AssignmentJson>,
	pub delivery: Option<DeliveryJson>,
	pub ended_at: Option<BlockNumber>,
	pub settlement: Option<SettlementJson>,
	pub rating: Option<u8>,
}

impl From<JobRecord<AccountId, Balance, BlockNumber>> for RecordJson {
	fn from(record: JobRecord<AccountId, Balance, BlockNumber>) -> Self {
		Self {
			requester: record.requester,
			model_did: did(&record.model_did),
			max_tokens: record.max_tokens,
			max_payment: Amount(record.max_payment),
			min_vram_gb: record.min_vram_gb,
			confidential: record.confidential,
			created_at: record.created_at,
			status: name(&record.status),
			deadline: record.deadline,
			bid_end: record.bid_end,
			lifetime_end: record.lifetime_end,
			result_limit: record.result_limit,
			escrow_period: record.escrow_period,
			attempts: record.attempts,
			bid_count: record.bid_count,
			terms: record.terms.into(),
			fee_percent: record.fee.deconstruct(),
			late_penalty_percent: record.late_penalty.deconstruct(),
			deposit: Amount(record.deposit),
			assignment: record.assignment.map(|assignment| AssignmentJson {
				node: assignment.node,
				owner: assignment.owner,
				price_per_token: Amount(assignment.price_per_token),
				latency: assignment.latency,
				result_due: assignment.result_due,
			}),
			delivery: record.delivery.map(Into::into),
			ended_at: record.ended_at,
			settlement: record.settlement.map(|settlement| SettlementJson {
				outcome: name(&settlement.outcome),
				fee_paid: Amount(settlement.fee_paid),
			}),
			rating: record.rating,
		}
	}
}

/// What a job asks of its node.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequirementsJson {
	pub min_reputation: u32,
	pub region: String,
	pub provider: Option<H256>,
	/// A decimal string: seeds exceed what a JSON number holds.
	pub seed: Option<String>,
}

impl From<Requirements> for RequirementsJson {
	fn from(requirements: Requirements) -> Self {
		Self {
			min_reputation: requirements.min_reputation,
			region: text(&requirements.region),
			provider: requirements.provider,
			seed: requirements.seed.map(|seed| seed.to_string()),
		}
	}
}

/// A bid.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BidJson {
	pub gpu_did: String,
	pub bidder: AccountId,
	pub price_per_token: Amount,
	pub estimated_latency_ms: u32,
	pub score: u32,
	pub placed_at: BlockNumber,
	pub bond: Amount,
	pub standing: String,
}

impl From<JobBid<AccountId, Balance, BlockNumber>> for BidJson {
	fn from(bid: JobBid<AccountId, Balance, BlockNumber>) -> Self {
		Self {
			gpu_did: did(&bid.gpu_did),
			bidder: bid.bidder,
			price_per_token: Amount(bid.price_per_token),
			estimated_latency_ms: bid.estimated_latency_ms,
			score: bid.score,
			placed_at: bid.placed_at,
			bond: Amount(bid.bond),
			standing: name(&bid.standing),
		}
	}
}

/// A bid in a job's list.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BidLineJson {
	#[serde(flatten)]
	pub bid: BidJson,
	/// `Leader`, `Other`, or null for a struck bid.
	pub seat: Option<String>,
}

impl From<BidLine<AccountId, Balance, BlockNumber>> for BidLineJson {
	fn from(line: BidLine<AccountId, Balance, BlockNumber>) -> Self {
		Self { bid: line.bid.into(), seat: line.seat.as_ref().map(name::<Seat>) }
	}
}

/// The parts of an escrow.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayoutJson {
	pub gross: Amount,
	pub fee: Amount,
	pub royalty: Amount,
	pub parent_royalty: Amount,
	pub provider: Amount,
	pub refund: Amount,
}

impl From<Payout<Balance>> for PayoutJson {
	fn from(payout: Payout<Balance>) -> Self {
		Self {
			gross: Amount(payout.gross),
			fee: Amount(payout.fee),
			royalty: Amount(payout.royalty),
			parent_royalty: Amount(payout.parent_royalty),
			provider: Amount(payout.provider),
			refund: Amount(payout.refund),
		}
	}
}

/// A call that is valid for a while.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepJson {
	pub call: String,
	pub by: String,
	pub from: BlockNumber,
	pub until: Option<BlockNumber>,
}

impl From<Step<BlockNumber>> for StepJson {
	fn from(step: Step<BlockNumber>) -> Self {
		Self { call: name(&step.call), by: name(&step.by), from: step.from, until: step.until }
	}
}

/// A dispute.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisputeJson {
	pub bond: Amount,
	pub reason: String,
	pub evidence_hash: H256,
	pub opened_at: BlockNumber,
	pub phase: String,
	pub reply_evidence_hash: Option<H256>,
	pub answered_at: Option<BlockNumber>,
}

impl From<Dispute<Balance, BlockNumber>> for DisputeJson {
	fn from(dispute: Dispute<Balance, BlockNumber>) -> Self {
		Self {
			phase: name(&dispute.phase()),
			bond: Amount(dispute.bond),
			reason: name(&dispute.reason),
			evidence_hash: dispute.evidence_hash.into(),
			opened_at: dispute.opened_at,
			reply_evidence_hash: dispute.reply.map(|reply| reply.evidence_hash.into()),
			answered_at: dispute.reply.map(|reply| reply.answered_at),
		}
	}
}

/// Where a job's prompt is.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PromptJson {
	pub on_chain: bool,
	pub bytes: Option<u32>,
	pub hash: Option<H256>,
	pub uri: Option<String>,
}

impl From<PromptPlace> for PromptJson {
	fn from(place: PromptPlace) -> Self {
		match place {
			PromptPlace::OnChain { bytes } => {
				Self { on_chain: true, bytes: Some(bytes), hash: None, uri: None }
			}
			PromptPlace::OffChain(reference) => Self {
				on_chain: false,
				bytes: None,
				hash: Some(reference.hash.into()),
				uri: Some(text(&reference.uri)),
			},
		}
	}
}

/// A job with everything around it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobJson {
	pub at: H256,
	pub job_id: u64,
	pub now: BlockNumber,
	pub record: RecordJson,
	pub node: Option<String>,
	pub requirements: Option<RequirementsJson>,
	pub prompt: PromptJson,
	pub result_bytes: Option<u32>,
	pub bids: Vec<BidLineJson>,
	pub dispute: Option<DisputeJson>,
	pub payout: Option<PayoutJson>,
	pub steps: Vec<StepJson>,
}

impl JobJson {
	pub fn new(at: H256, page: JobPage<AccountId, Balance, BlockNumber>) -> Self {
		Self {
			at,
			job_id: page.job_id,
			now: page.now,
			record: page.record.into(),
			node: page.node.as_ref().map(did),
			requirements: page.requirements.map(Into::into),
			prompt: page.prompt.into(),
			result_bytes: page.result_bytes,
			bids: all(page.bids),
			dispute: page.dispute.map(Into::into),
			payout: page.payout.map(Into::into),
			steps: all(page.steps),
		}
	}
}

/// A job that looks for a node, as one node sees it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenJobJson {
	pub job_id: u64,
	pub record: RecordJson,
	pub requirements: Option<RequirementsJson>,
	pub lowest_price: Amount,
	pub highest_price: Amount,
	pub may_bid: bool,
	/// Why not: a name, or two with a dot between them.
	pub why_not: Option<String>,
}

impl From<OpenJob<AccountId, Balance, BlockNumber>> for OpenJobJson {
	fn from(job: OpenJob<AccountId, Balance, BlockNumber>) -> Self {
		Self {
			job_id: job.job_id,
			record: job.record.into(),
			requirements: job.requirements.map(Into::into),
			lowest_price: Amount(job.lowest_price),
			highest_price: Amount(job.highest_price),
			may_bid: job.answer.is_ok(),
			why_not: job.answer.err().map(why_not),
		}
	}
}

/// The name of a refusal, with its detail where it has one.
pub(super) fn why_not(reason: CannotBid) -> String {
	match reason {
		CannotBid::BiddingClosed(refusal) => format!("BiddingClosed.{refusal:?}"),
		CannotBid::Ineligible(ineligible) => format!("Ineligible.{ineligible:?}"),
		other => name(&other),
	}
}

/// What follows a DID from one registration to the next.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingJson {
	pub score: u32,
	pub suspended: bool,
	pub misses: u8,
	pub jobs_completed: u64,
}

impl From<Standing> for StandingJson {
	fn from(standing: Standing) -> Self {
		Self {
			score: standing.score,
			suspended: standing.suspended,
			misses: standing.misses,
			jobs_completed: standing.jobs_completed,
		}
	}
}

/// Stake on its way back.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnbondingJson {
	pub amount: Amount,
	pub claimable_at: BlockNumber,
}

impl From<UnbondingChunk<Balance, BlockNumber>> for UnbondingJson {
	fn from(chunk: UnbondingChunk<Balance, BlockNumber>) -> Self {
		Self { amount: Amount(chunk.amount), claimable_at: chunk.claimable_at }
	}
}

/// Something that a node has: `kind` says which.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum EntryJson {
	/// Unpaid work.
	Work {
		job_id: u64,
		status: String,
		deadline: BlockNumber,
		requester: AccountId,
		payout: PayoutJson,
		at_risk: Amount,
	},
	/// A bid, whose bond is on hold.
	Bid { job_id: u64, status: String, bid: BidJson },
	/// Stake that was taken and is not yet anybody's.
	Slash {
		slash_id: u64,
		job_id: u64,
		outcome: String,
		owner: AccountId,
		payer: AccountId,
		amount: Amount,
		compensation: Amount,
		taken_at: BlockNumber,
		state: &'static str,
		appeal_bond: Option<Amount>,
		/// `Appeal`, `Resolve` (by the arbiter) or `Release` (by anyone).
		action: &'static str,
		deadline: BlockNumber,
	},
}

impl From<EarningsEntry<AccountId, Balance, BlockNumber>> for EntryJson {
	fn from(entry: EarningsEntry<AccountId, Balance, BlockNumber>) -> Self {
		match entry {
			EarningsEntry::Job {
				job_id,
				share: NodeShare::Work { status, deadline, requester, payout, at_risk },
			} => Self::Work {
				job_id,
				status: name(&status),
				deadline,
				requester,
				payout: payout.into(),
				at_risk: Amount(at_risk),
			},
			EarningsEntry::Job { job_id, share: NodeShare::Bid { status, bid } } => {
				Self::Bid { job_id, status: name(&status), bid: bid.into() }
			}
			EarningsEntry::Slash { slash_id, view } => {
				let slash = view.slash;
				let (state, appeal_bond) = match slash.state {
					SlashState::Held => ("Held", None),
					SlashState::Appealed { bond } => ("Appealed", Some(Amount(bond))),
				};
				let action = match view.action {
					SlashAction::Appeal(_) => "Appeal",
					SlashAction::Resolve(_) => "Resolve",
					SlashAction::Release => "Release",
				};
				Self::Slash {
					slash_id,
					job_id: slash.job,
					outcome: name(&slash.outcome),
					owner: slash.owner,
					payer: slash.payer,
					amount: Amount(slash.amount),
					compensation: Amount(slash.compensation),
					taken_at: slash.at,
					state,
					appeal_bond,
					action,
					deadline: slash.deadline,
				}
			}
		}
	}
}

/// A node's earnings.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EarningsJson {
	pub did: String,
	pub node: H256,
	pub standing: StandingJson,
	pub registration: Option<NodeJson>,
	pub owner: Option<AccountId>,
	pub unbonding: Vec<UnbondingJson>,
	pub bid_bonds: Amount,
	pub appeal_bonds: Amount,
	#[serde(flatten)]
	pub entries: PageJson<EntryJson>,
}

impl EarningsJson {
	pub fn new(at: H256, earnings: Earnings<AccountId, Balance, BlockNumber>) -> Self {
		Self {
			did: did(&earnings.did),
			node: earnings.node,
			standing: earnings.standing.into(),
			registration: earnings.registration.map(Into::into),
			owner: earnings.owner,
			unbonding: all(earnings.unbonding),
			bid_bonds: Amount(earnings.bid_bonds),
			appeal_bonds: Amount(earnings.appeal_bonds),
			entries: PageJson {
				at,
				items: all(earnings.entries.items),
				next: earnings.entries.next.map(Bytes),
			},
		}
	}
}

/// A published version of a model.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionJson {
	pub number: u32,
	pub label: String,
	pub metadata_hash: H256,
	pub weights_commitment: Option<H256>,
	pub tokenizer_hash: Option<H256>,
	pub published_at: BlockNumber,
	pub inactive_since: Option<BlockNumber>,
}

/// Prices beyond a number of tokens.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TierJson {
	pub from_tokens: u64,
	pub input_token_price: Amount,
	pub output_token_price: Amount,
}

/// The prices that a model's owner publishes.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PricesJson {
	pub input_token_price: Amount,
	pub output_token_price: Amount,
	pub request_price: Amount,
	pub tiers: Vec<TierJson>,
}

impl From<PriceCard<Balance>> for PricesJson {
	fn from(card: PriceCard<Balance>) -> Self {
		let tier = |tier: ai_models::PriceTier<Balance>| TierJson {
			from_tokens: tier.from_tokens,
			input_token_price: Amount(tier.input_token_price),
			output_token_price: Amount(tier.output_token_price),
		};
		Self {
			input_token_price: Amount(card.input_token_price),
			output_token_price: Amount(card.output_token_price),
			request_price: Amount(card.request_price),
			tiers: card.tiers.into_iter().map(tier).collect(),
		}
	}
}

/// How much a model was used.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageJson {
	pub jobs: u64,
	pub tokens: u64,
	pub paid: Amount,
	pub royalties: Amount,
	pub own_jobs: u64,
}

/// A model from which another descends.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AncestorJson {
	pub did: String,
	pub owner: AccountId,
	pub share_bps: u16,
	pub royalty_bps: u16,
}

impl From<Ancestor<AccountId>> for AncestorJson {
	fn from(ancestor: Ancestor<AccountId>) -> Self {
		Self {
			did: did(&ancestor.did),
			owner: ancestor.owner,
			share_bps: ancestor.share_bps,
			royalty_bps: ancestor.royalty_bps,
		}
	}
}

/// A model's page.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelJson {
	pub at: H256,
	pub did: String,
	pub name: String,
	pub model_type: String,
	pub owner: AccountId,
	pub registration: u32,
	pub state: String,
	pub visibility: String,
	pub uri: String,
	pub license: String,
	pub registered_at: BlockNumber,
	pub deposit: Amount,
	pub allowed_accounts: u32,
	/// What new jobs copy.
	pub terms: TermsJson,
	pub admission: String,
	/// Share that the owner asks of descendants, in 1/10 000 of their royalty. Null: none may be.
	pub descendants_share_bps: Option<u16>,
	pub versions: Vec<VersionJson>,
	pub prices: Option<PricesJson>,
	pub usage: UsageJson,
	pub open_jobs: u32,
	pub offered_to: Option<AccountId>,
	pub lineage: Vec<AncestorJson>,
}

impl ModelJson {
	pub fn new(at: H256, answer: ModelAnswer<AccountId, Balance, BlockNumber>) -> Self {
		let ModelPage { record, card, versions, prices, usage, open_jobs, offered_to, .. } =
			answer.page;
		let descendants_share_bps = match record.descendants {
			ai_models::Descendants::Refused => None,
			ai_models::Descendants::Welcome { share_bps } => Some(share_bps),
		};
		let version =
			|(number, version): (u32, ai_models::ModelVersion<BlockNumber>)| VersionJson {
				number,
				label: text(&version.label),
				metadata_hash: version.metadata_hash,
				weights_commitment: version.weights_commitment,
				tokenizer_hash: version.tokenizer_hash,
				published_at: version.published_at,
				inactive_since: version.inactive_since,
			};
		Self {
			at,
			did: did(&card.did),
			name: text(&card.name),
			model_type: name(&card.model_type),
			registration: record.registration,
			state: name(&record.state),
			visibility: name(&record.visibility),
			uri: text(&card.uri),
			license: text(&card.license),
			registered_at: card.registered_at,
			deposit: Amount(card.deposit),
			allowed_accounts: card.allowed,
			terms: record.terms().into(),
			admission: name(&record.admission),
			owner: record.owner,
			descendants_share_bps,
			versions: versions.into_iter().map(version).collect(),
			prices: prices.map(Into::into),
			usage: UsageJson {
				jobs: usage.jobs,
				tokens: usage.tokens,
				paid: Amount(usage.paid),
				royalties: Amount(usage.royalties),
				own_jobs: usage.own_jobs,
			},
			open_jobs,
			offered_to,
			lineage: all(answer.lineage),
		}
	}
}

/// A host of a model.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostJson {
	pub gpu_did: String,
	/// Who declared the node.
	pub host: AccountId,
	pub state: String,
	/// Whether the record counts: `Hosting` if it does.
	pub standing: String,
	pub deposit: Amount,
	pub node: Option<NodeJson>,
}

impl From<HostAnswer<AccountId, Balance>> for HostJson {
	fn from(answer: HostAnswer<AccountId, Balance>) -> Self {
		let HostLine { record, standing, .. } = answer.line;
		Self {
			gpu_did: did(&record.node),
			host: record.host,
			state: name(&record.state),
			standing: name(&standing),
			deposit: Amount(record.deposit),
			node: answer.node.map(Into::into),
		}
	}
}

/// Converts a list.
pub fn all<From, To: std::convert::From<From>>(items: Vec<From>) -> Vec<To> {
	items.into_iter().map(Into::into).collect()
}

/// The name of a variant without fields.
fn name<T: Debug>(variant: &T) -> String {
	format!("{variant:?}")
}

fn did(did: &Did) -> String {
	text(did.as_bytes())
}

/// Bytes as text, or as hex if they are none.
fn text(bytes: &[u8]) -> String {
	match std::str::from_utf8(bytes) {
		Ok(text) => text.to_owned(),
		Err(_) => sp_core::bytes::to_hex(bytes, false),
	}
}
